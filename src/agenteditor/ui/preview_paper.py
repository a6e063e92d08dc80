"""A page on paper: black on white whatever the theme, cut into sheets between lines of text.

`paint` draws on whatever Qt can print to; `pdf` gives the bytes of a file. Nothing is opened or fetched:
the document is the preview's own (RELIABILITY F10).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QGuiApplication,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
)

from agenteditor.core.page import Page
from agenteditor.ui.preview_document import Drawn, drawn
from agenteditor.ui.preview_dress import Dress
from agenteditor.ui.preview_grounds import ground_area, paint_ground
from agenteditor.ui.qtext import plain
from agenteditor.ui.theme import fixed_font
from agenteditor.ui.theme_colours import LIGHT

PAPER = replace(
    LIGHT,
    text=QColor("#000000"),
    muted=QColor("#3c3c3c"),
    base=QColor("#ffffff"),
    line=QColor("#b4b4b4"),
    border=QColor("#6e6e6e"),
    accent=QColor("#000000"),
    code_back=QColor("#f4f4f4"),
    card_back=QColor("#ffffff"),
)

_DOTS = 96.0  # the page is laid out in dots of an inch by this, and enlarged to those of the device
_SIZE = 14  # of the text, in these dots: 10.5 points
_FOOT = 26.0  # the room for title and number, in dots
_MARGIN = 16.0  # millimetres


def margins() -> QMarginsF:
    """The blank edge of a sheet, millimetres."""
    return QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN)


def paint(title: str, page: Page, device: QPagedPaintDevice) -> int:
    """Draw a page on a device, sheet by sheet, each with the title and its number; how many sheets."""
    dress = Dress(PAPER, QGuiApplication.font(), fixed_font(), _SIZE)
    made = drawn(page, dress)
    with QPainter(device) as painter:
        scale = device.logicalDpiX() / _DOTS
        area = device.pageLayout().paintRectPixels(device.logicalDpiX())
        width, height = area.width() / scale, area.height() / scale - _FOOT
        made.document.setPageSize(QSizeF(width, height))
        count = made.document.pageCount()
        painter.scale(scale, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(count):
            if number:
                device.newPage()
            _sheet(painter, made, dress, QRectF(0, number * height, width, height))
            _foot(painter, dress, title, f"{number + 1} / {count}", QRectF(0, height, width, _FOOT))
    return count


def pdf(title: str, page: Page) -> bytes:
    """A page as a PDF file, on A4."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(plain(title))
    writer.setCreator("Agent Editor")
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(margins(), QPageLayout.Unit.Millimeter)
    paint(title, page, writer)
    buffer.close()
    return bytes(buffer.data().data())


def _sheet(painter: QPainter, made: Drawn, dress: Dress, part: QRectF) -> None:
    """The part of the document that one sheet shows."""
    painter.save()
    painter.translate(0, -part.top())
    painter.setClipRect(part)
    for ground in made.grounds:
        area = ground_area(made.document, ground)
        if area.adjusted(-1, -1, 1, 1).intersects(part):
            paint_ground(painter, ground, area, dress)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = part
    context.palette.setColor(QPalette.ColorRole.Text, PAPER.text)
    made.document.documentLayout().draw(painter, context)
    painter.restore()


def _foot(painter: QPainter, dress: Dress, title: str, number: str, strip: QRectF) -> None:
    painter.setFont(dress.small())
    painter.setPen(PAPER.muted)
    bottom = Qt.AlignmentFlag.AlignBottom
    name = painter.fontMetrics().elidedText(
        plain(title), Qt.TextElideMode.ElideMiddle, round(strip.width() * 0.8)
    )
    painter.drawText(strip, bottom | Qt.AlignmentFlag.AlignLeft, name)
    painter.drawText(strip, bottom | Qt.AlignmentFlag.AlignRight, number)
