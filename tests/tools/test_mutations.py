"""The same seed does the same damage, here and with every other Python, and the damage is varied."""

from __future__ import annotations

import random

import pytest

from tools.mutations import CHANGES, Chance, mutated

TEXT = """\
---
name: reviewer
description: "Use it when: a change is ready"
tools: [Read, Grep]
skills:
  - one
  - two
---
You review.

---
A rule of the prompt.
"""
HEAD = TEXT.index("---\nYou")


def test_a_seed_stands_for_one_mutant_whatever_was_drawn_elsewhere():
    first = [mutated(TEXT, seed) for seed in range(50)]
    random.seed(4711)
    assert [mutated(TEXT, seed) for seed in range(50)] == first


def test_draws_are_those_that_python_promises_to_keep():
    # The first numbers of the Mersenne Twister for this seed, as documented for random.seed(0).
    chance = Chance(0)
    assert [chance.below(1000) for _ in range(4)] == [844, 757, 420, 258]


def test_seeds_differ_and_nearly_every_one_changes_something():
    mutants = [mutated(TEXT, seed) for seed in range(500)]
    assert len(set(mutants)) > 450
    assert mutants.count(TEXT) < 25


def test_the_prompt_is_mostly_left_alone():
    whole = sum(mutated(TEXT, seed).endswith(TEXT[HEAD:]) for seed in range(500))
    assert 400 < whole < 500


@pytest.mark.parametrize("change", dict.fromkeys(CHANGES), ids=lambda change: change.__name__)
def test_every_kind_of_change_can_be_seen(change):
    assert len({change(TEXT, Chance(seed)) for seed in range(50)} - {TEXT}) > 3


@pytest.mark.parametrize("change", dict.fromkeys(CHANGES), ids=lambda change: change.__name__)
@pytest.mark.parametrize("text", ["", "\n", "x", "\r\r", "---\n---"])
def test_every_kind_of_change_can_meet_any_text(change, text):
    for seed in range(20):
        assert isinstance(change(text, Chance(seed)), str)
