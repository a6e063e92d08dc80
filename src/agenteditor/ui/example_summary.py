"""What is said about examples in few words: each in a row of the list, and what all of them cost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from agenteditor.core.checks import Diagnostic, Severity
from agenteditor.core.document import Document
from agenteditor.core.examples import Example
from agenteditor.core.hosted_examples import span_of
from agenteditor.core.router import tokens_of
from agenteditor.core.syntax import HostedExample, Syntax
from agenteditor.ui.example_list import Entry
from agenteditor.ui.qtext import in_line

translate = QCoreApplication.translate

_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}
_MOST = 300  # characters of a title: more than any list is wide


def entry(row: int, hosted: HostedExample, problems: Sequence[Diagnostic]) -> Entry:
    """The row of an example in the list; ``row`` counts from 0."""
    worst = min(problems, key=lambda one: _RANK[one.severity], default=None)
    return Entry(
        row + 1,
        _about(hosted.example) or translate("ExampleView", "Nothing said yet"),
        _made_of(hosted.example),
        worst.severity if worst else None,
        worst.message if worst else "",
    )


def problems_of(document: Document, hosted: HostedExample) -> list[Diagnostic]:
    """What is wrong with one example. That it has no commentary is said in the list anyway."""
    span = span_of(document.syntax, hosted)
    if span is None:
        return []
    return [
        one
        for one in document.problems
        if one.code.startswith("examples/")
        and one.code != "examples/no-commentary"
        and span.start <= one.span.start < span.end
    ]


def cost(syntax: Syntax, host: str) -> str:
    """How much of the description its examples are; "" without any."""
    spans = [one.example.span for one in syntax.examples if one.host == host]
    slot = syntax.slot(host)
    if not spans or slot is None or slot.text is None:
        return ""
    characters = sum(end - start for start, end in spans)
    return translate(
        "ExampleView",
        "{characters:,} of the description's {all:,} characters: ≈ {tokens:,} tokens in every conversation.",
    ).format(characters=characters, all=len(slot.text), tokens=tokens_of(characters))


def _about(example: Example) -> str:
    """The context on one line, else what is said first, else what stands there."""
    first = next((turn.text for turn in example.turns if turn.text.strip()), "")
    text = example.context or first or ("" if example.understood else example.text)
    return in_line(text[:_MOST])


def _made_of(example: Example) -> str:
    if not example.understood:
        return translate("ExampleView", "not understood")
    turns = len(example.turns)
    said = (
        translate("ExampleView", "1 turn")
        if turns == 1
        else translate("ExampleView", "{count} turns").format(count=turns)
    )
    if example.commentary:
        return said + translate("ExampleView", " · commentary")
    return said + translate("ExampleView", " · no commentary")
