"""Fields of nested values: YAML as text, applied while it is valid."""

from __future__ import annotations

from textwrap import dedent

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from agenteditor.core import rewrite
from agenteditor.ui import theme
from agenteditor.ui.fields_text import GrowingText
from agenteditor.ui.fields_value import Value


class YamlField(QWidget):
    """A value as YAML. What is typed goes to the file whenever it can be read, and stays here until then."""

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._text = GrowingText(self, max_lines=20, same=_same)
        self._text.setFont(theme.fixed_font())
        self._text.edited.connect(self._typed)
        if value.spec:
            self._text.setPlaceholderText(value.spec.placeholder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._text)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._text

    def refresh(self) -> None:
        """Show the document's value."""
        self._text.show_text(self._written())

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return self._text.pending

    def revert(self) -> None:
        """Put the document's text back."""
        self._text.revert()

    def changeEvent(self, event: QEvent) -> None:
        """The fixed font has the size of the program's."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._text.setFont(QFont())
            self._text.setFont(theme.fixed_font())

    def _written(self) -> str:
        field = self._value.field
        written = rewrite.raw_yaml(self._value.document.syntax, self._value.key) or ""
        # What does not parse is given as it stands in the file, from behind the colon.
        return dedent(written.lstrip("\r\n")) if field is not None and field.style == "broken" else written

    def _typed(self, text: str) -> None:
        reason = self._value.type_yaml(text.rstrip()) if text.strip() else self._value.type_nothing()
        if not reason:
            self._text.agree(text)
        self.refused.emit(reason)


def _same(typed: str, written: str) -> bool:
    """Whether two ways to write it differ in nothing but blanks at the ends of lines and around it all."""
    return _lines(typed) == _lines(written)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in dedent(text).strip("\n").rstrip().split("\n")]
