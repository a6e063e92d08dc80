"""Common to all tests: no screen, no real home folder, and where the reference files are."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from PySide6.QtCore import QCoreApplication, QEvent

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "resources" / "samples" / "backend-engineer.md"

# Set before anything imports Qt, which reads them once. QT_QPA_PLATFORM=xcb runs the same tests under Xvfb.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"
for name in (
    "QT_STYLE_OVERRIDE",
    "QT_QPA_PLATFORMTHEME",
    "QT_SCALE_FACTOR",
    "QT_FONT_DPI",
    "QT_LOGGING_RULES",
):
    os.environ.pop(name, None)

# Deadlines measure the machine, not the code.
settings.register_profile("agenteditor", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("agenteditor")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``make torture`` tries the promises (tests/promises) as often as a release asks."""
    parser.addoption("--torture", action="store_true", help="try promises as often as a release asks")


def pytest_configure(config: pytest.Config) -> None:
    """Give the session a home folder of its own, so that no test reads or writes the developer's."""
    home = tempfile.TemporaryDirectory(prefix="agenteditor-tests-")
    config.add_cleanup(home.cleanup)
    os.environ["HOME"] = home.name
    for variable, folder in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
        "XDG_RUNTIME_DIR": "run",
    }.items():
        path = Path(home.name, folder)
        path.mkdir(mode=0o700, parents=True)
        os.environ[variable] = str(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files whose tests take long (each file runs in one process: Makefile)."""
    items.sort(key=lambda item: item.path.parent.name not in ("journeys", "promises"))


@pytest.fixture(autouse=True)
def _the_window_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine any disk is slow; only tests of that shall see a window that goes on."""
    background = sys.modules.get("agenteditor.app.background")
    if background is not None:
        monkeypatch.setattr(background, "PATIENCE", 30.0)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Collect garbage here, as the program does: a Qt object may not end on a thread that reads a file.

    What a test closed ends first: else its windows live on, and each change of style takes longer for all of them.
    """
    if not gc.isenabled():  # since a window was made
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        collected = item.session.stash.get(_COLLECTED, 0)
        gc.collect(2 if collected % 100 == 99 else 1)
        item.session.stash[_COLLECTED] = collected + 1


_COLLECTED = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder: the real files, the vectors and their answers. It is not part of the project."""
    path = Path(os.environ.get("AGENTEDITOR_SHARED") or ROOT.parent / "shared")
    if not (path / "corpus" / "VERDICTS.tsv").is_file():
        pytest.skip(
            f"no reference files at {path}: AGENTEDITOR_SHARED names the folder with corpus/, vectors/"
        )
    return path


@pytest.fixture(scope="session")
def seed_path() -> Path:
    """The sample the program was asked for, byte for byte; its YAML is not valid, and that is normal."""
    return SEED


@pytest.fixture(scope="session")
def seed_text() -> str:
    """The text of the sample: LF line ends, no BOM."""
    return SEED.read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as pip builds it but without fetching the build tool again."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment with the wheel in it; it cannot see the checkout.

    The libraries come from the environment of the tests, by a .pth file, so no network is needed.
    """
    venv = tmp_path_factory.mktemp("installed") / "venv"
    python = venv / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index"]
    for command in (
        [sys.executable, "-m", "venv", "--without-pip", str(venv)],
        [*pip, str(wheel)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    (site,) = venv.glob("lib/python*/site-packages")
    libraries = Path(pytest.__file__).resolve().parent.parent
    # Python reads no .pth files in there, so an editable install of the checkout stays invisible.
    (site / "libraries.pth").write_text(f"{libraries}\n", "utf-8")
    return venv / "bin"
