"""The main job done by itself, in the real window: for machines without a screen, and as a proof.

Opens the sample, makes one edit in each editor, applies the fix, saves a copy, exports a catalog,
takes a picture of each view in light and dark, and prints what it did and where. It writes into an
empty folder or one of its own, nowhere else.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from agenteditor.app.commands import make_window
from agenteditor.app.judge_dialog import JudgeDialog, judge
from agenteditor.app.settings import Settings
from agenteditor.app.window import Window
from agenteditor.core import export, files
from agenteditor.core.document import Document, Transaction
from agenteditor.core.example_edits import set_turn_text
from agenteditor.core.resources import resource
from agenteditor.core.rewrite import set_field
from agenteditor.core.section_edits import move_section_up
from agenteditor.core.text import Edits, Refusal, apply, replace
from agenteditor.ui import theme

_REST_MS = 250  # longer than the preview waits for
_LAYOUT_MS = 40  # and then a layout may still be on its way, on a busy machine
_MOST_LOOKS = 50
_MARKER = ".agenteditor-tour"
SIZES = ((1280, 820), (900, 600))
FILTER = "tool:Grep"
REQUEST = "Review the database code of my change"


def tour(app: QApplication, folder: Path, say: Callable[[str], object] = print) -> int:
    """Take the tour; the exit status. Everything is written below ``folder``."""
    if not _made_ready(folder):
        say(f"{folder} holds other files. Name an empty folder, or one an earlier tour wrote.")
        return 2
    app.setCursorFlashTime(0)  # a caret that blinks is never at rest
    work = folder / "agents"
    shutil.copytree(resource("samples"), work)
    window = make_window(Settings(apply_safe_fixes=True))
    window.show()
    window.open_paths([work, work / "backend-engineer.md"])
    document = window.present_editor().document
    say(f"Opened   {document.path}")
    say(f"         {document.loads.reason}")
    _shoot(window, folder, "1-opened", say)
    _edit(document, set_field(document.syntax, "model", "opus"), "Details: model set to opus", say)
    _edit(document, _changed_turn(document), "Examples: first turn of the second example changed", say)
    path = (len(document.syntax.sections) - 2,)
    moved = move_section_up(document.text, document.syntax.body.start, path)
    _edit(document, moved if isinstance(moved, Refusal) else moved.edits, "Prompt: a section moved up", say)
    _edit(document, _typed(document), "Source: a line added at the end", say)
    window.actions_["fix-all"].trigger()
    say(f"Checked  {len(document.problems)} problems left after the safe fixes; {document.loads.reason}")
    copy = folder / "saved" / "backend-engineer.md"
    copy.parent.mkdir()
    document.mark_saved(copy, document.text, files.save(copy, document.text, None))
    say(f"Saved    {copy}")
    plan = export.plan(window.documents_to_export(), folder / "catalog", export.Choices("plugin"))
    for entry in export.write(plan):
        say(f"Exported {plan.place / entry.path}")
    for choice in ("light", "dark"):
        theme.apply(app, choice)
        for view in ("details", "examples", "prompt", "source"):
            window.show_view(view)
            _shoot(window, folder, f"2-{choice}-{view}", say)
        window.show_view("details")
        window.catalog.filter_line.setText(FILTER)
        _shoot(window, folder, f"3-{choice}-catalog", say)
        window.catalog.filter_line.clear()
        _show_who(window, folder / f"4-{choice}-who.png", say)
    window.close()
    return 0


def _made_ready(folder: Path) -> bool:
    """Empty the folder if an earlier tour wrote it; False if it holds anything else."""
    marker = folder / _MARKER
    if folder.exists() and any(folder.iterdir()):
        if not marker.is_file():
            return False
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text("Written by agenteditor --tour, which may delete this folder.\n", encoding="utf-8")
    return True


def _edit(document: Document, outcome: Edits | Refusal, label: str, say: Callable[[str], object]) -> None:
    if isinstance(outcome, Refusal):
        raise RuntimeError(f"{label}: {outcome.reason}")
    document.apply(Transaction(outcome, label))
    say(f"Edited   {label}")


def _changed_turn(document: Document) -> Edits | Refusal:
    value = document.syntax.field("description")
    assert value is not None and value.text is not None, "the sample has a description"
    edits = set_turn_text(value.text, 1, 0, "Can you design a schema for storing orders?")
    if isinstance(edits, Refusal):
        return edits
    return set_field(document.syntax, "description", apply(value.text, edits))


def _typed(document: Document) -> Edits:
    end = len(document.text)
    return (replace(end, end, "\nWhen in doubt, ask.\n"),)


def _settle(milliseconds: int = _REST_MS) -> None:
    """Let layouts and the preview, which wait for a pause, come to rest."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _shoot(window: Window, folder: Path, name: str, say: Callable[[str], object]) -> None:
    for width, height in SIZES:
        window.resize(width, height)
        _settle()
        _picture(window, folder / f"{name}-{width}x{height}.png", say)


def _show_who(window: Window, target: Path, say: Callable[[str], object]) -> None:
    """Ask which agent would take a request, and take a picture of the answer."""
    judge(window)
    dialog = next(one for one in window.findChildren(JudgeDialog) if one.isVisible())
    dialog.who.request.setText(REQUEST)
    while dialog.work.running:
        _settle()
    _picture(dialog, target, say)
    dialog.close()


def _picture(widget: QWidget, target: Path, say: Callable[[str], object]) -> None:
    picture, before = widget.grab().toImage(), None
    for _ in range(_MOST_LOOKS):
        if picture == before:
            break
        _settle(_LAYOUT_MS)
        before, picture = picture, widget.grab().toImage()
    picture.save(str(target))
    say(f"Picture  {target}")
