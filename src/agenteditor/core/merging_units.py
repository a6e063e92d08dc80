"""Texts merged by their parts: fields by name, sections by title, place and content.

A part that one side changed is taken from there. Where one side changed what a field says and the other
only how it is spelled, the value goes into our spelling. Sections follow the order of the side that moved
them. A section that both changed is merged by its lines if no line was changed twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from agenteditor.core.merged import Choices, Conflict, Line, Merged, Piece, Side, Version, lines
from agenteditor.core.merging_lines import stretches
from agenteditor.core.merging_parts import Part, Parts, matched, parts, unified
from agenteditor.core.rewrite import RANK, set_value
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import Refusal, Span, TextEdit, apply, eol_of

Item = TypeVar("Item")
_REMARK = re.compile(r"(?:^|[ \t])(#.*)$", re.MULTILINE)


class _Unit(NamedTuple):
    """One part in the three texts."""

    base: Part | None
    ours: Part | None
    theirs: Part | None

    @property
    def label(self) -> str:
        """The base's name for it, else that of the side that has it."""
        return next((part.label for part in self if part is not None), "")


def by_parts(base: str | None, ours: str, theirs: str) -> Merged | None:
    """The merge by fields and sections; None if a text has no such parts, or it would not read back."""
    before, mine, other = (None if text is None else parts(text) for text in (base, ours, theirs))
    if mine is None or other is None or (base is not None and before is None):
        return None
    if (mine.verdict == "none") != (other.verdict == "none"):
        return None
    # What reads back one way round must do so the other way round, or swapping would change the answer.
    merger, mirrored = _Merger(before, mine, other), _Merger(before, other, mine)
    return merger.merged if merger.reads_back() and mirrored.reads_back() else None


def taken(ours: str, theirs: str) -> tuple[str, ...]:
    """The names of the fields and sections in which ``theirs`` differs; none if it has no such parts."""
    mine, other = parts(ours), parts(theirs)
    return () if mine is None or other is None else _Merger(mine, mine, other).merged.taken


class _Merger:
    """One merge while it is made; ``merged`` is the outcome."""

    def __init__(self, base: Parts | None, ours: Parts, theirs: Parts) -> None:
        self._base, self._ours, self._theirs = base, ours, theirs
        self._eol = eol_of(ours.syntax.text)
        self._conflicts: list[Conflict] = []
        self._taken: list[str] = []
        self._fields = [(unit, self._field(unit)) for unit in self._field_units()]
        ending = self._field(_Unit(base.ending if base is not None else None, ours.ending, theirs.ending))
        units = _section_units(base, ours, theirs)
        made = {unit: self._section(unit) for unit in units}
        order, sequences = self._ordered([unit for unit in units if made[unit][:2] != (None, None)])
        lead = ours.lead if ours.sections or not theirs.sections else self._with_our_ends(theirs.lead)
        closing = ours.closing
        if made and not ours.sections and closing and not closing.endswith("\n"):
            closing += self._eol  # our file ends at the fence
        fixed = [Piece(text, text) for text in (ours.opening, closing, lead)]
        last = ours.sections or theirs.sections
        self.merged = Merged(
            ours.syntax.text,
            tuple(self._conflicts),
            tuple(self._taken),
            (fixed[0], *(piece for _, piece in self._fields), ending, *fixed[1:]),
            {side: tuple(made[unit] for unit in sequences[side]) for side in sequences},
            order,
            self._with_our_ends(last[-1].gap) if last else "",
        )

    def reads_back(self) -> bool:
        """Whether the result has the fields and sections that were meant, whichever side is chosen."""
        worst = max(RANK[self._ours.verdict], RANK[self._theirs.verdict])
        return all(self._reads_back(self.merged.all_of(side), worst) for side in ("ours", "theirs"))

    def _reads_back(self, choices: Choices, worst: int) -> bool:
        result = parts(self.merged.text_with(choices))
        if result is None or RANK[result.verdict] > worst:
            return False
        order: Side = "ours" if self.merged.order is None else choices[self.merged.order]
        sections = [piece.chosen(choices) for piece in self.merged.body[order]]
        if [part.says for part in result.sections] != [
            unified(text) for text in sections if text is not None
        ]:
            return False
        meant = [
            part.says
            for unit, piece in self._fields
            if piece.chosen(choices) is not None and (part := self._meant(unit, piece, choices)) is not None
        ]
        return [part.says for part in result.fields] == meant

    def _meant(self, unit: _Unit, piece: Piece, choices: Choices) -> Part | None:
        """The part whose meaning the result was given."""
        if piece.conflict is not None:
            return unit.theirs if choices[piece.conflict] == "theirs" else unit.ours
        return unit.theirs if self._take(unit, _meaning) == "theirs" else unit.ours

    # --- one part ------------------------------------------------------------------------------

    def _take(self, unit: _Unit, rule: Callable[[Part], str]) -> Side | None:
        """Whose version counts, comparing what ``rule`` makes of a part; None for a conflict."""
        base, ours, theirs = (None if part is None else rule(part) for part in unit)
        if ours == theirs or (self._base is not None and theirs == base):
            return "ours"
        return "theirs" if self._base is not None and ours == base else None

    def _field(self, unit: _Unit) -> Piece:
        side = self._take(unit, _written)
        if side is None and unit.ours is not None and unit.theirs is not None:
            above, below = self._take(unit, _above), self._value(unit, unit.ours, unit.theirs)
            if above is not None and below is not None:
                comments = unit.ours.text_above
                if above == "theirs":
                    comments = self._with_our_ends(unit.theirs.text_above)
                side, value = below
                self._note(unit, "theirs" if "theirs" in (above, side) else "ours")
                return Piece(comments + value, comments + value)
        elif side is None and len({_comments(part) for part in unit if part is not None}) == 1:
            side = self._take(unit, _meaning)  # removed, where the other side only spelled it otherwise
        return self._piece(unit, side, "field")

    def _value(self, unit: _Unit, ours: Part, theirs: Part) -> tuple[Side, str] | None:
        """Whose value a field gets, and its lines; None for a conflict.

        If one side only spelled it otherwise, its spelling gets the other's value, and no comment is lost.
        """
        lines_of = {"ours": ours.below, "theirs": self._with_our_ends(theirs.below)}
        side = self._take(unit, _below)
        if side is not None:
            return side, lines_of[side]
        side = self._take(unit, _meaning)
        if side is None or unit.base is None:
            return None if side is None else (side, ours.below)
        before, here, there = (_remarks(part.below) for part in (unit.base, ours, theirs))
        if ours.says == theirs.says:
            if there in (here, before):
                return "ours", lines_of["ours"]
            return ("theirs", lines_of["theirs"]) if here == before else None
        new, kept = (here, there) if side == "ours" else (there, here)
        if new != before:  # the comments on its lines come along with the value
            return (side, lines_of[side]) if kept == before else None
        if side == "ours" and kept == before:
            return side, lines_of[side]
        if side == "ours":
            written = _with_value(theirs, self._theirs.syntax, self._ours.syntax)
            written = None if written is None else self._with_our_ends(written)
        else:
            written = _with_value(ours, self._ours.syntax, self._theirs.syntax)
        if written is None and kept != before:
            return None
        return side, written or lines_of[side]

    def _section(self, unit: _Unit) -> Piece:
        side = self._take(unit, _written)
        if side is None and unit.base is not None and unit.ours is not None and unit.theirs is not None:
            text = self._lines_merged(unit.base, unit.ours, unit.theirs)
            if text is not None:
                self._note(unit, "theirs")
                return Piece(text, text, None, self._gap(unit))
        return self._piece(unit, side, "section")

    def _lines_merged(self, *versions: Part) -> str | None:
        """A section that both changed, if no line was changed twice."""
        base, ours, theirs = (lines(part.text) for part in versions)
        rows: list[Line] = []
        for take, _, here, there in stretches(base, ours, theirs):
            if take == "both":
                return None
            chosen = ours[slice(*here)] if take == "ours" else theirs[slice(*there)]
            rows += [Line(row.text, (take == "ours" and row.end) or self._eol) for row in chosen]
        return "".join(map("".join, rows)).removesuffix(rows[-1].end) if rows else None

    def _piece(self, unit: _Unit, side: Side | None, kind: str) -> Piece:
        """A part as one side has it, or the conflict about it."""
        ours = None if unit.ours is None else unit.ours.text
        theirs = None if unit.theirs is None else self._with_our_ends(unit.theirs.text)
        gap = self._gap(unit) if kind == "section" else ""
        self._note(unit, side)
        if side is not None:
            text = ours if side == "ours" else theirs
            return Piece(text, text, None, gap)
        versions = [None if part is None else Version(part.text, part.span) for part in unit]
        self._conflicts.append(Conflict("section" if kind == "section" else "field", unit.label, *versions))
        return Piece(ours, theirs, len(self._conflicts) - 1, gap)

    def _note(self, unit: _Unit, side: Side | None) -> None:
        if side == "theirs":
            self._taken.append(unit.label)

    def _gap(self, unit: _Unit) -> str:
        """The blank lines after a section that another follows."""
        if unit.ours is not None and unit.ours is not self._ours.sections[-1]:
            return unit.ours.gap
        if unit.theirs is not None and unit.theirs is not self._theirs.sections[-1]:
            return self._with_our_ends(unit.theirs.gap)
        return self._eol * 2

    def _with_our_ends(self, text: str) -> str:
        return unified(text).replace("\n", self._eol)

    # --- their order -------------------------------------------------------------------------------

    def _field_units(self) -> list[_Unit]:
        base, ours, theirs = (
            {part.key: part for part in found.fields} if found is not None else {}
            for found in (self._base, self._ours, self._theirs)
        )
        return [_Unit(base.get(key), ours.get(key), theirs.get(key)) for key in _sequence([*ours], [*theirs])]

    def _ordered(self, units: Sequence[_Unit]) -> tuple[int | None, dict[Side, list[_Unit]]]:
        """The sections in the order of the side that moved them; a conflict if both did."""
        ours = sorted((unit for unit in units if unit.ours), key=lambda unit: _start(unit.ours))
        theirs = sorted((unit for unit in units if unit.theirs), key=lambda unit: _start(unit.theirs))
        here = [unit for unit in ours if unit.theirs and (unit.base or self._base is None)]
        there = [unit for unit in theirs if unit.ours and (unit.base or self._base is None)]
        before = sorted(here, key=lambda unit: _start(unit.base)) if self._base is not None else None
        if there in (here, before):
            return None, {"ours": _sequence(ours, theirs)}
        if here == before:
            self._taken.append("the order of the sections")
            return None, {"ours": _sequence(theirs, ours)}
        versions = [
            None if rows is None or found is None else _titles(found, [unit[at] for unit in rows])
            for at, (found, rows) in enumerate(
                ((self._base, before), (self._ours, here), (self._theirs, there))
            )
        ]
        self._conflicts.append(Conflict("order", "the order of the sections", *versions))
        both: dict[Side, list[_Unit]] = {"ours": _sequence(ours, theirs), "theirs": _sequence(theirs, ours)}
        return len(self._conflicts) - 1, both


def _section_units(base: Parts | None, ours: Parts, theirs: Parts) -> list[_Unit]:
    """The sections of the three texts, those that are one section together."""
    start = base.sections if base is not None else ours.sections
    here = matched(start, ours.sections)
    there = matched(start, theirs.sections)
    units = [
        _Unit(
            part if base is not None else None,
            ours.sections[here[at]] if at in here else None,
            theirs.sections[there[at]] if at in there else None,
        )
        for at, part in enumerate(start)
    ]
    new_here, new_there = (
        {part.key: part for at, part in enumerate(found.sections) if at not in old}
        for found, old in ((ours, {*here.values()}), (theirs, {*there.values()}))
    )
    for key in _sequence([*new_here], [*new_there]):
        units.append(_Unit(None, new_here.get(key), new_there.get(key)))
    return units


def _sequence(mine: list[Item], other: list[Item]) -> list[Item]:
    """All items of both, in the order of ``mine``; what only ``other`` has, after what it follows there."""
    here, there = set(mine), set(other)
    behind: dict[Item | None, list[Item]] = {}  # what goes behind an item that both have, or to the start
    last: Item | None = None
    for item in other:
        if item in here:
            last = item
        else:
            behind.setdefault(last, []).append(item)
    result: list[Item] = []
    last = None
    for item in mine:
        if item in there:
            result += behind.pop(last, [])
            last = item
        result.append(item)  # what only ``mine`` has comes first
    return [*result, *behind.pop(last, [])]


def _titles(found: Parts, rows: Sequence[Part | None]) -> Version:
    """The titles of sections in their order, and where the sections stand."""
    labels = [part.label for part in rows if part is not None]
    return Version("\n".join(labels), Span(found.sections[0].span.start, found.sections[-1].span.end))


def _start(part: Part | None) -> int:
    return part.span.start if part is not None else -1


def _written(part: Part) -> str:
    return unified(part.text)


def _above(part: Part) -> str:
    return unified(part.text_above)


def _meaning(part: Part) -> str:
    return part.says


def _below(part: Part) -> str:
    return unified(part.below)


def _remarks(lines_of_field: str) -> tuple[str, ...]:
    """What may be a comment in the lines of a field."""
    return tuple(remark.strip() for remark in _REMARK.findall(lines_of_field))


def _comments(part: Part) -> tuple[str, ...]:
    return (_above(part), *_remarks(part.below))


def _with_value(part: Part, spelled: Syntax, changed: Syntax) -> str | None:
    """The lines of a field of ``spelled`` with the value it has in ``changed``.

    None if they cannot be written so without losing a comment or the layout of a map.
    """
    field = changed.field(part.key)
    if field is None or (field.style in ("flow", "block") and not field.items):
        return None
    edits = set_value(spelled, part.key, field.value)
    start, end = part.span
    if isinstance(edits, Refusal) or any(at.start < start or at.end > end for at, _ in edits):
        return None
    edited = apply(part.text, [TextEdit(at.moved(-start), insert) for at, insert in edits])[part.above :]
    return edited if _remarks(edited) == _remarks(part.below) else None
