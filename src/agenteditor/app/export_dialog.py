"""Export to catalog: choose, look at the plan, write.

The plan is made anew with every choice and shown before anything is written; what is refused says why, what
a conversion costs stands below each file, and an agent that could do more than before waits for a tick.
``core.export`` does the work, in slices, so that the window stays awake and either can be stopped.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from agenteditor.app import dialogs
from agenteditor.app.export_form import ExportForm
from agenteditor.app.export_rows import ExportRows
from agenteditor.app.export_steps import Steps
from agenteditor.app.settings import Settings
from agenteditor.core import export
from agenteditor.core.export import Entry, Plan, Progress, Source
from agenteditor.core.files import FileProblem
from agenteditor.ui import theme
from agenteditor.ui.qtext import plain

_SHOWN_EACH = 0.1  # seconds


class ExportDialog(QDialog):
    """The dialog. ``sources`` are the agents to export; ``settings`` remember what was chosen.

    ``plan`` is what is shown, None while there is none.
    """

    def __init__(self, sources: Sequence[Source], settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export to catalog"))
        self._sources = sources
        self._settings = settings
        self._known: export.Known = {}
        self._accepted: frozenset[Path] = frozenset()
        self._accepted_for: tuple[object, ...] = ()
        self._said = ""  # what is shown instead of the plan's sentence
        self._doing_now, self._show_next = "", 0.0  # what progress was shown last, and when it is shown again
        self.plan: Plan | None = None
        self.form = ExportForm(settings)
        self.form.changed.connect(self._make_plan)
        self.list = ExportRows()
        # Later: a plan that is made at once takes away the row that Qt is still at work on, and it crashes.
        self.list.accepted.connect(self._accept, Qt.ConnectionType.QueuedConnection)
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.nothing = QLabel(self.tr("Choose a folder to see what would be written."))
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setForegroundRole(self.nothing.foregroundRole().PlaceholderText)
        self.accept_button = QPushButton(self.tr("&Accept all"))
        self.accept_button.setToolTip(self.tr("Write all agents that could do more than before, too"))
        self.accept_button.clicked.connect(self._accept_all)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Progress"))
        self._planning, self._writing = Steps(self), Steps(self)
        for steps in (self._planning, self._writing):
            steps.progressed.connect(self._show_progress)
        self._planning.finished.connect(self._show_plan)
        self._writing.finished.connect(self._written)
        self._planning.failed.connect(lambda problem: self._show_summary(str(problem)))
        self._writing.failed.connect(self._failed)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel_button = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self._buttons.addButton(
            self.tr("&Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._buttons.accepted.connect(self._write)
        self._buttons.rejected.connect(self.reject)
        self._arrange()
        self.resize(860, 680)
        self._make_plan()

    def _arrange(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.nothing)
        self._pages.addWidget(self.list)
        below = QHBoxLayout()
        below.addWidget(self.summary, 1)
        below.addWidget(self.accept_button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.MARGIN)
        layout.addWidget(self.form)
        layout.addWidget(self._pages, 1)
        layout.addLayout(below)
        layout.addWidget(self.progress)
        layout.addWidget(self._buttons)

    # --- the plan ------------------------------------------------------------------------------

    def _make_plan(self) -> None:
        self._said = ""
        self._plan_again()

    def _plan_again(self) -> None:
        if self._writing.busy:
            return
        self._planning.stop()
        self.plan = None
        self._doing_now = ""
        self.export_button.setEnabled(False)
        self.accept_button.hide()
        self.progress.hide()
        self.cancel_button.setText(self.tr("Close") if self._said else self.tr("Cancel"))
        # What is written leaves nothing to do but to close: Enter does that, until a choice is changed.
        (self.cancel_button if self._said else self.export_button).setDefault(True)
        if self._said:
            self.cancel_button.setFocus()
        place = self.form.place
        self._pages.setCurrentIndex(0 if place is None else 1)
        if place is None:
            self.list.show_plan(None)
            self._show_summary("")
            return
        try:
            choices = self.form.choices(frozenset())
        except FileProblem as problem:
            self.list.show_plan(None)
            self._show_summary(str(problem))
            return
        # What was accepted for one program says nothing of another.
        accepted_for = (choices.layout, choices.dialect)
        if accepted_for != self._accepted_for:
            self._accepted, self._accepted_for = frozenset(), accepted_for
        choices = replace(choices, accepted=self._accepted)
        self._show_summary(self.tr("Looking at the agents…"))
        self._planning.run(export.planning(self._sources, place, choices, self._known))

    def _show_plan(self, plan: Plan) -> None:
        self.plan = plan
        self.progress.hide()
        self.list.show_plan(plan)
        self.accept_button.setVisible(plan.count("waiting") > 0)
        self.export_button.setEnabled(bool(plan.todo or (plan.unfinished and not plan.problem)))
        self._show_summary(self._said or plan.problem or self._sentence(plan))

    def _sentence(self, plan: Plan) -> str:
        counts = [self.tr("{0} to write").format(plan.count("new", "replaced"))]
        if plan.count("conflict"):
            counts.append(self.tr("{0} kept as they are").format(plan.count("conflict")))
        if plan.refused:
            counts.append(self.tr("{0} refused").format(len(plan.refused)))
        said = [", ".join(counts) + "."]
        if plan.count("removed"):
            said.append(self.tr("{0} to remove.").format(plan.count("removed")))
        if plan.count("waiting"):
            said.append(
                self.tr("{0} could do more than before: tick what may be written.").format(
                    plan.count("waiting")
                )
            )
        said += plan.notes
        if plan.unfinished:
            said.append(self.tr("An earlier export was interrupted; it is finished first."))
        return " ".join(said)

    def _accept(self, paths: frozenset[Path], ticked: bool) -> None:
        self._accepted = self._accepted | paths if ticked else self._accepted - paths
        self._make_plan()

    def _accept_all(self) -> None:
        assert self.plan is not None, "the button is hidden without a plan"
        waiting = (entry.sources for entry in self.plan.entries if entry.state == "waiting")
        self._accept(frozenset(path for paths in waiting for path in paths), True)

    # --- writing -------------------------------------------------------------------------------

    def _write(self) -> None:
        assert self.plan is not None, "the button is off without a plan"
        for widget in (self.form, self.list, self.export_button, self.accept_button):
            widget.setEnabled(False)
        self._show_summary(self.tr("Writing…"))
        self._writing.run(export.writing(self.plan))

    def _written(self, written: tuple[Entry, ...]) -> None:
        assert self.plan is not None, "it was written"
        self.cancel_button.setEnabled(True)
        if self._writing.stopping:
            nothing = self.tr("Stopped: nothing was changed.")
            self._after(self.tr("It was too late to stop: all is written.") if written else nothing)
            return
        self.form.remember(self._settings)
        count = sum(entry.state != "removed" for entry in written)
        said = self.tr("Written: {0} files, each read back.").format(count)
        self._after(f"{said} {self._hint(self.plan)}".rstrip())
        self.cancel_button.setFocus()

    def _failed(self, problem: FileProblem) -> None:
        self.cancel_button.setEnabled(True)
        dialogs.say(self, self.tr("The export stopped."), str(problem))
        self._after("")

    def _after(self, sentence: str) -> None:
        """Show what is there now."""
        for widget in (self.form, self.list, self.accept_button):
            widget.setEnabled(True)
        self._said = sentence
        self._plan_again()

    def _hint(self, plan: Plan) -> str:
        found = export.hints(plan)
        return self.tr("To use it: {0} and {1}. To check it: {2}").format(*found) if found else ""

    def reject(self) -> None:
        """Stop what is being written; without such, close the dialog."""
        if not self._writing.busy:
            self._planning.stop()
            super().reject()
            return
        if not self._writing.stopping:
            self.cancel_button.setEnabled(False)
            self._show_summary(self.tr("Stopping…"))
            self._writing.ask_to_stop()

    # --- what is said --------------------------------------------------------------------------

    def _show_summary(self, sentence: str) -> None:
        self.summary.setText(plain(sentence))

    def _show_progress(self, progress: Progress) -> None:
        """Show how far it is, now and then: drawing it at each step would take longer than the steps."""
        now = time.monotonic()
        if progress.what == self._doing_now and now < self._show_next:
            return
        self._doing_now, self._show_next = progress.what, now + _SHOWN_EACH
        self.progress.setRange(0, progress.total)
        self.progress.setValue(progress.done)
        self.progress.setFormat(self._doing(progress))
        self.progress.show()

    def _doing(self, progress: Progress) -> str:
        words = {
            "read": self.tr("Looking at agent {0} of {1}"),
            "compare": self.tr("Comparing file {0} of {1}"),
            "stage": self.tr("Writing file {0} of {1}"),
            "sync": self.tr("Waiting until the disk has {1} files"),
            "place": self.tr("Putting file {0} of {1} in its place"),
            "undo": self.tr("Taking back file {0} of {1}"),
        }
        return words[progress.what].format(progress.done, progress.total)
