"""Long work between the events of the window: a generator, a slice at a time, no thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from agenteditor.core import export_write
from agenteditor.core.export import Progress, Stop
from agenteditor.core.export_write import Finished
from agenteditor.core.files import FileProblem, shown_path

_SLICE = 0.02  # seconds of work between two looks at the events


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("export_steps", text)


def finish_left_over(place: Path, parent: QObject, say: Callable[[str], None]) -> None:
    """Finish, in slices, what an export to this folder had decided when it was killed, and ``say`` so."""
    steps = Steps(parent)

    def finished(done: Finished | None) -> None:
        if done is not None and (done.files or done.left):
            said = tr("The export to {0} that was cut off has been finished.").format(shown_path(place))
            if done.left:
                changed = tr("Files that were changed since, and stay as they are: {0}.")
                said += " " + changed.format(len(done.left))
            say(said)
        steps.deleteLater()

    def failed(problem: FileProblem) -> None:
        say(tr("An export that was cut off cannot be finished now. {0}").format(problem))
        steps.deleteLater()

    steps.finished.connect(finished)
    steps.failed.connect(failed)
    steps.run(export_write.left_over(place))


class Steps(QObject):
    """Runs one generator after the other. A short one is at its end before ``run`` returns.

    ``finished`` has what the generator returned, ``failed`` the `FileProblem` it raised.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Generator[Progress, None, object] | None = None
        self.stopping = False  # whether it was asked to stop, and is at it
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._work is not None

    def run(self, work: Generator[Progress, None, object]) -> None:
        """Stop what is being done, and do this."""
        self.stop()
        self.stopping = False
        self._work = work
        self._go_on()
        if self.busy:
            self._timer.start()

    def stop(self) -> bool:
        """Stop what is being done; the generator takes back, or finishes, what it had begun.

        False if it could not; ``failed`` says why.
        """
        work, self._work = self._work, None
        self._timer.stop()
        try:
            if work is not None:
                work.close()
        except FileProblem as problem:
            self.failed.emit(problem)
            return False
        return True

    def ask_to_stop(self) -> None:
        """Throw `Stop` into what is being done: it takes back, or finishes, what it had begun, in slices."""
        assert self._work is not None, "there is something to stop"
        self.stopping = True
        try:
            self._work.throw(Stop())
        except StopIteration as stop:
            self._end()
            self.finished.emit(stop.value)
        except FileProblem as problem:
            self._end()
            self.failed.emit(problem)

    def _go_on(self) -> None:
        work = self._work
        assert work is not None, "the timer runs only while there is work"
        until = time.monotonic() + _SLICE
        try:
            progress = next(work)
            while time.monotonic() < until:
                progress = next(work)
        except StopIteration as stop:
            self._end()
            self.finished.emit(stop.value)
        except FileProblem as problem:
            self._end()
            self.failed.emit(problem)
        else:
            self.progressed.emit(progress)

    def _end(self) -> None:
        self._work = None
        self._timer.stop()
