"""Which files a catalog has: the agents in the chosen layout, and the texts that go with them.

Works on data alone, so that the same agents in any order give the same files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from agenteditor.core import marketplace, modes_file
from agenteditor.core.convert_report import Item
from agenteditor.core.export_agents import Ready
from agenteditor.core.export_choices import CLAUDE_PLUGIN, Choices
from agenteditor.core.marketplace import Agent, Catalog

GENERAL = "general"  # the folder of agents without a category
LICENCE_FILE, README = "LICENSE", "README.md"


class Wanted(NamedTuple):
    """A file the catalog should have. ``sources`` are the agents in it, none for what an export makes."""

    text: str
    sources: tuple[Path, ...] = ()
    note: str = ""
    items: tuple[Item, ...] = ()


def plugins_of(agents: Sequence[Ready], choices: Choices, place: Path) -> dict[str, list[Ready]]:
    """The agents of each plugin, or each folder of the layout "categories", under its name."""
    rest = choices.catalog_name(place) if choices.layout == "plugin" else GENERAL
    found: dict[str, list[Ready]] = {}
    for agent in agents:
        category = agent.source.category
        found.setdefault(marketplace.slug(category) if category else rest, []).append(agent)
    return found


def merged(plugins: Mapping[str, Sequence[Ready]]) -> tuple[str, ...]:
    """Sentences about categories that become one: what tells them apart no identifier keeps."""
    found: list[str] = []
    for plugin in sorted(plugins):
        categories = sorted({agent.source.category for agent in plugins[plugin]} - {""})
        if len(categories) > 1:
            quoted = " and ".join(f"“{category}”" for category in categories)
            found.append(f"The categories {quoted} become one: {plugin}.")
    return tuple(found)


def files_of(agents: Sequence[Ready], choices: Choices, place: Path) -> dict[str, Wanted]:
    """The files below ``place``, the folder or zip file that is written."""
    agents = sorted(agents, key=lambda agent: (agent.name, str(agent.source.path)))
    if choices.layout == "folder":
        wanted = _agent_files(agents, _agents_folder(choices, place))
        return wanted | _licence_files(choices, [""]) if wanted else wanted
    plugins = plugins_of(agents, choices, place)
    if not plugins:
        return {}
    titles = {
        plugin: min(agent.source.category for agent in held if agent.source.category)
        for plugin, held in plugins.items()
        if any(agent.source.category for agent in held)
    }
    inside = "agents/" if choices.layout == "plugin" else ""
    name = choices.catalog_name(place)
    catalog = Catalog(
        name,
        choices.owner or name,
        {
            plugin: [Agent(agent.name, agent.description, inside + agent.file) for agent in held]
            for plugin, held in plugins.items()
        },
        titles,
        choices.spdx,
        choices.version,
        bool(choices.licence_text),
    )
    return _marketplace(catalog, plugins, choices) if inside else _folders(catalog, plugins, choices)


def _agents_folder(choices: Choices, place: Path) -> str:
    """The folder of the agents as their program calls it; none in a folder that is called so itself."""
    table = choices.target.table
    if table.format == "modes":
        return ""
    name = PurePosixPath(table.folders[0]).name if table.folders else "agents"
    return "" if place.absolute().name == name and not choices.zipped else f"{name}/"


def _folders(catalog: Catalog, plugins: Mapping[str, Sequence[Ready]], choices: Choices) -> dict[str, Wanted]:
    wanted: dict[str, Wanted] = {}
    for plugin, held in plugins.items():
        wanted |= _agent_files(held, f"{plugin}/")
    wanted[README] = Wanted(marketplace.folder_readme(catalog, choices.target.program))
    return wanted | _licence_files(choices, [""])


def _marketplace(
    catalog: Catalog, plugins: Mapping[str, Sequence[Ready]], choices: Choices
) -> dict[str, Wanted]:
    assert choices.target.name == CLAUDE_PLUGIN, "other programs have no such plugins"
    wanted = {
        ".claude-plugin/marketplace.json": Wanted(marketplace.marketplace_json(catalog)),
        README: Wanted(marketplace.marketplace_readme(catalog)),
    }
    for plugin, held in plugins.items():
        root = f"plugins/{plugin}"
        wanted |= _agent_files(held, f"{root}/agents/")
        wanted[f"{root}/.claude-plugin/plugin.json"] = Wanted(marketplace.plugin_json(catalog, plugin))
        wanted[f"{root}/{README}"] = Wanted(marketplace.plugin_readme(catalog, plugin))
    return wanted | _licence_files(choices, ["", *(f"plugins/{plugin}/" for plugin in plugins)])


def _licence_files(choices: Choices, folders: Sequence[str]) -> dict[str, Wanted]:
    text = choices.licence_text
    return {f"{folder}{LICENCE_FILE}": Wanted(text) for folder in folders} if text else {}


def _agent_files(agents: Sequence[Ready], folder: str) -> dict[str, Wanted]:
    """A file for each agent; one for all where the program keeps them in one."""
    held: dict[str, list[Ready]] = {}
    for agent in agents:
        held.setdefault(folder + agent.file, []).append(agent)
    return {path: _file(together) for path, together in held.items()}


def _file(agents: Sequence[Ready]) -> Wanted:
    notes = "; ".join(sorted({agent.note for agent in agents if agent.note}))
    items = tuple(item for agent in agents for item in agent.items)
    text = agents[0].text if len(agents) == 1 else modes_file.joined(agent.text for agent in agents)
    return Wanted(text, tuple(agent.source.path for agent in agents), notes, items)
