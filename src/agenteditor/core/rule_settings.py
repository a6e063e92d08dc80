"""Which rules count, and how much: the settings file of a catalog, ``.agenteditor.toml``.

One line per rule in the table ``[rules]``: ``"tools/unknown" = "off"``, or ``"error"``, ``"warning"``,
``"info"``, or ``"on"`` for the severity the rule has by itself. ``"examples/*"`` speaks of a whole group and
``"*"`` of every rule; the exact name wins over its group, and the group over the star. The nearest file
at or above a file's folder counts, and it alone; above a repository or the home folder nobody looks.

A settings file may be as broken as an agent file: what is wrong comes back as sentences with their lines,
never as an exception, and the lines that can be understood count. What is found and what would be loaded
is not decided here: a finding that is switched off is still true.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Literal, NamedTuple, cast

from agenteditor.core import files
from agenteditor.core.checks_finding import Diagnostic, near, shown
from agenteditor.core.checks_rules import RULES, Severity
from agenteditor.core.disk import is_there
from agenteditor.core.file_problem import FileProblem, shown_path

FILE_NAME = ".agenteditor.toml"
TABLE = "rules"

Switch = Literal["off", "on", "error", "warning", "info"]
SWITCHES: tuple[Switch, ...] = ("off", "on", "error", "warning", "info")

_LIMIT = 64 * 1024  # code points; one line for each rule there is takes 5,000
_MOST_FAULTS = 20
_MOST_DOTS = 40  # in a line: tomllib takes seconds for a name of ten thousand parts
_DEEPEST = 2
_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


class SettingsFault(NamedTuple):
    """What is wrong with a settings file, and in which line, 1-based; None for the file as a whole."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What a settings file says: ``switches`` by name of rule or group, as far as they can be understood.

    ``path`` is the file, None where there is none. Two are equal if they say the same.
    """

    path: Path | None = None
    switches: Mapping[str, Switch] = dataclass_field(default_factory=dict)
    faults: tuple[SettingsFault, ...] = ()
    # Which version of the file it is: device, inode, size and time of change. Empty if it cannot be read.
    version: tuple[int, ...] = dataclass_field(default=(), compare=False)

    def switch(self, code: str) -> Switch:
        """What is said about a rule: by its name, else its group, else the star; else what it is itself."""
        for name in (code, f"{code.partition('/')[0]}/*", "*"):
            if name in self.switches:
                return self.switches[name]
        return "off" if code in RULES and RULES[code].off else "on"

    @property
    def wanted(self) -> frozenset[str]:
        """The rules that are off by themselves and that the settings switch on."""
        if not self.switches:
            return frozenset()
        return frozenset(code for code, rule in RULES.items() if rule.off and self.switch(code) != "off")

    def sentences(self) -> list[str]:
        """The faults for people, each with file and line."""
        if self.path is None:
            return []
        where = shown_path(self.path)
        return [
            message if where in message else f"{where}{'' if line is None else f':{line}'}: {message}"
            for line, message in self.faults
        ]


NO_SETTINGS = RuleSettings()


def applied(problems: Iterable[Diagnostic], settings: RuleSettings) -> tuple[Diagnostic, ...]:
    """``problems`` without those of rules that are off, with the severities that are asked for.

    Sorted as ``checks.check`` sorts: by place, worse ones first.
    """
    if not settings.switches:
        return tuple(problems)
    left: list[Diagnostic] = []
    for problem in problems:
        switch = settings.switch(problem.code)
        if switch == "on":
            left.append(problem)
        elif switch != "off":
            left.append(replace(problem, severity=switch))
    return tuple(sorted(left, key=lambda one: (one.span.start, _ORDER.index(one.severity), one.code)))


def found(path: Path | None, before: RuleSettings = NO_SETTINGS) -> RuleSettings:
    """The settings for a file at ``path``: those of the nearest settings file, or none.

    ``before`` is given back as it is where it is still the newest version of the right file.
    """
    if path is None:
        return NO_SETTINGS
    file = next((folder / FILE_NAME for folder in searched(path) if is_there(f"{folder}/{FILE_NAME}")), None)
    if file is None:
        return NO_SETTINGS
    if before.path == file and before.version and before.version == _version(file):
        return before
    return read(file)


def searched(path: Path) -> tuple[Path, ...]:
    """The folders in which settings for a file at ``path`` are looked for, the nearest first.

    From its own up to that of the repository (it holds ``.git``), the home folder, or the root.
    """
    # The functions of os.path: they follow no links, and do not raise where there is no home.
    home = os.path.abspath(os.path.expanduser("~"))  # noqa: PTH100, PTH111
    folders: list[Path] = []
    for folder in Path(os.path.abspath(path)).parents:  # noqa: PTH100
        folders.append(folder)
        if str(folder) == home or is_there(f"{folder}/.git"):
            break
    return tuple(folders)


def read(file: Path) -> RuleSettings:
    """What the settings file at ``file`` says; a fault where it cannot be read."""
    version = _version(file)
    try:
        text = files.load(file).text
    except FileProblem as problem:
        return RuleSettings(file, faults=(SettingsFault(None, f"{problem} Every rule counts as usual."),))
    switches, faults = understood(text)
    return RuleSettings(file, switches, faults, version)


def understood(text: str) -> tuple[dict[str, Switch], tuple[SettingsFault, ...]]:
    """The switches that the text of a settings file sets, and its faults. Never raises."""
    if len(text) > _LIMIT:
        return {}, (SettingsFault(None, f"It is longer than {_LIMIT // 1024} kB, so nothing in it counts."),)
    faults: list[SettingsFault] = []
    if odd := re.search("[\ud800-\udfff]", text):
        number = text.count("\n", 0, odd.start()) + 1
        faults.append(SettingsFault(number, "This line holds bytes that are not UTF-8, as TOML has to be."))
    data = _parsed(text, faults)
    lines = line_numbers(text)
    switches: dict[str, Switch] = {}
    for name, message in _names(data):
        faults.append(SettingsFault(lines.get((name,)), message))
    table = data.get(TABLE, {})
    if not isinstance(table, dict):
        message = "“rules” is not a table: write [rules] in a line of its own, then a line per rule."
        faults.append(SettingsFault(lines.get((TABLE,)), message))
        table = {}
    for name, word in table.items():
        fault = _name_fault(name) or _word_fault(word)
        if fault:
            faults.append(SettingsFault(lines.get((TABLE, name)), fault))
        else:
            switches[name] = cast(Switch, word)
    faults.sort(key=lambda fault: fault.line or 0)
    return switches, tuple(faults[:_MOST_FAULTS])


def line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """In which line, 1-based, each name is set: (name,) on the outermost level, (table, name) in a table.

    tomllib tells no places. A line that is TOML by itself, below the table that it stands in, is taken for
    what it says; names in values over several lines have none.
    """
    numbers: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        data = toml(line.removesuffix("\r"))
        if not data:
            continue
        if line.lstrip().startswith("["):
            table = max(_paths(data, ()), key=len)
            numbers.setdefault(table, number)
        else:
            numbers.update((path, number) for path in _paths(data, table))
    return numbers


def toml(text: str) -> dict[str, object] | None:
    """``text`` as TOML; None if it is none, or a line of it has more dots than any name needs."""
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        return None
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


# --- helpers -----------------------------------------------------------------------------------


def _version(file: Path) -> tuple[int, ...]:
    try:
        status = file.stat()
    except (OSError, ValueError):
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _parsed(text: str, faults: list[SettingsFault]) -> dict[str, object]:
    """``text`` as TOML, without the lines that keep it from being that; each is a fault."""
    lines = text.removeprefix("\ufeff").split("\n")
    for number, line in enumerate(lines, 1):
        if line.count(".") > _MOST_DOTS:
            faults.append(SettingsFault(number, f"This line has over {_MOST_DOTS} dots and does not count."))
            lines[number - 1] = ""
    for _ in range(_MOST_FAULTS):
        try:
            return tomllib.loads("\n".join(lines))
        except RecursionError:
            faults.append(SettingsFault(None, "It is nested too deeply, so nothing in it counts."))
            return {}
        except ValueError as error:
            place = re.search(r"\(at line (\d+)", str(error))
            number = int(place[1]) if place else 0
            if not 1 <= number <= len(lines) or not lines[number - 1].strip():
                break
            reason = re.sub(r"(?<! ) *+\(at [^()]*\)$", "", str(error))
            faults.append(SettingsFault(number, _not_toml(lines[number - 1], reason)))
            lines[number - 1] = ""
    faults.append(SettingsFault(None, "It is not TOML as a whole, so nothing in it counts."))
    return {}


def _not_toml(line: str, reason: str) -> str:
    """A sentence for a line that is not TOML; a rule's name without quotes is the usual reason."""
    start = f"This line is not TOML and does not count ({shown(reason, 60)})."
    name = re.match(r"\s*([\w*-]+/[\w*-]+)\s*=", line)
    return (
        f'{start} Put the name of the rule in quotes: "{name[1]}".'
        if name
        else f"{start} Mend it, or delete it."
    )


def _names(data: dict[str, object]) -> Iterator[tuple[str, str]]:
    """The names on the outermost level that mean nothing, with a sentence each."""
    for name in data:
        if name == TABLE:
            continue
        message = f"There is no setting {shown(name)}, so it does not count; only [rules] does."
        if name in RULES:
            message = f"The rule {shown(name)} stands outside the table [rules], so it does not count."
        yield name, message


def _name_fault(name: str) -> str | None:
    groups = {f"{code.partition('/')[0]}/*" for code in RULES}
    if name in RULES or name in groups or name == "*":
        return None
    meant = near(name, (*RULES, *groups))
    hint = f"Did you mean “{meant}”?" if meant else "“agenteditor rules” lists them."
    return f"There is no rule {shown(name)}, so this line does not count. {hint}"


def _word_fault(word: object) -> str | None:
    if isinstance(word, str) and word in SWITCHES:
        return None
    allowed = ", ".join(f'"{switch}"' for switch in SWITCHES[:-1])
    what = shown(word) if isinstance(word, str) else "This value"
    return f'{what} switches nothing, so this line does not count. Write {allowed} or "{SWITCHES[-1]}".'


def _paths(data: Mapping[str, object], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path to each name in ``data``, as far as paths are asked for: no deeper than a name in a table."""
    for name, value in data.items():
        path = (*above, name)
        yield path
        if isinstance(value, dict) and len(path) < _DEEPEST:
            yield from _paths(value, path)
