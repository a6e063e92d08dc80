"""The work behind a judgement, in slices, so that the window stays usable: read, index, judge."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from agenteditor.core.catalog import agent_files
from agenteditor.core.catalog_known import KnownAnswers
from agenteditor.core.catalog_reading import CatalogFile, reading
from agenteditor.core.judgement import Judgement, judging
from agenteditor.core.routing import Index

_SLICE = 0.02  # seconds of work between two looks at the event queue


class JudgeWork(QObject):
    """The work on folders; ``files``, ``index`` and ``judgement`` are there when it is said.

    ``stepped`` says in words what is done now, and how far it is of how much.
    """

    stepped = Signal(str, int, int)
    indexed = Signal()
    finished = Signal()

    def __init__(
        self,
        folders: Sequence[Path],
        texts: Mapping[Path, str],
        known: KnownAnswers | None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._folders = folders
        self.unlisted: list[str] = []
        self.files: list[CatalogFile] = []
        self.index: Index | None = None
        self.judgement: Judgement | None = None
        self._texts = texts
        self._known = known
        self._steps = self._work()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._some)
        self._timer.start()

    @property
    def running(self) -> bool:
        """Whether there is work left that will be done."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Do no more; what is there by now stays."""
        self._timer.stop()

    def _cannot_list(self, error: OSError) -> None:
        self.unlisted.append(str(error.filename))

    def _some(self) -> None:
        until = time.monotonic() + _SLICE
        while time.monotonic() < until:
            if next(self._steps, self) is self:
                self._timer.stop()
                self.finished.emit()
                return

    def _work(self) -> Iterator[None]:
        listed = [(folder, agent_files(folder, self._cannot_list)) for folder in self._folders]
        total = sum(len(paths) for _, paths in listed)
        for folder, paths in listed:
            for file in reading(paths, folder, self._texts, self._known):
                self.files.append(file)
                self.stepped.emit(self.tr("Reading the agents"), len(self.files), total)
                yield
        agents = [file.agent for file in self.files if file.agent is not None]
        index = Index(agents)
        for done, _ in enumerate(index.grow(), 1):
            self.stepped.emit(self.tr("Counting words"), done, len(index.agents))
            yield
        self.index = index
        self.indexed.emit()
        steps = judging(agents, index)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                self.judgement = end.value
                return
            self.stepped.emit(self.tr("Comparing the agents"), step.done, step.whole)
            yield
