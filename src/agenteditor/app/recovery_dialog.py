"""After a crash: what was not saved, compared with what is on disk now, to restore, to discard, or for later.

Nothing is written to a file: what is restored is an unsaved change of the open agent, which undo takes back.
What is discarded stays among the saved versions for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QSplitter,
    QTreeWidgetItem,
    QVBoxLayout,
)

from agenteditor.app.recovery import recovery_of
from agenteditor.app.saved_versions_dialog import shown_time
from agenteditor.app.window import Window
from agenteditor.core import files, saved_versions, state_rooms
from agenteditor.core.differences import counts, differences
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import FileProblem, Loaded
from agenteditor.core.journal import Abandoned, abandoned
from agenteditor.core.text import diff
from agenteditor.ui import labels, theme
from agenteditor.ui.diff_rows import words
from agenteditor.ui.diff_view import DiffView, framed
from agenteditor.ui.icons import icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("recovery_dialog", text)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Unsaved text, and what is on disk in its file's place: a file, or why none can be read."""

    journal: Abandoned
    disk: Loaded | FileProblem | None

    @property
    def path(self) -> Path | None:
        """The file; None for an agent that never was in one."""
        return self.journal.said.path

    @property
    def text(self) -> str:
        """The text that was not saved."""
        return self.journal.said.text

    @property
    def disk_text(self) -> str:
        """The text of the file now, as far as there is one."""
        return self.disk.text if isinstance(self.disk, Loaded) else ""

    @property
    def changed_meanwhile(self) -> bool:
        """Whether the file is not the one that was edited."""
        return isinstance(self.disk, Loaded) and self.disk.stamp.digest != self.journal.said.base


def recovered() -> tuple[list[Recovered], list[Path]]:
    """What can be recovered, the latest first, and where damaged journals lie.

    Journals of what is on disk already are removed. What takes up too much room goes to the saved versions.
    """
    journals, damaged = abandoned()
    found = []
    most = state_rooms.SHARES["journals"] // 2  # the other half is for this window
    for journal in journals:
        one = Recovered(journal, _on_disk(journal.said.path))
        most -= len(one.text)
        if one.text == one.disk_text:
            journal.remove()
        elif most < 0:
            discard(one)
        else:
            found.append(one)
    return found, damaged


def restore(window: Window, one: Recovered) -> Document:
    """Open the text as an unsaved change of its file; as a new agent if the file has others already."""
    editor = window.documents.of(one.path) if one.path is not None else None
    if editor is not None and editor.document.edited and editor.document.text != one.text:
        editor, document = None, Document()  # to replace one unsaved text by another would lose it
    elif editor is not None:
        document = editor.document
    elif isinstance(one.disk, Loaded):
        document = Document(one.disk.text, one.disk.path, stamp=one.disk.stamp)
    elif isinstance(one.disk, FileProblem) and one.disk.code != "missing":
        document = Document()  # it cannot be saved there as it is now
    else:
        document = Document("", one.path)
    document.apply(Transaction(diff(document.text, one.text), tr("Recover unsaved changes")))
    if editor is None:
        window.add_document(document)
    else:
        window.documents.setCurrentWidget(editor)
    if recovery_of(window).holds(document):
        one.journal.remove()
    else:
        one.journal.leave()  # the disk does not take another one
    return document


def discard(one: Recovered) -> bool:
    """Give the text up; it is kept among the saved versions. Whether that worked, else it stays."""
    try:
        saved_versions.keep(one.path, one.text, "discarded", one.journal.when)
    except OSError:
        one.journal.leave()
        return False
    one.journal.remove()
    return True


def offer_recovered(window: Window, damaged_settings: Path | None = None) -> RecoveryDialog | None:
    """Show what can be recovered, if there is something; asked when the program starts.

    What was damaged, settings too, is said.
    """
    found, damaged = recovered()
    set_aside = [*damaged, *([damaged_settings] if damaged_settings is not None else [])]
    if set_aside:
        window.say(tr("Damaged and set aside: {0}").format(plain(", ".join(str(path) for path in set_aside))))
    if not found:
        return None
    dialog = RecoveryDialog(found, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


class RecoveryDialog(QDialog):
    """The dialog. ``found`` has one entry at least."""

    def __init__(self, found: Sequence[Recovered], window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._found = list(found)
        self.setWindowTitle(tr("Unsaved changes"))
        heading = labels.heading(tr("Changes that were not saved are still here"))
        sentence = labels.wrapped(
            tr(
                "The program ended before they were saved. Restored, they are unsaved changes; the files "
                "stay as they are until you save."
            )
        )
        self.list = SentenceRows(3, sentence=2)
        self.list.setAccessibleName(tr("Unsaved changes"))
        self.list.setHeaderLabels([tr("Agent"), tr("Last change"), tr("Compared with the file")])
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.resized.connect(self._fit)
        self.list.currentItemChanged.connect(lambda *_items: self._show_present())
        row = self.list.fontMetrics().height() + theme.MARGIN
        self.list.setMinimumHeight(3 * row)
        self.diff = DiffView(old_title=tr("On disk now"), new_title=tr("Not saved"))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(framed(self.diff))
        split.setSizes([row * (2 + min(len(found), 4)), 12 * row])
        split.setStretchFactor(1, 1)
        self.status = labels.wrapped()
        self.status.hide()
        buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.restore_button = buttons.addButton(tr("&Restore"), roles.AcceptRole)
        self.restore_all_button = buttons.addButton(tr("Restore &all"), roles.AcceptRole)
        self.discard_button = buttons.addButton(tr("&Discard"), roles.DestructiveRole)
        self.later_button = buttons.addButton(tr("Decide &later"), roles.RejectRole)
        self.restore_button.clicked.connect(self.restore)
        self.restore_all_button.clicked.connect(self.restore_all)
        self.discard_button.clicked.connect(self.discard)
        buttons.rejected.connect(self.reject)
        self.discard_button.setToolTip(
            tool_tip(tr("The text stays among the saved versions of its file for a while."))
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.MARGIN] * 4)
        column.setSpacing(theme.GAP)
        for widget in (heading, sentence):
            column.addWidget(widget)
        column.addWidget(split, 1)
        column.addWidget(self.status)
        column.addWidget(buttons)
        self.setMinimumHeight(min(15 * row, 560))
        self.resize(860, 620)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(
                button is self.restore_button
            )  # Enter restores, wherever it was pressed last
        self.restore_button.setDefault(True)
        self._fill()
        self.list.setFocus()

    def restore(self) -> None:
        """Open the present one as an unsaved change."""
        restore(self._window, self._found[self._at()])
        self._drop(self._at())

    def restore_all(self) -> None:
        """Open all of them, and show the latest; of several texts of one file it is the latest's."""
        latest = restore(self._window, self._found.pop(0))
        while self._found:
            restore(self._window, self._found.pop(0))
        for editor in self._window.editors():
            if editor.document is latest:
                self._window.documents.setCurrentWidget(editor)
        self.accept()

    def discard(self) -> None:
        """Give the present one up."""
        if discard(self._found[self._at()]):
            self._drop(self._at())
        else:
            self.status.setText(tr("The disk does not take it now, so it was not discarded."))
            self.status.show()

    def done(self, result: int) -> None:
        """Close; what was not decided is offered again at the next start."""
        for one in self._found:
            one.journal.leave()
        self._found.clear()
        super().done(result)

    # --- showing ------------------------------------------------------------------------------

    def _fill(self) -> None:
        for one in self._found:
            name = tr("New agent, without a file") if one.path is None else one.path.name
            others = sum(one.path is not None and other.path == one.path for other in self._found) > 1
            item = QTreeWidgetItem([plain(name), shown_time(one.journal.when), _said(one, others)])
            item.setToolTip(0, tool_tip(str(one.path or "")))
            warns = one.changed_meanwhile or isinstance(one.disk, FileProblem) or not one.journal.said.whole
            item.setIcon(0, severity_icon("warning") if warns else icon("agent"))
            self.list.addTopLevelItem(item)
        self.list.setCurrentItem(self.list.rows()[0])
        self._show_present()
        self._fit()

    def _show_present(self) -> None:
        if self._found and self.list.topLevelItemCount() == len(self._found):
            one = self._found[self._at()]
            self.diff.show_texts(one.disk_text, one.text)
            said = words(counts(differences(one.disk_text, one.text)))
            self.diff.summary.setText(tr("What was not saved: {0}").format(said))
            self.diff.show_first_change()
        self.restore_all_button.setVisible(len(self._found) > 1)

    def _drop(self, at: int) -> None:
        """One is decided; without others the dialog closes."""
        del self._found[at]
        self.status.hide()
        if not self._found:
            self.accept()
            return
        self.list.blockSignals(True)
        self.list.takeTopLevelItem(at)
        self.list.blockSignals(False)
        self.list.setCurrentItem(self.list.rows()[min(at, len(self._found) - 1)])
        self._show_present()
        self.activateWindow()  # the agent that was opened has taken the focus
        self.list.setFocus()

    def _at(self) -> int:
        item = self.list.currentItem()
        return 0 if item is None else self.list.indexOfTopLevelItem(item)

    def _fit(self) -> None:
        room = self.list.room()
        name = min(self.list.needed(0) + 2 * side(self.list), room // 3)
        when = min(self.list.needed(1) + theme.GAP, room // 3)
        self.list.share(name, when, room - name - when)


def _on_disk(path: Path | None) -> Loaded | FileProblem | None:
    if path is None:
        return None
    try:
        return files.load(path)
    except FileProblem as problem:
        return problem


def _said(one: Recovered, others: bool) -> str:
    """How the text differs from what is on disk, and what became of the file meanwhile.

    ``others``: whether there are other unsaved texts of the same file.
    """
    said = []
    if one.path is None:
        said.append(tr("It was never saved."))
    elif isinstance(one.disk, FileProblem):
        if one.disk.code == "missing":
            said.append(tr("The file is gone. Saving makes it again."))
        else:
            said.append(tr("The file cannot be read now, so this is restored as a new agent."))
    else:
        said.append(words(counts(differences(one.disk_text, one.text))) + ".")
        if one.changed_meanwhile:
            said.append(
                tr("The file was changed meanwhile: restoring puts this in place of that change, too.")
            )
    if others:
        said.append(tr("There is another unsaved text of this file: what is restored last is a new agent."))
    if not one.journal.said.whole:
        said.append(tr("The end of it is damaged: the latest changes may be missing."))
    return " ".join(said)
