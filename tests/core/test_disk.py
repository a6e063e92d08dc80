"""Only ordinary files of a sensible size are read, and a version is known by its content."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import stat
from pathlib import Path

import pytest

from agenteditor.core import disk
from agenteditor.core.disk import LIMIT, Stamp, read, stamp_of
from agenteditor.core.file_problem import FileProblem

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def refused(path: Path | str, code: str) -> str:
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.code == code
    return str(caught.value)


def test_a_file_is_read_with_its_stamp(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"a\r\n\xff\0")
    data, stamp = read(path)
    status = path.stat()
    assert data == b"a\r\n\xff\0"
    assert stamp.digest == hashlib.sha256(data).hexdigest()
    assert stamp.size == 5
    assert stamp.identity == (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def test_stamps_are_equal_if_the_contents_are(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"same")
    two.write_bytes(b"same")
    assert read(one)[1] == read(two)[1] == stamp_of(b"same", None, durable=False)
    two.write_bytes(b"sane")
    assert read(one)[1] != read(two)[1]
    assert read(one)[1] != Stamp(read(one)[1].digest, 5)


def test_a_file_at_the_limit_is_read_and_one_above_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    with path.open("wb") as stream:
        stream.truncate(LIMIT)
    assert len(read(path)[0]) == LIMIT
    with path.open("wb") as stream:
        stream.truncate(LIMIT + 1)
    assert "8.0 MB" in refused(path, "too-big")
    with path.open("wb") as stream:
        stream.truncate(10 * 1024**3)  # sparse: refused without reading it
    assert "10,240.0 MB" in refused(path, "too-big")


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"small")
    monkeypatch.setattr(disk, "content", lambda _handle: b"x" * (LIMIT + 1))
    refused(path, "too-big")


def test_what_is_not_a_file_is_refused_without_opening_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_arguments: object) -> int:
        raise AssertionError("opened")

    monkeypatch.setattr(disk.os, "open", opened)
    pipe, plug = tmp_path / "pipe", tmp_path / "plug"
    os.mkfifo(pipe)
    assert "it is a pipe" in refused(pipe, "not-a-file")
    assert "it is a folder" in refused(tmp_path, "not-a-file")
    assert "it is a device" in refused("/dev/null", "not-a-file")
    assert "it is a device" in refused("/dev/zero", "not-a-file")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(plug))
        assert "it is a socket" in refused(plug, "not-a-file")


def test_a_pipe_put_there_at_the_last_moment_does_not_hold_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"")
    real = Path.stat

    def stat_then_swap(self: Path, **named: bool) -> os.stat_result:
        status = real(self, **named)
        if self == path and stat.S_ISREG(status.st_mode):
            path.unlink()
            os.mkfifo(path)
        return status

    monkeypatch.setattr(Path, "stat", stat_then_swap)
    assert "it is a pipe" in refused(path, "not-a-file")


@pytest.mark.skipif(not Path("/proc/self/environ").is_file(), reason="this system has no /proc")
def test_views_into_the_system_are_refused_by_any_name(tmp_path: Path) -> None:
    link = tmp_path / "agent.md"
    link.symlink_to("/proc/self/environ")
    for path in ("/proc/self/environ", "/proc/kmsg", link):
        assert "running system" in refused(path, "not-a-file")
    target = tmp_path / "real.md"
    target.write_bytes(b"real")
    with target.open("rb") as stream:  # a file reached by way of /proc is a file all the same
        assert read(f"/proc/self/fd/{stream.fileno()}")[0] == b"real"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none.md", "missing"),
        ("none/agent.md", "missing"),
        ("file.md/agent.md", "missing"),
        ("loop.md", "link-loop"),
        ("n" * 300, "bad-name"),
        ("a\0b", "bad-name"),
        ("\ud800", "bad-name"),
    ],
)
def test_what_cannot_be_found_is_said_in_a_sentence(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "file.md").write_bytes(b"")
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    assert refused(tmp_path / name, code).startswith("Cannot open ")


@pytest.mark.skipif(ROOT, reason="root may read everything; test_atomic_write tries as another user")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"")
    path.chmod(0)
    refused(path, "no-permission")


def test_a_disk_that_takes_nothing_and_says_nothing_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk.os, "write", lambda _handle, _data: 0)
    with pytest.raises(OSError) as caught:
        disk.write_all(0, b"text")
    assert caught.value.errno == errno.ENOSPC
