"""The texts of a catalog: identifiers, summaries and first sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.marketplace import first_sentence, reserved, slug


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("Data Work", "data-work"),
        ("01-Core / APIs", "01-core-apis"),
        ("Qualität & Straße", "qualitat-strasse"),
        ("CON", "con-agents"),
        ("", "agents"),
        ("  ", "agents"),
        ("x" * 80, "x" * 60),
    ],
)
def test_identifiers(text, identifier):
    assert slug(text) == identifier


def test_categories_of_another_script_stay_apart():
    one, other = slug("数据"), slug("代码")
    assert one != other and one.startswith("category-")


@given(st.text())
def test_any_text_becomes_an_identifier_that_stays_what_it_is(text):
    made = slug(text)
    assert made == slug(made) and made.isascii() and made.strip("-") == made and 0 < len(made) < 70


@pytest.mark.parametrize("name", ["claude-x", "npm", "anthropics-y", "org"])
def test_names_the_vendor_keeps(name):
    assert reserved(name)


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("Use it. Then more.", "Use it."),
        ("Use it for\nthis. Then", "Use it for this."),
        ("Use it. Examples:\\n<example>x</example>", "Use it."),
        ("No end", "No end"),
        ("w" * 200, "w" * 159 + "…"),
        ("", ""),
    ],
)
def test_first_sentences(description, sentence):
    assert first_sentence(description) == sentence
