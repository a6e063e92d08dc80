"""What a view shows in place of a text that is too large for it: a sentence, and the way to the source."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from agenteditor.ui import icons, theme
from agenteditor.ui.fields_text import Muted
from agenteditor.ui.qtext import plain


class TooLarge(QWidget):
    """A title, a sentence, and a button for the source."""

    source_wanted = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(title, self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setWordWrap(True)
        self._title.setFont(theme.title_font(self._title))
        self._words = Muted("", self)
        for label in (self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(self.tr("Edit in source"), self)
        self.button.setIcon(icons.icon("source"))
        self.button.clicked.connect(self.source_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GAP, 2 * theme.GAP, 2 * theme.GAP, 2 * theme.GAP)
        column.setSpacing(2 * theme.GAP)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    @property
    def sentence(self) -> str:
        """What it says below the title."""
        return self._words.text()

    def say(self, sentence: str) -> None:
        """Say why."""
        self._words.say(plain(sentence))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "_title"):
            self._title.setFont(QFont())
            self._title.setFont(theme.title_font(self._title))
