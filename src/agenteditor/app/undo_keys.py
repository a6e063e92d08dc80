"""One undo over all views: text widgets must not swallow its keys, nor those of other actions.

QLineEdit and QPlainTextEdit claim Ctrl+Z by accepting the ShortcutOverride event, even with their
own undo switched off. This filter lets the window's Undo and Redo have the keys, but for a line that
belongs to no document, such as the filter of the agents: there they undo what was typed into it.

On Linux, QLineEdit claims Ctrl+E and Ctrl+Shift+E too, as other names of End: they export and convert.
Where no action has the key, it still does what it does.

And Alt with a letter that nothing answers to, such as that of a button which is off, types no letter: Qt
would put it into the text, be it the folder to export to.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from agenteditor.ui.qtext import OWN_UNDO

_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_ALT = (Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.AltModifier | _SHIFT)
_END_OF_LINE = (_CTRL, _CTRL | _SHIFT)  # with E


class UndoKeys(QObject):
    """Install on the application: ``app.installEventFilter(UndoKeys(app))``."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Every event of the program comes by here, and asking for its type takes ten times as long.
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyPress:
            return _types_by_alt(event) and isinstance(watched, (QLineEdit, QPlainTextEdit))
        if event.type() != QEvent.Type.ShortcutOverride:
            return False
        is_end = event.key() == Qt.Key.Key_E and event.modifiers() in _END_OF_LINE
        if is_end or (any(event.matches(key) for key in _KEYS) and not _is_in_a_line_of_its_own()):
            event.ignore()
            return True
        return False


def _types_by_alt(event: QKeyEvent) -> bool:
    """Whether Alt and a key would type something; on a Mac it is there to do so."""
    if sys.platform == "darwin" or event.modifiers() not in _ALT:
        return False
    return event.text().isprintable() and bool(event.text())


def _is_in_a_line_of_its_own() -> bool:
    """Whether the caret is in a line that belongs to no document."""
    focused = QApplication.focusWidget()
    return focused is not None and bool(focused.property(OWN_UNDO))
