"""The command ``search``: find in many files, and replace.

Exit status: 0 found (or replaced), 1 nothing found or the query refused, 2 a file could not be read or
written.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Literal

from agenteditor.cli_files import FAILED, OK, PROBLEMS, GivenFiles, add_paths, command, diff
from agenteditor.core.batch import FileChange
from agenteditor.core.batch_write import Writing
from agenteditor.core.files import FileProblem, Loaded
from agenteditor.core.invisible import one_line
from agenteditor.core.search import Query
from agenteditor.core.search_files import (
    MOST_REFUSED,
    Hits,
    Target,
    harm,
    label,
    plan_one,
    refusal,
    search_one,
)

_DOES = "Find a text or a regular expression in agent files, and replace it."
_MORE = """\
Small and capital letters are alike unless --case is given. Each place is a line: file:line:column: text.
With --replace nothing is written without --write. In the replacement of a regular expression \\1 is what the
first group found. A file that would not load any more, or with a worse verdict, is not written without
--force. What was written is taken back to the byte by “agenteditor batch undo”.

Exit status: 0 found, 1 nothing found, refused, or a file left out because it would load worse, 2 a file could
not be read or written.

  agenteditor search "Use this agent" .claude/agents
  agenteditor search "model: (opus|sonnet)" .claude/agents --regex --replace "model: inherit" --dry-run
"""

Outcome = Literal["done", "nothing", "refused", "left out"]
_Ready = dict[str, tuple[FileChange, int]]  # by its real path, a file's change and its number of places


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = command(commands, "search", _DOES, _MORE)
    parser.add_argument("query", metavar="QUERY", help="what to look for")
    add_paths(parser)
    parser.add_argument("--case", action="store_true", help="match case")
    parser.add_argument("--word", action="store_true", help="whole words")
    parser.add_argument("--regex", action="store_true", help="QUERY is a regular expression")
    parser.add_argument("--replace", metavar="TEXT", help="put TEXT in each place")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="print what --replace changes (the default)")
    what.add_argument("--write", action="store_true", help="write what --replace changes")
    parser.add_argument("--force", action="store_true", help="write files that load worse then, too")
    parser.set_defaults(run=_run, usage_error=parser.error)


def _run(options: argparse.Namespace) -> int:
    if options.replace is None and (options.write or options.dry_run):
        options.usage_error("--write and --dry-run need --replace TEXT")
    query = Query(options.query, options.case, options.word, options.regex)
    if reason := refusal(query):
        print(f"agenteditor: {reason}", file=sys.stderr)
        return PROBLEMS
    given = GivenFiles(options)
    seen: list[Outcome] = []
    ready: _Ready = {}
    for file in given:
        seen.append(
            _find(given, file, query)
            if options.replace is None
            else _replace(given, file, query, options, ready)
        )
        if seen.count("refused") == MOST_REFUSED:
            given.fail("The other files were not searched.")
            break
    _write(given, query, ready)
    if given.failures:
        return FAILED
    return OK if "done" in seen and "left out" not in seen else PROBLEMS


def _find(given: GivenFiles, file: Loaded, query: Query) -> Outcome:
    """Print the places of one file."""
    found = search_one(_target(file), query)
    if found is None:
        return "nothing"
    if found.problem:
        given.fail(f"{file.path}: {found.problem}")
        return "refused"
    for hit in found.hits:
        print(f"{file.path}:{hit.line}:{hit.column}: {one_line(hit.shown.strip())}")
    _say_rest(file, found)
    return "done"


def _say_rest(file: Loaded, found: Hits) -> None:
    left = found.count - len(found.hits)
    if left:
        words = f"more than {left:,}" if found.more else f"{left:,}"
        print(f"agenteditor: {file.path}: {words} places more are not listed", file=sys.stderr)


def _replace(
    given: GivenFiles, file: Loaded, query: Query, options: argparse.Namespace, ready: _Ready
) -> Outcome:
    """Make the change of one file ready, or show it."""
    plan = plan_one(_target(file), query, options.replace)
    if plan is None:
        return "nothing"
    if plan.found.problem:
        given.fail(f"{file.path}: {plan.found.problem}")
        return "refused"
    change = plan.replacement(lambda _index: True)
    if change.after == change.before:
        return "nothing"
    worse = harm(change)
    if not options.write:
        print(diff(file.path, change.before, change.after), end="")
        if worse:
            print(f"agenteditor: {file.path} would load worse: {worse}", file=sys.stderr)
        return "done"
    if worse and not options.force:
        print(f"agenteditor: {file.path} is not written, it would load worse: {worse}", file=sys.stderr)
        return "left out"
    made = FileChange("edited", file.path, change.before, change.after, file.stamp)
    ready.setdefault(os.path.realpath(file.path), (made, plan.found.count))
    return "done"


def _write(given: GivenFiles, query: Query, ready: _Ready) -> None:
    """Write what is ready, as one batch."""
    changes = [change for change, _ in ready.values()]
    writing = Writing(label(query, len(changes)), changes, os.unlink)
    try:
        for _ in writing.steps():
            pass
    except FileProblem as problem:
        given.fail(f"Nothing was written. {problem}")
    for change in writing.done:
        _, count = ready[os.path.realpath(change.path)]
        print(f"{change.path}: replaced in {'1 place' if count == 1 else f'{count:,} places'}")
    for one in writing.skipped:
        given.fail(one.reason)
    if writing.done:
        print("“agenteditor batch undo” takes it back.")


def _target(file: Loaded) -> Target:
    return Target(file.path, str(file.path), file.text)
