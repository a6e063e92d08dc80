"""Items of lists: written, inserted, removed and moved, numbers and neighbours kept right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.body import SectionPath, parse_body, section_at, walk
from agenteditor.core.item_edits import insert_item, move_item, remove_item, set_item_text
from agenteditor.core.reader import find_fence
from agenteditor.core.text import Edits, Refusal, apply, invert
from tests.core.bodies import FRONT, drawn, messy, prompts

Operation = Callable[[str, int], Edits | Refusal]


def write(path: SectionPath, index: int, markdown: str) -> Operation:
    return lambda text, start: set_item_text(text, start, path, index, markdown)


def insert(path: SectionPath, index: int, markdown: str) -> Operation:
    return lambda text, start: insert_item(text, start, path, index, markdown)


def remove(path: SectionPath, index: int) -> Operation:
    return lambda text, start: remove_item(text, start, path, index)


def move(path: SectionPath, index: int, to: int, target: SectionPath | None = None) -> Operation:
    return lambda text, start: move_item(text, start, path, index, to, target=target)


NINE = "".join(f"{at}. x{at}\n" for at in range(1, 10))

# name, body, operation, body afterwards
EDITS = [
    ("the text of an item", "- a\n- b\n- c", write((0,), 1, "B"), "- a\n- B\n- c"),
    ("further lines stand under it", "1. a\n2. b\n", write((0,), 0, "a\nand\n\nmore"), "1. a\n   and\n\n   more\n2. b\n"),
    ("a line with a marker becomes a nested list", "- a\n- b", write((0,), 0, "a\n- n\n  - m"), "- a\n  - n\n    - m\n- b"),
    ("lines that stay keep their indentation", "- a\nlazy\n    wide\n- b", write((0,), 0, "A\nlazy\n  wide"), "- A\nlazy\n    wide\n- b"),
    ("tabs stay", "-\ta\n\tb\n\tc\n", write((0,), 0, "a\nB\nc"), "-\ta\n    B\n\tc\n"),
    ("a first line may go", "- a\n  b\n- c", write((0,), 0, "b"), "- b\n- c"),
    ("an item may be empty", "- a\n- b\n- c", write((0,), 1, ""), "- a\n- \n- c"),
    ("and be filled again", "- a\n-\n- c", write((0,), 1, "b"), "- a\n- b\n- c"),
    ("text below its marker moves up", "- a\n-\n  b\n", write((0,), 1, "B"), "- a\n- B\n"),
    ("blanks at the end are text", "- a\n", write((0,), 0, "a "), "- a \n"),
    ("with CR LF", "\r\n- a\r\n- b\r\n\r\n\r\n", write((0,), 0, "a\nb"), "\r\n- a\r\n  b\r\n- b\r\n\r\n\r\n"),
    ("in a group", "1. **A**\n   - a\n   - b\n", write((0, 0), 1, "B\nb"), "1. **A**\n   - a\n   - B\n     b\n"),
    ("beside prose", "## A\ntext\n\n* a\n\ntext\n", write((0,), 0, "b"), "## A\ntext\n\n* b\n\ntext\n"),

    ("a new first item", "1. a\n2. b\n", insert((0,), 0, "x"), "1. x\n2. a\n3. b\n"),
    ("a new last item", "* a\n* b", insert((0,), 2, "x\ny"), "* a\n* b\n* x\n  y"),
    ("the tenth number is wider", NINE, insert((0,), 9, "x\ny"), NINE + "10. x\n    y\n"),
    ("lines below a number that grows move along", NINE + "\n   more\n", insert((0,), 0, "x"),
     "1. x\n" + "".join(f"{at + 1}. x{at}\n" for at in range(1, 9)) + "10. x9\n\n    more\n"),
    ("numbers that repeat", "1. a\n1. b\n", insert((0,), 1, "x"), "1. a\n1. x\n1. b\n"),
    ("numbers with a bracket, from another start", "  3) a\n  4) b\n", insert((0,), 1, "x"), "  3) a\n  4) x\n  5) b\n"),
    ("numbers with zeros", "01. a\n02. b\n", insert((0,), 2, "x"), "01. a\n02. b\n03. x\n"),
    ("numbers out of order stay", "1. a\n7. b\n3. c\n", insert((0,), 1, "x"), "1. a\n2. x\n7. b\n3. c\n"),
    ("between items apart", "- a\n\n- b\n", insert((0,), 1, "x"), "- a\n\n- x\n\n- b\n"),
    ("under a label without a list", "**A:**\n\n# B", insert((0,), 0, "x"), "**A:**\n- x\n\n# B"),
    ("under a heading without a list", "# A\n\n# B\n* b", insert((0,), 0, "x"), "# A\n\n* x\n\n# B\n* b"),
    ("under text", "# A\ntext\n", insert((0,), 0, "x"), "# A\ntext\n\n- x\n"),
    ("in a group without a list", "1. **A**\n2. **B**\n   - b\n", insert((0, 0), 0, "x"), "1. **A**\n   - x\n2. **B**\n   - b\n"),

    ("an item goes with what is nested in it", "1. a\n   - n\n2. b\n", remove((0,), 0), "1. b\n"),
    ("the last item goes, the end stays", "- a\n- b\n\n\n", remove((0,), 1), "- a\n\n\n"),
    ("a number that shrinks moves the lines below", NINE + "10. x\n    y\n", remove((0,), 0),
     "".join(f"{at - 1}. x{at}\n" for at in range(2, 10)) + "9. x\n   y\n"),
    ("the only item goes", "**A:**\n- a\n\n**B:**\n", remove((0,), 0), "**A:**\n\n**B:**\n"),
    ("the only item at the end of the file", "# A\n\n- a", remove((0,), 0), "# A"),

    ("an item moves down", "1. a\n   - n\n2. b\n3. c", move((0,), 0, 2), "1. b\n2. a\n   - n\n3. c"),
    ("an item moves to the end", "- a\n- b", move((0,), 0, 2), "- b\n- a"),
    ("an item moves up past the tenth", NINE + "10. x\n    y\n", move((0,), 9, 8), NINE[:-6] + "9. x\n   y\n10. x9\n"),
    ("to another section", "**A:**\n- a\n- b\n\n**B:**\n1. c\n", move((0,), 0, 1, (1,)), "**A:**\n- b\n\n**B:**\n1. c\n2. a\n"),
    ("to a section without a list", "**A:**\n- a\n  x\n- b\n\n**B:**\n", move((0,), 0, 0, (1,)), "**A:**\n- b\n\n**B:**\n- a\n  x\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "operation", "expected"), [case[1:] for case in EDITS], ids=[case[0] for case in EDITS]
)
def test_an_edit_gives_the_text_one_would_write(body: str, operation: Operation, expected: str) -> None:
    text = FRONT + body
    edits = operation(text, len(FRONT))
    assert not isinstance(edits, Refusal), edits
    assert apply(text, edits) == FRONT + expected


@pytest.mark.parametrize(
    ("body", "operation", "reason"),
    [
        ("- a", write((0,), 1, "x"), "not in the prompt"),
        ("- a", write((1,), 0, "x"), "not in the prompt"),
        ("- a", remove((0,), -1), "not in the prompt"),
        ("- a", insert((0,), 2, "x"), "not in the prompt"),
        ("- a\n- b", move((0,), 0, 3), "not in the prompt"),
        ("- a\n- b", move((0,), 0, 0, (1,)), "not in the prompt"),
        ("**A:**\n- a", write((0,), 0, ""), "one item"),
        ("You do:\n- a", remove((0,), 0), "remove the section"),
        ("# A\n- a\n\n* b", insert((0,), 0, "x"), "exactly one list"),
        ("Do:\n- a\n\nThen:\n- b", move((0,), 0, 0, (1,)), "read differently"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(body: str, operation: Operation, reason: str) -> None:
    outcome = operation(FRONT + body, len(FRONT))
    assert isinstance(outcome, Refusal)
    assert reason in outcome.reason


def test_nothing_changes_if_nothing_is_asked() -> None:
    text = "- a\n\tb\nc\n- d"
    assert set_item_text(text, 0, (0,), 0, "a\n  b\nc") == ()
    assert move_item(text, 0, (0,), 0, 0) == move_item(text, 0, (0,), 0, 1) == ()


def test_typing_one_letter_changes_one_letter(seed_text: str) -> None:
    start = seed_text.index("\n---\n", 4) + 5
    for path, section in walk(parse_body(seed_text, start)):
        for index, item in enumerate(section.items):
            edits = set_item_text(seed_text, start, path, index, item.text[:5] + "@" + item.text[5:])
            assert not isinstance(edits, Refusal)
            ((span, insert),) = edits
            assert (span.start, span.end, insert) == (item.text_span.start + 5, item.text_span.start + 5, "@")


def texts(text: str, path: SectionPath) -> list[str]:
    section = section_at(parse_body(text, len(FRONT)), path)
    return [item.text for item in section.items] if section else []


def item_of(body: str, data: st.DataObject) -> tuple[SectionPath, int] | None:
    """Some item of a body; None if it has none."""
    found = [
        (path, index)
        for path, section in walk(parse_body(FRONT + body, len(FRONT)))
        for index in range(len(section.items))
    ]
    return data.draw(st.sampled_from(found)) if found else None


@given(prompts() | messy().map("- a\n- b\n".__add__), messy(8), st.data())
def test_an_items_text_reads_back_and_the_rest_stays(body: str, markdown: str, data: st.DataObject) -> None:
    text = FRONT + body
    if (place := item_of(body, data)) is None:
        return
    path, index = place
    old = texts(text, path)
    edits = set_item_text(text, len(FRONT), path, index, markdown)
    if isinstance(edits, Refusal):
        return
    new = apply(text, edits)
    got = texts(new, path)
    assert (got[:index], got[index + 1 :]) == (old[:index], old[index + 1 :])
    written = markdown.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n")
    assert got[index].strip(" \t\n") == written
    section = section_at(parse_body(text, len(FRONT)), path)
    assert section is not None
    span = section.items[index].text_span
    assert new[: span.start] == text[: span.start]
    assert new.endswith(text[span.end :])
    again = set_item_text(new, len(FRONT), path, index, old[index])
    assert isinstance(again, Refusal) or texts(apply(new, again), path) == old


@given(prompts(), st.data())
def test_an_item_moved_there_and_back_is_where_it_was(body: str, data: st.DataObject) -> None:
    text = FRONT + body
    if (place := item_of(body, data)) is None:
        return
    path, index = place
    old = texts(text, path)
    to = data.draw(st.integers(0, len(old)))
    edits = move_item(text, len(FRONT), path, index, to)
    assert not isinstance(edits, Refusal), edits
    new = apply(text, edits)
    assert apply(new, invert(text, edits)) == text
    landed = to - (to > index)
    assert texts(new, path) == [
        *(rest := old[:index] + old[index + 1 :])[:landed],
        old[index],
        *rest[landed:],
    ]
    back = move_item(new, len(FRONT), path, landed, index + (index > landed))
    assert not isinstance(back, Refusal), back
    assert apply(new, back) == text


@settings(max_examples=60)
@given(prompts(), st.data())
def test_an_inserted_item_can_be_removed(body: str, data: st.DataObject) -> None:
    text = FRONT + body
    sections = parse_body(text, len(FRONT))
    path, section = data.draw(st.sampled_from(list(walk(sections))))
    index = data.draw(st.integers(0, len(section.items)))
    edits = insert_item(text, len(FRONT), path, index, "new")
    if isinstance(edits, Refusal):
        assert section.kind in ("groups", "mixed", "prose", "code", "table", "empty")
        return
    new = apply(text, edits)
    old = texts(text, path)
    assert texts(new, path) == [*old[:index], "new", *old[index:]]
    back = remove_item(new, len(FRONT), path, index)
    assert not isinstance(back, Refusal), back
    assert drawn(parse_body(apply(new, back), len(FRONT))) == drawn(sections)
    if old:
        assert apply(new, back) == text


def test_items_of_real_files_can_be_edited(shared: Path) -> None:
    """Every tenth list: what is not asked for stays, and hardly anything is refused."""
    done = refused = at = 0
    for path in sorted((shared / "corpus").rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        fence = find_fence(text)
        start = fence.span.end if fence else 0
        for where, section in walk(parse_body(text, start)):
            at += bool(section.items)
            if not section.items or at % 10 or len(text) > 20_000:
                continue
            last = len(section.items) - 1
            for outcome in (
                set_item_text(text, start, where, last, section.items[last].text + "\nand more"),
                insert_item(text, start, where, 0, "new"),
                remove_item(text, start, where, last),
                move_item(text, start, where, 0, last + 1),
            ):
                done += 1
                refused += isinstance(outcome, Refusal)
                if not isinstance(outcome, Refusal):
                    new = apply(text, outcome)
                    assert apply(new, invert(text, outcome)) == text
                    assert new.startswith(text[: section.span.start])
                    assert new.endswith(text[section.span.end :])
    assert done > 100
    assert refused <= done / 50
