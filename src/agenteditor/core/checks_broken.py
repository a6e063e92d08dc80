"""Checks of frontmatter that the reader cannot read at all: why, what happens then, and the way back.

The reader's fault is a place in YAML; here it is told in the terms of what the author wrote (FORMAT 2.3).
One cause gives one finding, with the fix for that cause, if the file loads with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agenteditor.core import reader, repairs, yaml_nodes, yaml_read
from agenteditor.core.checks_fences import TO_LF
from agenteditor.core.checks_finding import Check, Diagnostic, Fix, Subject, finding, fix, shown
from agenteditor.core.frontmatter import Field
from agenteditor.core.reader import Fault
from agenteditor.core.text import Span, TextEdit, apply, replace

MAKE_VALID = "Make it valid YAML"
QUOTE = "Put the value in quotes."


class Cause(NamedTuple):
    """Why the frontmatter does not parse: the place, a sentence with advice, and what mends it."""

    span: Span
    sentence: str
    fixes: tuple[Fix, ...]
    code: str = "yaml/fails"


def broken(subject: Subject) -> Iterator[Diagnostic]:
    """Frontmatter that neither parses nor can be repaired, or that we do not judge."""
    syntax = subject.syntax
    if syntax.verdict == "unknown":
        fault = syntax.faults[-1]
        yield finding(
            "yaml/not-judged",
            fault.span,
            f"{fault.message} It is not judged whether {subject.program} loads such a file. Make it simpler.",
        )
    if syntax.verdict != "fails":
        return
    cause = (_line_ends(subject) if subject.syntax.dialect.is_claude else None) or _cause(subject)
    then = f"{subject.program} does not load this file."
    if subject.in_plugin:
        then = "the agent runs under the name of its file, without any field."
    yield from _limits_lost(subject, cause.fixes)
    message = f"The frontmatter is not valid YAML: {then} {cause.sentence}"
    yield finding(cause.code, cause.span, message, fixes=cause.fixes)


def _limits_lost(subject: Subject, fixes: tuple[Fix, ...]) -> Iterator[Diagnostic]:
    """The loudest finding: a plugin agent that may do everything because its YAML is broken."""
    if not subject.in_plugin:
        return
    limit = re.compile(r"(?m)^(tools|disallowedTools)[ \t]*:").search(subject.text, *_content(subject))
    if limit is not None:
        yield finding(
            "plugin/limits-lost",
            Span(*limit.span(1)),
            "This agent runs with every tool: in a plugin, frontmatter that cannot be read is dropped as a "
            f"whole, and the limit written in “{limit[1]}” with it. Make the YAML valid before anyone "
            "installs it.",
            limit[1],
            fixes,
        )


def _content(subject: Subject) -> Span:
    frontmatter = subject.syntax.frontmatter
    assert frontmatter is not None, "a file that fails has frontmatter"
    return frontmatter.content


def _line_ends(subject: Subject) -> Cause | None:
    """The file would load with LF line ends."""
    text, fault = subject.text, subject.syntax.faults[0]
    edits = [replace(match.start(), match.end(), "\n") for match in re.finditer("\r\n", text)]
    fixes = _loading(subject, TO_LF, edits)
    if not fixes:
        return None
    sentence = (
        f"{fault.message} With LF line ends Claude Code would repair that; with Windows line ends (CRLF) it "
        "does not. Quote the value or change the line ends."
    )
    return Cause(fault.span, sentence, (*quotes(subject), *fixes), "yaml/line-ends")


def _loading(subject: Subject, label: str, edits: list[TextEdit], *, safe: bool = True) -> tuple[Fix, ...]:
    """The fix, if the file loads with it."""
    if not edits or reader.read(apply(subject.text, edits)).verdict not in ("valid", "repaired"):
        return ()
    return (Fix(label, tuple(edits), safe),)


def quotes(subject: Subject) -> tuple[Fix, ...]:
    """Quotes that make it YAML. Where a broken value has several lines, a person should look at them."""
    frontmatter = subject.syntax.frontmatter
    pieces = [field for field in frontmatter.fields if field.style == "broken"] if frontmatter else []
    spread = [field for field in pieces if "\n" in (field.text or "").strip()]
    for field in spread:
        spec = subject.spec(field.key)
        # The lines below a list of tools are not tools, and a block mark is not the beginning of a text.
        if spec is None or spec.kind not in ("text", "string") or _BLOCK_MARK.match(field.text or ""):
            return ()
    return fix(subject, MAKE_VALID, repairs.make_valid, safe=not spread)


_BLOCK_MARK = re.compile(r"[|>][-+0-9]{0,2}[ \t]*\r?(?:\n|\Z)")


def _cause(subject: Subject) -> Cause:
    fault = subject.syntax.faults[0]
    found = _directive(subject) or _glued(subject) or _shifted(subject)
    if found is not None:
        return found
    if fault.code in ("yaml/documents", "yaml/not-a-map"):
        return Cause(fault.span, explained(subject, fault), ())
    frontmatter = subject.syntax.frontmatter
    pieces = frontmatter.fields if frontmatter is not None else ()
    wrong = next((piece for piece in pieces if piece.style == "broken"), None)
    if wrong is None:
        return _sunk(subject, pieces)
    if fault.code != "yaml/indent" and (loose := _loose_line(subject.text, wrong.value_span)) is not None:
        sentence = (
            f"{_named(wrong)} goes on in a line that is not indented. Put the text on one line in double "
            "quotes, or after | with each line indented."
        )
        return Cause(loose, sentence, (*_indented(subject), *quotes(subject)))
    raw = (wrong.text or "").rstrip()
    if fault.code != "yaml/indent" and _opens_a_quote(raw):
        escaped = "''" if raw[0] == "'" else '\\"'
        sentence = (
            f"{_named(wrong)} begins with a quote that ends too early or never. Write {escaped} for each "
            f"{raw[0]} inside, or quote the text in another way."
        )
        return Cause(wrong.value_span, sentence, quotes(subject))
    if raw.endswith(":") and "\n" not in raw:
        sentence = f"{_named(wrong)} ends in a colon, which YAML takes for a field. {QUOTE}"
        return Cause(fault.span, sentence, quotes(subject))
    return Cause(fault.span, explained(subject, fault), (*_indented(subject), *quotes(subject)))


def _named(field: Field) -> str:
    return shown(field.key) if field.key else "This part"


def _opens_a_quote(raw: str) -> bool:
    first_line = yaml_read.read(raw.partition("\n")[0])
    return raw[:1] in ("'", '"') and isinstance(first_line, yaml_nodes.YamlFault)


def explained(subject: Subject, fault: Fault) -> str:
    """The fault in a sentence, and what to do."""
    if fault.span.of(subject.text) == "\t":
        return "A tab is used as indentation; YAML allows blanks only. Replace the tabs by blanks."
    return f"{fault.message} {_ADVICE.get(fault.code, '')}".rstrip()


_ADVICE = {
    "yaml/colon": QUOTE,
    "yaml/dash": QUOTE,
    "yaml/start": QUOTE,
    "yaml/comment": QUOTE,
    "yaml/indent": "Indent the line, or put the whole text on one line in quotes.",
    "yaml/line": "Indent the line if it belongs to the field above, or write “field: value”.",
    "yaml/tab": "Replace the tabs by blanks.",
    "yaml/nul": "Remove the character.",
    "yaml/documents": "Remove the line of dots.",
    "yaml/not-a-map": "Write a line for the name and one for the description.",
}


# --- single causes ----------------------------------------------------------------------------


def _directive(subject: Subject) -> Cause | None:
    match = re.compile(r"%[^\n]*\n").match(subject.text, *_content(subject))
    if match is None:
        return None
    line = Span(*match.span())
    sentence = "A first line that begins with % is not allowed in frontmatter. Remove it."
    return Cause(line, sentence, _loading(subject, "Remove the line", [replace(*line, "")]))


_GLUED = re.compile(r"(?m)^([A-Za-z_][\w-]*):(?![ \t\r\n:])([^\S\r\n]*)")


def _glued(subject: Subject) -> Cause | None:
    """Known fields whose value follows without a blank, or with one YAML does not know: ``tools:[Read]``."""
    found = _GLUED.finditer(subject.text, *_content(subject))
    keys = [match for match in found if subject.spec(match[1]) is not None]
    if not keys:
        return None
    fixes = _loading(
        subject, "Write a blank after the colon", [replace(*match.span(2), " ") for match in keys]
    )
    sentence = f"There must be a blank after the colon of {shown(keys[0][1])}."
    return Cause(Span(*keys[0].span()), sentence, fixes) if fixes else None


_SHIFTED = re.compile(r"(?m)^([ \t]+)([A-Za-z_][\w-]*):[ \t\r\n]")


def _shifted(subject: Subject) -> Cause | None:
    """Fields that do not begin at the margin as the others do."""
    found = _SHIFTED.finditer(subject.text, *_content(subject))
    keys = [match for match in found if subject.spec(match[2]) is not None]
    fixes = _loading(subject, "Remove the indentation", [replace(*match.span(1), "") for match in keys])
    if not fixes:
        return None
    sentence = f"{shown(keys[0][2])} is indented; all fields begin at the margin."
    return Cause(Span(*keys[0].span(1)), sentence, fixes)


def _sunk(subject: Subject, pieces: tuple[Field, ...]) -> Cause:
    """A block of text, right by itself, that the repair of another line destroys."""
    fault = subject.syntax.faults[0]
    sunk = next((piece for piece in pieces if piece.style in ("literal", "folded", "block")), None)
    repaired = subject.syntax.dialect.is_claude and any(piece.repaired for piece in pieces)
    if sunk is None or not repaired:
        return Cause(fault.span, explained(subject, fault), (*_indented(subject), *quotes(subject)))
    sentence = (
        f"{fault.message} Claude Code would repair this line alone, but its repair destroys the indented "
        f"text of {shown(sunk.key)}. Put the value with the colon in quotes."
    )
    return Cause(fault.span, sentence, quotes(subject))


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


def _indented(subject: Subject) -> tuple[Fix, ...]:
    """Two blanks before every line at the margin that is no field, where the file loads with them."""
    if not subject.fixes:
        return ()
    content = _content(subject)
    at = subject.text.find("\n", *content) + 1
    edits: list[TextEdit] = []
    while 0 < at < content.end:
        end = subject.text.find("\n", at, content.end) + 1
        line = subject.text[at : end or content.end]
        if not line[0].isspace() and not line.startswith(("#", "- ", "...")) and not _OWN_FIELD.match(line):
            edits.append(replace(at, at, "  "))
        at = end
    return _loading(subject, "Indent the lines", edits)


CHECKS: tuple[Check, ...] = (broken,)
