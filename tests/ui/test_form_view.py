"""The Details form: rows that come and go in place, problems at their field, nothing lost on the way."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from agenteditor.core.dialect import claude_code
from agenteditor.core.document import Document, Transaction
from agenteditor.core.text import diff, replace
from agenteditor.ui.fields import GrowingText, LineEdit
from agenteditor.ui.fields_chips import Chips
from agenteditor.ui.form_keys import mnemonics, with_mnemonic
from agenteditor.ui.form_new import NoFrontmatter, agent_name
from agenteditor.ui.form_row import USUAL, FieldRow
from agenteditor.ui.form_verdict import VerdictCard
from agenteditor.ui.form_view import FormView

Key = Qt.Key
EXAMPLE = "<example>user: 'x' assistant: 'y'</example>"
Open = Callable[..., tuple[Document, FormView]]


def agent(lines: str) -> str:
    return (
        f"---\nname: a-b-c\ndescription: Use it when asked to look at things in tests\n{lines}---\nPrompt.\n"
    )


@pytest.fixture
def opened(qtbot: QtBot) -> Open:
    """A document and its form, shown and active."""

    def opened(text: str, path: Path | None = None) -> tuple[Document, FormView]:
        document = Document(text, path)
        view = FormView(document)
        # The editor asks first; here everybody says yes.
        view.fix_wanted.connect(lambda fix: document.apply(Transaction(fix.edits, fix.label)))
        qtbot.addWidget(view)
        view.resize(900, 600)
        view.show()
        qtbot.waitExposed(view)
        view.activateWindow()
        qtbot.waitUntil(view.isActiveWindow)
        view.take_focus()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        return document, view

    return opened


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def go(view: FormView, key: str) -> QWidget:
    view.reveal(key)
    return focused()


def row(view: FormView, key: str) -> FieldRow:
    found = view.row(key)
    assert found is not None
    return found


def labels(view: FormView) -> list[str]:
    """The labels of the rows, from top to bottom."""
    rows = [one for one in view.findChildren(FieldRow) if one.isVisible()]
    rows.sort(key=lambda one: one.mapTo(view, one.rect().topLeft()).y())
    return [one.head.label.text().replace("&", "") for one in rows]


def sentences(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def button(widget: QWidget, text: str) -> QPushButton:
    return next(one for one in widget.findChildren(QPushButton) if one.text() == text and one.isVisible())


# --- the seed -------------------------------------------------------------------------------------


def test_typing_in_the_seeds_description_changes_that_line_alone_and_keeps_it_plain(
    opened: Open, qtbot: QtBot, seed_text: str, seed_path: Path
) -> None:
    document, view = opened(seed_text, seed_path)
    edit = go(view, "description")
    assert isinstance(edit, GrowingText)
    assert edit.own().endswith("scalability. Examples:")
    cursor = edit.textCursor()
    cursor.setPosition(len("Use this agent when you"))
    edit.setTextCursor(cursor)
    qtbot.keyClicks(edit, " and yours")
    old, new = seed_text.split("\n"), document.text.split("\n")
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert changed == [(old[2], old[2].replace("when you", "when you and yours", 1))]
    assert document.syntax.verdict == "repaired"
    assert edit.textCursor().position() == len("Use this agent when you and yours")
    while document.undo():
        pass
    assert document.text == seed_text
    assert edit.own().startswith("Use this agent when you need")


def test_the_seed_says_that_it_loads_only_by_repair_and_a_click_mends_it(
    opened: Open, qtbot: QtBot, seed_text: str, seed_path: Path
) -> None:
    document, view = opened(seed_text, seed_path)
    card = view.findChild(VerdictCard)
    assert card.title == "Loads only by repair"
    assert document.loads.reason in sentences(card)
    description = document.syntax.field("description").value
    problem = next(one for one in document.problems if one.field == "description" and one.fixes)
    qtbot.mouseClick(button(row(view, "description"), problem.fixes[0].label), Qt.MouseButton.LeftButton)
    assert document.syntax.verdict == "valid"
    assert document.syntax.field("description").value == description
    assert document.undo_label == problem.fixes[0].label
    assert card.title == "Loads"
    assert problem.message not in sentences(view)
    document.undo()
    assert document.text == seed_text
    assert card.title == "Loads only by repair"
    assert problem.message in sentences(view)


def test_the_examples_of_the_seed_are_a_click_away(opened: Open, qtbot: QtBot, seed_text: str) -> None:
    _, view = opened(seed_text)
    with qtbot.waitSignal(view.examples_wanted):
        qtbot.mouseClick(button(view, "3 examples: edit them in Examples"), Qt.MouseButton.LeftButton)


# --- which rows -----------------------------------------------------------------------------------


def test_the_usual_fields_and_those_that_are_there_are_rows_in_groups(opened: Open) -> None:
    _, view = opened(agent("memory: user\nauthor: me\nmaxTurns: 3\n"))
    assert labels(view) == [
        "Name", "Description", "Colour", "Tools", "Model", "Most turns", "Memory", "author"
    ]  # fmt: skip


def test_a_row_comes_with_the_first_letter_and_goes_with_undo_without_touching_the_others(
    opened: Open, qtbot: QtBot
) -> None:
    document, view = opened(agent(""))
    others = {key: row(view, key) for key in ("name", "description", "tools", "model", "color")}
    widgets = {key: one.focus_widget() for key, one in others.items()}
    line = go(view, "maxTurns")
    assert document.text == agent("")
    qtbot.keyClicks(line, "5")
    assert document.text == agent("maxTurns: 5\n")
    document.undo()
    assert document.text == agent("")
    assert row(view, "maxTurns").focus_widget() is line  # it was asked for, and the caret is in it
    for key, one in others.items():
        assert view.row(key) is one and one.focus_widget() is widgets[key]


def test_remove_takes_the_key_out_and_the_row_away(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("color: red # nice\nmemory: user\n"))
    qtbot.mouseClick(row(view, "memory").head.remove, Qt.MouseButton.LeftButton)
    assert document.text == agent("color: red # nice\n")
    assert view.row("memory") is None
    qtbot.mouseClick(row(view, "color").head.remove, Qt.MouseButton.LeftButton)
    assert document.text == agent("")
    assert "Not set" in row(view, "color").focus_widget().currentText()
    assert not row(view, "color").head.remove.isVisible()
    document.undo()
    assert document.text == agent("color: red # nice\n")
    assert row(view, "color").head.remove.isVisible()


def test_an_added_row_that_was_not_filled_in_can_be_sent_away(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent(""))
    go(view, "memory")
    assert row(view, "memory").has_focus()
    qtbot.mouseClick(row(view, "memory").head.remove, Qt.MouseButton.LeftButton)
    assert view.row("memory") is None
    assert document.text == agent("")


def test_required_fields_cannot_be_removed(opened: Open) -> None:
    _, view = opened(agent(""))
    assert not row(view, "name").head.remove.isVisible()
    assert not row(view, "description").head.remove.isVisible()


def test_the_menu_offers_what_is_not_there_with_help_in_groups(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("memory: user\n"))
    view._fill_menu()
    offered = {action.data(): action for action in view._menu.actions() if action.data()}
    shown = {"name", "description", "tools", "model", "color", "memory"}
    assert set(offered) == set(claude_code().keys()) - shown
    assert all("\t" in action.text() and action.toolTip() for action in offered.values())
    sections = [a.text() for a in view._menu.actions() if a.isSeparator() and a.text()]
    assert sections == [title for title in claude_code().groups.values() if title != "Identity"]
    offered["maxTurns"].trigger()
    qtbot.keyClicks(focused(), "7")
    assert "maxTurns: 7\n" in document.text


def test_the_help_of_absent_fields_says_what_holds_without_them(opened: Open) -> None:
    _, view = opened("---\n---\n")
    assert "Not set: every tool open to subagents." in sentences(row(view, "tools"))
    assert row(view, "model").focus_widget().placeholderText().startswith("Not set: ")
    assert "required" in sentences(row(view, "name"))


# --- problems -------------------------------------------------------------------------------------


def test_a_problem_stands_at_its_field_and_its_fix_is_one_step(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("color: teal\n"))
    problem = next(one for one in document.problems if one.field == "color")
    assert problem.message in sentences(row(view, "color"))
    assert row(view, "color").focus_widget().property("severity") == problem.severity
    assert problem.message in row(view, "color").focus_widget().accessibleDescription()
    qtbot.mouseClick(button(row(view, "color"), problem.fixes[0].label), Qt.MouseButton.LeftButton)
    assert "color: cyan\n" in document.text
    assert problem.message not in sentences(view)
    assert not row(view, "color").focus_widget().property("severity")
    document.undo()
    assert document.text == agent("color: teal\n")


def test_every_problem_of_the_frontmatter_stands_somewhere_in_the_form(opened: Open) -> None:
    document, view = opened(
        agent("model: x y\nmodel: opus\ntools: Read, Foo\nmaxTurns: ten\nauthor: me\n").replace(
            "---\nPrompt", "--- x\nPrompt"
        )
    )
    assert len(document.problems) >= 5
    shown = sentences(view)
    for problem in document.problems:
        if problem.field is not None or problem.span.start < document.syntax.body.start:
            assert problem.message in shown, problem.code


def test_a_new_field_is_not_judged_while_its_first_word_is_typed(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent(""))
    line = go(view, "maxTurns")
    qtbot.keyClicks(line, "x")
    problem = next(one for one in document.problems if one.field == "maxTurns")
    assert problem.message not in sentences(view)
    go(view, "name")
    assert problem.message in sentences(row(view, "maxTurns"))


def test_a_new_field_is_judged_after_a_pause(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent(""))
    qtbot.keyClicks(go(view, "maxTurns"), "x")
    problem = next(one for one in document.problems if one.field == "maxTurns")
    qtbot.waitUntil(lambda: problem.message in sentences(view), timeout=10_000)


def test_labels_show_the_text_of_files_as_text(opened: Open) -> None:
    _, view = opened(agent("'<b>x</b>': <img src='file:///etc/passwd'>\n"))
    for label in view.findChildren(QLabel):
        if label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<b>x</b>" in labels(view)


# --- odd fields -----------------------------------------------------------------------------------


def test_of_repeated_fields_all_are_shown_and_the_last_is_edited(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("model: sonnet\nmodel: opus\n"))
    assert labels(view).count("Model") == 2
    line = go(view, "model")
    assert line.text() == "opus"
    qtbot.keyClick(line, Key.Key_End)
    qtbot.keyClicks(line, "x")
    assert document.text == agent("model: sonnet\nmodel: opusx\n")
    overridden = next(one for one in view.findChildren(FieldRow) if one.row.overridden is not None)
    assert overridden.focus_widget().isReadOnly()
    assert "overrides this one" in sentences(overridden)
    with qtbot.waitSignal(view.source_wanted) as asked:
        qtbot.mouseClick(button(overridden, "Edit in source"), Qt.MouseButton.LeftButton)
    assert document.text[slice(*asked.args)] == "sonnet"


def test_a_field_with_an_anchor_is_shown_and_left_to_the_source(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("model: &m opus\n"))
    edit = go(view, "model")
    assert isinstance(edit, GrowingText) and edit.isReadOnly()
    assert edit.own() == "&m opus"
    with qtbot.waitSignal(view.source_wanted) as asked:
        qtbot.mouseClick(button(row(view, "model"), "Edit in source"), Qt.MouseButton.LeftButton)
    assert document.text[slice(*asked.args)] == "&m opus"


def test_an_unknown_field_is_edited_renamed_and_removed(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("author: me # who\n"))
    line = go(view, "author")
    qtbot.keyClick(line, Key.Key_End)
    qtbot.keyClicks(line, " too")
    assert document.text == agent("author: me too # who\n")
    qtbot.mouseClick(row(view, "author").head.rename, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(focused(), "writer")
    qtbot.keyClick(focused(), Key.Key_Return)
    assert document.text == agent("writer: me too # who\n")
    assert row(view, "writer").has_focus() and view.row("author") is None
    qtbot.mouseClick(row(view, "writer").head.remove, Qt.MouseButton.LeftButton)
    assert document.text == agent("")


def test_escape_gives_up_renaming_and_a_taken_name_is_refused(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("author: me\n"))
    edit = row(view, "author").head.rename
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(focused(), "writer")
    qtbot.keyClick(focused(), Key.Key_Escape)
    assert document.text == agent("author: me\n")
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(focused(), "name")
    with qtbot.waitSignal(view.refused):
        qtbot.keyClick(focused(), Key.Key_Return)
    assert document.text == agent("author: me\n")
    assert "already" in sentences(row(view, "author"))


def test_an_unknown_number_stays_a_number_and_a_list_is_yaml(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("version: 1.0\ntags: [a, b]\n"))
    edit = go(view, "version")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(edit, "5")
    assert document.text == agent("version: 1.05\ntags: [a, b]\n")
    edit = go(view, "tags")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(edit, Key.Key_Backspace)
    assert "Not applied" in sentences(row(view, "tags"))
    qtbot.keyClicks(edit, ", c]")
    assert "Not applied" not in sentences(row(view, "tags"))
    assert document.text == agent("version: 1.05\ntags: [a, b, c]\n")


def test_what_was_refused_can_be_put_back(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("hooks: {}\n"))
    edit = go(view, "hooks")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(edit, "]")
    go(view, "name")
    assert edit.own() == "{}]"  # leaving the field loses nothing
    qtbot.mouseClick(button(row(view, "hooks"), "Put back"), Qt.MouseButton.LeftButton)
    assert edit.own() == "{}"
    assert "Not applied" not in sentences(view)
    assert document.text == agent("hooks: {}\n")


def test_another_field_is_added_by_name(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent(""))
    view._fill_menu()
    view._menu.actions()[-1].trigger()
    qtbot.keyClicks(focused(), "author")
    qtbot.keyClick(focused(), Key.Key_Return)
    assert document.text == agent('author: ""\n')
    assert row(view, "author").has_focus()
    qtbot.keyClicks(focused(), "me")
    assert document.syntax.field("author").value == "me"
    view._ask_for_name()
    qtbot.keyClicks(focused(), "memory")  # a known one gets its own row instead
    qtbot.keyClick(focused(), Key.Key_Return)
    assert row(view, "memory").has_focus()
    assert "memory" not in document.text


def test_a_name_that_cannot_be_a_field_is_refused_in_words(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent(""))
    view._ask_for_name()
    line = focused()
    qtbot.keyClicks(line, "a: b")
    qtbot.keyClick(line, Key.Key_Return)
    assert document.text == agent("")
    assert line.isVisible() and line.text() == "a: b"
    assert "cannot be" in sentences(view)


def test_a_file_whose_yaml_fails_still_has_all_its_fields_in_the_form(opened: Open) -> None:
    document, view = opened(agent('color: "red\nmodel: opus\n'))
    assert document.syntax.verdict == "fails"
    assert view.findChild(VerdictCard).title == "Does not load"
    assert row(view, "model").focus_widget().text() == "opus"
    assert row(view, "color").focus_widget().own().startswith('"red')


def test_a_widget_is_not_exchanged_under_the_caret(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("model: [a]\n"))
    edit = go(view, "model")
    assert isinstance(edit, GrowingText)
    edit.selectAll()
    qtbot.keyClicks(edit, "opus")
    assert document.text == agent("model: opus\n")
    assert row(view, "model").focus_widget() is edit
    go(view, "name")
    assert isinstance(row(view, "model").focus_widget(), LineEdit)


# --- no frontmatter -------------------------------------------------------------------------------


def test_a_file_without_frontmatter_becomes_an_agent_by_one_button(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "Naïve Notes.md"
    document, view = opened("# Notes\n\nText.\n", path)
    page = view.findChild(NoFrontmatter)
    assert page.isVisible() and page.button.hasFocus()
    qtbot.keyClick(page.button, Key.Key_Space)
    assert document.syntax.field("name").value == "naive-notes"
    assert document.text.endswith("# Notes\n\nText.\n")
    assert document.loads.ok
    edit = focused()
    assert isinstance(edit, GrowingText)
    qtbot.keyClicks(edit, "Use it for notes")  # the proposed words are selected
    assert document.syntax.field("description").value == "Use it for notes"
    while document.undo():
        pass
    assert document.text == "# Notes\n\nText.\n"
    assert page.isVisible()


def test_frontmatter_that_is_not_read_is_mended_not_doubled(opened: Open, qtbot: QtBot) -> None:
    document, view = opened("---\nname: a-b-c\ndescription: d\n\n# Notes\n")
    page = view.findChild(NoFrontmatter)
    assert page.isVisible() and not page.button.isVisible()
    problem = next(one for one in document.problems if one.code == "frontmatter/not-closed")
    assert problem.message in sentences(page)
    qtbot.mouseClick(button(page, problem.fixes[0].label), Qt.MouseButton.LeftButton)
    assert document.syntax.field("name").value == "a-b-c"
    assert row(view, "name").isVisible()


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("My Great Agent", "my-great-agent"),
        ("x.agent", "x"),
        ("日本", "new-agent"),
        ("", "new-agent"),
        ("--a__b--", "a-b"),
    ],
)
def test_a_file_name_gives_a_name(file_name: str, name: str) -> None:
    assert agent_name(file_name) == name


# --- place, focus, keys ---------------------------------------------------------------------------


def test_fields_a_plugin_ignores_are_marked_there(opened: Open, tmp_path: Path) -> None:
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text("{}")
    path = tmp_path / "agents" / "a-b-c.md"
    path.parent.mkdir()
    document, view = opened(agent("permissionMode: plan\n"), path)
    assert document.place == "plugin"
    assert "means nothing in a plugin" in sentences(row(view, "permissionMode"))
    assert "means nothing in a plugin" not in sentences(row(view, "model"))


def test_f1_shows_the_long_help_of_the_field_with_the_caret(opened: Open, qtbot: QtBot) -> None:
    _, view = opened(agent(""))
    more = claude_code().spec("model").more
    line = go(view, "model")
    assert more not in sentences(view)
    qtbot.keyClick(line, Key.Key_F1)
    assert more in sentences(row(view, "model"))
    qtbot.keyClick(line, Key.Key_F1)
    assert more not in sentences(view)


def test_tab_goes_through_the_fields_in_the_order_they_are_read(opened: Open, qtbot: QtBot) -> None:
    _, view = opened(agent("memory: user\nauthor: me\n"))
    go(view, "skills")  # a row that came later has its place, too
    go(view, "name")
    passed: list[str] = []
    for _ in range(60):
        at = next(one for one in view.findChildren(FieldRow) if one.isAncestorOf(focused()))
        key = at.row.key
        if not passed or passed[-1] != key:
            passed.append(key)
        if key == "author":
            break
        qtbot.keyClick(focused(), Key.Key_Tab)
    assert passed == ["name", "description", "color", "tools", "model", "skills", "memory", "author"]


def test_mnemonics_are_different_letters_and_leave_the_menus_alone(opened: Open) -> None:
    letters = mnemonics(claude_code(), USUAL)
    assert {"name", "description", "tools", "model", "color"} <= set(letters)
    used = [letter.casefold() for letter in letters.values()]
    assert len(used) == len(set(used))
    assert not set(used) & set("fevah")
    assert with_mnemonic("R & D", "D") == "R && &D"
    _, view = opened(agent(""))
    assert row(view, "model").head.label.buddy() is row(view, "model").focus_widget()


def test_everything_that_can_have_the_focus_has_a_name(opened: Open) -> None:
    _, view = opened(agent("tools: Read\ncolor: teal\nmodel: opus\nmodel: haiku\nhooks: {}\nauthor: me\n"))
    for spec in claude_code().fields:
        view.reveal(spec.key)
    nameless = [
        widget
        for widget in view.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and not widget.objectName().startswith("qt_")
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
    ]
    assert [type(widget).__name__ for widget in nameless] == []


def test_reveal_goes_to_a_field_by_its_place_inside(opened: Open) -> None:
    _, view = opened(agent("experimental:\n  cacheTtl: 5m\nexamples:\n  - x\n"))
    view.reveal("experimental.cacheTtl")
    assert row(view, "experimental").has_focus()
    view.reveal("examples[0]")
    assert row(view, "examples").has_focus()
    assert view.shows("examples[0]") and view.shows("memory") and not view.shows("nothing")


def test_reveal_scrolls_to_the_field(opened: Open, qtbot: QtBot) -> None:
    _, view = opened(agent("".join(f"key{number}: x\n" for number in range(30))))
    view.reveal("key29")

    def in_sight() -> bool:
        at = row(view, "key29").mapTo(view, row(view, "key29").rect().center())
        return view.rect().contains(at)

    qtbot.waitUntil(in_sight)


def test_the_caret_stays_in_its_field_when_the_view_is_asked_for_the_focus(opened: Open) -> None:
    _, view = opened(agent(""))
    line = go(view, "model")
    view.take_focus()
    assert focused() is line


def test_a_tool_typed_and_left_is_added_but_a_search_of_the_list_is_not(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent("tools: Read\n"))
    line = row(view, "tools").findChild(Chips).line
    line.setFocus()
    qtbot.keyClicks(line, "Grep")
    go(view, "name")
    assert document.text == agent("tools: Read, Grep\n")
    qtbot.mouseClick(button(view, "Choose from the list"), Qt.MouseButton.LeftButton)
    line.setFocus()
    qtbot.keyClicks(line, "web")
    go(view, "name")
    assert document.text == agent("tools: Read, Grep\n")
    assert line.text() == "web"


# --- compare, then write ----------------------------------------------------------------------------


def test_a_hidden_form_catches_up_when_it_is_shown(opened: Open) -> None:
    document, view = opened(agent("model: opus\n"))
    view.hide()
    at = document.text.index("opus")
    document.apply(Transaction((replace(at, at + 4, "haiku"),), "x"))
    assert row(view, "model").focus_widget().text() == "opus"
    view.show()
    assert row(view, "model").focus_widget().text() == "haiku"


def test_a_change_from_elsewhere_keeps_the_caret_at_its_text(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent(""))
    edit = go(view, "description")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    at = document.text.index("Use it")
    document.apply(Transaction((replace(at, at, "Well. "),), "x"))
    assert edit.own().startswith("Well. Use it")
    assert edit.textCursor().position() == len(edit.own())


def test_typing_in_one_field_writes_to_no_other_widget(opened: Open, qtbot: QtBot) -> None:
    _, view = opened(agent("tools: Read\nmemory: user\ncolor: red\nauthor: me\n"))
    written: list[QWidget] = []
    for edit in view.findChildren(GrowingText):
        edit.textChanged.connect(lambda edit=edit: written.append(edit))
    for line in view.findChildren(QLineEdit):
        line.textChanged.connect(lambda _text, line=line: written.append(line))
    line = go(view, "name")
    qtbot.keyClicks(line, "xyz")
    assert set(written) == {line}


def test_each_key_of_a_description_is_one_undo_step_together(opened: Open, qtbot: QtBot) -> None:
    document, view = opened(agent(""))
    edit = go(view, "description")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(edit, " well")
    assert document.undo_label == "Edit Description"
    document.undo()
    assert document.text == agent("")


LINES = [
    *("", "name: x-y-z", "name: [a]", 'name: "a\\nb"', "description: d", "description: |\n  d: e\n  f"),
    *(f"description: Use. {EXAMPLE} And.", 'description: "a" b', "tools: Read, Foo", "tools: []", "tools:"),
    *("tools:\n  - Read", "tools: {a: 1}", "model: opus", "model: &m opus", "color: teal", "color: red"),
    *("memory: user", "memory: cloud", "background: true", "background: yes", "maxTurns: 3", "maxTurns: x"),
    *("hooks: {}", "hooks:\n  Stop: [", "skills: [a, b]", "author: me", "author: [a]", "a b: c", "junk"),
]
texts = st.lists(st.sampled_from(LINES), max_size=7).map(
    lambda lines: "---\n" + "\n".join([*lines, "---\nP\n"])
)


def shown(view: FormView) -> list[tuple[object, ...]]:
    """Everything a person can see in the rows."""
    seen: list[tuple[object, ...]] = []
    for key in view._order:
        one = view._rows[key]
        visible = [widget for widget in one.findChildren(QWidget) if widget.isVisibleTo(one)]
        seen.append(
            (
                key,
                [w.text() for w in visible if isinstance(w, (QLabel, QPushButton, QLineEdit))],
                [w.own() for w in visible if isinstance(w, (LineEdit, GrowingText))],
                [w.currentText() for w in visible if isinstance(w, QComboBox)],
                [(w.text(), w.isChecked()) for w in visible if isinstance(w, QRadioButton)],
                [w.accessibleDescription() for w in visible],
            )
        )
    return seen


@given(first=texts, then=st.lists(texts, min_size=1, max_size=3))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_a_form_that_followed_changes_looks_like_one_made_afresh(
    qtbot: QtBot, first: str, then: list[str]
) -> None:
    document = Document(first)
    view = FormView(document)
    view.show()
    for text in [*then, first, *then]:
        document.apply(Transaction(diff(document.text, text), "x"))
    document.undo()
    fresh = FormView(Document(document.text))
    fresh.show()
    if document.syntax.frontmatter is not None:
        assert shown(view) == shown(fresh)
    assert view._stack.currentIndex() == fresh._stack.currentIndex()
    for one in (view, fresh):
        one.hide()
        one.deleteLater()


def test_forms_of_real_files_write_nothing_and_show_every_field(shared: Path, qtbot: QtBot) -> None:
    paths = sorted(shared.glob("corpus/**/*.md")) + sorted(shared.glob("vectors/**/*.md"))
    assert len(paths) >= 100
    for path in itertools.islice(paths, 0, None, 3):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        document = Document(text, path)
        view = FormView(document)
        qtbot.addWidget(view)
        for field in document.syntax.frontmatter.fields if document.syntax.frontmatter else ():
            assert view.row(field.key) is not None
        assert document.text == text
        assert document.undo_label is None
