"""Whole-file intents: make the frontmatter valid YAML, make a plain Markdown file an agent.

Like ``rewrite``: small edits, each read back before it counts, else a ``Refusal``.
"""

from __future__ import annotations

import re

from agenteditor.core.frontmatter import Field, plain_value
from agenteditor.core.scalar import double, single
from agenteditor.core.syntax import Syntax, parse_fields
from agenteditor.core.text import Edits, Refusal, Span, TextEdit, apply, eol_of, replace
from agenteditor.core.yaml_nodes import Mapping, Refused, YamlFault
from agenteditor.core.yaml_read import read as read_yaml

# Not printable by the YAML specification (5.1); also the line separators, which readers split at.
_NOT_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def make_agent(syntax: Syntax, name: str, description: str) -> Edits | Refusal:
    """Edits that put frontmatter with a name and a description on top of a file that has none."""
    if syntax.frontmatter is not None:
        return Refusal("This file has frontmatter already.")
    eol = eol_of(syntax.text)
    at = 1 if syntax.text.startswith("\ufeff") else 0
    gap = "" if not syntax.text[at:] or syntax.text[at:].startswith(("\n", "\r")) else eol
    lines = ["---", f"name: {double(name)}", f"description: {double(description)}", "---", gap]
    for plain in (name, single(name)):
        tried = [*lines]
        tried[1] = f"name: {plain}"
        edits = (replace(at, at, eol.join(tried)),)
        if _made(syntax, edits, name, description):
            return edits
    edits = (replace(at, at, eol.join(lines)),)
    return (
        edits
        if _made(syntax, edits, name, description)
        else Refusal("Frontmatter cannot be put on top of this text.")
    )


def _made(syntax: Syntax, edits: Edits, name: str, description: str) -> bool:
    verdict, _, fields = parse_fields(apply(syntax.text, edits), syntax.dialect)
    found = [(field.key, field.value) for field in fields.fields] if fields else []
    return verdict == "valid" and found == [("name", name), ("description", description)]


def make_valid(syntax: Syntax) -> Edits | Refusal:
    """Edits of quotes alone that make the frontmatter strict YAML with the values it has now.

    Quotes just the values that do not parse by themselves, so that a list stays a list; and those of fields
    that must be text, which a list in brackets would lose.
    """
    if syntax.verdict == "valid" or syntax.frontmatter is None:
        return ()
    fields = syntax.frontmatter.fields
    edits = tuple(
        TextEdit(field.value_span, _quoted(field))
        for field in fields
        if (field.repaired or field.style == "broken") and not _stays(syntax, field)
    )
    for tried in (edits, _with_tabs_replaced(syntax, edits)):
        verdict, _, after = parse_fields(apply(syntax.text, tried), syntax.dialect)
        if verdict == "valid" and after is not None and _same_but_repaired(fields, after.fields):
            return tried
    return Refusal("No change of quotes alone makes this frontmatter valid YAML. Correct it in the source.")


def make_portable(syntax: Syntax) -> Edits:
    """Edits that spell characters which YAML does not allow as escapes; the reader lets them pass.

    Touches the values that hold such a character and nothing else; () if one would read differently.
    """
    fields = syntax.frontmatter.fields if syntax.frontmatter else ()
    edits = tuple(
        TextEdit(field.value_span, _escaped(field.value, field.value_span.of(syntax.text)))
        for field in fields
        if isinstance(field.value, str)
        and field.editable
        and field.style != "broken"
        and _NOT_YAML.search(field.value_span.of(syntax.text))
    )
    if not edits:
        return ()
    verdict, _, after = parse_fields(apply(syntax.text, edits), syntax.dialect)
    found = [(field.key, field.value) for field in after.fields] if after else []
    same = verdict == syntax.verdict and found == [(field.key, field.value) for field in fields]
    return edits if same else ()


def _escaped(value: str, written: str) -> str:
    """``value`` in double quotes, with the line end that ``written``, a block scalar, ends in."""
    return double(value) + written[len(written.rstrip("\r\n")) :]


def _same_but_repaired(before: tuple[Field, ...], after: tuple[Field, ...]) -> bool:
    """Whether the fields are the same ones, and those that were read as written have their values."""
    return len(before) == len(after) and all(
        old.key == new.key and (old.repaired or old.style == "broken" or old.value == new.value)
        for old, new in zip(before, after, strict=True)
    )


def _stays(syntax: Syntax, field: Field) -> bool:
    """Whether the value parses by itself, and to a text where nothing else will do."""
    piece = Span(field.key_span.start, field.value_span.end).of(syntax.text)
    node = read_yaml(piece)
    if isinstance(node, (YamlFault, Refused)):
        return False
    spec = syntax.dialect.spec(field.key)
    if spec is None or spec.kind not in ("name", "text", "string") or not isinstance(node, Mapping):
        return True
    value = plain_value(node.pairs[0][1], piece)
    return isinstance(value, str) and bool(value) == bool(field.text)  # "description: >" is empty by itself


def _quoted(field: Field) -> str:
    """The field's text in double quotes; quotes that failed to enclose it are taken off first."""
    text = (field.text or "").replace("\r\n", "\n")
    if field.style == "broken" and len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        inner = text[1:-1]
        text = inner.replace("''", "'") if text[0] == "'" else inner.replace('\\"', '"')
    return double(text)


def _with_tabs_replaced(syntax: Syntax, edits: Edits) -> Edits:
    """``edits`` and two spaces for each tab that begins a line, as the reader's repair does."""
    assert syntax.frontmatter is not None
    tabs: list[TextEdit] = []
    at = syntax.frontmatter.content.start
    for line in syntax.frontmatter.content.of(syntax.text).split("\n"):
        width = len(line) - len(line.lstrip("\t"))
        if width and not any(edit.span.start <= at < edit.span.end for edit in edits):
            tabs.append(replace(at, at + width, "  " * width))
        at += len(line) + 1
    return tuple(sorted([*edits, *tabs]))
