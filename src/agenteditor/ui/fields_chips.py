"""A list of words as chips, and a line to add more: for tools and skills.

Left and right move between the chips, Delete takes one out, Enter or F2 puts its text into the line to
be changed. Only one chip is a stop of the Tab key. The widget changes nothing by itself: it tells
what is wanted and shows what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from agenteditor.ui import icons, theme
from agenteditor.ui.fields_suggest import Suggestions
from agenteditor.ui.fields_text import LineEdit
from agenteditor.ui.flow_layout import FlowLayout
from agenteditor.ui.qtext import plain, tool_tip

_WIDEST = 44  # letters; longer entries are cut, and whole in the tool tip


class Chips(QWidget):
    """Entries side by side with a line behind them.

    ``wanted`` tells what was typed or chosen to be added, ``replaced`` the index of an entry and the text
    to put in its place, ``dropped`` the index of one to take out.
    """

    wanted = Signal(object)  # a str; as Signal(str) it would lose bytes that are not UTF-8
    replaced = Signal(int, object)  # a str, too
    dropped = Signal(int)

    def __init__(self, words: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._help = words
        self._entries: tuple[str, ...] = ()
        self._chips: list[_Chip] = []
        self._changing: int | None = None
        self._flow = FlowLayout(self, 6)
        self.line = LineEdit(self)
        self.line.setAccessibleName(self.tr("Add an entry"))
        self.line.setMinimumWidth(200)
        self.line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.line.installEventFilter(self)
        self.suggestions = Suggestions(self.line, words)
        self.suggestions.chosen.connect(self._take)
        self._flow.addWidget(self.line)

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries that are shown."""
        return self._entries

    def show_entries(self, entries: Sequence[str]) -> None:
        """Show these entries; chips that stay are kept, with the focus."""
        now = tuple(entries)
        if now == self._entries:
            return
        focused = next((i for i, chip in enumerate(self._chips) if chip.hasFocus()), None)
        while len(self._chips) > len(now):
            chip = self._chips.pop()
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for index in range(len(self._chips), len(now)):
            chip = _Chip(self)
            chip.installEventFilter(self)
            chip.closed.connect(self._closed)
            self._flow.insert_widget(index, chip)
            self._chips.append(chip)
            chip.show()
        for chip, text in zip(self._chips, now, strict=True):
            chip.say(text, self._help.get(text, ""))
        self._entries = now
        if focused is not None:
            self._focus(min(focused, len(now) - 1))
        self._rove(min(focused or 0, len(now) - 1))
        self.updateGeometry()

    def finish(self) -> None:
        """Take what is typed as if Enter had been pressed."""
        if self.line.own().strip():
            self._take(self.line.own())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of chips and line."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.line:
                return self._line_key(event.key()) or super().eventFilter(watched, event)
            if isinstance(watched, _Chip) and watched in self._chips:
                return self._chip_key(self._chips.index(watched), event.key())
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if isinstance(watched, _Chip) and event.key() == Qt.Key.Key_F2:
                event.accept()  # it changes the chip, and does not rename the agent
                return True
        elif event.type() == QEvent.Type.MouseButtonDblClick and isinstance(watched, _Chip):
            self._change(self._chips.index(watched))
            return True
        elif event.type() == QEvent.Type.FocusIn and isinstance(watched, _Chip) and watched in self._chips:
            self._rove(self._chips.index(watched))
        return super().eventFilter(watched, event)

    def _line_key(self, key: int) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.line.own())
            return True
        if key == Qt.Key.Key_Escape and (self.line.text() or self._changing is not None):
            self._empty()
            return True
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Left) and not self.line.text() and self._chips:
            self._focus(len(self._chips) - 1)
            return True
        return False

    def _chip_key(self, index: int, key: int) -> bool:
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.dropped.emit(index)
        elif key == Qt.Key.Key_Left:
            self._focus(max(index - 1, 0))
        elif key == Qt.Key.Key_Right:
            self._focus(index + 1)
        elif key == Qt.Key.Key_Home:
            self._focus(0)
        elif key == Qt.Key.Key_End:
            self._focus(len(self._chips) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._change(index)
        else:
            return False
        return True

    def _focus(self, index: int) -> None:
        """Go to a chip; behind the last one, or where there is none, to the line."""
        target = self._chips[index] if 0 <= index < len(self._chips) else self.line
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def _rove(self, index: int) -> None:
        for at, chip in enumerate(self._chips):
            policy = Qt.FocusPolicy.StrongFocus if at == index else Qt.FocusPolicy.ClickFocus
            if chip.focusPolicy() != policy:
                chip.setFocusPolicy(policy)

    def _closed(self) -> None:
        chip = self.sender()
        if isinstance(chip, _Chip):
            self.dropped.emit(self._chips.index(chip))

    def _change(self, index: int) -> None:
        self._changing = index
        self.line.agree(self._entries[index])
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()

    def _take(self, text: str) -> None:
        changing, self._changing = self._changing, None
        self._empty()
        if changing is not None and changing < len(self._entries):
            if text.strip() and text.strip() != self._entries[changing]:
                self.replaced.emit(changing, text.strip())
        elif text.strip():
            self.wanted.emit(text.strip())

    def _empty(self) -> None:
        self._changing = None
        self.line.agree("")


class _Chip(QWidget):
    """One entry with a cross to take it out by mouse."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        cross = QToolButton(self)
        cross.setIcon(icons.icon("close"))
        cross.setIconSize(QSize(12, 12))
        cross.setAutoRaise(True)
        cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete on the chip does the same
        cross.setFixedSize(24, 24)
        cross.setAccessibleName(self.tr("Take out"))
        cross.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 2, 2, 2)
        row.setSpacing(2)
        row.addWidget(self._label)
        row.addWidget(cross)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, text: str, help_text: str) -> None:
        """Show an entry."""
        shown = plain(text)
        width = _WIDEST * self.fontMetrics().averageCharWidth()
        cut = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideMiddle, width)
        if self._label.text() != cut:
            self._label.setText(cut)
        note = help_text or (text if cut != shown else "")
        self.setToolTip(tool_tip(note))
        self.setAccessibleName(shown)
        self.setAccessibleDescription(
            " ".join(filter(None, [help_text, self.tr("Delete takes it out, Enter changes it.")]))
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A rounded patch with an edge; a thick one where the focus is."""
        colours = theme.current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            width = 2.0 if self.hasFocus() else 1.0
            painter.setPen(QPen(colours.accent if self.hasFocus() else colours.line, width))
            painter.setBrush(colours.selection if self.hasFocus() else colours.card_back)
            inset = width / 2
            rect = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(rect, 6, 6)

    def focusInEvent(self, event: QEvent) -> None:
        """Draw the ring."""
        super().focusInEvent(event)  # type: ignore[arg-type]
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click selects."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()
