"""Three texts of one agent made one: what came of it here, what came of it there, and where both started.

Fields are merged by name and the prompt by its sections; a section that both changed, by its lines. What
cannot be taken apart so, or would not read back, is merged by lines alone, and as a last resort the whole
file is one conflict. The result is our text with edits: its line ends, byte order mark, comments and quotes
stay. At a conflict ours stays until somebody chooses.
"""

from __future__ import annotations

from agenteditor.core.merged import Choices, Conflict, Merged, Piece, Side, Version
from agenteditor.core.merging_lines import by_lines
from agenteditor.core.merging_units import by_parts, taken
from agenteditor.core.text import Span

__all__ = ["Choices", "Conflict", "Merged", "Side", "Version", "merge"]

_MOST = 200_000  # characters of a text that is taken apart, which may take seconds; real ones have 72,000


def merge(base: str | None, ours: str, theirs: str) -> Merged:
    """``ours`` with what changed from ``base`` to ``theirs``. Never raises.

    Without a base every difference is a conflict. Swapping the sides swaps the conflicts.
    """
    if theirs in (ours, base):
        return Merged(ours, (), (), (Piece(ours, ours),))
    if ours == base:
        return Merged(ours, (), taken(ours, theirs), (Piece(theirs, theirs),))
    if max(len(base or ""), len(ours), len(theirs)) > _MOST:
        return _whole(base, ours, theirs)
    return by_parts(base, ours, theirs) or by_lines(base, ours, theirs) or _whole(base, ours, theirs)


def _whole(base: str | None, ours: str, theirs: str) -> Merged:
    before, mine, other = (
        None if text is None else Version(text, Span(0, len(text))) for text in (base, ours, theirs)
    )
    conflict = Conflict("file", "the whole file", before, mine, other)
    return Merged(ours, (conflict,), (), (Piece(ours, theirs, 0),))
