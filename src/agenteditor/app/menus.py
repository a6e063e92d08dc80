"""The menus whose entries come and go: templates, imports, recent files, kinds of files, themes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu

from agenteditor.app.actions import Actions
from agenteditor.app.new_agents import import_clipboard, import_files, import_folder, new_agent, templates
from agenteditor.app.start_page import shortened
from agenteditor.app.window import Window
from agenteditor.core.dialects import editable
from agenteditor.core.disk import is_there
from agenteditor.core.document import Document
from agenteditor.ui import theme
from agenteditor.ui.icons import icon
from agenteditor.ui.qtext import menu_text


def _tr(text: str) -> str:
    return QCoreApplication.translate("menus", text)


def fill_menus(window: Window, actions: Actions) -> None:
    """Fill the submenus: templates, recent files when shown, themes."""
    new_from = actions.submenus["new-from"]
    from_this = _tr("&From this agent")
    names = [template.stem.replace("-", " ").capitalize() for template in templates()]
    for template, name in zip(templates(), with_letters(names, "f"), strict=True):
        action = new_from.addAction(name)
        action.triggered.connect(lambda _on=False, path=template: new_agent(window, path))
    new_from.addSeparator()
    copy = new_from.addAction(from_this)
    copy.triggered.connect(
        lambda: window.editor and window.add_document(Document(window.editor.document.text))
    )
    new_from.aboutToShow.connect(lambda: copy.setEnabled(window.editor is not None))
    sources = {
        _tr("From the &clipboard"): import_clipboard,
        _tr("From &files…"): import_files,
        _tr("From a f&older…"): import_folder,
    }
    for text, start in sources.items():
        action = actions.submenus["import"].addAction(text)
        action.triggered.connect(lambda _on=False, begin=start: begin(window))
    actions.submenus["import"].addSeparator()
    into = {
        _tr("From a folder &into the catalog…"): _import_folder,
        _tr("From a &zip into the catalog…"): _import_zip,
    }
    for text, start in into.items():
        action = actions.submenus["import"].addAction(text)
        action.triggered.connect(lambda _on=False, begin=start: begin(window))
        actions.submenus["import"].aboutToShow.connect(
            lambda one=action: one.setEnabled(window.folder is not None)
        )
    recent = actions.submenus["recent"]
    recent.aboutToShow.connect(lambda: _fill_recent(window, recent))
    read_as = actions.submenus["read-as"]
    read_as.aboutToShow.connect(lambda: _fill_dialects(window, read_as))
    themes = actions.submenus["theme"]
    group = QActionGroup(themes)
    for choice, text in (("system", _tr("&System")), ("light", _tr("&Light")), ("dark", _tr("&Dark"))):
        action = themes.addAction(text)
        action.setCheckable(True)
        action.setChecked(window.settings.theme == choice)
        group.addAction(action)
        action.triggered.connect(
            lambda _on=False, word=choice: choose_theme(window, cast(theme.Choice, word))
        )


def _import_folder(window: Window) -> None:
    from agenteditor.app import import_catalog  # late: the window need not wait for it

    import_catalog.from_folder(window)


def _import_zip(window: Window) -> None:
    from agenteditor.app import import_catalog  # late, too

    import_catalog.from_zip(window)


def _fill_dialects(window: Window, menu: QMenu) -> None:
    """The kinds of files, the present one checked; first the one that place and text give."""
    menu.clear()
    document = window.editor.document if window.editor is not None else None
    menu.setEnabled(document is not None)
    if document is None:
        return
    found = document.in_dialect(None).syntax.dialect
    group = QActionGroup(menu)
    titles = [_tr("As found: {0}").format(found.title), *(one.title for one in editable())]
    for dialect, text in zip((None, *editable()), with_letters(titles, ""), strict=True):
        action = menu.addAction(text)
        action.setCheckable(True)
        group.addAction(action)
        action.setChecked(dialect is document.chosen)
        action.triggered.connect(lambda _on=False, one=dialect: window.read_as(one))
        if dialect is None:
            menu.addSeparator()


def choose_theme(window: Window, choice: theme.Choice) -> None:
    """Dress the program anew."""
    window.settings.theme = choice
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, choice)


def _fill_recent(window: Window, menu: QMenu) -> None:
    menu.clear()
    number = 0
    for names in (window.settings.recent_folders, window.settings.recent_files):
        for name in names:
            number += 1
            shown = menu_text(shortened(Path(name)))
            action = QAction(f"&{number} {shown}" if number < 10 else shown, menu)
            action.setIcon(icon("folder" if names is window.settings.recent_folders else "agent"))
            action.setEnabled(is_there(name))
            action.triggered.connect(lambda _on=False, path=name: window.open_paths([Path(path)]))
            menu.addAction(action)
        menu.addSeparator()
    clear = menu.addAction(_tr("&Clear"))
    clear.setEnabled(bool(number))
    clear.triggered.connect(lambda: _forget_recent(window))


def with_letters(names: Sequence[str], taken: str) -> list[str]:
    """Menu texts, each with a letter of its own marked by ``&`` as far as there are free ones."""
    used, marked = set(taken), []
    for title in names:
        name = title
        free = next((i for i, c in enumerate(name) if c.isalpha() and c.casefold() not in used), None)
        if free is not None:
            used.add(name[free].casefold())
            name = f"{name[:free]}&{name[free:]}"
        marked.append(name)
    return marked


def _forget_recent(window: Window) -> None:
    window.settings.recent_files.clear()
    window.settings.recent_folders.clear()
