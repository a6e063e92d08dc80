"""What Go to anything offers in this window: agents, the places of the one that is shown, commands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from agenteditor.app.settings import on_top
from agenteditor.app.start_page import shortened
from agenteditor.app.titles import title
from agenteditor.app.window import Window
from agenteditor.core.disk import is_file
from agenteditor.core.go_to import Goal, Symbol, symbols
from agenteditor.ui.go_to_box import Choice, GoToBox, Group
from agenteditor.ui.icons import icon

_ICONS = {"field": "form", "example": "examples", "section": "heading"}


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("going", text)


def go_to(window: Window, typed: str = "") -> None:
    """Open the box with these letters typed."""
    box = window.findChild(GoToBox) or GoToBox(window, lambda prefix: groups(window, prefix))
    box.open(typed)


def groups(window: Window, prefix: str) -> list[Group]:
    """What there is: ``>`` for commands, ``@`` for the places of the agent that is shown, "" for the rest."""
    if prefix == ">":
        return [Group(_commands(window))]
    if prefix == "@":
        return [Group(_places(window, ("field", "example", "section")))]
    return [Group(_agents(window)), Group(_places(window, ("example", "section")), always=False)]


def named_agents(window: Window) -> list[tuple[str, Path]]:
    """Name and path of each agent of the open folders."""
    names = {entry.path: entry.name for entry in window.catalog.entries()}
    return [(names.get(path, path.stem), path) for path in window.catalog.paths()]


# --- agents ------------------------------------------------------------------------------------


def _agents(window: Window) -> list[Choice]:
    """The agents that were opened last, then those of the folder, then open ones from elsewhere.

    The one that is shown is not among the first: who goes somewhere is there already.
    """
    names = {path.absolute(): name for name, path in named_agents(window)}
    root = window.folder.absolute() if window.folder is not None else None
    new: list[Choice] = []
    for editor in window.editors():
        path = editor.document.path
        if path is not None:
            names.setdefault(path.absolute(), path.stem)
        else:
            show = lambda editor=editor: window.documents.setCurrentWidget(editor)  # noqa: E731
            new.append(Choice(Goal(title(editor.document), tr("not saved")), icon("agent"), show))
    present = window.editor.document.path if window.editor is not None else None
    recent = [
        Path(name)
        for name in window.settings.recent_files
        if present is None or name != str(present.absolute())
    ]
    first = [path for path in recent if path in names or is_file(path)]
    sign = icon("agent")
    folders: dict[Path, str] = {}
    made: list[Choice] = []
    for path in dict.fromkeys([*first, *names]):
        folder = path.parent
        if folder not in folders:
            folders[folder] = _below(root, folder)
        goal = Goal(names.get(path, path.stem), folders[folder])
        made.append(Choice(goal, sign, partial(_open, window, path)))
    return made + new


def _open(window: Window, path: Path) -> None:
    window.settings.remember_file(path)
    window.open_paths([path])


def _below(root: Path | None, folder: Path) -> str:
    """A folder as people see it: below the open one, else with its whole path."""
    if root is None or not folder.is_relative_to(root):
        return shortened(folder)
    return "" if folder == root else folder.relative_to(root).as_posix()


# --- places of one agent -----------------------------------------------------------------------


def _places(window: Window, kinds: tuple[str, ...]) -> list[Choice]:
    if window.editor is None:
        return []
    words = {"field": tr("field"), "example": tr("example"), "section": tr("section")}
    return [
        _place(window, place, words[place.kind])
        for place in symbols(window.editor.document.syntax)
        if place.kind in kinds
    ]


def _place(window: Window, place: Symbol, word: str) -> Choice:
    beside = tr("{0}, line {1}").format(word, place.line)
    show = lambda: window.present_editor().show_place(place.span)  # noqa: E731
    return Choice(Goal(place.name, beside), icon(_ICONS[place.kind]), show)


# --- commands ----------------------------------------------------------------------------------


def _commands(window: Window) -> list[Choice]:
    """Every entry of every menu; those that were chosen last come first."""
    found: dict[str, Choice] = {}
    for where, action in _entries(window, window.menuBar().actions(), ""):
        found[f"{where}/{action.iconText()}"] = _command(window, where, action)
    recent = [key for key in window.settings.recent_commands if key in found]
    return [found[key] for key in dict.fromkeys([*recent, *found])]


def _command(window: Window, where: str, action: QAction) -> Choice:
    def run() -> None:
        settings = window.settings
        settings.recent_commands = on_top(settings.recent_commands, f"{where}/{action.iconText()}")
        action.trigger()

    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    checked = action.isCheckable() and action.isChecked()
    goal = Goal(_words(action.text()), where)
    return Choice(goal, icon("check") if checked else action.icon(), run, keys, action.isEnabled())


def _entries(window: Window, actions: list[QAction], where: str) -> Iterator[tuple[str, QAction]]:
    """The actions in menus and in the menus inside them, with the names of the menus."""
    for action in actions:
        menu = action.menu()
        if menu is not None and menu is window.actions_.submenus["recent"]:
            continue  # files, and no commands: they are among the agents
        if isinstance(menu, QMenu):
            menu.aboutToShow.emit()  # those whose entries come and go are filled by it
            name = _words(action.text())
            yield from _entries(window, menu.actions(), f"{where} › {name}" if where else name)
        elif not action.isSeparator() and action.text():
            yield where, action


def _words(text: str) -> str:
    """The text of an action without the mark of its letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
