"""How problems and matches are marked in the source.

Notes keep their place by a cursor, which Qt moves along with the text, so a mark stays at its words while
the problems of the new text are still to be found.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QPainter,
    QPen,
    QPolygonF,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextLine,
)
from PySide6.QtWidgets import QTextEdit

from agenteditor.core.checks import Severity
from agenteditor.ui.qtext import plain
from agenteditor.ui.theme import Theme, current, mixed


class Note(NamedTuple):
    """A problem at a place that moves along with the text."""

    cursor: QTextCursor
    severity: Severity
    message: str
    fixable: bool

    def touches(self, position: int) -> bool:
        """Whether a caret at ``position`` is at it."""
        return self.cursor.selectionStart() <= position <= self.cursor.selectionEnd()


class Sign(NamedTuple):
    """All notes of one line."""

    severity: Severity  # of the worst
    tip: str
    fixable: bool


def signs(notes: Sequence[Note]) -> dict[int, Sign]:
    """The signs of lines with notes, by the number of the line in which a note begins, 0-based."""
    by_line: dict[int, list[Note]] = {}
    for note in notes:
        line = note.cursor.document().findBlock(note.cursor.selectionStart()).blockNumber()
        by_line.setdefault(line, []).append(note)
    return {
        line: Sign(
            min((note.severity for note in there), key=_ORDER.index),
            tip(note.message for note in there),
            any(note.fixable for note in there),
        )
        for line, there in by_line.items()
    }


def tip(messages: Iterable[str]) -> str:
    """Sentences as a tool tip, which takes its text for HTML: nothing of them is markup."""
    # Without HTML a tool tip would be one line across the screen.
    return "".join(f"<p>{html.escape(plain(message))}</p>" for message in messages)


def current_line(cursor: QTextCursor, colours: Theme) -> QTextEdit.ExtraSelection:
    """The row of the caret, from edge to edge."""
    ground = QTextCharFormat()
    ground.setBackground(mixed(colours.accent, colours.base, 0.06))
    ground.setProperty(QTextFormat.Property.FullWidthSelection, True)
    cursor.clearSelection()
    return _selection(cursor, ground)


def found(cursor: QTextCursor, colours: Theme, *, here: bool) -> QTextEdit.ExtraSelection:
    """A match; ``here`` is the one that is gone to."""
    ground = QTextCharFormat()
    ground.setBackground(colours.found_here if here else colours.found)
    ground.setForeground(colours.text)
    return _selection(cursor, ground)


def draw_underline(painter: QPainter, note: Note, block: QTextBlock, top: float, left: float) -> None:
    """Underline the part of a note that is in ``block``, drawn at ``top``: a wave, or dots for information.

    Qt's own wave has no room in a line of the fixed-width font: it comes out flat.
    """
    colour = getattr(current(), note.severity)
    layout = block.layout()
    start = max(note.cursor.selectionStart() - block.position(), 0)
    end = min(note.cursor.selectionEnd() - block.position(), block.length() - 1)
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
        if first >= last:
            continue
        ends = (_x(line, first) + left, _x(line, last) + left)
        bottom = top + line.y() + line.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if note.severity == "info":
            painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(min(ends), bottom - 1), QPointF(max(ends), bottom - 1))
        else:
            painter.setPen(QPen(colour, 1.2))
            painter.drawPolyline(_wave(min(ends), max(ends), bottom - 0.5))
        painter.restore()


def _x(line: QTextLine, position: int) -> float:
    # The stubs say a number, PySide gives the number and the position.
    found: object = line.cursorToX(position)
    number = found[0] if isinstance(found, tuple) else found
    assert isinstance(number, (int, float))
    return float(number)


def _wave(left: float, right: float, bottom: float) -> QPolygonF:
    points, x, up = QPolygonF(), left, False
    while x < right + 2:
        points.append(QPointF(min(x, right), bottom - (2.4 if up else 0)))
        x, up = x + 2, not up
    return points


_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


def _selection(cursor: QTextCursor, made: QTextCharFormat) -> QTextEdit.ExtraSelection:
    selection = QTextEdit.ExtraSelection()
    selection.cursor = cursor
    selection.format = made
    return selection
