"""One section of the prompt: its title, and its content as a list, as text or as Markdown.

A list is edited item by item, other content as the text it is; Markdown shows the whole section with
its title and all that belongs to it. Whatever it shows is written as typed and never reflowed.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from agenteditor.core import markdown_lines as md
from agenteditor.core.body import Section, SectionPath, section_at
from agenteditor.core.checks import Diagnostic
from agenteditor.core.document import Document
from agenteditor.core.section_edits import rename_section
from agenteditor.core.text import Edits
from agenteditor.ui import icons, section_words, theme
from agenteditor.ui.fields_text import GrowingText, LineEdit, LosslessText, Muted
from agenteditor.ui.form_notes import ProblemLine, Problems
from agenteditor.ui.qtext import Shown
from agenteditor.ui.section_items import ItemsEditor
from agenteditor.ui.section_markdown import MarkdownText, Part
from agenteditor.ui.section_steps import (
    attempt,
    content_span,
    same_markdown,
    typed_text,
    whole_span,
)

_WIDTH = 820  # pixels; longer lines are hard to read


class SectionPage(QWidget):
    """The chosen section. ``refused`` says why the last key did nothing, "" when the next one did.

    ``chosen`` asks for another section, ``add_wanted`` for a new one inside this one.
    """

    refused = Signal(str)
    chosen = Signal(object)
    add_wanted = Signal()
    fix_wanted = Signal(object)  # a Fix

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._path: SectionPath = ()
        self._links: list[QToolButton] = []
        self._build()

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        self._title = LineEdit(self)
        self._title.setFont(theme.heading_font(self._title))
        self._title.setAccessibleName(self.tr("Title of the section"))
        self._title.setPlaceholderText(self.tr("Title"))
        self._title.edited.connect(self._title_typed)
        self._title.editingFinished.connect(self._title_left)
        self._name = QLabel(self)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setFont(theme.heading_font(self._name))
        self._name.setMinimumHeight(self._title.sizeHint().height())
        self._about = Muted("", self)
        self._problems = Problems(parent=self)
        self._problems.fix_wanted.connect(self.fix_wanted)
        self._note = ProblemLine(self)
        self._note.hide()
        self._form_button = self._mode(self.tr("List"))
        self._markdown_button = self._mode(self.tr("Markdown"))
        self._modes = QButtonGroup(self)
        self._modes.addButton(self._form_button)
        self._modes.addButton(self._markdown_button)
        self._form_button.setChecked(True)
        self._modes.buttonClicked.connect(lambda: self.refresh(self._path))
        self._form = self._make_form()
        self._markdown = MarkdownText(self)
        self._markdown_part = Part(self._document, self._markdown)
        self._markdown.edited.connect(lambda own: self._part_typed(self._markdown_part, None, own))
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._form)
        self._pages.addWidget(self._markdown)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._name, 1)
        modes = QHBoxLayout()
        modes.setSpacing(2)
        modes.addWidget(self._form_button)
        modes.addWidget(self._markdown_button)
        head.addLayout(modes)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, theme.GAP, theme.GAP, theme.GAP)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._about)
        column.addWidget(self._problems)
        column.addWidget(self._note)
        column.addWidget(self._pages, 1)

    def _mode(self, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setCheckable(True)
        return button

    def _make_form(self) -> QScrollArea:
        self._content = GrowingText(self, max_lines=100_000, same=same_markdown)
        self._content.setAccessibleName(self.tr("Text of the section"))
        self._content_part = Part(self._document, self._content)
        self._content.edited.connect(self._content_typed)
        self._content.cursorPositionChanged.connect(lambda: self._caret_moved(self._content))
        self._items = ItemsEditor(self._document, self._markdown_button, self)
        self._items.refused.connect(self._answer)
        self._items.caret_moved.connect(self._scroll_to)
        self._start_list = QPushButton(self.tr("Start a list"), self)
        self._start_list.setIcon(icons.icon("bullets"))
        self._start_list.clicked.connect(self._list_wanted)
        self._inside = QLabel(self.tr("In this section"), self)
        self._inside.setTextFormat(Qt.TextFormat.PlainText)
        self._inside.setFont(theme.small_font(self._inside))
        self._link_column = QVBoxLayout()
        self._link_column.setSpacing(0)
        self._add_inside = QPushButton(self.tr("Add a section here"), self)
        self._add_inside.setIcon(icons.icon("add"))
        self._add_inside.clicked.connect(self.add_wanted)
        content = self._form_content = QWidget(self)
        content.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 2, 4, theme.MARGIN)
        for widget in (self._content, self._items, self._start_list, self._inside):
            column.addWidget(widget)
        column.addLayout(self._link_column)
        column.addWidget(self._add_inside)
        for button in (self._start_list, self._add_inside):
            column.setAlignment(button, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        return area

    # --- showing ------------------------------------------------------------------------------

    @property
    def markdown(self) -> bool:
        """Whether the section is shown as Markdown."""
        return self._pages.currentWidget() is self._markdown

    def follow(self, edits: Edits) -> None:
        """The document has changed; the parts that are shown move along."""
        self._content_part.follow(edits)
        self._markdown_part.follow(edits)

    def refresh(self, path: SectionPath) -> None:
        """Show the section at ``path`` as it is now, touching only what differs."""
        moved_on, self._path = path != self._path, path
        section = section_at(self._document.syntax.sections, path)
        self._show_head(section)
        self._problems.show_problems(self.problems_here())
        if section is None or self._markdown_button.isChecked():
            self._markdown_part.show(whole_span(self._document, path))
            self._show_page(self._markdown)
        else:
            self._show_form(section)
            self._show_page(self._form)
        if moved_on:
            self.say("")
            for text in (self._markdown, self._content):
                if not text.hasFocus():
                    text.moveCursor(QTextCursor.MoveOperation.Start)
            self._form.verticalScrollBar().setValue(0)

    def say(self, reason: str) -> None:
        """Show why what was typed last is not in the file; "" that it is."""
        if reason:
            self._note.say("warning", "warning", reason)
        _show(self._note, bool(reason))

    def problems_here(self) -> list[Diagnostic]:
        """The problems of what is shown."""
        start, end = whole_span(self._document, self._path)
        start = start if self._path else self._document.syntax.body.start
        return [each for each in self._document.problems if start <= each.span.start <= end]

    def _show_page(self, page: QWidget) -> None:
        if self._pages.currentWidget() is not page:
            self._pages.setCurrentWidget(page)

    def _show_head(self, section: Section | None) -> None:
        titled = section is not None and section.title_span is not None
        _show(self._title, titled)
        _show(self._name, not titled)
        if section is not None and section.title_span is not None:
            title = md.one_line(section.title_span.of(self._document.text))
            if not (self._title.hasFocus() and md.one_line(self._title.own()) == title):
                self._title.show_text(title)
        else:
            name = section_words.name(self._document.syntax, self._path)
            if self._name.text() != name:
                self._name.setText(name)
        self._about.say(section_words.description(self._document, self._path))
        _show(self._form_button, section is not None)
        _show(self._markdown_button, section is not None)
        kind = self.tr("List") if section is not None and _is_list(section) else self.tr("Text")
        if self._form_button.text() != kind:
            self._form_button.setText(kind)
        name = self.tr("Markdown of “{0}”").format(section_words.name(self._document.syntax, self._path))
        if self._markdown.accessibleName() != name:
            self._markdown.setAccessibleName(name)

    def _show_form(self, section: Section) -> None:
        listed = _is_list(section)
        empty = section.content.of(self._document.text).strip() == ""
        _show(self._items, listed)
        _show(self._content, not listed)
        _show(self._start_list, not listed and empty and not section.children and section.style != "xml")
        if listed:
            self._items.refresh(self._path)
        else:
            fixed = section.kind in ("code", "table", "mixed")
            font = theme.fixed_font() if fixed else self.font()
            if self._content.font() != font:
                self._content.setFont(font)
            self._content_part.show(content_span(self._document, section))
            hint = self.tr("Text before what is below") if section.children else self.tr("Text")
            if self._content.placeholderText() != hint:
                self._content.setPlaceholderText(hint)
        self._show_links(section)

    def _show_links(self, section: Section) -> None:
        groups = any(child.style == "group" for child in section.children)
        _show(self._inside, bool(section.children))
        _show(self._add_inside, bool(section.children))
        words = self.tr("Groups") if groups else self.tr("In this section")
        if self._inside.text() != words:
            self._inside.setText(words)
        self._add_inside.setText(self.tr("Add a group") if groups else self.tr("Add a section here"))
        while len(self._links) > len(section.children):
            link = self._links.pop()
            self._link_column.removeWidget(link)
            link.hide()
            link.deleteLater()
        while len(self._links) < len(section.children):
            self._links.append(self._make_link(len(self._links)))
        for at, (link, child) in enumerate(zip(self._links, section.children, strict=True)):
            name = section_words.numbered_name(self._document.syntax, (*self._path, at))
            amount = section_words.amount(child)
            text = f"{name}   ·   {amount}" if amount else name
            if link.text() != text.replace("&", "&&"):
                link.setText(text.replace("&", "&&"))
                link.setAccessibleName(text)
            link.setIcon(icons.icon(section_words.icon_name(child)))

    def _make_link(self, index: int) -> QToolButton:
        link = QToolButton(self)
        link.setAutoRaise(True)
        link.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        link.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        link.clicked.connect(lambda: self.chosen.emit((*self._path, index)))
        self._link_column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        link.show()
        QWidget.setTabOrder(self._links[-1] if self._links else self._content, link)
        QWidget.setTabOrder(link, self._add_inside)
        return link

    # --- going there ---------------------------------------------------------------------------

    @property
    def is_written_in(self) -> bool:
        """Whether the caret is in the section's text or Markdown."""
        return self._markdown.hasFocus() or self._content.hasFocus()

    def take_focus(self) -> None:
        """Go into the content."""
        if self.markdown:
            self._markdown.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self._items.isHidden():
            self._items.take_focus()
        else:
            self._content.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, offset: int) -> None:
        """Put the caret at an offset of the file, or into the item that holds it."""
        section = section_at(self._document.syntax.sections, self._path)
        if self.markdown:
            self._put_caret(self._markdown, self._markdown_part, offset)
        elif section is not None and section.heading is not None and offset < section.heading.end:
            self._title.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self._items.isHidden():
            index = self._items.row_at(offset)
            self._items.take_focus(index or 0)
        else:
            self._put_caret(self._content, self._content_part, offset)

    def _put_caret(self, text: LosslessText, part: Part, offset: int) -> None:
        text.setFocus(Qt.FocusReason.OtherFocusReason)
        inside = self._document.text[part.span.start : max(part.span.start, offset)]
        cursor = text.textCursor()
        shown = Shown(md.unified(inside))
        cursor.setPosition(min(shown.position(len(shown.source)), text.document().characterCount() - 1))
        text.setTextCursor(cursor)

    def _caret_moved(self, text: QPlainTextEdit) -> None:
        if text.hasFocus():
            self._scroll_to(text)

    def _scroll_to(self, text: QPlainTextEdit) -> None:
        """Keep the caret of a growing text in sight: the page scrolls, not the text."""
        caret = text.cursorRect()
        place = text.viewport().mapTo(self._form_content, QPoint(caret.left(), caret.center().y()))
        self._form.ensureVisible(0, place.y(), 0, caret.height() + theme.GAP)

    # --- what the user does ---------------------------------------------------------------------

    def _answer(self, reason: str) -> None:
        self.say(reason)
        self.refused.emit(reason)

    def _title_typed(self, own: str) -> None:
        document = self._document
        result = rename_section(document.text, document.syntax.body.start, self._path, own)
        reason = attempt(document, result, self.tr("Rename section"), ("section title", self._path))
        section = section_at(document.syntax.sections, self._path)
        span = section.title_span if section is not None else None
        if not reason and span is not None and own == md.one_line(span.of(document.text)):
            self._title.agree(own)
        self._answer(reason)

    def _title_left(self) -> None:
        if self._title.pending:
            section = section_at(self._document.syntax.sections, self._path)
            if section is not None and section.title_span is not None:
                self.say("")
                self._title.revert()
                self._title.show_text(md.one_line(section.title_span.of(self._document.text)))

    def _content_typed(self, own: str) -> None:
        section = section_at(self._document.syntax.sections, self._path)
        self._part_typed(self._content_part, section, own)

    def _part_typed(self, part: Part, section: Section | None, own: str) -> None:
        text = self._markdown if part is self._markdown_part else self._content
        result = typed_text(self._document, part.span, section, own)
        merge = ("section text", part is self._markdown_part, self._path)
        reason = attempt(self._document, result, self.tr("Edit prompt"), merge)
        if not reason:
            text.agree(own)
        self._answer(reason)

    def _list_wanted(self) -> None:
        _show(self._items, True)
        _show(self._content, False)
        _show(self._start_list, False)
        self._items.refresh(self._path)
        self._items.begin(0)


def _is_list(section: Section) -> bool:
    """Whether a section's own content is one list and nothing else."""
    return section.kind in ("bullets", "numbered") and bool(section.items)


def _show(widget: QWidget, shown: bool) -> None:
    if widget.isHidden() == shown:
        widget.setVisible(shown)
