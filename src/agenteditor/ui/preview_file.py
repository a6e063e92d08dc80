"""The file as it would be saved: the exact text, with what cannot be seen marked.

For reading only: what stands here is never read back. A very large text is shown in part, since a
widget would take seconds for it (RELIABILITY F24).
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from agenteditor.core.invisible import LINE_ENDS, hidden_in, revealed
from agenteditor.core.line_ends import has_bom, line_ends
from agenteditor.ui import theme
from agenteditor.ui.qtext import plain

MOST_CHARACTERS = 400_000  # code points shown
MOST_HIDDEN = 40_000  # of a text full of what is shown by its name, which is up to ten times as long
_SMALLEST = 6  # points
_MOST_MARKS = 5_000  # of them in a colour; the others are marked without
_HALF = re.compile("[\ud800-\udfff]")
_LONGEST = 5_000  # code points of a line; a longer one is shown in several


class FileText(QPlainTextEdit):
    """A text, read only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text: str | None = None
        self._zoom = 0
        self._theme = theme.current()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(theme.MARGIN)
        self._fit()

    def show_text(self, text: str) -> None:
        """Show a text at the place of the last one."""
        if text != self._text:
            self._text = text
            self._write()

    def set_zoom(self, steps: int) -> None:
        """Make the text ``steps`` points larger than usual, or smaller."""
        if steps != self._zoom:
            self._zoom = steps
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl, leave it to the panel."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme: colour the marks anew; another font: take it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit()
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_theme"):
            now = theme.current()
            if now is not self._theme:
                self._theme = now
                self._write()

    def _fit(self) -> None:
        font = theme.fixed_font()
        font.setPointSizeF(max(font.pointSizeF() + self._zoom, _SMALLEST))
        self.setFont(font)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * 4)

    def _write(self) -> None:
        bar = self.verticalScrollBar()
        line = bar.value()  # of a plain text edit: the number of the first line in view
        text = shown_part(self._text or "")
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        own, mark = QTextCharFormat(), QTextCharFormat()
        mark.setForeground(self._theme.warning)
        marks, gathered = 0, list[str]()
        differing = line_ends(self._text or "") == "mixed"
        for shown in revealed(text):
            if shown.mark and marks < _MOST_MARKS:
                marks += 1
                _insert(cursor, "".join(gathered), own, mark, differing)
                cursor.insertText(shown.text, mark)
                gathered.clear()
            else:
                gathered.append(shown.text)
        _insert(cursor, "".join(gathered), own, mark, differing)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        bar.setValue(line)


def facts(text: str) -> str:
    """Line ends, byte order mark and size of a text, in one line."""
    locale = QLocale()
    size = len(_HALF.sub("?", text).encode())  # a byte that is no text stands in it as half a pair
    parts = [
        {
            "LF": _tr("Line ends LF"),
            "CRLF": _tr("Line ends CRLF"),
            "CR": _tr("Line ends CR"),
            "mixed": _tr("Mixed line ends, each marked"),
            "none": _tr("No line end"),
        }[line_ends(text)],
        _tr("with byte order mark") if has_bom(text) else "",
        "" if not text or text.endswith(("\n", "\r")) else _tr("no line end at the end"),
        _tr("{0} bytes").format(locale.toString(size)),
    ]
    return " · ".join(part for part in parts if part)


def excess_sentence(text: str) -> str:
    """What is said where a text is not shown as it is; "" where it is."""
    locale = QLocale()
    most = _most(text)
    if len(text) > most:
        return _tr("Only the first {0} of {1} characters are shown.").format(
            locale.toString(most), locale.toString(len(text))
        )
    if _has_long_line(text):
        return _tr("Lines of more than {0} characters are shown in several lines.").format(
            locale.toString(_LONGEST)
        )
    return ""


def _most(text: str) -> int:
    """How many characters of a text are shown."""
    if len(text) <= MOST_HIDDEN or hidden_in(text[:MOST_CHARACTERS]) <= _MOST_MARKS:
        return MOST_CHARACTERS
    return MOST_HIDDEN


def shown_part(text: str) -> str:
    """As much of a text as is shown, its longest lines broken: one endless line takes Qt seconds."""
    most = _most(text)
    shown = text[:most]
    if not _has_long_line(shown):
        return shown
    longest = _LONGEST if most == MOST_CHARACTERS else _LONGEST // 8
    return "\n".join(
        "\n".join(line[at : at + longest] for at in range(0, max(len(line), 1), longest))
        for line in shown.split("\n")
    )


def _insert(
    cursor: QTextCursor, text: str, own: QTextCharFormat, mark: QTextCharFormat, differing: bool
) -> None:
    """Insert a stretch without marks; where line ends differ, each is marked."""
    if not differing:
        cursor.insertText(plain(text), own)
        return
    for line in text.splitlines(keepends=True) if text else ():
        content = line.rstrip("\r\n")
        cursor.insertText(plain(content), own)
        if content != line:
            cursor.insertText(LINE_ENDS[line[len(content) :]], mark)
            cursor.insertText("\n", own)


def _has_long_line(text: str) -> bool:
    return len(text) > _LONGEST and any(len(line) > _LONGEST for line in text.split("\n"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("preview", text)
