"""A list whose rows are as high as a sentence in one of their columns needs.

Widths are given by whoever shows the list and follow the widget's own width, never the scroll bar:
a row that is higher with the bar than without it would lay the list out again and again, and Qt
does so within one call until the stack is full.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from agenteditor.ui import icons, theme

_ROW = 26  # pixels: the least height of a row

Index = QModelIndex | QPersistentModelIndex


class SentenceRows(QTreeWidget):
    """The list. ``sentence`` is the column of the sentences; ``below`` one whose text stands below the
    sentence while the column has no width. ``resized`` asks for new widths."""

    resized = Signal()

    def __init__(self, columns: int, sentence: int, below: int | None = None) -> None:
        super().__init__()
        self._widths: tuple[int, ...] = (0,) * columns  # as they were given
        self.setColumnCount(columns)
        self.setRootIsDecorated(False)
        self.setAllColumnsShowFocus(True)
        self.setWordWrap(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_OneLine(self))
        self.setItemDelegateForColumn(sentence, _Sentence(self, sentence, below))
        header = self.header()
        header.setStretchLastSection(True)  # so that a row's ground reaches the edge where no scroll bar is
        header.setMinimumSectionSize(0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def rows(self) -> list[QTreeWidgetItem]:
        """The rows, from the top."""
        items = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        return [item for item in items if item is not None]

    def room(self) -> int:
        """The width of a row in pixels, with the scroll bar or without."""
        return self.width() - 2 * self.frameWidth() - self.verticalScrollBar().sizeHint().width()

    def needed(self, column: int) -> int:
        """The width in pixels that the texts of a column need, its title included."""
        metrics = self.fontMetrics()
        titles = [] if self.isHeaderHidden() else [self.headerItem()]
        texts = [item.text(column) for item in (*self.rows(), *titles)]
        return max(map(metrics.horizontalAdvance, texts), default=0) + 2 * theme.GAP

    def share(self, *widths: int) -> None:
        """Give each column its width in pixels."""
        for column, width in enumerate(widths):
            self.setColumnWidth(column, max(width, 0))
        if widths != self._widths:
            self._widths = widths
            self.scheduleDelayedItemsLayout()

    def given(self, column: int) -> int:
        """The width in pixels that a column was given; the last one may be wider while there is no bar."""
        return max(self._widths[column], 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class _OneLine(QStyledItemDelegate):
    """Of the other columns: what is too long is cut once, not also where it could be wrapped."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802 - Qt's name
        super().initStyleOption(option, index)
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.WrapText


class _Sentence(QStyledItemDelegate):
    def __init__(self, rows: SentenceRows, sentence: int, below: int | None) -> None:
        super().__init__(rows)
        self._rows, self._column, self._below = rows, sentence, below

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802 - Qt's name
        super().initStyleOption(option, index)
        option.text = self._text(index).replace("\n", "\u2028")  # the line end that is drawn

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        has_icon = index.data(Qt.ItemDataRole.DecorationRole) is not None
        beside = 3 * theme.GAP + (icons.side(self._rows) if has_icon else 0)
        room = QRect(0, 0, max(self._rows.given(self._column) - beside, 100), 10_000)
        metrics = self._rows.fontMetrics()
        height = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._text(index)).height()
        return QSize(0, max(_ROW, height + theme.GAP))

    def _text(self, index: Index) -> str:
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        if self._below is None or self._rows.columnWidth(self._below):
            return text
        return f"{text}\n{index.sibling(index.row(), self._below).data(Qt.ItemDataRole.DisplayRole)}"
