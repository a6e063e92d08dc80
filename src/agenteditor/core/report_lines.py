"""Reports as lines for people, as JSON, and as annotations of GitHub's workflows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from agenteditor.core.checks import RULES, Severity
from agenteditor.core.report import FileReport, seen_from_here
from agenteditor.core.report_where import where_lines
from agenteditor.core.show import problem_records, reader_records
from agenteditor.core.text import LineIndex

# The word GitHub has for each severity.
_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
_NAMES: dict[Severity, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}


def as_text(reports: Iterable[FileReport], _failures: Sequence[str]) -> Iterator[str]:
    """One line a problem, and a last one with the counts."""
    tally = Tally()
    for report in reports:
        tally.add(report)
        yield from report.lines()
        yield from where_lines(report)
    yield tally.sentence()


def as_json(reports: Iterable[FileReport], _failures: Sequence[str]) -> Iterator[str]:
    """One JSON array with an object for each file."""
    records = [
        {
            "path": str(report.path),
            "verdict": report.syntax.verdict,
            "loads": report.loads.ok,
            "reason": report.loads.reason,
            "problems": problem_records(report.syntax.text, report.problems),
            "unreported": report.unreported,
            **({"readers": reader_records(report.rows)} if report.rows else {}),
        }
        for report in reports
    ]
    yield json.dumps(records, ensure_ascii=False, indent=2)


def as_github(reports: Iterable[FileReport], _failures: Sequence[str]) -> Iterator[str]:
    """Workflow commands: GitHub shows each problem in the changed lines of a pull request.

    Columns are left out where a problem covers several lines, since GitHub takes none there.
    """
    tally = Tally()
    for report in reports:
        tally.add(report)
        index = LineIndex(report.syntax.text)
        file = seen_from_here(report.path).as_posix()
        for problem in report.problems:
            line, column = index.position(problem.span.start)
            end_line, end_column = index.position(problem.span.end)
            values = {"file": file, "line": str(line), "endLine": str(end_line)}
            if line == end_line:
                values |= {"col": str(column), "endColumn": str(max(end_column, column))}
            values["title"] = f"{RULES[problem.code].title} ({problem.code})"
            properties = ",".join(f"{name}={_property(value)}" for name, value in values.items())
            yield f"::{_COMMANDS[problem.severity]} {properties}::{_data(problem.message)}"
    yield tally.sentence()


class Tally:
    """How many files and problems there were."""

    def __init__(self) -> None:
        self._files = self._unreported = 0
        self._counts: Counter[Severity] = Counter()

    def add(self, report: FileReport) -> None:
        """Count one file."""
        self._files += 1
        self._unreported += report.unreported
        self._counts.update(problem.severity for problem in report.problems)

    def sentence(self) -> str:
        """``2 files: 1 error, 3 warnings.``, and what is not in these figures."""
        counts = [f"{count} {_NAMES[severity][count != 1]}" for severity, count in self._shown()]
        found = ", ".join(counts) or "no problems"
        more = f"; {self._unreported} by rules that are switched off" if self._unreported else ""
        return f"{self._files} {'file' if self._files == 1 else 'files'}: {found}{more}."

    def _shown(self) -> list[tuple[Severity, int]]:
        return [(severity, self._counts[severity]) for severity in _NAMES if self._counts[severity]]


def _data(text: str) -> str:
    """``text`` as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """``text`` as the value of a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
