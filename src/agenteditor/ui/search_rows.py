"""The places that a search found as a tree, file by file; with boxes where they are to be replaced."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from agenteditor.core.search_files import Hit, Hits
from agenteditor.core.text import Span
from agenteditor.ui import marked_text, theme
from agenteditor.ui.icons import icon, severity_icon
from agenteditor.ui.qtext import tool_tip

_ROW = 26  # pixels: the least height
_HIT, _BESIDE, _NUMBER = (Qt.ItemDataRole.UserRole + step for step in range(3))

Index = QModelIndex | QPersistentModelIndex


class SearchRows(QTreeWidget):
    """The tree. ``wanted`` carries the number of a file, in the order of adding, and a `Hit` or None.

    ``showing`` carries the number of the file the current row belongs to, ``ticked`` that of a file in
    which boxes were ticked or cleared; ``left`` that the person wants to go back up to the fields.
    """

    wanted = Signal(int, object)
    showing = Signal(int)
    ticked = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Places found"))
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Delegate(self))
        self.itemDoubleClicked.connect(lambda item, _column: self._want(item))
        self.currentItemChanged.connect(self._show)
        self.itemChanged.connect(self._changed)

    def add_found(self, found: Hits, *, ticks: bool | None = None, warning: str = "") -> None:
        """Add a file with its places below it; ``ticks`` is whether they are ticked, None: without boxes.

        A ``warning`` is a sign on the file, and the sentence where the mouse rests.
        """
        number = self.topLevelItemCount()
        self.blockSignals(True)
        top = QTreeWidgetItem()
        folder, _, name = found.target.name.rpartition("/")
        count = f"more than {found.count:,}" if found.more else f"{found.count:,}"
        beside = [part for part in (count if found.count else "", folder) if part]
        _fill(top, name, "   ".join(beside), number)
        sign = severity_icon("error") if found.problem else severity_icon("warning") if warning else None
        top.setIcon(0, sign or icon("agent"))
        top.setToolTip(0, tool_tip("\n".join(filter(None, (found.target.name, found.problem, warning)))))
        if found.problem:
            _fill(_below(top), found.problem, "", number)
        for hit in found.hits:
            row = _below(top)
            _fill(row, hit.shown, str(hit.line), number)
            row.setData(0, _HIT, hit)
        left = found.count - len(found.hits)
        if left:
            words = self.tr("and {0} more places in this file").format(f"{left:,}")
            _fill(_below(top), words, "", number)
        if ticks is not None and found.hits:
            self._add_boxes(top, ticks=ticks)
        self.addTopLevelItem(top)
        top.setExpanded(True)
        self.blockSignals(False)

    def _add_boxes(self, top: QTreeWidgetItem, *, ticks: bool) -> None:
        state = Qt.CheckState.Checked if ticks else Qt.CheckState.Unchecked
        top.setFlags(top.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate)
        for row in _rows(top):
            row.setFlags(row.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            row.setCheckState(0, state)
        top.setCheckState(0, state)

    def is_ticked(self, number: int, place: int) -> bool:
        """Whether the place with this index in the file ``number`` is ticked."""
        top = self.topLevelItem(number)
        if top is None or not top.childCount():
            return False
        # Those that are not shown go with the last row, which speaks of them.
        row = top.child(min(place, top.childCount() - 1))
        return row is not None and row.checkState(0) == Qt.CheckState.Checked

    def ticked_of(self, number: int, places: int) -> int:
        """How many of the ``places`` in the file ``number`` are ticked."""
        top = self.topLevelItem(number)
        state = top.checkState(0) if top is not None else Qt.CheckState.Unchecked
        if state == Qt.CheckState.PartiallyChecked:
            return sum(self.is_ticked(number, place) for place in range(places))
        return places if state == Qt.CheckState.Checked else 0

    def current_file(self) -> int | None:
        """The number of the file the current row belongs to."""
        item = self.currentItem()
        return None if item is None else _file(item)

    def take_focus(self) -> None:
        """Put the focus into the tree, on its first place if it was on none."""
        # First: with the focus Qt would choose the first file itself.
        if self.currentItem() is None and (top := self.topLevelItem(0)) is not None:
            self.setCurrentItem(top.child(0) or top)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_file(self, number: int) -> None:
        """Make the row of a file the current one."""
        top = self.topLevelItem(number)
        if top is not None:
            self.setCurrentItem(top)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the agent at the place; Up from the first row leads to the fields."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._want(self.currentItem())
        elif event.key() == Qt.Key.Key_Up and self.currentItem() is self.topLevelItem(0):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _want(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            place = item if item.childCount() == 0 else item.child(0)
            self.wanted.emit(_file(item), place.data(0, _HIT) if place is not None else None)

    def _show(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.showing.emit(_file(item))

    def _changed(self, item: QTreeWidgetItem, _column: int) -> None:
        # A file's own box changes with those below it, and comes last.
        if item.parent() is None:
            self.ticked.emit(_file(item))


class _Delegate(QStyledItemDelegate):
    """A file: its name, then its folder and how many. A place: its line's number, then the line."""

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
        hit, beside = index.data(_HIT), index.data(_BESIDE)
        font = option.font
        if isinstance(hit, Hit):
            number = QRect(area)
            number.setWidth(option.fontMetrics.horizontalAdvance("0" * max(len(beside), 4)))
            painter.setFont(font)
            painter.setPen(colours.muted)
            painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, beside)
            area.setLeft(number.right() + 2 * theme.GAP)
            marks = [hit.place] if hit.place.end > hit.place.start else []
            marked_text.draw(painter, area, text, marks, font=font, colour=colours.text, ground=colours.found)
            return
        top = not index.parent().isValid()
        marks = [Span(0, len(text))] if top else []
        colour = colours.text if top else option.palette.color(QPalette.ColorRole.PlaceholderText)
        width = marked_text.draw(painter, area, text, marks, font=font, colour=colour)
        area.setLeft(area.left() + width + 2 * theme.GAP)
        if beside and area.width() > 0:
            marked_text.draw(painter, area, beside, [], font=font, colour=colours.muted)


def _fill(item: QTreeWidgetItem, text: str, beside: str, number: int) -> None:
    item.setText(0, marked_text.one_line(text))
    item.setData(0, _BESIDE, marked_text.one_line(beside))
    item.setData(0, _NUMBER, number)
    words = ", ".join(filter(None, (item.text(0), item.data(0, _BESIDE))))
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, words)


def _below(top: QTreeWidgetItem) -> QTreeWidgetItem:
    return QTreeWidgetItem(top)


def _rows(top: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [row for at in range(top.childCount()) if (row := top.child(at)) is not None]


def _file(item: QTreeWidgetItem) -> int:
    number: int = item.data(0, _NUMBER)
    return number
