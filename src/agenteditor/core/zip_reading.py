"""Reading a zip archive that may be hostile: judged whole before anything is read, never unpacked to disk.

An archive that is too big in any way is refused as a whole; an entry with a path that could lead elsewhere,
a link, a device, an encrypted one, each with a sentence. What is left is read into memory, one entry at a
time and never more of it than its own directory said.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from agenteditor.core.disk import LIMIT, READING, problems, require_file
from agenteditor.core.files import decode
from agenteditor.core.text import Refusal

MOST_FILES = 10_000
MOST_BYTES = 200 * 1024 * 1024  # of the archive, and of all that is in it
MOST_RATIO = 100  # times the size it has packed
_MOST_DIRECTORY = 4 * 1024 * 1024  # bytes: 400 for each of the entries, whose paths are far shorter
_ENCRYPTED = 0x1
_DRIVE = re.compile(r"[A-Za-z]:")
_LOCATOR = 20  # bytes
_END = struct.Struct("<4s4H2LH")  # the record at the end of every archive


class ZipArchive:
    """An archive that was judged. ``names`` are the files in it that may be read, ``refused`` the others.

    Paths have ``/`` between their parts; one folder around everything else is left out of ``names``.
    Close it after use.
    """

    def __init__(self, archive: zipfile.ZipFile, file: BinaryIO) -> None:
        self._archive, self._file = archive, file
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self.refused: list[tuple[str, str]] = []
        for info in archive.infolist():
            path = _parts(info.orig_filename)
            name = "/".join(path)
            reason = _why_not(info, path)
            if reason is None and info.is_dir():
                continue
            if reason is None and name in self._entries:
                reason = "It is in the archive twice."
            if reason is None:
                self._entries[name] = info
            else:
                self.refused.append((info.orig_filename, reason))
        around = {name.partition("/")[0] for name in self._entries}
        hidden = any(name.startswith(".") for name in around)  # its name says whose files these are
        if len(around) == 1 and not hidden and all("/" in name for name in self._entries):
            self._entries = {name.partition("/")[2]: info for name, info in self._entries.items()}
        self.names = sorted(self._entries)

    def text(self, name: str) -> str | Refusal:
        """The text of one of ``names``, exactly."""
        info = self._entries[name]
        if info.file_size > LIMIT:
            size = f"{info.file_size / (1024 * 1024):,.1f} MB"
            return Refusal(f"It has {size}; {LIMIT // (1024 * 1024)} MB at most are taken.")
        try:
            with self._archive.open(info) as entry:
                data = entry.read(info.file_size + 1)
        except Exception as error:  # noqa: BLE001  # another library's parser on any bytes
            return Refusal(
                f"It is damaged in the archive: {str(error) or type(error).__name__}. Choose another."
            )
        if len(data) != info.file_size:
            return Refusal("It is damaged in the archive: its size is not the one that is stated.")
        return decode(data)

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()
        self._file.close()


def opened(path: Path) -> ZipArchive | Refusal:
    """The archive at ``path``, judged. Raises `FileProblem` for what is no ordinary file."""
    with problems("open", path):
        require_file(path.stat(), "open", path)
        handle = os.open(path, READING)
        file = os.fdopen(handle, "rb")
        try:
            status = os.fstat(handle)
            require_file(status, "open", path)
            archive = _judged(file, status.st_size)
        except BaseException:
            file.close()
            raise
    if isinstance(archive, Refusal):
        file.close()
        return archive
    return ZipArchive(archive, file)


def _judged(file: BinaryIO, size: int) -> zipfile.ZipFile | Refusal:
    """The archive, if all of it together is not too much."""
    if size > MOST_BYTES:
        return Refusal(f"The archive has {_megabytes(size)}; {_megabytes(MOST_BYTES)} at most are taken.")
    # Before the library reads the directory: it would read all of it, however long.
    file.seek(max(0, size - _END.size - 0xFFFF - _LOCATOR))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return Refusal("This is no zip archive, or it is cut off. Get it again, or choose another.")
    record = _END.unpack_from(tail, at)
    if tail[:at][-_LOCATOR:].startswith(b"PK\x06\x07"):
        # The library would believe another record instead, of up to 2^64 files.
        return Refusal(
            f"This is an archive of the ZIP64 kind, for very many files; {MOST_FILES:,} at most are taken. "
            "Pack it anew as an ordinary zip file."
        )
    if record[5] > _MOST_DIRECTORY or record[4] > MOST_FILES:
        return Refusal(f"The archive has too many files; {MOST_FILES:,} at most are taken.")
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    except Exception as error:  # noqa: BLE001  # another library's parser on any bytes
        return Refusal(
            f"This is no zip archive that can be read: {str(error) or type(error).__name__}. Choose another."
        )
    unpacked = sum(info.file_size for info in entries)
    refusal = None
    if len(entries) > MOST_FILES:
        refusal = Refusal(f"The archive has {len(entries):,} files; {MOST_FILES:,} at most are taken.")
    elif unpacked > MOST_BYTES:
        refusal = Refusal(
            f"The archive would unpack to {_megabytes(unpacked)}; {_megabytes(MOST_BYTES)} at most are taken."
        )
    elif unpacked > MOST_RATIO * size:
        refusal = Refusal(
            f"The archive would unpack to {unpacked // size:,} times its size; {MOST_RATIO} times at most "
            "are taken."
        )
    if refusal is not None:
        archive.close()
        return refusal
    return archive


def _parts(name: str) -> list[str]:
    """The parts of a path; archives made on Windows may have backslashes."""
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]


def _why_not(info: zipfile.ZipInfo, path: list[str]) -> str | None:
    """Why an entry is not read; None if it may be."""
    name = info.orig_filename
    if name.startswith(("/", "\\")):
        return "Its path begins at the root of a disk."
    if _DRIVE.match(name):
        return "Its path names a drive."
    if ".." in path:
        return "Its path leads out of the archive."
    if not path:
        return "It has no name."
    if not name.isprintable() or ":" in name:
        return "Its path has characters that file names cannot have."
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "It is a link."
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "It is a device, a pipe or a socket."
    if info.flag_bits & _ENCRYPTED:
        return "It is encrypted."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "It is packed in a way that is not read here."
    if info.file_size > MOST_RATIO * max(info.compress_size, 1):
        return f"It would unpack to more than {MOST_RATIO} times its size."
    return None


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):,.0f} MB"
