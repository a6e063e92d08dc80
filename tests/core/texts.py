"""Hypothesis strategies for agent files: mostly right, often damaged, with every nasty character."""

from __future__ import annotations

from hypothesis import strategies as st

NASTY = [
    ": ", ":", " #", "#", "'", '"', "''", '\\"', "\\", "\\n", "\t", "\n", "\n  ", "\n\t", "\r\n", "\r", "[", "]", "{", "}",
    "|", ">-", "- ", "? ", "&a ", "*a", "!t ", "%", "@", "`", ",", "---", "...", "\u00a0", "\u2028", "\x85", "\ufeff", "\0",
    "\x01", "\udc80", "😀", "é", "~", "null", "3000", "yes", "<example>", "</example>", "user: ", "assistant: ",
    "Context: ", "<commentary>", "</commentary>", "word", "two words", " ", "**Title:**", "1. ", "# ", "```\n",
]  # fmt: skip


def pieces(max_size: int = 12) -> st.SearchStrategy[str]:
    """Text put together from nasty pieces."""
    return st.lists(st.sampled_from(NASTY), max_size=max_size).map("".join)


KEYS = ["name", "description", "tools", "model", "color", "hooks", "x-own", "key2", "maxTurns", "skills"]


@st.composite
def fields(draw: st.DrawFn) -> str:
    """One field as somebody may have written it, with its line end."""
    key, value = draw(st.sampled_from(KEYS)), draw(pieces(6))
    form = draw(
        st.sampled_from(
            [
                "{}: {}",
                "{}: '{}'",
                '{}: "{}"',
                "{}: |\n  {}",
                "{}: >-\n  {}",
                "{}:\n  - {}",
                "{}: [{}]",
                "{}:{}",
            ]
        )
    )
    return form.format(key, value) + "\n"


@st.composite
def agent_texts(draw: st.DrawFn) -> str:
    """A whole file: fences, fields, a body; sometimes with CRLF, a BOM, or a missing fence."""
    content = "".join(draw(st.lists(fields(), max_size=5)))
    opening, closing = draw(
        st.sampled_from([("---\n", "---\n")] * 8 + [("", ""), ("---\n", ""), ("\n---\n", "---\n")])
    )
    text = opening + content + closing + draw(pieces(10))
    if draw(st.integers(0, 5)) == 0:
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if draw(st.integers(0, 9)) == 0 else "") + text
