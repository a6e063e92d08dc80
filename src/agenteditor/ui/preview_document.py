"""A page as a QTextDocument, and the grounds to paint behind it.

The document is built run by run from plain text: there is no markup in it that Qt could act on, no
image, no tool tip, and a link is a number: Qt gets no address from the text. Should something still
ask for a resource, it gets one empty pixel: any other answer makes Qt open the file by itself
(RELIABILITY F10).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextList,
    QTextOption,
)

from agenteditor.core.page import Block, Page, Run
from agenteditor.ui import preview_dress as looks
from agenteditor.ui.preview_dress import DEEPEST, Dress


class Ground(NamedTuple):
    """What is painted behind the blocks with the numbers ``first`` to ``last``.

    It begins ``left`` pixels from the margin of the page, ``above`` over the text of the first block, and
    ends ``below`` under that of the last, ``right`` before the other margin. ``level`` counts cards in
    cards from 0.
    """

    kind: Literal["card", "code", "quote", "rule"]
    first: int
    last: int
    left: float
    above: float = 0.0
    below: float = 0.0
    right: float = 0.0
    level: int = 0
    label: str = ""


class Drawn(NamedTuple):
    """A page as a document: ``grounds`` in the order of painting, ``links`` the addresses by number."""

    document: SafeDocument
    grounds: tuple[Ground, ...]
    links: tuple[str, ...]


class Placed(NamedTuple):
    """A block of the page and the numbers of the first and last block of the document it became."""

    block: Block
    first: int
    last: int


class SafeDocument(QTextDocument):
    """A document that opens and fetches nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)

    def loadResource(self, _kind: int, _name: QUrl | str) -> QImage:
        """Whatever is asked for: one pixel."""
        return empty_pixel()


def empty_pixel() -> QImage:
    """A valid image with nothing on it."""
    pixel = QImage(1, 1, QImage.Format.Format_ARGB32)
    pixel.fill(Qt.GlobalColor.transparent)
    return pixel


def drawn(page: Page, dress: Dress) -> Drawn:
    """The document of a page."""
    document = SafeDocument()
    document.setDefaultFont(dress.font())
    document.setDocumentMargin(0)
    document.setIndentWidth(dress.step)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    writer = _Writer(document, dress)
    placed = [writer.write(block) for block in page.blocks]
    writer.finish()
    grounds = sorted(_grounds(placed, dress), key=lambda ground: (ground.first, -ground.last))
    return Drawn(document, tuple(grounds), tuple(writer.links))


def link_number(reference: str) -> int | None:
    """The number of a link, from the reference that stands in the document."""
    return int(reference[1:]) if reference[:1] == "#" and reference[1:].isdecimal() else None


def set_margins(document: QTextDocument, side: float, top: float) -> None:
    """The blank room around a document, pixels; it is laid out anew only if that differs."""
    frame = document.rootFrame()
    old = frame.frameFormat()
    if (old.leftMargin(), old.topMargin()) != (side, top):
        made = QTextFrameFormat(old)
        made.setLeftMargin(side)
        made.setRightMargin(side)
        made.setTopMargin(top)
        made.setBottomMargin(2 * top)
        frame.setFrameFormat(made)


class _Writer:
    """Writes blocks at the end of a document."""

    def __init__(self, document: QTextDocument, dress: Dress) -> None:
        self._dress = dress
        self._cursor = QTextCursor(document)
        self._cursor.beginEditBlock()
        self._fresh = True  # nothing has been written to the block the cursor is in
        self._before: Block | None = None
        self._lists: dict[int, QTextList] = {}
        self.links: list[str] = []

    def write(self, block: Block) -> Placed:
        """Write one block."""
        above = looks.space(self._before, block, self._dress)
        self._before = block
        if block.kind == "table":
            return self._table(block, above)
        base = looks.base(self._dress, block)
        form = looks.lines(block, above, self._dress)
        there = self._lists.get(block.marker.series) if block.marker is not None else None
        if there is not None:
            form.setObjectIndex(there.objectIndex())  # a tenth of the time that QTextList.add() takes
        if self._fresh:
            self._cursor.setBlockFormat(form)
            self._cursor.setBlockCharFormat(base)
            self._fresh = False
        else:
            self._cursor.insertBlock(form, base)
        first = self._cursor.blockNumber()
        if block.kind == "code":
            self._code(block, base)
        else:
            if block.marker is not None and there is None:
                self._lists[block.marker.series] = self._cursor.createList(looks.items(block))
            self._runs(block.runs, base)
        return Placed(block, first, self._cursor.blockNumber())

    def finish(self) -> None:
        """Make it one change."""
        self._cursor.endEditBlock()

    def _runs(self, runs: Sequence[Run], base: QTextCharFormat) -> None:
        for run in runs:
            form = looks.dressed(base, run, self._dress)
            if run.link:
                form.setAnchor(True)
                form.setAnchorHref(f"#{len(self.links)}")
                self.links.append(run.link)
            for text, made in looks.pieces(run, form, self._dress):
                self._cursor.insertText(text, made)

    def _code(self, block: Block, base: QTextCharFormat) -> None:
        """The lines of code, a block each: the first one has the room above."""
        rest = self._cursor.blockFormat()
        rest.setTopMargin(0)
        code = "".join(looks.words(run) if run.look == "cut" else run.text for run in block.runs)
        code = code.replace("\r\n", "\n")
        in_first = True
        for text, form in looks.coloured(code, block.language, base, self._dress):
            head, newline, tail = text.partition("\n") if in_first else (text, "", "")
            self._cursor.insertText(head, form)
            if newline:
                in_first = False
                self._cursor.insertBlock(rest, form)
                self._cursor.insertText(tail, form)

    def _table(self, block: Block, above: float) -> Placed:
        if not self._fresh:
            self._cursor.insertBlock(*looks.nothing())
        self._shrink()
        first = self._cursor.blockNumber() + 1
        form = looks.table(block, above, self._dress)
        table = self._cursor.insertTable(len(block.rows), len(block.columns), form)
        for at, row in enumerate(block.rows):
            for column, runs in enumerate(row):
                cell = table.cellAt(at, column)
                base = looks.base(self._dress, block)
                if at == 0:
                    base.setFontWeight(QFont.Weight.DemiBold)
                    ground = cell.format()
                    ground.setBackground(self._dress.theme.code_back)
                    cell.setFormat(ground)
                self._cursor = cell.firstCursorPosition()
                self._cursor.setBlockFormat(looks.cell(block, column))
                self._runs(runs, base)
        # Behind a table stands an empty block, which Qt lays out beside the end of it.
        self._cursor = table.lastCursorPosition()
        self._cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        self._shrink()
        self._fresh = False
        return Placed(block, first, self._cursor.blockNumber())

    def _shrink(self) -> None:
        """Make the block around the cursor, which is empty, as good as invisible."""
        form, tiny = looks.nothing()
        self._cursor.setBlockFormat(form)
        self._cursor.setBlockCharFormat(tiny)


def _grounds(placed: Sequence[Placed], dress: Dress) -> Iterator[Ground]:
    ends: dict[int, Placed] = {card: here for here in placed for card in here.block.cards}
    for block, first, last in placed:
        left, right = looks.left(block, dress), float(dress.pad if block.cards else 0)
        if block.kind == "code":
            above = dress.pad + (dress.label if block.language else 0.0)
            yield Ground("code", first, last, left, above, dress.pad, right, label=block.language)
        elif block.kind == "rule":
            yield Ground("rule", first, last, left, right=right)
        elif block.kind == "card":
            level = len(block.cards) - 1
            end = ends[block.cards[-1]]
            # Cards that end together end one below the other.
            inner = sum(ends[card].first == end.first for card in end.block.cards[level + 1 :])
            edge = looks.edge(level, dress)
            below = (
                edge
                + dress.size * 0.25
                + inner * looks.edge(1, dress)
                + (dress.pad if end.block.kind == "code" else 0)
            )
            yield Ground("card", first, end.last, level * dress.pad, edge, below, level=level)
    for level in range(min(max((here.block.quote for here in placed), default=0), DEEPEST)):
        quoted = [(here.block.quote > level, here.block.cards, here) for here in placed]
        for (inside, _), group in groupby(quoted, itemgetter(0, 1)):
            run = [here for _, _, here in group]
            if inside:
                at = looks.quote_left(run[0].block, level, dress)
                yield Ground("quote", run[0].first, run[-1].last, at)
