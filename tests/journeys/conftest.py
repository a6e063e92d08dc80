"""What all journeys need: a virtual screen, the installed program on it, and somebody at the keyboard."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

NEEDED = ("Xvfb", "xdotool")


@contextmanager
def screen():
    """A virtual screen; its display name."""
    read, write = os.pipe()
    # Without -noreset it begins anew, and refuses who comes meanwhile, whenever the last program leaves it.
    command = f"Xvfb -displayfd {write} -screen 0 1440x900x24 -nolisten tcp -noreset".split()
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

    def __init__(self, environment, process, pictures):
        self._environment, self._process, self._pictures = environment, process, pictures
        self._xdotool("mousemove", "1439", "899")  # without a focus keys go to what is below the pointer

    def _xdotool(self, *words):
        done = subprocess.run(
            ["xdotool", *words], env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def sees(self, title):
        """Whether there is a window with this title, a regular expression."""
        return bool(self._xdotool("search", "--onlyvisible", "--name", title))

    def focus(self, title):
        """Wait for a window with this title and give it the keyboard."""
        self.wait(lambda: self.sees(title), f"a window “{title}”")
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
            if time.monotonic() > until:
                pytest.fail(f"waited for {what}; the screen then: {self.look('failed')}")
            time.sleep(0.1)

    def press_until(self, condition, *keys, patience=1.0):
        """Press keys, and again each ``patience`` seconds, until ``condition`` holds.

        For keys that do nothing while the program is at work: from outside nobody sees when it is done.
        """
        pressed = float("-inf")

        def press_and_look():
            nonlocal pressed
            if condition():
                return True
            if time.monotonic() - pressed >= patience:
                self.keys(*keys)
                pressed = time.monotonic()
            return condition()

        self.wait(press_and_look, f"what {' '.join(keys)} does", seconds=40)

    def look(self, name):
        """A picture of the whole screen, kept beside the files of the test; its path."""
        path = self._pictures / f"{name}.png"
        code = (
            "import sys; from PySide6.QtGui import QGuiApplication; app = QGuiApplication([]); "
            "assert app.primaryScreen().grabWindow(0).save(sys.argv[1])"
        )
        subprocess.run([sys.executable, "-c", code, str(path)], env=self._environment, check=True)
        return path


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
            return Person(environment, process, tmp_path), process

        yield start
        for process in started:
            if process.poll() is None:
                process.kill()
                process.wait()
