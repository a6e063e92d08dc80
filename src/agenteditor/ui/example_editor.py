"""One example: its context, its turns, what stands between them, its commentary; or all of it as text.

Says what each change means in the terms of ``example_edits``; the widgets are those of ``example_rows``. An
example that is not understood is shown as the text it is, with the reason; any other can be, and stays so
under the caret when it is understood by what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
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
from agenteditor.core.text import Edits, Refusal
from agenteditor.ui import icons, theme
from agenteditor.ui.example_rows import PartKey, PartRows
from agenteditor.ui.example_text import small_button
from agenteditor.ui.example_value import ExampleAt
from agenteditor.ui.fields import Muted
from agenteditor.ui.form_notes import Problems

_WIDTH = 760  # pixels: longer lines are hard to read

Change = Callable[[str, int], Edits | Refusal]  # of a value and the number of the example in it


class ExampleEditor(QScrollArea):
    """The editor of the example that is selected."""

    refused = Signal(str)
    source_wanted = Signal()
    fix_wanted = Signal(object)
    rebuilt = Signal()  # other widgets to tab through

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at: ExampleAt | None = None
        self._known_as = ("", "")  # by its text, which it keeps when it is moved
        self._editable = True
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.timeout.connect(self._show_caret)
        self._rows = PartRows(self._type, self._type_speaker, self)
        self._rows.refused.connect(self.refused)
        self._rows.rebuilt.connect(self.rebuilt)
        # Later: a row that grows or is new has its place only when the layout is done.
        self._rows.caret_moved.connect(lambda: self._follow.start(0))
        self._rows.turn_moved.connect(self._move_turn)
        self._rows.removed.connect(self._remove)
        self._rows.added.connect(self._add)
        self._build()

    # --- showing ---------------------------------------------------------------------------

    def show_example(
        self, at: ExampleAt, title: str, *, editable: bool, problems: Sequence[Diagnostic], anew: bool
    ) -> None:
        """Show an example of the document. ``anew``: it is another one than that shown before."""
        hosted = at.hosted
        assert hosted is not None, "the view shows examples that are there"
        if anew and self._at is not None:
            self._rows.put_aside(self._known_as)
            self._as_text.setChecked(False)
        self._at, self._editable = at, editable
        self._known_as = (at.host, hosted.example.text)
        if self._title.text() != title:
            self._title.setText(title)
        self._locked.say(
            ""
            if editable
            else self.tr("This field has anchors, tags or rivals of its name: change it in the source.")
        )
        self._problems.show_problems(problems)
        self._show_parts(hosted.example)
        if anew:
            self._rows.take_up(self._known_as)
            self.verticalScrollBar().setValue(0)

    @property
    def pending(self) -> bool:
        """Whether something was typed that could not be applied."""
        return self._rows.pending

    def drop(self) -> None:
        """Give up what could not be applied: its example goes."""
        self._rows.drop()

    def focus_part(self, part: int | None, offset: int) -> QWidget:
        """Put the caret into a part, counted in the order of the file, at ``offset`` of its text."""
        text = self._rows.focus(self._rows.key_at(part), None if self._rows.raw else offset)
        self._follow.start(0)
        return text

    def focus_first(self) -> None:
        """Go to the first text."""
        self._rows.focus(self._rows.key_at(None))
        self._follow.start(0)

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through, as it is read."""
        return [self._as_text, self._source, *self._rows.tab_stops()]

    def _show_parts(self, example: Example) -> None:
        if not example.understood:
            self._as_text.setChecked(True)
        self._as_text.setEnabled(example.understood)
        raw = self._as_text.isChecked()
        self._rows.show_parts(example, self._speakers(), raw=raw, editable=self._editable)

    def _speakers(self) -> list[str]:
        """The names to choose from: those of the file, and user and assistant where it has none."""
        assert self._at is not None
        counts: dict[str, int] = {}
        for one in self._at.document.syntax.examples:
            for turn in one.example.turns:
                counts[turn.speaker] = counts.get(turn.speaker, 0) + 1
        names = sorted(counts, key=lambda name: -counts[name])
        usual = [role for role in ("user", "assistant") if all(role_of(name) != role for name in names)]
        return [*names, *usual]

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
        self._as_text.setToolTip(self.tr("Edit all that stands between the tags, as it is written"))
        self._as_text.clicked.connect(self._switch)
        self._source = small_button("source", self.tr("Show this example in the source"), self)
        self._source.clicked.connect(self.source_wanted)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._as_text)
        head.addWidget(self._source)
        self._locked = Muted("", self)
        self._problems = Problems(parent=self)
        self._problems.fix_wanted.connect(self.fix_wanted)
        content = QWidget(self)
        content.setMaximumWidth(_WIDTH)
        lines = QVBoxLayout(content)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.MARGIN)
        lines.addLayout(head)
        for widget in (self._locked, self._problems, self._rows):
            lines.addWidget(widget)
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

    # --- what the user does ---------------------------------------------------------------------

    def _type(self, key: PartKey, text: str) -> str:
        changes: dict[str, Change] = {
            "context": lambda value, index: example_edits.set_context(value, index, text),
            "commentary": lambda value, index: example_edits.set_commentary(value, index, text),
            "turn": lambda value, index: example_edits.set_turn_text(value, index, key.number, text),
            "note": lambda value, index: example_edits.set_note(value, index, key.number, text),
            "raw": lambda value, index: example_edits.set_raw(value, index, text),
        }
        labels = {
            "context": self.tr("Edit the context of example {number}"),
            "commentary": self.tr("Edit the commentary of example {number}"),
            "turn": self.tr("Edit a turn of example {number}"),
        }
        label = labels.get(key.kind, self.tr("Edit example {number}"))
        at = self._at
        assert at is not None
        intent = self._intent(at, changes[key.kind])
        return at.typed(intent, label.format(number=at.index + 1), key)

    def _type_speaker(self, key: PartKey, speaker: str) -> str:
        at = self._at
        assert at is not None
        label = self.tr("Change a speaker of example {number}").format(number=at.index + 1)
        intent = self._intent(
            at, lambda value, index: example_edits.set_turn_speaker(value, index, key.number, speaker)
        )
        return at.step(intent, label)

    def _add(self, what: str) -> None:
        turns = self._turns()
        changes: dict[str, tuple[Change, str, PartKey]] = {
            "context": (
                lambda value, index: example_edits.set_context(value, index, ""),
                self.tr("Add a context to example {number}"),
                PartKey("context", 0),
            ),
            "commentary": (
                lambda value, index: example_edits.set_commentary(value, index, ""),
                self.tr("Add a commentary to example {number}"),
                PartKey("commentary", 0),
            ),
        }
        change, label, key = changes.get(what) or (
            lambda value, index: example_edits.insert_turn(value, index, turns, what, ""),
            self.tr("Add a turn to example {number}"),
            PartKey("turn", turns),
        )
        if self._step(change, label):
            self._rows.focus(key)
            self._follow.start(0)

    def _remove(self, key: PartKey) -> None:
        changes: dict[str, tuple[Change, str]] = {
            "context": (
                lambda value, index: example_edits.set_context(value, index, None),
                self.tr("Take the context from example {number}"),
            ),
            "commentary": (
                lambda value, index: example_edits.set_commentary(value, index, None),
                self.tr("Take the commentary from example {number}"),
            ),
            "turn": (
                lambda value, index: example_edits.remove_turn(value, index, key.number),
                self.tr("Take a turn from example {number}"),
            ),
            "note": (
                lambda value, index: example_edits.set_note(value, index, key.number, ""),
                self.tr("Edit example {number}"),
            ),
        }
        if not self._step(*changes[key.kind]):
            return
        if key.kind == "turn" and self._turns():
            self._rows.focus(PartKey("turn", min(key.number, self._turns() - 1)))
        elif not self._has_focus():
            self.focus_first()

    def _move_turn(self, number: int, by: int) -> None:
        to = number + by
        if not self._editable or not 0 <= to < self._turns():
            return
        stop = self._rows.stop_in(number)
        if self._step(
            lambda value, index: example_edits.move_turn(value, index, number, to),
            self.tr("Move a turn of example {number}"),
        ):
            self._rows.focus_stop(to, stop)
            self._follow.start(0)

    def _step(self, change: Change, label: str) -> bool:
        """Do one step; whether it could be done. It waits for what is not applied, which it might drop."""
        at = self._at
        assert at is not None
        if self.pending:
            reason = waiting_sentence()
        else:
            reason = at.step(self._intent(at, change), label.format(number=at.index + 1))
        if reason:
            self.refused.emit(reason)
        return not reason

    def _intent(self, at: ExampleAt, change: Change) -> Intent:
        return lambda value: change(value, at.index)

    def _switch(self, on: bool) -> None:
        """Show the parts, or all as text."""
        hosted = self._at.hosted if self._at is not None else None
        if hosted is None:
            return
        if self.pending:
            self._as_text.setChecked(not on)
            self.refused.emit(waiting_sentence())
            return
        self._show_parts(hosted.example)
        self.focus_first()

    def _turns(self) -> int:
        hosted = self._at.hosted if self._at is not None else None
        return len(hosted.example.turns) if hosted is not None else 0

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _show_caret(self) -> None:
        text, page = self._rows.focused_text(), self.widget()
        if text is not None and page is not None:
            caret = text.cursorRect()
            at = text.viewport().mapTo(page, QPoint(caret.left(), caret.center().y()))
            self.ensureVisible(at.x(), at.y(), 0, caret.height() + 3 * theme.GAP)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "_title"):
            self._title.setFont(QFont())
            self._title.setFont(theme.heading_font(self._title))


def waiting_sentence() -> str:
    """Why a step must wait: it would take away what was typed and could not be applied."""
    return QApplication.translate(
        "ExampleEditor", "Some text of this example is not applied yet. Change it or put it back first."
    )
