"""Judge the catalog: who would take a request, what the descriptions cost, who overlaps, whose name is taken.

The window stays usable beside it: a row opens its agent there. Texts of open editors count as they are shown.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from agenteditor.app import dialogs, writing
from agenteditor.app.judge_work import JudgeWork
from agenteditor.app.window import Window
from agenteditor.core.catalog_known import KnownAnswers
from agenteditor.core.catalog_report import catalog_report
from agenteditor.core.judgement import Judgement
from agenteditor.ui import theme
from agenteditor.ui.icons import icon
from agenteditor.ui.judge_pages import BudgetPage, DuplicatePage, ExamplePage, OverlapPage
from agenteditor.ui.judge_who import WhoView
from agenteditor.ui.qtext import plain, title_text


def judge(window: Window) -> None:
    """Show the judgement over the folders of a window; one that is open already comes to the front."""
    folders = [folder.absolute() for folder in window.catalog.folders()]
    for there in window.findChildren(JudgeDialog):
        if there.folders == folders and there.isVisible():
            there.raise_()
            there.activateWindow()
            return

    def texts() -> Mapping[Path, str]:
        documents = [editor.document for editor in window.editors()]
        return {document.path.absolute(): document.text for document in documents if document.path}

    dialog = JudgeDialog(folders, texts, window, window.catalog.known)
    dialog.opened.connect(lambda path: window.open_paths([path]))
    dialog.show()


class JudgeDialog(QDialog):
    """The dialog about folders, one at least. ``texts`` gives the texts that are open, by absolute path;
    ``known`` is what was found out about files before.

    ``opened`` carries the Path of an agent that was chosen.
    """

    opened = Signal(object)

    def __init__(
        self,
        folders: Sequence[Path],
        texts: Callable[[], Mapping[Path, str]],
        parent: QWidget | None = None,
        known: KnownAnswers | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = ", ".join(folder.name or str(folder) for folder in folders)
        self.setWindowTitle(title_text(self.tr("Judge the catalog: {0}").format(names)))
        self.folders, self._texts, self._known = list(folders), texts, known
        self.folder = Path(os.path.commonpath(folders))  # places are told from here
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(180)
        self.stop_button = QPushButton(self.tr("S&top"))
        self.stop_button.clicked.connect(self.stop)
        self.again_button = QPushButton(icon("refresh"), self.tr("&Look again"))
        self.again_button.clicked.connect(self.look)
        self.who = WhoView()
        self.budget, self.overlaps = BudgetPage(), OverlapPage()
        self.duplicates, self.examples = DuplicatePage(), ExamplePage()
        self.pages = (self.budget, self.overlaps, self.duplicates, self.examples)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for named in (self.tabs, self.tabs.tabBar()):
            named.setAccessibleName(self.tr("Parts of the judgement"))
        for view in (self.who, *self.pages):
            view.opened.connect(self.opened)
            self.tabs.addTab(view, "")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save_button = buttons.addButton(self.tr("&Save report…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.setIcon(icon("save"))
        self.save_button.clicked.connect(self._save)
        buttons.rejected.connect(self.reject)
        for button in (self.stop_button, self.again_button, *buttons.buttons()):
            assert isinstance(button, QPushButton)
            button.setAutoDefault(False)  # Enter belongs to the request and the rows
        top = QHBoxLayout()
        top.setSpacing(theme.GAP)
        top.addWidget(self.summary, 1)
        for widget in (self.progress, self.stop_button, self.again_button):
            top.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.MARGIN)
        layout.addLayout(top)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(buttons)
        self.setMinimumSize(520, 420)
        self.resize(940, 640)
        self.who.request.setFocus()
        self.work = self._started()

    def look(self) -> None:
        """Read the folder again, and judge it as it is now."""
        self.stop()
        self.work.deleteLater()
        self.work = self._started()

    def stop(self) -> None:
        """Stop the work; what is known by then stays."""
        if self.work.running:
            self.work.stop()
            self.summary.setText(self.tr("Stopped. “Look again” starts anew."))
            if self.work.index is None:
                self.who.rows.show_nothing(self.summary.text())
            for page in self.pages:
                page.show_waiting(self.summary.text())
        self._working(False)

    def done(self, result: int) -> None:
        """Close, by whichever way, and leave no work behind."""
        self.work.stop()
        super().done(result)

    def _started(self) -> JudgeWork:
        work = JudgeWork(self.folders, self._texts(), self._known, self)
        work.stepped.connect(self._step)
        work.indexed.connect(lambda: self.who.show_index(work.index, self.folder))
        work.finished.connect(self._finish)
        self.who.show_index(None, self.folder)
        for page in self.pages:
            page.show_waiting(self.tr("The agents are being compared…"))
        self._name_tabs(None)
        self._working(True)
        return work

    def _working(self, on: bool) -> None:
        self.progress.setVisible(on)
        self.stop_button.setVisible(on)
        self.again_button.setVisible(not on)
        self.save_button.setEnabled(not on and self.work.judgement is not None)

    def _step(self, words: str, done: int, whole: int) -> None:
        self.progress.setRange(0, max(whole, 1))
        self.progress.setValue(done)
        text = self.tr("{0}…").format(words)
        if self.summary.text() != text:
            self.summary.setText(text)

    def _finish(self) -> None:
        judgement = self.work.judgement
        assert judgement is not None, "the work says so"
        for page in self.pages:
            page.show_judgement(judgement, self.folder)
        self._name_tabs(judgement)
        self.summary.setText(plain(self._said(judgement)))
        self._working(False)

    def _said(self, judgement: Judgement) -> str:
        unread = sum(file.agent is None for file in self.work.files)
        said = [
            self.tr("{0} of {1} files load as agents. {2} to mend, {3} to know.").format(
                judgement.loading,
                len(self.work.files),
                len(judgement.of("warning")),
                len(judgement.of("note")),
            )
        ]
        if unread:
            said.append(self.tr("{0} could not be read.").format(unread))
        if self.work.unlisted:
            said.append(self.tr("Cannot list: {0}").format(", ".join(self.work.unlisted)))
        return " ".join(said)

    def _name_tabs(self, judgement: Judgement | None) -> None:
        counts: list[int | None] = [None, None]
        if judgement is not None:
            pairs = len(judgement.overlaps) + len(judgement.same)
            counts += [pairs, len(judgement.duplicates), len(judgement.strays)]
        titles = (
            self.tr("&Who would take this?"),
            self.tr("&Budget"),
            self.tr("&Overlaps"),
            self.tr("&Duplicates"),
            self.tr("Own &examples"),
        )
        for index, title in enumerate(titles):
            count = counts[index] if index < len(counts) else None
            self.tabs.setTabText(index, title if count is None else f"{title} ({count})")

    def _save(self) -> None:
        judgement = self.work.judgement
        assert judgement is not None, "the button is off without one"
        path = dialogs.ask_page_path(self, self.folder.parent / f"{self.folder.name}-report.html")
        if path is None:
            return
        page = catalog_report(self.folder, judgement, self.work.files)
        before = self.summary.text()

        def then(done: bool | None) -> None:
            if self.summary.text() in (before, late):  # it may say something else by now
                self.summary.setText(plain(writing.saved(path)) if done else before)
            self._working(self.work.running)

        late = plain(writing.saving(path))
        failed = self.tr("The report is not saved.")
        if not writing.write(self, path, partial(writing.replace, path, page), failed, then):
            self.summary.setText(late)
            self.save_button.setEnabled(False)
