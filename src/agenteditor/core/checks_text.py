"""Checks of what is written: the description, its examples, the prompt, and its lines.

Style is mentioned sparingly: a healthy file should be met with silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agenteditor.core.checks_finding import Check, Diagnostic, Subject, finding, shown, swapped, verified
from agenteditor.core.frontmatter import Field
from agenteditor.core.syntax import MOST_DIVIDED, MOST_DIVIDED_LINES, HostedExample
from agenteditor.core.text import Span, TextEdit, replace

SHORT_DESCRIPTION = 10
LONG_DESCRIPTION = 5_000
SHORT_PROMPT = 20
LONG_PROMPT = 30_000
LARGE = 100_000  # bytes of a file
LONG_LINE = 5_000

_TRIGGER = re.compile(
    r"\b(?:us(?:e|es|ed|ing|eful)|when(?:ever)?|invoke[ds]?|call(?:ed)?|trigger(?:s|ed)?|delegate|proactive(?:ly)?|must|"
    r"should|if|after|before|for|helps?)\b",
    re.IGNORECASE,
)


def cut_by_hash(subject: Subject) -> Iterator[Diagnostic]:
    """Unquoted text with `` #`` in it: the rest of the line is a comment."""
    for field in subject.fields:
        spec = subject.spec(field.key)
        if field.style != "plain" or field.repaired or spec is None or spec.kind != "text":
            continue
        line_end = subject.text.find("\n", field.value_span.end)
        rest = subject.text[field.value_span.end : line_end if line_end >= 0 else None]
        comment = re.match(r"[ \t]+#.*", rest)
        if comment is None:
            continue
        lost = comment[0].rstrip()
        text = (field.text or "") + lost
        yield finding(
            "value/cut-by-hash",
            Span(field.value_span.end, field.value_span.end + len(lost)),
            f"A blank and # begin a comment in unquoted text, so {shown(lost.strip())} is not part of the "
            f"{spec.label.lower()}. Put the whole text in quotes if it should be.",
            field.key,
            verified(subject, "Quote the whole text", _quoted(field, lost, text), safe=False),
        )


def _quoted(field: Field, lost: str, text: str) -> tuple[TextEdit, ...]:
    written = "'" + text.replace("'", "''") + "'"
    return swapped(
        Span(field.value_span.start, field.value_span.end + len(lost)), " ".join(written.split("\n"))
    )


def description(subject: Subject) -> Iterator[Diagnostic]:
    """Length and shape of the description."""
    field = subject.field("description")
    if field is None or not isinstance(field.value, str) or not field.value.strip():
        return
    value = field.value.strip()
    if len(value) < SHORT_DESCRIPTION:
        yield finding(
            "description/short",
            field.value_span,
            f"With {len(value)} characters the description hardly says when to use the agent. Name the "
            "situations.",
            "description",
        )
    elif len(value) > LONG_DESCRIPTION:
        yield finding(
            "description/long",
            field.value_span,
            f"The description has {len(value):,} characters and stands in every conversation. Authors are "
            f"advised to stay under {LONG_DESCRIPTION:,}; details belong in the prompt.",
            "description",
        )
    elif value.isascii() and not _TRIGGER.search(value):
        yield finding(
            "description/no-trigger",
            field.value_span,
            "The description says what the agent is, not when to use it. Begin with “Use this agent when …”.",
            "description",
        )
    yield from _backslash_n(field)
    yield from _folded(subject, field)


# A backslash-n inside a word, a path or a pattern, where no line break can be meant. Before a label such as
# "user:" or after the end of a sentence it is the wizard's way to write one (FORMAT 2.4).
_ODD_BREAK = re.compile(
    r"(?<![A-Za-z])[A-Za-z]:\\(?:[^\s\\]++\\){0,32}n\w+|(?<=\w)\\\\?[\w.]+\\n[a-z]\w*+(?![\w ]*:)"
    r"|\[\^?[^\[\]\s]{0,40}\\n[^\[\]\s]{0,40}\]|['\"`]\\n['\"`]"
)


def _backslash_n(field: Field) -> Iterator[Diagnostic]:
    text = field.text or ""
    match = _ODD_BREAK.search(text)
    if match is None:
        return
    span = field.value_span
    if field.offsets is not None:
        span = Span(field.offsets[match.start()], field.offsets[match.end() - 1] + 1)
    yield finding(
        "description/backslash-n",
        span,
        f"In a description \\n becomes a line break when the file is loaded, in {shown(match[0])} too. Write "
        "/ in paths, or say it in words.",
        "description",
    )


def _folded(subject: Subject, field: Field) -> Iterator[Diagnostic]:
    if field.style != "folded" or all(example.host != field.key for example in subject.syntax.examples):
        return
    lines = field.value_span.of(subject.text).splitlines()
    if sum(bool(re.match(r"\s*(?:\w+:\s|<)", line)) for line in lines[1:]) < 2:
        return
    start = field.value_span.start
    yield finding(
        "description/folded",
        Span(start, start + 1),
        "After > the lines of the examples are joined into one. Write | to keep them as lines.",
        "description",
        verified(subject, "Keep the lines (|)", swapped(Span(start, start + 1), "|")),
    )


def examples(subject: Subject) -> Iterator[Diagnostic]:
    """Example blocks that are not closed, not understood, or lack a part."""
    if subject.syntax.verdict == "fails":
        return  # how the description reads is not known yet
    silent: list[HostedExample] = []
    slot = subject.syntax.slot("description")
    for hosted in subject.syntax.examples:
        if hosted.host != "description":
            continue  # nobody reads examples elsewhere
        example = hosted.example
        if not example.closed:
            yield finding(
                "examples/unclosed",
                _span_in(slot, hosted, 0, len("<example>")),
                f"Example {hosted.index + 1} is not closed, so nobody can tell where it ends. Add "
                "</example>.",
                hosted.host,
            )
        elif not example.understood:
            message = f"Example {hosted.index + 1} is kept as it is. {example.reason}"
            yield finding("examples/not-understood", _span_in(slot, hosted), message, hosted.host)
        elif not example.turns:
            message = f"Example {hosted.index + 1} has no turns. Add what the user says and what follows."
            yield finding("examples/no-turns", _span_in(slot, hosted), message, hosted.host)
        elif not example.commentary and example.tagged:
            silent.append(hosted)
    if silent:
        count, total = len(silent), len(subject.syntax.examples)
        which = f"Example {silent[0].index + 1} has" if count == 1 else f"{count} of {total} examples have"
        yield finding(
            "examples/no-commentary",
            _span_in(slot, silent[0]),
            f"{which} no commentary. A <commentary> says why this agent is the right one.",
            silent[0].host,
        )


def _span_in(slot: Field | None, hosted: HostedExample, start: int = 0, length: int | None = None) -> Span:
    """The place in the file of an example of ``slot``, or of ``length`` characters from its beginning."""
    assert slot is not None, "an example has a host"
    if slot.offsets is None:
        return slot.value_span
    first = hosted.example.span.start + start
    last = hosted.example.span.end if length is None else min(first + length, hosted.example.span.end)
    return Span(slot.offsets[first], slot.offsets[last - 1] + 1) if last > first else slot.value_span


def prompt(subject: Subject) -> Iterator[Diagnostic]:
    """The body: there at all, and of a usable length."""
    if subject.syntax.frontmatter is None:
        return
    length = len(subject.syntax.prompt)
    body = subject.syntax.body
    if length == 0:
        yield finding(
            "prompt/empty",
            Span(subject.syntax.frontmatter.span.start, subject.syntax.frontmatter.content.start),
            "Below the frontmatter stands nothing: the agent starts without instructions. Write the prompt.",
        )
    elif length < SHORT_PROMPT:
        yield finding(
            "prompt/short", body, f"The prompt has only {length} characters. Say what the agent should do."
        )
    elif length > LONG_PROMPT:
        yield finding(
            "prompt/long",
            Span(body.start, body.start),
            f"The prompt has {length:,} characters; GitHub Copilot takes {LONG_PROMPT:,} at most, and every "
            "run pays for all of them.",
        )
    if not subject.syntax.divided:
        yield finding(
            "prompt/not-divided",
            Span(body.start, body.start),
            f"The prompt has more than {MOST_DIVIDED:,} characters or {MOST_DIVIDED_LINES:,} lines, so it is "
            "not divided into sections here. Edit it in the source.",
        )


_CONFLICT = re.compile(
    r"(?m)^<{7}(?: [^\r\n]*)?\r?\n(?P<ours>(?:(?!={7}\r?$|<{7}|>{7}).*\n)*)={7}\r?\n"
    r"(?P<theirs>(?:(?!={7}\r?$|<{7}|>{7}).*\n)*)>{7}(?: [^\r\n]*)?\r?(?:\n|\Z)"
)


def conflicts(subject: Subject) -> Iterator[Diagnostic]:
    """Marks that git leaves in a file with a merge conflict."""
    text = subject.text
    if "<<<<<<<" not in text:
        return
    for match in _CONFLICT.finditer(text):
        span = Span(match.start(), text.find("\n", match.start()))
        yield finding(
            "text/conflict",
            span,
            "A git conflict was left here: both versions are read, and the marks with them. Keep one of the "
            "two.",
            fixes=(
                *verified(
                    subject, "Keep the upper version", swapped(Span(*match.span()), match["ours"]), safe=False
                ),
                *verified(
                    subject,
                    "Keep the lower version",
                    swapped(Span(*match.span()), match["theirs"]),
                    safe=False,
                ),
            ),
        )


def line_ends(subject: Subject) -> Iterator[Diagnostic]:
    """CRLF and LF in one file."""
    windows = subject.text.count("\r\n") if "\r" in subject.text else 0
    if not windows or subject.syntax.frontmatter is None:
        return
    unix = subject.text.count("\n") - windows
    if not unix:
        return
    # A CR before CRLF would become part of another CRLF.
    breaks = () if "\r\r\n" in subject.text else re.finditer("\r\n", subject.text)
    to_lf = tuple(replace(match.start(), match.end(), "\n") for match in breaks)
    first = subject.text.find("\r\n")
    yield finding(
        "text/mixed-line-ends",
        Span(first, first + 2),
        f"Some lines end in CRLF ({windows:,}), others in LF ({unix:,}); programs disagree about such files. "
        "Use LF throughout.",
        fixes=verified(subject, "Use LF line ends", to_lf),
    )


def size(subject: Subject) -> Iterator[Diagnostic]:
    """Files and lines so long that nobody reads them."""
    text = subject.text
    if len(text) > LARGE // 4 and (bytes_ := len(text.encode("utf-8", "surrogatepass"))) > LARGE:
        yield finding(
            "text/large",
            Span(0, 0),
            f"The file has {bytes_ // 1000:,} kB, more than anybody reads before using it, and every run "
            f"pays for all of "
            "it. Take out what the agent does not need.",
        )
    step = LONG_LINE // 2
    if all(text.find("\n", at, at + step) >= 0 for at in range(0, len(text) - step, step)):
        return  # a longer line would fill one of these pieces
    description = subject.field("description")
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > LONG_LINE and not (
            description is not None and description.span.start <= start < description.span.end
        ):
            yield finding(
                "text/long-line",
                Span(start + LONG_LINE, start + LONG_LINE),
                f"This line has {end - start:,} characters: what stands far to the right is easily "
                f"missed. Break it.",
            )
            return
        start = end + 1


CHECKS: tuple[Check, ...] = (cut_by_hash, description, examples, prompt, conflicts, line_ends, size)
