"""Would the file become an agent, and what happens if not: the answer for one place.

The verdict speaks of the YAML; this adds the required fields, which a project and a plugin treat
differently (READER.md, "What it means, by place"; FORMAT 2.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agenteditor.core.disk import is_file
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import LineIndex

Place = Literal["project", "plugin"]

_VALID = "It loads: the frontmatter is valid and has a name and a description."
_REPAIRED = "It loads only because the reader repairs it; other tools and versions skip it."
_NONE = "There is no frontmatter: the file is taken for documentation, not for an agent."


@dataclass(frozen=True, slots=True)
class Loads:
    """Whether an agent results, and one sentence that says what happens."""

    ok: bool
    reason: str


def place_of(path: Path | None) -> Place:
    """``plugin`` for a file below a folder with a plugin manifest, else ``project``."""
    if path is not None:
        for folder in path.absolute().parents:
            if is_file(folder / ".claude-plugin" / "plugin.json"):
                return "plugin"
    return "project"


def loads(syntax: Syntax, place: Place = "project") -> Loads:
    """Whether a file with this text becomes an agent in ``place``, in words."""
    return _in_plugin(syntax) if place == "plugin" else _in_project(syntax)


def _in_project(syntax: Syntax) -> Loads:
    if syntax.verdict == "none":
        return Loads(False, _NONE)
    if syntax.verdict == "fails":
        return Loads(False, f"The frontmatter does not parse, so there is no agent. {_where(syntax)}")
    if syntax.verdict == "unknown":
        return Loads(False, f"We cannot tell: {_where(syntax)}")
    for key in ("name", "description"):
        fault = required_fault(syntax, key)
        if fault:
            return Loads(False, f"{fault} The file is skipped without a word.")
    if syntax.verdict == "repaired":
        return Loads(True, f"{_REPAIRED} {_where(syntax)}")
    return Loads(True, _VALID)


def _in_plugin(syntax: Syntax) -> Loads:
    lost = "in a plugin the agent loads, named after the file, and every other field is dropped"
    limit = ", its limit on tools too: it may use every tool" if _limits_tools(syntax) else ""
    if syntax.verdict == "fails":
        return Loads(True, f"The frontmatter does not parse: {lost}{limit}. {_where(syntax)}")
    if syntax.verdict == "none":
        return Loads(False, _NONE)
    if syntax.verdict == "unknown":
        return Loads(False, f"We cannot tell: {_where(syntax)}")
    if fault := required_fault(syntax, "name"):
        return Loads(True, f"{fault} In a plugin the agent is then named after the file.")
    if fault := required_fault(syntax, "description"):
        return Loads(True, f"{fault} In a plugin a placeholder stands in, so nothing will call this agent.")
    if syntax.verdict == "repaired":
        return Loads(True, f"{_REPAIRED} {_where(syntax)}")
    return Loads(True, _VALID)


def _where(syntax: Syntax) -> str:
    """The fault with its line and column in the file, 1-based, in code points."""
    if not syntax.faults:
        return ""
    fault = syntax.faults[0]
    line, column = LineIndex(syntax.text).position(fault.span.start)
    return f"Line {line}, column {column}: {fault.message}"


def _limits_tools(syntax: Syntax) -> bool:
    return any(syntax.field(key) is not None for key in ("tools", "disallowedTools"))


def required_fault(syntax: Syntax, key: str) -> str | None:
    """What is wrong with a required field, as a sentence; None if it is a text that is not empty."""
    field = syntax.field(key)
    if field is None:
        return f"The field “{key}” is missing."
    if field.value is None:
        return f"The field “{key}” is empty."
    if not isinstance(field.value, str):
        return f"The field “{key}” is not a text but {_kind(field.value)}."
    if not field.value.strip():
        return f"The field “{key}” is empty."
    return None


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "a yes/no value"
    if isinstance(value, (int, float)):
        return "a number"
    return "a list" if isinstance(value, list) else "a map"
