"""The commands that only look: check and show."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping

from agenteditor.cli_files import FAILED, OK, PROBLEMS, GivenFiles, add_paths, add_settings, command, diff
from agenteditor.cli_fix import mended, saved
from agenteditor.core.report import FileReport, Format, examined
from agenteditor.core.report_junit import as_junit
from agenteditor.core.report_lines import Tally, as_github, as_json, as_text
from agenteditor.core.report_sarif import as_sarif
from agenteditor.core.show import json_line, shown
from agenteditor.core.text import Refusal

FORMATS: Mapping[str, Format] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
    "junit": as_junit,
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    check = command(
        commands,
        "check",
        "Say what is wrong with agent files, and whether they would load.",
        "text     a line for each problem\n"
        "json     an array with verdict and problems of each file\n"
        "sarif    SARIF 2.1.0, for code scanning services\n"
        "github   annotations of a GitHub workflow\n"
        "junit    JUnit XML, a test case for each file\n\n"
        "Exit status: 0 no errors (warnings may stand); 1 errors; with --dry-run 1 also if a file would\n"
        "change; 2 a file or the settings could not be read, or an option is wrong. “agenteditor rules”\n"
        "lists the rules and says how to switch them off.\n\n"
        "  agenteditor check .claude/agents\n"
        "  agenteditor check .claude/agents --format sarif > agents.sarif\n"
        "  agenteditor check .claude/agents --fix --dry-run",
    )
    add_paths(check)
    check.add_argument("--format", choices=FORMATS, default="text", help="how to print (default: text)")
    check.add_argument("--fix", action="store_true", help="apply the safe fixes first, then say what is left")
    check.add_argument(
        "--dry-run", action="store_true", help="with --fix: print what would change as a diff, write nothing"
    )
    check.add_argument(
        "--where",
        action="store_true",
        help="also say for each program that reads agent files whether it would load the file (text, json)",
    )
    add_settings(check)
    check.set_defaults(run=_check, parser=check)

    show = command(
        commands,
        "show",
        "Print what each file says as one JSON object a line: verdict, fields, examples, sections, problems.",
        "docs/show.schema.json describes it. Lines and columns count from 1, in code points.\n"
        "Exit status: 0 all was shown, 2 a file or the settings could not be read.\n\n"
        "  agenteditor show reviewer.md | jq .fields.model",
    )
    add_paths(show)
    add_settings(show)
    show.set_defaults(run=_show)


def _check(options: argparse.Namespace) -> int:
    if options.dry_run:
        if not options.fix:
            options.parser.error("--dry-run says what --fix would change: give both.")
        if options.format != "text":
            options.parser.error(f"--dry-run prints diffs, not {options.format}.")
        return _would_fix(options)
    given = GivenFiles(options)
    errors = 0

    def reports() -> Iterator[FileReport]:
        nonlocal errors
        for file in given:
            settings = given.settings(file.path)
            text = saved(given, file, sys.stderr) if options.fix else file.text
            report = examined(file.path, text, settings, where=options.where)
            errors += len(report.of("error"))
            yield report

    for line in FORMATS[options.format](reports(), given.failures):
        print(line)
    return FAILED if given.failures else PROBLEMS if errors else OK


def _would_fix(options: argparse.Namespace) -> int:
    """Print the diffs of --fix, and on standard error what would be left."""
    given = GivenFiles(options)
    tally = Tally()
    changed = errors = 0
    for file in given:
        after = mended(given, file).text
        changed += after != file.text
        print(diff(file.path, file.text, after), end="")
        report = examined(file.path, after, given.settings(file.path))
        tally.add(report)
        errors += len(report.of("error"))
    would = "1 file would change" if changed == 1 else f"{changed} files would change"
    print(f"{would}. Left then in {tally.sentence()}", file=sys.stderr)
    return FAILED if given.failures else PROBLEMS if changed or errors else OK


def _show(options: argparse.Namespace) -> int:
    from agenteditor.core.convert import in_claude_words
    from agenteditor.core.powers import powers

    given = GivenFiles(options)
    for file in given:
        report = examined(file.path, file.text, given.settings(file.path), where=True)
        words = in_claude_words(report.syntax, file.path.name)
        may = powers(report.syntax if isinstance(words, Refusal) else words, report.syntax.dialect.place)
        record = shown(str(file.path), report.syntax, report.loads, may, report.problems, rows=report.rows)
        print(json_line(record))
    return FAILED if given.failures else OK
