"""What the router sees of an agent, as a page: name, description with its examples as cards, tools.

Whether it sees the agent at all is said above the page, by ``preview``.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QLocale

from agenteditor.core.examples import Example
from agenteditor.core.page import Block, Page, Run
from agenteditor.core.router import Routed


def router_page(seen: Routed) -> Page:
    """The page of what the router sees; its text is never read as Markdown."""
    blocks: list[Block] = []
    cards: list[str] = []

    def card(title: str, *inside: Block) -> None:
        around = (len(cards),)
        cards.append(title)
        blocks.append(Block("card", (Run(title),), cards=around))
        blocks.extend(block._replace(cards=around) for block in inside)

    blocks.append(Block("heading", (Run(seen.name or _tr("No name")),), level=2))
    if seen.placeholder:
        blocks.append(_paragraph(_tr("In place of a description stands one that names only the plugin.")))
    elif not seen.parts:
        blocks.append(_paragraph(_tr("No description.")))
    number = 0
    for part in seen.parts:
        if isinstance(part, str):
            blocks += [_paragraph(text) for text in part.split("\n\n") if text.strip()]
        else:
            number += 1
            card(_tr("Example {0}").format(number), *_example(part))
    blocks.append(Block("rule"))
    blocks.append(_labelled(_tr("Tools"), seen.tools))
    blocks.append(_labelled(_tr("Cost in every conversation"), _cost(seen)))
    return Page(tuple(blocks), tuple(cards))


def _example(example: Example) -> Iterator[Block]:
    if not example.understood:
        yield _paragraph(example.text)
        return
    titles = {"context": _tr("Context"), "commentary": _tr("Commentary")}
    for part in example.parts:
        title = titles.get(part.kind, part.speaker)
        yield _labelled(title[:1].upper() + title[1:], part.text) if title else _paragraph(part.text)


def _cost(seen: Routed) -> str:
    locale = QLocale()
    text = _tr("{characters} characters · ≈ {tokens} tokens")
    return text.format(characters=locale.toString(len(seen.description)), tokens=locale.toString(seen.tokens))


def _paragraph(text: str) -> Block:
    return Block("paragraph", (Run(text.strip("\n")),))


def _labelled(label: str, text: str) -> Block:
    return Block("paragraph", (Run(label, "label"), Run("\n" + text)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("preview", text)
