"""The text widget of the source: how it looks and what its keys do. What the text means is the view's.

It shows a ``qtext.Shown`` that the view puts there, copies the text's own characters, and marks
problems, matches and characters that nobody could see. Its changes are read back by the view, which
finds in ``doing`` what the user did. Undo is the document's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from agenteditor.ui import source_keys, theme
from agenteditor.ui.fields_marks import draw_frames, names_at, visible_blocks
from agenteditor.ui.highlighter import SourceHighlighter
from agenteditor.ui.qtext import Shown, copied
from agenteditor.ui.source_gutter import SourceGutter
from agenteditor.ui.source_keys import Mode, Typed
from agenteditor.ui.source_notes import (
    Note,
    Sign,
    current_line,
    draw_underline,
    found,
    signs,
    tip,
)

TYPING = "Typing"
SMALLEST, LARGEST = -6, 24  # steps of zoom, each a point


class SourceEdit(QPlainTextEdit):
    """The source as text. ``fixes_wanted``: fixes for the place of the caret were asked for."""

    fixes_wanted = Signal()
    zoom_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = Shown("")
        self.doing = TYPING
        self._zoom = 0
        self._wheel = 0
        self._notes: Sequence[Note] = ()
        self._matches: Sequence[tuple[int, int]] = ()
        self._match: tuple[int, int] | None = None
        self.setUndoRedoEnabled(False)
        self.setCursorWidth(2)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setAccessibleName(self.tr("Source"))
        self.highlighter = SourceHighlighter(self.document(), theme.current())
        self._theme = theme.current()
        self.gutter = SourceGutter(self, self)
        self.gutter.fix_wanted.connect(self._fix_clicked)
        self.gutter.line_clicked.connect(self._line_clicked)
        self.blockCountChanged.connect(self._place_gutter)
        self.updateRequest.connect(self._scroll_gutter)
        self.cursorPositionChanged.connect(self._mark)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._dress()

    # What is marked

    def set_notes(self, notes: Sequence[Note]) -> None:
        """Underline these problems and show their signs."""
        self._notes = notes
        self.viewport().update()
        self.gutter.update()

    def set_matches(self, matches: Sequence[tuple[int, int]], here: tuple[int, int] | None) -> None:
        """Mark what was found, in positions and in order; ``here`` is the one that is gone to."""
        if (matches, here) != (self._matches, self._match):
            self._matches, self._match = matches, here
            self._mark()
        # The match gone to is selected, and the focus is in the find bar.
        self._idle_selection(self._theme.found_here if matches else self._theme.selection_idle)

    def _idle_selection(self, colour: QColor) -> None:
        group, role = QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight
        if self.palette().color(group, role) != colour:
            own = QPalette()  # not a copy of its own, in which every colour would be fixed
            own.setColor(group, role, colour)
            self.setPalette(own)

    def signs(self) -> dict[int, Sign]:
        """The signs of the lines with notes, by their number, 0-based."""
        return signs(self._notes)

    def _mark(self) -> None:
        """The grounds of current line and matches, in this order from below."""
        colours = self._theme
        marks = [] if self.isReadOnly() else [current_line(self.textCursor(), colours)]
        for match in self._visible_matches():
            marks.append(found(self.cursor_over(*match), colours, here=match == self._match))
        self.setExtraSelections(marks)
        self.gutter.update()

    def _visible_matches(self) -> Sequence[tuple[int, int]]:
        """Only these are handed to Qt, which draws slowly when it has thousands to look through."""
        if not self._matches:
            return ()
        first, last = self._visible_range()
        start = bisect_left(self._matches, first, key=lambda match: match[1])
        end = bisect_left(self._matches, last, key=lambda match: match[0])
        return self._matches[start : min(end, start + 2_000)]

    def _visible_range(self) -> tuple[int, int]:
        bottom = self.cursorForPosition(QPoint(self.viewport().width(), self.viewport().height()))
        # A line to spare on both sides: the view scrolls before it asks again.
        return max(self.firstVisibleBlock().position() - 1, 0), bottom.position() + 1_000

    def cursor_over(self, start: int, end: int) -> QTextCursor:
        """A cursor that selects what is between two positions, held inside the text."""
        last = self.document().characterCount() - 1
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(start, last))
        cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _scrolled(self) -> None:
        if self._matches:
            self._mark()

    def line_and_column(self) -> tuple[int, int]:
        """Where the caret is, 1-based, columns in code points."""
        cursor = self.textCursor()
        return cursor.blockNumber() + 1, _line_of(cursor)[1] + 1

    # Geometry for the gutter

    def visible_blocks(self) -> Iterator[tuple[QTextBlock, float, float]]:
        """The lines that can be seen, with top and bottom in pixels of the viewport."""
        block = self.firstVisibleBlock()
        top = self.top_of(block)
        while block.isValid() and top <= self.viewport().height():
            bottom = top + self.blockBoundingRect(block).height()
            yield block, top, bottom
            block, top = block.next(), bottom

    def top_of(self, block: QTextBlock) -> float:
        """Where a line begins, in pixels of the viewport."""
        return self.blockBoundingGeometry(block).translated(self.contentOffset()).top()

    def block_at(self, y: int) -> QTextBlock:
        """The line at a height of the viewport; an invalid block below the last."""
        return next((block for block, _, bottom in self.visible_blocks() if y < bottom), QTextBlock())

    def _place_gutter(self) -> None:
        width = self.gutter.sizeHint().width()
        self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self.gutter.setGeometry(QRect(inside.left(), inside.top(), width, inside.height()))

    def _scroll_gutter(self, rect: QRect, dy: int) -> None:
        if dy:
            self.gutter.scroll(0, dy)
        else:
            self.gutter.update(0, rect.y(), self.gutter.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def _fix_clicked(self, line: int) -> None:
        block = self.document().findBlockByNumber(line)
        notes = [n for n in self._notes if n.fixable and block.contains(n.cursor.selectionStart())]
        cursor = self.textCursor()
        cursor.setPosition(notes[0].cursor.selectionStart() if notes else block.position())
        self.setTextCursor(cursor)
        self.setFocus()
        self.fixes_wanted.emit()

    def _line_clicked(self, line: int, extend: bool) -> None:
        block = self.document().findBlockByNumber(line)
        mode = QTextCursor.MoveMode.KeepAnchor
        cursor = self.textCursor()
        if not extend:
            cursor.setPosition(block.position())
        following = block.next()
        end = following.position() if following.isValid() else block.position() + block.length() - 1
        cursor.setPosition(end, mode)
        self.setTextCursor(cursor)
        self.setFocus()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = event.key(), event.modifiers()
        control = bool(held & Qt.KeyboardModifier.ControlModifier)
        alt = bool(held & Qt.KeyboardModifier.AltModifier)
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if (key == Qt.Key.Key_Period and control) or (enter and alt):
            self.fixes_wanted.emit()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and (control or alt):
            event.ignore()  # the window's: next document
        elif key == Qt.Key.Key_Home and not control:
            self._home(extend=bool(held & Qt.KeyboardModifier.ShiftModifier))
        elif self.isReadOnly():
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._indent(back=key == Qt.Key.Key_Backtab)
        elif enter and not control:
            self._enter(plain=bool(held & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def _enter(self, *, plain: bool) -> None:
        cursor = self.textCursor()
        with self.as_step(TYPING, cursor):
            if cursor.hasSelection():
                cursor.removeSelectedText()
            line, column = _line_of(cursor)
            typed = Typed(column, column, "\n")
            self._apply(
                cursor, typed if plain else source_keys.enter(line, column, self._mode(cursor.block()))
            )
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _indent(self, *, back: bool) -> None:
        cursor = self.textCursor()
        first = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(cursor.selectionEnd())
        if last != first and cursor.selectionEnd() == last.position():
            last = last.previous()
        if first == last and not back:
            with self.as_step(TYPING, cursor):
                cursor.removeSelectedText()
                line, column = _line_of(cursor)
                typed = source_keys.tab(line, column, self._mode(first), first.previous().text())
                whole_line = typed.start == 0 and typed.insert != ""
                behind = column - typed.end
                self._apply(cursor, typed)
                if whole_line and behind > 0:  # the caret stays at its word
                    cursor.movePosition(QTextCursor.MoveOperation.Right, n=_units(line[typed.end : column]))
            self.setTextCursor(cursor)
            return
        with self.as_step(self.tr("Unindent") if back else self.tr("Indent"), cursor):
            block = first
            while block.isValid() and block.blockNumber() <= last.blockNumber():
                change = source_keys.outdented if back else source_keys.indented
                typed = change(block.text(), self._mode(block))
                if typed.start != typed.end or typed.insert:
                    self._apply(QTextCursor(block), typed)
                block = block.next()

    def _home(self, *, extend: bool) -> None:
        cursor = self.textCursor()
        mode = QTextCursor.MoveMode.KeepAnchor if extend else QTextCursor.MoveMode.MoveAnchor
        row = QTextCursor(cursor)
        row.movePosition(QTextCursor.MoveOperation.StartOfLine)
        block = cursor.block()
        if row.position() != block.position():  # a lower row of a wrapped line
            cursor.setPosition(row.position(), mode)
        else:
            line, column = _line_of(cursor)
            cursor.setPosition(block.position() + source_keys.home(line, column), mode)
        self.setTextCursor(cursor)

    def _apply(self, cursor: QTextCursor, typed: Typed) -> None:
        """Change the cursor's line; the cursor ends behind what was put in."""
        block = cursor.block()
        line, at = block.text(), block.position()
        cursor.setPosition(at + _units(line[: typed.start]))
        cursor.setPosition(at + _units(line[: typed.end]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(typed.insert)

    def _mode(self, block: QTextBlock) -> Mode:
        return self.highlighter.mode(block)

    @contextmanager
    def as_step(self, doing: str, cursor: QTextCursor | None = None) -> Iterator[None]:
        """Changes inside are read back together and called ``doing``."""
        before, self.doing = self.doing, doing
        edit = cursor or self.textCursor()
        edit.beginEditBlock()
        try:
            yield
        finally:
            edit.endEditBlock()
            self.doing = before

    # Clipboard, dragging, wheel

    def createMimeDataFromSelection(self) -> QMimeData:
        cursor = self.textCursor()
        data = QMimeData()
        data.setText(copied(self.shown, cursor.selectionStart(), cursor.selectionEnd()))
        return data

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() and not has_files(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.isReadOnly() or not self.canInsertFromMimeData(source):
            return
        cursor = self.textCursor()
        with self.as_step(self.tr("Paste"), cursor):
            cursor.insertText(source.text())
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_files(event.mimeData()):
            event.ignore()  # the window opens files
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if has_files(event.mimeData()):
            event.ignore()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if has_files(event.mimeData()):
            event.ignore()
            return
        # Qt takes the text away there and puts it in here in one block, which ends inside this call.
        before, self.doing = self.doing, self.tr("Move text")
        try:
            super().dropEvent(event)
        finally:
            self.doing = before

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / 120)  # an eighth of a degree each; fine wheels send less at a time
        self._wheel -= steps * 120
        if steps:
            self.set_zoom(self._zoom + steps)
        event.accept()

    # Look

    @property
    def zoom(self) -> int:
        """How many steps the text is larger than the system's."""
        return self._zoom

    def set_zoom(self, steps: int) -> None:
        """Make the text ``steps`` points larger than the system's fixed font, or smaller."""
        steps = max(SMALLEST, min(steps, LARGEST))
        if steps != self._zoom:
            self._zoom = steps
            self._dress()
            self.zoom_changed.emit(steps)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange)
        if event.type() in kinds and hasattr(self, "gutter"):
            self._dress()

    def _dress(self) -> None:
        colours = theme.current()
        if colours is not self._theme:
            self._theme = colours
            self.highlighter.set_theme(colours)
            self._idle_selection(colours.found_here if self._matches else colours.selection_idle)
        font = theme.fixed_font()
        if font.pointSizeF() > 0:
            font.setPointSizeF(max(4.0, font.pointSizeF() + self._zoom))
        if font != self.font():
            self.setFont(font)
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self._place_gutter()
        self._mark()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            left = self.contentOffset().x()
            for block, top, bottom in self.visible_blocks():
                if bottom < event.rect().top() or top > event.rect().bottom():
                    continue
                start, end = block.position(), block.position() + block.length()
                for note in self._notes:
                    if note.cursor.selectionStart() < end and note.cursor.selectionEnd() > start:
                        draw_underline(painter, note, block, top, left)
            draw_frames(painter, self, self.shown, visible_blocks(self))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self._tip_at(event.pos())
            if text:
                QToolTip.showText(event.globalPos(), text, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def _tip_at(self, at: QPoint) -> str:
        position = self.cursorForPosition(at).position()
        notes = [
            n.message for n in self._notes if n.cursor.selectionStart() <= position <= n.cursor.selectionEnd()
        ]
        return tip([*notes, *names_at(self, self.shown, at)])


def has_files(data: QMimeData) -> bool:
    """Whether files are being dragged or pasted, not text."""
    return any(url.isLocalFile() for url in data.urls())


def _line_of(cursor: QTextCursor) -> tuple[str, int]:
    """The cursor's line and its column there, in code points."""
    line = cursor.block().text()
    units = cursor.positionInBlock()
    if line.isascii():
        return line, units
    head = line.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return line, len(head.decode("utf-16-le", "surrogatepass"))


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
