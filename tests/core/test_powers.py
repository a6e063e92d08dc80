"""What an agent may do: as data, by place; the tools are `test_tools_given`'s."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.dialect import claude_code
from agenteditor.core.loading import Place
from agenteditor.core.powers import Hook, Powers, Server, powers
from agenteditor.core.powers_wider import wider
from agenteditor.core.powers_words import LONGEST, Statement, headline, statements
from agenteditor.core.syntax import parse
from tests.core.texts import agent_texts, pieces

DIALECT = claude_code()
BROKEN = "tools: Read\ncolor: red\nkey2: a: b: c"


def agent(fields: str = "") -> str:
    return f"---\nname: a\ndescription: b\n{fields}\n---\nYou are a test.\n"


def of(fields: str = "", place: Place = "project") -> Powers:
    return powers(parse(agent(fields)), place)


def said(fields: str = "", place: Place = "project") -> str:
    return headline(DIALECT, of(fields, place))


def told(fields: str = "", place: Place = "project") -> tuple[Statement, ...]:
    return statements(DIALECT, of(fields, place))


# --- whether it runs --------------------------------------------------------------------------


def test_nothing_runs_where_nothing_loads() -> None:
    for text in ("# Notes\n", agent(BROKEN), "---\nname: a\n---\n", ""):
        answer = powers(parse(text))
        assert (answer.runs, answer.tools.given, answer.hooks) == ("no", (), ())
        assert headline(DIALECT, answer).startswith("It may do nothing")
        assert statements(DIALECT, answer) == ()


def test_in_a_plugin_broken_yaml_means_every_tool_and_no_field() -> None:
    answer = of(f"{BROKEN}\nmaxTurns: 3", "plugin")
    assert (answer.runs, answer.max_turns, answer.lost_limits) == ("limitless", None, ("tools",))
    assert {"Bash", "Write", "WebFetch", "mcp__*"} <= set(answer.tools.foreground)
    assert headline(DIALECT, answer).startswith("It may do everything, because none of its fields counts")
    first = statements(DIALECT, answer)[0]
    assert (first.level, first.label) == ("danger", "Limit lost")


def test_a_list_that_gives_nothing_is_refused_and_its_hooks_do_not_run() -> None:
    answer = of("tools: Nope\nhooks: {Stop: [{hooks: [{type: command, command: x}]}]}")
    assert (answer.runs, answer.hooks) == ("refused", ())
    assert "refuses to start" in headline(DIALECT, answer)


def test_too_deep_to_be_judged_is_not_known() -> None:
    deep = "hooks: " + "[" * 200 + "]" * 200
    assert of(deep).runs == "unknown"
    assert said(deep).startswith("It cannot be told")


# --- sentences about tools ----------------------------------------------------------------------

HEADLINES = {
    "": "It may do everything: read and change files, run any command, use the web, start other agents and "
    "use every MCP server.",
    "tools: Read, Edit": "It may read and change files. It may not run commands, use the web, start other "
    "agents or use MCP servers.",
    "tools: Read, Bash": "It may read files and run any command. It has no tool to change files, use the web, "
    "start other agents or use MCP servers; a command can change files and use the web all the same.",
    "tools: Read, Bash(git *)": "It may read files and run commands (only Bash(git *)). It has no tool to change "
    "files, use the web, start other agents or use MCP servers; a command can change files and use the "
    "web all the same.",
    "disallowedTools: Write, Edit": "It may read files, change notebooks, run any command, use the web, start "
    "other agents and use every MCP server. It has no tool to change files; a command can change files all "
    "the same.",
    "tools: []": "It may use no tools: it can only answer.",
    "tools: Skill, TodoWrite": "It may use only Skill and TodoWrite.",
    "tools: mcp__github, mcp__b__c": "It may use MCP servers (mcp__github and mcp__b__c). It may not read files, "
    "change files, run commands, use the web or start other agents.",
    "tools:": "“tools” has no value, and what that means is not documented: no tools, or every tool. At worst, "
    "it may do everything: read and change files, run any command, use the web, start other agents and use "
    "every MCP server.",
    "tools: Read Grep": "“tools” has no commas: some versions take it for one name. At worst, it may read "
    "files. It may not change files, run commands, use the web, start other agents or use MCP servers.",
}


@pytest.mark.parametrize(("fields", "sentence"), HEADLINES.items())
def test_the_first_sentence_says_what_it_does_to_the_world(fields: str, sentence: str) -> None:
    assert said(fields) == sentence


@pytest.mark.parametrize("key", ["allowedTools", "allowed-tools", "permission", "readonly"])
def test_a_limit_that_is_not_read_is_said_in_the_first_sentence(key: str) -> None:
    assert of(f"{key}: Read").lost_limits == (key,)
    assert said(f"{key}: Read").endswith(f"A limit in it ({key}) is not read.")
    assert told(f"{key}: Read")[0].level == "danger"


def test_a_misnamed_limit_beside_the_right_one_is_not_lost() -> None:
    assert of("allowedTools: Read\ntools: Read").lost_limits == ()
    assert of("tools: {Read: true}").lost_limits == ("tools",)


def texts(fields: str, topic: str, place: Place = "project") -> list[tuple[str, str, str]]:
    return [(one.level, one.label, one.text) for one in told(fields, place) if one.topic == topic]


def test_a_list_of_agents_counts_only_for_the_main_agent() -> None:
    found = [text for _, label, text in texts("tools: Agent(a, b), Read", "tools") if label == "Agents"]
    assert found == [
        "As a subagent it may start any agent. The list (a, b) counts only where it runs as the main agent."
    ]


def test_what_memory_adds_is_told() -> None:
    found = {label: text for _, label, text in texts("tools: Grep\nmemory: user", "tools")}
    assert found["Added"] == "With “memory” it gets Read, Write and Edit, too, which “tools” does not list."
    assert "May not start" not in found
    assert "May not start" in {label for _, label, _ in texts("tools: Nope\nmemory: user", "tools")}


def test_what_is_lost_in_the_background_is_told() -> None:
    found = {label: text for _, label, text in texts("tools: Read, LSP, Agent", "tools")}
    assert found["In the background"].endswith("it does not get LSP or Agent.")
    found = {label: text for _, label, text in texts("tools: LSP", "tools")}
    assert found["In the background"].endswith("so it may not start.")
    assert "In the background" not in {label for _, label, _ in texts("tools: Read", "tools")}


def test_each_reason_has_its_own_line() -> None:
    found = texts("tools: Read, Write, Raed, LS, read_file\ndisallowedTools: Write, Bash(rm *)", "withheld")
    labels = {label: (level, text) for level, label, text in found}
    assert labels["Forbidden by “disallowedTools”"] == ("plain", "Write")
    assert labels["No tool Claude Code knows"] == ("warning", "Raed")
    assert labels["Removed from Claude Code"] == ("warning", "LS")
    assert labels["Names of other programs"] == ("warning", "read_file")
    assert "Bash(rm *)" in labels["Forbids a part, which is not to be relied on"][1]
    assert "every MCP server" in labels["Not listed in “tools”"][1]


# --- permissions, hooks, servers ----------------------------------------------------------------

MODES = {
    "bypassPermissions": ("danger", "Never asks for anything."),
    "acceptEdits": ("warning", "Changes files without asking."),
    "auto": ("warning", "Lets Claude Code judge what needs a question."),
    "dontAsk": ("plain", "Refuses instead of asking."),
    "plan": ("plain", "Only reads and plans."),
    "default": ("plain", "Asks before anything risky."),
}


@pytest.mark.parametrize(("mode", "told_"), MODES.items())
def test_each_mode_is_said_in_words_with_what_overrides_it(mode: str, told_: tuple[str, str]) -> None:
    first, second = texts(f"permissionMode: {mode}", "permissions")
    assert first == (told_[0], mode, told_[1])
    assert "bypassPermissions, acceptEdits or auto" in second[2]


@pytest.mark.parametrize("value", ["yolo", "", "3", "[plan]"])
def test_a_mode_that_is_not_known_is_dropped(value: str) -> None:
    assert of(f"permissionMode: {value}").mode is None


HOOKS = """hooks:
  PreToolUse:
    - matcher: Bash
      hooks:
        - {type: command, command: "./check.sh  'a b'"}
        - {type: http, url: "https://x.y/z"}
  Stop:
    - hooks:
        - {type: prompt, prompt: Is it done?}
        - {type: agent, prompt: Look.}
        - {type: mcp_tool, server: s, tool: t}
        - {type: command}
        - nonsense
    - 3
  Never: [{matcher: '*', hooks: [{type: command, command: x}]}]"""


def test_hooks_are_listed_with_what_they_run_exactly() -> None:
    assert of(HOOKS).hooks == (
        Hook("PreToolUse", "Bash", "command", "./check.sh  'a b'", True),
        Hook("PreToolUse", "Bash", "http", "https://x.y/z", True),
        Hook("Stop", "", "prompt", "Is it done?", True),
        Hook("Stop", "", "agent", "Look.", True),
        Hook("Stop", "", "mcp_tool", "s t", True),
        Hook("Never", "*", "command", "x", False),
    )


def test_hooks_are_dangerous_and_quoted() -> None:
    lead, command, *_, never = [one for one in told(HOOKS) if one.topic == "hooks"]
    assert lead.level == "danger" and "without asking, as soon as the folder" in lead.text
    assert (command.label, command.text, command.quoted) == (
        "At PreToolUse, Bash",
        "Runs the command",
        "./check.sh  'a b'",
    )
    assert (never.level, never.label) == ("plain", "At Never")
    assert "5 hooks run by themselves" in said(HOOKS)


def test_a_long_command_is_cut() -> None:
    (_, hook) = [
        one
        for one in told(f"hooks: {{Stop: [{{hooks: [{{type: command, command: {'x' * 900}}}]}}]}}")
        if one.topic == "hooks"
    ]
    assert len(hook.quoted) == LONGEST and hook.quoted.endswith("x…")


SERVERS = """mcpServers:
  - github
  - own: {command: npx, args: [-y, pkg, 3]}
  - far: {type: sse, url: "https://x.y"}
  - also: {url: "https://z"}
  - broken: 3
  - 7"""


def test_servers_defined_here_are_told_from_named_ones() -> None:
    assert of(SERVERS).servers == (
        Server("github"),
        Server("own", "stdio", "npx -y pkg 3"),
        Server("far", "sse", "https://x.y"),
        Server("also", "http", "https://z"),
    )
    _, *listed = texts(SERVERS, "servers")
    levels = [level for level, _, _ in listed]
    assert levels == ["plain", "danger", "danger", "danger"]


def test_servers_that_no_tool_may_use_are_told() -> None:
    assert ("warning", "Not usable") in [found[:2] for found in texts(f"{SERVERS}\ntools: Read", "servers")]
    assert "Not usable" not in [label for _, label, _ in texts(SERVERS, "servers")]


IGNORED = f"{HOOKS}\n{SERVERS}\npermissionMode: bypassPermissions"


def test_a_plugin_ignores_three_fields_and_says_so() -> None:
    answer = of(IGNORED, "plugin")
    assert (answer.hooks, answer.servers, answer.mode) == ((), (), None)
    assert set(answer.ignored) == {"hooks", "mcpServers", "permissionMode"}
    assert [one[:2] for one in texts(IGNORED, "ignored", "plugin")] == [
        ("warning", "hooks"),
        ("warning", "mcpServers"),
        ("warning", "permissionMode"),
    ]
    assert of(IGNORED).ignored == ()


def test_planning_in_a_plugin_does_not_count() -> None:
    fields = "permissionMode: plan\ntools: ExitPlanMode, Read"
    assert "ExitPlanMode" in of(fields).tools.foreground
    assert "ExitPlanMode" not in of(fields, "plugin").tools.foreground


def test_the_rest_is_read_as_the_reader_reads_it() -> None:
    answer = of(
        "memory: project\nisolation: worktree\nbackground: true\nskills: a, b\ninitialPrompt: Begin.\n"
        "maxTurns: '12'\nmodel: opus\neffort: high\nomitClaudeMd: true"
    )
    assert (answer.memory, answer.isolation, answer.background) == ("project", "worktree", True)
    assert (answer.skills, answer.initial_prompt, answer.max_turns) == (("a", "b"), "Begin.", 12)
    assert (answer.model, answer.effort, answer.omits_claude_md) == ("opus", "high", True)


def test_what_the_reader_drops_counts_as_absent() -> None:
    answer = of(
        "memory: everywhere\nisolation: 3\nbackground: yes\nskills: {a: b}\nmaxTurns: 0\neffort: turbo"
    )
    assert (answer.memory, answer.isolation, answer.background) == (None, None, False)
    assert (answer.skills, answer.max_turns, answer.effort) == ((), None, None)


def test_remote_isolation_does_not_count_in_a_plugin() -> None:
    assert of("isolation: remote").isolation == "remote"
    assert of("isolation: remote", "plugin").isolation is None


def test_of_repeated_fields_the_last_counts() -> None:
    assert of("tools: Read\ntools: Grep").tools.foreground == ("Grep",)


# --- what became wider --------------------------------------------------------------------------

# before, after -> how the sentences begin
WIDER = {
    "a tool": ("tools: Read", "tools: Read, Bash", ["It gets tools it did not have: Bash."]),
    "all tools": (
        "tools: '*'\ndisallowedTools: Bash",
        "tools: '*'",
        ["It gets tools it did not have: Bash."],
    ),
    "fewer": ("tools: Read, Bash", "tools: Read", []),
    "a part": ("tools: Bash(git *)", "tools: Bash", ["Bash was only Bash(git *); now it has no such limit."]),
    "another part": (
        "tools: Bash(git *)",
        "tools: Bash(npm *)",
        ["Bash was only Bash(git *); now it is Bash(npm *)."],
    ),
    "a smaller part": ("tools: Bash", "tools: Bash(git *)", []),
    "a server": ("tools: mcp__a", "tools: mcp__a, mcp__b", ["It gets tools it did not have: mcp__b."]),
    "a tool of a server it has": ("tools: mcp__a", "tools: mcp__a__b", []),
    "a server spelled otherwise": ("tools: mcp__a", "tools: mcp__a__*", []),
    "a forbidden tool of a server": (
        "tools: mcp__a\ndisallowedTools: mcp__a__b",
        "tools: mcp__a",
        ["It gets tools it did not have: mcp__a__b."],
    ),
    "every server": (
        "disallowedTools: mcp__*",
        "",
        ["It gets tools it did not have: every MCP server."],
    ),
    "a mode": ("permissionMode: dontAsk", "", ["It asks less: dontAsk became the mode of the conversation."]),
    "a stricter mode": ("permissionMode: acceptEdits", "permissionMode: default", []),
    "a hook": ("", HOOKS, ["At PreToolUse"] * 2 + ["At Stop"] * 3),
    "servers": ("", SERVERS, ["The MCP server own", "The MCP server far", "The MCP server also"]),
    "memory": ("", "memory: user", ["It keeps notes"]),
    "isolation": ("isolation: worktree", "", ["It works in your folder"]),
    "turns": ("maxTurns: 3", "", ["It may take any number of turns; it was 3."]),
    "fewer turns": ("maxTurns: 3", "maxTurns: 2", []),
    "a first message": ("", "initialPrompt: Go", ["As the main agent"]),
    "not settled": ("tools: []", "tools:", ["It is not settled", "It gets tools"]),
    "refused before": ("tools: Nope", "tools: Read", ["It runs", "It gets tools it did not have: Read."]),
    "refused now": ("", "tools: Nope", []),
}


@pytest.mark.parametrize(("before", "after", "sentences"), WIDER.values(), ids=WIDER)
def test_what_became_wider_is_said(before: str, after: str, sentences: list[str]) -> None:
    found = wider(of(before), of(after))
    assert len(found) == len(sentences)
    assert all(one.startswith(start) for one, start in zip(found, sentences, strict=True))


def test_losing_every_limit_is_one_sentence() -> None:
    (sentence,) = wider(of("tools: Read", "plugin"), of(BROKEN, "plugin"))
    assert sentence.startswith("Every limit is lost")


# --- any text -----------------------------------------------------------------------------------

values = st.sampled_from(
    [
        "Read",
        "'*'",
        "[]",
        "",
        "[Read, Bash(git *)]",
        "{a: b}",
        "true",
        "plan",
        "user",
        "worktree",
        "3",
        "a: b",
    ]
)
keys = st.sampled_from(
    [
        "tools",
        "disallowedTools",
        "permissionMode",
        "memory",
        "isolation",
        "maxTurns",
        "skills",
        "model",
        "effort",
        "background",
    ]
)
fields = st.lists(st.tuples(keys, values | pieces(3)), max_size=5).map(
    lambda pairs: "\n".join(f"{key}: {value}" for key, value in pairs)
)
files = agent_texts() | fields.map(agent) | fields.map(lambda given: agent(f"{given}\n{IGNORED}"))


@settings(max_examples=150)
@given(files, st.sampled_from(["project", "plugin"]))
def test_any_text_has_powers_in_words(text: str, place: Place) -> None:
    answer = powers(parse(text), place)
    assert headline(DIALECT, answer)
    for one in statements(DIALECT, answer):
        assert one.text
    assert wider(answer, answer) == ()
    if place == "plugin":
        assert (answer.mode, answer.hooks, answer.servers) == (None, (), ())
    if answer.runs in ("no", "refused", "unknown"):
        assert answer.tools.given == () and answer.hooks == ()


@settings(max_examples=150)
@given(fields, fields, st.sampled_from(["project", "plugin"]))
def test_what_is_not_wider_gives_no_new_tool(before: str, after: str, place: Place) -> None:
    first, second = of(before, place), of(after, place)
    if not wider(first, second):
        gained = {name for name in second.tools.foreground if not name.startswith("mcp__")}
        assert gained <= set(first.tools.foreground)
        assert second.freedom <= first.freedom or second.runs in ("no", "refused")


def test_every_real_file_has_powers(shared: Path) -> None:
    for path in sorted((shared / "corpus").rglob("*.md")):
        syntax = parse(path.read_bytes().decode("utf-8", "surrogateescape"))
        for place in ("project", "plugin"):
            answer = powers(syntax, place)
            assert headline(DIALECT, answer)
            assert (answer.runs in ("yes", "refused", "limitless")) == bool(
                answer.tools.given or answer.tools.withheld
            )
