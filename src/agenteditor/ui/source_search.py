"""Find and replace in the source: between the find bar, the text widget and the document.

What is looked for is looked for in the document's text (``core.search``), and replaced there; the widget
only shows it.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from agenteditor.core import search
from agenteditor.core.document import Document, Transaction
from agenteditor.core.line_ends import line_end
from agenteditor.core.search import Found
from agenteditor.core.text import Edits, Refusal, Span
from agenteditor.ui.find_bar import FindBar
from agenteditor.ui.source_edit import SourceEdit

SEARCH_DELAY = 100  # milliseconds after a change of the text


class SourceSearch(QObject):
    """One search at a time: that of the bar. ``refused`` carries a sentence."""

    refused = Signal(str)

    def __init__(self, document: Document, edit: SourceEdit, bar: FindBar, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._edit = edit
        self._bar = bar
        self._found = Found()
        self._matches: list[tuple[int, int]] = []  # the same in positions of the widget
        self._start = 0  # the offset from which a query that is being typed is looked for
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_DELAY)
        self._timer.timeout.connect(self._search)
        bar.query_changed.connect(self._query_changed)
        bar.stepped.connect(self.step)
        bar.replace_wanted.connect(self.replace)
        bar.replace_all_wanted.connect(self.replace_all)
        bar.closed.connect(self.close)
        edit.cursorPositionChanged.connect(self._show)

    def open(self, *, replace: bool) -> None:
        """Open the bar, looking for what is selected if that is a word or two."""
        place = self._selected()
        self._start = place.start
        self._bar.open(place.of(self._document.text), replace=replace)
        self._search()

    def close(self) -> None:
        """Close the bar; the match that was gone to stays selected."""
        self._bar.hide()
        self._timer.stop()
        self._found = Found()
        self._edit.set_matches((), None)
        self._edit.setFocus()

    def text_changed(self) -> None:
        """The text is another one: look again, soon."""
        if self._bar.isVisible():
            self._timer.start()

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) match, round and round."""
        if not self._bar.isVisible():
            if not self._bar.query.text:
                self.open(replace=False)
                return
            self._bar.show()
        self._search()
        place = self._selected()
        spans = self._found.spans
        if step > 0:
            index = search.next_index(spans, place.end)
            if index is not None and spans[index] == place:
                index = (index + 1) % len(spans)  # an empty match, gone to before
        else:
            index = search.previous_index(spans, place.start)
        self._go_to(index)

    def replace(self) -> None:
        """Replace the match that is selected and go to the next; if none is selected only go there."""
        self._search()
        place = self._selected()
        if place not in self._found.spans:
            self.step(1)
            return
        text = self._document.text
        edits = search.replace_one(text, self._bar.query, place, self._bar.replacement, line_end(text))
        if self._applied(edits, self.tr("Replace")):
            assert not isinstance(edits, Refusal), "a refusal is not applied"
            end = place.start + sum(len(edit.insert) for edit in edits)
            self._search()
            index = search.next_index(self._found.spans, end)
            if index is None:
                self._select(Span(end, end))
            self._go_to(index)

    def replace_all(self) -> None:
        """Replace all matches as one step."""
        if self._edit.isReadOnly():
            return
        text = self._document.text
        edits = search.replace_all(text, self._bar.query, self._bar.replacement, line_end(text))
        if self._applied(edits, self.tr("Replace all")):
            self._search()
            assert not isinstance(edits, Refusal), "a refusal is not applied"
            one, more = self.tr("Replaced in 1 place."), self.tr("Replaced in {0} places.")
            self._bar.say(one if len(edits) == 1 else more.format(f"{len(edits):,}"))

    def _applied(self, edits: Edits | Refusal, label: str) -> bool:
        if isinstance(edits, Refusal):
            self._bar.say(edits.reason, error=True)
            return False
        self._document.apply(Transaction(edits, label))
        return True

    def _query_changed(self) -> None:
        self._search()
        if self._found.spans:
            self._go_to(search.next_index(self._found.spans, self._start), typed=True)

    def _search(self) -> None:
        self._timer.stop()
        if self._edit.isReadOnly():
            self._found = Found(error=self.tr("The text is too big to be searched here."))
        else:
            self._found = search.find(self._document.text, self._bar.query)
        position = self._edit.shown.position
        self._matches = [(position(start), position(end)) for start, end in self._found.spans]
        self._show()

    def _go_to(self, index: int | None, *, typed: bool = False) -> None:
        if index is None:
            return
        span = self._found.spans[index]
        self._select(span)
        if not typed:
            self._start = span.start

    def _select(self, span: Span) -> None:
        shown = self._edit.shown
        edit = self._edit
        edit.setTextCursor(edit.cursor_over(shown.position(span.start), shown.position(span.end)))
        if not edit.viewport().rect().contains(edit.cursorRect()):
            edit.centerCursor()

    def _selected(self) -> Span:
        cursor = self._edit.textCursor()
        return self._edit.shown.span(cursor.anchor(), cursor.position())

    def _show(self) -> None:
        """The matches in the widget, their number in the bar."""
        if not self._bar.isVisible() or self._timer.isActive():
            return
        spans, place = self._found.spans, self._selected()
        here = search.next_index(spans, place.start)
        if here is not None and spans[here] != place:
            here = None
        self._edit.set_matches(self._matches, None if here is None else self._matches[here])
        self._bar.show_found(self._found, here)
