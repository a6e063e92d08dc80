"""Saving: whole at every instant, whatever fails, for whoever saves; nothing widened, nothing else written."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from agenteditor.core import disk
from agenteditor.core.atomic_write import remove_leftovers, write
from agenteditor.core.disk import Stamp, read
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.in_place import unfinished
from agenteditor.core.state_rooms import state_folder
from tests.core.faults import Faults, faults_in_saving
from tests.promises.conftest import Promise
from tests.promises.disks import DISKS, kind_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, SIGKILL and folder handles")

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
HERE = Path(__file__).parent
OLD, NEW = b"old content\r\n" * 40, b"new \xff content\n" * 50


def run(script: str, *arguments: object, timeout: float = 7000) -> str:
    """What a script of ours, run as a process of its own, says."""
    source = Path(disk.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, HERE.parent / script, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": f"{source}{os.pathsep}{HERE.parents[1]}"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where the system has one: a kill loses nothing that a disk would keep."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="agenteditor-", dir=shared))
    yield folder
    shutil.rmtree(folder)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# P5: killed.


@pytest.mark.parametrize(
    ("name", "size", "commit", "release"),
    [
        ("saves of 6 kB", 6_000, 300, 10_000),
        ("saves of 200 kB", 200_000, 100, 10_000),
        ("saves of 5 MB (1 of 4)", 5_000_000, 10, 2_500),
        *[(f"saves of 5 MB ({part} of 4)", 5_000_000, 0, 2_500) for part in range(2, 5)],
        ("batch: a field set in 3 files", 0, 30, 10_000),
        ("renames", 0, 60, 10_000),
    ],
)
def test_p05_killed_at_any_instant_a_file_is_whole_and_no_finished_work_is_lost(  # noqa: PLR0917
    promise: Promise, memory: Path, name: str, size: int, commit: int, release: int
) -> None:
    """Saves from the source and from a form are one call: `files.save`."""
    times = promise.times(commit, release)
    if not times:
        pytest.skip("a part of the kills that are tried by make torture")
    kills, torn, lost, left = map(
        int, run("promises/kills.py", name.split(maxsplit=1)[0], memory, times, size).split()
    )
    promise.measured(f"{name}: {kills:,} kills, {torn} torn or gone, {lost} lost")
    assert (torn, lost) == (0, 0)
    assert left <= max(5, kills // 5)
    assert name != "renames" or left == 0


# P6: power cuts.


@pytest.mark.parametrize("changes", [{}, {"O_TMPFILE": 0}])
def test_p06_a_file_is_synced_before_it_gets_its_name_and_its_folder_after(
    promise: Promise, tmp_path: Path, changes: dict[str, object]
) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(OLD)
    expected = read(path)[1]
    order = []
    for target, stamp in ((path, expected), (tmp_path / "new.md", None)):
        counting = Faults(0)
        with faults_in_saving(counting, **changes):
            write(target, NEW, stamp)
        order.append([name for name in counting.calls if name in ("write", "fsync", "link", "rename")])
    nameless = not changes and hasattr(os, "O_TMPFILE")
    assert order[0] == ["write", "fsync", *(["link"] if nameless else []), "rename", "fsync"]
    assert order[1] == ["write", "fsync", "link", "fsync"]
    promise.measured("order of calls: written, synced, named, folder synced, and only then reported")


@pytest.mark.parametrize(("kind", "options"), DISKS)
def test_p06_after_a_power_cut_a_saved_file_is_on_disk_whole(
    promise: Promise, tmp_path: Path, kind: str, options: str
) -> None:
    if not promise.torture:
        pytest.skip("cuts of a mounted disk are tried by make torture, as root")
    if not ROOT:
        pytest.skip("only root may mount the disk whose power is cut")
    if not (made := shutil.which(f"mkfs.{kind}")):
        pytest.skip(f"mkfs.{kind} is not installed")
    told = run("promises/power.py", made, options, tmp_path, promise.times(0, 1000))
    if told.startswith("not here"):
        pytest.skip(told)
    cuts, saves, torn, lost, left = map(int, told.split())
    promise.measured(
        f"{kind} ({options}): {cuts:,} cuts after {saves:,} saves: {torn} torn, {lost} lost, {left} left over"
    )
    assert (torn, lost) == (0, 0)


# P7: any call may fail.


HOWS = ["replace", "in place", "create", "named", "created by name", "no links"]
ERRORS = [
    *(errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EBUSY, errno.EXDEV),
    *(errno.EPERM, errno.EOPNOTSUPP, errno.ENOENT, errno.ELOOP),
]
# Which sentences fit; those of a call that a save does without are not said, and so are not here.
FITTING = {
    errno.ENOSPC: {"no-space", "no-safety-copy"},
    errno.EDQUOT: {"no-space", "no-safety-copy"},
    errno.EIO: {"disk-error", "no-safety-copy"},
    errno.EROFS: {"read-only", "read-only-folder", "no-safety-copy"},
    errno.EACCES: {"read-only", "read-only-folder", "no-safety-copy"},
    errno.EPERM: {"read-only", "read-only-folder", "no-safety-copy"},
    errno.EBUSY: {"busy", "no-safety-copy"},
    errno.EXDEV: {"disk-error", "no-safety-copy"},
    errno.EOPNOTSUPP: {"disk-error", "no-safety-copy"},
    errno.ENOENT: {"folder-missing", "gone", "no-safety-copy"},
    errno.ELOOP: {"link-loop", "no-safety-copy"},
}


@pytest.mark.parametrize("how", HOWS)
def test_p07_any_call_may_fail(promise: Promise, tmp_path: Path, how: str) -> None:
    """Old or new, the right sentence, and no stray file, whichever call of a save fails in whichever way."""
    tried = 0
    for at in range(1, 200):
        reached = False
        for faults in [*(Faults(at, number) for number in ERRORS), Faults(at, short=True)]:
            problem, path = _saved_with(faults, how, tmp_path)
            _check(path, problem, faults, how)
            reached = reached or faults.count >= at
            tried += bool(faults.failed)
        if not reached:
            break
    else:
        raise AssertionError("a save has fewer calls than that")
    assert tried > 100
    promise.measured(f"{how}: {tried} failing calls, 0 violations")


@pytest.mark.parametrize("how", HOWS)
def test_p07_any_two_calls_may_fail(promise: Promise, tmp_path: Path, how: str) -> None:
    if not promise.torture:
        pytest.skip("pairs of failing calls are tried by make torture")
    tried = 0
    errors = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EXDEV)
    for first in range(1, 200):
        reached = False
        for number, other in product(errors, errors):
            for later in range(first + 1, first + 60):
                faults = Faults(first, number, later=later, later_number=other)
                problem, path = _saved_with(faults, how, tmp_path)
                _check(path, problem, faults, how)
                reached = reached or faults.count >= first
                if faults.count < later:
                    break
                tried += 1
        if not reached:
            break
    promise.measured(f"{how}: {tried:,} pairs of failing calls, 0 violations")


@pytest.mark.parametrize("how", ["replace", "named", "create", "in place"])
def test_p07_killed_before_any_call_a_file_is_whole_or_its_old_text_is_kept(
    promise: Promise, tmp_path: Path, how: str
) -> None:
    assert run("core/saves.py", "each", tmp_path, how) == "whole"
    promise.measured(f"{how}: killed before each of its calls, whole or its old text kept")


def _no_link(*_arguments: object, **_named: object) -> None:
    raise PermissionError(errno.EPERM, "no hard links here")


def _saved_with(faults: Faults, how: str, folder: Path) -> tuple[FileProblem | None, Path]:
    for entry in folder.iterdir():
        entry.unlink()
    changes: dict[str, object] = {"O_TMPFILE": 0} if how in ("named", "created by name", "no links") else {}
    if how == "no links":
        changes["link"] = _no_link
    path, expected = folder / "agent.md", None
    if not _makes(how):
        path.write_bytes(OLD)
        path.chmod(0o640)
        expected = read(path)[1]
    if how == "in place":
        (folder / "other.md").hardlink_to(path)
    with faults_in_saving(faults, **changes):
        try:
            stamp = write(path, NEW, expected)
        except FileProblem as problem:
            return problem, path
    assert stamp.size == len(NEW)
    return None, path


def _makes(how: str) -> bool:
    return how.startswith("create") or how == "no links"


def _check(path: Path, problem: FileProblem | None, faults: Faults, how: str) -> None:
    what = (faults.failures, faults.number, faults.at, faults.later, problem)
    content = path.read_bytes() if path.exists() else None
    pair = len(faults.failures) > 1
    if problem is None:
        assert content == NEW, what
    elif problem.code == "torn":  # neither the new nor the old text could be written
        assert faults.short or pair, what
        kept = unfinished()
        if content not in (OLD, NEW):
            assert [(one.path, one.old) for one in kept] == [(path.resolve(), OLD)], what
        (copy,) = (state_folder() / "overwriting").glob("*.copy")
        assert str(copy) in str(problem), what
        copy.unlink()
    else:
        assert content == (None if _makes(how) else OLD), what
        assert str(path) in str(problem) and "\n" not in str(problem), what
        if not pair:
            assert problem.code in FITTING[faults.number or errno.ENOSPC], what
    if content is not None and not _makes(how):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640, what
    if (path.parent / "other.md").exists():
        assert path.samefile(path.parent / "other.md"), what
    copies = state_folder() / "overwriting"
    if "unlink" not in faults.failures:  # then a file of ours stays, and is swept away later
        assert set(names(path.parent)) <= {"agent.md", "other.md"}, what
        assert not copies.is_dir() or names(copies) == [], what
    else:
        assert all(
            name in ("agent.md", "other.md") or name.startswith(".~ae-") for name in names(path.parent)
        )
        for copy in copies.glob("*.copy") if copies.is_dir() else ():
            copy.unlink()


# P10: what is kept.


def test_p10_rights_owner_attributes_and_links_are_kept(promise: Promise, tmp_path: Path) -> None:
    """Every combination; a file with hard links is written in place, any other is replaced."""
    owners = [(0, 0), (1234, 2345)] if ROOT else [(os.geteuid(), os.getegid())]
    modes = (0o600, 0o640, 0o644, 0o664, 0o606, 0o755)
    cases = list(product(modes, owners, ("", "u:1001:rw", "g:1001:r,m:r"), (0, 3), ("", "symbolic", "hard")))
    if not shutil.which("setfacl"):
        promise.lacks("setfacl is not installed: access lists were not tried")
    made = []
    for number, (mode, owner, acl, attributes, link) in enumerate(cases):
        path = tmp_path / f"{number}.md"
        path.write_bytes(OLD)
        os.chown(path, *owner)
        path.chmod(mode)
        for index in range(attributes):
            os.setxattr(path, f"user.note{index}", b"\0\xff" * index)
        made.append((path, link, acl))
    for acl in ("u:1001:rw", "g:1001:r,m:r"):
        if shutil.which("setfacl"):
            subprocess.run(["setfacl", "-m", acl, *[p for p, _, own in made if own == acl]], check=True)
    before = _facts(tmp_path)
    for path, link, _ in made:
        named = path
        if link == "symbolic":
            named = path.with_suffix(".link")
            named.symlink_to(path.name)
        elif link == "hard":
            path.with_suffix(".other").hardlink_to(path)
        write(named, NEW, read(path)[1])
        assert path.read_bytes() == NEW
        assert link != "symbolic" or named.is_symlink()
        assert link != "hard" or path.with_suffix(".other").samefile(path)
    after = _facts(tmp_path)
    assert {name: after[name] for name in before} == before
    promise.measured(f"{len(cases)} combinations of mode, owner, list, attributes and links: 0 differences")


def _facts(folder: Path) -> dict[str, object]:
    """Mode, owner, attributes and access list of each file, as the system and its tools say."""
    facts: dict[str, object] = {}
    for path in sorted(folder.glob("*.md")):
        status = path.stat()
        attributes = {name: os.getxattr(path, name) for name in os.listxattr(path)}
        facts[path.name] = (status.st_mode, status.st_uid, status.st_gid, attributes)
    for tool in (["getfacl", "-p", "-n"], ["getfattr", "-d", "-m", "-", "--absolute-names"]):
        if shutil.which(tool[0]):
            paths = sorted(folder.glob("*.md"))
            done = subprocess.run([*tool, *paths], capture_output=True, text=True, check=True)
            facts[tool[0]] = done.stdout
    return facts


@pytest.mark.skipif(not ROOT, reason="only root may become another user to see what that one may do")
@pytest.mark.parametrize("case", ["foreign", "sticky", "folder", "file", "own", "unreadable"])
def test_p10_a_user_with_fewer_rights_changes_no_owner_and_no_right(promise: Promise, case: str) -> None:
    assert run("core/saves.py", "nobody", case) == "as promised"
    promise.measured(f"as another user ({case}): owner, rights and file stay")


# P11: only ordinary files.


KINDS = ("pipe", "folder", "socket", "device", "link to a pipe")


def _put(path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    elif kind == "device":
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))  # as /dev/null
    else:
        os.mkfifo(path.with_name("pipe"))
        path.symlink_to("pipe")


def _take_away(path: Path) -> None:
    for one in (path, path.with_name("pipe")):
        if one.is_dir():
            one.rmdir()
        else:
            one.unlink(missing_ok=True)


def test_p11_only_ordinary_files_are_written(promise: Promise, memory: Path) -> None:
    tried = 0
    path = memory / "a.md"
    for kind, expected in product(KINDS, (None, Stamp("0" * 64, 0))):
        if kind == "device" and not ROOT:
            promise.lacks("devices of our own need root; /dev/null was tried")
            continue
        _put(path, kind)
        before = path.stat().st_ino
        for one in (path, Path("/dev/null"), Path("/")):
            with pytest.raises(FileProblem) as caught:
                write(one, NEW, expected)
            assert caught.value.code == "not-a-file"
            tried += 1
        assert path.stat().st_ino == before
        _take_away(path)
        assert names(memory) == []
    promise.measured(f"pipes, folders, sockets, devices: {tried} refused, 0 hangs")


def test_p11_nor_are_those_put_there_while_it_is_saved(promise: Promise, memory: Path) -> None:
    """Before each call of a save the file is replaced by something else; nothing hangs, nothing is written."""
    tried, replaced = 0, 0
    path = memory / "a.md"
    for kind in KINDS if ROOT else [kind for kind in KINDS if kind != "device"]:
        for at in range(1, 100):
            path.write_bytes(OLD)
            expected = read(path)[1]
            there: list[os.stat_result] = []

            def put(kind: str = kind, there: list[os.stat_result] = there) -> None:
                path.unlink(missing_ok=True)
                _put(path, kind)
                there.append(path.lstat())

            faults = Faults(at, before=put)
            with faults_in_saving(faults):
                try:
                    write(path, NEW, expected)
                    answer = ""
                except FileProblem as problem:
                    answer = problem.code
            if not there:
                _take_away(path)
                break
            tried += 1
            kept = os.path.samestat(path.lstat(), there[0])
            if not kept:  # put there between the last look and the rename, which is the next call
                assert faults.calls[at - 1] == "rename" and answer == "", (kind, at)
                replaced += 1
            assert kept or path.read_bytes() == NEW
            _take_away(path)
            assert names(memory) == [], (kind, at)
    promise.measured(f"put there before each call of a save: {tried} tried, none written to, 0 hangs")
    if replaced:
        promise.lacks("what is put there between the last look and the rename, the next call, is replaced")


# P18: two programs.


def test_p18_two_programs_saving_one_file_lose_nothing(promise: Promise, tmp_path: Path) -> None:
    times = promise.times(60, 1500)
    first, second, lost = map(int, run("core/saves.py", "race", tmp_path, times).split())
    assert (first, second, lost) == (times, times, 0)
    promise.measured(f"{2 * times:,} saves of two programs: {lost} lost")


def test_p12_what_kills_leave_is_hidden_and_goes_when_it_is_old(
    promise: Promise, memory: Path, tmp_path: Path
) -> None:
    """On a file system that makes files with names only, every second kill leaves one."""
    kills, _, _, left = map(int, run("promises/kills.py", "leaves", memory, promise.times(40, 2000)).split())
    assert all(name == "agent.md" or (name[:5], name[-4:]) == (".~ae-", ".tmp") for name in names(memory))
    assert remove_leftovers(memory) == 0
    for path in memory.glob(".~ae-*"):
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 4000))
    assert remove_leftovers(memory) == left > 0
    assert names(memory) == ["agent.md"]
    promise.measured(
        f"files made with names: {kills:,} kills left {left}, all gone after an hour and a start"
    )


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without names need Linux")
def test_p12_a_file_has_a_temporary_name_for_three_calls_alone(promise: Promise, tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(OLD)
    counting, expected = Faults(0), read(path)[1]
    with faults_in_saving(counting):
        write(path, NEW, expected)
    calls = counting.calls
    # The look between them is what keeps a pipe that was put there (P11). Nothing else is done meanwhile.
    assert calls[calls.index("link") : calls.index("rename") + 1] == ["link", "stat", "rename"]
    promise.measured(f"a kill leaves a file only between 3 of the {len(calls)} calls of a save")


def test_p12_few_kills_leave_a_file_on_a_real_disk(promise: Promise, tmp_path: Path) -> None:
    if not promise.torture:
        pytest.skip("kills of saves to a disk are counted by make torture")
    kind = kind_of(tmp_path)
    if kind in ("tmpfs", "ramfs"):
        pytest.skip("the tests' folder is in memory, where nothing is waited for; set TMPDIR to a disk")
    kills, _, _, left = map(int, run("promises/kills.py", "saves", tmp_path, 6_000, 6_000).split())
    promise.measured(f"{kills:,} kills while a file is saved to {kind} without a pause: {left} left")
    if left > kills * 0.003:
        promise.lacks(
            f"{left / kills:.1%} of such kills fell between naming and renaming, where 0.3% were wanted: Linux gives no "
            "nameless file the name of another in one call, and the quicker a disk syncs, the larger is the share "
            "of those two calls"
        )
    assert left <= kills * 0.05
