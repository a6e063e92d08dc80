"""One agent as an export writes it: valid YAML, LF line ends, no byte order mark, for the chosen program.

A second reader, python-frontmatter, has to agree before it counts. What would not load or could not be
converted is refused with the reason; what a conversion costs is told field by field. A name that cannot be
a file's everywhere stays the agent's, and its file gets one that can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from frontmatter.default_handlers import YAMLHandler

from agenteditor.core import file_names, files, modes_file, yaml_nodes
from agenteditor.core.convert import convert
from agenteditor.core.convert_report import Item
from agenteditor.core.dialect import Dialect
from agenteditor.core.export_choices import Choices, Source
from agenteditor.core.file_problem import FileProblem, shown_path
from agenteditor.core.line_ends import drop_bom, to_line_ends
from agenteditor.core.loading import loads
from agenteditor.core.repairs import make_portable, make_valid
from agenteditor.core.syntax import Syntax, parse, parse_at
from agenteditor.core.text import Refusal, apply
from agenteditor.core.yaml_build import StringLoader
from agenteditor.core.yaml_read import is_shallow, read_plainly


@dataclass(frozen=True, slots=True)
class Ready:
    """An agent that can be exported: what the catalog says of it, its file's name, and its text there.

    ``items`` tell what became of each field, none where the file stays one of the same program.
    """

    source: Source
    name: str
    description: str
    file: str
    text: str
    items: tuple[Item, ...] = ()
    note: str = ""

    @property
    def widened(self) -> bool:
        """Whether the agent may do more than before."""
        return any(item.fate == "widened" for item in self.items)


@dataclass(frozen=True, slots=True)
class Refused:
    """A source that is not exported, and why. ``name`` is the agent's, "" where it cannot be told."""

    path: Path
    reason: str
    name: str = ""


def ready(source: Source, choices: Choices) -> Ready | Refused:
    """The agent as it would be written, or why it is not. Never raises."""
    if source.unreadable:
        return Refused(source.path, source.unreadable)
    if source.unread:
        try:
            source = replace(source, text=files.load(source.path).text, unread=False)
        except FileProblem as problem:
            return Refused(source.path, str(problem))
    syntax = parse_at(source.text, source.path)
    name = _text(syntax, "name")
    verdict = loads(syntax)
    if not verdict.ok:
        return Refused(source.path, verdict.reason, name)
    made = _in_target(source, syntax, choices)
    if isinstance(made, Refusal):
        return Refused(source.path, made.reason, name)
    if choices.target.table.format != "markdown":
        return made
    unchanged = made.text == source.text
    fault = second_opinion(syntax if unchanged else parse(made.text, choices.target))
    return Refused(source.path, fault, name) if fault else made


def unique(agents: Sequence[Ready], target: Dialect) -> tuple[list[Ready], list[Refused]]:
    """The agents whose name no other has, each with a file that no other has on any system; the others.

    To a program two agents of one name are one: which of them counts is not for an export to choose.
    """
    called: dict[str, list[Path]] = {}
    for agent in agents:
        called.setdefault(agent.name, []).append(agent.source.path)
    good: list[Ready] = []
    refused: list[Refused] = []
    for agent in agents:
        found = [path for path in called[agent.name] if path != agent.source.path]
        if found:
            others = ", ".join(sorted(map(str, found)))
            reason = f"Another agent is called “{shown_path(agent.name)}” too: {others}. Rename one of them."
            refused.append(Refused(agent.source.path, reason, agent.name))
        else:
            good.append(agent)
    if target.table.format == "modes":
        return good, refused  # one file for all
    stems = file_names.told_apart(agent.name for agent in good)
    return [_in_its_file(agent, stems[agent.name], target) for agent in good], refused


def _in_its_file(agent: Ready, stem: str, target: Dialect) -> Ready:
    """The agent with its file called so; what it is called otherwise than expected is told."""
    file = f"{stem}{target.table.ending}"
    if stem == agent.name:
        return agent if agent.file == file else replace(agent, file=file)
    called = f"the file of “{shown_path(agent.name)}” is called {file}"
    if target.table.identity == "file":
        called += f", and so it is called {stem} in {target.program}"
    note = "; ".join(part for part in (agent.note, called) if part)
    return replace(agent, file=file, note=note)


def file_name_problem(name: str) -> str | None:
    """Why an agent's name cannot be a file name on every system; None if it can."""
    fault = file_names.fault(name)
    if fault is None:
        return None
    shown = "Its name" if fault.startswith("is too long") else f"Its name “{shown_path(name)}”"
    return f"{shown} {fault}. Change the name in its frontmatter."


# --- for the chosen program --------------------------------------------------------------------


def _in_target(source: Source, syntax: Syntax, choices: Choices) -> Ready | Refusal:
    target = choices.target
    alike = syntax.dialect is target or (syntax.dialect.is_claude and target.is_claude)
    if alike and not _ignored(syntax, target):
        return _as_it_is(source, syntax, target)
    made = convert(syntax, target, source.path.name)
    if isinstance(made, Refusal):
        return made
    if made.problems:
        return Refusal(f"{target.program} would refuse the result: {made.problems[0]}")
    if alike and not choices.strip:
        kept = _as_it_is(source, syntax, target)
        return kept if isinstance(kept, Refusal) else replace(kept, items=made.items)
    file = PurePosixPath(made.path).name
    name = file.removesuffix(target.table.ending)
    if alike:
        name = _text(syntax, "name")
        file = f"{name}{target.table.ending}"
    elif target.table.format == "modes":
        name = str(modes_file.read(made.text).get(target.table.fields["name"].key) or "")
    return Ready(source, name, _text(syntax, "description"), file, made.text, made.items, _repaired(syntax))


def _ignored(syntax: Syntax, target: Dialect) -> bool:
    """Whether the file has a field that its program reads, and the target does not."""
    fields = syntax.frontmatter.fields if syntax.frontmatter is not None else ()
    lost = syntax.dialect.table.fields.keys() - target.table.fields.keys()
    keys = {syntax.dialect.table.fields[name].key for name in lost}
    return any(field.key in keys for field in fields)


def _as_it_is(source: Source, syntax: Syntax, target: Dialect) -> Ready | Refusal:
    """The file's own text, made valid."""
    edits = make_valid(syntax)
    if isinstance(edits, Refusal):
        return edits
    clean = apply(source.text, edits)
    clean = apply(clean, make_portable(parse(clean, syntax.dialect) if edits else syntax))
    clean = apply(clean, drop_bom(clean))
    clean = apply(clean, to_line_ends(clean, "LF"))
    name = _text(syntax, "name")
    if target.table.identity == "file" or not name:
        name = source.path.name.removesuffix(target.table.ending).removesuffix(".md")
    file = f"{name}{target.table.ending}"
    return Ready(source, name, _text(syntax, "description"), file, clean, (), _repaired(syntax))


def _repaired(syntax: Syntax) -> str:
    return "its YAML is made valid" if syntax.verdict == "repaired" else ""


def _text(syntax: Syntax, key: str) -> str:
    field = syntax.field(key)
    return str(field.value) if field is not None and field.value is not None else ""


# --- the second reader -------------------------------------------------------------------------


def second_opinion(syntax: Syntax) -> str | None:
    """What python-frontmatter reads differently from us; None if it agrees.

    It loads every value as text, so that only the text counts, and strips the body.
    """
    reader = YAMLHandler()
    try:
        content, body = reader.split(syntax.text)
        # Deep nesting would end the process (RELIABILITY F13).
        if not is_shallow(content) and isinstance(read_plainly(content), yaml_nodes.Refused):
            return "Another reader (python-frontmatter) takes another part of the file for its fields."
        metadata = reader.load(content, Loader=StringLoader)
    except Exception as error:  # noqa: BLE001  # another library's parser on any text
        return f"Another reader (python-frontmatter) cannot read the result: {type(error).__name__}."
    if not isinstance(metadata, Mapping) and syntax.frontmatter and syntax.frontmatter.fields:
        return "Another reader (python-frontmatter) finds no fields in the result."
    if body.strip() != syntax.body.of(syntax.text).strip():
        return "Another reader (python-frontmatter) finds another prompt in the result."
    for field in syntax.frontmatter.fields if syntax.frontmatter else ():
        last = syntax.field(field.key)
        if last is field and field.editable and not _agrees(field.value, field.text, metadata.get(field.key)):
            return f"Another reader (python-frontmatter) reads “{field.key}” differently."
    return None


def _agrees(ours: object, text: str | None, theirs: object) -> bool:
    if isinstance(ours, str):
        return theirs == ours
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and set(map(str, theirs)) == set(ours)
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(theirs) == len(ours)
    return theirs == (text or "")
