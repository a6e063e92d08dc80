"""One undo over all views: text widgets must not swallow its keys, nor those of other actions.

QLineEdit and QPlainTextEdit claim Ctrl+Z by accepting the ShortcutOverride event, even with their
own undo switched off. This filter lets the window's Undo and Redo have the keys, but for a line that
belongs to no document, such as the filter of the agents: there they undo what was typed into it.

On Linux, QLineEdit claims Ctrl+E and Ctrl+Shift+E too, as other names of End: they export and convert.
Where no action has the key, it still does what it does.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

from agenteditor.ui.qtext import OWN_UNDO

_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_END_OF_LINE = (_CTRL, _CTRL | _SHIFT)  # with E


class UndoKeys(QObject):
    """Install on the application: ``app.installEventFilter(UndoKeys(app))``."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        # Every event of the program comes by here, and asking for its type takes ten times as long.
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        is_end = event.key() == Qt.Key.Key_E and event.modifiers() in _END_OF_LINE
        if is_end or (any(event.matches(key) for key in _KEYS) and not _is_in_a_line_of_its_own()):
            event.ignore()
            return True
        return False


def _is_in_a_line_of_its_own() -> bool:
    """Whether the caret is in a line that belongs to no document."""
    focused = QApplication.focusWidget()
    return focused is not None and bool(focused.property(OWN_UNDO))
