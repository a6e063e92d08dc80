"""Import into the catalog: what would become of each agent, with both sides of every conflict; then doing it.

Reading and writing go in slices with a bar and can be stopped at any time: each file is written whole, and
what was not begun stays as it was. ``core.import_plan`` and ``core.import_writing`` do the work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core import import_writing
from agenteditor.core.files import FileProblem
from agenteditor.core.import_plan import planned
from agenteditor.core.import_rows import Plan, Row, State
from agenteditor.core.import_sources import Source
from agenteditor.core.import_writing import Outcome
from agenteditor.core.merging import Choices
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, icon, severity_icon, side
from agenteditor.ui.merge_view import MergeView
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows

_MOST_NAMED = 5  # files in a sentence
# What needs a decision stands first, what needs nothing last.
_ORDER: tuple[State, ...] = ("conflict", "refused", "merged", "update", "new", "kept", "same")


class ImportCatalogDialog(QDialog):
    """The dialog. ``written`` are the files that were changed; ``unsaved`` those being edited."""

    def __init__(
        self, source: Source, folder: Path, unsaved: Collection[Path] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import into the catalog"))
        self._source, self._folder = source, folder
        self._planning = planned(source, folder, unsaved)
        self._writing: Iterator[Outcome] | None = None
        self._outcomes: list[Outcome] = []
        self._importing: list[Row] = []
        self._choices: dict[Path, Choices] = {}
        self._rows: list[Row] = []
        self.plan: Plan | None = None
        self.written: list[Path] = []
        self.summary = _label()
        self.status = _label()
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.setTextVisible(False)
        self.list = self._make_list()
        self.detail = MergeView(self.tr("Here now"), self.tr("After the import"))
        self.detail.decided.connect(self._decided)
        self.all = QCheckBox(self.tr("&All that can be imported"))
        self.all.clicked.connect(self._tick_all)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.close_button = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.import_button = self._buttons.addButton(
            self.tr("&Import"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._buttons.accepted.connect(self._start)
        self._buttons.rejected.connect(self.reject)
        self._arrange()
        self.resize(1080, 740)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)
        self._wait(self.tr("Reading the catalogs…"))

    def _arrange(self) -> None:
        self._hint = _label()
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setForegroundRole(self._hint.foregroundRole().PlaceholderText)
        self._below = QStackedWidget()
        self._below.addWidget(self._hint)
        self._below.addWidget(self.detail)
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(self.list)
        self._halves.addWidget(self._below)
        self._halves.setSizes([260, 340])
        foot = QHBoxLayout()
        foot.addWidget(self.all)
        foot.addWidget(self._buttons, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.MARGIN)
        layout.addWidget(self.summary)
        layout.addWidget(self._halves, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        layout.addLayout(foot)

    def _make_list(self) -> SentenceRows:
        rows = SentenceRows(4, sentence=3)
        rows.setAccessibleName(self.tr("What would become of each agent"))
        rows.setHeaderLabels([self.tr("Agent"), self.tr("What happens"), self.tr("File"), self.tr("Why")])
        rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        rows.resized.connect(self._fit)
        rows.currentItemChanged.connect(lambda _item, _before: self._show_row())
        rows.itemChanged.connect(lambda _item, column: self._count() if column == 0 else None)
        return rows

    def _fit(self) -> None:
        room = self.list.room()
        name = min(self.list.needed(0) + 3 * side(self.list), room // 3)
        state = min(self.list.needed(1) + side(self.list) + theme.GAP, room // 4)
        file = min(self.list.needed(2), room // 4)
        self.list.share(name, state, file, room - name - state - file)

    # --- working in slices ---------------------------------------------------------------------

    def _wait(self, sentence: str) -> None:
        self.status.setText(sentence)
        self.progress.setRange(0, 0)
        self.progress.show()
        self.all.setEnabled(False)
        self.list.setEnabled(False)
        self.import_button.setEnabled(False)
        self._timer.start()

    def _step(self) -> None:
        """One file."""
        if self.plan is None:
            try:
                done, total = next(self._planning)
            except StopIteration as stop:
                self._ready(stop.value)
                return
            self.progress.setMaximum(total)
        else:
            assert self._writing is not None, "the timer runs only while there is work"
            outcome = next(self._writing, None)
            if outcome is None:
                self._finish()
                return
            self._outcomes.append(outcome)
            done = len(self._outcomes)
        self.progress.setValue(done)

    def _ready(self, plan: Plan) -> None:
        self._timer.stop()
        self._source.close()
        self.progress.hide()
        self.plan = plan
        self._rows = sorted(plan.rows, key=lambda row: _ORDER.index(row.state))
        words = self._words()
        self.list.blockSignals(True)
        for row in self._rows:
            path = plain(self._path(row))
            note = "\n".join(filter(None, [row.note, *self._wider(row)]))
            item = QTreeWidgetItem([plain(row.name), words[row.state], path, plain(note)])
            if row.wider:
                item.setIcon(3, severity_icon("warning"))
            if row.writes:
                item.setCheckState(0, Qt.CheckState.Checked)
            item.setIcon(1, _sign(row.state))
            item.setToolTip(2, tool_tip(f"{row.where} → {path}" if row.path else row.where))
            self.list.addTopLevelItem(item)
        self.list.blockSignals(False)
        self.list.setEnabled(True)
        self._fit()
        self.summary.setText(self._summary(plan))
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
            self.list.setFocus()
        self._count()

    def reject(self) -> None:
        """Stop what is going on; what was written stays and is remembered."""
        self._timer.stop()
        if self._writing is not None:
            self._finish()
            return
        self._planning.close()
        self._source.close()
        super().reject()

    # --- choosing --------------------------------------------------------------------------------

    def _picked(self) -> list[Row]:
        rows = zip(self._rows, self.list.rows(), strict=True)
        return [row for row, item in rows if row.writes and item.checkState(0) == Qt.CheckState.Checked]

    def _tick_all(self) -> None:
        """Tick every agent that can be imported, or none."""
        wanted = self.all.checkState()
        state = Qt.CheckState.Unchecked if wanted == Qt.CheckState.Unchecked else Qt.CheckState.Checked
        self.list.blockSignals(True)
        for row, item in zip(self._rows, self.list.rows(), strict=True):
            if row.writes:
                item.setCheckState(0, state)
        self.list.blockSignals(False)
        self.list.viewport().update()
        self._count()

    def _count(self) -> None:
        possible, picked = sum(row.writes for row in self._rows), self._picked()
        some = Qt.CheckState.PartiallyChecked if picked else Qt.CheckState.Unchecked
        self.all.setCheckState(Qt.CheckState.Checked if picked and len(picked) == possible else some)
        self.all.setEnabled(possible > 0)
        open_ = sum(len(row.undecided(self._chosen(row))) for row in picked)
        words = self.tr("{0} of {1} are chosen.").format(len(picked), possible)
        if not possible:
            words = self.tr("There is nothing to import.")
        elif open_ == 1:
            words += " " + self.tr("1 conflict is not decided: ours stays there.")
        elif open_:
            words += " " + self.tr("{0} conflicts are not decided: ours stays there.").format(open_)
        self.status.setText(words)
        self.import_button.setEnabled(bool(picked))
        self.import_button.setDefault(bool(picked))

    def _show_row(self) -> None:
        item = self.list.currentItem()
        row = self._rows[self.list.indexOfTopLevelItem(item)] if item is not None and self._rows else None
        if row is None or row.path is None or (row.before is None and not row.theirs):
            self._hint.setText(
                self.tr("Choose an agent to see what would change.")
                if row is None
                else self.tr("Nothing would change: it is not imported.")
            )
            self._below.setCurrentWidget(self._hint)
            return
        self._below.setCurrentWidget(self.detail)
        if row.merged is not None:
            self.detail.show_merge(row.merged, self._chosen(row))
        elif row.state == "new":
            self.detail.show_change("", row.theirs)
        else:
            self.detail.show_change(row.before or "", row.before or "")

    def _decided(self) -> None:
        item = self.list.currentItem()
        if item is not None and self._writing is None:
            row = self._rows[self.list.indexOfTopLevelItem(item)]
            if row.path is not None:
                self._choices[row.path] = dict(self.detail.choices)
                left = row.undecided(self._chosen(row))
                item.setIcon(1, coloured_icon("ok", "accent") if not left else _sign(row.state))
                item.setText(1, self._words()[row.state] if left else self.tr("decided"))
        self._count()

    def _chosen(self, row: Row) -> Choices:
        return self._choices.get(row.path, {}) if row.path is not None else {}

    # --- doing it --------------------------------------------------------------------------------

    def _start(self) -> None:
        self._importing = self._picked()
        changes = import_writing.changes(self._importing, self._choices)
        self._writing = import_writing.write(changes)
        self._wait(self.tr("Writing…"))
        self.detail.setEnabled(False)
        self.progress.setRange(0, len(changes))

    def _finish(self) -> None:
        """Say how it went; the dialog stays to be read."""
        assert self.plan is not None, "there is a plan once there is something to write"
        self._timer.stop()
        self._writing = None
        self.progress.hide()
        wanted = import_writing.changes(self._importing, self._choices)
        self.written = [outcome.change.path for outcome in self._outcomes if outcome.problem is None]
        stopped = len(wanted) - len(self._outcomes)
        begun = {outcome.change.path for outcome in self._outcomes} | {
            row.path for row in self._importing if row.path not in {change.path for change in wanted}
        }
        settled = [row for row in self._importing if row.path in begun]
        sentences = [self.tr("Written: {0}.").format(_files(len(self.written)))]
        try:
            import_writing.remember(self.plan, settled, self._choices, self._outcomes)
        except FileProblem as problem:
            sentences.append(self.tr("The next import will ask more: {0}").format(problem))
        if stopped:
            sentences.insert(1, self.tr("Stopped before {0}.").format(_files(stopped)))
        left = [self._path(row) for row in settled if row.undecided(self._chosen(row))]
        if left:
            sentences.append(self.tr("Conflicts left as ours: {0}.").format(_named(left)))
        failed = [outcome for outcome in self._outcomes if outcome.problem is not None]
        if failed:
            names = [outcome.change.path.name for outcome in failed]
            sentences.append(self.tr("Not written: {0}.").format(_named(names)))
        self._mark(settled)
        self.status.setText(plain(" ".join(sentences)))
        self.import_button.hide()
        self.all.hide()
        self.list.setEnabled(True)
        self.detail.setEnabled(True)
        self.detail.conflicts.setEnabled(False)
        self.close_button.setText(self.tr("Close"))
        self.close_button.setDefault(True)
        self.close_button.setFocus()

    def _mark(self, settled: Sequence[Row]) -> None:
        """Say in each row what became of it."""
        problems: dict[Path | None, str | None] = {
            outcome.change.path: outcome.problem for outcome in self._outcomes
        }
        self.list.blockSignals(True)
        for row, item in zip(self._rows, self.list.rows(), strict=True):
            item.setData(0, Qt.ItemDataRole.CheckStateRole, None)
            left = row in settled and row.undecided(self._chosen(row))
            problem = problems.get(row.path)
            if problem is not None:
                item.setText(1, self.tr("not written"))
                item.setText(3, plain(problem))
                item.setIcon(1, severity_icon("error"))
            elif left:
                item.setText(1, self.tr("left in part") if row.path in problems else self.tr("left as ours"))
            elif row.path in problems:
                item.setText(1, self.tr("written"))
                item.setIcon(1, coloured_icon("ok", "good"))
        self.list.blockSignals(False)
        self._fit()

    # --- words -----------------------------------------------------------------------------------

    def _path(self, row: Row) -> str:
        return row.where if row.path is None else row.path.relative_to(self._folder).as_posix()

    def _wider(self, row: Row) -> list[str]:
        """What the agent may do afterwards that it may not do now."""
        if not row.wider:
            return []
        words = (
            self.tr("With theirs it may do more:") if row.state == "conflict" else self.tr("It may do more:")
        )
        return [f"{words} {' '.join(row.wider)}"]

    def _words(self) -> dict[State, str]:
        return {
            "new": self.tr("new"),
            "same": self.tr("same"),
            "update": self.tr("changed there"),
            "kept": self.tr("changed here"),
            "merged": self.tr("merged"),
            "conflict": self.tr("conflict"),
            "refused": self.tr("refused"),
        }

    def _summary(self, plan: Plan) -> str:
        """The whole plan in a sentence or two."""
        if not plan.rows:
            return self.tr("No agent was found there.")
        counts = plan.counted()
        named = {
            "conflict": self.tr("{0} in conflict"),
            "new": self.tr("{0} new"),
            "update": self.tr("{0} changed there"),
            "merged": self.tr("{0} changed on both sides and merged"),
            "kept": self.tr("{0} changed here only"),
            "same": self.tr("{0} the same"),
            "refused": self.tr("{0} refused"),
        }
        words = ", ".join(text.format(counts[state]) for state, text in named.items() if state in counts)
        sentences = [words[:1].upper() + words[1:] + "."]
        if plan.alone:
            sentences.append(
                self.tr("{0} that stand only here are left alone.").format(plan.alone)
                if plan.alone > 1
                else self.tr("One that stands only here is left alone.")
            )
        if plan.passed_over:
            sentences.append(self.tr("Passed over: {0} without an agent.").format(_files(plan.passed_over)))
        return " ".join(sentences)


def _sign(state: State) -> QIcon:
    """The sign of what happens to an agent."""
    if state == "conflict":
        return severity_icon("warning")
    if state == "refused":
        return severity_icon("error")
    if state in ("same", "kept"):
        return coloured_icon("ok", "good" if state == "same" else "muted")
    return icon({"new": "add", "update": "refresh"}.get(state, "diff"))


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
