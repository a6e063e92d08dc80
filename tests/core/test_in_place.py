"""A file overwritten in place has a safety copy, and what a kill left half-written is found again."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agenteditor.core import in_place
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.in_place import overwrite, unfinished
from agenteditor.core.state_rooms import state_folder
from tests.core.faults import Faults, faults_in_saving

fcntl = pytest.importorskip("fcntl", reason="files are never overwritten in place here")

OLD, NEW = b"old" * 100, b"new" * 50


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield tmp_path / "state" / "agenteditor" / "overwriting"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "agent.md"
    path.write_bytes(OLD)
    return path


def write(path: Path, old: bytes, new: bytes) -> None:
    overwrite(path, lambda: os.open(path, os.O_WRONLY), old, new)


def copied(state: Path, path: Path, old: bytes, new: bytes, name: str = "1.copy") -> Path:
    """A safety copy as a killed save leaves it, written down apart from the code."""
    state.mkdir(parents=True, exist_ok=True)
    header = {
        "path": str(path),
        "old": hashlib.sha256(old).hexdigest(),
        "new": hashlib.sha256(new).hexdigest(),
    }
    (state / name).write_bytes(json.dumps(header).encode() + b"\n" + old)
    return state / name


@pytest.mark.parametrize("new", [NEW, OLD + NEW, b""])
def test_the_content_is_replaced_and_the_copy_goes(file: Path, state: Path, new: bytes) -> None:
    before = file.stat().st_ino
    write(file, OLD, new)
    assert file.read_bytes() == new
    assert file.stat().st_ino == before
    assert list(state.iterdir()) == []
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_while_it_is_written_the_old_content_is_safe(
    file: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    fill = in_place._fill

    def slow(handle: int, data: bytes, size: int) -> None:
        file.write_bytes(b"half")
        seen.append(unfinished())  # a save that still runs is not cut off
        (copy,) = state.iterdir()
        seen.append(copy.read_bytes().partition(b"\n")[2])
        seen.append(stat.S_IMODE(copy.stat().st_mode))
        fill(handle, data, size)

    monkeypatch.setattr(in_place, "_fill", slow)
    write(file, OLD, NEW)
    assert seen == [(), OLD, 0o600]


def test_the_copy_is_on_disk_before_the_file_is_touched(file: Path) -> None:
    counting = Faults(0)
    with faults_in_saving(counting):
        write(file, OLD, OLD + NEW)
    wanted = {"write", "fsync", "posix_fallocate", "ftruncate"}
    order = [name for name in counting.calls if name in wanted]
    space = ["posix_fallocate"] if hasattr(os, "posix_fallocate") else []
    # The copy and its folder; then space for what is to be longer, and the file.
    assert order == ["write", "fsync", "fsync", *space, "write", "ftruncate", "fsync"]


@pytest.mark.parametrize("new", [NEW, OLD + NEW])
def test_a_failure_puts_the_old_content_back(file: Path, state: Path, new: bytes) -> None:
    failed = set()
    for at in range(1, 40):
        faults = Faults(at, errno.EIO)
        try:
            with faults_in_saving(faults):
                write(file, OLD, new)
        except OSError:
            failed.add(faults.failed)
            assert file.read_bytes() == OLD
        else:
            assert file.read_bytes() == new
        assert list(state.iterdir()) == []
        file.write_bytes(OLD)
    assert {"open", "write", "fsync", "ftruncate"} <= failed


def test_if_that_fails_too_the_copy_stays_and_is_named(file: Path) -> None:
    torn = []
    for at in range(1, 20):
        try:
            with faults_in_saving(Faults(at, short=True)):  # half of one write, and nothing of any later one
                write(file, OLD, NEW)
        except FileProblem as problem:
            if problem.code == "torn":
                (found,) = unfinished()
                assert (found.path, found.old) == (file, OLD)
                assert str(found.copy) in str(problem)
                torn.append(file.read_bytes())
                found.copy.unlink()
        file.write_bytes(OLD)
    assert torn == [NEW[: len(NEW) // 2] + OLD[len(NEW) // 2 :]]


def test_without_a_safety_copy_nothing_is_written(file: Path, state: Path) -> None:
    state.parent.mkdir(parents=True)
    state.write_bytes(b"a file where the folder should be")
    with pytest.raises(FileProblem) as caught:
        write(file, OLD, NEW)
    assert caught.value.code == "no-safety-copy"
    assert file.read_bytes() == OLD


def test_a_half_written_file_is_found_with_its_old_content(file: Path, state: Path) -> None:
    copy = copied(state, file, OLD, NEW)
    file.write_bytes(NEW[:20])
    (found,) = unfinished()
    assert (found.path, found.old, found.copy) == (file, OLD, copy)
    assert copy.exists()
    file.unlink()
    assert [one.old for one in unfinished()] == [OLD]


@pytest.mark.parametrize("content", [OLD, NEW])
def test_a_whole_file_needs_no_copy(file: Path, state: Path, content: bytes) -> None:
    copy = copied(state, file, OLD, NEW)
    file.write_bytes(content)
    assert unfinished() == ()
    assert copy.exists()  # it might be of a save that has only just begun
    hour = time.time() - 4000
    os.utime(copy, (hour, hour))
    assert unfinished() == ()
    assert not copy.exists()


def test_a_copy_that_nobody_needed_is_not_taken_for_one_after_the_next_save(file: Path, state: Path) -> None:
    """A kill between the last byte and the end of a save leaves a copy of a file that is whole."""
    left = copied(state, file, b"before", OLD)
    other = copied(state, file, b"before that", b"of a file that was torn then", "2.copy")
    write(file, OLD, NEW)
    assert not left.exists()
    assert [one.copy for one in unfinished()] == [other]


def test_of_two_copies_that_say_the_same_one_is_enough(file: Path, state: Path) -> None:
    copied(state, file, OLD, NEW)
    copied(state, file, OLD, b"something else", "2.copy")
    file.write_bytes(NEW[:20])
    (found,) = unfinished()
    assert found.old == OLD
    assert list(state.iterdir()) == [found.copy]


@pytest.mark.parametrize("cut", [0, 10, 40, -1])
def test_a_copy_cut_off_itself_means_that_the_file_was_not_touched(file: Path, state: Path, cut: int) -> None:
    copy = copied(state, file, OLD, NEW)
    file.write_bytes(b"whatever it is now")
    copy.write_bytes(copy.read_bytes()[:cut])
    assert unfinished() == ()


@pytest.mark.parametrize(
    "junk", [b"", b"[]\n", b"{}\n", b'{"path": 1, "old": "", "new": ""}\n', b"\xff\n", b"[" * 99_999]
)
def test_junk_in_the_state_folder_stops_nobody(state: Path, junk: bytes) -> None:
    state.mkdir(parents=True)
    (state / "1.copy").write_bytes(junk)
    (state / "2.copy").mkdir()
    (state / "3.copy").symlink_to("3.copy")
    os.mkfifo(state / "4.copy")
    assert unfinished() == ()


def test_the_state_folder_is_where_the_user_says_or_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert state_folder() == Path("/var/state/agenteditor")
    for value in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert state_folder() == Path.home() / ".local/state/agenteditor"
