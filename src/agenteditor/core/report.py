"""What ``agenteditor check`` found in one file; the formats it is printed in are made of these.

A format is a function from the reports of a run and what could not be done to lines of text. ``failures``
may grow while ``reports`` is gone through, so a format reads it last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agenteditor.core.checks import Diagnostic, Severity, check
from agenteditor.core.loading import Loads, loads
from agenteditor.core.readers import Answer, answers
from agenteditor.core.rule_settings import RuleSettings, applied
from agenteditor.core.syntax import Syntax, parse_at
from agenteditor.core.text import LineIndex


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file: where it is, what it says, whether it loads, what is wrong with it.

    ``unreported`` is how many findings the settings file switches off; ``rows`` are what each program makes
    of it, if that was asked.
    """

    path: Path
    syntax: Syntax
    loads: Loads
    problems: tuple[Diagnostic, ...]
    unreported: int
    rows: tuple[Answer, ...] = ()

    def of(self, severity: Severity) -> list[Diagnostic]:
        """The problems of one severity, in file order."""
        return [problem for problem in self.problems if problem.severity == severity]

    def lines(self, severities: Sequence[Severity] = ("error", "warning", "info")) -> list[str]:
        """The problems of some severities, a line each: place, severity, sentence, code."""
        index = LineIndex(self.syntax.text)
        found: list[str] = []
        for problem in self.problems:
            if problem.severity in severities:
                line, column = index.position(problem.span.start)
                where = f"{self.path}:{line}:{column}"
                found.append(f"{where}: {problem.severity}: {problem.message} [{problem.code}]")
        return found


Format = Callable[[Iterable[FileReport], Sequence[str]], Iterator[str]]


def examined(path: Path, text: str, settings: RuleSettings, *, where: bool = False) -> FileReport:
    """The report of a file at ``path`` that holds ``text``; with ``where`` program by program."""
    syntax = parse_at(text, path)
    place = syntax.dialect.place
    everything = check(syntax, place, path.name, settings.wanted)
    problems = applied(everything, settings)
    rows = answers(syntax, place) if where else ()
    return FileReport(path, syntax, loads(syntax, place), problems, len(everything) - len(problems), rows)


def seen_from_here(path: Path) -> Path:
    """``path`` relative to the working folder where it lies below it, else absolute."""
    whole, here = Path(os.path.abspath(path)), Path.cwd()  # noqa: PTH100 - resolve() would follow links
    return whole.relative_to(here) if whole.is_relative_to(here) else whole
