"""An agent file cut into the parts that are merged: its fields and the sections of its prompt.

Every character of the text is in one part or between two. A field has the comments above it; a section
begins at a heading, a bold label or a tag and reaches to the next (what stands inside a tag stays with it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agenteditor.core.body import Section
from agenteditor.core.line_ends import BOM
from agenteditor.core.markdown_lines import core_end
from agenteditor.core.reader import Verdict
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Span

_ALIKE = 0.6  # the least share of common words for two sections to count as one that was renamed
_MOST_PAIRS = 2_500  # of sections compared by their words


@dataclass(frozen=True, slots=True)
class Part:
    """A field or a section.

    ``key`` tells it from the others of its text, ``label`` names it for people. ``text`` is the part as
    written, without the blank ``gap`` after it; the first ``above`` characters are the comments above a
    field. ``says`` is what it means, however that is spelled: equal for equal parts.
    """

    key: str
    label: str
    text: str
    gap: str
    span: Span
    says: str
    above: int = 0

    @property
    def text_above(self) -> str:
        """The comments above a field."""
        return self.text[: self.above]

    @property
    def below(self) -> str:
        """The lines of a field without the comments above it."""
        return self.text[self.above :]

    @property
    def content(self) -> str:
        """A section without its first line."""
        return self.says.partition("\n")[2]


@dataclass(frozen=True, slots=True)
class Parts:
    """A text in parts: ``opening`` + ``fields`` + ``ending`` + ``closing`` + ``lead`` + ``sections``.

    ``opening`` goes up to the first line of the frontmatter, ``ending`` holds comments below the last
    field, ``closing`` is the fence, ``lead`` the blank lines below it.
    """

    syntax: Syntax
    opening: str
    fields: tuple[Part, ...]
    ending: Part
    closing: str
    lead: str
    sections: tuple[Part, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether the frontmatter can be read."""
        return self.syntax.verdict


@lru_cache(maxsize=8)  # a merge asks for its three texts again and again
def parts(text: str) -> Parts | None:
    """The parts of ``text``; None if its frontmatter is not a plain list of fields that can be read,
    or its prompt too long to be divided."""
    syntax = parse(text)
    if not syntax.divided:
        return None
    sections = tuple(_sections(text, syntax.sections))
    first = sections[0].span.start if sections else len(text)
    if syntax.frontmatter is None:
        start = len(text) - len(text.removeprefix(BOM))
        return Parts(syntax, text[:start], (), _ending(text, start, start), "", text[start:first], sections)
    if syntax.verdict not in ("valid", "repaired"):
        return None
    start, end = syntax.frontmatter.content
    if start < end and text[end - 1] != "\n":
        return None  # closed by hyphens within a value
    fields: list[Part] = []
    at = start
    for field in syntax.frontmatter.fields:
        whole = Span(at, field.span.end)
        begins_a_line = field.span.start == start or text[field.span.start - 1] == "\n"
        if not field.editable or field.style == "broken" or not begins_a_line:
            return None
        above = field.span.start - at
        says = f"{field.key}: {field.value!r}"
        fields.append(Part(field.key, field.key, whole.of(text), "", whole, says, above))
        at = whole.end
    if len({part.key for part in fields}) < len(fields):
        return None
    body = syntax.body.start
    return Parts(
        syntax,
        text[:start],
        tuple(fields),
        _ending(text, at, end),
        text[end:body],
        text[body:first],
        sections,
    )


def same_meaning(text: str, other: str) -> bool:
    """Whether two files say the same: equal fields in any order and spelling, and the same prompt."""
    one, two = parts(text), parts(other)
    if one is None or two is None or one.verdict == "none" or two.verdict == "none":
        return unified(text).removeprefix(BOM) == unified(other).removeprefix(BOM)
    fields, others = ({part.key: part.says for part in found.fields} for found in (one, two))
    return fields == others and unified(one.syntax.prompt) == unified(two.syntax.prompt)


def unified(text: str) -> str:
    """``text`` with LF line ends."""
    return text.replace("\r\n", "\n")


def matched(base: Sequence[Part], side: Sequence[Part]) -> dict[int, int]:
    """Which section of ``side`` is which of ``base``, though it may be changed, moved or renamed."""
    pairs: dict[int, int] = {}
    here, there = dict(enumerate(base)), dict(enumerate(side))

    def pair(one: int, other: int) -> None:
        pairs[one] = other
        del here[one], there[other]

    for rule in (
        lambda part: (part.key.partition("\0")[0], part.says),
        lambda part: part.key,
        lambda part: part.label,
        lambda part: part.content.strip(),
    ):
        names = [Counter(map(rule, found.values())) for found in (here, there)]
        others = {rule(part): at for at, part in there.items()}
        for at, part in list(here.items()):
            name = rule(part)
            if name and all(count[name] == 1 for count in names):
                pair(at, others[name])
    if len(here) * len(there) <= _MOST_PAIRS:
        bags = [{at: Counter(part.content.split()) for at, part in found.items()} for found in (here, there)]
        likeness = [(_likeness(a, b), i, j) for i, a in bags[0].items() for j, b in bags[1].items()]
        # Of pairs that are equally alike the one wins that would win with the sides swapped.
        for like, i, j in sorted(likeness, key=lambda one: (-one[0], one[1] + one[2], abs(one[1] - one[2]))):
            if like >= _ALIKE and i in here and j in there:
                pair(i, j)
    return pairs


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of the words that both have, 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _ending(text: str, start: int, end: int) -> Part:
    below = text[start:end]
    return Part("", "the end of the frontmatter", below, "", Span(start, end), unified(below))


def _sections(text: str, sections: Sequence[Section]) -> Iterator[Part]:
    found = list(_openings(sections, ()))
    if sections and (not found or found[0][0] > sections[0].span.start):
        found.insert(0, (sections[0].span.start, ""))
    seen: Counter[str] = Counter()
    stops = [start for start, _ in found[1:]] + [len(text)]
    for (start, path), stop in zip(found, stops, strict=False):
        end = core_end(text, start, stop)
        written = text[start:end]
        seen[path] += 1
        label = path.rpartition("\n")[2] or "the beginning of the prompt"
        key = f"{path}\0{seen[path]}"
        yield Part(key, label, written, text[end:stop], Span(start, end), unified(written))


def _openings(sections: Sequence[Section], path: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Where sections begin, and their titles from the topmost down, a line each."""
    for section in sections:
        inside = path
        if section.style in ("heading", "label", "xml"):
            inside = (*path, section.title)
            yield section.span.start, "\n".join(inside)
        if section.style not in ("xml", "group"):
            yield from _openings(section.children, inside)
