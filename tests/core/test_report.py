"""The formats of check: each is what its readers accept, whatever a file or its name holds."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.checks import RULES
from agenteditor.core.report import FileReport, examined
from agenteditor.core.report_junit import as_junit
from agenteditor.core.report_lines import as_github, as_json, as_text
from agenteditor.core.report_sarif import as_sarif
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings
from agenteditor.core.text import apply
from tests.core.checks_cases import cases
from tests.core.texts import agent_texts

MODEL = (
    "---\nname: a-b\ndescription: Use this when tests run.\nmodel: gpt\n---\n\nYou are a tester of texts.\n"
)
BROKEN = "---\nname: bad\ndescription: ends in a colon:\n---\nYou are a tester of texts.\n"
NAMES = ["a-b.md", "a: b,100%.md", "ä 😀#?.md", "line\nbreak\x1b.md", os.fsdecode(b"\xff&<>\"'.md"), "sub/../a-b.md"]  # fmt: skip


def report(text: str, name: str = "agents/a-b.md", settings: RuleSettings = NO_SETTINGS) -> FileReport:
    return examined(Path(name), text, settings)


# --- SARIF ------------------------------------------------------------------------------------


def log_of(*reports: FileReport, failures: tuple[str, ...] = ()) -> dict:
    (text,) = as_sarif(reports, failures)
    text.encode("utf-8")
    return json.loads(text)


POSITION = {"startLine": int, "startColumn": int, "endLine": int, "endColumn": int}


def assert_sarif(log: dict) -> None:
    """What the schema of SARIF 2.1.0 asks of the parts that are written here, and what its prose does."""
    assert set(log) == {"$schema", "version", "runs"} and log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert set(run) == {"tool", "invocations", "columnKind", "newlineSequences", "results"}
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert driver["name"] and len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    (invocation,) = run["invocations"]
    assert isinstance(invocation["executionSuccessful"], bool)
    for note in invocation["toolExecutionNotifications"]:
        assert note["level"] == "error" and note["message"]["text"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note") and result["message"]["text"]
        (location,) = result["locations"]
        assert_place(location["physicalLocation"])
        for fix in result.get("fixes", []):
            assert fix["description"]["text"]
            (change,) = fix["artifactChanges"]
            assert change["artifactLocation"] == location["physicalLocation"]["artifactLocation"]
            assert change["replacements"]
            for one in change["replacements"]:
                assert_region(one["deletedRegion"])
                assert set(one) <= {"deletedRegion", "insertedContent"}


def assert_place(place: dict) -> None:
    assert set(place) == {"artifactLocation", "region"}
    uri = place["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri.removeprefix("file://"))
    assert place["artifactLocation"].get("uriBaseId") == (None if uri.startswith("file:///") else "%SRCROOT%")
    assert_region(place["region"])


def assert_region(region: dict) -> None:
    assert {key: type(value) for key, value in region.items()} == POSITION
    start, end = (
        (region["startLine"], region["startColumn"]),
        (region["endLine"], region["endColumn"]),
    )
    assert (1, 1) <= start <= end and min(*start, *end) >= 1


def replaced(text: str, replacements: list[dict]) -> str:
    """``text`` after the replacements of a SARIF fix, by a reader of its own."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = text.removeprefix("\ufeff").split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(region: dict, end: str) -> int:
        return starts[region[f"{end}Line"] - 1] + region[f"{end}Column"] - 1

    body = text.removeprefix("\ufeff")
    pieces, done = [mark], 0
    for one in replacements:
        region = one["deletedRegion"]
        pieces.append(body[done : offset(region, "start")])
        pieces.append(one.get("insertedContent", {}).get("text", ""))
        done = offset(region, "end")
    return "".join([*pieces, body[done:]])


def test_sarif_has_every_case_with_its_level_and_the_fixes_that_are_safe() -> None:
    fixes = 0
    for case in cases():
        one = examined(Path("x.md"), case.text, NO_SETTINGS)
        log = log_of(one)
        assert_sarif(log)
        results = log["runs"][0]["results"]
        assert [result["ruleId"] for result in results] == [problem.code for problem in one.problems]
        for result, problem in zip(results, one.problems, strict=True):
            made = [
                replaced(case.text, fix["artifactChanges"][0]["replacements"])
                for fix in result.get("fixes", [])
            ]
            wanted = [apply(case.text, fix.edits) for fix in problem.fixes if fix.safe]
            if case.text.startswith("\ufeff"):
                # A byte order mark has no place in SARIF's text, so it cannot be removed there.
                wanted = [text for text in wanted if text.startswith("\ufeff")]
            assert made == wanted, case.title
            fixes += len(made)
    assert fixes > 40


@given(agent_texts() | st.text())
def test_sarif_holds_any_text(text: str) -> None:
    assert_sarif(log_of(report(text)))


def test_sarif_columns_do_not_depend_on_a_byte_order_mark() -> None:
    def places(text: str) -> dict[str, dict]:
        results = log_of(report(text))["runs"][0]["results"]
        return {one["ruleId"]: one["locations"][0]["physicalLocation"]["region"] for one in results}

    assert places("\ufeff" + MODEL)["model/unknown"] == places(MODEL)["model/unknown"]


def test_sarif_counts_columns_in_code_points_and_ends_behind_the_last_one() -> None:
    text = MODEL.replace("model: gpt", "model: 😀😀")
    (result,) = [r for r in log_of(report(text))["runs"][0]["results"] if r["ruleId"] == "model/unknown"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 4, "startColumn": 8, "endLine": 4, "endColumn": 10}


@pytest.mark.parametrize("name", NAMES)
def test_sarif_names_a_file_by_a_uri_that_leads_back_to_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, whole in ((Path(name), False), (tmp_path.parent / "other" / name, True)):
        log = log_of(examined(path, MODEL, NO_SETTINGS))
        assert_sarif(log)
        uri = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        bytes_ = unquote_to_bytes(urlsplit(uri).path)
        assert bytes_ == os.fsencode(os.path.normpath(path))
        assert uri.startswith("file:///") is whole


def test_sarif_says_what_could_not_be_read() -> None:
    log = log_of(failures=("Cannot open x.md: it does not exist.",))
    assert_sarif(log)
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "x.md" in invocation["toolExecutionNotifications"][0]["message"]["text"]


# --- GitHub -----------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def commands(*reports: FileReport) -> list[tuple[str, dict[str, str], str]]:
    """The workflow commands, read as GitHub's runner reads them."""
    *lines, _summary = as_github(reports, ())
    found = []
    for line in lines:
        assert "\n" not in line and "\r" not in line
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        for escape, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            properties = {key: value.replace(escape, letter) for key, value in properties.items()}
        found.append((match[1], properties, match[3]))
    return found


def test_github_gets_place_title_and_message() -> None:
    ((word, properties, message),) = commands(report(MODEL))
    assert word == "warning" and message.startswith("“gpt”")
    assert properties == {
        "file": "agents/a-b.md",
        "line": "4",
        "endLine": "4",
        "col": "8",
        "endColumn": "11",
        "title": "Not a model of Claude Code (model/unknown)",
    }


@pytest.mark.parametrize("name", NAMES)
def test_github_reads_back_any_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _, properties, _ in commands(report(MODEL, name)):
        assert properties["file"] == os.path.normpath(name)


def test_github_gets_every_case_without_columns_over_several_lines() -> None:
    for case in cases():
        one = report(case.text)
        found = commands(one)
        assert len(found) == len(one.problems)
        for _, properties, _ in found:
            assert ("col" in properties) == (properties["line"] == properties["endLine"])


def test_a_message_is_escaped_for_github() -> None:
    ((_, _, message),) = commands(report(MODEL.replace("gpt", "50%3A")))
    assert "50%253A" in message


# --- JUnit ------------------------------------------------------------------------------------


def suite_of(*reports: FileReport, failures: tuple[str, ...] = ()) -> ET.Element:
    text = "\n".join(as_junit(reports, failures))
    root = ET.fromstring(text.encode("utf-8"))
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    assert int(suite.get("tests", "")) == len(suite)
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("errors", "")) == len(suite.findall("testcase/error"))
    return suite


def test_junit_has_a_case_for_each_file_that_fails_by_errors() -> None:
    suite = suite_of(report(MODEL), report(BROKEN), failures=("Cannot open x.md: it does not exist.",))
    good, bad, missing = suite
    assert good.get("name") == "agents/a-b.md"
    assert [child.tag for child in good] == ["system-out"]
    assert "agents/a-b.md:4:8: warning: " in (good[0].text or "")
    failure = bad.find("failure")
    assert failure is not None and failure.get("type") == "yaml/fails"
    assert "error: " in (failure.text or "") and "warning: " not in (failure.text or "")
    assert missing[0].tag == "error" and "x.md" in (missing[0].get("message") or "")


@pytest.mark.parametrize("name", NAMES)
def test_junit_is_xml_whatever_a_name_holds(name: str) -> None:
    suite = suite_of(report(BROKEN, name), failures=(f"Cannot open {name}.",))
    assert len(suite) == 2


@given(st.text(), st.text(st.characters(exclude_characters="\0/"), min_size=1))
def test_junit_is_xml_whatever_a_file_holds(text: str, name: str) -> None:
    suite_of(report(text, name), failures=(text,))


# --- all --------------------------------------------------------------------------------------


def test_text_and_json_say_how_many_findings_are_switched_off() -> None:
    off = RuleSettings(switches={"model/unknown": "off"})
    assert list(as_text([report(MODEL, settings=off)], ())) == [
        "1 file: no problems; 1 by rules that are switched off."
    ]
    assert list(as_text([report(MODEL), report(BROKEN)], ()))[-1] == "2 files: 1 error, 1 warning."
    (record,) = json.loads("".join(as_json([report(MODEL, settings=off)], ())))
    assert (record["problems"], record["unreported"], record["loads"]) == ([], 1, True)


def test_a_switched_severity_is_the_one_of_every_format() -> None:
    as_error = report(MODEL, settings=RuleSettings(switches={"model/*": "error"}))
    assert " error: " in next(as_text([as_error], ()))
    assert log_of(as_error)["runs"][0]["results"][0]["level"] == "error"
    assert commands(as_error)[0][0] == "error"
    assert suite_of(as_error).get("failures") == "1"


def test_every_rule_stands_in_the_log_with_its_meaning() -> None:
    rules = log_of()["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert all(rule["shortDescription"]["text"] and rule["fullDescription"]["text"] for rule in rules)
