"""The widgets for the parts of one example, below each other in the order of the file.

A widget stays as long as the example has its part, so that typing moves no caret; parts that come or go are
put in or taken out in place. What was typed and refused is kept when another example is shown, and is there
again when its own is. What the parts mean and how they are written is left to ``example_editor``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from agenteditor.core.examples import Example
from agenteditor.ui import icons, theme
from agenteditor.ui.example_text import PartLabel, PartText, small_button
from agenteditor.ui.example_turn import TurnCard
from agenteditor.ui.fields import GrowingText, Muted
from agenteditor.ui.qtext import Shown

_BETWEEN = 14  # pixels


class PartKey(NamedTuple):
    """Which part of an example: its kind, and which of that kind."""

    kind: str  # "context", "turn", "note", "commentary"; "raw" is all of it
    number: int


RAW = PartKey("raw", 0)

_Row = PartText | TurnCard


class PartRows(QWidget):
    """One row for each part, and buttons where another could be added.

    ``write`` and ``name`` write a part's text or a turn's speaker and answer with the reason if that is
    refused, else "".
    """

    refused = Signal(str)
    rebuilt = Signal()  # other widgets to tab through
    caret_moved = Signal()
    turn_moved = Signal(int, int)  # which turn, and by how many
    removed = Signal(object)  # a PartKey
    added = Signal(str)  # "context", "commentary", "user" or "assistant"

    def __init__(
        self,
        write: Callable[[PartKey, str], str],
        name: Callable[[PartKey, str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._write, self._name = write, name
        self._rows: dict[PartKey, _Row] = {}
        self._order: list[PartKey] = []
        self._held: dict[tuple[object, PartKey, str], str] = {}
        self._context = self._adder(self.tr("Add &context"), "context")
        self._commentary = self._adder(self.tr("Add co&mmentary"), "commentary")
        self._turns = QWidget(self)
        self._turn_buttons = [
            self._adder(self.tr("&User turn"), "user"),
            self._adder(self.tr("A&ssistant turn"), "assistant"),
        ]
        self._turn_buttons[0].setAccessibleName(self.tr("Add a user turn"))
        self._turn_buttons[1].setAccessibleName(self.tr("Add an assistant turn"))
        bar = QHBoxLayout(self._turns)
        bar.setContentsMargins(0, 0, 0, 0)
        for button in self._turn_buttons:
            bar.addWidget(button)
        bar.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_BETWEEN)

    # --- showing --------------------------------------------------------------------------------

    def show_parts(self, example: Example, speakers: Sequence[str], *, raw: bool, editable: bool) -> None:
        """Show the parts of an example, or all of it as text (``raw``)."""
        self._place([RAW] if raw else keys_of(example))
        for button in (*self._turn_buttons, self._context, self._commentary):
            button.setEnabled(editable)
        if raw:
            row = self._rows[RAW]
            assert isinstance(row, PartText)
            row.show_text(example.text, exact=False, editable=editable)
            return
        for key, part in zip(self._order, example.parts, strict=True):
            row = self._rows[key]
            if isinstance(row, TurnCard):
                row.show_part(part, key.number, len(example.turns), speakers, editable=editable)
            else:
                # An example has one context and one commentary; a further one is changed as text.
                one_of_them = key.kind == "note" or key.number == 0
                row.show_text(part.text, exact=False, editable=editable and one_of_them)

    @property
    def raw(self) -> bool:
        """Whether the example is shown as text."""
        return RAW in self._rows

    @property
    def pending(self) -> bool:
        """Whether something was typed that could not be applied."""
        return any(row.pending for row in self._rows.values())

    def drop(self) -> None:
        """Give up what could not be applied."""
        for row in self._rows.values():
            row.drop()

    def put_aside(self, example: object) -> None:
        """Keep what was typed into ``example``, whatever names it, and refused."""
        for key, row in self._rows.items():
            text = _text_of(row)
            if text.pending:
                self._held[(example, key, text.source)] = text.text.own()
            row.drop()

    def take_up(self, example: object) -> None:
        """Have again what was put aside, where the document's text is still the same."""
        for key, row in self._rows.items():
            text = _text_of(row)
            typed = self._held.pop((example, key, text.source), None)
            if typed is not None:
                text.restore(typed)

    # --- focus ----------------------------------------------------------------------------------

    def key_at(self, place: int | None) -> PartKey:
        """The row of a part, counted in the order of the file; the first row for None."""
        return self._order[place] if place is not None and not self.raw else self._order[0]

    def focus(self, key: PartKey, offset: int | None = None) -> GrowingText:
        """Put the caret into the text of a part, at ``offset`` of it or where it was last."""
        text = _text_of(self._rows.get(key) or self._rows[self._order[0]]).text
        if offset is not None:
            cursor = text.textCursor()
            cursor.setPosition(Shown(text.own()).position(min(offset, len(text.own()))))
            text.setTextCursor(cursor)
        text.setFocus(Qt.FocusReason.OtherFocusReason)
        return text

    def focused_text(self) -> GrowingText | None:
        """The text that has the focus."""
        texts = (_text_of(row).text for row in self._rows.values())
        return next((text for text in texts if text.hasFocus()), None)

    def stop_in(self, turn: int) -> int:
        """Which of the widgets of a turn has the focus; its text if none has."""
        card = self._rows[PartKey("turn", turn)]
        return next((at for at, one in enumerate(card.tab_stops()) if one.hasFocus()), 1)

    def focus_stop(self, turn: int, stop: int) -> None:
        """Go to a widget of a turn; to its text if that one is off."""
        stops = self._rows[PartKey("turn", turn)].tab_stops()
        target = stops[min(stop, len(stops) - 1)]
        (target if target.isEnabled() else stops[1]).setFocus(Qt.FocusReason.OtherFocusReason)

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through, as it is read."""
        stops: list[QWidget] = []
        for index in range(self._column.count()):
            item = self._column.itemAt(index)
            widget = item.widget() if item is not None else None
            if isinstance(widget, (PartText, TurnCard)):
                stops += widget.tab_stops()
            elif widget is self._turns:
                stops += self._turn_buttons
            elif widget is not None:
                stops.append(widget)
        return stops

    def changeEvent(self, event: QEvent) -> None:
        """The fixed font follows the application's in size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and RAW in getattr(self, "_rows", ()):
            _text_of(self._rows[RAW]).text.setFont(theme.fixed_font())

    # --- rows -----------------------------------------------------------------------------------

    def _place(self, order: list[PartKey]) -> None:
        """Have exactly the rows that are due, each in its place."""
        if order == self._order and self._column.count():
            return
        focus = next((key for key in self._order if _has_focus(self._rows[key])), None)
        for key in self._order:
            if key not in order:
                row = self._rows.pop(key)
                row.hide()
                row.deleteLater()
        for key in order:
            if key not in self._rows:
                self._rows[key] = self._make(key)
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget not in self._rows.values():
                widget.setVisible(False)
        for widget in self._arranged(order):
            # A button is as wide as its words, the rest as wide as there is room.
            left = Qt.AlignmentFlag.AlignLeft if isinstance(widget, QPushButton) else Qt.AlignmentFlag(0)
            self._column.addWidget(widget, 0, left)
            widget.setVisible(True)
        old, self._order = self._order, order
        if focus is not None and focus not in order and order:
            self.focus(order[min(old.index(focus), len(order) - 1)])
        self.rebuilt.emit()

    def _arranged(self, order: Sequence[PartKey]) -> list[QWidget]:
        """The rows, with the buttons that add a part where that part would come."""
        widgets: list[QWidget] = [self._rows[key] for key in order]
        if RAW in order:
            return widgets
        kinds = [key.kind for key in order]
        said = [at for at, kind in enumerate(kinds) if kind in ("turn", "note")]
        widgets.insert(said[-1] + 1 if said else int(kinds[:1] == ["context"]), self._turns)
        if "context" not in kinds:
            widgets.insert(0, self._context)
        if "commentary" not in kinds:
            widgets.append(self._commentary)
        return widgets

    def _make(self, key: PartKey) -> _Row:
        row: _Row
        if key.kind == "turn":
            row = TurnCard(partial(self._write, key), partial(self._name, key), self)
            row.moved.connect(partial(self.turn_moved.emit, key.number))
            row.removed.connect(partial(self.removed.emit, key))
        else:
            row = PartText(partial(self._write, key), self)
            self._label(key, row)
        row.refused.connect(self.refused)
        row.rebuilt.connect(self.rebuilt)
        _text_of(row).text.cursorPositionChanged.connect(self.caret_moved)
        return row

    def _label(self, key: PartKey, row: PartText) -> None:
        """Label, placeholder and button of a part that is no turn."""
        title, hint, removal = {
            "context": (
                self.tr("&Context"),
                self.tr("The situation: what the user is doing, what has happened so far"),
                self.tr("Take the context away"),
            ),
            "commentary": (
                self.tr("Co&mmentary"),
                self.tr("Why this agent is the right one here"),
                self.tr("Take the commentary away"),
            ),
            "note": (self.tr("Beside the turns"), "", self.tr("Take this text away")),
            "raw": (self.tr("The example as text"), "", ""),
        }[key.kind]
        label: QLabel = Muted(title, row) if key.kind == "note" else PartLabel(title, row)
        label.setBuddy(row.text)
        row.head.addWidget(label)
        row.head.addStretch(1)
        row.text.setAccessibleName(title.replace("&", ""))
        row.text.setPlaceholderText(hint)
        if key.kind == "raw":
            row.text.setFont(theme.fixed_font())
        elif key.kind == "note" or key.number == 0:
            row.remove = small_button("remove", removal, row)
            row.remove.clicked.connect(partial(self.removed.emit, key))
            row.head.addWidget(row.remove)

    def _adder(self, text: str, what: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setIcon(icons.icon("add"))
        button.setVisible(what in ("user", "assistant"))  # those two come and go with their bar
        button.clicked.connect(partial(self.added.emit, what))
        return button


def keys_of(example: Example) -> list[PartKey]:
    """The parts of an example in the order of the file, each counted among its kind."""
    counts: dict[str, int] = {}
    keys = []
    for part in example.parts:
        number = counts.get(part.kind, 0)
        counts[part.kind] = number + 1
        keys.append(PartKey(part.kind, number))
    return keys


def _text_of(row: _Row) -> PartText:
    return row.body if isinstance(row, TurnCard) else row


def _has_focus(row: QWidget) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and row.isAncestorOf(focused)
