"""The catalog: files at any depth, filter, orders, badges, opening, several folders, and what is live."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from agenteditor.core.document import Document
from agenteditor.ui import catalog_watch, catalog_words, theme
from agenteditor.ui.catalog_delegate import shortened
from agenteditor.ui.catalog_view import CatalogView

GOOD = "---\nname: {0}\ndescription: Use this agent when a test needs one.\n---\n\nYou do one thing and do it well.\n"
BAD = "---\nname: bad\ndescription: ends in:\n---\n\nYou are bad at this.\n"
DESCRIBED, SPOKEN = Qt.ItemDataRole.AccessibleDescriptionRole, Qt.ItemDataRole.AccessibleTextRole
NONE, CONTROL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "agents"
    write(made / "good.md", GOOD.format("good"))
    write(made / "deep" / "other.md", GOOD.format("other"))
    write(made / "bad.md", BAD)
    return made


@pytest.fixture
def view(qtbot, folder, monkeypatch):
    monkeypatch.setattr(catalog_watch, "POLL_MS", 200)
    made = CatalogView()
    qtbot.addWidget(made)
    made.resize(260, 400)
    made.show()
    made.set_folder(folder)
    until(qtbot, lambda: settled(made))
    return made


def until(qtbot, condition):
    """Wait for something that the system or a timer brings; long, for a busy machine."""
    qtbot.waitUntil(condition, timeout=20_000)


def settled(view):
    """Everything is read, and every watch stands, so that no change can be missed."""
    return not view.busy and view._loader.watch.settled and not view._loader.watch._rest.isActive()


def names(view):
    """The agents, from the top down."""
    rows = view._list.rows
    return [rows.index_of(row).data() for row in rows.agents()]


def index(view, name):
    """Where a row of the list is, an agent's or a folder's."""
    rows = view._list.rows

    def below(parent):
        for at in range(rows.rowCount(parent)):
            inner = rows.index(at, 0, parent)
            yield inner
            yield from below(inner)

    return next(one for one in below(rows.index(-1, 0)) if one.data().startswith(name))


def click(qtbot, view, name, modifiers=NONE, button=Qt.MouseButton.LeftButton):
    place = view._list.visualRect(index(view, name)).center()
    qtbot.mouseClick(view._list.viewport(), button, modifiers, place)


# --- what is listed ----------------------------------------------------------------------------


def test_files_at_any_depth_are_listed_below_their_folders(view):
    assert names(view) == ["other", "bad", "good"]
    assert index(view, "other").parent() == index(view, "deep")
    assert view._list.isExpanded(index(view, "deep"))


def test_folders_that_hold_nothing_but_a_folder_share_a_row(view, folder, qtbot):
    write(folder / "one" / "two" / "three" / "inner.md", GOOD.format("inner"))
    until(qtbot, lambda: "inner" in names(view))
    assert index(view, "inner").parent().data() == "one/two/three"
    write(folder / "one" / "beside.md", GOOD.format("beside"))
    until(qtbot, lambda: "beside" in names(view))
    assert index(view, "inner").parent().data() == "two/three"
    assert index(view, "beside").parent().data() == "one"


def test_each_file_is_checked_and_its_folders_know_the_sum(view):
    assert index(view, "bad").data(DESCRIBED).startswith("1 error,")
    assert index(view, "good").data(DESCRIBED) == "0 errors, 0 warnings"
    assert index(view, "deep").data(DESCRIBED) == "0 errors, 0 warnings"
    assert index(view, "deep").data(SPOKEN) == "deep, 1 agent"


def test_the_state_of_an_agent_is_said_in_words_too(view):
    assert index(view, "bad").data(SPOKEN) == "bad, does not load"
    assert index(view, "good").data(SPOKEN) == "good, loads"


def test_an_agent_has_the_name_it_gives_itself(view, folder, qtbot):
    write(folder / "file-name.md", GOOD.format("own-name"))
    until(qtbot, lambda: "own-name" in names(view))


def test_a_folder_without_agents_says_so_and_offers_another(view, tmp_path, qtbot):
    (tmp_path / "empty").mkdir()
    view.set_folder(tmp_path / "empty")
    assert view._nothing.text() == "This folder holds no .md files." and view._nothing.isVisible()
    assert view.first() is None
    with qtbot.waitSignal(view.folder_wanted):
        qtbot.mouseClick(view._way_out, Qt.MouseButton.LeftButton)


def test_a_folder_that_cannot_be_listed_says_why_and_is_found_when_it_is_there(view, tmp_path, qtbot):
    view.set_folder(tmp_path / "missing")
    assert "No such file" in view._nothing.text()
    write(tmp_path / "missing" / "late.md", GOOD.format("late"))
    qtbot.mouseClick(view._way_out, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: names(view) == ["late"])
    assert not view._nothing.isVisible()


def test_links_round_in_a_circle_are_reported_and_not_fatal(view, folder, qtbot):
    (folder / "deep" / "round").symlink_to(folder, target_is_directory=True)
    (folder / "loop.md").symlink_to(folder / "loop.md")
    until(qtbot, lambda: "Links to folders, not followed: 1." in view._note.text())
    until(qtbot, lambda: "loop" in names(view) and not view.busy)
    assert "leads round in a circle" in view._note.toolTip()
    assert index(view, "loop").data(SPOKEN) == "loop, cannot be read"
    assert names(view) == ["other", "bad", "good", "loop"]


def test_a_file_whose_name_is_not_utf8_can_be_chosen(view, qtbot, folder):
    odd = Path(os.fsdecode(os.fsencode(folder / "odd") + b"\xff & <b>.md"))
    odd.write_text("No agent", encoding="utf-8")
    view.set_folder(folder)
    until(qtbot, lambda: not view.busy and any(name.startswith("odd") for name in names(view)))
    view._list.setCurrentIndex(index(view, "odd"))
    assert "<b>" not in index(view, "odd").data(Qt.ItemDataRole.ToolTipRole).replace("<p", "")
    with qtbot.waitSignal(view.opened) as asked:
        qtbot.keyClick(view._list, Qt.Key.Key_Return)
    assert asked.args == [odd]
    view.mark(odd, True, ())
    assert index(view, "odd").data().endswith("●")


# --- filter and order --------------------------------------------------------------------------


def test_the_filter_takes_every_word_of_name_and_folder(view, qtbot):
    qtbot.keyClicks(view._filter, "deep ot")
    assert names(view) == ["other"]
    qtbot.keyClicks(view._filter, "zzz")
    assert names(view) == []
    assert "No agent here" in view._nothing.text() and view._nothing.isVisible()
    qtbot.mouseClick(view._way_out, Qt.MouseButton.LeftButton)
    assert names(view) == ["other", "bad", "good"] and view._filter.hasFocus()


def test_terms_ask_about_content(view, qtbot):
    qtbot.keyClicks(view._filter, "problem:error")
    assert names(view) == ["bad"]
    assert view._note.text() == "1 of 3 agents."
    qtbot.keyClick(view._filter, Qt.Key.Key_Escape)
    assert len(names(view)) == 3
    qtbot.keyClicks(view._filter, "zzz:error")
    assert "“zzz:error” is no term" in view._note.text()


def test_the_terms_are_offered_in_a_menu(view, qtbot):
    qtbot.keyClicks(view._filter, "goo")
    menu = view._filter.menu_of_terms()
    next(action for action in menu.actions() if action.text() == "tool:").trigger()
    assert view._filter.text() == "goo tool:"
    assert names(view) == ["good"]


def test_unsaved_agents_can_be_asked_for(view, folder, qtbot):
    view.mark(folder / "good.md", True, ())
    qtbot.keyClicks(view._filter, "is:unsaved")
    assert names(view) == ["good ●"]


def test_folders_are_as_they_were_after_a_filter(view, qtbot):
    view._list.collapse(index(view, "deep"))
    qtbot.keyClicks(view._filter, "good")
    assert view._list.currentIndex().row() == -1 or names(view) == ["good"]
    view._filter.clear()
    assert not view._list.isExpanded(index(view, "deep"))


def test_down_in_the_filter_goes_to_the_rows_and_enter_opens_the_first(view, qtbot, folder):
    view._filter.setFocus()
    qtbot.keyClicks(view._filter, "o")
    with qtbot.waitSignal(view.opened) as asked:
        qtbot.keyClick(view._filter, Qt.Key.Key_Return)
    assert asked.args == [folder / "deep" / "other.md"]
    qtbot.keyClick(view._filter, Qt.Key.Key_Down)
    assert view._list.hasFocus() and view._list.currentIndex() == index(view, "other")


@pytest.mark.parametrize(
    ("order", "first"), [("name", "bad"), ("problems", "bad"), ("verdict", "bad"), ("model", "other")]
)
def test_rows_can_be_put_in_other_orders(view, qtbot, folder, order, first):
    write(folder / "deep" / "other.md", GOOD.format("other").replace("---\n\n", "model: opus\n---\n\n"))
    until(qtbot, lambda: any(entry.model for entry in view.entries()))
    view._order.menu_.actions()[("folder", "name", "problems", "verdict", "model").index(order)].trigger()
    assert names(view)[0] == first
    assert not index(view, "other").parent().isValid()
    assert view._order.accessibleName().startswith("Order: ")
    view._order.choose("folder")
    assert names(view) == ["other", "bad", "good"]


def test_an_order_by_content_follows_the_content(view, qtbot, folder):
    view._order.choose("problems")
    assert names(view)[0] == "bad"
    write(folder / "bad.md", GOOD.format("bad"))
    write(folder / "good.md", BAD)
    until(qtbot, lambda: next(row.name for row in view._list.rows.agents()) == "good.md")


# --- opening and selecting ---------------------------------------------------------------------


def test_enter_opens_the_agent(view, qtbot, folder):
    view._list.setCurrentIndex(index(view, "good"))
    with qtbot.waitSignal(view.opened) as asked:
        qtbot.keyClick(view._list, Qt.Key.Key_Return)
    assert asked.args == [folder / "good.md"]


def test_a_click_opens_an_agent_and_folds_a_folder(view, qtbot, folder):
    with qtbot.waitSignal(view.opened) as asked:
        click(qtbot, view, "bad")
    assert asked.args == [folder / "bad.md"]
    click(qtbot, view, "deep")
    assert not view._list.isExpanded(index(view, "deep"))
    click(qtbot, view, "deep")
    assert view._list.isExpanded(index(view, "deep"))


def test_with_control_and_shift_a_click_only_selects(view, qtbot, folder):
    with qtbot.assertNotEmitted(view.opened):
        click(qtbot, view, "bad", CONTROL)
        click(qtbot, view, "good", SHIFT)
    assert view.selected() == (folder / "bad.md", folder / "good.md")
    click(qtbot, view, "deep", CONTROL)
    assert view.selected() == (folder / "deep" / "other.md", folder / "bad.md", folder / "good.md")


def test_keys_go_through_the_tree(view, qtbot):
    rows = view._list
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Home)
    assert rows.currentIndex() == index(view, "deep")
    qtbot.keyClick(rows, Qt.Key.Key_Left)
    assert not rows.isExpanded(index(view, "deep"))
    qtbot.keyClick(rows, Qt.Key.Key_Right)
    assert rows.isExpanded(index(view, "deep"))
    qtbot.keyClick(rows, Qt.Key.Key_End)
    assert rows.currentIndex() == index(view, "good")
    qtbot.keyClicks(rows, "ba")
    assert rows.currentIndex() == index(view, "bad")
    qtbot.keyClick(rows, Qt.Key.Key_Down, SHIFT)
    assert [path.name for path in view.selected()] == ["bad.md", "good.md"]


def test_a_menu_is_wanted_for_what_is_selected(view, qtbot, folder):
    click(qtbot, view, "bad", CONTROL)
    place = view._list.visualRect(index(view, "bad")).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view._list.viewport().mapToGlobal(place))
    with qtbot.waitSignal(view.menu_wanted) as asked:
        QApplication.sendEvent(view._list.viewport(), event)
    assert asked.args[0] == (folder / "bad.md",)
    assert isinstance(asked.args[1], QPoint)


def test_the_agent_that_is_shown_is_selected_in_its_folder(view, folder):
    view._list.collapse(index(view, "deep"))
    view.show_present(folder / "deep" / "other.md")
    assert view._list.currentIndex() == index(view, "other")
    assert view._list.isExpanded(index(view, "deep"))


def test_no_other_agent_stays_selected_when_the_shown_one_is_filtered_out(view, folder, qtbot):
    view.show_present(folder / "bad.md")
    view._filter.setText("bad")
    view.show_present(folder / "good.md")
    assert view.selected() == ()  # work on the chosen agents is on the one that is shown
    view._filter.clear()
    assert view.selected() == (folder / "good.md",)
    view.show_present(folder.parent / "elsewhere.md")
    assert view.selected() == ()


def test_another_folder_begins_at_its_top(view, folder, qtbot, tmp_path):
    for number in range(60):
        write(tmp_path / "many" / f"a{number}.md", GOOD.format(f"a{number}"))
        write(tmp_path / "more" / f"b{number}.md", GOOD.format(f"b{number}"))
    view.set_folder(tmp_path / "many")
    until(qtbot, lambda: settled(view))
    view.show_present(tmp_path / "many" / "a59.md")
    view._list.scrollToBottom()
    assert view._list.verticalScrollBar().value() > 0
    view.set_folder(tmp_path / "more")
    until(qtbot, lambda: settled(view))
    assert view._list.verticalScrollBar().value() == 0
    assert view.selected() == ()


def test_a_selection_of_several_stays_while_the_shown_agent_is_edited(view, qtbot, folder):
    view.show_present(folder / "bad.md")
    click(qtbot, view, "good", CONTROL)
    view.show_present(folder / "bad.md")
    view.mark(folder / "bad.md", True, ())
    assert len(view.selected()) == 2


def test_an_open_agent_is_marked_while_it_has_unsaved_changes(view, folder):
    view.mark(folder / "good.md", True, Document(BAD, None).problems)
    assert index(view, "good").data() == "good ●"
    assert "unsaved changes" in index(view, "good").data(SPOKEN)
    assert index(view, "good").data(DESCRIBED) != "0 errors, 0 warnings"
    view.mark(folder / "good.md", False, ())
    assert index(view, "good").data() == "good"
    assert index(view, "good").data(DESCRIBED) == "0 errors, 0 warnings"


def test_an_unsaved_agent_is_still_marked_after_another_folder_was_open(view, folder, tmp_path, qtbot):
    view.mark(folder / "good.md", True, ())
    view.set_folder(folder / "deep")
    view.set_folder(folder)
    until(qtbot, lambda: settled(view))
    assert index(view, "good").data() == "good ●"


def test_what_has_been_read_is_there_for_others(view):
    assert {entry.name for entry in view.entries()} == {"good", "bad", "other"}


# --- live --------------------------------------------------------------------------------------


def test_a_file_that_is_written_again_is_read_again(view, folder, qtbot):
    write(folder / "good.md", BAD)
    until(qtbot, lambda: index(view, "bad").data(DESCRIBED).startswith("1 error"))
    until(qtbot, lambda: names(view) == ["other", "bad", "bad"])


def test_a_file_that_is_replaced_again_and_again_is_followed(view, folder, qtbot):
    for number in range(4):
        fresh = write(folder.parent / "fresh", GOOD.format(f"version-{number}"))
        fresh.replace(folder / "good.md")
        until(qtbot, lambda number=number: f"version-{number}" in names(view))
    with (folder / "good.md").open(
        "w", encoding="utf-8"
    ) as file:  # the new one is watched as the old one was
        file.write(GOOD.format("in-place"))
    until(qtbot, lambda: "in-place" in names(view))


def test_files_and_folders_come_and_go(view, folder, qtbot):
    write(folder / "new" / "fresh.md", GOOD.format("fresh"))
    until(qtbot, lambda: "fresh" in names(view))
    assert view._list.isExpanded(index(view, "new"))
    until(qtbot, lambda: settled(view))
    write(folder / "new" / "second.md", GOOD.format("second"))
    until(qtbot, lambda: "second" in names(view))
    (folder / "new" / "fresh.md").unlink()
    (folder / "new" / "second.md").unlink()
    until(qtbot, lambda: names(view) == ["other", "bad", "good"])
    (folder / "deep").rename(folder / "moved")
    until(qtbot, lambda: index(view, "other").parent().data() == "moved")


def test_selection_folding_and_place_stay_while_files_come_and_go(view, folder, qtbot):
    for number in range(60):
        write(folder / f"agent-{number:02}.md", GOOD.format(f"agent-{number:02}"))
    until(qtbot, lambda: len(names(view)) == 63 and settled(view))
    view._list.collapse(index(view, "deep"))
    click(qtbot, view, "agent-03")
    view._list.scrollTo(index(view, "agent-40"), view._list.ScrollHint.PositionAtTop)
    write(folder / "aaa.md", GOOD.format("aaa"))
    (folder / "agent-10.md").unlink()
    until(qtbot, lambda: "aaa" in names(view) and "agent-10" not in names(view))
    assert view.selected() == (folder / "agent-03.md",)
    assert not view._list.isExpanded(index(view, "deep"))
    assert view._list.indexAt(QPoint(0, 0)).data() == "agent-40"


def test_the_keys_stay_in_the_folder_of_an_agent_that_goes(view, folder, qtbot):
    write(folder / "deep" / "zeta.md", GOOD.format("zeta"))
    until(qtbot, lambda: "zeta" in names(view) and settled(view))
    click(qtbot, view, "other")
    (folder / "deep" / "other.md").rename(folder / "deep" / "other.md.disabled")
    until(qtbot, lambda: "other" not in names(view))
    assert view._list.currentIndex().data() == "zeta"
    assert view.selected() == ()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    with qtbot.waitSignal(view.menu_wanted) as wanted:
        QApplication.sendEvent(view._list.viewport(), asked)
    assert wanted.args[0] == view.selected() == (folder / "deep" / "zeta.md",)


def test_a_whole_folder_may_vanish_and_come_back(view, folder, qtbot, tmp_path):
    folder.rename(tmp_path / "away")
    until(qtbot, lambda: names(view) == [])
    assert "Cannot list" in view._nothing.text()
    (tmp_path / "away").rename(folder)
    until(qtbot, lambda: names(view) == ["other", "bad", "good"])  # nothing tells of it: a poll does


def test_too_many_files_are_looked_at_at_intervals_and_that_is_said(qtbot, folder, monkeypatch):
    monkeypatch.setattr("agenteditor.ui.catalog_loader.MOST", 3)
    monkeypatch.setattr(catalog_watch, "POLL_MS", 200)
    made = CatalogView()
    qtbot.addWidget(made)
    made.set_folder(folder)
    until(qtbot, lambda: settled(made))
    assert "3 files are too many to watch" in made._note.text()
    with (folder / "good.md").open("w", encoding="utf-8") as file:
        file.write(GOOD.format("polled"))
    until(qtbot, lambda: "polled" in names(made))


def test_what_comes_back_unchanged_is_not_checked_again(view, folder, qtbot):
    checked = view._loader.known.checked
    text = (folder / "good.md").read_text(encoding="utf-8")
    (folder / "good.md").unlink()
    until(qtbot, lambda: "good" not in names(view))
    write(folder / "good.md", text)
    until(qtbot, lambda: "good" in names(view) and settled(view))
    assert all(row.entry is not None for row in view._list.rows.agents())
    assert view._loader.known.checked == checked


def test_a_file_that_was_saved_in_the_window_is_read_at_once(view, folder, qtbot):
    view.mark(folder / "bad.md", True, ())
    write(folder / "bad.md", GOOD.format("mended"))
    view.mark(folder / "bad.md", False, ())
    until(qtbot, lambda: "mended" in names(view))


def test_a_folder_that_becomes_a_plugin_is_read_anew(view, folder, qtbot):
    assert {entry.place for entry in view.entries()} == {"project"}
    write(folder / ".claude-plugin" / "plugin.json", '{"name": "kit"}')
    until(qtbot, lambda: {entry.place for entry in view.entries()} == {"plugin"})


# --- settings ----------------------------------------------------------------------------------


def test_the_signs_follow_the_settings_of_each_folder(view, qtbot, folder):
    write(folder / ".agenteditor.toml", '[rules]\n"yaml/*" = "off"\n')
    write(folder / "deep" / ".agenteditor.toml", "[rules]\n'*' = 'on'\n")
    write(folder / "deep" / "other.md", BAD.replace("bad", "other"))
    view.mark(folder / "good.md", True, Document(BAD, None).problems)
    marked = index(view, "good").data(DESCRIBED)
    view.read_settings()
    until(qtbot, lambda: index(view, "bad").data(DESCRIBED) == "0 errors, 0 warnings")
    until(qtbot, lambda: index(view, "other").data(DESCRIBED).startswith("1 error"))
    assert index(view, "good").data(DESCRIBED) == marked  # unsaved: the text on disk says nothing


def test_settings_that_say_the_same_are_no_reason_to_read_again(view):
    view.read_settings()
    assert view._loader.unread == 0


# --- several folders ---------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A repository with agents of its own, in which somebody works who has one, too."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "work" / ".git").mkdir(parents=True)
    write(home / ".claude" / "agents" / "mine.md", GOOD.format("tester"))
    write(tmp_path / "work" / ".claude" / "agents" / "ours.md", GOOD.format("tester"))
    return tmp_path / "work"


def test_detected_folders_are_offered_and_open_only_when_asked(view, project, qtbot, tmp_path):
    view.set_folder(project / ".claude" / "agents")
    texts = [action.text() for action in view.menu_of_places().actions() if action.isCheckable()]
    assert len(texts) == 2 and texts[0].startswith("Project: ") and texts[1] == "User: ~/.claude/agents"
    assert view.folders() == (project / ".claude" / "agents",)
    user = view.menu_of_places().actions()[1]
    assert not user.isChecked()
    user.trigger()
    assert view.folders() == (project / ".claude" / "agents", tmp_path / "home" / ".claude" / "agents")
    until(qtbot, lambda: not view.busy)
    assert [view._list.rows.index(at, 0).data() for at in (0, 1)] == ["work", "Your agents"]
    view.menu_of_places().actions()[1].trigger()
    assert view.folders() == (project / ".claude" / "agents",)


def test_which_of_two_agents_with_one_name_wins_is_said(view, project, qtbot, tmp_path):
    user = tmp_path / "home" / ".claude" / "agents"
    view.set_folders([user, project / ".claude" / "agents"])
    assert view.folders()[1] == user  # the user's come last, whatever was opened first
    until(qtbot, lambda: settled(view))
    qtbot.keyClicks(view._filter, "is:shadowed")
    assert [row.path for row in view._list.rows.agents()] == [user / "mine.md"]
    tip = index(view, "tester").data(Qt.ItemDataRole.ToolTipRole)
    assert (
        "does not use this “tester”" in tip and "agents of the project come before those of the user" in tip
    )
    assert index(view, "tester").data(SPOKEN) == "tester, loads, shadowed by another"
    assert "does not use this “tester”" in index(view, "tester").data(DESCRIBED)
    view._filter.setFocus()
    qtbot.keyClick(view._filter, Qt.Key.Key_Down)
    assert "does not use this “tester”" in view._note.text()
    (project / ".claude" / "agents" / "ours.md").unlink()
    until(qtbot, lambda: names(view) == [])


def test_a_folder_inside_another_is_shown_once(view, folder):
    view.add_folder(folder / "deep")
    assert view.folders() == (folder,)
    view.set_folder(folder / "deep")
    view.add_folder(folder)
    assert view.folders() == (folder,)


# --- looks -------------------------------------------------------------------------------------


def test_rows_can_be_hit(view):
    assert view._list.visualRect(index(view, "good")).height() >= 24


def test_what_is_short_of_room_is_still_drawn(view, folder, qtbot):
    """Names, words beside them and badges; in a pane as narrow as it gets, each letter inside of it."""
    write(folder / "other-file.md", BAD.replace("bad", "an-agent-with-a-very-long-name-indeed"))
    view.resize(160, 300)
    until(qtbot, lambda: "an-agent-with-a-very-long-name-indeed" in names(view) and settled(view))
    view._order.choose("name")
    pictures = []
    for choice in ("light", "dark"):
        theme.apply(QApplication.instance(), choice)
        pictures.append(view._list.viewport().grab().toImage())
    assert pictures[0] != pictures[1]
    theme.apply(QApplication.instance(), "light")


def popup(qtbot):
    """The menu that is shown, closed again."""
    until(qtbot, lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    texts = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    return texts


def test_each_menu_opens_where_it_is_asked_for(view, qtbot):
    qtbot.mouseClick(view._places, Qt.MouseButton.LeftButton)
    assert popup(qtbot)[-2:] == ["&Add a folder…", "&Look again"]
    qtbot.mouseClick(view._order, Qt.MouseButton.LeftButton)
    assert popup(qtbot)[0] == "By &folder"
    qtbot.keyClick(view._filter, Qt.Key.Key_Space, CONTROL)
    assert "is:shadowed" in popup(qtbot)


def test_everything_that_takes_the_focus_has_a_name(view):
    takers = [one for one in view.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    shown = [one for one in takers if one.isVisible()]
    assert len(shown) >= 4
    assert [one for one in shown if not one.accessibleName()] == []


def test_a_name_that_is_cut_keeps_the_mark_of_unsaved_changes(qapp):
    metrics = QFontMetrics(qapp.font())
    title = "a-name-that-is-long" + catalog_words.UNSAVED
    whole = metrics.horizontalAdvance(title) + 1
    assert shortened(title, metrics, whole) == title
    cut = shortened(title, metrics, whole // 2)
    assert cut.startswith("a-") and cut.endswith("…" + catalog_words.UNSAVED)
    assert metrics.horizontalAdvance(cut) <= whole // 2
    assert shortened("a-name-that-is-long", metrics, whole // 2).endswith("…")
