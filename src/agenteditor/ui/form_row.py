"""One row of the form: label, widget, help, problems, and the way out of the file.

The row puts the widget there that fits the field and exchanges it when the value changes its shape, but
not under the caret. Everything written by the widget is the widget's; the row says what was refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core import rewrite
from agenteditor.core.checks import Diagnostic, Fix
from agenteditor.core.document import Transaction
from agenteditor.core.frontmatter import Field
from agenteditor.core.text import Refusal
from agenteditor.ui.fields import (
    SAY_DEFAULT,
    EntriesField,
    Muted,
    ReadOnlyField,
    TextField,
    ToolsField,
    Value,
    Widget,
    field_widget,
    fitting,
    too_large,
)
from agenteditor.ui.fields_prose import LineField
from agenteditor.ui.form_heading import RowHead
from agenteditor.ui.form_keys import tab_stops
from agenteditor.ui.form_notes import ProblemLine, Problems
from agenteditor.ui.qtext import plain

_PAUSE_MS = 1200  # a new field is judged when the first words had time to be typed


class RowKey(NamedTuple):
    """Which row: a field's name, and for those overridden by a later one of the name which of them."""

    key: str
    overridden: int | None = None


class FieldRow(QWidget):
    """A field of the document, there or absent."""

    examples_wanted = Signal()
    source_wanted = Signal(int, int)
    refused = Signal(str)
    fix_wanted = Signal(object)
    removed = Signal()  # also for a row whose field was absent: it may go
    renamed = Signal(object)  # a str; as Signal(str) it would lose bytes that are not UTF-8
    rebuilt = Signal()  # there are other widgets to tab through

    def __init__(self, value: Value, row: RowKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._value = value
        self._kind: Widget | None = None
        self._editor: QWidget | None = None
        self._target: QWidget | None = None  # the part of the widget that label and problems belong to
        self._fresh = False
        self._found: tuple[Diagnostic, ...] = ()
        self._was_there = self._field() is not None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.settled)
        self.head = RowHead(row.key, value.label, self)
        self.head.remove_wanted.connect(self._take_out)
        self.head.rename_wanted.connect(self._rename)
        self.head.help_wanted.connect(lambda on: self.show_help(shown=on))
        self.head.help.setVisible(bool(value.spec and value.spec.more))
        self.head.rename.setVisible(value.spec is None and row.overridden is None and bool(row.key))
        self._help = Muted("", self)
        self._more = Muted(value.spec.more if value.spec else "", self)
        self._more.setVisible(False)
        self._problems = Problems(parent=self)
        self._problems.fix_wanted.connect(self.fix_wanted)
        self._problems.rebuilt.connect(self.rebuilt)
        self._refusal = ProblemLine(self)
        self._refusal.setVisible(False)
        self._refusal.fix_wanted.connect(self._revert)
        self._place = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.head)
        column.addLayout(self._place)
        for widget in (self._help, self._more, self._refusal, self._problems):
            column.addWidget(widget)

    # --- showing --------------------------------------------------------------------------

    def refresh(self, problems: Sequence[Diagnostic]) -> None:
        """Show the field as it is in the document, and its problems."""
        field = self._field()
        self._fit_widget(field)
        assert self._editor is not None
        if isinstance(self._editor, ReadOnlyField):
            self._editor.show_written(field.value_span.of(self._value.document.text) if field else "")
        else:
            self._editor.refresh()  # type: ignore[attr-defined]  # a FieldWidget
        if field is not None and not self._was_there and self.has_focus():
            self._fresh = True
            self._pause.start()
        self._was_there = field is not None
        self.head.remark(self._remarks(field))
        self._help.say(self._help_text(field))
        self.head.remove.setVisible(self.row.overridden is None and self._removable(field))
        if not getattr(self._editor, "pending", False):
            self._say_refused("")  # what could not be applied has gone from the widget
        self._found = tuple(problems)
        self._judge()

    def settled(self) -> None:
        """The focus has left: what was held back under the caret is shown now."""
        self._fresh = False
        self._judge()

    def finish(self) -> None:
        """The user went on to something else: a word typed for a list is one of its words now."""
        if isinstance(self._editor, (EntriesField, ToolsField)):
            self._editor.finish()

    def has_focus(self) -> bool:
        """Whether the caret is in the row."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def take_focus(self) -> None:
        """Go to the field's widget, unless the caret is in it already."""
        focused = QApplication.focusWidget()
        if focused is not None and self._editor is not None and self._editor.isAncestorOf(focused):
            return
        self.focus_widget().setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_widget(self) -> QWidget:
        """The widget that takes the focus."""
        assert self._editor is not None
        return self._editor.focus_widget()  # type: ignore[attr-defined]  # a FieldWidget

    def set_label(self, text: str) -> None:
        """The label with its mnemonic."""
        if self.head.label.text() != text:
            self.head.label.setText(text)

    def select_text(self) -> None:
        """Select the whole text, where it is one, so that typing replaces it."""
        if isinstance(self._editor, (LineField, TextField)):
            self._editor.select_all()

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through: the field first, then the buttons beside and below it."""
        head = self.head
        parts: list[QWidget | QLayout] = [head.line, self._place, head.rename, head.remove]
        return [stop for part in [*parts, self._refusal, self._problems] for stop in tab_stops(part)]

    def show_help(self, *, shown: bool) -> None:
        """Show or hide the long help."""
        self._more.setVisible(shown and bool(self._more.text()))
        if self.head.help.isChecked() != shown:
            self.head.help.setChecked(shown)

    # --- the widget ------------------------------------------------------------------------

    def _fit_widget(self, field: Field | None) -> None:
        wanted: Widget = "read-only" if self.row.overridden is not None else fitting(self._value.spec, field)
        if wanted == self._kind or (self.has_focus() and self._can_stay(wanted, field)):
            return
        focused = self.has_focus()
        old, self._kind, self._target = self._editor, wanted, None
        self._editor = field_widget(wanted, self._value, self)
        self._editor.refused.connect(self._say_refused)  # type: ignore[attr-defined]
        if isinstance(self._editor, TextField):
            self._editor.examples_wanted.connect(self.examples_wanted)
        if isinstance(self._editor, ReadOnlyField):
            self._editor.source_wanted.connect(self._to_source)
        self._place.addWidget(self._editor)
        self._editor.show()  # at once, or it could not take the focus yet
        self._refusal.setVisible(False)
        if old is not None:
            self._place.removeWidget(old)
            old.hide()
            old.deleteLater()
            if focused:
                self.take_focus()
        self.rebuilt.emit()

    def _can_stay(self, wanted: Widget, field: Field | None) -> bool:
        """Whether the present widget can show the field too, so that it need not go while it is typed in."""
        if wanted == "read-only":
            return False
        return self._kind == "yaml" or (self._kind == "text" and (field is None or field.text is not None))

    # --- words ----------------------------------------------------------------------------

    def _field(self) -> Field | None:
        if self.row.overridden is None:
            return self._value.field
        frontmatter = self._value.document.syntax.frontmatter
        rivals = [field for field in frontmatter.fields if field.key == self.row.key] if frontmatter else []
        return rivals[self.row.overridden] if self.row.overridden < len(rivals) else None

    def _remarks(self, field: Field | None) -> str:
        spec, remarks = self._value.spec, []
        if spec is not None and spec.required and field is None:
            remarks.append(self.tr("required"))
        if spec is not None and spec.ignored_in_plugin and self._value.document.place == "plugin":
            remarks.append(self.tr("means nothing in a plugin"))
        if spec is not None and spec.undocumented:
            remarks.append(self.tr("not documented"))
        return " · ".join(remarks)

    def _help_text(self, field: Field | None) -> str:
        spec = self._value.spec
        if self.row.overridden is not None:
            return self.tr(
                "A later field of the same name overrides this one. Remove one of them in the source."
            )
        if field is not None and self._kind == "read-only" and too_large(spec, field):
            return self.tr("This value is too long to be edited here; its beginning is shown.")
        if field is not None and self._kind == "read-only":
            return self.tr(
                "This is not plain text (anchors, tags, braces, or lines outside any field), so it is "
                "changed in the source."
            )
        if spec is None:
            return ""
        if field is None and spec.default and self._kind not in SAY_DEFAULT:
            return self.tr("{help} Not set: {default}.").format(help=spec.help, default=spec.default)
        return spec.help

    def _judge(self) -> None:
        """Show the problems; not while the first words of a new field are typed."""
        shown = () if self._fresh and self.has_focus() else self._found
        self._problems.show_problems(shown)
        self._aim()
        self._mark_severity(shown)
        self._describe()

    def _aim(self) -> None:
        """Let the label lead to the widget that takes the focus now: of several buttons the checked one."""
        target = self.focus_widget()
        if target is self._target:
            return
        if self._target is not None:
            self._target.setAccessibleDescription("")
            self._target.setProperty("severity", "")
        self._target = target
        self.head.label.setBuddy(target)

    def _describe(self) -> None:
        """Name and description for those who cannot see the row."""
        target = self.focus_widget()
        name, words = plain(self._value.label), [self._help.text(), *self._problems.sentences]
        if isinstance(target, QAbstractButton):
            name = f"{name}: {target.text().replace('&', '')}"
        if target.accessibleName() != name:
            target.setAccessibleName(name)
        described = plain(" ".join(filter(None, words)))
        if target.accessibleDescription() != described:
            target.setAccessibleDescription(described)

    def _mark_severity(self, problems: Sequence[Diagnostic]) -> None:
        """The edge of the field is drawn in the colour of its worst problem (theme_style)."""
        found = {problem.severity for problem in problems}
        worst = "error" if "error" in found else "warning" if "warning" in found else ""
        target = self.focus_widget()
        if (target.property("severity") or "") != worst:
            target.setProperty("severity", worst)
            target.update()

    # --- what the user does -----------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """F1 is the row's before it is the window's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_F1
            and self._more.text()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 shows the long help."""
        if event.key() == Qt.Key.Key_F1 and self._more.text():
            self.show_help(shown=self._more.isHidden())
        else:
            super().keyPressEvent(event)

    def _removable(self, field: Field | None) -> bool:
        spec = self._value.spec
        return not (spec is not None and spec.required) and (field is not None or not _usual(self.row.key))

    def _take_out(self) -> None:
        reason = self._value.remove()
        self._say_refused(reason)
        if not reason:
            self.removed.emit()

    def _rename(self, new: str) -> None:
        outcome = rewrite.rename_field(self._value.document.syntax, self.row.key, new)
        if isinstance(outcome, Refusal):
            self._say_refused(outcome.reason)
            return
        label = self.tr("Rename {old} to {new}").format(old=self.row.key, new=new)
        self._value.document.apply(Transaction(outcome, label))
        self.renamed.emit(new)

    def _to_source(self) -> None:
        field = self._field()
        if field is not None:
            self.source_wanted.emit(field.value_span.start, field.value_span.end)

    def _say_refused(self, reason: str) -> None:
        if reason:
            self._refusal.say("warning", "warning", self.tr("Not applied. {reason}").format(reason=reason))
            if self._refusal.isHidden():
                labels = [self.tr("Put back")] if hasattr(self._editor, "revert") else []
                self._refusal.offer(labels, "revert")
            self.refused.emit(reason)
        if self._refusal.isHidden() == bool(reason):
            self._refusal.setVisible(bool(reason))
            self.rebuilt.emit()

    def _revert(self, _fix: Fix | None) -> None:
        self._editor.revert()  # type: ignore[union-attr]  # offered only where there is one
        self._say_refused("")
        self.take_focus()


def _usual(key: str) -> bool:
    return key in USUAL


# Shown even where they are absent: nearly every agent has them or should have a look at them.
USUAL = ("name", "description", "tools", "model", "color")
