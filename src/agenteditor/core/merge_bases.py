"""What an import remembers, so that the next one knows what both sides started from.

In the state folder, never in the catalog: for each catalog which text each of its files was last brought in
line with, by digest, and the texts themselves. An import that is undone needs no word here: a file that holds
again what an import overwrote starts from what it started from before that one. Whatever is lost or damaged
there is only not known any more: then an import asks about every difference.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from agenteditor.core import files, state_rooms
from agenteditor.core.disk import close, problems, write_all
from agenteditor.core.files import FileProblem

_MOST_BYTES = 3 * state_rooms.SHARES["imports"] // 4  # of texts that are kept; the oldest go first
_MOST_RECORDS = state_rooms.SHARES["imports"] - _MOST_BYTES  # bytes of what is known of catalogs
_BLOCK = 4096  # bytes: what a disk takes for a file of one
_MOST_EARLIER = 3  # imports of one file that can be undone and done again: the record stays small


class Held(NamedTuple):
    """What a file held before an import, None if it was not there, and what it holds after it."""

    before: str | None
    now: str


class Known(NamedTuple):
    """What is known of a file, all digests: ``base`` is what it was last brought in line with.

    ``earlier`` are pairs, the newest first: what the file held when an import overwrote it, and
    its base then, "" if there was none.
    """

    base: str
    earlier: tuple[tuple[str, str], ...] = ()

    def base_of(self, present: str) -> str:
        """The base of the file while it holds this; "" if it is not known."""
        return next((base for held, base in self.earlier if held == present), self.base)


def digest(text: str) -> str:
    """The SHA-256 of the text's bytes, as in ``files.Stamp`` and in the manifest of an export."""
    return hashlib.sha256(files.encode(text)).hexdigest()


def known(catalog: Path) -> dict[str, Known]:
    """What is known of each file of ``catalog``, by its path below it."""
    try:
        data = json.loads(files.load(_record(catalog)).text)
        bases, earlier = dict(data["files"]), dict(data.get("earlier", {}))
        return {
            str(path): Known(str(base), tuple((str(held), str(then)) for held, then in earlier.get(path, ())))
            for path, base in bases.items()
        }
    except (FileProblem, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def text_of(wanted: str) -> str | None:
    """The text with this digest, if it is kept and whole."""
    if not wanted.isalnum():
        return None
    try:
        loaded = files.load(_texts() / wanted)
    except FileProblem:
        return None
    return loaded.text if loaded.stamp.digest == wanted else None


def remember(catalog: Path, texts: Mapping[str, str], held: Mapping[str, Held]) -> None:
    """Files of ``catalog``, by path below it, are in line with these texts now. Raises `FileProblem`.

    ``held`` is what they held, and files that are not in line though an import changed them.
    """
    if not held:
        return
    keep(texts.values())
    drop_oldest()
    listed = known(catalog)
    for path, (before, now) in held.items():
        old = listed.get(path, Known(""))
        was, present = "" if before is None else digest(before), digest(now)
        base = old.base_of(was)
        earlier = [pair for pair in old.earlier if pair[0] not in (was, present)]
        if was and was != present:
            earlier.insert(0, (was, base))
        base = digest(texts[path]) if path in texts else base
        listed[path] = Known(base, tuple(earlier[:_MOST_EARLIER]))
    data = {
        "catalog": str(catalog.absolute()),
        "files": {path: one.base for path, one in sorted(listed.items())},
        "earlier": {path: one.earlier for path, one in sorted(listed.items()) if one.earlier},
    }
    record = _record(catalog)
    _write(_made(record.parent) / record.name, files.encode(json.dumps(data) + "\n"))
    for _ in _dropping(record.parent, _MOST_RECORDS):
        pass


def keep(texts: Iterable[str]) -> None:
    """Keep texts that a merge may want as its base; see `drop_oldest`. Raises `FileProblem`."""
    folder = _made(_texts())
    for text in texts:
        data = files.encode(text)
        path = folder / hashlib.sha256(data).hexdigest()
        try:
            os.utime(path)  # it is wanted again
        except OSError:
            _write(path, data)


def drop_oldest() -> None:
    """Make room for new texts, once those of a whole import or export are kept. Raises `FileProblem`."""
    for _ in dropping_oldest():
        pass


def dropping_oldest() -> Generator[None, None, None]:
    """`drop_oldest` in steps."""
    yield from _dropping(_texts(), _MOST_BYTES)


def _dropping(folder: Path, room: int) -> Generator[None, None, None]:
    with problems("save", folder):
        found: list[tuple[int, int, str]] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat()
                found.append((-status.st_mtime_ns, status.st_size, entry.path))
                yield
        for _, size, path in sorted(found):
            room -= max(size, _BLOCK)
            if room < 0:
                Path(path).unlink()
                yield


def _made(folder: Path) -> Path:
    with problems("save", folder):
        return state_rooms.made(folder)


def _write(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all; it may be lost in a power cut, which does no harm."""
    with problems("save", path):
        fresh = path.with_name(f".{secrets.token_hex(8)}")
        handle = state_rooms.new_file(fresh)
        try:
            try:
                write_all(handle, data)
            finally:
                close(handle)
            fresh.replace(path)
        except OSError:
            fresh.unlink()
            raise


def _record(catalog: Path) -> Path:
    name = hashlib.sha256(os.fsencode(os.path.realpath(catalog))).hexdigest()[:32]
    return _folder() / "catalogs" / f"{name}.json"


def _texts() -> Path:
    return _folder() / "texts"


def _folder() -> Path:
    return state_rooms.room("imports")
