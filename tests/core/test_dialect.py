"""The dialect of Claude Code: what FORMAT 1.2 lists is there, and the data files fit together."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from agenteditor.core import dialect
from agenteditor.core.resources import resource

CLAUDE = dialect.claude_code()

# FORMAT 1.2, in the order of its table.
DOCUMENTED = {
    "name",
    "description",
    "tools",
    "disallowedTools",
    "model",
    "permissionMode",
    "maxTurns",
    "skills",
    "mcpServers",
    "hooks",
    "memory",
    "background",
    "effort",
    "isolation",
    "color",
    "initialPrompt",
    "omitClaudeMd",
    "experimental",
    "observer",
    "observerMessage",
    "observeSubagents",
}


def test_every_field_of_the_format_is_there_and_no_other() -> None:
    assert set(CLAUDE.keys()) == DOCUMENTED and len(CLAUDE.fields) == len(DOCUMENTED)


def test_the_schema_is_valid_before_and_after_the_names_are_put_in() -> None:
    raw = json.loads(resource("schemas", "claude-code.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(raw)
    Draft202012Validator.check_schema(dict(CLAUDE.schema))


def test_only_name_and_description_are_required() -> None:
    assert [spec.key for spec in CLAUDE.fields if spec.required] == ["name", "description"]


def test_fields_stand_in_their_order_and_no_two_share_a_place() -> None:
    orders = [spec.order for spec in CLAUDE.fields]
    assert orders == sorted(set(orders))


def test_every_field_has_a_group_a_label_and_one_line_of_help() -> None:
    for spec in CLAUDE.fields:
        assert spec.group in CLAUDE.groups
        assert spec.label and spec.help and "\n" not in spec.help
        assert spec.undocumented or spec.default


def test_what_a_plugin_ignores_is_marked() -> None:
    ignored = {spec.key for spec in CLAUDE.fields if spec.ignored_in_plugin}
    assert ignored == {"hooks", "mcpServers", "permissionMode"}


def test_no_field_has_alternatives_at_its_top() -> None:
    """A validator's answer about alternatives cannot be turned into one sentence."""
    for spec in CLAUDE.fields:
        properties = CLAUDE.schema["properties"]
        assert isinstance(properties, dict)
        assert not {"anyOf", "oneOf", "allOf"} & set(properties[spec.key])


def test_an_unknown_field_has_no_spec() -> None:
    assert CLAUDE.spec("modle") is None


VALUES = [
    ({"color": "red"}, True),
    ({"color": "teal"}, False),
    ({"effort": "high"}, True),
    ({"effort": 3}, True),
    ({"effort": "hihg"}, False),
    ({"model": "any-model-name"}, True),
    ({"background": True}, True),
    ({"background": "true"}, True),
    ({"background": "yes"}, False),
    ({"background": 1}, False),
    ({"maxTurns": 5}, True),
    ({"maxTurns": "5"}, True),
    ({"maxTurns": 0}, False),
    ({"maxTurns": "0"}, False),
    ({"maxTurns": True}, False),
    ({"tools": ["Read"]}, True),
    ({"tools": None}, True),
    ({"tools": {"write": False}}, False),
    ({"experimental": {"cacheTtl": "1h"}}, True),
    ({"experimental": {"cacheTtl": "2h"}}, False),
    ({"mcpServers": ["github", {"db": {"type": "stdio", "command": "x"}}]}, True),
    ({"mcpServers": {"db": {}}}, False),
    ({"mcpServers": [{"a": {}, "b": {}}]}, False),
    ({"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}}, True),
    ({"hooks": {"Stopp": [{"hooks": [{"type": "command", "command": "x"}]}]}}, False),
    ({"hooks": {"Stop": [{"hooks": [{"type": "command"}]}]}}, False),
    ({"hooks": {"Stop": [{"hooks": [{"type": "prompt"}]}]}}, True),
    ({"hooks": [1]}, False),
]


@pytest.mark.parametrize(("fields", "valid"), VALUES)
def test_the_merged_schema_judges_values_as_the_format_says(fields: dict[str, object], valid: bool) -> None:
    values = {"name": "a", "description": "b", **fields}
    assert Draft202012Validator(dict(CLAUDE.schema)).is_valid(values) is valid


TYPED: list[tuple[str, str, object]] = [
    ("name", "3000", "3000"),
    ("name", "true", "true"),
    ("description", "null", "null"),
    ("maxTurns", "5", 5),
    ("maxTurns", " 5 ", 5),
    ("maxTurns", "five", "five"),
    ("background", "true", True),
    ("background", "false", False),
    ("background", "yes", "yes"),
    ("effort", "3", "3"),
    ("tools", "Read, Grep", "Read, Grep"),
    ("unknown", "1.10", "1.10"),
]


@pytest.mark.parametrize(("key", "text", "expected"), TYPED)
def test_typed_text_becomes_a_value_by_the_kind_of_its_field(key: str, text: str, expected: object) -> None:
    value = dialect.typed(CLAUDE.spec(key), text)
    assert value == expected and type(value) is type(expected)


def test_the_lists_of_names_do_not_contradict_each_other() -> None:
    names = CLAUDE.names
    assert not names.tools.keys() & names.old_tools.keys()
    assert names.background_tools <= names.tools.keys()
    assert names.never_for_subagents <= names.tools.keys() | names.old_tools.keys()
    assert set(names.memory_tools) <= names.tools.keys()
    for old in names.old_tools.values():
        assert set(old.use) <= names.tools.keys() and (old.note or old.program)
    for key, field in names.near_keys.items():
        assert CLAUDE.spec(key) is None and CLAUDE.spec(field) is not None
    assert not names.near_keys.keys() & (names.non_fields.keys() | names.foreign_keys.keys())
    assert not (names.non_fields.keys() | names.foreign_keys.keys()) & set(CLAUDE.keys())
    for key, table in names.near_values.items():
        spec = CLAUDE.spec(key)
        assert (
            spec is not None
            and set(table.values()) <= set(spec.choices)
            and not table.keys() & set(spec.choices)
        )


def test_colours_can_be_drawn() -> None:
    for value in CLAUDE.names.colours.values():
        assert len(bytes.fromhex(value.removeprefix("#"))) == 3
