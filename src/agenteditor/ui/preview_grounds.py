"""The grounds behind the text of a page: where they are in its document, and how they are painted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextDocument

from agenteditor.ui.preview_document import Ground
from agenteditor.ui.preview_dress import Dress

_RADIUS = 6.0


def ground_area(document: QTextDocument, ground: Ground) -> QRectF:
    """Where a ground is, in the document."""
    layout = document.documentLayout()
    frame = document.rootFrame().frameFormat()
    top = layout.blockBoundingRect(document.findBlockByNumber(ground.first)).top() - ground.above
    bottom = layout.blockBoundingRect(document.findBlockByNumber(ground.last)).bottom() + ground.below
    start = frame.leftMargin() + ground.left
    end = layout.documentSize().width() - frame.rightMargin() - ground.right
    return QRectF(start, top, end - start, bottom - top)


def paint_ground(painter: QPainter, ground: Ground, area: QRectF, dress: Dress) -> None:
    """Paint one ground."""
    colours = dress.theme
    if ground.kind == "rule":
        painter.setPen(QPen(colours.border, 1))
        painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    if ground.kind == "quote":
        painter.setBrush(colours.border)
        painter.drawRoundedRect(QRectF(area.left(), area.top(), 3, area.height()), 1.5, 1.5)
    elif ground.level:
        painter.setBrush(colours.accent)
        painter.setOpacity(0.45)
        painter.drawRoundedRect(QRectF(area.left(), area.top(), 2, area.height()), 1, 1)
        painter.setOpacity(1)
    else:
        painter.setBrush(colours.code_back if ground.kind == "code" else colours.card_back)
        painter.setPen(QPen(colours.line, 1))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        if ground.label:
            painter.setFont(dress.small())
            painter.setPen(colours.muted)
            strip = area.adjusted(dress.pad, dress.pad * 0.6, -dress.pad, 0)
            painter.drawText(strip, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, ground.label)
