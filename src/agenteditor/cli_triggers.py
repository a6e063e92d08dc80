"""The command ``triggers``: from examples in the description to prose, and back.

Exit status: 0 converted (or shown), 1 refused, 2 the file could not be read or written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agenteditor.cli_files import FAILED, OK, PROBLEMS, command, diff, write
from agenteditor.core import files
from agenteditor.core.files import FileProblem
from agenteditor.core.syntax import parse
from agenteditor.core.text import Refusal, apply
from agenteditor.core.triggers import Plan, to_examples, to_prose

_DOES = "Convert the two styles of trigger: examples in the description, or prose with “When to invoke”."
_MORE = (
    "prose      the description becomes one line that names the situations; each example becomes a bullet\n"
    "           of the section “When to invoke”, which opens the prompt\n"
    "examples   the way back\n\n"
    "The description is paid for in every conversation, the prompt only when the agent is called. What does\n"
    "not go along is listed. Exit status: 0 converted, 1 refused, 2 the file could not be read or written\n\n"
    "  agenteditor triggers reviewer.md --to prose --dry-run\n"
    "  agenteditor triggers reviewer.md --to examples --output copy.md"
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = command(commands, "triggers", _DOES, _MORE)
    parser.add_argument("file", type=Path, metavar="FILE", help="the agent file")
    parser.add_argument("--to", choices=("prose", "examples"), required=True, help="the style to convert to")
    parser.add_argument(
        "--dry-run", action="store_true", help="print the changes as a diff and write nothing"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there, and leave FILE as it is")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        file = files.load(options.file)
        convert = to_prose if options.to == "prose" else to_examples
        plan = convert(parse(file.text))
        if isinstance(plan, Refusal):
            print(f"agenteditor: {options.file}: {plan.reason}", file=sys.stderr)
            return PROBLEMS
        after = apply(file.text, plan.edits)
        if options.dry_run:
            print(diff(options.file, file.text, after), end="")
        else:
            write(options.output or options.file, after, file)
    except FileProblem as problem:
        print(f"agenteditor: {problem}", file=sys.stderr)
        return FAILED
    _say(plan)
    return OK


def _say(plan: Plan) -> None:
    """What it costs and what does not go along, on standard error: standard output is for the diff."""
    before, after = plan.before, plan.after
    sentences = [
        f"Description: {before.description:,} -> {after.description:,} characters, "
        f"about {before.tokens:,} -> {after.tokens:,} tokens in every conversation.",
        f"Prompt: {before.prompt:,} -> {after.prompt:,} characters, about {before.prompt_tokens:,} -> "
        f"{after.prompt_tokens:,} tokens each time the agent is called.",
        *(f"Not kept: {sentence}" for sentence in plan.lost),
        *plan.notes,
    ]
    print("\n".join(sentences), file=sys.stderr)
