"""Batches done and undone: every byte comes back, and what somebody else wrote is never lost."""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core import batch_edits, batch_files, batch_journal, batch_write, disk, files, saved_versions
from agenteditor.core.batch import FileChange, Plan, planned
from agenteditor.core.batch_journal import batches
from agenteditor.core.batch_rename import rename
from agenteditor.core.batch_write import Writing
from agenteditor.core.catalog import agent_files
from agenteditor.core.disabling import disabled_files
from agenteditor.core.file_problem import FileProblem
from tests.core.agent_folders import agent, carried_out, catalogs, tree, undone, write

ROOT = Path(__file__).resolve().parent.parent.parent

# Each takes a folder and makes a plan for all of it.
PLANS = {
    "fix yaml/repaired": lambda folder, paths: batch_edits.fix_rule(paths, "yaml/repaired"),
    "fix yaml/fails": lambda folder, paths: batch_edits.fix_rule(paths, "yaml/fails", "any"),
    "set model": lambda folder, paths: batch_edits.set_field(paths, "model", "haiku: fast"),
    "set list": lambda folder, paths: batch_edits.set_field(paths, "tools", "Read, Grep"),
    "remove": lambda folder, paths: batch_edits.remove_field(paths, "description"),
    "rename": lambda folder, paths: rename(paths[0], "other-name", paths),
    "move": lambda folder, paths: batch_files.move(paths, folder / "new" / "place"),
    "move up": lambda folder, paths: batch_files.move(paths, folder),
    "duplicate": lambda folder, paths: batch_files.duplicate(paths, paths),
    "delete": lambda folder, paths: batch_files.delete(paths),
    "disable": lambda folder, paths: batch_files.disable(paths),
}


@pytest.fixture(autouse=True)
def own_journal(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def two(tmp_path):
    return write(tmp_path, {"a.md": agent("a"), "b.md": agent("b")})


def everything(plan):
    """The plan with all of its parts wanted."""
    changes = [
        change.with_parts(range(len(change.parts))) if change.parts else change for change in plan.changes
    ]
    return Plan(plan.label, tuple(change for change in changes if change is not None))


# --- there and back ----------------------------------------------------------------------------


@settings(max_examples=120)
@given(catalogs(), st.sampled_from(sorted(PLANS)), st.one_of(st.none(), st.integers(0, 12)))
def test_undo_gives_back_every_byte_of_any_catalog_wherever_the_batch_was_stopped(listed, name, stopped):
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        paths = write(folder, listed)
        paths[0].chmod(0o640)
        before = tree(folder)
        plan = everything(planned(PLANS[name](folder, paths)))
        assert tree(folder) == before, "planning writes nothing"
        writing = Writing(plan.label, plan.changes, os.unlink)
        steps = writing.steps()
        for at, _ in enumerate(steps):
            if at == stopped:
                steps.close()
        assert not writing.skipped
        if stopped is None:
            assert len(writing.done) == len(plan.changes)
            assert bool(plan.changes) == (tree(folder) != before)
        if writing.done:
            assert undone().skipped == []
        assert tree(folder) == before
        assert batches() == ()


def test_undo_gives_back_every_byte_of_every_real_file(shared, tmp_path):
    copy = shutil.copytree(shared / "corpus", tmp_path / "corpus", copy_function=shutil.copyfile)
    before = tree(copy)
    paths = agent_files(copy)
    for turn, (name, make) in enumerate(PLANS.items()):
        plan = planned(
            make(copy, paths[turn % 2 :: 2])
        )  # half of them each time: it is the disk that is slow
        writing = carried_out(plan)
        assert not writing.skipped
        assert writing.done and tree(copy) != before, f"{name} finds nothing to do"
        assert undone().skipped == []
        assert tree(copy) == before, name


def test_a_batch_without_a_change_leaves_no_journal(tmp_path, two):
    carried_out(planned(batch_edits.set_field(two, "model", "opus")))
    assert batches() == () and not (files.state_folder() / "batches").exists()


def test_batches_are_undone_one_after_the_other_the_newest_first(two):
    for model in ("haiku", "sonnet"):
        carried_out(planned(batch_edits.set_field(two, "model", model)))
    assert [batch.label for batch in batches()] == ["Set model", "Set model"]
    assert undone().said() == "Undone: Set model. 2 files put back."
    assert "model: haiku" in two[0].read_text()
    undone()
    assert "model: opus" in two[0].read_text() and batches() == ()


def test_only_the_newest_batches_are_kept(two, monkeypatch):
    monkeypatch.setattr(batch_journal, "_MOST", 3)
    for number in range(5):
        carried_out(planned(batch_edits.set_field(two, "model", f"m{number}")))
    assert len(batches()) == 3
    assert len(list((files.state_folder() / "batches").iterdir())) == 6


def test_the_journal_takes_up_no_more_than_its_room_and_the_newest_batch(tmp_path, two, monkeypatch):
    """Counted are the records and the bytes of before."""

    def size(name="*"):
        return sum(path.stat().st_size for path in folder.rglob(name) if path.is_file())

    folder = files.state_folder() / "batches"
    new = [FileChange("created", tmp_path / f"new-{number}.md", "", agent("n"), None) for number in range(9)]
    carried_out(Plan("Import", tuple(new)))
    assert 9 * 200 < size() < 9 * 500 and size("*.bytes") == 0, "of a new file only its record is kept"
    room = 2 * size()
    monkeypatch.setattr(batch_journal, "_MOST_BYTES", room)
    kept = set()
    for _ in range(5):
        for change in new:
            change.path.unlink()
        carried_out(Plan("Import", tuple(new)))
        assert size() <= room + size(f"{batches()[0].file.stem}*")
        kept.add(len(batches()))
    assert kept == {2}


def test_a_journal_longer_than_an_agent_may_be_is_finished_and_changed_like_any_other(two, monkeypatch):
    """As that of twenty thousand files is."""
    monkeypatch.setattr(disk, "LIMIT", 500)
    carried_out(planned(batch_edits.set_field(two, "model", "haiku")))
    (batch,) = batches()
    assert batch.finished and batch.file.stat().st_size > disk.LIMIT
    two[0].write_text("mine")
    batch_journal.leave(batch, batch.records[1:])
    (left,) = batches()
    assert left.tried and len(left.records) == 1


def test_one_batch_is_found_without_reading_those_that_are_finished(two, monkeypatch):
    """Reading those of thousands of files takes seconds."""
    for model in ("haiku", "sonnet", "opus"):
        carried_out(planned(batch_edits.set_field(two, "model", model)))
    third, second, first = batches()
    read, real = [], batch_journal._read
    monkeypatch.setattr(batch_journal, "_read", lambda path: read.append(path) or real(path))
    assert batch_journal.cut_off() is None and read == []
    assert batch_journal.find(second.file) == second and read == [second.file]
    label = 'a "finished": true label'
    for file in (first.file, third.file):
        data = {**json.loads(file.read_text()), "label": label, "finished": False}
        file.write_text(batch_journal._sealed(data))
    assert batch_journal.cut_off().file == third.file
    third.file.write_bytes(b"damaged")
    assert batch_journal.cut_off().file == first.file
    assert batch_journal.find(third.file) is None and batch_journal.find(None) is None


def test_the_newest_batch_is_kept_whatever_its_size(two, monkeypatch):
    monkeypatch.setattr(batch_journal, "_MOST_BYTES", 10)
    for model in ("haiku", "sonnet"):
        carried_out(planned(batch_edits.set_field(two, "model", model)))
    assert len(batches()) == 1 and batch_journal.newest() == batches()[0]
    undone()
    assert "model: haiku" in two[0].read_text() and batch_journal.newest() is None


def test_what_was_set_aside_stays_when_the_batches_after_it_go(two, monkeypatch):
    monkeypatch.setattr(batch_journal, "_MOST", 1)
    carried_out(planned(batch_edits.set_field(two, "model", "haiku")))
    two[0].write_text("mine")
    kept = undone().kept
    for number in range(3):
        carried_out(planned(batch_edits.set_field(two[1:], "model", f"m{number}")))
    assert [path.read_text() for path in kept.iterdir()] == [agent("a")]


def test_a_text_that_no_file_can_hold_does_not_keep_the_others_out(tmp_path):
    changes = [
        FileChange("created", tmp_path / name, "", text, None) for name, text in (("a", "\ud800"), ("b", "x"))
    ]
    writing = Writing("Import", changes, os.unlink)
    list(writing.steps())
    assert [change.path.name for change in writing.done] == ["b"]
    assert [refused.path.name for refused in writing.skipped] == ["a"]


def test_the_journal_can_be_read_by_its_owner_alone(two):
    carried_out(planned(batch_files.delete(two)))
    folder = files.state_folder() / "batches"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_an_old_folder_stays_and_a_new_one_goes_only_if_it_is_empty(tmp_path, two):
    carried_out(planned(batch_files.move(two, tmp_path / "new")))
    (tmp_path / "new" / "mine.txt").write_text("x")
    undone()
    assert sorted(tree(tmp_path)) == ["a.md", "b.md", "new", "new/mine.txt"]


# --- somebody else -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["set model", "move", "delete", "disable", "rename"])
def test_a_file_that_somebody_changed_after_the_plan_is_not_touched(tmp_path, two, name):
    plan = planned(PLANS[name](tmp_path, two))
    two[0].write_text("mine")
    writing = carried_out(plan)
    assert [one.path for one in writing.skipped] == [two[0]]
    assert two[0].read_text() == "mine"
    assert "Left alone: a.md." in writing.said()


def test_a_place_that_somebody_took_after_the_plan_is_not_taken(tmp_path, two):
    for name in ("move", "duplicate", "disable"):
        plan = planned(PLANS[name](tmp_path, two))
        before = tree(tmp_path)
        for change in plan.changes:
            change.target.parent.mkdir(parents=True, exist_ok=True)
            change.target.write_text("mine")
        writing = carried_out(plan)
        assert len(writing.skipped) == 2 and not writing.done
        for change in plan.changes:
            assert change.target.read_text() == "mine"
            change.target.unlink()
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["set model", "move", "disable", "duplicate"])
def test_a_file_that_somebody_changed_after_the_batch_is_left_and_its_old_bytes_are_kept(tmp_path, two, name):
    old = two[0].read_bytes()
    writing = carried_out(planned(PLANS[name](tmp_path, two)))
    changed = writing.done[0].target
    changed.write_text("mine")
    undoing = undone()
    assert [one.path for one in undoing.skipped] == [changed]
    assert changed.read_text() == "mine"
    assert batches() == ()
    if name == "duplicate":
        assert undoing.kept is None
    else:
        assert [path.read_bytes() for path in undoing.kept.iterdir()] == [old]
        assert str(undoing.kept) in undoing.said()


def test_what_stands_in_the_old_place_is_not_overwritten_by_undo(tmp_path, two):
    for name in ("move", "delete"):
        carried_out(planned(PLANS[name](tmp_path, two)))
        two[0].write_text("mine")
        undoing = undone()
        assert len(undoing.skipped) == 1 and undoing.kept is not None
        assert two[0].read_text() == "mine" and two[1].read_text() == agent("b")
        two[0].write_text(agent("a"))


def test_a_file_that_is_both_where_it_was_and_where_it_should_go_was_not_moved(tmp_path, two):
    plan = planned(batch_files.move(two, tmp_path / "new"))
    steps = Writing(plan.label, plan.changes, os.unlink).steps()
    while not batch_journal._folder().is_dir() or not list(batch_journal._folder().glob("*.json")):
        next(steps)
    (journal,) = batch_journal._folder().glob("*.json")
    whole = journal.read_bytes()
    write(tmp_path, {"new/a.md": "mine"})
    list(steps)
    journal.write_bytes(whole)  # killed before it could say what it had done
    assert undone().skipped == []
    assert [(tmp_path / name).read_text() for name in ("a.md", "b.md", "new/a.md")] == [
        agent("a"),
        agent("b"),
        "mine",
    ]


def test_undoing_what_somebody_put_back_already_is_no_problem(tmp_path, two):
    before = tree(tmp_path)
    carried_out(planned(batch_files.delete(two)))
    two[0].write_text(agent("a"))
    undone()
    assert tree(tmp_path) == before


# --- failures ----------------------------------------------------------------------------------


def test_a_save_that_fails_is_reported_and_the_others_are_done(two, monkeypatch):
    save = files.save

    def failing(path, text, expected, mode=None):
        if path == two[0]:
            raise FileProblem("no-space", "save", path)
        return save(path, text, expected, mode)

    monkeypatch.setattr(files, "save", failing)
    writing = carried_out(planned(batch_edits.set_field(two, "model", "haiku")))
    assert "the disk is full" in writing.skipped[0].reason
    assert [change.path for change in writing.done] == [two[1]]
    undone()
    assert [path.read_text() for path in two] == [agent("a"), agent("b")]


def test_a_rename_that_fails_leaves_the_text_too(tmp_path, two, monkeypatch):
    def failing(path, new_path):
        raise FileProblem("exists", "save", new_path)

    before = tree(tmp_path)
    monkeypatch.setattr(batch_write, "rename", failing)
    writing = carried_out(planned(rename(two[0], "c", two)))
    assert len(writing.skipped) == 1
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["delete", "duplicate"])
def test_a_private_file_is_brought_back_or_copied_readable_by_nobody_else_for_a_moment(
    tmp_path, two, monkeypatch, name
):
    for path in two:
        path.chmod(0o600)
    named, link = [], os.link

    def watched(source, target, *, dst_dir_fd=None, **more):
        link(source, target, dst_dir_fd=dst_dir_fd, **more)
        named.append(stat.S_IMODE(os.stat(target, dir_fd=dst_dir_fd).st_mode))

    monkeypatch.setattr(os, "link", watched)
    carried_out(planned(PLANS[name](tmp_path, two)))
    if name == "delete":
        undone()
    assert len(named) >= 2 and set(named) == {0o600}


@pytest.mark.parametrize("name", ["rename", "move", "duplicate", "delete", "disable"])
def test_whichever_call_of_a_batch_fails_undo_gives_back_every_byte(tmp_path, monkeypatch, name):
    failed = at = 0
    while failed == at:
        at += 1
        folder = tmp_path / str(at)
        paths = write(folder, {"a.md": agent("a"), "b.md": agent("b") + "Ask `a`."})
        paths[0].chmod(0o600)
        before = tree(folder)
        plan = planned(PLANS[name](folder, paths))
        calls = itertools.count(1)

        def failing(real, now=at, calls=calls):
            def call(*arguments, **named):
                nonlocal failed
                if next(calls) == now:
                    failed = now
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                return real(*arguments, **named)

            return call

        with monkeypatch.context() as broken:
            for called in ("open", "link", "unlink", "rename", "fchmod", "mkdir", "write"):
                broken.setattr(os, called, failing(getattr(os, called)))
            writing = Writing(plan.label, plan.wanted, os.unlink)
            with suppress(FileProblem):
                list(writing.steps())
        for _ in batches():
            undone()
        after = {path: what for path, what in tree(folder).items() if not path.endswith(".tmp")}
        assert after == before, f"call {at}"


def test_a_move_that_fails_and_cannot_be_taken_back_is_undone_later(tmp_path, two, monkeypatch):
    save = files.save

    def moving(path, new_path):
        monkeypatch.setattr(files, "save", failing)
        raise FileProblem("disk-error", "save", new_path, "broken")

    def failing(path, text, expected, mode=None):
        if text == agent("a"):
            raise FileProblem("no-space", "save", path)
        return save(path, text, expected, mode)

    before = tree(tmp_path)
    monkeypatch.setattr(batch_write, "rename", moving)
    writing = carried_out(planned(rename(two[0], "c", two)))
    assert len(writing.skipped) == 1 and not writing.done and tree(tmp_path) != before
    monkeypatch.setattr(files, "save", save)
    assert len(undone().done) == 1
    assert tree(tmp_path) == before


def test_an_undo_that_fails_can_be_tried_once_more(tmp_path, two, monkeypatch):
    save = files.save

    def failing(path, text, expected, mode=None):
        if path == two[0]:
            raise FileProblem("no-space", "save", path)
        return save(path, text, expected, mode)

    before = tree(tmp_path)
    for last in (False, True):
        carried_out(planned(batch_edits.set_field(two, "model", "haiku")))
        monkeypatch.setattr(files, "save", failing)
        first = undone()
        assert "the disk is full" in first.skipped[0].reason and first.kept is None
        assert first.said().endswith("Left alone: a.md. Mend what is in the way, then undo once more.")
        if last:
            second = undone()
            assert [path.read_text() for path in second.kept.iterdir()] == [agent("a")]
        monkeypatch.setattr(files, "save", save)
        if not last:
            assert [change.path for change in undone().done] == [two[0]]
            assert tree(tmp_path) == before
        assert batches() == ()


def test_a_state_folder_that_is_closed_has_no_batches(two, monkeypatch):
    carried_out(planned(batch_files.disable(two)))
    stat_of = os.stat

    def closed(path, **named):
        if str(path).endswith("batches"):
            raise PermissionError(errno.EACCES, "no")
        return stat_of(path, **named)

    monkeypatch.setattr(os, "stat", closed)
    assert batches() == ()


def test_without_a_journal_nothing_is_done(tmp_path, two, monkeypatch):
    before = tree(tmp_path)
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    plan = planned(batch_files.delete(two))
    with pytest.raises(FileProblem, match=r"what undo needs cannot be kept there .*so nothing was done"):
        carried_out(plan)
    (tmp_path / "file").unlink()
    assert tree(tmp_path) == before


def test_a_trash_that_takes_nothing_is_reported(tmp_path, two):
    def full(path):
        raise OSError(28, "The trash is full")

    before = tree(tmp_path)
    writing = carried_out(planned(batch_files.delete(two)), full)
    assert {one.reason for one in writing.skipped} == {"It cannot be removed: The trash is full."}
    assert tree(tmp_path) == before and batches() == ()


def test_a_damaged_journal_is_passed_over_or_refused_and_stops_nothing(tmp_path, two):
    carried_out(planned(batch_files.delete(two)))
    (batch,) = batches()
    whole = batch.file.read_bytes()
    for end in range(0, len(whole) - 2, 7):
        batch.file.write_bytes(whole[:end])
        assert batches() == ()
    for text in ("[]", "3", '{"records": 4}', '{"records": [{"kind": "x"}], "folders": [], "label": 1}'):
        batch.file.write_text(text)
        assert batches() == ()
    batch.file.write_bytes(whole)
    batch.file.with_suffix(".bytes").write_bytes(b"x" * 500)
    undoing = undone()
    assert len(undoing.skipped) == 2
    assert tree(tmp_path) == {}
    assert {path.name for path in undoing.kept.iterdir()} == {"1-damaged-b.md", "2-damaged-a.md"}
    assert batches() == (), "the batches before it can be undone"


def test_a_journal_with_any_byte_damaged_is_passed_over(two):
    carried_out(planned(batch_files.move(two, two[0].parent / "new")))
    (batch,) = batches()
    whole = batch.file.read_bytes()
    for at in range(len(whole)):
        batch.file.write_bytes(bytes([*whole[:at], whole[at] ^ 1, *whole[at + 1 :]]))
        assert batches() == (), at
    batch.file.write_bytes(whole)
    assert batches() == (batch,)


def test_the_bytes_of_a_file_with_the_longest_name_are_kept(tmp_path):
    paths = write(tmp_path, {f"{'n' * 252}.md": agent("n")})
    carried_out(planned(batch_edits.set_field(paths, "model", "haiku")))
    paths[0].write_text("mine")
    (kept,) = undone().kept.iterdir()
    assert kept.read_text() == agent("n") and kept.suffix == ".md"
    assert batches() == ()


# --- a crash -----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["rename", "move", "delete", "duplicate"])
def test_a_batch_that_is_killed_before_any_of_its_calls_can_be_undone_at_the_next_start(tmp_path, what):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    command = [sys.executable, "-m", "tests.core.batches", str(tmp_path), what]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout == "as promised\n", done.stdout + done.stderr


def test_a_batch_that_another_program_is_doing_is_not_taken_for_cut_off(two):
    plan = planned(batch_edits.set_field(two, "model", "haiku"))
    steps = Writing(plan.label, plan.changes, os.unlink).steps()
    while "haiku" not in two[0].read_text():
        next(steps)
    assert batches() == ()
    list(steps)
    assert [batch.finished for batch in batches()] == [True]


def test_the_journal_is_on_disk_before_the_first_file_is_touched(tmp_path, two):
    plan = planned(batch_edits.set_field(two, "model", "haiku"))
    before = tree(tmp_path)
    folder = files.state_folder() / "batches"
    for _ in Writing(plan.label, plan.changes, os.unlink).steps():
        listed = [json.loads(path.read_text())["records"] for path in folder.glob("*.json")]
        assert tree(tmp_path) == before or [len(records) for records in listed] == [2]
    assert tree(tmp_path) != before


def test_disabling_is_undone_to_the_byte_and_by_hand(tmp_path, two):
    before = tree(tmp_path)
    carried_out(planned(batch_files.disable(two)))
    assert agent_files(tmp_path) == []
    for path in disabled_files(tmp_path):  # as a person would
        path.rename(path.with_name(path.name.removesuffix(".disabled")))
    assert tree(tmp_path) == before


# --- saved versions ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["set model", "rename", "duplicate", "delete", "move"])
def test_what_a_batch_replaces_is_among_the_saved_versions(tmp_path, two, name):
    done = carried_out(everything(planned(PLANS[name](tmp_path, agent_files(tmp_path))))).done
    replaced = [one for one in done if one.kind in ("edited", "moved") and one.after != one.before]
    assert bool(replaced) == (name in ("set model", "rename"))
    for change in done:
        found = [(saved_versions.text_of(one), one.reason) for one in saved_versions.versions(change.target)]
        assert found == ([(change.before, "found")] if change in replaced else [])


def test_a_large_batch_leaves_the_versions_of_other_files_alone(tmp_path, two, monkeypatch):
    monkeypatch.setattr(batch_write, "_MOST_IN_VERSIONS", len(agent("a")) + len(agent("b")) - 1)
    carried_out(everything(planned(PLANS["set model"](tmp_path, agent_files(tmp_path)))))
    assert not any(saved_versions.versions(path) for path in agent_files(tmp_path))


def test_a_batch_is_done_where_no_version_can_be_kept(tmp_path, two, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(saved_versions, "add", full)
    monkeypatch.setattr(saved_versions, "make_room", full)
    writing = carried_out(everything(planned(PLANS["set model"](tmp_path, agent_files(tmp_path)))))
    assert len(writing.done) == 2 and not writing.skipped
