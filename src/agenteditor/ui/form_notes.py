"""What stands beside the fields of the form: problems with their fixes, the verdict, coloured cards.

Shared by the rows and the top of the form. They show what they are given and tell which fix is wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from agenteditor.core.checks import Diagnostic
from agenteditor.ui import icons, theme
from agenteditor.ui.flow_layout import FlowLayout
from agenteditor.ui.qtext import menu_text, plain


class Card(QWidget):
    """A quiet coloured ground with round corners; without a ``ground`` it is not seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = ""

    def set_ground(self, name: str) -> None:
        """The name of a colour of the theme, such as ``warning_back``; "" for none."""
        if name != self._ground:
            self._ground = name
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground, in the colours of the moment."""
        if not self._ground:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(getattr(theme.current(), self._ground))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)


class Sign(QLabel):
    """A small icon that stands for a severity or an answer; drawn anew with the theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name: str = "info"
        self._meaning: icons.Meaning = "info"
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._fit()

    def say(self, name: str, meaning: icons.Meaning) -> None:
        """Show an icon in the colour of its meaning."""
        self._name, self._meaning = name, meaning
        colour = getattr(theme.current(), meaning)
        self.setPixmap(icons.pixmap(name, colour, icons.side(self), self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        """Another theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_name"):
            self.say(self._name, self._meaning)
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fit()

    def _fit(self) -> None:
        """As high as the line of text it stands before."""
        side = icons.side(self)
        self.setFixedSize(side, max(side, self.fontMetrics().height()))


class ProblemLine(QWidget):
    """One problem: its sign, its sentence, a button for each way out."""

    fix_wanted = Signal(object)  # a Fix

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Diagnostic | None = None
        self._sign = Sign(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setFont(theme.small_font(self._text))
        self._buttons: list[QPushButton] = []
        self._flow = FlowLayout(None, 6)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self._text)
        column.addLayout(self._flow)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def show_problem(self, problem: Diagnostic) -> None:
        """Show a problem of the present text."""
        old, self._problem = self._problem, problem
        self.say(problem.severity, problem.severity, problem.message)
        if old is None or [fix.label for fix in old.fixes] != [fix.label for fix in problem.fixes]:
            self.offer([fix.label for fix in problem.fixes], "fix")

    def say(self, name: str, meaning: icons.Meaning, text: str) -> None:
        """Show a sentence with a sign."""
        self._sign.say(name, meaning)
        shown = plain(text)
        if self._text.text() != shown:
            self._text.setText(shown)

    def offer(self, labels: Sequence[str], icon: str) -> None:
        """Have a button for each label. ``fix_wanted`` tells the problem's fix; None where there is none."""
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for index, label in enumerate(labels):
            button = QPushButton(menu_text(label), self)
            button.setIcon(icons.icon(icon))
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(partial(self._pressed, index))
            button.setAccessibleDescription(self._text.text())
            self._flow.addWidget(button)
            button.show()
            self._buttons.append(button)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "_text"):
            self._text.setFont(self.font())
            self._text.setFont(theme.small_font(self._text))

    def _pressed(self, index: int) -> None:
        if self._problem is not None and index < len(self._problem.fixes):
            self.fix_wanted.emit(self._problem.fixes[index])
        elif self._problem is None:
            self.fix_wanted.emit(None)


class Problems(QWidget):
    """Some problems below each other; takes no room without any."""

    fix_wanted = Signal(object)  # a Fix
    rebuilt = Signal()  # buttons came or went

    def __init__(self, most: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = most
        self._lines: list[ProblemLine] = []
        self._problems: tuple[Diagnostic, ...] = ()
        self._rest = QLabel(self)
        self._rest.setTextFormat(Qt.TextFormat.PlainText)
        self._rest.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self._rest)
        self.setVisible(False)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said, for those who cannot see it."""
        return tuple(problem.message for problem in self._problems)

    def show_problems(self, problems: Sequence[Diagnostic]) -> None:
        """Show the problems of the present text."""
        now = tuple(problems)
        shape = [[fix.label for fix in problem.fixes] for problem in self._problems[: self._most]]
        self._problems = now
        shown = now[: self._most]
        for index in range(len(self._lines), len(shown)):
            line = ProblemLine(self)
            line.fix_wanted.connect(self.fix_wanted)
            self._lines.append(line)
            self._column.insertWidget(index, line)
        for line, problem in zip(self._lines, shown, strict=False):
            line.show_problem(problem)
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(shown))
        rest = len(now) - len(shown)
        self._rest.setText(self.tr("and {count} more under Problems").format(count=rest))
        self._rest.setVisible(rest > 0)
        self.setVisible(bool(now))
        if shape != [[fix.label for fix in problem.fixes] for problem in shown]:
            self.rebuilt.emit()
