"""Find in all agents: what to look for, the places found file by file, and what a replacement would change.

It searches while one types, a few files at a time between two looks at the event queue, and drops a search
that is out of date. Where to look it is told; where to go, and what to write, it tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.search import Query
from agenteditor.core.search_files import (
    Hits,
    Plan,
    Replacement,
    Stopped,
    Target,
    accepts,
    harm,
    plan_files,
    refusal,
    search_files,
)
from agenteditor.ui import theme
from agenteditor.ui.diff_view import DiffView
from agenteditor.ui.icons import icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.search_fields import SearchFields
from agenteditor.ui.search_rows import SearchRows

DELAY = 150  # milliseconds after the last key
_LEAST = 52  # pixels: two rows
_PATIENCE = 0.3  # seconds that a place which was found may wait to be shown, unless there are many
_MANY = 300  # files
_MOST_NAMED = 3  # files that were skipped and are named at once; the others where the mouse rests
_SLICE = 0.01  # seconds of work between two looks at the event queue

# What there is to look in, and a sentence about what cannot be looked in ("" if there is nothing to say).
Targets = Callable[[], tuple[list[Target], str]]
# Writes one text after the other: for each, "" or a sentence why it was left as it is; None while it gets
# ready. It may be closed between two texts, and returns a sentence about undo.
Writing = Generator[str | None, None, str]
Write = Callable[[Sequence[Replacement]], Writing]


class SearchView(QWidget):
    """The view. ``wanted`` carries a `Target` and a `Hit` or None; ``looked`` is emitted before a search
    that shall see new files; ``written`` after texts were replaced; ``closed`` when it shall go."""

    wanted = Signal(object, object)
    looked = Signal()
    written = Signal()
    closed = Signal()

    def __init__(self, targets: Targets, write: Write, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._targets, self._write = targets, write
        self._found: list[Hits | Plan] = []
        self._steps: Iterator[Hits | Plan | Stopped | None] = iter(())
        self._writing: Writing | None = None
        self._skipped: list[str] = []
        self._all = self._done = self._places = self._texts = self._unread = self._to_write = 0
        self._shown_at = 0.0  # when rows were last shown, in seconds
        self._more = False
        self._notes: list[str] = []
        self._report = ""
        self._delay = self._timer_for(self._start, DELAY)
        self._delay.setSingleShot(True)
        self._timer = self._timer_for(self._step, 0)
        self._preview = self._timer_for(self._show_preview, 0)
        self._preview.setSingleShot(True)
        self._build()
        self._show_state()

    # --- what the owner asks and tells ----------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether it searches, or is about to, or writes."""
        return self._delay.isActive() or self._timer.isActive()

    def open(self, words: str = "", *, replace: bool) -> None:
        """Show the fields with the focus in them, looking for ``words`` unless they are empty."""
        self.fields.open(words, replace=replace)
        self._right.setVisible(replace)
        self._look()

    def take_focus(self) -> None:
        """Put the focus where it is of most use."""
        if self._found:
            self.rows.take_focus()
        else:
            self.fields.words.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.fields = SearchFields()
        self.fields.changed.connect(self._typed)
        self.fields.replace_wanted.connect(self._replace)
        self.fields.closed.connect(self.closed)
        self.rows = SearchRows()
        self.rows.wanted.connect(lambda number, hit: self.wanted.emit(self._hits(number).target, hit))
        self.rows.preview_wanted.connect(self._preview.start)
        self.rows.left.connect(self.fields.words.setFocus)
        self.diff = DiffView(empty=self.tr("The replacement changes nothing here."))
        self.warning, self.sentence, self.nothing = QLabel(), QLabel(), QLabel()
        for label in (self.warning, self.sentence, self.nothing):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setForegroundRole(self.nothing.foregroundRole().PlaceholderText)
        self._sign, self._warning_sign = QLabel(), QLabel()
        self._sentence_row = _signed(self._sign, self.sentence)
        self._warning_row = _signed(self._warning_sign, self.warning)
        self._right = _column(self._warning_row, self.diff)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.rows)
        halves.addWidget(self._right)
        halves.setSizes([400, 500])
        self._pages = QStackedWidget()
        self._pages.addWidget(self.nothing)
        self._pages.addWidget(halves)
        below = _column(self._sentence_row, self._pages)
        below.setMinimumHeight(_LEAST)  # so that a window of 600 pixels has room for it
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.GAP, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self.fields)
        layout.addWidget(below, 1)
        QWidget.setTabOrder(self.fields.close_button, self.rows)
        QWidget.setTabOrder(self.rows, self.diff.list)

    def _timer_for(self, slot: Callable[[], None], interval: int) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer

    # --- searching ------------------------------------------------------------------------------

    def _typed(self) -> None:
        self._report = ""
        self._skipped = []
        if self._writing is None:
            self._timer.stop()  # what it finds is out of date, and may not be written
            self._delay.start()
            self._show_state()

    def _look(self) -> None:
        """Search at once, in files that are new too."""
        self.looked.emit()
        self._start()

    def _start(self) -> None:
        """Begin a search; whatever another one has found goes."""
        if self._writing is not None:
            return
        self._delay.stop()
        self.rows.clear()
        self._found = []
        self._done = self._places = self._texts = self._unread = 0
        self._more = False
        query = self.fields.query
        targets, note = self._targets() if query.text else ([], "")
        wanted = [target for target in targets if accepts(target.name, self.fields.only.text())]
        self._all = len(wanted)
        self._notes = [note] if note else []
        self._steps = (
            plan_files(wanted, query, self.fields.replacement.text())
            if self.fields.replaces
            else search_files(wanted, query)
        )
        self._timer.start()
        self._step()

    def _step(self) -> None:
        """Search some files, or write some."""
        end = time.perf_counter() + _SLICE
        while time.perf_counter() < end:
            if self._writing is not None:
                if not self._write_one(self._writing):
                    return
                continue
            try:
                found = next(self._steps)
            except StopIteration:
                self._timer.stop()
                self.rows.show_added()
                break
            if isinstance(found, Stopped):
                self._notes.append(found.reason)
                continue
            self._done += 1
            if found is not None:
                self._add(found)
        patient = self.rows.found.rowCount() > _MANY or time.perf_counter() < self._shown_at + _PATIENCE
        if self.rows.found.is_due or not patient:
            self._shown_at = time.perf_counter()
            self.rows.show_added()
        self._show_state()

    def _add(self, found: Hits | Plan) -> None:
        number = len(self._found)
        self._found.append(found)
        hits = self._hits(number)
        self._places += hits.count
        self._texts += bool(hits.count)
        self._unread += bool(hits.problem)
        self._more = self._more or hits.more
        if isinstance(found, Hits):
            self.rows.add_found(found)
            return
        worse = harm(found.replacement(lambda _index: True)) if found.edits else ""
        warning = self._harm_words(worse, ticked=False) if worse else ""
        self.rows.add_found(hits, ticks=not worse, warning=warning)

    def _hits(self, number: int) -> Hits:
        found = self._found[number]
        return found if isinstance(found, Hits) else found.found

    # --- showing --------------------------------------------------------------------------------

    def _show_state(self) -> None:
        """Numbers, sentences and the button, as they are now."""
        query = self.fields.query
        refused = refusal(query)
        notes = [*filter(None, (self._report, refused)), *self._notes]
        if self._unread:
            notes.append(self.tr("{0} could not be searched: see the list.").format(_files(self._unread)))
        self._say(" ".join(notes), error=bool(refused or self._notes or self._unread or self._skipped))
        self.fields.count.setText(self._counted() if query.text and not refused else "")
        self._pages.setCurrentIndex(1 if self._found else 0)
        self.nothing.setText(self._empty_words(query, refused))
        if self._writing is not None:
            self.fields.replace_button.setText(self.tr("Stop"))
            self.fields.replace_button.setEnabled(True)
        elif self.fields.replaces:
            places, texts = (0, 0) if self.is_busy else self._ticked()
            self.fields.replace_button.setText(
                self.tr("Replace {0} in {1}").format(_places(places), _files(texts))
                if places
                else self.tr("Replace")
            )
            self.fields.replace_button.setEnabled(bool(places))
        self.fields.show_refused(bool(refused), self.sentence.text() or self.fields.count.text())

    def _counted(self) -> str:
        if self._writing is not None:
            return self.tr("Writing {0} of {1}…").format(f"{self._done:,}", f"{self._to_write:,}")
        searching = ""
        if self._timer.isActive():
            searching = self.tr("searching {0} of {1}").format(f"{self._done:,}", f"{self._all:,}")
        if not self._texts:
            return searching or ("" if self._report else self.tr("No matches"))
        words = _places(self._places)
        if self._more:
            words = self.tr("more than {0}").format(words)
        words = self.tr("{0} in {1}").format(words, _files(self._texts))
        return f"{words} · {searching}" if searching else words

    def _empty_words(self, query: Query, refused: str) -> str:
        if not query.text:
            return self.tr("Type what to look for: all agents of the folder and all open ones are searched.")
        if refused or self.is_busy or self._report:
            return ""
        if not self._all:
            if self.fields.only.text().strip():
                return self.tr("No file has a name that fits “{0}”.").format(
                    plain(self.fields.only.text().strip())
                )
            return self.tr("There is nothing to search: open a folder of agents first.")
        return self.tr("Nothing found in {0}.").format(_files(self._all))

    def _say(self, sentence: str, *, error: bool) -> None:
        self.sentence.setText(plain(sentence))
        self._sentence_row.setVisible(bool(sentence))
        sign = severity_icon("warning") if error else icon("info")
        self._sign.setPixmap(sign.pixmap(side(self), side(self)))

    def _show_preview(self) -> None:
        """What the ticked places change in the file of the current row."""
        number = self.rows.current_file()
        plan = self._found[number] if number is not None and number < len(self._found) else None
        if isinstance(plan, Plan) and plan.edits and number is not None:
            ticked = self.rows.found.ticked_of(number)
            # With nothing ticked: what would change if all were, and why it is not.
            change = plan.replacement(lambda place: not ticked or self.rows.found.is_ticked(number, place))
            worse = harm(change)
            self.diff.show_texts(change.before, change.after)
            self.diff.show_first_change()
            words = self._harm_words(worse, ticked=bool(ticked))
        else:
            self.diff.show_texts("", "")
            worse = words = ""
        self.warning.setText(plain(words))
        sign = severity_icon("warning") if worse else icon("info")
        self._warning_sign.setPixmap(sign.pixmap(side(self), side(self)))
        self._warning_row.setVisible(bool(words))
        self._show_state()

    def _harm_words(self, worse: str, *, ticked: bool) -> str:
        if worse:
            words = self.tr("The agent would load worse: {0}")
            return (words if ticked else self.tr("Not ticked. {0}").format(words)).format(worse)
        return "" if ticked else self.tr("Not ticked: this file stays as it is.")

    # --- replacing ------------------------------------------------------------------------------

    def _ticked(self) -> tuple[int, int]:
        """How many places are ticked, in how many files."""
        places = texts = 0
        for number, plan in enumerate(self._found):
            if isinstance(plan, Plan):
                here = self.rows.found.ticked_of(number)
                places, texts = places + here, texts + bool(here)
        return places, texts

    def changes(self) -> tuple[Replacement, ...]:
        """The texts that change where boxes are ticked."""
        made = [
            plan.replacement(lambda place, number=number: self.rows.found.is_ticked(number, place))  # type: ignore[misc]
            for number, plan in enumerate(self._found)
            if isinstance(plan, Plan) and self.rows.found.ticked_of(number)
        ]
        return tuple(change for change in made if change.before != change.after)

    def _replace(self) -> None:
        """Begin to write what is ticked; or stop it."""
        if self._writing is not None:
            self._writing.close()
            self._finish(
                self.tr("Stopped: {0} of {1} done.").format(f"{self._done:,}", f"{self._to_write:,}"), ""
            )
            return
        changes = self.changes()
        self._skipped = []
        self._done, self._to_write = 0, len(changes)
        self._writing = self._write(changes)
        self._timer.start()
        self._show_state()

    def _write_one(self, writing: Writing) -> bool:
        """Write one text; False after the last one."""
        try:
            sentence = next(writing)
        except StopIteration as end:
            self._finish("", end.value)
            return False
        self._done += sentence is not None
        if sentence:
            self._skipped.append(sentence)
        return True

    def _finish(self, stopped: str, undo: str) -> None:
        self._timer.stop()
        self._writing = None
        done = self._done - len(self._skipped)
        skipped = list(dict.fromkeys(self._skipped))  # one reason may hold for all
        words = [stopped or self.tr("Replaced in {0}.").format(_files(done)), undo, *skipped[:_MOST_NAMED]]
        if len(skipped) > _MOST_NAMED:
            left = len(skipped) - _MOST_NAMED
            words.append(self.tr("{0} more were left as they are: rest the mouse here.").format(_files(left)))
        self._report = " ".join(filter(None, words))
        self.sentence.setToolTip(tool_tip("\n".join(skipped)))
        self.written.emit()
        self._look()

    # --- keys and looks -------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, Enter in a field searches again, Down leads to the places."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.fields.replace_button.hasFocus():
                self.fields.replace_button.click()
            else:
                self._look()
        elif event.key() == Qt.Key.Key_Down and self._found:
            self.rows.take_focus()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """A search that nobody sees ends; what is being written is written."""
        super().hideEvent(event)
        if self._writing is None and not event.spontaneous():
            self._delay.stop()
            self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_preview"):
            self._show_state()


def _column(top: QWidget, rest: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(top)
    layout.addWidget(rest, 1)
    return column


def _signed(sign: QLabel, label: QLabel) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
    layout.setSpacing(theme.GAP)
    layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    layout.addWidget(label, 1)
    row.hide()
    return row


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count:,} places"
