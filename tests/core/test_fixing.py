"""All safe fixes at once: they come to an end, a second run finds nothing, no file gets worse."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core import fixing
from agenteditor.core.checks import check
from agenteditor.core.fixing import fixed
from agenteditor.core.loading import loads
from agenteditor.core.rule_settings import RuleSettings
from agenteditor.core.syntax import parse
from agenteditor.core.text import apply
from tests.core.checks_cases import cases
from tests.core.texts import agent_texts

CASES = cases()
WORSE = {"valid": 0, "repaired": 1, "unknown": 2, "fails": 3, "none": 4}
PLACES = ("project", "plugin")


def assert_better(text, place, file_name):
    done = fixed(text, place, file_name)
    before, after = parse(text), parse(done.text)
    assert bool(done.labels) == (done.text != text)
    assert WORSE[after.verdict] <= WORSE[before.verdict]
    assert loads(after, place).ok or not loads(before, place).ok
    # What stood behind the hyphens of the closing fence belonged to the prompt only by mistake.
    # Mixed line ends become those of the most lines, in the prompt too.
    prompts = [one.prompt.replace("\r\n", "\n") for one in (before, after)]
    assert prompts[0].endswith(prompts[1]) or after.verdict != before.verdict
    assert fixed(done.text, place, file_name).text == done.text
    return done


def test_the_sample_is_made_valid_in_one_step(seed_text):
    done = assert_better(seed_text, "project", "backend-engineer.md")
    assert done.labels == ("Make it valid YAML",)
    assert parse(done.text).verdict == "valid"


def test_a_file_without_a_finding_stays_as_it_is():
    text = "---\nname: good-one\ndescription: Use this agent when a test needs one.\n---\n\nYou are a good agent that does what it is told.\n"
    assert fixed(text, "project", "good-one.md") == fixed(text)
    assert fixed(text).text == text and fixed(text).labels == ()


# What only a person can decide is no safe fix: it is offered, and not applied by itself.
ASKED = [
    "Just notes\n",
    "---\nname: a\n---\nNo description\n",
    "---\nname: a\ndescription: b\nunknown: c\n---\nBody\n",
]


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("place", PLACES)
def test_no_fix_that_is_not_safe_is_applied(text, place):
    labels = fixed(text, place).labels
    for label in labels:
        safe = {fix.label for problem in check(parse(text), place) for fix in problem.fixes if fix.safe}
        assert label in safe
    if not any(fix.safe for problem in check(parse(text), place) for fix in problem.fixes):
        assert labels == ()


@settings(max_examples=60)
@given(agent_texts(), st.sampled_from(PLACES), st.sampled_from([None, "a.md"]))
def test_any_file_gets_better_or_stays_and_a_second_run_changes_nothing(text, place, file_name):
    assert_better(text, place, file_name)


@pytest.mark.parametrize("place", PLACES)
def test_every_real_file_gets_better_or_stays_and_a_second_run_changes_nothing(shared, place):
    paths = sorted(shared.glob("corpus/**/*.md"))[PLACES.index(place) :: 2]
    valid = [0, 0]
    for path in paths:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        done = assert_better(text, place, path.name)
        valid[0] += parse(text).verdict == "valid"
        valid[1] += parse(done.text).verdict == "valid"
    print(f"\n{place}: {valid[0]} of {len(paths)} valid before, {valid[1]} after")
    assert valid[1] >= valid[0]


def test_a_rule_that_is_off_is_not_fixed():
    text = "---\nname: a-b\ndescription: Use this when tests run.\nmodle: opus\ntools: Raed\n---\nYou are a tester of texts.\n"
    assert len(fixed(text).labels) == 2
    off = RuleSettings(switches={"tools/*": "off"})
    assert "Raed" in fixed(text, settings=off).text and "model: opus" in fixed(text, settings=off).text
    assert fixed(text, settings=RuleSettings(switches={"*": "off"})).labels == ()


def test_one_run_stops_at_a_limit_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr(fixing, "_MAX_FIXES", 3)
    text = "---\nname: a\n" + "description: x\n" * 6 + "---\nBody\n"
    first = fixed(text)
    second = fixed(first.text)
    assert (len(first.labels), len(second.labels)) == (3, 2)
    assert second.text.count("description: x\n") == 1


MOST_STEPS = 12


def assert_no_order_harms(text, place, file_name, choose):
    """Fixes of every kind, one after another as ``choose`` picks them: none makes the verdict worse."""
    before = parse(text)
    seen = {text}
    for _ in range(MOST_STEPS):
        fixes = [fix for problem in check(before, place, file_name) for fix in problem.fixes]
        if not fixes:
            break
        fix = choose(fixes)
        after = parse(apply(before.text, fix.edits))
        assert WORSE[after.verdict] <= WORSE[before.verdict], (fix.label, before.text)
        assert loads(after, place).ok or not loads(before, place).ok, (fix.label, before.text)
        if after.text in seen:  # two fixes that undo each other
            break
        seen.add(after.text)
        before = after
    return before


@settings(max_examples=60)
@given(agent_texts(), st.sampled_from(PLACES), st.sampled_from([None, "a.md"]), st.data())
def test_all_fixes_in_any_order_never_make_the_verdict_worse(text, place, file_name, data):
    assert_no_order_harms(text, place, file_name, lambda fixes: data.draw(st.sampled_from(fixes)))


@pytest.mark.parametrize("place", PLACES)
def test_all_fixes_of_real_files_in_any_order_never_make_the_verdict_worse(shared, place):
    changed = better = 0
    paths = sorted(shared.glob("corpus/**/*.md"))
    for number, path in enumerate(paths):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        after = assert_no_order_harms(text, place, path.name, random.Random(number).choice)
        changed += after.text != text
        better += WORSE[after.verdict] < WORSE[parse(text).verdict]
    print(f"\n{place}: {changed} of {len(paths)} files changed by fixes, {better} with a better verdict")
    assert better


@pytest.mark.parametrize("place", PLACES)
def test_all_fixes_of_the_known_faults_in_any_order_never_make_the_verdict_worse(place):
    for number, case in enumerate(CASES):
        assert_no_order_harms(case.text, place, case.file_name, random.Random(number).choice)


MANY = {
    "fields that stand many times": "".join("a: b\n" for _ in range(30)),
    "names in capitals": "".join(f"Name{number}: v\n" for number in range(20)),
    "quotes that are never closed": 'name: "v\ntools: [a\nmodel: {x\n' * 10,
    "text that YAML reads as something else": "".join(f"k{number}: a: b\n" for number in range(20)),
}


@pytest.mark.parametrize("title", MANY)
def test_many_fixes_at_once_come_to_the_same_as_one_after_the_other(title, monkeypatch):
    text = f"---\nname: a-b\ndescription: Use this when tests run.\n{MANY[title]}---\nYou are a tester.\n"
    at_once = fixed(text)
    looks = []
    monkeypatch.setattr(fixing, "check", lambda *args: looks.append(args) or check(*args))
    monkeypatch.setattr(fixing, "_MANY", 1_000)
    one_by_one = fixed(text)
    assert at_once.text == one_by_one.text
    assert sorted(at_once.labels) == sorted(one_by_one.labels)
    monkeypatch.setattr(fixing, "_MANY", 8)
    needed = len(looks)
    looks.clear()
    fixed(text)
    assert len(looks) <= max(needed // 4, 3)


def test_commas_are_not_put_by_themselves_where_no_tool_would_be_left():
    text = "---\nname: a-b\ndescription: Use this when tests run.\ntools: -one -two\n---\nYou are a tester.\n"
    assert "tools/no-commas" in {one.code for one in check(parse(text))}
    assert fixed(text).text == text
    assert "tools: Read, -two\n" in fixed(text.replace("-one", "Read")).text
