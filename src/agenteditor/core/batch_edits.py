"""Plans that change texts and leave the files where they are: the fixes of one rule, and fields."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agenteditor.core import rule_settings
from agenteditor.core.batch import FileChange, Planner, Progress, Refused, each, edited, read
from agenteditor.core.checks import Diagnostic, check
from agenteditor.core.dialect import claude_code, typed
from agenteditor.core.files import Loaded
from agenteditor.core.fixing import Which, rule_fixed
from agenteditor.core.loading import loads
from agenteditor.core.rewrite import remove_field as without_field
from agenteditor.core.rewrite import set_value
from agenteditor.core.rule_settings import NO_SETTINGS, RuleSettings, applied
from agenteditor.core.syntax import Syntax, parse, parse_at, parse_fields
from agenteditor.core.text import Edits, Refusal, diff

# --- the fixes of one rule ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleCount:
    """The files in which a rule speaks up, how often, and how many of its findings have a fix, a safe one."""

    code: str
    files: tuple[Path, ...]
    findings: int
    fixable: int
    safe: int


def rule_counts(
    paths: Sequence[Path], unsaved: Collection[Path] = ()
) -> Generator[Progress, None, tuple[RuleCount, ...]]:
    """The rules that speak up in these files and have a fix there, the most frequent first."""
    in_files: defaultdict[str, list[Path]] = defaultdict(list)
    findings: Counter[str] = Counter()
    fixable: Counter[str] = Counter()
    safe: Counter[str] = Counter()
    settings = NO_SETTINGS
    for done, path in enumerate(paths):
        yield Progress(done, len(paths))
        file = read(path, unsaved)
        if isinstance(file, Refused):
            continue
        settings = rule_settings.found(path, settings)
        problems = _problems(parse_at(file.text, path), path, settings)
        for code in {problem.code for problem in problems}:
            in_files[code].append(path)
        findings.update(problem.code for problem in problems)
        fixable.update(problem.code for problem in problems if problem.fixes)
        safe.update(problem.code for problem in problems if any(fix.safe for fix in problem.fixes))
    yield Progress(len(paths), len(paths))
    codes = sorted(fixable, key=lambda code: (-fixable[code], code))
    return tuple(
        RuleCount(code, tuple(in_files[code]), findings[code], fixable[code], safe[code]) for code in codes
    )


def fix_rule(
    paths: Sequence[Path], code: str, which: Which = "safe", unsaved: Collection[Path] = ()
) -> Planner:
    """The fixes of one rule in these files, until nothing changes any more; see ``fixing.rule_fixed``."""
    settings = NO_SETTINGS

    def change(file: Loaded) -> FileChange | Refused | None:
        nonlocal settings
        settings = rule_settings.found(file.path, settings)
        syntax = parse_at(file.text, file.path)
        found = [one for one in _problems(syntax, file.path, settings) if one.code == code]
        if not found:
            return None
        if settings.faults:
            return Refused(
                file.path, f"The settings have a fault, so nothing is fixed: {settings.sentences()[0]}"
            )
        dialect = syntax.dialect
        done = rule_fixed(
            file.text,
            code,
            which,
            place=dialect.place,
            file_name=file.path.name,
            dialect=dialect,
            settings=settings,
        )
        if not done.labels:
            return Refused(file.path, _no_fix(found, which))
        counts = Counter(done.labels)
        note = "; ".join(
            f"{label} ({counts[label]} times)" if counts[label] > 1 else label for label in counts
        )
        return edited(file, diff(file.text, done.text), note)

    return each(f"Fix {code}", paths, unsaved, change)


def _problems(syntax: Syntax, path: Path, settings: RuleSettings) -> tuple[Diagnostic, ...]:
    return applied(check(syntax, syntax.dialect.place, path.name, settings.wanted), settings)


def _no_fix(found: Sequence[Diagnostic], which: Which) -> str:
    if not any(problem.fixes for problem in found):
        return "This finding has no fix: it needs an edit of yours."
    if which == "safe":
        return "This finding has a fix, but one that needs your decision."
    return "Its fix would change nothing, or make the file worse."


# --- fields ------------------------------------------------------------------------------------


def field_counts(paths: Sequence[Path]) -> Generator[Progress, None, tuple[tuple[str, int], ...]]:
    """The fields of these files, each with how many have it, in the order of the schema, then by name."""
    counts: Counter[str] = Counter()
    for done, path in enumerate(paths):
        yield Progress(done, len(paths))
        file = read(path, ())
        fields = None if isinstance(file, Refused) else parse_fields(file.text, claude_code())[2]
        counts.update({field.key for field in fields.fields} if fields else ())
    yield Progress(len(paths), len(paths))
    order = {key: at for at, key in enumerate(claude_code().keys())}
    return tuple(sorted(counts.items(), key=lambda one: (order.get(one[0], len(order)), one[0])))


def set_field(paths: Sequence[Path], key: str, value: str, unsaved: Collection[Path] = ()) -> Planner:
    """``key`` with this value, as typed into a form, in each of these files; a missing field is added."""

    def change(syntax: Syntax) -> Edits | Refusal:
        if key == "name" and len(paths) > 1:
            return Refusal("Agents need names of their own: of two with one name, one loads. Use Rename.")
        return set_value(syntax, key, typed(syntax.dialect.spec(key), value))

    return each(f"Set {key}", paths, unsaved, _field_change(key, change))


def remove_field(paths: Sequence[Path], key: str, unsaved: Collection[Path] = ()) -> Planner:
    """These files without the field ``key``; those that do not have it are left alone."""
    return each(f"Remove {key}", paths, unsaved, _field_change(key, lambda one: without_field(one, key)))


def _field_change(
    key: str,
    edits: Callable[[Syntax], Edits | Refusal],
) -> Callable[[Loaded], FileChange | Refused | None]:
    def change(file: Loaded) -> FileChange | Refused | None:
        syntax = parse_at(file.text, file.path)
        outcome = edited(file, edits(syntax))
        if not isinstance(outcome, FileChange):
            return outcome
        if syntax.dialect.is_claude and key not in ("name", "description"):
            return outcome  # no other field decides there whether it loads
        after = parse(outcome.after, syntax.dialect)
        answer = loads(after, syntax.dialect.place)
        if not answer.ok and loads(syntax, syntax.dialect.place).ok:
            return replace(outcome, note=f"It would not load any more: {answer.reason}")
        return outcome

    return change
