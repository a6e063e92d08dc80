"""The one edit after which the programs agree: what it takes, and what it leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.line_ends import with_line_ends
from agenteditor.core.portable import portable, then, worse
from agenteditor.core.readers import answers
from agenteditor.core.syntax import parse
from agenteditor.core.text import Refusal, apply, replace
from tests.core.texts import agent_texts

PROMPT = "You are a tester of texts.\n"
LF, BOM, START = "LF line ends", "no byte order mark", "the frontmatter at the start"
FENCES, QUOTES = "the fences on lines of their own", "values in quotes"
ONCE, TYPED = "no overridden fields", "numbers and dates that are texts in quotes"


def outcomes(text):
    return {row.reader: row.outcome for row in answers(parse(text))}


def test_quotes_alone_make_the_sample_load_everywhere(seed_text):
    found = portable(parse(seed_text))
    assert found.steps == (QUOTES,)
    assert set(outcomes(apply(seed_text, found.edits)).values()) == {"loads"}
    assert len(found.edits) == 1


def test_the_sample_with_crlf_needs_lf_too(seed_text):
    crlf = seed_text.replace("\n", "\r\n")
    found = portable(parse(crlf))
    assert found.steps == (LF, QUOTES)
    lf = portable(parse(seed_text))
    assert apply(crlf, found.edits) == apply(seed_text, lf.edits)


# before, after, steps
CASES = {
    "a byte order mark": (
        "\ufeff---\nname: a-b\ndescription: Use it.\n---\n" + PROMPT,
        "---\nname: a-b\ndescription: Use it.\n---\n" + PROMPT,
        (BOM,),
    ),
    "four hyphens": (
        "---\nname: a-b\ndescription: Use it.\n----\n" + PROMPT,
        "---\nname: a-b\ndescription: Use it.\n---\n-\n" + PROMPT,
        (FENCES,),
    ),
    "blanks behind the fences": (
        "---  \nname: a-b\ndescription: Use it.\n--- \n" + PROMPT,
        "---\nname: a-b\ndescription: Use it.\n---\n" + PROMPT,
        (FENCES,),
    ),
    "an indented closing fence": (
        "---\nname: a-b\ndescription: Use it.\n  ---\n" + PROMPT,
        "---\nname: a-b\ndescription: Use it.\n---\n" + PROMPT,
        (FENCES,),
    ),
    "an overridden field": (
        "---\nname: a-b\ndescription: Use it.\nmodel: opus\nmodel: sonnet\n---\n" + PROMPT,
        "---\nname: a-b\ndescription: Use it.\nmodel: sonnet\n---\n" + PROMPT,
        (ONCE,),
    ),
    "a date for a name": (
        "---\nname: 2026-01-01\ndescription: Use it.\n---\n" + PROMPT,
        '---\nname: "2026-01-01"\ndescription: Use it.\n---\n' + PROMPT,
        (TYPED,),
    ),
    "blank lines before it": (
        "\n---\nname: a-b\ndescription: Use it.\n---\n" + PROMPT,
        "---\nname: a-b\ndescription: Use it.\n---\n" + PROMPT,
        (START,),
    ),
    "only what is needed": (
        "---\nname: a-b\ndescription: Use it: now\nversion: 1_0\n---\n" + PROMPT,
        '---\nname: a-b\ndescription: "Use it: now"\nversion: 1_0\n---\n' + PROMPT,
        (QUOTES,),
    ),
}


@pytest.mark.parametrize(("before", "after", "steps"), CASES.values(), ids=CASES.keys())
def test_it_takes_the_steps_that_are_needed(before, after, steps):
    found = portable(parse(before))
    assert not isinstance(found, Refusal), found
    assert (apply(before, found.edits), found.steps) == (after, steps)


REFUSED = {
    "nothing to do": ("---\nname: a-b\ndescription: Use it.\n---\n" + PROMPT, "agree already"),
    "a colour is a matter of dialect": (
        "---\nname: a-b\ndescription: Use it.\ncolor: red\n---\n" + PROMPT,
        "agree already, as far as spelling goes",
    ),
    "hyphens that cut a value": ("---\nname: a-b\ndescription: Use --- it\n---\n" + PROMPT, "No change of spelling"),
    "a cut at the hash changes what is said": (
        "---\nname: a-b\ndescription: Use C # now\n---\n" + PROMPT,
        "No change of spelling",
    ),
    "not worth a try": (f"---\nname: a-b\ndescription: {'x' * 60_000}\n---\n", "too long"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_it_says_why_there_is_nothing_to_do(text, reason):
    found = portable(parse(text))
    assert isinstance(found, Refusal)
    assert reason in found.reason


def said(text):
    """What Claude Code gets from a text with LF line ends; None where it gets nothing."""
    syntax = parse(with_line_ends(text, "LF"))
    if syntax.verdict not in ("valid", "repaired") or syntax.frontmatter is None:
        return None
    fields = {field.key: field.value for field in syntax.frontmatter.fields}
    return [fields.get(key) for key in ("name", "description", "tools")], syntax.prompt


def holds_its_promises(text):
    before = parse(text)
    found = portable(before)
    if isinstance(found, Refusal):
        return
    after = apply(text, found.edits)
    assert after != text
    assert said(text) in (None, said(after))
    rows = answers(parse(after))
    assert rows == found.answers
    assert not any(worse(old, new) for old, new in zip(answers(before), rows, strict=True))


@settings(max_examples=60)
@given(agent_texts())
def test_it_changes_nothing_that_is_said_and_makes_no_row_worse(text):
    holds_its_promises(text)


def test_so_it_is_for_the_reference_files(shared):
    for path in sorted((shared / "vectors").glob("*.md")):
        holds_its_promises(path.read_bytes().decode("utf-8", "surrogateescape"))


@given(st.data())
def test_two_edits_after_each_other_are_one(data):
    def edits(text):
        places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
        return tuple(
            replace(start, end, data.draw(st.text("xy", max_size=2)))
            for start, end in zip(places[::2], places[1::2], strict=False)
        )

    text = data.draw(st.text("abc", max_size=12))
    first = edits(text)
    second = edits(apply(text, first))
    assert apply(text, then(len(text), first, second)) == apply(apply(text, first), second)
