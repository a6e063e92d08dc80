"""What an import remembers, so that the next one knows what both sides started from.

In the state folder, never in the catalog: for each catalog which text each of its files was last brought in
line with, by digest, and the texts themselves. Whatever is lost or damaged there is only not known any more:
then an import asks about every difference.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from agenteditor.core import files
from agenteditor.core.disk import is_there, problems
from agenteditor.core.files import FileProblem

_MOST_BYTES = 64 * 1024 * 1024  # of texts that are kept; the oldest go first


def digest(text: str) -> str:
    """The SHA-256 of the text's bytes, as in ``files.Stamp`` and in the manifest of an export."""
    return hashlib.sha256(files.encode(text)).hexdigest()


def known(catalog: Path) -> dict[str, str]:
    """The digest of the text each file of ``catalog`` was last brought in line with, by path below it."""
    try:
        data = json.loads(files.load(_record(catalog)).text)
    except (FileProblem, ValueError, RecursionError):
        return {}
    listed = data.get("files") if isinstance(data, dict) else None
    return {str(path): str(kept) for path, kept in listed.items()} if isinstance(listed, dict) else {}


def text_of(wanted: str) -> str | None:
    """The text with this digest, if it is kept and whole."""
    if not wanted.isalnum():
        return None
    try:
        loaded = files.load(_texts() / wanted)
    except FileProblem:
        return None
    return loaded.text if loaded.stamp.digest == wanted else None


def remember(catalog: Path, texts: Mapping[str, str]) -> None:
    """Files of ``catalog``, by path below it, are in line with these texts now. Raises `FileProblem`."""
    if not texts:
        return
    keep(texts.values())
    listed = {**known(catalog), **{path: digest(text) for path, text in texts.items()}}
    data = {"catalog": str(catalog.absolute()), "files": dict(sorted(listed.items()))}
    _write(_record(catalog), files.encode(json.dumps(data, indent=1) + "\n"))


def keep(texts: Iterable[str]) -> None:
    """Keep texts that a merge may want as its base. Raises `FileProblem`."""
    for text in texts:
        path = _texts() / digest(text)
        if is_there(path):
            with problems("save", path):
                os.utime(path)  # it is wanted again
        else:
            _write(path, files.encode(text))
    _drop_oldest()


def _drop_oldest() -> None:
    with problems("save", _texts()):
        found = sorted(
            ((entry.stat(), entry.path) for entry in os.scandir(_texts())),
            key=lambda one: -one[0].st_mtime_ns,
        )
        room = _MOST_BYTES
        for status, path in found:
            room -= status.st_size
            if room < 0:
                Path(path).unlink()


def _write(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all; it may be lost in a power cut, which does no harm."""
    with problems("save", path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{secrets.token_hex(8)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
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
    return files.state_folder() / "imports"
