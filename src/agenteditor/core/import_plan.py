"""Importing a catalog into a folder: first a plan that says what would become of each agent.

With what both sides started from, a change of one side is told from a change of both, and ``merging`` puts
them together. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from pathlib import Path, PurePosixPath

from agenteditor.core import files
from agenteditor.core.catalog import agent_files
from agenteditor.core.catalog_entry import text_of
from agenteditor.core.dialect import claude_code
from agenteditor.core.dialects import dialect_of
from agenteditor.core.disk import is_folder, is_same, is_there
from agenteditor.core.export import file_name_problem
from agenteditor.core.files import FileProblem
from agenteditor.core.import_matching import Here, Matcher, There
from agenteditor.core.import_rows import Plan, Row
from agenteditor.core.import_sources import Source, agent_names
from agenteditor.core.importing import imported
from agenteditor.core.syntax import parse, parse_fields
from agenteditor.core.text import Refusal

Progress = tuple[int, int]  # steps that are done, of how many; 0 as long as that is not known


def problem_with(folder: Path, source: Path) -> str | None:
    """Why nothing can be imported from ``source`` into ``folder``; None if it can."""
    if is_there(source) and is_same(folder, source):
        return f"{folder} is the catalog itself. Choose where the other one is."
    if not is_folder(folder):
        return f"{folder} is no folder. Name the folder of a catalog."
    dialect = dialect_of(folder / "agent.md")
    if not dialect.is_claude:
        return f"{folder} holds files of {dialect.title}; what is imported are files of Claude Code."
    return None


def planned(source: Source, folder: Path, unsaved: Collection[Path] = ()) -> Generator[Progress, None, Plan]:
    """The plan, made while one asks how far it is. Reads both sides, writes nothing.

    ``unsaved`` are files that are being edited: they are not to be written.
    """
    for _ in source.scan():
        yield 0, 0
    ours, names = agent_files(folder), agent_names(source)
    total = len(ours) + 2 * len(names)  # each of the source is read, and compared
    here: list[Here] = []
    unreadable: dict[Path, str] = {}
    for count, path in enumerate(ours):
        yield count, total
        try:
            text = files.load(path).text
        except FileProblem as problem:
            unreadable[path] = str(problem)
            continue
        here.append(Here(path, text, _name(text) or path.stem))
    there: list[There] = []
    rows = [Row("refused", PurePosixPath(where).name, where, reason) for where, reason in source.refused]
    passed_over = 0
    for count, where in enumerate(names, len(ours)):
        yield count, total
        found = _found(source, where)
        rows += [one for one in found if isinstance(one, Row)]
        there += [one for one in found if isinstance(one, There)]
        passed_over += not found
    matcher = Matcher(source, folder, here, unreadable, unsaved)
    for count, row in enumerate(matcher.rows(there), len(ours) + len(names)):
        yield min(count, total), total
        rows.append(row)
    rows.sort(key=lambda row: (row.name.casefold(), row.where))
    alone = len({one.path for one in here} - matcher.taken)
    return Plan(folder, tuple(rows), passed_over, alone)


def finished(making: Generator[Progress, None, Plan]) -> Plan:
    """The plan, waited for."""
    while True:
        try:
            next(making)
        except StopIteration as stop:
            plan: Plan = stop.value
            return plan


def _found(source: Source, where: str) -> list[There | Row]:
    """The agents in a file of the source; a row for what is refused; nothing for a file without agents."""
    text = source.text(where)
    name = PurePosixPath(where).name
    if isinstance(text, Refusal):
        return [Row("refused", name, where, text.reason)]
    outcome = imported(text, source.place(where))
    if isinstance(outcome, Refusal):
        is_agent = where.endswith(".md") and parse(text).frontmatter is not None
        return [Row("refused", name, where, outcome.reason)] if is_agent else []
    found: list[There | Row] = []
    for agent in outcome:
        problem = file_name_problem(agent.name) if agent.name else "It has no name."
        problem = problem or _not_text(agent.text)
        if not agent.name and not text_of(parse(agent.text), "description"):
            continue
        if problem:
            found.append(Row("refused", agent.name or name, where, problem))
        else:
            found.append(There(where, agent))
    return found


def _not_text(text: str) -> str | None:
    """Why no file can hold a text, in a sentence: JSON can spell half a character."""
    try:
        files.encode(text)
    except FileProblem as problem:
        return str(problem)
    return None


def _name(text: str) -> str:
    """The name in the frontmatter, without a look at the prompt."""
    _, _, fields = parse_fields(text, claude_code())
    field = fields.get("name") if fields is not None else None
    return field.value if field is not None and isinstance(field.value, str) else ""
