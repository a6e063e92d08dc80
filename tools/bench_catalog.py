"""How a catalog behaves in the window: one folder, measured in a process of its own; figures as JSON.

``tools/bench.py`` makes the folders, runs this on each and prints the figures.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

FILTERS = ("review", "agent-12", "tool:bash", "is:loading use")


class Figures(NamedTuple):
    """Times in seconds, keys in milliseconds, memory in MB. ``bare`` is a walk that reads every file."""

    files: int
    bare: float
    bare_memory: float
    rows: float  # until rows are drawn
    badges: float  # until everything is read
    block: float  # the longest time without a look at the event queue
    keys: list[float]
    memory: float


def main() -> int:
    """Measure the folder that is named; the exit status."""
    folder = Path(sys.argv[1])
    files, bare = bare_read(folder)
    bare_memory = peak()
    print(json.dumps(measured(folder, files, bare, bare_memory)._asdict()))
    return 0


def bare_read(folder: Path) -> tuple[int, float]:
    """How many files there are, and the seconds it takes to find and read them. Once before, to warm up."""
    for _ in range(2):
        began = time.perf_counter()
        read = 0
        for root, _folders, names in os.walk(folder):
            for name in names:
                if name.endswith(".md"):
                    Path(root, name).read_bytes()
                    read += 1
        seconds = time.perf_counter() - began
    return read, seconds


def measured(folder: Path, files: int, bare: float, bare_memory: float) -> Figures:
    """Open ``folder`` in the real view, wait until it is read, and type filters."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from agenteditor.app.main import application
    from agenteditor.app.settings import Settings
    from agenteditor.core.resources import resource
    from agenteditor.ui.catalog_view import CatalogView

    app = application(Settings())
    view = CatalogView()
    view.resize(280, 800)
    view.show()

    def run_while(condition: Callable[[], object]) -> float:
        longest = 0.0
        while condition():
            began = time.perf_counter()
            app.processEvents()
            longest = max(longest, time.perf_counter() - began)
        return longest

    view.set_folder(resource("samples"))  # what is loaded once only is not a matter of this folder
    run_while(lambda: view.busy)
    gc.freeze()  # as ``app.main`` does
    began = time.perf_counter()
    view.set_folder(folder)
    block = time.perf_counter() - began
    block = max(block, run_while(lambda: view.listing))
    app.processEvents()
    rows = time.perf_counter() - began
    block = max(block, run_while(lambda: view.busy))
    badges = time.perf_counter() - began
    keys: list[float] = []
    line = view.filter_line
    for text in FILTERS:
        for key in [*text, *[Qt.Key.Key_Backspace] * len(text)]:
            pressed = time.perf_counter()
            QTest.keyClick(line, key)
            app.processEvents()
            keys.append((time.perf_counter() - pressed) * 1000)
    return Figures(files, bare, bare_memory, rows, badges, block, keys, peak())


def peak() -> float:
    """The most memory this process has had, in MB."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


if __name__ == "__main__":
    sys.exit(main())
