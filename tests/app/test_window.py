"""The window as a person uses it: open, edit anywhere, undo, save, close, with real keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QStyleOptionTab, QWidget

from agenteditor.app import commands, dialogs, saving
from agenteditor.app.commands import make_window
from agenteditor.app.file_drops import FileDrops
from agenteditor.app.main import application
from agenteditor.app.new_agents import templates
from agenteditor.app.recovery import recovery_of
from agenteditor.app.settings import Settings
from agenteditor.core.document import Document, Transaction
from agenteditor.core.export import plan
from agenteditor.core.journal import abandoned
from agenteditor.core.slices import LONGEST_LINE
from agenteditor.core.syntax import parse
from agenteditor.core.text import position, replace
from agenteditor.ui import fix_dialog, trigger_dialog
from agenteditor.ui.editor import VIEWS
from agenteditor.ui.fields_chips import Chips
from agenteditor.ui.light_view import LightView
from agenteditor.ui.section_outline import Outline

GOOD = "---\nname: good\ndescription: Use this agent when a test needs one.\nmodel: opus\n---\n\nYou are good.\n\n## Rules\n\n- One\n- Two\n"


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    """A shown window; every question fails the test unless the test answers it."""
    for name in (
        "ask_files",
        "ask_folder",
        "ask_save_path",
        "ask_to_save",
        "ask_conflict",
        "ask_gone",
        "ask_copy",
        "say",
    ):
        monkeypatch.setattr(
            dialogs, name, lambda *args, asked=name: pytest.fail(f"asked: {asked} {args[1:]}")
        )
    for module in (fix_dialog, trigger_dialog):
        monkeypatch.setattr(module, "ask", lambda *_args: pytest.fail("asked whether to apply"))
    monkeypatch.chdir(tmp_path)
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.show()
    qtbot.waitExposed(made)
    return made


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    path.write_bytes(GOOD.encode())
    return path


def press(window, keys, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(QApplication.focusWidget() or window, keys, modifiers)
    QApplication.processEvents()


CTRL = Qt.KeyboardModifier.ControlModifier


def open_good(window, good):
    window.open_paths([good])
    window.activateWindow()
    QApplication.processEvents()
    return window.present_editor()


def test_the_start_page_shows_until_something_is_open(window, good):
    assert window.start.isVisible() and not window.documents.isVisible()
    open_good(window, good)
    assert not window.start.isVisible() and window.documents.isVisible()
    assert "good.md" in window.windowTitle()


def test_every_view_shows_and_opening_a_file_twice_opens_it_once(window, good):
    editor = open_good(window, good)
    for name in VIEWS:
        window.show_view(name)
        assert editor.view == name
    window.open_paths([good])
    assert len(window.editors()) == 1


def test_tabs_that_are_cut_keep_the_mark_of_unsaved_changes(window, tmp_path):
    for at in range(8):
        path = tmp_path / f"agent-with-a-name-that-is-long-{at}.md"
        path.write_text(GOOD, encoding="utf-8")
        window.open_paths([path])
        window.editor.document.apply(Transaction((replace(0, 0, "x"),), "edit"))
    window.resize(900, 600)
    bar, option = window.documents.tabBar(), QStyleOptionTab()
    for at in range(bar.count()):
        bar.initStyleOption(option, at)
        assert "…" in option.text and option.text.endswith("●")


def test_typing_in_the_source_marks_the_document_and_undo_makes_it_clean(window, good):
    editor = open_good(window, good)
    window.show_view("source")
    press(window, Qt.Key.Key_X)
    assert editor.document.modified
    assert "●" in window.documents.tabText(0)
    assert window.isWindowModified()
    press(window, Qt.Key.Key_Z, CTRL)
    assert editor.document.text == GOOD
    assert not window.isWindowModified()


def test_ctrl_z_in_a_form_field_is_the_documents_undo(window, good):
    editor = open_good(window, good)
    editor.form.reveal("name")
    focus = QApplication.focusWidget()
    assert isinstance(focus, QLineEdit)
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_X)
    assert parse(editor.document.text).field("name").text == "goodx"
    press(window, Qt.Key.Key_Z, CTRL)
    assert editor.document.text == GOOD
    press(window, Qt.Key.Key_Y, CTRL)
    assert parse(editor.document.text).field("name").text == "goodx"


def test_one_undo_goes_back_through_all_views(window, good):
    editor = open_good(window, good)
    texts = [editor.document.text]
    editor.form.reveal("name")
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_X)
    texts.append(editor.document.text)
    window.show_view("source")
    press(window, Qt.Key.Key_End, CTRL)
    press(window, Qt.Key.Key_Y)
    texts.append(editor.document.text)
    window.actions_["to-crlf"].trigger()
    assert editor.document.text == texts[-1].replace("\n", "\r\n")
    for text in reversed(texts):
        window.actions_["undo"].trigger()
        assert editor.document.text == text
    assert not window.actions_["undo"].isEnabled()


def test_save_writes_only_the_changed_bytes(window, good):
    editor = open_good(window, good)
    editor.form.reveal("name")
    press(window, Qt.Key.Key_End)
    press(window, Qt.Key.Key_X)
    press(window, Qt.Key.Key_S, CTRL)
    assert good.read_bytes() == GOOD.replace("name: good", "name: goodx").encode()
    assert not editor.document.modified


def test_saving_what_nobody_edited_writes_nothing(window, good):
    open_good(window, good)
    before = good.stat()
    window.actions_["save"].setEnabled(True)
    window.actions_["save"].trigger()
    after = good.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_closing_with_changes_asks_and_cancel_keeps_it_open(window, good, monkeypatch):
    open_good(window, good)
    window.show_view("source")
    press(window, Qt.Key.Key_X)
    monkeypatch.setattr(dialogs, "ask_to_save", lambda _parent, names: "cancel")
    assert not window.close()
    assert window.editors()
    monkeypatch.setattr(dialogs, "ask_to_save", lambda _parent, names: "save")
    assert window.close_document(window.editors()[0])
    assert good.read_text(encoding="utf-8").startswith("x")


@pytest.fixture
def half_typed(qtbot, window, good):
    """A tool is typed into the line for a new one, and Enter was not pressed."""
    good.write_text(GOOD.replace("description:", "tools: Read\ndescription:"), encoding="utf-8")
    open_good(window, good)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    (line,) = (chips.line for chips in window.editor.form.findChildren(Chips) if chips.isVisible())
    line.setFocus()
    line.insert("mcp__x")  # with keys the list of known tools would come, here as another active window
    assert line.hasFocus() and not window.editor.document.modified
    return line


@pytest.mark.parametrize("way", ["Ctrl+S", "save", "save-as", "save-all"])
def test_a_word_typed_for_a_list_is_saved_though_enter_was_not_pressed(
    window, good, half_typed, way, monkeypatch
):
    monkeypatch.setattr(dialogs, "ask_save_path", lambda *_: good)
    if way == "Ctrl+S":
        press(window, Qt.Key.Key_S, CTRL)
    elif way == "save":
        commands.save(window, window.editor.document)
    else:
        window.actions_[way].trigger()
    assert "tools: Read, mcp__x\n" in good.read_text(encoding="utf-8")
    assert half_typed.hasFocus() and not half_typed.text()


def test_a_word_typed_for_a_list_is_in_the_journal_when_a_signal_ends_the_program(window, half_typed):
    recovery_of(window).leave()
    (found,), _ = abandoned()
    assert "tools: Read, mcp__x\n" in found.said.text
    found.leave()


@pytest.mark.parametrize("way", ["window", "tab", "key"])
def test_closing_asks_about_a_word_typed_for_a_list(window, half_typed, way, monkeypatch):
    asked = []
    monkeypatch.setattr(dialogs, "ask_to_save", lambda _parent, names: asked.append(names) or "cancel")
    if way == "window":
        assert not window.close()
    elif way == "tab":
        assert not window.close_document(window.editors()[0])
    else:
        press(window, Qt.Key.Key_W, CTRL)
    assert asked == [["good.md"]]
    assert "mcp__x" in window.editor.document.text


def test_a_title_typed_in_the_outline_is_saved_though_enter_was_not_pressed(qtbot, window, good):
    good.write_text(GOOD + "\n# Old\n\nText.\n", encoding="utf-8")
    open_good(window, good)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_view("prompt")
    outline = window.editor.sections.findChild(Outline)
    outline.edit_title((len(window.editor.document.syntax.sections) - 1,))
    QTest.keyClicks(QApplication.focusWidget(), "New")
    press(window, Qt.Key.Key_S, CTRL)
    assert "# New\n" in good.read_text(encoding="utf-8")
    assert outline.isAncestorOf(QApplication.focusWidget()) or outline.hasFocus()


def test_the_question_is_in_verbs_and_answered_with_keys(window, monkeypatch, qtbot):
    monkeypatch.undo()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QMessageBox

    seen = []

    def answer():
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append([button.text().replace("&", "") for button in box.buttons()])
        QTest.keyClick(box, Qt.Key.Key_Escape)

    QTimer.singleShot(50, answer)
    assert dialogs.ask_to_save(window, ["a.md"]) == "cancel"
    assert set(seen[0]) == {"Save", "Don’t save", "Cancel"}


def test_a_file_changed_by_another_program_is_not_overwritten_unasked(window, good, monkeypatch):
    editor = open_good(window, good)
    window.show_view("source")
    press(window, Qt.Key.Key_X)
    good.write_text("other\n", encoding="utf-8")
    asked = []
    monkeypatch.setattr(dialogs, "ask_conflict", lambda _p, name, reason: asked.append(name) or "cancel")
    window.actions_["save"].trigger()
    assert (asked, good.read_text(encoding="utf-8")) == (["good.md"], "other\n")
    assert editor.document.modified
    monkeypatch.setattr(dialogs, "ask_conflict", lambda *_: "reload")
    window.actions_["save"].trigger()
    assert editor.document.text == "other\n" and not editor.document.modified
    window.actions_["undo"].trigger()
    assert editor.document.text == "x" + GOOD
    good.write_text("third\n", encoding="utf-8")
    monkeypatch.setattr(dialogs, "ask_conflict", lambda *_: "overwrite")
    window.actions_["save"].trigger()
    assert good.read_text(encoding="utf-8") == "x" + GOOD


def test_save_as_goes_on_with_the_new_file(window, good, tmp_path, monkeypatch):
    editor = open_good(window, good)
    copy = tmp_path / "copy.md"
    monkeypatch.setattr(dialogs, "ask_save_path", lambda _p, _s: copy)
    window.actions_["save-as"].trigger()
    assert copy.read_bytes() == good.read_bytes()
    assert editor.document.path == copy
    assert window.documents.tabText(0) == "copy.md"


def test_a_new_agent_from_each_template_loads_and_closes_without_a_question(window):
    for template in templates():
        syntax = parse(template.read_text(encoding="utf-8"))
        assert syntax.verdict == "valid", template
        assert [p for p in Document(syntax.text).problems if p.severity != "info"] == [], template
    window.actions_["new"].trigger()
    assert window.present_editor().document.path is None
    assert window.close_document(window.editors()[0])


def test_revert_is_one_step_that_undo_takes_back(window, good):
    editor = open_good(window, good)
    window.show_view("source")
    press(window, Qt.Key.Key_X)
    window.actions_["revert"].trigger()
    assert editor.document.text == GOOD
    window.actions_["undo"].trigger()
    assert editor.document.text == "x" + GOOD


def test_a_plain_markdown_file_is_made_an_agent(window, tmp_path):
    notes = tmp_path / "my-notes.md"
    notes.write_text("# Notes\n", encoding="utf-8")
    window.open_paths([notes])
    assert window.actions_["make-agent"].isEnabled()
    window.actions_["make-agent"].trigger()
    syntax = window.present_editor().document.syntax
    assert (syntax.verdict, syntax.field("name").text) == ("valid", "my-notes")
    assert syntax.text.endswith("# Notes\n")
    assert not window.actions_["make-agent"].isEnabled()


def test_the_fix_makes_the_sample_valid_and_undo_restores_every_byte(window, seed_path, monkeypatch):
    window.open_paths([seed_path])
    document = window.present_editor().document
    before = document.text
    asked = []
    monkeypatch.setattr(
        fix_dialog, "ask", lambda _parent, offer, _settings: bool(asked.append(offer)) or True
    )
    window.actions_["fix-all"].trigger()
    assert [(offer.before, offer.safe, offer.steps) for offer in asked] == [
        (before, True, ("Make it valid YAML",))
    ]
    assert document.syntax.verdict == "valid"
    window.actions_["undo"].trigger()
    assert document.text == before


def test_a_long_sentence_in_the_status_bar_is_not_cut(window, seed_path):
    window.open_paths([seed_path])
    window.resize(900, 600)
    status, bar = window.status, window.statusBar()
    window.say("Short.")
    assert status.problems.isVisible()
    window.say("A sentence of some length. " * 4)
    assert not status.problems.isVisible() and not status.caret.isVisible()
    assert "of some length" in bar.toolTip()
    for count in range(10, 60):  # beside the parts it has room, or they are not there
        window.say("n" * count)
        QApplication.processEvents()
        taken = bar.fontMetrics().horizontalAdvance("n" * count)
        assert not status.problems.isVisible() or taken < status.geometry().left()
    bar.clearMessage()
    assert status.problems.isVisible() and not bar.toolTip()


def test_one_action_makes_the_sample_load_everywhere_and_says_what_it_did(window, seed_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        fix_dialog, "ask", lambda _parent, offer, _settings: bool(asked.append(offer)) or True
    )
    window.open_paths([seed_path])
    document = window.present_editor().document
    editor = window.present_editor()
    editor.preview.portable_wanted.emit()
    assert [(offer.label, offer.steps) for offer in asked] == [
        ("Make it load everywhere", ("values in quotes",))
    ]
    assert document.syntax.verdict == "valid"
    assert window.statusBar().currentMessage() == "Applied: values in quotes"
    after = document.text
    window.actions_["make-portable"].trigger()
    assert document.text == after
    assert "agree already" in window.statusBar().currentMessage()


def test_f8_goes_to_the_problem(window, seed_path):
    window.open_paths([seed_path])
    window.show_view("source")
    press(window, Qt.Key.Key_F8)
    assert window.present_editor().caret[0] == 3


def test_files_and_folders_are_opened_by_dropping_them(window, good, qtbot, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(good)), QUrl.fromLocalFile(str(tmp_path))])
    event = QDropEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    qtbot.waitUntil(lambda: window.folder is not None)
    assert window.editors()[0].document.path == good
    assert window.catalog.isVisible()


@pytest.mark.parametrize("view", ["source", "details"])
def test_files_dropped_on_a_text_are_opened_too(window, good, qtbot, tmp_path, view):
    """And not their paths typed into it."""
    editor = open_good(window, good)
    other = tmp_path / "other.md"
    other.write_text(GOOD, encoding="utf-8")
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(other))])
    files.setText(str(other))
    window.show_view(view)
    field = QApplication.focusWidget()
    target = field.viewport() if view == "source" else field
    for kind in (QDragEnterEvent, QDropEvent):
        event = kind(
            QPoint(5, 5),
            Qt.DropAction.CopyAction,
            files,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(target, event)
    qtbot.waitUntil(lambda: len(window.editors()) == 2)
    assert editor.document.text == GOOD


def test_dragged_text_is_the_text_fields(window, good):
    open_good(window, good)
    window.show_view("source")
    words = QMimeData()
    words.setText("words")
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        words,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    assert not FileDrops(window).eventFilter(QApplication.focusWidget(), event)


def test_a_file_that_cannot_be_read_is_said_and_nothing_opens(window, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(dialogs, "say", lambda _p, title, text: said.append(text))
    window.open_paths([tmp_path / "none.md"])
    assert "none.md" in said[0]
    assert not window.editors()


def test_every_action_has_a_menu_and_its_keys_are_its_own(window):
    taken = {}
    for menu, text, keys in window.actions_.shortcuts():
        for key in keys.split(", "):
            assert key not in taken, f"{key}: {text} and {taken[key]}"
            taken[key] = f"{menu} > {text}"


def test_without_a_document_no_action_is_dead(window):
    """Whatever is enabled on the start page can be triggered without a document."""
    harmless = (
        "find",
        "replace",
        "undo",
        "save",
        "close",
        "export",
        "next-problem",
        "details",
        "zoom-in",
        "to-lf",
    )
    assert not any(window.actions_[name].isEnabled() for name in harmless)


def unnamed(root: QWidget) -> list[str]:
    """Focusable, visible widgets that a screen reader would have no name for."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisibleTo(root):
            continue
        face = QAccessible.queryAccessibleInterface(widget)
        if (
            face is not None
            and not face.text(QAccessible.Text.Name)
            and not widget.objectName().startswith("qt_")
        ):
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def test_every_focusable_widget_of_every_view_has_a_name(window, seed_path):
    window.open_paths([seed_path.parent, seed_path])
    for name in VIEWS:
        window.show_view(name)
        QApplication.processEvents()
        assert unnamed(window) == [], name


def test_a_narrow_window_folds_the_preview_away_and_a_wide_one_brings_it_back(window, good):
    editor = open_good(window, good)
    window.resize(1280, 800)
    assert editor.preview.isVisible()
    window.resize(900, 600)
    assert not editor.preview.isVisible()
    assert not window.actions_["preview"].isChecked()
    window.resize(1280, 800)
    assert editor.preview.isVisible()
    window.resize(900, 600)
    window.actions_["preview"].trigger()
    assert editor.preview.isVisible()


def test_with_large_letters_the_preview_folds_away_at_the_narrowest_width(qtbot, window, good):
    font = QApplication.font()
    large = QFont(font)
    large.setPointSize(20)
    QApplication.setFont(large)
    try:
        editor = open_good(window, good)
        window.open_folder(good.parent)
        window.resize(1900, 800)
        QApplication.processEvents()
        narrowest = window.minimumSizeHint().width()
        assert editor.preview.isVisible() and narrowest > 1100
        window.resize(900, 600)
        assert not editor.preview.isVisible()
        qtbot.waitUntil(lambda: window.minimumWidth() < narrowest)
        window.resize(900, 600)
        assert window.width() < narrowest
        window.resize(1900, 800)
        assert editor.preview.isVisible()
    finally:
        QApplication.setFont(font)


def test_where_a_new_agent_would_be_saved_is_named_after_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert saving.suggestion(Document("---\nname: ../a b\ndescription: x\n---\n")) == tmp_path / "a b.md"
    assert saving.suggestion(Document("")) == tmp_path / "agent.md"


def test_a_pane_hidden_at_the_end_comes_back_in_its_size(window, good):
    editor = open_good(window, good)
    window.settings.window_columns = [300, 900]
    window.settings.editor_columns = [500, 400]
    window.settings.editor_rows = [500, 200]
    window.actions_["preview"].trigger()
    assert (
        not editor.preview.isVisible() and not editor.problems.isVisible() and not window.catalog.isVisible()
    )
    assert window.close()
    settings = window.settings
    assert (settings.window_columns, settings.editor_columns, settings.editor_rows) == (
        [300, 900],
        [500, 400],
        [500, 200],
    )


@pytest.mark.parametrize("name", ["a[*]b.md", "<b>fat & co.md", "odd-\udcff.md"])
def test_any_file_name_is_shown_as_it_is_spelled(window, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(GOOD.encode())
    open_good(window, path)
    window.show_view("source")
    press(window, Qt.Key.Key_X)
    shown = name.replace("\udcff", "[byte FF]")
    assert window.windowTitle().replace("[*][*]", "").startswith(shown.replace("[*]", ""))
    assert window.windowTitle().count("[*]") == 1 + 2 * name.count("[*]")
    assert window.documents.tabText(0).replace("&&", "&") == f"{shown} ●"
    assert "<b>" not in window.documents.tabToolTip(0)
    forget_changes(window)


def test_line_ends_and_byte_order_mark_follow_the_document(window, good, tmp_path):
    marked = tmp_path / "marked.md"
    marked.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    open_good(window, marked)
    to_lf, to_crlf, bom = (window.actions_[name] for name in ("to-lf", "to-crlf", "bom"))
    assert (to_lf.isEnabled(), to_crlf.isEnabled(), bom.isChecked()) == (True, False, True)
    bom.trigger()
    to_lf.trigger()
    assert (to_lf.isEnabled(), to_crlf.isEnabled(), bom.isChecked()) == (False, True, False)
    assert window.present_editor().document.text == GOOD
    window.actions_["undo"].trigger()
    window.actions_["undo"].trigger()
    assert (to_lf.isEnabled(), to_crlf.isEnabled(), bom.isChecked()) == (True, False, True)
    open_good(window, good)
    assert (to_lf.isEnabled(), to_crlf.isEnabled(), bom.isChecked()) == (False, True, False)


def test_what_was_saved_is_said_and_among_the_recent_files(window, good, tmp_path, monkeypatch):
    open_good(window, good)
    copy = tmp_path / "copy.md"
    monkeypatch.setattr(dialogs, "ask_save_path", lambda _p, _s: copy)
    window.actions_["save-as"].trigger()
    assert "copy.md" in window.statusBar().currentMessage()
    assert window.settings.recent_files[:2] == [str(copy), str(good)]
    window.actions_["new"].trigger()
    for _ in range(2):
        press(window, Qt.Key.Key_X)
    monkeypatch.setattr(dialogs, "ask_save_path", lambda _p, _s: tmp_path / "new.md")
    window.actions_["save-all"].trigger()
    assert "new.md" in window.statusBar().currentMessage()
    assert (tmp_path / "new.md").exists()


def test_undo_shows_an_example_where_it_is_edited(window, seed_path, seed_text):
    window.open_paths([seed_path])
    window.activateWindow()
    editor = window.present_editor()
    window.show_view("examples")
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    press(window, Qt.Key.Key_X)
    assert editor.document.text != seed_text
    for name in ("details", "prompt"):
        window.show_view(name)
        press(window, Qt.Key.Key_Z, CTRL)
        assert (editor.document.text, editor.view) == (seed_text, "examples")
        assert "2 of 3" in " ".join(label.text() for label in editor.examples.findChildren(QLabel))
        press(window, Qt.Key.Key_Y, CTRL)
    window.actions_["undo"].trigger()


def test_tabs_of_files_of_one_name_name_their_folders(window, tmp_path):
    paths = [tmp_path / folder / "same.md" for folder in ("a/agents", "b/agents", "c/droids")]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_bytes(GOOD.encode())
    window.open_paths(paths[:1])
    assert window.documents.tabText(0) == "same.md"
    window.open_paths(paths[1:])
    names = [window.documents.tabText(index) for index in range(3)]
    assert names == ["same.md — a/agents", "same.md — b/agents", "same.md — droids"]
    window.close_document(window.editors()[0])
    assert window.documents.tabText(0) == "same.md — agents"
    window.close_document(window.editors()[1])
    assert window.documents.tabText(0) == "same.md"


def test_a_file_that_cannot_be_read_is_told_to_the_export(window, tmp_path, good):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "gone.md").symlink_to(tmp_path / "nowhere")
    window.open_paths([tmp_path])
    one, other = window.documents_to_export()
    assert one.path == good
    assert (other.path.name, other.text, other.category) == ("gone.md", "", "work")
    made = plan([one, other], tmp_path / "out")
    assert [(entry.path, entry.text) for entry in made.entries] == [("agents/good.md", GOOD)]
    assert "it does not exist" in made.refused[0].reason


def test_the_title_names_a_file_that_is_only_looked_at(window, tmp_path, good):
    long = tmp_path / "long.md"
    long.write_text("x" * (LONGEST_LINE + 1))
    window.open_paths([good, long])
    assert window.windowTitle() == f"long.md — {tmp_path.name} — Agent Editor"
    assert not window.isWindowModified() and not window.actions_["save"].isEnabled()
    assert window.actions_["close"].isEnabled() and window.actions_["next-document"].isEnabled()
    window.documents.step(1)
    assert window.windowTitle() == f"good.md[*] — {tmp_path.name} — Agent Editor"


def test_a_file_that_is_only_looked_at_is_opened_anew_once_it_was_changed(window, tmp_path, good):
    path = tmp_path / "endless.md"
    path.write_bytes(b"x" * (LONGEST_LINE + 1))
    window.open_paths([path, good])
    window.open_paths([path])
    (view,) = window.findChildren(LightView)
    assert window.documents.currentWidget() is view
    path.write_bytes(b"y" * (2 * LONGEST_LINE))
    window.open_paths([path])
    again = window.documents.currentWidget()
    assert isinstance(again, LightView) and "yyy" in again.text.toPlainText()
    assert window.documents.count() == 2 and window.documents.indexOf(again) == 0
    path.write_text(GOOD, encoding="utf-8")
    window.open_paths([path])
    assert window.editor.document.text == GOOD and window.documents.indexOf(window.editor) == 0
    assert window.documents.count() == 2


def test_a_file_that_is_only_looked_at_stays_in_its_tab_when_it_is_gone(window, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(dialogs, "say", lambda *args: said.append(args[2]))
    path = tmp_path / "endless.md"
    path.write_bytes(b"x" * (LONGEST_LINE + 1))
    window.open_paths([path])
    path.unlink()
    window.open_paths([path])
    assert len(said) == 1 and path.name in said[0]
    assert window.documents.viewed == path


def test_undo_in_the_filter_takes_back_what_was_typed_there_and_nothing_of_the_agent(qtbot, window, good):
    editor = open_good(window, good)
    window.open_folder(good.parent)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    editor.document.apply(Transaction((replace(0, 0, "x"),), "edit"))
    window.actions_["filter"].trigger()
    line = window.catalog.filter_line
    assert line.hasFocus()
    QTest.keyClicks(line, "abc")
    press(window, Qt.Key.Key_Z, CTRL)
    assert line.text() == "" and editor.document.text == "x" + GOOD
    press(window, Qt.Key.Key_Z, CTRL)
    assert editor.document.text == "x" + GOOD
    press(window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert line.text() == "abc"
    window.show_view("source")
    editor.source.take_focus()
    press(window, Qt.Key.Key_Z, CTRL)
    assert editor.document.text == GOOD


def test_a_new_agent_is_suggested_for_the_folder_that_is_open(window, good, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    suggested = []
    monkeypatch.setattr(dialogs, "ask_save_path", lambda _parent, path: suggested.append(path))
    window.actions_["new"].trigger()
    window.actions_["save"].trigger()
    window.open_folder(good.parent)
    window.actions_["save"].trigger()
    assert [path.parent for path in suggested] == [tmp_path / "elsewhere", good.parent]


def test_the_place_in_the_source_is_one_of_the_text_though_another_view_shortened_it(window, good):
    editor = open_good(window, good)
    window.show_view("source")
    press(window, Qt.Key.Key_End, CTRL)
    last = position(GOOD, len(GOOD))
    assert window.status.caret.text() == "Ln {}, Col {}".format(*last)
    window.show_view("details")
    document = editor.document
    document.apply(Transaction((replace(3, len(document.text), ""),), "edit"))
    assert editor.caret == (1, 4)
    assert window.status.caret.text() == "Ln 1, Col 4"


def test_f2_renames_the_section_in_the_outline_and_changes_the_chip(qtbot, window, good, monkeypatch):
    good.write_text(GOOD.replace("model:", "tools: Read\nmodel:"), encoding="utf-8")
    open_good(window, good)
    window.open_folder(good.parent)  # with one, the window's own F2 renames the agent
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.actions_["batch-rename"].isEnabled()
    window.actions_["batch-rename"].triggered.connect(lambda: pytest.fail("the agent was to be renamed"))
    window.show_view("prompt")
    outline = window.editor.sections.findChild(Outline)
    outline.setFocus()
    outline.choose((1,))
    press(window, Qt.Key.Key_F2)
    assert outline.state() == Outline.State.EditingState
    press(window, Qt.Key.Key_Escape)
    window.show_view("details")
    (chips,) = (one for one in window.editor.form.findChildren(Chips) if one.isVisible())
    chips.line.setFocus()
    press(window, Qt.Key.Key_Left)
    press(window, Qt.Key.Key_F2)
    assert chips.line.text() == "Read" and chips.line.hasFocus()
