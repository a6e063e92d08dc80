"""Data as YAML for people: block style, plain words where they read back, else double quotes."""

from __future__ import annotations

import json

from agenteditor.core.frontmatter import plain_value
from agenteditor.core.scalar import double, literal
from agenteditor.core.yaml_nodes import Refused, YamlFault
from agenteditor.core.yaml_read import read


def block(value: object, indent: int = 0) -> str:
    """``value`` (None, bool, number, text, list, map) as YAML whose lines begin at column ``indent``.

    Without a final line end. A list or map that is not empty begins at the indentation of its first line.
    """
    margin = " " * indent
    if isinstance(value, dict) and value:
        return "\n".join(f"{margin}{_scalar(str(key))}:{_below(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "\n".join(f"{margin}- {_item(item, indent)}" for item in value)
    return margin + _scalar(value)


def flow(items: list[object]) -> str:
    """A list in brackets, on one line; for texts and other single values."""
    return f"[{', '.join(_in_brackets(item) for item in items)}]"


def _in_brackets(item: object) -> str:
    written = _scalar(item)
    return written if data(f"[{written}, x]") == [item, "x"] else double(str(item))


def data(text: str) -> object:
    """What YAML text holds; None where it does not parse."""
    node = read(text)
    return None if node is None or isinstance(node, (YamlFault, Refused)) else plain_value(node, text)


def _below(value: object, indent: int) -> str:
    if isinstance(value, (dict, list)) and value:
        return "\n" + block(value, indent + 2)
    if isinstance(value, str) and "\n" in value and (lines := _lines(value, indent + 2)):
        return " " + lines
    return " " + _scalar(value)


def _item(value: object, indent: int) -> str:
    if isinstance(value, (dict, list)) and value:
        return block(value, indent + 2).lstrip(" ")
    return _scalar(value)


def _lines(text: str, indent: int) -> str:
    """``text`` as lines after ``|``; "" where that would not read back."""
    written = literal(text, "\n", 2)
    head, _, rest = written.partition("\n")
    shift = " " * (indent - 2)
    lines = "\n".join(shift + line if line else "" for line in rest.split("\n"))
    # A line end that the style adds would not be the text's own.
    return f"{head}\n{lines}" if data(f"a: {written}\nb: x\n") == {"a": text, "b": "x"} else ""


def _scalar(value: object) -> str:
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    plain = (
        value
        and "\n" not in value
        and data(f"- {value}\n") == [value]
        and data(f"{value}: x") == {value: "x"}
    )
    return value if plain else double(value)
