"""Writing one switch into the text of a settings file: that line alone is added or changed.

As everywhere, a change counts only if the result reads back as asked, with everything else as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from agenteditor.core.rule_settings import (
    FILE_NAME,
    TABLE,
    RuleSettings,
    Switch,
    line_numbers,
    searched,
    toml,
    understood,
)
from agenteditor.core.text import Edits, Refusal, apply, eol_of, replace


def settings_file(path: Path, settings: RuleSettings, catalog: Path | None) -> Path:
    """The file into which a switch for the agent at ``path`` is written, which may not be there yet.

    It is the one that holds already (``settings``), since a nearer one would put all its lines out of
    force; else one in the open folder ``catalog`` if it would count for the agent, else one beside it.
    """
    if settings.path is not None:
        return settings.path
    folders = searched(path)
    if catalog is not None and (folder := catalog.absolute()) in folders:
        return folder / FILE_NAME
    return folders[0] / FILE_NAME


def switched(text: str, name: str, switch: Switch) -> Edits | Refusal:
    """The edits of a settings file's ``text`` after which it says ``switch`` of the rule or group ``name``.

    None are needed where it does already. Refused where the file is not TOML, or would not read back.
    """
    before = toml(text)
    if before is None:
        return Refusal("The settings file cannot be read as TOML. Mend it first, so that nothing is lost.")
    table = before.get(TABLE, {})
    if not isinstance(table, dict):
        return Refusal("“rules” in the settings file is not a table. Write [rules] in a line of its own.")
    if table.get(name) == switch:
        return ()
    wanted = {**before, TABLE: {**table, name: switch}}
    line = f'"{name}" = "{switch}"'
    for edits in _candidates(text, name, switch, line):
        after = apply(text, edits)
        if toml(after) == wanted and understood(after)[0].get(name) == switch:
            return edits
    return Refusal(f"The settings file is written in a way that cannot be changed here. Add the line {line}.")


def _candidates(text: str, name: str, switch: Switch, line: str) -> Iterator[Edits]:
    numbers = line_numbers(text)
    starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text)]
    if (TABLE, name) in numbers:
        start, end = starts[numbers[TABLE, name] - 1 :][:2]
        for word in re.finditer(r"""=\s*("[^"]*"|'[^']*'|[^\s#"',}]+)""", text[start:end]):
            yield (replace(start + word.start(1), start + word.end(1), f'"{switch}"'),)
        return
    eol = eol_of(text)
    inside = [number for path, number in numbers.items() if path[0] == TABLE]
    if inside:
        at = starts[max(inside)]
        for written in (line, f"{TABLE}.{line}"):
            yield (replace(at, at, f"{written}{eol}" if text[at - 1] == "\n" else f"{eol}{written}"),)
    end = len(text)
    gap = "" if not text else eol if text.endswith("\n") else 2 * eol
    yield (replace(end, end, f"{gap}[{TABLE}]{eol}{line}{eol}"),)
