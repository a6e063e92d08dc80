"""Common to all tests: no screen, no real home folder, and where the reference files are."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

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
settings.register_profile("agenteditor", deadline=None, print_blob=True)
settings.load_profile("agenteditor")


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
