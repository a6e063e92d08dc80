"""What the bar of a document says about its file, and which ways to go on it offers: the likeliest first."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from PySide6.QtCore import QCoreApplication

from agenteditor.app.disk_dialogs import Way as WayOfChange
from agenteditor.app.titles import title
from agenteditor.core.document import Document
from agenteditor.core.file_problem import FileProblem
from agenteditor.ui.qtext import plain

Way = WayOfChange | Literal["there", "again", "elsewhere", "close"]


class Notice(NamedTuple):
    """A sentence and the buttons beside it."""

    sentence: str
    ways: tuple[Way, ...]


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("disk_bar", text)


def label(way: Way) -> str:
    """The text of a button."""
    labels: dict[Way, str] = {
        "reload": tr("Reload"),
        "keep": tr("Keep mine"),
        "compare": tr("Compare…"),
        "merge": tr("Merge…"),
        "there": tr("Go on there"),
        "again": tr("Save it again"),
        "elsewhere": tr("Save a copy elsewhere…"),
        "close": tr("Close"),
    }
    return labels[way]


def tip(way: Way) -> str:
    """What a button does; "" where its text says it all."""
    tips: dict[Way, str] = {
        "reload": tr("Takes the text on disk; undo brings yours back."),
        "keep": tr("The next save overwrites what is on disk now."),
        "compare": tr("Shows both texts side by side."),
        "merge": tr("Brings both texts together, by fields and sections."),
        "there": tr("The next save goes to the new place."),
        "again": tr("Makes the file again where it was."),
        "elsewhere": tr("Writes the text that is open here to another file."),
        "close": tr("Closes the agent, and asks first: its text is not saved anywhere else."),
    }
    return tips.get(way, "")


def of_change(document: Document, conflicts: int) -> Notice:
    """For a document that was edited while its file was changed; ``conflicts`` are those of a merge."""
    sentence = tr("{0} was changed by another program.").format(title(document))
    if not document.edited:  # but something was undone and could not be done again
        return Notice(sentence, ("reload", "keep", "compare", "merge"))
    if not conflicts:
        words = tr("Its changes and yours can be merged without a conflict.")
        return Notice(f"{sentence} {words}", ("merge", "reload", "keep", "compare"))
    words = (
        tr("One of its changes conflicts with yours.")
        if conflicts == 1
        else tr("{0} of its changes conflict with yours.").format(conflicts)
    )
    return Notice(f"{sentence} {words}", ("reload", "keep", "compare", "merge"))


def of_problem(document: Document, problem: FileProblem, new_place: Path | None) -> Notice:
    """For a document whose file is not there any more, or cannot be read."""
    name = title(document)
    away: tuple[Way, ...] = ("elsewhere", "close")
    if new_place is not None:
        place = new_place.name if _beside(new_place, document) else str(new_place)
        sentence = tr("{0} was moved to {1}.").format(name, plain(place))
        return Notice(sentence, ("there", "again", *away))
    if problem.code == "missing":
        sentence = tr("{0} was deleted or moved by another program.").format(name)
        return Notice(f"{sentence} {tr('Its text is still here.')}", ("again", *away))
    sentences = {
        "not-a-file": tr("Where {0} was, there is {1} now."),
        "link-loop": tr("{0} is now a link that leads round in a circle."),
        "no-permission": tr("{0} can no longer be read: its permissions were changed."),
        "too-big": tr("{0} was changed by another program and has {1} now, too much to edit."),
    }
    sentence = sentences.get(problem.code, tr("{0} can no longer be read. {2}"))
    sentence = sentence.format(name, problem.detail, plain(str(problem)))
    return Notice(f"{sentence} {tr('What was read before is still here.')}", away)


def _beside(place: Path, document: Document) -> bool:
    return document.path is not None and place.parent == document.path.parent
