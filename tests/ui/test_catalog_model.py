"""The model of a catalog keeps Qt's rules, whatever happens to the tree behind it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from agenteditor.core.catalog_entry import CatalogEntry, Problem
from agenteditor.core.catalog_filter import NO_FILTER, understood
from agenteditor.core.catalog_listing import Listing
from agenteditor.core.catalog_tree import CatalogTree
from agenteditor.ui.catalog_model import CatalogModel

ROOT = Path("/agents")


def listing(names, root=ROOT) -> Listing:
    return Listing(root, dict.fromkeys(names, ()))


def answered(tree, rows) -> None:
    for row in rows:
        problems = (Problem("a/b", "error", "said", 1),) if row.name.endswith("7.md") else ()
        entry = CatalogEntry(row.path, row.folder, row.stem, "valid", True, "", "about it", problems=problems)
        tree.answer(row, entry)


@pytest.fixture
def large(qapp):
    """3,000 agents in 30 folders, watched by Qt's own tester."""
    tree = CatalogTree()
    model = CatalogModel(tree)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    tree.update([listing(f"group-{n // 100:02}/agent-{n:04}.md" for n in range(3000))])
    model.arrange()
    answered(tree, tree.agents())
    yield tree, model
    tester.deleteLater()


def test_a_tree_of_three_thousand(large):
    tree, model = large
    assert model.rowCount() == 30 and model.matching == 3000
    first = model.index(0, 0)
    assert first.data() == "group-00" and model.rowCount(first) == 100
    agent = model.index(99, 0, first)
    assert agent.data() == "agent-0099" and agent.parent() == first and not model.hasChildren(agent)
    assert first.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "10 errors, 0 warnings"
    model.refresh(tree.agents())


def test_a_long_list_is_handed_out_in_portions(large):
    tree, model = large
    model.choose(understood("about"), "folder")
    assert model.matching == 3000 and model.rowCount() < 1000
    handed_out = model.rowCount()
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert handed_out < model.rowCount() < 3000
    last = list(tree.agents())[-1]
    assert model.index_of(last).row() == 2999 and model.rowCount() == 3000
    assert not model.canFetchMore(QModelIndex())
    model.choose(understood("agent-0042"), "name")
    assert model.rowCount() == 1 and not model.index_of(last).isValid()


def test_what_qt_holds_on_to_is_found_again(large):
    tree, model = large
    row = tree.row(ROOT / "group-28" / "agent-2807.md")
    held = QPersistentModelIndex(model.index_of(row))
    for wanted, order in (("", "problems"), ("2807", "name"), ("2807 is:loading", "folder"), ("", "folder")):
        model.choose(understood(wanted), order)
        assert held.isValid() and held.data() == "agent-2807"
    names = [row.name for row in tree.agents()]
    tree.update([listing(["group-28/aaa.md", *names])])
    model.arrange()
    assert held.row() == 8 and held.data() == "agent-2807"
    model.choose(understood("2808"), "folder")
    assert not held.isValid()


def test_many_changes_one_after_the_other(qapp):
    tree = CatalogTree()
    model = CatalogModel(tree)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    chance = random.Random(7)
    names = [f"{folder}{n}.md" for folder in ("", "a/", "a/b/", "c/d/e/", "c/") for n in range(6)]
    held = []
    for _ in range(60):
        roots = [ROOT, Path("/other")][: chance.randint(1, 2)]
        tree.update([listing(chance.sample(names, chance.randint(0, 30)), root) for root in roots])
        model.arrange()
        rows = list(tree.agents())
        answered(tree, chance.sample(rows, len(rows) // 2))
        model.refresh(rows)
        model.choose(chance.choice([NO_FILTER, understood("a"), understood("problem:error")]), "folder")
        held += [QPersistentModelIndex(model.index_of(row)) for row in rows[:3]]
        shown = list(model.agents())
        assert len(shown) == model.matching
        for row in shown:
            assert model.row_at(model.index_of(row)) is row
        for index in held:
            assert not index.isValid() or model.row_at(index) in shown
    tester.deleteLater()
