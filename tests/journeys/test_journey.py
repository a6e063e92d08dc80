"""Whole pieces of work on one agent with real keys on a real (virtual) screen, in the installed program.

Open the sample, change the model, edit an example, move a section, apply the fix, save, export,
quit; then the files are compared byte for byte with what plain string replacement makes of the sample.
And: look at where the sample loads, make it load everywhere, convert it, undo, save nothing.
"""

from __future__ import annotations

import time

LABEL, NEXT = "**Technical Expertise:**", "**Working Principles:**"


def section(text, start, end):
    """The lines from one marker to another."""
    return text[text.index(start) : text.index(end)]


def edited(seed):
    """The sample as the journey leaves it, by replacement of its text alone."""
    text = seed.replace("model: sonnet\n", "model: opus\n")
    context = "The user is working on database design."
    assert text.count(context) == 1
    text = text.replace(context, f"{context} Urgently.")
    moved = section(text, LABEL, NEXT)
    after = section(text, NEXT, "**Output Approach:**")
    text = text.replace(moved + after, after + moved)
    line = next(line for line in text.split("\n") if line.startswith("description: "))
    return text.replace(line, f'description: "{line.removeprefix("description: ")}"')


def test_open_edit_everywhere_fix_save_export(person_with, seed_text, tmp_path):
    agent = tmp_path / "backend-engineer.md"
    agent.write_bytes(seed_text.encode())
    person, process = person_with(agent)
    person.focus("backend-engineer.md")
    time.sleep(0.5)
    person.keys("ctrl+1", "alt+m", "ctrl+a")
    person.type("opus")
    person.keys("Tab")
    person.keys("ctrl+2", "Home", "Down", "alt+c", "ctrl+End")
    person.type(" Urgently.")
    person.keys("ctrl+3", "Home", *["Down"] * 9, "alt+Down")
    person.keys("ctrl+shift+period")
    person.focus("Fixes")
    person.keys("Return")
    person.focus("backend-engineer.md")
    person.keys("ctrl+s")
    expected = edited(seed_text)
    person.wait(lambda: agent.read_bytes() != seed_text.encode(), "the file to be saved")
    assert agent.read_text(encoding="utf-8") == expected
    person.keys("ctrl+e")
    person.focus("Export to catalog")
    person.type(str(tmp_path / "catalog"))
    person.keys("alt+e")
    exported = tmp_path / "catalog" / "agents" / "backend-engineer.md"
    person.wait(exported.exists, "the export")
    assert exported.read_bytes() == agent.read_bytes()
    person.keys("Escape")
    person.focus("backend-engineer.md")
    person.keys("ctrl+q")
    assert process.wait(timeout=10) == 0


def test_look_where_it_loads_mend_convert_and_take_it_back(person_with, seed_text, tmp_path):
    agent = tmp_path / "backend-engineer.md"
    agent.write_bytes(seed_text.encode())
    person, process = person_with(agent)
    person.focus("backend-engineer.md")
    time.sleep(0.5)
    person.keys("F6", "shift+Tab", "Down", "Down", "Down", "Tab", "space")  # “Where it loads”, its button
    person.focus("Fixes")
    person.keys("Return")
    person.focus(r"^backend-engineer\.md\*")
    person.keys("ctrl+shift+e")
    person.focus("Convert for another program")
    person.keys("o", "Return")  # OpenCode; the default button saves
    person.focus("Save the agent as")
    converted = tmp_path / "converted.md"
    person.type(str(converted))
    person.keys("Return")
    person.wait(converted.exists, "the converted file")
    person.focus("Convert for another program")
    person.keys("Escape")
    person.focus(r"^backend-engineer\.md\*")
    person.keys("ctrl+z")
    person.focus(r"^backend-engineer\.md —")  # not modified any more
    person.keys("ctrl+q")
    assert process.wait(timeout=10) == 0  # without a question
    assert agent.read_bytes() == seed_text.encode()
    head, body = converted.read_text(encoding="utf-8").removeprefix("---\n").split("---\n", 1)
    assert body == seed_text.removeprefix("---\n").split("---\n", 1)[1]
    line = next(line for line in seed_text.split("\n") if line.startswith("description: "))
    assert f'description: "{line.removeprefix("description: ")}"\n' in head and "mode: subagent\n" in head
