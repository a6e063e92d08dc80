"""Verdicts on files that nobody has seen: what the real reader said of mutants of the real files.

The answers are stored (``tools.oracle``); the mutants are made again here, from the reference files.
"""

from __future__ import annotations

from itertools import chain

import pytest

from tools.oracle import agreement, answers, differences, known_differences, left_over, mutants_of, ours

RENEW = "Look at why; then “make oracle ARGS=--renew” stores differences.tsv anew, and a person writes the causes."


@pytest.fixture(scope="module")
def asked(shared):
    """The stored rows, each with its mutants made again."""
    return [(row, mutants_of(row, shared)) for row in answers()]


def test_our_verdict_is_the_readers_on_99_of_100_mutants_and_each_difference_is_known(asked):
    found = set(chain.from_iterable(differences(row, files) for row, files in asked))
    known = set(known_differences())
    print(f"We agree with the reader on {agreement([row for row, _ in asked], [*found])}")
    assert found - known == set(), f"We differ from the reader in new places. {RENEW}"
    assert known - found == set(), f"We agree with the reader in places that are listed as different. {RENEW}"
    assert len(found) <= sum(len(files) for _, files in asked) / 100


def test_there_are_enough_mutants_and_every_answer_occurs_often():
    letters = "".join(row.answers for row in answers())
    assert len(letters) >= 2_500
    assert set(letters) == set("lfFn")
    assert min(map(letters.count, "lfFn")) >= len(letters) / 100


def test_mutants_are_not_the_files_they_were_made_from(asked, shared):
    same = [
        row.path for row, files in asked if files.count((shared / row.path).read_bytes()) > len(files) / 10
    ]
    assert same == []


@pytest.mark.parametrize("case", left_over(), ids=lambda case: case.cause)
def test_a_cause_that_is_left_over_still_is_one(case):
    assert ours(case.data()) == case.ours, f"Take it out of left_over.tsv if we now agree ({case.reader})."
    assert case.ours != case.reader


def test_every_difference_has_a_cause_in_words():
    assert all(cause.endswith(".") for cause in known_differences().values())
    assert all(case.cause.endswith(".") for case in left_over())
