"""The start page: ways to begin, places found and recent, all of it to be read and reached by keys."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from agenteditor.app.start_page import StartPage


@pytest.fixture
def page(qtbot):
    action = QAction("&Open…")
    action.setShortcut("Ctrl+O")
    made = StartPage([action])
    made.opened_action = action
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def button(page, text):
    QApplication.processEvents()
    return next(one for one in page.findChildren(QToolButton) if text in one.text() and one.isVisible())


def test_an_action_is_a_button_with_its_keys_beside_it(page, qtbot):
    assert "Ctrl+O" in [label.text() for label in page.findChildren(QLabel)]
    page.take_focus()
    with qtbot.waitSignal(page.opened_action.triggered):
        qtbot.keyClick(button(page, "Open"), Qt.Key.Key_Space)


def test_a_place_is_opened_by_its_path_whatever_its_name(page, qtbot, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path / "odd") + b"\xff & co.md"))
    odd.write_text("text", encoding="utf-8")
    page.show_places([], [odd, tmp_path / "gone.md"])
    assert not button(page, "gone").isEnabled()
    with qtbot.waitSignal(page.opened) as asked:
        qtbot.mouseClick(button(page, "odd"), Qt.MouseButton.LeftButton)
    assert asked.args == [odd]


def test_a_place_whose_name_no_file_can_have_is_shown_and_off(page):
    page.show_places([], [Path("/nowhere/" + "x" * 300 + ".md"), Path("/dev/null/agent.md")])
    assert not any(button(page, word).isEnabled() for word in ("xxx", "agent.md"))


@pytest.mark.parametrize("points", [10, 18])
def test_nothing_is_cut_at_any_size_of_letters(page, points):
    app = QApplication.instance()
    font, before = app.font(), app.font()
    font.setPointSize(points)
    app.setFont(font)
    try:
        page.show_places([Path("/a/very/long/way" * 10)], [Path("/b" * 40, "agent.md")])
        QApplication.processEvents()
        for label in page.findChildren(QLabel):
            if label.isVisible():
                assert label.width() >= label.fontMetrics().horizontalAdvance(label.text()), label.text()
                assert label.height() >= label.fontMetrics().height()
    finally:
        app.setFont(before)
