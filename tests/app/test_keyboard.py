"""The window without a mouse: Tab reaches everything and is caught nowhere, each Alt+letter means one thing."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget

from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.ui.editor import VIEWS
from agenteditor.ui.fields import GrowingText, LineEdit

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
FULL = """---
name: full
description: "Use this agent when everything is set: yes."
tools: Read, Bash(git:*)
disallowedTools: Write
model: opus
color: blue
permissionMode: plan
maxTurns: 5
skills: [a, b]
mcpServers:
  - slack
hooks:
  PreToolUse: []
memory: project
background: true
effort: high
isolation: worktree
unknown: hello
nested:
  a: 1
---

Hello

## Rules

- One
- Two
"""
NO_FRONTMATTER = "# Notes\n\nOnly text.\n"
NO_EXAMPLES = "---\nname: a\ndescription: Use this agent when a test needs one.\n---\n\nYou are good.\n"


def forget_changes(window):
    for editor in window.editors():
        editor.document.mark_saved(Path("x.md"), editor.document.text, None)


@pytest.fixture
def window(qtbot):
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made, before_close_func=forget_changes)
    made.resize(1280, 820)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def opened(window, tmp_path, seed_text):
    """A function that opens one of the texts above or the sample, and shows a view."""

    def open_text(text, view):
        path = tmp_path / "agent.md"
        path.write_bytes((seed_text if text == "seed" else text).encode())
        window.open_paths([path])
        window.activateWindow()
        window.show_view(view)
        QApplication.processEvents()
        return window

    return open_text


TEXTS = {"sample": "seed", "full": FULL, "plain": NO_FRONTMATTER, "small": NO_EXAMPLES}


def round_trip(window, key, limit=150):
    """The widgets that have the focus, one after the other, until the first has it again."""
    first = QApplication.focusWidget()
    seen = [first]
    while len(seen) < limit:
        focused = QApplication.focusWidget()
        if focused is window.present_editor().source.edit:  # Tab is a letter there; F6 leads out
            window.focusNextPrevChild(key == Qt.Key.Key_Tab)
        else:
            QTest.keyClick(focused, key)
        if QApplication.focusWidget() is first:
            return seen
        seen.append(QApplication.focusWidget())
    pytest.fail(f"Tab does not come back from {[described(widget) for widget in seen[-4:]]}")


def described(widget):
    return f"{type(widget).__name__} “{widget.accessibleName()}”"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("view", VIEWS)
def test_tab_goes_round_the_whole_window_and_back(opened, text, view):
    window = opened(TEXTS[text], view)
    editor = window.present_editor()
    there = round_trip(window, Qt.Key.Key_Tab)
    back = round_trip(window, Qt.Key.Key_Backtab)
    assert len(set(map(id, there))) == len(there)
    assert {*map(described, there)} == {*map(described, back)}
    reached = set(there)
    assert editor.preview.chooser in reached
    assert window.status.problems in reached
    shown = editor.form if view == "details" else editor.source
    if view in ("details", "source"):
        assert any(shown.isAncestorOf(widget) for widget in reached)


def test_tab_goes_down_the_form_and_add_field_is_its_end(opened):
    window = opened(FULL, "details")
    form = window.present_editor().form
    form.reveal("name")
    mine = [w for w in round_trip(window, Qt.Key.Key_Tab) if form.isAncestorOf(w)]
    heights = [widget.mapTo(form, widget.rect().center()).y() for widget in mine]
    rows = [form.row(key) for key in ("name", "tools", "hooks", "model", "unknown")]
    order = [next(i for i, widget in enumerate(mine) if row.isAncestorOf(widget)) for row in rows]
    assert order == sorted(order)
    assert heights[0] == min(heights) and heights[-1] == max(heights)


def letters(window):
    """Alt+letter -> what has it: menus, labels with a buddy, buttons."""
    found = {}

    def note(text, owner):
        match = re.search(r"(?<!&)&([^&])", text)
        if match:
            found.setdefault(match[1].casefold(), []).append(f"{owner} “{text}”")

    for menu in window.menuBar().actions():
        note(menu.text(), "menu")
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if (isinstance(widget, QLabel) and widget.buddy()) or isinstance(widget, QAbstractButton):
            note(widget.text(), type(widget).__name__)
    return found


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("view", VIEWS)
def test_each_letter_with_alt_means_one_thing(opened, text, view):
    window = opened(TEXTS[text], view)
    assert {letter: owners for letter, owners in letters(window).items() if len(owners) > 1} == {}


def test_the_letters_stay_apart_with_the_find_bar_open(opened):
    window = opened(FULL, "source")
    window.actions_["replace"].trigger()
    QApplication.processEvents()
    assert {letter: owners for letter, owners in letters(window).items() if len(owners) > 1} == {}


def test_f6_goes_round_the_panes_in_both_directions(opened, seed_path):
    window = opened("seed", "details")
    window.open_paths([seed_path.parent])
    QApplication.processEvents()
    editor = window.present_editor()
    panes = [window.catalog, editor.form, editor.preview, editor.problems]

    def here():
        return next(i for i, pane in enumerate(panes) if pane.isAncestorOf(QApplication.focusWidget()))

    editor.form.reveal("name")
    seen = []
    for _ in range(5):
        seen.append(here())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    assert seen == [1, 2, 3, 0, 1]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert here() == 1


def test_a_new_agent_is_begun_by_typing_its_name(window):
    window.activateWindow()
    window.actions_["new"].trigger()
    QTest.keyClicks(QApplication.focusWidget(), "my-helper")
    assert "name: my-helper\n" in window.present_editor().document.text


def test_each_template_has_a_letter_of_its_own(window):
    window.actions_.submenus["new-from"].aboutToShow.emit()
    texts = [action.text() for action in window.actions_.submenus["new-from"].actions() if action.text()]
    letters = [re.search(r"&(.)", text)[1].casefold() for text in texts]
    assert len(set(letters)) == len(letters) == 5


def test_each_entry_of_a_menu_has_a_letter_of_its_own(window):
    for menu in window.menuBar().actions():
        texts = [action.text() for action in menu.menu().actions() if not action.isSeparator()]
        letters = [re.search(r"(?<!&)&([^&])", text)[1].casefold() for text in texts]
        assert len(set(letters)) == len(letters), f"{menu.text()}: {sorted(letters)}"


class Claiming(QLineEdit):
    """A line as Linux has it: Ctrl+E is another End there."""

    def event(self, event):
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)


@pytest.mark.parametrize("modifiers", [CTRL, CTRL | SHIFT], ids=["ctrl", "shift"])
def test_no_line_claims_the_keys_that_export_and_convert(qtbot, modifiers):
    application(Settings(theme="light"))
    line = Claiming()
    qtbot.addWidget(line)
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_E, modifiers)
    event.ignore()
    QApplication.sendEvent(line, event)
    assert not event.isAccepted()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(line, event)
    assert event.isAccepted()


@pytest.mark.skipif(sys.platform == "darwin", reason="there Alt types other letters")
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, LineEdit, GrowingText])
@pytest.mark.parametrize("modifiers", [ALT, ALT | SHIFT], ids=["alt", "alt and shift"])
def test_alt_and_a_letter_without_a_meaning_types_nothing(qtbot, kind, modifiers):
    application(Settings(theme="light"))
    text = kind()
    qtbot.addWidget(text)
    text.show()
    QTest.keyClick(text, "e", modifiers)
    QTest.keyClick(text, "x")
    assert (text.text() if isinstance(text, QLineEdit) else text.toPlainText()) == "x"
