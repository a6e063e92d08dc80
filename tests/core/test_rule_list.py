"""The list of rules agrees with what the checks do, and docs/rules.md with the list."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from agenteditor.core.checks import RULES, check
from agenteditor.core.rule_list import LISTS
from agenteditor.core.rule_settings import understood
from agenteditor.core.syntax import parse
from tests.core.checks_cases import cases

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "rules.md"


def test_a_rule_has_the_fixes_that_its_findings_have() -> None:
    safe, offered = set(), set()
    for case in cases():
        for one in check(parse(case.text, case.dialect), case.place, case.file_name, case.wanted):
            offered |= {one.code for _ in one.fixes}
            safe |= {one.code for fix in one.fixes if fix.safe}
    kinds = {code: "safe" if code in safe else "asked" if code in offered else "none" for code in RULES}
    assert {code: rule.fix for code, rule in RULES.items()} == kinds


def test_docs_rules_md_is_what_the_rules_say() -> None:
    assert DOCS.read_text(encoding="utf-8") == LISTS["markdown"]() + "\n", "run “make docs”"


def test_the_settings_that_docs_rules_md_teaches_have_no_fault() -> None:
    taught = DOCS.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    assert tomllib.loads(taught)["rules"] == understood(taught)[0]
    assert understood(taught)[1] == ()


def test_every_list_names_every_rule_once() -> None:
    records = json.loads(LISTS["json"]())
    assert [record["code"] for record in records] == list(RULES)
    assert set(records[0]) == {"code", "severity", "title", "why", "fix", "off"}
    for rule in RULES.values():
        assert LISTS["markdown"]().count(f"| `{rule.code}` |") == 1
        off = ", off" if rule.off else ""
        assert LISTS["text"]().count(f"{rule.code}  {rule.severity}{off}, fix: ") == 1


def test_a_row_of_the_table_stays_a_row() -> None:
    rows = [line for line in LISTS["markdown"]().splitlines() if line.startswith("| `")]
    assert len(rows) == len(RULES)
    for row in rows:
        assert row.replace("\\|", "").count("|") == 5 and "<" not in row
