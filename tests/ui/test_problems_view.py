"""The problems list: what is shown, filters, stepping, fixing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from agenteditor.core.document import Document, Transaction
from agenteditor.core.text import replace
from agenteditor.ui import theme
from agenteditor.ui.fix_menu import fix_text
from agenteditor.ui.problems_view import ProblemsView

FAULTY = "---\nname: faulty\ndescription: One: two\nmodel: gpt\ncolour: red\n---\n\nYou do one thing and you do it well.\n"
GOOD = "---\nname: good\ndescription: Use this agent when a test needs one.\n---\n\nYou do one thing and do it well.\n"


@pytest.fixture
def faulty(qtbot):
    document = Document(FAULTY)
    view = ProblemsView(document)
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    return document, view


def cut(problem):
    """The edit that takes the text of a problem out."""
    return replace(problem.span.start, problem.span.end, "x-y-z")


def rows(view):
    tree = view._list
    return [tree.topLevelItem(row).text(0) for row in range(tree.topLevelItemCount())]


def test_every_problem_has_a_row_with_its_sentence_and_place(faulty):
    document, view = faulty
    assert rows(view) == [problem.message for problem in document.problems]
    assert len(rows(view)) >= 3
    assert "line 3" in view._list.topLevelItem(0).text(1)


def test_a_good_file_has_a_sentence_instead_of_a_list(qtbot):
    view = ProblemsView(Document(GOOD))
    qtbot.addWidget(view)
    view.show()
    assert view._nothing.isVisible() and view._nothing.text() == "No problems."


def test_enter_and_click_ask_for_the_place(faulty, qtbot):
    document, view = faulty
    view.take_focus()
    with qtbot.waitSignal(view.wanted) as asked:
        qtbot.keyClick(view._list, Qt.Key.Key_Return)
    assert asked.args == [document.problems[0]]
    rectangle = view._list.visualItemRect(view._list.topLevelItem(1))
    with qtbot.waitSignal(view.wanted) as asked:
        qtbot.mouseClick(view._list.viewport(), Qt.MouseButton.LeftButton, pos=rectangle.center())
    assert asked.args == [document.problems[1]]


def test_stepping_goes_round_in_both_directions(faulty, qtbot):
    document, view = faulty
    seen = []
    view.wanted.connect(seen.append)
    count = len(document.problems)
    for _ in range(count + 1):
        view.step(1)
    assert seen == [*document.problems, document.problems[0]]
    view.step(-1)
    assert seen[-1] == document.problems[-1]


def test_a_fix_button_carries_the_fix(faulty, qtbot):
    document, view = faulty
    row = next(i for i, problem in enumerate(document.problems) if problem.fixes)
    fix = document.problems[row].fixes[0]
    button = view._list.itemWidget(view._list.topLevelItem(row), 2).findChild(QToolButton)
    with qtbot.waitSignal(view.fix_wanted) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        if (menu := button.findChild(QMenu)) is not None:
            assert menu.isVisible()
            menu.actions()[0].trigger()
    assert asked.args == [fix]


def test_the_button_of_several_fixes_offers_each_and_nothing_lies_on_its_text(qtbot):
    document = Document(FAULTY.replace("\n", "\r\n"))
    view = ProblemsView(document)
    qtbot.addWidget(view)
    view.show()
    row = next(i for i, problem in enumerate(document.problems) if len(problem.fixes) > 1)
    button = view._list.itemWidget(view._list.topLevelItem(row), 2).findChild(QToolButton)
    assert button.menu() is None
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    menu = button.findChild(QMenu)
    assert menu.isVisible() and len(menu.actions()) == len(document.problems[row].fixes)


def test_the_focus_is_not_lost_with_the_button_that_was_pressed(faulty, qtbot):
    document, view = faulty
    row = next(i for i, problem in enumerate(document.problems) if problem.fixes)
    button = view._list.itemWidget(view._list.topLevelItem(row), 2).findChild(QToolButton)
    view.activateWindow()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    document.apply(Transaction(document.problems[row].fixes[0].edits, "Fix"))
    assert view._list.hasFocus()
    with qtbot.waitSignal(view.emptied):
        document.apply(Transaction((replace(0, len(document.text), GOOD),), "All"))


def test_a_filter_hides_a_severity(faulty):
    document, view = faulty
    before = len(rows(view))
    hidden = sum(problem.severity == "warning" for problem in document.problems)
    view._filters["warning"].click()
    assert len(rows(view)) == before - hidden < before


def test_the_list_follows_the_document(faulty):
    document, view = faulty
    at = FAULTY.index("gpt")
    document.apply(Transaction((replace(at, at + 3, "opus"),), "Edit"))
    assert rows(view) == [problem.message for problem in document.problems]


def test_after_a_fix_the_step_goes_to_the_problem_that_took_its_place(faulty):
    document, view = faulty
    seen = []
    view.wanted.connect(seen.append)
    view.step(1)
    view.step(1)
    second, third = document.problems[1:3]
    document.apply(Transaction(second.fixes[0].edits if second.fixes else (cut(second),), "Edit"))
    assert second not in document.problems
    view.step(1)
    assert seen[-1] == next(problem for problem in document.problems if problem.code == third.code)


def test_the_step_goes_on_from_the_row_that_was_chosen(faulty, qtbot):
    document, view = faulty
    rectangle = view._list.visualItemRect(view._list.topLevelItem(1))
    qtbot.mouseClick(view._list.viewport(), Qt.MouseButton.LeftButton, pos=rectangle.center())
    with qtbot.waitSignal(view.wanted) as asked:
        view.step(1)
    assert asked.args == [document.problems[2]]


def test_any_size_of_the_list_shows_every_sentence_whole(faulty):
    """Rows higher than the list once laid it out for ever, until the stack was full."""
    _, view = faulty
    tree = view._list
    for height in (90, 120, 150, 200, 300):
        for width in range(260, 1000, 9):
            view.resize(width, height)
            QApplication.processEvents()
            columns = [tree.columnWidth(column) for column in range(3)]
            assert sum(columns) <= tree.width(), (width, height)
            for row in range(tree.topLevelItemCount()):
                item = tree.topLevelItem(row)
                room = QRect(0, 0, columns[0] - 16 - 2 * theme.GAP, 10_000)
                text = item.text(0) if columns[1] else f"{item.text(0)}\n{item.text(1)}"
                needed = tree.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
                assert tree.visualItemRect(item).height() >= needed, (width, height, row)


def test_where_there_is_little_room_the_place_stands_below_the_sentence(faulty):
    _, view = faulty
    tree = view._list
    assert tree.columnWidth(1) > 0
    view.resize(340, 300)
    QApplication.processEvents()
    assert tree.columnWidth(1) == 0
    button = tree.findChildren(QToolButton)[0]
    assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly and button.accessibleName()
    assert "line 3" in tree.topLevelItem(0).data(0, Qt.ItemDataRole.AccessibleTextRole)


@pytest.fixture
def filed(qtbot, tmp_path):
    """The faulty document as a file, in a folder whose settings the test may write."""
    document = Document(FAULTY, tmp_path / "faulty.md")
    view = ProblemsView(document)
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    return document, view, tmp_path / ".agenteditor.toml"


def texts(menu):
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_the_menu_of_a_row_fixes_switches_off_and_explains(filed, qtbot):
    document, view, _ = filed
    problem = next(one for one in document.problems if one.fixes)
    menu = view.menu_of(problem)
    labels = [fix_text(fix) for fix in problem.fixes]
    assert texts(menu) == [*labels, f"Do not report “{problem.code}” in this folder", "What this rule means…"]
    *fixes, off, means = [action for action in menu.actions() if not action.isSeparator()]
    with qtbot.waitSignal(view.switch_wanted) as asked:
        off.trigger()
    assert asked.args == [problem.code, "off"]
    with qtbot.waitSignal(view.rule_wanted) as asked:
        means.trigger()
    assert asked.args == [problem.code]
    with qtbot.waitSignal(view.fix_wanted) as asked:
        fixes[0].trigger()
    assert asked.args == [problem.fixes[0]]


def test_where_settings_hold_already_the_menu_names_their_folder(filed):
    document, view, file = filed
    file.write_text("[rules]\n", encoding="utf-8")
    document.read_settings()
    (off,) = [text for text in texts(view.menu_of(document.problems[0])) if text.startswith("Do not")]
    assert off.endswith(f"in the folder “{file.parent.name}”")


def test_a_document_without_a_file_has_no_folder_to_switch_a_rule_off_in(faulty):
    document, view = faulty
    (off,) = [a for a in view.menu_of(document.problems[0]).actions() if a.text().startswith("Do not")]
    assert not off.isEnabled()


@pytest.mark.parametrize("reason", ["Mouse", "Keyboard"])
def test_the_menu_opens_at_the_row_by_mouse_and_by_key(filed, qtbot, reason):
    document, view, _ = filed
    viewport = view._list.viewport()
    row = view._list.topLevelItem(1)
    middle = view._list.visualItemRect(row).center()
    if reason == "Keyboard":
        view._list.setCurrentItem(row)
        middle = QPoint(viewport.width() // 2, viewport.height() - 2)
    event = QContextMenuEvent(QContextMenuEvent.Reason[reason], middle, viewport.mapToGlobal(middle))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert f"Do not report “{document.problems[1].code}” in this folder" in texts(menu)
    menu.close()


def test_no_menu_where_there_is_no_row(filed):
    _, view, _ = filed
    viewport = view._list.viewport()
    below = QPoint(5, viewport.height() - 2)
    QApplication.sendEvent(
        viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, below, viewport.mapToGlobal(below))
    )
    assert QApplication.activePopupWidget() is None


def test_what_is_switched_off_is_counted_and_can_be_switched_on_again(filed, qtbot):
    document, view, file = filed
    assert not view._unreported.isVisible()
    before = len(rows(view))
    file.write_text('[rules]\n"model/unknown" = "off"\n', encoding="utf-8")
    document.read_settings()
    assert len(rows(view)) == before - 1
    assert view._unreported.isVisible() and view._unreported.text() == "1 not reported"
    qtbot.mouseClick(view._unreported, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert texts(menu) == ["Report “model/unknown” again"]
    with qtbot.waitSignal(view.switch_wanted) as asked:
        menu.actions()[0].trigger()
    assert asked.args == ["model/unknown", "on"]
    menu.close()
    file.write_text('[rules]\n"*" = "off"\n', encoding="utf-8")
    document.read_settings()
    assert view._nothing.text() == "No problems by the rules that are on."
    file.unlink()
    document.read_settings()
    assert len(rows(view)) == before and not view._unreported.isVisible()
