"""``agenteditor check --where``: which programs would load a file, a line for each."""

from __future__ import annotations

import argparse
from pathlib import Path

from agenteditor.core.loading import place_of
from agenteditor.core.portable import portable
from agenteditor.core.readers import Answer, answers
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import Refusal

_WORDS = {"loads": "loads", "loses": "loads, but", "refused": "refused", "unknown": "not known"}


def add_option(check: argparse.ArgumentParser) -> None:
    """The option itself."""
    check.add_argument(
        "--where",
        action="store_true",
        help="also say for each program that reads agent files whether it would load the file, and why not",
    )


def print_rows(path: Path, syntax: Syntax) -> None:
    """What each program does with a file, and what would make them agree."""
    rows = answers(syntax, place_of(path))
    width = max(len(row.title) for row in rows)
    print(f"{path}:")
    for row in rows:
        print(f"  {row.title:{width}}  {_printable(_told(row))}")
    found = portable(syntax)
    if not isinstance(found, Refusal):
        print(f"  One edit makes the spelling no matter: {', '.join(found.steps)}.")


def _told(row: Answer) -> str:
    lost = "; ".join(f"{lost.field or 'a field without a name'}: {lost.how}" for lost in row.lost)
    guess = " (a guess)" if row.guess else ""
    return f"{_WORDS[row.outcome]}{guess}: {lost or row.reason}"


def _printable(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
