"""Every action of the window in one table: text, icon, keys, what it does; the menus; and which are on.

Actions are found by name (``actions["save"]``), so that the tool bar, the tests and the start page
use the same ones. Keys are the platform's standard ones where there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from agenteditor.core.document import Document
from agenteditor.core.line_ends import has_bom, line_ends
from agenteditor.core.triggers import style
from agenteditor.ui.icons import icon
from agenteditor.ui.qtext import menu_text, tool_tip

Keys = QKeySequence.StandardKey | str | None


class Spec(NamedTuple):
    """One action; ``icon`` is the name of a drawing, ``menu`` the menu it stands in."""

    name: str
    menu: str
    text: str
    keys: Keys | tuple[Keys, ...] = None
    icon: str = ""
    checkable: bool = False


_K = QKeySequence.StandardKey

# "-" is a separator; a name that begins with ">" is a submenu filled by the window.
SPECS: tuple[Spec | str, ...] = (
    Spec("new", "file", "&New agent", _K.New, "new"),
    ">new-from",
    "-file",
    Spec("open", "file", "&Open…", _K.Open, "open"),
    Spec("open-folder", "file", "Open &folder…", "Ctrl+Shift+O", "folder"),
    ">recent",
    ">import",
    "-file",
    Spec("save", "file", "&Save", _K.Save, "save"),
    Spec("save-as", "file", "Save &as…", "Ctrl+Shift+S", "save-as"),
    Spec("save-all", "file", "Save a&ll", "Ctrl+Alt+S"),
    Spec("revert", "file", "Rever&t to saved", None, "revert"),
    Spec("saved-versions", "file", "Save&d versions…", None, "recent"),
    "-file",
    Spec("export", "file", "&Export to catalog…", "Ctrl+E", "export"),
    Spec("convert", "file", "Con&vert for another program…", "Ctrl+Shift+E", "refresh"),
    "-file",
    Spec("save-preview", "file", "Save the previe&w…"),
    Spec("print-preview", "file", "&Print the preview…"),
    "-file",
    Spec("close", "file", "&Close", _K.Close, "close"),
    Spec("quit", "file", "&Quit", _K.Quit),
    Spec("undo", "edit", "&Undo", _K.Undo, "undo"),
    Spec("redo", "edit", "&Redo", (_K.Redo, "Ctrl+Y"), "redo"),
    "-edit",
    Spec("find", "edit", "&Find in source", _K.Find, "search"),
    Spec("replace", "edit", "R&eplace in source", ("Ctrl+H", _K.Replace), "replace"),
    Spec("find-next", "edit", "Find &next", _K.FindNext),
    Spec("find-previous", "edit", "Find &previous", _K.FindPrevious),
    "-edit",
    Spec("find-all", "edit", "Find in all a&gents…", "Ctrl+Shift+F", "search"),
    Spec("replace-all", "edit", "Replace in &all agents…", "Ctrl+Shift+H", "replace"),
    Spec("go-to", "view", "Go to agent or &command…", "Ctrl+P", "search"),
    Spec("commands", "view", "Co&mmands…", "Ctrl+Shift+P", "command"),
    "-view",
    Spec("details", "view", "&Details", "Ctrl+1", "form"),
    Spec("examples", "view", "&Examples", "Ctrl+2", "examples"),
    Spec("prompt", "view", "&Prompt", "Ctrl+3", "prompt"),
    Spec("source", "view", "&Source", "Ctrl+4", "source"),
    "-view",
    Spec("preview", "view", "P&review", "F9", "preview", True),
    Spec("problems", "view", "Pro&blems", "Ctrl+Shift+M", "problems", True),
    Spec("folder", "view", "&Folder", "Ctrl+B", "folder", True),
    Spec("filter", "view", "Fi&lter the agents", "Ctrl+Alt+F"),
    "-view",
    Spec("zoom-in", "view", "Zoom &in", (_K.ZoomIn, "Ctrl+=")),
    Spec("zoom-out", "view", "Zoom &out", _K.ZoomOut),
    Spec("zoom-reset", "view", "&Normal size", "Ctrl+0"),
    ">theme",
    "-view",
    Spec("next-pane", "view", "Ne&xt pane", "F6"),
    Spec("previous-pane", "view", "Previous p&ane", "Shift+F6"),
    Spec("next-document", "view", "Next a&gent", "Ctrl+Tab"),
    Spec("previous-document", "view", "Previo&us agent", "Ctrl+Shift+Tab"),
    Spec("make-agent", "agent", "&Make this an agent", None, "agent"),
    Spec("fixes-here", "agent", "F&ixes here…", ("Ctrl+.", "Alt+Return", "Alt+Enter"), "fix"),
    Spec("fix-all", "agent", "&Apply all safe fixes…", "Ctrl+Shift+.", "fix"),
    Spec("without-asking", "agent", "Safe fixes &without asking", None, "", True),
    Spec("make-portable", "agent", "Make it load &everywhere…"),
    "-agent",
    Spec("next-problem", "agent", "&Next problem", "F8"),
    Spec("previous-problem", "agent", "&Previous problem", "Shift+F8"),
    "-agent",
    Spec("review-changes", "agent", "&Changes since save", "Ctrl+D", "diff"),
    "-agent",
    ">read-as",
    Spec("copy-json", "agent", "Copy as --agents &JSON", None, "copy"),
    Spec("copy-command", "agent", "Copy the command that r&uns it", None, "command"),
    Spec("to-prose", "agent", "Examples to pr&ose…", None, "prompt"),
    Spec("to-examples", "agent", "Prose to e&xamples…", None, "examples"),
    "-agent",
    Spec("to-lf", "agent", "Line ends: &LF"),
    Spec("to-crlf", "agent", "Line ends: C&RLF"),
    Spec("bom", "agent", "&Byte order mark", None, "", True),
    Spec("add-folder", "catalog", "&Add a folder…", None, "folder"),
    Spec("judge", "catalog", "&Judge the catalog…", "Ctrl+J", "chart"),
    Spec("batch-fix", "catalog", "&Fix one rule everywhere…", None, "fix"),
    Spec("batch-set", "catalog", "&Set a field…", None, "form"),
    Spec("batch-remove", "catalog", "Remo&ve a field…", None, "subtract"),
    "-catalog",
    Spec("batch-rename", "catalog", "&Rename…", "F2", "name"),
    Spec("batch-move", "catalog", "&Move…", None, "move"),
    Spec("batch-duplicate", "catalog", "&Duplicate…", None, "duplicate"),
    Spec("batch-delete", "catalog", "De&lete…", None, "remove"),
    "-catalog",
    Spec("batch-disable", "catalog", "D&isable…", None, "preview-off"),
    Spec("batch-enable", "catalog", "&Enable…", None, "preview"),
    "-catalog",
    Spec("batch-undo", "catalog", "&Undo last batch", None, "undo"),
    Spec("shortcuts", "help", "&Keyboard shortcuts", "Ctrl+?", "keyboard"),
    Spec("sample", "help", "&Open the sample agents", None, "agent"),
    "-help",
    Spec("about", "help", "&About Agent Editor", None, "agenteditor"),
)

_NEEDS_EDITOR = (
    *("save", "save-as", "save-all", "revert", "saved-versions", "export"),
    *("find", "replace", "find-next", "find-previous", "zoom-in", "zoom-out", "zoom-reset"),
    *("details", "examples", "prompt", "source", "preview", "problems", "review-changes"),
    *("next-problem", "previous-problem"),
    *("convert", "make-agent", "fixes-here", "fix-all", "to-prose", "to-examples", "to-lf", "to-crlf", "bom"),
    *("save-preview", "print-preview", "copy-json", "copy-command", "make-portable"),
)

MENUS = {
    "file": "&File",
    "edit": "&Edit",
    "view": "&View",
    "agent": "&Agent",
    "catalog": "Catalo&g",
    "help": "&Help",
}
SUBMENUS = {
    "new-from": ("file", "New from te&mplate"),
    "recent": ("file", "Open &recent"),
    "import": ("file", "&Import"),
    "theme": ("view", "&Theme"),
    "read-as": ("agent", "Read a&s"),
}


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("actions", text)


class Actions:
    """The window's actions by name, and its submenus."""

    def __init__(self, window: QMainWindow, slots: dict[str, Callable[..., object]]) -> None:
        self._actions: dict[str, QAction] = {}
        self.submenus: dict[str, QMenu] = {}
        menus = {name: window.menuBar().addMenu(tr(title)) for name, title in MENUS.items()}
        for spec in SPECS:
            if isinstance(spec, str) and spec.startswith("-"):
                menus[spec[1:]].addSeparator()
            elif isinstance(spec, str):
                menu, title = SUBMENUS[spec[1:]]
                self.submenus[spec[1:]] = menus[menu].addMenu(tr(title))
            else:
                action = _made(window, spec, slots[spec.name])
                menus[spec.menu].addAction(action)
                self._actions[spec.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def show_document(self, document: Document | None) -> None:
        """Switch on what can be done with the document that is shown, and what is without one off."""
        for name in _NEEDS_EDITOR:
            self[name].setEnabled(document is not None)
        _name_step(self["undo"], tr("&Undo"), document.undo_label if document else None)
        _name_step(self["redo"], tr("&Redo"), document.redo_label if document else None)
        if document is None:
            return
        self["save"].setEnabled(document.modified or document.path is None)
        self["make-agent"].setEnabled(document.syntax.frontmatter is None)
        triggers = style(document.syntax)
        self["to-prose"].setEnabled(triggers in ("examples", "both"))
        self["to-examples"].setEnabled(triggers in ("prose", "both"))
        ends = line_ends(document.text)
        self["to-lf"].setEnabled(ends not in ("LF", "none"))
        self["to-crlf"].setEnabled(ends not in ("CRLF", "none"))
        self["bom"].setChecked(has_bom(document.text))

    def shortcuts(self) -> list[tuple[str, str, str]]:
        """Menu, text and keys of each action that has keys."""
        rows: list[tuple[str, str, str]] = []
        for spec in SPECS:
            keys = self._actions[spec.name].shortcuts() if isinstance(spec, Spec) else []
            keys = [key for key in keys if not _special(key)]
            if isinstance(spec, Spec) and keys:
                native = QKeySequence.SequenceFormat.NativeText
                text = self._actions[spec.name].text().replace("&", "").removesuffix("…")
                rows.append(
                    (tr(MENUS[spec.menu]).replace("&", ""), text, ", ".join(k.toString(native) for k in keys))
                )
        return rows


def _name_step(action: QAction, word: str, label: str | None) -> None:
    """Name an action after the step that it takes back or does again; None: there is none."""
    action.setEnabled(label is not None)
    action.setText(f"{word}: {menu_text(label)}" if label else word)
    action.setIconText(word.replace("&", ""))
    action.setToolTip(tool_tip(f"{word.replace('&', '')}: {label}" if label else word.replace("&", "")))


def _special(keys: QKeySequence) -> bool:
    """Whether it is one of the keys named Open, Save, Undo …, which hardly any keyboard has."""
    return keys[0].key() >= Qt.Key.Key_Back  # type: ignore[index]  # the stubs do not know it


def _made(window: QMainWindow, spec: Spec, slot: Callable[..., object]) -> QAction:
    action = QAction(tr(spec.text), window)
    if spec.icon:
        action.setIcon(icon(spec.icon))
    sequences: list[QKeySequence] = []
    for keys in spec.keys if isinstance(spec.keys, tuple) else (spec.keys,):
        if isinstance(keys, str):
            sequences.append(QKeySequence(keys))
        elif keys is not None:
            sequences += QKeySequence.keyBindings(keys)
    # setShortcut would bind only the first of several keys.
    action.setShortcuts(list(dict.fromkeys(sequences)))
    action.setCheckable(spec.checkable)
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.triggered.connect(slot)
    return action
