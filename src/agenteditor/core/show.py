"""A file as data: what ``agenteditor show`` prints, as docs/show.schema.json describes it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence

from agenteditor.core.body import Section
from agenteditor.core.checks import Diagnostic
from agenteditor.core.loading import Loads
from agenteditor.core.powers import Powers
from agenteditor.core.powers_words import headline
from agenteditor.core.readers import Answer
from agenteditor.core.secret_text import redacted
from agenteditor.core.syntax import HostedExample, Syntax
from agenteditor.core.text import LineIndex

_LINE_ENDS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]+")


def shown(
    path: str,
    syntax: Syntax,
    loads: Loads,
    powers: Powers,
    problems: Sequence[Diagnostic],
    *,
    rows: Iterable[Answer],
) -> dict[str, object]:
    """The record of one file, ready for JSON. Bytes that are not UTF-8 are U+FFFD, as in the reader.

    ``rows`` are what the programs make of it.
    """
    fields = syntax.frontmatter.fields if syntax.frontmatter else ()
    record = {
        "path": path,
        "verdict": syntax.verdict,
        "loads": loads.ok,
        "reason": loads.reason,
        "fields": {field.key: field.text if field.style == "broken" else field.value for field in fields},
        "powers": _powers(syntax, powers),
        "examples": [_example(hosted) for hosted in syntax.examples],
        "sections": [_section(section) for section in syntax.sections],
        "problems": problem_records(syntax.text, problems),
        "readers": reader_records(rows),
    }
    jsonable = _jsonable(record)
    assert isinstance(jsonable, dict)
    return jsonable


def problem_records(text: str, problems: Sequence[Diagnostic]) -> list[object]:
    """Each problem with its place, lines and columns 1-based and in code points."""
    lines = LineIndex(text)
    records: list[object] = []
    for problem in problems:
        line, column = lines.position(problem.span.start)
        records.append(
            {
                "code": problem.code,
                "severity": problem.severity,
                "message": problem.message,
                "line": line,
                "column": column,
                "fixes": [fix.label for fix in problem.fixes],
            }
        )
    return records


def reader_records(rows: Iterable[Answer]) -> list[object]:
    """What each program does with a file."""
    return [
        {
            "reader": row.reader,
            "title": row.title,
            "outcome": row.outcome,
            "lost": [{"field": lost.field, "how": redacted(lost.how)} for lost in row.lost],
            "reason": redacted(row.reason),
            "needsConversion": row.by_dialect,
            "guess": row.guess,
            "source": row.source,
        }
        for row in rows
    ]


def json_line(record: dict[str, object]) -> str:
    """``record`` as JSON on one line, whatever a program takes for a line end."""
    text = json.dumps(record, ensure_ascii=False)
    return _LINE_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _powers(syntax: Syntax, powers: Powers) -> dict[str, object]:
    tools = powers.tools
    return {
        "runs": powers.runs,
        "summary": headline(syntax.dialect, powers),
        "tools": tools.state,
        "sure": tools.sure,
        "foreground": tools.foreground,
        "background": tools.background,
        "not_given": [{"name": one.name, "reason": one.reason} for one in tools.withheld],
        "permission_mode": powers.mode,
        "hooks": [
            {"event": hook.event, "matcher": hook.matcher, "type": hook.kind, "action": hook.action}
            for hook in powers.hooks
        ],
        "mcp_servers": [
            {"name": server.name, "type": server.kind or None, "action": server.action or None}
            for server in powers.servers
        ],
        "memory": powers.memory,
        "isolation": powers.isolation,
        "background_only": powers.background,
        "skills": powers.skills,
        "max_turns": powers.max_turns,
        "model": powers.model,
        "effort": powers.effort,
        "ignored": powers.ignored,
        "lost_limits": powers.lost_limits,
    }


def _example(hosted: HostedExample) -> dict[str, object]:
    example = hosted.example
    return {
        "context": example.context,
        "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in example.turns],
        "commentary": example.commentary,
    }


def _section(section: Section) -> dict[str, object]:
    return {
        "title": section.title,
        "level": section.level,
        "kind": section.kind,
        "items": [item.text for item in section.items],
        "children": [_section(child) for child in section.children],
    }


def _jsonable(value: object) -> object:
    """``value`` with what JSON has no word for as text: not-a-number, infinity, surrogates."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {_SURROGATES.sub("\ufffd", str(key)): _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    return value
