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


class _Row(Protocol):
    """What rows are sorted by: ``title`` is the agent's name, ``name`` that of the file in its folder."""

    @property
    def title(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def entry(self) -> CatalogEntry | None: ...
    @property
    def count(self) -> Count: ...


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
        return Count(
            self.errors + times * other.errors,
            self.warnings + times * other.warnings,
            self.notes + times * other.notes,
        )


NO_PROBLEMS = Count()


def counted(problems: Iterable[_Severe]) -> Count:
    """How many problems of each severity there are."""
    found = [problem.severity for problem in problems]
    if not found:
        return NO_PROBLEMS
    return Count(found.count("error"), found.count("warning"), found.count("info"))


def order_key(row: _Row, order: Order) -> tuple[object, ...]:
    """By what agents are sorted in ``order``: the worst on top, else by letters; equal ones by name.

    What was not read yet comes last where the order is about its content. For "folder" the rows stand in
    their tree as they should; here that is the path.
    """
    last = (row.title.casefold(), row.name)
    entry = row.entry
    if order == "folder":
        return (row.name,)
    if order == "name":
        return last
    if entry is None:
        return (True,)
    if order == "problems":
        return (False, -row.count.errors, -row.count.warnings, -row.count.notes, *last)
    if order == "verdict":
        return (False, entry.loads, _VERDICTS.index(entry.verdict), *last)
    return (False, not entry.model, entry.model.casefold(), *last)
