"""Other files are written while the window goes on: said where it is asked for, and told if it fails."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from agenteditor.app import dialogs, saving, writing
from agenteditor.app.convert_dialog import ConvertDialog
from agenteditor.app.import_dialog import ImportDialog, found_in_files
from agenteditor.app.judge_dialog import JudgeDialog
from agenteditor.app.saved_versions_dialog import SavedVersionsDialog
from agenteditor.core import saved_versions
from agenteditor.core.file_problem import FileProblem
from tests.promises.saving_windows import HEAD, opened, shown_window


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = shown_window(qtbot, monkeypatch)
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "good.md").write_text(HEAD.replace("name", "nmae: x\nname"), "utf-8")
    opened(made, tmp_path / "agents" / "good.md")
    return made


def status(window) -> str:
    return window.statusBar().currentMessage()


def write_preview(window, slow, *, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(dialogs, "ask_preview_path", lambda *_: tmp_path / "page.html")
    window.actions_["save-preview"].trigger()
    assert status(window) == "Saving page.html…"
    slow.answer()
    qtbot.waitUntil(lambda: status(window) == f"Saved {tmp_path / 'page.html'}")
    assert b"You are good" in (tmp_path / "page.html").read_bytes()


def write_rule(window, slow, *, qtbot, monkeypatch, tmp_path):
    document = window.present_editor().document
    code = "key/unknown"
    window.switch_rule(document, code, "off")
    assert status(window) == "Saving .agenteditor.toml…"
    assert code in [problem.code for problem in document.problems]
    slow.answer()
    qtbot.waitUntil(lambda: code not in [problem.code for problem in document.problems])
    assert status(window).startswith(f'Wrote "{code}" = "off" into ')


def write_conversion(window, slow, *, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: tmp_path / "new" / "a.md")
    dialog = ConvertDialog(window.present_editor().document, window)
    dialog.show()
    dialog.save_button.click()
    assert (
        dialog.summary.text() == f"Saving {tmp_path / 'new' / 'a.md'}…" and status(window) == "Saving a.md…"
    )
    assert not dialog.save_button.isEnabled()
    slow.answer()
    qtbot.waitUntil(dialog.save_button.isEnabled)
    assert dialog.summary.text() == f"Written: {tmp_path / 'new' / 'a.md'}"
    assert (tmp_path / "new" / "a.md").read_text("utf-8") == dialog.outcome.text


def write_report(window, slow, *, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(dialogs, "ask_page_path", lambda *_: tmp_path / "page.html")
    dialog = JudgeDialog([tmp_path / "agents"], dict, window)
    dialog.show()
    qtbot.waitUntil(dialog.save_button.isEnabled)
    dialog.save_button.click()
    assert dialog.summary.text() == f"Saving {tmp_path / 'page.html'}…"
    assert not dialog.save_button.isEnabled()
    slow.answer()
    qtbot.waitUntil(dialog.save_button.isEnabled)
    assert dialog.summary.text() == f"Saved {tmp_path / 'page.html'}"


def write_copy_of_a_version(window, slow, *, qtbot, monkeypatch, tmp_path):
    slow.answer()
    saved_versions.keep(tmp_path / "agents" / "good.md", "earlier\n", "saved")
    slow.hold()
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: tmp_path / "copy.md")
    dialog = SavedVersionsDialog(window.present_editor().document, window)
    dialog.show()
    dialog.copy_button.click()
    assert dialog.copy_button.text() == "Saving…" and not dialog.copy_button.isEnabled()
    slow.answer()
    qtbot.waitUntil(dialog.copy_button.isEnabled)
    assert (tmp_path / "copy.md").read_text("utf-8") == "earlier\n"
    assert status(window) == f"Saved {tmp_path / 'copy.md'}"


def write_imported_agents(window, slow, *, qtbot, monkeypatch, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(dialogs, "ask_folder", lambda *_: out)
    dialog = ImportDialog(found_in_files([tmp_path / "agents" / "good.md"]), window)
    dialog.show()
    dialog.write_button.click()
    assert dialog.summary.text() == f"Writing into {out}…" and dialog.isVisible()
    assert not dialog.write_button.isEnabled() and not dialog.open_button.isEnabled()
    with qtbot.waitSignal(dialog.accepted):  # it is gone then
        slow.answer()
    assert dialog.folder == out
    assert [path.name for path in out.iterdir()] == ["good.md"]


WRITES = (
    write_preview,
    write_rule,
    write_conversion,
    write_report,
    write_copy_of_a_version,
    write_imported_agents,
)


def test_whatever_is_written_the_window_goes_on_and_says_so(window, slow, *, qtbot, monkeypatch, tmp_path):
    for write in WRITES:
        slow.hold()
        write(window, slow, qtbot=qtbot, monkeypatch=monkeypatch, tmp_path=tmp_path)
        assert window.saves.slow_names() == []


@pytest.mark.parametrize("fails", [True, False])
def test_a_dialog_closed_meanwhile_is_spoken_for_by_the_window(
    window, slow, fails, *, qtbot, monkeypatch, tmp_path
):
    said = []
    monkeypatch.setattr(dialogs, "say", lambda parent, *texts: said.append((parent, *texts)))
    dialog = QDialog(window)
    dialog.show()

    def work() -> bool:
        if fails:
            slow._open.wait()
            raise FileProblem("read-only", "save", "/a/page.html")
        return writing.replace(tmp_path / "page.html", "text")

    told = []
    assert not writing.write(dialog, tmp_path / "page.html", work, "It is not saved.", told.append)
    dialog.close()
    dialog.deleteLater()
    QApplication.sendPostedEvents(dialog, 52)  # QEvent.Type.DeferredDelete
    slow.answer()
    qtbot.waitUntil(lambda: bool(said) or status(window).startswith("Saved"))
    if fails:
        ((parent, title, text),) = said
        assert parent is window and title == "It is not saved." and "page.html" in text
    else:
        assert status(window) == f"Saved {tmp_path / 'page.html'}"
    assert told == []


def test_the_window_waits_for_other_files_before_it_closes(window, slow, *, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(dialogs, "ask_preview_path", lambda *_: tmp_path / "page.html")
    window.actions_["save-preview"].trigger()
    assert window.close_document(window.present_editor())  # which has nothing to do with it
    assert not window.close() and status(window) == "Saving page.html… It will be closed then."
    slow.answer()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert (tmp_path / "page.html").exists()


def test_what_is_asked_about_a_file_that_nobody_typed(window, slow, *, monkeypatch, tmp_path):
    monkeypatch.setattr(saving, "LONG", 0.0)
    monkeypatch.setattr(dialogs, "ask_preview_path", lambda *_: tmp_path / "page.html")
    asked = []
    monkeypatch.setattr(
        dialogs, "ask_to_leave", lambda _parent, names, _waited, kept: not asked.append((names, kept))
    )
    window.actions_["save-preview"].trigger()
    assert window.close()
    assert asked == [(["page.html"], None)]


def test_the_saves_of_a_widget_are_those_of_its_window(qtbot, window):
    inner = QDialog(window)
    assert writing.saves_of(QDialog(inner)) is window.saves
    alone = QDialog()
    qtbot.addWidget(alone)
    assert writing.saves_of(alone) is writing.saves_of(alone) is not window.saves


def test_a_version_of_what_is_replaced_is_kept(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("old")
    writing.replace(path, "new")
    assert path.read_text() == "new"
    assert [saved_versions.text_of(one) for one in saved_versions.versions(path)] == ["old"]
