"""Nothing is lost: journals, recovery, saved versions, reports of errors, signals (P19 to P23, P46, P49)."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget

from agenteditor.app import dialogs
from agenteditor.app.commands import make_window
from agenteditor.app.error_report import Reporter
from agenteditor.app.main import application
from agenteditor.app.recovery import Recovery, recovery_of
from agenteditor.app.recovery_dialog import RecoveryDialog, discard, offer_recovered, recovered
from agenteditor.app.saved_versions_dialog import SavedVersionsDialog
from agenteditor.app.saving import Saves
from agenteditor.app.settings import Settings, load, save, set_aside, settings_path
from agenteditor.core import (
    catalog_entry,
    export_notes,
    files,
    in_place,
    merge_bases,
    saved_versions,
    state_rooms,
)
from agenteditor.core.batch import FileChange
from agenteditor.core.batch_journal import batches
from agenteditor.core.batch_write import Writing
from agenteditor.core.catalog_store import CatalogStore, store_file
from agenteditor.core.disk_thread import DiskThread
from agenteditor.core.document import Document, Transaction
from agenteditor.core.export_manifest import INTENT
from agenteditor.core.journal import Journal, abandoned
from agenteditor.core.journal_records import MAGIC, edits_record, replayed, text_record
from agenteditor.core.text import diff, replace
from tests.promises.disks import DISKS
from tests.promises.typing_robot import ROOT, Robot, digest

AGENT = "---\nname: good\ndescription: Use this agent when a test needs one.\n---\n\nYou are good.\n\n## Rules\n\n- One\n"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "agenteditor"


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    path.write_text(AGENT)
    return path


def logged(log: Path) -> tuple[list[str], list[str]]:
    """The digests of texts that were to be, and of those that were there, as far as the lines are whole."""
    lines = [line.split() for line in log.read_text().split("\n")[:-1]]
    return [line[1] for line in lines if line[0] == "w"], [line[1] for line in lines if line[0] == "a"]


def wait_for(condition, seconds=30.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.002)


@pytest.fixture(scope="module")
def robot(tmp_path_factory):
    """A started window on an agent, which lives as often as it is asked."""
    path = tmp_path_factory.mktemp("robot") / "good.md"
    path.write_text(AGENT)
    with Robot(path) as made:
        yield made
    assert path.read_text() == AGENT, "it never saves"


def lived(robot, mode, number, tmp_path, kill):
    """One life of the robot; its exit status, and what it logged. ``kill`` gets process and log."""
    log = tmp_path / f"log{number}"
    process = robot.begin(mode, number, tmp_path / f"state{number}", log)
    wait_for(lambda: log.exists() and log.read_bytes().count(b"a ") > 0)
    kill(process, log)
    status = robot.end()
    planned, done = logged(log)
    log.unlink()
    return status, planned, done


def is_recovered(number, planned, done, tmp_path, monkeypatch):
    """Whether the journal has the last edit that was done; the one a kill fell into may be there or not."""
    state = tmp_path / f"state{number}"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    found, damaged = abandoned()
    assert not damaged
    assert len(found) < 2
    for one in found:
        one.leave()
    shutil.rmtree(state, ignore_errors=True)
    # By chance an edit makes the text the saved one again; then it needs no journal.
    return digest(found[0].said.text if found else AGENT) in (done[-1], planned[-1])


def test_p19_unsaved_edits_outlive_a_kill_and_a_crash_of_the_window(promise, robot, tmp_path, monkeypatch):
    kills, lost, edits = promise.times(6, 2_000), 0, 0
    chance = random.Random(19)
    signals = (signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)
    for number in range(kills):
        wanted = signals[number % len(signals)]

        def kill(process, _log, wanted=wanted):
            time.sleep(chance.random() * 0.12)
            os.kill(process, wanted)

        status, planned, done = lived(robot, "type", number, tmp_path, kill)
        assert status == -wanted
        edits += len(done)
        lost += not is_recovered(number, planned, done, tmp_path, monkeypatch)
    promise.measured(
        f"{kills:,} kills and crashes of a typing window, {edits:,} edits: {lost} lost, none of any age"
    )
    assert lost == 0


def test_p19_a_journal_begun_anew_all_the_time_outlives_a_kill(promise, tmp_path, monkeypatch):
    kills, lost, edits = promise.times(200, 2_000), 0, 0
    chance = random.Random(19)

    def kill(process, _log):
        time.sleep(chance.random() * 0.008)
        os.kill(process, signal.SIGKILL)

    with Robot() as robot:
        for number in range(kills):
            _status, planned, done = lived(robot, "core", number, tmp_path, kill)
            edits += len(done)
            lost += not is_recovered(number, planned, done, tmp_path, monkeypatch)
    promise.measured(f"{kills:,} kills of a program that writes a journal, {edits:,} edits: {lost} lost")
    assert lost == 0


def test_p19_unsaved_edits_outlive_a_power_cut(promise, tmp_path):
    if not promise.torture:
        pytest.skip("cuts of a mounted disk are tried by make torture, as root")
    if os.geteuid() != 0:
        pytest.skip("only root may mount the disk whose power is cut")
    times, running = 25, []
    for number, (kind, options) in enumerate(DISKS):
        made = shutil.which(f"mkfs.{kind}")
        if made is None:
            promise.lacks(f"mkfs.{kind} is not installed: power cuts of such a disk were not tried")
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        words = (made, options, folder, times, 1000 * number)
        script = [sys.executable, "-m", "tests.promises.power_journals", *map(str, words)]
        env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        process = subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        running.append((f"{kind} ({options})", process))
    for disk, process in running:  # each sleeps nearly all the time
        said, complaints = process.communicate(timeout=1_200)
        assert process.returncode == 0, complaints
        if said.startswith("not here"):
            promise.lacks(f"{disk}: {said}")
            continue
        cuts, edits, lost, oldest, never, saves_lost = map(int, said.split())
        promise.measured(
            f"{disk}: {cuts} power cuts, {edits:,} edits in 8 journals, begun anew, saved and not: {lost:,} lost, "
            f"the oldest of them {oldest / 1000:.1f} s old"
        )
        assert (never, saves_lost) == (0, 0)
        assert oldest < 5_000


def test_p49_signals_and_the_end_of_the_session_leave_the_journals(promise, robot, tmp_path, monkeypatch):
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    times, slowest, lost = promise.times(1, 50), 0.0, 0
    for number in range(times * len(numbers)):
        ended = [0.0]

        def kill(process, log, number=number, ended=ended):
            wait_for(lambda: log.read_bytes().endswith(b"ready\n"))
            ended[0] = time.monotonic()
            os.kill(process, numbers[number % len(numbers)])

        status, planned, done = lived(robot, "wait", number, tmp_path, kill)
        slowest = max(slowest, time.monotonic() - ended[0])
        assert status == 128 + numbers[number % len(numbers)]
        lost += not is_recovered(number, planned, done, tmp_path, monkeypatch)
    status, planned, done = lived(robot, "session", 1_000, tmp_path, lambda _process, _log: None)
    assert status == 0
    lost += not is_recovered(1_000, planned, done, tmp_path, monkeypatch)
    promise.measured(f"{times * len(numbers)} signals: {lost} edits lost, gone after {slowest:.2f} s at most")
    assert lost == 0
    assert not promise.torture or slowest < 3.0  # on a machine that does other things, too


# --- P20 -----------------------------------------------------------------------------------------


class Documents(QObject):
    """The open documents of a window, without the views, which take a third of a second each."""

    added, removed = Signal(object), Signal(object)

    def __init__(self):
        super().__init__()
        self.open: list[Document] = []

    def of(self, path):
        return next((SimpleNamespace(document=one) for one in self.open if one.path == path), None)

    def setCurrentWidget(self, _editor):
        pass


class Desk(QWidget):
    """A window as far as recovery knows it."""

    closed = Signal()

    def __init__(self):
        super().__init__()
        self.documents = Documents()
        self.editor = None
        self.saves = Saves(self)
        self.recovery = Recovery(self)

    def editors(self):
        return [SimpleNamespace(document=one) for one in self.documents.open]

    def add_document(self, document):
        self.documents.open.append(document)
        self.documents.added.emit(document)

    def crash(self):
        """What a kill leaves: the journals as they are, and nobody who holds them."""
        for one in self.recovery._followed.values():
            one.stop()
            one.journal.leave()
        self.recovery._followed.clear()
        self.documents.open.clear()

    def say(self, sentence):
        pytest.fail(sentence)


def journals():
    folder = state_rooms.room("journals")
    return [path for path in folder.iterdir() if path.suffix == ".journal"] if folder.is_dir() else []


words = st.text(st.sampled_from("ab \n#-é\udc80\r"), max_size=6)


class Life(RuleBasedStateMachine):
    """A file that is edited, saved, changed by others, lost in crashes and recovered, as often as it likes."""

    def __init__(self, window, path):
        super().__init__()
        self.window, self.path = window, path
        shutil.rmtree(state_rooms.state_folder(), ignore_errors=True)
        self.path.write_text(AGENT)
        self.disk: bytes | None = AGENT.encode()  # what must be there
        self.unsaved: str | None = None  # what a crash took
        self.shown = ""  # what it is compared with
        self.dialog: RecoveryDialog | None = None
        self.open()

    @property
    def document(self) -> Document:
        return self.window.editors()[0].document

    def open(self):
        with suppress(files.FileProblem):
            loaded = files.load(self.path)
            self.window.add_document(Document(loaded.text, loaded.path, stamp=loaded.stamp))

    def running(self):
        return self.dialog is None and bool(self.window.editors())

    @precondition(running)
    @rule(start=st.integers(0, 150), length=st.integers(0, 5), insert=words)
    def edit(self, start, length, insert):
        start = min(start, len(self.document.text))
        end = min(start + length, len(self.document.text))
        self.document.apply(Transaction((replace(start, end, insert),), "edit"))

    @precondition(running)
    @rule()
    def undo(self):
        self.document.undo()

    @precondition(running)
    @rule()
    def undo_all(self):
        while self.document.undo() is not None:
            pass

    @precondition(running)
    @rule()
    def save(self):
        document = self.document
        with suppress(files.Conflict):
            stamp = files.save(self.path, document.text, document.stamp)
            document.mark_saved(self.path, document.text, stamp)
            self.disk = files.encode(document.text)

    @rule(text=st.sampled_from((None, AGENT, AGENT + "changed\n", "other")))
    def somebody_else_writes(self, text):
        self.path.unlink(missing_ok=True)
        if text is not None:
            self.path.write_text(text)
        self.disk = None if text is None else text.encode()

    @precondition(lambda self: self.running() and (self.document.modified or self.disk != AGENT.encode()))
    @rule()
    def crash(self):
        document = self.document
        self.unsaved = document.text if document.modified else None
        self.window.crash()
        self.start()

    @precondition(lambda self: self.dialog is not None)
    @rule(answer=st.sampled_from(("restore", "restore_all", "discard", "later")))
    def answer(self, answer):
        dialog, self.dialog = self.dialog, None
        assert dialog is not None
        if answer == "later":
            dialog.reject()
            assert len(journals()) == 1
            self.start()
        elif answer == "discard":
            dialog.discard()
            assert not journals()
            version = saved_versions.versions(self.path)[0]
            assert version.reason == "discarded" or files.encode(self.unsaved) == self.disk
            assert saved_versions.text_of(version) == self.unsaved
            self.open()
        else:
            getattr(dialog, answer)()
            assert self.document.text == self.unsaved and self.document.path == self.path
            self.document.undo()
            assert (
                self.document.text == self.shown
            )  # what it was compared with: saving asks about a newer one
            self.document.redo()
        self.unsaved = None if answer != "later" else self.unsaved

    def start(self):
        """The program starts anew."""
        self.dialog = offer_recovered(self.window)
        on_disk = "" if self.disk is None else files.decode(self.disk)
        assert (self.dialog is not None) == (self.unsaved is not None and self.unsaved != on_disk)
        if self.dialog is None:
            self.open()
        else:
            (one,) = self.dialog._found
            self.shown = on_disk
            assert (one.text, one.disk_text) == (self.unsaved, on_disk)
            assert self.dialog.diff._texts == (on_disk, self.unsaved)

    @invariant()
    def nothing_but_a_save_writes_the_file(self):
        assert (self.path.read_bytes() if self.path.exists() else None) == self.disk

    @invariant()
    def there_is_a_journal_as_long_as_something_is_unsaved(self):
        if self.running():
            recovery_of(self.window)._thread.finish(10)
            assert len(journals()) == self.document.modified
            assert recovery_of(self.window).holds(self.document)

    def teardown(self):
        if self.dialog is not None:
            self.dialog.reject()
        self.window.crash()


def test_p20_recovery_never_writes_the_file_and_loses_no_journal(promise, qtbot, good):
    application(Settings(theme="light"))
    window = Desk()
    qtbot.addWidget(window)
    examples = promise.times(8, 1_000)
    run_state_machine_as_test(
        lambda: Life(window, good),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
    promise.measured(
        f"{examples:,} lives of a file of up to 25 edits, saves, crashes and changes by others: "
        "0 files written by recovery, 0 journals lost"
    )


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    """A shown window in which nothing is asked."""
    for name in ("ask_files", "ask_folder", "ask_save_path", "ask_to_save", "ask_conflict", "say"):
        monkeypatch.setattr(
            dialogs, name, lambda *args, asked=name: pytest.fail(f"asked: {asked} {args[1:]}")
        )
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.show()
    return made


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


# --- P21 -----------------------------------------------------------------------------------------


def some_journal() -> tuple[bytes, list[str]]:
    """A journal, and the texts it went through."""
    texts = ["name: é\n", "name: é\r\nx", "name: \udc80\r\nx", "", "# all anew\n" * 5]
    record, checksum = text_record(Path("/agents/a.md"), "0" * 64, texts[0], 0)
    data = MAGIC + record
    for before, after in itertools.pairwise(texts):
        record, checksum = edits_record(diff(before, after), checksum)
        data += record
    return data, texts


def test_p21_a_damaged_journal_is_read_up_to_the_damage(promise):
    data, texts = some_journal()
    for length in range(len(data)):
        said = replayed(data[:length])
        assert said is None or said.text in texts[:-1]
    for bit in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        said = replayed(bytes(damaged))
        assert said is None or (said.text in texts[:-1] and not said.whole)
    promise.measured(
        f"all {len(data):,} truncations and {len(data) * 8:,} bit flips of a journal: "
        "each is the text as it was at an earlier moment, or nothing"
    )


STRANGE = (
    *(b"", b"{}", b"[]", b"null", b"[" * 100_000, b'{"font_size": 1e999, "window_columns": [1, -1]}'),
    b'{"font_size": 99999999999999, "theme": 3, "geometry": "zz", "recent_files": ["\\u0000", "\\ud800"]}',
    b'{"window_columns": [99999999999999999999], "recent_folders": ["' + b"/x" * 9000 + b'"], "files": 3}',
    *(b'{"path": "/x", "base": 3}\n', b'{"records": [{}], "folders": 3, "digest": ""}', b"\xff\xfe\x00"),
)


def rubbish(chance: random.Random, valid: list[bytes]) -> bytes:
    """A file as a crash, a bad disk or somebody malicious leaves it."""
    kind = chance.randrange(4)
    if kind == 0:
        return chance.randbytes(chance.randrange(300))
    data = bytearray(chance.choice([*valid, *STRANGE]))
    if kind == 1 and data:
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif kind == 2:
        del data[chance.randint(0, len(data)) :]
    else:
        at = chance.randint(0, len(data))
        data[at:at] = data[: chance.randint(0, len(data))]
    return bytes(data)


def test_p21_damaged_files_of_any_kind_never_stop_the_start(promise, tmp_path, qtbot, monkeypatch):
    count, each = promise.times(300, 10_000), 6
    home = tmp_path / "state" / "agenteditor"
    config, answers = tmp_path / "settings.json", tmp_path / "answers.jsonl"
    save(config, Settings())
    agent = tmp_path / "a.md"
    agent.write_text(AGENT)
    valid = [some_journal()[0], config.read_bytes()]
    store = CatalogStore(answers, "1")
    store.keep(("key",), catalog_entry.load_entry(agent, tmp_path))
    store.save()
    valid.append(answers.read_bytes())
    monkeypatch.setattr(dialogs, "say", lambda *_args: None)
    application(Settings(theme="light"))
    chance, windows = random.Random(21), promise.times(1, 20)
    for number in range(0, count, each):
        shutil.rmtree(home, ignore_errors=True)
        digest_ = "0" * 64
        for path in (
            home / "journals" / "a-000000.journal",
            home / "batches" / "00000000000000000001-aa.json",
            home / "overwriting" / "aa.copy",
            home / "versions" / ("0" * 32) / f"{1:020d}-saved-{digest_}",
            config,
            answers,
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(rubbish(chance, valid))
        set_aside(config)
        settings_ = load(config)
        assert (
            isinstance(json.loads(config.read_bytes()), dict) if config.exists() else settings_ == Settings()
        )
        CatalogStore(answers, "1").entry(("key",), tmp_path / "a.md", "")
        batches()
        in_place.unfinished()
        for one in abandoned()[0]:
            one.leave()
        if number // each < windows:
            window = make_window(settings_)
            qtbot.addWidget(window, before_close_func=forget_changes)
            window.show()
            dialog = offer_recovered(window, config)
            if dialog is not None:
                dialog.restore_all()
    promise.measured(
        f"{count:,} damaged journals, settings, stores, batches, copies and versions: 0 stopped a start"
    )


# --- P22 -----------------------------------------------------------------------------------------


def test_p22_any_version_is_restored_to_the_byte(promise, tmp_path):
    examples = promise.times(40, 10_000)

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(contents=st.lists(st.binary(max_size=200), min_size=1, max_size=6))
    def restored(contents):
        path = tmp_path / "any.md"
        shutil.rmtree(state_rooms.room("versions"), ignore_errors=True)
        for data in contents:
            saved_versions.keep(path, files.decode(data), "saved")
        wanted = [data for at, data in enumerate(contents) if at == 0 or contents[at - 1] != data]
        found = saved_versions.versions(path)
        assert [version.file.read_bytes() for version in reversed(found)] == wanted
        assert [files.encode(saved_versions.text_of(version)) for version in reversed(found)] == wanted

    restored()
    promise.measured(
        f"{examples:,} files of any bytes, saved up to 6 times: each version comes back to the byte"
    )


def test_p22_a_save_keeps_what_it_replaces_and_restoring_is_one_step(promise, qtbot, good):
    application(Settings(theme="light"))
    desk = Desk()
    qtbot.addWidget(desk)
    original = AGENT.encode() + b"\xff\r\n"
    good.write_bytes(original)
    loaded = files.load(good)
    document = Document(loaded.text, loaded.path, stamp=loaded.stamp)
    desk.add_document(document)
    for number in range(25):
        document.apply(Transaction((replace(4, 4, f"{number}"),), "edit"))
        document.mark_saved(good, document.text, files.save(good, document.text, document.stamp))
    desk.recovery.finish_versions()
    kept = saved_versions.versions(good)
    assert kept[-1].reason == "found" and kept[-1].file.read_bytes() == original
    assert len(kept) == 26  # those of the last days stay
    dialog = SavedVersionsDialog(document, desk)
    dialog.list.setCurrentItem(dialog.list.rows()[-1])
    before = document.text
    dialog.restore()
    assert files.encode(document.text) == original and document.modified
    assert good.read_bytes() != original
    document.undo()
    assert document.text == before
    assert all(version.file.stat().st_mode & 0o777 == 0o600 for version in kept)
    assert [path for path in good.parent.iterdir() if path.suffix] == [good]
    promise.lacks(
        "what `set`, `fix`, `check --fix` and `triggers` on the command line replaced is not among the versions, "
        "nor what a batch of more than 5 MB did: “Undo last batch” keeps that"
    )


def test_p22_old_versions_go_and_twenty_stay(promise, tmp_path, monkeypatch):
    path, day = tmp_path / "a.md", 24 * 3600 * 10**9
    clock = [10**18]
    monkeypatch.setattr(saved_versions.time, "time_ns", lambda: clock[0])
    for number in range(60):
        saved_versions.keep(path, f"{number}", "saved")
        clock[0] += day // 4
    assert [saved_versions.text_of(one) for one in saved_versions.versions(path)] == [
        f"{number}" for number in range(59, 59 - 29, -1)
    ]  # four a day, for seven days
    clock[0] += 30 * day
    saved_versions.keep(path, "new", "saved")
    assert len(saved_versions.versions(path)) == 20
    promise.measured("20 versions stay whatever their age, all of the last 7 days besides")


# --- P23 -----------------------------------------------------------------------------------------


def test_p23_whatever_fails_the_program_goes_on(promise, robot, tmp_path):
    log = tmp_path / "log"
    mode = "all-faults" if promise.torture else "faults"
    robot.begin(mode, 0, tmp_path / "state", log)
    assert robot.end() == 0, "it ended"
    found = json.loads(log.read_text().split("\n")[1])
    assert found["actions"] == found["all"]
    assert found["silent"] <= found["faults"] // 20
    assert found["dialogs"] == 1
    assert found["intact"]
    promise.measured(
        f"{found['all']} actions and {found['faults'] - found['actions']:,} functions of the views failed once "
        f"each: 0 exits, never more than one report open, documents intact"
        + (
            f"; {found['silent']} got no report, swallowed inside calls of Qt for Python"
            if found["silent"]
            else ""
        )
    )


def test_p23_a_report_has_no_text_of_a_file_and_is_true_about_it(promise, window, good, monkeypatch, capsys):
    reporter = Reporter(window)

    def fail():
        text = window.present_editor().document.text
        raise ValueError(f"secret {text}") from KeyError(text)

    def report():
        try:
            fail()
        except ValueError as error:
            reporter.report(type(error), error, error.__traceback__)

    window.open_paths([good])
    report()
    assert "saved" in reporter.dialog.safe.text()
    document = window.present_editor().document
    document.apply(Transaction((replace(4, 4, "x"),), "edit"))
    report()
    report()
    assert "Your text is safe" in reporter.dialog.safe.text()
    (journal,) = journals()
    assert replayed(journal.read_bytes()).text == document.text
    reporter.dialog.copy()
    copied = QGuiApplication.clipboard().text()
    assert "ValueError" in copied and "after KeyError" in copied and "in test_p23" in copied
    assert "3 times" in copied
    for text in (copied, reporter.dialog.text(), capsys.readouterr().err):
        assert "secret" not in text and "good" not in text and "Use this agent" not in text
    monkeypatch.setattr(Journal, "begin", fails)
    monkeypatch.setattr(Journal, "add", fails)
    document.apply(Transaction((replace(4, 4, "x"),), "edit"))
    report()
    assert "could not be written" in reporter.dialog.safe.text()
    assert "cannot be kept" in window.present_editor().messages.findChildren(QLabel)[1].text()
    reporter.dialog.close()
    report()
    assert reporter.dialog is None, "it was seen, and is not shown again and again"
    promise.measured("a report: versions, places, kinds; no text of a file, no message, no value")


def fails(*_args):
    raise OSError(28, "No space left on device")


# --- P46 -----------------------------------------------------------------------------------------


def test_p46_no_room_grows_over_its_share(promise, tmp_path, monkeypatch):
    small = {name: share // 1024 for name, share in state_rooms.SHARES.items()}
    monkeypatch.setattr(state_rooms, "SHARES", small)
    monkeypatch.setattr(saved_versions, "_MOST_BYTES", 16 * 1024)
    chance, saves = random.Random(46), promise.times(80, 10_000)
    for number in range(saves):
        text = "x" * chance.randint(0, 3_000) + str(number)
        saved_versions.keep(tmp_path / f"{chance.randrange(40)}.md", text, "saved")
        assert state_rooms.size_of("versions") <= small["versions"]
    thread = DiskThread(print)
    open_, refused = [], 0
    for _ in range(40):
        one = Journal(thread)
        try:
            one.begin(None, None, "x" * 3_000)
        except OSError:
            refused += 1
        open_.append(one)
    assert refused and state_rooms.size_of("journals") <= small["journals"]
    for one in open_:
        one.leave()
    thread.close()
    found, _damaged = recovered()
    assert sum(len(one.text) for one in found) <= small["journals"] // 2
    for one in found:
        one.journal.leave()
    assert sum(state_rooms.SHARES.values()) <= 200 * 1024
    promise.measured(f"{saves:,} saves and 40 unsaved texts in rooms of a thousandth: none over its share")


def test_p46_all_that_is_kept_lies_in_one_folder_for_this_user_alone(promise, qtbot, tmp_path, monkeypatch):
    home = tmp_path / "home"
    desk = Desk()
    qtbot.addWidget(desk)
    for name, folder in {"STATE": "state", "CONFIG": "config", "CACHE": "cache", "DATA": "data"}.items():
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / folder))
    monkeypatch.setenv("HOME", str(home))
    (home / "agents").mkdir(parents=True, mode=0o755)
    umask = os.umask(0o022)  # as most systems have it
    try:
        rounds = promise.times(1, 200)
        for number in range(rounds):
            live_a_day(desk, home / "agents", number)
        desk.recovery.finish_versions()
        save(settings_path(os.environ), Settings())
        kept = [path for path in home.rglob("*") if home / "agents" not in (path, *path.parents)]
        ours = [home / name / "agenteditor" for name in ("state", "config", "cache")]
        outside = [
            path
            for path in kept
            if path.parent != home and not any(one in (path, *path.parents) for one in ours)
        ]
        assert not outside
        rooms = {path.name for path in (home / "state" / "agenteditor").iterdir()}
        assert rooms == set(state_rooms.SHARES)
        open_to_others = [path for path in kept if path.parent != home and path.lstat().st_mode & 0o077]
        assert not open_to_others
        size = sum(path.stat().st_size for path in kept if path.is_file())
        assert size <= 200 * 1024 * 1024
        desk.crash()
    finally:
        os.umask(umask)
    promise.measured(
        f"{rounds} rounds of editing, saving, overwriting in place, batches, imports and crashes: 0 files outside "
        f"state, settings and cache, 0 that others can read, {size / 1024:,.0f} KB"
    )
    promise.lacks(
        "answers about agents are a cache, and lie in the cache folder; the newest batch may be larger than its "
        "share, and what an undo set aside stays: both are needed for undo"
    )


def live_a_day(desk, folder, number):
    """Everything that keeps something."""
    path, linked, other = (folder / f"{name}{number % 10}.md" for name in ("a", "b", "c"))
    for each in (path, linked, other):
        each.unlink(missing_ok=True)
        each.write_text(AGENT)
    (folder / f"hard{number}").hardlink_to(linked)
    for each in (path, linked):
        loaded = files.load(each)
        desk.add_document(Document(loaded.text, loaded.path, stamp=loaded.stamp))
    for document in desk.documents.open:
        document.apply(Transaction((replace(4, 4, f"x: {number}\n"),), "edit"))
        document.mark_saved(
            document.path, document.text, files.save(document.path, document.text, document.stamp)
        )
        document.apply(Transaction((replace(4, 4, "unsaved: 1\n"),), "edit"))
    for _ in Writing(
        "batch", [FileChange("edited", other, AGENT, AGENT + "x", files.stamp(other))], Path.unlink
    ).steps():
        pass
    (folder / f"export{number}").mkdir()
    (folder / f"export{number}" / INTENT).touch()
    with export_notes.noted(folder / f"export{number}"):
        pass
    merge_bases.remember(folder, {"c.md": AGENT}, {"c.md": merge_bases.Held(None, AGENT)})
    store = CatalogStore(store_file(), "1")
    store.keep((number,), catalog_entry.load_entry(path, folder))
    store.save()
    desk.crash()
    for one in recovered()[0][number % 2 :]:
        discard(one)
    with pytest.raises(OSError, match="half-way"), monkeypatched(in_place, "_fill", cut_off):
        in_place.overwrite(linked, lambda: os.open(linked, os.O_WRONLY), linked.read_bytes(), b"new")


def cut_off(*_args):
    raise OSError(5, "cut off")


@contextmanager
def monkeypatched(module, name, new):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, new)
        yield
