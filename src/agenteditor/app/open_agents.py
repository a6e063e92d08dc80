"""The open agents, and files that are only looked at, each in a tab: names, signs, close buttons.

What a document means to the rest of the window, and whether it may be closed, is the window's business.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTabBar, QTabWidget, QToolButton, QWidget

from agenteditor.app.titles import tab_titles
from agenteditor.core.disk import is_same
from agenteditor.core.document import Document
from agenteditor.ui.editor import Editor
from agenteditor.ui.icons import icon, worst_icon
from agenteditor.ui.light_view import LightView
from agenteditor.ui.qtext import plain, tool_tip


class OpenAgents(QTabWidget):
    """The tabs. ``close_wanted`` carries the editor or view whose close button was pressed.

    ``added`` and ``removed`` carry the document that has come, or is closed for good.
    """

    close_wanted = Signal(object)
    added = Signal(object)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._saving: tuple[Document, ...] = ()
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setTabBarAutoHide(True)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)  # the mark of unsaved changes is at the end
        self.setAccessibleName(self.tr("Open agents"))
        self.tabBar().setAccessibleName(self.tr("Open agents"))
        # Else Tab ends here while the bar is hidden: Qt offers the focus to what cannot take it.
        self.setFocusProxy(None)  # type: ignore[arg-type]  # none, as Qt documents
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def present(self) -> Editor | None:
        """The editor that is shown."""
        widget = self.currentWidget()
        return widget if isinstance(widget, Editor) else None

    @property
    def viewed(self) -> Path | None:
        """The file that is shown if it is only looked at."""
        widget = self.currentWidget()
        return widget.path if isinstance(widget, LightView) else None

    def page(self) -> Editor | LightView:
        """What is shown, of which there is something."""
        widget = self.currentWidget()
        assert isinstance(widget, (Editor, LightView)), "the action is off without a tab"
        return widget

    def editors(self) -> list[Editor]:
        """All open editors, in the order of their tabs."""
        widgets = [self.widget(index) for index in range(self.count())]
        return [widget for widget in widgets if isinstance(widget, Editor)]

    def of(self, path: Path) -> Editor | None:
        """The editor in which the file at ``path`` is open; None if it is not."""
        paths = ((editor, editor.document.path) for editor in self.editors())
        return next((editor for editor, own in paths if own is not None and is_same(own, path)), None)

    def editor_of(self, document: Document) -> Editor | None:
        """The editor of a document; None if it is not open."""
        return next((editor for editor in self.editors() if editor.document is document), None)

    def view_of(self, path: Path) -> LightView | None:
        """The view in which the file at ``path`` is looked at; None if it is not."""
        widgets = [self.widget(index) for index in range(self.count())]
        views = (widget for widget in widgets if isinstance(widget, LightView))
        return next((view for view in views if is_same(view.path, path)), None)

    def is_in_other_tab(self, document: Document, path: Path) -> bool:
        """Whether the file at ``path`` is open in another tab than a document's."""
        editor = self.of(path)
        return self.view_of(path) is not None or (editor is not None and editor.document is not document)

    def add(self, page: Editor | LightView, at: int | None = None) -> None:
        """Show an editor or a view in a tab of its own: the last one, or the tab ``at``."""
        index = self.insertTab(self.count() if at is None else at, page, "")
        self.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, self._close_button(page))
        if isinstance(page, LightView):
            self.setTabText(index, plain(page.path.name).replace("&", "&&"))
            self.setTabToolTip(index, tool_tip(str(page.path)))
            self.setTabIcon(index, icon("lock"))
        self.setCurrentWidget(page)
        if isinstance(page, Editor):
            self.added.emit(page.document)

    def remove(self, page: Editor | LightView) -> None:
        """Take an editor or a view and its tab away for good."""
        self.removeTab(self.indexOf(page))
        self.name_tabs()
        if isinstance(page, LightView):
            page.close_file()
        else:
            self.removed.emit(page.document)
            page.document.forget_subscribers()  # a save of it may still come back
        page.deleteLater()

    def show_state(self, editor: Editor) -> None:
        """Make the tabs say what is true of a document now."""
        self.name_tabs()
        self.setTabIcon(self.indexOf(editor), worst_icon(editor.document.problems) or icon("agent"))

    def show_saving(self, documents: tuple[Document, ...]) -> None:
        """Say of these, and of no others, that they are being saved."""
        self._saving = documents
        self.name_tabs()

    def name_tabs(self) -> None:
        """The tabs' names: those of their documents, with folders where two are alike."""
        editors = self.editors()
        documents = [editor.document for editor in editors]
        texts = tab_titles(documents, self._saving)
        for editor, document, text in zip(editors, documents, texts, strict=True):
            index = self.indexOf(editor)
            if self.tabText(index) != text:
                self.setTabText(index, text)
            self.setTabToolTip(index, tool_tip(str(document.path or "")))

    def step(self, step: int) -> None:
        """Show the next (1) or previous (-1) one, round and round."""
        self.setCurrentIndex((self.currentIndex() + step) % max(self.count(), 1))

    def _close_button(self, page: Editor | LightView) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("close"))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W does the same
        button.setToolTip(self.tr("Close (Ctrl+W)"))
        button.setAccessibleName(self.tr("Close"))
        button.clicked.connect(lambda: self.close_wanted.emit(page))
        return button
