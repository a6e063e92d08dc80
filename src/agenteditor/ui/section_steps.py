"""Steps in the prompt: apply an edit or tell why not, and which part of the text a widget edits.

Plain functions between the outline's core and the widgets of the Prompt view; no widget here.
"""

from __future__ import annotations

from collections.abc import Hashable

from agenteditor.core import markdown_lines as md
from agenteditor.core.body import Section, SectionPath, section_at
from agenteditor.core.document import Document, Transaction
from agenteditor.core.section_edits import set_section_text, set_span_text
from agenteditor.core.text import Edits, Refusal, Span


def attempt(document: Document, result: Edits | Refusal, label: str, merge: Hashable | None = None) -> str:
    """Apply what an edit function answered; "" if it stands in the document now, else the reason."""
    if isinstance(result, Refusal):
        return result.reason
    document.apply(Transaction(result, label, merge))
    return ""


def whole_span(document: Document, path: SectionPath) -> Span:
    """A section with title and all that belongs to it, without the blank lines around; () is the prompt."""
    text, sections = document.text, document.syntax.sections
    section = section_at(sections, path)
    if section is not None:
        return _core(text, section.span)
    return _core(text, Span(sections[0].span.start, len(text))) if sections else Span(len(text), len(text))


def content_span(document: Document, section: Section) -> Span:
    """What stands between a section's title and its first child, without the blank lines around.

    Empty, and right behind the title, where there is nothing.
    """
    core = _core(document.text, section.content)
    if core.start < core.end or section.heading is None:
        return core
    at = md.core_end(document.text, *section.heading)
    return Span(at, at)


def shown_text(document: Document, span: Span) -> str:
    """A part of the prompt as it is edited: LF line ends, no blank lines around it."""
    return md.trimmed(span.of(document.text))


def typed_text(document: Document, span: Span, section: Section | None, typed: str) -> Edits | Refusal:
    """The edits that put ``typed`` in the place of ``span``; an empty span gets the spacing it needs."""
    text, start = document.text, document.syntax.body.start
    if not document.syntax.sections:
        return set_section_text(text, start, (), typed)
    trimmed = md.trimmed(typed)
    if span.start == span.end and section is not None and section.heading is not None and trimmed:
        heading = md.marker(text, section.heading.start, section.heading.end)
        indent = heading.hanging if heading is not None and section.style == "group" else ""
        rows = [indent + row if row else "" for row in trimmed.split("\n")]
        line = max(start, text.rfind("\n", 0, span.start) + 1, text.rfind("\r", 0, span.start) + 1)
        title = [text[line : span.start], *([""] if section.style == "heading" else [])]
        return set_span_text(text, start, Span(line, span.end), "\n".join([*title, *rows]))
    return set_span_text(text, start, span, typed)


def same_markdown(own: str, text: str) -> bool:
    """Whether typed Markdown is what the prompt shows: blank lines around it do not count."""
    return md.trimmed(own) == text


def same_item(own: str, text: str) -> bool:
    """Whether a typed item is what the list shows: it begins with text, blank lines around do not count."""
    rows = md.trimmed(own).split("\n")
    return "\n".join([rows[0].lstrip(" \t"), *rows[1:]]) == text


def _core(text: str, span: Span) -> Span:
    """``span`` from its first line with text to the end of its last; empty at its start if it is blank."""
    end = md.core_end(text, *span)
    begin = span.start
    while begin < end and md.is_blank(text, begin, md.next_line(text, begin, end)):
        begin = md.next_line(text, begin, end)
    return Span(begin, end)
