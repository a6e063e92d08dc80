"""The texts of a catalog: a marketplace's manifests, its READMEs and the index (FORMAT 6.2 to 6.4).

Same input, same bytes: sorted entries, fixed key order, two-space indent, a final newline, no time
stamps. No ``agents`` key (the default scan works for all versions), no version in two places.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

_RESERVED = {
    *("agent-skills", "knowledge-work-plugins", "life-sciences", "financial-services-plugins"),
    *("first-party-plugins", "healthcare", "inline", "builtin", "skills-dir", "synced"),
    *("npm", "pip", "uv", "cargo", "github", "gh", "org", "org-provisioned", "unknown"),
    *("claude", "anthropic", "anthropics"),
}
_RESERVED_STARTS = ("claude-", "anthropic-", "anthropics-", "cc-plugin-", "claudeai-")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)", re.DOTALL)
_MARKUP = re.compile(r"([\\`*_\[\]<>])")
_SUMMARY = 160  # characters of an index line's text
_MOST_NAMED = 8  # agents in the line that says what a plugin holds
_LONGEST = 60  # characters of an identifier


class Agent(NamedTuple):
    """One agent of a catalog: its name, its description as read, the file's path below its plugin."""

    name: str
    description: str
    path: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """What the texts say of a catalog. ``spdx`` names the licence, ``version`` is the plugins'; "" for none.

    ``plugins`` are the agents of each plugin or folder, ``titles`` what those are called for people.
    """

    name: str
    owner: str
    plugins: Mapping[str, Sequence[Agent]]
    titles: Mapping[str, str]
    spdx: str = ""
    version: str = ""
    has_licence: bool = False  # whether there is a file LICENSE


def slug(text: str) -> str:
    """``text`` as a kebab-case identifier and a folder's name on every system; ``agents`` for no text."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-")
    if not words and text.strip():  # of another script
        return f"category-{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"
    return f"{words}-agents" if words in _DEVICES else words or "agents"


def reserved(name: str) -> bool:
    """Whether the vendor keeps this marketplace or plugin name for itself (FORMAT 6.2, 6.3)."""
    return name in _RESERVED or name.startswith(_RESERVED_STARTS)


# --- manifests ---------------------------------------------------------------------------------


def marketplace_json(catalog: Catalog) -> str:
    """``.claude-plugin/marketplace.json``."""
    entries = [
        {"name": plugin, "source": f"./plugins/{plugin}", "description": summary(catalog.plugins[plugin])}
        | ({"category": catalog.titles[plugin]} if plugin in catalog.titles else {})
        for plugin in sorted(catalog.plugins)
    ]
    return _json({
        "name": catalog.name,
        "owner": {"name": catalog.owner},
        "description": f"{_agents(_total(catalog))} in {_plugins(len(catalog.plugins))}",
        "plugins": entries,
    })  # fmt: skip


def plugin_json(catalog: Catalog, plugin: str) -> str:
    """``.claude-plugin/plugin.json`` of one plugin. Without a version the commit is the version."""
    said: dict[str, object] = {"name": plugin}
    if catalog.version:
        said["version"] = catalog.version
    said |= {"description": summary(catalog.plugins[plugin]), "author": {"name": catalog.owner}}
    if catalog.spdx:
        said["license"] = catalog.spdx
    return _json(said)


def summary(agents: Sequence[Agent]) -> str:
    """What a plugin holds, in one line."""
    names = sorted(_one_line(agent.name) for agent in agents)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{_agents(len(names))}: {', '.join(names[:_MOST_NAMED])}{more}"


# --- READMEs -----------------------------------------------------------------------------------


def marketplace_readme(catalog: Catalog) -> str:
    """``README.md`` of a marketplace: how to install, and each plugin's agents."""
    lines = [
        f"# {_escaped(catalog.name)}",
        "",
        f"A marketplace of coding agents for Claude Code by {_escaped(catalog.owner)}: "
        f"{_agents(_total(catalog))} in {_plugins(len(catalog.plugins))}. Each plugin is installed by "
        "itself. Add the marketplace once, from a folder on this machine or from its repository, and then "
        "install the plugins that you want:",
        "",
        "```",
        "/plugin marketplace add <this folder or its repository>",
        *(f"/plugin install {plugin}@{catalog.name}" for plugin in sorted(catalog.plugins)),
        "```",
        "",
        *_index(catalog, "plugins/{0}/"),
        *_licence(catalog),
    ]
    return "\n".join(lines)


def plugin_readme(catalog: Catalog, plugin: str) -> str:
    """``README.md`` of one plugin."""
    agents = catalog.plugins[plugin]
    lines = [
        f"# {_escaped(catalog.titles.get(plugin, plugin))}",
        "",
        f"A plugin of the marketplace {_escaped(catalog.name)} with {_agents(len(agents))} for Claude Code. "
        "Once the marketplace is added, install it with the command below. Claude Code then calls an agent "
        "by itself when a task fits what its description says, or when you name it.",
        "",
        "```",
        f"/plugin install {plugin}@{catalog.name}",
        "```",
        "",
        "## Agents",
        "",
        *(_line(agent, "") for agent in sorted(agents)),
        "",
        *_licence(catalog),
    ]
    return "\n".join(lines)


def folder_readme(catalog: Catalog, program: str) -> str:
    """``README.md`` of a catalog in folders, for ``program``."""
    count = len(catalog.plugins)
    lines = [
        f"# {_escaped(catalog.name)}",
        "",
        f"A catalog of coding agents for {program} by {_escaped(catalog.owner)}: "
        f"{_agents(_total(catalog))} in {count} {'folder' if count == 1 else 'folders'}. To use one, copy "
        f"its file to where {program} looks for agents, of a project or of all your work. The program then "
        "calls it by itself when a task fits what its description says.",
        "",
        *_index(catalog, "{0}/"),
        *_licence(catalog),
    ]
    return "\n".join(lines)


def _index(catalog: Catalog, folder: str) -> list[str]:
    lines: list[str] = []
    for plugin in sorted(catalog.plugins):
        lines += [f"## {_escaped(catalog.titles.get(plugin, plugin))}", ""]
        lines += [_line(agent, folder.format(plugin)) for agent in sorted(catalog.plugins[plugin])]
        lines.append("")
    return lines


def _line(agent: Agent, folder: str) -> str:
    link = quote(folder + agent.path)
    sentence = _sentence(agent.description)
    return f"- [**{_escaped(agent.name)}**]({link})" + (f" - {sentence}" if sentence else "")


@lru_cache(maxsize=10_000)  # a plan is made anew with every key, and two READMEs say the same
def _sentence(description: str) -> str:
    return _escaped(first_sentence(description))


def _licence(catalog: Catalog) -> list[str]:
    if not catalog.spdx and not catalog.has_licence:
        return []
    named = catalog.spdx or "see the file LICENSE"
    more = "; its text is in the file LICENSE" if catalog.spdx and catalog.has_licence else ""
    return ["## Licence", "", f"{named}{more}.", ""]


def first_sentence(description: str) -> str:
    """The first sentence on one line, without examples, cut where it is long."""
    text = description.replace("\\n", "\n").partition("<example>")[0]
    text = re.sub(r"(?<!\s)\s*+\bExamples?:\s*$", "", text.strip())
    match = _SENTENCE.match(text)
    sentence = " ".join((match[1] if match else text).split())
    return sentence if len(sentence) <= _SUMMARY else sentence[: _SUMMARY - 1].rstrip() + "…"


def _escaped(text: str) -> str:
    """``text`` as Markdown that shows it as it is, on one line."""
    return _MARKUP.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _total(catalog: Catalog) -> int:
    return sum(len(agents) for agents in catalog.plugins.values())


def _agents(count: int) -> str:
    return "1 agent" if count == 1 else f"{count} agents"


def _plugins(count: int) -> str:
    return "1 plugin" if count == 1 else f"{count} plugins"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
