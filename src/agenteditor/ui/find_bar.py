"""The bar to find and replace: what to look for, how many there are, and the buttons. It looks nowhere.

Whoever owns the text listens to the signals, looks with ``core.search`` and tells the bar what came of it.
"""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.search import LONGEST_QUERY, Found, Query
from agenteditor.ui import theme
from agenteditor.ui.icons import icon, severity_icon
from agenteditor.ui.qtext import plain
from agenteditor.ui.search_switches import SearchSwitches


class FindBar(QFrame):
    """``stepped`` carries 1 for the next match and -1 for the one before."""

    query_changed = Signal()
    stepped = Signal(int)
    replace_wanted = Signal()
    replace_all_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = self._field(self.tr("Find"), self.tr("Find"))
        self._find.textChanged.connect(self.query_changed)
        self._replace = self._field(self.tr("Replace with"), self.tr("Replace with"))
        self._count = QLabel()
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setAccessibleName(self.tr("Number of matches"))
        self._switches = SearchSwitches()
        self._switches.changed.connect(self.query_changed)
        self._switches.changed.connect(self._show_hint)
        self._previous = self._step("up", self.tr("Previous match (Shift+F3)"), -1)
        self._next = self._step("down", self.tr("Next match (F3)"), 1)
        close = self._button("close", self.tr("Close (Esc)"))
        close.clicked.connect(self.closed)
        self._one = QPushButton(self.tr("&Replace"))
        self._one.clicked.connect(self.replace_wanted)
        self._all = QPushButton(self.tr("Replace a&ll"))
        self._all.clicked.connect(self.replace_all_wanted)
        for button in (self._one, self._all):
            button.setAutoDefault(False)
        self._sentence = QLabel()
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setWordWrap(True)
        self._sign = QLabel()
        self._replace_row = QWidget()
        self._sentence_row = QWidget()
        self._lay_out(close)
        self._show_hint()
        self.hide()

    def _lay_out(self, close: QToolButton) -> None:
        find = QHBoxLayout()
        for widget in (self._switches, self._previous, self._next):
            find.addWidget(widget)
        find.setSpacing(2)
        replace = QHBoxLayout(self._replace_row)
        replace.setContentsMargins(0, 0, 0, 0)
        replace.addWidget(self._one)
        replace.addWidget(self._all)
        replace.addStretch(1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.GAP // 2)
        grid.addWidget(self._find, 0, 0)
        grid.addLayout(find, 0, 1)
        grid.addWidget(self._count, 0, 2)
        grid.addWidget(close, 0, 4)
        grid.addWidget(self._replace, 1, 0)
        grid.addWidget(self._replace_row, 1, 1, 1, 3)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(3, 1)
        sentence = QHBoxLayout(self._sentence_row)
        sentence.setContentsMargins(0, 0, 0, 0)
        sentence.addWidget(self._sign)
        sentence.addWidget(self._sentence, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        layout.setSpacing(theme.GAP // 2)
        layout.addLayout(grid)
        layout.addWidget(self._sentence_row)
        self._sentence_row.hide()
        order = (
            *(self._find, self._replace, *self._switches.buttons, self._previous, self._next),
            *(self._one, self._all, close),
        )
        for one, other in itertools.pairwise(order):
            QWidget.setTabOrder(one, other)

    # What the owner asks and tells

    @property
    def query(self) -> Query:
        """What to look for."""
        return self._switches.query(self._find.text())

    @property
    def replacement(self) -> str:
        """What to put in its place."""
        return self._replace.text()

    def open(self, words: str = "", *, replace: bool = False) -> None:
        """Show the bar with the focus in it, looking for ``words`` unless they are empty."""
        # Without the stand-ins of a widget, or the query would look for those.
        if words and plain(words) == words and "\n" not in words and len(words) <= LONGEST_QUERY:
            self._find.setText(words)
        self._replace.setVisible(replace)
        self._replace_row.setVisible(replace)
        self.show()
        field = self._replace if replace and self._find.text() and self._find.hasFocus() else self._find
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()

    def show_found(self, found: Found, here: int | None) -> None:
        """Say what the query found; ``here`` is the index of the match that is gone to."""
        self._count.setText(self._counted(found, here))
        there = bool(found.spans)
        for button in (self._previous, self._next, self._one, self._all):
            button.setEnabled(there)
        self.say(found.error or "", error=True)
        severity = "error" if found.error else "warning" if self._find.text() and not there else None
        if self._find.property("severity") != severity:
            self._find.setProperty("severity", severity)
            self._find.update()

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Show a sentence below the fields; an empty one takes it away."""
        if sentence != self._sentence.text() or bool(sentence) == self._sentence_row.isHidden():
            self._sentence.setText(sentence)
            self._sentence_row.setVisible(bool(sentence))
        if sentence:
            sign = severity_icon("error") if error else icon("info")
            size = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
            self._sign.setPixmap(sign.pixmap(size, size))
        self._find.setAccessibleDescription(sentence or self._count.text())

    def _counted(self, found: Found, here: int | None) -> str:
        if found.error or not self._find.text():
            return ""
        if not found.spans:
            return self.tr("No matches")
        total = f"{len(found.spans):,}"
        if found.more:
            total = self.tr("more than {0}").format(total)
        if here is None:
            return self.tr("{0} found").format(total)
        return self.tr("{0} of {1}").format(f"{here + 1:,}", total)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._replace.hasFocus() and not back:
                self.replace_wanted.emit()
            else:
                self.stepped.emit(-1 if back else 1)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_sentence"):
            self.say(self._sentence.text(), error=self._find.property("severity") == "error")

    # Parts

    def _field(self, name: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.setMaxLength(LONGEST_QUERY)
        field.setMinimumWidth(160)
        return field

    def _button(self, picture: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setAutoRaise(True)
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    def _step(self, picture: str, name: str, step: int) -> QToolButton:
        button = self._button(picture, name)
        button.clicked.connect(lambda: self.stepped.emit(step))
        return button

    def _show_hint(self) -> None:
        self._replace.setPlaceholderText(self._switches.replacement_hint())
