"""Examples in a file: a change of the value is a change of these bytes only, and places are found again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from agenteditor.core import example_edits
from agenteditor.core.example_edits import Draft
from agenteditor.core.examples import Example
from agenteditor.core.hosted_examples import Intent, changed, place_of, span_of
from agenteditor.core.syntax import parse
from agenteditor.core.text import Refusal, apply, diff

HEAD = "---\nname: a-b\n"
BLOCK = (
    HEAD + 'description: |\n  Use it.\n\n  <example>\n  Context: A\n  user: "b"\n  </example>\n---\nPrompt.\n'
)
DOUBLE = (
    HEAD
    + "description: \"Use it.\\\\n\\\\n<example>\\\\nContext: A\\\\nuser: 'b'\\\\n</example>\"\n---\nPrompt.\n"
)
PLAIN = HEAD + "description: Use it. <example>Context: A user: 'b' </example>\n---\nPrompt.\n"
FORMS = {"block": BLOCK, "literal backslash-n": DOUBLE, "one line, read by repair": PLAIN}


def example_of(text: str, index: int = 0) -> Example:
    return parse(text).examples[index].example


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_turn_is_changed_in_place_and_nothing_else(text: str) -> None:
    edits = changed(parse(text), "description", lambda value: example_edits.set_turn_text(value, 0, 0, "bc"))
    assert not isinstance(edits, Refusal)
    after = apply(text, edits)
    at = text.index("b", text.index("user:")) + 1
    assert after == text[:at] + "c" + text[at:]
    assert example_of(after).turns[0].text == "bc"


def test_an_absent_description_is_added_with_its_first_example() -> None:
    text = HEAD + "---\nPrompt.\n"
    draft = Draft("A", (("user", "b"),))
    edits = changed(parse(text), "description", lambda value: example_edits.insert_example(value, 0, draft))
    assert not isinstance(edits, Refusal)
    after = apply(text, edits)
    assert after.startswith(HEAD + "description: ") and after.endswith("---\nPrompt.\n")
    assert example_of(after).context == "A"


REFUSED: dict[str, tuple[str, Intent]] = {
    "no frontmatter": ("Prompt.\n", lambda value: example_edits.insert_example(value, 0, Draft("A"))),
    "not a text": (
        HEAD + "description: [a, b]\n---\n",
        lambda value: example_edits.insert_example(value, 0, Draft("A")),
    ),
    "what the value refuses": (PLAIN, lambda value: example_edits.set_context(value, 0, "user: c")),
}


@pytest.mark.parametrize(("text", "intent"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused_with_a_sentence(text: str, intent: Intent) -> None:
    outcome = changed(parse(text), "description", intent)
    assert isinstance(outcome, Refusal)
    assert outcome.reason.endswith(".")


def test_an_intent_that_changes_nothing_changes_nothing() -> None:
    assert changed(parse(PLAIN), "description", lambda value: ()) == ()


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_the_span_of_an_example_goes_from_tag_to_tag(text: str) -> None:
    syntax = parse(text)
    span = span_of(syntax, syntax.examples[0])
    assert span is not None
    assert span.of(text).startswith("<example>")
    assert span.of(text).endswith("</example>")


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_the_part_at_an_offset_of_the_file_is_found(text: str) -> None:
    found = place_of(parse(text), text.index("b", text.index("user:")))
    assert found is not None and found.part is not None
    assert found.hosted.example.parts[found.part].text == "b"
    assert found.offset == 0
    tag = place_of(parse(text), text.index("<example>"))
    assert tag is not None and tag.part is None


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_no_example_is_found_beside_the_examples(text: str) -> None:
    for outside in (0, text.index("Use it."), text.index("Prompt.")):
        assert place_of(parse(text), outside) is None


def test_each_offset_of_an_example_leads_to_that_example(seed_text: str) -> None:
    syntax = parse(seed_text)
    for hosted in syntax.examples:
        span = span_of(syntax, hosted)
        assert span is not None
        for offset in range(span.start, span.end):
            found = place_of(syntax, offset)
            assert found is not None and found.hosted == hosted


Change = Callable[[str, int], Intent]
CHANGES: dict[str, Callable[[int], Intent]] = {
    "context": lambda index: partial(_set, example_edits.set_context, index, "It's new"),
    "commentary": lambda index: partial(_set, example_edits.set_commentary, index, "It's new"),
    "duplicate": lambda index: lambda value: example_edits.duplicate_example(value, index),
    "remove": lambda index: lambda value: example_edits.remove_example(value, index),
}


def _set(function: Callable[[str, int, str | None], object], index: int, text: str, value: str) -> object:
    return function(value, index, text)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_in_real_files_a_change_stays_inside_the_description(
    shared: Path, change: Callable[[int], Intent]
) -> None:
    done = 0
    for path in sorted((shared / "corpus").rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        syntax = parse(text)
        for hosted in syntax.examples:
            edits = changed(syntax, hosted.host, change(hosted.index))
            if isinstance(edits, Refusal):
                continue
            field = syntax.field("description")
            assert field is not None
            assert all(
                field.span.start <= edit.span.start <= edit.span.end <= field.span.end
                for edit in diff(text, apply(text, edits))
            )
            done += 1
    assert done > 100
