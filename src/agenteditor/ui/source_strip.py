"""Sentences around the source: above it why it cannot be edited, below it the problem the caret is at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QStyle, QWidget

from agenteditor.core.checks import Diagnostic
from agenteditor.ui import theme
from agenteditor.ui.icons import icon, severity_icon
from agenteditor.ui.qtext import plain
from agenteditor.ui.source_notes import tip

_LINES = 2


class Notice(QFrame):
    """A sentence above the source. Hidden until there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.MARGIN, theme.GAP, theme.MARGIN, theme.GAP)
        layout.addWidget(self._sign)
        layout.addWidget(self._text, 1)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self._sign.setPixmap(severity_icon("warning").pixmap(_icon_size(self)))
        self._text.setText(plain(sentence))
        self.show()

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text.text()


class ProblemStrip(QFrame):
    """Hidden while the text has no problems. ``fix_wanted``: its button was pressed."""

    fix_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Diagnostic | None = None
        self._sign = QLabel()
        self._sign.setFixedWidth(_icon_size(self).width())
        self._message = _Message()
        self._fix = QPushButton(icon("fix"), self.tr("Fi&x…"))
        self._fix.setToolTip(self.tr("Ways out of this problem (Ctrl+.)"))
        self._fix.setAutoDefault(False)
        self._fix.clicked.connect(self.fix_wanted)
        # The line shall not jump when the caret moves from a problem with a fix to one without.
        keep = self._fix.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._fix.setSizePolicy(keep)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        layout.addWidget(self._sign)
        layout.addWidget(self._message, 1)
        layout.addWidget(self._fix)
        self.hide()

    def show_problem(self, problem: Diagnostic | None, count: int) -> None:
        """Say what is wrong at the caret, or how many problems there are elsewhere."""
        self.setVisible(count > 0)
        self._problem = problem
        if problem is None:
            self._sign.clear()
            one = self.tr("1 problem in this file. F8 goes to it.")
            more = self.tr("{0} problems in this file. F8 goes to the next one.")
            sentence = one if count == 1 else more.format(count)
        else:
            self._sign.setPixmap(severity_icon(problem.severity).pixmap(_icon_size(self)))
            sentence = problem.message
        self._message.say(sentence, muted=problem is None)
        self._fix.setVisible(problem is not None and bool(problem.fixes))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._problem is not None:
            self._sign.setPixmap(severity_icon(self._problem.severity).pixmap(_icon_size(self)))


def _icon_size(widget: QWidget) -> QSize:
    size = widget.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
    return QSize(size, size)


class _Message(QWidget):
    """Plain text in at most two lines, with the rest in the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._muted = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, text: str, *, muted: bool) -> None:
        shown = plain(text)
        if (shown, muted) != (self._text, self._muted):
            self._text, self._muted = shown, muted
            self.setAccessibleName(shown)
            self.setToolTip(tip([text]))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _LINES * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            role = QPalette.ColorRole.PlaceholderText if self._muted else QPalette.ColorRole.WindowText
            painter.setPen(self.palette().color(role))
            flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(self.rect(), int(flags), self._fitting(int(flags)))

    def _fitting(self, flags: int) -> str:
        """The text, or as much of its beginning as fits."""
        metrics, room = self.fontMetrics(), QRect(0, 0, self.width(), 10_000)
        if metrics.boundingRect(room, flags, self._text).height() <= self.height():
            return self._text
        low, high = 0, len(self._text)
        while low < high:
            middle = (low + high + 1) // 2
            cut = self._text[:middle].rstrip() + "…"
            if metrics.boundingRect(room, flags, cut).height() <= self.height():
                low = middle
            else:
                high = middle - 1
        return self._text[:low].rstrip() + "…"
