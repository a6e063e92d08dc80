"""Names that files can have everywhere, and names that some system takes for one."""

from __future__ import annotations

import pytest

from agenteditor.core.file_names import fault, folded, is_harmless, safe


@pytest.mark.parametrize(
    "name", ["a", "code-reviewer", "Doc Writer", "é", "日本", "a.b", "console", "x" * 200]
)
def test_ordinary_names_are_fine(name):
    assert fault(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "a/b",
        "a\\b",
        "a:b",
        "a?",
        "a\nb",
        "a\0",
        "con",
        "NUL.x",
        "com1",
        " a",
        "a.",
        "é" * 101,
        "CONIN$",
        "com¹",
        "lpt0.x",
        "a\u202e",
        "a／b",
        "Claude",
        "CLAUDE.local",
        "agents",
        "\ud800",
        "",
    ],
)
def test_names_that_some_system_refuses_have_a_fault(name):
    assert fault(name)


def test_case_and_unicode_form_do_not_make_two_names():
    assert folded("É") == folded("e\u0301") and folded("A") == folded("a") and folded("a") != folded("b")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("code reviewer", "code reviewer"),
        ("../../x", "x"),
        ("a/b", "a-b"),
        ("C:\\x", "C-x"),
        ("COM¹", "agent-COM1"),
        ("a\0b", "a-b"),
        ("x" * 300, "x" * 180),
        ("\u202egnp", "gnp"),
        ("agents", "agent-agents"),
        ("...", "agent"),
    ],
)
def test_a_name_that_no_file_can_have_becomes_one_near_to_it(name, expected):
    assert safe(name) == expected


@pytest.mark.parametrize(
    "part", ["CLAUDE.md", "claude.MD", "AGENTS.md", "con.md", "..", ".mcp.json", "a ", "SKILL.md"]
)
def test_parts_of_paths_that_no_export_writes(part):
    assert not is_harmless(part)


@pytest.mark.parametrize(
    "part", ["agents", "a.md", "plugin.json", "x" * 200 + ".agent.md", "claude.agent.md"]
)
def test_parts_of_paths_that_are_fine(part):
    assert is_harmless(part)
