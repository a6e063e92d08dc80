"""Which names files can have on every system, and which names some system takes for one."""

from __future__ import annotations

import unicodedata

_UNSAFE = set('/\\:*?"<>|')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789")}
_MAX_NAME = 200  # bytes; file systems allow 255


def fault(name: str) -> str | None:
    """What keeps an agent's name from being a file's name on every system: the rest of a sentence that
    begins with the name. None if nothing does."""
    if any(letter in _UNSAFE or not letter.isprintable() for letter in name):
        return "has a character that file names cannot have"
    # NFKC: some systems take COM¹ for COM1.
    stem = unicodedata.normalize("NFKC", name).partition(".")[0].strip().casefold()
    if name != name.strip(" .") or not name or stem in _DEVICES:
        return "cannot be a file name on every system"
    if len(name.encode("utf-8", "surrogateescape")) > _MAX_NAME:
        return "is too long for a file name"
    return None


def folded(name: str) -> str:
    """Equal for names that some file system takes for one: case and Unicode form do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
