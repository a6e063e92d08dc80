"""One open file: its text, what it says, its history, who watches it.

The text is the truth. Every change is a ``Transaction`` of text edits; the document applies it,
parses the whole text again and tells its subscribers, which compare and show. Undo is one stack
over every view. The only mutable object of ``core`` beside ``History``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agenteditor.core.checks import Diagnostic, check
from agenteditor.core.dialect import Dialect
from agenteditor.core.dialect_table import Place
from agenteditor.core.files import Stamp
from agenteditor.core.history import History
from agenteditor.core.loading import Loads, loads
from agenteditor.core.rule_settings import RuleSettings, applied, found
from agenteditor.core.syntax import Syntax, parse, parse_at
from agenteditor.core.text import Edits, apply


@dataclass(frozen=True, slots=True)
class Transaction:
    """One step of a person: ``edits`` of the present text and ``label``, what undo calls it.

    Transactions with the same ``merge`` key may join into one undo step (``history``).
    """

    edits: Edits
    label: str
    merge: Hashable | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """``edits`` turn ``before.text`` into ``after.text``.

    They are empty when only path, saved state or settings changed.
    """

    edits: Edits
    before: Syntax
    after: Syntax


Subscriber = Callable[[Change], None]

Orphaned = Literal["", "gone", "unreadable"]
"""What became of the file while it was open: it is there; no file is; it cannot be read any more."""


class Document:
    """An open file, or one that has no path yet."""

    def __init__(
        self,
        text: str = "",
        path: Path | None = None,
        *,
        saved_text: str | None = None,
        stamp: Stamp | None = None,
        orphaned: Orphaned = "",
        dialect: Dialect | None = None,
        history: History | None = None,
    ) -> None:
        self._chosen = dialect
        self._syntax = self._parsed(text, path)
        self._path = path
        self._saved_text = text if saved_text is None else saved_text
        self._stamp = stamp
        self._orphaned = orphaned
        self._settings = found(path)
        self._history = history or History()
        self._subscribers: list[Subscriber] = []
        self._found: tuple[Diagnostic, ...] | None = None
        self._problems: tuple[Diagnostic, ...] | None = None

    @property
    def text(self) -> str:
        """The file's text as it would be saved."""
        return self._syntax.text

    @property
    def syntax(self) -> Syntax:
        """What the text says."""
        return self._syntax

    @property
    def path(self) -> Path | None:
        """Where the file is; None for a new one."""
        return self._path

    @property
    def chosen(self) -> Dialect | None:
        """The dialect a person chose; None: it is the one that path and text gave when it was opened."""
        return self._chosen

    @property
    def place(self) -> Place:
        """The kind of folder the file stands in: it decides whether it loads, and how."""
        return self._syntax.dialect.place

    @property
    def stamp(self) -> Stamp | None:
        """The file's state on disk as of the last load or save."""
        return self._stamp

    @property
    def saved_text(self) -> str:
        """The text as on disk, as of the last load or save."""
        return self._saved_text

    @property
    def edited(self) -> bool:
        """Whether the text differs from the one last read or saved."""
        return self.text != self._saved_text

    @property
    def orphaned(self) -> Orphaned:
        """What became of the file, as far as it is known."""
        return self._orphaned

    @property
    def modified(self) -> bool:
        """Whether there is something to save: the text was edited, or its file is not there any more."""
        return self.edited or bool(self._orphaned)

    @property
    def settings(self) -> RuleSettings:
        """Which rules count here, as of the last look at the settings file."""
        return self._settings

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the text, in file order, as far as its rules are switched on."""
        if self._problems is None:
            self._problems = applied(self._all_problems, self._settings)
        return self._problems

    @property
    def unreported(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the text all the same, by rules that are switched off."""
        return tuple(one for one in self._all_problems if self._settings.switch(one.code) == "off")

    @property
    def _all_problems(self) -> tuple[Diagnostic, ...]:
        if self._found is None:
            self._found = check(*self._asked())
        return self._found

    def _asked(self) -> tuple[Syntax, Place, str | None, frozenset[str]]:
        """All that what is found depends on."""
        return self._syntax, self.place, self._path.name if self._path else None, self._settings.wanted

    @property
    def loads(self) -> Loads:
        """Whether the reader makes an agent of the text, in words."""
        return loads(self._syntax, self.place)

    @property
    def undo_label(self) -> str | None:
        """What undo would take back; None if nothing."""
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        """What redo would do again; None if nothing."""
        return self._history.redo_label

    def apply(self, transaction: Transaction) -> Change | None:
        """Do a transaction; None, and nothing happens, if its edits change nothing."""
        edits = tuple(edit for edit in transaction.edits if edit.span.of(self.text) != edit.insert)
        if not edits:
            return None
        self._history.record(self.text, edits, transaction.label, transaction.merge)
        return self._changed(edits)

    def undo(self) -> Change | None:
        """Take the last step back; None if there is none."""
        edits = self._history.undo(self.text)
        return self._changed(edits) if edits is not None else None

    def redo(self) -> Change | None:
        """Do the last undone step again; None if there is none."""
        edits = self._history.redo(self.text)
        return self._changed(edits) if edits is not None else None

    def mark_saved(self, path: Path, text: str, stamp: Stamp | None) -> None:
        """The file at ``path`` now holds ``text``. Undo goes on past this point.

        The dialect stays, but for what a plugin makes of the same fields: see ``in_dialect``.
        """
        before, said = self._syntax, self._asked()
        self._path, self._saved_text, self._stamp, self._orphaned = path, text, stamp, ""
        there = self._parsed(self.text, path)
        if there.dialect != before.dialect and there.dialect.keys() == before.dialect.keys():
            self._syntax = there  # else its views show the fields of another program: ``in_dialect``
        self._settings = found(path, self._settings)
        self._problems = None
        if self._asked() != said:  # else what was found still holds
            self._found = None
        self._history.seal()
        self._tell(Change((), before, self._syntax))

    def mark_orphaned(self, orphaned: Orphaned, stamp: Stamp | None) -> None:
        """Say what became of the file, and what the next save has to find there: None for no file."""
        if (orphaned, stamp) != (self._orphaned, self._stamp):
            self._orphaned, self._stamp = orphaned, stamp
            self._tell(Change((), self._syntax, self._syntax))

    def in_dialect(self, dialect: Dialect | None) -> Document:
        """The same file with the same history, read by the rules of ``dialect``; None goes by path and text.

        The views of this one belong to its dialect, so it is a document of its own; this one is done with.
        """
        return Document(
            self.text,
            self._path,
            saved_text=self._saved_text,
            stamp=self._stamp,
            orphaned=self._orphaned,
            dialect=dialect,
            history=self._history,
        )

    def _parsed(self, text: str, path: Path | None) -> Syntax:
        return parse_at(text, path) if self._chosen is None else parse(text, self._chosen)

    def read_settings(self) -> None:
        """Look at the settings file again; subscribers are told if it says something else now."""
        before = self._settings
        self._settings = found(self._path, before)
        if self._settings != before:
            self._found = self._problems = None
            self._tell(Change((), self._syntax, self._syntax))

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber`` after every change, in the order of subscribing; returns the way out."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def forget_subscribers(self) -> None:
        """Tell nobody any more: its views are gone."""
        self._subscribers.clear()

    def _changed(self, edits: Edits) -> Change:
        before = self._syntax
        self._syntax = parse(apply(before.text, edits), before.dialect)
        self._found = self._problems = None
        change = Change(edits, before, self._syntax)
        self._tell(change)
        return change

    def _tell(self, change: Change) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(change)
