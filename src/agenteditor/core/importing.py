"""Agents from anywhere as agent files of Claude Code: pasted text, JSON, files of other programs.

What a text is follows from the text itself, and from the path where there is one: Markdown of any dialect,
JSON for ``--agents`` or from the old wizard, Codex' TOML, Roo's modes. Nothing is written here; each agent
comes with the report of what became of its fields (``convert_report``).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from agenteditor.core import modes_file, toml_file
from agenteditor.core.agents_json import from_agents_json
from agenteditor.core.catalog import PASSED_OVER
from agenteditor.core.checks_finding import shown
from agenteditor.core.convert import convert
from agenteditor.core.convert_report import Item, report
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.dialects import by_name
from agenteditor.core.loading import loads
from agenteditor.core.meaning import expressed, meaning_from
from agenteditor.core.rewrite import set_raw, set_value
from agenteditor.core.syntax import Syntax, parse, parse_at
from agenteditor.core.text import Refusal, apply

_MOST_FIELDS = 200  # each is written and read back with all that stand there
_JSON = re.compile(r"(?:```\w*\s*)?\{")


@dataclass(frozen=True, slots=True)
class Imported:
    """One agent: the text of its file, what it was, and what became of its fields (none: as it was)."""

    name: str
    text: str
    origin: str
    items: tuple[Item, ...] = ()


def why_not_loaded(agent: Imported) -> str | None:
    """Why Claude Code would not load the agent as it is, in a sentence; None if it would."""
    found = loads(parse(agent.text))
    return None if found.ok else found.reason


def imported(text: str, path: PurePath | None = None) -> tuple[Imported, ...] | Refusal:
    """The agents that ``text``, from a file at ``path`` if there is one, holds. Never raises."""
    start = text.lstrip("\ufeff \t\r\n")
    syntax = parse_at(text, path)
    if syntax.frontmatter is not None:
        return _from_markdown(syntax, path)
    if modes := modes_file.read_all(text):
        return tuple(_from_values(by_name("roo"), mode, path) for mode in modes)
    if _JSON.match(start):
        return _from_json(start)
    codex = by_name("codex")
    values = toml_file.read(text)
    if codex.table.prompt_key in values:
        return (_from_values(codex, values, path),)
    if path is not None or not start:
        return Refusal(
            "It has no frontmatter, so it is no agent. Choose a file that begins with “---”."
            if start
            else "There is no text to import. Choose another file, or copy an agent first."
        )
    return (Imported("", text, "Text"),)  # a prompt that still wants a name


def importable(folder: Path) -> list[Path]:
    """The files below ``folder`` that may hold agents: Markdown, .roomodes, JSON and TOML in agents folders.

    Sorted; links to folders are not followed.
    """
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        paths = (Path(root, name) for name in names)
        found += [path for path in paths if may_hold_agents(path.relative_to(folder))]
    return sorted(found)


def may_hold_agents(path: PurePath) -> bool:
    """Whether a file at ``path`` below a folder is one of those that an import of the folder reads."""
    if path.name.endswith(".md") or path.name == ".roomodes":
        return True
    return path.name.endswith((".toml", ".json")) and path.parent.name in ("", "agents", "droids")


def _from_markdown(syntax: Syntax, path: PurePath | None) -> tuple[Imported, ...] | Refusal:
    if syntax.dialect.is_claude:
        return (Imported(_name(syntax), syntax.text, syntax.dialect.title),)
    made = convert(syntax, claude_code(), None if path is None else path.name)
    if isinstance(made, Refusal):
        return made
    return (Imported(_name(parse(made.text)), made.text, syntax.dialect.title, made.items),)


def _name(syntax: Syntax) -> str:
    field = syntax.field("name")
    return field.value if field is not None and isinstance(field.value, str) else ""


def _from_json(text: str) -> tuple[Imported, ...] | Refusal:
    agents = from_agents_json(text)
    if isinstance(agents, Refusal):
        return agents
    found: list[Imported] = []
    for name, fields in agents.items():
        if len(fields) > _MOST_FIELDS:
            few = f"{_MOST_FIELDS} at most are taken"
            return Refusal(f"“{name}” has {len(fields):,} fields; {few}. No agent needs more.")
        prompt = str(fields.get("prompt") or "")
        values = {
            "name": name,
            **{key: value for key, value in fields.items() if key not in ("prompt", "name")},
        }
        text = agent_text(values, prompt)
        syntax = parse(text)
        gone = [key for key in values if syntax.field(key) is None]
        items = (Item(key, "lost", f"{shown(key)} cannot be the name of a field in YAML.") for key in gone)
        found.append(Imported(name, text, "JSON", tuple(items)))
    return tuple(found)


def _from_values(dialect: Dialect, values: Mapping[str, object], path: PurePath | None) -> Imported:
    table = dialect.table
    prompts = [key for key in (table.prompt_key, *table.prompt_also) if values.get(key)]
    prompt = "\n\n".join(str(values[key]).strip() for key in prompts)
    fields = {key: value for key, value in values.items() if key not in (table.prompt_key, *prompts)}
    before = meaning_from(dialect, fields, None if path is None else path.name)
    text = agent_text(expressed(before, claude_code()), prompt)
    syntax = parse(text)
    read = {field.key: field.value for field in syntax.frontmatter.fields} if syntax.frontmatter else {}
    after = meaning_from(claude_code(), read)
    items = report(before, after, dialect, claude_code(), prompt=len(prompt.strip()))
    return Imported(before.name, text, dialect.title, items)


def agent_text(values: Mapping[str, object], prompt: str) -> str:
    """An agent file of Claude Code with these fields and this prompt: valid YAML, LF line ends.

    Fields stand in the order of the schema; texts are written in the safest way (FORMAT 2.8).
    """
    order = {key: place for place, key in enumerate(claude_code().keys())}
    text = f"---\n---\n\n{prompt.strip()}\n" if prompt.strip() else "---\n---\n"
    text = text.replace("\r\n", "\n")
    for key in sorted(values, key=lambda key: order.get(key, len(order))):
        value = values[key]
        edits = set_value(parse(text), key, value)
        if isinstance(edits, Refusal):  # a key or value that no form of YAML takes: as JSON, which is one
            edits = set_raw(parse(text), key, json.dumps(value))
        if not isinstance(edits, Refusal):
            text = apply(text, edits)
    return text
