"""A document and a file, driven by steps, against a model that knows bytes alone (P3).

A step is data: what to do, where, how much, and with which words. So it makes no difference whether a robot
or Hypothesis makes them, and what fails can be made smaller.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

from agenteditor.core import files
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import Conflict
from agenteditor.core.history import History
from agenteditor.core.rewrite import remove_field, set_field
from agenteditor.core.text import Edits, Refusal, diff, replace
from tests.core.texts import KEYS, NASTY

LONGEST = 400  # characters: beyond, a step that would add to the text takes away from it
KINDS = {
    "type": 30, "delete": 14, "paste": 8, "replace": 8, "undo": 16, "redo": 8, "form": 5, "remove": 1, "fix": 1,
    "pause": 4, "save": 2, "change": 1, "back": 1,
}  # fmt: skip


class Step(NamedTuple):
    """``at`` and ``length`` are taken modulo what there is."""

    kind: str
    at: int
    length: int
    words: str


def random_step(random: Random) -> Step:
    """Any step, those of typing most often."""
    (kind,) = random.choices(tuple(KINDS), tuple(KINDS.values()))
    return Step(kind, random.randrange(1 << 16), random.randrange(12), "".join(random.choices(NASTY, k=2)))


class Machine:
    """``take`` does a step and compares. ``disk`` and ``now`` are the model's bytes of file and text."""

    def __init__(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        self.path, self.disk, self.now = path, data, data
        self.past: list[tuple[str, bytes]] = []  # what undo calls each step, and the bytes before it
        self.future: list[tuple[str, bytes]] = []
        self.clock, self.count = 0.0, 0
        loaded = files.load(path)
        self.document = Document(loaded.text, path, stamp=loaded.stamp, history=History(lambda: self.clock))
        self.compare()

    def take(self, step: Step) -> None:
        getattr(self, f"_{step.kind}")(step)
        self.compare()

    def compare(self) -> None:
        document = self.document
        assert files.encode(document.text) == self.now, "the text is not what it should be"
        assert document.modified == (self.now != self.disk), "modified, if and only if the bytes differ"
        assert document.undo_label == (self.past[-1][0] if self.past else None)
        assert document.redo_label == (self.future[-1][0] if self.future else None)

    def rewind(self) -> None:
        """Undo to the start and redo to the end, comparing at each step."""
        while self.past:
            self.take(Step("undo", 0, 0, ""))
        assert self.document.undo() is None
        while self.future:
            self.take(Step("redo", 0, 0, ""))
        assert self.document.redo() is None

    # --- what a person does ----------------------------------------------------------------

    def _apply(self, edits: Edits, merge: str | None = None) -> None:
        before, text = self.now, self.document.text
        self.count += 1
        label = str(self.count)
        changed = self.document.apply(Transaction(edits, label, merge))
        if changed is None:
            return
        parts, done = [], 0
        for (start, end), insert in edits:
            parts += [files.encode(text[done:start]), insert.encode("utf-8", "surrogateescape")]
            done = end
        self.now = b"".join([*parts, files.encode(text[done:])])
        self.future.clear()
        if self.document.undo_label == label:
            self.past.append((label, before))
        elif self.past[-1:] and self.document.undo_label != self.past[-1][0]:
            # It joined the last step and took it back: a letter typed and deleted.
            assert merge is not None and self.past.pop()[1] == self.now
        else:
            assert merge is not None, "only what is typed joins the step before"

    def _edit(self, step: Step, length: int, words: str, merge: str | None = None) -> None:
        text = self.document.text
        start = step.at % (len(text) + 1)
        if len(text) > LONGEST:
            length, words = len(text) // 2, ""
        self._apply((replace(start, min(start + length, len(text)), words),), merge)

    def _type(self, step: Step) -> None:
        self._edit(step, 0, step.words[:1], "typing")

    def _paste(self, step: Step) -> None:
        self._edit(step, 0, step.words * step.length)

    def _delete(self, step: Step) -> None:
        self._edit(step, step.length, "", "typing" if step.length == 1 else None)

    def _replace(self, step: Step) -> None:
        self._edit(step, step.length, step.words)

    def _pause(self, step: Step) -> None:
        self.clock += step.length / 4

    def _form(self, step: Step) -> None:
        self._wish(set_field(self.document.syntax, KEYS[step.at % len(KEYS)], step.words))

    def _remove(self, step: Step) -> None:
        self._wish(remove_field(self.document.syntax, KEYS[step.at % len(KEYS)]))

    def _fix(self, step: Step) -> None:
        fixes = [fix for problem in self.document.problems for fix in problem.fixes]
        if fixes:
            self._apply(fixes[step.at % len(fixes)].edits)

    def _wish(self, outcome: Edits | Refusal) -> None:
        if not isinstance(outcome, Refusal):
            self._apply(outcome)

    def _undo(self, _step: Step) -> None:
        self._go(self.past, self.future, self.document.undo() is not None)

    def _redo(self, _step: Step) -> None:
        self._go(self.future, self.past, self.document.redo() is not None)

    def _go(self, one: list[tuple[str, bytes]], other: list[tuple[str, bytes]], went: bool) -> None:
        assert went == bool(one)
        if one:
            label, there = one.pop()
            other.append((label, self.now))
            self.now = there

    def _back(self, step: Step) -> None:
        for _ in range(step.length):
            self._undo(step)
            self.compare()

    # --- the file --------------------------------------------------------------------------

    def _save(self, step: Step) -> None:
        document, expected = self.document, self.document.stamp
        try:
            stamp = files.save(self.path, document.text, expected)
        except Conflict as conflict:
            if step.at % 2:
                stamp = files.save(self.path, document.text, conflict.found)
            else:
                self._load()
                return
        document.mark_saved(self.path, document.text, stamp)
        self.disk = self.now
        assert self.path.read_bytes() == self.now

    def _change(self, step: Step) -> None:
        """Another program writes the file; without unsaved changes the document follows."""
        data = self.path.read_bytes()
        at = step.at % (len(data) + 1)
        followed = not self.document.modified
        self.path.write_bytes(
            data[:at] + step.words.encode("utf-8", "surrogateescape") + data[at + step.length :]
        )
        if followed:
            self._load()

    def _load(self) -> None:
        loaded = files.load(self.path)
        self._apply(diff(self.document.text, loaded.text))
        self.document.mark_saved(self.path, loaded.text, loaded.stamp)
        self.disk = self.path.read_bytes()
