"""Exports in processes of their own, run by test_export_write: killed at random, or at every call.

exports.py kill FOLDER TIMES   prints: kills, files torn, exports that the next one did not put right,
                               and folders that were a mixture until then
exports.py each FOLDER STEP    prints "whole", or what was found
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agenteditor.core import disk, export_folder
from agenteditor.core.export_folder import TargetFolder, digest_of
from agenteditor.core.export_manifest import INTENT, MANIFEST, STAGE, owned, read_intent, read_manifest
from agenteditor.core.export_write import Change, writing
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
    whole = export_folder.sync_everything
    try:
        export_folder.sync_everything = lambda _handle: False  # so each file is synced, and can fail
        for module in modules:
            module.os = wrapped
        yield faults
    finally:
        for module, value in zip(modules, before, strict=True):
            module.os = value
        export_folder.sync_everything = whole


def kill(folder: Path, times: int) -> str:
    chance, agents = random.Random(2), 40
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
        export(folder, new)
        wrong += not is_right(folder, new)
        old = new
    return f"{times} {torn} {wrong} {mixed}"


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
            export(place, new)
        if not is_right(place, new):
            return f"killed at call {at}: {sorted(snapshot(place))}"
        if not was_killed:
            return "whole" if at > 100 else f"only {at} calls"
    return "an export has fewer calls than that"


def main(what: str, folder: str, number: str) -> str:
    with faults_in_exporting(Faults(0)):  # none, but syncs take no time
        return kill(Path(folder), int(number)) if what == "kill" else each(Path(folder), int(number))


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
