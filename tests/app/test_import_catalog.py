"""Importing a catalog in the window: the plan, the choice of a side, and only what was chosen is written."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from agenteditor.app import dialogs, import_catalog
from agenteditor.app.batch_dialog import BatchDialog
from agenteditor.app.commands import make_window
from agenteditor.app.import_catalog_dialog import ImportCatalogDialog
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core import batch_journal, import_sources, import_writing
from agenteditor.core.batch_journal import batches
from agenteditor.core.batch_write import Writing
from agenteditor.core.import_plan import finished, planned
from agenteditor.core.text import Refusal
from tests.core.agent_folders import tree


def agent(name: str, model: str = "opus", step: str = "Look.", more: str = "") -> str:
    return f"---\nname: {name}\ndescription: Use {name} now\nmodel: {model}\ntools: Read\n---\n\nYou test.\n\n## Work\n\n1. {step}\n\n## Output\n\nA table.{more}\n"


def fill(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def source(path: Path) -> import_sources.Source:
    found = import_sources.opened(path)
    assert not isinstance(found, Refusal)
    return found


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return fill(tmp_path / "there", {"a.md": agent("a"), "b.md": agent("b"), "c.md": agent("c")})


@pytest.fixture
def here(there: Path, tmp_path: Path) -> Path:
    """A catalog that had everything imported; then both sides were changed."""
    folder = fill(tmp_path / "here", {"mine.md": agent("mine")})
    made = finished(planned(source(there), folder))
    rows = [row for row in made.rows if row.writes]
    writing = Writing("Import", import_writing.changes(rows, {}), os.unlink)
    list(writing.steps())
    import_writing.remember(made, rows, {}, writing.done)
    batch_journal.forget(batches()[0].file)
    fill(
        there,
        {"a.md": agent("a", "haiku", "Look there."), "b.md": agent("b", "haiku"), "new.md": agent("new")},
    )
    fill(folder, {"a.md": agent("a", "sonnet", "Look here."), "b.md": agent("b", more=" Short.")})
    return folder


@pytest.fixture
def dialog(qtbot, there, here):
    application(Settings(theme="light"))
    made = ImportCatalogDialog(source(there), here, "Import from there")
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.plan is not None)
    return made


def undo_last(window, qtbot) -> None:
    """Trigger the action of the menu and press Undo in its dialog."""
    window.actions_["batch-undo"].trigger()
    dialog = next(one for one in window.findChildren(BatchDialog) if one.isVisible())
    qtbot.waitUntil(lambda: dialog.stage == "ready")
    click(qtbot, dialog.accept_button)
    qtbot.waitUntil(lambda: dialog.stage == "done")
    click(qtbot, dialog.cancel_button)


def states(dialog: ImportCatalogDialog) -> dict[str, str]:
    return {item.text(0): item.text(1) for item in dialog.list.rows()}


def row(dialog: ImportCatalogDialog, name: str) -> QTreeWidgetItem:
    (found,) = [item for item in dialog.list.rows() if item.text(0) == name]
    return found


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def import_now(qtbot, dialog: ImportCatalogDialog) -> None:
    click(qtbot, dialog.import_button)
    qtbot.waitUntil(lambda: not dialog.import_button.isVisible())


def test_the_plan_says_what_becomes_of_each_agent_and_writes_nothing(dialog, here):
    assert states(dialog) == {"a": "conflict", "b": "merged", "new": "new", "c": "same"}
    assert dialog.summary.text() == (
        "1 in conflict, 1 new, 1 changed on both sides and merged, 1 the same. One that stands only here is left alone."
    )
    assert dialog.status.text() == "3 of 3 are chosen. 2 conflicts are not decided: ours stays there."
    assert (here / "a.md").read_text() == agent("a", "sonnet", "Look here.")
    assert not (here / "new.md").exists()


def test_the_first_conflict_is_shown_with_both_sides(dialog):
    assert dialog.detail.stack.currentWidget() is dialog.detail.sides
    texts = [item.text(0) for item in dialog.detail.list.rows()]
    assert texts == ["The file, before and after", "Field “model”", "Section “Work”"]
    assert dialog.detail.list.currentItem().text(0) == "Field “model”"
    assert [entry.kind for entry in dialog.detail.sides.entries] in (["changed"], ["removed", "added"])


def test_a_side_is_chosen_for_each_conflict_with_the_keyboard(dialog, qtbot, here):
    dialog.detail.theirs_button.setFocus()
    qtbot.keyClick(dialog.detail.theirs_button, Qt.Key.Key_Space)
    assert dialog.detail.list.currentItem().text(0) == "Section “Work”"
    qtbot.keyClick(dialog.detail.theirs_button, Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: len(dialog.detail.choices) == 2)  # a button is pressed for a moment
    assert [item.text(1) for item in dialog.detail.list.rows()[1:]] == ["theirs", "ours"]
    assert row(dialog, "a").text(1) == "decided"
    assert dialog.status.text() == "3 of 3 are chosen."
    import_now(qtbot, dialog)
    assert (here / "a.md").read_text() == agent("a", "haiku", "Look here.")


def test_all_conflicts_of_a_file_are_decided_at_once(dialog, qtbot, here):
    dialog.detail.list.setFocus()
    qtbot.keyClick(dialog.detail.list, Qt.Key.Key_Home)
    assert dialog.detail.theirs_button.text() == "All &theirs"
    click(qtbot, dialog.detail.theirs_button)
    import_now(qtbot, dialog)
    assert (here / "a.md").read_text() == agent("a", "haiku", "Look there.")


def test_a_choice_is_still_there_when_one_comes_back_to_the_agent(dialog, qtbot):
    click(qtbot, dialog.detail.theirs_button)
    dialog.list.setCurrentItem(row(dialog, "b"))
    assert not dialog.detail.conflicts.isVisible()
    dialog.list.setCurrentItem(row(dialog, "a"))
    assert [item.text(1) for item in dialog.detail.list.rows()[1:]] == ["theirs", "not decided, ours stays"]


def test_what_is_not_ticked_is_not_imported(dialog, qtbot, here):
    dialog.list.setFocus()
    dialog.list.setCurrentItem(row(dialog, "new"))
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
    assert dialog.all.checkState() == Qt.CheckState.PartiallyChecked
    import_now(qtbot, dialog)
    assert not (here / "new.md").exists()
    assert (here / "b.md").read_text() == agent("b", "haiku", more=" Short.")
    assert states(dialog) == {"a": "left as ours", "b": "written", "new": "new", "c": "same"}
    assert (
        dialog.status.text()
        == "Written: 1 file. “Undo last batch” takes it back. Conflicts left as ours: a.md."
    )

    assert dialog.close_button.hasFocus() and dialog.close_button.text() == "Close"


def test_one_tick_box_is_for_all(dialog, qtbot):
    click(qtbot, dialog.all)
    assert dialog.status.text() == "0 of 3 are chosen." and not dialog.import_button.isEnabled()
    click(qtbot, dialog.all)
    assert dialog.all.checkState() == Qt.CheckState.Checked and dialog.import_button.isEnabled()


def test_what_changed_since_the_plan_is_named_and_left(dialog, qtbot, here):
    (here / "b.md").write_text("Somebody was here")
    import_now(qtbot, dialog)
    assert (here / "b.md").read_text() == "Somebody was here"
    assert row(dialog, "b").text(1) == "not written" and "changed" in row(dialog, "b").text(3)
    assert "Not written: b.md." in dialog.status.text()


def test_an_agent_that_may_do_more_afterwards_says_so(qtbot, there, here):
    fill(there, {"c.md": agent("c").replace("tools: Read", "tools: Read, Bash")})
    made = ImportCatalogDialog(source(there), here, "Import from there")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.plan is not None)
    assert (
        row(made, "c").text(3)
        == "Changed there: tools.\nIt may do more: It gets tools it did not have: Bash."
    )


def test_without_a_place_for_the_undo_nothing_is_written(dialog, qtbot, here, tmp_path, monkeypatch):
    before = tree(here)
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    import_now(qtbot, dialog)
    assert tree(here) == before and dialog.written == []
    assert "what undo needs cannot be kept" in dialog.status.text()


def test_reading_can_be_cancelled_and_leaves_nothing(qtbot, there, here):
    made = ImportCatalogDialog(source(there), here, "Import from there")
    qtbot.addWidget(made)
    made.show()
    assert made.progress.isVisible() and not made.import_button.isEnabled()
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert not made.isVisible() and made.plan is None
    QApplication.processEvents()
    assert made.plan is None and made.written == []


def test_writing_that_is_stopped_says_how_far_it_came(dialog, qtbot, here):
    click(qtbot, dialog.import_button)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert (
        dialog.isVisible()
        and dialog.status.text() == "Written: 0 files. Stopped before 2 files. Conflicts left as ours: a.md."
    )
    assert not (here / "new.md").exists()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("size", [(640, 480), (1300, 900)])
def test_no_button_is_cut_and_rows_are_high_enough(dialog, size):
    dialog.resize(*size)
    QApplication.processEvents()
    for button in (
        dialog.import_button,
        dialog.close_button,
        dialog.detail.ours_button,
        dialog.detail.theirs_button,
    ):
        inside = button.mapTo(dialog, QPoint(button.width(), button.height()))
        assert inside.x() <= dialog.width() and inside.y() <= dialog.height() and button.height() >= 24
    for shown in (dialog.list, dialog.detail.list):
        assert all(shown.visualItemRect(item).height() >= 24 for item in shown.rows())


# --- from the menu -----------------------------------------------------------------------------


@pytest.fixture
def window(qtbot, here, monkeypatch):
    monkeypatch.setattr(dialogs, "ask_to_save", lambda _parent, _names: "discard")
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def packed(there: Path, tmp_path: Path) -> Path:
    """The other catalog as a zip archive, as it is now."""
    with zipfile.ZipFile(tmp_path / "there.zip", "w") as archive:
        for path in there.iterdir():
            archive.write(path, f"repo/{path.name}")
    return tmp_path / "there.zip"


def carried_out(monkeypatch: pytest.MonkeyPatch, qtbot) -> list[ImportCatalogDialog]:
    seen: list[ImportCatalogDialog] = []

    def run(dialog: ImportCatalogDialog) -> int:
        seen.append(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: dialog.plan is not None)
        import_now(qtbot, dialog)
        dialog.close()
        return 0

    monkeypatch.setattr(ImportCatalogDialog, "exec", run)
    return seen


def test_the_menu_imports_a_zip_and_open_agents_show_what_was_written(
    window, qtbot, here, packed, monkeypatch
):
    monkeypatch.setattr(dialogs, "ask_archive", lambda _parent, _folder: packed)
    carried_out(monkeypatch, qtbot)
    window.open_folder(here)
    window.open_paths([here / "b.md"])
    menu = window.actions_.submenus["import"]
    menu.aboutToShow.emit()
    (action,) = [action for action in menu.actions() if "zip" in action.text()]
    assert action.isEnabled()
    action.trigger()
    document = window.present_editor().document
    assert document.text == agent("b", "haiku", more=" Short.") and not document.modified
    assert window.statusBar().currentMessage() == (
        "Imported from there.zip: 2 written. “Undo last batch” takes it back."
    )
    document.undo()
    assert document.text == agent("b", more=" Short.")


def test_undo_in_the_window_takes_an_import_back_to_the_byte(window, qtbot, here, packed, monkeypatch):
    monkeypatch.setattr(dialogs, "ask_archive", lambda _parent, _folder: packed)
    carried_out(monkeypatch, qtbot)
    before = tree(here)
    window.open_folder(here)
    window.open_paths([here / "b.md", here / "mine.md"])
    import_catalog.from_zip(window)
    assert tree(here).keys() - before.keys() == {"new.md"} and tree(here)["b.md"] != before["b.md"]
    window.open_paths([here / "new.md"])
    assert window.actions_["batch-undo"].text() == "&Undo last batch: Import from there.zip…"
    undo_last(window, qtbot)
    assert tree(here) == before
    shown = {editor.document.path.name: editor.document for editor in window.editors()}
    assert shown.keys() == {"a.md", "b.md", "mine.md"}, "the new one is closed"
    assert shown["b.md"].text == agent("b", more=" Short.") and not shown["b.md"].modified
    assert not window.actions_["batch-undo"].isEnabled()


def test_an_agent_with_unsaved_changes_is_refused(window, qtbot, here, there, monkeypatch):
    monkeypatch.setattr(dialogs, "ask_folder", lambda _parent, _folder: there)
    seen = carried_out(monkeypatch, qtbot)
    window.open_folder(here)
    window.open_paths([here / "b.md"])
    editor = window.present_editor()
    window.show_view("source")
    qtbot.keyClicks(editor.focusWidget() or window.focusWidget(), "x")
    assert editor.document.modified
    import_catalog.from_folder(window)
    assert states(seen[0])["b"] == "refused"
    assert (here / "b.md").read_text() == agent("b", more=" Short.")


def test_without_an_open_folder_there_is_nothing_to_import_into(window, monkeypatch):
    menu = window.actions_.submenus["import"]
    menu.aboutToShow.emit()
    assert [action.isEnabled() for action in menu.actions() if "catalog" in action.text()] == [False, False]
    import_catalog.from_zip(window)
    assert window.statusBar().currentMessage() == "Open the folder of your catalog first."


def test_what_is_no_archive_is_said_in_a_sentence(window, here, tmp_path, monkeypatch):
    (tmp_path / "x.zip").write_text("no archive")
    said: list[tuple[str, ...]] = []
    monkeypatch.setattr(dialogs, "ask_archive", lambda _parent, _folder: tmp_path / "x.zip")
    monkeypatch.setattr(dialogs, "say", lambda _parent, *texts: said.append(texts))
    window.open_folder(here)
    import_catalog.from_zip(window)
    assert said == [
        ("Nothing is imported.", "This is no zip archive, or it is cut off. Get it again, or choose another.")
    ]
