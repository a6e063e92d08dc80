"""Find and replace: places, CRLF as one line end, sentences for what cannot be used, an end in any case."""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import search
from agenteditor.core.search import (
    LONGEST_QUERY,
    MOST_MATCHES,
    Found,
    Query,
    find,
    next_index,
    previous_index,
    replace_all,
    replace_one,
)
from agenteditor.core.text import Refusal, Span, apply

TEXTS = st.text(st.sampled_from("ab A.\n\r\U0001f600é\u2028-_"), max_size=60)


def places(text: str, query: Query) -> list[str]:
    found = find(text, query)
    assert found.error is None
    return [span.of(text) for span in found.spans]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("user User USER", Query("user"), ["user", "User", "USER"]),
        ("user User USER", Query("User", case=True), ["User"]),
        ("user users user_x (user)", Query("user", whole_word=True), ["user", "user"]),
        ("a.b axb", Query("a.b"), ["a.b"]),
        ("a.b axb", Query("a.b", regex=True), ["a.b", "axb"]),
        ("C++ and C", Query("C++", whole_word=True), ["C++"]),
        ("cat concat cats", Query("c[a]t|x", regex=True, whole_word=True), ["cat"]),
        ("Cat", Query("(?s)cat", regex=True, whole_word=True), ["Cat"]),
        ("cat concat", Query("(?x)cat # a word", regex=True, whole_word=True), ["cat"]),
        ("\U0001f600 smile \U0001f600", Query("smile"), ["smile"]),
        ("a\nb", Query("a\nb"), ["a\nb"]),
        ("anything", Query(""), []),
        ("anything", Query("", regex=True), []),
        ("aaa", Query("aa"), ["aa"]),
    ],
)
def test_finds_what_is_asked_for(text: str, query: Query, expected: list[str]) -> None:
    assert places(text, query) == expected


@pytest.mark.parametrize(
    ("query", "spans"),
    [
        (Query("a$", regex=True), [(0, 1), (3, 4)]),
        (Query("^a", regex=True), [(0, 1), (3, 4)]),
        (Query("a\na"), [(0, 4)]),
        (Query(r"a\na", regex=True), [(0, 4)]),
        (Query(r"\n", regex=True), [(1, 3), (4, 6)]),
        (Query(r"\r", regex=True), []),
        (Query("$", regex=True), [(1, 1), (4, 4), (6, 6)]),
    ],
)
def test_a_crlf_pair_is_one_line_end(query: Query, spans: list[tuple[int, int]]) -> None:
    assert find("a\r\na\r\n", query).spans == tuple(spans)


def test_a_carriage_return_of_its_own_is_a_character() -> None:
    assert places("a\rb", Query(r"\r", regex=True)) == ["\r"]


@given(TEXTS, TEXTS, st.booleans(), st.booleans(), st.booleans())
def test_every_answer_is_sorted_disjoint_and_inside(
    text: str, words: str, case: bool, whole: bool, regex: bool
) -> None:
    found = find(text, Query(words, case, whole, regex))
    done = 0
    for start, end in found.spans:
        assert done <= start <= end <= len(text)
        assert "\r\n" not in (text[start - 1 : start + 1], text[end - 1 : end + 1])
        done = end


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_looked_for_in_any_text(text: str, words: str) -> None:
    assert (text.replace("\r\n", "\n").find(words) >= 0) <= bool(find(text, Query(words)).spans or not words)
    assert isinstance(find(text, Query(words, regex=True)), Found)


@given(TEXTS.filter(lambda text: "\r" not in text), st.sampled_from([r"a+", r"[ab]", r"(a)(b)?", "^", r"\b"]))
def test_replacing_all_is_what_re_does(text: str, expression: str) -> None:
    edits = replace_all(text, Query(expression, case=True, regex=True), r"<\g<0>>", "\n")
    assert not isinstance(edits, Refusal)
    ours = apply(text, edits)
    assert ours == re.sub(expression, r"<\g<0>>", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "query", "replacement", "expected"),
    [
        ("a b a", Query("a"), "x", "x b x"),
        ("a b a", Query("a"), r"\1", r"\1 b \1"),
        ("user: hi", Query(r"(\w+): (\w+)", regex=True), r"\2: \1", "hi: user"),
        ("user: hi", Query(r"(?P<who>\w+): ", regex=True), r"\g<who> - ", "user - hi"),
        ("a\r\nb", Query("a"), "x\ny", "x\r\ny\r\nb"),
        ("a b", Query(" ", regex=True), r"\n", "a\r\nb"),
        ("a\r\nb", Query("^", regex=True), "> ", "> a\r\n> b"),
        ("\U0001f600a\U0001f600", Query("a"), "\U0001f680", "\U0001f600\U0001f680\U0001f600"),
        ("ab", Query(r"a|(b)", regex=True), r"[\1]", "[][b]"),
        ("a", Query(""), "x", "a"),
    ],
)
def test_replaces_all_places_at_once(text: str, query: Query, replacement: str, expected: str) -> None:
    edits = replace_all(text, query, replacement, "\r\n")
    assert not isinstance(edits, Refusal)
    assert apply(text, edits) == expected


def test_replaces_one_place_with_its_own_groups() -> None:
    text, query = "a1 a2 a3", Query(r"a(\d)", regex=True)
    edits = replace_one(text, query, Span(3, 5), r"b\1", "\n")
    assert not isinstance(edits, Refusal)
    assert apply(text, edits) == "a1 b2 a3"


def test_a_place_that_is_no_match_is_not_replaced() -> None:
    assert replace_one("a1 a2", Query("a1"), Span(3, 5), "x", "\n") == ()
    assert replace_one("a1 a2", Query("a"), Span(3, 5), "x", "\n") == ()


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("(", "missing )"),
        ("[a", "unterminated character set, at character 1"),
        ("*", "nothing to repeat, at character 1"),
        ("a{99999999999}", "too big"),
        ("(" * 900 + ")" * 900, "too big"),
        ("a" * (LONGEST_QUERY + 1), f"{LONGEST_QUERY:,}"),
    ],
)
def test_says_why_an_expression_cannot_be_used(expression: str, words: str) -> None:
    found = find("text", Query(expression, regex=True))
    assert found.error is not None
    assert words in found.error
    assert not found.spans
    refused = replace_all("text", Query(expression, regex=True), "", "\n")
    assert isinstance(refused, Refusal)
    assert refused.reason == found.error


@pytest.mark.parametrize(
    ("replacement", "words"), [(r"\2", "invalid group"), (r"\g<no>", "group"), ("\\", "two")]
)
def test_says_why_a_replacement_cannot_be_used(replacement: str, words: str) -> None:
    refused = replace_all("aa", Query("(a)", regex=True), replacement, "\n")
    assert isinstance(refused, Refusal)
    assert words in refused.reason


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(a+)+b", "a" * 5_000),
        ("(a|a)*b", "a" * 5_000),
        ("[^x]*y", "z" * 200_000),
        (".*.*.*x", "z" * 4_000),
        ("((a*)*)*b", "a" * 5_000),
        (r"(\w+\s?)+$", "word " * 5_000 + "!"),
    ],
)
def test_an_expression_that_takes_too_long_is_given_up(expression: str, text: str) -> None:
    # Without the alarm most of these would outlive the machine.
    found = find(text, Query(expression, regex=True))
    assert found.error is not None
    assert "too long" in found.error


def test_outside_the_main_thread_the_clock_is_looked_at_between_matches() -> None:
    answers: list[Found] = []
    thread = threading.Thread(target=lambda: answers.append(find("z" * 200_000, Query("[^x]*y", regex=True))))
    thread.start()
    thread.join()
    assert answers[0].error is not None


def test_only_the_search_itself_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Garbage may be collected meanwhile, and then Qt calls widgets: an exception there comes out anywhere."""
    elsewhere: list[str] = []

    def collected(_match: object) -> Span:
        end = time.monotonic() + 0.05
        while time.monotonic() < end:
            pass
        elsewhere.append("whole")
        return Span(0, 1)

    monkeypatch.setattr(search, "FIND_SECONDS", 0.01)
    monkeypatch.setattr(search._Lines, "span", lambda _lines, match: collected(match))
    find("aaa", Query("a"))
    assert elsewhere[0] == "whole"


def test_waiting_for_a_busy_machine_is_not_taking_long() -> None:
    assert search._in_time(0.05, functools.partial(time.sleep, 0.2))


def test_of_plain_words_those_found_in_time_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(_seconds: float, work: Callable[[], None]) -> bool:
        work()
        return False

    monkeypatch.setattr(search, "_in_time", too_late)
    found = find("a b a", Query("a"))
    assert found.error is None and found.more and len(found.spans) == 2
    assert find("a b a", Query("a+", regex=True)).error is not None
    assert find("b", Query("a")).error is not None


def test_a_warning_of_the_compiler_is_no_error() -> None:
    assert places("[a]", Query("[[a]", regex=True)) == ["[", "a"]


def test_the_count_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FIND_SECONDS", 60.0)  # a busy machine may take longer than a person would
    monkeypatch.setattr(search, "REPLACE_SECONDS", 60.0)
    found = find("a" * (MOST_MATCHES + 1), Query("a"))
    assert len(found.spans) == MOST_MATCHES
    assert found.more
    edits = replace_all("a" * (MOST_MATCHES + 1), Query("a"), "b", "\n")
    assert len(edits) == MOST_MATCHES + 1  # type: ignore[arg-type]


def test_steps_from_place_to_place_and_round() -> None:
    spans = find("a..a..a", Query("a")).spans
    assert [next_index(spans, offset) for offset in (0, 1, 3, 4, 7)] == [0, 1, 1, 2, 0]
    assert [previous_index(spans, offset) for offset in (0, 1, 3, 7)] == [2, 0, 0, 2]
    assert next_index((), 0) is None
    assert previous_index((), 0) is None
