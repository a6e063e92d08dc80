"""The words of a trigger in prose: an example as one bullet of ``## When to invoke``, and back.

A bullet has a bold short name and then says in sentences what the example says under labels: the
situation, what is said and answered, why this agent. ``bullet`` writes it, ``draft_of`` reads it; a bullet
counts as readable only if it gives the same parts back. The two sentences in the description are those of
the format's own guide (FORMAT 3.2). The connecting words are English; what an author wrote stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from agenteditor.core.example_spelling import Draft
from agenteditor.core.example_words import role_of

SECTION_TITLE = "When to invoke"
POINTER = f'See "{SECTION_TITLE}" in the agent body for worked scenarios.'
MOST_NAMED = 4  # situations that the description names (FORMAT 3.2)

_LONG_TRIGGER = 120  # characters of a situation in the description
_LONG_NAME = 48
_NAME_WORDS = 5


class Bullet(NamedTuple):
    """A bullet's Markdown without its marker.

    ``reads``: ``draft_of`` gives the parts back. ``requoted``: curly quotation marks in them became straight.
    """

    text: str
    reads: bool
    requoted: bool


def plain_draft(draft: Draft) -> Draft:
    """The parts of an example that say something; speakers are "user", "assistant", or a name."""
    turns = [(_speaker(speaker), text.strip()) for speaker, text in draft.turns if text.strip()]
    context, commentary = (draft.context or "").strip(), (draft.commentary or "").strip()
    return Draft(context or None, tuple(turns), commentary or None)


def on_one_line(draft: Draft) -> Draft:
    """The draft with every stretch of blanks and line breaks as one blank."""
    return _mapped(draft, lambda text: " ".join(text.split()))


def bullet(draft: Draft) -> Bullet:
    """The bullet that says what a ``plain_draft`` says."""
    lead = f"**{short_name(draft)}.** "
    straight = _mapped(draft, lambda text: _CURLY.sub('"', text))
    for tried in dict.fromkeys((draft, straight)):
        for body in _bodies(tried):
            if draft_of(lead + body) == tried:
                return Bullet(lead + body, True, tried != draft)
    return Bullet(lead + next(_bodies(draft)), False, False)


def draft_of(text: str) -> Draft | None:
    """What a bullet in the words of ``bullet`` says; None for a bullet in other words.

    A situation alone is known by its name, which is then the one that ``short_name`` gives it.
    """
    lead = _LEAD.match(text)
    if lead is None:
        return None
    context, at = _context(text, lead.end())
    turns: list[tuple[str, str]] = []
    while turn := _turn(text, at):
        turns.append(turn[0])
        at = turn[1]
    rest = text[at:].strip()
    why = _WHY.match(rest)
    if why is None and not turns and not context:
        told = Draft(rest or None)
        return told if rest and name_of(text) == short_name(told) else None
    if why is None and rest:
        return None
    return Draft(context or None, tuple(turns), rest[why.end() :].strip() or None if why else None)


def name_of(text: str) -> str:
    """The bold short name a bullet begins with, without its final point; "" if there is none."""
    lead = _LEAD.match(text)
    return lead[1].strip().rstrip(".:") if lead else ""


def as_context(text: str) -> str:
    """A bullet in any words as one line of prose: its name without the bold marks, and what follows."""
    lead = _LEAD.match(text)
    whole = f"{lead[1].strip()} {text[lead.end() :]}" if lead else text
    return " ".join(whole.split())


def short_name(draft: Draft) -> str:
    """A few words that name the situation of a draft."""
    said = next((text for speaker, text in draft.turns if speaker == "user"), "")
    source = draft.context or said or (draft.turns[0][1] if draft.turns else draft.commentary or "")
    words = " ".join(_NOT_IN_NAMES.sub("", _first_sentence(source)).split())
    opening = _SUBJECT.match(words)
    kept = words[opening.end() if opening else 0 :] or words
    clause = _CLAUSE_END.split(kept, maxsplit=1)[0]
    name = (clause if " " in clause.strip() else kept).split()[:_NAME_WORDS]
    while len(name) > 1 and (name[-1].lower() in _WEAK or len(" ".join(name)) > _LONG_NAME):
        name.pop()
    shown = " ".join(name)[:_LONG_NAME].strip(" ,;:.!?–—-…")
    return shown[:1].upper() + shown[1:] if shown else "This situation"


def triggers_sentence(drafts: Sequence[Draft]) -> str:
    """The sentence of the description that names the situations; "" where none says anything."""
    named = [f"“{found}”" for found in map(_trigger, drafts[:MOST_NAMED]) if found]
    if not named:
        return ""
    return f"Typical triggers include {', '.join(named[:-1])}{' and ' * (len(named) > 1)}{named[-1]}."


def _trigger(draft: Draft) -> str:
    """The situation in a phrase: the first sentence of the context, else of what is said first."""
    source = draft.context or next((text for _, text in draft.turns), "") or draft.commentary or ""
    text = _first_sentence(source).rstrip(" .")
    text = text.translate({ord("“"): "‘", ord("”"): "’"})
    if len(text) <= _LONG_TRIGGER:
        return text
    cut = text[:_LONG_TRIGGER]
    return (cut[: cut.rfind(" ")] if " " in cut[_LONG_TRIGGER // 2 :] else cut).rstrip(" ,;:–—-") + "…"


_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)]?\s|[。！？]|\n")
_NOT_IN_NAMES = re.compile(r"[*_`<>\[\]“”„«»‹›「」\"\\]")
_CLAUSE_END = re.compile(r"[,;:(—–]")
_SUBJECT = re.compile(
    r"(?:the |a |an )?(?:user|developer|team|customer|client|someone|you|i)s?(?:'s|’s)? "
    r"(?:(?:is|are|am|has|have|had|was|were|just|wants?|needs?|ask(?:s|ed)?|would like|like|request(?:s|ed)?|"
    r"explicitly|to|for|about|help|with|that|you|a|an|the|please|can|could) )+",
    re.IGNORECASE,
)
# A name does not end in one of these.
_WEAK = frozenset(
    "a an and as at by for from in into of on or so that the their this to using with your "  # noqa: SIM905
    "is are was were has have had needs need wants want shows".split()
)


def _first_sentence(text: str) -> str:
    text = text.strip()
    end = _SENTENCE_END.search(text)
    return " ".join((text[: end.end()] if end else text).split())


# --- the grammar of a bullet -------------------------------------------------------------------

_PAIRS = ("“”", "«»", "‹›", "「」", '""')
_CURLY = re.compile("[“”„«»‹›「」]")
_ENDS = ".!?…。！？"
_LEAD = re.compile(r"(?:\*\*|__)(?=\S)((?:(?!\*\*|__).)*?\S)(?:\*\*|__)[ \t]*[:.]?[ \t\n]*", re.DOTALL)
_SITUATION = re.compile(r"The situation is\s+(?=[“«‹「\"])")
_WHY = re.compile(r"Why:\s+")
_NAME = r"[^\s“”„«»‹›「」\".!?—:][^“”„«»‹›「」\"\n.!?—:]{0,40}?"
_SAYS = rf"(?:(The user says)|(The assistant replies)|({_NAME}) says)\s+(?=[“«‹「\"])"
_TURN = re.compile(r"\s*" + _SAYS)
_FIRST_TURN = re.compile(rf"(?:(?:^|(?<=[{_ENDS}]))|\s—)\s+{_SAYS}")
_FIRST_WHY = re.compile(rf"(?:(?<=[{_ENDS}])|\s—)\s+(?=Why:\s)")


def _bodies(draft: Draft) -> Iterator[str]:
    """Ways to say it, the plainest first."""
    for situation in ("", "The situation is "):
        for pair in _PAIRS:
            pieces = []
            if draft.context is not None:
                ends = draft.context[-1:] in _ENDS or not (draft.turns or draft.commentary)
                plain = draft.context if ends else f"{draft.context} —"
                pieces.append(situation + _quoted(draft.context, pair) if situation else plain)
            pieces += [f"{_says(speaker)} {_quoted(text, pair)}" for speaker, text in draft.turns]
            if draft.commentary is not None:
                pieces.append(f"Why: {draft.commentary}")
            yield " ".join(pieces)


def _quoted(text: str, pair: str) -> str:
    """A text in quotation marks, and the point of the sentence unless the text has one."""
    return f"{pair[0]}{text}{pair[1]}{'' if text[-1:] in _ENDS else '.'}"


def _says(speaker: str) -> str:
    return {"user": "The user says", "assistant": "The assistant replies"}.get(speaker, f"{speaker} says")


def _context(text: str, at: int) -> tuple[str, int]:
    """The situation from ``at`` on, and where it ends."""
    quoted = _SITUATION.match(text, at)
    if quoted and (end := _closed(text, quoted.end())) >= 0:
        return text[quoted.end() + 1 : end], end + 1 + text.startswith(".", end + 1)
    if _TURN.match(text, at) or _WHY.match(text, at):
        return "", at
    found = _FIRST_TURN.search(text, at) or _FIRST_WHY.search(text, at)
    return (text[at : found.start()].strip(), _after_dash(text, found.start())) if found else ("", at)


def _after_dash(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] == "—"):
        at += 1
    return at


def _turn(text: str, at: int) -> tuple[tuple[str, str], int] | None:
    """The turn that begins at ``at``, as speaker and words, and where it ends."""
    says = _TURN.match(text, at)
    end = _closed(text, says.end()) if says else -1
    if says is None or end < 0:
        return None
    speaker = "user" if says[1] else "assistant" if says[2] else says[3]
    after = end + 1 + text.startswith(".", end + 1)
    while after < len(text) and text[after].isspace():
        after += 1
    return (speaker, text[says.end() + 1 : end]), after


def _closed(text: str, at: int) -> int:
    """Where the quotation mark that opens at ``at`` is closed, pairs inside it passed over; -1 if nowhere."""
    opening = text[at]
    closing = next(pair[1] for pair in _PAIRS if pair[0] == opening)
    depth = 0
    for offset in range(at, len(text)):
        if text[offset] == closing and (opening != closing or offset > at):
            depth -= 1
            if depth == 0:
                return offset
        elif text[offset] == opening:
            depth += 1
    return -1


def _speaker(name: str) -> str:
    role = role_of(name)
    return name if role == "other" else role


def _mapped(draft: Draft, change: Callable[[str], str]) -> Draft:
    turns = tuple((speaker, change(text)) for speaker, text in draft.turns)
    context = None if draft.context is None else change(draft.context)
    return Draft(context, turns, None if draft.commentary is None else change(draft.commentary))
