"""Import: agents that were found in a text, in files or in a folder, before they become anything here.

Each agent stands with what it was and what became of its fields. They are opened as new agents, or written
into a folder, never over a file that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTreeWidgetItem, QVBoxLayout, QWidget

from agenteditor.app import dialogs, writing
from agenteditor.core import files
from agenteditor.core.convert_report import counts
from agenteditor.core.disk import is_there
from agenteditor.core.files import FileProblem
from agenteditor.core.importing import Imported, imported, why_not_loaded
from agenteditor.core.text import Refusal
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows

MOST_OPENED = 20  # tabs at once


class Found(NamedTuple):
    """One agent, or why a file holds none. ``where`` is the file, for people."""

    where: str
    outcome: Imported | Refusal


def found_in_files(paths: Sequence[Path]) -> list[Found]:
    """What the files hold."""
    found: list[Found] = []
    for path in paths:
        try:
            outcome = imported(files.load(path).text, path)
        except FileProblem as problem:
            outcome = Refusal(str(problem))
        for one in (outcome,) if isinstance(outcome, Refusal) else outcome:
            found.append(Found(str(path), one))
    return found


class ImportDialog(QDialog):
    """The dialog. ``chosen`` are the agents to open once it is accepted; ``folder`` the one written to."""

    def __init__(self, found: Sequence[Found], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import agents"))
        self._found = found
        self.chosen: list[Imported] = []
        self.folder: Path | None = None
        self._writing = False
        self.list = self._make_list()
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.open_button = self._buttons.addButton(self.tr("&Open as new agents"), role)
        self.open_button.clicked.connect(self._open)
        self.write_button = self._buttons.addButton(self.tr("&Write into a folder…"), role)
        self.write_button.clicked.connect(self._write)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.MARGIN)
        layout.addWidget(self.summary)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._buttons)
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.resize(860, 520)
        self._fill()
        self.list.itemChanged.connect(lambda _item, _column: self._count())
        self._count()

    def _make_list(self) -> SentenceRows:
        rows = SentenceRows(4, sentence=3)
        rows.setAccessibleName(self.tr("Agents that were found"))
        titles = [self.tr("Agent"), self.tr("From"), self.tr("Kind"), self.tr("What becomes of it")]
        rows.setHeaderLabels(titles)
        rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        rows.resized.connect(self._fit)
        return rows

    def _fit(self) -> None:
        room = self.list.room()
        name = min(self.list.needed(0) + 3 * side(self.list), room // 3)
        where = min(self.list.needed(1), room // 4)
        kind = min(self.list.needed(2), room // 5)
        self.list.share(name, where, kind, room - name - where - kind)

    def _fill(self) -> None:
        for one in self._found:
            outcome = one.outcome
            if isinstance(outcome, Refusal):
                item = QTreeWidgetItem(["", plain(Path(one.where).name), "", plain(outcome.reason)])
                item.setIcon(0, severity_icon("info"))
            else:
                name = outcome.name or self.tr("(no name)")
                fault = why_not_loaded(outcome)
                words = [name, Path(one.where).name or one.where, outcome.origin, self._words(outcome, fault)]
                item = QTreeWidgetItem([plain(text) for text in words])
                item.setCheckState(0, Qt.CheckState.Checked)
                warned = fault is not None or any(row.fate == "widened" for row in outcome.items)
                item.setIcon(0, severity_icon("warning") if warned else coloured_icon("ok", "good"))
            item.setToolTip(1, tool_tip(one.where))
            self.list.addTopLevelItem(item)
        self._fit()

    def _words(self, agent: Imported, fault: str | None) -> str:
        changed = [item for item in agent.items if item.fate != "kept"]
        lines = [counts(agent.items) if agent.items else self.tr("Nothing is lost.")]
        lines += [f"{item.fate}: {item.field}. {item.reason}" for item in changed]
        if fault is not None:
            lines.append(self.tr("It does not load: {0}").format(fault))
        return "\n".join(lines)

    def _picked(self) -> list[Imported]:
        return [
            one.outcome
            for one, item in zip(self._found, self.list.rows(), strict=True)
            if isinstance(one.outcome, Imported) and item.checkState(0) == Qt.CheckState.Checked
        ]

    def _count(self) -> None:
        picked, agents = len(self._picked()), sum(isinstance(one.outcome, Imported) for one in self._found)
        text = self.tr("{0} of {1} agents are chosen.").format(picked, agents)
        if not agents:
            text = self.tr("No agent was found.")
        elif picked > MOST_OPENED:
            more = self.tr("At most {0} are opened at once; write them into a folder.").format(MOST_OPENED)
            text = f"{text} {more}"
        self.summary.setText(text)
        self.open_button.setEnabled(0 < picked <= MOST_OPENED)
        self.write_button.setEnabled(picked > 0)
        (self.open_button if picked <= MOST_OPENED else self.write_button).setDefault(True)

    def _open(self) -> None:
        self.chosen = self._picked()
        self.accept()

    def _write(self) -> None:
        folder = dialogs.ask_folder(self, Path.cwd())
        if folder is None:
            return
        picked = self._picked()
        failed = self.tr("Not every agent was written.")

        def then(left: list[str] | None) -> None:
            self._writing = False
            self.folder = folder
            if left:
                dialogs.say(self, failed, "\n".join(left[:10]))
            self.accept()

        self._writing = True
        if not writing.write(self, folder, lambda: self._written(picked, folder), failed, then):
            self.summary.setText(plain(self.tr("Writing into {0}…").format(folder)))
            for button in (self.open_button, self.write_button):
                button.setEnabled(False)
            self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("&Close"))
            self.list.setEnabled(False)

    def done(self, result: int) -> None:
        """Close. It is gone then, or once it has said what could not be written."""
        super().done(result)
        if not self._writing:
            self.deleteLater()

    def _written(self, agents: Sequence[Imported], folder: Path) -> list[str]:
        """Write agents, in a thread; why those were not that were not."""
        return [problem for agent in agents if (problem := self._one_written(agent, folder))]

    def _one_written(self, agent: Imported, folder: Path) -> str | None:
        from agenteditor.core.export import file_name_problem  # late: the window need not wait for it

        target = folder / f"{agent.name}.md"
        problem = (
            file_name_problem(agent.name)
            if agent.name
            else self.tr("An agent has no name. Give it one first.")
        )
        if problem is None and is_there(target):
            problem = self.tr("{0} is there already. Choose another folder.").format(target.name)
        if problem is None:
            try:
                files.save(target, agent.text, None)
            except FileProblem as failure:
                problem = str(failure)
        return problem
