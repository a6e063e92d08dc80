"""The tree of a catalog: rows that stay the same, sums that are right, orders."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.catalog_entry import CatalogEntry, Problem
from agenteditor.core.catalog_listing import Listing
from agenteditor.core.catalog_order import NO_PROBLEMS, ORDERS, Count, counted, order_key
from agenteditor.core.catalog_tree import AgentRow, CatalogTree, FolderRow
from agenteditor.core.scopes import Places

ROOT = Path("/agents")


def listing(*names: str, root: Path = ROOT, **changed: int) -> Listing:
    return Listing(root, {name: (1, changed.get(name[0], 0)) for name in names})


def entry(row: AgentRow, name: str = "", *, errors: int = 0, warnings: int = 0, **given) -> CatalogEntry:
    problems = [Problem("a/b", "error", "", 1)] * errors + [Problem("a/c", "warning", "", 1)] * warnings
    values = {"verdict": "valid", "loads": True, "reason": "", "problems": tuple(problems)}
    return CatalogEntry(path=row.path, folder=row.folder, name=name or row.stem, **{**values, **given})


def shape(folder: FolderRow) -> list[object]:
    """A folder as lists: its sub-folders, then its agents."""
    return [*([one.name, shape(one)] for one in folder.folders), *(row.stem for row in folder.rows)]


def folders(tree: CatalogTree) -> Iterator[FolderRow]:
    waiting = list(tree.tops)
    while waiting:
        yield (folder := waiting.pop())
        waiting += folder.folders


def test_folders_stand_before_agents_and_both_in_the_order_of_letters():
    tree = CatalogTree()
    tree.update([listing("b.md", "A.md", "z/y/two.md", "Z2/one.md", "z/x.md", "a-b.md")])
    (top,) = tree.tops
    assert shape(top) == [["z", [["y", ["two"]], "x"]], ["Z2", ["one"]], "A", "a-b", "b"]
    assert [row.stem for row in tree.agents()] == ["two", "x", "one", "A", "a-b", "b"]
    assert top.total == 6 and top.waiting == 6


def test_rows_stay_the_same_while_others_come_and_go():
    tree = CatalogTree()
    tree.update([listing("d/a.md", "d/b.md", "e/c.md")])
    rows = {row.stem: row for row in tree.agents()}
    tree.answer(rows["a"], entry(rows["a"], errors=2))
    tree.mark(rows["b"], True, Count(0, 1, 0))
    kept = tree.tops[0].folders[0]
    update = tree.update([listing("d/a.md", "d/b.md", "d/x/new.md", d=7)])
    assert [row.stem for row in update.new] == ["new"]
    assert [row.stem for row in update.gone] == ["c"]
    assert update.changed == [rows["a"], rows["b"]]
    assert tree.tops[0].folders == [kept]
    assert kept.count == (2, 1, 0) and kept.total == 3 and kept.waiting == 2
    assert tree.row(Path("/agents/d/a.md")) is rows["a"] and rows["b"].unsaved
    assert not tree.update([listing("d/a.md", "d/b.md", "d/x/new.md", d=7)])


def test_a_file_is_found_by_any_spelling_of_its_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    tree = CatalogTree()
    tree.update([listing("a/b.md", root=Path("agents"))])
    row = tree.row(tmp_path / "agents" / "a" / "b.md")
    assert row is not None and row is tree.row(Path("agents/x/../a/b.md"))
    assert row.path == Path("agents/a/b.md")  # as the folder was named


def test_unsaved_text_counts_instead_of_what_is_on_disk():
    tree = CatalogTree()
    tree.update([listing("a.md")])
    (row,) = tree.agents()
    tree.answer(row, entry(row, errors=1))
    assert tree.mark(row, True, Count(0, 3, 0))
    assert tree.tops[0].count == (0, 3, 0)
    tree.answer(row, entry(row, errors=5))
    assert row.count == (0, 3, 0)
    assert not tree.mark(row, True, Count(0, 3, 0))
    assert tree.mark(row, False, None)
    assert tree.tops[0].count == (5, 0, 0)


NAMES = [f"{folder}{stem}.md" for folder in ("", "d/", "d/e/", "f/") for stem in "abc"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["list", "answer", "mark"]), st.sets(st.sampled_from(NAMES)), st.integers(0, 3))
)


@given(STEPS)
def test_every_folder_knows_what_is_below_it(steps):
    tree = CatalogTree()
    for step, names, number in steps:
        rows = [row for row in tree.agents() if row.name in names]
        if step == "list":
            tree.update([listing(*sorted(names))])
        elif step == "answer":
            for row in rows:
                tree.answer(row, entry(row, errors=number, warnings=1))
        else:
            for row in rows:
                tree.mark(row, number > 1, Count(number, 0, 1) if number > 1 else None)
        for folder in folders(tree):
            inside = [row for row in tree.agents() if row.path.is_relative_to(folder.path)]
            count = NO_PROBLEMS
            for row in inside:
                count = count.plus(row.count)
            assert (folder.total, folder.count) == (len(inside), count)
            assert folder.waiting == sum(row.entry is None for row in inside)


def test_while_an_update_is_under_way_the_tree_is_as_it_was():
    tree = CatalogTree()
    tree.update([Listing(ROOT, files=dict.fromkeys(("a.md", "in/b.md"), ()), folders=["", "in"])])
    before = [row.name for row in tree.agents()]
    after = Listing(ROOT, files={f"new/{n}.md": () for n in range(1200)}, folders=["", "new"])
    steps = tree.updating([after])
    assert next(steps)
    assert [row.name for row in tree.agents()] == before and tree.tops[0].total == 2
    steps.close()
    assert [row.name for row in tree.agents()] == before and len(tree.rows) == 2
    tree.update([after])
    assert tree.tops[0].total == len(tree.rows) == 1200


def test_several_folders_stand_side_by_side():
    tree = CatalogTree()
    other = Path("/other")
    tree.update([listing("a.md"), listing("a.md", root=other)])
    assert [top.path for top in tree.tops] == [ROOT, other]
    assert tree.row(other / "a.md") is not tree.row(ROOT / "a.md")
    gone = tree.row(other / "a.md")
    assert tree.update([listing("a.md")]).gone == [gone]
    assert [top.path for top in tree.tops] == [ROOT]


def test_agents_of_one_name_are_told():
    tree = CatalogTree()
    tree.update([listing("a.md", "b.md", "c.md")])
    rows = list(tree.agents())
    for row, name in zip(rows, ("x", "x", "y"), strict=True):
        tree.answer(row, entry(row, name))
    assert tree.judge(ROOT, Places(Path("/home"), Path("/etc"))) == []
    assert [row.shared for row in rows] == [True, True, False]


def test_the_rows_are_told_for_which_the_winner_is_another_now():
    tree = CatalogTree()
    user = Path("/home/.claude/agents")
    tree.update([listing("a.md", "b.md", root=user)])
    rows = list(tree.agents())
    for row in rows:
        tree.answer(row, entry(row, "x", dialect="claude-code"))
    where = Places(Path("/home"), Path("/etc"))
    assert tree.judge(Path("/work"), where) == rows
    assert [row.standing.state for row in rows if row.standing] == ["unclear", "unclear"]
    assert tree.judge(Path("/work"), where) == []
    tree.answer(rows[0], entry(rows[0], "y", dialect="claude-code"))
    assert tree.judge(Path("/work"), where) == rows and not rows[1].shared


def test_orders():
    tree = CatalogTree()
    tree.update([listing("a.md", "b.md", "c.md", "d.md", "e.md")])
    rows = {row.stem: row for row in tree.agents()}
    tree.answer(rows["a"], entry(rows["a"], "zed", model="sonnet", warnings=9))
    tree.answer(rows["b"], entry(rows["b"], "Beta", errors=1, verdict="fails", loads=False))
    tree.answer(rows["c"], entry(rows["c"], "alpha", model="Opus", verdict="repaired"))
    tree.answer(rows["d"], entry(rows["d"], "gamma", errors=1, warnings=1))
    wanted = {"folder": "abcde", "name": "cbeda", "problems": "dbace", "verdict": "bcdae", "model": "cabde"}
    for order in ORDERS:
        mixed = list(rows.values())
        random.Random(3).shuffle(mixed)
        assert (
            "".join(row.stem for row in sorted(mixed, key=lambda row: order_key(row, order))) == wanted[order]
        )


def test_the_worst_problem_is_an_error_then_a_warning_and_no_note():
    assert [Count(1, 5, 0).worst, Count(0, 1, 9).worst, Count(0, 0, 3).worst] == ["error", "warning", None]
    assert counted([Problem("", "info", "", 1), Problem("", "error", "", 1)]) == (1, 0, 1)
