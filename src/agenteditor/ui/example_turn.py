"""One turn of an example: who speaks, what is said, and the buttons to move it or take it away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from agenteditor.core.example_parts import Part
from agenteditor.ui import icons, theme
from agenteditor.ui.example_text import PartText, buttons_of, small_button
from agenteditor.ui.fields import LineEdit
from agenteditor.ui.fields_choice import Combo
from agenteditor.ui.form_notes import ProblemLine
from agenteditor.ui.qtext import plain

_BAR = 3  # pixels: the coloured edge that tells the speakers apart at a glance

_ICONS = {"user": "user", "assistant": "agent"}
_MEANINGS: dict[str, icons.Meaning] = {"user": "accent", "assistant": "good"}


class TurnCard(QWidget):
    """A turn. ``write_text`` and ``write_speaker`` answer with the reason if they refuse, else ""."""

    moved = Signal(int)  # -1 up, 1 down
    removed = Signal()
    refused = Signal(str)
    rebuilt = Signal()

    def __init__(
        self,
        write_text: Callable[[str], str],
        write_speaker: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = "other"
        self._write_speaker = write_speaker
        self.body = PartText(write_text, self)
        self.body.refused.connect(self.refused)
        self.body.rebuilt.connect(self.rebuilt)
        self._sign = QLabel(self)
        self.speaker = SpeakerBox(self)
        self.speaker.chosen.connect(self._name)
        self.up = small_button("up", self.tr("Move this turn up (Alt+Up)"), self)
        self.down = small_button("down", self.tr("Move this turn down (Alt+Down)"), self)
        self.remove = small_button("remove", self.tr("Take this turn away"), self)
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.remove.clicked.connect(self.removed)
        for keys, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda by=step: self.moved.emit(by))
        head = self.body.head
        head.addWidget(self._sign)
        head.addWidget(self.speaker)
        head.addStretch(1)
        for button in (self.up, self.down, self.remove):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP + _BAR, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.body)
        self._refusal = ProblemLine(self)
        self._refusal.setVisible(False)
        self._refusal.fix_wanted.connect(self._put_back)
        column.addWidget(self._refusal)

    @property
    def pending(self) -> bool:
        """Whether something was typed that does not stand in the document."""
        return self.body.pending or not self._refusal.isHidden()

    def drop(self) -> None:
        """Give up what could not be applied."""
        self.body.drop()
        self.speaker.put_back()
        self._say("")

    def show_part(self, part: Part, number: int, of: int, speakers: Sequence[str], *, editable: bool) -> None:
        """Show turn ``number`` (from 0) ``of`` so many."""
        if part.role != self._role or self._sign.pixmap().isNull():
            self._role = part.role
            self._dress()
        if self.speaker.show_speaker(part.speaker, speakers):
            self._say("")
        self.speaker.setEnabled(editable)
        self.body.show_text(part.text, exact=bool(part.quote), editable=editable)
        self.up.setEnabled(editable and number > 0)
        self.down.setEnabled(editable and number < of - 1)
        self.remove.setEnabled(editable)
        self._say_who(part, number)

    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through: who speaks, what is said, the buttons."""
        return [self.speaker, *self.body.tab_stops(), *buttons_of(self._refusal)]

    def changeEvent(self, event: QEvent) -> None:
        """Another theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_sign"):
            self._dress()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The edge at the left, in the colour of the speaker."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(getattr(theme.current(), _MEANINGS.get(self._role, "muted")))
            left = 0 if self.isLeftToRight() else self.width() - _BAR
            painter.drawRoundedRect(QRectF(left, 1, _BAR, self.height() - 2), _BAR / 2, _BAR / 2)

    def _dress(self) -> None:
        colour = getattr(theme.current(), _MEANINGS.get(self._role, "muted"))
        name = _ICONS.get(self._role, "comment")
        self._sign.setPixmap(icons.pixmap(name, colour, icons.side(self), self.devicePixelRatioF()))
        hints = {
            "user": self.tr("What the user says"),
            "assistant": self.tr("What Claude Code answers, and that it calls this agent"),
        }
        self.body.text.setPlaceholderText(hints.get(self._role, self.tr("What is said")))
        self.update()

    def _say_who(self, part: Part, number: int) -> None:
        who = plain(part.speaker) or self.tr("Somebody")
        names = (
            (self.body.text, self.tr("{who} says, turn {number}").format(who=who, number=number + 1)),
            (self.speaker, self.tr("Speaker of turn {number}").format(number=number + 1)),
            (self.up, self.tr("Move turn {number} up").format(number=number + 1)),
            (self.down, self.tr("Move turn {number} down").format(number=number + 1)),
            (self.remove, self.tr("Take turn {number} away").format(number=number + 1)),
        )
        for widget, name in names:
            if widget.accessibleName() != name:
                widget.setAccessibleName(name)

    def _name(self, speaker: str) -> None:
        self._say(self._write_speaker(speaker))

    def _put_back(self) -> None:
        self.speaker.put_back()
        self._say("")
        self.speaker.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, reason: str) -> None:
        """Show why a name could not be taken; it stays to be corrected."""
        if reason:
            sentence = self.tr("Not applied. {reason}").format(reason=reason)
            self._refusal.say("warning", "warning", sentence)
            if self._refusal.isHidden():
                self._refusal.offer([self.tr("Put back")], "revert")
            self.refused.emit(reason)
        if self._refusal.isHidden() == bool(reason):
            self._refusal.setVisible(bool(reason))
            self.rebuilt.emit()


class SpeakerBox(Combo):
    """Who speaks: the names of the file, or one that is typed."""

    chosen = Signal(object)  # a str; as Signal(str) it would lose bytes that are not UTF-8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = LineEdit(self)
        self._line.setAccessibleName(self.tr("Speaker"))
        self.setEditable(True)
        self.setLineEdit(self._line)
        self.setCompleter(None)  # type: ignore[arg-type]  # none, as Qt documents
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumContentsLength(12)
        # Not the entry's text, in which marks stand for what cannot be seen.
        self.activated.connect(lambda index: self._choose(self._speakers[index]))
        self._line.editingFinished.connect(lambda: self._choose(self._line.own()))
        self._speaker = ""
        self._speakers: Sequence[str] = ()

    def show_speaker(self, speaker: str, speakers: Sequence[str]) -> bool:
        """Show who speaks, and offer ``speakers``. Whether the name shown is the document's now.

        A name that is typed stays as long as the document's stays the same.
        """
        if tuple(speakers) != self._speakers:
            typed = self._line.own()
            self._speakers = tuple(speakers)
            self.clear()
            self.addItems([plain(name) for name in speakers])
            self._line.agree(typed)  # Qt shows the first entry
        if speaker != self._speaker:
            self._speaker = speaker
            self._line.agree(speaker)
        return self._line.own().strip() == self._speaker

    def put_back(self) -> None:
        """Show the speaker of the document again."""
        self._line.agree(self._speaker)

    def _choose(self, name: str) -> None:
        if name.strip() and name.strip() != self._speaker:
            self.chosen.emit(name.strip())
        elif name != self._speaker:
            self.put_back()
