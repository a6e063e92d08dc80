"""Find in all agents: searching while one types, the tree, the preview of a replacement, and writing it."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from agenteditor.core import search, search_files
from agenteditor.core.search_files import Target
from agenteditor.ui.search_model import HIT_ROLE
from agenteditor.ui.search_view import SearchView

GOOD = "---\nname: {0}\ndescription: Use this when a test runs.\n---\n\nYou do one thing.\nOne more.\n"
K = Qt.Key


class Host:
    """What the view is told and asked for; ``texts`` by name, ``written`` what it wanted written."""

    def __init__(self):
        self.texts = {name: GOOD.format(name) for name in ("a", "b", "c")}
        self.note = ""
        self.written = []
        self.answers = {}

    def targets(self):
        return [Target(None, f"team/{name}.md", text) for name, text in self.texts.items()], self.note

    def write(self, changes):
        for change in changes:
            self.written.append(change)
            yield None
            yield self.answers.get(len(self.written), "")
        return "Undo is there."


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def view(qtbot, host):
    made = SearchView(host.targets, host.write)
    qtbot.addWidget(made)
    made.resize(1000, 400)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def settled(view, qtbot):
    """Wait until it does nothing."""
    return lambda: qtbot.waitUntil(lambda: not view.is_busy and not view._preview.isActive())


@pytest.fixture
def searched(view, settled):
    """Type a query, and a replacement if one is given, and wait for what is found."""

    def type_in(query, replacement=None):
        view.open(replace=replacement is not None)
        view.fields.words.clear()
        QTest.keyClicks(view.fields.words, query)
        if replacement is not None:
            view.fields.replacement.clear()
            QTest.keyClicks(view.fields.replacement, replacement)
        settled()

    return type_in


def rows(view):
    """The text of each file, and those below it."""
    model = view.rows.found
    tops = [model.index(number, 0) for number in range(model.rowCount())]
    return {
        top.data(): [model.index(row, 0, top).data() for row in range(model.rowCount(top))] for top in tops
    }


def box(view, number, row=None):
    top = view.rows.found.index(number, 0)
    return top if row is None else view.rows.found.index(row, 0, top)


def state(index):
    return Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole))


def tick(view, index, on):
    view.rows.found.setData(
        index, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole
    )


def test_places_are_found_while_one_types(view, searched):
    searched("one")
    assert rows(view) == {f"{name}.md": ["You do one thing.", "One more."] for name in "abc"}
    assert view.fields.count.text() == "6 places in 3 files"
    assert box(view, 0, 1).data(HIT_ROLE).line == 7
    searched("name: b")
    assert rows(view) == {"b.md": ["name: b"]}


def test_the_switches_and_the_filter_count(view, searched, settled, qtbot):
    searched("one")
    qtbot.mouseClick(view.fields.switches.case, Qt.MouseButton.LeftButton)
    settled()
    assert view.fields.count.text() == "3 places in 3 files"
    QTest.keyClicks(view.fields.only, "a.md")
    settled()
    assert view.fields.count.text() == "1 place in 1 file"
    QTest.keyClicks(view.fields.only, "zzz")
    settled()
    assert "No file has a name that fits" in view.nothing.text()


@pytest.mark.parametrize(
    ("query", "words"), [("", "Type what to look for"), ("nowhere", "Nothing found in 3 files.")]
)
def test_an_empty_list_says_why(view, searched, query, words):
    searched(query)
    assert words in view.nothing.text() and view.nothing.isVisible()


def test_without_anything_to_search_it_says_what_to_do(view, host, searched):
    host.texts = {}
    searched("one")
    assert "open a folder of agents first" in view.nothing.text()


def test_what_is_wrong_with_an_expression_is_said(view, searched, settled):
    view.fields.switches.regex.setChecked(True)
    searched("(one")
    assert "not a regular expression" in view.sentence.text() and view.sentence.isVisible()
    assert view.fields.words.accessibleDescription() == view.sentence.text()
    QTest.keyClicks(view.fields.words, ")")
    settled()
    assert view.sentence.text() == "" and view.fields.count.text() == "6 places in 3 files"


def test_files_that_cannot_be_searched_are_named(view, host, searched, tmp_path):
    targets = [Target(tmp_path / "gone.md", "gone.md"), *host.targets()[0]]
    view._targets = lambda: (targets, "Folders that cannot be listed: x.")
    searched("one")
    assert "gone.md" in rows(view) and "does not exist" in rows(view)["gone.md"][0]
    assert view.sentence.text() == (
        "Folders that cannot be listed: x. 1 file could not be searched: see the list."
    )


def test_a_search_that_takes_too_long_ends_with_a_sentence(view, host, searched, monkeypatch):
    monkeypatch.setattr(search, "FIND_SECONDS", 0.02)
    host.texts = {str(number): "a" * 40 + "b" for number in range(9)}
    view.fields.switches.regex.setChecked(True)
    searched("(a+)+c")
    assert "takes too long" in view.sentence.text() and "not searched" in view.sentence.text()


def test_a_query_that_is_typed_on_drops_the_search_before(view, host, settled):
    host.texts = {str(number): "one two" for number in range(500)}
    view.open(replace=False)
    QTest.keyClicks(view.fields.words, "one")
    view._start()
    QTest.keyClicks(view.fields.words, " two")
    settled()
    assert view.fields.count.text() == "500 places in 500 files"
    assert len(rows(view)) == 500 and rows(view)["7.md"] == ["one two"]


def test_more_places_than_are_shown_are_counted(view, host, searched):
    host.texts = {"a": "x\n" * 700}
    searched("x")
    assert rows(view)["a.md"][-1] == "and 200 more places in this file"
    assert view.fields.count.text() == "700 places in 1 file"


def test_keys_lead_from_the_field_to_the_place_and_back(view, searched, qtbot):
    searched("one")
    view.fields.words.setFocus()
    QTest.keyClick(view.fields.words, K.Key_Down)
    assert view.rows.hasFocus() and view.rows.currentIndex().data() == "You do one thing."
    QTest.keyClick(view.rows, K.Key_Down)
    with qtbot.waitSignal(view.wanted) as wanted:
        QTest.keyClick(view.rows, K.Key_Return)
    target, hit = wanted.args
    assert target.name == "team/a.md" and hit.line == 7
    QTest.keyClick(view.rows, K.Key_Up)
    QTest.keyClick(view.rows, K.Key_Up)
    with qtbot.waitSignal(view.wanted) as wanted:
        QTest.keyClick(view.rows, K.Key_Return)  # a file: its first place
    assert wanted.args[1].line == 6
    QTest.keyClick(view.rows, K.Key_Up)
    assert view.fields.words.hasFocus()
    with qtbot.waitSignal(view.closed):
        QTest.keyClick(view.fields.words, K.Key_Escape)


def test_a_double_click_leads_to_the_place(view, searched, qtbot):
    searched("one")
    QApplication.processEvents()
    place = view.rows.visualRect(box(view, 1, 0)).center()
    qtbot.mouseClick(view.rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(view.wanted) as wanted:
        qtbot.mouseDClick(view.rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted.args[0].name == "team/b.md"


def test_enter_in_a_field_searches_again(view, host, searched, settled, qtbot):
    searched("one")
    host.texts["d"] = "one"
    with qtbot.waitSignal(view.looked):
        QTest.keyClick(view.fields.words, K.Key_Return)
    settled()
    assert view.fields.count.text() == "7 places in 4 files"


# --- replacing ---------------------------------------------------------------------------------


def test_a_replacement_is_shown_before_it_is_made(view, searched):
    searched("one", "two")
    assert view.fields.replace_button.text() == "Replace 6 places in 3 files"
    assert state(box(view, 0)) == state(box(view, 0, 1)) == Qt.CheckState.Checked
    assert view.rows.current_file() == 0 and not view.diff.is_empty
    assert view.diff._texts == (
        GOOD.format("a"),
        GOOD.format("a").replace("one", "two").replace("One", "two"),
    )


def test_only_what_is_ticked_is_written(view, host, searched, settled, qtbot):
    searched("one", "two")
    tick(view, box(view, 1), on=False)
    tick(view, box(view, 2, 0), on=False)
    settled()
    assert state(box(view, 1, 0)) == Qt.CheckState.Unchecked
    assert state(box(view, 2)) == Qt.CheckState.PartiallyChecked
    assert view.fields.replace_button.text() == "Replace 3 places in 2 files"
    with qtbot.waitSignal(view.written):
        qtbot.mouseClick(view.fields.replace_button, Qt.MouseButton.LeftButton)
    first, second = host.written
    assert (first.before, first.after) == view_texts("a", "one", "One")
    assert (second.before, second.after) == view_texts("c", "One")
    assert "Replaced in 2 files." in view.sentence.text()


def view_texts(name, *gone):
    before = after = GOOD.format(name)
    for word in gone:
        after = after.replace(word, "two")
    return before, after


def test_the_space_key_ticks(view, searched, settled):
    searched("one", "two")
    view.rows.take_focus()
    QTest.keyClick(view.rows, K.Key_Space)
    settled()
    assert state(box(view, 0)) == Qt.CheckState.Unchecked
    assert "Not ticked: this file stays as it is." in view.warning.text()


def test_a_file_that_would_load_worse_is_marked_and_not_ticked(view, host, searched, settled, qtbot):
    host.texts["b"] = "nothing but a name: here"
    searched("name:", "title:")
    assert [state(box(view, number)) for number in range(3)] == [
        Qt.CheckState.Unchecked,
        Qt.CheckState.Checked,
        Qt.CheckState.Unchecked,
    ]
    assert "missing" in box(view, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "would load worse" in box(view, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    view.rows.setCurrentIndex(box(view, 0))
    settled()
    assert view.warning.isVisible() and "“name” is missing" in view.warning.text()
    assert not view.diff.is_empty, "what would happen is shown all the same"
    tick(view, box(view, 0), on=True)
    settled()
    assert view.warning.text().startswith("The agent would load worse")
    qtbot.mouseClick(view.fields.replace_button, Qt.MouseButton.LeftButton)
    settled()
    assert len(host.written) == 2


def test_places_that_are_not_shown_go_with_the_row_that_speaks_of_them(view, host, searched, settled):
    host.texts = {"a": "x\n" * 700}
    searched("x", "y")
    assert view.fields.replace_button.text() == "Replace 700 places in 1 file"
    tick(view, box(view, 0, search_files.MOST_IN_FILE), on=False)
    settled()
    assert view.fields.replace_button.text() == "Replace 500 places in 1 file"
    (change,) = view.changes()
    assert change.after == "y\n" * 500 + "x\n" * 200


def test_what_was_skipped_is_named(view, host, searched, settled, qtbot):
    host.answers = {2: "b.md was changed."}
    searched("one", "two")
    qtbot.mouseClick(view.fields.replace_button, Qt.MouseButton.LeftButton)
    settled()
    assert view.sentence.text() == "Replaced in 2 files. Undo is there. b.md was changed."
    QTest.keyClicks(view.fields.words, "x")
    assert "Replaced" not in view.sentence.text()


def test_what_was_typed_since_the_preview_is_not_written(view, host, searched):
    searched("one", "two")
    assert view.fields.replace_button.isEnabled()
    QTest.keyClicks(view.fields.replacement, "x")
    assert not view.fields.replace_button.isEnabled()


def test_of_many_that_were_skipped_the_first_are_named_and_all_where_the_mouse_rests(
    view, host, searched, settled, qtbot
):
    host.texts = {str(number): "one" for number in range(9)}
    host.answers = {number: f"{number}.md was changed." for number in range(1, 9)}
    searched("one", "two")
    qtbot.mouseClick(view.fields.replace_button, Qt.MouseButton.LeftButton)
    settled()
    assert "Replaced in 1 file. Undo is there. 1.md was changed." in view.sentence.text()
    assert "5 files more were left" in view.sentence.text() and "8.md" not in view.sentence.text()
    assert "8.md was changed." in view.sentence.toolTip()


def test_nothing_changes_where_the_replacement_is_the_same(view, host, searched, settled, qtbot):
    view.fields.switches.case.setChecked(True)
    searched("one", "one")
    assert view.changes() == ()
    assert view.diff.is_empty


def test_a_replacement_that_cannot_be_used_is_said(view, searched):
    view.fields.switches.regex.setChecked(True)
    searched("one", "\\7")
    assert "cannot be used" in rows(view)["a.md"][0]
    assert not view.fields.replace_button.isEnabled()


def test_a_wish_to_stop_leaves_the_rest(view, host, searched, settled, qtbot):
    done, closed = [], []

    def write(changes):
        try:
            for change in changes:
                done.append(change)
                QTimer.singleShot(0, view, stop)
                yield ""
                yield from itertools.repeat(None)
        finally:
            closed.append(True)
        return ""

    def stop():
        view.fields.replace_button.click()

    view._write = write
    searched("one", "two")
    assert view.fields.replace_button.isEnabled()
    qtbot.mouseClick(view.fields.replace_button, Qt.MouseButton.LeftButton)
    settled()
    assert len(done) == 1 and closed and view.sentence.text().startswith("Stopped: 1 of 3 done.")


def test_every_widget_that_takes_the_focus_has_a_name_and_rows_are_high_enough(view, searched):
    searched("one", "two")
    for widget in (
        view.fields.words,
        view.fields.replacement,
        view.fields.only,
        view.fields.switches.case,
        view.fields.switches.word,
        view.fields.switches.regex,
        view.rows,
    ):
        assert widget.accessibleName()
    assert view.rows.visualRect(box(view, 0)).height() >= 24


@pytest.mark.parametrize(
    "text", ["<b>x</b>\n", "x\u2028y", "\U0001f600 x\r\n", "\x00x", "\udc80x", "\tx" * 900]
)
def test_any_text_is_drawn_as_it_is(view, host, searched, text):
    host.texts = {"<i>n</i>": text}
    searched("x", "y")
    assert view.fields.count.text().endswith("in 1 file")
    view.grab()
