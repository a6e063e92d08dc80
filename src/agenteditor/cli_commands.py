"""The commands that need no window, each in a module of its own.

Exit status: 0 all is well, 1 problems were found (check) or a change was refused (set, export),
2 something could not be run; the help of each command says more.
"""

from __future__ import annotations

import argparse

from agenteditor import (
    cli_check,
    cli_convert,
    cli_export,
    cli_fix,
    cli_import,
    cli_rules,
    cli_set,
    cli_triggers,
)

COMMANDS = (*("check", "show", "set", "fix", "triggers", "export", "convert", "dialects", "import", "rules"),)


def run(arguments: list[str]) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="agenteditor", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    parts = (cli_check, cli_set, cli_fix, cli_triggers, cli_export, cli_convert, cli_import, cli_rules)
    for part in parts:
        part.add(commands)
    return parser
