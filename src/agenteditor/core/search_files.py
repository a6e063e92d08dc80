"""Find and replace in many files: a query -> its places file by file, and the texts after a replacement.

A generator, so that a window can do a piece at a time: each step reads and searches one file. What is
left out is said: see `Hits` and `Stopped`. Nothing is written here, and nothing raises on any file or query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from agenteditor.core import files, search
from agenteditor.core.dialect import claude_code
from agenteditor.core.dialects import dialects
from agenteditor.core.file_problem import shown_path
from agenteditor.core.files import FileProblem
from agenteditor.core.line_ends import line_end
from agenteditor.core.loading import loads
from agenteditor.core.search import LONGEST_QUERY, Query
from agenteditor.core.syntax import Syntax, parse, parse_at, parse_fields
from agenteditor.core.text import Edits, LineIndex, Refusal, Span, apply

MOST_IN_FILE = 500  # places shown of one file
MOST_IN_ALL = 10_000  # places shown of all: then the search ends
MOST_REFUSED = 3  # files in which the expression takes too long, or the like: then the search ends
_LINE = 300  # characters of a line shown from the start of a place on, and a third as many before it
_WORDS = 30  # characters of what was looked for in the name of a batch

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Target:
    """A text to look in. ``text`` is that of an open document; None: it is read from ``path``.

    ``name`` is what people call it; ``path`` is None for a document that was never saved.
    """

    path: Path | None
    name: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One place: ``span`` in the text, line and column 1-based, and the line with the place in it.

    ``shown`` is the line, or what stands around the place in a long one, with … for what was cut off;
    ``place`` is the span in it. A place of several lines is shown as far as its first line goes.
    """

    span: Span
    line: int
    column: int
    shown: str
    place: Span


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found in one text: ``count`` places, of which the first `MOST_IN_FILE` are in ``hits``.

    ``more``: there are more than ``count``. ``problem`` is a sentence if the text could not be searched;
    ``refused``: because of the query, so that other texts may not do better.
    """

    target: Target
    hits: tuple[Hit, ...] = ()
    count: int = 0
    more: bool = False
    problem: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    """A text before and after. ``path`` is None for a document that was never saved."""

    path: Path | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replacement does to one text: an edit for each place, in order.

    ``found`` has the places; ``text`` and ``edits`` are empty if it has a problem.
    """

    found: Hits
    text: str = ""
    edits: Edits = ()

    def replacement(self, chosen: Callable[[int], bool]) -> Replacement:
        """The text after the edits whose index is chosen."""
        edits = [edit for index, edit in enumerate(self.edits) if chosen(index)]
        return Replacement(self.found.target.path, self.text, apply(self.text, edits))


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a search ended before all files were searched, as a sentence."""

    reason: str


def refusal(query: Query) -> str:
    """Why a query cannot be used on any text, as a sentence; "" if it can."""
    return search.find("", query).error or ""


def label(query: Query, count: int) -> str:
    """What undo calls a replacement in so many agents."""
    words = shown_path(query.text[:_WORDS])
    cut = "…" if len(query.text) > _WORDS else ""
    return f"Replace “{words}{cut}” in {'1 agent' if count == 1 else f'{count:,} agents'}"


def accepts(name: str, only: str) -> bool:
    """Whether a file's name, with its folders, is one of those that a filter leaves.

    The filter is words that must all be in it, or patterns with ``*`` and ``?`` for the name or all of it.
    """
    folded = name.casefold()
    return all(
        fnmatchcase(folded, word) or fnmatchcase(folded.rpartition("/")[2], word)
        if "*" in word or "?" in word
        else word in folded
        for word in only.casefold().split()
    )


def search_files(targets: Iterable[Target], query: Query) -> Iterator[Hits | Stopped | None]:
    """What is found in each text, in order; None for one without a place of the query.

    `Stopped` is the last one, if it comes. A query that `refusal` refuses finds nothing.
    """
    yield from _through(targets, query, lambda target: search_one(target, query), lambda found: found)


def plan_files(targets: Iterable[Target], query: Query, replacement: str) -> Iterator[Plan | Stopped | None]:
    """What a replacement does to each text, as `search_files` finds them."""
    yield from _through(
        targets, query, lambda target: plan_one(target, query, replacement), lambda plan: plan.found
    )


def search_one(target: Target, query: Query) -> Hits | None:
    """What is found in one text; None if it has no place of the query."""
    text = _text(target)
    if isinstance(text, Refusal):
        return Hits(target, problem=text.reason)
    if _lacks(text, query):
        return None
    found = search.find(text, query)
    if found.error:
        return Hits(target, problem=found.error, refused=True)
    return _hits(target, text, found.spans, found.more) if found.spans else None


def plan_one(target: Target, query: Query, replacement: str) -> Plan | None:
    """What a replacement does to one text; None if it has no place of the query."""
    text = _text(target)
    if isinstance(text, Refusal):
        return Plan(Hits(target, problem=text.reason))
    if _lacks(text, query):
        return None
    found = search.find(text, query)  # it gives up sooner than a replacement
    if not found.spans and not found.error:
        return None
    edits = Refusal(found.error) if found.error else _edits(text, query, replacement)
    if isinstance(edits, Refusal):
        return Plan(Hits(target, problem=edits.reason, refused=True))
    return Plan(_hits(target, text, [edit.span for edit in edits], more=False), text, edits)


def replacements(
    texts: Iterable[tuple[Path, str]], query: Query, replacement: str
) -> tuple[Replacement, ...] | Refusal:
    """The texts that change when every place of the query is replaced; the first refusal if there is one."""
    changed: list[Replacement] = []
    for path, before in texts:
        edits = _edits(before, query, replacement)
        if isinstance(edits, Refusal):
            return Refusal(f"{path}: {edits.reason}")
        after = apply(before, edits)
        if after != before:
            changed.append(Replacement(path, before, after))
    return tuple(changed)


def harm(change: Replacement) -> str:
    """What is worse after a replacement, as a sentence; "" if the file loads as well as before.

    Worse is a file that does not load any more, or whose frontmatter has a worse verdict.
    """
    if _same_head(change):
        return ""
    before = parse_at(change.before, change.path)
    after = parse(change.after, before.dialect)
    if _rank(after) >= _rank(before):
        return ""
    return loads(after, after.dialect.place).reason


def _same_head(change: Replacement) -> bool:
    """Whether the frontmatter is as it was, with a prompt behind it that is long enough for any program.

    Most replacements are in the prompt, and this is much sooner known than what the whole text says.
    """
    _, _, fields = parse_fields(change.before, claude_code())
    if fields is None:
        return False
    end = fields.span.end + 2  # the line end behind the fence with it
    enough = max(dialect.table.prompt_least for dialect in dialects().values())
    return change.after[:end] == change.before[:end] and len(change.after[end:].strip()) >= enough


_VERDICTS = ("none", "fails", "unknown", "repaired", "valid")


def _rank(syntax: Syntax) -> tuple[bool, int]:
    return loads(syntax, syntax.dialect.place).ok, _VERDICTS.index(syntax.verdict)


def _through(
    targets: Iterable[Target], query: Query, one: Callable[[Target], _T | None], hits: Callable[[_T], Hits]
) -> Iterator[_T | Stopped | None]:
    """``one`` of each target, until there is no use in going on."""
    if not query.text or refusal(query):
        return
    shown = refused = 0
    problem = ""
    for target in targets:
        if shown >= MOST_IN_ALL:
            yield Stopped(f"Stopped after {shown:,} places; there may be more in the files not yet searched.")
            return
        if refused >= MOST_REFUSED:
            yield Stopped(f"{problem} The other files were not searched.")
            return
        found = one(target)
        if found is not None:
            last = hits(found)
            shown, refused = shown + len(last.hits), refused + last.refused
            problem = last.problem if last.refused else problem
        yield found


def _text(target: Target) -> str | Refusal:
    if target.text is not None or target.path is None:
        return target.text or ""
    try:
        return files.load(target.path).text
    except FileProblem as problem:
        return Refusal(str(problem))


# Letters that are an ASCII one to a search which passes over case, and do not become it in ``lower``.
_ALIKE = ("\u017f", "\u0131")


def _lacks(text: str, query: Query) -> bool:
    """Whether it is sure at a glance that a text has no place of the query: so it is for most files."""
    words = query.text
    if query.regex or not words.isascii() or len(words) > LONGEST_QUERY or "\n" in words:
        return False
    if query.case:
        return words not in text
    return words.lower() not in text.lower() and not any(letter in text for letter in _ALIKE)


def _edits(text: str, query: Query, replacement: str) -> Edits | Refusal:
    return search.replace_all(text, query, replacement, line_end(text))


def _hits(target: Target, text: str, spans: Sequence[Span], more: bool) -> Hits:
    lines = LineIndex(text)
    hits = tuple(_hit(text, lines, span) for span in spans[:MOST_IN_FILE])
    return Hits(target, hits, len(spans), more)


def _hit(text: str, lines: LineIndex, span: Span) -> Hit:
    line, column = lines.position(span.start)
    start, end = span.start - column + 1, text.find("\n", span.start)
    end = len(text) if end < 0 else end
    if text[end - 1 : end] == "\r" and end > span.start:
        end -= 1
    while start < span.start and text[start] in " \t":
        start += 1  # blanks before the first word of a line tell nothing in a list
    first, last = max(start, span.start - _LINE // 3), min(end, span.start + _LINE)
    before, behind = "…" if first > start else "", "…" if last < end else ""
    moved = len(before) - first
    place = Span(span.start + moved, max(span.start, min(span.end, last)) + moved)
    return Hit(span, line, column, before + text[first:last] + behind, place)
