"""A fresh machine is made ready, and one that is ready is left in peace."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools import prepare
from tools.prepare import Unprepared

LDD = """\
\tlinux-vdso.so.1 (0x00007ffd6a1f2000)
\tlibQt6Core.so.6 => /opt/Py Side/Qt/lib/libQt6Core.so.6 (0x00007f1c0a000000)
\tlibEGL.so.1 => not found
\tlibxcb-cursor.so.0 => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f1c0b1d4000)
"""


class Machine:
    """A project folder of its own, in which every command is noted and answered by rule."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ran: list[list[str]] = []
        self.failing: list[str] = []

    def run(self, command: Sequence[str], **_options: object) -> subprocess.CompletedProcess[str]:
        self.ran.append(list(command))
        line = " ".join(command)
        if any(words in line for words in self.failing):
            return subprocess.CompletedProcess(command, 1, "", "")
        if "-m venv" in line:
            (self.root / ".venv" / "bin").mkdir(parents=True)
            (self.root / ".venv" / "bin" / "python").touch()
            (self.root / ".venv" / "pyvenv.cfg").touch()
        return subprocess.CompletedProcess(command, 0, "/nowhere/PySide6/__init__.py\n", "")

    def ran_with(self, words: str) -> bool:
        return any(words in " ".join(command) for command in self.ran)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("a==1\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "VENV", venv)
    monkeypatch.setattr(prepare, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(prepare, "STAMP", venv / "prepared.json")
    monkeypatch.setattr(prepare.subprocess, "run", made.run)
    monkeypatch.setattr(prepare.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(prepare.shutil, "which", lambda name: f"/usr/bin/{name}")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return made


def test_a_fresh_machine_gets_an_environment_and_the_pinned_versions(machine: Machine) -> None:
    prepare.prepare("run")
    assert machine.ran_with("-m venv")
    assert machine.ran_with(f"--constraint {machine.root}/constraints.txt --editable {machine.root}")
    assert machine.ran_with("QApplication([])"), "Qt was really started"
    assert not machine.ran_with("apt-get")


def test_the_second_time_nothing_is_started(machine: Machine) -> None:
    prepare.prepare("test")
    machine.ran.clear()
    prepare.prepare("test")
    assert machine.ran == []


def test_what_the_tests_need_is_enough_for_a_run(machine: Machine) -> None:
    prepare.prepare("test")
    machine.ran.clear()
    prepare.prepare("run")
    assert machine.ran == []


def test_what_a_run_needs_is_not_enough_for_the_tests(machine: Machine) -> None:
    prepare.prepare("run")
    machine.ran.clear()
    prepare.prepare("test")
    assert machine.ran_with(f"{machine.root}[test]")


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_list_of_packages_is_installed(machine: Machine, name: str) -> None:
    prepare.prepare("test")
    machine.ran.clear()
    (machine.root / name).write_text("changed\n")
    prepare.prepare("test")
    assert machine.ran_with("pip")
    assert not machine.ran_with("-m venv"), "the environment itself is still good"


def test_another_python_gets_a_new_environment(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare.prepare("test")
    machine.ran.clear()
    monkeypatch.setattr(prepare.sys, "version", "3.99.0")
    prepare.prepare("test")
    assert machine.ran_with("-m venv")
    assert machine.ran_with("pip")


def test_an_environment_that_lost_its_python_is_made_anew(machine: Machine) -> None:
    prepare.prepare("test")
    (machine.root / ".venv" / "bin" / "python").unlink()
    machine.ran.clear()
    prepare.prepare("test")
    assert machine.ran_with("-m venv")


def test_a_screen_that_appears_later_is_checked_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare.prepare("test")
    machine.ran.clear()
    monkeypatch.setenv("DISPLAY", ":0")
    prepare.prepare("test")
    assert machine.ran_with("ldd")


def test_a_failed_installation_is_tried_again_next_time(machine: Machine) -> None:
    machine.failing = ["pip"]
    with pytest.raises(Unprepared, match="package index"):
        prepare.prepare("run")
    machine.failing = []
    machine.ran.clear()
    prepare.prepare("run")
    assert machine.ran_with("pip")


def test_without_python3_venv_and_without_rights_the_command_is_printed(machine: Machine) -> None:
    machine.failing = ["-m venv", "-m virtualenv", "sudo"]
    with pytest.raises(Unprepared, match=r"sudo apt-get install --no-install-recommends python3\.\d+-venv"):
        prepare.prepare("run")
    assert not any(command[0] == "apt-get" for command in machine.ran)


def test_virtualenv_will_do_where_venv_fails(machine: Machine) -> None:
    machine.failing = ["-m venv"]
    prepare.make_environment()
    assert machine.ran_with("-m virtualenv")
    assert not machine.ran_with("apt-get")


def test_with_sudo_missing_packages_are_installed(machine: Machine) -> None:
    prepare.apt_install(["libegl1"], "for Qt")
    assert [
        "sudo",
        "--non-interactive",
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
        "libegl1",
        "--quiet=2",
    ] in machine.ran


def test_root_needs_no_sudo(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare.os, "geteuid", lambda: 0)
    prepare.apt_install(["libegl1"], "for Qt")
    assert machine.ran_with("apt-get install")
    assert not machine.ran_with("sudo")


def test_missing_libraries_are_turned_into_a_command(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.failing = ["sudo"]
    monkeypatch.setattr(
        prepare, "linked_libraries", lambda _platforms: (set(), {"libEGL.so.1", "libxcb-cursor.so.0"})
    )
    with pytest.raises(
        Unprepared, match="sudo apt-get install --no-install-recommends libegl1 libxcb-cursor0"
    ):
        prepare.require_libraries(("offscreen", "xcb"))


def test_a_library_of_no_known_package_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "linked_libraries", lambda _platforms: (set(), {"libnew.so.9"}))
    with pytest.raises(Unprepared, match=r"libnew\.so\.9"):
        prepare.require_libraries(("offscreen",))


def test_a_folder_in_the_way_is_not_deleted(machine: Machine) -> None:
    precious = machine.root / ".venv" / "precious"
    precious.parent.mkdir()
    precious.write_text("mine")
    with pytest.raises(Unprepared, match="in the way"):
        prepare.prepare("run")
    assert precious.read_text() == "mine"


def test_the_linkers_list_is_read() -> None:
    assert prepare.linked(LDD) == (
        {"/opt/Py Side/Qt/lib/libQt6Core.so.6"},
        {"libEGL.so.1", "libxcb-cursor.so.0"},
    )
    assert prepare.linked("\tnot a dynamic executable\n") == (set(), set())


def test_a_library_that_went_away_is_noticed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    library = machine.root / "libEGL.so.1"
    library.touch()
    asked = []

    def linked(platforms: Sequence[str]) -> tuple[set[str], set[str]]:
        asked.append(platforms)
        return {str(library)}, set()

    monkeypatch.setattr(prepare, "linked_libraries", linked)
    prepare.prepare("test")
    prepare.prepare("test")
    assert len(asked) == 1
    library.unlink()
    prepare.prepare("test")
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("environment", "platforms"),
    [
        ({}, ("offscreen",)),
        ({"DISPLAY": ""}, ("offscreen",)),
        ({"DISPLAY": ":0"}, ("offscreen", "xcb")),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ("offscreen", "xcb", "wayland")),
    ],
)
def test_only_screens_that_can_be_used_are_prepared_for(
    environment: dict[str, str], platforms: tuple[str, ...]
) -> None:
    assert prepare.wanted_platforms(environment) == platforms


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', "\x00"])
def test_a_broken_note_of_last_time_counts_as_none(tmp_path: Path, content: str) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_text(content)
    assert prepare.read_stamp(stamp) == {}


def test_a_note_comes_back_as_written(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    prepare.write_stamp(stamp, {"run": "1"})
    assert prepare.read_stamp(stamp) == json.loads(stamp.read_text()) == {"run": "1"}


def test_a_line_moved_from_one_list_to_the_other_is_a_change(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("ab")
    other.write_text("c")
    before = prepare.fingerprint((one, other))
    one.write_text("a")
    other.write_text("bc")
    assert prepare.fingerprint((one, other)) != before


@pytest.mark.parametrize("arguments", [[], ["walk"], ["run", "test"]])
def test_anything_but_the_two_purposes_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare.main(arguments) == 2
    assert "usage" in capsys.readouterr().err
