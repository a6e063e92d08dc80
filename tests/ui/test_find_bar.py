"""Find and replace in the source: real keys in the bar, places in the text, one step of undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from agenteditor.core import search
from agenteditor.core.document import Document, Transaction
from agenteditor.core.search import Found, Query
from agenteditor.core.text import Span, replace
from agenteditor.ui import source_search
from agenteditor.ui.find_bar import FindBar
from agenteditor.ui.qtext import Shown, raw_text
from agenteditor.ui.source_view import SourceView

TEXT = "user: a\r\n\U0001f600 User and user\r\nusers\u00a0end\r\n"
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KEPT: list[SourceView] = []


@pytest.fixture(autouse=True)
def kept(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(source_search, "SEARCH_DELAY", 0)
    yield
    for view in KEPT:
        view.close()
    KEPT.clear()


def view_of(qtbot: QtBot, text: str = TEXT) -> SourceView:
    view = SourceView(Document(text))
    KEPT.append(view)
    view.resize(800, 400)
    view.show()
    view.activateWindow()
    view.take_focus()
    qtbot.waitUntil(view.isActiveWindow)
    return view


def text_of(view: SourceView) -> str:
    return view._document.text


def selected(view: SourceView) -> Span:
    cursor = view.edit.textCursor()
    return Shown(text_of(view)).span(cursor.anchor(), cursor.position())


def button(bar: FindBar, name: str) -> QToolButton | QPushButton:
    for one in (*bar.findChildren(QToolButton), *bar.findChildren(QPushButton)):
        if name in (one.accessibleName(), one.text().replace("&", "")):
            return one
    raise AssertionError(name)


def count(view: SourceView) -> str:
    return view.find_bar._count.text()


def look_for(qtbot: QtBot, view: SourceView, words: str, *, replacement: str | None = None) -> None:
    """Open the bar by its key and type into it."""
    qtbot.keyClick(view.edit, Qt.Key.Key_F if replacement is None else Qt.Key.Key_H, CONTROL)
    view.find_bar._find.clear()
    qtbot.keyClicks(view.find_bar._find, words)
    if replacement is not None:
        view.find_bar._replace.setFocus()
        qtbot.keyClicks(view.find_bar._replace, replacement)


def test_the_keys_open_the_bar_and_escape_closes_it(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    assert not view.find_bar.isVisible()
    qtbot.keyClick(view.edit, Qt.Key.Key_F, CONTROL)
    assert view.find_bar.isVisible()
    assert not view.find_bar._replace.isVisible()
    assert view.find_bar._find.hasFocus()
    qtbot.keyClick(view.find_bar._find, Qt.Key.Key_Escape)
    assert not view.find_bar.isVisible()
    assert view.edit.hasFocus()
    qtbot.keyClick(view.edit, Qt.Key.Key_H, CONTROL)
    assert view.find_bar._replace.isVisible()
    view.take_focus()
    qtbot.keyClick(view.edit, Qt.Key.Key_Escape)
    assert not view.find_bar.isVisible()


def test_what_is_typed_is_found_at_once_and_counted(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user")
    assert count(view) == "1 of 4"
    assert selected(view).of(TEXT) == "user"
    assert len(view.edit._matches) == 4


def test_enter_and_f3_go_from_match_to_match_and_round(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user")
    starts = []
    for _ in range(4):
        qtbot.keyClick(view.find_bar._find, Qt.Key.Key_Return)
        starts.append(selected(view).start)
    assert starts == [TEXT.index("User"), TEXT.index("user", 12), TEXT.index("users"), 0]
    qtbot.keyClick(view.find_bar._find, Qt.Key.Key_Return, SHIFT)
    assert (selected(view).start, count(view)) == (TEXT.index("users"), "4 of 4")
    qtbot.keyClick(view.find_bar._find, Qt.Key.Key_F3, SHIFT)
    assert count(view) == "3 of 4"
    qtbot.mouseClick(button(view.find_bar, "Next match (F3)"), Qt.MouseButton.LeftButton)
    assert count(view) == "4 of 4"
    qtbot.mouseClick(button(view.find_bar, "Previous match (Shift+F3)"), Qt.MouseButton.LeftButton)
    assert count(view) == "3 of 4"


def test_f3_goes_on_from_the_caret_when_the_bar_is_closed(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user")
    qtbot.keyClick(view.find_bar._find, Qt.Key.Key_Escape)
    view.edit.moveCursor(QTextCursor.MoveOperation.End)
    view.find_step(-1)
    assert selected(view).start == TEXT.index("users")


def test_f3_without_anything_to_look_for_opens_the_bar(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    qtbot.keyClick(view.edit, Qt.Key.Key_F3)
    assert view.find_bar._find.hasFocus()


@pytest.mark.parametrize(
    ("switches", "words", "expected"),
    [
        (["Match case"], "user", "1 of 3"),
        (["Whole words"], "user", "1 of 3"),
        (["Match case", "Whole words"], "user", "1 of 2"),
        (["Regular expression"], "users?$", "1 of 1"),
        (["Regular expression"], "^.", "1 of 3"),
        ([], "^.", "No matches"),
    ],
)
def test_the_switches_say_how_to_look(qtbot: QtBot, switches: list[str], words: str, expected: str) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, words)
    for name in switches:
        qtbot.mouseClick(button(view.find_bar, name), Qt.MouseButton.LeftButton)
    assert count(view) == expected


def test_what_is_selected_is_looked_for(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    view.reveal(Span(TEXT.index("and"), TEXT.index("and") + 3))
    qtbot.keyClick(view.edit, Qt.Key.Key_F, CONTROL)
    assert view.find_bar.query.text == "and"
    view.reveal(Span(0, len(TEXT)))
    qtbot.keyClick(view.edit, Qt.Key.Key_F, CONTROL)
    assert view.find_bar.query.text == "and"  # several lines are not


def test_a_search_that_is_typed_begins_at_the_caret_each_time(qtbot: QtBot) -> None:
    view = view_of(qtbot, "ab abc abcd")
    view.edit.setTextCursor(view.edit.cursor_over(1, 1))
    look_for(qtbot, view, "ab")
    assert selected(view).start == 3
    qtbot.keyClicks(view.find_bar._find, "cd")
    assert selected(view).start == 7
    qtbot.keyClick(view.find_bar._find, Qt.Key.Key_Backspace)
    qtbot.keyClick(view.find_bar._find, Qt.Key.Key_Backspace)
    assert selected(view).start == 3


def test_replacing_one_goes_on_to_the_next(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user", replacement="agent")
    qtbot.keyClick(view.find_bar._replace, Qt.Key.Key_Return)
    assert text_of(view) == TEXT.replace("user", "agent", 1)
    assert selected(view).of(text_of(view)) == "User"
    assert count(view) == "1 of 3"
    qtbot.mouseClick(button(view.find_bar, "Replace"), Qt.MouseButton.LeftButton)
    assert text_of(view) == "agent" + TEXT[4:].replace("User", "agent", 1)


def test_replacing_takes_what_is_selected_or_only_goes_there(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user", replacement="x")
    view.edit.moveCursor(QTextCursor.MoveOperation.End)
    view.find_bar.replace_wanted.emit()
    assert text_of(view) == TEXT
    assert selected(view) == Span(0, 4)


def test_a_replacement_that_is_found_again_is_passed_over(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a a")
    look_for(qtbot, view, "a", replacement="aa")
    qtbot.keyClick(view.find_bar._replace, Qt.Key.Key_Return)
    assert selected(view) == Span(3, 4)
    qtbot.keyClick(view.find_bar._replace, Qt.Key.Key_Return)
    assert text_of(view) == "aa aa"


def test_replacing_all_is_one_step_of_undo(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user", replacement="agent")
    qtbot.mouseClick(button(view.find_bar, "Replace all"), Qt.MouseButton.LeftButton)
    after = TEXT.replace("user", "agent").replace("User", "agent")
    assert text_of(view) == after
    assert raw_text(view.edit.document()) == Shown(after).text
    assert view.find_bar._sentence.text() == "Replaced in 4 places."
    assert count(view) == "No matches"
    assert view._document.undo_label == "Replace all"
    view._document.undo()
    assert text_of(view) == TEXT
    assert view._document.undo_label is None


def test_groups_stand_in_the_replacement_of_an_expression(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, r"(\w+): (\w)", replacement=r"\2 = \1")
    qtbot.mouseClick(button(view.find_bar, "Regular expression"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(view.find_bar._replace, Qt.Key.Key_Return)
    assert text_of(view) == TEXT.replace("user: a", "a = user")


def test_line_ends_put_in_are_the_files_own(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a,b\r\n")
    look_for(qtbot, view, ",", replacement=r"\n")
    qtbot.mouseClick(button(view.find_bar, "Regular expression"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(view.find_bar, "Replace all"), Qt.MouseButton.LeftButton)
    assert text_of(view) == "a\r\nb\r\n"


@pytest.mark.parametrize(("words", "said"), [("(", "not a regular expression"), ("(x+x+)+y", "too long")])
def test_an_expression_that_cannot_be_used_is_said_and_marked(qtbot: QtBot, words: str, said: str) -> None:
    view = view_of(qtbot, TEXT + "x" * 3_000)
    look_for(qtbot, view, words, replacement="z")
    qtbot.mouseClick(button(view.find_bar, "Regular expression"), Qt.MouseButton.LeftButton)
    assert said in view.find_bar._sentence.text()
    assert view.find_bar._find.property("severity") == "error"
    assert said in view.find_bar._find.accessibleDescription()
    assert not button(view.find_bar, "Replace all").isEnabled()
    view.find_bar.replace_all_wanted.emit()
    assert text_of(view) == TEXT + "x" * 3_000
    view.find_bar._find.setText("user")
    assert view.find_bar._sentence_row.isHidden()
    assert view.find_bar._find.property("severity") is None


def test_a_replacement_that_cannot_be_used_is_said(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user", replacement=r"\7")
    qtbot.mouseClick(button(view.find_bar, "Regular expression"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(view.find_bar._replace, Qt.Key.Key_Return)
    assert "group" in view.find_bar._sentence.text()
    assert text_of(view) == TEXT


def test_matches_are_found_again_when_the_text_changes(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user")
    view.find_step(1)
    assert count(view) == "2 of 4"
    view._document.apply(Transaction((replace(0, 0, "\U0001f600user "),), "Elsewhere"))
    qtbot.waitUntil(lambda: count(view) == "3 of 5")
    assert selected(view).of(text_of(view)) == "User"  # the place gone to, which has moved
    assert view.edit.cursor_over(*view.edit._matches[0]).selectedText() == "user"


def test_all_matches_that_can_be_seen_are_marked_and_no_others(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FIND_SECONDS", 60.0)
    view = view_of(qtbot, "word\n" * 5_000)
    look_for(qtbot, view, "word")
    assert count(view) == "1 of 5,000"
    bar = view.edit.verticalScrollBar()
    for value in (0, bar.maximum() // 2, bar.maximum()):
        bar.setValue(value)
        marked = {
            one.cursor.block().blockNumber()
            for one in view.edit.extraSelections()
            if one.cursor.hasSelection()
        }
        seen = {
            block.blockNumber()
            for block, top, _ in view.edit.visible_blocks()
            if top < view.edit.viewport().height()
        }
        assert seen - {5_000} <= marked
        assert len(marked) < 400


def test_closing_takes_the_marks_away(qtbot: QtBot) -> None:
    view = view_of(qtbot)
    look_for(qtbot, view, "user")
    qtbot.mouseClick(button(view.find_bar, "Close (Esc)"), Qt.MouseButton.LeftButton)
    assert not [one for one in view.edit.extraSelections() if one.cursor.hasSelection()]
    assert selected(view) == Span(0, 4)


def test_a_text_too_big_is_not_searched(qtbot: QtBot) -> None:
    view = view_of(qtbot, "user" * 60_000)
    look_for(qtbot, view, "user")
    assert "too big" in view.find_bar._sentence.text()


def test_empty_places_can_be_gone_through_and_filled(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a\nb\nc")
    look_for(qtbot, view, "^", replacement="> ")
    qtbot.mouseClick(button(view.find_bar, "Regular expression"), Qt.MouseButton.LeftButton)
    view.find_bar._find.setFocus()
    places = []
    for _ in range(4):
        qtbot.keyClick(view.find_bar._find, Qt.Key.Key_Return)
        places.append(selected(view).start)
    assert places == [2, 4, 0, 2]
    qtbot.mouseClick(button(view.find_bar, "Replace all"), Qt.MouseButton.LeftButton)
    assert text_of(view) == "> a\n> b\n> c"


def test_the_bar_alone_says_what_it_is_told(qtbot: QtBot) -> None:
    bar = FindBar()
    qtbot.addWidget(bar)
    bar.open("word")
    assert bar.query == Query("word")
    bar.show_found(Found((Span(0, 4), Span(5, 9))), None)
    assert bar._count.text() == "2 found"
    bar.show_found(Found((Span(0, 4),), more=True), 0)
    assert bar._count.text() == "1 of more than 1"
    bar.open("\u2028")
    assert bar.query == Query("word")  # the field could only hold its stand-in
