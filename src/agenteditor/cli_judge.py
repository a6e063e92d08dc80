"""The commands about a whole folder of agents: who, judge and report."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from agenteditor.cli_files import FAILED, OK, PROBLEMS, command
from agenteditor.core import files
from agenteditor.core.budget import LIMITS, TOKENS, Cost
from agenteditor.core.catalog import agent_files
from agenteditor.core.catalog_reading import CatalogFile, reading
from agenteditor.core.catalog_report import NOT_THE_ROUTER, catalog_report
from agenteditor.core.disk import is_folder, is_there
from agenteditor.core.files import FileProblem
from agenteditor.core.invisible import one_line
from agenteditor.core.judgement import Judgement, agents_said, judged, percent
from agenteditor.core.routing import Candidate, index_of

_MOST_WORDS = 8


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    who = command(
        commands,
        "who",
        "Say which agents of a folder would take a request, by the words that name, description and examples "
        "share with it.",
        f"{NOT_THE_ROUTER}\n\nExit status: 0 somebody matches, 1 nobody does, 2 a file could not be read.\n\n"
        '  agenteditor who .claude/agents "the login page is slow since the last release"',
    )
    _add_folder(who)
    who.add_argument("request", metavar="REQUEST", help="what a user would say; - reads standard input")
    who.add_argument("--most", type=_count, default=10, metavar="N", help="how many to list (default: 10)")
    _add_format(who)
    who.set_defaults(run=_who)

    judge = command(
        commands,
        "judge",
        "Say what is wrong between the agents of a folder: names, budget, overlaps, examples that go astray.",
        "Each finding is to mend or, as a note, to know. Exit status: 0 nothing to mend, 1 something is, 2\n"
        "a file could not be read. “agenteditor check” says what is wrong with each file by itself.\n\n"
        "  agenteditor judge .claude/agents\n"
        "  agenteditor judge plugins --format json | jq .budget",
    )
    _add_folder(judge)
    _add_format(judge)
    judge.set_defaults(run=_judge)

    report = command(
        commands,
        "report",
        "Write a report of a folder as one HTML page: problems, budget, overlap map, tools by agent.",
        "The page stands alone: no script, nothing is fetched. The same folder gives the same bytes.\n"
        "Exit status: 0 written, 2 a file could not be read or written.\n\n"
        "  agenteditor report .claude/agents --output agents.html",
    )
    _add_folder(report)
    report.add_argument(
        "-o", "--output", required=True, metavar="PAGE", help="the page to write; - writes standard output"
    )
    report.set_defaults(run=_report)


class _Read(NamedTuple):
    """A folder that was read; ``failed``: not all of it could be."""

    folder: Path
    files: list[CatalogFile]
    failed: bool


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=_folder, metavar="FOLDER", help="its .md files at any depth are meant")


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def _folder(text: str) -> Path:
    path = Path(os.path.abspath(text))  # noqa: PTH100 - resolve() would follow links
    if not is_folder(path):
        raise argparse.ArgumentTypeError(f"{text}: there is no such folder; check its name")
    return path


def _count(text: str) -> int:
    if not text.isdecimal() or int(text[:9]) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 on")
    return int(text[:9])


def _read(folder: Path) -> _Read:
    unlisted: list[str] = []
    paths = agent_files(
        folder, lambda error: unlisted.append(f"Cannot list {error.filename}: {error.strerror}.")
    )
    found = list(reading(paths, folder, {}))
    failures = [*unlisted, *(file.failure for file in found if file.agent is None)]
    for sentence in failures:
        _complain(sentence)
    if not paths and not failures:
        _complain(f"{folder} holds no .md files; name another folder.")
    return _Read(folder, found, bool(failures) or not paths)


def _complain(sentence: str) -> None:
    print(f"agenteditor: {one_line(sentence)}", file=sys.stderr)


def _where(folder: Path, path: Path) -> str:
    return "." if path == folder else path.relative_to(folder).as_posix()


def _print_json(record: object) -> None:
    print(json.dumps(record, ensure_ascii=False, indent=2))


# --- who ---------------------------------------------------------------------------------------


def _who(options: argparse.Namespace) -> int:
    request = options.request
    if request == "-":
        request = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    read = _read(options.folder)
    index = index_of(file.agent for file in read.files if file.agent is not None)
    ranked = index.ranked(request, options.most)
    if options.format == "json":
        _print_json([_candidate_record(read.folder, one) for one in ranked])
    elif ranked:
        _print_ranked(read.folder, ranked)
    else:
        print(f"None of {agents_said(len(index.agents))} has a word of the request.")
    return FAILED if read.failed else OK if ranked else PROBLEMS


def _print_ranked(folder: Path, ranked: Sequence[Candidate]) -> None:
    several = len({one.agent.program for one in ranked}) > 1
    for number, one in enumerate(ranked, 1):
        words = ", ".join(f"{word.text} {percent(word.share)}" for word in one.words[:_MOST_WORDS])
        program = f" ({one.agent.program})" if several else ""
        near = ", near tie" if one.near_tie else ""
        match = f"{percent(one.score / ranked[0].score)}{near}"
        print(one_line(f"{number:>2}. {one.agent.shown_name}{program}  {match}"))
        print(one_line(f"    {words}"))
        print(one_line(f"    {_where(folder, one.agent.path)}"))
    print(f"\n{NOT_THE_ROUTER}")


def _candidate_record(folder: Path, one: Candidate) -> dict[str, object]:
    return {
        "name": one.agent.name,
        "path": _where(folder, one.agent.path),
        "program": one.agent.program,
        "score": round(one.score, 4),
        "near_tie": one.near_tie,
        "words": [
            {"text": word.text, "share": round(word.share, 4), "where": list(word.where)}
            for word in one.words
        ],
    }


# --- judge and report --------------------------------------------------------------------------


def _judge(options: argparse.Namespace) -> int:
    read = _read(options.folder)
    judgement = judged([file.agent for file in read.files if file.agent is not None])
    if options.format == "json":
        _print_json(_judgement_record(read, judgement))
    else:
        _print_judgement(read, judgement)
    return FAILED if read.failed else PROBLEMS if judgement.of("warning") else OK


def _print_judgement(read: _Read, judgement: Judgement) -> None:
    for finding in judgement.findings:
        where = ", ".join(_where(read.folder, path) for path in finding.paths)
        print(one_line(f"{where}: {finding.weight}: {finding.sentence} [{finding.kind}]"))
    costs = judgement.budget
    for scope in costs.scopes:
        print(one_line(f"{_where(read.folder, scope.scope)}: {_said(scope.cost)}"))
    if len(costs.scopes) > len(costs.together):
        for cost in costs.together:
            print(f"All at once: {_said(cost)}")
    mend, know = len(judgement.of("warning")), len(judgement.of("note"))
    print(f"{len(read.files)} files, {agents_said(judgement.loading)}: {mend} to mend, {know} to know.")


def _said(cost: Cost) -> str:
    limit = f", {percent(cost.tokens / TOKENS)} of {TOKENS:,}" if cost.state != "no limit" else ""
    return (
        f"{agents_said(cost.agents)} of {cost.program}, descriptions of {cost.characters:,} characters, "
        f"about {cost.tokens:,} tokens on every turn{limit}."
    )


def _judgement_record(read: _Read, judgement: Judgement) -> dict[str, object]:
    folder, costs = read.folder, judgement.budget
    return {
        "files": len(read.files),
        "agents": judgement.loading,
        "findings": [
            {**finding._asdict(), "paths": [_where(folder, path) for path in finding.paths]}
            for finding in judgement.findings
        ],
        "budget": {
            "scopes": [
                {
                    "folder": _where(folder, one.scope),
                    **_cost_record(one.cost),
                    "folders": [{"folder": name, **_cost_record(cost)} for name, cost in one.folders],
                }
                for one in costs.scopes
            ],
            "together": [_cost_record(cost) for cost in costs.together],
            "limits": [limit._asdict() for limit in LIMITS],
        },
        "overlaps": [
            {
                "agents": [one.one.name, one.other.name],
                "paths": [_where(folder, one.one.path), _where(folder, one.other.path)],
                "measure": round(one.measure, 4),
                "words": list(one.words),
            }
            for one in judgement.overlaps
        ],
    }


def _cost_record(cost: Cost) -> dict[str, object]:
    return {
        "program": cost.program,
        "agents": cost.agents,
        "idle": cost.idle,
        "characters": cost.characters,
        "tokens": cost.tokens,
        "state": cost.state,
    }


def _report(options: argparse.Namespace) -> int:
    read = _read(options.folder)
    judgement = judged([file.agent for file in read.files if file.agent is not None])
    page = catalog_report(read.folder, judgement, read.files)
    if options.output == "-":
        sys.stdout.buffer.write(files.encode(page))
        sys.stdout.buffer.flush()
        return FAILED if read.failed else OK
    target = Path(options.output)
    try:
        files.save(target, page, files.stamp(target) if is_there(target) else None)
    except FileProblem as problem:
        _complain(str(problem))
        return FAILED
    return FAILED if read.failed else OK
