"""The command rules: the list of what the others look for."""

from __future__ import annotations

import argparse

from agenteditor.cli_files import OK, command
from agenteditor.core.rule_list import LISTS


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    rules = command(
        commands,
        "rules",
        "List the rules: code, severity, what it means, and whether it can be fixed.",
        "Fix: by itself (a safe fix), when asked (a choice in the window), or no.\n\n"
        "To switch a rule off, write into .agenteditor.toml, in the folder of the agents or one above it,\n"
        "up to that of the repository:\n\n"
        "  [rules]\n"
        '  "name/generic" = "off"      or "error", "warning", "info", "on"\n'
        '  "examples/*" = "off"        a whole group\n\n'
        "  agenteditor rules | less\n"
        "  agenteditor rules --format json | jq '.[] | select(.fix == \"safe\").code'",
    )
    rules.add_argument("--format", choices=LISTS, default="text", help="how to print (default: text)")
    rules.set_defaults(run=_rules)


def _rules(options: argparse.Namespace) -> int:
    print(LISTS[options.format]())
    return OK
