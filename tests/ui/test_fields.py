"""Each field widget with real keys: what is typed and clicked stands in the file, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from agenteditor.core.dialect import claude_code
from agenteditor.core.document import Document
from agenteditor.ui.fields import GrowingText, LineEdit, Value, field_widget, fitting
from agenteditor.ui.fields_chips import Chips
from agenteditor.ui.fields_choice import BooleanField, ChoiceField, ColourField, IntegerField, ModelField
from agenteditor.ui.fields_entries import EntriesField, ToolsField
from agenteditor.ui.fields_prose import LineField, TextField
from agenteditor.ui.fields_yaml import YamlField
from agenteditor.ui.qtext import units

Key = Qt.Key
Make = Callable[..., tuple[Document, QWidget]]


def agent(lines: str) -> str:
    return f"---\nname: a-b-c\n{lines}---\nPrompt: it stays.\n"


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    """A document and the widget that fits one of its fields, shown, with the focus, told of changes."""

    def made(text: str, key: str, path: Path | None = None) -> tuple[Document, QWidget]:
        document = Document(text, path)
        value = Value(document, key, claude_code().spec(key))
        holder = QWidget()
        widget = field_widget(fitting(value.spec, value.field), value, holder)
        widget.resize(500, 200)
        qtbot.addWidget(holder)
        holder.resize(520, 400)
        holder.show()
        qtbot.waitExposed(holder)
        holder.activateWindow()
        widget.focus_widget().setFocus()
        qtbot.waitUntil(widget.focus_widget().hasFocus)
        widget.holder = holder  # or it is deleted, and the widget with it
        widget.reasons = []
        widget.refused.connect(widget.reasons.append)
        document.subscribe(lambda _change: widget.refresh())
        return document, widget

    return made


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


# --- text inputs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [LineEdit, GrowingText])
def test_bytes_that_are_not_utf8_reach_whoever_listens(qtbot: QtBot, kind: type[QWidget]) -> None:
    edit = kind()
    qtbot.addWidget(edit)
    heard: list[str] = []
    edit.edited.connect(heard.append)
    edit.show_text("\udcbc a")
    QTest.keyClick(edit, Key.Key_End)
    QTest.keyClicks(edit, "b")
    assert heard == ["\udcbc ab"]


def test_a_growing_text_is_as_high_as_its_lines_up_to_a_limit(qtbot: QtBot) -> None:
    edit = GrowingText(max_lines=6)
    qtbot.addWidget(edit)
    edit.resize(300, 50)
    edit.show()
    heights = []
    for lines in (1, 3, 6, 40):
        edit.show_text("\n".join("word" for _ in range(lines)))
        heights.append(edit.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]
    line = edit.fontMetrics().lineSpacing()
    assert heights[2] - heights[1] == 3 * line


def test_a_growing_text_grows_with_wrapped_lines_when_it_gets_narrower(qtbot: QtBot) -> None:
    edit = GrowingText()
    qtbot.addWidget(edit)
    edit.show_text("many words in a row " * 12)
    edit.show()
    edit.resize(900, edit.height())
    wide = edit.height()
    edit.resize(250, edit.height())
    assert edit.height() > wide
    qtbot.waitUntil(lambda: edit.verticalScrollBar().maximum() == 0)


def test_what_is_copied_from_a_text_has_its_own_characters(qtbot: QtBot) -> None:
    edit = GrowingText()
    qtbot.addWidget(edit)
    edit.show_text("a\u00a0b\u2028c")
    edit.selectAll()
    edit.copy()
    assert QApplication.clipboard().text() == "a\u00a0b\u2028c"


def test_tab_leaves_a_text_and_qt_keeps_no_undo(qtbot: QtBot) -> None:
    edit = GrowingText()
    qtbot.addWidget(edit)
    assert edit.tabChangesFocus()
    assert not edit.isUndoRedoEnabled()


HIDDEN = "a\u200b\u202e\u00a0\U0001f600b"


@pytest.mark.parametrize("way", ["keys", "menu"])
def test_a_line_copies_and_cuts_what_it_holds_and_not_what_stands_in_for_it(qtbot: QtBot, way: str) -> None:
    line = LineEdit()
    qtbot.addWidget(line)
    line.show()
    line.show_text(f"x{HIDDEN}y")
    line.setSelection(1, units(HIDDEN))
    for key, act in ((Key.Key_C, line.copy), (Key.Key_X, line.cut)):
        QApplication.clipboard().clear()
        if way == "keys":
            QTest.keyClick(line, key, Qt.KeyboardModifier.ControlModifier)
        else:
            act()
        assert QApplication.clipboard().text() == HIDDEN
    assert line.own() == "xy"
    line.paste()
    assert line.own() == f"x{HIDDEN}y"


def test_a_line_without_a_selection_leaves_the_clipboard_alone(qtbot: QtBot) -> None:
    line = LineEdit()
    qtbot.addWidget(line)
    line.show_text("text")
    QApplication.clipboard().setText("before")
    line.copy()
    line.cut()
    assert QApplication.clipboard().text() == "before" and line.own() == "text"
    line.selectAll()
    line.setReadOnly(True)
    line.cut()
    assert QApplication.clipboard().text() == "before" and line.own() == "text"


def test_a_line_break_pasted_into_a_line_becomes_a_blank(make: Make, qtbot: QtBot) -> None:
    document, _widget = make(agent(""), "name")
    line = focused()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QApplication.clipboard().setText("one\ntwo")
    line.paste()
    assert document.syntax.field("name").value == "one two"
    assert line.text() == "one two"


@given(typed=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_pasted_into_a_text_is_its_value(qtbot: QtBot, typed: str) -> None:
    document = Document(agent("initialPrompt: ab\n"))
    value = Value(document, "initialPrompt", claude_code().spec("initialPrompt"))
    widget = TextField(value)
    document.subscribe(lambda _change: widget.refresh())
    edit = widget.focus_widget()
    assert isinstance(edit, GrowingText)
    edit.moveCursor(QTextCursor.MoveOperation.End)
    data = QMimeData()
    data.setText(typed)
    pasted = data.text()  # a clipboard has its own losses
    edit.insertFromMimeData(data)
    if widget.pending:
        assert document.text == agent("initialPrompt: ab\n")
    else:
        wanted = "ab" + pasted.replace("\u2028", "\n").replace("\u2029", "\n")
        assert document.syntax.field("initialPrompt").text == wanted.rstrip(" \t\n")
        assert edit.own().rstrip(" \t\n") == wanted.rstrip(" \t\n")
    assert document.text.endswith("Prompt: it stays.\n")
    widget.deleteLater()


# --- one line ------------------------------------------------------------------------------------


def test_typing_in_the_name_changes_its_characters_only(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("# a comment\n"), "name")
    assert isinstance(widget, LineField)
    qtbot.keyClick(focused(), Key.Key_End)
    qtbot.keyClicks(focused(), "-d")
    assert document.text == agent("# a comment\n").replace("a-b-c", "a-b-c-d")
    document.undo()
    assert document.text == agent("# a comment\n")
    assert focused().text() == "a-b-c"


def test_a_number_typed_as_a_name_is_written_so_that_it_stays_text(make: Make, qtbot: QtBot) -> None:
    document, _ = make(agent(""), "name")
    focused().selectAll()
    qtbot.keyClicks(focused(), "3000")
    assert document.syntax.field("name").value == "3000"
    assert focused().text() == "3000"


def test_the_caret_stays_in_the_middle_of_a_line_while_typing(make: Make, qtbot: QtBot) -> None:
    document, _ = make(agent(""), "name")
    focused().setCursorPosition(2)
    qtbot.keyClicks(focused(), "xyz")
    assert focused().cursorPosition() == 5
    assert document.syntax.field("name").value == "a-xyzb-c"


def test_a_name_of_several_lines_gets_a_text_of_several_lines(make: Make) -> None:
    _, widget = make('---\nname: "a\\nb"\n---\n', "name")
    assert isinstance(widget, TextField)


# --- text ----------------------------------------------------------------------------------------


def test_a_colon_and_a_blank_in_a_plain_value_put_it_in_quotes(make: Make, qtbot: QtBot) -> None:
    document, _widget = make(agent("description: Use it when needed\n"), "description")
    before = document.text
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(focused(), ": always")
    assert document.syntax.verdict == "valid"
    assert document.syntax.field("description").value == "Use it when needed: always"
    assert document.syntax.field("description").style != "plain"
    assert focused().own() == "Use it when needed: always"
    while document.undo():
        pass
    assert document.text == before


def test_a_blank_at_the_end_stays_under_the_caret(make: Make, qtbot: QtBot) -> None:
    document, _ = make(agent("description: Use it\n"), "description")
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(focused(), " when asked ")
    assert focused().own() == "Use it when asked "
    qtbot.keyClicks(focused(), "to")
    assert document.syntax.field("description").value == "Use it when asked to"
    assert "description: Use it when asked to\n" in document.text


def test_enter_in_a_literal_block_writes_an_indented_line(make: Make, qtbot: QtBot) -> None:
    document, _ = make(agent("description: |\n  One.\n  Two.\n"), "description")
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(focused(), Key.Key_Return)
    qtbot.keyClicks(focused(), "Three.")
    assert "description: |\n  One.\n  Two.\n  Three.\n" in document.text


def test_an_absent_text_is_added_by_typing_and_goes_by_undo(make: Make, qtbot: QtBot) -> None:
    document, _ = make(agent("description: d\n"), "initialPrompt")
    qtbot.keyClicks(focused(), "Go")
    assert document.text == agent("description: d\ninitialPrompt: Go\n")
    while document.undo():
        pass
    assert document.text == agent("description: d\n")
    assert focused().own() == ""


EXAMPLE = "<example>Context: c. user: 'x' assistant: 'y' <commentary>z</commentary></example>"


def test_a_description_is_edited_apart_from_its_examples(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent(f"description: Use it. {EXAMPLE} And so on.\n"), "description")
    assert isinstance(widget, TextField)
    texts = [edit.own() for edit in widget.findChildren(GrowingText)]
    assert texts == ["Use it.", "And so on."]
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(focused(), " Often.")
    second = widget.findChildren(GrowingText)[1]
    second.setFocus()
    second.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(second, " Ever on.")
    wanted = f"Use it. Often. {EXAMPLE} And so on. Ever on."
    assert document.syntax.field("description").text == wanted
    assert document.text.count(EXAMPLE) == 1


def test_the_line_about_examples_asks_for_them(make: Make, qtbot: QtBot) -> None:
    _, widget = make(agent(f"description: Use it. {EXAMPLE}\n"), "description")
    assert widget._examples.isVisible()
    assert widget._examples.text().startswith("1 example")
    with qtbot.waitSignal(widget.examples_wanted):
        qtbot.mouseClick(widget._examples, Qt.MouseButton.LeftButton)


def test_an_example_that_is_being_typed_is_kept_until_it_is_closed(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: Use it.\n"), "description")
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(focused(), " <example>")
    assert document.syntax.field("description").value == "Use it. <example"
    assert widget.pending
    assert widget.reasons[-1]
    assert focused().own() == "Use it. <example>"
    qtbot.keyClicks(focused(), "user: 'x' assistant: 'y'</example>")
    assert not widget.pending
    assert widget.reasons[-1] == ""
    assert len(document.syntax.examples) == 1
    assert focused().own() == "Use it."


def test_the_length_is_that_of_the_whole_value(make: Make) -> None:
    document, widget = make(agent(f"description: Use it. {EXAMPLE}\n"), "description")
    length = len(document.syntax.field("description").text)
    assert widget._count.text().startswith(f"{length} characters")


def test_typing_heals_a_broken_description(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent('description: "Use it" often\n'), "description")
    assert document.syntax.verdict == "fails"
    assert isinstance(widget, TextField)
    assert focused().own() == '"Use it" often'
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(focused(), ".")
    assert document.syntax.verdict == "valid"
    assert document.syntax.field("description").value == '"Use it" often.'


# --- choices -------------------------------------------------------------------------------------


def choices(combo: QComboBox) -> list[str]:
    return [combo.itemText(index) for index in range(combo.count())]


def choose(qtbot: QtBot, combo: QComboBox, text: str) -> None:
    """By keyboard, as with a closed list: letters go to the entry."""
    combo.setFocus()
    index = choices(combo).index(text)
    while combo.currentIndex() != index:
        qtbot.keyClick(combo, Key.Key_Down if combo.currentIndex() < index else Key.Key_Up)


def test_a_choice_is_set_and_taken_back(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: d\n"), "memory")
    assert isinstance(widget, ChoiceField)
    combo = focused()
    assert isinstance(combo, QComboBox)
    assert combo.currentText() == "Not set: no memory"
    choose(qtbot, combo, "user")
    assert document.text == agent("description: d\nmemory: user\n")
    choose(qtbot, combo, choices(combo)[0])
    assert document.text == agent("description: d\n")


def test_a_value_that_is_not_known_is_kept_and_offered(make: Make, qtbot: QtBot) -> None:
    document, _ = make(agent("memory: cloud\n"), "memory")
    combo = focused()
    assert combo.currentText() == "cloud"
    assert document.text == agent("memory: cloud\n")
    choose(qtbot, combo, "local")
    assert document.text == agent("memory: local\n")
    assert "cloud" not in choices(combo)
    while document.text != agent("memory: cloud\n"):
        document.undo()
    assert combo.currentText() == "cloud"


def test_an_empty_choice_is_not_an_absent_one(make: Make) -> None:
    _, _widget = make(agent("memory:\n"), "memory")
    assert focused().currentText() == "(nothing)"
    assert focused().currentIndex() != 0


def test_the_mouse_wheel_over_a_choice_changes_nothing(make: Make) -> None:
    document, _ = make(agent("memory: user\n"), "memory")
    combo = focused()
    at = combo.rect().center()
    for delta in (120, -120):
        event = QWheelEvent(
            at, combo.mapToGlobal(at), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(combo, event)
        assert not event.isAccepted()
    assert document.text == agent("memory: user\n")


def test_colours_have_a_swatch_each(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("color: red\n"), "color")
    assert isinstance(widget, ColourField)
    combo = focused()
    index = choices(combo).index("red")
    middle = combo.itemIcon(index).pixmap(16, 16).toImage().pixelColor(8, 8)
    assert middle.red() > 180
    assert middle.green() < 80
    choose(qtbot, combo, "green")
    assert document.text == agent("color: green\n")


def test_any_model_may_be_typed(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: d\n"), "model")
    assert isinstance(widget, ModelField)
    assert "Not set" in focused().placeholderText()
    qtbot.keyClicks(focused(), "claude-x[1m]")
    assert document.syntax.field("model").value == "claude-x[1m]"
    assert document.syntax.verdict == "valid"


def test_a_model_is_chosen_from_the_list_in_one_step(make: Make, qtbot: QtBot) -> None:
    document, _widget = make(agent("model: sonnet\n"), "model")
    line = focused()
    qtbot.keyClick(line, Key.Key_Down)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    names = [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())]
    assert "haiku" in names
    assert popup.currentIndex().data() == "sonnet"
    for _ in range(names.index("haiku") - names.index("sonnet")):
        qtbot.keyClick(popup, Key.Key_Down)
    assert document.text == agent("model: sonnet\n")  # moving in the list writes nothing
    qtbot.keyClick(popup, Key.Key_Return)
    assert document.text == agent("model: haiku\n")
    assert line.text() == "haiku"
    document.undo()
    assert document.text == agent("model: sonnet\n")
    assert line.text() == "sonnet"


def test_an_emptied_model_stays_as_an_empty_field(make: Make, qtbot: QtBot) -> None:
    document, _ = make(agent("model: x # why\n"), "model")
    qtbot.keyClick(focused(), Key.Key_End)
    qtbot.keyClick(focused(), Key.Key_Backspace)
    assert document.syntax.field("model").value == ""
    assert focused().placeholderText() == "Empty"
    assert "# why" in document.text


def test_a_whole_number_is_written_bare_and_anything_else_as_text(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: d\n"), "maxTurns")
    assert isinstance(widget, IntegerField)
    assert focused().placeholderText() == "Not set: no limit"
    qtbot.keyClicks(focused(), "12")
    assert document.text == agent("description: d\nmaxTurns: 12\n")
    qtbot.keyClicks(focused(), "x")
    assert document.syntax.field("maxTurns").value == "12x"
    for _ in range(3):
        qtbot.keyClick(focused(), Key.Key_Backspace)
    assert document.syntax.field("maxTurns").value is None
    assert "maxTurns:" in document.text


def test_yes_no_and_not_set_are_three_answers(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: d\n"), "background")
    assert isinstance(widget, BooleanField)
    absent, yes, _no, other = widget.findChildren(QRadioButton)
    assert absent.isChecked() and not other.isVisible()
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton, pos=QPoint(8, yes.height() // 2))
    assert document.text == agent("description: d\nbackground: true\n")
    qtbot.keyClick(yes, Key.Key_Right)
    assert document.text == agent("description: d\nbackground: false\n")
    qtbot.mouseClick(absent, Qt.MouseButton.LeftButton, pos=QPoint(8, absent.height() // 2))
    assert document.text == agent("description: d\n")


def test_what_is_neither_yes_nor_no_is_shown_as_written(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("background: yes & no\n"), "background")
    _, yes, _, other = widget.findChildren(QRadioButton)
    assert other.isChecked() and "yes && no" in other.text()
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton, pos=QPoint(8, yes.height() // 2))
    assert document.text == agent("background: true\n")
    assert not other.isVisible()


# --- lists ---------------------------------------------------------------------------------------


def tools_state(widget: QWidget) -> str | None:
    return next((b.text() for b in widget.findChildren(QRadioButton) if b.isChecked()), None)


@pytest.mark.parametrize(
    ("lines", "state", "entries"),
    [
        ("", "All tools", []),
        ("tools: Read, Bash(a, b)\n", "Only these", ["Read", "Bash(a, b)"]),
        ("tools:\n  - Read\n  - Grep\n", "Only these", ["Read", "Grep"]),
        ("tools: [Read, Grep]\n", "Only these", ["Read", "Grep"]),
        ("tools: []\n", "None", []),
        ('tools: ""\n', None, []),
        ("tools:\n", None, []),
        ('tools: "*"\n', "All tools", []),
    ],
)
def test_absent_empty_nothing_and_star_are_told_apart(
    make: Make, lines: str, state: str | None, entries: list[str]
) -> None:
    document, widget = make(agent(lines), "tools")
    assert isinstance(widget, ToolsField)
    assert tools_state(widget) == state
    chips = widget.findChild(Chips)
    assert list(chips.entries) == entries
    assert chips.isVisible() == (state == "Only these")
    assert document.text == agent(lines)


def radio(widget: QWidget, text: str) -> QRadioButton:
    return next(button for button in widget.findChildren(QRadioButton) if button.text() == text)


def click(qtbot: QtBot, button: QRadioButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))


def test_only_these_writes_nothing_until_the_first_tool_is_there(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: d\n"), "tools")
    click(qtbot, radio(widget, "Only these"))
    assert document.text == agent("description: d\n")
    assert "every tool" in widget._note.text()
    line = widget.findChild(Chips).line
    assert line.hasFocus()
    qtbot.keyClicks(line, "Read")
    qtbot.keyClick(line, Key.Key_Return)
    qtbot.keyClicks(line, "Bash(git *), mcp__github__create_issue")
    qtbot.keyClick(line, Key.Key_Return)
    assert document.text == agent("description: d\ntools: Read, Bash(git *), mcp__github__create_issue\n")
    assert line.text() == ""
    click(qtbot, radio(widget, "None"))
    assert document.text == agent("description: d\ntools: []\n")
    click(qtbot, radio(widget, "All tools"))
    assert document.text == agent("description: d\n")
    click(qtbot, radio(widget, "Only these"))  # what was chosen before comes back
    assert document.text == agent("description: d\ntools: Read, Bash(git *), mcp__github__create_issue\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tools: Read,  Grep\n", "tools: Read,  Grep, Glob\n"),
        ("tools: 'Read, Grep'\n", "tools: 'Read, Grep, Glob'\n"),
        ("tools:\n  - Read # first\n  - Grep\n", "tools:\n  - Read # first\n  - Grep\n  - Glob\n"),
        ("tools: [Read, Grep]\n", "tools: [Read, Grep, Glob]\n"),
        ("tools: []\n", "tools: [Glob]\n"),
        ("tools:\n", "tools: Glob\n"),
        ('tools: "*"\n', 'tools: "Glob"\n'),
    ],
)
def test_a_tool_is_added_in_the_form_the_field_has(make: Make, qtbot: QtBot, before: str, after: str) -> None:
    document, widget = make(agent(before), "tools")
    if not widget.findChild(Chips).isVisible():
        click(qtbot, radio(widget, "Only these"))
    line = widget.findChild(Chips).line
    qtbot.keyClicks(line, "Glob")
    qtbot.keyClick(line, Key.Key_Return)
    assert document.text == agent(after)
    document.undo()
    assert document.text == agent(before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tools: Read,  Grep, Glob\n", "tools: Read,  Glob\n"),
        ("tools:\n  - Read # first\n  - Grep\n  - Glob\n", "tools:\n  - Read # first\n  - Glob\n"),
        ("tools: [Read, Grep, Glob]\n", "tools: [Read, Glob]\n"),
    ],
)
def test_delete_on_a_chip_takes_the_tool_out(make: Make, qtbot: QtBot, before: str, after: str) -> None:
    document, widget = make(agent(before), "tools")
    widget.findChild(Chips).line.setFocus()
    qtbot.keyClick(focused(), Key.Key_Backspace)  # from the empty line to the last chip
    assert focused().accessibleName() == "Glob"
    qtbot.keyClick(focused(), Key.Key_Left)
    assert focused().accessibleName() == "Grep"
    qtbot.keyClick(focused(), Key.Key_Delete)
    assert document.text == agent(after)
    assert focused().accessibleName() == "Glob"


def test_the_last_tool_taken_out_leaves_an_agent_without_tools(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("tools: Read\n"), "tools")
    widget.findChild(Chips).line.setFocus()
    qtbot.keyClick(focused(), Key.Key_Left)
    qtbot.keyClick(focused(), Key.Key_Delete)
    assert document.text == agent("tools: []\n")
    assert "no tool" in widget._note.text()
    assert widget.findChild(Chips).line.isVisible()


def test_enter_on_a_chip_changes_its_text(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("tools: Read, Bash(git *), Grep\n"), "tools")
    line = widget.findChild(Chips).line
    line.setFocus()
    qtbot.keyClick(focused(), Key.Key_Left)
    qtbot.keyClick(focused(), Key.Key_Left)
    qtbot.keyClick(focused(), Key.Key_Return)
    assert line.hasFocus() and line.text() == "Bash(git *)"
    qtbot.keyClicks(line, "Bash(npm *)")
    qtbot.keyClick(line, Key.Key_Return)
    assert document.text == agent("tools: Read, Bash(npm *), Grep\n")


def test_a_chip_keeps_a_byte_that_is_not_utf8_when_it_is_changed(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("tools: Read, Bash(git \udce9)\n"), "tools")
    line = widget.findChild(Chips).line
    line.setFocus()
    qtbot.keyClick(focused(), Key.Key_Left)
    qtbot.keyClick(focused(), Key.Key_F2)
    qtbot.keyClick(line, Key.Key_Home)
    qtbot.keyClicks(line, "X")
    qtbot.keyClick(line, Key.Key_Return)
    assert document.text == agent("tools: Read, XBash(git \udce9)\n")


def test_the_list_of_known_tools_is_ticked_and_searched(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("tools: Read\n"), "tools")
    qtbot.mouseClick(widget._toggle, Qt.MouseButton.LeftButton)
    tools = widget.findChild(QListWidget)
    assert tools.isVisible()
    by_name = {tools.item(row).text(): tools.item(row) for row in range(tools.count())}
    assert by_name["Read"].checkState() == Qt.CheckState.Checked
    tools.setCurrentItem(by_name["Grep"])
    tools.setFocus()
    qtbot.keyClick(tools, Key.Key_Space)
    assert document.text == agent("tools: Read, Grep\n")
    tools.setCurrentItem(by_name["Read"])
    qtbot.keyClick(tools, Key.Key_Space)
    assert document.text == agent("tools: Grep\n")
    qtbot.keyClicks(widget.findChild(Chips).line, "web")
    shown = {name for name, item in by_name.items() if not item.isHidden()}
    assert {"WebFetch", "WebSearch"} <= shown
    assert "Read" not in shown
    assert QApplication.activePopupWidget() is None  # the list shows what matches


def test_completion_offers_tools_with_help_and_takes_one(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("tools: Read\n"), "tools")
    line = widget.findChild(Chips).line
    line.setFocus()
    qtbot.keyClicks(line, "notebooke")
    popup = QApplication.activePopupWidget()
    assert popup is not None
    qtbot.keyClick(popup, Key.Key_Down)
    qtbot.keyClick(popup, Key.Key_Return)
    assert document.text == agent("tools: Read, NotebookEdit\n")
    assert line.text() == ""


def test_forbidden_tools_have_two_answers(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: d\n"), "disallowedTools")
    assert tools_state(widget) == "Nothing forbidden"
    click(qtbot, radio(widget, "These"))
    line = widget.findChild(Chips).line
    qtbot.keyClicks(line, "mcp__*")
    qtbot.keyClick(line, Key.Key_Return)
    assert document.text == agent("description: d\ndisallowedTools: mcp__*\n")
    assert not radio(widget, "None").isVisible()


def test_a_list_with_something_else_than_texts_is_edited_as_yaml(make: Make) -> None:
    _, widget = make(agent("tools: {Read: true}\n"), "tools")
    assert isinstance(widget, YamlField)


def test_skills_are_chips_in_the_form_they_have(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("skills:\n- pdf\n- docx\n"), "skills")
    assert isinstance(widget, EntriesField)
    qtbot.keyClicks(focused(), "pptx")
    qtbot.keyClick(focused(), Key.Key_Return)
    assert document.text == agent("skills:\n- pdf\n- docx\n- pptx\n")


# --- YAML ----------------------------------------------------------------------------------------

HOOKS = "hooks:\n  Stop:\n    - hooks:\n        - type: command\n          command: ./a.sh\n"


def test_nested_yaml_is_applied_only_while_it_is_valid(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent(HOOKS), "hooks")
    assert isinstance(widget, YamlField)
    edit = focused()
    assert edit.own().startswith("Stop:\n  - hooks:\n")
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(edit, Key.Key_Return)
    qtbot.keyClicks(edit, "]")
    assert widget.pending
    assert "not valid YAML, line 5" in widget.reasons[-1]
    assert document.text == agent(HOOKS)
    assert edit.own().endswith("./a.sh\n]")
    for _ in range(2):
        qtbot.keyClick(edit, Key.Key_Backspace)
    assert widget.reasons[-1] == ""
    qtbot.keyClicks(edit, "x")
    assert document.text == agent(HOOKS.replace("a.sh", "a.shx"))
    document.undo()
    assert document.text == agent(HOOKS)


def test_a_new_line_can_be_begun_at_the_end_of_yaml(make: Make, qtbot: QtBot) -> None:
    document, _widget = make(agent("description: d\n"), "mcpServers")
    qtbot.keyClicks(focused(), "- github")
    assert document.text == agent("description: d\nmcpServers:\n  - github\n")
    qtbot.keyClick(focused(), Key.Key_Return)
    assert focused().own() == "- github\n"
    qtbot.keyClicks(focused(), "- slack")
    assert document.text == agent("description: d\nmcpServers:\n  - github\n  - slack\n")


def test_refused_yaml_is_kept_while_other_fields_change_and_can_be_put_back(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("description: d\nhooks: {}\n"), "hooks")
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(focused(), "]")
    assert widget.pending
    Value(document, "description", claude_code().spec("description")).type_text("other")
    assert focused().own() == "{}]"
    widget.revert()
    assert focused().own() == "{}" and not widget.pending


def test_broken_yaml_is_shown_and_can_be_mended(make: Make, qtbot: QtBot) -> None:
    document, widget = make(agent("hooks:\n  Stop: [\ndescription: d\n"), "hooks")
    assert document.syntax.verdict == "fails"
    assert isinstance(widget, YamlField)
    assert focused().own() == "Stop: ["
    focused().moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(focused(), "]")
    assert document.syntax.verdict == "valid"
    assert document.syntax.field("hooks").value == {"Stop": []}
    assert document.syntax.field("description").value == "d"


# --- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", claude_code().fields, ids=lambda spec: spec.key)
def test_every_known_field_has_a_widget_that_shows_absence_and_writes_nothing(
    make: Make, qtbot: QtBot, spec: object
) -> None:
    text = "---\n---\nPrompt\n"
    document, widget = make(text, spec.key)  # type: ignore[attr-defined]
    widget.refresh()
    assert document.text == text
    assert widget.reasons == []


def test_widgets_of_real_files_show_every_value_and_write_nothing(shared: Path, qtbot: QtBot) -> None:
    seen = set()
    for path in sorted(shared.glob("corpus/**/*.md"))[:150]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        document = Document(text, path)
        for field in document.syntax.frontmatter.fields if document.syntax.frontmatter else ():
            value = Value(document, field.key, claude_code().spec(field.key))
            kind = fitting(value.spec, document.syntax.field(field.key))
            seen.add(kind)
            holder = QWidget()
            widget = field_widget(kind, value, holder)
            for line in widget.findChildren(LineEdit):
                assert not line.pending
            for edit in widget.findChildren(GrowingText):
                assert not edit.pending
            holder.deleteLater()
        assert document.text == text
    assert {"line", "text", "tools", "model", "colour"} <= seen


def test_keys_reach_the_widgets(make: Make) -> None:
    """The tests above would pass for nothing if focus or keys went astray."""
    _, widget = make(agent(""), "name")
    QTest.keyClicks(widget.focus_widget(), "z")
    assert "z" in widget.focus_widget().text()
