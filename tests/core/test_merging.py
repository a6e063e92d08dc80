"""Three texts become one: each change of either side is in it, and what both changed is asked about."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.files import load
from agenteditor.core.merging import Choices, Merged, merge
from agenteditor.core.merging_parts import parts, same_meaning
from agenteditor.core.syntax import parse
from agenteditor.core.text import apply

BASE = """\
---
name: a-b
# which model
model: opus
description: Use this when tests run
tools: Read, Grep
---

You are a tester.

## Workflow

1. Look.
2. Test.

## Output

A table, then a summary of it.
"""


def changed(*pairs: tuple[str, str], text: str = BASE) -> str:
    """``text`` with replacements, each of which must take place."""
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


MODEL, TOOLS = ("model: opus", "model: haiku"), ("tools: Read, Grep", "tools: Read, Write")
STEP, TABLE = ("2. Test.", "2. Test.\n3. Report."), ("A table,", "A list,")
NEW_SECTION = ("## Output", "## Limits\n\nNever delete.\n\n## Output")

# --- what one side changed ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "here",
    [
        MODEL,
        TOOLS,
        STEP,
        TABLE,
        NEW_SECTION,
        ("model: opus\n", ""),
        ("A table, then a summary of it.", "Nothing."),
    ],
)
@pytest.mark.parametrize(
    "there",
    [
        ("a-b", "a-c"),
        ("a tester", "a careful tester"),
        ("tests run\n", "tests run\ncolor: red\n"),
    ],
)
def test_changes_in_different_parts_go_together_to_the_letter(
    here: tuple[str, str], there: tuple[str, str]
) -> None:
    both = changed(here, there)
    assert merge(BASE, changed(here), changed(there)).text == both
    assert merge(BASE, changed(there), changed(here)).text == both


@pytest.mark.parametrize(
    "here, there",
    [
        (MODEL, ("opus", "sonnet")),
        (("# which model\nmodel: opus\n", ""), ("opus", "sonnet")),
        (("Grep", "Grep\ncolor: red"), ("Grep", "Grep\ncolor: blue")),
        (("which model", "the model"), ("which model", "a model")),
        (("2. Test.", "2. Test it."), ("2. Test.", "2. Test all.")),
        (("\n## Output\n\nA table, then a summary of it.\n", ""), TABLE),
        (NEW_SECTION, ("## Output", "## Limits\n\nAsk first.\n\n## Output")),
        (("You are a tester.\n\n", ""), ("a tester", "a reviewer")),
    ],
)
def test_what_both_changed_is_one_conflict_with_ours_until_theirs_is_chosen(
    here: tuple[str, str], there: tuple[str, str]
) -> None:
    merged = merge(BASE, changed(here), changed(there))
    assert len(merged.conflicts) == 1 and merged.conflicts[0].kind in ("field", "section")
    assert merged.text == changed(here)
    assert merged.text_with({0: "theirs"}) == changed(there)


def test_a_conflict_has_a_name_and_three_versions_with_their_places() -> None:
    ours, theirs = changed(("opus", "haiku")), changed(("model: opus\n", ""))
    merged = merge(BASE, ours, theirs)
    (conflict,) = merged.conflicts
    assert (conflict.kind, conflict.label, conflict.theirs) == ("field", "model", None)
    assert conflict.base is not None and conflict.ours is not None
    assert conflict.base.span.of(BASE) == conflict.base.text == "# which model\nmodel: opus\n"
    assert conflict.ours.span.of(ours) == conflict.ours.text == "# which model\nmodel: haiku\n"


def test_each_conflict_is_decided_by_itself() -> None:
    ours = changed(("opus", "haiku"), ("Grep", "Write"))
    theirs = changed(("opus", "sonnet"), ("Grep", "Bash"))
    merged = merge(BASE, ours, theirs)
    assert [conflict.label for conflict in merged.conflicts] == ["model", "tools"]
    assert merged.text_with({1: "theirs"}) == changed(("opus", "haiku"), ("Grep", "Bash"))
    assert apply(ours, merged.edits_with({1: "theirs"})) == merged.text_with({1: "theirs"})


def test_what_came_from_there_is_named() -> None:
    merged = merge(BASE, changed(MODEL), changed(TOOLS, TABLE))
    assert merged.taken == ("tools", "Output") and not merged.conflicts
    assert merge(BASE, BASE, changed(TOOLS)).taken == ("tools",)


# --- our spelling stays -------------------------------------------------------------------------------


def test_our_line_ends_byte_order_mark_and_comments_stay() -> None:
    ours = "\ufeff" + changed(MODEL).replace("\n", "\r\n").replace(
        "tools: Read, Grep", "tools: Read, Grep # few"
    )
    theirs = changed(("tester.", "reviewer."), ("tests run", "texts change"), STEP)
    expected = ours.replace("tester.", "reviewer.").replace("tests run", "texts change")
    assert merge(BASE, ours, theirs).text == expected.replace("2. Test.", "2. Test.\r\n3. Report.")


@pytest.mark.parametrize(
    "ours, theirs, expected",
    [
        ("description: 'Use this when tests run'", "description: Use it", "description: 'Use it'"),
        (
            'description: "Use this when tests run" # why',
            "description: Use it",
            'description: "Use it" # why',
        ),
        ("description: |-\n  Use this when tests run", "description: Use it", "description: |-\n  Use it"),
        ("description: Use it", "description: 'Use this when tests run'", "description: Use it"),
        ("description: 'Use it'", "description: Use it", "description: 'Use it'"),
    ],
)
def test_a_new_value_goes_into_our_quotes(ours: str, theirs: str, expected: str) -> None:
    line = "description: Use this when tests run"
    merged = merge(BASE, changed((line, ours), STEP), changed((line, theirs)))
    assert not merged.conflicts
    assert merged.text == changed((line, expected), STEP)


def test_mixed_line_ends_of_ours_stay_mixed() -> None:
    ours = changed(MODEL).replace("which model\n", "which model\r\n").replace("haiku\n", "haiku\r\n")
    assert merge(BASE, ours, changed(TOOLS)).text == changed(TOOLS, text=ours)
    merged = merge(BASE, ours, changed(("which model", "the cheap one")))
    assert merged.text == ours.replace("which model\r\n", "the cheap one\n")


def test_a_comment_changed_there_and_a_value_changed_here_are_both_kept() -> None:
    merged = merge(BASE, changed(MODEL), changed(("which model", "the cheap one")))
    assert merged.text == changed(MODEL, ("which model", "the cheap one"))


LINE = "description: Use this when tests run"


@pytest.mark.parametrize(
    "here, there, result",
    [
        (LINE + " # why", "description: Use it", "description: Use it # why"),
        (LINE + " # why", LINE + " # because", None),
        (LINE + " # why", "description: Use it # because", None),
        (
            "description: 'Use this when tests run'",
            "description: Use it # because",
            "description: Use it # because",
        ),
        (LINE + " # why", "description: 'Use this when tests run'", LINE + " # why"),
    ],
)
def test_no_comment_behind_a_value_is_lost(here: str, there: str, result: str | None) -> None:
    for ours, theirs in ((here, there), (there, here)):
        merged = merge(BASE, changed((LINE, ours), STEP), changed((LINE, theirs)))
        if result is None:
            assert [conflict.label for conflict in merged.conflicts] == ["description"]
        else:
            assert not merged.conflicts and merged.text == changed((LINE, result), STEP)


def test_a_map_changed_there_and_commented_here_is_a_conflict() -> None:
    base = changed((LINE, f"{LINE}\nextra:\n  a: 1\n  b: 2"))
    ours, theirs = changed(("  a: 1\n", "  # why\n  a: 1\n"), text=base), changed(("b: 2", "b: 3"), text=base)
    for one, other in ((ours, theirs), (theirs, ours)):
        assert [conflict.label for conflict in merge(base, one, other).conflicts] == ["extra"]
    assert merge(base, changed(("a: 1", "a:  1"), text=base), theirs).text == theirs


def test_a_field_removed_here_with_a_new_comment_there_is_a_conflict() -> None:
    gone = changed(("# which model\nmodel: opus\n", ""))
    assert merge(BASE, gone, changed(("opus", "'opus'"))).text == gone
    merged = merge(BASE, gone, changed(("which model", "never haiku")))
    assert [conflict.label for conflict in merged.conflicts] == ["model"]


def test_a_field_that_moved_keeps_our_place_and_takes_their_value() -> None:
    theirs = changed(("tools: Read, Grep\n", ""), ("name: a-b\n", "tools: Read\nname: a-b\n"))
    merged = merge(BASE, changed(MODEL), theirs)
    assert merged.text == changed(MODEL, ("Read, Grep", "Read"))


# --- sections move and change their names --------------------------------------------------------------

OUTPUT = "## Output\n\nA table, then a summary of it.\n"
WORKFLOW = "## Workflow\n\n1. Look.\n2. Test.\n"


def test_a_section_renamed_there_takes_what_was_changed_in_it_here() -> None:
    merged = merge(BASE, changed(STEP), changed(("## Workflow", "## Steps")))
    assert merged.text == changed(STEP, ("## Workflow", "## Steps"))


def test_a_section_renamed_and_changed_there_is_still_that_section() -> None:
    theirs = changed(("## Output\n\nA table, then", "## Report\n\nA list, then"))
    ours = changed(("## Output", "### Output"))
    merged = merge(BASE, ours, theirs)
    assert [conflict.label for conflict in merged.conflicts] == ["Output"]


@pytest.mark.parametrize("mover", ["ours", "theirs"])
def test_sections_follow_the_side_that_moved_them(mover: str) -> None:
    moved = changed((f"{WORKFLOW}\n{OUTPUT}", f"{OUTPUT}\n{WORKFLOW}"))
    other = changed(STEP)
    merged = merge(BASE, moved, other) if mover == "ours" else merge(BASE, other, moved)
    assert not merged.conflicts
    assert merged.text == changed(STEP, text=moved)


def test_two_new_orders_are_a_conflict() -> None:
    three = [WORKFLOW, OUTPUT, "## Limits\n\nNever delete a file of the user.\n"]
    base = BASE.replace(f"{WORKFLOW}\n{OUTPUT}", "\n".join(three))
    ours = base.replace("\n".join(three), "\n".join([three[1], three[0], three[2]]))
    theirs = base.replace("\n".join(three), "\n".join([three[0], three[2], three[1]]))
    merged = merge(base, ours, theirs)
    assert [conflict.kind for conflict in merged.conflicts] == ["order"]
    assert merged.text == ours and merged.text_with({0: "theirs"}) == theirs


def test_new_sections_of_both_stand_one_after_the_other() -> None:
    ours = changed(("## Output", "## Ours\n\nHere.\n\n## Output"))
    theirs = changed(("## Output", "## Theirs\n\nThere.\n\n## Output"))
    merged = merge(BASE, ours, theirs)
    assert merged.text == changed(("## Output", "## Ours\n\nHere.\n\n## Theirs\n\nThere.\n\n## Output"))


def test_a_new_last_section_gets_a_blank_line_and_our_end_of_file() -> None:
    ours = changed(MODEL).removesuffix("\n")
    merged = merge(BASE, ours, BASE + "\n## Last\n\nBye.\n")
    assert merged.text == ours + "\n\n## Last\n\nBye."


def test_a_fence_that_would_swallow_what_follows_is_not_merged_by_sections() -> None:
    theirs = changed(("2. Test.", "```\n2. Test."))
    merged = merge(BASE, changed(("## Output", "## Limits\n\nNever delete.\n\n## Output")), theirs)
    assert all(conflict.kind == "lines" for conflict in merged.conflicts)
    assert "Never delete." in merged.text and "```" in merged.text


# --- what cannot be taken apart --------------------------------------------------------------------------

BROKEN = BASE.replace("name: a-b", "name: 'a-b")


def test_what_does_not_parse_is_merged_by_lines() -> None:
    ours, theirs = changed(MODEL, text=BROKEN), changed(STEP, text=BROKEN)
    assert merge(BROKEN, ours, theirs).text == changed(MODEL, STEP, text=BROKEN)
    merged = merge(BROKEN, changed(MODEL, text=BROKEN), changed(("opus", "sonnet"), text=BROKEN))
    (conflict,) = merged.conflicts
    assert (conflict.kind, conflict.label) == ("lines", "line 4")
    assert merged.text_with({0: "theirs"}) == changed(("opus", "sonnet"), text=BROKEN)


def test_without_a_base_the_same_lines_are_found_equal_from_either_side() -> None:
    ours, theirs = f"{BROKEN}x\ny\n", f"{BROKEN}y\nx\n"
    assert known(merge(None, ours, theirs)) == swapped(merge(None, theirs, ours))


def test_text_behind_the_fence_stays_where_it_is() -> None:
    ours = BASE.replace("Grep\n---\n", "Grep\n--- Hello.\n")
    assert merge(BASE, ours, changed(MODEL)).text == changed(MODEL, text=ours)


def test_what_would_not_read_back_is_one_conflict_about_the_file() -> None:
    # Merged by lines, one side's alias would have lost the anchor that the other side took away.
    base = "---\na: &x 1\nb: 2\nc: 3\n---\nPrompt.\n"
    ours, theirs = base.replace("&x ", ""), base.replace("3", "*x")
    merged = merge(base, ours, theirs)
    assert {conflict.kind for conflict in merged.conflicts} == {"file"}
    assert (merged.text, merged.text_with({0: "theirs"})) == (ours, theirs)


def test_a_text_too_long_to_take_apart_is_one_conflict() -> None:
    long = BASE + "word " * 50_000
    merged = merge(long, long + "ours", long + "theirs")
    assert [conflict.kind for conflict in merged.conflicts] == ["file"]
    assert merge(long, long + "ours", long).text == long + "ours"


def test_without_a_base_every_difference_is_a_conflict() -> None:
    theirs = changed(MODEL, NEW_SECTION, ("tools: Read, Grep\n", ""))
    merged = merge(None, BASE, theirs)
    assert merged.text == BASE
    assert [(one.label, one.base) for one in merged.conflicts] == [
        ("model", None),
        ("tools", None),
        ("Limits", None),
    ]
    assert merged.text_with(merged.all_of("theirs")) == theirs


# --- any texts ----------------------------------------------------------------------------------------------

WORDS = [
    "---\n",
    "name: a\n",
    "model: b\n",
    "model: 'b'\n",
    "tools:\n  - x\n",
    "# c\n",
    "d: |\n  x\n",
    "k: &a 1\n",
    "l: *a\n",
    "\n",
    "\r\n",
]
WORDS += [
    "## H\n",
    "## H\r\n",
    "### I\n",
    "text\n",
    "- item\n",
    "**Label:**\n",
    "<t>\n",
    "</t>\n",
    "```\n",
    "more",
    "\ufeff",
    "\udc80",
    "{",
    "a: b: c\n",
]
TEXTS = st.one_of(st.lists(st.sampled_from(WORDS), max_size=14).map("".join), st.text(max_size=30))


@given(TEXTS, TEXTS)
def test_one_side_alone_is_the_result(base: str, other: str) -> None:
    assert merge(base, base, other).text == other
    assert merge(base, other, base).text == other
    assert merge(base, other, other).text == other
    assert not merge(base, base, other).conflicts


def known(merged: Merged) -> list[object]:
    return sorted((one.kind, repr(one.base), repr(one.ours), repr(one.theirs)) for one in merged.conflicts)


def swapped(merged: Merged) -> list[object]:
    return sorted((one.kind, repr(one.base), repr(one.theirs), repr(one.ours)) for one in merged.conflicts)


@settings(max_examples=400)
@given(st.one_of(st.none(), TEXTS), TEXTS, TEXTS, st.randoms(use_true_random=False))
def test_any_three_texts_merge_and_swapping_the_sides_swaps_the_conflicts(
    base: str | None, ours: str, theirs: str, chance: random.Random
) -> None:
    merged = merge(base, ours, theirs)
    assert known(merged) == swapped(merge(base, theirs, ours))
    choices: Choices = {at: chance.choice(("ours", "theirs")) for at in range(len(merged.conflicts))}
    assert apply(ours, merged.edits_with(choices)) == merged.text_with(choices)
    for conflict in merged.conflicts:
        for text, version in ((base, conflict.base), (ours, conflict.ours), (theirs, conflict.theirs)):
            if version is not None and conflict.kind != "order":
                assert text is not None and version.span.of(text) == version.text


# --- agents changed at random ---------------------------------------------------------------------------------


class Agent(NamedTuple):
    """Fields and sections by name."""

    fields: dict[str, str]
    sections: dict[str, str]

    def text(self, eol: str = "\n") -> str:
        fields = "".join(f"{key}: {value}\n" for key, value in self.fields.items())
        body = "\n".join(f"## {title}\n\n{content}\n" for title, content in self.sections.items())
        return f"---\nname: a\n{fields}---\n\nHello.\n\n{body}".replace("\n", eol)


KEYS, TITLES = ["model", "tools", "color", "memory", "effort"], ["Work", "Output", "Limits", "Style"]
CONTENTS = ["One thing alone.", "Quite another matter, this.", "- a\n- b", "- b\n- c\n- d", "```\n## no\n```"]
AGENTS = st.builds(
    Agent,
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["x", "yy", "'x'", "[a, b]", "1"])),
    st.dictionaries(st.sampled_from(TITLES), st.sampled_from(CONTENTS)),
)


def merged_map(base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str] | None:
    """What a merge of maps gives; None for a conflict."""
    result = {}
    for key in {**ours, **theirs}:
        b, o, t = base.get(key), ours.get(key), theirs.get(key)
        if o not in (t, b) and t != b:
            return None
        value = t if o == b else o
        if value is not None:
            result[key] = value
    return result


VALUES = {"1": 1, "[a, b]": ["a", "b"]}


def plain(fields: dict[str, str]) -> dict[str, str]:
    return {key: value.strip("'") for key, value in fields.items()}


@settings(max_examples=300)
@given(AGENTS, AGENTS, AGENTS, st.sampled_from(["\n", "\r\n"]))
def test_without_a_conflict_the_result_has_every_change_of_both(
    base: Agent, ours: Agent, theirs: Agent, eol: str
) -> None:
    merged = merge(base.text(), ours.text(eol), theirs.text())
    fields = merged_map(*(plain(one.fields) for one in (base, ours, theirs)))
    labels = {conflict.label for conflict in merged.conflicts if conflict.kind == "field"}
    assert (fields is None) == bool(labels)
    if merged.conflicts:
        return
    syntax = parse(merged.text)
    assert syntax.frontmatter is not None and syntax.verdict == "valid"
    assert fields is not None
    values = {field.key: field.value for field in syntax.frontmatter.fields}
    assert values == {"name": "a", **{key: VALUES.get(value, value) for key, value in fields.items()}}
    sections = parts(merged.text)
    assert sections is not None
    for title, content in (merged_map(base.sections, ours.sections, theirs.sections) or {}).items():
        assert any(part.label == title and content in part.says for part in sections.sections)
    assert merged.text.count("\n") == merged.text.count(eol)


@settings(max_examples=200)
@given(AGENTS, AGENTS)
def test_without_a_base_choosing_theirs_everywhere_gives_theirs(ours: Agent, theirs: Agent) -> None:
    merged = merge(None, ours.text(), theirs.text())
    assert merged.text == ours.text()
    assert same_meaning(merged.text_with(merged.all_of("theirs")), theirs.text())


def test_real_files_take_a_change_of_either_side(shared: Path) -> None:
    done = 0
    for path in sorted((shared / "corpus").rglob("*.md"))[:60]:
        base = load(path).text
        found = parts(base)
        if found is None or not found.fields or not found.sections:
            continue
        first, last = found.fields[0], found.sections[-1]
        ours = base[: first.span.end] + "zzz: 1\n" + base[first.span.end :]
        theirs = base[: last.span.end] + " And more." + base[last.span.end :]
        merged = merge(base, ours, theirs)
        assert not merged.conflicts, path
        assert "zzz: 1\n" in merged.text and merged.text.replace("zzz: 1\n", "", 1) == theirs, path
        done += 1
    assert done > 20
