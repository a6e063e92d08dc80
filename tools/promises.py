"""Writes docs/promises.md: all promises, with the figures that the last run of their tests found.

``tests/promises/promises.json`` holds the promises and the figures last found; a run of the tests
leaves new ones in ``build/promises``. Promises that the run did not try keep what they had. A run
under torture counts more than one that tried a little: the latter replaces only its own kind.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

ROOT = Path(__file__).resolve().parent.parent
PROMISES = ROOT / "tests" / "promises" / "promises.json"
FIGURES = ROOT / "build" / "promises"
PAGE = ROOT / "docs" / "promises.md"

State = Literal["kept", "kept in part", "not kept yet"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A promise with what was last found of it. ``number`` is as in "P05", ``date`` as in 2026-11-28."""

    number: str
    chapter: str
    promise: str
    state: State = "not kept yet"
    figures: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    date: str = ""
    torture: bool = False


def entries() -> list[Entry]:
    """The promises with the figures last found."""
    return [Entry(**one) for one in json.loads(PROMISES.read_text("utf-8"))]


def renewed(entry: Entry, results: list[dict[str, Any]]) -> Entry:
    """The promise with the figures of a run; as it was if the run did not try it, or tried less."""
    mine = [one for one in results if one["number"] == entry.number]
    torture = any(one["torture"] for one in mine)
    mine = [one for one in mine if one["torture"] == torture]
    if not mine or (entry.torture and not torture):
        return entry
    mine.sort(key=lambda one: one["test"])
    figures = list(dict.fromkeys(text for one in mine for text in one["figures"]))
    lacking = list(dict.fromkeys(text for one in mine for text in one["lacking"]))
    lacking += [f"{one['test'].rpartition('::')[2]} failed" for one in mine if one["outcome"] == "failed"]
    tried = any(one["outcome"] == "passed" for one in mine)
    state: State = "not kept yet" if not tried else "kept in part" if lacking else "kept"
    date = max(one["date"] for one in mine)
    return replace(entry, figures=figures, lacking=lacking, state=state, date=date, torture=torture)


def page(all_entries: list[Entry]) -> str:
    """The text of docs/promises.md."""
    counts = {state: sum(entry.state == state for entry in all_entries) for state in get_args(State)}
    said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    lines = [
        "# Promises",
        "",
        "What the program promises, and what the tests last found. Each promise is tried by tests named",
        "after it in `tests/promises`: a little with every commit (`make test`), as much as a release asks",
        "with `make torture`, which also writes this page (two cores, Linux; figures are of that run).",
        "",
        f"Of {len(all_entries)} promises: {said}.",
    ]
    chapter = ""
    for entry in all_entries:
        if entry.chapter != chapter:
            chapter = entry.chapter
            lines += ["", f"## {chapter}", "", "| | promise | last measured | |", "| --- | --- | --- | --- |"]
        how = f" *({entry.date}{'' if entry.torture else ', as with every commit'})*" if entry.date else ""
        found = "; ".join(entry.figures)
        state = entry.state + (f": {'; '.join(entry.lacking)}" if entry.lacking else "")
        cells = (entry.number.replace("P0", "P"), entry.promise, found + how, state)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Take in the figures of the last run and write the page."""
    results = [json.loads(path.read_text("utf-8")) for path in sorted(FIGURES.glob("*.json"))]
    known = [renewed(entry, results) for entry in entries()]
    data = [asdict(entry) for entry in known]
    PROMISES.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(known), "utf-8")
    print(f"{len(results)} results; {PAGE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
