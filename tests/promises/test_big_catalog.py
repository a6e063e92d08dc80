"""Promise P47: a catalog of 10,000 files is listed soon, in little memory, with the window awake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises import big_catalogs
from tests.promises.conftest import Promise


@pytest.mark.parametrize("times", [1, 2])
def test_p47_a_large_catalog_is_listed_while_the_window_is_awake(
    promise: Promise, times: int, tmp_path: Path
) -> None:
    if times > 1 and not promise.torture:
        pytest.skip("more than a release asks is tried under torture alone")
    count = times * promise.times(1_000, 10_000)
    read = promise.times(200, count)
    found = big_catalogs.run(tmp_path, count, read)
    assert count >= int(str(found["agents"])) >= read
    assert found["rows"] == count + 1, "and the link that leads to itself, which cannot be read"
    said = str(found["said"])
    assert "Cannot list folders: 1." in said and "Permission denied" in said
    assert "Links to folders, not followed: 2." in said and "leads round in a circle" in said
    promise.measured(
        f"{count:,} files: listed after {found['listed']:.1f} s, {read:,} read and checked after {found['read']:.1f} s, "
        f"{found['memory']:.0f} MB more memory, the window busy for {found['busy']:.0f} ms at most; links "
        "that lead in circles and a folder that cannot be listed are reported"
    )
    if times > 1:
        promise.measured(
            "beyond 10,000 files nobody is asked: there are as many steps more, and none is longer"
        )
    if promise.torture:
        assert found["listed"] < 30 and found["memory"] < 300 * times
