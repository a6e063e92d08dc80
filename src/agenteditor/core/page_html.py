"""A page as one HTML file that stands alone: no script, nothing fetched, the text escaped.

Text stays text, whatever it holds: only the tags written here are tags. A link is kept where it leads to
the web or to a mail address; any other is shown as its text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from agenteditor.core.page import Block, Page, Run, Runs

DEEPEST = 8  # lists in lists, as they are drawn

_LINKS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# What no HTML file may hold, and half a pair of surrogates, which no file can.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 46em; margin: 2em auto;
  padding: 0 1em; overflow-wrap: anywhere }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.4em 0 .4em }
.card { border: 1px solid #888; border-radius: 6px; padding: .2em .9em; margin: 1em 0 }
.card > .title { font-weight: 600 }
.label { font-size: .85em; font-weight: 600; color: #444 }
blockquote { border-left: 3px solid #888; margin-left: 0; padding-left: 1em }
code, pre { font: .9em/1.4 ui-monospace, monospace; background: #f2f2f2 }
pre { padding: .7em; white-space: pre-wrap; border: 1px solid #ddd; border-radius: 6px }
table { border-collapse: collapse } th, td { border: 1px solid #888; padding: .3em .6em; text-align: left }
""".strip()


def page_html(title: str, page: Page) -> str:
    """The file, ready to be encoded as UTF-8."""
    body = "\n".join(_body(page))
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _body(page: Page) -> Iterator[str]:
    around = _Around()
    for block in page.blocks:
        yield from around.enter(block)
        yield _block(block)
    yield from around.close(0)


class _Around:
    """The elements that are open around the next block, outermost first: cards, quotations, list items."""

    def __init__(self) -> None:
        self._open: list[tuple[object, str]] = []  # what it is, and how it ends

    def enter(self, block: Block) -> Iterator[str]:
        """Close what the block is not in, open what it is in."""
        wanted: list[object] = [("card", card) for card in block.cards]
        wanted += [("quote", level) for level in range(min(block.quote, DEEPEST))]
        outer = len(wanted)
        depth = min(block.depth, DEEPEST)
        same = 0
        while same < min(outer, len(self._open)) and self._open[same][0] == wanted[same]:
            same += 1
        if same < outer or (len(self._open) > outer and not isinstance(self._open[outer][0], int)):
            yield from self.close(same)
        for what in wanted[len(self._open) :]:
            card = isinstance(what, tuple) and what[0] == "card"
            yield '<section class="card">' if card else "<blockquote>"
            self._open.append((what, "</section>" if card else "</blockquote>"))
        yield from self.close(outer + depth)
        if block.marker is not None and depth:
            yield from self._item(block, outer, depth)
        while len(self._open) < outer + depth:  # a list without a marker of its own
            yield from self._list(-1, "<ul>", "</ul>")

    def _item(self, block: Block, outer: int, depth: int) -> Iterator[str]:
        marker = block.marker
        assert marker is not None, "only items have a marker"
        while len(self._open) < outer + depth - 1:
            yield from self._list(-1, "<ul>", "</ul>")
        if len(self._open) == outer + depth:
            if self._open[-1][0] == marker.series:
                yield "</li>"
                yield _li(block)
                return
            yield from self.close(outer + depth - 1)
        if marker.number is None:
            yield "<ul>"
        else:
            yield f'<ol start="{marker.number}">'
        yield _li(block)
        self._open.append((marker.series, "</li>\n</ul>" if marker.number is None else "</li>\n</ol>"))

    def _list(self, series: int, start: str, end: str) -> Iterator[str]:
        yield f"{start}\n<li>"
        self._open.append((series, f"</li>\n{end}"))

    def close(self, count: int) -> Iterator[str]:
        """Close all but the ``count`` outermost."""
        while len(self._open) > count:
            yield self._open.pop()[1]


def _li(block: Block) -> str:
    assert block.marker is not None, "only items have a marker"
    box = {True: "☑ ", False: "☐ ", None: ""}[block.marker.checked]
    return f"<li>{box}"


def _block(block: Block) -> str:
    match block.kind:
        case "heading":
            level = min(max(block.level, 1), 6)
            return f"<h{level}>{_inline(block.runs)}</h{level}>"
        case "code":
            return f"<pre><code>{escaped(_code(block.runs))}</code></pre>"
        case "rule":
            return "<hr>"
        case "card":
            return f'<p class="title">{_inline(block.runs)}</p>'
        case "table":
            head, *rows = block.rows or ((),)
            lines = [_row(head, "th"), *(_row(row, "td") for row in rows)]
            return "<table>\n" + "\n".join(lines) + "\n</table>"
        case _:
            return f"<p>{_inline(block.runs)}</p>"


def _row(cells: tuple[Runs, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_inline(cell)}</{tag}>' for cell in cells)}</tr>"


def _code(runs: Runs) -> str:
    return "".join(words(run) for run in runs)


def _inline(runs: Runs) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    text = escaped(words(run)).replace("\n", "<br>\n")
    if run.look in ("code", "tag"):
        text = f"<code>{text}</code>"
    elif run.look in ("image", "cut"):
        text = f"<em>{text}</em>"
    elif run.look == "label":
        text = f'<span class="label">{text}</span>'
    for wanted, tag in ((run.bold, "strong"), (run.italic, "em"), (run.struck, "s")):
        text = f"<{tag}>{text}</{tag}>" if wanted else text
    if _LINKS.match(run.link):
        address = html.escape(_FORBIDDEN.sub("", run.link).strip())
        text = f'<a href="{address}" rel="noreferrer noopener">{text}</a>'
    return text


def words(run: Run) -> str:
    """What a run says where nothing but text can be shown."""
    if run.look == "image":
        text = " ".join(run.text.split())
        return f"[image: {text}]" if text else "[image]"
    return f" … {run.text} more characters are not shown" if run.look == "cut" else run.text


def escaped(text: str) -> str:
    """``text`` as HTML that shows it, in an element or between the quotes of an attribute."""
    return html.escape(_FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))
