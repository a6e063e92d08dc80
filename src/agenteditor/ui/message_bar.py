"""A bar above the views for what a person should know and may act on, without a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QToolButton, QWidget

from agenteditor.core.checks import Severity
from agenteditor.ui import theme
from agenteditor.ui.flow_layout import FlowLayout
from agenteditor.ui.icons import icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip

Actions = Mapping[str, Callable[[], object]]


class MessageBar(QFrame):
    """Hidden until something is said; one message at a time.

    A ``lasting`` one cannot be closed: it stays, whichever button is pressed, until ``hide``.
    """

    def __init__(self, parent: QWidget | None = None, *, lasting: bool = False) -> None:
        super().__init__(parent)
        self._lasting = lasting
        self._beside: bool | None = None
        self._severity: Severity = "info"
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._holder = QWidget(self)
        self._buttons = FlowLayout(self._holder, theme.GAP)
        close = QToolButton(self)
        close.setIcon(icon("close"))
        close.setAutoRaise(True)
        close.setAccessibleName(self.tr("Close this message"))
        close.clicked.connect(self.hide)
        close.setVisible(not lasting)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.GAP, theme.GAP // 2)
        self._grid.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(self._text, 0, 1)
        self._grid.addWidget(close, 0, 3)
        self._grid.setColumnStretch(1, 1)
        self.setAutoFillBackground(True)
        self._dress()
        self.hide()

    @property
    def text(self) -> str:
        """What was said last."""
        return self._text.text()

    @property
    def buttons(self) -> list[QPushButton]:
        """The buttons of what was said last."""
        items = [self._buttons.itemAt(index) for index in range(self._buttons.count())]
        return [widget for item in items if item and isinstance(widget := item.widget(), QPushButton)]

    def say(
        self,
        severity: Severity,
        text: str,
        actions: Actions | None = None,
        tips: Mapping[str, str] | None = None,
    ) -> None:
        """Show ``text`` with a button for each action, and its tip; a button closes the bar."""
        self._severity = severity
        self._dress()  # a bar that is hidden does not hear of another theme
        self._text.setText(plain(text))
        actions = actions or {}
        if [button.text() for button in self.buttons] != list(actions):
            self._fill(actions, tips or {})
        for button, action in zip(self.buttons, actions.values(), strict=True):
            button.clicked.disconnect()
            button.clicked.connect(lambda _on=False, do=action: self._do(do))
        self._arrange()
        self.show()

    def take_focus(self) -> None:
        """Put the focus on the first button."""
        if self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self, actions: Actions, tips: Mapping[str, str]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for label in actions:
            button = QPushButton(plain(label))
            button.setToolTip(tool_tip(tips.get(label, "")))
            button.setAccessibleDescription(tips.get(label, ""))
            button.clicked.connect(self.show)
            self._buttons.addWidget(button)
            button.show()
        self._beside = None

    def _do(self, action: Callable[[], object]) -> None:
        if not self._lasting:
            self.hide()
        action()

    def _arrange(self) -> None:
        """Put the buttons beside the text where both have room, else below it."""
        margins = self._grid.contentsMargins()
        gap = self._grid.horizontalSpacing()
        widths = [button.sizeHint().width() for button in self.buttons]
        needed = sum(widths) + max(len(widths) - 1, 0) * theme.GAP
        words = self.fontMetrics().horizontalAdvance(self._text.text())
        room = self.width() - margins.left() - margins.right() - side(self) - 3 * gap - 40
        beside = needed + min(words, room // 2) <= room
        self._holder.setVisible(bool(widths))
        self._holder.setMinimumWidth(needed if beside else 0)
        if beside == self._beside:
            return
        self._beside = beside
        self._grid.removeWidget(self._holder)
        if beside:
            self._grid.addWidget(self._holder, 0, 2, Qt.AlignmentFlag.AlignVCenter)
        else:
            self._grid.addWidget(self._holder, 1, 1, 1, 3)

    def _dress(self) -> None:
        self._icon.setPixmap(severity_icon(self._severity).pixmap(side(self), side(self)))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.current().info_back)
        if palette.color(QPalette.ColorRole.Window) != self.palette().color(QPalette.ColorRole.Window):
            self.setPalette(palette)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._dress()
        super().changeEvent(event)
