"""Light and dark: the palette, the style and the fonts of the whole program.

``apply`` sets them and goes on following the system where that is wanted, its wish for high
contrast included. Views read ``current()`` when they draw and draw again on
``QEvent.Type.PaletteChange``; most need not, since palette and style already speak for them.
No style sheets: they take a widget's drawing away from the style.

The colours are ``theme_colours``', the shapes ``theme_style``'s.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from agenteditor.ui.theme_colours import (
    DARK,
    DARK_CONTRAST,
    LIGHT,
    LIGHT_CONTRAST,
    Theme,
    contrast,
    current,
    mixed,
    readable,
)
from agenteditor.ui.theme_style import GAP, MARGIN, CalmStyle

__all__ = [
    "GAP",
    "MARGIN",
    "Choice",
    "Theme",
    "apply",
    "contrast",
    "current",
    "fixed_font",
    "heading_font",
    "mixed",
    "palette",
    "readable",
    "small_font",
    "title_font",
]

Choice = Literal["system", "light", "dark"]

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


def apply(app: QApplication, choice: Choice) -> None:
    """Dress the program; may be called again with another choice at any time."""
    follower = app.findChild(_Follower) or _Follower(app, app.styleHints())
    follower.choose(choice)


def fixed_font() -> QFont:
    """The system's fixed-width font, in the size of the program's own font."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    size = QGuiApplication.font().pointSizeF()
    if size > 0:
        font.setPointSizeF(size)
    return font


def title_font(widget: QWidget) -> QFont:
    """For the title of a whole view."""
    return _scaled(widget, 1.35, QFont.Weight.DemiBold)


def heading_font(widget: QWidget) -> QFont:
    """For the heading of a part of a view."""
    return _scaled(widget, 1.1, QFont.Weight.DemiBold)


def small_font(widget: QWidget) -> QFont:
    """For help under a field."""
    return _scaled(widget, 0.92, QFont.Weight.Normal)


def palette(theme: Theme) -> QPalette:
    """A theme as Qt's colour roles."""
    roles = QPalette.ColorRole
    everywhere = {
        roles.Window: theme.window,
        roles.WindowText: theme.text,
        roles.Base: theme.base,
        roles.AlternateBase: theme.card_back,
        roles.Text: theme.text,
        roles.PlaceholderText: theme.muted,
        roles.Button: theme.raised,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.error,
        roles.ToolTipBase: theme.raised,
        roles.ToolTipText: theme.text,
        roles.Highlight: theme.selection,
        roles.HighlightedText: theme.text,
        roles.Accent: theme.accent,
        roles.Link: theme.accent,
        roles.LinkVisited: theme.accent,
        # The bevels that Fusion draws where the style leaves it to.
        roles.Light: theme.raised,
        roles.Midlight: theme.hover,
        roles.Mid: theme.line,
        roles.Dark: theme.border,
        roles.Shadow: QColor(0, 0, 0),
    }
    made = QPalette()
    for role, colour in everywhere.items():
        made.setColor(role, colour)
    made.setColor(QPalette.ColorGroup.Inactive, roles.Highlight, theme.selection_idle)
    texts = (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText, roles.PlaceholderText)
    for role in texts:
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.faint)
    made.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, theme.selection_idle)
    made.setColor(QPalette.ColorGroup.Disabled, roles.Base, theme.window)
    return made


class _Follower(QObject):
    """Keeps an application dressed as chosen, and follows the system. A child of the application."""

    def __init__(self, app: QApplication, hints: QStyleHints) -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = "system"
        self._shown: Theme | None = None
        self._style: CalmStyle | None = None
        # Both kept: PySide deletes the second with the first temporary that led to it (READER.md, traps).
        self._hints = hints
        self._hints.colorSchemeChanged.connect(self._show)
        # Qt tells the wish for contrast since 6.10.
        accessibility = getattr(self._hints, "accessibility", None)
        self._accessibility = accessibility() if accessibility is not None else None
        if self._accessibility is not None:
            self._accessibility.contrastPreferenceChanged.connect(self._show)

    def choose(self, choice: Choice) -> None:
        self._choice = choice
        # Tells the window frame and native dialogs, too; Unknown takes the wish back.
        self._hints.setColorScheme(_SCHEMES[choice])
        self._show()

    def _wanted(self) -> Theme:
        dark = self._choice == "dark" or (
            self._choice == "system" and self._hints.colorScheme() == Qt.ColorScheme.Dark
        )
        high = (
            self._accessibility is not None
            and self._accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast
        )
        if high:
            return DARK_CONTRAST if dark else LIGHT_CONTRAST
        return DARK if dark else LIGHT

    def _show(self) -> None:
        theme = self._wanted()
        if theme is self._shown:
            return
        self._shown = theme
        if self._style is None:
            self._style = CalmStyle(theme)
            self._app.setStyle(self._style)
        self._style.theme = theme
        colours = palette(theme)
        self._app.setPalette(colours)
        QToolTip.setPalette(colours)


def _scaled(widget: QWidget, factor: float, weight: QFont.Weight) -> QFont:
    font = QFont(widget.font())
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * factor)
    else:  # a font set in pixels has no points
        font.setPixelSize(round(font.pixelSize() * factor))
    font.setWeight(weight)
    return font
