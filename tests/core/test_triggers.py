"""The two styles of trigger: each becomes the other, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.body import parse_body
from agenteditor.core.document import Document, Transaction
from agenteditor.core.example_spelling import Draft
from agenteditor.core.loading import loads
from agenteditor.core.repairs import make_valid
from agenteditor.core.scalar import double
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Refusal, apply
from agenteditor.core.trigger_section import bullets_of, may_be_in, trigger_section
from agenteditor.core.trigger_words import POINTER, plain_draft
from agenteditor.core.triggers import Plan, style, to_examples, to_prose
from tests.core.texts import agent_texts

EXAMPLES = (
    "<example>Context: The cache is slow. user: 'Why's it slow?' assistant: 'I'll ask' <commentary>Its work.</commentary>"
    "</example> <example>Context: A new cache is planned. user: 'Plan it' assistant: 'The cache agent plans' "
    "<commentary>It knows caches.</commentary></example>"
)
BULLETS = (
    "- **The cache is slow.** The cache is slow. The user says “Why's it slow?” The assistant replies “I'll ask”. "
    "Why: Its work.\n"
    "- **A new cache is planned.** A new cache is planned. The user says “Plan it”. The assistant replies “The cache "
    "agent plans”. Why: It knows caches.\n"
)
NAMED = "Typical triggers include “The cache is slow” and “A new cache is planned”."


def agent(
    description: str, body: str = "\nYou are a cache.\n\n## Steps\n\n1. Look\n", more: str = "model: opus\n"
) -> str:
    return f"---\nname: cache\ndescription: {description}\n{more}---\n{body}"


def planned(text: str, convert=to_prose) -> tuple[Plan, Syntax]:
    plan = convert(parse(text))
    assert isinstance(plan, Plan), plan
    return plan, parse(apply(text, plan.edits))


def drafts(syntax: Syntax) -> list[Draft]:
    """What the examples of the description say."""
    return [
        plain_draft(
            Draft(
                one.example.context if one.example.understood else one.example.text,
                tuple((turn.speaker, turn.text) for turn in one.example.turns),
                one.example.commentary,
            )
        )
        for one in syntax.examples
        if one.host == "description"
    ]


def assert_kept(before: Syntax, after: Syntax) -> None:
    """All but description and prompt is as it was, and the file loads as it did."""
    assert before.frontmatter and after.frontmatter
    others = [
        [(f.key, f.text) for f in one.frontmatter.fields if f.key != "description"] for one in (before, after)
    ]
    assert others[0] == others[1]
    assert [f.key for f in before.frontmatter.fields] == [f.key for f in after.frontmatter.fields]
    assert after.verdict in (before.verdict, "valid")
    assert loads(after).ok == loads(before).ok


def test_examples_become_one_line_and_a_section_that_opens_the_prompt():
    text = agent(f"Use it for caches. Examples: {EXAMPLES}")
    plan, after = planned(text)
    field = after.field("description")
    assert field is not None and field.text == f"Use it for caches. {NAMED} {POINTER}"
    assert (
        after.body.of(after.text)
        == f"\nYou are a cache.\n\n## When to invoke\n\n{BULLETS}\n## Steps\n\n1. Look\n"
    )
    assert style(after) == "prose" and after.verdict == "valid"
    assert plan.label == "Examples to prose"
    assert plan.lost == ()
    assert plan.notes == ("“Examples:” announced the examples and goes with them.",)
    assert plan.before.description == len(f"Use it for caches. Examples: {EXAMPLES}")
    assert (plan.after.description, plan.after.prompt) == (len(field.text), len(after.prompt))
    assert plan.after.tokens < plan.before.tokens and plan.after.prompt_tokens > plan.before.prompt_tokens


def test_the_way_back_gives_the_same_parts_and_the_same_prompt():
    text = agent(f"Use it for caches. Examples: {EXAMPLES}")
    _, between = planned(text)
    plan, after = planned(between.text, to_examples)
    assert drafts(after) == drafts(parse(text))
    assert after.body.of(after.text) == parse(text).body.of(text)
    assert after.field("description").text.startswith(
        "Use it for caches. Examples: <example>Context: The cache is slow. "
    )
    assert (plan.lost, plan.notes) == ((), ())
    assert style(after) == "examples" and after.verdict == "valid"


SPELLED = {
    "on one line": EXAMPLES,
    "wizard": double(EXAMPLES.replace("> <", ">\\n\\n<").replace(" user:", "\\nuser:")),
    "lines in quotes": double(EXAMPLES.replace("> <", ">\n\n<").replace(" user:", "\nuser:")),
    "literal": "|\n  " + EXAMPLES.replace("> <", ">\n\n  <").replace(" user:", "\n  user:"),
    "wrapped": double(f"<examples>{EXAMPLES}</examples>"),
    "listed": double("1. " + EXAMPLES.replace("> <example>", "> 2. <example>")),
    "double quotes": double(EXAMPLES.replace("'Why's it slow?'", '"Why\'s it slow?"')),
}


@pytest.mark.parametrize("written", SPELLED.values(), ids=SPELLED)
def test_examples_in_any_spelling_become_the_same_bullets(written):
    _, after = planned(agent(written))
    assert "\n".join(f"- {bullet}" for bullet in bullets_of(after.sections)) + "\n" == BULLETS
    assert after.field("description").text == f"{NAMED} {POINTER}"


def test_examples_without_tags_become_bullets_too():
    value = 'Use it. Examples:\n- User: "Why is it slow?"\n- Assistant: "I\'ll ask"\n'
    _, after = planned(agent(double(value)))
    assert bullets_of(after.sections) == (
        "**Why is it slow.** The user says “Why is it slow?” The assistant replies “I'll ask”.",
    )


def test_text_between_and_after_examples_stays_in_the_description():
    first, second = EXAMPLES.replace("> <", ">|<").split("|")
    _, after = planned(
        agent(f"Use it in these cases. {first} Or when asked. Another: {second} Never for disks.")
    )
    assert after.field("description").text == (
        f"Use it in these cases. Or when asked. Never for disks. {NAMED} {POINTER}"
    )


def test_what_is_said_by_nobody_is_listed_as_lost():
    value = EXAMPLES.replace("<commentary>Its", "<function call omitted> <commentary>Its")
    plan, _ = planned(agent(double(value.replace(" <function", "\n<function"))))
    assert plan.lost == ("Example 1: “<function call omitted>”, which is neither said nor explained.",)


def test_a_block_that_is_not_understood_becomes_a_bullet_with_all_of_its_text():
    plan, after = planned(agent("Use it. <example>The planner sends a cache</example>"))
    assert bullets_of(after.sections) == ("**The planner sends a cache.** The planner sends a cache",)
    assert plan.notes[0] == "Example 1 has no labels; all of its text becomes the bullet."


def test_an_empty_example_makes_no_bullet():
    plan, after = planned(agent(f"{EXAMPLES} <example></example>"))
    assert len(bullets_of(after.sections)) == 2
    assert plan.notes == ("Example 3 says nothing and goes.",)


def test_of_more_than_four_examples_the_description_names_four():
    value = " ".join(f"<example>Context: Case {n}. user: 'a' assistant: 'b'</example>" for n in "12345")
    plan, after = planned(agent(value))
    assert len(bullets_of(after.sections)) == 5
    assert "“Case 4”." in after.field("description").text and "Case 5" not in after.field("description").text
    assert "All 5 examples become bullets; the description names the first 4." in plan.notes


def test_lines_of_the_description_become_one_and_that_is_said():
    plan, after = planned(agent(double(f"Use it.\n\nFor caches.\n\n{EXAMPLES}")))
    assert after.field("description").text.startswith("Use it. For caches. Typical")
    assert "The description becomes one line: its other line breaks become blanks." in plan.notes


def test_a_section_that_is_there_gets_the_bullets_behind_its_own():
    body = "\nYou are.\n\n## When to Invoke\n\n- **Mine.** My words.\n\n## Steps\n"
    _, after = planned(agent(f"Use it. {EXAMPLES} {POINTER}", body))
    assert after.body.of(after.text) == body.replace("My words.\n", f"My words.\n{BULLETS}")
    assert after.field("description").text == f"Use it. {NAMED} {POINTER}"


PLACES = [
    ("nothing there", "", "\n## When to invoke\n\n{}"),
    ("only a role sentence", "\nYou are.\n", "\nYou are.\n\n## When to invoke\n\n{}"),
    ("a title that holds all", "\n# Cache\n\nYou are.\n\n## A\n\na\n", "\n# Cache\n\nYou are.\n\n## When to invoke\n\n{}\n## A\n\na\n"),
    ("a title alone", "\n# Cache\n\nYou are.\n", "\n# Cache\n\nYou are.\n\n## When to invoke\n\n{}"),
    ("headings at once", "\n## A\n\na\n", "\n## When to invoke\n\n{}\n## A\n\na\n"),
    ("labels", "\nYou are.\n\n**A:**\n- a\n", "\nYou are.\n\n**When to invoke:**\n{}\n**A:**\n- a\n"),
    ("a lead-in before headings", "\nYou are.\n\nWhen invoked:\n1. Go\n\n## A\n\na\n", "\nYou are.\n\nWhen invoked:\n1. Go\n\n## When to invoke\n\n{}\n## A\n\na\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES]
)
def test_the_section_opens_the_prompt_in_the_way_of_the_file(body, expected):
    _, after = planned(agent(EXAMPLES, body))
    assert after.body.of(after.text) == expected.format(BULLETS)
    _, back = planned(after.text, to_examples)
    assert back.prompt == parse(agent(EXAMPLES, body)).prompt


def test_line_ends_are_those_of_the_file():
    text = agent(double(EXAMPLES)).replace("\n", "\r\n")
    _, after = planned(text)
    assert after.text.count("\n") == after.text.count("\r\n") > 10


def test_bullets_of_another_author_become_contexts():
    body = "\nYou are.\n\n## When to invoke\n\nThese:\n\n- **Wiring.** A kernel\n  is ready.\n- Only words\n\n## Steps\n"
    plan, after = planned(
        agent(f"Use it. Typical triggers include wiring. {POINTER} Not for disks.", body), to_examples
    )
    assert drafts(after) == [Draft("Wiring. A kernel is ready."), Draft("Only words")]
    assert after.field("description").text.startswith(
        "Use it. Typical triggers include wiring. Not for disks. Examples: "
    )
    assert plan.lost == ("The words “These” before the bullets.",)
    assert plan.notes == (
        "“Wiring” has no turns: add what the user says.",
        "“Only words” has no turns: add what the user says.",
        "The sentence about typical triggers stays: it has words of its own.",
    )


def test_a_section_with_more_than_bullets_stays():
    body = "\nYou are.\n\n## When to invoke\n\nOnly then.\n\n- **A.** B.\n\n### Never\n\nx\n"
    _, after = planned(agent("Use it.", body), to_examples)
    assert trigger_section(after.sections) is not None
    assert "Only then.\n" in after.text and "### Never\n\nx\n" in after.text and "**A.**" not in after.text


def test_a_name_given_by_hand_is_said_to_be_lost():
    _, between = planned(agent(EXAMPLES))
    plan, _ = planned(between.text.replace("**The cache is slow.**", "**Slow.**"), to_examples)
    assert plan.lost == ("The short name “Slow”.",)


REFUSED = [
    (to_prose, "Just text\n", "no frontmatter"),
    (to_prose, agent("Use it."), "no examples"),
    (to_prose, agent("Use it. <example></example>"), "say nothing yet"),
    (to_prose, "---\nname: a\n---\nB\n", "no description"),
    (to_prose, f"---\nname: a\ndescription: Use it.\n{EXAMPLES}\n---\nB\n", "cannot be read as it is"),
    (to_prose, agent("{a: b}"), "no plain text"),
    (to_examples, agent("Use it."), "no section"),
    (to_examples, agent("Use it.", "\n## When to invoke\n\n" + "- Words\n" * 51), "51 bullets are too many"),
    (to_examples, agent("Use it.", "\n## When to invoke\n\nWords.\n"), "no bullets"),
]


@pytest.mark.parametrize(("convert", "text", "reason"), REFUSED)
def test_what_cannot_be_converted_is_refused_with_the_reason(convert, text, reason):
    refused = convert(parse(text))
    assert isinstance(refused, Refusal)
    assert reason in refused.reason


STYLES = [
    ("Use it.", "\nB\n", "neither"),
    (EXAMPLES, "\nB\n", "examples"),
    ("Use it.", "\n## When to invoke\n\n- a\n", "prose"),
    (EXAMPLES, "\n**When to invoke:**\n- a\n", "both"),
]


@pytest.mark.parametrize(("description", "body", "expected"), STYLES)
def test_the_style_of_a_file(description, body, expected):
    assert style(parse(agent(description, body))) == expected


WORDS = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=2, max_size=9), min_size=2, max_size=9
)
PROSE = st.tuples(
    WORDS.map(" ".join), st.sampled_from(["", ".", "?", ": so", " # so", " it's", " “so”"])
).map("".join)
SPEAKERS = st.sampled_from(["user", "assistant"])


@st.composite
def example_files(draw: st.DrawFn) -> str:
    """A file whose description has examples with all of their parts, in one of the common spellings."""
    gap, line = draw(st.sampled_from([(" ", " "), ("\n\n", "\n"), ("\\n\\n", "\\n")]))
    blocks = []
    for _ in range(draw(st.integers(2, 5))):
        turns = draw(st.lists(st.tuples(SPEAKERS, PROSE), min_size=1, max_size=3))
        said = "".join(f'{line}{speaker}: "{text}"' for speaker, text in turns)
        context, why = draw(PROSE), draw(PROSE)
        blocks.append(
            f"<example>{line}Context: {context}{said}{line}<commentary>{why}</commentary>{line}</example>"
        )
    value = (
        draw(PROSE)
        + ". Examples:"
        + gap
        + gap.join(blocks)
        + draw(st.just("") | PROSE.map(lambda text: gap + text))
    )
    text = agent(
        double(value),
        draw(st.sampled_from(["\nYou are.\n", "", "\n# A\n\nb\n", "\nYou.\n\n**B:**\n- c\n", "\n- a\n"])),
    )
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@settings(max_examples=60)
@given(example_files())
def test_any_examples_become_prose_and_come_back(text):
    before = parse(text)
    plan, after = planned(text)
    assert_kept(before, after)
    assert style(after) == "prose"
    assert len(bullets_of(after.sections)) == len(drafts(before))
    assert plan.after.description < plan.before.description
    assert "\n" not in after.field("description").text
    _, back = planned(after.text, to_examples)
    assert_kept(before, back)
    assert drafts(back) == drafts(before)
    assert back.prompt == before.prompt
    document = Document(text)
    for converted in (plan, to_examples(after)):
        document.apply(Transaction(converted.edits, converted.label))
    assert document.text == back.text
    document.undo()
    document.undo()
    assert document.text == text


@settings(max_examples=60)
@given(agent_texts(), st.sampled_from([to_prose, to_examples]))
def test_any_file_is_converted_or_refused(text, convert):
    plan = convert(parse(text))
    if isinstance(plan, Plan):
        assert_kept(parse(text), parse(apply(text, plan.edits)))


def test_real_files_become_prose_and_come_back(shared):
    counts = {"with examples": 0, "valid YAML first": 0, "to prose": 0, "same parts": 0, "same prompt": 0}
    tokens = [0, 0]
    for path in sorted(shared.glob("corpus/**/*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        before = parse(text)
        if style(before) != "examples":
            continue
        counts["with examples"] += 1
        outcome = to_prose(before)
        if isinstance(outcome, Refusal):
            # What does not load, or only because the repair reads other fields otherwise, is made valid first.
            counts["valid YAML first"] += 1
            assert before.verdict != "valid" and "valid YAML first" in outcome.reason
            continue
        plan, after = planned(text)
        assert_kept(before, after)
        assert plan.after.description < plan.before.description
        counts["to prose"] += 1
        tokens[0] += plan.before.tokens
        tokens[1] += plan.after.tokens
        _, back = planned(after.text, to_examples)
        assert_kept(before, back)
        counts["same parts"] += drafts(back) == drafts(before)
        counts["same prompt"] += back.body.of(back.text) == before.body.of(text)
    print(f"\n{counts}; tokens of all descriptions {tokens[0]} -> {tokens[1]}")
    assert counts["with examples"] > 20
    assert counts["to prose"] == counts["with examples"] - counts["valid YAML first"]
    assert counts["same parts"] == counts["same prompt"] == counts["to prose"]


def test_files_that_must_be_made_valid_first_are_converted_after_that(shared):
    converted = []
    for path in sorted(shared.glob("corpus/**/*.md")):
        syntax = parse(path.read_bytes().decode("utf-8", "surrogateescape"))
        if style(syntax) == "examples" and isinstance(to_prose(syntax), Refusal):
            edits = make_valid(syntax)
            if not isinstance(edits, Refusal):
                plan = to_prose(parse(apply(syntax.text, edits)))
                converted.append(
                    isinstance(plan, Plan) or plan.reason == "The description has no examples to convert."
                )
    print(f"\n{len(converted)} made valid, {sum(converted)} of them converted")
    assert all(converted) and converted


TITLE_PIECES = ["When", "when", "WHEN", "to", "invoke", "in", "voke", " ", " ", "\n", "\t", "**", "__", "`", "## ",
                "- ", "1. ", ":", "\n\n", "===", "x", "K"]  # fmt: skip


@given(st.lists(st.sampled_from(TITLE_PIECES), max_size=14).map("".join))
@settings(max_examples=300)
def test_no_section_is_missed_by_looking_for_its_letters(text):
    for whole in (text, f"## When to {text}", f"**When{text}to invoke**\n\n- one"):
        if trigger_section(parse_body(whole)) is not None:
            assert may_be_in(whole)


@pytest.mark.parametrize(
    "title", ["## When to invoke", "**When to invoke:**", "## When **to** invoke", "## WHEN  to invoke ##"]
)
def test_each_spelling_of_the_section_could_be_there(title):
    text = f"Intro.\n\n{title}\n\n- one\n"
    assert trigger_section(parse_body(text)) is not None and may_be_in(text)
    assert not may_be_in("When it is time, invoke it.")
