"""A catalog on one page: what to mend, problems of each file, budget, overlaps, who may use which tools.

The same catalog gives the same bytes: no date, no place outside the folder, everything in a fixed order.
Long tables are cut, and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from agenteditor.core.budget import LIMITS, TOKENS, Cost
from agenteditor.core.catalog_agent import CatalogAgent
from agenteditor.core.catalog_reading import CatalogFile
from agenteditor.core.catalog_report_html import Cell, Part, Row, Table, document
from agenteditor.core.checks import RULES, Severity
from agenteditor.core.judgement import Judgement, agents_said, percent
from agenteditor.core.overlaps import MUCH, SOME, Overlap
from agenteditor.core.secret_text import redacted

MOST_ROWS = 2_000  # of a table
MOST_MAPPED = 24  # agents in the map of overlaps
_MOST_LETTERS = 40  # of a name in the map

NOT_THE_ROUTER = (
    "Which agent is called is decided by a language model, which understands what is asked. Here words are "
    "counted: it shows which agents look alike, and is no forecast."
)


def catalog_report(folder: Path, judgement: Judgement, files: Sequence[CatalogFile]) -> str:
    """The page about the catalog in ``folder``, as HTML."""
    read = sorted(files, key=lambda file: str(file.path))
    title = f"Catalog report: {folder.name or folder}"
    problems = Counter(problem.severity for file in read for problem in file.problems)
    said = ", ".join(f"{problems[severity]:,} {word}" for severity, word in _SEVERITIES.items())
    opening = [
        f"{len(read):,} files, of which {agents_said(judgement.loading)} {_load(judgement.loading)}.",
        f"Each file by itself: {said}. All together: {len(judgement.of('warning')):,} to mend, "
        f"{len(judgement.of('note')):,} to know.",
    ]
    parts = [
        _together(folder, judgement),
        _problems(folder, read),
        _budget(folder, judgement),
        _overlaps(folder, judgement),
        _examples(folder, judgement),
        _tools(folder, judgement),
        _not_loaded(folder, read),
    ]
    return document(title, opening, parts)


_SEVERITIES: dict[Severity, str] = {"error": "errors", "warning": "warnings", "info": "notes"}
_WORDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_STATES = {"fits": "within the limit", "near": "near the limit", "over": "over the limit", "no limit": "–"}


def _load(count: int) -> str:
    return "loads" if count == 1 else "load"


def _where(folder: Path, path: Path) -> str:
    return "(the whole folder)" if path == folder else path.relative_to(folder).as_posix()


def _number(number: int) -> Cell:
    return Cell(f"{number:,}", "number")


def _cut(caption: str, titles: Sequence[str], rows: Sequence[Row]) -> list[Table]:
    """A table of these rows; none for no rows."""
    return [Table(caption, titles, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))] if rows else []


def _together(folder: Path, judgement: Judgement) -> Part:
    kinds = {"duplicate": "name", "budget": "budget", "overlap": "overlap", "example": "own example"}
    rows: list[Row] = [
        [
            "to mend" if finding.weight == "warning" else "to know",
            kinds[finding.kind],
            finding.sentence,
            "\n".join(_where(folder, path) for path in finding.paths),
        ]
        for finding in judgement.findings
    ]
    text = [] if rows else ["Nothing: no name twice, no overlap, and the descriptions are within the budget."]
    return Part(
        "together",
        "The agents together",
        text,
        _cut("What was found", ["Weight", "About", "What", "Files"], rows),
    )


def _problems(folder: Path, files: Sequence[CatalogFile]) -> Part:
    rules: Counter[str] = Counter()
    held: Counter[str] = Counter()
    rows: list[Row] = []
    for file in files:
        rules.update(problem.code for problem in file.problems)
        held.update({problem.code for problem in file.problems})
        rows += [
            [_where(folder, file.path), _number(one.line), _WORDS[one.severity], one.message, one.code]
            for one in file.problems
        ]
    counts: list[Row] = [
        [code, RULES[code].title, _number(rules[code]), _number(held[code])]
        for code in sorted(rules, key=lambda code: (-rules[code], code))
    ]
    tables = _cut("By rule", ["Rule", "What it is", "Times", "Files"], counts)
    tables += _cut("By file", ["File", "Line", "Severity", "Problem", "Rule"], rows)
    return Part("problems", "Problems of each file", [] if rows else ["No file has a problem."], tables)


def _budget(folder: Path, judgement: Judgement) -> Part:
    costs = judgement.budget
    limits: list[Row] = [[limit.what, limit.number, limit.source] for limit in LIMITS]
    scopes: list[Row] = [[_where(folder, one.scope), *_costs(one.cost)] for one in costs.scopes]
    several = [
        program for program, count in Counter(one.cost.program for one in costs.scopes).items() if count > 1
    ]
    scopes += [["All of them at once", *_costs(one)] for one in costs.together if one.program in several]
    folders: list[Row] = [
        [name or "(the top folder)", *_costs(cost)[:-1]] for one in costs.scopes for name, cost in one.folders
    ]
    dearest: list[Row] = [
        [
            agent.shown_name,
            _where(folder, agent.path),
            _number(len(agent.description)),
            _number(agent.tokens),
        ]
        for agent in costs.dearest
    ]
    titles = ["Program", "Agents", "Not loaded", "Characters", "≈ tokens"]
    text = [
        "The descriptions of all agents that load are before the model on every turn, whether an agent is "
        "called or not. Names and lists of tools come on top. Of several files with one name one is loaded: "
        "the longest counts."
    ]
    tables = _cut("What is loaded together", ["Folder of agents", *titles, "State"], scopes)
    tables += _cut("By sub-folder", ["Sub-folder", *titles], folders)
    tables += _cut(
        f"The {len(dearest)} longest descriptions", ["Agent", "File", "Characters", "≈ tokens"], dearest
    )
    tables += _cut("The limits, and where they come from", ["Limit", "Number", "Source"], limits)
    return Part("budget", "Budget of the descriptions", text, tables)


def _costs(cost: Cost) -> list[str | Cell]:
    state = _STATES[cost.state]
    if cost.state != "no limit":
        state = f"{state}: {percent(cost.tokens / TOKENS)} of {TOKENS:,}"
    numbers = (cost.agents, cost.idle, cost.characters, cost.tokens)
    return [cost.program, *map(_number, numbers), state]


def _overlaps(folder: Path, judgement: Judgement) -> Part:
    rows: list[Row] = [
        [
            _named(folder, one.one),
            _named(folder, one.other),
            Cell(percent(one.measure), f"number {one.degree}"),
            one.degree,
            ", ".join(one.words),
        ]
        for one in judgement.overlaps
    ]
    text = [
        f"How far two agents are for the same things, by the words they share: {percent(SOME)} and more is "
        f"some, {percent(MUCH)} and more is much. {NOT_THE_ROUTER}"
    ]
    if not rows:
        text.append("No two agents overlap.")
    tables = [_map(judgement.overlaps)] if rows else []
    tables += _cut("Pairs, the closest first", ["Agent", "And", "Overlap", "How much", "Words"], rows)
    return Part("overlaps", "Overlap map", text, tables)


def _named(folder: Path, agent: CatalogAgent) -> str:
    return f"{agent.shown_name}\n{_where(folder, agent.path)}"


def _map(overlaps: Sequence[Overlap]) -> Table:
    """The agents that overlap most, each against each; a cell says its number, colour or not."""
    mapped: dict[Path, CatalogAgent] = {}
    for one in overlaps:
        if len(mapped | {one.one.path: one.one, one.other.path: one.other}) <= MOST_MAPPED:
            mapped |= {one.one.path: one.one, one.other.path: one.other}
    agents = sorted(mapped.values(), key=lambda agent: (agent.name, str(agent.path)))
    measured = {frozenset((one.one.path, one.other.path)): one for one in overlaps}
    rows: list[list[str | Cell]] = []
    for number, agent in enumerate(agents, 1):
        cells: list[str | Cell] = [Cell(f"{number}. {redacted(agent.shown_name)[:_MOST_LETTERS]}", "name")]
        for other in agents:
            found = measured.get(frozenset((agent.path, other.path)))
            cells.append(
                Cell("—" if other is agent else "", "number")
                if found is None
                else Cell(percent(found.measure), f"number {found.degree}")
            )
        rows.append(cells)
    titles = [(str(number), agent.shown_name) for number, agent in enumerate(agents, 1)]
    which = "" if len(agents) < MOST_MAPPED else f", the {len(agents)} closest"
    return Table(
        f"Agents that overlap{which}; an empty cell is less than {percent(SOME)}", ["", *titles], rows
    )


def _examples(folder: Path, judgement: Judgement) -> Part:
    said = {"taken": "another agent", "by-its-words": "its own, only by its very words"}
    rows: list[Row] = [
        [
            _named(folder, one.agent),
            f"{one.number}{'' if one.example.seen else ' (in the prompt)'}",
            one.short,
            said[one.outcome],
            one.taker.shown_name,
            ", ".join(one.words),
        ]
        for one in judgement.strays
    ]
    text = [
        "Each agent's own examples, asked of the whole catalog: once as it is, and once as if the example "
        f"were not in the description. {NOT_THE_ROUTER}"
    ]
    if not rows:
        text.append("Every example leads to its own agent.")
    titles = ["Agent", "Example", "Request", "Who takes it", "Which other agent", "Words"]
    return Part("examples", "Own examples", text, _cut("Examples that may go astray", titles, rows))


def _tools(folder: Path, judgement: Judgement) -> Part:
    loaded = [agent for agent in judgement.agents if agent.loads]
    rows: list[Row] = [[_named(folder, agent), agent.program, agent.tools] for agent in loaded]
    having: dict[str, list[str]] = {}
    for agent in loaded:
        for tool in agent.granted or ():
            having.setdefault(tool, []).append(agent.shown_name)
    everyone = sum(agent.granted is None for agent in loaded)
    by_tool: list[Row] = [
        [tool, _number(len(having[tool])), ", ".join(having[tool][:20])] for tool in sorted(having)
    ]
    text = [f"No list limits the tools of {agents_said(everyone)}."] if everyone else []
    tables = _cut("By tool, of agents with a list", ["Tool", "Agents", "Which (the first 20)"], by_tool)
    tables += _cut("By agent", ["Agent", "Program", "Tools"], rows)
    return Part("tools", "Tools by agent", text, tables)


def _not_loaded(folder: Path, files: Sequence[CatalogFile]) -> Part:
    rows: list[Row] = [
        [
            _where(folder, file.path),
            file.failure.replace(f"{folder}/", "") if file.agent is None else file.agent.reason,
        ]
        for file in files
        if file.agent is None or not file.agent.loads
    ]
    text = [] if rows else ["Every file loads."]
    return Part("idle", "Files that do not load", text, _cut("And why", ["File", "Why"], rows))
