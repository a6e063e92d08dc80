"""Looks into folders: what they find and report, and what has happened between two of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.catalog import agent_files
from agenteditor.core.catalog_listing import Listing, difference, listed, looking, outermost


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    for name in (
        "b.md",
        "a.md",
        "deep/inner/c.md",
        "deep/d.md",
        "notes.txt",
        "node_modules/x.md",
        ".git/y.md",
    ):
        write(tmp_path / "agents" / name)
    return tmp_path / "agents"


def test_a_look_finds_the_files_that_everything_else_finds(folder):
    found = listed(folder)
    assert sorted(folder / name for name in found.files) == agent_files(folder)
    assert found.folders == ["", "deep", "deep/inner"]
    assert not found.unreadable and not found.links


def test_a_look_goes_in_steps(folder):
    for number in range(450):
        write(folder / "many" / f"{number}.md")
    steps = list(looking(folder))
    assert len(steps) > 5 and steps == sorted(steps) and steps[-1] == 454


def test_nothing_happened_means_equal_looks(folder):
    assert listed(folder) == listed(folder)
    assert difference(listed(folder), listed(folder)) == ((), (), ())


def test_what_has_happened_between_two_looks(folder):
    before = listed(folder)
    write(folder / "new.md")
    (folder / "a.md").unlink()
    status = (folder / "b.md").stat()
    write(folder / "fresh", "y").replace(folder / "b.md")  # as long as the old one, and as old
    os.utime(folder / "b.md", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert difference(before, listed(folder)) == (("new.md",), ("a.md",), ("b.md",))


def test_a_folder_that_is_not_there_has_a_reason(tmp_path):
    found = listed(tmp_path / "missing")
    assert found.files == {} and found.unreadable == {"": "No such file or directory"}
    assert "" in listed(Path("\0")).unreadable


def test_a_folder_that_may_not_be_listed_is_reported_and_the_others_count(folder, monkeypatch):
    scan = os.scandir

    def refuse(path):
        if path.endswith("deep"):  # chmod would not stop the root user
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = listed(folder)
    assert list(found.files) == ["a.md", "b.md"] and found.unreadable == {"deep": "Permission denied"}


def test_links_to_folders_are_reported_and_not_followed(folder, tmp_path):
    (folder / "deep" / "round").symlink_to(folder, target_is_directory=True)
    (folder / "deep" / "self").symlink_to(folder / "deep" / "self")
    (folder / "there").symlink_to(write(tmp_path / "elsewhere" / "e.md").parent, target_is_directory=True)
    (folder / "linked.md").symlink_to(tmp_path / "elsewhere" / "e.md")
    (folder / "broken.md").symlink_to(tmp_path / "nowhere")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    found = listed(folder)
    assert sorted(found.links) == ["deep/round", "there"]
    assert found.circles == ["deep/round"]
    assert found.files["broken.md"] == found.files["loop.md"] == ()
    assert sorted(folder / name for name in found.files) == agent_files(folder)
    (tmp_path / "elsewhere" / "e.md").write_text("longer", encoding="utf-8")
    assert difference(found, listed(folder)).changed == ("linked.md",)


def test_folders_with_settings_of_their_own_are_told(folder):
    write(folder / "deep" / "inner" / ".agenteditor.toml")
    (folder / "deep" / ".git").mkdir()
    assert listed(folder).bounds == {"", "deep", "deep/inner"}


def test_deep_nesting_is_no_matter(tmp_path):
    deep = tmp_path
    for _ in range(300):
        deep = deep / "d"
    write(deep / "x.md")
    assert list(listed(tmp_path).files) == ["d/" * 300 + "x.md"]


def test_of_folders_inside_each_other_the_outer_one_stays(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder, target_is_directory=True)
    other = write(tmp_path / "agents-2" / "x.md").parent
    assert outermost([folder / "deep", other, folder]) == (other, folder)
    assert outermost([folder, folder / "deep" / "inner", other]) == (folder, other)
    assert outermost([folder, link]) == (folder,)


NAMES = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 3)))


@given(NAMES, NAMES)
def test_a_difference_leads_from_one_look_to_the_other(before, after):
    change = difference(Listing(Path("r"), before), Listing(Path("r"), after))
    made = {name: before[name] for name in before if name not in change.gone}
    made |= {name: after[name] for name in (*change.new, *change.changed)}
    assert made == after
    assert not set(change.new) & set(before) and set(change.changed) <= set(before) & set(after)
