"""Change on disk: P14 to P17, with real files, the real save and the real watch."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtWidgets import QApplication, QWidget

import agenteditor
from agenteditor.app import dialogs, saving
from agenteditor.app.commands import make_window
from agenteditor.app.disk_watch import DiskWatch
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core import disk_changes, files
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import Conflict
from agenteditor.core.text import diff, replace
from agenteditor.ui.message_bar import MessageBar
from tests.core.saves import NOBODY

BASE = "---\nname: one\ndescription: Use this agent when a test needs one.\n---\n\nYou are one.\n"
OTHER = BASE.replace("needs one", "wants it")  # as long as the base
LABEL = "Load from disk"


def opened(path: Path) -> Document:
    loaded = files.load(path)
    return Document(loaded.text, loaded.path, stamp=loaded.stamp)


def save(parent: QWidget, document: Document) -> bool:
    """Save as the window does; whether it is on disk now."""
    told: list[bool] = []
    saves = saving.Saves(parent)
    saves.save(document, told.append)
    saves.join()
    if not told:  # the disk was slow: the answer comes from the event loop
        QApplication.processEvents()
    return told == [True]


def typed(document: Document, text: str = "x") -> None:
    end = len(document.text)
    document.apply(Transaction((replace(end, end, text),), "Typing"))


# --- P14 -----------------------------------------------------------------------------------------


def in_place(path: Path) -> None:
    with path.open("r+", encoding="utf-8") as file:
        file.write(OTHER)


def replaced(path: Path) -> None:
    fresh = path.with_name("fresh")
    fresh.write_text(OTHER, encoding="utf-8")
    fresh.replace(path)


def same_size_and_time(path: Path) -> None:
    before = path.stat()
    in_place(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def copied_with_its_time(path: Path) -> None:
    before = path.stat()
    fresh = path.with_name("fresh")
    fresh.write_text(OTHER, encoding="utf-8")
    os.utime(fresh, ns=(before.st_atime_ns, before.st_mtime_ns))
    fresh.replace(path)


def emptied_and_written(path: Path) -> None:
    path.write_text(OTHER, encoding="utf-8")


def appended(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("More.\n")


def deleted_and_made_again(path: Path) -> None:
    path.unlink()
    path.write_text(OTHER, encoding="utf-8")


def moved_away_and_made_again(path: Path) -> None:
    path.replace(path.with_name("backup~"))
    path.write_text(OTHER, encoding="utf-8")


def link_swapped(path: Path) -> None:
    target = path.with_name("target")
    target.write_text(OTHER, encoding="utf-8")
    path.unlink()
    path.symlink_to(target)


def through_another_name(path: Path) -> None:
    path.with_name("other-name").hardlink_to(path)
    path.with_name("other-name").write_text(OTHER, encoding="utf-8")


def touched(path: Path) -> None:
    os.utime(path)


def rights_changed(path: Path) -> None:
    path.chmod(0o600)


KINDS: tuple[Callable[[Path], None], ...] = (
    *(in_place, replaced, same_size_and_time, copied_with_its_time, emptied_and_written, appended),
    *(deleted_and_made_again, moved_away_and_made_again, link_swapped, through_another_name),
    *(touched, rights_changed),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> list[str]:
    """The questions that were asked; each is answered by going on as it was."""
    questions: list[str] = []
    answers = {"ask_conflict": "cancel", "ask_gone": "cancel", "ask_copy": False, "say": None}
    for name, answer in answers.items():
        monkeypatch.setattr(
            dialogs, name, lambda *_args, asked=name, back=answer: (questions.append(asked), back)[1]
        )
    return questions


@pytest.mark.parametrize("delivered", [True, False], ids=["event", "no-event"])
@pytest.mark.parametrize("dirty", [True, False], ids=["dirty", "clean"])
def test_p14_what_another_program_wrote_is_not_overwritten_unasked(
    promise, tmp_path, asked, dirty, delivered
):
    parent = QWidget()
    rounds = promise.times(2, 210)
    changes = overwritten = needless = 0
    for number in range(rounds):
        for kind in KINDS:
            folder = tmp_path / f"{number}-{kind.__name__}"
            folder.mkdir()
            path = folder / "one.md"
            path.write_text(BASE, encoding="utf-8")
            document = opened(path)
            if dirty:
                typed(document, "mine")
            kind(path)
            changes += 1
            there = path.read_text(encoding="utf-8")
            if delivered:
                disk_changes.settle(document, disk_changes.look(path).found, LABEL)
            followed = document.text == there
            typed(document, "more")
            asked.clear()
            saved = save(parent, document)
            if there == BASE:
                needless += asked != [] or not saved
            elif delivered and not dirty:
                needless += asked != []
                document.undo()
                overwritten += not followed or document.text != there
            else:
                overwritten += asked != ["ask_conflict"] or path.read_text(encoding="utf-8") != there
            shutil.rmtree(folder)
    assert (overwritten, needless) == (0, 0)
    promise.measured(
        f"{changes:,} changes of {len(KINDS)} kinds, "
        f"{'with' if dirty else 'without'} unsaved changes, {'seen' if delivered else 'not seen'} before saving: "
        "0 overwritten without a question, 0 needless questions"
    )


# --- P15 -----------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot, monkeypatch, asked, tmp_path):
    """A window in an empty folder; a question is noted and changes nothing."""
    monkeypatch.chdir(tmp_path)
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.show()
    return made


def forget_changes(window) -> None:
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


def looked(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.disk.busy and window.disk.watch.settled, timeout=20_000)


def test_p15_a_clean_agent_follows_and_a_dirty_one_is_never_replaced(promise, qtbot, tmp_path, window):
    path = tmp_path / "one.md"
    path.write_text(BASE, encoding="utf-8")
    window.open_paths([path])
    editor = window.present_editor()
    document = editor.document
    looked(qtbot, window)
    kinds = [kind for kind in KINDS if kind not in (touched, rights_changed, link_swapped)]
    times: list[float] = []
    replaced_dirty = 0
    for number in range(promise.times(3, 100)):
        for extra in ("other-name", "target", "backup~"):
            tmp_path.joinpath(extra).unlink(missing_ok=True)
        before = document.text
        since = time.monotonic()
        kinds[number % len(kinds)](path)
        there = path.read_text(encoding="utf-8")
        if there == before:
            there = BASE + f"{number}\n"
            path.write_text(there, encoding="utf-8")
        qtbot.waitUntil(lambda text=there: document.text == text, timeout=20_000)
        times.append(time.monotonic() - since)
        assert not document.modified and not editor.disk_bar.isVisible()
        document.undo()
        assert document.text == before
        document.redo()
    for number in range(promise.times(1, 50)):
        typed(document, f"mine {number}\n")
        mine = document.text
        path.write_text(BASE + f"theirs {number}\n", encoding="utf-8")
        qtbot.waitUntil(editor.disk_bar.isVisible, timeout=20_000)
        replaced_dirty += document.text != mine
        next(button for button in editor.disk_bar.buttons if button.text() == "Keep mine").click()
        assert not editor.disk_bar.isVisible()
    assert replaced_dirty == 0
    if promise.torture:
        assert max(times) < 5
    promise.measured(
        f"{len(times)} changes of a clean agent: 100 % followed, slowest {max(times):.2f} s; "
        f"{promise.times(1, 50)} of a dirty one: 0 replaced"
    )


# --- P16 -----------------------------------------------------------------------------------------


def deleted(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("two.md"))


def moved_to_another_folder(path: Path) -> None:
    path.with_name("below").mkdir()
    path.rename(path.with_name("below") / "one.md")


def folder_deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


def folder_replaced_by_a_file(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_text("a file", encoding="utf-8")


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def made_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def made_a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def made_a_socket(path: Path) -> None:
    path.unlink()
    here = Path.cwd()
    os.chdir(path.parent)  # its address has room for 107 letters
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)


def made_a_link_elsewhere(path: Path) -> None:
    path.unlink()
    path.with_name("target").write_text(OTHER, encoding="utf-8")
    path.symlink_to("target")


def made_a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


def made_a_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def made_too_big(path: Path) -> None:
    os.truncate(path, 9 * 1024 * 1024)


def made_unreadable(path: Path) -> None:
    path.chmod(0)


def folder_closed(path: Path) -> None:
    path.parent.chmod(0)


RIGHTS = (made_unreadable, folder_closed)
FATES: tuple[Callable[[Path], None], ...] = (
    *(deleted, moved, moved_to_another_folder, folder_deleted, folder_replaced_by_a_file, made_a_folder),
    *(made_a_pipe, made_a_device, made_a_socket, made_a_link_elsewhere, made_a_link_to_nothing, made_a_loop),
    *(made_too_big, made_unreadable, folder_closed),
)


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that other users reach, too."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def as_one_of_many(folder: Path) -> Iterator[None]:
    """As a user who has this folder, but not, as root, the right to read whatever it holds."""
    if os.geteuid() != 0:
        yield
    else:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)  # of all threads
        try:
            yield
        finally:
            os.seteuid(0)
    folder.chmod(0o700)


def what_is_there(path: Path) -> object:
    """Kind, size and place of whatever is at a path, without opening it."""
    try:
        status = path.lstat()
    except OSError:
        return None
    target = path.readlink() if path.is_symlink() else None
    return stat.S_IFMT(status.st_mode), status.st_size, target


def test_p16_whatever_becomes_of_the_file_the_text_stays_and_saving_asks(promise, ground, asked):
    parent = QWidget()
    tried = lost = unasked = 0
    ways = product(range(promise.times(1, 25)), FATES, (True, False), (True, False))
    for number, (_round, fate, dirty, delivered) in enumerate(ways):
        folder = ground / str(number)
        folder.mkdir()
        with as_one_of_many(folder) if fate in RIGHTS else nullcontext():
            path = folder / "one.md"
            path.write_text(BASE, encoding="utf-8")
            document = opened(path)
            if dirty:
                typed(document)
            before = document.text
            fate(path)
            there = what_is_there(path)
            if delivered:
                state = disk_changes.settle(document, disk_changes.look(path).found, LABEL)
                assert fate not in RIGHTS or state in ("gone", "unreadable")
                followed = state == "followed"
                if followed:
                    document.undo()
                lost += document.text != before or not document.modified
                if followed:
                    continue
            elif not dirty:
                typed(document)
            asked.clear()
            saved = save(parent, document)
            unasked += saved or not asked
            lost += not document.text.startswith(BASE) or what_is_there(path) != there
            tried += 1
    assert (lost, unasked) == (0, 0)
    promise.measured(f"{tried} saves after {len(FATES)} fates of the file: 0 texts lost, 0 saved unasked")


@pytest.mark.parametrize(
    "fate", [deleted, made_a_folder, made_a_pipe, made_unreadable], ids=lambda fate: fate.__name__
)
def test_p16_the_window_says_what_is_there_now(  # noqa: PLR0917
    promise, qtbot, window, monkeypatch, ground, fate
):
    if fate is not made_a_folder and not promise.torture:
        pytest.skip("tried under torture")
    path, said = ground / "one.md", "(unreadable)" if fate is made_unreadable else "(gone)"
    questions: list[str] = []
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_args: (questions.append("save"), "cancel")[1])
    with as_one_of_many(ground) if fate is made_unreadable else nullcontext():
        path.write_text(BASE, encoding="utf-8")
        window.open_paths([path])
        editor = window.present_editor()
        looked(qtbot, window)
        fate(path)
        qtbot.waitUntil(editor.disk_bar.isVisible, timeout=20_000)
        assert editor.document.text == BASE and editor.document.modified
        assert said in window.windowTitle() and said in window.documents.tabText(0)
        assert not window.close_document(editor) and questions == ["save"]
        path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        path.write_text(BASE, encoding="utf-8")
        qtbot.waitUntil(lambda: not editor.disk_bar.isVisible(), timeout=20_000)
        assert not editor.document.modified and said not in window.windowTitle()
    promise.measured(
        f"{fate.__name__.replace('_', ' ')} in the window: said, and withdrawn when it came back"
    )


# --- P17 -----------------------------------------------------------------------------------------


def test_p17_one_file_replaced_again_and_again_is_followed(promise, qtbot, tmp_path):
    path = tmp_path / "one.md"
    path.write_text(BASE, encoding="utf-8")
    document, parent, bar = opened(path), QWidget(), MessageBar(lasting=True)
    for widget in (parent, bar):
        qtbot.addWidget(widget)
    watch = DiskWatch(parent, lambda: [(document, bar)], list, list)
    watch.look()
    qtbot.waitUntil(lambda: not watch.busy and watch.watch.settled, timeout=20_000)
    times = promise.times(25, 1_000)
    for number in range(times):
        fresh = tmp_path / "fresh"
        fresh.write_text(BASE + f"{number}\n", encoding="utf-8")
        fresh.replace(path)
        QApplication.processEvents()
        if number % 100 == 99:
            qtbot.waitUntil(lambda text=BASE + f"{number}\n": document.text == text, timeout=20_000)
    qtbot.waitUntil(lambda: document.text == BASE + f"{times - 1}\n", timeout=20_000)
    path.write_text("In place.\n", encoding="utf-8")
    qtbot.waitUntil(lambda: document.text == "In place.\n", timeout=20_000)
    promise.measured(
        f"{times:,} replacements of one open file: the last one shown, and a write in place after it"
    )


def test_p17_no_change_in_a_large_tree_is_missed_at_the_next_focus(promise, qtbot, tmp_path, window):
    folders, each, open_ = promise.times(8, 1_000), promise.times(10, 20), promise.times(2, 10)
    for folder in range(folders):
        (tmp_path / f"{folder:04}").mkdir()
        for number in range(each):
            name = f"a{folder}-{number}"
            text = BASE.replace("name: one", f"name: {name}")
            (tmp_path / f"{folder:04}" / f"{name}.md").write_text(text, encoding="utf-8")
    window.open_paths([tmp_path])
    some = [tmp_path / f"{folder:04}" / f"a{folder}-0.md" for folder in range(0, folders, folders // open_)]
    window.open_paths(some)
    qtbot.waitUntil(lambda: not window.catalog.busy, timeout=300_000)
    looked(qtbot, window)
    for path in some:
        path.write_text(path.read_text(encoding="utf-8") + "Changed.\n", encoding="utf-8")
    gone = [path.with_name(path.name.replace("-0.md", "-1.md")) for path in some]
    for path in gone:
        path.unlink()
    window.catalog.read_settings()  # as when the window is used again
    window.disk.look()
    qtbot.waitUntil(
        lambda: all(editor.document.text.endswith("Changed.\n") for editor in window.editors()),
        timeout=60_000,
    )
    qtbot.waitUntil(lambda: not window.catalog.busy, timeout=300_000)
    listed = {row.path for row in window.catalog._loader.tree.agents()}
    assert len(listed) == folders * each - len(gone) and not listed & set(gone)
    promise.measured(
        f"{folders * each:,} files in {folders:,} folders: {len(some)} changed and {len(gone)} deleted, 0 missed"
    )


POLLED = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication, QWidget
from agenteditor.app.disk_watch import DiskWatch
from agenteditor.app.saving import opened
from agenteditor.ui.message_bar import MessageBar
app = QApplication([])
parent, path, said = QWidget(), Path(sys.argv[1]), []
document, bar = opened(parent, path), MessageBar(lasting=True)
watch = DiskWatch(parent, lambda: [(document, bar)], list, list)
watch.said.connect(said.append)
watch.look()
def until(done):
    end = time.monotonic() + 60
    while not done():
        app.processEvents()
        time.sleep(0.002)
        assert time.monotonic() < end, said
until(lambda: any("watches no more files" in one for one in said))
slowest = 0
for number in range(int(sys.argv[2])):
    since = time.monotonic()
    path.write_text(document.text + f"{number}", encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    until(lambda: document.text == text)
    slowest = max(slowest, time.monotonic() - since)
print(f"{slowest:.1f}")
import os
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("limit", ["max_inotify_watches", "max_inotify_instances"])
def test_p17_where_the_system_watches_nothing_a_poll_takes_over_and_says_so(promise, tmp_path, limit):
    if limit == "max_inotify_instances" and not promise.torture:
        pytest.skip("tried under torture")
    script, path = tmp_path / "polled.py", tmp_path / "one.md"
    script.write_text(POLLED, encoding="utf-8")
    path.write_text(BASE, encoding="utf-8")
    times = promise.times(1, 20)
    command = f'echo 0 > /proc/sys/user/{limit} && exec "$@"'
    inside = ["unshare", "--user", "--map-root-user", "sh", "-c", command, "sh"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespace can be made here, in which the system has no watches left")
    done = subprocess.run(
        [*inside, sys.executable, str(script), str(path), str(times)],
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"PYTHONPATH": str(Path(agenteditor.__file__).parent.parent)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    promise.measured(
        f"{limit} at 0: said so; {times} changes seen, the slowest after {done.stdout.strip()} s"
    )


# --- no text is lost, whatever happens in which order ----------------------------------------------

TEXTS = st.builds(
    "---\nname: {}\ndescription: {}\n---\n\n{}\n".format,
    *[st.sampled_from(["one", "two", "three"])] * 3,
)


def reachable(document: Document) -> set[str]:
    """All texts that undo and redo give; the document is as before."""
    texts = {document.text}
    for there, back in ((document.undo, document.redo), (document.redo, document.undo)):
        steps = 0
        while there() is not None:
            texts.add(document.text)
            steps += 1
        for _ in range(steps):
            back()
    return texts


class Together(RuleBasedStateMachine):
    """A person types, undoes and decides while another program writes. Nothing goes without a choice."""

    folder: Path

    @initialize(text=TEXTS)
    def begin(self, text: str) -> None:
        self.path = self.folder / "one.md"
        self.path.unlink(missing_ok=True)
        self.path.write_text(text, encoding="utf-8")
        self.document = opened(self.path)
        self.offered: files.Loaded | None = None  # what the bar speaks of
        self.given_up: set[str] = set()  # what somebody chose to overwrite

    def on_disk(self) -> str | None:
        return self.path.read_text(encoding="utf-8") if self.path.exists() else None

    @rule(text=TEXTS)
    def type(self, text: str) -> None:
        self.document.apply(Transaction(diff(self.document.text, text), "Typing"))

    @rule()
    def undo(self) -> None:
        if self.document.undo_label == LABEL:
            self.given_up.add(self.document.text)  # somebody chose to go back to the text before
        self.document.undo()

    @rule()
    def redo(self) -> None:
        self.document.redo()

    @rule(text=TEXTS)
    def write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")

    @rule()
    def delete(self) -> None:
        self.path.unlink(missing_ok=True)

    @rule()
    def look(self) -> None:
        before, edited, text = reachable(self.document), self.document.edited, self.document.text
        found = disk_changes.look(self.path).found
        state = disk_changes.settle(self.document, found, LABEL)
        assert before <= reachable(self.document), "a look loses nothing that undo or redo gave"
        if edited:
            assert self.document.text == text, "what was edited is not replaced"
        self.offered = found if state == "changed" and isinstance(found, files.Loaded) else None
        if state in ("gone", "unreadable"):
            assert self.document.modified
        if state in ("same", "followed"):
            assert not self.document.orphaned
            assert self.document.saved_text == self.on_disk()

    @precondition(lambda self: self.offered is not None)
    @rule(way=st.sampled_from(["reload", "keep", "ours", "theirs"]))
    def decide(self, way: str) -> None:
        assert self.offered is not None
        text, offered = self.document.text, self.offered
        self.offered = None
        if way == "reload":
            disk_changes.reload(self.document, offered, LABEL)
            assert self.document.text == offered.text and not self.document.modified
        elif way == "keep":
            disk_changes.keep(self.document, offered)
            self.given_up.add(offered.text)
            assert self.document.text == text
        else:
            merged = disk_changes.merged(self.document, offered)
            result = merged.text_with(merged.all_of("ours" if way == "ours" else "theirs"))
            disk_changes.take_merge(self.document, offered, result, "Merge")
            self.given_up.add(offered.text)  # it was shown, and each conflict decided
            assert self.document.text == result
        assert text in reachable(self.document), "undo brings mine back"

    @rule()
    def save_again(self) -> None:
        if self.document.orphaned == "gone":
            disk_changes.begin_anew(self.document)

    @rule()
    def save(self) -> None:
        before, text = self.on_disk(), self.document.text
        if not self.document.modified:
            return
        assert self.document.path is not None
        try:
            stamp = files.save(self.path, text, self.document.stamp)
        except Conflict:
            assert self.on_disk() == before, "asking writes nothing"
            return
        self.document.mark_saved(self.path, text, stamp)
        kept = reachable(self.document) | self.given_up
        assert before is None or before in kept, "what was overwritten is in undo, or was given up"
        self.given_up.clear()
        self.offered = None


def test_p14_no_text_is_lost_whatever_happens_in_which_order(promise, tmp_path):
    Together.folder = tmp_path
    examples = promise.times(6, 300)
    run_state_machine_as_test(
        Together,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    promise.measured(
        f"{examples:,} random orders of 20 steps (typing, undo, writing, deleting, looking, each choice, saving): "
        "0 texts lost"
    )
