"""The commands that need no window, each in a module of its own, which is loaded when it is called.

Exit status: 0 all is well, 1 problems were found (check) or a change was refused (set, export),
2 something could not be run; the help of each command says more.
"""

from __future__ import annotations

import argparse
from importlib import import_module

# The commands in the order of the help, and the module that adds each to a parser.
_MODULES = {
    "check": "cli_check",
    "show": "cli_check",
    "set": "cli_set",
    "fix": "cli_fix",
    "triggers": "cli_triggers",
    "export": "cli_export",
    "convert": "cli_convert",
    "import": "cli_import",
    "judge": "cli_judge",
    "who": "cli_judge",
    "report": "cli_judge",
    "dialects": "cli_convert",
    "rules": "cli_rules",
    "search": "cli_search",
}
COMMANDS = tuple(_MODULES)


def run(arguments: list[str]) -> int:
    """Run the command that ``arguments`` begin with, one of COMMANDS; the exit status."""
    parser = argparse.ArgumentParser(prog="agenteditor", allow_abbrev=False)
    module = import_module(f"agenteditor.{_MODULES[arguments[0]]}")
    module.add(parser.add_subparsers(required=True))
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status
