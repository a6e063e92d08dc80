"""A catalog as a zip file: the same bytes, safe names, and no file of others."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.export import Choices, Source, plan, write
from agenteditor.core.export_zip import LARGEST, present_zip, zip_bytes
from agenteditor.core.file_problem import FileProblem

GOOD = "---\nname: {0}\ndescription: Use {0}.\n---\n\nYou are {0}.\n"


def sources(*names):
    return [Source(Path(f"in/{name}.md"), GOOD.format(name), "Work") for name in names]


def test_a_zip_file_that_says_it_is_ours_and_holds_one_text_very_often_is_not(tmp_path):
    data = zip_bytes({"a.md": b"x" * 10_000})
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    directory = data[start:end] * 1_000
    record = struct.pack("<4H2LH", 0, 0, 1_000, 1_000, len(directory), start, len(data) - end - 22)
    before = data[:start] + directory + b"PK\5\6" + record
    text = b"Made by Agent Editor. SHA-256 of all before this line: "
    path = tmp_path / "x.zip"
    path.write_bytes(before + text + hashlib.sha256(before).hexdigest().encode())
    assert len(zipfile.ZipFile(path).infolist()) == 1_000
    assert not present_zip(path).ours


@pytest.mark.parametrize("layout", ["folder", "categories", "plugin"])
def test_a_zip_file_holds_what_a_folder_would(layout, tmp_path):
    agents = sources("a", "ö b")
    write(plan(agents, tmp_path / "cat", Choices(layout)))
    write(plan(agents, tmp_path / "cat.zip", Choices(layout, zipped=True)))
    with zipfile.ZipFile(tmp_path / "cat.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    files = {
        p.relative_to(tmp_path / "cat").as_posix(): p.read_bytes()
        for p in (tmp_path / "cat").rglob("*.*")
        if p.is_file()
    }
    files.pop(".agenteditor-export.json")
    assert held == files


def test_the_same_catalog_gives_the_same_bytes(tmp_path):
    agents = sources("b", "a", "c")
    write(plan(agents, tmp_path / "x" / "cat.zip", Choices("plugin", zipped=True)))
    write(plan(agents[::-1], tmp_path / "y" / "cat.zip", Choices("plugin", zipped=True)))
    one, other = ((tmp_path / folder / "cat.zip").read_bytes() for folder in "xy")
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert archive.testzip() is None
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {stat.S_IMODE(entry.external_attr >> 16) for entry in entries} == {0o644}
    assert all(stat.S_ISREG(entry.external_attr >> 16) for entry in entries)


def test_a_second_export_changes_what_changed_and_names_what_is_gone(tmp_path):
    place = tmp_path / "cat.zip"
    write(plan(sources("a", "b"), place, Choices(zipped=True)))
    before = place.stat()
    again = plan(sources("a", "b"), place, Choices(zipped=True))
    assert {entry.state for entry in again.entries} == {"same"} and write(again) == ()
    assert place.stat().st_mtime_ns == before.st_mtime_ns
    made = plan(sources("b", "c"), place, Choices(zipped=True))
    assert {entry.path: entry.state for entry in made.entries} == {
        "agents/a.md": "removed", "agents/b.md": "same", "agents/c.md": "new"
    }  # fmt: skip
    write(made)
    assert present_zip(place).files.keys() == {"agents/b.md", "agents/c.md"}


def damaged(data):
    yield b""
    yield b"no zip at all"
    yield data[:-1]
    yield data.replace(b"You are", b"You ARE", 1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "x")
        archive.comment = data[-90:]
    yield buffer.getvalue()


def test_a_zip_file_of_others_or_changed_since_is_not_overwritten(tmp_path):
    place = tmp_path / "cat.zip"
    write(plan(sources("a"), place, Choices(zipped=True)))
    for data in damaged(place.read_bytes()):
        place.write_bytes(data)
        made = plan(sources("b"), place, Choices(zipped=True))
        assert "was not written by an export, or was changed since" in made.problem
        assert write(made) == () and place.read_bytes() == data


def test_a_zip_file_that_is_changed_between_plan_and_writing_is_not_overwritten(tmp_path):
    place = tmp_path / "cat.zip"
    write(plan(sources("a"), place, Choices(zipped=True)))
    made = plan(sources("b"), place, Choices(zipped=True))
    place.write_bytes(b"mine")
    with pytest.raises(FileProblem):
        write(made)
    assert place.read_bytes() == b"mine"


def test_a_mark_of_ours_on_a_packed_file_is_not_believed(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"0" * 10_000_000)
        archive.comment = b" " * (len(b"Made by Agent Editor. SHA-256 of all before this line: ") + 64)
    before = buffer.getvalue()[: -len(archive.comment)]
    mark = (
        b"Made by Agent Editor. SHA-256 of all before this line: "
        + hashlib.sha256(before).hexdigest().encode()
    )
    (tmp_path / "cat.zip").write_bytes(before + mark)
    assert not present_zip(tmp_path / "cat.zip").ours
    assert LARGEST < 1 << 31


def test_what_is_no_file_stops_it(tmp_path):
    (tmp_path / "folder.zip").mkdir()
    assert "is a folder" in plan(sources("a"), tmp_path / "folder.zip", Choices(zipped=True)).problem
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.zip")
        assert "a pipe" in plan(sources("a"), tmp_path / "pipe.zip", Choices(zipped=True)).problem


@settings(max_examples=200)
@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=20), max_size=5))
def test_no_name_leads_out_of_a_zip_file(files):
    try:
        data = zip_bytes(files)
    except FileProblem:
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert {name: archive.read(name) for name in names} == files
    for name in names:
        parts = name.split("/")
        assert not name.startswith("/") and ".." not in parts and "" not in parts and "\\" not in name


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "C:\\a", ".git/config", ""])
def test_names_that_lead_elsewhere_are_refused(name):
    with pytest.raises(FileProblem):
        zip_bytes({name: b"x"})


def test_no_zip_file_is_made_that_would_not_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr("agenteditor.core.export.MOST_FILES", 1)
    made = plan(sources("a", "b"), tmp_path / "cat.zip", Choices(zipped=True))
    assert "choose a folder" in made.problem and write(made) == ()
