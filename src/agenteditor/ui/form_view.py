"""The Details form: every field of the frontmatter with a widget that fits, its help and its problems.

Fields that are there and the usual ones are rows, in the dialect's groups; the rest is a menu away. Only
what changed is touched: rows come and go in place, a row's widget keeps its caret. What an agent is
called for and what it says (examples, prompt) is edited elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise

from PySide6.QtCore import QEvent, QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFont, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core import rewrite
from agenteditor.core.checks import Diagnostic
from agenteditor.core.document import Change, Document, Transaction
from agenteditor.core.frontmatter import Field
from agenteditor.core.text import Refusal
from agenteditor.ui import icons, theme
from agenteditor.ui.fields import Muted, Value
from agenteditor.ui.form_keys import mnemonics, tab_stops, with_mnemonic
from agenteditor.ui.form_new import NewField, NoFrontmatter
from agenteditor.ui.form_row import USUAL, FieldRow, RowKey
from agenteditor.ui.form_verdict import VerdictCard
from agenteditor.ui.qtext import plain
from agenteditor.ui.too_large import TooLarge

_WIDTH = 760  # pixels; longer lines are hard to read
_HELP_WIDTH = 360  # pixels of the menu's help
_BETWEEN_ROWS = 10  # pixels
_MOST_ROWS = 120  # a row is a dozen widgets; real files have 20 fields at most
_OTHER = "other"  # the group of fields the dialect does not know


class FormView(QWidget):
    """The Details of one document.

    ``source_wanted`` asks to show a span (code points) in the source, ``examples_wanted`` for the examples,
    ``refused`` tells in a sentence what could not be done; it stands at the field as well.
    """

    refused = Signal(str)
    source_wanted = Signal(int, int)
    examples_wanted = Signal()
    fix_wanted = Signal(object)  # a Fix

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._rows: dict[RowKey, FieldRow] = {}
        self._order: list[RowKey] = []
        self._asked_for: set[str] = set()  # absent fields that were added to be filled in
        self._last: RowKey | None = None  # where the caret was
        self._stale = False
        self._refreshing = self._unchained = False  # the Tab order is due once all rows are refreshed
        self._target: QWidget | None = None
        self._letters = mnemonics(document.syntax.dialect, USUAL)
        self._scroll_later = QTimer(self)
        self._scroll_later.setSingleShot(True)
        self._scroll_later.timeout.connect(self._scroll_to_target)
        self._build()
        document.subscribe(self._changed)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]
        self.refresh()

    # --- what the editor calls ---------------------------------------------------------------

    def reveal(self, key: str) -> None:
        """Scroll to a field and go there; an absent one gets a row. ``examples[2]`` is ``examples``."""
        if self._document.syntax.frontmatter is None:
            self.take_focus()
            return
        row = self._rows.get(RowKey(key)) or self._rows.get(RowKey(_base(key)))
        if row is None and self._document.syntax.dialect.spec(_base(key)) is not None:
            self._asked_for.add(_base(key))
            self.refresh()
            row = self._rows[RowKey(_base(key))]
        if row is not None:
            row.take_focus()
            self._scroll_to(row)

    def select(self, key: str) -> None:
        """Go to a field and select its text, so that typing replaces it."""
        self.reveal(key)
        row = self._rows.get(RowKey(key))
        if row is not None:
            row.select_text()

    def shows(self, key: str) -> bool:
        """Whether `reveal` can go to a field: one that is there or that the dialect knows."""
        syntax = self._document.syntax
        known = any(syntax.field(one) or syntax.dialect.spec(one) for one in (key, _base(key)))
        there = syntax.frontmatter is not None and self._stack.currentWidget() is not self._too_large
        shown = any(syntax.dialect.spec(one) or RowKey(one) in self._rows for one in (key, _base(key)))
        return there and known and shown

    def row(self, key: str) -> FieldRow | None:
        """The row of a field, of the one that counts; None where there is none."""
        return self._rows.get(RowKey(key))

    def problems_here(self) -> list[Diagnostic]:
        """The problems of the field with the caret; those of no field where it is elsewhere."""
        focused = QApplication.focusWidget()
        here = next((key for key, row in self._rows.items() if focused and row.isAncestorOf(focused)), None)
        start = self._document.syntax.body.start
        problems = [one for one in self._document.problems if one.field is not None or one.span.start < start]
        numbers = self._numbers()
        return [problem for problem in problems if self._row_of(problem, numbers) == here]

    def take_focus(self) -> None:
        """Go where the caret was last, at first to the first field; without frontmatter to the button."""
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            return
        if self._document.syntax.frontmatter is None:
            for stop in list(tab_stops(self._none))[:1]:
                stop.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._stack.currentWidget() is self._too_large:
            self._too_large.button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._order:
            last = self._rows.get(self._last) if self._last else None
            (last or self._rows[self._order[0]]).take_focus()

    def refresh(self) -> None:
        """Show the document as it is now, touching only what differs."""
        self._stale = False
        there = self._document.syntax.frontmatter is not None
        beyond = there and self._document.syntax.verdict == "unknown" and not self._fields()
        page = self._too_large if beyond else self._scroll if there else self._none
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
        if not there:
            self._none.refresh()
            return
        if beyond:
            self._too_large.say(self._document.syntax.faults[-1].message)
            return
        at = next((at for at, key in enumerate(self._order) if self._rows[key].has_focus()), None)
        had = None if at is None else self._order[at]
        changed = self._place_rows()
        self._refreshing, self._unchained = True, changed
        self._verdict.refresh(self._show_problems())
        self._refreshing = False
        if self._unchained:
            self._chain()
        if at is not None and had not in self._rows:  # what is in its place now is nearest
            self._rows[self._order[min(at, len(self._order) - 1)]].take_focus()

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        self._verdict = VerdictCard(self._document, self)
        self._verdict.fix_wanted.connect(self.fix_wanted)
        self._verdict.rebuilt.connect(self._chain_soon)
        titles = {**self._document.syntax.dialect.groups, _OTHER: self.tr("Other fields")}
        self._groups = {key: _Group(title, self) for key, title in titles.items()}
        self._new = NewField(self)
        table = self._document.syntax.dialect.table
        self._new.explain(table.program, table.unknown_fields)
        self._new.setVisible(False)
        self._new.named.connect(self._add_named)
        self._add = QPushButton(self.tr("Add f&ield"), self)
        self._add.setIcon(icons.icon("add"))
        self._menu = QMenu(self._add)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._add.setMenu(self._menu)
        column = QWidget(self)
        column.setMaximumWidth(_WIDTH)
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2 * theme.GAP)
        lines.addWidget(self._verdict)
        for group in self._groups.values():
            lines.addWidget(group)
        self._more = Muted("", self)
        lines.addWidget(self._more)
        lines.addWidget(self._new)
        lines.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addStretch(1)  # or the rows are stretched
        content = QWidget(self)
        middle = QHBoxLayout(content)
        middle.setContentsMargins(2 * theme.GAP, theme.MARGIN, 2 * theme.GAP, 2 * theme.GAP)
        middle.addStretch(1)
        middle.addWidget(column, 1000)
        middle.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        self._none = NoFrontmatter(self._document, self)
        self._none.made.connect(self._made_agent)
        self._none.fix_wanted.connect(self.fix_wanted)
        self._none.refused.connect(self.refused)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self._none)
        self._too_large = TooLarge(self.tr("These fields are not shown as a form"), self)
        self._too_large.source_wanted.connect(self._to_source)
        self._stack.addWidget(self._too_large)

    def _make_row(self, key: RowKey) -> FieldRow:
        spec = self._document.syntax.dialect.spec(key.key)
        row = FieldRow(Value(self._document, key.key, spec), key, self)
        label = plain(spec.label if spec else key.key) or self.tr("Lines outside any field")
        row.set_label(with_mnemonic(label, self._letters.get(key.key) if key.overridden is None else None))
        row.examples_wanted.connect(self.examples_wanted)
        row.source_wanted.connect(self.source_wanted)
        row.refused.connect(self.refused)
        row.fix_wanted.connect(self.fix_wanted)
        row.removed.connect(lambda: self._dismiss(key.key))
        row.renamed.connect(self.reveal)
        row.rebuilt.connect(self._chain_soon)
        return row

    # --- showing -------------------------------------------------------------------------------

    def _place_rows(self) -> bool:
        """Have exactly the rows that are due, each in its place. Whether any came or went."""
        wanted = {group: list(keys) for group, keys in self._due()}
        order = [key for keys in wanted.values() for key in keys]
        if len(order) > _MOST_ROWS:
            room = iter(order[:_MOST_ROWS])
            wanted = {group: [*islice(room, len(keys))] for group, keys in wanted.items()}
        left_out = len(order) - sum(map(len, wanted.values()))
        sentence = self.tr("{0} more fields are not shown here. Edit them in the source.")
        self._more.say(sentence.format(QLocale().toString(left_out)) if left_out else "")
        order = order[:_MOST_ROWS]
        if order == self._order:
            return False
        stay = set(order)
        for key in self._order:
            if key not in stay:
                row = self._rows.pop(key)
                row.hide()
                row.setParent(None)
                row.deleteLater()
        for group, keys in wanted.items():
            for index, key in enumerate(keys):
                if key not in self._rows:
                    self._rows[key] = self._make_row(key)
                self._groups[group].place(index, self._rows[key])
            self._groups[group].setVisible(bool(keys))
        self._order = order
        return True

    def _due(self) -> Iterator[tuple[str, list[RowKey]]]:
        """The rows of each group, in order."""
        syntax = self._document.syntax
        counts: dict[str, int] = {}
        for field in self._fields():
            counts[field.key] = counts.get(field.key, 0) + 1
        shown = {*counts, *USUAL, *self._asked_for}
        for group in self._groups:
            if group == _OTHER:
                known = set(syntax.dialect.keys())
                keys = [key for key in counts if key not in known]
            else:
                keys = [
                    spec.key for spec in syntax.dialect.fields if spec.group == group and spec.key in shown
                ]
            yield group, [row for key in keys for row in _rivals(key, counts.get(key, 0))]

    def _show_problems(self) -> list[Diagnostic]:
        """Refresh each row with its problems; those without a row are returned, if they belong here."""
        by_row: dict[RowKey, list[Diagnostic]] = {}
        rest: list[Diagnostic] = []
        numbers = self._numbers()
        for problem in self._document.problems:
            row = self._row_of(problem, numbers)
            if row is not None:
                by_row.setdefault(row, []).append(problem)
            elif problem.span.start < self._document.syntax.body.start:
                rest.append(problem)
        for key in self._order:
            self._rows[key].refresh(by_row.get(key, ()))
        return rest

    def _numbers(self) -> dict[str, list[int]]:
        """Of each key the numbers of its fields."""
        numbers: dict[str, list[int]] = {}
        for number, field in enumerate(self._fields()):
            numbers.setdefault(field.key, []).append(number)
        return numbers

    def _row_of(self, problem: Diagnostic, numbers: Mapping[str, Sequence[int]]) -> RowKey | None:
        if problem.field is None:
            return None
        fields = self._fields()
        over = bisect_right(fields, problem.span.start, key=lambda field: field.span.start) - 1
        for key in (problem.field, _base(problem.field)):
            at = fields[over] if over >= 0 else None
            if at is not None and at.key == key and problem.span.start < at.span.end:
                rivals = numbers[key]
                if over != rivals[-1]:
                    overridden = RowKey(key, bisect_left(rivals, over))
                    return overridden if overridden in self._rows else None
            if RowKey(key) in self._rows:
                return RowKey(key)
        return None

    def _fields(self) -> tuple[Field, ...]:
        frontmatter = self._document.syntax.frontmatter
        return frontmatter.fields if frontmatter else ()

    def _chain_soon(self) -> None:
        """Chain anew: at once, or once for all rows that are being refreshed."""
        if self._refreshing:
            self._unchained = True
        else:
            self._chain()

    def _chain(self) -> None:
        """Let Tab go through the form as it is read."""
        stops = [*tab_stops(self._verdict)]
        for key in self._order:
            stops += self._rows[key].tab_stops()
        stops += [*tab_stops(self._new), self._add]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _scroll_to(self, widget: QWidget) -> None:
        self._target = widget
        self._scroll_later.start(0)  # a new row has no place before the layout is done

    def _scroll_to_target(self) -> None:
        target, self._target = self._target, None
        if target is not None and target in self._rows.values():
            self._scroll.ensureWidgetVisible(target, 0, 3 * theme.GAP)

    # --- what happens --------------------------------------------------------------------------

    def _changed(self, _change: Change) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self.refresh()
        self._chain()  # a view put into a window comes with another order

    def _focus_moved(self, old: QWidget | None, now: QWidget | None) -> None:
        """A row that was left shows what was held back under the caret."""
        for row in list(self._rows.values()):
            if now is not None and row.isAncestorOf(now):
                self._last = row.row
        for row in list(self._rows.values()):
            if old is not None and row.isAncestorOf(old) and not (now is not None and row.isAncestorOf(now)):
                row.settled()
                if now is not None:
                    row.finish()
                self._show_problems()
                return

    def _dismiss(self, key: str) -> None:
        self._asked_for.discard(key)
        self.refresh()

    def _to_source(self) -> None:
        frontmatter = self._document.syntax.frontmatter
        if frontmatter is not None:
            self.source_wanted.emit(frontmatter.content.start, frontmatter.content.start)

    def _made_agent(self) -> None:
        self.refresh()
        self.select("description")

    def _fill_menu(self) -> None:
        self._menu.clear()
        syntax = self._document.syntax
        in_plugin = self._document.place == "plugin"
        metrics = self._menu.fontMetrics()
        for group, title in syntax.dialect.groups.items():
            specs = [
                spec
                for spec in syntax.dialect.fields
                if spec.group == group and RowKey(spec.key) not in self._rows
            ]
            if specs:
                self._menu.addSection(title)
            for spec in specs:
                words = re.split(r"[.:](?: |$)", spec.help)[0]
                if in_plugin and spec.ignored_in_plugin:
                    words = self.tr("means nothing in a plugin")
                # What follows a tab stands in a column of its own, where other menus have their keys.
                shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, _HELP_WIDTH)
                action = QAction(f"{spec.label}\t{shown}", self._menu)
                action.setToolTip(spec.help)
                action.setData(spec.key)
                action.triggered.connect(lambda _checked=False, key=spec.key: self.reveal(key))
                self._menu.addAction(action)
        self._menu.addSeparator()
        other = QAction(self.tr("Another field …"), self._menu)
        other.triggered.connect(self._ask_for_name)
        self._menu.addAction(other)

    def _ask_for_name(self) -> None:
        self._new.ask()
        self._scroll.ensureWidgetVisible(self._new)

    def _add_named(self, key: str) -> None:
        syntax = self._document.syntax
        if syntax.field(key) is None and syntax.dialect.spec(key) is None:
            outcome = rewrite.set_field(syntax, key, "")
            if isinstance(outcome, Refusal):
                self._new.refuse(outcome.reason)
                return
            self._document.apply(Transaction(outcome, self.tr("Add {name}").format(name=key)))
        self._new.setVisible(False)
        self.reveal(key)


class _Group(QWidget):
    """Rows under a heading."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(title, self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setFont(theme.heading_font(self._title))
        self._title.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_BETWEEN_ROWS)
        self._column.addWidget(self._title)

    def place(self, index: int, row: QWidget) -> None:
        """Put a row at its place below the heading, unless it is there."""
        at = index + 1
        item = self._column.itemAt(at)
        if item is None or item.widget() is not row:
            self._column.removeWidget(row)
            self._column.insertWidget(at, row)
            row.show()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "_title"):
            self._title.setFont(QFont())
            self._title.setFont(theme.heading_font(self._title))


def _rivals(key: str, count: int) -> list[RowKey]:
    """The rows of a field: one, and before it those of the same name that it overrides."""
    return [*(RowKey(key, at) for at in range(count - 1)), RowKey(key)]


def _base(key: str) -> str:
    """The field that a place such as ``examples[2]`` or ``experimental.cacheTtl`` belongs to."""
    return re.split(r"[\[.]", key, maxsplit=1)[0]
