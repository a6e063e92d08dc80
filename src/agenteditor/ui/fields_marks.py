"""Frames around the stand-ins of what cannot be seen, so that nobody takes one for a letter of the text.

A text of several lines gets them painted over it, a line gets a ground behind them. What a character is
says the tool tip.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import (
    QColor,
    QInputMethodEvent,
    QPainter,
    QPen,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from agenteditor.core.invisible import Hidden, hidden
from agenteditor.ui import theme
from agenteditor.ui.qtext import Shown

_MOST_FRAMED = 1_000  # characters; so many stand-ins are seen without frames


def hidden_in(shown: Shown, block: QTextBlock) -> list[Hidden]:
    """What cannot be seen in a line of a widget that holds ``shown``, in positions of the widget."""
    if not shown.has_stand_ins:
        return []
    at = block.position()
    line = shown.span(at, at + block.length() - 1)
    return [
        Hidden(shown.position(line.start + start), shown.position(line.start + end), name)
        for start, end, name in hidden(line.of(shown.source))
    ]


def draw_frames(painter: QPainter, edit: QPlainTextEdit, shown: Shown, blocks: Iterator[QTextBlock]) -> None:
    """Frame what cannot be seen in these lines, which are in sight."""
    if not shown.has_stand_ins:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.current().warning, 1))
    painter.setBrush(_ground())
    left = _MOST_FRAMED
    for block in blocks:
        for start, end, _ in hidden_in(shown, block)[: max(left, 0)]:
            for box in _boxes(edit, start, min(end, start + left)):
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
            left -= end - start
            if left <= 0:
                break
    painter.restore()


def visible_blocks(edit: QPlainTextEdit) -> Iterator[QTextBlock]:
    """The lines of a text that are in sight."""
    block = edit.firstVisibleBlock()
    bottom = edit.viewport().height()
    while block.isValid():
        yield block
        block = block.next()
        if block.isValid() and edit.cursorRect(QTextCursor(block)).top() > bottom:
            return


def names_at(edit: QPlainTextEdit, shown: Shown, at: QPoint) -> list[str]:
    """What cannot be seen at a point of the viewport."""
    position = edit.cursorForPosition(at).position()
    block = edit.document().findBlock(position)
    return [name for start, end, name in hidden_in(shown, block) if start <= position <= end]


def mark_line(line: QLineEdit, shown: Shown) -> None:
    """Put a ground behind the stand-ins in a line that holds ``shown``; without any, take it away."""
    # A QLineEdit has no formats of its own; those of an input method without a text are kept for all of it.
    kind = QInputMethodEvent.AttributeType.TextFormat
    form = QTextCharFormat()
    form.setBackground(_ground())
    form.setUnderlineColor(theme.current().warning)
    form.setFontUnderline(True)
    caret = line.cursorPosition()
    formats = [
        QInputMethodEvent.Attribute(kind, shown.position(start) - caret, _length(shown, start, end), form)
        for start, end, _ in (hidden(shown.source)[:_MOST_FRAMED] if shown.has_stand_ins else ())
    ]
    QApplication.sendEvent(line, QInputMethodEvent("", formats))


def _length(shown: Shown, start: int, end: int) -> int:
    return shown.position(end) - shown.position(start)


def _boxes(edit: QPlainTextEdit, start: int, end: int) -> list[QRectF]:
    """Around what is between two positions of a line, a box in each row it is in."""
    boxes: list[QRectF] = []
    for position in range(start, end):
        box = _between(edit, position)
        if boxes and boxes[-1].top() == box.top():
            boxes[-1] = boxes[-1].united(box)
        else:
            boxes.append(box)
    return boxes


def _between(edit: QPlainTextEdit, position: int) -> QRectF:
    """Around the character at a position."""
    cursor = QTextCursor(edit.document())
    cursor.setPosition(position)
    start: QRect = edit.cursorRect(cursor)
    cursor.setPosition(position + 1)
    end: QRect = edit.cursorRect(cursor)
    # In a line that runs from right to left the end lies to the left; at the end of a row, in the next one.
    left, right = sorted((start.left(), end.left()))
    width = right - left if start.top() == end.top() and right > left else start.height() // 2
    return QRectF(left if start.top() == end.top() else start.left(), start.top(), width, start.height())


def _ground() -> QColor:
    soft = QColor(theme.current().warning)
    soft.setAlpha(45)
    return soft
