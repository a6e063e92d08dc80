"""Exporting a catalog: first a plan that says what would happen, then exactly that.

`plan` reads the agents and what is there, and writes nothing; `write` does what the plan says. Nothing is
overwritten or removed that was not written by an export and left alone since. Both have a form in steps
(`planning`, `writing`) for who has to stay awake meanwhile. The modules `export_choices`, `export_agents`,
`export_layouts`, `export_folder`, `export_manifest`, `export_write` and `export_zip` do the work.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Generator, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from agenteditor.core import export_write, files, merge_bases
from agenteditor.core.disk import is_folder, is_there
from agenteditor.core.export_agents import (
    Ready,
    Refused,
    file_name_problem,
    ready,
    second_opinion,
    unique,
)
from agenteditor.core.export_choices import (
    CLAUDE_CODE,
    CLAUDE_PLUGIN,
    LICENCES,
    Choices,
    Layout,
    Source,
    problem,
)
from agenteditor.core.export_compare import Protected, compared, names_of, stem_of
from agenteditor.core.export_folder import digest_of
from agenteditor.core.export_layouts import Wanted, files_of, merged, plugins_of
from agenteditor.core.export_manifest import MANIFEST
from agenteditor.core.export_plan import Entry, Plan, State, described, entry_of
from agenteditor.core.export_write import Change, Progress, Stop
from agenteditor.core.export_zip import PresentZip, present_zip, write_zip
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.zip_reading import MOST_BYTES, MOST_FILES

__all__ = [
    "CLAUDE_CODE",
    "CLAUDE_PLUGIN",
    "LICENCES",
    "MANIFEST",
    "Choices",
    "Entry",
    "Known",
    "Layout",
    "Plan",
    "Progress",
    "Refused",
    "Source",
    "State",
    "Stop",
    "described",
    "file_name_problem",
    "hints",
    "plan",
    "planning",
    "second_opinion",
    "write",
    "writing",
]

Known = MutableMapping[tuple[Source, str, bool], Ready | Refused]
Result = TypeVar("Result")
_AT_ONCE = 20  # texts kept between two looks at the window


def plan(sources: Sequence[Source], place: Path, choices: Choices | None = None) -> Plan:
    """What exporting ``sources`` to ``place`` would do. Reads it, writes nothing."""
    return _result(planning(sources, place, choices or Choices()))


def write(plan: Plan) -> tuple[Entry, ...]:
    """Do what the plan says; the entries that were written or removed. Raises `FileProblem`."""
    return _result(writing(plan))


def planning(
    sources: Sequence[Source], place: Path, choices: Choices, known: Known | None = None
) -> Generator[Progress, None, Plan]:
    """`plan` in steps. ``known`` keeps the agents that were made ready, for the next plan."""
    known = {} if known is None else known
    agents: list[Ready] = []
    refused: list[Refused] = []
    for number, source in enumerate(sources):
        key = (source, choices.target.name, choices.strip)
        if key not in known:
            known[key] = ready(source, choices)
            yield Progress("read", number + 1, len(sources))
        made = known[key]
        agents += [made] if isinstance(made, Ready) else []
        refused += [made] if isinstance(made, Refused) else []
    agents, alike = unique(agents, choices.target)
    refused += alike
    waiting = [one for one in agents if not _accepted(one, choices)]
    going = [one for one in agents if _accepted(one, choices)]
    fault = _fault(agents, place, choices)
    if fault is not None:
        return Plan(place, choices, (), tuple(refused), fault)
    yield Progress("compare", 0, len(agents))
    wanted = files_of(going, choices, place)
    yield Progress("compare", 0, len(wanted))
    notes = merged(plugins_of(agents, choices, place)) if choices.layout != "folder" else ()
    if choices.zipped:
        return replace(_zip_plan(wanted, waiting, refused, place, choices), notes=notes)
    names = {stem_of(one.file) for one in waiting} | {name for one in refused for name in names_of(one)}
    protected = Protected([source.path for source in sources], names)
    try:
        entries, unfinished, folder = yield from compared(wanted, place, choices, protected)
    except FileProblem as reason:
        return Plan(place, choices, (), tuple(refused), str(reason))
    compared_all = Progress("compare", len(wanted), len(wanted))
    yield compared_all
    every = _sorted(entries, waiting, choices, place)
    notes += _twins(every, sources, place)
    yield compared_all
    return Plan(place, choices, every, tuple(refused), unfinished=unfinished, folder=folder, notes=notes)


def writing(plan: Plan) -> Generator[Progress, None, tuple[Entry, ...]]:
    """`write` in steps. `Stop` and closing stop it: everything is done then, or nothing; () if nothing."""
    if plan.problem:
        return ()
    written = [entry for entry in plan.entries if entry.state in ("new", "replaced", "same")]
    if plan.choices.zipped:
        if plan.todo:
            write_zip(plan.place, {one.path: files.encode(one.text) for one in written}, plan.stamp)
        return tuple(entry for entry in plan.entries if entry.state in ("new", "replaced", "removed"))
    changes: list[Change] = []
    try:
        for entry in written:
            changes.append(Change(entry.path, files.encode(entry.text)))
            if len(changes) % _AT_ONCE == 0:
                yield Progress("stage", 0, len(written))
    except Stop:
        return ()
    changes += [Change(entry.path, None) for entry in plan.entries if entry.state == "removed"]
    if not plan.todo and not plan.unfinished:
        return ()
    done = set((yield from export_write.writing(plan.place, changes, plan.folder)))
    with suppress(Stop):  # what counts is written
        yield from _remembered([entry.text for entry in written if entry.path in done and entry.sources])
    return tuple(entry for entry in plan.entries if entry.path in done)


def _remembered(texts: Sequence[str]) -> Generator[Progress, None, None]:
    """Keep what was written: when the catalog is imported again, it tells who changed what."""
    with suppress(FileProblem):  # the import will then ask about more differences
        for start in range(0, len(texts), _AT_ONCE):
            merge_bases.keep(texts[start : start + _AT_ONCE])
            yield Progress("place", min(start + _AT_ONCE, len(texts)), len(texts))
        for _ in merge_bases.dropping_oldest() if texts else ():
            yield Progress("place", len(texts), len(texts))


def hints(plan: Plan) -> tuple[str, ...]:
    """What to type to use and to check what was exported; nothing where it is used as it is."""
    if plan.choices.layout != "plugin" or plan.choices.zipped:
        return ()
    paths = [entry.path.split("/") for entry in plan.entries if entry.path.startswith("plugins/")]
    first = min((parts[1] for parts in paths), default="")
    place, name = files.shown_path(plan.place), plan.choices.catalog_name(plan.place)
    return (
        f"/plugin marketplace add {place}",
        f"/plugin install {first}@{name}",
        f"claude plugin validate {shlex.quote(place)}",  # for a shell, unlike the others
    )


def _result(steps: Generator[Progress, None, Result]) -> Result:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result


# --- the plan ----------------------------------------------------------------------------------


def _accepted(agent: Ready, choices: Choices) -> bool:
    return not agent.widened or choices.accepted is None or agent.source.path in choices.accepted


def _fault(agents: Sequence[Ready], place: Path, choices: Choices) -> str | None:
    if not agents:
        return "There is no agent to export."
    if not choices.zipped and is_there(place) and not is_folder(place):
        return f"{files.shown_path(place)} is not a folder."
    if choices.zipped and is_folder(place):
        return f"{files.shown_path(place)} is a folder. Choose a file that ends in .zip."
    return problem(choices, place, frozenset(plugins_of(agents, choices, place)))


def _twins(entries: Sequence[Entry], sources: Sequence[Source], place: Path) -> tuple[str, ...]:
    """The sentence that new files would lie among the agents they are copies of; nothing if none would."""
    homes = {os.path.realpath(folder) for folder in {source.path.parent for source in sources}}
    fresh = (entry.path for entry in entries if entry.state == "new" and entry.sources)
    made = {place / folder for folder in {path.rpartition("/")[0] for path in fresh}}
    if not any(Path(os.path.realpath(folder)).is_relative_to(home) for folder in made for home in homes):
        return ()
    return (
        f"{files.shown_path(place)} is in the folder that these agents come from: whoever reads all of that "
        "finds each of them twice. Better choose a folder outside.",
    )


def _sorted(
    entries: Iterable[Entry], waiting: Sequence[Ready], choices: Choices, place: Path
) -> tuple[Entry, ...]:
    """The entries by path, those that wait among them."""
    held = files_of(waiting, choices, place) if waiting else {}
    why = "it may do more than before, and nobody has accepted that yet"
    rows = [
        Entry(path, file.text, "waiting", file.sources, f"not written: {why}", file.items)
        for path, file in held.items()
        if file.sources
    ]
    return tuple(sorted([*entries, *rows], key=lambda entry: (entry.path, entry.state)))


def _zip_plan(
    wanted: Mapping[str, Wanted],
    waiting: Sequence[Ready],
    refused: Sequence[Refused],
    place: Path,
    choices: Choices,
) -> Plan:
    try:
        present = present_zip(place)
    except FileProblem as fault:
        present, reason = PresentZip(None, {}, False), str(fault)
    else:
        reason = f"{files.shown_path(place)} was not written by an export, or was changed since."
    entries = [
        entry_of(path, file, _state_in_zip(present.files.get(path), file.text))
        for path, file in wanted.items()
    ]
    gone = "the new zip file does not have it"
    entries += [Entry(path, "", "removed", note=gone) for path in present.files if path not in wanted]
    every = _sorted(entries, waiting, choices, place)
    size = sum(len(file.text) for file in wanted.values())
    if len(wanted) > MOST_FILES or size > MOST_BYTES:
        most = f"{MOST_FILES:,} files and {MOST_BYTES // 1024**2} MB"
        return Plan(
            place, choices, every, tuple(refused), f"A zip file may have {most} at most: choose a folder."
        )
    return Plan(place, choices, every, tuple(refused), None if present.ours else reason, stamp=present.stamp)


def _state_in_zip(present: str | None, text: str) -> State:
    if present is None:
        return "new"
    return "same" if present == digest_of(files.encode(text)) else "replaced"
