"""What all dialogs about many agents have in common: letters, names, sizes, Enter and Esc."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QRadioButton,
    QTabBar,
    QWidget,
)

from agenteditor.app.batch_dialog import BatchDialog, Job
from agenteditor.app.batch_forms import FieldForm, Form, NameForm, NoForm
from agenteditor.app.export_dialog import ExportDialog
from agenteditor.app.import_catalog_dialog import ImportCatalogDialog
from agenteditor.app.judge_dialog import JudgeDialog
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core import batch_edits, batch_files, import_sources
from agenteditor.core.batch_write import Writing
from agenteditor.core.export import Source
from agenteditor.core.text import Refusal
from tests.core.agent_folders import agent, write

KINDS = ("delete", "set", "rename", "export", "marketplace", "import", "judge")


def batch(form: Form, root: Path) -> BatchDialog:
    job = Job("Change", "&Change", lambda label, changes: Writing(label, changes, Path.unlink))
    return BatchDialog(job, form, root)


def made(kind: str, folder: Path) -> QDialog:
    paths = sorted(folder.rglob("*.md"))
    if kind == "delete":
        return batch(NoForm("They go.", lambda: batch_files.delete(paths, ())), folder)
    if kind == "set":
        return batch(
            FieldForm(paths, lambda key, value: batch_edits.set_field(paths, key, value, ())), folder
        )
    if kind == "rename":
        return batch(NameForm("a", "a", lambda _new: batch_files.duplicate(paths, paths, "", ())), folder)
    if kind == "judge":
        return JudgeDialog([folder], dict)
    if kind == "import":
        there = write_folder(folder.parent / "there", {"c.md": agent("c")})
        source = import_sources.opened(there)
        assert not isinstance(source, Refusal)
        return ImportCatalogDialog(source, folder, "Import")
    settings = Settings(export_layout="plugin" if kind == "marketplace" else "folder")
    return ExportDialog([Source(path, path.read_text("utf-8")) for path in paths], settings)


def write_folder(folder: Path, texts: dict[str, str]) -> Path:
    write(folder, texts)
    return folder


def is_ready(dialog: QDialog) -> bool:
    if isinstance(dialog, BatchDialog):
        return dialog.stage == "ready"
    if isinstance(dialog, JudgeDialog):
        return not dialog.work.running
    return not isinstance(dialog, ImportCatalogDialog) or dialog.plan is not None


@pytest.fixture(params=KINDS)
def dialog(request, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    application(Settings(theme="light"))
    font = QApplication.font()
    folder = write_folder(tmp_path / "agents", {"a.md": agent("a"), "sub/b.md": agent("b")})
    one = made(request.param, folder)
    qtbot.addWidget(one)
    one.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # it is qtbot's
    one.show()
    qtbot.waitExposed(one)
    one.activateWindow()
    qtbot.waitUntil(lambda: is_ready(one), timeout=30_000)
    yield one
    QApplication.setFont(font)


def seen(dialog: QDialog) -> list[QWidget]:
    return [widget for widget in dialog.findChildren(QWidget) if widget.isVisible()]


def labels(widget: QWidget) -> list[str]:
    if isinstance(widget, QTabBar):
        return [widget.tabText(index) for index in range(widget.count())]
    if isinstance(widget, QAbstractButton) or (isinstance(widget, QLabel) and widget.buddy() is not None):
        return [widget.text()]
    return []


def test_each_letter_means_one_thing_and_each_question_has_one(dialog):
    texts = [text for widget in seen(dialog) for text in labels(widget)]
    letters = Counter(text[text.index("&") + 1].lower() for text in texts if "&" in text)
    assert [letter for letter, count in letters.items() if count > 1] == []
    for label in seen(dialog):
        buddy = label.buddy() if isinstance(label, QLabel) else None
        if buddy is not None and buddy.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert "&" in label.text()


def test_whatever_takes_the_focus_has_a_name(dialog):
    for widget in seen(dialog):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
            words = widget.text() if isinstance(widget, QAbstractButton) else ""
            owner = widget.parentWidget()  # the line of a box that can be edited speaks for the box
            owned = owner is not None and owner.focusProxy() is widget and owner.accessibleName()
            assert widget.accessibleName() or words or owned, widget


def test_buttons_are_high_enough_and_nothing_scrolls_sideways(dialog):
    for widget in seen(dialog):
        of_a_line = isinstance(widget.parentWidget(), QLineEdit)  # as high as the line
        if isinstance(widget, QAbstractButton) and not isinstance(widget, QCheckBox | QRadioButton):
            assert of_a_line or widget.height() >= 24, widget
        if isinstance(widget, QAbstractScrollArea):
            assert not widget.horizontalScrollBar().isVisible(), widget


def test_it_fits_a_small_window_with_large_letters(dialog):
    font = QApplication.font()
    font.setPointSize(18)
    QApplication.setFont(font)
    QApplication.processEvents()
    assert dialog.minimumSizeHint().width() <= 880
    assert dialog.minimumSizeHint().height() <= 580


def test_escape_closes_it(dialog, qtbot):
    focus = dialog.focusWidget()
    assert focus is not None and focus.isEnabled() and not isinstance(focus, QAbstractButton)
    qtbot.keyClick(focus, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
