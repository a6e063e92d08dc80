"""The open agents, each in a tab: their names, signs and close buttons, and which one is shown.

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
from agenteditor.ui.qtext import tool_tip


class OpenAgents(QTabWidget):
    """The tabs. ``close_wanted`` carries the editor whose close button was pressed.

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
        self.setElideMode(Qt.TextElideMode.ElideRight)
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

    def editors(self) -> list[Editor]:
        """All open editors, in the order of their tabs."""
        widgets = [self.widget(index) for index in range(self.count())]
        return [widget for widget in widgets if isinstance(widget, Editor)]

    def of(self, path: Path) -> Editor | None:
        """The editor in which the file at ``path`` is open; None if it is not."""
        paths = ((editor, editor.document.path) for editor in self.editors())
        return next((editor for editor, own in paths if own is not None and is_same(own, path)), None)

    def add(self, editor: Editor, at: int | None = None) -> None:
        """Show an editor in a tab of its own: the last one, or the tab ``at``."""
        index = self.insertTab(self.count() if at is None else at, editor, "")
        self.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, self._close_button(editor))
        self.setCurrentWidget(editor)
        self.added.emit(editor.document)

    def remove(self, editor: Editor) -> None:
        """Take an editor and its tab away for good."""
        self.removeTab(self.indexOf(editor))
        self.name_tabs()
        self.removed.emit(editor.document)
        editor.deleteLater()

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
        documents = [editor.document for editor in self.editors()]
        texts = tab_titles(documents, self._saving)
        for index, (document, text) in enumerate(zip(documents, texts, strict=True)):
            if self.tabText(index) != text:
                self.setTabText(index, text)
            self.setTabToolTip(index, tool_tip(str(document.path or "")))

    def step(self, step: int) -> None:
        """Show the next (1) or previous (-1) one, round and round."""
        self.setCurrentIndex((self.currentIndex() + step) % max(self.count(), 1))

    def _close_button(self, editor: Editor) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("close"))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W does the same
        button.setToolTip(self.tr("Close (Ctrl+W)"))
        button.setAccessibleName(self.tr("Close"))
        button.clicked.connect(lambda: self.close_wanted.emit(editor))
        return button
