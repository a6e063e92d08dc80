"""The Examples with real keys: what is typed, clicked and dragged stands in these bytes, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from agenteditor.core.document import Document, Transaction
from agenteditor.core.text import replace
from agenteditor.ui.example_list import ExampleList
from agenteditor.ui.example_turn import TurnCard
from agenteditor.ui.example_view import ExampleView
from agenteditor.ui.fields import GrowingText
from agenteditor.ui.form_notes import ProblemLine

Key = Qt.Key
Show = Callable[[str], tuple[Document, ExampleView]]

HEAD = "---\nname: a-b\n"
BLOCK = (
    HEAD
    + 'description: |\n  Use it.\n\n  <example>\n  Context: A\n  user: "b"\n  <function call omitted for brevity>\n'
    '  assistant: "c"\n  </example>\n\n  <example>\n  Somebody did a thing.\n  </example>\n---\nPrompt.\n'
)
LITERAL = (
    HEAD
    + "description: \"Use it.\\\\n\\\\n<example>\\\\nContext: A\\\\nuser: 'b'\\\\n</example>\"\n---\nPrompt.\n"
)
UNTAGGED = (
    HEAD + 'description: |\n  Use it.\n\n  Examples:\n  - Context: A\n    User: "b"\n    Assistant: "c"\n\n'
    '  - Context: D\n    User: "e"\n    Assistant: "f"\n---\nPrompt.\n'
)


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """A document and its Examples, shown, with the focus in the list."""

    def shown(text: str) -> tuple[Document, ExampleView]:
        document = Document(text)
        view = ExampleView(document)
        qtbot.addWidget(view)
        view.resize(860, 700)
        view.show()
        qtbot.waitExposed(view)
        view.activateWindow()
        qtbot.waitUntil(view.isActiveWindow)
        view.reasons = []
        view.refused.connect(view.reasons.append)
        view.take_focus()
        return document, view

    return shown


def texts(view: ExampleView) -> dict[str, GrowingText]:
    """The texts of the selected example that can be seen, by what a screen reader calls them."""
    return {text.accessibleName(): text for text in view.findChildren(GrowingText) if text.isVisibleTo(view)}


def rows(view: ExampleView) -> ExampleList:
    (found,) = view.findChildren(ExampleList)
    return found


def button(view: QWidget, name: str) -> QAbstractButton:
    found = [
        one
        for one in view.findChildren(QAbstractButton)
        if one.isVisibleTo(view) and name in (one.accessibleName(), one.text().replace("&", ""))
    ]
    assert len(found) == 1, f"{name}: {len(found)}"
    return found[0]


def press(view: QWidget, name: str) -> None:
    QTest.mouseClick(button(view, name), Qt.MouseButton.LeftButton)


def type_at_end(text: QPlainTextEdit, keys: str) -> None:
    text.setFocus()
    text.moveCursor(QTextCursor.MoveOperation.End)
    for number, line in enumerate(keys.split("\n")):
        if number:
            QTest.keyClick(text, Key.Key_Return)
        QTest.keyClicks(text, line)


def sentences(view: ExampleView) -> list[str]:
    return [line.text for line in view.findChildren(ProblemLine) if line.isVisibleTo(view)]


def contexts(document: Document) -> list[str | None]:
    return [one.example.context for one in document.syntax.examples]


# --- what is shown --------------------------------------------------------------------------------


def test_the_seed_shows_its_three_examples_and_the_parts_of_the_first(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    assert rows(view).count() == 3
    assert rows(view).item(0).text() == "The user needs help implementing a new API endpoint."
    shown = {name: text.own() for name, text in texts(view).items()}
    example = document.syntax.examples[0].example
    assert shown == {
        "Context": example.context,
        "user says, turn 1": example.turns[0].text,
        "assistant says, turn 2": example.turns[1].text,
        "Commentary": example.commentary,
    }


def test_another_row_shows_another_example(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    QTest.keyClick(rows(view), Key.Key_Down)
    assert texts(view)["Context"].own() == contexts(document)[1]
    assert document.text == seed_text


def test_what_the_examples_cost_is_said(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    spans = [one.example.span for one in document.syntax.examples]
    length = sum(end - start for start, end in spans)
    said = [label.text() for label in view.findChildren(QLabel) if "tokens" in label.text()]
    assert said and f"{length:,} of the description's 1,660 characters" in said[0]


def test_every_widget_that_takes_the_focus_has_a_name(show: Show, seed_text: str) -> None:
    for text in (seed_text, BLOCK):
        _, view = show(text)
        for widget in view.findChildren(QWidget):
            stops = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisibleTo(view)
            if stops and widget.focusProxy() is None and not isinstance(widget.parent(), QComboBox):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_tab_goes_through_the_view_as_it_is_read(show: Show, seed_text: str) -> None:
    _, view = show(seed_text)
    rows(view).setFocus()
    seen = []
    for _ in range(40):
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        name = QApplication.focusWidget().accessibleName()
        seen.append(name or QApplication.focusWidget().text().replace("&", ""))
        if QApplication.focusWidget() is rows(view):
            break
    order = ["Add an example", "Delete this example", "Edit as text", "Context", "user says, turn 1"]
    order += ["assistant says, turn 2", "Add a user turn", "Commentary"]
    assert [name for name in seen if name in order] == order
    assert len(seen) == len(set(seen))


# --- typing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Context", "implementing a new API endpoint."),
        ("user says, turn 1", "REST API endpoint for user authentication"),
        ("assistant says, turn 2", "implement the authentication endpoint"),
        ("Commentary", "the backend-engineer agent is the appropriate choice."),
    ],
)
def test_typing_in_a_part_changes_these_bytes_only(show: Show, seed_text: str, name: str, found: str) -> None:
    document, view = show(seed_text)
    type_at_end(texts(view)[name], " it's ok")
    at = seed_text.index(found) + len(found)
    assert document.text == seed_text[:at] + " it's ok" + seed_text[at:]
    assert view.reasons == []
    while document.undo():
        pass
    assert document.text == seed_text
    assert texts(view)[name].own().endswith(found)


def test_typing_keeps_the_caret_and_the_widget(show: Show, seed_text: str) -> None:
    _, view = show(seed_text)
    text = texts(view)["user says, turn 1"]
    text.setFocus()
    cursor = text.textCursor()
    cursor.setPosition(6)
    text.setTextCursor(cursor)
    QTest.keyClicks(text, " want ")
    assert texts(view)["user says, turn 1"] is text
    assert text.hasFocus()
    assert text.textCursor().position() == 12


def test_typing_joins_to_one_step(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    type_at_end(texts(view)["Context"], "abcdef")
    assert document.undo_label == "Edit the context of example 1"
    document.undo()
    assert document.text == seed_text


def test_a_change_in_the_middle_of_a_literal_value_is_written_there(show: Show) -> None:
    document, view = show(LITERAL)
    type_at_end(texts(view)["user says, turn 1"], "'s")
    assert document.text == LITERAL.replace("'b'", "'b's'")
    type_at_end(texts(view)["Context"], "\nx")
    assert document.text == LITERAL.replace("'b'", "'b's'").replace("Context: A", "Context: A\\\\nx")
    assert texts(view)["Context"].own() == "A\nx"


def test_a_blank_that_is_hard_is_kept(show: Show) -> None:
    text = BLOCK.replace("Context: A", "Context: A\u00a0B")
    document, view = show(text)
    type_at_end(texts(view)["Context"], "c")
    assert document.text == text.replace("A\u00a0B", "A\u00a0Bc")


def test_a_blank_typed_between_two_words_is_not_lost_under_the_caret(show: Show) -> None:
    document, view = show(BLOCK)
    type_at_end(texts(view)["Context"], " B C")
    assert document.text == BLOCK.replace("Context: A", "Context: A B C")


def test_what_is_refused_stays_with_its_reason_and_can_be_put_back(show: Show) -> None:
    document, view = show(BLOCK)
    text = texts(view)["Context"]
    type_at_end(text, "</example>")
    after = document.text
    assert text.own() == "A</example>"
    assert len(document.syntax.examples) == 2
    assert any(line.startswith("Not applied.") and "</example>" in line for line in sentences(view))
    assert view.reasons
    press(view, "Put back")
    assert text.own() == "A</example"
    assert document.text == after
    assert not any(line.startswith("Not applied.") for line in sentences(view))


def test_what_is_refused_is_there_again_after_a_look_at_another_example(show: Show) -> None:
    document, view = show(BLOCK)
    type_at_end(texts(view)["Context"], "</example>")
    rows(view).setCurrentRow(1)
    assert "Not applied" not in " ".join(sentences(view))
    rows(view).setCurrentRow(0)
    assert texts(view)["Context"].own() == "A</example>"
    assert any(line.startswith("Not applied.") for line in sentences(view))
    assert contexts(document)[0] == "A</example"


def test_no_step_is_made_while_something_typed_is_not_applied(show: Show) -> None:
    document, view = show(BLOCK)
    type_at_end(texts(view)["Context"], "</example>")
    before = document.text
    for name in ("Add a user turn", "Take turn 1 away", "Duplicate this example", "Edit as text"):
        press(view, name)
        assert document.text == before
        assert texts(view)["Context"].own() == "A</example>"
    assert "not applied yet" in view.reasons[-1]


# --- turns and other parts ------------------------------------------------------------------------


def test_turns_are_added_with_the_labels_of_the_file_and_get_the_focus(show: Show) -> None:
    document, view = show(UNTAGGED)
    press(view, "Add a user turn")
    QTest.keyClicks(QApplication.focusWidget(), "And now?")
    assert document.text == UNTAGGED.replace('Assistant: "c"', 'Assistant: "c"\n    User: "And now?"')
    document.undo()
    document.undo()
    assert document.text == UNTAGGED
    assert "User says, turn 3" not in texts(view)


def test_a_turn_is_taken_away_and_comes_back(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    kept = texts(view)["Context"]
    press(view, "Take turn 1 away")
    assert [turn.speaker for turn in document.syntax.examples[0].example.turns] == ["assistant"]
    assert list(texts(view)) == ["Context", "assistant says, turn 1", "Commentary"]
    assert texts(view)["Context"] is kept
    document.undo()
    assert document.text == seed_text
    assert "assistant says, turn 2" in texts(view)


def test_turns_are_moved_by_button_and_by_key_and_keep_the_focus(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    press(view, "Move turn 1 down")
    assert [turn.speaker for turn in document.syntax.examples[0].example.turns] == ["assistant", "user"]
    text = texts(view)["user says, turn 2"]
    text.setFocus()
    QTest.keyClick(text, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert document.text == seed_text
    assert QApplication.focusWidget() is texts(view)["user says, turn 1"]


def test_the_speaker_is_chosen_or_typed(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    box = view.findChildren(TurnCard)[0].speaker
    assert [box.itemText(at) for at in range(box.count())] == ["user", "assistant"]
    box.lineEdit().setFocus()
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "Daisy")
    assert document.text == seed_text  # not by each letter
    QTest.keyClick(box.lineEdit(), Key.Key_Return)
    at = seed_text.index("user: ")
    assert document.text == seed_text[:at] + "Daisy" + seed_text[at + 4 :]
    assert "Daisy says, turn 1" in texts(view)


def test_a_speaker_that_would_not_read_as_one_stays_with_the_reason(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    line = view.findChildren(TurnCard)[0].speaker.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "a: b")
    QTest.keyClick(line, Key.Key_Return)
    assert document.text == seed_text
    assert line.text() == "a: b"
    assert any("would not read as a speaker" in line for line in sentences(view))
    press(view, "Put back")
    assert line.text() == "user"
    assert sentences(view) == []


def test_context_and_commentary_are_taken_away_and_added(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    press(view, "Take the commentary away")
    assert document.syntax.examples[0].example.commentary is None
    press(view, "Add commentary")
    QTest.keyClicks(QApplication.focusWidget(), "It's why.")
    assert document.syntax.examples[0].example.commentary == "It's why."
    press(view, "Take the context away")
    assert document.syntax.examples[0].example.context is None
    press(view, "Add context")
    QTest.keyClicks(QApplication.focusWidget(), "So.")
    assert document.syntax.examples[0].example.context == "So."
    while document.undo():
        pass
    assert document.text == seed_text


def test_what_stands_between_the_turns_is_a_row_of_its_own(show: Show) -> None:
    document, view = show(BLOCK)
    note = texts(view)["Beside the turns"]
    assert note.own() == "<function call omitted for brevity>"
    button_of = button(view, "Take this text away")
    QTest.mouseClick(button_of, Qt.MouseButton.LeftButton)
    assert document.text == BLOCK.replace("  <function call omitted for brevity>\n", "")
    assert "Beside the turns" not in texts(view)


# --- as text --------------------------------------------------------------------------------------


def test_an_example_that_is_not_understood_is_edited_as_text_with_the_reason(show: Show) -> None:
    document, view = show(BLOCK)
    rows(view).setCurrentRow(1)
    assert list(texts(view)) == ["The example as text"]
    assert any("No label such as" in line for line in sentences(view))
    assert rows(view).item(1).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Example 2. Somebody")
    type_at_end(texts(view)["The example as text"], "\nuser: 'x")
    assert document.text == BLOCK.replace("a thing.\n", "a thing.\n  user: 'x\n")
    # It is understood by now, but the widget under the caret stays until the user goes on.
    assert list(texts(view)) == ["The example as text"]
    press(view, "Edit as text")
    assert list(texts(view)) == ["Context", "user says, turn 1"]


def test_any_example_can_be_edited_as_text_and_back(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    press(view, "Edit as text")
    (text,) = texts(view).values()
    assert text.own() == document.syntax.examples[0].example.text
    assert text.hasFocus()
    type_at_end(text, " ")
    assert document.text == seed_text
    press(view, "Edit as text")
    assert "Context" in texts(view)


# --- the list -------------------------------------------------------------------------------------


def test_an_example_is_added_behind_the_selected_one_in_the_spelling_of_the_file(
    show: Show, seed_text: str
) -> None:
    document, view = show(seed_text)
    QTest.keyClick(rows(view), Key.Key_Insert)
    assert rows(view).currentRow() == 1
    QTest.keyClicks(QApplication.focusWidget(), "The user's new.")
    assert contexts(document)[1] == "The user's new."
    assert rows(view).item(1).text() == "The user's new."
    (added,) = (one.example for one in document.syntax.examples if one.index == 1)
    slot = document.syntax.slot("description")
    assert added.span.of(slot.text) == (
        "<example>Context: The user's new. user: '' assistant: '' <commentary></commentary></example>"
    )
    while document.undo():
        pass
    assert document.text == seed_text


def test_an_example_is_added_where_examples_have_no_tags(show: Show) -> None:
    document, view = show(UNTAGGED)
    press(view, "Add an example")
    assert len(document.syntax.examples) == 3
    document.undo()
    assert document.text == UNTAGGED


def test_an_example_is_duplicated_deleted_and_all_undone(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    first, second, third = contexts(document)
    QTest.keyClick(
        rows(view), Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert contexts(document) == [first, first, second, third]
    assert rows(view).currentRow() == 1
    type_at_end(texts(view)["Context"], "!")
    assert contexts(document) == [first, f"{first}!", second, third]
    assert rows(view).currentRow() == 1
    rows(view).setFocus()
    rows(view).setCurrentRow(3)
    QTest.keyClick(rows(view), Key.Key_Delete)
    assert contexts(document) == [first, f"{first}!", second]
    assert rows(view).currentRow() == 2
    for _ in range(3):
        document.undo()
    assert document.text == seed_text
    assert rows(view).count() == 3


def test_delete_in_a_text_deletes_no_example(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    text = texts(view)["Context"]
    text.setFocus()
    text.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClick(text, Key.Key_Delete)
    assert contexts(document)[0].startswith("he user needs")
    assert len(document.syntax.examples) == 3


def test_examples_are_moved_by_key_and_the_selection_goes_with_them(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    first, second, third = contexts(document)
    QTest.keyClick(rows(view), Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert contexts(document) == [second, first, third]
    assert rows(view).currentRow() == 1
    assert texts(view)["Context"].own() == first
    document.undo()
    assert document.text == seed_text
    assert rows(view).currentRow() == 0
    QTest.keyClick(rows(view), Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert document.text == seed_text


@pytest.mark.parametrize(
    ("row", "above", "wanted"), [(0, 3, [1, 2, 0]), (2, 0, [2, 0, 1]), (1, 1, [0, 1, 2])]
)
def test_examples_are_moved_by_dragging(
    show: Show, seed_text: str, row: int, above: int, wanted: list[int]
) -> None:
    document, view = show(seed_text)
    before = contexts(document)
    listed = rows(view)
    listed.setCurrentRow(row)
    at = listed.visualItemRect(listed.item(min(above, 2)))
    point = QPointF(20, at.top() + 2 if above < 3 else at.bottom() + 20)

    class Drop(QDropEvent):  # a drag can only be made by a mouse; this is its end
        def source(self) -> QWidget:
            return listed

    event = Drop(
        point,
        Qt.DropAction.MoveAction,
        QMimeData(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    listed.dropEvent(event)
    assert event.dropAction() == Qt.DropAction.IgnoreAction
    assert contexts(document) == [before[at] for at in wanted]
    assert listed.currentRow() == wanted.index(row)
    document.undo()
    assert document.text == seed_text


def test_the_list_follows_an_example_that_moves_by_a_change_elsewhere(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    rows(view).setCurrentRow(1)
    shown = texts(view)["Context"].own()
    at = seed_text.index("<example>")
    document.apply(
        Transaction((replace(at, at, "<example>Context: N. user: 'n' assistant: 'm'</example> "),), "Edit")
    )
    assert rows(view).currentRow() == 2
    assert texts(view)["Context"].own() == shown


# --- without examples -----------------------------------------------------------------------------


def test_the_first_example_is_added_to_the_description(show: Show) -> None:
    text = HEAD + "description: Use it.\n---\nPrompt.\n"
    document, view = show(text)
    press(view, "Add an example")
    QTest.keyClicks(QApplication.focusWidget(), "A")
    (hosted,) = document.syntax.examples
    assert hosted.example.context == "A"
    assert document.syntax.field("description").text.startswith("Use it. Examples: <example>")
    rows(view).setFocus()
    QTest.keyClick(rows(view), Key.Key_Delete)
    assert document.syntax.examples == ()
    assert button(view, "Add an example").isVisible()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Only a prompt.\n", "no frontmatter"),
        (HEAD + "description: [a]\n---\n", "not plain text"),
    ],
)
def test_where_no_example_can_be_there_is_the_reason_and_no_dead_button(
    show: Show, qtbot: QtBot, text: str, said: str
) -> None:
    _, view = show(text)
    labels = [label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view)]
    assert any(said in words for words in labels)
    assert [one.text() for one in view.findChildren(QAbstractButton) if one.isVisibleTo(view)] == [
        "Go to &Details"
    ]
    with qtbot.waitSignal(view.details_wanted):
        press(view, "Go to Details")


# --- for the editor -------------------------------------------------------------------------------


def test_a_place_of_the_file_leads_to_the_part_and_the_caret(show: Show, seed_text: str) -> None:
    _, view = show(seed_text)
    offset = seed_text.index("<example>", seed_text.index("<example>") + 1)
    offset = seed_text.index("user: ", offset) + 10
    assert view.reveal_offset(offset)
    assert rows(view).currentRow() == 1
    focused = QApplication.focusWidget()
    assert focused is texts(view)["user says, turn 1"]
    assert focused.own()[focused.textCursor().position() :].startswith(seed_text[offset : offset + 10])
    view.take_focus()
    assert QApplication.focusWidget() is focused
    assert not view.reveal_offset(0)
    assert view.reveal("description", 2) and rows(view).currentRow() == 2
    assert not view.reveal("description", 3)


def test_the_source_is_wanted_with_the_place_of_the_example(show: Show, qtbot: QtBot, seed_text: str) -> None:
    _, view = show(seed_text)
    with qtbot.waitSignal(view.source_wanted) as wanted:
        press(view, "Show this example in the source")
    start, end = wanted.args
    assert seed_text[start:end].startswith("<example>Context: The user needs help")
    assert seed_text[start:end].endswith("</example>")


def test_a_hidden_view_catches_up_when_it_is_shown(show: Show, seed_text: str) -> None:
    document, view = show(seed_text)
    view.hide()
    at = seed_text.index("The user needs help")
    document.apply(Transaction((replace(at, at + 3, "Another"),), "Edit"))
    assert texts(view)["Context"].own().startswith("The user")
    view.show()
    assert texts(view)["Context"].own().startswith("Another user")


def test_a_problem_of_an_example_stands_at_it_and_in_the_list(show: Show, seed_text: str) -> None:
    _, view = show(HEAD + 'description: |\n  Use it.\n  <example>\n  user: "b"\n---\nPrompt.\n')
    (sentence,) = sentences(view)
    assert "not closed" in sentence
    assert sentence in rows(view).item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert not rows(view).item(0).icon().isNull()
    _, view = show(seed_text)
    assert sentences(view) == []
    assert rows(view).item(0).icon().isNull()


def test_what_is_not_applied_goes_with_its_example_and_comes_to_no_other(show: Show) -> None:
    document, view = show(BLOCK.replace("Somebody did a thing.", 'Context: A\n  user: "z"'))
    type_at_end(texts(view)["Context"], "</example>")
    rows(view).setFocus()
    QTest.keyClick(rows(view), Key.Key_Delete)
    assert len(document.syntax.examples) == 1
    assert texts(view)["Context"].own() == "A"
    assert texts(view)["user says, turn 1"].own() == "z"


def test_a_field_that_is_changed_in_the_source_only_can_be_read(show: Show) -> None:
    text = HEAD + "description: &d 'Use it. <example>Context: A user: \"b\"</example>'\n---\nPrompt.\n"
    _, view = show(text)
    assert texts(view)["Context"].own() == "A"
    assert texts(view)["Context"].isReadOnly()
    for name in ("Add an example", "Delete this example", "Take turn 1 away", "Add commentary"):
        assert not button(view, name).isEnabled()
    assert any("in the source" in label.text() for label in view.findChildren(QLabel))


def test_all_real_examples_can_be_shown_and_nothing_is_written(shared: Path, show: Show) -> None:
    for path in sorted((shared / "corpus").rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        if "<example>" not in text:
            continue
        document, view = show(text)
        for row in range(rows(view).count()):
            rows(view).setCurrentRow(row)
            example = document.syntax.examples[row].example
            if example.understood:
                assert sorted(one.own() for one in texts(view).values()) == sorted(
                    part.text for part in example.parts
                )
        assert document.text == text
        view.close()
