"""What a few letters mean: tables of what must come before what, and that nothing ever raises."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agenteditor.core.go_to import Goal, Ranking, marked, symbols
from agenteditor.core.syntax import parse


def ranked(query: str, *goals: str | tuple[str, str], most: int = 100) -> list[str]:
    made = [Goal(goal) if isinstance(goal, str) else Goal(*goal) for goal in goals]
    return [made[index].name for index in Ranking(made).best(query, most)[0]]


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("bkrev", "backend-reviewer", "bookkeeper-river"),
        ("rev", "reviewer", "code-reviewer"),
        ("rev", "code-reviewer", "prevention"),
        ("rev", "prevention", "rust-evaluator"),
        ("re", "code-reviewer", "core"),
        ("api", "api", "api-tester"),
        ("api", "api-tester", "rapid"),
        ("cr", "code-reviewer", "accurate"),
        ("cr", "CodeReviewer", "accounter"),
        ("dw", "docs-writer", "downward-x"),
        ("docs", "docs", "docs-writer"),
        ("tester", "api-tester", "long-name-api-tester"),
        ("é", "été", "café"),
    ],
)
def test_the_better_name_stands_first(query, better, worse):
    assert ranked(query, worse, better)[0] == better
    assert ranked(query, better, worse)[0] == better


@pytest.mark.parametrize(
    ("query", "name"),
    [("bkrev", "backend-engineer"), ("xyz", "zyx"), ("aa", "a"), ("a b", "a"), ("é", "e"), ("vw", "review")],
)
def test_a_name_without_the_letters_in_order_is_not_meant(query, name):
    assert ranked(query, name) == []
    assert marked(query, name) == () or query == "a b"


def test_the_name_counts_more_than_what_stands_beside_it():
    goals = (("writer", "review/"), ("prevent", "docs/"), ("r-e-v", "x/"))
    assert ranked("rev", *goals) == ["prevent", "r-e-v", "writer"]


def test_every_word_must_be_met_in_the_name_or_beside_it():
    goals = (("backend-engineer", "web"), ("backend-reviewer", "ops"), ("engineer", "backend"))
    assert ranked("back eng", *goals) == ["backend-engineer", "engineer"]
    assert ranked("eng back", *goals) == ["backend-engineer", "engineer"]
    assert ranked("ops rev", *goals) == ["backend-reviewer"]


def test_without_letters_all_stand_in_the_order_they_were_given():
    assert ranked("", "b", "a", "c") == ["b", "a", "c"]
    assert ranked("  ", "b", "a", most=1) == ["b"]


def test_equal_names_stay_in_order_and_what_is_left_out_is_counted():
    ranking = Ranking([Goal("same", str(number)) for number in range(9)])
    assert ranking.best("same", 3) == ([0, 1, 2], 9)


@pytest.mark.parametrize(
    ("query", "text", "letters"),
    [
        ("bkrev", "backend-reviewer", [0, 3, 8, 9, 10]),
        ("rev", "prev-review", [5, 6, 7]),
        ("REV", "review", [0, 1, 2]),
        ("b a", "ab", [0, 1]),
        ("İ", "İstanbul", [0]),
        ("st", "İstanbul", [1, 2]),
        ("", "abc", []),
    ],
)
def test_the_letters_that_are_meant_are_marked(query, text, letters):
    assert list(marked(query, text)) == letters


ANY = st.text(max_size=30)
SIMPLE = st.text("abcR-_ .é", max_size=20)


@given(ANY | SIMPLE, st.lists(st.tuples(ANY | SIMPLE, ANY | SIMPLE), max_size=8))
def test_any_query_on_any_names_gives_an_order_and_marks_letters_that_are_there(query, pairs):
    goals = [Goal(*pair) for pair in pairs]
    indexes, count = Ranking(goals).best(query, 5)
    assert len(indexes) == min(count, 5) == len(set(indexes))
    for name, beside in pairs:
        for text in (name, beside):
            places = marked(query, text)
            assert list(places) == sorted(set(places))
            assert all(0 <= place < len(text) for place in places)


@given(SIMPLE, st.lists(SIMPLE, max_size=8))
def test_typing_on_gives_what_the_whole_query_gives(query, names):
    goals = [Goal(name) for name in names]
    typed = Ranking(goals)
    for end in range(len(query) + 1):
        assert typed.best(query[:end], 9) == Ranking(goals).best(query[:end], 9)
    for end in range(len(query), -1, -1):
        assert typed.best(query[:end], 9) == Ranking(goals).best(query[:end], 9)


@given(st.text("abcde", min_size=2, max_size=8), st.text("vwxyz-", max_size=8), st.data())
def test_a_name_that_begins_with_the_query_beats_one_that_has_it_scattered(query, rest, data):
    gaps = data.draw(st.lists(st.text("vwxyz-", max_size=3), min_size=len(query), max_size=len(query)))
    gaps[0] = data.draw(st.sampled_from(["", "w-", "w "]))
    scattered = "".join(itertools.chain.from_iterable(zip(gaps, query, strict=True)))
    assume(query not in scattered)
    assert ranked(query, scattered, query + rest) == [query + rest, scattered]


def test_of_a_long_name_the_first_letters_and_whole_words_are_met():
    long = "a" + "x" * 5000 + "word" + "x" * 5000
    assert ranked("word", long) and ranked("axx", long)
    assert not ranked("aw", long) and marked("aw", long) == ()


TEXT = (
    "---\nname: one\ndescription: |\n  Use it. <example>Context: A dull day. user: 'Hi'</example>\n"
    "model: opus\n---\n\n# First\n\nText.\n\n**Second:**\n\n- x\n"
)


def test_the_symbols_of_an_agent_are_fields_examples_and_sections_in_the_order_of_the_file():
    found = symbols(parse(TEXT))
    assert [(one.kind, one.name, one.line) for one in found] == [
        ("field", "name", 2),
        ("field", "description", 3),
        ("example", "Context: A dull day. user: 'Hi'", 4),
        ("field", "model", 5),
        ("section", "First", 8),
        ("section", "Second", 12),
    ]
    assert all(one.span.of(TEXT) for one in found)
    assert one_with(found, "model").span.of(TEXT) == "model"


def one_with(found, name):
    return next(one for one in found if one.name == name)


@pytest.mark.parametrize("text", ["", "---\n", "plain", "---\nname: [\n---\n# A\n", "\ufeff# A"])
def test_a_text_that_is_no_agent_has_the_symbols_it_has(text):
    assert [one.name for one in symbols(parse(text))] in ([], ["A"], ["name", "A"])


@given(st.text())
def test_symbols_of_any_text_lie_in_it(text):
    for one in symbols(parse(text)):
        assert 0 <= one.span.start <= one.span.end <= len(text)
