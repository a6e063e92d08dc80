"""Notes of exports: there while one is at work, kept if it was killed, and none that says nonsense is believed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from agenteditor.core import state_rooms
from agenteditor.core.export_manifest import INTENT
from agenteditor.core.export_notes import folders, forget, noted, sync


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def notes():
    return list(state_rooms.room("exports").iterdir())


def test_a_note_is_there_while_an_export_is_at_work(tmp_path):
    assert folders() == []
    with noted(tmp_path):
        sync(tmp_path)
        assert folders() == [tmp_path]
        assert [note.stat().st_mode & 0o777 for note in notes()] == [0o600]
    assert folders() == [] and notes() == []


def test_it_stays_while_something_is_left_to_do(tmp_path):
    with pytest.raises(KeyError), noted(tmp_path):
        (tmp_path / INTENT).touch()
        raise KeyError
    assert folders() == [tmp_path]
    (tmp_path / INTENT).unlink()
    forget(tmp_path)
    assert folders() == []


def test_a_relative_path_means_the_folder_it_meant_then(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with noted(Path("cat")):
        monkeypatch.chdir("/")
        assert folders() == [tmp_path / "cat"]
    assert folders() == []


def test_damaged_and_old_notes_go(tmp_path):
    with noted(tmp_path):
        (mine,) = notes()
        for name, said in {
            "a": b"",
            "b": b"not absolute",
            mine.name[::-1]: mine.read_bytes(),
            "c": b"/\0",
        }.items():
            mine.with_name(name).write_bytes(said)
        assert folders() == [tmp_path] and notes() == [mine]
        month = time.time() - 31 * 24 * 3600
        os.utime(mine, (month, month))
        assert folders() == [] and notes() == []


def test_an_export_goes_on_where_no_note_can_be_written(tmp_path, monkeypatch):
    (tmp_path / "state").write_bytes(b"in the way")
    with noted(tmp_path):
        sync(tmp_path)
        assert folders() == []
    monkeypatch.setitem(state_rooms.SHARES, "exports", 0)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    with noted(tmp_path):
        assert folders() == []
