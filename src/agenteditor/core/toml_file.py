"""An agent as a TOML file (FORMAT 5.1, Codex), read back by the standard library. Only user of tomli-w."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping

import tomli_w

# A name of so many parts takes tomllib time that grows with their square: 9 s for 8,000.
_MANY_PARTS = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]{0,99}"|'[^'\n]{0,99}')[ \t]{0,9}\.[ \t]{0,9}){100}"""
)


def text(values: Mapping[str, object]) -> str:
    """The file with these fields; texts of several lines stand in lines."""
    return tomli_w.dumps(sayable(values), multiline_strings=True)


def read(written: str) -> dict[str, object]:
    """The fields of a file, dates and times as texts; none if it is no TOML, or too much for its reader."""
    if _MANY_PARTS.search(written):
        return {}
    try:
        found = tomllib.loads(written)
    except (ValueError, RecursionError):  # a number of thousands of digits is a ValueError, too
        return {}
    return {key: _timeless(value) for key, value in found.items()}


def sayable(values: Mapping[str, object]) -> dict[str, object]:
    """What TOML can say of these fields: it has no null, so what has no value is left out."""
    return {key: _without_nothing(value) for key, value in values.items() if value is not None}


def _without_nothing(value: object) -> object:
    if isinstance(value, dict):
        return sayable(value)
    if isinstance(value, list):
        return [_without_nothing(item) for item in value if item is not None]
    return value


def _timeless(value: object) -> object:
    """Fields of agents have no dates: neither JSON nor our YAML does."""
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value
