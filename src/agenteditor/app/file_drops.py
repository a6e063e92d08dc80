"""Files dropped anywhere are opened: text fields must not take their paths for text.

QPlainTextEdit and QLineEdit accept whatever can be had as text, and file managers offer a file's
path as that. This filter lets the window have such a drop; dragged text stays theirs.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QMainWindow


class FileDrops(QObject):
    """Install on the application: ``app.installEventFilter(FileDrops(app))``."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Every event of the program comes by here, and asking for its type takes ten times as long.
        if not isinstance(event, QDragEnterEvent):
            return False
        if isinstance(watched, QMainWindow) or not dropped_files(event.mimeData()):
            return False
        event.ignore()  # Qt asks the widget around this one next, and at last the window
        return True


def dropped_files(data: QMimeData) -> list[Path]:
    """The files and folders of this machine among what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
