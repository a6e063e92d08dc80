"""The conversion between the two styles of trigger, before it is made: its cost, its difference, its loss."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from agenteditor.core.text import apply
from agenteditor.core.triggers import Plan
from agenteditor.ui.review_dialog import Remark, ReviewDialog

translate = QCoreApplication.translate


def ask(parent: QWidget, text: str, plan: Plan) -> bool:
    """Show the plan and wait for the answer. Tests replace this function."""
    dialog = TriggerDialog(text, plan, parent)
    answer = dialog.exec() == TriggerDialog.DialogCode.Accepted
    dialog.deleteLater()
    return answer


class TriggerDialog(ReviewDialog):
    """The question, for a plan of edits of ``text``."""

    def __init__(self, text: str, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(
            translate("TriggerDialog", "Convert the triggers"),
            plan.label,
            [*_costs(plan), *_sentences(plan)],
            (text, apply(text, plan.edits)),
            accept=translate("TriggerDialog", "&Convert"),
            parent=parent,
        )


def _costs(plan: Plan) -> list[Remark]:
    before, after = plan.before, plan.after
    description = translate(
        "TriggerDialog",
        "Description: {before:,} → {after:,} characters, ≈ {tokens:,} → {then:,} tokens in every "
        "conversation, even where the agent is not called.",
    ).format(before=before.description, after=after.description, tokens=before.tokens, then=after.tokens)
    prompt = translate(
        "TriggerDialog",
        "Prompt: {before:,} → {after:,} characters, ≈ {tokens:,} → {then:,} tokens when the agent is called.",
    ).format(before=before.prompt, after=after.prompt, tokens=before.prompt_tokens, then=after.prompt_tokens)
    cheaper = after.description < before.description
    sign = Remark("down", "good", description) if cheaper else Remark("up", "warning", description)
    return [sign, Remark("info", "info", prompt)]


def _sentences(plan: Plan) -> list[Remark]:
    lost = translate("TriggerDialog", "Not kept: {sentence}")
    return [
        *(Remark("warning", "warning", lost.format(sentence=sentence)) for sentence in plan.lost),
        *(Remark("info", "info", sentence) for sentence in plan.notes),
    ]
