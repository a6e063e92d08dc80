"""What earlier runs found out about agents, in one file of the cache folder, so that a catalog shows at once.

An answer is kept under a key that names all it depends on: the content's digest, the file's name, what its
folder says, the rule settings. What else it depends on, this program itself, is the store's ``version``: a
file of another one is not used. Only what a `CatalogEntry` has is kept, as JSON; names and paths of files
are not, nor is an answer with a secret in it. Nothing here is needed for an answer to be right, so nothing
here fails: what cannot be read or is not in order counts as not known, what cannot be written is left.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, fields
from importlib import metadata
from pathlib import Path
from typing import cast, get_args

from agenteditor import __version__
from agenteditor.core import disk
from agenteditor.core.catalog_entry import CatalogEntry, Problem
from agenteditor.core.checks import Severity
from agenteditor.core.dialect_table import Place
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.reader import Verdict
from agenteditor.core.resources import resource
from agenteditor.core.secret_text import redacted

MOST = disk.LIMIT  # bytes of the file: about 8,000 agents; those used longest ago go first

_TITLE = "Agent Editor, answers of version "
_KEPT = tuple(one.name for one in fields(CatalogEntry) if one.name not in ("path", "folder"))
_VERDICTS, _PLACES, _SEVERITIES = map(frozenset, map(get_args, (Verdict, Place, Severity)))


def store_file() -> Path:
    """Where the answers are kept for this user. It may not exist yet. Raises RuntimeError without a home."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # A relative path there is to be ignored (XDG base directory specification).
    return (named if named.is_absolute() else Path.home() / ".cache") / "agenteditor" / "answers.jsonl"


def program_version() -> str:
    """Names the code, the data and the libraries that answers come from: changed ones have another."""
    state = [__version__, sys.version, _installed("PyYAML"), _installed("jsonschema")]
    for folder, kind in (
        (Path(__file__).parent, "*.py"),
        (resource("schemas"), "*.json"),
        (resource("dialects"), "*.json"),
    ):
        for path in sorted(folder.glob(kind)):
            status = path.stat()
            state.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return _digest("\n".join(state))


class CatalogStore:
    """The answers in ``file``, as far as they are of ``version``. They are understood when asked for."""

    def __init__(self, file: Path, version: str) -> None:
        self._file = file
        self._title = _TITLE + version
        self._lines: OrderedDict[str, str] = OrderedDict()
        self._size = len(self._title) + 1
        self._changed = False
        self._read()

    def entry(self, key: tuple[object, ...], path: Path, folder: str) -> CatalogEntry | None:
        """The entry that is kept under ``key``, for a file at ``path``; None if there is none in order."""
        name = _digest(repr(key))
        line = self._lines.get(name)
        if line is None:
            return None
        self._lines.move_to_end(name)
        return _understood(line, path, folder)

    def keep(self, key: tuple[object, ...], entry: CatalogEntry) -> None:
        """Keep ``entry`` under ``key``: a tuple of texts, numbers and tuples of these."""
        kept = [getattr(entry, name) for name in _KEPT]
        if any(redacted(text) != text for text in _texts(kept)):
            return  # what holds a secret is found out anew each time
        line = json.dumps(kept, default=astuple)
        self._put(_digest(repr(key)), line)
        self._changed = True

    def save(self) -> None:
        """Write what was kept since the last time, whole or not at all."""
        if not self._changed:
            return
        self._changed = False
        text = "\n".join([self._title, *(f"{name} {line}" for name, line in self._lines.items()), ""])
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, made = tempfile.mkstemp(dir=self._file.parent)  # for its user alone: 0600
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(text)
                Path(made).replace(self._file)
            except OSError:
                Path(made).unlink(missing_ok=True)

    def _read(self) -> None:
        try:
            text = disk.read(self._file)[0].decode("ascii")
        except (FileProblem, ValueError):
            return
        title, *lines = text.split("\n")
        for line in lines if title == self._title else ():
            name, _, answer = line.partition(" ")
            if answer:
                self._put(name, answer)

    def _put(self, name: str, line: str) -> None:
        self._size += _size(name, line) - _size(name, self._lines.pop(name, None))
        self._lines[name] = line
        while self._size > MOST:
            self._size -= _size(*self._lines.popitem(last=False))


def _installed(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def _size(name: str, line: str | None) -> int:
    return 0 if line is None else len(name) + len(line) + 2


def _texts(kept: list[object]) -> Iterator[str]:
    """The texts of an entry that come from its file as they are; messages hold no secret."""
    for value in kept:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (one for one in value if isinstance(one, str))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _understood(line: str, path: Path, folder: str) -> CatalogEntry | None:
    """The entry that a line holds; None where anything in it is not as it should be."""
    try:
        match json.loads(line):
            case [
                str(name),
                str(verdict),
                bool(loads),
                str(reason),
                str(description),
                str(model),
                None | [*_] as tools,
                str(dialect),
                str(place),
                [*problems],
                str(digest),
            ] if (
                verdict in _VERDICTS and place in _PLACES and all(isinstance(one, str) for one in tools or ())
            ):
                return CatalogEntry(
                    path, folder, name, cast(Verdict, verdict), loads, reason, description, model,
                    None if tools is None else tuple(tools), dialect, cast(Place, place),
                    tuple(map(_problem, problems)), digest,
                )  # fmt: skip
    except (ValueError, RecursionError):
        pass
    return None


def _problem(value: object) -> Problem:
    match value:
        case [str(code), str(severity), str(message), int(line)] if severity in _SEVERITIES and line > 0:
            return Problem(code, cast(Severity, severity), message, line)
    raise ValueError("no problem of a file")
