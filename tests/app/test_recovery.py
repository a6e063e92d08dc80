"""Recovery as a person meets it: the dialog after a crash, saved versions, a disk that takes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from agenteditor.app import dialogs, recovery
from agenteditor.app.commands import make_window
from agenteditor.app.error_report import Reporter, report_of
from agenteditor.app.main import application
from agenteditor.app.recovery import recovery_of
from agenteditor.app.recovery_dialog import offer_recovered
from agenteditor.app.saved_versions_dialog import SavedVersionsDialog
from agenteditor.app.settings import Settings, load, set_aside
from agenteditor.core import files, saved_versions, state_rooms
from agenteditor.core.dialects import by_name
from agenteditor.core.disk_thread import DiskThread
from agenteditor.core.document import Document, Transaction
from agenteditor.core.journal import Journal, abandoned
from agenteditor.core.journal_records import replayed
from agenteditor.core.text import replace
from agenteditor.ui.editor import VIEWS

AGENT = "---\nname: good\ndescription: Use this agent when a test needs one.\n---\n\nYou are good.\n"


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    for name in ("ask_files", "ask_folder", "ask_save_path", "ask_to_save", "ask_conflict", "say"):
        monkeypatch.setattr(
            dialogs, name, lambda *args, asked=name: pytest.fail(f"asked: {asked} {args[1:]}")
        )
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    QApplication.processEvents()
    return made


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    path.write_text(AGENT)
    return path


def journals():
    folder = state_rooms.room("journals")
    return sorted(path for path in folder.iterdir() if path.suffix == ".journal") if folder.is_dir() else []


def left_behind(path, text, base=None):
    """A journal of a program that is gone."""
    thread = DiskThread(pytest.fail)
    one = Journal(thread)
    one.begin(path, base, text)
    one.leave()
    thread.close()


def opened(window, path):
    window.open_paths([path])
    return window.present_editor().document


def edit(document, insert="x"):
    document.apply(Transaction((replace(4, 4, insert),), "edit"))


def rows(dialog):
    return [[item.text(column) for column in range(3)] for item in dialog.list.rows()]


# --- after a crash -------------------------------------------------------------------------------


def test_without_anything_lost_nothing_is_offered(window):
    assert offer_recovered(window) is None


def test_the_dialog_says_what_became_of_each_file(window, tmp_path, good):
    changed, gone, folder = tmp_path / "changed.md", tmp_path / "gone.md", tmp_path / "folder.md"
    changed.write_text("theirs\n")
    folder.mkdir()
    left_behind(good, AGENT + "More.\n", files.stamp(good).digest)
    left_behind(changed, "mine\n", "0" * 64)
    left_behind(gone, AGENT)
    left_behind(folder, AGENT)
    left_behind(None, AGENT)
    said = {row[0]: row[2] for row in rows(offer_recovered(window))}
    assert said["good.md"] == "1 line added."
    assert "changed meanwhile" in said["changed.md"]
    assert "gone" in said["gone.md"]
    assert "cannot be read" in said["folder.md"]
    assert "never saved" in said["New agent, without a file"]


def test_it_can_be_used_with_the_keyboard_alone(qtbot, window, tmp_path, good):
    other = tmp_path / "other.md"
    other.write_text(AGENT)
    left_behind(good, AGENT + "More.\n", files.stamp(good).digest)
    left_behind(other, AGENT + "Others.\n", files.stamp(other).digest)
    left_behind(None, "later\n")
    dialog = offer_recovered(window)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    assert QApplication.focusWidget() is dialog.list

    def choose(name):
        QTest.keyClick(dialog.list, Qt.Key.Key_Home)
        for _ in range([row[0] for row in rows(dialog)].index(name)):
            QTest.keyClick(dialog.list, Qt.Key.Key_Down)

    choose("good.md")
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert window.present_editor().document.text == AGENT + "More.\n"
    qtbot.waitUntil(dialog.isActiveWindow)
    assert QApplication.focusWidget() is dialog.list
    choose("other.md")
    QTest.keyClick(dialog.list, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: len(rows(dialog)) == 1)  # a button is pressed for a moment
    (version,) = saved_versions.versions(other)
    assert (version.reason, saved_versions.text_of(version)) == ("discarded", AGENT + "Others.\n")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert good.read_text() == other.read_text() == AGENT
    assert {replayed(path.read_bytes()).text for path in journals()} == {AGENT + "More.\n", "later\n"}


def test_what_is_restored_is_one_unsaved_change_and_goes_into_the_open_editor(window, good):
    left_behind(good, AGENT + "More.\n", files.stamp(good).digest)
    document = opened(window, good)
    offer_recovered(window).restore()
    assert len(window.editors()) == 1
    assert document.text == AGENT + "More.\n" and document.modified
    document.undo()
    assert document.text == AGENT and not document.modified


@pytest.mark.parametrize("way", ["restore", "restore_all"])
def test_two_unsaved_texts_of_one_file_do_not_replace_each_other(window, good, way):
    base = files.stamp(good).digest
    left_behind(good, AGENT + "Of one window.\n", base)
    time.sleep(0.01)  # a journal is as old as its file
    left_behind(good, AGENT + "Of another.\n", base)
    dialog = offer_recovered(window)
    assert all("another unsaved text" in row[2] for row in rows(dialog))
    getattr(dialog, way)()
    if way == "restore":
        dialog.restore()
    texts = {editor.document.path: editor.document.text for editor in window.editors()}
    assert texts == {good: AGENT + "Of another.\n", None: AGENT + "Of one window.\n"}
    assert {replayed(path.read_bytes()).text for path in journals()} == set(texts.values())
    assert good.read_text() == AGENT


def test_what_was_typed_meanwhile_is_not_replaced_by_what_is_restored(window, good):
    left_behind(good, AGENT + "More.\n", files.stamp(good).digest)
    document = opened(window, good)
    edit(document, "typed")
    offer_recovered(window).restore()
    assert "typed" in document.text
    assert [editor.document.text for editor in window.editors()] == [document.text, AGENT + "More.\n"]


def test_a_file_that_is_gone_is_restored_in_its_place_and_one_that_cannot_be_read_is_not(window, tmp_path):
    gone, folder = tmp_path / "gone.md", tmp_path / "folder.md"
    folder.mkdir()
    left_behind(gone, AGENT)
    left_behind(folder, AGENT)
    left_behind(None, AGENT)
    offer_recovered(window).restore_all()
    assert {editor.document.path for editor in window.editors()} == {gone, None}
    assert [editor.document.text for editor in window.editors()] == [AGENT] * 3
    assert len(journals()) == 3


def test_what_is_on_disk_already_is_not_offered(window, good):
    left_behind(good, AGENT)
    assert offer_recovered(window) is None
    assert not journals()


def test_a_running_window_keeps_its_journals(window, good, qtbot):
    edit(opened(window, good))
    other = make_window(Settings())
    qtbot.addWidget(other)
    assert offer_recovered(other) is None
    assert len(journals()) == 1


def test_damaged_journals_and_settings_are_set_aside_and_said(window, tmp_path):
    left_behind(None, AGENT)
    (path,) = journals()
    path.write_bytes(b"rubbish")
    settings = tmp_path / "settings.json"
    settings.write_text("{")
    assert load(settings) == Settings()
    assert offer_recovered(window, set_aside(settings)) is None
    said = window.statusBar().currentMessage()
    assert path.with_suffix(".damaged").name in said and "settings.json.damaged" in said
    assert set_aside(settings) is None


def test_a_damaged_end_is_said(window):
    left_behind(None, AGENT)
    (path,) = journals()
    path.write_bytes(path.read_bytes() + b"half a rec")
    assert "latest changes may be missing" in rows(offer_recovered(window))[0][2]


def test_if_the_disk_takes_no_version_nothing_is_discarded(window, monkeypatch):
    left_behind(None, AGENT)
    monkeypatch.setattr(saved_versions.state_rooms, "write", refuse)
    dialog = offer_recovered(window)
    dialog.discard()
    assert dialog.isVisible() and "not discarded" in dialog.status.text()
    dialog.reject()
    assert len(journals()) == 1


# --- journals ------------------------------------------------------------------------------------


def test_an_untitled_agent_has_a_journal_and_closing_it_unwanted_ends_it(window, monkeypatch):
    window.add_document(Document(AGENT))
    assert not journals()
    edit(window.present_editor().document)
    assert len(journals()) == 1
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_args: "cancel")
    assert not window.close_document(window.present_editor()) and len(journals()) == 1
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_args: "discard")
    assert window.close_document(window.present_editor()) and not journals()


def test_closing_the_window_ends_the_journals_unless_it_stays(window, good, monkeypatch):
    edit(opened(window, good))
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_args: "cancel")
    assert not window.close() and len(journals()) == 1
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_args: "discard")
    assert window.close() and not journals()


def test_read_in_another_way_it_keeps_its_journal(window, good):
    edit(opened(window, good))
    window.read_as(by_name("opencode"))
    (path,) = journals()
    assert replayed(path.read_bytes()).text == window.present_editor().document.text


def test_a_view_that_fails_before_it_leaves_the_journal_right(window, good):
    document = opened(window, good)
    edit(document)

    def fail(_change):
        raise RuntimeError("a view")

    document._subscribers.insert(0, fail)
    with pytest.raises(RuntimeError):
        edit(document, "y")
    document._subscribers.remove(fail)
    edit(document, "z")
    recovery_of(window).flush(10)  # and what it replaces goes
    (path,) = journals()
    assert replayed(path.read_bytes()).text == document.text


def test_a_save_that_may_not_be_durable_leaves_the_journal(window, good):
    document = opened(window, good)
    edit(document)
    stamp = files.save(good, document.text, document.stamp)
    document.mark_saved(
        good, document.text, files.Stamp(stamp.digest, stamp.size, stamp.identity, durable=False)
    )
    assert len(journals()) == 1
    window.close_document(window.present_editor())
    assert not journals()


def refuse(*_args, **_named):
    raise OSError(28, "No space left on device")


def test_a_disk_that_takes_no_journal_is_said_once_and_stops_nothing(window, good, monkeypatch):
    monkeypatch.setattr(Journal, "begin", refuse)
    document = opened(window, good)
    edit(document)
    bar = window.present_editor().messages
    assert bar.isVisibleTo(window) and "no space left" in bar.findChildren(QLabel)[1].text()
    bar.hide()
    edit(document, "y")
    assert not bar.isVisibleTo(window) and document.text[4:6] == "yx"
    assert not recovery_of(window).holds(document)


def test_a_refused_journal_is_tried_again_though_nobody_types(window, good, monkeypatch, qtbot):
    monkeypatch.setattr(recovery, "_AGAIN", 0.05)
    with monkeypatch.context() as full:
        full.setattr(Journal, "begin", refuse)
        document = opened(window, good)
        edit(document)
        edit(document, "y")
        assert not recovery_of(window).holds(document)
    qtbot.waitUntil(lambda: recovery_of(window).holds(document))
    assert len(journals()) == 1


# --- saved versions ------------------------------------------------------------------------------


def test_the_menu_shows_the_versions_and_enter_restores_one(window, good):
    document = opened(window, good)
    edit(document, "x: 1\n")
    window.actions_["save"].trigger()
    edit(document, "y: 2\n")
    window.actions_["saved-versions"].trigger()
    (dialog,) = window.findChildren(SavedVersionsDialog)
    QApplication.processEvents()
    assert [row[2] for row in rows(dialog)] == ["1 line added", "As it was before the first save here"]
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert "Since this version" in dialog.diff.summary.text()
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert document.text == AGENT and document.modified
    assert good.read_text() != AGENT


def test_a_version_can_be_saved_as_a_copy(window, good, tmp_path, monkeypatch):
    document = opened(window, good)
    saved_versions.keep(good, "earlier\n", "saved")
    dialog = SavedVersionsDialog(document, window)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda _parent, _suggestion: tmp_path / "copy.md")
    dialog.save_copy()
    assert (tmp_path / "copy.md").read_text() == "earlier\n"
    assert document.text == AGENT


def test_a_damaged_version_says_so_and_cannot_be_restored(window, good):
    document = opened(window, good)
    saved_versions.keep(good, "earlier\n", "saved")
    saved_versions.versions(good)[0].file.write_bytes(b"damaged")
    dialog = SavedVersionsDialog(document, window)
    assert rows(dialog)[0][2] == "The copy is damaged"
    assert not dialog.restore_button.isEnabled() and not dialog.copy_button.isEnabled()
    dialog.restore()
    assert document.text == AGENT


def test_without_versions_it_says_when_there_are_some(window, good):
    document = opened(window, good)
    dialog = SavedVersionsDialog(document, window)
    assert any("with every save" in label.text() for label in dialog.findChildren(QLabel))
    assert not dialog.restore_button.isVisibleTo(dialog)
    dialog.show()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_what_is_restored_takes_the_place_of_a_view_of_its_file(window, good):
    good.write_bytes(b"\0" * 100)
    left_behind(good, AGENT, files.stamp(good).digest)
    window.open_paths([good])
    assert window.editors() == [] and window.documents.count() == 1
    offer_recovered(window).restore()
    assert [editor.document.text for editor in window.editors()] == [AGENT]
    assert window.documents.count() == 1 and window.windowTitle().startswith("good.md[*]")


# --- mistakes and the end ------------------------------------------------------------------------


def test_a_report_over_a_question_can_be_used(window):
    question = QDialog(window)
    question.setModal(True)
    question.show()
    reporter = Reporter(window)
    reporter.report(ValueError, ValueError("x"), None)
    assert reporter.dialog.parent() is question and reporter.dialog.isVisible()
    reporter.dialog.close()
    question.close()


def test_mistakes_in_threads_and_in_the_end_of_objects_are_reported_as_others_are(
    window, qtbot, monkeypatch, capsys
):
    for module, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    reporter = Reporter(window)
    reporter.install()

    class Ends:
        def __del__(self):
            raise LookupError("secret")

    def work():
        raise ArithmeticError("secret")

    Ends()
    assert reporter.dialog is None  # not in the midst of what made it end
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    recovery_of(window)._thread.do(lambda: {}[1].x)
    assert recovery_of(window).flush(10)
    qtbot.waitUntil(lambda: reporter.dialog is not None and "KeyError" in reporter.dialog.text())
    said = capsys.readouterr().err + reporter.dialog.text()
    reporter.dialog.close()
    assert all(kind in said for kind in ("LookupError", "ArithmeticError", "KeyError"))
    assert "secret" not in said and "Traceback" not in said


def test_an_endless_traceback_is_cut_and_its_places_are_relative():
    def deeper(count):
        if count:
            deeper(count - 1)
        raise RecursionError

    try:
        deeper(500)
    except RecursionError as error:
        lines = report_of(error).split("\n")
    assert lines[0] == "RecursionError" and len(lines) < 70
    assert not any(os.sep in line.split(":")[0] for line in lines[1:])
    try:
        Document().apply(None)
    except AttributeError as error:
        assert "agenteditor/core/document.py:" in report_of(error)


def test_a_signal_ends_the_program_as_it_is_started(tmp_path, good):
    code = (
        "import os, pathlib, signal, sys; from agenteditor.app import main, recovery_dialog\n"
        "recovery_dialog.offer_recovered = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        f"sys.exit(main.open_window([pathlib.Path({str(good)!r})]))"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    done = subprocess.run([sys.executable, "-c", code], env=env, check=False, timeout=60)
    assert done.returncode == 128 + signal.SIGTERM
    settings = tmp_path / "config" / "agenteditor" / "settings.json"
    assert json.loads(settings.read_bytes())["recent_files"] == [str(good)]
    assert settings.stat().st_mode & 0o777 == 0o600


def test_a_signal_ends_the_program_though_a_disk_never_answers(tmp_path):
    good = tmp_path / "dead" / "good.md"
    good.parent.mkdir()
    good.write_text(AGENT)
    code = (
        "import os, pathlib, signal, sys, threading; from agenteditor.app import main, starting\n"
        "from agenteditor.core.document import Transaction\n"
        "from agenteditor.core.text import replace\n"
        "def act(window, *_):\n"
        "    document = window.editor.document\n"
        "    document.apply(Transaction((replace(4, 4, 'x'),), 'edit'))\n"
        "    sync = os.fsync\n"
        "    dead = lambda handle: '/dead' in os.readlink(f'/proc/self/fd/{handle}')\n"
        "    os.fsync = lambda handle: threading.Event().wait() if dead(handle) else sync(handle)\n"
        "    window.saves.save(document, print)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "starting.offer_recovered = act\n"
        f"sys.exit(main.open_window([pathlib.Path({str(good)!r})]))"
    )
    state = tmp_path / "state"
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(state),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, check=False, timeout=60, capture_output=True, text=True
    )
    assert done.returncode == 128 + signal.SIGTERM, done.stderr
    assert "the disk does not answer" in done.stderr and "Traceback" not in done.stderr
    assert good.read_text() == AGENT
    (left,) = (state / "agenteditor" / "journals").glob("*.journal")
    assert replayed(left.read_bytes()).text == AGENT[:4] + "x" + AGENT[4:]


def test_all_views_are_followed_by_the_journal(window, good):
    document = opened(window, good)
    for name in VIEWS:
        window.show_view(name)
        QApplication.processEvents()
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_X)
        assert recovery_of(window).holds(document), name
    assert document.modified
    assert abandoned() == ([], [])
