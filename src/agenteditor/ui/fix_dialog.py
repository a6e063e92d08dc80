"""Fixes are shown as a difference before they are applied; the one place that asks.

``agreed`` says whether a fix may be applied: at once where a person wants safe fixes without a question,
else as answered. Tests replace ``ask``.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QWidget

from agenteditor.ui.review_dialog import Remark, ReviewDialog

translate = QCoreApplication.translate
_MOST_STEPS = 12  # sentences above the difference; what is more is counted


class Preferences(Protocol):
    """What is remembered about fixes."""

    apply_safe_fixes: bool  # without asking


class Offer(NamedTuple):
    """A fix as it is offered: its label, the text before and after, and the steps it is made of."""

    label: str
    before: str
    after: str
    safe: bool
    steps: tuple[str, ...] = ()


def agreed(parent: QWidget, offer: Offer, preferences: Preferences) -> bool:
    """Whether to apply a fix. The answer may change the preferences."""
    return (offer.safe and preferences.apply_safe_fixes) or ask(parent, offer, preferences)


def ask(parent: QWidget, offer: Offer, preferences: Preferences) -> bool:
    """Show the fix and wait for the answer."""
    dialog = FixDialog(offer, preferences, parent)
    answer = dialog.exec() == FixDialog.DialogCode.Accepted
    dialog.deleteLater()
    return answer


class FixDialog(ReviewDialog):
    """The question. ``without_asking`` is the check box; it is remembered when the fix is applied."""

    def __init__(self, offer: Offer, preferences: Preferences, parent: QWidget | None = None) -> None:
        title = translate("FixDialog", "Fix") if not offer.steps else translate("FixDialog", "Fixes")
        texts = (offer.before, offer.after)
        accept = translate("FixDialog", "&Apply")
        super().__init__(title, offer.label, _remarks(offer), texts, accept=accept, parent=parent)
        self._preferences = preferences
        self.without_asking = QCheckBox(translate("FixDialog", "Apply safe fixes &without asking"))
        self.without_asking.setChecked(preferences.apply_safe_fixes)
        self.add_below(self.without_asking)
        self.accepted.connect(self._remember)

    def _remember(self) -> None:
        self._preferences.apply_safe_fixes = self.without_asking.isChecked()


def kind_of(safe: bool) -> Remark:
    """What kind of fix it is, in a sentence."""
    if safe:
        words = translate("FixDialog", "Safe: it only makes the file say what it plainly means.")
        return Remark("ok", "good", words)
    words = translate(
        "FixDialog", "Needs your decision: it changes what the file says, or guesses what you meant."
    )
    return Remark("warning", "warning", words)


def _remarks(offer: Offer) -> list[Remark]:
    shown = [Remark("fix", "accent", step) for step in offer.steps[:_MOST_STEPS]]
    rest = len(offer.steps) - len(shown)
    if rest > 0:
        more = translate("FixDialog", "and {count} more").format(count=rest)
        shown.append(Remark("fix", "accent", more))
    return [kind_of(offer.safe), *shown]
