"""Doing what a plan says, file by file, and undoing it: every byte is put back, or the file is named.

Both are objects whose ``steps`` is a generator: it yields after each file how far it is and may be closed
between two files. Every file is written by ``files.save`` with the version that the plan saw, so
what somebody changed meanwhile is never overwritten, only reported. The journal is on disk before the
first file is touched. A batch that was stopped, or cut off by a crash, is undone like any other. What
a batch that is not large replaces is among the saved versions, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from agenteditor.core import batch_journal, files, saved_versions, state_rooms
from agenteditor.core.batch import FileChange, Plan, Planner, Progress, Refused, named
from agenteditor.core.batch_journal import Batch, Record, Writer, recorded
from agenteditor.core.disk import make_folder
from agenteditor.core.file_problem import FileProblem, shown_path
from agenteditor.core.renaming import has_both_names, rename

Remove = Callable[[Path], None]
_MOST_IN_VERSIONS = state_rooms.SHARES["versions"] // 8


class Writing:
    """A plan being carried out. ``remove`` takes a file away so that a person can find it: the trash."""

    def __init__(self, label: str, changes: Sequence[FileChange], remove: Remove) -> None:
        self._label = label
        self._changes = changes
        self._remove = remove
        self.journal: Path | None = None  # `Batch.file`
        self.done: list[FileChange] = []
        self.skipped: list[Refused] = []

    def steps(self) -> Generator[Progress, None, None]:
        """Do it. Raises `FileProblem` before anything is touched if no journal can be kept."""
        changes = [change for change in self._changes if self._can_be_text(change)]
        if not changes:
            return
        kept = yield from recorded(changes)
        journal = Writer(self._label, changes, kept)
        self.journal = journal.file
        done: list[int] = []
        # More would drive out versions of what was edited by hand; undo of batches has all of it.
        versions = sum(len(change.before) for change in changes) <= _MOST_IN_VERSIONS
        try:
            for at, change in enumerate(changes):
                yield Progress(at, len(changes))
                reason = _carried_out(change, self._remove)
                if reason is None:
                    self.done.append(change)
                    done.append(at)
                    if versions:
                        _keep_replaced(change)
                else:
                    self.skipped.append(Refused(change.path, reason))
                    if _is_half_done(change):
                        done.append(at)  # undo takes back what there is of it
            yield Progress(len(changes), len(changes))
        finally:
            if versions:
                with suppress(OSError):
                    saved_versions.make_room()
            # The files are as they are; without this the journal only looks like that of a crash.
            with suppress(OSError):
                journal.finish(done)

    def _can_be_text(self, change: FileChange) -> bool:
        """Whether a file can hold the text; if not, it is skipped, and the others are done."""
        try:
            files.encode(change.after, change.path)
        except FileProblem as problem:
            self.skipped.append(Refused(change.path, str(problem)))
            return False
        return True

    def said(self) -> str:
        """What was done, in a sentence or few."""
        words = f"{self._label}: {_files(len(self.done))} done."
        rest = len(self._changes) - len(self.done) - len(self.skipped)
        if rest:
            words += f" Stopped: {_files(rest)} left as before."
        return words + _left_words(self.skipped)


class Undoing:
    """A batch of the journal being undone. ``kept`` is where the bytes of files left alone are."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.done: list[FileChange] = []
        self.skipped: list[Refused] = []
        self.kept: Path | None = None
        self._again: list[Record] = []

    def steps(self) -> Generator[Progress, None, None]:
        """Put everything back, the last change first. Stopped, it can be begun again.

        What only fails (a full disk) stays in the journal for one more try; then its bytes are kept too.
        """
        total = len(self._batch.records)
        left: list[Record] = []
        for at, record in enumerate(reversed(self._batch.records)):
            yield Progress(at, total)
            back = _completed(self._batch, record)
            reason = back.reason if isinstance(back, Refused) else None
            if isinstance(back, FileChange):
                reason = _carried_out(back, os.unlink)
                if reason is None:
                    self.done.append(back)
            if reason is not None:
                self.skipped.append(Refused(record.new_path or record.path, reason))
                mended = not self._batch.tried and isinstance(_completed(self._batch, record), FileChange)
                (self._again if mended else left).append(record)
        for folder in sorted(self._batch.folders, reverse=True):
            with suppress(OSError):  # something else is in there now
                folder.rmdir()
        try:
            self.kept = batch_journal.set_aside(self._batch, left)
        except FileProblem as problem:
            self.skipped.append(Refused(self._batch.file, str(problem)))
        else:
            batch_journal.leave(self._batch, self._again[::-1])
        yield Progress(total, total)

    def said(self) -> str:
        """What was put back, in a sentence or few."""
        words = f"Undone: {self._batch.label}. {_files(len(self.done))} put back.{_left_words(self.skipped)}"
        if self.kept is not None:
            words += f" What they held before is kept in {shown_path(self.kept)}."
        if self._again:
            words += " Mend what is in the way, then undo once more."
        return words


def undo_plan(batch: Batch) -> Planner:
    """What undoing a batch would change, to be looked at; `Undoing` does it."""
    changes: list[FileChange] = []
    refused: list[Refused] = []
    for at, record in enumerate(batch.records):
        yield Progress(at, len(batch.records))
        try:
            back = undone(batch, record)
        except FileProblem as problem:
            back = Refused(record.path, str(problem))
        if isinstance(back, FileChange):
            changes.append(back)
        elif back is not None:
            refused.append(back)
    yield Progress(len(batch.records), len(batch.records))
    return Plan(batch.label, tuple(changes), tuple(refused))


def undone(batch: Batch, record: Record) -> FileChange | Refused | None:
    """The change that takes back what a batch did to a file; None if there is nothing to take back.

    What the batch did is read from the disk: a file that is neither as before nor as the batch
    left it was changed by somebody else since, and is refused.
    """
    path, new_path = record.path, record.new_path
    if record.kind == "deleted":
        return _brought_back(batch, record)
    if new_path is not None and os.path.lexists(new_path) and not has_both_names(path, new_path):
        if os.path.lexists(path):
            untouched = _holds(path, record.before)  # the place was taken, so it was not moved
            return None if untouched else Refused(new_path, f"Another file is at {shown_path(path)} now.")
        path, new_path = new_path, path
    else:
        new_path = None
    try:
        present = files.load(path)
    except FileProblem as problem:
        gone = record.kind == "created" and not os.path.lexists(path)
        return None if gone else Refused(path, str(problem))
    if record.kind == "created":
        if present.stamp.digest != record.after:
            return Refused(path, _CHANGED)
        return FileChange("deleted", path, present.text, "", present.stamp)
    if present.stamp.digest == record.before:
        text = present.text
    elif present.stamp.digest == record.after:
        text = files.decode(batch.bytes_before(record))
    else:
        return Refused(path, _CHANGED)
    if new_path is None:
        return FileChange("edited", path, present.text, text, present.stamp) if text != present.text else None
    return FileChange("moved", path, present.text, text, present.stamp, new_path)


def _completed(batch: Batch, record: Record) -> FileChange | Refused | None:
    """The same as `undone`, after a name was taken away that a crash left to a file beside its old one."""
    if record.new_path is not None and has_both_names(record.path, record.new_path):
        with suppress(OSError):
            record.new_path.unlink()
    try:
        return undone(batch, record)
    except FileProblem as problem:  # the journal's own bytes
        return Refused(record.path, str(problem))


_CHANGED = "It was changed since, so it is left as it is."


def _brought_back(batch: Batch, record: Record) -> FileChange | Refused | None:
    if os.path.lexists(record.path):
        same = _holds(record.path, record.before)
        return None if same else Refused(record.path, "Another file is in its place now.")
    text = files.decode(batch.bytes_before(record))
    return FileChange("created", record.path, "", text, None, mode=record.mode)


def _holds(path: Path, digest: str) -> bool:
    try:
        return files.stamp(path).digest == digest
    except FileProblem:
        return False


def _carried_out(change: FileChange, remove: Remove) -> str | None:
    """Make one change; why it was not made, as a sentence, None if it was."""
    try:
        if change.kind == "created":
            _create(change)
        elif change.kind == "edited":
            files.save(change.path, change.after, change.stamp)
        elif files.stamp(change.path) != change.stamp:
            return "It was changed by another program meanwhile, so it is left as it is."
        elif change.kind == "deleted":
            try:
                remove(change.path)
            except OSError as error:
                return f"It cannot be removed: {(error.strerror or str(error)).rstrip('.')}."
        else:
            _move(change)
    except FileProblem as problem:
        return str(problem)
    return None


def _keep_replaced(change: FileChange) -> None:
    """Keep what a change replaced among the versions of its file, as a save in the window does."""
    if change.before and change.before != change.after and change.kind != "deleted":
        identity = change.stamp.identity if change.stamp is not None else None
        with suppress(OSError):  # the journal of the batch has it
            saved_versions.add(change.target, change.before, "found", identity[2] / 1e9 if identity else None)


def _create(change: FileChange) -> None:
    if os.path.lexists(change.path):
        raise FileProblem("exists", "save", change.path)
    make_folder(change.path.parent)
    files.save(change.path, change.after, None, change.mode)  # readable by nobody else, not for a moment


def _move(change: FileChange) -> None:
    target = change.target
    if os.path.lexists(target):
        raise FileProblem("exists", "save", target)
    make_folder(target.parent)
    stamp = files.save(change.path, change.after, change.stamp)
    try:
        rename(change.path, target)
    except FileProblem:
        with suppress(FileProblem):  # all of it or nothing; `_is_half_done` sees if not
            files.save(change.path, change.before, stamp)
        raise


def _is_half_done(change: FileChange) -> bool:
    """Whether a change that failed left something of it behind."""
    if change.kind == "deleted":
        return not os.path.lexists(change.path)
    if change.new_path is None:
        return False
    after = sha256(files.encode(change.after)).hexdigest()
    edited = change.after != change.before and _holds(change.path, after)
    return edited or has_both_names(change.path, change.new_path)


def _left_words(skipped: Sequence[Refused]) -> str:
    if not skipped:
        return ""
    return f" Left alone: {named([one.path for one in skipped])}."


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
