"""A merge to look at and to decide: the file before and after, and each conflict with both its sides.

Without conflicts it is the comparison alone. Whoever shows it gets ``decided`` after each choice.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.merging import Choices, Conflict, Merged, Side
from agenteditor.ui import theme
from agenteditor.ui.diff_view import DiffView
from agenteditor.ui.icons import coloured_icon, icon, severity_icon, side
from agenteditor.ui.qtext import plain
from agenteditor.ui.sentence_rows import SentenceRows

_MOST_ROWS = 4  # of the list of conflicts that are in sight at once


class SideWords(NamedTuple):
    """What the two sides are called."""

    titles: tuple[str, str]
    names: tuple[str, str]  # inside a sentence
    one: tuple[str, str]  # the buttons that decide a conflict
    all: tuple[str, str]  # the buttons that decide every conflict


class MergeView(QWidget):
    """Shows one change. ``choices`` is what was decided for the conflicts of the merge that is shown.

    ``sides`` are the words for what is merged.
    """

    decided = Signal()

    def __init__(self, before: str, after: str, sides: SideWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = sides
        self._merged: Merged | None = None
        self.choices: dict[int, Side] = {}
        self.list = SentenceRows(2, sentence=0)
        self.list.setAccessibleName(self.tr("Conflicts"))
        self.list.setHeaderHidden(True)
        self.list.resized.connect(self._fit)
        self.list.currentItemChanged.connect(lambda _item, _before: self._show_current())
        self.ours_button = self._button(self._words.one[0], "ours")
        self.theirs_button = self._button(self._words.one[1], "theirs")
        beside = QVBoxLayout()
        beside.setSpacing(theme.GAP)
        beside.addWidget(self.ours_button)
        beside.addWidget(self.theirs_button)
        beside.addStretch(1)
        self.conflicts = QWidget()
        top = QHBoxLayout(self.conflicts)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.GAP)
        top.addWidget(self.list, 1)
        top.addLayout(beside)
        self.result = DiffView(old_title=before, new_title=after, empty=self.tr("The file stays as it is."))
        old, new = self._words.titles
        self.sides = DiffView(old_title=old, new_title=new, empty=self.tr("Both sides are empty."))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.result)
        self.stack.addWidget(self.sides)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self.conflicts)
        frame = QFrame()
        frame.setFrameShape(QFrame.Shape.StyledPanel)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.stack)
        layout.addWidget(frame, 1)
        self.show_change("", "")

    def show_change(self, before: str, after: str) -> None:
        """Show a change that nothing is to be decided about."""
        self._merged = None
        self.choices = {}
        self.conflicts.hide()
        self.list.clear()
        self.result.show_texts(before, after)
        self.result.show_first_change()
        self.stack.setCurrentWidget(self.result)

    def show_merge(self, merged: Merged, choices: Choices) -> None:
        """Show a merge with what was decided before, at its first conflict that was not."""
        if not merged.conflicts:
            self.show_change(merged.ours, merged.text)
            return
        self._merged = merged
        self.choices = dict(choices)
        self.list.clear()
        self.list.addTopLevelItem(QTreeWidgetItem([self.tr("The file, before and after"), ""]))
        for conflict in merged.conflicts:
            self.list.addTopLevelItem(QTreeWidgetItem([plain(self._title(conflict)), ""]))
        self._show_choices()
        self.conflicts.show()
        open_ = next((at for at in range(len(merged.conflicts)) if at not in choices), None)
        self.list.setCurrentItem(self.list.rows()[0 if open_ is None else open_ + 1])
        rows = min(self.list.topLevelItemCount(), _MOST_ROWS)
        height = max(26, self.fontMetrics().height() + theme.GAP) * rows + 2 * self.list.frameWidth()
        height = max(height, self.ours_button.sizeHint().height() * 2 + theme.GAP)
        self.list.setFixedHeight(height)
        self.conflicts.setFixedHeight(height)
        self._fit()

    def decide(self, choice: Side) -> None:
        """Decide the conflict that is shown, and go on to the next; with none shown, all of them."""
        if self._merged is None:
            return
        at = self._current()
        places = range(len(self._merged.conflicts)) if at is None else [at]
        self.choices.update(dict.fromkeys(places, choice))
        self._show_choices()
        if at is not None and at + 1 < len(self._merged.conflicts):
            self.list.setCurrentItem(self.list.rows()[at + 2])
        self._show_current()
        self.decided.emit()

    def _button(self, text: str, choice: Side) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self.decide(choice))
        return button

    def _current(self) -> int | None:
        """The conflict that is chosen in the list; None for the whole file."""
        item = self.list.currentItem()
        row = 0 if item is None else self.list.indexOfTopLevelItem(item)
        return row - 1 if row > 0 else None

    def _show_current(self) -> None:
        if self._merged is None:
            return
        at = self._current()
        labels = self._words.all if at is None else self._words.one
        for button, label in zip((self.ours_button, self.theirs_button), labels, strict=True):
            button.setText(label)
        if at is None:
            self.result.show_texts(self._merged.ours, self._merged.text_with(self.choices))
            self.stack.setCurrentWidget(self.result)
            self.result.show_first_change()
            return
        conflict = self._merged.conflicts[at]
        ours, theirs = (version.text if version else "" for version in (conflict.ours, conflict.theirs))
        self.sides.show_texts(ours, theirs)
        words = self.tr("− {0}, + {1}").format(*self._words.names)  # neither was removed or added
        self.sides.summary.setText(words)
        self.stack.setCurrentWidget(self.sides)
        self.sides.show_first_change()
        item = self.list.currentItem()
        if item is not None:
            self.list.scrollToItem(item, QAbstractItemView.ScrollHint.EnsureVisible)

    def _show_choices(self) -> None:
        assert self._merged is not None, "there are choices only in a merge"
        ours, theirs = self._words.names
        words = {"ours": ours, "theirs": theirs}
        undecided = self.tr("not decided, {0} stays").format(ours)
        for at, item in enumerate(self.list.rows()[1:]):
            choice = self.choices.get(at)
            item.setText(1, words[choice] if choice else undecided)
            item.setIcon(0, coloured_icon("ok", "good") if choice else severity_icon("warning"))
        self.list.rows()[0].setIcon(0, icon("diff"))
        self._fit()

    def _title(self, conflict: Conflict) -> str:
        kinds = {
            "field": self.tr("Field “{0}”"),
            "section": self.tr("Section “{0}”"),
        }
        words = kinds.get(conflict.kind, "{0}").format(conflict.label)
        words = words[:1].upper() + words[1:]
        gone = self.tr("{0}: removed here") if conflict.ours is None else self.tr("{0}: removed there")
        if conflict.base is None:
            gone = self.tr("{0}: only there") if conflict.ours is None else self.tr("{0}: only here")
        return gone.format(words) if None in (conflict.ours, conflict.theirs) else words

    def _fit(self) -> None:
        if self.list.topLevelItemCount():
            choice = min(self.list.needed(1), self.list.room() // 2)
            self.list.share(self.list.room() - choice, choice)
        self.list.setMinimumWidth(4 * side(self.list))
