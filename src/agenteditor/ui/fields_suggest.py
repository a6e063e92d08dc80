"""Suggestions for a line of text: a list below it with a line of help behind each name.

The list opens while the user types, filtered by any part of a name, and whole with the arrow keys or
the button in the line. Moving in it changes nothing; what is chosen is told. Any other text may be
typed all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QCompleter,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from agenteditor.ui import icons, theme
from agenteditor.ui.fields_text import LineEdit

_WIDEST = 560  # pixels of the list

HELP = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex


class Suggestions(QObject):
    """The list of suggestions of one line; a child of it."""

    chosen = Signal(str)

    def __init__(self, line: LineEdit, words: Mapping[str, str]) -> None:
        super().__init__(line)
        self._line = line
        self.quiet = False  # where a list beside the line shows what matches
        model = QStandardItemModel(self)
        for word, text in words.items():
            item = QStandardItem(word)
            item.setData(text, HELP)
            model.appendRow(item)
        # Not QLineEdit.setCompleter(): it writes every entry into the line that the arrow keys pass.
        self._completer = QCompleter(model, self)
        self._completer.setWidget(line)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setMaxVisibleItems(10)
        self._popup = QListView()
        self._popup.setAccessibleName(self.tr("Suggestions"))
        self._completer.setPopup(self._popup)  # which owns it from here on
        self._popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._popup.setItemDelegate(HelpDelegate(self._popup))
        self._completer.activated.connect(self.chosen)
        line.textEdited.connect(self._offer)
        line.installEventFilter(self)

    @property
    def open(self) -> bool:
        """Whether the list is to be seen."""
        return self._popup.isVisible()

    def add_button(self, name: str) -> None:
        """An arrow in the line that opens the whole list; ``name`` is its accessible name."""
        action = self._line.addAction(icons.icon("chevron-down"), QLineEdit.ActionPosition.TrailingPosition)
        action.setText(name)
        action.triggered.connect(self.show_all)

    def show_all(self) -> None:
        """Open the list with all names."""
        self._completer.setCompletionPrefix("")
        self._drop_down()
        names = self._popup.model()
        for row in range(names.rowCount()):
            if names.index(row, 0).data() == self._line.text():
                self._popup.setCurrentIndex(names.index(row, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and F4 open the list, as in a combo box."""
        opens = (Qt.Key.Key_Down, Qt.Key.Key_F4)
        pressed = (
            event.key() if isinstance(event, QKeyEvent) and event.type() == event.Type.KeyPress else None
        )
        if watched is self._line and pressed in opens and not self.open:
            self.show_all()
            return True
        return super().eventFilter(watched, event)

    def _offer(self, raw: str) -> None:
        self._completer.setCompletionPrefix(raw.strip())
        found = self._completer.completionCount()
        if (
            self.quiet
            or not raw.strip()
            or not found
            or (found == 1 and self._completer.currentCompletion() == raw)
        ):
            self._popup.hide()
        else:
            self._drop_down()

    def _drop_down(self) -> None:
        """Below the line, as wide as the help needs."""
        wanted = min(self._popup.sizeHintForColumn(0) + 3 * theme.GAP, _WIDEST)
        self._completer.complete(QRect(0, 0, max(self._line.width(), wanted), self._line.height()))


class HelpDelegate(QStyledItemDelegate):
    """A row of a list: the name, and behind it in the muted colour a line of help (role ``HELP``)."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw the row as usual, then the help in a column of its own."""
        super().paint(painter, option, index)
        text = index.data(HELP)
        if not text:
            return
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        style = row.widget.style() if row.widget else QApplication.style()
        left = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, row, row.widget).left()
        rect = option.rect.adjusted(0, 0, -theme.GAP, 0)
        rect.setLeft(left + _widest_name(index, option.fontMetrics) + 2 * theme.GAP)
        painter.save()
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        painter.setFont(option.font)
        shown = option.fontMetrics.elidedText(str(text), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """High enough to hit, wide enough for the help."""
        size = super().sizeHint(option, index)
        help_width = option.fontMetrics.horizontalAdvance(str(index.data(HELP) or ""))
        return QSize(size.width() + help_width + 3 * theme.GAP, max(size.height(), 26))


def _widest_name(index: _Index, metrics: QFontMetrics) -> int:
    """Where the help begins: behind the longest name of the list."""
    model = index.model()
    names = (str(model.index(row, 0).data() or "") for row in range(model.rowCount()))
    return max((metrics.horizontalAdvance(name) for name in names), default=0)
