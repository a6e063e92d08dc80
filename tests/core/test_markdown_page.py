"""Pages: what is drawn of a prompt, that nothing is swallowed, and that hostile input stays small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agenteditor.core.markdown_page import MOST_CELLS, excess, markdown_page
from agenteditor.core.page import LONGEST, Block, Page, Run
from agenteditor.core.page_tags import MOST_AROUND


def drawn(page: Page) -> list[str]:
    """A page as lines: cards by bars, lists by blanks and markers, looks by marks of their own."""
    return [
        "|" * len(block.cards)
        + ">" * block.quote
        + "  " * max(block.depth - 1, 0)
        + _marker(block)
        + _words(block)
        for block in page.blocks
    ]


def _marker(block: Block) -> str:
    if block.marker is None:
        return "  " if block.depth else ""
    _, number, checked = block.marker
    box = "" if checked is None else "[x] " if checked else "[ ] "
    return ("- " if number is None else f"{number}. ") + box


def _words(block: Block) -> str:
    if block.kind == "rule":
        return "----"
    if block.kind == "table":
        rows = "/".join(" ".join("".join(map(_run, cell)) for cell in row) for row in block.rows)
        return f"table {','.join(block.columns)}: {rows}"
    text = "".join(map(_run, block.runs))
    heads = {
        "heading": "#" * block.level + " ",
        "code": f"code{block.language and ' ' + block.language}: ",
        "card": "card ",
    }
    return heads.get(block.kind, "") + text.replace("\n", "⏎")


def _run(run: Run) -> str:
    marks = ("b" if run.bold else "") + ("i" if run.italic else "") + ("s" if run.struck else "")
    looks = {"code": "c", "tag": "t", "image": "img", "cut": "cut"}
    marks += looks.get(run.look, "") if run.look != "code" or run.text != "\n" else ""
    text = f"{marks}({run.text})" if marks else run.text
    return f"{text}<{run.link}>" if run.link else text


CASES = {
    "paragraphs and headings": (
        "# One\n\nTwo\nthree\n\nFour\n====\n",
        ["# One", "Two three", "# Four"],
    ),
    "looks": (
        "a *b* **c** ***d*** ~~e~~ `f`\n",
        ["a i(b) b(c) bi(d) s(e) c(f)"],
    ),
    "a hard break": ("a  \nb\\\nc\n", ["a⏎b⏎c"]),
    "a list that starts at three": ("3. a\n4. b\n", ["3. a", "4. b"]),
    "lists in lists, and a paragraph of an item": (
        "1. a\n   - b\n   - c\n\n   more\n2. d\n",
        ["1. a", "  - b", "  - c", "  more", "2. d"],
    ),
    "boxes": ("- [ ] a\n- [x] b\n", ["- [ ] a", "- [x] b"]),
    "an item that begins with code": ("- ```\n  a\n  ```\n", ["- ", "  code: c(a)"]),
    "an empty item": ("-\n- a\n", ["- ", "- a"]),
    "a quotation": ("> a\n> > b\n>\n> - c\n", [">a", ">>b", ">- c"]),
    "code": ("```py title\na\n\nb\n```\n", ["code py: c(a⏎⏎b)"]),
    "code by indentation": ("    a\n", ["code: c(a)"]),
    "two fences in a row are two blocks": ("```js\na\n```\n```js\nb\n```\n", ["code js: c(a)", "code js: c(b)"]),
    "a table": (
        "| a | b |\n|:-:|--:|\n| 1 | `2` |\n",
        ["table centre,right: a b/1 c(2)"],
    ),
    "a row with more cells than its table": (
        "|a|b|\n|-|-|\n|1|2|3|4|\n",
        ["table left,left: a b/1 2t( | 3|4|)"],
    ),
    "a rule": ("a\n\n---\n", ["a", "----"]),
    "links": (
        "[a](b) <http://c> https://d.e/(f). <g@h.i> [j]\n\n[j]: k 'title'\n",
        ["a<b> http://c<http://c> https://d.e/(f)<https://d.e/(f)>. g@h.i<mailto:g@h.i> j<k>"],
    ),
    "an image is its alternative text": (
        "![a *b*](file:///etc/passwd) ![](x.png)\n",
        ["img(a b) img()"],
    ),
    "an image in a link keeps the address": ("[![a](b)](c)\n", ["img(a)<c>"]),
    "a text that begins with a rule is no frontmatter": ("---\nname: x\n---\n", ["----", "## name: x"]),
    "tags on lines of their own are a card": (
        "a\n<example>\nuser: b\nassistant: c\n</example>\nd\n",
        ["a", "|card t(<example>)", "|user: b⏎assistant: c", "d"],
    ),
    "a card in a card": (
        "<examples>\n<example>\na\n<commentary>b</commentary>\n</example>\n</examples>\n",
        ["|card t(<examples>)", "||card t(<example>)", "||a", "|||card t(<commentary>)", "|||b"],
    ),
    "Markdown in a card": (
        "<rules>\n\n## a\n\n- b\n  c\n\n</rules>\n",
        ["|card t(<rules>)", "|## a", "|- b⏎c"],
    ),
    "code in a card with a blank line and its own tags": (
        "<example>\n```py\na\n\n</example>\n```\n</example>\n",
        ["|card t(<example>)", "|code py: c(a⏎⏎</example>)"],
    ),
    "a tag with an underscore, which CommonMark does not know": (
        "<user_request>\na\n</user_request>\n",
        ["|card t(<user_request>)", "|a"],
    ),
    "a tag with attributes": ("<example id='1'>\na\n</example>\n", ["|card t(<example id='1'>)", "|a"]),
    "a card in a paragraph": ("Say:\n<answer>yes</answer>\nor no\n", ["Say:", "|card t(<answer>)", "|yes", "or no"]),
    "a card in an item": ("- <note>\n  a\n  </note>\n- b\n", ["|- card t(<note>)", "|  a", "- b"]),
    "a placeholder is no card": ("- <file>: its name\n- the <line> of it\n", ["- t(<file>): its name", "- the t(<line>) of it"]),
    "a tag without a partner is text": ("<a1>\n\nb\n\n</c1>\n", ["t(<a1>)", "b", "t(</c1>)"]),
    "a tag in code is code": ("`<example>`\n", ["c(<example>)"]),
    "tags in the wrong order": ("<a1>\n<b1>\nx\n</a1>\n</b1>\n", ["|card t(<a1>)", "|t(<b1>)", "|x", "t(</b1>)"]),
    "layout is text, not a card": ("<b>a</b>\n\n<br>\n", ["t(<b>)at(</b>)", "t(<br>)"]),
    "a comment is shown": ("a <!-- b -->\n\n<!-- c\nd -->\n", ["a t(<!-- b -->)", "t(<!-- c⏎d -->)"]),
    "a script is shown": ("<script>\nalert(1)\n</script>\n", ["t(<script>⏎alert(1)⏎</script>)"]),
    "line ends of all kinds": ("# a\r\n\r\nb\rc\r\n", ["# a", "b c"]),
}  # fmt: skip


@pytest.mark.parametrize(("markdown", "expected"), CASES.values(), ids=CASES)
def test_a_page_shows(markdown: str, expected: list[str]) -> None:
    assert drawn(markdown_page(markdown)) == expected


def test_the_addresses_of_images_are_told() -> None:
    markdown = "![a](https://x.y/z.png) ![b](c)\n\n| ![d](e) |\n|---|\n"
    assert markdown_page(markdown).images == ("https://x.y/z.png", "c", "e")


def test_the_seed_shows_its_six_groups_and_its_numbers(seed_text: str) -> None:
    lines = drawn(markdown_page(seed_text.split("---\n", 2)[2]))
    assert "b(Core Responsibilities:)" in lines
    assert "1. b(API Design & Implementation)" in lines
    assert "6. b(Integration & Middleware)" in lines
    assert sum(line.startswith("  - ") for line in lines) >= 30


def test_a_table_with_too_many_cells_comes_as_its_source() -> None:
    row = "| é | b |\n"
    page = markdown_page("x\n\n" + row + "|---|---|\n" + row * MOST_CELLS + "\ny\n")
    assert [block.kind for block in page.blocks] == ["paragraph", "code", "paragraph"]
    assert page.blocks[1].text == (row + "|---|---|\n" + row * MOST_CELLS).removesuffix("\n")


def test_a_table_just_below_the_cap_is_a_table() -> None:
    page = markdown_page("|a|b|\n|-|-|\n" + "|1|2|\n" * (MOST_CELLS // 2 - 1))
    assert [block.kind for block in page.blocks] == ["table"]
    assert len(page.blocks[0].rows) == MOST_CELLS // 2


def test_a_long_paragraph_is_cut_and_says_how_much_is_missing() -> None:
    runs = markdown_page("a *b* " + "c" * LONGEST).blocks[0].runs
    assert sum(len(run.text) for run in runs[:-1]) == LONGEST
    assert runs[-1] == Run("4", "cut")


def test_a_long_line_of_code_is_cut_and_the_next_line_is_there() -> None:
    runs = markdown_page("```\n" + "a" * (LONGEST + 5) + "\nb\n```\n").blocks[0].runs
    assert [run.text for run in runs[1:]] == ["5", "\nb"]


def test_cards_are_nested_eight_deep_at_most_and_no_tag_is_lost() -> None:
    depth = 3 * MOST_AROUND
    markdown = "".join(f"<t{n}>\n" for n in range(depth)) + "".join(
        f"</t{n}>\n" for n in reversed(range(depth))
    )
    page = markdown_page(markdown)
    assert max(len(block.cards) for block in page.blocks) == MOST_AROUND
    text = " ".join(block.text for block in page.blocks)
    assert all(f"<t{n}>" in text for n in range(depth))


EXCESSES = {
    "nothing": ("", None),
    "a large file": ("a\n" * 4_999, None),
    "too many marks in few lines": (("*a* " * 4_000 + "\n") * 4, "marks"),
    "too many characters": ("word word\n" * 30_000, "characters"),
    "too many lines": ("a\n" * 5_001, "lines"),
    "a line that is too long": ("a" * 20_001, "line"),
    "deep quotations": (">" * 33 + "a", "nesting"),
    "deep lists": ("x\n" + "- " * 33 + "a", "nesting"),
    "a long rule": ("-" * 100 + "\n" + "=" * 100, None),
    "a large table": ("|a" * 9_000 + "\n" + "|-" * 9_000 + "\n" + "|a" * 3_000, "tables"),
}


@pytest.mark.parametrize(("markdown", "expected"), EXCESSES.values(), ids=EXCESSES)
def test_what_is_too_much_is_judged_by_counts(markdown: str, expected: str | None) -> None:
    assert excess(markdown) == expected


HOSTILE = {
    "quotations": ">" * 5_000 + " x",
    "lists in one line": "- " * 3_000 + "x",
    "lists by indentation": "\n".join("  " * n + "- x" for n in range(700)),
    "brackets": "[" * 20_000,
    "emphasis": "**a*" * 5_000,
    "open tags": "<a " * 20_000,
    "tags": "<div>" * 20_000,
    "cards": "<t>\n" * 3_000 + "</t>\n" * 3_000,
    "cards on one line": "<t_>" * 5_000 + "</t_>" * 5_000,
    "a table with more columns than rows": "|a" * 3_000 + "\n" + "|-" * 3_000 + "\n" + "|\n" * 3_000,
    "blanks": "a" + " " * 250_000 + "b",
    "blanks before a tag": (" " * 10_000 + "</x>") * 20,
    "an address of brackets": "https://" + ")" * 250_000,
    "comments": "<!-- " * 20_000,
    "references": "".join(f"[r{n}]: /u{n}\n" for n in range(5_000)) + "\n" + "[r1] " * 5_000,
    "NUL": "\x00" * 1_000,
    "half characters": "\ud800" * 1_000 + "\udc80",
}


@pytest.mark.parametrize("markdown", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_makes_a_page(markdown: str) -> None:
    page = markdown_page(markdown)
    assert page.blocks or not markdown.strip()
    for block in page.blocks:
        assert sum(len(run.text) for run in block.runs if run.look != "cut") <= len(markdown)


def text_of(page: Page) -> str:
    cells = [run.text for block in page.blocks for row in block.rows for cell in row for run in cell]
    return " ".join([*(run.text for block in page.blocks for run in block.runs), *cells])


TAG_NAMES = ("example", "commentary", "user_request", "div", "b")
lines = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "- ", "1. ", "> ", "  ", "   ", "# "]),
        st.lists(
            st.one_of(
                st.integers(0, 99).map(lambda n: f"w{n} "),
                st.sampled_from([f"<{name}>" for name in TAG_NAMES]),
                st.sampled_from([f"</{name}>" for name in TAG_NAMES]),
                st.sampled_from(["**", "`", "~~", "![", "](x)", "<!-- ", " -->", ":", "*"]),
            ),
            max_size=4,
        ).map("".join),
    ),
)


@given(st.lists(lines, max_size=14).map("\n".join))
def test_no_word_and_no_opening_tag_is_swallowed(markdown: str) -> None:
    assume("~~~" not in markdown and "```" not in markdown)  # of what stands after a fence, one word is kept
    page = markdown_page(markdown)
    text = text_of(page)
    for pattern in (r"w\d+", r"<(?:example|commentary|user_request|div|b)>"):
        assert sorted(re.findall(pattern, text)) == sorted(re.findall(pattern, markdown))


@given(st.text() | st.text(alphabet="<>/ab_ \n`*-#|![]():\r\t1."))
def test_any_text_makes_a_page_whose_parts_fit_together(markdown: str) -> None:
    page = markdown_page(markdown)
    around: tuple[int, ...] = ()
    for block in page.blocks:
        assert all(run.look != "break" for run in block.runs)
        assert (block.kind == "table") == bool(block.rows)
        assert all(0 <= card < len(page.cards) for card in block.cards)
        if block.kind == "card":
            assert page.cards[block.cards[-1]] in block.text
            assert block.cards[-1] not in around
        else:
            assert block.cards == around[: len(block.cards)]
        around = block.cards
        if block.kind == "table":
            assert {len(row) for row in block.rows} == {len(block.columns)}
        assert block.quote >= 0 and block.depth >= 0


def test_every_real_prompt_makes_a_page_that_holds_its_words(shared: Path) -> None:
    files = sorted((shared / "corpus").rglob("*.md"))
    assert len(files) >= 150
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        assert excess(text) is None
        words = set(re.findall(r"[^\W\d_]{3,}", text_of(markdown_page(text))))
        plain = re.sub(
            r"&\w+;|\]\([^)]*\)|^ *(?:```|~~~).*$|^\[.*?\]:.*$|</.*?>", " ", text, flags=re.MULTILINE
        )
        assert not set(re.findall(r"[^\W\d_]{3,}", plain)) - words, path
