"""The fields of Find in all agents: what to look for, where, what to put in its place. They look nowhere."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QWidget

from agenteditor.core.search import LONGEST_QUERY, Query
from agenteditor.ui import theme
from agenteditor.ui.icons import icon
from agenteditor.ui.labels import OneLine
from agenteditor.ui.qtext import OWN_UNDO, plain, tool_tip
from agenteditor.ui.search_switches import SearchSwitches


class SearchFields(QWidget):
    """The fields. ``changed`` is emitted when what they ask for is something else."""

    changed = Signal()
    replace_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = self._field(self.tr("Find in all agents"))
        self.replacement = self._field(self.tr("Replace with"))
        self.only = self._field(self.tr("Only files (such as review*)"))
        self.only.setAccessibleName(self.tr("Only files"))
        self.switches = SearchSwitches()
        self.switches.changed.connect(self.changed)
        self.switches.changed.connect(self._show_hint)
        self.count = OneLine()
        self.count.setMinimumWidth(self.fontMetrics().horizontalAdvance("9,999 places in 999 files"))
        self.count.setAccessibleName(self.tr("Number of places"))
        self.replace_button = QPushButton(self.tr("Replace"))
        self.replace_button.clicked.connect(self.replace_wanted)
        self._effect = OneLine(self.tr("Open agents stay unsaved; others are written (“Undo last batch”)."))
        self._effect.setToolTip(
            tool_tip(
                self.tr(
                    "Open agents change in the editor, with its undo. Other files are written at once; "
                    "“Undo last batch” in the menu Catalog takes that back."
                )
            )
        )
        self.replace_button.setAccessibleDescription(self._effect.text())
        self._effect.setForegroundRole(self._effect.foregroundRole().PlaceholderText)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip(self.tr("Close (Esc)"))
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.clicked.connect(self.closed)
        self._arrange()

    @property
    def query(self) -> Query:
        """What to look for."""
        return self.switches.query(self.words.text())

    @property
    def replaces(self) -> bool:
        """Whether there is a field for what to put in its place."""
        return not self.replacement.isHidden()

    def open(self, words: str, *, replace: bool) -> None:
        """Put the focus into the field that is to be filled; look for ``words`` unless they are empty."""
        if words and plain(words) == words and "\n" not in words and len(words) <= LONGEST_QUERY:
            self.words.setText(words)
        filled = replace and self.replaces and bool(self.words.text())
        for widget in (self.replacement, self.replace_button, self._effect):
            widget.setVisible(replace)
        field = self.replacement if filled else self.words
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()

    def show_refused(self, refused: bool, words: str) -> None:
        """Mark what to look for as something that cannot be used; ``words`` are for a screen reader."""
        severity = "error" if refused else None
        if self.words.property("severity") != severity:
            self.words.setProperty("severity", severity)
            self.words.update()
        self.words.setAccessibleDescription(words)

    def _arrange(self) -> None:
        replace = QHBoxLayout()
        replace.setSpacing(theme.MARGIN)
        replace.addWidget(self.replace_button)
        replace.addWidget(self._effect, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.GAP // 2)
        grid.addWidget(self.words, 0, 0)
        grid.addWidget(self.switches, 0, 1)
        grid.addWidget(self.only, 0, 2)
        grid.addWidget(self.count, 0, 3)
        grid.addWidget(self.close_button, 0, 4)
        grid.addWidget(self.replacement, 1, 0)
        grid.addLayout(replace, 1, 1, 1, 4)
        for column, stretch in enumerate((3, 0, 2, 2)):
            grid.setColumnStretch(column, stretch)
        order = (
            *(self.words, self.replacement, *self.switches.buttons, self.only),
            *(self.replace_button, self.close_button),
        )
        for one, other in itertools.pairwise(order):
            QWidget.setTabOrder(one, other)

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setProperty(OWN_UNDO, True)
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        field.setMaxLength(LONGEST_QUERY)
        field.setMinimumWidth(120)
        field.textChanged.connect(self.changed)
        return field

    def _show_hint(self) -> None:
        self.replacement.setPlaceholderText(self.switches.replacement_hint())
