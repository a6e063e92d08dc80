"""Opening and saving documents: between `core.files`, the document and the person."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from agenteditor.app import dialogs, disk_dialogs
from agenteditor.app.background import Background
from agenteditor.app.titles import title
from agenteditor.core import disk_changes, files, saved_versions
from agenteditor.core.disk import is_same, is_there
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import Conflict, FileProblem, Stamp
from agenteditor.core.text import diff

Then = Callable[[bool], object]
Result = TypeVar("Result")
LONG = 5.0  # seconds without an answer of the disk, after which one may close all the same


def opened(parent: QWidget, path: Path) -> Document | None:
    """The file at ``path`` as a document; None, after a message, if it cannot be read."""
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("This file cannot be opened."), str(problem))
        return None
    return Document(loaded.text, loaded.path, stamp=loaded.stamp)


@dataclass(eq=False)
class _Write:
    """A write that is not done: of what, a document's to where, who is told about it, and since when it runs.

    ``next`` are the saves that wait for it. ``left``: somebody has closed it without waiting.
    """

    of: Document | str
    path: Path | None = None
    told: list[Then] = field(default_factory=list)
    next: list[Then] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)
    left: bool = False

    @property
    def name(self) -> str:
        return self.of if isinstance(self.of, str) else title(self.of)


class Saves(QObject):
    """The saves of one window, in threads: one at a time for each document, the others wait their turn.

    Who saves gives a ``then``, which is told whether the text is on disk now: before the call returns
    if the disk is quick, else once it has answered. Until then the document stays as it is, unsaved, and
    may be edited; what is edited meanwhile stays unsaved. ``changed`` says that `slow` did, and what else
    there is to say.

    ``is_kept`` tells whether the unsaved text of a document is safe elsewhere, ``is_in_other_tab`` whether a
    file is open beside a document, ``folder`` where new agents are suggested to go, None for the current one,
    ``is_open`` whether a document has a tab. One that was closed without waiting has none when its save ends:
    ``came_back`` carries it, and whether all of its text is surely on disk.
    """

    changed = Signal(str)
    came_back = Signal(object, bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.is_kept: Callable[[Document], bool] = lambda _document: False
        self.is_in_other_tab: Callable[[Document, Path], bool] = lambda _document, _path: False
        self.folder: Callable[[], Path | None] = lambda: None
        self.is_open: Callable[[Document], bool] = lambda _document: True
        self.window = window
        self._background = Background(self)
        self._running: dict[Document, _Write] = {}
        self._others: list[_Write] = []
        self._slow: list[_Write] = []
        self._closing: dict[tuple[Document, ...], Callable[[], object]] = {}

    def slow(self) -> tuple[Document, ...]:
        """The documents that are being saved, for longer than a moment; those that began first come first."""
        return tuple(one.of for one in self._slow if isinstance(one.of, Document))

    def slow_names(self) -> list[str]:
        """What all is being written, for longer than a moment: names for people."""
        return [one.name for one in self._slow]

    def unsaved(self, documents: Iterable[Document]) -> list[Document]:
        """Those whose text is not on disk, or not for long: others may not write their files now."""
        return [one for one in documents if one.modified or one in self._running]

    def is_left(self, document: Document) -> bool:
        """Whether somebody closed a document without waiting for its save, which the disk does not answer."""
        return document in self._running and self._running[document].left

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the threads, at the end of the program, ``seconds`` at most; whether all are done."""
        return self._background.join(seconds)

    def write(self, name: str, work: Callable[[], Result], then: Callable[[Future[Result]], object]) -> bool:
        """Write what is no document, called ``name``; whether ``then`` was told before this returned.

        ``work`` is done in a thread, and ``then`` is given what came of it.
        """
        one = _Write(name)
        self._others.append(one)

        def done(outcome: Future[Result]) -> None:
            self._others.remove(one)
            self._over(one)
            then(outcome)
            _tell(one.told, outcome.exception() is None)

        return self._started(one, work, done)

    def save(self, document: Document, then: Then) -> None:
        """Save; ask where if the document has no path. The text is the one at its turn."""
        if document in self._running:
            self._running[document].next.append(
                lambda saved: self.save(document, then) if saved else then(False)
            )
        elif document.path is None:
            self.save_as(document, then)
        elif not document.modified:
            then(True)
        else:
            stamp = document.stamp
            self._write(document, document.path, lambda: stamp, [then])

    def save_as(self, document: Document, then: Then) -> None:
        """Ask where and save there; not over a file of another tab, or one file would be two documents."""
        path = dialogs.ask_save_path(self.window, suggestion(document, self.folder()))
        if path is None:
            then(False)
        elif self.is_in_other_tab(document, path) or self.becoming(path) not in (None, document):
            reason = self.tr("{0} is open in another tab. Close that tab first, or choose another name.")
            dialogs.say(self.window, self.tr("The agent is not saved."), reason.format(path.name))
            then(False)
        else:
            # The dialog has asked about a file that is there, and not about one that comes later.
            expected = partial(stamp_of_what_is_replaced, path) if is_there(path) else lambda: None
            self._write_there(document, path, expected, then)

    def becoming(self, path: Path) -> Document | None:
        """The document that is being saved there now, if one is."""
        writes = ((document, one.path) for document, one in self._running.items())
        return next((document for document, there in writes if there and is_same(there, path)), None)

    def save_each(self, documents: Sequence[Document], then: Callable[[list[Document]], object]) -> None:
        """Save these one after the other; one that is not saved ends it. ``then`` is told which were.

        One that is closed before its turn is passed over: whoever closed it has decided about its text.
        """
        rest, saved = list(documents), list[Document]()
        ready, looping = True, False  # a loop, or many quick saves were a call in a call for each

        def go_on() -> None:
            nonlocal ready, looping
            looping = True
            while rest and ready:
                if not self.is_open(rest[0]):
                    del rest[0]
                    continue
                ready = False
                self.save(rest[0], told)
            looping = False
            if ready:
                then(saved)

        def told(answer: bool) -> None:
            nonlocal ready
            ready = True
            if answer:
                saved.append(rest.pop(0))
            else:
                rest.clear()
            if not looping:
                go_on()

        go_on()

    def may_close(self, documents: Sequence[Document], again: Callable[[], object]) -> bool:
        """Whether these may be closed now: nothing unsaved, or it was saved or given up on a question.

        Where the disk keeps them waiting they may not, and ``again`` is called once they are saved, or once
        the disk has not answered for so `LONG` that one is asked whether to wait at all.
        """
        return self._may_close(documents, [], again)

    def may_end(self, documents: Sequence[Document], again: Callable[[], object]) -> bool:
        """`may_close` for all documents, and for whatever else is being written."""
        return self._may_close(documents, self._others, again)

    def _may_close(
        self, documents: Sequence[Document], others: Sequence[_Write], again: Callable[[], object]
    ) -> bool:
        closing = tuple(documents)
        may = self._may_leave(closing, others, again) and self._may_lose(closing, again)
        if not may:
            for one in closing:
                if one in self._running:
                    self._running[one].left = False
        return may

    def _may_lose(self, closing: tuple[Document, ...], again: Callable[[], object]) -> bool:
        """Whether all of these are saved or given up, on a question."""
        decided: list[Document] = []

        def undecided() -> list[Document]:
            return [one for one in closing if one.modified and one not in decided and not self.is_left(one)]

        # Anew after each answer: a save that was left to the disk may have come back under the question.
        while unsaved := undecided():
            answer = dialogs.ask_to_save(self.window, [title(document) for document in unsaved])
            if answer == "cancel" or (answer == "save" and not self._saved_at_once(unsaved, again)):
                return False
            decided += unsaved
        return True

    def _saved_at_once(self, unsaved: Sequence[Document], again: Callable[[], object]) -> bool:
        """Save these; whether that is done. ``again`` is called if it is done later."""
        all_saved, late = False, False

        def then(saved: list[Document]) -> None:
            nonlocal all_saved
            all_saved = all(one in saved or not self.is_open(one) for one in unsaved)
            if all_saved and late:
                again()

        self.save_each(unsaved, then)
        late = True
        return all_saved

    def _may_leave(
        self, closing: tuple[Document, ...], others: Sequence[_Write], again: Callable[[], object]
    ) -> bool:
        """Whether nothing of this is being written, or it is left to a disk that does not answer."""

        def running() -> list[_Write]:
            return [*(self._running[one] for one in closing if one in self._running), *others]

        while waiting := running():
            self._closing.pop(closing, None)  # not while a question is open
            first = min(waiting, key=lambda one: one.since)
            waited = time.monotonic() - first.since
            if waited >= LONG:
                if self._asked_to_leave(waiting, running):
                    return True
                if waiting != running():
                    continue
            self._closing[closing] = again  # once, however often that is asked for
            first.told.append(partial(self._close_again, closing))
            if waited < LONG:
                rest = int(1000 * (LONG - waited)) + 1
                QTimer.singleShot(rest, self, partial(self._ask_again, closing, first))
            self.changed.emit(self.tr("It will be closed then."))
            return False
        return True

    def _asked_to_leave(self, waiting: list[_Write], running: Callable[[], list[_Write]]) -> bool:
        """Ask whether what waits for the disk is left to it; an answer of the disk ends the question."""
        documents = [one.of for one in waiting if isinstance(one.of, Document)]
        kept = all(map(self.is_kept, documents)) if documents else None
        since = min(one.since for one in waiting)

        def waited() -> float | None:
            return time.monotonic() - since if waiting == running() else None

        leave = dialogs.ask_to_leave(self.window, [one.name for one in waiting], waited, kept=kept)
        for one in waiting:
            one.left = leave
        return leave

    def _ask_again(self, closing: tuple[Document, ...], first: _Write) -> None:
        # If it has ended, somebody is being asked about it, and closing goes on with the answer.
        if first in self._others or first in self._running.values():
            self._close_again(closing, True)

    def _close_again(self, closing: tuple[Document, ...], saved: bool) -> None:
        if (again := self._closing.pop(closing, None)) is not None and saved:
            again()

    def _write_there(
        self, document: Document, path: Path, expected: Callable[[], Stamp | None], then: Then
    ) -> None:
        if document in self._running:
            waiting = self._running[document].next
            waiting.append(lambda _saved: self._write_there(document, path, expected, then))
        else:
            self._write(document, path, expected, [then])

    def _write(
        self, document: Document, path: Path, expected: Callable[[], Stamp | None], told: list[Then]
    ) -> None:
        text = document.text
        self._running[document] = one = _Write(document, path, told)
        self._started(
            one, lambda: files.save(path, text, expected()), partial(self._written, one, document, path, text)
        )

    def _started(
        self, one: _Write, work: Callable[[], Result], then: Callable[[Future[Result]], None]
    ) -> bool:
        told = self._background.run(work, then)
        if not told:
            self._slow.append(one)
            self.changed.emit("")
        return told

    def _over(self, one: _Write) -> None:
        if one in self._slow:
            self._slow.remove(one)
            self.changed.emit("")

    def _written(
        self, one: _Write, document: Document, path: Path, text: str, outcome: Future[Stamp]
    ) -> None:
        done = self._running.pop(document)
        # The next begins before others hear of this one: who does may put another document in its place.
        told = [*done.next, *done.told]
        self._over(one)
        saved = False
        try:
            document.mark_saved(path, text, outcome.result())
            saved = True
        except FileProblem as problem:
            if not self.is_open(document):
                self._say_of_closed(document, problem)
            elif one.left:  # a question whether to close it is open
                dialogs.say(self.window, self.tr("The agent is not saved."), str(problem))
            elif isinstance(problem, Conflict):
                self._decide(document, path, problem, told)
                return
            elif problem.code == "not-text":  # nor could any other file hold it
                dialogs.say(self.window, self.tr("The agent is not saved."), str(problem))
            elif dialogs.ask_copy(self.window, str(problem)):
                self.save_as(document, lambda saved: _tell(told, saved))
                return
        _tell(told, saved)
        if not self.is_open(document) and document not in self._running:
            stamp = document.stamp
            sure = saved and not document.edited and stamp is not None and stamp.durable
            self.came_back.emit(document, sure)

    def _say_of_closed(self, document: Document, problem: FileProblem) -> None:
        """Say that a document which has no tab any more is not saved, and where its text is."""
        if self.is_kept(document):
            kept = self.tr("What you typed is kept, and offered at the next start.")
            dialogs.say(self.window, self.tr("The agent is not saved."), f"{problem}\n\n{kept}")
            return
        lost = self.tr("It is closed, and what you typed could not be kept elsewhere.")
        if dialogs.ask_copy(self.window, f"{problem}\n\n{lost}", closed=True):
            self.save_as(document, lambda saved: None if saved else self._say_of_closed(document, problem))

    def _decide(self, document: Document, path: Path, conflict: Conflict, told: list[Then]) -> None:
        """Ask what to do about another file in the place of the one that was read, and do it."""
        if conflict.code == "gone":
            what = dialogs.ask_gone(self.window, path.name, str(conflict))
            if what == "again":
                self._write(document, path, lambda: None, told)
            elif what == "elsewhere":
                self.save_as(document, lambda saved: _tell(told, saved))
            else:
                _tell(told, False)
            return
        answer = dialogs.ask_conflict(self.window, path.name, str(conflict))
        found = conflict.found
        if answer == "reload":
            reload(self.window, document, path)
        elif answer in ("compare", "merge"):
            try:
                loaded = files.load(path)
            except FileProblem as problem:
                dialogs.say(self.window, self.tr("This file cannot be read again."), str(problem))
            else:
                found = loaded.stamp
                if disk_dialogs.go(self.window, document, loaded, answer) == "keep":
                    answer = "overwrite"
        if answer == "overwrite":
            self._write(document, path, partial(stamp_of_what_is_replaced, path, found), told)
        else:
            _tell(told, False)


def stamp_of_what_is_replaced(path: Path, chosen: Stamp | None = None) -> Stamp | None:
    """What a save expects at ``path``: what was ``chosen``, else what is there; a version of it is kept."""
    if chosen is None and not is_there(path):
        return None
    expected = files.stamp(path) if chosen is None else chosen
    # Without it what somebody chose to replace is replaced; that nothing can be kept, `Recovery` says.
    with suppress(FileProblem, OSError):
        loaded = files.load(path)
        written = loaded.stamp.identity[2] / 1e9 if loaded.stamp.identity else None
        saved_versions.keep(path, loaded.text, "found", written)
    return expected


def _tell(told: list[Then], saved: bool) -> None:
    for then in told:
        then(saved)


def suggestion(document: Document, folder: Path | None = None) -> Path:
    """Where a document would be saved: its path, else a file named after the agent in ``folder``, or here."""
    if document.path is not None:
        return document.path
    name = document.syntax.field("name")
    word = name.text if name is not None and name.text else "agent"
    safe = "".join(letter if letter.isalnum() or letter in "-_ " else "-" for letter in word).strip("- ")
    return (folder or Path.cwd()) / f"{safe[:60] or 'agent'}.md"


def reload(parent: QWidget, document: Document, path: Path) -> None:
    """Take the text on disk, as one step that undo takes back."""
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("This file cannot be read again."), str(problem))
        return
    disk_changes.reload(document, loaded, parent.tr("Load from disk"))


def revert(document: Document, label: str) -> None:
    """Go back to the saved text, as one step that undo takes back."""
    document.apply(Transaction(diff(document.text, document.saved_text), label))
