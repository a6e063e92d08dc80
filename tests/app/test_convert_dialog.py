"""The convert and import dialogs: the report first, then files, never over others."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from agenteditor.app import commands, dialogs, new_agents
from agenteditor.app.commands import make_window
from agenteditor.app.convert_dialog import ConvertDialog
from agenteditor.app.import_dialog import MOST_OPENED, Found, ImportDialog, found_in_files
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core.dialects import dialects
from agenteditor.core.document import Document
from agenteditor.core.text import Refusal

GOOD = "---\nname: a-b\ndescription: Use this when tests run.\ntools: Read, Bash(git *)\nhooks:\n  Stop: []\n---\n\nYou are a tester of texts.\n"
GEMINI = "---\nname: g\ndescription: Use this when tests run.\ntools: [read_file]\ntemperature: 0.5\n---\n\nYou are a tester of texts.\n"


def choose(dialog: ConvertDialog, name: str) -> None:
    dialog.target.setCurrentIndex(dialog.target.findData(name))


def rows(dialog: ConvertDialog | ImportDialog) -> list[tuple[str, ...]]:
    return [tuple(item.text(column) for column in range(3)) for item in dialog.list.rows()]


@pytest.fixture
def dialog(qtbot, tmp_path):
    made = ConvertDialog(Document(GOOD, tmp_path / ".claude" / "agents" / "a-b.md"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_other_dialect_is_offered_and_makes_a_report(dialog):
    assert dialog.target.count() == len(dialects()) - 1
    for index in range(dialog.target.count()):
        dialog.target.setCurrentIndex(index)
        assert rows(dialog) and dialog.summary.text() and dialog.text.toPlainText()


def test_what_is_widened_stands_first_and_the_summary_says_so(dialog):
    choose(dialog, "gemini-cli")
    assert rows(dialog)[0][:2] == ("widened", "tools")
    assert "may do more" in dialog.summary.text()


def test_the_file_is_written_where_the_person_says(dialog, qtbot, tmp_path, monkeypatch):
    choose(dialog, "codex")
    asked = []
    target = tmp_path / "new" / "a-b.toml"
    monkeypatch.setattr(
        dialogs, "ask_save_path", lambda parent, path, ending: asked.append((path, ending)) or target
    )
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert asked == [(tmp_path / "a-b.toml", ".toml")]
    assert target.read_text("utf-8") == dialog.outcome.text
    assert "developer_instructions" in target.read_text("utf-8")


def test_enter_saves_and_no_label_is_cut(dialog):
    assert dialog.save_button.isDefault() and not dialog.copy_button.isDefault()
    label = next(one for one in dialog.findChildren(QLabel) if one.buddy() is dialog.target)
    # Underlined, the letters stand apart that else overlap.
    assert label.contentsRect().width() >= sum(
        map(label.fontMetrics().horizontalAdvance, label.text().replace("&", ""))
    )


def test_the_file_of_the_agent_itself_is_neither_suggested_nor_written(dialog, qtbot, tmp_path, monkeypatch):
    own = tmp_path / "a-b.md"
    own.write_text(GOOD, "utf-8")
    made = ConvertDialog(Document(GOOD, own))
    qtbot.addWidget(made)
    choose(made, "factory")
    suggested, said = [], []
    monkeypatch.setattr(
        dialogs, "ask_save_path", lambda _parent, path, _ending: suggested.append(path) or own
    )
    monkeypatch.setattr(dialogs, "say", lambda _parent, *texts: said.append(texts))
    qtbot.mouseClick(made.save_button, Qt.MouseButton.LeftButton)
    assert suggested == [tmp_path / "a-b-factory.md"]
    assert said == [
        ("The file is not written.", "This is the file of the agent itself. Choose another name.")
    ]
    assert own.read_text("utf-8") == GOOD


def test_the_result_can_be_copied(dialog, qtbot):
    choose(dialog, "copilot")
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == dialog.outcome.text


def test_what_cannot_be_converted_says_why_and_writes_nothing(qtbot):
    dialog = ConvertDialog(Document("Prose.\n"))
    qtbot.addWidget(dialog)
    assert "cannot be converted" in dialog.summary.text()
    assert not dialog.save_button.isEnabled() and not dialog.copy_button.isEnabled()


def test_what_the_other_program_would_refuse_is_not_written(qtbot):
    dialog = ConvertDialog(Document("---\nname: a-b\n---\n\nYou are a tester of texts.\n"))
    qtbot.addWidget(dialog)
    choose(dialog, "gemini-cli")
    assert rows(dialog)[0][0] == "refused" and not dialog.save_button.isEnabled()


# --- import ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    (made / ".gemini" / "agents").mkdir(parents=True)
    (made / ".gemini" / "agents" / "g.md").write_text(GEMINI, "utf-8")
    (made / "a-b.md").write_text(GOOD, "utf-8")
    (made / "README.md").write_text("Prose.\n", "utf-8")
    return made


def test_agents_of_a_folder_are_listed_with_what_becomes_of_them(qtbot, folder):
    dialog = ImportDialog(found_in_files(sorted(folder.rglob("*.md"))))
    qtbot.addWidget(dialog)
    assert [row[0] for row in rows(dialog)] == ["g", "", "a-b"]
    assert "temperature" in dialog.list.rows()[0].text(3)
    assert "2 of 2" in dialog.summary.text()


def test_an_agent_that_does_not_load_is_listed_with_the_reason(qtbot, tmp_path):
    for name, description in (("a", "Use it."), ("b", "Use it:")):
        text = f"---\nname: {name}\ndescription: {description}\n---\nYou test.\n"
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    dialog = ImportDialog(found_in_files([tmp_path / "a.md", tmp_path / "b.md"]))
    qtbot.addWidget(dialog)
    well, broken = (row.text(3) for row in dialog.list.rows())
    assert well == "Nothing is lost."
    assert "It does not load: The frontmatter does not parse" in broken


def test_chosen_agents_are_written_and_nothing_is_overwritten(qtbot, folder, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a-b.md").write_text("mine", "utf-8")
    said = []
    monkeypatch.setattr(dialogs, "ask_folder", lambda *_: out)
    monkeypatch.setattr(dialogs, "say", lambda _parent, _title, text: said.append(text))
    dialog = ImportDialog(found_in_files(sorted(folder.rglob("*.md"))))
    qtbot.addWidget(dialog)
    qtbot.mouseClick(dialog.write_button, Qt.MouseButton.LeftButton)
    assert (out / "a-b.md").read_text("utf-8") == "mine" and said == [
        "a-b.md is there already. Choose another folder."
    ]
    assert "name: g" in (out / "g.md").read_text("utf-8")


@pytest.mark.parametrize("count", [1, MOST_OPENED + 1])
def test_enter_imports(qtbot, tmp_path, count):
    (tmp_path / "a-b.md").write_text(GOOD, "utf-8")
    (one,) = found_in_files([tmp_path / "a-b.md"])
    dialog = ImportDialog([one] * count)
    qtbot.addWidget(dialog)
    dialog.show()
    default = next(button for button in dialog.findChildren(QPushButton) if button.isDefault())
    assert default is (dialog.open_button if count == 1 else dialog.write_button)


def test_nothing_found_can_only_be_cancelled(qtbot):
    dialog = ImportDialog([Found("x.md", Refusal("It has no frontmatter, so it is no agent."))])
    qtbot.addWidget(dialog)
    assert not dialog.open_button.isEnabled() and not dialog.write_button.isEnabled()


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(
        made,
        before_close_func=lambda w: [
            e.document.mark_saved(Path("x.md"), e.document.text, None) for e in w.editors()
        ],
    )
    made.show()
    return made


def test_a_file_on_the_clipboard_becomes_a_new_agent(window):
    QGuiApplication.clipboard().setText(GOOD)
    new_agents.import_clipboard(window)
    assert window.present_editor().document.text == GOOD
    assert window.present_editor().document.path is None


def test_an_empty_clipboard_is_said_in_the_status_bar(window):
    QGuiApplication.clipboard().clear()
    new_agents.import_clipboard(window)
    assert window.editor is None and "no text" in window.statusBar().currentMessage()


def test_a_folder_is_imported_into_tabs(window, folder, monkeypatch):
    monkeypatch.setattr(dialogs, "ask_folder", lambda *_: folder)
    monkeypatch.setattr(ImportDialog, "exec", lambda dialog: dialog.open_button.click())
    new_agents.import_folder(window)
    assert [editor.document.syntax.field("name").value for editor in window.editors()] == ["g", "a-b"]


# --- dialects in the window --------------------------------------------------------------------


def test_a_file_is_read_by_its_folder_and_can_be_read_otherwise(window, folder):
    window.open_paths([folder / ".gemini" / "agents" / "g.md"])
    editor = window.present_editor()
    assert window.status.dialect.text() == "Gemini CLI agent"
    assert editor.document.problems == ()
    window.show_view("source")
    window.read_as(dialects()["claude-code"])
    there = window.present_editor()
    assert there is not editor and window.documents.count() == 1 and there.view == "source"
    assert any(one.field == "temperature" for one in there.document.problems)
    assert not there.document.modified and there.document.path == editor.document.path
    window.read_as(None)
    assert window.status.dialect.text() == "Gemini CLI agent"


def test_reading_as_another_kind_keeps_what_is_shown_and_how(window, folder, qtbot):
    window.open_paths([folder / "a-b.md"])
    window.resize(1280, 820)
    window.show()
    editor = window.present_editor()
    editor.preview.show_source("powers")
    editor.set_sizes([640, 500], [])
    editor.show_in_source(10, 10)
    qtbot.waitUntil(lambda: editor.caret == (2, 7))
    editor.zoom(1)
    font, sizes = editor.preview.powers.document().defaultFont(), editor.sizes()[0]
    window.read_as(dialects()["gemini-cli"])
    there = window.present_editor()
    assert there is not editor and there.preview.source == "powers" and there.sizes()[0] == sizes
    assert there.preview.powers.document().defaultFont() == font
    assert there.source.edit.zoom == 1
    qtbot.waitUntil(lambda: there.caret == (2, 7))
    assert "Gemini CLI" in there.preview.notes[0].text


def test_undo_goes_on_past_reading_as_another_kind(window, folder):
    window.open_paths([folder / ".gemini" / "agents" / "g.md"])
    document = window.present_editor().document
    text = document.text
    commands.edit(document, commands.diff(text, text + "More.\n"), "Add")
    window.read_as(dialects()["claude-code"])
    assert window.present_editor().document.modified
    window.actions_["undo"].trigger()
    assert window.present_editor().document.text == text


def test_saving_in_another_programs_folder_reads_it_by_that_programs_rules(
    window, folder, tmp_path, monkeypatch
):
    window.open_paths([folder / "a-b.md"])
    target = tmp_path / ".opencode" / "agents" / "a-b.md"
    target.parent.mkdir(parents=True)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: target)
    window.actions_["save-as"].trigger()
    assert window.status.dialect.text() == "OpenCode agent" and target.is_file()
    assert not window.present_editor().document.modified


def test_the_menu_lists_the_kinds_and_checks_the_present_one(window, folder):
    window.open_paths([folder / "a-b.md"])
    menu = window.actions_.submenus["read-as"]
    menu.aboutToShow.emit()
    checked = [action.text().replace("&", "") for action in menu.actions() if action.isChecked()]
    assert checked == ["As found: Claude Code subagent"]
    letters = [
        action.text()[action.text().index("&") + 1].casefold()
        for action in menu.actions()
        if "&" in action.text()
    ]
    assert len(letters) == len(set(letters))
