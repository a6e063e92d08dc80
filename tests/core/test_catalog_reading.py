"""The files of a catalog one after the other: texts that are not saved, settings, what cannot be read."""

from __future__ import annotations

import os

from agenteditor.core.catalog import agent_files
from agenteditor.core.catalog_known import KnownAnswers
from agenteditor.core.catalog_reading import reading
from tests.core.catalogs import text_of


def test_each_file_is_read_with_its_problems(tmp_path):
    (tmp_path / "good.md").write_text(text_of("good", "Use this agent to bake."), encoding="utf-8")
    (tmp_path / "none.md").write_text(text_of("none", ""), encoding="utf-8")
    good, none = reading(agent_files(tmp_path), tmp_path, {})
    assert good.agent is not None and good.agent.name == "good" and good.problems == ()
    assert none.agent is not None and not none.agent.loads and none.agent.reason
    assert {one.severity for one in none.problems} >= {"error"}


def test_a_text_that_is_not_saved_counts(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(text_of("saved", "Use this agent to bake."), encoding="utf-8")
    (file,) = reading([path], tmp_path, {path: text_of("typed", "Use this agent to bake.")})
    assert file.agent is not None and file.agent.name == "typed"


def test_a_rule_that_is_off_in_its_folder_is_not_reported(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "helper.md").write_text(
            text_of("helper", "Use this agent to help."), encoding="utf-8"
        )
    (tmp_path / "one" / ".agenteditor.toml").write_text('[rules]\n"name/generic" = "off"\n', encoding="utf-8")
    one, two = reading(agent_files(tmp_path), tmp_path, {})
    assert "name/generic" not in {problem.code for problem in one.problems}
    assert "name/generic" in {problem.code for problem in two.problems}


def test_what_cannot_be_read_has_a_sentence_and_the_others_follow(tmp_path):
    os.mkfifo(tmp_path / "a.md")
    (tmp_path / "b.md").write_text(text_of("b", "Use this agent to bake."), encoding="utf-8")
    pipe, agent = reading(agent_files(tmp_path), tmp_path, {})
    assert pipe.agent is None and "a.md" in pipe.failure
    assert agent.agent is not None


def test_what_is_known_of_a_content_is_not_found_out_again_and_the_same(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "helper.md").write_text(text_of("helper", ""), encoding="utf-8")
    paths, known = agent_files(tmp_path), KnownAnswers()
    fresh = list(reading(paths, tmp_path, {}))
    for path in paths:
        known.entry(path, tmp_path)
    checked = known.checked
    assert list(reading(paths, tmp_path, {}, known)) == fresh and fresh[0].problems
    assert known.checked == checked


def test_what_is_known_of_another_content_or_by_other_settings_does_not_count(tmp_path):
    path, known = tmp_path / "helper.md", KnownAnswers()
    path.write_text(text_of("helper", "Use this agent to help."), encoding="utf-8")
    (before,) = reading([path], tmp_path, {}, known)
    path.write_text(text_of("helper", ""), encoding="utf-8")
    (empty,) = reading([path], tmp_path, {}, known)
    (tmp_path / ".agenteditor.toml").write_text('[rules]\n"*" = "off"\n', encoding="utf-8")
    (off,) = reading([path], tmp_path, {}, known)
    assert before.problems and empty.problems and before.problems != empty.problems and not off.problems
