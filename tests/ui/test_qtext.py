"""Text crosses into Qt widgets and back without losing or inventing a character."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit

from agenteditor.core.text import Edits, apply, replace
from agenteditor.ui.qtext import (
    Shown,
    apply_to,
    copied,
    plain,
    raw_text,
    read_back,
    show,
)

# What widgets lose or change, what drifts in UTF-16, what looks like a stand-in, and plain text.
NASTY = [
    *("\r", "\n", "\r\n", "\u00a0", "\u2028", "\u2029", "\ufdd0", "\ufdd1", "\ufeff", "\ufffe", "\uffff"),
    *("\0", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\udc80", "\udcff", "\U0001f600", "\U000e0041"),
    *(
        "\U0001f3f4",
        "\U000e007f",
        "\u200c",
        "\ufe0f",
        "م",
        "1",
        "\u0301",
        "\u200d",
        "\u202e",
        "\ufffc",
        "\ufffd",
        "\u21b5",
        "\u00b6",
        "\t",
        " ",
        "a",
        "b",
        "é",
    ),
]
nasty_text = st.lists(st.sampled_from(NASTY), max_size=14).map("".join)


class Pad:
    """A text and a widget that shows it, in step as the module says views do it."""

    def __init__(self, edit: QPlainTextEdit, text: str, eol: str = "\n") -> None:
        self.edit, self.text, self.eol = edit, text, eol
        self.heard = 0
        show(edit, text)
        self.connection = edit.document().contentsChanged.connect(self.typed)

    def typed(self) -> None:
        self.heard += 1
        shown = Shown(self.text)
        raw = raw_text(self.edit.document())
        if raw != shown.text:
            edits = read_back(shown, raw, self.eol, self.edit.textCursor().position())
            if edits:
                self.change(edits)
            else:
                apply_to(self.edit, shown, ())

    def change(self, edits: Edits) -> None:
        before, self.text = self.text, apply(self.text, edits)
        apply_to(self.edit, Shown(before), edits)

    def select(self, start: int, end: int) -> None:
        shown = Shown(self.text)
        cursor = self.edit.textCursor()
        cursor.setPosition(shown.position(start))
        cursor.setPosition(shown.position(end), QTextCursor.MoveMode.KeepAnchor)
        self.edit.setTextCursor(cursor)

    def paste(self, text: str) -> None:
        data = QMimeData()
        # A string that begins with U+FEFF or U+FFFE would lose it on its way into Qt.
        data.setText("\ufeff" + text if text.startswith(("\ufeff", "\ufffe")) else text)
        self.edit.insertFromMimeData(data)

    def check(self) -> None:
        assert raw_text(self.edit.document()) == Shown(self.text).text


@pytest.fixture(scope="module")
def edit(qapp: QApplication) -> Iterator[QPlainTextEdit]:
    widget = QPlainTextEdit()
    widget.setUndoRedoEnabled(False)
    widget.resize(400, 200)
    yield widget
    widget.deleteLater()


@pytest.fixture
def pad(edit: QPlainTextEdit) -> Iterator[Callable[..., Pad]]:
    pads: list[Pad] = []

    def made(text: str, eol: str = "\n") -> Pad:
        pads.append(Pad(edit, text, eol))
        return pads[-1]

    yield made
    for one in pads:
        edit.document().contentsChanged.disconnect(one.connection)


def key(
    edit: QPlainTextEdit, name: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(edit, name, modifier)


# What is shown.


@pytest.mark.parametrize("first", ["", "x", "\ufeff", "\ufffe"])
def test_every_character_stands_in_a_widget_one_for_one(edit: QPlainTextEdit, first: str) -> None:
    every = "".join(map(chr, range(0x10000))) + "\U00010000\U0001f600\U0001ffff\U000e0041\U0010ffff"
    shown = show(edit, first + every)
    assert len(shown.text) == len(first + every)
    assert raw_text(edit.document()) == shown.text


@pytest.mark.parametrize("character", NASTY)
def test_a_text_may_begin_with_anything(edit: QPlainTextEdit, character: str) -> None:
    shown = show(edit, character + "abc")
    assert raw_text(edit.document()) == shown.text
    assert shown.text.endswith("abc")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb", "a\nb"),
        ("a\rb", "a↵b"),
        ("a\r\r\nb", "a↵\nb"),
        ("a\n\rb", "a\n↵b"),
        ("\ufeff---", "◆---"),
        ("\0\x1b", "\u2400\u241b"),
        ("a\u2028b\u2029c", "a↲b¶c"),
        ("\udcff\ufdd0\ufdd1\ufffe\uffff", "\ufffd" * 5),
        ("\t\ufffd é 😀", "\t\ufffd é 😀"),
        ("a\u00a0b\u2003c", "a⍽b␣c"),
        ("a\u202eb\u2066c\u2069\u200b", "a◂b▸c▪▯"),
        ("\U000e0068\U000e0069\U000e0020\U000e007f", "hi␣▯"),
        ("👩\u200d💻 a\u200db", "👩\u200d💻 a▯b"),
        ("é\r\r\n", "é↵\n"),
    ],
)
def test_stand_ins(text: str, shown: str) -> None:
    assert Shown(text).text == shown


def test_labels_say_what_cannot_be_seen(qapp: QApplication) -> None:
    text = "\ufeffa\u00a0\udc80\0\r\nb\U000e0068\U000e0069 1\u00a0000"
    label = QLabel(plain(text))
    assert label.text() == plain(text) == "[U+FEFF]a⍽[byte 80][U+0000]\nb[tags: hi] 1\u00a0000"


def test_a_line_edit_is_read_back_too(qapp: QApplication) -> None:
    value = "\udc80a\u00a0\udc80"
    shown = Shown(value)
    line = QLineEdit(shown.text)
    line.setCursorPosition(2)
    line.insert("b")
    edits = read_back(shown, line.text(), "\n", line.cursorPosition())
    assert apply(value, edits) == "\udc80ab\u00a0\udc80"


# Offsets and positions.


@given(nasty_text)
def test_positions_are_utf_16_units_of_what_is_shown(text: str) -> None:
    shown = Shown(text)
    for offset in range(len(text) + 1):
        inside = text[offset - 1 : offset + 1] == "\r\n" if offset else False
        begin = offset - 1 if inside else offset
        assert shown.position(offset) == len(Shown(text[:begin]).text.encode("utf-16-le")) // 2
        assert shown.offset(shown.position(offset)) == begin


@given(nasty_text)
def test_a_position_inside_a_character_is_its_start(text: str) -> None:
    shown = Shown(text)
    starts = sorted({shown.position(offset) for offset in range(len(text) + 1)})
    for position in range(shown.position(len(text)) + 1):
        start = max(at for at in starts if at <= position)
        assert shown.position(shown.offset(position)) == start


@given(nasty_text, st.integers(-5, 30))
def test_what_lies_outside_is_held_inside(text: str, value: int) -> None:
    shown = Shown(text)
    assert 0 <= shown.offset(value) <= len(text)
    assert 0 <= shown.position(value) <= shown.position(len(text))


def test_the_caret_walks_over_a_crlf_and_an_astral_character_in_one_step(edit: QPlainTextEdit) -> None:
    text = "a\r\n😀\r\n\r\n\rb"
    shown = show(edit, text)
    offsets = [0]
    while edit.textCursor().position() < shown.position(len(text)):
        edit.moveCursor(QTextCursor.MoveOperation.NextCharacter)
        offsets.append(shown.offset(edit.textCursor().position()))
    assert offsets == [0, 1, 3, 4, 6, 8, 9, 10]


def test_a_selection_is_a_span_whichever_way_it_was_made() -> None:
    shown = Shown("a\r\n😀b")
    assert shown.span(4, 1) == shown.span(1, 4) == (1, 4)


# Reading back.


@pytest.mark.parametrize(
    ("text", "caret", "name", "expected"),
    [
        ("a\udc80\udcffb", 2, Qt.Key.Key_Backspace, "a\udcffb"),
        ("a\udc80\udcffb", 2, Qt.Key.Key_Delete, "a\udc80b"),
        ("a\udc80\udcffb", 1, Qt.Key.Key_Delete, "a\udcffb"),
        ("a\udc80\udcffb", 3, Qt.Key.Key_Backspace, "a\udc80b"),
        ("a\ufffd\udcff\ufffdb", 3, Qt.Key.Key_Backspace, "a\ufffd\ufffdb"),
        ("a\r\n\nb", 2, Qt.Key.Key_Delete, "a\r\nb"),
        ("a\r\n\nb", 2, Qt.Key.Key_Backspace, "a\nb"),
        ("a\n\r\nb", 2, Qt.Key.Key_Backspace, "a\r\nb"),
        ("a\n\r\nb", 2, Qt.Key.Key_Delete, "a\nb"),
        ("\ufeffa", 0, Qt.Key.Key_Delete, "a"),
        ("a\rb", 2, Qt.Key.Key_Backspace, "ab"),
        ("a😀b", 3, Qt.Key.Key_Backspace, "ab"),
    ],
)
def test_a_key_deletes_the_character_at_the_caret_and_no_other(
    pad: Callable[..., Pad], text: str, caret: int, name: Qt.Key, expected: str
) -> None:
    it = pad(text)
    cursor = it.edit.textCursor()
    cursor.setPosition(caret)
    it.edit.setTextCursor(cursor)
    key(it.edit, name)
    assert it.text == expected
    it.check()


def test_typing_a_stand_ins_glyph_beside_it_leaves_the_stand_in(pad: Callable[..., Pad]) -> None:
    it = pad("\udc80")
    it.select(0, 0)
    it.edit.insertPlainText("\ufffd")
    assert it.text == "\ufffd\udc80"
    it.select(2, 2)
    it.edit.insertPlainText("\ufffd")
    assert it.text == "\ufffd\udc80\ufffd"


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_typed_line_break_is_the_files_own(pad: Callable[..., Pad], eol: str) -> None:
    it = pad("ab", eol)
    it.select(1, 1)
    key(it.edit, Qt.Key.Key_Return)
    assert it.text == f"a{eol}b"
    key(it.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert it.text == f"a{eol}{eol}b"
    it.check()
    assert it.edit.textCursor().position() == 3
    it.paste("1\r\n2\r3\u20294\n5")
    assert it.text == eol.join(["a", "", "1", "2", "3", "4", "5b"])
    it.check()


def test_what_a_widget_would_hide_is_kept_when_pasted_and_shown(pad: Callable[..., Pad]) -> None:
    it = pad("ab", "\r\n")
    it.select(1, 1)
    it.paste("\ufeffx\u2028\u00a0\x1by")
    assert it.text == "a\ufeffx\r\n\u00a0\x1byb"
    assert raw_text(it.edit.document()) == "a◆x\n⍽\u241byb"
    assert it.edit.textCursor().position() == 7


def test_half_a_pair_pasted_becomes_a_replacement_character(pad: Callable[..., Pad]) -> None:
    it = pad("ab")
    it.select(1, 1)
    it.paste("\udc80")
    assert it.text == "a\ufffdb"
    it.check()
    it.select(1, 2)
    it.paste("\ud83d")  # in the text nothing changes, so the widget alone must be put right
    assert read_back(Shown("a\ufffdb"), "a\ud83db", "\n", 2) == ()
    assert it.text == "a\ufffdb"
    it.check()


def test_text_dragged_over_stand_ins_leaves_them(pad: Callable[..., Pad]) -> None:
    it = pad("one\r\ntwo\udc80\nthree\rfour end", "\n")
    cursor = QTextCursor(it.edit.document())
    cursor.beginEditBlock()  # as a drop does it: taken out here, put in there, one change
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor, 3)
    cursor.removeSelectedText()
    cursor.setPosition(0)
    cursor.insertText("end ")
    cursor.endEditBlock()
    assert it.text == "end one\r\ntwo\udc80\nthree\rfour "
    it.check()


def test_reading_back_needs_no_caret_where_one_place_alone_fits() -> None:
    before = Shown("a\r\nb\udc80c")
    assert read_back(before, "a\nxb\ufffdc", "\r\n") == (replace(3, 3, "x"),)
    assert read_back(before, "a\u2029b\ufffdc\u2029", "\r\n") == (replace(6, 6, "\r\n"),)


def test_a_change_of_many_lines_is_read_back_as_the_lines_that_changed() -> None:
    lines = [f"line {number} of \udc80 many" for number in range(3000)]
    before = "\r\n".join(lines)
    lines[10], lines[2990] = "first", "last"
    now = "\r\n".join(lines)
    edits = read_back(Shown(before), Shown(now).text, "\n")
    assert apply(before, edits) == now


def test_every_real_file_shown_and_read_back_gives_no_edit(edit: QPlainTextEdit, shared: Path) -> None:
    files = [path for path in (shared / "corpus").rglob("*.md") if path.is_file()]
    files += [path for path in (shared / "vectors").iterdir() if path.is_file()]
    assert len(files) > 200
    for path in files:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        shown = show(edit, text)
        raw = raw_text(edit.document())
        assert raw == shown.text, path.name
        assert read_back(shown, raw, "\n", 0) == (), path.name


# Sequences of changes.


def in_qt(text: str, eol: str) -> str:
    """What typed or pasted text is to become in the file: written down apart from the code."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    text = text.replace("\r\n", "\n")
    for line_break in "\r\u2028\u2029\ufdd0\ufdd1":
        text = text.replace(line_break, "\n")
    text = "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text.replace("\n", eol)


def user_change(it: Pad, start: int, end: int, insert: str, typed: bool) -> None:
    """Select, and type or paste; then compare with what a person would expect of the text."""
    text = it.text
    start, end = Shown(text).span(Shown(text).position(start), Shown(text).position(end))
    it.select(start, end)
    if typed:
        insert = insert.lstrip("\ufeff\ufffe")
        it.edit.textCursor().insertText(insert)
    else:
        it.paste(insert)
    wanted = in_qt(insert, it.eol)
    if not insert and not typed:
        wanted = text[start:end]  # pasting nothing does nothing
    assert it.text.startswith(text[:start])
    assert it.text[start:].endswith(text[end:])
    middle = it.text[start : len(it.text) - len(text) + end]
    if Shown(text[start:end]).text == text[start:end] and (it.eol == "\n" or "\n" not in text[start:end]):
        assert middle == wanted
    else:  # what looks the same after the change as before may have kept its own characters
        assert looks(middle) == looks(wanted) or Shown(middle).text == Shown(wanted).text
    it.check()


def looks(text: str) -> str:
    """How each character looks by itself: a CR of the text's own may have come before a typed LF."""
    return "".join(Shown(character).text for character in text)


def keyed_change(it: Pad, at: int, name: Qt.Key) -> None:
    text = it.text
    it.select(at, at)
    key(it.edit, name)
    assert len(it.text) <= len(text)
    it.check()


def core_change(it: Pad, places: list[tuple[int, int, str]]) -> None:
    edits = []
    done = 0
    for skip, length, insert in places:
        start = min(done + skip, len(it.text))
        end = min(start + length, len(it.text))
        edits.append(replace(start, end, insert))
        done = end
    wanted = apply(it.text, edits)
    it.change(tuple(edits))
    assert it.text == wanted
    it.check()


changes = st.lists(
    st.one_of(
        st.tuples(st.just("user"), st.integers(0, 40), st.integers(0, 6), nasty_text, st.booleans()),
        st.tuples(
            st.just("key"), st.integers(0, 40), st.sampled_from([Qt.Key.Key_Backspace, Qt.Key.Key_Delete])
        ),
        st.tuples(
            st.just("core"),
            st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), nasty_text), max_size=4),
        ),
    ),
    max_size=8,
)


@given(nasty_text, st.sampled_from(["\n", "\r\n"]), changes)
def test_text_and_widget_agree_after_any_changes(
    edit: QPlainTextEdit, text: str, eol: str, steps: list[tuple[object, ...]]
) -> None:
    it = Pad(edit, text, eol)
    try:
        it.check()
        for step in steps:
            match step:
                case ("user", int(at), int(length), str(insert), bool(typed)):
                    user_change(it, at % (len(it.text) + 1), min(len(it.text), at + length), insert, typed)
                case ("key", int(at), Qt.Key() as name):
                    keyed_change(it, at % (len(it.text) + 1), name)
                case ("core", list(places)):
                    core_change(it, places)
                case _:
                    raise AssertionError(step)
    finally:
        edit.document().contentsChanged.disconnect(it.connection)


def test_a_long_session_on_a_mixed_file(pad: Callable[..., Pad]) -> None:
    chance = random.Random(7)
    it = pad("".join(chance.choice(NASTY) for _ in range(400)), "\r\n")
    for _ in range(300):
        at = chance.randrange(len(it.text) + 1)
        insert = "".join(chance.choice(NASTY) for _ in range(chance.choice([0, 1, 1, 2, 5])))
        user_change(
            it, at, min(len(it.text), at + chance.choice([0, 0, 1, 3])), insert, chance.random() < 0.5
        )


# The widget keeps its place.


def test_the_widgets_own_change_is_not_written_again(pad: Callable[..., Pad]) -> None:
    it = pad("a\r\nb")
    it.select(1, 1)
    it.edit.insertPlainText("x")
    assert it.heard == 1
    assert it.text == "ax\r\nb"


def test_changing_line_ends_does_not_touch_the_widget(pad: Callable[..., Pad]) -> None:
    it = pad("a\nb\nc\n")
    it.change((replace(1, 1, "\r"), replace(3, 3, "\r"), replace(5, 5, "\r")))
    assert it.text == "a\r\nb\r\nc\r\n"
    it.change((replace(1, 2, ""), replace(4, 5, ""), replace(7, 8, "")))
    assert it.text == "a\nb\nc\n"
    assert it.heard == 0


@pytest.mark.parametrize(
    "change", [("\r", "x", "\n"), ("\r", "", "x\n"), ("\rx", "", "\n"), ("", "\r", "\n")]
)
def test_a_crlf_parted_or_joined_is_shown_so(pad: Callable[..., Pad], change: tuple[str, str, str]) -> None:
    head, middle, tail = change
    it = pad(f"a{head}{middle}{tail}b")
    it.change((replace(1 + len(head), 1 + len(head) + len(middle), ""),))
    it.check()
    it.change((replace(1 + len(head), 1 + len(head), middle),))
    it.check()


def test_a_crlf_made_by_two_edits_side_by_side_is_one_line_break(pad: Callable[..., Pad]) -> None:
    it = pad("axyb")
    it.change((replace(1, 2, "\r"), replace(2, 3, "\n")))
    assert it.text == "a\r\nb"
    it.check()


def test_caret_and_selection_stay_with_their_text(pad: Callable[..., Pad]) -> None:
    it = pad("one 😀\r\ntwo\r\nthree")
    it.select(7, 10)
    assert it.edit.textCursor().selectedText() == "two"
    it.change((replace(0, 3, "first 😀😀"), replace(12, 17, "third")))
    assert it.edit.textCursor().selectedText() == "two"
    it.change((replace(0, len(it.text), "new"),))
    assert it.edit.textCursor().position() == 0


def test_the_view_stays_where_it_is_when_lines_above_it_change(pad: Callable[..., Pad]) -> None:
    it = pad("\n".join(f"line {number}" for number in range(500)))
    it.edit.show()
    try:
        at = it.text.index("line 205")
        it.select(at, at)
        it.edit.verticalScrollBar().setValue(200)
        assert it.edit.firstVisibleBlock().text() == "line 200"
        it.change((replace(0, 0, "new\nnew\nnew\n"), replace(at + 100, at + 103, "")))
        assert it.edit.firstVisibleBlock().text() == "line 200"
        assert it.edit.textCursor().block().text() == "line 205"
        it.change((replace(0, 12, ""),))
        assert it.edit.firstVisibleBlock().text() == "line 200"
        it.select(0, 0)  # the caret far above: a change must not fetch the view to it
        it.edit.verticalScrollBar().setValue(200)
        it.change((replace(0, 0, "x"), replace(7, 7, "\n")))
        assert it.edit.firstVisibleBlock().text() == "line 200"
    finally:
        it.edit.hide()


# Copying.


def test_copying_gives_the_texts_own_characters(edit: QPlainTextEdit) -> None:
    shown = show(edit, "x\u00a0\r\n\ufeffy\udc80😀")
    data = QMimeData()
    data.setText(copied(shown, 1, 8))
    assert data.text() == "\u00a0\n\ufeffy\ufffd😀"
    data.setText(copied(shown, 3, 5))
    assert data.text() == "\ufeffy"
    data.setText(copied(Shown("\ufffeab"), 0, 3))
    assert data.text() == "\ufffeab"
