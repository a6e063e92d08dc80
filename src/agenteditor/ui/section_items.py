"""The items of a section's list, each a text that grows: type, Enter, Backspace, Alt and arrows.

What is typed stands in the document at once. A new item is a draft until its first letter, so no
empty items are left in the file; one that is left empty goes away.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from agenteditor.core.body import Item, SectionPath, section_at
from agenteditor.core.document import Document
from agenteditor.core.item_edits import insert_item, move_item, remove_item, set_item_text
from agenteditor.core.text import Refusal, apply, diff
from agenteditor.ui import icons, theme
from agenteditor.ui.fields_text import GrowingText
from agenteditor.ui.qtext import Shown
from agenteditor.ui.section_drag import MIME, drag, place_of
from agenteditor.ui.section_item_row import ItemRow
from agenteditor.ui.section_steps import attempt


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
        self._rows: list[ItemRow] = []
        self._draft: ItemRow | None = None
        self._dragged: ItemRow | None = None
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

    def _insert(self, index: int) -> ItemRow:
        row = ItemRow(self)
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

    def _take(self, row: ItemRow) -> None:
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

    def _typed(self, row: ItemRow, own: str) -> None:
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

    def _answer(self, row: ItemRow, reason: str) -> None:
        if not reason:
            row.text.agree(row.text.own())
        row.say(reason)
        self.refused.emit(reason)

    def _left(self, row: ItemRow) -> None:
        if row is self._draft and not row.text.own().strip():
            self._drop_draft()
        elif row is not self._draft and not row.text.own().strip():
            row.text.revert()
        elif not row.text.pending:
            row.text.show_text(row.item)

    def _pressed(self, row: ItemRow, key: str) -> None:
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

    def _split(self, row: ItemRow, index: int) -> None:
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

    def _remove(self, row: ItemRow, *, back: bool = False) -> None:
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

    def _move(self, row: ItemRow, step: int) -> None:
        self._drop_draft() if row is not self._draft else None
        index = self._rows.index(row)
        if row is not self._draft and 0 <= index + step < len(self._rows):
            self._move_before(row, index + step + (step > 0))

    def _move_before(self, row: ItemRow, to: int) -> None:
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

    def _drag(self, row: ItemRow) -> None:
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
