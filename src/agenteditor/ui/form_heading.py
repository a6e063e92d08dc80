"""The line above a field: its label, remarks, and buttons to rename it, explain it, take it out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from agenteditor.ui import icons, theme
from agenteditor.ui.fields import LineEdit, Muted
from agenteditor.ui.qtext import plain

_BUTTON = 24  # pixels: the least that can be hit (WCAG 2.5.8)


class RowHead(QWidget):
    """Says what the user wants of the field as a whole; the row does it."""

    remove_wanted = Signal()
    rename_wanted = Signal(object)  # a str; as Signal(str) it would lose bytes that are not UTF-8
    help_wanted = Signal(bool)

    def __init__(self, key: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setFont(_bold(self.label))
        self.line = LineEdit(self)
        self.line.setVisible(False)
        self.line.setAccessibleName(self.tr("Name of the field"))
        self.line.returnPressed.connect(self._end_rename)
        self.line.editingFinished.connect(self._end_rename)
        self._remarks = Muted("", self)
        self._remarks.setWordWrap(False)
        self.rename = self._button("edit", self.tr("Rename this field"), name)
        self.rename.clicked.connect(self._start_rename)
        self.help = self._button("help", self.tr("More about this field (F1)"), name)
        self.help.setCheckable(True)
        self.help.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # F1 in the field does the same
        self.help.toggled.connect(self.help_wanted)
        self.remove = self._button("remove", self.tr("Remove this field from the file"), name)
        self.remove.clicked.connect(self.remove_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.label)
        row.addWidget(self.line)
        row.addWidget(self._remarks)
        row.addStretch(1)
        for button in (self.rename, self.help, self.remove):
            row.addWidget(button)

    def remark(self, text: str) -> None:
        """Say something behind the label, such as "required"."""
        self._remarks.say(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up a renaming."""
        if event.key() == Qt.Key.Key_Escape and self.line.isVisible():
            self.line.agree(self._key)
            self._end_rename()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "label"):
            self.label.setFont(QFont())
            self.label.setFont(_bold(self.label))

    def _button(self, icon: str, words: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(icon))
        button.setAutoRaise(True)
        size = max(_BUTTON, icons.side(self) + theme.GAP)
        button.setFixedSize(size, size)
        button.setToolTip(words)
        button.setAccessibleName(f"{words}: {plain(name)}")
        return button

    def _start_rename(self) -> None:
        self.label.setVisible(False)
        self.line.agree(self._key)
        self.line.setVisible(True)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()

    def _end_rename(self) -> None:
        if self.line.isHidden():
            return
        new = self.line.own().strip()
        self.line.setVisible(False)
        self.label.setVisible(True)
        if new and new != self._key:
            self.rename_wanted.emit(new)


def _bold(widget: QWidget) -> QFont:
    font = QFont(widget.font())
    font.setWeight(QFont.Weight.DemiBold)
    return font
