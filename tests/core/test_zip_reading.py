"""Hostile archives: nothing leads out, nothing is unpacked that is too much, and each refusal is a sentence."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agenteditor.core import zip_reading
from agenteditor.core.files import FileProblem
from agenteditor.core.text import Refusal
from agenteditor.core.zip_reading import ZipArchive, opened

AGENT = "---\nname: a\ndescription: b\n---\nPrompt\r\n\udc80"
DATA = AGENT.encode("utf-8", "surrogateescape")


def archive(path: Path, entries: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as made:
        for name, data in entries.items():
            made.writestr(zipfile.ZipInfo(name), data, packed)
    return path


OPEN: list[ZipArchive] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Archives that a test opened are closed after it."""
    yield
    while OPEN:
        OPEN.pop().close()


def good(path: Path) -> ZipArchive:
    found = opened(path)
    assert isinstance(found, ZipArchive), found
    OPEN.append(found)
    return found


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def test_files_are_read_exactly_without_the_folder_around_them(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"repo-main/agents/a.md": DATA, "repo-main/README.md": b"Hi"})
    found = good(path)
    assert found.names == ["README.md", "agents/a.md"]
    assert found.text("agents/a.md") == AGENT and not found.refused


@pytest.mark.parametrize(
    "name, why",
    [
        ("../a.md", "out of the archive"),
        ("x/../../a.md", "out of the archive"),
        ("..\\..\\a.md", "out of the archive"),
        ("x\\..\\..\\a.md", "out of the archive"),
        ("/etc/a.md", "root of a disk"),
        ("\\\\server\\share\\a.md", "root of a disk"),
        ("C:\\a.md", "drive"),
        ("c:a.md", "drive"),
        ("agents/a.md:stream", "characters"),
        ("agents/a\n.md", "characters"),
        ("agents/\u202ea.md", "characters"),
        (".", "no name"),
    ],
)
def test_a_path_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str, why: str) -> None:
    found = good(archive(tmp_path / "x.zip", {name: DATA, "ok.md": DATA}))
    assert found.names == ["ok.md"]
    ((where, reason),) = found.refused
    assert (where, why in reason) == (name, True)


def test_a_name_that_ends_at_a_null_for_others_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"agents/a.md_.exe": DATA})
    path.write_bytes(path.read_bytes().replace(b"a.md_.exe", b"a.md\0.exe"))
    assert [reason for _, reason in good(path).refused] == [
        "Its path has characters that file names cannot have."
    ]


@pytest.mark.parametrize(
    "mode, why",
    [
        (stat.S_IFLNK | 0o777, "link"),
        (stat.S_IFIFO | 0o600, "device"),
        (stat.S_IFCHR | 0o600, "device"),
        (stat.S_IFBLK | 0o600, "device"),
        (stat.S_IFSOCK | 0o600, "device"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path: Path, mode: int, why: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr(entry("a.md", mode), "/etc/passwd")
        made.writestr(entry("b.md", stat.S_IFREG | 0o644), DATA)
    found = good(tmp_path / "x.zip")
    assert found.names == ["b.md"] and why in found.refused[0][1]


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"a.md": DATA})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert good(path).refused == [("a.md", "It is encrypted.")]


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_whose_memory_is_not_bounded_are_refused(tmp_path: Path, packed: int) -> None:
    found = good(archive(tmp_path / "x.zip", {"a.md": DATA}, packed))
    assert found.refused == [("a.md", "It is packed in a way that is not read here.")]


def test_a_name_that_stands_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("a.md", "first")
        made.writestr("./a.md", "second")
    found = good(tmp_path / "x.zip")
    assert found.text("a.md") == "first" and found.refused == [("./a.md", "It is in the archive twice.")]


def refused(path: Path) -> str:
    found = opened(path)
    assert isinstance(found, Refusal)
    return found.reason


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"a.md": b"0" * 20_000_000})
    assert "times its size" in refused(path)


def test_one_bomb_among_good_files_is_refused_by_itself(tmp_path: Path) -> None:
    noise = {f"{n}.md": os.urandom(1000) for n in range(100)}
    found = good(archive(tmp_path / "x.zip", {"bomb.md": b"0" * 1_000_000, **noise}))
    assert len(found.names) == 100 and found.refused == [
        ("bomb.md", "It would unpack to more than 100 times its size.")
    ]


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {f"{n}.md": b"" for n in range(zip_reading.MOST_FILES + 1)})
    assert "too many files" in refused(path)


def test_a_directory_that_lies_about_its_count_is_refused_unread(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {f"{'n' * 500}{n}.md": b"" for n in range(9_000)})
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, len(data) - 14, 5, 5)
    path.write_bytes(data)
    assert "too many files" in refused(path)


def test_a_second_record_that_says_otherwise_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "x.zip", {f"{n}.md": b"" for n in range(zip_reading.MOST_FILES + 1)})
    data = path.read_bytes()
    count, size, start = struct.unpack_from("<HLL", data, len(data) - 12)
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    where = struct.pack("<4sLQL", b"PK\6\7", 0, len(data) - 22, 1)
    small = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 50, 0, 0)
    path.write_bytes(data[:-22] + large + where + small)
    assert len(zipfile.ZipFile(path).infolist()) == count, "the library believes it"
    monkeypatch.setattr(zip_reading.zipfile, "ZipFile", None)
    assert "ZIP64" in refused(path)


def test_too_much_in_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "x.zip", {f"{n}.md": os.urandom(1000) for n in range(20)}, zipfile.ZIP_STORED)
    monkeypatch.setattr(zip_reading, "MOST_BYTES", 10_000)
    assert "The archive has" in refused(path)
    path = archive(tmp_path / "y.zip", {"a.md": b"ab" * 6_000, "b": os.urandom(900)})
    assert "would unpack to" in refused(path)


def test_an_entry_that_is_larger_than_a_file_may_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = good(archive(tmp_path / "x.zip", {"a.md": DATA}))
    monkeypatch.setattr(zip_reading, "LIMIT", 10)
    text = found.text("a.md")
    assert isinstance(text, Refusal) and "at most are taken" in text.reason


def test_a_size_that_is_a_lie_is_noticed(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"a.md": os.urandom(5000)}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 400)
    path.write_bytes(data)
    text = good(path).text("a.md")
    assert isinstance(text, Refusal) and "damaged" in text.reason


def test_what_is_no_archive_or_no_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"hello")
    assert "no zip archive" in refused(tmp_path / "x.zip")
    os.mkfifo(tmp_path / "pipe.zip")
    for name in ("pipe.zip", "gone.zip"):
        with pytest.raises(FileProblem):
            opened(tmp_path / name)


def test_nothing_is_written_beside_the_archive(tmp_path: Path) -> None:
    found = good(archive(tmp_path / "x.zip", {"../evil.md": DATA, "a.md": DATA}))
    assert found.text("a.md") == AGENT
    assert [one.name for one in tmp_path.iterdir()] == ["x.zip"]
    assert not (tmp_path.parent / "evil.md").exists()
