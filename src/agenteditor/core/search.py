"""Find and replace in a text: words or a regular expression -> spans, or a sentence why not.

A CRLF pair is one line end to a search, as on the screen: ``$`` stands before it, ``\\n`` finds it and
is never found in half. All spans and edits are of the text as it is. Nothing here raises on any text
or query; a regular expression that would take too long is given up after a time.
"""

from __future__ import annotations

import re
import signal
import time
import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from agenteditor.core.text import Edits, Refusal, Span, TextEdit

# Seconds of this program's own work, so that a busy machine finds what an idle one does: one search runs
# with every key while the find bar is open, a replacement once.
FIND_SECONDS = 0.2
REPLACE_SECONDS = 2.0
_RING_AGAIN = 0.005
# More matches than this are not counted: a query of one letter need not cost a second.
MOST_MATCHES = 20_000
LONGEST_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. ``text`` has LF line ends; a regular expression is one of Python's ``re``."""

    text: str
    case: bool = False
    whole_word: bool = False
    regex: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where a query stands in a text, in order and disjoint; ``more``: there are others behind them.

    ``error`` is a sentence for people if the query cannot be used; there are no spans then.
    """

    spans: tuple[Span, ...] = ()
    more: bool = False
    error: str | None = None


def find(text: str, query: Query) -> Found:
    """All places of ``query`` in ``text``. A regular expression may find empty places, such as ``^``."""
    pattern = _compiled(query)
    if isinstance(pattern, Refusal):
        return Found(error=pattern.reason)
    if pattern is None:
        return Found()
    lines = _Lines(text)
    spans: list[Span] = []
    more = False

    def run() -> None:
        nonlocal more
        for match in _matches(pattern, lines.text, query, FIND_SECONDS):
            if len(spans) == MOST_MATCHES:
                more = True
                return
            spans.append(lines.span(match))

    if not _in_time(FIND_SECONDS, run):
        if _needs_care(query) or not spans:
            return Found(error=_TOO_SLOW)
        more = True  # there are many, and nothing is wrong with the query
    return Found(tuple(spans), more)


def replace_all(text: str, query: Query, replacement: str, eol: str) -> Edits | Refusal:
    """The edits that put ``replacement`` in every place of ``query``.

    In the replacement of a regular expression ``\\1`` and ``\\g<name>`` are what its groups found, ``\\n`` is
    a line end; line ends come out as ``eol``.
    """
    return _replaced(text, query, replacement, eol, None)


def replace_one(text: str, query: Query, place: Span, replacement: str, eol: str) -> Edits | Refusal:
    """The edits that put ``replacement`` in that one place of ``query``; none if it is no such place."""
    return _replaced(text, query, replacement, eol, place)


def next_index(spans: Sequence[Span], offset: int) -> int | None:
    """Which span begins at ``offset`` or first behind it, and round again at the end; None without spans."""
    if not spans:
        return None
    return bisect_left(spans, offset, key=_start) % len(spans)


def previous_index(spans: Sequence[Span], offset: int) -> int | None:
    """Which span begins last before ``offset``, and round again at the start; None without spans."""
    if not spans:
        return None
    return (bisect_left(spans, offset, key=_start) - 1) % len(spans)


_TOO_SLOW = (
    "This expression takes too long on this text. Make it simpler: a repetition inside a repetition, such "
    "as (a+)+, is the usual reason."
)
_NEEDS_CARE = re.compile(r"[*+?{|]")
_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")


def _needs_care(query: Query) -> bool:
    """Whether looking for it may never come to an end."""
    return query.regex and _NEEDS_CARE.search(query.text) is not None


def _start(span: Span) -> int:
    return span.start


class _Lines:
    """A text with LF line ends, and the way back to the offsets of the text itself."""

    def __init__(self, source: str) -> None:
        self.text = source.replace("\r\n", "\n")
        self._breaks: list[int] = []  # offsets in `text` of the line ends that are CRLF
        at = source.find("\r\n")
        while at >= 0:
            self._breaks.append(at - len(self._breaks))
            at = source.find("\r\n", at + 2)

    def span(self, match: re.Match[str]) -> Span:
        start, end = match.span()
        return Span(start + bisect_left(self._breaks, start), end + bisect_left(self._breaks, end))


def _compiled(query: Query) -> re.Pattern[str] | Refusal | None:
    """The query as a pattern; None if there is nothing to look for."""
    text = query.text
    if not text:
        return None
    if len(text) > LONGEST_QUERY:
        return Refusal(f"What to look for may have at most {LONGEST_QUERY:,} characters.")
    flags = re.MULTILINE | (re.NOFLAG if query.case else re.IGNORECASE)
    if not query.regex:
        before = r"(?<!\w)" if query.whole_word and re.match(r"\w", text) else ""
        after = r"(?!\w)" if query.whole_word and re.search(r"\w\Z", text) else ""
        return re.compile(before + re.escape(text) + after, flags)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sets that may mean something else one day
            pattern = re.compile(text, flags)
            if not query.whole_word:
                return pattern
            # Flags such as (?i) may only stand at the very start; a comment under (?x) ends with its line.
            head = _FLAGS.match(text)
            end = head.end() if head else 0
            close = "\n)" if pattern.flags & re.VERBOSE else ")"
            return re.compile(rf"{text[:end]}(?<!\w)(?:{text[end:]}{close}(?!\w)", flags)
    except re.error as error:
        where = "" if error.pos is None else f", at character {error.pos + 1}"
        return Refusal(f"This is not a regular expression: {error.msg}{where}.")
    except (OverflowError, RecursionError):
        return Refusal("This regular expression is too big: a number or the nesting in it is out of range.")


def _matches(pattern: re.Pattern[str], text: str, query: Query, seconds: float) -> Iterator[re.Match[str]]:
    """All matches, from left to right. Raises _TooLongError when the time is over."""
    if not _needs_care(query):
        yield from pattern.finditer(text)
        return
    # One try per place, not one search: ``[^x]*y`` looks at the rest of the text from every place, and
    # inside one search nobody could look at the clock.
    end = time.process_time() + seconds
    at = 0
    while at <= len(text):
        match = pattern.match(text, at)
        if match is None:
            at += 1
            if not at % 64 and time.process_time() > end:
                raise _TooLongError
        else:
            yield match
            at = max(match.end(), at + 1)


def _replaced(text: str, query: Query, replacement: str, eol: str, only: Span | None) -> Edits | Refusal:
    pattern = _compiled(query)
    if isinstance(pattern, Refusal):
        return pattern
    if pattern is None:
        return ()
    lines = _Lines(text)
    edits: list[TextEdit] = []

    def run() -> None:
        for match in _matches(pattern, lines.text, query, REPLACE_SECONDS):
            span = lines.span(match)
            if only is not None and span != only:
                if span.start > only.start:
                    return
                continue
            insert = match.expand(replacement) if query.regex else replacement
            edits.append(TextEdit(span, insert.replace("\r\n", "\n").replace("\n", eol)))
            if only is not None:
                return

    try:
        if not _in_time(REPLACE_SECONDS, run):
            return Refusal(_TOO_SLOW)
    except re.error as error:
        return Refusal(f"The replacement cannot be used: {error.msg}. To put in a backslash, write two.")
    except IndexError:
        return Refusal("The replacement names a group that the expression does not have.")
    return tuple(edits)


class _TooLongError(Exception):
    """The time is over."""


def _in_time(seconds: float, work: Callable[[], None]) -> bool:
    """Do ``work``; False if it was stopped because it took longer.

    A match that goes astray never comes back to Python, but it lets signals through: only the alarm
    stops it. Signals belong to the main thread; elsewhere the clock alone is looked at, between matches.
    Code of other modules is never interrupted: collecting garbage may make Qt call a widget.
    """
    try:
        with _alarm(seconds):
            work()
    except _TooLongError:
        return False
    return True


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(_number: int, frame: FrameType | None) -> None:
        if frame is None or frame.f_code.co_filename != __file__:
            signal.setitimer(signal.ITIMER_PROF, _RING_AGAIN)
            return
        raise _TooLongError

    try:
        before = signal.signal(signal.SIGPROF, ring)
    except (ValueError, AttributeError):  # not the main thread, or a system without alarms
        yield
        return
    remaining, _ = signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, remaining)
        signal.signal(signal.SIGPROF, before)
