"""Hostile files: no text makes the program hang, crash, lie or eat memory (RELIABILITY 5F)."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from agenteditor.app.file_drops import dropped_files
from agenteditor.app.settings import Settings
from agenteditor.core.checks import Diagnostic, findings
from agenteditor.core.document import Document
from agenteditor.core.export_agents import second_opinion
from agenteditor.core.reader import find_fence
from agenteditor.core.syntax import MOST_DIVIDED_LINES, Syntax, parse
from agenteditor.core.text import Span
from agenteditor.core.yaml_build import MAX_VALUES
from agenteditor.ui import preview
from agenteditor.ui.editor import VIEWS, Editor
from agenteditor.ui.preview import PreviewPanel
from agenteditor.ui.qtext import LINE_EDIT_LIMIT
from tests.conftest import ROOT
from tests.promises.conftest import Promise
from tests.promises.hostile import HEAD, KB, WORDS, damaged, frontmatters, prompts
from tests.promises.hostile_run import BASES, run
from tests.promises.yaml_readers import NO_MAP, Absent, Fields, Reader, npm_yaml, pyyaml, ruamel
from tools import fuzz
from tools.mutations import mutated

GROWTH = 200  # MB
FUZZED = 600  # seconds of each target: an hour for all


# --- P31: parsing --------------------------------------------------------------------------------


def test_p31_damaged_frontmatter_is_parsed_judged_and_checked(promise, tmp_path):
    count = promise.times(2_000, 100_000)
    found = run("mutations", 0, count, tmp_path / "note")
    assert found.errors == []
    assert found.grown < GROWTH
    promise.measured(f"damaged at random, parsed, judged and checked: {found}")
    if promise.torture:
        assert found.slowest < 5


@pytest.mark.parametrize("target", fuzz.NAMES)
def test_p31_an_hour_of_fuzzing_led_by_coverage_finds_nothing(promise, target):
    if not promise.torture:
        pytest.skip("fuzzing led by coverage is tried by make torture")
    if importlib.util.find_spec("atheris") is None:
        promise.lacks(fuzz.MISSING)
        pytest.skip(fuzz.MISSING)
    found = fuzz.run(target, FUZZED)
    promise.measured(f"atheris, {FUZZED // 60} minutes: {found}")
    assert not found.found and not found.ended


@pytest.mark.parametrize("job", ["frontmatter-keys", "prompt-keys"])
def test_p31_texts_known_to_kill_parsers_cost_little_for_each_key(promise, tmp_path, job):
    found = run(job, 0, promise.times(3 * KB, 256 * KB), tmp_path / "note")
    assert found.errors == []
    assert found.grown < GROWTH
    promise.measured(f"{job.replace('-', ' ')}, {promise.times(3, 256)} KB each: {found}")
    if promise.torture:
        assert found.slowest < 10


@pytest.mark.parametrize("job", ["frontmatters", "prompts", "mutations-everything"])
def test_p31_everything_else_finds_out_about_them_ends_too(promise, tmp_path, job):
    size = promise.times(KB // 3, 64 * KB) if job != "mutations-everything" else promise.times(50, 5_000)
    found = run(job, 0, size, tmp_path / "note")
    assert found.errors == []
    assert found.grown < GROWTH
    promise.measured(f"all checks, fixes, readers, pages, {job} of {size:,}: {found}")


def test_p31_a_limit_is_said_and_nothing_is_guessed(promise):
    many = "---\nname: a\n" + "k: v\n" * MAX_VALUES + "---\n"
    long = "---\nname: " + "x" * (257 * KB) + "\n---\n"
    deep = "---\nname: " + "[" * 100_000 + "\n---\n"
    for text in (many, long, deep):
        syntax = parse(text)
        assert syntax.verdict == "unknown"
        assert "yaml/not-judged" in {one.code for one in findings(syntax)}
    lines = parse(HEAD + "# x\n" * (MOST_DIVIDED_LINES + 1))
    assert lines.sections == ()
    assert "prompt/not-divided" in {one.code for one in findings(lines)}
    promise.measured(
        "frontmatter of more values, characters or levels than the limits: not judged, and said so"
    )


def test_p31_another_parser_is_not_given_what_ends_the_process():
    # Ours ends the frontmatter at the hyphens in the comment, the other one at those on a line.
    text = "---\nname: a # ---\nx: " + "[" * 100_000 + "\n---\nGo.\n"
    assert "takes another part" in str(second_opinion(parse(text)))


@pytest.mark.parametrize("name", ["keys", "tools in a line", "one key, repeated", "long double", "brackets"])
def test_p31_typing_goes_on_in_a_hostile_file(promise, qtbot, name):
    text = frontmatters(promise.times(KB, 170 * KB))[name]  # lines over 200,000 characters are not edited
    editor = Editor(Document(text), Settings())
    qtbot.addWidget(editor)
    editor.resize(1000, 700)
    start = time.perf_counter()
    editor.show()
    for view in VIEWS:
        editor.show_view(view)
    shown = time.perf_counter() - start
    start = time.perf_counter()
    QTest.keyClick(editor.source.edit, Qt.Key.Key_X)
    typed = time.perf_counter() - start
    assert editor.document.text != text
    promise.measured(
        f"{name}, {len(text) // KB} KB: opened and all views shown in {shown:.1f} s, a key {typed:.2f} s"
    )


# --- P32: what is shown is what is read -----------------------------------------------------------


# Findings that say that programs may read the frontmatter differently, or that it is not what it seems (S04, S14).
SPEAK_OF_IT = {
    "text/control", "text/hidden", "text/not-utf-8", "yaml/duplicate-key", "yaml/reference", "yaml/two-readings",
    "yaml/refused-elsewhere", "yaml/repaired", "yaml/repair-changed", "frontmatter/closed-early",
}  # fmt: skip
# The others are said once a file, at the first place.
OF_ONE_VALUE = {"yaml/two-readings", "yaml/repair-changed", "yaml/duplicate-key"}
HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # no file can hold it
NOT_UTF_8 = re.compile("[\udc80-\udcff]")
# Both readers in Python are built alike and refuse a tab where YAML 1.2, libyaml and all others take it.
TAB = re.compile(r"found (?:character )?'\\t'")


def _texts(promise: Promise, shared: Path | None) -> Iterator[tuple[str, str]]:
    """The samples, the real files, and both damaged in two ways."""
    samples = sorted((ROOT / "resources" / "samples").rglob("*.md"))
    paths = samples + (sorted(shared.glob("corpus/**/*.md")) if shared is not None else [])
    files = [(path.name, path.read_bytes().decode("utf-8", "surrogateescape")) for path in paths]
    yield from files
    for seed in range(promise.times(300, 15_000)):
        yield f"damaged {seed}", damaged(BASES[seed % len(BASES)], seed)
        name, text = files[seed % len(files)]
        yield f"{name}, mutant {seed}", mutated(text, seed)


def _difference(syntax: Syntax, theirs: Fields) -> tuple[str, Span | None] | None:
    """What another reader has otherwise, and the lines it is about; None where both say the same."""
    assert syntax.frontmatter is not None
    fields = {one.key: one for one in syntax.frontmatter.fields}
    if isinstance(theirs, str):
        return (theirs, None) if fields or theirs != NO_MAP else None
    names = {_name(key): read for key, read in theirs.items()}
    ours = {_name(key): one for key, one in fields.items()}
    if names.keys() != ours.keys():
        return f"fields: {sorted(names.keys() ^ ours.keys())}", None
    for key, one in ours.items():
        read = names[key]
        if one.text is not None and (read.text is None or not _same(one.text, read.text)):
            return f"{key}: {one.text!r} is {read.text!r}", one.span
        both_text = isinstance(one.value, str) and isinstance(read.value, str)
        known = syntax.dialect.spec(one.key) is not None and read.value is not ...
        if known and not both_text and one.value != read.value:
            return f"{key}: {one.value!r} is {read.value!r}", one.span
    return None


def _name(key: str) -> str:
    """Null for a name is "null" to one reader, "None" to another, nothing to a third."""
    return "" if key in ("None", "null") else key


def _same(ours: str, theirs: str) -> bool:
    # Where a line is folded one has a blank and another a line end (CRLF in quotes): the same words to anybody.
    ours, theirs = (NOT_UTF_8.sub("\ufffd", text) for text in (ours, theirs))
    return ours.split() == theirs.split()


def _speaks_of(found: Sequence[Diagnostic], syntax: Syntax, lines: Span | None) -> bool:
    """Whether a finding about readings stands in the frontmatter; one about a value, in the lines that differ."""
    whole = Span(0, syntax.body.start)
    return any(
        one.code in SPEAK_OF_IT
        and _meet(one.span, lines if lines is not None and one.code in OF_ONE_VALUE else whole)
        for one in found
    )


def _meet(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


@dataclass
class Compared:
    """What came of comparing with one reader."""

    files: int = 0
    marked: int = 0
    tabs: int = 0
    unmarked: list[str] = field(default_factory=list)


def _compared(title: str, text: str, name: str, read: Reader, so_far: Compared) -> None:
    syntax, fence = parse(text), find_fence(text)
    if HALF.search(text) or fence is None or syntax.verdict not in ("valid", "repaired"):
        return
    theirs = read(NOT_UTF_8.sub("\ufffd", fence.content.of(text)))
    so_far.files += 1
    differs = _difference(syntax, theirs)
    if differs is None:
        return
    if name in ("PyYAML", "ruamel.yaml") and TAB.search(differs[0]):
        so_far.tabs += 1
        return
    found = findings(syntax)
    if any(one.code.startswith("file/") for one in found):
        return  # a document or a command: said to be no agent, so its fields are not looked at
    if _speaks_of(found, syntax, differs[1]):
        so_far.marked += 1
    else:
        so_far.unmarked.append(f"{title}, {name}: {differs[0]}")


def test_p32_details_agree_with_other_readers_or_a_finding_says_why(promise, request):
    readers: dict[str, Reader] = {"PyYAML": pyyaml}
    with contextlib.ExitStack() as stack:
        if promise.torture:
            for name, get in (
                ("ruamel.yaml", ruamel),
                ("npm's yaml", lambda: stack.enter_context(npm_yaml())),
            ):
                try:
                    readers[name] = get()
                except Absent as reason:
                    promise.lacks(str(reason))
        shared = request.getfixturevalue("shared") if promise.torture else None
        outcome = {name: Compared() for name in readers}
        for title, text in _texts(promise, shared):
            for name, read in readers.items():
                _compared(title, text, name, read, outcome[name])
    for name, one in outcome.items():
        tabs = f"; {one.tabs} it refuses for a tab, which YAML 1.2 takes" if one.tabs else ""
        promise.measured(
            f"{one.files:,} files that load, beside {name}: {one.marked:,} differ, each with a finding about it{tabs}"
        )
    assert [each for one in outcome.values() for each in one.unmarked] == []


@pytest.mark.parametrize(
    ("block", "codes"),
    [
        ("name: a\ndescription: x\u2028permissionMode: bypassPermissions", {"text/control"}),
        ("name: a\ndescription: x\x85permissionMode: bypassPermissions", {"text/control"}),
        ("name: a\ndescription: x\rpermissionMode: bypassPermissions", {"text/control"}),
        ("name: a\nname: b\ndescription: x", {"yaml/duplicate-key"}),
        ("name: a\ndescription: ,x", {"yaml/refused-elsewhere"}),
    ],
)
def test_p32_what_readers_differ_on_carries_a_finding(promise, block, codes):
    found = {one.code for one in findings(parse(f"---\n{block}\n---\nGo.\n"))}
    assert codes <= found
    promise.measured(f"{sorted(codes)[0]}: found")


# --- P34: the preview -----------------------------------------------------------------------------


@pytest.fixture
def panel(qtbot, monkeypatch):
    monkeypatch.setattr(preview, "DEBOUNCE_MS", 0)

    def make(text: str) -> PreviewPanel:
        made = PreviewPanel(Document(text))
        qtbot.addWidget(made)
        made.resize(500, 700)
        made.show()
        return made

    return make


def test_p34_pages_that_blow_up_layouts_are_drawn_or_shown_as_plain_text(promise, qapp, panel):
    slowest, of, plain, over = 0.0, "", 0, 0
    table = prompts(promise.times(KB, 255 * KB))
    table = dict(list(table.items())[:: promise.times(3, 1)])
    for name, prompt in table.items():
        start = time.process_time()
        made = panel(HEAD + prompt)
        made.refresh()
        qapp.processEvents()
        took = time.process_time() - start
        plain += made._stack.currentWidget() is made.plain
        made.hide()
        made.deleteLater()
        over += took > 0.3
        if took > slowest:
            slowest, of = took, name
    promise.measured(
        f"{len(table)} prompts of {promise.times(1, 255)} KB: {plain} as plain text, slowest {slowest:.2f} s ({of})"
    )
    if promise.torture and over:
        promise.lacks(f"{over} of these prompts of 255 KB, made to be slow, take over 0.3 s as plain text")


def test_p34_damaged_prompts_are_drawn(promise, qapp, panel):
    made = panel(BASES[0])
    slowest, seed_of = 0.0, 0
    count = promise.times(120, 100_000)
    for seed in range(count):
        text = damaged(BASES[seed % len(BASES)] + "| a | b |\n|-|-|\n| c | d |\n", seed)
        made._document = Document(text)
        start = time.process_time()
        made.refresh()
        qapp.processEvents()
        took = time.process_time() - start
        if took > slowest:
            slowest, seed_of = took, seed
    promise.measured(
        f"{count:,} damaged files drawn: 0 crashes, slowest {1000 * slowest:.0f} ms (seed {seed_of})"
    )


# --- P38: every way in ----------------------------------------------------------------------------

NAMES = [
    "a\nb.md",
    "\x1b[31m.md",
    "\u202egpj.md",
    "\u2066a",
    "&x",
    "<b>x</b>.md",
    "x" * 255,
    "",
    ".",
    "a\udc80.md",
]


def test_p38_whatever_is_pasted_stays_text(promise, qtbot, qapp):
    editor = Editor(Document(HEAD + "Go.\n"), Settings())
    qtbot.addWidget(editor)
    editor.show()
    editor.show_view("source")
    words = WORDS[:: promise.times(3, 1)]
    pasted = [*words, "x" * promise.times(50_000, 300_000), "a\n" * promise.times(1_000, 20_000), "\0" * 100]
    for text in pasted:
        before = editor.document.text
        data = QMimeData()
        data.setText(text.encode("utf-8", "replace").decode())
        data.setHtml("<img src=file:///etc/passwd><script>x</script>")
        data.setImageData(QImage(2, 2, QImage.Format.Format_ARGB32))
        editor.source.edit.insertFromMimeData(data)
        assert "<script>" not in editor.document.text or "<script>" in text
        if editor.document.text != before:
            editor.undo()
        assert editor.document.text == before
    promise.measured(
        f"{len(pasted)} texts with HTML and an image beside them pasted: text alone, undone to the letter"
    )


def test_p38_whatever_is_dropped_is_a_path_or_nothing(promise):
    urls = [
        "http://a/b.md",
        "file://host/share/x.md",
        "smb://a/b",
        "javascript:1",
        "data:,x",
        "",
        "file:///a%00b",
        "///",
        "x",
    ]
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls] + [QUrl.fromLocalFile(f"/agents/{n}.md") for n in range(5_000)])
    found = dropped_files(data)
    assert all(isinstance(path, Path) for path in found)
    assert not [path for path in found if str(path).startswith(("http:", "smb:"))]
    promise.measured(f"{len(urls)} odd addresses and 5,000 files dropped at once: {len(found):,} local paths")


# --- F23 and F24: what reaches a widget -------------------------------------------------------------


def test_p37_no_widget_gets_a_text_that_qt_would_cut_or_hang_on(promise, qtbot):
    text = "---\nname: " + "n" * (LINE_EDIT_LIMIT + 10) + "\ndescription: " + "d" * 240_000 + "\n---\nGo.\n"
    editor = Editor(Document(text), Settings())
    qtbot.addWidget(editor)
    editor.show()
    for view in VIEWS:
        editor.show_view(view)
    assert all(len(line.text()) < LINE_EDIT_LIMIT for line in editor.findChildren(QLineEdit))
    longest = 0
    for edit in editor.findChildren(QPlainTextEdit):
        document = edit.document()
        blocks = (document.findBlockByNumber(number) for number in range(document.blockCount()))
        longest = max(longest, *(block.length() for block in blocks))
    assert longest < 200_000
    assert editor.document.text == text
    promise.measured(
        f"a name of 32,777 and a line of 240,000 characters: the longest line in a widget has {longest:,}"
    )
