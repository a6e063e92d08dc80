"""The entries of tools lists: FORMAT 1.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import tools_grammar
from agenteditor.core.tools_grammar import entries, entry, replaced, split

SPLITS = [
    ("", []),
    (" , ,", []),
    ("Read", ["Read"]),
    ("Read, Grep,Glob", ["Read", "Grep", "Glob"]),
    ("Read, ", ["Read"]),
    ("Agent(worker, researcher), Read", ["Agent(worker, researcher)", "Read"]),
    ("Bash(git log (x, y), z), Edit(/src/**)", ["Bash(git log (x, y), z)", "Edit(/src/**)"]),
    ("Agent(a, b", ["Agent(a", "b"]),
    ("Read), Grep", ["Read)", "Grep"]),
    ("Read\n Grep", ["Read\n Grep"]),
    ("*", ["*"]),
]


@pytest.mark.parametrize(("text", "expected"), SPLITS)
def test_commas_inside_parentheses_do_not_split(text: str, expected: list[str]) -> None:
    assert [item.text for item in split(text)] == expected


FORMS = [
    ("Read", ("tool", "Read", None, None, None)),
    ("Bash(npm run *)", ("tool", "Bash", "npm run *", None, None)),
    ("Agent()", ("tool", "Agent", "", None, None)),
    ("WebFetch(domain:x)", ("tool", "WebFetch", "domain:x", None, None)),
    ("*", ("everything", "*", None, None, None)),
    ("mcp__github", ("mcp", "mcp__github", None, "github", None)),
    ("mcp__github__*", ("mcp", "mcp__github__*", None, "github", "*")),
    ("mcp__github__get_issue", ("mcp", "mcp__github__get_issue", None, "github", "get_issue")),
    ("mcp__my_server__do__it", ("mcp", "mcp__my_server__do__it", None, "my_server", "do__it")),
    ("mcp__*", ("mcp", "mcp__*", None, "*", None)),
    ("Agent(a", ("malformed", "Agent", None, None, None)),
    ("b)", ("malformed", "b)", None, None, None)),
    ("Read Grep", ("malformed", "Read Grep", None, None, None)),
    ("Bash(a)b", ("malformed", "Bash", None, None, None)),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_each_form_of_an_entry_is_told_apart(text: str, expected: tuple[str | None, ...]) -> None:
    found = entry(text)
    assert (found.form, found.name, found.specifier, found.server, found.tool) == expected


@given(st.text(alphabet="Read,() \n*mcp_é", max_size=60))
def test_spans_are_of_the_text_in_order_and_lose_only_commas_and_blanks(text: str) -> None:
    found = split(text)
    done = 0
    for item in found:
        assert item.span.of(text) == item.text
        assert not text[done : item.span.start].strip(" ,\n")
        done = item.span.end
    assert not text[done:].strip(" ,\n")


def test_a_list_gives_one_entry_for_each_text() -> None:
    found = entries(["Agent(a", "b)", " Read ", "", 5, None])
    assert found is not None
    assert [item.text for item in found] == ["Agent(a", "b)", "Read"]


@pytest.mark.parametrize("value", [None, 5, True, {"Read": True}])
def test_other_values_have_no_entries(value: object) -> None:
    assert entries(value) is None


REPLACED: list[tuple[object, str, tuple[str, ...], object]] = [
    ("Read, Grpe, Bash", "Grpe", ("Grep",), "Read, Grep, Bash"),
    ("Read, LS, Glob", "LS", ("Glob",), "Read, Glob"),
    ("LS, Glob", "LS", ("Glob",), "Glob"),
    ("Read,LS", "LS", (), "Read"),
    ("LS", "LS", (), ""),
    ("edit", "edit", ("Edit", "Write"), "Edit, Write"),
    ("Read  ,  LS  , Glob", "LS", (), "Read  ,  Glob"),
    (["Read", "Grpe"], "Grpe", ("Grep",), ["Read", "Grep"]),
    (["Read", "LS", "Glob"], "LS", ("Glob",), ["Read", "Glob"]),
    (["Read"], "Grpe", ("Grep",), ["Read"]),
]


@pytest.mark.parametrize(("value", "old", "new", "expected"), REPLACED)
def test_replacing_an_entry_leaves_the_others_alone(
    value: object, old: str, new: tuple[str, ...], expected: object
) -> None:
    found = [item for item in entries(value) or () if item.text == old] or [entry(old)]
    assert replaced(value, found[0], new) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Read Grep", True),
        ("Read, Grep", False),
        ("Read", False),
        ("Bash(git log)", False),
        ("mcp__a-b Read", True),
    ],
)
def test_names_divided_by_blanks_are_noticed(text: str, expected: bool) -> None:
    assert tools_grammar.is_space_separated(text) is expected


def test_a_hostile_list_of_commas_is_split_in_linear_time() -> None:
    text = "(" + "," * 200_000 + ")"
    assert len(split(text)) == 1
