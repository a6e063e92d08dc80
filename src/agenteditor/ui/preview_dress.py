"""How the parts of a page look: fonts, colours, indents and the room between blocks.

Sizes are pixels and grow with the size of the text. Depths are bounded, so that deeply nested text
stays inside the view.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFrameFormat,
    QTextListFormat,
    QTextTableFormat,
)

from agenteditor.core.invisible import hidden, revealed, stand_ins
from agenteditor.core.page import Block, Run
from agenteditor.ui.code_colours import Piece, code_pieces
from agenteditor.ui.qtext import in_line, plain
from agenteditor.ui.theme_colours import Theme, readable

MEASURE = 72  # characters: much longer lines are hard to follow
_MOST_MARKS = 1_000  # of a run that are marked by a colour
DEEPEST = 8  # lists in lists, quotations in quotations
_LINE = 145  # per cent
_CODE_LINE = 130
_HEADINGS = (1.55, 1.3, 1.15, 1.05, 1.0, 1.0)  # of the size of the text
_CODE_SIZE = 0.9
_SMALL = 0.85
_STEP = 1.75  # of the size of the text, from one list to the list in it
_QUOTE = 1.1  # and from one quotation to the next
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value
_PIXELS = QTextCharFormat.Property.FontPixelSize
_BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)
_ALIGNMENTS = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "centre": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


@dataclass(frozen=True, slots=True)
class Dress:
    """What a page is dressed in. ``size`` is that of the text, in pixels."""

    theme: Theme
    text: QFont
    fixed: QFont
    size: int

    @property
    def pad(self) -> int:
        """The room between the edge of a card or of code and what stands in it."""
        return round(self.size * 0.75)

    @property
    def step(self) -> float:
        """How far a list stands in."""
        return self.size * _STEP

    @property
    def label(self) -> float:
        """The room for the name of a language over its code."""
        return self.size * 1.25

    @property
    def measure(self) -> float:
        """The width of the longest line that is good to read."""
        return QFontMetricsF(self.font()).averageCharWidth() * MEASURE

    def font(self, factor: float = 1.0) -> QFont:
        """The font of text, so much larger."""
        font = QFont(self.text)
        font.setPixelSize(round(self.size * factor))
        return font

    def small(self) -> QFont:
        """The font of labels."""
        return self.font(_SMALL)


# --- characters -------------------------------------------------------------------------------


def words(run: Run) -> str:
    """A run as a document can hold it, character by character; line breaks do not end the block."""
    if run.look == "image":
        text = in_line(run.text)
        return _tr("[image: {0} — not loaded]").format(text) if text else _tr("[image — not loaded]")
    if run.look == "cut":
        return _tr(" … {0} more characters are not shown").format(QLocale().toString(int(run.text)))
    return plain(run.text).replace("\n", "\u2028")


def base(dress: Dress, block: Block) -> QTextCharFormat:
    """The look of a block's text where its runs say nothing else."""
    form = QTextCharFormat()
    form.setForeground(dress.theme.text)
    if block.kind == "code":
        _fix(form, dress, dress.size)
    elif block.kind == "heading":
        size = _HEADINGS[min(max(block.level, 1), len(_HEADINGS)) - 1]
        form.setProperty(_PIXELS, round(dress.size * size))
        form.setFontWeight(QFont.Weight.DemiBold)
    elif block.kind == "card":
        form.setFontWeight(QFont.Weight.DemiBold)
    return form


def dressed(form: QTextCharFormat, run: Run, dress: Dress) -> QTextCharFormat:
    """``form`` with what a run adds to it."""
    made = QTextCharFormat(form)
    theme = dress.theme
    if run.look in ("code", "tag"):
        _fix(made, dress, made.intProperty(_PIXELS) or dress.size)
        if run.look == "code":
            made.setBackground(theme.code_back)
        else:
            made.setForeground(theme.muted)
    elif run.look in ("image", "cut"):
        made.setForeground(theme.muted)
        made.setFontItalic(True)
    elif run.look == "label":
        made.setForeground(theme.muted)
        made.setProperty(_PIXELS, round(dress.size * _SMALL))
        made.setFontWeight(QFont.Weight.DemiBold)
    if run.bold:
        made.setFontWeight(QFont.Weight.Bold)
    if run.italic:
        made.setFontItalic(True)
    if run.struck:
        made.setFontStrikeOut(True)
    if run.link:
        made.setForeground(theme.accent)
        made.setFontUnderline(True)
    return made


def coloured(
    code: str, language: str, form: QTextCharFormat, dress: Dress
) -> list[tuple[str, QTextCharFormat]]:
    """Code in pieces of one colour each, readable on the ground of code; what is hidden in it as marks."""
    shown = stand_ins(code)
    spans: list[tuple[int, int, QTextCharFormat]] = []
    done = 0
    for start, end, colours in _pieces(shown, language, dress.theme) if language else ():
        made = QTextCharFormat(form)
        made.merge(colours)
        spans += [(done, start, form), (start, end, made)]
        done = end
    spans.append((done, len(code), form))
    marks = hidden(code)[:_MOST_MARKS]
    found: list[tuple[str, QTextCharFormat]] = []
    done = 0
    for _, end, made in spans:
        while marks and marks[0].start < end:
            start, behind, _ = marks.pop(0)
            found += [(shown[done:start], made), (plain(code[start:behind]), _mark(form, dress))]
            done = behind
        found.append((shown[done:end], made))
        done = max(done, end)
    return [piece for piece in found if piece[0]]


def pieces(run: Run, form: QTextCharFormat, dress: Dress) -> list[tuple[str, QTextCharFormat]]:
    """The words of a run; what is hidden in it as marks, in a colour of their own."""
    if run.look not in ("image", "cut") and len(hidden(run.text)) <= _MOST_MARKS:
        shown = revealed(run.text.replace("\r\n", "\n"), blanks=False)
        mark = _mark(form, dress)
        return [(text.replace("\n", "\u2028"), mark if marked else form) for text, marked in shown]
    return [(words(run), form)]


def _mark(form: QTextCharFormat, dress: Dress) -> QTextCharFormat:
    made = QTextCharFormat(form)
    made.setForeground(readable(dress.theme.warning, dress.theme.code_back))
    return made


@lru_cache(maxsize=256)
def _pieces(code: str, language: str, theme: Theme) -> tuple[Piece, ...]:
    """The colours of code; kept, since most fences of a text are the same after a keystroke."""
    return tuple(
        piece._replace(format=_on_code(piece.format, theme)) for piece in code_pieces(code, language, theme)
    )


def _on_code(form: QTextCharFormat, theme: Theme) -> QTextCharFormat:
    made = QTextCharFormat(form)
    made.setForeground(_readable(form.foreground().color().rgb(), theme))
    return made


@lru_cache(maxsize=256)
def _readable(colour: int, theme: Theme) -> QColor:
    return readable(QColor.fromRgb(colour), theme.code_back)


def _fix(form: QTextCharFormat, dress: Dress, size: int) -> None:
    form.setFontFamilies(dress.fixed.families())
    form.setFontFixedPitch(True)
    form.setProperty(_PIXELS, round(size * _CODE_SIZE))


def _tr(text: str) -> str:
    return QCoreApplication.translate("preview", text)


# --- blocks -----------------------------------------------------------------------------------


def margin(block: Block, dress: Dress) -> float:
    """How far cards and quotations push a block in."""
    return len(block.cards) * dress.pad + min(block.quote, DEEPEST) * dress.size * _QUOTE


def left(block: Block, dress: Dress) -> float:
    """Where a block begins that has a ground of its own."""
    return margin(block, dress) + min(block.depth, DEEPEST) * dress.step


def quote_left(block: Block, level: int, dress: Dress) -> float:
    """Where the bar of the ``level``-th quotation around a block stands, from 0."""
    return len(block.cards) * dress.pad + level * dress.size * _QUOTE


def lines(block: Block, above: float, dress: Dress) -> QTextBlockFormat:
    """The indents and the height of lines of a block, with so much room above."""
    form = QTextBlockFormat()
    form.setTopMargin(above)
    form.setLineHeight(_LINE, _PROPORTIONAL)
    form.setLeftMargin(margin(block, dress))
    form.setRightMargin(dress.pad if block.cards else 0)
    if block.marker is None:
        form.setIndent(min(block.depth, DEEPEST))
    elif block.marker.checked is not None:
        marks = QTextBlockFormat.MarkerType
        form.setMarker(marks.Checked if block.marker.checked else marks.Unchecked)
    if block.kind == "heading":
        form.setHeadingLevel(block.level)
        form.setLineHeight(120, _PROPORTIONAL)
    elif block.kind == "rule":
        form.setLineHeight(dress.size, _FIXED)
    elif block.kind == "code":
        form.setTopMargin(above + dress.pad + (dress.label if block.language else 0))
        form.setLeftMargin(form.leftMargin() + dress.pad)
        form.setRightMargin(form.rightMargin() + dress.pad)
        form.setLineHeight(_CODE_LINE, _PROPORTIONAL)
    return form


def items(block: Block) -> QTextListFormat:
    """The list that an item begins."""
    assert block.marker is not None, "only items have a marker"
    form = QTextListFormat()
    form.setIndent(min(block.depth, DEEPEST))
    if block.marker.number is None:
        form.setStyle(_BULLETS[min(block.depth, len(_BULLETS)) - 1])
    else:
        form.setStyle(QTextListFormat.Style.ListDecimal)
        form.setStart(block.marker.number)
    return form


def table(block: Block, above: float, dress: Dress) -> QTextTableFormat:
    """A table of thin lines."""
    form = QTextTableFormat()
    form.setTopMargin(above)
    form.setLeftMargin(left(block, dress))
    form.setRightMargin(dress.pad if block.cards else 0)
    form.setCellPadding(dress.size * 0.4)
    form.setCellSpacing(0)
    form.setBorderCollapse(True)
    form.setBorder(1)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(dress.theme.line)
    form.setHeaderRowCount(1)
    return form


def cell(block: Block, column: int) -> QTextBlockFormat:
    """The lines in a cell of a table."""
    form = QTextBlockFormat()
    form.setAlignment(_ALIGNMENTS[block.columns[column]])
    form.setLineHeight(_CODE_LINE, _PROPORTIONAL)
    return form


def nothing() -> tuple[QTextBlockFormat, QTextCharFormat]:
    """For a block that Qt wants and nobody should see."""
    form, tiny = QTextBlockFormat(), QTextCharFormat()
    form.setLineHeight(1, _FIXED)
    tiny.setProperty(_PIXELS, 1)
    return form, tiny


def space(before: Block | None, block: Block, dress: Dress) -> float:
    """The room between two blocks: more of it the more the second stands for itself."""
    size = dress.size
    level = len(block.cards) - 1
    if before is None:
        return edge(level, dress) if block.kind == "card" else 0.0
    closed = [at for at, card in enumerate(before.cards) if card not in block.cards]
    room = 0.7
    if block.kind == "heading" and before.kind not in ("heading", "card"):
        room = 1.5 if block.level <= 2 else 1.2
    elif before.kind in ("heading", "card"):
        room = 0.6 if block.kind == "heading" else 0.4
    elif is_label(block):
        room = 1.1
    elif block.marker is not None and (is_label(before) or block.depth > before.depth > 0):
        room = 0.35
    elif block.tight and before.tight and block.depth and before.depth and not _begins_list(before, block):
        room = 0.3
    room = size * room + sum(edge(at, dress) for at in closed)
    if before.kind == "code":
        room += dress.pad
    return room + edge(level, dress) if block.kind == "card" else room


def edge(level: int, dress: Dress) -> float:
    """The room between the edge of a card and its text above and below; inner cards are only a bar."""
    return dress.pad * (0.2 if level else 0.8)


def _begins_list(before: Block, block: Block) -> bool:
    """Whether another list of the same depth begins, which only its markers would tell."""
    if before.marker is None or block.marker is None or before.depth != block.depth:
        return False
    return before.marker.series != block.marker.series


def is_label(block: Block) -> bool:
    """Whether a paragraph is only bold: a heading in all but syntax (FORMAT 4)."""
    return (
        block.kind == "paragraph"
        and not block.depth
        and bool(block.runs)
        and all(run.bold or not run.text.strip(" :") for run in block.runs)
    )
