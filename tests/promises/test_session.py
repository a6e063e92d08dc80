"""A session of a robot in the real window (`session`), looked at from four promises.

With every commit one short session serves them all; under torture they have sessions of their own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.promises import nasty

ROOT = Path(__file__).resolve().parent.parent.parent
CYCLES = 12
# AGENTEDITOR_CYCLES says how long the session under torture is; 1,000 cycles take some ten minutes.
LONG = int(os.environ.get("AGENTEDITOR_CYCLES", "1000"))
WATCHED = "connect,bind,sendto,execve,execveat,fork,vfork,clone,clone3"


class Session:
    """A session in a process of its own, on copies of these files. ``wait`` gives what it saw."""

    def __init__(
        self, folder: Path, contents: Sequence[bytes], cycles: int = 0, traced: bool = False
    ) -> None:
        agents = folder / "agents"
        agents.mkdir(parents=True)
        for number, content in enumerate(contents):
            (agents / f"{number:04}.md").write_bytes(content)
        self.report, self.trace = folder / "report.json", folder / "trace"
        strace = shutil.which("strace") if traced else None
        command = (
            [strace, "-f", "-qq", "--seccomp-bpf", "-e", f"trace={WATCHED}", "-o", str(self.trace)]
            if strace
            else []
        )
        state = {name: str(folder / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        self.process = subprocess.Popen(
            [
                *(*command, sys.executable, "-m", "tests.promises.session"),
                *(str(self.report), str(agents), str(cycles or len(contents))),
            ],
            env={**os.environ, **state, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.seen: dict = {}

    def wait(self) -> dict:
        if not self.seen:
            _, said = self.process.communicate()
            assert self.process.returncode == 0, said[-3000:]
            self.seen = json.loads(self.report.read_text("utf-8"))
            self.seen["tracebacks"] = re.findall(r"^\w*(?:Error|Exception)\b.*", said, re.MULTILINE)
        return self.seen


def corpus(shared: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((shared / "corpus").rglob("*.md"))]


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Session:
    """A session with the nastiest files and a few real ones."""
    cases = nasty.named()
    chosen = [
        *("mixed line ends", "a lone CR inside a value", "two byte order marks", "bytes that are no UTF-8"),
        *("NUL", "no-break spaces", "U+2029", "U+FDD0 and U+FDD1", "nothing", "only a fence"),
    ]
    contents = [cases[name] for name in chosen]
    try:
        contents += corpus(request.getfixturevalue("shared"))[5::75]
    except pytest.skip.Exception:
        contents += nasty.generated(2)
    session = Session(tmp_path_factory.mktemp("session"), contents[:CYCLES], traced=True)
    session.wait()
    return session


def well(seen: dict) -> None:
    """Nothing went wrong, nothing was asked, nothing was raised."""
    assert (seen["wrong"], seen["asked"], seen["tracebacks"]) == ([], [], [])


@pytest.fixture(scope="module")
def many(tmp_path_factory, request):
    """What sessions with many files saw: the short one, or under torture two beside each other."""
    if not request.config.getoption("--torture"):
        return [request.getfixturevalue("short").wait()]
    generated = int(os.environ.get("AGENTEDITOR_GENERATED", "600"))
    real = corpus(request.getfixturevalue("shared"))
    contents = [*nasty.named().values(), *real, *nasty.generated(generated)]
    folder = tmp_path_factory.mktemp("many")
    sessions = [Session(folder / str(part), contents[part::2]) for part in range(2)]
    return [session.wait() for session in sessions]


def test_p01_looking_at_a_file_in_every_view_and_saving_writes_nothing(promise, many):
    for seen in many:
        well(seen)
    looked = sum(seen["looked_at"] for seen in many)
    assert looked
    promise.measured(f"{looked} files looked at in every view of the real window and saved: 0 written")
    if others := sum(seen["not_editable"] for seen in many):
        promise.measured(f"{others} more are not opened for editing, and stayed as they were")
    if promise.torture:
        promise.lacks(
            f"of 100,000 generated files only {looked} go through the window; the others through core"
        )


def test_p03_undo_and_redo_in_the_real_window(promise, many):
    for seen in many:
        well(seen)
    typed, undone = (sum(seen[name] for seen in many) for name in ("typed", "undone"))
    assert typed > undone > 0
    promise.measured(
        f"{typed} letters typed in all views of {undone} files in the real window, all undone and done again: 0 differences"
    )


def test_p45_a_session_starts_no_process_and_opens_no_connection(promise, short):
    seen = short.wait()
    well(seen)
    assert seen["broken"] == []
    promise.measured(
        "open, search, judge, export, edit, preview, save as the audit hook sees it: 0 processes, 0 connections"
    )
    if not short.trace.is_file():
        promise.lacks("strace is not installed, so Qt's own calls were not looked at")
        return
    # The first is the start of Python itself. A thread is no process.
    calls = [line.partition(" ")[2].strip() for line in short.trace.read_text("utf-8").splitlines()]
    assert calls and calls.pop(0).startswith("execve(")
    others = [call for call in calls if not call.startswith(("---", "+++")) and "CLONE_THREAD" not in call]
    assert others == []
    promise.measured("the same session under strace (off screen, so without a display's socket): 0 of both")


def test_p48_a_long_session_keeps_nothing(promise, short, tmp_path):
    if promise.torture:
        seen = Session(tmp_path / "long", [*nasty.named().values(), *nasty.generated(20)], LONG).wait()
    else:
        seen = short.wait()
    well(seen)
    first, last = seen["counts"][0], seen["counts"][-1]
    cycles = last["cycle"] - first["cycle"]
    for what in ("descriptors", "widgets", "documents"):
        assert last[what] <= first[what], what
    assert last["threads"] <= first["threads"] + 1  # Qt may start one of its pool later
    grown = last["rss"] - first["rss"]
    slope = grown / 1024 / cycles * 1_000
    promise.measured(
        f"{cycles:,} cycles (open, look, edit, undo, save, close) after the first {first['cycle']}: descriptors, threads, "
        f"widgets and documents do not grow; memory {grown / 1024:+.1f} MB"
    )
    if promise.torture:
        half = seen["counts"][len(seen["counts"]) // 2]
        later = (last["rss"] - half["rss"]) / 1024 / (last["cycle"] - half["cycle"]) * 1_000
        promise.measured(f"{slope:.1f} MB per 1,000 cycles, {later:.1f} in the second half")
        # A short session is still growing into its caches: each file is new to it once.
        assert later <= 5 or LONG < 1_000
        if LONG < 10_000:
            promise.lacks(f"{LONG:,} cycles in one go; AGENTEDITOR_CYCLES=10000 makes them 10,000")
