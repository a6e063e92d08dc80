"""The export dialog: the plan first, then the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from agenteditor.app.export_dialog import ExportDialog
from agenteditor.app.settings import Settings
from agenteditor.core.export import Source
from agenteditor.ui import theme

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


def export(dialog, qtbot):
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("Written"))


def test_without_a_folder_nothing_can_be_written(dialog):
    assert rows(dialog) == []
    assert not dialog.export_button.isEnabled()


def test_the_plan_shows_before_anything_is_written(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    assert rows(dialog) == [("refused", "bad.md"), ("new", "agents/good.md")]
    assert not (tmp_path / "out").exists()
    assert dialog.summary.text() == "1 to write, 0 kept as they are, 1 refused."


def test_export_writes_the_plan_and_shows_what_is_there_now(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    export(dialog, qtbot)
    assert (tmp_path / "out" / "agents" / "good.md").read_text(encoding="utf-8") == GOOD
    assert rows(dialog)[-1] == ("unchanged", "agents/good.md")
    assert not dialog.export_button.isEnabled()


def test_the_other_layout_makes_another_plan(dialog, qtbot, tmp_path):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    dialog.form.layouts["plugin"].click()
    assert ("new", "plugins/out/agents/good.md") in rows(dialog)
    export(dialog, qtbot)
    assert (tmp_path / "out" / ".claude-plugin" / "marketplace.json").is_file()
    assert "/plugin marketplace add" in dialog.summary.text()


@pytest.mark.parametrize("typed", ["~nobody-of-this-name/x", "a", "~", "a\\b", "x" * 300])
def test_anything_may_be_typed_as_the_folder(dialog, qtbot, typed):
    qtbot.keyClicks(dialog.form.folder, typed)
    assert dialog.plan is not None and dialog.summary.text()


@pytest.mark.parametrize("width", [420, 760, 1200])
def test_every_reason_can_be_read_whole(dialog, qtbot, tmp_path, width):
    qtbot.keyClicks(dialog.form.folder, str(tmp_path / "out"))
    dialog.resize(width, 500)
    QApplication.processEvents()
    item = dialog.list.topLevelItem(0)
    room = QRect(0, 0, dialog.list.columnWidth(2) - 2 * theme.GAP, 10_000)
    needed = dialog.list.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.text(2)).height()
    assert dialog.list.visualItemRect(item).height() >= needed
    assert sum(dialog.list.columnWidth(column) for column in range(3)) <= dialog.list.width()
