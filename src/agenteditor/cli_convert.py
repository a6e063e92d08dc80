"""The commands ``convert``, agents as files of another program, and ``dialects``, which lists the programs.

The report of a conversion comes before anything is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS, GivenFiles, add_paths, command
from agenteditor.core import files
from agenteditor.core.convert import Conversion, convert
from agenteditor.core.convert_report import counts
from agenteditor.core.dialect import Dialect
from agenteditor.core.dialects import dialects
from agenteditor.core.disk import is_there, problems
from agenteditor.core.files import FileProblem, Loaded
from agenteditor.core.syntax import parse, parse_at
from agenteditor.core.text import Refusal

_MORE = """\
The report comes first: what is kept, approximated, lost, or widened (the agent may then do more), field by
field. Nothing is written without --output; a file that is there is never overwritten without --replace.

Exit status: 0 converted, 1 a file was refused, or with --strict something would be lost or widened, 2 a file
could not be read or written.

  agenteditor convert reviewer.md --to gemini-cli
  agenteditor convert .claude/agents --to opencode --output ../project --strict
  agenteditor convert reviewer.md --to codex --output -
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    convert_ = command(
        commands, "convert", "Write agents as files of another program, and say what that costs.", _MORE
    )
    add_paths(convert_)
    convert_.add_argument(
        "--to", required=True, type=_any, metavar="DIALECT", help="agenteditor dialects lists them"
    )
    convert_.add_argument(
        "--from",
        dest="source",
        type=_editable,
        metavar="DIALECT",
        help="instead of going by folder and fields",
    )
    convert_.add_argument("--output", metavar="FOLDER", help="write below this folder; - prints the file")
    convert_.add_argument("--replace", action="store_true", help="overwrite files that are there")
    convert_.add_argument("--strict", action="store_true", help="write nothing that loses or widens anything")
    convert_.add_argument(
        "--format", choices=("text", "json"), default="text", help="of the report (default: text)"
    )
    convert_.set_defaults(run=_convert)
    dialects_ = command(commands, "dialects", "List the kinds of agent files, and where each lies.", "")
    dialects_.set_defaults(run=_list)


def _convert(options: argparse.Namespace) -> int:
    given = GivenFiles(options)
    target: Dialect = options.to
    status, records = OK, []
    taken: dict[str, Path] = {}
    for file in given:
        syntax = parse(file.text, options.source) if options.source else parse_at(file.text, file.path)
        outcome = convert(syntax, target, file.path.name)
        records.append(_record(file.path, syntax.dialect.name, outcome))
        if options.format == "text":
            _print(file.path, outcome, options.output == "-")
        reason = _refused(outcome, taken, options)
        if reason:
            print(f"agenteditor: {file.path}: {reason}", file=sys.stderr)
            status = max(status, PROBLEMS)
        elif options.output and isinstance(outcome, Conversion):
            taken[outcome.path] = file.path
            if not _write(outcome, file, options):
                status = FAILED
    if options.format == "json":
        print(json.dumps(records, ensure_ascii=False, indent=2))
    return FAILED if given.failures else status


def _list(_options: argparse.Namespace) -> int:
    """List all dialects, a line each."""
    for name, one in dialects().items():
        folders = ", ".join(f"{folder}/*{one.table.ending}" for folder in one.table.folders)
        marks = [] if one.table.format == "markdown" else ["only converted to"]
        marks += ["its way of reading is a guess"] if one.table.guess else []
        words = f" ({'; '.join(marks)})" if marks else ""
        print(f"{name:<14} {one.title:<34} {folders}{words}")
    return OK


def _any(name: str) -> Dialect:
    found = dialects().get(name)
    if found is None:
        raise argparse.ArgumentTypeError(f"“{name}” is none of {', '.join(dialects())}")
    return found


def _editable(name: str) -> Dialect:
    found = _any(name)
    if found.table.format != "markdown":
        raise argparse.ArgumentTypeError(f"files of {found.program} are only written, not read")
    return found


def _refused(outcome: Conversion | Refusal, taken: dict[str, Path], options: argparse.Namespace) -> str:
    """Why this file is not written; "" if it may be."""
    if isinstance(outcome, Refusal):
        return outcome.reason
    if outcome.problems:
        return f"{outcome.target.program} would refuse the result: {outcome.problems[0]}"
    if options.strict and any(item.fate in ("lost", "widened") for item in outcome.items):
        return f"not converted, as --strict asks: {counts(outcome.items)}."
    if options.output and outcome.path in taken:
        return f"{outcome.path} is already what {taken[outcome.path]} becomes. Rename one of the two."
    return ""


def _print(path: Path, outcome: Conversion | Refusal, aside: bool) -> None:
    """The report of one file; on standard error where the file itself goes to standard output."""
    out = sys.stderr if aside else sys.stdout
    if isinstance(outcome, Refusal):
        return
    print(f"{path} → {outcome.path}: {counts(outcome.items)}", file=out)
    for item in outcome.items:
        print(f"  {item.fate:<12} {item.field}: {item.reason}", file=out)


def _write(outcome: Conversion, file: Loaded, options: argparse.Namespace) -> bool:
    if options.output == "-":
        sys.stdout.buffer.write(files.encode(outcome.text))
        sys.stdout.buffer.flush()
        return True
    path = Path(options.output) / outcome.path
    try:
        if is_there(path) and not options.replace:
            print(f"agenteditor: {path} is there already; --replace overwrites it.", file=sys.stderr)
            return False
        with problems("save", path):
            path.parent.mkdir(parents=True, exist_ok=True)
        files.save(path, outcome.text, files.stamp(path) if is_there(path) else None)
    except FileProblem as problem:
        print(f"agenteditor: {file.path}: {problem}", file=sys.stderr)
        return False
    return True


def _record(path: Path, source: str, outcome: Conversion | Refusal) -> dict[str, object]:
    if isinstance(outcome, Refusal):
        return {"path": str(path), "from": source, "refused": outcome.reason}
    return {
        "path": str(path),
        "from": source,
        "to": outcome.target.name,
        "output": outcome.path,
        "items": [item._asdict() for item in outcome.items],
        "problems": list(outcome.problems),
        "text": outcome.text,
    }
