"""Opening and saving documents: between `core.files`, the document and the person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from agenteditor.app import dialogs, disk_dialogs
from agenteditor.app.background import Background
from agenteditor.app.titles import title
from agenteditor.core import files, saved_versions
from agenteditor.core.disk import is_there
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import Conflict, FileProblem, Stamp
from agenteditor.core.text import diff

Then = Callable[[bool], object]


def opened(parent: QWidget, path: Path) -> Document | None:
    """The file at ``path`` as a document; None, after a message, if it cannot be read."""
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("This file cannot be opened."), str(problem))
        return None
    return Document(loaded.text, loaded.path, stamp=loaded.stamp)


class Saves(QObject):
    """The saves of one window, in threads: one at a time for each document, the others wait their turn.

    Who saves gives a ``then``, which is told whether the text is on disk now: before the call returns
    if the disk is quick, else once it has answered. Until then the document stays as it is, unsaved, and
    may be edited; what is edited meanwhile stays unsaved. ``changed`` says that `slow` did, and what else
    there is to say.
    """

    changed = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._background = Background(self)
        self._running: dict[Document, list[Then]] = {}
        self._slow: list[Document] = []
        self._closing: dict[tuple[Document, ...], Callable[[], object]] = {}

    def slow(self) -> tuple[Document, ...]:
        """The documents that are being saved, for longer than a moment; those that began first come first."""
        return tuple(self._slow)

    def unsaved(self, documents: Iterable[Document]) -> list[Document]:
        """Those whose text is not on disk, or not for long: others may not write their files now."""
        return [one for one in documents if one.modified or one in self._running]

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the threads, at the end of the program, ``seconds`` at most; whether all are done."""
        return self._background.join(seconds)

    def save(self, document: Document, then: Then) -> None:
        """Save; ask where if the document has no path. The text is the one at its turn."""
        if document in self._running:
            self._running[document].append(lambda saved: self.save(document, then) if saved else then(False))
        elif document.path is None:
            self.save_as(document, then)
        elif not document.modified:
            then(True)
        else:
            stamp = document.stamp
            self._write(document, document.path, lambda: stamp, [then])

    def save_as(self, document: Document, then: Then) -> None:
        """Ask where and save there."""
        path = dialogs.ask_save_path(self._window, suggestion(document))
        if path is None:
            then(False)
        elif document in self._running:
            self._running[document].append(lambda _saved: self._write_there(document, path, then))
        else:
            self._write_there(document, path, then)

    def save_each(self, documents: Sequence[Document], then: Callable[[list[Document]], object]) -> None:
        """Save these one after the other; one that is not saved ends it. ``then`` is told which were."""
        rest, saved = list(documents), list[Document]()
        ready, looping = True, False  # a loop, or many quick saves were a call in a call for each

        def go_on() -> None:
            nonlocal ready, looping
            looping = True
            while rest and ready:
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

        Where the disk keeps them waiting they may not, and ``again`` is called once they are saved.
        """
        closing = tuple(documents)
        running = next((one for one in documents if one in self._running), None)
        if running is not None:
            self._closing[closing] = again  # once, however often that is asked for
            self._running[running].append(partial(self._close_again, closing))
            self.changed.emit(self.tr("It will be closed then."))
            return False
        unsaved = [document for document in documents if document.modified]
        if not unsaved:
            return True
        answer = dialogs.ask_to_save(self._window, [title(document) for document in unsaved])
        if answer != "save":
            return answer == "discard"
        all_saved, late = False, False

        def then(saved: list[Document]) -> None:
            nonlocal all_saved
            all_saved = len(saved) == len(unsaved)
            if all_saved and late:
                again()

        self.save_each(unsaved, then)
        late = True
        return all_saved

    def _close_again(self, closing: tuple[Document, ...], saved: bool) -> None:
        if (again := self._closing.pop(closing, None)) is not None and saved:
            again()

    def _write_there(self, document: Document, path: Path, then: Then) -> None:
        # The dialog has asked whether a file that is there may be replaced.
        there = partial(_stamp_of_what_is_replaced, path)
        self._write(document, path, there, [then])

    def _write(
        self, document: Document, path: Path, expected: Callable[[], Stamp | None], told: list[Then]
    ) -> None:
        text = document.text
        self._running[document] = told
        if not self._background.run(
            lambda: files.save(path, text, expected()), partial(self._written, document, path, text)
        ):
            self._slow.append(document)
            self.changed.emit("")

    def _written(self, document: Document, path: Path, text: str, outcome: Future[Stamp]) -> None:
        told = self._running.pop(document)
        if document in self._slow:
            self._slow.remove(document)
            self.changed.emit("")
        saved = False
        try:
            document.mark_saved(path, text, outcome.result())
            saved = True
        except Conflict as conflict:
            self._decide(document, path, conflict, told)
            return
        except FileProblem as problem:
            if problem.code == "not-text":  # nor could any other file hold it
                dialogs.say(self._window, self.tr("The agent is not saved."), str(problem))
            elif dialogs.ask_copy(self._window, str(problem)):
                self.save_as(document, lambda saved: _tell(told, saved))
                return
        _tell(told, saved)

    def _decide(self, document: Document, path: Path, conflict: Conflict, told: list[Then]) -> None:
        """Ask what to do about another file in the place of the one that was read, and do it."""
        if conflict.code == "gone":
            what = dialogs.ask_gone(self._window, path.name, str(conflict))
            if what == "again":
                self._write(document, path, lambda: None, told)
            elif what == "elsewhere":
                self.save_as(document, lambda saved: _tell(told, saved))
            else:
                _tell(told, False)
            return
        answer = dialogs.ask_conflict(self._window, path.name, str(conflict))
        found = conflict.found
        if answer == "reload":
            reload(self._window, document, path)
        elif answer in ("compare", "merge"):
            try:
                loaded = files.load(path)
            except FileProblem as problem:
                dialogs.say(self._window, self.tr("This file cannot be read again."), str(problem))
            else:
                found = loaded.stamp
                if disk_dialogs.go(self._window, document, loaded, answer) == "keep":
                    answer = "overwrite"
        if answer == "overwrite":
            self._write(document, path, partial(_stamp_of_what_is_replaced, path, found), told)
        else:
            _tell(told, False)


def _stamp_of_what_is_replaced(path: Path, chosen: Stamp | None = None) -> Stamp | None:
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


def suggestion(document: Document) -> Path:
    """Where a document would be saved: its path, else a file named after the agent."""
    if document.path is not None:
        return document.path
    name = document.syntax.field("name")
    word = name.text if name is not None and name.text else "agent"
    safe = "".join(letter if letter.isalnum() or letter in "-_ " else "-" for letter in word).strip("- ")
    return Path.cwd() / f"{safe[:60] or 'agent'}.md"


def reload(parent: QWidget, document: Document, path: Path) -> None:
    """Take the text on disk, as one step that undo takes back."""
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        dialogs.say(parent, parent.tr("This file cannot be read again."), str(problem))
        return
    document.apply(Transaction(diff(document.text, loaded.text), parent.tr("Load from disk")))
    document.mark_saved(path, loaded.text, loaded.stamp)


def revert(document: Document, label: str) -> None:
    """Go back to the saved text, as one step that undo takes back."""
    document.apply(Transaction(diff(document.text, document.saved_text), label))
