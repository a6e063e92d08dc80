"""The rows of a catalog for Qt: a tree by folder, or a flat list where a filter or another order is wanted.

Made for tens of thousands of rows. Qt knows a row by a number, and every change of what is shown goes
through one door, ``arrange``, which tells Qt where each row it holds on to has gone: so selection, open
folders and the place one is at stay. A long flat list is handed out in portions, as Qt asks for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from agenteditor.core.catalog_filter import NO_FILTER, Filter
from agenteditor.core.catalog_order import Order, order_key
from agenteditor.core.catalog_tree import AgentRow, CatalogTree, FolderRow
from agenteditor.ui import catalog_words as words
from agenteditor.ui.qtext import plain, tool_tip

Index = QModelIndex | QPersistentModelIndex
Row = AgentRow | FolderRow
_Role = Qt.ItemDataRole
_PORTION = 150  # rows of a flat list at first: Qt asks us for each of them before it draws one
_FOLDER = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_AGENT = _FOLDER | Qt.ItemFlag.ItemNeverHasChildren
_NOWHERE = QModelIndex()


class CatalogModel(QAbstractItemModel):
    """Shows ``tree``, which others fill: `arrange` where rows have come or gone, `refresh` what they say."""

    def __init__(self, tree: CatalogTree, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tree = tree
        self._filter = NO_FILTER
        self._order: Order = "folder"
        self._in_order: list[AgentRow] | None = None  # all agents, sorted; None: to be sorted anew
        # What Qt has been told, which the tree may be ahead of: rows by number, the rows inside each
        # folder (0: without one), and where each row stands in there.
        self._rows: dict[int, Row] = {}
        self._inside: dict[int, list[Row]] = {0: []}
        self._places: dict[int, int] = {}
        self._handed_out = 0  # of a flat list
        self._moving = False  # one change at a time, whoever asks for more in the middle of it
        self.flat = False
        self.matching = 0  # how many agents are shown, or will be

    # --- what the view calls -------------------------------------------------------------------

    def choose(self, wanted: Filter, order: Order) -> None:
        """Show what ``wanted`` matches, in this order; everything, by folder, as a tree."""
        if order != self._order:
            self._in_order = None
        self._filter, self._order = wanted, order
        self._show()

    def arrange(self) -> None:
        """Rows have come or gone, or say what sorts them elsewhere: show each where it belongs."""
        self._in_order = None
        self._show()

    def _show(self) -> None:
        flat = self._order != "folder" or bool(self._filter.tests)
        inside = {0: self._chosen()} if flat else self._nested()
        self._moving = True
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        numbers = [index.internalId() for index in held]
        self.flat = flat
        self._inside = inside
        self._rows = {row.number: row for rows in inside.values() for row in rows}
        self._places = {row.number: at for rows in inside.values() for at, row in enumerate(rows)}
        held_until = max((self._places.get(number, 0) for number in numbers), default=0)
        self._handed_out = min(max(_PORTION, held_until + 1), len(inside[0])) if flat else 0
        self.changePersistentIndexList(held, [self._index(self._rows.get(number)) for number in numbers])
        self.layoutChanged.emit()
        self._moving = False

    def refresh(self, rows: Iterable[AgentRow]) -> None:
        """These rows say something else now, and so do the folders around them."""
        touched: defaultdict[int, list[int]] = defaultdict(list)
        for row in rows:
            at = self._places.get(row.number)
            if at is None or (self.flat and at >= self._handed_out):
                continue
            touched[self._holder(row)].append(at)
        above: set[int] = set()
        for number in list(touched):
            folder = self._rows.get(number)
            while folder is not None and folder.number not in above:
                above.add(folder.number)
                if folder.number in self._places:  # others share a row, or have none
                    touched[self._holder(folder)].append(self._places[folder.number])
                folder = folder.parent
        for number, places in touched.items():
            holder = self._index(self._rows.get(number))
            self.dataChanged.emit(self.index(min(places), 0, holder), self.index(max(places), 0, holder))

    @property
    def several(self) -> bool:
        """Whether more than one folder is open."""
        return len(self._tree.tops) > 1

    def row_at(self, index: Index) -> Row | None:
        """The row that an index stands for."""
        return self._rows.get(index.internalId()) if index.isValid() else None

    def index_of(self, row: Row) -> QModelIndex:
        """Where a row is; an invalid index if it is not shown."""
        at = self._places.get(row.number)
        if self.flat and at is not None and at >= self._handed_out:
            self.hand_out(at + 1)
        return self._index(self._rows.get(row.number))

    def hand_out(self, count: int) -> None:
        """Let Qt know of the first ``count`` rows of a flat list, or of all there are."""
        last = min(count, len(self._inside[0])) - 1
        if self.flat and not self._moving and last >= self._handed_out:
            self._moving = True
            self.beginInsertRows(QModelIndex(), self._handed_out, last)
            self._handed_out = last + 1
            self.endInsertRows()
            self._moving = False

    def agents(self) -> Iterator[AgentRow]:
        """The agents that are shown, from the top down."""
        waiting: list[Row] = self._inside[0][::-1]
        while waiting:
            row = waiting.pop()
            if isinstance(row, AgentRow):
                yield row
            else:
                waiting += self._inside.get(row.number, [])[::-1]

    # --- what Qt calls -------------------------------------------------------------------------

    # `index` and `flags` are called for each row whenever anything moves.

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        rows = self._inside.get(parent.internalId() if parent.isValid() else 0, ())
        if column or not 0 <= row < len(rows):
            return QModelIndex()
        return self.createIndex(row, 0, rows[row].number)

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        row = self.row_at(index)
        return QModelIndex() if row is None else self._index(self._rows.get(self._holder(row)))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if not parent.isValid():
            return self._handed_out if self.flat else len(self._inside[0])
        return len(self._inside.get(parent.internalId(), ()))

    def columnCount(self, _parent: Index = _NOWHERE) -> int:
        return 1

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        return bool(self._inside.get(parent.internalId() if parent.isValid() else 0))

    def flags(self, index: Index) -> Qt.ItemFlag:
        number = index.internalId()
        if number not in self._inside:
            return _AGENT
        return _FOLDER if number else Qt.ItemFlag.NoItemFlags

    def canFetchMore(self, parent: Index) -> bool:
        return self.flat and not parent.isValid() and self._handed_out < len(self._inside[0])

    def fetchMore(self, _parent: Index) -> None:
        self.hand_out(2 * self._handed_out)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> str | None:
        row = self.row_at(index)
        if isinstance(row, AgentRow):
            return _agent_data(row, role)
        if row is not None and role == _Role.DisplayRole:
            return plain(self._title(row))
        return _folder_data(row, role) if row is not None else None

    # --- helpers -------------------------------------------------------------------------------

    def _chosen(self) -> list[Row]:
        if self._in_order is None:
            self._in_order = list(self._tree.agents())
            if self._order != "folder":
                order = self._order
                self._in_order.sort(key=lambda row: order_key(row, order))
        chosen = self._filter.chosen(self._in_order)
        self.matching = len(chosen)
        return [*chosen]

    def _nested(self) -> dict[int, list[Row]]:
        """The whole tree. The only open folder has no row of its own, and folders that hold nothing but one
        folder share its row.
        """
        tops = self._tree.tops
        self.matching = len(self._tree.rows)
        inside: dict[int, list[Row]] = {0: [*tops]}
        waiting = list(tops)
        while waiting:
            folder = waiting.pop()
            folders = [_deepest(one) for one in folder.folders]
            inside[folder.number] = [*folders, *folder.rows]
            waiting += folders
        if len(tops) == 1:
            inside[0] = inside.pop(tops[0].number)
        return inside

    def _holder(self, row: Row) -> int:
        """The number of the folder that a row stands in; 0 for none."""
        folder = None if self.flat else row.parent
        while folder is not None and folder.number not in self._rows:
            folder = folder.parent
        return folder.number if folder is not None else 0

    def _title(self, folder: FolderRow) -> str:
        """A folder's name, behind those of the folders that share its row."""
        title, above = words.folder_title(folder), folder.parent
        while above is not None and above.parent is not None and above.number not in self._rows:
            title, above = f"{above.name}/{title}", above.parent
        return title

    def _index(self, row: Row | None) -> QModelIndex:
        if row is None:
            return QModelIndex()
        return self.createIndex(self._places[row.number], 0, row.number)


def _deepest(folder: FolderRow) -> FolderRow:
    """The folder itself, or the innermost of those that are all there is in one another."""
    while len(folder.folders) == 1 and not folder.rows:
        folder = folder.folders[0]
    return folder


def _agent_data(row: AgentRow, role: int) -> str | None:
    if role == _Role.DisplayRole:
        return plain(row.title) + (words.UNSAVED if row.unsaved else "")
    if role == _Role.AccessibleTextRole:
        return plain(words.agent_spoken(row))
    if role == _Role.AccessibleDescriptionRole:
        return plain(words.agent_described(row))
    return tool_tip(words.agent_tip(row)) if role == _Role.ToolTipRole else None


def _folder_data(folder: FolderRow, role: int) -> str | None:
    if role == _Role.AccessibleTextRole:
        return plain(words.folder_spoken(folder))
    if role == _Role.AccessibleDescriptionRole:
        return words.problems_spoken(folder.count)
    return tool_tip(words.folder_tip(folder)) if role == _Role.ToolTipRole else None
