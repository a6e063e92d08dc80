"""Writing a catalog folder: first a plan that says what would happen, then exactly that.

Every agent is written as valid YAML with LF line ends and no byte order mark, and is read back by
python-frontmatter, a second reader, before it counts. What would not load is refused with the
reason. Nothing is overwritten that was not written by an export and left alone since: a small
manifest in the folder remembers that.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from frontmatter.default_handlers import YAMLHandler

from agenteditor.core import files, marketplace, merge_bases
from agenteditor.core.disk import is_folder, is_there, problems
from agenteditor.core.files import FileProblem, Stamp
from agenteditor.core.line_ends import drop_bom, to_line_ends
from agenteditor.core.loading import loads
from agenteditor.core.marketplace import Agent
from agenteditor.core.repairs import make_portable, make_valid
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Refusal, apply
from agenteditor.core.yaml_read import StringLoader

Layout = Literal["folder", "plugin"]
State = Literal["new", "replaced", "same", "conflict"]
MANIFEST = ".agenteditor-export.json"

_UNSAFE = set('/\\:*?"<>|')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789")}
_MAX_NAME = 200  # bytes; file systems allow 255
_IGNORED_IN_PLUGIN = ("hooks", "mcpServers", "permissionMode")


@dataclass(frozen=True, slots=True)
class Source:
    """An agent file to export; ``category`` becomes its plugin, "" the catalog's own."""

    path: Path
    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the catalog: its path below the folder, its text, and what would happen to it.

    ``source`` is None for the files an export makes itself; ``note`` says what is worth knowing.
    """

    path: str
    text: str
    state: State
    source: Path | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A source that is not exported, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export would do to ``folder``; ``problem`` is why nothing at all can be written."""

    folder: Path
    layout: Layout
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]
    problem: str | None = None


class _Wanted(NamedTuple):
    """A file the catalog should have."""

    text: str
    source: Path | None = None
    note: str = ""


# --- planning ----------------------------------------------------------------------------------


def plan(sources: Sequence[Source], folder: Path, layout: Layout, name: str = "", owner: str = "") -> Plan:
    """What exporting ``sources`` to ``folder`` would do. Reads the folder, writes nothing.

    ``name`` and ``owner`` are the marketplace's; by default both are made from the folder's name.
    """
    name = name or marketplace.slug(folder.absolute().name)
    owner = owner or name
    prepared, refused = _prepared(sources)
    plugins = {marketplace.slug(source.category) if source.category else name for source, _, _ in prepared}
    problem = _problem(folder, layout, {name, *plugins}) if prepared else "There is no agent to export."
    wanted: dict[str, _Wanted] = {}
    catalog: dict[str, list[Agent]] = {}
    for source, agent, text in prepared:
        plugin = marketplace.slug(source.category) if source.category else name
        path = agent.path
        if layout == "plugin":
            path = f"plugins/{plugin}/{path}"
            catalog.setdefault(plugin, []).append(agent)
        elif folder.absolute().name == "agents":
            path = path.removeprefix("agents/")
        wanted[path] = _Wanted(text, source.path, _note(source, text, layout))
    if layout == "plugin" and catalog:
        wanted[".claude-plugin/marketplace.json"] = _Wanted(
            marketplace.marketplace_json(name, owner, catalog)
        )
        wanted["README.md"] = _Wanted(marketplace.index(name, catalog))
        for plugin, agents in catalog.items():
            manifest = marketplace.plugin_json(plugin, owner, agents)
            wanted[f"plugins/{plugin}/.claude-plugin/plugin.json"] = _Wanted(manifest)
    ours = _manifest(folder)
    entries = [_entry(folder, path, wanted[path], ours) for path in sorted(wanted)]
    return Plan(folder, layout, tuple(entries), tuple(refused), problem)


def described(plan: Plan) -> list[str]:
    """The plan in lines for people."""
    lines = [
        f"{_WORDS[entry.state]} {entry.path}{f': {entry.note}' if entry.note else ''}"
        for entry in plan.entries
    ]
    lines += [f"refused   {refused.path}: {refused.reason}" for refused in plan.refused]
    if plan.problem:
        lines.append(f"Nothing can be written: {plan.problem}")
    return lines


_WORDS = {"new": "new      ", "replaced": "replaced ", "same": "unchanged", "conflict": "kept     "}


def _prepared(sources: Sequence[Source]) -> tuple[list[tuple[Source, Agent, str]], list[Refused]]:
    """The sources that can be exported, with their text; the others with the reason."""
    good: list[tuple[Source, Agent, str]] = []
    refused: list[Refused] = []
    for source in sources:
        outcome = _ready(source.text)
        if isinstance(outcome, Refusal):
            refused.append(Refused(source.path, outcome.reason))
        else:
            good.append((source, *outcome))
    taken: dict[str, list[Path]] = {}
    for source, agent, _ in good:
        taken.setdefault(_same_file(agent.name), []).append(source.path)
    unique = []
    for source, agent, text in good:
        others = [str(path) for path in taken[_same_file(agent.name)] if path != source.path]
        if others:
            reason = f"Another agent is called “{agent.name}” too: {', '.join(others)}. Rename one of them."
            refused.append(Refused(source.path, reason))
        else:
            unique.append((source, agent, text))
    return unique, refused


def _same_file(name: str) -> str:
    """Names that some file system takes for one: case and Unicode form do not count."""
    return unicodedata.normalize("NFKC", name).casefold()


def _ready(text: str) -> tuple[Agent, str] | Refusal:
    """The agent and its text as it would be written, read back by the second reader."""
    syntax = parse(text)
    verdict = loads(syntax)
    if not verdict.ok:
        return Refusal(verdict.reason)
    name, description = (
        str(field.value) if (field := syntax.field(key)) else "" for key in ("name", "description")
    )
    problem = file_name_problem(name)
    if problem:
        return Refusal(problem)
    edits = make_valid(syntax)
    if isinstance(edits, Refusal):
        return edits
    clean = apply(text, edits)
    clean = apply(clean, make_portable(parse(clean)))
    clean = apply(clean, drop_bom(clean))
    clean = apply(clean, to_line_ends(clean, "LF"))
    disagreement = second_opinion(parse(clean))
    if disagreement:
        return Refusal(disagreement)
    return Agent(name, description, f"agents/{name}.md"), clean


def file_name_problem(name: str) -> str | None:
    """Why an agent's name cannot be a file name on every system; None if it can."""
    advice = "Change the name in its frontmatter."
    if any(letter in _UNSAFE or not letter.isprintable() for letter in name):
        return f"Its name “{name}” has a character that file names cannot have. {advice}"
    if name != name.strip(" .") or name.partition(".")[0].casefold() in _DEVICES:
        return f"Its name “{name}” cannot be a file name on every system. {advice}"
    if len(name.encode("utf-8", "surrogateescape")) > _MAX_NAME:
        return f"Its name is too long for a file name. {advice}"
    return None


def second_opinion(syntax: Syntax) -> str | None:
    """What python-frontmatter reads differently from us; None if it agrees.

    It loads every value as text, so that only the text counts, and strips the body.
    """
    reader = YAMLHandler()
    try:
        content, body = reader.split(syntax.text)
        metadata = reader.load(content, Loader=StringLoader)
    except Exception as error:  # noqa: BLE001  # another library's parser on any text
        return f"Another reader (python-frontmatter) cannot read the result: {type(error).__name__}."
    if body.strip() != syntax.body.of(syntax.text).strip():
        return "Another reader (python-frontmatter) finds another prompt in the result."
    for field in syntax.frontmatter.fields if syntax.frontmatter else ():
        last = syntax.field(field.key)
        if last is field and field.editable and not _agrees(field.value, field.text, metadata.get(field.key)):
            return f"Another reader (python-frontmatter) reads “{field.key}” differently."
    return None


def _agrees(ours: object, text: str | None, theirs: object) -> bool:
    if isinstance(ours, str):
        return theirs == ours
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and set(map(str, theirs)) == set(ours)
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(theirs) == len(ours)
    return theirs == (text or "")


def _note(source: Source, text: str, layout: Layout) -> str:
    notes: list[str] = []
    if parse(source.text).verdict == "repaired":
        notes.append("its YAML is made valid")
    if layout == "plugin":
        lost = [key for key in _IGNORED_IN_PLUGIN if parse(text).field(key) is not None]
        if lost:
            notes.append(f"{', '.join(lost)} {'has' if len(lost) == 1 else 'have'} no effect in a plugin")
    return "; ".join(notes)


def _problem(folder: Path, layout: Layout, names: Iterable[str]) -> str | None:
    if is_there(folder) and not is_folder(folder):
        return f"{folder} is not a folder."
    taken = sorted(name for name in names if marketplace.reserved(name))
    if layout == "plugin" and taken:
        return f"“{taken[0]}” is a name the vendor keeps for itself. Choose another folder name or category."
    return None


# --- what is there -----------------------------------------------------------------------------


def _entry(folder: Path, path: str, wanted: _Wanted, ours: Mapping[str, set[str]]) -> Entry:
    text, source, note = wanted
    try:
        present = files.load(folder / path).text
    except FileProblem:
        if not os.path.lexists(folder / path):
            return Entry(path, text, "new", source, note)
        return Entry(path, text, "conflict", source, "not overwritten: what is there is no readable file")
    if present == text:
        return Entry(path, text, "same", source, note)
    if _digest(present) in ours.get(path, set()):
        return Entry(path, text, "replaced", source, note)
    why = "it was changed since it was exported" if path in ours else "an export did not write it"
    return Entry(path, text, "conflict", source, f"not overwritten: {why}")


def _digest(text: str) -> str:
    return hashlib.sha256(files.encode(text)).hexdigest()


def _manifest(folder: Path) -> dict[str, set[str]]:
    """Path and digests of what exports wrote; {} where there is no manifest or it makes no sense."""
    try:
        data = json.loads(files.load(folder / MANIFEST).text)
    except (FileProblem, ValueError, RecursionError):
        return {}
    listed = data.get("files") if isinstance(data, dict) else None
    if not isinstance(listed, dict):
        return {}
    return {
        str(path): {str(digest) for digest in digests}
        for path, digests in listed.items()
        if isinstance(digests, list)
    }


# --- writing -----------------------------------------------------------------------------------


def write(plan: Plan) -> tuple[Entry, ...]:
    """Do what the plan says; the entries that were written. Raises `FileProblem`.

    The manifest is written before and after: whatever stops an export half way, the next one
    knows every file this one wrote.
    """
    if plan.problem:
        return ()
    todo = [entry for entry in plan.entries if entry.state in ("new", "replaced")]
    ours = _manifest(plan.folder)
    before = {path: set(digests) for path, digests in ours.items()}
    for entry in todo:
        before.setdefault(entry.path, set()).add(_digest(entry.text))
    if todo:
        _write_manifest(plan.folder, before)
    for entry in todo:
        target = plan.folder / entry.path
        with problems("save", target):
            target.parent.mkdir(parents=True, exist_ok=True)
        files.save(target, entry.text, _expected(target, entry, ours))
    after = {**ours, **{entry.path: {_digest(entry.text)} for entry in todo}}
    if todo:
        _write_manifest(plan.folder, after)
        with suppress(FileProblem):  # an import of the catalog will then ask about more differences
            merge_bases.keep(entry.text for entry in todo if entry.source is not None)
    return tuple(todo)


def _expected(target: Path, entry: Entry, ours: Mapping[str, set[str]]) -> Stamp | None:
    """The version that may be overwritten: the one the plan saw. A newer one is a conflict."""
    if entry.state == "new":
        return None
    loaded = files.load(target)
    if _digest(loaded.text) not in ours.get(entry.path, set()):
        raise files.Conflict("changed", target, loaded.stamp)
    return loaded.stamp


def _write_manifest(folder: Path, listed: Mapping[str, set[str]]) -> None:
    data = {
        "note": "Agent Editor keeps here which files its exports wrote, so that they overwrite no others.",
        "files": {path: sorted(listed[path]) for path in sorted(listed)},
    }
    path = folder / MANIFEST
    with problems("save", path):
        path.parent.mkdir(parents=True, exist_ok=True)
    present = files.stamp(path) if is_there(path) else None
    files.save(path, json.dumps(data, indent=2) + "\n", present)
