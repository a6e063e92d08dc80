"""All dialects: their data fit together, files are told apart, and each is edited in its own rules."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path, PurePath

import pytest
from jsonschema import Draft202012Validator

from agenteditor.core import dialects, resources, rewrite
from agenteditor.core.checks import check
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.dialects import by_name, dialect_of
from agenteditor.core.document import Document, Transaction
from agenteditor.core.files import encode, load
from agenteditor.core.resources import resource
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Refusal, apply

NAMES = tuple(dialects.dialects())
OTHERS = tuple(name for name in NAMES if not by_name(name).is_claude)
MARKDOWN = tuple(one.name for one in dialects.editable())
CLAUDE = claude_code()
DATA = Path(__file__).parent / "data" / "dialects"
MADE_UP = Path(__file__).parent / "data" / "made_up"
FIXTURES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*.md"))


def table_data(name: str) -> dict[str, object]:
    data: dict[str, object] = json.loads(resource("dialects", f"{name}.json").read_text(encoding="utf-8"))
    return data


def raw_schema(name: str) -> dict[str, object]:
    data: dict[str, object] = json.loads(
        resource("schemas", f"{name}.schema.json").read_text(encoding="utf-8")
    )
    return data


def properties(name: str) -> dict[str, dict[str, object]]:
    found = by_name(name).schema["properties"]
    assert isinstance(found, dict)
    return found


def text_of(syntax: Syntax, key: str) -> str | None:
    field = syntax.field(key)
    return field.text if field is not None else None


def values_of(syntax: Syntax) -> dict[str, object]:
    assert syntax.frontmatter is not None
    return {field.key: field.value for field in syntax.frontmatter.fields}


# --- the data ----------------------------------------------------------------------------------


def test_all_dialects_are_there() -> None:
    assert set(NAMES) == {
        *("claude-code", "claude-plugin", "codex", "copilot", "cursor", "factory"),
        *("gemini-cli", "junie", "kiro", "opencode", "qwen-code", "roo"),
    }
    assert set(NAMES) - set(MARKDOWN) == {"codex", "roo"}


@pytest.mark.parametrize("name", NAMES)
def test_the_two_files_of_a_dialect_have_its_name(name: str) -> None:
    schema = raw_schema(name)
    assert table_data(name)["name"] == schema["x-name"] == by_name(name).name == name
    assert schema["$id"] == f"urn:agenteditor:{name}"


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_valid_before_and_after_the_lists_are_put_in(name: str) -> None:
    Draft202012Validator.check_schema(raw_schema(name))
    Draft202012Validator.check_schema(dict(by_name(name).schema))


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_place_of_its_own_a_group_a_label_and_a_line_of_help(name: str) -> None:
    one = by_name(name)
    orders = [spec.order for spec in one.fields]
    assert orders == sorted(set(orders))
    assert {spec.group for spec in one.fields} == set(one.groups)
    for spec in one.fields:
        assert spec.label and spec.help.endswith(".") and "\n" not in spec.help
        assert spec.undocumented or spec.default
        assert not {"anyOf", "oneOf", "allOf"} & set(properties(name)[spec.key])
        assert not spec.required or spec.kind not in ("yaml", "boolean")


@pytest.mark.parametrize("name", OTHERS)
def test_a_schema_names_the_lists_of_its_own_table_and_no_others(name: str) -> None:
    named = {str(field["x-choices"]) for field in properties(name).values() if "x-choices" in field}
    lists = by_name(name).table.lists
    assert named <= set(lists)
    assert set(lists) - {"tools"} <= named


@pytest.mark.parametrize("name", NAMES)
def test_a_table_has_only_entries_that_are_described(name: str) -> None:
    described = set(re.findall(r"`([\w.]+)`", resource("dialects", "README.md").read_text(encoding="utf-8")))
    data = table_data(name)
    parts = {
        "prompt": ["least", "most", "key", "also"],
        "fields": ["key", "values", "others_kept", "shape", "exact", "note", "also"],
        "losses": ["sentence", "widens"],
    }
    assert set(data) - {"tools"} <= described
    tools = data["tools"]
    assert isinstance(tools, dict)
    assert {f"tools.{key}" for key in tools} <= described
    for part, keys in parts.items():
        assert set(keys) <= described
        entry = data.get(part, {})
        assert isinstance(entry, dict)
        for value in [entry] if part == "prompt" else entry.values():
            assert isinstance(value, str) or set(value) <= set(keys)
    for tool in tools.get("names", {}).values():
        assert set(tool) == {"help", "covers"}


@pytest.mark.parametrize("name", NAMES)
def test_a_table_says_when_and_where_it_was_looked_up_and_what_is_a_guess(name: str) -> None:
    table = by_name(name).table
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", table.as_of)
    assert any(source.startswith("https://") for source in table.sources)
    assert table.guess is any(source.startswith("not documented: how") for source in table.sources)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_claude_code_has_a_counterpart_or_is_known_to_be_lost(name: str) -> None:
    table = by_name(name).table
    known = set(CLAUDE.keys())
    assert set(table.fields) <= known and set(table.losses) <= known
    assert {"name", "description"} <= set(table.fields)
    assert known == set(table.fields) | set(table.losses) | set(CLAUDE.table.losses)
    for loss in table.losses.values():
        assert loss.sentence[:1].isupper() and loss.sentence.endswith(".")
    for counterpart in table.fields.values():
        assert not counterpart.note or (counterpart.note[:1].isupper() and counterpart.note.endswith("."))
        assert counterpart.exact or counterpart.note


@pytest.mark.parametrize("name", NAMES)
def test_counterparts_are_fields_of_the_schema_and_their_values_are_allowed_there(name: str) -> None:
    table, allowed = by_name(name).table, properties(name)
    if table.format == "markdown":
        assert not table.prompt_key
    else:
        assert table.prompt_key in allowed
    for field, counterpart in table.fields.items():
        assert counterpart.key in allowed and set(counterpart.also) <= set(allowed)
        for theirs, own in (counterpart.values or {}).items():
            assert own is None or Draft202012Validator(allowed[counterpart.key]).is_valid(own)
            schema = CLAUDE.schema["properties"]
            assert isinstance(schema, dict)
            assert Draft202012Validator(schema[field]).is_valid(theirs)
    for key, value in table.always.items():
        assert Draft202012Validator(allowed[key]).is_valid(value)


@pytest.mark.parametrize("name", NAMES)
def test_tools_cover_tools_of_claude_code(name: str) -> None:
    own = by_name(name).table.tools
    known = set(CLAUDE.table.tools.names)
    assert own.names
    for tool in own.names.values():
        assert tool.help and tool.covers <= known
        assert not tool.alias_of or not own.names[tool.alias_of].alias_of
    for special in (own.rest, own.servers):
        assert not special or special == "*" or special in own.names
    # What a conversion must be able to name in a program with a list.
    if own.form in ("list", "permissions"):
        given = {covered for tool in own.names.values() for covered in tool.covers}
        assert {"Read", "Grep", "Glob", "Edit", "Write", "Bash"} <= given


def test_a_name_that_does_not_count_case_is_there_once() -> None:
    for name in NAMES:
        own = by_name(name).table.tools
        if own.any_case:
            assert max(Counter(tool.casefold() for tool in own.names).values()) == 1


@pytest.mark.parametrize("name", ["copilot"])
def test_a_group_of_tools_covers_what_its_tools_cover(name: str) -> None:
    names = by_name(name).table.tools.names
    for tool, meant in names.items():
        group = tool.partition("/")[0]
        assert meant.covers <= names[group].covers or "/" not in tool


def test_no_two_dialects_read_the_same_folder() -> None:
    folders = Counter(folder for name in NAMES for folder in by_name(name).table.folders)
    assert max(folders.values()) == 1


@pytest.mark.parametrize("name", MARKDOWN)
def test_marks_are_fields_that_no_other_program_has(name: str) -> None:
    one = by_name(name)
    assert one.table.marks <= set(one.keys())
    for other in dialects.editable():
        if other.program != one.program:
            assert not one.table.marks & set(other.keys())


@pytest.mark.parametrize("name", OTHERS)
def test_another_programs_field_is_a_slip_only_where_its_value_stays_what_it_is(name: str) -> None:
    one = by_name(name)
    for written, meant in one.names.near_keys.items():
        spec = one.spec(meant)
        assert one.spec(written) is None
        assert spec is not None and spec.kind not in ("yaml", "tools")


def test_a_tool_of_another_program_is_known_with_what_to_write_instead() -> None:
    old = by_name("gemini-cli").names.old_tools
    assert (old["Bash"].program, old["Bash"].use) == ("Claude Code", ("run_shell_command",))
    assert old["edit"].use == ("write_file", "replace")
    assert by_name("copilot").names.old_tools["Read"].use == ("read",)
    assert not {"", "true", "danger-full-access"} & set(old)


# --- which one ---------------------------------------------------------------------------------

PLACES = [
    ("home/ada/project/.claude/agents/a.md", "", "claude-code"),
    ("home/ada/project/.claude/agents/deep/a.md", "target", "claude-code"),
    ("p/.github/agents/a.agent.md", "", "copilot"),
    ("p/.github/agents/a.md", "name description", "copilot"),
    ("home/ada/.copilot/agents/a.md", "", "copilot"),
    ("p/.github/chatmodes/a.chatmode.md", "mode", "copilot"),
    ("anywhere/a.agent.md", "permission", "copilot"),
    ("p/.opencode/agents/team/a.md", "", "opencode"),
    ("p/.opencode/agent/a.md", "", "opencode"),
    ("home/ada/.config/opencode/agents/a.md", "", "opencode"),
    ("p/.gemini/agents/a.md", "", "gemini-cli"),
    ("p/.qwen/agents/a.md", "", "qwen-code"),
    ("p/.cursor/agents/a.md", "", "cursor"),
    ("p/.factory/droids/a.md", "", "factory"),
    ("p/.kiro/agents/a.md", "", "kiro"),
    ("p/.junie/agents/a.md", "", "junie"),
    ("p/.claude/agents/x/.cursor/agents/a.md", "", "cursor"),
    ("p/.cursor/agents/x/.claude/agents/a.md", "", "claude-code"),
    ("p/.cursor/rules/a.md", "", "claude-code"),
    ("p/agents/a.md", "name description", "claude-code"),
    ("p/agents/a.md", "name description tools model color", "claude-code"),
    ("p/agents/a.md", "name description permissionMode maxTurns disallowedTools", "claude-code"),
    (None, "", "claude-code"),
    (None, "description mode permission", "opencode"),
    (None, "description handoffs", "copilot"),
    (None, "name description mcp-servers tools", "copilot"),
    (None, "name description max_turns timeout_mins", "gemini-cli"),
    (None, "name description approvalMode maxTurns disallowedTools permissionMode", "qwen-code"),
    (None, "name description readonly", "cursor"),
    (None, "description includeMcpJson tools", "kiro"),
    (None, "description allowPromptArgument disallowedTools", "junie"),
    (None, "name description omitClaudeMd hidden", "claude-code"),
]


@pytest.mark.parametrize(("path", "keys", "name"), PLACES)
def test_path_and_fields_tell_the_dialect(path: str | None, keys: str, name: str, tmp_path: Path) -> None:
    place = None if path is None else PurePath(tmp_path, path)
    assert dialect_of(place, frozenset(keys.split())).name == name


def test_a_folder_with_the_manifest_of_a_plugin_holds_agents_of_a_plugin(tmp_path: Path) -> None:
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text("{}", encoding="utf-8")
    assert dialect_of(tmp_path / "agents" / "a.md").name == "claude-plugin"
    assert dialect_of(tmp_path / "agents" / "a.agent.md").name == "copilot"
    assert dialect_of(tmp_path / ".gemini" / "agents" / "a.md").name == "gemini-cli"


def test_real_files_are_told_apart_by_their_origin(shared: Path) -> None:
    corpus = shared / "corpus"
    found = Counter()
    for path in corpus.rglob("*.md"):
        place = path.relative_to(corpus)
        if place == Path("README.md"):
            continue
        name = dialect_of(place, frozenset(keys_of(parse(load(path).text)))).name
        found[name] += 1
        for part, expected in {
            ".agent.md": "copilot",
            "/.github/agents/": "copilot",
            "/.opencode/agents/": "opencode",
            "/.cursor/agents/": "cursor",
            "/.claude/agents/": "claude-code",
        }.items():
            assert part not in place.as_posix() or name == expected
    assert found == {"claude-code": 121, "copilot": 25, "cursor": 3, "opencode": 1}


def test_no_real_file_of_claude_code_is_taken_for_another_by_its_fields(shared: Path) -> None:
    corpus = shared / "corpus"
    for path in corpus.rglob("*.md"):
        place = path.relative_to(corpus)
        if dialect_of(place).name == "claude-code":
            assert dialect_of(None, frozenset(keys_of(parse(load(path).text)))).name == "claude-code", place


def keys_of(syntax: Syntax) -> list[str]:
    return [field.key for field in syntax.frontmatter.fields] if syntax.frontmatter else []


# --- files of our own --------------------------------------------------------------------------


# A plugin's agents have the fields of Claude Code's, so the same files serve.
PLUGIN_FIXTURES = [
    path.replace("claude-code", "claude-plugin") for path in FIXTURES if path.startswith("claude-code/")
]


def source(path: str) -> Path:
    return DATA / path.replace("claude-plugin", "claude-code")


def fixture(path: str) -> tuple[Document, Dialect]:
    one = by_name(path.partition("/")[0])
    loaded = load(source(path))
    return Document(loaded.text, source(path), stamp=loaded.stamp, dialect=one), one


def test_every_markdown_dialect_has_ten_files_of_all_sorts() -> None:
    for name in MARKDOWN:
        paths = [source(path) for path in (*FIXTURES, *PLUGIN_FIXTURES) if path.startswith(f"{name}/")]
        texts = [load(path).text for path in paths]
        assert len(texts) >= 10
        assert any("\r\n" in text for text in texts)
        assert any(not text.isascii() for text in texts)
        for piece in (r"^\s*#|\s#\s", r"^description: [|>]", r"^description: ['\"]", r"[\[{]"):
            assert any(re.search(piece, text, re.MULTILINE) for text in texts)
        used = {key for text in texts for key in keys_of(parse(text, by_name(name)))}
        assert {spec.key for spec in by_name(name).fields if not spec.undocumented} <= used


@pytest.mark.parametrize("path", FIXTURES)
def test_a_file_is_found_to_be_of_its_dialect_and_has_only_its_fields_and_values(path: str) -> None:
    document, one = fixture(path)
    keys = keys_of(document.syntax)
    place = PurePath("p", one.table.folders[0], PurePath(path).name)
    assert dialect_of(place, frozenset(keys)) is one
    marked = one.table.marks & set(keys)
    assert not marked or dialect_of(None, frozenset(keys)) is one
    assert document.syntax.verdict == "valid" or (one.table.repairs and document.syntax.verdict == "repaired")
    unknown = set(keys) - set(one.keys())
    assert not unknown or one.table.unknown_fields == "forwarded"
    errors = list(Draft202012Validator(dict(one.schema)).iter_errors(values_of(document.syntax)))
    assert not errors


@pytest.mark.parametrize("path", [*FIXTURES, *PLUGIN_FIXTURES])
def test_a_file_is_saved_byte_for_byte_after_an_edit_and_its_undo(path: str) -> None:
    document, _ = fixture(path)
    before = source(path).read_bytes()
    assert encode(document.text) == before
    edits = rewrite.set_field(document.syntax, "description", "Another: text, with “quotes” # and more")
    assert not isinstance(edits, Refusal)
    assert document.apply(Transaction(edits, "Description")) is not None
    assert text_of(document.syntax, "description") == "Another: text, with “quotes” # and more"
    document.undo()
    assert encode(document.text) == before


# What a person might write into a field of each kind.
SAMPLES: dict[str, object] = {
    "name": "another-name",
    "text": "Another: text",
    "string": "another",
    "tools": ["one", "two(a, b)"],
    "model": "another-model",
    "colour": "red",
    "integer": 7,
    "boolean": True,
    "list": ["one", "two"],
}


@pytest.mark.parametrize("path", [*FIXTURES, *PLUGIN_FIXTURES])
def test_a_change_of_one_field_leaves_the_rest_as_it_stands(path: str) -> None:
    document, one = fixture(path)
    syntax = document.syntax
    present = set(keys_of(syntax))
    for spec in one.fields:
        for after in changed(syntax, one, spec.key):
            assert untouched(syntax, spec.key) == untouched(parse(after, one), spec.key)
    for key in present:
        edits = rewrite.rename_field(syntax, key, "another")
        assert not isinstance(edits, Refusal)
        after = apply(syntax.text, edits)
        assert untouched(syntax, key) == untouched(parse(after, one), "another")


def changed(syntax: Syntax, one: Dialect, key: str) -> list[str]:
    """The file with one field set, and with it removed."""
    spec = one.spec(key)
    assert spec is not None
    value = SAMPLES.get(spec.kind, spec.choices[0] if spec.choices else None)
    if spec.kind == "yaml":
        written = rewrite.set_raw(syntax, key, spec.placeholder or "a: 1")
    else:
        written = rewrite.set_value(syntax, key, value)
    assert not isinstance(written, Refusal), (key, written)
    after = apply(syntax.text, written)
    if isinstance(value, str) and spec.kind != "yaml":
        assert text_of(parse(after, one), key) == value
    elif spec.kind != "yaml":
        assert values_of(parse(after, one))[key] == value
    removed = rewrite.remove_field(syntax, key)
    assert not isinstance(removed, Refusal), (key, removed)
    return [after, apply(syntax.text, removed)]


def untouched(syntax: Syntax, key: str) -> tuple[list[str], str]:
    """The source of every field but one, and of what stands below the fields."""
    frontmatter = syntax.frontmatter
    assert frontmatter is not None
    fields = [field.span.of(syntax.text) for field in frontmatter.fields if field.key != key]
    return fields, syntax.text[frontmatter.content.end :]


# --- a new one ---------------------------------------------------------------------------------

ROBOT = "---\nname: one\ndescription: Looks around\nmood: glad   # today\nabilities: [look, peek]\n---\nLook around.\n"


@pytest.fixture
def marvin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dialect:
    """A dialect that only two files added to a copy of the data make known."""
    folder = tmp_path / "resources"
    shutil.copytree(resources.resources(), folder)
    shutil.copytree(MADE_UP, folder, dirs_exist_ok=True)
    monkeypatch.setattr(resources, "resources", lambda: folder)
    # The dialects that other tests hold stay as they are.
    for name in ("dialects", "editable", "_folders"):
        monkeypatch.setattr(dialects, name, cache(getattr(dialects, name).__wrapped__))
    return by_name("marvin")


def test_a_made_up_dialect_is_two_files_and_is_found(marvin: Dialect) -> None:
    assert marvin.program == "Marvin" and marvin in dialects.editable()
    assert dialect_of(PurePath("p/.marvin/robots/one.md")) is marvin
    assert dialect_of(PurePath("p/one.robot.md")) is marvin
    assert dialect_of(None, frozenset(keys_of(parse(ROBOT)))) is marvin
    # Other programs know what it calls its fields.
    assert by_name("junie").names.near_keys["patience"] == "maxTurns"
    assert by_name("cursor").names.foreign_keys["mood"] == "Marvin"


def test_a_made_up_dialect_is_edited(marvin: Dialect) -> None:
    document = Document(ROBOT, dialect=marvin)
    mood = marvin.spec("mood")
    assert mood is not None and mood.choices == ("glad", "gloomy") and not mood.open
    assert marvin.table.lists["tools"] == {"look": "Looks at things"}
    edits = rewrite.set_field(document.syntax, "mood", "gloomy")
    assert not isinstance(edits, Refusal)
    document.apply(Transaction(edits, "Mood"))
    assert document.text == ROBOT.replace("glad ", "gloomy ")
    document.undo()
    assert document.text == ROBOT


def test_a_made_up_dialect_is_checked(marvin: Dialect) -> None:
    assert not check_codes(ROBOT, marvin)
    assert "value/unknown" in check_codes(ROBOT.replace("glad", "angry"), marvin)
    assert "key/near-miss" in check_codes(ROBOT.replace("mood", "mod"), marvin)


def check_codes(text: str, one: Dialect) -> set[str]:
    return {found.code for found in check(parse(text, one)) if found.severity != "info"}
