"""Which tools the two lists leave: the rules of FORMAT 1.3 as a table, and what holds for any lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.dialect import claude_code
from agenteditor.core.tools_given import ToolsGiven, tools_given, tools_state

NAMES = claude_code().names
ALL = frozenset(NAMES.tools) - NAMES.never_for_subagents
MISSING = object()


def left(
    tools: object = MISSING, denied: object = MISSING, *, memory: bool = False, planning: bool = False
) -> ToolsGiven:
    fields = {"tools": tools, "disallowedTools": denied}
    present = {key: value for key, value in fields.items() if value is not MISSING}
    return tools_given(NAMES, present, memory=memory, planning=planning)


def why(answer: ToolsGiven) -> dict[str, str]:
    return {one.name: one.reason for one in answer.withheld}


STATES = {
    "missing": MISSING,
    "none": [],
    "null": None,
    "blank": "",
    "everything": "*",
    "list": "Read",
    "no-list": {"Read": True},
}


@pytest.mark.parametrize(("state", "value"), STATES.items())
def test_the_states_of_tools_are_kept_apart(state: str, value: object) -> None:
    answer = left(value)
    assert answer.state == state
    assert answer.sure == (state not in ("null", "blank"))
    limited = state in ("none", "list")
    assert (set(answer.foreground) >= ALL) != limited
    assert ("mcp__*" in answer.foreground) != limited
    assert not answer.refused


@pytest.mark.parametrize("value", [" ", ",", " , "])
def test_a_text_without_any_name_is_blank(value: str) -> None:
    assert tools_state(value) == "blank"


@pytest.mark.parametrize("value", [3, True, {"a": 1}, ["Read", 3], [["Read"]], [None]])
def test_what_is_no_list_of_names_limits_nothing(value: object) -> None:
    assert left(value).state == "no-list"
    assert set(left(value).foreground) >= ALL
    assert set(left(denied=value).foreground) >= ALL


# tools, disallowedTools -> what is given
GIVEN = {
    "a list": ("Read, Grep", MISSING, {"Read", "Grep"}),
    "a YAML list": (["Read", " Grep "], MISSING, {"Read", "Grep"}),
    "forbidden wins": ("Read, Write", "Write", {"Read"}),
    "the old name of Agent": ("Task, Read", MISSING, {"Agent", "Read"}),
    "the old name forbids as well": ("Agent, Read", "Task", {"Read"}),
    "and is forbidden by the new one": ("Task, Read", "Agent", {"Read"}),
    "a part": ("Bash(git *), Read", MISSING, {"Bash", "Read"}),
    "a forbidden part is not relied on": ("Bash", "Bash(rm *)", {"Bash"}),
    "one server": ("mcp__github", MISSING, {"mcp__github"}),
    "one tool of a server": ("mcp__github__search", MISSING, {"mcp__github__search"}),
    "all servers are no entry of tools": ("mcp__*, Read", MISSING, {"Read"}),
    "all servers forbidden": ("mcp__github, Read", "mcp__*", {"Read"}),
    "a server forbidden": ("mcp__github__search, Read", "mcp__github__*", {"Read"}),
    "a server forbidden, another way": ("mcp__github__*, Read", "mcp__github", {"Read"}),
    "one tool forbidden leaves the server": ("mcp__github", "mcp__github__delete", {"mcp__github"}),
    "never given": ("AskUserQuestion, Read", MISSING, {"Read"}),
    "unknown, old, other program": ("Raed, LS, run_shell_command, Read", MISSING, {"Read"}),
    "names without commas": ("Read Grep", MISSING, {"Read", "Grep"}),
    "a star among others": ("*, Nope", MISSING, {*ALL, "mcp__*"}),
    "a star and every server": ("*, mcp__*", MISSING, {*ALL, "mcp__*"}),
    "all forbidden": (MISSING, "*", set()),
    "some forbidden of all": (MISSING, "Write, Edit", {*ALL, "mcp__*"} - {"Write", "Edit"}),
    "two agents": ("Agent(a, b), Read", MISSING, {"Agent", "Read"}),
    "torn apart by a list in brackets": (["Agent(a", "b)", "Read"], MISSING, {"Read"}),
}


@pytest.mark.parametrize(("tools", "denied", "names"), GIVEN.values(), ids=GIVEN)
def test_what_is_given(tools: object, denied: object, names: set[str]) -> None:
    answer = left(tools, denied)
    assert set(answer.foreground) == names
    assert not names & why(answer).keys()


# tools, disallowedTools, entry or tool -> why it is not given
REASONS = {
    "forbidden": ("Read, Write", "Write", "Write", "forbidden"),
    "forbidden of all": (MISSING, "Bash", "Bash", "forbidden"),
    "not listed": ("Read", MISSING, "Bash", "not-listed"),
    "not listed, MCP": ("Read", MISSING, "mcp__*", "not-listed"),
    "never": (MISSING, MISSING, "AskUserQuestion", "never"),
    "listed, but never": ("AskUserQuestion, Read", MISSING, "AskUserQuestion", "main-agent"),
    "only while planning": ("ExitPlanMode, Read", MISSING, "ExitPlanMode", "needs-plan"),
    "unknown": ("Raed, Read", MISSING, "Raed", "unknown"),
    "removed": ("LS, Read", MISSING, "LS", "old-name"),
    "of another program": ("read_file, Read", MISSING, "read_file", "other-program"),
    "in the style of VS Code": ("edit/editFiles, Read", MISSING, "edit/editFiles", "other-program"),
    "unknown beside a star": ("*, Raed", MISSING, "Raed", "unknown"),
    "malformed": (["Agent(a", "Read"], MISSING, "Agent(a", "malformed"),
    "a star for the server": ("mcp__*, Read", MISSING, "mcp__*", "every-server"),
    "a server forbidden": (MISSING, "mcp__github", "mcp__github", "forbidden"),
    "a tool of a server forbidden": ("mcp__a__*", "mcp__a__b", "mcp__a__b", "forbidden"),
    "every server forbidden": (MISSING, "mcp__*", "mcp__*", "forbidden"),
}


@pytest.mark.parametrize(("tools", "denied", "name", "reason"), REASONS.values(), ids=REASONS)
def test_why_it_is_not_given(tools: object, denied: object, name: str, reason: str) -> None:
    assert why(left(tools, denied))[name] == reason


IDLE = {
    "Wirte": "unknown",
    "LS": "old-name",
    "Bash(rm *)": "part",
    "a/b": "other-program",
    "x y": "malformed",
}


@pytest.mark.parametrize(("text", "reason"), IDLE.items())
def test_a_forbidding_entry_without_effect_is_told(text: str, reason: str) -> None:
    (idle,) = left(denied=text).idle
    assert (idle.name, idle.reason) == (text, reason)


@pytest.mark.parametrize("tools", ["Raed", "Read(", "AskUserQuestion", ["", ""], "LS, read_file", "mcp__*"])
def test_a_list_that_gives_nothing_is_refused(tools: object) -> None:
    answer = left(tools)
    assert answer.refused and answer.given == ()


def test_a_list_that_is_all_forbidden_is_refused_and_an_empty_one_is_not() -> None:
    assert left("Read", "Read").refused
    assert not left([]).refused


def test_planning_gives_the_way_out_of_planning() -> None:
    assert "ExitPlanMode" in left(planning=True).foreground
    assert "ExitPlanMode" in left("ExitPlanMode", planning=True).foreground
    assert "EnterPlanMode" not in left("EnterPlanMode", planning=True).foreground


def test_memory_adds_tools_that_are_not_forbidden() -> None:
    answer = left("Grep", "Edit", memory=True)
    assert {tool.name: tool.by_memory for tool in answer.given} == {
        "Grep": False,
        "Read": True,
        "Write": True,
    }
    assert why(answer)["Edit"] == "forbidden"
    assert not any(tool.by_memory for tool in left(memory=True).given)


def test_few_tools_are_left_in_the_background() -> None:
    assert set(left().background) == (NAMES.background_tools & set(NAMES.tools)) | {"mcp__*"}
    assert left("LSP").background == ()
    assert left("LSP, mcp__a").background == ("mcp__a",)


def test_parts_are_kept_as_written_until_the_whole_tool_is_named() -> None:
    (bash,) = left("Bash(git *), Bash(npm run *), Bash(git *)").given
    assert bash.parts == ("Bash(git *)", "Bash(npm run *)")
    for order in ("Bash, Bash(git *)", "Bash(git *), Bash"):
        assert left(order).given[0].parts == ()


def test_the_agents_it_may_start_are_named_unless_any_may() -> None:
    assert left("Agent(a, b), Task(c, a), Read").agents == ("a", "b", "c")
    assert left("Agent(a, b), Agent").agents == ()
    assert left("Read").agents == ()


def test_names_without_commas_are_not_sure() -> None:
    assert not left("Read Grep").sure
    assert left("Read, Grep").sure


entries = st.sampled_from(
    [
        *NAMES.tools,
        *(
            "Task",
            "LS",
            "read_file",
            "Raed",
            "*",
            "mcp__*",
            "mcp__a",
            "mcp__a__*",
            "mcp__a__b",
            "Bash(git *)",
        ),
        *("Agent(a, b)", "Agent(a", "", " ", "x y", "Bash()", "mcp__a(b)"),
    ]
)
lists = st.lists(entries, max_size=6)
anything = st.none() | st.booleans() | st.text(max_size=20) | lists | st.lists(st.integers(), max_size=2)


@settings(max_examples=300)
@given(anything, anything, st.booleans(), st.booleans())
def test_every_known_tool_is_given_or_not_and_never_both(
    tools: object, denied: object, memory: bool, planning: bool
) -> None:
    answer = left(tools, denied, memory=memory, planning=planning)
    told = [*answer.foreground, *(one.name for one in answer.withheld)]
    assert len(told) == len(set(told))
    assert set(NAMES.tools) <= set(told)
    assert "mcp__*" in told or any(name.startswith("mcp__") for name in told)
    assert set(answer.background) <= set(answer.foreground)
    assert not (answer.refused and answer.given)


@settings(max_examples=200)
@given(anything, lists, st.integers(0, 5), st.booleans())
def test_forbidding_less_takes_no_tool_away(tools: object, denied: list[str], at: int, memory: bool) -> None:
    fewer = denied[:at] + denied[at + 1 :]
    assert set(left(tools, denied, memory=memory).foreground) <= set(
        left(tools, fewer, memory=memory).foreground
    )


@settings(max_examples=200)
@given(lists, entries, anything, st.booleans())
def test_listing_more_takes_no_tool_away(tools: list[str], more: str, denied: object, memory: bool) -> None:
    before, after = (
        left(tools, denied, memory=memory).foreground,
        left([*tools, more], denied, memory=memory).foreground,
    )
    servers = {name for name in before if name.startswith("mcp__")}
    assert set(before) - servers <= set(after)
    assert servers <= set(after) or "mcp__*" in after


def test_the_groups_of_tools_are_of_known_tools_and_apart() -> None:
    grouped = [name for tools in NAMES.tool_groups.values() for name in tools]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) <= set(NAMES.tools)
