"""The plan of an import as rows: a tick box, what happens to each agent and why; later what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QTreeWidgetItem

from agenteditor.core.import_rows import Plan, Row, State
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows

# What needs a decision stands first, what needs nothing last.
_ORDER: tuple[State, ...] = ("conflict", "refused", "merged", "update", "new", "kept", "same")


class ImportList(SentenceRows):
    """The list. ``ticked`` says that another choice of agents is ticked."""

    ticked = Signal()

    def __init__(self) -> None:
        super().__init__(4, sentence=3)
        self._plan_rows: list[Row] = []
        self.setAccessibleName(self.tr("What would become of each agent"))
        self.setHeaderLabels([self.tr("Agent"), self.tr("What happens"), self.tr("File"), self.tr("Why")])
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.resized.connect(self._fit)
        self.itemChanged.connect(lambda _item, column: self.ticked.emit() if column == 0 else None)

    def show_plan(self, plan: Plan) -> None:
        """Fill the list; everything that can be imported is ticked."""
        self._plan_rows = sorted(plan.rows, key=lambda row: _ORDER.index(row.state))
        self.blockSignals(True)
        for row in self._plan_rows:
            path = plain(plan.shown(row))
            note = "\n".join(filter(None, [row.note, self._wider(row)]))
            item = QTreeWidgetItem([plain(row.name), self._words(row.state), path, plain(note)])
            item.setIcon(1, _sign(row.state))
            item.setToolTip(2, tool_tip(f"{row.where} → {path}" if row.path else row.where))
            if row.wider:
                item.setIcon(3, severity_icon("warning"))
            if row.writes:
                item.setCheckState(0, Qt.CheckState.Checked)
            self.addTopLevelItem(item)
        self.blockSignals(False)
        self._fit()

    @property
    def current(self) -> Row | None:
        """The row that is chosen."""
        item = self.currentItem()
        return self._plan_rows[self.indexOfTopLevelItem(item)] if item is not None else None

    @property
    def possible(self) -> int:
        """How many can be ticked."""
        return sum(row.writes for row in self._plan_rows)

    def picked(self) -> list[Row]:
        """The rows that are ticked."""
        rows = zip(self._plan_rows, self.rows(), strict=True)
        return [row for row, item in rows if row.writes and item.checkState(0) == Qt.CheckState.Checked]

    def tick(self, state: Qt.CheckState) -> None:
        """Tick all that can be imported, or none."""
        self.blockSignals(True)
        for row, item in zip(self._plan_rows, self.rows(), strict=True):
            if row.writes:
                item.setCheckState(0, state)
        self.blockSignals(False)
        self.viewport().update()
        self.ticked.emit()

    def mark_decided(self, decided: bool) -> None:
        """Say of the chosen row whether all its conflicts are decided."""
        row, item = self.current, self.currentItem()
        if row is not None and item is not None:
            item.setText(1, self.tr("decided") if decided else self._words(row.state))
            item.setIcon(1, coloured_icon("ok", "accent") if decided else _sign(row.state))

    def mark_done(self, problems: Mapping[Path, str | None], left: Collection[Path]) -> None:
        """Say in each row what became of it.

        ``problems`` has the files that were to be written, with the reason if one was not; in those of
        ``left`` conflicts were left as ours.
        """
        self.blockSignals(True)
        for row, item in zip(self._plan_rows, self.rows(), strict=True):
            item.setData(0, Qt.ItemDataRole.CheckStateRole, None)
            if row.path is None or not row.writes:
                continue
            problem = problems.get(row.path)
            if problem is not None:
                item.setText(1, self.tr("not written"))
                item.setText(3, plain(problem))
                item.setIcon(1, severity_icon("error"))
            elif row.path in left:
                item.setText(1, self.tr("left in part") if row.path in problems else self.tr("left as ours"))
            elif row.path in problems:
                item.setText(1, self.tr("written"))
                item.setIcon(1, coloured_icon("ok", "good"))
        self.blockSignals(False)
        self._fit()

    def _fit(self) -> None:
        room = self.room()
        name = min(self.needed(0) + 3 * side(self), room // 3)
        state = min(self.needed(1) + side(self) + theme.GAP, room // 4)
        file = min(self.needed(2), room // 4)
        self.share(name, state, file, room - name - state - file)

    def _wider(self, row: Row) -> str:
        """What the agent may do afterwards that it may not do now."""
        if not row.wider:
            return ""
        conflict = row.state == "conflict"
        words = self.tr("With theirs it may do more:") if conflict else self.tr("It may do more:")
        return f"{words} {' '.join(row.wider)}"

    def _words(self, state: State) -> str:
        return {
            "new": self.tr("new"),
            "same": self.tr("same"),
            "update": self.tr("changed there"),
            "kept": self.tr("changed here"),
            "merged": self.tr("merged"),
            "conflict": self.tr("conflict"),
            "refused": self.tr("refused"),
        }[state]


def _sign(state: State) -> QIcon:
    """The sign of what happens to an agent."""
    if state == "conflict":
        return severity_icon("warning")
    if state == "refused":
        return severity_icon("error")
    if state in ("same", "kept"):
        return coloured_icon("ok", "good" if state == "same" else "muted")
    return icon({"new": "add", "update": "refresh"}.get(state, "diff"))
