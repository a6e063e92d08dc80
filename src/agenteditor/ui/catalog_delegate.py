"""How a row of a catalog is drawn: sign and name at the left, at the right what is short and worth seeing.

At the right edge stand the worst problems, a sign and their number; before them, muted, the folder's number
of agents or what else tells an agent apart. Where there is little room, the muted words give way first.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionFocusRect,
    QStyleOptionViewItem,
)

from agenteditor.core.catalog_tree import AgentRow
from agenteditor.ui import catalog_words as words
from agenteditor.ui import theme
from agenteditor.ui.catalog_model import CatalogModel, Row
from agenteditor.ui.icons import Meaning, severity_icon
from agenteditor.ui.qtext import plain

Index = QModelIndex | QPersistentModelIndex
_State = QStyle.StateFlag
_DRAWN_GROUNDS = _State.State_Selected | _State.State_MouseOver | _State.State_HasFocus
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEFT = int(_LINE | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(_LINE | Qt.AlignmentFlag.AlignRight)
_ROW = 26  # pixels: the least height
_NAME = 0.68  # of the room for text belongs to the name, if it wants it
_LEAST = 5  # letters: what is shorter says nothing


class CatalogDelegate(QStyledItemDelegate):
    """Draws the rows of a `CatalogModel`."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All rows are as high as a button."""
        return QSize(0, max(_ROW, option.fontMetrics.height() + theme.GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground and focus are the style's; sign and words are drawn here."""
        model = index.model()
        assert isinstance(model, CatalogModel), "these rows are a catalog's"
        row = model.row_at(index)
        if row is None:
            return
        if option.state & _DRAWN_GROUNDS:
            _draw_ground(painter, option)
        side = option.decorationSize.width()
        room = option.rect.adjusted(theme.GAP // 2, 0, -theme.GAP // 2, 0)
        sign = QRect(room.left(), room.top() + (room.height() - side) // 2, side, side)
        _icon(*_sign(row)).paint(painter, sign)
        room.setLeft(sign.right() + theme.GAP - 2)
        painter.save()
        painter.setFont(option.font)
        room = _draw_problems(painter, room, side, row, option)
        faint = isinstance(row, AgentRow) and (
            row.shadowed or (row.entry is not None and row.entry.verdict == "none")
        )
        title = model.data(index) or ""
        _draw_words(painter, room, title, _aside(row, model), option, faint=faint)
        painter.restore()


def _draw_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    style = option.widget.style() if option.widget is not None else QApplication.style()
    style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
    if option.state & _State.State_HasFocus:
        ring = QStyleOptionFocusRect()
        ring.rect, ring.palette = option.rect, option.palette
        ring.state = option.state | _State.State_KeyboardFocusChange | _State.State_Item  # as Qt does
        style.drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, ring, painter, option.widget)


def _sign(row: Row) -> tuple[str, Meaning | None]:
    return words.agent_sign(row) if isinstance(row, AgentRow) else ("folder", "muted")


def _aside(row: Row, model: CatalogModel) -> str:
    if isinstance(row, AgentRow):
        return plain(words.agent_aside(row, with_folder=model.flat, with_top=model.flat and model.several))
    return words.folder_aside(row)


def _draw_problems(
    painter: QPainter, room: QRect, side: int, row: Row, option: QStyleOptionViewItem
) -> QRect:
    """The sign of the worst problems and their number at the right; the room that is left."""
    worst = row.count.worst
    if worst is None:
        return room
    number = f"{row.count.errors if worst == 'error' else row.count.warnings:,}"
    width = option.fontMetrics.horizontalAdvance(number)
    text = QRect(room.right() - width, room.top(), width + 1, room.height())
    painter.setPen(getattr(theme.current(), worst))
    painter.drawText(text, _RIGHT, number)
    top = room.top() + (room.height() - side) // 2
    icon = QRect(text.left() - side - 3, top, side, side)
    _severity(worst).paint(painter, icon)
    return room.adjusted(0, 0, icon.left() - theme.GAP - room.right(), 0)


def _draw_words(
    painter: QPainter, room: QRect, title: str, aside: str, option: QStyleOptionViewItem, *, faint: bool
) -> None:
    metrics = option.fontMetrics
    # Widths are rounded: what is short by a part of a pixel would be cut.
    wanted = metrics.horizontalAdvance(title) + 1
    beside = metrics.horizontalAdvance(aside) + theme.GAP if aside else 0
    if wanted + beside > room.width():
        beside = max(0, min(beside, room.width() - min(wanted, round(room.width() * _NAME))))
        if beside < _LEAST * metrics.averageCharWidth():
            beside = 0
        title = shortened(title, metrics, room.width() - beside)
        aside = metrics.elidedText(aside, Qt.TextElideMode.ElideRight, beside - theme.GAP)
    muted = option.palette.color(QPalette.ColorRole.PlaceholderText)
    painter.setPen(muted if faint else option.palette.color(QPalette.ColorRole.Text))
    painter.drawText(room, _LEFT, title)
    if beside:
        painter.setPen(muted)
        painter.drawText(room, _RIGHT, aside)


def shortened(title: str, metrics: QFontMetrics, width: int) -> str:
    """A title that fits; the mark of unsaved changes at its end stays."""
    mark = words.UNSAVED if title.endswith(words.UNSAVED) else ""
    room = width - metrics.horizontalAdvance(mark)
    return metrics.elidedText(title.removesuffix(mark), Qt.TextElideMode.ElideRight, room) + mark


# An icon takes its colours when it is drawn, so it may be kept when the theme changes.
@cache
def _icon(name: str, meaning: Meaning | None) -> QIcon:
    return words.sign(name, meaning)


@cache
def _severity(severity: str) -> QIcon:
    return severity_icon("error" if severity == "error" else "warning")
