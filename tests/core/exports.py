"""Exports in processes of their own, run by the tests of promises: killed, on a full disk, attacked, timed.

exports.py kill FOLDER TIMES    prints: kills, files torn, folders that the next start, or the next export,
                                did not put right, and folders that were a mixture until then
exports.py each FOLDER STEP     prints "whole", or what was found
exports.py full FOLDER TIMES    prints: exports that found the disk full, folders that were not whole;
                                FOLDER has little room
exports.py attack FOLDER SECONDS   prints: files written while links are swapped in, files that got out
exports.py time FOLDER COUNT    prints: seconds of the plan, of writing, of writing changed files; MB
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from agenteditor.core import disk, export_folder, export_notes
from agenteditor.core.export_folder import TargetFolder, digest_of
from agenteditor.core.export_manifest import INTENT, MANIFEST, STAGE, owned, read_intent, read_manifest
from agenteditor.core.export_write import Change, left_over, writing
from agenteditor.core.file_problem import FileProblem
from tests.core.faults import Faults
from tests.core.saves import child

FOREIGN = {".git/config": b"[core]\n", "notes.md": b"mine\n", "plugins/p-1/mine.txt": b"mine too\n"}


def version(number: int, agents: int) -> dict[str, bytes]:
    """The files of a catalog: each version says something else, and has some that the others have not."""
    files = {
        f"plugins/p-{one % 3}/agents/a{one}.md": b"%d of version %d\n" % (one, number) * 200
        for one in range(agents)
        if one % 4 != number % 4
    }
    return files | {".claude-plugin/marketplace.json": b"version %d\n" % number}


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of the folder."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def is_right(folder: Path, files: dict[str, bytes]) -> bool:
    """Whether the folder holds these files, the files of others and nothing else, and knows that."""
    found = snapshot(folder)
    found.pop(MANIFEST, None)
    with TargetFolder(folder) as target:
        known = read_manifest(target).files
    digests = {path: {digest_of(data)} for path, data in files.items()}
    return found == {**files, **FOREIGN} and known == digests and not (folder / STAGE).exists()


def export(folder: Path, files: dict[str, bytes]) -> None:
    """Make these the files of the folder, and remove what else an export wrote."""
    with TargetFolder(folder) as target:
        old = owned(read_manifest(target), read_intent(target)).files.keys() - files.keys()
    changes = [Change(path, data) for path, data in files.items()]
    for _ in writing(folder, [*changes, *(Change(path, None) for path in old)]):
        pass


def begun(folder: Path, agents: int) -> None:
    """A folder with files of others and an export in it."""
    for path, data in FOREIGN.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    export(folder, version(0, agents))


@contextmanager
def faults_in_exporting(faults: Faults) -> Iterator[Faults]:
    """Let the modules that export meet ``faults``."""
    wrapped = faults.wrap(os)
    modules = (disk, export_folder)
    before = [module.os for module in modules]
    whole, sync_note = export_folder.sync_everything, export_notes.sync
    try:
        export_notes.sync = lambda _root: None
        export_folder.sync_everything = lambda _handle: False  # so each file is synced, and can fail
        for module in modules:
            module.os = wrapped
        yield faults
    finally:
        for module, value in zip(modules, before, strict=True):
            module.os = value
        export_folder.sync_everything, export_notes.sync = whole, sync_note


def kill(folder: Path, times: int) -> str:
    chance, agents = random.Random(), 40
    begun(folder, agents)
    started = time.perf_counter()
    for number in (1, 2, 3):
        export(folder, version(number, agents))
    one = (time.perf_counter() - started) / 3
    torn, wrong, mixed = 0, 0, 0
    old = version(3, agents)
    for number in range(4, 4 + times):
        new = version(number, agents)
        pid = child(lambda new=new: export(folder, new))
        time.sleep(chance.random() * one * 1.1)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found = {
            path: data
            for path, data in snapshot(folder).items()
            if path not in (MANIFEST, INTENT) and not path.startswith(STAGE)
        }
        before, after = {**old, **FOREIGN}, {**new, **FOREIGN}
        torn += sum(data not in (before.get(path), after.get(path)) for path, data in found.items())
        mixed += found not in (before, after)
        if number % 2:
            start()
            wrong += not (is_right(folder, old) or is_right(folder, new))
        export(folder, new)
        wrong += not is_right(folder, new)
        old = new
    return f"{times} {torn} {wrong} {mixed}"


def start() -> None:
    """What the next start of the program does about exports that were killed."""
    for root in export_notes.folders():
        for _ in left_over(root):
            pass


def each(folder: Path, step: int) -> str:
    """Kill an export before its first call, each STEP-th after it; then export, the same or another."""
    for at in range(1, 5000, step):
        place = folder / str(at)
        begun(place, 5)

        def exporting(at: int = at, place: Path = place) -> None:
            with faults_in_exporting(Faults(at, kill=True)):
                export(place, version(1, 5))

        _, status = os.waitpid(child(exporting), 0)
        was_killed = os.WIFSIGNALED(status)
        new = version(1 + at % 2 if was_killed else 1, 5)
        if was_killed:
            if at % 3 == 0:
                start()
            export(place, new)
        if not is_right(place, new):
            return f"killed at call {at}: {sorted(snapshot(place))}"
        if not was_killed:
            return "whole" if at > 100 else f"only {at} calls"
    return "an export has fewer calls than that"


def full(folder: Path, times: int) -> str:
    """Export to a disk that has room for less and less, then for all."""
    chance, found, wrong = random.Random(3), 0, 0
    place = folder / "place"
    begun(place, 20)
    old = version(0, 20)
    free = os.statvfs(folder)
    room = free.f_bavail * free.f_frsize
    for number in range(1, 1 + times):
        new = version(number, 20)
        with (folder / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, room - chance.randrange(2, 40) * 4096)
        failed = False
        try:
            export(place, new)
        except FileProblem:
            failed = True
        if not (place / INTENT).exists():
            wrong += not is_right(place, old if failed else new)
        found += failed
        (folder / "filler").unlink()
        export(place, new)
        wrong += not is_right(place, new)
        old = new
    return f"{found} {wrong}"


def attack(folder: Path, seconds: int) -> str:
    """Export, and write single files, while another process puts links in the place of folders and files."""
    place, victim = folder / "place", folder / "victim"
    victim.mkdir()
    begun(place, 12)
    (place / "plugins" / "race").mkdir()
    attacker = child(lambda: swap(place, victim))
    written, tried, until = 0, 0, time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            tried += 1
            with suppress(FileProblem):
                export(place, version(tried, 12))
            written += 10
            with TargetFolder(place) as target:
                for number in range(200):
                    path = f"plugins/race/{number}"
                    with suppress(FileProblem):
                        target.create(path, b"x")
                        target.remove(path)
                    target.forget()
                    written += 1
    finally:
        os.kill(attacker, signal.SIGKILL)
        os.waitpid(attacker, 0)
    return f"{written} {sum(1 for _ in victim.rglob('*'))}"


def swap(place: Path, victim: Path) -> None:
    inside = [place / "plugins" / "race", place / "plugins" / "p-1", place / "plugins", place / STAGE]
    while True:
        for folder in inside:
            hidden = folder.with_name(f"{folder.name} hidden")
            with suppress(OSError):
                folder.rename(hidden)
                folder.symlink_to(victim)
            with suppress(OSError):
                folder.unlink()
            try:
                hidden.rename(folder)
            except OSError:  # the export made the folder anew
                shutil.rmtree(hidden, ignore_errors=True)
        with suppress(OSError):
            (place / "plugins" / "p-1" / "agents" / "a1.md").unlink()
            (place / "plugins" / "p-1" / "agents" / "a1.md").symlink_to(victim / "a1.md")


def timed(folder: Path, count: int) -> str:
    """Export so many agents, plan and all; then all of them changed."""
    # Late: only this one plans, and the others are to start soon.
    from agenteditor.core.export import Source, write
    from agenteditor.core.export import plan as planned

    text = (
        "---\nname: agent-{0}\ndescription: Use this agent for part {0}.\nmodel: sonnet\n---\n\nYou do {0}.\n"
    )
    more = "- A step that says what is to be done, in a line of some length.\n" * 60
    agents = [Source(Path(f"in/{one}.md"), text.format(one) + more, f"c{one % 20}") for one in range(count)]
    planned(agents[:2], folder / "warm")
    before = memory()
    times = [time.perf_counter()]
    made = planned(agents, folder / "place")
    times.append(time.perf_counter())
    write(made)
    times.append(time.perf_counter())
    changed = planned([replace(one, text=one.text + "- More.\n") for one in agents], folder / "place")
    times.append(time.perf_counter())
    assert len(write(changed)) == count
    times.append(time.perf_counter())
    seconds = [round(end - start, 2) for start, end in pairwise(times)]
    return f"{seconds[0]} {seconds[1]} {seconds[3]} {memory() - before:.0f}"


def memory() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(what: str, folder: str, number: str) -> str:
    if what == "time":
        return timed(Path(folder), int(number))
    works = {"kill": kill, "each": each, "full": full, "attack": attack}
    with faults_in_exporting(Faults(0)):  # none, but syncs take no time
        return works[what](Path(folder), int(number))


def run(what: str, folder: Path, number: int) -> list[str]:
    """What this script prints, in words."""
    script = Path(__file__).resolve()
    source = Path(disk.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script, what, folder, str(number)],
        env=os.environ | {"PYTHONPATH": f"{source}{os.pathsep}{script.parents[2]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
