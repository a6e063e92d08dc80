"""Changes of examples: what is written for what is asked, and that nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agenteditor.core.example_edits import (
    Draft,
    duplicate_example,
    insert_example,
    insert_turn,
    move_example,
    move_turn,
    remove_example,
    remove_turn,
    set_commentary,
    set_context,
    set_note,
    set_prose,
    set_raw,
    set_turn_speaker,
    set_turn_text,
)
from agenteditor.core.example_parts import shown
from agenteditor.core.example_spelling import spelling_of
from agenteditor.core.examples import Example, parse_examples, prose
from agenteditor.core.text import Edits, Refusal, apply, invert

Edit = Callable[[str], Edits | Refusal]

LINE = (
    "Use it. Examples: <example>Context: A. user: 'It's a' assistant: 'I'll b' <commentary>C</commentary></example> "
    "<example>Context: D. user: 'e' assistant: 'f' <commentary>G</commentary></example>"
)
LITERAL = (
    'Use it. Specifically:\\n\\n<example>\\nContext: A\\nuser: "a"\\nassistant: "b"\\n<commentary>\\nC\\n</commentary>\\n'
    '</example>\\n\\n<example>\\nContext: D\\nuser: "e"\\n</example>'
)
LIST = (
    'Use it.\n\nExamples:\n1. <example>\n  Context: A\n  User: "a"\n  Assistant: "b"\n  <commentary>\n  C\n'
    '  </commentary>\n</example>\n2. <example>\n  User: "e"\n</example>\n\nNot for x.\n'
)
UNTAGGED = (
    'Use it.\n\nExamples:\n- Context: A\n  User: "a"\n  Assistant: "b"\n\n- Context: D\n  User: "e"\n  Assistant: "f"\n\n'
    "Not for x.\n"
)
TAGS = "Use it.\n<example> <user_request>a</user_request> <commentary>b</commentary> </example>\n"
DRAFT = Draft("N.", (("user", "It's u"), ("assistant", "w")), "Z")


class Case(NamedTuple):
    title: str
    given: str
    edit: Edit
    expected: str


CASES = [
    Case(
        "a letter in a speech changes that letter",
        LINE,
        lambda v: set_turn_text(v, 0, 0, "It's an a"),
        LINE.replace("'It's a'", "'It's an a'"),
    ),
    Case(
        "a speech that ends a quote too early gets other quotes",
        "X <example>user: 'a' assistant: 'b'</example>",
        lambda v: set_turn_text(v, 0, 0, "say 'x' assistant: y"),
        "X <example>user: \"say 'x' assistant: y\" assistant: 'b'</example>",
    ),
    Case(
        "a speech without quotes gets some when it needs them",
        "X <example>user: run assistant: running</example>",
        lambda v: set_turn_text(v, 0, 0, "Run. Assistant: be quick"),
        'X <example>user: "Run. Assistant: be quick" assistant: running</example>',
    ),
    Case(
        "blanks at the ends stay inside quotes",
        "X <example>user: 'a'</example>",
        lambda v: set_turn_text(v, 0, 0, " a "),
        "X <example>user: ' a '</example>",
    ),
    Case(
        "a line break is written as the value writes its own",
        LITERAL,
        lambda v: set_turn_text(v, 0, 1, "b\nc"),
        LITERAL.replace('"b"', '"b\\nc"'),
    ),
    Case(
        "the line breaks that stay keep their bytes",
        'X\\n<example>\\nuser: "a\r\nb\nc"\\n</example>',
        lambda v: set_turn_text(v, 0, 0, "a\nb\nc\nd"),
        'X\\n<example>\\nuser: "a\r\nb\nc\\nd"\\n</example>',
    ),
    Case(
        "an empty context is filled",
        "X <example>Context: user: 'a'</example>",
        lambda v: set_context(v, 0, "New."),
        "X <example>Context: New. user: 'a'</example>",
    ),
    Case(
        "a context is emptied",
        "X <example>Context: Old. user: 'a'</example>",
        lambda v: set_context(v, 0, ""),
        "X <example>Context: user: 'a'</example>",
    ),
    Case(
        "an empty commentary is filled as the others are",
        LITERAL.replace('user: "e"', 'user: "e"\\n<commentary></commentary>'),
        lambda v: set_commentary(v, 1, "H"),
        LITERAL.replace('user: "e"', 'user: "e"\\n<commentary>\\nH\\n</commentary>'),
    ),
    Case(
        "a context is added in front",
        "X <example>user: 'a'</example>",
        lambda v: set_context(v, 0, "New."),
        "X <example>Context: New. user: 'a'</example>",
    ),
    Case(
        "a context is taken away with its separator",
        LINE,
        lambda v: set_context(v, 0, None),
        LINE.replace("Context: A. ", ""),
    ),
    Case(
        "a commentary is added as the other block has it",
        LITERAL,
        lambda v: set_commentary(v, 1, "two\nlines"),
        LITERAL.replace('user: "e"', 'user: "e"\\n<commentary>\\ntwo\\nlines\\n</commentary>'),
    ),
    Case(
        "a commentary is taken away",
        LIST,
        lambda v: set_commentary(v, 0, None),
        LIST.replace("\n  <commentary>\n  C\n  </commentary>", ""),
    ),
    Case(
        "the parts of a block in tags are written in tags",
        TAGS,
        lambda v: set_context(v, 0, "c"),
        TAGS.replace("<user_request>", "<context>c</context> <user_request>"),
    ),
    Case(
        "a speaker is named",
        LINE,
        lambda v: set_turn_speaker(v, 0, 0, "Mia"),
        LINE.replace("user: 'It's", "Mia: 'It's"),
    ),
    Case(
        "a speaker in tags keeps its tags",
        TAGS,
        lambda v: set_turn_speaker(v, 0, 0, "user"),
        TAGS.replace("user_request>", "user>"),
    ),
    Case(
        "a name that no tag can have becomes a label",
        TAGS,
        lambda v: set_turn_speaker(v, 0, 0, "Mia"),
        TAGS.replace("<user_request>a</user_request>", 'Mia: "a"'),
    ),
    Case(
        "a name that is no usual label needs quotes behind it",
        "X <example>\nuser: go\nassistant: gone\n</example>",
        lambda v: set_turn_speaker(v, 0, 1, "Mia"),
        'X <example>\nuser: go\nMia: "gone"\n</example>',
    ),
    Case(
        "a turn at the end stands before the commentary",
        LINE,
        lambda v: insert_turn(v, 0, 2, "user", "Thanks"),
        LINE.replace("'I'll b' ", "'I'll b' user: 'Thanks' "),
    ),
    Case(
        "a turn in front is written with the file's own label",
        LIST,
        lambda v: insert_turn(v, 0, 0, "assistant", "hello"),
        LIST.replace('  User: "a"', '  Assistant: "hello"\n  User: "a"'),
    ),
    Case(
        "a turn behind a placeholder",
        'X\n<example>\nuser: "a"\n<call left out here>\n</example>',
        lambda v: insert_turn(v, 0, 1, "assistant", "b"),
        'X\n<example>\nuser: "a"\n<call left out here>\nassistant: "b"\n</example>',
    ),
    Case(
        "a turn in an empty block",
        "X <example></example>",
        lambda v: insert_turn(v, 0, 0, "user", "a"),
        'X <example>user: "a"</example>',
    ),
    Case(
        "a turn is taken away",
        LIST,
        lambda v: remove_turn(v, 0, 1),
        LIST.replace('  Assistant: "b"\n', ""),
    ),
    Case(
        "turns change places, what is between them stays",
        'X <example>user: "a"\n<call left out here>\nassistant: "b" <commentary>c</commentary></example>',
        lambda v: move_turn(v, 0, 0, 1),
        'X <example>assistant: "b"\n<call left out here>\nuser: "a" <commentary>c</commentary></example>',
    ),
    Case(
        "a placeholder is changed",
        'X <example>user: "a"\n<call left out here>\nassistant: "b"</example>',
        lambda v: set_note(v, 0, 0, "<a long call left out>"),
        'X <example>user: "a"\n<a long call left out>\nassistant: "b"</example>',
    ),
    Case(
        "a placeholder is taken away",
        'X <example>user: "a"\n<call left out here>\nassistant: "b"</example>',
        lambda v: set_note(v, 0, 0, ""),
        'X <example>user: "a"\nassistant: "b"</example>',
    ),
    Case(
        "a block as text keeps the blanks inside its tags",
        LITERAL,
        lambda v: set_raw(v, 1, "user: 'x'\nassistant: 'y'"),
        LITERAL.replace('Context: D\\nuser: "e"', "user: 'x'\\nassistant: 'y'"),
    ),
    Case(
        "a block that is not understood is changed as text",
        "X <example>only words</example>",
        lambda v: set_raw(v, 0, "only two words"),
        "X <example>only two words</example>",
    ),
    Case(
        "a new block on one line",
        LINE,
        lambda v: insert_example(v, 1, DRAFT),
        LINE.replace(
            " <example>Context: D",
            " <example>Context: N. user: 'It's u' assistant: 'w' <commentary>Z</commentary></example> <example>Context: D",
        ),
    ),
    Case(
        "a new block at the end, over literal lines",
        LITERAL,
        lambda v: insert_example(v, 2, DRAFT),
        LITERAL
        + '\\n\\n<example>\\nContext: N.\\nuser: "It\'s u"\\nassistant: "w"\\n<commentary>\\nZ\\n</commentary>\\n</example>',
    ),
    Case(
        "a new block in a numbered list, numbered anew",
        LIST,
        lambda v: insert_example(v, 0, Draft(None, (("user", "u"),), None)),
        LIST.replace("1. <example>\n", '1. <example>\n  User: "u"\n</example>\n2. <example>\n', 1).replace(
            '2. <example>\n  User: "e"', '3. <example>\n  User: "e"'
        ),
    ),
    Case(
        "a new block without tags",
        UNTAGGED,
        lambda v: insert_example(v, 2, Draft("N", (("user", "u"), ("assistant", "w")))),
        UNTAGGED.replace("\n\nNot for", '\n\n- Context: N\n  User: "u"\n  Assistant: "w"\n\nNot for'),
    ),
    Case(
        "the first block of one line is announced",
        "Use it for reports.",
        lambda v: insert_example(v, 0, DRAFT),
        'Use it for reports. Examples: <example>Context: N. user: "It\'s u" assistant: "w" '
        "<commentary>Z</commentary></example>",
    ),
    Case(
        "the first block of several lines",
        "Use it.\nOften.\n",
        lambda v: insert_example(v, 0, Draft(None, (("user", "u"),))),
        'Use it.\nOften.\n\nExamples:\n\n<example>\nuser: "u"\n</example>\n',
    ),
    Case(
        "the first block behind a colon, over literal lines",
        "Use it.\\nSpecifically:",
        lambda v: insert_example(v, 0, Draft("c", (("user", "u"),), "z")),
        'Use it.\\nSpecifically:\\n\\n<example>\\nContext: c\\nuser: "u"\\n<commentary>\\nz\\n</commentary>\\n</example>',
    ),
    Case(
        "the first block of an empty value",
        "",
        lambda v: insert_example(v, 0, Draft(None, (("user", "u"),))),
        '<example>user: "u"</example>',
    ),
    Case(
        "the first block inside an empty wrapper",
        "Use it.\n<examples>\n</examples>\n",
        lambda v: insert_example(v, 0, Draft(None, (("user", "u"),))),
        'Use it.\n<examples>\n<example>\nuser: "u"\n</example>\n</examples>\n',
    ),
    Case(
        "a block without anything",
        LINE,
        lambda v: insert_example(v, 2, Draft()),
        LINE + " <example></example>",
    ),
    Case(
        "a copy stands behind its model",
        LINE,
        lambda v: duplicate_example(v, 1),
        LINE + LINE[LINE.rindex(" <example>") :],
    ),
    Case(
        "a copy of a block that is not closed",
        "X <example>user: 'a'\n\nand so on",
        lambda v: duplicate_example(v, 0),
        "X <example>user: 'a'\n\nand so on\n<example>user: 'a'\n\nand so on",
    ),
    Case(
        "the first block goes with the gap behind it",
        LINE,
        lambda v: remove_example(v, 0),
        "Use it. Examples: " + LINE[LINE.rindex("<example>") :],
    ),
    Case(
        "the last block goes with the gap in front of it",
        LINE,
        lambda v: remove_example(v, 1),
        LINE[: LINE.rindex(" <example>")],
    ),
    Case(
        "a block of a list goes, the next has its number",
        LIST,
        lambda v: remove_example(v, 0),
        'Use it.\n\nExamples:\n1. <example>\n  User: "e"\n</example>\n\nNot for x.\n',
    ),
    Case(
        "the only block leaves no double blank",
        "Use it. <example>user: 'a'</example> Not for x.",
        lambda v: remove_example(v, 0),
        "Use it. Not for x.",
    ),
    Case(
        "a block between quotes leaves the quotes",
        "list:\n- '<example>user: 'a'</example>'\nmore",
        lambda v: remove_example(v, 0),
        "list:\n- ''\nmore",
    ),
    Case(
        "the only block leaves the last line break",
        TAGS,
        lambda v: remove_example(v, 0),
        "Use it.\n",
    ),
    Case(
        "blocks change places",
        LINE,
        lambda v: move_example(v, 0, 1),
        "Use it. Examples: "
        + LINE[LINE.rindex("<example>") :]
        + " "
        + LINE[LINE.index("<example>") : LINE.rindex(" <example>")],
    ),
    Case(
        "numbers stay in their places",
        "X 1. <example>user: 'a'</example> 2. <example>user: 'b'</example> 3. <example>user: 'c'</example>",
        lambda v: move_example(v, 2, 0),
        "X 1. <example>user: 'c'</example> 2. <example>user: 'a'</example> 3. <example>user: 'b'</example>",
    ),
    Case(
        "a block that is not closed ends where the next begins",
        "X <example>user: 'a'</example> <example>user: 'b' (more",
        lambda v: move_example(v, 1, 0),
        "X <example>user: 'b' (more <example>user: 'a'</example>",
    ),
    Case(
        "prose in front",
        LINE,
        lambda v: set_prose(v, 0, "Use it often. Examples:"),
        LINE.replace("Use it.", "Use it often."),
    ),
    Case(
        "prose in front is taken away",
        LINE,
        lambda v: set_prose(v, 0, ""),
        LINE.removeprefix("Use it. Examples: "),
    ),
    Case(
        "prose between blocks",
        LINE,
        lambda v: set_prose(v, 1, "Or:"),
        LINE.replace("</example> <example>", "</example> Or: <example>"),
    ),
    Case(
        "prose behind",
        LITERAL,
        lambda v: set_prose(v, 2, "Not\nfor x."),
        LITERAL + "\\n\\nNot\\nfor x.",
    ),
    Case(
        "prose behind is taken away",
        LIST,
        lambda v: set_prose(v, 2, ""),
        LIST.replace("\n\nNot for x.", ""),
    ),
    Case("prose without any example", "Old.\n", lambda v: set_prose(v, 0, "New."), "New.\n"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_what_is_asked_is_written_and_nothing_else(case: Case) -> None:
    edits = case.edit(case.given)
    assert not isinstance(edits, Refusal), edits
    written = apply(case.given, edits)
    assert written == case.expected
    assert apply(written, invert(case.given, edits)) == case.given


REFUSED = [
    ("a closing tag in a speech", LINE, lambda v: set_turn_text(v, 0, 0, "x </example> y"), "“</example>”"),
    ("an opening tag in a context", LINE, lambda v: set_context(v, 0, "<example>"), "“<example>”"),
    ("a backslash and n", LINE, lambda v: set_turn_text(v, 0, 0, "C:\\new"), "line break"),
    ("a label on a new line", LITERAL, lambda v: set_turn_text(v, 0, 0, "log:\nuser: x"), "“user:”"),
    ("a label in a context", LINE, lambda v: set_context(v, 0, "Done. User: 'x'"), "“User:”"),
    ("a name with a colon", LINE, lambda v: set_turn_speaker(v, 0, 0, "a: b"), "speaker"),
    ("no name", LINE, lambda v: set_turn_speaker(v, 0, 0, " "), "speaker"),
    (
        "the last turn of a block without tags",
        "Examples: - User: 'a' - User: 'b'",
        lambda v: remove_turn(v, 0, 0),
        "Delete",
    ),
    (
        "a part of a block that is not understood",
        "<example>x</example>",
        lambda v: set_context(v, 0, "y"),
        "as text",
    ),
    ("a block in a block", LINE, lambda v: set_raw(v, 0, "<example>user: 'a'</example>"), "tag"),
    (
        "a new block with a tag",
        LINE,
        lambda v: insert_example(v, 0, Draft(commentary="</commentary>")),
        "tag",
    ),
    ("a new block without tags and turns", UNTAGGED, lambda v: insert_example(v, 0, Draft("N")), "no tags"),
    ("an example as prose", LINE, lambda v: set_prose(v, 0, "<example>x</example>"), "source"),
    ("a backslash and n in prose", LINE, lambda v: set_prose(v, 0, "C:\\new"), "line break"),
    (
        "the word that announces the examples",
        "Examples: - User: 'a' - User: 'b'",
        lambda v: set_prose(v, 0, "X"),
        "source",
    ),
]


@pytest.mark.parametrize(("title", "value", "edit", "word"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_would_not_read_back_is_refused_with_a_reason(
    title: str, value: str, edit: Edit, word: str
) -> None:
    refusal = edit(value)
    assert isinstance(refusal, Refusal)
    assert word in refusal.reason
    assert refusal.reason.endswith(".")


# Values in every style, and texts with all that is hard about them but labels, tags and backslashes.
WORDS = st.text(st.sampled_from("abn I'll \"é,.!?()…“”—\n\U0001f600-"), max_size=30)
PLAIN = WORDS.filter(lambda text: not re.search(r"\n\s*[-.)(“]|[\"'”]\s*[-\n(]", text))


class Style(NamedTuple):
    """One way to write examples; ``{}`` stands for a text."""

    title: str
    newline: str
    block: str  # with CONTEXT, TURNS and COMMENTARY
    context: str
    turn: str  # with {speaker} and {text}
    between: str
    commentary: str
    gap: str


STYLES = [
    Style(
        "one line, single quotes",
        "\n",
        "<example>{}</example>",
        "Context: {}",
        "{}: '{}'",
        " ",
        "<commentary>{}</commentary>",
        " ",
    ),
    Style(
        "one line, double quotes",
        "\n",
        "<example> {} </example>",
        "Context: {}",
        '{}: "{}"',
        " ",
        "<commentary>{}</commentary>",
        " ",
    ),
    Style(
        "lines",
        "\n",
        "<example>\n{}\n</example>",
        "Context: {}",
        '{}: "{}"',
        "\n",
        "<commentary>\n{}\n</commentary>",
        "\n\n",
    ),
    Style(
        "list",
        "\n",
        "- <example>\n  {}\n</example>",
        "Context: {}",
        '{}: "{}"',
        "\n  ",
        "<commentary>\n  {}\n  </commentary>",
        "\n",
    ),
    Style(
        "literal",
        "\\n",
        "<example>\\n{}\\n</example>",
        "Context: {}",
        '{}: "{}"',
        "\\n",
        "<commentary>\\n{}\\n</commentary>",
        "\\n\\n",
    ),
    Style(
        "CRLF",
        "\r\n",
        "<example>\r\n{}\r\n</example>",
        "Context: {}",
        "{}: '{}'",
        "\r\n",
        "<commentary>{}</commentary>",
        "\r\n",
    ),
    Style(
        "tags",
        "\n",
        "<example>{}</example>",
        "<context>{}</context>",
        "<{0}>{1}</{0}>",
        "\n",
        "<commentary>{}</commentary>",
        "\n",
    ),
    Style("no tags", "\n", "- {}", "Context: {}", '{}: "{}"', "\n  ", "<commentary>{}</commentary>", "\n\n"),
]
DRAFTS = st.builds(
    Draft,
    st.sampled_from(["A thing has happened.", "New code is there."]),
    st.lists(
        st.tuples(st.sampled_from(["user", "assistant"]), st.sampled_from(["Do it", "I'll do it.", "ok?"])),
        min_size=2,
        max_size=3,
    ).map(lambda turns: (("user", "First"), *turns)),
    st.sampled_from([None, "It fits."]),
)


def _written(style: Style, drafts: list[Draft]) -> str:
    blocks = []
    for draft in drafts:
        assert draft.context is not None
        parts = [style.context.format(draft.context), *(style.turn.format(*turn) for turn in draft.turns)]
        parts += [style.commentary.format(draft.commentary)] if draft.commentary else []
        blocks.append(style.block.format(style.between.join(parts)))
    return "Use it. Examples:" + style.gap + style.gap.join(blocks)


VALUES = st.tuples(st.sampled_from(STYLES), st.lists(DRAFTS, min_size=1, max_size=4)).map(
    lambda p: (p[0], _written(*p), p[1])
)


def _draft(example: Example) -> Draft:
    return Draft(
        example.context, tuple((turn.speaker, turn.text) for turn in example.turns), example.commentary
    )


def _raw(value: str, example: Example) -> str:
    return value[example.marker.end : example.span.end]


def _edited(value: str, edits: Edits | Refusal) -> tuple[str, list[Example]]:
    assert not isinstance(edits, Refusal), edits.reason
    written = apply(value, edits)
    assert apply(written, invert(value, edits)) == value
    return written, list(parse_examples(written))


@given(VALUES)
def test_a_written_value_reads_as_its_drafts(case: tuple[Style, str, list[Draft]]) -> None:
    _, value, drafts = case
    assert [_draft(example) for example in parse_examples(value)] == drafts


@settings(max_examples=200)
@given(VALUES, PLAIN, st.data())
def test_any_plain_text_can_be_said_in_every_style(
    case: tuple[Style, str, list[Draft]], text: str, data: st.DataObject
) -> None:
    style, value, drafts = case
    index = data.draw(st.integers(0, len(drafts) - 1))
    turn = data.draw(st.integers(0, len(drafts[index].turns) - 1))
    if style.title == "tags":
        text = text.strip()
    else:
        assume(text.strip() or "\n" not in text)  # blank lines alone end an example: refused with a sentence
    written, examples = _edited(value, set_turn_text(value, index, turn, text))
    turns = list(drafts[index].turns)
    turns[turn] = (turns[turn][0], text)
    drafts = [*drafts[:index], drafts[index]._replace(turns=tuple(turns)), *drafts[index + 1 :]]
    assert [_draft(example) for example in examples] == drafts
    old = parse_examples(value)
    assert all(
        _raw(written, a) == _raw(value, b)
        for a, b in zip(examples, old, strict=True)
        if a is not examples[index]
    )


@settings(max_examples=200)
@given(VALUES, st.data())
def test_parts_come_and_go_in_every_style(case: tuple[Style, str, list[Draft]], data: st.DataObject) -> None:
    style, value, drafts = case
    index = data.draw(st.integers(0, len(drafts) - 1))
    draft = drafts[index]
    turns = list(draft.turns)
    at = data.draw(st.integers(0, len(turns)))
    speaker, text = data.draw(st.sampled_from([("user", "Why?"), ("assistant", "I'll look"), ("Mia", "So.")]))
    kind = data.draw(st.sampled_from(["insert", "remove", "move", "context", "commentary", "no commentary"]))
    if kind == "insert" and not (style.title == "tags" and speaker == "Mia"):
        edits = insert_turn(value, index, at, speaker, text)
        turns.insert(at, (speaker, text))
    elif kind == "remove":
        edits = remove_turn(value, index, at % len(turns))
        del turns[at % len(turns)]
    elif kind == "move":
        to = data.draw(st.integers(0, len(turns) - 1))
        edits = move_turn(value, index, at % len(turns), to)
        turns.insert(to, turns.pop(at % len(turns)))
    elif kind == "context":
        edits = set_context(value, index, text)
        draft = draft._replace(context=text)
    elif kind == "commentary":
        edits = set_commentary(value, index, text)
        draft = draft._replace(commentary=text)
    else:
        edits = set_commentary(value, index, None)
        draft = draft._replace(commentary=None)
    written, examples = _edited(value, edits)
    drafts = [*drafts[:index], draft._replace(turns=tuple(turns)), *drafts[index + 1 :]]
    assert [_draft(example) for example in examples] == drafts
    assert _spread(written) == _spread(value)


@settings(max_examples=200)
@given(VALUES, DRAFTS, st.data())
def test_blocks_come_and_go_in_every_style(
    case: tuple[Style, str, list[Draft]], new: Draft, data: st.DataObject
) -> None:
    _, value, drafts = case
    old = parse_examples(value)
    raws = [_raw(value, example) for example in old]
    index = data.draw(st.integers(0, len(drafts) - 1))
    kind = data.draw(st.sampled_from(["insert", "duplicate", "remove", "move"]))
    drafts = list(drafts)
    kept = list(raws)
    if kind == "insert":
        at = data.draw(st.integers(0, len(drafts)))
        edits = insert_example(value, at, new)
        drafts.insert(at, new)
    elif kind == "duplicate":
        edits = duplicate_example(value, index)
        drafts.insert(index + 1, drafts[index])
        kept.insert(index + 1, raws[index])
    elif kind == "remove":
        edits = remove_example(value, index)
        del drafts[index], kept[index]
    else:
        to = data.draw(st.integers(0, len(drafts) - 1))
        edits = move_example(value, index, to)
        drafts.insert(to, drafts.pop(index))
        kept.insert(to, kept.pop(index))
    written, examples = _edited(value, edits)
    assert [_draft(example) for example in examples] == drafts
    found = [_raw(written, example) for example in examples]
    if kind == "insert":
        del found[at]
        assert _edited(written, remove_example(written, at))[0] == value
    assert found == kept
    assert [stretch.text for stretch in prose(written)] == ["Use it. Examples:"] + [""] * len(drafts)


def _spread(value: str) -> set[str]:
    """The blanks that stand between two things of a value, as a set of spellings."""
    return set(re.findall(r"(?:\\n|\s)+", value)) - {" "}


PIECES = [
    "<example>", "</example>", "<examples>", "<commentary>", "</commentary>", "<context>", "</context>", "<user>",
    "</user>", "Context: ", "user: '", "User: \"", "assistant: ", "Assistant: '", "Mia: \"", "Commentary: ",
    "**User:** ", "Example 1:", "Examples: ", "- ", "1. ", "2. ", "\n", "\n\n", "\\n", "\r\n", "\\", "n", "'", '"', "“",
    "”", " ", ".", "? ", "→", "<call omitted here>", "`", ":", "word", "I'll do it", "the user: x", "\u00a0", "\ud800",
]  # fmt: skip
SOUP = st.lists(st.sampled_from(PIECES), min_size=3, max_size=30).map(
    lambda pieces: "Examples: - User: 'a' <example>user: 'b' " * (len(pieces) % 2) + "".join(pieces)
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)


@settings(max_examples=300)
@given(SOUP, TEXTS, st.data())
def test_any_change_of_any_value_does_just_that_or_is_refused(
    value: str, text: str, data: st.DataObject
) -> None:
    old = parse_examples(value)
    assume(old)
    index = data.draw(st.integers(0, len(old) - 1))
    example = old[index]
    turns = len(example.turns)
    turn = data.draw(st.integers(0, max(0, turns - 1)))
    kind = data.draw(
        st.sampled_from(
            ["context", "commentary", "raw", "prose", "example", "copy", "remove", "move", "insert turn"]
            + ["turn", "speaker", "remove turn", "move turn"] * bool(turns)
        )
    )
    speaker = data.draw(st.sampled_from(["user", "assistant", "Mia", text]))
    to = data.draw(st.integers(0, len(old) - 1))
    slot = data.draw(st.integers(0, len(old)))
    turn_to = data.draw(st.integers(0, max(0, turns - 1)))
    edits = {
        "context": lambda: set_context(value, index, text),
        "commentary": lambda: set_commentary(value, index, text),
        "raw": lambda: set_raw(value, index, text),
        "prose": lambda: set_prose(value, slot, text),
        "example": lambda: insert_example(value, slot, Draft(text, ((speaker, text),), text)),
        "copy": lambda: duplicate_example(value, index),
        "remove": lambda: remove_example(value, index),
        "move": lambda: move_example(value, index, to),
        "insert turn": lambda: insert_turn(value, index, turn, speaker, text),
        "turn": lambda: set_turn_text(value, index, turn, text),
        "speaker": lambda: set_turn_speaker(value, index, turn, speaker),
        "remove turn": lambda: remove_turn(value, index, turn),
        "move turn": lambda: move_turn(value, index, turn, turn_to),
    }[kind]()
    if isinstance(edits, Refusal):
        assert edits.reason.endswith(".")
        return
    written, new = _edited(value, edits)
    stretches, before = [s.text for s in prose(written)], [s.text for s in prose(value)]
    said = shown(text).text
    if kind in ("example", "copy"):
        place = slot if kind == "example" else index + 1
        assert len(new) == len(old) + 1
        if kind == "example":
            assert new[place].context == new[place].commentary == text.replace("\r\n", "\n").strip()
        else:
            assert _draft(new[place]) == _draft(example)
        del new[place]
        index = -1
    elif kind == "remove":
        assert len(new) == len(old) - 1
        new.insert(index, example)
    elif kind == "move":
        assert sorted(e.text for e in new) == sorted(e.text for e in old)
        assert new[to].text == example.text
        return
    elif kind == "prose":
        assert stretches[slot] == said.strip()
        stretches[slot] = before[slot]
        index = -1
    else:
        changed = new[index]
        if kind == "context":
            assert (changed.context or "") == said.strip()
        elif kind == "commentary":
            assert changed.commentary == said.strip()
        elif kind == "raw":
            assert changed.text == said.strip()
        elif kind == "turn":
            assert changed.turns[turn].text in (said, said.strip())
        elif kind == "speaker":
            assert changed.turns[turn].speaker == speaker.strip()
            assert [t.text for t in changed.turns] == [t.text for t in example.turns]
        elif kind == "insert turn":
            assert changed.turns[turn if turns else 0].text in (said, said.strip())
            assert len(changed.turns) == turns + 1
        elif kind == "remove turn":
            assert len(changed.turns) == turns - 1
        else:
            assert changed.turns[turn_to].text == example.turns[turn].text
    assert len(new) == len(old)
    for at, (a, b) in enumerate(zip(new, old, strict=True)):
        if at != index:
            assert _draft(a) == _draft(b)
            assert a is b or _raw(written, a) == _raw(value, b)
    if kind not in ("example", "copy", "remove"):
        assert stretches == before


def _description(text: str) -> str:
    found = re.search(r"^description: (.*)$", text, re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_seed_is_edited_in_its_own_style(seed_text: str) -> None:
    value = _description(seed_text)
    written, _ = _edited(value, set_turn_text(value, 0, 1, "I'll do it"))
    assert written == value.replace(
        "'I'll use the backend-engineer agent to help design and implement the authentication endpoint'",
        "'I'll do it'",
    )
    written, _ = _edited(value, insert_example(value, 3, DRAFT))
    assert written == (
        value + " <example>Context: N. user: 'It's u' assistant: 'w' <commentary>Z</commentary></example>"
    )
    written, _ = _edited(value, set_commentary(value, 2, None))
    assert written == value[: value.rindex(" <commentary>")] + "</example>"


def test_moving_an_example_of_the_seed_exchanges_its_bytes(seed_text: str) -> None:
    value = _description(seed_text)
    lead, *blocks = re.split("(?=<example>)", value)
    first, second, third = (block.strip() for block in blocks)
    assert apply(value, _edits(move_example(value, 2, 0))) == lead + " ".join((third, first, second))
    assert apply(value, _edits(duplicate_example(value, 1))) == lead + " ".join(
        (first, second, second, third)
    )
    assert apply(value, _edits(remove_example(value, 1))) == lead + " ".join((first, third))


@pytest.mark.parametrize("value", [LINE, LITERAL, LIST])
@pytest.mark.parametrize("field", ["speech", "commentary"])
def test_a_text_can_be_typed_letter_by_letter(value: str, field: str) -> None:
    text = "He asks: why? \"I'll do 'this' now\", -> ok;\n\n- one: two\n1. <b>three</b> | `code` and C# / F#."
    for end in range(len(text) + 1):
        typed = text[:end]
        if field == "speech":
            value, examples = _edited(value, set_turn_text(value, 0, 0, typed))
            assert examples[0].turns[0].text == typed
        else:
            value, examples = _edited(value, set_commentary(value, 0, typed))
            assert examples[0].commentary == typed.strip()


def test_one_letter_is_one_small_edit(seed_text: str) -> None:
    value = _description(seed_text)
    turn = parse_examples(value)[1].turns[0]
    (edit,) = _edits(set_turn_text(value, 1, 0, turn.text[:3] + "x" + turn.text[3:]))
    assert (edit.insert, edit.span.end - edit.span.start) == ("x", 0)
    assert _edits(set_turn_text(value, 1, 0, turn.text)) == ()


def _edits(outcome: Edits | Refusal) -> Edits:
    assert not isinstance(outcome, Refusal), outcome.reason
    return outcome


def test_a_value_tells_how_it_spells_examples() -> None:
    spelling = spelling_of(LIST)
    assert (spelling.newline, spelling.marker, spelling.gap) == ("\n", "1. ", "\n")
    assert (spelling.after_opening, spelling.separator, spelling.before_closing) == ("\n  ", "\n  ", "\n")
    assert (spelling.label("user"), spelling.label("ASSISTANT"), spelling.label("Mia")) == (
        "User",
        "Assistant",
        "Mia",
    )
    assert spelling.commentary.around("C") == "<commentary>\n  C\n  </commentary>"
    assert spelling_of(LITERAL).newline == "\\n"
    assert spelling_of("a\r\nb").gap == "\r\n\r\n"


def test_the_nearest_block_decides_between_equals() -> None:
    value = "<example>user: 'a'</example> <example>User: \"b\"</example>"
    assert spelling_of(value, 0).user.speaker == "user"
    assert spelling_of(value, 1).user.quote == '"'


def _described(shared: Path) -> Iterator[tuple[Path, str]]:
    """The values with examples; the raw frontmatter where PyYAML does not read it."""
    for path in sorted((shared / "corpus").rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        fences = re.match(r"---\s*\n(.*?)---\s*\n?", text, re.DOTALL)
        if fences is None or "<example>" not in fences[1]:
            continue
        try:
            fields = yaml.safe_load(fences[1])
        except yaml.YAMLError:
            fields = {"raw": fences[1]}
        if isinstance(fields, dict):
            yield from ((path, v) for v in fields.values() if isinstance(v, str) and "<example>" in v)


def test_every_example_of_the_real_files_can_be_edited(shared: Path) -> None:
    asked = 0
    for path, value in _described(shared):
        examples = parse_examples(value)
        for index, example in enumerate(examples[:3]):
            outcomes = [
                set_context(value, index, "New: a context."),
                set_context(value, index, None),
                set_commentary(value, index, "Two\nlines."),
                insert_turn(value, index, len(example.turns), "user", "It's new"),
                duplicate_example(value, index),
                remove_example(value, index),
                move_example(value, index, len(examples) - 1),
                insert_example(value, index, DRAFT),
                set_prose(value, index, "New prose, examples:"),
                *(set_turn_text(value, index, turn, 'It\'s "new"') for turn in range(len(example.turns))),
                *(remove_turn(value, index, turn) for turn in range(len(example.turns))),
            ]
            asked += len(outcomes)
            for outcome in outcomes:
                _edited(value, outcome)
            assert not any(isinstance(outcome, Refusal) for outcome in outcomes), path
    assert asked > 800
