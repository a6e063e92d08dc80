"""A large catalog opened in a process of its own, run by test_big_catalog, which so learns its memory.

big_catalogs.py FOLDER COUNT READ   prints, as JSON: seconds until the rows are there and until so many agents
                                    are read and checked, MB, the longest time in ms that the window was
                                    busy, rows, what is said
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core import catalog_listing
from tests.promises.beats import Beats

TEXT = """---
name: agent-{0}
description: Use this agent when part {0} of the work is to be looked at, and for nothing else.
model: sonnet
tools: Read, Grep
---

# Agent {0}

You look at part {0} and say what you found.
"""
STEP = "- A step that says what is to be done, in a line of some length.\n"
CLOSED = "closed"


def generate(folder: Path, count: int) -> None:
    """Agents in 100 folders, three links that lead round in circles, and a folder nobody may look into."""
    for number in range(count):
        path = folder / f"group-{number % 100:02}" / f"agent-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT.format(number) + STEP * (number % 60), "utf-8")
    (folder / "group-00" / "up").symlink_to(folder)
    (folder / "group-01" / "self.md").symlink_to("self.md")
    (folder / "group-02" / "beside").symlink_to(folder / "group-03")
    (folder / CLOSED).mkdir(mode=0)


def open_catalog(folder: Path, count: int, read: int) -> dict[str, object]:
    generate(folder, count)
    forbid(folder / CLOSED)
    app = application(Settings())
    window = make_window(Settings())
    window.show()
    window.open_paths([folder / "group-00" / "agent-0.md"])  # the editor is another matter
    for _ in range(100):
        app.processEvents()
    before = memory()
    beats, began = Beats(), time.perf_counter()
    window.open_paths([folder])
    listed = wait(lambda: len(window.catalog.paths()) >= count) - began
    loader = window.catalog._loader
    were_read = wait(lambda: loader.unread <= count - read and (read < count or not loader.busy)) - began
    longest = beats.stop()
    said = window.catalog._note
    found = {
        "listed": listed,
        "read": were_read,
        "memory": memory() - before,
        "busy": longest,
        "rows": len(window.catalog.paths()),
        "agents": sum(one.name.startswith("agent-") for one in window.catalog.entries() if one),
        "said": f"{said.text()} {said.toolTip()}",
    }
    window.close()
    return found


def forbid(closed: Path) -> None:
    """Root may look into every folder: for the listing, this one is closed all the same."""

    class ForNobody:
        def __getattr__(self, name: str) -> object:
            return getattr(os, name)

        @staticmethod
        def scandir(path: str) -> object:
            if Path(path) == closed:
                raise PermissionError(13, "Permission denied", path)
            return os.scandir(path)

    catalog_listing.os = ForNobody()  # type: ignore[assignment]


def wait(until: Callable[[], bool]) -> float:
    """Let the window work until something is so; when it was."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    while not until():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return time.perf_counter()


def memory() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(folder: Path, count: int, read: int) -> dict[str, object]:
    """What this script finds out."""
    script, home = Path(__file__).resolve(), folder / "home"
    source = Path(catalog_listing.__file__).parents[2]
    (folder / "agents").mkdir()
    done = subprocess.run(
        [sys.executable, script, folder / "agents", str(count), str(read)],
        env=os.environ
        | {
            "PYTHONPATH": f"{source}{os.pathsep}{script.parents[2]}",
            "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(open_catalog(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))) + "\n")
    sys.stdout.flush()
    os._exit(0)
