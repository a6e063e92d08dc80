"""One agent of a folder as lists show it: everything the file says that a row, a filter or a total needs.

Entries are small and hold no text of the prompt, so that tens of thousands of them may be kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agenteditor.core import files, tools_grammar
from agenteditor.core.checks import Diagnostic, Severity, findings
from agenteditor.core.dialect_table import Place
from agenteditor.core.files import FileProblem, Loaded
from agenteditor.core.loading import loads
from agenteditor.core.reader import Verdict
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings, applied
from agenteditor.core.syntax import Syntax, parse_at
from agenteditor.core.text import position


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic without its fixes. ``line`` is 1-based."""

    code: str
    severity: Severity
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One ``.md`` file of a folder.

    ``folder`` is its sub-folder, with ``/`` between the parts and "" at the top. ``name`` is what the
    frontmatter says, the file's stem where it says nothing. ``tools`` are the entries of that field; None:
    it sets no limit. ``loads`` and ``reason`` are the answer of ``core.loading``; an "unreadable" file has
    the sentence of its `FileProblem` there, and no digest (that of ``files.Stamp``).
    """

    path: Path
    folder: str
    name: str
    verdict: Verdict | Literal["unreadable"]
    loads: bool
    reason: str
    description: str = ""
    model: str = ""
    tools: tuple[str, ...] | None = None
    dialect: str = ""
    place: Place = "project"
    problems: tuple[Problem, ...] = ()
    digest: str = ""


def load_entry(path: Path, root: Path, settings: RuleSettings = NO_SETTINGS) -> CatalogEntry:
    """The entry of the file at ``path`` below the folder ``root``. Raises nothing: see ``verdict``."""
    try:
        return entry_of(files.load(path), root, settings)
    except FileProblem as problem:
        return unreadable(path, root, problem)


def unreadable(path: Path, root: Path, problem: FileProblem) -> CatalogEntry:
    """The entry of a file that cannot be read."""
    return CatalogEntry(path, sub_folder(path, root), path.stem, "unreadable", False, str(problem))


def entry_of(file: Loaded, root: Path, settings: RuleSettings = NO_SETTINGS) -> CatalogEntry:
    """The entry of a file that was read."""
    syntax = parse_at(file.text, file.path)
    place = syntax.dialect.place
    answer = loads(syntax, place)
    problems = applied(findings(syntax, place, file.path.name, settings.wanted), settings)
    return CatalogEntry(
        path=file.path,
        folder=sub_folder(file.path, root),
        name=text_of(syntax, "name") or file.path.stem,
        verdict=syntax.verdict,
        loads=answer.ok,
        reason=answer.reason,
        description=text_of(syntax, "description"),
        model=text_of(syntax, "model"),
        tools=_tools(syntax),
        dialect=syntax.dialect.name,
        place=place,
        problems=short(syntax.text, problems),
        digest=file.stamp.digest,
    )


def short(text: str, problems: Iterable[Diagnostic]) -> tuple[Problem, ...]:
    """Diagnostics of ``text`` without their fixes."""
    return tuple(
        Problem(one.code, one.severity, one.message, position(text, one.span.start)[0]) for one in problems
    )


def sub_folder(path: Path, root: Path) -> str:
    """The folder of ``path`` below ``root``, with ``/`` between its parts; "" for ``root`` itself."""
    folder = path.parent.relative_to(root).as_posix()
    return "" if folder == "." else folder


def text_of(syntax: Syntax, key: str) -> str:
    """A field's value if it is a text, else ""."""
    field = syntax.field(key)
    return field.value if field is not None and isinstance(field.value, str) else ""


def _tools(syntax: Syntax) -> tuple[str, ...] | None:
    field = syntax.field("tools")
    entries = tools_grammar.entries(field.value) if field is not None else None
    return None if entries is None else tuple(entry.text for entry in entries)
