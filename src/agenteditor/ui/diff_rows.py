"""The rows of a comparison as a list that Qt can show, and the words for them.

Each row is one item, so arrow keys walk through the changes and a screen reader says them one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from agenteditor.core.differences import Counts, Gap, Line, Piece, Row
from agenteditor.core.invisible import LINE_ENDS, revealed
from agenteditor.ui.qtext import plain

Entry = Row | Gap

# A line longer than this is shown around its changes only, code points.
LONG_LINE = 20_000
_KEPT = 200

ENTRY_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class Rows(QAbstractListModel):
    """Rows and gaps, in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The entry itself, or its words."""
        if not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(entry)
        return None


class Part(NamedTuple):
    """A stretch of a line as it is shown. ``mark``: it stands for something that cannot be seen."""

    text: str
    changed: bool
    mark: bool


def parts(line: Line, *, plainly: bool) -> list[Part]:
    """What is shown of a line. ``plainly``, it did not change, so blanks and line ends are not marked."""
    pieces = _shortened(line.pieces)
    if plainly:
        whole = "".join(piece.text for piece in pieces)
        return [Part(text, False, mark) for text, mark in revealed(whole, blanks=False)]
    found: list[Part] = []
    for at, piece in enumerate(pieces):
        last = at == len(pieces) - 1
        found += [Part(text, piece.changed, mark) for text, mark in revealed(piece.text, line_end=last)]
    if line.end_differs:
        found.append(Part(LINE_ENDS.get(line.end) or _tr("[no line end]"), True, True))
    return found


def words(counted: Counts) -> str:
    """The headline of a comparison."""
    if counted.ends and not counted.removed and not counted.added:
        return _tr("Only line ends differ: {0}").format(_lines(counted.ends))
    said = [
        _tr("{0} removed").format(_lines(counted.removed)) if counted.removed else "",
        _tr("{0} added").format(_lines(counted.added)) if counted.added else "",
        _tr("{0} with another line end").format(_lines(counted.ends)) if counted.ends else "",
    ]
    return " · ".join(text for text in said if text)


def gap_words(gap: Gap) -> str:
    """What a gap says."""
    if gap.kind == "ends":
        return _tr("{0} in which only the line end differs").format(_lines(gap.count))
    return _tr("{0} unchanged").format(_lines(gap.count))


def copied(entries: Iterable[Entry]) -> str:
    """Rows as plain text, each line behind its sign."""
    rows: list[str] = []
    for entry in entries:
        if isinstance(entry, Gap):
            rows.append(f"… {gap_words(entry)}")
            continue
        if entry.kind == "same" and entry.new is not None:
            rows.append(f" {entry.new.text}")
            continue
        rows += [f"-{entry.old.text}"] if entry.old is not None else []
        rows += [f"+{entry.new.text}"] if entry.new is not None else []
    return "\n".join(rows)


def spoken(entry: Entry) -> str:
    """A row in words, for those who do not see it."""
    if isinstance(entry, Gap):
        return gap_words(entry)
    if entry.kind == "same":
        assert entry.new is not None, "an unchanged row has both lines"
        return _tr("Line {0}: {1}").format(entry.new.number, plain(entry.new.text))
    said = []
    if entry.old is not None:
        said.append(_tr("Removed, line {0}: {1}").format(entry.old.number, _said(entry.old)))
    if entry.new is not None:
        said.append(_tr("Added, line {0}: {1}").format(entry.new.number, _said(entry.new)))
    return ". ".join(said)


def _said(line: Line) -> str:
    return "".join(part.text for part in parts(line, plainly=False))


def _lines(count: int) -> str:
    return _tr("1 line") if count == 1 else _tr("{0} lines").format(QLocale().toString(count))


def _shortened(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces of a very long line with the middle of long ones left out, and said so."""
    if sum(len(piece.text) for piece in pieces) <= LONG_LINE:
        return pieces
    short: list[Piece] = []
    for text, changed in pieces:
        left_out = len(text) - 2 * _KEPT
        if left_out > _KEPT:
            note = _tr("[{0} characters]").format(QLocale().toString(left_out))
            text = f"{text[:_KEPT]} ⋯ {note} ⋯ {text[-_KEPT:]}"  # noqa: PLW2901
        short.append(Piece(text, changed))
    return short


def _tr(text: str) -> str:
    return QCoreApplication.translate("diff", text)
