"""Opening and saving documents: between `core.files`, the document and the person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from agenteditor.app import dialogs
from agenteditor.core import files
from agenteditor.core.disk import is_there
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import Conflict, FileProblem
from agenteditor.core.text import diff


def opened(parent: QWidget, path: Path) -> Document | None:
    """The file at ``path`` as a document; None, after a message, if it cannot be read."""
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("This file cannot be opened."), str(problem))
        return None
    return Document(loaded.text, loaded.path, stamp=loaded.stamp)


def saved(parent: QWidget, document: Document) -> bool:
    """Save; ask where if the document has no path. Whether the text is on disk now."""
    if document.path is None:
        return saved_as(parent, document)
    if not document.modified:
        return True
    return _written(parent, document, document.path, document.stamp)


def saved_as(parent: QWidget, document: Document) -> bool:
    """Ask where and save there. Whether the text is on disk now."""
    path = dialogs.ask_save_path(parent, suggestion(document))
    if path is None:
        return False
    try:
        stamp = files.stamp(path) if is_there(path) else None
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("The agent is not saved."), str(problem))
        return False
    return _written(parent, document, path, stamp)


def suggestion(document: Document) -> Path:
    """Where a document would be saved: its path, else a file named after the agent."""
    if document.path is not None:
        return document.path
    name = document.syntax.field("name")
    word = name.text if name is not None and name.text else "agent"
    safe = "".join(letter if letter.isalnum() or letter in "-_ " else "-" for letter in word).strip("- ")
    return Path.cwd() / f"{safe[:60] or 'agent'}.md"


def _written(parent: QWidget, document: Document, path: Path, expected: files.Stamp | None) -> bool:
    text = document.text
    try:
        stamp = files.save(path, text, expected)
    except Conflict as conflict:
        answer = dialogs.ask_conflict(parent, path.name, str(conflict))
        if answer == "overwrite":
            return _written(parent, document, path, conflict.found)
        if answer == "reload":
            reload(parent, document, path)
        return False
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("The agent is not saved."), str(problem))
        return False
    document.mark_saved(path, text, stamp)
    return True


def reload(parent: QWidget, document: Document, path: Path) -> None:
    """Take the text on disk, as one step that undo takes back."""
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("This file cannot be read again."), str(problem))
        return
    document.apply(Transaction(diff(document.text, loaded.text), parent.tr("Load from disk")))
    document.mark_saved(path, loaded.text, loaded.stamp)


def follow(document: Document, label: str) -> bool:
    """Take what another program has written, if nothing would be lost; whether the text is another now.

    A document with unsaved changes is left, and asked about when it is saved; so is a file that is gone.
    """
    if document.modified or document.path is None or document.stamp is None:
        return False
    try:
        loaded = files.load(document.path)
    except FileProblem:
        return False
    if loaded.text == document.text:
        return False
    document.apply(Transaction(diff(document.text, loaded.text), label))
    document.mark_saved(document.path, loaded.text, loaded.stamp)
    return True


def revert(document: Document, label: str) -> None:
    """Go back to the saved text, as one step that undo takes back."""
    document.apply(Transaction(diff(document.text, document.saved_text), label))
