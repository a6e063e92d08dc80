"""Fields of text: one line, several lines, and a description apart from its examples."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from agenteditor.core import example_edits
from agenteditor.core.examples import parse_examples, prose_around
from agenteditor.core.router import tokens_of
from agenteditor.core.syntax import EXAMPLE_HOSTS
from agenteditor.core.text import Refusal, apply
from agenteditor.ui import icons
from agenteditor.ui.fields_text import GrowingText, LineEdit, Muted
from agenteditor.ui.fields_value import Value
from agenteditor.ui.flow_layout import FlowLayout

_MOST_SHOWN = 2_000  # characters of a value that is only shown


class LineField(QWidget):
    """One line: the name, and short texts."""

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._line = LineEdit(self)
        self._line.edited.connect(self._typed)
        self._line.setPlaceholderText(value.spec.placeholder if value.spec else "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._line)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._line

    def select_all(self) -> None:
        """Select the text, so that typing replaces it."""
        self._line.selectAll()

    def refresh(self) -> None:
        """Show the document's value."""
        self._line.show_text(self._value.text)

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return self._line.pending

    def revert(self) -> None:
        """Put the document's text back."""
        self._line.revert()

    def _typed(self, text: str) -> None:
        reason = self._value.type_text(text)
        if not reason:
            self._line.agree(text)
        self.refused.emit(reason)


class TextField(QWidget):
    """A text of several lines with its length; what belongs to examples is left to their own view.

    A value with examples is shown as its prose: what stands before the first, and what stands between or
    behind them where there is any.
    """

    refused = Signal(str)
    examples_wanted = Signal()

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._texts: list[GrowingText] = []
        self._titles: list[Muted] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        self._count = Muted("", self)
        self._count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._count.setWordWrap(False)
        self._examples = QPushButton(self)
        self._examples.setFlat(True)
        self._examples.setIcon(icons.icon("examples"))
        self._examples.clicked.connect(self.examples_wanted)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        below = FlowLayout()
        below.addWidget(self._examples)
        below.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._column)
        column.addLayout(below)
        self._slot(0)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._texts[0]

    def refresh(self) -> None:
        """Show the document's value."""
        shown, many = self._shown()
        for slot, text in enumerate(shown):
            if slot and not text and slot >= len(self._texts):
                continue
            edit = self._slot(slot)
            edit.show_text(text)
            title = self._title(slot, many) if text or edit.hasFocus() else ""
            edit.setVisible(slot == 0 or bool(title))
            self._titles[slot].say(title if slot else "")
        for slot in range(len(shown), len(self._texts)):
            self._texts[slot].setVisible(False)
            self._titles[slot].say("")
        self._examples.setVisible(many > 0)
        words = (
            self.tr("1 example: edit it in Examples")
            if many == 1
            else self.tr("{count} examples: edit them in Examples").format(count=many)
        )
        if self._examples.text() != words:
            self._examples.setText(words)
        length = len(self._value.text)
        self._count.say(
            self.tr("{characters:,} characters · ≈ {tokens:,} tokens").format(
                characters=length, tokens=tokens_of(length)
            )
            if length
            else ""
        )

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return any(edit.pending for edit in self._texts)

    def revert(self) -> None:
        """Put the document's text back."""
        for edit in self._texts:
            edit.revert()

    def select_all(self) -> None:
        """Select the text, so that typing replaces it."""
        self._texts[0].selectAll()

    def _shown(self) -> tuple[list[str], int]:
        """The texts to edit, and how many examples stand between them."""
        value = self._value.text
        hosted = self._value.document.syntax.examples
        examples = tuple(one.example for one in hosted if one.host == self._value.key)
        if not examples:
            return [value], 0
        return [stretch.text for stretch in prose_around(value, examples)], len(examples)

    def _slot(self, slot: int) -> GrowingText:
        while len(self._texts) <= slot:
            index = len(self._texts)
            title = Muted("", self)
            edit = GrowingText(self, min_lines=1 if index else 2, same=_same)
            edit.edited.connect(lambda text, at=index: self._typed(at, text))
            if not index and self._value.spec:
                edit.setPlaceholderText(self._value.spec.placeholder)
            self._column.addWidget(title)
            self._column.addWidget(edit)
            self._titles.append(title)
            self._texts.append(edit)
            if index:
                name = self.tr("{label}, part {number}").format(label=self._value.label, number=index + 1)
                edit.setAccessibleName(name)
        return self._texts[slot]

    def _title(self, slot: int, many: int) -> str:
        if slot == many:
            return self.tr("Behind the examples")
        return self.tr("Between example {first} and {second}").format(first=slot, second=slot + 1)

    def _typed(self, slot: int, text: str) -> None:
        value = self._value.text
        _, many = self._shown()
        if many:
            edits = example_edits.set_prose(value, slot, text)
            if isinstance(edits, Refusal):
                reason = edits.reason
            else:
                reason = self._value.type_text(apply(value, edits))
        elif self._value.key in EXAMPLE_HOSTS and not all(one.closed for one in parse_examples(text)):
            reason = self.tr("An example begins here. It is taken over when </example> stands at its end.")
        else:
            reason = self._value.type_text(text)
        if not reason:
            self._texts[slot].agree(self._agreed(slot, text))
        self.refused.emit(reason)

    def _agreed(self, slot: int, text: str) -> str:
        """What the widget may go on showing: the typed text, unless it became something else."""
        shown, _ = self._shown()
        return text if slot < len(shown) and _same(text, shown[slot]) else shown[min(slot, len(shown) - 1)]


def _same(typed: str, value: str) -> bool:
    """Prose is read back without the blanks around it, which a person may be about to type on."""
    return typed.strip() == value.strip()


class ReadOnlyField(QWidget):
    """A value the form does not change, as it is written, and the way to the source."""

    refused = Signal(str)
    source_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = GrowingText(self, max_lines=6)
        self._text.setReadOnly(True)
        button = QPushButton(self.tr("Edit in source"), self)
        button.setIcon(icons.icon("source"))
        button.clicked.connect(self.source_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._text)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._text

    def show_written(self, text: str) -> None:
        """Show a value as it is written in the file, the beginning of one that is very long."""
        self._text.show_text(text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "\n…")
