"""The commands that need no window: check, show, set, fix, export.

Each goes on with the other files when one cannot be read, and says on standard error, in one
line, which and why. Exit status: 0 all is well, 1 problems were found (check) or a change was
refused (set, export), 2 something could not be run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from agenteditor import cli_where
from agenteditor.core import files
from agenteditor.core.catalog import agent_files
from agenteditor.core.checks import Diagnostic, check
from agenteditor.core.dialect import typed
from agenteditor.core.disk import is_folder, is_there
from agenteditor.core.files import FileProblem, Loaded
from agenteditor.core.fixing import fixed
from agenteditor.core.loading import loads, place_of
from agenteditor.core.readers import answers
from agenteditor.core.rewrite import remove_field, set_raw, set_value
from agenteditor.core.show import json_line, problem_records, reader_records, shown
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Edits, Refusal, apply

COMMANDS = ("check", "show", "set", "fix", "export")
OK, PROBLEMS, FAILED = 0, 1, 2


def run(arguments: list[str]) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


# --- what is given -----------------------------------------------------------------------------


class _Files:
    """The files that paths stand for. ``failed`` says whether one could not be read."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self.failed = False

    def __iter__(self) -> Iterator[Loaded]:
        for path in self._paths:
            for file in self._in(path):
                try:
                    yield files.load(file)
                except FileProblem as problem:
                    self.fail(str(problem))

    def _in(self, path: Path) -> list[Path]:
        if not is_folder(path):
            return [path]
        found = agent_files(path, lambda error: self.fail(f"Cannot list {error.filename}: {error.strerror}."))
        if not found:
            self.fail(f"{path} holds no .md files.")
        return found

    def fail(self, sentence: str) -> None:
        """Say that one file could not be done; the others still are."""
        self.failed = True
        print(f"agenteditor: {sentence}", file=sys.stderr)


def _checked(file: Loaded) -> tuple[Syntax, tuple[Diagnostic, ...]]:
    syntax = parse(file.text)
    return syntax, check(syntax, place_of(file.path), file.path.name)


# --- check and show ----------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    given = _Files(options.paths)
    records: list[object] = []
    counts = {"error": 0, "warning": 0, "info": 0}
    total = 0
    for file in given:
        syntax, problems = _checked(file)
        total += 1
        for problem in problems:
            counts[problem.severity] += 1
        if options.format == "json":
            verdict = loads(syntax, place_of(file.path))
            found = problem_records(syntax.text, problems)
            where = {"readers": reader_records(answers(syntax, place_of(file.path)))} if options.where else {}
            records.append(
                {
                    "path": str(file.path),
                    "verdict": syntax.verdict,
                    "loads": verdict.ok,
                    "reason": verdict.reason,
                    "problems": found,
                    **where,
                }
            )
        else:
            _print_problems(file.path, syntax.text, problems)
            if options.where:
                cli_where.print_rows(file.path, syntax)
    if options.format == "json":
        print(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        print(_summary(total, counts))
    if given.failed:
        return FAILED
    return PROBLEMS if counts["error"] else OK


def _print_problems(path: Path, text: str, problems: tuple[Diagnostic, ...]) -> None:
    for record in problem_records(text, problems):
        assert isinstance(record, dict)
        where = f"{path}:{record['line']}:{record['column']}"
        print(f"{where}: {record['severity']}: {record['message']} [{record['code']}]")


def _summary(total: int, counts: dict[str, int]) -> str:
    parts = [
        f"{count} {name if count == 1 else plural}"
        for (name, plural), count in zip(
            (("error", "errors"), ("warning", "warnings"), ("note", "notes")), counts.values(), strict=True
        )
        if count
    ]
    return f"{total} {'file' if total == 1 else 'files'}: {', '.join(parts) or 'no problems'}."


def _show(options: argparse.Namespace) -> int:
    given = _Files(options.paths)
    for file in given:
        syntax, problems = _checked(file)
        place = place_of(file.path)
        record = shown(str(file.path), syntax, loads(syntax, place), problems, answers(syntax, place))
        print(json_line(record))
    return FAILED if given.failed else OK


# --- set and fix -------------------------------------------------------------------------------


def _set(options: argparse.Namespace) -> int:
    intents = [("set", *_assignment(given)) for given in options.assignments]
    intents += [("remove", key, "") for key in options.remove]
    if not intents:
        print("agenteditor: nothing to do: give KEY=VALUE or --remove KEY.", file=sys.stderr)
        return FAILED
    try:
        file = files.load(options.file)
        text = file.text
        for kind, key, value in intents:
            outcome = _edits(parse(text), kind, key, value)
            if isinstance(outcome, Refusal):
                print(f"agenteditor: {options.file}: {outcome.reason}", file=sys.stderr)
                return PROBLEMS
            text = apply(text, outcome)
        _write(options.output or options.file, text, file)
    except FileProblem as problem:
        print(f"agenteditor: {problem}", file=sys.stderr)
        return FAILED
    return OK


def _assignment(given: str) -> tuple[str, str]:
    """``KEY=text`` or ``KEY:=yaml``: the key, with its colon, and what follows."""
    key, equals, value = given.partition("=")
    if not equals or not key.strip(" :"):
        print(f"agenteditor: “{given}” is not KEY=VALUE.", file=sys.stderr)
        raise SystemExit(FAILED)
    return key, value


def _edits(syntax: Syntax, kind: str, key: str, value: str) -> Edits | Refusal:
    if kind == "remove":
        return remove_field(syntax, key) if syntax.field(key) else Refusal(f"There is no field “{key}”.")
    if key.endswith(":"):
        return set_raw(syntax, key.removesuffix(":"), value)
    return set_value(syntax, key, typed(syntax.dialect.spec(key), value))


def _write(path: Path, text: str, file: Loaded) -> None:
    """Save; a file other than the one read is replaced whatever it holds, as asked."""
    if path == file.path:
        if text != file.text:
            files.save(path, text, file.stamp)
    else:
        files.save(path, text, files.stamp(path) if is_there(path) else None)


def _fix(options: argparse.Namespace) -> int:
    given = _Files(options.paths)
    for file in given:
        after = fixed(file.text, place_of(file.path), file.path.name)
        if after.text == file.text:
            continue
        if options.diff:
            print(_diff(file.path, file.text, after.text), end="")
            continue
        try:
            files.save(file.path, after.text, file.stamp)
        except FileProblem as problem:
            given.fail(str(problem))
            continue
        print(f"{file.path}: {'; '.join(after.labels)}")
    return FAILED if given.failed else OK


def _diff(path: Path, before: str, after: str) -> str:
    lines = unified_diff(_lines(before), _lines(after), fromfile=str(path), tofile=str(path))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """``text`` in lines that end at U+000A alone."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


# --- export ------------------------------------------------------------------------------------


def _export(options: argparse.Namespace) -> int:
    from agenteditor.core import export

    given = _Files(options.paths)
    sources = [export.Source(file.path, file.text, _category(file.path, options.paths)) for file in given]
    plan = export.plan(sources, options.to, options.layout)
    for line in export.described(plan):
        print(line)
    if given.failed and not options.plan:
        print("agenteditor: nothing was written, because a file could not be read.", file=sys.stderr)
        return FAILED
    refused = bool(plan.refused or plan.problem or any(entry.state == "conflict" for entry in plan.entries))
    if options.plan:
        return FAILED if given.failed else PROBLEMS if refused else OK
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


# --- options -----------------------------------------------------------------------------------

_PATHS_HELP = "a file, or a folder: its .md files at any depth"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="agenteditor", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)

    check_ = _command(
        commands,
        "check",
        "Say what is wrong with agent files, and whether they would load.",
        "Exit status: 0 no errors (warnings may stand), 1 errors, 2 a file could not be read.\n\n"
        "  agenteditor check .claude/agents\n"
        "  agenteditor check reviewer.md --format json",
    )
    check_.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=_PATHS_HELP)
    check_.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )
    cli_where.add_option(check_)
    check_.set_defaults(run=_check)

    show = _command(
        commands,
        "show",
        "Print what each file says as one JSON object a line: verdict, fields, examples, sections, problems.",
        "docs/show.schema.json describes it. Lines and columns count from 1, in code points.\n\n"
        "  agenteditor show reviewer.md | jq .fields.model",
    )
    show.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=_PATHS_HELP)
    show.set_defaults(run=_show)

    set_ = _command(
        commands,
        "set",
        "Change fields of the frontmatter and not one byte beside them.",
        "KEY=text     the text, quoted if YAML needs it: name=3000 gets quotes, maxTurns=5 does not\n"
        'KEY=         an empty text: ""\n'
        "KEY:=yaml    YAML as it stands: tools:=[]\n\n"
        "A new field goes where the schema has it. Refused with exit status 1, and nothing is written,\n"
        "where the result would not read back as asked.\n\n"
        "  agenteditor set reviewer.md model=opus 'description=Use it: always'\n"
        "  agenteditor set reviewer.md --remove color --output copy.md",
    )
    set_.add_argument("file", type=Path, metavar="FILE", help="the agent file")
    set_.add_argument("assignments", nargs="*", metavar="KEY=VALUE", help="what to set, in this order")
    set_.add_argument("--remove", action="append", default=[], metavar="KEY", help="remove a field")
    set_.add_argument("--output", type=Path, metavar="FILE", help="write there, and leave FILE as it is")
    set_.set_defaults(run=_set)

    fix = _command(
        commands,
        "fix",
        "Apply every safe fix: those that only make a file say what it plainly means.",
        "  agenteditor fix .claude/agents --diff     show what would change, write nothing\n"
        "  agenteditor fix .claude/agents",
    )
    fix.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=_PATHS_HELP)
    fix.add_argument("--diff", action="store_true", help="print the changes as a diff and write nothing")
    fix.set_defaults(run=_fix)

    export = _command(
        commands,
        "export",
        "Write agents into a catalog folder, as valid YAML, never over files it did not write.",
        "folder   agents/<name>.md below DIR\n"
        "plugin   a plugin marketplace: .claude-plugin/marketplace.json, plugins/<p>/agents/<name>.md\n\n"
        "A file that would not load is refused (exit status 1); the others are written.\n\n"
        "  agenteditor export .claude/agents --to ../catalog --plan\n"
        "  agenteditor export .claude/agents --to ../catalog --layout plugin",
    )
    export.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=_PATHS_HELP)
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="the catalog folder")
    export.add_argument("--layout", choices=("folder", "plugin"), default="folder", help="default: folder")
    export.add_argument("--plan", action="store_true", help="print what would be written, and write nothing")
    export.set_defaults(run=_export)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str, more: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=does,
        description=does,
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
