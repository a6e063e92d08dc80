"""Reads the case files of tests/core/data/checks: one fault in one small file each.

A case is a title after ``# ``, then directives after ``> ``, then the file's text, then any number of
``>>>>> label`` parts with the text as it should be after the fix of that label. Cases end at a line of
five equals signs. Directives: ``fires CODE SEVERITY [@the text under its span]`` (all findings are named:
a case fails on any other), ``place plugin``, ``name FILE``, ``nofix``, ``dialect NAME``, ``wanted`` (rules that are off by themselves count), ``crlf`` and ``escapes`` (the text
is written with Python's backslash escapes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agenteditor.core.checks_rules import RULES
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.dialects import by_name

DATA = Path(__file__).parent / "data" / "checks"


@dataclass
class Case:
    title: str
    text: str = ""
    fires: list[tuple[str, str, str | None]] = field(default_factory=list)
    place: Literal["project", "plugin"] = "project"
    file_name: str | None = None
    nofix: bool = False
    wanted: frozenset[str] = frozenset()
    dialect: Dialect = field(default_factory=claude_code)
    after: dict[str, str] = field(default_factory=dict)


def cases() -> list[Case]:
    """All cases of all files."""
    return [_case(part) for path in sorted(DATA.glob("*.txt")) for part in _parts(path)]


def _parts(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n=====\n")[:-1]


def _case(part: str) -> Case:
    title, *lines = part.split("\n")
    assert title.startswith("# "), title
    case = Case(title[2:])
    words: list[str] = []
    while lines and lines[0].startswith("> "):
        words.append(lines.pop(0)[2:])
    pieces = re.split(r"(?m)^>>>>> (.+)\n", "".join(f"{line}\n" for line in lines))
    case.text = _decoded(pieces[0], words)
    case.after = {
        label: _decoded(text, words) for label, text in zip(pieces[1::2], pieces[2::2], strict=True)
    }
    for word in words:
        key, _, rest = word.partition(" ")
        if key == "fires":
            head, _, under = rest.partition(" @")
            code, severity = head.split()
            case.fires.append((code, severity, _decoded(under, words) if under else None))
        elif key == "place":
            assert rest == "plugin"
            case.place = "plugin"
        elif key == "name":
            case.file_name = rest
        elif key == "dialect":
            case.dialect = by_name(rest)
        elif key == "wanted":
            case.wanted = frozenset(code for code, rule in RULES.items() if rule.off)
        elif key == "nofix":
            case.nofix = True
        else:
            assert key in ("crlf", "escapes"), word
    return case


def _decoded(text: str, words: list[str]) -> str:
    if "escapes" in words:
        text = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    return text.replace("\n", "\r\n") if "crlf" in words else text
