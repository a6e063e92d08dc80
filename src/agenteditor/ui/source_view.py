"""The source of a document: its text as it is, with colours, problems, find and replace.

What is typed is read back by ``qtext`` as edits of the text; changes from elsewhere are put in through
a cursor, so caret and scroll stay where they are. A text that Qt cannot hold without freezing is shown
in part and cannot be edited here. While hidden the view does nothing and catches up when shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShowEvent, QTextCursor
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from agenteditor.core.checks import Diagnostic, Fix, Severity
from agenteditor.core.document import Change, Document, Transaction
from agenteditor.core.line_ends import line_end
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import Span, diff
from agenteditor.ui.find_bar import FindBar
from agenteditor.ui.fix_menu import add_fixes, open_fixes
from agenteditor.ui.icons import icon
from agenteditor.ui.qtext import Shown, apply_to, plain, raw_text, read_back
from agenteditor.ui.source_edit import TYPING, SourceEdit
from agenteditor.ui.source_notes import Note
from agenteditor.ui.source_search import SourceSearch
from agenteditor.ui.source_strip import Notice, ProblemStrip

# Measured (RELIABILITY F24): 10 MB of lines take 0.3 s to open, but 1 MB in one line 0.3 s for each key.
MOST_CHARACTERS = 1_000_000
LONGEST_LINE = 200_000
# What is shown of a text beyond that.
_SHOWN_CHARACTERS = 200_000
_SHOWN_OF_LINE = 2_000

# Milliseconds after the last key until its problems are shown: nothing is red while a word is typed.
PROBLEMS_DELAY = 200
_MOST_NOTES = 500

_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


class SourceView(QWidget):
    """``caret_moved`` carries line and column, 1-based, in code points; ``refused`` a sentence."""

    refused = Signal(str)
    caret_moved = Signal(int, int)
    zoom_changed = Signal(int)
    fix_wanted = Signal(object)  # a Fix

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._shown: Shown | None = (
            None  # what the widget holds; None before it holds anything, or if too much
        )
        self._problems: tuple[Diagnostic, ...] = ()
        self._revealed: Span | None = None
        self.edit = SourceEdit()
        self._notice = Notice()
        self._strip = ProblemStrip()
        self.find_bar = FindBar()
        self._search = SourceSearch(document, self.edit, self.find_bar, self)
        self._problems_timer = self._timer(PROBLEMS_DELAY, self._show_problems)
        # Where to scroll is known when the lines have their width.
        self._reveal_timer = self._timer(0, self._reveal_now)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self._notice, self.edit, self._strip, self.find_bar):
            layout.addWidget(widget, 1 if widget is self.edit else 0)
        self.setFocusProxy(self.edit)
        self._connect()
        document.subscribe(self._changed)

    def _connect(self) -> None:
        self.edit.document().contentsChanged.connect(self._typed)
        self.edit.cursorPositionChanged.connect(self._caret_moved)
        self.edit.fixes_wanted.connect(self.open_fixes)
        self.edit.zoom_changed.connect(self.zoom_changed)
        self.edit.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.edit.customContextMenuRequested.connect(self._open_menu)
        self._strip.fix_wanted.connect(self.open_fixes)
        self._search.refused.connect(self.refused)

    def _timer(self, delay: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(delay)
        timer.timeout.connect(slot)
        return timer

    # --- from the keys to the document -----------------------------------------------------

    def _typed(self) -> None:
        shown = self._shown
        if shown is None:
            return
        raw = raw_text(self.edit.document())
        if raw == shown.text:
            return  # our own writing, or only colours
        caret = self.edit.textCursor().position()
        edits = read_back(shown, raw, line_end(shown.source), caret)
        doing = self.edit.doing
        merge = ("source",) if doing == TYPING else None
        change = self._document.apply(Transaction(edits, doing, merge))
        if change is None:
            apply_to(self.edit, shown, ())  # nothing came of it: show what is there
        else:
            self._show_text(change)

    # --- from the document to the screen ---------------------------------------------------

    def _changed(self, change: Change) -> None:
        if not self.isVisible():
            return
        if change.edits:
            self._show_text(change)
        self._problems_timer.start()
        self._search.text_changed()

    def _show_text(self, change: Change | None = None) -> None:
        """Show the document's text; ``change`` is how it came about, if it is known."""
        text = self._document.text
        if _too_big(text):
            self._show_beginning(text)
            return
        before = self._shown
        if before is not None and before.source == text:
            return
        fenced = self._document.syntax.frontmatter is not None
        if before is None:
            # Before the text is there, or all of it would be coloured twice.
            self.edit.highlighter.set_frontmatter(fenced)
        shown = Shown(text)
        # While this writes and colours, Qt tells of changes that nobody typed: without a shown text
        # ``_typed`` takes none of them for the person's.
        self._shown = None
        self.edit.shown = shown
        if before is None:
            self._notice.hide()
            self.edit.setReadOnly(False)
            self.edit.setPlainText(shown.text)
        elif change is not None and change.before.text == before.source:
            apply_to(self.edit, before, change.edits)
        else:
            apply_to(self.edit, before, diff(before.source, text))
        self.edit.highlighter.set_frontmatter(fenced)
        self._shown = shown

    def _show_beginning(self, text: str) -> None:
        """A text too big for Qt: its beginning, with cut lines, to be read only."""
        self._shown = None
        self.edit.setReadOnly(True)
        self.edit.highlighter.set_frontmatter(False)
        self.edit.set_notes(())
        beginning = _beginning(text)
        if raw_text(self.edit.document()) != beginning:
            self.edit.shown = Shown(beginning)
            self.edit.setPlainText(beginning)
        longest = max(map(len, text.split("\n")))
        self._notice.say(
            self.tr(
                "This text is too big to be edited here: {0} characters, {1} in the longest line. Its "
                "beginning is shown. Make it smaller in another editor, or undo what made it so big."
            ).format(f"{len(text):,}", f"{longest:,}")
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_text()
        self._show_problems()
        self._search.text_changed()
        if self._revealed is not None:
            self._reveal_timer.start()

    # --- the caret -------------------------------------------------------------------------

    @property
    def caret(self) -> int:
        """Where the caret is, as an offset of the document's text."""
        return self._shown.offset(self.edit.textCursor().position()) if self._shown else 0

    @property
    def selected_text(self) -> str:
        """What is selected, with the characters of the document's text."""
        cursor = self.edit.textCursor()
        return self.edit.shown.span(cursor.anchor(), cursor.position()).of(self.edit.shown.source)

    def _caret_moved(self) -> None:
        if self._shown is not None:
            self.caret_moved.emit(*self.edit.line_and_column())
            self._show_caret_problem()

    def reveal(self, span: Span) -> None:
        """Select a place of the text and bring it to the middle of the view."""
        self._revealed = span
        if self.isVisible():
            self._show_text()
            self._reveal_now()

    def _reveal_now(self) -> None:
        span, self._revealed = self._revealed, None
        if span is None:
            return
        if self._shown is None:
            self.refused.emit(self.tr("The text is too big to show this place."))
            return
        start, end = self._shown.position(span.start), self._shown.position(span.end)
        self.edit.setTextCursor(self.edit.cursor_over(end, start))
        self.edit.centerCursor()

    def show_change(self, change: Change) -> None:
        """Put the caret where a change took place, as after undo; nothing is selected."""
        if not change.edits or self._shown is None or not self.isVisible():
            return
        edit = change.edits[0]
        at = self._shown.position(edit.span.start + len(edit.insert))
        self.edit.setTextCursor(self.edit.cursor_over(at, at))
        if not self.edit.rect().contains(self.edit.cursorRect()):
            self.edit.centerCursor()

    def take_focus(self) -> None:
        """Put the focus into the text."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- problems and their fixes ----------------------------------------------------------

    def _show_problems(self) -> None:
        self._problems_timer.stop()
        shown = self._shown
        self._problems = self._document.problems if shown is not None else ()
        notes = []
        for problem in self._problems[:_MOST_NOTES]:
            assert shown is not None, "there are problems only of what is shown"
            cursor = self._underlined(shown.position(problem.span.start), shown.position(problem.span.end))
            notes.append(Note(cursor, problem.severity, problem.message, bool(problem.fixes)))
        self.edit.set_notes(notes)
        self._show_caret_problem()

    def _underlined(self, start: int, end: int) -> QTextCursor:
        """A selection with something in it to underline, where there is anything in its line."""
        cursor = self.edit.cursor_over(start, end)
        if not cursor.hasSelection() and cursor.block().length() > 1:
            left = cursor.atBlockEnd()
            step = QTextCursor.MoveOperation.Left if left else QTextCursor.MoveOperation.Right
            cursor.movePosition(step, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _show_caret_problem(self) -> None:
        if not self._problems_timer.isActive():
            here = self._problems_here()
            self._strip.show_problem(here[0] if here else None, len(self._problems))

    def _problems_here(self) -> list[Diagnostic]:
        """The problems at the caret, else those that begin in its line; the worst first."""
        if self._shown is None:
            return []
        caret = self.caret
        here = [problem for problem in self._problems if problem.span.covers(caret)]
        if not here:
            block = self.edit.textCursor().block()
            ends = (block.position(), block.position() + block.length() - 1)
            line = self._shown.span(*ends)
            here = [problem for problem in self._problems if line.covers(problem.span.start)]
        return sorted(here, key=lambda problem: _ORDER.index(problem.severity))

    def open_fixes(self) -> None:
        """Offer the fixes of the problems at the caret in a menu."""
        self._show_problems()  # those of the text as it is now
        at = self.edit.viewport().mapToGlobal(self.edit.cursorRect().bottomLeft())
        if not open_fixes(self, at, self._problems_here(), self._chooser()):
            self.refused.emit(self.tr("There is nothing to fix at the caret."))

    def _chooser(self) -> Callable[[Fix], None]:
        """What to do with a fix that is chosen from a menu opened now."""
        return partial(self._choose_fix, self._document.syntax)

    def _choose_fix(self, syntax: Syntax, fix: Fix) -> None:
        if self._document.syntax is not syntax:
            self.refused.emit(self.tr("The text has changed meanwhile; nothing was done."))
            return
        self.fix_wanted.emit(fix)
        self._show_problems()

    def _open_menu(self, at: QPoint) -> None:
        """The menu of the right mouse button: at the place clicked, unless that is in the selection."""
        edit = self.edit
        clicked = edit.cursorForPosition(at)
        cursor = edit.textCursor()
        if not cursor.selectionStart() <= clicked.position() <= cursor.selectionEnd():
            edit.setTextCursor(clicked)
        self._show_problems()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        problems = [problem for problem in self._problems_here() if problem.fixes]
        if problems:
            add_fixes(menu, problems, self._chooser())
            menu.addSeparator()
        keys, selected = QKeySequence.StandardKey, edit.textCursor().hasSelection()
        writable = not edit.isReadOnly()
        for text, picture, key, slot, enabled in (
            (self.tr("Cu&t"), "cut", keys.Cut, edit.cut, selected and writable),
            (self.tr("&Copy"), "copy", keys.Copy, edit.copy, selected),
            (self.tr("&Paste"), "paste", keys.Paste, edit.paste, edit.canPaste()),
            (self.tr("Select &all"), "", keys.SelectAll, edit.selectAll, True),
        ):
            action = menu.addAction(icon(picture), text) if picture else menu.addAction(text)
            action.setShortcut(QKeySequence(key))
            action.setEnabled(enabled)
            action.triggered.connect(slot)
        menu.popup(edit.viewport().mapToGlobal(at))

    # --- find, zoom, keys ------------------------------------------------------------------

    def open_find(self, *, replace: bool = False) -> None:
        """Open the find bar with what is selected, with or without its second row."""
        self._search.open(replace=replace)

    def find_step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) match."""
        self._search.step(step)

    def zoom_in(self) -> None:
        """Larger text."""
        self.edit.set_zoom(self.edit.zoom + 1)

    def zoom_out(self) -> None:
        """Smaller text."""
        self.edit.set_zoom(self.edit.zoom - 1)

    def zoom_reset(self) -> None:
        """Text of the system's size."""
        self.edit.set_zoom(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The window has these keys in its menu; alone the view answers them itself.
        keys = QKeySequence.StandardKey
        if event.matches(keys.Find):
            self.open_find()
        elif event.matches(keys.Replace) or (
            event.key() == Qt.Key.Key_H and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        ):
            self.open_find(replace=True)
        elif event.key() == Qt.Key.Key_F3:
            self.find_step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape and self.find_bar.isVisible():
            self._search.close()
        else:
            super().keyPressEvent(event)


def _too_big(text: str) -> bool:
    if len(text) > MOST_CHARACTERS:
        return True
    return len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE


def _beginning(text: str) -> str:
    """The beginning of a text in lines that Qt can draw at once, with stand-ins."""
    lines = text[:_SHOWN_CHARACTERS].split("\n")
    cut = (line if len(line) <= _SHOWN_OF_LINE else line[:_SHOWN_OF_LINE] + " …" for line in lines)
    return plain("\n".join(cut))
