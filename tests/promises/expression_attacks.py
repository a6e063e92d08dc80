"""Texts that attack a regular expression, and what about its shape is dangerous, from its parsed form."""

from __future__ import annotations

import re
from functools import cache
from re import _constants as c  # type: ignore[attr-defined]  # the parser is not public
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)
_MANY = 20  # times from which on a repeat with an end is attacked, too
_LETTERS = "aA 0-\t\n\"'<>(:_.*|#`[{/\\~=!\u2028\udc80\x01\u00e9\u200b"
_ALL = "".join(map(chr, range(256))) + _LETTERS
_CATEGORIES = {
    c.CATEGORY_DIGIT: r"\d", c.CATEGORY_NOT_DIGIT: r"\D", c.CATEGORY_SPACE: r"\s",
    c.CATEGORY_NOT_SPACE: r"\S", c.CATEGORY_WORD: r"\w", c.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip

Attack = tuple[str, str]


def attacks(pattern: re.Pattern[str]) -> list[Attack]:
    """What to begin with and what to repeat: what leads to each repeat, and each thing it can repeat."""
    found: dict[Attack, None] = {}
    _collect(_parser.parse(pattern.pattern, pattern.flags), "", found)
    found.update({("", blank): None for blank in (" ", "\n", "a", "\\", "\t")})
    return list(found)


def text_of(attack: Attack, size: int, end: str = "\0") -> str:
    """A text of ``size`` characters and an ``end`` that does not fit."""
    begin, repeated = attack
    return begin + repeated * max(1, (size - len(begin)) // len(repeated)) + end


def nested(pattern: re.Pattern[str]) -> bool:
    """Whether something endless stands in something endless, and the engine may go back into both."""
    return _nested(_parser.parse(pattern.pattern, pattern.flags), within=False)


def forked(pattern: re.Pattern[str]) -> bool:
    """Whether two alternatives within something endless can begin alike, and the engine may try both."""
    return _forked(_parser.parse(pattern.pattern, pattern.flags), within=False)


def _nested(tree: Any, *, within: bool) -> bool:
    for code, argument in tree:
        if code in (c.MAX_REPEAT, c.MIN_REPEAT):
            endless = argument[1] is c.MAXREPEAT
            if (endless and within) or _nested(argument[2], within=within or endless):
                return True
        elif any(_nested(part, within=within and not _is_atomic(code)) for part in _parts(code, argument)):
            return True
    return False


def _forked(tree: Any, *, within: bool) -> bool:
    for code, argument in tree:
        if code is c.BRANCH and within:
            seen: set[str] = set()
            for begins in map(_begins, argument[1]):
                if seen & begins:
                    return True
                seen |= begins
        endless = code in (c.MAX_REPEAT, c.MIN_REPEAT) and argument[1] is c.MAXREPEAT
        inside = (within or endless) and not _is_atomic(code)
        if any(_forked(part, within=inside) for part in _parts(code, argument)):
            return True
    return False


def _is_atomic(code: Any) -> bool:
    return code in (c.POSSESSIVE_REPEAT, c.ATOMIC_GROUP)


def _parts(code: Any, argument: Any) -> list[Any]:
    """The parts of a node."""
    if code in _REPEATS:
        return [argument[2]]
    if code is c.SUBPATTERN:
        return [argument[3]]
    if code is c.BRANCH:
        return list(argument[1])
    if code in (c.ASSERT, c.ASSERT_NOT):
        return [argument[1]]
    if code is c.ATOMIC_GROUP:
        return [argument]
    return []


def _begins(tree: Any) -> set[str]:
    """The characters a part can begin with, of the first 256; of all it can begin with if it may be empty."""
    for code, argument in tree:
        if code in (c.AT, c.ASSERT, c.ASSERT_NOT):
            continue
        if code is c.LITERAL:
            return {chr(argument)}
        if code is c.NOT_LITERAL:
            return {*_ALL} - {chr(argument)}
        if code is c.ANY:
            return {*_ALL} - {"\n"}
        if code is c.IN:
            return {*_fitting(_class(argument), _ALL)}
        parts = _parts(code, argument)
        if not parts or (code in _REPEATS and argument[0] == 0):
            return {*_ALL}
        return set().union(*map(_begins, parts))
    return {*_ALL}


def _collect(tree: Any, before: str, found: dict[Attack, None]) -> None:
    for code, argument in tree:
        if code in _REPEATS and (argument[1] is c.MAXREPEAT or argument[1] >= _MANY):
            for one in _repeated(argument[2]):
                if one:
                    found.update({(before, one): None, ("", one): None, ("", before + one): None})
        for part in _parts(code, argument):
            _collect(part, before, found)
            if code is c.BRANCH and _sample(part):
                found[before, _sample(part)] = None
        before += _sample_of(code, argument)
        if before:
            found["", before] = None


def _repeated(body: Any) -> list[str]:
    """What a repeat of ``body`` can be made of."""
    if len(body) != 1:
        return [_sample(body)]
    code, argument = body[0]
    if code is c.IN:
        return _letters(_class(argument), argument)[:7]
    if code is c.ANY:
        return ["a", " ", "<", "`"]
    if code is c.NOT_LITERAL:
        return [_sample(body), " "]
    if code is c.SUBPATTERN and len(argument[3]) == 1 and argument[3][0][0] is c.BRANCH:
        return [_sample(branch) for branch in argument[3][0][1][1]]
    return [_sample(body)]


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
        return _letters(_class(argument), argument)[0]
    if code in _REPEATS:
        return _sample(argument[2]) * min(argument[0], 40)
    if code in (c.SUBPATTERN, c.BRANCH, c.ATOMIC_GROUP):
        return _sample(_parts(code, argument)[0])
    return ""


def _letters(written: str, argument: Any) -> list[str]:
    first = next((chr(v if k is c.LITERAL else v[0]) for k, v in argument if k in (c.LITERAL, c.RANGE)), "a")
    return _fitting(written, _LETTERS) or [first]


@cache
def _fitting(written: str, letters: str) -> list[str]:
    return re.findall(written, letters)


def _class(argument: Any) -> str:
    """A class of characters as it is written."""
    negated = argument[0][0] is c.NEGATE
    return f"[{'^' * negated}{''.join(_item(*one) for one in argument if one[0] is not c.NEGATE)}]"


def _item(code: Any, argument: Any) -> str:
    if code is c.LITERAL:
        return re.escape(chr(argument))
    if code is c.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    return _CATEGORIES[argument]
