"""Find and replace in all agents: between the search, the open documents and the files.

An open document counts as it is in its editor, and is changed there, as a step that undo takes back; other
files are changed on disk. What somebody changed since the search is left as it is, and named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDockWidget, QWidget

from agenteditor.app.titles import title
from agenteditor.app.window import Window
from agenteditor.core import files
from agenteditor.core.catalog import agent_files
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import FileProblem, shown_path
from agenteditor.core.search_files import Hit, Replacement, Target, search_one
from agenteditor.core.text import diff
from agenteditor.ui.search_view import SearchView


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("searching", text)


def search_all(window: Window, *, replace: bool = False) -> None:
    """Show the pane, looking for what is selected in the source."""
    pane = window.findChild(SearchPane) or SearchPane(window)
    words = window.editor.selected_text if window.editor is not None else ""
    pane.show()
    pane.view.open(words, replace=replace)


class SearchPane(QDockWidget):
    """The search at the bottom of the window. It knows where to look, and goes where it is told."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setObjectName("search")
        self.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self.setTitleBarWidget(QWidget())
        self._window = window
        self._listed: tuple[Path | None, list[Path], str] | None = None
        self.view = SearchView(self._targets, lambda changes: write(window, changes))
        self.view.looked.connect(self._forget)
        self.view.wanted.connect(self._go)
        self.view.closed.connect(self._close)
        self.view.written.connect(self._look_again)
        self.setWidget(self.view)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self)
        window.resizeDocks([self], [window.height() // 3], Qt.Orientation.Vertical)

    def _forget(self) -> None:
        self._listed = None

    def _targets(self) -> tuple[list[Target], str]:
        """Every agent of the folder and every open one; and which folders cannot be listed."""
        window = self._window
        if self._listed is None or self._listed[0] != window.folder:
            self._listed = _list(window.folder)
        folder, paths, note = self._listed
        texts = {editor.document.path: editor.document for editor in window.editors()}
        targets = [_target(folder, path, texts.pop(path, None)) for path in paths]
        elsewhere = [editor.document for editor in window.editors() if editor.document.path in texts]
        return [_target(folder, document.path, document) for document in elsewhere] + targets, note

    def _go(self, target: Target, hit: Hit | None) -> None:
        """Show a place in the source; where the text has changed, the nearest there is now."""
        window = self._window
        at = _open_at(window, target.path, target.text)
        if at is None and target.path is not None:
            window.open_paths([target.path])
            at = _open_at(window, target.path, None)
        if at is None:
            if target.path is None:
                window.say(tr("The text has changed; search again."))
            return
        editor = window.editors()[at]
        window.documents.setCurrentWidget(editor)
        found = search_one(Target(target.path, target.name, editor.document.text), self.view.query)
        if hit is None:
            editor.show_view("source")
        elif found is None or not found.hits:
            editor.show_view("source")
            window.say(tr("The text has changed; it is not found there any more."))
        else:
            spans = [one.span for one in found.hits]
            editor.show_in_source(*min(spans, key=lambda span: abs(span.start - hit.span.start)))

    def _close(self) -> None:
        self.hide()
        if self._window.editor is not None:
            self._window.show_view(self._window.editor.view)

    def _look_again(self) -> None:
        """The list of the folder shows what was written."""
        window = self._window
        if window.folder is not None:
            window.catalog.set_folder(window.folder)
            window.catalog.show_present(window.editor.document.path if window.editor is not None else None)


def write(window: Window, changes: Sequence[Replacement]) -> Iterator[str]:
    """Write one change after the other: for each, "" or a sentence why it was left as it is."""
    for change in changes:
        at = _open_at(window, change.path, change.before)
        if at is not None:
            yield _apply(window.editors()[at].document, change)
        elif change.path is not None:
            yield _save(change.path, change)
        else:
            yield tr("A document was closed meanwhile, and is left as it is.")


def _apply(document: Document, change: Replacement) -> str:
    if document.text != change.before:
        return _changed(title(document))
    document.apply(Transaction(diff(change.before, change.after), tr("Replace in all agents")))
    return ""


def _save(path: Path, change: Replacement) -> str:
    try:
        loaded = files.load(path)
        if loaded.text != change.before:
            return _changed(shown_path(path.name))
        files.save(path, change.after, loaded.stamp)
    except FileProblem as problem:
        return str(problem)
    return ""


def _changed(name: str) -> str:
    return tr("{0} was changed since it was searched, and is left as it is.").format(name)


def _open_at(window: Window, path: Path | None, text: str | None) -> int | None:
    """Which editor has a document: by its path, or by its text if it has none."""
    for index, editor in enumerate(window.editors()):
        document = editor.document
        if document.path == path and (path is not None or document.text == text):
            return index
    return None


def _list(folder: Path | None) -> tuple[Path | None, list[Path], str]:
    unreadable: list[str] = []
    paths = (
        agent_files(folder, lambda error: unreadable.append(shown_path(str(error.filename))))
        if folder
        else []
    )
    note = tr("Folders that cannot be listed: {0}.").format(", ".join(unreadable)) if unreadable else ""
    return folder, paths, note


def _target(folder: Path | None, path: Path | None, document: Document | None) -> Target:
    text = document.text if document is not None else None
    if path is None:
        return Target(None, title(document) if document is not None else "", text)
    below = folder is not None and path.is_relative_to(folder)
    return Target(path, path.relative_to(folder).as_posix() if below and folder else path.as_posix(), text)
