"""Widgets for one value: which one fits a field, and how to make it.

All of them are alike: they are made with a `Value`, show it when told to ``refresh`` (comparing first,
so that what has not changed keeps its caret), write by themselves when the user changes something, and
emit ``refused`` with the reason each time that is not possible, with "" when it is again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from agenteditor.core.dialect import FieldSpec
from agenteditor.core.frontmatter import Field
from agenteditor.ui.fields_choice import BooleanField, ChoiceField, ColourField, IntegerField, ModelField
from agenteditor.ui.fields_entries import EntriesField, ToolsField
from agenteditor.ui.fields_prose import LineField, ReadOnlyField, TextField
from agenteditor.ui.fields_text import GrowingText, LineEdit, Muted, edit_menu, fits_one_line
from agenteditor.ui.fields_value import Value
from agenteditor.ui.fields_yaml import YamlField

__all__ = [
    "SAY_DEFAULT",
    "EntriesField",
    "FieldWidget",
    "GrowingText",
    "LineEdit",
    "Muted",
    "ReadOnlyField",
    "TextField",
    "ToolsField",
    "Value",
    "Widget",
    "edit_menu",
    "field_widget",
    "fitting",
    "too_large",
]

Widget = Literal[
    "line", "text", "tools", "model", "choice", "colour", "integer", "boolean", "list", "yaml", "read-only"
]

# Those that show what holds without a value in the field itself.
SAY_DEFAULT: frozenset[Widget] = frozenset({"model", "choice", "colour", "integer", "boolean"})


class FieldWidget(Protocol):
    """What is expected of a widget for a value, which is a QWidget besides."""

    refused: SignalInstance

    def refresh(self) -> None:
        """Show the document's value."""

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        ...


MOST_WRITTEN = 30_000  # characters of a value that is edited in the form; real ones have 6,000 at most
MOST_WORDS = 500  # of a list, or lines of a text

_MAKERS: dict[Widget, Callable[[Value, QWidget], QWidget]] = {
    "line": LineField,
    "text": TextField,
    "tools": ToolsField,
    "model": ModelField,
    "choice": ChoiceField,
    "colour": ColourField,
    "integer": IntegerField,
    "boolean": BooleanField,
    "list": EntriesField,
    "yaml": YamlField,
}

_BY_KIND: dict[str, Widget] = {
    "name": "line",
    "string": "line",
    "text": "text",
    "tools": "tools",
    "model": "model",
    "choice": "choice",
    "colour": "colour",
    "integer": "integer",
    "boolean": "boolean",
    "list": "list",
    "yaml": "yaml",
}


def fitting(spec: FieldSpec | None, field: Field | None) -> Widget:
    """The widget for a field: its kind's own if that can show the value, else text, else YAML.

    ``spec`` is None for an unknown field, ``field`` None for an absent one.
    """
    kind = _BY_KIND[spec.kind] if spec else "line"
    if spec is not None and spec.kind == "choice" and spec.open:
        kind = "model"
    if field is None:
        return kind
    if not field.editable or not field.key or too_large(spec, field):
        return "read-only"
    if field.style == "broken":
        # Text is put into quotes as soon as it is touched; for the rest that would be another value.
        return "text" if kind in ("line", "text") else "yaml"
    if kind in ("tools", "list"):
        return kind if _is_words(field.value) else "yaml"
    if kind == "yaml":
        return "yaml"
    if field.text is None or (spec is None and not isinstance(field.value, (str, type(None)))):
        return "yaml"
    if kind != "text" and not fits_one_line(field.text):
        return "text"
    return kind


def too_large(spec: FieldSpec | None, field: Field) -> bool:
    """Whether a value is too much for its widget: too long, or of too many lines or words."""
    start, end = field.value_span
    text = field.text or ""
    words = 0
    if spec is not None and spec.kind in ("tools", "list"):
        words = len(field.value) if isinstance(field.value, list) else text.count(",")
    return end - start > MOST_WRITTEN or max(words, text.count("\n")) > MOST_WORDS


def field_widget(kind: Widget, value: Value, parent: QWidget) -> QWidget:
    """The widget of this kind for a value; it satisfies `FieldWidget`."""
    if kind == "read-only":
        return ReadOnlyField(parent)
    return _MAKERS[kind](value, parent)


def _is_words(value: object) -> bool:
    """Whether a value is a text, nothing, or a list of texts."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str)
