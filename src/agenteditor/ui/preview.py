"""The preview: the prompt, what the router sees, what the agent may do, where it loads, file, changes.

One panel with several sources. It follows the document a moment after the last change, and only while it
is seen. It opens nothing and fetches nothing; what would take too long to draw is shown as plain text.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QPalette, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core.document import Change, Document
from agenteditor.core.markdown_page import Excess, excess, markdown_page
from agenteditor.core.portable import portable
from agenteditor.core.readers import answers
from agenteditor.core.router import routed
from agenteditor.core.text import Refusal
from agenteditor.ui import theme
from agenteditor.ui.diff_view import DiffView
from agenteditor.ui.icons import Meaning, pixmap
from agenteditor.ui.preview_browser import PageBrowser
from agenteditor.ui.preview_file import FileText, excess_sentence, facts
from agenteditor.ui.preview_powers import document_powers
from agenteditor.ui.preview_readers import portable_sentence, readers_page
from agenteditor.ui.preview_router import router_page
from agenteditor.ui.qtext import plain

Source = Literal["prompt", "router", "powers", "readers", "file", "changes"]
SOURCES: tuple[Source, ...] = get_args(Source)

DEBOUNCE_MS = 120  # after the last change; tests set 0
# "Show anyway" is offered up to here: a page of so many code points still takes a second or two.
MOST_ANYWAY = 1_000_000
_ANYWAY: tuple[Excess, ...] = ("characters", "lines")
SMALLEST, LARGEST = -4, 16  # points
_ICON = 16


class PreviewPanel(QWidget):
    """Shows one document. ``source_changed`` carries the source that is shown now;
    ``portable_wanted`` asks for the one edit after which all programs agree."""

    source_changed = Signal(str)
    portable_wanted = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._stale = True
        self._anyway = False
        self._zoom = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        self.chooser = QComboBox()
        self.chooser.setAccessibleName(self.tr("What the preview shows"))
        for source, title in self._titles().items():
            self.chooser.addItem(title, source)
        self.chooser.currentIndexChanged.connect(self._chosen)
        self.notes = (_Note(), _Note())
        self.notes[0].pressed.connect(self._act)
        self.page = PageBrowser()
        self.page.setAccessibleName(self.tr("Prompt, rendered"))
        self.router = PageBrowser()
        self.router.setAccessibleName(self.tr("What the router sees"))
        self.powers = PageBrowser()
        self.powers.setAccessibleName(self.tr("What it may do"))
        self.readers = PageBrowser()
        self.readers.setAccessibleName(self.tr("Where it loads"))
        self.file = FileText()
        self.file.setAccessibleName(self.tr("File as saved"))
        self.changes = DiffView(
            old_title=self.tr("Saved"),
            new_title=self.tr("Now"),
            empty=self.tr("No changes since the last save"),
        )
        self.plain = FileText()
        self.plain.setAccessibleName(self.tr("Prompt, as plain text"))
        self._views = (self.page, self.router, self.powers, self.readers, self.file, self.changes, self.plain)
        self._stack = QStackedWidget()
        for view in self._views:
            self._stack.addWidget(view)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.GAP, theme.GAP // 2, theme.GAP, theme.GAP // 2)
        bar.addWidget(self.chooser)
        bar.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        for note in self.notes:
            layout.addWidget(note)
        layout.addWidget(self._stack, 1)
        self.setFocusProxy(self.chooser)
        document.subscribe(self._changed)

    @property
    def source(self) -> Source:
        """What is shown."""
        return SOURCES[max(self.chooser.currentIndex(), 0)]

    def show_source(self, source: Source) -> None:
        """Show another source."""
        self.chooser.setCurrentIndex(SOURCES.index(source))

    def take_focus(self) -> None:
        """Put the focus where the text is."""
        view = self._stack.currentWidget()
        assert view is not None, "the stack is filled from the start"
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def zoom_in(self) -> None:
        """Larger text."""
        self.set_zoom(self._zoom + 1)

    def zoom_out(self) -> None:
        """Smaller text."""
        self.set_zoom(self._zoom - 1)

    def zoom_reset(self) -> None:
        """Text of the usual size."""
        self.set_zoom(0)

    @property
    def zoom(self) -> int:
        """By how many steps the text is larger than usual."""
        return self._zoom

    def set_zoom(self, steps: int) -> None:
        """Text larger than usual by so many steps."""
        self._zoom = max(SMALLEST, min(steps, LARGEST))
        for view in self._views:
            view.set_zoom(self._zoom)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel with Ctrl changes the size of the text."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            self.set_zoom(self._zoom + (1 if event.angleDelta().y() > 0 else -1))
            event.accept()
        else:
            super().wheelEvent(event)

    def refresh(self) -> None:
        """Show the document as it is now."""
        self._timer.stop()
        self._stale = False
        match self.source:
            case "prompt":
                self._show_prompt()
            case "router":
                self._show_router()
            case "powers":
                self._show_powers()
            case "readers":
                self._show_readers()
            case "file":
                text = self._document.text
                self.file.show_text(text)
                self._show(
                    self.file, _Message("muted", facts(text)), _Message("warning", excess_sentence(text))
                )
            case "changes":
                self.changes.show_texts(self._document.saved_text, self._document.text)
                self._show(self.changes)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what has changed while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _changed(self, _change: Change) -> None:
        self._stale = True
        if self.isVisible():
            self._timer.start(DEBOUNCE_MS)

    def _chosen(self) -> None:
        self._stale = True
        if self.isVisible():
            self.refresh()
        self.source_changed.emit(self.source)

    def _act(self) -> None:
        """What the first note's button does."""
        if self.source == "readers":
            self.portable_wanted.emit()
        else:
            self._show_anyway()

    def _show_anyway(self) -> None:
        self._anyway = True
        self.refresh()
        self.take_focus()

    # --- sources ------------------------------------------------------------------------------

    def _show_prompt(self) -> None:
        prompt = self._document.syntax.prompt
        too_much = excess(prompt)
        may = too_much in _ANYWAY and len(prompt) <= MOST_ANYWAY
        if too_much and not (may and self._anyway):
            self.plain.show_text(prompt)
            text = self._excess(too_much)
            self._show(
                self.plain,
                _Message("info", text, self.tr("Show anyway") if may else ""),
                _Message("warning", excess_sentence(prompt)),
            )
            return
        page = markdown_page(prompt)
        self.page.show_page(page)
        if not page.blocks:
            self._show(self.page, _Message("info", self.tr("The prompt is empty.")))
            return
        self._show(self.page, _Message("info", self._images(page.images)))

    def _show_router(self) -> None:
        path = self._document.path
        seen = routed(self._document.syntax, self._document.place, path.name if path else None)
        self.router.show_page(router_page(seen))
        if not seen.loads.ok:
            text = self.tr("The router does not see this agent. {0}").format(seen.loads.reason)
            self._show(self.router, _Message("error", text))
        else:
            self._show(self.router, _Message("warning", "" if seen.sure else seen.loads.reason))

    def _show_powers(self) -> None:
        syntax, place, path = self._document.syntax, self._document.place, self._document.path
        name = routed(syntax, place, path.name if path else None).name
        page, note = document_powers(name, self._document)
        self.powers.show_page(page)
        self._show(self.powers, _Message(*note))

    def _show_readers(self) -> None:
        syntax = self._document.syntax
        self.readers.show_page(readers_page(answers(syntax, self._document.place)))
        found = portable(syntax)
        if isinstance(found, Refusal):
            self._show(self.readers, _Message("info", plain(found.reason)))
        else:
            text = portable_sentence(found)
            self._show(self.readers, _Message("warning", text, self.tr("Make it load everywhere")))

    def _excess(self, kind: Excess) -> str:
        return {
            "characters": self.tr("This prompt is very long, so it is shown as plain text."),
            "lines": self.tr("This prompt has very many lines, so it is shown as plain text."),
            "line": self.tr("A line of this prompt is so long that it is shown as plain text."),
            "nesting": self.tr("Lists or quotations are nested so deeply that it is shown as plain text."),
            "marks": self.tr("This prompt has so many marks that it is shown as plain text."),
            "tables": self.tr("The tables of this prompt are so large that it is shown as plain text."),
        }[kind]

    def _images(self, addresses: tuple[str, ...]) -> str:
        if not addresses:
            return ""
        remote = sum(address.strip().lower().startswith(("http:", "https:", "//")) for address in addresses)
        if len(addresses) == 1:
            return (
                self.tr("1 image from the web is not loaded.")
                if remote
                else self.tr("1 image is not loaded.")
            )
        text = self.tr("{0} images are not loaded.").format(len(addresses))
        return f"{text} {self.tr('From the web: {0}.').format(remote)}" if remote else text

    def _show(self, view: QWidget, *messages: _Message) -> None:
        for note, message in zip(self.notes, (*messages, *_NOTHING), strict=False):
            note.say(message)
        if self._stack.currentWidget() is not view:
            self._stack.setCurrentWidget(view)

    def _titles(self) -> dict[Source, str]:
        return {
            "prompt": self.tr("Prompt"),
            "router": self.tr("What the router sees"),
            "powers": self.tr("What it may do"),
            "readers": self.tr("Where it loads"),
            "file": self.tr("File as saved"),
            "changes": self.tr("Changes since save"),
        }


class _Message(NamedTuple):
    """What a note says; nothing if there is no text. ``action`` is the label of its button."""

    meaning: Meaning
    text: str
    action: str = ""


_NOTHING = (_Message("info", ""), _Message("info", ""))


class _Note(QFrame):
    """A line above the view; without a message it takes no room."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = _NOTHING[0]
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setFont(theme.small_font(self._text))
        self._button = QPushButton()
        self._button.clicked.connect(self.pressed)
        layout = QGridLayout(self)
        layout.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        layout.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 0, 1)
        layout.addWidget(self._button, 1, 1, Qt.AlignmentFlag.AlignLeft)
        layout.setColumnStretch(1, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._message.text

    def say(self, message: _Message) -> None:
        """Show a message."""
        if message != self._message:
            self._message = message
            self._text.setText(message.text)
            self._button.setText(message.action)
            self._draw()
        self._button.setVisible(bool(message.action))
        self.setVisible(bool(message.text))

    def changeEvent(self, event: QEvent) -> None:
        """Another theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_message"):
            self._draw()

    def _draw(self) -> None:
        muted = self._message.meaning == "muted"
        self._sign.setVisible(not muted)
        self._text.setForegroundRole(
            QPalette.ColorRole.PlaceholderText if muted else QPalette.ColorRole.WindowText
        )
        if muted:
            return
        colour = getattr(theme.current(), self._message.meaning)
        self._sign.setPixmap(pixmap(self._message.meaning, colour, _ICON, self.devicePixelRatioF()))
