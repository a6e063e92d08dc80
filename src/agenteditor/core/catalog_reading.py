"""The files of a catalog read one after the other: what each says as an agent, and its own problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from agenteditor.core import files
from agenteditor.core.catalog_agent import CatalogAgent, agent_of
from agenteditor.core.catalog_entry import Problem, short
from agenteditor.core.checks import findings
from agenteditor.core.files import FileProblem
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings, applied, found
from agenteditor.core.syntax import parse_at


class CatalogFile(NamedTuple):
    """One file. ``agent`` is None where it could not be read, and ``failure`` the sentence that says why."""

    path: Path
    agent: CatalogAgent | None
    problems: tuple[Problem, ...] = ()
    failure: str = ""


def reading(paths: Sequence[Path], root: Path, texts: Mapping[Path, str]) -> Iterator[CatalogFile]:
    """Each of the files below ``root``, in order; ``texts`` stand for files that are open and not saved.

    The problems are those that the settings of each file's folder want. Raises nothing.
    """
    settings: dict[Path, RuleSettings] = {}
    for path in paths:
        if path.parent not in settings:
            settings[path.parent] = found(path, next(reversed(settings.values()), NO_SETTINGS))
        try:
            text = texts[path] if path in texts else files.load(path).text
        except FileProblem as problem:
            yield CatalogFile(path, None, failure=str(problem))
        else:
            yield _read(path, root, text, settings[path.parent])


def _read(path: Path, root: Path, text: str, settings: RuleSettings) -> CatalogFile:
    syntax = parse_at(text, path)
    problems = applied(findings(syntax, syntax.dialect.place, path.name, settings.wanted), settings)
    return CatalogFile(path, agent_of(syntax, path, root), short(text, problems))
