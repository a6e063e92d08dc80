"""Files that are only looked at: opened in a tab with a light view instead of an editor."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from agenteditor.app import dialogs
from agenteditor.core import files, slices
from agenteditor.core.document import Document
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.slices import Reason, Slices
from agenteditor.ui.light_view import LightView


def opened(parent: QWidget, path: Path) -> Document | LightView | None:
    """The file at ``path`` as a document, or as a view of it where it is not to be edited.

    None, after a message, if it cannot be read.
    """
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        if problem.code == "too-big":
            return _view(parent, path, "too-big")
        dialogs.say(parent, parent.tr("This file cannot be opened."), str(problem))
        return None
    reason = slices.reason_against(files.encode(loaded.text))
    if reason is not None:
        return _view(parent, path, reason)
    return Document(loaded.text, loaded.path, stamp=loaded.stamp)


def _view(parent: QWidget, path: Path, reason: Reason) -> LightView | None:
    try:
        return LightView(path, Slices(path), reason)
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("This file cannot be opened."), str(problem))
        return None
