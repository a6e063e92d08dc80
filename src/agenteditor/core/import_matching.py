"""Which agent of a source is which of a catalog, what both came from, and what became of either.

Agents are found again by the name in their frontmatter, else by their path. What both sides started from is
what the last import brought, or what the manifest of an export remembers.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from agenteditor.core import files, merge_bases
from agenteditor.core.disk import is_folder, is_there
from agenteditor.core.export import MANIFEST
from agenteditor.core.files import FileProblem
from agenteditor.core.import_rows import Row, State
from agenteditor.core.import_sources import Source
from agenteditor.core.importing import Imported, why_not_loaded
from agenteditor.core.merging import Merged, merge
from agenteditor.core.merging_parts import same_meaning
from agenteditor.core.powers import powers
from agenteditor.core.powers_wider import wider
from agenteditor.core.syntax import parse_at

_MOST_NAMED = 4  # files or fields in a sentence
# Folders that say how a catalog is laid out, and nothing about its agents.
_LAYOUT = frozenset(["agents", "agent", "droids", "modes", "plugins", "categories"]) | frozenset(
    f".{program}"
    for program in ("claude", "github", "opencode", "gemini", "qwen", "cursor", "factory", "kiro", "junie")
)


@dataclass(frozen=True, slots=True)
class Here:
    """A file of the catalog."""

    path: Path
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class There:
    """An agent of the source."""

    where: str
    agent: Imported


class Matcher:
    """Finds the file of the catalog for each agent of the source. ``taken`` are those that were found."""

    def __init__(
        self,
        source: Source,
        folder: Path,
        here: Iterable[Here],
        unreadable: Mapping[Path, str],
        unsaved: Collection[Path],
    ) -> None:
        self._folder, self._unreadable = folder, unreadable
        self._unsaved = {os.path.realpath(path) for path in unsaved}
        self._by_path = {one.path: one for one in here}
        self._by_name: dict[str, list[Here]] = defaultdict(list)
        for one in self._by_path.values():
            self._by_name[one.name].append(one)
        self._bases = _Bases(source, folder)
        self._home = _home(folder)
        self.taken: set[Path] = set()

    def rows(self, there: Iterable[There]) -> Iterator[Row]:
        """What becomes of each agent."""
        groups: dict[str, list[There]] = defaultdict(list)
        for one in there:
            groups[one.agent.name].append(one)
        self._names = groups.keys()
        for group in groups.values():
            first, *others = group
            if all(same_meaning(first.agent.text, other.agent.text) for other in others):
                row = self._row(first, ())
                also = f"It stands in {_few(other.where for other in others)} too." if others else ""
                yield replace(row, note=_joined(row.note, also))
            else:
                yield from (
                    self._row(one, [other.where for other in group if other is not one]) for one in group
                )

    def _row(self, one: There, namesakes: Sequence[str]) -> Row:
        """``namesakes`` are other files of the source with this name and another text."""
        name, where = one.agent.name, one.where
        same_name = self._by_name.get(name, [])
        at = self._at(one)
        if not namesakes and len(same_name) == 1:
            return self._met(one, same_name[0])
        if at is not None and at in same_name:
            return self._met(one, at)
        if namesakes:
            reason = f"“{name}” stands in {_few(namesakes)} too. Import the one you mean by itself."
            return Row("refused", name, where, reason)
        if same_name:
            several = _few(self._shown(found.path) for found in same_name)
            reason = f"Several files here are called “{name}”: {several}. Rename all but one."
            return Row("refused", name, where, reason)
        if at is not None and at.name not in self._names:
            row = self._met(one, at)
            return replace(row, note=_joined(f"Here it is called “{at.name}”.", row.note))
        return self._new(one)

    def _at(self, one: There) -> Here | None:
        """The file of the catalog at the same place."""
        paths = (self._folder / one.where, self._place(one))
        return next((found for path in paths if (found := self._by_path.get(path))), None)

    def _place(self, one: There) -> Path:
        """Where a new agent goes: under its own folders, without those of the layout."""
        path = PurePosixPath(one.where)
        keep = not one.agent.items and path.suffix == ".md"
        folders = [part for part in path.parent.parts if part not in _LAYOUT]
        return self._home.joinpath(*folders, path.name if keep else f"{one.agent.name}.md")

    def _new(self, one: There) -> Row:
        path = self._place(one)
        name, where, text = one.agent.name, one.where, one.agent.text
        reason = self._unreadable.get(path)
        if reason is None and (is_there(path) or path in self.taken):
            reason = f"{self._shown(path)} is there already and is another agent."
        if reason is None and _leads_out(path, self._folder):
            reason = f"{self._shown(path.parent)} is a link that leads out of the catalog."
        if reason is not None:
            return Row("refused", name, where, reason)
        self.taken.add(path)
        return Row("new", name, where, _how(one.agent), path, None, text)

    def _met(self, one: There, ours: Here) -> Row:
        name, where, theirs = one.agent.name, one.where, one.agent.text
        if ours.path in self.taken:
            reason = f"{self._shown(ours.path)} is taken for another file of this name already."
            return Row("refused", name, where, reason)
        self.taken.add(ours.path)
        state, note, merged = _compared(self._bases.base(ours, one), ours.text, theirs)
        row = Row(state, name, where, note, ours.path, ours.text, theirs, merged)
        if row.writes and os.path.realpath(ours.path) in self._unsaved:
            reason = "It is open with changes that are not saved. Save or close it first."
            return replace(row, state="refused", note=reason, merged=None)
        if row.writes and _leads_out(ours.path, self._folder):
            reason = f"{self._shown(ours.path)} is a link that leads out of the catalog."
            return replace(row, state="refused", note=reason, merged=None)
        if row.writes and merged is not None:
            after = merged.text_with(merged.all_of("theirs"))
            before, there = (parse_at(text, ours.path) for text in (ours.text, after))
            more = wider(powers(before, before.dialect.place), powers(there, there.dialect.place))
            return replace(row, note=_joined(note, _how(one.agent)), wider=more)
        return row

    def _shown(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()


def _compared(base: str | None, ours: str, theirs: str) -> tuple[State, str, Merged | None]:
    """What became of an agent that both sides have, in a word and in words."""
    if ours == theirs:
        return "same", "The same bytes.", None
    if same_meaning(ours, theirs):
        return "same", "It says the same, written otherwise.", None
    merged = merge(base, ours, theirs)
    if base is None:
        named = _few(conflict.label for conflict in merged.conflicts)
        return "conflict", f"It differs, and what both came from is not known: {named}.", merged
    if same_meaning(base, theirs):
        return "kept", "Only yours changed.", None
    if merged.conflicts:
        named = _few(conflict.label for conflict in merged.conflicts)
        return "conflict", f"Both changed the same: {named}.", merged
    if merged.text == ours:
        return "kept", "Yours has all that changed there.", None
    if same_meaning(base, ours):
        return "update", f"Changed there: {_few(merged.taken) or 'the spelling'}.", merged
    return (
        "merged",
        f"Both changed, in different places. From there: {_few(merged.taken) or 'the spelling'}.",
        merged,
    )


def _how(agent: Imported) -> str:
    fault = why_not_loaded(agent)
    notes = [f"It does not load: {fault}"] if fault else []
    lost = [item.field for item in agent.items if item.fate in ("lost", "widened")]
    if lost:
        notes.append(f"Converted from {agent.origin}; not carried over as it was: {', '.join(lost)}.")
    elif agent.items:
        notes.append(f"Converted from {agent.origin}.")
    return " ".join(notes)


def _few(names: Iterable[str]) -> str:
    listed = [*names]
    more = len(listed) - _MOST_NAMED
    return ", ".join(listed[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _home(folder: Path) -> Path:
    """Where the agents of a catalog stand."""
    homes = (folder / ".claude" / "agents", folder / "agents")
    return next((home for home in homes if is_folder(home)), folder)


def _leads_out(path: Path, folder: Path) -> bool:
    """Whether links take a file of the folder out of it."""
    inside = os.path.join(os.path.realpath(folder), "")  # noqa: PTH118
    return not os.path.realpath(path).startswith(inside)


class _Bases:
    """What is known of the texts that both sides came from."""

    def __init__(self, source: Source, folder: Path) -> None:
        self._folder = folder
        self._imported = merge_bases.known(folder)
        try:
            self._exported_here = _manifest(files.load(folder / MANIFEST).text)
        except FileProblem:
            self._exported_here = {}
        text = source.text(MANIFEST) if MANIFEST in source.names else ""
        self._exported_there = _manifest(text) if isinstance(text, str) else {}

    def base(self, ours: Here, theirs: There) -> str | None:
        """The text both sides came from; None if it is not known.

        Of an export only digests are sure to be known: they still tell that a side did not change since.
        """
        path = ours.path.relative_to(self._folder).as_posix()
        present = {merge_bases.digest(text): text for text in (ours.text, theirs.agent.text)}
        known = self._imported.get(path)
        digests = [known.base_of(merge_bases.digest(ours.text))] if known is not None else []
        digests += [*self._exported_there.get(theirs.where, ()), *self._exported_here.get(path, ())]
        found = (present.get(one) or merge_bases.text_of(one) for one in digests)
        return next((text for text in found if text is not None), None)


def _manifest(text: str) -> dict[str, list[str]]:
    """The digests of what an export wrote, by path."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    listed = data.get("files") if isinstance(data, dict) else None
    if not isinstance(listed, dict):
        return {}
    return {
        path: [str(one) for one in digests] for path, digests in listed.items() if isinstance(digests, list)
    }
