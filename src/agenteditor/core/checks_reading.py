"""Checks of what the reader makes of YAML it can read: the repair, what it changes, fields written twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agenteditor.core import repairs, rewrite, yaml_nodes, yaml_read
from agenteditor.core.checks_broken import explained, quotes
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Subject,
    finding,
    fix,
    kind_of,
    misread,
    shown,
    swapped,
    verified,
)
from agenteditor.core.frontmatter import Field
from agenteditor.core.scalar import double
from agenteditor.core.syntax import parse_fields
from agenteditor.core.text import Edits, Span, apply


def repaired(subject: Subject) -> Iterator[Diagnostic]:
    """Text that is no YAML but loads, and what the repair did to lines that were right."""
    syntax = subject.syntax
    if syntax.verdict != "repaired":
        return
    fault = syntax.faults[0]
    host = next(
        (field for field in subject.fields if field.span.start <= fault.span.start < field.span.end), None
    )
    quoted = any(field.repaired for field in subject.fields)
    vanishes = ", and saved with Windows line ends it vanishes" if quoted else ""
    yield finding(
        "yaml/repaired",
        fault.span,
        f"Not valid YAML. {explained(subject, fault)} Claude Code loads the file only because it repairs it "
        f"first; other programs and older versions refuse it{vanishes}.",
        host.key if host else None,
        quotes(subject),
    )
    for field in subject.fields:
        if field.repaired:
            yield from _changed_by_repair(subject, field)


def _changed_by_repair(subject: Subject, field: Field) -> Iterator[Diagnostic]:
    """A line that means something else by itself than after the repair quoted it."""
    meant = misread(subject, field)
    if meant is None:
        return
    subject = subject.with_fixes  # what is tried second hangs on the first
    fixes = fix(subject, "Make the other lines valid", repairs.make_valid)
    if not fixes or _value_after(subject, fixes[0].edits, field.key) != meant:
        fixes = fix(subject, "Write it anew", rewrite.set_value, field.key, meant)
    yield finding(
        "yaml/repair-changed",
        field.value_span,
        f"Because another line of the frontmatter needs the repair, {shown(field.key)} is read as the text "
        f"{shown(field.value)}. Make the other line valid, then this one means what it says.",
        field.key,
        fixes,
    )


def _value_after(subject: Subject, edits: Edits, key: str) -> object:
    _, _, fields = parse_fields(apply(subject.text, edits), subject.syntax.dialect)
    field = fields.get(key) if fields is not None else None
    return field.value if field is not None else None


def duplicates(subject: Subject) -> Iterator[Diagnostic]:
    """Fields written twice: the last one counts."""
    counting = {field.key: field for field in subject.fields}
    frontmatter = subject.syntax.frontmatter
    for field in frontmatter.fields if frontmatter is not None and counting else ():
        last = counting.get(field.key)
        if last is None or last is field or field.key.casefold() in subject.names.leaked_keys:
            continue
        then = "this one is not read, the last one counts. Other programs refuse such a file."
        refused = not subject.syntax.dialect.table.repeats
        if refused:
            then = f"{subject.program} refuses such a file."
        yield finding(
            "yaml/duplicate-key",
            field.key_span,
            f"{shown(field.key)} stands twice; {then} Remove one of the two.",
            field.key,
            verified(subject, "Remove the one that is not read", swapped(field.span, ""), safe=not refused),
            severity="error" if refused else None,
        )
    yield from _inner_duplicates(subject)


def _inner_duplicates(subject: Subject) -> Iterator[Diagnostic]:
    """The first name that stands twice within a field: of a hook, a server, an entry of a list."""
    deep = {field.key_span.start: field for field in subject.fields if isinstance(field.value, dict | list)}
    top = _top(subject) if deep else None
    for outer, value in top.pairs if isinstance(top, yaml_nodes.Mapping) else ():
        field = deep.get(_in_file(subject, outer.span).start)
        for node in _nodes(value) if field is not None else ():
            seen: set[str] = set()
            for key, _ in node.pairs if isinstance(node, yaml_nodes.Mapping) else ():
                if not isinstance(key, yaml_nodes.Scalar) or key.value == "<<":
                    continue
                if key.value in seen and field is not None:
                    yield finding(
                        "yaml/duplicate-key",
                        _in_file(subject, key.span),
                        f"{shown(key.value)} stands twice within {shown(field.key)}; the last one counts. "
                        "Other programs refuse such a file. Remove one of the two.",
                        field.key,
                    )
                    return
                seen.add(key.value)


def _top(subject: Subject) -> yaml_nodes.Node | None:
    """The frontmatter as nodes, with places in it; None where it is no YAML by itself."""
    frontmatter = subject.syntax.frontmatter
    node = yaml_read.read(frontmatter.content.of(subject.text)) if frontmatter is not None else None
    return None if isinstance(node, (yaml_nodes.YamlFault, yaml_nodes.Refused)) else node


def _in_file(subject: Subject, span: Span) -> Span:
    """A place in the frontmatter as one in the file."""
    assert subject.syntax.frontmatter is not None
    start, end = subject.syntax.frontmatter.content
    return Span(start + span.start, min(start + span.end, end))


def _nodes(node: yaml_nodes.Node | None) -> Iterator[yaml_nodes.Node]:
    """``node`` and all nodes in it, what stands first first; an alias stands for itself."""
    stack = [] if node is None else [node]
    while stack:
        item = stack.pop()
        yield item
        if isinstance(item, yaml_nodes.Sequence):
            stack.extend(reversed(item.items))
        elif isinstance(item, yaml_nodes.Mapping):
            stack.extend(part for pair in reversed(item.pairs) for part in reversed(pair))


# Where a text may begin with a comma or be "=", a name be empty, a list or a map, a blank line have a tab.
_ODD = re.compile(
    r"(?m)^[ \t]*(?:[,:\[{]|\?\s)|[-:?]\s{1,20}[,=:]|[,\[{]\s{0,20}[:=]|[\]}][ \t]{0,20}:|[,{]\s{0,20}[\[{]|"
    r"^ *+\t[ \t]*+\r?$"
)


def refused_elsewhere(subject: Subject) -> Iterator[Diagnostic]:
    """What Claude Code's reader takes and most others refuse, or take for something else."""
    frontmatter = subject.syntax.frontmatter
    if frontmatter is None:
        return
    content = frontmatter.content.of(subject.text)
    found = next(_refused(content, _top(subject)), None) if _ODD.search(content) else None
    found = found or _mended(subject, content)
    if found is None:
        return
    what, todo, span, text = found
    place = _in_file(subject, span)
    yield finding(
        "yaml/refused-elsewhere",
        place,
        f"The frontmatter holds {what}. Claude Code reads it; other programs refuse the whole file for it, "
        f"or read something else. {todo}",
        fixes=verified(subject, "Put it in quotes", swapped(place, double(text))) if text else (),
    )


def _mended(subject: Subject, content: str) -> tuple[str, str, Span, str] | None:
    """A line that libyaml and its kin refuse. Longer texts than real ones are not read again for it."""
    if subject.syntax.verdict != "valid" or len(content) > yaml_read.SHORT:
        return None
    at = yaml_read.mended_at(content)
    if at is None:
        return None
    start, end = content.rfind("\n", 0, at) + 1, content.find("\n", at)
    span = Span(start, len(content) if end < 0 else end)
    return "a line that is against YAML’s rules", "Write each field on lines of its own.", span, ""


def _refused(content: str, top: yaml_nodes.Node | None) -> Iterator[tuple[str, str, Span, str]]:
    """Each such thing: what it is, what to do, where it stands, and the text to put in quotes."""
    for node in _nodes(top):
        for key, _ in node.pairs if isinstance(node, yaml_nodes.Mapping) else ():
            if isinstance(key, yaml_nodes.Sequence | yaml_nodes.Mapping):
                yield "a list or a map for a name", "Write a name before the colon.", key.span, ""
            elif isinstance(key, yaml_nodes.Scalar) and key.span.start == key.span.end:
                yield "a value without a name", "Write a name before the colon.", key.span, ""
        if isinstance(node, yaml_nodes.Scalar) and node.style == "plain":
            written = node.span.of(content)
            if written == "=":
                yield "an equals sign alone", "Put it in quotes.", node.span, written
            elif written.startswith(","):
                yield "a text that begins with a comma", "Put it in quotes.", node.span, written
        elif isinstance(node, yaml_nodes.Scalar) and (tab := _tab_below(content, node)):
            yield "a tab in a blank line under a text of several lines", "Remove the tab.", tab, ""


def _tab_below(content: str, node: yaml_nodes.Scalar) -> Span | None:
    """The blank line with a tab, further left than its text, in or right behind a block text."""
    if node.style not in ("literal", "folded"):
        return None
    first = _FIRST_LINE.search(content, node.span.start, node.span.end)
    after = _NOT_BLANK.search(content, node.span.end)
    blank = _TAB_LINE.search(content, node.span.start, after.start() if after else len(content))
    return Span(*blank.span()) if first and blank and len(blank[1]) < len(first[1]) else None


_FIRST_LINE = re.compile(r"\n( *+)[^ \t\r\n]")
_NOT_BLANK = re.compile(r"\S")
_TAB_LINE = re.compile(r"(?m)^( *+)\t[ \t]*+\r?$")


# What begins an anchor, an alias or a tag at the beginning of a value; a key that merges.
_SIGN = re.compile(r"[&*](?=[^\s*])|!|<<(?=[ \t]{0,20}:)")


def references(subject: Subject) -> Iterator[Diagnostic]:
    """Anchors, aliases, merge keys and tags: a value that is not the one written."""
    frontmatter = subject.syntax.frontmatter
    if frontmatter is None:
        return
    content = frontmatter.content.of(subject.text)
    if not any(sign in content for sign in ("&", "*", "!", "<<")):
        return  # a pattern needs a hundred times as long to say so
    begins = (
        content[max(match.start() - 20, 0) : match.start()].rstrip(" \t") for match in _SIGN.finditer(content)
    )
    if not any(before == "" or before[-1] in ":-[{,?\n" for before in begins):
        return
    node = yaml_read.read(content)
    if not isinstance(node, yaml_nodes.Mapping):
        return
    found = next(_references(node), None)
    if found is None:
        return
    what, span = found
    start = frontmatter.content.start
    yield finding(
        "yaml/reference",
        Span(start + span.start, min(start + span.end, frontmatter.content.end)),
        f"The frontmatter holds {what}: its value is not what stands here, programs disagree about it, "
        f"and a few such "
        "lines can grow without end. Write the value out.",
    )


def _references(node: yaml_nodes.Node) -> Iterator[tuple[str, Span]]:
    """Each of them with its place in the frontmatter, what stands first first."""
    if isinstance(node, yaml_nodes.Alias):
        yield "an alias", node.span
        return
    if node.anchor is not None:
        yield "an anchor", node.span
    if node.tag is not None:
        yield "a tag", node.span
    if isinstance(node, yaml_nodes.Sequence):
        for item in node.items:
            yield from _references(item)
    elif isinstance(node, yaml_nodes.Mapping):
        for key, value in node.pairs:
            if isinstance(key, yaml_nodes.Scalar) and key.value == "<<" and key.style == "plain":
                yield "a merge key", key.span
            yield from _references(key)
            yield from _references(value)


# Plain values that YAML 1.1 takes for a truth value, an octal or sexagesimal number, or a date.
_OTHERWISE = re.compile(
    r"(?i:yes|no|on|off|y|n)|[-+]?0[0-7]{1,20}|[-+]?[1-9][0-9_]{0,20}:[0-5]?[0-9](?::[0-5]?[0-9])?|[-+]?[0-9]{1,20}_[0-9_]{1,20}|"
    r"0b[01_]{1,64}|0o[0-7]{1,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
)


def two_readings(subject: Subject) -> Iterator[Diagnostic]:
    """Values of known fields that YAML 1.1 and 1.2 read differently."""
    for field in subject.fields:
        spec = subject.spec(field.key)
        if spec is None or spec.kind == "boolean" or field.repaired:
            continue
        for one in field.items or (field,):
            if (
                one.style != "plain"
                or one.text is None
                or len(one.text) > 40
                or not _OTHERWISE.fullmatch(one.text)
            ):
                continue
            if field.key in ("name", "description") and not isinstance(one.value, str):
                continue  # said by the check that it is no text
            yield finding(
                "yaml/two-readings",
                one.value_span,
                f"{shown(one.text)} is {kind_of(one.value)} here, as YAML 1.2 has it; programs with YAML "
                f"1.1 read something "
                "else. Put it in quotes if it is text.",
                field.key,
                verified(subject, "Put it in quotes", swapped(one.value_span, f'"{one.text}"'))
                if isinstance(one.value, str)
                else (),
            )


CHECKS: tuple[Check, ...] = (repaired, duplicates, refused_elsewhere, references, two_readings)
