"""The texts of a plugin marketplace: manifests and the index (FORMAT 6.2 to 6.4).

Same input, same bytes: sorted entries, fixed key order, two-space indent, a final newline, no time
stamps. No ``agents`` key (the default scan works for all versions), no version in two places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Besides all that begin with one of _RESERVED_STARTS.
_RESERVED = {
    *(
        "agent-skills",
        "knowledge-work-plugins",
        "life-sciences",
        "financial-services-plugins",
        "first-party-plugins",
    ),
    *(
        "healthcare",
        "inline",
        "builtin",
        "skills-dir",
        "synced",
        "npm",
        "pip",
        "uv",
        "cargo",
        "github",
        "gh",
        "org",
    ),
    *("org-provisioned", "unknown", "claude", "anthropic", "anthropics"),
}
_RESERVED_STARTS = ("claude-", "anthropic-", "anthropics-", "cc-plugin-", "claudeai-")
_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)", re.DOTALL)
_SUMMARY = 160  # characters of an index line's text


class Agent(NamedTuple):
    """One agent of a catalog: its name, its description as read, the file's path below its plugin."""

    name: str
    description: str
    path: str


def slug(text: str) -> str:
    """``text`` as a kebab-case identifier; ``agents`` where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "agents"


def reserved(name: str) -> bool:
    """Whether the vendor keeps this marketplace or plugin name for itself (FORMAT 6.2, 6.3)."""
    return name in _RESERVED or name.startswith(_RESERVED_STARTS)


def marketplace_json(name: str, owner: str, plugins: Mapping[str, Sequence[Agent]]) -> str:
    """``.claude-plugin/marketplace.json`` of a catalog with these plugins."""
    entries = [
        {"name": plugin, "source": f"./plugins/{plugin}", "description": summary(plugins[plugin])}
        for plugin in sorted(plugins)
    ]
    count = sum(len(agents) for agents in plugins.values())
    description = f"{count} {'agent' if count == 1 else 'agents'} in {_plugins(len(plugins))}"
    return _json({"name": name, "owner": {"name": owner}, "description": description, "plugins": entries})


def plugin_json(plugin: str, owner: str, agents: Sequence[Agent]) -> str:
    """``.claude-plugin/plugin.json`` of one plugin. Without a version: the commit is the version."""
    return _json({"name": plugin, "description": summary(agents), "author": {"name": owner}})


def summary(agents: Sequence[Agent]) -> str:
    """What a plugin holds, in one line."""
    names = sorted(agent.name for agent in agents)
    return f"{len(names)} {'agent' if len(names) == 1 else 'agents'}: {', '.join(names)}"


def index(name: str, plugins: Mapping[str, Sequence[Agent]]) -> str:
    """``README.md``: each plugin's agents with the first sentence of their description."""
    lines = [f"# {name}", "", "A catalog of coding agents. To install from it:", "", "```"]
    lines += ["/plugin marketplace add <this folder or its repository>"]
    lines += [f"/plugin install {plugin}@{name}" for plugin in sorted(plugins)]
    lines += ["```", ""]
    for plugin in sorted(plugins):
        lines += [f"## {plugin}", ""]
        for agent in sorted(plugins[plugin]):
            link = agent.path.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
            lines.append(
                f"- [**{agent.name}**](plugins/{plugin}/{link}) - {first_sentence(agent.description)}"
            )
        lines.append("")
    return "\n".join(lines)


def first_sentence(description: str) -> str:
    """The first sentence on one line, without examples, cut where it is long."""
    text = description.replace("\\n", "\n").partition("<example>")[0]
    text = re.sub(r"\s*\bExamples?:\s*$", "", text.strip())
    match = _SENTENCE.match(text)
    sentence = " ".join((match[1] if match else text).split())
    return sentence if len(sentence) <= _SUMMARY else sentence[: _SUMMARY - 1].rstrip() + "…"


def _plugins(count: int) -> str:
    return "1 plugin" if count == 1 else f"{count} plugins"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
