"""Import: agents from anywhere become files that load and say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.convert import Conversion, convert
from agenteditor.core.dialects import by_name
from agenteditor.core.importing import agent_text, importable, imported
from agenteditor.core.loading import loads
from agenteditor.core.meaning import meaning_of
from agenteditor.core.syntax import parse
from agenteditor.core.text import Refusal

AGENT = "---\nname: a-b\ndescription: Use this when tests run.\ntools: Read, Grep\nmaxTurns: 9\n---\n\nYou are a tester of texts.\n"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)


def test_a_file_of_claude_code_stays_as_it_is() -> None:
    (found,) = imported(AGENT)
    assert (found.name, found.text, found.items) == ("a-b", AGENT, ())


def test_agents_in_json_become_one_file_each() -> None:
    text = json.dumps(
        {
            "one": {
                "description": "Use it: now",
                "prompt": "You test.",
                "tools": ["Read", "Bash(git *)"],
                "maxTurns": 3,
            },
            "two": {"description": "Second", "prompt": "You too."},
        }
    )
    one, two = imported(text)
    syntax = parse(one.text)
    assert loads(syntax).ok and syntax.verdict == "valid" and syntax.prompt == "You test."
    values = {field.key: field.value for field in syntax.frontmatter.fields}
    assert values == {
        "name": "one",
        "description": "Use it: now",
        "tools": ["Read", "Bash(git *)"],
        "maxTurns": 3,
    }
    assert list(values) == ["name", "description", "tools", "maxTurns"]
    assert (two.name, two.origin) == ("two", "JSON")


def test_the_json_of_the_old_wizard_is_an_agent() -> None:
    text = json.dumps(
        {"identifier": "a-b", "whenToUse": "Use this when\n\nuser: x", "systemPrompt": "You test."}
    )
    (found,) = imported(f"```json\n{text}\n```")
    syntax = parse(found.text)
    assert syntax.field("description").value == "Use this when\n\nuser: x" and syntax.prompt == "You test."


@pytest.mark.parametrize("target", ["codex", "roo", "gemini-cli", "opencode", "copilot", "qwen-code"])
def test_what_was_written_for_another_program_comes_back(target: str) -> None:
    made = convert(parse(AGENT), by_name(target), "a-b.md")
    assert isinstance(made, Conversion)
    (found,) = imported(made.text, Path(made.path))
    assert found.origin == by_name(target).title
    back = parse(found.text)
    assert loads(back).ok and back.prompt == "You are a tester of texts."
    assert meaning_of(back).name == "a-b" and meaning_of(back).description == "Use this when tests run."
    assert all(item.fate == "kept" for item in found.items if item.field in ("name", "description", "prompt"))


def test_a_text_without_frontmatter_is_a_prompt_that_wants_a_name() -> None:
    (found,) = imported("You are a tester.\n")
    assert (found.name, found.text, found.origin) == ("", "You are a tester.\n", "Text")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", None),
        (" \n", None),
        ("{", None),
        ('{"a": 3}', None),
        ("[]", Path("x.json")),
        ("Prose\n", Path("README.md")),
        ("a = 1\n", Path("x.toml")),
    ],
)
def test_what_holds_no_agent_is_refused_in_a_sentence(text: str, path: Path | None) -> None:
    refused = imported(text, path)
    assert isinstance(refused, Refusal) and refused.reason.endswith(".")


@given(st.text(max_size=200), st.sampled_from([None, Path("a.md"), Path(".codex/agents/a.toml")]))
def test_any_text_is_imported_or_refused(text: str, path: Path | None) -> None:
    found = imported(text, path)
    assert isinstance(found, Refusal) or len(found) > 0


@given(
    st.dictionaries(
        TEXTS, st.fixed_dictionaries({"description": TEXTS, "prompt": TEXTS}), min_size=1, max_size=3
    )
)
def test_any_agents_in_json_say_the_same_as_files(agents: dict[str, dict[str, str]]) -> None:
    found = imported(json.dumps(agents))
    if isinstance(found, Refusal):
        return
    for one, (name, fields) in zip(found, agents.items(), strict=True):
        syntax = parse(one.text)
        assert syntax.verdict == "valid"
        assert syntax.field("name").value == name
        assert syntax.field("description").value == fields["description"]


@given(
    st.dictionaries(
        st.sampled_from(["name", "x", "model", "skills"]),
        TEXTS | st.integers(-(2**53), 2**53) | st.lists(TEXTS, max_size=2) | st.booleans(),
        max_size=4,
    ),
    TEXTS,
)
def test_an_agent_is_written_so_that_it_reads_back(values: dict[str, object], prompt: str) -> None:
    syntax = parse(agent_text(values, prompt))
    found = {field.key: field.value for field in syntax.frontmatter.fields} if syntax.frontmatter else {}
    assert found == values


def test_a_number_beyond_what_the_reader_holds_keeps_its_digits() -> None:
    assert "\nx: 9007199254740993\n" in agent_text({"x": 9007199254740993}, "p")


def test_a_folder_of_mixed_files_is_searched_for_all_of_them(tmp_path: Path) -> None:
    for name in (
        ".claude/agents/a.md",
        ".codex/agents/b.toml",
        ".gemini/agents/c.md",
        ".roomodes",
        "notes.txt",
        "x/package.json",
        ".git/d.md",
        "agents/e.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    found = [str(path.relative_to(tmp_path)) for path in importable(tmp_path)]
    assert found == [
        ".claude/agents/a.md",
        ".codex/agents/b.toml",
        ".gemini/agents/c.md",
        ".roomodes",
        "agents/e.json",
    ]


FIXTURES = sorted((Path(__file__).parent / "data" / "dialects" / "claude-code").glob("*.md"))


@pytest.mark.parametrize("target", ["codex", "roo", "claude-plugin"])
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_file_for_a_program_that_is_only_written_to_comes_back(path: Path, target: str) -> None:
    syntax = parse(path.read_bytes().decode("utf-8"))
    made = convert(syntax, by_name(target), path.name)
    assert isinstance(made, Conversion) and not made.problems
    (found,) = imported(made.text, Path(made.path))
    back, before = parse(found.text), meaning_of(syntax, path.name)
    after = meaning_of(back)
    assert (after.name, back.prompt) == (
        Path(made.path).stem if target == "codex" else after.name,
        syntax.prompt.replace("\r\n", "\n"),
    )
    assert after.description == before.description.replace("\r\n", "\n")
    for item in made.items:
        if item.fate == "kept" and item.field in before.values:
            # “inherit” is kept by leaving the field out.
            assert after.values.get(item.field, before.values[item.field]) == before.values[item.field]


CODEX = 'name = "a"\ndescription = "d"\ndeveloper_instructions = "You test."\n'


def test_toml_that_is_nested_too_deeply_is_refused_with_a_sentence() -> None:
    found = imported(f"{CODEX}a = {'[' * 20_000}", Path("a.toml"))
    assert isinstance(found, Refusal) and found.reason.endswith(".")


@pytest.mark.parametrize("form", ["a.toml", "a.json", ".roomodes"])
def test_a_number_of_thousands_of_digits_is_refused_or_kept(form: str) -> None:
    digits = "9" * 5_000
    texts = {
        "a.toml": f"{CODEX}a = {digits}\n",
        "a.json": f'{{"a": {{"description": "d", "prompt": "p", "x": {digits}}}}}',
        ".roomodes": f"customModes:\n  - slug: a\n    roleDefinition: r\n    groups: []\n    x: {digits}\n",
    }
    found = imported(texts[form], Path(form))
    assert found if not isinstance(found, Refusal) else found.reason.endswith(".")


def test_dates_of_toml_become_texts() -> None:
    (found,) = imported(f"{CODEX}[mcp_servers.x]\nsince = 1979-05-27T07:32:00Z\n", Path("a.toml"))
    servers = parse(found.text).field("mcpServers")
    assert servers is not None and servers.value == [{"x": {"since": "1979-05-27T07:32:00+00:00"}}]


@pytest.mark.parametrize("name", ["", "[a]", "5"])
def test_a_name_that_is_no_text_is_no_name(name: str) -> None:
    (found,) = imported(f"---\nname: {name}\ndescription: d\n---\nYou test.\n")
    assert found.name == ""


def test_what_json_calls_as_no_field_of_yaml_can_be_called_is_told() -> None:
    (found,) = imported(json.dumps({"a": {"description": "d", "prompt": "p", "": 5, "x\ny": 3, "z": 1}}))
    assert "z: 1\n" in found.text
    assert [(item.field, item.fate) for item in found.items] == [("", "lost"), ("x\ny", "lost")]


def test_a_mode_keeps_all_of_its_prompt_and_tells_of_groups_limited_to_some_files() -> None:
    mode = {
        "slug": "a",
        "roleDefinition": "You test.",
        "whenToUse": "w",
        "customInstructions": "Be brief.",
        "groups": ["read", ["edit", {"fileRegex": "md$"}]],
    }
    (found,) = imported(json.dumps({"customModes": [mode]}), Path(".roomodes"))
    assert parse(found.text).prompt == "You test.\n\nBe brief."
    assert "Edit" not in found.text
    assert any(item.field == "groups" and item.fate == "lost" for item in found.items)


def test_json_with_thousands_of_fields_is_refused() -> None:
    fields = {f"k{number}": number for number in range(5_000)}
    found = imported(json.dumps({"a": {"description": "d", "prompt": "p", **fields}}))
    assert isinstance(found, Refusal) and "5,002" in found.reason
