"""What the window shows while no agent is open: ways to begin, and what was open before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCommandLinkButton, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from agenteditor.ui import theme
from agenteditor.ui.icons import icon

_WIDTH = 460


class StartPage(QScrollArea):
    """The start page. ``opened`` is emitted with the path of a recent or detected place."""

    opened = Signal(str)

    def __init__(self, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.addStretch(1)
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        column.setMinimumWidth(320)
        self._column = QVBoxLayout(column)
        self._column.setSpacing(theme.GAP)
        outer.addWidget(column, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        self._title = _label(self.tr("Agent Editor"))
        self._column.addWidget(self._title)
        self._hint = _label(self.tr("Open an agent file, or drop files or a folder here."))
        self._column.addWidget(self._hint)
        for action in actions:
            self._column.addWidget(_link(action))
        self._places = QVBoxLayout()
        self._column.addLayout(self._places)
        self.setWidget(page)
        self._dress()

    def show_places(self, detected: list[Path], recent: list[Path]) -> None:
        """List folders found on this machine and what was open before; missing ones are greyed."""
        while (item := self._places.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for title, paths in ((self.tr("Found on this computer"), detected), (self.tr("Recent"), recent)):
            if paths:
                heading = _label(title)
                heading.setFont(theme.heading_font(self))
                heading.setContentsMargins(0, theme.MARGIN, 0, 0)
                self._places.addWidget(heading)
            for path in paths:
                self._places.addWidget(self._place(path))

    def _place(self, path: Path) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(icon("folder" if path.is_dir() else "agent"))
        button.setText(shortened(path))
        button.setAccessibleName(self.tr("Open {0}").format(path))
        button.setEnabled(path.exists())
        button.clicked.connect(lambda: self.opened.emit(str(path)))
        return button

    def _dress(self) -> None:
        self._title.setFont(theme.title_font(self))


def shortened(path: Path) -> str:
    """A path with the home folder as ~."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)


def detected_folders() -> list[Path]:
    """Folders where the reader looks for agents, if they are there: offered, never opened unasked."""
    places = [Path.cwd() / ".claude" / "agents", Path.home() / ".claude" / "agents"]
    return list(dict.fromkeys(place for place in places if place.is_dir()))


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _link(action: QAction) -> QCommandLinkButton:
    keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    button = QCommandLinkButton(action.text().replace("&", "").removesuffix("…"), keys)
    button.setIcon(action.icon())
    button.setAccessibleName(action.text().replace("&", ""))
    button.clicked.connect(action.trigger)
    return button
