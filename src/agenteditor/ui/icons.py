"""The line icons of resources/icons, drawn in the colours of the palette, sharp at any size and scale.

An icon is drawn when it is asked for, in the colours of that moment, so a change of theme needs
nothing from those who show it but the repaint that Qt does anyway. Drawn pixels are kept in
Qt's own pixmap cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QStyle, QWidget

from agenteditor.core.checks import Diagnostic, Severity
from agenteditor.core.resources import resource
from agenteditor.ui import theme_colours

Meaning = Literal["error", "warning", "info", "good", "muted", "accent"]


def icon(name: str) -> QIcon:
    """The icon ``resources/icons/<name>.svg`` in the colours of text: normal, disabled and selected.

    Raises FileNotFoundError for a name that is not there.
    """
    return _icon(name, _text_colour)


def severity_icon(severity: Severity) -> QIcon:
    """The sign of an error, a warning or an information: they differ in shape as well as in colour."""
    return coloured_icon(severity, severity)


def worst_icon(problems: Iterable[Diagnostic]) -> QIcon | None:
    """The sign of the worst of these problems; None where there is neither an error nor a warning."""
    severities = {problem.severity for problem in problems}
    if "error" in severities:
        return severity_icon("error")
    return severity_icon("warning") if "warning" in severities else None


def coloured_icon(name: str, meaning: Meaning) -> QIcon:
    """An icon in a colour that means something, such as ``coloured_icon("ok", "good")``."""

    def colour(mode: QIcon.Mode) -> QColor:
        theme = theme_colours.current()
        if mode == QIcon.Mode.Disabled:
            return theme.faint
        return QColor(getattr(theme, meaning))

    return _icon(name, colour)


def pixmap(name: str, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """One icon in one colour, ``size`` pixels square on a screen of scale ``ratio``."""
    pixels = round(size * ratio)
    drawn = _drawn(name, colour, QSize(pixels, pixels))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def side(widget: QWidget) -> int:
    """The side of an icon beside a line of the widget's text, in pixels: it grows with the letters."""
    return widget.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)


class _Engine(QIconEngine):
    """Draws one svg file in the colour that ``colour`` gives for the mode asked."""

    def __init__(self, name: str, colour: Callable[[QIcon.Mode], QColor]) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def clone(self) -> QIconEngine:
        copy = _Engine(self._name, self._colour)
        # Qt owns what clone() returns but PySide does not know it and would free it at once (a crash).
        # Qt clones only when somebody adds pixmaps to a copy of an icon, so this list stays short.
        _clones.append(copy)
        return copy

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(rect, _drawn(self._name, self._colour(mode), rect.size() * ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, _state: QIcon.State) -> QPixmap:
        return _drawn(self._name, self._colour(mode), size)

    def scaledPixmap(  # noqa: N802 (Qt's name)
        self, size: QSize, mode: QIcon.Mode, _state: QIcon.State, scale: float
    ) -> QPixmap:
        drawn = _drawn(self._name, self._colour(mode), size * scale)
        drawn.setDevicePixelRatio(scale)
        return drawn

    def isNull(self) -> bool:  # noqa: N802 (Qt's name)
        return False


_clones: list[_Engine] = []


def _icon(name: str, colour: Callable[[QIcon.Mode], QColor]) -> QIcon:
    _svg(name)  # a wrong name shows here, not when it is first drawn
    return QIcon(_Engine(name, colour))


def _text_colour(mode: QIcon.Mode) -> QColor:
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    if mode == QIcon.Mode.Selected:
        return palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.HighlightedText)
    return palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)


@cache
def _svg(name: str) -> bytes:
    return resource("icons", f"{name}.svg").read_bytes()


def _drawn(name: str, colour: QColor, size: QSize) -> QPixmap:
    if size.isEmpty():  # a button that is squeezed to nothing
        return QPixmap()
    key = f"agenteditor/{name}/{colour.name()}/{size.width()}x{size.height()}"
    drawn = QPixmap()
    if QPixmapCache.find(key, drawn):
        return QPixmap(drawn)
    drawn = QPixmap(size)
    drawn.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_svg(name).replace(b"currentColor", colour.name().encode())))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    with QPainter(drawn) as painter:
        renderer.render(painter, QRectF(0, 0, size.width(), size.height()))
    QPixmapCache.insert(key, drawn)
    return drawn
