"""One line of plain text, drawn with some of its letters marked: bold, or on a ground of their own.

A line that is too long for its place is cut where the marks are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout

from agenteditor.core.text import Span
from agenteditor.ui.qtext import plain

_KEPT = 12  # characters before the first mark of a line that is cut at its start


def one_line(text: str) -> str:
    """Any text as one line that Qt shows as it is."""
    return plain(text).replace("\n", "\u21b5").replace("\t", " ")


def placed(text: str, place: Span) -> tuple[str, Span]:
    """Any text as `one_line`, and where a place of it is there."""
    before, there, behind = (
        one_line(part) for part in (text[: place.start], place.of(text), text[place.end :])
    )
    return before + there + behind, Span(len(before), len(before) + len(there))


def spans(places: Iterable[int]) -> list[Span]:
    """Sorted indexes of letters as spans."""
    found: list[Span] = []
    for place in places:
        if found and found[-1].end == place:
            found[-1] = Span(found[-1].start, place + 1)
        else:
            found.append(Span(place, place + 1))
    return found


def draw(
    painter: QPainter,
    area: QRect,
    text: str,
    marks: Sequence[Span],
    *,
    font: QFont,
    colour: QColor,
    ground: QColor | None = None,
) -> int:
    """Draw ``text`` (`one_line`) in the middle of ``area``; the width it took, in pixels.

    ``marks`` are spans in it, sorted and disjoint; with ``ground`` they stand on that colour.
    """
    text, marks = _fitted(text, marks, area.width(), QFontMetricsF(font))
    layout = QTextLayout(text, font)
    layout.setCacheEnabled(True)
    # Formats come before the lines are made: bold letters are wider.
    layout.setFormats([_range(text, mark, ground) for mark in marks])
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    if not line.isValid():
        return 0
    down = area.top() + (area.height() - line.height()) / 2
    painter.save()
    painter.setClipRect(area)
    painter.setPen(colour)
    layout.draw(painter, QPointF(area.left(), down))
    painter.restore()
    return min(round(line.naturalTextWidth()), area.width())


def _range(text: str, mark: Span, ground: QColor | None) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    form = QTextCharFormat()
    form.setFontWeight(QFont.Weight.Bold)
    if ground is not None:
        form.setBackground(ground)
    made.start, made.length = _units(text[: mark.start]), _units(mark.of(text))
    made.format = form
    return made


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def _fitted(
    text: str, marks: Sequence[Span], width: int, metrics: QFontMetricsF
) -> tuple[str, Sequence[Span]]:
    """A text that has room, and the marks in it."""
    room = width * 0.95  # bold letters are a little wider than measured
    if metrics.horizontalAdvance(text) <= room:
        return text, marks
    if marks and metrics.horizontalAdvance(text[: marks[0].end]) > room * 0.8:
        cut = max(marks[0].start - _KEPT, 0) - 1
        if cut > 0:
            text = "…" + text[cut + 1 :]
            marks = [mark.moved(-cut) for mark in marks]
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    kept = max(len(text) - 1, 0)  # the last one may be the sign of the cut
    return text, [Span(mark.start, min(mark.end, kept)) for mark in marks if mark.start < kept]
