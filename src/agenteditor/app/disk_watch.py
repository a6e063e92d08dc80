"""Watches the files of the open agents, wherever they are, and offers what can be done when one changes.

A watch, the window used again, two seconds gone: each is only a reason for a look, which reads the files and
compares contents; so nothing depends on which event the system sent, or whether it did. Looks are made on a
thread: a disk that does not answer holds up nothing but its own files. What a look finds counts when a
second one, a moment later, finds the same: programs that save by deleting or emptying a file first are not
taken for somebody who did. ``core.disk_changes`` decides, the bar of the agent says and offers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from agenteditor.app import disk_bar, disk_dialogs
from agenteditor.app.titles import title
from agenteditor.core import disk_changes
from agenteditor.core.disk import Stamp, is_same
from agenteditor.core.disk_calls import DiskCalls
from agenteditor.core.disk_changes import Found, Look, Weighed
from agenteditor.core.document import Change, Document
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.files import Loaded
from agenteditor.ui.catalog_watch import FolderWatch
from agenteditor.ui.message_bar import MessageBar
from agenteditor.ui.qtext import plain

POLL_MS = 2_000
SETTLE_MS = 150  # between the first look that finds something new and the one that makes it count
_MOST_WAITS = 4  # looks in a row that may each find something else; then the last one counts
_ANSWER_MS = 10
_SHARE = 25  # looks may take one of this many parts of the time of the thread
_MERGE_MS = 400  # from the last change of a text to a new look at how it merges

Open = tuple[Document, MessageBar]


@dataclass
class _File:
    """What is known of the file of one document. ``watched`` are the paths that tell of it."""

    seen: str = ""  # the last look: a digest, or why there is none
    waits: int = 0
    read: Stamp | None = None  # what was there when it could last be read
    asked: tuple[Path | None, Stamp | None] = (None, None)
    watched: frozenset[str] = frozenset()
    told: Loaded | FileProblem | None = None  # what the bar speaks of
    told_for: Stamp | None = None  # the document's version when it began to
    conflicts: int = 0  # of a merge with it
    new_place: Path | None = None
    unsubscribe: Callable[[], None] = lambda: None


class DiskWatch(QObject):
    """``opened`` gives the open agents with their bars, ``folders`` where a moved file is looked for.

    The files of those that are ``saving`` are left alone: it is this window that writes them.

    ``said`` carries a sentence for the status bar; the other signals a document: to be saved, saved
    elsewhere or closed, and one that goes on at another place.
    """

    said = Signal(str)
    save_wanted = Signal(object)
    save_as_wanted = Signal(object)
    close_wanted = Signal(object)
    moved = Signal(object)

    def __init__(
        self,
        window: QWidget,
        opened: Callable[[], Sequence[Open]],
        folders: Callable[[], Sequence[Path]],
        saving: Callable[[], Sequence[Document]],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._opened = opened
        self._folders = folders
        self._saving = saving
        self._files: dict[Document, _File] = {}
        self._calls = DiskCalls()
        self._again = self._closed = False
        self._late: set[Document] = set()
        self._sentence = ""
        self._covered: set[str] = set()
        self._began = time.monotonic()
        self.watch = FolderWatch(self)
        self.watch.stirred.connect(self.look)
        self._poll = _timer(self, POLL_MS, self.look)
        self._poll.start()
        self._settling = _timer(self, SETTLE_MS, self.look, once=True)
        self._answering = _timer(self, _ANSWER_MS, self._take)
        self._merging = _timer(self, _MERGE_MS, self._say_again, once=True)
        if (app := QApplication.instance()) is not None:
            app.aboutToQuit.connect(self.close)

    def close(self) -> None:
        """Look no more, and wait a moment for the looks that are out."""
        self._closed = True
        for timer in (self._poll, self._settling, self._answering, self._merging):
            timer.stop()
        self._calls.close()

    @property
    def busy(self) -> bool:
        """Whether a look is going on, or a second one is due."""
        return bool(self._calls.out) or self._settling.isActive() or self._again

    # --- looking -------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at the files of all open agents. What comes of it is told later."""
        if self._closed:
            return
        opened = {document: bar for document, bar in self._opened() if _has_file(document)}
        for document in [one for one in self._files if one not in opened]:
            self._files.pop(document).unsubscribe()
        if any(document in self._calls.out for document in opened):
            self._again = True  # what is being read may be older than the reason for this look
        calls: dict[object, Callable[[], object]] = {}
        for document in opened:
            if document in self._calls.out or document.path is None:
                continue
            file = self._files.setdefault(document, _File())
            file.asked = (document.path, document.stamp)
            calls[document] = partial(disk_changes.look, document.path)
        if calls:
            self._began = time.monotonic()
            self._calls.start(calls)
            self._answering.start()

    def _take(self) -> None:
        """Take the answers that have come; under a question that is being answered nothing changes."""
        answers = self._calls.answers()
        bars = dict(self._opened())
        asked = QApplication.activeModalWidget() is not None
        for name, answer in answers:
            if isinstance(name, Document) and isinstance(answer, Look):
                self._late.discard(name)
                if name in bars and not asked:
                    self._consider(name, bars[name], answer)
            elif isinstance(name, tuple) and isinstance(answer, Path) and name[0] in bars:
                self._found_again(name[0], bars[name[0]], answer)
            elif isinstance(answer, Weighed) and isinstance(name, tuple) and name[0] in bars:
                self._weighed(name[0], bars[name[0]], answer)
            elif isinstance(answer, Exception):
                raise answer  # a mistake of ours: reported as any other
        for late in self._calls.late:
            if isinstance(late, Document) and late in bars and late not in self._late:
                self._late.add(late)
                self.said.emit(self.tr("The disk that holds {0} does not answer.").format(title(late)))
        if self._calls.out:
            return
        self._answering.stop()
        self._cover((time.monotonic() - self._began) * 1000)
        if self._again:
            self._again = False
            self.look()

    def _cover(self, took_ms: float) -> None:
        """Watch what was just looked at: of those paths it is known that their disk answers."""
        if self.watch.settled and self.watch.sentence != self._sentence:  # of the time since the last look
            self._sentence = self.watch.sentence
            if self._sentence:
                self.said.emit(self._sentence)
        paths = {path for file in self._files.values() for path in file.watched}
        if paths != self._covered or self.watch.lost:
            self._covered = paths
            self.watch.cover((), sorted(paths), 0, took_ms)
        self._poll.setInterval(max(POLL_MS, round(took_ms * _SHARE)))

    # --- what a look found -----------------------------------------------------------------------

    def _consider(self, document: Document, bar: MessageBar, look: Look) -> None:
        file = self._files.setdefault(document, _File())
        path, stamp = file.asked
        if document in self._saving():
            return
        if document.path != path or document.stamp is not stamp:
            self._again = True  # it was saved or reloaded meanwhile: this look is of the time before
            return
        file.watched = _paths(look)
        found = look.found
        if isinstance(found, Loaded):
            file.read = found.stamp
        seen = found.code + found.detail if isinstance(found, FileProblem) else found.stamp.digest
        if disk_changes.is_as_saved(document, found):
            file.seen, file.waits = seen, 0
            self._clear(file, bar)
        elif seen != file.seen and file.waits < _MOST_WAITS:
            file.seen = seen
            file.waits += 1
            self._settling.start()
        else:
            file.seen, file.waits = seen, 0
            self._tell(document, bar, found)

    def _tell(self, document: Document, bar: MessageBar, found: Found) -> None:
        """Let the document take what was found, and say what came of it."""
        file = self._files[document]
        state = disk_changes.settle(document, found, self.tr("Load from disk"))
        if state in ("same", "followed"):
            self._clear(file, bar)
            if state == "followed":
                sentence = self.tr("{0} was changed by another program; undo brings the text before it back.")
                self.said.emit(sentence.format(title(document)))
            return
        if file.told is None:
            file.unsubscribe = document.subscribe(partial(self._changed, document))
        first = not _alike(file.told, found)
        file.told, file.told_for = found, document.stamp
        if first:
            file.new_place = None
            if isinstance(found, Loaded):
                self._weigh(document, found)
                return
            self._show(document, bar)
            stamp = file.read or document.stamp
            if state == "gone" and stamp is not None and document.path is not None:
                self._search(document, document.path, stamp)

    def _clear(self, file: _File, bar: MessageBar) -> None:
        file.unsubscribe()
        file.unsubscribe = lambda: None
        file.told = file.told_for = file.new_place = None
        bar.hide()

    def _changed(self, document: Document, change: Change) -> None:
        """A document that the bar speaks of was changed: saved, merged, undone, or typed into."""
        file, bar = self._files.get(document), dict(self._opened()).get(document)
        if file is None or bar is None:
            return
        saved = document.stamp is not None and document.stamp is not file.told_for
        if saved or (isinstance(file.told, FileProblem) and not document.orphaned):
            self._clear(file, bar)
            QTimer.singleShot(0, self, self.look)
        elif change.edits:
            self._merging.start()

    def _say_again(self) -> None:
        """How texts merge may be different after typing."""
        for document, bar in self._opened():
            file = self._files.get(document)
            if file is not None and isinstance(file.told, Loaded):
                if file.told.text == document.text:
                    self._tell(document, bar, file.told)
                else:
                    self._weigh(document, file.told)

    def _weigh(self, document: Document, loaded: Loaded) -> None:
        """Find out how the texts merge; then the bar says so."""
        call = partial(disk_changes.weighed, document.saved_text, document.text, loaded)
        self._calls.start({(document, "merge"): call})
        self._answering.start()

    def _weighed(self, document: Document, bar: MessageBar, weighed: Weighed) -> None:
        file = self._files.get(document)
        if file is None or not isinstance(file.told, Loaded):
            return
        if _alike(file.told, weighed.loaded) and weighed.still_of(document):
            file.conflicts = weighed.conflicts
            self._show(document, bar)
        else:
            self._weigh(document, file.told)

    def _search(self, document: Document, path: Path, stamp: Stamp) -> None:
        taken = [one.path for one, _ in self._opened() if one.path is not None]
        search = partial(disk_changes.moved_to, path, stamp, list(self._folders()), taken)
        self._calls.start({(document, "moved"): search})
        self._answering.start()

    def _found_again(self, document: Document, bar: MessageBar, place: Path) -> None:
        file = self._files.get(document)
        if file is not None and document.orphaned == "gone" and isinstance(file.told, FileProblem):
            file.new_place = place
            self._show(document, bar)

    # --- ways to go on ---------------------------------------------------------------------------

    def _show(self, document: Document, bar: MessageBar) -> None:
        """Say what is there now, and what can be done."""
        file = self._files[document]
        if isinstance(file.told, FileProblem):
            notice = disk_bar.of_problem(document, file.told, file.new_place)
        else:
            notice = disk_bar.of_change(document, file.conflicts)
        actions = {disk_bar.label(way): partial(self._go, document, way) for way in notice.ways}
        tips = {disk_bar.label(way): disk_bar.tip(way) for way in notice.ways}
        bar.say("warning", notice.sentence, actions, tips)

    def _go(self, document: Document, way: disk_bar.Way) -> None:
        file = self._files.get(document)
        if file is None:
            return
        if way == "close":
            self.close_wanted.emit(document)
        elif way == "there":
            if file.new_place is not None:
                self._go_on_at(document, file.new_place)
        elif way == "again":
            disk_changes.begin_anew(document)
            self.save_wanted.emit(document)
        elif way == "elsewhere":
            self.save_as_wanted.emit(document)
        elif isinstance(file.told, Loaded):
            gone = disk_dialogs.go(self._window, document, file.told, way)
            if gone:
                self.said.emit(disk_dialogs.said_of(gone))

    def _go_on_at(self, document: Document, place: Path) -> None:
        others = (one.path for one, _ in self._opened() if one is not document)
        if any(path is not None and is_same(path, place) for path in others):
            self.said.emit(self.tr("{0} is open in another tab.").format(plain(place.name)))
            return
        disk_changes.go_on_at(document, place)
        self.said.emit(self.tr("Going on with {0}").format(plain(str(document.path))))
        self.moved.emit(document)


def _has_file(document: Document) -> bool:
    return document.path is not None and (document.stamp is not None or bool(document.orphaned))


def _paths(look: Look) -> frozenset[str]:
    """What tells of a change: the file for what is written into it, the folders for all else."""
    return frozenset(
        str(path) for place in {look.path.absolute(), look.real} for path in (place, place.parent)
    )


def _alike(told: Found | None, found: Found) -> bool:
    if isinstance(told, Loaded) and isinstance(found, Loaded):
        return told.stamp == found.stamp
    if isinstance(told, FileProblem) and isinstance(found, FileProblem):
        return (told.code, told.detail) == (found.code, found.detail)
    return False


def _timer(parent: QObject, interval: int, slot: Callable[[], object], *, once: bool = False) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(interval)
    timer.setSingleShot(once)
    timer.timeout.connect(slot)
    return timer
