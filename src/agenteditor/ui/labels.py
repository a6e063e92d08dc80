"""Labels of plain text: words that wrap, headings, and a line of words that gives way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from agenteditor.ui import theme
from agenteditor.ui.qtext import plain

_LEAST = 5  # letters


def wrapped(text: str = "") -> QLabel:
    """Words that go on in the next line."""
    label = QLabel(plain(text))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def heading(text: str) -> QLabel:
    """What a dialog is about."""
    label = wrapped(text)
    label.setFont(theme.title_font(label))
    return label


class OneLine(QLabel):
    """One line: where there is too little room, words are left out where ``cut`` says; ``text`` has all."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(text, parent)
        self._cut = cut
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), _LEAST * self.fontMetrics().averageCharWidth()), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            room = self.contentsRect()
            words = self.fontMetrics().elidedText(self.text(), self._cut, room.width())
            self.style().drawItemText(
                painter,
                room,
                self.alignment(),
                self.palette(),
                self.isEnabled(),
                words,
                self.foregroundRole(),
            )
