"""The parts of a report as HTML: the document, its tables and lists.

Text stays text, whatever it holds, and secrets of the files are cut out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agenteditor.core import page_html
from agenteditor.core.page_html import POLICY
from agenteditor.core.secret_text import redacted

_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; max-width: 74em;
  margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .5em }
h1 { margin-top: 0 }
a { color: #2a5bd7 }
nav ul { display: flex; flex-wrap: wrap; gap: .3em 1.2em; list-style: none; padding: 0 }
.wide { overflow-x: auto; margin: .8em 0 1.4em }
table { border-collapse: collapse }
caption { text-align: left; font-weight: 600; padding: .3em 0 }
th, td { border: 1px solid #b6bdc6; padding: .3em .6em; text-align: left; vertical-align: top;
  min-width: 2.2em }
thead th { background: #eff1f4 }
tbody th { font-weight: 600; min-width: 8em }
.name { white-space: nowrap; overflow-wrap: normal }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal }
.much { background: #ffe0a3; font-weight: 700 }
.some { background: #e3edff }
.note, .more { color: #57606a; font-weight: 400 }
@media (prefers-color-scheme: dark) {
  body { color: #e4e7eb; background: #16181b }
  a { color: #78a6ff }
  th, td { border-color: #4a515b }
  thead th { background: #24272c }
  .much { background: #6b4a0c }
  .some { background: #203c63 }
  .note, .more { color: #9fa8b3 }
}
@media print {
  body { color: #000; background: #fff; font-size: 10pt; max-width: none; margin: 0 }
  nav { display: none }
  .wide { overflow: visible }
  a { color: inherit; text-decoration: none }
  thead { display: table-header-group }
  thead th, .much, .some { background: none; color: #000 }
  tr, h2, h3 { break-inside: avoid }
  h2, h3, caption { break-after: avoid }
}
""".strip()


class Cell(NamedTuple):
    """The text of a cell with how it looks: the classes of the style sheet, such as ``number``."""

    text: str
    look: str = ""


Row = Sequence[str | Cell]


class Table(NamedTuple):
    """A table. The first cell of each row is its header; ``left_out`` rows are not shown, which is said.

    ``titles`` are columns, with the words a short one stands for behind it.
    """

    caption: str
    titles: Sequence[str | tuple[str, str]]
    rows: Sequence[Row]
    left_out: int = 0


class Part(NamedTuple):
    """A section of a report: paragraphs, then tables. ``name`` is its anchor, of letters alone."""

    name: str
    title: str
    paragraphs: Sequence[str]
    tables: Sequence[Table] = ()


def document(title: str, opening: Sequence[str], parts: Sequence[Part]) -> str:
    """The whole file: it stands alone, has no script and fetches nothing. Ready to be encoded as UTF-8."""
    links = "\n".join(f'<li><a href="#{part.name}">{escaped(part.title)}</a></li>' for part in parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escaped(title)}</h1>\n{_paragraphs(opening)}"
        f'<nav aria-label="Parts of the report">\n<ul>\n{links}\n</ul>\n</nav>\n'
        f"{''.join(map(_part, parts))}</main>\n</body>\n</html>\n"
    )


def escaped(text: str) -> str:
    """``text`` as text in HTML, its secrets cut out: a report is handed on."""
    return page_html.escaped(redacted(text))


def _part(part: Part) -> str:
    tables = "".join(_table(f"{part.name}{number}", one) for number, one in enumerate(part.tables, 1))
    return (
        f'<section id="{part.name}">\n<h2>{escaped(part.title)}</h2>\n'
        f"{_paragraphs(part.paragraphs)}{tables}</section>\n"
    )


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{escaped(text)}</p>\n" for text in texts)


def _table(name: str, table: Table) -> str:
    titles = "".join(f'<th scope="col">{_title(one)}</th>' for one in table.titles)
    rows = "\n".join(
        f"<tr>{''.join(_cell(at, cell) for at, cell in enumerate(row))}</tr>" for row in table.rows
    )
    left = f'<p class="note">{table.left_out:,} more are not shown.</p>\n' if table.left_out else ""
    # What scrolls sideways must be reached with the keyboard, and so needs a name.
    return (
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="{name}">\n<table>\n'
        f'<caption id="{name}">{escaped(table.caption)}</caption>\n'
        f"<thead>\n<tr>{titles}</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>\n{left}"
    )


def _title(title: str | tuple[str, str]) -> str:
    if isinstance(title, str):
        return escaped(title)
    return f'<abbr title="{escaped(title[1])}">{escaped(title[0])}</abbr>'


def _cell(at: int, cell: str | Cell) -> str:
    text, look = cell if isinstance(cell, Cell) else (cell, "")
    first, *more = escaped(text).split("\n")
    shown = "<br>\n".join((first, *(f'<span class="more">{line}</span>' for line in more)))
    kind = f' class="{look}"' if look else ""
    return f'<th scope="row"{kind}>{shown}</th>' if at == 0 else f"<td{kind}>{shown}</td>"
