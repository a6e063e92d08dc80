"""Where the data files are: schemas, templates, icons, samples, the desktop entry.

In a wheel they lie inside the package, at ``agenteditor/resources``. An editable install and a
checkout have them beside ``src`` (hatchling's ``force-include`` does nothing in editable
installs). Reading and understanding a file is left to the module that asks for it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import agenteditor


def resource(*parts: str) -> Path:
    """The path of one data file or folder, such as ``resource("icons", "open.svg")``.

    Raises FileNotFoundError, with a sentence for people, where the installation lacks it.
    """
    path = resources().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(_missing("/".join(parts), path.parent))
    return path


@cache
def resources() -> Path:
    """The folder of all data files. Raises FileNotFoundError where the installation has none."""
    return find(Path(agenteditor.__file__).resolve().parent)


def find(package: Path) -> Path:
    """The folder of data files that belongs to the package folder ``package``."""
    inside = package / "resources"
    if inside.is_dir():
        return inside
    checkout = package.parent.parent
    beside = checkout / "resources"
    # Without the second test a stranger's folder two levels above site-packages could be taken for ours.
    if beside.is_dir() and package == checkout / "src" / "agenteditor":
        return beside
    raise FileNotFoundError(_missing("resources", package))


def _missing(what: str, where: Path) -> str:
    return f"Agent Editor is not completely installed: “{what}” is missing in {where}. Install it again."
