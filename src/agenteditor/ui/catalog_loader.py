"""Fills the tree of a catalog: lists folders, reads their agents, keeps up with changes.

All of it goes in slices between events, so the window stays usable; what can be seen is read first.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from agenteditor.core.catalog_known import KnownAnswers
from agenteditor.core.catalog_listing import Listing, looking
from agenteditor.core.catalog_store import CatalogStore, program_version, store_file
from agenteditor.core.catalog_tree import AgentRow, CatalogTree, Update
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings, found
from agenteditor.core.scopes import places, working_folder
from agenteditor.ui.catalog_watch import MOST, FolderWatch

_SLICE = 0.008  # seconds of work between two looks at the event queue
_AT_FIRST = 0.04  # seconds that the first look may take before anything else happens
_AT_ONCE = 300  # rows told of in one slice
_TELL = 0.1  # seconds between two tidings of rows that were read


class CatalogLoader(QObject):
    """Keeps ``tree`` as the folders are. ``visible`` gives the rows that can be seen now.

    ``arranged``: rows have come or gone. ``answered`` carries a list of rows that say something else now.
    ``settled``: nothing is left to do, and it is known who shares a name.
    """

    arranged = Signal()
    answered = Signal(object)
    settled = Signal()

    def __init__(self, tree: CatalogTree, visible: Callable[[], Sequence[AgentRow]], parent: QObject) -> None:
        super().__init__(parent)
        self.tree = tree
        self.folders: tuple[Path, ...] = ()
        self.listings: list[Listing] = []
        self._visible = visible
        self._settings: dict[tuple[Path, str], RuleSettings] = {}
        self._look: Generator[int, None, tuple[list[Listing], Update | None]] | None = None
        self._look_again = False
        self._look_took = 0.0
        self._due: list[Callable[[], None]] = []  # what follows from a look, a slice for each
        self._waiting: OrderedDict[AgentRow, None] = OrderedDict()
        self._urgent: list[AgentRow] = []  # those that can be seen, the topmost last
        self._seen = 0.0
        self._fresh: list[AgentRow] = []
        self._told = 0.0
        self._unjudged = False
        self._judging: Generator[int, None, list[AgentRow]] | None = None
        self._judged: list[AgentRow] = []  # rows to tell of
        self._unwatched = False
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._work)
        self.watch = FolderWatch(self)
        self.watch.stirred.connect(self.refresh)

    @cached_property
    def known(self) -> KnownAnswers:
        """Made with the first folder: a window without one needs none of it."""
        return KnownAnswers(_store())

    def open(self, folders: Sequence[Path]) -> None:
        """Show these folders. What is small has been listed when this returns."""
        self.folders = tuple(folders)
        self._look_again = False
        self._begin_look()
        self._step_look(time.perf_counter() + _AT_FIRST)
        while self._due and self._look is None:
            self._due.pop(0)()

    def refresh(self) -> None:
        """Look whether anything is another now."""
        if self._look is not None:
            self._look_again = True
        else:
            self._begin_look()

    def read_settings(self) -> None:
        """Look at the settings files again; agents for which they say something else are read again."""
        before, self._settings = self._settings, self._found_settings()
        other = {key for key, now in self._settings.items() if now != before.get(key, NO_SETTINGS)}
        if other:
            self._read(row for row in self.tree.rows.values() if (row.root, row.folder) in other)

    def reread(self, row: AgentRow) -> None:
        """A file was saved just now: read it before anything is heard from the system."""
        self._read([row])
        self._waiting.move_to_end(row, last=False)

    @property
    def busy(self) -> bool:
        """Whether folders are being listed or agents read."""
        return self._timer.isActive()

    @property
    def looking(self) -> bool:
        """Whether folders are being listed, or what was found is not shown yet."""
        return self._look is not None or bool(self._due)

    @property
    def unread(self) -> int:
        """How many agents are still to be read."""
        return len(self._waiting)

    # --- slices --------------------------------------------------------------------------------

    def _work(self) -> None:
        end = time.perf_counter() + _SLICE
        if self._due:
            self._due.pop(0)()
        elif self._look is not None:
            self._step_look(end)
        elif self._unwatched:
            self._watch()
        elif self._waiting:
            self._read_some(end)
        else:
            self._timer.stop()
            self._settle(end)

    def _begin_look(self) -> None:
        self._look = self._looking()
        self._look_took = 0.0
        self._timer.start()

    def _step_look(self, end: float) -> None:
        began = time.perf_counter()
        while self._look is not None and time.perf_counter() < end:
            try:
                next(self._look)
            except StopIteration as stop:
                self._look = None
                self._look_took += time.perf_counter() - began
                self._listed(*stop.value)
                return
        self._look_took += time.perf_counter() - began

    def _looking(self) -> Generator[int, None, tuple[list[Listing], Update | None]]:
        """A look into all folders, step by step, and what it changed in the tree, if anything."""
        listings: list[Listing] = []
        for folder in self.folders:
            listings.append((yield from looking(folder)))
        if listings == self.listings:
            return listings, None
        yield 0
        self.known.forget_places()
        yield 0
        update = yield from self.tree.updating(listings)
        return listings, update

    def _listed(self, listings: list[Listing], update: Update | None) -> None:
        """What follows from a look."""
        if self._look_again:
            self._look_again = False
            self._begin_look()
        plugins = [one.plugins for one in self.listings]
        self.listings = listings
        if update is not None:
            for row in update.gone:
                self._waiting.pop(row, None)
            self._read((*update.new, *update.changed))
            if [one.plugins for one in listings] != plugins:
                self._read(self.tree.rows.values())  # by what rules a file is read follows from its place
        self._unwatched = self._unwatched or update is not None or self.watch.lost
        self._due.append(self.read_settings)
        if update is not None:
            self._unjudged = True
            self._due.append(self.arranged.emit)

    def _read(self, rows: Iterable[AgentRow]) -> None:
        for row in rows:
            self._waiting[row] = None
        if self._waiting:
            self._timer.start()

    def _read_some(self, end: float) -> None:
        if end - self._seen > _TELL:  # somebody may have scrolled
            self._seen = end
            self._urgent = [row for row in self._visible() if row in self._waiting][::-1]
        while self._waiting and time.perf_counter() < end:
            row = self._urgent.pop() if self._urgent else next(iter(self._waiting))
            if row not in self._waiting:
                continue
            del self._waiting[row]
            entry = self.known.entry(row.path, row.root, self._settings_of(row))
            if entry != row.entry:
                self.tree.answer(row, entry)
                self._fresh.append(row)
        now = time.perf_counter()
        if not self._waiting or now - self._told > _TELL:
            self._told = now
            self._tell()

    def _tell(self) -> None:
        fresh, self._fresh = self._fresh, []
        if fresh:
            self._unjudged = True
            self.answered.emit(fresh)

    def _settle(self, end: float) -> None:
        if self._unjudged and self.folders:
            self._unjudged = False
            where = places()
            self._judging = self.tree.judging(working_folder(self.folders, where), where)
        while self._judging is not None and time.perf_counter() < end:
            try:
                next(self._judging)
            except StopIteration as stop:
                self._judging = None
                self._judged = stop.value
                self.answered.emit([])  # who shares a name may be another, too
        if self._judging is not None:
            self._timer.start()
        elif self._judged:
            some, self._judged = self._judged[:_AT_ONCE], self._judged[_AT_ONCE:]
            self.answered.emit(some)
            self._timer.start()
        else:
            self.known.save()
            self.settled.emit()

    # --- settings and watches ------------------------------------------------------------------

    def _found_settings(self) -> dict[tuple[Path, str], RuleSettings]:
        """The settings of each folder. Only some can differ from those of the folder above."""
        settings: dict[tuple[Path, str], RuleSettings] = {}
        for listing in self.listings:
            for name in listing.folders:
                key = (listing.root, name)
                if name in listing.bounds:
                    before = self._settings.get(key, NO_SETTINGS)
                    settings[key] = found(listing.root / name / "x.md", before)
                else:
                    settings[key] = settings[listing.root, name.rpartition("/")[0]]
        return settings

    def _settings_of(self, row: AgentRow) -> RuleSettings:
        return self._settings.get((row.root, row.folder), NO_SETTINGS)

    def _watch(self) -> None:
        self._unwatched = False
        paths = [
            f"{one.root}/{name}" if name else str(one.root) for one in self.listings for name in one.folders
        ]
        paths = paths[:MOST]
        total = len(self.tree.rows)
        fits = len(paths) + total <= MOST
        if fits:
            for one in self.listings:
                paths += [f"{one.root}/{name}" for name, signature in one.files.items() if signature]
        self.watch.cover(self.folders, paths, 0 if fits else total, self._look_took * 1000)


def _store() -> CatalogStore | None:
    """What earlier runs found out; None for a user without a home folder."""
    try:
        return CatalogStore(store_file(), program_version())
    except RuntimeError:
        return None
