"""Tags in a page: which of them are the beginning and the end of a card, and which are text.

A tag counts at the beginning or the end of a line, and only if it has a partner. Tags that lay out a
text (``<div>``, ``<b>``) never do; nothing is taken away in either case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from agenteditor.core.markdown_blocks import LAYOUT_TAGS
from agenteditor.core.page import LONGEST, Block, Run, Runs, finished

MOST_AROUND = 8  # cards around one block; what lies deeper has its tags as text
_MOST_TAGS = 20  # at the beginning or the end of one line

Name = tuple[str, str]
"""The name of a tag, and the tag as written."""

# CommonMark does not know tags with "_", such as <user_request>; prompts do.
_OPENING = re.compile(r"[ \t]*(<([A-Za-z_][\w.:-]*)(?:[ \t][^<>\n]*)?(?<!/)>)[ \t]*")
_CLOSING = re.compile(r"(</([A-Za-z_][\w.:-]*)[ \t]*>)[ \t]*\Z")


class Tag(NamedTuple):
    """A tag that may begin or end a card; ``block`` shows it as text where it does not.

    ``joined``: other text stands on its line, behind an opening tag, before a closing one.
    """

    name: str
    opens: bool
    joined: bool
    block: Block


def with_cards(written: Sequence[Block | Tag]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Blocks and tags as blocks and the names of their cards; tags without a partner become text."""
    partners = _partners(written)
    blocks: list[Block] = []
    cards: list[str] = []
    around: tuple[int, ...] = ()
    leading = False  # the last block is a tag that belongs to the text behind it
    for index, item in enumerate(written):
        tag = item if isinstance(item, Tag) else None
        block = tag.block if tag else item
        assert isinstance(block, Block), "a tag brings its block"
        if tag and index in partners:
            leading = False
            if not tag.opens:
                around = around[:-1]
                continue
            around = (*around, len(cards))
            cards.append(tag.name)
            block = block._replace(kind="card")
        trailing = tag is not None and tag.joined and not tag.opens and index not in partners
        joins = blocks and {block.kind, blocks[-1].kind} <= {"paragraph", "heading"}
        if (leading or trailing) and joins and blocks[-1].cards == around:
            first, second = (blocks[-1], block) if trailing else (block, blocks[-1])
            runs = (*blocks[-1].runs, *block.runs)
            blocks[-1] = first._replace(runs=runs, marker=first.marker or second.marker)
        else:
            blocks.append(block._replace(cards=around))
        leading = tag is not None and tag.joined and tag.opens and index not in partners
    return tuple(block._replace(runs=_finished(block)) for block in blocks), tuple(cards)


def _finished(block: Block) -> Runs:
    # Code has been cut line by line.
    return finished(block.runs, block.cards, None if block.kind == "code" else LONGEST)


def parted(line: Sequence[Run]) -> tuple[list[Name], list[Run], list[Name]]:
    """A line as the tags that it begins with, the rest, and the tags that it ends with."""
    opening: list[Name] = []
    closing: list[Name] = []
    rest = [run for run in line if run.text or run.look == "image"]
    while rest and rest[0].look in ("text", "tag") and len(opening) < _MOST_TAGS:
        match = _OPENING.match(rest[0].text)
        if match is None or match[2].lower() in LAYOUT_TAGS:
            break
        opening.append((match[2], match[1]))
        rest[:1] = (
            [rest[0]._replace(text=rest[0].text[match.end() :])] if match.end() < len(rest[0].text) else []
        )
    breaks = rest[-1:] if rest and rest[-1].text == "\n" else []
    rest = rest[: len(rest) - len(breaks)]
    while rest and rest[-1].look in ("text", "tag") and len(closing) < _MOST_TAGS:
        last = rest[-1].text
        match = _CLOSING.match(last, max(last.rfind("</"), 0))
        if match is None or match[2].lower() in LAYOUT_TAGS:
            break
        closing.insert(0, (match[2], match[1]))
        before = last[: match.start()].rstrip(" \t")
        rest[-1:] = [rest[-1]._replace(text=before)] if before else []
    return opening, rest + (breaks if not closing and rest else []), closing


def _partners(written: Sequence[Block | Tag]) -> set[int]:
    """The indexes of the tags that begin and end a card, properly nested, `MOST_AROUND` deep at most."""
    pairs: dict[int, int] = {}
    stack: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    for index, item in enumerate(written):
        if isinstance(item, Block):
            continue
        if item.opens:
            stack.append((item.name, index))
            waiting[item.name] += 1
        elif waiting[item.name]:
            name, opening = "", -1
            while name != item.name:
                name, opening = stack.pop()
                waiting[name] -= 1
            pairs[opening] = index
    partners: set[int] = set()
    around: list[int] = []  # where the cards around end
    for opening in sorted(pairs):
        while around and around[-1] < opening:
            around.pop()
        if len(around) < MOST_AROUND:
            around.append(pairs[opening])
            partners |= {opening, pairs[opening]}
    return partners
