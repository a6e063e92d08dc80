"""Undo and redo of one text: a stack of steps, each the edits that take it back.

Steps join into one while a person types: same merge key, less than a second apart, and each
change touching the one before. A step without a merge key stands alone. Sealing ends a step
early (after a save, so that undo stops there).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from agenteditor.core.text import Edits, Span, apply, diff, invert

MERGE_SECONDS = 1.0


@dataclass(slots=True)
class _Step:
    label: str
    merge: Hashable | None
    edits: list[Edits]  # applied in order they take the text back (or forward again)
    touched: Span  # in the text after the step: where its last change stands
    time: float
    grown: int = 0  # how much longer the text is by it, in code points


class History:
    """Undo and redo for one text. The owner records every change and applies what it is given."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []
        self._sealed = True

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, in the words of the transaction; None if nothing."""
        return self._undo[-1].label if self._undo else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again; None if nothing."""
        return self._redo[-1].label if self._redo else None

    def record(self, text: str, edits: Edits, label: str, merge: Hashable | None) -> None:
        """``edits``, none of them empty, are about to be applied to ``text``."""
        inverse = invert(text, edits)
        now = self._clock()
        touched = Span(inverse[0].span.start, inverse[-1].span.end)
        grown = sum(len(insert) - (end - start) for (start, end), insert in edits)
        joins = self._joins(edits, merge, now)
        self._redo.clear()
        self._sealed = False
        if not joins:
            self._undo.append(_Step(label, merge, [inverse], touched, now, grown))
            return
        step = self._undo[-1]
        step.edits.insert(0, inverse)
        step.touched, step.time, step.grown = touched, now, step.grown + grown
        if not step.grown and not _joined(apply(text, edits), step.edits):
            self._undo.pop()  # a letter typed and deleted again: there is nothing to take back
            self._sealed = True

    def _joins(self, edits: Edits, merge: Hashable | None, now: float) -> bool:
        if self._sealed or merge is None or not self._undo:
            return False
        last = self._undo[-1]
        near = edits[0].span.start <= last.touched.end and edits[-1].span.end >= last.touched.start
        return last.merge == merge and now - last.time < MERGE_SECONDS and near

    def seal(self) -> None:
        """The next change begins a step of its own."""
        self._sealed = True

    def undo(self, text: str) -> Edits | None:
        """The edits that take back the last step from ``text``; None if there is none."""
        return self._step(text, self._undo, self._redo)

    def redo(self, text: str) -> Edits | None:
        """The edits that do the last undone step again; None if there is none."""
        return self._step(text, self._redo, self._undo)

    def _step(self, text: str, source: list[_Step], target: list[_Step]) -> Edits | None:
        if not source:
            return None
        step = source.pop()
        edits = step.edits[0] if len(step.edits) == 1 else _joined(text, step.edits)
        back = invert(text, edits)
        target.append(_Step(step.label, step.merge, [back], step.touched, step.time))
        self._sealed = True
        return edits


def _joined(text: str, steps: list[Edits]) -> Edits:
    """Edits applied one after the other, as one replacement of the old text."""
    after = text
    for edits in steps:
        after = apply(after, edits)
    return diff(text, after)
