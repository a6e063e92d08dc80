"""Versions that crash are refused with one clear line (that the installed pair survives: `promises/test_conduct`)."""

from __future__ import annotations

import sys
from pathlib import Path

import PySide6
import pytest

from agenteditor.app.versions import LIBRARIES, obstacle, refusal

REFUSED = [
    ("6.12.0", (3, 11)),
    ("6.12.0a1", (3, 11)),
    ("6.12", (3, 11)),
    ("6.9.0", (3, 11)),
    ("6.9.0", (3, 13)),
    ("6.8.3", (3, 12)),
    ("6.8.0.2", (3, 12)),
    ("5.15.2", (3, 11)),
]
ACCEPTED = [
    ("6.9.1", (3, 11)),
    ("6.9.3", (3, 14)),
    ("6.11.3", (3, 11)),
    ("6.12.0", (3, 12)),
    ("6.12.1", (3, 11)),
    ("6.13.0", (3, 11)),
    ("7.0.0", (3, 13)),
    ("unknown", (3, 11)),
    ("", (3, 11)),
]


@pytest.mark.parametrize(("pyside", "python"), REFUSED)
def test_a_pair_that_crashes_is_refused(pyside: str, python: tuple[int, int]) -> None:
    sentence = refusal(pyside, python)
    assert sentence is not None
    assert f"PySide6 {pyside}" in sentence, "it names the version found"
    assert "pip install" in sentence, "it says what to do"
    assert "\n" not in sentence


@pytest.mark.parametrize(("pyside", "python"), ACCEPTED)
def test_any_other_pair_may_start(pyside: str, python: tuple[int, int]) -> None:
    assert refusal(pyside, python) is None


def test_the_installed_pair_may_start() -> None:
    assert refusal(PySide6.__version__, sys.version_info[:2]) is None
    assert obstacle() is None


def test_a_refused_version_is_never_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PySide6, "__version__", "6.8.3")
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    reason = obstacle()
    assert reason is not None
    assert "6.8.3" in reason, "the version is the reason, and not what loading it would have said"


def test_a_machine_without_qt_for_python_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6", None)
    assert "pip install" in (obstacle() or "")


def test_a_missing_system_library_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    # As the dynamic linker says it on a bare machine.
    missing = "libEGL.so.1: cannot open shared object file: No such file or directory"

    class Bare:
        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "PySide6.QtWidgets":
                raise ImportError(missing)

    monkeypatch.delitem(sys.modules, "PySide6.QtWidgets")
    monkeypatch.delattr(PySide6, "QtWidgets")
    monkeypatch.setattr(sys, "meta_path", [Bare(), *sys.meta_path])
    reason = obstacle()
    assert reason is not None
    assert missing in reason
    assert "sudo apt-get install" in reason
    assert "libegl1" in reason
    assert "\n" not in reason


def test_the_readme_names_the_same_system_packages() -> None:
    readme = (Path(__file__).resolve().parent.parent.parent / "README.md").read_text("utf-8")
    assert set(LIBRARIES.split()) <= set(readme.split())
