"""The one edit after which every program that can load a file at all loads it, with the same values.

``portable`` tries a few harmless changes (line ends, byte order mark, fences, quotes, overridden fields),
keeps those that some reader needs, and gives them as one set of edits. What Claude Code reads does not
change: not the name, not the description, not the tools, not the prompt. What a program refuses because of
what the fields are is left to a conversion.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from agenteditor.core.checks import check
from agenteditor.core.frontmatter import Field
from agenteditor.core.line_ends import drop_bom, line_ends, to_line_ends, with_line_ends
from agenteditor.core.reader import JS_BLANKS, find_fence
from agenteditor.core.readers import Answer, answers, too_long
from agenteditor.core.readers_fields import of_dialect
from agenteditor.core.repairs import make_portable, make_valid
from agenteditor.core.scalar import double
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Edits, Refusal, TextEdit, apply, eol_of, replace

_RANK = {"refused": 0, "unknown": 1, "loses": 2, "loads": 3}


@dataclass(frozen=True, slots=True)
class Portable:
    """The edits, what they do in words, and what every reader does with the file after them."""

    edits: Edits
    steps: tuple[str, ...]
    answers: tuple[Answer, ...]


def portable(syntax: Syntax) -> Portable | Refusal:
    """The smallest set of changes that makes the programs agree; a refusal where none is needed or helps."""
    if too_long(syntax):
        return Refusal("The frontmatter is too long to try what would help.")
    before = answers(syntax)
    if _agreed(before):
        return Refusal("The programs agree already, as far as spelling goes.")
    taken = _walk(syntax, tuple(_STEPS))
    for label in taken.labels:  # what nobody needs is left out
        fewer = _walk(syntax, tuple(other for other in taken.labels if other != label))
        if fewer.worth >= taken.worth:
            taken = fewer
    after = answers(parse(taken.text, syntax.dialect))
    if not taken.edits or taken.worth <= _worth(before):
        return Refusal(_beyond_spelling(before))
    if not _no_worse(before, after) or not _same_for_claude(syntax, taken.text):
        return Refusal("No change of spelling makes the programs agree without changing what the file says.")
    return Portable(taken.edits, taken.labels, after)


def _agreed(rows: Sequence[Answer]) -> bool:
    return all(row.outcome == "loads" or row.by_dialect for row in rows)


def _beyond_spelling(rows: Sequence[Answer]) -> str:
    if any(row.by_dialect for row in rows):
        return "What differs lies in the fields, not in their spelling: the file needs a conversion."
    return "No change of spelling makes more programs load this file. Correct it in the source."


def _worth(rows: Sequence[Answer]) -> tuple[int, int]:
    """How well the rows stand as far as spelling goes; more is better."""
    lost = sum(not of_dialect(lost) for row in rows for lost in row.lost)
    return sum(_RANK["loads"] if row.by_dialect else _RANK[row.outcome] for row in rows), -lost


def _no_worse(before: Sequence[Answer], after: Sequence[Answer]) -> bool:
    return not any(worse(old, new) for old, new in zip(before, after, strict=True))


def worse(old: Answer, new: Answer) -> bool:
    """Whether a reader fares worse. One that got no field at all may now see those it does not like."""
    if new.by_dialect and old.name is None and old.description is None:
        return False
    if new.outcome != old.outcome:
        return _RANK[new.outcome] < _RANK[old.outcome]
    return not {lost.field for lost in new.lost} <= {lost.field for lost in old.lost}


def _same_for_claude(before: Syntax, text: str) -> bool:
    """Whether Claude Code, with LF line ends, reads the same from ``text`` as before, if it read anything."""
    lf = with_line_ends(before.text, "LF")
    old = before if lf == before.text else parse(lf, before.dialect)
    if old.verdict not in ("valid", "repaired"):
        return True
    new = parse(text, before.dialect)
    values = [{f.key: f.value for f in s.frontmatter.fields} if s.frontmatter else {} for s in (old, new)]
    return values[0] == values[1] and old.prompt.replace("\r\n", "\n") == new.prompt.replace("\r\n", "\n")


# --- the steps ---------------------------------------------------------------------------------


def _to_lf(syntax: Syntax) -> Edits:
    return to_line_ends(syntax.text, "LF") if line_ends(syntax.text) not in ("LF", "none") else ()


def _without_bom(syntax: Syntax) -> Edits:
    return drop_bom(syntax.text)


def _to_start(syntax: Syntax) -> Edits:
    """The safe fix of a frontmatter that is not where it must be."""
    if syntax.verdict != "none":
        return ()
    for problem in check(syntax):
        for fix in problem.fixes:
            if fix.safe and problem.code in ("frontmatter/not-at-start", "frontmatter/not-opened"):
                return fix.edits
    return ()


def _fences_alone(syntax: Syntax) -> Edits:
    """Each fence on a line of its own and nothing else on it; the prompt moves to the next line."""
    fence = find_fence(syntax.text)
    if fence is None:
        return ()
    text, eol = syntax.text, eol_of(syntax.text)
    edits: list[TextEdit] = []
    first_line = text.index("\n", fence.span.start)
    opened = fence.span.start + 3
    if text[opened:first_line].strip("\r") and first_line < fence.content.start:
        edits.append(replace(opened, first_line - text[:first_line].endswith("\r"), ""))
    close = fence.content.end
    indent = text[text.rfind("\n", 0, close) + 1 : close]
    if indent and not indent.strip(" \t"):
        edits.append(replace(close - len(indent), close, ""))
    line_end = text.find("\n", close)
    rest = text[close + 3 : line_end if line_end >= 0 else len(text)]
    if rest.strip(JS_BLANKS):
        edits.append(replace(close + 3, close + 3, eol))
    elif line_end < 0:
        edits.append(replace(close + 3, len(text), eol))
    elif rest.strip("\r"):
        edits.append(replace(close + 3, line_end - rest.endswith("\r"), ""))
    return tuple(edits)


def _valid(syntax: Syntax) -> Edits:
    edits = make_valid(syntax)
    return () if isinstance(edits, Refusal) else edits


def _once(syntax: Syntax) -> Edits:
    """Without the fields that a later one of the same name overrides."""
    fields = syntax.frontmatter.fields if syntax.frontmatter else ()
    last = {field.key: index for index, field in enumerate(fields)}
    return tuple(
        replace(field.span.start, field.span.end, "")
        for index, field in enumerate(fields)
        if last[field.key] != index
    )


def _plainly(syntax: Syntax) -> Edits:
    """Texts that a YAML library takes for something else, or cannot hold, in double quotes on one line."""
    if syntax.verdict != "valid" or syntax.frontmatter is None:
        return ()
    return make_portable(syntax) or tuple(
        TextEdit(field.value_span, double(str(field.value)))
        for field in syntax.frontmatter.fields
        if _is_typed(field)
    )


def _is_typed(field: Field) -> bool:
    return (
        field.editable
        and field.style == "plain"
        and isinstance(field.value, str)
        and field.value[:1] in tuple("+-0123456789")
        and "\n" not in field.value
    )


_STEPS: Mapping[str, Callable[[Syntax], Edits]] = {
    "LF line ends": _to_lf,
    "no byte order mark": _without_bom,
    "the frontmatter at the start": _to_start,
    "the fences on lines of their own": _fences_alone,
    "values in quotes": _valid,
    "no overridden fields": _once,
    "numbers and dates that are texts in quotes": _plainly,
}


@dataclass(frozen=True, slots=True)
class _Walk:
    """The text after some steps, the edits that lead there, the labels of the steps that did anything."""

    text: str
    edits: Edits
    labels: tuple[str, ...]
    worth: tuple[int, int]


def _walk(syntax: Syntax, labels: Sequence[str]) -> _Walk:
    edits: Edits = ()
    done: list[str] = []
    now = syntax
    for label in labels:
        step = _STEPS[label](now)
        if step:
            edits = then(len(syntax.text), edits, step)
            now = parse(apply(now.text, step), syntax.dialect)
            done.append(label)
    return _Walk(now.text, edits, tuple(done), _worth(answers(now)))


def then(length: int, first: Edits, second: Edits) -> Edits:
    """The edits of a text ``length`` long that do what ``first`` and then ``second``, on its result, do."""
    pieces = _pieces(length, first)
    starts = list(accumulate((_size(piece) for piece in pieces), initial=0))
    out: list[tuple[int, int] | str] = []

    def copy(start: int, end: int) -> None:
        index = bisect_right(starts, start) - 1
        while start < end:
            piece, at = pieces[index], start - starts[index]
            size = min(end, starts[index + 1]) - start
            if size > 0:
                out.append(
                    piece[at : at + size] if isinstance(piece, str) else (piece[0] + at, piece[0] + at + size)
                )
            start += max(size, 0)
            index += 1

    done = 0
    for span, insert in second:
        copy(done, span.start)
        out.append(insert)
        done = span.end
    copy(done, starts[-1])
    return _edits_of(length, out)


def _size(piece: tuple[int, int] | str) -> int:
    return len(piece) if isinstance(piece, str) else piece[1] - piece[0]


def _pieces(length: int, edits: Edits) -> list[tuple[int, int] | str]:
    """A text after ``edits``: what is copied from the old one, as ranges, and what is new."""
    pieces: list[tuple[int, int] | str] = []
    done = 0
    for span, insert in edits:
        pieces += [(done, span.start), insert]
        done = span.end
    return [piece for piece in (*pieces, (done, length)) if _size(piece)]


def _edits_of(length: int, pieces: Sequence[tuple[int, int] | str]) -> Edits:
    edits: list[TextEdit] = []
    done, inserted = 0, ""
    for piece in (*pieces, (length, length)):
        if isinstance(piece, str):
            inserted += piece
            continue
        if inserted or piece[0] > done:
            edits.append(replace(done, piece[0], inserted))
        done, inserted = piece[1], ""
    return tuple(edits)
