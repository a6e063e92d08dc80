"""Nothing is lost: open documents with unsaved changes have journals, and what a save replaced is kept.

A journal begins with the first change and ends with the save, with the undo of all changes, or when somebody
closes the document and does not want them. Whatever else ends the program leaves the journals, and the next
start offers them (`recovery_dialog`). What the disk refuses is said once and stops nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from agenteditor.app.window import Window
from agenteditor.core import saved_versions
from agenteditor.core.disk_thread import DiskThread
from agenteditor.core.document import Change, Document
from agenteditor.core.files import Stamp
from agenteditor.core.journal import Journal
from agenteditor.ui.qtext import plain

_AGAIN = 10.0  # seconds until a journal that the disk refused is tried again
_PATIENCE = 0.7  # seconds that leaving waits for the disk; the system has the text before that


@dataclass(eq=False, slots=True)
class _Followed:
    """A document, its journal, and what was last known to be on disk."""

    document: Document
    journal: Journal
    path: Path | None
    saved_text: str
    stamp: Stamp | None
    stop: Callable[[], None] = lambda: None
    not_before: float = 0.0  # when a journal that was refused may be tried again


class Recovery(QObject):
    """What keeps the texts of a window's documents. It is a child of the window."""

    _refused = Signal(object)  # an exception, from the thread

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._refused.connect(self._say)
        self._thread = DiskThread(self._failed)
        self._followed: dict[Document, _Followed] = {}
        self._left: dict[Document, _Followed] = {}  # closed while the disk did not answer for their save
        self._said = False
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._write_all)
        window.documents.added.connect(self._follow)
        window.documents.removed.connect(self._release)
        window.closed.connect(self.forget)
        window.saves.is_kept = self.holds
        window.saves.came_back.connect(self._came_back)

    def holds(self, document: Document) -> bool:
        """Whether the unsaved text of a document is in its journal, or is so now."""
        if (one := self._followed.get(document)) is not None:
            self._write(one, None)  # nobody may have typed anything since it began to be saved
        else:
            one = self._left.get(document)
        return one is not None and self._is_safe(one)

    def flush(self, seconds: float = _PATIENCE) -> bool:
        """Write and sync all journals, waiting so long at most; whether every unsaved text is safe."""
        for one in self._followed.values():
            one.not_before = 0.0
        self._write_all()
        return all(map(self._is_safe, self._followed.values())) and self._thread.finish(seconds)

    def _write_all(self) -> None:
        for one in self._followed.values():
            self._write(one, None)

    def finish_versions(self) -> None:
        """Have the versions of the saves so far kept, so that they can be listed."""
        self._thread.finish(_PATIENCE)

    def leave(self) -> None:
        """The program ends now, and nobody was asked: leave the journals for the next start."""
        if self._window.editor is not None:
            self._window.editor.take_typed()
        self.flush()
        self._end(lambda one: one.journal.leave(), 0.1)

    def forget(self) -> None:
        """The program ends, and nothing unsaved is wanted any more."""
        left = any(map(self._window.saves.is_left, (*self._followed, *self._left)))
        self._end(self._end_journal, 0.1 if left else 5.0)  # that disk does not answer

    def _end(self, end: Callable[[_Followed], None], seconds: float) -> None:
        for one in self._followed.values():
            one.stop()
            end(one)
        self._again.stop()
        self._followed.clear()
        for one in self._left.values():
            one.journal.leave()
        self._left.clear()
        self._thread.close(seconds)

    def _end_journal(self, one: _Followed) -> None:
        """End the journal at the end; one whose save never came back is for the next start."""
        if self._window.saves.is_left(one.document):
            one.journal.leave()
        else:
            one.journal.end()

    # --- documents ------------------------------------------------------------------------------

    def _follow(self, document: Document) -> None:
        one = _Followed(document, Journal(self._thread), document.path, document.saved_text, document.stamp)
        one.stop = document.subscribe(partial(self._changed, one))
        self._followed[document] = one
        self._write(one, None)

    def _release(self, document: Document) -> None:
        one = self._followed.pop(document, None)
        if one is not None:
            one.stop()
            if self._window.saves.is_left(document):
                self._left[document] = one  # nobody else offers it while its save may come back
            else:
                one.journal.end()

    def _came_back(self, document: Document, is_on_disk: bool) -> None:
        """The save of a document that was closed without waiting for it has ended."""
        one = self._left.pop(document, None)
        if one is None:
            return
        if document.stamp is not one.stamp:
            self._keep_versions(one)
        if is_on_disk:
            one.journal.end()
        else:
            one.journal.leave()

    def _changed(self, one: _Followed, change: Change) -> None:
        document = one.document
        if document.stamp != one.stamp or document.path != one.path:
            self._keep_versions(one)
        self._write(one, change)

    def _write(self, one: _Followed, change: Change | None) -> None:
        """Bring the journal in line with the document, by the edits of ``change`` if they lead there."""
        document, journal = one.document, one.journal
        # What is being saved may come to the disk in place of a text that undo brought back.
        if not self._window.saves.unsaved([document]):
            if document.stamp is None or document.stamp.durable:
                journal.end()
            return  # else it stays until the document is closed: it may be the only copy after a power cut
        if time.monotonic() < one.not_before:
            return
        base = document.stamp.digest if document.stamp is not None else None
        try:
            if (
                change is not None
                and change.edits
                and journal.about == (document.path, base)
                # A subscriber before this one may have failed, or changed the text itself.
                and journal.text == change.before.text
                and change.after.text == document.text
            ):
                journal.add(change.edits, document.text)
            elif journal.about != (document.path, base) or journal.text != document.text:
                journal.begin(document.path, base, document.text)
        except OSError as error:
            one.not_before = time.monotonic() + _AGAIN
            self._again.start(int(1000 * _AGAIN) + 1)  # nobody may type by then
            self._say(error)

    def _is_safe(self, one: _Followed) -> bool:
        written = one.journal.about is not None and one.journal.text == one.document.text
        return written or not self._window.saves.unsaved([one.document])

    def _keep_versions(self, one: _Followed) -> None:
        """The document was saved or loaded: keep what was on disk before, and what is there now."""
        document = one.document
        keep = saved_versions.keep
        if one.path is not None and one.path == document.path and one.stamp is not None:
            written = one.stamp.identity[2] / 1e9 if one.stamp.identity else None
            self._thread.do(partial(keep, one.path, one.saved_text, "found", written))
        if document.path is not None and document.stamp is not None:
            self._thread.do(partial(keep, document.path, document.saved_text, "saved"))
        one.path, one.saved_text, one.stamp = document.path, document.saved_text, document.stamp

    def _failed(self, error: Exception) -> None:
        """In the thread."""
        with suppress(RuntimeError):  # the window is gone: nobody is left to be told
            self._refused.emit(error)

    def _say(self, error: Exception) -> None:
        """Say once that the disk does not take what is kept."""
        if not isinstance(error, OSError):
            raise error  # a mistake of ours: reported as any other
        if self._said:
            return
        self._said = True
        reason = plain((error.strerror or str(error) or type(error).__name__).lower())
        sentence = self.tr(
            "Unsaved changes and earlier versions cannot be kept: {0}. Until that is mended, a crash would "
            "lose what is not saved. Save often."
        ).format(reason)
        editor = self._window.editor
        if editor is not None:
            editor.messages.say("warning", sentence)
        else:
            self._window.say(sentence)


def recovery_of(window: Window) -> Recovery:
    """What keeps the texts of this window."""
    found = window.findChild(Recovery)
    assert isinstance(found, Recovery), "make_window gives each window one"
    return found
