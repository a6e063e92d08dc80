"""A button that does what an action does, and looks as the action says.

In place of `QToolButton.setDefaultAction`, and of the buttons that a tool bar makes: with each change of
the action these connect to it once more and never let go (Qt 6.11: 144 bytes for each undo and redo that
is switched on or off, and as many calls more at the next change).
"""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget


class ActionButton(QToolButton):
    """Flat; its words are those of ``action``, which it does not own."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.action = action
        self.setAutoRaise(True)
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    def _follow(self) -> None:
        action = self.action
        self.setText(action.iconText())
        self.setIcon(action.icon())
        self.setToolTip(action.toolTip())
        self.setEnabled(action.isEnabled())
        self.setCheckable(action.isCheckable())
        self.setChecked(action.isChecked())
