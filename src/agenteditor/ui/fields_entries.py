"""Fields that list words: the tools an agent may use, those it may not, its skills.

A field keeps the form it has: a text with commas, a list in lines, a list in brackets. Absent, empty,
nothing and a star are different things and shown as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core import tools_grammar
from agenteditor.ui import icons, theme
from agenteditor.ui.fields_chips import Chips
from agenteditor.ui.fields_suggest import HELP, HelpDelegate
from agenteditor.ui.fields_text import Muted
from agenteditor.ui.fields_value import Value
from agenteditor.ui.flow_layout import FlowLayout

_ROWS = 8  # of the list to choose from, before it scrolls


class EntriesField(QWidget):
    """A plain list of words (skills): chips and a line."""

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._chips = Chips({}, self)
        self._chips.line.setPlaceholderText(self.tr("Add a name"))
        _connect(self._chips, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._chips)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._chips.line

    def refresh(self) -> None:
        """Show the document's value."""
        self._chips.show_entries(words_of(self._value))

    def finish(self) -> None:
        """Add what is typed."""
        self._chips.finish()

    def add(self, text: str) -> None:
        """Add the names in a text."""
        self.refused.emit(added(self._value, text))

    def swap(self, index: int, text: str) -> None:
        """Put other names in the place of one."""
        self.refused.emit(swapped(self._value, index, text))

    def drop(self, index: int) -> None:
        """Take a name out."""
        self.refused.emit(swapped(self._value, index, ""))


class ToolsField(QWidget):
    """All tools (no field), only these, or none; for forbidden tools: nothing or these.

    "Only these" without an entry is a state of this widget alone: the file says what it said until the
    first entry is there, and a line says what that means.
    """

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._forbids = value.key == "disallowedTools"
        self._choosing = False
        self._last: tuple[str, ...] = ()
        known = value.spec.choice_help if value.spec else {}
        self._group = QButtonGroup(self)
        flow = FlowLayout(None, 2 * theme.GAP)
        self._all = self._radio(flow, self.tr("Nothing forbidden") if self._forbids else self.tr("All tools"))
        self._these = self._radio(flow, self.tr("These") if self._forbids else self.tr("Only these"))
        self._none = self._radio(flow, self.tr("None"))
        self._none.setVisible(not self._forbids)
        self._group.buttonClicked.connect(self._clicked)
        self._note = Muted("", self)
        self._chips = Chips(known, self)
        first = ", ".join(list(known)[:2])
        claude = value.document.syntax.dialect.is_claude
        more = "Bash(git *), mcp__server__tool" if claude else first
        self._chips.line.setPlaceholderText(self.tr("Add {0} …").format(f"Read, {more}" if claude else more))
        _connect(self._chips, self)
        self._toggle = QPushButton(self.tr("Choose from the list"), self)
        self._toggle.setIcon(icons.icon("chevron-right"))
        self._toggle.setFlat(True)
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._show_list)
        self._list = _list(known, self)
        self._list.setAccessibleName(self.tr("Known tools"))
        self._list.itemChanged.connect(self._ticked)
        self._chips.line.textChanged.connect(self._filter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(flow)
        for widget in (self._note, self._chips, self._toggle, self._list):
            column.addWidget(widget)
        column.setAlignment(self._toggle, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._group.checkedButton() or self._all

    def refresh(self) -> None:
        """Show the document's value."""
        entries = words_of(self._value)
        if entries == ("*",) and not self._forbids:
            entries = ()
        if entries:
            self._choosing, self._last = False, entries
        state = self._state(entries)
        if state is None:
            self._group.setExclusive(False)  # Qt keeps one of an exclusive group checked
            for button in self._group.buttons():
                button.setChecked(False)
            self._group.setExclusive(True)
        elif not state.isChecked():
            state.setChecked(True)
        self._note.say(self._meaning(state, entries))
        listing = state is self._these
        self._chips.show_entries(entries)
        for widget in (self._chips, self._toggle):
            if widget.isHidden() == listing:
                widget.setVisible(listing)
        self._list.setVisible(listing and self._toggle.isChecked())
        self._tick(entries)

    def finish(self) -> None:
        """Add what is typed, unless it searches the list."""
        if self._list.isHidden():
            self._chips.finish()

    def add(self, text: str) -> None:
        """Add the entries in a text."""
        self.refused.emit(added(self._value, text))

    def swap(self, index: int, text: str) -> None:
        """Put other entries in the place of one."""
        self.refused.emit(swapped(self._value, index, text))

    def drop(self, index: int) -> None:
        """Take an entry out. The last one taken out leaves a list of nothing."""
        self._choosing = len(self._chips.entries) == 1
        self.refused.emit(swapped(self._value, index, ""))
        self.refresh()

    def _state(self, entries: Sequence[str]) -> QRadioButton | None:
        """The button that says what the file says; None where that is not defined (nothing, "")."""
        field = self._value.field
        if self._choosing or entries:
            return self._these
        if field is None or words_of(self._value) == ("*",):
            return self._all
        if field.value == []:
            return self._all if self._forbids else self._none
        return self._all if self._forbids else None

    def _meaning(self, state: QRadioButton | None, entries: Sequence[str]) -> str:
        field = self._value.field
        if state is self._these and not entries:
            if self._forbids:
                return self.tr("Nothing is chosen yet, so nothing is forbidden.")
            if field is not None and field.value == []:
                return self.tr("Nothing is chosen, so it may use no tool at all.")
            return self.tr("Nothing is chosen yet, so it may use every tool.")
        if state is self._all and field is not None:
            if words_of(self._value) == ("*",):
                return self.tr("Written as a star, which is the same as leaving the field out.")
            return self.tr("The field is there and empty.")
        if state is None:
            return self.tr("The field is there without a value: choose what it should say.")
        return ""

    def _clicked(self) -> None:
        button = self._group.checkedButton()
        reason = ""
        self._choosing = False
        if button is self._all:
            reason = self._value.remove()
        elif button is self._none:
            reason = self._value.choose([])
        elif self._last:
            reason = _write(self._value, self._last)
        else:
            self._choosing = True
        self.refused.emit(reason)
        self.refresh()
        if button is self._these:
            self._chips.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_list(self, shown: bool) -> None:
        self._toggle.setIcon(icons.icon("chevron-down" if shown else "chevron-right"))
        self._list.setVisible(shown)
        self._chips.suggestions.quiet = shown

    def _tick(self, entries: Sequence[str]) -> None:
        for row in range(self._list.count()):
            item = self._list.item(row)
            wanted = Qt.CheckState.Checked if item.text() in entries else Qt.CheckState.Unchecked
            if item.checkState() != wanted:
                item.setCheckState(wanted)

    def _ticked(self, item: QListWidgetItem) -> None:
        wanted, entries = item.checkState() == Qt.CheckState.Checked, self._chips.entries
        if wanted == (item.text() in entries):
            return
        if wanted:
            self.add(item.text())
        else:
            self.drop(entries.index(item.text()))
        self.refresh()

    def _filter(self, text: str) -> None:
        words = text.strip().casefold()
        for row in range(self._list.count()):
            item = self._list.item(row)
            found = words in item.text().casefold() or words in str(item.data(HELP)).casefold()
            self._list.setRowHidden(row, not found)

    def _radio(self, flow: FlowLayout, text: str) -> QRadioButton:
        button = QRadioButton(text, self)
        self._group.addButton(button)
        flow.addWidget(button)
        return button


def words_of(value: Value) -> tuple[str, ...]:
    """The entries of a field's value, whatever its form."""
    field = value.field
    found = tools_grammar.entries(field.value) if field else None
    return tuple(entry.text for entry in found or ())


def added(value: Value, text: str) -> str:
    """Add the entries in ``text`` that are not there yet; the reason if refused, else ""."""
    present = words_of(value)
    present = () if present == ("*",) else present
    new = [entry.text for entry in tools_grammar.split(text) if entry.text not in present]
    return _write(value, [*present, *dict.fromkeys(new)]) if new else ""


def swapped(value: Value, index: int, text: str) -> str:
    """Put the entries in ``text`` in the place of one; none takes it out."""
    field = value.field
    found = tools_grammar.entries(field.value) if field else None
    if field is None or not found or index >= len(found):
        return ""
    new = [entry.text for entry in tools_grammar.split(text)]
    changed = tools_grammar.replaced(field.value, found[index], new)
    return value.choose([] if not tools_grammar.entries(changed) else changed)


def _write(value: Value, entries: Sequence[str]) -> str:
    """Write all entries in the form the field has; a new field gets commas."""
    field = value.field
    if field is not None and isinstance(field.value, list):
        return value.choose(list(entries))
    if field is not None and isinstance(field.value, str):
        old = field.value.rstrip().removesuffix(",")
        present = [entry.text for entry in tools_grammar.split(old)]
        if present and present == list(entries[: len(present)]) and present != ["*"]:
            # What stands there keeps its own blanks.
            return value.choose(tools_grammar.joined([old, *entries[len(present) :]]))
    return value.choose(tools_grammar.joined(entries))


def _connect(chips: Chips, field: EntriesField | ToolsField) -> None:
    chips.wanted.connect(field.add)
    chips.replaced.connect(field.swap)
    chips.dropped.connect(field.drop)


def _list(words: Mapping[str, str], parent: QWidget) -> QListWidget:
    """The list of known names with boxes to tick."""
    made = QListWidget(parent)
    made.setItemDelegate(HelpDelegate(made))
    made.setUniformItemSizes(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    for word, text in words.items():
        item = QListWidgetItem(word, made)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Unchecked)
        item.setData(HELP, text)
    made.setFixedHeight(_ROWS * max(made.sizeHintForRow(0), 26) + 2 * made.frameWidth())
    return made
