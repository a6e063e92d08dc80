"""Saving as a person meets it in the window: slow disks, full disks, files that may not be written, leftovers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from agenteditor.app import dialogs
from agenteditor.app.leftovers import Sweeper, look_after, offer
from agenteditor.core import files
from agenteditor.core.document import Document, Transaction
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.journal import abandoned
from agenteditor.core.text import Span, TextEdit, diff
from agenteditor.ui.review_dialog import ReviewDialog
from tests.core.faults import Faults, faults_in_saving
from tests.promises.conftest import Promise
from tests.promises.disks import NotHere, call, image_disk, memory_disk
from tests.promises.saving_windows import HEAD, SlowDisk, opened, press_save, saying, shown_window, type_

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def window(qtbot, monkeypatch):
    return shown_window(qtbot, monkeypatch)


@pytest.fixture
def slow(monkeypatch):
    disk = SlowDisk(monkeypatch)
    yield disk
    disk.answer()


def test_p13_while_the_disk_does_not_answer_the_window_goes_on_and_says_so(
    promise: Promise, window, slow, qtbot, tmp_path
):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "abc")
    press_save(window)
    assert saying(window) == ["title", "tab", "status"]
    assert document.modified and path.read_text("utf-8") == HEAD
    type_(window, "def")  # it is taken, and is not part of what is being saved
    assert document.text == "abcdef" + HEAD
    assert not window.actions_["revert"].isEnabled()
    slow.answer()
    qtbot.waitUntil(lambda: not saying(window))
    assert path.read_text("utf-8") == "abc" + HEAD
    assert document.saved_text == "abc" + HEAD and document.modified
    assert "Saved" in window.statusBar().currentMessage()
    press_save(window)
    qtbot.waitUntil(lambda: path.read_text("utf-8") == "abcdef" + HEAD)
    assert not document.modified
    promise.measured(
        "typed, saved and typed on while no sync ended: all taken, tab, title and status bar say so"
    )


def test_p13_how_long_the_window_stands_still(promise: Promise, window, monkeypatch, qtbot, tmp_path):
    """The longest time between two turns of the event loop, from Ctrl+S until the text is on disk.

    Of it the window's thread works for a part only; else it waits: for the disk, 30 ms at most, and its turn.
    """
    seconds = 2.0 if promise.torture else 0.1
    SlowDisk(monkeypatch, seconds)
    worst = most_work = 0.0
    for size in (6_000, 200_000, 1_000_000)[: promise.times(1, 3)]:
        path = tmp_path / f"{size}.md"
        path.write_text(HEAD + "Some words in a line.\n" * (size // 22), "utf-8")
        document = opened(window, path).document
        window.show_view("details")
        window.actions_["preview"].setChecked(False)  # it follows the text some time later, not the save
        longest = work = 0.0
        for _ in range(promise.times(1, 3)):
            document.apply(_typed(document))
            QApplication.processEvents()
            times = [_timed(press_save, window)]
            while document.modified:
                times.append(_timed(QApplication.processEvents))
            longest = max(longest, *(took for took, _ in times))
            work = max(work, *(worked for _, worked in times))
        worst, most_work = max(worst, longest), max(most_work, work)
        promise.measured(
            f"{size // 1000} kB, each sync {seconds:g} s: longest stall {1000 * longest:.0f} ms, "
            f"work {1000 * work:.0f} ms"
        )
        window.close_document(window.present_editor())
    if promise.torture:
        assert most_work < 0.1
        assert worst < 0.5


def _typed(document: Document) -> Transaction:
    end = len(document.text)
    return Transaction((TextEdit(Span(end, end), "x"),), "Type")


def _timed(call: Callable[..., object], *arguments: object) -> tuple[float, float]:
    """How long a call took, and how long of that this thread worked, in seconds."""
    started, worked = time.perf_counter(), time.thread_time()
    call(*arguments)
    return time.perf_counter() - started, time.thread_time() - worked


# Starts the program as its entry does, on a file, and on a disk that no sync comes back from; types, saves, closes.
ENDLESS = """
import os, sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from agenteditor.app import main, recovery, saving
os.fsync = lambda handle: threading.Event().wait()
saving.LONG = main._LONG_ENOUGH = main._PATIENCE = recovery._PATIENCE = 0.1
def begin():
    window = next(one for one in QApplication.topLevelWidgets() if hasattr(one, "catalog"))
    window.show_view("source")
    window.present_editor().source.edit.insertPlainText("typed ")
    window.actions_["save"].trigger()
    window.present_editor().source.edit.insertPlainText("meanwhile ")
    QTimer.singleShot(0, answer)
    window.close()
def answer():
    box = QApplication.activeModalWidget()
    if isinstance(box, QMessageBox):
        next(one for one in box.buttons() if "anyway" in one.text()).click()
    else:
        QTimer.singleShot(20, answer)
QTimer.singleShot(0, begin)
sys.exit(main.open_window([Path(sys.argv[1])]))
"""


def test_p13_a_window_whose_save_never_ends_is_closed_and_the_program_ends(
    promise: Promise, tmp_path, monkeypatch
):
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    rooms = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("STATE", "CONFIG", "CACHE")}
    ended = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", ENDLESS, str(path)],
        env={**os.environ, **rooms, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = [line for line in ended.stderr.splitlines() if line.startswith("agenteditor: ")]
    assert ended.returncode == 0, ended.stderr
    assert len(said) == 2 and "the save of good.md was cut off" in said[0], ended.stderr
    assert "the settings in " in said[1] and "stay as they were" in said[1]
    assert path.read_text("utf-8") == HEAD
    monkeypatch.setenv("XDG_STATE_HOME", rooms["XDG_STATE_HOME"])
    (journal,) = abandoned()[0]
    assert journal.said.text == "typed meanwhile " + HEAD and journal.said.path == path
    journal.leave()
    promise.measured(
        "a save and the settings that no sync ends: closed on a question, the process gone, all typed is offered"
    )


# P8: a disk that is really full.


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_p08_a_full_disk_destroys_nothing_and_saving_works_once_there_is_space(
    promise: Promise, window, kind, monkeypatch, tmp_path
):
    """Every size into every rest of space; the text is typed, saved in vain, and saved when there is space."""
    if not ROOT:
        pytest.skip("only root may mount the small disk that this test fills")
    spaces = (0, 4, 8, 16, 20, 64, 100, 300, 1000, 4000) if promise.torture else (0, 100)
    sizes = (100, 3000, 6000, 15_000, 17_000, 40_000, 200_000, 2_000_000) if promise.torture else (40_000,)
    told = []
    monkeypatch.setattr(dialogs, "ask_copy", lambda _parent, reason: told.append(reason) or False)
    window.actions_["preview"].setChecked(False)
    full = 0
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(_disk(kind, tmp_path))
        except NotHere as error:
            pytest.skip(str(error))
        path, ballast = disk / "agent.md", disk / "ballast"
        old = HEAD + "old " * 700
        for space, size in product(spaces, sizes):
            path.write_text(old, "utf-8")
            os.sync()
            document = opened(window, path).document
            text = HEAD + "new " * (size // 4)
            document.apply(Transaction(diff(document.text, text), "Type"))
            _fill(ballast, space)
            told.clear()
            press_save(window)
            if told:
                full += 1
                assert "the disk is full" in told[0] and "agent.md" in told[0]
                assert path.read_text("utf-8") == old
                assert document.modified and document.text == text
            else:
                assert path.read_text("utf-8") == text
            left = {entry.name for entry in disk.iterdir()}
            assert left <= {"agent.md", "ballast", "lost+found"}
            ballast.unlink()
            os.sync()
            press_save(window)
            assert path.read_text("utf-8") == text and not document.modified
            window.close_document(window.present_editor())
    tried = len(spaces) * len(sizes)
    assert 0 < full < tried
    promise.measured(
        f"{kind}: {tried} of {tried}, {full} of them on a disk too full: old file whole, told, saved later"
    )


@contextmanager
def _disk(kind: str, folder: Path) -> Iterator[Path]:
    mounted = folder / "mounted"
    mounted.mkdir()
    if kind == "tmpfs":
        with memory_disk(mounted, 8):
            yield mounted
    else:
        with image_disk(folder, "mkfs.ext4", 16) as device:
            call("mount", device, mounted)
            try:
                yield mounted
            finally:
                call("umount", mounted)


def _fill(ballast: Path, kilobytes: int) -> None:
    """Fill a disk but for so many kilobytes."""
    with ballast.open("wb") as stream:
        state = os.statvfs(ballast)
        rest = state.f_bavail * state.f_frsize - kilobytes * 1024
        while rest > 0:
            try:
                os.posix_fallocate(stream.fileno(), 0, rest)
                break
            except OSError:
                rest -= 4096
    os.sync()


# P9: what may not be written.


@pytest.mark.parametrize(
    "how", ["read-only file", "immutable file", "immutable folder", "read-only disk", "gone"]
)
def test_p09_where_nothing_may_be_written_a_copy_is_offered_and_nothing_changes(
    promise: Promise, window, how, *, monkeypatch, tmp_path
):
    """As root, who could write all the same; what another user may do is in test_saving (P10)."""
    folder, copy = tmp_path / "folder", tmp_path / "copy.md"
    folder.mkdir()
    path = folder / "good.md"
    path.write_text(HEAD, "utf-8")
    document = opened(window, path).document
    type_(window, "x")
    told = []
    monkeypatch.setattr(dialogs, "ask_copy", lambda _parent, reason: told.append(reason) or True)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: copy)
    with ExitStack() as stack:
        try:
            stack.enter_context(_closed(how, path))
        except NotHere as error:
            pytest.skip(str(error))
        before = _state(path)
        press_save(window)
        assert _state(path) == before
        assert not folder.exists() or [entry.name for entry in folder.iterdir()] == ["good.md"]
    assert len(told) == 1 and "good.md" in told[0]
    assert ("read-only" in told[0]) == (how != "gone")
    assert copy.read_text("utf-8") == "x" + HEAD
    assert document.path == copy and not document.modified
    assert window.documents.tabText(0) == "copy.md" and "Saved" in window.statusBar().currentMessage()
    promise.measured(f"{how}: untouched, a copy offered and made")


@contextmanager
def _closed(how: str, path: Path) -> Iterator[None]:
    folder = path.parent
    if how == "read-only file":
        path.chmod(0o444)
        yield
    elif how == "gone":
        shutil.rmtree(folder)
        yield
    elif not ROOT:
        raise NotHere("only root may set these marks and mount disks")
    elif how == "read-only disk":
        call("mount", "--bind", folder, folder)
        try:
            call("mount", "-o", "remount,bind,ro", folder)
            yield
        finally:
            call("umount", folder)
    else:
        marked = path if how == "immutable file" else folder
        call("chattr", "+i", marked)
        try:
            yield
        finally:
            call("chattr", "-i", marked)


def _state(path: Path) -> tuple[object, ...]:
    if not path.exists():
        return ()
    status = path.stat()
    return (path.read_bytes(), status.st_mode, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def test_p09_the_box_says_why_and_has_a_button_for_a_copy(promise: Promise, window, *, qtbot, monkeypatch):
    monkeypatch.undo()
    reason = str(FileProblem("read-only", "save", "/a/good.md"))
    texts = []

    def answer(index: int) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        texts.append((box.informativeText(), [button.text().replace("&", "") for button in box.buttons()]))
        if index:
            QTest.keyClick(box, Qt.Key.Key_Escape)
        else:
            (copy,) = [one for one in box.buttons() if "copy" in one.text()]
            QTest.mouseClick(copy, Qt.MouseButton.LeftButton)

    for index, wanted in enumerate((True, False)):
        QTimer.singleShot(50, lambda index=index: answer(index))
        assert dialogs.ask_copy(window, reason) is wanted
    assert texts[0][0] == reason and set(texts[0][1]) == {"Save a copy…", "Go on editing"}
    promise.measured("the message has a button “Save a copy…”")


# P12: what is left.


def test_p12_opening_a_folder_removes_what_kills_left_in_it(promise: Promise, window, *, qtbot, tmp_path):
    folders = [tmp_path / "agents", tmp_path / "agents" / "sub", tmp_path / "elsewhere"]
    hour = time.time() - 4000
    for folder in folders:
        folder.mkdir()
        (folder / "good.md").write_text(HEAD, "utf-8")
        for name in ("old", "new"):
            (folder / f".~ae-{name}.tmp").write_text("half", "utf-8")
        os.utime(folder / ".~ae-old.tmp", (hour, hour))
    window.settings.remember_file(tmp_path / "elsewhere" / "good.md")
    look_after(window)
    (sweeper,) = window.findChildren(Sweeper)
    qtbot.waitUntil(lambda: not sweeper.busy)
    assert not (folders[2] / ".~ae-old.tmp").exists()  # beside a file that was opened some time ago
    assert (folders[0] / ".~ae-old.tmp").exists()
    window.open_paths([folders[0]])
    qtbot.waitUntil(lambda: not (folders[1] / ".~ae-old.tmp").exists())
    for folder in folders:
        assert sorted(entry.name for entry in folder.iterdir() if entry.is_file()) == [
            ".~ae-new.tmp",
            "good.md",
        ]
    assert all(not path.name.startswith(".~ae") for path in window.catalog.paths())
    promise.measured(
        "old temporary files in folders of recent and opened files: 0 after the start; young ones stay"
    )


@pytest.fixture
def torn(tmp_path, monkeypatch):
    """A file that a kill left half overwritten, in a state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "good.md"
    path.write_text(HEAD, "utf-8")
    path.with_name("other.md").hardlink_to(path)
    expected = files.stamp(path)
    for at in range(1, 100):
        pid = os.fork()
        if pid == 0:
            with suppress(BaseException), faults_in_saving(Faults(at, kill=True)):
                files.save(path, "new " * 100, expected)
            os._exit(0)
        os.waitpid(pid, 0)
        if files.unfinished():
            return path
    raise AssertionError("no kill left a file half written")


def answered(window, qtbot, text: str) -> None:
    """Press a button of the dialog that asks about a half-written file."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(ReviewDialog)))
    (dialog,) = [one for one in window.findChildren(ReviewDialog) if one.isVisible()]
    (button,) = [one for one in dialog.findChildren(QPushButton) if one.text().replace("&", "") == text]
    button.click()


def test_p12_a_file_left_half_written_gets_its_old_text_back(promise: Promise, window, torn, *, qtbot):
    look_after(window)
    answered(window, qtbot, "Restore the old text")
    document = window.present_editor().document
    assert document.path == torn and document.text == HEAD and document.modified
    assert torn.read_text("utf-8") != HEAD  # nothing is written before it is saved
    assert len(files.unfinished()) == 1
    window.activateWindow()
    window.show_view("source")
    type_(window, "x")
    press_save(window)
    assert torn.read_text("utf-8") == "x" + HEAD
    assert files.unfinished() == ()
    promise.measured(
        "a file killed half-way while written in place: its old text is offered, and back when saved"
    )


def test_p12_a_half_written_file_is_left_or_asked_about_later(promise: Promise, window, torn, *, qtbot):
    before = torn.read_bytes()
    look_after(window)
    answered(window, qtbot, "Decide later")
    assert len(files.unfinished()) == 1
    offer(window, files.unfinished())
    answered(window, qtbot, "Leave it as it is")
    assert files.unfinished() == () and torn.read_bytes() == before and not window.editors()
    promise.measured("or left as it is, or asked about at the next start")


def test_p12_a_half_written_file_that_is_gone_comes_back_when_it_is_saved(
    promise: Promise, window, torn, *, qtbot
):
    torn.unlink()
    look_after(window)
    answered(window, qtbot, "Restore the old text")
    window.actions_["save"].trigger()
    assert torn.read_text("utf-8") == HEAD and files.unfinished() == ()
    promise.measured("also where the file is gone by now")
