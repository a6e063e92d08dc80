"""Data as YAML, TOML and modes: what is written reads back, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import modes_file, toml_file, yaml_text

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    [
        "yes",
        "null",
        "1.10",
        "a: b",
        "# x",
        "- a",
        "---",
        "two\nlines",
        "ends\n",
        "\n",
        " blank",
        "“q”",
        '"',
        "'",
        "*",
        "{",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_whatever_is_written_as_yaml_reads_back(value: object) -> None:
    assert yaml_text.data(yaml_text.block({"a": value}) + "\n") == {"a": value}


CASES = [
    ({"a": {"b": ["x", "y"]}}, "a:\n  b:\n    - x\n    - y"),
    ({"a": "two\nlines"}, "a: |-\n  two\n  lines"),
    ({"a": [{"b": 1, "c": 2}]}, "a:\n  - b: 1\n    c: 2"),
    ({"a": "yes", "b": "no: it is", "c": ""}, 'a: yes\nb: "no: it is"\nc: ""'),
    ({"a": [], "b": {}, "c": None, "d": True}, "a: []\nb: {}\nc: null\nd: true"),
]


@pytest.mark.parametrize(("value", "text"), CASES)
def test_yaml_is_written_for_people(value: object, text: str) -> None:
    assert yaml_text.block(value) == text


@given(st.dictionaries(st.sampled_from("abc"), TEXTS, max_size=3))
def test_a_mode_reads_back(values: dict[str, object]) -> None:
    assert modes_file.read(modes_file.text(values)) == values


@given(
    st.dictionaries(st.sampled_from("abc"), TEXTS | st.booleans() | st.lists(TEXTS, max_size=2), max_size=3)
)
def test_a_toml_file_reads_back(values: dict[str, object]) -> None:
    assert toml_file.read(toml_file.text(values)) == values


@pytest.mark.parametrize("text", ["", "a: [", "x", "customModes: 3", "customModes: [3]", "= 1"])
def test_what_is_no_such_file_holds_nothing(text: str) -> None:
    assert modes_file.read(text) == {} and toml_file.read(text) == {}
