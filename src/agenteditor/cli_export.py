"""The command export: agents into a catalog folder or a zip file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS, GivenFiles, add_paths, command
from agenteditor.core.disk import is_folder
from agenteditor.core.files import FileProblem

_MORE = """\
folder       agents/<name>.md below DIR
categories   <category>/<name>.md and an index, README.md; a category is a folder below PATH
plugin       a plugin marketplace for Claude Code: a plugin for each category, manifests, READMEs

The report says what is new, replaced, unchanged, kept or left, and for each agent which of its fields are
approximated, lost or widened. An agent that could do more than before is not written without
--allow-widened. Exit status: 0 all is written, 1 something was refused, kept or waits, 2 a file could not be
read or written.

  agenteditor export .claude/agents --to ../catalog --dry-run
  agenteditor export .claude/agents --to ../catalog --layout plugin --license MIT --prune
  agenteditor export .claude/agents --to gemini.zip --zip --dialect gemini-cli
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    export = command(
        commands,
        "export",
        "Write agents into a catalog folder or a zip file, never over files it did not write.",
        _MORE,
    )
    add_paths(export)
    export.add_argument(
        "--to", type=Path, required=True, metavar="DIR", help="the catalog's folder or zip file"
    )
    export.add_argument(
        "--layout", choices=("folder", "categories", "plugin"), default="folder", help="default: folder"
    )
    export.add_argument("--zip", dest="zipped", action="store_true", help="write one zip file")
    export.add_argument(
        "--dialect", default="claude-code", help="the program that reads them (default: claude-code)"
    )
    export.add_argument("--allow-widened", action="store_true", help="write agents that could do more, too")
    export.add_argument("--strip", action="store_true", help="take out what does nothing in a plugin")
    export.add_argument(
        "--prune", action="store_true", help="remove what an earlier export wrote and is gone"
    )
    export.add_argument("--name", default="", help="of the catalog (default: that of the folder)")
    export.add_argument("--owner", default="", help="of the catalog (default: its name)")
    export.add_argument("--license", default="", metavar="ID", help="an SPDX identifier, such as MIT")
    export.add_argument("--license-file", type=Path, metavar="FILE", help="what LICENSE is to say")
    export.add_argument("--plugin-version", default="", metavar="X.Y.Z", help="written into plugin.json")
    export.add_argument(
        "--dry-run", "--plan", action="store_true", help="print what would be written, and write nothing"
    )
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from agenteditor.core import export, files
    from agenteditor.core.dialects import dialects

    if options.dialect not in dialects():
        return _failed(f"“{options.dialect}” is no dialect; agenteditor dialects lists them.")
    try:
        licence = files.load(options.license_file).text if options.license_file else ""
    except FileProblem as problem:
        return _failed(str(problem))
    choices = export.Choices(
        layout=options.layout,
        dialect=options.dialect,
        zipped=options.zipped,
        name=options.name,
        owner=options.owner,
        spdx=options.license,
        licence_text=licence,
        version=options.plugin_version,
        strip=options.strip,
        prune=options.prune,
        accepted=None if options.allow_widened else frozenset(),
    )
    given = GivenFiles(options)
    sources = [export.Source(file.path, file.text, _category(file.path, options.paths)) for file in given]
    plan = export.plan(sources, options.to, choices)
    for line in export.described(plan):
        print(files.shown_path(line))  # a name may hold what a terminal would obey
    if plan.count("waiting"):
        print("Agents that wait could do more than before: --allow-widened writes them.")
    if given.failures:
        nothing = "nothing was written, because a file could not be read; leave that out, or mend it."
        return FAILED if options.dry_run else _failed(nothing)
    if not options.dry_run:
        try:
            written = export.write(plan)
        except FileProblem as problem:
            return _failed(str(problem))
        for line in export.hints(plan) if written else ():
            print(f"            {line}")
    return PROBLEMS if plan.refused or plan.problem or plan.count("conflict", "waiting") else OK


def _failed(sentence: str) -> int:
    print(f"agenteditor: {sentence}", file=sys.stderr)
    return FAILED


def _category(path: Path, given: list[Path]) -> str:
    """The folder below a given one that a file lies in: its plugin in a marketplace."""
    for folder in given:
        if is_folder(folder) and path.is_relative_to(folder):
            parts = path.relative_to(folder).parts
            return parts[0] if len(parts) > 1 else ""
    return ""
