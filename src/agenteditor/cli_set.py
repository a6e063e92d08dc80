"""The command set: fields changed, and not one byte beside them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS, command, write
from agenteditor.core import files
from agenteditor.core.dialect import typed
from agenteditor.core.files import FileProblem
from agenteditor.core.rewrite import remove_field, set_raw, set_value
from agenteditor.core.syntax import Syntax, parse, parse_at
from agenteditor.core.text import Edits, Refusal, apply


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    set_ = command(
        commands,
        "set",
        "Change fields of the frontmatter and not one byte beside them.",
        "KEY=text     the text, quoted if YAML needs it: name=3000 gets quotes, maxTurns=5 does not\n"
        'KEY=         an empty text: ""\n'
        "KEY:=yaml    YAML as it stands: tools:=[]\n\n"
        "A new field goes where the schema has it. Refused with exit status 1, and nothing is written,\n"
        "where the result would not read back as asked.\n\n"
        "  agenteditor set reviewer.md model=opus 'description=Use it: always'\n"
        "  agenteditor set reviewer.md --remove color --output copy.md",
    )
    set_.add_argument("file", type=Path, metavar="FILE", help="the agent file")
    set_.add_argument("assignments", nargs="*", metavar="KEY=VALUE", help="what to set, in this order")
    set_.add_argument("--remove", action="append", default=[], metavar="KEY", help="remove a field")
    set_.add_argument("--output", type=Path, metavar="FILE", help="write there, and leave FILE as it is")
    set_.set_defaults(run=_set)


def _set(options: argparse.Namespace) -> int:
    intents = [("set", *_assignment(given)) for given in options.assignments]
    intents += [("remove", key, "") for key in options.remove]
    if not intents:
        print("agenteditor: nothing to do: give KEY=VALUE or --remove KEY.", file=sys.stderr)
        return FAILED
    try:
        file = files.load(options.file)
        text, dialect = file.text, parse_at(file.text, file.path).dialect
        for kind, key, value in intents:
            outcome = _edits(parse(text, dialect), kind, key, value)
            if isinstance(outcome, Refusal):
                print(f"agenteditor: {options.file}: {outcome.reason}", file=sys.stderr)
                return PROBLEMS
            text = apply(text, outcome)
        write(options.output or options.file, text, file)
    except FileProblem as problem:
        print(f"agenteditor: {problem}", file=sys.stderr)
        return FAILED
    return OK


def _assignment(given: str) -> tuple[str, str]:
    """``KEY=text`` or ``KEY:=yaml``: the key, with its colon, and what follows."""
    key, equals, value = given.partition("=")
    if not equals or not key.strip(" :"):
        print(f"agenteditor: “{given}” is not KEY=VALUE; write model=opus.", file=sys.stderr)
        raise SystemExit(FAILED)
    return key, value


def _edits(syntax: Syntax, kind: str, key: str, value: str) -> Edits | Refusal:
    if kind == "remove":
        return remove_field(syntax, key) if syntax.field(key) else Refusal(f"There is no field “{key}”.")
    if key.endswith(":"):
        return set_raw(syntax, key.removesuffix(":"), value)
    return set_value(syntax, key, typed(syntax.dialect.spec(key), value))
