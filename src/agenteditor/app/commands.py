"""What each action of the window does, in a line or few; and the window with all of them.

The table of actions is in ``actions``; the window itself knows them by name only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer

from agenteditor import __version__
from agenteditor.app import batch_commands, dialogs, output, saving
from agenteditor.app.actions import Actions
from agenteditor.app.convert_dialog import ConvertDialog
from agenteditor.app.going import go_to
from agenteditor.app.menus import fill_menus
from agenteditor.app.new_agents import new_agent, start_folder, templates
from agenteditor.app.recovery import Recovery
from agenteditor.app.saved_versions_dialog import show_versions
from agenteditor.app.searching import search_all
from agenteditor.app.settings import Settings
from agenteditor.app.shortcuts_dialog import ShortcutsDialog
from agenteditor.app.titles import title
from agenteditor.app.window import Window
from agenteditor.core import line_ends
from agenteditor.core.document import Document, Transaction
from agenteditor.core.fixing import fixed
from agenteditor.core.portable import portable
from agenteditor.core.repairs import make_agent
from agenteditor.core.resources import resource
from agenteditor.core.text import Edits, Refusal, apply, diff
from agenteditor.ui import fix_dialog
from agenteditor.ui.fix_dialog import Offer
from agenteditor.ui.qtext import plain

NEW_DESCRIPTION = "Use this agent when …"


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("commands", text)


def make_window(settings: Settings) -> Window:
    """The main window with its actions and menus."""
    window = Window(settings, _equipped)
    Recovery(window)
    window.catalog.menu_wanted.connect(partial(batch_commands.offer, window))
    window.disk.save_wanted.connect(partial(save, window))
    window.disk.save_as_wanted.connect(partial(save_as, window))
    return window


def _equipped(window: Window) -> Actions:
    actions = Actions(window, slots(window))
    fill_menus(window, actions)
    QTimer.singleShot(0, window, lambda: batch_commands.refresh_undo(window))
    return actions


def slots(window: Window) -> dict[str, Callable[..., object]]:
    """What to call for each action, by name."""

    editor = window.present_editor

    def view(name: str) -> Callable[..., object]:
        return lambda: window.show_view(name)

    return {
        "new": lambda: new_agent(window, templates()[0]),
        "open": lambda: window.open_paths(dialogs.ask_files(window, start_folder(window))),
        "open-folder": lambda: open_folder(window),
        "add-folder": lambda: add_folder(window),
        "save": lambda: save(window, editor().document),
        "save-as": lambda: save_as(window, editor().document),
        "save-all": lambda: save_all(window),
        "revert": lambda: saving.revert(editor().document, tr("Revert to saved")),
        "saved-versions": lambda: show_versions(window),
        "export": lambda: export(window),
        "convert": lambda: ConvertDialog(editor().document, window).exec(),
        "save-preview": lambda: output.save_preview(
            window, editor().document, editor().preview.source, window.say
        ),
        "print-preview": lambda: output.print_preview(window, editor().document, editor().preview.source),
        "close": lambda: window.close_document(window.documents.page()),
        "quit": window.close,
        "undo": lambda: editor().undo(),
        "redo": lambda: editor().redo(),
        "find": lambda: editor().open_find(replace=False),
        "replace": lambda: editor().open_find(replace=True),
        "find-next": lambda: editor().find_step(1),
        "find-previous": lambda: editor().find_step(-1),
        "find-all": lambda: search_all(window),
        "replace-all": lambda: search_all(window, replacing=True),
        "go-to": lambda: go_to(window),
        "commands": lambda: go_to(window, ">"),
        "details": view("details"),
        "examples": view("examples"),
        "prompt": view("prompt"),
        "source": view("source"),
        "preview": window.panels_changed,
        "problems": window.panels_changed,
        "folder": window.panels_changed,
        "filter": lambda: filter_agents(window),
        "zoom-in": lambda: editor().zoom(1),
        "zoom-out": lambda: editor().zoom(-1),
        "zoom-reset": lambda: editor().zoom(0),
        "next-pane": lambda: window.step_pane(1),
        "previous-pane": lambda: window.step_pane(-1),
        "next-document": lambda: window.documents.step(1),
        "previous-document": lambda: window.documents.step(-1),
        "make-agent": lambda: make_this_an_agent(editor().document),
        "fixes-here": lambda: editor().open_fixes(),
        "without-asking": lambda on: setattr(window.settings, "apply_safe_fixes", on),
        "to-prose": lambda: editor().convert_triggers("prose"),
        "to-examples": lambda: editor().convert_triggers("examples"),
        "fix-all": lambda: fix_all(window, editor().document),
        "make-portable": lambda: make_portable(window, editor().document),
        "next-problem": lambda: editor().step_problem(1),
        "previous-problem": lambda: editor().step_problem(-1),
        "review-changes": lambda: review_changes(window),
        "copy-json": lambda: window.say(output.copy_json(editor().document)),
        "copy-command": lambda: window.say(output.copy_command(editor().document)),
        "to-lf": lambda: edit(
            editor().document, line_ends.to_line_ends(editor().document.text, "LF"), tr("Line ends to LF")
        ),
        "to-crlf": lambda: edit(
            editor().document, line_ends.to_line_ends(editor().document.text, "CRLF"), tr("Line ends to CRLF")
        ),
        "bom": lambda: toggle_bom(editor().document),
        "judge": lambda: judge(window),
        **batch_commands.slots(window),
        "shortcuts": lambda: ShortcutsDialog(window.actions_.shortcuts(), window).exec(),
        "sample": lambda: window.open_paths([resource("samples")]),
        "about": lambda: about(window),
    }


def edit(document: Document, edits: Edits, label: str) -> None:
    """One transaction."""
    document.apply(Transaction(edits, label))


# --- files -------------------------------------------------------------------------------------


def open_folder(window: Window) -> None:
    """Ask for a folder and list it."""
    folder = dialogs.ask_folder(window, window.folder or Path.cwd())
    if folder is not None:
        window.open_folder(folder)


def add_folder(window: Window) -> None:
    """Ask for a folder and list it beside those that are open."""
    folder = dialogs.ask_folder(window, window.folder or Path.cwd())
    if folder is not None:
        window.settings.remember_folder(folder)
        window.catalog.add_folder(folder)
        window.actions_["folder"].setChecked(True)


def filter_agents(window: Window) -> None:
    """Show the folder's list and put the focus into its filter; what stands there is selected."""
    window.actions_["folder"].setChecked(True)
    window.panels_changed()
    window.catalog.filter_line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    window.catalog.filter_line.selectAll()


def save(window: Window, document: Document) -> None:
    """Save an open document and say so."""
    _take_typed(window, document)
    window.saves.save(document, lambda saved: _go_on(window, document) if saved else None)


def save_as(window: Window, document: Document) -> None:
    """Save an open document elsewhere and go on with it there."""
    _take_typed(window, document)
    window.saves.save_as(document, lambda saved: _go_on(window, document) if saved else None)


def _take_typed(window: Window, document: Document) -> None:
    """Have what is typed and not in the text yet taken into it, if it can be."""
    if (editor := window.documents.editor_of(document)) is not None:
        editor.take_typed()


def _go_on(window: Window, document: Document) -> None:
    """Go on with a document where it was saved."""
    if document.chosen is None and window.editor is not None and window.editor.document is document:
        window.read_as(None)  # another folder may be another program's
    say_saved(window, [document])


def save_all(window: Window) -> None:
    """Save what is not saved, one after the other; a question answered by Cancel stops it."""
    if window.editor is not None:
        window.editor.take_typed()
    documents = [editor.document for editor in window.editors() if editor.document.modified]
    window.saves.save_each(documents, lambda saved: say_saved(window, saved))


def say_saved(window: Window, documents: Sequence[Document]) -> None:
    """Say what was saved, and remember where."""
    for document in documents:
        if document.path is not None:
            window.settings.remember_file(document.path)
    window.read_settings()  # one of them may be a settings file
    doubtful = [one for one in documents if one.stamp is not None and not one.stamp.durable]
    if doubtful:
        window.say(
            tr("Saved {0}, but the disk did not confirm that it would outlast a power cut.").format(
                ", ".join(title(document) for document in doubtful)
            )
        )
    elif len(documents) == 1:
        window.say(tr("Saved {0}").format(plain(str(documents[0].path))))
    elif documents:
        window.say(tr("Saved {0} agents").format(len(documents)))


def export(window: Window) -> None:
    """Show what an export would write, and write it."""
    from agenteditor.app.export_dialog import ExportDialog  # late: the window need not wait for it

    dialog = ExportDialog(window.documents_to_export(), window.settings, window)
    dialog.exec()
    dialog.deleteLater()


def judge(window: Window) -> None:
    """Show the judgement over the open folders."""
    from agenteditor.app import judge_dialog  # late: the window need not wait for it

    judge_dialog.judge(window)


def review_changes(window: Window) -> None:
    """Show what changed since the last save."""
    window.actions_["preview"].setChecked(True)
    window.panels_changed()
    window.present_editor().show_changes()


# --- the text ----------------------------------------------------------------------------------


def make_this_an_agent(document: Document) -> None:
    """Put frontmatter on top of a plain Markdown file."""
    name = document.path.stem if document.path is not None else "new-agent"
    edits = make_agent(document.syntax, name, NEW_DESCRIPTION)
    if not isinstance(edits, Refusal):
        edit(document, edits, tr("Make this an agent"))


def make_portable(window: Window, document: Document) -> None:
    """Show the one edit after which the programs agree, and make it; or say why there is none."""
    found = portable(document.syntax)
    if isinstance(found, Refusal):
        window.say(plain(found.reason))
        return
    after = apply(document.text, found.edits)
    _fix_together(window, document, tr("Make it load everywhere"), after, tuple(found.steps))


def fix_all(window: Window, document: Document) -> None:
    """Show all safe fixes, apply them as one step if that is wanted, and say which they were."""
    name = document.path.name if document.path else None
    result = fixed(document.text, document.place, name, document.syntax.dialect, document.settings)
    if not result.labels:
        window.say(tr("There is nothing to fix without a decision of yours."))
        return
    _fix_together(window, document, tr("Apply all safe fixes"), result.text, result.labels)


def _fix_together(window: Window, document: Document, label: str, after: str, steps: tuple[str, ...]) -> None:
    """Show steps that make ``after`` of the text, and make them if that is wanted."""
    before = document.text
    if not fix_dialog.agreed(window, Offer(label, before, after, safe=True, steps=steps), window.settings):
        return
    if document.text != before:
        window.say(tr("The text has changed meanwhile; nothing was done."))
        return
    edit(document, diff(before, after), label)
    window.say(tr("Applied: {0}").format("; ".join(steps)))


def toggle_bom(document: Document) -> None:
    """Add the byte order mark, or drop it."""
    if line_ends.has_bom(document.text):
        edit(document, line_ends.drop_bom(document.text), tr("Drop the byte order mark"))
    else:
        edit(document, line_ends.add_bom(document.text), tr("Add a byte order mark"))


# --- the window --------------------------------------------------------------------------------


def about(window: Window) -> None:
    """Version and promise."""
    dialogs.tell(
        window,
        f"Agent Editor {__version__}",
        tr("Edits coding-agent definition files without touching a byte you did not change.")
        + "\n\n"
        + tr("No network, no telemetry. MIT licence."),
    )
