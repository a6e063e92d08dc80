"""An agent as a TOML file (FORMAT 5.1, Codex), read back by the standard library. Only user of tomli-w."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping

import tomli_w


def text(values: Mapping[str, object]) -> str:
    """The file with these fields; texts of several lines stand in lines."""
    return tomli_w.dumps(_without_nothing(values), multiline_strings=True)


def read(written: str) -> dict[str, object]:
    """The fields of a file, dates and times as texts; none where it is not TOML, or nested too deeply."""
    try:
        found = tomllib.loads(written)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return {key: _timeless(value) for key, value in found.items()}


def _timeless(value: object) -> object:
    """Fields of agents have no dates: neither JSON nor our YAML does."""
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def _without_nothing(values: Mapping[str, object]) -> dict[str, object]:
    """TOML has no null: a field without a value is left out."""
    return {
        key: _without_nothing(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }
