"""A robot works with the real window, as a program of its own, and writes down what it saw.

    python -m tests.promises.session REPORT FOLDER CYCLES [SEED]

It opens a folder of its own, searches, judges, exports and prints to files once; then each cycle opens a file of FOLDER,
looks at every view and at the preview, saves (nothing is to be written), types in each view, takes all of it
back and does it again, saves and closes. REPORT gets a JSON object, see `Seen`. Whatever in Python would start
a process or open a connection is noted from the first line on.
"""

from __future__ import annotations

import sys

FORBIDDEN = (
    *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("os.startfile", "pty.spawn", "webbrowser.open", "urllib.Request", "http.client.connect"),
    *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
    *(
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
        "ftplib.connect",
        "smtplib.connect",
    ),
)
BROKEN: list[str] = []


def _note(event: str, args: tuple[object, ...]) -> None:
    if event in FORBIDDEN:
        BROKEN.append(f"{event} {args[:2]!r}"[:200])


sys.addaudithook(_note)

# Only now, so that the imports are watched too.
import gc  # noqa: E402
import json  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import asdict, dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from random import Random  # noqa: E402
from time import monotonic  # noqa: E402

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QTextDocument  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget  # noqa: E402

from agenteditor.app import dialogs  # noqa: E402
from agenteditor.app.commands import make_window  # noqa: E402
from agenteditor.app.export_dialog import ExportDialog  # noqa: E402
from agenteditor.app.judge_dialog import JudgeDialog  # noqa: E402
from agenteditor.app.main import application  # noqa: E402
from agenteditor.app.searching import SearchPane  # noqa: E402
from agenteditor.app.settings import Settings  # noqa: E402
from agenteditor.app.window import Window  # noqa: E402
from agenteditor.core import files  # noqa: E402
from agenteditor.core.document import Document  # noqa: E402
from agenteditor.ui.editor import VIEWS, Editor  # noqa: E402

WARM = 10  # cycles until caches and pools are what they will be
SOURCES = ("router", "powers", "file", "changes", "prompt")
LETTERS = "xyzq :#'-"
PASTED = ("é😀", "\u00a0b", "a\r\nb", "\u2028", "c\td", "e\u0301")
PLAIN = (
    "---\nname: {0}\ndescription: Use this agent when a {0} is needed.\ntools: Read\n---\n\nYou are a {0}.\n"
)
PATIENCE = 60.0  # seconds for anything that is waited for


@dataclass
class Count:
    """What the process holds at one moment. ``rss`` is in KB."""

    cycle: int
    rss: int
    descriptors: int
    threads: int
    widgets: int
    documents: int


@dataclass
class Seen:
    """What a session saw. ``wrong`` is empty if all went as promised."""

    looked_at: int = 0
    not_editable: int = 0
    typed: int = 0
    undone: int = 0
    saved: int = 0
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)


class Robot:
    """Drives one window. Questions are answered "no"; what was asked is noted."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.seen = Seen()
        self.folder = folder
        self.random = Random(seed)
        self.app = application(Settings(theme="light"))
        self._answer_questions()
        self.window: Window = make_window(Settings(apply_safe_fixes=True))
        self.window.resize(1280, 820)
        self.window.show()

    def _answer_questions(self) -> None:
        def answer(name: str, says: object) -> None:
            def said(*args: object, **_kwargs: object) -> object:
                self.seen.asked.append(f"{name}: {args[1:]}"[:300])
                return says

            setattr(dialogs, name, said)

        for name in [name for name in vars(dialogs) if name.startswith("ask_")] + ["say", "tell"]:
            answer(name, {"ask_to_save": "discard", "ask_conflict": "cancel", "ask_files": []}.get(name))
        watch = QTimer(self.app)  # a question asked in another way would hold the session for ever
        watch.timeout.connect(self._close_modal)
        watch.start(500)

    def _close_modal(self) -> None:
        modal = QApplication.activeModalWidget()
        if modal is not None and not isinstance(modal, ExportDialog):
            self.seen.asked.append(f"{type(modal).__name__}: {modal.windowTitle()}")
            modal.close()

    def check(self, holds: bool, what: str) -> None:
        if not holds:
            self.seen.wrong.append(what)

    def wait(self, until: Callable[[], bool], what: str) -> None:
        end = monotonic() + PATIENCE
        while not until() and monotonic() < end:
            QTest.qWait(5)
        self.check(until(), f"waited in vain: {what}")

    # --- once ------------------------------------------------------------------------------

    def look_around(self) -> None:
        """What is done with a folder: list, filter, search, judge, export, save what the preview shows."""
        window = self.window
        plain = self.folder.parent / "plain"
        plain.mkdir()
        for name in ("reviewer", "tester"):
            (plain / f"{name}.md").write_text(PLAIN.format(name), "utf-8")
        window.open_paths([plain])
        self.wait(lambda: not window.catalog.listing and bool(window.editors()), "the folder's list")
        window.catalog.filter_line.setText("tool:Read")
        QApplication.processEvents()
        window.catalog.filter_line.clear()
        window.actions_["find-all"].trigger()
        pane = window.findChild(SearchPane)
        QTest.keyClicks(pane.view.fields.words, "test")
        self.wait(lambda: not pane.view.is_busy, "the search")
        pane.view.fields.close_button.click()
        window.actions_["judge"].trigger()
        judging = window.findChild(JudgeDialog)
        judging.who.request.setText("Review the code of my change")
        self.wait(lambda: not judging.work.running, "the judgement")
        judging.close()
        export = ExportDialog(window.documents_to_export(), window.settings, window)
        export.show()
        export.form.folder.setText(str(self.folder.parent / "exported"))
        self.wait(lambda: export.plan is not None, "the plan of the export")
        export.export_button.click()
        self.wait(lambda: export.summary.text().startswith("Written"), "the export")
        export.close()
        export.deleteLater()
        for ending in ("pdf", "html"):
            target = self.folder.parent / f"preview.{ending}"
            dialogs.ask_preview_path = lambda *_args, target=target: target
            window.actions_["save-preview"].trigger()
            self.check(target.is_file(), f"the preview is not saved as {ending}")
        window.actions_["copy-json"].trigger()
        for editor in window.editors():
            window.close_document(editor)

    # --- each cycle ------------------------------------------------------------------------

    def cycle(self, path: Path) -> None:
        """Open a file, look, save, type, undo, redo, save, close."""
        window, before = self.window, path.read_bytes()
        window.open_paths([path])
        editor = window.editor
        if editor is None or editor.document.path != path:
            self.seen.not_editable += 1  # it is refused, or shown in a way that has nothing to save
            window.actions_["close"].trigger()
        else:
            self.look(editor, path)
            self.type_and_undo(editor, path)
            self.save(editor.document, path)
            self.check(window.close_document(editor), f"{path.name}: not closed")
            path.write_bytes(before)
        # Without a running event loop Qt does not get round to deleting what was closed.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()

    def look(self, editor: Editor, path: Path) -> None:
        """Look at all there is to see, and save: the file is not even written."""
        bytes_before, status = path.read_bytes(), path.stat()
        for name in VIEWS:
            self.window.show_view(name)
            QApplication.processEvents()
        for problem in editor.document.problems[:3]:
            editor.show_problem(problem)
        for source in SOURCES:
            editor.preview.show_source(source)
            QApplication.processEvents()
        for name in ("save", "save-all"):
            self.window.actions_[name].trigger()
        QApplication.processEvents()
        after = path.stat()
        times = [(one.st_ino, one.st_mtime_ns, one.st_ctime_ns) for one in (status, after)]
        self.check(times[0] == times[1], f"{path.name}: written without an edit")
        self.check(path.read_bytes() == bytes_before, f"{path.name}: changed without an edit")
        self.check(files.encode(editor.document.text) == bytes_before, f"{path.name}: the text is another")
        self.check(not editor.document.modified, f"{path.name}: modified by looking")
        self.seen.looked_at += 1

    def type_and_undo(self, editor: Editor, path: Path) -> None:
        """Type in each view, apply the safe fixes; then back to the first byte and forth to the last."""
        document = editor.document
        first = document.text
        for name in VIEWS:
            self.window.show_view(name)
            self._type(editor)
        self.window.actions_["fix-all"].trigger()
        last = document.text
        self.check(document.modified == (last != first), f"{path.name}: modified is not what it is")
        self.check(
            self.window.isWindowModified() == document.modified, f"{path.name}: the title says another"
        )
        for name, text in (("undo", first), ("redo", last)):
            action = self.window.actions_[name]
            while action.isEnabled():
                action.trigger()
                self.check(
                    document.modified == (document.text != first), f"{path.name}: modified after {name}"
                )
            self.check(document.text == text, f"{path.name}: {name} to the end is not what it was")
        self.seen.undone += 1

    def _type(self, editor: Editor) -> None:
        """A letter or two into one of the text fields that are seen."""
        fields = [
            one
            for kind in (QLineEdit, QPlainTextEdit)
            for one in editor.findChildren(kind)
            if one.isVisible() and one.isEnabled() and not one.isReadOnly()
        ]
        if fields:
            one: QWidget = self.random.choice(fields)
            one.setFocus()
            for _ in range(self.random.randrange(1, 4)):
                QTest.keyClicks(one, self.random.choice(LETTERS))
                self.seen.typed += 1
            if self.random.random() < 0.3:
                QTest.keyClick(one, self.random.choice((Qt.Key.Key_Backspace, Qt.Key.Key_Delete)))
            if self.random.random() < 0.3:
                QApplication.clipboard().setText(self.random.choice(PASTED))
                QTest.keyClick(one, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
            QApplication.processEvents()

    def save(self, document: Document, path: Path) -> None:
        """Save what was typed; the file holds the text's own bytes."""
        if document.modified:
            self.window.actions_["save"].trigger()
            self.wait(lambda: not document.modified, f"{path.name} to be saved")
            self.seen.saved += 1
        self.check(path.read_bytes() == files.encode(document.text), f"{path.name}: saved as something else")

    def count(self, cycle: int) -> None:
        for _ in range(3):  # what was closed last ends in steps: by an event, then what it alone held
            QTest.qWait(20)
            gc.collect()
        # A thread may have a file open just now: what stays open is open each time.
        descriptors = _entries("/proc/self/fd")
        for _ in range(20):
            QTest.qWait(10)
            descriptors = min(descriptors, _entries("/proc/self/fd"))
        self.seen.counts.append(
            Count(
                cycle,
                _resident(),
                descriptors,
                _entries("/proc/self/task"),  # Qt's threads too
                len(QApplication.allWidgets()),
                sum(isinstance(one, Document | QTextDocument) for one in gc.get_objects()),
            )
        )


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def _resident() -> int:
    """The memory the process takes, in KB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def main(report: Path, folder: Path, cycles: int, seed: int = 0) -> int:
    """Run a session; the exit status."""
    robot = Robot(folder, seed)
    robot.look_around()
    paths = sorted(folder.rglob("*.md"))
    every = max(cycles // 10, 5)
    for cycle in range(cycles):
        if cycle >= min(WARM, cycles // 2) and (cycle - WARM) % every == 0:
            robot.count(cycle)
        robot.cycle(paths[cycle % len(paths)])
    robot.count(cycles)
    robot.window.close()
    robot.seen.broken = BROKEN
    report.write_text(json.dumps(asdict(robot.seen), indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])))
