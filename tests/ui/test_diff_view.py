"""The comparison: rows, signs, marks, folding, two sides, keys; and that nothing is told by colour alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from agenteditor.core.differences import Gap, Row
from agenteditor.ui import theme
from agenteditor.ui.diff_rows import parts, spoken
from agenteditor.ui.diff_view import DiffView

OLD = "".join(f"line {n}\n" for n in range(1, 41))
NEW = OLD.replace("line 20\n", "line twenty\n").replace("line 30\n", "")


@pytest.fixture
def light(qapp):
    theme.apply(qapp, "light")
    QApplication.processEvents()
    yield theme.current()
    theme.apply(qapp, "light")
    QApplication.processEvents()


@pytest.fixture
def view(qtbot, light):
    def make(old: str = OLD, new: str = NEW, size: tuple[int, int] = (500, 500), **titles: str):
        made = DiffView(old, new, **titles)
        qtbot.addWidget(made)
        made.resize(*size)
        made.show()
        made.activateWindow()
        return made

    return make


def drawn(diff: DiffView) -> list[str]:
    """The rows as they are spoken."""
    return [spoken(entry) for entry in diff.entries]


def gaps(diff: DiffView) -> list[int]:
    return [row for row, entry in enumerate(diff.entries) if isinstance(entry, Gap)]


def rectangle(diff: DiffView, row: int):
    return diff.list.visualRect(diff.model.index(row))


def test_changes_stand_with_three_lines_of_context(view):
    assert drawn(view()) == [
        "16 lines unchanged",
        "Line 17: line 17",
        "Line 18: line 18",
        "Line 19: line 19",
        "Removed, line 20: line 20",
        "Added, line 20: line twenty",
        "Line 21: line 21",
        "Line 22: line 22",
        "Line 23: line 23",
        "3 lines unchanged",
        "Line 27: line 27",
        "Line 28: line 28",
        "Line 29: line 29",
        "Removed, line 30: line 30",
        "Line 30: line 31",
        "Line 31: line 32",
        "Line 32: line 33",
        "7 lines unchanged",
    ]


def test_the_headline_counts(view):
    assert view().summary.text() == "2 lines removed · 1 line added"
    assert view("a\nb\n", "a\r\nb\r\n").summary.text() == "Only line ends differ: 2 lines"


def test_equal_texts_have_a_calm_sentence(view):
    made = view(OLD, OLD, empty="No changes since the last save")
    assert made.is_empty
    (label,) = (label for label in made.findChildren(QLabel) if label.isVisible())
    assert label.text() == "No changes since the last save"
    made.show_texts(OLD, NEW)
    assert not made.is_empty and made.list.isVisible()
    made.show_texts(NEW, NEW)
    assert made.is_empty


def test_a_wide_view_has_two_sides_with_titles_and_a_narrow_one_has_not(view):
    made = view(size=(1300, 400), old_title="Saved", new_title="Now")
    assert made.has_sides
    changed = [entry for entry in made.entries if isinstance(entry, Row) and entry.kind == "changed"]
    assert [(row.old.text, row.new.text) for row in changed] == [("line 20", "line twenty")]
    assert [label.text() for label in made.findChildren(QLabel) if label.isVisible()][-2:] == ["Saved", "Now"]
    made.resize(500, 400)
    QApplication.processEvents()
    assert not made.has_sides
    assert "Removed, line 20: line 20" in drawn(made)


def test_a_gap_opens_by_click(view, qtbot):
    made = view()
    place = rectangle(made, 0).center()
    qtbot.mouseClick(made.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert drawn(made)[:2] == ["Line 1: line 1", "Line 2: line 2"]
    assert len(gaps(made)) == 2


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_gap_opens_by_key_and_the_row_stays(view, qtbot, key):
    made = view()
    made.list.setFocus()
    made.list.setCurrentIndex(made.model.index(9))
    qtbot.keyClick(made.list, key)
    assert drawn(made)[9:12] == ["Line 24: line 24", "Line 25: line 25", "Line 26: line 26"]
    assert made.list.currentIndex().row() == 9
    qtbot.keyClick(made.list, Qt.Key.Key_Down)
    assert made.list.currentIndex().row() == 10


def test_enter_on_a_line_does_nothing(view, qtbot):
    made = view()
    before = drawn(made)
    made.list.setCurrentIndex(made.model.index(2))
    qtbot.keyClick(made.list, Qt.Key.Key_Return)
    assert drawn(made) == before


def test_keys_and_buttons_go_from_change_to_change_and_round(view, qtbot):
    made = view()
    qtbot.waitUntil(made.isActiveWindow)
    made.list.setFocus()
    rows = []
    for _ in range(3):
        qtbot.keyClick(made.list, Qt.Key.Key_F7)
        rows.append(made.list.currentIndex().row())
    assert rows == [4, 13, 4]
    qtbot.keyClick(made.list, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    assert made.list.currentIndex().row() == 13
    up, down = made.findChildren(QToolButton)
    assert (up.accessibleName(), down.accessibleName()) == ("Previous change (Shift+F7)", "Next change (F7)")
    qtbot.mouseClick(up, Qt.MouseButton.LeftButton)
    assert made.list.currentIndex().row() == 4
    qtbot.mouseClick(down, Qt.MouseButton.LeftButton)
    assert made.list.currentIndex().row() == 13


def test_copied_rows_have_their_signs(view, qtbot):
    made = view()
    made.list.setFocus()
    made.list.setCurrentIndex(made.model.index(3))
    for _ in range(3):
        qtbot.keyClick(made.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(made.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == " line 19\n-line 20\n+line twenty\n line 21"


def test_a_screen_reader_gets_every_row_in_words(view):
    made = view()
    role = Qt.ItemDataRole.AccessibleTextRole
    assert [made.model.index(row).data(role) for row in range(made.model.rowCount())] == drawn(made)
    assert made.list.accessibleName() == "Differences"


MARKS = {
    "a word": ("keep one word\n", "keep two word\n", ["keep ", "[two]", " word"]),
    "a no-break space": ("keep a b\n", "keep a\u00a0b\n", ["keep a", "[⍽]", "b"]),
    "a blank at the end": ("keep a\n", "keep a \n", ["keep a", "[·]"]),
    "a blank before a word that changed is none at the end": (
        "keep one two\n",
        "keep one six\n",
        ["keep one ", "[six]"],
    ),
    "nothing to be seen": ("keep ab\n", "keep a\u200bb\n", ["keep ", "[a]", "[[U+200B]]", "[b]"]),
    "a line end": ("a\n", "a\r\n", ["a", "[[CRLF]]"]),
    "no line end": ("a\n", "a", ["a", "[[no line end]]"]),
}


@pytest.mark.parametrize(("old", "new", "expected"), MARKS.values(), ids=MARKS)
def test_what_changed_is_marked_even_where_it_cannot_be_seen(view, old, new, expected):
    (row,) = (entry for entry in view(old, new).entries if isinstance(entry, Row) and entry.new)
    shown = [f"[{part.text}]" if part.changed else part.text for part in parts(row.new, plainly=False)]
    assert shown == expected


def colours_at(diff: DiffView, row: int) -> set[str]:
    image = diff.list.viewport().grab(rectangle(diff, row)).toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_removed_and_added_have_signs_grounds_and_marked_words(view, light):
    made = view("keep one word\n", "keep two word\n")
    removed, added = colours_at(made, 0), colours_at(made, 1)
    assert {light.removed.name(), light.removed_word.name()} <= removed
    assert {light.added.name(), light.added_word.name()} <= added
    for colours, sign in ((removed, light.error), (added, light.good)):
        # Thin strokes are blended with the ground.
        assert min(_distance(QColor(name), sign) for name in colours) < 60


def _distance(one: QColor, other: QColor) -> int:
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return sum(abs(a - b) for a, b in pairs)


def test_another_theme_has_its_colours(view, qapp):
    made = view("keep one word\n", "keep two word\n")
    theme.apply(qapp, "dark")
    QApplication.processEvents()
    assert theme.current().dark
    assert theme.current().added.name() in colours_at(made, 1)


def test_a_long_line_is_wrapped_and_nothing_is_cut_off(view):
    made = view("short\n", "word " * 300 + "\n")
    row = next(at for at, entry in enumerate(made.entries) if isinstance(entry, Row) and entry.new)
    lines = rectangle(made, row).height() / made.list.fontMetrics().height()
    assert lines > 20
    assert made.list.horizontalScrollBar().maximum() == 0
    wide = rectangle(made, row).height()
    made.resize(320, 500)
    QApplication.processEvents()
    assert rectangle(made, row).height() > wide


def test_the_height_of_a_plain_line_is_the_same_as_when_qt_lays_it_out(view):
    # The first is guessed from its length, the second has a letter that forbids guessing.
    made = view("", "x" * 30 + "\n" + "é" * 30 + "\n")
    assert rectangle(made, 0).height() == rectangle(made, 1).height()


def test_a_very_long_line_is_shown_around_its_change_only(view):
    made = view("x" * 50_000, "x" * 25_000 + "yes" + "x" * 25_000)
    (row,) = (entry for entry in made.entries if isinstance(entry, Row) and entry.new)
    shown = "".join(part.text for part in parts(row.new, plainly=False))
    assert "yes" in shown and len(shown) < 1_000
    assert shown.count("characters]") == 2


def test_a_large_comparison_is_shown_whole(view):
    made = view("".join(f"{n}\n" for n in range(5_000)), "".join(f"{n} x\n" for n in range(5_000)))
    assert len(made.entries) == 10_000
    assert rectangle(made, 9_999).bottom() > 9_999 * made.list.fontMetrics().height()


def test_a_new_comparison_stays_where_the_last_one_was_read(view):
    old = "".join(f"line {n}\n" for n in range(300))
    new = "".join(f"line {n} new\n" for n in range(300))
    made = view(old, new)
    made.list.verticalScrollBar().setValue(1_000)
    made.show_texts(old, new.replace("line 299 new", "line 299 newest"))
    assert made.list.verticalScrollBar().value() == 1_000


def test_the_same_texts_are_not_compared_again(view):
    made = view()
    place = rectangle(made, 0).center() - QPoint(0, 1)
    made.list.clicked.emit(made.list.indexAt(place))
    opened = drawn(made)
    made.show_texts(OLD, NEW)
    assert drawn(made) == opened


def test_rows_and_buttons_are_large_enough_to_hit(view):
    made = view()
    assert rectangle(made, 0).height() >= 24
    for button in made.findChildren(QToolButton):
        assert button.height() >= 24 and button.width() >= 24


def test_text_of_a_file_is_never_rich_text(view):
    made = view("<b>a</b>\n", "<img src='file:///etc/passwd'>\n", old_title="<b>x</b>", new_title="<i>y</i>")
    for label in made.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText
    assert "Added, line 1: <img src='file:///etc/passwd'>" in drawn(made)
