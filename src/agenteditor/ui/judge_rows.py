"""A list of what was found about agents: rows that open their files, or a sentence where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QStackedLayout, QTreeWidgetItem, QVBoxLayout, QWidget

from agenteditor.ui import labels, theme
from agenteditor.ui.icons import side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows

MOST_ROWS = 1_000  # at once
_PATHS = Qt.ItemDataRole.UserRole


class Row(NamedTuple):
    """One row: a text for each column, the files that it opens, a sign and words for those who hover."""

    cells: Sequence[str]
    paths: Sequence[Path] = ()
    icon: QIcon | None = None
    tip: str = ""


class JudgeRows(QWidget):
    """The list. ``opened`` carries a Path of the row that was activated, one after the other.

    ``numbers`` are the columns of numbers, which get what they need. ``shares`` are the most that the others
    get of the rest, 0 to 1; what they do not need goes to the column ``sentence``.
    """

    opened = Signal(object)  # a Path, whose name may hold what is not UTF-8

    def __init__(
        self,
        name: str,
        titles: Sequence[str],
        shares: Sequence[float],
        *,
        sentence: int,
        numbers: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self._shares, self._sentence, self._numbers = shares, sentence, numbers
        self.list = SentenceRows(len(titles), sentence=sentence)
        self.list.setHeaderLabels(self._spaced(titles))
        self.list.setAccessibleName(name)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.resized.connect(self._fit)
        self.list.itemActivated.connect(self._open)
        for column in numbers:
            self.list.headerItem().setTextAlignment(column, _RIGHT)
        self.nothing = _words()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.more = _words()
        self.more.hide()
        shown = QWidget()
        column_ = QVBoxLayout(shown)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(theme.GAP)
        column_.addWidget(self.list, 1)
        column_.addWidget(self.more)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.nothing)
        self._pages.addWidget(shown)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self.list.clear()
        items = [self._item(row) for row in rows[:MOST_ROWS]]
        self.list.addTopLevelItems(items)
        left = len(rows) - MOST_ROWS
        self.more.setText(self.tr("{0} more are not shown.").format(left))
        self.more.setVisible(left > 0)
        self._pages.setCurrentIndex(1)
        self._fit()
        if items:
            self.list.setCurrentItem(items[0])

    def show_nothing(self, sentence: str) -> None:
        """Say in a sentence why there are no rows."""
        self.list.clear()
        self.nothing.setText(plain(sentence))
        self._pages.setCurrentIndex(0)

    def _item(self, row: Row) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self._spaced([plain(cell) for cell in row.cells]))
        item.setData(0, _PATHS, list(row.paths))
        if row.icon is not None:
            item.setIcon(0, row.icon)
        for column in self._numbers:
            item.setTextAlignment(column, _RIGHT)
        tip = row.tip or "\n".join(map(str, row.paths))
        for column in range(len(row.cells)):
            item.setToolTip(column, tool_tip(tip))
        return item

    def _spaced(self, cells: Sequence[str]) -> list[str]:
        """With room between numbers and the text beside them."""
        return [f"{cell}\u2003" if at in self._numbers else cell for at, cell in enumerate(cells)]

    def _open(self, item: QTreeWidgetItem) -> None:
        for path in cast("list[Path]", item.data(0, _PATHS)):
            self.opened.emit(path)

    def _fit(self) -> None:
        widths = [self.list.needed(column) + theme.GAP for column in range(len(self._shares))]
        widths[0] += 2 * side(self.list) - theme.GAP
        for column in self._numbers:
            widths[column] -= 2 * theme.GAP  # they have room of their own
        rest = self.list.room() - sum(widths[column] for column in self._numbers)
        for column, share in enumerate(self._shares):
            if column not in self._numbers:
                widths[column] = min(widths[column], int(rest * share))
        widths[self._sentence] += self.list.room() - sum(widths)
        self.list.share(*widths)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _words() -> QLabel:
    label = labels.wrapped()
    label.setForegroundRole(label.foregroundRole().PlaceholderText)
    return label
