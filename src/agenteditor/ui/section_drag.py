"""Dragging an item of a list by its number or bullet. Alt and the arrows do the same."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

MIME = "application/x-agenteditor-item"


class Handle(QLabel):
    """What an item is dragged by. ``dragged`` tells that the mouse has taken it along."""

    dragged = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pressed: QPoint | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = event.position().toPoint() - self._pressed
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self.dragged.emit()


def drag(source: QWidget, row: QWidget) -> None:
    """Let the mouse carry ``row`` until it is dropped; returns then."""
    carried = QDrag(source)
    data = QMimeData()
    data.setData(MIME, b"")
    carried.setMimeData(data)
    carried.setPixmap(row.grab())
    carried.exec(Qt.DropAction.MoveAction)


def place_of(rows: Sequence[QWidget], y: int) -> int:
    """Before which of ``rows`` something dropped at height ``y`` goes; their number for the end."""
    return sum(y > row.geometry().center().y() for row in rows)
