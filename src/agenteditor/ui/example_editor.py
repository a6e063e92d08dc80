"""One example: its context, its turns, what stands between them, its commentary; or all of it as text.

The parts stand in the order they have in the file. Widgets are kept as long as the example has the same
parts, so that typing moves no caret; parts that come or go are put in or taken out in place. An example that
is not understood is shown as the text it is, with the reason; any other can be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core import example_edits
from agenteditor.core.checks import Diagnostic
from agenteditor.core.example_words import role_of
from agenteditor.core.examples import Example
from agenteditor.core.hosted_examples import Intent
from agenteditor.ui import icons, theme
from agenteditor.ui.example_text import PartLabel, PartText, small_button
from agenteditor.ui.example_turn import TurnCard
from agenteditor.ui.example_value import ExampleAt
from agenteditor.ui.fields import Muted
from agenteditor.ui.form_notes import Problems
from agenteditor.ui.qtext import Shown

_WIDTH = 760  # pixels: longer lines are hard to read


class Key(NamedTuple):
    """Which part of an example: its kind, and which of that kind."""

    kind: str  # "context", "turn", "note", "commentary", "raw"
    number: int


_Row = PartText | TurnCard


class ExampleEditor(QScrollArea):
    """The editor of the example that is selected."""

    refused = Signal(str)
    source_wanted = Signal()
    fix_wanted = Signal(object)
    rebuilt = Signal()  # other widgets to tab through

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at: ExampleAt | None = None
        self._rows: dict[Key, _Row] = {}
        self._order: list[Key] = []
        self._held: dict[tuple[str, int, Key, str], str] = {}
        self._editable = True
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.timeout.connect(self._show_caret)
        self._build()

    # --- showing ---------------------------------------------------------------------------

    def show_example(
        self, at: ExampleAt, title: str, *, editable: bool, problems: Sequence[Diagnostic], anew: bool
    ) -> None:
        """Show an example of the document. ``anew``: it is another one than that shown before."""
        hosted = at.hosted
        assert hosted is not None, "the view shows examples that are there"
        if anew:
            self._put_aside()
            self._as_text.setChecked(False)
        self._at, self._editable = at, editable
        example = hosted.example
        if not example.understood:
            self._as_text.setChecked(True)
        self._as_text.setEnabled(example.understood)
        self._title.setText(title)
        self._problems.show_problems(problems)
        self._place_rows(example)
        self._show_rows(example)
        self._show_adders()
        if anew:
            self._take_up()
            self.verticalScrollBar().setValue(0)

    @property
    def pending(self) -> bool:
        """Whether something was typed that could not be applied."""
        return any(_text_of(row).pending for row in self._rows.values())

    def focus_part(self, part: int | None, offset: int) -> QWidget:
        """Put the caret into a part, counted in the order of the file, or into the text of the whole."""
        example = self._example()
        key = Key("raw", 0)
        if example is not None and Key("raw", 0) not in self._rows:
            keys = keys_of(example)
            key = keys[part] if part is not None else keys[0]
        return self._focus(key, offset)

    def focus_first(self) -> None:
        """Go to the first text."""
        if self._order:
            self._focus(self._order[0])

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through, as it is read."""
        stops: list[QWidget] = [self._as_text, self._source]
        for index in range(self._column.count()):
            item = self._column.itemAt(index)
            widget = item.widget() if item is not None else None
            if isinstance(widget, (PartText, TurnCard)):
                stops += widget.tab_stops()
            elif widget is self._turn_bar:
                stops += [self._add_user, self._add_assistant]
            elif isinstance(widget, QPushButton):
                stops.append(widget)
        return stops

    # --- building --------------------------------------------------------------------------

    def _build(self) -> None:
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setFont(theme.heading_font(self._title))
        self._as_text = QToolButton(self)
        self._as_text.setText(self.tr("Edit as &text"))
        self._as_text.setIcon(icons.icon("text"))
        self._as_text.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._as_text.setCheckable(True)
        self._as_text.setAutoRaise(True)
        self._as_text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._as_text.setToolTip(self.tr("Edit all of this example as the text it is in the description"))
        self._as_text.clicked.connect(self._switch)
        self._source = small_button("source", self.tr("Show this example in the source"), self)
        self._source.clicked.connect(self.source_wanted)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._as_text)
        head.addWidget(self._source)
        self._problems = Problems(parent=self)
        self._problems.fix_wanted.connect(self.fix_wanted)
        self._add_context = self._adder(self.tr("Add &context"), self._new_context)
        self._add_commentary = self._adder(self.tr("Add co&mmentary"), self._new_commentary)
        self._add_user = self._adder(self.tr("&User turn"), lambda: self._new_turn("user"))
        self._add_assistant = self._adder(self.tr("A&ssistant turn"), lambda: self._new_turn("assistant"))
        self._add_user.setAccessibleName(self.tr("Add a user turn"))
        self._add_assistant.setAccessibleName(self.tr("Add an assistant turn"))
        self._turn_bar = QWidget(self)
        bar = QHBoxLayout(self._turn_bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self._add_user)
        bar.addWidget(self._add_assistant)
        bar.addStretch(1)
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.MARGIN + 2)
        content = QWidget(self)
        content.setMaximumWidth(_WIDTH)
        lines = QVBoxLayout(content)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.MARGIN)
        lines.addLayout(head)
        lines.addWidget(self._problems)
        lines.addLayout(self._column)
        lines.addStretch(1)
        page = QWidget(self)
        middle = QHBoxLayout(page)
        middle.setContentsMargins(theme.MARGIN, theme.MARGIN, 2 * theme.GAP, 2 * theme.GAP)
        middle.addWidget(content, 1000)
        middle.addStretch(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)

    def _adder(self, text: str, do: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setIcon(icons.icon("add"))
        button.setVisible(False)
        button.clicked.connect(do)
        return button

    # --- rows ------------------------------------------------------------------------------

    def _place_rows(self, example: Example) -> None:
        """Have exactly the rows that are due, each in its place."""
        order = [Key("raw", 0)] if self._as_text.isChecked() else keys_of(example)
        if order == self._order and self._column.count():
            return
        focus = next((key for key in self._order if self._rows[key].isAncestorOf(_focused())), None)
        for key in self._order:
            if key not in order:
                row = self._rows.pop(key)
                row.hide()
                row.deleteLater()
        while self._column.takeAt(0) is not None:
            pass
        for widget in self._arranged(order):
            button = isinstance(widget, QPushButton)
            self._column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft if button else Qt.AlignmentFlag(0))
            widget.show()
        old, self._order = self._order, order
        if focus is not None and focus not in order and order:
            self._focus(order[min(old.index(focus), len(order) - 1)])
        self.rebuilt.emit()

    def _arranged(self, order: Sequence[Key]) -> list[QWidget]:
        """The rows, with the buttons that add a part where that part would come."""
        widgets: list[QWidget] = []
        for key in order:
            if key not in self._rows:
                self._rows[key] = self._make_row(key)
            widgets.append(self._rows[key])
        self._add_context.setVisible(False)
        self._add_commentary.setVisible(False)
        self._turn_bar.setVisible(False)
        if Key("raw", 0) in order:
            return widgets
        kinds = [key.kind for key in order]
        last = max((at for at, kind in enumerate(kinds) if kind in ("turn", "note")), default=None)
        behind = last if last is not None else (0 if kinds[:1] == ["context"] else -1)
        widgets.insert(behind + 1, self._turn_bar)
        if "context" not in kinds:
            widgets.insert(0, self._add_context)
        if "commentary" not in kinds:
            widgets.append(self._add_commentary)
        return widgets

    def _make_row(self, key: Key) -> _Row:
        row: _Row
        if key.kind == "turn":
            row = TurnCard(partial(self._type, key), partial(self._type_speaker, key), self)
            row.moved.connect(partial(self._move_turn, key.number))
            row.removed.connect(partial(self._remove_turn, key.number))
        else:
            row = PartText(partial(self._type, key), self)
            self._dress(key, row)
        row.refused.connect(self.refused)
        row.rebuilt.connect(self.rebuilt)
        _text_of(row).text.cursorPositionChanged.connect(lambda: self._follow.start(0))
        return row

    def _dress(self, key: Key, row: PartText) -> None:
        """Label, placeholder and buttons of a part that is no turn."""
        titles = {
            "context": self.tr("&Context"),
            "commentary": self.tr("Co&mmentary"),
            "note": self.tr("Beside the turns"),
            "raw": self.tr("The example as text"),
        }
        hints = {
            "context": self.tr("The situation: what the user is doing, what has happened so far"),
            "commentary": self.tr("Why this agent is the right one here"),
        }
        title = titles[key.kind]
        if key.kind == "note":
            label: QLabel = Muted(title, row)
        else:
            label = PartLabel(title, row)
        label.setBuddy(row.text)
        row.head.addWidget(label)
        row.head.addStretch(1)
        row.text.setAccessibleName(title.replace("&", ""))
        row.text.setPlaceholderText(hints.get(key.kind, ""))
        if key.kind == "raw":
            row.text.setFont(theme.fixed_font())
            return
        removal = {
            "context": self.tr("Take the context away"),
            "commentary": self.tr("Take the commentary away"),
            "note": self.tr("Take this text away"),
        }
        button = small_button("remove", removal[key.kind], row)
        button.clicked.connect(partial(self._remove_part, key))
        button.setVisible(key.number == 0 or key.kind == "note")
        row.head.addWidget(button)

    def _show_rows(self, example: Example) -> None:
        if Key("raw", 0) in self._rows:
            row = self._rows[Key("raw", 0)]
            assert isinstance(row, PartText)
            row.show_text(example.text, exact=False)
            row.text.setReadOnly(not self._editable)
            return
        speakers = self._speakers()
        for key, part in zip(keys_of(example), example.parts, strict=True):
            row = self._rows[key]
            if isinstance(row, TurnCard):
                row.show_part(part, key.number, len(example.turns), speakers, editable=self._editable)
                continue
            row.show_text(part.text, exact=False)
            # An example has one context and one commentary; a further one is changed as text.
            row.text.setReadOnly(not self._editable or (key.kind != "note" and key.number > 0))

    def _show_adders(self) -> None:
        raw = Key("raw", 0) in self._rows
        for button in (self._add_user, self._add_assistant, self._add_context, self._add_commentary):
            button.setEnabled(self._editable)
        self._add_user.setVisible(not raw)
        self._add_assistant.setVisible(not raw)

    def _speakers(self) -> list[str]:
        """The names to choose from: those of the file, and user and assistant where it has none."""
        assert self._at is not None
        counts: dict[str, int] = {}
        for one in self._at.document.syntax.examples:
            for turn in one.example.turns:
                counts[turn.speaker] = counts.get(turn.speaker, 0) + 1
        names = sorted(counts, key=lambda name: -counts[name])
        return [
            *names,
            *(one for one in ("user", "assistant") if all(role_of(name) != one for name in names)),
        ]

    def _example(self) -> Example | None:
        hosted = self._at.hosted if self._at is not None else None
        return hosted.example if hosted is not None else None

    # --- what could not be applied ------------------------------------------------------------

    def _put_aside(self) -> None:
        """Keep what was typed and refused until its example is shown again."""
        for key, row in self._rows.items():
            text = _text_of(row)
            if text.pending and self._at is not None:
                self._held[(self._at.host, self._at.index, key, text.source)] = text.text.own()
                text.drop()

    def _take_up(self) -> None:
        assert self._at is not None
        for key, row in self._rows.items():
            text = _text_of(row)
            typed = self._held.pop((self._at.host, self._at.index, key, text.source), None)
            if typed is not None:
                text.restore(typed)

    # --- what the user does ---------------------------------------------------------------------

    def _type(self, key: Key, text: str) -> str:
        assert self._at is not None
        index, number = self._at.index, key.number
        intents: dict[str, Intent] = {
            "context": lambda value: example_edits.set_context(value, index, text),
            "commentary": lambda value: example_edits.set_commentary(value, index, text),
            "turn": lambda value: example_edits.set_turn_text(value, index, number, text),
            "note": lambda value: example_edits.set_note(value, index, number, text),
            "raw": lambda value: example_edits.set_raw(value, index, text),
        }
        labels = {
            "context": self.tr("Edit the context of example {number}"),
            "commentary": self.tr("Edit the commentary of example {number}"),
            "turn": self.tr("Edit a turn of example {number}"),
            "note": self.tr("Edit example {number}"),
            "raw": self.tr("Edit example {number} as text"),
        }
        return self._at.typed(intents[key.kind], labels[key.kind].format(number=index + 1), key)

    def _type_speaker(self, key: Key, speaker: str) -> str:
        return self._step(
            lambda value, index: example_edits.set_turn_speaker(value, index, key.number, speaker),
            self.tr("Change a speaker of example {number}"),
            waiting=False,
        )

    def _new_context(self) -> None:
        if not self._step(
            lambda value, index: example_edits.set_context(value, index, ""),
            self.tr("Add a context to example {number}"),
        ):
            self._focus(Key("context", 0))

    def _new_commentary(self) -> None:
        if not self._step(
            lambda value, index: example_edits.set_commentary(value, index, ""),
            self.tr("Add a commentary to example {number}"),
        ):
            self._focus(Key("commentary", 0))

    def _new_turn(self, speaker: str) -> None:
        example = self._example()
        at = len(example.turns) if example is not None else 0
        if not self._step(
            lambda value, index: example_edits.insert_turn(value, index, at, speaker, ""),
            self.tr("Add a turn to example {number}"),
        ):
            self._focus(Key("turn", at))

    def _move_turn(self, number: int, by: int) -> None:
        example = self._example()
        if example is None or not 0 <= number + by < len(example.turns) or not self._editable:
            return
        card = self._rows[Key("turn", number)]
        focused = next((at for at, one in enumerate(card.tab_stops()) if one is _focused()), 1)
        if not self._step(
            lambda value, index: example_edits.move_turn(value, index, number, number + by),
            self.tr("Move a turn of example {number}"),
        ):
            stops = self._rows[Key("turn", number + by)].tab_stops()
            target = stops[min(focused, len(stops) - 1)]
            (target if target.isEnabled() else stops[1]).setFocus(Qt.FocusReason.OtherFocusReason)
            self._follow.start(0)

    def _remove_turn(self, number: int) -> None:
        if not self._step(
            lambda value, index: example_edits.remove_turn(value, index, number),
            self.tr("Take a turn from example {number}"),
        ):
            example = self._example()
            if example is not None and example.turns:
                self._focus(Key("turn", min(number, len(example.turns) - 1)))

    def _remove_part(self, key: Key) -> None:
        if key.kind == "context":
            reason = self._step(
                lambda value, index: example_edits.set_context(value, index, None),
                self.tr("Take the context from example {number}"),
            )
        elif key.kind == "commentary":
            reason = self._step(
                lambda value, index: example_edits.set_commentary(value, index, None),
                self.tr("Take the commentary from example {number}"),
            )
        else:
            reason = self._step(
                lambda value, index: example_edits.set_note(value, index, key.number, ""),
                self.tr("Edit example {number}"),
            )
        if not reason and not self.isAncestorOf(_focused()):
            self.focus_first()

    def _step(self, change: Callable[[str, int], object], label: str, *, waiting: bool = True) -> str:
        """Do one step; the reason if it cannot be done, else "". Nothing typed is lost by it."""
        assert self._at is not None
        index = self._at.index
        if waiting and self.pending:
            reason = waiting_sentence()
        else:
            reason = self._at.step(
                lambda value: change(value, index),  # type: ignore[return-value,arg-type]
                label.format(number=index + 1),
            )
        if reason:
            self.refused.emit(reason)
        return reason

    def _switch(self, _on: bool) -> None:
        """Show the parts, or all as text."""
        if self.pending:
            self._as_text.setChecked(not self._as_text.isChecked())
            self.refused.emit(waiting_sentence())
            return
        example = self._example()
        if example is not None:
            self._place_rows(example)
            self._show_rows(example)
            self._show_adders()
            self.focus_first()

    def _focus(self, key: Key, offset: int | None = None) -> QWidget:
        row = self._rows.get(key) or self._rows[self._order[0]]
        text = _text_of(row).text
        cursor = text.textCursor()
        if offset is not None:
            cursor.setPosition(min(Shown(text.own()).position(min(offset, len(text.own()))), _length(text)))
            text.setTextCursor(cursor)
        text.setFocus(Qt.FocusReason.OtherFocusReason)
        self._follow.start(0)  # a new row has no place before the layout is done
        return text

    def _show_caret(self) -> None:
        focused = _focused()
        for row in self._rows.values():
            text = _text_of(row).text
            if text is focused:
                caret = text.cursorRect()
                at = text.viewport().mapTo(self.widget(), QPoint(caret.left(), caret.center().y()))
                self.ensureVisible(at.x(), at.y(), 0, caret.height() + 3 * theme.GAP)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "_title"):
            self._title.setFont(QFont())
            self._title.setFont(theme.heading_font(self._title))


def keys_of(example: Example) -> list[Key]:
    """The parts of an example in the order of the file, each counted among its kind."""
    counts: dict[str, int] = {}
    keys = []
    for part in example.parts:
        number = counts.get(part.kind, 0)
        counts[part.kind] = number + 1
        keys.append(Key(part.kind, number))
    return keys


def waiting_sentence() -> str:
    """Why a step must wait: it would take away what was typed and could not be applied."""
    return QApplication.translate(
        "ExampleEditor", "Some text of this example is not applied yet. Change it or put it back first."
    )


def _text_of(row: _Row) -> PartText:
    return row.body if isinstance(row, TurnCard) else row


def _length(text: QPlainTextEdit) -> int:
    return text.document().characterCount() - 1


def _focused() -> QWidget:
    # An ancestor of nothing stands for no focus at all.
    return QApplication.focusWidget() or QWidget()
