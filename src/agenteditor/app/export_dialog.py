"""Export to a catalog folder: choose, look at the plan, write.

The plan is made anew with every choice and shown before anything is written; what is refused says
why. ``core.export`` does the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from agenteditor.app import dialogs
from agenteditor.app.settings import Settings
from agenteditor.core import export
from agenteditor.core.export import Layout, Plan, Source, State
from agenteditor.core.files import FileProblem
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows


class ExportDialog(QDialog):
    """The dialog. ``sources`` are the agents to export; ``settings`` remember folder and layout."""

    def __init__(self, sources: Sequence[Source], settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export to catalog"))
        self._sources = sources
        self._settings = settings
        self.plan: Plan | None = None
        self.folder = QLineEdit(settings.export_folder)
        self.folder.setPlaceholderText(self.tr("The catalog’s folder; it may be new"))
        self.folder.setAccessibleName(self.tr("Catalog folder"))
        self.folder.textChanged.connect(self._make_plan)
        browse = QPushButton(self.tr("&Choose…"))
        browse.clicked.connect(self._browse)
        self.layouts: dict[Layout, QRadioButton] = {
            "folder": QRadioButton(self.tr("&Plain folder: agents/<name>.md")),
            "plugin": QRadioButton(
                self.tr("Plugin &marketplace: a plugin a sub-folder, manifests, an index")
            ),
        }
        group = QButtonGroup(self)
        for button in self.layouts.values():
            group.addButton(button)
        self.layouts[settings.export_layout].setChecked(True)
        group.buttonClicked.connect(self._make_plan)
        self.list = self._make_list()
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self._buttons.addButton(
            self.tr("&Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._buttons.accepted.connect(self._write)
        self._buttons.rejected.connect(self.reject)
        self._arrange(browse)
        self.resize(760, 560)
        self._make_plan()

    def _arrange(self, browse: QPushButton) -> None:
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        form = QFormLayout()
        form.setSpacing(theme.GAP)
        label = QLabel(self.tr("&Folder"))
        label.setBuddy(self.folder)
        form.addRow(label, where)
        choices = QVBoxLayout()
        for button in self.layouts.values():
            choices.addWidget(button)
        form.addRow(self.tr("Layout"), choices)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.MARGIN)
        layout.addLayout(form)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.summary)
        layout.addWidget(self._buttons)

    def _make_list(self) -> SentenceRows:
        rows = SentenceRows(3, sentence=2)
        rows.setAccessibleName(self.tr("What would be written"))
        rows.setHeaderLabels([self.tr("What happens"), self.tr("File"), self.tr("Why")])
        rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        rows.resized.connect(self._fit)
        return rows

    def _fit(self) -> None:
        """The reasons have what is left by the files, and half of the width at least."""
        state = self.list.needed(0) + side(self.list)
        left = self.list.room() - state
        file = min(self.list.needed(1), left // 2)
        self.list.share(state, file, left - file)

    def _browse(self) -> None:
        chosen = dialogs.ask_folder(self, Path(self.folder.text() or Path.cwd()))
        if chosen is not None:
            self.folder.setText(str(chosen))

    @property
    def layout_(self) -> Layout:
        """The layout that is chosen."""
        return "plugin" if self.layouts["plugin"].isChecked() else "folder"

    def _make_plan(self) -> None:
        folder = self.folder.text().strip()
        self.plan = export.plan(self._sources, _folder(folder), self.layout_) if folder else None
        self.list.clear()
        if self.plan is None:
            self._show_summary(self.tr("Choose a folder to see what would be written."), False)
            return
        words = _words()
        for entry in self.plan.entries:
            item = QTreeWidgetItem([words[entry.state], plain(entry.path), plain(entry.note)])
            item.setIcon(0, _ICONS[entry.state]())
            item.setToolTip(1, tool_tip(entry.path))
            self.list.addTopLevelItem(item)
        for refused in self.plan.refused:
            texts = [self.tr("refused"), plain(refused.path.name), plain(refused.reason)]
            item = QTreeWidgetItem(texts)
            item.setIcon(0, severity_icon("error"))
            item.setToolTip(1, tool_tip(str(refused.path)))
            self.list.addTopLevelItem(item)
        self._fit()
        todo = sum(entry.state in ("new", "replaced") for entry in self.plan.entries)
        kept = sum(entry.state == "conflict" for entry in self.plan.entries)
        sentence = self.plan.problem or self.tr("{0} to write, {1} kept as they are, {2} refused.").format(
            todo, kept, len(self.plan.refused)
        )
        self._show_summary(sentence, bool(todo) and not self.plan.problem)

    def _show_summary(self, sentence: str, possible: bool) -> None:
        self.summary.setText(sentence)
        self.export_button.setEnabled(possible)

    def _write(self) -> None:
        assert self.plan is not None, "the button is off without a plan"
        try:
            written = export.write(self.plan)
        except FileProblem as problem:
            dialogs.say(self, self.tr("The export stopped."), str(problem))
            self._make_plan()
            return
        self._settings.export_folder = self.folder.text()
        self._settings.export_layout = self.layout_
        self._make_plan()
        self.summary.setText(
            self.tr("Written: {0} files, each read back. {1}").format(len(written), self._hint())
        )
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("Close"))

    def _hint(self) -> str:
        if self.layout_ != "plugin":
            return ""
        return self.tr("To use it: /plugin marketplace add {0}").format(_folder(self.folder.text().strip()))


def _folder(typed: str) -> Path:
    """The folder that is meant: ~ is the home folder, ~name only if there is such a user."""
    try:
        return Path(typed).expanduser().absolute()
    except RuntimeError:
        return Path(typed).absolute()


def _words() -> dict[State, str]:
    return {"new": "new", "replaced": "replaced", "same": "unchanged", "conflict": "kept"}


_ICONS = {
    "new": lambda: icon("add"),
    "replaced": lambda: icon("refresh"),
    "same": lambda: coloured_icon("ok", "good"),
    "conflict": lambda: severity_icon("warning"),
}
