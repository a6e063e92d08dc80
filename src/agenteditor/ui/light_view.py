"""A file that is looked at, not edited: one that is too big, binary, or with an endless line.

A part of the file is read and shown at a time, so the widget never holds more than `slices.PART` bytes.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.disk import LIMIT
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.slices import LONGEST_LINE, Reason, Slices
from agenteditor.ui import theme
from agenteditor.ui.form_notes import Sign
from agenteditor.ui.icons import icon
from agenteditor.ui.preview_file import FileText
from agenteditor.ui.qtext import plain, tool_tip


class LightView(QWidget):
    """One file, read only. ``edit_wanted``: its text shall be edited all the same."""

    edit_wanted = Signal()

    def __init__(self, path: Path, slices: Slices, reason: Reason, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._slices = slices
        self._sign = Sign()
        self._sign.say("info", "info")
        self._words = QLabel(self._sentence(reason))
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self.edit = QPushButton(self.tr("Edit all the same"))
        self.edit.clicked.connect(self.edit_wanted)
        self.edit.setVisible(slices.size <= LIMIT)
        self.text = FileText()
        self.text.setAccessibleName(self.tr("Part of the file"))
        self._where = QLabel()
        self._where.setTextFormat(Qt.TextFormat.PlainText)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Which part of the file is shown"))
        self.slider.setRange(0, slices.count - 1)
        self.slider.setPageStep(max(1, slices.count // 20))
        self.slider.setTracking(True)
        self.slider.valueChanged.connect(self.show_part)
        self.before = self._button("chevron-left", self.tr("Previous part"), -1)
        self.after = self._button("chevron-right", self.tr("Next part"), 1)
        self._lay_out()
        self.show_part(0)

    @property
    def sentence(self) -> str:
        """Why the file is only shown, and what can be done."""
        return self._words.text()

    @property
    def is_current(self) -> bool:
        """Whether the file is still the one that is shown."""
        return self._slices.is_current

    def take_focus(self) -> None:
        """Go to the text."""
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_part(self, index: int) -> None:
        """Read one part of the file, from 0 on, and show it."""
        self.slider.setValue(index)
        self.before.setEnabled(index > 0)
        self.after.setEnabled(index < self.slider.maximum())
        try:
            part = self._slices.part(index)
        except FileProblem as problem:
            self.text.show_text("")
            self._where.setText(plain(str(problem)))
            return
        self.text.show_text(part.text)
        number = QLocale().toString
        self._where.setText(
            self.tr("Part {0} of {1}, bytes {2} to {3} of {4}").format(
                *(number(index + 1), number(self._slices.count)),
                *(number(part.start), number(part.end), number(self._slices.size)),
            )
        )

    def close_file(self) -> None:
        """Let go of the file; the view is done with."""
        self._slices.close()

    def _lay_out(self) -> None:
        top = QFrame()
        top.setAutoFillBackground(True)
        words = QHBoxLayout(top)
        words.setContentsMargins(theme.MARGIN, theme.GAP, theme.MARGIN, theme.GAP)
        words.setSpacing(theme.GAP)
        words.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        words.addWidget(self._words, 1)
        words.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignVCenter)
        below = QFrame()
        parts = QHBoxLayout(below)
        parts.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        parts.setSpacing(theme.GAP)
        for widget in (self.before, self.slider, self.after):
            parts.addWidget(widget, int(widget is self.slider))
        parts.addWidget(self._where)
        below_is_needed = self._slices.count > 1
        for widget in (self.before, self.slider, self.after):
            widget.setVisible(below_is_needed)
        if not below_is_needed:
            parts.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.text, 1)
        column.addWidget(below)
        self.setFocusProxy(self.text)

    def _button(self, name: str, words: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setAutoRaise(True)
        button.setMinimumSize(28, 28)
        button.setToolTip(tool_tip(words))
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self.show_part(self.slider.value() + step))
        return button

    def _sentence(self, reason: Reason) -> str:
        number, mega = QLocale().toString, 1024 * 1024
        what = {
            "too-big": self.tr("This file has {0} MB; agents of up to {1} MB can be edited.").format(
                number(self._slices.size / mega, "f", 1), number(LIMIT // mega)
            ),
            "binary": self.tr("This file is not a text. Its bytes are shown as numbers, 16 to a line."),
            "long-line": self.tr(
                "A line of this file has more than {0} characters, which makes typing slow."
            ).format(number(LONGEST_LINE)),
        }[reason]
        return f"{what} {self.tr('It is shown read-only, a part at a time. Nothing of it is changed.')}"
