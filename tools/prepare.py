"""Make ``.venv`` ready to run or test the program, on a machine that has only Python.

``python3 tools/prepare.py run`` or ``test``: makes the virtual environment, installs the versions of
constraints.txt, and asks the dynamic linker whether Qt finds the system libraries it needs. What can
be repaired here (root or sudo without a password, on apt) is repaired; otherwise the exact command is
printed and the exit status is 1. When all is as it was last time it only compares a fingerprint.

Standard library only, and Python 3.11: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "prepared.json"
OLDEST_PYTHON = (3, 11)

EXTRAS = {"run": "", "test": "[test]"}

# Which Debian or Ubuntu package has a library that Qt links to but its wheel does not bring.
# The names of Debian 12; Ubuntu 24.04 gives its renamed packages (libglib2.0-0t64) for them.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}


class Unprepared(Exception):
    """What is missing and what the user can do about it, as text for the terminal."""


def main(arguments: Sequence[str]) -> int:
    """Prepare for the purpose named; 0 when ready, 1 with a reason on stderr when not."""
    if len(arguments) != 1 or arguments[0] not in EXTRAS:
        print("usage: python3 tools/prepare.py run|test", file=sys.stderr)
        return 2
    try:
        prepare(arguments[0])
    except Unprepared as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    return 0


def prepare(purpose: str) -> None:
    """Bring ``.venv`` to what ``purpose`` needs. Raises Unprepared with the reason."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        wanted = ".".join(map(str, OLDEST_PYTHON))
        raise Unprepared(
            f"Agent Editor needs Python {wanted} or newer; {sys.executable} is {found}. If another one is "
            "installed, name it: make run PYTHON=python3.12"
        )
    done = read_stamp(STAMP)
    place = environment_key()
    if done.get("environment") != place or not PYTHON.exists():
        make_environment()
        done = {"environment": place}
        write_stamp(STAMP, done)
    wanted = fingerprint((ROOT / "pyproject.toml", ROOT / "constraints.txt"))
    # What the tests need contains what a run needs.
    if wanted not in (done.get(purpose), done.get("test")):
        install(EXTRAS[purpose])
        done = {"environment": place, purpose: wanted}
        write_stamp(STAMP, done)
    platforms = wanted_platforms(os.environ)
    known = done.get("platforms", "").split()
    libraries = done.get("libraries", "").splitlines()
    if not set(platforms) <= set(known) or not all(map(os.path.exists, libraries)):
        done["libraries"] = "\n".join(sorted(require_libraries(platforms)))
        done["platforms"] = " ".join(platforms)
        write_stamp(STAMP, done)


def make_environment() -> None:
    """Make ``.venv`` by the first way that works here. Raises Unprepared where none does."""
    say(f"Making the virtual environment {VENV} (Python {sys.version.split()[0]})")
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        raise Unprepared(f"{VENV} is in the way and is not a virtual environment: move it away.")
    shutil.rmtree(VENV, ignore_errors=True)
    if attempt([sys.executable, "-m", "venv", str(VENV)]):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian and Ubuntu leave ensurepip out of python3; other tools bring a pip of their own.
    if attempt([sys.executable, "-m", "virtualenv", "--quiet", str(VENV)]):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    say("Python here cannot make virtual environments")
    apt_install([package], "to make a virtual environment")
    run([sys.executable, "-m", "venv", str(VENV)], f"{sys.executable} -m venv still fails")


def install(extra: str) -> None:
    """Install the program, editable, with the tested versions of everything it uses."""
    say("Installing the program and what it needs into .venv")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run(
        [*pip, "--constraint", str(ROOT / "constraints.txt"), "--editable", f"{ROOT}{extra}"],
        "pip could not install everything; its reason stands above. It needs the Python package index "
        "(or a mirror named in pip's configuration)",
    )


def require_libraries(platforms: Sequence[str]) -> set[str]:
    """The files of the system that Qt loads on ``platforms``. Raises Unprepared with the command to type."""
    found, missing = linked_libraries(platforms)
    if missing:
        packages = sorted({PACKAGES[name] for name in missing if name in PACKAGES})
        unknown = sorted(name for name in missing if name not in PACKAGES)
        if unknown:
            raise Unprepared(f"Qt misses system libraries that no known package has: {', '.join(unknown)}")
        say(f"Qt misses system libraries: {', '.join(sorted(missing))}")
        apt_install(packages, "for Qt")
        found, missing = linked_libraries(platforms)
        if missing:
            raise Unprepared(f"Qt still misses system libraries: {', '.join(sorted(missing))}")
    # The linker is content; now Qt itself, where no screen is needed for the answer.
    code = "from PySide6.QtWidgets import QApplication; QApplication([])"
    run(
        [str(PYTHON), "-c", code],
        "Qt does not start, though all its libraries are there; its reason stands above",
        {"QT_QPA_PLATFORM": "offscreen"},
    )
    return found


def linked_libraries(platforms: Iterable[str]) -> tuple[set[str], set[str]]:
    """What Qt's own libraries link to: the files that the linker finds, and the names that it does not."""
    package = subprocess.run(
        [str(PYTHON), "-c", "import importlib.util as u; print(u.find_spec('PySide6').origin)"],
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(package.stdout.strip()).parent
    files = [folder / f"Qt{module}.abi3.so" for module in ("Core", "Gui", "Widgets", "Svg")]
    for platform in platforms:
        files += sorted((folder / "Qt" / "plugins" / "platforms").glob(f"libq{platform}*.so"))
    if shutil.which("ldd") is None:  # not Linux with glibc: Qt's own start, tried next, tells
        return set(), set()
    listings = [
        subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout
        for file in files
    ]
    return linked("\n".join(listings))


def linked(listing: str) -> tuple[set[str], set[str]]:
    """The files and the missing names in what ``ldd`` prints."""
    pairs = re.findall(r"^\s*(\S+) => (not found|/.+?)(?: \(0x[0-9a-f]+\))?$", listing, re.MULTILINE)
    missing = {name for name, file in pairs if file == "not found"}
    return {file for _, file in pairs} - {"not found"}, missing


def wanted_platforms(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Qt's platform plugins that this session can use; offscreen always, for tests and the tour."""
    platforms = ["offscreen"]
    if environment.get("DISPLAY"):
        platforms.append("xcb")
    if environment.get("WAYLAND_DISPLAY"):
        platforms.append("wayland")
    return tuple(platforms)


def apt_install(packages: Sequence[str], reason: str) -> None:
    """Install Debian packages if this user may, without asking. Raises Unprepared with the command if not."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    typed = f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
    advice = (
        f"These system packages are needed {reason}: {' '.join(packages)}\nInstall them with\n\n    {typed}"
    )
    advice += "\n\nand start again."
    if shutil.which("apt-get") is None:
        raise Unprepared(
            f"{advice}\n(This system has no apt-get: its own package manager has them by other names.)"
        )
    prefix = privileges()
    if prefix is None:
        raise Unprepared(advice)
    say(f"Installing system packages: {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    # A fresh image has no package lists; where that fails the lists at hand may still do.
    attempt([*prefix, "apt-get", "update", "--quiet=2"], quiet)
    # dpkg tells of every package it unpacks, on stdout; what goes wrong is on stderr.
    run([*prefix, *command, "--quiet=2"], advice, quiet, stdout=subprocess.DEVNULL)


def privileges() -> list[str] | None:
    """The words before a command that make it run as root without a question; None if there are none."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and attempt(["sudo", "--non-interactive", "true"]):
        return ["sudo", "--non-interactive"]
    return None


def environment_key() -> str:
    """Changes when ``.venv`` must be made anew: another Python, or the project moved."""
    return f"{sys.executable} {sys.version} {ROOT}"


def fingerprint(files: Iterable[Path]) -> str:
    """Changes when what is to be installed changes."""
    digest = hashlib.sha256()
    for file in files:
        data = file.read_bytes()
        digest.update(b"%d\n" % len(data) + data)
    return digest.hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """What was done last time; nothing where that is not known."""
    try:
        stamp = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in stamp.items()} if isinstance(stamp, dict) else {}


def write_stamp(path: Path, stamp: Mapping[str, str]) -> None:
    """Remember what is done."""
    path.write_text(json.dumps(dict(stamp), indent=2) + "\n", "utf-8")


def attempt(command: Sequence[str], environment: Mapping[str, str] | None = None) -> bool:
    """Whether ``command`` succeeds; what it prints is not shown."""
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, **(environment or {})}
    )
    return done.returncode == 0


def run(
    command: Sequence[str],
    advice: str,
    environment: Mapping[str, str] | None = None,
    stdout: int | None = None,
) -> None:
    """Run ``command`` and show what it prints. Raises Unprepared with ``advice`` where it fails."""
    done = subprocess.run(command, check=False, stdout=stdout, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise Unprepared(f"{advice}\n(failed: {shlex.join(command)})")


def say(sentence: str) -> None:
    """Tell what takes the time."""
    print(f"· {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
