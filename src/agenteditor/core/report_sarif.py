"""Reports as SARIF 2.1.0, the format that code scanning services read.

Lines and columns count from 1, columns in code points, without a byte order mark: SARIF 3.30.2 has it so.
Lines end at LF alone, as in the reader. Safe fixes come along as replacements in the file as it is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from agenteditor import __version__
from agenteditor.core.checks import RULES, Diagnostic, Fix, Severity
from agenteditor.core.report import FileReport, seen_from_here
from agenteditor.core.secret_text import redacted
from agenteditor.core.text import LineIndex, Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_INDEX = {code: number for number, code in enumerate(RULES)}
_SURROGATES = re.compile("[\ud800-\udfff]+")


def as_sarif(reports: Iterable[FileReport], failures: Sequence[str]) -> Iterator[str]:
    """One SARIF log with one run. What could not be read is a notification of its invocation."""
    results = [result for report in reports for result in _results(report)]
    notifications = [{"level": "error", "message": {"text": sentence}} for sentence in failures]
    run = {
        "tool": {"driver": _driver()},
        "invocations": [
            {"executionSuccessful": not failures, "toolExecutionNotifications": notifications},
        ],
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\n"],
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    yield _SURROGATES.sub("\ufffd", json.dumps(log, ensure_ascii=False, indent=2))


def _driver() -> dict[str, object]:
    rules = [
        {
            "id": rule.code,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.why},
            "help": {"text": rule.why},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in RULES.values()
    ]
    return {"name": "Agent Editor", "version": __version__, "rules": rules}


def _results(report: FileReport) -> Iterator[dict[str, object]]:
    artifact, regions = _artifact(report.path), _Regions(report.syntax.text)
    for problem in report.problems:
        result: dict[str, object] = {
            "ruleId": problem.code,
            "ruleIndex": _INDEX[problem.code],
            "level": _LEVELS[problem.severity],
            "message": {"text": problem.message},
            "locations": [
                {"physicalLocation": {"artifactLocation": artifact, "region": regions.of(problem.span)}}
            ],
        }
        if fixes := _fixes(problem, artifact, regions):
            result["fixes"] = fixes
        yield result


def _fixes(problem: Diagnostic, artifact: dict[str, str], regions: _Regions) -> list[dict[str, object]]:
    return [
        {
            "description": {"text": fix.label},
            "artifactChanges": [{"artifactLocation": artifact, "replacements": _replacements(fix, regions)}],
        }
        for fix in problem.fixes
        if fix.safe and regions.can_express(fix)
    ]


def _replacements(fix: Fix, regions: _Regions) -> list[dict[str, object]]:
    replacements: list[dict[str, object]] = []
    for span, insert in fix.edits:
        one: dict[str, object] = {"deletedRegion": regions.of(span)}
        if insert:
            one["insertedContent"] = {"text": insert}
        replacements.append(one)
    return replacements


def _artifact(path: Path) -> dict[str, str]:
    """Where a file is: from the root of the sources, taken to be the working folder, else as a file URI."""
    seen = seen_from_here(path)
    # The bytes of the name, since it need not be UTF-8; a colon too, or "a:b.md" would have a scheme.
    uri = quote(os.fsencode(seen.as_posix()), safe="/")
    return {"uri": f"file://{uri}"} if seen.is_absolute() else {"uri": uri, "uriBaseId": "%SRCROOT%"}


class _Regions:
    """The regions of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._index = LineIndex(text)
        self._mark = text.startswith("\ufeff")

    def of(self, span: Span) -> dict[str, int]:
        """The region of a span; the end column is the one after the last character."""
        start_line, start_column = self._position(span.start)
        end_line, end_column = self._position(span.end)
        return {
            "startLine": start_line,
            "startColumn": start_column,
            "endLine": end_line,
            "endColumn": end_column,
        }

    def can_express(self, fix: Fix) -> bool:
        """Whether a fix can be said in text: not where it moves the byte order mark, inserts raw bytes,
        or would write a secret of the file into the report."""
        marked = self._mark and any(span.start == 0 for span, _ in fix.edits)
        texts = [insert for _, insert in fix.edits]
        return not marked and not any(_SURROGATES.search(text) or redacted(text) != text for text in texts)

    def _position(self, offset: int) -> tuple[int, int]:
        # The place after the last line end belongs to the last line: SARIF counts no line behind it.
        behind = offset == len(self._text) > 0 and self._text.endswith("\n")
        line, column = self._index.position(offset - behind)
        column += behind
        return line, max(column - (self._mark and line == 1), 1)
