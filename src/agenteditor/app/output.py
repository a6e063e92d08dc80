"""Out again: an agent copied as JSON or as a command, and what the preview shows printed or saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from agenteditor.app import dialogs, writing
from agenteditor.core import files
from agenteditor.core.agents_json import AgentRecord, agent_record, agents_json, run_command
from agenteditor.core.convert import in_claude_words
from agenteditor.core.disk import is_same
from agenteditor.core.document import Document
from agenteditor.core.page_html import page_html
from agenteditor.core.page_text import page_text
from agenteditor.core.text import Refusal
from agenteditor.ui import preview_paper
from agenteditor.ui.preview_sheet import Sheet, sheet
from agenteditor.ui.qtext import plain

ENDINGS = (".pdf", ".html", ".htm", ".md", ".markdown", ".txt")


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("output", text)


# --- to the clipboard --------------------------------------------------------------------------


def copy_json(document: Document) -> str:
    """Copy the agent as the JSON of ``--agents``; the sentence that says so, or why not."""
    agent = _record(document)
    if isinstance(agent, Refusal):
        return plain(agent.reason)
    QGuiApplication.clipboard().setText(agents_json(agent))
    if not agent.left_out:
        return tr("Copied as JSON for --agents.")
    return tr("Copied as JSON for --agents, which has no field for: {0}.").format(
        plain(", ".join(agent.left_out))
    )


def copy_command(document: Document) -> str:
    """Copy the command that runs the agent; the sentence that says so, or why not."""
    agent = _record(document)
    # Claude Code does not look where other programs have their files.
    path = document.path if document.syntax.dialect.is_claude else None
    command = agent if isinstance(agent, Refusal) else run_command(agent, path)
    if isinstance(command, Refusal):
        return plain(command.reason)
    QGuiApplication.clipboard().setText(command.line)
    parts = [tr("Copied the command.")]
    if command.folder is not None:
        parts.append(tr("Run it in {0}.").format(plain(str(command.folder))))
    if "--agents" in command.line.split(" ")[1:2]:
        if not isinstance(agent, Refusal) and agent.left_out:
            parts.append(tr("It has no field for: {0}.").format(plain(", ".join(agent.left_out))))
    elif document.modified:
        parts.append(tr("It runs the file as it was saved, without your changes."))
    return " ".join(parts)


def _record(document: Document) -> AgentRecord | Refusal:
    """The agent in the form of ``--agents``, whatever program its file is for."""
    words = in_claude_words(document.syntax, document.path.name if document.path is not None else None)
    return words if isinstance(words, Refusal) else agent_record(words)


# --- to paper and to a file ---------------------------------------------------------------------


def print_preview(parent: QWidget, document: Document, source: str) -> None:
    """Ask for a printer and print what the preview shows."""
    shown = sheet(document, source)
    printer = dialogs.ask_printer(parent, shown.title, preview_paper.margins())
    if printer is not None:
        preview_paper.paint(shown.title, shown.page, printer)


def save_preview(parent: QWidget, document: Document, source: str, say: Callable[[str], None]) -> None:
    """Ask where, and save what the preview shows in the form that the ending says."""
    name = document.path.stem if document.path is not None else "untitled"
    folder = document.path.parent if document.path is not None else Path.cwd()
    path = dialogs.ask_preview_path(parent, folder / f"{name}-{source}.pdf")
    if path is None:
        return
    problem = tr("The preview is not saved.")
    if path.suffix.lower() not in ENDINGS:
        text = tr("Give the file one of these endings: .pdf, .html, .md, .txt.")
        dialogs.say(parent, problem, text)
    elif document.path is not None and is_same(path, document.path):
        dialogs.say(parent, problem, tr("This is the file of the agent itself. Choose another name."))
    else:
        text = files.decode(written(sheet(document, source), path.suffix.lower()))

        def then(done: bool | None) -> None:
            if done:
                say(writing.saved(path))

        writing.write(parent, path, partial(writing.replace, path, text), problem, then)


def written(shown: Sheet, ending: str) -> bytes:
    """The bytes of a file with this ending, one of `ENDINGS`, that says what the preview shows."""
    match ending:
        case ".pdf":
            return preview_paper.pdf(shown.title, shown.page)
        case ".html" | ".htm":
            return page_html(shown.title, shown.page).encode("utf-8")
        case ".txt":
            return files.encode(page_text(shown.page))
        case _:
            return files.encode(shown.markdown)
