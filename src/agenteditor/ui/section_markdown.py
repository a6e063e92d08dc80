"""Markdown of a part of the prompt as text: soft wrap, lists that go on, and a part that stays itself.

What one types can turn one section into two. The text under the caret must not fall apart for that:
a `Part` keeps to its span of the file until the user leaves it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextBlock, QTextCursor
from PySide6.QtWidgets import QWidget

from agenteditor.core.document import Document
from agenteditor.core.text import Edits, Span, shift
from agenteditor.ui import source_keys, theme
from agenteditor.ui.fields_text import LosslessText
from agenteditor.ui.qtext import Shown
from agenteditor.ui.section_steps import same_markdown, shown_text
from agenteditor.ui.source_keys import Mode, Typed

_NONE = Qt.KeyboardModifier.NoModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_KEEP = QTextCursor.MoveMode.KeepAnchor


class Part:
    """Which span of a document's text an input shows; it moves with the text around it."""

    def __init__(self, document: Document, text: LosslessText) -> None:
        self._document = document
        self._text = text
        self.span = Span(0, 0)

    def follow(self, edits: Edits) -> None:
        """The document has changed by ``edits``."""
        self.span = Span(shift(self.span.start, edits), shift(self.span.end, edits, after=True))

    def show(self, span: Span) -> None:
        """Show ``span``, unless the user is in a text that holds more by now."""
        own = self._text.own()
        stays = (
            self._text.hasFocus()
            and same_markdown(own, shown_text(self._document, self.span))
            and not same_markdown(own, shown_text(self._document, span))
            and (span.start, span.end) != self.span
            and self.span.start <= span.start <= self.span.end
        )
        if not stays:
            self.span = span
            self._text.show_text(shown_text(self._document, span))


class MarkdownText(LosslessText):
    """Markdown as typed, in fixed width. Tab moves list items in and out; Escape is the view's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, same=same_markdown)
        self.setFont(theme.fixed_font())
        self.document().setDocumentMargin(10)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on with a list, Tab indents, Ctrl+B and Ctrl+I mark; all others type."""
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and held == _NONE:
            self._enter()
        elif key == Qt.Key.Key_Tab and held == _NONE:
            self._tab()
        elif key == Qt.Key.Key_Backtab:
            self._each_line(source_keys.outdented)
        elif held == _CTRL and key in (Qt.Key.Key_B, Qt.Key.Key_I):
            self._mark("**" if key == Qt.Key.Key_B else "*")
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        cursor = self.textCursor()
        if cursor.hasSelection():
            cursor.insertText("\n")
        else:
            line, column = self._line(cursor)
            self._write(cursor, source_keys.enter(line, column, "body"))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _tab(self) -> None:
        cursor = self.textCursor()
        if cursor.hasSelection():
            self._each_line(source_keys.indented)
            return
        line, column = self._line(cursor)
        above = cursor.block().previous().text()
        typed = source_keys.tab(line, column, "body", above)
        self._write(cursor, typed, keep=typed.end <= column)
        self.setTextCursor(cursor)

    def _each_line(self, change: Callable[[str, Mode], Typed]) -> None:
        """Change every line of the selection, or the caret's; caret and selection stay."""
        cursor = self.textCursor()
        block, last = self._blocks(cursor)
        writer = QTextCursor(self.document())
        writer.beginEditBlock()
        while True:
            writer.setPosition(block.position())
            self._write(writer, change(block.text(), "body"))
            if block.blockNumber() == last:
                break
            block = block.next()
        writer.endEditBlock()

    def _blocks(self, cursor: QTextCursor) -> tuple[QTextBlock, int]:
        document = self.document()
        first = document.findBlock(cursor.selectionStart())
        return first, document.findBlock(cursor.selectionEnd()).blockNumber()

    def _mark(self, mark: str) -> None:
        """Put bold or italic marks around the selection, or take them away."""
        cursor = self.textCursor()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        around = QTextCursor(self.document())
        around.setPosition(max(0, start - len(mark)))
        around.setPosition(min(end + len(mark), self.document().characterCount() - 1), _KEEP)
        inner = cursor.selectedText()
        cursor.beginEditBlock()
        if inner and around.selectedText() == mark + inner + mark:
            _replace(cursor, end, end + len(mark), "")
            _replace(cursor, start - len(mark), start, "")
            start, end = start - len(mark), end - len(mark)
        else:
            _replace(cursor, end, end, mark)
            _replace(cursor, start, start, mark)
            start, end = start + len(mark), end + len(mark)
        cursor.endEditBlock()
        cursor.setPosition(start)
        cursor.setPosition(end, _KEEP)
        self.setTextCursor(cursor)

    def _line(self, cursor: QTextCursor) -> tuple[str, int]:
        """The caret's line, and where it stands there in code points."""
        line = cursor.block().text()
        return line, Shown(line).offset(cursor.positionInBlock())

    def _write(self, cursor: QTextCursor, typed: Typed, *, keep: bool = False) -> None:
        """Do what a key means to the cursor's line; the caret goes behind it, or stays with its text."""
        block = cursor.block()
        shown = Shown(block.text())
        start, end = (block.position() + shown.position(at) for at in (typed.start, typed.end))
        if keep:
            cursor = QTextCursor(cursor)
        _replace(cursor, start, end, typed.insert)


def _replace(cursor: QTextCursor, start: int, end: int, insert: str) -> None:
    cursor.setPosition(start)
    cursor.setPosition(end, _KEEP)
    cursor.insertText(insert)
