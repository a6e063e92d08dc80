"""How fast it is, as ratios: ``make bench``. Prints a table; asserts nothing.

Each figure is the median of several runs and its ratio to a bare counterpart measured in the same
run, because absolute times say more about the machine than about the program.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "resources" / "samples" / "backend-engineer.md"
KEYS = 40
RUNS = 7
COPIES = 20  # of the real agents
DIFFERENT = 3_000  # agents in the catalogs that are made

EMPTY_WINDOW = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([]); window = QMainWindow(); window.resize(1280, 820); window.show()
QTimer.singleShot(0, app.quit); app.exec()
"""
OUR_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
app = application(Settings()); window = make_window(Settings())
window.open_paths([Path(sys.argv[1])]); window.show()
QTimer.singleShot(0, app.quit); app.exec()
"""
PEAK = """
import sys
from pathlib import Path
status = Path("/proc/self/status").read_text()
sys.stderr.write(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def main() -> int:
    """Measure everything; the exit status."""
    print(f"{'what':44} {'median':>10} {'bare':>10} {'ratio':>7}   bare counterpart")
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.md"
        large.write_text(large_text(72_000), encoding="utf-8")
        for name, path in (("sample", SEED), ("72 KB file", large)):
            row(
                f"key to repaint, source, {name}",
                key_times(path, "source"),
                bare_key_times(path),
                "ms",
                "QPlainTextEdit",
            )
            row(
                f"key to repaint, details, {name}",
                key_times(path, "details"),
                bare_key_times(path),
                "ms",
                "QPlainTextEdit",
            )
        startup()
        checks(Path(folder))
        exports(Path(folder))
        catalogs(Path(folder))
        judgement(Path(folder))
        finding(Path(folder))
    return 0


def row(what: str, ours: list[float], bare: list[float], unit: str, against: str) -> None:
    """Print one figure: medians and their ratio."""
    one, other = statistics.median(ours), statistics.median(bare)
    print(f"{what:44} {one:8.2f} {unit} {other:8.2f} {unit} {one / other:7.1f}   {against}")


def large_text(size: int) -> str:
    """An agent file of about ``size`` characters: the sample's prompt, section after section."""
    text = SEED.read_text(encoding="utf-8")
    head, body = text[: text.index("\nYou are")], text[text.index("\nYou are") :]
    return head + body * (size // len(body) + 1)


def key_times(path: Path, view: str) -> list[float]:
    """Milliseconds from a key press to the painted window, with all panels shown."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from agenteditor.app.commands import make_window
    from agenteditor.app.main import application
    from agenteditor.app.settings import Settings

    app = application(Settings())
    window = make_window(Settings())
    window.open_paths([path])
    window.show()
    window.show_view(view)
    if view == "details":
        window.present_editor().form.reveal("description")
    settle(app)
    target = QApplication.focusWidget() or window
    times: list[float] = []
    for _ in range(KEYS):
        began = time.perf_counter()
        QTest.keyClick(target, Qt.Key.Key_X)
        app.processEvents()
        window.grab()
        times.append((time.perf_counter() - began) * 1000)
    for editor in window.editors():
        editor.document.mark_saved(path, editor.document.text, None)
    window.close()
    window.deleteLater()
    settle(app)
    return times


def bare_key_times(path: Path) -> list[float]:
    """The same for a plain text widget without any of this program."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QPlainTextEdit

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    edit = QPlainTextEdit(path.read_text(encoding="utf-8"))
    edit.resize(1280, 820)
    edit.show()
    settle(app)
    times: list[float] = []
    for _ in range(KEYS):
        began = time.perf_counter()
        QTest.keyClick(edit, Qt.Key.Key_X)
        app.processEvents()
        edit.grab()
        times.append((time.perf_counter() - began) * 1000)
    edit.close()
    return times


def settle(app: object) -> None:
    """Let the event queue run dry."""
    for _ in range(10):
        app.processEvents()  # type: ignore[attr-defined]


def process_times(*command: str) -> tuple[list[float], float]:
    """Seconds of whole processes, and the peak memory of the last one in MB."""
    times: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    script, *rest = command[2:]
    done = subprocess.run(
        [*command[:2], f"{script}\n{PEAK}", *rest], check=True, capture_output=True, text=True
    )
    return times, int(done.stderr.strip().splitlines()[-1]) / 1024


def startup() -> None:
    """Start to the first painted window, against an empty PySide6 window."""
    ours, our_peak = process_times(sys.executable, "-c", OUR_WINDOW, str(SEED))
    empty, empty_peak = process_times(sys.executable, "-c", EMPTY_WINDOW)
    row("start to window with the sample open", ours, empty, "s ", "empty QMainWindow")
    row("peak memory", [our_peak], [empty_peak], "MB", "empty QMainWindow")


def checks(folder: Path) -> None:
    """``check`` of 1 and 1,000 files, against reading the same files."""
    many = folder / "many"
    many.mkdir()
    for number in range(1000):
        text = SEED.read_text(encoding="utf-8").replace("name: backend-engineer", f"name: agent-{number}")
        (many / f"agent-{number}.md").write_text(text, encoding="utf-8")
    read = "import sys, pathlib; [p.read_text() for p in pathlib.Path(sys.argv[1]).rglob('*.md')]"
    bare = timed(
        lambda: subprocess.run([sys.executable, "-c", read, str(many)], check=True, capture_output=True)
    )
    for what, path in (("check of 1 file", SEED), ("check of 1,000 files", many)):
        command = [sys.executable, "-m", "agenteditor", "check", str(path)]
        ours = timed(lambda command=command: subprocess.run(command, check=True, capture_output=True))  # type: ignore[misc]
        row(what, ours, bare, "s ", "a bare read of 1,000 files")


def exports(folder: Path) -> None:
    """The export of 3,000 agents into a new folder, and again where nothing changed, against a copy."""
    from agenteditor.core.export import Choices, Plan, Source, plan, write

    body = SEED.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    sources = [
        Source(
            Path(f"agent-{number}.md"),
            f'---\nname: agent-{number}\ndescription: "Agent {number}."\n---\n{body}',
            f"c {number % 9}",
        )
        for number in range(3000)
    ]
    place, made = folder / "export", Choices("plugin")
    planned: list[Plan] = []
    reads = [seconds(lambda: planned.append(plan(sources, place, made)))]
    writes = [seconds(lambda: write(planned[0]))]
    again = [seconds(lambda: write(plan(sources, place, made)))]
    copies = [seconds(partial(shutil.copytree, place, folder / f"copy-{number}")) for number in range(3)]
    row("plan of an export of 3,000 agents", reads, copies, "s ", "a copy of the exported files")
    row("writing it, synced", writes, copies, "s ", "a copy of the exported files")
    row("plan and export, nothing changed", again, copies, "s ", "a copy of the exported files")


def seconds(action: Callable[[], object]) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def catalogs(folder: Path) -> None:
    """Catalogs in the window, against finding and reading the same files without a window."""
    for copies in (1, 10):
        made = made_catalog(folder / f"agents-{copies}", copies)
        catalog(f"{copies * DIFFERENT:,} agents", made)
    shared = Path(os.environ.get("AGENTEDITOR_SHARED") or ROOT.parent / "shared")
    corpus = sorted((shared / "corpus").rglob("*.md"))
    if not corpus:
        print(f"real agents: skipped, none at {shared / 'corpus'}; AGENTEDITOR_SHARED names the folder")
        return
    for copy in range(COPIES):
        for path in corpus:
            there = folder / "real" / f"copy-{copy}" / path.relative_to(shared / "corpus")
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())
    catalog(f"real agents, {COPIES} copies", folder / "real")


def made_catalog(folder: Path, copies: int) -> Path:
    """A folder with some copies of ``DIFFERENT`` agents, 100 to a sub-folder."""
    text = SEED.with_name("code-reviewer.md").read_text(encoding="utf-8")
    for number in range(copies * DIFFERENT):
        which = number % DIFFERENT
        path = folder / f"group-{number // 100:03}" / f"agent-{which}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        own = text.replace("name: code-reviewer", f"name: agent-{which}")
        path.write_text(f"{own}\nYou are number {which}.\n", encoding="utf-8")
    return folder


def catalog(what: str, folder: Path) -> None:
    """The figures of one folder, from a process of its own."""
    command = [sys.executable, str(ROOT / "tools" / "bench_catalog.py"), str(folder)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder.with_name(f"{folder.name}-cache"))}
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment) for _ in range(2)
    ]
    found, again = (json.loads(run.stdout.splitlines()[-1]) for run in runs)
    bare, against = found["bare"], f"walk and read of {found['files']:,} files"
    row(f"{what}: rows visible", [found["rows"]], [bare], "s ", against)
    row(f"{what}: all badges", [found["badges"]], [bare], "s ", against)
    row(f"{what}: all badges, next run", [again["badges"]], [bare], "s ", against)
    row(f"{what}: longest block", [found["block"] * 1000], [bare * 1000], "ms", against)
    row(f"{what}: key in the filter", found["keys"], [bare * 1000], "ms", against)
    row(f"{what}: slowest key", [max(found["keys"])], [bare * 1000], "ms", against)
    row(f"{what}: peak memory", [found["memory"]], [found["bare_memory"]], "MB", against)


def finding(folder: Path) -> None:
    """A key in Go to among 3,000 names, and a search of 3,000 files, against looking with ``in``."""
    from agenteditor.core.go_to import Goal, Ranking
    from agenteditor.core.search import Query
    from agenteditor.core.search_files import Target, search_files

    words = ("backend", "reviewer", "engineer", "tester", "writer", "api", "data", "ops", "docs", "python")
    names = [f"{words[n % 10]}-{words[n // 10 % 10]}-{n}" for n in range(3000)]
    goals = [Goal(name, words[n % 7]) for n, name in enumerate(names)]
    keys = timed(lambda: [Ranking(goals).best(query, 100) for query in ("b", "bk", "bkr", "bkrev")])
    bare = timed(lambda: [[name for name in names if query in name] for query in ("b", "bk", "bkr", "bkrev")])
    row(
        "a key in Go to, 3,000 names",
        [t * 250 for t in keys],
        [t * 250 for t in bare],
        "ms",
        "`in` over the names",
    )
    paths = sorted((folder / "many").glob("*.md")) * 3  # those of ``checks``
    targets = [Target(path, path.name) for path in paths]
    for query, where in (("caching", "each"), ("nowhere to be found", "none")):
        ours = timed(lambda query=query: list(search_files(targets, Query(query))))  # type: ignore[misc]
        read = timed(lambda query=query: [path for path in paths if query in path.read_text("utf-8")])  # type: ignore[misc]
        row(f"search of 3,000 files, found in {where}", ours, read, "s ", "read and `in`")


def timed(action: Callable[[], object]) -> list[float]:
    """Seconds of several runs."""
    times: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return times


def judgement(folder: Path) -> None:
    """The index of 3,000 agents, a request to it, and the judgement, against a bare read of the files."""
    from agenteditor.core.catalog import agent_files
    from agenteditor.core.catalog_reading import reading
    from agenteditor.core.judgement import judged
    from agenteditor.core.routing import index_of

    catalog = folder / "catalog"
    catalog.mkdir()
    words = sorted({word for word in SEED.read_text(encoding="utf-8").split() if word.isalpha()})
    for number in range(3000):
        some = " ".join(words[(number * 7 + step * 13) % len(words)] for step in range(30))
        text = f"---\nname: agent-{number}\ndescription: Use it for topic{number} and {some}\n---\n"
        (catalog / f"agent-{number}.md").write_text(text, encoding="utf-8")
    paths = agent_files(catalog)
    agents = [file.agent for file in reading(paths, catalog, {}) if file.agent is not None]
    index, against = index_of(agents), "a bare read of 3,000 files"
    bare = timed(lambda: [path.read_text(encoding="utf-8") for path in paths])
    asked = timed(lambda: index.ranked("a slow endpoint with a database behind it"))
    row("index of 3,000 agents", timed(lambda: index_of(agents)), bare, "s ", against)
    row("a request to 3,000 agents", in_ms(asked), in_ms(bare), "ms", against)
    row("judgement over 3,000 agents", timed(lambda: judged(agents)), bare, "s ", against)


def in_ms(seconds: list[float]) -> list[float]:
    """Seconds as milliseconds."""
    return [one * 1000 for one in seconds]


if __name__ == "__main__":
    sys.exit(main())
