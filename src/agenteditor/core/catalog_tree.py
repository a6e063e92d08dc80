"""The agents of the open folders as a tree of rows, kept up to date in place.

Rows stay the same objects as long as their files do, so whoever shows them keeps selection and place.
Each folder knows how many agents and problems are below it. Nothing is read here: looks come from
``catalog_listing``, entries from ``catalog_known``, both from whoever drives them in steps.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import count as numbers
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from agenteditor.core.catalog_entry import CatalogEntry
from agenteditor.core.catalog_filter import words_of
from agenteditor.core.catalog_listing import Listing, difference
from agenteditor.core.catalog_order import NO_PROBLEMS, Count, counted
from agenteditor.core.scopes import Places, Scope, Standing, places, scope_of, standings_by_name

_STEP = 500  # rows between two steps
_Result = TypeVar("_Result")
_numbers = numbers(1)


def run(steps: Generator[object, None, _Result]) -> _Result:
    """All steps at once, and what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result


class FolderRow:
    """A folder with agents below it."""

    __slots__ = (
        "_below", "_root", "_scope", "count", "folders", "name", "number", "parent", "rows", "total",
        "waiting",
    )  # fmt: skip

    def __init__(self, root: Path, below: str) -> None:
        self.number = next(_numbers)  # by which a view knows it
        self._root = root
        self._below = below
        self.name = below.rpartition("/")[2] or root.name or str(root)
        self._scope: Scope | Literal["?"] | None = "?"  # not looked for yet
        self.parent: FolderRow | None = None
        self.folders: list[FolderRow] = []
        self.rows: list[AgentRow] = []
        self.total = 0
        self.waiting = 0  # how many of them were not read yet
        self.count = NO_PROBLEMS

    @property
    def path(self) -> Path:
        return self._root / self._below

    @property
    def scope(self) -> Scope | None:
        """What it is to Claude Code, if it is a folder of agents. Found out when it is first shown."""
        if self._scope == "?":
            found = scope_of(self.path, places()) if self.name == "agents" else None
            self._scope = found if found is not None and found.folder == self.path.absolute() else None
        return self._scope

    def hold(self, folders: list[FolderRow], rows: list[AgentRow]) -> None:
        """Hold these and nothing else; they are to be added up."""
        self.folders, self.rows = folders, rows
        self.total, self.waiting, self.count = 0, 0, NO_PROBLEMS
        for folder in folders:
            folder.parent = self
        for row in rows:
            row.parent = self


class AgentRow:
    """A file. ``entry`` is None until it has been read; ``live`` counts the problems of the unsaved text."""

    __slots__ = (
        "count", "entry", "live", "name", "number", "parent", "root", "shared", "standing",
        "unsaved", "words",
    )  # fmt: skip

    def __init__(self, root: Path, name: str) -> None:
        self.number = next(_numbers)
        self.root = root
        self.name = name
        self.parent: FolderRow | None = None
        self.entry: CatalogEntry | None = None
        self.words = name.casefold()
        self.count = NO_PROBLEMS
        self.live: Count | None = None
        self.unsaved = False
        self.shared = False
        self.standing: Standing | None = None

    @property
    def path(self) -> Path:
        return self.root / self.name

    @property
    def title(self) -> str:
        """The agent's name; the file's until that is known."""
        return self.entry.name if self.entry is not None else self.stem

    @property
    def stem(self) -> str:
        return self.name.rpartition("/")[2].removesuffix(".md")

    @property
    def folder(self) -> str:
        """Its sub-folder, "" at the top."""
        return self.name.rpartition("/")[0]

    @property
    def shadowed(self) -> bool:
        return self.standing is not None and self.standing.state == "shadowed"


class Update(NamedTuple):
    """What a look has brought: rows that are new, and rows whose file is another now."""

    new: list[AgentRow]
    changed: list[AgentRow]
    gone: list[AgentRow]

    def __bool__(self) -> bool:
        return any(self)


class CatalogTree:
    """``tops`` are the open folders, ``rows`` all agents by the absolute path of their file."""

    def __init__(self) -> None:
        self.tops: list[FolderRow] = []
        self.rows: dict[str, AgentRow] = {}
        self._listings: dict[Path, Listing] = {}
        self._folders: dict[tuple[Path, str], FolderRow] = {}

    def row(self, path: Path) -> AgentRow | None:
        """The row of a file, if it is one of these."""
        return self.rows.get(os.path.abspath(path))  # noqa: PTH100 - follows no links

    def update(self, listings: Sequence[Listing]) -> Update:
        """Show what these looks, one for each open folder, have found."""
        return run(self.updating(listings))

    def updating(self, listings: Sequence[Listing]) -> Generator[int, None, Update]:
        """`update` in short steps. The tree changes all at once in the last one."""
        update = Update([], [], [])
        rows: dict[str, AgentRow] = {}
        for listing in listings:
            root = listing.root
            top = f"{os.path.abspath(root).rstrip('/')}/"  # noqa: PTH100
            before = self._listings.get(root)
            if before is not None:
                update.changed.extend(self.rows[top + name] for name in difference(before, listing).changed)
            for name in listing.files:
                row = self.rows.get(top + name)
                if row is None or row.root != root:
                    row = AgentRow(root, name)
                    update.new.append(row)
                rows[top + name] = row
                if len(rows) % _STEP == 0:
                    yield len(rows)
        update.gone.extend(row for key, row in self.rows.items() if rows.get(key) is not row)
        roots = [listing.root for listing in listings]
        if update.new or update.gone or roots != list(self._listings):
            contents = yield from self._arranging(roots, rows)
            self._show(contents)
        self._listings = {listing.root: listing for listing in listings}
        self.rows = rows
        return update

    def agents(self) -> Iterator[AgentRow]:
        """All agents as they stand in the tree: those of sub-folders before the folder's own."""
        waiting: list[FolderRow | AgentRow] = [*reversed(self.tops)]
        while waiting:
            row = waiting.pop()
            if isinstance(row, AgentRow):
                yield row
            else:
                waiting += reversed(row.rows)
                waiting += reversed(row.folders)

    def answer(self, row: AgentRow, entry: CatalogEntry) -> None:
        """A file has been read: this is what it came to."""
        first = row.entry is None
        row.entry = entry
        row.words = words_of(entry)
        self._count(row, -1 if first else 0)

    def mark(self, row: AgentRow, unsaved: bool, live: Count | None) -> bool:
        """A file is open in an editor: whether its text is unsaved, and the problems of that text.

        Whether the row says something else now.
        """
        before = (row.unsaved, row.count)
        row.unsaved = unsaved
        row.live = live
        self._count(row)
        return before != (row.unsaved, row.count)

    def judge(self, working: Path, where: Places) -> list[AgentRow]:
        """Find out anew who shares a name and who wins; the rows for which the winner is another now."""
        return run(self.judging(working, where))

    def judging(self, working: Path, where: Places) -> Generator[int, None, list[AgentRow]]:
        """`judge` in short steps; to be begun anew if anything is read meanwhile."""
        rows = list(self.rows.values())
        entries = [row.entry for row in rows if row.entry is not None]
        names = Counter(entry.name for entry in entries if entry.loads)
        yield 0
        found: dict[Path, Standing] = {}
        for some in standings_by_name(entries, working, where):
            found.update(some)
            yield 0
        changed: list[AgentRow] = []
        for done, row in enumerate(rows):
            entry = row.entry
            shared = entry is not None and entry.loads and names[entry.name] > 1
            standing = found.get(entry.path) if shared and found and entry is not None else None
            row.shared = shared
            if row.standing != standing:
                row.standing = standing
                changed.append(row)
            if done % _STEP == 0:
                yield done
        return changed

    # --- helpers -------------------------------------------------------------------------------

    def _count(self, row: AgentRow, waiting: int = 0) -> None:
        """Count a row's problems, and tell the folders above; also by how many more are ``waiting``."""
        problems = row.entry.problems if row.entry is not None else ()
        now = row.live if row.live is not None else counted(problems)
        if now != row.count or waiting:
            _each_above(row, now.plus(row.count, -1), waiting)
            row.count = now

    def _arranging(
        self, roots: Sequence[Path], rows: Mapping[str, AgentRow]
    ) -> Generator[int, None, dict[Path, dict[str, _Content]]]:
        """What will be in each folder, by its path below each root; a folder before those in it."""
        contents = {root: {"": _Content(self._folder(root, ""))} for root in roots}
        for done, row in enumerate(rows.values()):
            here, name = contents[row.root], row.folder
            while (content := here.get(name)) is None:
                missing = name
                while (above := missing.rpartition("/")[0]) not in here:
                    missing = above
                here[missing] = _Content(self._folder(row.root, missing))
                here[above].folders.append(here[missing].folder)
            content.rows.append((row.stem.casefold(), row.name, row))
            if done % _STEP == 0:
                yield done
        for here in contents.values():
            for done, content in enumerate(here.values()):
                content.folders.sort(key=lambda one: one.name.casefold())
                content.rows.sort()  # no two have one name, so rows are not compared
                if done % _STEP == 0:
                    yield done
        return contents

    def _show(self, contents: dict[Path, dict[str, _Content]]) -> None:
        self._folders = {}
        for root, here in contents.items():
            for name, content in here.items():
                folder = self._folders[root, name] = content.folder
                folder.hold(content.folders, [row for _, _, row in content.rows])
            for content in reversed(here.values()):  # those inside come after those around them
                _add_up(content.folder)
        self.tops = [here[""].folder for here in contents.values()]

    def _folder(self, root: Path, name: str) -> FolderRow:
        """The row of a folder; a new one where there is none."""
        return self._folders.get((root, name)) or FolderRow(root, name)


class _Content:
    """What is to be in a folder, rows with what they are sorted by."""

    __slots__ = ("folder", "folders", "rows")

    def __init__(self, folder: FolderRow) -> None:
        self.folder = folder
        self.folders: list[FolderRow] = []
        self.rows: list[tuple[str, str, AgentRow]] = []


def _add_up(folder: FolderRow) -> None:
    """Say what is in a folder, its sub-folders done already."""
    for row in folder.rows:
        folder.waiting += row.entry is None
        if row.count != NO_PROBLEMS:
            folder.count = folder.count.plus(row.count)
    folder.total += len(folder.rows)
    for inner in folder.folders:
        folder.total += inner.total
        folder.waiting += inner.waiting
        folder.count = folder.count.plus(inner.count)


def _each_above(row: AgentRow, count: Count, waiting: int) -> None:
    """Add to what the folders above a row say."""
    folder = row.parent
    while folder is not None:
        if any(count):
            folder.count = folder.count.plus(count)
        folder.waiting += waiting
        folder = folder.parent
