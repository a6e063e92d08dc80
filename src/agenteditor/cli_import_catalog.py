"""``import SOURCE --into FOLDER``: a catalog brought together with another."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS
from agenteditor.core import import_sources, import_writing
from agenteditor.core.batch_write import Writing
from agenteditor.core.files import FileProblem, shown_path
from agenteditor.core.import_plan import finished, planned, problem_with
from agenteditor.core.import_rows import Plan, Row
from agenteditor.core.merging import Choices, Side
from agenteditor.core.text import Refusal


def import_catalog(options: argparse.Namespace) -> int:
    """Carry out the command; the exit status."""
    folder: Path = options.into
    given = Path(options.paths[0])
    try:
        source = import_sources.opened(given)
    except FileProblem as failure:
        return _fail(str(failure))
    if isinstance(source, Refusal):
        return _fail(f"{given}: {source.reason}")
    if (problem := problem_with(folder, given)) is not None:
        source.close()
        return _fail(problem)
    with closing(source):
        plan = finished(planned(source, folder))
    rows = [row for row in plan.rows if row.writes]
    side: Side | None = "theirs" if options.theirs else "ours" if options.ours else None
    choices: dict[Path, Choices] = {
        row.path: row.merged.all_of(side) for row in rows if side and row.path and row.merged
    }
    for row in plan.rows:
        print(shown_path(_line(row, plan)))  # a name in an archive may hold anything
        for sentence in row.wider:
            print(shown_path(f"          with theirs it may do more: {sentence}"))
    status = PROBLEMS if any(row.state == "refused" or _left(row, choices) for row in plan.rows) else OK
    if not options.dry_run:
        status = max(status, _carry_out(plan, rows, choices, import_writing.label(Path(options.paths[0]))))
    print(_sentence(plan))
    return status


def _carry_out(plan: Plan, rows: list[Row], choices: Mapping[Path, Choices], label: str) -> int:
    status = OK
    writing = Writing(label, import_writing.changes(rows, choices), os.unlink)
    try:
        for _ in writing.steps():
            pass
    except FileProblem as problem:
        return _fail(f"Nothing was written. {problem}")
    for one in writing.skipped:
        status = _fail(one.reason)
    for row in rows:
        if left := _left(row, choices):
            print(shown_path(f"left as it was: {plan.shown(row)}: {', '.join(left)}"))
    try:
        import_writing.remember(plan, rows, choices, writing.done)
    except FileProblem as problem:
        status = _fail(f"The next import will not know what both sides came from. {problem}")
    written = len(writing.done)
    undo = " “agenteditor batch undo” takes it back." if written else ""
    print(f"{written} {'file' if written == 1 else 'files'} written.{undo}")
    return status


def _left(row: Row, choices: Mapping[Path, Choices]) -> list[str]:
    """What stays ours since nobody decided."""
    return row.undecided(choices.get(row.path, {})) if row.path is not None else []


def _line(row: Row, plan: Plan) -> str:
    return f"{row.state:<9} {plan.shown(row)}{f': {row.note}' if row.note else ''}"


def _sentence(plan: Plan) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(plan.counted().items()))
    return f"{counts or 'No agent was found'}; {plan.alone} only here."


def _fail(sentence: str) -> int:
    print(shown_path(f"agenteditor: {sentence}"), file=sys.stderr)
    return FAILED
