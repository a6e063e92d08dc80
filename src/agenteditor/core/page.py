"""A page: a flat row of blocks, ready to draw and safe to draw. What the preview shows is one.

Text in a page is text and nothing else: whoever draws it interprets none of it. A pair of tags such as
``<example>`` is a card, a titled group of blocks; a tag without a partner is text. Images have no
picture, only words. Depths have no bound here: whoever draws sets one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

LONGEST = 20_000  # code points of one block, or of one line of code; Qt takes seconds for far longer ones

Look = Literal["text", "code", "tag", "image", "cut", "break", "label"]
Column = Literal["left", "centre", "right"]


class Run(NamedTuple):
    """A stretch of text that looks the same; ``"\\n"`` in it is a line break within the block.

    ``tag`` is markup shown as it is written. The text of an ``image`` is its alternative text, that of
    ``cut`` how many code points are left out. A ``label`` is a small title. A ``break`` is a line break
    that may also be a space; a finished page has none. ``link`` is an address as written, "" for none.
    """

    text: str
    look: Look = "text"
    bold: bool = False
    italic: bool = False
    struck: bool = False
    link: str = ""


Runs = tuple[Run, ...]


class Marker(NamedTuple):
    """That an item of a list begins: its ``number`` (None: a bullet), or whether its box is checked.

    ``series`` tells the lists of a page apart.
    """

    series: int
    number: int | None = None
    checked: bool | None = None


class Block(NamedTuple):
    """One block. ``cards`` are the indexes in `Page.cards` of the cards around it, outermost first.

    A ``card`` block is the title of the innermost of them. ``rows`` are those of a ``table``, the first
    of them its head. ``level`` is that of a heading; ``depth`` counts the lists around the block, ``quote``
    the quotations. ``tight`` blocks follow each other without a blank line.
    """

    kind: Literal["paragraph", "heading", "code", "rule", "table", "card"]
    runs: Runs = ()
    level: int = 0
    depth: int = 0
    quote: int = 0
    marker: Marker | None = None
    tight: bool = False
    language: str = ""
    rows: tuple[tuple[Runs, ...], ...] = ()
    columns: tuple[Column, ...] = ()
    cards: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """What the runs say, without their looks."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Page:
    """``cards`` are the cards' names; ``images`` the addresses of images, none of which is loaded."""

    blocks: tuple[Block, ...] = ()
    cards: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


def finished(runs: Iterable[Run], cards: tuple[int, ...] = (), most: int | None = LONGEST) -> Runs:
    """Runs as they are drawn: breaks decided, neighbours that look the same joined, cut at ``most``.

    In a card the author's lines are kept: there they are turns of a conversation, most often.
    """
    decided = (Run("\n" if cards else " ") if run.look == "break" else run for run in runs)
    result: list[Run] = []
    done = left_out = 0
    for look, group in groupby(enumerate(decided), _joined_by):
        same = [run for _, run in group]
        text = "".join(run.text for run in same) if len(same) > 1 else same[0].text
        kept = text if most is None else text[: max(most - done, 0)]
        if kept or look[0].look == "image":
            result.append(same[0]._replace(text=kept))
        left_out += len(text) - len(kept)
        done += len(text)
    if left_out:
        result.append(Run(str(left_out), "cut"))
    return tuple(result)


def _joined_by(run: tuple[int, Run]) -> tuple[Run, int]:
    """What two neighbours must have in common to be one run; images stay apart."""
    return run[1]._replace(text=""), run[0] if run[1].look == "image" else 0
