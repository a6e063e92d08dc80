"""Agents as the JSON of ``claude --agents``, there and back, and the command that runs one (FORMAT 1.5).

The form knows fewer fields than a file; what it has no word for is named, never dropped in silence.
Values are those the reader gets, so a session runs what the file says.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias, cast

from agenteditor.core import files, tools_grammar
from agenteditor.core.disk import is_file
from agenteditor.core.examples import shown
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.loading import required_fault
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import Refusal

FIELDS = (
    *("description", "prompt", "tools", "disallowedTools", "model", "permissionMode", "mcpServers", "hooks"),
    *("maxTurns", "skills", "initialPrompt", "memory", "effort", "background", "isolation"),
)
LONGEST_ARGUMENT = 131_071  # bytes: Linux takes no longer one

Fields: TypeAlias = Mapping[str, object]

_LISTS = ("tools", "disallowedTools", "skills")
_WIZARD = {"identifier": "name", "whenToUse": "description", "systemPrompt": "prompt"}
_SURROGATES = re.compile("[\ud800-\udfff]+")
_FENCE = re.compile(r"\s*```\w*\n(.*?)\n?```\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """One agent in the form of ``--agents``. ``left_out`` are fields of the file that it has no word for."""

    name: str
    fields: Fields
    left_out: tuple[str, ...] = ()


class Command(NamedTuple):
    """A line for a shell, and the folder it has to be run in; None for any."""

    line: str
    folder: Path | None = None


# --- out --------------------------------------------------------------------------------------


def agent_record(syntax: Syntax) -> AgentRecord | Refusal:
    """The agent of a file, or why there is none to copy."""
    if syntax.frontmatter is None:
        return Refusal("There is no frontmatter, so there is no agent to copy.")
    if syntax.verdict not in ("valid", "repaired"):
        return Refusal("The frontmatter does not parse, so there is no agent to copy.")
    for key in ("name", "description"):
        if fault := required_fault(syntax, key):
            return Refusal(f"{fault} Without it there is no agent to copy.")
    values = {field.key: field.value for field in syntax.frontmatter.fields}
    name = str(values.pop("name")).strip()
    if name.startswith("-") or not name.isprintable():
        return Refusal("The name begins with a hyphen or holds what cannot be seen. Change it first.")
    fields: dict[str, object] = {"prompt": _jsonable(syntax.prompt)}
    left_out: list[str] = []
    for key, value in values.items():
        kept = _kept(key, value)
        if kept is not None and key != "prompt" and key in FIELDS:
            fields[key] = kept
        elif value is not None or key == "tools":
            left_out.append(key)
    return AgentRecord(name, {key: fields[key] for key in FIELDS if key in fields}, tuple(left_out))


def agents_json(agent: AgentRecord) -> str:
    """The JSON of one agent, for people: in lines."""
    return json.dumps({agent.name: agent.fields}, ensure_ascii=False, indent=2)


def run_command(agent: AgentRecord, path: Path | None) -> Command | Refusal:
    """The command that runs an agent as the main agent: by its name where Claude Code finds its file.

    Elsewhere the agent itself is in the command.
    """
    home = _plugin(path)
    if path is not None and home is not None:
        identifier = ":".join((_plugin_name(home), *_folders(path, home / "agents"), agent.name))
        return Command(shlex.join(["claude", "--plugin-dir", str(home), "--agent", identifier]))
    folder = next((at for at in path.absolute().parents if _is_agents(at)), None) if path else None
    if folder is not None:
        project = folder.parent.parent
        return Command(
            shlex.join(["claude", "--agent", agent.name]), None if project == Path.home() else project
        )
    # ASCII: a terminal obeys some of the characters that JSON would leave as they are.
    text = json.dumps({agent.name: agent.fields}, separators=(",", ":"))
    if len(text) > LONGEST_ARGUMENT:
        return Refusal(
            "The agent is too long for a command. Save it in a folder .claude/agents: there a name is enough."
        )
    return Command(shlex.join(["claude", "--agents", text, "--agent", agent.name]))


def _kept(key: str, value: object) -> object | None:
    """A value as the form has it; None where the form has no word for it."""
    if key == "description":
        return _jsonable(
            shown(str(value)).text
        )  # each backslash-n a line break, as the reader has it (FORMAT 2.4)
    if key in _LISTS:
        entries = tools_grammar.entries(value)
        if entries is None or (isinstance(value, list) and len(entries) != len(value)):
            return None
        return (
            None if isinstance(value, str) and not entries else _jsonable([entry.text for entry in entries])
        )
    if key == "maxTurns" and isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        return int(value)
    if key == "background" and value in ("true", "false"):
        return value == "true"
    return _jsonable(value)


def _jsonable(value: object) -> object | None:
    """``value``, or None where JSON cannot hold it: infinities. Bytes that are no text are U+FFFD."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    made: object = json.loads(_SURROGATES.sub("\ufffd", text))
    return made


def _is_agents(folder: Path) -> bool:
    return folder.name == "agents" and folder.parent.name == ".claude"


def _plugin(path: Path | None) -> Path | None:
    """The plugin whose ``agents`` folder holds the file."""
    for folder in path.absolute().parents if path is not None else ():
        if is_file(folder / ".claude-plugin" / "plugin.json"):
            return folder if path is not None and path.absolute().is_relative_to(folder / "agents") else None
    return None


def _plugin_name(home: Path) -> str:
    try:
        name = json.loads(files.load(home / ".claude-plugin" / "plugin.json").text)["name"]
    except (FileProblem, ValueError, RecursionError, KeyError, TypeError):
        return home.name  # a plugin without a manifest that can be read goes by its folder
    return name if isinstance(name, str) and name.isprintable() and not name.startswith("-") else home.name


def _folders(path: Path, agents: Path) -> tuple[str, ...]:
    return path.absolute().relative_to(agents).parent.parts


# --- in ---------------------------------------------------------------------------------------


def from_agents_json(text: str) -> Mapping[str, Fields] | Refusal:
    """The agents in a text: name -> its fields in the form of ``--agents``, or what is wrong with it.

    Taken are a map of names and records, and the ``{identifier, whenToUse, systemPrompt}`` of the old
    wizard; around either may stand a Markdown fence. Fields the form does not know are kept.
    """
    fenced = _FENCE.fullmatch(text)
    try:
        value: object = json.loads(
            fenced[1] if fenced else text, object_pairs_hook=_unrepeated, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        return Refusal(
            f"This is no JSON: line {error.lineno}, column {error.colno}: {error.msg}. Mend it there."
        )
    except _NotTakenError as error:
        return Refusal(str(error))
    except (ValueError, RecursionError):  # an endless number, or brackets thousands deep
        return Refusal("This JSON is too large or too deeply nested to be agents.")
    if not isinstance(value, dict) or not value:
        return Refusal(
            "This JSON holds no agents. Give a map of names, each with its description and prompt."
        )
    if "identifier" in value and not isinstance(value["identifier"], dict):
        value = _from_wizard(value)
    agents: dict[str, Fields] = {}
    for name, fields in value.items():
        if fault := _fault(name, fields):
            return Refusal(fault)
        agents[name] = cast(Fields, fields)
    return agents


class _NotTakenError(Exception):
    """JSON that is well formed and still not taken; its text is a sentence."""


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _NotTakenError(f"“{twice}” stands twice in one map. Remove one of the two.")
    return found


def _no_constant(word: str) -> object:
    raise _NotTakenError(f"{word} is no JSON.")


def _from_wizard(value: dict[str, object]) -> dict[str, object]:
    fields = {_WIZARD.get(key, key): item for key, item in value.items()}
    name = fields.pop("name")
    return {name if isinstance(name, str) else "": fields}


def _fault(name: str, fields: object) -> str | None:
    if not name.strip():
        return "An agent has no name. Give it one."
    if not isinstance(fields, dict):
        return f"“{name}” is no record. Give it a map with description and prompt."
    for key in ("description", "prompt"):
        if not isinstance(fields.get(key), str):
            is_there = "is not a text" if key in fields else "is missing"
            return f"The {key} of “{name}” {is_there}."
    return None
