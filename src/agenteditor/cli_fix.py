"""The command fix, and the fixing of ``check --fix``: safe fixes of rules that are switched on."""

from __future__ import annotations

import argparse
import sys
from typing import TextIO

from agenteditor.cli_files import FAILED, OK, GivenFiles, add_paths, add_settings, command, diff
from agenteditor.core import files
from agenteditor.core.files import FileProblem, Loaded
from agenteditor.core.fixing import Fixed, fixed
from agenteditor.core.syntax import parse_at


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    fix = command(
        commands,
        "fix",
        "Apply every safe fix: those that only make a file say what it plainly means.",
        "Rules that are switched off are not fixed, and no file whose settings have a fault.\n"
        "Exit status: 0 done, whether or not something changed; 2 a file or the settings could not be\n"
        "read, or a file not written. To fail where something would change: check --fix --dry-run.\n\n"
        "  agenteditor fix .claude/agents --dry-run     show what would change, write nothing\n"
        "  agenteditor fix .claude/agents",
    )
    add_paths(fix)
    fix.add_argument(
        *("--dry-run", "--diff"),
        dest="diff",
        action="store_true",
        help="print the changes as a diff and write nothing",
    )
    add_settings(fix)
    fix.set_defaults(run=_fix)


def _fix(options: argparse.Namespace) -> int:
    given = GivenFiles(options)
    for file in given:
        if options.diff:
            print(diff(file.path, file.text, mended(given, file).text), end="")
        else:
            saved(given, file, sys.stdout)
    return FAILED if given.failures else OK


def saved(given: GivenFiles, file: Loaded, told: TextIO) -> str:
    """The text of a file after its safe fixes were saved; what was done is said on ``told``."""
    after = mended(given, file)
    if after.text == file.text:
        return file.text
    try:
        files.save(file.path, after.text, file.stamp)
    except FileProblem as problem:
        given.fail(str(problem))
        return file.text
    print(f"{file.path}: {'; '.join(after.labels)}", file=told)
    return after.text


def mended(given: GivenFiles, file: Loaded) -> Fixed:
    """A file after its safe fixes; as it is where its settings have faults, since they may switch one off."""
    settings = given.settings(file.path)
    dialect = parse_at(file.text, file.path).dialect
    after = fixed(file.text, dialect.place, file.path.name, dialect, settings)
    if settings.faults and after.labels:
        given.fail(f"{file.path} is not fixed, because its settings have a fault.")
        return Fixed(file.text, ())
    return after
