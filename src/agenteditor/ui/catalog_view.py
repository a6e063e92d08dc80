"""Folders of agents at the left of the window: a tree, a filter, an order, and signs for what is wrong.

What the rows are is `CatalogTree`'s, how they come about the loader's, how they are met the list's. Here they
come together, with sentences for what is empty, unreadable, or still to be read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from agenteditor.core.catalog_entry import CatalogEntry
from agenteditor.core.catalog_filter import understood
from agenteditor.core.catalog_known import KnownAnswers
from agenteditor.core.catalog_listing import outermost
from agenteditor.core.catalog_order import Count, counted
from agenteditor.core.catalog_tree import AgentRow, CatalogTree
from agenteditor.core.checks import Diagnostic
from agenteditor.core.scopes import KINDS, places, scope_of, scopes, working_folder
from agenteditor.ui import catalog_notes as notes
from agenteditor.ui import catalog_words as words
from agenteditor.ui import theme
from agenteditor.ui.catalog_bar import FilterLine, OrderButton, PlacesButton
from agenteditor.ui.catalog_list import CatalogList
from agenteditor.ui.catalog_loader import CatalogLoader
from agenteditor.ui.labels import OneLine
from agenteditor.ui.qtext import plain, tool_tip

_LETTERS = 22  # that a line has room for at least
_REARRANGE_MS = 300  # between two new orders while rows are being read


class CatalogView(QWidget):
    """The agents of one or more folders.

    ``opened`` carries the path of the one chosen; ``menu_wanted`` the paths of the selected ones and a
    place on the screen; ``folders_changed`` comes when other folders are open than before, ``listed`` when
    their rows are there; ``folder_wanted`` asks for a question which folder to add; ``settled`` comes when
    all agents have been read.
    """

    opened = Signal(object)
    menu_wanted = Signal(object, QPoint)
    folders_changed = Signal()
    folder_wanted = Signal()
    listed = Signal()
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(max(160, _LETTERS * self.fontMetrics().averageCharWidth()))
        self._present: Path | None = None
        self._unsaved: dict[Path, Count] = {}  # what is open with unsaved changes, listed here or not
        self._tree = CatalogTree()
        self._list = CatalogList(self._tree)
        self._list.opened.connect(self.opened)
        self._list.menu_wanted.connect(self.menu_wanted)
        self._list.selectionModel().currentChanged.connect(lambda _now, _before: self._say())
        self._loader = CatalogLoader(self._tree, self._list.visible_agents, self)
        self._loader.arranged.connect(self._arrange)
        self._loader.answered.connect(self._answered)
        self._loader.settled.connect(self._settled)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._arrange)
        self._title = OneLine(cut=Qt.TextElideMode.ElideMiddle)
        self._title.setFont(theme.heading_font(self._title))
        self._places = PlacesButton()
        self._places.about_to_show.connect(self._offer_places)
        self._places.toggled_folder.connect(self._toggle)
        self._places.add_wanted.connect(self.folder_wanted)
        self._places.refresh_wanted.connect(self._loader.refresh)
        self._filter = FilterLine()
        self._filter.textChanged.connect(lambda _text: self._choose())
        self._filter.left.connect(self._to_list)
        self._filter.accepted.connect(self._open_first)
        self._order = OrderButton()
        self._order.chosen.connect(self._choose)
        self._empty = QWidget()
        self._nothing = _label(muted=True)
        self._way_out = QToolButton()
        self._way_out.clicked.connect(self._go_on)
        self._note = _label(muted=True)
        self._note.setFont(theme.small_font(self._note))
        self._lay_out()
        self._say()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.MARGIN, theme.GAP, theme.GAP, theme.GAP)
        layout.setSpacing(theme.GAP)
        for left, right in ((self._title, self._places), (self._filter, self._order)):
            line = QHBoxLayout()
            line.setSpacing(theme.GAP // 2)
            line.addWidget(left, 1)
            line.addWidget(right)
            layout.addLayout(line)
        empty = QVBoxLayout(self._empty)
        empty.setContentsMargins(0, 0, 0, 0)
        empty.addWidget(self._nothing)
        empty.addWidget(self._way_out, 0, Qt.AlignmentFlag.AlignLeft)
        empty.addStretch(1)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._note)

    # --- what the window calls -----------------------------------------------------------------

    def set_folder(self, folder: Path) -> None:
        """Show the agents of one folder; they are read while the window stays usable."""
        self.set_folders([folder])

    def set_folders(self, folders: Sequence[Path]) -> None:
        """Show the agents of these folders, those that win first. One inside another is shown once."""
        wanted = sorted(outermost(folders), key=_rank)
        if tuple(wanted) != self.folders():
            self._filter.clear()
        if not set(wanted) & set(self.folders()):
            self._list.choose_none()
            self._list.scrollToTop()
        self._loader.open(wanted)
        self._show_title()
        self.folders_changed.emit()

    def add_folder(self, folder: Path) -> None:
        """Show the agents of one more folder."""
        self.set_folders([*self.folders(), folder])

    def close_folder(self, folder: Path) -> None:
        """Show the agents of a folder no longer. The last one stays."""
        left = [one for one in self.folders() if one != folder]
        if left:
            self.set_folders(left)

    def folders(self) -> tuple[Path, ...]:
        """The open folders, as they were named."""
        return self._loader.folders

    def paths(self) -> tuple[Path, ...]:
        """The files of all agents that were listed, whether they have been read yet or not."""
        return tuple(row.path for row in self._tree.agents())

    def entries(self) -> tuple[CatalogEntry, ...]:
        """What has been read so far, as it is on disk; ``settled`` tells when that is all."""
        return tuple(row.entry for row in self._tree.agents() if row.entry is not None)

    @property
    def known(self) -> KnownAnswers:
        """What has been found out about files, for others who want to know it of the same ones."""
        return self._loader.known

    def selected(self) -> tuple[Path, ...]:
        """The files of the selected agents, from the top down."""
        return self._list.selected()

    @property
    def filter_line(self) -> QLineEdit:
        """The filter; its text is understood by ``core.catalog_filter``."""
        return self._filter

    @property
    def listing(self) -> bool:
        """Whether folders are being listed, so that rows may be missing."""
        return self._loader.looking

    @property
    def busy(self) -> bool:
        """Whether folders are being listed or agents read."""
        return self._loader.busy

    def read_settings(self) -> None:
        """Look again whether settings or files say something else now. For whenever there is reason to
        think so: the window is used again, and where no watch looks anything may have happened.
        """
        self._loader.read_settings()
        if self.folders():
            self._loader.refresh()

    def first(self) -> Path | None:
        """The first agent that is shown."""
        row = next(self._list.rows.agents(), None)
        return row.path if row is not None else None

    def take_focus(self) -> None:
        """Put the focus into the list; into the filter where nothing is listed."""
        shown = self._filter if self._list.isHidden() else self._list
        shown.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def mark(self, path: Path, modified: bool, problems: Sequence[Diagnostic]) -> None:
        """Say that an open agent has unsaved changes, and the problems of what it says now."""
        self._unsaved.pop(path, None)
        if modified:
            self._unsaved[path] = counted(problems)
        row = self._tree.row(path)
        if row is None:
            return
        if row.unsaved and not modified:
            self._loader.reread(row)
        if self._tree.mark(row, modified, self._unsaved.get(path)):
            self._answered([row])

    def show_present(self, path: Path | None) -> None:
        """Select the agent that is shown in the window; nothing if it has no row here.

        An agent that stayed selected would be taken for the one that is shown: renamed, deleted.
        """
        if path != self._present:
            self._present = path
            if not self._choose_present():
                self._list.choose_none()

    # --- showing -------------------------------------------------------------------------------

    def _choose_present(self) -> bool:
        """Select the agent that is shown; whether it has a row."""
        row = self._tree.row(self._present) if self._present is not None else None
        return row is not None and self._list.choose(row)

    def _choose(self) -> None:
        """Another filter or order."""
        with self._list.kept():
            self._list.rows.choose(understood(self._filter.text()), self._order.order)
        if not self._list.currentIndex().isValid():
            self._choose_present()
        self._say()

    def _arrange(self) -> None:
        began = time.perf_counter()
        for path, count in self._unsaved.items():
            row = self._tree.row(path)
            if row is not None:
                self._tree.mark(row, True, count)
        with self._list.kept():
            self._list.rows.arrange()
        if not self._list.currentIndex().isValid():
            self._choose_present()
        took = (time.perf_counter() - began) * 1000
        self._later.setInterval(max(_REARRANGE_MS, round(10 * took)))
        self._say()
        self.listed.emit()

    def _answered(self, rows: list[AgentRow]) -> None:
        self._list.rows.refresh(rows)
        if self._list.rows.flat and not self._later.isActive():
            self._later.start()
        self._say()

    def _settled(self) -> None:
        if self._later.isActive():
            self._later.stop()
            self._arrange()
        self._say()
        self.settled.emit()

    def _show_title(self) -> None:
        folders = self.folders()
        top = self._tree.tops[0] if len(folders) == 1 and self._tree.tops else None
        text = self.tr("{0} folders").format(len(folders))
        if len(folders) == 1:
            text = words.folder_title(top) if top is not None else folders[0].name or str(folders[0])
        self._title.setText(plain(text))
        lines = [words.folder_tip(top)] if top is not None else [str(folder) for folder in folders]
        self._title.setToolTip(tool_tip("\n".join(lines)))

    def _say(self) -> None:
        """Say what there is to say beside the rows: where there are none why, else what they leave out."""
        self._show_title()
        shown = self._list.rows.matching
        sentence, way_out = notes.why_empty(self._loader) if not shown else ("", "")
        self._nothing.setText(plain(sentence))
        self._way_out.setText(way_out)
        said, details = notes.beside(self._loader, shown, self._filter.text(), self._list.present())
        self._note.setText(plain(" ".join(said)))
        self._note.setToolTip(tool_tip("\n".join(details)))
        _show(self._list, bool(shown))
        _show(self._empty, not shown)
        _show(self._way_out, bool(way_out))
        _show(self._note, bool(said))

    def _go_on(self) -> None:
        """The way out of having no rows."""
        if self._tree.rows:
            self._filter.clear()
            self._filter.setFocus(Qt.FocusReason.OtherFocusReason)
        elif any("" in one.unreadable for one in self._loader.listings):
            self._loader.refresh()
        else:
            self.folder_wanted.emit()

    # --- keys and menus ------------------------------------------------------------------------

    def _to_list(self) -> None:
        if not self._list.currentIndex().isValid():
            self._list.choose_first()
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_first(self) -> None:
        """Enter in the filter opens the first that it has left."""
        first = self.first()
        if first is not None:
            self.opened.emit(first)

    def _offer_places(self) -> None:
        self._places.show_menu(self.menu_of_places())

    def menu_of_places(self) -> QMenu:
        """The menu of open and found folders."""
        where = places()
        return self._places.menu_of(self.folders(), scopes(working_folder(self.folders(), where), where))

    def _toggle(self, folder: Path) -> None:
        opened = {one.absolute(): one for one in self.folders()}
        if folder.absolute() in opened:
            self.close_folder(opened[folder.absolute()])
        else:
            self.add_folder(folder)


def _rank(folder: Path) -> int:
    """Scopes that win stand first, other folders after them."""
    scope = scope_of(folder, places())
    return KINDS.index(scope.kind) if scope is not None else len(KINDS)


def _show(widget: QWidget, on: bool) -> None:
    if widget.isHidden() == on:
        widget.setVisible(on)


def _label(*, muted: bool = False) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    if muted:
        label.setWordWrap(True)
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
