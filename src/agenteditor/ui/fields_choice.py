"""Fields with known values: one of a list, a model, a colour, yes or no, a whole number.

Absent is a value of its own everywhere and says what happens then. A value that is not known stays
as it is, is shown as such, and may be typed where the field is open.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.ui import theme
from agenteditor.ui.fields_suggest import HELP, HelpDelegate, Suggestions
from agenteditor.ui.fields_text import LineEdit
from agenteditor.ui.fields_value import Value
from agenteditor.ui.flow_layout import FlowLayout
from agenteditor.ui.qtext import plain

VALUE = Qt.ItemDataRole.UserRole + 2


class Combo(QComboBox):
    """A combo box with help behind its entries, whose value the mouse wheel does not change in passing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(HelpDelegate(self))
        self.view().setAccessibleName(self.tr("Values to choose from"))
        self.setMaxVisibleItems(14)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(16)

    def add(self, text: str, value: str | None, help_text: str = "", icon: QIcon | None = None) -> None:
        """One more entry; the value None stands for an absent field."""
        self.addItem(icon or QIcon(), text, value)
        self.setItemData(self.count() - 1, value, VALUE)
        self.setItemData(self.count() - 1, help_text, HELP)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """As wide as the help needs, the window permitting."""
        wanted = self.view().sizeHintForColumn(0) + 4 * theme.GAP
        self.view().setMinimumWidth(min(wanted, max(self.window().width() - 80, self.width())))
        super().showPopup()


def not_set(spec_default: str) -> str:
    """What stands in a field that is absent."""
    words = QApplication.translate("fields", "Not set")
    return f"{words}: {spec_default}" if spec_default else words


class ChoiceField(QWidget):
    """One of a closed list of values, or absent."""

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._combo = Combo(self)
        _column(self).addWidget(self._combo)
        spec = value.spec
        self._known = spec.choices if spec else ()
        self._combo.add(not_set(spec.default if spec else ""), None)
        for choice in self._known:
            self._combo.add(choice, choice, self._help(choice), self._icon(choice))
        self._combo.activated.connect(self._chosen)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._combo

    def refresh(self) -> None:
        """Show the document's value."""
        field = self._value.field
        text = None if field is None else self._value.text
        unknown = len(self._known) + 1
        if text is not None and text not in self._known:
            if self._combo.itemData(unknown, VALUE) != text:
                self._combo.removeItem(unknown)
                shown = plain(text) or self.tr("(nothing)")
                self._combo.add(shown, text, self.tr("as written; not a known value"))
        elif self._combo.count() > unknown:
            self._combo.removeItem(unknown)
        index = 0 if text is None else self._combo.findData(text, VALUE, Qt.MatchFlag.MatchExactly)
        if index != self._combo.currentIndex():
            self._combo.setCurrentIndex(index)

    def _chosen(self, index: int) -> None:
        text = self._combo.itemData(index, VALUE)
        field = self._value.field
        if text == (None if field is None else self._value.text):
            return
        self.refused.emit(self._value.remove() if text is None else self._value.choose(text))
        self.refresh()

    def _help(self, choice: str) -> str:
        spec = self._value.spec
        return spec.choice_help.get(choice, "") if spec else ""

    def _icon(self, _choice: str) -> QIcon | None:
        return None


class ColourField(ChoiceField):
    """One of the colours, each with a swatch."""

    def _help(self, _choice: str) -> str:
        return ""  # it is the hex code, which the swatch shows better

    def _icon(self, choice: str) -> QIcon | None:
        spec = self._value.spec
        return swatch(QColor(spec.choice_help.get(choice, ""))) if spec else None


class ModelField(QWidget):
    """A value with known names for it that may be any text."""

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._line = LineEdit(self)
        spec = value.spec
        self._suggestions = Suggestions(self._line, spec.choice_help if spec else {})
        self._suggestions.chosen.connect(self._chosen)
        self._suggestions.add_button(self.tr("Show the known names"))
        self._line.edited.connect(self._typed)
        _column(self).addWidget(self._line)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._line

    def refresh(self) -> None:
        """Show the document's value."""
        show_line(self._line, self._value)

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return self._line.pending

    def revert(self) -> None:
        """Put the document's text back."""
        self._line.revert()

    def _typed(self, text: str) -> None:
        reason = self._value.type_text(text)
        if not reason:
            self._line.agree(text)
        self.refused.emit(reason)

    def _chosen(self, text: str) -> None:
        reason = self._value.choose(text)
        if not reason:
            self._line.agree(text)
        self.refused.emit(reason)


class BooleanField(QWidget):
    """Not set, yes or no; and what is written, if it is none of them."""

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        flow = FlowLayout(self, 2 * theme.GAP)
        self._group = QButtonGroup(self)
        self._absent = self._button(flow, not_set(value.spec.default if value.spec else ""))
        self._yes = self._button(flow, self.tr("Yes"))
        self._no = self._button(flow, self.tr("No"))
        self._other = self._button(flow, "")
        self._group.buttonClicked.connect(self._clicked)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._group.checkedButton() or self._absent

    def refresh(self) -> None:
        """Show the document's value."""
        field = self._value.field
        if field is None:
            now = self._absent
        else:
            now = {"true": self._yes, "false": self._no}.get(self._value.text, self._other)
        written = self.tr("“{text}”, as written").format(text=plain(self._value.text))
        if now is self._other and self._other.text() != written:
            self._other.setText(written.replace("&", "&&"))
        self._other.setVisible(now is self._other)
        if not now.isChecked():
            now.setChecked(True)

    def _button(self, flow: FlowLayout, text: str) -> QRadioButton:
        button = QRadioButton(text, self)
        self._group.addButton(button)
        flow.addWidget(button)
        return button

    def _clicked(self) -> None:
        button = self._group.checkedButton()
        if button is self._absent:
            reason = self._value.remove()
        elif button is self._other:
            reason = ""
        else:
            reason = self._value.choose(button is self._yes)
        self.refused.emit(reason)
        self.refresh()


class IntegerField(QWidget):
    """A whole number; what is typed instead is kept, for the checks to speak of."""

    refused = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._line = LineEdit(self)
        self._line.setMaximumWidth(30 * self.fontMetrics().averageCharWidth())
        self._line.edited.connect(self._typed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._line)
        row.addStretch(1)
        self.refresh()

    def focus_widget(self) -> QWidget:
        """What a label's mnemonic goes to."""
        return self._line

    def refresh(self) -> None:
        """Show the document's value."""
        show_line(self._line, self._value)

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return self._line.pending

    def revert(self) -> None:
        """Put the document's text back."""
        self._line.revert()

    def _typed(self, text: str) -> None:
        # Emptied, the field stays and has no value: absent is what "Remove" makes of it.
        reason = self._value.type_number(text) if text.strip() else self._value.type_nothing()
        if not reason:
            self._line.agree(text)
        self.refused.emit(reason)


def show_line(line: LineEdit, value: Value) -> None:
    """The document's value in a line, or in grey what holds without one."""
    spec = value.spec
    if value.field is None:
        hint = not_set(spec.default if spec else "")
    else:
        hint = QApplication.translate("fields", "Empty")
    if line.placeholderText() != hint:
        line.setPlaceholderText(hint)
    line.show_text(value.text)


def swatch(colour: QColor, size: int = 16) -> QIcon:
    """A round patch of a colour, drawn at twice the size so that it stays crisp."""
    pixels = QPixmap(2 * size, 2 * size)
    pixels.fill(Qt.GlobalColor.transparent)
    with QPainter(pixels) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(colour))
        painter.drawEllipse(3, 3, 2 * size - 6, 2 * size - 6)
    pixels.setDevicePixelRatio(2)
    return QIcon(pixels)


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    return column
