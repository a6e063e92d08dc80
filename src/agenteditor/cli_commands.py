"""The commands that need no window, each in a module of its own.

Exit status: 0 all is well, 1 problems were found (check) or a change was refused (set, export),
2 something could not be run; the help of each command says more.
"""

from __future__ import annotations

import argparse

from agenteditor import cli_check, cli_export, cli_fix, cli_rules, cli_set

COMMANDS = ("check", "show", "set", "fix", "export", "rules")


def run(arguments: list[str]) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="agenteditor", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    for part in (cli_check, cli_set, cli_fix, cli_export, cli_rules):
        part.add(commands)
    return parser
