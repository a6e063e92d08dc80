"""The two styles of trigger, and the way from one to the other (FORMAT 3.1, 3.2).

*Examples*: the description ends in ``<example>`` blocks. *Prose*: the description is one line that names
the situations and points to ``## When to invoke``, which opens the prompt with a bullet for each. The
description is paid for in every conversation, the prompt only when the agent is called.

A conversion is a ``Plan``: edits that were read back (the description and the section as asked, every other
field, the rest of the prompt and the verdict as they were), what it costs, and what does not go along.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agenteditor.core import rewrite
from agenteditor.core.example_edits import Draft, insert_example
from agenteditor.core.examples import Example, Part, prose, shown
from agenteditor.core.frontmatter import Field
from agenteditor.core.router import tokens_of
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Edits, Refusal, apply, diff, moved
from agenteditor.core.trigger_section import (
    bullet_list,
    bullets_of,
    stays_one_bullet,
    trigger_section,
    with_bullets,
    without_bullets,
)
from agenteditor.core.trigger_words import (
    MOST_NAMED,
    POINTER,
    SECTION_TITLE,
    as_context,
    bullet,
    draft_of,
    name_of,
    on_one_line,
    plain_draft,
    short_name,
    triggers_sentence,
)

Style = Literal["examples", "prose", "both", "neither"]
_HOST = "description"
_MOST_BULLETS = 50  # real sections have four; each is read back with all before it


class Cost(NamedTuple):
    """Characters of the description, as it is shown to the router, and of the prompt."""

    description: int
    prompt: int

    @property
    def tokens(self) -> int:
        """About how many tokens the description costs in every conversation."""
        return tokens_of(self.description)

    @property
    def prompt_tokens(self) -> int:
        """About how many tokens the prompt costs each time the agent is called."""
        return tokens_of(self.prompt)


@dataclass(frozen=True, slots=True)
class Plan:
    """A conversion that can be done. ``lost`` and ``notes`` are sentences for people.

    ``lost``: what was written and will not be in the file afterwards. ``notes``: what else is good to know.
    """

    edits: Edits
    label: str
    before: Cost
    after: Cost
    lost: tuple[str, ...]
    notes: tuple[str, ...]


def style(syntax: Syntax) -> Style:
    """Which style the file is written in."""
    examples = any(hosted.host == _HOST for hosted in syntax.examples)
    if trigger_section(syntax.sections) is not None:
        return "both" if examples else "prose"
    return "examples" if examples else "neither"


def to_prose(syntax: Syntax) -> Plan | Refusal:
    """Make each example of the description a bullet of the section, and the description one line of prose."""
    field = _description(syntax)
    if isinstance(field, Refusal):
        return field
    examples = [hosted.example for hosted in syntax.examples if hosted.host == _HOST]
    if not examples:
        return Refusal("The description has no examples to convert.")
    told = _Told()
    numbered = {number: _drafted(example, number, told) for number, example in enumerate(examples, 1)}
    drafts = [draft for draft in numbered.values() if draft != Draft()]
    if not drafts:
        return Refusal("The examples of the description say nothing yet.")
    bullets = [_bulleted(draft, number, told) for number, draft in numbered.items() if draft != Draft()]
    after = with_bullets(syntax.text, syntax.body.start, bullets)
    if isinstance(after, Refusal):
        return after
    assert field.text is not None, "a description with examples is a text"
    around = _around(field.text, told)
    if len(drafts) > MOST_NAMED:
        told.notes.append(
            f"All {len(drafts)} examples become bullets; the description names the first {MOST_NAMED}."
        )
    text = " ".join([*around, triggers_sentence(drafts), POINTER])
    return _planned(syntax, "Examples to prose", text, after[syntax.body.start :], told)


def to_examples(syntax: Syntax) -> Plan | Refusal:
    """Make each bullet of the section an example of the description, and take the section out."""
    field = _description(syntax)
    if isinstance(field, Refusal):
        return field
    bullets = bullets_of(syntax.sections)
    if trigger_section(syntax.sections) is None:
        return Refusal(f"The prompt has no section “{SECTION_TITLE}” to convert.")
    if not bullets:
        return Refusal(
            f"The section “{SECTION_TITLE}” does not hold one list, so there are no bullets to convert."
        )
    if len(bullets) > _MOST_BULLETS:
        return Refusal(f"{len(bullets)} bullets are too many for a description. Keep those that matter most.")
    told = _Told()
    holder = bullet_list(syntax.sections)
    if holder is not None and holder.section.style == "lead-in" and len(holder.path) > 1:
        told.lost.append(f"The words “{holder.section.title}” before the bullets.")
    drafts = [_read(text, told) for text in bullets]
    value = _without_pointer(field.text or "", drafts, told)
    count = sum(hosted.host == _HOST for hosted in syntax.examples)
    for index, draft in enumerate(drafts, count):
        edits = insert_example(value, index, draft)
        if isinstance(edits, Refusal):
            return Refusal(f"“{short_name(draft)}”: {edits.reason}")
        value = apply(value, edits)
    after = without_bullets(syntax.text, syntax.body.start)
    if isinstance(after, Refusal):
        return after
    return _planned(syntax, "Prose to examples", value, after[syntax.body.start :], told)


_BY_REPAIR = Refusal(
    "This file loads only by the reader's repair, which reads other fields otherwise than they are written. "
    "With another description they would change. Make it valid YAML first."
)


class _Told:
    """What a conversion has to say, collected on the way."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.notes: list[str] = []


def _description(syntax: Syntax) -> Field | Refusal:
    """The description, if it may be rewritten."""
    if syntax.frontmatter is None:
        return Refusal("This file has no frontmatter, so it has no description. Make it an agent first.")
    if syntax.verdict not in ("valid", "repaired"):
        return Refusal(
            "The frontmatter cannot be read as it is, so nobody knows what the description says. Make it "
            "valid YAML first."
        )
    field = syntax.field(_HOST)
    if field is None:
        return Refusal("There is no description. Write one first.")
    if field.text is None or not isinstance(field.value, str) or not field.editable:
        return Refusal("The description is no plain text, so it cannot be converted.")
    return field


def _planned(syntax: Syntax, label: str, description: str, body: str, told: _Told) -> Plan | Refusal:
    """The plan that makes these the description and the prompt, read back."""
    fields = rewrite.set_field(syntax, _HOST, description)
    if isinstance(fields, Refusal):
        return _BY_REPAIR if syntax.verdict == "repaired" else fields
    start = syntax.body.start
    edits = (*fields, *moved(diff(syntax.body.of(syntax.text), body), start))
    # That the fields are as asked, and no other has changed, was seen to by ``rewrite``.
    between = parse(apply(syntax.text, fields), syntax.dialect)
    after = parse(apply(syntax.text, edits), syntax.dialect)
    same = (after.verdict, _values(after)) == (between.verdict, _values(between))
    if not same or after.body.of(after.text) != body:
        return Refusal("The converted file would not read back as meant.")
    return Plan(edits, label, _cost(syntax), _cost(after), tuple(told.lost), tuple(told.notes))


def _values(syntax: Syntax) -> list[tuple[str, str | None]]:
    return [(field.key, field.text) for field in syntax.frontmatter.fields] if syntax.frontmatter else []


def _cost(syntax: Syntax) -> Cost:
    field = syntax.field(_HOST)
    return Cost(len(shown(field.text or "").text.strip()) if field else 0, len(syntax.prompt))


# --- to prose ----------------------------------------------------------------------------------


def _drafted(example: Example, number: int, told: _Told) -> Draft:
    if not example.understood:
        told.notes.append(f"Example {number} has no labels; all of its text becomes the bullet.")
        return plain_draft(Draft(context=example.text))
    for note in example.notes:
        told.lost.append(f"Example {number}: {_quoted(note)}, which is neither said nor explained.")
    turns = tuple((turn.speaker, turn.text) for turn in example.turns)
    draft = plain_draft(Draft(example.context, turns, example.commentary))
    if draft == Draft():
        told.notes.append(f"Example {number} says nothing and goes.")
    return draft


def _quoted(part: Part) -> str:
    return f"“{' '.join(part.text.split())}”"


def _bulleted(draft: Draft, number: int, told: _Told) -> str:
    exact = bullet(draft)
    written = exact
    if not stays_one_bullet(exact.text):
        written = bullet(on_one_line(draft))
        told.notes.append(f"Example {number} is put on one line: its line breaks become blanks.")
    if not written.reads:
        told.notes.append(f"Example {number} would come back from the prompt as one text, not in its parts.")
    if written.requoted:
        told.notes.append(f"Example {number}: curly quotation marks in it become straight ones.")
    return written.text


# The last words before the examples, which announce them: "Examples:", "Here are some examples:".
_ANNOUNCED = re.compile(
    r"(?:^|(?<=[.!?…)\n。！？]))\s*+(?:[#*_>-]{1,4}\s*+)?((?:[^\s.!?…:：]++\s++){0,5}[^\s.!?…:：]+\s?[:：][*_]{0,2})\Z"
)
_LONGEST_ANNOUNCED = 2_000  # code points; far more than six words
_WRAPPER = re.compile(r"</?examples\s{0,3}>", re.IGNORECASE)


def _around(value: str, told: _Told) -> list[str]:
    """What is written before, between and after the examples, each stretch on one line."""
    *before, last = [_WRAPPER.sub("", stretch.text).strip() for stretch in prose(value)]
    kept: list[str] = []
    for text in before:
        announced = _ANNOUNCED.search(text, max(len(text) - _LONGEST_ANNOUNCED, 0))
        if announced:
            told.notes.append(f"“{announced[1]}” announced the examples and goes with them.")
        kept.append(text[: announced.start()].rstrip() if announced else text)
    kept.append(last)
    if any("\n" in text for text in kept):
        told.notes.append("The description becomes one line: its other line breaks become blanks.")
    lines = [" ".join(text.replace(POINTER, "").split()) for text in kept]
    return [line for line in lines if line]


# --- to examples -------------------------------------------------------------------------------


def _read(text: str, told: _Told) -> Draft:
    """What a bullet says: the parts of one written by ``to_prose``, else its prose as the context."""
    draft = draft_of(text) or draft_of(" ".join(text.split()))
    name = name_of(text)
    if draft is None:
        draft = Draft(context=as_context(text))
    elif name != short_name(draft):
        told.lost.append(f"The short name “{name}”.")
    if not draft.turns:
        told.notes.append(f"“{name or _begin(draft.context or '')}” has no turns: add what the user says.")
    return draft


def _begin(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"


_POINTER = re.compile(
    rf"(?<!\s)\s*+See [\"'“”‘’*`]*{SECTION_TITLE}[\"'“”‘’*`]* in the agent(?:'s|’s)? "
    r"(?:body|prompt)[^.]{0,1000}+\.",
    re.IGNORECASE,
)


def _without_pointer(value: str, drafts: Sequence[Draft], told: _Told) -> str:
    """The description without what leads to the section: the pointer, and the sentence about triggers."""
    sentences = [triggers_sentence(drafts[first:]) for first in range(len(drafts))]
    ours = next((sentence for sentence in sentences if sentence and sentence in value), "")
    found = _POINTER.search(value)
    if ours:
        value = value.replace(ours, "", 1)
    elif "Typical triggers" in value:
        told.notes.append("The sentence about typical triggers stays: it has words of its own.")
    if found:
        value = _POINTER.sub("", value, count=1)
    return re.sub(r" {2,}", " ", value).strip() if ours or found else value
