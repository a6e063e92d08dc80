"""The list of rules for people and programs: code, severity, what it means, what fixes there are.

What stands in the list about fixes is held to what the checks do by the tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from agenteditor.core.checks_rules import RULES, FixKind, Rule, Severity

# What is true of all rules of a group.
GROUPS: Mapping[str, str] = {
    "security": (
        "These rules look for what may do harm to whoever uses a file that somebody else wrote. **No "
        "finding is no proof "
        "of safety**: words can be put in ways that no rule knows. Read a file before you trust it."
    ),
}
_OFF = {False: "", True: ", off"}
_FIX_WORDS: dict[FixKind, str] = {"safe": "by itself", "asked": "when asked", "none": "no"}
_SEVERITY_WORDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_HEAD = """\
# Rules

What `agenteditor check` and the window look for. This page is made by `make docs` from
`agenteditor rules --format markdown`; do not edit it.

The severity of a rule follows from what happens at run time: **error**, the file would not load or the
agent may do more than is written; **warning**, something in it is read wrongly, lost or ignored; **note**
(`info`), style, or a fact worth knowing. A finding may be more or less severe than its rule where its
sentence says so. **Off** means that a settings file has to switch the rule on.

**Fix** says what can be done about it: *by itself*, a safe fix that `agenteditor fix` and “Apply all safe
fixes” make wherever the finding allows one; *when asked*, a button, because it decides something; *no*, only
a person can mend it.

To switch a rule off or change its severity, write a line into `.agenteditor.toml` in the folder of the
agents or any folder above it, up to that of the repository:

```toml
[rules]
"name/generic" = "off"         # or "error", "warning", "info", "on"
"examples/*" = "off"           # a whole group
"examples/unclosed" = "error"  # the exact name wins over its group
"guide/*" = "on"               # the advice of the guide for authors, off by itself
```

The nearest such file counts, and it alone. Whether a file loads, and with which powers, is said all the
same."""


def as_text() -> str:
    """A block of lines for each rule."""
    return "\n\n".join(
        f"{rule.code}  {rule.severity}{_OFF[rule.off]}, fix: {_FIX_WORDS[rule.fix]}\n"
        f"  {rule.title}. {rule.why}"
        for rule in RULES.values()
    )


def as_json() -> str:
    """A JSON array with an object for each rule."""
    records = [rule._asdict() for rule in RULES.values()]
    return json.dumps(records, ensure_ascii=False, indent=2)


def as_markdown() -> str:
    """docs/rules.md: how to switch rules, and a table for each group of them, without the last line end."""
    groups: dict[str, list[Rule]] = {}
    for rule in RULES.values():
        groups.setdefault(rule.code.partition("/")[0], []).append(rule)
    parts = [_HEAD]
    for group, rules in groups.items():
        rows = [
            f"| `{rule.code}` | {_severity(rule)} | {_FIX_WORDS[rule.fix]} "
            f"| **{_cell(rule.title)}.** {_cell(rule.why)} |"
            for rule in rules
        ]
        about = [f"{GROUPS[group]}\n"] if group in GROUPS else []
        parts.append("\n".join([f"## {group}\n", *about, *_TABLE_HEAD, *rows]))
    return "\n\n".join(parts)


def _severity(rule: Rule) -> str:
    return _SEVERITY_WORDS[rule.severity] + _OFF[rule.off]


_TABLE_HEAD = ("| rule | severity | fix | what it means |", "| --- | --- | --- | --- |")
LISTS: Mapping[str, Callable[[], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}


def _cell(text: str) -> str:
    """``text`` in a cell of a Markdown table: no column begins in it, and no tag."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
