"""A window that types by itself until it is killed, again and again: each time a fork of the same started one.

Run as a program: ``python -m tests.promises.typing_robot [FILE]``, without FILE for "core" alone. Each line on standard input, ``MODE SEED STATE
LOG``, is one life: STATE becomes the state folder's place, and LOG gets a line ``w DIGEST`` before an edit, with
the digest of the text that will be, and ``a DIGEST`` after it. The process number is answered, then its status.
MODE "type" types until it is killed; "wait" types a little and runs as the program does, until a signal ends it;
"session" does the same until the session ends; "core" writes a journal without a window, as fast as it can;
"faults" has every function of views and window that can be reached fail once, and logs how many did.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from types import TracebackType

from agenteditor.core import journal
from agenteditor.core.disk_thread import DiskThread
from agenteditor.core.text import apply, replace

ROOT = Path(__file__).resolve().parent.parent.parent


class Robot:
    """The program, for a test. ``begin`` starts a life and gives its process number, ``end`` waits for it."""

    def __init__(self, path: Path | None = None) -> None:
        env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "QT_QPA_PLATFORM": "offscreen"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.promises.typing_robot", *([] if path is None else [str(path)])],
            *(-1, None, subprocess.PIPE, subprocess.PIPE),
            env=env,
            text=True,
        )

    def __enter__(self) -> Robot:
        return self

    def __exit__(
        self, _kind: type | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def begin(self, mode: str, seed: int, state: Path, log: Path) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{mode} {seed} {state} {log}\n")
        self._process.stdin.flush()
        return int(self._line())

    def end(self) -> int:
        """The exit status, negative after a signal that killed it."""
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def main(path: Path | None) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGHUP, signal.SIGINT):  # behind nohup and & they are ignored, by the program too
        signal.signal(number, signal.SIG_DFL)
    app, window = (None, None) if path is None else started(path)
    for line in sys.stdin:
        mode, seed, state, log = line.split()
        process = os.fork()
        if process == 0:
            os.environ["XDG_STATE_HOME"] = state
            handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            status = 1
            try:
                status = live(mode, random.Random(int(seed)), handle, app, window)
            except BaseException:  # noqa: BLE001 - the fork must not go on as the program it is of
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(status)
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


def started(path):
    from PySide6.QtWidgets import QApplication

    from agenteditor.app.commands import make_window
    from agenteditor.app.main import application
    from agenteditor.app.settings import Settings

    app = application(Settings(theme="light"))
    window = make_window(Settings())
    window.show()
    window.open_paths([path])
    window.show_view("source")
    QApplication.processEvents()
    return app, window


def live(mode, chance, log, app, window):
    if mode == "core":
        return write_on(chance, log)
    if mode in ("faults", "all-faults"):
        from tests.promises.faults import fail_everywhere

        everywhere = mode == "all-faults"
        return fail_everywhere(window, log, passes=40 if everywhere else 1, again=5 if everywhere else 1)
    type_on(window, chance, log, None if mode == "type" else 12)
    return run(app, window, log, session_ends=mode == "session")


def write_on(chance, log):
    """Change a text and its journal without end; it is begun anew all the time."""
    journal._LEAST_LONG = 400
    one, text = journal.Journal(DiskThread(print)), "start"
    one.begin(None, None, text)
    while True:
        start = chance.randint(0, len(text))
        end = min(start + chance.randint(0, 8), len(text))
        edits = (replace(start, end, chance.choice(("", "ä", "\udc80", "word ", "\r\n"))),)
        text = apply(text, edits)
        os.write(log, f"w {digest(text)}\n".encode())
        one.add(edits, text)
        os.write(log, f"a {digest(text)}\n".encode())


def type_on(window, chance, log, keys):
    """Type and edit; what is typed is known before, so the log can say it."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from agenteditor.core.document import Transaction

    document = window.present_editor().document
    source = QApplication.focusWidget()
    done = 0
    while keys is None or done < keys:
        done += 1
        text = document.text
        at = chance.randint(text.index("\n---\n") + 5, len(text))
        letter = chance.choice("abcdefgh XYZ")
        edits = (replace(at, min(at + chance.randint(0, 3), len(text)), letter),)
        os.write(log, f"w {digest(apply(text, edits))}\n".encode())
        if chance.random() < 0.5:
            cursor = source.textCursor()
            cursor.setPosition(at)
            cursor.setPosition(edits[0].span.end, cursor.MoveMode.KeepAnchor)
            source.setTextCursor(cursor)
            QTest.keyClicks(source, letter)
        else:
            document.apply(Transaction(edits, "robot"))
        assert document.text == apply(text, edits), "the robot knows what its keys do"
        os.write(log, f"a {digest(document.text)}\n".encode())


def run(app, window, log, *, session_ends):
    from PySide6.QtCore import QTimer

    from agenteditor.app.leaving import Leaving
    from agenteditor.app.recovery import recovery_of

    recovery = recovery_of(window)
    leaving = Leaving(app, recovery.flush, recovery.leave)
    if session_ends:  # what Qt does then; its own object for that cannot be made
        QTimer.singleShot(0, leaving.save_session)
        QTimer.singleShot(1, app.quit)
    os.write(log, b"ready\n")
    status = app.exec()
    recovery.leave()
    return status


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
