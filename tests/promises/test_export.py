"""Promises P24 to P29: an export stays in its folder, loses nothing, is whole, and can be stopped."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.export import MANIFEST, Choices, Source, plan, write
from agenteditor.core.export_manifest import INTENT, is_inside
from agenteditor.core.file_names import folded, told_apart
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.marketplace import reserved, slug
from agenteditor.core.syntax import parse
from tests.core.agent_folders import tree
from tests.core.exports import begun, export, faults_in_exporting, is_right, run, version
from tests.core.faults import Faults
from tests.promises.conftest import Promise

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

LAYOUTS = ("folder", "categories", "plugin")
PROGRAMS = ("claude-code", "opencode", "roo", "gemini-cli", "codex")
TEXT = "---\nname: {0}\ndescription: Use this agent for a test.\n---\n\nYou do {0}.\n"

EVIL = [
    *(
        "../../x",
        "/etc/x",
        "..",
        "...",
        ".",
        "",
        "a/b",
        "a\\b",
        "..\\..\\x",
        "C:\\x",
        "C:x",
        "\\\\host\\share\\x",
    ),
    *(
        "con",
        "CON",
        "nul.md",
        "aux",
        "com1",
        "COM¹",
        "lpt9.txt",
        "conin$",
        "CONOUT$",
        "com0",
        "a:",
        "a:stream",
    ),
    *(
        "a.",
        "a ",
        "a. . .",
        " a",
        "-rf",
        "--help",
        "~",
        "~root",
        "$HOME",
        "%TEMP%",
        "a\0b",
        "a\nb",
        "\x1b[2J",
    ),
    *(
        "a\u202egnp.md",
        "é",
        "e\u0301",
        "ﬁ",
        "fi",
        "A",
        "a",
        "ß",
        "ss",
        "İ",
        "i",
        "ſ",
        "s",
        "x" * 300,
        "é" * 200,
    ),
    *(
        "😀" * 100,
        ".git",
        "..git",
        ".gitmodules",
        ".claude",
        "desktop.ini",
        'a<b>c|d?e*f"g',
        "\u200b",
        "\U000e0041",
    ),
    *(
        "..%2f..%2fx",
        "．．／x",
        "a/../../b",
        "./a",
        "a//b",
        "CLAUDE",
        "claude",
        "AGENTS",
        "settings.json",
        ".mcp",
    ),
    *(
        "K",
        "k",
        "a\u2028b",
        "README",
        "LICENSE",
        "plugin",
        "agents",
        "GEMINI",
        "\ufeffa",
        "a\u00ad",
        "\x7f",
        "`x`",
    ),
]
LETTERS = [
    *'abAB01.-_ /\\:*?"<>|~$%\0\n\t\x1b',
    *"éßıİſKﬁ／．：¹ａ日\u0301\u200b\u202e\u2066\ufeff\U000e0041",
    "con",
    "..",
]
NAMES = st.one_of(
    st.sampled_from(EVIL), st.text(max_size=12), st.lists(st.sampled_from(LETTERS)).map("".join)
)
CATALOGS = st.lists(st.tuples(NAMES, NAMES), max_size=12)


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    """No disk is waited for here; the figures of time are taken in processes of their own."""
    with faults_in_exporting(Faults(0)):
        yield


def agent(name: str, category: str = "", path: str = "") -> Source:
    text = TEXT.format(json.dumps(name), name)
    return Source(Path(path or f"in/{name.encode().hex()[:60]}.md"), text, category)


def random_names(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(LETTERS, k=chance.randrange(2, 14))) for _ in range(count)]


# --- P24, P25: names ---------------------------------------------------------------------------


def exported(names: list[str], root: Path, layout: str, program: str) -> int:
    """Export agents of these names; how many were. Asserts that nothing beside the target changes."""
    agents = [
        agent(name, "" if reserved(slug(name)) else name, f"in/{number}.md")
        for number, name in enumerate(names)
    ]
    place = root / "above" / "cat"
    place.mkdir(parents=True)
    (root / "beside.md").write_bytes(b"x")
    (root / "above" / "link").symlink_to(root)
    around = {path: what for path, what in tree(root).items() if not path.startswith("above/cat/")}
    made = plan(agents, place, Choices(layout, dialect=program, name="cat", accepted=None))
    write(made)
    assert {path: what for path, what in tree(root).items() if not path.startswith("above/cat/")} == around
    written = {path for path, what in tree(place).items() if what != "folder"}
    assert written == {entry.path for entry in made.entries} | ({MANIFEST} if written else set())
    assert not any(
        "CLAUDE" in path.upper().split("/")[-1].split(".") for path in written if path[-3:] == ".md"
    )
    told = Counter(path for entry in made.entries for path in entry.sources)
    assert told + Counter(one.path for one in made.refused) == Counter(one.path for one in agents)
    return sum(told.values())


def test_p24_whatever_the_names_an_export_writes_nothing_outside_its_folder(
    promise: Promise, tmp_path_factory: pytest.TempPathFactory
) -> None:
    count = promise.times(2_000, 1_000_000)
    names = list(dict.fromkeys([*EVIL, *random_names(count, 24)]))
    apart = told_apart(names)
    assert apart.keys() == set(names) and len({folded(stem) for stem in apart.values()}) == len(apart)
    for stem in apart.values():
        path = f"agents/{stem}.md"
        assert is_inside(path) and len(path.encode()) < 255
        assert os.path.normpath(path) == path and path.count("/") == 1
    written = 0
    for start in range(0, min(len(names), promise.times(1_000, 40_000)), 500):
        root = tmp_path_factory.mktemp("any")
        which = start // 500 % len(LAYOUTS)
        written += exported(names[start : start + 500], root, LAYOUTS[which], "claude-code")
    assert written > 300
    promise.measured(f"{len(names):,} names ({len(EVIL)} evil ones), {written:,} agents exported: 0 outside")
    if promise.torture:
        promise.lacks("of the million names 40,000 are exported; the others are only made names of files")


def test_p24_any_text_as_a_name_stays_inside(
    promise: Promise, tmp_path_factory: pytest.TempPathFactory
) -> None:
    examples = promise.times(10, 2_000)

    @settings(max_examples=examples)
    @given(st.lists(NAMES, max_size=6), st.sampled_from(LAYOUTS), st.sampled_from(PROGRAMS))
    def inside(names: list[str], layout: str, program: str) -> None:
        program = "claude-code" if layout == "plugin" else program
        exported(names, tmp_path_factory.mktemp("any"), layout, program)

    inside()
    promise.measured(f"{examples:,} catalogs of any text as names: 0 outside")


def test_p25_of_names_that_clash_nothing_is_dropped(
    promise: Promise, tmp_path_factory: pytest.TempPathFactory
) -> None:
    examples = promise.times(50, 10_000)
    given_files, written_files, refused = 0, 0, 0

    @settings(max_examples=examples)
    @given(CATALOGS, st.sampled_from(LAYOUTS), st.sampled_from(PROGRAMS))
    def kept(catalog: list[tuple[str, str]], layout: str, program: str) -> None:
        nonlocal given_files, written_files, refused
        place = tmp_path_factory.mktemp("any") / "cat"
        agents = [agent(name, category, f"in/{n}.md") for n, (name, category) in enumerate(catalog)]
        choices = Choices(layout, "claude-code" if layout == "plugin" else program, accepted=None)
        made = plan(agents, place, choices)
        if made.problem:  # no agent, or a name the vendor keeps
            return
        new = {source: entry for entry in made.entries for source in entry.sources}
        why = {one.path: one.reason for one in made.refused}
        assert new.keys() | why.keys() == {one.path for one in agents} and not new.keys() & why.keys()
        turned = plan(agents[::-1], place, choices)
        assert {one.path: one.reason for one in turned.refused} == why
        assert turned.entries == made.entries, "the same in any order"
        paths = [folded(entry.path) for entry in made.entries]
        assert len(set(paths)) == len(paths)
        write(made)
        found = {path for path, what in tree(place).items() if what != "folder"}
        assert {entry.path for entry in made.entries} <= found
        assert {entry.state for entry in plan(agents, place, choices).entries} <= {"same"}
        for number, (name, _) in enumerate(catalog):
            entry = new.get(Path(f"in/{number}.md"))
            if entry is None:
                continue
            stem = entry.path.rpartition("/")[2].partition(".md")[0]
            if program == "claude-code" or layout == "plugin":
                assert stem == name or f"is called {stem}.md" in entry.note, "the new name is told"
                assert parse((place / entry.path).read_text("utf-8")).field("name").value == name
        if program == "claude-code" or layout == "plugin":
            names = Counter(name for name, _ in catalog)
            for path, reason in why.items():
                name = catalog[int(path.stem)][0]
                assert names[name] > 1 or not name.strip() or "nother agent" not in reason
        given_files, refused = given_files + len(agents), refused + len(why)
        written_files += len(new)

    kept()
    assert given_files == written_files + refused and written_files
    promise.measured(
        f"{examples:,} catalogs, {given_files:,} agents: {written_files:,} written, each under a name of its "
        f"own, {refused:,} refused with the reason, 0 dropped"
    )
    promise.lacks(
        "two agents of exactly the same name are both refused, with a sentence, and not renamed: to a "
        "program they are one agent"
    )


# --- P26: all or nothing -----------------------------------------------------------------------


@needs_fork
def test_p26_killed_at_any_moment_the_next_start_or_export_makes_it_whole(
    promise: Promise, tmp_path: Path
) -> None:
    times, torn, wrong, mixed = run("kill", tmp_path, promise.times(20, 1_000))
    assert (torn, wrong) == ("0", "0")
    promise.measured(
        f"{times} kills: 0 files torn, 0 folders that the next start of the program, or the next export, did not "
        "make the whole old or the whole new one"
    )
    promise.lacks(
        "files are put in their places one after the other, and no file system does that at once: until the next "
        f"start, whoever reads may find some of them new; so were {mixed} of {times} folders of a killed export "
        "(syncs switched off)"
    )


@needs_fork
def test_p26_killed_before_any_call_the_next_export_is_whole(promise: Promise, tmp_path: Path) -> None:
    step = promise.times(25, 1)
    assert run("each", tmp_path, step) == ["whole"]
    promise.measured(
        "killed before every call of an export" + (f", each {step}th of them" if step > 1 else "")
    )


def test_p26_failing_at_any_call_leaves_the_old_or_what_the_next_export_finishes(
    promise: Promise, tmp_path: Path
) -> None:
    old, new = version(0, 5), version(1, 5)
    failed, step = 0, promise.times(11, 1)
    for at in range(1, 5000, step):
        place = tmp_path / str(at)
        begun(place, 5)
        with faults_in_exporting(Faults(at, errno.ENOSPC)) as faults:
            try:
                export(place, new)
            except FileProblem:
                failed += 1
                if not (place / INTENT).exists():
                    assert is_right(place, old)
        if faults.count < at:
            break
        export(place, new)
        assert is_right(place, new), faults.failed
    assert failed > 10
    promise.measured(f"{failed} calls of an export failed one by one, the disk full: 0 neither old nor new")


def test_p26_a_full_disk_at_any_file_leaves_the_old(promise: Promise, tmp_path: Path, monkeypatch) -> None:
    from agenteditor.core.export_folder import TargetFolder

    files = promise.times(20, 100)
    old = {f"agents/a{one}.md": b"old\n" for one in range(files)}
    new = {f"agents/a{one}.md": b"new\n" for one in range(files)}
    place = tmp_path / "place"
    create = TargetFolder.create
    place.mkdir()
    export(place, old)
    before = tree(place)
    for index in range(files + 1):  # the last is the intent

        def fails(target: TargetFolder, path: str, data: bytes, mode: int = 0, at: str = str(index)) -> None:
            if path.rpartition("/")[2] == (at if int(at) < files else "intent"):
                raise FileProblem("no-space", "save", path)
            create(target, path, data, mode)

        monkeypatch.setattr(TargetFolder, "create", fails)
        with pytest.raises(FileProblem, match="the disk is full"):
            export(place, new)
        assert tree(place) == before
    promise.measured(f"the disk full at each of {files} files: the old export every time, nothing beside it")


@pytest.mark.skipif(not ROOT, reason="only root may mount a file system")
def test_p26_a_disk_that_is_really_full_leaves_old_or_new(promise: Promise, tmp_path: Path) -> None:
    if not promise.torture:
        pytest.skip("a file system is mounted for the torture alone")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        found, wrong = run("full", tmp_path, 300)
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert int(found) > 50 and wrong == "0"
    promise.measured(f"{found} of 300 exports to a file system that was full: old or new every time")


# --- P27, P28: what belongs to others -----------------------------------------------------------


def test_p27_files_of_others_are_neither_removed_nor_overwritten(
    promise: Promise, tmp_path_factory: pytest.TempPathFactory
) -> None:
    examples = promise.times(15, 2_000)

    @settings(max_examples=examples)
    @given(
        numbers=st.tuples(st.sets(st.integers(0, 9), min_size=1), st.sets(st.integers(0, 9), min_size=1)),
        touched=st.sets(st.integers(0, 9)),
        in_the_way=st.sets(st.integers(0, 9), max_size=3),
        layouts=st.tuples(st.sampled_from(LAYOUTS), st.sampled_from(LAYOUTS)),
        prune=st.booleans(),
    )
    def kept(numbers, touched, in_the_way, layouts, prune) -> None:
        first, second = numbers
        place = tmp_path_factory.mktemp("any") / "cat"
        names = {number: agent(f"a{number}", f"c {number % 3}") for number in range(10)}
        theirs = {"agents/theirs.md": b"x", ".git/HEAD": b"y", "c-1/notes.txt": b"z", "plugins/x/a.md": b"w"}
        theirs |= {f"agents/a{number}.md": b"by hand, before\n" for number in in_the_way}
        for path, data in theirs.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(data)
        write(plan([names[number] for number in sorted(first)], place, Choices(layouts[0])))
        for path in [*files_in(place)]:
            if any(path.endswith(f"/a{number}.md") for number in touched):
                (place / path).write_bytes(b"changed by hand\n")
                theirs[path] = b"changed by hand\n"
        before = files_in(place)
        made = plan([names[number] for number in sorted(second)], place, Choices(layouts[1], prune=prune))
        write(made)
        after = files_in(place)
        assert {path: after[path] for path in theirs} == theirs
        wanted = {entry.path for entry in made.entries if entry.state not in ("removed", "left")}
        gone = {path for path in before if path not in wanted and path not in theirs and path != MANIFEST}
        assert gone & after.keys() == (set() if prune else gone)
        told = {entry.path: entry.state for entry in made.entries if entry.state in ("removed", "left")}
        assert gone <= told.keys()
        replaced = {path for path in before if after.get(path, before[path]) != before[path]} - {MANIFEST}
        assert replaced == {entry.path for entry in made.entries if entry.state == "replaced"}, (
            "all are listed"
        )
        assert all(entry.note for entry in made.entries if entry.path in theirs and entry.state != "same")
        again = plan([names[number] for number in sorted(second)], place, Choices(layouts[1], prune=prune))
        assert again.todo == 0

    kept()
    promise.measured(f"{examples:,} pairs of exports among files of others: 0 of those changed or removed")


def files_in(folder: Path) -> dict[str, bytes]:
    return {path: what[1] for path, what in tree(folder).items() if what != "folder"}


@needs_fork
def test_p28_links_that_are_swapped_in_lead_no_write_out(promise: Promise, tmp_path: Path) -> None:
    seconds = promise.times(1, 60)
    written, outside = run("attack", tmp_path, seconds)
    assert outside == "0" and int(written) > 100
    promise.measured(f"{int(written):,} files written in {seconds} s while links are swapped in: 0 got out")
    if promise.torture and int(written) < 500_000:
        promise.lacks("a million files were to be written meanwhile; this machine wrote fewer in the time")
    promise.lacks(
        "not tried on Windows, which has no handles of folders: there links are looked for, then refused"
    )


# --- P29: large ones ---------------------------------------------------------------------------


@needs_fork
def test_p29_many_agents_are_exported_soon_and_in_little_memory(promise: Promise, tmp_path: Path) -> None:
    count = promise.times(300, 5_000)
    planned, written, again, megabytes = map(float, run("time", tmp_path, count))
    promise.measured(
        f"{count:,} agents: plan {planned} s, written and synced {written} s, all of them changed {again} s; "
        f"{megabytes:.0f} MB more memory"
    )
    if planned + written > 3:
        promise.lacks(
            "the plan reads and checks each agent by two readers, which takes longer than writing it"
        )
    if promise.torture:
        assert megabytes < 150
        assert written < 120, "written and synced, while others use the disk"
