"""The views of one document together: details, examples, prompt and source, preview, problems.

The only module that knows the views. It carries what concerns several of them: which one shows
the place of a problem or of an undone change, and which fields belong to which view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QSplitter, QTabWidget, QVBoxLayout, QWidget

from agenteditor.core.checks import Diagnostic, Fix
from agenteditor.core.document import Change, Document, Transaction
from agenteditor.core.text import Edits, Refusal, Span, apply, position
from agenteditor.core.triggers import to_examples, to_prose
from agenteditor.ui import fix_dialog, trigger_dialog
from agenteditor.ui.example_view import ExampleView
from agenteditor.ui.fix_dialog import Offer, Preferences
from agenteditor.ui.fix_menu import open_fixes
from agenteditor.ui.form_view import FormView
from agenteditor.ui.icons import icon, worst_icon
from agenteditor.ui.message_bar import MessageBar
from agenteditor.ui.preview import PreviewPanel
from agenteditor.ui.problems_view import ProblemsView
from agenteditor.ui.qtext import plain
from agenteditor.ui.section_view import SectionView
from agenteditor.ui.source_view import SourceView

ViewName = Literal["details", "examples", "prompt", "source"]
_VIEW_WIDTH = 480  # pixels: what the form needs without cutting its help lines
_LOWEST = 120  # pixels below the top of what has the focus: where a menu opens at the lowest
_LAST_KEYS = (QKeySequence.StandardKey.Save, QKeySequence.StandardKey.Close, QKeySequence.StandardKey.Quit)
VIEWS: tuple[ViewName, ...] = ("details", "examples", "prompt", "source")


class Editor(QWidget):
    """One open document. ``preferences`` are what is remembered about fixes.

    ``changed`` is emitted after every change of text, path, saved state or settings; ``said`` carries a
    sentence for the status bar; ``caret_moved`` line and column of the source's caret, 1-based;
    ``rule_wanted`` and ``switch_wanted`` are those of the problems. ``disk_bar`` is for what happens
    to the file; somebody else fills it.
    """

    changed = Signal()
    said = Signal(str)
    caret_moved = Signal(int, int)
    view_changed = Signal()
    fix_all_wanted = Signal()
    portable_wanted = Signal()
    rule_wanted = Signal(str)
    switch_wanted = Signal(str, str)

    def __init__(self, document: Document, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._preferences = preferences
        self.form = FormView(document)
        self.examples = ExampleView(document)
        self.sections = SectionView(document)
        self.source = SourceView(document)
        self.preview = PreviewPanel(document)
        self.problems = ProblemsView(document)
        self.messages = MessageBar()
        self.disk_bar = MessageBar(lasting=True)
        self._views: dict[ViewName, QWidget] = {
            "details": self.form,
            "examples": self.examples,
            "prompt": self.sections,
            "source": self.source,
        }
        self._problems_of: dict[ViewName, Callable[[], list[Diagnostic]]] = {
            "details": self.form.problems_here,
            "examples": self.examples.problems_here,
            "prompt": self.sections.problems_here,
        }
        self._tabs = self._make_tabs()
        self._columns = _splitter(Qt.Orientation.Horizontal, self._tabs, self.preview, sizes=(620, 380))
        lines = min(8 * self.fontMetrics().height(), 170)
        self._rows = _splitter(Qt.Orientation.Vertical, self._columns, self.problems, sizes=(600, lines))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.disk_bar)
        layout.addWidget(self.messages)
        layout.addWidget(self._rows, 1)
        self._connect()
        self._faults: list[str] = []
        document.subscribe(self._document_changed)
        self._show_badges()
        self._show_settings_faults()

    def _make_tabs(self) -> QTabWidget:
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.setUsesScrollButtons(False)  # the views are always all in sight
        for named in (tabs, tabs.tabBar()):
            named.setAccessibleName(self.tr("Views of the agent"))
        titles = {
            "details": self.tr("Details"),
            "examples": self.tr("Examples"),
            "prompt": self.tr("Prompt"),
            "source": self.tr("Source"),
        }
        for name in VIEWS:
            tabs.addTab(self._views[name], icon(_TAB_ICONS[name]), titles[name])
        return tabs

    def _connect(self) -> None:
        for view in (self.form, self.examples, self.sections):
            view.refused.connect(self.said)
            view.source_wanted.connect(self.show_in_source)
            view.fix_wanted.connect(self.apply_fix)
        self.examples.details_wanted.connect(self._show_description)
        self.examples.convert_wanted.connect(self.convert_triggers)
        self.form.examples_wanted.connect(lambda: self.show_view("examples"))
        self.source.refused.connect(self.said)
        self.source.caret_moved.connect(self.caret_moved)
        self.source.fix_wanted.connect(self.apply_fix)
        self.problems.wanted.connect(self.show_problem)
        self.problems.fix_wanted.connect(self.apply_fix)
        self.problems.fix_all_wanted.connect(self.fix_all_wanted)
        self.preview.portable_wanted.connect(self.portable_wanted)
        self.problems.rule_wanted.connect(self.rule_wanted)
        self.problems.switch_wanted.connect(self.switch_wanted)
        self.problems.emptied.connect(lambda: self.show_view(self.view))
        self._tabs.currentChanged.connect(self.view_changed)

    # --- which view ------------------------------------------------------------------------

    @property
    def view(self) -> ViewName:
        """The view that is shown."""
        return VIEWS[max(self._tabs.currentIndex(), 0)]

    @property
    def caret(self) -> tuple[int, int]:
        """Line and column of the source's caret, 1-based, in code points."""
        text = self.document.text  # the source, while it is hidden, may show a longer one
        return position(text, min(self.source.caret, len(text)))

    def show_view(self, name: ViewName) -> None:
        """Show a view and put the focus into it."""
        self._tabs.setCurrentIndex(VIEWS.index(name))
        cast(SourceView, self._views[name]).take_focus()

    def show_in_source(self, start: int, end: int) -> None:
        """Show a place of the text, in code points, in the source view."""
        self.show_view("source")
        self.source.reveal(Span(start, end))

    def show_problem(self, problem: Diagnostic) -> None:
        """Go to what a problem speaks of: in the view that is shown if it can show it."""
        if self.view == "source" or not self._reveal(problem.span, problem.field):
            self.show_in_source(*problem.span)

    @property
    def selected_text(self) -> str:
        """What is selected in the source, if that is shown."""
        return self.source.selected_text if self.view == "source" else ""

    def show_place(self, span: Span) -> None:
        """Show a place of the text, in code points, in the view that fits it, or the source if shown."""
        if self.view == "source" or not self._reveal(span, in_example=True):
            self.show_in_source(*span)

    def _show_description(self) -> None:
        self.show_view("details")
        self.form.reveal("description")

    def step_problem(self, step: int) -> None:
        """Go to the next (1) or previous (-1) problem, round and round."""
        self.problems.step(step)

    def _reveal(self, span: Span, field: str | None = None, *, in_example: bool = False) -> bool:
        """Show a place in the view that fits it, the present one if that does; whether one did.

        With ``in_example`` a place inside an example is shown there, whatever view is shown now.
        """
        syntax = self.document.syntax
        name: ViewName
        if syntax.frontmatter is not None and span.start >= syntax.body.start:
            name = "prompt"
        else:
            fields = syntax.frontmatter.fields if syntax.frontmatter else ()
            at = next((f for f in fields if f.span.start <= span.start < f.span.end), None)
            field = field or (at.key if at else None)
            if field is None or not self.form.shows(field):
                return False
            may = in_example or self.view == "examples"
            name = "examples" if may and self.examples.reveal_offset(span.start) else "details"
        self.show_view(name)
        if name == "prompt":
            self.sections.reveal(span.start)
        elif name == "examples":
            self.examples.reveal_offset(span.start)
        elif name == "details":
            self.form.reveal(cast(str, field))
        return True

    # --- panels ----------------------------------------------------------------------------

    def show_panels(self, *, preview: bool, problems: bool) -> None:
        """Show or hide preview and problems; a list of no problems stays hidden."""
        self.preview.setVisible(preview)
        self.problems.setVisible(problems and bool(self.document.problems or self.document.unreported))

    def show_changes(self) -> None:
        """Show in the preview what changed since the last save."""
        self.preview.show_source("changes")

    def sizes(self) -> tuple[list[int], list[int]]:
        """The widths of the columns and heights of the rows, in pixels; an empty list where one is hidden."""
        columns = [] if self.preview.isHidden() else self._columns.sizes()
        return columns, [] if self.problems.isHidden() else self._rows.sizes()

    def set_sizes(self, columns: list[int], rows: list[int]) -> None:
        """Restore what ``sizes`` gave; an empty list keeps the default."""
        for splitter, sizes in ((self._columns, columns), (self._rows, rows)):
            if len(sizes) == splitter.count() and sum(sizes) > 0:
                splitter.setSizes(sizes)

    def show_as(self, other: Editor) -> None:
        """Show what another editor of the same text shows, in the same sizes and at the same place."""
        self.set_sizes(*other.sizes())
        self.preview.show_source(other.preview.source)
        self.preview.set_zoom(other.preview.zoom)
        self.source.edit.set_zoom(other.source.edit.zoom)
        self.source.reveal(Span(other.source.caret, other.source.caret))
        self.show_view(other.view)

    def panes(self) -> list[tuple[QWidget, Callable[[], None]]]:
        """What F6 goes through, as far as it is shown: bar, view, preview, problems; how to get there."""
        panes: list[tuple[QWidget, Callable[[], None]]] = [
            (self.disk_bar, self.disk_bar.take_focus),
            (self._tabs, lambda: self.show_view(self.view)),
            (self.preview, self.preview.take_focus),
            (self.problems, self.problems.take_focus),
        ]
        return [pane for pane in panes if pane[0].isVisible()]

    def zoom(self, step: int) -> None:
        """Larger (1), smaller (-1) or normal (0) text in source and preview."""
        for view in (self.source, self.preview):
            if step > 0:
                view.zoom_in()
            elif step < 0:
                view.zoom_out()
            else:
                view.zoom_reset()

    def open_find(self, *, replace: bool) -> None:
        """Open the find bar of the source."""
        self.show_view("source")
        self.source.open_find(replace=replace)

    def find_step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) match in the source."""
        self.show_view("source")
        self.source.find_step(step)

    # --- changes ---------------------------------------------------------------------------

    def take_typed(self) -> None:
        """Take what is typed into a line that waits for Enter, such as a new tool, as if it had been left."""
        line = QApplication.focusWidget()
        if isinstance(line, QLineEdit) and self.isAncestorOf(line):
            self._tabs.tabBar().setFocus(Qt.FocusReason.OtherFocusReason)
            back = line if line.isVisible() else line.parentWidget()  # one in a list is gone then
            if back is not None:
                back.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Before a key that saves or closes is acted on, and be it that there is nothing to save yet."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and any(map(event.matches, _LAST_KEYS))
        ):
            self.take_typed()
        return super().event(event)

    def undo(self) -> None:
        """Take the last step back and show where."""
        label = self.document.undo_label
        self._show_change(self.document.undo(), self.tr("Undone: {0}"), label)

    def redo(self) -> None:
        """Do the last undone step again and show where."""
        label = self.document.redo_label
        self._show_change(self.document.redo(), self.tr("Done again: {0}"), label)

    def apply_fix(self, fix: Fix) -> None:
        """Show what a fix changes, and apply it as one step if that is wanted."""
        text = self.document.text
        offer = Offer(fix.label, text, apply(text, fix.edits), fix.safe)
        if fix_dialog.agreed(self, offer, self._preferences):
            self._apply(text, fix.edits, fix.label)

    def open_fixes(self) -> None:
        """Offer the fixes of what has the focus in a menu: a field, an example, a section, a row, a place."""
        focused = QApplication.focusWidget()
        if focused is not None and self.problems.isAncestorOf(focused):
            problems = self.problems.problems_here()
        elif self.view == "source":
            self.source.open_fixes()
            return
        else:
            problems = self._problems_of[self.view]()
        below = focused if focused is not None and self.isAncestorOf(focused) else self._tabs
        at = below.mapToGlobal(QPoint(0, min(below.height(), _LOWEST)))
        if not open_fixes(self, at, problems, self.apply_fix):
            self.said.emit(self.tr("There is nothing to fix here."))

    def convert_triggers(self, to: str) -> None:
        """Show what converting the triggers ``to`` "prose" or "examples" does, and do it if wanted."""
        syntax = self.document.syntax
        plan = to_prose(syntax) if to == "prose" else to_examples(syntax)
        if isinstance(plan, Refusal):
            self.said.emit(plan.reason)
        elif trigger_dialog.ask(self, syntax.text, plan):
            self._apply(syntax.text, plan.edits, plan.label)

    def _apply(self, text: str, edits: Edits, label: str) -> None:
        """Make a change that was shown, unless the text is another one by now."""
        if self.document.text != text:
            self.said.emit(self.tr("The text has changed meanwhile; nothing was done."))
        elif self.document.apply(Transaction(edits, label)) is not None:
            self.said.emit(label)

    def _show_change(self, change: Change | None, sentence: str, label: str | None) -> None:
        if change is None:
            return
        self.said.emit(sentence.format(label))
        start = change.edits[0].span.start
        end = start + len(change.edits[0].insert)
        if self.view == "source":
            self.source.show_change(change)
        elif not self._reveal(Span(start, end), in_example=True):
            self.show_in_source(start, end)

    def _document_changed(self, _change: Change) -> None:
        self._show_badges()
        self._show_settings_faults()
        self.changed.emit()

    def _show_settings_faults(self) -> None:
        """Say once what is wrong with the settings file, and hide that when it was mended."""
        faults = self.document.settings.sentences()
        if faults == self._faults:
            return
        self._faults = faults
        if not faults:
            self.messages.hide()
            return
        left = len(faults) - 1
        more = self.tr("And 1 more fault.") if left == 1 else self.tr("And {0} more faults.").format(left)
        sentence = plain(self.tr("Settings: {0}").format(faults[0]))
        self.messages.say("warning", f"{sentence} {more}" if left else sentence)

    def _show_badges(self) -> None:
        """The worst problem of each view as an icon on its tab, and how many examples there are."""
        start = self.document.syntax.body.start
        of_prompt = [problem for problem in self.document.problems if problem.span.start >= start]
        others = [problem for problem in self.document.problems if problem.span.start < start]
        for name, problems in (("details", others), ("prompt", of_prompt)):
            index = VIEWS.index(cast(ViewName, name))
            self._tabs.setTabIcon(index, worst_icon(problems) or icon(_TAB_ICONS[cast(ViewName, name)]))
        count = len(self.document.syntax.examples)
        title = self.tr("Examples ({0})").format(count) if count else self.tr("Examples")
        if self._tabs.tabText(1) != title:
            self._tabs.setTabText(1, title)
        self._tabs.setMinimumWidth(max(_VIEW_WIDTH, self._tabs.tabBar().sizeHint().width()))


_TAB_ICONS: dict[ViewName, str] = {
    "details": "form",
    "examples": "examples",
    "prompt": "prompt",
    "source": "source",
}


def _splitter(orientation: Qt.Orientation, *widgets: QWidget, sizes: tuple[int, ...]) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    splitter.setSizes(list(sizes))
    splitter.setStretchFactor(0, 1)
    return splitter
