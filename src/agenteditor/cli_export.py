"""The command export: agents into a catalog folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS, GivenFiles, add_paths, command
from agenteditor.core.disk import is_folder
from agenteditor.core.files import FileProblem


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    export = command(
        commands,
        "export",
        "Write agents into a catalog folder, as valid YAML, never over files it did not write.",
        "folder   agents/<name>.md below DIR\n"
        "plugin   a plugin marketplace: .claude-plugin/marketplace.json, plugins/<p>/agents/<name>.md\n\n"
        "A file that would not load is refused (exit status 1); the others are written.\n\n"
        "  agenteditor export .claude/agents --to ../catalog --plan\n"
        "  agenteditor export .claude/agents --to ../catalog --layout plugin",
    )
    add_paths(export)
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="the catalog folder")
    export.add_argument("--layout", choices=("folder", "plugin"), default="folder", help="default: folder")
    export.add_argument("--plan", action="store_true", help="print what would be written, and write nothing")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from agenteditor.core import export

    given = GivenFiles(options)
    sources = [export.Source(file.path, file.text, _category(file.path, options.paths)) for file in given]
    plan = export.plan(sources, options.to, options.layout)
    for line in export.described(plan):
        print(line)
    if given.failures and not options.plan:
        print("agenteditor: nothing was written, because a file could not be read.", file=sys.stderr)
        return FAILED
    refused = bool(plan.refused or plan.problem or any(entry.state == "conflict" for entry in plan.entries))
    if options.plan:
        return FAILED if given.failures else PROBLEMS if refused else OK
    try:
        export.write(plan)
    except FileProblem as problem:
        print(f"agenteditor: {problem}", file=sys.stderr)
        return FAILED
    return PROBLEMS if refused else OK


def _category(path: Path, given: list[Path]) -> str:
    """The folder below a given one that a file lies in: its plugin in a marketplace."""
    for folder in given:
        if is_folder(folder) and path.is_relative_to(folder):
            parts = path.relative_to(folder).parts
            return parts[0] if len(parts) > 1 else ""
    return ""
