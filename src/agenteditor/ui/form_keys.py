"""The keyboard's way through the form: a letter for each field, and what Tab stops at."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLayout, QLineEdit, QWidget

from agenteditor.core.dialect import Dialect

_TAKEN = "fevahi"  # Alt and these open the window's menus or "Add field"


def mnemonics(dialect: Dialect, usual: Collection[str]) -> dict[str, str]:
    """A letter for each field, no letter twice; the ``usual`` fields choose first."""
    letters: dict[str, str] = {}
    taken = set(_TAKEN)
    for spec in sorted(dialect.fields, key=lambda one: (one.key not in usual, one.order)):
        free = next((c for c in spec.label if c.isalpha() and c.casefold() not in taken), None)
        if free is not None:
            letters[spec.key] = free
            taken.add(free.casefold())
    return letters


def with_mnemonic(label: str, letter: str | None) -> str:
    """A label in which ``&`` marks the letter, and every other ``&`` is itself."""
    if letter is None:
        return label.replace("&", "&&")
    before, _, after = label.partition(letter)
    return before.replace("&", "&&") + "&" + letter + after.replace("&", "&&")


def tab_stops(part: QWidget | QLayout) -> Iterator[QWidget]:
    """What can have the focus inside a widget or layout, in the order of the layouts."""
    if isinstance(part, QWidget):
        if part.focusPolicy() != Qt.FocusPolicy.NoFocus and part.focusProxy() is None:
            yield part
        layout = None if isinstance(part, (QAbstractScrollArea, QLineEdit)) else part.layout()
    else:
        layout = part
    for index in range(layout.count() if layout is not None else 0):
        item = layout.itemAt(index)  # type: ignore[union-attr]  # counted in it
        inner = item.widget() or item.layout() if item is not None else None
        if inner is not None:
            yield from tab_stops(inner)
