"""Replacing the bytes of a file so that it is whole at every instant.

`write` promises, where the system offers what it takes (Linux; macOS in most points):

- Killed or failing at any instant, the file is all old or all new. A failure leaves no other file
  behind; a kill at most one `.~ae-*.tmp`, which `remove_leftovers` takes away.
- It replaces only the version it was told to expect: compared by content, under a lock, and once
  more right before the replacement.
- Permissions, owner, ACL and extended attributes stay, or the file is overwritten in place
  (`in_place`); rights are never widened, not even for a moment. Symbolic links are followed and
  stay; hard links stay together, by writing in place.
- When it returns, file and folder were synced.
- Unchanged content writes nothing; it is synced all the same, for whoever wrote it may not have done so.

Windows has neither folder handles nor these locks: there, and where else they are missing, a file
is replaced by name, and only the first two promises hold, the second without the lock.

The set-user and set-group bits are dropped, as the system does when a content changes. Figures
behind this: RELIABILITY F6 to F8, F20, section 7.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agenteditor.core.disk import (
    LIMIT,
    READING,
    Conflict,
    Stamp,
    close,
    content,
    problems,
    require_file,
    stamp_of,
    write_all,
)
from agenteditor.core.file_problem import AnyPath, FileProblem
from agenteditor.core.in_place import LEFTOVER_AGE, overwrite

if sys.platform != "win32":
    import fcntl

LOCK_WAIT = 2.0  # seconds to wait for another program's save of the same file


def write(path: AnyPath, data: bytes, expected: Stamp | None, mode: int | None = None) -> Stamp:
    """Make ``data`` the content of a file whose content is the expected one; its new stamp.

    None expects that there is no file. Raises `Conflict` if that is not so and `FileProblem` if it
    cannot be done; then the file is as it was. ``mode`` are the rights of a new file, None for the
    usual ones.
    """
    with problems("save", path):
        target = os.path.realpath(path)
        folder, name = os.path.split(target)
        if not name:
            raise FileProblem("not-a-file", "save", path, "a folder")
        if not _HAS_FOLDER_HANDLES:
            return _write_by_name(path, Path(target), data, expected, mode)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            place = _Place(path, handle, name)
            return _create(place, data, mode) if expected is None else _replace(place, data, expected)
        finally:
            close(handle)


def remove_leftovers(folder: AnyPath, now: float | None = None) -> int:
    """Remove the temporary files that killed saves left in a folder; how many there were.

    Only ordinary files of this user that are older than `LEFTOVER_AGE` at ``now`` (seconds since
    1970). What cannot be removed stays: it is hidden, and no reader takes it for an agent.
    """
    limit = (time.time() if now is None else now) - LEFTOVER_AGE
    removed = 0
    for entry in Path(folder).glob(".~ae-*.tmp"):
        with suppress(OSError):
            status = entry.lstat()
            ours = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
            if stat.S_ISREG(status.st_mode) and ours and status.st_mtime < limit:
                entry.unlink()
                removed += 1
    return removed


_HAS_FOLDER_HANDLES = {os.open, os.link, os.rename, os.unlink, os.stat} <= os.supports_dir_fd

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL}
_NOT_OFFERED = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EISDIR, errno.ENOENT, errno.EPERM}
_CANNOT_KEEP = {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.EINVAL}
_CANNOT_RENAME = {errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES}  # a mount point; a sticky folder

# The kernel keeps these itself; a new file gets the label its folder's policy says.
_SYSTEMS_OWN = "security."
_ACL = "system.posix_acl_access"


@dataclass(frozen=True, slots=True)
class _Place:
    """A file by its folder's handle, so that a folder swapped meanwhile leads nowhere else."""

    path: AnyPath  # as the user named it, for messages
    folder: int
    name: str

    def open(self, flags: int) -> int:
        return os.open(self.name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.folder)

    def status(self) -> os.stat_result:
        return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)


class _OnlyInPlace(Exception):
    """No other file can take this one's place and be like it in all but content."""


def _create(place: _Place, data: bytes, mode: int | None) -> Stamp:
    with suppress(FileNotFoundError):
        require_file(place.status(), "save", place.path)
        found = _present(place)
        if found == stamp_of(data, None):
            handle = place.open(READING)
            try:
                return _saved(place, data, handle)
            finally:
                close(handle)
        raise Conflict("exists", place.path, found)

    def complete(handle: int) -> None:
        if mode is not None:
            os.fchmod(handle, mode)
        os.fsync(handle)

    try:
        _put(place, place.name, data, 0o666 if mode is None else 0o600, complete)
    except FileExistsError as error:
        raise Conflict("exists", place.path, _present(place)) from error
    return _saved(place, data)


def _replace(place: _Place, data: bytes, expected: Stamp) -> Stamp:
    try:
        old = _locked(place)
    except FileNotFoundError as error:
        raise Conflict("gone", place.path, None) from error
    try:
        status = os.fstat(old)
        present = content(old, max(LIMIT, expected.size, len(data)) + 1)
        if present == data:
            return _saved(place, data, old)
        found = stamp_of(present, status)
        if found != expected:
            raise Conflict("changed", place.path, found if len(present) <= LIMIT else None)
        _require_writable(place, status)
        try:
            if status.st_nlink > 1:
                raise _OnlyInPlace
            _swap(place, old, status, data, expected)
        except _OnlyInPlace:
            overwrite(place.path, lambda: _opened_again(place, old, status, present), present, data)
        return _saved(place, data)
    finally:
        close(old)  # and gives up the lock


def _locked(place: _Place) -> int:
    """The file, opened for reading, with its lock held; so nobody else is saving it with this program.

    The lock is on the file itself, which a save replaces: whoever waited holds the lock of a file
    that has no name any more, and tries again with the new one.
    """
    until = time.monotonic() + LOCK_WAIT
    while True:
        require_file(place.status(), "save", place.path)
        handle = place.open(READING)
        try:
            status = os.fstat(handle)
            require_file(status, "save", place.path)
            if _lock(handle) and os.path.samestat(status, place.status()):
                return handle
        except BaseException:
            close(handle)
            raise
        close(handle)
        if time.monotonic() > until:
            raise FileProblem("busy", "save", place.path)
        time.sleep(0.01)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        # A file system without locks: comparing the content is all there is.
        if error.errno not in _NO_LOCKS:
            raise
    return True


def _require_writable(place: _Place, status: os.stat_result) -> None:
    # Replacing asks for rights on the folder alone, and root may write anything; a file made
    # read-only is meant to stay as it is all the same.
    effective = os.access in os.supports_effective_ids
    may = os.access(place.name, os.W_OK, dir_fd=place.folder, effective_ids=effective)
    if not may or not status.st_mode & 0o222:
        raise FileProblem("read-only", "save", place.path)


def _swap(place: _Place, old: int, status: os.stat_result, data: bytes, expected: Stamp) -> None:
    """Put a file that is like the old one in all but content in its place."""

    def complete(handle: int) -> None:
        _dress(handle, old, status)
        os.fsync(handle)
        # Programs that know no locks may have written, replaced or deleted the old one since.
        if stamp_of(content(old, expected.size + 1), status) != expected:
            raise Conflict("changed", place.path, _present(place))

    def replace() -> None:
        try:
            _require_same(place, status)  # the last call before the rename: a pipe put there stays, too
            os.rename(temporary, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except BaseException as error:
            _unlink(place, temporary)
            if isinstance(error, OSError) and error.errno in _CANNOT_RENAME:
                raise _OnlyInPlace from error
            raise

    temporary = _temporary_name()
    _put(place, temporary, data, 0o600, complete, replace)


def _require_same(place: _Place, status: os.stat_result) -> None:
    try:
        if os.path.samestat(status, place.status()):
            return
    except FileNotFoundError as error:
        raise Conflict("gone", place.path, None) from error
    raise Conflict("changed", place.path, _present(place))


def _opened_again(place: _Place, old: int, status: os.stat_result, present: bytes) -> int:
    """The same file, opened for writing, if it still holds what it did before the safety copy was made."""
    handle = place.open(os.O_WRONLY | os.O_NONBLOCK)
    try:
        if os.path.samestat(status, os.fstat(handle)) and content(old, len(present) + 1) == present:
            return handle
        raise Conflict("changed", place.path, _present(place))
    except BaseException:
        close(handle)
        raise


def _present(place: _Place) -> Stamp | None:
    """Which version is there now; None where that cannot be told."""
    try:
        handle = place.open(READING)
    except OSError:
        return None
    try:
        status = os.fstat(handle)
        data = content(handle)
    except OSError:
        return None
    finally:
        close(handle)
    return stamp_of(data, status) if stat.S_ISREG(status.st_mode) and len(data) <= LIMIT else None


def _put(  # noqa: PLR0917
    place: _Place,
    name: str,
    data: bytes,
    mode: int,
    complete: Callable[[int], None],
    named: Callable[[], None] = lambda: None,
) -> None:
    """Make a file that is whole before it gets its name; FileExistsError if that is taken.

    ``complete`` is called with the file, written but nameless, to do all that is left to do; ``named`` as
    soon as it has its name, since a kill before the end of that leaves the file.
    """
    if _put_nameless(place, name, data, mode, complete, named):
        return
    temporary = name if name != place.name else _temporary_name()
    handle = _opened_new(place, temporary, os.O_CREAT | os.O_EXCL, mode)
    try:
        try:
            write_all(handle, data)
            complete(handle)
        finally:
            close(handle)
        if temporary != name:
            _name_finally(place, temporary, name)
    except BaseException:
        _unlink(place, temporary)
        raise
    named()


def _put_nameless(  # noqa: PLR0917
    place: _Place,
    name: str,
    data: bytes,
    mode: int,
    complete: Callable[[int], None],
    named: Callable[[], None],
) -> bool:
    """The same with a file that has no name before it is complete: a kill leaves nothing behind.

    False if the file system does not offer it.
    """
    flag = getattr(os, "O_TMPFILE", 0)
    if not flag:
        return False
    try:
        handle = _opened_new(place, ".", flag, mode)
    except OSError as error:
        if isinstance(error, FileProblem) or error.errno not in _NOT_OFFERED:
            raise
        return False  # an immutable folder says EPERM here: by name it is refused with the right sentence
    try:
        write_all(handle, data)
        complete(handle)
        try:
            os.link(f"/proc/self/fd/{handle}", name, dst_dir_fd=place.folder, follow_symlinks=True)
        except OSError as error:
            if error.errno not in _NOT_OFFERED:
                raise
            return False
        named()
    finally:
        close(handle)
    return True


def _name_finally(place: _Place, temporary: str, name: str) -> None:
    """Give a new file its name, which must be free, and take the temporary one away."""
    folder = place.folder
    try:
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NOT_OFFERED:
            raise
        # No hard links here (FAT): look, then rename, and hope that nobody is as quick as that.
        with suppress(FileNotFoundError):
            place.status()
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        _unlink(place, temporary)


def _opened_new(place: _Place, name: str, how: int, mode: int) -> int:
    try:
        return os.open(name, os.O_WRONLY | os.O_CLOEXEC | how, mode, dir_fd=place.folder)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EROFS) or (error.errno == errno.EPERM and name != "."):
            raise FileProblem("read-only-folder", "save", place.path) from error
        raise


def _dress(handle: int, old: int, status: os.stat_result) -> None:
    """Give a new file, readable by nobody else so far, owner, attributes and rights of the old one."""
    try:
        own = os.fstat(handle)
        if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
            os.fchown(handle, status.st_uid, status.st_gid)
        wanted, present = _attributes(old), _attributes(handle)
        # What the folder's default ACL gave to the new file would add to the old one's rights.
        for name in present.keys() - wanted.keys():
            os.removexattr(handle, name)
        for name, value in sorted(wanted.items(), key=lambda item: item[0] == _ACL):  # rights last
            if present.get(name) != value:
                os.setxattr(handle, name, value)
        os.fchmod(handle, status.st_mode & 0o777)
    except OSError as error:
        if error.errno in _CANNOT_KEEP:
            raise _OnlyInPlace from error
        raise


def _attributes(handle: int) -> dict[str, bytes]:
    if not hasattr(os, "listxattr"):
        return {}
    try:
        names = os.listxattr(handle)
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        return {}
    return {name: os.getxattr(handle, name) for name in names if not name.startswith(_SYSTEMS_OWN)}


def _saved(place: _Place, data: bytes, unsynced: int | None = None) -> Stamp:
    """The stamp of a file that has its new content. From here on nothing may say that it failed.

    ``unsynced`` is the file, open, if its content was not synced here.
    """
    durable, status = True, None
    try:
        if unsynced is not None:
            os.fsync(unsynced)
        os.fsync(place.folder)
    except OSError:
        durable = False
    with suppress(OSError):
        status = place.status()
    return stamp_of(data, status, durable)


def _unlink(place: _Place, temporary: str) -> None:
    with suppress(OSError):  # remove_leftovers will
        os.unlink(temporary, dir_fd=place.folder)


def _temporary_name() -> str:
    # Short, so that it fits where a name of 255 bytes does; never *.md, which is an agent.
    return f".~ae-{secrets.token_hex(6)}.tmp"


def _write_by_name(
    path: AnyPath, target: Path, data: bytes, expected: Stamp | None, mode: int | None
) -> Stamp:
    temporary = target.with_name(_temporary_name())
    try:
        status: os.stat_result | None = target.lstat()
    except FileNotFoundError:
        status = None
    if status is None:
        if expected is not None:
            raise Conflict("gone", path, None)
    else:
        require_file(status, "save", path)
        present = target.read_bytes()
        found = stamp_of(present, status)
        if present == data:
            return found
        if found != expected:
            raise Conflict("exists" if expected is None else "changed", path, found)
        if not os.access(target, os.W_OK) or not status.st_mode & 0o222:
            raise FileProblem("read-only", "save", path)
    try:
        with temporary.open("xb") as stream:
            write_all(stream.fileno(), data)
            os.fsync(stream.fileno())
        rights = stat.S_IMODE(status.st_mode) if status is not None else mode
        if rights is not None:
            temporary.chmod(rights)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    with suppress(OSError):
        status = target.stat()
    return stamp_of(data, status, durable=False)
