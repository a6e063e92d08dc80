"""Every regular expression of the source, and whether it is looked for anywhere or tried at one place."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import agenteditor

SOURCE = Path(agenteditor.__file__).parent
_FUNCTIONS = {"compile", "match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"}
_AT_ONE_PLACE = {"match", "fullmatch"}


@dataclass
class Expression:
    """``methods`` are those it is used with; "passed" where it is handed on, to whatever looks with it."""

    pattern: re.Pattern[str]
    place: str
    methods: set[str] = field(default_factory=set)

    @property
    def method(self) -> str:
        """The one that takes longest: "search" (for all matches), "match" or "fullmatch"."""
        if not self.methods or self.methods - _AT_ONE_PLACE:
            return "search"
        return "fullmatch" if self.methods == {"fullmatch"} else "match"

    def use(self, text: str) -> None:
        """Use it as the source does."""
        if self.method == "search":
            for _ in self.pattern.finditer(text):
                pass
        else:
            getattr(self.pattern, self.method)(text)


def expressions() -> list[Expression]:
    """All of them: those that modules hold, in tables too, and those that are written into calls."""
    found: dict[tuple[str, int], Expression] = {}

    def add(pattern: re.Pattern[str], place: str, methods: Iterable[str]) -> None:
        one = found.setdefault((pattern.pattern, pattern.flags), Expression(pattern, place))
        one.methods.update(methods)

    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        if name.endswith("__main__"):
            continue
        held = list(_held(importlib.import_module(name)))
        source = path.read_text("utf-8")
        if not held and "re." not in source:
            continue
        nodes = list(ast.walk(ast.parse(source)))
        parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
        uses = _uses(nodes, parents)
        place = name.removeprefix("agenteditor.")
        for key, pattern, alone in held:
            add(pattern, f"{place}.{key}", uses.get(key, ()) if alone else ["passed"])
        for call in nodes:
            written = _written(call)
            if written is None:
                continue
            after = parents[call]
            method = (
                call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
            )
            if method == "compile":
                if (written.pattern, written.flags) in found:
                    continue
                method = after.attr if isinstance(after, ast.Attribute) else "passed"
            add(written, f"{place}, a call", [method])
    return list(found.values())


def _held(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """The patterns of a module by name, and whether the name is the pattern's own."""
    for key, value in vars(module).items():
        if isinstance(value, re.Pattern):
            if isinstance(value.pattern, str):
                yield key, value, True
        elif isinstance(value, (tuple, list, dict)):
            yield from ((key, pattern, False) for pattern in _inside(value, 0))


def _inside(value: object, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth < 5:
        parts: Iterable[object] = ()
        if isinstance(value, dict):
            parts = [*value, *value.values()]
        elif isinstance(value, (tuple, list, set, frozenset)):
            parts = value
        elif hasattr(type(value), "__dataclass_fields__"):
            parts = [getattr(value, name) for name in type(value).__dataclass_fields__]
        for part in parts:
            yield from _inside(part, depth + 1)


def _uses(nodes: list[ast.AST], parents: dict[ast.AST, ast.AST]) -> dict[str, set[str]]:
    """What is done with each name: the methods it is asked for, or "passed"."""
    uses: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            after = parents[node]
            method = after.attr if isinstance(after, ast.Attribute) else "passed"
            if method != "pattern":
                uses.setdefault(node.id, set()).add(method)
    return uses


def _written(node: ast.AST) -> re.Pattern[str] | None:
    """The pattern of a call such as ``re.sub(r"...", ...)``."""
    if not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in _FUNCTIONS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ):
        return None
    rest = [*node.args[1:], *(word.value for word in node.keywords)]
    flags = [getattr(re, part.attr) for one in rest for part in ast.walk(one) if _is_flag(part)]
    return re.compile(node.args[0].value, sum(flags))


def _is_flag(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(getattr(re, node.attr, None), re.RegexFlag)
