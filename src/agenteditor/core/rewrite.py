"""A person's intent about a field -> small text edits, each read back before it counts.

Try small, read back, fall back: candidates go from a one-letter splice to a double-quoted line,
and the first one wins whose result *reads* as asked, with every other field, their order and the
prompt unchanged, and a verdict no worse. So no table of YAML's special cases is needed: the
reader decides. If none reads back, the answer is a ``Refusal``: better than damage.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from math import isnan

from agenteditor.core.frontmatter import Field, plain_value
from agenteditor.core.reader import Verdict
from agenteditor.core.scalar import block_width, double, folded, fragment, literal, single
from agenteditor.core.syntax import Syntax, parse_fields
from agenteditor.core.text import Edits, Refusal, Span, TextEdit, apply, diff, eol_of, moved, replace
from agenteditor.core.yaml_nodes import Refused, YamlFault
from agenteditor.core.yaml_read import read as read_yaml

Accepts = Callable[[Field], bool]

RANK: dict[Verdict, int] = {"valid": 0, "repaired": 1, "unknown": 2, "fails": 3, "none": 4}
_NO_FRONTMATTER = Refusal("This file has no frontmatter, so it has no fields. Make it an agent first.")
_IN_SOURCE = "Edit it in the source."


# --- setting -----------------------------------------------------------------------------------


def set_field(syntax: Syntax, host: str, text: str) -> Edits | Refusal:
    """Edits that make ``text`` the text of the field or list entry ``host``; adds a missing field.

    The value stays or becomes a string: ``3000`` is quoted.
    """
    slot = syntax.slot(host)
    if syntax.frontmatter is None:
        return _NO_FRONTMATTER
    if slot is None:
        return _added(syntax, host, _fresh(text), _is_text(text))
    if slot.text == text and isinstance(slot.value, str):
        return ()
    return _changed(syntax, slot, _text_candidates(syntax, slot, text), _is_text(text))


def set_value(syntax: Syntax, key: str, value: object) -> Edits | Refusal:
    """Edits that make ``value`` (None, a bool, a number, a list or a map) the value of ``key``.

    Strings go the way of ``set_field``; None leaves the field empty (``key:``).
    """
    if isinstance(value, str):
        return set_field(syntax, key, value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return set_list(syntax, key, value)
    written = "" if value is None else json.dumps(value, ensure_ascii=False)
    return _set_written(syntax, key, [written], lambda field: _same(field.value, value))


def set_list(syntax: Syntax, key: str, items: Sequence[str]) -> Edits | Refusal:
    """Edits that make ``items`` the entries of a list field, in the form it has.

    A block list keeps the lines, comments and quotes of the entries that stay; a comma string
    stays one (``tools: Read, Grep``); a flow list stays in brackets unless an entry holds a comma.
    """
    wanted = list(items)
    field = syntax.field(key)
    if syntax.frontmatter is None:
        return _NO_FRONTMATTER
    if field is None:
        return _added(
            syntax, key, _fresh_lists(wanted, eol_of(syntax.text)), lambda found: found.value == wanted
        )
    if field.value == wanted:
        return ()
    return _changed(
        syntax, field, _list_candidates(syntax, field, wanted), lambda found: found.value == wanted
    )


def set_raw(syntax: Syntax, key: str, yaml: str) -> Edits | Refusal:
    """Edits that write ``yaml``, as typed, as the value of ``key``: nested maps, lists, any scalar.

    Refused with the place if it is not valid YAML by itself.
    """
    if yaml == raw_yaml(syntax, key):
        return ()
    lines = yaml.replace("\r\n", "\n").strip("\n")
    eol = eol_of(syntax.text)
    # A fold over CRLF is read otherwise than one over LF: what counts is how the file will have it.
    typed = lines.replace("\n", eol)
    node = read_yaml(typed)
    if isinstance(node, (YamlFault, Refused)):
        line = typed.count("\n", 0, node.offset) + 1
        return Refusal(f"This is not valid YAML, line {line}: {node.message}")
    value = plain_value(node, typed) if node is not None else None
    indented = eol + eol.join("  " + line if line.strip() else "" for line in lines.split("\n"))
    return _set_written(syntax, key, [typed.strip(" "), indented], lambda field: _same(field.value, value))


def raw_yaml(syntax: Syntax, key: str) -> str | None:
    """The value of ``key`` as written, without the indentation of its lines; None if absent."""
    field = syntax.field(key)
    if field is None:
        return None
    written = field.value_span.of(syntax.text).replace("\r\n", "\n")
    if field.style != "block":
        return written
    column = field.value_span.start - (syntax.text.rfind("\n", 0, field.value_span.start) + 1)
    lines = (" " * column + written).split("\n")
    return "\n".join(line[column:] if not line[:column].strip() else line.lstrip() for line in lines).rstrip(
        "\n"
    )


def _set_written(syntax: Syntax, key: str, written: list[str], accepts: Accepts) -> Edits | Refusal:
    field = syntax.field(key)
    if syntax.frontmatter is None:
        return _NO_FRONTMATTER
    if field is None:
        return _added(syntax, key, written, accepts)
    return _changed(syntax, field, _written_candidates(syntax, field, written), accepts)


def _written_candidates(syntax: Syntax, field: Field, written: list[str]) -> Iterator[Edits]:
    for value in written:
        yield _whole(syntax, field, value)
    margin, eol = _margin(syntax, field), eol_of(syntax.text)
    at = len(syntax.text[: field.span.end].rstrip("\r\n"))  # below the comment that stands behind the value
    for value in written:
        head, _, rest = value.replace(eol, eol + margin).partition(eol)
        if margin and rest:
            yield _whole(syntax, field, head + eol + rest)
        if rest and at >= field.value_span.end:
            yield (*_whole(syntax, field, head), replace(at, at, eol + rest))


# --- adding, removing, renaming ----------------------------------------------------------------


def remove_field(syntax: Syntax, key: str) -> Edits | Refusal:
    """Edits that take the field's lines out, overridden ones of its name too; ``()`` if there is none."""
    return remove_fields(syntax, frozenset([key]))


def remove_fields(syntax: Syntax, keys: frozenset[str]) -> Edits | Refusal:
    """Edits that take the lines of all these fields out; ``()`` if there are none."""
    fields = syntax.frontmatter.fields if syntax.frontmatter else ()
    rest = [field for field in fields if field.key not in keys]
    if len(rest) == len(fields):
        return ()
    edits = tuple(
        replace(field.span.start - len(_margin(syntax, field)), field.span.end, "")
        for field in fields
        if field.key in keys
    )
    if _reads(syntax, edits, rest):
        return edits
    named = ", ".join(f"“{key}”" for key in sorted(keys)[:3])
    return Refusal(f"{named} cannot be removed without changing another field. {_IN_SOURCE}")


def rename_field(syntax: Syntax, key: str, new: str) -> Edits | Refusal:
    """Edits that call the field ``new``, its value untouched."""
    field = syntax.field(key)
    if syntax.frontmatter is None or field is None:
        return Refusal(f"There is no field “{key}”.")
    if syntax.field(new) is not None and new != key:
        return Refusal(f"There is a field “{new}” already.")
    index = syntax.frontmatter.fields.index(field)
    edits = (replace(*field.key_span, new),)
    after = _fields_after(syntax, edits) or ()
    pairs = list(zip(after, syntax.frontmatter.fields, strict=False))
    same = len(after) == len(syntax.frontmatter.fields)
    if same and after[index].key == new and all(_alike(*pair) or i == index for i, pair in enumerate(pairs)):
        return edits
    return Refusal(f"“{new}” cannot be the name of a field here. {_IN_SOURCE}")


# --- candidates --------------------------------------------------------------------------------


def _text_candidates(syntax: Syntax, slot: Field, text: str) -> Iterator[Edits]:
    splice = _splice(syntax, slot, text)
    if splice is not None:
        yield splice
    if slot.style == "broken":
        yield _whole(syntax, slot, text.replace("\n", eol_of(syntax.text)))
    for written in _in_style(syntax, slot, text):
        yield _whole(syntax, slot, written)
    for written in _fresh(text):
        yield _whole(syntax, slot, written)


def _splice(syntax: Syntax, slot: Field, text: str) -> Edits | None:
    """The smallest change of the value, put where its characters are written."""
    if slot.offsets is None or slot.text is None or slot.style == "empty" or not text:
        return None
    ((start, end), inserted), *_ = diff(slot.text, text) or (replace(0, 0, ""),)
    eol = eol_of(syntax.text)
    if slot.style == "broken":
        written = inserted.replace("\n", eol)
    else:
        written = fragment(slot.style, inserted, eol, _width(syntax, slot))
    return (replace(slot.offsets[start], slot.offsets[end], written),)


def _in_style(syntax: Syntax, slot: Field, text: str) -> Iterator[str]:
    """The whole value, written the way the field is now."""
    style, eol, width = slot.style, eol_of(syntax.text), _width(syntax, slot)
    if not text:
        return
    if style == "plain":
        yield text
    elif style == "single":
        yield single(text)
    elif style == "double":
        yield double(text)
    elif style in ("literal", "folded"):
        header = syntax.text[slot.value_span.start : slot.value_span.start + 3]
        ends = "" if "-" in header else "\n"
        yield (literal if style == "literal" else folded)(text + ends, eol, width) + _block_tail(syntax, slot)


def _block_tail(syntax: Syntax, slot: Field) -> str:
    """The line end a block's span ends in, which the new value needs too."""
    written = slot.value_span.of(syntax.text)
    return "\r\n" if written.endswith("\r\n") else "\n" if written.endswith("\n") else ""


def _fresh(text: str) -> Iterator[str]:
    """Ways to write a string anew, the plainest first; nothing is written ``""``."""
    if text and "\n" not in text:
        yield text
        yield single(text)
    yield double(text)


def _fresh_lists(items: list[str], eol: str) -> Iterator[str]:
    if not items:
        yield "[]"
        return
    yield "".join(f"{eol}  - {_item(item)}" for item in items)


def _list_candidates(syntax: Syntax, field: Field, wanted: list[str]) -> Iterator[Edits]:
    eol = eol_of(syntax.text)
    if field.style == "block" and field.items and wanted:
        yield _block_list_edits(syntax, field, wanted, eol)
    if field.style == "flow":
        kept = {item.text: item.value_span.of(syntax.text) for item in field.items}
        for style in (str, double):
            yield _whole(
                syntax, field, "[" + ", ".join(kept.get(item) or style(item) for item in wanted) + "]"
            )
    if field.style != "block" and not wanted:
        yield _whole(syntax, field, "[]")
    for written in _fresh_lists(wanted, eol + _margin(syntax, field)):
        yield _whole(syntax, field, written)


def _block_list_edits(syntax: Syntax, field: Field, wanted: list[str], eol: str) -> Edits:
    """Line edits of a block list: entries that stay keep their lines."""
    old = [item.text for item in field.items]
    lines = [_item_line(syntax.text, item) for item in field.items]
    dash = syntax.text[lines[0].start : field.items[0].value_span.start]
    edits: list[TextEdit] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for offset in range(paired):
            span = field.items[i1 + offset].value_span
            edits.append(TextEdit(span, _item(wanted[j1 + offset])))
        for line in lines[i1 + paired : i2]:
            edits.append(TextEdit(line, ""))
        added = wanted[j1 + paired : j2]
        if added:
            last = lines[i1 + paired - 1] if i1 + paired else None
            at = last.end if last else lines[0].start
            block = "".join(dash + _item(item) + eol for item in added)
            if last and not syntax.text[:at].endswith("\n"):
                block = eol + block.removesuffix(eol)
            edits.append(replace(at, at, block))
    return tuple(sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)))


def _item_line(text: str, item: Field) -> Span:
    start = text.rfind("\n", 0, item.value_span.start) + 1
    end = text.find("\n", item.value_span.end)
    return Span(start, len(text) if end < 0 else end + 1)


def _item(text: str) -> str:
    """A list entry written as plainly as YAML allows."""
    node = read_yaml(f"- {text}")
    if node is None or isinstance(node, (YamlFault, Refused)) or "\n" in text:
        return double(text)
    return text if plain_value(node, f"- {text}") == [text] else double(text)


def _whole(syntax: Syntax, field: Field, written: str) -> Edits:
    """The value written anew, as the smallest edit of the old one."""
    start, end = field.value_span
    above = syntax.text.rfind("\n", field.key_span.end, start)
    if field.style == "block" and written[:1] in ("\r", "\n") and above >= 0:
        start = above - (syntax.text[above - 1] == "\r")  # comments between key and value stay
    elif field.style in ("block", "empty") or written[:1] in ("", "\r", "\n"):
        start = _after_colon(syntax.text, field)
    if syntax.text[start - 1] == ":" and written[:1] not in ("", "\r", "\n"):
        written = " " + written
    old = syntax.text[start:end]
    if field.style in ("block", "literal", "folded") and old.endswith("\n") and not written.endswith("\n"):
        written += "\r\n" if old.endswith("\r\n") else "\n"
    return moved(diff(old, written), start)


def _after_colon(text: str, field: Field) -> int:
    if field.key_span.start == field.key_span.end:
        return field.value_span.start
    colon = text.find(":", field.key_span.end, field.span.end)
    return colon + 1 if colon >= 0 else field.value_span.start  # behind "? key" none need be


# --- reading back ------------------------------------------------------------------------------


def _is_text(text: str) -> Accepts:
    return lambda field: isinstance(field.value, str) and field.text == text


def _changed(syntax: Syntax, slot: Field, candidates: Iterable[Edits], accepts: Accepts) -> Edits | Refusal:
    assert syntax.frontmatter is not None
    if not slot.editable:
        return Refusal(f"“{slot.key}” {_why_fixed(syntax, slot)} {_IN_SOURCE}")
    fields = syntax.frontmatter.fields
    index = next(i for i, field in enumerate(fields) if field is slot or slot in field.items)
    for edits in candidates:
        after = _fields_after(syntax, edits)
        if after is None or [field.key for field in after] != [field.key for field in fields]:
            continue
        if not all(i == index or _alike(a, b) for i, (a, b) in enumerate(zip(after, fields, strict=True))):
            continue
        if fields[index] is slot:
            if accepts(after[index]):
                return edits
        elif _item_changed(fields[index].items, after[index].items, slot, accepts):
            return edits
    return Refusal(f"This text cannot be written into “{slot.key}” so that it reads back. {_IN_SOURCE}")


def _item_changed(old: tuple[Field, ...], new: tuple[Field, ...], slot: Field, accepts: Accepts) -> bool:
    if len(old) != len(new):
        return False
    return all(accepts(b) if a is slot else _same(a.value, b.value) for a, b in zip(old, new, strict=True))


def _why_fixed(syntax: Syntax, slot: Field) -> str:
    if syntax.field(slot.key) is not slot and not slot.key.endswith("]"):
        return "is overridden by a later field of the same name."
    return "uses anchors, tags or braces around the whole block, which the form does not change."


def _added(syntax: Syntax, key: str, values: Iterable[str], accepts: Accepts) -> Edits | Refusal:
    """A new field after the nearest earlier one of the schema, else after the last."""
    assert syntax.frontmatter is not None
    fields = syntax.frontmatter.fields
    order = {name: place for place, name in enumerate(syntax.dialect.keys())}
    place = len(fields)
    if key in order:
        earlier = [i for i, field in enumerate(fields) if order.get(field.key, len(order)) < order[key]]
        place = max(earlier, key=lambda i: (order[fields[i].key], i)) + 1 if earlier else 0
    eol = eol_of(syntax.text)
    margin = _margin(syntax, fields[0]) if fields else ""
    at = fields[place - 1].span.end if place else _first_line(syntax)
    before = "" if not at or syntax.text[at - 1] == "\n" else eol
    rest = [*fields[:place], None, *fields[place:]]
    for value in values:
        space = "" if not value or value[:1] in ("\r", "\n") else " "
        entry = f"{key}:{space}{value}".replace(eol, eol + margin)
        edits = (replace(at, at, f"{before}{margin}{entry}{'' if value.endswith(eol) else eol}"),)
        if _reads(syntax, edits, rest, lambda field: field.key == key and accepts(field)):
            return edits
    return Refusal(f"“{key}” cannot be added to this frontmatter. {_IN_SOURCE}")


def _margin(syntax: Syntax, field: Field) -> str:
    """The blanks before the field's key; fields may all stand further right."""
    start = field.span.start
    before = syntax.text[syntax.text.rfind("\n", 0, start) + 1 : start]
    return before if not before.strip(" ") else ""


def _first_line(syntax: Syntax) -> int:
    assert syntax.frontmatter is not None
    return syntax.frontmatter.content.start


def _reads(
    syntax: Syntax, edits: Edits, expected: Sequence[Field | None], accepts: Accepts | None = None
) -> bool:
    """Whether the result has the ``expected`` fields; at a None one that ``accepts`` takes."""
    after = _fields_after(syntax, edits)
    if after is None or len(after) != len(expected):
        return False
    return all(
        (accepts is not None and accepts(found))
        if wanted is None
        else found.key == wanted.key and _alike(found, wanted)
        for found, wanted in zip(after, expected, strict=True)
    )


def _fields_after(syntax: Syntax, edits: Edits) -> tuple[Field, ...] | None:
    """The fields after ``edits``, if the prompt is untouched and the verdict no worse."""
    text = apply(syntax.text, edits)
    verdict, _, fields = parse_fields(text, syntax.dialect)
    if fields is None or RANK[verdict] > RANK[syntax.verdict]:
        return None
    return fields.fields if text[fields.span.end :] == syntax.body.of(syntax.text) else None


def _alike(a: Field, b: Field) -> bool:
    """Whether two readings of an untouched field say the same."""
    return a.key == b.key and (_same(a.value, b.value) or "broken" in (a.style, b.style)) and a.text == b.text


def _same(a: object, b: object) -> bool:
    """Equal values of equal types; NaN equals itself."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b or (isinstance(a, float) and isinstance(b, float) and isnan(a) and isnan(b))


def _width(syntax: Syntax, slot: Field) -> int:
    if slot.style not in ("literal", "folded"):
        return 2
    column = slot.key_span.start - (syntax.text.rfind("\n", 0, slot.key_span.start) + 1)
    return block_width(syntax.text, slot.value_span, column)
