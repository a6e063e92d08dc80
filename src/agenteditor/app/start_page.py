"""What the window shows while no agent is open: ways to begin, and what was open before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QFont, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from agenteditor.core.disk import is_folder, is_there
from agenteditor.ui import theme
from agenteditor.ui.icons import icon
from agenteditor.ui.qtext import menu_text, plain, tool_tip

_LETTERS = 70  # the width of the page
_LONGEST = 36  # letters of a folder's path; the rest is in the middle of it, and in the tooltip


class StartPage(QScrollArea):
    """The start page. ``opened`` is emitted with the path of a recent or detected place."""

    opened = Signal(object)  # a Path, which may hold what is not UTF-8

    def __init__(self, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.addStretch(2)
        self._column = QWidget()
        lines = QVBoxLayout(self._column)
        lines.setSpacing(theme.GAP)
        outer.addWidget(self._column, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        self._title = _label(self.tr("Agent Editor"))
        lines.addWidget(self._title)
        self._hint = _label(self.tr("Open an agent file, or drop files or a folder here."), muted=True)
        lines.addWidget(self._hint)
        lines.addSpacing(theme.GAP)
        begin = QGridLayout()
        begin.setColumnStretch(1, 1)
        self._links = [_link(action) for action in actions]
        for row, (link, action) in enumerate(zip(self._links, actions, strict=True)):
            begin.addWidget(link, row, 0)
            begin.addWidget(_label(_keys(action), muted=True), row, 1)
        lines.addLayout(begin)
        self._places = QGridLayout()
        self._places.setColumnStretch(1, 1)
        lines.addLayout(self._places)
        self.setWidget(page)
        self._dress()

    def take_focus(self) -> None:
        """Put the focus on the first way to begin."""
        self._links[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_places(self, detected: list[Path], recent: list[Path]) -> None:
        """List folders found on this machine and what was open before; missing ones are greyed."""
        while (item := self._places.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        row = 0
        for title, paths in ((self.tr("Found on this computer"), detected), (self.tr("Recent"), recent)):
            if paths:
                heading = _label(title)
                heading.setFont(theme.heading_font(self))
                heading.setContentsMargins(0, theme.MARGIN, 0, 0)
                self._places.addWidget(heading, row, 0, 1, 2)
            for row_of_path, path in enumerate(paths, row + 1):
                self._places.addWidget(self._place(path), row_of_path, 0)
                where = _label(_elided(shortened(path.parent)), muted=True)
                where.setToolTip(tool_tip(str(path)))
                self._places.addWidget(where, row_of_path, 1)
            row += len(paths) + 1

    def _place(self, path: Path) -> QToolButton:
        button = _button(path.name or str(path))
        button.setIcon(icon("folder" if is_folder(path) else "agent"))
        button.setAccessibleName(plain(self.tr("Open {0}").format(path)))
        button.setEnabled(is_there(path))
        button.clicked.connect(lambda: self.opened.emit(path))
        return button

    def _dress(self) -> None:
        """Follow the size of the application's font."""
        self._title.setFont(theme.title_font(self))
        self._column.setFixedWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._title.setFont(QFont())
            self._dress()


def shortened(path: Path) -> str:
    """A path with the home folder as ~."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)


def detected_folders() -> list[Path]:
    """Folders where the reader looks for agents, if they are there: offered, never opened unasked."""
    places = [Path.cwd() / ".claude" / "agents", Path.home() / ".claude" / "agents"]
    return list(dict.fromkeys(place for place in places if is_folder(place)))


def _elided(path: str) -> str:
    """At most ``_LONGEST`` letters, the middle left out."""
    if len(path) <= _LONGEST:
        return path
    half = _LONGEST // 2
    return f"{path[: half - 1]}…{path[-half:]}"


def _label(text: str, *, muted: bool = False) -> QLabel:
    label = QLabel(plain(text))
    label.setTextFormat(Qt.TextFormat.PlainText)
    if muted:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setText(menu_text(text))
    return button


def _link(action: QAction) -> QToolButton:
    button = _button(action.text().replace("&", "").removesuffix("…"))
    button.setIcon(action.icon())
    button.clicked.connect(action.trigger)
    return button


def _keys(action: QAction) -> str:
    return action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
