"""What the plan of an import writes, as changes of a batch: `batch_write` does them, and undoes them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from agenteditor.core import files, merge_bases
from agenteditor.core.batch import FileChange
from agenteditor.core.file_problem import shown_path
from agenteditor.core.files import Stamp
from agenteditor.core.import_rows import Plan, Row
from agenteditor.core.merge_bases import Held
from agenteditor.core.merging import Choices


def label(source: Path) -> str:
    """What undo calls an import from ``source``."""
    path = os.path.normpath(source.absolute())
    return f"Import from {shown_path(os.path.basename(path) or path)}"  # noqa: PTH119


def changes(rows: Iterable[Row], choices: Mapping[Path, Choices]) -> list[FileChange]:
    """The changes that importing ``rows`` makes, with what was chosen for the conflicts of each file."""
    found: list[FileChange] = []
    for row in rows:
        if row.writes and row.path is not None:
            after = row.after(choices.get(row.path, {}))
            if row.before is None:
                found.append(FileChange("created", row.path, "", after, None))
            elif after != row.before:
                found.append(FileChange("edited", row.path, row.before, after, _stamp(row.before)))
    return found


def remember(
    plan: Plan, rows: Collection[Row], choices: Mapping[Path, Choices], done: Collection[FileChange]
) -> None:
    """Remember what the catalog is in line with now, for the next import. Raises `FileProblem`.

    ``rows`` are those that were to be imported, ``done`` the changes that were made. A file that was not
    written is not in line, nor is one with a conflict that nobody decided. What was overwritten is
    remembered too: where undo brings it back, the next import starts from what this one did.
    """
    written = {change.path: change.after for change in done}
    unwritten = {change.path for change in changes(rows, choices)} - written.keys()
    texts: dict[str, str] = {}
    held: dict[str, Held] = {}
    for row in (*rows, *(row for row in plan.rows if row.state in ("same", "kept"))):
        if row.path is None or row.path in unwritten:
            continue
        settled = not row.undecided(choices.get(row.path, {}))
        if settled:
            texts[plan.shown(row)] = row.theirs
        if settled or row.path in written:
            held[plan.shown(row)] = Held(row.before, written.get(row.path, row.before or ""))
    merge_bases.remember(plan.folder, texts, held)


def _stamp(text: str) -> Stamp:
    """The version that may be overwritten."""
    return Stamp(merge_bases.digest(text), len(files.encode(text)))
