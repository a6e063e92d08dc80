"""Ask the real reader about damaged agent files, and compare our verdicts with it: ``make oracle``.

The files are mutants (``tools.mutations``) of the reference files. What the reader said of each is stored
in tests/core/data/oracle, one letter a mutant and nothing of the text, so that the tests compare without
the reader. This installs the reader with npm into build/, asks again, offline and with an empty home
folder, and tells where it answers otherwise than before and where we do. ``--renew`` stores the answers.

Exit status: 0 when all is as stored and known, 1 when not, 2 when nothing could be asked.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from agenteditor.core.frontmatter import frontmatter
from agenteditor.core.reader import find_fence, read
from tools.mutations import mutated

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "core" / "data" / "oracle"
PACKAGE = "@anthropic-ai/claude-code"
VERSION = "2.1.330"
SEEDS = 40  # mutants of one file
BATCH = 500  # files the reader is given at a time
# Switches that keep it off the network.
QUIET = (
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "DISABLE_AUTOUPDATER",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_TELEMETRY",
)

MEANINGS = {
    "l": "it loads",
    "f": "a required field is missing or of a wrong type",
    "F": "it does not parse",
    "n": "there is no frontmatter",
    "?": "no verdict",
}


class Unasked(Exception):
    """Why nothing could be asked or compared, and what to do."""


class Row(NamedTuple):
    """What the reader said of one file's mutants: a letter each, their seeds counted on from ``first``."""

    path: str
    digest: str  # of the file
    mutants: str  # digest of what became of it, all together
    first: int
    answers: str


class Difference(NamedTuple):
    """A mutant that we judge otherwise than the reader, both as letters."""

    path: str
    seed: int
    ours: str
    reader: str


class LeftOver(NamedTuple):
    """A frontmatter of our own that shows one cause of differences, both verdicts as letters."""

    yaml: str
    ours: str
    reader: str
    cause: str

    def data(self) -> bytes:
        """The file."""
        return f"---\n{self.yaml}\n---\nBody\n".encode()


def main(arguments: Sequence[str]) -> int:
    """Ask, compare, print; the exit status."""
    parser = argparse.ArgumentParser(
        prog="oracle", description="Ask the real reader about damaged agent files."
    )
    parser.add_argument("--renew", action="store_true", help="store what the reader says now")
    options = parser.parse_args(arguments)
    try:
        shared = reference_folder()
        rows = unasked_rows(shared) if options.renew else answers()
        files = [mutants_of(row, shared) for row in rows]
        cases = left_over()
        everything = [*chain.from_iterable(files), *(case.data() for case in cases)]
        program = install(ROOT / "build" / "oracle")
        print(f"Asking {PACKAGE} {VERSION} about {len(everything):,} files", flush=True)
        said = iter(ask(program, everything))
    except Unasked as reason:
        print(reason, file=sys.stderr)
        return 2
    asked = [row._replace(answers="".join(islice(said, len(row.answers)))) for row in rows]
    found = [
        difference for row, made in zip(asked, files, strict=True) for difference in differences(row, made)
    ]
    if options.renew:
        store(asked, found)
    changed = asked != answers() or found != [*known_differences()]
    for path, seed, mine, reader in found:
        print(f"{path}, seed {seed}: the reader says {MEANINGS[reader]}, we say {MEANINGS[mine]}")
    for case, reader in zip(cases, said, strict=True):
        if case.reader != reader:
            changed = True
            print(f"{case.yaml!r}: the reader now says {MEANINGS[reader]}")
    print(f"We agree with the reader on {agreement(asked, found)}")
    if changed:
        print("This is not what is stored: look at why, then store it: make oracle ARGS=--renew")
    return int(changed)


# --- what is stored ----------------------------------------------------------------------------


def answers() -> list[Row]:
    """The stored answers."""
    return [
        Row(path, digest, mutants, int(first), letters)
        for path, digest, mutants, first, letters in table("answers.tsv")
    ]


def known_differences() -> dict[Difference, str]:
    """The stored differences and their causes, in words."""
    return {
        Difference(path, int(seed), ours, reader): cause
        for path, seed, ours, reader, cause in table("differences.tsv")
    }


def left_over() -> list[LeftOver]:
    """The stored cases of causes that are understood and not mended."""
    return [
        LeftOver(json.loads(yaml), ours, reader, cause)
        for yaml, ours, reader, cause in table("left_over.tsv")
    ]


def table(name: str) -> list[list[str]]:
    """The rows of one file of ``DATA``; lines that begin with # are for people."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def store(rows: Sequence[Row], found: Sequence[Difference]) -> None:
    """Write the answers, and the differences with such causes as are known; a person writes the others."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    head = f"# What {PACKAGE} {VERSION} said on {today} of mutants of the reference files (tools/oracle.py)."
    columns = "# path, digest of the file, digest of its mutants, first seed, an answer a seed: " + ", ".join(
        f"{letter} {meaning}" for letter, meaning in MEANINGS.items() if letter != "?"
    )
    write("answers.tsv", [head, columns], rows)
    causes = known_differences()
    columns = "# Mutants that we judge otherwise: path, seed, ours, the reader's, cause."
    write("differences.tsv", [columns], [(*difference, causes.get(difference, "")) for difference in found])


def write(name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write one file of ``DATA``."""
    lines = [*head, *("\t".join(map(str, row)) for row in rows)]
    (DATA / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")


# --- the mutants -------------------------------------------------------------------------------


def reference_folder() -> Path:
    """The folder with corpus/; raises Unasked."""
    folder = Path(os.environ.get("AGENTEDITOR_SHARED") or ROOT.parent / "shared")
    if not (folder / "corpus" / "VERDICTS.tsv").is_file():
        raise Unasked(
            f"There are no reference files at {folder}: AGENTEDITOR_SHARED names the folder with corpus/."
        )
    return folder


def unasked_rows(shared: Path) -> list[Row]:
    """A row, with no answers yet, for each reference file that has frontmatter."""
    rows: list[Row] = []
    for line in (shared / "corpus" / "VERDICTS.tsv").read_text("utf-8").splitlines():
        path = line.partition("\t")[0]
        data = (shared / path).read_bytes()
        if find_fence(data.decode("utf-8", "surrogateescape")) is not None:
            first = len(rows) * SEEDS
            made = mutants(data, range(first, first + SEEDS))
            rows.append(Row(path, digest([data]), digest(made), first, "?" * SEEDS))
    return rows


def mutants_of(row: Row, shared: Path) -> list[bytes]:
    """The files that ``row`` is about; raises Unasked where they are not those that were asked about."""
    try:
        data = (shared / row.path).read_bytes()
    except OSError as error:
        raise Unasked(
            f"{row.path} cannot be read ({error.strerror}): it was there when the reader was asked."
        ) from error
    if digest([data]) != row.digest:
        raise Unasked(f"{row.path} has changed since the reader was asked about it: make oracle ARGS=--renew")
    made = mutants(data, range(row.first, row.first + len(row.answers)))
    if digest(made) != row.mutants:
        raise Unasked(
            f"tools/mutations.py makes other mutants of {row.path} than before: make oracle ARGS=--renew"
        )
    return made


def mutants(data: bytes, seeds: range) -> list[bytes]:
    """What becomes of a file, for each seed."""
    text = data.decode("utf-8", "surrogateescape")
    return [mutated(text, seed).encode("utf-8", "surrogateescape") for seed in seeds]


def digest(files: Sequence[bytes]) -> str:
    """Changes when one of ``files`` does."""
    whole = hashlib.sha256()
    for data in files:
        whole.update(b"%d\n" % len(data) + data)
    return whole.hexdigest()[:16]


# --- two judges --------------------------------------------------------------------------------


def ours(data: bytes) -> str:
    """Our verdict and the fields that the reader's validator requires, as one letter (READER.md 7)."""
    text = data.decode("utf-8", "surrogateescape")
    reading = read(text)
    if reading.verdict in ("none", "fails", "unknown"):
        return {"none": "n", "fails": "F", "unknown": "?"}[reading.verdict]
    fields = frontmatter(text, reading)
    name, description = (fields.get(key) if fields else None for key in ("name", "description"))
    if name is not None and not isinstance(name.value, str | None):
        return "f"
    return "f" if description is None or isinstance(description.value, list | dict) else "l"


def differences(row: Row, files: Sequence[bytes]) -> Iterator[Difference]:
    """Where we judge otherwise than ``row`` says."""
    for number, (data, reader) in enumerate(zip(files, row.answers, strict=True)):
        if (letter := ours(data)) != reader:
            yield Difference(row.path, row.first + number, letter, reader)


def agreement(rows: Sequence[Row], found: Sequence[Difference]) -> str:
    """How often we agree, in figures."""
    number = sum(len(row.answers) for row in rows)
    return f"{number - len(found):,} of {number:,} mutants ({1 - len(found) / number:.2%})"


def install(folder: Path) -> Path:
    """The reader's program, installed into ``folder`` unless it is there; raises Unasked."""
    home = folder / VERSION
    if not programs(home):
        npm = shutil.which("npm")
        if npm is None:
            raise Unasked("The reader cannot be installed: there is no npm here. It comes with Node.js.")
        home.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run([*command, f"{PACKAGE}@{VERSION}"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unasked(f"npm could not install {PACKAGE} {VERSION}:\n{done.stderr.strip()}")
    found = programs(home)
    if not found:
        raise Unasked(f"{PACKAGE} {VERSION} has no program for this platform.")
    return found[0]


def programs(home: Path) -> list[Path]:
    """The program, which npm puts into a package of its own for each platform."""
    return [
        path for name in ("claude", "claude.exe") for path in home.glob(f"node_modules/{PACKAGE}-*/{name}")
    ]


def ask(program: Path, files: Sequence[bytes]) -> str:
    """What the reader says of each file, as letters; raises Unasked."""
    return "".join(
        letter
        for start in range(0, len(files), BATCH)
        for letter in ask_batch(program, files[start : start + BATCH])
    )


def ask_batch(program: Path, files: Sequence[bytes]) -> list[str]:
    """The same for as many files as are given at a time, as the agents of a plugin."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as scratch:
        plugin, home = Path(scratch, "plugin"), Path(scratch, "home")
        for folder in (plugin / ".claude-plugin", plugin / "agents", home):
            folder.mkdir(parents=True)
        manifest = {"name": "asked", "description": "Files to ask about", "author": {"name": "oracle"}}
        (plugin / ".claude-plugin" / "plugin.json").write_text(json.dumps(manifest), "utf-8")
        names = [f"{number:05}.md" for number in range(len(files))]
        for name, data in zip(names, files, strict=True):
            (plugin / "agents" / name).write_bytes(data)
        environment = {"HOME": str(home), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
        environment |= dict.fromkeys(QUIET, "1")
        command = [str(program), "plugin", "validate", "--json", str(plugin)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        try:
            told = {Path(entry["file"]).name: entry for entry in json.loads(done.stdout)["contents"]}
        except (ValueError, KeyError, TypeError) as error:
            raise Unasked(
                f"The reader did not answer as expected:\n{done.stdout}{done.stderr}"[:2000]
            ) from error
    return [letter_of(told.get(name, {})) for name in names]


def letter_of(told: dict[str, list[dict[str, str]]]) -> str:
    """The letter for what the reader tells of a file: nothing where all is well."""
    errors, warnings = ({entry["path"] for entry in told.get(kind, ())} for kind in ("errors", "warnings"))
    if "frontmatter" in errors:
        return "F"
    if "frontmatter" in warnings:
        return "n"
    return "f" if {"name", "description"} & (errors | warnings) else "l"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
