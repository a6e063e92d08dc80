"""What a field's widget edits: one key of one document, and the ways to change it.

What is typed is one transaction a key, joined to one undo step while the typing goes on; what is clicked
is a step of its own. A change that cannot be made without damage comes back as a sentence, and nothing
is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from agenteditor.core import dialect, rewrite
from agenteditor.core.dialect import FieldSpec
from agenteditor.core.document import Document, Transaction
from agenteditor.core.frontmatter import Field
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import Edits, Refusal

_BLANKS = " \t\n"


@dataclass(frozen=True, slots=True)
class Value:
    """One field of ``document``: the one that counts under ``key``, there or not yet.

    ``spec`` is what the dialect knows about it; None for a field it does not know.
    """

    document: Document
    key: str
    spec: FieldSpec | None

    @property
    def field(self) -> Field | None:
        """The field as it is now; None if it is absent."""
        return self.document.syntax.field(self.key)

    @property
    def text(self) -> str:
        """The value as text; "" for an absent or empty one, for lists and maps."""
        field = self.field
        return field.text or "" if field else ""

    @property
    def label(self) -> str:
        """What people call the field."""
        return self.spec.label if self.spec else self.key

    def type_text(self, text: str) -> str:
        """Make ``text`` the value; an absent field is added. The reason if refused, else "".

        Blanks typed at the end wait for what follows them, see `without_new_blanks`.
        """
        text = without_new_blanks(text, self.text)
        return self._typed(rewrite.set_field(self._syntax, self.key, text))

    def type_number(self, text: str) -> str:
        """As `type_text`, but a whole number becomes one where the field wants numbers."""
        return self._typed(rewrite.set_value(self._syntax, self.key, dialect.typed(self.spec, text)))

    def type_nothing(self) -> str:
        """Leave the key without a value: the last letter of it was deleted."""
        return self._typed(rewrite.set_value(self._syntax, self.key, None))

    def type_yaml(self, yaml: str) -> str:
        """Make YAML as typed the value; the reason, with the line, where it is not valid."""
        return self._typed(rewrite.set_raw(self._syntax, self.key, yaml))

    def type_edits(self, outcome: Edits | Refusal) -> str:
        """Apply edits of the present text that come from typing."""
        return self._typed(outcome)

    def choose(self, value: object) -> str:
        """Make a text, a list, a number, a boolean or nothing (None) the value, in one step."""
        return self._step(rewrite.set_value(self._syntax, self.key, value), _edit(self.label))

    def remove(self) -> str:
        """Take the key out of the file."""
        return self._step(rewrite.remove_field(self._syntax, self.key), _remove(self.label))

    @property
    def _syntax(self) -> Syntax:
        return self.document.syntax

    def _typed(self, outcome: Edits | Refusal) -> str:
        if isinstance(outcome, Refusal):
            return outcome.reason
        self.document.apply(Transaction(outcome, _edit(self.label), ("field", self.key)))
        return ""

    def _step(self, outcome: Edits | Refusal, label: str) -> str:
        if isinstance(outcome, Refusal):
            return outcome.reason
        self.document.apply(Transaction(outcome, label))
        return ""


def without_new_blanks(typed: str, before: str) -> str:
    """``typed`` without blanks at its end, unless ``before`` ended in the same ones.

    A person between two words has typed a blank at the end. Written at once, it would put a plain value
    into quotes, for good.
    """
    text = typed.rstrip(_BLANKS)
    return typed if before.endswith(typed[len(text) :]) else text


def _edit(name: str) -> str:
    return QCoreApplication.translate("Value", "Edit {name}").format(name=name)


def _remove(name: str) -> str:
    return QCoreApplication.translate("Value", "Remove {name}").format(name=name)
