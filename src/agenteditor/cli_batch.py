"""The commands that change many files as one batch, which can be undone: batch, rename, disable, enable."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PATHS_HELP, PROBLEMS, command, diff
from agenteditor.core import batch_edits, batch_files
from agenteditor.core.batch import FileChange, Plan, Planner, Refused, planned, restart_hint
from agenteditor.core.batch_journal import newest
from agenteditor.core.batch_rename import rename
from agenteditor.core.batch_write import Undoing, Writing, undo_plan
from agenteditor.core.catalog import agent_files
from agenteditor.core.checks import RULES
from agenteditor.core.disk import is_folder
from agenteditor.core.files import FileProblem, shown_path

_STATUS = "Exit status: 0 done, 1 a file was left alone, with the reason; 2 nothing could be done.\n"
_UNDO = "“agenteditor batch undo” takes it back to the byte.\n"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    batch = command(commands, "batch", "Fix one rule in many files, or undo the last batch.", _STATUS)
    kinds = batch.add_subparsers(required=True, metavar="fix-rule|undo")
    fix = command(
        kinds,
        "fix-rule",
        "Make the fixes of one rule, and no other.",
        f"{_STATUS}{_UNDO}\n  agenteditor batch fix-rule yaml/repaired .claude/agents --dry-run",
    )
    fix.add_argument(
        "code", metavar="CODE", choices=sorted(RULES), help="the rule; “agenteditor rules” lists them"
    )
    fix.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=PATHS_HELP)
    fix.add_argument("--any", action="store_true", help="also fixes that need a decision: look at them first")
    _finish(fix, _fix)
    undo = command(kinds, "undo", "Take the last batch back: every byte of every file.", _STATUS)
    _finish(undo, _undo)
    renaming = command(
        commands,
        "rename",
        "Rename an agent: its name, its file if that is called after it, and where others speak of it.",
        "Where the name may be an ordinary word, the mention stays, unless --all-mentions is given.\n"
        f"{_STATUS}{_UNDO}\n  agenteditor rename .claude/agents/tester.md test-runner --dry-run",
    )
    renaming.add_argument("file", type=Path, metavar="FILE", help="the agent file")
    renaming.add_argument("name", metavar="NAME", help="what it is to be called")
    renaming.add_argument(
        "--in",
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help="where others may speak of it (default: its folder)",
    )
    renaming.add_argument("--all-mentions", action="store_true", help="also where it may be an ordinary word")
    _finish(renaming, _rename)
    for word, does, make in (
        (
            "disable",
            "Disable agents without deleting: NAME.md.disabled, which no program reads.",
            batch_files.disable,
        ),
        ("enable", "Enable disabled agents again, byte for byte.", _enabling),
    ):
        switch = command(commands, word, does, f"{_STATUS}{_UNDO}")
        switch.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="an agent file")
        _finish(switch, _switch(make))


def _finish(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show the changes as diffs and write nothing")
    parser.set_defaults(run=run)


def _fix(options: argparse.Namespace) -> int:
    paths = [file for path in options.paths for file in (agent_files(path) if is_folder(path) else [path])]
    plan = planned(batch_edits.fix_rule(paths, options.code, "any" if options.any else "safe"))
    return _done(plan, plan.wanted, options)


def _rename(options: argparse.Namespace) -> int:
    catalog = agent_files(options.folder or options.file.parent)
    plan = planned(rename(options.file, options.name, catalog))
    changes = plan.wanted
    if options.all_mentions:
        whole = [change.with_parts(range(len(change.parts))) for change in plan.changes]
        changes = tuple(change for change in whole if change is not None)
    return _done(plan, changes, options)


def _enabling(paths: list[Path]) -> Planner:
    catalog = {file for path in paths for file in agent_files(path.parent)}
    return batch_files.enable(paths, sorted(catalog))


def _switch(make: Callable[[list[Path]], Planner]) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        plan = planned(make(options.paths))
        return _done(plan, plan.wanted, options)

    return run


def _done(plan: Plan, changes: tuple[FileChange, ...], options: argparse.Namespace) -> int:
    """Show what a plan does, or do it."""
    refused = list(plan.refused)
    hint = restart_hint(changes)
    if options.dry_run:
        _show(changes)
    elif changes:
        writing = Writing(plan.label, changes, os.unlink)
        try:
            for _ in writing.steps():
                pass
        except FileProblem as problem:
            print(f"agenteditor: {problem}", file=sys.stderr)
            return FAILED
        refused += writing.skipped
        print(shown_path(" ".join(filter(None, (writing.said(), hint if writing.done else "")))))
    _complain(refused)
    return PROBLEMS if refused else OK


def _undo(options: argparse.Namespace) -> int:
    batch = newest()
    if batch is None:
        print("agenteditor: there is no batch to undo.", file=sys.stderr)
        return FAILED
    if options.dry_run:
        plan = planned(undo_plan(batch))
        _show(plan.changes)
        refused = list(plan.refused)
    else:
        undoing = Undoing(batch)
        for _ in undoing.steps():
            pass
        refused = undoing.skipped
        print(shown_path(undoing.said()))
    _complain(refused)
    return PROBLEMS if refused else OK


def _complain(refused: Sequence[Refused]) -> None:
    for one in refused:
        path, reason = shown_path(one.path), shown_path(one.reason)
        print(f"agenteditor: {reason if path in reason else f'{path}: {reason}'}", file=sys.stderr)


def _show(changes: tuple[FileChange, ...]) -> None:
    for change in changes:
        if change.new_path is not None:
            print(shown_path(f"{change.path} -> {change.new_path}"))
        print(diff(change.path, change.before, change.after), end="")
