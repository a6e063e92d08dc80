"""One item of a section's list: its mark, its text and its buttons.

It knows no document: keys that mean the list are passed on by name.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QPalette, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from agenteditor.core.body import Item
from agenteditor.ui import icons
from agenteditor.ui.fields_text import GrowingText
from agenteditor.ui.section_drag import Handle
from agenteditor.ui.section_steps import same_item

_ALT = Qt.KeyboardModifier.AltModifier
_REMOVE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_GONE_FOCUS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class ItemText(GrowingText):
    """One item's text. ``pressed`` names the keys that mean the list, ``left`` that the focus is gone."""

    pressed = Signal(str)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the list; all others type. Shift+Enter begins a line within the item."""
        meant = self._meant(event)
        if meant:
            self.pressed.emit(meant)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The user has gone on, unless it is to a menu or another window."""
        super().focusOutEvent(event)
        if event.reason() not in _GONE_FOCUS:
            self.left.emit()

    def _meant(self, event: QKeyEvent) -> str:
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        cursor = self.textCursor()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and held == Qt.KeyboardModifier.NoModifier:
            return "enter"
        if key == Qt.Key.Key_Backspace and held == Qt.KeyboardModifier.NoModifier:
            return "" if self.own().strip() or not self._at_start(cursor) else "erase"
        if key == Qt.Key.Key_Escape and self.pending:
            return "revert"
        if key == Qt.Key.Key_K and held == _REMOVE:
            return "remove"
        if key not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return ""
        up = key == Qt.Key.Key_Up
        if held == _ALT:
            return "move up" if up else "move down"
        if held == Qt.KeyboardModifier.NoModifier and self._on_edge(up):
            return "above" if up else "below"
        return ""

    def _at_start(self, cursor: QTextCursor) -> bool:
        return cursor.position() == 0 and not cursor.hasSelection()

    def _on_edge(self, up: bool) -> bool:
        """Whether the caret's line, as wrapped, is the first or last one."""
        probe = self.textCursor()
        way = QTextCursor.MoveOperation.Up if up else QTextCursor.MoveOperation.Down
        return not probe.movePosition(way)


class ItemRow(QWidget):
    """One item: its mark, its text, and buttons while the mouse or the caret is in it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.item = ""
        self.mark = Handle(self)
        self.mark.setToolTip(self.tr("Drag to move the item (Alt+↑ and Alt+↓ do the same)"))
        self.mark.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.mark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.text = ItemText(self, max_lines=60, same=same_item)
        self.up = _button("up", self.tr("Move item up (Alt+↑)"), self)
        self.down = _button("down", self.tr("Move item down (Alt+↓)"), self)
        self.remove = _button("remove", self.tr("Remove item (Ctrl+Shift+K)"), self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.mark)
        line.addWidget(self.text, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in (self.up, self.down, self.remove):
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            button.hide()
        line.addLayout(buttons)
        self.text.installEventFilter(self)
        self._fit_mark()

    def show_item(self, item: Item, first: bool, last: bool) -> None:
        """Show an item of the document and which ways it can move."""
        self.item = item.text
        self.text.show_text(item.text)
        self._set_mark("•" if item.number is None else f"{item.number}.")
        self.text.setAccessibleName(
            self.tr("Item") if item.number is None else self.tr("Item {0}").format(item.number)
        )
        for button, can in ((self.up, not first), (self.down, not last)):
            if button.isEnabled() != can:
                button.setEnabled(can)
        if not self.text.pending:
            self.say("")

    def show_draft(self, mark: str) -> None:
        """Show an item that is not in the file yet."""
        self._set_mark(mark)
        self.text.setPlaceholderText(self.tr("New item"))
        self.text.setAccessibleName(self.tr("New item"))
        self.up.setEnabled(False)
        self.down.setEnabled(False)

    def say(self, reason: str) -> None:
        """Mark the text as not applied, for eyes and screen readers; "" for all is well."""
        severity = "warning" if reason else None
        if self.text.property("severity") != severity:
            self.text.setProperty("severity", severity)
            self.text.setAccessibleDescription(reason)
            self.text.update()

    def _set_mark(self, mark: str) -> None:
        if self.mark.text() != mark:
            self.mark.setText(mark)

    def _fit_mark(self) -> None:
        self.mark.setMinimumWidth(self.mark.fontMetrics().horizontalAdvance("99."))
        self.mark.setContentsMargins(0, 7, 0, 0)

    def _show_buttons(self) -> None:
        shown = self.underMouse() or self.text.hasFocus()
        for button in (self.up, self.down, self.remove):
            if button.isHidden() == shown:
                button.setVisible(shown)

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        """The buttons come and go with the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show_buttons()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The buttons come with the mouse."""
        super().enterEvent(event)
        self._show_buttons()

    def leaveEvent(self, event: QEvent) -> None:
        """And go with it."""
        super().leaveEvent(event)
        self._show_buttons()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs a wider mark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "remove"):
            self._fit_mark()


def _button(name: str, words: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icons.icon(name))
    button.setAutoRaise(True)
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # each has a key; Tab goes from text to text
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    button.setSizePolicy(policy)
    return button
