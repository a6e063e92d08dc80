"""Doing what the plan of an import says: one file after the other, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from agenteditor.core import files, merge_bases
from agenteditor.core.disk import make_folder
from agenteditor.core.files import FileProblem, Stamp
from agenteditor.core.import_rows import Plan, Row
from agenteditor.core.merging import Choices


class Change(NamedTuple):
    """A file's text before, None if there is none yet, and after."""

    path: Path
    before: str | None
    after: str


class Outcome(NamedTuple):
    """A change that was made; or was not, and why."""

    change: Change
    problem: str | None


def changes(rows: Iterable[Row], choices: Mapping[Path, Choices]) -> list[Change]:
    """The changes that importing ``rows`` makes, with what was chosen for the conflicts of each file."""
    found: list[Change] = []
    for row in rows:
        if row.writes and row.path is not None:
            after = row.after(choices.get(row.path, {}))
            if after != row.before:
                found.append(Change(row.path, row.before, after))
    return found


def write(wanted: Sequence[Change]) -> Iterator[Outcome]:
    """Make changes, one with each step. A file that is not as it was before is left as it is."""
    for change in wanted:
        problem: str | None = None
        try:
            if change.before is None:
                make_folder(change.path.parent)
            files.save(change.path, change.after, _expected(change.before))
        except FileProblem as failure:
            problem = str(failure)
        yield Outcome(change, problem)


def remember(
    plan: Plan, rows: Iterable[Row], choices: Mapping[Path, Choices], outcomes: Iterable[Outcome]
) -> None:
    """Remember what the catalog is in line with now, for the next import. Raises `FileProblem`.

    ``rows`` are those that were imported. A file with a conflict that nobody decided is not in line,
    nor is one that could not be written.
    """
    failed = {outcome.change.path for outcome in outcomes if outcome.problem is not None}
    settled = {
        row.path.relative_to(plan.folder).as_posix(): row.theirs
        for row in (*rows, *(row for row in plan.rows if row.state in ("same", "kept")))
        if row.path is not None and row.path not in failed and not row.undecided(choices.get(row.path, {}))
    }
    merge_bases.remember(plan.folder, settled)


def _expected(before: str | None) -> Stamp | None:
    """The version that may be overwritten."""
    return None if before is None else Stamp(merge_bases.digest(before), len(files.encode(before)))
