"""A catalog imported into the open one, from the menu to the documents that are open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from agenteditor.app import dialogs, saving
from agenteditor.app.batch_commands import refresh_undo
from agenteditor.app.import_catalog_dialog import ImportCatalogDialog
from agenteditor.app.window import Window
from agenteditor.core import import_sources, import_writing
from agenteditor.core.disk import is_same
from agenteditor.core.files import FileProblem
from agenteditor.core.import_plan import problem_with
from agenteditor.core.text import Refusal
from agenteditor.ui.qtext import plain


def _tr(text: str) -> str:
    return QCoreApplication.translate("import_catalog", text)


def from_folder(window: Window) -> None:
    """Ask for a folder and import what is in it into the open catalog."""
    _import(window, window.folder and dialogs.ask_folder(window, window.folder.parent))


def from_zip(window: Window) -> None:
    """Ask for a zip archive and import what is in it into the open catalog."""
    _import(window, window.folder and dialogs.ask_archive(window, window.folder.parent))


def _import(window: Window, path: Path | None) -> None:
    folder = window.folder
    if folder is None:
        window.say(_tr("Open the folder of your catalog first."))
        return
    if path is None:
        return
    try:
        source = import_sources.opened(path)
    except FileProblem as failure:
        source = Refusal(str(failure))
    problem = source.reason if isinstance(source, Refusal) else problem_with(folder, path)
    if isinstance(source, Refusal) or problem is not None:
        dialogs.say(window, _tr("Nothing is imported."), problem or "")
        return
    documents = window.saves.unsaved(editor.document for editor in window.editors())
    unsaved = [document.path for document in documents]
    label = import_writing.label(path)
    dialog = ImportCatalogDialog(source, folder, label, [one for one in unsaved if one is not None], window)
    dialog.exec()
    written = dialog.written
    dialog.deleteLater()
    for document in [editor.document for editor in window.editors()]:
        shown = document.path
        if shown is not None and not document.modified and any(is_same(shown, one) for one in written):
            saving.reload(window, document, shown)
    if written:
        window.open_folder(folder)
        refresh_undo(window)
        window.say(
            _tr("Imported from {0}: {1} written. “Undo last batch” takes it back.").format(
                plain(path.name), len(written)
            )
        )
