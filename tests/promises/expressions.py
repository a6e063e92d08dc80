"""Every regular expression of the source, texts that attack it, and what about its shape is dangerous."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from re import _constants as c  # type: ignore[attr-defined]  # the parser is not public
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import agenteditor

SOURCE = Path(agenteditor.__file__).parent
_FUNCTIONS = {"compile", "match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"}
_MOST_PIECES = 10


def expressions() -> dict[str, re.Pattern[str]]:
    """All of them by the place they stand in: those that modules hold, and those written into calls."""
    found: dict[str, re.Pattern[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        if name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found.setdefault(value.pattern + str(value.flags), value)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in _FUNCTIONS
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                pattern = re.compile(node.args[0].value)
                found.setdefault(pattern.pattern + str(pattern.flags), pattern)
    return {pattern.pattern: pattern for pattern in found.values()}


def search_whole(pattern: re.Pattern[str]) -> bool:
    """Whether the source looks for the pattern anywhere in a text, not only at one place."""
    names = {
        key
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith("agenteditor")
        for key, value in vars(module).items()
        if value is pattern
    }
    calls = re.compile(r"\b(\w+)\.(?:search|findall|finditer|subn?|split)\(")
    return not names or any(
        names & set(calls.findall(path.read_text("utf-8"))) for path in SOURCE.rglob("*.py")
    )


def attacks(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Texts of ``size`` characters: the pattern's own pieces again and again, then something that does not fit."""
    pieces: dict[str, None] = {}
    _collect(_parser.parse(pattern.pattern, pattern.flags), pieces)
    kept = [piece for piece in pieces if piece][:_MOST_PIECES] or ["a"]
    for piece in kept:
        yield piece * (size // len(piece)) + "\0"
    for one, other in list(product(kept, kept))[: 3 * _MOST_PIECES]:
        if one != other:
            yield one + other * (size // len(other)) + "\0"
            yield (one + other) * (size // len(one + other)) + "\0"
    for blank in (" ", "\n", "a", "\\"):
        yield blank * size + "\0"


def nested(pattern: re.Pattern[str]) -> bool:
    """Whether something endless stands in something endless, and the engine may go back into both."""
    return _nested(_parser.parse(pattern.pattern, pattern.flags), within=False)


def _nested(tree: Any, *, within: bool) -> bool:
    for code, argument in tree:
        if code in (c.MAX_REPEAT, c.MIN_REPEAT):
            _, most, body = argument
            endless = most is c.MAXREPEAT
            if (endless and within) or _nested(body, within=within or endless):
                return True
        elif code in (c.POSSESSIVE_REPEAT, c.ATOMIC_GROUP):
            body = argument[2] if code is c.POSSESSIVE_REPEAT else argument
            if _nested(body, within=False):
                return True
        elif any(_nested(part, within=within) for part in _parts(code, argument)):
            return True
    return False


def _parts(code: Any, argument: Any) -> list[Any]:
    """The parts of a node that are no repeat."""
    if code is c.SUBPATTERN:
        return [argument[3]]
    if code is c.BRANCH:
        return list(argument[1])
    if code in (c.ASSERT, c.ASSERT_NOT):
        return [argument[1]]
    if code is c.GROUPREF_EXISTS:
        return [part for part in argument[1:] if part is not None]
    return []


def _collect(tree: Any, pieces: dict[str, None]) -> None:
    """The whole as a text, and each part that repeats."""
    pieces.setdefault(_sample(tree))
    for code, argument in tree:
        if code in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            _collect(argument[2], pieces)
        elif code is c.ATOMIC_GROUP:
            _collect(argument, pieces)
        for part in _parts(code, argument):
            _collect(part, pieces)


def _sample(tree: Any) -> str:
    """A text that the pattern takes, or nearly."""
    return "".join(_sample_of(code, argument) for code, argument in tree)


def _sample_of(code: Any, argument: Any) -> str:
    if code is c.LITERAL:
        return chr(argument)
    if code is c.NOT_LITERAL:
        return "b" if argument == ord("a") else "a"
    if code is c.ANY:
        return "a"
    if code is c.IN:
        return _of_class(argument)
    if code in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        return _sample(argument[2]) * max(1, min(argument[0], 40))
    if code is c.ATOMIC_GROUP:
        return _sample(argument)
    if code in (c.SUBPATTERN, c.BRANCH):
        return _sample(_parts(code, argument)[0])
    return ""


def _of_class(argument: Any) -> str:
    """A character of a class."""
    written = "".join(_class_source(*item) for item in argument if item[0] is not c.NEGATE)
    negated = argument and argument[0][0] is c.NEGATE
    matches = re.compile(f"[{'^' if negated else ''}{written}]") if written else re.compile("[^\\n]")
    return next(
        (letter for letter in "a 0-\t\n\"'<(:_.A\u2028\udc80\x01" if matches.match(letter)), _first(argument)
    )


def _first(argument: Any) -> str:
    return next((chr(v if k is c.LITERAL else v[0]) for k, v in argument if k in (c.LITERAL, c.RANGE)), "a")


def _class_source(code: Any, argument: Any) -> str:
    if code is c.LITERAL:
        return re.escape(chr(argument))
    if code is c.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    return {
        c.CATEGORY_DIGIT: r"\d", c.CATEGORY_NOT_DIGIT: r"\D", c.CATEGORY_SPACE: r"\s",
        c.CATEGORY_NOT_SPACE: r"\S", c.CATEGORY_WORD: r"\w", c.CATEGORY_NOT_WORD: r"\W",
    }[argument]  # fmt: skip
