"""Who would take a request: what decides, what cannot, and how often it is right on real agents."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.catalog import agent_files
from agenteditor.core.catalog_reading import reading
from agenteditor.core.routing import index_of
from agenteditor.core.routing_words import stems
from tests.core.catalogs import agent, example

REVIEWER = agent("code-reviewer", "Use this agent to review code for faults before it is merged.")
TESTER = agent("test-writer", "Use this agent when tests are missing: unit tests, integration tests.")
DATABASE = agent(
    "database-tuner", "Use this agent for slow queries. " + example("The report takes minutes to load")
)
AGENTS = (REVIEWER, TESTER, DATABASE)


def names(request, agents=AGENTS, **rest):
    return [one.agent.name for one in index_of(agents).ranked(request, **rest)]


@pytest.mark.parametrize(
    ("request_", "first"),
    [
        ("please review this pull request", "code-reviewer"),
        ("I need unit tests for the parser", "test-writer"),
        ("why is this query so slow?", "database-tuner"),
        ("loading the report takes ages", "database-tuner"),  # by its example alone
        ("reviewer", "code-reviewer"),
    ],
)
def test_the_agent_whose_words_are_asked_for_is_first(request_, first):
    assert names(request_)[0] == first


@pytest.mark.parametrize("request_", ["", "   ", "?!", "the and of", "Kubernetes"])
def test_a_request_without_a_word_of_any_agent_finds_nobody(request_):
    assert names(request_) == []


def test_without_agents_nobody_is_found():
    assert names("review", ()) == []


def test_a_single_agent_is_found_by_its_words_alone():
    assert names("review my code", (REVIEWER,)) == ["code-reviewer"]
    assert names("slow queries", (REVIEWER,)) == []


def test_an_agent_that_does_not_load_takes_nothing():
    broken = agent("review-all", "")
    assert not broken.loads
    assert names("review all", (*AGENTS, broken)) == ["code-reviewer"]


def test_the_words_that_decided_are_said_with_their_places():
    found = index_of(AGENTS).ranked("Reviewing: is the CODE good? Faults?")[0]
    assert {word.text for word in found.words} == {"Reviewing", "CODE", "Faults"}
    assert sum(word.share for word in found.words) == pytest.approx(1)
    assert [word.share for word in found.words] == sorted((w.share for w in found.words), reverse=True)
    places = {word.text: word.where for word in found.words}
    assert places["Reviewing"] == ("name", "description")
    assert places["Faults"] == ("description",)
    assert index_of(AGENTS).ranked("takes minutes")[0].words[0].where == ("examples",)


def test_who_is_close_to_the_first_is_a_near_tie():
    twin = agent("code-checker", "Use this agent to review code for faults before it is released.")
    ranked = index_of((*AGENTS, twin)).ranked("find faults before the merge or release")
    assert {one.agent.name for one in ranked[:2]} == {"code-reviewer", "code-checker"}
    assert [one.near_tie for one in ranked[:2]] == [False, True]
    assert not index_of((*AGENTS, twin)).ranked("unit tests")[0].near_tie


def test_agents_of_different_programs_do_not_tie():
    text = "Use this agent to review code for faults before it is merged."
    elsewhere = agent("code-reviewer", text, folder=".cursor/agents")
    assert elsewhere.program == "Cursor"
    ranked = index_of((*AGENTS, elsewhere)).ranked("review code for faults")
    assert [one.near_tie for one in ranked[:2]] == [False, False]


def test_most_limits_the_list_and_nothing_else():
    assert names("review tests queries", most=2) == names("review tests queries")[:2]


def test_japanese_is_found_by_pairs_of_characters():
    japanese = agent("backend", "バックエンドの実装を担当するエージェント。")
    assert names("バックエンドを直して", (*AGENTS, japanese)) == ["backend"]


WORDS = ["review", "code", "tests", "slow", "query", "merge", "日本語", "café", "C#", "deploy", "the"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)


@given(st.lists(TEXTS, min_size=1, max_size=7), TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_agents_makes_no_difference(descriptions, request_, chance):
    agents = [agent(f"agent-{number}", text) for number, text in enumerate(descriptions)]
    other = chance.sample(agents, len(agents))
    assert index_of(agents).ranked(request_) == index_of(other).ranked(request_)


@given(st.lists(TEXTS, min_size=1, max_size=7), TEXTS)
def test_who_is_ranked_has_a_word_of_the_request_and_who_has_one_is_ranked(descriptions, request_):
    agents = [agent(f"agent{number}", text) for number, text in enumerate(descriptions)]
    ranked = {one.agent.name for one in index_of(agents).ranked(request_)}
    asked = set(stems(request_))
    assert ranked == {one.name for one in agents if asked & set(stems(one.description))}


@given(st.lists(TEXTS, min_size=2, max_size=6), TEXTS)
def test_scores_never_rise_down_the_list(descriptions, request_):
    agents = [agent(f"agent-{number}", text) for number, text in enumerate(descriptions)]
    scores = [one.score for one in index_of(agents).ranked(request_)]
    assert scores == sorted(scores, reverse=True) and all(score > 0 for score in scores)


def test_an_example_taken_out_is_as_if_it_had_not_been_written():
    # The index holds the example's words of that agent alone, so the others weigh the same either way.
    index = index_of(AGENTS)
    position = index.agents.index(DATABASE)
    asked = Counter(stems("report minutes slow"))
    without = index.score_without(position, asked, DATABASE.examples[0])
    assert 0 < without < index.scores(asked)[position]
    assert index.score_without(position, Counter(stems("report minutes")), DATABASE.examples[0]) == 0


# --- how good it is ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared):
    """The real agents that load, one of each name: many files are older versions of others."""
    folder = shared / "corpus"
    found = {}
    for file in reading(agent_files(folder), folder, {}):
        if file.agent is not None and file.agent.loads:
            found.setdefault(file.agent.name, file.agent)
    return tuple(found.values())


def rates(agents, ask):
    """How many own examples find their agent first, among the first three, and how many there are.

    Each example is taken out of its agent's description first, so that it cannot find itself.
    """
    index = index_of(agents)
    first = three = count = 0
    for position, one in enumerate(index.agents):
        for own in one.examples:
            asked = Counter(stems(ask(own)))
            scores = index.scores(asked)
            mine = index.score_without(position, asked, own) if own.seen else scores.get(position, 0.0)
            before = sum(score >= mine for at, score in scores.items() if at != position)
            first, three, count = first + (before == 0), three + (before < 3), count + 1
    return first, three, count


def test_real_examples_find_their_agents(real):
    # Measured: 49 of 63 first, 55 among three; what the user says alone: 45 and 51. The weights were not
    # fitted: other values near them give 43 to 50.
    first, three, count = rates(real, lambda own: own.asked)
    assert count >= 50
    assert first / count >= 0.70 and three / count >= 0.80
    first, three, count = rates(real, lambda own: own.request or own.context)
    assert first / count >= 0.66 and three / count >= 0.76


def test_chance_would_not_do(real):
    """The same measure with examples handed to agents at random: the floor above means something."""
    chance = random.Random(4)
    shuffled = [one for one in real if one.examples]
    index = index_of(real)
    first = 0
    for one in shuffled:
        other = chance.choice([another for another in shuffled if another is not one])
        first += index.ranked(other.examples[0].asked, 1)[0].agent is one
    assert first <= len(shuffled) // 5
