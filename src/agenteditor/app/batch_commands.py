"""What the window does with many files at once: each command asks, shows the plan and carries it out.

The files are those chosen in the folder's list; without a choice, the agent that is shown. Agents that are
open follow what happens to their files, as one step that undo takes back.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QFile, QPoint, QStandardPaths, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from agenteditor.app import dialogs
from agenteditor.app.batch_dialog import BatchDialog, Job
from agenteditor.app.batch_forms import FieldForm, FolderForm, Form, NameForm, NoForm, RemoveForm, RuleForm
from agenteditor.app.window import Window
from agenteditor.core import batch_edits, batch_files, batch_journal, files
from agenteditor.core.batch import FileChange
from agenteditor.core.batch_journal import Batch, newest
from agenteditor.core.batch_rename import rename
from agenteditor.core.batch_write import Undoing, Writing, undo_plan
from agenteditor.core.catalog import agent_files, agents_in, folder_of
from agenteditor.core.catalog_entry import sub_folder
from agenteditor.core.disabling import disabled_files, is_disabled
from agenteditor.core.document import Transaction
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.text import diff
from agenteditor.ui.icons import icon
from agenteditor.ui.qtext import menu_text

Command = Callable[[Window, Sequence[Path]], None]
_CONTEXT = "batch-context"


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("batch_commands", text)


def slots(window: Window) -> dict[str, Callable[..., object]]:
    """What to call for each action of the menu, by name."""

    def on_chosen(command: Command) -> Callable[..., object]:
        return lambda: _with_files(window, command, chosen_files(window))

    return {
        "batch-fix": lambda: _with_files(window, fix_rule, _all_files(window) or chosen_files(window)),
        "batch-set": on_chosen(set_field),
        "batch-remove": on_chosen(remove_field),
        "batch-rename": on_chosen(rename_agent),
        "batch-move": on_chosen(move),
        "batch-duplicate": on_chosen(duplicate),
        "batch-delete": on_chosen(delete),
        "batch-disable": on_chosen(disable),
        "batch-enable": lambda: _with_files(
            window, enable, _disabled(window), tr("No agent here is disabled.")
        ),
        "batch-undo": lambda: undo_last(window),
    }


def batch_menu(window: Window, paths: Sequence[Path]) -> list[QAction]:
    """The entries of a context menu for these files. They belong to the window, until the next call."""
    for old in window.findChildren(QAction, _CONTEXT):
        old.deleteLater()
    off = [path for path in paths if is_disabled(path)]
    on = [path for path in paths if not is_disabled(path)]
    entries: list[tuple[str, str, Command, Sequence[Path]]] = []
    if len(on) == 1:
        entries.append((tr("&Rename…"), "name", rename_agent, on))
    if on:
        entries += [
            (tr("D&uplicate…"), "duplicate", duplicate, on),
            (tr("&Move…"), "move", move, on),
            (tr("Set a &field…"), "form", set_field, on),
            (tr("Remo&ve a field…"), "subtract", remove_field, on),
            (tr("Fi&x one rule…"), "fix", fix_rule, on),
            (tr("Di&sable…"), "preview-off", disable, on),
        ]
    if off:
        entries.append((tr("&Enable…"), "preview", enable, off))
    if paths:
        entries.append((tr("De&lete…"), "remove", delete, paths))
    return [_entry(window, *entry) for entry in entries]


def offer(window: Window, paths: Sequence[Path], where: QPoint) -> None:
    """Show that menu at a place of the screen, with what else can be done with the files."""
    if not paths:
        return
    menu = QMenu(window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(icon("open"), tr("&Open"), lambda: window.open_paths(list(paths)))
    copied = "\n".join(str(path.absolute()) for path in paths)
    menu.addAction(icon("copy"), tr("&Copy path"), lambda: QGuiApplication.clipboard().setText(copied))
    menu.addSeparator()
    menu.addActions(batch_menu(window, paths))
    menu.popup(where)


def _entry(window: Window, text: str, picture: str, command: Command, paths: Sequence[Path]) -> QAction:
    action = QAction(icon(picture), text, window)
    action.setObjectName(_CONTEXT)
    action.triggered.connect(lambda: command(window, paths))
    return action


# --- which files -------------------------------------------------------------------------------


def chosen_files(window: Window) -> list[Path]:
    """The files chosen in the folder's list; without a choice, the one that is shown."""
    chosen = list(window.catalog.selected()) if window.folder is not None else []
    if not chosen and window.editor is not None and window.editor.document.path is not None:
        chosen = [window.editor.document.path]
    return chosen


def _all_files(window: Window) -> list[Path]:
    return agents_in(window.catalog.folders())


def _disabled(window: Window) -> list[Path]:
    return [path for folder in window.catalog.folders() for path in disabled_files(folder)]


def _with_files(window: Window, command: Command, paths: Sequence[Path], none: str = "") -> None:
    if paths:
        command(window, paths)
    else:
        window.say(none or tr("Choose agents in the folder’s list first, or open one."))


def _root(window: Window, paths: Sequence[Path]) -> Path:
    """The folder that these files are agents of."""
    roots = {folder_of(path, window.catalog.folders()) for path in paths}
    return next(iter(roots)) or paths[0].parent if len(roots) == 1 else paths[0].parent


def _unsaved(window: Window) -> set[Path]:
    documents = window.saves.unsaved(editor.document for editor in window.editors())
    paths = [document.path for document in documents]
    return {path.absolute() for path in paths if path is not None}


# --- commands ----------------------------------------------------------------------------------


def fix_rule(window: Window, paths: Sequence[Path]) -> None:
    """Fix one rule in these files."""
    form = RuleForm(paths, _unsaved(window))
    _open(window, paths, tr("Fix one rule"), tr("&Fix"), form)


def set_field(window: Window, paths: Sequence[Path]) -> None:
    """Give a field of these files a value."""
    unsaved = _unsaved(window)
    form = FieldForm(paths, lambda key, value: batch_edits.set_field(paths, key, value, unsaved))
    _open(window, paths, tr("Set a field"), tr("&Set"), form)


def remove_field(window: Window, paths: Sequence[Path]) -> None:
    """Take a field out of these files."""
    unsaved = _unsaved(window)
    form = RemoveForm(paths, lambda key: batch_edits.remove_field(paths, key, unsaved))
    _open(window, paths, tr("Remove a field"), tr("&Remove"), form)


def rename_agent(window: Window, paths: Sequence[Path]) -> None:
    """Give an agent another name, everywhere."""
    if len(paths) != 1:
        window.say(tr("Choose one agent to rename."))
        return
    (path,), catalog, unsaved = paths, agent_files(_root(window, paths)), _unsaved(window)
    if (name := _name(window, path)) is not None:
        form = NameForm(name, name, lambda new: rename(path, new, catalog, unsaved))
        _open(window, paths, tr("Rename {0}").format(name), tr("&Rename"), form)


def duplicate(window: Window, paths: Sequence[Path]) -> None:
    """Copy agents under new names; one copy is opened."""
    catalog, unsaved = agent_files(_root(window, paths)), _unsaved(window)
    if len(paths) > 1:
        form: Form = NoForm(
            tr("A copy of each, beside it, under a name of its own."),
            lambda: batch_files.duplicate(paths, catalog, "", unsaved),
        )
        _open(window, paths, tr("Duplicate"), tr("&Duplicate"), form)
    elif (name := _name(window, paths[0])) is not None:
        form = NameForm(name, f"{name}-copy", lambda new: batch_files.duplicate(paths, catalog, new, unsaved))
        dialog = _open(window, paths, tr("Duplicate {0}").format(name), tr("&Duplicate"), form)
        dialog.finished_work.connect(partial(_open_copy, window))


def move(window: Window, paths: Sequence[Path]) -> None:
    """Move files to another folder of the catalog."""
    root, unsaved = _root(window, paths), _unsaved(window)
    folders = sorted({sub_folder(path, root) or "." for path in agent_files(root)})
    form = FolderForm(root, folders, lambda folder: batch_files.move(paths, folder, unsaved))
    _open(window, paths, tr("Move to another folder"), tr("&Move"), form)


def delete(window: Window, paths: Sequence[Path]) -> None:
    """Put files into the trash."""
    unsaved = _unsaved(window)
    sentence = tr("The files go to the trash. Undo brings them back, byte for byte.")
    form = NoForm(sentence, lambda: batch_files.delete(paths, unsaved))
    _open(window, paths, tr("Delete"), tr("&Move to the trash"), form)


def disable(window: Window, paths: Sequence[Path]) -> None:
    """Put agents where no program finds them."""
    unsaved = _unsaved(window)
    sentence = tr(
        "A disabled agent stays in its folder with “.disabled” behind its file’s name, where no program "
        "reads it. Enable brings it back as it is; so does taking the ending off."
    )
    form = NoForm(sentence, lambda: batch_files.disable(paths, unsaved))
    _open(window, paths, tr("Disable"), tr("&Disable"), form)


def enable(window: Window, paths: Sequence[Path]) -> None:
    """Bring disabled agents back."""
    catalog, unsaved = agent_files(_root(window, paths)), _unsaved(window)
    sentence = tr("Agents come back under the names their files had. Tick those to enable.")
    form = NoForm(sentence, lambda: batch_files.enable(paths, catalog, unsaved))
    _open(window, paths, tr("Enable"), tr("&Enable"), form)


def undo_last(window: Window) -> None:
    """Show what undoing the newest batch would change, and do it if that is wanted."""
    batch = newest()
    if batch is None:
        window.say(tr("There is no batch to undo."))
    else:
        _offer_undo(window, batch, tr("Undo: {0}").format(batch.label))


def offer_unfinished(window: Window) -> None:
    """Offer to undo a batch that was cut off half way; asked when the program starts."""
    batch = batch_journal.cut_off()
    if batch is not None:
        dialog = _offer_undo(window, batch, tr("Cut off half way: {0}").format(batch.label))
        if dialog is not None:
            dialog.rejected.connect(partial(batch_journal.keep, batch))
        refresh_undo(window)


def refresh_undo(window: Window) -> None:
    """Make the action that undoes say what it would undo."""
    batch = newest()
    action = window.actions_["batch-undo"]
    action.setEnabled(batch is not None)
    text = tr("&Undo last batch")
    action.setText(f"{text}: {menu_text(batch.label)}…" if batch is not None else text)


def to_trash(path: Path) -> None:
    """Put a file into the trash of the desktop. Raises OSError if it takes none."""
    where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    with suppress(OSError):  # then the trash says no
        Path(where).mkdir(0o700, parents=True, exist_ok=True)  # Qt makes the trash, and not the way there
    if not QFile(str(path)).moveToTrash():
        raise OSError(errno.EIO, tr("the trash does not take it"))


# --- the dialog --------------------------------------------------------------------------------


def _open(window: Window, paths: Sequence[Path], title: str, accept: str, form: Form) -> BatchDialog:
    job = Job(title, accept, lambda label, changes: Writing(label, changes, to_trash))
    return _show(window, BatchDialog(job, form, _root(window, paths), window))


def _offer_undo(window: Window, batch: Batch, title: str) -> BatchDialog | None:
    touched = {path for record in batch.records for path in (record.path, record.new_path or record.path)}
    unsaved = [path for path in _unsaved(window) if path in touched]
    if unsaved:
        dialogs.say(
            window,
            tr("The batch cannot be undone yet."),
            tr("{0} has changes that are not saved. Save or revert them first.").format(unsaved[0].name),
        )
        return None
    job = Job(title, tr("&Undo"), lambda _label, _changes: Undoing(batch), choosable=False)
    sentence = tr("Every file gets the bytes it had before. What was changed since is left alone.")
    form = NoForm(sentence, lambda: undo_plan(batch))
    return _show(window, BatchDialog(job, form, window.folder, window))


def _show(window: Window, dialog: BatchDialog) -> BatchDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.finished_work.connect(partial(follow, window))
    dialog.open()
    return dialog


def _name(window: Window, path: Path) -> str | None:
    try:
        return batch_files.identity(files.load(path))
    except FileProblem as problem:
        dialogs.say(window, tr("This file cannot be read."), str(problem))
        return None


def _open_copy(window: Window, done: Sequence[FileChange]) -> None:
    window.open_paths([change.path for change in done if change.kind == "created"])


def follow(window: Window, done: Sequence[FileChange]) -> None:
    """Let open documents and the folder's list say what is on disk after these changes."""
    for change in done:
        editor = next((one for one in window.editors() if _is(one.document.path, change.path)), None)
        if editor is None or editor.document.edited:
            continue
        if change.kind == "deleted":
            window.close_document(editor)
            continue
        try:
            loaded = files.load(change.target)
        except FileProblem:
            continue  # gone again: saving it asks
        document = editor.document
        document.apply(Transaction(diff(document.text, loaded.text), tr("Batch")))
        document.mark_saved(change.target, loaded.text, loaded.stamp)
    if window.editor is not None and window.editor.document.chosen is None:
        window.read_as(None)  # another folder may be another program's
    if window.folder is not None:
        window.catalog.read_settings()
        if window.editor is not None:
            window.catalog.show_present(window.editor.document.path)
    refresh_undo(window)


def _is(path: Path | None, other: Path) -> bool:
    return path is not None and path.absolute() == other.absolute()
