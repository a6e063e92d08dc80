"""Writing an export: all or nothing, whoever kills it; never a file of others, never through a link."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import threading
from pathlib import Path

import pytest

from agenteditor.core import export_folder, export_notes, export_write
from agenteditor.core.disk import Conflict
from agenteditor.core.export_folder import Present, TargetFolder
from agenteditor.core.export_manifest import (
    INTENT,
    MANIFEST,
    STAGE,
    Intent,
    Step,
    intent_text,
    is_inside,
    read_manifest,
)
from agenteditor.core.export_write import Change, Finished, Stop, left_over, writing
from agenteditor.core.file_problem import FileProblem
from tests.core.exports import FOREIGN, begun, export, faults_in_exporting, is_right, snapshot, version
from tests.core.faults import Faults
from tests.core.saves import child

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
needs_links = pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="needs links and folder handles")
# --- stopped half-way --------------------------------------------------------------------------


def test_stopped_at_any_step_everything_is_old_or_everything_is_new(tmp_path):
    old, new = version(0, 5), version(1, 5)
    changes = [Change(path, data) for path, data in new.items()]
    changes += [Change(path, None) for path in old.keys() - new.keys()]
    seen = set()
    for steps in range(1, 1 + 2 * len(changes)):
        place = tmp_path / str(steps)
        with faults_in_exporting(Faults(0)):
            begun(place, 5)
            work = writing(place, changes)
            last = [next(work) for _ in range(steps)][-1]
            work.close()
        counts = last.what == "place"
        assert is_right(place, new if counts else old)
        seen.add(counts)
    assert seen == {True, False}


def test_stopped_before_it_counts_not_even_the_folders_are_there(tmp_path):
    work = writing(tmp_path / "above" / "new", [Change("a/b.md", b"x"), Change("c.md", b"x")])
    next(work)
    assert (tmp_path / "above" / "new" / STAGE).is_dir()
    work.close()
    assert list(tmp_path.iterdir()) == []


def test_asked_to_stop_at_any_step_it_takes_back_in_steps_or_finishes(tmp_path):
    old, new = version(0, 5), version(1, 5)
    changes = [Change(path, data) for path, data in new.items()]
    changes += [Change(path, None) for path in old.keys() - new.keys()]
    seen = set()
    for steps in range(1, 12 + 2 * len(changes)):
        place = tmp_path / str(steps)
        with faults_in_exporting(Faults(0)):
            begun(place, 5)
            work, done = writing(place, changes), ()
            try:
                for _ in range(steps):
                    next(work)
                work.throw(Stop())
                while True:
                    next(work)
            except StopIteration as end:
                done = end.value
        assert is_right(place, new if done else old), steps
        seen.add(bool(done))
    assert seen == {True, False}


def test_while_the_disk_is_waited_for_steps_go_on_and_it_can_be_stopped(tmp_path, monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr("agenteditor.core.export_folder.sync_everything", lambda _handle: goes_on.wait(60))
    work = writing(tmp_path / "new", [Change("a.md", b"x")])
    assert [next(work).what for _ in range(4)] == ["stage", "sync", "sync", "sync"]
    assert work.throw(Stop()).what == "sync"
    goes_on.set()
    with pytest.raises(StopIteration) as end:
        while True:
            next(work)
    assert end.value.value == () and list(tmp_path.iterdir()) == []


def left_behind(folder):
    """What an export that was killed before it counted left."""
    (folder / STAGE).mkdir()
    for name in ("0", "17", "intent", "mine.txt"):
        (folder / STAGE / name).write_bytes(b"x")


def test_what_a_killed_export_left_is_taken_away_and_nothing_else(tmp_path):
    left_behind(tmp_path)
    assert len(list(left_over(tmp_path))) == 3
    assert snapshot(tmp_path) == {f"{STAGE}/mine.txt": b"x"}
    (tmp_path / STAGE / "mine.txt").unlink()
    assert list(left_over(tmp_path)) == [] and list(tmp_path.iterdir()) == []
    assert list(left_over(tmp_path / "nowhere")) == []


def test_an_export_at_work_is_left_alone(tmp_path):
    left_behind(tmp_path)
    (tmp_path / INTENT).write_bytes(intent_text(Intent(())))
    before = snapshot(tmp_path)
    with TargetFolder(tmp_path) as other:
        other.lock()
        assert ended(left_over(tmp_path)) is None
    assert snapshot(tmp_path) == before


def ended(work):
    """What a generator returns."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


@needs_fork
@pytest.mark.parametrize("step", ["stage", "place"])
def test_the_next_start_finishes_what_counts_and_takes_the_rest_away(
    tmp_path, tmp_path_factory, monkeypatch, step
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    old, new = version(0, 5), version(1, 5)
    begun(tmp_path, 5)

    def exporting():
        gone = [Change(path, None) for path in old.keys() - new.keys()]
        for progress in writing(tmp_path, [*(Change(path, data) for path, data in new.items()), *gone]):
            if progress.what == step and progress.done == 2:
                os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(child(exporting), 0)
    assert export_notes.folders() == [tmp_path]
    finished = ended(left_over(tmp_path))
    assert is_right(tmp_path, new if step == "place" else old) and not (tmp_path / INTENT).exists()
    assert finished == (Finished(len(new.keys() | old.keys()), ()) if step == "place" else None)
    assert export_notes.folders() == []


@needs_links
def test_what_lies_behind_a_link_is_not_taken_away(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "0").write_bytes(b"x")
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / STAGE).symlink_to(tmp_path / "theirs")
    assert list(left_over(tmp_path / "place")) == []
    assert (tmp_path / "theirs" / "0").exists()


@needs_links
def test_a_folder_that_was_moved_away_meanwhile_is_told(tmp_path):
    work = writing(tmp_path / "cat", [Change(f"agents/{number}.md", b"x") for number in range(3)])
    for progress in work:
        if progress.what == "place" and progress.done == 2:
            break
    (tmp_path / "cat" / "agents").rename(tmp_path / "elsewhere")
    with pytest.raises(Conflict):
        for _ in work:
            pass
    with TargetFolder(tmp_path / "cat") as target:
        assert read_manifest(target).files == {}


def open_handles():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_more_folders_than_are_kept_open_are_written(tmp_path):
    files = {f"plugins/p-{number}/agents/a.md": b"%d\n" % number for number in range(100)}
    handles = open_handles()
    export(tmp_path, files)
    assert {path: data for path, data in snapshot(tmp_path).items() if path != MANIFEST} == files
    assert open_handles() == handles


def test_a_private_file_is_replaced_by_one_that_was_private_from_the_first(tmp_path, monkeypatch):
    rights, fchmod = [], os.fchmod

    def watched(handle, mode):
        rights.append(os.fstat(handle).st_mode & 0o777)
        fchmod(handle, mode)

    monkeypatch.setattr(os, "fchmod", watched)
    with TargetFolder(tmp_path) as target:
        target.create("private", b"x", 0o640)
        target.create("usual", b"x")
    assert rights == [0o600]
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o640


def test_what_was_decided_is_finished_before_anything_else_unless_somebody_changed_it(tmp_path):
    begun(tmp_path, 5)
    with TargetFolder(tmp_path) as target:
        before = read_manifest(target)
        old = {path: next(iter(digests)) for path, digests in before.files.items()}
    one, two, three, *_ = sorted(old)
    new = b"decided\n"
    digest = export_write.digest_of(new)
    (tmp_path / STAGE).mkdir()
    for number in range(2):
        (tmp_path / STAGE / str(number)).write_bytes(new)
    steps = (
        Step(one, old[one], digest, "0"),
        Step(two, old[two], digest, "1"),
        Step(three, old[three], "", ""),
    )
    (tmp_path / INTENT).write_bytes(intent_text(Intent(steps)))
    (tmp_path / two).write_bytes(b"changed since\n")
    assert ended(left_over(tmp_path)) == (2, (two,))
    assert ended(left_over(tmp_path)) is None
    with TargetFolder(tmp_path) as target:
        known = read_manifest(target).files
    assert (tmp_path / one).read_bytes() == new
    assert (tmp_path / two).read_bytes() == b"changed since\n"
    assert not (tmp_path / three).exists()
    assert known[one] == {digest} and known[two] == {old[two]} and three not in known


def test_a_sync_that_fails_is_a_failure_and_nothing_has_changed(tmp_path, monkeypatch):
    def fails(_handle):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    begun(tmp_path, 5)
    monkeypatch.setattr("agenteditor.core.export_folder.sync_everything", fails)
    with pytest.raises(FileProblem):
        export(tmp_path, version(1, 5))
    assert is_right(tmp_path, version(0, 5))


def test_two_exports_at_once_are_one_after_the_other(tmp_path):
    begun(tmp_path, 5)
    with TargetFolder(tmp_path) as other:
        other.lock()
        with pytest.raises(FileProblem, match="another program holds it"):
            export(tmp_path, version(1, 5))
    export(tmp_path, version(1, 5))


# --- what is not ours --------------------------------------------------------------------------


def test_a_file_that_was_changed_since_stops_the_export_before_anything_happens(tmp_path):
    begun(tmp_path, 5)
    path = sorted(version(0, 5).keys() & version(1, 5).keys())[1]
    (tmp_path / path).write_bytes(b"by hand\n")
    before = snapshot(tmp_path)
    with pytest.raises(Conflict):
        export(tmp_path, version(1, 5))
    assert snapshot(tmp_path) == before


def test_a_file_that_turns_up_while_it_is_written_is_left_alone_and_said(tmp_path):
    begun(tmp_path, 5)
    work = writing(tmp_path, [Change("one.md", b"x"), Change("two.md", b"x")])
    for progress in work:
        if progress.what == "stage" and progress.done == 2:
            break
    (tmp_path / "two.md").write_bytes(b"by hand\n")
    with pytest.raises(Conflict, match=r"two\.md"):
        for _ in work:
            pass
    assert (tmp_path / "one.md").read_bytes() == b"x"
    assert (tmp_path / "two.md").read_bytes() == b"by hand\n"
    assert not (tmp_path / INTENT).exists()


def test_folders_go_with_their_last_file_only_if_an_export_made_them_and_they_are_empty(tmp_path):
    (tmp_path / "theirs").mkdir()
    export(tmp_path, {"theirs/a.md": b"x", "ours/a.md": b"x", "ours/deep/a.md": b"x", "mixed/a.md": b"x"})
    (tmp_path / "mixed" / "mine.md").write_bytes(b"mine\n")
    export(tmp_path, {"b.md": b"x"})
    assert {path.name for path in tmp_path.iterdir()} == {"theirs", "mixed", "b.md", MANIFEST}


def test_a_replaced_file_keeps_its_rights_and_one_made_read_only_stays(tmp_path):
    export(tmp_path, {"a.md": b"old", "b.md": b"old"})
    (tmp_path / "a.md").chmod(0o640)
    export(tmp_path, {"a.md": b"new", "b.md": b"old"})
    assert (tmp_path / "a.md").stat().st_mode & 0o777 == 0o640
    (tmp_path / "b.md").chmod(0o444)
    with pytest.raises(FileProblem, match="read-only"):
        export(tmp_path, {"a.md": b"new", "b.md": b"new"})
    assert (tmp_path / "b.md").read_bytes() == b"old"


def test_what_others_put_into_the_folder_for_new_files_stays(tmp_path):
    (tmp_path / STAGE).mkdir()
    (tmp_path / STAGE / "mine.txt").write_bytes(b"mine")
    export(tmp_path, {"a.md": b"x"})
    assert snapshot(tmp_path / STAGE) == {"mine.txt": b"mine"}


# --- links -------------------------------------------------------------------------------------


@needs_links
@pytest.mark.parametrize("where", ["plugins", "plugins/p-1", "plugins/p-1/agents", MANIFEST, INTENT, STAGE])
def test_a_link_in_the_folder_leads_no_write_out_of_it(where, tmp_path):
    outside, place = tmp_path / "outside", tmp_path / "place"
    outside.mkdir()
    (outside / "a1.md").write_bytes(b"theirs\n")
    (place / where).parent.mkdir(parents=True, exist_ok=True)
    (place / where).symlink_to(outside)
    with pytest.raises(FileProblem):
        export(place, version(0, 5))
    assert snapshot(outside) == {"a1.md": b"theirs\n"}
    assert (place / where).is_symlink()


@needs_links
@pytest.mark.parametrize("where", ["plugins", "plugins/p-1/agents", STAGE])
def test_without_folder_handles_links_are_looked_for_and_refused(where, tmp_path, monkeypatch):
    monkeypatch.setattr("agenteditor.core.export_folder._HAS_HANDLES", False)
    place, outside = tmp_path / "place", tmp_path / "outside"
    begun(place, 5)
    for number in (1, 2):
        export(place, version(number, 5))
        assert is_right(place, version(number, 5))
    outside.mkdir()
    shutil.rmtree(place / where, ignore_errors=True)
    (place / where).symlink_to(outside)
    with pytest.raises(FileProblem):
        export(place, version(3, 5))
    assert snapshot(outside) == {}


def test_where_no_file_can_have_two_names_it_is_renamed(tmp_path, monkeypatch):
    with faults_in_exporting(Faults(0)):
        monkeypatch.setattr(export_folder.os, "link", _no_links)
        begun(tmp_path, 5)
        export(tmp_path, version(1, 5))
        assert is_right(tmp_path, version(1, 5))
        (tmp_path / STAGE).mkdir()
        (tmp_path / STAGE / "0").write_bytes(b"new")
        (tmp_path / "mine.md").write_bytes(b"mine")
        with TargetFolder(tmp_path) as target:
            assert not target.place(f"{STAGE}/0", "mine.md")
    assert (tmp_path / "mine.md").read_bytes() == b"mine"


def _no_links(*_arguments, **_named):
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@needs_links
def test_a_file_that_is_a_link_is_not_written_through(tmp_path):
    (tmp_path / "secret").write_bytes(b"theirs\n")
    place = tmp_path / "place"
    place.mkdir()
    (place / "a.md").symlink_to(tmp_path / "secret")
    with TargetFolder(place) as target:
        assert target.look("a.md") == Present(obstacle="a link is there")
    with pytest.raises(FileProblem):
        export(place, {"a.md": b"x"})
    assert (tmp_path / "secret").read_bytes() == b"theirs\n"


# --- what the small files of an export may say -------------------------------------------------

INSIDE = ["a.md", "agents/a.md", "plugins/p/.claude-plugin/plugin.json", ".roomodes", "代码/ö x.md"]
OUTSIDE = [
    *("", "..", "../a.md", "a/../../b.md", "/etc/passwd", "a//b.md", "./a.md", "a/.", "\\a.md", "a\0b"),
    *(".git/hooks/post-commit", "a/.git/config", ".agenteditor-export.json", ".bashrc", None, 3),
    *(
        ".claude/settings.json",
        ".claude/settings.local.json",
        ".mcp.json",
        "CLAUDE.md",
        "a/claude.md",
        "AGENTS.md",
    ),
    *(
        "agents/con.md",
        "agents/a.md:stream",
        "C:/a.md",
        "a/b.",
        "a /b.md",
        "a/com¹",
        "a／b.md",
        "a\u202eb.md",
    ),
]


@pytest.mark.parametrize("path", INSIDE)
def test_paths_that_exports_write(path):
    assert is_inside(path)


@pytest.mark.parametrize("path", OUTSIDE, ids=repr)
def test_paths_that_no_export_writes(path, tmp_path):
    assert not is_inside(path)
    if isinstance(path, str):
        with pytest.raises(FileProblem):
            export(tmp_path / "place", {path: b"x"})


@pytest.mark.parametrize(
    "files",
    [
        {INTENT: {"steps": [["../out.md", "", export_write.digest_of(b"x"), "0"]], "folders": ["../f"]}},
        {INTENT: {"steps": [[".git/hooks/x", "", export_write.digest_of(b"x"), "0"]]}},
        {INTENT: {"steps": [["in.md", "", export_write.digest_of(b"x"), "../../out.md"]]}},
        {INTENT: {"steps": [["in.md", "", export_write.digest_of(b"y"), "0"], "no row", [1, 2, 3, 4]]}},
        {INTENT: {"steps": "no list", "folders": {}}},
        {INTENT: "{nonsense", MANIFEST: "[" * 100_000},
        {MANIFEST: {"files": {"../out.md": ["x"], "out.md": "x"}, "folders": ["..", 3]}},
    ],
    ids=range(7),
)
def test_a_folder_from_anywhere_makes_an_export_write_nothing_it_should_not(files, tmp_path):
    place = tmp_path / "place"
    (place / STAGE).mkdir(parents=True)
    (place / STAGE / "0").write_bytes(b"x")
    for name, data in files.items():
        (place / name).write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    export(place, {"a.md": b"new"})
    found = snapshot(tmp_path)
    assert found.pop("place/a.md") == b"new"
    assert list(found) == [f"place/{MANIFEST}"]


def test_the_files_of_others_are_what_they_were(tmp_path):
    begun(tmp_path, 7)
    for number in (1, 2, 3):
        export(tmp_path, version(number, 7))
    assert {path: data for path, data in snapshot(tmp_path).items() if path in FOREIGN} == FOREIGN
