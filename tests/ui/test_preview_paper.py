"""What the preview shows on paper and in files: black on white, sheet by sheet, nothing opened."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QPageLayout
from PySide6.QtPrintSupport import QPrinter

from agenteditor.core.document import Document
from agenteditor.core.markdown_page import markdown_page
from agenteditor.core.page import Page
from agenteditor.ui import theme
from agenteditor.ui.preview import SOURCES
from agenteditor.ui.preview_paper import margins, paint, pdf
from agenteditor.ui.preview_sheet import sheet

AGENT = "---\nname: tidy\ndescription: Use it.\n---\n\n# Title\n\nYou tidy.\n"
HOSTILE = (
    "# <script>x</script>\n\n![a](file:///dev/zero) <img src='/dev/zero'>\n\n[x](file:///etc/passwd)\n\n"
    "```html\n<b>\n```\n\n> - quoted\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n<example>\nuser: hi\n</example>\n"
)


def drawn(data: bytes) -> list[bytes]:
    """The drawing commands of each sheet of a PDF file."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL)
    found = []
    for stream in streams:
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"BT" in text or b" re" in text:
            found.append(text)
    return found


def sheets(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


def letters(data: bytes) -> int:
    """How often text is drawn."""
    return sum(len(re.findall(rb"T[jJ]\b", text)) for text in drawn(data))


def test_a_page_is_drawn_and_not_blank(qapp):
    data = pdf("A title", markdown_page("# One\n\nSome words.\n"))
    assert data.startswith(b"%PDF-") and sheets(data) == 1
    assert letters(data) > letters(pdf("A title", Page())) > 0


def test_a_printer_gets_the_same_sheets(qapp, tmp_path: Path):
    page = markdown_page("words and words\n\n" * 200)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    printer.setPageMargins(margins(), QPageLayout.Unit.Millimeter)
    count = paint("A title", page, printer)
    data = (tmp_path / "out.pdf").read_bytes()
    assert count == sheets(data) > 2
    assert letters(data) >= 200 + 2 * count


def test_paper_is_black_on_white_whatever_the_theme(qapp):
    made = {}
    for choice in ("light", "dark"):
        theme.apply(qapp, choice)
        made[choice] = drawn(pdf("A title", markdown_page(HOSTILE)))
    theme.apply(qapp, "light")
    assert made["light"] == made["dark"]
    assert any(re.search(rb"\b0 0 0 (?:scn|rg)", text) for text in made["dark"])


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_a_sheet(qapp, source):
    document = Document(AGENT.replace("You tidy", "You tidied"), saved_text=AGENT)
    shown = sheet(document, source)
    assert shown.title.startswith("tidy")
    assert shown.page.blocks and shown.markdown.strip()
    assert letters(pdf(shown.title, shown.page)) > 4


def test_the_authors_own_text_is_kept_as_markdown(qapp):
    document = Document(AGENT.replace("\n", "\r\n"))
    assert sheet(document, "file").markdown == document.text
    assert sheet(Document(AGENT), "prompt").markdown == "# Title\n\nYou tidy.\n"


def test_changes_are_shown_as_a_diff(qapp):
    shown = sheet(Document(AGENT + "More.\n", saved_text=AGENT), "changes")
    assert "+More." in shown.page.blocks[0].text
    assert sheet(Document(AGENT), "changes").page == Page()


def test_an_unknown_source_is_our_own_mistake(qapp):
    with pytest.raises(ValueError, match="nowhere"):
        sheet(Document(AGENT), "nowhere")


def test_a_prompt_that_is_too_much_is_written_as_it_is(qapp):
    shown = sheet(Document(f"---\nname: a\ndescription: b\n---\n{'>' * 40} deep"), "prompt")
    assert [block.kind for block in shown.page.blocks] == ["code"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.text(alphabet="<>/ab_ \n`*-#|![]():\r\t1.\ud800\udc80\u200b", max_size=200))
def test_any_text_has_sheets(qapp, text):
    document = Document(text, saved_text=text[: len(text) // 2])
    for source in SOURCES:
        shown = sheet(document, source)
        assert pdf(shown.title, shown.page).startswith(b"%PDF-")
