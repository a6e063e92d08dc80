"""The files of a catalog read one after the other: what each says as an agent, and its own problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from agenteditor.core import files
from agenteditor.core.catalog_agent import CatalogAgent, agent_of
from agenteditor.core.catalog_entry import Problem, short
from agenteditor.core.catalog_known import KnownAnswers
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


def reading(
    paths: Sequence[Path], root: Path, texts: Mapping[Path, str], known: KnownAnswers | None = None
) -> Iterator[CatalogFile]:
    """Each of the files below ``root``, in order; ``texts`` stand for files that are open and not saved.

    The problems are those that the settings of each file's folder want; what is ``known`` of a content is not
    found out again. Raises nothing.
    """
    known = known or KnownAnswers()
    known.forget_places()
    settings: dict[Path, RuleSettings] = {}
    for path in paths:
        if path.parent not in settings:
            settings[path.parent] = found(path, next(reversed(settings.values()), NO_SETTINGS))
        wanted = settings[path.parent]
        try:
            file = None if path in texts else files.load(path)
        except FileProblem as problem:
            yield CatalogFile(path, None, failure=str(problem))
            continue
        syntax = parse_at(texts[path] if file is None else file.text, path)
        if file is None:
            checked = findings(syntax, syntax.dialect.place, path.name, wanted.wanted)
            problems = short(syntax.text, applied(checked, wanted))
        else:
            problems = known.entry_of(file, root, wanted).problems
        yield CatalogFile(path, agent_of(syntax, path, root), problems)
