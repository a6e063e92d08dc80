"""The author's bytes: what is not edited is not touched, and undo gives back what was (P1 to P4).

What the same promises are worth in the real window, `test_session` tells.
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QStatusBar

from agenteditor.app import dialogs, saving
from agenteditor.app.status import Status
from agenteditor.core import files
from agenteditor.core.body import parse_body, walk
from agenteditor.core.document import Document, Transaction
from agenteditor.core.example_edits import remove_example, set_context, set_turn_text
from agenteditor.core.hosted_examples import changed
from agenteditor.core.item_edits import remove_item, set_item_text
from agenteditor.core.rewrite import set_field
from agenteditor.core.section_edits import rename_section, set_section_text
from agenteditor.core.syntax import parse
from agenteditor.core.text import Edits, Refusal, Span, apply, invert
from agenteditor.ui import qtext
from agenteditor.ui.qtext import Shown, read_back
from tests.core.texts import NASTY
from tests.promises import nasty
from tests.promises.machine import KINDS, Machine, Step, random_step

PARTS = 4  # of what takes long under torture, so that they run beside each other


def real_files(shared: Path) -> list[Path]:
    return sorted([*shared.glob("corpus/**/*.md"), *shared.glob("vectors/*.md"), *shared.glob("seed/*.md")])


# --- P1 ------------------------------------------------------------------------------------------


def test_p01_a_file_opened_and_saved_is_the_same_and_is_not_written(promise, tmp_path):
    many = promise.times(1_000, 100_000)
    contents = {**nasty.named(), **{f"generated {at}": data for at, data in enumerate(nasty.generated(many))}}
    path = tmp_path / "agent.md"
    for name, data in contents.items():
        path.write_bytes(data)
        before = path.stat()
        loaded = files.load(path)
        assert files.encode(loaded.text) == data, name
        assert files.save(path, loaded.text, loaded.stamp) == loaded.stamp, name
        after = path.stat()
        assert (before.st_ino, before.st_mtime_ns, before.st_ctime_ns) == (
            *(after.st_ino, after.st_mtime_ns, after.st_ctime_ns),
        ), name
    assert path.read_bytes() == data
    promise.measured(f"{len(contents):,} nasty files opened and saved through core: 0 differences, 0 written")


# --- P2 ------------------------------------------------------------------------------------------


def only(text: str, after: str, span: Span) -> None:
    """Outside the span all bytes are what they were."""
    before, now = files.encode(text), files.encode(after)
    head, tail = files.encode(text[: span.start]), files.encode(text[span.end :])
    assert now.startswith(head) and now.endswith(tail) and len(now) >= len(head) + len(tail), before


@pytest.mark.parametrize("part", range(PARTS))
def test_p02_an_edit_in_the_source_changes_its_own_bytes_alone(promise, part):
    edits = promise.times(2_000, 1_000_000) // PARTS
    random = Random(part)
    numbers = count(part, PARTS)
    document = Document()
    for at in range(edits):
        if at % 10 == 0:
            document = Document(files.decode(nasty.one(next(numbers))))
        text = document.text
        shown = Shown(text)
        units = shown.text.encode("utf-16-le", "surrogatepass")
        start, end = sorted(
            shown.position(random.randrange(len(text) + 1)) for _ in range(2)
        )  # places where a caret can stand
        end = min(end, start + random.choice((0, 0, 1, 3, 40)))
        end = shown.position(shown.offset(end))
        typed = "".join(random.choices(NASTY, k=random.randrange(3)))
        typed = typed.encode("utf-8", "ignore").decode()
        raw = (units[: 2 * start] + typed.encode("utf-16-le") + units[2 * end :]).decode(
            "utf-16-le", "surrogatepass"
        )
        caret = start + len(typed.encode("utf-16-le")) // 2
        document.apply(Transaction(read_back(shown, raw, "\n", caret), "Type"))
        only(text, document.text, shown.span(start, end))
        assert len(document.text) - len(text) >= -shown.span(start, end).end + shown.span(start, end).start
    promise.measured(f"{edits * PARTS:,} edits in the source: 0 bytes changed outside of what was edited")


NEW_TEXTS = ["changed: it's #1", "{}x", "x{}", 'two\nlines: "q"', ""]


def test_p02_every_field_of_every_real_file_is_changed_alone_or_refused(promise, shared):
    paths = real_files(shared)
    assert len(paths) >= 251
    accepted, refused = 0, Counter()
    for path in paths[:: promise.times(4, 1)]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        syntax = parse(text)
        for number, field in enumerate(syntax.frontmatter.fields if syntax.frontmatter else ()):
            here = NEW_TEXTS if promise.torture else [NEW_TEXTS[(number + len(text)) % 5]]
            for new in here:
                outcome = set_field(syntax, field.key, new.format(field.text or ""))
                if isinstance(outcome, Refusal):
                    refused[outcome.reason.partition("” ")[2] or outcome.reason] += 1
                    continue
                accepted += 1
                result = apply(text, outcome)
                only(text, result, syntax.field(field.key).span)
                assert apply(result, invert(text, outcome)) == text
    total = accepted + refused.total()
    print(f"\nrefused: {dict(refused)}")
    assert accepted / total >= 0.95
    promise.measured(
        f"{accepted:,} of {total:,} changes of a field of a real file accepted, each in its own bytes; the others refused"
    )


def test_p02_examples_sections_items_and_fixes_of_real_files_change_their_own_bytes_alone(promise, shared):
    done = Counter()
    for path in real_files(shared)[:: promise.times(9, 1)]:
        text = files.decode(path.read_bytes())
        if len(text) > 30_000:
            continue
        document = Document(text, path)
        syntax, start = document.syntax, document.syntax.body.start

        def tried(what: str, outcome: Edits | Refusal, span: Span, text: str = text) -> None:
            if not isinstance(outcome, Refusal):
                result = apply(text, outcome)
                only(text, result, span)
                assert apply(result, invert(text, outcome)) == text
                done[what] += 1

        every = promise.times(5, 1)
        for where, section in list(walk(parse_body(text, start)))[::every]:
            if section.title_span is not None:
                tried("sections", rename_section(text, start, where, "Other: words"), section.span)
            tried("sections", set_section_text(text, start, where, "Other *words*\n\n- one"), section.span)
            for index in range(len(section.items))[::every]:
                tried("items", set_item_text(text, start, where, index, "Other"), section.span)
                tried("items", remove_item(text, start, where, index), section.span)
        for hosted in syntax.examples:
            slot = syntax.field(hosted.host.partition("[")[0])
            for intent in (
                lambda value, at=hosted.index: set_context(value, at, "It's: new"),
                lambda value, at=hosted.index: set_turn_text(value, at, 0, 'Say "x"'),
                lambda value, at=hosted.index: remove_example(value, at),
            ):
                tried("examples", changed(syntax, hosted.host, intent), slot.span)
        for problem in document.problems:
            for fix in problem.fixes:
                if apply(text, fix.edits) != text:
                    tried("fixes", fix.edits, Span(fix.edits[0].span.start, fix.edits[-1].span.end))
    assert min(done["sections"], done["items"], done["examples"], done["fixes"]) > 10
    counts = ", ".join(f"{number:,} of {what}" for what, number in sorted(done.items()))
    promise.measured(f"edits of real files in their own bytes alone: {counts}")


# --- P3 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(PARTS))
def test_p03_undo_redo_and_modified_agree_with_the_bytes(promise, part, tmp_path):
    steps = promise.times(10_000, 1_000_000) // PARTS
    random = Random(part)
    numbers = count(part, PARTS)
    taken = 0
    while taken < steps:
        machine = Machine(tmp_path / "agent.md", nasty.one(next(numbers)))
        for _ in range(min(400, steps - taken)):
            machine.take(random_step(random))
            taken += 1
        machine.rewind()
    promise.measured(
        f"{steps * PARTS:,} steps (type, paste, form, fix, undo, redo, save, change on disk): 0 differences"
    )


kinds = st.sampled_from(sorted(KINDS))
some_steps = st.lists(
    st.builds(Step, kinds, st.integers(0, 1 << 16), st.integers(0, 11), st.sampled_from(NASTY)), max_size=20
)


def test_p03_the_shortest_steps_that_break_it_are_looked_for(promise):
    path = Path(os.environ["HOME"], "machine.md")

    @settings(max_examples=promise.times(12, 5_000))
    @given(st.integers(0, 500), some_steps)
    def searched(number: int, steps: list[Step]) -> None:
        machine = Machine(path, nasty.one(number))
        for step in steps:
            machine.take(step)
        machine.rewind()

    searched()


# --- P4 ------------------------------------------------------------------------------------------

SAID = {
    "": "Caf\xe9 \u20ac \u2014 \u201cna\xefve\u201d \xa7 \xbd",
    "cyrillic": "\u041f\u0440\u043e\u0432\u0435\u0440\u044f\u0439 \u043a\u043e\u0434",
    "greek": "\u0388\u03bb\u03b5\u03b3\u03c7\u03bf\u03c2",
    "hebrew": "\u05d1\u05d3\u05d9\u05e7\u05d4",
    "arabic": "\u0627\u062e\u062a\u0628\u0627\u0631",
    "thai": "\u0e17\u0e14\u0e2a\u0e2d\u0e1a",
    "japanese": "\u8a66\u9a13\u30c6\u30b9\u30c8",
    "chinese": "\u6d4b\u8bd5\u4ee3\u7801",
    "chinese, traditional": "\u6e2c\u8a66\u7a0b\u5f0f",
    "korean": "\uc2dc\ud5d8 \ucf54\ub4dc",
    "baltic": "\u0160\u0105\u010d\u0137",
    "turkish": "\u0130\u015f\u011f\u0131",
    "vietnamese": "\u01a1\u01b0\u0111",
}
CODECS = {
    "": "ascii utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be latin-1 cp1252 cp437 "
    "cp850 cp858 iso8859-15 mac-roman cp037 cp500 hp-roman8",
    "cyrillic": "cp1251 koi8-r koi8-u cp866 iso8859-5 mac-cyrillic ptcp154",
    "greek": "cp1253 iso8859-7 mac-greek",
    "hebrew": "cp1255 iso8859-8",
    "arabic": "cp1256 iso8859-6",
    "thai": "tis-620 cp874",
    "japanese": "shift_jis cp932 euc_jp iso2022_jp",
    "chinese": "gbk gb18030 gb2312 hz utf-16-le",
    "chinese, traditional": "big5 big5hkscs",
    "korean": "euc_kr cp949 johab iso2022_kr",
    "baltic": "cp1257 iso8859-13 iso8859-4",
    "turkish": "cp1254 iso8859-9",
    "vietnamese": "cp1258",
}


def encodings() -> dict[str, bytes]:
    """An agent in every codec of note, and files whose encoding is broken."""
    agent = nasty.AGENT.decode()
    found = {
        f"{codec} {script}".strip(): agent.replace("tester.", f"tester. {SAID[script]}").encode(
            codec, "ignore"
        )
        for script, codecs in CODECS.items()
        for codec in codecs.split()
    }
    utf_8, latin = agent.replace("tester.", "Pr\xfcfer.").encode(), "Pr\xfcfer\n".encode("latin-1")
    found |= {
        "UTF-8, then Latin-1": utf_8 + latin,
        "UTF-8 twice": utf_8.decode("latin-1").encode(),
        "UTF-8 cut in a character": utf_8[: utf_8.index(b"\xbc")],
        "CESU-8": agent.replace("tester.", "\ud83d\ude00").encode("utf-8", "surrogatepass"),
        "modified UTF-8": agent.encode().replace(b"tester", b"\xc0\x80"),
        "UTF-8 mark, Latin-1 text": b"\xef\xbb\xbf" + latin,
        "UTF-16 mark, UTF-8 text": b"\xff\xfe" + utf_8,
        "UTF-16 of an odd length": agent.encode("utf-16")[:-1],
        "UTF-16 with half a pair": agent.encode("utf-16") + b"\x3d\xd8",
        "UTF-8 and UTF-16 in one": utf_8 + agent.encode("utf-16-le"),
    }
    return found


def test_p04_text_in_any_encoding_keeps_its_bytes(promise, tmp_path, monkeypatch, qtbot):
    said: list[str] = []
    monkeypatch.setattr(dialogs, "say", lambda _parent, *words: said.append(" ".join(words)))
    edit = QPlainTextEdit()
    qtbot.addWidget(edit)
    shown_as, refused = 0, 0
    for name, data in encodings().items():
        path = tmp_path / "agent.md"
        path.write_bytes(data)
        said.clear()
        document = saving.opened(edit, path)
        assert path.read_bytes() == data, name
        if not isinstance(document, Document):  # to be looked at only, or not at all
            assert said or document is not None, f"{name}: no reason is given"
            refused += 1
            continue
        shown_as += 1
        assert files.encode(document.text) == data, name
        # Not a word of another encoding, where it is one.
        if "\udc80" <= max(document.text) <= "\udcff":
            assert "text/not-utf-8" in {problem.code for problem in document.problems}, name
        # A letter at the end is a letter at the end, whatever the rest is.
        shown = qtext.show(edit, document.text)
        cursor = edit.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText("x")
        edits = read_back(shown, qtext.raw_text(edit.document()), "\n", cursor.position())
        document.apply(Transaction(edits, "Type"))
        files.save(path, document.text, document.stamp)
        assert path.read_bytes() == data + b"x", name
    assert shown_as + refused >= 60
    promise.measured(
        f"{shown_as} codecs and defects shown with their bytes kept, {refused} not opened for editing: 0 silent changes"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"caf\xc3\xa9\n", "LF · UTF-8"),
        (b"\xef\xbb\xbfa\r\n", "CRLF · UTF-8 with BOM"),
        (b"caf\xe9\n", "LF · not all UTF-8"),
    ],
)
def test_p04_the_status_bar_says_what_is_no_utf_8(promise, qtbot, data, words):
    bar = QStatusBar()
    qtbot.addWidget(bar)
    status = Status(bar)
    status.show_document(Document(files.decode(data)))
    assert status.encoding.text() == words
