"""The YAML of the other programs: js-yaml 3 and 4, npm's ``yaml``, by their named differences from ours.

No parser of its own: ``yaml_read`` reads, and what the libraries refuse, take or type differently is laid on
top. Compared with the libraries on 4,360 random damages of real files, verdicts are alike in 99.9 (yaml),
99.7 (js-yaml 4) and 99.6 of 100 (js-yaml 3). Left over: brackets without commas, odd merges, tabs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from agenteditor.core.frontmatter import plain_value
from agenteditor.core.yaml_mask import MASK
from agenteditor.core.yaml_nodes import Alias, Mapping, Node, Refused, Scalar, Sequence, YamlFault
from agenteditor.core.yaml_read import read, read_plainly

MOST = 30_000  # characters of frontmatter that are read; the largest real one has 6,000

Yaml = Literal["bun", "js-yaml 3", "js-yaml 4", "yaml"]


class Typed(str):
    """An unquoted text that a library makes a number or a date of; ``kind`` says which."""

    __slots__ = ("kind",)
    kind: str

    def __new__(cls, text: str, kind: str) -> Typed:
        made = super().__new__(cls, text)
        made.kind = kind
        return made


def fields_of(content: str, yaml: Yaml) -> dict[str, object] | YamlFault | Refused:
    """The fields of a frontmatter's content (LF line ends) as ``yaml`` reads it; a fault where it refuses.

    {} where there is nothing, or something else than fields, in it.
    """
    if len(content) > MOST:
        return Refused(f"The frontmatter is longer than {MOST:,} characters.", 0)
    node, parsed = _READ[yaml](content)
    if isinstance(node, (YamlFault, Refused)):
        return node
    if not isinstance(node, Mapping):
        return {}
    value = plain_value(node, parsed)
    if not isinstance(value, dict):
        return Refused("References in it stand for more than this program unfolds.", 0)
    for key, item in node.pairs:
        if (
            isinstance(key, Scalar)
            and isinstance(item, Scalar)
            and item.style == "plain"
            and item.tag is None
        ):
            kind = _kind(item.value, yaml)
            if kind is not None and key.value in value:
                value[key.value] = Typed(item.value, kind)
    if yaml == "yaml" and "\0" in content:
        value = {key: _with_nul(item) for key, item in value.items()}
    return value


def _with_nul(value: object) -> object:
    return value.replace(MASK, "\0") if isinstance(value, str) else value


Top = Node | YamlFault | Refused | None


def _bun(content: str) -> tuple[Top, str]:
    return read(content), content


def _npm_yaml(content: str) -> tuple[Top, str]:
    content = content.replace("\0", MASK)
    node = read(content)
    return _repeated(node) or node, content


def _js_yaml_4(content: str) -> tuple[Top, str]:
    odd = _NOT_PRINTABLE.search(content)
    if odd:
        message = f"The invisible character U+{ord(odd[0]):04X} is refused by js-yaml."
        return YamlFault("yaml/invisible", message, odd.start()), content
    node = read_plainly(content)
    return _unknown_tag(node) or _repeated(node) or node, content


def _js_yaml_3(content: str) -> tuple[Top, str]:
    """As version 4, but a tab in an indent is nothing, and a value need not be the last thing on its line."""
    first, _ = _js_yaml_4(content)
    mended, node = content, first
    for _ in range(_MOST_MENDS):
        if not isinstance(node, YamlFault) or node.code not in ("yaml/tab", "yaml/line"):
            return node, mended
        if node.code == "yaml/tab" and _INDENT_TAB.search(mended) and not _TAB_LIST.search(mended):
            mended = _INDENT_TAB.sub(r"\1", mended)
        elif _ENDED.search(mended, max(0, node.offset - 40), node.offset):
            line = mended[mended.rfind("\n", 0, node.offset) + 1 : node.offset]
            indent = line[: len(line) - len(line.lstrip(" "))]
            mended = f"{mended[: node.offset]}\n{indent}{mended[node.offset :]}"
        else:
            break
        node, _ = _js_yaml_4(mended)
    return (first, content) if isinstance(node, YamlFault) else (node, mended)


_READ: dict[Yaml, Callable[[str], tuple[Top, str]]] = {
    "bun": _bun,
    "js-yaml 3": _js_yaml_3,
    "js-yaml 4": _js_yaml_4,
    "yaml": _npm_yaml,
}
_MOST_MENDS = 8
_INDENT_TAB = re.compile(r"(?m)^( *)\t[ \t]*")
# A tab before the very first key, or before the second entry of a list, is refused.
_TAB_LIST = re.compile(r"(?m)\A\n*\t|^ *\t[ \t]*- .*\n *\t[ \t]*- ")
_ENDED = re.compile(r"[\"'\]}][ \t]*\Z")
# U+FEFF and U+0085 pass.
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "str", "seq", "map", "timestamp", "merge", "binary")
} | {"!"}


def _walk(node: Top) -> list[Node]:
    """``node`` and all nodes in it; an alias stands for itself."""
    found: list[Node] = []
    stack: list[Node] = [] if node is None or isinstance(node, (YamlFault, Refused)) else [node]
    while stack:
        item = stack.pop()
        found.append(item)
        if isinstance(item, Sequence):
            stack.extend(item.items)
        elif isinstance(item, Mapping):
            stack.extend(part for pair in item.pairs for part in pair)
    return found


def _repeated(node: Top) -> YamlFault | None:
    """The first key that stands twice in one map: an error in all JavaScript libraries but Bun."""
    faults: list[YamlFault] = []
    for item in _walk(node):
        seen: set[str] = set()
        for key, _ in item.pairs if isinstance(item, Mapping) else ():
            if not isinstance(key, Scalar) or key.value == "<<":
                continue
            if key.value in seen:
                message = f"The field “{key.value}” stands there twice."
                faults.append(YamlFault("yaml/repeated", message, key.span.start))
            seen.add(key.value)
    return min(faults, key=lambda fault: fault.offset, default=None)


def _unknown_tag(node: Top) -> YamlFault | None:
    for item in _walk(node):
        if not isinstance(item, Alias) and item.tag is not None and item.tag not in _TAGS:
            return YamlFault(
                "yaml/tag", f"“{item.tag}” is a tag that js-yaml does not know.", item.span.start
            )
    return None


# --- types that YAML 1.2 core does not have, as js-yaml's sources have them ---------------------

_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?"
    r"(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?"
)
_NUMBER = re.compile(
    r"[-+]?(?:0b[01_]*[01]|0x[0-9a-fA-F_]*[0-9a-fA-F]|0o[0-7_]*[0-7]"
    r"|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?)(?<!_)"
)
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")


def _kind(plain: str, yaml: Yaml) -> str | None:
    """What js-yaml makes of an unquoted text that YAML 1.2 core leaves text."""
    if not plain[:1].isdigit() and plain[:1] not in ("-", "+"):
        return None
    if yaml in ("bun", "yaml"):
        return None
    if _DATE.fullmatch(plain):
        return "a date"
    if "_" in plain or plain.lstrip("+-").startswith("0b"):
        return "a number" if _NUMBER.fullmatch(plain) else None
    return "a number" if yaml == "js-yaml 3" and _SIXTIES.fullmatch(plain) else None
