"""A switch written into a settings file: one line is added or changed, everything else stays byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.checks import RULES
from agenteditor.core.rule_settings import FILE_NAME, NO_SETTINGS, SWITCHES, RuleSettings, toml, understood
from agenteditor.core.rule_switching import settings_file, switched
from agenteditor.core.text import Refusal, apply

# The text before, the one after "tools/unknown" is switched off.
WRITTEN = [
    ("", '[rules]\n"tools/unknown" = "off"\n'),
    ("# ours\n", '# ours\n\n[rules]\n"tools/unknown" = "off"\n'),
    ("# ours", '# ours\n\n[rules]\n"tools/unknown" = "off"\n'),
    ("[rules]\n", '[rules]\n"tools/unknown" = "off"\n'),
    ("[rules]", '[rules]\n"tools/unknown" = "off"'),
    ("[rules]\r\n", '[rules]\r\n"tools/unknown" = "off"\r\n'),
    ("\ufeff[rules]\n", '\ufeff[rules]\n"tools/unknown" = "off"\n'),
    ('[rules]\n"name/file" = "off" # why\n\n# end\n', '[rules]\n"name/file" = "off" # why\n"tools/unknown" = "off"\n\n# end\n'),
    ('[rules]\n"tools/unknown" = "info"\n', '[rules]\n"tools/unknown" = "off"\n'),
    ("[rules]\n  'tools/unknown'='info'  # = \"x\"\n", "[rules]\n  'tools/unknown'=\"off\"  # = \"x\"\n"),
    ('[rules]\n"tools/unknown" = true # x\n', '[rules]\n"tools/unknown" = "off" # x\n'),
    ('rules."name/file" = "off"\n', 'rules."name/file" = "off"\nrules."tools/unknown" = "off"\n'),
    ('rules = { "tools/unknown" = "on" }\n', 'rules = { "tools/unknown" = "off" }\n'),
    ('[rules]\n"tools/*" = "off"\n', '[rules]\n"tools/*" = "off"\n"tools/unknown" = "off"\n'),
    ('[rules]\n[other]\nx = """\n[rules]\n"""\n', '[rules]\n"tools/unknown" = "off"\n[other]\nx = """\n[rules]\n"""\n'),
    ('[rules]\n"tools/unknown" = "off"\n', '[rules]\n"tools/unknown" = "off"\n'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), WRITTEN, ids=range(len(WRITTEN)))
def test_one_line_is_added_or_changed(before: str, after: str) -> None:
    edits = switched(before, "tools/unknown", "off")
    assert not isinstance(edits, Refusal)
    assert apply(before, edits) == after


REFUSED = [
    ("[rules\n", "cannot be read as TOML"),
    ('rules = "x"\n', "is not a table"),
    ('rules = { "name/file" = "off" }\n', 'Add the line "tools/unknown" = "off".'),
    ("#" + "x" * 70_000, "Add the line"),
    ("a." * 20_000 + "a = 1\n", "cannot be read as TOML"),
    ("x = nan\n", "Add the line"),
]


@pytest.mark.parametrize(("before", "part"), REFUSED, ids=range(len(REFUSED)))
def test_what_would_not_read_back_is_refused_with_a_sentence(before: str, part: str) -> None:
    outcome = switched(before, "tools/unknown", "off")
    assert isinstance(outcome, Refusal) and part in outcome.reason


LINES = ["[rules]", "", "# note", '"tools/unknown" = "info"', '"name/file" = "off"', "[other]", "x = 1", 'y = """', '"""', "'*' = 'on'",
         'rules."yaml/fails" = "on"', "rules = {}", "z = [", "]"]  # fmt: skip


@given(
    st.lists(st.sampled_from(LINES), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(sorted(RULES)),
    st.sampled_from(SWITCHES),
)
def test_any_file_reads_back_as_asked_or_is_refused(lines, eol, end, name, switch) -> None:
    before = eol.join(lines) + (eol if end else "")
    outcome = switched(before, name, switch)
    if isinstance(outcome, Refusal):
        return
    after = apply(before, outcome)
    assert understood(after)[0][name] == switch
    old, new = toml(before), toml(after)
    assert old is not None and new is not None
    table = old.get("rules", {})
    assert new == {**old, "rules": {**table, name: switch}}
    for span, insert in outcome:
        assert "\n" not in span.of(before)  # nothing but a word is replaced
        assert insert.count("\n") <= 4
    assert len(outcome) <= 1


def test_the_file_that_holds_already_is_the_one_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "agents" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    agent = tmp_path / "agents" / "deep" / "x.md"
    above = RuleSettings(tmp_path / FILE_NAME)
    assert settings_file(agent, above, tmp_path / "agents") == tmp_path / FILE_NAME
    assert settings_file(agent, NO_SETTINGS, tmp_path / "agents") == tmp_path / "agents" / FILE_NAME
    assert settings_file(agent, NO_SETTINGS, None) == tmp_path / "agents" / "deep" / FILE_NAME
    # Nobody looks above the repository, so a file there would change nothing.
    assert settings_file(agent, NO_SETTINGS, tmp_path.parent) == tmp_path / "agents" / "deep" / FILE_NAME
