"""Why a file could not be opened or saved, as one sentence for people.

Every sentence says what was tried, with which file, what is in the way and what to do. It never
holds text of a file, and never more than one line. Reading and writing itself is in `disk`.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Literal

from agenteditor.core.invisible import one_line

Action = Literal["open", "save"]
Code = Literal[
    "missing",
    "folder-missing",
    "not-a-file",
    "too-big",
    "bad-name",
    "link-loop",
    "no-permission",
    "read-only",
    "read-only-folder",
    "no-space",
    "busy",
    "not-text",
    "no-safety-copy",
    "no-journal",
    "torn",
    "disk-error",
    "changed",
    "gone",
    "exists",
]
AnyPath = str | os.PathLike[str]


class FileProblem(OSError):
    """A file could not be opened or saved; ``str()`` is the sentence for people.

    ``code`` is stable; ``path`` is the file as it was named, None for a text without one; ``detail`` is a
    word of the sentence, such as "a folder".
    Unless the code is "torn", the file is as it was before.
    """

    def __init__(self, code: Code, action: Action, path: AnyPath | None, detail: str = "") -> None:
        reason, advice = _SENTENCES[code]
        what = "this text" if path is None else shown_path(path)
        self.code = code
        self.action = action
        self.detail = detail
        self.path = None if path is None else Path(path)
        self.message = (
            f"Cannot {action} {what}: {reason.format(detail=detail)}. {advice.format(detail=detail)}"
        )
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


def from_os_error(error: OSError, action: Action, path: AnyPath) -> FileProblem:
    """The sentence for what the operating system answered about a file."""
    code = _CODES.get(error.errno or 0, "disk-error")
    if action == "save" and code in _WHEN_SAVING:
        code = _WHEN_SAVING[code]
    detail = _KINDS.get(error.errno or 0) or error.strerror or type(error).__name__
    return FileProblem(code, action, path, detail)


def shown_path(path: AnyPath) -> str:
    """A path as one line of plain text: what cannot be seen or printed, line breaks too, is named."""
    return one_line(os.fspath(path))


_CODES: dict[int, Code] = {
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
    errno.EEXIST: "exists",
    errno.EISDIR: "not-a-file",
    errno.ENXIO: "not-a-file",
    errno.ENAMETOOLONG: "bad-name",
    errno.EILSEQ: "bad-name",
    errno.ELOOP: "link-loop",
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.EROFS: "read-only",
    errno.ENOSPC: "no-space",
    errno.EFBIG: "no-space",
    errno.EBUSY: "busy",
    errno.EAGAIN: "busy",
}
if hasattr(errno, "EDQUOT"):  # not on Windows
    _CODES[errno.EDQUOT] = "no-space"

_KINDS = {errno.EISDIR: "a folder", errno.ENXIO: "a device"}
_WHEN_SAVING: dict[Code, Code] = {"missing": "folder-missing", "no-permission": "read-only"}

# What is in the way, and what to do.
_SENTENCES: dict[Code, tuple[str, str]] = {
    "missing": ("it does not exist", "It may have been moved or deleted; check its name and folder."),
    "folder-missing": ("its folder does not exist", "Make the folder again, or save a copy elsewhere."),
    "not-a-file": ("it is {detail}, not a file with text", "Choose an ordinary file."),
    "too-big": ("it is {detail}, more than the 8 MB that can be edited", "Choose a smaller file."),
    "bad-name": ("no file can have this name", "Choose a shorter name without special characters."),
    "link-loop": ("its links lead round in a circle", "Name the file that is meant, not the link."),
    "no-permission": ("you are not allowed to read it", "Ask its owner, or change its permissions."),
    "read-only": ("it is read-only", "Save a copy elsewhere, or change its permissions."),
    "read-only-folder": (
        "its folder is read-only",
        "Save a copy elsewhere, or change the folder's permissions.",
    ),
    "no-space": ("the disk is full", "The file is as it was; free some space, then save again."),
    "busy": ("another program holds it", "Wait a moment, or close the other program; then try again."),
    "not-text": (
        "line {detail} holds half a character, which no file can hold",
        "Delete it, then save again.",
    ),
    "no-safety-copy": (
        "no safety copy can be kept ({detail}), and this file can only be overwritten in place",
        "Free some space in your home folder, or save a copy elsewhere.",
    ),
    "no-journal": (
        "what undo needs cannot be kept there ({detail}), so nothing was done",
        "Free some space, or change the folder's permissions.",
    ),
    "torn": (
        "writing failed half-way and the file is damaged",
        "Its old text is kept in {detail}; save a copy of the new one elsewhere now.",
    ),
    "disk-error": ("the system reports “{detail}”", "Try again; if it stays, save a copy elsewhere."),
    "changed": ("it was changed by another program", "Compare, then overwrite it or reload."),
    "gone": ("it was deleted or moved by another program", "Save it again as a new file, or elsewhere."),
    "exists": ("a file with this name is already there", "Choose another name, or replace that file."),
}
