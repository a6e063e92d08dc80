"""The words of a text: what counts, and what is the same word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.routing_words import stems, words


@pytest.mark.parametrize(
    "forms",
    [
        "review reviews reviewing reviewer reviewers reviewed",
        "debug debugger debugging debugs",
        "optimize optimizes optimizing optimizer optimization",
        "migrate migrates migration migrations migrating",
        "query queries",
        "deploy deployment deploying deploys",
        "Café cafe CAFÉ",
        "Straße STRASSE",
        "ﬁle file",
    ],
)
def test_forms_of_one_word_are_one_word(forms):
    assert len(set(stems(forms))) == 1


@pytest.mark.parametrize(
    "pair",
    ["test text", "class classify", "data date", "c c++", "c# c++", "go goal", "css cs", "user3 user4"],
)
def test_different_words_stay_apart(pair):
    assert len(set(stems(pair))) == len(stems(pair))


def test_common_words_do_not_count():
    assert stems("Use this agent when the user would like to have it") == []


def test_signs_part_words_and_belong_to_the_names_of_two_languages():
    assert [word.shown for word in words("backend-engineer, snake_case; C++/C# (issue #12)")] == [
        "backend",
        "engineer",
        "snake",
        "case",
        "C++",
        "C#",
        "issue",
        "12",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("日本語", ["日本", "本語"]),
        ("書", ["書"]),
        ("API設計", ["api", "設計"]),
        ("코드를", ["코드", "드를"]),
        ("ภาษา", ["ภา", "าษ", "ษา"]),
    ],
)
def test_scripts_without_blanks_go_by_pairs(text, expected):
    assert stems(text) == expected


def test_vowel_signs_are_part_of_their_word():
    assert len(stems("हिन्दी भाषा")) == 2


@given(st.text(max_size=60))
def test_any_text_has_words_that_stand_in_it(text):
    for word in words(text):
        assert word.stem and word.shown
        assert not word.stem.isspace()
    assert stems(text) == stems(text)


@given(st.text(alphabet="abcXYZ éß日本 -", max_size=40))
def test_case_makes_no_difference(text):
    assert stems(text.upper().lower()) == stems(text.lower())
