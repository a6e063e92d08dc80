"""What the Prompt view calls a section: its name, its number, its sign, what it holds. No widgets."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from agenteditor.core import markdown_lines as md
from agenteditor.core.body import Section, SectionPath, section_at
from agenteditor.core.document import Document
from agenteditor.core.syntax import Syntax
from agenteditor.ui.qtext import plain

PROMPT_ICON = "prompt"

_ICONS = {
    "empty": "heading",
    "prose": "text",
    "bullets": "bullets",
    "numbered": "numbered",
    "groups": "numbered",
    "code": "code",
    "table": "table",
    "mixed": "text",
}


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("sections", text)


def icon_name(section: Section) -> str:
    """The drawing that stands for what a section holds."""
    if section.kind == "groups" and any(child.style == "group" for child in section.children):
        return "prompt"
    return "code" if section.style == "xml" and section.kind == "empty" else _ICONS[section.kind]


def name(syntax: Syntax, path: SectionPath) -> str:
    """What people call the section at ``path``: its title, or what it is if it has none."""
    section = section_at(syntax.sections, path)
    if section is None:
        return tr("Whole prompt")
    if section.title:
        return plain(section.title)
    if section.style == "intro":
        return tr("Introduction")
    if section.title_span is not None:
        return tr("No title")
    last = len(path) == 1 and path[0] == len(syntax.sections) - 1
    return tr("Closing") if last else tr("Text")


def numbered_name(syntax: Syntax, path: SectionPath) -> str:
    """The name with the number that a group has in its list."""
    section = section_at(syntax.sections, path)
    called = name(syntax, path)
    if section is None or section.style != "group" or section.heading is None:
        return called
    mark = md.marker(syntax.text, *section.heading)
    return called if mark is None or mark.number is None else f"{mark.number}. {called}"


def amount(section: Section) -> str:
    """How many items or groups a section holds, as digits; "" where that says nothing."""
    groups = sum(child.style == "group" for child in section.children)
    count = len(section.items) or groups
    return str(count) if count else ""


def first_words(document: Document, section: Section) -> str:
    """The first line of a section's own text, for a tool tip."""
    start, end = section.content
    for row in document.text[start : min(end, start + 1000)].splitlines():
        if row.strip():
            return plain(row.strip())
    return ""


def description(document: Document, path: SectionPath) -> str:
    """What a section is and holds, in a line: “Numbered list · 10 items”."""
    section = section_at(document.syntax.sections, path)
    if section is None:
        syntax = document.syntax
        return " · ".join([_count(len(syntax.sections), "section"), _count(syntax.words, "word")])
    parts = [_held(section)]
    if section.style == "xml":
        parts.insert(0, tr("Tag"))
    elif section.style == "heading":
        parts.insert(0, tr("Heading level {0}").format(section.level))
    inner = sum(child.style != "group" for child in section.children)
    if inner:
        parts.append(_count(inner, "section inside"))
    return " · ".join(part for part in parts if part)


def _held(section: Section) -> str:
    items = len(section.items)
    groups = sum(child.style == "group" for child in section.children)
    if section.kind == "bullets":
        return tr("List") + " · " + _count(items, "item") if items else tr("List")
    if section.kind == "numbered":
        return tr("Numbered list") + " · " + _count(items, "item") if items else tr("Numbered list")
    if section.kind == "mixed":
        return tr("Text and list") + " · " + _count(items, "item") if items else tr("Text of several kinds")
    if section.kind == "groups":
        return _count(groups, "group")
    words = {"prose": tr("Text"), "code": tr("Code"), "table": tr("Table"), "empty": ""}
    return words[section.kind] or ("" if section.children else tr("Empty"))


_FORMS = {
    "item": ("1 item", "{0} items"),
    "group": ("1 group", "{0} groups"),
    "section": ("1 section", "{0} sections"),
    "section inside": ("1 section inside", "{0} sections inside"),
    "word": ("1 word", "{0} words"),
}


def _count(number: int, what: str) -> str:
    one, more = _FORMS[what]
    return tr(one) if number == 1 else tr(more).format(f"{number:,}")
