"""The source: real keys change exactly the bytes they should, and it always shows what the document is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QHelpEvent,
    QInputMethodEvent,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from agenteditor.core.document import Document, Transaction
from agenteditor.core.text import Span, diff, replace
from agenteditor.ui import source_view, theme
from agenteditor.ui.qtext import Shown, raw_text
from agenteditor.ui.source_notes import tip
from agenteditor.ui.source_view import SourceView
from agenteditor.ui.theme_colours import DARK

AGENT = "---\nname: x\ndescription: Use when asked.\n---\n\n# Title\n\n- one\n"
HEALTHY = "---\nname: word-counter\ndescription: Use when asked to.\n---\nDo what you are asked to do.\n"
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems are shown with the next turn of the event loop."""
    monkeypatch.setattr(source_view, "PROBLEMS_DELAY", 0)


@pytest.fixture(autouse=True)
def no_menu_stays() -> Iterator[None]:
    yield
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()


# A view and its document know each other, so that only the collector would take them away: while one is drawn, or
# a part at a time, so that Qt still calls what Python has cleared.
KEPT: list[SourceView] = []


@pytest.fixture(autouse=True)
def kept(qapp: QApplication) -> Iterator[None]:
    yield
    for view in KEPT:
        if isValid(view):
            view.close()
            view.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    KEPT.clear()


def view_of(qtbot: QtBot, text: str, *, size: tuple[int, int] = (700, 400)) -> SourceView:
    view = SourceView(Document(text))
    # The editor asks first; here everybody says yes.
    view.fix_wanted.connect(lambda fix: view._document.apply(Transaction(fix.edits, fix.label)))
    qtbot.addWidget(view)
    KEPT.append(view)
    view.resize(*size)
    view.show()
    view.take_focus()
    return view


def text_of(view: SourceView) -> str:
    return view._document.text


def put(view: SourceView, offset: int, end: int | None = None) -> None:
    """The caret at an offset of the text, or a selection."""
    position = view._shown.position  # type: ignore[union-attr]
    view.edit.setTextCursor(view.edit.cursor_over(position(offset), position(offset if end is None else end)))


def at(view: SourceView, words: str, *, end: bool = False) -> None:
    offset = text_of(view).index(words)
    put(view, offset + (len(words) if end else 0))


def assert_shows(view: SourceView) -> None:
    assert raw_text(view.edit.document()) == Shown(text_of(view)).text


def commit(view: SourceView, words: str) -> None:
    """What an input method does at its end; QTest has keys for few characters."""
    event = QInputMethodEvent()
    event.setCommitString(words)
    QApplication.sendEvent(view.edit, event)


# --- typing --------------------------------------------------------------------------------


def test_typing_changes_those_bytes_and_no_others(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    at(view, "backend-engineer", end=True)
    qtbot.keyClicks(view.edit, "-2")
    assert text_of(view) == seed_text.replace("backend-engineer", "backend-engineer-2", 1)


@pytest.mark.parametrize(
    "text",
    [
        "a\r\nb\r\n",
        "\ufeffa\nb",
        "a\u00a0b\u2028c\u2029d\x00e\rf\ufdd0g\udc80h\U0001f600i",
        "\ufffea",
        "a\r\nb\nc\rd",
    ],
)
def test_everything_that_is_not_typed_keeps_its_bytes(qtbot: QtBot, text: str) -> None:
    view = view_of(qtbot, text)
    for offset in range(len(text), -1, -1):
        if text[offset - 1 : offset + 1] == "\r\n":
            continue
        before = text_of(view)
        put(view, offset)
        qtbot.keyClicks(view.edit, "x")
        assert text_of(view) == before[:offset] + "x" + before[offset:]
        assert_shows(view)


def test_enter_gives_the_files_own_line_end(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a\r\nb\r\n")
    put(view, 1)
    qtbot.keyClick(view.edit, Qt.Key.Key_Return)
    assert text_of(view) == "a\r\n\r\nb\r\n"


def test_typing_is_one_step_of_undo(qtbot: QtBot) -> None:
    view = view_of(qtbot, AGENT)
    at(view, "# Title", end=True)
    qtbot.keyClicks(view.edit, " more")
    assert view._document.undo_label == "Typing"
    view._document.undo()
    assert text_of(view) == AGENT
    assert_shows(view)
    assert view._document.undo() is None


def test_undo_of_its_own_is_off(qtbot: QtBot) -> None:
    view = view_of(qtbot, AGENT)
    qtbot.keyClicks(view.edit, "x")
    view.edit.undo()
    assert text_of(view) == "x" + AGENT


@pytest.mark.parametrize(
    ("words", "key", "expected"),
    [
        ("- one", Qt.Key.Key_Return, "- one\n- "),
        ("# Title", Qt.Key.Key_Return, "# Title\n"),
        ("name: x", Qt.Key.Key_Tab, "name: x "),
        ("- one", Qt.Key.Key_Tab, "  - one"),
    ],
)
def test_enter_and_tab_go_on_as_the_place_asks(qtbot: QtBot, words: str, key: Qt.Key, expected: str) -> None:
    view = view_of(qtbot, AGENT)
    at(view, words, end=True)
    qtbot.keyClick(view.edit, key)
    assert text_of(view) == AGENT.replace(words, expected)
    qtbot.keyClicks(view.edit, "!")
    assert text_of(view) == AGENT.replace(words, expected + "!")


def test_no_tab_gets_into_the_frontmatter(qtbot: QtBot) -> None:
    view = view_of(qtbot, AGENT)
    at(view, "name")
    qtbot.keyClick(view.edit, Qt.Key.Key_Tab)
    assert text_of(view) == AGENT.replace("name", "  name")
    qtbot.keyClick(view.edit, Qt.Key.Key_Backtab)
    assert text_of(view) == AGENT


def test_several_lines_are_indented_as_one_step(qtbot: QtBot) -> None:
    text = "---\nname: x\n---\na\n\n\U0001f600b\nc\n"
    view = view_of(qtbot, text)
    put(view, text.index("a\n"), text.index("c\n"))
    qtbot.keyClick(view.edit, Qt.Key.Key_Tab)
    assert text_of(view) == text.replace("a\n\n\U0001f600b", "  a\n\n  \U0001f600b")
    assert view._document.undo_label == "Indent"
    qtbot.keyClick(view.edit, Qt.Key.Key_Backtab)
    assert text_of(view) == text
    view._document.undo()
    view._document.undo()
    assert view._document.undo_label is None


def test_enter_replaces_the_selection(qtbot: QtBot) -> None:
    view = view_of(qtbot, "one two three")
    put(view, 3, 8)
    qtbot.keyClick(view.edit, Qt.Key.Key_Return)
    assert text_of(view) == "one\nthree"


def test_shift_enter_is_a_plain_line_end(qtbot: QtBot) -> None:
    view = view_of(qtbot, "- one")
    put(view, 5)
    qtbot.keyClick(view.edit, Qt.Key.Key_Return, SHIFT)
    assert text_of(view) == "- one\n"


def test_home_goes_to_the_first_word_and_then_to_the_start(qtbot: QtBot) -> None:
    view = view_of(qtbot, "  word")
    put(view, 5)
    qtbot.keyClick(view.edit, Qt.Key.Key_Home)
    assert view.caret == 2
    qtbot.keyClick(view.edit, Qt.Key.Key_Home, SHIFT)
    assert view.edit.textCursor().selectedText() == "  "
    view = view_of(qtbot, "word " * 100)
    put(view, 300)
    qtbot.keyClick(view.edit, Qt.Key.Key_Home)
    assert 0 < view.caret < 300  # the start of the row, not of the line


@pytest.mark.parametrize("held", [CONTROL, CONTROL | SHIFT])
def test_control_tab_is_left_to_the_window(qtbot: QtBot, held: Qt.KeyboardModifier) -> None:
    view = view_of(qtbot, "a")
    qtbot.keyClick(view.edit, Qt.Key.Key_Backtab if held & SHIFT else Qt.Key.Key_Tab, held)
    assert text_of(view) == "a"


def test_what_an_input_method_commits_is_typed(qtbot: QtBot) -> None:
    view = view_of(qtbot, "ab")
    put(view, 1)
    compose = QInputMethodEvent("か", [])
    QApplication.sendEvent(view.edit, compose)
    assert text_of(view) == "ab"
    commit(view, "漢字\U0001f600")
    assert text_of(view) == "a漢字\U0001f600b"
    assert_shows(view)


# --- clipboard and dragging ----------------------------------------------------------------


def test_copy_gives_the_texts_own_characters_and_paste_takes_plain_text(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a\u00a0b\r\nc\x01d\r\n")
    view.edit.selectAll()
    view.edit.copy()
    assert QGuiApplication.clipboard().text() == "a\u00a0b\nc\x01d\n"
    data = QMimeData()
    data.setHtml("<b>rich</b>")
    data.setText("plain\ntext")
    QGuiApplication.clipboard().setMimeData(data)
    put(view, 0)
    view.edit.paste()
    assert text_of(view) == "plain\r\ntexta\u00a0b\r\nc\x01d\r\n"
    assert view._document.undo_label == "Paste"


def test_a_paste_is_a_step_of_its_own(qtbot: QtBot) -> None:
    view = view_of(qtbot, "")
    qtbot.keyClicks(view.edit, "ab")
    QGuiApplication.clipboard().setText("cd")
    view.edit.paste()
    qtbot.keyClicks(view.edit, "ef")
    steps = []
    while view._document.undo():
        steps.append(text_of(view))
    assert steps == ["abcd", "ab", ""]


def test_cut_takes_away_and_copies(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a\u2028b")
    view.edit.selectAll()
    qtbot.keyClick(view.edit, Qt.Key.Key_X, CONTROL)
    assert (text_of(view), QGuiApplication.clipboard().text()) == ("", "a\u2028b")


def drag(view: SourceView, data: QMimeData, where: QPoint) -> bool:
    """Enter and drop; whether the source took it."""
    actions, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, actions, data, left, none)
    QApplication.sendEvent(view.edit.viewport(), enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(view.edit.viewport(), QDropEvent(QPointF(where), actions, data, left, none))
    return True


def test_text_can_be_dropped_and_files_are_the_windows(qtbot: QtBot) -> None:
    view = view_of(qtbot, "ab")
    where = view.edit.cursorRect(view.edit.cursor_over(1, 1)).center()
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/somewhere/agent.md")])
    assert not drag(view, files, where)
    text = QMimeData()
    text.setText("-\n-")
    assert drag(view, text, where)
    assert text_of(view) == "a-\n-b"


# --- changes from elsewhere ----------------------------------------------------------------


def test_a_change_from_elsewhere_leaves_caret_and_scroll_at_their_words(qtbot: QtBot) -> None:
    text = "".join(f"line {number}\n" for number in range(200))
    view = view_of(qtbot, text)
    view.edit.verticalScrollBar().setValue(100)
    at(view, "line 105")
    top = view.edit.firstVisibleBlock().text()
    view._document.apply(Transaction((replace(0, 0, "new\nnew\n"), replace(70, 74, "LINE")), "Elsewhere"))
    assert_shows(view)
    assert view.caret == text_of(view).index("line 105")
    assert view.edit.firstVisibleBlock().text() == top


def test_a_hidden_view_catches_up_when_it_is_shown(qtbot: QtBot) -> None:
    view = view_of(qtbot, AGENT)
    view.hide()
    view._document.apply(Transaction((replace(0, 0, "\ufeff"),), "Elsewhere"))
    view._document.apply(Transaction((replace(9, 13, "words"),), "Elsewhere"))
    assert raw_text(view.edit.document()) == AGENT
    view.show()
    assert_shows(view)


def test_a_view_never_shown_holds_nothing(qtbot: QtBot) -> None:
    view = SourceView(Document(AGENT))
    KEPT.append(view)
    view._document.apply(Transaction((replace(0, 0, "x"),), "Elsewhere"))
    assert view.edit.document().isEmpty()


def test_keys_that_reach_a_hidden_view_are_not_applied_twice(qtbot: QtBot) -> None:
    view = view_of(qtbot, "ab")
    view.hide()
    QTextCursor(view.edit.document()).insertText("x")
    QTextCursor(view.edit.document()).insertText("y")
    assert text_of(view) == "yxab"


def test_reveal_selects_a_place_and_brings_it_to_the_middle(qtbot: QtBot) -> None:
    text = "".join(f"line {number} \U0001f600\r\n" for number in range(500))
    view = view_of(qtbot, text)
    start = text.index("line 250")
    view.reveal(Span(start, start + 8))
    assert view.edit.textCursor().selectedText() == "line 250"
    assert view.caret == start
    height = view.edit.viewport().height()
    assert height * 0.3 < view.edit.cursorRect().top() < height * 0.7


def test_reveal_of_a_hidden_view_waits_until_it_is_shown(qtbot: QtBot) -> None:
    text = "line\n" * 500 + "here"
    view = SourceView(Document(text))
    KEPT.append(view)
    view.resize(500, 300)
    view.reveal(Span(2500, 2504))
    view.show()
    qtbot.waitUntil(lambda: view.edit.textCursor().selectedText() == "here")
    assert view.edit.viewport().rect().contains(view.edit.cursorRect())


def test_after_undo_the_caret_stands_where_it_happened(qtbot: QtBot) -> None:
    view = view_of(qtbot, "one\n" * 300)
    put(view, 3)
    qtbot.keyClicks(view.edit, "!")
    put(view, 1000)
    change = view._document.undo()
    assert change is not None
    view.show_change(change)
    assert view.caret == 3
    assert not view.edit.textCursor().hasSelection()


def test_the_caret_is_told_by_line_and_column_in_code_points(qtbot: QtBot) -> None:
    view = view_of(qtbot, "\ufeffa\r\n\U0001f600\u00e9x\r\ny")
    with qtbot.waitSignal(view.caret_moved) as moved:
        put(view, 6)
    assert moved.args == [2, 3]
    told: list[tuple[int, int]] = []
    view.caret_moved.connect(lambda line, column: told.append((line, column)))
    commit(view, "\U0001f600")
    assert told[-1] == (2, 4)


class Machine(RuleBasedStateMachine):
    """Any sequence of keys, pastes and changes from elsewhere."""

    qtbot: QtBot
    pieces = st.text(st.sampled_from("a \n\r\u00a0\u2028\ufdd0\ufeff\udc80\U0001f600-#`:"), max_size=6)

    @initialize(text=pieces, frontmatter=st.booleans())
    def start(self, text: str, frontmatter: bool) -> None:
        self.view = SourceView(Document(("---\nname: x\n---\n" if frontmatter else "") + text))
        KEPT.append(self.view)
        self.view.resize(300, 200)
        self.view.show()

    def place(self, share: float) -> int:
        return round(share * len(text_of(self.view)))

    @rule(start=st.floats(0, 1), end=st.floats(0, 1))
    def select(self, start: float, end: float) -> None:
        put(self.view, self.place(start), self.place(end))

    @rule(
        key=st.sampled_from(
            [Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Backspace, Qt.Key.Key_Delete]
        )
    )
    def press(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.view.edit, key)

    @rule(piece=st.text(st.sampled_from("ab -:#\U0001f600"), min_size=1, max_size=3))
    def type_(self, piece: str) -> None:
        if piece.isascii():
            self.qtbot.keyClicks(self.view.edit, piece)
        else:
            commit(self.view, piece)

    @rule(piece=pieces)
    def paste(self, piece: str) -> None:
        data = QMimeData()
        data.setText(piece)
        self.view.edit.insertFromMimeData(data)

    @rule(start=st.floats(0, 1), end=st.floats(0, 1), piece=pieces)
    def change(self, start: float, end: float, piece: str) -> None:
        first, last = sorted((self.place(start), self.place(end)))
        self.view._document.apply(Transaction((replace(first, last, piece),), "Elsewhere"))

    @rule()
    def undo(self) -> None:
        self.view._document.undo()

    @rule()
    def redo(self) -> None:
        self.view._document.redo()

    @precondition(lambda self: self.view.isVisible())
    @rule()
    def hide(self) -> None:
        self.view.hide()
        self.view._document.apply(Transaction((replace(0, 0, "h"),), "Elsewhere"))
        self.view.show()

    @invariant()
    def shows_the_document(self) -> None:
        if hasattr(self, "view"):
            assert_shows(self.view)

    def teardown(self) -> None:
        if hasattr(self, "view"):
            self.view.close()


def test_after_any_sequence_the_source_shows_the_document(qtbot: QtBot) -> None:
    class WithQt(Machine):
        pass

    WithQt.qtbot = qtbot
    run_state_machine_as_test(
        WithQt,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        ),
    )


# --- problems and fixes --------------------------------------------------------------------


def fix_actions() -> list[str]:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return [
        action.text().partition("\t")[0] for action in menu.actions() if action.isEnabled() and action.text()
    ]


def choose(qtbot: QtBot, label: str) -> None:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text().partition("\t")[0] == label).trigger()
    menu.close()


def settled(qtbot: QtBot, view: SourceView) -> None:
    qtbot.waitUntil(lambda: not view._problems_timer.isActive())


def test_problems_are_underlined_where_they_are(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    problems = view._document.problems
    assert problems
    notes = view.edit._notes
    assert [note.message for note in notes] == [problem.message for problem in problems]
    for note, problem in zip(notes, problems, strict=True):
        assert note.cursor.selectedText() == problem.span.of(seed_text)


def test_a_note_stays_at_its_words_while_others_are_typed(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    note = view.edit._notes[0]
    before = note.cursor.selectedText()
    put(view, 4)
    qtbot.keyClick(view.edit, Qt.Key.Key_Return)
    qtbot.keyClicks(view.edit, "a: b")
    assert note.cursor.selectedText() == before


def test_a_wave_is_drawn_under_an_error(qtbot: QtBot) -> None:
    good = view_of(qtbot, HEALTHY)
    bad = view_of(qtbot, HEALTHY)
    assert not good._document.problems
    bad._document.apply(Transaction((replace(4, 8, "nome"),), "x"))
    bad._show_problems()
    colour = theme.current().error
    assert colour_count(bad, colour) > colour_count(good, colour) == 0


def colour_count(view: SourceView, colour: object) -> int:
    image = view.edit.viewport().grab().toImage()
    return sum(near(image.pixelColor(x, y), colour) for x in range(image.width()) for y in range(80))


def near(one: object, other: object) -> bool:
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[attr-defined]
    return all(abs(a - b) < 30 for a, b in parts)


def test_the_gutter_shows_the_worst_sign_of_a_line_and_whether_it_can_be_fixed(
    qtbot: QtBot, seed_text: str
) -> None:
    view = view_of(qtbot, seed_text)
    (line, sign), *_ = view.edit.signs().items()
    assert (line, sign.severity, sign.fixable) == (2, "warning", True)


@pytest.mark.parametrize(
    ("key", "held"), [(Qt.Key.Key_Period, CONTROL), (Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)]
)
def test_the_keys_for_fixes_open_them_at_the_caret(
    qtbot: QtBot, seed_text: str, key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    view = view_of(qtbot, seed_text)
    at(view, "description")
    qtbot.keyClick(view.edit, key, held)
    assert "Make it valid YAML" in fix_actions()
    choose(qtbot, "Make it valid YAML")
    assert view._document.syntax.verdict == "valid"
    assert view._document.undo_label == "Make it valid YAML"
    assert_shows(view)
    assert not view.edit._notes
    view._document.undo()
    assert text_of(view) == seed_text


def test_a_click_on_the_lamp_opens_the_fixes_of_its_line(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    block = view.edit.document().findBlockByNumber(2)
    qtbot.mouseClick(view.edit.gutter, Qt.MouseButton.LeftButton, pos=view.edit.gutter.lamp(block).center())
    choose(qtbot, "Make it valid YAML")
    assert view._document.syntax.verdict == "valid"


def test_without_a_fix_at_the_caret_it_says_so(qtbot: QtBot) -> None:
    view = view_of(qtbot, AGENT)
    at(view, "# Title")
    with qtbot.waitSignal(view.refused) as refused:
        qtbot.keyClick(view.edit, Qt.Key.Key_Period, CONTROL)
    assert "nothing to fix" in refused.args[0]
    assert QApplication.activePopupWidget() is None


def test_a_fix_of_a_text_that_has_changed_is_not_applied(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    at(view, "description")
    view.open_fixes()
    view._document.apply(Transaction((replace(0, 0, "x"),), "From elsewhere"))
    with qtbot.waitSignal(view.refused):
        choose(qtbot, "Make it valid YAML")
    assert text_of(view) == "x" + seed_text


def test_the_problem_at_the_caret_is_said_below(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    at(view, "# ") if "# " in seed_text else put(view, len(seed_text))
    assert "F8" in view._strip._message.accessibleName()
    at(view, "description")
    assert view._strip._message.accessibleName() == view._document.problems[0].message
    assert view._strip._fix.isVisible()


def test_without_problems_there_is_nothing_below(qtbot: QtBot) -> None:
    view = view_of(qtbot, HEALTHY)
    assert not view._strip.isVisible()


def test_while_typing_problems_wait(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_view, "PROBLEMS_DELAY", 10_000)
    view = view_of(qtbot, HEALTHY)
    put(view, 4)
    qtbot.keyClicks(view.edit, "mo")
    assert not view.edit._notes
    view._show_problems()
    assert view.edit._notes


def test_no_sentence_is_taken_for_markup(qtbot: QtBot) -> None:
    hostile = "<img src='file:///dev/zero'> & <b>x</b>"
    assert "<img" not in tip([hostile])
    assert "<b>" not in tip([hostile])
    view = view_of(qtbot, "---\nname: x\ndescription: y\n<img src=x>: z\n---\n")
    settled(qtbot, view)
    for sign in view.edit.signs().values():
        assert "<img" not in sign.tip


def test_pointing_at_a_problem_shows_its_sentence(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    note = view.edit._notes[0]
    where = view.edit.cursorRect(
        view.edit.cursor_over(note.cursor.selectionStart(), note.cursor.selectionStart())
    )
    event = QHelpEvent(QEvent.Type.ToolTip, where.center(), view.edit.viewport().mapToGlobal(where.center()))
    QApplication.sendEvent(view.edit.viewport(), event)
    assert QToolTip.text() == tip([note.message])
    sign = QPoint(5, round(view.edit.top_of(view.edit.document().findBlockByNumber(2))) + 5)
    event = QHelpEvent(QEvent.Type.ToolTip, sign, view.edit.gutter.mapToGlobal(sign))
    QApplication.sendEvent(view.edit.gutter, event)
    assert QToolTip.text() == tip([note.message])
    QToolTip.hideText()


def test_the_menu_of_the_right_button_has_fixes_and_no_undo_of_its_own(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    at(view, "description")
    where = view.edit.cursorRect().center()
    view.edit.customContextMenuRequested.emit(where)
    entries = fix_actions()
    assert "Make it valid YAML" in entries
    assert not [entry for entry in entries if "ndo" in entry]


# --- what cannot be seen, and what is too big ----------------------------------------------


@pytest.mark.parametrize(
    "character", ["\u200b", "\u00ad", "\u2060", "\u202e", "\ufeff", "\U000e0041", "\u00a0"]
)
def test_a_character_nobody_sees_changes_the_picture(qtbot: QtBot, character: str) -> None:
    without = view_of(qtbot, "---\nname: x\n---\n\U0001f600ab").edit.viewport().grab().toImage()
    with_it = view_of(qtbot, f"---\nname: x\n---\n\U0001f600a{character}b").edit.viewport().grab().toImage()
    assert without != with_it
    colour = theme.current().warning
    assert any(near(with_it.pixelColor(x, y), colour) for x in range(60) for y in range(80))


@pytest.mark.parametrize("text", ["x" * 200_001 + "\nend", "line\n" * 200_001])
def test_a_text_too_big_is_shown_in_part_and_cannot_be_edited(qtbot: QtBot, text: str) -> None:
    view = view_of(qtbot, text)
    assert view.edit.isReadOnly()
    assert f"{len(text):,}" in view._notice.text
    assert 0 < len(raw_text(view.edit.document())) <= 200_003
    qtbot.keyClicks(view.edit, "y")
    qtbot.keyClick(view.edit, Qt.Key.Key_Return)
    qtbot.keyClick(view.edit, Qt.Key.Key_Tab)
    QGuiApplication.clipboard().setText("paste")
    view.edit.paste()
    assert text_of(view) == text
    with qtbot.waitSignal(view.refused):
        view.reveal(Span(0, 1))
    view._document.apply(Transaction((replace(10, len(text), "\n"),), "Made smaller"))
    assert not view.edit.isReadOnly()
    assert not view._notice.isVisible()
    assert_shows(view)
    qtbot.keyClicks(view.edit, "z")
    assert "z" in text_of(view)


def test_a_paste_that_makes_it_too_big_can_be_undone(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a")
    QGuiApplication.clipboard().setText("b" * 200_001)
    view.edit.paste()
    assert view.edit.isReadOnly()
    view._document.undo()
    assert not view.edit.isReadOnly()
    assert text_of(view) == "a"
    assert_shows(view)


# --- look ----------------------------------------------------------------------------------


def test_control_and_the_wheel_zoom(qtbot: QtBot) -> None:
    view = view_of(qtbot, "a")
    before = view.edit.font().pointSizeF()

    def turn(delta: int, held: Qt.KeyboardModifier = CONTROL) -> None:
        none = Qt.MouseButton.NoButton
        begin = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, delta), none, held, begin, False
        )
        QApplication.sendEvent(view.edit.viewport(), event)

    with qtbot.waitSignal(view.zoom_changed) as zoomed:
        turn(120)
    assert zoomed.args == [1]
    assert view.edit.font().pointSizeF() == before + 1
    turn(60)
    turn(60)
    assert view.edit.zoom == 2
    turn(120, Qt.KeyboardModifier.NoModifier)
    assert view.edit.zoom == 2
    view.zoom_reset()
    view.zoom_out()
    assert view.edit.font().pointSizeF() == before - 1
    view.edit.set_zoom(1000)
    assert view.edit.font().pointSizeF() < before + 100


def test_long_lines_wrap(qtbot: QtBot, seed_text: str) -> None:
    view = view_of(qtbot, seed_text)
    assert view.edit.document().findBlockByNumber(2).layout().lineCount() > 10
    assert view.edit.horizontalScrollBar().maximum() == 0


def test_a_theme_reaches_the_colours(qtbot: QtBot, qapp: QApplication) -> None:
    view = view_of(qtbot, AGENT)

    def key() -> str:
        formats = view.edit.document().findBlockByNumber(1).layout().formats()
        return formats[0].format.foreground().color().name()

    light, before = key(), qapp.palette()
    try:
        qapp.setPalette(theme.palette(DARK))
        qtbot.waitUntil(lambda: key() != light)
        assert view.edit.palette().base().color() == DARK.base
    finally:
        qapp.setPalette(before)
    qtbot.waitUntil(lambda: key() == light)


def test_everything_that_takes_the_focus_has_a_name(qtbot: QtBot) -> None:
    view = view_of(qtbot, AGENT)
    view.open_find(replace=True)
    for widget in view.findChildren(object):
        if hasattr(widget, "focusPolicy") and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            named = widget.accessibleName() or getattr(widget, "text", lambda: "")()
            assert named, widget


def test_every_real_file_is_shown_and_typed_into(qtbot: QtBot, shared: Path) -> None:
    for path in sorted((shared / "corpus").rglob("*.md"))[::6]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        view = view_of(qtbot, text)
        put(view, len(text) // 2)
        offset = view.caret
        qtbot.keyClicks(view.edit, "x")
        assert text_of(view) == text[:offset] + "x" + text[offset:], path
        assert_shows(view)
        view.close()


@pytest.mark.parametrize("fenced", [True, False])
def test_showing_the_view_after_changes_made_elsewhere_never_changes_the_text(qtbot, fenced):
    """Colouring and writing make Qt tell of changes that nobody typed."""
    text = "---\nname: a\ndescription: b\n---\n\nYou are a.\n"
    document = Document(text if fenced else "Only notes.\n")
    view = SourceView(document)
    qtbot.addWidget(view)
    view.show()
    for other in ("Only notes.\n", text, "", text + "```\nmore\n", "\n"):
        view.hide()
        document.apply(Transaction(diff(document.text, other), "Elsewhere"))
        view.show()
        view.edit.highlighter.rehighlight()
        QApplication.processEvents()
        assert document.text == other
        assert raw_text(view.edit.document()) == other
