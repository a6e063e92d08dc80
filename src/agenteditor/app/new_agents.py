"""New agents: from a template, and from what other programs wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from agenteditor.app import dialogs
from agenteditor.app.import_dialog import Found, ImportDialog, found_in_files
from agenteditor.app.window import Window
from agenteditor.core.document import Document
from agenteditor.core.importing import importable, imported
from agenteditor.core.resources import resource
from agenteditor.core.text import Refusal
from agenteditor.ui.qtext import plain


def _tr(text: str) -> str:
    return QCoreApplication.translate("new_agents", text)


def start_folder(window: Window) -> Path:
    """Where a file dialog begins: beside the present file, else in the folder, else here."""
    if window.editor is not None and window.editor.document.path is not None:
        return window.editor.document.path.parent
    return window.folder or Path.cwd()


def templates() -> list[Path]:
    """The templates for new agents, the plainest first."""
    return sorted(resource("templates").glob("*.md"), key=lambda path: (path.stem != "blank", path.stem))


def new_agent(window: Window, template: Path) -> None:
    """A new document from a template; not modified until it is edited."""
    editor = window.add_document(Document(template.read_text(encoding="utf-8")))
    editor.form.select("name")


def import_clipboard(window: Window) -> None:
    """New agents from what is on the clipboard: a file's text, JSON, a prompt."""
    found = imported(QGuiApplication.clipboard().text())
    if isinstance(found, Refusal):
        window.say(found.reason)
    elif len(found) == 1 and not found[0].items:
        window.add_document(Document(found[0].text))
        window.say(_tr("Opened from the clipboard: {0}.").format(plain(found[0].origin)))
    else:
        _import(window, [Found(_tr("clipboard"), one) for one in found])


def import_files(window: Window) -> None:
    """New agents from files of any program."""
    _import(window, found_in_files(dialogs.ask_import_files(window, start_folder(window))))


def import_folder(window: Window) -> None:
    """New agents from a folder of mixed files."""
    folder = dialogs.ask_folder(window, start_folder(window))
    if folder is not None:
        _import(window, found_in_files(importable(folder)))


def _import(window: Window, found: Sequence[Found]) -> None:
    if not found:
        return
    dialog = ImportDialog(found, window)
    dialog.exec()
    for agent in dialog.chosen:
        window.add_document(Document(agent.text))
    if dialog.folder is not None:
        window.open_folder(dialog.folder)
