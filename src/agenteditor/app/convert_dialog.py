"""Convert for another program: choose it, read what that costs field by field, then write.

The report is made anew with every choice and shown beside the result before anything is written.
``core.convert`` does the work; nothing happens to the open document.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from agenteditor.app import dialogs, writing
from agenteditor.core.convert import Conversion, convert
from agenteditor.core.convert_report import Fate, counts
from agenteditor.core.dialects import by_name, dialects
from agenteditor.core.disk import is_folder, is_same, problems
from agenteditor.core.document import Document
from agenteditor.core.text import Refusal
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, severity_icon, side
from agenteditor.ui.preview_file import FileText
from agenteditor.ui.qtext import copied_whole, plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows


class ConvertDialog(QDialog):
    """The dialog. ``outcome`` is the conversion that is shown, or why there is none."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Convert for another program"))
        self._document = document
        self.target = QComboBox()
        for name, one in dialects().items():
            if one is not document.syntax.dialect:
                self.target.addItem(one.title, name)
        self.target.currentIndexChanged.connect(self._convert)
        self.list = self._make_list()
        self.text = FileText()
        self.text.setAccessibleName(self.tr("The file that would be written"))
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = self._add_button(self.tr("&Copy"), self._copy)
        self.save_button = self._add_button(self.tr("&Save as…"), self._save)
        self._buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self._buttons.rejected.connect(self.reject)
        self._arrange()
        self.save_button.setDefault(True)  # not before it is in the dialog: Qt would forget it
        self.resize(900, 640)
        self._convert()

    def _add_button(self, text: str, slot: object) -> QPushButton:
        button = self._buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.clicked.connect(slot)
        return button

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setSpacing(theme.GAP)
        source = QLabel(plain(self._document.syntax.dialect.title))
        source.setTextFormat(Qt.TextFormat.PlainText)
        form.addRow(self.tr("From"), source)
        label = QLabel(self.tr("&To"))
        label.setBuddy(self.target)
        # Underlined, “To” is wider than Qt measures it.
        label.setMinimumWidth(label.sizeHint().width() + theme.GAP)
        form.addRow(label, self.target)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.list)
        halves.addWidget(self.text)
        halves.setSizes([280, 240])
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.MARGIN)
        layout.addLayout(form)
        layout.addWidget(self.summary)
        layout.addWidget(halves, 1)
        layout.addWidget(self._buttons)

    def _make_list(self) -> SentenceRows:
        rows = SentenceRows(3, sentence=2)
        rows.setAccessibleName(self.tr("What becomes of each field"))
        rows.setHeaderLabels([self.tr("Becomes"), self.tr("Field"), self.tr("Why")])
        rows.resized.connect(self._fit)
        return rows

    def _fit(self) -> None:
        fate = self.list.needed(0) + side(self.list)
        field = min(self.list.needed(1), self.list.room() // 4)
        self.list.share(fate, field, self.list.room() - fate - field)

    def _convert(self) -> None:
        name = self._document.path.name if self._document.path is not None else None
        self.outcome = convert(self._document.syntax, by_name(self.target.currentData()), name)
        self._show_outcome()

    def _show_outcome(self) -> None:
        self.list.clear()
        made = isinstance(self.outcome, Conversion)
        if isinstance(self.outcome, Conversion):
            self._show(self.outcome)
        else:
            self.summary.setText(plain(self.outcome.reason))
            self.text.show_text("")
        self.save_button.setEnabled(made and not self._problems)
        self.copy_button.setEnabled(made)

    @property
    def _problems(self) -> tuple[str, ...]:
        return () if isinstance(self.outcome, Refusal) else self.outcome.problems

    def _show(self, made: Conversion) -> None:
        words = self._words()
        for problem in made.problems:
            self._add(severity_icon("error"), self.tr("refused"), "", problem)
        for item in made.items:
            self._add(_icon(item.fate), words[item.fate], item.field, item.reason)
        self._fit()
        if made.problems:
            sentence = self.tr("{0} would refuse this file. Mend the agent first.").format(
                made.target.program
            )
        elif made.widened:
            sentence = self.tr(
                "As a file of {0} the agent may do more than now: read what is widened."
            ).format(made.target.program)
        else:
            sentence = self.tr("{0}: {1}.").format(made.path, counts(made.items))
        self.summary.setText(plain(sentence))
        self.text.show_text(made.text)

    def _add(self, icon: QIcon, *texts: str) -> None:
        item = QTreeWidgetItem([plain(text) for text in texts])
        item.setIcon(0, icon)
        item.setToolTip(1, tool_tip(texts[1]))
        self.list.addTopLevelItem(item)

    def _words(self) -> dict[Fate, str]:
        return {
            "kept": self.tr("kept"),
            "approximated": self.tr("approximated"),
            "lost": self.tr("lost"),
            "widened": self.tr("widened"),
        }

    def _copy(self) -> None:
        assert isinstance(self.outcome, Conversion), "the button is off without a result"
        QGuiApplication.clipboard().setText(copied_whole(self.outcome.text))

    def _save(self) -> None:
        made = self.outcome
        assert isinstance(made, Conversion), "the button is off without a result"
        path = dialogs.ask_save_path(self, self._suggestion(made), made.target.table.ending)
        if path is None:
            return
        if self._document.path is not None and is_same(path, self._document.path):
            reason = self.tr("This is the file of the agent itself. Choose another name.")
            dialogs.say(self, self.tr("The file is not written."), reason)
            return

        def work() -> bool:
            with problems("save", path):
                path.parent.mkdir(parents=True, exist_ok=True)
            writing.replace(path, made.text)
            return True

        def then(done: bool | None) -> None:
            if self.outcome is made:  # nothing else was chosen meanwhile
                self._show_outcome()
                if done:
                    self.summary.setText(plain(self.tr("Written: {0}").format(str(path))))

        if not writing.write(self, path, work, self.tr("The file is not written."), then):
            self.summary.setText(plain(writing.saving(path)))
            self.save_button.setEnabled(False)

    def _suggestion(self, made: Conversion) -> Path:
        """Where the program looks for it, in the project that the open file belongs to; never that file."""
        path = self._document.path
        project = Path.cwd() if path is None else path.parent
        for folder in self._document.syntax.dialect.table.folders:
            if path is not None and path.parent.parts[-len(Path(folder).parts) :] == Path(folder).parts:
                project = path.parents[len(Path(folder).parts)]
        # A file dialog shows the nearest folder that is there.
        wanted = project / made.path
        if not is_folder(wanted.parent):
            wanted = project / wanted.name
        if path is not None and is_same(wanted, path):
            wanted = wanted.with_name(wanted.name.replace(".", f"-{self.target.currentData()}.", 1))
        return wanted


def _icon(fate: Fate) -> QIcon:
    return {
        "kept": lambda: coloured_icon("ok", "good"),
        "approximated": lambda: severity_icon("info"),
        "lost": lambda: severity_icon("warning"),
        "widened": lambda: severity_icon("error"),
    }[fate]()
