"""A dialog that is closed is gone: a long session does not keep each one that was ever opened."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from agenteditor.app import new_agents
from agenteditor.app.import_dialog import ImportDialog, found_in_files
from tests.promises.saving_windows import HEAD, SlowDisk, opened, shown_window


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = shown_window(qtbot, monkeypatch)
    (tmp_path / "good.md").write_text(HEAD, "utf-8")
    opened(made, tmp_path / "good.md")
    return made


def import_again(window, tmp_path):
    new_agents._import(window, found_in_files([tmp_path / "good.md"]))


DIALOGS = {
    "convert": lambda window, _folder: window.actions_["convert"].trigger(),
    "export": lambda window, _folder: window.actions_["export"].trigger(),
    "shortcuts": lambda window, _folder: window.actions_["shortcuts"].trigger(),
    "versions": lambda window, _folder: window.actions_["saved-versions"].trigger(),
    "import": import_again,
}


def gone() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_that_is_closed_is_gone(window, name, qtbot, tmp_path):
    closed = []

    def close() -> None:
        dialog = QApplication.activeModalWidget()
        dialog.reject()
        closed.append(type(dialog).__name__)

    QTimer.singleShot(50, close)
    DIALOGS[name](window, tmp_path)
    qtbot.waitUntil(lambda: bool(closed))
    gone()
    assert window.findChildren(QDialog) == [], closed


def test_agents_are_written_to_the_end_though_the_dialog_is_closed(window, qtbot, monkeypatch, tmp_path):
    slow, out = SlowDisk(monkeypatch), tmp_path / "out"
    out.mkdir()
    (out / "taken.md").write_text("mine", "utf-8")
    for name in ("one", "taken", "two"):
        (tmp_path / f"{name}.md").write_text(HEAD.replace("good", name, 1), "utf-8")
    said = []
    monkeypatch.setattr("agenteditor.app.dialogs.ask_folder", lambda *_: out)
    monkeypatch.setattr("agenteditor.app.dialogs.say", lambda _parent, *texts: said.append(texts))

    def write_and_close() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ImportDialog)
        dialog.write_button.click()
        dialog.reject()

    QTimer.singleShot(50, write_and_close)
    new_agents._import(window, found_in_files([tmp_path / f"{name}.md" for name in ("one", "taken", "two")]))
    gone()
    assert window.saves.slow_names() == ["out"]
    slow.answer()
    qtbot.waitUntil(lambda: bool(said))
    assert said == [("Not every agent was written.", "taken.md is there already. Choose another folder.")]
    gone()
    assert window.findChildren(QDialog) == [] and window.saves.slow_names() == []
    assert sorted(path.name for path in out.iterdir()) == ["one.md", "taken.md", "two.md"]
    assert (out / "taken.md").read_text("utf-8") == "mine"
