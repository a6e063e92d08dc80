"""What stands above the rows of a catalog: the filter, the order, and the menu of folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from agenteditor.core.catalog_filter import KEYS
from agenteditor.core.catalog_order import ORDERS, Order
from agenteditor.core.scopes import Scope
from agenteditor.ui import catalog_words as words
from agenteditor.ui.icons import icon
from agenteditor.ui.qtext import OWN_UNDO, menu_text, tool_tip

# What the menu of terms offers; each is put in as it stands.
_TERMS = (
    "tool:", "model:", "folder:", "problem:error", "problem:warning", "verdict:fails", "verdict:repaired",
    "is:skipped", "is:shadowed", "is:unsaved",
)  # fmt: skip


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("catalog", text)


class FilterLine(QLineEdit):
    """The filter. ``left``: Down was pressed, for the rows; ``accepted``: Enter, for the first of them."""

    left = Signal()
    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty(OWN_UNDO, True)
        self.setPlaceholderText(tr("Filter"))
        self.setAccessibleName(tr("Filter the agents"))
        self.setAccessibleDescription(tr("Words, or terms such as tool:Bash. Ctrl+Space lists them."))
        self.setClearButtonEnabled(True)
        action = self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        action.setToolTip(tr("Terms for the filter (Ctrl+Space)"))
        action.triggered.connect(self.offer_terms)
        self.returnPressed.connect(self.accepted)
        known = "\n".join(f"{key}:  {meaning}" for key, meaning in KEYS.items())
        hint = tr("Words of name, folder, description, tools, model or rules. A minus turns a term round.")
        self.setToolTip(tool_tip(f"{hint}\n\n{known}"))

    def menu_of_terms(self) -> QMenu:
        """The terms there are; each puts itself in."""
        menu = QMenu(self)
        for term in _TERMS:
            menu.addAction(term).triggered.connect(lambda _on=False, term=term: self._put_in(term))
        return menu

    def offer_terms(self) -> None:
        """Show the terms below the line."""
        menu = self.menu_of_terms()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _put_in(self, term: str) -> None:
        text = self.text().rstrip()
        self.setText(f"{text} {term}".lstrip())
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Space and control:
            self.offer_terms()
        else:
            super().keyPressEvent(event)


class OrderButton(QToolButton):
    """The order of the rows. ``chosen``: it is another now."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order: Order = "folder"
        self.setIcon(icon("sort"))
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        titles: dict[Order, str] = {
            "folder": tr("By &folder"),
            "name": tr("By &name"),
            "problems": tr("Worst &problems first"),
            "verdict": tr("What does not &load first"),
            "model": tr("By &model"),
        }
        menu = QMenu(self)
        group = QActionGroup(menu)
        for order in ORDERS:
            action = menu.addAction(titles[order])
            action.setCheckable(True)
            action.setChecked(order == self.order)
            action.triggered.connect(lambda _on=False, order=order: self.choose(order))
            group.addAction(action)
        self._titles = titles
        self._actions = dict(zip(ORDERS, menu.actions(), strict=True))
        self.menu_ = menu
        self.clicked.connect(lambda: menu.popup(self.mapToGlobal(self.rect().bottomLeft())))
        self._name()

    def choose(self, order: Order) -> None:
        """Sort the rows in this order."""
        if order != self.order:
            self.order = order
            self._actions[order].setChecked(True)
            self._name()
            self.chosen.emit()

    def _name(self) -> None:
        said = tr("Order: {0}").format(self._titles[self.order].replace("&", ""))
        self.setToolTip(said)
        self.setAccessibleName(said)


class PlacesButton(QToolButton):
    """Which folders are open, and which others Claude Code reads: offered, none of them opened unasked.

    ``toggled_folder`` carries the folder to open or close; the menu is made when it is asked for.
    """

    about_to_show = Signal()
    toggled_folder = Signal(object)
    add_wanted = Signal()
    refresh_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icon("more"))
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tr("Folders: open more of them, or close some"))
        self.setAccessibleName(tr("Folders of agents"))
        self.clicked.connect(self.about_to_show)

    def menu_of(self, opened: Sequence[Path], found: Sequence[Scope]) -> QMenu:
        """The menu: the places found, those that win first; other open folders; more."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        here = {folder.absolute() for folder in opened}
        for scope in found:
            self._add(menu, scope.folder, words.scope_entry(scope), on=scope.folder in here)
        menu.addSeparator()
        known = {scope.folder for scope in found}
        for folder in opened:
            if folder.absolute() not in known:
                self._add(menu, folder, folder.name or str(folder), on=True)
        menu.addSeparator()
        menu.addAction(icon("folder"), tr("&Add a folder…")).triggered.connect(self.add_wanted)
        menu.addAction(icon("refresh"), tr("&Look again")).triggered.connect(self.refresh_wanted)
        return menu

    def show_menu(self, menu: QMenu) -> None:
        """Show a menu below the button."""
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _add(self, menu: QMenu, folder: Path, text: str, *, on: bool) -> None:
        action = menu.addAction(menu_text(text))
        action.setCheckable(True)
        action.setChecked(on)
        action.setToolTip(tool_tip(str(folder)))
        action.triggered.connect(lambda: self.toggled_folder.emit(folder))
