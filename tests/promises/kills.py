"""Programs that save without a pause, killed at random moments; run by test_saving.

kills.py saves FOLDER TIMES SIZE    one file, saved again and again
kills.py batch: FOLDER TIMES        a field of three files, set again and again
kills.py renames FOLDER TIMES       a file whose name changes to and fro
kills.py leaves FOLDER TIMES        as saves, where files cannot be made without a name

Each prints: kills, files torn or gone, finished work lost, temporary files left.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from agenteditor.core import atomic_write, files
from agenteditor.core.files import Stamp
from agenteditor.core.renaming import rename
from tests.core.saves import child

AGENT = (
    "---\nname: a\ndescription: Use this agent when a test needs one.\nmodel: opus\n---\n\nYou are good.\n"
)

Work = Callable[[int], object]


def killed(times: int, work: Callable[[], Work], rounds: float) -> Iterator[int]:
    """Kill a program that does ``work`` for 1, 2, 3 …; after each kill the number last known to be done.

    The next number may be done too; it is tried again. A kill comes at any moment of the first ``rounds``.
    """
    chance = random.Random()
    do = work()
    started = time.perf_counter()
    for number in range(1, 6):
        do(number)
    one = (time.perf_counter() - started) / 5
    number = 5
    for _ in range(times):
        done, tell = os.pipe()

        def working(tell: int = tell, number: int = number) -> None:
            do = work()
            while True:
                number += 1
                do(number)
                os.write(tell, number.to_bytes(8))

        pid = child(working)
        os.close(tell)
        time.sleep(chance.random() * one * rounds)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with os.fdopen(done, "rb") as stream:
            told = stream.read()
        number = int.from_bytes(told[-8:]) if told else number
        yield number


def version(number: int, size: int) -> str:
    unit = f"{number:012d}."
    return unit * (size // len(unit) + 1) + "END"


def save(folder: Path, times: int, size: int) -> str:
    path = folder / "agent.md"

    def saver() -> Work:
        last: Stamp | None = files.stamp(path) if path.exists() else None

        def once(number: int) -> None:
            nonlocal last
            last = files.save(path, version(number, size), last)

        return once

    torn, lost = 0, 0
    for finished in killed(times, saver, 6 if size < 1_000_000 else 1.5):
        content = path.read_text("utf-8")
        number = int(content[:12] or "-1")
        torn += content != version(number, size)
        lost += number < finished
    return f"{times} {torn} {lost} {len(list(folder.iterdir())) - 1}"


def batch(folder: Path, times: int) -> str:
    # Late, for only this one needs them, and they take longer to load than the rest.
    from agenteditor.core import batch_edits
    from agenteditor.core.batch import planned
    from agenteditor.core.batch_write import Writing

    paths = [folder / f"{name}.md" for name in "abc"]
    state = folder / "state"
    os.environ["XDG_STATE_HOME"] = str(state)
    for path in paths:
        path.write_text(AGENT, "utf-8")

    def batches() -> Work:
        def once(number: int) -> None:
            plan = planned(batch_edits.set_field(paths, "model", f"m{number}"))
            for _ in Writing(plan.label, plan.wanted, os.unlink).steps():
                pass

        return once

    torn, lost, left = 0, 0, 0
    for finished in killed(times, batches, 3):
        for path in paths:
            text = path.read_text("utf-8")
            number = text.partition("model: m")[2].partition("\n")[0]
            torn += text != AGENT.replace("opus", f"m{number}")
            lost += not number.isdecimal() or int(number) < finished
        left += len(list(folder.glob(".~ae-*")))
        for temporary in folder.glob(".~ae-*"):
            temporary.unlink()
        shutil.rmtree(state, ignore_errors=True)  # its journal grows, and is tried at every call elsewhere
    return f"{times} {torn} {lost} {left}"


def renaming(folder: Path, times: int) -> str:
    names = [folder / "even.md", folder / "odd.md"]
    names[0].write_text("content", "utf-8")

    def renames() -> Work:
        return lambda number: rename(names[(number - 1) % 2], names[number % 2])

    torn, lost = 0, 0
    for finished in killed(times, renames, 6):
        there = [path for path in names if path.exists()]
        torn += not there or any(path.read_text("utf-8") != "content" for path in there)
        # One name, or both of one file while it was being renamed.
        lost += not there or (len(there) == 2 and not there[0].samefile(there[1]))
        if len(there) == 2:
            names[(finished + 1) % 2].unlink()
        elif there != [names[finished % 2]]:
            rename(there[0], names[finished % 2])  # as if the last one had not been done
    return f"{times} {torn} {lost} {len(list(folder.iterdir())) - 1}"


def leave(folder: Path, times: int) -> str:
    atomic_write.os.O_TMPFILE = 0  # as on a file system without it
    return save(folder, times, 200_000)


def main(what: str, folder: str, times: str, *size: str) -> str:
    path, count = Path(folder), int(times)
    if what == "saves":
        return save(path, count, int(size[0]))
    return {"batch:": batch, "renames": renaming, "leaves": leave}[what](path, count)


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
