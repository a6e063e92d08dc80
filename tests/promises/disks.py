"""Small disks of our own: files that are mounted, as root only. Each is taken away again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Those whose power is cut: what makes them, and how they are mounted.
DISKS = (("ext4", "defaults"), ("ext4", "noauto_da_alloc"), ("ext4", "data=writeback"), ("xfs", "defaults"))


class NotHere(Exception):
    """This system does not let us; the text says what it said."""


def call(*command: object) -> str:
    """What a program says. Raises `NotHere` if it says no."""
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotHere(f"not here: {command[0]} is not installed") from error
    if done.returncode:
        raise NotHere(f"not here: {' '.join(map(str, command[:2]))}: {done.stderr.strip()}")
    return done.stdout.strip()


def kind_of(folder: Path) -> str:
    """The kind of file system a folder is on: "ext2/ext3", "xfs", "tmpfs" … Raises `NotHere`."""
    return call("stat", "-f", "-c", "%T", folder)


@contextmanager
def memory_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A tmpfs of that size on ``folder``."""
    call("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder)
    try:
        yield folder
    finally:
        call("umount", folder)


@contextmanager
def image_disk(folder: Path, make: str, megabytes: int) -> Iterator[str]:
    """A loop device with a new file system, made by ``make`` (mkfs.ext4 …); not mounted yet."""
    image = folder / "image"
    with image.open("wb") as stream:
        stream.truncate(megabytes * 1024 * 1024)
    call(make, *(["-q", "-F", "-m", "0"] if make.endswith("ext4") else ["-q", "-f"]), image)
    device = call("losetup", "-f", "--show", image)
    try:
        yield device
    finally:
        call("losetup", "-d", device)
        image.unlink()
