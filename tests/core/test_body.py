"""The outline of a prompt: what is a section, what it holds, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pyromark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.body import Section, parse_body, path_at, section_at, section_markdown, walk
from agenteditor.core.reader import find_fence
from tests.core.bodies import drawn, messy, prompts

SEED_OUTLINE = """\
intro prose 1
label groups 1 Core Responsibilities
  group bullets 2 API Design & Implementation [5]
  group bullets 2 Database Architecture [6]
  group bullets 2 Business Logic Implementation [5]
  group bullets 2 Security & Authentication [5]
  group bullets 2 Performance & Scalability [5]
  group bullets 2 Integration & Middleware [5]
label bullets 1 Technical Expertise [6]
label numbered 1 Working Principles [10]
label bullets 1 Output Approach [6]
label bullets 1 Quality Standards [6]
lead-in numbered 1 When implementing solutions, you will [6]
prose prose 1"""

# name, Markdown, outline
OUTLINES = [
    ("nothing", "", ""),
    ("blank lines alone", "\n \n\t\n", ""),
    ("prose alone is an introduction", "You are one.\n\nYou know.", "intro prose 1"),
    ("headings nest by level", "# A\n## B\n### C\n## D\n# E", """\
heading empty 1 A
  heading empty 2 B
    heading empty 3 C
  heading empty 2 D
heading empty 1 E"""),
    ("a level may be left out", "# A\n### B\n## C", """\
heading empty 1 A
  heading empty 3 B
  heading empty 2 C"""),
    ("all six levels, and no seventh", "###### A\n\n####### B", "heading prose 6 A"),
    ("setext headings", "A\n===\n\nB\n---\ntext", """\
heading empty 1 A
  heading prose 2 B"""),
    ("a setext heading of two lines", "A\nb\n===", "heading empty 1 A b"),
    ("closing hashes, colon and bold are not title", "## **A b:** ##\n\n### C # d #\n\n#\n", """\
heading empty 2 A b
  heading empty 3 C # d
heading empty 1"""),
    ("emoji stay", "## 🧠 Your Identity & Memory\ntext", "heading prose 2 🧠 Your Identity & Memory"),
    ("no heading in code, quotation, table or list", """\
## A

```
# no
**no:**
```

> # no

- # no

    # no
""", "heading mixed 2 A [1]"),
    ("a tag in code is none", "## A\n\n```\n<rules>\n# no\n</rules>\n```\n", "heading code 2 A"),
    ("labels in every spelling", "**A:**\n\n**B**:\n\n__C__\n\n**D**\n\n**E\uff1a**\n- x", """\
label empty 1 A
label empty 1 B
label empty 1 C
label empty 1 D
label bullets 1 E [1]"""),
    ("a label right above its text", "**A:**\ntext\n**B:**\n2. no list", """\
label prose 1 A
label prose 1 B"""),
    ("a label stands below its heading", "# T\n## A\n**B:**\n- x\n\n**C:**\n- y\n## D", """\
heading empty 1 T
  heading empty 2 A
    label bullets 3 B [1]
    label bullets 3 C [1]
  heading empty 2 D"""),
    ("a stressed sentence is no label", "**You must not stop.**\n\n**Never!**\n\n**Why?**", """\
intro prose 1
label empty 1 Why?"""),
    ("words around bold are no label", "**A:** text\n\nsee **B:**\n\n**C** and **D**", "intro prose 1"),
    ("a bold line that the parser does not see as bold", "**Remove SELECT *:**\n- x", "label bullets 1 Remove SELECT * [1]"),
    ("lead-ins", "When invoked:\n1. a\n2. b\n\nThe checklist:\n\n- c\n\nDone.", """\
lead-in numbered 1 When invoked [2]
lead-in bullets 1 The checklist [1]
prose prose 1"""),
    ("a lead-in is the child of its heading", "## A\nYou do:\n- a\n\nThen more.\n\n## B", """\
heading empty 2 A
  lead-in bullets 3 You do [1]
  prose prose 3
heading empty 2 B"""),
    ("a lead-in after a full label is its sibling", "**A:**\ntext\n\nYou do:\n- a\n\n**B:**", """\
label prose 1 A
lead-in bullets 1 You do [1]
label empty 1 B"""),
    ("a lead-in under an empty label is its child", "**A:**\n\nYou do:\n- a\n\nNot:\n- b\n\nEnd.", """\
label empty 1 A
  lead-in bullets 2 You do [1]
  lead-in bullets 2 Not [1]
  prose prose 2"""),
    ("a colon without a list leads in nothing", "You do:\n\ntext", "intro prose 1"),
    ("the last line of a paragraph leads in", "It is so.\nYou do:\n- a", """\
intro prose 1
lead-in bullets 1 You do [1]"""),
    ("a wrapped line leads in as a whole", "When you are asked to do\nthe following:\n- a",
     "lead-in bullets 1 When you are asked to do the following [1]"),
    ("a long paragraph leads in nothing", "x" * 300 + ":\n- a", "intro mixed 1 [1]"),
    ("groups, numbered and with bullets", "## A\n1. **B:**\n   - x\n2. **C**\n\n- **D**:\n  text\n", """\
heading groups 2 A
  group bullets 3 B [1]
  group empty 3 C
  prose groups 3
    group prose 4 D"""),
    ("terms with an explanation are items", "1. **A**: is so\n2. **B**: is not", "intro numbered 1 [2]"),
    ("bold items with nothing below are items", "- **A**\n- **B**", "intro bullets 1 [2]"),
    ("one item that is no group makes a list", "1. **A**\n   - x\n2. b", "intro numbered 1 [2]"),
    ("a group may say more behind its bold words", "1. **A** (`x.json`):\n   - x\n2. **B**:\n   ```\n   y\n   ```", """\
intro groups 1
  group bullets 2 A (`x.json`) [1]
  group code 2 B"""),
    ("groups in groups", "1. **A**\n   1. **B**\n      - x\n2. **C**\n   text\n", """\
intro groups 1
  group groups 2 A
    group bullets 3 B [1]
  group prose 2 C"""),
    ("text after groups is a child of its label", "**A:**\n1. **B**\n   - x\n\nEnd.\n\nYou do:\n- a", """\
label groups 1 A
  group bullets 2 B [1]
  prose prose 2
lead-in bullets 1 You do [1]"""),
    ("a thematic break is no section", "## A\n1. **B**\n   - x\n\n---\n\n## C\nYou do:\n- a\n\n---\n", """\
heading groups 2 A
  group bullets 3 B [1]
heading empty 2 C
  lead-in bullets 3 You do [1]"""),
    ("kinds", "# A\n- x\n# B\n7) x\n# C\n```\n```\n# D\n|a|\n|-|\n# E\ntext\n- x\n# F\n- x\n\n* y\n# G\n> q\n# H\n***\n", """\
heading bullets 1 A [1]
heading numbered 1 B [1]
heading code 1 C
heading table 1 D
heading mixed 1 E [1]
heading mixed 1 F
heading prose 1 G
heading prose 1 H"""),
    ("a block of tags", "<rules>\n# A\n- x\n</rules>\n\n<example>\nuser: x\n</example>\ntext", """\
xml empty 1 rules
  heading bullets 1 A [1]
xml prose 1 example
prose prose 1"""),
    ("tags in tags, indented", "<a-b>\n  <role>\n    You are.\n  </role>\n\n  <steps n=\"1\">\n    1) x\n    2) y\n  </steps>\n</a-b>", """\
xml empty 1 a-b
  xml prose 2 role
  xml numbered 2 steps [2]"""),
    ("a tag right after a list ends it", "- x\n<rules>\n- y\n</rules>\n- z", """\
intro bullets 1 [1]
xml bullets 1 rules [1]
prose bullets 1 [1]"""),
    ("a tag within a fence within a tag", "<example>\n```\n\n</example>\n```\n</example>\n\n## A", """\
xml code 1 example
heading empty 2 A"""),
    ("tags that are not closed, or lay out, or are not alone", "<rules>\n\n# A\n<div>\n\nx\n\n</div>\n<b>x</b>\n</rule>", """\
intro prose 1
heading prose 1 A"""),
    ("a tag in a comment is none", "<!--\n<rules>\n</rules>\n-->", "intro prose 1"),
    ("link definitions are text", "[a]: b\n\n# A\n\n[c]: d\n", """\
intro prose 1
heading prose 1 A"""),
    ("CR LF and CR end lines", "# A\r\n\r\n**B:**\r\n- x\r- y\r\r# C", """\
heading empty 1 A
  label bullets 2 B [2]
heading empty 1 C"""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("markdown", "outline"), [case[1:] for case in OUTLINES], ids=[case[0] for case in OUTLINES]
)
def test_the_outline_is_what_it_looks_like(markdown: str, outline: str) -> None:
    assert drawn(parse_body(markdown)) == outline


def test_the_seed_has_the_outline_it_was_written_with(seed_text: str) -> None:
    sections = parse_body(seed_text, seed_text.index("\n---\n", 4) + 5)
    assert drawn(sections) == SEED_OUTLINE
    assert sections[3].items[9].text == "Always validate and sanitize user inputs"
    assert [item.number for item in sections[3].items] == list(range(1, 11))
    assert sections[1].children[5].items[0].text == "Integrate with third-party services and APIs"
    assert sections[7].span.of(seed_text).startswith("You approach each task methodically")


ITEMS = [
    ("- a\n- b", ["a", "b"]),
    ("-   wide\n    and on\n", ["wide\nand on"]),
    ("1. a\n   - n\n     - m\n\n   more\n2. b", ["a\n- n\n  - m\n\nmore", "b"]),
    ("- a\nlazy\n- b", ["a\nlazy", "b"]),
    ("-\ta\n\tb\n", ["a\nb"]),
    ("-\n- \n-\n  below", ["", "", "below"]),
    ("- ```\n  x\n    y\n  ```", ["```\nx\n  y\n```"]),
    ("-     code", ["    code"]),
    ("- a  \r\n  b\r\n\r\n- c ", ["a  \nb", "c "]),
    ("- [ ] task\n- [x] done", ["[ ] task", "[x] done"]),
]


@pytest.mark.parametrize(("markdown", "texts"), ITEMS)
def test_an_item_is_its_markdown_without_marker_and_indentation(markdown: str, texts: list[str]) -> None:
    (section,) = parse_body(markdown)
    assert [item.text for item in section.items] == texts


def test_spans_of_items_are_whole_lines_and_their_text() -> None:
    text = "## A\n\n  1) x\n     - y\n\n  2) z"
    ((first, second),) = [section.items for section in parse_body(text)]
    assert first.span.of(text) == "  1) x\n     - y\n"
    assert first.text_span.of(text) == "x\n     - y"
    assert second.span.of(text) == "  2) z"
    assert (first.number, second.number) == (1, 2)


TITLES = [
    ("## A  ", "A"), ("**A:**\n- x", "A"), ("__A__:\n- x", "A"), ("## **A:**", "A"), ("## A:", "A"), ("#", ""),
    ("1. **A:**\n   - x", "A"), ("You do:\n- x", "You do"), ("<rules>\nx\n</rules>", "rules"), ("A b\n===", "A b"),
    ("## Use **b** now", "Use **b** now"),
]  # fmt: skip


@pytest.mark.parametrize(("markdown", "title"), TITLES)
def test_the_span_of_a_title_is_what_renaming_replaces(markdown: str, title: str) -> None:
    for before in ("", "Frontmatter é\n"):
        text = before + markdown
        sections = [section for _, section in walk(parse_body(text, len(before))) if section.heading]
        assert sections[0].title_span is not None
        assert sections[0].title_span.of(text) == title


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("## Use **b** and `**c**`", "Use b and `**c**`"),
        ("## a_b__c__d", "a_b__c__d"),
        ("Do **this**:\n- x", "Do this"),
        ("## a\u00a0b", "a\u00a0b"),
    ],
)
def test_a_title_is_shown_without_bold_marks(markdown: str, title: str) -> None:
    assert parse_body(markdown)[0].title == title


@pytest.mark.parametrize("nasty", ["\ufeff", "\0", "\ud800", "\udcff", "é", "😀", "\u2028", "\x85"])
def test_spans_count_code_points_whatever_stands_before(nasty: str) -> None:
    text = f"You {nasty} are.\n\n## Ti{nasty}tle\n\n- it{nasty}em\n"
    intro, section = parse_body(text)
    assert intro.span.of(text) == f"You {nasty} are.\n\n"
    assert section.title == f"Ti{nasty}tle"
    assert section.items[0].text == f"it{nasty}em"


def test_a_bom_at_the_very_start_is_not_text() -> None:
    assert drawn(parse_body("\ufeff# A")) == "heading empty 1 A"
    assert drawn(parse_body("x\n\ufeff# A", 2)) == "intro prose 1"


def test_an_offset_leads_to_the_innermost_section() -> None:
    text = "\n# A\n\n1. **B**\n   - x\n\n# C"
    sections = parse_body(text)
    assert path_at(sections, 0) is None
    assert path_at(sections, text.index("A")) == (0,)
    assert path_at(sections, text.index("x")) == (0, 0)
    assert path_at(sections, len(text)) == (1,)
    assert section_at(sections, (0, 0)) is sections[0].children[0]
    assert section_at(sections, (0, 1)) is section_at(sections, (-1,)) is section_at(sections, ()) is None
    assert [path for path, _ in walk(sections)] == [(0,), (0, 0), (1,)]


def test_a_section_is_shown_without_the_blank_lines_around_it() -> None:
    text = "# A\r\n\r\n- x \r\n\r\n\r\n# B"
    assert section_markdown(text, parse_body(text)[0]) == "# A\n\n- x "


def assert_whole(text: str, start: int = 0) -> None:
    """The sections are the body from its first text to its end, and nothing lies outside its parent."""
    sections = parse_body(text, start)
    blanks = " \t\r\n" + ("\ufeff" if start == 0 else "")
    if not sections:
        assert not text[start:].strip(blanks)
        return
    assert sections[0].span.start >= start
    assert not text[start : sections[0].span.start].strip(blanks)
    assert_row(sections, sections[0].span.start, len(text))


def assert_row(sections: tuple[Section, ...], start: int, end: int) -> None:
    for section in sections:
        assert section.span.start == start
        inner = section.heading.end if section.heading else start
        if section.heading and section.title_span:
            assert section.heading.start == start
            assert start <= section.title_span.start <= section.title_span.end <= inner
        assert section.content.start == inner
        last = section.children[-1].span.end if section.children else section.content.end
        assert_row(section.children, section.content.end, last)
        # Only the closing line of a tag, or a break after groups, stands behind the children.
        assert last <= section.span.end
        at = inner
        for item in section.items:
            assert at <= item.span.start <= item.text_span.start <= item.text_span.end <= item.span.end
            at = item.span.end
        assert at <= section.content.end
        start = section.span.end
    assert start == end


@given(messy() | prompts(), st.integers(0, 4))
def test_nothing_is_lost_of_any_text(text: str, start: int) -> None:
    assert_whole(text, min(start, len(text)))


@settings(max_examples=40)
@given(prompts(), messy(6))
def test_what_stands_before_the_body_only_shifts_it(body: str, before: str) -> None:
    before = before.replace("\ufeff", "") + "\n"
    assert drawn(parse_body(before + body, len(before))) == drawn(parse_body(body))


@pytest.mark.parametrize("body", [case[1] for case in OUTLINES], ids=[case[0] for case in OUTLINES])
def test_line_ends_change_no_outline(body: str) -> None:
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    assert drawn(parse_body(body.replace("\n", "\r\n"))) == drawn(parse_body(body))
    assert drawn(parse_body(body.replace("\n", "\r"))) == drawn(parse_body(body))


HOSTILE = {
    "tags in tags": "<x>\n" * 9000 + "</x>\n" * 9000,
    "tags of many names": "".join(f"<x{at}>\n" for at in range(3000))
    + "".join(f"</x{at}>\n" for at in range(3000)),
    "tags that end within a block": "<x>\ny\n</x>\nz\n" * 4000,
    "bold that does not end": "# " + "**a " * 40000,
    "lists in lists": "- " * 30000 + "a",
    "groups in groups": "".join("   " * at + "1. **a**\n" for at in range(250)) + "   " * 250 + "- x",
    "quotations in quotations": ">" * 50000,
    "brackets": "[" * 50000,
    "blanks": "# " + " " * 100000 + "x",
    "hashes": "# a" + " #" * 50000,
    "colons": ":" * 50000 + "\n- x",
    "code that does not end": "```\n" * 20000 + "</x>\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_read_like_others(text: str) -> None:
    assert_whole(text)


def corpus(shared: Path) -> dict[str, tuple[str, int]]:
    found = {}
    for path in sorted((shared / "corpus").rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        fence = find_fence(text)
        found[str(path.relative_to(shared))] = text, fence.span.end if fence else 0
    return found


def test_nothing_is_lost_of_real_files(shared: Path) -> None:
    files = corpus(shared)
    assert len(files) >= 150
    for text, start in files.values():
        assert_whole(text, start)


def test_every_heading_of_real_files_is_a_section(shared: Path) -> None:
    """A second reading of files without tags: the parser's own count of headings outside other blocks."""
    headings = 0
    for name, (text, start) in corpus(shared).items():
        found = [section for _, section in walk(parse_body(text, start))]
        if any(section.style == "xml" for section in found):
            continue
        count = depth = 0
        body = text[start:].removeprefix("\ufeff").encode("utf-8", "replace").decode()
        for event in pyromark.events(body, options=pyromark.Options.ENABLE_TABLES):
            if isinstance(event, dict) and "Start" in event:
                count += depth == 0 and "Heading" in event["Start"]
                depth += 1
            elif isinstance(event, dict) and "End" in event:
                depth -= 1
        assert len([section for section in found if section.style == "heading"]) == count, name
        headings += count
    assert headings > 1500
