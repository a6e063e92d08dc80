"""A trigger as a bullet in prose: it reads well, it reads back, and its name says what it is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.example_spelling import Draft
from agenteditor.core.trigger_words import (
    as_context,
    bullet,
    draft_of,
    name_of,
    on_one_line,
    plain_draft,
    short_name,
    triggers_sentence,
)

FULL = Draft(
    "The user is working on a cache.",
    (("user", "Why is it slow?"), ("assistant", "I'll ask the cache agent")),
    "Caches are its work.",
)
SAID = "The user says “Why is it slow?” The assistant replies “I'll ask the cache agent”."

WRITTEN = [
    ("all parts", FULL, f"**Working on a cache.** The user is working on a cache. {SAID} Why: Caches are its work."),
    ("no context", FULL._replace(context=None), f"**Why is it slow.** {SAID} Why: Caches are its work."),
    ("no turns", Draft("A plan is done.", (), "It checks."), "**A plan is done.** A plan is done. Why: It checks."),
    ("a context without a point", Draft("New schema", (("user", "Go"),)), "**New schema.** New schema — The user says “Go”."),
    ("a situation alone", Draft("New schema"), "**New schema.** New schema"),
    ("somebody with a name", Draft("A. B.", (("Daisy", "Go!"),)), "**A.** A. B. Daisy says “Go!”"),
    ("quotes inside quotes", Draft("A.", (("user", "Say “hi” twice"),)), "**A.** A. The user says “Say “hi” twice”."),
    ("an unpaired quote inside", Draft("A.", (("user", "a ” b"),)), "**A.** A. The user says «a ” b»."),
    ("a context that says it itself", Draft("A. The user says “x”. B.", (("user", "y"),)), "**A.** The situation is “A. The user says “x”. B.” The user says “y”."),
]  # fmt: skip


@pytest.mark.parametrize(("draft", "text"), [case[1:] for case in WRITTEN], ids=[case[0] for case in WRITTEN])
def test_an_example_becomes_sentences_that_read_back(draft, text):
    written = bullet(draft)
    assert written.text == text
    assert written.reads and not written.requoted
    assert draft_of(written.text) == draft


def test_no_label_of_a_transcript_is_written():
    assert "user:" not in bullet(FULL).text.lower()
    assert "assistant:" not in bullet(FULL).text.lower()


def test_quotes_that_cannot_be_told_apart_become_straight_and_that_is_said():
    draft = Draft("A.", (("user", '“ « ‹ 「 " a'),))
    written = bullet(draft)
    assert written.reads and written.requoted
    assert draft_of(written.text) == Draft("A.", (("user", '" " " " " a'),))


BITS = [*"ab .?:,;—…*_<>'\"“”„«»‹›「」\n", " says “", "Why: ", "The user says ", "The situation is "]
TEXTS = st.lists(st.sampled_from(BITS), max_size=12).map("".join)
DRAFTS = st.builds(
    Draft,
    st.none() | TEXTS,
    st.lists(
        st.tuples(st.sampled_from(["user", "assistant", "User", "agent", "Daisy", "Dr. X"]), TEXTS),
        max_size=4,
    ).map(tuple),
    st.none() | TEXTS,
).map(plain_draft)


@given(DRAFTS)
def test_any_example_reads_back_as_it_is_or_is_not_said_to(draft):
    written = bullet(draft)
    found = draft_of(written.text)
    if written.reads and not written.requoted:
        assert found == draft
    if not written.reads:
        for text in (draft.context, draft.commentary, *(said for _, said in draft.turns)):
            assert not text or text in written.text
    assert "\n" not in short_name(draft)
    assert "\n" not in triggers_sentence([draft])


WORDS = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), min_size=1, max_size=8
)
PROSE = st.tuples(WORDS.map(" ".join), st.sampled_from(["", ".", "?", "’s", " “so”", " it's"])).map("".join)


@given(
    st.builds(
        Draft,
        PROSE,
        st.lists(
            st.tuples(st.sampled_from(["user", "assistant", "Daisy"]), PROSE), min_size=1, max_size=4
        ).map(tuple),
        PROSE,
    )
)
def test_prose_in_all_parts_always_reads_back(draft):
    written = bullet(draft)
    assert written.reads and not written.requoted
    assert draft_of(written.text) == draft
    assert name_of(written.text) == short_name(draft)


@given(st.text(max_size=60))
def test_any_text_is_a_bullet_or_is_none(text):
    draft = draft_of(text)
    assert draft is None or draft != Draft()
    assert "\n" not in as_context(text)


NAMES = [
    ("The user needs help implementing a new API endpoint.", "Implementing a new API endpoint"),
    ("User wants to talk about rules", "Talk about rules"),
    ("After a merge, somebody asks for a review", "After a merge"),
    ("Daisy has just finished the parser.", "Daisy has just finished"),
    ("A **bold** `code` <tag> name", "A bold code tag name"),
    ("…", "This situation"),
    ("데이터베이스 설계를 요청한다. 그리고", "데이터베이스 설계를 요청한다"),
    ("x" * 90, "X" + "x" * 47),
]


@pytest.mark.parametrize(("context", "name"), NAMES)
def test_a_short_name_says_what_the_situation_is(context, name):
    assert short_name(Draft(context)) == name


FOREIGN = [
    "**Path selection.** The team decides between A and B.",
    "**When a plan is ready** — check it",
    "- nested",
    "Only words",
    "**A.** The user says “never closed",
    "**A.** The user says “x”. And more.",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_a_bullet_in_other_words_is_not_taken_apart(text):
    assert draft_of(text) is None
    assert as_context(text) == text.replace("**", "")


def test_the_description_names_at_most_four_situations_each_shortened():
    drafts = [Draft(f"{letter} happens. More.") for letter in "ABCDE"]
    assert triggers_sentence(drafts) == (
        "Typical triggers include “A happens”, “B happens”, “C happens” and “D happens”."
    )
    assert triggers_sentence(drafts[:1]) == "Typical triggers include “A happens”."
    assert triggers_sentence([Draft("word " * 60)]).endswith(" word…”.")
    assert triggers_sentence([Draft()]) == ""


def test_on_one_line_joins_what_stands_on_several():
    draft = Draft("a\n  b", (("user", "c\n\nd"),), "e")
    assert on_one_line(draft) == Draft("a b", (("user", "c d"),), "e")
