"""The saved versions of a file: when, how large, what changed, and the way back to one of them.

Restoring is one change of the open document, which undo takes back; nothing is written.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from agenteditor.app import dialogs, writing
from agenteditor.app.recovery import recovery_of
from agenteditor.app.titles import title
from agenteditor.app.window import Window
from agenteditor.core.differences import counts, differences
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import FileProblem
from agenteditor.core.saved_versions import Version, text_of, versions
from agenteditor.core.text import diff
from agenteditor.ui import labels, theme
from agenteditor.ui.diff_rows import words
from agenteditor.ui.diff_view import DiffView, framed
from agenteditor.ui.icons import severity_icon
from agenteditor.ui.qtext import plain
from agenteditor.ui.sentence_rows import SentenceRows

_MOST_COMPARED = 200_000  # bytes of a version that is compared with the one before, so that listing is quick


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("saved_versions_dialog", text)


def show_versions(window: Window) -> None:
    """Show the versions of the file that is shown."""
    recovery_of(window).finish_versions()
    dialog = SavedVersionsDialog(window.present_editor().document, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def shown_time(seconds: float) -> str:
    """A time, in seconds since 1970, as people here write it."""
    moment = QDateTime.fromSecsSinceEpoch(int(seconds))
    return QLocale().toString(moment, QLocale.FormatType.ShortFormat)


class SavedVersionsDialog(QDialog):
    """The dialog about one open document."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._versions = versions(document.path)
        self._texts: dict[int, str | FileProblem] = {}  # those that were read
        self.setWindowTitle(plain(tr("Saved versions of {0}").format(title(document))))
        self.list = SentenceRows(3, sentence=2)
        self.list.setAccessibleName(tr("Saved versions"))
        self.list.setHeaderLabels([tr("Saved"), tr("Size"), tr("What it changed")])
        self.list.resized.connect(self._fit)
        self.list.currentItemChanged.connect(lambda *_items: self._show_present())
        self.diff = DiffView(
            old_title=tr("This version"), new_title=tr("Now"), empty=tr("This version is what is there now.")
        )
        self._unreadable = _note("")
        self._pages = QStackedWidget()
        for page in (self.diff, self._unreadable):
            self._pages.addWidget(page)
        self.list.setMinimumHeight(4 * (self.list.fontMetrics().height() + theme.MARGIN))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(framed(self._pages))
        split.setSizes([180, 320])
        split.setStretchFactor(1, 1)
        shown = QStackedWidget()
        shown.addWidget(split)
        shown.addWidget(_note(self._nothing()))
        shown.setCurrentIndex(0 if self._versions else 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.restore_button = buttons.addButton(tr("&Restore"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.copy_button = buttons.addButton(tr("Save a c&opy…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.restore_button.clicked.connect(self.restore)
        self.copy_button.clicked.connect(self.save_copy)
        buttons.rejected.connect(self.reject)
        for button in (self.restore_button, self.copy_button):
            button.setVisible(bool(self._versions))
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.MARGIN] * 4)
        column.setSpacing(theme.GAP)
        column.addWidget(shown, 1)
        column.addWidget(buttons)
        if self._versions:
            self.setMinimumHeight(360)
            self.resize(860, 600)
        else:
            self.resize(460, 180)
        close_button = buttons.button(QDialogButtonBox.StandardButton.Close)
        entered = self.restore_button if self._versions else close_button
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(button is entered)  # Enter restores, wherever it was pressed last
        entered.setDefault(True)
        self._fill()
        (self.list if self._versions else close_button).setFocus()

    def restore(self) -> None:
        """Give the document the text of the present version, as one change, and close."""
        text = self._present_text()
        if text is not None:
            label = tr("Restore the version of {0}").format(shown_time(self._present().time))
            self._document.apply(Transaction(diff(self._document.text, text), label))
            self.accept()

    def save_copy(self) -> None:
        """Write the present version to another file."""
        text = self._present_text()
        if text is None:
            return
        path = self._document.path or Path.cwd() / "agent.md"
        target = dialogs.ask_save_path(self, path.with_stem(f"{path.stem}-earlier"))
        if target is None:
            return
        words = self.copy_button.text()

        def then(done: bool | None) -> None:
            self.copy_button.setText(words)
            self._show_present()
            window = self.parentWidget()
            if done and isinstance(window, Window):
                window.say(writing.saved(target))

        failed = tr("The copy is not saved.")
        if not writing.write(self, target, partial(writing.replace, target, text), failed, then):
            self.copy_button.setText(tr("Saving…"))
            self.copy_button.setEnabled(False)

    # --- showing ------------------------------------------------------------------------------

    def _nothing(self) -> str:
        if self._document.path is None:
            return tr("This agent was never saved. A version is kept with every save.")
        return tr("No version of this file is kept yet. One is kept with every save.")

    def _fill(self) -> None:
        locale = QLocale()
        for version in self._versions:
            item = QTreeWidgetItem([shown_time(version.time), locale.formattedDataSize(version.size, 1)])
            self.list.addTopLevelItem(item)
        if self._versions:
            self.list.setCurrentItem(self.list.rows()[0])
            self._describe(0)
        self._fit()

    def _describe(self, at: int) -> None:
        """Say what a version changed, and then the next: comparing them all at once would take too long."""
        item = self.list.topLevelItem(at)
        if item is None:
            return
        item.setText(2, self._said(at))
        if isinstance(self._text(at), FileProblem):
            item.setIcon(0, severity_icon("warning"))
            self._fit()
        QTimer.singleShot(0, self, lambda: self._describe(at + 1))

    def _text(self, at: int) -> str | FileProblem:
        if at not in self._texts:
            try:
                self._texts[at] = text_of(self._versions[at])
            except FileProblem as problem:
                self._texts[at] = problem
        return self._texts[at]

    def _said(self, at: int) -> str:
        version, text = self._versions[at], self._text(at)
        before = self._text(at + 1) if at + 1 < len(self._versions) else None
        if isinstance(text, FileProblem):
            return tr("The copy is damaged")
        said = [tr("Recovered and discarded")] if version.reason == "discarded" else []
        if before is None:
            first = version.reason == "found"
            said.append(tr("As it was before the first save here") if first else tr("The first one kept"))
        elif isinstance(before, str) and max(len(text), len(before)) <= _MOST_COMPARED:
            said.append(words(counts(differences(before, text))))
        return ": ".join(filter(None, said))

    def _show_present(self) -> None:
        text = self._text(self._at())
        readable = isinstance(text, str)
        if isinstance(text, FileProblem):
            self._unreadable.setText(plain(str(text)))
        else:
            self.diff.show_texts(text, self._document.text)
            said = words(counts(differences(text, self._document.text)))
            self.diff.summary.setText(tr("Since this version: {0}").format(said))
            self.diff.show_first_change()
        self._pages.setCurrentIndex(0 if readable else 1)
        self.restore_button.setEnabled(readable and text != self._document.text)
        self.copy_button.setEnabled(readable)

    def _at(self) -> int:
        item = self.list.currentItem()
        return 0 if item is None else self.list.indexOfTopLevelItem(item)

    def _present(self) -> Version:
        return self._versions[self._at()]

    def _present_text(self) -> str | None:
        text = self._text(self._at())
        return text if isinstance(text, str) else None

    def _fit(self) -> None:
        time, size = (self.list.needed(column) + theme.GAP for column in (0, 1))
        self.list.share(time, size, self.list.room() - time - size)


def _note(text: str) -> QLabel:
    label = labels.wrapped(text)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setForegroundRole(label.foregroundRole().PlaceholderText)
    label.setMargin(2 * theme.MARGIN)
    return label
