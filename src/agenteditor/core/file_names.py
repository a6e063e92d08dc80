"""Which names files can have on every system, and which names some system takes for one."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_UNSAFE = set('/\\:*?"<>|')
_DEVICES = {
    *("con", "prn", "aux", "nul", "conin$", "conout$"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
# Markdown files that programs read by themselves, in whichever folder: no agent's may become one of them.
_OBEYED = {
    *("claude", "claude.local", "agents", "agents.override", "gemini", "qwen", "skill"),
    "copilot-instructions",
}
_MAX_NAME = 200  # bytes; file systems allow 255
_ROOM = 20  # bytes for what tells a name from others


def fault(name: str) -> str | None:
    """What keeps an agent's name from being a file's name on every system: the rest of a sentence that
    begins with the name. None if nothing does."""
    if folded(name) in _OBEYED:
        return "is that of a file which programs read by themselves"
    return _impossible(name, _MAX_NAME)


def is_harmless(part: str) -> bool:
    """Whether a part of a path is a name on every system, and of no file that programs read by themselves."""
    stem, dot, ending = folded(part).rpartition(".")
    return _impossible(part, 255) is None and not (dot and ending == "md" and stem in _OBEYED)


def _impossible(name: str, most: int) -> str | None:
    plain = unicodedata.normalize("NFKC", name)  # some systems take COM¹ for COM1, and ／ for /
    if not (name + plain).isprintable() or not _UNSAFE.isdisjoint(name + plain):
        return "has a character that file names cannot have"
    stem = plain.partition(".")[0].strip().casefold()
    if name != name.strip(" .") or not name or stem in _DEVICES:
        return "cannot be a file name on every system"
    if len(name.encode("utf-8", "surrogateescape")) > most:
        return "is too long for a file name"
    return None


def folded(name: str) -> str:
    """Equal for names that some file system takes for one: case and Unicode form do not count."""
    if name.isascii():
        return name.casefold()  # of a catalog, nearly every name
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def safe(name: str) -> str:
    """``name`` if it can be a file's on every system; else one that can, as near to it as that comes."""
    if fault(name) is None:
        return name
    plain = unicodedata.normalize("NFKC", name)
    plain = "".join(letter if letter.isprintable() and letter not in _UNSAFE else "-" for letter in plain)
    plain = _cut(re.sub(r"[-.]{2,}", "-", plain), _MAX_NAME - _ROOM) or "agent"
    return plain if fault(plain) is None else f"agent-{plain}"


def told_apart(names: Iterable[str]) -> dict[str, str]:
    """A file's name for each of ``names``, no two of which some system takes for one.

    The same for the same names in any order. A name that is one already stays; of those that clash, the
    others get a few digits that depend on them alone.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    ones = {name: safe(name) for name in names}
    for name in sorted(ones, key=lambda name: (ones[name] != name, name)):
        own, length = ones[name], 6
        while folded(own) in taken:
            digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
            own = f"{_cut(ones[name], _MAX_NAME - _ROOM)}-{digest[:length]}"
            length += 1
        taken.add(folded(own))
        found[name] = own
    return found


def _cut(name: str, most: int) -> str:
    """As much of ``name`` as has room in ``most`` bytes, with nothing loose at its ends."""
    return name.encode("utf-8", "replace")[:most].decode("utf-8", "ignore").strip("-._ ")
