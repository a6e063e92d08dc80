"""The place where a page is read: grounds behind the text, a good measure, links that ask first.

Nothing in it opens or fetches anything by itself. A new page that differs little keeps the place that
was being read.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontInfo,
    QGuiApplication,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser, QWidget

from agenteditor.core.page import Page
from agenteditor.ui import theme
from agenteditor.ui.icons import icon
from agenteditor.ui.preview_document import (
    Drawn,
    SafeDocument,
    drawn,
    empty_pixel,
    link_number,
    set_margins,
)
from agenteditor.ui.preview_dress import Dress
from agenteditor.ui.preview_grounds import ground_area, paint_ground
from agenteditor.ui.preview_links import LinkDialog, target

_LARGER = 1.2  # than the program's own text: this is for reading
_LEAST = 15  # pixels
_SMALLEST = 8  # also when zoomed out


class PageBrowser(QTextBrowser):
    """Shows a page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: Page | None = None
        self._zoom = 0
        self._dress = dress()
        self._drawn = Drawn(SafeDocument(), (), ())
        self._by_keyboard = False
        self._show_document()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setAcceptDrops(False)
        self.setUndoRedoEnabled(False)
        self.anchorClicked.connect(self._clicked)
        # A scroll bar that comes or goes takes room, and does not always say so by a resize event.
        self.verticalScrollBar().rangeChanged.connect(self._fit)

    def show_page(self, page: Page) -> None:
        """Show a page, at the place of the last one that was being read."""
        if page != self._page:
            self._page = page
            self._draw()

    def set_zoom(self, steps: int) -> None:
        """Make the text ``steps`` points larger than usual, or smaller."""
        if steps != self._zoom:
            self._zoom = steps
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Another theme or font: draw anew."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange)
        if event.type() in kinds and hasattr(self, "_dress") and dress(self._zoom) != self._dress:
            self._draw()

    def loadResource(self, _kind: int, _name: QUrl | str) -> QImage:
        """Nothing is loaded (RELIABILITY F10)."""
        return empty_pixel()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl, leave it to the panel: Qt would enlarge the font of the widget, not of the page."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    # --- drawing ------------------------------------------------------------------------------

    def _draw(self) -> None:
        place = self._place()
        self._dress = dress(self._zoom)
        before = self._document
        self._drawn = drawn(self._page or Page(), self._dress)
        self._fit()
        self._show_document()
        before.deleteLater()
        self._go(place)

    def _show_document(self) -> None:
        # setDocument() takes the document from Python and gives it to nobody: it would stay for ever.
        self._document.setParent(self)
        self.setDocument(self._document)

    @property
    def _document(self) -> SafeDocument:
        return self._drawn.document

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines get no longer than is good to read."""
        place = self._place() if event.size().width() != event.oldSize().width() else None
        self._fit()
        super().resizeEvent(event)
        if place is not None:
            self._go(place)

    def _fit(self) -> None:
        width = self.viewport().width()
        least = float(self._dress.size)
        set_margins(self._document, max(least, (width - self._dress.measure) / 2), least)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The grounds, then the text."""
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            down = self.verticalScrollBar().value()
            across = self.horizontalScrollBar().value()
            first, last = self._number_at(down), self._number_at(down + self.viewport().height())
            for ground in self._drawn.grounds:
                # One more on either side: a ground reaches beyond its text.
                if ground.first <= last + 1 and ground.last >= first - 1:
                    area = ground_area(self._document, ground).translated(-across, -down)
                    paint_ground(painter, ground, area, self._dress)
        super().paintEvent(event)
        if self._by_keyboard and self.hasFocus():
            with QPainter(self.viewport()) as ring:
                ring.setPen(QPen(self._dress.theme.accent, 2))
                ring.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by the keyboard sees where it is."""
        reasons = Qt.FocusReason
        if event.reason() not in (reasons.ActiveWindowFocusReason, reasons.PopupFocusReason):
            keyboard = (reasons.TabFocusReason, reasons.BacktabFocusReason, reasons.ShortcutFocusReason)
            self._by_keyboard = event.reason() in keyboard
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes with the focus."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _rectangle(self, block: QTextBlock) -> QRectF:
        """The lines of a block, in the document."""
        return self._document.documentLayout().blockBoundingRect(block)

    def _number_at(self, height: float) -> int:
        """The number of the first block that ends below a height of the document."""
        # Not cursorForPosition(): in the margin above the text it gives any block.
        low, high = 0, self._document.blockCount() - 1
        while low < high:
            middle = (low + high) // 2
            if self._rectangle(self._document.findBlockByNumber(middle)).bottom() > height:
                high = middle
            else:
                low = middle + 1
        return low

    # --- the place that is being read ---------------------------------------------------------

    def _place(self) -> tuple[int, str, float]:
        """The first line in view: number and text of its block, and how far that is above the view."""
        down = self.verticalScrollBar().value()
        if not down:
            return 0, "", 0.0
        block = self._document.findBlockByNumber(self._number_at(down))
        return block.blockNumber(), block.text(), down - self._rectangle(block).top()

    def _go(self, place: tuple[int, str, float]) -> None:
        number, text, below = place
        if (number, below) == (0, 0.0):
            self.verticalScrollBar().setValue(0)
            return
        block = self._document.findBlockByNumber(min(number, self._document.blockCount() - 1))
        up, down = block, block
        for _ in range(_NEAR):
            if down.isValid() and down.text() == text:
                block = down
                break
            if up.isValid() and up.text() == text:
                block = up
                break
            down, up = down.next(), up.previous()
        self.verticalScrollBar().setValue(round(self._rectangle(block).top() + below))

    # --- links --------------------------------------------------------------------------------

    def link_at(self, point: QPoint) -> str | None:
        """The address of the link at a point of the viewport, as the text has it."""
        return self._address(self.anchorAt(point))

    def _address(self, reference: str) -> str | None:
        number = link_number(reference)
        return None if number is None else self._drawn.links[number]

    def _clicked(self, reference: QUrl) -> None:
        address = self._address(reference.toString())
        if address is None:
            return
        if address.startswith("#"):
            self._go_to_heading(address[1:])
        else:
            dialog = LinkDialog(address, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's own menu would copy the number of a link."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(icon("copy"), self.tr("&Copy"), self.copy)
        copy.setEnabled(self.textCursor().hasSelection())
        address = self.link_at(self.viewport().mapFromGlobal(event.globalPos()))
        if address is not None:
            escaped = target(address).address
            menu.addAction(self.tr("Copy &address"), lambda: QGuiApplication.clipboard().setText(escaped))
        menu.addSeparator()
        menu.addAction(self.tr("Select &all"), self.selectAll)
        menu.popup(event.globalPos())

    def createMimeDataFromSelection(self) -> QMimeData:
        """The selected text, without the document's own formats."""
        data = QMimeData()
        data.setText(self.textCursor().selectedText().replace("\u2028", "\n").replace("\u2029", "\n"))
        return data

    def _go_to_heading(self, name: str) -> None:
        block = self._document.begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and _slug(block.text()) == name.lower():
                self.verticalScrollBar().setValue(round(self._rectangle(block).top() - self._dress.pad))
                return
            block = block.next()


_NEAR = 400  # blocks to look through for the one that was being read


def dress(zoom: int = 0) -> Dress:
    """What pages are dressed in at the moment, ``zoom`` points larger or smaller than usual."""
    font = QGuiApplication.font()
    screen = QGuiApplication.primaryScreen()
    point = screen.logicalDotsPerInchY() / 72 if screen is not None else 4 / 3
    size = max(_LEAST, round(QFontInfo(font).pixelSize() * _LARGER)) + round(zoom * point)
    return Dress(theme.current(), font, theme.fixed_font(), max(size, _SMALLEST))


def _slug(title: str) -> str:
    """A heading as an address names it, in the way of GitHub."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
