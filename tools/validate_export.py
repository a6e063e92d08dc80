"""Ask the real program whether it takes what we export: ``make validate-export``.

Exports the samples, and of the reference files those that load, as a marketplace of plugins, and runs
`claude plugin validate` over the marketplace and over each plugin, offline and with an empty home folder.
The program is the one that AGENTEDITOR_CLAUDE names, else that of ``make oracle``, installed with npm into
build/.

Exit status: 0 when it finds no error, 1 when it does, 2 when it could not be asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from agenteditor.core import export
from agenteditor.core.catalog import agent_files
from agenteditor.core.files import FileProblem, load
from tools import oracle
from tools.oracle import QUIET, ROOT, Unasked

SAMPLES = ROOT / "resources" / "samples"


class Answer(NamedTuple):
    """What the program says of one folder. Errors and warnings are sentences with their places."""

    folder: str
    errors: list[str]
    warnings: list[str]


def main(_arguments: Sequence[str]) -> int:
    """Export, ask, print; the exit status."""
    status = 0
    try:
        program = installed() or oracle.install(ROOT / "build" / "oracle")
        folders = {"samples": SAMPLES}
        try:
            folders["reference files"] = oracle.reference_folder() / "corpus"
        except Unasked as reason:
            print(reason)
        for what, folder in folders.items():
            with tempfile.TemporaryDirectory(prefix="export-") as scratch:
                place = Path(scratch, "catalog")
                made = exported(folder, place)
                answers = ask(program, place)
            errors = [f"{one.folder}: {error}" for one in answers for error in one.errors]
            warnings = [f"{one.folder}: {warning}" for one in answers for warning in one.warnings]
            for sentence in (*errors, *warnings):
                print(f"  {sentence}")
            agents = sum(bool(entry.sources) for entry in made.entries)
            print(
                f"{what}: {agents} agents in {len(answers) - 1} plugin(s), {len(made.refused)} files "
                f"refused; {len(errors)} errors, {len(warnings)} warnings"
            )
            status |= bool(errors)
    except Unasked as reason:
        print(reason, file=sys.stderr)
        return 2
    return status


def installed() -> Path | None:
    """The program where it is installed already; None where it is not."""
    named = os.environ.get("AGENTEDITOR_CLAUDE")
    found = [Path(named)] if named else oracle.programs(ROOT / "build" / "oracle" / oracle.VERSION)
    return next((path for path in found if path.is_file()), None)


def exported(folder: Path, place: Path) -> export.Plan:
    """Export every agent below ``folder`` as a marketplace; a plugin for each of its folders."""
    sources = []
    for path in agent_files(folder):
        try:
            parts = path.relative_to(folder).parts
            # The vendor keeps names for itself that a folder of the reference files has.
            category = f"from {parts[0]}" if len(parts) > 1 else ""
            sources.append(export.Source(path, load(path).text, category))
        except FileProblem:
            continue
    made = export.plan(sources, place, export.Choices("plugin", spdx="MIT", accepted=None))
    if made.problem:
        raise Unasked(f"Nothing is exported: {made.problem}")
    export.write(made)
    return made


def ask(program: Path, place: Path) -> list[Answer]:
    """What the program says of a marketplace and of each of its plugins; raises Unasked."""
    plugins = sorted(path for path in (place / "plugins").iterdir() if path.is_dir())
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        environment = {"HOME": home, "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
        environment |= dict.fromkeys(QUIET, "1")
        return [_answer(program, folder, place, environment) for folder in (place, *plugins)]


def _answer(program: Path, folder: Path, place: Path, environment: dict[str, str]) -> Answer:
    command = [str(program), "plugin", "validate", "--json", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        told = json.loads(done.stdout)
        parts = [told["manifest"], *told["contents"]]
        errors, warnings = (
            [
                f"{Path(part['file']).name}, {one['path']}: {one['message']}"
                for part in parts
                for one in part[kind]
            ]
            for kind in ("errors", "warnings")
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Unasked(
            f"The program did not answer as expected:\n{done.stdout}{done.stderr}"[:2000]
        ) from error
    if done.returncode and not errors:
        errors = [f"exit status {done.returncode}: {done.stderr.strip()}"]
    return Answer(str(folder.relative_to(place.parent)), errors, warnings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
