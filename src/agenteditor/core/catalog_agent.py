"""One agent of a catalog as a router has it, small enough that thousands may be kept.

Made of a ``Syntax``, so of a text that is not saved as well as of a file. Whether two agents are before
the router at the same time is told by ``program`` and ``scope``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from agenteditor.core.catalog_entry import sub_folder
from agenteditor.core.disk import is_file
from agenteditor.core.examples import Example
from agenteditor.core.powers import powers
from agenteditor.core.router import routed, tokens
from agenteditor.core.secret_text import redacted
from agenteditor.core.syntax import Syntax
from agenteditor.core.trigger_section import bullets_of, may_be_in
from agenteditor.core.trigger_words import as_context, draft_of


class OwnExample(NamedTuple):
    """A situation that the agent's file says it is for, in plain words.

    ``request`` is what the user says there, ``context`` what is so already, ``rest`` the answers and why;
    any may be "". ``seen``: it stands in the description; else in the prompt, which no router reads.
    """

    request: str
    context: str
    rest: str
    seen: bool

    @property
    def asked(self) -> str:
        """What a router would have before it: the situation and what is said."""
        return f"{self.context}\n{self.request}".strip()


@dataclass(frozen=True, slots=True)
class CatalogAgent:
    """An agent. ``folder`` is its sub-folder of the catalog ("" at the top), with ``/`` between parts.

    ``scope`` is the folder whose agents are loaded together, for ``program``. Of agents with one
    ``identity`` one alone is loaded (FORMAT 1.1). ``description`` is as it is shown to the router, ``prose``
    that without its examples. ``tools`` says in a sentence what it may use, ``granted`` are the tools that
    a list limits it to; None where no list does, or it is another program's. Secrets are cut out of all
    texts but the name.
    """

    path: Path
    folder: str
    program: str
    scope: Path
    identity: str
    name: str
    loads: bool
    reason: str
    description: str = ""
    prose: str = ""
    examples: tuple[OwnExample, ...] = ()
    tools: str = ""
    granted: tuple[str, ...] | None = None

    @property
    def shown_name(self) -> str:
        """The name, or the file's where there is none."""
        return self.name or self.path.name

    @property
    def tokens(self) -> int:
        """About how many tokens the description costs each turn; nothing if the agent does not load."""
        return tokens(self.description) if self.loads else 0


def agent_of(syntax: Syntax, path: Path, root: Path) -> CatalogAgent:
    """The agent in the file at ``path``, below the folder ``root``, whose text says ``syntax``."""
    place = syntax.dialect.place
    seen = routed(syntax, place, path.name)
    prose = redacted("\n".join(part for part in seen.parts if isinstance(part, str)))
    inside = [_of_example(part, True) for part in seen.parts if isinstance(part, Example)]
    hosted = [_of_example(one.example, False) for one in syntax.examples if one.host != "description"]
    triggers = bullets_of(syntax.sections) if may_be_in(syntax.body.of(syntax.text)) else ()
    bullets = [_of_bullet(text) for text in triggers]
    scope = _scope(syntax, path, root)
    return CatalogAgent(
        path=path,
        folder=sub_folder(path, root),
        program=syntax.dialect.program,
        scope=scope,
        identity=f"{path.parent}:{seen.name}" if place == "plugin" else seen.name,
        name=seen.name,
        loads=seen.loads.ok,
        reason=seen.loads.reason,
        description=redacted(seen.description),
        prose=prose,
        examples=tuple(one for one in (*inside, *hosted, *bullets) if one.asked),
        tools=seen.tools,
        granted=_granted(syntax),
    )


def _of_example(example: Example, seen: bool) -> OwnExample:
    said = redacted(" ".join(turn.text for turn in example.turns if turn.role == "user"))
    rest = [part.text for part in example.parts if part.kind != "context" and part.role != "user"]
    if not example.understood:
        return OwnExample("", redacted(example.text), "", seen)
    context = redacted(example.context or "").strip()
    return OwnExample(said.strip(), context, redacted("\n".join(rest)).strip(), seen)


def _of_bullet(text: str) -> OwnExample:
    draft = draft_of(text)
    if draft is None:
        return OwnExample("", redacted(as_context(text)), "", False)
    said = " ".join(words for speaker, words in draft.turns if speaker == "user")
    others = [words for speaker, words in draft.turns if speaker != "user"]
    rest = redacted("\n".join([*others, draft.commentary or ""])).strip()
    return OwnExample(redacted(said), redacted(draft.context or ""), rest, False)


def _scope(syntax: Syntax, path: Path, root: Path) -> Path:
    """A plugin's folder or the folder ``.claude/agents``, where the catalog holds it; else the catalog."""
    above = [up for up in path.parents if up.is_relative_to(root)]
    if syntax.dialect.place == "plugin":
        return next((up for up in above if is_file(up / ".claude-plugin" / "plugin.json")), root)
    return next((up for up in above if (up.parent.name, up.name) == (".claude", "agents")), root)


def _granted(syntax: Syntax) -> tuple[str, ...] | None:
    if not syntax.dialect.is_claude:
        return None
    given = powers(syntax, syntax.dialect.place).tools
    return None if given.state in ("missing", "everything") else given.foreground
