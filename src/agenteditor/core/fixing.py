"""Applying fixes by themselves: the safe ones, or those of one rule, until nothing changes.

Only what is reported is fixed: a rule that is switched off in the settings of the catalog is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from agenteditor.core.checks import Diagnostic, Fix, check, findings
from agenteditor.core.dialect import Dialect
from agenteditor.core.dialect_table import Place
from agenteditor.core.loading import loads
from agenteditor.core.rewrite import RANK
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings, applied
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Span, TextEdit, apply

_MAX_FIXES = 200  # a file with more findings than this is fixed in several runs
_MANY = 8  # from so many on they are tried together: to look again after each takes seconds


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text with the safe fixes applied, and the labels of those, in order."""

    text: str
    labels: tuple[str, ...]


def fixed(
    text: str,
    place: Place = "project",
    file_name: str | None = None,
    dialect: Dialect | None = None,
    settings: RuleSettings = NO_SETTINGS,
) -> Fixed:
    """``text`` after its safe fixes, by the rules of ``dialect`` (Claude Code's if None) that are on.

    A fix that brings its own problem back is applied once. Many are applied together where that ends the
    problems they are for and makes no other.
    """

    def steps(now: str, seen: set[str]) -> Iterator[Step]:
        syntax = parse(now, dialect)
        problems = applied(check(syntax, place, file_name), settings)
        yield from _together(syntax, problems, seen, place, file_name)
        yield from _steps(now, problems, seen, _safe)

    return _repeated(text, steps)


Which = Literal["safe", "any"]


def rule_fixed(
    text: str,
    code: str,
    which: Which = "safe",
    *,
    place: Place = "project",
    file_name: str | None = None,
    dialect: Dialect | None = None,
    settings: RuleSettings = NO_SETTINGS,
) -> Fixed:
    """``text`` after the fixes of the rule ``code`` alone; with "any" also those that need a decision.

    Of several fixes of one problem the first safe one is taken, else the first. A fix that makes the
    verdict worse, or an agent that loads one that does not, is left out.
    """

    def steps(now: str, seen: set[str]) -> Iterator[Step]:
        syntax = parse(now, dialect)
        found = applied(check(syntax, place, file_name, settings.wanted), settings)
        problems = tuple(problem for problem in found if problem.code == code)
        for wanted in (_safe, _any) if which == "any" else (_safe,):
            for after, labels in _steps(now, problems, seen, wanted):
                if _no_worse(syntax, parse(after, dialect), place):
                    yield after, labels

    return _repeated(text, steps)


Step = tuple[str, tuple[str, ...]]  # a text, and the labels of the fixes that lead to it


def _repeated(text: str, steps: Callable[[str, set[str]], Iterator[Step]]) -> Fixed:
    labels: list[str] = []
    seen = {text}
    while len(labels) < _MAX_FIXES:
        step = next(steps(text, seen), None)
        if step is None:
            break
        text, made = step
        seen.add(text)
        labels += made
    return Fixed(text, tuple(labels))


def _steps(
    text: str, problems: tuple[Diagnostic, ...], seen: set[str], wanted: Callable[[Fix], bool]
) -> Iterator[Step]:
    """Each text one such fix away that was not there before."""
    for problem in problems:
        for fix in problem.fixes:
            if wanted(fix) and (after := apply(text, fix.edits)) not in seen:
                yield after, (fix.label,)


def _together(
    syntax: Syntax, problems: tuple[Diagnostic, ...], seen: set[str], place: Place, file_name: str | None
) -> Iterator[Step]:
    """Many safe fixes at once, each of a place of its own; nothing where they do not get on together."""
    pairs = [(one, fix) for one in problems for fix in one.fixes[:1] if fix.safe]
    if len(pairs) < _MANY:
        return
    chosen: list[tuple[Diagnostic, Fix]] = []
    edits: list[TextEdit] = []
    for problem, fix in pairs[:_MAX_FIXES]:
        if not any(_meet(edit.span, other.span) for edit in fix.edits for other in edits):
            chosen.append((problem, fix))
            edits += fix.edits
    after = apply(syntax.text, tuple(sorted(edits, key=lambda edit: edit.span)))
    there = parse(after, syntax.dialect)
    if after in seen or not _no_worse(syntax, there, place):
        return
    left = Counter(one.code for one in findings(there, place, file_name))
    hoped = Counter(one.code for one in findings(syntax, place, file_name))
    hoped.subtract(one.code for one, _ in chosen)
    if left <= hoped:
        yield after, tuple(fix.label for _, fix in chosen)


def _meet(one: Span, other: Span) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _safe(fix: Fix) -> bool:
    return fix.safe


def _any(_fix: Fix) -> bool:
    return True


def _no_worse(before: Syntax, after: Syntax, place: Place) -> bool:
    if RANK[after.verdict] > RANK[before.verdict]:
        return False
    return loads(after, place).ok or not loads(before, place).ok
