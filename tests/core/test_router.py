"""What the router sees: name, description after unescaping, examples apart, tools in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.dialects import by_name
from agenteditor.core.examples import Example
from agenteditor.core.loading import Place
from agenteditor.core.router import routed, tokens
from agenteditor.core.syntax import parse


def agent(fields: str, body: str = "You are a test.") -> str:
    return f"---\n{fields}\n---\n{body}\n"


def test_the_seed_is_seen_with_three_examples_and_every_tool(seed_text: str) -> None:
    seen = routed(parse(seed_text))
    assert seen.name == "backend-engineer"
    assert (len(seen.description), seen.tokens) == (1_660, 415)
    assert [isinstance(part, Example) for part in seen.parts] == [False, True, True, True]
    assert str(seen.parts[0]).endswith("Examples:")
    assert (seen.loads.ok, seen.sure) == (True, False)
    assert seen.tools.startswith("All tools")


def test_a_valid_agent_is_surely_seen() -> None:
    assert routed(parse(agent("name: a\ndescription: b"))).sure
    assert not routed(parse(agent("name: a\ndescription:"))).sure
    assert not routed(parse(agent("name: a")), "plugin", "f.md").sure


def test_backslash_n_is_a_line_break() -> None:
    seen = routed(
        parse(agent("name: a\ndescription: Use it.\\nExamples:\\n<example>\\nuser: hi\\n</example>"))
    )
    assert seen.description == "Use it.\nExamples:\n<example>\nuser: hi\n</example>"
    (lead, example) = seen.parts
    assert lead == "Use it.\nExamples:"
    assert isinstance(example, Example)
    assert [turn.text for turn in example.turns] == ["hi"]


def test_text_between_and_behind_examples_is_kept_in_order() -> None:
    value = "A <example>user: b</example> C <example>user: d</example> E"
    parts = routed(parse(agent(f"name: a\ndescription: '{value}'"))).parts
    assert [part if isinstance(part, str) else part.turns[0].text for part in parts] == [
        "A",
        "b",
        "C",
        "d",
        "E",
    ]


TOOLS = {
    "tools: Read\nkey2: a: b": "Not readable as they are written.",
    "": "All tools, also those of MCP servers: no list limits them.",
    "tools: '*'": "All tools, also those of MCP servers: no list limits them.",
    "tools: []": "No tools: the agent can only answer.",
    "tools:": "Not clear: “tools” has no value, and what that means is not documented.",
    'tools: ""': "Not clear: “tools” has no value, and what that means is not documented.",
    "tools: Read, Bash(git *)": "Only Read, Bash(git *).",
    "tools: [Read, Grep]": "Only Read, Grep.",
    "tools: {a: b}": "All tools, also those of MCP servers: no list limits them.",
    "disallowedTools: Write, Edit": "All tools except Write, Edit.",
    "tools: Read, Write\ndisallowedTools: Write, Edit": "Only Read, and never Edit.",
    "tools: Read\ndisallowedTools: Read": "None: every tool of the list is also forbidden (Read).",
    "tools: '*'\ndisallowedTools: '*'": "No tools: the agent can only answer.",
    "allowedTools: Read": "All tools, also those of MCP servers: no list limits them.",
}


@pytest.mark.parametrize(("fields", "sentence"), TOOLS.items())
def test_the_tools_are_said_in_a_sentence(fields: str, sentence: str) -> None:
    assert routed(parse(agent(f"name: a\ndescription: b\n{fields}"))).tools == sentence


BROKEN = agent("name: a\ntools: Read\ndescription: b\nmodel: - x")


def test_in_a_project_broken_yaml_is_shown_as_written_and_does_not_load() -> None:
    seen = routed(parse(BROKEN), "project", "file.md")
    assert (seen.loads.ok, seen.name, seen.description, seen.tools) == (False, "a", "b", "Only Read.")


def test_in_a_plugin_broken_yaml_is_named_after_the_file_and_may_use_every_tool() -> None:
    seen = routed(parse(BROKEN), "plugin", "file.md")
    assert (seen.loads.ok, seen.name, seen.description, seen.placeholder) == (True, "file", "", True)
    assert seen.tools.startswith("All tools")


def test_in_a_plugin_a_missing_description_is_replaced_but_the_tools_count() -> None:
    seen = routed(parse(agent("name: a\ntools: Read")), "plugin", "file.md")
    assert (seen.name, seen.placeholder, seen.tools) == ("a", True, "Only Read.")


def test_a_file_without_frontmatter_has_no_name_and_no_description() -> None:
    seen = routed(parse("# Notes\n"), "project", "notes.md")
    assert (seen.loads.ok, seen.name, seen.description, seen.parts) == (False, "", "", ())


@pytest.mark.parametrize(("length", "count"), [(0, 0), (1, 1), (4, 1), (5, 2), (1_660, 415)])
def test_a_token_is_about_four_characters(length: int, count: int) -> None:
    assert tokens("x" * length) == count


@given(
    st.text(alphabet="---\n:nametoldscripu [],*'\"\\<example>/"),
    st.sampled_from(["project", "plugin"]),
    st.none() | st.just("x.md"),
)
def test_any_text_has_an_answer(text: str, place: Place, file_name: str | None) -> None:
    seen = routed(parse(text), place, file_name)
    assert seen.tools
    assert "" not in seen.parts


def test_every_real_file_is_seen_with_all_of_its_examples(shared: Path) -> None:
    for path in sorted((shared / "corpus").rglob("*.md")):
        syntax = parse(path.read_bytes().decode("utf-8", "surrogateescape"))
        seen = routed(syntax, "project", path.name)
        assert sum(isinstance(part, Example) for part in seen.parts) == sum(
            example.host == "description" for example in syntax.examples
        )
        if seen.loads.ok:
            assert seen.name and seen.description


def test_another_programs_agent_is_named_and_limited_as_its_file_says() -> None:
    text = "---\ndescription: Use this when tests run.\npermission:\n  edit: deny\n---\nYou test.\n"
    seen = routed(parse(text, by_name("opencode")), "project", "tester.md")
    assert (seen.name, seen.tools) == ("tester", 'What “permission” says: {"edit": "deny"}')
    seen = routed(
        parse(text.replace("permission:\n  edit: deny\n", ""), by_name("opencode")), "project", "tester.md"
    )
    assert "OpenCode decides" in seen.tools
