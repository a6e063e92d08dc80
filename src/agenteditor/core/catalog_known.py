"""Answers about agents that are given once: what has equal content, name and place shares one check."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agenteditor.core import disk
from agenteditor.core.catalog_entry import CatalogEntry, entry_of, sub_folder, unreadable
from agenteditor.core.catalog_store import CatalogStore
from agenteditor.core.dialects import dialect_of
from agenteditor.core.files import FileProblem, Loaded, Stamp, decode
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings

_MOST = 50_000  # answers that are kept; the oldest go first


class KnownAnswers:
    """Makes entries as ``catalog_entry.load_entry`` does, and remembers what each content came to.

    An answer depends on the bytes, the file's name, the program its folder belongs to and the rule
    settings. So a file that comes back as it was is read, but not checked again; with a ``store`` not in
    the next run either.
    """

    def __init__(self, store: CatalogStore | None = None) -> None:
        self._store = store
        self._known: OrderedDict[tuple[object, ...], CatalogEntry] = OrderedDict()
        self._places: dict[tuple[Path, Path], tuple[str, tuple[str, bool]]] = {}
        self.checked = 0  # how many contents were really checked

    def entry(self, path: Path, root: Path, settings: RuleSettings = NO_SETTINGS) -> CatalogEntry:
        """The entry of the file at ``path`` below the folder ``root``. Raises nothing."""
        try:
            data, stamp = disk.read(path)
        except FileProblem as problem:
            return unreadable(path, root, problem)
        return self._answer(path, root, stamp, lambda: decode(data), settings)

    def entry_of(self, file: Loaded, root: Path, settings: RuleSettings = NO_SETTINGS) -> CatalogEntry:
        """The entry of a file that was read."""
        return self._answer(file.path, root, file.stamp, lambda: file.text, settings)

    def _answer(
        self, path: Path, root: Path, stamp: Stamp, text: Callable[[], str], settings: RuleSettings
    ) -> CatalogEntry:
        switches = tuple(sorted(settings.switches.items()))
        folder, place = self._place(path, root)
        key = (stamp.digest, path.name, place, switches)
        known = self._known.pop(key, None)
        if known is None and self._store is not None:
            known = self._store.entry(key, path, folder)
        if known is None:
            self.checked += 1
            known = entry_of(Loaded(path, text(), stamp), root, settings)
            if self._store is not None:
                self._store.keep(key, known)
        while len(self._known) >= _MOST:
            self._known.popitem(last=False)
        self._known[key] = known
        same = known.path == path and known.folder == folder
        return known if same else replace(known, path=path, folder=folder)

    def save(self) -> None:
        """Keep what was found out for the next run."""
        if self._store is not None:
            self._store.save()

    def forget_places(self) -> None:
        """Look anew what program each folder belongs to: a plugin's manifest may have come or gone."""
        self._places.clear()

    def _place(self, path: Path, root: Path) -> tuple[str, tuple[str, bool]]:
        """The sub-folder that a file is in, and what that alone says about how the file is read."""
        above = (path.parent, root)
        known = self._places.get(above)
        if known is None:
            inside = dialect_of(path.parent / "x.md").name
            known = (sub_folder(path, root), (inside, ".claude" in path.parent.absolute().parts))
            self._places[above] = known
        return known
