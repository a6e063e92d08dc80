"""A folder of agents as a list: filter, open, and a sign for the worst problem of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from agenteditor.core import files
from agenteditor.core.catalog import agent_files
from agenteditor.core.checks import Diagnostic, check
from agenteditor.core.files import FileProblem
from agenteditor.core.rule_settings import RuleSettings, applied, found
from agenteditor.core.syntax import parse_at
from agenteditor.ui import theme
from agenteditor.ui.icons import icon, severity_icon, worst_icon
from agenteditor.ui.qtext import plain, tool_tip

_ROW = 28  # pixels: the least height
_AT_ONCE = 8  # files checked between two looks at the event queue
_PATH, _NAME = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class CatalogView(QWidget):
    """The list of a folder's agents. ``opened`` carries the path of the one chosen."""

    opened = Signal(object)  # a Path, whose name may hold what is not UTF-8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(160)
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setFont(theme.heading_font(self._title))
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Filter"))
        self._filter.setAccessibleName(self.tr("Filter the agents"))
        self._filter.setClearButtonEnabled(True)
        self._filter.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._filter.textChanged.connect(self._apply_filter)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Agents of the folder"))
        self._list.setFrameShape(QListWidget.Shape.NoFrame)
        self._list.setUniformItemSizes(True)
        self._list.itemActivated.connect(self._open)
        self._list.itemClicked.connect(self._open)
        self._nothing = QLabel()
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setWordWrap(True)
        self._nothing.setForegroundRole(self._nothing.foregroundRole().PlaceholderText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.MARGIN, theme.GAP, theme.GAP, theme.GAP)
        layout.setSpacing(theme.GAP)
        for widget in (self._title, self._filter, self._nothing):
            layout.addWidget(widget)
        layout.addWidget(self._list, 1)
        self._settings: dict[Path, RuleSettings] = {}
        self._waiting: Iterator[QListWidgetItem] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._check_some)

    def set_folder(self, folder: Path) -> None:
        """List the agents of a folder; their problems are looked for while the window stays usable."""
        unreadable: list[str] = []
        paths = agent_files(folder, lambda error: unreadable.append(str(error.filename)))
        self._title.setText(plain(folder.name or str(folder)))
        self._title.setToolTip(tool_tip(str(folder)))
        self._list.clear()
        row = max(_ROW, self._list.fontMetrics().height() + theme.GAP)
        same = Counter(path.stem for path in paths)
        for path in paths:
            name = path.stem if same[path.stem] == 1 else f"{path.stem} — {path.parent.name}"
            item = QListWidgetItem(icon("agent"), plain(name))
            item.setData(_PATH, path)
            item.setData(_NAME, plain(name))
            item.setToolTip(tool_tip(str(path.relative_to(folder))))
            item.setSizeHint(QSize(0, row))
            self._list.addItem(item)
        self._settings = {parent: found(parent / "x.md") for parent in {path.parent for path in paths}}
        self._check_all()
        self._apply_filter()
        if unreadable:
            self._nothing.setText(plain(self.tr("Cannot list: {0}").format(", ".join(unreadable))))
            self._nothing.show()

    def read_settings(self) -> None:
        """Look at the settings files again; where one says something else now, the problems are too."""
        settings = {parent: found(parent / "x.md", before) for parent, before in self._settings.items()}
        if settings != self._settings:
            self._settings = settings
            self._check_all()

    def first(self) -> Path | None:
        """The first agent of the folder."""
        item = self._list.item(0)
        return cast(Path, item.data(_PATH)) if item is not None else None

    def take_focus(self) -> None:
        """Put the focus into the list."""
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def mark(self, path: Path, modified: bool, problems: Sequence[Diagnostic]) -> None:
        """Say that an open agent has unsaved changes, and its problems now."""
        for row in range(self._list.count()):
            item = self._list.item(row)
            if item.data(_PATH) == path:
                text = item.data(_NAME) + (" ●" if modified else "")
                if item.text() != text:
                    item.setText(text)
                _badge(item, problems)

    def show_present(self, path: Path | None) -> None:
        """Select the agent that is shown in the window, if it is one of these."""
        for row in range(self._list.count()):
            item = self._list.item(row)
            if item.data(_PATH) == path and item is not self._list.currentItem():
                self._list.setCurrentItem(item)

    def _open(self, item: QListWidgetItem) -> None:
        self.opened.emit(item.data(_PATH))

    def _apply_filter(self) -> None:
        words = self._filter.text().casefold().split()
        left = 0
        for row in range(self._list.count()):
            item = self._list.item(row)
            hidden = not all(word in str(item.data(_PATH)).casefold() for word in words)
            item.setHidden(hidden)
            left += not hidden
        self._nothing.setVisible(not left)
        self._nothing.setText(
            self.tr("No agent here has this in its name.")
            if words
            else self.tr("This folder holds no .md files.")
        )

    def _check_all(self) -> None:
        self._waiting = iter([self._list.item(row) for row in range(self._list.count())])
        self._timer.start()

    def _check_some(self) -> None:
        for _ in range(_AT_ONCE):
            item = next(self._waiting, None)
            if item is None:
                self._timer.stop()
                return
            if item.text() != item.data(_NAME):
                continue  # open with unsaved changes: `mark` knows its problems
            path = item.data(_PATH)
            try:
                text = files.load(path).text
            except FileProblem as problem:
                item.setIcon(severity_icon("error"))
                item.setToolTip(tool_tip(str(problem)))
                continue
            syntax = parse_at(text, path)
            settings = self._settings[path.parent]
            problems = check(syntax, syntax.dialect.place, path.name, settings.wanted)
            _badge(item, applied(problems, settings))


def _badge(item: QListWidgetItem, problems: Sequence[Diagnostic]) -> None:
    """The worst problem as an icon, and how many there are as the item's description."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = sum(problem.severity == "warning" for problem in problems)
    item.setIcon(worst_icon(problems) or icon("agent"))
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, f"{errors} errors, {warnings} warnings")
