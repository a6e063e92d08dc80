"""Many files: every place is found where it is, what cannot be searched is named, nothing is cut in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import files, search, search_files
from agenteditor.core.search import Query
from agenteditor.core.search_files import (
    Hits,
    Plan,
    Replacement,
    Stopped,
    Target,
    accepts,
    harm,
    label,
    plan_files,
    plan_one,
    replacements,
    search_one,
)
from agenteditor.core.syntax import parse_at
from agenteditor.core.text import Refusal

GOOD = "---\nname: good\ndescription: Use this when a test runs.\n---\n\nYou are good.\n"
LF, CRLF = "one\ntwo one\n", "one\r\ntwo one\r\n"


def text_target(text: str, name: str = "a.md") -> Target:
    return Target(Path(name), name, text)


def found_in(text: str, query: str, **how: bool) -> Hits:
    found = search_one(text_target(text), Query(query, **how))
    assert found is not None
    return found


def everything(steps):
    return [step for step in steps if step is not None]


@pytest.mark.parametrize(
    ("text", "query", "lines"),
    [
        (LF, "one", [(1, 1, "one", "one"), (2, 5, "two one", "one")]),
        (CRLF, "one", [(1, 1, "one", "one"), (2, 5, "two one", "one")]),
        ("a\u00a0b", "\u00a0", [(1, 2, "a\u00a0b", "\u00a0")]),
        ("\U0001f600 astral x", "x", [(1, 10, "\U0001f600 astral x", "x")]),
        ("    indented", "dent", [(1, 7, "indented", "dent")]),
        ("\t x", "\t", [(1, 1, "\t x", "\t")]),
        ("\ufeffname", "name", [(1, 2, "\ufeffname", "name")]),
        ("", "x", None),
    ],
)
def test_a_place_has_its_line_and_the_text_around_it(text, query, lines):
    found = search_one(text_target(text), Query(query))
    if lines is None:
        assert found is None
        return
    assert [(h.line, h.column, h.shown, h.place.of(h.shown)) for h in found.hits] == lines
    assert all(hit.span.of(text).casefold() == query.casefold() for hit in found.hits)


def test_a_place_of_several_lines_is_shown_as_far_as_its_first_line_goes():
    (hit,) = found_in("one\r\ntwo\r\n", r"ne\nt", regex=True).hits
    assert (hit.span, hit.shown, hit.place.of(hit.shown)) == ((1, 6), "one", "ne")


def test_a_long_line_is_shown_around_the_place():
    (hit,) = found_in("x" * 5000 + "here" + "y" * 5000, "here").hits
    assert hit.column == 5001
    assert len(hit.shown) <= 402 and hit.place.of(hit.shown) == "here"
    assert hit.shown.startswith("…x") and hit.shown.endswith("y…")


def test_an_open_text_counts_and_not_the_file(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("on disk", "utf-8")
    assert search_one(Target(path, "a.md", "in the window"), Query("disk")) is None
    assert search_one(Target(path, "a.md"), Query("disk")) is not None
    assert search_one(Target(None, "untitled.md", "new"), Query("new")) is not None


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_searched(tmp_path):
    (tmp_path / "b.md").write_text("here", "utf-8")
    targets = [Target(tmp_path / name, name) for name in ("gone.md", "b.md")]
    gone, there = everything(search_files.search_files(targets, Query("here")))
    assert "gone.md" in gone.problem and not gone.refused
    assert there.count == 1


def test_a_text_without_the_query_is_a_step_too():
    steps = list(search_files.search_files([text_target("a"), text_target("b")], Query("b")))
    assert steps[0] is None and isinstance(steps[1], Hits)


def test_many_places_of_one_file_are_counted_and_the_first_shown():
    found = found_in("x" * 700, "x")
    assert (found.count, len(found.hits), found.more) == (700, search_files.MOST_IN_FILE, False)
    assert found_in("x" * 30_000, "x").more


def test_the_search_says_that_it_stops_but_not_where_nothing_is_left_out(monkeypatch):
    monkeypatch.setattr(search_files, "MOST_IN_ALL", 10)
    targets = [text_target("x" * 5, f"{n}.md") for n in range(3)]
    *found, last = search_files.search_files(targets, Query("x"))
    assert len(found) == 2 and isinstance(last, Stopped) and "10 places" in last.reason
    assert not any(isinstance(s, Stopped) for s in search_files.search_files(targets[:2], Query("x")))


def test_an_expression_that_takes_too_long_is_given_up_with_a_sentence(monkeypatch):
    monkeypatch.setattr(search, "FIND_SECONDS", 0.02)
    targets = [text_target("a" * 40 + "b", f"{n}.md") for n in range(9)]
    *found, last = search_files.search_files(targets, Query("(a+)+c", regex=True))
    assert len(found) == search_files.MOST_REFUSED
    assert all(one.refused and "takes too long" in one.problem for one in found)
    assert isinstance(last, Stopped) and "takes too long" in last.reason


@pytest.mark.parametrize("query", [Query(""), Query("(", regex=True), Query("x" * 3000)])
def test_a_query_that_cannot_be_used_finds_nothing(query):
    assert list(search_files.search_files([text_target("(x")], query)) == []
    assert list(plan_files([text_target("(x")], query, "")) == []
    assert bool(search_files.refusal(query)) == bool(query.text)


@pytest.mark.parametrize(
    ("name", "only", "wanted"),
    [
        ("a/Reviewer.md", "", True),
        ("a/Reviewer.md", "review", True),
        ("a/Reviewer.md", "a/ md", True),
        ("a/Reviewer.md", "b", False),
        ("a/Reviewer.md", "*.md", True),
        ("a/Reviewer.md", "rev*", True),
        ("a/Reviewer.md", "a/*", True),
        ("a/Reviewer.md", "?/r*", True),
        ("a/Reviewer.md", "*.txt", False),
        ("a/Reviewer.md", "[", False),
    ],
)
def test_a_filter_of_files_is_words_or_patterns(name, only, wanted):
    assert accepts(name, only) is wanted


def test_a_plan_has_an_edit_for_each_place_and_changes_those_that_are_chosen():
    plan = plan_one(text_target(CRLF), Query("one"), "1\n")
    assert [edit.span for edit in plan.edits] == [hit.span for hit in plan.found.hits]
    assert plan.replacement(lambda _index: True).after == "1\r\n\r\ntwo 1\r\n\r\n"
    assert plan.replacement(lambda index: index == 1).after == "one\r\ntwo 1\r\n\r\n"
    assert plan.replacement(lambda _index: False).after == CRLF


def test_groups_are_put_in_and_a_wrong_replacement_is_a_sentence():
    plan = plan_one(text_target("model: opus"), Query(r"model: (\w+)", regex=True), r"model: x-\1")
    assert plan.replacement(lambda _index: True).after == "model: x-opus"
    wrong = plan_one(text_target("a"), Query("a", regex=True), r"\2")
    assert wrong.found.problem and wrong.found.refused and wrong.edits == ()


def test_replacements_are_the_texts_that_change():
    texts = [(Path("a"), LF), (Path("b"), "nothing"), (Path("c"), CRLF)]
    assert replacements(texts, Query("two"), "2") == (
        Replacement(Path("a"), LF, "one\n2 one\n"),
        Replacement(Path("c"), CRLF, "one\r\n2 one\r\n"),
    )
    assert replacements(texts, Query("one"), "one") == ()
    refused = replacements(texts, Query("one", regex=True), "\\9")
    assert isinstance(refused, Refusal) and refused.reason.startswith("a: ")


@pytest.mark.parametrize(
    ("after", "harmed"),
    [
        (GOOD.replace("good", "better"), False),
        (GOOD.replace("name: ", "name: ["), True),  # does not parse any more
        (GOOD.replace("name:", "title:"), True),  # parses, and does not load
        (GOOD.replace("Use this", "Note: use this"), True),  # loads because it is repaired
        ("no frontmatter", True),
        (GOOD + "More.\n", False),
    ],
)
def test_what_loads_worse_after_a_replacement_is_said(after, harmed):
    assert bool(harm(Replacement(Path("good.md"), GOOD, after))) is harmed
    assert not harm(Replacement(Path("good.md"), after, GOOD))
    assert not harm(Replacement(None, after, after))


@given(st.text(), st.text(min_size=1), st.text(), st.booleans())
def test_any_text_and_query_give_places_and_edits_that_agree(text, query, replacement, regex):
    plan = plan_one(text_target(text), Query(query, regex=regex), replacement)
    found = search_one(text_target(text), Query(query, regex=regex))
    assert (plan is None) == (found is None)
    if plan is None or found is None or found.problem or plan.found.problem:
        return
    assert isinstance(plan, Plan) and plan.found.hits == found.hits
    for hit in found.hits:
        assert 0 <= hit.place.start <= hit.place.end <= len(hit.shown)
        assert "\n" not in hit.shown and hit.shown.strip("…") in text
        assert text.count("\n", 0, hit.span.start) == hit.line - 1
    harm(plan.replacement(lambda _index: True))


PIECES = st.sampled_from(["---", "\n", "\r\n", "name: x\n", "name", ":", "[", "You", " ", "\ufeff"])


@given(st.lists(PIECES, max_size=8).map("".join), st.integers(0, 80), st.integers(0, 30))
def test_looking_at_the_frontmatter_alone_says_what_the_whole_text_says(insert, start, length):
    after = GOOD[:start] + insert + GOOD[start + length :]
    change = Replacement(Path("good.md"), GOOD, after)
    before, there = parse_at(GOOD, change.path), parse_at(after, change.path)
    worse = search_files._rank(there) < search_files._rank(before)
    assert bool(harm(change)) is worse


CASES = st.text("sS\u017fiI\u0131\u0130kK\u212a\u00e9 ", max_size=12)


@given(CASES, CASES.filter(bool), st.booleans(), st.booleans())
def test_the_places_are_those_that_a_search_of_the_text_finds(text, query, case, whole):
    wanted = Query(query, case, whole)
    found = search_one(text_target(text), wanted)
    plan = plan_one(text_target(text), wanted, "x")
    spans = list(search.find(text, wanted).spans)
    assert [hit.span for hit in (found.hits if found else ())] == spans
    assert [edit.span for edit in (plan.edits if plan else ())] == spans


def test_what_is_not_utf_8_is_found_beside(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(b"\xff\xfe one \xe9\n")
    (hit,) = search_one(Target(path, "a.md"), Query("one")).hits
    assert (hit.column, hit.place.of(hit.shown)) == (4, "one")
    plan = plan_one(Target(path, "a.md"), Query("one"), "two")
    assert files.encode(plan.replacement(lambda _index: True).after) == b"\xff\xfe two \xe9\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("x", "utf-8")
    path.chmod(0)
    assert "not allowed" in search_one(Target(path, "a.md"), Query("x")).problem


@pytest.mark.parametrize(
    ("query", "count", "words"),
    [
        ("opus", 12, "Replace “opus” in 12 agents"),
        ("opus", 1, "Replace “opus” in 1 agent"),
        ("x" * 30, 3000, f"Replace “{'x' * 30}” in 3,000 agents"),
        ("x" * 31, 2, f"Replace “{'x' * 30}…” in 2 agents"),
        ("a\nb\x1b\udc80", 2, "Replace “a[U+000A]b[U+001B][byte 80]” in 2 agents"),
    ],
)
def test_undo_calls_a_replacement_by_what_was_looked_for(query, count, words):
    assert label(Query(query), count) == words
