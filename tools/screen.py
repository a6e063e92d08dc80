"""Whether Qt can show a window here: exit status 0 if it can, 1 with the reason if not.

Run with the Python of ``.venv``. A variable such as DISPLAY may name a screen that does not answer, and
Qt ends the process when it cannot connect, so a process of its own finds out.
"""

from __future__ import annotations

import os
import subprocess
import sys


def main() -> int:
    """Try it, unless nothing names a screen."""
    if sys.platform != "darwin" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("No screen: neither DISPLAY nor WAYLAND_DISPLAY is set.", file=sys.stderr)
        return 1
    environment = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
    code = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    tried = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    if tried.returncode == 0:
        return 0
    first = next((line for line in tried.stderr.splitlines() if line.strip()), "no reason given")
    print(f"The screen cannot be used: {first}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
