"""Where the parts of an example begin: its labels and tags.

A part is found by its label (``user:``) or its tag (``<commentary>``), never by its quotes: apostrophes
inside ``'I'll …'`` make quote matching wrong. A label counts at the start of the block, on a new line,
after a closed quote, and after a sentence where the text in front of it is not quoted (FORMAT 3.5).

All offsets are of the text as shown (``example_parts.Shown``). Never raises; looks back a bounded number
of characters from each colon and bracket, so it takes time in proportion to the length.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, NamedTuple

from agenteditor.core.example_words import (
    CLOSERS,
    Kind,
    Role,
    is_closing,
    kind_of,
    kind_of_tag,
    lesser_kind_of,
    may_be_a_person,
    role_of,
    stands_before_a_noun,
)

Form = Literal["label", "tag", "bare"]


class Mark(NamedTuple):
    """The beginning of a part: a label, or a tag with its closing tag."""

    kind: Kind
    speaker: str
    role: Role
    form: Form
    before: int  # where the text in front of it ends, blanks and joining marks left out
    start: int
    text_start: int  # after the colon or the opening tag
    text_end: int  # before the closing tag; -1: the next mark ends the text
    end: int  # after the closing tag; -1: the next mark ends the part


def marks_of(text: str, start: int, end: int) -> Sequence[Mark]:
    """The beginnings of the parts in ``text[start:end]``, in order."""
    if _POINT.search(text, start, end) is None:
        return ()
    marks = _marks(text, start, end)
    if sum(mark.kind == "turn" for mark in marks) < 2:
        # A label in running text with nothing to set it off is likelier than one long speech.
        again = _marks(text, start, end, relaxed=True)
        marks = again if len(again) > len(marks) else marks
    if all(mark.role != "user" for mark in marks):
        # "… to tell the user: 'Go'" is a sentence, unless nobody else would ask anything.
        again = _marks(text, start, end, articles=False)
        marks = again if any(mark.role == "user" for mark in again) else marks
    return marks


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without the blanks around it; empty, at its start, if there is nothing else."""
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return start, start
    start += len(piece) - len(piece.lstrip())
    return start, start + len(stripped)


def quote_at(text: str, lo: int, hi: int) -> str:
    """The opening quote at ``lo``, "" if there is none."""
    for quote in (text[lo : lo + 2], text[lo : lo + 1]):
        if quote in CLOSERS and lo + len(quote) < hi:
            return quote
    return ""


Place = Literal["start", "line", "closed", "sentence", "blank", "glued", "inside"]


class Before(NamedTuple):
    """What stands in front of a label: ``start`` nothing yet, ``closed`` a quote or a tag, …"""

    place: Place
    end: int  # where the text in front ends
    closer: str


_BAR = frozenset("|")
_LINKS = _BAR | frozenset("→⇒➜➔")
_JOINERS = _LINKS | frozenset(",;/–—-•*+")
_SENTENCE_ENDS = frozenset(".!?…:。！？)]")


def before(text: str, floor: int, at: int, inline: frozenset[str] = _JOINERS) -> Before:
    """How the text from ``floor`` on ends in front of ``at``: over blanks, bullets and joining marks.

    ``inline``: the marks that join two parts on one line; others are the end of the text itself.
    """
    end, blank, line = _behind(text, floor, at, _JOINERS)
    if not line and inline is not _JOINERS:
        end, blank, line = _behind(text, floor, at, inline)
    if end == floor:
        return Before("start", end, "")
    last, behind = text[end - 1], text[end - 2] if end - 2 >= floor else ""
    if line:
        return Before("line", end, last)
    if last in ".,;" and is_closing(behind):
        return Before("closed" if blank else "glued", end, behind)
    if is_closing(last) and not (last == ">" and behind.isspace()):
        return Before("closed" if blank or last == ">" else "glued", end, last)
    if last in _SENTENCE_ENDS and (blank or ord(last) > 0x3000):
        return Before("sentence", end, last)
    return Before("blank" if blank else "inside", end, last)


def _behind(text: str, floor: int, at: int, joiners: frozenset[str]) -> tuple[int, bool, bool]:
    """Where the text in front of ``at`` ends, and whether a blank and a line break were passed over."""
    end = at
    blank = line = False
    while end > floor:
        character = text[end - 1]
        if character.isspace():
            blank, line = True, line or character == "\n"
            end -= 1
        elif line:
            break
        elif character in joiners:
            end -= 1
        elif character == ">" and "→" in joiners and end - 2 >= floor and text[end - 2] in "-=":
            end -= 2
        elif character in ".)" and (number := _item_number(text, floor, end - 1)) < end - 1:
            end = number
        else:
            break
    return end, blank, line


def _item_number(text: str, floor: int, end: int) -> int:
    """Where the number of a list item that ends at ``end`` starts; ``end`` if none begins a line there."""
    number = end
    while number > floor and end - number < 4 and text[number - 1].isdecimal():
        number -= 1
    line = number
    while line > floor and text[line - 1] in " \t":
        line -= 1
    return number if line == floor or text[line - 1] == "\n" else end


def label_at(text: str, floor: int, colon: int) -> tuple[int, str]:
    """``(start, word)``: the word a colon stands after, and where it starts with its ``**``."""
    end = colon
    while end > floor and colon - end < 2 and text[end - 1] in " \u00a0\u202f":
        end -= 1
    letters = end
    while letters > floor and end - letters < 3 and text[letters - 1] in "*_`":
        letters -= 1
    word = letters
    while word > floor and letters - word < 24 and text[word - 1].isalpha():
        word -= 1
    start = word
    while start > floor and word - start < 3 and text[start - 1] in "*_`":
        start -= 1
    return start, text[word:letters]


_OPENED: set[Kind] = {"context", "turn"}  # after one of these no context follows


class _State:
    """What has been read of a block so far, as far as it decides whether a label counts."""

    def __init__(self, text: str, start: int, end: int, *, relaxed: bool, articles: bool) -> None:
        self.text, self.end = text, end
        self.relaxed = relaxed  # a sure label in running text counts with nothing to set it off
        self.articles = articles  # a label after "the" or "ask" is part of a sentence
        self.floor = start  # the text before it is settled
        self.marks: list[Mark] = []
        self.seen: set[Kind] = set()
        self.open: Mark | None = None  # None at the start of the block and after a closing tag
        self.quote = ""  # what opens the text of the open turn
        self.quote_at = -1
        self._closing: dict[str, list[tuple[int, int]]] | None = None
        self._cuts: list[int] | None = None

    @property
    def joiners(self) -> frozenset[str]:
        """The marks that are no text of the open part where they stand at its end."""
        if self.open is None or self.quote:
            return _JOINERS
        return _LINKS if self.open.kind == "turn" else _BAR

    def add(self, mark: Mark) -> None:
        """Take a mark as the next part."""
        self.marks.append(mark)
        self.seen.add(mark.kind)
        self.quote, self.quote_at = "", -1
        if mark.end >= 0:
            self.open, self.floor = None, mark.end
            return
        self.open, self.floor = mark, mark.text_start
        if mark.kind == "turn":
            said = trimmed(self.text, mark.text_start, min(self.end, mark.text_start + 200))[0]
            self.quote = quote_at(self.text, said, self.end)
            self.quote_at = said + len(self.quote) - 1

    def closing_tag(self, name: str, start: int) -> tuple[int, int]:
        """The next closing tag of that name, as a range; (-1, -1) if there is none."""
        if self._closing is None:
            self._closing = {}
            for match in _CLOSING_TAG.finditer(self.text, self.floor, self.end):
                self._closing.setdefault(match[1].lower(), []).append(match.span())
        ranges = self._closing.get(name.lower(), [])
        index = bisect_left(ranges, (start, start))
        return ranges[index] if index < len(ranges) else (-1, -1)

    def last_cut(self, at: int) -> int:
        """Where in front of ``at`` a line, a quote or a tag ends last; -1 for nowhere."""
        if self._cuts is None:
            self._cuts = [match.start() for match in _CUT.finditer(self.text, self.floor, self.end)]
        index = bisect_left(self._cuts, at)
        return self._cuts[index - 1] if index else -1


_CUT = re.compile("[\n'\"”’»」>]")
_POINT = re.compile("[:：<]")
_TAG = re.compile(r"<([A-Za-z][\w-]{0,40})\s{0,3}>")
_CLOSING_TAG = re.compile(r"</([A-Za-z][\w-]{0,40})\s{0,3}>")


def _marks(text: str, start: int, end: int, *, relaxed: bool = False, articles: bool = True) -> list[Mark]:
    state = _State(text, start, end, relaxed=relaxed, articles=articles)
    for point in _POINT.finditer(text, start, end):
        at = point.start()
        if at < state.floor:
            continue
        mark = _tag(state, at) if point.group() == "<" else _label(state, at) or _named(state, at)
        if mark is not None:
            state.add(mark)
    return state.marks


def _label(state: _State, colon: int) -> Mark | None:
    """The label of one sure word that ends at ``colon``, if it counts here."""
    start, word = label_at(state.text, state.floor, colon)
    kind = kind_of(word)
    if kind is None:
        return None
    front = before(state.text, state.floor, start, state.joiners)
    if kind == "context":
        counts = front.place in ("start", "line", "closed", "sentence") and state.open is None
        counts = counts and not state.seen & _OPENED
    elif kind == "commentary":
        counts = front.place in ("start", "line", "closed") or (front.place == "sentence" and not state.quote)
        counts = counts and "commentary" not in state.seen
    else:
        counts = _turn_counts(state, front, role_of(word), follows=_says(state, colon))
    return _mark(state, kind, word, front, (start, colon)) if counts else None


def _turn_counts(state: _State, front: Before, role: Role, *, follows: bool) -> bool:
    """Whether a sure speaker's label counts; ``follows``: a quote opens after it."""
    if front.place in ("start", "line"):
        return True
    if front.place == "inside":
        return False
    if front.place in ("closed", "glued"):
        if state.quote and front.end - 1 <= state.quote_at:
            return False  # that is the quote which opens the text
        matches = not state.quote or front.closer in (CLOSERS[state.quote][-1], ">")
        return follows if front.place == "glued" or not matches else True
    determined = state.articles and stands_before_a_noun(state.text, front.end)
    differs = state.open is None or state.open.kind != "turn" or state.open.role != role
    if state.open is not None and state.open.kind == "commentary":
        return follows and not determined
    if state.quote:
        return state.relaxed and differs and follows and not determined
    if front.place == "sentence":
        return differs or follows
    return differs and not determined and (follows or state.relaxed)


_NAME = re.compile(r"[^\W\d_][\w'’.&-]{0,30}(?: [\w'’.&-]{1,30}){0,3}")
_ITEM = re.compile(r"\s*(?:(?:[-*•+|,;–—→⇒]|->|=>|\d{1,3}[.)])\s+)?([*_]{0,3})")
_REACH = 64


def _named(state: _State, colon: int) -> Mark | None:
    """The label of a named speaker or of several words; it begins where something has just ended."""
    last = state.text[colon - 1 : colon]
    if not last.isalnum() and last not in " \u00a0*_`.'’":
        return None
    low = max(state.floor, colon - _REACH)
    window = state.text[low:colon]
    follows = _says(state, colon)
    loose = state.open is None or state.open.kind == "context"
    cut = state.last_cut(colon) - low
    if loose and follows:  # "Context: The code is done. Mia: 'Look at it'"
        cut = max(cut, *(window.rfind(end) for end in (". ", "! ", "? ", "。")))
    cut = max(cut, -1)
    if cut < 0 and (low > state.floor or state.open is not None):
        return None
    item = _ITEM.match(window, cut + 1)
    assert item is not None, "the pattern of an item matches the empty text"
    start = low + item.start(1)
    name = window[item.end() :].rstrip(" \u00a0*_`")
    front = before(state.text, state.floor, start, state.joiners)
    if not name or front.place in ("blank", "glued", "inside") or (front.place == "sentence" and not loose):
        return None
    if front.place == "start" and state.open is not None:
        return None
    if state.quote:
        closed = front.closer in (CLOSERS[state.quote][-1], ">") and front.end - 1 > state.quote_at
        if not closed:
            return None
    kind = lesser_kind_of(name)
    if kind in ("context", "commentary"):
        if kind in state.seen or (kind == "context" and state.open is not None):
            return None
        return _mark(state, kind, name, front, (start, colon))
    if not _NAME.fullmatch(name):
        # "Assistant writes the code, then: 'Now …'" begins with a role and goes on.
        if not follows or role_of(name.split(" ", 1)[0]) == "other" or re.search(r'[\n<>"]', name):
            return None
    elif kind is None and role_of(name) == "other":
        if not may_be_a_person(name) or not (follows or (state.relaxed and loose)):
            return None
        if front.place == "sentence" and not (name.istitle() and name.count(" ") < 2):
            return None  # "He told us: 'Go'"
    return _mark(state, "turn", name, front, (start, colon))


def _mark(state: _State, kind: Kind, speaker: str, front: Before, label: tuple[int, int]) -> Mark:
    start, colon = label
    text, after = state.text, colon + 1
    if text[start] in "*_" and text[colon - 1] != text[start]:  # "**user:** …"
        while after < state.end and after - colon <= 3 and text[after] == text[start]:
            after += 1
    role = role_of(speaker) if kind == "turn" else "other"
    return Mark(kind, speaker, role, "label", front.end, start, after, -1, -1)


def _says(state: _State, colon: int) -> bool:
    """Whether what follows a colon opens a quote."""
    at = colon + 1
    while at < state.end and state.text[at] in " \t\n*_":
        at += 1
    return bool(quote_at(state.text, at, state.end))


def _tag(state: _State, at: int) -> Mark | None:
    """The part in tags that begins at ``at``; a commentary need not be closed, the others must."""
    match = _TAG.match(state.text, at, state.end)
    kind = kind_of_tag(match[1]) if match else None
    if match is None or kind is None or state.text[at - 1 : at] == "`":
        return None
    text_end, tag_end = state.closing_tag(match[1], match.end())
    front = before(state.text, state.floor, at, state.joiners)
    if kind == "commentary":
        if "commentary" in state.seen:
            kind = "note"  # there is one field for it; a second one is kept as it is
    elif tag_end < 0 or not _tag_counts(state, front) or (kind == "context" and state.seen & _OPENED):
        return None
    role = role_of(match[1]) if kind == "turn" else "other"
    return Mark(kind, match[1], role, "tag", front.end, at, match.end(), text_end, tag_end)


def _tag_counts(state: _State, front: Before) -> bool:
    """Whether a speaker's tag begins a turn here, or is a tag somebody speaks of."""
    if state.quote:
        return front.place in ("line", "closed") and front.closer == CLOSERS[state.quote][-1]
    if state.open is None or state.open.kind == "context":
        return True
    return front.place in ("line", "closed", "sentence")
