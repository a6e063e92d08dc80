"""The colours of the program, by what they mean: light, dark, and both again for high contrast.

Text has a contrast of at least 4.5 on every ground it stands on, icons and the borders of fields at
least 3 (UX 1.8; WCAG 1.4.3 and 1.4.11); the tests hold each theme to it. What a theme does to
palette and style is ``theme``'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QGuiApplication


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """One set of colours. Text stands on window, base, raised, hover, selection and all ``…_back``.

    Compared by identity, so that what is made in its colours can be kept.
    """

    dark: bool
    text: QColor
    muted: QColor  # help and hints: still text, so still 4.5
    faint: QColor  # what is switched off, and placeholders
    window: QColor
    base: QColor  # fields, lists, the source
    raised: QColor  # buttons
    hover: QColor  # a button or row under the mouse
    line: QColor  # separators that carry no meaning
    border: QColor  # the edge of a field: 3.0
    accent: QColor
    accent_text: QColor  # text on accent
    selection: QColor
    selection_idle: QColor  # in a window or view without the focus
    error: QColor
    warning: QColor
    info: QColor
    good: QColor
    error_back: QColor
    warning_back: QColor
    info_back: QColor
    code_back: QColor
    card_back: QColor
    added: QColor  # grounds of lines in a diff, and of the words in them
    removed: QColor
    added_word: QColor
    removed_word: QColor
    found: QColor  # grounds of matches, and of the one the caret is at
    found_here: QColor


def _theme(*, dark: bool, **colours: str) -> Theme:
    return Theme(dark=dark, **{name: QColor(colour) for name, colour in colours.items()})


LIGHT = _theme(
    dark=False,
    text="#1f2328",
    muted="#57606a",
    faint="#6b7480",
    window="#f5f6f8",
    base="#ffffff",
    raised="#ffffff",
    hover="#eaedf1",
    line="#dfe3e8",
    border="#7a838e",
    accent="#2a5bd7",
    accent_text="#ffffff",
    selection="#d6e4ff",
    selection_idle="#e4e8ee",
    error="#c4202c",
    warning="#8a5a00",
    info="#1d62b8",
    good="#1a7037",
    error_back="#fdebec",
    warning_back="#fff4da",
    info_back="#e8f1fd",
    code_back="#eff1f4",
    card_back="#f1f4fa",
    added="#e3f6e8",
    removed="#fdebea",
    added_word="#aee6bd",
    removed_word="#f9c6c3",
    found="#ffeaa3",
    found_here="#ffc766",
)

DARK = _theme(
    dark=True,
    text="#e4e7eb",
    muted="#9fa8b3",
    faint="#858f9b",
    window="#1e2024",
    base="#16181b",
    raised="#2a2d32",
    hover="#33373d",
    line="#34383e",
    border="#7d8793",
    accent="#78a6ff",
    accent_text="#0d1626",
    selection="#203c63",
    selection_idle="#31363e",
    error="#ff8078",
    warning="#dfa73f",
    info="#74b3ff",
    good="#62c777",
    error_back="#3a2022",
    warning_back="#352b16",
    info_back="#1b2c42",
    code_back="#24272c",
    card_back="#20252d",
    added="#173023",
    removed="#3b2022",
    added_word="#23613b",
    removed_word="#7a3034",
    found="#544a1c",
    found_here="#7d5a12",
)

LIGHT_CONTRAST = _theme(
    dark=False,
    text="#000000",
    muted="#24292f",
    faint="#4b535d",
    window="#fefefe",
    base="#ffffff",
    raised="#ffffff",
    hover="#e2e6eb",
    line="#57606a",
    border="#24292f",
    accent="#0a3aa8",
    accent_text="#ffffff",
    selection="#bcd3ff",
    selection_idle="#d9dee5",
    error="#a00d18",
    warning="#6a4300",
    info="#0b4a94",
    good="#0b5524",
    error_back="#fff0f0",
    warning_back="#fff7e3",
    info_back="#eef5ff",
    code_back="#f2f3f5",
    card_back="#f4f6fa",
    added="#e6f8ea",
    removed="#fff0ef",
    added_word="#a4e2b5",
    removed_word="#f9bfbb",
    found="#ffe680",
    found_here="#ffb83d",
)

DARK_CONTRAST = _theme(
    dark=True,
    text="#ffffff",
    muted="#d5dae0",
    faint="#adb5bf",
    window="#050505",
    base="#000000",
    raised="#16181b",
    hover="#2b2f35",
    line="#8b949e",
    border="#c2c9d1",
    accent="#9cc0ff",
    accent_text="#000000",
    selection="#1f4a86",
    selection_idle="#3a4048",
    error="#ffa39d",
    warning="#f0bd5c",
    info="#9cc9ff",
    good="#86dc97",
    error_back="#2c1213",
    warning_back="#291f0a",
    info_back="#0f1f33",
    code_back="#1a1c20",
    card_back="#14181f",
    added="#0d2618",
    removed="#2f1416",
    added_word="#1c5a35",
    removed_word="#74282d",
    found="#4d4210",
    found_here="#76520a",
)

THEMES = (LIGHT, DARK, LIGHT_CONTRAST, DARK_CONTRAST)


def current() -> Theme:
    """The theme in use. Whoever draws by it draws again on ``QEvent.Type.PaletteChange``."""
    # Read off the application's palette, so that there is no second place that knows it.
    window = QGuiApplication.palette().window().color()
    for theme in THEMES:
        if theme.window == window:
            return theme
    return DARK if window.lightness() < 128 else LIGHT


def contrast(one: QColor, other: QColor) -> float:
    """The contrast of two opaque colours, 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: QColor, ground: QColor, least: float = 4.5) -> QColor:
    """``colour``, made lighter or darker until it has the contrast ``least`` on ``ground``; its hue stays."""
    lighten = contrast(QColor("white"), ground) > contrast(QColor("black"), ground)
    hue, saturation, lightness = colour.hslHueF(), colour.hslSaturationF(), colour.lightnessF()
    end = 1.0 if lighten else 0.0
    found = colour
    while contrast(found, ground) < least and lightness != end:
        lightness = min(1.0, lightness + 0.02) if lighten else max(0.0, lightness - 0.02)
        found = QColor.fromHslF(hue, saturation, lightness)
    return found


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``share`` of ``one`` (0 to 1), the rest of ``other``."""
    ours, theirs = (one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue())
    parts = (round(a * share + b * (1 - share)) for a, b in zip(ours, theirs, strict=True))
    return QColor(*parts)


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
