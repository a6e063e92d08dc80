"""All problems of one document: what, where, and the way out.

Enter or a click on a row asks the editor to show the place; F8 steps through them. Each row with a
fix has a button for it; several fixes are offered in a menu. Where there is little room the place
stands below the sentence, and then the button is its sign alone. The menu of a row switches its rule
off; a button says how many findings are switched off, and switches their rules on again.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedWidget,
    QToolButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.checks import Diagnostic, Severity
from agenteditor.core.document import Change, Document
from agenteditor.core.text import LineIndex
from agenteditor.ui import theme
from agenteditor.ui.fix_menu import fix_text
from agenteditor.ui.icons import icon, severity_icon
from agenteditor.ui.qtext import menu_text, plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_MESSAGE, _WHERE, _FIX = range(3)
_ROW = 26  # pixels: the least height of a row
_ROOM = 44  # letters a sentence should have in a line, before place and button give way


class ProblemsView(QWidget):
    """The list of problems.

    ``wanted`` carries a Diagnostic to show; ``fix_wanted`` a Fix; ``rule_wanted`` the code of a rule to
    explain; ``switch_wanted`` such a code and what to switch it to. ``emptied``: the list had the focus
    and no row is left to have it.
    """

    wanted = Signal(object)
    fix_wanted = Signal(object)
    fix_all_wanted = Signal()
    rule_wanted = Signal(str)
    switch_wanted = Signal(str, str)
    emptied = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._shown: tuple[Diagnostic, ...] | None = None
        self._position = 0
        self._last: Diagnostic | None = None
        self._filters = {severity: self._filter_button(severity) for severity in _SEVERITIES}
        self._fix_all = QToolButton()
        self._fix_all.setText(self.tr("Apply all safe fixes"))
        self._fix_all.setIcon(icon("fix"))
        self._fix_all.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fix_all.clicked.connect(self.fix_all_wanted)
        self._unreported = QToolButton()
        self._unreported.setAutoRaise(True)
        self._unreported.setIcon(icon("preview-off"))
        self._unreported.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._unreported.clicked.connect(self._offer_unreported)
        self._list = self._make_list()
        self._nothing = QLabel()
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setForegroundRole(self._nothing.foregroundRole().PlaceholderText)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._make_header())
        layout.addWidget(self._pages, 1)
        self.setMinimumHeight(3 * _ROW)
        document.subscribe(self._changed)
        self._refresh()

    def _make_header(self) -> QHBoxLayout:
        header = QHBoxLayout()
        header.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        title = QLabel(self.tr("Problems"))
        title.setFont(theme.heading_font(title))
        header.addWidget(title)
        header.addSpacing(theme.GAP)
        for button in self._filters.values():
            header.addWidget(button)
        header.addWidget(self._unreported)
        header.addStretch(1)
        header.addWidget(self._fix_all)
        return header

    def _filter_button(self, severity: Severity) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setChecked(True)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(severity_icon(severity))
        button.toggled.connect(lambda _on: self._refresh(anew=True))
        return button

    def _make_list(self) -> SentenceRows:
        rows = SentenceRows(3, sentence=_MESSAGE, below=_WHERE)
        rows.setHeaderHidden(True)
        rows.setFrameShape(SentenceRows.Shape.NoFrame)
        rows.setAccessibleName(self.tr("Problems"))
        rows.itemActivated.connect(lambda item, _column: self._want(item))
        rows.itemClicked.connect(lambda item, _column: self._want(item))
        rows.resized.connect(self._fit)
        return rows

    # --- showing ---------------------------------------------------------------------------

    def _changed(self, _change: Change) -> None:
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self, *, anew: bool = False) -> None:
        problems = self._document.problems
        if not anew and self._shown is not None and not self.isVisible():
            return
        self._show_unreported()
        if not anew and problems == self._shown:
            return
        self._shown = problems
        focus = self.window().focusWidget()  # of this window: a dialog may just have been answered
        held = focus is not None and (focus is self._list or self._list.isAncestorOf(focus))
        for severity, button in self._filters.items():
            count = sum(problem.severity == severity for problem in problems)
            button.setText(str(count))
            button.setAccessibleName(_shown_words(severity).format(count))
            button.setToolTip(_shown_words(severity).format(count))
            button.setVisible(bool(count))
        visible = [problem for problem in problems if self._filters[problem.severity].isChecked()]
        self._fix_all.setVisible(any(fix.safe for problem in problems for fix in problem.fixes))
        self._pages.setCurrentIndex(0 if visible else 1)
        self._nothing.setText(
            self.tr("All problems are hidden by the filter.")
            if problems
            else self.tr("No problems by the rules that are on.")
            if self._document.unreported
            else self.tr("No problems.")
        )
        self._fill(visible)
        if held and visible:
            self.take_focus()  # the button that was pressed is gone
        elif held:
            self.emptied.emit()

    def _show_unreported(self) -> None:
        count = len(self._document.unreported)
        self._unreported.setVisible(bool(count))
        self._unreported.setText(self.tr("{0} not reported").format(count))
        file = str(self._document.settings.path or "")
        self._unreported.setToolTip(tool_tip(self.tr("Rules that are switched off in {0}").format(file)))

    def _offer_unreported(self) -> None:
        """A menu that switches rules on again."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for code in sorted({problem.code for problem in self._document.unreported}):
            action = menu.addAction(self.tr("Report “{0}” again").format(code))
            action.triggered.connect(lambda _on=False, rule=code: self.switch_wanted.emit(rule, "on"))
        menu.popup(self._unreported.mapToGlobal(self._unreported.rect().bottomLeft()))

    def _fill(self, problems: list[Diagnostic]) -> None:
        selected = self._list.currentIndex().row()
        scroll = self._list.verticalScrollBar().value()
        lines = LineIndex(self._document.text)
        self._list.clear()
        for problem in problems:
            line, column = lines.position(problem.span.start)
            where = self.tr("line {0}:{1}").format(line, column)
            if problem.field:
                where = f"{plain(problem.field)} · {where}"
            message = plain(problem.message)
            item = QTreeWidgetItem([message, where, ""])
            item.setIcon(_MESSAGE, severity_icon(problem.severity))
            item.setData(_MESSAGE, Qt.ItemDataRole.UserRole, problem)
            item.setData(
                _MESSAGE, Qt.ItemDataRole.AccessibleTextRole, f"{problem.severity}: {message}, {where}"
            )
            item.setToolTip(_WHERE, problem.code)
            item.setForeground(_WHERE, theme.current().muted)
            item.setSizeHint(_FIX, QSize(0, _ROW))
            self._list.addTopLevelItem(item)
            if problem.fixes:
                self._list.setItemWidget(item, _FIX, _centred(self._fix_button(problem)))
        current = self._list.topLevelItem(min(max(selected, 0), len(problems) - 1))
        if current is not None:
            self._list.setCurrentItem(current)
        self._fit()
        self._list.verticalScrollBar().setValue(scroll)

    def _fit(self) -> None:
        """Share the width out: place and button leave the sentences enough, or give way."""
        where = self._list.needed(_WHERE)
        buttons = self._list.findChildren(QToolButton)
        room, least = self._list.room(), _ROOM * self._list.fontMetrics().averageCharWidth()
        words, sign = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        for style, below in ((words, False), (words, True), (sign, True)):
            for button in buttons:
                button.setToolButtonStyle(style)
            fix = max((button.sizeHint().width() + 2 * theme.GAP for button in buttons), default=0)
            sentence = room - fix - (0 if below else where)
            if sentence >= least:
                break
        self._list.share(sentence, 0 if below else where, fix)

    def _fix_button(self, problem: Diagnostic) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("fix"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setText(problem.fixes[0].label if len(problem.fixes) == 1 else self.tr("Fix…"))
        button.setAccessibleName(self.tr("Fix: {0}").format(problem.fixes[0].label))
        if len(problem.fixes) == 1:
            fix = problem.fixes[0]
            button.clicked.connect(lambda: self.fix_wanted.emit(fix))
        else:
            menu = QMenu(button)
            for fix in problem.fixes:
                action = menu.addAction(fix_text(fix))
                action.triggered.connect(lambda _on=False, f=fix: self.fix_wanted.emit(f))
            # The arrow of a button with a menu of its own would lie on its text.
            button.clicked.connect(lambda: menu.popup(button.mapToGlobal(button.rect().bottomLeft())))
        return button

    # --- the menu of a row -----------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        viewport = self._list.viewport()
        at = viewport.mapFromGlobal(event.globalPos())
        item = self._list.itemAt(at)
        if event.reason() == QContextMenuEvent.Reason.Keyboard and (current := self._list.currentItem()):
            item, at = current, self._list.visualItemRect(current).bottomLeft()
        if item is not None:
            menu = self.menu_of(item.data(_MESSAGE, Qt.ItemDataRole.UserRole))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(viewport.mapToGlobal(at))

    def menu_of(self, problem: Diagnostic) -> QMenu:
        """The menu of a row: its fixes, its rule off, what its rule means."""
        menu = QMenu(self)
        for fix in problem.fixes:
            action = menu.addAction(icon("fix"), fix_text(fix))
            action.triggered.connect(lambda _on=False, f=fix: self.fix_wanted.emit(f))
        menu.addSeparator()
        off = menu.addAction(self._off_words(problem.code))
        off.setEnabled(self._document.path is not None)  # else there is no folder yet
        off.triggered.connect(lambda: self.switch_wanted.emit(problem.code, "off"))
        means = menu.addAction(icon("help"), self.tr("What this rule means…"))
        means.triggered.connect(lambda: self.rule_wanted.emit(problem.code))
        return menu

    def _off_words(self, code: str) -> str:
        """Where the rule would be off: where the settings that hold already do."""
        file = self._document.settings.path
        if file is None:
            return self.tr("Do not report “{0}” in this folder").format(code)
        folder = menu_text(file.parent.name or str(file.parent))
        return self.tr("Do not report “{0}” in the folder “{1}”").format(code, folder)

    # --- going there -----------------------------------------------------------------------

    def _want(self, item: QTreeWidgetItem) -> None:
        self._ask_for(item.data(_MESSAGE, Qt.ItemDataRole.UserRole))

    def step(self, step: int) -> None:
        """Ask for the next (1) or previous (-1) problem, round and round.

        Where the last one is fixed, the next is the one that has taken its place.
        """
        problems = self._document.problems
        if not problems:
            return
        if self._last in problems:
            self._position = problems.index(self._last) + step
        elif step < 0:
            self._position -= 1
        elif self._last is None:
            self._position = 0
        self._position %= len(problems)
        problem = problems[self._position]
        for item in self._list.rows():
            if item.data(_MESSAGE, Qt.ItemDataRole.UserRole) == problem:
                self._list.setCurrentItem(item)
        self._ask_for(problem)

    def _ask_for(self, problem: Diagnostic) -> None:
        problems = self._document.problems
        self._last = problem
        self._position = problems.index(problem) if problem in problems else self._position
        self.wanted.emit(problem)

    def problems_here(self) -> list[Diagnostic]:
        """The problem of the selected row."""
        item = self._list.currentItem()
        return [] if item is None else [item.data(_MESSAGE, Qt.ItemDataRole.UserRole)]

    def take_focus(self) -> None:
        """Put the focus into the list."""
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _centred(button: QToolButton) -> QWidget:
    """The button in its own height, however high the row is."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(theme.GAP, 0, theme.GAP, 0)
    layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    return holder


def _shown_words(severity: Severity) -> str:
    return {"error": "Errors: {0}", "warning": "Warnings: {0}", "info": "Notes: {0}"}[severity]
