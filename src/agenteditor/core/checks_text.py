"""Checks of what is written: the description, its examples, the prompt, and the characters themselves.

Style is mentioned sparingly: a healthy file should be met with silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from agenteditor.core.checks_finding import Check, Diagnostic, Subject, finding, shown, swapped, verified
from agenteditor.core.frontmatter import Field
from agenteditor.core.syntax import MOST_DIVIDED, MOST_DIVIDED_LINES, HostedExample
from agenteditor.core.text import Span, TextEdit, replace

SHORT_DESCRIPTION = 10
LONG_DESCRIPTION = 5_000
SHORT_PROMPT = 20
LONG_PROMPT = 30_000

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
    r"(?<![A-Za-z])[A-Za-z]:\\(?:[^\s\\]+\\)*n\w+|(?<=\w)\\\\?[\w.]+\\n[a-z]\w*+(?![\w ]*:)"
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
    hosted = any(example.host == field.key for example in subject.syntax.examples)
    lines = field.value_span.of(subject.text).splitlines()
    labelled = sum(bool(re.match(r"\s*(?:\w+:\s|<)", line)) for line in lines[1:])
    if field.style != "folded" or not hosted or labelled < 2:
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
    for hosted in subject.syntax.examples:
        if hosted.host != "description":
            continue  # nobody reads examples elsewhere
        example = hosted.example
        if not example.closed:
            yield finding(
                "examples/unclosed",
                _span_in(subject, hosted, 0, len("<example>")),
                f"Example {hosted.index + 1} is not closed, so nobody can tell where it ends. Add "
                "</example>.",
                hosted.host,
            )
        elif not example.understood:
            message = f"Example {hosted.index + 1} is kept as it is. {example.reason}"
            yield finding("examples/not-understood", _span_in(subject, hosted), message, hosted.host)
        elif not example.turns:
            message = f"Example {hosted.index + 1} has no turns. Add what the user says and what follows."
            yield finding("examples/no-turns", _span_in(subject, hosted), message, hosted.host)
        elif not example.commentary and example.tagged:
            silent.append(hosted)
    if silent:
        count, total = len(silent), len(subject.syntax.examples)
        which = f"Example {silent[0].index + 1} has" if count == 1 else f"{count} of {total} examples have"
        yield finding(
            "examples/no-commentary",
            _span_in(subject, silent[0]),
            f"{which} no commentary. A <commentary> says why this agent is the right one.",
            silent[0].host,
        )


def _span_in(subject: Subject, hosted: HostedExample, start: int = 0, length: int | None = None) -> Span:
    """The place in the file of an example, or of the ``length`` characters after its beginning."""
    slot = subject.syntax.slot(hosted.host)
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


_BAD_BYTES = re.compile("[\udc80-\udcff]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
# Tags outside flag emoji, writing directions, and what shows nothing. Joiners are left to emoji and scripts.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\u180e\U000e0001-\U000e007f]")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f")
_FLAG_OR_HIDDEN = re.compile(f"{_FLAG.pattern}|(?P<hidden>{_HIDDEN.pattern})")
_LIMIT = 1_000
_COUNTED = 20_000


def characters(subject: Subject) -> Iterator[Diagnostic]:
    """Bytes that are not UTF-8, and characters nobody sees."""
    text = subject.text
    if _shows(text):
        return
    bad = _spans(_BAD_BYTES, text) if not text.isascii() else []
    if bad:
        readable = _from_windows(bad[0].of(text))
        edits = tuple(TextEdit(span, _from_windows(span.of(text))) for span in _few(bad))
        places = "1 place is" if len(bad) == 1 else f"{_number(bad)} places are"
        yield finding(
            "text/not-utf-8",
            bad[0],
            f"The file is not all UTF-8: {places} read as a replacement mark. Read as "
            f"Windows-1252, the first is {shown(readable)}.",
            fixes=verified(subject, "Read it as Windows-1252", edits, safe=False),
        )
    control = _spans(_CONTROL, text)
    if control:
        names = sorted({f"U+{ord(span.of(text)):04X}" for span in control[:_LIMIT]})
        edits = tuple(
            TextEdit(span, "\n" if span.of(text) in "\u2028\u2029\x85" else "") for span in _few(control)
        )
        inside = subject.syntax.frontmatter is not None and control[0].start < subject.syntax.body.start
        where = " in the frontmatter" if inside else ""
        count = "1 control character" if len(control) == 1 else f"{_number(control)} control characters"
        yield finding(
            "text/control",
            control[0],
            f"The file holds {count} ({', '.join(names[:4])}), invisible but read{where}. Remove what was "
            "not meant.",
            fixes=verified(subject, "Remove them", edits, safe=False),
        )
    yield from _hidden(subject)


def _shows(text: str) -> bool:
    """Whether every character can be seen: ``str`` tells that far quicker than the patterns above."""
    return text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable()


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    """Where it is found, one place more than are counted at most."""
    return [Span(*match.span()) for match in islice(pattern.finditer(text), _COUNTED + 1)]


def _few(spans: list[Span]) -> list[Span]:
    """Those a fix touches: all, or none where there are more than are counted."""
    return spans if len(spans) <= _COUNTED else []


def _number(spans: list[Span]) -> str:
    return f"{len(spans):,}" if len(spans) <= _COUNTED else f"more than {_COUNTED:,}"


def _from_windows(bad: str) -> str:
    """Bytes that are not UTF-8, read as Windows-1252, and as Latin-1 where that has a gap."""
    raw = bad.encode("utf-8", "surrogateescape")
    return "".join(
        bytes([byte]).decode("cp1252", "ignore") or bytes([byte]).decode("latin-1") for byte in raw
    )


def _hidden(subject: Subject) -> Iterator[Diagnostic]:
    text = subject.text
    if text.isascii() or not _HIDDEN.search(text):
        return
    hidden = (Span(*match.span()) for match in _FLAG_OR_HIDDEN.finditer(text) if match["hidden"])
    found = list(islice(hidden, _COUNTED + 1))
    if not found:
        return
    end = found[0].end
    for span in found[1:]:
        if span.start > end:
            break
        end = span.end
    decoded = "".join(
        chr(ord(c) - 0xE0000) for span in found[:_LIMIT] for c in span.of(text) if ord(c) > 0xE0020
    )
    says = f" They spell {shown(decoded)}." if decoded.strip() else ""
    edits = tuple(TextEdit(span, "") for span in _few(found))
    count = "1 hidden character" if len(found) == 1 else f"{_number(found)} hidden characters"
    yield finding(
        "text/hidden",
        Span(found[0].start, end),
        f"The file holds {count} that a reader does not see and a model does.{says} Remove them unless you "
        "put them there.",
        fixes=verified(subject, "Remove them", edits, safe=False),
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
    windows = subject.text.count("\r\n")
    unix = subject.text.count("\n") - windows
    if not windows or not unix or subject.syntax.frontmatter is None:
        return
    to_lf = tuple(replace(match.start(), match.end(), "\n") for match in re.finditer("\r\n", subject.text))
    first = subject.text.find("\r\n")
    yield finding(
        "text/mixed-line-ends",
        Span(first, first + 2),
        f"Some lines end in CRLF ({windows:,}), others in LF ({unix:,}); programs disagree about such files. "
        "Use LF throughout.",
        fixes=verified(subject, "Use LF line ends", to_lf),
    )


CHECKS: tuple[Check, ...] = (cut_by_hash, description, examples, prompt, characters, conflicts, line_ends)
