"""What tests of the window have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.promises.saving_windows import SlowDisk


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    """A disk that ends no sync before it is told to."""
    disk = SlowDisk(monkeypatch)
    yield disk
    disk.answer()
