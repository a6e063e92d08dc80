"""Names that files can have everywhere, and names that some system takes for one."""

from __future__ import annotations

import pytest

from agenteditor.core.file_names import fault, folded


@pytest.mark.parametrize(
    "name", ["a", "code-reviewer", "Doc Writer", "é", "日本", "a.b", "console", "x" * 200]
)
def test_ordinary_names_are_fine(name):
    assert fault(name) is None


@pytest.mark.parametrize(
    "name", ["a/b", "a\\b", "a:b", "a?", "a\nb", "a\0", "con", "NUL.x", "com1", " a", "a.", "é" * 101]
)
def test_names_that_some_system_refuses_have_a_fault(name):
    assert fault(name)


def test_case_and_unicode_form_do_not_make_two_names():
    assert folded("É") == folded("e\u0301") and folded("A") == folded("a") and folded("a") != folded("b")
