"""The code keeps to the code map of ARCHITECTURE.md: the tables there are the rule, this reads them.

A row imports only from the rows above it. Modules named together at the start of one entry
(`` `checks`, `checks_rules` diagnostics ``) are one part: they may import each other, without a cycle.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "agenteditor"
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
LAYERS = ("core", "ui", "app")

# Which layer may import which; "cli" stands for the modules beside the layers.
ALLOWED = {
    "core": {"core"},
    "ui": {"core", "ui"},
    "app": {"core", "ui", "app"},
    "cli": {"core", "app", "cli"},
}

# What the code map calls a library, and what Python does.
IMPORT_NAMES = {
    "PyYAML": "yaml",
    "python-frontmatter": "frontmatter",
    "Pygments": "pygments",
    "tomli-w": "tomli_w",
}
QT = {"PySide6", "shiboken6"}


class Place(NamedTuple):
    """Where the code map puts a module: its row, and which entry of that row."""

    row: int
    entry: int


@cache
def entries(layer: str) -> dict[Place, str]:
    """The entries of the table ``| row | modules of `layer` |`` in ARCHITECTURE.md, as they are written."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    found = re.search(rf"^\| row \| modules of `{layer}` \|\n\|[- |]+\|\n((?:\|.*\n?)+)", text, re.MULTILINE)
    assert found, f"ARCHITECTURE.md has no table of the modules of `{layer}`"
    return {
        Place(row, entry): words.strip()
        for row, line in enumerate(found[1].splitlines())
        for entry, words in enumerate(line.strip("| ").split(" | ", 1)[1].split(" · "))
    }


@cache
def code_map(layer: str) -> dict[str, Place]:
    """The modules of a layer and their places: the names in backticks that an entry begins with."""
    places: dict[str, Place] = {}
    for place, words in entries(layer).items():
        names = re.match(r"`\w+`(?:, `\w+`)*", words)
        assert names, f"an entry of the code map does not begin with a module: {words}"
        for name in re.findall(r"\w+", names[0]):
            assert name not in places, f"the code map names {name} twice"
            places[name] = place
    return places


def layer_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LAYERS else "cli"


def absolute(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".") if MODULES[module].name == "__init__.py" else module.split(".")[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


@cache
def imports(module: str) -> frozenset[str]:
    """Every module that ``module`` imports anywhere in it, late imports and those for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, module)
            submodules = {f"{base}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= submodules or {base}
    return frozenset(found)


def own(module: str) -> set[str]:
    return {name for name in imports(module) if name.split(".")[0] == "agenteditor"}


def foreign(module: str) -> set[str]:
    tops = {name.split(".")[0] for name in imports(module)}
    return tops - set(sys.stdlib_module_names) - {"agenteditor", ""}


def mapped() -> list[str]:
    return [module for module in MODULES if layer_of(module) in LAYERS and module.count(".") == 2]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_code_map_names_every_module_and_no_other(layer: str) -> None:
    there = {module.split(".")[2] for module in mapped() if layer_of(module) == layer}
    named = set(code_map(layer))
    assert not there - named, f"not in the code map of {layer}: {sorted(there - named)}"
    assert not named - there, f"in the code map of {layer}, but not in src: {sorted(named - there)}"


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_from_the_outside_to_the_core(module: str) -> None:
    back = {name for name in own(module) if layer_of(name) not in ALLOWED[layer_of(module)]}
    # The package itself only holds the version, for anybody.
    assert not back - {"agenteditor"}


@pytest.mark.parametrize("module", mapped())
def test_a_module_imports_from_the_rows_above_its_own(module: str) -> None:
    layer, name = module.split(".")[1:]
    places = code_map(layer)
    siblings = {
        other.split(".")[2] for other in own(module) if layer_of(other) == layer and other in mapped()
    }
    unnamed = ({name} | siblings) - set(places)
    assert not unnamed, f"not in the code map of {layer}: {sorted(unnamed)}"
    ours = places[name]
    wrong = {other for other in siblings if places[other].row >= ours.row and places[other] != ours}
    assert not wrong, f"{name} imports {sorted(wrong)}, which no row above its own has"


def test_no_modules_import_each_other_in_a_circle() -> None:
    try:
        TopologicalSorter({module: own(module) - {module} for module in MODULES}).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_only_the_editor_knows_the_views_and_only_the_window_knows_the_editor() -> None:
    places = code_map("ui")
    views = {name for name, place in places.items() if place.row == places["editor"].row - 1}
    for module in MODULES:
        known = {
            name.split(".")[2] for name in own(module) if layer_of(name) == "ui" and name.count(".") == 2
        }
        if module not in {f"agenteditor.ui.{name}" for name in (*views, "editor")}:
            assert not known & views, f"{module} knows a view"
        if module not in ("agenteditor.app.window", "agenteditor.app.open_agents"):
            assert "editor" not in known, f"{module} knows the editor"


def test_each_library_is_known_to_one_module_where_the_code_map_says_so() -> None:
    users: dict[str, set[str]] = {}
    for module in MODULES:
        for library in foreign(module) - QT:
            users.setdefault(library, set()).add(module)
    promised: dict[str, tuple[str, Place]] = {}
    for layer in ("core", "ui"):
        for place, words in entries(layer).items():
            for name in re.findall(r"only user of ([\w-]+)", words):
                promised[IMPORT_NAMES.get(name, name)] = (layer, place)
    assert not users.keys() - promised.keys(), "the code map names no user of them"
    assert not promised.keys() - users.keys(), "nobody imports them"
    for library, modules in users.items():
        assert len(modules) == 1, f"{library} has several users: {sorted(modules)}"
        (module,) = modules
        assert (layer_of(module), code_map(layer_of(module))[module.split(".")[2]]) == promised[library]


@pytest.mark.parametrize("module", MODULES)
def test_qt_stays_in_ui_and_app(module: str) -> None:
    if layer_of(module) not in ("ui", "app"):
        assert not foreign(module) & QT


def test_importing_the_core_and_the_command_line_loads_no_qt() -> None:
    free = [module for module in MODULES if layer_of(module) in ("core", "cli")]
    # One line per module, so that the first to load it is named.
    code = "import importlib, sys\n" + "\n".join(
        f"importlib.import_module({module!r})\n"
        f"assert not {{'PySide6', 'shiboken6'}} & set(sys.modules), {module!r}"
        for module in free
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is_and_stays_small(module: str) -> None:
    text = MODULES[module].read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= 500
    assert not re.search(r"(^|_)(utils?|misc|helpers?|manager|base)($|_)", module.rpartition(".")[2])


def test_no_file_names_the_place_it_was_written_at() -> None:
    # In pieces, or this file would be found too.
    place = re.compile(r"(?<![\w.~/>}])/(?:work|tm" + r"p|root)/")
    found = []
    for path in project_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if place.search(line)
        ]
    assert not found


def project_files() -> list[Path]:
    """What belongs to the project: its folders and the files beside them, nothing that tools left there."""
    folders = [ROOT / name for name in ("src", "tests", "tools", "docs", "resources", ".ci")]
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in files if "__pycache__" not in path.parts)
