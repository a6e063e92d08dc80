"""A catalog as one zip file: the same files, the same bytes every time, and only over one of our own.

Entries are sorted, stored as they are (what a compressor makes depends on its version), dated 1980 and
have the rights rw-r--r--. The archive's comment holds a digest of all before it: so an export knows the zip
files that exports wrote, and notices when one was changed since.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from agenteditor.core import atomic_write
from agenteditor.core.disk import (
    READING,
    Stamp,
    close,
    content,
    make_folder,
    problems,
    require_file,
    stamp_of,
)
from agenteditor.core.export_manifest import is_inside
from agenteditor.core.file_problem import FileProblem

LARGEST = 1024 * 1024 * 1024  # bytes that are read of a zip file that is there
_COMMENT = b"Made by Agent Editor. SHA-256 of all before this line: "
_LENGTH = len(_COMMENT) + 64
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that the format knows
_RIGHTS = (stat.S_IFREG | 0o644) << 16
_UNIX = 3


class PresentZip(NamedTuple):
    """The zip file at a path: which version, the digests of what is in it, and whether an export wrote it.

    ``stamp`` is None where there is no file.
    """

    stamp: Stamp | None
    files: Mapping[str, str]
    ours: bool


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip file with these files. Raises `FileProblem` for a name that leads elsewhere."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            if not is_inside(path):
                raise FileProblem("bad-name", "save", path)
            entry = zipfile.ZipInfo(path, _DATE)
            entry.create_system, entry.external_attr = _UNIX, _RIGHTS
            archive.writestr(entry, files[path])
        archive.comment = b" " * _LENGTH
    before = buffer.getvalue()[:-_LENGTH]
    return before + _comment(before)


def present_zip(path: Path) -> PresentZip:
    """What is at ``path``. Raises `FileProblem` for what is no ordinary file."""
    if not os.path.lexists(path):
        return PresentZip(None, {}, True)
    with problems("open", path):
        require_file(path.stat(), "open", path)
        handle = os.open(path, READING)
        try:
            status = os.fstat(handle)
            require_file(status, "open", path)
            data = content(handle, LARGEST)
        finally:
            close(handle)
    stamp = stamp_of(data, status)
    if data[-_LENGTH:] != _comment(data[:-_LENGTH]):
        return PresentZip(stamp, {}, False)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            # Ours are stored: what says otherwise, or is in it more than once, could be endless.
            stored = all(entry.compress_type == zipfile.ZIP_STORED for entry in entries)
            if not stored or sum(entry.file_size for entry in entries) > len(data):
                return PresentZip(stamp, {}, False)
            files = {entry.filename: hashlib.sha256(archive.read(entry)).hexdigest() for entry in entries}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return PresentZip(stamp, {}, False)
    return PresentZip(stamp, files, True)


def write_zip(path: Path, files: Mapping[str, bytes], expected: Stamp | None) -> None:
    """Write the zip file, whole or not at all, over the expected version. Raises `FileProblem`."""
    data = zip_bytes(files)
    make_folder(path.parent)
    atomic_write.write(path, data, expected)


def _comment(before: bytes) -> bytes:
    return _COMMENT + hashlib.sha256(before).hexdigest().encode()
