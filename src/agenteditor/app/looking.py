"""Files that are only looked at: opened in a tab with a light view instead of an editor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agenteditor.app import dialogs, saving
from agenteditor.core import files, slices
from agenteditor.core.document import Document
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.slices import Reason, Slices
from agenteditor.ui.light_view import LightView

if TYPE_CHECKING:
    from agenteditor.app.window import Window


def opened(window: Window, path: Path) -> Document | LightView | None:
    """The file at ``path`` as a document, or as a view of it where it is not to be edited.

    None, after a message, if it cannot be read.
    """
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        if problem.code == "too-big":
            return _view(window, path, "too-big")
        dialogs.say(window, window.tr("This file cannot be opened."), str(problem))
        return None
    reason = slices.reason_against(files.encode(loaded.text))
    if reason is not None:
        return _view(window, path, reason)
    return Document(loaded.text, loaded.path, stamp=loaded.stamp)


def _view(window: Window, path: Path, reason: Reason) -> LightView | None:
    try:
        view = LightView(path, Slices(path), reason)
    except FileProblem as problem:
        dialogs.say(window, window.tr("This file cannot be opened."), str(problem))
        return None
    view.edit_wanted.connect(lambda: _edit(window, view))
    return view


def _edit(window: Window, view: LightView) -> None:
    """Exchange the view for an editor of the same file."""
    document = saving.opened(window, view.path)
    if document is not None:
        at = window.documents.indexOf(view)
        window.add_document(document, at)
        window.documents.remove(view)
