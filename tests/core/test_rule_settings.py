"""The settings file: which switches it sets, what is wrong with it, where it is looked for, what it does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import rule_settings
from agenteditor.core.checks import RULES, check
from agenteditor.core.rule_settings import (
    FILE_NAME,
    NO_SETTINGS,
    SWITCHES,
    RuleSettings,
    applied,
    found,
    read,
    searched,
    understood,
)
from agenteditor.core.syntax import parse

FAULTY = "---\nname: faulty\ndescription: Use this when tests run.\nmodel: gpt\ncolour: red\ntools: Raed\n---\n\nYou are a tester of texts.\n"


def lines_of(text: str) -> list[tuple[int | None, str]]:
    return [(line, message) for line, message in understood(text)[1]]


def test_each_line_switches_a_rule_a_group_or_all() -> None:
    text = '# ours\n[rules]\n"tools/unknown" = "off"\n"examples/*" = "info" # soft\n\'*\' = "warning"\n"name/file"="on"\n'
    assert understood(text) == (
        {"tools/unknown": "off", "examples/*": "info", "*": "warning", "name/file": "on"},
        (),
    )


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "[rules]\n", "\ufeff[rules]\r\n"])
def test_a_file_may_say_nothing(text: str) -> None:
    assert understood(text) == ({}, ())


def test_the_exact_name_wins_over_the_group_and_the_group_over_the_star() -> None:
    settings = RuleSettings(
        switches={"tools/unknown": "error", "tools/*": "off", "*": "info", "name/*": "on"}
    )
    assert [settings.switch(code) for code in ("tools/unknown", "tools/torn", "yaml/fails", "name/file")] == [
        "error",
        "off",
        "info",
        "on",
    ]
    assert NO_SETTINGS.switch("tools/unknown") == "on"


# The text of a settings file; the line of its fault and a part of the sentence; what counts all the same.
FAULTS = [
    ('[rules]\ntools/unknown = "off"\n"name/file" = "off"\n', 2, 'in quotes: "tools/unknown"', {"name/file": "off"}),
    ('[rules]\n"name/file" = off\n"name/long" = "off"\n', 2, "not TOML", {"name/long": "off"}),
    ('[rules]\n"name/file" = "off"\n"name/file" = "on"\n', 3, "not TOML", {"name/file": "off"}),
    ('[rules\n"name/file" = "off"\n', 1, "not TOML", {}),
    ('[rules]\n"tool/unknown" = "off"\n', 2, "Did you mean “tools/unknown”?", {}),
    ('[rules]\n"name/long" = "off"\n"exampels/*" = "off"\n', 3, "Did you mean “examples/*”?", {"name/long": "off"}),
    ('[rules]\n"nothing-like-it" = "off"\n', 2, "“agenteditor rules” lists them.", {}),
    ('[rules]\n"tools/*own" = "off"\n', 2, "There is no rule", {}),
    ('[rules]\n"name/file" = "Off"\n"name/long" = "off"\n', 2, "“Off” switches nothing", {"name/long": "off"}),
    ('[rules]\n\n"name/file" = false\n', 3, 'Write "off", "on", "error", "warning" or "info".', {}),
    ('[rules]\n"name/file" = 0x' + "f" * 9_000 + "\n", 2, "This value switches nothing", {}),
    ('[rules]\n"name/file" = [\n"off" ]\n', None, "This value switches nothing", {}),
    ('[rules]\n[rules.tools]\nunknown = "off"\n', 2, "There is no rule “tools”", {}),
    ('rules = "off"\n', 1, "is not a table", {}),
    ('[[rules]]\n"name/file" = "off"\n', 1, "is not a table", {}),
    ('"name/file" = "off"\n[rules]\n"name/long" = "off"\n', 1, "outside the table [rules]", {"name/long": "off"}),
    ('[rule]\n"name/file" = "off"\n', 1, "There is no setting “rule”", {}),
    ('[rules]\n"name/file" = "off" # \udcff\n', 2, "not UTF-8", {"name/file": "off"}),
    ('[rules]\n"name/file" = "off"\nx = """\n', None, "not TOML as a whole", {}),
    ("x = " + "[" * 5_000, None, "", {}),
    ("a." * 20_000 + 'a = 1\n[rules]\n"name/file" = "off"\n', 1, "over 40 dots", {"name/file": "off"}),
    ("#" + " " * 70_000, None, "longer than 64 kB", {}),
    ("x = " + "9" * 5_000, None, "not TOML as a whole", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "part", "counts"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_a_sentence_with_its_line_and_the_rest_counts(
    text: str, line: int | None, part: str, counts: dict[str, str]
) -> None:
    switches, faults = understood(text)
    assert switches == counts
    assert any(fault.line == line and part in fault.message for fault in faults), faults
    for fault in faults:
        assert fault.message.isprintable() and fault.message.endswith((".", "?", '".')), fault.message


def test_no_more_faults_than_a_person_reads() -> None:
    assert len(understood("[rules]\n" + "".join(f'"x/{n}" = "off"\n' for n in range(500)))[1]) == 20


PIECES = ["[rules]", "\n", "\r\n", "\r", '"tools/unknown"', "'name/*'", "*", " = ", '"off"', '"error"', "off", "true", "#", "[", "]",
          "[[rules]]", "rules", ".", "{", "}", ",", '"""', "'''", "\\", "\ufeff", "\udcff", "\x00", "1979-05-27", "nan"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text())
def test_any_text_is_understood_and_what_is_not_toml_is_a_fault(text: str) -> None:
    switches, faults = understood(text)
    assert set(switches.values()) <= set(SWITCHES)
    assert faults or rule_settings.toml(text) is not None
    for fault in faults:
        assert fault.line is None or 1 <= fault.line <= text.count("\n") + 1


def test_a_rule_that_is_off_is_not_reported_and_a_severity_is_changed() -> None:
    problems = check(parse(FAULTY))
    codes = [problem.code for problem in problems]
    assert {"model/unknown", "tools/nothing-left"} <= set(codes)
    settings = RuleSettings(switches={"model/*": "off", "tools/nothing-left": "info"})
    after = applied(problems, settings)
    assert [problem.code for problem in after if problem.code != "tools/nothing-left"] == [
        code for code in codes if code not in ("model/unknown", "tools/nothing-left")
    ]
    assert {p.severity for p in after if p.code == "tools/nothing-left"} == {"info"}


def test_without_a_switch_the_findings_are_the_same_and_in_their_order() -> None:
    problems = check(parse(FAULTY))
    assert applied(problems, NO_SETTINGS) == problems
    assert applied(problems, RuleSettings(switches={"*": "on"})) == problems
    assert applied(problems, RuleSettings(switches={"*": "off"})) == ()


@given(st.dictionaries(st.sampled_from(sorted(RULES)), st.sampled_from(SWITCHES), max_size=8))
def test_what_is_left_is_sorted_by_place_and_severity(switches: dict[str, rule_settings.Switch]) -> None:
    after = applied(check(parse(FAULTY)), RuleSettings(switches=switches))
    order = {"error": 0, "warning": 1, "info": 2}
    keys = [(one.span.start, order[one.severity], one.code) for one in after]
    assert keys == sorted(keys)


def write(folder: Path, text: str = '[rules]\n"name/file" = "off"\n') -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return folder / FILE_NAME


def test_the_nearest_file_counts_and_it_alone(tmp_path: Path) -> None:
    agent = tmp_path / "a" / "b" / "x.md"
    assert found(agent) == NO_SETTINGS
    outer = write(tmp_path, '[rules]\n"name/long" = "off"\n')
    assert found(agent).path == outer
    inner = write(tmp_path / "a")
    assert found(agent) == read(inner)
    assert dict(found(agent).switches) == {"name/file": "off"}


def test_nobody_looks_above_a_repository_or_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    assert found(tmp_path / "repository" / "agents" / "x.md") == NO_SETTINGS
    assert found(write(tmp_path / "repository").parent / "agents" / "x.md").path is not None
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert found(tmp_path / "home" / "agents" / "x.md") == NO_SETTINGS
    assert searched(tmp_path / "home" / "agents" / "x.md") == (
        tmp_path / "home" / "agents",
        tmp_path / "home",
    )
    assert searched(Path("/x.md")) == (Path("/"),)


def test_a_relative_path_is_looked_up_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert found(Path("x.md")).path == found(Path("../x.md")).path == file
    assert found(None) == NO_SETTINGS


def test_a_file_is_read_again_only_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path)
    first = found(tmp_path / "x.md")
    assert found(tmp_path / "x.md", first) is first
    write(tmp_path, '[rules]\n"name/file" = "info"\n')
    second = found(tmp_path / "x.md", first)
    assert second.switch("name/file") == "info"
    file.unlink()
    assert found(tmp_path / "x.md", second) == NO_SETTINGS


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    settings = found(tmp_path / "x.md")
    assert not settings.switches
    (sentence,) = settings.sentences()
    assert "a folder" in sentence and sentence.count(str(tmp_path / FILE_NAME)) == 1
    (tmp_path / FILE_NAME).rmdir()
    os.mkfifo(tmp_path / FILE_NAME)
    assert "a pipe" in found(tmp_path / "x.md").sentences()[0]


def test_a_fault_names_the_file_and_the_line(tmp_path: Path) -> None:
    file = write(tmp_path, '[rules]\n\n"x/y" = "off"\n')
    (sentence,) = read(file).sentences()
    assert sentence.startswith(f"{file}:3: There is no rule “x/y”")
