"""The text of one part of an example: a line above it, the text itself, and what could not be applied."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from agenteditor.ui import icons, theme
from agenteditor.ui.fields import GrowingText
from agenteditor.ui.form_notes import ProblemLine

_BUTTON = 26  # pixels; 24 is the least that can be hit (WCAG 2.5.8)


class PartText(QWidget):
    """A growing text that is written as it is typed.

    ``write`` takes the typed text and answers with the reason if it is refused, else "". What is refused
    stays in the widget with the reason under it, until it can be applied or is put back.
    """

    refused = Signal(str)
    rebuilt = Signal()  # a button came or went

    def __init__(self, write: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._write = write
        self._exact = False
        self.source = ""  # the document's text as shown last
        self.remove: QToolButton | None = None
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.GAP)
        self.text = GrowingText(self, max_lines=18, same=self._same)
        self.text.edited.connect(self._edited)
        self._refusal = ProblemLine(self)
        self._refusal.setVisible(False)
        self._refusal.fix_wanted.connect(self.put_back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self.head)
        column.addWidget(self.text)
        column.addWidget(self._refusal)

    def show_text(self, text: str, *, exact: bool, editable: bool) -> None:
        """Show the document's text; what was typed and not applied stays as long as that is the same.

        ``exact``: blanks at the ends count, as they do between quotes.
        """
        self._exact, self.source = exact, text
        self.text.setReadOnly(not editable)
        if self.remove is not None:
            self.remove.setEnabled(editable)
        self.text.show_text(text)
        if not self.text.pending or self._same(self.text.own(), text):
            self._say("")

    def restore(self, typed: str) -> None:
        """Put back into the widget what was typed there before and could not be applied."""
        self.text.type_in(typed)

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return not self._refusal.isHidden()

    def put_back(self) -> None:
        """Give up what could not be applied."""
        self.text.revert()
        self._say("")
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def drop(self) -> None:
        """Give up what could not be applied, without going there."""
        self.text.revert()
        self._say("")

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through: the text, the buttons above it, the one below."""
        items = [self.head.itemAt(index) for index in range(self.head.count())]
        above = [item.widget() for item in items if item is not None]
        buttons = [one for one in above if one is not None and one.focusPolicy() != Qt.FocusPolicy.NoFocus]
        return [self.text, *buttons, *buttons_of(self._refusal)]

    def _same(self, typed: str, value: str) -> bool:
        return typed == value or (not self._exact and typed.strip() == value.strip())

    def _edited(self, text: str) -> None:
        reason = self._write(text)
        if not reason:
            self.text.agree(text if self._same(text, self.source) else self.source)
        self._say(reason)

    def _say(self, reason: str) -> None:
        if reason:
            sentence = self.tr("Not applied. {reason}").format(reason=reason)
            self._refusal.say("warning", "warning", sentence)
            if self._refusal.isHidden():
                self._refusal.offer([self.tr("Put back")], "revert")
            self.refused.emit(reason)
        if self._refusal.isHidden() == bool(reason):
            self._refusal.setVisible(bool(reason))
            self.text.setProperty("severity", "warning" if reason else "")
            self.text.update()
            self.rebuilt.emit()
        if self.text.accessibleDescription() != reason:
            self.text.setAccessibleDescription(reason)


class PartLabel(QLabel):
    """The name of a part above its text; the mnemonic in it leads there."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._embolden()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(QFont())
            self._embolden()

    def _embolden(self) -> None:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)


def small_button(icon: str, name: str, parent: QWidget) -> QToolButton:
    """A button with only an icon; ``name`` is its tooltip and accessible name."""
    button = QToolButton(parent)
    button.setIcon(icons.icon(icon))
    button.setAutoRaise(True)
    size = max(_BUTTON, icons.side(parent) + theme.GAP)
    button.setFixedSize(size, size)
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button


def buttons_of(line: ProblemLine) -> list[QPushButton]:
    """The buttons of a problem that is shown."""
    if line.isHidden():
        return []
    return [one for one in line.findChildren(QPushButton) if one.isVisibleTo(line)]
