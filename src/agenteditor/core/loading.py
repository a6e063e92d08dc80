"""Would the file become an agent, and what happens if not: the answer for one place.

The verdict speaks of the YAML; this adds the required fields, which a project and a plugin treat
differently (READER.md, "What it means, by place"; FORMAT 2.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agenteditor.core import tools_grammar
from agenteditor.core.dialect_table import Place
from agenteditor.core.dialects import in_plugin, knows
from agenteditor.core.frontmatter import Field
from agenteditor.core.schema import errors
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import position

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
    return "plugin" if path is not None and in_plugin(path) else "project"


def loads(syntax: Syntax, place: Place = "project") -> Loads:
    """Whether a file with this text becomes an agent, in words; of Claude Code's in ``place``."""
    if not syntax.dialect.is_claude:
        return _elsewhere(syntax)
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


def _elsewhere(syntax: Syntax) -> Loads:
    """The answer of another program, by its data: what it requires, refuses and repairs (FORMAT 5)."""
    program, table = syntax.dialect.program, syntax.dialect.table
    guess = " How it reads files is not documented: this is a guess." if table.guess else ""
    if syntax.verdict == "none":
        return Loads(False, _NONE)
    if syntax.verdict == "unknown":
        return Loads(False, f"We cannot tell: {_where(syntax)}")
    if syntax.verdict == "fails" or (syntax.verdict == "repaired" and not table.repairs):
        return Loads(
            False, f"The frontmatter is not valid YAML, and {program} refuses it. {_where(syntax)}{guess}"
        )
    twice = [field.key for field in fields_of(syntax) if syntax.field(field.key) is not field]
    if twice and not table.repeats:
        return Loads(False, f"“{twice[0]}” stands twice, and {program} refuses that.{guess}")
    for spec in syntax.dialect.fields:
        if spec.required and (fault := required_fault(syntax, spec.key)):
            return Loads(False, f"{fault} {program} does not load the file.{guess}")
    unknown = [field.key for field in fields_of(syntax) if syntax.dialect.spec(field.key) is None]
    if unknown and table.unknown_fields == "refused":
        listed = ", ".join(f"“{key}”" for key in unknown[:3])
        return Loads(False, f"{program} refuses the file because it does not know {listed}.{guess}")
    if beyond := _refused_tools(syntax):
        return Loads(False, f"{program} refuses the file because it has no tool “{beyond[0]}”.{guess}")
    if key := _refused_value(syntax):
        return Loads(False, f"{program} refuses the file because of the value of “{key}”.{guess}")
    if len(syntax.prompt) < table.prompt_least:
        least = f"its prompt needs {table.prompt_least} characters or more"
        return Loads(False, f"{program} refuses the file: {least}.{guess}")
    if syntax.verdict == "repaired":
        return Loads(True, f"{program} loads it only because it repairs it. {_where(syntax)}{guess}")
    return Loads(True, f"{program} loads it.{guess}")


def _refused_tools(syntax: Syntax) -> list[str]:
    """The entries for which the program refuses the whole file."""
    own, counterpart = syntax.dialect.table.tools, syntax.dialect.table.fields.get("tools")
    field = syntax.field(counterpart.key) if counterpart is not None else None
    if field is None or own.form != "list" or own.unknown != "refused":
        return []
    return [one.text for one in tools_grammar.entries(field.value) or () if not knows(own, one)]


def _refused_value(syntax: Syntax) -> str | None:
    """The first field for whose value the program refuses the whole file. One without a value is absent."""
    strict = syntax.dialect.table.unknown_fields == "refused"
    instance = {field.key: field.value for field in fields_of(syntax) if field.value is not None}
    wrong = {str(error.absolute_path[0]) for error in errors(syntax.dialect, instance) if error.absolute_path}
    for key in instance:
        spec = syntax.dialect.spec(key)
        if key in wrong and spec is not None and (strict or spec.required):
            return key
    return None


def fields_of(syntax: Syntax) -> tuple[Field, ...]:
    """The fields as they are written; none without frontmatter."""
    return syntax.frontmatter.fields if syntax.frontmatter is not None else ()


def _where(syntax: Syntax) -> str:
    """The fault with its line and column in the file, 1-based, in code points."""
    if not syntax.faults:
        return ""
    fault = syntax.faults[0]
    line, column = position(syntax.text, fault.span.start)
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
