"""What saves that were cut off have left behind: temporary files are removed, half-written files mended.

Looked for once the window is shown, and in each folder that is opened later: one folder at a time,
between other events.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox

from agenteditor.app import saving
from agenteditor.app.settings import settings_path
from agenteditor.app.window import Window
from agenteditor.core import files
from agenteditor.core.document import Change, Document, Transaction
from agenteditor.core.files import FileProblem, Unfinished
from agenteditor.core.text import diff
from agenteditor.ui.review_dialog import Remark, ReviewDialog

_LEAVE = 2  # what the dialog ends with, beside accepted and rejected


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("leftovers", text)


def look_after(window: Window) -> None:
    """Remove what was left, now and in each folder that is opened; offer to mend half-written files."""
    sweeper = Sweeper(window)
    state = files.state_folder()
    with suppress(OSError):
        sweeper.add([state, *(entry for entry in state.iterdir() if entry.is_dir())])
    sweeper.add([settings_path(os.environ).parent])
    sweeper.add(Path(name).parent for name in window.settings.recent_files)
    offer(window, files.unfinished())


class Sweeper(QObject):
    """Removes old temporary files of ours from folders, each of which is looked at once."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._seen: set[Path] = set()
        self._waiting: deque[Path] = deque()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        window.catalog.listed.connect(self._add_listed)
        window.documents.currentChanged.connect(self._add_shown)
        self._add_listed()
        self._add_shown()

    @property
    def busy(self) -> bool:
        """Whether folders are waiting."""
        return self._timer.isActive()

    def add(self, folders: Iterable[Path]) -> None:
        """Look at these too, as far as that was not done yet."""
        fresh = [folder for folder in dict.fromkeys(folders) if folder not in self._seen]
        self._seen.update(fresh)
        self._waiting.extend(fresh)
        if self._waiting:
            self._timer.start(0)

    def _add_listed(self) -> None:
        catalog = self._window.catalog
        self.add([*catalog.folders(), *{path.parent for path in catalog.paths()}])

    def _add_shown(self) -> None:
        editor = self._window.editor
        if editor is not None and editor.document.path is not None:
            self.add([editor.document.path.absolute().parent])

    def _step(self) -> None:
        if self._waiting:
            with suppress(OSError):  # gone, or closed to us: nothing of ours to be removed there
                files.remove_leftovers(self._waiting.popleft())
        if not self._waiting:
            self._timer.stop()


def offer(window: Window, found: Sequence[Unfinished]) -> None:
    """Show each half-written file with the old text that was kept of it, and do what is chosen."""
    if not found:
        return
    one, rest = found[0], found[1:]
    try:
        present: str | None = files.load(one.path).text
    except FileProblem:
        present = None
    old = files.decode(one.old)
    happened = tr("The program was ended, or the power failed, while it was overwriting {0}.")
    now = (
        tr("It cannot be read now.")
        if present is None
        else tr("What is in it now is neither the old text nor the new one.")
    )
    kept = tr("The old text was kept. Restored, it is an unsaved change: the file changes when you save it.")
    remarks = [
        Remark("warning", "warning", f"{happened.format(one.path)} {now}"),
        Remark("ok", "good", kept),
    ]
    dialog = ReviewDialog(
        tr("A save was cut off"),
        tr("{0} may be only half written").format(one.path.name),
        remarks,
        (present or "", old),
        accept=tr("&Restore the old text"),
        parent=window,
    )
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None, "a review dialog has buttons"
    box.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Decide &later"))
    leave = box.addButton(tr("Leave it as it &is"), QDialogButtonBox.ButtonRole.DestructiveRole)
    leave.setToolTip(tr("The old text that was kept is deleted then."))
    leave.clicked.connect(lambda: dialog.done(_LEAVE))

    def decided(answer: int) -> None:
        dialog.deleteLater()
        if answer == QDialog.DialogCode.Accepted:
            restore(window, one, readable=present is not None)
        elif answer == _LEAVE:
            _forget(one)
        offer(window, rest)

    dialog.finished.connect(decided)
    dialog.open()


def restore(window: Window, one: Unfinished, *, readable: bool) -> None:
    """Open the file with its old text as an unsaved change. The copy is kept until that is saved."""
    old = files.decode(one.old)
    editor = window.documents.of(one.path)
    if editor is not None:
        document = editor.document
        window.documents.setCurrentWidget(editor)
    else:  # not as it would be opened: half written, it may be nothing that is edited
        opened = saving.opened(window, one.path) if readable else None
        document = opened or Document(old, one.path, saved_text="")
    document.apply(Transaction(diff(document.text, old), tr("Restore the old text")))
    if editor is None:
        window.add_document(document)
    stamp = document.stamp

    def look(_change: Change) -> None:
        if document.stamp is not stamp and not document.modified:
            _forget(one)
            unsubscribe()

    unsubscribe = document.subscribe(look)


def _forget(one: Unfinished) -> None:
    with suppress(OSError):  # another window was quicker, or it is asked about again
        one.copy.unlink()
