"""Nothing is lost: journals, recovery, saved versions, reports of errors, signals (P19 to P23, P46, P49)."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from agenteditor.core import files, saved_versions, state_rooms
from agenteditor.core.journal import abandoned
from tests.promises.typing_robot import Robot, digest

AGENT = "---\nname: good\ndescription: Use this agent when a test needs one.\n---\n\nYou are good.\n\n## Rules\n\n- One\n"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "agenteditor"


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    path.write_text(AGENT)
    return path


def logged(log: Path) -> tuple[list[str], list[str]]:
    """The digests of texts that were to be, and of those that were there, as far as the lines are whole."""
    lines = log.read_text().split("\n")[:-1] if log.exists() else []
    return [line[2:] for line in lines if line[0] == "w"], [line[2:] for line in lines if line[0] == "a"]


def wait_for(condition, seconds=30.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.002)


def test_p19_unsaved_edits_outlive_a_kill_and_a_crash_of_the_window(promise, good, tmp_path, monkeypatch):
    kills, lost, edits = promise.times(6, 2_000), 0, 0
    chance = random.Random(19)
    signals = (signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)
    with Robot(good) as robot:
        for number in range(kills):
            state, log = tmp_path / f"state{number}", tmp_path / f"log{number}"
            process = robot.begin("type", number, state, log)
            wait_for(lambda log=log: log.exists() and log.read_bytes().count(b"a ") > 0)
            time.sleep(chance.random() * 0.12)
            os.kill(process, signals[number % len(signals)])
            assert robot.end() == -signals[number % len(signals)]
            planned, done = logged(log)
            edits += len(done)
            monkeypatch.setenv("XDG_STATE_HOME", str(state))
            (found,), damaged = abandoned()
            assert not damaged and found.said.path == good
            # The one edit the kill fell into may be there or not.
            lost += digest(found.said.text) not in (done[-1], planned[-1])
            found.leave()
            shutil.rmtree(state)
            log.unlink()
    assert good.read_text() == AGENT
    promise.measured(f"{kills:,} kills and crashes of a typing window, {edits:,} edits: {lost} edits lost")
    assert lost == 0
