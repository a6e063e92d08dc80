"""How a search is meant: the switches beside its words, the same wherever one searches."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from agenteditor.core.search import Query


class SearchSwitches(QWidget):
    """Match case, whole words, regular expression. ``changed``: one of them says something else now."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.case = self._switch("Aa", self.tr("Match case"))
        self.word = self._switch(self.tr("ab|"), self.tr("Whole words"))
        self.regex = self._switch(".*", self.tr("Regular expression"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for button in self.buttons:
            layout.addWidget(button)

    @property
    def buttons(self) -> tuple[QToolButton, ...]:
        """The switches in their order."""
        return self.case, self.word, self.regex

    def query(self, words: str) -> Query:
        """What to look for, with these words."""
        return Query(words, self.case.isChecked(), self.word.isChecked(), self.regex.isChecked())

    def replacement_hint(self) -> str:
        """What may be typed as the replacement."""
        if self.regex.isChecked():
            return self.tr("Replace with (\\1 is what the first group found)")
        return self.tr("Replace with")

    def _switch(self, text: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.toggled.connect(self.changed)
        return button
