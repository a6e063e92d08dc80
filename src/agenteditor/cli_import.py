"""The command ``import``: agents from anywhere as agent files of Claude Code."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS, command
from agenteditor.core import files
from agenteditor.core.convert_report import counts
from agenteditor.core.disk import is_folder, is_there, problems
from agenteditor.core.export import file_name_problem
from agenteditor.core.files import FileProblem
from agenteditor.core.importing import Imported, importable, imported, why_not_loaded
from agenteditor.core.text import Refusal

_MORE = """\
Taken are Markdown files of every dialect, JSON as for claude --agents, the JSON {identifier, whenToUse,
systemPrompt} of the old wizard, the TOML files of Codex and .roomodes; - reads standard input. A folder is
searched for all of them. Without --output the report is printed and nothing is written; a file that is there
is never overwritten.

Exit status: 0 imported, 1 something was refused, 2 a file could not be read or written.

  agenteditor import agents.json
  agenteditor import ../other-project --output .claude/agents
  pbpaste | agenteditor import - --output .claude/agents
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = command(commands, "import", "Take agents from anywhere as agent files of Claude Code.", _MORE)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for standard input")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write each agent there as NAME.md")
    parser.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> int:
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
            print(f"agenteditor: {where}: {found.reason}", file=sys.stderr)
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
    print(f"{where}: {agent.name or 'without a name'}, {agent.origin}{summary}")
    for item in agent.items:
        if item.fate != "kept":
            print(f"  {item.fate:<12} {item.field}: {item.reason}")
    if fault := why_not_loaded(agent):
        print(f"  does not load: {fault}")
    if output is None:
        return OK
    problem = file_name_problem(agent.name) if agent.name else "It has no name. Give it one first."
    if problem:
        print(f"agenteditor: {where}: {problem}", file=sys.stderr)
        return PROBLEMS
    target = output / f"{agent.name}.md"
    if is_there(target):
        print(f"agenteditor: {target} is there already and stays as it is.", file=sys.stderr)
        return PROBLEMS
    try:
        with problems("save", target):
            target.parent.mkdir(parents=True, exist_ok=True)
        files.save(target, agent.text, None)
    except FileProblem as failure:
        print(f"agenteditor: {failure}", file=sys.stderr)
        return FAILED
    return OK
