"""A page as HTML, Markdown and text: text stays text, and nothing of it is lost."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.markdown_page import markdown_page
from agenteditor.core.page import Block, Page, Run
from agenteditor.core.page_html import page_html
from agenteditor.core.page_text import page_markdown, page_text

ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "pre",
        "code",
    ),
    *("hr", "br", "table", "tr", "th", "td", "section", "blockquote", "ul", "ol", "li", "em", "strong", "s"),
    *("span", "a"),
}
VOID = {"meta", "hr", "br"}


class Reader(HTMLParser):
    """What a browser finds: text, tags, addresses; fails on tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.text += data


def read(page: Page, title: str = "A title") -> Reader:
    reader = Reader()
    reader.feed(page_html(title, page))
    reader.close()
    assert reader.open == []
    assert set(reader.tags) <= ALLOWED
    return reader


HOSTILE = """# <script>alert(1)</script> <img src=x onerror=alert(1)>

<script>alert(1)</script>

![secret](file:///etc/passwd) ![far](https://x.y/z.png) <img src="file:///etc/passwd">

[click](javascript:alert(1)) [file](file:///etc/passwd) [web](https://x.y/"onclick="a) </body></html>

```html
</code></pre><script>alert(1)</script>
```

| <b>a</b> | & |
| - | - |
| "x" | ' |

<example>
user: <iframe src=//evil>
</example>
"""


def test_hostile_text_stays_text_and_nothing_is_fetched() -> None:
    page = markdown_page(HOSTILE)
    made = page_html("</title><script>alert(1)</script>", page)
    reader = read(page, "</title><script>alert(1)</script>")
    assert not re.search(r"(?i)<\s*(script|img|iframe|link|object|embed|svg)", made)
    assert "<script>alert(1)</script>" in reader.text
    assert "file:///etc/passwd" not in made.replace("&quot;file:///etc/passwd&quot;", "")
    assert {name for tag, name, _ in reader.attributes if tag != "meta"} <= {"class", "href", "rel", "start"}
    addresses = [value for _, name, value in reader.attributes if name == "href"]
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in addresses)
    assert "default-src 'none'" in made and "src=" not in re.sub(r"&\w+;|src=x|src=//evil|src=&", "", made)


def test_lists_quotations_and_cards_are_elements_in_elements() -> None:
    page = markdown_page(
        "1. a\n   - b\n\n     more\n2. c\n\n- [x] d\n\n> q\n> - e\n\n<example>\nf\n</example>\n"
    )
    reader = read(page)
    assert [tag for tag in reader.tags if tag in ("ol", "ul", "li", "blockquote", "section")] == [
        *("ol", "li", "ul", "li", "li"),
        *("ul", "li"),
        *("blockquote", "ul", "li"),
        "section",
    ]
    assert "☑ " in reader.text


def test_links_to_the_web_are_kept_and_no_others() -> None:
    links = [
        "https://a.b",
        "HTTP://a.b",
        "mailto:a@b.c",
        "javascript:x",
        "file:///x",
        "#here",
        " data:x",
        "//x",
    ]
    page = Page((Block("paragraph", tuple(Run(link, link=link) for link in links)),))
    reader = read(page)
    assert [value for _, name, value in reader.attributes if name == "href"] == links[:3]
    assert all(link in reader.text for link in links)


def test_characters_that_no_html_file_may_hold_are_replaced() -> None:
    made = page_html("a\x00", Page((Block("paragraph", (Run("b\x07c\udc80\ufffe d\r\ne"),)),)))
    assert "b\ufffdc\ufffd\ufffd d<br>\ne" in made
    made.encode("utf-8")


# --- Markdown and text --------------------------------------------------------------------------


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


# No pair of tags on lines of their own: the preview makes a card of one also where it is escaped.
LINES = [
    "# no heading", "- no item", "1. no item", "12) no", "*a* _b_ `c` **d**", "[x](y)", "![x](y)", "<b>a</b>", "> q", "---",
    "===", "```", "~~~", "a | b", "&amp; &#65;", "\\*", "<example>", "<b>", "    four", "http://a.b", "+ x", "a_b_c",
    "trailing\\", "$x$", ":---:", "Title:", "(1)", "1.", "user: hi", "<https://x.y>", "~~s~~", "!", "#", "'\"",
]  # fmt: skip


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=5),
    st.sampled_from(["paragraph", "heading", "code"]),
)
def test_text_in_markdown_means_itself(lines: list[str], kind: str) -> None:
    text = "\n".join(lines)
    page = Page((Block(kind, (Run(text),), level=2), Block("paragraph", (Run("The end"),))))  # type: ignore[arg-type]  # one of its kinds
    again = markdown_page(page_markdown(page))
    # A line with nothing but a tag stands for itself in a page, so a paragraph may be several.
    assert {block.kind for block in again.blocks} <= {kind, "paragraph"}
    assert bare("".join(block.text for block in again.blocks)) == bare(f"{text}The end")
    assert again.cards == () and again.blocks[-1].text == "The end"


@given(st.text(alphabet="ab `*_<>[]()!#\\|~&-+.1\n", max_size=40))
def test_any_paragraph_in_markdown_means_itself(text: str) -> None:
    page = Page((Block("paragraph", (Run("x" + text + "x"),)),))
    again = markdown_page(page_markdown(page))
    assert bare("".join(block.text for block in again.blocks)) == bare(f"x{text}x")


@pytest.mark.parametrize("write", [page_markdown, page_text])
def test_lists_quotations_code_tables_and_labels_are_written(write: object) -> None:
    assert callable(write)
    page = markdown_page(
        "# Title\n\n1. a\n2. b\n   - c\n\n> q\n\n```sh\nls\n```\n\n| h | i |\n| - | - |\n| 1 | 2 |\n\n---\n\n- [x] d\n"
    )
    written = write(page)
    for piece in ("Title", "1. a", "2. b", "- c", "> q", "ls", "h | i", "1 | 2", "- [x] d"):
        assert piece in written
    assert written.endswith("\n") and not written.endswith("\n\n")


def test_an_empty_page_is_an_empty_text() -> None:
    assert (page_markdown(Page()), page_text(Page())) == ("", "")


def test_the_text_of_every_real_prompt_is_in_all_three(shared: Path) -> None:
    for path in sorted((shared / "corpus").rglob("*.md"))[::5]:
        page = markdown_page(path.read_bytes().decode("utf-8", "replace"))
        reader = read(page)
        plain = bare(page_text(page))
        for block in page.blocks:
            if (
                block.kind in ("paragraph", "code")
                and block.text.strip()
                and "image" not in {run.look for run in block.runs}
            ):
                assert bare(block.text.replace("\x00", "")) in bare(reader.text)
                if not block.quote:
                    assert bare(block.text) in plain
