"""What a search found, as a tree that Qt can show: a row for each file, below it one for each place.

Made of what ``core.search_files`` says and nothing else, so that ten thousand places come and go at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from agenteditor.core.search_files import Hit, Hits
from agenteditor.ui.icons import icon, severity_icon
from agenteditor.ui.marked_text import one_line
from agenteditor.ui.qtext import tool_tip

HIT_ROLE, BESIDE_ROLE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex

_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_BOX = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable
_BELOW, _BOX_BELOW = _PLAIN | Qt.ItemFlag.ItemNeverHasChildren, _BOX | Qt.ItemFlag.ItemNeverHasChildren


@dataclass(slots=True)
class _File:
    """A file with its ``rows``: a problem, the places, and one for the ``left`` places that are not shown.

    ``ticks`` has a 0 or 1 for each row, None: there are no boxes.
    """

    found: Hits
    warning: str
    left: int
    rows: int
    ticks: bytearray | None = None


class FoundTree(QAbstractItemModel):
    """The tree. ``ticked`` carries the number of a file in which boxes were ticked or cleared."""

    ticked = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[_File] = []
        self._waiting: list[_File] = []

    # --- what is in it --------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything."""
        self.beginResetModel()
        self._files, self._waiting = [], []
        self.endResetModel()

    def add(self, found: Hits, *, ticks: bool | None, warning: str) -> None:
        """Add a file, to be shown by ``show_added``."""
        left = found.count - len(found.hits)
        file = _File(found, warning, left, bool(found.problem) + len(found.hits) + bool(left))
        if ticks is not None and found.hits:
            file.ticks = bytearray([ticks] * file.rows)
        self._waiting.append(file)

    @property
    def is_due(self) -> bool:
        """Whether so much was added that it is worth the work: a tree lays out all its rows then."""
        return bool(self._waiting) and len(self._waiting) > len(self._files) // 2

    def show_added(self) -> range:
        """Show what was added; the numbers of those files."""
        first, last = len(self._files), len(self._files) + len(self._waiting)
        if self._waiting:
            self.beginInsertRows(QModelIndex(), first, last - 1)
            self._files += self._waiting
            self._waiting = []
            self.endInsertRows()
        return range(first, last)

    def is_ticked(self, number: int, place: int) -> bool:
        """Whether the place with this index in the file ``number`` is ticked."""
        ticks = self._files[number].ticks if number < len(self._files) else None
        # Those that are not shown go with the last row, which speaks of them.
        return ticks is not None and bool(ticks[min(place, len(ticks) - 1)])

    def ticked_of(self, number: int) -> int:
        """How many places in the file ``number`` are ticked."""
        file = self._files[number] if number < len(self._files) else None
        if file is None or file.ticks is None:
            return 0
        return file.ticks.count(1) + (file.left - 1 if file.left and file.ticks[-1] else 0)

    # --- for Qt ---------------------------------------------------------------------------------

    def index(self, row: int, _column: int, parent: Index | None = None) -> QModelIndex:
        """The place of a row: places carry the number of their file plus one, files a nought."""
        if parent is None or not parent.isValid():
            return self.createIndex(row, 0, 0) if 0 <= row < len(self._files) else QModelIndex()
        if not 0 <= row < self.rowCount(parent):
            return QModelIndex()
        return self.createIndex(row, 0, parent.row() + 1)

    def parent(self, index: Index | None = None) -> QModelIndex:  # type: ignore[override]
        """The file of a place."""
        number = _number(index)
        return QModelIndex() if number is None else self.createIndex(number, 0, 0)

    def rowCount(self, parent: Index | None = None) -> int:
        """How many files there are, or rows below one."""
        if parent is None or not parent.isValid():
            return len(self._files)
        return 0 if parent.internalId() else self._files[parent.row()].rows

    def columnCount(self, _parent: Index | None = None) -> int:
        """One."""
        return 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Boxes where there are ticks."""
        number = index.internalId()  # Qt asks for each row when it lays out the tree
        boxes = index.isValid() and self._files[number - 1 if number else index.row()].ticks is not None
        return (_BOX_BELOW if boxes else _BELOW) if number else (_BOX if boxes else _PLAIN)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A row's text, what stands beside it, its place, box, sign and words."""
        if not index.isValid():
            return None
        file = self._files[self.file_of(index)]
        below = _number(index) is not None
        if role == Qt.ItemDataRole.CheckStateRole:
            return _state(file.ticks, index.row() if below else None)
        if below:
            return self._row_data(file, index.row(), role)
        folder, _, name = file.found.target.name.rpartition("/")
        found = file.found
        count = f"more than {found.count:,}" if found.more else f"{found.count:,}" if found.count else ""
        beside = "   ".join(one_line(part) for part in (count, folder) if part)
        if role == Qt.ItemDataRole.DecorationRole:
            return _sign(file)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip("\n".join(filter(None, (found.target.name, found.problem, file.warning))))
        return _words(role, one_line(name), beside, file.warning)

    def _row_data(self, file: _File, row: int, role: int) -> object:
        at = row - bool(file.found.problem)
        if at < 0:
            return _words(role, one_line(file.found.problem), "", "")
        if at == len(file.found.hits):
            text = self.tr("and {0} more places in this file").format(f"{file.left:,}")
            return _words(role, text, "", "")
        hit = file.found.hits[at]
        return hit if role == HIT_ROLE else _words(role, one_line(hit.shown), str(hit.line), "")

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick or clear a box; that of a file is those of all its places."""
        file = self._files[self.file_of(index)] if index.isValid() else None
        if file is None or file.ticks is None or role != Qt.ItemDataRole.CheckStateRole:
            return False
        on = Qt.CheckState(value) == Qt.CheckState.Checked
        if _number(index) is None:
            file.ticks[:] = bytes([on] * len(file.ticks))
        else:
            file.ticks[index.row()] = on
        top = self.index(self.file_of(index), 0)
        self.dataChanged.emit(top, top)
        self.dataChanged.emit(self.index(0, 0, top), self.index(file.rows - 1, 0, top))
        self.ticked.emit(top.row())
        return True

    def file_of(self, index: Index) -> int:
        """The number of the file that a row belongs to."""
        number = _number(index)
        return index.row() if number is None else number


def _number(index: Index | None) -> int | None:
    """The number of a place's file; None for a file."""
    number = index.internalId() if index is not None and index.isValid() else 0
    return number - 1 if number else None


def _state(ticks: bytearray | None, row: int | None) -> Qt.CheckState | None:
    if ticks is None:
        return None
    ticked = ticks.count(1) if row is None else len(ticks) * ticks[row]
    if 0 < ticked < len(ticks):
        return Qt.CheckState.PartiallyChecked
    return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked


def _sign(file: _File) -> object:
    if file.found.problem:
        return severity_icon("error")
    return severity_icon("warning") if file.warning else icon("agent")


def _words(role: int, text: str, beside: str, warning: str) -> str | None:
    if role == Qt.ItemDataRole.DisplayRole:
        return text
    if role == BESIDE_ROLE:
        return beside
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return ", ".join(filter(None, (text, beside, one_line(warning))))
    return None


def hit_at(index: Index) -> Hit | None:
    """The place of a row; that of a file is its first one."""
    at = index.model().index(0, 0, index) if _number(index) is None else index
    hit = at.data(HIT_ROLE) if at.isValid() else None
    return hit if isinstance(hit, Hit) else None
