"""The themes can be read by everybody; applying one dresses the program, and again with another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QSpinBox,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from agenteditor.ui import theme
from agenteditor.ui.theme_colours import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, THEMES, Theme

NAMES = {id(LIGHT): "light", id(DARK): "dark", id(LIGHT_CONTRAST): "light+", id(DARK_CONTRAST): "dark+"}
GROUNDS = (
    *("window", "base", "raised", "hover", "selection", "selection_idle"),
    *("error_back", "warning_back", "info_back", "code_back", "card_back", "added", "removed"),
)
FIELD_GROUNDS = ("window", "base", "raised", "card_back", "code_back")
MARKED = ("added_word", "removed_word", "found", "found_here")


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application, and as it was before when the test is over."""
    palette, style = qapp.palette(), qapp.style().name()
    yield qapp
    for follower in qapp.findChildren(theme._Follower):  # it dressed the program
        follower.setParent(None)
    qapp.styleHints().unsetColorScheme()
    qapp.setPalette(palette)
    qapp.setStyle(style)


@pytest.mark.parametrize("colours", THEMES, ids=lambda one: NAMES[id(one)])
def test_text_can_be_read_on_every_ground(colours: Theme) -> None:
    for ink in ("text", "muted", "error", "warning", "info", "good", "accent"):
        for ground in GROUNDS:
            assert theme.contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5, (ink, ground)
    for ground in MARKED:
        assert theme.contrast(colours.text, getattr(colours, ground)) >= 4.5, ground
    assert theme.contrast(colours.accent_text, colours.accent) >= 4.5


@pytest.mark.parametrize("colours", THEMES, ids=lambda one: NAMES[id(one)])
def test_borders_and_the_ring_can_be_seen(colours: Theme) -> None:
    for ground in FIELD_GROUNDS:
        for edge in ("border", "accent", "error", "warning"):
            assert theme.contrast(getattr(colours, edge), getattr(colours, ground)) >= 3.0, (edge, ground)


@pytest.mark.parametrize("colours", [LIGHT_CONTRAST, DARK_CONTRAST], ids=lambda one: NAMES[id(one)])
def test_high_contrast_is_higher(colours: Theme) -> None:
    for ink in ("text", "muted"):
        assert theme.contrast(getattr(colours, ink), colours.base) >= 7.0
    assert theme.contrast(colours.border, colours.base) >= 7.0


def test_contrast_is_that_of_wcag() -> None:
    black, white, grey = QColor("#000000"), QColor("#ffffff"), QColor("#767676")
    assert theme.contrast(black, white) == pytest.approx(21.0)
    assert theme.contrast(white, grey) == pytest.approx(4.54, abs=0.01)
    assert theme.contrast(grey, grey) == 1.0


@pytest.mark.parametrize("ground", ["#ffffff", "#16181b", "#a0a0a0"])
@pytest.mark.parametrize("colour", ["#008000", "#bb8844", "#0000ff", "#ffffff", "#000000", "#ff0000"])
def test_a_colour_is_made_readable(ground: str, colour: str) -> None:
    made = theme.readable(QColor(colour), QColor(ground))
    assert theme.contrast(made, QColor(ground)) >= 4.5
    if theme.contrast(QColor(colour), QColor(ground)) >= 4.5:
        assert made == QColor(colour)


def test_current_is_the_one_applied(dressed: QApplication) -> None:
    theme.apply(dressed, "dark")
    assert theme.current() is DARK
    theme.apply(dressed, "light")
    assert theme.current() is LIGHT


def test_without_a_theme_applied_current_goes_by_the_palette(dressed: QApplication) -> None:
    dressed.setPalette(QPalette(QColor("#222222")))
    assert theme.current() is DARK
    dressed.setPalette(QPalette(QColor("#dddddd")))
    assert theme.current() is LIGHT


class Accessibility(QObject):
    """What Qt tells of the system's wish for contrast."""

    contrastPreferenceChanged = Signal(Qt.ContrastPreference)
    preference = Qt.ContrastPreference.NoPreference

    def contrastPreference(self) -> Qt.ContrastPreference:
        return self.preference


class Hints(QObject):
    """What Qt tells of the system. The real one cannot be told from here what the system wishes."""

    colorSchemeChanged = Signal(Qt.ColorScheme)
    system = Qt.ColorScheme.Unknown
    asked = Qt.ColorScheme.Unknown

    def __init__(self) -> None:
        super().__init__()
        self.contrast = Accessibility(self)

    def accessibility(self) -> Accessibility:
        return self.contrast

    def colorScheme(self) -> Qt.ColorScheme:
        return self.system if self.asked == Qt.ColorScheme.Unknown else self.asked

    def setColorScheme(self, scheme: Qt.ColorScheme) -> None:
        self.asked = scheme
        self.colorSchemeChanged.emit(self.colorScheme())

    def turn(self, system: Qt.ColorScheme) -> None:
        self.system = system
        self.colorSchemeChanged.emit(self.colorScheme())

    def wish(self, preference: Qt.ContrastPreference) -> None:
        self.contrast.preference = preference
        self.contrast.contrastPreferenceChanged.emit(preference)


@pytest.fixture
def system(dressed: QApplication) -> Hints:
    hints = Hints()
    theme._Follower(dressed, hints)  # type: ignore[arg-type]
    return hints


def test_system_follows_the_system(dressed: QApplication, system: Hints) -> None:
    theme.apply(dressed, "system")
    assert theme.current() is LIGHT
    system.turn(Qt.ColorScheme.Dark)
    assert theme.current() is DARK
    system.turn(Qt.ColorScheme.Light)
    assert theme.current() is LIGHT


def test_a_wish_for_contrast_is_followed_in_any_theme(dressed: QApplication, system: Hints) -> None:
    theme.apply(dressed, "light")
    system.wish(Qt.ContrastPreference.HighContrast)
    assert theme.current() is LIGHT_CONTRAST
    theme.apply(dressed, "dark")
    assert theme.current() is DARK_CONTRAST
    system.wish(Qt.ContrastPreference.NoPreference)
    assert theme.current() is DARK


def test_a_chosen_theme_does_not_follow_the_system(dressed: QApplication, system: Hints) -> None:
    theme.apply(dressed, "dark")
    system.turn(Qt.ColorScheme.Light)
    assert theme.current() is DARK
    theme.apply(dressed, "system")
    assert theme.current() is LIGHT


def test_there_is_one_follower_however_often_a_theme_is_applied(dressed: QApplication) -> None:
    for choice in ("light", "dark", "system", "dark"):
        theme.apply(dressed, choice)
    assert len(dressed.findChildren(theme._Follower)) == 1


def test_controls_can_be_hit(dressed: QApplication, qtbot: QtBot) -> None:
    theme.apply(dressed, "light")
    for kind in (QPushButton, QToolButton, QCheckBox, QComboBox, QLineEdit, QSpinBox):
        widget = kind()
        qtbot.addWidget(widget)
        assert widget.sizeHint().height() >= 24, kind
    tree = QTreeWidget()
    qtbot.addWidget(tree)
    tree.addTopLevelItem(QTreeWidgetItem(["row"]))
    tree.show()
    assert tree.visualItemRect(tree.topLevelItem(0)).height() >= 24


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_every_kind_of_control_is_drawn(dressed: QApplication, qtbot: QtBot, choice: theme.Choice) -> None:
    theme.apply(dressed, choice)
    for kind in (QPushButton, QToolButton, QCheckBox, QComboBox, QLineEdit, QSpinBox, QPlainTextEdit):
        widget = kind()
        qtbot.addWidget(widget)
        widget.resize(120, 40)
        image = widget.grab().toImage()
        colours = {image.pixelColor(x, y).rgb() for x in range(0, 120, 2) for y in range(0, 40, 2)}
        assert len(colours) > 1, f"{kind.__name__} is blank"


def ring(image_of: QWidget, colour: QColor) -> int:
    """How many pixels of the left edge, half way down, have the colour of the ring."""
    image = image_of.grab().toImage()
    return sum(image.pixelColor(x, image.height() // 2) == colour for x in range(4))


def test_a_field_with_the_focus_has_a_ring_of_two_pixels(dressed: QApplication, qtbot: QtBot) -> None:
    theme.apply(dressed, "light")
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    fields = [QLineEdit(), QPlainTextEdit(), QListWidget()]
    for field in fields:
        layout.addWidget(field)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    accent = theme.current().accent
    for field in fields:
        field.setFocus()
        assert [ring(one, accent) for one in fields] == [2 if one is field else 0 for one in fields]


@pytest.mark.parametrize("kind", [QCheckBox, QPushButton])
def test_a_button_shows_the_ring_when_the_keyboard_is_used(
    dressed: QApplication, qtbot: QtBot, kind: type[QAbstractButton]
) -> None:
    theme.apply(dressed, "dark")
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    one, two = kind(window), kind(window)
    for button in (one, two):
        button.setText("press")
    layout.addWidget(one)
    layout.addWidget(two)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    one.setFocus()
    before = two.grab().toImage()
    qtbot.keyClick(one, Qt.Key.Key_Tab)
    assert two.hasFocus()
    assert two.grab().toImage() != before


def test_a_field_with_an_error_has_an_edge_of_that_colour(dressed: QApplication, qtbot: QtBot) -> None:
    theme.apply(dressed, "light")
    field = QLineEdit()
    qtbot.addWidget(field)
    field.resize(100, 30)
    field.setProperty("severity", "error")
    assert field.grab().toImage().pixelColor(0, 15) == theme.current().error


def test_a_scroll_bar_can_be_dragged_to_its_end(dressed: QApplication, qtbot: QtBot) -> None:
    theme.apply(dressed, "light")
    bar = QScrollBar(Qt.Orientation.Vertical)
    qtbot.addWidget(bar)
    bar.setRange(0, 1000)
    bar.setPageStep(10)
    bar.resize(QSize(12, 200))
    bar.show()
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(bar, left, pos=QPoint(6, 10))
    qtbot.mouseMove(bar, QPoint(6, 400))
    qtbot.mouseRelease(bar, left, pos=QPoint(6, 400))
    assert bar.value() == 1000
    qtbot.mouseClick(bar, left, pos=QPoint(6, 2))
    assert bar.value() == 990


def test_fonts_follow_the_size_of_the_programs_font(dressed: QApplication, qtbot: QtBot) -> None:
    before = dressed.font()
    try:
        for size in (10, 20):
            font = dressed.font()
            font.setPointSize(size)
            dressed.setFont(font)
            label = QLabel("x")
            qtbot.addWidget(label)
            assert theme.fixed_font().pointSize() == size
            assert theme.heading_font(label).pointSizeF() > size > theme.small_font(label).pointSizeF()
            assert theme.title_font(label).pointSizeF() > theme.heading_font(label).pointSizeF()
        assert QFontInfo(theme.fixed_font()).fixedPitch()
    finally:
        dressed.setFont(before)
