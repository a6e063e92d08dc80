"""The pages of a judgement: budget, overlaps, duplicates, and own examples that go astray."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from agenteditor.core.budget import LIMITS, TOKENS, Cost, State
from agenteditor.core.checks_text import LONG_DESCRIPTION
from agenteditor.core.judgement import Judgement, percent
from agenteditor.core.router import CHARACTERS_A_TOKEN
from agenteditor.ui import labels, theme
from agenteditor.ui.icons import coloured_icon, icon, severity_icon
from agenteditor.ui.judge_rows import JudgeRows, Row
from agenteditor.ui.qtext import tool_tip


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("judge_pages", text)


class Page(QWidget):
    """Words on top and a list below. ``opened`` carries the Path of an agent that was chosen."""

    opened = Signal(object)

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GAP)
        for part in parts:
            layout.addWidget(part, 1 if isinstance(part, JudgeRows) else 0)
            if isinstance(part, JudgeRows):
                part.opened.connect(self.opened)

    def show_waiting(self, sentence: str) -> None:
        """Say in a sentence why there is nothing yet."""
        for rows in self.findChildren(JudgeRows):
            rows.show_nothing(sentence)


class BudgetPage(Page):
    """What the descriptions cost, folder by folder, and which are the longest."""

    def __init__(self) -> None:
        numbers = [tr("Agents"), tr("Not loaded"), tr("Characters"), tr("≈ tokens")]
        self.costs = JudgeRows(
            tr("What is loaded together"),
            [tr("Folder"), *numbers, tr("Limit")],
            (0.6, 0, 0, 0, 0, 0.4),
            sentence=5,
            numbers=(1, 2, 3, 4),
        )
        self.longest = JudgeRows(
            tr("The longest descriptions"),
            [tr("Agent"), tr("Characters"), tr("≈ tokens"), tr("File")],
            (0.5, 0, 0, 0.5),
            sentence=3,
            numbers=(1, 2),
        )
        limits = labels.wrapped(
            tr(
                "Limits: {0:,} tokens in all are Claude Code's own warning; {1:,} characters each are "
                "advised by Anthropic's guide. A token is counted as {2} characters."
            ).format(TOKENS, LONG_DESCRIPTION, CHARACTERS_A_TOKEN)
        )
        limits.setToolTip(
            tool_tip("\n".join(f"{limit.what}: {limit.number}. {limit.source}" for limit in LIMITS))
        )
        super().__init__(
            labels.wrapped(
                tr(
                    "The descriptions of all agents that load are before the model on every turn, called or "
                    "not. Names and lists of tools come on top."
                )
            ),
            self.costs,
            _heading(tr("The longest descriptions")),
            self.longest,
            limits,
        )

    def show_judgement(self, judgement: Judgement, root: Path) -> None:
        """Show what it says of the budget."""
        costs = judgement.budget
        rows: list[Row] = []
        for scope in costs.scopes:
            program = f" ({scope.cost.program})" if len(costs.together) > 1 else ""
            name = _where(scope.scope, root)
            rows.append(_cost_row(f"{name}{program}", scope.cost, str(scope.scope)))
            if len(scope.folders) > 1:
                rows += [
                    _cost_row(f"    {folder or tr('(the top folder)')}", cost, "", part=True)
                    for folder, cost in scope.folders
                ]
        for cost in costs.together:
            if sum(scope.cost.program == cost.program for scope in costs.scopes) > 1:
                rows.append(_cost_row(tr("All of them at once ({0})").format(cost.program), cost, ""))
        _show(self.costs, rows, tr("No agent loads, so nothing is paid."))
        longest = [
            Row(
                (
                    agent.shown_name,
                    f"{len(agent.description):,}",
                    f"{agent.tokens:,}",
                    _where(agent.path, root),
                ),
                (agent.path,),
                severity_icon("warning") if agent in costs.long else icon("agent"),
            )
            for agent in costs.dearest
        ]
        _show(self.longest, longest, tr("There is no description."))


class OverlapPage(Page):
    """Which agents say that they are for the same things."""

    def __init__(self) -> None:
        self.rows = JudgeRows(
            tr("Agents that overlap"),
            [tr("Agent"), tr("And"), tr("Overlap"), tr("Words they share")],
            (0.28, 0.28, 0.16, 0.5),
            sentence=3,
        )
        text = tr(
            "How far two agents are for the same things, by the words they share that tell agents apart. "
            "Enter opens both."
        )
        super().__init__(labels.wrapped(text), self.rows)

    def show_judgement(self, judgement: Judgement, root: Path) -> None:
        """Show the groups with one description, then the pairs."""
        rows = [
            Row(
                (
                    group[0].shown_name,
                    ", ".join(agent.shown_name for agent in group[1:4]) + (" …" if len(group) > 4 else ""),
                    tr("the same"),
                    tr("{0} agents have the very same description.").format(len(group)),
                ),
                tuple(agent.path for agent in group[1::-1]),
                severity_icon("warning"),
                "\n".join(_where(agent.path, root) for agent in group[:20]),
            )
            for group in judgement.same
        ]
        words = {"much": tr("{0}, much"), "some": tr("{0}, some")}
        rows += [
            Row(
                (
                    one.one.shown_name,
                    one.other.shown_name,
                    words[one.degree].format(percent(one.measure)),
                    ", ".join(one.words),
                ),
                (one.other.path, one.one.path),
                severity_icon("warning" if one.degree == "much" else "info"),
                f"{_where(one.one.path, root)}\n{_where(one.other.path, root)}",
            )
            for one in judgement.overlaps
        ]
        _show(self.rows, rows, tr("No two agents overlap."))


class DuplicatePage(Page):
    """Names that more than one agent has."""

    def __init__(self) -> None:
        self.rows = JudgeRows(
            tr("Agents of one name"),
            [tr("Name"), tr("What happens"), tr("File")],
            (0.3, 0.3, 0.6),
            sentence=2,
        )
        text = tr(
            "Of agents with one name in one folder of agents one is loaded, whichever is read first; the "
            "others are not, without a word. Of those in several folders in use the nearest one wins."
        )
        super().__init__(labels.wrapped(text), self.rows)

    def show_judgement(self, judgement: Judgement, root: Path) -> None:
        """Show the files of each name."""
        rows = [
            Row(
                (agent.shown_name, one.short, _where(agent.path, root)),
                (agent.path,),
                severity_icon("warning" if one.clash else "info"),
            )
            for one in judgement.duplicates
            for agent in one.agents
        ]
        _show(self.rows, rows, tr("Every name stands for one agent."))


class ExamplePage(Page):
    """Examples that another agent would take."""

    def __init__(self) -> None:
        self.rows = JudgeRows(
            tr("Examples that may go astray"),
            [tr("Agent"), tr("Request"), tr("What would happen")],
            (0.22, 0.36, 0.6),
            sentence=2,
        )
        text = tr(
            "Each agent's own examples, asked of all agents: as they are, and as if the example were not in "
            "the description. Words are counted; the real router is a model."
        )
        super().__init__(labels.wrapped(text), self.rows)

    def show_judgement(self, judgement: Judgement, root: Path) -> None:
        """Show the examples, those that are taken first."""
        taken = tr("{0} takes it, by: {1}")
        rescued = tr("Its own by the example's very words; without them {0} takes it, by: {1}")
        rows = [
            Row(
                (
                    one.agent.shown_name,
                    one.short,
                    (taken if one.outcome == "taken" else rescued).format(
                        one.taker.shown_name, ", ".join(one.words)
                    ),
                ),
                (one.agent.path,),
                severity_icon("warning" if one.outcome == "taken" else "info"),
                f"{_where(one.agent.path, root)}\n{_where(one.taker.path, root)}",
            )
            for one in judgement.strays
        ]
        asked = sum(len(agent.examples) for agent in judgement.index.agents)
        nothing = tr("All examples ({0}) lead to their own agents.").format(asked)
        _show(self.rows, rows, nothing if asked else tr("No agent that loads has an example."))


def _show(rows: JudgeRows, found: list[Row], nothing: str) -> None:
    if found:
        rows.show_rows(found)
    else:
        rows.show_nothing(nothing)


def _cost_row(name: str, cost: Cost, tip: str, *, part: bool = False) -> Row:
    numbers = (cost.agents, cost.idle, cost.characters, cost.tokens)
    if part:
        return Row((name, *(f"{number:,}" for number in numbers), ""), (), None, tip)
    state = _states()[cost.state].format(percent(cost.tokens / TOKENS), f"{TOKENS:,}")
    return Row((name, *(f"{number:,}" for number in numbers), state), (), _SIGNS[cost.state](), tip)


def _states() -> dict[State, str]:
    return {
        "fits": tr("{0} of {1}"),
        "near": tr("near: {0} of {1}"),
        "over": tr("over: {0} of {1}"),
        "no limit": tr("no limit known"),
    }


_SIGNS: dict[State, Callable[[], QIcon]] = {
    "fits": lambda: coloured_icon("ok", "good"),
    "near": lambda: severity_icon("info"),
    "over": lambda: severity_icon("warning"),
    "no limit": lambda: icon("folder"),
}


def _where(path: Path, root: Path) -> str:
    return tr("The whole folder") if path == root else path.relative_to(root).as_posix()


def _heading(text: str) -> QLabel:
    label = labels.wrapped(text)
    label.setFont(theme.heading_font(label))
    return label
