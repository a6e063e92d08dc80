"""A change shown before it is made: what it does in words, the two texts compared, and the choice.

The button that makes the change is the default, so Enter makes it and Esc leaves all as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from agenteditor.ui import icons, labels, theme
from agenteditor.ui.diff_view import DiffView, framed
from agenteditor.ui.form_notes import Sign
from agenteditor.ui.qtext import title_text

_SIZE = (860, 560)  # pixels
_SAID = 0.4  # of the dialog's height, at most


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
        self._said = _Said(labels.heading(heading), map(_line, remarks), self.tr("What it does"))
        self.column.addWidget(self._said)
        self.column.addWidget(framed(self.diff), 1)
        self.column.addWidget(buttons)
        self.resize(*_SIZE)
        self.accept_button.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The texts that are compared keep their room, however much is said above them."""
        super().resizeEvent(event)
        self._said.fit(round(self.height() * _SAID))

    def showEvent(self, event: QShowEvent) -> None:
        """The first change is in sight, however long the lines above it are."""
        super().showEvent(event)
        self.diff.show_first_change()

    def add_below(self, widget: QWidget) -> None:
        """Put a widget between the texts and the buttons."""
        self.column.insertWidget(self.column.count() - 1, widget)


class _Said(QScrollArea):
    """What is said of a change: as high as it needs to be, up to a limit; then it scrolls."""

    def __init__(self, heading: QWidget, lines: Iterable[QHBoxLayout], name: str) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(heading)
        for line in lines:
            column.addLayout(line)
        self.setWidget(self._inside)

    def fit(self, most: int) -> None:
        """Be as high as what is said, at most ``most`` pixels."""
        needed = self._inside.heightForWidth(self.width())
        over = needed > most
        self.setFixedHeight(min(needed, most))
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn if over else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if over else Qt.FocusPolicy.NoFocus)


def _line(remark: Remark) -> QHBoxLayout:
    sign = Sign()
    sign.say(remark.icon, remark.meaning)
    row = QHBoxLayout()
    row.setSpacing(theme.GAP)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(labels.wrapped(remark.text), 1)
    return row
