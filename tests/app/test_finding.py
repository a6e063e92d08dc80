"""Go to anything and find in all agents, in the window, with real keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from agenteditor.app import dialogs
from agenteditor.app.batch_dialog import BatchDialog
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.searching import SearchPane, write
from agenteditor.app.settings import Settings
from agenteditor.core import files
from agenteditor.core.batch_journal import batches
from agenteditor.core.document import Document
from agenteditor.core.search import Query
from agenteditor.core.search_files import Replacement
from agenteditor.ui.go_to_box import GoToBox
from tests.core.agent_folders import tree

K, M = Qt.Key, Qt.KeyboardModifier
CTRL, BOTH = M.ControlModifier, M.ControlModifier | M.ShiftModifier
TEXT = "---\nname: {0}\ndescription: Use this when a test runs.\nmodel: opus\n---\n\nYou do one thing.\n\n## Rules\n\n- One\n"


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "web").mkdir()
    for name in ("backend-reviewer", "backend-engineer", "web/page-writer"):
        (tmp_path / f"{name}.md").write_bytes(TEXT.format(Path(name).name).encode())
    (tmp_path / "web" / "crlf.md").write_bytes(TEXT.format("crlf").replace("\n", "\r\n").encode())
    return tmp_path


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path, tmp_path_factory):
    """A shown window; every question fails the test."""
    for name in (
        "ask_files",
        "ask_folder",
        "ask_save_path",
        "ask_to_save",
        "ask_conflict",
        "ask_copy",
        "say",
    ):
        monkeypatch.setattr(
            dialogs, name, lambda *args, asked=name: pytest.fail(f"asked: {asked} {args[1:]}")
        )
    monkeypatch.chdir(tmp_path)
    application(Settings(theme="light"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def opened(window, folder):
    """The window with the folder and one agent of it open."""
    window.open_paths([folder / "backend-engineer.md", folder])
    window.activateWindow()
    QApplication.processEvents()
    return window


def press(window, *keys, modifiers=M.NoModifier):
    for key in keys:
        target = QApplication.focusWidget() or window
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key, modifiers)
        QApplication.processEvents()


@pytest.fixture
def pane_of(qtbot):
    """Open the search with a key, and wait for what it finds."""

    def search(window, query, replacement=None):
        press(window, K.Key_H if replacement is not None else K.Key_F, modifiers=BOTH)
        made = window.findChild(SearchPane)
        made.view.fields.words.clear()
        press(window, query)
        if replacement is not None:
            press(window, K.Key_Tab)
            made.view.fields.replacement.clear()
            press(window, replacement)
        qtbot.waitUntil(lambda: not made.view.is_busy and not made.view._preview.isActive())
        return made

    return search


def names(window):
    rows = window.findChild(GoToBox).rows
    return [rows.index(row).data() for row in range(rows.rowCount())]


def present(window):
    return window.present_editor().document.path.name


# --- go to anything ----------------------------------------------------------------------------


def test_a_few_letters_and_enter_open_an_agent(opened):
    press(opened, K.Key_P, modifiers=CTRL)
    press(opened, "bkrev")
    assert names(opened)[0] == "backend-reviewer"
    press(opened, K.Key_Return)
    assert present(opened) == "backend-reviewer.md"
    press(opened, K.Key_P, modifiers=CTRL)
    press(opened, "web pa", K.Key_Return)
    assert present(opened) == "page-writer.md"


def test_what_was_chosen_last_stands_first_and_the_present_agent_does_not(opened):
    for letters in ("bkrev", "pagew"):
        press(opened, K.Key_P, modifiers=CTRL)
        press(opened, letters, K.Key_Return)
    press(opened, K.Key_P, modifiers=CTRL)
    assert names(opened)[0] == "backend-reviewer"
    press(opened, K.Key_Return)
    assert present(opened) == "backend-reviewer.md"
    assert sorted(names(opened)) == ["backend-engineer", "backend-reviewer", "crlf", "page-writer"]


def test_a_folder_that_was_named_another_way_has_each_agent_once(window, folder, pane_of, monkeypatch):
    monkeypatch.chdir(folder.parent)
    window.open_folder(Path(folder.name))
    window.open_paths([folder / "backend-reviewer.md"])
    window.activateWindow()
    press(window, K.Key_P, modifiers=CTRL)
    assert sorted(names(window)) == ["backend-engineer", "backend-reviewer", "crlf", "page-writer"]
    press(window, K.Key_Escape)
    window.show_view("source")
    press(window, "unsaved ")
    found = pane_of(window, "one thing", "two")
    assert len(found.view.changes()) == 4
    assert any(change.before.startswith("unsaved ") for change in found.view.changes())
    list(write(window, found.view.changes(), found.view.fields.query, []))
    assert "You do two." in window.present_editor().document.text
    assert "You do one thing." in (folder / "backend-reviewer.md").read_text("utf-8")


def test_documents_from_elsewhere_and_new_ones_are_there(opened, tmp_path_factory, seed_path):
    opened.open_paths([seed_path])
    opened.add_document(Document("# New\n"))
    press(opened, K.Key_P, modifiers=CTRL)
    assert {"backend-engineer", "untitled.md"} <= set(names(opened)) and len(names(opened)) == 6
    opened.open_paths([seed_path])
    press(opened, K.Key_P, modifiers=CTRL)
    press(opened, "untit", K.Key_Return)
    assert opened.present_editor().document.path is None


def test_sections_of_the_present_agent_stand_behind_the_agents(opened):
    press(opened, K.Key_P, modifiers=CTRL)
    press(opened, "rules")
    assert names(opened) == ["Rules"]
    press(opened, K.Key_Return)
    assert opened.present_editor().view == "prompt"


def test_a_command_is_found_shown_with_its_key_and_run(opened):
    press(opened, K.Key_P, modifiers=BOTH)
    box = opened.findChild(GoToBox)
    assert box.field.text() == ">"
    press(opened, "kebo")
    assert names(opened) == ["Keyboard shortcuts"] and "Help, Ctrl+?" in box.field.accessibleDescription()
    box.field.setText(">source view")
    assert names(opened)[0] == "Source"
    press(opened, K.Key_Return)
    assert opened.present_editor().view == "source"


def test_a_command_that_is_off_is_not_run(opened):
    opened.open_paths([])
    press(opened, K.Key_P, modifiers=BOTH)
    press(opened, "save")
    assert names(opened)[0] == "Save" and not opened.actions_["save"].isEnabled()
    press(opened, K.Key_Return)
    assert opened.findChild(GoToBox).isVisible()


def test_commands_of_menus_inside_menus_are_there_and_the_last_one_first(opened):
    press(opened, K.Key_P, modifiers=BOTH)
    press(opened, "dark")
    assert names(opened)[0] == "Dark"
    box = opened.findChild(GoToBox)
    box.field.setText(">open recent")
    besides = {box.rows.choices[row].goal.beside for row in range(box.rows.rowCount())}
    assert "File › Open recent" not in besides
    press(opened, K.Key_Escape)
    press(opened, K.Key_P, modifiers=BOTH)
    press(opened, "line numbers zzz")
    assert names(opened) == []
    opened.findChild(GoToBox).field.setText(">next agent")
    press(opened, K.Key_Return)
    press(opened, K.Key_P, modifiers=BOTH)
    assert names(opened)[0] == "Next agent"
    assert opened.settings.recent_commands == ["View/Next agent"]


def test_a_place_of_the_agent_is_gone_to(opened):
    press(opened, K.Key_P, modifiers=CTRL)
    press(opened, "@")
    assert names(opened) == ["name", "description", "model", "Rules"]
    press(opened, "mod", K.Key_Return)
    editor = opened.present_editor()
    assert editor.view == "details"
    assert editor.form.row("model").isAncestorOf(QApplication.focusWidget())
    opened.show_view("source")
    press(opened, K.Key_P, modifiers=CTRL)
    press(opened, "@rul", K.Key_Return)
    assert editor.view == "source" and editor.caret == (9, 4)


def test_without_an_agent_the_places_say_so_and_the_box_opens_from_the_tool_bar(window, qtbot):
    window.actions_["go-to"].trigger()
    box = window.findChild(GoToBox)
    assert "Open a folder of agents first" in box.hint.text()
    press(window, "@")
    assert "Open an agent first" in box.hint.text()
    press(window, K.Key_Escape)
    assert box.isHidden()


# --- find in all agents ------------------------------------------------------------------------


@pytest.fixture
def pane(opened, pane_of):
    """Open the search of the folder's window."""
    return lambda query, replacement=None: pane_of(opened, query, replacement)


def test_a_place_is_found_and_opened_in_the_source(opened, pane):
    found = pane("one thing")
    assert found.view.fields.count.text() == "4 places in 4 files"
    press(opened, K.Key_Down, K.Key_Down, K.Key_Down)
    press(opened, K.Key_Return)
    editor = opened.present_editor()
    assert editor.view == "source" and editor.selected_text == "one thing"
    assert present(opened) == "backend-reviewer.md"
    assert QApplication.focusWidget() is editor.source.edit


def test_an_open_document_counts_as_it_is(opened, pane):
    opened.show_view("source")
    press(opened, "unsaved ")
    assert pane("unsaved").view.fields.count.text() == "1 place in 1 file"


def test_a_text_that_changed_since_leads_to_the_nearest_place(opened, pane):
    found = pane("one")
    target = found.view._hits(0).target
    hit = found.view._hits(0).hits[-1]
    editor = opened.present_editor()
    opened.show_view("source")
    press(opened, "xx")
    found.view.wanted.emit(target, hit)
    assert editor.selected_text == "One"
    opened.actions_["undo"].trigger()
    found.view.fields.words.setText("nowhere in it")
    found.view.wanted.emit(target, hit)
    assert "not found there any more" in opened.statusBar().currentMessage()


def test_what_is_selected_in_the_source_is_looked_for(opened, qtbot):
    opened.present_editor().show_in_source(4, 8)
    press(opened, K.Key_F, modifiers=BOTH)
    view = opened.findChild(SearchPane).view
    assert view.fields.words.text() == "name"
    qtbot.waitUntil(lambda: not view.is_busy)
    view.fields.words.setText("other")
    press(opened, K.Key_H, modifiers=BOTH)
    assert view.fields.words.text() == "other", "who is in the search already goes on with it"


def test_escape_closes_the_pane_and_gives_the_focus_to_the_agent(opened, pane):
    found = pane("one")
    press(opened, K.Key_Escape)
    assert found.isHidden()
    assert opened.present_editor().isAncestorOf(QApplication.focusWidget())


def test_f6_reaches_the_pane(opened, pane):
    found = pane("one")
    seen = set()
    for _ in range(5):
        press(opened, K.Key_F6)
        seen.add(found.isAncestorOf(QApplication.focusWidget()))
    assert seen == {True, False}


def test_a_replacement_is_one_step_in_open_documents_and_is_written_to_others(opened, pane, folder, qtbot):
    first = opened.present_editor().document
    found = pane("one", "two")
    assert found.view.fields.replace_button.text() == "Replace 8 places in 4 files"
    with qtbot.waitSignal(found.view.written):
        qtbot.mouseClick(found.view.fields.replace_button, Qt.MouseButton.LeftButton)
    expected = TEXT.format("backend-engineer").replace("one", "two").replace("One", "two")
    assert first.text == expected and first.modified
    assert (folder / "backend-engineer.md").read_text("utf-8") == TEXT.format("backend-engineer")
    assert (folder / "web" / "crlf.md").read_bytes() == (
        expected.replace("backend-engineer", "crlf").replace("\n", "\r\n").encode()
    )
    first.undo()
    assert first.text == TEXT.format("backend-engineer") and not first.modified
    assert found.view.sentence.text() == (
        "Replaced in 4 files. “Undo last batch” takes back what was written to 3 files. "
        "1 open agent is changed in its editor and not saved yet."
    )
    assert opened.actions_["batch-undo"].text() == "&Undo last batch: Replace “one” in 3 agents…"


@pytest.fixture
def replaced(opened, pane, qtbot):
    """Every “one” is “two” now; the pane."""
    found = pane("one", "two")
    with qtbot.waitSignal(found.view.written):
        qtbot.mouseClick(found.view.fields.replace_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not found.view.is_busy)
    return found


def undo_last(window, qtbot):
    """Trigger the action of the menu and press Undo in its dialog; what the dialog says."""
    window.actions_["batch-undo"].trigger()
    dialog = next(one for one in window.findChildren(BatchDialog) if one.isVisible())
    qtbot.waitUntil(lambda: dialog.stage == "ready")
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.stage == "done")
    said = dialog.summary.text()
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    return said


def test_undo_of_the_batch_gives_back_every_byte_and_leaves_open_agents_alone(opened, pane, folder, qtbot):
    (folder / "web" / "crlf.md").chmod(0o640)
    before = tree(folder)
    document = opened.present_editor().document
    found = pane("one", "two")
    with qtbot.waitSignal(found.view.written):
        qtbot.mouseClick(found.view.fields.replace_button, Qt.MouseButton.LeftButton)
    assert len({name for name, what in tree(folder).items() if what != before[name]}) == 3
    assert undo_last(opened, qtbot).startswith("Undone: Replace “one” in 3 agents. 3 files put back.")
    assert tree(folder) == before and batches() == ()
    assert "two" in document.text and document.modified
    assert not opened.actions_["batch-undo"].isEnabled()


def test_what_was_changed_after_a_replacement_is_left_by_its_undo(opened, replaced, folder, qtbot):
    (folder / "web" / "crlf.md").write_text("mine")
    said = undo_last(opened, qtbot)
    assert "2 files put back. Left alone: crlf.md." in said
    assert (folder / "web" / "crlf.md").read_text() == "mine"
    assert "one" in (folder / "backend-reviewer.md").read_text()


def test_without_a_place_for_the_undo_no_file_is_written(opened, pane, folder, qtbot, monkeypatch):
    before = tree(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "backend-reviewer.md"))  # no folder
    found = pane("one", "two")
    with qtbot.waitSignal(found.view.written):
        qtbot.mouseClick(found.view.fields.replace_button, Qt.MouseButton.LeftButton)
    assert tree(folder) == before
    words = found.view.sentence.text()
    assert words.startswith("Replaced in 1 file.") and words.count("what undo needs cannot be kept") == 1


def test_a_replacement_that_is_stopped_is_one_batch_as_far_as_it_came(opened, folder):
    paths = [folder / "backend-reviewer.md", folder / "web" / "page-writer.md", folder / "web" / "crlf.md"]
    texts = [files.load(path).text for path in paths]
    changes = [Replacement(path, text, text + "x") for path, text in zip(paths, texts, strict=True)]
    done = []
    writing = write(opened, changes, Query("one"), done)
    while len(done) < 2:
        next(writing)
    writing.close()
    assert [change.path for change in done] == paths[:2]
    assert [record.path for record in batches()[0].records] == paths[:2] and batches()[0].finished
    assert files.load(paths[2]).text == texts[2]


def test_an_agent_opened_while_files_are_written_shows_what_was_written(
    opened, pane, folder, qtbot, monkeypatch
):
    save = files.save

    def opening(path, text, expected, mode=None):
        if path == folder / "web" / "page-writer.md":
            opened.open_paths([path])
        return save(path, text, expected, mode)

    found = pane("one", "two")
    monkeypatch.setattr(files, "save", opening)
    with qtbot.waitSignal(found.view.written):
        qtbot.mouseClick(found.view.fields.replace_button, Qt.MouseButton.LeftButton)
    document = opened.present_editor().document
    assert document.path.name == "page-writer.md" and "two" in document.text and not document.modified


def test_what_changed_since_the_search_is_left_and_named(opened, pane, folder, qtbot):
    found = pane("one", "two")
    changed = folder / "web" / "page-writer.md"
    changed.write_text("somebody else was here: one\n", "utf-8")
    gone = folder / "web" / "crlf.md"
    gone.unlink()
    qtbot.mouseClick(found.view.fields.replace_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not found.view.is_busy)
    said = found.view.sentence.text()
    assert "Replaced in 2 files." in said
    assert "page-writer.md was changed since it was searched" in said and "crlf.md" in said
    assert changed.read_text("utf-8") == "somebody else was here: one\n" and not gone.exists()


def test_an_open_document_that_was_edited_since_is_left(opened):
    document = opened.present_editor().document
    change = Replacement(document.path, "another text", "after")
    said = list(write(opened, [change], Query("one"), []))
    assert len(said) == 1 and "was changed since" in said[0]
    assert not document.modified


def test_a_new_document_is_changed_by_its_text(opened):
    document = opened.add_document(Document("one\n")).document
    changes = [Replacement(None, "one\n", "two\n"), Replacement(None, "gone\n", "x")]
    said = list(write(opened, changes, Query("one"), []))
    assert document.text == "two\n"
    assert said[0] == "" and "closed meanwhile" in said[1]


def test_the_letters_and_the_tab_round_stay_whole_with_the_pane_open(opened, pane):
    found = pane("one", "two")
    first = QApplication.focusWidget()
    seen = []
    for _ in range(150):
        press(opened, K.Key_Tab)
        if QApplication.focusWidget() is first:
            break
        seen.append(QApplication.focusWidget())
    assert QApplication.focusWidget() is first
    view = found.view
    for widget in (
        view.fields.words,
        view.fields.replacement,
        view.fields.only,
        view.fields.replace_button,
        view.rows,
        view.diff.list,
    ):
        assert widget in [*seen, first]
