"""Two texts compared, for people: changes since the last save, a fix, an export, a conflict.

Side by side where there is room, else one below the other. Unchanged stretches are folded and open by
click, Enter or Space; F7 and Shift+F7 go from change to change; Ctrl+C copies the selected rows.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPalette,
    QResizeEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.differences import Gap, Row, counts, differences, folded, stacked
from agenteditor.ui import theme
from agenteditor.ui.diff_delegate import DiffDelegate
from agenteditor.ui.diff_rows import Entry, Rows, copied, words
from agenteditor.ui.icons import icon
from agenteditor.ui.qtext import plain


class DiffView(QWidget):
    """Shows what differs between two texts."""

    def __init__(
        self,
        old: str = "",
        new: str = "",
        *,
        old_title: str = "",
        new_title: str = "",
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._texts: tuple[str, str] | None = None
        self._rows: tuple[Row, ...] = ()
        self._opened: frozenset[int] = frozenset()
        self.model = Rows(self)
        self.delegate = DiffDelegate(self)
        self.list = _List()
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.delegate)
        self.list.setAccessibleName(self.tr("Differences"))
        self.list.wanted.connect(self._open)
        self.list.resized.connect(self._fit)
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._empty = QLabel(plain(empty) or self.tr("No differences"))
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._empty.setMargin(2 * theme.MARGIN)
        self._sides = _titles(old_title or self.tr("Before"), new_title or self.tr("After"))
        with_head = QWidget()
        inner = QVBoxLayout(with_head)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(self._make_head())
        inner.addWidget(self._sides)
        inner.addWidget(self.list, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(with_head)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.setFocusProxy(self.list)
        self._keys()
        self.show_texts(old, new)

    def show_texts(self, old: str, new: str) -> None:
        """Compare two texts, and stay where the last comparison was being read."""
        if (old, new) == self._texts:
            return
        self._texts = (old, new)
        self._rows = differences(old, new)
        self._opened = frozenset()
        changed = counts(self._rows)
        self.summary.setText(words(changed))
        self._stack.setCurrentIndex(1 if any(changed) else 0)
        self._show()

    @property
    def is_empty(self) -> bool:
        """Whether the texts are equal."""
        return self._stack.currentIndex() == 0

    @property
    def has_sides(self) -> bool:
        """Whether the texts stand side by side."""
        return self.delegate.sides

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The rows and gaps that are shown."""
        return self.model.entries

    def next_change(self) -> None:
        """Go to the next change; from the last one to the first."""
        self._step(1)

    def previous_change(self) -> None:
        """Go to the previous change; from the first one to the last."""
        self._step(-1)

    def show_first_change(self) -> None:
        """Scroll to the first change as far as it is out of sight."""
        first = next((at for at, entry in enumerate(self.model.entries) if _is_change(entry)), None)
        if first is not None:
            self.list.scrollTo(self.model.index(first))

    def set_zoom(self, steps: int) -> None:
        """Make the text ``steps`` points larger than usual, or smaller."""
        if steps != self.delegate.zoom:
            self.delegate.zoom = steps
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font has other heights."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and self._texts is not None:
            self._fit()

    # --- building -----------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.GAP // 2, theme.GAP // 2)
        head.addWidget(self.summary, 1)
        for name, text, action in (
            ("up", self.tr("Previous change (Shift+F7)"), self.previous_change),
            ("down", self.tr("Next change (F7)"), self.next_change),
        ):
            button = QToolButton()
            button.setIcon(icon(name))
            button.setAutoRaise(True)
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.clicked.connect(action)
            head.addWidget(button)
        return head

    def _keys(self) -> None:
        for key, action in (("F7", self.next_change), ("Shift+F7", self.previous_change)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    # --- showing ------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Lay out for the present width, with two sides if there is room."""
        self._measure()
        if self._entries() != self.model.entries:
            self._show()
        else:
            self.list.scheduleDelayedItemsLayout()

    def _measure(self) -> None:
        width = self.list.viewport().width()
        last = max((line.number for row in self._rows[-1:] for line in (row.old, row.new) if line), default=1)
        sides = width >= self.delegate.least_sides_width
        self.delegate.set_room(width, max(3, len(str(last))), sides=sides)
        self._sides.setVisible(sides)

    def _entries(self) -> tuple[Entry, ...]:
        shown = folded(self._rows, self._opened)
        return shown if self.delegate.sides else stacked(shown)

    def _show(self) -> None:
        bar = self.list.verticalScrollBar()
        at = bar.value()
        self._measure()
        self.model.set_entries(self._entries())
        self.list.doItemsLayout()
        bar.setValue(at)

    def _open(self, index: QModelIndex) -> None:
        entry = self.model.entries[index.row()]
        if isinstance(entry, Gap):
            self._opened |= {entry.first}
            self._show()
            self.list.setCurrentIndex(self.model.index(index.row()))

    def _step(self, step: int) -> None:
        starts = [
            at
            for at, entry in enumerate(self.model.entries)
            if _is_change(entry) and (at == 0 or not _is_change(self.model.entries[at - 1]))
        ]
        if not starts:
            return
        here = self.list.currentIndex().row()
        if step > 0:
            at = next((start for start in starts if start > here), starts[0])
        else:
            at = next((start for start in reversed(starts) if start < here), starts[-1])
        self.list.setCurrentIndex(self.model.index(at))
        self.list.scrollTo(self.model.index(at), QAbstractItemView.ScrollHint.PositionAtCenter)


def _titles(old: str, new: str) -> QWidget:
    """What the sides are, above them."""
    titles = QWidget()
    row = QHBoxLayout(titles)
    row.setContentsMargins(theme.MARGIN, 0, 0, theme.GAP // 2)
    for text in (old, new):
        label = QLabel(plain(text))
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(theme.heading_font(label))
        row.addWidget(label, 1)
    return titles


def _is_change(entry: Entry) -> bool:
    return isinstance(entry, Row) and entry.kind != "same"


class _List(QListView):
    """The rows. ``wanted`` is emitted for a row that is clicked, or chosen by Enter or Space."""

    wanted = Signal(QModelIndex)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self.wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open a gap, Ctrl+C copies."""
        if event.matches(QKeySequence.StandardKey.Copy):
            model = self.model()
            assert isinstance(model, Rows), "the list shows rows"
            chosen = sorted(index.row() for index in self.selectedIndexes())
            QGuiApplication.clipboard().setText(copied(model.entries[row] for row in chosen))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentIndex().isValid():
                self.wanted.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width wraps lines elsewhere."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl, leave it to whoever may change the size of the text."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    def sizeHint(self) -> QSize:
        """Enough for a small comparison."""
        return QSize(480, 240)


def framed(widget: QWidget) -> QFrame:
    """A widget without an edge of its own, such as a `DiffView`, with the edge that a dialog needs."""
    frame = QFrame()
    frame.setFrameShape(QFrame.Shape.StyledPanel)
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(1, 1, 1, 1)
    inside.addWidget(widget)
    return frame
