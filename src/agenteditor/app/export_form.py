"""The choices of an export as a form: where to, in which layout, for which program, and what it says."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from agenteditor.app import dialogs
from agenteditor.app.settings import Settings
from agenteditor.core import files
from agenteditor.core.dialects import dialects
from agenteditor.core.export import CLAUDE_CODE, CLAUDE_PLUGIN, LICENCES, Choices, Layout
from agenteditor.ui import theme
from agenteditor.ui.fields_text import LineEdit
from agenteditor.ui.flow_layout import FlowLayout
from agenteditor.ui.qtext import plain


class ExportForm(QWidget):
    """The form. ``changed`` says that `place` or `choices` give another answer than before."""

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.folder = self._line(settings.export_folder, self.tr("Catalog folder"))
        self.folder.setPlaceholderText(self.tr("The catalog’s folder; it may be new"))
        browse = QPushButton(self.tr("&Choose…"))
        browse.clicked.connect(self._browse)
        self.layouts: dict[Layout, QRadioButton] = {
            "folder": QRadioButton(self.tr("&Plain folder")),
            "categories": QRadioButton(self.tr("Category &folders")),
            "plugin": QRadioButton(self.tr("Plugin &marketplace")),
        }
        self.layouts[settings.export_layout].setChecked(True)
        self._group = QButtonGroup(self)
        for button in self.layouts.values():
            self._group.addButton(button)
        self._group.buttonClicked.connect(self._changed)
        self.zipped = self._box(self.tr("As one &zip file"))
        self.target = QComboBox()
        self.target.setAccessibleName(self.tr("Program the agents are for"))
        for name, one in dialects().items():
            if name != CLAUDE_PLUGIN:
                self.target.addItem(one.title, name)
        self.target.setCurrentIndex(self.target.findData(CLAUDE_CODE))
        self.target.currentIndexChanged.connect(self._changed)
        self._explained = QLabel()
        self._explained.setTextFormat(Qt.TextFormat.PlainText)
        self._explained.setWordWrap(True)
        self._explained.setForegroundRole(self._explained.foregroundRole().PlaceholderText)
        self.name = self._line("", self.tr("Name of the catalog"))
        self.name.setToolTip(self.tr("Lower case words with hyphens; by default what the folder is called"))
        self.owner = self._line(settings.export_owner, self.tr("Owner of the catalog"))
        self.owner.setPlaceholderText(self.tr("A person or a team"))
        self.version = self._line("", self.tr("Version of the plugins"))
        self.version.setPlaceholderText(self.tr("none"))
        self.version.setToolTip(
            self.tr("As 1.0.0. With a version, users get what changed only when you raise it.")
        )
        self.licence = self._licence_box(settings.export_licence)
        self.licence_file = self._line("", self.tr("File with the licence’s text"))
        self.licence_file.setPlaceholderText(self.tr("No LICENSE file"))
        licence = QPushButton(self.tr("Choose &text…"))
        licence.setToolTip(self.tr("Choose a file whose text becomes LICENSE"))
        licence.clicked.connect(self._browse_licence)
        self.strip = self._box(self.tr("Take out what does nothing in a pl&ugin"))
        self.prune = self._box(self.tr("&Remove files that only an earlier export had"))
        self._arrange(browse, licence)
        self._show_what_counts()

    # --- answers -------------------------------------------------------------------------------

    @property
    def place(self) -> Path | None:
        """Where to; None while nothing is chosen."""
        typed = self.folder.own().strip()
        if not typed:
            return None
        path = folder_meant(typed)
        if self.zipped.isChecked() and path.suffix.lower() != ".zip" and path.name:
            return path.with_name(f"{path.name}.zip")
        return path

    @property
    def layout_(self) -> Layout:
        """The layout that is chosen."""
        return next(layout for layout, button in self.layouts.items() if button.isChecked())

    def choices(self, accepted: frozenset[Path]) -> Choices:
        """What is chosen. Raises `FileProblem` where the licence's text cannot be read."""
        named = self.layout_ != "folder"
        licence = self.licence_file.own().strip()
        return Choices(
            layout=self.layout_,
            dialect=str(self.target.currentData()),
            zipped=self.zipped.isChecked(),
            name=self.name.own().strip() if named else "",
            owner=self.owner.own().strip() if named else "",
            spdx=self._spdx() if named else "",
            licence_text=files.load(folder_meant(licence)).text if licence else "",
            version=self.version.own().strip() if self.layout_ == "plugin" else "",
            strip=self.layout_ == "plugin" and self.strip.isChecked(),
            prune=self.prune.isChecked() and not self.zipped.isChecked(),
            accepted=accepted,
        )

    def remember(self, settings: Settings) -> None:
        """Keep for the next time what is likely to be the same then."""
        settings.export_folder = self.folder.own()
        settings.export_layout = self.layout_
        settings.export_owner = self.owner.own().strip()
        settings.export_licence = self._spdx()

    def _spdx(self) -> str:
        chosen = self.licence.currentText().strip()
        return "" if chosen == self.licence.itemText(0) else chosen

    # --- parts ---------------------------------------------------------------------------------

    def _line(self, text: str, name: str) -> LineEdit:
        line = LineEdit()
        line.agree(text)
        line.setAccessibleName(name)
        line.textChanged.connect(self._changed)
        return line

    def _box(self, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.toggled.connect(self._changed)
        return box

    def _licence_box(self, chosen: str) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setAccessibleName(self.tr("Licence"))
        box.addItems([self.tr("none"), *LICENCES])
        box.setCurrentText(chosen or box.itemText(0))
        box.currentTextChanged.connect(self._changed)
        return box

    def _arrange(self, browse: QPushButton, licence: QPushButton) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(theme.GAP)
        form.addRow(self._label(self.tr("F&older"), self.folder), _line_of(self.folder, browse))
        form.addRow(self.tr("Layout"), _flow_of(*self.layouts.values(), self.zipped))
        form.addRow("", self._explained)
        form.addRow(self._label(self.tr("Pro&gram"), self.target), _line_of(self.target))
        self._owner_label = self._label(self.tr("O&wner"), self.owner)
        self._version_label = self._label(self.tr("&Version"), self.version)
        self._name_row = _line_of(self.name, self._owner_label, self.owner)
        self._licence_row = _line_of(
            self.licence, self.licence_file, licence, self._version_label, self.version
        )
        self.version.setMaximumWidth(110)
        form.addRow(self._label(self.tr("&Name"), self.name), self._name_row)
        self._licence_label = self._label(self.tr("&Licence"), self.licence)
        form.addRow(self._licence_label, self._licence_row)
        form.addRow("", self.strip)
        form.addRow("", self.prune)
        self._form = form

    def _label(self, text: str, buddy: QWidget) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setBuddy(buddy)
        return label

    # --- what happens --------------------------------------------------------------------------

    def _changed(self) -> None:
        self._show_what_counts()
        self.changed.emit()

    def _show_what_counts(self) -> None:
        """Only what means something for the layout is there to be chosen."""
        layout = self.layout_
        program = self.target.currentData()
        self._explained.setText(self._explanation(layout))
        self._form.setRowVisible(self._name_row, layout != "folder")
        self.licence.setVisible(layout != "folder")
        self._licence_label.setBuddy(self.licence if layout != "folder" else self.licence_file)
        for widget in (self._version_label, self.version):
            widget.setVisible(layout == "plugin")
        self._form.setRowVisible(self.strip, layout == "plugin")
        self._form.setRowVisible(self.prune, not self.zipped.isChecked())
        self.layouts["plugin"].setEnabled(program == CLAUDE_CODE or layout == "plugin")
        place = self.place
        self.name.setPlaceholderText(
            plain(Choices(zipped=self.zipped.isChecked()).catalog_name(place)) if place is not None else ""
        )

    def _explanation(self, layout: Layout) -> str:
        if layout == "folder":
            return self.tr("All agents in one folder called “agents”; each file has its agent’s name.")
        if layout == "categories":
            return self.tr("Agents in a folder for each category, with an index of them in README.md.")
        return self.tr("A plugin for each category, as Claude Code installs them.")

    def _browse(self) -> None:
        present = self.place or Path.cwd()
        zipped = self.zipped.isChecked()
        chosen = dialogs.ask_zip_path(self, present) if zipped else dialogs.ask_folder(self, present)
        if chosen is not None:
            self.folder.agree(str(chosen))

    def _browse_licence(self) -> None:
        chosen = dialogs.ask_licence_file(self)
        if chosen is not None:
            self.licence_file.agree(str(chosen))


def _line_of(*widgets: QWidget) -> QWidget:
    """Widgets beside each other; fields and boxes share the room that is left."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.GAP)
    for widget in widgets:
        line.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    if not any(isinstance(widget, QLineEdit) for widget in widgets):
        line.addStretch(1)
    return holder


def _flow_of(*widgets: QWidget) -> QWidget:
    """Widgets beside each other, in more than one line where they need it."""
    holder = QWidget()
    flow = FlowLayout(holder, theme.GAP)
    for widget in widgets:
        flow.addWidget(widget)
    return holder


def folder_meant(typed: str) -> Path:
    """The folder that is meant: ~ is the home folder, ~name only if there is such a user."""
    try:
        return Path(typed).expanduser().absolute()
    except RuntimeError:
        return Path(typed).absolute()
