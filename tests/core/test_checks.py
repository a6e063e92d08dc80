"""Live validation: each rule fires where it should and nowhere else, and its fixes mend it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agenteditor.core import checks
from agenteditor.core.checks import MOST_FINDINGS, RULES, Diagnostic, check
from agenteditor.core.dialect import Dialect
from agenteditor.core.dialect_table import Place
from agenteditor.core.dialects import editable
from agenteditor.core.loading import loads
from agenteditor.core.reader import Verdict
from agenteditor.core.syntax import Syntax, parse, parse_at
from agenteditor.core.text import apply
from tests.core.checks_cases import Case, cases

CASES = cases()
WORTH: dict[Verdict, int] = {"unknown": 0, "fails": 0, "none": 0, "repaired": 1, "valid": 2}


def findings(case: Case) -> tuple[Diagnostic, ...]:
    return check(parse(case.text, case.dialect), case.place, case.file_name, case.wanted)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_exactly_the_named_rules_fire(case: Case) -> None:
    found = findings(case)
    assert Counter((one.code, one.severity) for one in found) == Counter(
        (code, severity) for code, severity, _ in case.fires
    )
    for code, _, under in case.fires:
        if under is not None:
            assert under in [one.span.of(case.text) for one in found if one.code == code]
    if case.nofix:
        assert not [one for one in found if one.fixes]


@pytest.mark.parametrize("case", [case for case in CASES if case.after], ids=lambda case: case.title)
def test_a_fix_gives_the_text_that_was_meant(case: Case) -> None:
    made = {one.label: apply(case.text, one.edits) for found in findings(case) for one in found.fixes}
    for label, text in case.after.items():
        assert made[label] == text


def assert_fixes_mend(
    syntax: Syntax, found: tuple[Diagnostic, ...], place: Place, file_name: str | None
) -> None:
    """Each fix keeps the verdict or betters it, and its finding is gone afterwards."""
    before = Counter((one.code, one.message) for one in found)
    for one in found:
        for fix in one.fixes:
            after = parse(apply(syntax.text, fix.edits), syntax.dialect)
            assert WORTH[after.verdict] >= WORTH[syntax.verdict], (one.code, fix.label)
            left = Counter((one.code, one.message) for one in check(after, place, file_name))
            key = (one.code, one.message)
            assert left[key] < before[key], (one.code, fix.label, after.text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_fix_removes_its_finding_and_harms_nothing(case: Case) -> None:
    assert_fixes_mend(parse(case.text, case.dialect), findings(case), case.place, case.file_name)


def test_every_rule_has_a_case_and_every_code_a_rule() -> None:
    fired = {code for case in CASES for code, _, _ in case.fires}
    beyond_a_small_file = {"yaml/not-judged", "prompt/not-divided", "text/large"} | {
        f"{what}/long" for what in ("name", "description", "prompt")
    }
    assert fired | beyond_a_small_file == set(RULES)
    assert not fired & beyond_a_small_file


HEAD = "---\nname: a-b\ndescription: Use this when tests run.\n---\n"
LONG = [
    (
        "yaml/not-judged",
        HEAD.replace("run.\n", f"run.\nhooks: {'[' * 80}{']' * 80}\n") + "You are a tester of texts.",
    ),
    ("name/long", HEAD.replace("a-b", "a" * 257) + "You are a tester of texts."),
    ("description/long", HEAD.replace("run.", "run. " * 1_500) + "You are a tester of texts."),
    ("prompt/long", HEAD + "You are it.\n" * 3_000),
]


@pytest.mark.parametrize(("code", "text"), LONG, ids=[code for code, _ in LONG])
def test_rules_about_size_fire_alone(code: str, text: str) -> None:
    assert [one.code for one in check(parse(text))] == [code]


def test_rules_speak_to_people() -> None:
    for rule in RULES.values():
        assert rule.title[0].isupper() and not rule.title.endswith(".")
        assert rule.why.endswith(".") and rule.why != rule.title


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_messages_are_short_printable_sentences(case: Case) -> None:
    for one in findings(case):
        assert one.message.isprintable() and one.message.endswith(".") and len(one.message) < 400
        assert one.message[0].isupper() or one.message[0] in "“1234567890"
        for fix in one.fixes:
            assert fix.label.isprintable() and len(fix.label) < 80


def test_the_sample_has_one_finding_and_its_fix_changes_the_quoting_alone(seed_text: str) -> None:
    syntax = parse(seed_text)
    found = check(syntax, "project", "backend-engineer.md")
    assert [(one.code, one.severity, one.field) for one in found] == [
        ("yaml/repaired", "warning", "description")
    ]
    (fix,) = found[0].fixes
    assert fix.label == "Make it valid YAML" and fix.safe
    after = parse(apply(seed_text, fix.edits))
    before_value, after_value = syntax.field("description"), after.field("description")
    assert before_value is not None and after_value is not None
    assert after.verdict == "valid"
    assert after_value.value == before_value.value and len(str(after_value.value)) == 1660
    assert check(after, "project", "backend-engineer.md") == ()
    changed = [
        (old, new)
        for old, new in zip(seed_text.split("\n"), after.text.split("\n"), strict=True)
        if old != new
    ]
    assert len(changed) == 1
    assert changed[0][1].replace('"', "").replace("\\", "") == changed[0][0].replace('"', "").replace(
        "\\", ""
    )


def test_the_sample_with_windows_line_ends_does_not_load_and_both_fixes_mend_it(seed_text: str) -> None:
    text = seed_text.replace("\n", "\r\n")
    (one,) = check(parse(text))
    assert (one.code, one.severity) == ("yaml/line-ends", "error")
    assert [parse(apply(text, fix.edits)).verdict for fix in one.fixes] == ["valid", "repaired"]


def mended(text: str, place: Place, file_name: str | None, dialect: Dialect | None = None) -> str:
    """``text`` after its safe fixes, one after another until none is left."""
    for _ in range(50):
        safe = [fix for one in check(parse(text, dialect), place, file_name) for fix in one.fixes if fix.safe]
        if not safe:
            return text
        text = apply(text, safe[0].edits)
    raise AssertionError("safe fixes go round in a circle")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_all_safe_fixes_together_come_to_an_end_and_better_the_verdict(case: Case) -> None:
    after = parse(mended(case.text, case.place, case.file_name, case.dialect))
    assert WORTH[after.verdict] >= WORTH[parse(case.text).verdict]


def test_no_safe_fix_widens_what_an_agent_may_do() -> None:
    """Fixes that may be applied unseen never take a limit away, ask less, or start commands."""
    powers = ("permissionMode", "hooks", "mcpServers")
    for case in CASES:
        before = parse(case.text, case.dialect)
        for one in findings(case):
            for fix in one.fixes:
                after = parse(apply(case.text, fix.edits))
                if not fix.safe or before.verdict not in ("valid", "repaired"):
                    continue
                for key in ("tools", "disallowedTools"):
                    assert before.field(key) is None or after.field(key) is not None, (case.title, fix.label)
                for key in powers:
                    old, new = before.field(key), after.field(key)
                    assert (old and old.value) == (new and new.value), (case.title, fix.label)


def assert_well_formed(syntax: Syntax, found: tuple[Diagnostic, ...]) -> None:
    for one in found:
        assert one.code in RULES
        assert 0 <= one.span.start <= one.span.end <= len(syntax.text)
        for fix in one.fixes:
            assert fix.edits
            apply(syntax.text, fix.edits)


PLACES: st.SearchStrategy[Place] = st.sampled_from(["project", "plugin"])
FRAGMENTS = [
    "---", "\n", "\r\n", " ", "  ", "\t", "name", "description", "tools", "disallowedTools", "model", "color", "hooks",
    "memory", "background", "examples", "user", ": ", ":", "#", " # ", "- ", "[", "]", "{", "}", "(", ")", ",", "*",
    "&a", "*a", "|", ">", "'", '"', "\\n", "\\", "Read", "Raed", "LS", "mcp__x", "Bash(a, b)", "yes", "true", "null",
    "3", "#ff0000", "teal", "sonnet", "gpt-4", "<example>", "</example>", "user:", "<commentary>", "<<<<<<< a",
    "=======", ">>>>>>> b", "\ufeff", "\x00", "\x07", "\u2028", "\udcff", "\u202e", "\U000e0041", "é", "PreToolUse",
    "allowedTools", "```", "...", "%YAML", "!!str", "<<",
]  # fmt: skip


def without_fixes(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(replace(one, fixes=()) for one in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_findings_are_the_same_where_nobody_asks_for_fixes(case: Case) -> None:
    syntax = parse(case.text, case.dialect)
    bare = checks.findings(syntax, case.place, case.file_name, case.wanted)
    assert bare == without_fixes(findings(case))


@given(
    st.lists(st.sampled_from(["Read", "Raed", "LS", "read_file", "a/b", "xyz", "(", "Bash(a)"]), min_size=1),
    st.sampled_from(["", "more: {a}: b\n", "model: {opus}: x\nhooks: {Stop: []}\n"]),
    st.sampled_from(editable()),
)
def test_a_finding_that_hangs_on_a_fix_is_the_same_where_nobody_asks(
    tools: list[str], more: str, dialect: Dialect
) -> None:
    text = f"---\nname: a-b-c\ndescription: Use it\ntools: {', '.join(tools)}\n{more}---\nBody\n"
    syntax = parse(text, dialect)
    for place in ("project", "plugin"):
        assert checks.findings(syntax, place) == without_fixes(check(syntax, place))


@settings(max_examples=250)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join), PLACES)
def test_any_text_can_be_checked(text: str, place: Place) -> None:
    for tried in (text, f"---\nname: a-b\ndescription: {text}\n---\nBody", f"---\n{text}\n---\nBody"):
        syntax = parse(tried)
        found = check(syntax, place, "a.md")
        assert_well_formed(syntax, found)
        assert checks.findings(syntax, place, "a.md") == without_fixes(found)


@settings(max_examples=150)
@given(
    st.sampled_from([case for case in CASES if case.text]),
    st.integers(0, 400),
    st.sampled_from(FRAGMENTS),
    st.integers(0, 3),
)
def test_fixes_mend_files_with_a_second_fault(case: Case, at: int, fragment: str, cut: int) -> None:
    at = min(at, len(case.text))
    syntax = parse(case.text[:at] + fragment + case.text[at + cut :], case.dialect)
    found = check(syntax, case.place, case.file_name)
    assert_well_formed(syntax, found)
    assert_fixes_mend(syntax, found, case.place, case.file_name)


@given(st.sampled_from(CASES), PLACES)
def test_an_agent_that_does_not_load_has_an_error(case: Case, place: Place) -> None:
    syntax = parse(case.text, case.dialect)
    found = check(syntax, place)
    errors = [one for one in found if one.severity == "error"]
    if any(one.code.startswith("file/") for one in found):
        return  # no agent, and not meant to be one
    if not loads(syntax, place).ok and syntax.verdict not in ("none", "unknown"):
        assert errors


HOSTILE = [
    HEAD.replace("run.\n", "run.\n" + "model: sonnet\n" * 3_000),
    HEAD.replace("run.\n", "run.\n" + "".join(f"key{number}: x\n" for number in range(3_000))),
    HEAD.replace("run.\n", "run.\ntools: " + "Raed, " * 3_000 + "\n"),
    HEAD.replace("run.\n", "run.\ntools: " + ", ".join(f"Raed{number}" for number in range(3_000)) + "\n"),
    HEAD.replace("run.", "run. " + "<example>" * 3_000),
    HEAD + "<<<<<<< a\n" * 3_000,
    HEAD + "<<<<<<< a\n=======\n>>>>>>> b\n" * 3_000,
    HEAD + "\u202e\x07\udcff" * 3_000,
    "\n---\n" * 3_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_file_with_no_end_of_faults_has_an_end_of_findings(text: str) -> None:
    syntax = parse(text)
    found = check(syntax)
    assert_well_formed(syntax, found)
    assert len(found) <= MOST_FINDINGS
    assert sum(len(one.fixes) for one in found) <= 41  # as many as are tried, and one that is not


# --- real files -------------------------------------------------------------------------------


def corpus(shared: Path) -> list[tuple[Path, str, str]]:
    rows = (shared / "corpus" / "VERDICTS.tsv").read_text(encoding="utf-8").splitlines()
    paths = [(shared / row.split("\t")[0], row.split("\t")[1]) for row in rows]
    return [
        (path, verdict, path.read_bytes().decode("utf-8", "surrogateescape"))
        for path, verdict in paths
        if path.is_file()
    ]


# Errors on files whose YAML loads: each was looked at, and is true. Copilot's agents name no tool of Claude Code;
# the others lack a name, have a number for a description, a map for tools, allowedTools, or U+0001 in a field.
TRUE_ERRORS = {
    "tools/nothing-left": 15,
    "name/missing": 4,
    "tools/not-a-list": 3,
    "description/not-a-string": 1,
    "tools/allowed-tools": 1,
    "text/control": 4,
}


def test_real_files_that_load_have_no_errors_but_true_ones(shared: Path) -> None:
    counted: Counter[str] = Counter()
    for path, verdict, text in corpus(shared):
        if verdict == "loads":
            counted.update(
                one.code for one in check(parse(text), file_name=path.name) if one.severity == "error"
            )
    assert counted == TRUE_ERRORS


# The same by the rules of the program each file is for. Each was looked at, and is true: four files indent with tabs,
# which only Claude Code repairs; three have a map for tools, one has allowedTools, one names no tool there is, four
# have U+0001 in their description.
TRUE_ERRORS_AT_HOME = {
    ("copilot", "yaml/fails"): 4,
    ("claude-code", "tools/not-a-list"): 3,
    ("claude-code", "tools/nothing-left"): 1,
    ("claude-code", "tools/allowed-tools"): 1,
    ("claude-code", "text/control"): 4,
}


def test_real_files_have_no_errors_but_true_ones_by_the_rules_of_their_own_program(shared: Path) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for path, verdict, text in corpus(shared):
        if verdict == "loads":
            syntax = parse_at(text, path)
            found = check(syntax, syntax.dialect.place, path.name)
            counted.update((syntax.dialect.name, one.code) for one in found if one.severity == "error")
    assert counted == TRUE_ERRORS_AT_HOME


def test_real_files_that_do_not_load_have_an_error(shared: Path) -> None:
    for path, verdict, text in corpus(shared):
        if verdict in ("fails", "fields"):
            assert any(one.severity == "error" for one in check(parse(text), file_name=path.name)), path.name


def test_real_files_have_the_same_findings_where_nobody_asks_for_fixes(shared: Path) -> None:
    for path, _, text in corpus(shared):
        syntax = parse_at(text, path)
        found = check(syntax, syntax.dialect.place, path.name)
        assert checks.findings(syntax, syntax.dialect.place, path.name) == without_fixes(found), path.name


def test_fixes_mend_real_files(shared: Path) -> None:
    for path, _, text in corpus(shared):
        syntax = parse(text)
        found = check(syntax, file_name=path.name)
        assert_well_formed(syntax, found)
        assert_fixes_mend(syntax, found, "project", path.name)
        assert WORTH[parse(mended(text, "project", path.name)).verdict] >= WORTH[syntax.verdict]


def test_a_name_in_braces_is_not_offered_as_a_map_which_would_not_load() -> None:
    text = "---\nname: {A name}\ndescription: Use it when: now\n---\nYou are an agent, and so on.\n"
    found = check(parse(text))
    assert "yaml/repair-changed" not in [one.code for one in found]
    assert all(loads(parse(apply(text, fix.edits))).ok for one in found for fix in one.fixes)


def test_lines_leaked_from_a_description_that_does_not_count_are_told_without_a_fix() -> None:
    text = (
        "---\nname: a-b\ndescription: Use this when tests run.\nuser: Test it.\n"
        "description: Use this when tests fail.\n---\nYou are a tester of texts.\n"
    )
    (leak,) = [one for one in check(parse(text)) if one.code == "key/leaked"]
    assert not leak.fixes
