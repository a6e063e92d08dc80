"""Who would take this? A request is typed, and the agents are ranked while it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from agenteditor.core.judgement import percent
from agenteditor.core.routing import Candidate, Index
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, icon, severity_icon
from agenteditor.ui.judge_rows import JudgeRows, Row

MOST_LISTED = 25
_MOST_WORDS = 8


class WhoView(QWidget):
    """The view. ``opened`` carries the Path of the agent that was chosen."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._index: Index | None = None
        self.request = QLineEdit()
        self.request.setPlaceholderText(self.tr("What would a user say? For example: the login page is slow"))
        self.request.setAccessibleName(self.tr("Request"))
        self.request.setClearButtonEnabled(True)
        self.request.addAction(icon("user"), QLineEdit.ActionPosition.LeadingPosition)
        self.request.textChanged.connect(self._rank)
        self.request.installEventFilter(self)
        titles = [self.tr("Agent"), self.tr("Match"), self.tr("Deciding words"), self.tr("File")]
        self.rows = JudgeRows(self.tr("Agents that match"), titles, (0.28, 0.18, 0.5, 0.26), sentence=2)
        self.rows.opened.connect(self.opened)
        self._hint = QLabel(
            self.tr(
                "Words are counted here, of name, description and examples. The real router is a language "
                "model, which understands what is asked: this shows which agents look alike, and is no "
                "forecast."
            )
        )
        self._hint.setWordWrap(True)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setForegroundRole(self._hint.foregroundRole().PlaceholderText)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self.request)
        layout.addWidget(self.rows, 1)
        layout.addWidget(self._hint)
        self._rank()

    def show_index(self, index: Index | None, root: Path) -> None:
        """Rank the agents of this index from now on; None: it is not there yet."""
        self._index, self._root = index, root
        self._rank()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Enter lead from the request to the agents."""
        keys = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in keys:
            self.rows.list.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return super().eventFilter(watched, event)

    def _rank(self) -> None:
        request = self.request.text()
        if self._index is None:
            self.rows.show_nothing(self.tr("The agents are being read…"))
        elif not self._index.agents:
            self.rows.show_nothing(self.tr("No agent here loads, so nobody would take it."))
        elif not request.strip():
            count = len(self._index.agents)
            self.rows.show_nothing(
                self.tr("Type a request to see which of {0} agents would take it.").format(count)
            )
        elif ranked := self._index.ranked(request, MOST_LISTED):
            self.rows.show_rows([self._row(number, one, ranked) for number, one in enumerate(ranked, 1)])
        else:
            self.rows.show_nothing(
                self.tr("No agent has a word of this in its name, description or examples.")
            )

    def _row(self, number: int, one: Candidate, ranked: tuple[Candidate, ...]) -> Row:
        match = percent(one.score / ranked[0].score)
        sign = icon("agent")
        if one.near_tie:
            match, sign = self.tr("{0}, near tie").format(match), severity_icon("warning")
        elif number == 1:
            sign = coloured_icon("ok", "good")
        several = len({other.agent.program for other in ranked}) > 1
        program = f" ({one.agent.program})" if several else ""
        name = f"{number}. {one.agent.shown_name}{program}"
        words = ", ".join(f"{word.text} {percent(word.share)}" for word in one.words[:_MOST_WORDS])
        where = "\n".join(f"{word.text}: {', '.join(word.where)}" for word in one.words[:_MOST_WORDS])
        file = one.agent.path.relative_to(self._root).as_posix()
        return Row((name, match, words, file), (one.agent.path,), sign, f"{one.agent.path}\n\n{where}")
