"""A text that another program wrote, beside the one here: compared, or merged with it.

Nothing is done without a button that names it. Tests replace ``ask_compare`` and ``ask_merge``.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from agenteditor.core import disk_changes
from agenteditor.core.document import Document
from agenteditor.core.files import Loaded
from agenteditor.core.merging import Merged
from agenteditor.ui import labels, theme
from agenteditor.ui.diff_view import DiffView, framed
from agenteditor.ui.merge_view import MergeView, SideWords

Way = Literal["reload", "keep", "compare", "merge", ""]
"""How to go on with a file that was changed; "" for not now."""

_LEAST, _MOST, _HEIGHT = 960, 1400, 640  # pixels; as wide as two sides need, if they fit
_ROLE = QDialogButtonBox.ButtonRole.ActionRole


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("disk_dialogs", text)


def go(parent: QWidget, document: Document, loaded: Loaded, way: Way) -> Way:
    """Go one way, with the questions it asks; the way that was gone in the end, "" if none was."""
    if way == "compare":
        return go(parent, document, loaded, ask_compare(parent, loaded.path.name, document.text, loaded.text))
    if way == "merge":
        merged = disk_changes.merged(document, loaded)
        text = ask_merge(parent, loaded.path.name, merged)
        if text is None:
            return ""
        disk_changes.take_merge(document, loaded, text, tr("Merge with the disk"))
    elif way == "reload":
        disk_changes.reload(document, loaded, tr("Load from disk"))
    elif way == "keep":
        disk_changes.keep(document, loaded)
    return way


def said_of(way: Way) -> str:
    """A sentence about a way that was gone."""
    sentences: dict[Way, str] = {
        "reload": tr("Loaded from disk; undo brings yours back."),
        "keep": tr("The next save overwrites what is on disk now."),
        "merge": tr("Merged with the disk; undo takes it back."),
    }
    return sentences.get(way, "")


def ask_compare(parent: QWidget, name: str, mine: str, disk: str) -> Way:
    """Show both texts, and ask how to go on."""
    dialog = CompareDialog(name, mine, disk, parent)
    dialog.exec()
    return dialog.way


def ask_merge(parent: QWidget, name: str, merged: Merged) -> str | None:
    """Show what a merge makes of the text here, with its conflicts to decide; the result, None for none."""
    dialog = MergeDialog(name, merged, parent)
    return dialog.result_text if dialog.exec() == QDialog.DialogCode.Accepted else None


class CompareDialog(QDialog):
    """Both texts side by side. ``way`` is what was chosen."""

    def __init__(self, name: str, mine: str, disk: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare with the disk"))
        self.way: Way = ""
        self.diff = DiffView(
            mine,
            disk,
            old_title=tr("Mine"),
            new_title=tr("On disk"),
            empty=tr("Both texts are the same."),
        )
        self.diff.summary.setText(tr("− mine, + on disk"))  # neither was removed or added
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        ways: tuple[tuple[Way, str], ...] = (
            ("reload", tr("&Reload")),
            ("keep", tr("&Keep mine")),
            ("merge", tr("&Merge…")),
        )
        for way, label in ways:
            button = self.buttons.addButton(label, _ROLE)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _on=False, chosen=way: self._choose(chosen))
        _arrange(
            self,
            tr("{0} was changed by another program").format(name),
            tr(
                "“Reload” takes the text on disk, and undo brings yours back. "
                "“Keep mine” lets the next save overwrite it."
            ),
            self.diff,
            self.buttons,
        )
        self.diff.setFocus()
        self.diff.show_first_change()

    def _choose(self, way: Way) -> None:
        self.way = way
        self.accept()


class MergeDialog(QDialog):
    """What the text here becomes with the changes on disk. ``result_text`` is with the choices made."""

    def __init__(self, name: str, merged: Merged, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Merge with the disk"))
        self._merged = merged
        sides = SideWords(
            (tr("Mine"), tr("On disk")),
            (tr("mine"), tr("on disk")),
            (tr("&Keep mine"), tr("Take &disk’s")),
            (tr("&Keep all mine"), tr("Take all &disk’s")),
        )
        self.view = MergeView(tr("Mine"), tr("Merged"), sides)
        self.view.decided.connect(self._count)
        self.status = labels.wrapped()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.merge_button = buttons.addButton(tr("&Merge"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        words = tr("Your changes and those on disk do not touch each other: all of both are in the result.")
        if merged.conflicts:
            words = tr(
                "Decide each conflict: keep yours, or take what is on disk. "
                "All other changes of both are in the result."
            )
        _arrange(self, tr("Merge {0} with the disk").format(name), words, self.view, self.status, buttons)
        self.view.show_merge(merged, {})
        self.merge_button.setDefault(True)
        (self.view.list if merged.conflicts else self.merge_button).setFocus()
        self._count()

    @property
    def result_text(self) -> str:
        """The result with the choices made so far."""
        return self._merged.text_with(self.view.choices)

    def _count(self) -> None:
        open_ = len(self._merged.conflicts) - len(self.view.choices)
        words = tr("Undo takes the merge back.")
        if open_:
            words = (
                tr("1 conflict is not decided.")
                if open_ == 1
                else tr("{0} conflicts are not decided.").format(open_)
            )
        self.status.setText(words)
        self.merge_button.setEnabled(not open_)


def _arrange(dialog: QDialog, heading: str, words: str, *widgets: QWidget) -> None:
    """A heading, a sentence, and below them the widgets; the first one grows."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(*[theme.MARGIN] * 4)
    column.setSpacing(theme.GAP)
    column.addWidget(labels.heading(heading))
    column.addWidget(labels.wrapped(words))
    for at, widget in enumerate(widgets):
        column.addWidget(framed(widget) if isinstance(widget, DiffView) else widget, 0 if at else 1)
    sides = widgets[0].findChild(DiffView) if not isinstance(widgets[0], DiffView) else widgets[0]
    needed = 5 * theme.MARGIN + (round(sides.delegate.least_sides_width) if sides is not None else 0)
    dialog.resize(needed if _LEAST < needed <= _MOST else _LEAST, _HEIGHT)
