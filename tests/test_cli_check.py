"""check, fix and rules from outside: settings, formats, dry runs, exit statuses."""

from __future__ import annotations

import json
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest

from agenteditor.cli import main
from agenteditor.cli_commands import COMMANDS
from agenteditor.core.rule_list import LISTS

MODEL = (
    "---\nname: a-b\ndescription: Use this when tests run.\nmodel: gpt\n---\n\nYou are a tester of texts.\n"
)
FIXABLE = MODEL.replace("model: gpt", "modle: opus")
FIXED = MODEL.replace("model: gpt", "model: opus")
BROKEN = "---\nname: bad\ndescription: ends in a colon:\n---\nYou are a tester of texts.\n"
OFF = '[rules]\n"model/unknown" = "off"\n'


@pytest.fixture
def agents(tmp_path, monkeypatch):
    """A repository with a folder of agents; the working folder is its root."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "agents"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    return folder


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def ran(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    return (status, *capsys.readouterr())


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as exit_:
        main([str(argument) for argument in arguments])
    return exit_.value.code, capsys.readouterr().err


# --- settings ---------------------------------------------------------------------------------


def test_a_rule_that_is_off_is_neither_checked_nor_shown_nor_fixed(agents, capsys):
    path = write(agents, "a-b.md", FIXABLE)
    write(agents, ".agenteditor.toml", '[rules]\n"key/near-miss" = "off"\n')
    assert ran(capsys, "check", agents) == (
        0,
        "1 file: no problems; 1 by rules that are switched off.\n",
        "",
    )
    assert json.loads(ran(capsys, "show", path)[1])["problems"] == []
    assert ran(capsys, "fix", path) == (0, "", "")
    assert path.read_text(encoding="utf-8") == FIXABLE
    assert "[key/near-miss]" in ran(capsys, "check", agents, "--no-settings")[1]
    assert ran(capsys, "fix", path, "--no-settings")[0] == 0
    assert path.read_text(encoding="utf-8") == FIXED


def test_a_severity_decides_the_exit_status_and_the_verdict_stays(agents, capsys):
    write(agents, "a-b.md", MODEL)
    write(agents.parent, ".agenteditor.toml", '[rules]\n"model/*" = "error"\n')
    assert ran(capsys, "check", "agents")[0] == 1
    bad = write(agents, "bad.md", BROKEN)
    write(agents, ".agenteditor.toml", '[rules]\n"*" = "off"\n')
    status, out, _ = ran(capsys, "check", bad, "--format", "json")
    (record,) = json.loads(out)
    assert status == 0
    assert (record["problems"], record["verdict"], record["loads"]) == ([], "fails", False)


def test_settings_can_be_named_and_hold_for_all_files(agents, tmp_path, capsys):
    write(agents, "a-b.md", MODEL)
    named = write(tmp_path, "ours.toml", OFF)
    assert ran(capsys, "check", agents, "--settings", named)[1].startswith("1 file: no problems;")
    write(agents, ".agenteditor.toml", '[rules]\n"model/unknown" = "error"\n')
    assert ran(capsys, "check", agents, "--settings", named)[0] == 0
    assert refused(capsys, "check", agents, "--settings", named, "--no-settings")[0] == 2


def test_a_fault_of_the_settings_is_told_once_and_the_rest_counts(agents, capsys):
    write(agents, "a-b.md", MODEL)
    write(agents, "c-d.md", MODEL.replace("a-b", "c-d"))
    write(agents, ".agenteditor.toml", OFF + '"tool/unknown" = "off"\n')
    status, out, err = ran(capsys, "check", "agents")
    assert (status, out) == (2, "2 files: no problems; 2 by rules that are switched off.\n")
    assert err.count("\n") == 1
    assert ".agenteditor.toml:3: There is no rule “tool/unknown”" in err and "“tools/unknown”" in err


def test_settings_that_are_not_there_are_said_and_every_rule_counts(agents, capsys):
    write(agents, "a-b.md", MODEL)
    status, out, err = ran(capsys, "check", agents, "--settings", "none.toml")
    assert status == 2 and "[model/unknown]" in out
    assert err.count("none.toml") == 1 and "it does not exist" in err


def test_nothing_is_fixed_while_the_settings_have_a_fault(agents, capsys):
    path = write(agents, "a-b.md", FIXABLE)
    good = write(agents, "c-d.md", MODEL.replace("a-b", "c-d"))
    write(agents, ".agenteditor.toml", "[rules]\nkey/near-miss = 'off'\n")
    for command in (["fix"], ["check", "--fix"], ["fix", "--dry-run"]):
        status, out, err = ran(capsys, *command, path, good)
        assert status == 2 and "a-b.md is not fixed" in err and "c-d.md is not fixed" not in err
        assert path.read_text(encoding="utf-8") == FIXABLE and "---" not in out


# --- fixing -----------------------------------------------------------------------------------


def test_check_fix_applies_the_safe_fixes_and_reports_what_is_left(agents, capsys):
    path = write(agents, "a-b.md", FIXABLE.replace("---\n\n", "color: mauve\n---\n\n"))
    status, out, err = ran(capsys, "check", "agents", "--fix")
    assert path.read_text(encoding="utf-8") == FIXED.replace("---\n\n", "color: mauve\n---\n\n")
    assert status == 0 and "[color/unknown]" in out and "[key/near-miss]" not in out
    assert err.startswith("agents/a-b.md: ") and err.count("\n") == 1
    assert json.loads(ran(capsys, "check", "agents", "--fix", "--format", "json")[1])


@pytest.mark.parametrize(("text", "status"), [(FIXABLE, 1), (FIXED, 0), (MODEL, 0), (BROKEN, 1)])
def test_a_dry_run_shows_what_would_change_and_writes_nothing(text, status, agents, capsys):
    path = write(agents, "a-b.md", text)
    before = path.stat().st_mtime_ns
    got, out, err = ran(capsys, "check", "agents", "--fix", "--dry-run")
    assert (got, path.read_text(encoding="utf-8"), path.stat().st_mtime_ns) == (status, text, before)
    assert ("would change" in err) and ("-modle: opus\n+model: opus\n" in out) is (text == FIXABLE)
    assert out == "" or out.startswith("--- agents/a-b.md\n+++ agents/a-b.md\n")
    assert ran(capsys, "fix", "agents", "--dry-run")[:2] == (0, out)
    assert ran(capsys, "fix", "agents", "--diff")[:2] == (0, out)


def test_the_diff_of_a_dry_run_is_a_patch_that_does_what_fix_does(agents, capsys, tmp_path):
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed")
    path = write(agents, "a-b.md", FIXABLE.removesuffix("\n"))
    (tmp_path / "x.patch").write_text(ran(capsys, "fix", "agents", "--dry-run")[1], encoding="utf-8")
    subprocess.run(["patch", "-p0", "-i", "x.patch"], cwd=tmp_path, check=True, capture_output=True)
    assert path.read_text(encoding="utf-8") == FIXED.removesuffix("\n")


def test_options_that_do_not_go_together_are_said(agents, capsys):
    path = write(agents, "a-b.md", MODEL)
    assert refused(capsys, "check", path, "--dry-run")[0] == 2
    code, err = refused(capsys, "check", path, "--fix", "--dry-run", "--format", "sarif")
    assert code == 2 and "diffs, not sarif" in err


# --- formats ----------------------------------------------------------------------------------


def test_every_format_goes_on_past_a_file_that_cannot_be_read(agents, capsys):
    write(agents, "bad.md", BROKEN)
    for name in ("text", "json", "sarif", "github", "junit"):
        status, out, err = ran(capsys, "check", "none.md", "agents", "--format", name)
        assert status == 2 and "none.md" in err
        assert "yaml/fails" in out
        assert ran(capsys, "check", "agents", "--format", name)[0] == 1


def test_sarif_and_junit_are_one_document_each(agents, capsys):
    write(agents, "bad.md", BROKEN)
    (run,) = json.loads(ran(capsys, "check", "none.md", "agents", "--format", "sarif")[1])["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "agents/bad.md", "uriBaseId": "%SRCROOT%"}
    assert "none.md" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    suites = ET.fromstring(ran(capsys, "check", "none.md", "agents", "--format", "junit")[1])
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("2", "1", "1")


# --- rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_rules_prints_the_list(name, capsys):
    assert ran(capsys, "rules", "--format", name) == (0, LISTS[name]() + "\n", "")


def test_rules_lists_as_text_by_itself(capsys):
    assert ran(capsys, "rules")[1] == LISTS["text"]() + "\n"


@pytest.mark.parametrize("command", ["check", "show", "fix"])
def test_the_help_says_the_exit_statuses(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "Exit status: 0" in capsys.readouterr().out


def test_every_command_is_in_the_help_of_the_program(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert all(f"\n  agenteditor {command} " in out for command in COMMANDS)
