"""The menu entry lands where desktops look, and starts this program whatever its path is called."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.app.desktop import _quoted, data_home, install, this_program
from agenteditor.core.resources import resource

WRITTEN = [
    "applications/agenteditor.desktop",
    "icons/hicolor/scalable/apps/agenteditor.svg",
    "icons/hicolor/symbolic/apps/agenteditor-symbolic.svg",
    "metainfo/agenteditor.metainfo.xml",
]


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def unquoted(value: str) -> str:
    """One argument of an Exec key as desktops read it: string escapes, then quotes, then per cent signs."""
    value = re.sub(r"\\(.)", lambda match: {"n": "\n", "s": " ", "t": "\t"}.get(match[1], match[1]), value)
    if value.startswith('"'):
        assert value.endswith('"')
        assert re.fullmatch(r'"(?:[^"`$\\]|\\["`$\\])*"', value), "a reserved character stands unescaped"
        value = re.sub(r'\\(["`$\\])', r"\1", value[1:-1])
    else:
        assert not set(value) & set(" \t\n\"'\\><~|&;$*?#()`"), "a reserved character stands unquoted"
    assert not re.search(r"%(?!%)", value.replace("%%", "")), "a per cent sign stands alone"
    return value.replace("%%", "%")


def test_it_writes_the_four_files_and_nothing_else(tmp_path: Path) -> None:
    written = install(tmp_path, ["/opt/agenteditor"])
    assert files_below(tmp_path) == WRITTEN
    assert sorted(str(path.relative_to(tmp_path)) for path in written) == WRITTEN


def test_a_second_time_brings_them_up_to_date(tmp_path: Path) -> None:
    install(tmp_path, ["/old/agenteditor"])
    install(tmp_path, ["/new/agenteditor"])
    entry = (tmp_path / "applications" / "agenteditor.desktop").read_text("utf-8")
    assert "Exec=/new/agenteditor %F" in entry.splitlines()
    assert files_below(tmp_path) == WRITTEN


def test_only_the_exec_line_differs_from_the_shipped_entry(tmp_path: Path) -> None:
    install(tmp_path, ["/opt/agent editor/bin/agenteditor"])
    shipped = resource("desktop", "agenteditor.desktop").read_text("utf-8").splitlines()
    written = (tmp_path / "applications" / "agenteditor.desktop").read_text("utf-8").splitlines()
    assert [line for line in written if line not in shipped] == [
        'Exec="/opt/agent editor/bin/agenteditor" %F'
    ]
    assert len(written) == len(shipped)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "applications").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="applications"):
        install(tmp_path, ["/opt/agenteditor"])


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=("Cs",)), min_size=1))
def test_any_path_comes_back_from_the_exec_line(path: str) -> None:
    assert unquoted(_quoted(path)) == path


@pytest.mark.parametrize("path", ["/opt/agenteditor", "/a b/x", 'q"u`o$t\\e', "100%", "ключ/程序"])
def test_the_validator_of_desktops_accepts_the_entry(tmp_path: Path, path: str) -> None:
    validator = shutil.which("desktop-file-validate")
    if validator is None:
        pytest.skip("desktop-file-validate is not installed (package desktop-file-utils)")
    entry = install(tmp_path, [path])[0]
    done = subprocess.run([validator, str(entry)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_data_home_is_the_one_named() -> None:
    assert data_home({"XDG_DATA_HOME": "/srv/data"}) == Path("/srv/data")


@pytest.mark.parametrize("value", ["", "data", "./data"])
def test_a_data_home_that_is_not_absolute_is_ignored(value: str) -> None:
    assert data_home({"XDG_DATA_HOME": value}) == Path.home() / ".local" / "share"


def test_the_program_that_runs_is_the_one_in_the_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "agenteditor"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    assert this_program() == (str(program),)


def test_started_as_a_module_it_finds_the_command_beside_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "agenteditor"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "agenteditor" / "__main__.py")])
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    assert this_program() == (str(program),)


def test_without_a_command_it_starts_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["-m"])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert this_program() == (str(tmp_path / "python"), "-m", "agenteditor")
