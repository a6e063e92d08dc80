"""The list of promises: none is missing, each has a test, and the page says what was found."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tools.promises import PAGE, Entry, entries, page, renewed

HERE = Path(__file__).resolve().parent / "promises"


def numbers_with_a_test() -> set[str]:
    trees = (ast.parse(path.read_text("utf-8")) for path in HERE.glob("test_*.py"))
    names = (node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {f"P{found[1]}" for name in names if (found := re.match(r"test_p(\d\d)_", name))}


def test_all_52_promises_are_on_the_list():
    assert [entry.number for entry in entries()] == [f"P{number:02d}" for number in range(1, 53)]


def test_a_promise_without_a_test_is_not_called_kept_and_none_is_tested_that_was_not_given():
    listed = {entry.number: entry for entry in entries()}
    tested = numbers_with_a_test()
    assert tested <= listed.keys()
    assert {number for number, entry in listed.items() if entry.state != "not kept yet"} <= tested


def test_the_page_says_what_was_found():
    assert PAGE.read_text("utf-8") == page(entries())


def result(**changes):
    plain = {"test": "a::test_p05_x", "number": "P05", "torture": False, "date": "2026-01-02", "seconds": 1}
    return plain | {"outcome": "passed", "figures": ["500 kills: 0 torn"], "lacking": []} | changes


def test_what_a_run_found_is_taken_in():
    entry = Entry("P05", "Saving", "Killed, a file is whole.")
    kept = renewed(entry, [result()])
    assert (kept.state, kept.figures, kept.date) == ("kept", ["500 kills: 0 torn"], "2026-01-02")
    assert renewed(entry, [result(number="P06")]) == entry
    part = renewed(entry, [result(lacking=["needs root"])])
    assert (part.state, part.lacking) == ("kept in part", ["needs root"])
    failed = renewed(entry, [result(), result(test="a::test_p05_y", outcome="failed", figures=[])])
    assert (failed.state, failed.lacking) == ("kept in part", ["test_p05_y failed"])
    assert renewed(entry, [result(outcome="skipped", lacking=["skipped: no"])]).state == "not kept yet"


def test_a_run_that_tried_little_does_not_replace_the_figures_of_a_release():
    entry = Entry("P05", "Saving", "Killed, a file is whole.")
    release = renewed(entry, [result(torture=True, figures=["10,000 kills: 0 torn"]), result()])
    assert release.figures == ["10,000 kills: 0 torn"]
    assert renewed(release, [result()]) == release


def test_a_bar_in_a_figure_does_not_break_the_table():
    assert "a \\| b" in page([Entry("P05", "Saving", "a | b")])
