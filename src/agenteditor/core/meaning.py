"""What an agent file means, in the words of Claude Code: the language that conversions go through.

``meaning_of`` reads the fields of any dialect by its mapping table, ``expressed`` says a meaning in the
words of another. The two go back and forth, so what a conversion changed is found by comparing the meaning
of what was written with the meaning of the file it came from. Tools are ``meaning_tools``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from agenteditor.core import meaning_tools
from agenteditor.core.dialect import Dialect, FieldSpec
from agenteditor.core.dialect_table import Counterpart, OwnTool
from agenteditor.core.meaning_tools import Grant
from agenteditor.core.syntax import Syntax

# Fields of Claude Code that are more than a value here.
APART = frozenset({"name", "description", "tools", "disallowedTools"})

# JSON has only texts as keys of a map of values.
_YES_NO = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Meaning:
    """An agent. ``values`` are its other fields, by Claude Code's names and in its values.

    ``unread`` are fields, by the names they have in the file, that mean something to their program but have
    no counterpart in Claude Code, or a value that has none. ``title`` is a name for people beside the name.
    """

    name: str
    title: str
    description: str
    grant: Grant
    values: Mapping[str, object]
    unread: Mapping[str, object]


def meaning_of(syntax: Syntax, file_name: str | None = None) -> Meaning:
    """What a file called ``file_name`` means; of repeated fields the last counts."""
    fields = syntax.frontmatter.fields if syntax.frontmatter is not None else ()
    found = meaning_from(syntax.dialect, {field.key: field.value for field in fields}, file_name)
    spelled = {field.key: field.text for field in fields if field.text}
    return replace(found, unread={key: spelled.get(key, value) for key, value in found.unread.items()})


def meaning_from(dialect: Dialect, values: Mapping[str, object], file_name: str | None = None) -> Meaning:
    """What fields and values of a dialect mean."""
    table = dialect.table
    tools_keys = {table.fields[key].key for key in ("tools", "disallowedTools") if key in table.fields}
    found: dict[str, object] = {}
    unread = {key: value for key, value in values.items() if key not in tools_keys and value is not None}
    for field, counterpart in table.fields.items():
        if counterpart.key not in unread or field in ("tools", "disallowedTools"):
            continue
        known, value = _understood(counterpart, unread[counterpart.key])
        if known:
            found[field] = value
            own = unread.pop(counterpart.key)
            for also in counterpart.also:
                if unread.get(also) == own:
                    del unread[also]
    unread = {key: value for key, value in unread.items() if table.always.get(key) != value}
    title, stem = _text(found.pop("name", None)), stem_of(file_name, table.ending)
    by_file = table.identity == "file" and bool(stem)
    return Meaning(
        name=stem if by_file else title,
        title=title if by_file and title != stem else "",
        description=_text(found.pop("description", None)),
        grant=meaning_tools.granted(dialect, values),
        values=found,
        unread=unread,
    )


def expressed(meaning: Meaning, dialect: Dialect) -> dict[str, object]:
    """The fields and values of ``dialect`` that say ``meaning``, in its order, as far as it can be said."""
    table = dialect.table
    said: dict[str, object] = {}
    for field, text in (("name", _name(meaning, dialect)), ("description", meaning.description)):
        if field in table.fields and text:
            said.update(dict.fromkeys((table.fields[field].key, *table.fields[field].also), text))
    for field, value in meaning.values.items():
        counterpart = table.fields.get(field)
        if counterpart is not None:
            known, own = _in_own_words(counterpart, dialect.spec(counterpart.key), value)
            if known and own is not None:
                said.update(dict.fromkeys((counterpart.key, *counterpart.also), own))
    for key, value in meaning_tools.written(dialect, meaning.grant).items():
        mode = said.get(key)  # a program may say in one field what may be used and what is asked for
        if isinstance(mode, dict) and isinstance(value, dict):
            said[key] = _both(mode, value)
        else:
            said[key] = value if mode is None else _narrower(table.tools.names, mode, value)
    for key, value in table.always.items():
        said.setdefault(key, value)
    order = {key: place for place, key in enumerate(dialect.keys())}
    return dict(sorted(said.items(), key=lambda item: order.get(item[0], len(order))))


def stem_of(file_name: str | None, ending: str) -> str:
    """A file name without the ending of its dialect; "" without a name."""
    if file_name is None:
        return ""
    name = PurePath(file_name).name
    return (
        name.removesuffix(ending)
        if name.endswith(ending)
        else name.removesuffix(".md").removesuffix(".agent")
    )


def _both(mode: dict[str, object], tools: dict[str, object]) -> dict[str, object]:
    """Two maps of permissions in one, the stricter word of each. The last entry that fits counts."""
    both = dict(tools)
    for key, word in mode.items():
        if key in both:
            both[key] = _stricter(both[key], word)
        elif tools.get("*") != "deny":  # else it is denied already
            both[key] = word
    return {"*": both.pop("*"), **both} if "*" in both else both


def _stricter(said: object, word: object) -> object:
    """The stricter of two answers; ``said`` may be a map of patterns to answers."""
    if isinstance(said, dict):
        return {part: _stricter(answer, word) for part, answer in said.items()}
    return next((answer for answer in ("deny", "ask") if answer in (said, word)), said)


def _narrower(names: Mapping[str, OwnTool], one: object, other: object) -> object:
    """The choice that gives less: ``one``, where ``other`` gives all of it too."""
    words = [str(value).lower() if isinstance(value, bool) else value for value in (one, other)]
    first, second = (names[str(word)].covers if word in names else None for word in words)
    return one if first is not None and second is not None and first <= second else other


def _name(meaning: Meaning, dialect: Dialect) -> str:
    """What the field of the name says: where the file name is the name, it is a title for people."""
    return (dialect.table.identity == "file" and meaning.title) or meaning.name


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _understood(counterpart: Counterpart, value: object) -> tuple[bool, object]:
    """Whether Claude Code has this value, and which one it is."""
    if counterpart.values is not None:
        for theirs, own in counterpart.values.items():
            if own == value and type(own) is type(value):
                return True, _YES_NO.get(theirs, theirs)
        if not counterpart.others_kept:
            return False, None
    if counterpart.shape == "map" and isinstance(value, dict):
        return True, [{name: settings} for name, settings in value.items()]
    if counterpart.shape == "text" and isinstance(value, str):
        return True, [word.strip() for word in value.split(",") if word.strip()]
    return True, value


def _in_own_words(counterpart: Counterpart, spec: FieldSpec | None, value: object) -> tuple[bool, object]:
    """Whether the dialect can say this value of Claude Code, and how."""
    if counterpart.values is not None:
        word = str(value).lower() if isinstance(value, bool) else value
        if isinstance(word, str) and word in counterpart.values:
            return True, counterpart.values[word]  # None: what happens without the field
        if not counterpart.others_kept:
            return False, None
    if counterpart.shape == "map" and isinstance(value, list):
        settings = {name: how for item in value if isinstance(item, dict) for name, how in item.items()}
        return bool(settings), settings
    if counterpart.shape == "list" and isinstance(value, list):
        names = [name for item in value for name in (item if isinstance(item, dict) else [item])]
        return bool(names), names
    if counterpart.shape == "text" and isinstance(value, list):
        return True, ", ".join(map(str, value))
    if counterpart.shape == "list" and isinstance(value, str):
        return True, [word.strip() for word in value.split(",") if word.strip()]
    if spec is not None and spec.kind == "integer" and isinstance(value, str) and value.strip().isdecimal():
        return True, int(value)
    return True, value
