"""Beginnings: a field of another name, and an agent out of a file without frontmatter."""

from __future__ import annotations

import re
import unicodedata

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from agenteditor.core.dialect_table import UnknownFields
from agenteditor.core.document import Document, Transaction
from agenteditor.core.repairs import make_agent
from agenteditor.core.text import Refusal
from agenteditor.ui import icons, theme
from agenteditor.ui.fields import LineEdit, Muted
from agenteditor.ui.form_notes import Problems

_WIDTH = 480  # pixels


class NewField(QWidget):
    """A line for the name of a field the dialect does not know; Enter adds it, Escape does not."""

    named = Signal(object)  # a str; as Signal(str) it would lose bytes that are not UTF-8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = LineEdit(self)
        self._line.setPlaceholderText(self.tr("Name of the field"))
        self._line.setAccessibleName(self.tr("Name of the new field"))
        self._line.returnPressed.connect(self._done)
        add = QPushButton(self.tr("Add"), self)
        add.clicked.connect(self._done)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self._cancel)
        self._note = Muted("", self)
        self._remark = ""
        line = QHBoxLayout()
        line.addWidget(self._line, 1)
        line.addWidget(add)
        line.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self._note)

    def explain(self, program: str, fate: UnknownFields) -> None:
        """Say what the program does with a field it does not know."""
        self._remark = {
            "ignored": self.tr("{0} ignores fields it does not know; other programs may read them."),
            "refused": self.tr("{0} refuses a file with fields it does not know."),
            "forwarded": self.tr("{0} hands fields it does not know on to the model’s provider."),
        }[fate].format(program)

    def ask(self) -> None:
        """Show the line and go there."""
        self._line.agree("")
        self._note.say(self._remark)
        self.setVisible(True)
        self._line.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, reason: str) -> None:
        """Say why the name cannot be used."""
        self._note.say(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self._cancel()
        else:
            super().keyPressEvent(event)

    def _done(self) -> None:
        if self._line.own().strip():
            self.named.emit(self._line.own().strip())

    def _cancel(self) -> None:
        self.setVisible(False)


class NoFrontmatter(QWidget):
    """What stands in place of the form in a file that is no agent yet.

    Where frontmatter is there but not read (not closed, not at the start), that is said with its fixes.
    """

    made = Signal()
    fix_wanted = Signal(object)
    refused = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._icon = QLabel(self)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._words = Muted("", self)
        for label in (self._icon, self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title.setWordWrap(True)
        self._problems = Problems(parent=self)
        self._problems.fix_wanted.connect(self.fix_wanted)
        self.button = QPushButton(self.tr("&Make this an agent"), self)
        self.button.setIcon(icons.icon("agent"))
        self.button.clicked.connect(self._make)
        self._note = Muted("", self)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._dress()
        middle = QWidget(self)
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setSpacing(2 * theme.GAP)
        column.addStretch(2)
        for widget in (self._icon, self._title, self._words, self._problems):
            column.addWidget(widget)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._note)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(middle, 1000)
        row.addStretch(1)

    def refresh(self) -> None:
        """Say what is there instead of an agent."""
        found = [one for one in self._document.problems if one.code.startswith("frontmatter/")]
        broken = [one for one in found if one.severity != "info"]
        if broken:
            title = self.tr("The frontmatter of this file is not read, so it is not an agent")
            words = ""
        else:
            title = self.tr("This file has no frontmatter, so it is not an agent")
            words = self.tr(
                "It is read as documentation. An agent begins with a name and a description between two "
                "lines of three hyphens; the text you have becomes its prompt and stays as it is."
            )
        if self._title.text() != title:
            self._title.setText(title)
        self._words.say(words)
        self._problems.show_problems(broken)
        self.button.setVisible(not broken)

    def changeEvent(self, event: QEvent) -> None:
        """Follow theme and font."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange)
        if event.type() in kinds and hasattr(self, "_note"):
            self._dress()

    def _dress(self) -> None:
        self._title.setFont(QFont())
        self._title.setFont(theme.title_font(self._title))
        self._icon.setPixmap(icons.pixmap("agent", theme.current().muted, 48, self.devicePixelRatioF()))

    def _make(self) -> None:
        path = self._document.path
        name = agent_name(path.stem if path else "")
        outcome = make_agent(self._document.syntax, name, self.tr("Use this agent when …"))
        if isinstance(outcome, Refusal):
            self._note.say(outcome.reason)
            self.refused.emit(outcome.reason)
            return
        self._document.apply(Transaction(outcome, self.tr("Make this an agent")))
        self.made.emit()


def agent_name(file_name: str) -> str:
    """A name for the agent of a file: lower case letters, digits, hyphens; ``new-agent`` if none are left."""
    plain = unicodedata.normalize("NFKD", file_name.removesuffix(".agent")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-") or "new-agent"
