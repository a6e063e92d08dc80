"""New sections are written as the file writes its own, and only where they stay what they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.body import SectionPath, parse_body, section_at, walk
from agenteditor.core.outline_shapes import shapes, titles
from agenteditor.core.section_adds import Place, add_section
from agenteditor.core.section_edits import Moved
from agenteditor.core.text import Refusal, apply, invert
from tests.core.bodies import FRONT, contents, prompts

# name, body, path, place, content, body afterwards; the title is always "New"
ADDED = [
    ("a heading among headings", "# A\na\n\n# B\nb\n", (0,), "after", "x", "# A\na\n\n# New\nx\n\n# B\nb\n"),
    ("before the first", "# A\n\na\n", (0,), "before", "x", "# New\n\nx\n\n# A\n\na\n"),
    ("behind the last, without final line end", "## A\n\na", (0,), "after", "x", "## A\n\na\n\n## New\n\nx"),
    ("a label among labels", "**A:**\n- a\n\n**B:**\n- b\n", (0,), "after", "- x", "**A:**\n- a\n\n**New:**\n- x\n\n**B:**\n- b\n"),
    ("a label in the file's marks", "__A__:\n\n- a\n", (0,), "after", "- x", "__A__:\n\n- a\n\n__New__:\n\n- x\n"),
    ("a label without text", "**A**\n\na\n", (0,), "after", "", "**A**\n\na\n\n**New**\n"),
    ("an underlined heading", "A\n===\n\na\n", (0,), "after", "", "A\n===\n\na\n\nNew\n===\n"),
    ("after an introduction", "You are.\n\n## A\n", (0,), "after", "", "You are.\n\n## New\n\n## A\n"),
    ("inside a heading", "# A\na\n\n# B\n", (0,), "inside", "x", "# A\na\n\n## New\n\nx\n\n# B\n"),
    ("inside, like those there", "# A\n\n### B\nb\n\n# C", (0,), "inside", "x", "# A\n\n### B\nb\n\n### New\nx\n\n# C"),
    ("at the end of the prompt", "# A\na\n\n## B\n\n", (), "inside", "", "# A\na\n\n## B\n\n# New\n\n"),
    ("a numbered group", "**A:**\n1. **B:**\n   - b\n2. **C:**\n   - c\n", (0, 0), "after", "- x\n- y",
     "**A:**\n1. **B:**\n   - b\n2. **New:**\n   - x\n   - y\n3. **C:**\n   - c\n"),
    ("the last group", "**A:**\n\n* **B**\n  - b\n\n* **C**\n  - c\n\n# D", (0,), "inside", "- x",
     "**A:**\n\n* **B**\n  - b\n\n* **C**\n  - c\n\n* **New**\n  - x\n\n# D"),
    ("the tenth group", "".join(f"{at}. **G**\n   - g\n" for at in range(1, 10)), (0,), "inside", "- x",
     "".join(f"{at}. **G**\n   - g\n" for at in range(1, 10)) + "10. **New**\n    - x\n"),
    ("a lead-in among lead-ins", "Do:\n- a\n\nThen:\n- b\n\n# C", (0,), "after", "- x", "Do:\n- a\n\nNew:\n- x\n\nThen:\n- b\n\n# C"),
    ("in an indented tag", "<r>\n  ## A\n\n  a\n</r>\n", (0,), "inside", "x\ny", "<r>\n  ## A\n\n  a\n\n  ## New\n\n  x\n  y\n</r>\n"),
    ("after an indented tag", "<r>\n    # A\n</r>\n", (0,), "after", "x", "<r>\n    # A\n</r>\n\n# New\n\nx\n"),
    ("in an indented tag of text", "<r>\n    a\n</r>\n", (0,), "inside", "", "<r>\n    a\n\n    ## New\n</r>\n"),
    ("a lead-in whose colon is bold", "😀 **Do:**\n- a\n", (0,), "after", "- x", "😀 **Do:**\n- a\n\nNew:\n- x\n"),
    ("between breaks", "# A\n\n---\n\n# B\n\n---\n\n# C\n", (0,), "after", "", "# A\n\n---\n\n# New\n\n---\n\n# B\n\n---\n\n# C\n"),
    ("with the file's line ends", "# A\r\n\r\na\r\n\r\n\r\n\r\n", (0,), "after", "x\ny", "# A\r\n\r\na\r\n\r\n# New\r\n\r\nx\r\ny\r\n\r\n\r\n\r\n"),
    ("to an empty prompt", "", (), "inside", "x", "\n## New\n\nx\n"),
    ("to a blank prompt", "\n", (), "inside", "", "\n## New\n"),
    ("to a prompt of text alone", "You are.\n", (), "inside", "", "You are.\n\n## New\n"),
    ("where it would run together", "**A:**\na\n**B:**\nb\n", (0,), "after", "- x", "**A:**\na\n\n**New:**\n- x\n\n**B:**\nb\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "path", "place", "content", "expected"),
    [case[1:] for case in ADDED],
    ids=[case[0] for case in ADDED],
)
def test_a_new_section_looks_like_its_neighbours(
    body: str, path: SectionPath, place: Place, content: str, expected: str
) -> None:
    text = FRONT + body
    outcome = add_section(text, len(FRONT), path, place, "New", content=content)
    assert isinstance(outcome, Moved), outcome
    new = apply(text, outcome.edits)
    assert new == FRONT + expected
    added = section_at(parse_body(new, len(FRONT)), outcome.path)
    assert added is not None
    assert added.title == "New"


@pytest.mark.parametrize(
    ("body", "path", "place", "title", "content", "reason"),
    [
        ("# A", (1,), "after", "New", "", "not in the prompt"),
        ("# A", (), "after", "New", "", "not in the prompt"),
        ("# A", (0,), "after", " : ", "", "needs a title"),
        ("**A:**\n- a", (0,), "inside", "New", "", "cannot hold another"),
        ("###### A", (0,), "inside", "New", "", "cannot hold another"),
        ("# A", (0,), "after", "New", "# B", "as one section"),
        ("**A**\n- a", (0,), "after", "It is.", "- b", "as one section"),
        ("Do:\n- a\n\nEnd.", (0,), "after", "New", "", "not its own|part"),
        ("", (), "inside", "New", "# B\n\n# C", "as one section"),
    ],
)
def test_what_would_not_stand_there_is_refused(  # noqa: PLR0917
    body: str, path: SectionPath, place: Place, title: str, content: str, reason: str
) -> None:
    outcome = add_section(FRONT + body, len(FRONT), path, place, title, content=content)
    assert isinstance(outcome, Refusal)
    assert any(part in outcome.reason for part in reason.split("|")), outcome.reason


@settings(max_examples=80)
@given(prompts(), st.sampled_from(["before", "after", "inside"]), st.just("") | contents(), st.data())
def test_an_added_section_is_the_only_change(
    body: str, place: Place, content: str, data: st.DataObject
) -> None:
    text = FRONT + body
    sections = parse_body(text, len(FRONT))
    path, _ = data.draw(st.sampled_from(list(walk(sections))))
    outcome = add_section(text, len(FRONT), path, place, "A new one", content=content)
    if isinstance(outcome, Refusal):
        assert outcome.reason.endswith(".")
        return
    new = apply(text, outcome.edits)
    assert apply(new, invert(text, outcome.edits)) == text
    result = parse_body(new, len(FRONT))
    added = section_at(result, outcome.path)
    assert added is not None
    assert added.title == "A new one"
    own = titles(shapes(new, (added,)))
    there = titles(shapes(new, result))
    at = next(at for at in range(len(there)) if there[at : at + len(own)] == own)
    assert there[:at] + there[at + len(own) :] == titles(shapes(text, sections))
