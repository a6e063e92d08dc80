"""A change shown before it is made: what it does in words, the two texts compared, and the choice.

The button that makes the change is the default, so Enter makes it and Esc leaves all as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from agenteditor.ui import icons, labels, theme
from agenteditor.ui.diff_view import DiffView, framed
from agenteditor.ui.form_notes import Sign
from agenteditor.ui.qtext import title_text

_SIZE = (860, 560)  # pixels


class Remark(NamedTuple):
    """A sentence with the sign before it: an icon's name and the meaning that colours it."""

    icon: str
    meaning: icons.Meaning
    text: str


class ReviewDialog(QDialog):
    """The dialog. ``accept`` is the text of its button, with ``&`` before the letter."""

    def __init__(
        self,
        title: str,
        heading: str,
        remarks: Sequence[Remark],
        texts: tuple[str, str],
        *,
        accept: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title_text(title))
        self.diff = DiffView(*texts)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accept_button.setDefault(True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*[theme.MARGIN] * 4)
        self.column.setSpacing(theme.GAP)
        label = labels.heading(heading)
        self.column.addWidget(label)
        for remark in remarks:
            self.column.addLayout(_line(remark))
        self.column.addWidget(framed(self.diff), 1)
        self.column.addWidget(buttons)
        self.resize(*_SIZE)
        self.accept_button.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """The first change is in sight, however long the lines above it are."""
        super().showEvent(event)
        self.diff.show_first_change()

    def add_below(self, widget: QWidget) -> None:
        """Put a widget between the texts and the buttons."""
        self.column.insertWidget(self.column.count() - 1, widget)


def _line(remark: Remark) -> QHBoxLayout:
    sign = Sign()
    sign.say(remark.icon, remark.meaning)
    row = QHBoxLayout()
    row.setSpacing(theme.GAP)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(labels.wrapped(remark.text), 1)
    return row
