"""The format of a recovery journal: a text, and what was done to it since, in records that are whole or not.

A journal is a line that says what it is, then records: kind, length and checksum, then that many bytes. The
checksum goes on from that of the record before, so a record in the wrong place counts as damaged too. Reading
stops at the first byte that is not in order; what stood before it is the text as it was at an earlier moment.

- ``T``: a JSON object, a line end, and the whole text. ``path`` is the file's, null for a new one; ``base``
  the SHA-256 of the text as it was last loaded or saved, null for one that never was.
- ``E``: the edits of one change as a JSON list of ``[start, end, inserted]``, in code points.

Journals are input like any other: nothing in one is believed that does not make sense.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from agenteditor.core.disk import LIMIT
from agenteditor.core.text import Edits, apply
from agenteditor.core.text import replace as edit

MAGIC = b"Agent Editor journal 1\n"
LONGEST = 8 * LIMIT  # bytes of a journal that is read

_HEAD = struct.Struct(">cII")  # kind, length, checksum
_KIND_AND_LENGTH = struct.Struct(">cI")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a journal says: the text of an open file. ``whole``: nothing in it was damaged or cut off."""

    path: Path | None
    base: str | None
    text: str
    whole: bool


def text_record(path: Path | None, base: str | None, text: str, before: int) -> tuple[bytes, int]:
    """The record of a whole text, and its checksum. ``before`` is that of the record before it, or 0."""
    named = None if path is None else str(path.absolute())
    head = json.dumps({"path": named, "base": base})
    return _record(b"T", head.encode("ascii") + b"\n" + _encoded(text), before)


def edits_record(edits: Edits, before: int) -> tuple[bytes, int]:
    """The record of one change, and its checksum."""
    data = [(edit.span.start, edit.span.end, edit.insert) for edit in edits]
    words = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _record(b"E", _encoded(words), before)


def replayed(data: bytes) -> Replayed | None:
    """What a journal says, as far as it is in order; None if not even a first text is."""
    found: Replayed | None = None
    end = len(MAGIC) if data.startswith(MAGIC) else 0
    for kind, body in _records(data):
        step = _text(body) if kind == b"T" else _edited(found, body)
        if step is None:
            break
        found = step
        end += _HEAD.size + len(body)
    if found is None:
        return None
    return found if end == len(data) else replace(found, whole=False)


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and bytes of each record, up to the first that is not in order."""
    at, checksum = len(MAGIC), 0
    while data.startswith(MAGIC) and at + _HEAD.size <= len(data):
        kind, length, given = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        body = data[at : at + length]
        at += length
        checksum = _checksum(kind, body, checksum)
        if len(body) < length or given != checksum:
            return
        yield kind, body


def _record(kind: bytes, body: bytes, before: int) -> tuple[bytes, int]:
    checksum = _checksum(kind, body, before)
    return _HEAD.pack(kind, len(body), checksum) + body, checksum


def _checksum(kind: bytes, body: bytes, before: int) -> int:
    return crc32(body, crc32(_KIND_AND_LENGTH.pack(kind, len(body)), before))


def _text(body: bytes) -> Replayed | None:
    head, _, text = body.partition(b"\n")
    try:
        match json.loads(head):
            case {"path": (str() | None) as path, "base": (str() | None) as base}:
                # A relative path would mean another file in each folder.
                if path is None or (path.startswith(os.sep) and "\0" not in path):
                    return Replayed(None if path is None else Path(path), base, _decoded(text), True)
    except (ValueError, RecursionError):
        pass
    return None


def _edited(found: Replayed | None, body: bytes) -> Replayed | None:
    if found is None:
        return None
    done, edits = 0, []
    try:
        for start, end, insert in json.loads(_decoded(body)):
            if not (done <= start <= end <= len(found.text)) or not isinstance(insert, str):
                return None
            edits.append(edit(start, end, insert))
            done = end
        return replace(found, text=apply(found.text, edits))
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


def _encoded(text: str) -> bytes:
    # Lone surrogates stand for bytes that are not UTF-8 (`files.decode`), and may stand here.
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
