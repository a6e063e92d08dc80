"""A file under another name: the same file, and never in the place of another one."""

from __future__ import annotations

import errno
import os

import pytest

from agenteditor.core.disk import make_folder
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.renaming import has_both_names, rename


def test_a_file_keeps_its_bytes_rights_and_times(tmp_path):
    old, new = tmp_path / "a.md", tmp_path / "sub" / "b.md"
    new.parent.mkdir()
    old.write_bytes(b"\xff\r\n")
    old.chmod(0o604)
    before = old.stat()
    rename(old, new)
    after = new.stat()
    assert not old.exists() and new.read_bytes() == b"\xff\r\n"
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (
        before.st_ino,
        before.st_mode,
        before.st_mtime_ns,
    )


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_is_there_is_never_replaced(tmp_path, monkeypatch, links):
    if not links:  # as on FAT
        monkeypatch.setattr(
            os, "link", lambda *_args, **_more: (_ for _ in ()).throw(OSError(errno.EPERM, "no"))
        )
    old, new = tmp_path / "a.md", tmp_path / "b.md"
    old.write_text("a")
    new.write_text("b")
    with pytest.raises(FileProblem) as caught:
        rename(old, new)
    assert caught.value.code == "exists"
    assert (old.read_text(), new.read_text()) == ("a", "b")
    new.unlink()
    rename(old, new)
    assert not old.exists() and new.read_text() == "a"


def test_where_the_old_name_cannot_go_the_new_one_does(tmp_path, monkeypatch):
    old, new = tmp_path / "a.md", tmp_path / "b.md"
    old.write_text("a")
    unlink = os.unlink

    def failing(path, **named):
        if path == old:
            raise OSError(errno.EIO, "no")
        unlink(path, **named)

    monkeypatch.setattr(os, "unlink", failing)
    with pytest.raises(FileProblem):
        rename(old, new)
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_is_read_only_is_called_so(tmp_path, monkeypatch, number):
    def closed(*_arguments, **_named):
        raise OSError(number, "no")

    (tmp_path / "a.md").write_text("a")
    monkeypatch.setattr(os, "link", closed)
    with pytest.raises(FileProblem, match="its folder is read-only"):
        rename(tmp_path / "a.md", tmp_path / "b.md")
    monkeypatch.setattr(os, "mkdir", closed)
    with pytest.raises(FileProblem, match="its folder is read-only"):
        make_folder(tmp_path / "new")


def test_a_link_moves_as_a_link(tmp_path):
    (tmp_path / "a.md").write_text("a")
    link = tmp_path / "l.md"
    link.symlink_to("a.md")
    rename(link, tmp_path / "m.md")
    assert (tmp_path / "m.md").is_symlink() and (tmp_path / "a.md").read_text() == "a"


def test_a_folder_that_is_missing_is_a_problem_in_words(tmp_path):
    (tmp_path / "a.md").write_text("a")
    with pytest.raises(FileProblem):
        rename(tmp_path / "a.md", tmp_path / "none" / "b.md")
    assert (tmp_path / "a.md").read_text() == "a"


def test_a_rename_that_was_cut_off_can_be_told_from_two_files(tmp_path):
    old, new = tmp_path / "a.md", tmp_path / "b.md"
    old.write_text("a")
    assert not has_both_names(old, new) and not has_both_names(old, old)
    new.write_text("a")
    assert not has_both_names(old, new)
    new.unlink()
    os.link(old, new)
    assert has_both_names(old, new)
