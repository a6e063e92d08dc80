"""The recovery journal: what is written is read back, what is damaged is a moment before, who runs keeps his."""

from __future__ import annotations

import errno
import itertools
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import journal, state_rooms
from agenteditor.core.disk_thread import DiskThread
from agenteditor.core.journal import Journal, abandoned
from agenteditor.core.journal_records import MAGIC, edits_record, replayed, text_record
from agenteditor.core.text import apply, diff

texts = st.text(st.characters(exclude_categories=()), max_size=30)  # lone surrogates too
PATH = Path("/somewhere/agent.md")


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def thread():
    failures = []
    made = DiskThread(failures.append)
    yield made
    made.close()
    assert not failures


def files_of_journals():
    folder = state_rooms.room("journals")
    return sorted(folder.iterdir()) if folder.is_dir() else []


def taken():
    (one,), damaged = abandoned()
    assert not damaged
    return one


@given(st.lists(texts, min_size=1, max_size=8))
def test_a_journal_says_what_was_written(wanted):
    data, checksum = text_record(PATH, "0" * 64, wanted[0], 0)
    data = MAGIC + data
    for before, after in itertools.pairwise(wanted):
        record, checksum = edits_record(diff(before, after), checksum)
        data += record
    said = replayed(data)
    assert said is not None and said.whole
    assert (said.path, said.base, said.text) == (PATH, "0" * 64, wanted[-1])


def test_what_is_left_lying_is_found_and_taken_once(thread):
    one = Journal(thread)
    one.begin(PATH, None, "abc")
    one.add(diff("abc", "abXc"), "abXc")
    assert abandoned() == ([], [])  # its program runs
    one.leave()
    found = taken()
    assert (found.said.path, found.said.text, found.said.whole) == (PATH, "abXc", True)
    assert abandoned() == ([], [])  # it is held
    found.leave()
    taken().remove()
    assert not files_of_journals()


def test_beginning_anew_does_not_put_off_the_sync(monkeypatch):
    """However often it is begun anew, a second after an edit it is synced, with all that came since."""
    monkeypatch.setattr(journal, "_LEAST_LONG", 0)
    waiting: dict[object, Callable[[], None]] = {}
    one = Journal(SimpleNamespace(do_soon=waiting.setdefault, forget=lambda key: waiting.pop(key, None)))
    one.begin(PATH, None, "a")
    (first,) = waiting.values()
    text = "a"
    for _ in range(5):
        one.add(diff(text, text + "bc" * 40), text + "bc" * 40)
        text += "bc" * 40
    assert list(waiting.values()) == [first] and len(files_of_journals()) > 2
    first()
    assert len(files_of_journals()) == 1, "the newest is synced, so those before it have gone"
    one.leave()
    assert taken().said.text == text


def test_a_journal_that_ends_is_gone(thread):
    one = Journal(thread)
    one.begin(None, None, "abc")
    assert thread.finish(10)
    one.end()
    assert not files_of_journals()


def test_a_long_journal_is_begun_anew_and_never_missing(thread, monkeypatch):
    monkeypatch.setattr(journal, "_LEAST_LONG", 500)
    one, text = Journal(thread), "start"
    one.begin(PATH, None, text)
    seen = set()
    for number in range(300):
        text, before = text + str(number), text
        one.add(diff(before, text), text)
        seen.update(path.name for path in files_of_journals())
    assert len(seen) > 1
    assert thread.finish(10)
    assert len(files_of_journals()) == 1
    one.leave()
    assert taken().said.text == text


def test_a_journal_that_would_be_slow_to_read_is_begun_anew(thread, monkeypatch):
    monkeypatch.setattr(journal, "_MOST_WORK", 1000)
    one, text = Journal(thread), "x" * 400
    one.begin(None, None, text)
    for _ in range(5):
        one.add(diff(text, text + "y"), text + "y")
        text += "y"
    assert thread.finish(10)
    assert files_of_journals()[0].name.endswith("-000001.journal")
    one.leave()
    assert taken().said.text == text


def test_of_an_old_journal_and_a_damaged_new_one_the_old_one_counts(thread):
    one = Journal(thread)
    one.begin(PATH, None, "old")
    one.begin(PATH, None, "new")  # not synced yet, so both are there
    one.leave()
    assert len(files_of_journals()) == 2
    files_of_journals()[1].write_bytes(b"rubbish")
    found, damaged = abandoned()
    assert found[0].said.text == "old" and not damaged
    found[0].leave()


def test_a_full_disk_leaves_what_was_written_before(thread, monkeypatch):
    one = Journal(thread)
    one.begin(PATH, None, "abc")
    one.add(diff("abc", "abcd"), "abcd")

    def half(handle, data):
        os.write(handle, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(journal, "write_all", half)
        one.add(diff("abcd", "abcde"), "abcde")
    assert one.text == "abcd"
    one.begin(PATH, None, "abcdef")
    one.leave()
    assert taken().said.text == "abcdef"


def test_half_a_record_is_taken_away_again(thread, monkeypatch):
    one = Journal(thread)
    one.begin(PATH, None, "abc")

    def half(handle, data):
        os.write(handle, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(journal, "write_all", half)
        one.add(diff("abc", "abcd"), "abcd")
    one.leave()
    assert taken().said == replayed(files_of_journals()[0].read_bytes())
    assert replayed(files_of_journals()[0].read_bytes()).whole


def test_more_than_the_room_takes_is_refused(thread, monkeypatch):
    monkeypatch.setitem(state_rooms.SHARES, "journals", 1000)
    one, other = Journal(thread), Journal(thread)
    one.begin(None, None, "x" * 600)
    with pytest.raises(OSError, match="too much unsaved text"):
        other.begin(None, None, "x" * 600)
    one.end()


@pytest.mark.parametrize("data", [b"", b"rubbish", MAGIC, MAGIC + bytes(range(40, 80))])
def test_a_journal_that_says_nothing_is_set_aside(data):
    folder = state_rooms.made(state_rooms.room("journals"))
    (folder / "a-000000.journal").write_bytes(data)
    found, damaged = abandoned()
    assert not found
    assert [path.name for path in damaged] == (["a-000000.damaged"] if data else [])
    assert abandoned() == ([], [])


def test_what_is_not_a_file_of_ours_is_left(tmp_path):
    folder = state_rooms.made(state_rooms.room("journals"))
    (folder / "folder.journal").mkdir()
    (folder / "link.journal").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe.journal")
    assert abandoned()[0] == []
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "head", ['{"path": "relative.md", "base": null}', '{"path": 3, "base": null}', '{"path": "/a\\u0000b", "base": null}', "[]", "[" * 5000]
)  # fmt: skip
def test_a_journal_that_makes_no_sense_is_not_believed(head, monkeypatch):
    record = MAGIC + text_record(None, None, "text", 0)[0]
    monkeypatch.setattr("agenteditor.core.journal_records.json.dumps", lambda *_args, **_named: head)
    strange = MAGIC + text_record(None, None, "text", 0)[0]
    assert replayed(record) is not None and replayed(strange) is None


def test_edits_outside_the_text_are_not_believed(monkeypatch):
    first, checksum = text_record(None, None, "text", 0)
    for edits in ("[[0, 9, \"\"]]", "[[2, 1, \"\"]]", "[[-1, 1, \"\"]]", "[[0, 1, 2]]", "[[2, 3, \"\"], [0, 1, \"\"]]", "{}", "[1]", "1e999", "[[0, 1e999, \"\"]]"):  # fmt: skip
        monkeypatch.setattr(
            "agenteditor.core.journal_records.json.dumps", lambda *_args, _edits=edits, **_named: _edits
        )
        said = replayed(MAGIC + first + edits_record((), checksum)[0])
        assert said is not None and said.text == "text", edits


def test_journals_are_for_this_user_alone(thread):
    one = Journal(thread)
    one.begin(None, None, "secret")
    (path,) = files_of_journals()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert state_rooms.state_folder().stat().st_mode & 0o777 == 0o700
    one.end()


def test_a_journal_of_a_program_that_was_killed_is_found(tmp_path):
    code = (
        "import os, signal, sys; from agenteditor.core.disk_thread import DiskThread\n"
        "from agenteditor.core.journal import Journal\n"
        "one = Journal(DiskThread(print)); one.begin(None, None, 'text')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=env, check=False)
    found = taken()
    assert found.said.text == "text"
    found.remove()


def test_a_large_text_is_written_once_and_then_by_its_changes(thread):
    text = "".join(random.Random(1).choices("abc \n", k=2_000_000))
    one = Journal(thread)
    one.begin(None, None, text)
    (path,) = files_of_journals()
    whole = path.stat().st_size
    for _ in range(50):
        one.add(diff(text, "x" + text), text := "x" + text)
    assert path.stat().st_size - whole < 50 * 60
    one.leave()
    assert taken().said.text == text == apply("", diff("", text))


def test_a_system_without_fdatasync_syncs_all_the_same(thread, monkeypatch):
    synced, real = [], os.fsync
    monkeypatch.delattr(os, "fdatasync", raising=False)
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_ino), real(handle)))
    made = Journal(thread)
    made.begin(PATH, None, "text")
    assert thread.finish(10)
    (file,) = files_of_journals()
    assert file.stat().st_ino in synced
    made.end()
