"""Applying fixes by themselves: the safe ones, one after another, until nothing changes.

Only what is reported is fixed: a rule that is switched off in the settings of the catalog is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agenteditor.core.checks import Diagnostic, check
from agenteditor.core.dialect import Dialect
from agenteditor.core.dialect_table import Place
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings, applied
from agenteditor.core.syntax import parse
from agenteditor.core.text import apply

_MAX_FIXES = 200  # a file with more findings than this is fixed in several runs


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

    A fix that brings its own problem back is applied once.
    """

    def problems(now: str) -> tuple[Diagnostic, ...]:
        return applied(check(parse(now, dialect), place, file_name), settings)

    labels: list[str] = []
    seen = {text}
    while len(labels) < _MAX_FIXES:
        step = next(_steps(text, problems(text), seen), None)
        if step is None:
            break
        text, label = step
        seen.add(text)
        labels.append(label)
    return Fixed(text, tuple(labels))


def _steps(text: str, problems: tuple[Diagnostic, ...], seen: set[str]) -> Iterator[tuple[str, str]]:
    """Each text one safe fix away that was not there before, with the label of the fix."""
    for problem in problems:
        for fix in problem.fixes:
            if fix.safe and (after := apply(text, fix.edits)) not in seen:
                yield after, fix.label
