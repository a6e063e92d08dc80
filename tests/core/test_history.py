"""Undo and redo: what joins into one step, what stands alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.history import MERGE_SECONDS, History
from agenteditor.core.text import apply, replace


class Typist:
    """A text with a history and a clock that tests can set."""

    def __init__(self, text=""):
        self.text, self.now = text, 0.0
        self.history = History(lambda: self.now)

    def edit(self, start, end, insert, merge=None, label="Edit"):
        edits = (replace(start, end, insert),)
        self.history.record(self.text, edits, label, merge)
        self.text = apply(self.text, edits)

    def type(self, at, words, merge="key", pause=0.1):
        for index, letter in enumerate(words):
            self.edit(at + index, at + index, letter, merge)
            self.now += pause

    def undo(self):
        edits = self.history.undo(self.text)
        self.text = self.text if edits is None else apply(self.text, edits)
        return edits is not None

    def redo(self):
        edits = self.history.redo(self.text)
        self.text = self.text if edits is None else apply(self.text, edits)
        return edits is not None


def test_typing_in_one_go_is_one_step():
    typist = Typist()
    typist.type(0, "hello")
    assert typist.undo()
    assert typist.text == ""
    assert not typist.undo()
    assert typist.redo()
    assert typist.text == "hello"


def test_a_letter_typed_and_deleted_at_once_leaves_nothing_to_undo():
    typist = Typist("ab")
    typist.edit(2, 2, "c", label="Earlier")
    typist.type(1, "x")
    typist.edit(1, 2, "", "key")
    assert (typist.text, typist.history.undo_label) == ("abc", "Earlier")
    typist.type(1, "y")  # begins a step of its own
    typist.undo()
    assert typist.text == "abc"
    assert typist.undo() and typist.text == "ab"


def test_a_letter_replaced_by_another_of_the_same_step_is_still_a_step():
    typist = Typist("ab")
    typist.type(1, "x")
    typist.edit(0, 1, "", "key")
    assert typist.text == "xb"
    assert typist.undo() and typist.text == "ab"


def test_a_pause_of_a_second_begins_a_new_step():
    typist = Typist()
    typist.type(0, "ab")
    typist.now += MERGE_SECONDS
    typist.type(2, "cd")
    typist.undo()
    assert typist.text == "ab"


def test_typing_elsewhere_begins_a_new_step():
    typist = Typist("0123456789")
    typist.type(0, "ab")
    typist.type(9, "cd")
    typist.undo()
    assert typist.text == "ab0123456789"


def test_another_field_or_no_merge_key_begins_a_new_step():
    typist = Typist()
    typist.type(0, "a", merge="one")
    typist.type(1, "b", merge="two")
    typist.type(2, "c", merge=None)
    typist.type(3, "d", merge=None)
    steps = 0
    while typist.undo():
        steps += 1
    assert steps == 4


def test_sealing_ends_the_step():
    typist = Typist()
    typist.type(0, "ab")
    typist.history.seal()
    typist.type(2, "cd")
    typist.undo()
    assert typist.text == "ab"


def test_undo_ends_the_step_and_a_new_change_forgets_redo():
    typist = Typist()
    typist.type(0, "ab")
    typist.undo()
    typist.type(0, "x")
    assert typist.history.redo_label is None
    typist.undo()
    assert typist.text == ""


def test_backspacing_is_one_step_too():
    typist = Typist("hello")
    for end in (5, 4, 3):
        typist.edit(end - 1, end, "", "key")
    assert typist.text == "he"
    typist.undo()
    assert typist.text == "hello"


def test_the_labels_are_those_of_the_steps():
    typist = Typist()
    typist.edit(0, 0, "a", label="Change name")
    assert (typist.history.undo_label, typist.history.redo_label) == ("Change name", None)
    typist.undo()
    assert (typist.history.undo_label, typist.history.redo_label) == (None, "Change name")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(0, 3), st.text("ab\n", max_size=3), st.sampled_from([None, "k"])
        )
    )
)
def test_undo_to_the_start_and_redo_to_the_end_restore_every_text(changes):
    typist = Typist("0123456789")
    for at, length, insert, merge in changes:
        start = min(at, len(typist.text))
        typist.edit(start, min(start + length, len(typist.text)), insert, merge)
        typist.now += 0.3
    last = typist.text
    while typist.undo():
        pass
    assert typist.text == "0123456789"
    while typist.redo():
        pass
    assert typist.text == last
