"""The only bridge between the text of a document and the text inside a Qt widget.

A Qt widget cannot hold every text: it counts in UTF-16 units, has one kind of line break, and
loses or changes a number of characters on the way in or out (measured on Qt 6.11; RELIABILITY F5).
So what a widget holds is never saved. It shows a `Shown`, and what the user did to it is read back
as edits of the text that was shown:

- A CRLF pair is one line break; the caret cannot stop inside it.
- Characters a widget cannot keep, and those nobody could see or that turn the direction of reading,
  stand there as visible stand-ins, one for one (`invisible` decides). A stand-in is known by its
  place, not by its looks: the same glyph may well be in the text.
- Everything the user did not touch keeps its own characters; only what the user put in is
  translated, and there only line breaks are.

A view keeps widget and document in step without flags by comparing before it writes::

    def _typed(self):                                     # on contentsChanged
        shown = Shown(self._document.text)
        raw = raw_text(self._edit.document())
        if raw != shown.text:                             # else it was our own writing
            caret = self._edit.textCursor().position()
            edits = read_back(shown, raw, line_end, caret)
            if self._document.apply(Transaction(edits, ...)) is None:
                apply_to(self._edit, shown, ())           # nothing came of it: show what is there

    def _changed(self, change):                           # subscribed to the document
        apply_to(self._edit, Shown(change.before.text), change.edits)

Offsets are code points of the text, positions are Qt's: UTF-16 units of what the widget shows.
The same functions serve a part of a text (a field's value) and a QLineEdit, whose ``text()`` is
already raw text. Switching off Qt's own undo is left to the view.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from agenteditor.core import invisible
from agenteditor.core.text import Edits, Span, TextEdit, apply, diff, moved, replace, shift

OWN_UNDO = "own-undo"  # the property of a line that belongs to no document: it undoes what is typed there
# A QLineEdit cuts what is longer, without a word (RELIABILITY F23). UTF-16 units.
LINE_EDIT_LIMIT = 32_767


class Shown:
    """How a text stands in a widget. Immutable.

    ``source`` is the text, ``text`` the string to give to Qt: one code point for each of the
    source's, except that CRLF is one ``"\\n"``.
    """

    __slots__ = (
        *("_breaks", "_ends", "_position_ends", "_position_starts", "_starts"),
        *("has_stand_ins", "source", "text"),
    )

    source: str
    text: str
    has_stand_ins: bool

    def __init__(self, source: str) -> None:
        self.source = source
        text = source.replace("\r\n", "\n")
        # For ASCII, most files, translate() is ten times as fast; for others the pattern is.
        self.text = invisible.stand_ins(text)
        self.has_stand_ins = self.text != text
        # Where offsets and positions drift apart: both ends of each CRLF and each character that is
        # two units, in offsets and in positions. Empty for most files, so most calls are additions.
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._position_starts: list[int] = []
        self._position_ends: list[int] = []
        self._breaks: list[int] = []  # indexes in `text` of the line breaks that are CRLF
        if len(text) == len(source) and text.isascii():
            return
        drift = 0
        for match in _DRIFTING.finditer(source):
            start, end = match.span()
            width = end - start
            if self.has_stand_ins and self.text[start - len(self._breaks)] < "\U00010000" and width == 1:
                continue  # its stand-in is one unit
            units = 3 - width  # CRLF: 2 code points, 1 unit; astral: 1 code point, 2 units
            self._starts.append(start)
            self._ends.append(end)
            self._position_starts.append(start + drift)
            self._position_ends.append(start + drift + units)
            drift += units - width
            if width == 2:
                self._breaks.append(start - len(self._breaks))

    def position(self, offset: int) -> int:
        """Where an offset of the source stands in the widget; the middle of a CRLF is its start.

        An offset outside the text is held inside it.
        """
        offset = max(0, min(offset, len(self.source)))
        return _mapped(offset, self._starts, self._ends, self._position_starts, self._position_ends)

    def offset(self, position: int) -> int:
        """Which offset of the source a widget's position is; the middle of a character is its start.

        A position outside the text is held inside it.
        """
        held = max(0, min(position, self.position(len(self.source))))
        return _mapped(held, self._position_starts, self._position_ends, self._starts, self._ends)

    def span(self, start: int, end: int) -> Span:
        """The span of the source between two positions, given in either order."""
        return Span(self.offset(min(start, end)), self.offset(max(start, end)))

    def offset_of(self, index: int) -> int:
        """The offset in the source of the code point ``index`` of ``text``."""
        return index + bisect_left(self._breaks, index)


def plain(text: str) -> str:
    """Any text as a string that labels, lists and tool tips can show: what cannot be seen is said."""
    return invisible.plain(text)


def tool_tip(text: str) -> str:
    """Any text as a tool tip, which Qt would take for markup where it looks like it; "" for none."""
    return f"<p style='white-space: pre-wrap'>{html.escape(plain(text))}</p>" if text else ""


def in_line(text: str) -> str:
    """Any text in one line, its blanks and line breaks run together."""
    return " ".join(plain(text).split())


def menu_text(text: str) -> str:
    """Any text as the words of a menu entry, a tab or a button: an ``&`` and a tab mean nothing in it."""
    return in_line(text).replace("&", "&&")


def title_text(text: str) -> str:
    """Any text as part of a window's title, where Qt takes ``[*]`` for the mark of unsaved changes."""
    return plain(text).replace("[*]", "[*][*]")


def copied(shown: Shown, start: int, end: int) -> str:
    """What the clipboard gets for the selection between two positions: the text's own characters.

    Qt's own copy gives spaces for U+00A0 and the stand-ins for the rest. Line breaks are LF, as
    clipboards have them, and a byte that is no character is U+FFFD: a clipboard holds only text.
    """
    text = _SURROGATE.sub("\ufffd", shown.span(start, end).of(shown.source).replace("\r\n", "\n"))
    # PySide takes a leading U+FEFF or U+FFFE for a byte order mark; it drops only the first.
    return "\ufeff" + text if text.startswith(("\ufeff", "\ufffe")) else text


def copied_whole(text: str) -> str:
    """What the clipboard gets for a whole text."""
    shown = Shown(text)
    return copied(shown, 0, shown.position(len(text)))


def raw_text(document: QTextDocument) -> str:
    """Exactly what a widget holds, with ``"\\n"`` between its blocks: comparable with `Shown.text`."""
    # Not toPlainText(): it turns U+00A0 into a space and U+2028 into a line break.
    raw = document.toRawText()
    if units(raw) != document.characterCount() - 1:
        # Something pasted holds half of a surrogate pair, which vanishes from a string on its way
        # to Python; single characters do not.
        halves = "".join(document.characterAt(at) for at in range(document.characterCount() - 1))
        raw = halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return raw.replace("\u2029", "\n")


def read_back(before: Shown, raw_now: str, eol: str, caret: int | None = None) -> Edits:
    """What the user's change of a widget means: edits of ``before.source``.

    ``raw_now`` is what the widget holds (`raw_text`) after it held ``before.text``; ``eol`` is the
    line end that inserted line breaks get; ``caret`` is the widget's position after the change and
    tells equal characters apart (which of two stand-ins was deleted).

    Line breaks are Qt's block ends (Enter; CR, LF, CRLF and U+2029 in pasted text) and U+2028
    (Shift+Enter, which Qt draws as a break). Half a surrogate pair, which no file can hold, becomes
    U+FFFD. All else is inserted as it is.
    """
    now = raw_now.replace("\u2029", "\n")
    near = None if caret is None else code_points(now, caret)
    edits: list[TextEdit] = []
    for span, insert in diff(before.text, now, near):
        for (start, end), piece in _unmixed(before, span, insert):
            own = before.source[before.offset_of(start) : before.offset_of(end)]
            new = _typed(piece, eol)
            if own != new:
                edits.append(replace(before.offset_of(start), before.offset_of(end), new))
    return tuple(edits)


def show(edit: QPlainTextEdit, text: str) -> Shown:
    """Put a whole text into a widget. The caret and the view go to the start."""
    shown = Shown(text)
    edit.setPlainText(shown.text)
    return shown


def apply_to(edit: QPlainTextEdit, before: Shown, edits: Sequence[TextEdit]) -> Shown:
    """Make a widget show ``before.source`` after ``edits``; returns how it is shown.

    Only what differs is written, in one edit block, so caret, selection and scroll stay with the
    text they were at. A widget that shows it already (the edits came from there) is not touched;
    one that holds something else than ``before`` (a stand-in is due for what was pasted) is put
    right as well.
    """
    after = Shown(apply(before.source, edits))
    document = edit.document()
    raw = raw_text(document)
    if raw == after.text:
        return after
    if raw == before.text:
        hunks = _hunks(before, edits)
    else:
        hunks = tuple(_inunits(raw, hunk) for hunk in diff(raw, after.text))
    cursor = edit.textCursor()
    lengths = tuple(TextEdit(span, " " * units(insert)) for span, insert in hunks)
    anchor, position = shift(cursor.anchor(), lengths), shift(cursor.position(), lengths)
    top = QTextCursor(edit.firstVisibleBlock())  # Qt moves it along with its line
    below = edit.verticalScrollBar().value() - top.block().firstLineNumber()
    across = edit.horizontalScrollBar().value()

    writer = QTextCursor(document)
    writer.beginEditBlock()
    for (start, end), insert in reversed(hunks):
        writer.setPosition(start)
        writer.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        writer.insertText(insert)
    writer.endEditBlock()

    cursor = edit.textCursor()
    if (cursor.anchor(), cursor.position()) != (anchor, position):
        cursor.setPosition(anchor)
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        edit.setTextCursor(cursor)
    edit.verticalScrollBar().setValue(top.block().firstLineNumber() + below)
    edit.horizontalScrollBar().setValue(across)
    return after


_DRIFTING = re.compile("\r\n|[\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"\w+|\W")


def _mapped(
    here: int, starts: list[int], ends: list[int], other_starts: list[int], other_ends: list[int]
) -> int:
    """``here`` on the other scale; inside a character that is one there, its start."""
    passed = bisect_right(ends, here)
    there = here - ends[passed - 1] + other_ends[passed - 1] if passed else here
    if passed < len(starts) and here > starts[passed]:
        return other_starts[passed]
    return there


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def code_points(text: str, units: int) -> int:
    """How many code points the first ``units`` UTF-16 units of a text are."""
    if text.isascii():
        return units
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(head.decode("utf-16-le", "surrogatepass"))


def _typed(insert: str, eol: str) -> str:
    """What the user put into the widget, as it goes into the file."""
    return _SURROGATE.sub("\ufffd", insert).replace("\u2028", "\n").replace("\n", eol)


def _unmixed(before: Shown, span: Span, insert: str) -> Iterator[TextEdit]:
    """One replacement in ``before.text``, split so that what stayed in the middle of it is left out.

    One action can change two places (text dragged within the widget). What lies between them is
    the text's own and must not be read back as typed. Where shown and own characters are the same
    there is nothing to tell apart.
    """
    shown = span.of(before.text)
    if not insert or shown == before.source[before.offset_of(span.start) : before.offset_of(span.end)]:
        yield TextEdit(span, insert)
        return
    old, new = _WORD.findall(shown), _WORD.findall(insert)
    start, done = span.start, 0  # the index in before.text, and in `old`
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        start += sum(map(len, old[done:a]))
        done = a
        if kind != "equal":
            yield replace(start, start + sum(map(len, old[a:b])), "".join(new[c:d]))


def _hunks(before: Shown, edits: Sequence[TextEdit]) -> Edits:
    """Edits of the source as edits of what the widget shows, in UTF-16 units; only what differs."""
    hunks: list[TextEdit] = []
    for start, end, inside in _grouped(before.source, edits):
        old = Shown(before.source[start:end]).text
        new = Shown(apply(before.source[start:end], moved(inside, -start))).text
        at = before.position(start)
        hunks.extend(moved((_inunits(old, hunk) for hunk in diff(old, new)), at))
    return tuple(hunks)


def _grouped(source: str, edits: Sequence[TextEdit]) -> Iterator[tuple[int, int, list[TextEdit]]]:
    """Stretches of the source that can be shown on their own, each with the edits inside it.

    A stretch takes in what decides about stand-ins beside an edit, then a CR before it and a LF behind
    it, because edits join and part CRLF pairs; stretches that then touch are one.
    """
    group: list[TextEdit] = []
    first = last = 0
    ascii_only = source.isascii() and all(edit.insert.isascii() for edit in edits)
    for edit in edits:
        start, end = edit.span
        if not ascii_only:
            start, end = invisible.beside_hidden(source, start, end)
        if source[start - 1 : start] == "\r":
            start -= 1
        if source[end : end + 1] == "\n":
            end += 1
        if group and start > last:
            yield first, last, group
            group = []
        if not group:
            first = start
        group.append(edit)
        last = end
    if group:
        yield first, last, group


def _inunits(text: str, edit: TextEdit) -> TextEdit:
    """An edit of a text, counted in UTF-16 units."""
    start, end = edit.span
    at = units(text[:start])
    return replace(at, at + units(text[start:end]), edit.insert)
