"""The rows of a catalog as a person meets them: click, keys, several at once, and a place that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from agenteditor.core.catalog_tree import AgentRow, CatalogTree, FolderRow
from agenteditor.ui.catalog_delegate import CatalogDelegate
from agenteditor.ui.catalog_model import CatalogModel, Row

_SMALL = 500  # agents: up to here all folders are open at first
_REST_MS = 250  # without a key in the filter: then more rows are laid out than can be seen
_MANY = 3_000  # rows that are laid out unasked
_NO_KEYS = Qt.KeyboardModifier.NoModifier
_Command = QItemSelectionModel.SelectionFlag


class CatalogList(QTreeView):
    """A click or Enter on an agent is ``opened``, with its path; on a folder it opens or folds it.

    With Ctrl or Shift a click only selects. ``menu_wanted`` carries the paths that a menu would be about,
    and where on the screen it is wanted.
    """

    opened = Signal(object)  # a Path, whose name may hold what is not UTF-8
    menu_wanted = Signal(object, QPoint)

    def __init__(self, tree: CatalogTree, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = tree
        self._rows = CatalogModel(tree, self)
        self._modifiers = _NO_KEYS
        self._folded: set[int] = set()
        self._seen: set[int] = set()
        self.setModel(self._rows)
        self.setItemDelegate(CatalogDelegate(self))
        self.setAccessibleName(self.tr("Agents of the folder"))
        self.setHeaderHidden(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(lambda: self._rows.hand_out(_MANY))
        self.clicked.connect(self._clicked)
        self.expanded.connect(lambda index: self._note_folded(index, folded=False))
        self.collapsed.connect(lambda index: self._note_folded(index, folded=True))

    @property
    def rows(self) -> CatalogModel:
        """The model, which says what is shown."""
        return self._rows

    # --- what the view calls -------------------------------------------------------------------

    def selected(self) -> tuple[Path, ...]:
        """The files of the selected agents, from the top down; a folder stands for all that are in it."""
        selected = {index.internalId() for index in self.selectionModel().selectedIndexes()}
        return tuple(row.path for row in self._rows.agents() if _is_in(row, selected))

    def present(self) -> AgentRow | None:
        """The agent whose row the keys are at."""
        row = self._rows.row_at(self.currentIndex())
        return row if isinstance(row, AgentRow) else None

    def visible_agents(self) -> list[AgentRow]:
        """The agents whose rows can be seen now."""
        found: list[AgentRow] = []
        if self.isVisible():
            index, height = self.indexAt(QPoint(0, 0)), self.viewport().height()
            while index.isValid() and self.visualRect(index).top() < height:
                row = self._rows.row_at(index)
                if isinstance(row, AgentRow):
                    found.append(row)
                index = self.indexBelow(index)
        return found

    def choose(self, row: Row) -> bool:
        """Select one row and make sure that it can be seen; whether there is such a row now."""
        index = self._rows.index_of(row)
        if index.isValid() and index != self.currentIndex():
            self.setCurrentIndex(index)  # opens the folders it is in
            self.scrollTo(index)
        return index.isValid()

    def choose_none(self) -> None:
        """Select nothing; the keys begin at the top."""
        self.selectionModel().clear()

    def choose_first(self) -> None:
        """Select the first row, for somebody who comes from the filter."""
        if self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(0, 0))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Rows come, go or move inside: the one on top stays there, and folders stay as they were."""
        top = None
        if self.verticalScrollBar().value() > 0:
            top = self._rows.row_at(self.indexAt(QPoint(0, 0)))
        here = self.currentIndex()
        near, around, had_one = here.row(), self._rows.row_at(here.parent()), here.isValid()
        yield
        self.setRootIsDecorated(not self._rows.flat)
        self._open_folders()
        self._rest.start()
        if had_one and not self.currentIndex().isValid() and not self._rows.flat:
            # The current row is gone. Without a new one the keys would begin at the top again.
            parent = self._rows.index_of(around) if around is not None else QModelIndex()
            index = self._rows.index(min(near, self._rows.rowCount(parent) - 1), 0, parent)
            self.selectionModel().setCurrentIndex(index, _Command.NoUpdate)
        index = self._rows.index_of(top) if top is not None else QModelIndex()
        if index.isValid():
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtTop)

    # --- folders -------------------------------------------------------------------------------

    def _open_folders(self) -> None:
        """Folders are as they were before a filter hid them; new ones are open where there are few agents."""
        if self._rows.flat:
            return
        few = len(self._tree.rows) <= _SMALL
        waiting = list(self._tree.tops)
        several = len(waiting) > 1
        self.scheduleDelayedItemsLayout()  # once for all of them
        while waiting:
            folder = waiting.pop()
            waiting += folder.folders
            if folder.number not in self._seen:
                self._seen.add(folder.number)
                if not few and not (several and folder.parent is None):
                    self._folded.add(folder.number)
            if folder.number not in self._folded:
                self.expand(self._rows.index_of(folder))

    def _note_folded(self, index: QModelIndex, *, folded: bool) -> None:
        row = self._rows.row_at(index)
        if row is not None:
            (self._folded.add if folded else self._folded.discard)(row.number)

    # --- keys and mouse ------------------------------------------------------------------------

    def _clicked(self, index: QModelIndex) -> None:
        if self._modifiers == _NO_KEYS:
            self._go(index)

    def _go(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index)
        if isinstance(row, AgentRow):
            self.opened.emit(row.path)
        elif isinstance(row, FolderRow):
            self.setExpanded(index, not self.isExpanded(index))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._modifiers = event.modifiers()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain_key = event.modifiers() in (_NO_KEYS, Qt.KeyboardModifier.KeypadModifier)
        if event.key() == Qt.Key.Key_End:
            self._rows.hand_out(self._rows.matching)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain_key:
            self._go(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Letters typed here go to the next row that begins so, whether Qt knows of it already or not."""
        self._rows.hand_out(self._rows.matching)
        super().keyboardSearch(search)

    def selectAll(self) -> None:  # noqa: N802 - Qt's name
        """All rows, whether Qt knows of them already or not."""
        self._rows.hand_out(self._rows.matching)
        super().selectAll()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = self.viewport().mapFromGlobal(event.globalPos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            if not self.selectedIndexes():  # as after the selected ones went: the menu is where the keys are
                self.selectionModel().select(self.currentIndex(), _Command.ClearAndSelect)
            rect: QRect = self.visualRect(self.currentIndex())
            at = rect.bottomLeft()
        paths = self.selected()
        if paths:
            self.menu_wanted.emit(paths, self.viewport().mapToGlobal(at))


def _is_in(row: AgentRow, numbers: set[int]) -> bool:
    """Whether a row or a folder around it is one of these."""
    if row.number in numbers:
        return True
    folder = row.parent
    while folder is not None:
        if folder.number in numbers:
            return True
        folder = folder.parent
    return False
