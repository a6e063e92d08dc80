"""The one dialog of all batches: the question, the plan as a list and a difference, then the work.

The plan is made anew with every answer, in slices, so the window stays usable with thousands of files;
nothing is written before the button is pressed. While it writes, Cancel stops it between two files.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from agenteditor.app.batch_forms import Form
from agenteditor.core import batch_journal
from agenteditor.core.batch import FileChange, Kind, Plan, Progress, restart_hint
from agenteditor.core.batch_write import Undoing, Writing
from agenteditor.core.files import FileProblem
from agenteditor.ui import theme
from agenteditor.ui.batch_list import BatchList
from agenteditor.ui.diff_view import DiffView
from agenteditor.ui.qtext import plain, title_text

_SLICE = 0.012  # seconds of work between two looks at the event queue
_PAUSE = 250  # ms after the last key before the plan is made anew
_SIZE = (900, 640)  # pixels

Steps = Generator[Progress, None, Any]
Stage = Literal["counting", "planning", "ready", "writing", "reporting", "done"]


class Job(NamedTuple):
    """What a batch does: title and button for people, and who does the chosen changes of a plan."""

    title: str
    accept: str
    work: Callable[[str, Sequence[FileChange]], Writing | Undoing]
    choosable: bool = True


class BatchDialog(QDialog):
    """The dialog. ``root`` is the folder that paths are shown from; ``finished_work`` tells what was done."""

    finished_work = Signal(object)  # a list of FileChange

    def __init__(self, job: Job, form: Form, root: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job, self.form, self._root = job, form, root
        self._plan = Plan("", ())
        self._steps: Steps = _nothing()
        self._then: Callable[[Any], None] = self._ready
        self._work: Writing | Undoing | None = None
        self._hint = ""
        self._new = True  # until it is ready for the first time
        self.stage: Stage = "planning"
        self.setWindowTitle(title_text(job.title.rstrip("…")))
        self.list = BatchList()
        self.list.chosen_changed.connect(self._chosen_changed)
        self.list.present_changed.connect(self._show_difference)
        self.nothing = QLabel()
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setForegroundRole(self.nothing.foregroundRole().PlaceholderText)
        self._difference = QFrame()
        self.diff = DiffView(empty=self.tr("The text of this file stays as it is."))
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Progress"))
        keeps_its_place = self.progress.sizePolicy()
        keeps_its_place.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(keeps_its_place)
        self.all_button, self.none_button = (
            QPushButton(self.tr("Tick &all")),
            QPushButton(self.tr("Tick n&one")),
        )
        self.all_button.clicked.connect(lambda: self.list.tick_all(True))
        self.none_button.clicked.connect(lambda: self.list.tick_all(False))
        self._buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.undo_button = self._buttons.addButton(self.tr("&Undo"), roles.ActionRole)
        self.undo_button.clicked.connect(self._undo)
        self.accept_button = self._buttons.addButton(job.accept, roles.AcceptRole)
        self.cancel_button = self._buttons.addButton(self.tr("Cancel"), roles.RejectRole)
        # Enter does what the dialog is for, whatever has the focus.
        for button in (self.undo_button, self.cancel_button, self.all_button, self.none_button):
            button.setAutoDefault(False)
        self._buttons.accepted.connect(self._write)
        self._buttons.rejected.connect(self.reject)
        self._arrange()
        self._asks = form.focus_first()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._advance)
        self._pause = QTimer(self)
        self._pause.setInterval(_PAUSE)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.make_plan)
        form.changed.connect(self._answer_changed)
        counting = form.counting()
        if counting is None:
            self.make_plan()
        else:
            self._begin("counting", counting, self._counted)

    def _arrange(self) -> None:
        frame = self._difference
        frame.setFrameShape(QFrame.Shape.StyledPanel)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.diff)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.list)
        parts.addWidget(frame)
        parts.setSizes([260, 240])
        self._pages = QStackedWidget()
        self._pages.addWidget(self.nothing)
        self._pages.addWidget(parts)
        below = QHBoxLayout()
        below.setSpacing(theme.GAP)
        below.addWidget(self.summary, 1)
        for button in (self.all_button, self.none_button):
            below.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.MARGIN] * 4)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self.form)
        layout.addWidget(self._pages, 1)
        layout.addLayout(below)
        last = QHBoxLayout()
        last.setSpacing(2 * theme.MARGIN)
        last.addWidget(self.progress, 1)
        last.addWidget(self._buttons)
        layout.addLayout(last)
        self.resize(*_SIZE)

    # --- planning -----------------------------------------------------------------------------

    def _answer_changed(self) -> None:
        if self.stage in ("planning", "ready"):
            self.stage = "planning"
            self._timer.stop()
            self._pause.start()
            self._refresh()

    def make_plan(self) -> None:
        """Make the plan of the present answer, in slices."""
        self._pause.stop()
        planner = self.form.planner()
        if isinstance(planner, str):
            self._plan = Plan("", ())
            self.list.clear()
            self._ready(None)
            self._say_nothing(planner)
        else:
            self._begin("planning", planner, self._show_plan)

    def _begin(self, stage: Stage, steps: Steps, then: Callable[[Any], None]) -> None:
        """Step a generator, and go on with what it returns."""
        self.stage, self._steps, self._then = stage, steps, then
        self.progress.setRange(0, 0)
        self._refresh()
        self._timer.start()

    def _advance(self) -> None:
        """Work for one slice."""
        until = perf_counter() + _SLICE
        try:
            progress = next(self._steps)
            while perf_counter() < until:
                progress = next(self._steps)
            self.progress.setRange(0, progress.total)
            self.progress.setValue(progress.done)
        except StopIteration as end:
            self._timer.stop()
            self._then(end.value)
        except FileProblem as problem:
            self._timer.stop()
            self._steps = _nothing()
            self._ended(self.tr("Nothing was changed: {0}").format(plain(str(problem))))

    def _counted(self, found: Any) -> None:  # noqa: ANN401  # what the form's counting returned
        self.stage = "planning"
        self.form.counted(found)
        self.form.setEnabled(True)
        self.form.focus_first()
        self.make_plan()

    def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        self._hint = restart_hint(plan.changes)
        showing = self.list.showing_plan(plan, self._root, choosable=self._job.choosable)
        self._begin("planning", showing, self._ready)

    def _ready(self, _shown: None) -> None:
        text_changes = (one.before != one.after or bool(one.parts) for one in self._plan.changes)
        self._difference.setVisible(any(text_changes))
        self.stage = "ready"
        self._chosen_changed()
        if self._new and not self._asks:
            self.list.setFocus()
        self._new = False

    def _chosen(self) -> list[FileChange]:
        return self.list.chosen() if self._job.choosable else list(self._plan.changes)

    def _done_to(self, kinds: set[Kind]) -> str:
        """What happens to the files, in a word."""
        words = {"moved": self.tr("moved"), "created": self.tr("made"), "deleted": self.tr("deleted")}
        return words.get(kinds.pop(), self.tr("changed")) if len(kinds) == 1 else self.tr("changed")

    def _chosen_changed(self) -> None:
        if self.stage != "ready":
            return
        chosen = len(self._chosen())
        if not self._plan.changes and not self._plan.refused:
            self._say_nothing(self.tr("There is nothing to do: no file would change."))
        else:
            self._pages.setCurrentIndex(1)
            total, alone = len(self._plan.changes), len(self._plan.refused)
            done = self._done_to({change.kind for change in self._plan.changes})
            one = self.tr("1 file would be {0}.") if chosen else self.tr("No file would be {0}.")
            one = one.format(done)
            several = self.tr("{0} of {1} files would be {2}.").format(chosen, total, done)
            if not self._job.choosable:
                several = self.tr("{0} files would be {1}.").format(total, done)
            words = one if total < 2 else several
            if alone == 1:
                words += " " + self.tr("1 is left alone; the list says why.")
            elif alone:
                words += " " + self.tr("{0} are left alone; the list says why.").format(alone)
            self._say(f"{words} {self._hint}" if chosen else words)
        self._refresh()
        self.accept_button.setEnabled(bool(chosen))
        self.accept_button.setDefault(True)
        self._show_difference()

    def _show_difference(self) -> None:
        self.diff.show_texts(*(self.list.present() or ("", "")))
        QTimer.singleShot(0, self, self.diff.show_first_change)  # laid out by then

    # --- doing it -----------------------------------------------------------------------------

    def _write(self) -> None:
        chosen = self._chosen()
        self._do(self._job.work(self._plan.label, chosen))

    def _undo(self) -> None:
        work = self._work
        assert isinstance(work, Writing), "the button is there after writing only"
        ours = batch_journal.find(work.journal)
        if ours is None:
            self._say(self.tr("Another window has undone it already."))
            return
        self._hint = restart_hint(work.done)
        self._do(Undoing(ours))

    def _do(self, work: Writing | Undoing) -> None:
        self._work = work
        self._say(self.tr("Working…"))
        self._begin("writing", work.steps(), lambda _result: self._ended(plain(work.said())))

    def reject(self) -> None:
        """Stop what is written, between two files; else close."""
        if self.stage == "writing":
            self._timer.stop()
            steps, work = self._steps, self._work
            assert work is not None, "somebody does the work"
            steps.close()
            self._ended(plain(work.said()))
        elif self.stage != "reporting":
            self._timer.stop()
            super().reject()

    def _ended(self, sentence: str) -> None:
        done = self._work.done if self._work is not None else []
        skipped = self._work.skipped if self._work is not None else []
        self._say(" ".join(filter(None, (sentence, self._hint if done else ""))))
        self._pages.setCurrentIndex(1)
        showing = self.list.showing_result(done, skipped)
        self._begin("reporting", showing, lambda _shown: self._finish(done))

    def _finish(self, done: list[FileChange]) -> None:
        self.stage = "done"
        self._refresh()
        self.cancel_button.setDefault(True)  # else Enter would belong to a button that is hidden now
        self.cancel_button.setFocus()
        if done:
            self.finished_work.emit(list(done))

    # --- showing ------------------------------------------------------------------------------

    def _say_nothing(self, sentence: str) -> None:
        """Say where the files would stand why there are none."""
        self._say("")
        self.nothing.setText(sentence)
        self.nothing.setAccessibleName(sentence)
        self._pages.setCurrentIndex(0)

    def _say(self, sentence: str) -> None:
        self.summary.setText(sentence)
        self.summary.setAccessibleName(sentence)

    def _refresh(self) -> None:
        """Make the buttons say what can be done now."""
        working = self.stage in ("counting", "planning", "writing") and not self._pause.isActive()
        self.progress.setVisible(working)
        self.form.setEnabled(self.stage in ("planning", "ready"))
        self.form.setVisible(self.stage != "done")
        self.list.setEnabled(self.stage in ("ready", "done"))
        for button in (self.all_button, self.none_button):
            button.setEnabled(self.stage == "ready")
            button.setVisible(self._job.choosable and self.stage != "done" and len(self._plan.changes) > 1)
        self.accept_button.setEnabled(False)
        self.accept_button.setVisible(self.stage != "done")
        can_undo = self.stage == "done" and isinstance(self._work, Writing) and bool(self._work.done)
        self.undo_button.setVisible(can_undo)
        self.cancel_button.setText(self.tr("Close") if self.stage == "done" else self.tr("Cancel"))
        if self.stage in ("counting", "planning"):
            self._say(self.tr("Looking at the files…"))


def _nothing() -> Steps:
    yield from ()
