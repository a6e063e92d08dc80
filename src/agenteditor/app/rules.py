"""What a person may do with a rule: read what it means, switch it off or on for a catalog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from agenteditor.app import dialogs, writing
from agenteditor.core import files
from agenteditor.core.checks import RULES, Severity
from agenteditor.core.disk import is_there
from agenteditor.core.document import Document
from agenteditor.core.rule_settings import Switch
from agenteditor.core.rule_switching import settings_file, switched
from agenteditor.core.text import Edits, Refusal, apply


def _tr(text: str) -> str:
    return QCoreApplication.translate("rules", text)


def explain(parent: QWidget, code: str) -> None:
    """Say what a rule means."""
    rule = RULES[code]
    severities: dict[Severity, str] = {
        "error": _tr("error"),
        "warning": _tr("warning"),
        "info": _tr("note"),
    }
    about = _tr("Rule: {0}\nSeverity: {1}").format(code, severities[rule.severity])
    proof = (
        _tr("Where these rules find nothing, that is no proof of safety.")
        if code.startswith("security/")
        else ""
    )
    dialogs.tell(parent, rule.title, "\n\n".join(filter(None, (rule.why, proof, about))))


def switch(
    parent: QWidget,
    document: Document,
    catalog: Path | None,
    code: str,
    word: str,
    *,
    then: Callable[[str | None], object],
) -> None:
    """Write one switch into the settings file that holds for a document, or would.

    ``then`` is given a sentence for the status bar that says what was written where; None, after a message,
    if nothing was. ``catalog`` is the open folder.
    """
    assert document.path is not None, "without a path there is no folder to switch a rule off in"
    file = settings_file(document.path, document.settings, catalog)
    failed = _tr("The settings are as they were.")

    def work() -> Edits | Refusal:
        loaded = files.load(file) if is_there(file) else None
        text = loaded.text if loaded else ""
        edits = switched(text, code, cast(Switch, word))
        if edits and not isinstance(edits, Refusal):
            files.save(file, apply(text, edits), loaded.stamp if loaded else None)
        return edits

    def told(edits: Edits | Refusal | None) -> None:
        if isinstance(edits, Refusal):
            dialogs.say(parent, failed, edits.reason)
        written = edits is not None and not isinstance(edits, Refusal)
        then(_tr("Wrote {0} into {1}").format(f'"{code}" = "{word}"', file) if written else None)

    writing.write(parent, file, work, failed, told)
