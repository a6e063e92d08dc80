"""One open file: applying, undoing, what is told to whom, what counts as modified."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core import document as document_module
from agenteditor.core.document import Change, Document, Transaction
from agenteditor.core.history import History
from agenteditor.core.text import Span, apply, diff, replace
from tests.core.texts import agent_texts, pieces

TEXT = "---\nname: a\ndescription: Use it.\n---\n\nBody\n"


def insertion(at, words, merge=None, label="Type"):
    return Transaction((replace(at, at, words),), label, merge)


def test_applying_changes_the_text_and_what_it_says():
    document = Document(TEXT)
    change = document.apply(insertion(TEXT.index("a\n") + 1, "b"))
    assert document.text == TEXT.replace("name: a", "name: ab")
    assert document.syntax.field("name").value == "ab"
    assert (change.before.text, change.after) == (TEXT, document.syntax)
    assert apply(change.before.text, change.edits) == change.after.text


def test_edits_that_change_nothing_are_no_step_and_nobody_is_told():
    document = Document(TEXT)
    told = []
    document.subscribe(told.append)
    assert document.apply(Transaction((), "Nothing")) is None
    assert document.apply(Transaction((replace(0, 3, "---"), replace(5, 5, "")), "The same")) is None
    assert (told, document.undo_label, document.undo()) == ([], None, None)


def test_of_several_edits_only_those_that_change_something_are_told():
    document = Document("abc")
    change = document.apply(Transaction((replace(0, 1, "a"), replace(2, 3, "x")), "Edit"))
    assert change.edits == (replace(2, 3, "x"),)


def test_undo_and_redo_go_back_and_forth_under_the_label_of_the_step():
    document = Document("a")
    document.apply(insertion(1, "b", label="Add b"))
    assert (document.undo_label, document.redo_label) == ("Add b", None)
    assert document.undo().after.text == "a"
    assert (document.undo_label, document.redo_label) == (None, "Add b")
    assert document.redo().after.text == "ab"
    assert document.redo() is None


def test_typing_in_one_field_is_one_step():
    document = Document("x", history=History(lambda: 0.0))
    for at, letter in enumerate("hello"):
        document.apply(insertion(at, letter, merge=("field", "name")))
    document.undo()
    assert document.text == "x"


def test_subscribers_are_told_in_order_until_they_leave():
    document = Document("a")
    told = []
    leave = document.subscribe(lambda change: told.append(("first", change.after.text)))
    document.subscribe(lambda change: told.append(("second", change.after.text)))
    document.apply(insertion(1, "b"))
    leave()
    leave()
    document.undo()
    assert told == [("first", "ab"), ("second", "ab"), ("second", "a")]


def test_a_subscriber_that_leaves_while_it_is_told_does_not_keep_the_others_from_it():
    document = Document("a")
    told = []

    def once(change: Change) -> None:
        told.append("once")
        leave()

    leave = document.subscribe(once)
    document.subscribe(lambda change: told.append("always"))
    document.apply(insertion(1, "b"))
    document.apply(insertion(2, "c"))
    assert told == ["once", "always", "always"]


def test_the_document_says_the_new_text_while_subscribers_are_told():
    document = Document("a")
    seen = []
    document.subscribe(lambda change: seen.append((document.text, document.modified)))
    document.apply(insertion(1, "b"))
    assert seen == [("ab", True)]


def test_undoing_back_to_the_saved_text_is_not_modified():
    document = Document("a")
    document.apply(insertion(1, "b"))
    assert document.modified
    document.undo()
    assert not document.modified


def test_a_new_document_can_differ_from_what_is_saved():
    assert Document("a", saved_text="").modified
    assert not Document("").modified


def test_saving_is_told_and_seals_the_step_and_undo_goes_on_past_it(tmp_path):
    document = Document("a", history=History(lambda: 0.0))
    document.apply(insertion(1, "b", merge="key"))
    told = []
    document.subscribe(told.append)
    document.mark_saved(tmp_path / "a.md", document.text, None)
    assert told == [Change((), document.syntax, document.syntax)]
    assert (document.path, document.saved_text, document.modified) == (tmp_path / "a.md", "ab", False)
    document.apply(insertion(2, "c", merge="key"))
    document.undo()
    assert (document.text, document.modified) == ("ab", False)
    document.undo()
    assert (document.text, document.modified) == ("a", True)


def test_the_place_follows_the_path(tmp_path):
    (tmp_path / "plug" / ".claude-plugin").mkdir(parents=True)
    (tmp_path / "plug" / ".claude-plugin" / "plugin.json").write_text("{}", encoding="utf-8")
    document = Document("---\nname: a\ndescription: b:\n---\n")
    assert (document.place, document.loads.ok) == ("project", False)
    document.mark_saved(tmp_path / "plug" / "agents" / "a.md", document.text, None)
    assert (document.place, document.loads.ok) == ("plugin", True)


def test_problems_are_looked_for_once_a_text_and_again_when_text_or_name_change(monkeypatch, tmp_path):
    looked = []
    real = document_module.check
    monkeypatch.setattr(document_module, "check", lambda *given: looked.append(given[1:3]) or real(*given))
    document = Document(TEXT, Path("a.md"))
    assert document.problems is document.problems
    assert looked == [("project", "a.md")]
    document.apply(insertion(len(TEXT), "More\n"))
    assert len(looked) == 1  # not before somebody asks
    assert document.problems is document.problems
    document.mark_saved(tmp_path / "b.md", document.text, None)
    assert document.problems is document.problems
    assert looked == [("project", "a.md"), ("project", "a.md"), ("project", "b.md")]


def test_a_save_in_its_place_checks_nothing_again(monkeypatch, tmp_path):
    looked = []
    real = document_module.check
    monkeypatch.setattr(document_module, "check", lambda *given: looked.append(given[1:]) or real(*given))
    path = tmp_path / "a.md"
    document = Document(TEXT, path)
    found = document.problems
    document.mark_saved(path, TEXT, None)
    assert document.problems == found and len(looked) == 1
    (tmp_path / ".agenteditor.toml").write_text('[rules]\n"name/style" = "off"\n', "utf-8")
    document.mark_saved(path, TEXT, None)
    assert {one.code for one in found} - {one.code for one in document.problems} == {"name/style"}
    assert len(looked) == 1
    plugin = tmp_path / ".claude-plugin" / "plugin.json"
    plugin.parent.mkdir()
    plugin.write_text("{}", "utf-8")
    document.mark_saved(path, TEXT, None)
    assert document.problems is document.problems
    assert [place for place, *_ in looked] == ["project", "plugin"]


MODEL = (
    "---\nname: a-b\ndescription: Use this when tests run.\nmodel: gpt\n---\n\nYou are a tester of texts.\n"
)


def codes(problems):
    return [problem.code for problem in problems]


def test_rules_that_are_off_in_the_folder_are_not_reported_and_the_verdict_stays(tmp_path):
    document = Document(MODEL, tmp_path / "a-b.md")
    assert codes(document.problems) == ["model/unknown"] and document.unreported == ()
    told = []
    document.subscribe(told.append)
    (tmp_path / ".agenteditor.toml").write_text('[rules]\n"model/unknown" = "off"\n', encoding="utf-8")
    before = document.loads
    document.read_settings()
    assert document.problems == () and codes(document.unreported) == ["model/unknown"]
    assert [change.edits for change in told] == [()] and document.loads == before
    document.read_settings()
    assert len(told) == 1
    document.apply(Transaction((replace(0, 0, "\n"),), "Edit"))
    assert "frontmatter/not-at-start" in codes(document.problems)
    document.mark_saved(tmp_path.parent / "a-b.md", MODEL, None)
    document.undo()
    assert codes(document.problems) == ["model/unknown"]


def test_a_severity_is_the_one_that_was_asked_for(tmp_path):
    (tmp_path / ".agenteditor.toml").write_text('[rules]\n"model/*" = "error"\n', encoding="utf-8")
    document = Document(MODEL, tmp_path / "a-b.md")
    assert [(one.code, one.severity) for one in document.problems] == [("model/unknown", "error")]
    assert Document(MODEL).problems[0].severity == "warning"


@st.composite
def changes(draw):
    """A text, then what happens to it: a new text (as a diff), undo or redo, with a merge key and a pause."""
    kinds = st.sampled_from(["text", "insert", "cut", "undo", "redo", "save"])
    return draw(agent_texts()), draw(
        st.lists(
            st.tuples(kinds, pieces(3), st.integers(0, 200), st.sampled_from([None, "k"]), st.sampled_from([0.1, 2.0])),
            max_size=12,
        )
    )  # fmt: skip


def transaction(document, kind, words, at, merge):
    at = min(at, len(document.text))
    if kind == "text":
        return Transaction(diff(document.text, words), kind, merge)
    if kind == "insert":
        return Transaction((replace(at, at, words), replace(len(document.text), len(document.text), words)), kind, merge)  # fmt: skip
    return Transaction((replace(at, min(at + 3, len(document.text)), ""),), kind, merge)


@given(changes())
def test_any_changes_are_followed_undone_to_the_first_byte_and_redone_to_the_last(given_):
    text, steps = given_
    now = [0.0]
    document = Document(text, history=History(lambda: now[0]))
    followed = [text]

    def follow(change: Change) -> None:
        assert change.before.text == followed[0]
        followed[0] = apply(followed[0], change.edits)
        assert all(isinstance(edit.span, Span) for edit in change.edits)

    document.subscribe(follow)
    for kind, words, at, merge, pause in steps:
        if kind == "undo":
            document.undo()
        elif kind == "redo":
            document.redo()
        elif kind == "save":
            document.mark_saved(Path("x.md"), document.text, None)
        else:
            document.apply(transaction(document, kind, words, at, merge))
        now[0] += pause
        assert followed[0] == document.text
        assert document.modified == (document.text != document.saved_text)
    while document.redo():
        pass
    last = document.text
    while document.undo():
        pass
    assert document.text == text
    while document.redo():
        pass
    assert document.text == last == followed[0]
