"""One undo over all views: text widgets must not swallow its keys.

QLineEdit and QPlainTextEdit claim Ctrl+Z by accepting the ShortcutOverride event, even with their
own undo switched off. This filter lets the window's Undo and Redo have the keys.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence

_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class UndoKeys(QObject):
    """Install on the application: ``app.installEventFilter(UndoKeys(app))``."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        # Every event of the program comes by here, and asking for its type takes ten times as long.
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        if any(event.matches(key) for key in _KEYS):
            event.ignore()
            return True
        return False
