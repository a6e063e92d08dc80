"""The closed list of findings: for each code its severity, a title, why it matters and what fixes it has.

The list is data, ``resources/schemas/rules.json``. A code is stable: people switch rules off by it and
look it up. The sentence shown with a finding is made by the check that finds it, because it names the
value; what stands in the list is true of every finding of the rule. Severity follows the consequence:

- error: the file would not load, or the agent may do more than is written;
- warning: it loads, but something in it is read wrongly, lost or ignored;
- info: style, or a fact worth knowing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, NamedTuple, cast, get_args

from agenteditor.core.resources import resource

Severity = Literal["error", "warning", "info"]
FixKind = Literal["safe", "asked", "none"]


class Rule(NamedTuple):
    """One kind of finding. A finding may be more or less severe than its rule where it says so.

    ``fix``: safe ones are made by ``fix`` by itself, asked ones are offered, because they decide something.
    ``off``: nothing is found until a settings file switches the rule on.
    """

    code: str
    severity: Severity
    title: str
    why: str
    fix: FixKind
    off: bool = False


def _rules() -> Mapping[str, Rule]:
    listed = json.loads(resource("schemas", "rules.json").read_text(encoding="utf-8"))["rules"]
    rules = [_rule(entry) for entry in listed]
    assert len({rule.code for rule in rules}) == len(rules), "rules.json lists a code twice"
    return {rule.code: rule for rule in rules}


def _rule(entry: Mapping[str, object]) -> Rule:
    severity, fix = entry["severity"], entry["fix"]
    assert severity in get_args(Severity) and fix in get_args(FixKind), "rules.json has an unknown word"
    return Rule(
        code=str(entry["code"]),
        severity=cast(Severity, severity),
        title=str(entry["title"]),
        why=str(entry["why"]),
        fix=cast(FixKind, fix),
        off=bool(entry.get("off")),
    )


RULES = _rules()
