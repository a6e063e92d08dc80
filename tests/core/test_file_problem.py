"""What goes wrong with a file is said in one sentence for people, whatever its name."""

from __future__ import annotations

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.file_problem import FileProblem, from_os_error, shown_path
from agenteditor.core.invisible import hidden


def test_a_text_without_a_file_is_named_so() -> None:
    problem = FileProblem("not-text", "save", None, "3")
    assert str(problem).startswith("Cannot save this text: line 3 holds")
    assert problem.path is None


@given(st.text())
def test_no_name_breaks_the_line_or_hides_in_it(name: str) -> None:
    shown = shown_path("/a/" + name)
    assert shown.isprintable()
    assert shown.startswith("/a/")
    assert (name.isprintable() and not hidden(name)) <= (shown == "/a/" + name)


@pytest.mark.parametrize(
    ("number", "opening", "saving"),
    [
        (errno.ENOENT, "missing", "folder-missing"),
        (errno.ENOTDIR, "missing", "folder-missing"),
        (errno.EACCES, "no-permission", "read-only"),
        (errno.EROFS, "read-only", "read-only"),
        (errno.ENOSPC, "no-space", "no-space"),
        (errno.EDQUOT, "no-space", "no-space"),
        (errno.EISDIR, "not-a-file", "not-a-file"),
        (errno.EIO, "disk-error", "disk-error"),
    ],
)
def test_what_the_system_says_is_understood(number: int, opening: str, saving: str) -> None:
    error = OSError(number, os.strerror(number), "a")
    assert from_os_error(error, "open", "a").code == opening
    assert from_os_error(error, "save", "a").code == saving


def test_what_is_not_understood_is_quoted() -> None:
    assert "“Input/output error”" in str(from_os_error(OSError(errno.EIO, "Input/output error"), "open", "a"))
    assert "“OSError”" in str(from_os_error(OSError(), "open", "a"))
    assert "it is a folder," in str(from_os_error(OSError(errno.EISDIR, "Is a directory"), "save", "a"))
