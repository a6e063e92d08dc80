"""The export dialog: the plan first, then the files; what costs something is seen and accepted before."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionViewItem,
)

from agenteditor.app.export_dialog import ExportDialog
from agenteditor.app.settings import Settings
from agenteditor.core.export import Source, plan, write
from agenteditor.core.export_folder import TargetFolder
from agenteditor.core.file_problem import FileProblem
from agenteditor.ui import theme

WIDE = "---\nname: {0}\ndescription: Use this.\ntools: Read, Bash(git *)\n---\n\nYou are {0}.\n"
GOOD = "---\nname: good\ndescription: Use this agent when a test needs one.\n---\n\nYou are good.\n"


@pytest.fixture
def dialog(qtbot):
    made = ExportDialog([Source(Path("good.md"), GOOD), Source(Path("bad.md"), "no agent")], Settings())
    qtbot.addWidget(made)
    made.show()
    return made


def rows(dialog):
    items = [dialog.list.topLevelItem(row) for row in range(dialog.list.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items]


def planned(dialog, qtbot):
    """Wait for the plan: where the machine is busy, not even a short one is made at once."""
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=30_000)


def export(dialog, qtbot):
    planned(dialog, qtbot)
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("Written"))


def test_without_a_folder_nothing_can_be_written(dialog):
    assert rows(dialog) == []
    assert not dialog.export_button.isEnabled()


def test_the_plan_shows_before_anything_is_written(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    planned(dialog, qtbot)
    assert rows(dialog) == [("refused", "bad.md"), ("new", "agents/good.md")]
    assert not (tmp_path / "out").exists()
    assert dialog.summary.text() == "1 to write, 1 refused."


def test_export_writes_the_plan_and_shows_what_is_there_now(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    export(dialog, qtbot)
    assert (tmp_path / "out" / "agents" / "good.md").read_text(encoding="utf-8") == GOOD
    assert rows(dialog)[-1] == ("unchanged", "agents/good.md")
    assert not dialog.export_button.isEnabled()


def test_enter_exports_then_closes_and_exports_again_after_another_choice(dialog, qtbot, tmp_path):
    def enter():
        qtbot.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Return)

    dialog.activateWindow()
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    planned(dialog, qtbot)
    enter()
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("Written"))
    assert dialog.cancel_button.isDefault() and dialog.cancel_button.hasFocus()
    dialog.form.layouts["categories"].click()
    planned(dialog, qtbot)
    assert dialog.export_button.isDefault()
    dialog.form.folder.setFocus()
    enter()
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("Written"))
    enter()
    assert not dialog.isVisible()


def test_the_other_layout_makes_another_plan(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    dialog.form.layouts["plugin"].click()
    planned(dialog, qtbot)
    assert ("new", "plugins/out/agents/good.md") in rows(dialog)
    export(dialog, qtbot)
    assert (tmp_path / "out" / ".claude-plugin" / "marketplace.json").is_file()
    assert "/plugin marketplace add" in dialog.summary.text()


@pytest.mark.parametrize("typed", ["~nobody-of-this-name/x", "a", "~", "a\\b", "x" * 300])
def test_anything_may_be_typed_as_the_folder(dialog, qtbot, typed):
    qtbot.keyClicks(dialog.form.folder, typed)
    planned(dialog, qtbot)
    assert dialog.summary.text()


@pytest.mark.parametrize("width", [420, 760, 1200])
def test_every_reason_can_be_read_whole(dialog, qtbot, tmp_path, width):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    planned(dialog, qtbot)
    dialog.resize(width, 500)
    QApplication.processEvents()
    item = dialog.list.topLevelItem(0)
    room = QRect(0, 0, dialog.list.columnWidth(2) - 2 * theme.GAP, 10_000)
    needed = dialog.list.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.text(2)).height()
    assert dialog.list.visualItemRect(item).height() >= needed
    assert sum(dialog.list.columnWidth(column) for column in range(3)) <= dialog.list.width()


@pytest.fixture
def wide(qtbot, tmp_path):
    """A dialog over two agents that could do more in Gemini CLI, and one that could not."""
    texts = {"one": WIDE.format("one"), "two": WIDE.format("two"), "good": GOOD}
    sources = [Source(Path(f"{name}.md"), text, "Work") for name, text in texts.items()]
    made = ExportDialog(sources, Settings(export_folder=str(tmp_path / "out")))
    qtbot.addWidget(made)
    made.show()
    made.form.target.setCurrentIndex(made.form.target.findData("gemini-cli"))
    planned(made, qtbot)
    return made


def box(dialog, row):
    """Where the box of a row is to be clicked."""
    item = dialog.list.topLevelItem(row)
    option = QStyleOptionViewItem()
    option.initFrom(dialog.list)
    option.rect = dialog.list.visualItemRect(item)
    option.rect.setLeft(dialog.list.indentation())
    option.features = QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    style = dialog.list.style()
    return style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, dialog.list).center()


def test_what_is_lost_stands_below_the_file(wide, qtbot):
    item = wide.list.topLevelItem(0)
    assert (item.text(0), item.text(1)) == ("waits", "agents/one.md")
    losses = [(item.child(row).text(0), item.child(row).text(1)) for row in range(item.childCount())]
    assert losses == [("widened", "tools")]
    assert "all of Bash" in item.child(0).text(2)
    assert "1 widened" in item.text(2)
    wide.list.setFocus()
    wide.list.setCurrentItem(item)
    qtbot.keyClick(wide.list, Qt.Key.Key_Right)
    assert item.isExpanded()


def test_an_agent_that_could_do_more_is_written_once_its_box_is_ticked(wide, qtbot, tmp_path):
    assert [state for state, _ in rows(wide)] == ["waits", "waits", "new"]
    assert "2 could do more than before" in wide.summary.text()
    wide.list.topLevelItem(0).setExpanded(True)
    qtbot.mouseClick(wide.list.viewport(), Qt.MouseButton.LeftButton, pos=box(wide, 0))
    qtbot.waitUntil(lambda: ("new", "agents/one.md") in rows(wide))
    assert rows(wide)[0] == ("waits", "agents/two.md")
    export(wide, qtbot)
    assert sorted(path.name for path in (tmp_path / "out" / "agents").iterdir()) == ["good.md", "one.md"]


def test_boxes_are_ticked_with_the_keyboard_and_the_focus_stays(wide, qtbot):
    wide.list.setFocus()
    wide.list.setCurrentItem(wide.list.topLevelItem(1))
    qtbot.keyClick(wide.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: ("new", "agents/two.md") in rows(wide))
    item = wide.list.currentItem()
    assert (item.text(1), item.checkState(0)) == ("agents/two.md", Qt.CheckState.Checked)
    qtbot.keyClick(wide.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: ("waits", "agents/two.md") in rows(wide))


def test_what_was_accepted_for_one_program_is_asked_again_for_another(wide, qtbot):
    qtbot.mouseClick(wide.accept_button, Qt.MouseButton.LeftButton)
    planned(wide, qtbot)
    assert [state for state, _ in rows(wide)] == ["new", "new", "new"]
    assert not wide.accept_button.isVisible()
    wide.form.target.setCurrentIndex(wide.form.target.findData("cursor"))
    planned(wide, qtbot)
    assert wide.plan.count("waiting") == 2


def test_plugins_are_for_claude_code_alone(wide, qtbot):
    assert not wide.form.layouts["plugin"].isEnabled()
    wide.form.target.setCurrentIndex(wide.form.target.findData("claude-code"))
    assert wide.form.layouts["plugin"].isEnabled()
    wide.form.layouts["plugin"].click()
    wide.form.target.setCurrentIndex(wide.form.target.findData("gemini-cli"))
    planned(wide, qtbot)
    assert "for Claude Code alone" in wide.summary.text()
    assert not wide.export_button.isEnabled()


def test_everything_that_can_be_said_of_a_marketplace_is_written(dialog, qtbot, tmp_path):
    (tmp_path / "text").write_text("Do.\n", encoding="utf-8")
    dialog.form.layouts["plugin"].click()
    for line, text in (
        (dialog.form.folder, str(tmp_path / "out")),
        (dialog.form.name, "cat"),
        (dialog.form.owner, "Me"),
        (dialog.form.version, "1.0.0"),
        (dialog.form.licence_file, str(tmp_path / "text")),
    ):
        qtbot.keyClicks(line, text)
    dialog.form.licence.setCurrentText("MIT")
    planned(dialog, qtbot)
    export(dialog, qtbot)
    plugin = (tmp_path / "out/plugins/cat/.claude-plugin/plugin.json").read_text("utf-8")
    for said in ('"version": "1.0.0"', '"license": "MIT"', '"name": "Me"'):
        assert said in plugin
    assert (tmp_path / "out/LICENSE").read_text("utf-8") == "Do.\n"
    assert dialog._settings.export_owner == "Me" and dialog._settings.export_licence == "MIT"


def test_a_licence_that_cannot_be_read_is_said(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    qtbot.keyClicks(dialog.form.licence_file, str(tmp_path / "nowhere"))
    assert "it does not exist" in dialog.summary.text()
    assert not dialog.export_button.isEnabled()


def test_what_is_gone_is_removed_when_it_is_chosen(dialog, qtbot, tmp_path):
    old = plan([Source(Path("old.md"), GOOD.replace("good", "old"))], tmp_path / "out")
    write(old)
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    qtbot.waitUntil(lambda: ("left", "agents/old.md") in rows(dialog))
    qtbot.mouseClick(
        dialog.form.prune, Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.form.prune.height() // 2)
    )
    qtbot.waitUntil(lambda: ("removed", "agents/old.md") in rows(dialog))
    assert "1 to remove." in dialog.summary.text()
    export(dialog, qtbot)
    assert [path.name for path in (tmp_path / "out" / "agents").iterdir()] == ["good.md"]


def test_a_zip_file_gets_its_ending(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "cat"))
    dialog.form.zipped.click()
    planned(dialog, qtbot)
    assert not dialog.form.prune.isVisible()
    export(dialog, qtbot)
    assert zipfile.is_zipfile(tmp_path / "cat.zip")


MANY = [Source(Path(f"{n}.md"), GOOD.replace("good", f"agent-{n}")) for n in range(120)]


@pytest.fixture
def large(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("agenteditor.app.export_steps._SLICE", 0)  # one step between two events
    made = ExportDialog(MANY, Settings(export_folder=str(tmp_path / "out")))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_large_catalog_is_looked_at_in_slices_and_a_new_choice_starts_anew(large, qtbot):
    assert large.plan is None and large.progress.isVisible()
    assert not large.export_button.isEnabled()
    large.form.layouts["categories"].click()
    planned(large, qtbot)
    assert not large.progress.isVisible()
    assert large.plan.choices.layout == "categories" and large.plan.todo == 121


def test_of_many_files_that_need_no_look_only_some_are_listed(large, qtbot, monkeypatch):
    monkeypatch.setattr("agenteditor.app.export_rows.MOST_PLAIN", 20)
    planned(large, qtbot)
    assert len(rows(large)) == 21
    last = large.list.topLevelItem(20)
    assert (last.text(1), last.text(2)) == ("100 more files", "100 new")


def test_cancel_while_files_are_written_leaves_nothing(large, qtbot, tmp_path):
    planned(large, qtbot)
    qtbot.mouseClick(large.export_button, Qt.MouseButton.LeftButton)
    assert large._writing.busy
    qtbot.mouseClick(large.cancel_button, Qt.MouseButton.LeftButton)
    assert large.isVisible()
    qtbot.waitUntil(lambda: not large._writing.busy)
    planned(large, qtbot)
    assert large.summary.text() == "Stopped: nothing was changed."
    assert not (tmp_path / "out").exists()
    assert large.plan.todo == 120 and large.export_button.isEnabled()


def test_cancel_when_it_counts_already_finishes(large, qtbot, tmp_path):
    planned(large, qtbot)
    large._writing.progressed.connect(lambda one: large.reject() if one.what == "place" else None)
    large.export_button.click()
    qtbot.waitUntil(lambda: not large._writing.busy and large.plan is not None, timeout=30_000)
    assert len(list((tmp_path / "out" / "agents").iterdir())) == 120
    assert large.plan.todo == 0


def test_what_fails_after_it_counts_is_said(large, qtbot, monkeypatch):
    said = []
    monkeypatch.setattr("agenteditor.app.dialogs.say", lambda _parent, _title, text: said.append(text))
    planned(large, qtbot)

    def stop(progress):
        if progress.what == "place":
            monkeypatch.setattr(TargetFolder, "place", fails)
            large.reject()

    def fails(_target, _new, path):
        raise FileProblem("no-space", "save", path)

    large._writing.progressed.connect(stop)
    large.export_button.click()
    qtbot.waitUntil(lambda: said != [], timeout=30_000)
    monkeypatch.undo()
    planned(large, qtbot)
    assert "the disk is full" in said[0] and "all is written" not in large.summary.text()
    assert large.plan.unfinished and large.export_button.isEnabled()
    large._writing.progressed.disconnect(stop)
    export(large, qtbot)
    assert large.plan.todo == 0 and not large.plan.unfinished


def test_closing_the_dialog_while_it_looks_stops_that(large, qtbot):
    assert large._planning.busy
    qtbot.mouseClick(large.cancel_button, Qt.MouseButton.LeftButton)
    assert not large.isVisible() and not large._planning.busy


def test_a_failure_is_said_and_the_plan_is_made_again(dialog, qtbot, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr("agenteditor.app.dialogs.say", lambda _parent, _title, text: said.append(text))
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    planned(dialog, qtbot)
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: said != [])
    planned(dialog, qtbot)
    assert "is not a folder" in dialog.summary.text()


def test_every_choice_has_a_name_and_can_be_clicked(dialog, qtbot):
    theme.apply(QApplication.instance(), "light")
    dialog.form.layouts["plugin"].click()
    choices = [*dialog.findChildren(QLineEdit), *dialog.findChildren(QComboBox)]
    choices = [one for one in choices if not isinstance(one.parent(), QComboBox)]  # a part of it
    buttons = [one for one in dialog.findChildren(QAbstractButton) if one.isVisible()]
    assert all(one.accessibleName() for one in choices)
    assert all(one.text() for one in buttons)
    qtbot.waitUntil(lambda: min(one.height() for one in (*choices, *buttons) if one.isVisible()) >= 24)
