"""The column beside the source: sign of a problem, line number, and a lamp where a fix is waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QTextBlock, QWheelEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QToolTip, QWidget

from agenteditor.ui import icons, theme
from agenteditor.ui.source_notes import Sign

_LEAST_ICON = 14  # pixels
_PAD = 4


class Lines(Protocol):
    """Where the lines of a text stand in its widget, in pixels of the viewport, and their signs."""

    def signs(self) -> Mapping[int, Sign]:
        """The signs by the number of their line, 0-based."""

    def visible_blocks(self) -> Iterator[tuple[QTextBlock, float, float]]:
        """The lines that can be seen, with top and bottom."""

    def top_of(self, block: QTextBlock) -> float:
        """Where a line begins."""

    def block_at(self, y: int) -> QTextBlock:
        """The line at a height; an invalid block below the last."""


class SourceGutter(QWidget):
    """Stands in the margin of ``edit``, drawn from its ``lines``.

    ``fix_wanted`` carries the line whose lamp was clicked; ``line_clicked`` a line and whether the selection
    is to reach there. Lines are 0-based.
    """

    fix_wanted = Signal(int)
    line_clicked = Signal(int, bool)

    def __init__(self, edit: QPlainTextEdit, lines: Lines) -> None:
        super().__init__(edit)
        self._edit = edit
        self._lines = lines
        self.setMouseTracking(True)
        # Its signs are in the tool tips, the problem line and the list of problems as words.
        self.setAccessibleName(self.tr("Line numbers"))

    def sizeHint(self) -> QSize:
        digits = max(2, len(str(self._edit.blockCount())))
        numbers = self._edit.fontMetrics().horizontalAdvance("9" * digits)
        return QSize(3 * _PAD + numbers + _PAD + 2 * self._icon(), 0)

    def lamp(self, block: QTextBlock) -> QRect:
        """Where the lamp of a line stands, if it has one."""
        top = round(self._lines.top_of(block))
        size = self._icon()
        return QRect(self.width() - _PAD - size, top + (self._row() - size) // 2, size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), colours.base)
            # The size of the source's text, which zooms; the widget's own font does not.
            painter.setFont(self._edit.font())
            ratio = self.devicePixelRatioF()
            here = self._edit.textCursor().blockNumber()
            signs = self._lines.signs()
            row, size = self._row(), self._icon()
            right = self.width() - 2 * _PAD - size
            for block, top, bottom in self._lines.visible_blocks():
                if bottom < event.rect().top() or top > event.rect().bottom():
                    continue
                number = block.blockNumber()
                painter.setPen(colours.text if number == here else colours.muted)
                painter.drawText(
                    QRect(0, round(top), right, row),
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                    str(number + 1),
                )
                sign = signs.get(number)
                if sign is None:
                    continue
                at = QPoint(_PAD, round(top) + (row - size) // 2)
                colour = getattr(colours, sign.severity)
                painter.drawPixmap(at, icons.pixmap(sign.severity, colour, size, ratio))
                if sign.fixable:
                    painter.drawPixmap(
                        self.lamp(block).topLeft(), icons.pixmap("fix", colours.accent, size, ratio)
                    )
            painter.fillRect(
                QRect(self.width() - 1, event.rect().top(), 1, event.rect().height()), colours.line
            )

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            block = self._lines.block_at(event.pos().y())
            sign = self._lines.signs().get(block.blockNumber()) if block.isValid() else None
            if sign is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), sign.tip, self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hand = self._lamp_at(event.position().toPoint()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        lamp = self._lamp_at(at)
        if lamp is not None:
            self.fix_wanted.emit(lamp.blockNumber())
            return
        block = self._lines.block_at(at.y())
        if block.isValid():
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.line_clicked.emit(block.blockNumber(), extend)

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._edit.viewport(), event)

    def _lamp_at(self, at: QPoint) -> QTextBlock | None:
        block = self._lines.block_at(at.y())
        if not block.isValid():
            return None
        sign = self._lines.signs().get(block.blockNumber())
        # A little more than the picture, so that it can be hit (WCAG 2.5.8).
        room = self.lamp(block).adjusted(-4, -4, 4, 4)
        return block if sign is not None and sign.fixable and room.contains(at) else None

    def _icon(self) -> int:
        return max(_LEAST_ICON, self._row() - 2)

    def _row(self) -> int:
        return self._edit.fontMetrics().height()
