"""Answers of earlier runs: they come back as they were, or not at all, and nothing fails."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import catalog_store
from agenteditor.core.catalog_entry import CatalogEntry, Problem, load_entry
from agenteditor.core.catalog_store import CatalogStore, program_version, store_file

KEY = ("digest", "a.md", ("claude-code", False), (("name/*", "off"),))
ENTRY = CatalogEntry(
    path=Path("/agents/web/a.md"),
    folder="web",
    name="a",
    verdict="repaired",
    loads=True,
    reason="It loads only because …",
    description="Use it\nwhen \udc80 \u2028",
    model="opus",
    tools=("Read", "Bash(git *)"),
    dialect="claude-code",
    place="plugin",
    problems=(Problem("tools/unknown", "warning", "“Grepp” is no tool.", 4),),
    digest="d1",
)


def answer(store: CatalogStore, key: tuple[object, ...] = KEY) -> CatalogEntry | None:
    return store.entry(key, ENTRY.path, ENTRY.folder)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cache" / "agenteditor" / "answers.jsonl"
    store = CatalogStore(file, "1")
    store.keep(KEY, ENTRY)
    store.save()
    return file


def test_an_answer_comes_back_in_another_run(file: Path) -> None:
    assert answer(CatalogStore(file, "1")) == ENTRY


def test_every_field_comes_back() -> None:
    plain = {one.name: one.default for one in fields(CatalogEntry)}
    assert all(getattr(ENTRY, name) != default for name, default in plain.items())


def test_no_limit_on_tools_is_not_an_empty_list(tmp_path: Path) -> None:
    store = CatalogStore(tmp_path / "answers", "1")
    for tools in (None, ()):
        store.keep((tools,), replace(ENTRY, tools=tools))
        found = answer(store, (tools,))
        assert found is not None
        assert found.tools == tools


def test_the_same_answer_serves_another_place(file: Path) -> None:
    found = CatalogStore(file, "1").entry(KEY, Path("/b/a.md"), "")
    assert found == replace(ENTRY, path=Path("/b/a.md"), folder="")


@pytest.mark.parametrize(
    "key",
    [
        ("other", *KEY[1:]),
        (KEY[0], "b.md", *KEY[2:]),
        (*KEY[:2], ("claude-code", True), KEY[3]),
        (*KEY[:3], ()),
        (),
    ],
)
def test_another_key_is_not_known(file: Path, key: tuple[object, ...]) -> None:
    assert answer(CatalogStore(file, "1"), key) is None


def test_another_version_starts_anew(file: Path) -> None:
    store = CatalogStore(file, "2")
    assert answer(store) is None
    store.keep(("x",), ENTRY)
    store.save()
    assert answer(CatalogStore(file, "1")) is None
    assert answer(CatalogStore(file, "2"), ("x",)) == ENTRY


def test_names_and_paths_are_not_kept(file: Path) -> None:
    text = file.read_text(encoding="ascii")
    assert "a.md" not in text
    assert "agents" not in text
    assert "web" not in text


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_the_file_is_for_its_user_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_saving_leaves_one_file_and_nothing_new_writes_nothing(file: Path) -> None:
    before = file.stat()
    store = CatalogStore(file, "1")
    assert answer(store) == ENTRY
    store.save()
    assert os.path.samestat(file.stat(), before)
    store.keep(("x",), ENTRY)
    store.save()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def line_of(change: dict[int, object]) -> str:
    values: list[object] = [
        "a", "valid", True, "It loads.", "", "", None, "claude-code", "project", [["c/d", "info", "M.", 1]], "d",
    ]  # fmt: skip
    for index, value in change.items():
        values[index] = value
    return json.dumps(values)


DAMAGED = {
    "empty": "",
    "no JSON": "[",
    "another thing": '{"name": "a"}',
    "too short": '["a", "valid", true]',
    "too deep": "[" * 100_000,
    "a number of many digits": "9" * 10_000,
    "a number as name": line_of({0: 1}),
    "a verdict that is none": line_of({1: "unreadable"}),
    "a word for yes": line_of({2: "yes"}),
    "tools that are no texts": line_of({6: ["Read", 1]}),
    "tools that are a map": line_of({6: {"Read": 1}}),
    "a place that is none": line_of({8: "nowhere"}),
    "a problem that is a text": line_of({9: ["c"]}),
    "a problem of no severity": line_of({9: [["c", "fatal", "M.", 1]]}),
    "a problem above the file": line_of({9: [["c", "info", "M.", 0]]}),
    "a problem without a line": line_of({9: [["c", "info", "M.", None]]}),
    "problems that are a map": line_of({9: {"c": 1}}),
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_answer_counts_as_not_known(file: Path, line: str) -> None:
    title, whole = file.read_text(encoding="ascii").splitlines()
    name = whole.partition(" ")[0]
    file.write_text(f"{title}\n{name} {line_of({})}\n", encoding="ascii")
    assert answer(CatalogStore(file, "1")) is not None
    file.write_text(f"{title}\n{name} {line}\n", encoding="ascii")
    store = CatalogStore(file, "1")
    assert answer(store) is None
    store.keep(KEY, ENTRY)
    store.save()
    assert answer(CatalogStore(file, "1")) == ENTRY


@given(data=st.binary() | st.text(alphabet="\n []\"'{}0a,").map(str.encode), titled=st.booleans())
def test_any_bytes_may_stand_in_the_file(
    data: bytes, titled: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("store") / "answers"
    CatalogStore(file, "1").save()
    file.write_bytes(b"Agent Editor, answers of version 1\n" * titled + data)
    store = CatalogStore(file, "1")
    assert answer(store) is None
    store.keep(KEY, ENTRY)
    store.save()
    assert answer(CatalogStore(file, "1")) == ENTRY


def test_a_file_cut_off_keeps_what_is_whole(file: Path) -> None:
    store = CatalogStore(file, "1")
    store.keep(("second",), ENTRY)
    store.save()
    file.write_bytes(file.read_bytes()[:-10])
    store = CatalogStore(file, "1")
    assert answer(store) == ENTRY
    assert answer(store, ("second",)) is None


def test_what_was_used_longest_ago_goes_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_store, "MOST", 3 * file.stat().st_size)
    store = CatalogStore(file, "1")
    for number in range(20):
        store.keep((number,), ENTRY)
        assert answer(store) == ENTRY, "it is used all the time"
    store.save()
    assert file.stat().st_size <= catalog_store.MOST
    store = CatalogStore(file, "1")
    assert answer(store, (0,)) is None
    assert answer(store, (19,)) == ENTRY
    assert answer(store) == ENTRY


@pytest.mark.parametrize("kind", ["folder", "below a file"])
def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "answers"
    if kind == "folder":
        file.mkdir()
    else:
        file.touch()
        file = file / "answers"
    store = CatalogStore(file, "1")
    store.keep(KEY, ENTRY)
    store.save()
    assert answer(store) == ENTRY
    assert answer(CatalogStore(file, "1")) is None
    assert len(list(tmp_path.iterdir())) == 1


def test_the_file_lies_in_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert store_file() == tmp_path / "agenteditor" / "answers.jsonl"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store_file() == tmp_path / ".cache" / "agenteditor" / "answers.jsonl"


def test_the_version_is_the_same_for_the_same_program() -> None:
    assert program_version() == program_version()


def test_another_library_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = program_version()
    monkeypatch.setattr(metadata, "version", lambda name: f"99 of {name}")
    assert program_version() != before

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert program_version() != before


def test_changed_data_are_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalog_store, "resource", tmp_path.joinpath)
    for name in ("schemas", "dialects"):
        (tmp_path / name).mkdir()
    (tmp_path / "schemas" / "rules.json").write_text("{}", encoding="utf-8")
    before = program_version()
    (tmp_path / "schemas" / "rules.json").write_text("[ ]", encoding="utf-8")
    assert program_version() != before


def test_a_changed_file_has_another_answer(tmp_path: Path) -> None:
    agent = tmp_path / "a.md"
    store = CatalogStore(tmp_path / "answers", "1")
    digests = set()
    for name in ("one", "two"):
        agent.write_text(f"---\nname: {name}\ndescription: Use it\n---\nBody\n", encoding="utf-8")
        entry = load_entry(agent, tmp_path)
        digests.add(entry.digest)
        store.keep((entry.digest,), entry)
        assert store.entry((entry.digest,), agent, "") == entry
    assert len(digests) == 2
