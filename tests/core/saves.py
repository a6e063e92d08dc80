"""Saves in processes of their own, run by tests/promises/test_saving.py: killed, racing, with fewer rights.

saves.py each FOLDER HOW           prints "whole", or what was found
saves.py race FOLDER TIMES         prints: saves of each of two programs, saves lost
saves.py nobody CASE               prints "as promised", or what was found
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from agenteditor.core import in_place
from agenteditor.core.atomic_write import write
from agenteditor.core.disk import Conflict, Stamp, read
from agenteditor.core.file_problem import FileProblem
from tests.core.faults import Faults, faults_in_saving

NOBODY = 65534


def version(number: int, size: int) -> bytes:
    unit = b"%012d." % number
    return unit * (size // len(unit) + 1) + b"END"


def child(work: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid


def each(folder: Path, how: str) -> str:
    """Kill a save before its first call, its second, and so on."""
    path, other = folder / "agent.md", folder / "other.md"
    old, new = version(1, 300), version(2, 500)
    changes: dict[str, object] = {"O_TMPFILE": 0} if how == "named" else {}
    for at in range(1, 200):
        for entry in folder.iterdir():
            entry.unlink()
        stamp = None if how == "create" else write(path, old, None)
        if how == "in place":
            other.hardlink_to(path)

        def saving(at: int = at, stamp: Stamp | None = stamp) -> None:
            with faults_in_saving(Faults(at, kill=True), **changes):
                write(path, new, stamp)

        _, status = os.waitpid(child(saving), 0)
        content = path.read_bytes() if path.exists() else None
        kept = in_place.unfinished()
        if content not in (new, None if how == "create" else old):
            if how != "in place" or [(one.path, one.old) for one in kept] != [(path.resolve(), old)]:
                return f"killed at call {at}: {content!r}, and kept {kept}"
        elif kept:
            return f"killed at call {at}: the file is whole, yet said to be unfinished"
        for copy in in_place._folder().glob("*.copy"):
            copy.unlink()
        if not os.WIFSIGNALED(status):
            return "whole" if at > 10 and content == new else f"{at} calls, {content!r}"
    return "a save has fewer calls than that"


def race(folder: Path, times: int) -> str:
    """Two programs add their own lines to one file, each as often as it takes."""
    path = folder / "agent.md"
    write(path, b"", None)

    def adding(name: bytes) -> None:
        for number in range(times):
            while True:
                data, stamp = read(path)
                try:
                    write(path, data + b"%b%d\n" % (name, number), stamp)
                    break
                except Conflict:
                    continue

    pids = [child(lambda name=name: adding(name)) for name in (b"a", b"b")]
    for pid in pids:
        os.waitpid(pid, 0)
    lines = path.read_bytes().split()
    wanted = {b"%b%d" % (name, number) for name in (b"a", b"b") for number in range(times)}
    counts = [sum(line.startswith(name) for line in lines) for name in (b"a", b"b")]
    return f"{counts[0]} {counts[1]} {len(wanted - set(lines))}"


def nobody(case: str) -> str:
    """What a user may do with a file of root's: everything that the rights say, and no more."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name, "folder")
        folder.mkdir()
        path = folder / "agent.md"
        path.write_bytes(b"old")
        if case == "own":
            os.chown(path, NOBODY, NOBODY)
        path.chmod({"file": 0o644, "own": 0o464, "unreadable": 0o600}.get(case, 0o666))
        folder.chmod({"folder": 0o755, "sticky": 0o1777}.get(case, 0o777))
        before, stamp = path.stat(), read(path)[1]
        done, tell = os.pipe()

        def saving() -> None:
            os.environ["XDG_STATE_HOME"] = str(folder / "state")
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            try:
                write(path, b"new", stamp)
                answer = "saved"
            except FileProblem as problem:
                answer = problem.code
            os.write(tell, answer.encode())

        os.waitpid(child(saving), 0)
        os.close(tell)
        with os.fdopen(done, "rb") as stream:
            answer = stream.read().decode()
        after, content = path.stat(), path.read_bytes()
        # A file of another user's can only be overwritten in place: else its owner would change.
        allowed = case in ("foreign", "sticky")
        expected = {
            "folder": "read-only-folder",
            "file": "read-only",
            "own": "read-only",
            "unreadable": "read-only",
        }.get(case, "saved")
        kept = (before.st_uid, before.st_mode, before.st_ino) == (after.st_uid, after.st_mode, after.st_ino)
        if answer == expected and kept and content == (b"new" if allowed else b"old"):
            return "as promised"
        return f"{answer}, kept: {kept}, {content!r}"


def main(what: str, *rest: str) -> str:
    if what == "nobody":
        return nobody(rest[0])
    folder = Path(rest[0])
    return race(folder, int(rest[1])) if what == "race" else each(folder, rest[1])


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
