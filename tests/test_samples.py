"""The sample catalog: the file the program was asked for, and two healthy ones in other styles."""

from __future__ import annotations

from pathlib import Path

import pytest

from agenteditor.core.checks import check
from agenteditor.core.loading import loads
from agenteditor.core.syntax import parse

SAMPLES = sorted((Path(__file__).resolve().parent.parent / "resources" / "samples").glob("*.md"))
HEALTHY = [path for path in SAMPLES if path.stem != "backend-engineer"]


def test_the_seed_is_in_the_catalog_byte_for_byte(seed_path: Path, shared: Path) -> None:
    assert seed_path in SAMPLES
    assert seed_path.read_bytes() == (shared / "seed" / "backend-engineer.md").read_bytes()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_named_like_its_file_and_loads_everywhere(path: Path) -> None:
    syntax = parse(path.read_bytes().decode("utf-8"))
    name = syntax.field("name")
    assert name is not None
    assert name.value == path.stem
    assert loads(syntax, "project").ok
    assert loads(syntax, "plugin").ok


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_a_healthy_sample(path: Path) -> None:
    syntax = parse(path.read_bytes().decode("utf-8"))
    assert syntax.verdict == "valid"
    assert check(syntax, "project", path.name) == ()
    assert check(syntax, "plugin", path.name) == ()


def test_the_samples_show_different_styles() -> None:
    syntaxes = {path.stem: parse(path.read_bytes().decode("utf-8")) for path in SAMPLES}
    styles = {name: {section.style for section in syntax.sections} for name, syntax in syntaxes.items()}
    assert "label" in styles["backend-engineer"]
    assert "heading" in styles["code-reviewer"]
    assert {name: len(syntax.examples) for name, syntax in syntaxes.items()} == {
        "backend-engineer": 3,
        "code-reviewer": 2,
        "docs-writer": 0,
    }
