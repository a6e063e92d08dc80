"""How controls are drawn: flat, calm, with a focus ring that can be seen. Fusion does the rest.

Text fields show the ring whenever they have the focus, other controls once the keyboard has moved
it. A text field (or a frame) whose property ``severity`` is ``"error"`` or ``"warning"`` has a border of
that colour; words beside it must say so, too. Distances are pixels at 100 %.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionFrame,
    QStyleOptionSlider,
    QStyleOptionSpinBox,
    QStyleOptionTab,
    QStyleOptionViewItem,
    QWidget,
)

from agenteditor.ui.theme_colours import Theme, mixed

GAP = 8
MARGIN = 12
RADIUS = 5.0
RING = 2.0  # WCAG 2.4.13

_Primitive = QStyle.PrimitiveElement
_Control = QStyle.ControlElement
_Complex = QStyle.ComplexControl
_Sub = QStyle.SubControl
_State = QStyle.StateFlag
_Metric = QStyle.PixelMetric
_Contents = QStyle.ContentsType

_METRICS = {
    _Metric.PM_LayoutLeftMargin: MARGIN,
    _Metric.PM_LayoutTopMargin: MARGIN,
    _Metric.PM_LayoutRightMargin: MARGIN,
    _Metric.PM_LayoutBottomMargin: MARGIN,
    _Metric.PM_LayoutHorizontalSpacing: GAP,
    _Metric.PM_LayoutVerticalSpacing: GAP,
    _Metric.PM_DefaultFrameWidth: 2,  # room for the ring
    _Metric.PM_ScrollBarExtent: 12,
    _Metric.PM_ScrollBarSliderMin: 28,
    _Metric.PM_SplitterWidth: 7,
    _Metric.PM_ToolBarItemSpacing: 2,
    _Metric.PM_TabBarTabHSpace: 24,
    _Metric.PM_TabBarTabVSpace: 12,
    _Metric.PM_TabBarTabShiftVertical: 0,
    _Metric.PM_TabBarScrollButtonWidth: 26,
    _Metric.PM_MenuVMargin: 4,
    _Metric.PM_MenuHMargin: 4,
    _Metric.PM_MenuBarVMargin: 2,
    _Metric.PM_MenuBarHMargin: 4,
    _Metric.PM_ButtonShiftHorizontal: 0,
    _Metric.PM_ButtonShiftVertical: 0,
}

# Sizes that grow with the text: at the font height named, and in proportion above it.
_SCALED = {
    _Metric.PM_SmallIconSize: 16,
    _Metric.PM_ButtonIconSize: 16,
    _Metric.PM_TabBarIconSize: 16,
    _Metric.PM_ListViewIconSize: 16,
    _Metric.PM_ToolBarIconSize: 18,
    _Metric.PM_IndicatorWidth: 16,
    _Metric.PM_IndicatorHeight: 16,
    _Metric.PM_ExclusiveIndicatorWidth: 16,
    _Metric.PM_ExclusiveIndicatorHeight: 16,
}
_FONT_HEIGHT = 17

_HINTS = {
    QStyle.StyleHint.SH_EtchDisabledText: 0,
    QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons: 0,
    QStyle.StyleHint.SH_ItemView_ShowDecorationSelected: 1,
    QStyle.StyleHint.SH_ToolTip_WakeUpDelay: 450,
}

# The least height of each kind of control; 24 is the least that can be hit (WCAG 2.5.8).
_HEIGHTS = {
    _Contents.CT_PushButton: 28,
    _Contents.CT_LineEdit: 28,
    _Contents.CT_ComboBox: 28,
    _Contents.CT_SpinBox: 28,
    _Contents.CT_ToolButton: 28,
    _Contents.CT_ItemViewItem: 26,
    _Contents.CT_MenuItem: 26,
    _Contents.CT_MenuBarItem: 26,
    _Contents.CT_HeaderSection: 26,
    _Contents.CT_CheckBox: 24,
    _Contents.CT_RadioButton: 24,
    _Contents.CT_TabBarTab: 32,
}

_ARROWS = {
    _Primitive.PE_IndicatorArrowDown: 0,
    _Primitive.PE_IndicatorArrowLeft: 90,
    _Primitive.PE_IndicatorArrowUp: 180,
    _Primitive.PE_IndicatorArrowRight: 270,
    _Primitive.PE_IndicatorSpinDown: 0,
    _Primitive.PE_IndicatorSpinUp: 180,
}


class CalmStyle(QProxyStyle):
    """Fusion with flat panels, larger targets and the colours of ``theme``, which may be exchanged."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Fusion")
        self.theme = theme

    def pixelMetric(
        self, metric: _Metric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric in _METRICS:
            return _METRICS[metric]
        if metric in _SCALED:
            height = QFontMetrics(QGuiApplication.font()).height()
            return max(_SCALED[metric], round(_SCALED[metric] * height / _FONT_HEIGHT))
        return super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        if hint in _HINTS:
            return _HINTS[hint]
        return super().styleHint(hint, option, widget, returned)

    def sizeFromContents(
        self, kind: _Contents, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        # The stubs of the base class forget that there may be no widget.
        wanted = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]
        least = _HEIGHTS.get(kind)
        # A separator in a menu is an item of 1 or 2 pixels, and shall stay one.
        if least is None or (kind == _Contents.CT_MenuItem and wanted.height() < 10):
            return wanted
        if kind == _Contents.CT_ToolButton:
            return wanted.expandedTo(QSize(least, least))
        return wanted.expandedTo(QSize(0, least))

    def subControlRect(
        self,
        control: _Complex,
        option: QStyleOptionComplex,
        part: _Sub,
        widget: QWidget | None = None,
    ) -> QRect:
        if control == _Complex.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            return _scroll_bar_part(option, part, self.pixelMetric(_Metric.PM_ScrollBarSliderMin))
        return super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]

    # Small parts

    def drawPrimitive(
        self,
        element: _Primitive,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        theme, state = self.theme, option.state
        rect = QRectF(option.rect)
        if element in _ARROWS:
            _chevron(painter, rect, self._glyph(state), _ARROWS[element])
        elif element == _Primitive.PE_FrameFocusRect:
            if state & _State.State_KeyboardFocusChange:
                _panel(painter, rect, None, theme.accent, RING)
        elif element in (_Primitive.PE_PanelLineEdit, _Primitive.PE_FrameLineEdit):
            if not isinstance(option, QStyleOptionFrame) or option.lineWidth > 0:
                filled = element == _Primitive.PE_PanelLineEdit
                self._field(painter, rect, state, widget, self._ground(option) if filled else None)
        elif element == _Primitive.PE_Frame:
            self._field(painter, rect, state, widget, None)
        elif element == _Primitive.PE_PanelButtonCommand:
            self._button(painter, rect, option)
        elif element == _Primitive.PE_PanelButtonTool:
            self._tool_button(painter, rect, state, widget)
        elif element in (_Primitive.PE_IndicatorCheckBox, _Primitive.PE_IndicatorItemViewItemCheck):
            self._check(painter, rect, state)
        elif element == _Primitive.PE_IndicatorRadioButton:
            self._radio(painter, rect, state)
        elif element == _Primitive.PE_IndicatorBranch:
            if state & _State.State_Children:
                _chevron(painter, rect, theme.muted, 0 if state & _State.State_Open else 270)
        elif element == _Primitive.PE_PanelItemViewItem and isinstance(option, QStyleOptionViewItem):
            self._row(painter, option)
        elif element == _Primitive.PE_FrameGroupBox:
            _panel(painter, rect, None, theme.line, 1.0)
        elif element == _Primitive.PE_FrameMenu:
            _panel(painter, rect, None, theme.line, 1.0, 0.0)
        elif element in (_Primitive.PE_FrameTabWidget, _Primitive.PE_FrameTabBarBase):
            whole = option.rect
            edge = whole.top() if element == _Primitive.PE_FrameTabWidget else whole.bottom()
            painter.fillRect(QRect(whole.left(), edge, whole.width(), 1), theme.line)
        elif element not in (_Primitive.PE_FrameStatusBarItem, _Primitive.PE_PanelMenuBar):
            super().drawPrimitive(element, option, painter, widget)

    # Controls of one part

    def drawControl(
        self, element: _Control, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        theme, state, rect = self.theme, option.state, option.rect
        if element == _Control.CE_TabBarTabShape:
            if state & _State.State_Selected:
                painter.fillRect(QRect(rect.left(), rect.bottom() - 1, rect.width(), 2), theme.accent)
            elif state & _State.State_MouseOver and state & _State.State_Enabled:
                _panel(painter, QRectF(rect).adjusted(2, 3, -2, -4), theme.hover, None)
        elif element == _Control.CE_TabBarTabLabel and isinstance(option, QStyleOptionTab):
            if not state & _State.State_Selected and state & _State.State_Enabled:
                option.palette.setColor(QPalette.ColorRole.WindowText, theme.muted)
            super().drawControl(element, option, painter, widget)
        elif element == _Control.CE_PushButtonLabel and _default(option):
            option.palette.setColor(QPalette.ColorRole.ButtonText, theme.accent_text)
            super().drawControl(element, option, painter, widget)
        elif element in (_Control.CE_ToolBar, _Control.CE_MenuBarEmptyArea):
            painter.fillRect(rect, theme.window)
        elif element == _Control.CE_MenuBarItem:
            painter.fillRect(rect, theme.window)
            if state & _State.State_Selected:
                _panel(painter, QRectF(rect).adjusted(1, 1, -1, -1), theme.hover, None)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic
            # Not the base class: on Fusion it draws its own ground and a line below.
            self.drawItemText(
                painter, rect, int(flags), option.palette, bool(state & _State.State_Enabled),
                getattr(option, "text", ""), QPalette.ColorRole.WindowText,
            )  # fmt: skip
        elif element in (_Control.CE_HeaderSection, _Control.CE_HeaderEmptyArea):
            painter.fillRect(rect, theme.window)
            painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.line)
        elif element == _Control.CE_Splitter:
            hot = state & (_State.State_MouseOver | _State.State_Sunken)
            if state & _State.State_Horizontal:
                line = QRect(rect.center().x(), rect.top(), 1, rect.height())
            else:
                line = QRect(rect.left(), rect.center().y(), rect.width(), 1)
            painter.fillRect(line, theme.accent if hot else theme.line)
        elif element == _Control.CE_ShapedFrame and _is_line(option):
            centre = rect.center()
            if getattr(option, "frameShape", None) == QFrame.Shape.VLine:
                painter.fillRect(QRect(centre.x(), rect.top(), 1, rect.height()), theme.line)
            else:
                painter.fillRect(QRect(rect.left(), centre.y(), rect.width(), 1), theme.line)
        else:
            super().drawControl(element, option, painter, widget)

    # Controls of several parts

    def drawComplexControl(
        self,
        control: _Complex,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        theme, state = self.theme, option.state
        if control == _Complex.CC_ComboBox and isinstance(option, QStyleOptionComboBox):
            if option.frame:
                ground = self._ground(option) if option.editable else self._face(state)
                self._field(painter, QRectF(option.rect), state, widget, ground, always=option.editable)
            arrow = self.subControlRect(control, option, _Sub.SC_ComboBoxArrow, widget)
            _chevron(painter, QRectF(arrow), self._glyph(state), 0)
        elif control == _Complex.CC_SpinBox and isinstance(option, QStyleOptionSpinBox):
            if option.frame:
                self._field(painter, QRectF(option.rect), state, widget, self._ground(option))
            for part, turn in ((_Sub.SC_SpinBoxUp, 180), (_Sub.SC_SpinBoxDown, 0)):
                button = self.subControlRect(control, option, part, widget)
                if option.subControls & part:
                    _chevron(painter, QRectF(button), self._glyph(state), turn, 2.5)
        elif control == _Complex.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            slider = self.subControlRect(control, option, _Sub.SC_ScrollBarSlider, widget)
            if option.maximum > option.minimum:
                hot = option.activeSubControls & _Sub.SC_ScrollBarSlider
                colour = mixed(theme.border, theme.window, 1.0 if hot else 0.6)
                _panel(painter, QRectF(slider).adjusted(3, 3, -3, -3), colour, None, 0.0, 3.0)
        else:
            super().drawComplexControl(control, option, painter, widget)

    # What several of them share

    def _glyph(self, state: QStyle.StateFlag) -> QColor:
        return self.theme.muted if state & _State.State_Enabled else self.theme.faint

    def _ground(self, option: QStyleOption) -> QColor:
        return option.palette.color(QPalette.ColorRole.Base)

    def _face(self, state: QStyle.StateFlag) -> QColor:
        if not state & _State.State_Enabled:
            return self.theme.window
        if state & (_State.State_Sunken | _State.State_On):
            return self.theme.selection_idle
        return self.theme.hover if state & _State.State_MouseOver else self.theme.raised

    def _field(
        self,
        painter: QPainter,
        rect: QRectF,
        state: QStyle.StateFlag,
        widget: QWidget | None,
        ground: QColor | None,
        *,
        always: bool = True,
    ) -> None:
        """The edge of what can be typed in, listed or chosen; ``always``: the ring needs no keyboard."""
        severity = widget.property("severity") if widget is not None else None
        focused = bool(state & _State.State_HasFocus) and bool(state & _State.State_Enabled)
        ring = focused and (always or bool(state & _State.State_KeyboardFocusChange))
        edge = self.theme.border if state & _State.State_Enabled else self.theme.line
        if severity in ("error", "warning"):
            edge = self.theme.error if severity == "error" else self.theme.warning
        elif ring:
            edge = self.theme.accent
        elif isinstance(widget, QAbstractScrollArea) and not widget.inherits("QPlainTextEdit"):
            edge = self.theme.line  # a list is told by its rows; a field by its edge
        _panel(painter, rect, ground, edge, RING if ring else 1.0)

    def _button(self, painter: QPainter, rect: QRectF, option: QStyleOption) -> None:
        theme, state = self.theme, option.state
        if isinstance(option, QStyleOptionButton) and option.features & QStyleOptionButton.ButtonFeature.Flat:
            if state & (_State.State_MouseOver | _State.State_Sunken | _State.State_On):
                _panel(painter, rect, self._face(state), None)
        elif _default(option):
            shade = 0.85 if state & (_State.State_Sunken | _State.State_MouseOver) else 1.0
            _panel(painter, rect, mixed(theme.accent, theme.text, shade), None)
        else:
            _panel(painter, rect, self._face(state), mixed(theme.border, theme.line, 0.5), 1.0)
        if state & _State.State_HasFocus and state & _State.State_KeyboardFocusChange:
            # On the button that Enter presses the accent would not be seen.
            _panel(painter, rect, None, theme.text if _default(option) else theme.accent, RING)

    def _tool_button(
        self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag, widget: QWidget | None
    ) -> None:
        if state & _State.State_On:
            _panel(painter, rect, self.theme.selection_idle, self.theme.border, 1.0)
        elif state & _State.State_Enabled and state & (_State.State_MouseOver | _State.State_Sunken):
            _panel(painter, rect, self._face(state), None)
        elif not state & _State.State_AutoRaise:
            _panel(painter, rect, self._face(state), mixed(self.theme.border, self.theme.line, 0.5), 1.0)
        if widget is not None and widget.hasFocus() and state & _State.State_KeyboardFocusChange:
            _panel(painter, rect, None, self.theme.accent, RING)

    def _row(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state = option.state
        if state & _State.State_Selected:
            active = state & _State.State_Active
            painter.fillRect(option.rect, self.theme.selection if active else self.theme.selection_idle)
        elif option.backgroundBrush.style() != Qt.BrushStyle.NoBrush:
            painter.fillRect(option.rect, option.backgroundBrush)
        elif state & _State.State_MouseOver and state & _State.State_Enabled:
            painter.fillRect(option.rect, self.theme.hover)

    def _mark(self, state: QStyle.StateFlag, *, on: bool) -> tuple[QColor, QColor]:
        """Ground and edge of a check box or radio button."""
        if not state & _State.State_Enabled:
            return self.theme.window, self.theme.line
        return (self.theme.accent, self.theme.accent) if on else (self.theme.base, self.theme.border)

    def _check(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        on, partly = bool(state & _State.State_On), bool(state & _State.State_NoChange)
        ground, edge = self._mark(state, on=on or partly)
        box = _square(rect)
        _panel(painter, box, ground, edge, 1.0, 3.0)
        at, size = box.topLeft(), box.width()
        pen = self.theme.accent_text if state & _State.State_Enabled else self.theme.faint
        if on:
            tick = ((0.22, 0.52), (0.43, 0.72), (0.78, 0.30))
            _stroke(painter, [at + QPointF(x * size, y * size) for x, y in tick], pen, 2.0)
        elif partly:
            _stroke(painter, [at + QPointF(x * size, 0.5 * size) for x in (0.25, 0.75)], pen, 2.0)

    def _radio(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        on = bool(state & _State.State_On)
        ground, edge = self._mark(state, on=on)
        circle = _square(rect)
        _panel(painter, circle, ground, edge, 1.0, circle.width() / 2)
        if on:
            dot = self.theme.accent_text if state & _State.State_Enabled else self.theme.faint
            inner = circle.width() * 0.3
            _panel(painter, circle.adjusted(inner, inner, -inner, -inner), dot, None, 0.0, inner)


def _default(option: QStyleOption) -> bool:
    """Whether it is the button that Enter presses."""
    return (
        isinstance(option, QStyleOptionButton)
        and bool(option.features & QStyleOptionButton.ButtonFeature.DefaultButton)
        and bool(option.state & _State.State_Enabled)
    )


def _is_line(option: QStyleOption) -> bool:
    return getattr(option, "frameShape", None) in (QFrame.Shape.HLine, QFrame.Shape.VLine)


def _scroll_bar_part(option: QStyleOptionSlider, part: _Sub, least: int) -> QRect:
    """A scroll bar without arrow buttons: groove, slider and the pages on both sides of it."""
    whole = option.rect
    across = option.orientation == Qt.Orientation.Horizontal
    room = whole.width() if across else whole.height()
    span = option.maximum - option.minimum
    length = room if span <= 0 else max(min(least, room), room * option.pageStep // (span + option.pageStep))
    start = QStyle.sliderPositionFromValue(
        option.minimum, option.maximum, option.sliderPosition, room - length, option.upsideDown
    )
    pieces = {
        _Sub.SC_ScrollBarGroove: (0, room),
        _Sub.SC_ScrollBarSlider: (start, length),
        _Sub.SC_ScrollBarSubPage: (0, start),
        _Sub.SC_ScrollBarAddPage: (start + length, room - start - length),
    }
    at, extent = pieces.get(part, (0, 0))
    if across:
        found = QRect(whole.left() + at, whole.top(), extent, whole.height())
        return QStyle.visualRect(option.direction, whole, found)
    return QRect(whole.left(), whole.top() + at, whole.width(), extent)


def _square(rect: QRectF) -> QRectF:
    size = min(rect.width(), rect.height())
    square = QRectF(0, 0, size, size)
    square.moveCenter(rect.center())
    return square


def _panel(  # noqa: PLR0917 (drawn from everywhere; the order is that of painting)
    painter: QPainter,
    rect: QRectF,
    fill: QColor | None,
    edge: QColor | None,
    width: float = 0.0,
    radius: float = RADIUS,
) -> None:
    """A rounded rectangle; the edge lies inside ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(edge, width) if edge is not None else Qt.PenStyle.NoPen)
    inset = width / 2
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)
    painter.restore()


def _stroke(painter: QPainter, points: list[QPointF], colour: QColor, width: float) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, cap, join))
    painter.drawPolyline(QPolygonF(points))
    painter.restore()


def _chevron(painter: QPainter, rect: QRectF, colour: QColor, turn: int, half: float = 3.5) -> None:
    """An open arrow head in the middle of ``rect``: 0 points down, 90 left, 180 up, 270 right."""
    painter.save()
    painter.translate(rect.center())
    painter.rotate(turn)
    _stroke(painter, [QPointF(-half, -half / 2), QPointF(0, half / 2), QPointF(half, -half / 2)], colour, 1.6)
    painter.restore()
