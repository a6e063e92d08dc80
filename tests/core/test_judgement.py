"""The agents of a folder beside each other: names, budget, overlaps, examples that go astray."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.budget import TOKENS, budget
from agenteditor.core.catalog_agent import agent_of
from agenteditor.core.duplicates import duplicates
from agenteditor.core.judgement import judged, percent
from agenteditor.core.overlaps import overlapping, same_descriptions
from agenteditor.core.routing import index_of
from agenteditor.core.syntax import parse_at
from tests.core.catalogs import ROOT, agent, example, text_of

REVIEW = "Use this agent to review code for faults before it is merged."


def overlaps(*agents):
    return [one for found in overlapping(index_of(agents)) for one in found]


# --- one agent ---------------------------------------------------------------------------------


def test_examples_of_the_description_and_bullets_of_the_prompt_are_an_agents_own():
    one = agent(
        "a",
        "Use it. " + example("Do it", "It is late."),
        prompt="You do it.\n\n## When to invoke\n\n- **Late.** When it is late.\n- **Early.** When it is early.",
    )
    assert [(own.request, own.seen) for own in one.examples] == [("Do it", True), ("", False), ("", False)]
    assert one.examples[0].asked == "It is late.\nDo it"
    assert "When it is early." in one.examples[2].asked
    assert "Do it" not in one.prose


def test_the_scope_is_the_folder_that_is_loaded_together(tmp_path):
    plugin = tmp_path / "plugins" / "p"
    (plugin / ".claude-plugin").mkdir(parents=True)
    (plugin / ".claude-plugin" / "plugin.json").write_text('{"name": "p"}')
    for path, scope in {
        plugin / "agents" / "deep" / "a.md": plugin,
        tmp_path / "web" / ".claude" / "agents" / "sub" / "a.md": tmp_path / "web" / ".claude" / "agents",
        tmp_path / "anywhere" / "a.md": tmp_path,
    }.items():
        syntax = parse_at(text_of("a", REVIEW), path)
        assert agent_of(syntax, path, tmp_path).scope == scope
    # What lies above the catalog is not looked at.
    path = plugin / "agents" / "deep" / "a.md"
    assert agent_of(parse_at(text_of("a", REVIEW), path), path, path.parent).scope == path.parent


# --- names -------------------------------------------------------------------------------------


def test_two_files_with_one_name_clash():
    found = duplicates([agent("a", "One."), agent("a", "Two.", folder="sub"), agent("b", "Three.")])
    assert [[one.path.name for one in each.agents] for each in found] == [["a.md", "a.md"]]
    assert found[0].clash and "whichever is read first" in found[0].sentence


def test_a_file_that_does_not_load_takes_no_name():
    assert duplicates([agent("a", "One."), agent("a", "", folder="sub")]) == ()


def test_one_name_in_two_folders_of_agents_is_no_clash():
    found = duplicates([agent("a", "One.", folder=f"{place}/.claude/agents") for place in ("web", "api")])
    assert [each.clash for each in found] == [False]
    assert "nearest" in found[0].sentence


def test_programs_do_not_share_names():
    assert duplicates([agent("a", "One."), agent("a", "One.", folder=".cursor/agents")]) == ()


def test_in_a_plugin_the_sub_folder_is_part_of_the_name(tmp_path):
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text('{"name": "p"}')
    paths = [tmp_path / "agents" / sub / f"{sub}.md" for sub in ("one", "two")]
    agents = [agent_of(parse_at(text_of("a", REVIEW), path), path, tmp_path) for path in paths]
    assert duplicates(agents) == ()
    beside = dataclasses.replace(agents[0], path=agents[0].path.with_name("again.md"))
    assert len(duplicates([*agents, beside])) == 1


# --- budget ------------------------------------------------------------------------------------


def test_only_agents_that_load_cost_anything():
    found = budget([agent("a", "x" * 400), agent("b", ""), agent("c", "y" * 100, folder="sub")])
    (scope,) = found.scopes
    assert (scope.cost.agents, scope.cost.idle, scope.cost.characters, scope.cost.tokens) == (2, 1, 500, 125)
    assert [(folder, cost.characters) for folder, cost in scope.folders] == [("", 400), ("sub", 100)]


def test_of_agents_with_one_name_the_longest_counts():
    (scope,) = budget([agent("a", "x" * 400), agent("a", "y" * 900, folder="sub")]).scopes
    assert (scope.cost.agents, scope.cost.idle, scope.cost.characters) == (1, 1, 900)


@pytest.mark.parametrize(
    ("characters", "state"),
    [(TOKENS * 4, "near"), (TOKENS * 4 + 1, "over"), (TOKENS * 3, "fits"), (TOKENS * 4 - 500, "near")],
)
def test_the_state_is_told_by_claude_codes_limit(characters, state):
    agents = [agent(f"a{number}", "x" * 1_000) for number in range(characters // 1_000)]
    agents.append(agent("rest", "x" * (characters % 1_000)))
    assert budget(agents).scopes[0].cost.state == state
    warnings = [one for one in judged(agents).of("warning") if one.kind == "budget"]
    assert bool(warnings) == (state == "over")


def test_another_program_has_no_limit_that_is_known():
    (scope,) = budget([agent("a", "x" * 4_000, folder=".cursor/agents")]).scopes
    assert scope.cost.state == "no limit"


def test_folders_that_are_over_only_together_are_a_note():
    agents = [
        agent(f"{place}{number}", "x" * 1_000, folder=f"{place}/.claude/agents")
        for place in ("web", "api")
        for number in range(35)
    ]
    found = [one for one in judged(agents).findings if one.kind == "budget"]
    assert [one.weight for one in found] == ["note"]
    assert found[0].sentence.startswith("If all 2 folders are in use at once")


def test_a_description_longer_than_advised_is_to_mend():
    (found,) = judged([agent("a", "x" * 5_001), agent("b", "x" * 5_000)]).of("warning")
    assert (found.kind, [path.stem for path in found.paths]) == ("budget", ["a"])
    assert "5,001" in found.sentence and "5,000" in found.sentence


# --- overlaps ----------------------------------------------------------------------------------


OTHERS = tuple(
    agent(name, text)
    for name, text in {
        "gardener": "Use this agent to plant trees and flowers in spring.",
        "cook": "Use this agent for soup, bread and vegetables on the stove.",
        "painter": "Use this agent to paint walls, doors and windows in colours.",
        "pilot": "Use this agent to fly across oceans by night.",
    }.items()
)


def test_agents_for_the_same_things_overlap_by_the_words_they_share():
    twin = agent("merge-checker", "Use this agent to check code for faults before it is merged.")
    (found,) = overlaps(agent("code-reviewer", REVIEW), twin, *OTHERS)
    assert {found.one.name, found.other.name} == {"code-reviewer", "merge-checker"}
    assert {"faults", "code", "merged"} <= set(found.words)
    assert found.degree == "much"


def test_agents_without_a_word_in_common_do_not_overlap():
    assert overlaps(*OTHERS) == []


def test_the_very_same_description_is_a_group_and_no_pair():
    agents = [agent(f"a{number}", REVIEW) for number in range(4)]
    assert overlaps(*agents) == []
    assert [len(group) for group in same_descriptions(agents)] == [4]
    (finding,) = judged(agents).of("warning")
    assert finding.kind == "overlap" and "4 files have the very same description" in finding.sentence


def test_agents_of_which_one_is_loaded_do_not_overlap():
    again = agent("code-reviewer", REVIEW + " And after.", folder="sub")
    assert overlaps(agent("code-reviewer", REVIEW), again, *OTHERS) == []
    elsewhere = agent("code-reader", REVIEW + " And after.", folder=".cursor/agents")
    assert overlaps(agent("code-reviewer", REVIEW), elsewhere, *OTHERS) == []


def test_in_a_large_catalog_words_that_many_have_bring_no_pair_together():
    """A template's words are in every agent; two agents that share more than these are still found."""
    agents = [agent(f"part{at}", f"Use this agent to assemble gearbox number{at}.") for at in range(120)]
    twins = [
        agent(f"twin{at}", f"Use this agent to assemble gearbox lubricant viscosity {at}.") for at in (1, 2)
    ]
    found = overlaps(*agents, *twins)
    assert [(one.one.name, one.other.name) for one in found] == [("twin1", "twin2")]
    assert set(found[0].words) == {"lubricant", "viscosity"}


# --- own examples ------------------------------------------------------------------------------


def strays(*agents):
    return judged(agents).strays


def test_an_example_with_another_agents_words_is_taken():
    greedy = agent("database-tuner", "Use this agent to tune a slow database: query, index, table.")
    lost = agent(
        "helper",
        "Use this agent for whatever else.",
        prompt="You do it.\n\n## When to invoke\n\n- **Slow.** When a database query is slow.",
    )
    (found,) = strays(greedy, lost, *OTHERS)
    assert (found.agent.name, found.taker.name, found.outcome) == ("helper", "database-tuner", "taken")
    assert {"slow", "database", "query"} <= {word.lower() for word in found.words}
    (finding,) = judged([greedy, lost, *OTHERS]).of("warning")
    assert finding.kind == "example" and "would go to database-tuner" in finding.sentence


def test_an_example_that_is_its_own_only_by_its_words_is_a_note():
    greedy = agent("database-tuner", "Use this agent to tune a slow database: query, index, table.")
    saved = agent(
        "helper",
        "Use this agent for whatever else. "
        + example("The database takes minutes since invoices are imported nightly"),
    )
    (found,) = strays(greedy, saved, *OTHERS)
    assert found.outcome == "by-its-words"
    assert judged([greedy, saved, *OTHERS]).of("warning") == ()


def test_an_example_in_an_agents_own_words_stays_its_own():
    tuner = agent(
        "database-tuner",
        "Use this agent to tune a slow database query. " + example("My database query is slow"),
    )
    assert strays(tuner, *OTHERS) == ()


def test_agents_of_one_description_or_name_take_nothing_from_each_other():
    text = "Use this agent for whatever else. " + example("My database query is slow")
    assert strays(agent("one", text), agent("two", text), *OTHERS) == ()
    assert strays(agent("one", text), agent("one", text + " More.", folder="sub"), *OTHERS) == ()


# --- all of it ---------------------------------------------------------------------------------


def test_an_empty_folder_has_no_findings():
    judgement = judged([])
    assert judgement.findings == () and judgement.loading == 0 and judgement.budget.scopes == ()


TEXTS = st.lists(
    st.sampled_from(
        ["review", "code", "tests", "slow query", "日本語", example("review code"), "deploy", ""]
    ),
    max_size=5,
).map(" ".join)


@given(st.lists(st.tuples(st.sampled_from("abcd"), TEXTS), max_size=6), st.randoms(use_true_random=False))
def test_the_judgement_does_not_depend_on_the_order_of_files(given_, chance):
    agents = [agent(name, text, file=f"{at}.md") for at, (name, text) in enumerate(given_)]
    one, other = judged(agents), judged(chance.sample(agents, len(agents)))
    assert one.findings == other.findings
    assert one.overlaps == other.overlaps and one.budget == other.budget
    for pair in one.overlaps:
        assert 0.3 <= pair.measure <= 1 and pair.one is not pair.other
    total = sum(len(a.description) for a in agents if a.loads)
    assert sum(cost.characters for cost in one.budget.together) <= total


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.004, "1 %"),
        (0.5, "50 %"),
        (0.999, "99 %"),
        (1.0, "100 %"),
        (1.001, "101 %"),
        (3.2, "320 %"),
    ],
)
def test_percent_never_says_all_for_less_or_for_more(share, text):
    assert percent(share) == text


def test_real_agents_are_judged(shared):
    from agenteditor.core.catalog import agent_files
    from agenteditor.core.catalog_reading import reading

    folder = shared / "corpus"
    files = list(reading(agent_files(folder), folder, {}))
    judgement = judged([file.agent for file in files if file.agent is not None])
    assert judgement.loading > 80
    pairs = {frozenset((one.one.name, one.other.name)) for one in judgement.overlaps}
    assert frozenset(("rust-engineer", "rust-expert")) in pairs
    assert len(pairs) < 30  # of 4,851
    assert judgement.budget.together[0].program == "Claude Code"
    assert ROOT not in {agent_.scope for agent_ in judgement.agents}
