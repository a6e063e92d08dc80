"""Where Claude Code looks for agents, and which of two agents with one name it uses (FORMAT 1.1).

A scope is a folder it reads: the organisation's, a project's, the user's, or a plugin's. Between two
scopes the order of kinds decides, between two projects the one nearer to the folder that is worked in.
Nothing here opens an agent file; the answers are about entries that somebody else has read.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from agenteditor.core import files
from agenteditor.core.catalog_entry import CatalogEntry
from agenteditor.core.disk import is_file, is_folder, is_there
from agenteditor.core.files import FileProblem, shown_path

Kind = Literal["managed", "project", "user", "plugin"]

KINDS: tuple[Kind, ...] = ("managed", "project", "user", "plugin")  # who comes first, wins
_OWNERS: dict[Kind, str] = {
    "managed": "the organisation",
    "project": "the project",
    "user": "the user",
    "plugin": "a plugin",
}
_AGENTS = (".claude", "agents")
_MANIFEST = Path(".claude-plugin", "plugin.json")
_MOST_PLUGINS = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """A folder of agents that Claude Code reads. ``holder`` is what it belongs to: the project's folder,
    the home folder, the plugin. ``plugin`` is the name that a plugin's agents begin with, else "".
    """

    kind: Kind
    folder: Path
    holder: Path
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the user's and the organisation's folders are."""

    home: Path
    managed: Path


@dataclass(frozen=True, slots=True)
class Standing:
    """What becomes of an agent whose name another one has, too. ``reason`` is a sentence for people.

    "unclear": Claude Code takes one of them, and nobody can say which. ``rival`` is the one that is used
    instead, or one that is not.
    """

    state: Literal["wins", "shadowed", "unclear"]
    reason: str
    rival: Path


def places() -> Places:
    """The places on this machine."""
    managed = {"darwin": "/Library/Application Support/ClaudeCode", "win32": "C:/Program Files/ClaudeCode"}
    home = os.path.expanduser("~")  # noqa: PTH111 - does not raise where there is no home
    return Places(Path(home), Path(managed.get(sys.platform, "/etc/claude-code")))


def working_folder(folders: Sequence[Path], where: Places) -> Path:
    """The folder somebody works in who has these open: of the first that is a project's, or of no scope."""
    if not folders:
        return Path.cwd()
    kinds = [(folder, scope_of(folder, where)) for folder in folders]
    projects = [folder for folder, scope in kinds if scope is None or scope.kind == "project"]
    absolute = Path(os.path.abspath((projects or folders)[0]))  # noqa: PTH100 - follows no links
    for above in (absolute, *absolute.parents):
        if above.name == _AGENTS[0]:
            return above.parent
    return absolute


def scope_of(folder: Path, where: Places) -> Scope | None:
    """The scope that an agent in ``folder`` belongs to; None where Claude Code does not look."""
    # Paths are made only of what is found: this is asked for thousands of folders.
    parts = os.path.abspath(folder).split(os.sep)  # noqa: PTH100, PTH206
    for end in range(len(parts), 1, -1):
        if parts[end - 1] != "agents":
            continue
        above = os.sep.join(parts[: end - 1])  # noqa: PTH118
        if parts[end - 2] == _AGENTS[0]:
            holder = Path(above).parent
            kind: Kind = "user" if holder == where.home else "project"
            return Scope("managed" if holder == where.managed else kind, holder.joinpath(*_AGENTS), holder)
        if is_file(f"{above}/{_MANIFEST}"):
            return _plugin(Path(above))
    return None


def scopes(working: Path, where: Places) -> tuple[Scope, ...]:
    """The scopes that exist for somebody who works in ``working``, those that win first.

    Of plugins those in ``working`` itself and one below its folder ``plugins``: where installed ones lie is
    not documented.
    """
    found = [Scope("managed", where.managed.joinpath(*_AGENTS), where.managed)]
    found += [Scope("project", one.joinpath(*_AGENTS), one) for one in _up(working) if one != where.home]
    found.append(Scope("user", where.home.joinpath(*_AGENTS), where.home))
    found += [_plugin(holder) for holder in _plugins(working)]
    return tuple(scope for scope in found if is_folder(scope.folder))


def words(scope: Scope) -> str:
    """What a scope is, in a word or two."""
    return f"plugin {scope.plugin}" if scope.plugin else scope.kind


def precedence(scope: Scope) -> str:
    """When agents of a scope win, in a sentence."""
    return {
        "managed": "The organisation's agents: they win over all others of the same name.",
        "project": "A project's agents: they win over the user's and those of plugins. Of several projects "
        "above each other, the one nearest to the folder you work in wins.",
        "user": "Your own agents, for every project: a project's agent of the same name wins over them.",
        "plugin": "A plugin's agents come last. Each keeps its full name, "
        f"“{scope.plugin}:name”, which nothing takes away.",
    }[scope.kind]


def standings(entries: Iterable[CatalogEntry], working: Path, where: Places) -> dict[Path, Standing]:
    """What becomes of agents with equal names, by path; who works in ``working`` is asking.

    Only agents that load, in scopes that are seen from there, meet each other.
    """
    found: dict[Path, Standing] = {}
    for some in standings_by_name(entries, working, where):
        found.update(some)
    return found


def standings_by_name(
    entries: Iterable[CatalogEntry], working: Path, where: Places
) -> Iterator[dict[Path, Standing]]:
    """The same in short steps: the standings of those with one name, then of those with another."""
    named: defaultdict[str, list[CatalogEntry]] = defaultdict(list)
    for entry in entries:
        if entry.loads and entry.dialect.startswith("claude"):
            named[entry.name].append(entry)
    seen = _up(working)
    known: dict[str, Scope | None] = {}
    for name, rivals in named.items():
        if len(rivals) > 1:
            placed: list[_Placed] = []
            for entry in rivals:
                folder = os.fspath(entry.path).rpartition("/")[0]
                if folder not in known:
                    known[folder] = scope_of(Path(folder), where)
                scope = known[folder]
                rank = _rank(scope, seen) if scope else None
                if scope is not None and rank is not None:
                    placed.append(_Placed(rank, scope, entry))
            yield dict(_judged(name, sorted(placed, key=lambda one: (one.rank, one.entry.path))))


# --- helpers -----------------------------------------------------------------------------------


class _Placed(NamedTuple):
    rank: tuple[int, int]
    scope: Scope
    entry: CatalogEntry


def _judged(name: str, placed: Sequence[_Placed]) -> Iterator[tuple[Path, Standing]]:
    """The standing of each of some agents called ``name``, given with the best rank first."""
    first = placed[0] if placed else None
    alike: defaultdict[tuple[Scope, Path], list[_Placed]] = defaultdict(list)
    for one in placed:
        alike[_identity(one)].append(one)
    for one in placed:
        assert first is not None, "there is one"
        equals = alike[_identity(one)]
        path = one.entry.path
        if len(equals) > 1:
            other = equals[equals[0] is one]
            yield path, Standing("unclear", _unclear(name, other, len(equals) - 2), other.entry.path)
        elif one.rank != first.rank and first.scope.kind != "plugin":
            said = f"Claude Code does not use this “{name}” but the one in {_short(first)}: "
            yield path, Standing("shadowed", said + _because(first.scope, one.scope), first.entry.path)
        elif one is first and one.scope.kind != "plugin" and len(placed) > 1:
            second = placed[1]
            said = f"Claude Code uses this “{name}”, not the one in {_short(second)}: "
            yield path, Standing("wins", said + _because(one.scope, second.scope), second.entry.path)


def _identity(one: _Placed) -> tuple[Scope, Path]:
    """Agents of one name with this equal are one to Claude Code: a plugin's sub-folders tell them apart."""
    return one.scope, one.entry.path.parent if one.scope.kind == "plugin" else one.scope.folder


def _because(winner: Scope, loser: Scope) -> str:
    full = f" Its full name still leads to it: “{loser.plugin}:…”." if loser.plugin else ""
    if winner.kind != loser.kind:
        first, second = _OWNERS[winner.kind], _OWNERS[loser.kind]
        return f"agents of {first} come before those of {second}.{full}"
    return f"it lies nearer to the folder you work in.{full}"


def _unclear(name: str, other: _Placed, others: int) -> str:
    shown = shown_path(os.path.relpath(other.entry.path, other.scope.folder))
    more = f" and {others} more" if others else ""
    return (
        f"{shown}{more} in the same folder of agents has the name “{name}”, too. Claude Code loads one of "
        "them, whichever the file system lists first: give each a name of its own."
    )


def _short(one: _Placed) -> str:
    return shown_path(one.entry.path.parent)


def _rank(scope: Scope, seen: Sequence[Path]) -> tuple[int, int] | None:
    """The smaller, the sooner it wins; None for a project that is none of those ``seen``, nearest first."""
    nearness = 0
    if scope.kind == "project":
        if scope.holder not in seen:
            return None
        nearness = seen.index(scope.holder)
    return KINDS.index(scope.kind), nearness


def _up(working: Path) -> list[Path]:
    """The folders from ``working`` up to that of the repository; outside of one, itself alone."""
    absolute = Path(os.path.abspath(working))  # noqa: PTH100
    above: list[Path] = []
    for folder in (absolute, *absolute.parents):
        above.append(folder)
        if is_there(folder / ".git"):
            return above
    return [absolute]


def _plugins(working: Path) -> list[Path]:
    candidates = [working]
    with suppress(OSError):  # there are none, or nobody may know
        candidates += sorted((working / "plugins").iterdir())[:_MOST_PLUGINS]
    return [folder for folder in candidates if is_file(folder / _MANIFEST)]


def _plugin(holder: Path) -> Scope:
    return Scope("plugin", holder / "agents", holder, _plugin_name(holder))


def _plugin_name(holder: Path) -> str:
    """What the manifest calls a plugin; the name of its folder where it does not say."""
    try:
        name = json.loads(files.load(holder / _MANIFEST).text).get("name")
    except (FileProblem, ValueError, AttributeError, RecursionError):
        name = None
    return name if isinstance(name, str) and name else holder.name
