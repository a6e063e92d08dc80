"""The list of a plan: rows for files, boxes for files and their parts, one difference at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from agenteditor.core.batch import FileChange, Part, Plan, Refused, planned
from agenteditor.core.text import replace
from agenteditor.ui.batch_list import BatchList

ROOT = Path("agents")
ON, OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked
PARTS = (
    Part("name", "a → b", (replace(0, 1, "b"),), fixed=True),
    Part("line 1", "a second a", (replace(2, 3, "b"),)),
    Part("line 1", "a third a", (replace(4, 5, "b"),), wanted=False),
)
MOVED = FileChange("moved", ROOT / "a.md", "a a a", "b b a", None, ROOT / "b.md", "Look.", PARTS)
EDITED = FileChange("edited", ROOT / "sub" / "c.md", "a a a", "a b a", None, parts=PARTS[1:])
PLAN = Plan("Rename", (MOVED, EDITED), (Refused(ROOT / "d.md", "It is read-only."),))


@pytest.fixture
def shown(qtbot):
    made = BatchList()
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    planned(made.showing_plan(PLAN, ROOT, choosable=True))
    return made


def test_rows_say_what_happens_to_each_file_and_why_one_is_left_alone(shown):
    assert [(row.text(0), row.text(1)) for row in shown.rows()] == [
        ("a.md", "becomes b.md, with the changes below. Look."),
        ("sub/c.md", "is changed as below"),
        ("d.md", "It is read-only."),
    ]
    assert [row.childCount() for row in shown.rows()] == [3, 2, 0]


def test_what_is_chosen_follows_the_boxes(shown):
    assert shown.chosen() == [MOVED, EDITED]
    moved, edited, _ = shown.rows()
    moved.child(2).setCheckState(0, ON)
    edited.setCheckState(0, OFF)
    (only,) = shown.chosen()
    assert (only.after, only.target) == ("b b b", ROOT / "b.md")
    assert shown.present() == ("a a a", "b b b")


def test_a_file_goes_off_with_its_last_part_and_on_with_its_first(shown):
    edited = shown.rows()[1]
    edited.child(0).setCheckState(0, OFF)
    assert edited.checkState(0) == OFF
    edited.child(1).setCheckState(0, ON)
    assert edited.checkState(0) == ON and shown.chosen()[1].after == "a a b"
    edited.child(1).setCheckState(0, OFF)
    edited.setCheckState(0, ON)
    assert [edited.child(at).checkState(0) for at in range(2)] == [ON, ON]


def test_all_boxes_at_once_tell_it_once(shown, qtbot):
    told = []
    shown.chosen_changed.connect(lambda: told.append(len(shown.chosen())))
    shown.tick_all(False)
    shown.tick_all(True)
    assert told == [0, 2]


def test_a_plan_that_cannot_be_chosen_from_has_no_boxes(shown):
    planned(shown.showing_plan(PLAN, ROOT, choosable=False))
    assert all(row.data(0, Qt.ItemDataRole.CheckStateRole) is None for row in shown.rows())
    assert shown.present() == ("a a a", "b b a")


def test_thousands_of_rows_are_made_in_steps(shown):
    many = Plan("x", tuple(FileChange("edited", ROOT / f"{n}.md", "a", "b", None) for n in range(600)))
    steps = shown.showing_plan(many, ROOT, choosable=True)
    next(steps)
    assert len(shown.rows()) == 3, "the old rows stay until the new ones are whole"
    planned(steps)
    assert len(shown.rows()) == 600 and shown.uniformRowHeights()


def test_the_result_has_what_was_left_alone_on_top(shown):
    planned(shown.showing_result([MOVED], [Refused(ROOT / "x.md", "It was changed.")]))
    assert [(row.text(0), row.text(1)) for row in shown.rows()] == [
        ("x.md", "It was changed."),
        ("b.md", "was a.md"),
    ]
