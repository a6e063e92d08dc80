"""The Prompt view: the outline of the prompt at the left, the chosen section at the right.

It carries out what outline and page ask for, and keeps the choice on the section it is on: a section
that moves stays chosen, and undo chooses again what was chosen before.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.body import Section, SectionPath, path_at, section_at
from agenteditor.core.checks import Diagnostic
from agenteditor.core.document import Change, Document
from agenteditor.core.section_adds import Place, add_section
from agenteditor.core.section_edits import (
    Moved,
    lower_section,
    move_section,
    move_section_down,
    move_section_up,
    raise_section,
    remove_section,
    rename_section,
)
from agenteditor.core.syntax import MOST_DIVIDED, MOST_DIVIDED_LINES
from agenteditor.core.text import Refusal, shift
from agenteditor.ui import icons, theme
from agenteditor.ui.action_button import ActionButton
from agenteditor.ui.fields_text import Muted
from agenteditor.ui.form_notes import ProblemLine
from agenteditor.ui.section_outline import Outline
from agenteditor.ui.section_page import SectionPage
from agenteditor.ui.section_steps import attempt, whole_span
from agenteditor.ui.too_large import TooLarge

_DEEPEST = 6
_REMEMBERED = 200


class SectionView(QWidget):
    """The prompt of one document, section by section.

    ``refused`` says in a sentence why something was not done (it is shown here as well);
    ``source_wanted`` asks for a span, in code points, to be shown in the source.
    """

    refused = Signal(str)
    source_wanted = Signal(int, int)
    fix_wanted = Signal(object)  # a Fix

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._path: SectionPath = (0,) if document.syntax.sections else ()
        self._places: dict[int, SectionPath] = {}  # what was chosen at a text, by its hash
        self._writing = False
        self._stale = False
        self._build()
        document.subscribe(self._changed)
        self.refresh()

    # --- what the editor calls ----------------------------------------------------------------

    def problems_here(self) -> list[Diagnostic]:
        """The problems of the section that is shown."""
        return self._page.problems_here()

    def take_focus(self) -> None:
        """Go to the outline, unless the focus is in this view already."""
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            return
        if self._stack.currentWidget() is self._too_large:
            self._too_large.button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._stack.currentWidget() is self._empty:
            self._first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._outline.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, offset: int) -> None:
        """Choose the section that holds an offset of the file, and go to its item or into its text.

        At a text that undo or redo of a step in the outline led to, what was chosen then is kept:
        it says more than the first offset that differs.
        """
        if hash(self._document.text) in self._places and self._outline.hasFocus():
            return
        span = whole_span(self._document, self._path)
        if not (self._page.markdown and span.start <= offset <= span.end):
            self._path = path_at(self._document.syntax.sections, offset) or ()
        self.refresh()
        if self._stack.currentWidget() is self._main:
            self._page.reveal(offset)

    @property
    def path(self) -> SectionPath:
        """The path of the chosen section; () is the whole prompt."""
        return self._path

    def choose(self, path: SectionPath) -> None:
        """Show a section."""
        if path != self._path:
            self._path = path
            self._say("")
            self.refresh()

    def refresh(self) -> None:
        """Show the document as it is now, touching only what differs."""
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        self._show()
        if had_focus and QApplication.focusWidget() is None:
            self._outline.setFocus()  # what had it is not there any more

    def _show(self) -> None:
        self._stale = False
        sections = self._document.syntax.sections
        divided = self._document.syntax.divided
        written = divided and self._page.is_written_in  # who empties a text goes on writing in it
        self._writing = (self._writing or written) and not sections
        page = self._main if sections or self._writing else self._empty if divided else self._too_large
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
        while self._path and section_at(sections, self._path) is None:
            self._path = (*self._path[:-1], self._path[-1] - 1) if self._path[-1] > 0 else self._path[:-1]
        self._outline.refresh(self._path)
        self._page.refresh(self._path)
        if written and not sections and not self._page.is_written_in:
            self._page.take_focus()
        self._show_actions()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape in a text, where it means nothing else, goes back to the outline."""
        if event.key() == Qt.Key.Key_Escape and not self._outline.hasFocus():
            self._outline.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        self._outline = Outline(self._document, self)
        self._outline.chosen.connect(self.choose)
        self._outline.renamed.connect(self._rename)
        self._outline.dropped.connect(self._drop)
        self._outline.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._outline.customContextMenuRequested.connect(self._open_menu)
        self._note = ProblemLine(self)
        self._note.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        self._note.hide()
        self._make_actions()
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_bar())
        column.addWidget(self._outline, 1)
        column.addWidget(self._note)
        # Made in the order in which Tab goes: buttons, outline, page.
        QWidget.setTabOrder(self._bar[-1], self._outline)
        self._page = SectionPage(self._document, self)
        self._page.refused.connect(self._page_refused)
        self._page.chosen.connect(self.choose)
        self._page.fix_wanted.connect(self.fix_wanted)
        self._page.add_wanted.connect(lambda: self._add("inside"))
        self._main = QSplitter(Qt.Orientation.Horizontal, self)
        self._main.setChildrenCollapsible(False)
        self._main.addWidget(left)
        self._main.addWidget(self._page)
        self._main.setStretchFactor(1, 1)
        width = self.fontMetrics().averageCharWidth()
        self._main.setSizes([min(40 * width, 380), 80 * width])
        left.setMinimumWidth(200)
        self._empty = self._make_empty()
        self._too_large = TooLarge(self.tr("This prompt is not divided into sections"), self)
        self._too_large.say(
            self.tr("It has more than {0} characters or {1} lines.").format(
                QLocale().toString(MOST_DIVIDED), QLocale().toString(MOST_DIVIDED_LINES)
            )
        )
        self._too_large.source_wanted.connect(self._to_source)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._main)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._too_large)

    def _make_actions(self) -> None:
        self._add_after = self._action(self.tr("Add section after"), "add", "Ins", lambda: self._add("after"))
        self._add_before = self._action(self.tr("Add section before"), "", "", lambda: self._add("before"))
        self._add_inside = self._action(self.tr("Add section inside"), "", "", lambda: self._add("inside"))
        self._rename_here = self._action(
            self.tr("Rename"), "edit", "F2", lambda: self._outline.edit_title(self._path)
        )
        self._up = self._action(self.tr("Move up"), "up", "Alt+Up", lambda: self._move(move_section_up))
        self._down = self._action(
            self.tr("Move down"), "down", "Alt+Down", lambda: self._move(move_section_down)
        )
        self._out = self._action(self.tr("Level out"), "chevron-left", "Alt+Left", lambda: self._level(-1))
        self._in = self._action(self.tr("Level in"), "chevron-right", "Alt+Right", lambda: self._level(1))
        self._delete = self._action(self.tr("Delete section"), "remove", "Del", self._remove)
        self._edit = self._action(self.tr("Edit text"), "text", "Return", self._edit_text)
        self._source = self._action(self.tr("Show in source"), "source", "", self._show_in_source)

    def _action(self, text: str, drawing: str, keys: str, slot: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        if drawing:
            action.setIcon(icons.icon(drawing))
        if keys:
            action.setShortcut(QKeySequence(keys))
        # Only in the outline itself: in the line to rename in, and in texts, these keys edit.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self._outline.addAction(action)
        return action

    def _make_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(4, 4, 4, 4)
        bar.setSpacing(0)
        add = self._button(self._add_after)
        self._bar = [add]
        menu = QMenu(add)
        menu.addActions([self._add_after, self._add_before, self._add_inside])
        add.setMenu(menu)
        add.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        bar.addWidget(add)
        for action in (self._rename_here, self._delete, self._up, self._down, self._out, self._in):
            if action is self._up:
                bar.addStretch(1)
            self._bar.append(self._button(action))
            bar.addWidget(self._bar[-1])
        return bar

    def _button(self, action: QAction) -> QToolButton:
        button = ActionButton(action, self)
        button.setAccessibleName(action.text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _to_source(self) -> None:
        start = self._document.syntax.body.start
        self.source_wanted.emit(start, start)

    def _make_empty(self) -> QWidget:
        page = QWidget(self)
        words = QLabel(self.tr("This agent has no prompt yet."), page)
        words.setFont(theme.heading_font(words))
        help_text = Muted(
            self.tr("The prompt is the text below the fields: what the agent is, what it does and how."), page
        )
        help_text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._first = QPushButton(self.tr("Add a section"), page)
        self._first.setIcon(icons.icon("add"))
        self._first.clicked.connect(lambda: self._add("inside"))
        write = QPushButton(self.tr("Write Markdown"), page)
        write.setIcon(icons.icon("edit"))
        write.clicked.connect(self._write)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._first)
        buttons.addWidget(write)
        buttons.addStretch(1)
        column = QVBoxLayout(page)
        column.addStretch(2)
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(help_text)
        column.addLayout(buttons)
        column.addStretch(3)
        return page

    # --- following the document ---------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        self._path = self._followed(change)
        self._page.follow(change.edits)
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def _followed(self, change: Change) -> SectionPath:
        """Where the chosen section stands now."""
        sections = change.after.sections
        if not change.edits:
            return self._path
        remembered = self._places.get(hash(change.after.text))
        if remembered is not None and (not remembered or section_at(sections, remembered) is not None):
            return remembered
        old = section_at(change.before.sections, self._path)
        if old is None:
            return self._path
        anchor = old.title_span.start if old.title_span is not None else old.span.start
        moved = path_at(sections, shift(anchor, change.edits))
        for path in (moved, path_at(sections, shift(anchor, change.edits, after=True)), self._path):
            found = section_at(sections, path) if path else None
            if path is not None and found is not None and _alike(found, old):
                return path
        return moved or ((0,) if sections else ())

    def _step(self, result: Moved | Refusal, label: str) -> bool:
        """Apply a step in the outline; the choice goes with the section. Whether it was done."""
        if isinstance(result, Refusal):
            self._say(result.reason)
            return False
        before = hash(self._document.text)
        self._remember(before, self._path)
        self._say(attempt(self._document, result.edits, label))
        self._remember(hash(self._document.text), result.path)
        self._path = result.path
        self.refresh()
        return True

    def _remember(self, text: int, path: SectionPath) -> None:
        self._places.pop(text, None)
        self._places[text] = path
        while len(self._places) > _REMEMBERED:
            del self._places[next(iter(self._places))]

    # --- what the user does -------------------------------------------------------------------

    def _add(self, place: Place) -> None:
        document = self._document
        parent = self._path if place == "inside" else self._path[:-1]
        path, place = (self._path, place) if self._path else ((), "inside")
        section = section_at(document.syntax.sections, path)
        holder = section_at(document.syntax.sections, parent)
        siblings = holder.children if holder is not None else document.syntax.sections
        groups = section is not None and any(child.style == "group" for child in siblings)
        title = self.tr("New group") if groups and parent else self.tr("New section")
        result = add_section(document.text, document.syntax.body.start, path, place, title)
        if self._step(result, self.tr("Add section")):
            self._outline.edit_title(self._path)

    def _write(self) -> None:
        self._writing, self._path = True, ()
        self.refresh()
        self._page.take_focus()

    def _rename(self, path: SectionPath, title: str) -> None:
        document = self._document
        result = rename_section(document.text, document.syntax.body.start, path, title)
        self._say(attempt(document, result, self.tr("Rename section")))

    def _remove(self) -> None:
        document, path = self._document, self._path
        if not path:
            return
        removed = remove_section(document.text, document.syntax.body.start, path)
        # What comes to stand there is chosen; refresh() goes back if nothing does.
        self._step(
            removed if isinstance(removed, Refusal) else Moved(removed, path), self.tr("Delete section")
        )
        self.take_focus()

    def _move(self, move: Callable[[str, int, SectionPath], Moved | Refusal]) -> None:
        if self._path:
            document = self._document
            result = move(document.text, document.syntax.body.start, self._path)
            self._step(result, self.tr("Move section"))

    def _level(self, by: int) -> None:
        """Change a heading's level; another section moves out of its parent, or into the one before."""
        document, path = self._document, self._path
        text, start = document.text, document.syntax.body.start
        section = section_at(document.syntax.sections, path)
        if section is None:
            return
        result: Moved | Refusal
        if section.style == "heading":
            result = (raise_section if by < 0 else lower_section)(text, start, path)
        elif by < 0:
            result = move_section(text, start, path, path[:-2], path[-2] + 1)
        else:
            before = (*path[:-1], path[-1] - 1)
            holder = section_at(document.syntax.sections, before)
            result = move_section(text, start, path, before, len(holder.children) if holder else 0)
        self._step(result, self.tr("Change level"))

    def _drop(self, path: SectionPath, parent: SectionPath, index: int) -> None:
        document = self._document
        result = move_section(document.text, document.syntax.body.start, path, parent, index)
        self._step(result, self.tr("Move section"))

    def _edit_text(self) -> None:
        self._page.take_focus()

    def _show_in_source(self) -> None:
        span = whole_span(self._document, self._path)
        self.source_wanted.emit(*span)

    def _say(self, reason: str) -> None:
        """Show below the outline why a step was not done; "" that all is well."""
        if reason:
            self._note.say("warning", "warning", reason)
            self.refused.emit(reason)
        if self._note.isHidden() == bool(reason):
            self._note.setVisible(bool(reason))

    def _page_refused(self, reason: str) -> None:
        self._say("")
        if reason:
            self.refused.emit(reason)

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._add_after, self._add_before, self._add_inside])
        menu.addSeparator()
        menu.addActions([self._edit, self._rename_here, self._up, self._down, self._out, self._in])
        menu.addSeparator()
        menu.addActions([self._source, self._delete])
        menu.popup(self._outline.viewport().mapToGlobal(at))

    # --- what can be done ---------------------------------------------------------------------

    def _show_actions(self) -> None:
        """Switch off what cannot be done here, and say why in the tool tip."""
        section = section_at(self._document.syntax.sections, self._path)
        whole = "" if section is not None else self.tr("This is the whole prompt: choose a section.")
        holder = section_at(self._document.syntax.sections, self._path[:-1])
        siblings = holder.children if holder is not None else self._document.syntax.sections
        untitled = section is not None and section.title_span is None
        first = section is not None and self._path[-1] == 0
        last = section is not None and self._path[-1] == len(siblings) - 1
        reasons = {
            self._add_before: whole,
            self._rename_here: whole
            or (self.tr("This text has no title: add a section before it.") if untitled else ""),
            self._delete: whole,
            self._up: whole or (self.tr("This is the first one here.") if first else ""),
            self._down: whole or (self.tr("This is the last one here.") if last else ""),
            self._out: whole or self._no_level(section, -1),
            self._in: whole or self._no_level(section, 1),
            self._add_after: "",
            self._add_inside: "",
            self._source: "",
            self._edit: "",
        }
        for action, reason in reasons.items():
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            words = f"{action.text()} ({keys})" if keys else action.text()
            tip = f"{words}\n{reason}" if reason else words
            if action.toolTip() != tip:
                action.setToolTip(tip)
            if action.isEnabled() != (not reason):
                action.setEnabled(not reason)

    def _no_level(self, section: Section | None, by: int) -> str:
        """Why a section cannot change its level; "" if it may be tried."""
        if section is None:
            return ""
        if section.style == "heading":
            at_end = section.level == (1 if by < 0 else _DEEPEST)
            return self.tr("Headings have levels from 1 to {0}.").format(_DEEPEST) if at_end else ""
        if section.style == "group":
            return self.tr("A group is an item of a list and has no level of its own.")
        if by < 0:
            return "" if len(self._path) > 1 else self.tr("It is at the top level already.")
        return "" if self._path[-1] > 0 else self.tr("There is no section before it to go into.")


def _alike(one: Section, other: Section) -> bool:
    return (one.title, one.style) == (other.title, other.style)
