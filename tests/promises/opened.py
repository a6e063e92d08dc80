"""A program that shows hostile texts, to be watched by strace: ``python -m tests.promises.opened FOLDER COUNT``.

What is to be watched stands between two marks, files that it tries to open and that are not there. First each
way to show a text is used with a harmless one, so that fonts and libraries are there before the first mark.
What was found of the windows is written to ``FOLDER/found.json``.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QTextBrowser, QToolTip, QWidget

from agenteditor.app import output
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core.document import Document, Transaction
from agenteditor.core.invisible import hidden
from agenteditor.core.text import Span, TextEdit
from agenteditor.ui import preview_paper
from agenteditor.ui.diff_view import DiffView
from agenteditor.ui.fields_text import GrowingText, LineEdit, Muted
from agenteditor.ui.preview import SOURCES, PreviewPanel
from agenteditor.ui.preview_sheet import sheet
from agenteditor.ui.qtext import tool_tip
from agenteditor.ui.source_view import SourceView
from tests.promises.all_places import Places, hover, texts, write_catalog

MARK = "/nowhere/agenteditor-mark-"

# Each way to name a picture, a sheet of styles, a part or a page; {} is the address.
FORMS = (
    *(
        "![x]({})",
        "![x](<{}>)",
        '![x]({} "title")',
        "![x][r]\n\n[r]: {}",
        "![r]\n\n[r]: {}",
        "![][r]\n\n[r]: <{}>",
    ),
    *("[![x]({0})]({0})", "[x]({})", "<{}>", "[x]: {}\n\n[x]", "- ![x]({})", "> ![x]({})", "# ![x]({})"),
    *("| ![x]({}) |\n| - |\n| ![x]({}) |", "**![x]({})**", "1. ![x]({})", "[^1]\n\n[^1]: ![x]({})"),
    *(
        '<img src="{}">',
        "<img src={}>",
        "<IMG SRC='{}'/>",
        '<img srcset="{} 2x">',
        '<img longdesc="{}" src="{}">',
    ),
    *('<image src="{}">', '<image xlink:href="{}">', '<picture><source srcset="{}"><img src="{}"></picture>'),
    *(
        '<svg><image href="{}"/></svg>',
        '<svg><use href="{}#a"/></svg>',
        '<svg><image xlink:href="{}"/></svg>',
    ),
    *(
        '<link rel="stylesheet" href="{}">',
        '<link rel="preload" as="image" href="{}">',
        '<link rel="icon" href="{}">',
    ),
    *(
        "<style>@import url({});</style>",
        '<style>@import "{}";</style>',
        "<style>p {{ background: url({}) }}</style>",
    ),
    *(
        "<style>body {{ background-image: url('{}') }}</style>",
        "<style>li {{ list-style-image: url({}) }}</style>",
    ),
    *("<style>@font-face {{ font-family: x; src: url({}) }} p {{ font-family: x }}</style><p>x</p>",),
    *(
        '<p style="background-image: url({})">x</p>',
        '<div style="background: url({})">x</div>',
        '<body background="{}">x',
    ),
    *(
        '<table background="{}"><tr><td>x</td></tr></table>',
        '<table><tr><td background="{}">x</td></tr></table>',
    ),
    *('<ul style="list-style-image: url({})"><li>x</li></ul>', '<span style="content: url({})">x</span>'),
    *(
        '<iframe src="{}"></iframe>',
        '<frameset><frame src="{}"></frameset>',
        '<embed src="{}">',
        '<object data="{}"></object>',
    ),
    *(
        '<video src="{}" poster="{}"></video>',
        '<audio src="{}"></audio>',
        '<source src="{}">',
        '<track src="{}">',
    ),
    *(
        '<script src="{}"></script>',
        '<base href="{}"><img src="x.png">',
        '<meta http-equiv="refresh" content="0; url={}">',
    ),
    *(
        '<a href="{}">x</a>',
        '<a href="{}"><img src="{}"></a>',
        '<area href="{}">',
        '<form action="{}"><input type="image" src="{}"></form>',
    ),
    *(
        '<input type="image" src="{}">',
        '<applet archive="{}"></applet>',
        '<html manifest="{}">',
        '<q cite="{}">x</q>',
    ),
    *(
        '<qt><img src="{}"></qt>',
        '<!DOCTYPE x SYSTEM "{}"><x/>',
        '<?xml-stylesheet href="{}"?>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "{}">]>&e;',
    ),
    *(
        "@{}",
        "!include {}",
        "{{% include {} %}}",
        "[[{}]]",
        "![[{}]]",
        "::include{{file={}}}",
        ".. include:: {}",
        "\\input{{{}}}",
    ),
    *(
        "```html\n<img src='{}'>\n```",
        "```include\n{}\n```",
        "`<img src='{}'>`",
        "<!-- <img src='{}'> -->",
        "&lt;img src='{}'&gt;",
    ),
    *(
        "<example>\n<img src='{}'>\n</example>",
        "<details><img src='{}'></details>",
        "$$\\includegraphics{{{}}}$$",
    ),
)
ADDRESSES = (
    *("file://{}/wanted-file.png", "{}/wanted-absolute.png", "wanted-relative.png", "../wanted-above.png"),
    *(
        "file:wanted-short.png",
        "file://host/wanted-host.png",
        "//host/share/wanted-unc.png",
        "~/wanted-home.png",
    ),
    *("{}/wanted-fifo", "file:///dev/zero?wanted", "/proc/self/wanted", "qrc:/wanted.png", ":/wanted.png"),
    *("http://127.0.0.1:9/wanted.png", "https://127.0.0.1:9/wanted.png", "ftp://127.0.0.1:9/wanted.png"),
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='file://{}/wanted-data.png'/></svg>",
)


def addresses(folder: Path) -> list[str]:
    """Where the forms point to."""
    return [address.replace("{}", str(folder)) for address in ADDRESSES]


def every_form(folder: Path) -> list[str]:
    """Each form with one address, and each address with one form."""
    places = addresses(folder)
    forms = [_filled(form, places[at % len(places)]) for at, form in enumerate(FORMS)]
    return forms + [_filled('<img src="{}">', address) for address in places]


def at_random(folder: Path, count: int) -> Iterator[str]:
    """``count`` texts of a few forms, some of them damaged."""
    chance = random.Random(33)
    places = addresses(folder)
    for _ in range(count):
        pieces = [_filled(chance.choice(FORMS), chance.choice(places)) for _ in range(chance.randrange(2, 5))]
        text = chance.choice(("\n\n", " ", "\n", "")).join(pieces)
        for _ in range(chance.randrange(3)):
            at = chance.randrange(len(text))
            wild = chance.choice(("", "<", ">", "`", "\n", '"', "(", "\0", "\u202e"))
            text = text[:at] + wild + text[at + 1 :]
        yield text


def _filled(form: str, address: str) -> str:
    return form.replace("{}", "{0}").format(address)


def mark(name: str) -> None:
    """Leave a mark in the trace."""
    with contextlib.suppress(OSError):
        os.open(MARK + name, os.O_RDONLY)


class Showing:
    """Shows a text in all ways that draw one, off screen and on paper."""

    def __init__(self, folder: Path) -> None:
        self._document = Document("", folder / "agent.md")
        self._panel = PreviewPanel(self._document)
        self._source = SourceView(self._document)
        self._line, self._text, self._label = LineEdit(), GrowingText(), Muted("x")
        self._diff = DiffView()
        self._widgets: list[QWidget] = [
            *(self._panel, self._source, self._line, self._text, self._label, self._diff),
        ]
        for widget in self._widgets:
            widget.resize(700, 500)
            widget.show()

    def _hold(self, text: str) -> None:
        whole = Span(0, len(self._document.text))
        self._document.apply(Transaction((TextEdit(whole, text),), "Typing", ("all",)))

    def show(self, text: str, *, on_paper: bool) -> None:
        """As prompt, name, description and value of a field."""
        one = text.replace("\n", " ").replace('"', "'").replace("\\", "/").replace("\0", "")
        self._hold(f'---\nname: "{one}"\ndescription: "{one}"\nmodel: "{one}"\nx: "{one}"\n---\n{text}\n')
        for source in SOURCES:
            self._panel.show_source(source)
            self._panel.refresh()
            self._panel.grab()
            if on_paper:
                shown = sheet(self._document, source)
                for ending in (".pdf", ".html", ".txt", ".md"):
                    assert output.written(shown, ending)
        self._line.show_text(one)
        self._text.show_text(text)
        self._label.say(text)
        self._diff.show_texts(text, text + text)
        self._label.setToolTip(tool_tip(text))
        for widget in self._widgets[1:]:
            widget.grab()
        QToolTip.showText(QPoint(5, 5), tool_tip(text), self._label)
        QApplication.processEvents()
        QToolTip.hideText()

    def print(self, text: str, printer: QPrinter) -> None:
        """On a printer."""
        self._hold(f"---\nname: a\ndescription: b\n---\n{text}\n")
        shown = sheet(self._document, "prompt")
        preview_paper.paint(shown.title, shown.page, printer)


def to_file(path: Path) -> QPrinter:
    """A printer that writes a PDF file."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    return printer


def previews(folder: Path, count: int) -> int:
    """Show every form, joined to pages or, with a ``count``, one by one and then so many at random."""
    showing = Showing(folder)
    forms = every_form(folder)
    whole = "\n\n".join(forms)
    printers = [to_file(folder / f"printed-{number}.pdf") for number in range(2)]
    showing.show(HARMLESS, on_paper=True)
    showing.show(whole.replace("wanted", "harmless").replace("127.0.0.1", "there"), on_paper=False)
    showing.print(HARMLESS, printers[0])
    pages = ["\n\n".join(forms[at : at + 12]) for at in range(0, len(forms), 12)]
    mark("previews")
    for text in [*forms, *at_random(folder, count)] if count else pages:
        showing.show(text, on_paper=False)
    mark("end")
    mark("paper")
    showing.show(whole, on_paper=True)
    showing.print(whole, printers[1])
    mark("end")
    another = QTextBrowser()  # as Qt makes it
    mark("another")
    another.setMarkdown(forms[0])
    another.show()
    another.grab()
    mark("end")
    another.hide()
    return len(forms) + count


def window(folder: Path) -> dict[str, object]:
    """Open every place of the window on files full of markup and hidden characters; what was seen there."""
    wild = "<img src=file:///wanted-window.png><a href=wanted-link>x</a>&amp;[*] & %1" + HIDDEN
    paths = write_catalog(folder / "agents", wild, in_names="<img src=wanted.png>&[*]\u200b\u202e")
    places = Places(folder / "agents", paths)
    read = tips = 0
    left: set[tuple[str, str, str]] = set()
    seen: set[str] = set()
    tipped: set[str] = set()
    mark("window")
    for name, widgets in places.each():
        for widget in widgets:
            tips += hover(widget, tipped)
            for where, text in texts(widget):
                read += 1
                if "wanted" in text:
                    seen.add(name)
                if hidden(text.rstrip("\u2003")):  # the room the program leaves beside numbers
                    left.add((name, where, ascii(text[:80])))
    mark("end")
    return {"read": read, "tips": tips, "left": sorted(left), "seen": sorted(seen)}


HARMLESS = """# a

**b** *c* `d` ~~e~~ [f](https://example.com) \u200b\u2028 \u05d0 \U0001f600 中

- g
- [ ] h

1. i

> j

---

| k |
| - |
| l |

```html
<b>
```

<example>
m
</example>
"""
# One of each kind.
HIDDEN = (
    "\u200ba\u200da\u00ada\u034fa\u202ea\u2066a\u2069a\u200fa\ufeffa\u3164a\u2060a\ufe0fa\U000e0100a\U000e0061"
    "a\u00a0a\u2003a\u0600a\u115fa\u180e"
)


def main(folder: Path, count: int) -> None:
    """Do all of it."""
    application(Settings(theme="light"))
    os.mkfifo(folder / "wanted-fifo")
    os.chdir(folder)
    found = {"forms": previews(folder, count), **window(folder)}
    (folder / "found.json").write_text(json.dumps(found), "utf-8")
    os._exit(0)  # nothing is worth an orderly end


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
