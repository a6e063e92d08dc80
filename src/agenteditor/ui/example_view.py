"""The Examples: a list of the examples in the description, and an editor for the one that is selected.

Every change is a small edit of the description's text, in the file's own spelling, and one step to undo.
What cannot be changed without damage is refused with the reason, and what was typed stays where it is. The
description's own words are edited in the Details.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core import example_edits
from agenteditor.core.checks import Diagnostic
from agenteditor.core.document import Change, Document
from agenteditor.core.example_edits import Draft
from agenteditor.core.hosted_examples import Intent, place_of, span_of
from agenteditor.core.syntax import HostedExample
from agenteditor.core.text import Edits, Refusal
from agenteditor.ui import icons, theme
from agenteditor.ui.action_button import ActionButton
from agenteditor.ui.example_editor import ExampleEditor, waiting_sentence
from agenteditor.ui.example_empty import NoExamples
from agenteditor.ui.example_list import ExampleList
from agenteditor.ui.example_summary import cost, entry, problems_of
from agenteditor.ui.example_value import ExampleAt
from agenteditor.ui.fields import Muted
from agenteditor.ui.form_notes import ProblemLine

_HOST = "description"
# The second is for values whose examples have no tags: there an empty one would not be seen.
_DRAFTS = (
    Draft("", (("user", ""), ("assistant", "")), ""),
    Draft("…", (("user", "…"), ("assistant", "…"))),
)


class ExampleView(QWidget):
    """The examples of a document."""

    refused = Signal(str)
    source_wanted = Signal(int, int)
    details_wanted = Signal()
    convert_wanted = Signal(str)  # the other style of trigger: "prose" or "examples"
    fix_wanted = Signal(object)  # a Fix

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._row = 0
        self._texts: list[str] = []  # of each example, as shown last
        self._stale = True
        self._target: QWidget | None = None
        self._build()
        document.subscribe(self._changed)
        self.refresh()

    # --- for the editor ---------------------------------------------------------------------

    def take_focus(self) -> None:
        """Go to what was revealed last, else to the list."""
        target, self._target = self._target, None
        if self._stack.currentWidget() is self._none:
            self._none.take_focus()
        elif target is not None and target.isVisibleTo(self):
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self._has_focus():
            self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def problems_here(self) -> list[Diagnostic]:
        """The problems of the example that is selected."""
        selected = self._selected()
        return problems_of(self._document, selected) if selected else []

    def reveal(self, host: str, index: int) -> bool:
        """Select an example; False if there is none at this place."""
        self._catch_up()
        row = self._row_of(host, index)
        if row is None:
            return False
        self._select(row)
        return True

    def reveal_offset(self, offset: int) -> bool:
        """Select the example and the part of it at an offset of the file; False if none is there."""
        self._catch_up()
        place = place_of(self._document.syntax, offset)
        if place is None or not self.reveal(place.hosted.host, place.hosted.index):
            return False
        self._target = self._editor.focus_part(place.part, place.offset)
        return True

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        self._list = ExampleList(self)
        self._list.row_wanted.connect(self._choose)
        self._list.move_wanted.connect(self._move)
        self._buttons = self._make_buttons()
        bar = QHBoxLayout()
        bar.setSpacing(2)
        for button in self._buttons:
            bar.addWidget(button)
        bar.addStretch(1)
        self._refusal = ProblemLine(self)
        self._refusal.setVisible(False)
        self._cost = Muted("", self)
        self._prose = QPushButton(self.tr("Edit the rest in &Details"), self)
        self._prose.setFlat(True)
        self._prose.setIcon(icons.icon("form"))
        self._prose.setToolTip(self.tr("The description around the examples is edited in the Details."))
        self._prose.clicked.connect(self.details_wanted)
        self._convert = QPushButton(self.tr("Convert to prose…"), self)
        self._convert.setFlat(True)
        self._convert.setIcon(icons.icon("prompt"))
        self._convert.setToolTip(
            self.tr("Tell the examples in the prompt, and only name the situations in the description.")
        )
        self._convert.clicked.connect(lambda: self.convert_wanted.emit("prose"))
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(theme.MARGIN, theme.MARGIN, theme.GAP // 2, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        column.addWidget(self._list, 1)
        column.addLayout(bar)
        column.addWidget(self._refusal)
        column.addWidget(self._cost)
        column.addWidget(self._convert, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._prose, 0, Qt.AlignmentFlag.AlignLeft)
        self._editor = ExampleEditor(self)
        self._editor.refused.connect(self.refused)
        self._editor.source_wanted.connect(self._to_source)
        self._editor.fix_wanted.connect(self.fix_wanted)
        self._editor.rebuilt.connect(self._chain)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(side)
        split.addWidget(self._editor)
        split.setStretchFactor(1, 1)
        split.setSizes([250, 600])
        self._none = NoExamples(self)
        self._none.add_wanted.connect(self._add)
        self._none.details_wanted.connect(self.details_wanted)
        self._none.convert_wanted.connect(lambda: self.convert_wanted.emit("examples"))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(split)
        self._stack.addWidget(self._none)
        self._split = split

    def _make_buttons(self) -> tuple[ActionButton, ...]:
        """The steps of the list: each a key in the list, an entry of its menu, and a button below it."""
        made = []
        for icon, name, keys, do in (
            ("add", self.tr("Add an example"), "Ins", self._add),
            ("duplicate", self.tr("Duplicate this example"), "Ctrl+Shift+D", self._duplicate),
            ("up", self.tr("Move this example up"), "Alt+Up", lambda: self._step(-1)),
            ("down", self.tr("Move this example down"), "Alt+Down", lambda: self._step(1)),
            ("remove", self.tr("Delete this example"), "Del", self._remove),
        ):
            action = QAction(icons.icon(icon), name, self._list)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{name} ({shown})")
            action.triggered.connect(do)
            self._list.addAction(action)
            button = ActionButton(action, self)
            button.setAccessibleName(name)
            button.setFixedSize(28, 28)
            made.append(button)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return tuple(made)

    # --- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the examples as they are in the document."""
        self._stale = False
        examples = self._document.syntax.examples
        if not examples:
            self._texts, self._row = [], 0
            self._none.show_reason(self._document.syntax)
            self._show_page(self._none)
            return
        row, same = self._followed()
        self._show(row, anew=not same)
        self._show_page(self._split)

    def _show(self, row: int, *, anew: bool) -> None:
        examples = self._document.syntax.examples
        self._row = row
        self._texts = self._texts_now()
        problems = [problems_of(self._document, hosted) for hosted in examples]
        found = zip(examples, problems, strict=True)
        self._list.show_entries([entry(at, hosted, wrong) for at, (hosted, wrong) in enumerate(found)], row)
        hosted = examples[row]
        slot = self._document.syntax.slot(hosted.host)
        editable = slot is not None and slot.editable
        self._say_refused("")
        self._editor.show_example(
            ExampleAt(self._document, hosted.host, hosted.index),
            self._title(row),
            editable=editable,
            problems=problems[row],
            anew=anew,
        )
        siblings = [one.index for one in examples if one.host == hosted.host]
        possible = (True, True, hosted.index > 0, hosted.index < max(siblings), True)
        for button, can in zip(self._buttons, possible, strict=True):
            button.action.setEnabled(can and editable)
        self._cost.say(cost(self._document.syntax, _HOST))
        self._convert.setVisible(any(one.host == _HOST for one in examples))

    def _followed(self) -> tuple[int, bool]:
        """The row to show, and whether it is the example shown before.

        Where the same examples stand in another order, or there are more or fewer, the selected one is
        followed by its text; else the row stays, and what stands there has been changed.
        """
        now, before, row = self._texts_now(), self._texts, self._row
        if not before or (len(now) == len(before) and sorted(now) != sorted(before)):
            return min(row, len(now) - 1), bool(before)
        alike = [at for at, text in enumerate(now) if text == before[row]]
        if not alike:
            return min(row, len(now) - 1), False
        return min(alike, key=lambda at: abs(at - row)), True

    def _texts_now(self) -> list[str]:
        syntax = self._document.syntax
        texts = []
        for hosted in syntax.examples:
            slot = syntax.slot(hosted.host)
            value = slot.text or "" if slot else ""
            texts.append(value[hosted.example.marker.end : hosted.example.span.end])
        return texts

    def _title(self, row: int) -> str:
        hosted = self._document.syntax.examples[row]
        count = len(self._document.syntax.examples)
        title = self.tr("Example {number} of {count}").format(number=row + 1, count=count)
        return title if hosted.host == _HOST else f"{title} · {hosted.host}"

    def _show_page(self, page: QWidget) -> None:
        if self._stack.currentWidget() is not page:
            focused = self._has_focus()
            self._stack.setCurrentWidget(page)
            if focused:
                self.take_focus()

    def _chain(self) -> None:
        """Let Tab go through list, buttons and editor as they are read."""
        stops = [self._list, *self._buttons, self._convert, self._prose, *self._editor.tab_stops()]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    # --- what happens ---------------------------------------------------------------------------

    def _changed(self, _change: Change) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the view was hidden."""
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self._stale:
            self.refresh()

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _choose(self, row: int) -> None:
        """The user went to another row of the list."""
        if 0 <= row < len(self._texts) and row != self._row:
            self._show(row, anew=True)

    def _select(self, row: int) -> None:
        if row != self._row:
            self._show(row, anew=True)

    def _row_of(self, host: str, index: int) -> int | None:
        examples = self._document.syntax.examples
        return next((at for at, one in enumerate(examples) if (one.host, one.index) == (host, index)), None)

    def _selected(self) -> HostedExample | None:
        examples = self._document.syntax.examples
        return examples[self._row] if self._row < len(examples) else None

    def _add(self) -> None:
        selected = self._selected()
        host, index = (selected.host, selected.index + 1) if selected else (_HOST, 0)
        reason = ""
        for draft in _DRAFTS:
            intent = partial(_inserted, index=index, draft=draft)
            reason = self._do(host, index, intent, self.tr("Add an example"))
            if not reason:
                self._editor.focus_first()
                return
        self._say_refused(reason)

    def _duplicate(self) -> None:
        selected = self._selected()
        if selected is not None:
            index = selected.index
            self._say_refused(
                self._do(
                    selected.host,
                    index + 1,
                    lambda value: example_edits.duplicate_example(value, index),
                    self.tr("Duplicate example {number}").format(number=self._row + 1),
                )
            )

    def _remove(self) -> None:
        selected = self._selected()
        if selected is not None:
            index = selected.index
            self._editor.drop()
            self._say_refused(
                self._do(
                    selected.host,
                    None,
                    lambda value: example_edits.remove_example(value, index),
                    self.tr("Delete example {number}").format(number=self._row + 1),
                )
            )

    def _step(self, by: int) -> None:
        self._move(self._row, self._row + by)

    def _move(self, row: int, to: int) -> None:
        """Move an example; within the value it stands in."""
        examples = self._document.syntax.examples
        if row == to or not (0 <= row < len(examples) and 0 <= to < len(examples)):
            return
        hosted, target = examples[row], examples[to]
        if hosted.host != target.host:
            self._say_refused(self.tr("An example cannot be moved to another field."))
            return
        label = self.tr("Move example {number} up") if to < row else self.tr("Move example {number} down")
        self._say_refused(
            self._do(
                hosted.host,
                target.index,
                lambda value: example_edits.move_example(value, hosted.index, target.index),
                label.format(number=row + 1),
            )
        )

    def _do(self, host: str, index: int | None, intent: Intent, label: str) -> str:
        """Do one step and select example ``index``; the reason if it cannot be done, else ""."""
        if self._editor.pending:
            return waiting_sentence()
        reason = ExampleAt(self._document, host, 0).step(intent, label)
        row = None if reason or index is None else self._row_of(host, index)
        if row is not None:
            self._select(row)
        return reason

    def _say_refused(self, reason: str) -> None:
        if reason:
            self._refusal.say("warning", "warning", reason)
            self._none.refuse(reason)
            self.refused.emit(reason)
        self._refusal.setVisible(bool(reason))

    def _to_source(self) -> None:
        selected = self._selected()
        span = span_of(self._document.syntax, selected) if selected is not None else None
        if span is not None:
            self.source_wanted.emit(span.start, span.end)


def _inserted(value: str, index: int, draft: Draft) -> Edits | Refusal:
    return example_edits.insert_example(value, index, draft)
