"""A bar above the views for what a person should know and may act on, without a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from agenteditor.core.checks import Severity
from agenteditor.ui import theme
from agenteditor.ui.icons import icon, severity_icon, side
from agenteditor.ui.qtext import plain


class MessageBar(QFrame):
    """Hidden until something is said; one message at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._buttons = QHBoxLayout()
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setAutoRaise(True)
        close.setAccessibleName(self.tr("Close this message"))
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.GAP, theme.GAP // 2)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addLayout(self._buttons)
        layout.addWidget(close)
        self.setAutoFillBackground(True)
        self._dress()
        self.hide()

    def say(
        self, severity: Severity, text: str, actions: dict[str, Callable[[], object]] | None = None
    ) -> None:
        """Show ``text`` with a button for each action; a button closes the bar."""
        self._icon.setPixmap(severity_icon(severity).pixmap(side(self), side(self)))
        self._text.setText(plain(text))
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for label, action in (actions or {}).items():
            button = QPushButton(label)
            button.clicked.connect(lambda _on=False, do=action: self._do(do))
            self._buttons.addWidget(button)
        self.show()

    def _do(self, action: Callable[[], object]) -> None:
        self.hide()
        action()

    def _dress(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.current().info_back)
        if palette.color(QPalette.ColorRole.Window) != self.palette().color(QPalette.ColorRole.Window):
            self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._dress()
        super().changeEvent(event)
