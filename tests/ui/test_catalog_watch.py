"""What is watched, what happens where the system refuses, and that nothing is missed in between."""

from __future__ import annotations

import os

import pytest

from agenteditor.ui import catalog_watch
from agenteditor.ui.catalog_watch import FolderWatch


@pytest.fixture
def watch(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(catalog_watch, "POLL_MS", 100)
    made = FolderWatch()
    (tmp_path / "a.md").write_text("one", encoding="utf-8")
    cover(made, tmp_path)
    stirred(qtbot, made, lambda: None)  # for what happened before the watches stood
    return made


def cover(watch, folder, unwatched=0):
    paths = [folder, *folder.glob("*.md")]
    watch.cover([folder], [str(path) for path in paths], unwatched, 0)


def stirred(qtbot, watch, action):
    with qtbot.waitSignal(watch.stirred, timeout=20_000):
        action()


def test_what_is_written_into_a_file_is_noticed(watch, qtbot, tmp_path):
    stirred(qtbot, watch, lambda: (tmp_path / "a.md").write_text("two", encoding="utf-8"))
    assert watch.lost and watch.sentence == ""


def test_a_file_is_watched_after_it_was_replaced_many_times(watch, qtbot, tmp_path):
    for number in range(20):
        (tmp_path / "fresh").write_text(str(number), encoding="utf-8")
        stirred(qtbot, watch, lambda: (tmp_path / "fresh").replace(tmp_path / "a.md"))
        cover(watch, tmp_path)
        stirred(qtbot, watch, lambda: None)
    stirred(qtbot, watch, lambda: (tmp_path / "a.md").write_text("in place", encoding="utf-8"))


def test_a_folder_that_moves_away_is_noticed_though_no_watch_tells(watch, qtbot, tmp_path):
    stirred(qtbot, watch, lambda: tmp_path.rename(tmp_path.with_name("away")))
    cover(watch, tmp_path)
    stirred(qtbot, watch, lambda: tmp_path.with_name("away").rename(tmp_path))


def test_where_the_system_refuses_a_poll_takes_over_and_says_so(watch, qtbot, tmp_path, monkeypatch):
    (tmp_path / "b.md").write_text("new", encoding="utf-8")
    monkeypatch.setattr(watch._watcher, "addPaths", lambda paths: paths)  # as when all watches are used up
    cover(watch, tmp_path)
    qtbot.waitUntil(lambda: watch.settled)
    assert "The system watches no more files" in watch.sentence and "every 0.1 seconds" in watch.sentence
    for _ in range(3):
        stirred(qtbot, watch, lambda: None)


def test_a_file_that_has_gone_meanwhile_is_no_refusal(watch, qtbot, tmp_path):
    watch.cover([tmp_path], [str(tmp_path), str(tmp_path / "gone.md")], 0, 0)
    qtbot.waitUntil(lambda: watch.settled)
    assert watch.sentence == ""


def test_polls_stay_rare_where_looks_take_long(watch, tmp_path):
    watch.cover([tmp_path], [], 5_000, 400)
    assert watch._poll.interval() == 10_000
    assert "5,000 files are too many to watch" in watch.sentence


def test_what_may_not_be_read_is_looked_at_at_intervals_and_the_system_is_not_blamed(
    watch, qtbot, tmp_path, monkeypatch
):
    asked: list[str] = []
    monkeypatch.setattr(watch._watcher, "addPaths", lambda paths: (asked.extend(paths), [])[1])
    closed = str(tmp_path / "closed.md")
    (tmp_path / "closed.md").write_text("for others", encoding="utf-8")
    access = os.access  # root may read all
    monkeypatch.setattr(
        os, "access", lambda path, *how, **more: path != closed and access(path, *how, **more)
    )
    cover(watch, tmp_path)
    qtbot.waitUntil(lambda: watch.settled)
    assert closed not in asked, "Qt would complain on standard error"
    assert watch.sentence == ""
    for _ in range(3):
        stirred(qtbot, watch, lambda: None)
