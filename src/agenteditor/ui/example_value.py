"""What the widgets of one example edit: an example of a document, and the ways to change it.

What is typed joins to one undo step a part, what is clicked is a step of its own. A change that cannot be
made without damage comes back as a sentence, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from agenteditor.core.document import Document, Transaction
from agenteditor.core.hosted_examples import Intent, changed
from agenteditor.core.syntax import HostedExample
from agenteditor.core.text import Refusal


@dataclass(frozen=True, slots=True)
class ExampleAt:
    """The example ``index`` of the value ``host``, there or no longer."""

    document: Document
    host: str
    index: int

    @property
    def hosted(self) -> HostedExample | None:
        """The example as it is now; None if there is none at this place."""
        here = (self.host, self.index)
        return next((one for one in self.document.syntax.examples if (one.host, one.index) == here), None)

    def typed(self, intent: Intent, label: str, part: Hashable) -> str:
        """Make a change that comes from typing into ``part``. The reason if refused, else ""."""
        return self._apply(intent, label, ("example", self.host, self.index, part))

    def step(self, intent: Intent, label: str) -> str:
        """Make a change that is one step to undo. The reason if refused, else ""."""
        return self._apply(intent, label, None)

    def _apply(self, intent: Intent, label: str, merge: Hashable | None) -> str:
        edits = changed(self.document.syntax, self.host, intent)
        if isinstance(edits, Refusal):
            return edits.reason
        self.document.apply(Transaction(edits, label, merge))
        return ""
