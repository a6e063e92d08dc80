"""``make run`` opens the window where there is a screen, and takes the tour where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# These tests run under make themselves, and would hand on its options; Qt's is what is looked for.
OUTSIDE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"}
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in OUTSIDE}
NOTE = '#!/bin/sh\necho "$(basename "$0") $*${QT_QPA_PLATFORM:+ on $QT_QPA_PLATFORM}" >> ran\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile with programs that only note how they were called."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", tmp_path)
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    for program in (tmp_path / "any-python", bin_folder / "agenteditor", bin_folder / "python"):
        program.write_text(NOTE)
        program.chmod(0o755)
    return tmp_path


def make(checkout: Path, *words: str) -> list[str]:
    subprocess.run(
        ["make", "--silent", *words, "PYTHON=./any-python"],
        cwd=checkout,
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
    )
    return (checkout / "ran").read_text().splitlines()


def test_run_prepares_and_opens_the_window_on_the_samples(checkout: Path) -> None:
    assert make(checkout, "run") == [
        "any-python tools/prepare.py run",
        "python tools/screen.py",
        "agenteditor resources/samples",
    ]


def test_run_without_a_screen_takes_the_tour_off_screen(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "python").write_text(NOTE + "exit 1\n")
    assert make(checkout, "run")[2:] == ["agenteditor --tour build/tour on offscreen"]


def test_test_prepares_and_passes_words_on_to_pytest(checkout: Path) -> None:
    prepared, tested = make(checkout, "test", "ARGS=-k name")
    assert prepared == "any-python tools/prepare.py test"
    assert tested.startswith("python -m pytest ")
    assert tested.endswith(" -k name")


@pytest.mark.parametrize(
    "purpose", ["run", "test", "torture", "fuzz", "lint", "bench", "oracle", "validate-export"]
)
def test_nothing_is_started_where_the_preparation_failed(checkout: Path, purpose: str) -> None:
    (checkout / "any-python").write_text(NOTE + "exit 1\n")
    with pytest.raises(subprocess.CalledProcessError):
        make(checkout, purpose)
    assert len((checkout / "ran").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "purpose",
    ["run", "test", "torture", "fuzz", "lint", "bench", "oracle", "validate-export", "clean", "help"],
)
def test_every_purpose_is_there_even_beside_a_file_of_its_name(checkout: Path, purpose: str) -> None:
    (checkout / purpose).touch()
    done = subprocess.run(
        ["make", "--dry-run", purpose],
        cwd=checkout,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "up to date" not in done.stdout


@pytest.mark.parametrize(
    ("screen", "reason"),
    [({}, "neither DISPLAY nor WAYLAND_DISPLAY"), ({"DISPLAY": ":4711"}, "cannot be used")],
)
@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac always has a screen")
def test_a_screen_that_is_not_there_is_noticed_and_said(screen: dict[str, str], reason: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "screen.py"],
        env={**ENVIRONMENT, **screen},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert reason in done.stderr


def test_docs_writes_the_list_of_rules(checkout: Path) -> None:
    (checkout / "docs").mkdir()
    assert make(checkout, "docs")[1:] == ["agenteditor rules --format markdown"]
    assert (checkout / "docs" / "rules.md").is_file()
