"""What a check is given and what it gives back: one file, and findings with fixes.

A check is a function from a ``Subject`` to findings; it is listed in its module's ``CHECKS`` and
knows no other check. Fixes are edits of the file's text. Those that ``rewrite`` made were read
back there; those a check makes by hand go through ``verified``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from agenteditor.core import reader, yaml_nodes, yaml_read
from agenteditor.core.checks_rules import RULES, Severity
from agenteditor.core.dialect import FieldSpec, KnownNames
from agenteditor.core.dialect_table import Place
from agenteditor.core.frontmatter import Field, Offsets, plain_value
from agenteditor.core.invisible import TAGS, TURNS, UNSEEN, one_line
from agenteditor.core.markdown_blocks import code_and_quotations
from agenteditor.core.secret_text import redacted
from agenteditor.core.syntax import Syntax
from agenteditor.core.text import Edits, Refusal, Span, TextEdit, apply, replace
from agenteditor.core.text_scan import Scan

# What is better for a user comes later; "none" and "fails" lose the file either way.
_WORTH = {"unknown": 0, "fails": 0, "none": 0, "repaired": 1, "valid": 2}


_MOST_ATTEMPTS = 40
# What a person does not see: invisible characters, and what turns the direction of writing.
_HIDES = re.compile(f"[{TAGS}{TURNS}{UNSEEN}]")
_LONGEST_SHOWN = 10_000  # characters of a value that are looked at for a message
_ESCAPE = re.compile(r"\\[xuU0-9LPNe_abfv]")
_MOST_READ_AGAIN = 240_000  # code points of frontmatter, by all attempts of one file together


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out: what it does, in words for a button, and the edits of the file's text.

    ``safe`` means that it only makes the file say what it plainly meant, so it may be applied without
    a person looking at it. It is not where it widens powers, drops text, or guesses.
    """

    label: str
    edits: Edits
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``code`` is a key of RULES; ``span`` lies in the file's text.

    ``message`` says what is wrong, what follows and what to do; it quotes text of the file, so
    it is plain text wherever it is shown. ``field`` is the field of the form it belongs to.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    field: str | None = None
    fixes: tuple[Fix, ...] = ()


OtherKind = Literal["document", "skill", "command"]


class Passage(NamedTuple):
    """Text to look into: the file as it is written, or the value of a field that is written with escapes.

    ``offsets`` are as a field has them; None for the file.
    """

    scan: Scan
    field: str | None = None
    span: Span = Span(0, 0)
    offsets: Offsets | None = None

    @property
    def text(self) -> str:
        return self.scan.text

    @property
    def whole(self) -> bool:
        """Whether this is the file."""
        return self.field is None

    @property
    def exact(self) -> bool:
        """Whether each character has a place of its own in the file."""
        return self.whole or self.offsets is not None

    def place(self, span: Span) -> Span:
        """Where in the file a part of this text is written."""
        if self.whole:
            return span
        if self.offsets is None:
            return self.span
        return Span(self.offsets[span.start], self.offsets[min(span.end, len(self.offsets) - 1)])


@dataclass(frozen=True)
class Subject:
    """The file a check looks at: its syntax, where it lies, and its file name if it has one.

    ``fixes`` is False where nobody asks for fixes. ``attempts`` counts down those that may still be tried;
    nothing else of it changes.
    """

    syntax: Syntax
    place: Place
    file_name: str | None
    fixes: bool = True
    attempts: list[int] = dataclass_field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.attempts:
            start, end = self.syntax.frontmatter.content if self.syntax.frontmatter else (0, 0)
            self.attempts.append(max(1, min(_MOST_ATTEMPTS, _MOST_READ_AGAIN // max(end - start, 1))))

    @property
    def with_fixes(self) -> Subject:
        """The same file, for a finding that hangs on whether there is a fix."""
        return self if self.fixes else dataclasses.replace(self, fixes=True)

    @property
    def text(self) -> str:
        return self.syntax.text

    @property
    def names(self) -> KnownNames:
        return self.syntax.dialect.names

    @property
    def program(self) -> str:
        """The program that reads such files."""
        return self.syntax.dialect.program

    @property
    def strict(self) -> bool:
        """Whether that program refuses the whole file for one field it does not like."""
        return self.syntax.dialect.table.unknown_fields == "refused"

    @property
    def in_plugin(self) -> bool:
        return self.place == "plugin"

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields that count, in file order: of repeated ones the last."""
        return tuple(self._by_key.values())

    def field(self, key: str) -> Field | None:
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[str, Field]:
        frontmatter = self.syntax.frontmatter
        if frontmatter is None or self.syntax.verdict not in ("valid", "repaired"):
            return {}
        return {field.key: field for field in frontmatter.fields}

    def spec(self, key: str) -> FieldSpec | None:
        return self.syntax.dialect.spec(key)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The file, then each value in which an escape such as \\u200b stands for another character."""
        return (
            Passage(Scan(self.text)),
            *(
                Passage(Scan(field.text), field.key, field.value_span, field.offsets)
                for field in self.fields
                if field.style == "double" and field.text and _ESCAPE.search(field.value_span.of(self.text))
            ),
        )

    @cached_property
    def code(self) -> tuple[tuple[int, int], ...]:
        """The code blocks and quotations of the prompt, in bytes of it in UTF-8."""
        return tuple(code_and_quotations(self.syntax.body.of(self.text)))

    @cached_property
    def is_prompt(self) -> bool:
        """Whether this is what an agent is told: not a document, nor the file of a skill or command."""
        return self.syntax.frontmatter is not None and self.other_kind is None

    @cached_property
    def other_kind(self) -> OtherKind | None:
        """What a file in a folder of agents is that is no agent and need not be one; None: an agent.

        A document by its name (README.md), a skill by its name (SKILL.md), a slash command by fields that
        only commands have, or $ARGUMENTS, where the name that makes an agent is missing.
        """
        stem = (self.stem or "").upper()
        if stem == "SKILL":
            return "skill"
        if self.field("name") is not None:
            return None
        if stem in self.names.documents:
            return "document"
        marks = self.field("argument-hint") or self.field("allowed-tools")
        if self.fields and (marks or "$ARGUMENTS" in self.syntax.prompt):
            return "command"
        return None

    @cached_property
    def stem(self) -> str | None:
        """The file name without its ending, ``.agent.md`` included."""
        if self.file_name is None:
            return None
        name = self.file_name.rpartition("/")[2]
        return name.removesuffix(".md").removesuffix(".agent")


def misread(subject: Subject, field: Field) -> object | None:
    """What the line of a field means by itself, where the repair made another value of it; else None.

    The repair quotes every line with a brace or a #, also those that were right: a map becomes text,
    a comment part of the value. It spares a list in brackets with nothing behind it. Names and prose
    are left out: there the whole line is meant.
    """
    spec = subject.spec(field.key)
    if not field.repaired or spec is None or spec.kind in ("name", "text", "string"):
        return None
    written = subject.text[field.key_span.start : field.value_span.end]
    node = yaml_read.read(written)
    if not isinstance(node, yaml_nodes.Mapping) or len(node.pairs) != 1:
        return None
    meant = plain_value(node.pairs[0][1], written)
    return None if meant == field.value else meant


Check = Callable[[Subject], Iterator[Diagnostic]]


def finding(
    code: str,
    span: Span,
    message: str,
    field: str | None = None,
    fixes: Iterable[Fix] = (),
    *,
    severity: Severity | None = None,
) -> Diagnostic:
    """A finding of the rule ``code``, with the rule's severity unless another is given."""
    return Diagnostic(
        code, severity or RULES[code].severity, redacted(one_line(message)), span, field, tuple(fixes)
    )


def fix(
    subject: Subject, label: str, make: Callable[..., Edits | Refusal], *args: object, safe: bool = True
) -> tuple[Fix, ...]:
    """The fix that ``make``, a function of ``rewrite`` or ``repairs``, finds for these arguments.

    None where it refuses, has nothing to change, the file has had its share of attempts, or nobody asks.
    """
    if not _attempt(subject) or not subject.fixes:
        return ()
    outcome = make(subject.syntax, *args)
    if isinstance(outcome, Refusal) or not outcome:
        return ()
    return (_seen(subject, Fix(redacted(label), outcome, safe)),)


def verified(
    subject: Subject, label: str, edits: Iterable[TextEdit], *, safe: bool = True
) -> tuple[Fix, ...]:
    """A fix made by hand, unless the file would load worse with it, or nobody asks for it."""
    listed = tuple(edits)
    if not listed or not _attempt(subject) or not subject.fixes:
        return ()
    after = reader.read(apply(subject.text, listed)).verdict
    if _WORTH[after] < _WORTH[subject.syntax.verdict]:
        return ()
    return (_seen(subject, Fix(redacted(label), listed, safe)),)


def _seen(subject: Subject, made: Fix) -> Fix:
    """The fix, safe only if nothing goes with it that a person cannot see."""
    if not made.safe or subject.text.isascii():
        return made
    for span, insert in made.edits:
        gone = span.of(subject.text).removeprefix("\ufeff") if span.start == 0 else span.of(subject.text)
        if any(insert.count(one) < gone.count(one) for one in set(_HIDES.findall(gone))):
            return dataclasses.replace(made, safe=False)
    return made


def _attempt(subject: Subject) -> bool:
    """Whether one more fix may be tried: each reads the file again, and a hostile file has many faults."""
    subject.attempts[0] -= 1
    return subject.attempts[0] >= 0


def swapped(span: Span, insert: str) -> Edits:
    """One replacement, as edits."""
    return (replace(span.start, span.end, insert),)


def near(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` that ``word`` seems to be meant for, or None.

    Upper and lower case, hyphens and underscores do not count; else one slip of the keyboard is
    allowed in a short word and two in a long one (``modle``, ``Raed``).
    """
    wanted, letters = _folded(word)
    allowed = 0 if len(wanted) < 3 else 1 if len(wanted) < 8 else 2
    best: tuple[int, str] | None = None
    for known in words:
        other, others = _folded(known)
        # Each slip adds or takes one letter at most: no need to compare what shares too few.
        if abs(len(wanted) - len(other)) > allowed:
            continue
        if len(letters - others) > allowed or len(others - letters) > allowed:
            continue
        slips = _slips(wanted, other, allowed)
        if slips <= allowed and (best is None or slips < best[0]):
            best = (slips, known)
    return best[1] if best else None


@lru_cache(maxsize=1_000)
def _folded(word: str) -> tuple[str, frozenset[str]]:
    """A word as it is compared, and its letters."""
    folded = word.casefold().replace("-", "").replace("_", "").strip()
    return folded, frozenset(folded)


def _slips(a: str, b: str, limit: int) -> int:
    """How many letters are missing, surplus, wrong or exchanged; ``limit + 1`` if more than that."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        previous, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            slips = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and other == a[i - 2]:
                slips = min(slips, previous[j - 2] + 1)
            row.append(slips)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def kind_of(value: object) -> str:
    """What kind of value this is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a map of names and values"


def shown(value: object, limit: int = 40) -> str:
    """``value`` as a person would write it, on one line, in typographic quotes, cut to ``limit``; secrets are
    cut out."""
    if value is None:
        return "nothing"
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    text = one_line(" ".join(redacted(text[:_LONGEST_SHOWN]).split()))
    return f"“{text[: limit - 1]}…”" if len(text) > limit else f"“{text}”"
