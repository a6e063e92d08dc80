"""What the preview shows of a document as a page of its own, to print and to save."""

from __future__ import annotations

from difflib import unified_diff
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from agenteditor.core.document import Document
from agenteditor.core.markdown_page import excess, markdown_page
from agenteditor.core.page import LONGEST, Block, Page, Run
from agenteditor.core.page_text import page_markdown
from agenteditor.core.readers import answers
from agenteditor.core.router import routed
from agenteditor.ui.preview_file import shown_part
from agenteditor.ui.preview_powers import document_powers
from agenteditor.ui.preview_readers import readers_page
from agenteditor.ui.preview_router import router_page


class Sheet(NamedTuple):
    """A page with a title. ``markdown`` is the same as Markdown: the author's own text where it is that."""

    title: str
    page: Page
    markdown: str


def sheet(document: Document, source: str) -> Sheet:
    """What ``source``, one of the preview's sources, shows of a document."""
    syntax, place, path = document.syntax, document.place, document.path
    seen = routed(syntax, place, path.name if path else None)
    name = seen.name or (path.name if path else _tr("No name"))
    match source:
        case "prompt":
            prompt = syntax.prompt
            page = _as_written(prompt) if excess(prompt) else markdown_page(prompt)
            return Sheet(_tr("{0}: prompt").format(name), page, prompt + "\n")
        case "router":
            return _made(_tr("{0}: what the router sees").format(name), router_page(seen))
        case "powers":
            page, _ = document_powers(seen.name, document)
            return _made(_tr("{0}: what it may do").format(name), page)
        case "readers":
            return _made(_tr("{0}: where it loads").format(name), readers_page(answers(syntax, place)))
        case "file":
            return Sheet(_tr("{0}: file").format(name), _as_written(document.text), document.text)
        case "changes":
            title = _tr("{0}: changes since save").format(name)
            return _made(title, _as_written(_changes(document), "diff"))
        case _:
            raise ValueError(f"the preview has no source {source}")


def _made(title: str, page: Page) -> Sheet:
    return Sheet(title, page, page_markdown(page))


def _as_written(text: str, language: str = "") -> Page:
    """A text line by line, as much of it as the preview shows."""
    shown = shown_part(text).removesuffix("\n")
    colours = language if len(shown) <= LONGEST else ""
    return Page((Block("code", (Run(shown),), language=colours),)) if shown else Page()


def _changes(document: Document) -> str:
    saved, now = document.saved_text.split("\n"), document.text.split("\n")
    return "\n".join(unified_diff(saved, now, _tr("Saved"), _tr("Now"), lineterm=""))


def _tr(text: str) -> str:
    return QCoreApplication.translate("preview", text)
