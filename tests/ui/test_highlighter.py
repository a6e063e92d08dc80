"""The source is coloured line by line: what runs on is remembered, what is hostile is survived."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QPlainTextDocumentLayout

from agenteditor.ui.code_colours import Formats, Ink
from agenteditor.ui.highlighter import LONGEST_LINE, SourceHighlighter
from agenteditor.ui.theme_colours import DARK, LIGHT, Theme


def document_of(text: str, *, frontmatter: bool = True, theme: Theme = LIGHT) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentLayout(QPlainTextDocumentLayout(document))
    document.setPlainText(text)
    highlighter = SourceHighlighter(document, theme)
    highlighter.set_frontmatter(frontmatter)
    highlighter.rehighlight()
    document.highlighter = highlighter  # type: ignore[attr-defined]  # lives as long as the document
    return document


def coloured(document: QTextDocument) -> list[list[tuple[str, object]]]:
    """For each line the stretches that have a format, with their characters and colours."""
    lines = []
    block = document.begin()
    while block.isValid():
        units = block.text().encode("utf-16-le")
        lines.append(
            [
                (
                    units[2 * one.start : 2 * (one.start + one.length)].decode("utf-16-le"),
                    one.format.foreground().color().name()
                    if one.format.hasProperty(one.format.Property.ForegroundBrush)
                    else (one.format.fontWeight() > 400, one.format.fontItalic()),
                )
                for one in block.layout().formats()
            ]
        )
        block = block.next()
    return lines


def look(kind: Ink, theme: Theme = LIGHT) -> object:
    made = Formats(theme).ink(kind)
    if made.hasProperty(made.Property.ForegroundBrush):
        return made.foreground().color().name()
    return made.fontWeight() > 400, made.fontItalic()


def parts(text: str, kind: Ink, *, frontmatter: bool = True) -> list[str]:
    """All stretches of ``text`` that look like ``kind``."""
    wanted = look(kind)
    lines = coloured(document_of(text, frontmatter=frontmatter))
    return [piece for line in lines for piece, colour in line if colour == wanted]


FRONT = "---\nname: x\n{}\n---\n"


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("tools: Read, Grep", "key", ["name", "tools"]),
        ("tools: Read # only", "comment", ["# only"]),
        ("description: Use when. Examples: a", "key", ["name", "description"]),
        ("maxTurns: 12", "constant", ["12"]),
        ("background: true", "constant", ["true"]),
        ("a: 'it''s' # c", "comment", ["# c"]),
        ('a: "one\n  two: x" # c', "comment", ["# c"]),
        ('a: "one\n  two: x" # c', "key", ["name", "a"]),
        ("a: 'one\n  it''s two: x'\nb: y", "key", ["name", "a", "b"]),
        ("a: |\n  b: c\n\n  d: e\nf: g", "key", ["name", "a", "f"]),
        ("a:\n  b: |\n    c: d\n  e: f", "key", ["name", "a", "b", "e"]),
        ("- a: >-\n    b: c\n  d: e", "key", ["name", "a", "d"]),
        ("a:\n  - |\n    b: c\n  - d: e", "key", ["name", "a", "d"]),
        ("a: [b, 'c: d'] # e", "comment", ["# e"]),
        ("- 'a: b' # c", "comment", ["# c"]),
        ("description: x <example>y</example>", "tag", ["name", "description", "<example>", "</example>"]),
        ("description: <example>user: hi</example> user: no", "label", ["user"]),
        (r"description: <example>\nuser: hi\nassistant: ho", "label", ["user", "assistant"]),
        ("a: |\n  <example>\n  user: hi\n  </example>\n  user: no", "label", ["user"]),
        ("a: <example> user: x\nb: user: y", "label", ["user"]),
        (r"a: one\ntwo", "escape", [r"\n"]),
        ("a: |\n  # no comment", "comment", []),
        ("# a comment", "comment", ["# a comment"]),
    ],
)
def test_frontmatter_is_coloured_as_yaml(
    qapp: QApplication, line: str, kind: str, expected: list[str]
) -> None:
    assert parts(FRONT.format(line), kind) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("# Title\ntext", "heading", ["# Title"]),
        ("#hashtag", "heading", []),
        ("a **b** c", "strong", ["**b**"]),
        ("a *b* c _d_ e_f_g 2*3*4", "emphasis", ["*b*", "_d_"]),
        ("a `b` ``c`d`` e", "code", ["`b`", "``c`d``"]),
        ("[a](b) http://c.d/e, f", "link", ["[a](b)", "http://c.d/e,"]),
        ("- a\n  1. b\n2) c\n-d", "marker", ["-", "1.", "2)"]),
        ("- [ ] a", "marker", ["- [ ]"]),
        ("<example>\nuser: a\n</example>\nuser: b", "label", ["user"]),
        ("a < b and c > d", "tag", []),
        ("<commentary>x</commentary>", "tag", ["<commentary>", "</commentary>"]),
        ("a <!-- b\nc --> d", "comment", ["<!-- b", "c -->"]),
        ("---\na", "punctuation", ["---"]),
        ("| a |\n|--|\n", "punctuation", ["|", "|", "|--|"]),
        ("```\n# a\n```\n# b", "heading", ["# b"]),
        ("```\n# a\n~~~\n# b\n````\n# c", "heading", ["# c"]),
        ("~~~\n```\n# a\n~~~\n# b", "heading", ["# b"]),
        ("```md\n# a\n```", "heading", ["# a"]),
        ("```python\nx = 'a'\n```", "string", ["'a'"]),
        ("```py title=x\nx = 'a'\n```", "string", ["'a'"]),
        ("```no-such-language\nx = 'a'\n```", "code", ["x = 'a'"]),
        ("inline ``` is no fence\n# a", "heading", ["# a"]),
        (r"a \*b\* c", "emphasis", []),
        ("\U0001f600 **b** \U0001f600 `c`", "strong", ["**b**"]),
        ("\U0001f600 **b** \U0001f600 `c`", "code", ["`c`"]),
    ],
)
def test_the_prompt_is_coloured_as_markdown(
    qapp: QApplication, text: str, kind: str, expected: list[str]
) -> None:
    assert parts(text, kind, frontmatter=False) == expected


def test_the_frontmatter_ends_where_the_reader_ends_it(qapp: QApplication) -> None:
    text = "---\na: b --- c\n# not a comment\n"
    assert parts(text, "heading") == ["# not a comment"]
    assert parts(text, "comment") == []


def test_without_frontmatter_three_hyphens_are_a_line_across(qapp: QApplication) -> None:
    text = "---\n# Title\n"
    assert parts(text, "heading", frontmatter=False) == ["# Title"]
    assert parts(text, "heading", frontmatter=True) == []


def modes(text: str) -> list[str]:
    document = document_of(text)
    found, block = [], document.begin()
    while block.isValid():
        found.append(document.highlighter.mode(block))  # type: ignore[attr-defined]
        block = block.next()
    return found


def test_the_mode_of_a_line_is_where_it_begins(qapp: QApplication) -> None:
    text = "---\na: b\n---\ntext\n```\ncode\n```\ntext"
    assert modes(text) == [*["frontmatter"] * 3, *["body"] * 2, *["code"] * 2, "body"]


def test_only_the_lines_that_changed_are_looked_at_again(qapp: QApplication) -> None:
    document = document_of("text\n" * 50 + "```\ncode\n```\n" + "text\n" * 50, frontmatter=False)
    seen: list[str] = []
    highlighter = document.highlighter  # type: ignore[attr-defined]
    original = highlighter._line
    highlighter._line = lambda text, *rest: (seen.append(text), original(text, *rest))[1]
    cursor = QTextCursor(document.findBlockByNumber(10))
    cursor.insertText("more ")
    assert seen == ["more text"]
    seen.clear()
    QTextCursor(document.findBlockByNumber(50)).deleteChar()
    assert len(seen) == 54  # the fence and all behind it: it is code no longer, and then code


def test_a_fence_that_opens_colours_what_follows_and_back(qapp: QApplication) -> None:
    document = document_of("a\n# b\n# c", frontmatter=False)
    before = coloured(document)
    cursor = QTextCursor(document.begin())
    cursor.insertText("```\n")
    assert [[colour for _, colour in line] for line in coloured(document)[2:]] == [[look("code")]] * 2
    cursor.movePosition(QTextCursor.MoveOperation.Start)
    cursor.movePosition(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    assert coloured(document) == before


def test_another_theme_colours_all_anew(qapp: QApplication) -> None:
    document = document_of("# a", frontmatter=False)
    document.highlighter.set_theme(DARK)  # type: ignore[attr-defined]
    assert coloured(document) == [[("# a", look("heading", DARK))]]


HOSTILE = [
    *(character * 4_000 for character in "a\"'`([{<-*/\\#@$:;,=.!&|%~ \t_>+"),
    *(
        (pair * 2_000)[:4_000]
        for pair in ("a ", "**a", "[a", "](", "<a ", "{{", "\\n", "``a", "|-", "a:", "_a", "- ")
    ),
    "<!--" * 1_000,
    "|" + "-" * 4_000 + "x",
    "a" * (LONGEST_LINE + 1),
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_line_takes_no_time_to_speak_of(qapp: QApplication, number: int) -> None:
    # A pattern that goes back and forth would take minutes here, not milliseconds.
    line = HOSTILE[number]
    document_of(f"---\n{line}\nx: {line}\nx: '{line}\n---\n", frontmatter=True)
    document_of(f"{line}\n```ts\n{line[:500]}\n{line}\n```\n<example>{line}", frontmatter=False)


LINES = st.lists(
    st.sampled_from(
        [
            *("---", "a: b", "a: |", "  text", 'a: "x', 'y"', "a: 'x", "```", "```js", "~~~~", "<example>"),
            *(
                "</example>",
                "user: x",
                "<!--",
                "-->",
                "# h",
                "- i",
                "**b** `c`",
                "",
                "\U0001f600: *x*",
                "--- x",
            ),
        ]
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(LINES, LINES, st.booleans(), st.data())
def test_typing_gives_the_colours_of_opening(
    qapp: QApplication, lines: list[str], others: list[str], frontmatter: bool, data: st.DataObject
) -> None:
    document = document_of("\n".join(lines), frontmatter=frontmatter)
    cursor = QTextCursor(document)
    cursor.setPosition(data.draw(st.integers(0, document.characterCount() - 1)))
    cursor.insertText("\n".join(others))
    cursor.setPosition(data.draw(st.integers(0, document.characterCount() - 1)))
    cursor.setPosition(
        data.draw(st.integers(0, document.characterCount() - 1)), QTextCursor.MoveMode.KeepAnchor
    )
    cursor.removeSelectedText()
    opened = document_of(document.toRawText().replace("\u2029", "\n"), frontmatter=frontmatter)
    assert coloured(document) == coloured(opened)


def test_every_real_file_is_coloured(qapp: QApplication, shared: Path) -> None:
    for path in sorted((shared / "corpus").rglob("*.md"))[:40]:
        text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        assert any(coloured(document_of(text, frontmatter=text.startswith("---")))), path
