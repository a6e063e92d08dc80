"""What the commands share: the files that paths stand for, their settings, and how an error is said.

A command goes on with the other files when one cannot be read, and says on standard error, in one
line, which and why.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from agenteditor.core import files, rule_settings
from agenteditor.core.catalog import agent_files
from agenteditor.core.disk import is_folder, is_there
from agenteditor.core.files import FileProblem, Loaded
from agenteditor.core.rule_settings import FILE_NAME, NO_SETTINGS, RuleSettings

OK, PROBLEMS, FAILED = 0, 1, 2
PATHS_HELP = "a file, or a folder: its .md files at any depth"


def command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str, more: str
) -> argparse.ArgumentParser:
    """A parser for one command, with ``more`` below its options as it stands."""
    return commands.add_parser(
        name,
        help=does,
        description=does,
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_paths(parser: argparse.ArgumentParser) -> None:
    """The paths a command works on."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=PATHS_HELP)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Where the settings come from, which switch rules off."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help=f"take these settings for all files (default: the nearest {FILE_NAME} at or above each)",
    )
    which.add_argument("--no-settings", action="store_true", help="every rule counts, whatever settings say")


class GivenFiles:
    """The files that the paths of a command stand for, and the settings that hold for each.

    ``failures`` are the sentences about what could not be done so far; each was printed.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._paths: list[Path] = options.paths
        self._looked_up = not getattr(options, "no_settings", True)
        self._settings = NO_SETTINGS
        self._told: set[Path] = set()
        self.failures: list[str] = []
        if getattr(options, "settings", None) is not None:
            self._looked_up = False
            self._settings = rule_settings.read(options.settings)
            self._tell_faults(self._settings)

    def __iter__(self) -> Iterator[Loaded]:
        for path in self._paths:
            for file in self._in(path):
                try:
                    yield files.load(file)
                except FileProblem as problem:
                    self.fail(str(problem))

    def settings(self, path: Path) -> RuleSettings:
        """Which rules count for the file at ``path``. Faults are told once."""
        if self._looked_up:
            self._settings = rule_settings.found(path, self._settings)
            self._tell_faults(self._settings)
        return self._settings

    def fail(self, sentence: str) -> None:
        """Say that something could not be done; the rest still is."""
        self.failures.append(sentence)
        print(f"agenteditor: {sentence}", file=sys.stderr)

    def _in(self, path: Path) -> list[Path]:
        if not is_folder(path):
            return [path]
        found = agent_files(path, lambda error: self.fail(f"Cannot list {error.filename}: {error.strerror}."))
        if not found:
            self.fail(f"{path} holds no .md files; name another folder, or the files.")
        return found

    def _tell_faults(self, settings: RuleSettings) -> None:
        if settings.path is not None and settings.path not in self._told:
            self._told.add(settings.path)
            for sentence in settings.sentences():
                self.fail(sentence)


def write(path: Path, text: str, file: Loaded) -> None:
    """Save; a file other than the one read is replaced whatever it holds, as asked."""
    if path == file.path:
        if text != file.text:
            files.save(path, text, file.stamp)
    else:
        files.save(path, text, files.stamp(path) if is_there(path) else None)


def diff(path: Path, before: str, after: str) -> str:
    """A unified diff of two texts of one file, as patch reads it."""
    lines = unified_diff(_lines(before), _lines(after), fromfile=str(path), tofile=str(path))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """``text`` in lines that end at U+000A alone."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines
