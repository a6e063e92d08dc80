"""The places that a search found, file by file; with boxes where they are to be replaced."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from agenteditor.core.search_files import Hit, Hits
from agenteditor.core.text import Span
from agenteditor.ui import marked_text, theme
from agenteditor.ui.search_model import BESIDE_ROLE, HIT_ROLE, FoundTree, Index, hit_at

_ROW = 26  # pixels: the least height
# Rows below files that are opened unasked: a tree lays out what is open whenever something is added.
_MOST_OPENED = 1_000


class SearchRows(QTreeView):
    """The tree. ``wanted`` carries the number of a file, in the order of adding, and a `Hit` or None.

    ``preview_wanted`` is emitted when another file is the current one, or other boxes are ticked;
    ``left`` when the person wants to go back up to the fields.
    """

    wanted = Signal(int, object)
    preview_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opened = 0
        self.found = FoundTree(self)
        self.setModel(self.found)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Places found"))
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Delegate(self))
        self.doubleClicked.connect(self._want)
        self.found.ticked.connect(lambda _number: self.preview_wanted.emit())
        self.selectionModel().currentChanged.connect(lambda _now, _before: self.preview_wanted.emit())

    def add_found(self, hits: Hits, *, ticks: bool | None = None, warning: str = "") -> None:
        """Add a file with its places; ``ticks`` is whether they are ticked, None: without boxes.

        A ``warning`` is a sign on the file, and the sentence where the mouse rests.
        """
        self.found.add(hits, ticks=ticks, warning=warning)

    def show_added(self) -> None:
        """Show what was added; of a replacement the first file, so that its changes are shown."""
        for number in self.found.show_added():
            top = self.found.index(number, 0)
            if self._opened < _MOST_OPENED:
                self._opened += self.found.rowCount(top)
                self.setExpanded(top, True)
            boxes = self.found.flags(top) & Qt.ItemFlag.ItemIsUserCheckable
            if boxes and not self.currentIndex().isValid():
                self.setCurrentIndex(top)

    def clear(self) -> None:
        """Forget everything."""
        self._opened = 0
        self.found.clear()

    def current_file(self) -> int | None:
        """The number of the file the current row belongs to."""
        index = self.currentIndex()
        return self.found.file_of(index) if index.isValid() else None

    def take_focus(self) -> None:
        """Put the focus into the tree, on its first place if it was on none."""
        # First: with the focus Qt would choose the first file itself.
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.found.index(0, 0, self.found.index(0, 0)))
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the agent at the place; Up from the first row leads to the fields."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._want(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and self.currentIndex() == self.found.index(0, 0):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _want(self, index: QModelIndex) -> None:
        if index.isValid():
            self.wanted.emit(self.found.file_of(index), hit_at(index))


class _Delegate(QStyledItemDelegate):
    """A file: its name, how many places, its folder. A place: its line's number, then the line."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, max(_ROW, option.fontMetrics.height() + theme.GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        view: QWidget = option.widget
        style, colours = view.style(), theme.current()
        area: QRect = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, view)
        area.setRight(option.rect.right() - theme.GAP)
        text, option.text = option.text, ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        hit, beside = index.data(HIT_ROLE), index.data(BESIDE_ROLE)
        font = option.font
        if isinstance(hit, Hit):
            number = QRect(area)
            number.setWidth(option.fontMetrics.horizontalAdvance("0" * max(len(beside), 4)))
            painter.setFont(font)
            painter.setPen(colours.muted)
            painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, beside)
            area.setLeft(number.right() + 2 * theme.GAP)
            text, place = marked_text.placed(hit.shown, hit.place)
            marks = [place] if place.end > place.start else []
            marked_text.draw(painter, area, text, marks, font=font, colour=colours.text, ground=colours.found)
            return
        top = not index.parent().isValid()
        marks = [Span(0, len(text))] if top else []
        colour = colours.text if top else option.palette.color(QPalette.ColorRole.PlaceholderText)
        width = marked_text.draw(painter, area, text, marks, font=font, colour=colour)
        area.setLeft(area.left() + width + 2 * theme.GAP)
        if beside and area.width() > 0:
            marked_text.draw(painter, area, beside, [], font=font, colour=colours.muted)
