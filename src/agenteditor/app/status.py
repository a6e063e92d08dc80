"""The status bar: problems, size, line ends and place of the caret of the open agent.

Each part is a button that leads to what it speaks of.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QToolButton, QWidget

from agenteditor.core.checks import Severity
from agenteditor.core.document import Document
from agenteditor.core.line_ends import has_bom, line_ends
from agenteditor.core.router import tokens
from agenteditor.core.syntax import Syntax
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, severity_icon
from agenteditor.ui.qtext import tool_tip


def _tr(text: str) -> str:
    return QCoreApplication.translate("status", text)


_BYTE = re.compile("[\udc80-\udcff]")  # what stands for one that is not UTF-8


class Status(QWidget):
    """The permanent parts of the status bar. ``show_document`` fills them."""

    def __init__(self, bar: QStatusBar) -> None:
        super().__init__(bar)
        self.problems = _button(_tr("Problems of this agent"))
        self.dialect = _button(_tr("Kind of agent file"))
        self.length = _button(_tr("Size of the prompt"))
        self.encoding = _button(_tr("Line ends and encoding"))
        self.caret = _button(_tr("Place of the caret in the source"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._parts = (self.problems, self.dialect, self.length, self.encoding, self.caret)
        for part in self._parts:
            layout.addWidget(part)
        for part in (self.problems, self.dialect, self.length):
            part.setMinimumWidth(theme.MARGIN)  # their words give way before the window grows
        self.setMinimumHeight(max(part.sizeHint().height() for part in self._parts))  # without them, too
        bar.addPermanentWidget(self)
        self._bar = bar
        self._counted: Syntax | None = None  # of which the next two are known
        self._cost = 0
        self._ends = ""
        bar.messageChanged.connect(self._give_way)

    def show_document(self, document: Document | None) -> None:
        """Say the facts of a document; nothing without one."""
        self.setVisible(document is not None)
        if document is None:
            return
        severities = [problem.severity for problem in document.problems]
        order: tuple[Severity, ...] = ("error", "warning", "info")
        worst = next((severity for severity in order if severity in severities), None)
        text = problem_count(severities)
        if document.unreported:
            text += " · " + _tr("{0} not reported").format(len(document.unreported))
        _set(self.problems, text, None)
        self.problems.setIcon(severity_icon(worst) if worst else coloured_icon("ok", "good"))
        dialect = document.syntax.dialect
        tip = _tr("Read as a file of this kind: {0}").format(dialect.title)
        _set(self.dialect, dialect.title, tip)
        if document.syntax is not self._counted:
            self._counted = document.syntax
            self._cost = tokens(document.text)
            self._ends = f"{_line_ends(document.text)} · {_encoding(document.text)}"
        words, cost = document.syntax.words, self._cost
        sentence = _tr("1 word · ≈ {1} tokens") if words == 1 else _tr("{0} words · ≈ {1} tokens")
        text = sentence.format(f"{words:,}", f"{cost:,}")
        _set(
            self.length,
            text,
            _tr("Words of the prompt; tokens of the whole file, about one per four characters"),
        )
        _set(self.encoding, self._ends, None)

    def _give_way(self, sentence: str) -> None:
        """Leave the bar to a sentence that else were cut, as long as it stands there."""
        needed = self._bar.fontMetrics().horizontalAdvance(sentence) + 2 * theme.MARGIN
        layout = self.layout()
        gaps = len(self._parts) * (layout.spacing() if layout is not None else 0) + 2 * theme.MARGIN
        room = self._bar.width() - sum(part.sizeHint().width() for part in self._parts) - gaps
        for part in self._parts:
            part.setVisible(not sentence or needed <= room)
        self._bar.setToolTip(tool_tip(sentence))

    def show_caret(self, line: int, column: int) -> None:
        """Say where the source's caret is, 1-based."""
        _set(self.caret, _tr("Ln {0}, Col {1}").format(line, column), None)


def _line_ends(text: str) -> str:
    ends = line_ends(text)
    return {"none": "LF", "mixed": _tr("mixed line ends")}.get(ends, ends)


def _encoding(text: str) -> str:
    if not text.isascii() and _BYTE.search(text):
        return _tr("not all UTF-8")  # such bytes are kept as they are; a rule says where
    return _tr("UTF-8 with BOM") if has_bom(text) else "UTF-8"


def problem_count(severities: list[Severity]) -> str:
    """``2 errors, 1 warning``; notes only where there is nothing worse."""
    parts: list[str] = []
    errors, warnings = severities.count("error"), severities.count("warning")
    if errors:
        parts.append(_tr("1 error") if errors == 1 else _tr("{0} errors").format(errors))
    if warnings:
        parts.append(_tr("1 warning") if warnings == 1 else _tr("{0} warnings").format(warnings))
    if parts:
        return ", ".join(parts)
    notes = severities.count("info")
    return (
        _tr("No problems") if not notes else _tr("1 note") if notes == 1 else _tr("{0} notes").format(notes)
    )


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setToolButtonStyle(button.toolButtonStyle().ToolButtonTextBesideIcon)
    button.setAccessibleName(name)
    return button


def _set(button: QToolButton, text: str, tip: str | None) -> None:
    if button.text() != text:
        button.setText(text)
        button.setAccessibleDescription(text)
    if tip is not None:
        button.setToolTip(tip)
