"""An agent file for another program: the same text with the fields of the other, and what that costs.

``convert`` edits the file step by step through ``rewrite``, each step read back, so comments, order and
spelling stay where the other program has the field too. What cannot be said is taken out. The report is
made afterwards, by comparing what the result means with what the file meant (``convert_report``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agenteditor.core import modes_file, rewrite, toml_file, yaml_text
from agenteditor.core.checks import findings
from agenteditor.core.checks_fields import slugged
from agenteditor.core.convert_report import Item, report
from agenteditor.core.dialect import Dialect, claude_code
from agenteditor.core.line_ends import drop_bom, to_line_ends
from agenteditor.core.loading import loads
from agenteditor.core.meaning import Meaning, expressed, meaning_from, meaning_of
from agenteditor.core.repairs import make_portable, make_valid
from agenteditor.core.schema import faults
from agenteditor.core.syntax import Syntax, parse
from agenteditor.core.text import Edits, Refusal, apply, replace

_SAFE_NAME = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Conversion:
    """A file for ``target``: its text, its path below the project's folder, and what became of each field.

    ``problems`` are reasons why the target would refuse it; then it should not be written.
    """

    target: Dialect
    path: str
    text: str
    items: tuple[Item, ...]
    problems: tuple[str, ...]

    @property
    def widened(self) -> bool:
        """Whether the agent may do more than before."""
        return any(item.fate == "widened" for item in self.items)

    @property
    def lossless(self) -> bool:
        """Whether everything is kept."""
        return all(item.fate == "kept" for item in self.items)


def convert(syntax: Syntax, target: Dialect, file_name: str | None = None) -> Conversion | Refusal:
    """The agent in ``syntax``, from a file called ``file_name``, as a file of ``target``.

    Refused where the file is no agent for its own program, or cannot be made valid YAML. Never raises.
    """
    if syntax.dialect is target:
        return Refusal(f"The file is a {target.title} already.")
    verdict = loads(syntax, syntax.dialect.place)
    if syntax.frontmatter is None or syntax.verdict not in ("valid", "repaired"):
        return Refusal(f"The file cannot be converted as it is. {verdict.reason} Mend that first.")
    clean = _clean(syntax)
    if isinstance(clean, Refusal):
        return clean
    before = meaning_of(clean, file_name)
    named = _named(before, target)
    values = expressed(named, target)
    if target.table.format != "markdown":
        return _other_format(clean, before, named, values, target)
    text = _edited(clean, values, target)
    if isinstance(text, Refusal):
        return text
    path = _path(target, named.name)
    after = parse(text, target)
    notes = _kept_as_notes(clean, after)
    items = report(
        before, meaning_of(after, path), clean.dialect, target, notes=notes, prompt=len(after.prompt)
    )
    errors = [one.message for one in findings(after, target.place, path) if one.severity == "error"]
    return Conversion(target, path, text, items, tuple(errors))


def in_claude_words(syntax: Syntax, file_name: str | None = None) -> Syntax | Refusal:
    """The agent as a file of Claude Code: what its own program makes of it, as near as those words come."""
    if syntax.dialect.is_claude:
        return syntax
    made = convert(syntax, claude_code(), file_name)
    return made if isinstance(made, Refusal) else parse(made.text)


def _named(meaning: Meaning, target: Dialect) -> Meaning:
    """``meaning`` with a name that the target takes: by its pattern, and as a file name."""
    spec = target.table.fields.get("name")
    schema = target.schema["properties"]
    assert isinstance(schema, Mapping), "a schema lists its properties"
    entry = schema.get(spec.key, {}) if spec is not None else {}
    pattern = entry.get("pattern") if isinstance(entry, Mapping) else None
    name = meaning.name or "agent"
    fits = pattern is None or re.search(str(pattern), name) is not None
    if target.table.identity == "file":
        fits = _SAFE_NAME.search(name) is None
    if fits:
        return meaning if meaning.name else _with_name(meaning, name, meaning.title)
    return _with_name(meaning, slugged(name) or "agent", meaning.title or meaning.name)


def _with_name(meaning: Meaning, name: str, title: str) -> Meaning:
    return Meaning(name, title, meaning.description, meaning.grant, meaning.values, meaning.unread)


def _path(target: Dialect, name: str) -> str:
    """Where the file belongs, below a project's folder."""
    safe = _SAFE_NAME.sub("-", name).strip("-.") or "agent"
    folder = target.table.folders[0] if target.table.folders else "agents"
    return f"{folder}/{safe}{target.table.ending}"


# --- Markdown: the file's own text, edited ------------------------------------------------------


def _clean(syntax: Syntax) -> Syntax | Refusal:
    """The file as valid YAML with LF line ends, without a byte order mark and overridden fields."""
    edits = make_valid(syntax)
    if isinstance(edits, Refusal):
        return edits
    text = apply(syntax.text, edits)
    text = apply(text, make_portable(parse(text, syntax.dialect)))
    text = apply(text, drop_bom(text))
    text = apply(text, to_line_ends(text, "LF"))
    text = apply(text, _overridden(parse(text, syntax.dialect)))
    for key, value in _lost(syntax, parse(text, syntax.dialect)).items():
        edits = rewrite.set_field(parse(text, syntax.dialect), key, value)
        if isinstance(edits, Refusal):
            return edits
        text = apply(text, edits)
    return parse(text, syntax.dialect)


def _lost(before: Syntax, after: Syntax) -> dict[str, str]:
    """Texts that only the reader's repair had read, such as a colour with a #, a comment by itself."""
    fields = before.frontmatter.fields if before.frontmatter is not None else ()
    return {
        field.key: field.text
        for field in fields
        if field.repaired and field.text and (now := after.field(field.key)) and now.value is None
    }


def _overridden(syntax: Syntax) -> Edits:
    """Edits that take out fields that a later one of the same name overrides."""
    fields = syntax.frontmatter.fields if syntax.frontmatter is not None else ()
    return tuple(replace(*field.span, "") for field in fields if syntax.field(field.key) is not field)


Step = Callable[[Syntax], Edits | Refusal]


def _edited(syntax: Syntax, values: Mapping[str, object], target: Dialect) -> str | Refusal:
    """The text with the fields of the target: what is there stays as it is written where it may."""
    fields = syntax.frontmatter.fields if syntax.frontmatter is not None else ()
    own = {counterpart.key: field for field, counterpart in syntax.dialect.table.fields.items()}
    gone: set[str] = set()
    steps: list[Step] = []
    present: dict[str, object] = {}
    for field in fields:
        counterpart = target.table.fields.get(own.get(field.key, ""))
        key = counterpart.key if counterpart is not None else None
        if key is None and _may_stay(field.key, syntax, target, values):
            continue
        if key is None or key not in values or key in present:
            gone.add(field.key)
            continue
        present[key] = field.value
        if key != field.key:
            steps.append(_renamed(field.key, key))
    steps += [
        _set(key, value) for key, value in values.items() if not _same(present.get(key, _NOTHING), value)
    ]
    steps += [_removed(frozenset(gone))] if gone else []
    text = syntax.text
    for step in sorted(steps, key=lambda one: _ORDER[one.__name__]):
        edits = step(parse(text, target))
        if isinstance(edits, Refusal):
            return edits
        text = apply(text, edits)
    return text


_NOTHING = object()
_ORDER = {"remove": 0, "rename": 1, "set_": 2}


def _may_stay(key: str, syntax: Syntax, target: Dialect, values: Mapping[str, object]) -> bool:
    """Whether a field that means nothing to the target may stay as a note."""
    ignored = target.table.unknown_fields == "ignored" and target.spec(key) is None and key not in values
    # A field its own program reads would be taken for one that still works.
    return ignored and syntax.dialect.spec(key) is None


def _kept_as_notes(before: Syntax, after: Syntax) -> frozenset[str]:
    fields = before.frontmatter.fields if before.frontmatter is not None else ()
    return frozenset(
        field.key
        for field in fields
        if after.field(field.key) is not None and after.dialect.spec(field.key) is None
    )


def _removed(keys: frozenset[str]) -> Step:
    def remove(syntax: Syntax) -> Edits | Refusal:
        return rewrite.remove_fields(syntax, keys)  # at once: each edit reads the whole file back

    return remove


def _renamed(key: str, new: str) -> Step:
    def rename(syntax: Syntax) -> Edits | Refusal:
        return rewrite.rename_field(syntax, key, new)

    return rename


def _set(key: str, value: object) -> Step:
    def set_(syntax: Syntax) -> Edits | Refusal:
        field = syntax.field(key)
        written: str | None = None
        if isinstance(value, dict) and value:
            written = yaml_text.block(value)
        elif isinstance(value, list) and (field is None or field.style not in ("block", "flow")):
            written = yaml_text.flow(value)
        edits = rewrite.set_raw(syntax, key, written) if written is not None else Refusal("")
        return rewrite.set_value(syntax, key, value) if isinstance(edits, Refusal) else edits

    return set_


def _same(present: object, wanted: object) -> bool:
    """Whether a value says what is wanted; a list of tools may be a text with commas."""
    if isinstance(present, str) and isinstance(wanted, list):
        return [word.strip() for word in present.split(",")] == wanted
    return present == wanted and type(present) is type(wanted)


# --- other formats: written anew ---------------------------------------------------------------


def _other_format(
    syntax: Syntax, before: Meaning, named: Meaning, values: dict[str, object], target: Dialect
) -> Conversion:
    """A file that is no Markdown: the prompt is a field of it."""
    form = toml_file if target.table.format == "toml" else modes_file
    values = {**values, target.table.prompt_key: syntax.prompt}
    text = form.text(values)
    read = form.read(text)
    path = _path(target, named.name) if target.table.format == "toml" else target.table.ending
    prompt = len(str(read.get(target.table.prompt_key) or ""))
    after = meaning_from(target, read, path)
    items = report(before, after, syntax.dialect, target, prompt=prompt)
    problems = list(faults(target, read))
    if target.table.format == "toml" and re.search("[\ud800-\udfff]", text):
        problems.append(f"The file has bytes that are no text (UTF-8), and {target.program} refuses them.")
    if read != form.sayable(values):
        problems.append("The file that was written does not read back as it was meant.")
    return Conversion(target, path, text, items, tuple(problems))
