"""Files that are not opened as agents: which those are, and reading one a part at a time.

A file of any size is read as it is looked at, `PART` bytes at once, so it takes neither time nor memory
to open one. What is no ordinary file is refused, as everywhere (`disk`).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agenteditor.core import disk
from agenteditor.core.file_problem import AnyPath

PART = 64 * 1024  # bytes read and shown at once; of a binary file `BINARY_PART`
BINARY_PART = 8 * 1024
LONGEST_LINE = 200_000  # bytes; Qt takes 50 ms for each key in such a line (RELIABILITY F24)
_SNIFFED = 8 * 1024  # bytes at the beginning, by which a file is taken for binary
_ROW = 16  # bytes in a row of a binary file

Reason = Literal["too-big", "binary", "long-line"]

# Bytes that texts do not have: controls but for tab, line ends, form feed and escape.
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


def reason_against(data: bytes) -> Reason | None:
    """Why what a file holds is shown instead of edited; None for an ordinary text."""
    head = data[:_SNIFFED]
    if b"\0" in head or _mostly_not_text(head):
        return "binary"
    return "long-line" if _has_long_line(data) else None


def _has_long_line(data: bytes) -> bool:
    """Whether a line has more than `LONGEST_LINE` bytes; it is looked for its end, from the far side."""
    start = 0
    while len(data) - start > LONGEST_LINE:
        end = start + LONGEST_LINE + 1
        start = max(data.rfind(line_end, start, end) for line_end in (b"\n", b"\r")) + 1
        if not start:
            return True
    return False


def _mostly_not_text(head: bytes) -> bool:
    """Whether more than a third of the bytes are neither UTF-8 nor a letter of another 8-bit encoding."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    strange = len(_NOT_UTF8.findall(head.decode("utf-8", "surrogateescape")))
    return 10 * controls > len(head) or 3 * strange > len(head) > 64


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file, as lines to look at. ``start`` and ``end`` are offsets in bytes."""

    start: int
    end: int
    text: str


class Slices:
    """An open file, read part by part. Raises `FileProblem` for what is not an ordinary file."""

    def __init__(self, path: AnyPath) -> None:
        self._handle, status = disk.opened(path)
        self._path = path
        self.size = status.st_size
        self._seen = _identity(status)
        with disk.problems("open", path):
            head = os.pread(self._handle, _SNIFFED, 0)
        self.binary = b"\0" in head or _mostly_not_text(head)

    @property
    def is_current(self) -> bool:
        """Whether the path still leads to this file, and nobody has written to it."""
        try:
            return _identity(Path(self._path).stat()) == self._seen
        except (OSError, ValueError):
            return False

    @property
    def part_size(self) -> int:
        """Bytes in one part."""
        return BINARY_PART if self.binary else PART

    @property
    def count(self) -> int:
        """How many parts there are; an empty file is one."""
        return max(1, -(-self.size // self.part_size))

    def part(self, index: int) -> Part:
        """One of the parts, from 0 on, as the file is now. Raises `FileProblem`."""
        start = index * self.part_size
        with disk.problems("open", self._path):
            data = os.pread(self._handle, self.part_size + 4, start)
        if self.binary:
            data = data[: self.part_size]
            return Part(start, start + len(data), _rows(data, start))
        first = _continued(data[:4]) if start else 0
        last = self.part_size + _continued(data[self.part_size :])
        kept = data[first:last]
        return Part(start + first, start + first + len(kept), kept.decode("utf-8", "surrogateescape"))

    def close(self) -> None:
        """Close the file; nothing can be read any more."""
        if self._handle >= 0:
            disk.close(self._handle)
            self._handle = -1


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _continued(data: bytes) -> int:
    """How many bytes at the beginning belong to the character before."""
    return next((at for at, byte in enumerate(data[:3]) if byte & 0xC0 != 0x80), min(len(data), 3))


def _rows(data: bytes, start: int) -> str:
    """Bytes as rows: where they stand, their values, and the letters among them."""
    rows: list[str] = []
    for at in range(0, len(data), _ROW):
        row = data[at : at + _ROW]
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row)
        rows.append(f"{start + at:010x}  {row.hex(' '):<{3 * _ROW - 1}}  {letters}")
    return "\n".join(rows)
