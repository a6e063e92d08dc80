"""A saved file keeps what it had, and overwrites nothing unseen.

That it is whole at every instant, whatever fails, is proved in tests/promises/test_saving.py.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agenteditor.core import atomic_write, disk, in_place
from agenteditor.core.atomic_write import remove_leftovers, write
from agenteditor.core.disk import LIMIT, Conflict, Stamp, read
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.in_place import unfinished
from agenteditor.core.state_rooms import state_folder
from tests.core.faults import Faults, faults_in_saving

OLD = b"old content\r\n" * 40
NEW = b"new \xff content\n" * 50
ERRORS = [
    *(errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EBUSY, errno.EXDEV),
    *(errno.EPERM, errno.EOPNOTSUPP, errno.ENOENT, errno.ELOOP),
]
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture(autouse=True)
def _no_copy_is_left_from_before() -> Iterator[None]:
    yield
    for copy in (state_folder() / "overwriting").glob("*.copy"):
        copy.unlink()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "agent.md"
    path.write_bytes(OLD)
    path.chmod(0o640)
    return path


def save(path: Path, data: bytes = NEW) -> Stamp:
    return write(path, data, read(path)[1])


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def refused(path: Path, code: str, expected: Stamp | None = None) -> FileProblem:
    return refused_with(path, NEW, code, expected)


def refused_with(path: Path, data: bytes, code: str, expected: Stamp | None) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        write(path, data, expected)
    assert caught.value.code == code
    assert str(path) in str(caught.value) or not str(path).isprintable()
    return caught.value


# What a save does.


def test_a_save_replaces_the_content_and_says_which_version_it_is(file: Path) -> None:
    stamp = save(file)
    assert file.read_bytes() == NEW
    assert stamp == read(file)[1]
    assert stamp.identity == read(file)[1].identity
    assert stamp.durable
    assert names(file.parent) == ["agent.md"]
    assert write(file, OLD, stamp) == read(file)[1]


def test_a_new_file_gets_the_usual_permissions(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 252 + ".md")  # 255 bytes, the longest name there is
    before = os.umask(0o027)
    try:
        write(path, NEW, None)
    finally:
        os.umask(before)
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_nlink == 1
    assert names(tmp_path) == [path.name]


def test_the_same_content_writes_nothing(file: Path) -> None:
    before = file.stat()
    file.chmod(0o440)  # not even a file that cannot be written is in the way
    assert save(file, OLD) == read(file)[1]
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("expected", ["an earlier version", "no file"])
def test_a_content_that_another_program_wrote_is_synced_before_it_is_called_saved(
    file: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = read(file)[1] if expected == "an earlier version" else None
    file.write_bytes(NEW)  # and nobody synced it
    synced, real = [], os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert write(file, NEW, stamp).durable
    assert synced == [file.stat().st_ino, file.parent.stat().st_ino]

    def fails(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fails)
    assert not write(file, NEW, stamp).durable


def test_an_empty_content_is_a_content(file: Path) -> None:
    save(file, b"")
    assert file.read_bytes() == b""
    save(file, OLD)
    assert file.read_bytes() == OLD


# Whose version it was.


def test_a_change_nobody_saw_is_not_overwritten(file: Path) -> None:
    expected = read(file)[1]
    status = file.stat()
    other = OLD.replace(b"old", b"odd")
    file.write_bytes(other)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # same size, same time
    with pytest.raises(Conflict) as caught:
        write(file, NEW, expected)
    assert caught.value.code == "changed"
    assert file.read_bytes() == other
    found = caught.value.found
    assert found == read(file)[1]
    assert write(file, NEW, found) == read(file)[1]  # the user said: overwrite that one


def test_hard_links_with_a_change_nobody_saw_are_not_overwritten(file: Path) -> None:
    expected = read(file)[1]
    file.with_name("other.md").hardlink_to(file)
    file.write_bytes(b"changed")
    refused(file, "changed", expected)
    assert file.read_bytes() == b"changed"


def test_who_waited_for_the_lock_looks_at_the_file_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    expected = read(file)[1]
    other = file.with_name("other")
    other.write_bytes(NEW)

    def lock(_handle: int, _how: int) -> None:
        if other.exists():
            other.replace(file)  # the other program's save, finished while we waited

    monkeypatch.setattr(fcntl, "flock", lock)
    problem = refused_with(file, OLD, "changed", expected)
    assert isinstance(problem, Conflict)
    assert problem.found == read(file)[1]


def test_a_file_system_without_locks_is_written_all_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def lock(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", lock)
    save(file)
    assert file.read_bytes() == NEW


def test_a_file_replaced_by_its_equal_is_no_conflict(file: Path) -> None:
    expected = read(file)[1]
    other = file.with_name("other")
    other.write_bytes(OLD)
    other.replace(file)
    write(file, NEW, expected)
    assert file.read_bytes() == NEW


def test_somebody_else_who_wrote_the_same_is_no_conflict(file: Path) -> None:
    expected = read(file)[1]
    file.write_bytes(NEW)
    assert write(file, NEW, expected) == read(file)[1]


def test_a_deleted_file_does_not_come_back_unasked(file: Path) -> None:
    expected = read(file)[1]
    file.unlink()
    assert isinstance(refused(file, "gone", expected), Conflict)
    assert names(file.parent) == []
    write(file, NEW, None)
    assert file.read_bytes() == NEW


def test_a_new_file_overwrites_none(file: Path) -> None:
    problem = refused(file, "exists")
    assert isinstance(problem, Conflict)
    assert problem.found == read(file)[1]
    assert file.read_bytes() == OLD
    assert write(file, OLD, None) == read(file)[1]  # the very same is there already: fine


def test_a_file_that_grew_beyond_all_measure_is_a_conflict_at_once(file: Path) -> None:
    expected = read(file)[1]
    with file.open("r+b") as stream:
        stream.truncate(10 * 1024**3)  # sparse
    problem = refused(file, "changed", expected)
    assert isinstance(problem, Conflict)
    assert problem.found is None


def _while_writing(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    written = disk.write_all

    def slow(handle: int, data: bytes) -> None:
        written(handle, data)
        happens()

    monkeypatch.setattr(atomic_write, "write_all", slow)


def test_a_change_while_the_new_version_is_written_is_seen(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read(file)[1]
    _while_writing(monkeypatch, lambda: file.write_bytes(b"by another program"))
    problem = refused(file, "changed", expected)
    assert isinstance(problem, Conflict)
    assert problem.found == read(file)[1]
    assert file.read_bytes() == b"by another program"
    assert names(file.parent) == ["agent.md"]


def test_a_replacement_while_the_new_version_is_written_is_seen(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read(file)[1]
    other = file.with_name("other")
    other.write_bytes(b"by another program")
    _while_writing(monkeypatch, lambda: other.replace(file))
    problem = refused(file, "changed", expected)
    assert isinstance(problem, Conflict)
    assert problem.found == read(file)[1]
    assert names(file.parent) == ["agent.md"]


def test_a_deletion_while_the_new_version_is_written_is_seen(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read(file)[1]
    _while_writing(monkeypatch, file.unlink)
    refused(file, "gone", expected)
    assert names(file.parent) == []


def test_another_file_put_in_place_of_a_hard_link_is_not_overwritten(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.with_name("other.md").hardlink_to(file)
    expected = read(file)[1]
    theirs = file.with_name("theirs")
    theirs.write_bytes(b"by another program")
    opened = atomic_write._opened_again

    def late(*arguments: object) -> int:
        theirs.replace(file)
        return opened(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(atomic_write, "_opened_again", late)
    refused(file, "changed", expected)
    assert file.read_bytes() == b"by another program"
    assert file.with_name("other.md").read_bytes() == OLD


@pytest.mark.parametrize("how", ["hard link", "cannot be replaced"])
def test_a_change_while_the_safety_copy_is_made_is_seen(
    file: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    changes: dict[str, object] = {}
    if how == "hard link":
        file.with_name("other.md").hardlink_to(file)
    else:
        changes["rename"] = _busy
    expected = read(file)[1]
    copied = in_place.write_all

    def slow(handle: int, data: bytes) -> None:
        copied(handle, data)
        file.write_bytes(b"by another program")  # the same file, opened and written

    monkeypatch.setattr(in_place, "write_all", slow)
    with faults_in_saving(Faults(0), **changes):
        problem = refused(file, "changed", expected)
    assert isinstance(problem, Conflict)
    assert problem.found == read(file)[1]
    assert file.read_bytes() == b"by another program"
    assert names(state_folder() / "overwriting") == []


def test_a_text_longer_than_what_can_be_opened_is_saved_again_and_again(file: Path) -> None:
    stamp = save(file, b"x" * (LIMIT + 10))
    assert write(file, b"y" * (LIMIT + 20), stamp).size == LIMIT + 20
    assert file.stat().st_size == LIMIT + 20


def test_a_file_made_while_the_new_one_is_written_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "agent.md"
    _while_writing(monkeypatch, lambda: path.write_bytes(OLD))
    refused(path, "exists")
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["agent.md"]


def test_without_hard_links_a_file_made_meanwhile_is_seen_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "agent.md"
    _while_writing(monkeypatch, lambda: path.write_bytes(OLD))
    with faults_in_saving(Faults(0), O_TMPFILE=0, link=_no_link):
        refused(path, "exists")
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["agent.md"]


def test_a_locked_file_is_waited_for_and_then_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(atomic_write, "LOCK_WAIT", 0.05)
    with file.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        refused(file, "busy", read(file)[1])
    save(file)
    assert file.read_bytes() == NEW


# What is kept.


def test_a_folders_default_access_list_gives_nobody_the_old_file(file: Path) -> None:
    everything = _acl((0x01, 7, -1), (0x02, 7, 1001), (0x04, 7, -1), (0x10, 7, -1), (0x20, 7, -1))
    _set_attribute(file.parent, "system.posix_acl_default", everything)
    save(file)
    assert os.listxattr(file) == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_links_are_followed_and_stay_links(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    first, second = folder / "first.md", folder / "second.md"
    first.symlink_to("../agent.md")
    second.symlink_to(first)
    save(second)
    assert second.is_symlink()
    assert first.is_symlink()
    assert file.read_bytes() == NEW
    assert names(folder) == ["first.md", "second.md"]
    dangling = folder / "dangling.md"
    dangling.symlink_to("../made.md")
    write(dangling, NEW, None)
    assert (tmp_path / "made.md").read_bytes() == NEW


def test_nobody_else_can_read_it_before_it_has_its_rights(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.chmod(0o666)
    modes = []
    expected = read(file)[1]
    _while_writing(
        monkeypatch, lambda: modes.extend(path.stat().st_mode & 0o777 for path in file.parent.glob(".~ae-*"))
    )
    with faults_in_saving(Faults(0), O_TMPFILE=0):
        write(file, NEW, expected)
    assert modes == [0o600]
    assert stat.S_IMODE(file.stat().st_mode) == 0o666


def test_a_file_that_cannot_be_replaced_is_overwritten(file: Path) -> None:
    before, expected = file.stat().st_ino, read(file)[1]
    with faults_in_saving(Faults(0), rename=_busy):
        write(file, NEW, expected)
    assert file.read_bytes() == NEW
    assert file.stat().st_ino == before
    assert names(file.parent) == ["agent.md"]


def _busy(*_arguments: object, **_named: object) -> None:
    raise OSError(errno.EBUSY, "Device or resource busy")  # a file mounted on its own, as containers do


def test_hard_links_stay_together(file: Path) -> None:
    other = file.with_name("other.md")
    other.hardlink_to(file)
    save(file)
    assert other.read_bytes() == NEW
    assert other.samefile(file)
    save(other, b"shorter")
    assert file.read_bytes() == b"shorter"
    assert unfinished() == ()
    assert names(file.parent) == ["agent.md", "other.md"]
    assert names(state_folder() / "overwriting") == []


def test_a_name_that_is_not_text_is_kept(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/na\xffme.md"))
    write(path, NEW, None)
    save(path, OLD)
    assert [os.fsencode(name) for name in names(tmp_path)] == [b"na\xffme.md"]
    assert path.read_bytes() == OLD


# What is refused.


def test_a_read_only_file_is_left_alone(file: Path) -> None:
    file.chmod(0o444)
    refused(file, "read-only", read(file)[1])
    assert file.read_bytes() == OLD
    assert stat.S_IMODE(file.stat().st_mode) == 0o444


def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    a, b = tmp_path / "a.md", tmp_path / "b.md"
    a.symlink_to(b)
    b.symlink_to(a)
    refused(a, "link-loop")
    assert a.is_symlink()


@pytest.mark.parametrize("name", ["no/agent.md", "n" * 300, "a\0b", "\ud800"])
def test_a_folder_that_is_gone_and_names_no_file_can_have_are_refused(tmp_path: Path, name: str) -> None:
    refused(tmp_path / name, "folder-missing" if "/" in name else "bad-name")
    assert names(tmp_path) == []


def test_a_file_in_place_of_the_folder_is_refused(file: Path) -> None:
    refused(file / "agent.md", "folder-missing")


# Whatever goes wrong.


def _no_link(*_arguments: object, **_named: object) -> None:
    raise PermissionError(errno.EPERM, "no hard links here")


def _problem(path: Path, expected: Stamp | None) -> FileProblem | None:
    try:
        stamp = write(path, NEW, expected)
    except FileProblem as problem:
        return problem
    assert stamp.size == len(NEW)
    return None


def test_a_folder_that_cannot_be_synced_is_said_but_is_no_failure(file: Path) -> None:
    expected = read(file)[1]
    counting = Faults(0)
    with faults_in_saving(counting):
        write(file, NEW, expected)
    answers = []
    for at in range(1, counting.count + 1):
        file.write_bytes(OLD)
        faults = Faults(at, errno.EIO)
        with faults_in_saving(faults):
            try:
                stamp = write(file, NEW, expected)
            except FileProblem:
                continue
        if faults.failed == "fsync":
            answers.append(stamp.durable)
            assert file.read_bytes() == NEW
    assert answers == [False]


def test_a_full_disk_is_named(file: Path) -> None:
    expected = read(file)[1]
    for at in range(1, 60):
        faults = Faults(at, errno.ENOSPC)
        with faults_in_saving(faults):
            problem = _problem(file, expected)
        if faults.failed == "write":
            assert problem is not None
            assert problem.code == "no-space"
            return
    raise AssertionError("no write was met")


# What is left.


def test_only_our_own_old_temporary_files_are_removed(tmp_path: Path) -> None:
    old, new = tmp_path / ".~ae-0123456789ab.tmp", tmp_path / ".~ae-ba9876543210.tmp"
    folder, strange = tmp_path / ".~ae-folder.tmp", tmp_path / "notes.tmp"
    link = tmp_path / ".~ae-link.tmp"
    for path in (old, new, strange):
        path.write_bytes(b"")
    folder.mkdir()
    link.symlink_to(strange)
    now = time.time()
    theirs = tmp_path / ".~ae-theirs.tmp"
    theirs.write_bytes(b"")
    if ROOT:
        os.chown(theirs, 1234, 1234)
    for path in (old, strange, folder, *([theirs] if ROOT else [])):
        os.utime(path, (now - 4000, now - 4000))
    os.utime(link, (now - 4000, now - 4000), follow_symlinks=False)
    assert remove_leftovers(tmp_path) == 1
    assert not old.exists()
    assert names(tmp_path) == sorted(path.name for path in (new, folder, strange, link, theirs))
    assert remove_leftovers(tmp_path / "no such folder") == 0


# Where there are no folder handles.


@pytest.fixture
def by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_write, "_HAS_FOLDER_HANDLES", False)


def test_by_name_a_file_is_made_and_replaced(by_name: None, file: Path) -> None:
    stamp = save(file)
    assert file.read_bytes() == NEW
    assert stamp == read(file)[1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    other = file.with_name("other.md")
    write(other, NEW, None)
    assert other.read_bytes() == NEW
    assert names(file.parent) == ["agent.md", "other.md"]


def test_by_name_the_same_is_refused(by_name: None, file: Path) -> None:
    stamp = read(file)[1]
    refused(file, "exists")
    refused(file.parent, "not-a-file")
    refused(file.with_name("gone.md"), "gone", stamp)
    refused(file.parent / "no" / "agent.md", "folder-missing")
    file.chmod(0o444)
    refused(file, "read-only", stamp)
    file.chmod(0o644)
    file.write_bytes(b"changed")
    refused(file, "changed", stamp)
    assert write(file, b"changed", stamp) == read(file)[1]


def test_by_name_a_failure_leaves_no_file_behind(by_name: None, file: Path) -> None:
    expected = read(file)[1]
    for at in range(1, 8):
        faults = Faults(at, errno.ENOSPC)
        with faults_in_saving(faults):
            problem = _problem(file, expected)
        assert names(file.parent) == ["agent.md"]
        assert file.read_bytes() == (OLD if problem else NEW)
        file.write_bytes(OLD)


def _set_attribute(path: Path, name: str, value: bytes) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("this system has no extended attributes")
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"this file system keeps no {name}: {error.strerror}")


def _acl(*entries: tuple[int, int, int]) -> bytes:
    """An access list as the kernel keeps it: version 2, then tag, permissions and id of each entry."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


def test_the_limit_is_what_the_sentence_says() -> None:
    assert LIMIT == 8 * 1024 * 1024
