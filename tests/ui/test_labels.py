"""Words in one line give way to a narrow window; nobody who hears them misses any."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from agenteditor.ui.labels import OneLine

WORDS = "a-very-long-name-of-a-folder-of-agents"


def drawn(label: OneLine) -> list[int]:
    """The columns of pixels in which there is ink."""
    image = label.grab().toImage()
    ground = image.pixelColor(0, 0)
    rows, columns = range(image.height()), range(image.width())
    return [x for x in columns if any(image.pixelColor(x, y) != ground for y in rows)]


@pytest.mark.parametrize("cut", [Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle])
def test_what_has_no_room_is_left_out_and_still_said(qtbot, cut):
    label = OneLine(WORDS, cut=cut)
    qtbot.addWidget(label)
    whole = label.sizeHint().width()
    label.resize(whole, 30)
    widest = drawn(label)[-1]
    label.resize(whole // 2, 30)
    assert drawn(label)[-1] < label.width() - 1 < widest
    assert label.text() == WORDS


def test_it_needs_a_few_letters_only_and_no_more_than_it_has(qtbot):
    label = OneLine(WORDS)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() < label.sizeHint().width() // 3
    label.setText("a")
    assert label.minimumSizeHint().width() <= label.sizeHint().width()
