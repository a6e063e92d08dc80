"""Data files are found in a wheel and in a checkout, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from agenteditor.core.resources import find, resource, resources


def package(tmp_path: Path, *parts: str) -> Path:
    folder = tmp_path.joinpath(*parts)
    folder.mkdir(parents=True)
    return folder


def test_a_wheel_has_them_inside_the_package(tmp_path: Path) -> None:
    inside = package(tmp_path, "site-packages", "agenteditor", "resources")
    assert find(inside.parent) == inside


def test_a_checkout_has_them_beside_src(tmp_path: Path) -> None:
    beside = package(tmp_path, "resources")
    assert find(package(tmp_path, "src", "agenteditor")) == beside


def test_the_package_comes_before_the_checkout(tmp_path: Path) -> None:
    package(tmp_path, "resources")
    inside = package(tmp_path, "src", "agenteditor", "resources")
    assert find(inside.parent) == inside


def test_a_strangers_folder_two_levels_up_is_not_ours(tmp_path: Path) -> None:
    package(tmp_path, "resources")
    with pytest.raises(FileNotFoundError):
        find(package(tmp_path, "site-packages", "agenteditor"))


def test_an_installation_without_them_says_so_in_a_sentence(tmp_path: Path) -> None:
    folder = package(tmp_path, "src", "agenteditor")
    with pytest.raises(FileNotFoundError, match=r"not completely installed.*Install it again\."):
        find(folder)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"“icons/no-such-icon\.svg” is missing"):
        resource("icons", "no-such-icon.svg")


def test_the_sample_is_there_byte_for_byte(shared: Path) -> None:
    assert (
        resource("samples", "backend-engineer.md").read_bytes()
        == (shared / "seed" / "backend-engineer.md").read_bytes()
    )


def test_the_folder_is_one_of_the_two_places() -> None:
    assert resources().name == "resources"
    assert resource("samples").is_dir()
