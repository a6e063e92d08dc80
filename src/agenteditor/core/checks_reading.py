"""Checks of the YAML as a whole: does it parse, and what does the reader's repair do to it.

One cause gives one finding: a file that does not parse is not also told that its name is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agenteditor.core import reader, repairs, rewrite, yaml_nodes, yaml_read
from agenteditor.core.checks_fences import TO_LF
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Fix,
    Subject,
    finding,
    fix,
    misread,
    shown,
    swapped,
    verified,
)
from agenteditor.core.frontmatter import Field
from agenteditor.core.syntax import parse_fields
from agenteditor.core.text import Edits, Span, TextEdit, apply, replace

MAKE_VALID = "Make it valid YAML"


def broken(subject: Subject) -> Iterator[Diagnostic]:
    """Frontmatter that neither parses nor can be repaired, or that we do not judge."""
    syntax = subject.syntax
    if syntax.verdict == "unknown":
        fault = syntax.faults[-1]
        yield finding(
            "yaml/not-judged",
            fault.span,
            f"{fault.message} This program does not say whether Claude Code loads such a file. Make it "
            "simpler.",
        )
    if syntax.verdict != "fails":
        return
    yield from _limits_lost(subject)
    if _loads_with_lf(subject):
        yield finding(
            "yaml/line-ends",
            syntax.faults[0].span,
            f"{_consequence(subject)} {syntax.faults[0].message} With LF line ends Claude Code would repair "
            "that; with Windows line ends (CRLF) it does not. Quote the value or change the line ends.",
            fixes=(*_made_valid(subject), *verified(subject, TO_LF, _lf_edits(subject))),
        )
        return
    span, cause = _cause(subject)
    yield finding("yaml/fails", span, f"{_consequence(subject)} {cause}", fixes=_made_valid(subject))


def _made_valid(subject: Subject) -> tuple[Fix, ...]:
    """Indentation or quotes that make it YAML.

    Where a broken value has several lines, quotes are a guess, so a person should look at them.
    """
    indented = _indented(subject) if subject.syntax.verdict == "fails" else ()
    frontmatter = subject.syntax.frontmatter
    pieces = [field for field in frontmatter.fields if field.style == "broken"] if frontmatter else []
    spread = [field for field in pieces if "\n" in (field.text or "").strip()]
    for field in spread:
        spec = subject.spec(field.key)
        # The lines below a list of tools are not tools, and a block mark is not the beginning of a text.
        wanted = spec is not None and spec.kind in ("text", "string")
        if not wanted or _BLOCK_MARK.match(field.text or "") or _glued(subject, field.value_span):
            return indented
    return (*indented, *fix(subject, MAKE_VALID, repairs.make_valid, safe=not spread))


_BLOCK_MARK = re.compile(r"[|>][-+0-9]{0,2}[ \t]*\r?(?:\n|\Z)")


def _indented(subject: Subject) -> tuple[Fix, ...]:
    """Blanks where they are missing: before lines at the margin that are no fields, after a colon."""
    frontmatter = subject.syntax.frontmatter
    assert frontmatter is not None, "a file that fails has frontmatter"
    content = frontmatter.content
    glued = _glued(subject, content)
    if glued:
        spaced = [replace(key.end, key.end, " ") for key in glued]
        return _loading(subject, "Write a blank after the colon", spaced)
    at = subject.text.find("\n", content.start, content.end) + 1
    indents: list[TextEdit] = []
    while 0 < at < content.end:
        end = subject.text.find("\n", at, content.end) + 1
        line = subject.text[at : end or content.end]
        if not line[0].isspace() and not line.startswith(("#", "- ")) and not _OWN_FIELD.match(line):
            indents.append(replace(at, at, "  "))
        at = end
    return _loading(subject, "Indent the lines", indents)


def _loading(subject: Subject, label: str, edits: list[TextEdit]) -> tuple[Fix, ...]:
    """The fix, if the file loads with it."""
    if not edits or reader.read(apply(subject.text, edits)).verdict not in ("valid", "repaired"):
        return ()
    return (Fix(label, tuple(edits)),)


def _glued(subject: Subject, part: Span) -> list[Span]:
    """Names of known fields, with their colons, that a value follows without a blank: ``tools:[Read]``."""
    found = _GLUED.finditer(subject.text, part.start, part.end)
    return [Span(*match.span()) for match in found if subject.spec(match[0][:-1]) is not None]


def _consequence(subject: Subject) -> str:
    if subject.in_plugin:
        return (
            "The frontmatter is not valid YAML: the agent runs under the name of its file, without any field."
        )
    return "The frontmatter is not valid YAML: Claude Code does not load this file."


def _limits_lost(subject: Subject) -> Iterator[Diagnostic]:
    """The loudest finding: a plugin agent that may do everything because its YAML is broken."""
    frontmatter = subject.syntax.frontmatter
    if not subject.in_plugin or frontmatter is None:
        return
    lines = re.compile(r"(?m)^(tools|disallowedTools)[ \t]*:").search(
        subject.text, frontmatter.content.start, frontmatter.content.end
    )
    if lines is not None:
        yield finding(
            "plugin/limits-lost",
            Span(*lines.span(1)),
            "This agent runs with every tool: in a plugin, frontmatter that cannot be read is dropped as a "
            f"whole, and the limit written in “{lines[1]}” with it. Make the YAML valid before anyone "
            "installs it.",
            lines[1],
            _made_valid(subject),
        )


def _loads_with_lf(subject: Subject) -> bool:
    text = subject.text
    return "\r\n" in text and reader.read(text.replace("\r\n", "\n")).verdict in ("valid", "repaired")


def _lf_edits(subject: Subject) -> tuple[TextEdit, ...]:
    return tuple(replace(m.start(), m.end(), "\n") for m in re.finditer("\r\n", subject.text))


def _cause(subject: Subject) -> tuple[Span, str]:
    """Where and why: the reader's fault, in the terms of what the author wrote (FORMAT 2.3)."""
    fault = subject.syntax.faults[0]
    frontmatter = subject.syntax.frontmatter
    pieces = frontmatter.fields if frontmatter is not None else ()
    wrong = next((piece for piece in pieces if piece.style == "broken"), None)
    plain = fault.span, f"{fault.message} {_ADVICE.get(fault.code, '')}".rstrip()
    if wrong is None:
        sunk = next((piece for piece in pieces if piece.style in ("literal", "folded", "block")), None)
        if sunk is None or not any(piece.repaired for piece in pieces):
            return plain
        return fault.span, (
            f"{fault.message} Claude Code would repair this line alone, but its repair destroys the indented "
            f"text of {shown(sunk.key)}. Put the value with the colon in quotes."
        )
    named = shown(wrong.key) if wrong.key else "This part"
    glued = _glued(subject, wrong.span)
    if glued:
        return glued[0], f"There must be a blank after the colon of {shown(glued[0].of(subject.text))}."
    loose = _loose_line(subject.text, wrong.value_span) if fault.code != "yaml/indent" else None
    if loose is not None:
        return loose, (
            f"{named} goes on in a line that is not indented. Put the text on one line in double quotes, or "
            "after | with each line indented."
        )
    raw = (wrong.text or "").rstrip()
    if raw[:1] in ("'", '"') and isinstance(yaml_read.read(raw.partition("\n")[0]), yaml_nodes.YamlFault):
        escaped = "''" if raw[0] == "'" else '\\"'
        return wrong.value_span, (
            f"{named} begins with a quote that ends too early or never. Write {escaped} for each {raw[0]} "
            "inside, or quote the text in another way."
        )
    if raw.endswith(":") and "\n" not in raw:
        return fault.span, f"{named} ends in a colon, which YAML takes for a field. Put the value in quotes."
    return plain


_GLUED = re.compile(r"(?m)^[A-Za-z_][\w-]*:(?=[^\s:])")
# Lines at the margin that may be fields of their own; "user:" and the like are lines of an example.
_OWN_FIELD = re.compile(r"(?!(?i:user|assistant|context|agent|commentary):)[\w.-]+:(?:\s|$)")


def _loose_line(text: str, value: Span) -> Span | None:
    """The first line after the first of a value that is not indented and no field."""
    start = text.find("\n", value.start, value.end) + 1
    while start > 0:
        end = text.find("\n", start, value.end)
        line = text[start : end if end >= 0 else value.end]
        if line[:1].strip() and line[0] not in "#'\"]}-" and not _OWN_FIELD.match(line):
            return Span(start, start + len(line.rstrip()))
        start = end + 1
    return None


_ADVICE = {
    "yaml/colon": "Put the value in quotes.",
    "yaml/dash": "Put the value in quotes.",
    "yaml/start": "Put the value in quotes.",
    "yaml/comment": "Put the value in quotes.",
    "yaml/indent": "Indent the line, or put the whole text on one line in quotes.",
    "yaml/line": "Indent the line if it belongs to the field above, or write “field: value”.",
    "yaml/tab": "Replace the tabs by blanks.",
    "yaml/nul": "Remove the character.",
    "yaml/documents": "Remove the line of dots.",
    "yaml/directive": "Remove the line.",
}


def repaired(subject: Subject) -> Iterator[Diagnostic]:
    """Text that is no YAML but loads, and what the repair did to lines that were right."""
    syntax = subject.syntax
    if syntax.verdict != "repaired":
        return
    fault = syntax.faults[0]
    host = next(
        (field for field in subject.fields if field.span.start <= fault.span.start < field.span.end), None
    )
    quoted = any(field.repaired for field in subject.fields)
    vanishes = ", and saved with Windows line ends it vanishes" if quoted else ""
    yield finding(
        "yaml/repaired",
        fault.span,
        f"Not valid YAML. {fault.message} Claude Code loads the file only because it repairs it first; other "
        f"programs and older versions refuse it{vanishes}. {_ADVICE.get(fault.code, '')}".rstrip(),
        host.key if host else None,
        _made_valid(subject),
    )
    for field in subject.fields:
        if field.repaired:
            yield from _changed_by_repair(subject, field)


def _changed_by_repair(subject: Subject, field: Field) -> Iterator[Diagnostic]:
    """A line that means something else by itself than after the repair quoted it."""
    meant = misread(subject, field)
    if meant is None:
        return
    fixes = fix(subject, "Make the other lines valid", repairs.make_valid)
    if not fixes or _value_after(subject, fixes[0].edits, field.key) != meant:
        fixes = fix(subject, "Write it anew", rewrite.set_value, field.key, meant)
    yield finding(
        "yaml/repair-changed",
        field.value_span,
        f"Because another line of the frontmatter needs the repair, {shown(field.key)} is read as the text "
        f"{shown(field.value)}. Make the other line valid, then this one means what it says.",
        field.key,
        fixes,
    )


def _value_after(subject: Subject, edits: Edits, key: str) -> object:
    _, _, fields = parse_fields(apply(subject.text, edits), subject.syntax.dialect)
    field = fields.get(key) if fields is not None else None
    return field.value if field is not None else None


def duplicates(subject: Subject) -> Iterator[Diagnostic]:
    """Fields written twice: the last one counts."""
    counting = {field.key: field for field in subject.fields}
    frontmatter = subject.syntax.frontmatter
    for field in frontmatter.fields if frontmatter is not None and counting else ():
        last = counting.get(field.key)
        if last is None or last is field or field.key.casefold() in subject.names.leaked_keys:
            continue
        yield finding(
            "yaml/duplicate-key",
            field.key_span,
            f"{shown(field.key)} stands twice; this one is not read, the last one counts. Other programs "
            "refuse such a file. Remove one of the two.",
            field.key,
            verified(subject, "Remove the one that is not read", swapped(field.span, "")),
        )


CHECKS: tuple[Check, ...] = (broken, repaired, duplicates)
