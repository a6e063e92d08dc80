"""What the tests of promises have in common: how much they try, and where the figures they find go.

Each test here is named after its promise, ``test_p05_...``; `docs/promises.md` has the list. With
every commit a promise is tried a little; with ``make torture`` (``--torture``) as much as a release asks.
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

FIGURES = Path(__file__).resolve().parent.parent.parent / "build" / "promises"


@dataclass
class Promise:
    """One promise, as one test tries it. ``number`` is as in "P05"."""

    number: str
    torture: bool
    figures: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    def times(self, commit: int, release: int) -> int:
        """How often to try: ``commit`` times with every commit, ``release`` times under torture."""
        return release if self.torture else commit

    def measured(self, figure: str) -> None:
        """Note what was found, as words for people: "10,000 kills: 0 torn, 0 lost"."""
        self.figures.append(figure)

    def lacks(self, what: str) -> None:
        """Note what of the promise is not kept, or was not tried here, and why."""
        self.lacking.append(what)


@dataclass(frozen=True)
class Result:
    """What a run of one test found, as `tools/promises.py` reads it."""

    test: str
    number: str
    torture: bool
    date: str
    seconds: float
    outcome: str  # passed, failed, skipped
    figures: list[str]
    lacking: list[str]


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Promise:
    """The promise that the test is named after."""
    found = re.match(r"test_p(\d\d)_", request.node.name)
    assert found, "a test of a promise is named after it: test_p05_..."
    one = Promise(f"P{found[1]}", bool(request.config.getoption("--torture")))
    request.node.stash[_PROMISE] = one
    return one


_PROMISE = pytest.StashKey[Promise]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> object:
    report = yield
    one = item.stash.get(_PROMISE, None)
    if one is not None and (report.when == "call" or report.outcome == "skipped"):
        lacking = list(one.lacking)
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            lacking.append(f"skipped: {report.longrepr[2].removeprefix('Skipped: ')}")
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        result = Result(
            *(item.nodeid, one.number, one.torture, today, round(call.duration, 1), report.outcome),
            *(one.figures, lacking),
        )
        FIGURES.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", item.nodeid)[-150:] + ("-torture" if one.torture else "") + ".json"
        (FIGURES / name).write_text(json.dumps(asdict(result), indent=1), "utf-8")
    return report
