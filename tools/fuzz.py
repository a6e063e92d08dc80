"""Fuzzing that is led by coverage: ``make fuzz``, or ``python -m tools.fuzz --seconds 60 [TARGET ...]``.

Each target of ``tools.fuzz_targets`` runs in a process of its own under atheris (libFuzzer), which changes
inputs and keeps those that reach code no other input did. The first inputs are the samples and the texts
that the tests of promises know to be hostile; what is kept lies in build/fuzz/TARGET/inputs for the next run.
An input that breaks what is promised, or takes more than a second of processor time, is written to
build/fuzz/TARGET/found, one for each place it breaks at, and the run goes on; a crash, a hang or too much
memory ends the target.

Exit status: 0 nothing found, 1 something found, 2 when atheris is not there.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "fuzz"
NAMES = ("file", "fields", "fixes", "sections", "examples", "elsewhere")
MISSING = (
    "atheris is not installed: .venv/bin/python -m pip install atheris "
    "(there are wheels for Linux on x86-64 and Python 3.11 to 3.13)"
)
LONGEST = 6_000  # bytes of an input
SLOW = 1.0  # seconds of processor time that no input may take
INSIDE, AGAIN = "--inside", "--again"
HANG = 60  # seconds after which an input ends the process
MEMORY = 1_500  # MB that end the process; the program with the fuzzer in it takes some 300


@dataclass
class Run:
    """What fuzzing one target found: edges of the program's code that were reached, MB, seconds."""

    target: str
    executions: int = 0
    coverage: int = 0
    memory: int = 0
    slowest: float = 0.0
    found: list[str] = field(default_factory=list)
    ended: str = ""  # why the process ended, if not because its time was over

    def __str__(self) -> str:
        return (
            f"{self.target}: {self.executions:,} executions, {self.coverage:,} edges, "
            f"{len(self.found)} findings, slowest {1000 * self.slowest:,.0f} ms, {self.memory:,} MB"
        )


def main(arguments: Sequence[str]) -> int:
    """Fuzz the targets one after another, print what was found; the exit status."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Fuzz the core, led by coverage.")
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(NAMES)}; all of them if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where inputs and findings lie")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print(MISSING, file=sys.stderr)
        return 2
    unknown = set(options.targets) - set(NAMES)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    failed = False
    for name in options.targets or NAMES:
        done = run(name, options.seconds, options.folder)
        print(done, flush=True)
        for one in done.found:
            print(f"  {one}", flush=True)
        if done.ended:
            print(f"  it ended: {done.ended}", flush=True)
        failed |= bool(done.found or done.ended)
    return int(failed)


def run(target: str, seconds: int, folder: Path = FOLDER) -> Run:
    """Fuzz one target for so long; atheris must be there."""
    home = folder / target
    inputs, found, slow = home / "inputs", home / "found", home / "slow"
    for each in (inputs, found, slow):
        each.mkdir(parents=True, exist_ok=True)
    (home / "words").write_text("".join(_words()), "ascii")
    for data in seeds(target):
        (inputs / f"seed-{_digest(data)}").write_bytes(data)
    command = [
        *(sys.executable, "-m", "tools.fuzz", INSIDE, target, str(home), str(inputs)),
        *(f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={HANG}", f"-rss_limit_mb={MEMORY}"),
        *(
            f"-dict={home / 'words'}",
            f"-artifact_prefix={found}/",
            "-print_final_stats=1",
            "-report_slow_units=1000",
        ),
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    done = _run(command, environment)
    result = _read(target, done.stderr, done.returncode)
    # The fuzzer counts each step of the code it watches, which takes several times as long.
    again = _run([sys.executable, "-m", "tools.fuzz", AGAIN, target, *map(str, slow.iterdir())], environment)
    for line in again.stdout.splitlines():
        took, _, name = line.partition(" ")
        result.slowest = max(result.slowest, float(took))
        if float(took) > SLOW:
            result.found.append(f"{took} s of processor time (slow/{name})")
    if again.returncode != 0:
        result.found.append(f"a slow input without the fuzzer: {again.stderr[-300:]}")
    return result


def _run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace", check=False
    )


def _read(target: str, log: str, status: int) -> Run:
    """What libFuzzer's words of a run come to."""

    def last(pattern: str) -> int:
        found = re.findall(pattern, log)
        return int(found[-1]) if found else 0

    # The lines of its own are "#1024 NEW cov: 5231 ft: ..."; at the end come the figures.
    done = Run(
        target, last(r"number_of_executed_units: (\d+)"), last(r" cov: (\d+)"), last(r"peak_rss_mb: (\d+)")
    )
    done.executions = done.executions or last(r"(?m)^#(\d+)")
    done.memory = done.memory or last(r"rss: (\d+)Mb")
    done.found = re.findall(rf"(?m)^{_FOUND} (.+)$", log)
    if status != 0:
        ends = re.findall(r"(?m)^(?:SUMMARY: |==\d+== ERROR: )?(libFuzzer: .+|.*(?:Error|Exception).*)$", log)
        done.ended = f"status {status}, {ends[-1] if ends else log[-500:]}"
    return done


# --- in the process that fuzzes -----------------------------------------------------------------

_FOUND = "fuzz-found:"


def again(target: str, paths: Sequence[str]) -> None:
    """Print how many seconds of processor time each input takes, without the fuzzer."""
    judge = importlib.import_module("tools.fuzz_targets").TARGETS[target]
    judge(b"---\nname: a\n---\n")  # what is loaded once is not counted
    for path in map(Path, paths):
        data = path.read_bytes()
        start = time.process_time()
        with contextlib.suppress(Exception):  # found already
            judge(data)
        print(f"{time.process_time() - start:.2f} {path.name}", flush=True)


def inside(arguments: Sequence[str]) -> None:
    """Fuzz a target here: its name, the folder for what is found, libFuzzer's own words. Does not return."""
    atheris = importlib.import_module("atheris")
    name, home, *words = arguments
    with atheris.instrument_imports(include=["agenteditor.core"]):
        targets = importlib.import_module("tools.fuzz_targets")
    one = _Judge(targets.TARGETS[name], Path(home))
    atheris.Setup([sys.argv[0], *words], one.judge)
    atheris.Fuzz()


class _Judge:
    """A target with what it found so far: what goes wrong is noted, and does not end the process."""

    def __init__(self, target: Callable[[bytes], None], folder: Path) -> None:
        self._target = target
        self._folder = folder
        self._slowest = SLOW / 2
        self._sizes: dict[str, int] = {}

    def judge(self, data: bytes) -> None:
        start = time.process_time()
        try:
            self._target(data)
        except Exception as error:  # noqa: BLE001  # any is what is looked for
            self._note(data, _place(error), "".join(traceback.format_exception(error)))
        took = time.process_time() - start
        if took > self._slowest:
            self._slowest = took
            (self._folder / "slow" / _digest(data)).write_bytes(data)

    def _note(self, data: bytes, where: str, told: str) -> None:
        """Keep the shortest input for each place where something goes wrong."""
        known = self._sizes.get(where)
        if known is not None and known <= len(data):
            return
        path = self._folder / "found" / _digest(where.encode())
        self._sizes[where] = len(data)
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{where}\n\n{told}", "utf-8", errors="replace")
        if known is None:
            print(_FOUND, f"{where} ({path.name})", file=sys.stderr, flush=True)


def _place(error: Exception) -> str:
    """Where an exception comes from, the same for all inputs that break at one place."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    what = re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "_", str(error)).partition("\n")[0][:100]
    return f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}: {what}".encode(
        "ascii", "replace"
    ).decode()


# --- the first inputs ---------------------------------------------------------------------------


def seeds(target: str) -> Iterator[bytes]:
    """The samples, and texts that are known to be hostile, as short as they are still odd."""
    hostile, nasty, attacks, run_ = (
        importlib.import_module(f"tests.promises.{name}")
        for name in ("hostile", "nasty", "attacks", "hostile_run")
    )
    texts = [
        *(path.read_bytes() for path in sorted((ROOT / "resources" / "samples").rglob("*.md"))),
        *(text.encode() for text in run_.BASES),
        *nasty.named().values(),
        *(row.text.encode("utf-8", "surrogatepass") for row in attacks.attacks()),
        *(text.encode("utf-8", "surrogatepass") for text in hostile.frontmatters(600).values()),
        *((hostile.HEAD + text).encode("utf-8", "surrogatepass") for text in hostile.prompts(600).values()),
    ]
    for text in texts:
        at, end = text.find(b"description:"), text.find(b"\n---", 4)
        value = target == "examples" and 0 <= at < end
        data = text[at + 12 : end].strip() if value else text
        if len(data) <= LONGEST:
            yield data


def _words() -> Iterator[str]:
    """The marks of YAML and Markdown, as libFuzzer wants its dictionary."""
    hostile, targets = (
        importlib.import_module(name) for name in ("tests.promises.hostile", "tools.fuzz_targets")
    )
    for word in dict.fromkeys((*hostile.WORDS, *targets.TYPED)):
        data = word.encode("utf-8", "surrogatepass")[:60]
        if data:
            yield '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"\n'


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


if __name__ == "__main__":
    if sys.argv[1:2] == [INSIDE]:
        inside(sys.argv[2:])
    elif sys.argv[1:2] == [AGAIN]:
        again(sys.argv[2], sys.argv[3:])
        sys.exit()
    sys.exit(main(sys.argv[1:]))
