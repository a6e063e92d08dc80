"""What examples are found in a value, shape by shape (FORMAT 3.4, 3.5), and that reading never fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core.example_parts import shown
from agenteditor.core.example_words import role_of
from agenteditor.core.examples import Example, parse_examples, prose

Block = tuple[str | None, list[tuple[str, str]], str | None]


class Case(NamedTuple):
    title: str
    value: str
    blocks: list[Block]  # context, turns, commentary
    prose: list[str]


ONE_LINE: Block = (
    "A report is due.",
    [("user", "It's late"), ("assistant", "I'll write it")],
    "Writing is its job.",
)

CASES = [
    Case(
        "all on one line, apostrophes inside single quotes",
        "Use it for reports. Examples: <example>Context: A report is due. user: 'It's late' "
        "assistant: 'I'll write it' <commentary>Writing is its job.</commentary></example>",
        [ONE_LINE],
        ["Use it for reports. Examples:", ""],
    ),
    Case(
        "blanks inside the tags, and prose behind",
        "Use it.\n<example> Context: A report is due. user: 'It's late' assistant: 'I'll write it' "
        "<commentary>Writing is its job.</commentary> </example> Not for letters.",
        [ONE_LINE],
        ["Use it.", "Not for letters."],
    ),
    Case(
        "over real lines, a list, commentary on lines of its own",
        "Use it.\n\nExamples:\n- <example>\n  Context: A report is due.\n  user: \"It's late\"\n"
        "  assistant: \"I'll write it\"\n  <commentary>\n  Writing is its job.\n  </commentary>\n</example>\n"
        '- <example>\n  user: "Again"\n</example>',
        [ONE_LINE, (None, [("user", "Again")], None)],
        ["Use it.\n\nExamples:", "", ""],
    ),
    Case(
        "over literal backslash-n",
        "Use it. Specifically:\\n\\n<example>\\nContext: A report is due.\\nuser: \"It's late\"\\n"
        "assistant: \"I'll write it\"\\n<commentary>\\nWriting is its job.\\n</commentary>\\n</example>",
        [ONE_LINE],
        ["Use it. Specifically:", ""],
    ),
    Case(
        "CRLF, and a line break inside a speech",
        'Use it.\r\n<example>\r\nContext: c\r\nuser: "one\r\ntwo"\r\nassistant: \'three\'\r\n</example>\r\n',
        [("c", [("user", "one\ntwo"), ("assistant", "three")], None)],
        ["Use it.", ""],
    ),
    Case(
        "real and literal line breaks mixed",
        'Use it.\\n\n<example>Context: c\\nuser: "a\\nb"\nassistant: "c"</example>',
        [("c", [("user", "a\nb"), ("assistant", "c")], None)],
        ["Use it.", ""],
    ),
    Case(
        "parts in tags",
        "Use it.\n\n<example>\n<context>Late</context>\n<user_request>Write it</user_request>\n"
        "<assistant>Writing</assistant>\n<commentary>Yes</commentary>\n</example>",
        [("Late", [("user_request", "Write it"), ("assistant", "Writing")], "Yes")],
        ["Use it.", ""],
    ),
    Case(
        "short tags without blanks, inside a wrapper",
        "Use it. <examples><example><user>Hi</user><assistant>Yo</assistant></example></examples> End.",
        [(None, [("user", "Hi"), ("assistant", "Yo")], None)],
        ["Use it. <examples>", "</examples> End."],
    ),
    Case(
        "several turns, the commentary between them, a placeholder",
        'X <example>\nuser: "Write"\nassistant: "Here:"\n<function call omitted for brevity>\n'
        '<commentary>Check it.</commentary>\nassistant: "Now I check"\nuser: "Thanks"\n</example>',
        [
            (
                None,
                [("user", "Write"), ("assistant", "Here:"), ("assistant", "Now I check"), ("user", "Thanks")],
                "Check it.",
            )
        ],
        ["X", ""],
    ),
    Case(
        "a named speaker, and a placeholder at the end",
        'X\\n\\n<example>\\nContext: Mia has finished.\\nMia: "Can you look?"\\nAssistant: "I\'ll look."\\n'
        "<Task tool invocation to look>\\n</example>",
        [("Mia has finished.", [("Mia", "Can you look?"), ("Assistant", "I'll look.")], None)],
        ["X", ""],
    ),
    Case(
        "a named speaker without quotes",
        "X <example>Context: c\nMia: please look\nAssistant: looking</example>",
        [("c", [("Mia", "please look"), ("Assistant", "looking")], None)],
        ["X", ""],
    ),
    Case(
        "User and Agent, no quotes",
        "X\n<example>\nUser: Show me around: all of it\nAgent: Reads, then draws a map\n</example>",
        [(None, [("User", "Show me around: all of it"), ("Agent", "Reads, then draws a map")], None)],
        ["X", ""],
    ),
    Case(
        "no quotes, on one line, nothing sets the labels off",
        "X <example>Context: c. user: run it assistant: running now</example>",
        [("c.", [("user", "run it"), ("assistant", "running now")], None)],
        ["X", ""],
    ),
    Case(
        "a context that does not end in a full stop",
        "X <example>Context: No board at hand user: 'Test it' assistant: 'Testing'</example>",
        [("No board at hand", [("user", "Test it"), ("assistant", "Testing")], None)],
        ["X", ""],
    ),
    Case(
        "a label behind an article, when nobody else asks",
        "X <example>Context: The user: 'Go' assistant: 'Gone'</example>",
        [("The", [("user", "Go"), ("assistant", "Gone")], None)],
        ["X", ""],
    ),
    Case(
        "a named speaker on one line, and what somebody said in the context",
        "X <example>Context: He told us: 'Go'. Mia: 'I go' assistant: 'Gone'</example>",
        [("He told us: 'Go'.", [("Mia", "I go"), ("assistant", "Gone")], None)],
        ["X", ""],
    ),
    Case(
        "a context without a label",
        "X <example>The code is written. assistant: 'Now I review it'</example>",
        [("The code is written.", [("assistant", "Now I review it")], None)],
        ["X", ""],
    ),
    Case(
        "labels glued to what follows",
        "X -<example>\n Context:[why]\n<commentary>[how]</commentary></example>",
        [("[why]", [], "[how]")],
        ["X -", ""],
    ),
    Case(
        "escaped quotes, typographic quotes, a full stop behind the quote",
        'X <example>user: \\"say \\"hi\\"\\" assistant: “fine” user: „ja“ assistant: "done".</example>',
        [
            (
                None,
                [("user", 'say \\"hi\\"'), ("assistant", "fine"), ("user", "ja"), ("assistant", "done")],
                None,
            )
        ],
        ["X", ""],
    ),
    Case(
        "bold labels, and labels in a list",
        'X <example>\n**Context:** c\n- **User:** "a"\n- **Assistant**: "b"\n</example>',
        [("c", [("User", "a"), ("Assistant", "b")], None)],
        ["X", ""],
    ),
    Case(
        "commentary as a label",
        "X <example>Context: c. user: 'a' assistant: 'b' Commentary: because: it is so</example>",
        [("c.", [("user", "a"), ("assistant", "b")], "because: it is so")],
        ["X", ""],
    ),
    Case(
        "another language, a blank before the colon, guillemets, an arrow",
        "X <example>Contexte : L'outil dort. utilisateur : « Réveille-le » → l'agent part.</example>",
        [("L'outil dort.", [("utilisateur", "Réveille-le")], None)],
        ["X", ""],
    ),
    Case(
        "colons and words that look like labels inside a speech",
        "X <example>Context: We tell the user: wait. user: 'Log:\nError: bad\n  at main: 3, tell the "
        "assistant: x' "
        "assistant: 'Note: fine'</example>",
        [
            (
                "We tell the user: wait.",
                [
                    ("user", "Log:\nError: bad\n  at main: 3, tell the assistant: x"),
                    ("assistant", "Note: fine"),
                ],
                None,
            )
        ],
        ["X", ""],
    ),
    Case(
        "tags and a list inside a speech that is not quoted",
        "X\n<example>\nuser: sum up\nassistant: <plan>\n- Step: (no)\n- Why: (1)\n</plan>\n\nYou sum "
        "up.\n\n# Output\n"
        "<commentary>c</commentary>\n</example>",
        [
            (
                None,
                [
                    ("user", "sum up"),
                    ("assistant", "<plan>\n- Step: (no)\n- Why: (1)\n</plan>\n\nYou sum up.\n\n# Output"),
                ],
                "c",
            )
        ],
        ["X", ""],
    ),
    Case(
        "a bar between the turns",
        "X <example>user: 'How?' | assistant: 'So.'</example>",
        [(None, [("user", "How?"), ("assistant", "So.")], None)],
        ["X", ""],
    ),
    Case(
        "empty parts",
        "X <example>Context: user: '' assistant: \"\" <commentary></commentary></example>",
        [("", [("user", ""), ("assistant", "")], "")],
        ["X", ""],
    ),
    Case(
        "a missing closing tag ends at the next block, or with the value",
        "X <example>user: 'a' assistant: 'b' and 2. <example>user: 'c'\nassistant: 'd'\n\nThe end.",
        [
            (None, [("user", "a"), ("assistant", "'b' and")], None),
            (None, [("user", "c"), ("assistant", "d")], None),
        ],
        ["X", "", ""],
    ),
    Case(
        "an unclosed commentary",
        "X <example>user: 'a' <commentary>because</example> and\n<example>\n<commentary>why\nassistant: "
        "'b'</example>",
        [(None, [("user", "a")], "because"), (None, [("assistant", "b")], "why")],
        ["X", "and", ""],
    ),
    Case(
        "a stray closing tag, attributes, capitals",
        "X </example> <Example id='1'>USER: 'a'</EXAMPLE> Y",
        [(None, [("USER", "a")], None)],
        ["X </example>", "Y"],
    ),
    Case(
        "a numbered list of tags on one line",
        "X 1. <example>user: 'a'</example> 2. <example>user: 'b'</example>",
        [(None, [("user", "a")], None), (None, [("user", "b")], None)],
        ["X", "", ""],
    ),
    Case(
        "a tag that is only spoken of",
        "Finds `<example>` and `</example>` in files.",
        [],
        ["Finds `<example>` and `</example>` in files."],
    ),
    Case(
        "labels in running text",
        "Ask the user: which one? It handles assistant: things.",
        [],
        ["Ask the user: which one? It handles assistant: things."],
    ),
    Case("nothing", "", [], [""]),
    Case(
        "no tags: a dash, one line, arrows",
        "Runs. Examples: - User: 'Add a chart' → Draws it. - User: 'It's slow' → Measures it.",
        [(None, [("User", "Add a chart")], None), (None, [("User", "It's slow")], None)],
        ["Runs. Examples:", "", ""],
    ),
    Case(
        "no tags: a dash, one line, a longer label, prose behind the last quote",
        "QA. Examples: - Context: A function is new. User: 'Check it.' Assistant reads it, then: 'Let me "
        "check.' "
        "- Context: A release. User: 'I'm ready.' Assistant: 'I'll look.' Never for docs.",
        [
            (
                "A function is new.",
                [("User", "Check it."), ("Assistant reads it, then", "Let me check.")],
                None,
            ),
            ("A release.", [("User", "I'm ready."), ("Assistant", "I'll look.")], None),
        ],
        ["QA. Examples:", "", "Never for docs."],
    ),
    Case(
        "no tags: a list over literal lines, prose behind",
        'X.\\n\\nExamples:\\n- Context: c.\\n  user: "a"\\n  assistant: "b"\\n\\n- Context: d.\\n  user: '
        '"e"\\n'
        "  <commentary>\\n  f\\n  </commentary>\\n\\nNot for CSS.",
        [("c.", [("user", "a"), ("assistant", "b")], None), ("d.", [("user", "e")], "f")],
        ["X.\n\nExamples:", "", "Not for CSS."],
    ),
    Case(
        "no tags: a numbered list, a placeholder, a bullet behind",
        'X for:\n- Key: value\n\nExamples:\n\n1. Context: c\nuser: "a"\nassistant: "b"\n<Task tool call to '
        'x>\n\n'
        '2. Context: d\nuser: "e"\n- plain bullet\n',
        [("c", [("user", "a"), ("assistant", "b")], None), ("d", [("user", "e")], None)],
        ["X for:\n- Key: value\n\nExamples:", "", "- plain bullet"],
    ),
    Case(
        "no tags: numbered headings",
        '**Example 1:**\nContext: c\nUser: "a"\nAssistant: "b"\n\n**Example 2:**\nUser: "d"\n\nMore prose.',
        [("c", [("User", "a"), ("Assistant", "b")], None), (None, [("User", "d")], None)],
        ["", "", "More prose."],
    ),
    Case(
        "no tags, no list",
        "Example: User: 'a' Assistant: 'b'",
        [(None, [("User", "a"), ("Assistant", "b")], None)],
        ["Example:", ""],
    ),
    Case(
        "no tags: a list of features is no dialogue",
        "Manages accounts:\n- User: can sign in\n- Admin: can delete",
        [],
        ["Manages accounts:\n- User: can sign in\n- Admin: can delete"],
    ),
]  # fmt: skip


def _block(example: Example) -> Block:
    return example.context, [(turn.speaker, turn.text) for turn in example.turns], example.commentary


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_shape_is_read(case: Case) -> None:
    examples = parse_examples(case.value)
    assert [_block(example) for example in examples] == case.blocks
    assert [stretch.text for stretch in prose(case.value)] == case.prose
    assert all(example.understood and not example.reason for example in examples)


@pytest.mark.parametrize(
    ("speaker", "role"),
    [
        ("user", "user"), ("User", "user"), ("user_request", "user"), ("Human", "user"), ("utilisateur",
        "user"),
        ("assistant", "assistant"), ("Agent", "assistant"), ("Main agent", "assistant"), ("Question", "user"),
        ("Assistant reads it, then", "assistant"), ("Mia", "other"), ("", "other"), ("Ops team", "other"),
    ],
)  # fmt: skip
def test_a_speaker_has_a_role(speaker: str, role: str) -> None:
    assert role_of(speaker) == role


def test_notes_are_kept_apart_from_what_is_said() -> None:
    value = (
        "X <example>user: 'a' → it starts.</example> "
        '<example>user: "b"\n<call left out here>\nassistant: "c"</example>'
    )
    assert [[note.text for note in example.notes] for example in parse_examples(value)] == [
        ["→ it starts."],
        ["<call left out here>"],
    ]


def test_a_second_commentary_is_a_note() -> None:
    (example,) = parse_examples(
        "<example>user: 'a' <commentary>b</commentary> <commentary>c</commentary></example>"
    )
    assert example.commentary == "b"
    assert [(note.text, note.form) for note in example.notes] == [("c", "tag")]


def test_a_block_without_labels_stays_text_and_says_why() -> None:
    value = "X <example>Just words, and more: words.</example>"
    (example,) = parse_examples(value)
    assert not example.understood
    assert "shown as text" in example.reason
    assert example.text == "Just words, and more: words."
    assert example.inner.of(value) == example.text


def test_markers_belong_to_the_block() -> None:
    value = "X:\n1. <example>user: 'a'</example>\n2. <example>user: 'b'</example>"
    assert [example.marker.of(value) for example in parse_examples(value)] == ["1. ", "2. "]
    assert [example.span.of(value)[:12] for example in parse_examples(value)] == [
        "1. <example>",
        "2. <example>",
    ]


def test_a_dash_in_running_text_is_no_marker_unless_every_block_has_it() -> None:
    value = "Use it - <example>user: 'a'</example> and <example>user: 'b'</example>"
    assert [example.marker.of(value) for example in parse_examples(value)] == ["", ""]
    value = "Use it - <example>user: 'a'</example> - <example>user: 'b'</example>"
    assert [example.marker.of(value) for example in parse_examples(value)] == ["- ", "- "]


def test_missing_tags_are_told() -> None:
    first, second = parse_examples("<example>user: 'a' <commentary>b</example><example>user: 'c'")
    assert (first.closed, second.closed) == (True, False)
    assert first.commentary_part is not None
    assert not first.commentary_part.closed


def test_spans_point_at_the_parts_of_the_value() -> None:
    value = 'X\\n<example>\\nContext: A\\nuser: "one\\ntwo"\\n<commentary>\\nB\\n</commentary>\\n</example>'
    (example,) = parse_examples(value)
    assert [part.span.of(value) for part in example.parts] == [
        "Context: A",
        'user: "one\\ntwo"',
        "<commentary>\\nB\\n</commentary>",
    ]
    assert [part.text_span.of(value) for part in example.parts] == ["A", "one\\ntwo", "B"]


# Pieces that can make or break a label, a quote, a tag or a line.
PIECES = [
    "<example>", "</example>", "<examples>", "</examples>", "<commentary>", "</commentary>", "<context>",
    "</context>",
    "<user>", "</user>", "<user_request>", "</user_request>", "<Example x='y'>", "Context:", "context: ",
    "user:",
    "user: '", "User: \"", "assistant: ", "Assistant: '", "agent:", "Mia: \"", "Commentary: ",
    "**User:** ", "Example 1:",
    "Examples: ", "- ", "1. ", "\n", "\n\n", "\\n", "\r\n", "\r", "\\", "n", "'", '"', '\\"', "“", "”",
    "« ", " »", " ",
    "  ", ".", "? ", "→", "->", "<call omitted here>", "`", "*", ":", "：", "<", ">", "word", "I'll do it",
    "the user: x",
    "Assistant reads, then: '", "\u00a0", "\u2028", "\x00", "\ud800", "ユーザー：", "。",
]  # fmt: skip
MORE = 300  # a value is small; the shapes are many
VALUES = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=200))


@settings(max_examples=MORE)
@given(VALUES)
def test_reading_never_fails_and_spans_lie_inside_in_order_and_apart(value: str) -> None:
    examples = parse_examples(value)
    end = 0
    for example in examples:
        assert end <= example.span.start < example.span.end <= len(value)
        assert example.span.start == example.marker.start <= example.marker.end <= example.inner.start
        assert example.inner.start <= example.inner.end <= example.span.end
        end = example.span.end
        at = example.inner.start
        for part in example.parts:
            assert at <= part.span.start <= part.text_span.start <= part.text_span.end <= part.span.end
            at = part.span.end
        assert at <= example.inner.end
        assert example.understood != bool(example.reason)


@settings(max_examples=MORE)
@given(VALUES)
def test_a_text_is_what_its_span_shows(value: str) -> None:
    for example in parse_examples(value):
        assert shown(example.inner.of(value)).text.strip() == example.text
        for part in example.parts:
            assert shown(part.text_span.of(value)).text == part.text
    for stretch in prose(value):
        assert shown(stretch.span.of(value)).text == stretch.text


@settings(max_examples=MORE)
@given(VALUES)
def test_nothing_but_blanks_lies_between_examples_and_prose(value: str) -> None:
    examples, stretches = parse_examples(value), prose(value)
    assert len(stretches) == len(examples) + 1
    covered = sorted([*(stretch.span for stretch in stretches), *(example.span for example in examples)])
    at = 0
    for span in covered:
        assert at <= span.start
        assert not shown(value[at : span.start]).text.strip()
        at = max(at, span.end)
    assert not shown(value[at:]).text.strip()


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), st.integers(2000, 3000))
def test_hostile_repeats_are_read(unit: list[str], times: int) -> None:
    value = "".join(unit) * times
    assert all(0 <= example.span.start < example.span.end <= len(value) for example in parse_examples(value))


def test_the_seed_has_three_whole_examples(seed_text: str) -> None:
    value = re.search(r"^description: (.*)$", seed_text, re.MULTILINE)
    assert value is not None
    examples = parse_examples(value[1])
    assert len(value[1]) == 1660
    assert [[part.kind for part in example.parts] for example in examples] == [
        ["context", "turn", "turn", "commentary"]
    ] * 3
    assert [[turn.speaker for turn in example.turns] for example in examples] == [["user", "assistant"]] * 3
    assert [example.turns[1].text[:14] for example in examples] == [
        "I'll use the b",
        "Let me engage ",
        "I'll use the b",
    ]
    assert {turn.quote for example in examples for turn in example.turns} == {"'"}
    assert examples[0].context == "The user needs help implementing a new API endpoint."
    assert [stretch.text[-9:] for stretch in prose(value[1])] == ["Examples:", "", "", ""]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _values(folder: Path) -> Iterator[tuple[Path, str]]:
    """The strings of every file's frontmatter; the raw frontmatter where PyYAML does not read it."""
    for path in sorted((folder / "corpus").rglob("*.md")) + sorted((folder / "vectors").glob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        fences = re.match(r"---\s*\n(.*?)---\s*\n?", text, re.DOTALL)
        if fences is None or path.name == "README.md":
            continue
        try:
            fields = yaml.safe_load(fences[1])
        except (yaml.YAMLError, ValueError):
            fields = {"raw": fences[1]}
        for field in fields.values() if isinstance(fields, dict) else ():
            yield from ((path, string) for string in _strings(field))


def test_every_example_of_the_real_files_is_found_and_understood(shared: Path) -> None:
    blocks = 0
    for path, value in _values(shared):
        examples = parse_examples(value)
        assert len(examples) == value.count("<example>"), path
        blocks += len(examples)
        for example in examples:
            assert example.understood, (path, example.text[:80])
            assert example.turns or (example.context and example.commentary), path
    assert blocks > 140
