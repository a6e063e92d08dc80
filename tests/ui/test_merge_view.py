"""A merge in view: what each conflict is called, both sides of it, and the file with what was decided."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from agenteditor.core.merging import merge
from agenteditor.ui.merge_view import MergeView, SideWords

BASE = "---\nname: a\nmodel: opus\n---\n\n## One\n\nFirst things first.\n\n## Two\n\nSecond to none.\n"
SIDES = SideWords(
    ("Mine", "On disk"), ("mine", "on disk"), ("&Keep mine", "Take &disk’s"), ("Keep &all", "&Take all")
)


@pytest.fixture
def view(qtbot):
    made = MergeView("Here", "After", SIDES)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


def titles(view: MergeView) -> list[str]:
    return [item.text(0) for item in view.list.rows()]


def test_a_change_without_conflicts_is_a_comparison_alone(view):
    view.show_merge(merge(BASE, BASE, BASE.replace("opus", "haiku")), {})
    assert not view.conflicts.isVisible() and not view.result.is_empty
    view.show_change("a\n", "a\n")
    assert view.result.is_empty


@pytest.mark.parametrize(
    "ours, theirs, title",
    [
        (("opus", "haiku"), ("opus", "sonnet"), "Field “model”"),
        (("opus", "haiku"), ("model: opus\n", ""), "Field “model”: removed there"),
        (("model: opus\n", ""), ("opus", "haiku"), "Field “model”: removed here"),
        (("First", "1st"), ("First", "Foremost"), "Section “One”"),
    ],
)
def test_a_conflict_is_named_for_people(view, ours, theirs, title):
    view.show_merge(merge(BASE, BASE.replace(*ours), BASE.replace(*theirs)), {})
    assert titles(view) == ["The file, before and after", title]


def test_without_a_base_it_says_on_which_side_something_is(view):
    view.show_merge(
        merge(None, BASE.replace("model: opus\n", ""), BASE.replace("## Two\n\nSecond to none.\n", "")), {}
    )
    assert titles(view)[1:] == ["Field “model”: only there", "Section “Two”: only here"]


def test_what_does_not_parse_is_named_by_its_lines(view):
    broken = BASE.replace("name: a", "name: 'a")
    view.show_merge(merge(broken, broken.replace("opus", "x"), broken.replace("opus", "y")), {})
    assert titles(view)[1] == "Line 3"


def test_a_decision_goes_on_to_the_next_conflict_and_into_the_file(view, qtbot):
    ours = BASE.replace("opus", "haiku").replace("First", "1st")
    theirs = BASE.replace("opus", "sonnet").replace("First", "Foremost")
    merged = merge(BASE, ours, theirs)
    view.show_merge(merged, {})
    with qtbot.waitSignal(view.decided):
        QTest.mouseClick(view.theirs_button, Qt.MouseButton.LeftButton)
    assert view.choices == {0: "theirs"} and view.list.currentItem().text(0) == "Section “One”"
    QTest.keyClick(view.list, Qt.Key.Key_Home)
    assert view.stack.currentWidget() is view.result and view.ours_button.text() == "Keep &all"
    text = "\n".join(entry.new.text for entry in view.result.entries if getattr(entry, "new", None))
    assert "model: sonnet" in text and "Foremost" not in text


def test_text_of_a_file_is_shown_as_text(view):
    title = "<img src=file:/etc/hosts>"
    base = BASE.replace("## One", f"**{title}**")
    view.show_merge(merge(base, base.replace("First", "1"), base.replace("First", "2")), {})
    assert titles(view)[1] == f"Section “{title}”"
