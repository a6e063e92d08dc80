"""Batches in processes of their own, killed before their first call that changes something, the second …

batches.py FOLDER WHAT    prints "as promised", or what was found; run by test_batch_write
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from agenteditor.core import batch_files
from agenteditor.core.batch import planned
from agenteditor.core.batch_journal import batches
from agenteditor.core.batch_rename import rename
from agenteditor.core.batch_write import Undoing, Writing
from tests.core.agent_folders import agent, tree, write

KILLED = 9
CALLS = ("open", "link", "unlink", "rename", "fsync", "mkdir", "rmdir", "fchmod", "write")


def plan(folder: Path, what: str):
    paths = sorted(folder.rglob("*.md"))
    return planned(
        {
            "rename": lambda: rename(paths[0], "new-name", paths),
            "move": lambda: batch_files.move(paths, folder / "new"),
            "delete": lambda: batch_files.delete(paths),
            "duplicate": lambda: batch_files.duplicate(paths, paths),
        }[what]()
    )


def child(work: Callable[[], object]) -> int:
    """What became of work in a process of its own."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_before(call: int) -> None:
    left = [call]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def counting(*args: object, **more: object) -> object:
            left[0] -= 1
            if not left[0]:
                os._exit(KILLED)
            return real(*args, **more)

        return counting

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))


def found(folder: Path, what: str) -> str:
    agents = folder / "agents"
    write(agents, {"a-b.md": agent("a-b"), "sub/b.md": agent("b") + "Ask a-b, Agent(a-b).\n"})
    before = tree(agents)
    cut_off = 0
    for call in range(1, 1000):
        os.environ["XDG_STATE_HOME"] = str(folder / f"state-{call}")
        made = plan(agents, what)

        def working(call: int = call, made: object = made) -> None:
            killed_before(call)
            for _ in Writing(made.label, made.changes, os.unlink).steps():
                pass

        code = child(working)
        if code not in (0, KILLED):
            return f"ended with {code} before call {call}"
        for batch in batches():
            cut_off += not batch.finished
            undoing = Undoing(batch)
            for _ in undoing.steps():
                pass
            if undoing.skipped:
                return f"killed before call {call}: {undoing.said()}"
        left = {name: value for name, value in tree(agents).items() if not name.endswith(".tmp")}
        if left != before:
            return f"killed before call {call}: {sorted(left)}"
        for name in tree(agents).keys() - before.keys():
            (agents / name).unlink()
        if code == 0:
            return "as promised" if cut_off > 5 else f"cut off only {cut_off} times"
    return "never came to an end"


if __name__ == "__main__":
    print(found(Path(sys.argv[1]), sys.argv[2]))
