"""Any file opened and saved is the same file: text and bytes are one thing in two forms."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.files import (
    Conflict,
    FileProblem,
    changed,
    decode,
    encode,
    load,
    save,
    stamp,
)

# Bytes that are half of something, or nothing at all, in UTF-8.
odd_bytes = st.lists(
    st.one_of(
        st.binary(max_size=3),
        st.sampled_from(
            [
                b"\r\n",
                b"\r",
                b"\n",
                b"\xef\xbb\xbf",
                b"\xff\xfe",
                b"\xed\xa0\x80",
                b"\xc0\x80",
                b"\xf0\x9f\x98",
            ]
        ),
        st.text(max_size=3).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
).map(b"".join)


@given(st.one_of(st.binary(), odd_bytes))
def test_any_bytes_become_a_text_and_the_same_bytes_again(data: bytes) -> None:
    assert encode(decode(data)) == data


@given(st.text())
def test_any_text_of_characters_becomes_bytes_and_the_same_text_again(text: str) -> None:
    whole = text.encode("utf-8", "ignore").decode()
    assert decode(encode(whole)) == whole


def test_line_ends_marks_and_bad_bytes_stay_in_the_text() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n\0\xff\xe2\x80\xa8") == "\ufeffa\r\nb\rc\n\0\udcff\u2028"


@pytest.mark.parametrize("character", ["\ud800", "\udbff", "\udc00", "\udc7f", "\udd00", "\udfff"])
def test_half_a_character_is_refused_with_its_line(tmp_path: Path, character: str) -> None:
    text = f"secret\nline\n{character}"
    with pytest.raises(FileProblem) as caught:
        encode(text)
    assert caught.value.code == "not-text"
    assert "this text: line 3 " in str(caught.value)
    assert "secret" not in repr(caught.value)
    path = tmp_path / "agent.md"
    with pytest.raises(FileProblem, match=r"agent\.md: line 3 "):
        save(path, text, None)
    assert not path.exists()


@given(st.one_of(st.binary(), odd_bytes))
def test_a_file_opened_and_saved_is_not_even_written(data: bytes) -> None:
    path = Path(os.environ["HOME"], "opened and saved.md")
    path.write_bytes(data)
    before = path.stat()
    loaded = load(path)
    assert save(path, loaded.text, loaded.stamp) == loaded.stamp
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )
    assert path.read_bytes() == data


@given(odd_bytes, odd_bytes)
def test_what_was_saved_is_what_is_loaded(old: bytes, new: bytes) -> None:
    path = Path(os.environ["HOME"], "saved and loaded.md")
    path.write_bytes(old)
    version = save(path, decode(new), load(path).stamp)
    assert load(path).text == decode(new)
    assert load(path).stamp == version == stamp(path)


def test_every_real_file_opened_and_saved_as_another_is_the_same(shared: Path, tmp_path: Path) -> None:
    files = [path for path in (shared / "corpus").rglob("*.md") if path.is_file()]
    files += [path for path in (shared / "vectors").iterdir() if path.is_file()]
    files += list((shared / "seed").glob("*.md"))
    assert len(files) > 200
    for number, path in enumerate(files):
        copy = tmp_path / f"{number}.md"
        save(copy, load(path).text, None)
        assert copy.read_bytes() == path.read_bytes(), path.name


def test_loading_says_which_file_it_was(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"a")
    assert load(str(path)).path == path


def test_a_change_is_seen_by_content_alone(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"abc")
    version = load(path).stamp
    os.utime(path, ns=(1, 1))
    assert not changed(path, version)
    status = path.stat()
    path.write_bytes(b"abd")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert changed(path, version)
    path.write_bytes(b"abc")
    assert not changed(path, version)


def test_what_is_no_file_any_more_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"abc")
    version = load(path).stamp
    path.unlink()
    assert changed(path, version)
    path.mkdir()
    assert changed(path, version)
    path.rmdir()
    os.mkfifo(path)
    assert changed(path, version)


def test_a_conflict_can_be_overwritten_once_seen(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"read")
    loaded = load(path)
    path.write_bytes(b"theirs")
    with pytest.raises(Conflict) as caught:
        save(path, "mine", loaded.stamp)
    path.write_bytes(b"theirs again")  # while the user was asked
    with pytest.raises(Conflict) as again:
        save(path, "mine", caught.value.found)
    save(path, "mine", again.value.found)
    assert path.read_bytes() == b"mine"
