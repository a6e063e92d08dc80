"""The orders a list of agents can stand in, and how bad the problems of one are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol

from agenteditor.core.catalog_entry import CatalogEntry
from agenteditor.core.checks import Severity

Order = Literal["folder", "name", "problems", "verdict", "model"]
ORDERS: tuple[Order, ...] = ("folder", "name", "problems", "verdict", "model")
_VERDICTS = ("unreadable", "fails", "unknown", "repaired", "valid", "none")


class _Severe(Protocol):
    @property
    def severity(self) -> Severity: ...


class Count(NamedTuple):
    """How many errors, warnings and notes there are. Counts compare as badness does."""

    errors: int = 0
    warnings: int = 0
    notes: int = 0

    @property
    def worst(self) -> Severity | None:
        """The worst severity that a list shows a sign for; None for notes alone."""
        return "error" if self.errors else "warning" if self.warnings else None

    def plus(self, other: Count, times: int = 1) -> Count:
        """Both together; with ``times`` -1 the first without the second."""
        return Count(*(one + times * two for one, two in zip(self, other, strict=True)))


NO_PROBLEMS = Count()


def counted(problems: Iterable[_Severe]) -> Count:
    """How many problems of each severity there are."""
    found = [problem.severity for problem in problems]
    return Count(found.count("error"), found.count("warning"), found.count("info"))


def order_key(entry: CatalogEntry, count: Count, order: Order) -> tuple[object, ...]:
    """By what agents are sorted in ``order``: the worst, or the first letter, on top. Equal ones by name."""
    last = (entry.name.casefold(), str(entry.path))
    if order == "folder":
        return (entry.folder.casefold(), entry.path.name.casefold(), str(entry.path))
    if order == "problems":
        return (-count.errors, -count.warnings, -count.notes, *last)
    if order == "verdict":
        return (entry.loads, _VERDICTS.index(entry.verdict), *last)
    if order == "model":
        return (not entry.model, entry.model.casefold(), *last)
    return last
