"""What became of a file, and what each choice does; that no text is lost by them is P14 to P16."""

from __future__ import annotations

import shutil

import pytest

from agenteditor.core import disk_changes, files
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import Conflict
from agenteditor.core.text import diff

TEXT = "---\nname: one\n---\n\nFirst.\n\nSecond.\n\nThird.\n"


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "one.md"
    made.write_text(TEXT, encoding="utf-8")
    return made


@pytest.fixture
def document(path):
    loaded = files.load(path)
    return Document(loaded.text, loaded.path, stamp=loaded.stamp)


def edit(document, old, new):
    document.apply(Transaction(diff(document.text, document.text.replace(old, new)), "Typing"))


def settle(document):
    return disk_changes.settle(document, disk_changes.look(document.path).found, "Load")


def test_only_the_lines_that_differ_are_changed_so_that_places_stay(path, document):
    path.write_text(TEXT.replace("First", "Initial").replace("Third", "Last"), encoding="utf-8")
    changes = []
    document.subscribe(changes.append)
    assert settle(document) == "followed"
    assert [edit.insert for edit in changes[0].edits] == ["Initial.\n", "Last.\n"]
    assert document.undo_label == "Load"


def test_the_same_text_typed_here_and_written_there_is_no_conflict(path, document):
    edit(document, "First", "Both")
    path.write_text(document.text, encoding="utf-8")
    assert settle(document) == "same"
    assert not document.modified


def test_what_was_undone_can_still_be_done_again_after_a_change(path, document):
    edit(document, "First", "Mine")
    document.undo()
    path.write_text(TEXT + "Theirs.\n", encoding="utf-8")
    assert settle(document) == "changed"
    document.redo()
    assert "Mine" in document.text


def test_keep_overwrites_the_version_that_was_shown_and_no_later_one(path, document):
    edit(document, "First", "Mine")
    path.write_text(TEXT + "Theirs.\n", encoding="utf-8")
    shown = files.load(path)
    disk_changes.keep(document, shown)
    path.write_text(TEXT + "Later.\n", encoding="utf-8")
    with pytest.raises(Conflict):
        files.save(path, document.text, document.stamp)
    path.write_text(TEXT + "Theirs.\n", encoding="utf-8")
    files.save(path, document.text, document.stamp)


def test_a_merge_is_one_step_and_saving_needs_no_question(path, document):
    edit(document, "First", "Mine")
    path.write_text(TEXT.replace("name: one", "name: two"), encoding="utf-8")
    loaded = files.load(path)
    merged = disk_changes.merged(document, loaded)
    assert not merged.conflicts
    disk_changes.take_merge(document, loaded, merged.text, "Merge")
    assert "name: two" in document.text and "Mine" in document.text
    files.save(path, document.text, document.stamp)
    assert document.undo_label == "Merge"
    document.undo()
    assert "name: one" in document.text and "Mine" in document.text


def test_a_file_that_comes_back_as_it_was_leaves_nothing_to_save(path, document):
    path.unlink()
    assert settle(document) == "gone"
    assert document.modified and not document.edited
    path.write_text(TEXT, encoding="utf-8")
    assert settle(document) == "same"
    assert not document.modified


def test_a_document_read_as_another_programs_knows_that_its_file_is_gone(path, document):
    path.unlink()
    settle(document)
    assert document.in_dialect(None).orphaned == "gone"


def test_saving_anew_makes_the_file_but_never_over_another(path, document):
    path.unlink()
    settle(document)
    disk_changes.begin_anew(document)
    assert document.modified
    path.write_text("Somebody's.\n", encoding="utf-8")
    with pytest.raises(Conflict):
        files.save(path, document.text, document.stamp)
    path.unlink()
    files.save(path, document.text, document.stamp)
    assert path.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("place", ["two.md", "below/one.md"])
def test_a_file_that_was_moved_is_found_by_its_content(path, document, tmp_path, place):
    new = tmp_path / place
    new.parent.mkdir(exist_ok=True)
    path.rename(new)
    assert disk_changes.moved_to(path, document.stamp, [tmp_path]) == new
    assert disk_changes.moved_to(path, document.stamp, [tmp_path], [new]) is None
    disk_changes.go_on_at(document, new)
    assert settle(document) == "same" and not document.modified


def test_a_file_moved_across_disks_is_found_and_one_with_another_text_is_not(path, document, tmp_path):
    shutil.copy(path, tmp_path / "two.md")
    (tmp_path / "three.md").write_text(TEXT.upper(), encoding="utf-8")
    path.unlink()
    assert disk_changes.moved_to(path, document.stamp, []) == tmp_path / "two.md"


def test_a_copy_that_was_there_before_is_not_where_the_file_went(tmp_path):
    (tmp_path / "copy.md").write_text(TEXT, encoding="utf-8")
    path = tmp_path / "one.md"
    path.write_text(TEXT, encoding="utf-8")
    while path.stat().st_ctime_ns <= (tmp_path / "copy.md").stat().st_ctime_ns:
        path.write_text(TEXT, encoding="utf-8")  # until the clock of the disk has moved on
    stamp = files.stamp(path)
    path.unlink()
    assert disk_changes.moved_to(path, stamp, [tmp_path]) is None
