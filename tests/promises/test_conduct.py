"""How the program behaves: its end, the sentences it says when something fails, and what it runs on (P50 to P52).

That it starts nothing, and keeps nothing in a long session, `test_session` tells (P45, P48).
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import PySide6
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QThreadPool
from PySide6.QtWidgets import QApplication

from agenteditor import cli
from agenteditor.app import dialogs, versions
from agenteditor.app.commands import make_window
from agenteditor.app.export_dialog import ExportDialog
from agenteditor.app.judge_dialog import JudgeDialog
from agenteditor.app.main import application
from agenteditor.app.searching import SearchPane
from agenteditor.app.settings import Settings
from agenteditor.core.file_problem import Action, Code, FileProblem

PARTS = 4  # of what takes long under torture, so that they run beside each other
ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "agenteditor"
AGENT = (
    "---\nname: {0}\ndescription: Use this agent when {0} is asked for.\ntools: Read\n---\n\nYou are {0}.\n"
)


# --- P50: the end ------------------------------------------------------------------------------

# Starts the program as its entry does, on a folder; then quits in the midst of the work that is named.
STARTED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from tests.promises.test_conduct import WORK
from agenteditor.app import main

folder, name = Path(sys.argv[1]), sys.argv[2]
def begin():
    window = next(one for one in QApplication.topLevelWidgets() if hasattr(one, "catalog"))
    WORK[name](window, folder)
    QTimer.singleShot(int(sys.argv[3]), window.close)
QTimer.singleShot(0, begin)
sys.exit(main.open_window([folder]))
"""


def _list(window, folder):
    window.catalog.add_folder(folder / "sub")


def _judge(window, folder):
    window.actions_["judge"].trigger()


def _search(window, folder):
    window.actions_["find-all"].trigger()
    window.findChild(SearchPane).view.fields.words.setText("agent")


def _export(window, folder):
    dialog = ExportDialog(window.documents_to_export(), Settings(), window)
    dialog.show()
    dialog.form.folder.setText(str(folder.parent / "exported"))
    if dialog.plan is not None:
        dialog.export_button.click()


def _save(window, folder):
    window.open_paths([folder / "a0.md"])
    document = window.present_editor().document
    window.show_view("source")
    window.present_editor().source.edit.insertPlainText("x")
    assert document.modified
    window.actions_["save"].trigger()


def _preview(window, folder):
    window.open_paths([folder / "a1.md"])
    for source in ("router", "powers", "file", "prompt"):
        window.present_editor().preview.show_source(source)


WORK: dict[str, Callable] = {
    "saving": _save,
    "judging": _judge,
    "exporting": _export,
    "searching": _search,
    "listing": _list,
    "drawing": _preview,
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "agents"
    (made / "sub").mkdir(parents=True)
    for number in range(15):
        (made / f"a{number}.md").write_text(AGENT.format(f"agent-{number}"), "utf-8")
        (made / "sub" / f"b{number}.md").write_text(AGENT.format(f"other-{number}"), "utf-8")
    return made


def test_p50_the_program_ends_well_in_the_midst_of_work(promise, folder, tmp_path):
    times = promise.times(2, 60)  # side by side: each imports the whole program
    state = {name: str(tmp_path / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    environment = {**os.environ, **state, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    names = tuple(WORK)
    waiting = list(range(times))
    while waiting:
        together, waiting = waiting[:3], waiting[3:]
        started = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-X",
                    "faulthandler",
                    "-c",
                    STARTED,
                    str(folder),
                    names[at % len(names)],
                    str(at % 7),
                ],
                env=environment,
                cwd=ROOT,
                stderr=subprocess.PIPE,
                text=True,
            )
            for at in together
        ]
        for process in started:
            said = process.communicate(timeout=300)[1]
            said = "\n".join(line for line in said.splitlines() if "This plugin does not support" not in line)
            assert (process.returncode, said) == (0, "")
    promise.measured(
        f"{times} starts and ends of the program in the midst of work: exit status 0 each time, 0 words on standard error"
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_p50_a_window_closed_in_the_midst_of_work_leaves_no_thread(promise, folder, qtbot, monkeypatch, part):
    for name in ("say", "ask_to_save"):
        monkeypatch.setattr(dialogs, name, lambda *args: pytest.fail(f"asked: {args[1:]}"))
    times = promise.times(4, 940) // PARTS
    application(Settings(theme="light"))
    before = set(threading.enumerate())
    for at in range(part, times * PARTS, PARTS):
        window = make_window(Settings())
        window.show()
        window.open_paths([folder])
        WORK[list(WORK)[at % len(WORK)]](window, folder)
        for _ in range(at % 3):
            QApplication.processEvents()
        qtbot.waitUntil(window.close)  # a window that is still saving may ask for a moment
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert QThreadPool.globalInstance().waitForDone(10_000)
        # A thread of Python may be ending just now, but none may need to be told to.
        for thread in set(threading.enumerate()) - before:
            thread.join(10)
            assert not thread.is_alive(), thread
    here = [one for one in QApplication.instance().findChildren(QThread) if one.isRunning()]
    assert here == []
    assert not [
        one
        for one in QApplication.topLevelWidgets()
        if isinstance(one, JudgeDialog | ExportDialog) and one.isVisible()
    ]
    promise.measured(f"{times * PARTS} windows closed in the midst of work: 0 threads left")
    if promise.torture:
        promise.lacks("of 1,000 ends 60 are of a whole program, the others of a window")


# --- P51: what is said when something fails ----------------------------------------------------


def test_p51_every_problem_with_a_file_names_it_with_a_reason_and_what_to_do(promise):
    pairs = [(code, action) for code in get_args(Code) for action in get_args(Action)]
    for code, action in pairs:
        problem = FileProblem(code, action, "/home/user/agent.md", "{detail} 7")
        sentence = str(problem)
        assert sentence.startswith(f"Cannot {action} /home/user/agent.md: ")
        reason, _, advice = sentence.partition(": ")[2].partition(". ")
        assert reason
        assert advice.endswith(".")
        assert "\n" not in sentence
        assert problem.code == code
        assert str(problem.path) == "/home/user/agent.md"
        assert isinstance(problem, OSError)
    promise.measured(f"{len(pairs)} problems of files, each with name, reason and advice")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def literals(node: ast.expr) -> str:
    """The words of an expression, with {} for what is put in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(literals(part) for part in node.values)
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.BinOp):
        return literals(node.left) + literals(node.right)
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
        "tr",
        "_tr",
    ):
        return literals(node.args[0])
    return "{}"


def told(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.Call]]:
    """What is written to standard error or said in a message, and by which call."""
    for call in calls(tree):
        name = ast.unparse(call.func)
        if (
            name == "print" and any(ast.unparse(word.value) == "sys.stderr" for word in call.keywords)
        ) or name == "sys.stderr.write":
            yield call.args[0], call
        elif name == "dialogs.say":
            yield call.args[2], call


# These need no name of a thing: there is one only, or none.
NAMELESS = (
    "agenteditor: nothing was written, because a file could not be read; leave that out, or mend it.",
    "agenteditor: nothing to do: give KEY=VALUE or --remove KEY.",
    "agenteditor: there is no batch to undo.",
    "This is the file of the agent itself. Choose another name.",
    "Give the file one of these endings: .pdf, .html, .md, .txt.",
)


def test_p51_whatever_is_said_of_a_failure_names_the_thing(promise):
    """Found in the source, so that a new one is looked at too."""
    found = Counter()
    for path in sorted([*SOURCE.glob("cli*.py"), *SOURCE.glob("app/*.py")]):  # no other part talks to people
        for said, call in told(ast.parse(path.read_text("utf-8"))):
            words = literals(said)
            where = f"{path.name}:{call.lineno}: {words}"
            assert "{}" in words or words in NAMELESS, where
            # Never a traceback, but for the one place that reports an error of our own.
            assert "traceback" not in ast.unparse(said) or path.name in ("main.py", "error_report.py"), where
            found[words] += 1
    assert found.total() > 40
    promise.measured(
        f"{found.total()} places say on standard error or in a message that something failed, each names the thing"
    )


SECRET = "cAnArY7f3a"
ADVICE = re.compile(
    r"\b(check|choose|name|give|make|save|ask|put|edit|mend|delete|rename|get|free|wait|try|compare|move|use|leave|write"
    r"|overwrites|allow|accept)\b|\b(line|character) \d",  # or the very place that is to be mended
    re.IGNORECASE,
)


@pytest.fixture
def broken(tmp_path):
    """A folder of files that cannot be read, or not as what they are asked for; each with a secret in it."""

    def made(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    good = f"---\nname: good\ndescription: Use this {SECRET} agent.\nmodel: opus\n---\n\n{SECRET}\n"
    paths = {
        "good": made("good.md", good),
        "bad": made(
            "bad.md", f"---\nname: [{SECRET}\ndescription: {SECRET}: {SECRET}: x\n\t{SECRET}\n---\n{SECRET}\n"
        ),
        "plain": made("plain.md", SECRET),
        "anchor": made(
            "anchor.md", f"---\nname: &a {SECRET}\ndescription: *a\ntools: !t {SECRET}\n---\n{SECRET}"
        ),
        "big": made("big.md", (SECRET + "\n").encode() * (9 * 1024 * 1024 // 11)),
        "notes": made("notes.json", "{" + SECRET),
        "zip": made("broken.zip", b"PK" + SECRET.encode()),
        "taken": made("out/good.md", f"theirs {SECRET}"),
        "settings": made("settings/.agenteditor.toml", f"[rules\n{SECRET}\n"),
        "there": made("settings/a.md", good),
        "none": str(tmp_path / "none.md"),
        "long": str(tmp_path / f"{'x' * 300}.md"),
    }
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "folder.md").mkdir()
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../x.md", good)
    return paths | {
        name: str(tmp_path / name)
        for name in ("pipe.md", "loop.md", "folder.md", "out", "nowhere", "evil.zip")
    }


UNREADABLE = ("none", "long", "big", "pipe.md", "loop.md", "folder.md")
READERS = (
    *(
        "check {}",
        "show {}",
        "set {} model=x",
        "fix {}",
        "export {} --to nowhere",
        "convert {} --to opencode",
    ),
    *("import {}", "search x {}", "judge {}", "triggers {} --to prose", "rename {} other", "disable {}"),
)
ASKED = (
    *("set good model", "set anchor name=x", "set anchor tools=x", "set plain name=x", "set good model:=[a"),
    *("set good model=y --output nowhere/x.md", "set good model=y --output folder.md", "set good model=y --output /proc/x.md"),
    *("convert bad --to opencode", "convert plain --to codex", "import plain", "import notes", "import good --output out"),
    *("import zip --into out", "import evil.zip --into out", "import out --into good", "import none --into out"),
    *("export bad --to nowhere", "export good --to good", "export good --to /proc/e", "export none good --to nowhere"),
    *("search --regex ( good", "triggers plain --to examples", "check settings", "none", "--install-desktop"),
    *("judge out/none", "rename good ../x", "disable plain"),
)  # fmt: skip


def test_p51_no_failure_of_a_command_shows_text_of_a_file_and_each_says_what_to_do(
    promise, broken, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", "/proc/nowhere")
    commands = [command.replace("{}", name) for command in READERS for name in UNREADABLE] + list(ASKED)
    sentences = 0
    for command in commands:
        given = [broken.get(word, word) for word in command.split(" ")]
        try:
            status = cli.main(given)
        except SystemExit as ended:
            status = ended.code
        written = capsys.readouterr()
        assert "Traceback" not in written.err, command
        assert SECRET not in written.err, command
        said = [line for line in written.err.splitlines() if line.startswith("agenteditor")]
        if status == 0 or not said:
            continue
        assert ADVICE.search("\n".join(said)), (command, said)
        sentences += len(said)
    assert sentences > 60
    promise.measured(
        f"{len(commands)} commands that fail, with a secret in every file: {sentences} sentences, each with advice, none with the secret"
    )


def test_p51_no_message_of_the_window_shows_text_of_a_file(promise, broken, tmp_path, qtbot, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(dialogs, "say", lambda _parent, *words: said.append(" ".join(words)))
    application(Settings(theme="light"))
    window = make_window(Settings())
    qtbot.addWidget(window)
    for name in UNREADABLE[:5]:
        window.open_paths([Path(broken[name])])
        shown = Path(broken[name]).name
        assert any(shown in sentence for sentence in said) or window.documents.count(), name
    assert len(said) >= 3
    assert all(ADVICE.search(sentence) and SECRET not in sentence for sentence in said)
    promise.measured(
        f"{len(said)} files that cannot be opened in the window, each named with a reason and advice"
    )


# --- P52: what it runs on ----------------------------------------------------------------------

REFUSED = [
    ("6.12.0", (3, 11)),
    ("6.9.0", (3, 13)),
    ("6.8.3", (3, 12)),
    ("6.8.0.2", (3, 11)),
    ("5.15.2", (3, 11)),
]


@pytest.mark.parametrize(("pyside", "python"), REFUSED)
def test_p52_a_pair_of_versions_that_crashes_is_refused_at_the_start(
    promise, pyside, python, monkeypatch, capsys
):
    monkeypatch.setattr(PySide6, "__version__", pyside)
    monkeypatch.setattr(versions.sys, "version_info", (*python, 0))
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)  # and is never loaded
    assert cli.main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert pyside in line and "pip install" in line
    promise.measured("versions that crash refused at the start, with one line that says what to install")


SMOKE = """
import sys
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit
from PySide6.QtGui import QTextDocument
app = QApplication([])
label, line, text, document = QLabel(), QLineEdit(), QPlainTextEdit(), QTextDocument()
before = sys.getrefcount(None)
for at in range(int(sys.argv[1]) // 5):
    label.setText(str(at)); line.setText(str(at)); label.update(); text.setPlainText("x")
    document.setMarkdown("---\\nname: x\\n---")
app.processEvents()
assert document.toPlainText().strip() == "name: x"
assert sys.getrefcount(None) > before - 1_000, "the calls ate references to None"
"""


def test_p52_the_installed_pair_survives_what_killed_others(promise):
    many = promise.times(20_000, 200_000)
    command = [sys.executable, "-X", "faulthandler", "-c", SMOKE, str(many)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    promise.measured(f"{many:,} calls of Qt, a fifth of them with the Markdown that crashed 6.8: alive")
