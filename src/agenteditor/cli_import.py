"""The command ``import``: agents from anywhere as agent files of Claude Code."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS, command
from agenteditor.cli_import_catalog import import_catalog
from agenteditor.core import files
from agenteditor.core.convert_report import counts
from agenteditor.core.disk import is_folder, is_there, make_folder
from agenteditor.core.export import file_name_problem
from agenteditor.core.files import FileProblem, shown_path
from agenteditor.core.importing import Imported, importable, imported, why_not_loaded
from agenteditor.core.text import Refusal

_MORE = """\
Taken are Markdown files of every dialect, JSON as for claude --agents, the JSON {identifier, whenToUse,
systemPrompt} of the old wizard, the TOML files of Codex and .roomodes; - reads standard input. A folder is
searched for all of them. Without --output the report is printed and nothing is written; a file that is there
is never overwritten.

With --into, SOURCE is a catalog: a folder, a plugin marketplace or a zip archive of one. Each agent is found
again in FOLDER by its name, else by its path, and what would become of it is printed:

  new       it is written
  same      there is nothing to do
  update    only theirs changed since the last import or export: it is written
  kept      only yours changed: it stays
  merged    both changed, in different fields or sections: both changes are written
  conflict  both changed the same, or what both came from is not known: what --ours or --theirs says is
            written, without them yours stays and the next import asks again
  refused   it is not imported, and why

What stands in FOLDER only is left alone. A file that changes meanwhile is not written.
“agenteditor batch undo” takes the import back to the byte.

Exit status: 0 imported, 1 something was refused or a conflict is undecided, 2 a file could not be read or
written.

  agenteditor import agents.json
  agenteditor import ../other-project --output .claude/agents
  pbpaste | agenteditor import - --output .claude/agents
  agenteditor import catalog.zip --into .claude/agents --dry-run
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = command(commands, "import", "Take agents from anywhere as agent files of Claude Code.", _MORE)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for standard input")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", type=Path, metavar="FOLDER", help="write each agent there as NAME.md")
    where.add_argument("--into", type=Path, metavar="FOLDER", help="merge a catalog into the one there")
    parser.add_argument("--dry-run", action="store_true", help="with --into: only say what would be done")
    side = parser.add_mutually_exclusive_group()
    side.add_argument("--ours", action="store_true", help="with --into: decide every conflict for yours")
    side.add_argument("--theirs", action="store_true", help="with --into: decide every conflict for theirs")
    parser.set_defaults(run=_import, parser=parser)


def _import(options: argparse.Namespace) -> int:
    if options.into is not None:
        if len(options.paths) > 1 or options.paths == ["-"]:
            options.parser.error("--into takes one folder or zip archive")
        return import_catalog(options)
    if options.dry_run or options.ours or options.theirs:
        options.parser.error("--dry-run, --ours and --theirs need --into")
    status = OK
    for path in _paths(options.paths):
        try:
            text = _standard_input() if path is None else files.load(path).text
        except FileProblem as problem:
            print(f"agenteditor: {problem}", file=sys.stderr)
            status = FAILED
            continue
        found = imported(text, path)
        where = path or "standard input"
        if isinstance(found, Refusal):
            print(f"agenteditor: {shown_path(where)}: {found.reason}", file=sys.stderr)
            status = max(status, PROBLEMS)
            continue
        for agent in found:
            status = max(status, _take(agent, str(where), options.output))
    return status


def _standard_input() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def _paths(given: list[str]) -> list[Path | None]:
    paths: list[Path | None] = []
    for word in given:
        path = Path(word)
        paths += [None] if word == "-" else importable(path) if is_folder(path) else [path]
    return paths


def _take(agent: Imported, where: str, output: Path | None) -> int:
    summary = f" ({counts(agent.items)})" if agent.items else ""
    print(shown_path(f"{where}: {agent.name or 'without a name'}, {agent.origin}{summary}"))
    for item in agent.items:
        if item.fate != "kept":
            print(shown_path(f"  {item.fate:<12} {item.field}: {item.reason}"))
    if fault := why_not_loaded(agent):
        print(shown_path(f"  does not load: {fault}"))
    if output is None:
        return OK
    problem = file_name_problem(agent.name) if agent.name else "It has no name. Give it one first."
    if problem:
        print(shown_path(f"agenteditor: {where}: {problem}"), file=sys.stderr)
        return PROBLEMS
    target = output / f"{agent.name}.md"
    if is_there(target):
        print(
            f"agenteditor: {shown_path(target)} is there already and stays as it is; name another folder.",
            file=sys.stderr,
        )
        return PROBLEMS
    try:
        make_folder(target.parent)
        files.save(target, agent.text, None)
    except FileProblem as failure:
        print(f"agenteditor: {failure}", file=sys.stderr)
        return FAILED
    return OK
