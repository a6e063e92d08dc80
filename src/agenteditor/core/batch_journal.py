"""What a batch is about to do, on disk before it does it, so that it can be undone: also after a crash.

Each batch has two files in the state folder, readable by this user alone: ``ID.json`` says what
happens to which file, by digest, and ``ID.bytes`` holds the bytes of before. They are
synced before the first file is touched. Undoing needs no record of how far a batch came: what
stands on disk says it, file by file (`batch_write`).

It does not grow without end: the newest 20 batches are kept, of these the newest that together take up no
more than their share (`state_rooms`), and the newest one always, whatever its size. A new file takes up only
its record, about 250 bytes. What an undo set aside stays, since people were told where it is.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, cast, get_args

from agenteditor.core import files, state_rooms
from agenteditor.core.batch import FileChange, Kind, Progress
from agenteditor.core.disk import LIMIT, READING, Stamp, close, content, problems, stamp_of, write_all
from agenteditor.core.file_problem import FileProblem

if sys.platform != "win32":
    import fcntl

_MOST = 20  # batches kept
_MOST_BYTES = state_rooms.SHARES["batches"]  # of all that is kept of them, the newest batch always
_BEGINNING = 4096  # bytes
_LONGEST = 200  # bytes of a file's name behind a number


@dataclass(frozen=True, slots=True)
class Record:
    """What a batch did, or would have done, to one file.

    ``before`` and ``after`` are digests of its content, "" where there was no file; ``start`` and ``size``
    the place of the bytes of before. ``mode`` are its rights, None if they are no matter.
    """

    kind: Kind
    path: Path
    new_path: Path | None
    before: str
    after: str
    start: int
    size: int
    mode: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch in the journal. ``folders`` are those it made. ``finished``: not cut off half way.

    ``tried``: it was undone, but for these records, which failed.
    """

    file: Path
    label: str
    records: tuple[Record, ...]
    folders: tuple[Path, ...]
    finished: bool
    tried: bool = False

    def bytes_before(self, record: Record) -> bytes:
        """The bytes of a file before the batch. Raises `FileProblem` if they are damaged."""
        path = self.file.with_suffix(".bytes")
        with problems("open", path):
            data = self.bytes_kept(record)
            if _digest(data) != record.before:
                raise OSError(errno.EIO, "the copy of the bytes is damaged")
        return data

    def bytes_kept(self, record: Record) -> bytes:
        """What is there of them, damaged or not. Raises OSError."""
        with self.file.with_suffix(".bytes").open("rb") as stream:
            stream.seek(record.start)
            return stream.read(record.size)


class Recorded(NamedTuple):
    """What the journal of some changes will hold: a record of each, and the bytes of before, in pieces."""

    records: list[Record]
    pieces: list[bytes]


def recorded(changes: Sequence[FileChange]) -> Generator[Progress, None, Recorded]:
    """Make what the journal will hold; yields after each file. Raises `FileProblem`."""
    made = Recorded([], [])
    start = 0
    for change in changes:
        yield Progress(0, len(changes))
        before = b"" if change.kind == "created" else files.encode(change.before, change.path)
        after = b"" if change.kind == "deleted" else files.encode(change.after, change.path)
        record = Record(
            change.kind,
            change.path.absolute(),
            change.new_path.absolute() if change.new_path is not None else None,
            "" if change.kind == "created" else _digest(before),
            "" if change.kind == "deleted" else _digest(after),
            start,
            len(before),
            change.mode,
        )
        made.records.append(record)
        made.pieces.append(before)
        start += len(before)
    return made


class Writer:
    """The journal of a batch that is being done. While it is open, no other program takes it for cut off."""

    def __init__(self, label: str, changes: Sequence[FileChange], recorded: Recorded) -> None:
        """Write it. Raises `FileProblem`, and then nothing may be done."""
        folder = _folder()
        self.file = folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.json"
        self._label = label
        self._folders = _missing_folders(changes)
        self._records = recorded.records
        self._stamp: Stamp | None = None
        path = self.file.with_suffix(".bytes")
        try:
            state_rooms.made(folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
            self._handle = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
            try:
                if sys.platform != "win32":
                    with suppress(OSError):
                        fcntl.flock(self._handle, fcntl.LOCK_EX)
                for piece in recorded.pieces:
                    write_all(self._handle, piece)
                os.fsync(self._handle)
                self._write(range(len(self._records)), finished=False)
            except BaseException:
                close(self._handle)
                forget(self.file)
                raise
        except OSError as error:
            detail = (error.strerror or "the disk does not take it").lower()
            raise FileProblem("no-journal", "save", folder, detail) from error

    def finish(self, done: Collection[int]) -> None:
        """Say which of the changes were made; without any, the journal goes. Raises `FileProblem`."""
        try:
            if done:
                self._write(sorted(done), finished=True)
                _forget_old()
            else:
                forget(self.file)
        finally:
            close(self._handle)

    def _write(self, chosen: Collection[int], *, finished: bool) -> None:
        data = {
            "note": "Agent Editor can undo this batch. ID.bytes beside it holds the bytes of before.",
            "label": self._label,
            "finished": finished,
            "folders": [os.fspath(folder) for folder in self._folders],
            "records": [_as_json(self._records[at]) for at in chosen],
        }
        self._stamp = files.save(self.file, _sealed(data), self._stamp, 0o600)


def batches() -> tuple[Batch, ...]:
    """The batches that can be undone, the newest first. What is damaged, or being written, is passed over."""
    return tuple(_batches())


def newest() -> Batch | None:
    """The first of `batches`, without reading the others."""
    return next(_batches(), None)


def cut_off() -> Batch | None:
    """The newest of `batches` that was cut off half way. Finished ones are not read, which takes time."""
    return next(_batches(finished=False), None)


def find(file: Path | None) -> Batch | None:
    """The one of `batches` whose `Batch.file` this is, without reading the others."""
    batch = _read(file) if file is not None else None
    return batch if batch is not None and (batch.finished or not _is_running(batch.file)) else None


def forget(file: Path) -> None:
    """Take a batch out of the journal."""
    for path in (file, file.with_suffix(".bytes")):
        with suppress(OSError):
            path.unlink()


def keep(batch: Batch) -> None:
    """Take a batch that was cut off as it is: it can be undone, and nobody asks about it again."""
    _change(batch, {"finished": True})


def leave(batch: Batch, records: Sequence[Record]) -> None:
    """Leave only these of a batch that was undone, for another try; without any, it goes."""
    if records:
        _change(batch, {"finished": True, "tried": True, "records": [_as_json(one) for one in records]})
    else:
        forget(batch.file)


def set_aside(batch: Batch, records: Sequence[Record]) -> Path | None:
    """Write the bytes of before of these files into a folder of their own; None if there are none.

    Damaged ones are called so. Raises `FileProblem`.
    """
    folder = batch.file.with_suffix("")
    kept = [record for record in records if record.before]
    for number, record in enumerate(kept, 1):
        try:
            data = batch.bytes_kept(record)
        except FileNotFoundError:
            data = b""
        damaged = "" if _digest(data) == record.before else "damaged-"
        name = os.fsdecode(os.fsencode(record.path.name)[-_LONGEST:])
        path = folder / f"{number}-{damaged}{name}"
        with problems("save", path):
            folder.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                write_all(handle, data)
                os.fsync(handle)
            finally:
                close(handle)
    return folder if kept else None


# --- helpers -----------------------------------------------------------------------------------


def _batches(*, finished: bool = True) -> Iterator[Batch]:
    """`batches`, or those of them that are not ``finished``."""
    paths: list[Path] = []
    with suppress(OSError):  # no folder, or one that is closed to us
        paths = sorted(_folder().glob("*.json"), reverse=True)
    for path in paths:
        batch = find(path) if finished or not _says_finished(path) else None
        if batch is not None and (finished or not batch.finished):
            yield batch


def _says_finished(path: Path) -> bool:
    """Whether its beginning says so; a label does not look like that, since its quotes are escaped."""
    with suppress(OSError), path.open("rb") as stream:
        return b'"finished": true' in stream.read(_BEGINNING)
    return False


def _folder() -> Path:
    return state_rooms.room("batches")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sealed(data: dict[str, object]) -> str:
    """The journal's text, with a digest that tells whether any of it was damaged."""
    whole = {key: value for key, value in data.items() if key != "digest"}
    return json.dumps({**whole, "digest": _digest(json.dumps(whole).encode())}) + "\n"


def _change(batch: Batch, new: dict[str, object]) -> None:
    with suppress(OSError, ValueError):  # it stays as it is, and can be undone all the same
        data = _content(batch.file)
        files.save(batch.file, _sealed({**json.loads(data), **new}), stamp_of(data, None))


def _missing_folders(changes: Sequence[FileChange]) -> tuple[Path, ...]:
    """The folders that the changes will make, outer ones first."""
    missing: set[Path] = set()
    for change in changes:
        parents = change.target.absolute().parents
        missing.update(takewhile(lambda folder: not os.path.lexists(folder), parents))
    return tuple(sorted(missing))


def _as_json(record: Record) -> dict[str, object]:
    return {
        "kind": record.kind,
        "path": os.fspath(record.path),
        "new_path": None if record.new_path is None else os.fspath(record.new_path),
        "before": record.before,
        "after": record.after,
        "start": record.start,
        "size": record.size,
        "mode": record.mode,
    }


def _content(path: Path) -> bytes:
    """A journal, which may be longer than an agent may be. Raises OSError."""
    handle = os.open(path, READING)
    try:
        return content(handle, 8 * LIMIT)
    finally:
        close(handle)


def _read(path: Path) -> Batch | None:
    try:
        text = _content(path)
        data = json.loads(text)
        if text != _sealed(data).encode():
            return None
        records = tuple(_from_json(one) for one in data["records"])
        folders = tuple(Path(folder) for folder in data["folders"])
        finished, tried = data["finished"] is True, data.get("tried") is True
        return Batch(path, str(data["label"]), records, folders, finished, tried)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _from_json(data: dict[str, object]) -> Record:
    kind, new_path, mode = data["kind"], data["new_path"], data["mode"]
    start, size = data["start"], data["size"]
    if kind not in get_args(Kind) or not isinstance(start, int) or not isinstance(size, int):
        raise ValueError
    return Record(
        cast(Kind, kind),
        Path(str(data["path"])),
        None if new_path is None else Path(str(new_path)),
        str(data["before"]),
        str(data["after"]),
        start,
        size,
        mode if isinstance(mode, int) else None,
    )


def _is_running(path: Path) -> bool:
    """Whether some program is doing the batch just now."""
    if sys.platform == "win32":
        return False
    try:
        handle = os.open(path.with_suffix(".bytes"), READING)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        close(handle)
    return False


def _forget_old() -> None:
    """Keep the newest batches only: by number, and by the bytes that they hold.

    What was set aside stays: people were told where it is.
    """
    total = 0
    names = {path.stem for path in _folder().iterdir() if path.suffix}
    for number, name in enumerate(sorted(names, reverse=True)):
        file = _folder() / f"{name}.json"
        for path in (file, file.with_suffix(".bytes")):
            with suppress(OSError):
                total += path.stat().st_size
        if number and (number >= _MOST or total > _MOST_BYTES) and not _is_running(file):
            forget(file)
