"""A disk whose power is cut again and again, each time shortly after saves were reported as done.

power.py MKFS OPTIONS FOLDER TIMES    prints: cuts, saves, files torn or gone, saves lost, files left over

Root only. The cut is FS_IOC_SHUTDOWN without flushing the log: what the disk was not given yet is gone.
"""

from __future__ import annotations

import fcntl
import os
import random
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

from agenteditor.core import files
from tests.promises.disks import NotHere, call, image_disk
from tests.promises.kills import version

_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
_WITHOUT_LOG = 2
_SIZE = 6_000


def cut(mounted: Path) -> None:
    """Cut the power: from here on the disk takes nothing, and what it has not is gone when it is mounted anew."""
    handle = os.open(mounted, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_LOG))
    finally:
        os.close(handle)


def megabytes(make: str) -> int:
    """How large a disk must be at least, or nearly."""
    return 400 if make.endswith("xfs") else 64


def cuts(make: str, options: str, folder: Path, times: int) -> str:
    chance = random.Random(1)
    mounted = folder / "mounted"
    mounted.mkdir()
    path = mounted / "agent.md"
    number = torn = lost = left = 0
    with image_disk(folder, make, megabytes(make)) as device:
        mount = ("mount", "-o", options, device, mounted)
        call(*mount)
        try:
            stamp = files.save(path, version(0, _SIZE), None)
            for _ in range(times):
                for _ in range(chance.randint(1, 4)):
                    number += 1
                    stamp = files.save(path, version(number, _SIZE), stamp)
                    time.sleep(chance.choice((0, 0, 0.001, 0.02)))
                cut(mounted)
                call("umount", mounted)
                call(*mount)
                content = path.read_text("utf-8") if path.exists() else ""
                found = int(content[:12] or "-1")
                torn += content != version(found, _SIZE)
                lost += found < number
                for entry in mounted.glob(".~ae-*"):
                    left += 1
                    entry.unlink()
                if found != number:
                    stamp = files.save(path, version(number, _SIZE), files.stamp(path))
        finally:
            with suppress(NotHere):
                call("umount", mounted)
    return f"{times} {number} {torn} {lost} {left}"


if __name__ == "__main__":
    try:
        sys.stdout.write(cuts(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
    except NotHere as error:
        sys.stdout.write(str(error))
