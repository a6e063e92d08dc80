"""Live validation: everything worth saying about one file, in the order it stands there.

``check`` runs on every key, so it takes a few milliseconds at most. The rules themselves are listed in
``checks_rules``; the functions that look for them stand in one module per subject, each with a
``CHECKS`` table. What needs more than one file (names used twice) is ``catalog``'s.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import PurePath

from agenteditor.core import (
    checks_broken,
    checks_buried,
    checks_dialect,
    checks_fences,
    checks_fields,
    checks_guide,
    checks_hidden,
    checks_keys,
    checks_letters,
    checks_links,
    checks_orders,
    checks_powers,
    checks_reading,
    checks_schema,
    checks_secrets,
    checks_text,
    checks_tools,
)
from agenteditor.core.checks_finding import Check, Diagnostic, Fix, Subject
from agenteditor.core.checks_rules import RULES, Rule, Severity
from agenteditor.core.dialect_table import Place
from agenteditor.core.syntax import Syntax

__all__ = ["CHECKS", "RULES", "Diagnostic", "Fix", "Rule", "Severity", "check", "findings"]

MOST_FINDINGS = 1_000

# What may do harm, whichever program reads the file.
_SAFETY: tuple[Check, ...] = (
    *checks_hidden.CHECKS,
    *checks_secrets.CHECKS,
    *checks_letters.CHECKS,
    *checks_orders.CHECKS,
    *checks_buried.CHECKS,
    *checks_links.CHECKS,
)

CHECKS: tuple[Check, ...] = (
    *checks_fences.CHECKS,
    *checks_broken.CHECKS,
    *checks_reading.CHECKS,
    *checks_keys.CHECKS,
    *checks_fields.CHECKS,
    *checks_tools.CHECKS,
    *checks_powers.CHECKS,
    *checks_schema.CHECKS,
    *checks_text.CHECKS,
    *_SAFETY,
)

# For the files of other programs: Claude Code's own fields, tools and repair are no matter there.
CHECKS_ELSEWHERE: tuple[Check, ...] = (
    *checks_fences.CHECKS,
    *checks_broken.CHECKS,
    checks_reading.duplicates,
    checks_reading.refused_elsewhere,
    checks_reading.references,
    *checks_dialect.CHECKS,
    *checks_powers.ELSEWHERE,
    checks_fields.empty,
    *checks_schema.CHECKS,
    checks_text.cut_by_hash,
    checks_text.description,
    checks_text.examples,
    checks_text.conflicts,
    checks_text.line_ends,
    checks_text.size,
    *_SAFETY,
)

# For files that lie among agents and are none: their fields are not looked at.
CHECKS_BESIDE: tuple[Check, ...] = (
    *checks_fences.CHECKS,
    *checks_broken.CHECKS,
    *checks_hidden.CHECKS,
    *checks_secrets.CHECKS,
    checks_text.conflicts,
    checks_text.line_ends,
)

_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def check(
    syntax: Syntax,
    place: Place = "project",
    file_name: str | None = None,
    wanted: frozenset[str] = frozenset(),
) -> tuple[Diagnostic, ...]:
    """All findings about a file with this text, sorted by their place in it, worse ones first.

    ``place`` says whether it lies in a project (or user) folder or in a plugin; ``file_name``, with
    or without folders, is compared with the name of the agent; ``wanted`` are rules that are
    off by themselves and are looked for all the same. Never raises; stops at MOST_FINDINGS.
    """
    return _found(Subject(syntax, place, _last_part(file_name)), wanted)


def findings(
    syntax: Syntax,
    place: Place = "project",
    file_name: str | None = None,
    wanted: frozenset[str] = frozenset(),
) -> tuple[Diagnostic, ...]:
    """What ``check`` finds, without the fixes: for those who only count or list, in half the time or less."""
    found = _found(Subject(syntax, place, _last_part(file_name), fixes=False), wanted)
    return tuple(replace(one, fixes=()) if one.fixes else one for one in found)


def _last_part(file_name: str | None) -> str | None:
    if file_name is None or ("/" not in file_name and "\\" not in file_name):
        return file_name
    return PurePath(file_name).name


def _found(subject: Subject, wanted: frozenset[str]) -> tuple[Diagnostic, ...]:
    looks = CHECKS if subject.syntax.dialect.is_claude else CHECKS_ELSEWHERE
    if subject.other_kind is not None:
        looks = CHECKS_BESIDE
    if wanted:
        looks += tuple(_only(look, wanted) for look in checks_guide.CHECKS)
    found = islice((diagnostic for look in looks for diagnostic in look(subject)), MOST_FINDINGS)
    return tuple(sorted(found, key=lambda one: (one.span.start, _ORDER[one.severity], one.code)))


def _only(look: Check, wanted: frozenset[str]) -> Check:
    """The findings of a check that are wanted."""
    return lambda subject: (found for found in look(subject) if found.code in wanted)
