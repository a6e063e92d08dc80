"""The main window: a folder at the left, open agents in tabs, menus, status bar.

It opens, saves and closes documents and passes commands on to the editor that is shown. What
happens inside one document is the editor's business; questions to the person are ``dialogs``'.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QWidget,
)

from agenteditor.app import looking, rules, saving
from agenteditor.app.actions import Actions
from agenteditor.app.disk_watch import DiskWatch
from agenteditor.app.file_drops import dropped_files
from agenteditor.app.open_agents import OpenAgents
from agenteditor.app.settings import Settings
from agenteditor.app.start_page import StartPage, detected_folders
from agenteditor.app.status import Status
from agenteditor.app.titles import window_title
from agenteditor.core.catalog import folder_of
from agenteditor.core.dialect import Dialect
from agenteditor.core.disk import is_file, is_folder
from agenteditor.core.document import Document
from agenteditor.core.export_choices import Source, sources_in
from agenteditor.ui.action_button import ActionButton
from agenteditor.ui.catalog_view import CatalogView
from agenteditor.ui.editor import Editor, ViewName
from agenteditor.ui.light_view import LightView
from agenteditor.ui.message_bar import MessageBar
from agenteditor.ui.qtext import plain
from agenteditor.ui.search_view import SearchView

_TOOL_BAR = ("new", "open", "save", "", "undo", "redo")
_MESSAGE_MS = 6000
_WIDE = 1100  # pixels: below this the preview folds away, and comes back above it


class Window(QMainWindow):
    """The main window. ``settings`` is filled with the window's state when it closes.

    ``closed``: it is closed, and nothing unsaved is wanted any more.
    """

    closed = Signal()

    def __init__(self, settings: Settings, make_actions: Callable[[Window], Actions]) -> None:
        super().__init__()
        self.settings = settings
        self.setAcceptDrops(True)
        self.folder: Path | None = None
        self._folded, self._wide = False, _WIDE
        self._first_wanted = False  # a folder was opened while nothing else was
        self._paths: dict[Editor, Path] = {}
        self.saves = saving.Saves(self)
        self.saves.changed.connect(self._show_saving)
        self.actions_ = make_actions(self)
        self.catalog = CatalogView()
        self.catalog.opened.connect(lambda path: self.open_paths([path]))
        self.catalog.folder_wanted.connect(self.actions_["add-folder"].trigger)
        self.catalog.folders_changed.connect(self._folders_changed)
        self.catalog.listed.connect(self._open_first)
        self.documents = OpenAgents()
        self.documents.currentChanged.connect(lambda _index: self._refresh())
        self.documents.close_wanted.connect(self.close_document)
        self.saves.is_in_other_tab = self.documents.is_in_other_tab
        self.saves.folder = lambda: self.folder
        self.saves.is_open = lambda document: self.documents.editor_of(document) is not None
        self.disk = DiskWatch(self, self._open_documents, self.catalog.folders, self.saves.slow)
        self.disk.said.connect(self.say)
        self.disk.close_wanted.connect(self._close_orphan)
        self.disk.moved.connect(self._moved)
        self.catalog.settled.connect(self.disk.look)
        self.start = StartPage([self.actions_[name] for name in ("open-folder", "open", "new", "sample")])
        self.start.opened.connect(lambda path: self.open_paths([path]))
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start)
        self._pages.addWidget(self.documents)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setChildrenCollapsible(False)
        self._columns.addWidget(self.catalog)
        self._columns.addWidget(self._pages)
        self._columns.setStretchFactor(1, 1)
        self._columns.setSizes(settings.window_columns or [230, 1000])
        self.setCentralWidget(self._columns)
        self._make_tool_bar()
        self.status = Status(self.statusBar())
        self.status.problems.clicked.connect(self.actions_["problems"].trigger)
        self.status.dialect.clicked.connect(self._offer_dialects)
        self.status.length.clicked.connect(lambda: self.show_view("prompt"))
        self.status.encoding.clicked.connect(self._offer_line_ends)
        self.status.caret.clicked.connect(lambda: self.show_view("source"))
        self._restore()
        self._refresh()

    # --- building --------------------------------------------------------------------------

    def _make_tool_bar(self) -> None:
        bar = QToolBar(self.tr("Main tools"))
        bar.setObjectName("main-tools")
        bar.setMovable(False)
        bar.toggleViewAction().setEnabled(False)
        for name in _TOOL_BAR:
            if name:
                bar.addWidget(self._tool(name))
            else:
                bar.addSeparator()
        space = QWidget()
        space.setSizePolicy(space.sizePolicy().Policy.Expanding, space.sizePolicy().Policy.Preferred)
        bar.addWidget(space)
        go_to = self.actions_["go-to"]
        go_to.setIconText(self.tr("Go to agent or command   {0}").format(go_to.shortcut().toString()))
        for name in ("go-to", "preview"):
            bar.addWidget(self._tool(name))
        self.addToolBar(bar)

    def _tool(self, name: str) -> ActionButton:
        button = ActionButton(self.actions_[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # each has a key
        return button

    def _restore(self) -> None:
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromHex(self.settings.geometry.encode()))
        else:
            self.resize(1280, 820)
        self.actions_["preview"].setChecked(self.settings.show_preview)
        self.actions_["problems"].setChecked(self.settings.show_problems)
        self.actions_["folder"].setChecked(self.settings.show_folder)

    # --- documents -------------------------------------------------------------------------

    @property
    def editor(self) -> Editor | None:
        """The editor that is shown."""
        return self.documents.present

    def present_editor(self) -> Editor:
        """The editor that is shown, for actions that are off without one."""
        assert self.editor is not None, "the action is off without a document"
        return self.editor

    def editors(self) -> list[Editor]:
        """All open editors, in the order of their tabs."""
        return self.documents.editors()

    def open_paths(self, paths: list[Path]) -> None:
        """Open files in tabs (those that are open already are shown) and a folder in the list.

        One that is only looked at is opened anew if it was changed since.
        """
        for path in paths:
            if is_folder(path):
                self.open_folder(path)
                continue
            if (editor := self.documents.of(path) or self._becoming(path)) is not None:
                self.documents.setCurrentWidget(editor)
            elif (view := self.documents.view_of(path)) is not None and view.is_current:
                self.documents.setCurrentWidget(view)
            elif (opened := looking.opened(self, path)) is not None:
                self.settings.remember_file(path)
                if isinstance(opened, LightView):
                    self._show_view_only(opened, view)
                else:
                    self.add_document(opened)

    def _becoming(self, path: Path) -> Editor | None:
        """The editor of what a slow save as makes that file, as soon as the disk has it."""
        document = self.saves.becoming(path)
        return self.documents.editor_of(document) if document is not None else None

    def _show_view_only(self, view: LightView, before: LightView | None) -> None:
        """Show a file that is only looked at in a tab; in that of a view from ``before`` it was changed."""
        view.edit_wanted.connect(lambda: self._edit_all_the_same(view))
        self._pages.setCurrentWidget(self.documents)
        self.documents.add(view, None if before is None else self.documents.indexOf(before))
        if before is not None:
            self.documents.remove(before)
        self._refresh()
        view.take_focus()

    def _edit_all_the_same(self, view: LightView) -> None:
        """Exchange a view for an editor of the same file."""
        if (document := saving.opened(self, view.path)) is not None:
            self.add_document(document)

    def open_folder(self, folder: Path) -> None:
        """List the agents of a folder at the left; open its first one if nothing is open."""
        self.settings.remember_folder(folder)
        self.catalog.set_folder(folder)
        self.actions_["folder"].setChecked(True)
        self._first_wanted = not self.editors()
        self._open_first()
        self._refresh()

    def _open_first(self) -> None:
        """Open the first agent of a folder that was opened while nothing else was, once it is listed."""
        first = self.catalog.first()
        if first is not None and folder_of(first, self.catalog.folders()) is None:
            first = None  # of the folder before
        if not self._first_wanted or (first is None and self.catalog.listing):
            return
        self._first_wanted = False
        if first is not None and not self.editors() and is_file(first):  # nobody asked for it: no question
            self.open_paths([first])

    def _folders_changed(self) -> None:
        self.folder = self.catalog.folders()[0]
        self._refresh()

    def add_document(self, document: Document, at: int | None = None) -> Editor:
        """Open an editor for a document, at the end or as the tab ``at``, and show it.

        It takes the place of a view of the same file.
        """
        view = self.documents.view_of(document.path) if document.path is not None else None
        editor = Editor(document, self.settings)
        editor.changed.connect(lambda: self._document_changed(editor))
        editor.said.connect(self.say)
        editor.caret_moved.connect(self.status.show_caret)
        editor.view_changed.connect(self._refresh)
        editor.fix_all_wanted.connect(self.actions_["fix-all"].trigger)
        editor.portable_wanted.connect(self.actions_["make-portable"].trigger)
        editor.rule_wanted.connect(lambda code: rules.explain(self, code))
        editor.switch_wanted.connect(lambda code, word: self.switch_rule(document, code, word))
        editor.set_sizes(self.settings.editor_columns, self.settings.editor_rows)
        self._pages.setCurrentWidget(self.documents)
        self.documents.add(editor, at if view is None else self.documents.indexOf(view))
        if view is not None:
            self.documents.remove(view)
        self._document_changed(editor)
        self._refresh()
        editor.show_view("details")
        self.disk.look()
        return editor

    def read_as(self, dialect: Dialect | None) -> None:
        """Read the present document by the rules of ``dialect``; None: of the one its place and text give."""
        editor = self.present_editor()
        if editor.document in self.saves.slow():  # what is saved now would be another document then
            self.say(self.tr("It is being saved. Choose again when that is done."))
            return
        there = editor.document.in_dialect(dialect)
        if there.syntax.dialect is editor.document.syntax.dialect:
            return
        index = self.documents.indexOf(editor)
        path = self._paths.pop(editor, None)
        fresh = self.add_document(there, index)
        if path is not None:
            self._paths[fresh] = path
        fresh.show_as(editor)
        self.documents.remove(editor)
        self.say(self.tr("Read as: {0}").format(there.syntax.dialect.title))

    def documents_to_export(self) -> list[Source]:
        """The agents of the open folders with their sub-folder, else the open ones; as they are shown."""
        texts = {
            editor.document.path: editor.document.text for editor in self.editors() if editor.document.path
        }
        if self.folder is None:
            return [Source(path, text) for path, text in texts.items()]
        return sources_in(self.catalog.folders(), texts)

    def switch_rule(self, document: Document, code: str, word: str) -> None:
        """Switch a rule off or on in the settings that hold for a document, and say so."""
        rules.switch(self, document, self.folder, code, word, then=self._rule_switched)

    def _rule_switched(self, said: str | None) -> None:
        self.read_settings()
        if said is not None:
            self.say(said)

    def read_settings(self) -> None:
        """Look at the settings files again, for the open documents and the folder's list."""
        for editor in self.editors():
            editor.document.read_settings()
        self.catalog.read_settings()

    def _open_documents(self) -> list[tuple[Document, MessageBar]]:
        return [(editor.document, editor.disk_bar) for editor in self.editors()]

    def _close_orphan(self, document: Document) -> None:
        for editor in self.editors():
            if editor.document is document:
                self.close_document(editor)

    def _moved(self, document: Document) -> None:
        if self.editor is not None and self.editor.document is document and document.chosen is None:
            self.read_as(None)  # another folder may be another program's

    def close_document(self, editor: Editor | LightView) -> bool:
        """Close a document, asking about unsaved changes; whether it is closed now.

        One that is being saved is closed once it is on disk.
        """
        if isinstance(editor, LightView):
            self.documents.remove(editor)
            self._refresh()
            return True
        if editor not in self.editors():
            return True
        editor.take_typed()
        if not self.saves.may_close([editor.document], lambda: self.close_document(editor)):
            return False
        path = self._paths.pop(editor, None)
        if path is not None:
            saved = Document(editor.document.saved_text, path)
            self.catalog.mark(path, False, saved.problems)
        self.documents.remove(editor)
        self._refresh()
        return True

    def _show_saving(self, more: str) -> None:
        """Say what is being saved, until it is on disk."""
        self.documents.show_saving(self.saves.slow())
        self._show_title()
        if names := self.saves.slow_names():
            saving_them = self.tr("Saving {0}…").format(", ".join(names))
            self.statusBar().showMessage(f"{saving_them} {more}".rstrip())
        else:
            self.statusBar().clearMessage()

    # --- showing ---------------------------------------------------------------------------

    def show_view(self, name: str) -> None:
        """Show one of the views of the present document, by its name in ``editor.VIEWS``."""
        if self.editor is not None:
            self.editor.show_view(cast(ViewName, name))

    def _offer_line_ends(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in ("to-lf", "to-crlf", "bom"):
            menu.addAction(self.actions_[name])
        self._popup(menu, self.status.encoding)

    def _offer_dialects(self) -> None:
        self._popup(self.actions_.submenus["read-as"], self.status.dialect)

    def _popup(self, menu: QMenu, button: QWidget) -> None:
        """Show a menu above a button of the status bar."""
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def say(self, sentence: str) -> None:
        """Say something that needs no answer, in the status bar."""
        self.statusBar().showMessage(plain(sentence), _MESSAGE_MS)

    def _document_changed(self, editor: Editor) -> None:
        document = editor.document
        self.documents.show_state(editor)
        before = self._paths.get(editor)
        if before is not None and before != document.path:
            self.catalog.mark(before, False, ())  # saved under another name: this one is as it was
        if document.path is not None:
            self._paths[editor] = document.path
            self.catalog.mark(document.path, document.modified, document.problems)
        if editor is self.editor:
            self._refresh()

    def _refresh(self) -> None:
        """Make title, actions, panels and status bar say what is true now."""
        editor = self.editor
        document = editor.document if editor else None
        self.actions_.show_document(document)
        self.catalog.setVisible(self.folder is not None and self.actions_["folder"].isChecked())
        for name in ("folder", "filter"):
            self.actions_[name].setEnabled(self.folder is not None)
        self.actions_["judge"].setEnabled(self.folder is not None)
        self.actions_["without-asking"].setChecked(self.settings.apply_safe_fixes)
        self._pages.setCurrentWidget(self.documents if self.documents.count() else self.start)
        for name in ("close", "next-document", "previous-document"):
            self.actions_[name].setEnabled(self.documents.count() > 0)
        if not self.documents.count():
            recent = [
                Path(name) for name in (*self.settings.recent_folders[:3], *self.settings.recent_files[:5])
            ]
            self.start.show_places(detected_folders(), recent)
        self.catalog.show_present(document.path if document else None)
        self._show_title()
        self.status.show_document(document)
        if editor is not None and document is not None:
            editor.show_panels(
                preview=self.actions_["preview"].isChecked(), problems=self.actions_["problems"].isChecked()
            )
            self.status.show_caret(*editor.caret)

    def _show_title(self) -> None:
        document = self.editor.document if self.editor else None
        saving = document in self.saves.slow()
        viewed = self.documents.viewed
        self.setWindowTitle(window_title(document, self.folder, saving=saving, viewed=viewed))
        modified = document is not None and document.modified
        self.setWindowModified(modified)
        self.actions_["revert"].setEnabled(modified and not saving)

    def step_pane(self, step: int) -> None:
        """Move the focus to the next (1) or previous (-1) pane: list, view, preview, problems."""
        panes: list[tuple[QWidget, Callable[[], None]]] = []
        if self.catalog.isVisible():
            panes.append((self.catalog, self.catalog.take_focus))
        if self.editor is not None:
            panes += self.editor.panes()
        panes += [(view, view.take_focus) for view in self.findChildren(SearchView) if view.isVisible()]
        focus = QApplication.focusWidget()
        outside = -1 if step > 0 else 0
        here = next((i for i, (pane, _) in enumerate(panes) if focus and pane.isAncestorOf(focus)), outside)
        if panes:
            panes[(here + step) % len(panes)][1]()

    def panels_changed(self) -> None:
        """A panel was switched on or off in the menu."""
        self._folded = False
        self.settings.show_preview = self.actions_["preview"].isChecked()
        self.settings.show_problems = self.actions_["problems"].isChecked()
        self.settings.show_folder = self.actions_["folder"].isChecked()
        self._refresh()

    def _fold_preview(self, before: int, now: int) -> None:
        """Fold the preview away when the window becomes narrow; what a person chose then stands."""
        preview = self.actions_["preview"]
        if preview.isChecked():  # with large letters it cannot become narrower than this beside the preview
            self._wide = max(_WIDE, self.minimumSizeHint().width() + 1)
        if now < self._wide <= before and preview.isChecked():
            self._folded = True
            preview.setChecked(False)
            self._refresh()
        elif before < self._wide <= now and self._folded:
            self._folded = False
            preview.setChecked(True)
            self._refresh()

    # --- events Qt sends -------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.read_settings()  # another program may have changed them meanwhile
            self.disk.look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        before = event.oldSize().width()
        self._fold_preview(before if before > 0 else _WIDE, event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.editor is not None:
            self.editor.take_typed()
        if not self.saves.may_end([editor.document for editor in self.editors()], self.close):
            event.ignore()
            return
        self.settings.geometry = bytes(self.saveGeometry().toHex().data()).decode()
        self._remember_sizes()
        self.disk.close()
        event.accept()
        self.closed.emit()

    def _remember_sizes(self) -> None:
        """A pane that is hidden now keeps the size it had."""
        columns, rows = self.editor.sizes() if self.editor is not None else ([], [])
        self.settings.editor_columns = columns or self.settings.editor_columns
        self.settings.editor_rows = rows or self.settings.editor_rows
        if not self.catalog.isHidden():
            self.settings.window_columns = self._columns.sizes()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_files(event.mimeData())
        event.acceptProposedAction()
        # Opening may ask a question: not inside the drop, or the other program waits for it.
        QTimer.singleShot(0, lambda: self.open_paths(paths))
