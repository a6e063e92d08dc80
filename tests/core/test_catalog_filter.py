"""Filters: what each term asks, what is no term, and that any text is a filter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.catalog_entry import CatalogEntry, Problem
from agenteditor.core.catalog_filter import KEYS, NO_FILTER, QUESTIONS, understood, words_of


@dataclass
class Row:
    """A row as a list has it."""

    entry: CatalogEntry | None
    words: str = ""
    unsaved: bool = False
    shadowed: bool = False
    shared: bool = False

    def __post_init__(self) -> None:
        self.words = self.words or (words_of(self.entry) if self.entry else "")


def entry(**given) -> CatalogEntry:
    values = {
        "path": Path("/agents/web/page-maker.md"),
        "folder": "web",
        "name": "Page-Maker",
        "verdict": "valid",
        "loads": True,
        "reason": "",
        "description": "Use this agent when a PAGE is made.\nIt knows Größe.",
        "model": "opus",
        "tools": ("Bash(git *)", "Read"),
        "dialect": "claude-code",
        "problems": (
            Problem("yaml/colon", "error", "said", 3),
            Problem("examples/lines", "warning", "said", 3),
        ),
    }
    return CatalogEntry(**{**values, **given})


MET = [
    "", "   ", "page", "PAGE-maker", "grösse", "größe", "web opus", "git", '"is made"', '"is made', "colon",
    "name:page", "name:PAGE", "tool:bash", "tool:Bash", "tools:rea", "tool:Bash(git", "model:op", "model:opus",
    "problem:yaml/colon", "problem:yaml/*", "problem:yaml", "problem:colon", "problem:error", "rule:warnings",
    "folder:web", "folder:w", "verdict:valid", "verdict:va", "is:loading", "is:load", "description:made", "desc:PAGE",
    "file:maker.md", "for:claude", "tool:bash model:opus problem:error folder:web verdict:valid page",
    "-tool:edit", "-page2", "-is:shadowed", "-verdict:fails", "tool:", "is:", "-", "model:op -model:sonnet",
]  # fmt: skip
NOT_MET = [
    "pages", "page zzz", "name:bash", "tool:ba model:sonnet", "tool:BashOutput", "tool:any", "model:none", "problem:none",
    "problem:note", "folder:api", "verdict:fails", "is:skipped", "is:shadowed", "is:unsaved", "is:shared",
    "-page", "-tool:bash", "-is:loading", "is:nothing", "verdict:x", "foo:bar", '"made is"', "for:gemini",
]  # fmt: skip


@pytest.mark.parametrize("text", MET)
def test_terms_that_are_met(text):
    assert understood(text).matches(Row(entry()))


@pytest.mark.parametrize("text", NOT_MET)
def test_terms_that_are_not_met(text):
    assert not understood(text).matches(Row(entry()))


def test_an_agent_without_a_limit_lists_no_tool_and_can_be_asked_for():
    free = Row(entry(tools=None))
    assert not understood("tool:bash").matches(free)
    assert understood("tool:any").matches(free)
    assert not understood("tool:any").matches(Row(entry(tools=())))


def test_a_known_tool_is_meant_exactly_and_another_word_as_a_beginning():
    row = Row(entry(tools=("BashOutput", "mcp__github__search")))
    assert not understood("tool:Bash").matches(row)
    assert understood("tool:BashO").matches(row)
    assert understood("tool:mcp__git").matches(row)


@pytest.mark.parametrize("question", ["unsaved", "shadowed", "shared"])
def test_questions_about_what_the_program_knows(question):
    assert understood(f"is:{question}").matches(Row(entry(), **{question: True}))


def test_of_a_file_that_was_not_read_only_the_words_are_known():
    row = Row(None, words="web/page-maker.md")
    assert understood("page web").matches(row)
    for text in ("tool:bash", "is:loading", "is:skipped", "problem:none", "verdict:unknown"):
        assert not understood(text).matches(row)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("zzz:error", ("zzz:error",)),
        ("is:odd verdict:odd a b:c", ("is:odd", "verdict:odd", "b:c")),
        ("tool:x", ()),
    ],
)
def test_what_looks_like_a_term_and_is_none_is_named_and_looked_for_as_it_stands(text, unknown):
    assert understood(text).unknown == unknown
    for term in unknown:
        assert understood(term).matches(Row(entry(description=f"says {term} somewhere")))


def test_every_key_and_question_there_is_means_something():
    for key in KEYS:
        value = {"is": QUESTIONS[0], "verdict": "valid"}.get(key, "x")
        assert understood(f"{key}:{value}").unknown == ()
        assert len(understood(f"{key}:{value}").tests) == 1


def test_rows_are_chosen_in_their_order():
    rows = [Row(entry(name=name)) for name in ("b", "a", "c")]
    assert NO_FILTER.chosen(rows) == rows
    assert understood("-name:a").chosen(rows) == [rows[0], rows[2]]


@given(st.text() | st.lists(st.sampled_from([*MET, *NOT_MET, '"', "-", ":", " "])).map(" ".join))
def test_any_text_is_a_filter(text):
    made = understood(text)
    rows = [Row(entry()), Row(None, words="x.md")]
    assert made.chosen(rows) == [row for row in rows if made.matches(row)]


@given(st.sampled_from(MET + NOT_MET), st.sampled_from(MET + NOT_MET))
def test_two_filters_together_ask_for_both(one, other):
    if '"' in one:
        return  # an open quotation mark takes what follows
    row = Row(entry())
    both = understood(f"{one} {other}").matches(row)
    assert both == (understood(one).matches(row) and understood(other).matches(row)) or one == "-"
