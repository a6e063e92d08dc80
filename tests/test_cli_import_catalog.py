"""``agenteditor import SOURCE --into FOLDER``: the plan is printed, carried out, and the exit status says how it went."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from agenteditor.cli import main
from tests.core.agent_folders import tree

AGENT = "---\nname: a\ndescription: Use a now\nmodel: opus\n---\n\nYou test.\n"
THEIRS = AGENT.replace("opus", "haiku")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.md").write_text(AGENT)
    return tmp_path / "there"


def test_a_dry_run_prints_the_plan_and_writes_nothing(
    there: Path, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(there), "--into", str(here), "--dry-run"]) == 0
    assert capsys.readouterr().out == "new       a.md\n1 new; 0 only here.\n"
    assert not list(here.iterdir()) and not (tmp_path / "state").exists()


def test_a_zip_is_imported_and_a_second_time_nothing_is_to_do(
    there: Path, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(there / "a.md", "repo/a.md")
    assert main(["import", str(packed), "--into", str(here)]) == 0
    assert (here / "a.md").read_text() == AGENT
    assert "1 file written." in capsys.readouterr().out
    assert main(["import", str(packed), "--into", str(here)]) == 0
    assert (
        capsys.readouterr().out == "same      a.md: The same bytes.\n0 files written.\n1 same; 0 only here.\n"
    )


def test_what_was_imported_is_taken_back_to_the_byte(
    there: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(there), "--into", str(here)]) == 0
    (there / "a.md").write_text(THEIRS)
    (there / "team").mkdir()
    (there / "team" / "b.md").write_text(AGENT.replace("name: a", "name: b"))
    before = tree(here)
    capsys.readouterr()
    for _ in range(2):
        assert main(["import", str(there), "--into", str(here)]) == 0
        assert capsys.readouterr().out == (
            "update    a.md: Changed there: model.\nnew       team/b.md\n"
            "2 files written. “agenteditor batch undo” takes it back.\n1 new, 1 update; 0 only here.\n"
        )
        assert main(["batch", "undo"]) == 0
        assert capsys.readouterr().out == "Undone: Import from there. 2 files put back.\n"
        assert tree(here) == before


def test_without_a_place_for_the_undo_nothing_is_written(
    there: Path, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(there / "a.md"))  # no folder
    assert main(["import", str(there), "--into", str(here)]) == 2
    assert "what undo needs cannot be kept" in capsys.readouterr().err
    assert not list(here.iterdir())


def test_a_name_in_an_archive_cannot_speak_to_the_terminal(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("\x1b[2Ja.md", AGENT)
        archive.writestr("b.md", AGENT.replace("tools", "x"))
    assert main(["import", str(tmp_path / "x.zip"), "--into", str(here), "--dry-run"]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out and "refused" in out


def test_what_an_agent_may_do_more_is_said(
    there: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.md").write_text(AGENT.replace("model", "tools: Read\nmodel"))
    (there / "a.md").write_text(AGENT.replace("model", "tools: Read, Bash\nmodel"))
    main(["import", str(there), "--into", str(here), "--dry-run"])
    assert "with theirs it may do more: It gets tools it did not have: Bash." in capsys.readouterr().out


@pytest.mark.parametrize("flags, status", [([], 1), (["--ours"], 0), (["--theirs"], 0)])
def test_a_conflict_is_decided_by_a_flag_or_left_and_named(
    there: Path, here: Path, capsys: pytest.CaptureFixture[str], flags: list[str], status: int
) -> None:
    (here / "a.md").write_text(AGENT)
    (there / "a.md").write_text(THEIRS)
    assert main(["import", str(there), "--into", str(here), *flags]) == status
    assert (here / "a.md").read_text() == (THEIRS if "--theirs" in flags else AGENT)
    assert ("left as it was: a.md: model" in capsys.readouterr().out) == (status == 1)
    assert main(["import", str(there), "--into", str(here)]) == status


def test_what_cannot_be_done_is_said_with_status_2(
    there: Path, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.zip").write_bytes(b"no archive")
    for source, folder in ((tmp_path / "x.zip", here), (tmp_path / "gone", here), (there, tmp_path / "gone")):
        assert main(["import", str(source), "--into", str(folder)]) == 2
        assert capsys.readouterr().err.startswith("agenteditor: ")


@pytest.mark.parametrize(
    "words",
    [
        ["a", "b", "--into", "c"],
        ["-", "--into", "c"],
        ["a", "--ours"],
        ["a", "--dry-run"],
        ["a", "--into", "b", "--output", "c"],
    ],
)
def test_options_that_do_not_go_together_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["import", *words])
    assert stopped.value.code == 2
