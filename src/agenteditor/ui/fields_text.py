"""Lossless inputs for text: one line, or several that grow with what is in them.

Both hold a text exactly (through ``qtext``: no character lost, none changed that the user did not
touch) and have no undo of their own, since undo belongs to the document. They tell what the user
made of the text (``edited``) and wait for the answer: ``agree`` if it stands in the document now.
Without an answer they keep what was typed, however often the old text is shown to them again, until
``revert``; so nothing typed is lost, and whoever owns them says that it is not applied.

What a text means and where it goes is left to the fields.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QToolTip,
    QWidget,
)

from agenteditor.core.text import apply, diff
from agenteditor.ui import theme
from agenteditor.ui.fields_marks import draw_frames, mark_line, names_at, visible_blocks
from agenteditor.ui.qtext import (
    LINE_EDIT_LIMIT,
    Shown,
    apply_to,
    code_points,
    copied,
    plain,
    raw_text,
    read_back,
    tool_tip,
    units,
)

MIN_LINES, MAX_LINES = 1, 14


class LineEdit(QLineEdit):
    """One line of text. Line breaks that are pasted become blanks.

    While the user is in it, blanks at the end stay under the caret though the document has none.
    """

    edited = Signal(object)  # a str; as Signal(str) it would lose bytes that are not UTF-8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known = ""  # the document's text, as it was shown last
        self._shown = Shown("")  # what stands in the widget
        self._marked = False
        self.textChanged.connect(self._typed)
        self.setTextMargins(3, 0, 3, 0)  # in line with the texts of several lines
        self.setMinimumHeight(28)

    def own(self) -> str:
        """The text the user sees, applied or not."""
        return self._shown.source

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return self._shown.source != self._known

    def show_text(self, text: str) -> None:
        """Show the document's text, unless it is the one known already: then what was typed stays."""
        if text != self._known and not (self.hasFocus() and self.own().rstrip() == text):
            self._put(text)

    def agree(self, text: str) -> None:
        """What was typed stands in the document as ``text``."""
        self._put(text)

    def revert(self) -> None:
        """Put the document's text back."""
        self._put(self._known)

    def _put(self, text: str) -> None:
        self._known, self._shown = text, Shown(text)
        self._write()

    def _write(self) -> None:
        """Make the widget hold what is shown, and mark what cannot be seen."""
        raw, shown = self.text(), self._shown
        if raw != shown.text:
            caret = code_points(raw, self.cursorPosition())
            self.setText(shown.text)
            self.setCursorPosition(units(shown.text[:caret]))
        if shown.has_stand_ins or self._marked:
            self._marked = shown.has_stand_ins
            mark_line(self, shown)

    def _typed(self, raw: str) -> None:
        if raw == self._shown.text:
            return
        edits = read_back(self._shown, raw, " ", self.cursorPosition())
        self._shown = Shown(apply(self._shown.source, edits))
        self._write()  # a stand-in may be due
        self.edited.emit(self.own())

    def copy(self) -> None:
        """Copy the text's own characters; Qt's copy would give those that stand in for them."""
        if self.hasSelectedText():
            start, end = self.selectionStart(), self.selectionEnd()
            QApplication.clipboard().setText(copied(self._shown, start, end))

    def cut(self) -> None:
        """Copy, and take what was copied away."""
        if self.hasSelectedText() and not self.isReadOnly():
            self.copy()
            self.insert("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's keys would call Qt's copy."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.cut()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme has other grounds."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_marked", False):
            mark_line(self, self._shown)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu without Qt's own undo, which would take the line alone back."""
        edit_menu(self, self.selectedText() != "").exec(event.globalPos())


class LosslessText(QPlainTextEdit):
    """Several lines of text, held exactly.

    While the user is in it, a text that is the ``same`` as the typed one is not written over it: a
    value that comes back without a blank at its end must not take the blank away under the caret.
    """

    edited = Signal(object)  # a str, see above

    def __init__(
        self, parent: QWidget | None = None, *, same: Callable[[str, str], bool] = str.__eq__
    ) -> None:
        super().__init__(parent)
        self._known = ""  # the document's text, as it was shown last
        self._shown = Shown("")  # what stands in the widget
        self._same = same
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(5)
        self.textChanged.connect(self._typed)

    def own(self) -> str:
        """The text the user sees, applied or not."""
        return self._shown.source

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return self._shown.source != self._known

    def show_text(self, text: str) -> None:
        """Show the document's text, unless it is the one known already: then what was typed stays."""
        if text == self._known or (self.hasFocus() and self._same(self.own(), text)):
            return
        self._put(text)

    def agree(self, text: str) -> None:
        """What was typed stands in the document as ``text``."""
        self._put(text)

    def revert(self) -> None:
        """Put the document's text back."""
        self._put(self._known)

    def type_in(self, text: str) -> None:
        """Hold ``text`` as if somebody had typed it."""
        self._hold(text)
        self.edited.emit(text)

    def _put(self, text: str) -> None:
        self._known = text
        self._hold(text)

    def _hold(self, text: str) -> None:
        before, self._shown = self._shown, Shown(text)
        apply_to(self, before, diff(before.source, text))

    def _typed(self) -> None:
        before, raw = self._shown, raw_text(self.document())
        if raw == before.text:
            return
        edits = read_back(before, raw, "\n", self.textCursor().position())
        self._shown = Shown(apply(before.source, edits))
        if raw != self._shown.text:
            apply_to(self, before, edits)  # a stand-in is due
        self.edited.emit(self.own())

    def createMimeDataFromSelection(self) -> QMimeData:
        """The text's own characters; Qt's copy would give blanks for U+00A0."""
        cursor = self.textCursor()
        data = QMimeData()
        data.setText(copied(self._shown, cursor.selectionStart(), cursor.selectionEnd()))
        return data

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu without Qt's own undo, which is off."""
        edit_menu(self, self.textCursor().hasSelection()).exec(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and frames around what stands for something that cannot be seen."""
        super().paintEvent(event)
        if self._shown.has_stand_ins:
            with QPainter(self.viewport()) as painter:
                draw_frames(painter, self, self._shown, visible_blocks(self))

    def viewportEvent(self, event: QEvent) -> bool:
        """The tool tip says what cannot be seen."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            names = names_at(self, self._shown, event.pos())
            if names:
                QToolTip.showText(event.globalPos(), tool_tip("\n".join(names)), self.viewport())
                return True
        return super().viewportEvent(event)


class GrowingText(LosslessText):
    """Several lines of text, as high as they need up to ``max_lines``; Tab leaves it."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        min_lines: int = MIN_LINES,
        max_lines: int = MAX_LINES,
        same: Callable[[str, str], bool] = str.__eq__,
    ) -> None:
        super().__init__(parent, same=same)
        self._min_lines, self._max_lines = min_lines, max_lines
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def setPlaceholderText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """As Qt's; the widget is high enough for all its lines."""
        super().setPlaceholderText(text)
        self._fit()

    def _fit(self) -> None:
        # The layout of a plain text edit counts its size in lines, wrapped ones included.
        lines = round(self.document().documentLayout().documentSize().height())
        if self.document().isEmpty():
            lines = max(lines, self.placeholderText().count("\n") + 1)
        over = lines > self._max_lines
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if over else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        height = self._height(max(self._min_lines, min(lines, self._max_lines)))
        if height != self.minimumHeight():
            self.setFixedHeight(height)
        if not over:
            self.verticalScrollBar().setValue(0)  # it may have scrolled while it was too low

    def _height(self, lines: int) -> int:
        around = 2 * (self.frameWidth() + round(self.document().documentMargin()))
        # One more: Qt takes a line that ends at the very edge for one that is cut.
        return max(28, self.fontMetrics().lineSpacing() * lines + around + 1)

    def sizeHint(self) -> QSize:
        """As wide as a line of text; the height is fixed by what is in it."""
        return QSize(40 * self.fontMetrics().averageCharWidth(), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines wrap anew."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_max_lines"):
            self._fit()


class Muted(QLabel):
    """A line of help: plain text, a little smaller, in the muted colour, wrapped."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setFont(theme.small_font(self))
        self.say(text)

    def say(self, text: str) -> None:
        """Show ``text``; without one the label takes no room."""
        shown = plain(text)
        if self.text() != shown:
            self.setText(shown)
        self.setVisible(bool(text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(QFont())
            self.setFont(theme.small_font(self))


def fits_one_line(text: str) -> bool:
    """Whether a QLineEdit can show a text as it is, neither cut nor with hidden line breaks."""
    return "\n" not in text and len(text) <= LINE_EDIT_LIMIT // 2


def edit_menu(widget: QLineEdit | QPlainTextEdit, selected: bool) -> QMenu:
    """Cut, copy, paste, select all: the context menu of a text whose undo is the document's."""
    menu = QMenu(widget)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    writable = not widget.isReadOnly()
    pasteable = writable and bool(QApplication.clipboard().text())
    for text, call, enabled in (
        (QApplication.translate("edit_menu", "Cu&t"), widget.cut, selected and writable),
        (QApplication.translate("edit_menu", "&Copy"), widget.copy, selected),
        (QApplication.translate("edit_menu", "&Paste"), widget.paste, pasteable),
        (QApplication.translate("edit_menu", "Select &all"), widget.selectAll, True),
    ):
        action = QAction(text, menu)
        action.triggered.connect(call)
        action.setEnabled(enabled)
        menu.addAction(action)
    return menu
