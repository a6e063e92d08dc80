"""Which programs would load a file, in lines: what ``check --where`` adds to its report."""

from __future__ import annotations

from collections.abc import Iterator

from agenteditor.core.invisible import one_line
from agenteditor.core.portable import portable
from agenteditor.core.readers import Answer
from agenteditor.core.report import FileReport
from agenteditor.core.secret_text import redacted
from agenteditor.core.text import Refusal

_WORDS = {"loads": "loads", "loses": "loads, but", "refused": "refused", "unknown": "not known"}


def where_lines(report: FileReport) -> Iterator[str]:
    """What each program does with the file, and what would make them agree; nothing if it was not asked."""
    if not report.rows:
        return
    width = max(len(row.title) for row in report.rows)
    yield f"{report.path}:"
    for row in report.rows:
        yield f"  {row.title:{width}}  {one_line(_told(row))}"
    found = portable(report.syntax)
    if not isinstance(found, Refusal):
        yield f"  One edit makes the spelling no matter: {', '.join(found.steps)}."


def _told(row: Answer) -> str:
    lost = "; ".join(f"{lost.field or 'a field without a name'}: {lost.how}" for lost in row.lost)
    guess = " (a guess)" if row.guess else ""
    return redacted(f"{_WORDS[row.outcome]}{guess}: {lost or row.reason}")
