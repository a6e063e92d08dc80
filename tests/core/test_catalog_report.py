"""The report: one page that stands alone, the same for the same folder, in which text stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import files
from agenteditor.core.catalog import agent_files
from agenteditor.core.catalog_reading import reading
from agenteditor.core.catalog_report import MOST_ROWS, catalog_report
from agenteditor.core.judgement import judged
from agenteditor.core.resources import resource
from tests.core.catalogs import example, text_of

TAGS = "html head meta title style body main h1 h2 p nav ul li a section div table caption thead tbody tr th td br"
ALLOWED = {*TAGS.split(), "span", "abbr"}
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """What a browser finds; fails on tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def read(page: str) -> Reader:
    """Read a page and hold it to what is promised of every page."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    identities = [value for _, name, value in reader.attributes if name == "id"]
    assert len(identities) == len(set(identities))
    for tag, name, value in reader.attributes:
        assert not name.startswith("on") and name not in ("src", "srcset", "style", "background")
        if name == "href":
            assert tag == "a" and value.startswith("#") and value[1:] in identities
        if name == "aria-labelledby":
            assert value in identities
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style and "url(" not in style[1] and "@import" not in style[1]
    assert "default-src 'none'" in page
    return reader


def report(folder: Path, texts: dict[str, str]) -> str:
    """The report of files with these texts, which are not on any disk."""
    paths = {folder / name: text for name, text in texts.items()}
    found = list(reading(sorted(paths), folder, paths))
    return catalog_report(folder, judged([file.agent for file in found if file.agent is not None]), found)


FOLDER = Path("/catalog")
HOSTILE = "<img src=x onerror=alert(1)>\"'&</td></table><script>alert(2)</script>"


def test_the_page_says_everything_there_is():
    page = report(
        FOLDER,
        {
            "a.md": text_of(
                "reviewer", "Use this agent to review code for faults. " + example("See my code")
            ),
            "sub/b.md": text_of(
                "checker", "Use this agent to check code for faults.", more="tools: Read, Grep\n"
            ),
            "sub/c.md": text_of("checker", "Use this agent to bake.", more="colour: blue\n"),
            "notes.md": "Nothing but words.\n",
        },
    )
    text = read(page).text
    assert "4 files, of which 3 agents load." in text
    assert "2 files have the name “checker”" in text
    assert "reviewer" in text and "Overlap map" in text
    assert "Only Read, Grep." in text
    assert "15,000 tokens" in text and "issue 13493" in text
    assert "language model" in text
    assert "notes.md" in text and "taken for documentation" in text
    assert "/catalog" not in text


def test_every_table_has_a_caption_and_headers_for_columns_and_rows(shared):
    folder = shared / "corpus"
    found = list(reading(agent_files(folder), folder, {}))
    page = catalog_report(folder, judged([file.agent for file in found if file.agent is not None]), found)
    read(page)
    tables = re.findall(r"<table>(.*?)</table>", page, re.DOTALL)
    assert len(tables) >= 10
    for table in tables:
        head, body = table.split("<tbody>")
        assert head.count("<caption") == 1
        columns = head.count('scope="col"')
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        assert rows
        for row in rows:
            assert row.startswith('<th scope="row"') and row.count("<t") == columns


def test_the_map_says_its_numbers_in_words_as_well_as_in_colours():
    same = "Use this agent to review code for faults before it is merged{0}"
    page = report(FOLDER, {f"{at}.md": text_of(f"agent{at}", same.format(at)) for at in range(3)})
    cells = re.findall(r'<td class="number (?:much|some)">(.*?)</td>', page)
    assert cells and all(re.fullmatch(r"\d+ %", cell) for cell in cells)


def test_an_empty_folder_has_a_report_too():
    text = read(report(FOLDER, {})).text
    assert "0 files" in text and "No two agents overlap." in text


def test_hostile_names_are_text_wherever_they_stand():
    texts = {
        f"{at}{HOSTILE.replace('/', '')}.md": text_of(
            HOSTILE, f"{HOSTILE} review code {at}. {example(HOSTILE)}", more=f"tools: ['{at}<b>', Read]\n"
        )
        for at in range(3)
    }
    reader = read(report(FOLDER, texts))
    assert HOSTILE in reader.text


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=60)), max_size=3))
def test_any_texts_make_a_page_that_files_can_hold(given_):
    texts = {f"{at}.md": text_of(name, description) for at, (name, description) in enumerate(given_)}
    page = report(FOLDER, texts)
    read(page)
    files.encode(page)


def test_the_same_folder_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name / "agents"
        folder.mkdir(parents=True)
        for path in sorted(resource("samples").glob("*.md"), reverse=name == "two"):
            (folder / path.name).write_bytes(path.read_bytes())
    pages = []
    for name in ("one", "two"):
        folder = tmp_path / name / "agents"
        found = list(reading(agent_files(folder), folder, {}))
        pages.append(
            catalog_report(folder, judged([file.agent for file in found if file.agent]), found[::-1])
        )
    assert pages[0] == pages[1]


def test_a_long_table_is_cut_and_says_so():
    texts = {f"{at}.md": "no agent" for at in range(MOST_ROWS + 7)}
    page = report(FOLDER, texts)
    assert "7 more are not shown." in read(page).text


@pytest.mark.parametrize("media", ["(prefers-color-scheme: dark)", "print"])
def test_the_page_has_a_dress_for_the_dark_and_for_paper(media):
    assert f"@media {media} {{" in report(FOLDER, {})
