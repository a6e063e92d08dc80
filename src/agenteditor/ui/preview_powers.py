"""What an agent may do, as a page: the answer in a breath, what to watch out for, then all of it.

What is dangerous stands in a card with those words as its title, what is odd begins with a bold “Note”:
nothing is told by colour alone.
"""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QCoreApplication

from agenteditor.core.convert import in_claude_words
from agenteditor.core.dialect import Dialect
from agenteditor.core.document import Document
from agenteditor.core.page import Block, Page, Run, finished
from agenteditor.core.powers import Powers, powers
from agenteditor.core.powers_words import Statement, Topic, headline, statements
from agenteditor.core.text import Refusal
from agenteditor.ui.icons import Meaning


def document_powers(name: str, document: Document) -> tuple[Page, tuple[Meaning, str]]:
    """The page of a document, and the note above it; other programs' files in Claude Code's words."""
    syntax, path = document.syntax, document.path
    words = in_claude_words(syntax, path.name if path is not None else None)
    if isinstance(words, Refusal):
        return Page(), ("error", words.reason)
    found = powers(words, words.dialect.place)
    page, note = powers_page(name, words.dialect, found), powers_note(found)
    if words is not syntax and not note[1]:
        said = _tr("In the words of Claude Code, as near as they come to those of {0}.")
        note = "info", said.format(syntax.dialect.program)
    return page, note


def powers_page(name: str, dialect: Dialect, found: Powers) -> Page:
    """The page of the powers of the agent called ``name``; its text is never read as Markdown."""
    told = statements(dialect, found)
    dangers = [one for one in told if one.level == "danger"]
    blocks = [
        Block("heading", (Run(name or _tr("No name")),), level=2),
        Block("paragraph", finished([Run(headline(dialect, found))])),
    ]
    cards: tuple[str, ...] = ()
    if dangers:
        title = _tr("Watch out")
        cards = (title,)
        inside = [Block("card", (Run(title),)), *(block for one in dangers for block in _told(one))]
        blocks += [block._replace(cards=(0,)) for block in inside]
    titles = _titles()
    others = (one for one in told if one.level != "danger")
    for topic, group in groupby(others, lambda one: one.topic):
        blocks.append(Block("heading", (Run(titles[topic]),), level=3))
        blocks += [block for one in group for block in _told(one)]
    return Page(tuple(blocks), cards)


def powers_note(found: Powers) -> tuple[Meaning, str]:
    """What is said above the page: a meaning and a sentence, "" where there is nothing to say."""
    if found.runs == "limitless":
        return "error", found.reason
    if found.lost_limits:
        return "error", _tr("A limit in this file is not read.")
    if found.mode == "bypassPermissions":
        return "warning", _tr("This agent never asks. Use it only where nothing can break.")
    if found.hooks or any(server.kind for server in found.servers):
        return "warning", _tr("This file brings commands or servers of its own. Read them before you use it.")
    return "info", ""


def _told(one: Statement) -> list[Block]:
    runs = [Run(f"{one.label}\n" if one.text else one.label, "label")] if one.label else []
    if one.level == "warning":
        runs.append(Run(_tr("Note:") + " ", bold=True))
    runs.append(Run(one.text))
    told = [Block("paragraph", finished(runs))]
    if one.quoted:
        told.append(Block("code", (Run(one.quoted),)))
    return told


def _titles() -> dict[Topic, str]:
    return {
        "tools": _tr("Tools"),
        "permissions": _tr("Permissions"),
        "hooks": _tr("Hooks"),
        "servers": _tr("MCP servers"),
        "keeps": _tr("Memory"),
        "runs": _tr("How it runs"),
        "ignored": _tr("Ignored in a plugin"),
        "withheld": _tr("What it does not get"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("preview", text)
