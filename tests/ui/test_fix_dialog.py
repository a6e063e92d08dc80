"""A change is shown before it is made: what it does, what kind it is, and Enter or Esc decide."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from agenteditor.core.checks import Fix
from agenteditor.core.syntax import parse
from agenteditor.core.triggers import Plan, to_prose
from agenteditor.ui import fix_dialog
from agenteditor.ui.fix_dialog import FixDialog, Offer
from agenteditor.ui.fix_menu import fix_text
from agenteditor.ui.review_dialog import ReviewDialog
from agenteditor.ui.trigger_dialog import TriggerDialog

BEFORE = "---\nname: a\nmodel: gtp\n---\n" + "line\n" * 40
AFTER = BEFORE.replace("gtp", "opus")


@dataclass
class Preferences:
    apply_safe_fixes: bool = False


def offer(*, safe: bool = True, steps: tuple[str, ...] = ()) -> Offer:
    return Offer("Write <b>“opus”</b>", BEFORE, AFTER, safe, steps)


def shown(qtbot: QtBot, dialog: ReviewDialog) -> ReviewDialog:
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def sentences(dialog: ReviewDialog) -> list[str]:
    labels = [label for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels if label.text())
    return [label.text() for label in labels if label.text()]


def test_it_says_what_the_fix_does_and_of_what_kind_it_is_and_shows_the_difference(qtbot: QtBot) -> None:
    safe = shown(qtbot, FixDialog(offer(), Preferences()))
    assert "Write <b>“opus”</b>" in sentences(safe)
    assert "Safe: it only makes the file say what it plainly means." in sentences(safe)
    assert "1 line removed · 1 line added" in sentences(safe)
    unsafe = shown(qtbot, FixDialog(offer(safe=False), Preferences()))
    assert any(text.startswith("Needs your decision: ") for text in sentences(unsafe))


@pytest.mark.parametrize("size", [(860, 560), (620, 420)])
def test_however_much_is_said_the_difference_and_the_buttons_keep_their_room(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    steps = tuple(f"Step {number}. " + "[U+202E]word" * 150 for number in range(20))
    dialog = shown(qtbot, FixDialog(offer(steps=steps), Preferences()))
    dialog.resize(*size)
    qtbot.waitUntil(lambda: dialog.diff.height() >= dialog.height() / 3)
    for button in dialog.findChildren(QAbstractButton):
        assert button.height() >= min(button.sizeHint().height(), 24), button.text() or button.toolTip()
    said = dialog.findChild(QScrollArea)
    assert said.verticalScrollBar().maximum() > 0
    assert said.accessibleName()
    last = [label for label in said.findChildren(QLabel) if label.text() == "and 8 more"]
    said.setFocus()
    for _ in range(20):
        qtbot.keyClick(said, Qt.Key.Key_PageDown)
    assert said.verticalScrollBar().value() == said.verticalScrollBar().maximum()
    assert len(last) == 1 and last[0].visibleRegion().boundingRect().height() == last[0].height()


def test_what_is_said_in_a_few_lines_takes_no_more_room_than_they_need(qtbot: QtBot) -> None:
    dialog = shown(qtbot, FixDialog(offer(steps=("One step.",)), Preferences()))
    said = dialog.findChild(QScrollArea)
    qtbot.waitUntil(lambda: said.height() == said.widget().height())
    assert said.verticalScrollBar().maximum() == 0
    assert said.focusPolicy() == Qt.FocusPolicy.NoFocus


@pytest.mark.parametrize(("key", "accepted"), [(Qt.Key.Key_Return, True), (Qt.Key.Key_Escape, False)])
def test_enter_applies_and_escape_leaves_all_as_it_is(qtbot: QtBot, key: Qt.Key, accepted: bool) -> None:
    dialog = shown(qtbot, FixDialog(offer(), Preferences()))
    focused = dialog.focusWidget()
    assert focused is dialog.accept_button and dialog.accept_button.isDefault()
    qtbot.keyClick(focused, key)
    assert (dialog.result() == FixDialog.DialogCode.Accepted) is accepted
    assert not dialog.isVisible()


@pytest.mark.parametrize("accepted", [True, False])
def test_the_wish_not_to_be_asked_is_remembered_with_the_fix(qtbot: QtBot, accepted: bool) -> None:
    preferences = Preferences()
    dialog = shown(qtbot, FixDialog(offer(), preferences))
    assert isinstance(dialog, FixDialog) and not dialog.without_asking.isChecked()
    dialog.without_asking.click()
    (dialog.accept if accepted else dialog.reject)()
    assert preferences.apply_safe_fixes is accepted


def test_all_steps_are_named_and_of_very_many_how_many_more(qtbot: QtBot) -> None:
    steps = tuple(f"Step {number}" for number in range(20))
    said = sentences(shown(qtbot, FixDialog(offer(steps=steps), Preferences())))
    named = [text for text in said if text.startswith("Step ")]
    assert named == list(steps[: len(named)])
    assert f"and {20 - len(named)} more" in said


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("without_asking", [True, False])
@pytest.mark.parametrize("answer", [True, False])
def test_only_safe_fixes_are_applied_without_a_question_and_only_if_that_is_wanted(
    monkeypatch: pytest.MonkeyPatch, safe: bool, without_asking: bool, answer: bool
) -> None:
    asked: list[Offer] = []
    monkeypatch.setattr(fix_dialog, "ask", lambda _parent, one, _kept: bool(asked.append(one)) or answer)
    parent = QWidget()
    agreed = fix_dialog.agreed(parent, offer(safe=safe), Preferences(without_asking))
    assert asked == ([] if safe and without_asking else [offer(safe=safe)])
    assert agreed is (answer if asked else True)


def test_a_menu_says_of_each_fix_whether_it_is_safe() -> None:
    assert fix_text(Fix("Cut & paste", (), safe=True)) == "Cut && paste\tsafe"
    assert fix_text(Fix("Guess", (), safe=False)) == "Guess\tneeds your decision"


def test_a_conversion_says_what_it_costs_and_what_is_not_kept(qtbot: QtBot, seed_text: str) -> None:
    text = seed_text.replace(" <commentary>", "\\n<function call omitted> <commentary>", 1)
    plan = to_prose(parse(text))
    assert isinstance(plan, Plan)
    dialog = shown(qtbot, TriggerDialog(text, plan))
    said = " ".join(sentences(dialog))
    for number in (plan.before.description, plan.after.description, plan.before.prompt, plan.after.prompt):
        assert f"{number:,}" in said
    for number in (
        plan.before.tokens,
        plan.after.tokens,
        plan.before.prompt_tokens,
        plan.after.prompt_tokens,
    ):
        assert f"{number:,}" in said
    assert "Not kept: Example 1: “<function call omitted>”" in said
    assert not dialog.diff.is_empty


def test_a_change_below_long_lines_is_in_sight(qtbot: QtBot, seed_text: str) -> None:
    before = seed_text.replace("model: sonnet", "modle: sonnet")
    dialog = FixDialog(Offer("Rename", before, seed_text, True), Preferences())
    dialog.resize(600, 400)
    shown(qtbot, dialog)
    rows = dialog.diff.list
    at = next(i for i, entry in enumerate(dialog.diff.entries) if getattr(entry, "kind", "same") != "same")
    place = rows.visualRect(dialog.diff.model.index(at))
    assert rows.viewport().rect().contains(place)
