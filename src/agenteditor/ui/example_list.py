"""The list of examples: what each is about, what it consists of, whether something is wrong with it.

It shows what it is given and tells what is wanted: another row, a row moved by dragging or by keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QIcon, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from agenteditor.core.checks import Severity
from agenteditor.ui import icons, theme
from agenteditor.ui.qtext import plain, tool_tip

_NUMBER = Qt.ItemDataRole.UserRole + 1
_DETAIL = Qt.ItemDataRole.UserRole + 2
_PAD = 6

Index = QModelIndex | QPersistentModelIndex


class Entry(NamedTuple):
    """One row: its number, what it is about, what it consists of, and the worst of its problems."""

    number: int
    title: str
    detail: str
    severity: Severity | None
    problem: str


class ExampleList(QListWidget):
    """The examples of a file, in order."""

    row_wanted = Signal(int)
    move_wanted = Signal(int, int)  # which row, and the row it is to be

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self.setAccessibleName(self.tr("Examples"))
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setMinimumWidth(170)
        self.currentRowChanged.connect(self.row_wanted)

    def show_entries(self, entries: Sequence[Entry], row: int) -> None:
        """Show the examples with ``row`` as the current one."""
        now = tuple(entries)
        if now != self._entries:
            self._entries = now
            while self.count() > len(now):
                self.takeItem(self.count() - 1)
            for index, entry in enumerate(now):
                if index == self.count():
                    item = QListWidgetItem()
                    # Not a target itself: what is dropped goes between two rows.
                    item.setFlags(
                        Qt.ItemFlag.ItemIsEnabled
                        | Qt.ItemFlag.ItemIsSelectable
                        | Qt.ItemFlag.ItemIsDragEnabled
                    )
                    self.addItem(item)
                self._fill(self.item(index), entry)
        if row != self.currentRow() and row < self.count():
            self.setCurrentRow(row)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell where the row is wanted; the document moves it, and then it is shown there."""
        at = self.currentRow()
        middles = [self.visualItemRect(self.item(row)).center().y() for row in range(self.count())]
        above = sum(1 for middle in middles if middle < event.position().y())
        # Qt would take the row away by itself after a move.
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        to = above - 1 if above > at else above
        if event.source() is self and at >= 0 and to != at:
            self.move_wanted.emit(at, to)

    def _fill(self, item: QListWidgetItem, entry: Entry) -> None:
        said = [self.tr("Example {number}").format(number=entry.number), entry.title, entry.detail]
        item.setText(plain(entry.title))
        item.setData(_NUMBER, entry.number)
        item.setData(_DETAIL, plain(entry.detail))
        item.setIcon(icons.severity_icon(entry.severity) if entry.severity else QIcon())
        spoken = plain(". ".join([*said, entry.problem] if entry.problem else said))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        item.setToolTip(tool_tip(entry.problem or entry.title))


class _Delegate(QStyledItemDelegate):
    """Number, a line in the text's colour, a quieter line below it, and a sign at the end."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines."""
        return QSize(120, 2 * option.fontMetrics.height() + 2 * _PAD + 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The row's ground as the style draws it, and the texts."""
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        title, icon = option.text, QIcon(option.icon)
        option.text, option.icon = "", QIcon()
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasDecoration
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        colours = theme.current()
        metrics, inside = option.fontMetrics, option.rect.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        height = metrics.height()
        number = f"{index.data(_NUMBER)}"
        gutter = max(metrics.horizontalAdvance("00"), metrics.horizontalAdvance(number)) + theme.GAP
        drawn = icons.side(option.widget)
        side = drawn + _PAD if not icon.isNull() else 0
        width = max(0, inside.width() - gutter - side)
        left = inside.left() + gutter
        right_to_left = option.direction == Qt.LayoutDirection.RightToLeft

        def text(rect: QRect, words: str, flags: Qt.AlignmentFlag) -> None:
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
            placed = QStyle.visualRect(option.direction, option.rect, rect)
            painter.drawText(placed, QStyle.visualAlignment(option.direction, flags), shown)

        along = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(option.font)
        painter.setPen(colours.muted)
        text(
            QRect(inside.left(), inside.top(), gutter - theme.GAP, height),
            number,
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        )
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        text(QRect(left, inside.top(), width, height), title, along)
        painter.setPen(colours.muted)
        text(QRect(left, inside.top() + height + 2, width, height), index.data(_DETAIL), along)
        if side:
            at = inside.left() if right_to_left else inside.right() - drawn + 1
            icon.paint(painter, QRect(at, inside.top(), drawn, height))
        painter.restore()
