"""Promise P30: a zip archive, read or written, leads nowhere and is never too much."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core import import_plan, import_sources, import_writing
from agenteditor.core.batch_write import Writing
from agenteditor.core.export_zip import zip_bytes
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.files import decode
from agenteditor.core.text import Refusal
from agenteditor.core.zip_reading import MOST_BYTES, MOST_FILES, ZipArchive, opened
from tests.core.agent_folders import tree
from tests.promises.conftest import Promise

AGENT = b"---\nname: %s\ndescription: Use this agent for a test.\n---\n\nYou test.\n"
MB = 1024 * 1024


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def packed(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry("good/fine.md"), AGENT % b"fine")
        for info, data in entries:
            archive.writestr(info, data)
    return buffer.getvalue()


def named(name: str, mode: int = stat.S_IFREG | 0o644) -> Callable[[], bytes]:
    return lambda: packed((entry(name, mode), AGENT % b"evil"))


def patched(signature: bytes, offset: int, layout: str, *values: int) -> Callable[[], bytes]:
    """The last record of a kind says something else at an offset."""

    def made() -> bytes:
        data = bytearray(packed((entry("evil.md"), AGENT % b"evil")))
        struct.pack_into(layout, data, data.rindex(signature) + offset, *values)
        return bytes(data)

    return made


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return packed((entry("a/evil.md"), AGENT % b"one"), (entry("a/evil.md"), AGENT % b"evil"))


def overlapping() -> bytes:
    """Many entries of the directory that are one and the same data: a bomb that needs no nesting."""
    one = packed((entry("evil.md"), b"\0" * 300_000))
    start, end = one.rindex(b"PK\x01\x02"), one.rindex(b"PK\x05\x06")
    records = b"".join(one[start:end].replace(b"evil.md", b"%06d." % n) for n in range(2_000))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2_000, 2_000, len(records), start, 0)
    return one[:start] + records + tail


def many() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(MOST_FILES + 1):
            archive.writestr(entry(f"{number}.md"), b"")
    return buffer.getvalue()


def with_zip64() -> bytes:
    data = packed()
    at = data.rindex(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 2**40, 1)
    return data[:at] + locator + data[at:]


def with_null() -> bytes:
    return packed((entry("evil.mdX"), AGENT % b"evil")).replace(b"evil.mdX", b"evil.md\0")


def unicode_path() -> bytes:
    """An extra field that gives the entry another path, for those who believe it."""
    info = entry("evil.md")
    path = b"../../evil.md"
    info.extra = struct.pack("<HHBL", 0x7075, len(path) + 5, 1, 0x12345678) + path
    return packed((info, AGENT % b"evil"))


HOSTILE: dict[str, Callable[[], bytes]] = {
    **{
        f"a path: {name!r}": named(name)
        for name in (
            *(
                "/etc/evil.md",
                "//evil.md",
                "../evil.md",
                "../../evil.md",
                "a/../../evil.md",
                "a/../../../evil.md",
            ),
            *(
                "..\\evil.md",
                "a\\..\\..\\evil.md",
                "\\evil.md",
                "\\\\host\\share\\evil.md",
                "C:\\evil.md",
                "c:evil.md",
            ),
            *(
                "C:/evil.md",
                "a/evil.md:stream",
                "evil\n.md",
                "\x1b]0;evil.md",
                "a/\u202eevil.md",
                "./../evil.md",
            ),
            *("....//....//evil.md/..", "a/b/../../../evil.md", ".", "..", "~/../evil.md", "a/\u200bevil.md"),
        )
    },
    **{
        f"a file of kind {kind:o}": named("evil.md", kind | 0o777)
        for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK)
    },
    "the same name twice": twice,
    "a bomb": lambda: packed((entry("evil.md"), b"\0" * 30 * MB)),
    "entries over each other": overlapping,
    "too many files": many,
    "zip64": with_zip64,
    "a name that ends at a null": with_null,
    "a second path": unicode_path,
    "an encrypted entry": patched(b"PK\x01\x02", 8, "<H", 1),
    "an unknown packing": patched(b"PK\x01\x02", 10, "<H", 99),
    "a wrong checksum": patched(b"PK\x01\x02", 16, "<L", 12345),
    "too small a size": patched(b"PK\x01\x02", 24, "<L", 7),
    "too large a size": patched(b"PK\x01\x02", 24, "<L", 5_000),
    "4 GB": patched(b"PK\x01\x02", 24, "<L", 0xFFFFFFFE),
    "packed to nothing": patched(b"PK\x01\x02", 20, "<L", 0),
    "an entry elsewhere": patched(b"PK\x01\x02", 42, "<L", 0x7FFFFFFF),
    "another name before the data": patched(b"PK\x03\x04", 30, "<7s", b"../e.md"),  # type: ignore[arg-type]
    "a count that is a lie": patched(b"PK\x05\x06", 8, "<HH", 60_000, 60_000),
    "a directory without end": patched(b"PK\x05\x06", 12, "<L", 0x7FFFFFFF),
    "a directory elsewhere": patched(b"PK\x05\x06", 16, "<L", 0x7FFFFFFF),
    "cut off": lambda: packed()[:-30],
    "nothing": lambda: b"",
}


def imported(path: Path, here: Path) -> set[str]:
    """Import what an archive holds; the names of the agents that were written."""
    source = import_sources.opened(path)
    if isinstance(source, Refusal):
        assert source.reason.endswith("."), "a sentence"
        return set()
    try:
        made = import_plan.finished(import_plan.planned(source, here))
    finally:
        source.close()
    assert all(row.note for row in made.rows if row.state == "refused")
    rows = [row for row in made.rows if row.writes]
    list(Writing("Import", import_writing.changes(rows, {}), os.unlink).steps())
    return {row.name for row in rows}


def test_p30_a_hostile_archive_leads_nowhere_and_is_never_unpacked(promise: Promise, tmp_path: Path) -> None:
    slowest = 0.0
    for number, (what, made) in enumerate(HOSTILE.items()):
        root = tmp_path / str(number)
        here = root / "above" / "here"
        here.mkdir(parents=True)
        path = root / "x.zip"
        path.write_bytes(made())
        (root / "beside.md").write_bytes(b"x")
        before = tree(root)
        began = time.perf_counter()
        names = imported(path, here)
        slowest = max(slowest, time.perf_counter() - began)
        after = {path: what for path, what in tree(root).items() if not path.startswith("above/here/")}
        assert after == before, what
        expected = {"fine"} if what.startswith(("a path", "a file of kind")) else {"fine", "evil", "one"}
        assert names <= expected and (len(expected) > 1 or names), what
        for file in here.rglob("*"):
            assert file.is_dir() or (
                stat.S_ISREG(file.lstat().st_mode) and not file.stat().st_mode & 0o111
            ), what
    promise.measured(
        f"{len(HOSTILE)} hostile archives imported: 0 files outside, 0 links, 0 devices; the slowest took "
        f"{slowest * 1000:.0f} ms"
    )


@pytest.mark.parametrize("what", ["a bomb", "entries over each other", "too many files", "zip64", "4 GB"])
def test_p30_what_is_too_much_is_refused_unread(promise: Promise, what: str, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(HOSTILE[what]())
    found = opened(path)
    if isinstance(found, ZipArchive):  # one entry of it is refused
        assert len(found.refused) == 1 and len(found.names) == 1
        found.close()
    promise.measured(f"{what}: refused before it was unpacked")
    if what == "4 GB":
        promise.measured(f"at most {MOST_FILES:,} files, {MOST_BYTES // MB} MB, 100 times their packed size")


def test_p30_a_damaged_archive_is_read_or_refused(
    promise: Promise, tmp_path_factory: pytest.TempPathFactory
) -> None:
    good = [AGENT % b"fine", AGENT % b"evil"]
    whole = packed((entry("a/evil.md"), good[1]))
    examples = promise.times(100, 20_000)

    @settings(max_examples=examples)
    @given(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), min_size=1, max_size=6),
        st.integers(0, 40),
    )
    def read_or_refused(flips: list[tuple[int, int]], cut: int) -> None:
        data = bytearray(whole)
        for at, value in flips:
            data[at] = value
        path = tmp_path_factory.getbasetemp() / "damaged.zip"
        path.write_bytes(data[: len(data) - cut] if cut > 30 else data)
        found = opened(path)
        if isinstance(found, ZipArchive):
            for name in found.names:
                text = found.text(name)
                assert isinstance(text, Refusal) or text in map(decode, good)
            found.close()

    read_or_refused()
    promise.measured(f"{examples:,} damaged archives: each was read as it was or refused, 0 exceptions")


def test_p30_no_name_leads_out_of_an_archive_that_is_written(promise: Promise) -> None:
    chance = random.Random(30)
    pieces = [
        "..",
        "/",
        "\\",
        "a",
        "C:",
        "\0",
        "\n",
        ".git",
        "é",
        "\u202e",
        "con",
        ".",
        " ",
        "CLAUDE.md",
        "x.md",
    ]
    count, made = promise.times(1_000, 200_000), 0
    for _ in range(count):
        name = "".join(chance.choices(pieces, k=chance.randrange(1, 6)))
        try:
            data = zip_bytes({name: b"x"})
        except FileProblem:
            continue
        made += 1
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            (info,) = archive.infolist()
            assert info.orig_filename == name == os.path.normpath(name) and info.flag_bits & ~0x800 == 0
            assert (
                not name.startswith("/")
                and ".." not in name.split("/")
                and stat.S_ISREG(info.external_attr >> 16)
            )
    assert made > 20
    promise.measured(f"{count:,} names for an archive: {made:,} written, 0 that lead out of it")
