"""The fixes of some problems as entries of a menu: what each does, and whether it is safe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from agenteditor.core.checks import Diagnostic, Fix
from agenteditor.ui.icons import icon, severity_icon
from agenteditor.ui.qtext import menu_text

_LONGEST_LABEL = 75  # letters of a sentence in a menu


def open_fixes(
    parent: QWidget, at: QPoint, problems: Sequence[Diagnostic], choose: Callable[[Fix], None]
) -> bool:
    """Open a menu of the fixes at a place of the screen; False, and no menu, if there are none."""
    if not any(problem.fixes for problem in problems):
        return False
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    add_fixes(menu, problems, choose)
    menu.setActiveAction(next(action for action in menu.actions() if action.isEnabled()))
    menu.popup(at)
    return True


def add_fixes(menu: QMenu, problems: Iterable[Diagnostic], choose: Callable[[Fix], None]) -> None:
    """Add the fixes, each below the sentence of its problem. ``choose`` is called with the one chosen."""
    for problem in problems:
        if not problem.fixes:
            continue
        title = menu.addAction(severity_icon(problem.severity), _label(problem.message))
        title.setEnabled(False)
        for fix in problem.fixes:
            action = menu.addAction(icon("fix"), fix_text(fix))
            action.triggered.connect(lambda _on=False, fix=fix: choose(fix))


def fix_text(fix: Fix) -> str:
    """A fix as the text of a menu entry; what follows the tab stands in a column of its own."""
    translate = QCoreApplication.translate
    kind = translate("FixMenu", "safe") if fix.safe else translate("FixMenu", "needs your decision")
    return f"{_label(fix.label)}\t{kind}"


def _label(sentence: str) -> str:
    """A sentence as the text of a menu entry: short, and no mnemonics."""
    short = sentence if len(sentence) <= _LONGEST_LABEL else sentence[: _LONGEST_LABEL - 1].rstrip() + "…"
    return menu_text(short)
