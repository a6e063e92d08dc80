"""How rows of a comparison are drawn: numbers, sign, wrapped line; one below the other or side by side.

Signs and words say what colours say. The height of a row is kept until the width or the font changes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from agenteditor.core.differences import Gap, Line, Row
from agenteditor.ui import icons, theme
from agenteditor.ui.diff_rows import ENTRY_ROLE, Entry, Part, gap_words, parts

GAP_HEIGHT = 28
_SPACE = 6  # pixels
_ROW_SPACE = 2
_ICON = 14
_SMALLEST = 6  # points
_TAB = 4  # characters
_MOST_ROWS_KEPT = 50_000

_Index = QModelIndex | QPersistentModelIndex
Side = Literal["old", "new", "both"]


class Cell(NamedTuple):
    """One side of a row, or the whole of it: where its text begins is ``left``, pixels."""

    line: Line | None
    side: Side
    start: float
    left: float
    end: float


class DiffDelegate(QStyledItemDelegate):
    """Draws the entries of `diff_rows.Rows`. Tell it the room with ``set_room`` before the view lays out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sides = False
        self.zoom = 0  # points larger than usual
        self.digits = 3
        self._width = 0
        self._font = theme.fixed_font()
        self._metrics = QFontMetricsF(self._font)
        self._heights: dict[Entry, int] = {}

    def set_room(self, width: int, digits: int, *, sides: bool) -> None:
        """How wide rows are, how many digits line numbers have, and whether there are two sides."""
        font = theme.fixed_font()
        font.setPointSizeF(max(font.pointSizeF() + self.zoom, _SMALLEST))
        if (width, digits, sides, font) != (self._width, self.digits, self.sides, self._font):
            self._width, self.digits, self.sides, self._font = width, digits, sides, font
            self._metrics = QFontMetricsF(font)
            self._heights.clear()

    @property
    def least_sides_width(self) -> float:
        """From which width on two sides are good to read."""
        return 2 * (self._gutter(1) + 56 * self._metrics.horizontalAdvance("0"))

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """The width of the view, and the height that the wrapped lines take."""
        entry = index.data(ENTRY_ROLE)
        height = self._heights.get(entry)
        if height is None:
            if len(self._heights) > _MOST_ROWS_KEPT:
                self._heights.clear()
            height = self._heights[entry] = self._height(entry)
        return QSize(self._width, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One row."""
        entry = index.data(ENTRY_ROLE)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(area)
        if isinstance(entry, Gap):
            self._paint_gap(painter, area, entry)
        else:
            self._paint_row(painter, area, entry, selected=selected)
        colours = theme.current()
        if selected:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), colours.accent)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.restore()

    # --- geometry -----------------------------------------------------------------------------

    def _gutter(self, numbers: int) -> float:
        digit = self._metrics.horizontalAdvance("0")
        return numbers * (self.digits * digit + _SPACE) + 2 * digit + 2 * _SPACE

    def _cells(self, row: Row) -> tuple[Cell, ...]:
        width = float(self._width)
        if self.sides:
            half, gutter = width / 2, self._gutter(1)
            return (
                Cell(row.old, "old", 0.0, gutter, half - _SPACE),
                Cell(row.new, "new", half, half + gutter, width - _SPACE),
            )
        return (Cell(row.new or row.old, "both", 0.0, self._gutter(2), width - _SPACE),)

    def _height(self, entry: Entry) -> int:
        if isinstance(entry, Gap):
            return max(GAP_HEIGHT, round(self._metrics.height()) + 10)
        return max(round(self._text_height(cell, entry)) + 2 * _ROW_SPACE for cell in self._cells(entry))

    def _text_height(self, cell: Cell, row: Row) -> float:
        line = self._metrics.height()
        if cell.line is None:
            return line
        text = cell.line.text
        room = cell.end - cell.left
        # Most lines are short and plain: one line of the view, without asking Qt.
        plain = text.isascii() and text.isprintable() and not text.endswith(" ") and not cell.line.end_differs
        if plain and len(text) * self._metrics.horizontalAdvance("0") <= room:
            return line
        return self._layout(parts(cell.line, plainly=row.kind == "same"), room).boundingRect().height()

    def _layout(self, shown: list[Part], room: float) -> QTextLayout:
        layout = QTextLayout("".join(part.text for part in shown), self._font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTabStopDistance(self._metrics.horizontalAdvance("0") * _TAB)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        down = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(room, 20.0))
            line.setPosition(QPointF(0, down))
            down += line.height()
        layout.endLayout()
        return layout

    # --- painting -----------------------------------------------------------------------------

    def _paint_gap(self, painter: QPainter, area: QRect, gap: Gap) -> None:
        colours = theme.current()
        painter.fillRect(area, colours.window)
        painter.setPen(colours.muted)
        words = gap_words(gap)
        text = area.adjusted(round(self._gutter(1 if self.sides else 2)), 0, 0, 0)
        sign = icons.pixmap("more", colours.muted, _ICON, painter.device().devicePixelRatio())
        painter.drawPixmap(QPointF(text.left() - _ICON - 2 * _SPACE, text.center().y() - _ICON / 2), sign)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _paint_row(self, painter: QPainter, area: QRect, row: Row, *, selected: bool) -> None:
        colours = theme.current()
        for cell in self._cells(row):
            sign = _sign(row, cell)
            ground, word = {
                "+": (colours.added, colours.added_word),
                "−": (colours.removed, colours.removed_word),
            }.get(sign, (colours.selection if selected else colours.base, colours.base))
            box = QRectF(area.left() + cell.start, area.top(), area.width(), area.height())
            if self.sides:
                box.setWidth(self._width / 2)
            painter.fillRect(box, ground if cell.line is not None else colours.window)
            if cell.line is not None:
                shown = parts(cell.line, plainly=row.kind == "same")
                self._paint_margin(painter, area, cell, _numbers(row, cell), sign)
                layout = self._layout(shown, cell.end - cell.left)
                painter.setPen(colours.text)
                place = QPointF(area.left() + cell.left, area.top() + _ROW_SPACE)
                layout.draw(painter, place, _formats(shown, word, colours.muted))
        if self.sides:
            painter.setPen(QPen(colours.line, 1))
            middle = area.left() + self._width // 2
            painter.drawLine(middle, area.top(), middle, area.bottom())

    def _paint_margin(
        self, painter: QPainter, area: QRect, cell: Cell, numbers: tuple[str, ...], sign: str
    ) -> None:
        colours = theme.current()
        digit = self._metrics.horizontalAdvance("0")
        top, height = area.top() + _ROW_SPACE, self._metrics.height()
        painter.setFont(self._font)
        painter.setPen(colours.muted)
        right = area.left() + cell.start
        for number in numbers:
            right += self.digits * digit + _SPACE
            box = QRectF(right - self.digits * digit, top, self.digits * digit, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, number)
        bold = QFont(self._font)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(colours.good if sign == "+" else colours.error)
        box = QRectF(right + _SPACE, top, 2 * digit, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, sign)
        painter.setFont(self._font)


def _formats(shown: list[Part], word: QColor, muted: QColor) -> list[QTextLayout.FormatRange]:
    """The grounds of changed words; marks that did not change are muted. Counted in UTF-16 units."""
    ranges: list[QTextLayout.FormatRange] = []
    start = 0
    for part in shown:
        length = len(part.text) if part.text.isascii() else len(part.text.encode("utf-16-le", "replace")) // 2
        if part.changed or part.mark:
            made = QTextLayout.FormatRange()
            form = QTextCharFormat()
            if part.changed:
                form.setBackground(word)
            else:
                form.setForeground(muted)
            made.start, made.length, made.format = start, length, form
            ranges.append(made)
        start += length
    return ranges


def _sign(row: Row, cell: Cell) -> str:
    if row.kind == "same" or cell.line is None:
        return ""
    if cell.side == "both":
        return "−" if row.new is None else "+"
    return "−" if cell.side == "old" else "+"


def _numbers(row: Row, cell: Cell) -> tuple[str, ...]:
    """The line numbers before a cell: both, if it stands for both sides."""
    if cell.side != "both":
        return (str(cell.line.number),) if cell.line is not None else ("",)
    return tuple("" if line is None else str(line.number) for line in (row.old, row.new))
