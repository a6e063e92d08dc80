"""Folders of agents for tests of batches, and what is in a folder, byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import strategies as st

from agenteditor.core.batch_journal import batches
from agenteditor.core.batch_write import Undoing, Writing
from tests.core.texts import agent_texts

GOOD = (
    "---\nname: {0}\ndescription: Use this agent when a test needs {0}.\nmodel: opus\n---\n\nYou are {0}.\n"
)


def agent(name):
    return GOOD.format(name)


def write(folder, files):
    """Files by their path in the folder; the paths, sorted."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return sorted(folder / name for name in files)


def tree(folder):
    """Everything below a folder: rights and bytes of files, and the folders."""
    found = {}
    for root, folders, names in os.walk(folder):
        for name in folders:
            found[str(Path(root, name).relative_to(folder))] = "folder"
        for name in names:
            path = Path(root, name)
            found[str(path.relative_to(folder))] = (path.stat().st_mode & 0o777, path.read_bytes())
    return found


def carried_out(plan, remove=os.unlink):
    """A plan done as it stands; the `Writing`."""
    writing = Writing(plan.label, plan.wanted, remove)
    list(writing.steps())
    return writing


def undone():
    """The newest batch undone; the `Undoing`."""
    undoing = Undoing(batches()[0])
    list(undoing.steps())
    return undoing


@st.composite
def catalogs(draw):
    """Some files by their path: agents as they should be, damaged ones, ones that speak of each other."""
    names = draw(
        st.lists(
            st.sampled_from(["reviewer", "code-tester", "x", "Doc Writer", "é"]), unique=True, min_size=1
        )
    )
    files = {}
    for name in names:
        folder = draw(st.sampled_from(["", "", "review/", "deep/er/"]))
        text = draw(st.one_of(st.just(agent(name)), agent_texts()))
        mention = draw(st.sampled_from(["", "", "Ask {0}.", "Agent({0})", "`{0}` and @agent-{0}, then {0}"]))
        files[f"{folder}{name}.md"] = text + mention.format(draw(st.sampled_from(names)))
    return files
