"""The top of the form: what will become of the file, and problems that belong to no field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from agenteditor.core.checks import Diagnostic
from agenteditor.core.document import Document
from agenteditor.core.loading import required_fault
from agenteditor.ui import icons, theme
from agenteditor.ui.form_notes import Card, Problems, Sign
from agenteditor.ui.qtext import plain

_REASON = 48  # letters of the reason that shall fit beside the title
_MOST = 3  # problems shown here; the list of all is the problems view


class VerdictCard(Card):
    """One line that says whether the file loads, and below it what concerns the file as a whole."""

    fix_wanted = Signal(object)
    rebuilt = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._sign = Sign(self)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._reason = QLabel(self)
        self._reason.setTextFormat(Qt.TextFormat.PlainText)
        self._reason.setWordWrap(True)
        self._dress()
        self.problems = Problems(_MOST, self)
        self.problems.fix_wanted.connect(self.fix_wanted)
        self.problems.rebuilt.connect(self.rebuilt)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.setSpacing(6)
        self._words.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        self._words.addWidget(self._reason, 1)
        words = QHBoxLayout()
        words.setSpacing(6)
        words.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 9, theme.MARGIN, 9)
        column.setSpacing(theme.GAP)
        column.addLayout(words)
        column.addWidget(self.problems)

    @property
    def title(self) -> str:
        """The answer in a word or two."""
        return self._title.text()

    def refresh(self, problems: Sequence[Diagnostic]) -> None:
        """Show the answer for the present text, and ``problems`` without a field."""
        title, icon, meaning = self._answer()
        self._sign.say(icon, meaning)
        if self._title.text() != title:
            self._title.setText(title)
        reason = plain(self._document.loads.reason)
        if self._reason.text() != reason:
            self._reason.setText(reason)
        self.set_ground("card_back" if meaning == "good" else f"{meaning}_back")
        self.problems.show_problems(problems)
        self.setAccessibleName(f"{title}. {reason}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Title and reason in one line where the reason has room beside it, else below each other."""
        super().resizeEvent(event)
        needed = self._title.sizeHint().width() + _REASON * self.fontMetrics().averageCharWidth()
        beside = event.size().width() >= needed
        ways = QBoxLayout.Direction
        self._words.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "_title"):
            for label in (self._title, self._reason):
                label.setFont(QFont())
            self._dress()

    def _dress(self) -> None:
        font = QFont(self._title.font())
        font.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(font)

    def _answer(self) -> tuple[str, str, icons.Meaning]:
        loads, syntax = self._document.loads, self._document.syntax
        if syntax.verdict == "unknown":
            return self.tr("Cannot tell"), "warning", "warning"
        if not loads.ok:
            return self.tr("Does not load"), "error", "error"
        if syntax.verdict == "fails":
            return self.tr("Loads without its fields"), "error", "error"
        if syntax.verdict == "repaired":
            return self.tr("Loads only by repair"), "warning", "warning"
        if any(required_fault(syntax, spec.key) for spec in syntax.dialect.fields if spec.required):
            return self.tr("Loads, but not as meant"), "warning", "warning"
        return self.tr("Loads"), "ok", "good"
