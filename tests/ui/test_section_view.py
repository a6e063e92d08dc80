"""The Prompt view with real keys: each step changes its own bytes and no others, and undo takes it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QToolButton, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from agenteditor.core import markdown_lines as md
from agenteditor.core.body import SectionPath, section_at, walk
from agenteditor.core.document import Document, Transaction
from agenteditor.core.section_edits import rename_section
from agenteditor.core.text import replace
from agenteditor.ui import section_items
from agenteditor.ui.form_notes import Problems
from agenteditor.ui.section_drag import MIME
from agenteditor.ui.section_items import ItemsEditor
from agenteditor.ui.section_markdown import MarkdownText
from agenteditor.ui.section_outline import Outline
from agenteditor.ui.section_page import SectionPage
from agenteditor.ui.section_steps import attempt, same_item
from agenteditor.ui.section_view import SectionView

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier

EXPERTISE, PRINCIPLES, GROUPS, CLOSING = (2,), (3,), (1,), (7,)
HEAD = "---\nname: a\ndescription: b\n---\n"


class Prompt:
    """A shown view of a document, and what it said."""

    def __init__(self, text: str, qtbot: QtBot) -> None:
        self.document = Document(text)
        self.view = SectionView(self.document)
        self.said: list[str] = []
        self.view.refused.connect(self.said.append)
        qtbot.addWidget(self.view)
        self.view.resize(900, 600)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.view.activateWindow()
        qtbot.waitUntil(self.view.isActiveWindow)
        self.outline = self.view.findChild(Outline)
        self.page = self.view.findChild(SectionPage)
        self.items = self.view.findChild(ItemsEditor)
        self.markdown = self.view.findChild(MarkdownText)

    @property
    def text(self) -> str:
        return self.document.text

    def row(self, path: SectionPath) -> QTreeWidgetItem:
        item = self.outline.topLevelItem(path[0] + 1 if path else 0)
        for at in path[1:]:
            item = item.child(at)
        return item

    def click(self, path: SectionPath) -> None:
        """Click a section in the outline."""
        row = self.row(path)
        self.outline.scrollToItem(row)
        at = self.outline.visualItemRect(row).center()
        QTest.mouseClick(self.outline.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert self.view.path == path

    def click_item(self, index: int) -> None:
        text = self.items.texts()[index]
        QTest.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        assert text.hasFocus()

    def mode(self, name: str) -> None:
        (button,) = [b for b in self.page.findChildren(QToolButton) if b.text() == name]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def button(self, text: str) -> QPushButton:
        (found,) = [b for b in self.view.findChildren(QPushButton) if b.text() == text and b.isVisible()]
        return found

    def titles(self) -> list[str]:
        return [section.title for section in self.document.syntax.sections]


@pytest.fixture
def prompt(qtbot: QtBot, seed_text: str) -> Prompt:
    return Prompt(seed_text, qtbot)


@pytest.fixture
def make(qtbot: QtBot) -> Callable[[str], Prompt]:
    return lambda body: Prompt(HEAD + body, qtbot)


def press(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focus(), key, held)
    QApplication.processEvents()  # a row's line to rename in is read when Qt comes to it


def keys(text: str) -> None:
    QTest.keyClicks(focus(), text)


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


# --- outline -------------------------------------------------------------------------------------


def test_the_outline_names_sections_groups_and_counts(prompt: Prompt) -> None:
    rows = [(prompt.row((at,)).text(0), prompt.row((at,)).text(1)) for at in range(8)]
    assert rows == [
        ("Introduction", ""),
        ("Core Responsibilities", "6"),
        ("Technical Expertise", "6"),
        ("Working Principles", "10"),
        ("Output Approach", "6"),
        ("Quality Standards", "6"),
        ("When implementing solutions, you will", "6"),
        ("Closing", ""),
    ]
    assert prompt.row((1, 1)).text(0) == "2. Database Architecture"
    assert prompt.row(()).text(0) == "Whole prompt"


def test_renaming_in_place_changes_only_the_title(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    press(Key.Key_F2)
    assert isinstance(focus(), QLineEdit)
    keys("Skills")
    press(Key.Key_Return)
    assert prompt.text == seed_text.replace("**Technical Expertise:**", "**Skills:**")
    assert prompt.row(EXPERTISE).text(0) == "Skills"
    prompt.document.undo()
    assert prompt.text == seed_text


def test_escape_leaves_the_title_as_it_was(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    press(Key.Key_F2)
    keys("Skills")
    press(Key.Key_Escape)
    assert prompt.text == seed_text


def test_the_delete_key_removes_a_section_and_undo_restores_every_byte(
    prompt: Prompt, seed_text: str
) -> None:
    prompt.click(EXPERTISE)
    press(Key.Key_Delete)
    start, end = seed_text.index("**Technical Expertise:**"), seed_text.index("**Working Principles:**")
    assert prompt.text == seed_text[:start] + seed_text[end:]
    assert prompt.view.path == EXPERTISE
    prompt.document.undo()
    assert prompt.text == seed_text
    assert prompt.view.path == EXPERTISE
    assert prompt.outline.currentItem().text(0) == "Technical Expertise"


def test_alt_down_moves_a_group_and_numbers_it_anew(prompt: Prompt, seed_text: str) -> None:
    prompt.click((1, 0))
    press(Key.Key_Down, ALT)
    holder = section_at(prompt.document.syntax.sections, GROUPS)
    assert holder is not None
    assert [child.title for child in holder.children[:3]] == [
        "Database Architecture",
        "API Design & Implementation",
        "Business Logic Implementation",
    ]
    assert [prompt.row((1, at)).text(0)[:2] for at in range(6)] == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert prompt.view.path == (1, 1)
    assert "1. **Database Architecture**\n   - Design efficient" in prompt.text
    assert "2. **API Design & Implementation**\n   - Design RESTful" in prompt.text
    prompt.document.undo()
    assert (prompt.text, prompt.view.path) == (seed_text, (1, 0))
    prompt.document.redo()
    assert prompt.view.path == (1, 1)


def test_alt_up_moves_a_section_with_its_groups(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    press(Key.Key_Up, ALT)
    assert prompt.titles()[1:3] == ["Technical Expertise", "Core Responsibilities"]
    assert prompt.view.path == (1,)
    assert len(section_at(prompt.document.syntax.sections, (2,)).children) == 6
    press(Key.Key_Down, ALT)
    assert prompt.text == seed_text


def test_dropping_between_sections_moves_there(prompt: Prompt, seed_text: str) -> None:
    prompt.click(PRINCIPLES)
    # Above “Technical Expertise”: row 3 of the tree, after “Whole prompt” and two sections.
    assert prompt.outline.dropMimeData(None, 3, QMimeData(), Qt.DropAction.MoveAction) is False
    assert prompt.titles()[1:4] == ["Core Responsibilities", "Working Principles", "Technical Expertise"]
    assert prompt.view.path == (2,)
    assert prompt.outline.currentItem().text(0) == "Working Principles"
    prompt.document.undo()
    assert prompt.text == seed_text


def test_a_drop_that_cannot_be_says_why_and_changes_nothing(prompt: Prompt, seed_text: str) -> None:
    prompt.click((1, 2))
    prompt.outline.dropMimeData(prompt.row(EXPERTISE), -1, QMimeData(), Qt.DropAction.MoveAction)
    assert prompt.text == seed_text
    assert prompt.said == ["A group is an item of a list: it can only stand among other groups."]


def test_a_group_dropped_at_the_end_of_its_list_becomes_the_last(prompt: Prompt) -> None:
    prompt.click((1, 0))
    prompt.outline.dropMimeData(prompt.row(GROUPS), -1, QMimeData(), Qt.DropAction.MoveAction)
    assert prompt.row((1, 5)).text(0) == "6. API Design & Implementation"
    assert prompt.view.path == (1, 5)


def test_the_insert_key_adds_a_section_and_lets_one_name_it(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    press(Key.Key_Insert)
    keys("Tools")
    press(Key.Key_Return)
    at = seed_text.index("**Working Principles:**")
    assert prompt.text == seed_text[:at] + "**Tools:**\n\n" + seed_text[at:]
    assert prompt.view.path == (3,)


def test_alt_left_and_right_change_the_level_of_a_heading(make: Callable[[str], Prompt]) -> None:
    prompt = make("# One\n\nText.\n\n# Two\n\nMore.\n")
    prompt.click((1,))
    press(Key.Key_Right, ALT)
    assert "## Two" in prompt.text
    assert prompt.view.path == (0, 0)
    press(Key.Key_Left, ALT)
    assert prompt.view.path == (1,)
    assert prompt.text.endswith("\n# Two\n\nMore.\n")


def test_what_cannot_be_done_is_switched_off_with_its_reason(prompt: Prompt) -> None:
    prompt.click((1, 0))
    off = {a.text(): a.toolTip() for a in prompt.outline.actions() if not a.isEnabled()}
    assert off == {
        "Move up": "Move up (Alt+Up)\nThis is the first one here.",
        "Level out": "Level out (Alt+Left)\nA group is an item of a list and has no level of its own.",
        "Level in": "Level in (Alt+Right)\nA group is an item of a list and has no level of its own.",
    }


def test_folded_rows_stay_folded_while_sections_move(prompt: Prompt) -> None:
    prompt.row(GROUPS).setExpanded(False)
    prompt.click(EXPERTISE)
    press(Key.Key_Up, ALT)
    assert not prompt.row((2,)).isExpanded()


# --- items ---------------------------------------------------------------------------------------


def test_typing_in_an_item_changes_only_its_bytes(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    prompt.click_item(1)
    press(Key.Key_End)
    widget = focus()
    keys(" and SQLite")
    old = "(PostgreSQL, MySQL, MongoDB, Redis)\n"
    assert prompt.text == seed_text.replace(old, old[:-1] + " and SQLite\n", 1)
    assert focus() is widget
    assert prompt.document.undo_label == "Edit item"
    prompt.document.undo()
    assert prompt.text == seed_text


def test_enter_begins_an_item_that_is_in_the_file_from_its_first_letter(
    prompt: Prompt, seed_text: str
) -> None:
    prompt.click(PRINCIPLES)
    prompt.click_item(0)
    press(Key.Key_End, CTRL)
    press(Key.Key_Return)
    assert prompt.text == seed_text
    keys("Test first")
    second = seed_text.index("2. ", seed_text.index("**Working Principles:**"))
    assert prompt.text[: second + 14] == seed_text[:second] + "2. Test first\n"
    assert [item.number for item in section_at(prompt.document.syntax.sections, PRINCIPLES).items] == list(
        range(1, 12)
    )
    assert prompt.items.texts()[1].hasFocus()
    prompt.document.undo()
    assert prompt.text == seed_text


def test_an_item_left_empty_leaves_no_trace(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    prompt.click_item(0)
    press(Key.Key_End)
    press(Key.Key_Return)
    assert len(prompt.items.texts()) == 7
    press(Key.Key_Backspace)
    assert len(prompt.items.texts()) == 6
    assert prompt.items.texts()[0].hasFocus()
    assert prompt.text == seed_text


def test_enter_within_an_item_splits_it(make: Callable[[str], Prompt]) -> None:
    prompt = make("## List\n\n- one two\n- three\n")
    prompt.click((0,))
    prompt.click_item(0)
    press(Key.Key_Home)
    for _ in "one":
        press(Key.Key_Right)
    press(Key.Key_Return)
    assert prompt.text == HEAD + "## List\n\n- one\n- two\n- three\n"
    prompt.document.undo()
    assert prompt.text == HEAD + "## List\n\n- one two\n- three\n"


@pytest.mark.parametrize("index", [0, 1, 2])
def test_backspace_takes_an_emptied_item_away(make: Callable[[str], Prompt], index: int) -> None:
    prompt = make("**List:**\n- a\n- b\n- c\n")
    prompt.click((0,))
    prompt.click_item(index)
    press(Key.Key_End)
    press(Key.Key_Backspace)
    press(Key.Key_Backspace)
    left = [f"- {letter}\n" for at, letter in enumerate("abc") if at != index]
    assert prompt.text == HEAD + "**List:**\n" + "".join(left)
    assert len(prompt.items.texts()) == 2


def test_alt_arrows_move_an_item_and_the_caret_with_it(make: Callable[[str], Prompt]) -> None:
    prompt = make("**List:**\n1. a\n2. b\n3. c\n")
    prompt.click((0,))
    prompt.click_item(2)
    press(Key.Key_Up, ALT)
    assert prompt.text == HEAD + "**List:**\n1. a\n2. c\n3. b\n"
    assert prompt.items.texts()[1].hasFocus()
    press(Key.Key_Down, ALT)
    assert prompt.text == HEAD + "**List:**\n1. a\n2. b\n3. c\n"


def test_control_shift_k_removes_an_item(make: Callable[[str], Prompt]) -> None:
    prompt = make("**List:**\n1. a\n2. b\n3. c\n")
    prompt.click((0,))
    prompt.click_item(0)
    press(Key.Key_K, CTRL | SHIFT)
    assert prompt.text == HEAD + "**List:**\n1. b\n2. c\n"


def test_shift_enter_goes_on_within_an_item(qtbot: QtBot) -> None:
    prompt = Prompt((HEAD + "**List:**\n- a\n- b\n").replace("\n", "\r\n"), qtbot)
    prompt.click((0,))
    prompt.click_item(0)
    press(Key.Key_End)
    press(Key.Key_Return, SHIFT)
    keys("more")
    assert prompt.text == (HEAD + "**List:**\n- a\n  more\n- b\n").replace("\n", "\r\n")


def test_an_item_keeps_characters_a_widget_cannot_hold(make: Callable[[str], Prompt]) -> None:
    prompt = make("**List:**\n- a\u00a0b\u2028c\n")
    prompt.click((0,))
    prompt.click_item(0)
    press(Key.Key_End)
    keys("d")
    assert prompt.text == HEAD + "**List:**\n- a\u00a0b\u2028cd\n"


def test_the_arrows_go_from_item_to_item(prompt: Prompt) -> None:
    prompt.click(PRINCIPLES)
    prompt.click_item(0)
    for _ in range(4):
        press(Key.Key_Down)
    assert any(text.hasFocus() for text in prompt.items.texts()[1:])


# --- title, text, Markdown -----------------------------------------------------------------------


def test_typing_a_title_renames_per_key_in_one_step(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    title = prompt.page.findChild(QLineEdit)
    title.setFocus()
    press(Key.Key_End)
    keys(" and more")
    assert prompt.text == seed_text.replace("**Technical Expertise:**", "**Technical Expertise and more:**")
    assert prompt.row(EXPERTISE).text(0) == "Technical Expertise and more"
    prompt.document.undo()
    assert prompt.text == seed_text
    assert title.text() == "Technical Expertise"


def test_an_empty_title_is_not_applied_and_comes_back(prompt: Prompt, seed_text: str) -> None:
    prompt.click(EXPERTISE)
    title = prompt.page.findChild(QLineEdit)
    title.setFocus()
    title.selectAll()
    press(Key.Key_Delete)
    assert prompt.text == seed_text
    assert prompt.said == ["A section needs a title."]
    press(Key.Key_Tab)
    assert title.text() == "Technical Expertise"


def test_text_is_edited_where_it_stands(prompt: Prompt, seed_text: str) -> None:
    prompt.click(CLOSING)
    prompt.page.take_focus()
    press(Key.Key_End, CTRL)
    keys(" Always.")
    assert prompt.text == seed_text.rstrip("\n") + " Always." + seed_text[len(seed_text.rstrip("\n")) :]


TABLE = "# T\n\n| a | b |\n|:--|--:|\n| 1   |  2 |\n\n# Next\n\n*  odd   list\n"


def test_a_table_edited_as_text_keeps_all_other_bytes(make: Callable[[str], Prompt]) -> None:
    prompt = make(TABLE.replace("\n", "\r\n"))
    prompt.click((0,))
    prompt.page.take_focus()
    press(Key.Key_End, CTRL)
    press(Key.Key_Left)
    press(Key.Key_Left)
    keys("0")
    assert prompt.text == HEAD + TABLE.replace("  2 |", "  20 |").replace("\n", "\r\n")


def test_a_table_edited_as_markdown_keeps_all_other_bytes(make: Callable[[str], Prompt]) -> None:
    prompt = make(TABLE)
    prompt.click((0,))
    prompt.mode("Markdown")
    prompt.page.take_focus()
    assert focus() is prompt.markdown
    press(Key.Key_End, CTRL)
    press(Key.Key_Return)
    keys("| 3 | 4 |")
    assert prompt.text == HEAD + TABLE.replace("|  2 |\n", "|  2 |\n| 3 | 4 |\n")


def test_what_becomes_two_sections_stays_together_while_one_types(make: Callable[[str], Prompt]) -> None:
    prompt = make("# One\n\nText.\n\n# Three\n")
    prompt.click((0,))
    prompt.mode("Markdown")
    prompt.page.take_focus()
    press(Key.Key_End, CTRL)
    for key in "\n\n# Two\n\nMore words.":
        press(Key.Key_Return) if key == "\n" else keys(key)
    assert prompt.text == HEAD + "# One\n\nText.\n\n# Two\n\nMore words.\n\n# Three\n"
    assert prompt.titles() == ["One", "Two", "Three"]
    prompt.click((1,))
    assert prompt.markdown.own() == "# Two\n\nMore words."


def test_the_first_text_of_an_empty_section_stands_below_its_title(make: Callable[[str], Prompt]) -> None:
    prompt = make("# One\n\n# Two\n")
    prompt.click((0,))
    prompt.page.take_focus()
    keys("Some text")
    assert prompt.text == HEAD + "# One\n\nSome text\n\n# Two\n"
    prompt.document.undo()
    assert prompt.text == HEAD + "# One\n\n# Two\n"


def test_an_empty_section_can_begin_with_a_list(make: Callable[[str], Prompt]) -> None:
    prompt = make("**One:**\n\n**Two:**\n")
    prompt.click((0,))
    prompt.button("Start a list").click()
    keys("first")
    press(Key.Key_Return)
    keys("second")
    assert prompt.text == HEAD + "**One:**\n- first\n- second\n\n**Two:**\n"


def test_tab_indents_a_list_item_in_markdown(make: Callable[[str], Prompt]) -> None:
    prompt = make("# One\n\n- a\n- b\n")
    prompt.click(())
    prompt.page.take_focus()
    press(Key.Key_End, CTRL)
    press(Key.Key_Tab)
    assert prompt.text == HEAD + "# One\n\n- a\n  - b\n"
    press(Key.Key_Return)
    keys("c")
    assert prompt.text == HEAD + "# One\n\n- a\n  - b\n  - c\n"
    press(Key.Key_Backtab, SHIFT)
    assert prompt.text == HEAD + "# One\n\n- a\n  - b\n- c\n"


def test_control_b_makes_the_selection_bold_and_plain_again(make: Callable[[str], Prompt]) -> None:
    prompt = make("some words\n")
    prompt.click(())
    prompt.page.take_focus()
    press(Key.Key_End, CTRL)
    press(Key.Key_Left, CTRL | SHIFT)
    press(Key.Key_B, CTRL)
    assert prompt.text == HEAD + "some **words**\n"
    press(Key.Key_B, CTRL)
    assert prompt.text == HEAD + "some words\n"


# --- the document changes elsewhere --------------------------------------------------------------


def test_the_choice_follows_its_section_when_text_comes_before_it(prompt: Prompt) -> None:
    prompt.click(EXPERTISE)
    at = prompt.document.syntax.body.start
    prompt.document.apply(Transaction((replace(at, at, "\n**New:**\n- x\n"),), "Type"))
    assert prompt.outline.currentItem().text(0) == "Technical Expertise"


def test_reveal_goes_to_the_item(prompt: Prompt, seed_text: str) -> None:
    prompt.view.reveal(seed_text.index("Optimize queries for performance"))
    assert prompt.view.path == (1, 1)
    assert prompt.items.texts()[1].hasFocus()


def test_a_hidden_view_catches_up_when_it_is_shown(prompt: Prompt) -> None:
    prompt.view.hide()
    document = prompt.document
    attempt(
        document, rename_section(document.text, document.syntax.body.start, EXPERTISE, "Skills"), "Rename"
    )
    assert prompt.row(EXPERTISE).text(0) == "Technical Expertise"
    prompt.view.show()
    assert prompt.row(EXPERTISE).text(0) == "Skills"


def test_an_empty_prompt_offers_its_first_section(make: Callable[[str], Prompt]) -> None:
    prompt = make("")
    prompt.button("Add a section").click()
    keys("Role")
    press(Key.Key_Return)
    assert prompt.text == HEAD + "\n## Role\n"
    prompt.document.undo()
    prompt.document.undo()
    assert prompt.text == HEAD
    assert prompt.button("Add a section").isVisible()


def test_an_empty_prompt_can_be_written_as_markdown(make: Callable[[str], Prompt]) -> None:
    prompt = make("")
    prompt.button("Write Markdown").click()
    keys("You are")
    assert prompt.text == HEAD + "\nYou are\n"
    assert focus() is prompt.markdown


@pytest.mark.parametrize("path", [(), (0,)], ids=["whole prompt", "text above the first title"])
@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_X], ids=["deleted", "cut"])
def test_a_text_that_is_emptied_can_be_written_anew(
    make: Callable[[str], Prompt], path: SectionPath, key: Qt.Key
) -> None:
    prompt = make("\nYou are good.\n")
    prompt.click(path)
    prompt.mode("Text" if path else "Markdown")
    prompt.page.take_focus()
    press(Key.Key_A, CTRL)
    press(key, CTRL if key == Key.Key_X else Qt.KeyboardModifier.NoModifier)
    assert "good" not in prompt.text
    keys("be better")
    assert prompt.text.split("---\n")[-1].strip() == "be better"
    prompt.document.undo()
    prompt.document.undo()
    assert prompt.text == HEAD + "\nYou are good.\n"


def test_every_input_and_button_has_a_name(prompt: Prompt) -> None:
    prompt.click(EXPERTISE)
    nameless = [
        widget
        for widget in prompt.view.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not (widget.accessibleName() or getattr(widget, "text", lambda: "")())
    ]
    assert nameless == []


def test_tab_goes_through_the_page_from_top_to_bottom(prompt: Prompt) -> None:
    prompt.click(EXPERTISE)
    prompt.page.findChild(QLineEdit).setFocus()
    stops = []
    for _ in range(8):
        press(Key.Key_Tab)
        stops.append(focus())
    texts = prompt.items.texts()
    assert stops[1:7] == texts
    assert stops[0].text() == "List"
    assert stops[7] is prompt.button("Add item")


def test_tab_still_goes_from_item_to_item_after_some_came_and_went(make: Callable[[str], Prompt]) -> None:
    prompt = make("**List:**\n- a\n- b\n")
    prompt.click((0,))
    prompt.click_item(0)
    press(Key.Key_End)
    press(Key.Key_Return)
    keys("new")
    press(Key.Key_Tab)
    assert focus() is prompt.items.texts()[2]
    press(Key.Key_Backtab, SHIFT)
    press(Key.Key_Backtab, SHIFT)
    assert focus() is prompt.items.texts()[0]


def test_return_goes_into_the_text_and_escape_back_to_the_outline(prompt: Prompt) -> None:
    prompt.click(EXPERTISE)
    press(Key.Key_Return)
    assert focus() is prompt.items.texts()[0]
    press(Key.Key_Escape)
    assert focus() is prompt.outline


def test_a_problem_of_a_section_stands_at_it_with_its_fix(make: Callable[[str], Prompt]) -> None:
    prompt = make("# One\n\nText\x07 here.\n\n# Two\n\nMore.\n")
    prompt.click((1,))
    assert not prompt.page.findChild(Problems).isVisible()
    prompt.click((0,))
    problems = prompt.page.findChild(Problems)
    assert problems.isVisible()
    assert len(problems.sentences) == 1
    prompt.document.apply(Transaction(prompt.document.problems[-1].fixes[0].edits, "Fix"))
    assert not problems.isVisible()


@pytest.mark.parametrize("path", [(), (0,), (1,)])
def test_bytes_that_are_not_utf8_stay_while_one_types(
    make: Callable[[str], Prompt], path: SectionPath
) -> None:
    prompt = make("\udcbc text\n\n**L\udcff:**\n- \udcbc item\n")
    before = prompt.text
    prompt.click(path)
    prompt.page.take_focus()
    press(Key.Key_End, CTRL)
    keys("x")
    assert len(prompt.text) == len(before) + 1
    assert [c for c in prompt.text if c > "\ud7ff"] == ["\udcbc", "\udcff", "\udcbc"]


def test_renaming_keeps_bytes_that_are_not_utf8(make: Callable[[str], Prompt]) -> None:
    prompt = make("**L\udcff:**\n- item\n")
    prompt.click((0,))
    press(Key.Key_F2)
    press(Key.Key_End)
    keys("x")
    press(Key.Key_Return)
    assert prompt.text == HEAD + "**L\udcffx:**\n- item\n"


def test_another_section_is_shown_from_its_start(prompt: Prompt) -> None:
    prompt.click(())
    assert prompt.markdown.verticalScrollBar().value() == 0
    assert prompt.markdown.textCursor().position() == 0


# --- any sequence --------------------------------------------------------------------------------

BODIES = [
    "Intro.\r\n\r\n## A\r\n- one\r\n- two\r\n\r\n## B\r\n1. x\r\n2. y\r\n\r\n### C\r\n\r\nText.\r\n",
    "1. **G:**\n   - a\n   - b\n2. **H:**\n   - c\n\n**L:**\n* d\n* e\n\nThen:\n1. f\n\nEnd\u00a0\U0001f600.\n",
]
STEPS = [
    "choose",
    "type",
    "enter",
    "erase",
    "up",
    "down",
    "in",
    "out",
    "delete",
    "mode",
    "undo",
    "redo",
    "focus",
]


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(
    body=st.sampled_from(BODIES),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=14),
)
def test_after_any_steps_the_view_shows_the_document_and_undo_leads_back(
    qtbot: QtBot, body: str, steps: list[tuple[str, int]]
) -> None:
    prompt = Prompt(HEAD.replace("\n", "\r\n") + body if "\r" in body else HEAD + body, qtbot)
    start = prompt.text
    try:
        for name, number in steps:
            do(prompt, name, number)
            assert shows_the_document(prompt)
        for _ in range(100):
            if prompt.document.undo() is None:
                break
            assert shows_the_document(prompt)
        assert prompt.text == start
    finally:
        prompt.view.close()


def do(prompt: Prompt, name: str, number: int) -> None:
    outline = prompt.outline
    match name:
        case "choose":
            paths = [(), *(path for path, _ in walk(prompt.document.syntax.sections))]
            prompt.view.choose(paths[number % len(paths)])
        case "type":
            keys("ab #-1"[number % 6])
        case "enter":
            press(Key.Key_Return)
        case "erase":
            press(Key.Key_Backspace)
        case "focus":
            prompt.page.take_focus()
        case "mode":
            if prompt.view.path:
                prompt.mode("Markdown")
        case "undo":
            prompt.document.undo()
        case "redo":
            prompt.document.redo()
        case _:
            key = {"up": Key.Key_Up, "down": Key.Key_Down, "in": Key.Key_Right, "out": Key.Key_Left}.get(name)
            outline.setFocus()
            press(key, ALT) if key else press(Key.Key_Delete)


def shows_the_document(prompt: Prompt) -> bool:
    """Whether outline and page show what the file says, apart from what is typed and not applied."""
    sections = prompt.document.syntax.sections
    if not sections:
        return True
    paths = [path for path, _ in walk(sections)]
    assert count(prompt.outline.invisibleRootItem()) == len(paths) + 1
    assert prompt.outline.path_at(prompt.outline.currentItem()) == prompt.view.path
    section = section_at(sections, prompt.view.path)
    if prompt.page.markdown:
        # While the user is in it, it may hold more than one section: then all of it is in the file.
        own = md.trimmed(prompt.markdown.own())
        assert (prompt.markdown.pending and prompt.said) or own in md.unified(prompt.text)
    elif section is not None and section.kind in ("bullets", "numbered"):
        shown = [text for text in prompt.items.texts() if not text.placeholderText() or text.own()]
        assert len(shown) == len(section.items)
        assert all(
            same_item(text.own(), item.text) or (text.pending and (prompt.said or not text.own().strip()))
            for text, item in zip(shown, section.items, strict=True)
        )
    return True


def count(item: QTreeWidgetItem) -> int:
    return sum(1 + count(item.child(at)) for at in range(item.childCount()))


def test_an_item_is_dragged_by_its_number_and_the_others_are_renumbered(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = Prompt(HEAD + "## Steps\n\n1. one\n2. two\n3. three\n", qtbot)
    prompt.view.choose((0,))
    items = prompt.items
    QApplication.processEvents()

    def carried(_source: QWidget, _row: QWidget) -> None:
        below = items._rows[2].geometry().bottom()
        data = QMimeData()
        data.setData(MIME, b"")
        where = QPoint(20, below)
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        move = Qt.DropAction.MoveAction
        items.dragEnterEvent(QDragEnterEvent(where, move, data, left, none))
        items.dragMoveEvent(QDragMoveEvent(where, move, data, left, none))
        assert items._drop_place == 3
        items.grab()  # the line is painted
        items.dropEvent(QDropEvent(where, move, data, left, none))

    monkeypatch.setattr(section_items, "drag", carried)
    handle = items._rows[0].mark
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(4, 8))
    QTest.mouseMove(handle, QPoint(4, 60))
    assert prompt.text == HEAD + "## Steps\n\n1. two\n2. three\n3. one\n"
    prompt.document.undo()
    assert prompt.text == HEAD + "## Steps\n\n1. one\n2. two\n3. three\n"
