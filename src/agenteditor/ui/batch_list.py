"""The files of a plan as a list: what happens to each, and a box to leave it, or a part of it, out."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from itertools import chain
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTreeWidgetItem

from agenteditor.core.batch import FileChange, Plan, Progress, Refused
from agenteditor.ui import theme
from agenteditor.ui.icons import coloured_icon, icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows

_ICONS = {"edited": "edit", "moved": "move", "created": "add", "deleted": "remove"}
_MANY = 500  # rows
_CHANGE = Qt.ItemDataRole.UserRole
_ON, _OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked

Showing = Generator[Progress, None, None]


class BatchList(SentenceRows):
    """The list. ``chosen_changed``: a box was switched; ``present_changed``: another row is present."""

    chosen_changed = Signal()
    present_changed = Signal()

    def __init__(self) -> None:
        super().__init__(2, sentence=1)
        self._root: Path | None = None
        self.setAccessibleName(self.tr("What happens to each file"))
        self.setHeaderLabels([self.tr("File"), self.tr("What happens")])
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.resized.connect(self._fit)
        self.itemChanged.connect(self._switched)
        self.currentItemChanged.connect(lambda *_items: self.present_changed.emit())

    def showing_plan(self, plan: Plan, root: Path | None, *, choosable: bool) -> Showing:
        """List what a plan does and refuses, in steps. ``root`` is the folder that paths are shown from."""
        self._root = root
        changes = (self._change_row(change, choosable) for change in plan.changes)
        return self._showing(chain(changes, map(self._refused_row, plan.refused)))

    def showing_result(self, done: Sequence[FileChange], skipped: Sequence[Refused]) -> Showing:
        """List what was done, and what was not and why, in steps."""
        return self._showing(chain(map(self._refused_row, skipped), map(self._done_row, done)))

    def chosen(self) -> list[FileChange]:
        """The changes whose boxes are on, made of the parts whose boxes are on."""
        chosen = [_chosen(item) for item in self.rows() if item.checkState(0) == _ON and _change(item)]
        return [change for change in chosen if change is not None]

    def tick_all(self, on: bool) -> None:
        """Switch the boxes of all files on or off."""
        self.blockSignals(True)
        for item in self.rows():
            if _change(item) is not None:
                item.setCheckState(0, _ON if on else _OFF)
                if on and _chosen(item) is None:
                    _tick_parts(item)
        self.blockSignals(False)
        self.viewport().update()
        self.chosen_changed.emit()

    def present(self) -> tuple[str, str] | None:
        """The text before and after of the present row's file; None where there is none."""
        item = self.currentItem()
        top = (item.parent() or item) if item is not None else None
        change = _change(top) if top is not None else None
        if top is None or change is None:
            return None
        with_parts = _chosen(top) if change.parts and top.childCount() else change
        return change.before, change.before if with_parts is None else with_parts.after

    # --- rows ---------------------------------------------------------------------------------

    def _change_row(self, change: FileChange, choosable: bool) -> QTreeWidgetItem:
        words = " ".join(filter(None, (self._words(change), change.note)))
        item = QTreeWidgetItem([self._shown(change.path), plain(words)])
        item.setIcon(0, icon(_ICONS[change.kind]))
        item.setToolTip(0, tool_tip(str(change.path)))
        item.setToolTip(1, tool_tip(change.note))
        item.setData(0, _CHANGE, change)
        if choosable:
            item.setCheckState(0, _ON if change.wanted else _OFF)
        for number, part in enumerate(change.parts if choosable else ()):
            child = QTreeWidgetItem([plain(part.place), plain(part.label)])
            child.setData(0, _CHANGE, number)
            if not part.fixed:
                child.setCheckState(0, _ON if part.wanted else _OFF)
            item.addChild(child)
        return item

    def _done_row(self, change: FileChange) -> QTreeWidgetItem:
        item = QTreeWidgetItem([self._shown(change.target), plain(self._done_words(change))])
        item.setIcon(0, coloured_icon("ok", "good"))
        item.setData(0, _CHANGE, change)
        return item

    def _refused_row(self, refused: Refused) -> QTreeWidgetItem:
        item = QTreeWidgetItem([self._shown(refused.path), plain(refused.reason)])
        item.setIcon(0, severity_icon("warning"))
        item.setToolTip(0, tool_tip(str(refused.path)))
        item.setToolTip(1, tool_tip(refused.reason))
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
        return item

    def _shown(self, path: Path) -> str:
        if self._root is not None and path.is_relative_to(self._root):
            path = path.relative_to(self._root)
        return plain(str(path))

    def _words(self, change: FileChange) -> str:
        text = change.after != change.before or any(part.edits for part in change.parts)
        if change.kind == "moved":
            where = self._shown(change.target)
            words = self.tr("becomes {0}, with the changes below") if text else self.tr("becomes {0}")
            return words.format(where) + ("." if change.note else "")
        return {
            "edited": self.tr("is changed as below"),
            "created": self.tr("is a new file"),
            "deleted": self.tr("is deleted"),
        }[change.kind] + ("." if change.note else "")

    def _done_words(self, change: FileChange) -> str:
        return {
            "edited": self.tr("changed"),
            "moved": self.tr("was {0}").format(self._shown(change.path)),
            "created": self.tr("is there"),
            "deleted": self.tr("is gone"),
        }[change.kind]

    def _showing(self, made: Iterable[QTreeWidgetItem]) -> Showing:
        rows: list[QTreeWidgetItem] = []
        for row in made:
            rows.append(row)
            yield Progress(0, 0)
        self.blockSignals(True)
        self.clear()
        # Qt asks for the height of every row, so many have one in common; the tool tip has what is cut.
        many = len(rows) > _MANY
        self.setUniformRowHeights(many)
        self.setWordWrap(not many)
        self.addTopLevelItems(rows)
        self.setRootIsDecorated(any(row.childCount() for row in rows))
        for row in rows:
            if row.childCount():
                row.setExpanded(True)
        self.blockSignals(False)
        self._fit()
        if rows:
            self.setCurrentItem(rows[0])
        self.present_changed.emit()

    def _switched(self, item: QTreeWidgetItem, column: int) -> None:
        """A file without any of its parts is off, one with a part is on."""
        if column != 0:
            return
        self.blockSignals(True)
        top, on = item.parent(), item.checkState(0) == _ON
        if top is not None:
            if on:
                top.setCheckState(0, _ON)
            elif _chosen(top) is None:
                top.setCheckState(0, _OFF)
        elif on and _chosen(item) is None:
            _tick_parts(item)
        self.blockSignals(False)
        self.viewport().update()
        self.chosen_changed.emit()

    def _fit(self) -> None:
        """The sentences have what is left by the files, and half of the width at least."""
        beside = side(self) * (3 if self.rootIsDecorated() else 2) + 2 * theme.GAP
        file = min(self.needed(0) + beside, self.room() // 2)
        self.share(file, self.room() - file)


def _change(item: QTreeWidgetItem) -> FileChange | None:
    change = item.data(0, _CHANGE)
    return change if isinstance(change, FileChange) else None


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = [item.child(row) for row in range(item.childCount())]
    return [child for child in children if child is not None]


def _tick_parts(item: QTreeWidgetItem) -> None:
    for child in _children(item):
        if child.data(0, Qt.ItemDataRole.CheckStateRole) is not None:
            child.setCheckState(0, _ON)


def _chosen(item: QTreeWidgetItem) -> FileChange | None:
    """The change of a row with the parts whose boxes are on; None if nothing is left of it."""
    change = _change(item)
    if change is None or not item.childCount():
        return change
    return change.with_parts(
        {child.data(0, _CHANGE) for child in _children(item) if child.checkState(0) == _ON}
    )
