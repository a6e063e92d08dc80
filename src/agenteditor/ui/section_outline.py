"""The outline of a prompt as a tree: choose, rename in place, drag.

It shows the sections it is given and tells what the user wants; it changes nothing by itself. Rows
are kept and rewritten rather than made anew, so the view neither jumps nor folds while one types.
"""

from __future__ import annotations

from html import escape

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDropEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from agenteditor.core import markdown_lines as md
from agenteditor.core.body import Section, SectionPath, section_at
from agenteditor.core.document import Document
from agenteditor.ui import icons, section_words
from agenteditor.ui.fields_text import LineEdit

Index = QModelIndex | QPersistentModelIndex
_MUTED = Qt.ItemDataRole.UserRole
_ICON = Qt.ItemDataRole.UserRole + 1
_KEY = Qt.ItemDataRole.UserRole + 2
_ROW = 28  # pixels


class Outline(QTreeWidget):
    """“Whole prompt”, and below it the sections.

    ``chosen`` carries a path; ``renamed`` a path and the title as typed; ``dropped`` the path of what
    was dragged, the new parent's and the index among its present children.
    """

    chosen = Signal(object)
    renamed = Signal(object, object)  # a path and a str, which Signal(str) would not hold exactly
    dropped = Signal(object, object, int)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._folded: set[tuple[str, ...]] = set()
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(16)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setAutoExpandDelay(600)
        self.setAccessibleName(self.tr("Outline of the prompt"))
        self.setItemDelegate(_Delegate(self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        whole = QTreeWidgetItem(self)
        whole.setText(0, self.tr("Whole prompt"))
        whole.setData(0, _ICON, section_words.PROMPT_ICON)
        whole.setIcon(0, icons.icon("source"))
        whole.setFlags(whole.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
        self.currentItemChanged.connect(self._current_changed)
        self.itemCollapsed.connect(lambda item: self._folded.add(self._titles(item)))
        self.itemExpanded.connect(lambda item: self._folded.discard(self._titles(item)))
        self.itemDoubleClicked.connect(lambda item, _column: self.edit_title(self._path(item)))

    def event(self, event: QEvent) -> bool:
        """Claim F2: the window has it too, for the agent, and of two actions with one key none is done."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_F2
            and self.hasFocus()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames the section."""
        item = self.currentItem()
        if event.key() == Qt.Key.Key_F2 and self.hasFocus() and item is not None:
            self.edit_title(self._path(item))
        else:
            super().keyPressEvent(event)

    # --- what the view calls ------------------------------------------------------------------

    def refresh(self, path: SectionPath) -> None:
        """Show the document's sections, with the one at ``path`` chosen; touches only what differs."""
        sections = self._document.syntax.sections
        if not self._fits(self.invisibleRootItem(), sections, 1):
            # Rows come or go: without a current one Qt chooses no neighbours meanwhile.
            self.setCurrentIndex(QModelIndex())
        self._show(self.invisibleRootItem(), sections, (), 1)
        self.choose(path)

    def choose(self, path: SectionPath) -> None:
        """Make a section the chosen one; () is the whole prompt."""
        item = self._item(path)
        if item is not None and item is not self.currentItem():
            self.setCurrentItem(item)
            self.scrollToItem(item)

    def edit_title(self, path: SectionPath) -> None:
        """Rename a section in its row, if it has a title."""
        item = self._item(path)
        if item is not None and self.title(path) is not None:
            self.choose(path)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.editItem(item, 0)

    def title(self, path: SectionPath) -> str | None:
        """A title as it is written, with its marks inside; None for a section without one."""
        section = section_at(self._document.syntax.sections, path)
        if section is None or section.title_span is None:
            return None
        return md.one_line(section.title_span.of(self._document.text))

    def path_at(self, item: QTreeWidgetItem) -> SectionPath:
        """The path of the section that a row stands for."""
        return self._path(item)

    # --- rows ---------------------------------------------------------------------------------

    def _fits(self, parent: QTreeWidgetItem, sections: tuple[Section, ...], first: int) -> bool:
        return parent.childCount() - first == len(sections) and all(
            self._fits(_child(parent, first + at), section.children, 0) for at, section in enumerate(sections)
        )

    def _show(
        self, parent: QTreeWidgetItem, sections: tuple[Section, ...], path: SectionPath, first: int
    ) -> None:
        while parent.childCount() - first > len(sections):
            parent.takeChild(parent.childCount() - 1)
        for at, section in enumerate(sections):
            fresh = first + at == parent.childCount()
            item = QTreeWidgetItem(parent) if fresh else _child(parent, first + at)
            if fresh:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self._write(item, section, (*path, at))
            self._show(item, section.children, (*path, at), 0)
            item.setExpanded(self._titles(item) not in self._folded)

    def _write(self, item: QTreeWidgetItem, section: Section, path: SectionPath) -> None:
        syntax = self._document.syntax
        words = section_words.first_words(self._document, section)
        name = section_words.numbered_name(syntax, path)
        held = section_words.description(self._document, path)
        values = {
            (0, Qt.ItemDataRole.DisplayRole): name,
            (0, Qt.ItemDataRole.ToolTipRole): _tip(name, words),
            (0, Qt.ItemDataRole.AccessibleTextRole): f"{name}, {held}",
            (0, _MUTED): section.title_span is None,
            (0, _KEY): section_words.name(syntax, path),
            (1, Qt.ItemDataRole.DisplayRole): section_words.amount(section),
        }
        for (column, role), value in values.items():
            if item.data(column, role) != value:
                item.setData(column, role, value)
        drawing = section_words.icon_name(section)
        if item.data(0, _ICON) != drawing:
            item.setData(0, _ICON, drawing)
            item.setIcon(0, icons.icon(drawing))

    def _item(self, path: SectionPath) -> QTreeWidgetItem | None:
        item = self.topLevelItem(path[0] + 1 if path else 0)
        for at in path[1:]:
            item = item.child(at) if item is not None else None
        return item

    def _path(self, item: QTreeWidgetItem) -> SectionPath:
        path: list[int] = []
        parent = item.parent()
        while parent is not None:
            path.append(parent.indexOfChild(item))
            item, parent = parent, parent.parent()
        top = self.indexOfTopLevelItem(item)
        return (top - 1, *reversed(path)) if top > 0 else ()

    def _titles(self, item: QTreeWidgetItem) -> tuple[str, ...]:
        """By what a folded row is known again after others have moved."""
        titles: list[str] = []
        found: QTreeWidgetItem | None = item
        while found is not None:
            titles.append(str(found.data(0, _KEY) or ""))
            found = found.parent()
        return tuple(titles)

    def _current_changed(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(self._path(item))

    # --- dragging -----------------------------------------------------------------------------

    def supportedDropActions(self) -> Qt.DropAction:
        """Sections are moved, by the document alone."""
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt's tree would move its rows by itself; its ancestor asks ``dropMimeData``."""
        QAbstractItemView.dropEvent(self, event)

    def dropMimeData(
        self, parent: QTreeWidgetItem | None, index: int, _data: QMimeData, _action: Qt.DropAction
    ) -> bool:
        """Tell where the dragged section, the chosen one, is wanted. False: Qt takes no rows away."""
        dragged = self.currentItem()
        if dragged is None or not (path := self._path(dragged)):
            return False
        sections = self._document.syntax.sections
        target = self._path(parent) if parent is not None else ()
        if parent is None and index >= 0:
            at = max(index - 1, 0)
        elif index >= 0 and target:
            at = index
        else:
            holder = section_at(sections, target)
            at = len(holder.children if holder else sections)
        self.dropped.emit(path, target, at)
        return False


class _Delegate(QStyledItemDelegate):
    """Rows high enough to hit, muted words where there is no title, and the line to rename in."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802 - Qt's name
        """Counts and names that the view made up are muted."""
        super().initStyleOption(option, index)
        if index.column() == 1 or index.data(_MUTED):
            muted = option.palette.color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.Text, muted)
            option.palette.setColor(QPalette.ColorRole.HighlightedText, muted)
        if index.column() == 1:
            option.text += "\u2002"  # room at the edge
            option.displayAlignment = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """At least as high as a button."""
        size = super().sizeHint(option, index)
        size.setHeight(max(size.height(), _ROW))
        return size

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        """A line of text without an undo of its own."""
        line = LineEdit(parent)
        line.setAccessibleName(self.tr("Title of the section"))
        return line

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """The title as it is written, with its marks inside."""
        assert isinstance(editor, LineEdit), "this is what createEditor makes"
        tree = self.parent()
        assert isinstance(tree, Outline), "the delegate belongs to an outline"
        item = tree.itemFromIndex(index)
        if editor.property("begun") is None and item is not None:
            editor.setProperty("begun", True)
            editor.show_text(tree.title(tree.path_at(item)) or "")
            editor.selectAll()

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, index: Index) -> None:
        """The document is renamed, and its outline shown again."""
        assert isinstance(editor, LineEdit), "this is what createEditor makes"
        tree = self.parent()
        assert isinstance(tree, Outline), "the delegate belongs to an outline"
        item = tree.itemFromIndex(index)
        if item is not None and editor.pending:
            tree.renamed.emit(tree.path_at(item), editor.own())


def _child(parent: QTreeWidgetItem, at: int) -> QTreeWidgetItem:
    item = parent.child(at)
    assert item is not None, "rows are counted before they are asked for"
    return item


def _tip(title: str, words: str) -> str:
    # Escaped: tool tips guess rich text, and a prompt is full of tags.
    return "<span>" + "<br>".join(escape(part) for part in (title, words) if part) + "</span>"
