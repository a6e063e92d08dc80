"""Whole pieces of work with real keys on a real (virtual) screen, in the installed program.

Open the sample, change the model, edit an example, move a section, apply the fix, save, export,
quit; then the files are compared byte for byte with what plain string replacement makes of the sample.
And: look at where the sample loads, make it load everywhere, convert it, undo, save nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager

import pytest

NEEDED = ("Xvfb", "xdotool")
LABEL, NEXT = "**Technical Expertise:**", "**Working Principles:**"


@contextmanager
def screen():
    """A virtual screen; its display name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            yield f":{pipe.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


class Person:
    """Somebody at the keyboard of a program."""

    def __init__(self, environment, process):
        self._environment, self._process = environment, process

    def _xdotool(self, *words):
        done = subprocess.run(
            ["xdotool", *words], env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def focus(self, title):
        """Wait for a window with this title and give it the keyboard."""
        self.wait(lambda: self._xdotool("search", "--onlyvisible", "--name", title), f"a window “{title}”")
        self._xdotool("search", "--onlyvisible", "--name", title, "windowfocus", "--sync")

    def keys(self, *keys):
        for key in keys:
            self._xdotool("key", "--clearmodifiers", "--delay", "30", key)
            time.sleep(0.15)

    def type(self, text):
        self._xdotool("type", "--delay", "15", text)
        time.sleep(0.3)

    def wait(self, condition, what, seconds=20):
        """Until ``condition`` holds; fails if the program ends or it takes too long."""
        until = time.monotonic() + seconds
        while not condition():
            assert self._process.poll() is None, "the program ended"
            assert time.monotonic() < until, f"waited for {what}"
            time.sleep(0.1)


@pytest.fixture
def person_with(installed, tmp_path):
    """A function that starts the installed program on paths and gives who types into it."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"a journey needs {' and '.join(missing)} (apt-get install xvfb xdotool)")
    started = []
    with screen() as display:
        home = tmp_path / "home"
        home.mkdir()
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("QT_", "XDG_", "PYTHON"))},
            "DISPLAY": display, "HOME": str(home), "QT_QPA_PLATFORM": "xcb", "LANG": "C.UTF-8",
        }  # fmt: skip

        def start(*paths):
            process = subprocess.Popen(
                [installed / "agenteditor", *map(str, paths)], env=environment, cwd=home
            )
            started.append(process)
            return Person(environment, process), process

        yield start
        for process in started:
            if process.poll() is None:
                process.kill()
                process.wait()


def section(text, start, end):
    """The lines from one marker to another."""
    return text[text.index(start) : text.index(end)]


def edited(seed):
    """The sample as the journey leaves it, by replacement of its text alone."""
    text = seed.replace("model: sonnet\n", "model: opus\n")
    context = "The user is working on database design."
    assert text.count(context) == 1
    text = text.replace(context, f"{context} Urgently.")
    moved = section(text, LABEL, NEXT)
    after = section(text, NEXT, "**Output Approach:**")
    text = text.replace(moved + after, after + moved)
    line = next(line for line in text.split("\n") if line.startswith("description: "))
    return text.replace(line, f'description: "{line.removeprefix("description: ")}"')


def test_open_edit_everywhere_fix_save_export(person_with, seed_text, tmp_path):
    agent = tmp_path / "backend-engineer.md"
    agent.write_bytes(seed_text.encode())
    person, process = person_with(agent)
    person.focus("backend-engineer.md")
    time.sleep(0.5)
    person.keys("ctrl+1", "alt+m", "ctrl+a")
    person.type("opus")
    person.keys("Tab")
    person.keys("ctrl+2", "Home", "Down", "alt+c", "ctrl+End")
    person.type(" Urgently.")
    person.keys("ctrl+3", "Home", *["Down"] * 9, "alt+Down")
    person.keys("ctrl+shift+period")
    person.focus("Fixes")
    person.keys("Return")
    person.focus("backend-engineer.md")
    person.keys("ctrl+s")
    expected = edited(seed_text)
    person.wait(lambda: agent.read_bytes() != seed_text.encode(), "the file to be saved")
    assert agent.read_text(encoding="utf-8") == expected
    person.keys("ctrl+e")
    person.focus("Export to catalog")
    person.type(str(tmp_path / "catalog"))
    person.keys("alt+e")
    exported = tmp_path / "catalog" / "agents" / "backend-engineer.md"
    person.wait(exported.exists, "the export")
    assert exported.read_bytes() == agent.read_bytes()
    person.keys("Escape")
    person.focus("backend-engineer.md")
    person.keys("ctrl+q")
    assert process.wait(timeout=10) == 0


def test_look_where_it_loads_mend_convert_and_take_it_back(person_with, seed_text, tmp_path):
    agent = tmp_path / "backend-engineer.md"
    agent.write_bytes(seed_text.encode())
    person, process = person_with(agent)
    person.focus("backend-engineer.md")
    time.sleep(0.5)
    person.keys("F6", "shift+Tab", "Down", "Down", "Down", "Tab", "space")  # “Where it loads”, its button
    person.focus("Fixes")
    person.keys("Return")
    person.focus(r"^backend-engineer\.md\*")
    person.keys("ctrl+shift+e")
    person.focus("Convert for another program")
    person.keys("o", "Return")  # OpenCode; the default button saves
    person.focus("Save the agent as")
    converted = tmp_path / "converted.md"
    person.type(str(converted))
    person.keys("Return")
    person.wait(converted.exists, "the converted file")
    person.focus("Convert for another program")
    person.keys("Escape")
    person.focus(r"^backend-engineer\.md\*")
    person.keys("ctrl+z")
    person.focus(r"^backend-engineer\.md —")  # not modified any more
    person.keys("ctrl+q")
    assert process.wait(timeout=10) == 0  # without a question
    assert agent.read_bytes() == seed_text.encode()
    head, body = converted.read_text(encoding="utf-8").removeprefix("---\n").split("---\n", 1)
    assert body == seed_text.removeprefix("---\n").split("---\n", 1)[1]
    line = next(line for line in seed_text.split("\n") if line.startswith("description: "))
    assert f'description: "{line.removeprefix("description: ")}"\n' in head and "mode: subagent\n" in head
