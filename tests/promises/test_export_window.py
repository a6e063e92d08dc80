"""Promise P29 through the window: a large export holds nothing up, and is stopped at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from agenteditor.app import export_steps
from agenteditor.app.export_dialog import ExportDialog
from agenteditor.app.settings import Settings
from agenteditor.core.export import Progress, Source
from tests.promises.beats import Beats
from tests.promises.conftest import Promise

TEXT = "---\nname: agent-{0}\ndescription: Use this agent for part {0}.\n---\n\nYou do {0}.\n"


def _count(promise: Promise) -> int:
    return promise.times(150, 5_000)


def _long(promise: Promise) -> int:
    """Milliseconds for a busy machine, before the run itself takes a test for one that waits for ever."""
    return promise.times(120_000, 1_800_000)


@pytest.fixture
def dialog(promise: Promise, qtbot: QtBot, tmp_path: Path) -> ExportDialog:
    agents = tmp_path / "agents"
    agents.mkdir()
    sources = []
    for number in range(_count(promise)):
        path = agents / f"agent-{number}.md"
        path.write_text(TEXT.format(number) + "- A step of the work.\n" * 100, "utf-8")
        sources.append(Source(path, "", unread=True))
    made = ExportDialog(sources, Settings(export_folder=str(tmp_path / "out")))
    qtbot.addWidget(made)
    made.show()
    return made


def test_p29_a_large_export_holds_the_window_up_no_longer_than_a_key(
    promise: Promise, dialog: ExportDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    beats, began = Beats(), time.perf_counter()
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=_long(promise))
    planned, look = time.perf_counter() - began, beats.stop()
    beats, began = Beats(), time.perf_counter()
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("Written"), timeout=_long(promise))
    written, write = time.perf_counter() - began, beats.stop()
    assert len(list((tmp_path / "out" / "agents").iterdir())) == _count(promise)
    promise.measured(
        f"{_count(promise):,} agents in the dialog: plan {planned:.1f} s, written, synced and looked at again {written:.1f} s; "
        f"the window is busy for {max(look, write):.0f} ms at most"
    )


def test_p29_an_export_that_is_stopped_frees_the_window_and_leaves_nothing(
    promise: Promise, dialog: ExportDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = _count(promise)
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=_long(promise))
    # A fast machine stages the second half between two reports of 20 ms, and is never stopped.
    monkeypatch.setattr(export_steps, "_SLICE", 0.002)
    beats: list[Beats] = []
    clicked = [0.0]

    def stop(progress: Progress) -> None:
        if progress.what == "stage" and progress.done > count // 2 and not beats:
            clicked[0] = time.perf_counter()
            beats.append(Beats())
            qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
            assert dialog.summary.text() == "Stopping…" or not dialog._writing.busy

    dialog._writing.progressed.connect(stop)
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: dialog.summary.text().startswith(("Stopped", "Written", "It was")), timeout=_long(promise)
    )
    assert dialog.summary.text() == "Stopped: nothing was changed."
    until = time.perf_counter() - clicked[0]
    longest = beats[0].stop()
    assert not (tmp_path / "out").exists()
    assert dialog.cancel_button.isEnabled()
    promise.measured(
        f"stopped with half of {count:,} files staged: the window is busy for {longest:.0f} ms at most, and "
        f"after {1000 * until:.0f} ms, with the next plan, nothing is left"
    )
    if promise.torture:
        assert longest < 2_000
