"""The items of a section's list, each a text that grows: type, Enter, Backspace, Alt and arrows.

What is typed stands in the document at once. A new item is a draft until its first letter, so no
empty items are left in the file; one that is left empty goes away.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from agenteditor.core.body import Item, SectionPath, section_at
from agenteditor.core.document import Document
from agenteditor.core.item_edits import insert_item, move_item, remove_item, set_item_text
from agenteditor.core.text import Refusal, apply, diff
from agenteditor.ui import icons, theme
from agenteditor.ui.fields_text import GrowingText
from agenteditor.ui.qtext import Shown
from agenteditor.ui.section_drag import MIME, Handle, drag, place_of
from agenteditor.ui.section_steps import attempt, same_item

_ALT = Qt.KeyboardModifier.AltModifier
_REMOVE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_GONE_FOCUS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class ItemsEditor(QWidget):
    """The list of one section.

    ``refused`` carries why the last key or click did nothing, "" when the next did; ``caret_moved`` the
    text whose caret moved, to be scrolled to.
    """

    refused = Signal(str)
    caret_moved = Signal(object)

    def __init__(self, document: Document, before: QWidget, parent: QWidget | None = None) -> None:
        """``before`` is what Tab comes from to the first item."""
        super().__init__(parent)
        self._document = document
        self._before = before
        self._path: SectionPath = ()
        self._rows: list[_Row] = []
        self._draft: _Row | None = None
        self._dragged: _Row | None = None
        self._drop_place: int | None = None
        self.setAcceptDrops(True)
        self._add = QPushButton(self.tr("Add item"), self)
        self._add.setIcon(icons.icon("add"))
        self._add.setToolTip(self.tr("Add an item at the end (in an item: Enter)"))
        self._add.clicked.connect(lambda: self.begin(len(self._rows)))
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._column)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    # --- showing ------------------------------------------------------------------------------

    def refresh(self, path: SectionPath) -> None:
        """Show the items of the section at ``path``; rows that show theirs already are left alone."""
        section = section_at(self._document.syntax.sections, path)
        items = section.items if section is not None else ()
        same_section = path == self._path
        self._path = path
        if not same_section or len(items) != len(self._rows) - (self._draft is not None):
            self._drop_draft()
        self._place(items)
        at = 0
        for row in self._rows:
            if row is not self._draft:
                row.show_item(items[at], at == 0, at == len(items) - 1)
                at += 1

    def row_at(self, offset: int) -> int | None:
        """The index of the item that holds an offset of the file."""
        section = section_at(self._document.syntax.sections, self._path)
        for at, item in enumerate(section.items if section else ()):
            if item.span.start <= offset < item.span.end:
                return at
        return None

    def take_focus(self, index: int = 0, position: int | None = None) -> None:
        """Go into an item, at the end of its text or at ``position``; to the button if there is none."""
        if not self._rows:
            self._add.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        text = self._rows[max(0, min(index, len(self._rows) - 1))].text
        text.setFocus(Qt.FocusReason.OtherFocusReason)
        cursor = text.textCursor()
        if position is None:
            cursor.movePosition(QTextCursor.MoveOperation.End)
        else:
            cursor.setPosition(min(position, text.document().characterCount() - 1))
        text.setTextCursor(cursor)

    def texts(self) -> list[GrowingText]:
        """The inputs, in order."""
        return [row.text for row in self._rows]

    def _place(self, items: tuple[Item, ...]) -> None:
        """Have a row for each item; those before and behind the change stay where they are."""
        rows = [row for row in self._rows if row is not self._draft]
        shorter = min(len(rows), len(items))
        head = tail = 0
        while head < shorter and rows[head].item == items[head].text:
            head += 1
        while tail < shorter - head and rows[-1 - tail].item == items[-1 - tail].text:
            tail += 1
        for row in rows[head + max(0, len(items) - head - tail) : len(rows) - tail]:
            self._take(row)
        for at in range(len(rows) - tail, len(items) - tail):
            self._insert(at)

    def _insert(self, index: int) -> _Row:
        row = _Row(self)
        self._rows.insert(index, row)
        self._column.insertWidget(index, row)
        row.text.edited.connect(lambda own: self._typed(row, own))
        row.text.cursorPositionChanged.connect(lambda: self._caret_moved(row.text))
        row.text.pressed.connect(lambda key: self._pressed(row, key))
        row.text.left.connect(lambda: self._left(row))
        row.up.clicked.connect(lambda: self._move(row, -1))
        row.down.clicked.connect(lambda: self._move(row, 1))
        row.remove.clicked.connect(lambda: self._remove(row))
        row.mark.dragged.connect(lambda: self._drag(row))
        row.show()
        QWidget.setTabOrder(self._rows[index - 1].text if index else self._before, row.text)
        if row is self._rows[-1]:
            QWidget.setTabOrder(row.text, self._add)
        return row

    def _take(self, row: _Row) -> None:
        self._rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _caret_moved(self, text: GrowingText) -> None:
        if text.hasFocus():
            self.caret_moved.emit(text)

    # --- what the user does -------------------------------------------------------------------

    def begin(self, index: int) -> None:
        """Open a new item before the one at ``index``. It comes into the file with its first letter."""
        self._drop_draft()
        index = max(0, min(index, len(self._rows)))
        self._draft = self._insert(index)
        section = section_at(self._document.syntax.sections, self._path)
        numbered = section is not None and any(item.number is not None for item in section.items)
        self._draft.show_draft("…" if numbered else "•")
        self.take_focus(index)

    def _drop_draft(self) -> None:
        draft, self._draft = self._draft, None
        if draft is None or draft not in self._rows:
            return
        if draft.text.own().strip():
            self.refused.emit(self.tr("What was typed into the new item was not applied, and is gone."))
        self._take(draft)

    def _typed(self, row: _Row, own: str) -> None:
        index = self._rows.index(row)
        text, start = self._document.text, self._document.syntax.body.start
        if row is self._draft:
            if not own.strip():
                return
            result = insert_item(text, start, self._path, index, own)
            if not isinstance(result, Refusal):
                self._draft = None  # from now on it is an item like the others
        else:
            if self._draft is not None and self._rows.index(self._draft) < index:
                index -= 1
            if not own.strip():
                self.refused.emit("")
                if isinstance(result := set_item_text(text, start, self._path, index, own), Refusal):
                    return  # an item needs a text here; Backspace takes it away
            else:
                result = set_item_text(text, start, self._path, index, own)
        merge = ("item", self._path, index)
        self._answer(row, attempt(self._document, result, self.tr("Edit item"), merge))

    def _answer(self, row: _Row, reason: str) -> None:
        if not reason:
            row.text.agree(row.text.own())
        row.say(reason)
        self.refused.emit(reason)

    def _left(self, row: _Row) -> None:
        if row is self._draft and not row.text.own().strip():
            self._drop_draft()
        elif row is not self._draft and not row.text.own().strip():
            row.text.revert()
        elif not row.text.pending:
            row.text.show_text(row.item)

    def _pressed(self, row: _Row, key: str) -> None:
        index = self._rows.index(row)
        if key == "enter":
            self._split(row, index)
        elif key == "erase":
            if row is self._draft or not row.text.own().strip():
                self._remove(row, back=True)
        elif key == "remove":
            self._remove(row)
        elif key == "revert":
            row.text.revert()
            row.say("")
            self.refused.emit("")
        elif key in ("move up", "move down"):
            self._move(row, -1 if key == "move up" else 1)
        elif key == "above" and index > 0:
            self.take_focus(index - 1)
        elif key == "below" and index + 1 < len(self._rows):
            self.take_focus(index + 1, 0)

    def _split(self, row: _Row, index: int) -> None:
        """Enter: an empty item below, or what stands behind the caret as the next item."""
        if row is self._draft or row.text.pending:
            return
        shown = Shown(row.text.own())
        cursor = row.text.textCursor()
        before = shown.source[: shown.offset(cursor.selectionStart())]
        after = shown.source[shown.offset(cursor.selectionEnd()) :]
        if not before.strip() or not after.strip():
            self.begin(index + bool(before.strip()))
            return
        text, start = self._document.text, self._document.syntax.body.start
        first = set_item_text(text, start, self._path, index, before.rstrip())
        second: object = first
        if not isinstance(first, Refusal):
            middle = apply(text, first)
            second = insert_item(middle, start, self._path, index + 1, after.lstrip())
            if not isinstance(second, Refusal):
                second = diff(text, apply(middle, second))
        reason = attempt(self._document, second, self.tr("Split item"))  # type: ignore[arg-type]
        self.refused.emit(reason)
        if not reason:
            self.take_focus(index + 1, 0)

    def _remove(self, row: _Row, *, back: bool = False) -> None:
        index = self._rows.index(row)
        if row is self._draft:
            row.text.clear()
            self._drop_draft()
        else:
            document = self._document
            result = remove_item(document.text, document.syntax.body.start, self._path, index)
            reason = attempt(document, result, self.tr("Remove item"))
            self.refused.emit(reason)
            if reason:
                row.say(reason)
                return
        if back and index > 0:
            self.take_focus(index - 1)
        else:
            self.take_focus(index, 0)

    def _move(self, row: _Row, step: int) -> None:
        self._drop_draft() if row is not self._draft else None
        index = self._rows.index(row)
        if row is not self._draft and 0 <= index + step < len(self._rows):
            self._move_before(row, index + step + (step > 0))

    def _move_before(self, row: _Row, to: int) -> None:
        """Move an item before the one that is at ``to`` now, or behind the last."""
        index = self._rows.index(row)
        if to in (index, index + 1):
            return
        position = row.text.textCursor().position()
        document = self._document
        result = move_item(document.text, document.syntax.body.start, self._path, index, to)
        reason = attempt(document, result, self.tr("Move item"))
        self.refused.emit(reason)
        if not reason:
            self.take_focus(to - (to > index), position)

    # --- dragging -----------------------------------------------------------------------------

    def _drag(self, row: _Row) -> None:
        self._drop_draft()
        if row not in self._rows:
            return
        texts = self.texts()
        for text in texts:
            text.viewport().setAcceptDrops(False)  # else the text under the mouse gets the item
        self._dragged = row
        drag(self, row)
        self._dragged = None
        for text in texts:
            text.viewport().setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dragged is not None and event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._mark_drop(place_of(self._rows, event.position().toPoint().y()))
        event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._mark_drop(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark_drop(None)
        if self._dragged is not None:
            event.acceptProposedAction()
            self._move_before(self._dragged, place_of(self._rows, event.position().toPoint().y()))

    def _mark_drop(self, place: int | None) -> None:
        if place != self._drop_place:
            self._drop_place = place
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line where the item that is dragged would go."""
        super().paintEvent(event)
        if self._drop_place is None or not self._rows:
            return
        at = min(self._drop_place, len(self._rows) - 1)
        geometry = self._rows[at].geometry()
        y = geometry.top() - 3 if at == self._drop_place else geometry.bottom() + 2
        with QPainter(self) as painter:
            painter.fillRect(geometry.left(), y, geometry.width(), 2, theme.current().accent)


class _ItemText(GrowingText):
    """One item's text. ``pressed`` names the keys that mean the list, ``left`` that the focus is gone."""

    pressed = Signal(str)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the list; all others type. Shift+Enter begins a line within the item."""
        meant = self._meant(event)
        if meant:
            self.pressed.emit(meant)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The user has gone on, unless it is to a menu or another window."""
        super().focusOutEvent(event)
        if event.reason() not in _GONE_FOCUS:
            self.left.emit()

    def _meant(self, event: QKeyEvent) -> str:
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        cursor = self.textCursor()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and held == Qt.KeyboardModifier.NoModifier:
            return "enter"
        if key == Qt.Key.Key_Backspace and held == Qt.KeyboardModifier.NoModifier:
            return "" if self.own().strip() or not self._at_start(cursor) else "erase"
        if key == Qt.Key.Key_Escape and self.pending:
            return "revert"
        if key == Qt.Key.Key_K and held == _REMOVE:
            return "remove"
        if key not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return ""
        up = key == Qt.Key.Key_Up
        if held == _ALT:
            return "move up" if up else "move down"
        if held == Qt.KeyboardModifier.NoModifier and self._on_edge(up):
            return "above" if up else "below"
        return ""

    def _at_start(self, cursor: QTextCursor) -> bool:
        return cursor.position() == 0 and not cursor.hasSelection()

    def _on_edge(self, up: bool) -> bool:
        """Whether the caret's line, as wrapped, is the first or last one."""
        probe = self.textCursor()
        way = QTextCursor.MoveOperation.Up if up else QTextCursor.MoveOperation.Down
        return not probe.movePosition(way)


class _Row(QWidget):
    """One item: its mark, its text, and buttons while the mouse or the caret is in it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.item = ""
        self.mark = Handle(self)
        self.mark.setToolTip(self.tr("Drag to move the item (Alt+↑ and Alt+↓ do the same)"))
        self.mark.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.mark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.text = _ItemText(self, max_lines=60, same=same_item)
        self.up = _button("up", self.tr("Move item up (Alt+↑)"), self)
        self.down = _button("down", self.tr("Move item down (Alt+↓)"), self)
        self.remove = _button("remove", self.tr("Remove item (Ctrl+Shift+K)"), self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.mark)
        line.addWidget(self.text, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in (self.up, self.down, self.remove):
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            button.hide()
        line.addLayout(buttons)
        self.text.installEventFilter(self)
        self._fit_mark()

    def show_item(self, item: Item, first: bool, last: bool) -> None:
        """Show an item of the document and which ways it can move."""
        self.item = item.text
        self.text.show_text(item.text)
        self._set_mark("•" if item.number is None else f"{item.number}.")
        self.text.setAccessibleName(
            self.tr("Item") if item.number is None else self.tr("Item {0}").format(item.number)
        )
        for button, can in ((self.up, not first), (self.down, not last)):
            if button.isEnabled() != can:
                button.setEnabled(can)
        if not self.text.pending:
            self.say("")

    def show_draft(self, mark: str) -> None:
        """Show an item that is not in the file yet."""
        self._set_mark(mark)
        self.text.setPlaceholderText(self.tr("New item"))
        self.text.setAccessibleName(self.tr("New item"))
        self.up.setEnabled(False)
        self.down.setEnabled(False)

    def say(self, reason: str) -> None:
        """Mark the text as not applied, for eyes and screen readers; "" for all is well."""
        severity = "warning" if reason else None
        if self.text.property("severity") != severity:
            self.text.setProperty("severity", severity)
            self.text.setAccessibleDescription(reason)
            self.text.update()

    def _set_mark(self, mark: str) -> None:
        if self.mark.text() != mark:
            self.mark.setText(mark)

    def _fit_mark(self) -> None:
        self.mark.setMinimumWidth(self.mark.fontMetrics().horizontalAdvance("99."))
        self.mark.setContentsMargins(0, 7, 0, 0)

    def _show_buttons(self) -> None:
        shown = self.underMouse() or self.text.hasFocus()
        for button in (self.up, self.down, self.remove):
            if button.isHidden() == shown:
                button.setVisible(shown)

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        """The buttons come and go with the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show_buttons()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The buttons come with the mouse."""
        super().enterEvent(event)
        self._show_buttons()

    def leaveEvent(self, event: QEvent) -> None:
        """And go with it."""
        super().leaveEvent(event)
        self._show_buttons()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs a wider mark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "remove"):
            self._fit_mark()


def _button(name: str, words: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icons.icon(name))
    button.setAutoRaise(True)
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # each has a key; Tab goes from text to text
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    button.setSizePolicy(policy)
    return button
