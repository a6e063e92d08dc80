"""The box that goes to anything: with real keys, and what a screen reader hears."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from agenteditor.core.go_to import Goal
from agenteditor.ui.go_to_box import MOST_ROWS, Choice, GoToBox, Group
from agenteditor.ui.icons import icon

K = Qt.Key


@pytest.fixture
def chosen():
    return []


@pytest.fixture
def box(qtbot, chosen):
    """A box over a window with a field; what was chosen is noted."""
    window = QWidget()
    window.setLayout(QVBoxLayout())
    window.field = QLineEdit()
    window.layout().addWidget(window.field)
    window.resize(700, 500)
    qtbot.addWidget(window)

    def choices(names, **more):
        return [
            Choice(Goal(name, "beside"), icon("agent"), lambda n=name: chosen.append(n), **more)
            for name in names
        ]

    window.groups = {
        "": [
            Group(choices(["reviewer", "backend-reviewer", "backend-engineer"])),
            Group(choices(["Rules", "Reviews"]), always=False),
        ],
        ">": [Group([*choices(["Save"], keys="Ctrl+S"), *choices(["Revert"], enabled=False)])],
        "@": [],
    }
    made = GoToBox(window, lambda prefix: window.groups[prefix])
    window.show()
    window.activateWindow()
    window.field.setFocus()
    qtbot.waitExposed(window)
    QApplication.processEvents()
    return made


def press(*keys):
    for key in keys:
        if isinstance(key, str):
            QTest.keyClicks(QApplication.focusWidget(), key)
        else:
            QTest.keyClick(QApplication.focusWidget(), key)
    QApplication.processEvents()


def names(box):
    return [box.rows.index(row).data() for row in range(box.rows.rowCount())]


def current(box):
    return box.list.currentIndex().data()


def test_typing_ranks_and_enter_chooses_the_best(box, chosen):
    box.open()
    assert names(box) == ["reviewer", "backend-reviewer", "backend-engineer"]
    press("bkrev")
    assert names(box) == ["backend-reviewer"]
    press(K.Key_Return)
    assert chosen == ["backend-reviewer"]
    assert box.isHidden() and box.parentWidget().field.hasFocus()


def test_a_later_group_stands_behind_the_first_and_only_when_something_is_typed(box):
    box.open()
    press("re")
    assert names(box) == ["reviewer", "backend-reviewer", "Reviews", "Rules"]
    press(K.Key_Backspace, K.Key_Backspace)
    assert "Rules" not in names(box)


def test_the_arrow_keys_walk_round_and_home_and_end_go_to_the_ends(box, chosen):
    box.open()
    steps = {
        K.Key_Down: "backend-reviewer",
        K.Key_End: "backend-engineer",
        K.Key_Up: "backend-reviewer",
        K.Key_Home: "reviewer",
        K.Key_PageDown: "backend-engineer",
        K.Key_PageUp: "reviewer",
    }
    for key, name in steps.items():
        press(key)
        assert current(box) == name
    press(K.Key_Up)
    assert current(box) == "backend-engineer"
    press(K.Key_Down)
    assert current(box) == "reviewer"
    press(K.Key_Down, K.Key_Enter)
    assert chosen == ["backend-reviewer"]


def test_escape_closes_without_choosing_and_gives_the_focus_back(box, chosen):
    box.open()
    press("rev", K.Key_Escape)
    assert box.isHidden() and chosen == [] and box.parentWidget().field.hasFocus()


def test_it_closes_when_the_focus_goes_elsewhere(box, chosen):
    box.open()
    box.parentWidget().field.setFocus()
    QApplication.processEvents()
    assert box.isHidden() and chosen == []


def test_a_click_chooses(box, chosen, qtbot):
    box.open()
    QApplication.processEvents()
    place = box.list.visualRect(box.rows.index(1)).center()
    qtbot.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: chosen == ["backend-reviewer"])


def test_what_is_not_possible_now_is_shown_and_not_done(box, chosen):
    box.open(">")
    assert names(box) == ["Save", "Revert"]
    press(K.Key_Down, K.Key_Return)
    assert chosen == [] and box.isVisible()
    assert "not possible now" in box.field.accessibleDescription()
    press(K.Key_Up, K.Key_Return)
    assert chosen == ["Save"]


def test_a_screen_reader_hears_what_enter_would_choose(box):
    box.open(">")
    assert box.field.accessibleName() and box.list.accessibleName()
    assert box.field.accessibleDescription() == "Save, beside, Ctrl+S"
    press("zzz")
    assert box.field.accessibleDescription() == "No command has these letters in its name."


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "> for commands"),
        ("zzz", "No agent, section or example"),
        (">zzz", "No command"),
        ("@", "Open an agent first"),
        ("@x", "No field, example or section"),
    ],
)
def test_an_empty_list_says_why(box, typed, words):
    box.open(typed)
    assert words in box.hint.text() and box.hint.isVisible()
    assert box.list.isVisible() == bool(names(box))


def test_without_agents_it_says_what_to_do(box):
    box.parentWidget().groups[""] = [Group([])]
    box.open()
    assert "Open a folder of agents first" in box.hint.text()


def test_how_many_are_left_out_is_said(box):
    many = [Choice(Goal(f"agent-{number}"), icon("agent"), list) for number in range(2_345)]
    box.parentWidget().groups[""] = [Group(many)]
    box.open()
    assert box.rows.rowCount() == MOST_ROWS
    assert "100 of 2,345" in box.hint.text()


def test_tab_leads_nowhere_and_a_smaller_window_keeps_it_inside(box):
    box.open()
    press(K.Key_Tab)
    assert box.field.hasFocus()
    window = box.parentWidget()
    window.resize(400, 300)
    QApplication.processEvents()
    assert window.rect().contains(box.geometry())


@pytest.mark.parametrize("name", ["a\nb", "<b>bold</b>", "\U0001f600 x", "\r\n", "\ud83d", "x" * 5000])
def test_any_name_is_drawn_as_it_is(box, name):
    box.parentWidget().groups[""] = [Group([Choice(Goal(name, name), icon("agent"), list, keys="Ctrl+X")])]
    box.open()
    press("b" if "b" in name else "x")
    box.grab()
    assert box.rows.rowCount() == (not name.isspace() and name != "\ud83d")
