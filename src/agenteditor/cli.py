"""The command line. Imports Qt only to open a window."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO, cast

from agenteditor import __version__, cli_commands
from agenteditor.core.disk import is_there, problems
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.invisible import one_line

_WINDOW_HELP = """\
Open agent files, or a folder of them, in the window:

  agenteditor                         the start page
  agenteditor .claude/agents          a folder
  agenteditor reviewer.md tester.md   files

Without a window, for scripts (each with its own --help):

  agenteditor check PATH…             what is wrong, and whether it would load
  agenteditor show PATH…              fields, examples, sections, problems as JSON
  agenteditor set FILE KEY=VALUE…     change fields and nothing else
  agenteditor fix PATH…               apply the safe fixes
  agenteditor batch fix-rule|undo …   fix one rule in many files; take the last batch back
  agenteditor rename FILE NAME        name, file and mentions together
  agenteditor disable FILE…           put agents where no program finds them
  agenteditor enable FILE…            bring them back
  agenteditor triggers FILE --to …    examples to prose and back
  agenteditor search QUERY PATH…      find in all files, and replace
  agenteditor export PATH… --to DIR   write a catalog folder
  agenteditor convert PATH… --to …    write for another program, and say what that costs
  agenteditor import PATH…            take agents from JSON, TOML and other programs' files
  agenteditor judge FOLDER            duplicate names, budget, overlaps, examples that go astray
  agenteditor who FOLDER REQUEST      which agents match what a user says
  agenteditor report FOLDER -o PAGE   all of it on one HTML page
  agenteditor dialects                the kinds of agent files
  agenteditor rules                   what is looked for, and how to switch it off

A file with the name of a command is opened as ./check.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with command-line ``arguments``; the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _use_utf8()
    sys.stdout, sys.stderr = _spoken(sys.stdout), _spoken(sys.stderr)
    try:
        if given and given[0] in cli_commands.COMMANDS:
            return cli_commands.run(given)
        return _window(given)
    except BrokenPipeError:
        # The reader of a pipe went away ("| head"): no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _use_utf8() -> None:
    """Print UTF-8 whatever the locale; what no encoding has, as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _spoken(stream: TextIO) -> TextIO:
    """The stream; one to a terminal gets nothing that a terminal obeys or that nobody sees."""
    return cast(TextIO, _Terminal(stream)) if stream.isatty() else stream


class _Terminal:
    """A stream to a terminal: what would steer it, or hide in it, is named as in the window.

    A pipe or a file gets every character as it is: a diff is read by patch.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def buffer(self) -> _Terminal:
        """What bytes are written to: the same."""
        return self

    def write(self, given: str | bytes) -> int:
        text = given.decode("utf-8", "surrogateescape") if isinstance(given, bytes) else given
        lines = (line.split("\t") for line in text.split("\n"))
        self._stream.write("\n".join("\t".join(map(one_line, parts)) for parts in lines))
        return len(given)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def _window(given: list[str]) -> int:
    options = _window_parser().parse_args(given)
    if options.install_desktop:
        return _install_desktop()
    paths = [Path(path) for path in options.paths]
    missing = [path for path in paths if not is_there(path)]
    for path in missing:
        print(f"agenteditor: {path}: there is no such file or folder; check its name", file=sys.stderr)
    if missing:
        return 2
    from agenteditor.app.main import open_window, take_tour

    return take_tour(options.tour) if options.tour else open_window(paths)


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="agenteditor",
        description="A desktop editor for coding-agent definition files.",
        epilog=_WINDOW_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", metavar="FILE|FOLDER", help="what to open in the window")
    parser.add_argument(
        "--install-desktop",
        action="store_true",
        help="put Agent Editor in the desktop's menu (~/.local/share)",
    )
    parser.add_argument(
        "--tour",
        type=Path,
        metavar="FOLDER",
        help="show what it does on a sample, with screenshots in FOLDER",
    )
    parser.add_argument("--version", action="version", version=f"agenteditor {__version__}")
    return parser


def _install_desktop() -> int:
    from agenteditor.app import desktop

    try:
        home = desktop.data_home(os.environ)
        with problems("save", home):
            written = desktop.install(home, desktop.this_program())
    except FileProblem as problem:
        print(f"agenteditor: {problem}", file=sys.stderr)
        return 2
    for path in written:
        print(path)
    return 0
