"""Which agents of a folder are meant: a line of words and ``key:value`` terms, typed into a field.

Words are looked for in name, file name, folder, description, tools, model and the codes of problems;
``tool:Bash`` in one of them; ``is:shadowed`` asks a question. Every term must be met, in any order;
``-`` before a term turns it round, and ``"two words"`` are one. Any text is a filter: what looks like a term
and is none is looked for as it stands, and named in ``unknown``, for a hint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

from agenteditor.core.catalog_entry import CatalogEntry
from agenteditor.core.dialect import claude_code

# Every ``key:`` and what it looks at, for people. The first are the ones to show where room is short.
KEYS: Mapping[str, str] = {
    "name": "the name",
    "tool": "a tool it lists; tool:any has no limit",
    "model": "the model; model:none names none",
    "problem": "a rule, or error, warning, note; problem:none has none",
    "folder": "the sub-folder",
    "verdict": "valid, repaired, fails, none, unknown or unreadable",
    "is": "shadowed, unsaved, loading, skipped, shared",
    "description": "the description",
    "file": "the file's name",
    "for": "the program it is written for",
}
_OTHER_NAMES = {
    "tools": "tool",
    "models": "model",
    "problems": "problem",
    "rule": "problem",
    "desc": "description",
}
_SEVERITIES = {"error": "error", "errors": "error", "warning": "warning", "warnings": "warning",
               "info": "info", "note": "info", "notes": "info"}  # fmt: skip
_TERM = re.compile(r'(-?)((?:[a-z]+:)?)("[^"]*"?|\S*)', re.IGNORECASE)


class Row(Protocol):
    """What a filter looks at: an entry, and what only the program that shows it knows.

    ``entry`` is None until the file has been read; then ``words`` hold its path alone, else `words_of` it.
    ``shared``: another agent here has the same name.
    """

    @property
    def entry(self) -> CatalogEntry | None: ...
    @property
    def words(self) -> str: ...
    @property
    def unsaved(self) -> bool: ...
    @property
    def shadowed(self) -> bool: ...
    @property
    def shared(self) -> bool: ...


AnyRow = TypeVar("AnyRow", bound=Row)
Test = Callable[[Row], bool]
EntryTest = Callable[[CatalogEntry], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a text asks for. ``unknown`` are the terms that look like ``key:value`` and mean nothing."""

    tests: tuple[Test, ...] = ()
    unknown: tuple[str, ...] = ()

    def matches(self, row: Row) -> bool:
        """Whether every term is met. True for an empty filter."""
        return all(test(row) for test in self.tests)

    def chosen(self, rows: Iterable[AnyRow]) -> list[AnyRow]:
        """The rows that match, in their order."""
        left = list(rows)
        for test in self.tests:
            left = [row for row in left if test(row)]
        return left


NO_FILTER = Filter()


def words_of(entry: CatalogEntry) -> str:
    """Everything of an entry that a word without a key is looked for in."""
    parts = (
        entry.name, entry.path.name, entry.folder, entry.model, *(entry.tools or ()),
        *dict.fromkeys(problem.code for problem in entry.problems), entry.description,
    )  # fmt: skip
    return "\n".join(parts).casefold()


def understood(text: str) -> Filter:
    """The filter that ``text`` asks for. Any text is one."""
    tests: list[Test] = []
    unknown: list[str] = []
    for match in _TERM.finditer(text):
        key = match[2].removesuffix(":").casefold()
        key = _OTHER_NAMES.get(key, key)
        value = match[3].strip('"').casefold()
        if not value and (not key or key in KEYS):
            continue  # nothing yet: the term is still being typed
        test = _test(key, value)
        if test is None:
            unknown.append(match[0])
            test = _word(f"{match[2]}{value}".casefold())
        tests.append(_not(test) if match[1] else test)
    return Filter(tuple(tests), tuple(unknown))


# --- one term ----------------------------------------------------------------------------------


def _test(key: str, value: str) -> Test | None:
    """What a term asks; None if it means nothing."""
    if not key:
        return _word(value)
    if key == "is":
        return next((test for word, test in _QUESTIONS.items() if word.startswith(value)), None)
    made = _BY_KEY.get(key)
    test = made(value) if made else None
    return None if test is None else _about(test)


def _word(value: str) -> Test:
    return lambda row: value in row.words


def _not(test: Test) -> Test:
    return lambda row: not test(row)


def _about(test: EntryTest) -> Test:
    """A question about the entry; of a file that was not read yet the answer is no."""
    return lambda row: row.entry is not None and test(row.entry)


def _tool(value: str) -> EntryTest:
    """``Bash`` as such or with a condition, ``Bash(git *)``; the beginning of a name that is no tool yet."""
    if value == "any":
        return lambda entry: entry.tools is None
    exact = value in _tool_names()

    @cache  # many agents list the same
    def lists(tools: tuple[str, ...]) -> bool:
        names = (tool.casefold() for tool in tools)
        if exact:
            return any(name == value or name.startswith(value + "(") for name in names)
        return any(name.startswith(value) for name in names)

    return lambda entry: lists(entry.tools or ())


def _model(value: str) -> EntryTest:
    if value == "none":
        return lambda entry: not entry.model
    return lambda entry: value in entry.model.casefold()


def _problem(value: str) -> EntryTest:
    """A severity, the beginning of a rule's name, or of the part behind its slash."""
    if value == "none":
        return lambda entry: not entry.problems
    if value in _SEVERITIES:
        return lambda entry: any(one.severity == _SEVERITIES[value] for one in entry.problems)
    begin = value.rstrip("*")
    return lambda entry: any(
        one.code.startswith(begin) or one.code.partition("/")[2].startswith(begin) for one in entry.problems
    )


def _verdict(value: str) -> EntryTest | None:
    known = any(verdict.startswith(value) for verdict in _VERDICTS)
    return (lambda entry: entry.verdict.startswith(value)) if known else None


def _in(text: Callable[[CatalogEntry], str]) -> Callable[[str], EntryTest]:
    """Terms whose value stands somewhere in a text of the entry."""
    return lambda value: lambda entry: value in text(entry).casefold()


@cache
def _tool_names() -> frozenset[str]:
    return frozenset(name.casefold() for name in claude_code().names.tools)


_VERDICTS = ("valid", "repaired", "fails", "none", "unknown", "unreadable")
_QUESTIONS: dict[str, Test] = {
    "shadowed": lambda row: row.shadowed,
    "unsaved": lambda row: row.unsaved,
    "loading": _about(lambda entry: entry.loads),
    "skipped": _about(lambda entry: not entry.loads),
    "shared": lambda row: row.shared,
}
QUESTIONS = tuple(_QUESTIONS)
_BY_KEY: dict[str, Callable[[str], EntryTest | None]] = {
    "name": _in(lambda entry: entry.name),
    "tool": _tool,
    "model": _model,
    "problem": _problem,
    "folder": _in(lambda entry: entry.folder),
    "verdict": _verdict,
    "description": _in(lambda entry: entry.description),
    "file": _in(lambda entry: entry.path.name),
    "for": _in(lambda entry: entry.dialect),
}
