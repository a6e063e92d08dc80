"""Conversion: what is kept, approximated, lost and widened, and that nothing goes without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import rewrite
from agenteditor.core.checks import check
from agenteditor.core.convert import Conversion, convert
from agenteditor.core.dialects import by_name, dialects, editable
from agenteditor.core.meaning import meaning_of
from agenteditor.core.syntax import Syntax, parse, parse_at
from agenteditor.core.text import Refusal
from tests.core.texts import agent_texts

TARGETS = tuple(dialects())
OTHERS = tuple(name for name in TARGETS if not by_name(name).is_claude)
HEAD = "---\nname: a-b\ndescription: Use this when tests run.\n"
END = "---\n\nYou are a tester of texts.\n"


def converted(text: str, target: str, source: str = "claude-code", file_name: str = "a-b.md") -> Conversion:
    made = convert(parse(text, by_name(source)), by_name(target), file_name)
    assert isinstance(made, Conversion), made
    return made


def fates(made: Conversion) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in made.items:
        found.setdefault(item.field, set()).add(item.fate)
    return found


# Fields of a Claude Code file -> what becomes of them: target, field, fate.
CASES = [
    ("tools: Read, Grep\n", "claude-plugin", "tools", {"kept"}),
    ("permissionMode: plan\n", "claude-plugin", "permissionMode", {"widened"}),
    ("permissionMode: bypassPermissions\n", "claude-plugin", "permissionMode", {"lost"}),
    (
        "hooks:\n  Stop:\n    - hooks:\n        - type: command\n          command: ./x\n",
        "claude-plugin",
        "hooks",
        {"widened"},
    ),
    ("tools: Read\n", "copilot", "tools", {"kept"}),
    ("tools: Read, Edit\n", "copilot", "tools", {"approximated"}),
    ("tools: Bash(git *)\n", "copilot", "tools", {"widened"}),
    ("tools: CronCreate, Read\n", "copilot", "tools", {"lost"}),
    ("tools: mcp__github__search\n", "copilot", "tools", {"kept"}),
    ("disallowedTools: Bash, PowerShell, Monitor\n", "copilot", "tools", {"lost"}),  # the tools of servers
    ("model: sonnet\n", "copilot", "model", {"lost"}),
    ("tools: []\n", "copilot", "tools", {"kept"}),
    ("tools: Bash(git *), Read\n", "opencode", "tools", {"kept"}),
    ("disallowedTools: Bash, PowerShell\n", "opencode", "tools", {"kept"}),
    ("color: red\n", "opencode", "color", {"approximated"}),
    ("model: inherit\n", "opencode", "model", {"kept"}),
    ("version: 2\n", "opencode", "version", {"lost"}),
    ("maxTurns: 9\n", "gemini-cli", "maxTurns", {"kept"}),
    ("color: red\n", "gemini-cli", "color", {"lost"}),
    ("tools: Read, Bash\n", "gemini-cli", "tools", {"approximated"}),
    ("permissionMode: acceptEdits\n", "qwen-code", "permissionMode", {"kept", "approximated"}),
    ("tools: Read\n", "cursor", "tools", {"approximated"}),
    ("tools: Read, Edit\n", "cursor", "tools", {"widened"}),
    ("background: true\n", "cursor", "background", {"kept"}),
    ("isolation: worktree\n", "cursor", "isolation", {"widened"}),
    ("tools: Read\n", "codex", "tools", {"approximated", "widened", "kept"}),
    ("tools: Write\n", "codex", "tools", {"widened"}),
    ("memory: user\n", "codex", "memory", {"lost"}),
    ("tools: Read, Bash\n", "roo", "tools", {"approximated", "kept"}),
    ("hooks: {}\nisolation: ''\nskills: []\n", "gemini-cli", "hooks", {"kept"}),
    ("omitClaudeMd: true\n", "copilot", "omitClaudeMd", {"approximated"}),
    ("mode: primary\n", "opencode", "mode", {"lost"}),
    # What is forbidden stays forbidden, or is told.
    ("disallowedTools: Bash\n", "opencode", "tools", {"lost"}),
    ("disallowedTools: Write, Edit\n", "opencode", "tools", {"lost"}),
    ("disallowedTools: Write, Edit\n", "cursor", "tools", {"widened"}),
    ("disallowedTools: Bash\n", "gemini-cli", "tools", {"lost"}),
    ("disallowedTools: mcp__*\n", "claude-plugin", "tools", {"kept"}),
    ("disallowedTools: mcp__github\n", "cursor", "tools", {"widened"}),
    ("disallowedTools: mcp__github\n", "opencode", "tools", {"kept"}),
    ("disallowedTools: mcp__github\n", "junie", "tools", {"widened"}),
    ("tools: mcp__github\ndisallowedTools: mcp__github__push\n", "copilot", "tools", {"widened"}),
    ("disallowedTools: Bash(rm *)\n", "copilot", "tools", {"approximated"}),
    ("disallowedTools: Bash(rm *)\n", "cursor", "tools", {"widened"}),
    ("disallowedTools: Bash(rm *)\n", "claude-plugin", "tools", {"kept"}),
]

# Fields of a Claude Code file -> what the file for another program says, and what it must not say.
WRITTEN = [
    ("disallowedTools: Bash\n", "opencode", "bash: deny", "doom_loop"),
    ("disallowedTools: Write, Edit\n", "opencode", "edit: deny", "bash"),
    ("disallowedTools: mcp__github\n", "opencode", "github_*: deny", "codesearch"),
    ("disallowedTools: Bash\n", "copilot", "read", " execute,"),
    ("disallowedTools: Bash(rm *)\n", "copilot", "read", " execute,"),
    ("disallowedTools: mcp__*\n", "claude-plugin", "disallowedTools: mcp__*", "tools:"),
    ("disallowedTools: mcp__*\n", "roo", "- command", "- mcp"),
    ("tools: Read\npermissionMode: default\n", "opencode", "read: allow", "edit"),
    ("tools: Edit\npermissionMode: default\n", "opencode", "edit: ask", "edit: allow"),
    ("tools: Bash(git *)\npermissionMode: default\n", "opencode", "git *: ask", "allow"),
    ("tools: Agent(a, b)\n", "opencode", "    a: allow\n    b: allow\n", "a, b"),
    ("tools: Read, Edit\npermissionMode: plan\n", "codex", '"read-only"', "workspace-write"),
    ("tools: Read\npermissionMode: bypassPermissions\n", "codex", '"read-only"', "danger"),
]


@pytest.mark.parametrize(("fields", "target", "there", "absent"), WRITTEN)
def test_the_other_program_is_told_no_less_than_the_file_says(
    fields: str, target: str, there: str, absent: str
) -> None:
    text = converted(HEAD + fields + END, target).text
    assert there in text
    assert absent not in text.replace("disallowedTools:", "")


# Permissions of OpenCode -> what Claude Code is told, and the fate of the field.
PERMISSIONS = [
    ("{bash: {'*': allow, 'rm *': deny}}", "name", "widened"),
    ("{read: {'*.env': deny}}", "name", "widened"),
    ("{'*': deny, bash: {'git *': allow}}", "tools: [Bash(git *), PowerShell(git *)]", "kept"),
    ("{bash: {'git *': allow, '*': deny}}", "disallowedTools: [Bash, PowerShell]", "kept"),
    ("{bash: {'*': ask}}", "name", "approximated"),
]


@pytest.mark.parametrize(("permission", "there", "fate"), PERMISSIONS)
def test_the_last_permission_that_fits_counts(permission: str, there: str, fate: str) -> None:
    made = converted(f"---\ndescription: d\npermission: {permission}\n{END}", "claude-code", "opencode")
    assert there in made.text
    assert fate in fates(made)["permission"]


@pytest.mark.parametrize(
    ("fields", "target", "field", "expected"), CASES, ids=[f"{c[1]}: {c[0].splitlines()[0]}" for c in CASES]
)
def test_each_field_has_the_fate_it_must_have(
    fields: str, target: str, field: str, expected: set[str]
) -> None:
    found = fates(converted(HEAD + fields + END, target))[field]
    assert found & expected, found
    if expected == {"kept"}:
        assert found == {"kept"}


def test_what_a_plugin_ignores_is_not_woken_up_and_the_report_says_why() -> None:
    made = converted(HEAD + "permissionMode: plan\nteam: a\n" + END, "claude-code", "claude-plugin")
    assert "permissionMode" not in made.text
    said = {item.field: (item.fate, item.reason) for item in made.items}
    assert said["permissionMode"] == (
        "lost",
        "A plugin of Claude Code ignores it and Claude Code would not, so it is left out: “plan”.",
    )
    assert said["team"] == ("kept", "It stays in the file; Claude Code does not read it.")


def test_what_is_not_touched_keeps_its_spelling() -> None:
    text = (
        HEAD.replace("a-b\n", "a-b # its name\n")
        + "# a note\ntools: Read\nversion: 1.10\ndate: 2026-01-02\nsign: 🙂\n"
        + END
    )
    for target in ("copilot", "cursor", "factory", "kiro", "junie", "qwen-code"):
        made = converted(text, target)
        for line in ("name: a-b # its name", "# a note", "version: 1.10", "date: 2026-01-02", "sign: 🙂"):
            assert f"\n{line}\n" in made.text, (target, line)
        assert made.text.endswith(END)


def test_a_file_that_needs_the_repair_is_made_valid(seed_text: str) -> None:
    for target in TARGETS[1:]:
        made = converted(seed_text, target, file_name="backend-engineer.md")
        assert not made.problems
        assert made.path.startswith((*by_name(target).table.folders, "agents", ".roomodes"))


def test_windows_line_ends_and_a_byte_order_mark_are_left_behind() -> None:
    made = converted("\ufeff" + (HEAD + END).replace("\n", "\r\n"), "copilot")
    assert made.text == HEAD + END


def test_many_fields_are_removed_in_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[frozenset[str]] = []
    remove = rewrite.remove_fields
    monkeypatch.setattr(rewrite, "remove_fields", lambda at, keys: seen.append(keys) or remove(at, keys))
    made = converted(HEAD + "".join(f"k{number}: {number}\n" for number in range(300)) + END, "gemini-cli")
    assert [len(keys) for keys in seen] == [300]
    assert made.text == HEAD + END


def test_overridden_fields_do_not_come_along() -> None:
    made = converted(HEAD + "model: inherit\nmodel: sonnet\n" + END, "qwen-code")
    assert "inherit" not in made.text


@pytest.mark.parametrize("text", ["Prose.\n", "---\nname: 'it's'\n---\nBody\n", ""])
def test_what_is_no_agent_is_refused_with_the_reason(text: str) -> None:
    refused = convert(parse(text), by_name("copilot"), "a.md")
    assert isinstance(refused, Refusal) and refused.reason.endswith(".")


def test_a_name_the_other_program_refuses_is_made_one_it_takes() -> None:
    made = converted(HEAD.replace("a-b", "Code Reviewer") + END, "gemini-cli")
    assert "name: code-reviewer\n" in made.text and fates(made)["name"] == {"approximated"}
    assert made.path == ".gemini/agents/code-reviewer.md"


def test_a_result_the_other_program_would_refuse_says_why() -> None:
    made = converted("---\nname: a-b\n" + END, "gemini-cli")
    assert made.problems and "description" in made.problems[0]


def assert_nothing_goes_without_a_word(syntax: Syntax, made: Conversion) -> None:
    """Every field of the file is in the report, by its own name or as the name, the description or the tools."""
    assert syntax.frontmatter is not None
    reported = {item.field for item in made.items}
    tools = {
        syntax.dialect.table.fields[key].key
        for key in ("tools", "disallowedTools")
        if key in syntax.dialect.table.fields
    }
    always = syntax.dialect.table.always
    for field in syntax.frontmatter.fields:
        empty = field.value in (None, "", [], {})
        if not empty and field.key not in tools and always.get(field.key) != field.value:
            assert field.key in reported or field.key == "name", field.key
    for item in made.items:
        assert item.reason.endswith((".", "”")) or item.reason, item
    if made.target.table.format == "markdown":
        after = parse(made.text, made.target)
        before = meaning_of(syntax)
        assert after.verdict == "valid"
        assert after.prompt.replace("\r\n", "\n") == syntax.prompt.replace("\r\n", "\n")
        assert meaning_of(after).description.replace("\r\n", "\n") == before.description.replace("\r\n", "\n")
        for field in after.frontmatter.fields if after.frontmatter else ():
            known = made.target.spec(field.key) is not None
            assert known or made.target.table.unknown_fields == "ignored", field.key


def assert_limits_are_told(syntax: Syntax, made: Conversion, file_name: str) -> None:
    """A tool the agent gains is named as widened, unless it had another of that kind."""
    before = meaning_of(syntax, file_name).grant
    if made.target.table.format != "markdown" or not before.limited:
        return
    after = meaning_of(parse(made.text, made.target), made.path).grant
    kinds = by_name("claude-code").names.tool_groups.values()
    for tools in kinds:
        had = any(before.gives(tool) for tool in tools)
        has = any(after.gives(tool) for tool in tools)
        if has and not had:
            assert made.widened
        if any(after.gives(tool) for tool in before.forbidden & set(tools)):
            assert made.widened


@given(agent_texts(), st.sampled_from(TARGETS[1:]))
def test_any_text_is_converted_or_refused(text: str, target: str) -> None:
    syntax = parse(text)
    made = convert(syntax, by_name(target), "a.md")
    if isinstance(made, Conversion):
        assert_limits_are_told(syntax, made, "a.md")


@pytest.mark.parametrize("target", TARGETS)
def test_every_real_file_is_converted_with_a_word_for_each_field(shared: Path, target: str) -> None:
    made_of = 0
    paths = sorted(shared.glob("corpus/*/**/*.md"))
    for path in paths:
        syntax = parse_at(path.read_bytes().decode("utf-8", "surrogateescape"), path)
        made = convert(syntax, by_name(target), path.name)
        if isinstance(made, Refusal):
            continue
        made_of += 1
        assert_nothing_goes_without_a_word(syntax, made)
        assert_limits_are_told(syntax, made, path.name)
        if not made.problems and made.target.table.format == "markdown":
            after = parse(made.text, made.target)
            assert not [one for one in check(after, made.target.place, made.path) if one.severity == "error"]
    # Most of the files are Claude Code's, which need no conversion to that.
    assert made_of >= (2 if target == "claude-code" else len(paths) // 2)


FIXTURES = Path(__file__).parent / "data" / "dialects"


@pytest.mark.parametrize("name", [one.name for one in editable() if not one.is_claude])
def test_there_and_back_keeps_what_both_reports_call_kept(name: str) -> None:
    """Each fixture as a file of Claude Code and back: name, description, prompt, and every field kept twice."""
    count = 0
    for path in sorted((FIXTURES / name).glob("*.md")):
        syntax = parse(path.read_bytes().decode("utf-8", "surrogateescape"), by_name(name))
        there = convert(syntax, by_name("claude-code"), path.name)
        if isinstance(there, Refusal):
            continue
        assert_nothing_goes_without_a_word(syntax, there)
        back = convert(parse(there.text), by_name(name), Path(there.path).name)
        assert isinstance(back, Conversion), (path, back)
        count += 1
        before, after = meaning_of(syntax, path.name), meaning_of(parse(back.text, by_name(name)), back.path)
        assert after.description == before.description.replace("\r\n", "\n")
        kept = {item.field for item in there.items if item.fate == "kept"} & {
            item.field for item in back.items if item.fate == "kept"
        }
        for field, value in before.values.items():
            if syntax.dialect.table.fields[field].key in kept and field in kept:
                assert after.values.get(field) == value, (path.name, field)
    assert count >= 8


# A field of another program -> its fate in a file of Claude Code.
OWN = [
    ("opencode", "tools: {bash: false}", "tools", "widened"),
    ("opencode", "temperature: 0.1", "temperature", "lost"),
    ("copilot", "agents: [a]", "agents", "widened"),
    ("copilot", "include-custom-instructions: false", "include-custom-instructions", "approximated"),
    ("kiro", "permissions: {x: y}", "permissions", "widened"),
    ("qwen-code", "approvalMode: yolo\npermissionMode: plan", "permissionMode", "lost"),
]


@pytest.mark.parametrize(("source", "fields", "field", "fate"), OWN)
def test_a_limit_of_another_program_does_not_go_without_a_word(
    source: str, fields: str, field: str, fate: str
) -> None:
    made = converted(HEAD + fields + "\n" + END, "claude-code", source)
    assert fates(made)[field] == {fate}


def test_a_yes_or_no_stays_one() -> None:
    made = converted(HEAD + "omitClaudeMd: true\n" + END, "copilot")
    assert "\ninclude-custom-instructions: false\n" in made.text
    back = converted(made.text, "claude-code", "copilot", "a-b.agent.md")
    assert "\nomitClaudeMd: true\n" in back.text


def test_bytes_that_are_no_text_are_a_reason_against_toml() -> None:
    made = converted(HEAD + END.replace("tester", "\udcff"), "codex")
    assert len(made.problems) == 1 and "UTF-8" in made.problems[0]


def test_a_value_that_toml_has_no_word_for_is_left_out() -> None:
    made = converted(
        HEAD + "mcpServers: [{a: {command: x, env: {K: null}, args: [null, b]}}]\n" + END, "codex"
    )
    assert not made.problems and "approximated" in fates(made)["mcpServers"]


def test_the_report_quotes_no_more_than_a_line_of_a_file() -> None:
    long = "x" * 5_000
    made = converted(
        f"---\nname: {long}\ndescription: d\ntools: {long}\n{long[:900]}: [{long}]\n{END}", "gemini-cli"
    )
    assert all(len(item.reason) < 300 for item in made.items)


def test_a_field_that_would_begin_to_count_says_so() -> None:
    made = converted(HEAD + "readonly: true\n" + END, "cursor")
    assert any("would begin to count" in item.reason for item in made.items if item.field == "readonly")
