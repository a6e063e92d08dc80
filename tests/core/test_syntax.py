"""Everything one text says: it always exists, its spans lie inside, examples know their host."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.syntax import parse
from tests.core.texts import agent_texts, pieces

EXAMPLE = "<example>\nContext: C{0}.\nuser: 'Hi {0}'\nassistant: 'Yes'\n</example>"


def hosts(text):
    return [(hosted.host, hosted.index, hosted.example.context) for hosted in parse(text).examples]


def fenced(content, body="Body\n"):
    return f"---\n{content}---\n{body}"


def indented(text, by="  "):
    return "".join(f"{by}{line}\n" for line in text.split("\n"))


def in_one_line(number):
    return EXAMPLE.format(number).replace("\n", "\\n")


# title: (text, (host, index, context) of each example)
HOSTED = {
    "a block": (
        fenced("description: |\n" + indented("Use it.\n" + EXAMPLE.format(1) + "\n\n" + EXAMPLE.format(2))),
        [("description", 0, "C1."), ("description", 1, "C2.")],
    ),
    "a plain value of literal line ends, not valid YAML": (
        fenced(f"description: Use it. {in_one_line(1)}\n"),
        [("description", 0, "C1.")],
    ),
    "double quotes": (fenced(f'description: "{in_one_line(1)}"\n'), [("description", 0, "C1.")]),
    "single quotes": (
        fenced("description: '" + in_one_line(1).replace("'", "''") + "'\n"),
        [("description", 0, "C1.")],
    ),
    "a broken value": (
        fenced("name: a\ndescription: Use it. Examples:\n\n" + EXAMPLE.format(1) + "\nmodel: opus\n"),
        [("description", 0, "C1.")],
    ),
    "entries of a list": (
        fenced(
            "examples:\n  - |\n" + indented(EXAMPLE.format(1), "    ") + f'  - "{in_one_line(2)}{in_one_line(3)}"\n  - none\n'
        ),
        [("examples[0]", 0, "C1."), ("examples[1]", 0, "C2."), ("examples[1]", 1, "C3.")],
    ),
    "description before examples, whatever their order in the file": (
        fenced(f'examples: "{in_one_line(2)}"\ndescription: "{in_one_line(1)}"\n'),
        [("description", 0, "C1."), ("examples", 0, "C2.")],
    ),
    "the last of two descriptions": (
        fenced(f'description: "{in_one_line(1)}"\ndescription: "{in_one_line(2)}"\n'),
        [("description", 0, "C2.")],
    ),
    "not in other fields": (fenced(f'notes: "{in_one_line(1)}"\nname: a\n'), []),
    "not in the prompt": (fenced("name: a\n", EXAMPLE.format(1)), []),
    "not in a list of lists": (fenced(f'examples:\n  - - "{in_one_line(1)}"\n'), []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), HOSTED.values(), ids=HOSTED.keys())
def test_examples_are_found_in_their_hosts(text, expected):
    assert hosts(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in HOSTED.values()], ids=HOSTED.keys())
def test_an_example_lies_in_the_text_of_its_slot(text):
    syntax = parse(text)
    for hosted in syntax.examples:
        value = syntax.slot(hosted.host).text
        assert hosted.example.span.of(value).startswith("<example>")
        assert hosted.example.span.of(value).endswith("</example>")


def test_a_slot_is_a_field_or_an_entry_of_a_list():
    syntax = parse(fenced("examples:\n  - one\n  - two\nname: a\ntools: [x]\n'a[1]': b\n"))
    assert syntax.slot("name").text == "a"
    assert [syntax.slot(f"examples[{index}]").text for index in (0, 1)] == ["one", "two"]
    assert syntax.slot("tools[0]").text == "x"
    for host in (
        "examples[2]",
        "name[0]",
        "none",
        "none[0]",
        "examples[-1]",
        "examples[]",
        "examples[1",
        "[0]",
        "",
    ):
        assert syntax.slot(host) is None, host


def test_a_key_in_brackets_is_a_field_of_that_name():
    syntax = parse(fenced("'a[1]': b\n"))
    assert syntax.field("a[1]").text == "b"
    assert syntax.slot("a[1]") is syntax.field("a[1]")


BODIES = {
    "after the fence": ("---\nname: a\n---\nBody\n", "Body\n", "Body"),
    "blank lines are in the body and not in the prompt": ("---\nname: a\n---\n\n \nBody\n\n", "\n \nBody\n\n", "Body"),
    "no frontmatter": ("Body\n", "Body\n", "Body"),
    "no frontmatter, a byte order mark": ("\ufeffBody", "\ufeffBody", "Body"),
    "text behind the fence": ("---\nname: a\n--- Body", " Body", "Body"),
    "closed inside a value": ("---\nname: a --- b\n---\nBody", " b\n---\nBody", "b\n---\nBody"),
    "empty": ("---\nname: a\n---", "", ""),
    "nothing at all": ("", "", ""),
    "CRLF": ("---\r\nname: a\r\n---\r\n\r\nBody\r\n", "\r\nBody\r\n", "Body"),
    "JavaScript's blanks are taken off": ("---\nname: a\n---\n\u00a0\u2028Body\ufeff\n", "\u00a0\u2028Body\ufeff\n", "Body"),
    "other characters are not": ("---\nname: a\n---\n\x1cBody\x85", "\x1cBody\x85", "\x1cBody\x85"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "body", "prompt"), BODIES.values(), ids=BODIES.keys())
def test_the_body_and_the_prompt(text, body, prompt):
    syntax = parse(text)
    assert syntax.body.of(text) == body
    assert syntax.prompt == prompt
    assert syntax.body.end == len(text)


@given(st.one_of(st.text(), st.text(alphabet=[chr(code) for code in range(128)])))
def test_the_words_of_a_prompt_are_those_that_stand_apart(prompt):
    syntax = parse(f"---\nname: a\n---\n{prompt}")
    assert syntax.words == len(syntax.prompt.split())


def test_the_sample_is_understood_whole(seed_text):
    syntax = parse(seed_text)
    assert [field.key for field in syntax.frontmatter.fields] == ["name", "description", "model"]
    assert [len(hosted.example.turns) for hosted in syntax.examples] == [2, 2, 2]
    assert {hosted.host for hosted in syntax.examples} == {"description"}
    assert syntax.prompt.startswith("You are")


def test_sections_and_examples_are_worked_out_once(seed_text):
    syntax = parse(seed_text)
    assert syntax.sections is syntax.sections
    assert syntax.examples is syntax.examples
    assert syntax == parse(seed_text)


def sections_of(sections):
    for section in sections:
        yield section
        yield from sections_of(section.children)


def assert_consistent(text):
    syntax = parse(text)
    assert syntax.text == text
    assert (syntax.frontmatter is None) == (syntax.verdict == "none")
    assert syntax.body == (syntax.frontmatter.span.end if syntax.frontmatter else 0, len(text))
    for section in sections_of(syntax.sections):
        assert syntax.body.start <= section.span.start <= section.span.end <= syntax.body.end
        assert section.span.start <= section.content.start <= section.content.end <= section.span.end
    for hosted in syntax.examples:
        slot = syntax.slot(hosted.host)
        assert slot is not None
        assert 0 <= hosted.example.span.start <= hosted.example.span.end <= len(slot.text)
    for field in syntax.frontmatter.fields if syntax.frontmatter else ():
        counted = syntax.field(field.key)
        assert counted.span.start >= field.span.start
        for item in counted.items:
            assert syntax.slot(item.key) in (item, syntax.field(item.key))


@given(st.one_of(agent_texts(), pieces(), st.text()))
def test_any_text_is_parsed_with_every_span_inside(text):
    assert_consistent(text)


def test_every_real_file_is_parsed_with_every_span_inside(shared):
    paths = [*shared.glob("corpus/**/*.md"), *shared.glob("vectors/*.md"), *shared.glob("seed/*.md")]
    for path in paths:
        assert_consistent(path.read_bytes().decode("utf-8", "surrogateescape"))
    assert len(paths) >= 251
