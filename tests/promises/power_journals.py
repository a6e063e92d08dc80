"""Unsaved changes on a disk whose power is cut, again and again, at any moment of up to eight seconds.

power_journals.py MKFS OPTIONS FOLDER TIMES SEED    prints: cuts, edits, edits lost, the age of the oldest of
                                                    those in ms, texts that never were, saves lost

Root only. Each time a program keeps the journals of eight documents as the window does, with one thread that
syncs them. Some are edited all the time, some hardly ever, some are saved now and then, and in every second
life a journal is begun anew whenever it has a few edits in it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import struct
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from zlib import crc32

from agenteditor.core import files, journal
from agenteditor.core.disk_thread import DiskThread
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.journal import Journal, abandoned
from agenteditor.core.text import apply, replace
from tests.core.saves import child
from tests.promises.disks import NotHere, call, image_disk
from tests.promises.power import cut, megabytes

_DOCUMENTS = 8
_LONGEST_LIFE = 8.0  # seconds: edits older than the five that are promised are among them
_ENTRY = struct.Struct(
    ">cBIdI"
)  # edited or saved, which document, the edit's number, when, the text's checksum


class Edited:
    """A document: its text begins with which one it is and with the number of its last edit."""

    def __init__(self, which: int, folder: Path, thread: DiskThread, log: int) -> None:
        self.number, self.text = 0, f"{which:02d}{0:08d}"
        self._which, self._log, self._journal = which, log, Journal(thread)
        self._path = folder / f"{which}.md" if which % 2 else None
        self._stamp = files.save(self._path, self.text, None) if self._path is not None else None

    def edit(self, chance: random.Random) -> None:
        when = time.monotonic()
        self.number += 1
        at = chance.randint(10, len(self.text))
        until = len(self.text) if len(self.text) > 20_000 else min(at + chance.randint(0, 8), len(self.text))
        word = chance.choice(("", "ä", "\udc80", "word ", "\r\n", "much " * 100))
        edits = (replace(2, 10, f"{self.number:08d}"), replace(at, until, word))
        self.text = apply(self.text, edits)
        if self._journal.about is None:
            self._begin()
        else:
            self._journal.add(edits, self.text)
        self._note(b"e", when)

    def save(self, chance: random.Random) -> None:
        """Save it; half of the time somebody types meanwhile."""
        if self._path is None:
            return
        number, text = self.number, self.text
        if chance.random() < 0.5:
            self.edit(chance)
        self._stamp = files.save(self._path, text, self._stamp)
        if self.text == text:
            self._journal.end()
        else:
            self._begin()
        self._note(b"s", time.monotonic(), number)

    def _begin(self) -> None:
        self._journal.begin(self._path, self._stamp.digest if self._stamp is not None else None, self.text)

    def _note(self, what: bytes, when: float, number: int | None = None) -> None:
        number = self.number if number is None else number
        os.write(self._log, _ENTRY.pack(what, self._which, number, when, checksum(self.text)))


def checksum(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogateescape"))


def live(mounted: Path, log: Path, seed: int) -> None:
    """Edit and save until the power is cut, and wait to be killed then."""
    chance = random.Random(seed)
    journal._LEAST_LONG = 400 if seed % 2 else 1024 * 1024
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    thread = DiskThread(lambda _error: None)
    pace = chance.choice((0.002, 0.02, 0.1))
    with suppress(OSError, FileProblem):
        ones = [Edited(which, mounted, thread, handle) for which in range(_DOCUMENTS)]
        for step in count():
            (one,) = chance.choices(ones, [2.0**-which for which in range(_DOCUMENTS)])
            one = ones[step] if step < _DOCUMENTS else one
            one.edit(chance)
            if chance.random() < 0.05:
                one.save(chance)
            time.sleep(chance.random() * pace)
    while True:
        signal.pause()


class Tally:
    """What was found after all the cuts so far."""

    def __init__(self) -> None:
        self.edits = self.lost = self.never = self.saves_lost = 0
        self.oldest = 0.0  # seconds that the oldest lost edit was old

    def add(self, mounted: Path, log: bytes, at: float) -> None:
        """Compare what is on the disk with what was noted; the cut was ``at``."""
        texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in mounted.glob("*.md")]
        files_say = {int(text[:2]): int(text[2:10]) for text in texts}
        for one in abandoned()[0]:
            texts.append(one.said.text)
            one.leave()
        entries = list(_ENTRY.iter_unpack(log))
        for which in range(_DOCUMENTS):
            own = [one[2:] for one in entries if one[:2] == (b"e", which)]
            edits = {number: (when, sum_) for number, when, sum_ in own}
            saved = [one[2] for one in entries if one[:2] == (b"s", which)]
            ours = {int(text[2:10]): checksum(text) for text in texts if int(text[:2]) == which}
            # The edit that the cut fell into is noted nowhere; it may be there.
            self.never += sum(
                edits[number][1] != sum_ if number in edits else number not in (0, len(edits) + 1)
                for number, sum_ in ours.items()
            )
            self.saves_lost += bool(saved) and files_say.get(which, -1) < saved[-1]
            gone = [
                when for number, (when, _sum) in edits.items() if number > max(ours, default=0) and when < at
            ]
            self.edits, self.lost = self.edits + len(edits), self.lost + len(gone)
            self.oldest = max([self.oldest, *(at - when for when in gone)])


def cuts(make: str, options: str, folder: Path, times: int, seed: int) -> str:
    chance, tally = random.Random(seed), Tally()
    mounted, log = folder / "mounted", folder / "log"
    mounted.mkdir()
    os.environ["XDG_STATE_HOME"] = str(mounted / "state")
    with image_disk(folder, make, megabytes(make)) as device:
        mount = ("mount", "-o", options, device, mounted)
        call(*mount)
        try:
            for number in range(times):
                process = child(lambda number=number: live(mounted, log, seed + number))
                time.sleep(0.2 + chance.random() * _LONGEST_LIFE)
                at = time.monotonic()
                cut(mounted)
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
                call("umount", mounted)
                call(*mount)
                tally.add(mounted, log.read_bytes(), at)
                log.unlink()
                for path in mounted.glob("*.md"):
                    path.unlink()
                shutil.rmtree(mounted / "state", ignore_errors=True)
        finally:
            with suppress(NotHere):
                call("umount", mounted)
    return f"{times} {tally.edits} {tally.lost} {tally.oldest * 1000:.0f} {tally.never} {tally.saves_lost}"


if __name__ == "__main__":
    try:
        sys.stdout.write(
            cuts(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
        )
    except NotHere as error:
        sys.stdout.write(str(error))
