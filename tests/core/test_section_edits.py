"""Edits of the outline: text in, text out; what is not asked for stays, what cannot be is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.body import SectionPath, parse_body, section_at, section_markdown, walk
from agenteditor.core.outline_shapes import shapes, titles
from agenteditor.core.reader import find_fence
from agenteditor.core.section_edits import (
    Moved,
    lower_section,
    move_section,
    move_section_down,
    move_section_up,
    raise_section,
    remove_section,
    rename_section,
    set_section_text,
)
from agenteditor.core.text import Edits, Refusal, apply, invert
from tests.core.bodies import FRONT, drawn, messy, prompts

Outcome = Edits | Moved | Refusal
Operation = Callable[[str, int], Outcome]


def edits_of(outcome: Outcome) -> Edits:
    assert not isinstance(outcome, Refusal), outcome
    return outcome.edits if isinstance(outcome, Moved) else outcome


def after(text: str, outcome: Outcome) -> str:
    return apply(text, edits_of(outcome))


def rename(path: SectionPath, title: str) -> Operation:
    return lambda text, start: rename_section(text, start, path, title)


def remove(*path: int) -> Operation:
    return lambda text, start: remove_section(text, start, path)


def move(path: SectionPath, parent: SectionPath, index: int) -> Operation:
    return lambda text, start: move_section(text, start, path, parent, index)


def up(*path: int) -> Operation:
    return lambda text, start: move_section_up(text, start, path)


def down(*path: int) -> Operation:
    return lambda text, start: move_section_down(text, start, path)


def higher(*path: int) -> Operation:
    return lambda text, start: raise_section(text, start, path)


def lower(*path: int) -> Operation:
    return lambda text, start: lower_section(text, start, path)


def typed(path: SectionPath, markdown: str) -> Operation:
    return lambda text, start: set_section_text(text, start, path, markdown)


TEN = "".join(f"{at}. **G{at}**\n   - x{at}\n" for at in range(1, 10))

# name, body, operation, body afterwards
EDITS = [
    ("a heading keeps its marks", "## A ##\n", rename((0,), "B c"), "## B c ##\n"),
    ("a label keeps its colon and bold marks", "**A:**\n- x", rename((0,), "B"), "**B:**\n- x"),
    ("a typed colon does not double", "**A**:\n- x", rename((0,), "B:"), "**B**:\n- x"),
    ("a colon may be typed where there is none", "## A", rename((0,), "B:"), "## B:"),
    ("a lead-in is renamed up to its colon", "You do:\n- x", rename((0,), "You don't"), "You don't:\n- x"),
    ("a group is renamed within its bold marks", "1. **A**\n   - x", rename((0, 0), "B"), "1. **B**\n   - x"),
    ("a group's title may go on behind bold", "1. **A** (b):\n   - x", rename((0, 0), "C"), "1. **C**:\n   - x"),
    ("a lead-in keeps a colon", "😀 **Do:**\n- x", rename((0,), "😀 Don't"), "😀 Don't:\n- x"),
    ("both tags are renamed", "<a-b c='1'>\n</x>\n</a-b>", rename((0,), "d"), "<d c='1'>\n</x>\n</d>"),
    ("a heading without title gets one", "#\ntext", rename((0,), "A"), "# A\ntext"),
    ("blanks in a title are single", "# A", rename((0,), " B \n c "), "# B c"),
    ("an underlined heading is renamed", "A\r\n===\r\n", rename((0,), "B"), "B\r\n===\r\n"),

    ("a section goes with its spacing", "# A\na\n\n# B\nb\n\n\n# C\n", remove(1), "# A\na\n\n# C\n"),
    ("the last section goes, the end stays", "# A\na\n\n# B\nb\n", remove(1), "# A\na\n"),
    ("without a final line end none comes", "# A\na\n\n# B\nb", remove(1), "# A\na"),
    ("the only section goes", "\n# A\na\n", remove(0), "\n\n"),
    ("what stands close stays close", "# A\n# B\n# C", remove(1), "# A\n# C"),
    ("groups are numbered anew", "1. **A**\n   - x\n2. **B**\n   - y\n3. **C**\n", remove(0, 0), "1. **B**\n   - y\n2. **C**\n"),
    ("the break between two sections goes with one", "# A\n\n---\n\n# B\n\n---\n\n# C", remove(1), "# A\n\n---\n\n# C"),
    ("text after a lead-in joins what is before", "a\n\nDo:\n- x\n\nb", remove(1), "a\n\nb"),
    ("a blank line comes where text would run together", "a\n\nDo:\n- x\n# B", remove(1), "a\n\n# B"),

    ("a section moves with its children", "# A\n## B\nb\n\n# C\nc\n", move((0,), (), 2), "# C\nc\n\n# A\n## B\nb\n"),
    ("the end of the file stays", "**A:**\n- a\n\n**B:**\n- b", up(1), "**B:**\n- b\n\n**A:**\n- a"),
    ("CR LF moves along", "# A\r\na\r\n\r\n# B\r\nb\r\n", up(1), "# B\r\nb\r\n\r\n# A\r\na\r\n"),
    ("breaks stay between sections", "# A\na\n\n---\n\n# B\nb\n\n---\n\n# C\nc\n", up(2), "# A\na\n\n---\n\n# C\nc\n\n---\n\n# B\nb\n"),
    ("a child goes to another parent", "# A\n\n## B\nb\n\n# C\nc\n", move((0, 0), (1,), 0), "# A\n\n# C\nc\n\n## B\nb\n"),
    ("a heading takes the level of its new place", "# A\n## B\n### C\nc\n\n# D\n", move((0, 0), (), 1), "# A\n# B\n## C\nc\n\n# D\n"),
    ("and of its new parent", "# A\na\n\n# B\n## C\n", move((1,), (0,), 0), "# A\na\n\n## B\n### C\n"),
    ("an underlined heading too", "A\n===\n\nB\n---\n\nC\n---\n", move((0, 1), (), 0), "C\n===\n\nA\n===\n\nB\n---\n"),
    ("a heading too deep for an underline gets hashes", "A\n---\n\n## B\n\n### C\n\nD\n---\n", move((2,), (1,), 0), "A\n---\n\n## B\n\n### D\n\n### C\n"),
    ("groups change places and numbers", "**A:**\n\n1. **B**\n   - b\n\n2. **C**\n   - c\n\nEnd.", down(0, 0), "**A:**\n\n1. **C**\n   - c\n\n2. **B**\n   - b\n\nEnd."),
    ("a wider number moves the lines below", TEN + "10. **T**\n    - t\n", up(0, 9), TEN.replace("9. **G9**\n   - x9\n", "9. **T**\n   - t\n10. **G9**\n    - x9\n")),
    ("a number that repeats goes on repeating", "1. **A**\n   - a\n1. **B**\n   - b\n", up(0, 1), "1. **B**\n   - b\n1. **A**\n   - a\n"),
    ("a list goes on from where it begins, in its marks", "3) **A**\n   - a\n4) **B**\n   - b", up(0, 1), "3) **B**\n   - b\n4) **A**\n   - a"),
    ("numbers out of order stay", "1. **A**\n   - a\n5. **B**\n   - b\n2. **C**", up(0, 2), "1. **A**\n   - a\n2. **C**\n5. **B**\n   - b"),
    ("a group goes to another list", "# A\n1. **B**\n   - b\n2. **C**\n   - c\n\n# D\n* **E**\n  - e\n", move((0, 0), (1,), 1), "# A\n1. **C**\n   - c\n\n# D\n* **E**\n  - e\n* **B**\n  - b\n"),
    ("a break after groups stays there", "# A\n1. **B**\n   - b\n2. **C**\n   - c\n\n---\n\n# D", up(0, 1), "# A\n1. **C**\n   - c\n2. **B**\n   - b\n\n---\n\n# D"),
    ("even right after them", "1. **B**\n   - b\n2. **C**\n   - c\n***\n\n# D", up(0, 1), "1. **C**\n   - c\n2. **B**\n   - b\n***\n\n# D"),
    ("a section that cannot stand next to text goes further", "**A:**\n- a\n\nDo:\n- b\n\nEnd.", down(0), "Do:\n- b\n\nEnd.\n\n**A:**\n- a"),
    ("text without a title goes along up", "**A:**\n- a\n\nDo:\n- b\n\nEnd.\n", up(1), "Do:\n- b\n\nEnd.\n\n**A:**\n- a\n"),
    ("and down", "Hi.\n\nDo:\n- b\n\nEnd.\n\n**A:**\n- a\n\n# B\n", down(1), "Hi.\n\n**A:**\n- a\n\nDo:\n- b\n\nEnd.\n\n# B\n"),
    ("tags move as a whole", "<a-a>\nx\n</a-a>\n\n<b-b>\ny\n</b-b>\n", up(1), "<b-b>\ny\n</b-b>\n\n<a-a>\nx\n</a-a>\n"),
    ("within a tag the closing line stays", "<r>\n# A\na\n# B\nb\n</r>", up(0, 1), "<r>\n# B\nb\n# A\na\n</r>"),
    ("out of a tag", "<r>\n## A\na\n\n## B\n</r>\n\n## C\n", move((0, 1), (), 1), "<r>\n## A\na\n</r>\n\n## B\n\n## C\n"),
    ("text that would run together gets a blank line", "**A:**\na\n**B:**\n- b", down(0), "**B:**\n- b\n\n**A:**\na"),

    ("one level up", "# A\n## B\n### C ###\n", higher(0, 0), "# A\n# B\n## C ###\n"),
    ("those after come under it", "# A\n## B\n## C\n", higher(0, 0), "# A\n# B\n## C\n"),
    ("one level down", "# A\n# B\n## C\n", lower(1), "# A\n## B\n### C\n"),
    ("underlines change too", "A\n===\nB\n---\n", lower(0), "A\n---\n### B\n"),

    ("typed text stands as it is", "# A\na\n\n\n# B", typed((0,), "# A\na\n\n  b \n\n\n"), "# A\na\n\n  b \n\n\n# B"),
    ("new lines get the file's line end", "# A\r\na\r\n\r\n# B\r\n\r\n", typed((0,), "# A\na\nb"), "# A\r\na\r\nb\r\n\r\n# B\r\n\r\n"),
    ("lines that stay keep theirs", "# A\na\rb\r\n\n# B\n", typed((0,), "# A\na\nbc"), "# A\na\rbc\r\n\n# B\n"),
    ("the whole prompt", "\n# A\na\n\n# B\nb\n\n", typed((), "# A\nx\n\n# B\nb"), "\n# A\nx\n\n# B\nb\n\n"),
    ("a first text", "", typed((), "You are one."), "\nYou are one.\n"),
    ("a first text after a blank line", "\n", typed((), "a\nb"), "\na\nb\n"),
    ("all of a section", "# A\n\n# B\n\n# C", typed((1,), ""), "# A\n\n\n\n# C"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "operation", "expected"), [case[1:] for case in EDITS], ids=[case[0] for case in EDITS]
)
def test_an_edit_gives_the_text_one_would_write(body: str, operation: Operation, expected: str) -> None:
    text = FRONT + body
    assert after(text, operation(text, len(FRONT))) == FRONT + expected


@pytest.mark.parametrize(
    ("body", "operation", "reason"),
    [
        ("# A", rename((1,), "B"), "not in the prompt"),
        ("# A", rename((), "B"), "not in the prompt"),
        ("text", rename((0,), "B"), "no title"),
        ("# A", rename((0,), "  "), "needs a title"),
        ("# A", rename((0,), "::"), "needs a title"),
        ("# A", rename((0,), "B #"), "would not be read as the title"),
        ("**A:**", rename((0,), "B ** c"), "would not be read as the title"),
        ("**A**", rename((0,), "It is."), "would not be read as the title"),
        ("You do:\n- x", rename((0,), "# B"), "would not be read as the title"),
        ("<a-b>\nx\n</a-b>", rename((0,), "c d"), "letters, digits"),
        ("<a-b>\nx\n</a-b>", rename((0,), "div"), "would not be read as the title"),
        ("# A", remove(2), "not in the prompt"),
        ("# A", remove(), "not in the prompt"),
        ("# A\n## B", move((0,), (0, 0), 0), "into itself"),
        ("# A\n# B", move((0,), (), 3), "not in the prompt"),
        ("# A\n# B", move((0,), (7,), 0), "not in the prompt"),
        ("a\n\n# B", up(0), "first"),
        ("a\n\n# B", down(1), "last"),
        ("a\n\n# B", down(0), "no title of its own"),
        ("# A\n# B", up(), "not in the prompt"),
        ("a\n\n# B", up(1), "“B”"),
        ("# A\n1. **B**\n   - x\n\n# C\ntext", move((0, 0), (1,), 0), "among other groups"),
        ("**A:**\n- a\n\n# B\nb", move((1,), (), 0), "“A” would become a part of “B”"),
        ("###### A\n# B\n## C", move((1,), (0,), 0), "6 levels"),
        ("**A:**", higher(0), "“#”"),
        ("# A", higher(0), "6 levels"),
        ("# A\n## B\n### C\n#### D\n##### E\n###### F", lower(0), "6 levels"),
        ("# A", typed((1,), "x"), "not in the prompt"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(body: str, operation: Operation, reason: str) -> None:
    outcome = operation(FRONT + body, len(FRONT))
    assert isinstance(outcome, Refusal)
    assert reason in outcome.reason
    assert outcome.reason.endswith(".")


def test_a_prompt_without_frontmatter_gets_none_by_an_edit() -> None:
    text = "# A\n\n---\n\nb\n\n---\n"
    assert isinstance(set_section_text(text, 0, (), "---\nname: x\n---\n"), Refusal)
    assert isinstance(set_section_text("", 0, (), "---\nname: x\n---\n"), Refusal)
    assert after(text, set_section_text(text, 0, (), "B\n\n---")) == "B\n\n---\n"


def test_a_move_says_where_the_section_stands_afterwards(seed_text: str) -> None:
    start = seed_text.index("\n---\n", 4) + 5
    outcome = move_section_up(seed_text, start, (1, 5))
    assert isinstance(outcome, Moved)
    assert outcome.path == (1, 4)
    moved = section_at(parse_body(after(seed_text, outcome), start), outcome.path)
    assert moved is not None
    assert moved.title == "Integration & Middleware"
    outcome = move_section_down(seed_text, start, (5,))
    assert isinstance(outcome, Moved)
    assert outcome.path == (7,)  # past the closing paragraph, which has no title to stop the section before
    outcome = move_section_up(seed_text, start, (6,))
    assert isinstance(outcome, Moved)
    assert outcome.path == (5,)
    moved = section_at(parse_body(after(seed_text, outcome), start), outcome.path)
    assert moved is not None
    assert moved.title == "When implementing solutions, you will"


def test_a_move_to_where_it_is_changes_nothing() -> None:
    text = "# A\n\n# B\n"
    assert move_section(text, 0, (0,), (), 1) == Moved((), (0,))
    assert set_section_text(text, 0, (0,), "\n# A\n\n") == ()
    assert rename_section(text, 0, (0,), "A") == ()


def test_a_move_is_one_deletion_and_one_insertion(seed_text: str) -> None:
    start = seed_text.index("\n---\n", 4) + 5
    edits = edits_of(move_section_up(seed_text, start, (3,)))
    assert len(edits) == 2
    assert sorted(len(edit.insert) for edit in edits) == [0, len(seed_text[4475:5075])]


def test_typing_one_letter_changes_one_letter(seed_text: str) -> None:
    start = seed_text.index("\n---\n", 4) + 5
    for path, section in walk(parse_body(seed_text, start)):
        markdown = section_markdown(seed_text, section)
        at = len(markdown) // 2
        (edit,) = edits_of(set_section_text(seed_text, start, path, markdown[:at] + "@" + markdown[at:]))
        assert (edit.insert, edit.span.end - edit.span.start) == ("@", 0)


@settings(max_examples=40)
@given(prompts(), st.data())
def test_markdown_that_is_typed_is_there_and_nothing_else_changes(body: str, data: st.DataObject) -> None:
    text = FRONT + body
    sections = list(walk(parse_body(text, len(FRONT))))
    path, section = data.draw(st.sampled_from(sections))
    markdown = data.draw(messy(8) | prompts())
    edits = edits_of(set_section_text(text, len(FRONT), path, markdown))
    new = apply(text, edits)
    assert apply(new, invert(text, edits)) == text
    before, behind = text[: section.span.start], text[section.span.end :]
    assert new.startswith(before)
    assert new.endswith(behind)
    shown = new[len(before) : len(new) - len(behind)].replace("\r\n", "\n").replace("\r", "\n").strip(" \n\t")
    assert shown == markdown.replace("\r\n", "\n").replace("\r", "\n").strip(" \n\t")


def places(text: str, start: int) -> st.SearchStrategy[tuple[SectionPath, int]]:
    """A parent, and an index among its children or behind the last."""
    sections = parse_body(text, start)
    found: list[tuple[SectionPath, int]] = [((), at) for at in range(len(sections) + 1)]
    for path, section in walk(sections):
        found += [(path, at) for at in range(len(section.children) + 1)]
    return st.sampled_from(found)


@settings(max_examples=80)
@given(prompts(), st.data())
def test_a_moved_section_can_be_moved_back(body: str, data: st.DataObject) -> None:
    text = FRONT + body
    start = len(FRONT)
    sections = parse_body(text, start)
    path, section = data.draw(st.sampled_from(list(walk(sections))))
    parent, index = data.draw(places(text, start))
    outcome = move_section(text, start, path, parent, index)
    if isinstance(outcome, Refusal):
        assert outcome.reason.endswith(".")
        return
    new = apply(text, outcome.edits)
    landed = section_at(parse_body(new, start), outcome.path)
    assert landed is not None
    assert (landed.title, [item.text for item in landed.items]) == (
        section.title,
        [item.text for item in section.items],
    )
    assert Counter(titles(shapes(text, sections))) == Counter(titles(shapes(new, parse_body(new, start))))
    if parent == path[:-1]:
        back = move_section(new, start, outcome.path, parent, path[-1] + (path[-1] > outcome.path[-1]))
        if isinstance(back, Moved) and section.style != "heading":  # a heading may have taken another level
            assert back.path == path
            assert drawn(parse_body(apply(new, back.edits), start)) == drawn(sections)


OPERATIONS: list[Callable[[str, int, SectionPath], Outcome]] = [
    lambda text, start, path: rename_section(text, start, path, "New-title"),
    remove_section,
    move_section_up,
    move_section_down,
    raise_section,
    lower_section,
]


@settings(max_examples=60)
@given(messy() | prompts(), st.data())
def test_any_edit_of_any_text_stays_in_the_body_and_can_be_undone(body: str, data: st.DataObject) -> None:
    text = FRONT + body
    paths = [path for path, _ in walk(parse_body(text, len(FRONT)))] or [(0,)]
    outcome = data.draw(st.sampled_from(OPERATIONS))(text, len(FRONT), data.draw(st.sampled_from(paths)))
    if not isinstance(outcome, Refusal):
        new = after(text, outcome)
        assert new.startswith(FRONT)
        assert apply(new, invert(text, edits_of(outcome))) == text


def test_sections_of_real_files_can_be_edited(shared: Path) -> None:
    """Every twelfth section of every file: an edit is undone exactly, and most are not refused."""
    done: Counter[tuple[str, bool]] = Counter()
    at = 0
    for path in sorted((shared / "corpus").rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        fence = find_fence(text)
        start = fence.span.end if fence else 0
        if len(text) > 20_000:
            continue
        for where, section in walk(parse_body(text, start)):
            at += 1
            if at % 12 or not section.title:
                continue
            for operation in OPERATIONS[:3]:
                outcome = operation(text, start, where)
                done[operation.__name__, isinstance(outcome, Refusal)] += 1
                if not isinstance(outcome, Refusal):
                    new = after(text, outcome)
                    assert apply(new, invert(text, edits_of(outcome))) == text
    assert done["<lambda>", True] <= done["<lambda>", False] / 50
    assert done["remove_section", True] == 0
    assert done["move_section_up", False] > done["move_section_up", True]
