"""Icons have the colours of the theme of the moment and are sharp; tests/test_icons.py looks at the files."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from agenteditor.ui import icons, theme
from agenteditor.ui.theme_colours import DARK, LIGHT


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    palette = qapp.palette()
    yield
    qapp.setPalette(palette)


def ink(image: QImage) -> set[str]:
    """The colours of all pixels that are fully drawn."""
    colours = set()
    for x in range(image.width()):
        for y in range(image.height()):
            if image.pixelColor(x, y).alpha() == 255:
                colours.add(image.pixelColor(x, y).name())
    return colours


def drawn(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    return ink(icon.pixmap(QSize(32, 32), 1.0, mode).toImage())


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_an_icon_has_the_colour_of_text(qapp: QApplication, colours: theme.Theme) -> None:
    qapp.setPalette(theme.palette(colours))
    icon = icons.icon("save")
    assert drawn(icon) == {colours.text.name()}
    assert drawn(icon, QIcon.Mode.Disabled) == {colours.faint.name()}
    assert drawn(icon, QIcon.Mode.Selected) == {colours.text.name()}


def test_an_icon_changes_with_the_theme(qapp: QApplication) -> None:
    qapp.setPalette(theme.palette(LIGHT))
    icon = icons.icon("save")
    before = drawn(icon)
    qapp.setPalette(theme.palette(DARK))
    assert before == {LIGHT.text.name()}
    assert drawn(icon) == {DARK.text.name()}


@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_a_severity_has_its_own_colour(qapp: QApplication, severity: icons.Severity) -> None:
    qapp.setPalette(theme.palette(DARK))
    assert drawn(icons.severity_icon(severity)) == {getattr(DARK, severity).name()}
    assert drawn(icons.severity_icon(severity), QIcon.Mode.Selected) == {getattr(DARK, severity).name()}


def test_a_pixmap_has_the_colour_and_size_asked_for(qapp: QApplication) -> None:
    pixmap = icons.pixmap("fix", QColor("#123456"), 20, 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (40, 2.0)
    assert ink(pixmap.toImage()) == {"#123456"}
    assert icons.pixmap("fix", QColor("#123456"), 20).devicePixelRatio() == 1.0


def test_an_icon_is_drawn_anew_for_a_finer_screen(qapp: QApplication) -> None:
    icon = icons.icon("save")
    fine = icon.pixmap(QSize(16, 16), 2.0)
    assert (fine.width(), fine.devicePixelRatio()) == (32, 2.0)
    coarse = icon.pixmap(QSize(16, 16), 1.0).toImage().scaled(32, 32)
    assert fine.toImage() != coarse


def test_an_icon_without_room_draws_nothing(qapp: QApplication) -> None:
    icon = icons.icon("save")
    for size in (QSize(0, 0), QSize(16, 0)):  # Qt would complain of a painter without a ground
        assert icon.pixmap(size, 2.0).isNull()


def test_a_button_shows_its_icon(qapp: QApplication, qtbot: QtBot) -> None:
    button = QPushButton(icons.coloured_icon("ok", "good"), "")
    qtbot.addWidget(button)
    button.resize(40, 40)
    good = theme.current().good
    image = button.grab().toImage()
    assert any(image.pixelColor(x, y) == good for x in range(40) for y in range(40))


def test_the_programs_own_icon_keeps_its_colours(qapp: QApplication) -> None:
    assert len(drawn(icons.icon("agenteditor"))) > 2


def test_a_name_that_is_not_there_is_told_at_once(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError, match="nothing-of-this-name"):
        icons.icon("nothing-of-this-name")


def test_icons_come_and_go_without_a_crash(qapp: QApplication) -> None:
    kept = []
    for number in range(600):
        icon = icons.icon("save")
        kept.append(QIcon(icon))
        if number % 100 == 0:
            icon.addPixmap(QPixmap(4, 4))  # makes Qt clone the engine
            kept.clear()
            gc.collect()
    assert all(drawn(icon) for icon in kept[-3:])
