"""What an export that was killed had decided is finished at the next start, and said in words."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtWidgets import QWidget

from agenteditor.app import starting
from agenteditor.core import export_notes
from agenteditor.core.export_folder import TargetFolder
from agenteditor.core.export_manifest import INTENT, STAGE
from agenteditor.core.export_write import Change, writing
from agenteditor.core.file_problem import FileProblem


class Desk(QWidget):
    """A window as far as a start without questions knows it."""

    def __init__(self):
        super().__init__()
        self.said: list[str] = []

    def say(self, sentence):
        self.said.append(sentence)


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Desk()
    qtbot.addWidget(made)
    return made


def cut_off(tmp_path, step, count=60):
    """A folder as an export that is killed at this step leaves it; its note is there, too."""
    work = writing(tmp_path / "whole", [Change(f"agents/{number}.md", b"new") for number in range(count)])
    while (progress := next(work)).what != step or progress.done < 3:
        pass
    place = tmp_path / "cut off"
    shutil.copytree(tmp_path / "whole", place)
    work.close()
    with export_notes.noted(place):
        pass
    assert (place / STAGE).is_dir() and export_notes.folders() == [place]
    return place


def started(desk, qtbot):
    starting._finish_exports(desk)
    qtbot.waitUntil(lambda: not export_notes.folders() or bool(desk.said))


def test_what_counted_is_finished_and_said(desk, qtbot, tmp_path):
    place = cut_off(tmp_path, "place")
    started(desk, qtbot)
    assert desk.said == [f"The export to {place} that was cut off has been finished."]
    assert sorted(path.name for path in place.iterdir()) == [".agenteditor-export.json", "agents"]
    assert len(list((place / "agents").iterdir())) == 60
    starting._finish_exports(desk)
    assert len(desk.said) == 1


def test_files_that_somebody_changed_are_counted(desk, qtbot, tmp_path):
    place = cut_off(tmp_path, "place")
    (place / "agents" / "9.md").write_bytes(b"by hand")
    started(desk, qtbot)
    assert desk.said[0].endswith(" Files that were changed since, and stay as they are: 1.")
    assert (place / "agents" / "9.md").read_bytes() == b"by hand"


def test_what_did_not_count_is_taken_away_without_a_word(desk, qtbot, tmp_path):
    place = cut_off(tmp_path, "stage")
    started(desk, qtbot)
    assert desk.said == [] and not (place / STAGE).exists() and list((place / "agents").iterdir()) == []


def test_what_cannot_be_finished_is_said_and_tried_again(desk, qtbot, tmp_path, monkeypatch):
    place = cut_off(tmp_path, "place")

    def fails(_target, path, *_rest):
        raise FileProblem("no-space", "save", place / path)

    with monkeypatch.context() as full:
        full.setattr(TargetFolder, "create", fails)
        started(desk, qtbot)
    assert desk.said[0].startswith("An export that was cut off cannot be finished now. Cannot save ")
    assert (place / INTENT).exists() and export_notes.folders() == [place]
    starting._finish_exports(desk)
    qtbot.waitUntil(lambda: not export_notes.folders())
    assert not (place / INTENT).exists()
