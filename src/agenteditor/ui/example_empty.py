"""What stands in the place of the examples where there are none: what they are for, and the first step."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from agenteditor.core.syntax import Syntax
from agenteditor.core.trigger_section import bullets_of
from agenteditor.ui import icons, theme
from agenteditor.ui.form_notes import ProblemLine

_WIDTH = 460  # pixels
_ICON = 40


class NoExamples(QWidget):
    """A page with a sentence and at most three buttons."""

    add_wanted = Signal()
    details_wanted = Signal()
    convert_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel(self)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._refusal = ProblemLine(self)
        self._refusal.setVisible(False)
        self.add = QPushButton(self.tr("Add an e&xample"), self)
        self.add.setIcon(icons.icon("add"))
        self.add.clicked.connect(self.add_wanted)
        self.convert = QPushButton(self.tr("Convert to examples…"), self)
        self.convert.setIcon(icons.icon("examples"))
        self.convert.clicked.connect(self.convert_wanted)
        self.details = QPushButton(self.tr("Go to &Details"), self)
        self.details.setIcon(icons.icon("form"))
        self.details.clicked.connect(self.details_wanted)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.add)
        buttons.addWidget(self.convert)
        buttons.addWidget(self.details)
        buttons.addStretch(1)
        page = QWidget(self)
        page.setMaximumWidth(_WIDTH)
        lines = QVBoxLayout(page)
        lines.setSpacing(theme.MARGIN)
        for widget in (self._sign, self._title, self._words):
            lines.addWidget(widget)
        lines.addSpacing(theme.GAP)
        lines.addLayout(buttons)
        lines.addWidget(self._refusal)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(page, 1000)
        middle.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(middle)
        column.addStretch(3)
        self._dress()

    def show_reason(self, syntax: Syntax) -> None:
        """Say why there are none, and offer what can be done."""
        self._refusal.setVisible(False)
        field = syntax.field("description")
        title, can_add = self.tr("No examples yet"), True
        words = self.tr(
            "An example shows when to call this agent: the situation, what the user says, what Claude Code "
            "answers, and why. Examples are part of the description and cost tokens in every conversation: "
            "two or three short ones are usually enough."
        )
        if syntax.frontmatter is None:
            title, can_add = self.tr("No place for examples"), False
            words = self.tr(
                "This file has no frontmatter, so it is not an agent and has no description that could hold "
                "examples. Details can make it one."
            )
        elif field is None:
            words = self.tr(
                "An example shows when to call this agent. Examples are part of the description, and there "
                "is none yet: say in Details first what the agent is for, or begin with an example here."
            )
        elif not field.editable or field.text is None:
            title, can_add = self.tr("No place for examples"), False
            words = self.tr(
                "The description is not plain text, so it cannot hold examples. Details shows what it is."
            )
        told = can_add and bool(bullets_of(syntax.sections))
        if told:
            title = self.tr("Told in the prompt")
            words = self.tr(
                "This agent tells when to call it in its prompt, under “When to invoke”. That costs tokens "
                "only when the agent is called. Examples stand in the description and cost tokens in every "
                "conversation."
            )
        self._title.setText(title)
        self._words.setText(words)
        self.add.setVisible(can_add)
        self.convert.setVisible(told)
        self.details.setVisible(field is None or not can_add)

    def refuse(self, reason: str) -> None:
        """Say why no example could be added."""
        self._refusal.say("warning", "warning", reason)
        self._refusal.setVisible(True)

    def take_focus(self) -> None:
        """Go to the first thing that can be done."""
        (self.details if self.add.isHidden() else self.add).setFocus(Qt.FocusReason.OtherFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font of the application."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange):
            self._dress()

    def _dress(self) -> None:
        if hasattr(self, "_sign"):
            pixmap = icons.pixmap("examples", theme.current().muted, _ICON, self.devicePixelRatioF())
            self._sign.setPixmap(pixmap)
            self._title.setFont(QFont())
            self._title.setFont(theme.title_font(self._title))
