"""What ``yaml_read`` finds: nodes of a YAML text, each with its span, or why there are none.

Spans are code points of the text that was read. Values are still text; ``scalar`` gives them
types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agenteditor.core.text import Span

ScalarStyle = Literal["plain", "single", "double", "literal", "folded"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One scalar. ``value`` is libyaml's, with masked characters still U+E000."""

    span: Span
    style: ScalarStyle
    value: str
    tag: str | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; ``flow`` when written in brackets."""

    span: Span
    flow: bool
    items: tuple[Node, ...]
    tag: str | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map; ``flow`` when written in braces. Repeated keys are all there."""

    span: Span
    flow: bool
    pairs: tuple[tuple[Node, Node], ...]
    tag: str | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Alias:
    """``*name``. ``target`` is None while the anchored node is still open (a cycle)."""

    span: Span
    name: str
    target: Node | None


Node = Scalar | Sequence | Mapping | Alias


@dataclass(frozen=True, slots=True)
class YamlFault:
    """Why a text does not parse: a stable code, a sentence, an offset in the text."""

    code: str
    message: str
    offset: int


@dataclass(frozen=True, slots=True)
class Refused:
    """We do not judge this text: it passes a limit of ours, not a rule of the reader."""

    message: str
    offset: int
