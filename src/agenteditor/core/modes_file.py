"""Custom modes as a ``.roomodes`` file: YAML, each an entry of ``customModes`` (FORMAT 5.3, Roo)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agenteditor.core import yaml_text

_MODES = "customModes"


def text(values: Mapping[str, object]) -> str:
    """The file with these fields as its one mode."""
    return yaml_text.block({_MODES: [dict(values)]}) + "\n"


def joined(texts: Iterable[str]) -> str:
    """One file with the modes of several."""
    modes = [mode for text in texts for mode in read_all(text)]
    return yaml_text.block({_MODES: modes}) + "\n"


def sayable(values: Mapping[str, object]) -> dict[str, object]:
    """What YAML can say of these fields: all of it."""
    return dict(values)


def read(written: str) -> dict[str, object]:
    """The fields of the first mode of a file; none where it has no mode."""
    return next(iter(read_all(written)), {})


def read_all(written: str) -> list[dict[str, object]]:
    """The fields of each mode of a file, YAML or JSON."""
    found = yaml_text.data(written)
    modes = found.get(_MODES) if isinstance(found, dict) else None
    return [mode for mode in modes if isinstance(mode, dict)] if isinstance(modes, list) else []
