"""Would the file load, and where: one answer for each program that reads agent files.

``answers`` gives a row for each reader of resources/schemas/readers.json, ``answer`` one of them. Each
family of readers is its own rule for the fence (``readers_fences``), its own YAML (``readers_yaml``) and its
own way out when that fails (``readers_lines``); what it then does with the fields is data. Modelled from the
programs' public sources and compared with the programs; an answer says where it is a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from agenteditor.core.dialect_table import Place
from agenteditor.core.frontmatter import frontmatter
from agenteditor.core.line_ends import line_ends, with_line_ends
from agenteditor.core.reader import JS_BLANKS, read
from agenteditor.core.readers_fences import (
    Fence,
    Found,
    anywhere_without_bom,
    gray_matter,
    has_crlf_inside,
    lf_only,
    normalised,
    own_line,
    own_line_or_end,
)
from agenteditor.core.readers_fields import Got, Lost, Meant, losses, meant, objection, of_dialect
from agenteditor.core.readers_known import FieldRule, Reader, readers
from agenteditor.core.readers_lines import opencode_fallback, qwen_simple, vscode_fields
from agenteditor.core.readers_yaml import MOST, Yaml, fields_of
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import LineIndex
from agenteditor.core.yaml_nodes import Refused, YamlFault

Outcome = Literal["loads", "loses", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one program does with a file.

    ``lost`` are the fields it loses or reads otherwise; ``reason`` is a sentence, with the place where there
    is one. ``by_dialect``: this is so because of what the fields are, so no spelling helps, only a
    conversion. ``name`` and ``description`` are what the program takes them to be; None where it has none.
    """

    reader: str
    title: str
    outcome: Outcome
    lost: tuple[Lost, ...]
    reason: str
    by_dialect: bool
    guess: bool
    source: str
    name: object = None
    description: object = None


def answers(syntax: Syntax, place: Place = "project") -> tuple[Answer, ...]:
    """What every reader does with a file, in a fixed order. Never raises."""
    intended = _intended(syntax)
    return tuple(_answer(reader, syntax, intended, place) for reader in readers())


def answer(
    reader_id: str, file: Syntax | str, known: Collection[str] | None = None, place: Place = "project"
) -> Answer:
    """What the reader with this id does with a file.

    ``known`` are the fields it knows, in place of those in readers.json; they are then the file's own, too.
    """
    syntax = parse(file) if isinstance(file, str) else file
    reader = next(reader for reader in readers() if reader.id == reader_id)
    intended = _intended(syntax)
    if known is None:
        return _answer(reader, syntax, intended, place)
    fields = {key: reader.fields.get(key, FieldRule()) for key in known}
    return _answer(replace(reader, fields=fields), syntax, intended._replace(own=known), place)


def too_long(syntax: Syntax) -> bool:
    """Whether the frontmatter is so long that nobody is asked: nine readers take their time."""
    start, end = syntax.frontmatter.content if syntax.frontmatter else (0, 0)
    return end - start > MOST


def _intended(syntax: Syntax) -> Meant:
    """What the file means: as Claude Code reads it with LF line ends, if it can at all."""
    if syntax.verdict == "fails" and "\r" in syntax.text:
        return meant(parse(with_line_ends(syntax.text, "LF"), syntax.dialect))
    return meant(syntax)


def _answer(reader: Reader, syntax: Syntax, intended: Meant, place: Place) -> Answer:
    blank = Answer(reader.id, reader.title, "unknown", (), "", False, reader.guess, reader.source)
    if too_long(syntax):
        return replace(blank, reason=_TOO_LONG)
    in_plugin = place == "plugin" and reader.family.startswith("claude-code")
    got = _FAMILIES[reader.family](_asked(syntax.text, reader), syntax)
    if isinstance(got, _Stop):
        if in_plugin and got.parsed and got.outcome == "refused":
            lost = tuple(Lost(key, "dropped") for key in intended.fields if key in intended.own)
            return replace(blank, outcome="loses", lost=lost, reason=f"{got.reason} {_IN_PLUGIN}")
        return replace(blank, outcome=got.outcome, reason=got.reason)
    if unsure := sorted(reader.unsure & got.fields.keys()):
        reason = f"“{unsure[0]}” makes it a kind of file that is not modelled here."
        return replace(blank, reason=reason)
    blank = replace(blank, name=got.fields.get("name"), description=got.fields.get("description"))
    if why := objection(reader, got):
        as_meant = objection(reader, Got(intended.fields, intended.prompt))
        by_dialect = as_meant is not None and as_meant.foreign
        reason = f"{_line_of(syntax, why.field)}{why.sentence} {reader.after_refusal}".rstrip()
        return replace(blank, outcome="refused", reason=reason, by_dialect=by_dialect)
    lost = losses(reader, got, intended)
    if in_plugin:
        specs = ((key, syntax.dialect.spec(key)) for key in got.fields)
        lost += tuple(Lost(key, _PLUGIN) for key, spec in specs if spec and spec.ignored_in_plugin)
    by_dialect = bool(lost) and all(of_dialect(item) for item in lost)
    reason = got.note or ("Read as it is meant." if not lost else USELESS if by_dialect else OTHERWISE)
    return replace(
        blank, outcome="loses" if lost else "loads", lost=lost, reason=reason, by_dialect=by_dialect
    )


_TOO_LONG = f"The frontmatter is longer than {MOST:,} characters, so nobody is asked."
_IN_PLUGIN = "In a plugin the agent loads all the same, named after the file, without its limits on tools."
_PLUGIN = "ignored in a plugin"
USELESS = "It has no use for some fields."
OTHERWISE = "Not all of it is read as it is meant."


def _line_of(syntax: Syntax, key: str | None) -> str:
    """``Line 5: `` for a field that stands in line 5."""
    field = syntax.field(key) if key is not None else None
    if field is None:
        return ""
    return f"Line {LineIndex(syntax.text).position(field.key_span.start)[0]}: "


def _asked(text: str, reader: Reader) -> str:
    """``text`` with the line ends the reader is asked about."""
    kind = reader.line_ends
    return text if kind is None or line_ends(text) in (kind, "none") else with_line_ends(text, kind)


# --- the families ------------------------------------------------------------------------------


class _Stop(NamedTuple):
    """Why it gets nothing. ``parsed`` says that there was frontmatter, if a broken one."""

    outcome: Outcome
    reason: str
    parsed: bool = False


def _claude_code(text: str, syntax: Syntax) -> Got | _Stop:
    reading = read(text)
    fields = frontmatter(text, reading, syntax.dialect.keys())
    if fields is None:
        return _Stop("refused", "There is no frontmatter, so the file is taken for documentation.")
    if reading.verdict in ("fails", "unknown"):
        fault = reading.faults[0]
        why = _at(*LineIndex(text).position(fault.span.start), fault.message)
        return _Stop("refused" if reading.verdict == "fails" else "unknown", why, parsed=True)
    note = "Read only because it repairs the YAML." if reading.verdict == "repaired" else ""
    prompt = text[fields.span.end :].strip(JS_BLANKS)
    return Got({field.key: field.value for field in fields.fields}, prompt, note)


def _strictly(fence: Fence, yaml: Yaml) -> Family:
    """A program without a second try."""

    def family(text: str, _syntax: Syntax) -> Got | _Stop:
        found = fence(text)
        if isinstance(found, str):
            return _Stop("refused", found)
        fields = fields_of(found.content, yaml)
        return (
            _stopped(found, fields) if isinstance(fields, (YamlFault, Refused)) else Got(fields, found.prompt)
        )

    return family


def _opencode(text: str, _syntax: Syntax) -> Got | _Stop:
    """Its second try rewrites values with colons; where that changes nothing, gray-matter's cache says {}."""
    found = gray_matter(text)
    if isinstance(found, str):
        return Got({}, text.strip(JS_BLANKS), found)
    fields = fields_of(found.content, "js-yaml 3")
    if not isinstance(fields, (YamlFault, Refused)):
        return Got(fields, found.prompt)
    first = _stopped(found, fields)
    if first.outcome == "unknown":
        return first
    inner = own_line(text)  # its regular expression does not skip a byte order mark
    rewritten = opencode_fallback(inner.content) if isinstance(inner, Found) else found.content
    if not isinstance(inner, Found) or (rewritten == inner.content and not has_crlf_inside(text)):
        return Got({}, text.strip(JS_BLANKS), f"{first.reason} The whole file becomes the prompt.")
    second = fields_of(rewritten, "js-yaml 3")
    if isinstance(second, (YamlFault, Refused)):
        return first._replace(reason=f"{first.reason} It is left out.")
    return Got(second, found.prompt, "Read only through OpenCode’s own repair.")


def _qwen(text: str, _syntax: Syntax) -> Got | _Stop:
    found = normalised(text)
    if isinstance(found, str):
        return _Stop("refused", found)
    fields = fields_of(found.content, "yaml")
    if isinstance(fields, Refused):
        return _stopped(found, fields)
    if isinstance(fields, dict) and fields:
        return Got({key: value for key, value in fields.items() if value is not None}, found.prompt)
    return Got(qwen_simple(found.content), found.prompt, "Read only by Qwen Code’s simple second parser.")


def _vscode(text: str, _syntax: Syntax) -> Got | _Stop:
    found = own_line_or_end(text)
    if len(found.content) > MOST:
        return _Stop("unknown", _TOO_LONG)
    fields: dict[str, object] = {}
    for key, value in vscode_fields(found.content):
        fields.setdefault(key, value)
    return Got(fields, found.prompt)


def _cursor(text: str, syntax: Syntax) -> Got | _Stop:
    """Not public: what every YAML library reads it surely reads; of the rest we know nothing."""
    got = _strictly(own_line, "js-yaml 4")(text, syntax)
    if isinstance(got, Got):
        return got
    return got._replace(outcome="unknown", reason=f"How Cursor reads this is not known. {got.reason}")


def _stopped(found: Found, fault: YamlFault | Refused) -> _Stop:
    before = found.content[: fault.offset]
    line = found.line + before.count("\n")
    reason = _at(line, fault.offset - before.rfind("\n"), fault.message)
    return _Stop("unknown" if isinstance(fault, Refused) else "refused", reason, parsed=True)


def _at(line: int, column: int, sentence: str) -> str:
    return f"Line {line}, column {column}: {sentence}"


Family = Callable[[str, Syntax], Got | _Stop]
_FAMILIES: Mapping[str, Family] = {
    "claude-code": _claude_code,
    "claude-code-strict": _strictly(anywhere_without_bom, "bun"),
    "vscode": _vscode,
    "opencode": _opencode,
    "copilot": _strictly(lf_only, "yaml"),
    "gemini-cli": _strictly(own_line, "js-yaml 4"),
    "qwen-code": _qwen,
    "cursor": _cursor,
}
