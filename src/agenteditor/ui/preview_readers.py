"""Where the file would load, as a page: a row for each program, with the answer in a word and a sign.

The button that makes the programs agree stands above the page, in ``preview``.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from agenteditor.core.page import Block, Marker, Page, Run
from agenteditor.core.portable import Portable
from agenteditor.core.readers import OTHERWISE, USELESS, Answer, Outcome
from agenteditor.core.readers_known import as_of

_SIGNS: dict[Outcome, str] = {"loads": "✓", "loses": "!", "refused": "✕", "unknown": "?"}


def readers_page(rows: Sequence[Answer]) -> Page:
    """The page; its text is never read as Markdown."""
    loading = sum(row.outcome in ("loads", "loses") for row in rows)
    title = _tr("{0} of {1} programs load this file").format(loading, len(rows))
    blocks = [Block("heading", (Run(title),), level=2)]
    for series, row in enumerate(rows):
        blocks += _row(row, series)
    known = _tr("Known of these programs on {0}. A guess: the program’s source is not public.").format(
        as_of()
    )
    blocks += [Block("rule"), Block("paragraph", (Run(known),))]
    blocks += [_entry(len(rows), row.title, f": {row.source}") for row in rows]
    return Page(tuple(blocks))


def _row(row: Answer, series: int) -> list[Block]:
    word = f"{_word(row.outcome)} {_tr('(a guess)')}" if row.guess else _word(row.outcome)
    told = f"{word}:" if row.lost and row.reason in (USELESS, OTHERWISE) else f"{word}. {row.reason}"
    title = Run(f"{_SIGNS[row.outcome]} {row.title}", bold=True)
    blocks = [Block("paragraph", (title, Run(f"\n{told}")))]
    for lost in row.lost:
        blocks.append(_entry(series, lost.field or _tr("a field without a name"), f": {lost.how}"))
    if row.by_dialect and row.outcome == "refused":
        blocks.append(Block("paragraph", (Run(_tr("No spelling helps: the file needs a conversion.")),)))
    return blocks


def _entry(series: int, name: str, rest: str) -> Block:
    runs = (Run(name, bold=True), Run(rest))
    return Block("paragraph", runs, depth=1, marker=Marker(series), tight=True)


def _word(outcome: Outcome) -> str:
    return {
        "loads": _tr("Loads"),
        "loses": _tr("Loads, but loses something"),
        "refused": _tr("Does not load"),
        "unknown": _tr("Not known"),
    }[outcome]


def portable_sentence(found: Portable) -> str:
    """What the edit does, and that it changes nothing else."""
    text = _tr(
        "Programs disagree about the spelling, not about what is said. One edit makes them agree: {0}."
    )
    return text.format(", ".join(_step(step) for step in found.steps))


def _step(step: str) -> str:
    return {
        "LF line ends": _tr("LF line ends"),
        "no byte order mark": _tr("no byte order mark"),
        "the frontmatter at the start": _tr("the frontmatter at the start"),
        "the fences on lines of their own": _tr("the fences on lines of their own"),
        "values in quotes": _tr("values in quotes"),
        "no overridden fields": _tr("no overridden fields"),
        "numbers and dates that are texts in quotes": _tr("numbers and dates that are texts in quotes"),
    }[step]


def _tr(text: str) -> str:
    return QCoreApplication.translate("preview", text)
