"""Checks of the fences: where the frontmatter stands, where it ends, and whether there is any.

A file without frontmatter is documentation, unless it plainly was meant to have some: then it is an
agent that nobody can start, and the finding says what keeps it from being read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise

from agenteditor.core import reader, repairs
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Fix,
    OtherKind,
    Subject,
    finding,
    fix,
    shown,
    swapped,
    verified,
)
from agenteditor.core.loading import loads
from agenteditor.core.syntax import parse
from agenteditor.core.text import Span, TextEdit, apply, eol_of, replace

TO_LF = "Use LF line ends"

_FENCE = re.compile(f"(?m)^{reader.BOM}*([ \\t]*)---[ \\t]*\\r?$")
_FIELDS = re.compile(r"(?:[ \t\r]*+\n)*+[ \t]*+(?:name|description):[ \t]")
_FIELD_LINE = re.compile(r"[A-Za-z_][\w-]*:(?:[ \t\r]|$)|[ \t]+\S|- |#[^#]")
_CODE_FENCE = re.compile(r"(?m)^(```+|~~~+)\w*[ \t]*\r?\n\s*\Z")
_BOM = {
    True: "Claude Code skips it since 2.1.239; older versions and some other programs find no frontmatter "
    "behind it.",
    False: "Some programs find no frontmatter behind it.",
}
_LONE_CR = re.compile(r"\r(?!\n)")
_LIMITS = ("tools", "disallowedTools")
# How far into a file a misplaced frontmatter is looked for: rules in running text are common.
_HEAD = 4_000
_NEW_DESCRIPTION = "Use this agent when …"


def no_frontmatter(subject: Subject) -> Iterator[Diagnostic]:
    """A file without frontmatter: an agent that lost it, or documentation."""
    if subject.syntax.verdict != "none":
        return
    meant = _misplaced(subject) or _not_closed(subject) or _old_line_ends(subject)
    if meant is not None:
        yield meant
    elif subject.other_kind is None:
        yield _documentation(subject)


def _documentation(subject: Subject) -> Diagnostic:
    name = subject.stem or "new-agent"
    made = fix(subject, "Make this an agent", repairs.make_agent, name, _NEW_DESCRIPTION, safe=False)
    return finding(
        "frontmatter/missing",
        Span(0, 0),
        "This file has no frontmatter, so it is documentation and no agent. Add a name and a description "
        "between two lines of three hyphens if it should be one.",
        fixes=made,
    )


def _misplaced(subject: Subject) -> Diagnostic | None:
    """Fences that stand further down or to the right, or a closing fence without an opening one."""
    text = subject.text
    # The one that opens it, and the next that closes it.
    near = _FENCE.finditer(text)
    first = next(near, None)
    for opening, closing in pairwise(chain((first,), near) if first else ()):
        start = opening.start(1)
        if start > _HEAD:
            return None
        if opening.end(1) > 0 and opening[1] == closing[1] and _FIELDS.match(text, opening.end()):
            return finding(
                "frontmatter/not-at-start",
                Span(0, opening.end(1)),
                "The frontmatter does not stand at the very start of the file, so it is not read and the "
                "file is no agent. Nothing may stand before the first three hyphens, not even a blank line.",
                fixes=_moved_up(subject, Span(start, closing.end()), opening[1]),
            )
    if first is not None and first.start() < _HEAD and _FIELDS.match(text, int(text.startswith(reader.BOM))):
        return finding(
            "frontmatter/not-opened",
            Span(0, text.find(":")),
            "The line of three hyphens before the fields is missing, so the file is no agent.",
            fixes=verified(subject, "Add the opening line", (replace(0, 0, f"---{eol_of(text)}"),)),
        )
    return None


def _moved_up(subject: Subject, block: Span, indent: str) -> tuple[Fix, ...]:
    """What brings the frontmatter to the start: take away what is before it, or put it below."""
    text = subject.text
    before = text[: block.start]
    blank = not before.replace(reader.BOM, "").strip()
    if indent:
        edits = (replace(0, block.start, ""), *_dedent(text, block.start, indent))
        return verified(subject, "Remove the indentation", edits) if blank else ()
    if blank:
        return verified(subject, "Remove what stands before it", (replace(0, block.start, ""),))
    after = block.end + 1 if text[block.end : block.end + 1] == "\n" else block.end
    opened = _CODE_FENCE.search(before)
    if opened is None:
        moved = (replace(0, block.start, ""), replace(after, after, before))
        return verified(subject, "Move the frontmatter to the start", moved, safe=False)
    kept = before[: opened.start()]
    closed = re.compile(rf"(?m)^{re.escape(opened[1])}[ \t]*\r?(?:\n|\Z)").search(text, after)
    unfenced = [replace(0, block.start, ""), replace(after, after, kept)]
    if closed is not None:
        unfenced.append(replace(closed.start(), closed.end(), ""))
    return verified(subject, "Take it out of the code fence", unfenced, safe=not kept.strip())


def _dedent(text: str, start: int, indent: str) -> Iterator[TextEdit]:
    """Edits that take ``indent`` off all lines from ``start`` on that have it."""
    for match in re.compile(rf"(?m)^{re.escape(indent)}").finditer(text, start):
        yield replace(match.start(), match.end(), "")


def _not_closed(subject: Subject) -> Diagnostic | None:
    text = subject.text
    start = int(text.startswith(reader.BOM))
    opening = _FENCE.match(text, start)
    if opening is None or opening[1] or not _FIELDS.match(text, opening.end()):
        return None
    return finding(
        "frontmatter/not-closed",
        Span(start, start + 3),
        "The frontmatter is never closed, so the file is no agent. Put a line of three hyphens after the "
        "last field.",
        fixes=_closed(subject, opening.end() + 1),
    )


def _closed(subject: Subject, start: int) -> tuple[Fix, ...]:
    """Close after the last line that looks like one of a field, before the first blank or other line."""
    text, end, eol = subject.text, start, eol_of(subject.text)
    while end < len(text):
        line_end = text.find("\n", end)
        if _FIELD_LINE.match(text[end : line_end if line_end >= 0 else None]) is None:
            break
        end = line_end + 1 if line_end >= 0 else len(text)
    before = "" if text[end - 1] == "\n" else eol
    edit = replace(end, end, f"{before}---{eol}")
    return verified(subject, "Close it after the last field", (edit,), safe=False)


def _old_line_ends(subject: Subject) -> Diagnostic | None:
    text = subject.text
    start = int(text.startswith(reader.BOM))
    if not text.startswith("---\r", start) or reader.find_fence(_LONE_CR.sub("\n", text)) is None:
        return None
    edits = tuple(replace(match.start(), match.end(), "\n") for match in _LONE_CR.finditer(text))
    return finding(
        "frontmatter/old-line-ends",
        Span(start, start + 4),
        f"The lines end in CR alone, as on old Macs. {subject.program} sees one long line without "
        "frontmatter: the file is no agent.",
        fixes=verified(subject, TO_LF, edits),
    )


def closing(subject: Subject) -> Iterator[Diagnostic]:
    """Three hyphens that end the frontmatter where nobody meant them to."""
    frontmatter = subject.syntax.frontmatter
    if frontmatter is None:
        return
    text, at = subject.text, frontmatter.content.end
    before = text[text.rfind("\n", 0, at) + 1 : at]
    lost = _lost_fields(subject, at + 3) if before else []
    if before.strip() or lost:
        yield _closed_early(subject, at, lost)
        return
    line_end = text.find("\n", at)
    rest = Span(at + 3, len(text) if line_end < 0 else line_end)
    surplus = rest.of(text).strip()
    if not surplus:
        return
    apart = swapped(Span(rest.start, rest.start), eol_of(text))
    hyphens = not surplus.strip("-")
    yield finding(
        "frontmatter/closing-line",
        rest,
        f"{shown(surplus)} follows the three hyphens that close the frontmatter and becomes the beginning of "
        "the prompt. Write three hyphens and nothing else on that line.",
        fixes=(
            *verified(subject, "Remove it", swapped(rest, ""), safe=hyphens),
            *(() if hyphens else verified(subject, "Put it on its own line", apart, safe=False)),
        ),
    )


def _closed_early(subject: Subject, at: int, lost: list[str]) -> Diagnostic:
    text = subject.text
    limit = next((key for key in lost if key in _LIMITS), None)
    widened = f" So {shown(limit)} is not read, and the agent may use every tool." if limit else ""
    line_end = text.find("\n", at)
    runs = re.compile("---+").finditer(text, at, line_end if line_end >= 0 else len(text))
    dashes = [replace(match.start(), match.end(), "—") for match in runs]
    fixes = verified(subject, "Write a dash (—) for the hyphens", dashes, safe=False)
    if fixes and not _goes_on_well(subject, apply(text, dashes)):
        fixes = ()
    return finding(
        "frontmatter/closed-early",
        Span(at, at + 3),
        "Three hyphens end the frontmatter, even inside a value: the rest of the line and all that follows "
        f"goes into the prompt.{widened} Write the text without three hyphens in a row.",
        fixes=fixes,
        severity="error" if limit else None,
    )


def _goes_on_well(subject: Subject, after: str) -> bool:
    """Whether the frontmatter then ends at a line of its own, and the file loads if it does now."""
    mended = reader.find_fence(after)
    if mended is None or after[mended.content.end - 1] != "\n":
        return False  # the next three hyphens are in a value, too
    return loads(parse(after, subject.syntax.dialect)).ok or not loads(subject.syntax).ok


def _lost_fields(subject: Subject, start: int) -> list[str]:
    """Known fields between an early closing fence and the fence that was meant."""
    fence = _FENCE.search(subject.text, start)
    if fence is None:
        return []
    keys = subject.syntax.dialect.keys()
    return [
        key for key in re.findall(r"(?m)^([A-Za-z]+):", subject.text[start : fence.start()]) if key in keys
    ]


def byte_order_mark(subject: Subject) -> Iterator[Diagnostic]:
    """A BOM before frontmatter that is found all the same."""
    if subject.syntax.frontmatter is not None and subject.text.startswith(reader.BOM):
        yield finding(
            "frontmatter/bom",
            Span(0, 1),
            f"The file begins with an invisible byte order mark. {_BOM[subject.syntax.dialect.is_claude]}",
            fixes=verified(subject, "Remove it", swapped(Span(0, 1), "")),
        )


_KINDS: dict[OtherKind, str] = {
    "document": "{0} is a document beside the agents, not an agent; {1} passes over it.",
    "skill": "{0} is a skill, not an agent; {1} looks for it in a folder of skills.",
    "command": "{0} has no name and the fields of a slash command, so it is one and not an agent; {1} looks "
    "for it in a folder of commands.",
}


def not_an_agent(subject: Subject) -> Iterator[Diagnostic]:
    """README.md, SKILL.md, a command: files of another kind, with frontmatter of their own."""
    kind = subject.other_kind
    if subject.syntax.frontmatter is not None and kind is not None:
        name = shown(subject.file_name) if subject.file_name else "The file"
        yield finding(f"file/{kind}", Span(0, 0), _KINDS[kind].format(name, subject.program))


CHECKS: tuple[Check, ...] = (no_frontmatter, closing, byte_order_mark, not_an_agent)
