"""Import into the catalog: what would become of each agent, with both sides of every conflict; then doing it.

Reading and writing go in slices with a bar and can be stopped at any time: each file is written whole, what
was not begun stays as it was, and the last batch is undone as any other. ``core.import_plan``,
``core.import_writing`` and ``core.batch_write`` do the work.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Generator, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from agenteditor.app.import_catalog_list import ImportList
from agenteditor.core import import_writing
from agenteditor.core.batch import FileChange, Progress
from agenteditor.core.batch_write import Writing
from agenteditor.core.files import FileProblem
from agenteditor.core.import_plan import planned
from agenteditor.core.import_rows import Plan, Row
from agenteditor.core.import_sources import Source
from agenteditor.core.merging import Choices
from agenteditor.ui import theme
from agenteditor.ui.merge_view import MergeView, SideWords
from agenteditor.ui.qtext import plain

_MOST_NAMED = 5  # files in a sentence


class ImportCatalogDialog(QDialog):
    """The dialog. ``label`` is what undo will call it; ``unsaved`` are files being edited.

    ``written`` are the files that were changed.
    """

    def __init__(
        self,
        source: Source,
        folder: Path,
        label: str,
        unsaved: Collection[Path] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import into the catalog"))
        self._source = source
        self._planning = planned(source, folder, unsaved)
        self._label = label
        self._changes: list[FileChange] = []
        self._writing = Writing(label, (), os.unlink)
        self._steps: Generator[Progress, None, None] | None = None
        self._importing: list[Row] = []
        self._choices: dict[Path, Choices] = {}
        self.plan: Plan | None = None
        self.written: list[Path] = []
        self.summary = _label()
        self.status = _label()
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.setTextVisible(False)
        self.list = ImportList()
        self.list.currentItemChanged.connect(lambda _item, _before: self._show_row())
        self.list.ticked.connect(self._count)
        sides = SideWords(
            (self.tr("Ours, here now"), self.tr("Theirs, to be imported")),
            (self.tr("ours"), self.tr("theirs")),
            (self.tr("Keep &ours"), self.tr("Take &theirs")),
            (self.tr("All &ours"), self.tr("All &theirs")),
        )
        self.detail = MergeView(self.tr("Here now"), self.tr("After the import"), sides)
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
            assert self._steps is not None, "the timer runs only while there is work"
            try:
                done = next(self._steps).done
            except StopIteration:
                self._finish()
                return
            except FileProblem as problem:
                self._finish(problem)
                return
        self.progress.setValue(done)

    def _ready(self, plan: Plan) -> None:
        self._timer.stop()
        self._source.close()
        self.progress.hide()
        self.plan = plan
        self.list.show_plan(plan)
        self.list.setEnabled(True)
        self.summary.setText(self._summary(plan))
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
            self.list.setFocus()
        self._count()

    def reject(self) -> None:
        """Stop what is going on; what was written stays and is remembered."""
        self._timer.stop()
        if self._steps is not None:
            self._steps.close()
            self._finish()
            return
        self._planning.close()
        self._source.close()
        super().reject()

    # --- choosing --------------------------------------------------------------------------------

    def _tick_all(self) -> None:
        """Tick every agent that can be imported, or none; half ticked means all."""
        none = self.all.checkState() == Qt.CheckState.Unchecked
        self.list.tick(Qt.CheckState.Unchecked if none else Qt.CheckState.Checked)

    def _count(self) -> None:
        possible, picked = self.list.possible, self.list.picked()
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
        row = self.list.current
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
        row = self.list.current
        if row is not None and row.path is not None:
            self._choices[row.path] = dict(self.detail.choices)
            self.list.mark_decided(not row.undecided(self.detail.choices))
        self._count()

    def _chosen(self, row: Row) -> Choices:
        return self._choices.get(row.path, {}) if row.path is not None else {}

    # --- doing it --------------------------------------------------------------------------------

    def _start(self) -> None:
        self._importing = self.list.picked()
        self._changes = import_writing.changes(self._importing, self._choices)
        self._writing = Writing(self._label, self._changes, os.unlink)
        self._steps = self._writing.steps()
        self._wait(self.tr("Writing…"))
        self.detail.setEnabled(False)
        self.progress.setRange(0, len(self._changes))

    def _finish(self, problem: FileProblem | None = None) -> None:
        """Say how it went; the dialog stays to be read. ``problem``: why nothing could be done."""
        assert self.plan is not None, "there is a plan once there is something to write"
        self._timer.stop()
        self._steps = None
        self.progress.hide()
        done, skipped = self._writing.done, self._writing.skipped
        begun = {change.path for change in done} | {one.path for one in skipped}
        stopped = {change.path for change in self._changes} - begun
        settled = [row for row in self._importing if row.path not in stopped]
        left = {
            row.path: self.plan.shown(row)
            for row in settled
            if row.path is not None and row.undecided(self._chosen(row))
        }
        failed = [one.path.name for one in skipped]
        self.written = [change.path for change in done]
        sentences = [self.tr("Written: {0}.").format(_files(len(self.written)))]
        if self.written:
            sentences.append(self.tr("“Undo last batch” takes it back."))
        if problem is not None:
            sentences = [self.tr("Nothing was written. {0}").format(problem)]
        elif stopped:
            sentences.append(self.tr("Stopped before {0}.").format(_files(len(stopped))))
        if left:
            sentences.append(self.tr("Conflicts left as ours: {0}.").format(_named([*left.values()])))
        if failed:
            sentences.append(self.tr("Not written: {0}.").format(_named(failed)))
        try:
            import_writing.remember(self.plan, settled, self._choices, done)
        except FileProblem as failure:
            sentences.append(self.tr("The next import will ask more: {0}").format(failure))
        problems = {change.path: None for change in done} | {one.path: one.reason for one in skipped}
        self.list.mark_done(problems, left.keys())
        self.status.setText(plain(" ".join(sentences)))
        self.import_button.hide()
        self.all.hide()
        self.list.setEnabled(True)
        self.detail.setEnabled(True)
        self.detail.conflicts.setEnabled(False)
        self.close_button.setText(self.tr("Close"))
        self.close_button.setDefault(True)
        self.close_button.setFocus()

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
