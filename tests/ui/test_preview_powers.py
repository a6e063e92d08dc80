"""What an agent may do, as a page: dangers by word, nothing read as markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from agenteditor.core.document import Document
from agenteditor.core.page import Page
from agenteditor.core.powers import powers
from agenteditor.core.syntax import parse
from agenteditor.ui import theme
from agenteditor.ui.preview import PreviewPanel
from agenteditor.ui.preview_powers import powers_note, powers_page

HOOKS = (
    "hooks: {PreToolUse: [{matcher: Bash, hooks: [{type: command, command: \"rm -rf 'a  b'\"}]}]}\n"
    "permissionMode: bypassPermissions\ntools: Read"
)
BROKEN = "tools: Read\nkey2: a: b: c"


def agent(fields: str = "") -> str:
    return f"---\nname: tidy\ndescription: b\n{fields}\n---\nYou tidy.\n"


def page_of(fields: str, place: str = "project") -> Page:
    syntax = parse(agent(fields))
    return powers_page("tidy", syntax.dialect, powers(syntax, place))  # type: ignore[arg-type]  # one of two


def inside_card(page: Page) -> list[str]:
    return [block.text for block in page.blocks if block.cards]


def test_the_answer_comes_first_and_then_each_subject_under_its_title():
    page = page_of("tools: Read, Raed\nmodel: opus")
    assert [block.text for block in page.blocks[:2]] == [
        "tidy",
        "It may read files. It may not change files, run commands, use the web, start other agents or use MCP "
        "servers.",
    ]
    titles = [block.text for block in page.blocks if block.kind == "heading"]
    assert titles == ["tidy", "Tools", "Permissions", "How it runs", "What it does not get"]
    assert page.cards == ()
    assert "No tool Claude Code knows\nNote: Raed" in [block.text for block in page.blocks]


def test_dangers_stand_in_a_card_that_says_so_with_commands_as_they_are_written():
    page = page_of(HOOKS)
    assert page.cards == ("Watch out",)
    title, mode, lead, hook, command = inside_card(page)
    assert title == "Watch out"
    assert mode == "bypassPermissions\nNever asks for anything."
    assert lead.startswith("Hooks\nThese run on this computer by themselves")
    assert hook == "At PreToolUse, Bash\nRuns the command"
    assert command == "rm -rf 'a  b'"
    assert "Hooks" not in [block.text for block in page.blocks if block.kind == "heading"]


def test_any_command_is_a_danger_and_a_part_is_not():
    assert any("any command" in text for text in inside_card(page_of("tools: Bash")))
    assert page_of("tools: Bash(git *)").cards == ()


def test_text_of_the_file_is_never_read_as_markup():
    page = page_of("tools: '# x, <b>y</b>, **z**'")
    texts = "\n".join(block.text for block in page.blocks)
    assert all(piece in texts for piece in ("# x", "<b>y</b>", "**z**"))


def test_very_long_text_is_cut():
    page = page_of("disallowedTools: " + ", ".join(f"x{n}" for n in range(20_000)))
    assert max(len(block.text) for block in page.blocks) < 21_000


NOTES = {
    "a healthy one": ("tools: Read", "project", "info", ""),
    "never asks": (HOOKS, "project", "warning", "This agent never asks."),
    "servers": ("mcpServers: [{own: {command: x}}]", "project", "warning", "This file brings"),
    "a limit not read": ("allowedTools: Read", "project", "error", "A limit in this file is not read."),
    "no limit at all": (BROKEN, "plugin", "error", "The frontmatter does not parse: in a plugin"),
}


@pytest.mark.parametrize(("fields", "place", "meaning", "start"), NOTES.values(), ids=NOTES)
def test_the_note_above_says_the_worst(fields, place, meaning, start):
    found = powers(parse(agent(fields)), place)
    assert powers_note(found)[0] == meaning
    assert powers_note(found)[1].startswith(start)


def test_the_panel_shows_the_page_for_the_place_of_the_file(qtbot, qapp, tmp_path):
    theme.apply(qapp, "light")
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text("{}")
    view = PreviewPanel(Document(agent(BROKEN), Path(tmp_path / "agents" / "named.md")))
    qtbot.addWidget(view)
    view.show()
    view.show_source("powers")
    QApplication.processEvents()
    text = view.powers.document().toPlainText()
    assert text.startswith("named\nIt may do everything, because none of its fields counts")
    assert "Watch out\nLimit lost" in text
    assert view.notes[0].text.startswith("The frontmatter does not parse")
