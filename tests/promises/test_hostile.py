"""Hostile files: no text makes the program hang, crash, lie or eat memory (RELIABILITY 5F)."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from agenteditor.app.file_drops import dropped_files
from agenteditor.app.settings import Settings
from agenteditor.core.checks import findings
from agenteditor.core.document import Document
from agenteditor.core.export_agents import second_opinion
from agenteditor.core.reader import find_fence
from agenteditor.core.readers import answers
from agenteditor.core.syntax import MOST_DIVIDED_LINES, parse
from agenteditor.core.yaml_read import MAX_VALUES
from agenteditor.ui import preview
from agenteditor.ui.editor import VIEWS, Editor
from agenteditor.ui.preview import PreviewPanel
from agenteditor.ui.qtext import LINE_EDIT_LIMIT
from tests.promises.hostile import HEAD, KB, WORDS, damaged, frontmatters, prompts
from tests.promises.hostile_run import BASES, run

GROWTH = 200  # MB


# --- P31: parsing --------------------------------------------------------------------------------


def test_p31_damaged_frontmatter_is_parsed_judged_and_checked(promise, tmp_path):
    count = promise.times(2_000, 100_000)
    found = run("mutations", 0, count, tmp_path / "note")
    assert found.errors == []
    assert found.grown < GROWTH
    promise.measured(f"damaged at random, parsed, judged and checked: {found}")
    if promise.torture:
        assert found.slowest < 5
        promise.lacks("an hour of atheris was not run: its wheel is no dependency")


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
    text = frontmatters(promise.times(KB, 200 * KB))[name]
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


class _Strings(yaml.SafeLoader):
    """Every scalar as the text it is, duplicate keys as pairs: what was written, not what it is taken for."""


_Strings.yaml_implicit_resolvers = {}


def _values(loader: yaml.SafeLoader, node: yaml.MappingNode) -> list[tuple[object, object]]:
    return [
        (loader.construct_object(k, deep=True), loader.construct_object(v, deep=True)) for k, v in node.value
    ]


HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def test_p32_details_agree_with_another_reader_or_the_file_is_marked(promise):
    seeds = range(promise.times(800, 30_000))
    compared = marked = 0
    unmarked: list[str] = []
    for seed in seeds:
        text = damaged(BASES[seed % len(BASES)], seed)
        if HALF.search(text):
            continue  # half a character, which no file can hold
        fence = find_fence(text)
        syntax = parse(text)
        if fence is None or syntax.verdict not in ("valid", "repaired") or syntax.frontmatter is None:
            continue
        ours = {field.key: field.text for field in syntax.frontmatter.fields if field.text is not None}
        try:
            loader = _Strings(fence.content.of(text))
            node = loader.get_single_node()
            theirs = dict(_values(loader, node)) if isinstance(node, yaml.MappingNode) else {}
        except Exception:  # noqa: BLE001  # the other parser raises anything (RELIABILITY F15)
            theirs = None
        compared += 1
        if theirs is not None and all(_same(value, theirs.get(key)) for key, value in ours.items()):
            continue
        if findings(syntax) or any(row.outcome != "loads" for row in answers(syntax)):
            marked += 1
        else:
            unmarked.append(repr(text))
    assert unmarked == []
    promise.measured(
        f"{compared:,} damaged files that load, beside PyYAML: {marked:,} differ, each with a finding or a reader that "
        "is said to read it otherwise"
    )
    promise.lacks("ruamel and a JavaScript YAML run in `make oracle` only, not here")


def _same(ours: str, theirs: object) -> bool:
    return isinstance(theirs, str) and ours.strip() == theirs.strip()


@pytest.mark.parametrize(
    ("block", "codes"),
    [
        ("name: a\ndescription: x\u2028permissionMode: bypassPermissions", {"text/control"}),
        ("name: a\ndescription: x\x85permissionMode: bypassPermissions", {"text/control"}),
        ("name: a\nname: b\ndescription: x", {"yaml/duplicate-key"}),
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
    slowest, of, plain = 0.0, "", 0
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
        if took > slowest:
            slowest, of = took, name
    promise.measured(
        f"{len(table)} prompts of {promise.times(1, 255)} KB: {plain} as plain text, slowest {slowest:.2f} s ({of})"
    )


def test_p34_damaged_prompts_are_drawn(promise, qapp, panel):
    made = panel(BASES[0])
    slowest, seed_of = 0.0, 0
    count = promise.times(120, 20_000)
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
