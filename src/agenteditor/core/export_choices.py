"""What is exported and how: the choices of an export, and why some of them cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agenteditor.core import marketplace
from agenteditor.core.catalog import agents_in, folder_of
from agenteditor.core.dialect import Dialect
from agenteditor.core.dialects import by_name, dialects

Layout = Literal["folder", "categories", "plugin"]

CLAUDE_CODE, CLAUDE_PLUGIN = "claude-code", "claude-plugin"
LICENCES = ("MIT", "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0", "GPL-3.0-or-later", "MPL-2.0")

_WORD = r"\(?[A-Za-z0-9][A-Za-z0-9.+-]*(?::[A-Za-z0-9.-]+)?\)?"
_SPDX = re.compile(rf"{_WORD}(?: (?:AND|OR|WITH) {_WORD})*")
_NUMBER = r"(?:0|[1-9]\d*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """An agent file to export. ``category`` becomes its folder or plugin; "" is the catalog's own.

    ``unreadable`` is the sentence about a file that could not be read; it has no text then. ``unread``: its
    text is still to be read.
    """

    path: Path
    text: str
    category: str = ""
    unreadable: str = ""
    unread: bool = False


def sources_in(folders: Sequence[Path], texts: Mapping[Path, str]) -> list[Source]:
    """The agents of ``folders`` with their sub-folders as categories; those without a text are unread."""
    sources: list[Source] = []
    for path in agents_in(folders):
        parts = path.relative_to(folder_of(path, folders) or path.parent).parts
        category = parts[0] if len(parts) > 1 else ""
        sources.append(Source(path, texts.get(path, ""), category, unread=path not in texts))
    return sources


@dataclass(frozen=True, slots=True)
class Choices:
    """How to export.

    ``dialect`` is the program's; ``name`` and ``owner`` are the catalog's, "" for what the folder is called.
    ``spdx`` names the licence, ``licence_text`` is what LICENSE says; ``version`` is that of all plugins.
    ``strip`` takes out of plugins what does nothing there; ``prune`` removes what an earlier export wrote
    and this one has not. ``accepted`` are the files that may be written though the agent can do more
    afterwards; None accepts all.
    """

    layout: Layout = "folder"
    dialect: str = CLAUDE_CODE
    zipped: bool = False
    name: str = ""
    owner: str = ""
    spdx: str = ""
    licence_text: str = ""
    version: str = ""
    strip: bool = False
    prune: bool = False
    accepted: frozenset[Path] | None = field(default=frozenset())

    @property
    def target(self) -> Dialect:
        """The dialect that is written: that of a plugin in a marketplace of plugins."""
        return by_name(
            CLAUDE_PLUGIN if self.layout == "plugin" and self.dialect == CLAUDE_CODE else self.dialect
        )

    def catalog_name(self, place: Path) -> str:
        """The catalog's name when it is written to ``place``."""
        own = place.absolute()
        return self.name or marketplace.slug(own.stem if self.zipped else own.name)


def problem(choices: Choices, place: Path, plugins: frozenset[str]) -> str | None:
    """Why nothing can be exported with these choices; None if it can. ``plugins`` are their names."""
    name = choices.catalog_name(place)
    if choices.layout == "plugin" and choices.dialect != CLAUDE_CODE:
        program = choices.target.program
        return f"A marketplace of plugins is for Claude Code alone. Choose another layout for {program}."
    if name != marketplace.slug(name):
        return f"“{name}” cannot be the catalog's name; “{marketplace.slug(name)}” can."
    if choices.spdx and not _SPDX.fullmatch(choices.spdx):
        return f"“{choices.spdx}” is no licence identifier of SPDX, such as MIT or Apache-2.0."
    if choices.version and not _VERSION.fullmatch(choices.version):
        return f"“{choices.version}” is no version in three numbers, such as 1.0.0."
    if choices.layout != "folder" and not choices.zipped and _is_programs(place):
        return (
            f"“{place.absolute().name}” is a program's own folder: a category there could become commands or "
            "rules that the program obeys. Choose another folder, or the layout of a plain folder."
        )
    if not choices.owner.isprintable():
        return "The owner's name has a character that cannot be printed."
    taken = sorted(word for word in {name, *plugins} if marketplace.reserved(word))
    if choices.layout == "plugin" and taken:
        return f"“{taken[0]}” is a name the vendor keeps for itself. Choose another name or category."
    return None


def _is_programs(place: Path) -> bool:
    """Whether a program keeps its settings in a folder of this name."""
    folders = {folder.partition("/")[0] for one in dialects().values() for folder in one.table.folders}
    return place.absolute().name.casefold() in folders - {"."}
