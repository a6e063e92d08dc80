"""The icons are one set: the same grid, line and colour rule; nothing is loaded, nothing is blank."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"
OF_THE_PROGRAM = {"agenteditor", "agenteditor-symbolic"}
ALL = sorted(path.stem for path in ICONS.glob("*.svg"))
LINE = [name for name in ALL if name not in OF_THE_PROGRAM]

# What the window cannot do without: a renamed file would otherwise only show as an empty button.
NEEDED = set(
    """
    new open folder save save-as undo redo search preview problems error warning info fix add remove
    duplicate up down drag close export source form examples prompt agent refresh revert check
    chart move chevron-right chevron-down link lock copy more diff palette filter
    """.split()  # noqa: SIM905 (a list of forty quoted words is harder to read)
)


def pixels(name: str, size: int, colour: bytes) -> QImage:
    data = (ICONS / f"{name}.svg").read_bytes().replace(b"currentColor", colour)
    renderer = QSvgRenderer(QByteArray(data))
    assert renderer.isValid()
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def opaque(image: QImage) -> list[tuple[int, int]]:
    return [
        (x, y)
        for y in range(image.height())
        for x in range(image.width())
        if image.pixelColor(x, y).alpha() > 128
    ]


def test_every_icon_the_window_needs_is_there() -> None:
    assert set(LINE) >= NEEDED


@pytest.mark.parametrize("name", LINE)
def test_a_line_icon_keeps_to_the_grid_and_the_line(name: str) -> None:
    svg = ElementTree.parse(ICONS / f"{name}.svg").getroot()
    assert svg.get("viewBox") == "0 0 24 24"
    assert (svg.get("stroke"), svg.get("stroke-width"), svg.get("fill")) == ("currentColor", "1.75", "none")
    for part in svg.iter():
        assert part.get("stroke") in (None, "none", "currentColor")
        assert part.get("fill") in (None, "none", "currentColor")
        assert "style" not in part.attrib


@pytest.mark.parametrize("name", ALL)
def test_an_icon_loads_nothing_and_runs_nothing(name: str) -> None:
    text = (ICONS / f"{name}.svg").read_text("utf-8")
    assert not re.search(r"<(script|image|use|foreignObject|style|!)|href|data:", text)


@pytest.mark.parametrize("name", LINE)
def test_a_line_icon_takes_the_colour_given_and_stays_inside(qapp: object, name: str) -> None:
    image = pixels(name, 48, b"#ff0000")
    drawn = opaque(image)
    assert len(drawn) > 40
    assert {image.pixelColor(x, y).name() for x, y in drawn} == {"#ff0000"}
    assert all(0 < x < 47 and 0 < y < 47 for x, y in drawn), "it touches the edge and would be cut off"


def test_error_and_warning_and_info_differ_in_shape(qapp: object) -> None:
    # Severity is never told by colour alone.
    shapes = {name: set(opaque(pixels(name, 48, b"#000000"))) for name in ("error", "warning", "info")}
    for one, other in (("error", "warning"), ("error", "info"), ("warning", "info")):
        both = len(shapes[one] & shapes[other])
        assert both < 0.6 * len(shapes[one] | shapes[other])


@pytest.mark.parametrize("size", [16, 32, 128])
def test_the_programs_own_icon_is_drawn_at_every_size(qapp: object, size: int) -> None:
    assert len(opaque(pixels("agenteditor", size, b""))) > size * size / 2
