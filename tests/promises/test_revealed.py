"""P40: every invisible or direction-changing character is made visible, wherever a text is shown."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core.document import Document, Transaction
from agenteditor.core.invisible import hidden
from agenteditor.core.markdown_page import markdown_page
from agenteditor.core.text import Span, TextEdit
from agenteditor.ui import marked_text, theme
from agenteditor.ui.diff_view import DiffView
from agenteditor.ui.fields_chips import Chips
from agenteditor.ui.fields_text import GrowingText, LineEdit, Muted
from agenteditor.ui.marked_text import one_line
from agenteditor.ui.preview_browser import PageBrowser
from agenteditor.ui.preview_file import FileText
from agenteditor.ui.qtext import Shown, menu_text, plain, raw_text, tool_tip
from agenteditor.ui.source_view import SourceView
from tests.promises.all_places import Places, texts, write_catalog

# Default_Ignorable_Code_Point of Unicode 16, written down apart from the program.
IGNORABLE = (
    *(range(0xAD, 0xAE), range(0x34F, 0x350), range(0x61C, 0x61D), range(0x115F, 0x1161)),
    *(range(0x17B4, 0x17B6), range(0x180B, 0x1810), range(0x200B, 0x2010), range(0x202A, 0x202F)),
    *(range(0x2060, 0x2070), range(0x3164, 0x3165), range(0xFE00, 0xFE10), range(0xFEFF, 0xFF00)),
    *(range(0xFFA0, 0xFFA1), range(0xFFF0, 0xFFF9), range(0x1BCA0, 0x1BCA4)),
    *(range(0x1D173, 0x1D17B), range(0xE0000, 0xE1000)),
)


def every_character() -> list[str]:
    """All ignorable ones, formats, controls but tab and line feed, separators but the blank."""
    found = {chr(code) for codes in IGNORABLE for code in codes}
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in ("Cf", "Cc", "Zl", "Zp", "Zs"):
            found.add(chr(code))
    return sorted(found - {" ", "\t", "\n"})


def some(characters: list[str], count: int) -> list[str]:
    """All that are no tag or selector of the supplement, and of those a few, up to ``count``."""
    few = [one for one in characters if one < "\U000e0000"]
    many = [one for one in characters if one >= "\U000e0000"]
    chance = random.Random(40)
    return sorted(chance.sample(few, min(len(few), count - 30)) + chance.sample(many, 30))


Show = Callable[[str], QWidget]


def places(keep: Callable[[QWidget], QWidget]) -> Iterator[tuple[str, Show]]:
    """Where one line of text can be shown: a name, and a function that shows it there."""

    def field(edit: LineEdit | GrowingText) -> Show:
        keep(edit)

        def show(text: str) -> QWidget:
            edit.show_text(text)
            return edit

        return show

    document = Document("", Path("x.md"))
    view = keep(SourceView(document))
    view.show()

    def source(text: str) -> QWidget:
        whole = Span(0, len(document.text))
        document.apply(Transaction((TextEdit(whole, f"{text}\n"),), "Typing", ("all",)))
        return view.edit.viewport()

    yield "source", source
    yield "line", field(LineEdit())
    yield "text of a field", field(GrowingText())
    chips, label, tip = Chips({}), Muted("x"), Muted("x")
    page, file = PageBrowser(), FileText()
    for widget in (chips, label, tip, page, file):
        keep(widget)

    def chip(text: str) -> QWidget:
        chips.show_entries([text])
        return chips

    def labelled(text: str) -> QWidget:
        label.say(text)
        return label

    def tipped(text: str) -> QWidget:
        tip.setTextFormat(tip.textFormat().RichText)  # as Qt draws a tool tip
        tip.setText(tool_tip(text))
        return tip

    def filed(text: str) -> QWidget:
        file.show_text(text)
        return file

    yield "chip", chip
    yield "label", labelled
    yield "tool tip", tipped
    yield "file", filed
    for name, form in {"prompt": "{}\n", "code": "```\n{}\n```\n", "table": "| {} |\n| - |\n| a |\n"}.items():

        def previewed(text: str, form: str = form) -> QWidget:
            page.show_page(markdown_page(form.format(text)))
            return page

        yield f"preview: {name}", previewed
    for name, old in {"the same": "{}\nold\n", "changed": "other\nold\n"}.items():
        diff = keep(DiffView())

        def compared(text: str, old: str = old, diff: DiffView = diff) -> QWidget:
            diff.show_texts(old.format(text), f"{text}\nnew\n")
            return diff

        yield f"difference: {name}", compared
    row = keep(_Row())

    def found(text: str) -> QWidget:
        row.text = text
        return row

    yield "row", found


class _Row(QWidget):
    """A row of a list, drawn as the lists of what was found are."""

    text = ""

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        line, place = marked_text.placed(self.text, Span(0, 1))
        colours = theme.current()
        marked_text.draw(
            painter,
            QRect(QPoint(), self.size()),
            line,
            [place],
            font=self.font(),
            colour=colours.text,
            ground=colours.found,
        )


def picture(widget: QWidget) -> QImage:
    image = QImage(500, 90, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    widget.render(image)
    return image


@pytest.fixture(scope="module")
def shown(qapp: QApplication) -> Iterator[dict[str, Show]]:
    application(Settings(theme="light"))
    widgets: list[QWidget] = []

    def keep(widget: QWidget) -> QWidget:
        widgets.append(widget)
        widget.resize(500, 90)
        return widget

    yield dict(places(keep))
    for widget in widgets:
        widget.deleteLater()
    QApplication.processEvents()


def test_p40_every_hidden_character_changes_the_picture_wherever_it_is_shown(promise, shown) -> None:
    every = every_character()
    assert len(every) > 4_200
    tried = every if promise.torture else some(every, 70)
    unseen: list[tuple[str, str]] = []
    for name, show in shown.items():
        without = picture(show("Review codes"))
        unseen += [
            (name, f"U+{ord(one):04X}")
            for one in tried
            if picture(show(f"Review {one}codes")) == without and (name, one) != ("preview: prompt", "\r")
        ]
    promise.lacks("a CR alone is drawn in the rendered prompt as the line end that it is in Markdown")
    promise.measured(
        f"{len(tried):,} of {len(every):,} characters in {len(shown)} places: {len(unseen)} unseen"
    )
    assert unseen == []


def test_p40_no_string_for_a_widget_holds_a_hidden_character(promise, qtbot, tmp_path, monkeypatch) -> None:
    every = every_character()
    for one in every:
        for text in (one, f"a{one}b", one * 3, f"1{one}2", f"\u05d0{one}\u00e9", f"{one}\U0001f600"):
            if f"{text[0]}{text[-1]}" == "12" and one in "\u00a0\u202f":
                continue  # a long number, as many languages write it
            for shown in (Shown(text).text, plain(text), menu_text(text), tool_tip(text), one_line(text)):
                assert not hidden(shown), (ascii(text), ascii(shown))
    promise.measured(f"{len(every):,} characters, 6 texts with each: none reaches a widget")
    promise.lacks("a no-break space between two digits of a label stays: so numbers are written")
    if not promise.torture:
        return  # of the window `test_nothing_fetched` tries one of each kind
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    read, left = 0, set()
    for at in range(0, len(every), 300):
        folder = tmp_path / str(at)
        wild = "a".join(one for one in every[at : at + 300] if one not in "\r\x00\x85\u2028\u2029")
        found = Places(folder, write_catalog(folder, f"w{wild}w", in_names="\u202e\U000e0061\u200b"))
        for place, widgets in found.each():
            for where, text in (pair for widget in widgets for pair in texts(widget)):
                read += 1
                if hidden(text.rstrip("\u2003")):  # the room the program leaves beside numbers
                    left.add((place, where, ascii(text[:80])))
        found.close()
    promise.measured(f"{read:,} texts of the window with them: {len(left)} with a hidden character")
    assert left == set()


@pytest.mark.parametrize("control", ["\u202e", "\u202b", "\u2067", "\u2068\u05d0", "\u200f", "\u061c"])
def test_p40_nothing_is_drawn_in_another_order_than_it_is_read(promise, shown, control) -> None:
    text = f"one {control}two 3 (four) end"
    for name in ("source", "text of a field"):
        widget = shown[name](text)
        edit = widget if isinstance(widget, GrowingText) else widget.parentWidget()
        assert isinstance(edit, QPlainTextEdit)
        assert not hidden(raw_text(edit.document()))
        block = edit.document().firstBlock()
        line = block.layout().lineAt(0)
        places = [line.cursorToX(at)[0] for at in range(block.length())]
        latin = [x for at, x in enumerate(places) if at < len(block.text()) and block.text()[at] != "\u05d0"]
        assert latin == sorted(latin)
    promise.measured("behind each of 6 controls of direction letters stand in the order they are read in")


def test_p40_letters_that_run_from_right_to_left_still_do(promise, shown) -> None:
    edit = shown["text of a field"]("\u05d0\u05d1\u05d2 \u200fx")
    line = edit.document().firstBlock().layout().lineAt(0)
    assert line.cursorToX(0)[0] > line.cursorToX(1)[0] > line.cursorToX(2)[0]
    promise.measured("Hebrew runs from right to left, beside a control too")


def test_p40_the_finding_leads_to_the_place_and_says_what_it_spells(promise, qtbot, tmp_path) -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    path = tmp_path / "a.md"
    text = f"---\nname: a\ndescription: Use this agent when asked.\n---\n\nYou help.\n\nDo{tags} it.\n"
    path.write_bytes(text.encode())
    application(Settings(theme="light"))
    window = make_window(Settings())
    qtbot.addWidget(window)
    window.show()
    window.open_paths([path])
    editor = window.present_editor()
    window.show_view("source")
    (problem,) = [one for one in editor.document.problems if text[one.span.start] == tags[0]]
    assert "obey" in problem.message
    assert problem.fixes
    editor.show_problem(problem)
    cursor = editor.source.edit.textCursor()
    place = editor.source.edit.shown.span(cursor.selectionStart(), cursor.selectionEnd())
    assert place.of(text) == tags
    assert cursor.selectedText() == "obey"
    promise.measured(
        "a message in tag letters is spelled out in finding and source, and the finding leads there"
    )
