"""The preview: several sources, always up to date, and a reader that opens nothing by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QGuiApplication,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMenu, QPushButton, QWidget

from agenteditor.core.document import Document, Transaction
from agenteditor.core.markdown_page import markdown_page
from agenteditor.core.page import Page
from agenteditor.core.portable import portable
from agenteditor.core.text import replace
from agenteditor.ui import preview, preview_links, theme
from agenteditor.ui.preview import SOURCES, PreviewPanel
from agenteditor.ui.preview_browser import PageBrowser, dress
from agenteditor.ui.preview_document import drawn
from agenteditor.ui.preview_links import LinkDialog, target
from agenteditor.ui.qtext import plain

AGENT = "---\nname: good\ndescription: Use it.\n---\n\n# Title\n\nYou do one thing.\n"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(preview, "DEBOUNCE_MS", 0)


@pytest.fixture
def light(qapp):
    theme.apply(qapp, "light")
    yield theme.current()
    theme.apply(qapp, "light")


@pytest.fixture
def panel(qtbot, light):
    def make(text: str = AGENT, size: tuple[int, int] = (500, 600), path: Path | None = None):
        made = PreviewPanel(Document(text, path))
        qtbot.addWidget(made)
        made.resize(*size)
        made.show()
        return made

    return make


@pytest.fixture
def browser(qtbot, light):
    def make(markdown: str, size: tuple[int, int] = (500, 600)):
        made = PageBrowser()
        qtbot.addWidget(made)
        made.resize(*size)
        made.show_page(markdown_page(markdown))
        made.show()
        return made

    return make


def edit(view: PreviewPanel, old: str, new: str) -> None:
    document = view._document
    start = document.text.index(old)
    document.apply(Transaction((replace(start, start + len(old), new),), "Edit"))


def text_of(view: PageBrowser) -> str:
    return view.document().toPlainText()


# --- the panel --------------------------------------------------------------------------------


def test_the_sources_are_chosen_by_keys_and_said(panel, qtbot):
    view = panel()
    assert [view.chooser.itemText(at) for at in range(view.chooser.count())] == [
        "Prompt",
        "What the router sees",
        "What it may do",
        "Where it loads",
        "File as saved",
        "Changes since save",
    ]
    seen = []
    view.source_changed.connect(seen.append)
    view.chooser.setFocus()
    for _ in SOURCES[1:]:
        qtbot.keyClick(view.chooser, Qt.Key.Key_Down)
    assert seen == ["router", "powers", "readers", "file", "changes"]
    assert view.changes.isVisible() and not view.page.isVisible()


def test_the_prompt_follows_the_document(panel, qtbot):
    view = panel()
    assert text_of(view.page) == "Title\nYou do one thing."
    edit(view, "one thing", "two things")
    qtbot.waitUntil(lambda: text_of(view.page) == "Title\nYou do two things.")


def test_several_changes_are_drawn_once(panel, qtbot, monkeypatch):
    view = panel()
    times = []
    monkeypatch.setattr(preview, "markdown_page", lambda text: times.append(text) or markdown_page(text))
    for number in range(5):
        edit(view, "You do", f"You do {number}")
    qtbot.waitUntil(lambda: "4 3 2" in text_of(view.page))
    assert len(times) == 1


def test_a_hidden_preview_waits_until_it_is_shown(panel, qtbot):
    view = panel()
    view.hide()
    edit(view, "one thing", "two things")
    QApplication.processEvents()
    assert "one thing" in text_of(view.page)
    view.show()
    assert "two things" in text_of(view.page)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_follows_the_document(panel, qtbot, source):
    view = panel()
    view.show_source(source)
    edit(view, "Use it.", "Use it often.")
    edit(view, "one thing", "two things")
    edit(view, "name: good", "color: red\nname: good\ntools: Read")
    shown = {
        "prompt": lambda: "two things" in text_of(view.page),
        "router": lambda: "Use it often." in text_of(view.router),
        "powers": lambda: "It may read files." in text_of(view.powers),
        "readers": lambda: "color: ignored" in text_of(view.readers),
        "file": lambda: view.file.toPlainText() == view._document.text,
        "changes": lambda: not view.changes.is_empty,
    }
    qtbot.waitUntil(shown[source])


def test_changes_are_empty_until_there_are_some_and_after_saving(panel, qtbot, tmp_path):
    view = panel()
    view.show_source("changes")
    assert view.changes.is_empty
    edit(view, "one thing", "two things")
    qtbot.waitUntil(lambda: not view.changes.is_empty)
    view._document.mark_saved(tmp_path / "good.md", view._document.text, None)
    qtbot.waitUntil(lambda: view.changes.is_empty)


def test_an_empty_prompt_is_said(panel):
    view = panel("---\nname: a\ndescription: b\n---\n")
    assert view.notes[0].text == "The prompt is empty."


def test_images_are_counted_and_none_is_loaded(panel):
    view = panel(AGENT + "\n![a](https://x.y/z.png) ![b](c.png)\n")
    assert view.notes[0].text == "2 images are not loaded. From the web: 1."
    assert "[image: a — not loaded] [image: b — not loaded]" in text_of(view.page)


def test_focus_goes_to_the_text_and_every_focusable_widget_has_a_name(panel):
    view = panel()
    view.activateWindow()
    for source in SOURCES:
        view.show_source(source)
        view.take_focus()
        assert view.focusWidget() is not view.chooser
        for widget in view.findChildren(QWidget):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget


# --- what is too much -------------------------------------------------------------------------

LARGE = {
    "characters": ("word word\n" * 30_000, True),
    "lines": ("a\n" * 7_000, True),
    "line": ("a" * 20_001, False),
    "nesting": (">" * 40 + " a", False),
    "marks": (("*a* " * 4_000 + "\n") * 4, False),
    "tables": ("|a" * 9_000 + "\n" + "|-" * 9_000 + "\n" + "|a" * 3_000, False),
}


@pytest.mark.parametrize(("prompt", "may"), LARGE.values(), ids=LARGE)
def test_too_much_is_plain_text_with_a_way_on_only_where_that_is_safe(panel, qtbot, prompt, may):
    view = panel("---\nname: a\ndescription: b\n---\n" + prompt)
    assert view.plain.isVisible() and not view.page.isVisible()
    assert view.plain.toPlainText().replace("\n", "")[:100] == prompt.replace("\n", "")[:100]
    assert "plain text" in view.notes[0].text
    button = view.notes[0].findChild(QPushButton)
    assert button.isVisible() == may


def test_show_anyway_draws_the_page(panel, qtbot):
    view = panel("---\nname: a\ndescription: b\n---\n" + "word *word*\n" * 5_100)
    button = view.notes[0].findChild(QPushButton)
    assert button.text() == "Show anyway"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert view.page.isVisible()
    assert text_of(view.page).startswith("word word word")


# --- how a page is drawn ----------------------------------------------------------------------

EVERYTHING = """# One

Text *slanted* **bold** ~~struck~~ `code` [link](https://x.y "title").

3. three
4. four
   - inner

- [ ] open
- [x] done

> quoted

```python
def f(): return None
```

| a | b |
|---|--:|
| 1 | 2 |

---

<example>
user: hi
assistant: yo
</example>

end
"""


def blocks(document):
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def block_of(document, text):
    return next(block for block in blocks(document) if block.text() == text)


def fragments(document):
    for block in blocks(document):
        at = block.begin()
        while not at.atEnd():
            yield at.fragment()
            at += 1


def test_headings_lists_boxes_and_tables_are_what_they_are(light):
    document = drawn(markdown_page(EVERYTHING), dress()).document
    assert block_of(document, "One").blockFormat().headingLevel() == 1
    third = block_of(document, "three")
    assert (third.textList().format().start(), third.textList().itemText(third)) == (3, "3.")
    assert block_of(document, "four").textList().itemText(block_of(document, "four")) == "4."
    assert block_of(document, "inner").textList().format().indent() == 2
    markers = type(block_of(document, "open").blockFormat()).MarkerType
    assert block_of(document, "open").blockFormat().marker() == markers.Unchecked
    assert block_of(document, "done").blockFormat().marker() == markers.Checked
    table = QTextCursor(block_of(document, "1")).currentTable()
    assert (table.rows(), table.columns()) == (2, 2)
    assert block_of(document, "2").blockFormat().alignment() == Qt.AlignmentFlag.AlignRight
    assert "user: hi\nassistant: yo" in document.toPlainText()


def test_code_is_coloured_and_readable_on_its_ground(light):
    document = drawn(markdown_page(EVERYTHING), dress()).document
    looks = {piece.text(): piece.charFormat() for piece in fragments(document)}
    assert looks["def"].foreground().color() != light.text
    for text in ("def", "f", "None"):
        assert theme.contrast(looks[text].foreground().color(), light.code_back) >= 4.5
        assert looks[text].fontFixedPitch()


def test_grounds_stand_behind_what_they_belong_to(light):
    made = drawn(markdown_page(EVERYTHING), dress())
    found = {
        ground.kind: [made.document.findBlockByNumber(number).text() for number in ground[1:3]]
        for ground in made.grounds
    }
    assert found["quote"] == ["quoted", "quoted"]
    assert found["code"] == ["def f(): return None"] * 2
    assert found["card"] == ["<example>", "user: hi\u2028assistant: yo"]
    assert found["rule"] == ["", ""]


def test_a_card_that_ends_in_a_table_reaches_behind_it(light):
    made = drawn(markdown_page("<a1>\n\n|a|\n|-|\n|1|\n\n</a1>\n\nend\n"), dress())
    (card,) = made.grounds
    assert card.last > block_of(made.document, "1").blockNumber()
    assert card.last < block_of(made.document, "end").blockNumber()


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_cards_and_code_are_painted_at_once_and_in_the_theme(panel, qapp, choice):
    view = panel("---\nname: a\ndescription: b\n---\n<example>\nuser: hi\n</example>\n\n```\ncode\n```\n")
    theme.apply(qapp, choice)
    QApplication.processEvents()
    colours = theme.current()
    image = view.page.viewport().grab().toImage()
    column = {image.pixelColor(image.width() - 60, y).name() for y in range(image.height())}
    assert {colours.base.name(), colours.card_back.name(), colours.code_back.name()} <= column


def test_a_long_line_of_text_is_no_wider_than_is_good_to_read(browser):
    view = browser("word " * 500, (1600, 600))
    frame = view.document().rootFrame().frameFormat()
    width = view.viewport().width() - frame.leftMargin() - frame.rightMargin()
    assert width == pytest.approx(dress().measure, abs=1)
    assert frame.leftMargin() == frame.rightMargin()
    view.resize(400, 600)
    assert view.document().rootFrame().frameFormat().leftMargin() == dress().size


def test_deep_lists_and_quotations_stay_inside_the_view(browser):
    view = browser("\n".join("  " * n + "- word" for n in range(30)) + "\n\n" + ">" * 30 + " word\n")
    assert view.horizontalScrollBar().maximum() == 0


def test_the_real_files_are_drawn_with_all_of_their_text(shared, light):
    files = sorted((shared / "corpus").rglob("*.md"))
    assert len(files) >= 150
    for path in files[::4]:
        page = markdown_page(path.read_bytes().decode("utf-8", "replace"))
        document = drawn(page, dress()).document
        shown = document.toPlainText().replace("\xa0", " ")
        for block in page.blocks:
            for run in block.runs:
                if run.look in ("text", "tag", "code"):
                    text = plain(run.text).replace("\xa0", " ")
                    assert all(line in shown for line in text.split("\n"))


# --- the place that is being read -------------------------------------------------------------


def first_line(view: PageBrowser) -> str:
    return view.document().findBlockByNumber(view._number_at(view.verticalScrollBar().value())).text()


def test_a_change_above_keeps_the_place_that_is_read(panel, qtbot):
    view = panel(AGENT + "".join(f"\nParagraph {n} with some words.\n" for n in range(200)))
    bar = view.page.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    reading = first_line(view.page)
    edit(view, "You do one thing.", "You do one thing.\n\nA new paragraph.\n\nAnd another one.")
    qtbot.waitUntil(lambda: "another" in text_of(view.page))
    assert first_line(view.page) == reading
    view.page.resize(380, 600)
    assert first_line(view.page) == reading


def test_what_is_read_from_the_start_stays_at_the_start(panel, qtbot):
    view = panel(AGENT + "\nwords\n" * 300)
    edit(view, "# Title", "# Another title\n\nand text")
    qtbot.waitUntil(lambda: "Another" in text_of(view.page))
    assert view.page.verticalScrollBar().value() == 0


def test_the_same_page_is_not_drawn_again(panel, qtbot):
    view = panel()
    document = view.page.document()
    edit(view, "Use it.", "Use it often.")
    view.refresh()
    assert view.page.document() is document


def test_another_theme_is_drawn_in_its_colours_at_the_same_place(panel, qapp):
    view = panel(AGENT + "".join(f"\nParagraph {n}.\n" for n in range(200)))
    view.page.verticalScrollBar().setValue(900)
    reading = first_line(view.page)
    theme.apply(qapp, "dark")
    QApplication.processEvents()
    colours = {piece.charFormat().foreground().color().name() for piece in fragments(view.page.document())}
    assert colours == {theme.current().text.name()}
    assert theme.current().dark
    assert first_line(view.page) == reading


# --- nothing is opened ------------------------------------------------------------------------


REFERENCES = """
![a]({0}/pixel.png) ![b](file://{0}/pixel.png) ![c][r] [![d]({0}/pixel.png)](file://{0}/page.html)
![e](<{0}/pixel.png> "{0}/style.css") [f](file://{0}/page.html "<img src='{0}/pixel.png'>")
![g](../secret/pixel.png) ![h](//{0}/pixel.png) ![i](http://127.0.0.1:{1}/pixel.png)
![j](data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'><image href='file://{0}/pixel.png'/></svg>)

[r]: file://{0}/pixel.png

<img src="file://{0}/pixel.png"> <link rel="stylesheet" href="{0}/style.css">

<style>@import url("file://{0}/style.css"); body {{ background: url({0}/pixel.png) }}</style>

<table background="{0}/pixel.png"><tr><td>x</td></tr></table>

<object data="file://{0}/page.html"></object><iframe src="file://{0}/page.html"></iframe>

| ![k]({0}/pixel.png) | <img src="{0}/pixel.png"> |
|---|---|
| ![l](file://{0}/pixel.png) | x |

<example>
![m]({0}/pixel.png)
</example>

```html
<img src="{0}/pixel.png">
```
"""


HANGING = """
import sys
from PySide6.QtWidgets import QApplication
from agenteditor.core.document import Document
from agenteditor.ui.preview import SOURCES, PreviewPanel
app = QApplication([])
view = PreviewPanel(Document(sys.stdin.read()))
view.show()
for source in SOURCES:
    view.show_source(source)
    view.grab()
app.processEvents()
print("done")
"""


def test_a_pipe_and_an_endless_device_do_not_hang_the_preview(tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    links = "".join(
        f"\n![x]({name}) <img src='{name}'>\n\n<img src='{name}'>\n"
        for name in (pipe, f"file://{pipe}", "/dev/zero", "file:///dev/zero")
    )
    nested = "".join(f"<g id='g{n}'><use href='#g{n + 1}'/><use href='#g{n + 1}'/></g>" for n in range(40))
    links += f"\n![x](data:image/svg+xml;utf8,<svg>{nested}</svg>)\n\n" + "<table><tr><td>" * 60
    done = subprocess.run(
        [sys.executable, "-c", HANGING],
        input=f"---\nname: a\ndescription: b\n---\n{links}",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )
    assert (done.stdout, done.returncode) == ("done\n", 0), done.stderr


def test_a_document_holds_no_picture_no_tool_tip_and_no_address(light):
    markdown = REFERENCES.format("/etc", 80) + EVERYTHING
    made = drawn(markdown_page(markdown), dress())
    for piece in fragments(made.document):
        form = piece.charFormat()
        assert not form.isImageFormat() and "\ufffc" not in piece.text()
        assert not form.hasProperty(QTextFormat.Property.TextToolTip.value)
        assert form.anchorHref() == "" or form.anchorHref()[1:].isdecimal()
    assert "https://x.y" in made.links


def test_whatever_is_asked_for_is_one_pixel(browser):
    view = browser("x")
    kind = view.document().ResourceType
    for asked in (view, view.document()):
        for what in (kind.ImageResource, kind.HtmlResource, kind.StyleSheetResource):
            pixel = asked.loadResource(what.value, QUrl("file:///etc/passwd"))
            assert (pixel.width(), pixel.height(), pixel.isNull()) == (1, 1, False)
    assert view.document().resource(kind.ImageResource.value, QUrl("file:///etc/passwd")).width() == 1


def test_copied_text_is_plain(browser, qapp):
    view = browser("a **b** [c](https://x.y)\\\nd\n\n- e\n")
    view.selectAll()
    view.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "a b c\nd\ne"
    assert not data.hasHtml()


def test_nothing_can_be_dropped_or_typed_into_it(browser, qtbot):
    view = browser("text")
    qtbot.keyClicks(view, "abc")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/etc/passwd")])
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.viewport(), event)
    assert not event.isAccepted()
    assert text_of(view) == "text"


def wheel(panel: PreviewPanel, view, steps: int) -> None:
    # From the window on, as a mouse does it: only then Qt hands a refused event to the parent.
    place = QPointF(view.viewport().mapTo(panel, view.viewport().rect().center()))
    control = Qt.KeyboardModifier.ControlModifier
    QTest.wheelEvent(panel.windowHandle(), place, QPoint(0, 120 * steps), QPoint(), control)
    QApplication.processEvents()


def sizes(view: PreviewPanel) -> list[float]:
    return [
        view.page._dress.size,
        view.router._dress.size,
        view.file.font().pointSizeF(),
        view.changes.delegate._font.pointSizeF(),
    ]


def test_zoom_changes_the_text_of_every_source_and_back(panel, qtbot):
    view = panel()
    usual = sizes(view)
    view.zoom_in()
    view.zoom_in()
    assert all(now > before for now, before in zip(sizes(view), usual, strict=True))
    view.zoom_reset()
    assert sizes(view) == usual
    for _ in range(40):
        view.zoom_out()
    assert all(now < before for now, before in zip(sizes(view), usual, strict=True))
    assert min(sizes(view)) >= 6


@pytest.mark.parametrize("source", SOURCES)
def test_the_wheel_with_control_zooms_and_scrolls_nothing(panel, qtbot, source):
    view = panel(AGENT + "\nwords\n" * 300)
    edit(view, "words", "other words")
    view.show_source(source)
    views = {
        "prompt": view.page,
        "router": view.router,
        "powers": view.powers,
        "readers": view.readers,
        "file": view.file,
        "changes": view.changes.list,
    }
    usual = sizes(view)
    wheel(view, views[source], 1)
    assert all(now > before for now, before in zip(sizes(view), usual, strict=True))
    wheel(view, views[source], -1)
    assert sizes(view) == usual
    assert views[source].verticalScrollBar().value() == 0


# --- links ------------------------------------------------------------------------------------

ADDRESSES = {
    "https://example.com/a?b=c#d": ("https://example.com/a?b=c#d", "example.com", True),
    "HTTP://Example.com": ("http://example.com", "example.com", True),
    "https://paypal.com@evil.example/": ("https://paypal.com@evil.example/", "evil.example", True),
    "https://аррlе.com/": ("https://xn--l-7sbq6ba.com/", "xn--l-7sbq6ba.com", True),
    "https://x.y/a\u202eb": ("https://x.y/a%E2%80%AEb", "x.y", True),
    "https://x.y/a b": ("https://x.y/a%20b", "x.y", True),
    "mailto:a@b.example?subject=Hi": ("mailto:a@b.example?subject=Hi", "a@b.example", True),
    "mailto:a@b.example?Attach=/etc/passwd": ("mailto:a@b.example?Attach=/etc/passwd", "a@b.example", False),
    "file:///etc/passwd": ("file:///etc/passwd", "", False),
    "/etc/passwd": ("/etc/passwd", "", False),
    "../a.md": ("../a.md", "", False),
    "//host/share": ("//host/share", "", False),
    "\\\\host\\share": ("\\\\host\\share", "", False),
    "javascript:alert(1)": ("javascript:alert(1)", "", False),
    "JavaScript:alert(1)": ("javascript:alert(1)", "", False),
    "data:text/html,x": ("data:text/html,x", "", False),
    "vscode://x/y": ("vscode://x/y", "", False),
    "smb://host/share": ("smb://host/share", "", False),
    "ssh://x": ("ssh://x", "", False),
    "C:\\Windows\\x.exe": ("c:%5CWindows%5Cx.exe", "", False),
    "https:": ("https:", "", False),
    "https:///etc/passwd": ("https:///etc/passwd", "", False),
    "http://[": ("http://[", "", False),
    "": ("", "", False),
    " https://x.y ": ("https://x.y", "x.y", True),
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items(), ids=range(len(ADDRESSES)))
def test_only_web_and_mail_addresses_may_be_opened_and_are_shown_escaped(address, expected):
    found = target(address)
    assert (found.address, found.place, not found.refusal) == expected


@pytest.fixture
def opened(monkeypatch):
    addresses: list[str] = []
    monkeypatch.setattr(preview_links, "open_address", addresses.append)
    return addresses


def dialog_of(view) -> LinkDialog | None:
    found = [child for child in view.findChildren(LinkDialog) if child.isVisible()]
    return found[0] if found else None


def click_on(qtbot, view: PageBrowser, text: str) -> None:
    cursor = view.document().find(text)
    cursor.setPosition(cursor.selectionStart() + 1)
    place = view.cursorRect(cursor).center() + QPoint(2, 0)
    qtbot.mouseMove(view.viewport(), place)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def press(qtbot, dialog: LinkDialog, label: str) -> None:
    (button,) = (button for button in dialog.findChild(QDialogButtonBox).buttons() if button.text() == label)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_address_can_be_copied_from_the_dialog_and_the_menu(browser, qtbot):
    view = browser("[here](https://x.y/é)")
    click_on(qtbot, view, "here")
    press(qtbot, dialog_of(view), "&Copy address")
    assert QGuiApplication.clipboard().text() == "https://x.y/%C3%A9"
    dialog_of(view).reject()
    QGuiApplication.clipboard().clear()
    place = view.cursorRect(view.document().find("here")).center() - QPoint(8, 0)
    reason = QContextMenuEvent.Reason.Mouse
    view.contextMenuEvent(QContextMenuEvent(reason, place, view.viewport().mapToGlobal(place)))
    (menu,) = view.findChildren(QMenu)
    (copy,) = (action for action in menu.actions() if action.text() == "Copy &address")
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "https://x.y/%C3%A9"
    menu.close()


def test_a_link_within_the_page_goes_to_the_heading(browser, qtbot):
    view = browser(
        "[go](#the-last-one)\n\n" + "words\n\n" * 200 + "## The *last* one!\n\n" + "words\n\n" * 200
    )
    click_on(qtbot, view, "go")
    assert dialog_of(view) is None
    assert view.verticalScrollBar().value() > 1_000
    assert "The last one!" in [
        view.document().findBlockByNumber(view._number_at(view.verticalScrollBar().value()) + at).text()
        for at in range(2)
    ]


def test_the_ring_is_seen_by_who_comes_with_the_keyboard(browser, qtbot, light):
    view = browser("words")
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.hasFocus)
    ring = view.viewport().grab().toImage().pixelColor(1, view.viewport().height() // 2)
    assert ring == light.accent
    view.clearFocus()
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert view.viewport().grab().toImage().pixelColor(1, 50) == light.base


# --- what the router sees ---------------------------------------------------------------------


def test_the_router_sees_name_prose_examples_tools_and_cost(panel, seed_text):
    view = panel(seed_text)
    view.show_source("router")
    text = text_of(view.router)
    assert text.startswith("backend-engineer\nUse this agent when")
    for title in ("Example 1", "Example 3", "Context\n", "User\n", "Assistant\n", "Commentary\n"):
        assert title in text
    assert "1660 characters · ≈ 415 tokens" in text or "1,660 characters · ≈ 415 tokens" in text
    assert "Tools\nAll tools" in text
    assert view.notes[0].text.startswith("It loads only because the reader repairs it")


def test_text_for_the_router_is_never_read_as_markup(panel):
    view = panel("---\nname: '**a**'\ndescription: '# b <b>c</b> [d](e)\\n- f'\n---\nx")
    view.show_source("router")
    assert text_of(view.router).startswith("**a**\n# b <b>c</b> [d](e)\n- f\n")


def test_an_agent_that_does_not_load_says_so_first(panel):
    view = panel("---\nname: a\ndescription:\n---\nx")
    view.show_source("router")
    assert view.notes[0].text.startswith(
        "The router does not see this agent. The field “description” is empty."
    )
    assert "No description." in text_of(view.router)


def test_a_valid_agent_needs_no_note(panel):
    view = panel()
    view.show_source("router")
    assert not view.notes[0].isVisible()


# --- where it loads ---------------------------------------------------------------------------


def test_each_program_says_whether_it_loads_the_file_in_a_word_with_a_sign(panel, seed_text):
    view = panel(seed_text)
    view.show_source("readers")
    text = text_of(view.readers)
    assert text.startswith("4 of 9 programs load this file\n✓ Claude Code, LF line ends\nLoads.")
    assert "✕ Gemini CLI\nDoes not load. Line 3, column 500" in text
    assert "? Cursor\nNot known (a guess)." in text


def test_what_is_lost_is_named(panel):
    view = panel(AGENT.replace("Use it.\n", "Use it.\ncolor: red\n"))
    view.show_source("readers")
    assert "! Cursor\nLoads, but loses something (a guess):\ncolor: ignored\n" in text_of(view.readers)
    assert "No spelling helps: the file needs a conversion." in text_of(view.readers)


def test_a_button_makes_the_programs_agree_as_one_step(panel, seed_text, qtbot):
    view = panel(seed_text.replace("\n", "\r\n"))
    view.show_source("readers")
    assert "LF line ends, values in quotes" in view.notes[0].text
    document, found = view._document, portable(view._document.syntax)
    with qtbot.waitSignal(view.portable_wanted):
        qtbot.mouseClick(view.notes[0].findChild(QPushButton), Qt.MouseButton.LeftButton)
    document.apply(Transaction(found.edits, "As the window does, once it is agreed"))
    qtbot.waitUntil(lambda: text_of(view.readers).startswith("9 of 9 programs"))
    assert "agree already" in view.notes[0].text
    document.undo()
    assert document.text == seed_text.replace("\n", "\r\n")


# --- the file as saved ------------------------------------------------------------------------


def test_the_file_is_shown_exactly_with_marks_for_what_cannot_be_seen(panel):
    view = panel("---\r\nname: a\r\n---\r\n\r\na\u00a0b\u200bc \t\r\nd\ue000\ufeff")
    view.show_source("file")
    assert view.file.toPlainText() == "---\nname: a\n---\n\na⍽b[U+200B]c →\t\nd\ue000[U+FEFF]"
    assert view.notes[0].text.startswith("Line ends CRLF · no line end at the end · ")
    marks = [
        piece.text()
        for piece in fragments(view.file.document())
        if piece.charFormat().foreground().color() == theme.current().warning
    ]
    assert marks == ["⍽", "[U+200B]", "→\t", "[U+FEFF]"]


def test_mixed_line_ends_are_marked_one_by_one(panel):
    view = panel("a\r\nb\nc")
    view.show_source("file")
    assert view.file.toPlainText() == "a[CRLF]\nb[LF]\nc"
    assert "Mixed line ends" in view.notes[0].text


def test_a_byte_order_mark_is_shown_and_told(panel):
    view = panel("\ufeff---\nname: a\n---\n")
    view.show_source("file")
    assert view.file.toPlainText().startswith("[U+FEFF]---")
    assert "with byte order mark" in view.notes[0].text


def test_a_long_line_is_shown_in_several_and_told(panel):
    view = panel("a" * 12_000 + "\nb\n")
    view.show_source("file")
    assert view.file.toPlainText() == "\n".join(["a" * 5_000, "a" * 5_000, "a" * 2_000, "b", ""])
    assert "several lines" in view.notes[1].text


def test_bytes_that_are_no_text_are_shown_and_counted(panel):
    view = panel("caf\udce9 \ud83d\n")
    view.show_source("file")
    assert view.file.toPlainText() == "caf[byte E9] [U+D83D]\n"
    assert view.notes[0].text == "Line ends LF · 7 bytes"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.text(alphabet="<>/ab_ \n`*-#|![]():\r\t1.\ud800\udc80\u200b"))
def test_any_text_is_shown_in_every_source(light, text):
    view = PreviewPanel(Document(text, saved_text=text[: len(text) // 2]))
    view.show()
    for source in SOURCES:
        view.show_source(source)
        view.grab()
    view.close()
    view.deleteLater()


def test_an_enormous_file_is_shown_in_part_and_told(panel):
    view = panel("word\n" * 90_000)
    view.show_source("file")
    assert len(view.file.toPlainText()) == 400_000
    assert view.notes[1].text.startswith("Only the first")


def test_less_is_shown_of_a_text_full_of_what_is_shown_by_its_name(panel):
    view = panel("a\u200d" * 50_000 + "\n")
    view.show_source("file")
    lines = view.file.toPlainText().split("\n")
    assert sum(line.count("a") for line in lines) == 20_000
    assert max(map(len, lines)) < 8_000
    assert view.notes[1].text.startswith("Only the first 40")


def test_the_file_stays_where_it_is_read_and_takes_another_theme(panel, qtbot, qapp):
    view = panel("".join(f"line {n}\u200b\n" for n in range(500)))
    view.show_source("file")
    bar = view.file.verticalScrollBar()
    bar.setValue(200)
    edit(view, "line 3\u200b", "line three\u200b")
    qtbot.waitUntil(lambda: "line three" in view.file.toPlainText())
    assert bar.value() == 200
    theme.apply(qapp, "dark")
    QApplication.processEvents()
    assert bar.value() == 200
    colours = {piece.charFormat().foreground().color().name() for piece in fragments(view.file.document())}
    assert theme.current().warning.name() in colours


def test_an_empty_page_can_be_shown(qtbot):
    view = PageBrowser()
    qtbot.addWidget(view)
    view.show_page(Page())
    view.show()
    assert text_of(view) == ""
    QApplication.sendEvent(view, QEvent(QEvent.Type.ApplicationFontChange))
