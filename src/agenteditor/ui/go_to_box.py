"""The box at the top of the window that goes to anything: type a few letters, choose with the arrow keys.

It is told what there is, for each first letter that means something (``>``, ``@``), asks ``core.go_to``
which of it is meant, and tells whoever was chosen. It closes when something was chosen, on Esc, and when
the focus goes elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.go_to import LONGEST_QUERY, Goal, Ranking, marked
from agenteditor.ui import icons, marked_text, theme
from agenteditor.ui.qtext import OWN_UNDO

MOST_ROWS = 100  # of one group; how many there are besides is said
_WIDTH, _ROW, _ROWS = 640, 28, 12  # pixels, pixels, rows seen at once
_CHOICE_ROLE, _QUERY_ROLE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: what it is called and stands for, and what choosing it does. One without ``enabled`` is grey."""

    goal: Goal
    icon: QIcon
    chosen: Callable[[], object]
    keys: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are ranked together; ``always``: they are there before anything is typed."""

    choices: Sequence[Choice]
    always: bool = True


class GoToBox(QFrame):
    """The box, a child of the window. ``groups`` gives the groups for "", ">" and "@", best group first."""

    def __init__(self, window: QWidget, groups: Callable[[str], Sequence[Group]]) -> None:
        super().__init__(window)
        self._window = window
        self._groups = groups
        self._ranked: dict[str, list[tuple[Group, Ranking]]] = {}
        self._before: QWidget | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.field = _Field()
        self.field.setProperty(OWN_UNDO, True)
        self.field.setAccessibleName(self.tr("Go to agent or command"))
        self.field.setPlaceholderText(self.tr("Go to an agent, a section, an example"))
        self.field.setMaxLength(LONGEST_QUERY)
        self.field.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.textChanged.connect(self._show)
        self.field.key_wanted.connect(self._key)
        self.field.left.connect(self.hide)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("What the letters mean"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setItemDelegate(_Delegate(self.list))
        self.rows = _Rows(self)
        self.list.setModel(self.rows)
        self.list.clicked.connect(self._choose)
        self.hint = QLabel()
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setFont(theme.small_font(self.hint))
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.hint.setWordWrap(True)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GAP] * 4)
        layout.setSpacing(theme.GAP)
        for widget in (self.field, self.list, self.hint):
            layout.addWidget(widget)
        window.installEventFilter(self)
        self.hide()

    def open(self, typed: str = "") -> None:
        """Show the box with these letters typed; what there is to go to is asked for afresh."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self._ranked = {}
        self.field.setText(typed)
        self._show()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.end(False)  # Qt selects what is there, and the next letter would take its place

    # --- showing ------------------------------------------------------------------------------

    def _show(self) -> None:
        """The rows for what is typed, the best one chosen, and how many are left out."""
        text = self.field.text()
        prefix = text[:1] if text[:1] in (">", "@") else ""
        query = text[len(prefix) :].strip()
        if prefix not in self._ranked:
            self._ranked[prefix] = [
                (group, Ranking([choice.goal for choice in group.choices])) for group in self._groups(prefix)
            ]
        rows: list[Choice] = []
        total = 0
        for group, ranking in self._ranked[prefix]:
            if query or group.always:
                best, count = ranking.best(query, MOST_ROWS)
                rows += [group.choices[index] for index in best]
                total += count
        self.rows.show_choices(rows, query)
        self.list.setCurrentIndex(self.rows.index(0))
        self.list.scrollToTop()
        self.list.setVisible(bool(rows))
        self.hint.setText(self._hint(prefix, query, len(rows), total))
        self._describe()
        if self.isVisible():
            self._place()

    def _hint(self, prefix: str, query: str, shown: int, total: int) -> str:
        if total > shown:
            return self.tr("{0} of {1} are shown. More letters find fewer.").format(shown, f"{total:,}")
        if shown:
            return self.tr("> for commands,  @ for places in this agent") if not prefix and not query else ""
        if query:
            return {
                "": self.tr("No agent, section or example has these letters in its name."),
                ">": self.tr("No command has these letters in its name."),
                "@": self.tr("No field, example or section here has these letters in its name."),
            }[prefix]
        if prefix == "@":
            return self.tr("Open an agent first: its fields, examples and sections are listed here.")
        return self.tr("Open a folder of agents first: they are listed here.  > for commands")

    def _place(self) -> None:
        """At the top of the window's middle, as high as its rows."""
        window = self._window
        top = 0
        for part in window.children():
            if isinstance(part, QWidget) and part.isVisible() and part.objectName() == "main-tools":
                top = part.geometry().bottom()
        width = min(_WIDTH, window.width() - 2 * theme.MARGIN)
        self.hint.setVisible(bool(self.hint.text()))
        row = self.list.sizeHintForRow(0) if self.rows.rowCount() else 0
        space = window.height() - top - self.field.sizeHint().height() - 8 * theme.GAP
        seen = max(min(self.rows.rowCount(), _ROWS, space // row if row else 0), 1)
        self.list.setFixedHeight(seen * row)
        self._layout.activate()
        height = self._layout.heightForWidth(width) if self._layout.hasHeightForWidth() else -1
        height = height if height > 0 else self.sizeHint().height()
        self.setGeometry((window.width() - width) // 2, top + theme.GAP, width, height)

    def _describe(self) -> None:
        """What Enter would choose, for a screen reader: the focus stays in the field."""
        index = self.list.currentIndex()
        words = index.data(Qt.ItemDataRole.AccessibleTextRole) if index.isValid() else self.hint.text()
        self.field.setAccessibleDescription(str(words))

    # --- choosing -----------------------------------------------------------------------------

    def _key(self, key: int) -> None:
        count, here = self.rows.rowCount(), self.list.currentIndex().row()
        if key == Qt.Key.Key_Escape:
            self._close()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        elif count:
            page = max(self.list.height() // max(self.list.sizeHintForRow(0), 1) - 1, 1)
            to = {
                Qt.Key.Key_Up: (here - 1) % count,
                Qt.Key.Key_Down: (here + 1) % count,
                Qt.Key.Key_PageUp: max(here - page, 0),
                Qt.Key.Key_PageDown: min(here + page, count - 1),
                Qt.Key.Key_Home: 0,
                Qt.Key.Key_End: count - 1,
            }[Qt.Key(key)]
            self.list.setCurrentIndex(self.rows.index(to))
            self._describe()

    def _choose(self, index: QModelIndex) -> None:
        choice = index.data(_CHOICE_ROLE) if index.isValid() else None
        if isinstance(choice, Choice) and choice.enabled:
            self._close()
            # Not inside the key: what was chosen may open a dialog of its own.
            QTimer.singleShot(0, self, choice.chosen)

    def _close(self) -> None:
        """Hide, and put the focus back: what is chosen may go by where it is."""
        before, self._before = self._before, None
        self.hide()
        try:
            if before is not None and before.isVisible():
                before.setFocus(Qt.FocusReason.OtherFocusReason)
        except RuntimeError:  # Qt deleted it meanwhile
            return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the top of a window that changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)


class _Field(QLineEdit):
    """What is typed. ``key_wanted`` carries the keys that walk through the list, choose and close."""

    key_wanted = Signal(int)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain_key = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain_key and event.key() in _KEYS:
            self.key_wanted.emit(event.key())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own context menu
            self.left.emit()

    def focusNextPrevChild(self, _next: bool) -> bool:
        return True  # there is nowhere to go but out


_KEYS = frozenset(
    {
        Qt.Key.Key_Escape,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)


class _Rows(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices: list[Choice] = []
        self.query = ""

    def show_choices(self, choices: list[Choice], query: str) -> None:
        self.beginResetModel()
        self.choices, self.query = choices, query
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self.choices):
            return None
        choice = self.choices[index.row()]
        if role == _CHOICE_ROLE:
            return choice
        if role == _QUERY_ROLE:
            return self.query
        if role == Qt.ItemDataRole.DisplayRole:
            return marked_text.one_line(choice.goal.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = [choice.goal.name, choice.goal.beside, choice.keys]
            words += [] if choice.enabled else [self.tr("not possible now")]
            return marked_text.one_line(", ".join(word for word in words if word))
        return None


class _Delegate(QStyledItemDelegate):
    """Icon, name with the letters that are meant in bold, what stands beside it, and keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, max(_ROW, option.fontMetrics.height() + theme.GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice: Choice = index.data(_CHOICE_ROLE)
        query: str = index.data(_QUERY_ROLE)
        view: QWidget = option.widget
        colours = theme.current()
        # The focus is in the field above, and this is the row that its keys move.
        option.state |= QStyle.StateFlag.State_Active
        view.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, view)
        area: QRect = option.rect.adjusted(theme.GAP, 0, -theme.GAP, 0)
        side = icons.side(view)
        mode = QIcon.Mode.Normal if choice.enabled else QIcon.Mode.Disabled
        box = QRect(area.left(), area.center().y() - side // 2, side, side)
        choice.icon.paint(painter, box, Qt.AlignmentFlag.AlignCenter, mode)
        area.setLeft(box.right() + theme.GAP)
        name_colour = colours.text if choice.enabled else colours.faint
        beside_colour = colours.muted if choice.enabled else colours.faint
        if choice.keys:
            width = option.fontMetrics.horizontalAdvance(choice.keys)
            painter.setPen(beside_colour)
            painter.setFont(option.font)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, choice.keys)
            area.setRight(area.right() - width - 2 * theme.GAP)
        room = QRect(area)
        if choice.goal.beside:
            room.setRight(area.left() + area.width() * 7 // 10)
        for text, colour in ((choice.goal.name, name_colour), (choice.goal.beside, beside_colour)):
            shown = marked_text.one_line(text)
            marks = marked_text.spans(marked(query, shown)) if colour is name_colour else []
            width = marked_text.draw(painter, room, shown, marks, font=option.font, colour=colour)
            room = QRect(area)
            room.setLeft(area.left() + width + 2 * theme.GAP)
