"""The section ``When to invoke`` of a prompt: find it, give it bullets, take them away.

Written as the file writes its own sections: a heading among headings, a bold label among labels. Takes and
gives the whole text of a file and where its prompt starts; every change is read back, else refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agenteditor.core import item_edits, section_adds
from agenteditor.core.body import PlacedSection, Section, SectionPath, parse_body, section_at, walk
from agenteditor.core.section_adds import Place
from agenteditor.core.section_edits import remove_section
from agenteditor.core.text import Edits, Refusal, apply
from agenteditor.core.trigger_words import SECTION_TITLE

_FAR = 3  # sections that may stand before the new one
# Whatever marks, blanks and line ends are between them (`plain_title` takes them off).
_LETTERS = re.compile(r"[\W_]*".join(SECTION_TITLE.casefold().replace(" ", "")))
_NO_ROOM = Refusal(
    f"The section “{SECTION_TITLE}” cannot be written into this prompt so that it reads back. Add it by hand "
    "first."
)


def trigger_section(sections: tuple[Section, ...]) -> PlacedSection | None:
    """The first section called "When to invoke", in any case; None if there is none."""
    wanted = SECTION_TITLE.casefold()
    return next((one for one in walk(sections) if one.section.title.strip().casefold() == wanted), None)


def may_be_in(text: str) -> bool:
    """Whether the section could be in this prompt, told by its letters: far sooner than by the outline."""
    return _LETTERS.search(text.casefold()) is not None


def bullet_list(sections: tuple[Section, ...]) -> PlacedSection | None:
    """Where the section's list is: in itself, else below a lead-in in it ("These:"); None without a list."""
    found = trigger_section(sections)
    if found is None or found.section.items:
        return found
    below = walk(found.section.children, found.path)
    return next((one for one in below if one.section.style == "lead-in" and one.section.items), None)


def bullets_of(sections: tuple[Section, ...]) -> tuple[str, ...]:
    """The Markdown of the section's items, without markers; empty where there is no section or no list."""
    found = bullet_list(sections)
    return tuple(item.text for item in found.section.items) if found else ()


def stays_one_bullet(text: str) -> bool:
    """Whether a text is read back as it is once it is an item of a list."""
    whole = f"## {SECTION_TITLE}\n\n{_listed([text])}\n\n## Next\n"
    sections = parse_body(whole)
    return len(sections) == 2 and bullets_of(sections) == (text,)


def with_bullets(text: str, start: int, bullets: Sequence[str]) -> str | Refusal:
    """``text`` with these bullets behind those of the section; a new section opens the prompt."""
    sections = parse_body(text, start)
    if trigger_section(sections) is None:
        return _with_section(text, start, sections, bullets)
    found = bullet_list(sections) or trigger_section(sections)
    assert found is not None, "the section is there"
    wanted = (*bullets_of(sections), *bullets)
    for index, bullet in enumerate(bullets, len(found.section.items)):
        edits = item_edits.insert_item(text, start, found.path, index, bullet)
        if isinstance(edits, Refusal):
            return edits
        text = apply(text, edits)
    return text if bullets_of(parse_body(text, start)) == wanted else _NO_ROOM


def without_bullets(text: str, start: int) -> str | Refusal:
    """``text`` without the section's items; section and lead-in go too where they hold nothing else."""
    sections = parse_body(text, start)
    whole, found = trigger_section(sections), bullet_list(sections)
    if whole is None or found is None:
        return text
    if found.section.kind not in ("bullets", "numbered") or found.section.children:
        return _without_items(text, start, found)
    after = _applied(text, remove_section(text, start, found.path))
    if isinstance(after, Refusal) or found.path == whole.path:
        return after
    left = section_at(parse_body(after, start), whole.path)
    if left is None or left.kind != "empty" or left.children:
        return after
    return _applied(after, remove_section(after, start, whole.path))


def _without_items(text: str, start: int, found: PlacedSection) -> str | Refusal:
    after: str | Refusal = text
    for index in reversed(range(len(found.section.items))):
        if isinstance(after, Refusal):
            break
        after = _applied(after, item_edits.remove_item(after, start, found.path, index))
    return after


def _applied(text: str, edits: Edits | Refusal) -> str | Refusal:
    return edits if isinstance(edits, Refusal) else apply(text, edits)


def _with_section(
    text: str, start: int, sections: tuple[Section, ...], bullets: Sequence[str]
) -> str | Refusal:
    places = [*_places(sections)]
    tries = [(True, each) for each in places] + [(False, each) for each in places]
    at_the_end: tuple[SectionPath, Place] = ((), "inside")
    for headed, (path, place) in [*tries, (True, at_the_end)]:
        added = section_adds.add_section(
            text, start, path, place, SECTION_TITLE, content=_listed(bullets), headed=headed
        )
        if isinstance(added, Refusal):
            continue
        after = apply(text, added.edits)
        if bullets_of(parse_body(after, start)) == tuple(bullets):
            return after
    return _NO_ROOM


def _places(sections: tuple[Section, ...]) -> Iterator[tuple[SectionPath, Place]]:
    """Where the section may open the prompt: inside a title that holds all, else before what comes first."""
    titled = next((at for at, one in enumerate(sections) if one.style in ("heading", "label")), None)
    if titled is not None:
        top = sections[titled]
        if top.style == "heading" and top.level == 1 and titled == len(sections) - 1:
            yield ((titled, 0), "before") if top.children else ((titled,), "inside")
        if titled <= _FAR:
            yield (titled,), "before"
    if sections and sections[0].style == "intro":
        yield (0,), "after"
    if sections:
        yield (0,), "before"


def _listed(bullets: Sequence[str]) -> str:
    return "\n".join("- " + bullet.replace("\n", "\n  ") for bullet in bullets)
