"""Find and replace in all agents: between the search, the open documents and the files.

An open document counts as it is in its editor, and is changed there, as a step that undo takes back; other
files are changed on disk, as one batch of the journal. What somebody changed since the search is left as it
is, and named.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from agenteditor.app import saving
from agenteditor.app.batch_commands import refresh_undo
from agenteditor.app.start_page import shortened
from agenteditor.app.titles import title
from agenteditor.app.window import Window
from agenteditor.core import files
from agenteditor.core.batch import FileChange
from agenteditor.core.batch_write import Writing
from agenteditor.core.catalog import agents_in, folder_of
from agenteditor.core.catalog_entry import sub_folder
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import FileProblem, shown_path
from agenteditor.core.search import Query
from agenteditor.core.search_files import Hit, Replacement, Target, label, search_one
from agenteditor.core.text import diff
from agenteditor.ui.search_view import SearchView


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("searching", text)


def search_all(window: Window, *, replacing: bool = False) -> None:
    """Show the pane, looking for what is selected in the source."""
    pane = window.findChild(SearchPane) or SearchPane(window)
    focused = QApplication.focusWidget()
    searching = focused is not None and pane.isAncestorOf(focused)
    words = window.editor.selected_text if window.editor is not None and not searching else ""
    pane.show()
    pane.view.open(words, replace=replacing)


class SearchPane(QDockWidget):
    """The search at the bottom of the window. It knows where to look, and goes where it is told."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setObjectName("search")
        self.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self.setTitleBarWidget(QWidget())
        self._window = window
        self._listed: tuple[tuple[Path, ...], list[Target], str] | None = None
        self._done: list[FileChange] = []
        self.view = SearchView(self._targets, self._write)
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
        """Every agent of the open folders and every open one; and which folders cannot be listed."""
        window = self._window
        folders = window.catalog.folders()
        if self._listed is None or self._listed[0] != folders:
            self._listed = (folders, *_list(folders))
        _, targets, note = self._listed
        open_ones = [editor.document for editor in window.editors()]
        texts = {_absolute(document): document.text for document in open_ones}
        there = {target.path for target in targets}
        elsewhere = [
            Target(_absolute(document), _name(document), document.text)
            for document in open_ones
            if document.path is None or _absolute(document) not in there
        ]
        found = [
            replace(target, text=texts[target.path]) if target.path in texts else target for target in targets
        ]
        return elsewhere + found, note

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
        found = search_one(Target(target.path, target.name, editor.document.text), self.view.fields.query)
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

    def _write(self, changes: Sequence[Replacement]) -> Generator[str | None, None, str]:
        self._done = []
        return write(self._window, changes, self.view.fields.query, self._done)

    def _look_again(self) -> None:
        """The list of the folder, the undo of batches, and agents opened meanwhile show what was written."""
        window = self._window
        written = {change.path for change in self._done}
        for document in [editor.document for editor in window.editors()]:
            path = _absolute(document)
            if path in written and document.path is not None and not document.modified:
                saving.reload(window, document, document.path)
        refresh_undo(window)
        if window.folder is not None:
            window.catalog.read_settings()
            window.catalog.show_present(window.editor.document.path if window.editor is not None else None)


def write(
    window: Window, changes: Sequence[Replacement], query: Query, done: list[FileChange]
) -> Generator[str | None, None, str]:
    """Write one change after the other: for each, "" or a sentence why it was left as it is.

    None is yielded while files are looked at. Returns a sentence about undo. ``done`` gets the files written.
    """
    closed: list[FileChange] = []
    in_editor = 0
    for change in changes:
        at = _open_at(window, change.path, change.before)
        if at is not None:
            said = _apply(window.editors()[at].document, change)
            in_editor += not said
            yield said
        elif change.path is not None:
            ready = _ready(change.path, change)
            if isinstance(ready, FileChange):
                closed.append(ready)
                yield None
            else:
                yield ready
        else:
            yield tr("A document was closed meanwhile, and is left as it is.")
    writing = Writing(label(query, len(closed)), closed, os.unlink)
    skipped = 0
    try:
        with closing(writing.steps()) as steps:
            for _ in steps:
                if len(writing.done) > len(done):
                    done.append(writing.done[-1])
                    yield ""
                elif len(writing.skipped) > skipped:
                    yield writing.skipped[skipped].reason
                    skipped += 1
                else:
                    yield None
        for one in writing.skipped[skipped:]:
            yield one.reason
    except FileProblem as problem:
        sentence = tr("No file was written. {0}").format(problem)
        for _ in closed:
            yield sentence
    return _undo_words(len(done), in_editor)


def _undo_words(written: int, in_editor: int) -> str:
    """What takes a replacement back."""
    sentences = []
    if written:
        words = tr("“Undo last batch” takes back what was written to {0}.")
        sentences.append(words.format(tr("1 file") if written == 1 else tr("{0} files").format(written)))
    if in_editor == 1:
        sentences.append(tr("1 open agent is changed in its editor and not saved yet."))
    elif in_editor:
        sentences.append(
            tr("{0} open agents are changed in their editors and not saved yet.").format(in_editor)
        )
    return " ".join(sentences)


def _apply(document: Document, change: Replacement) -> str:
    if document.text != change.before:
        return _changed(title(document))
    document.apply(Transaction(diff(change.before, change.after), tr("Replace in all agents")))
    return ""


def _ready(path: Path, change: Replacement) -> FileChange | str:
    """The change of a file; a sentence if it is left as it is."""
    try:
        loaded = files.load(path)
    except FileProblem as problem:
        return str(problem)
    if loaded.text != change.before:
        return _changed(shown_path(path.name))
    return FileChange("edited", path, change.before, change.after, loaded.stamp)


def _changed(name: str) -> str:
    return tr("{0} was changed since it was searched, and is left as it is.").format(name)


def _open_at(window: Window, path: Path | None, text: str | None) -> int | None:
    """Which editor has a document: by its path, or by its text if it has none."""
    for index, editor in enumerate(window.editors()):
        document = editor.document
        if _absolute(document) == path and (path is not None or document.text == text):
            return index
    return None


def _absolute(document: Document) -> Path | None:
    """Where a document is; the folder may have been named in another way than the file."""
    return document.path.absolute() if document.path is not None else None


def _name(document: Document) -> str:
    return title(document) if document.path is None else shortened(document.path)


def _list(folders: Sequence[Path]) -> tuple[list[Target], str]:
    """The agents of these folders, to be read from disk, and a sentence about what cannot be listed."""
    unreadable: list[str] = []
    names: dict[Path, str] = {}
    targets: list[Target] = []
    for path in agents_in(folders, lambda error: unreadable.append(shown_path(str(error.filename)))):
        if path.parent not in names:
            root = folder_of(path, folders) or path.parent
            below = sub_folder(path, root)
            names[path.parent] = "/".join(filter(None, (root.name, below))) if len(folders) > 1 else below
        targets.append(Target(path.absolute(), "/".join(filter(None, (names[path.parent], path.name)))))
    note = tr("Folders that cannot be listed: {0}.").format(", ".join(unreadable)) if unreadable else ""
    return targets, note
