"""The plan of an export as rows: what happens to each file, and below it what becomes of its fields.

What needs a look comes first. A file whose agent could do more than before has a box: only when it is
ticked is the file written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QTreeWidgetItem

from agenteditor.core.checks import Severity
from agenteditor.core.convert_report import Fate, Item
from agenteditor.core.export import Entry, Plan, Refused, State
from agenteditor.ui.icons import coloured_icon, icon, severity_icon, side
from agenteditor.ui.qtext import plain, tool_tip
from agenteditor.ui.sentence_rows import SentenceRows

_ORDER: tuple[State, ...] = ("waiting", "conflict", "removed", "new", "replaced", "left", "same")
MOST_PLAIN = 500  # rows of files of which there is nothing to say
_ENTRY = Qt.ItemDataRole.UserRole


class ExportRows(SentenceRows):
    """The rows. ``accepted`` has the agents' files whose box was changed, and whether it is ticked now."""

    accepted = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__(3, sentence=2)
        self.setAccessibleName(self.tr("What would be written"))
        self.setHeaderLabels([self.tr("What happens"), self.tr("File"), self.tr("Why")])
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setRootIsDecorated(True)
        self.resized.connect(self._fit)
        self.itemChanged.connect(self._tell)

    def show_plan(self, plan: Plan | None) -> None:
        """Show a plan instead of the one before; what was opened, or had the focus, still is and has."""
        present = next((item.text(1) for item in self.selectedItems()), None)
        opened = {item.text(1) for item in self.rows() if item.isExpanded()}
        place = self.verticalScrollBar().value()
        self.blockSignals(True)  # a box that is drawn is not one that was clicked
        self.clear()
        if plan is not None:
            entries = sorted(plan.entries, key=lambda entry: _ORDER.index(entry.state))
            needed = sum(entry.state == "waiting" for entry in entries)
            plain_ones = [entry for entry in entries if not entry.note and not entry.losses]
            hidden = set(map(id, plain_ones[MOST_PLAIN:]))
            items = [_entry_row(entry) for entry in entries if id(entry) not in hidden]
            items[needed:needed] = [_refused_row(refused) for refused in plan.refused]
            items += [_rest_row(plain_ones[MOST_PLAIN:])] if hidden else []
            self.addTopLevelItems(items)
            for item in items:
                item.setExpanded(item.text(1) in opened)
                if item.text(1) == present:
                    self.setCurrentItem(item)
        self.blockSignals(False)
        self._fit()
        self.verticalScrollBar().setValue(place)

    def _fit(self) -> None:
        """The reasons have what is left by the files, and half of the width at least."""
        state = self.needed(0) + side(self) + self.indentation() + self._boxes()
        left = self.room() - state
        file = min(self.needed(1), left // 2)
        self.share(state, file, left - file)

    def _boxes(self) -> int:
        """The width in pixels of a box, where one is shown, and of the rows below the files."""
        words = [_fate_words()[fate] for fate in ("approximated", "widened")]
        below = max(self.fontMetrics().horizontalAdvance(word) for word in words) + self.indentation()
        shown = any(item.childCount() for item in self.rows())
        box = any(item.data(0, Qt.ItemDataRole.CheckStateRole) is not None for item in self.rows())
        more = below - self.needed(0) + side(self) if shown else 0
        return max(more, 0) + (side(self) + 6 if box else 0)

    def _tell(self, item: QTreeWidgetItem, column: int) -> None:
        sources = item.data(0, _ENTRY)
        if column == 0 and sources:
            self.accepted.emit(frozenset(sources), item.checkState(0) == Qt.CheckState.Checked)


def _entry_row(entry: Entry) -> QTreeWidgetItem:
    texts = [_words()[entry.state], plain(entry.path), plain(_note(entry))]
    item = QTreeWidgetItem(texts)
    item.setIcon(0, _icon(entry))
    item.setToolTip(1, tool_tip(entry.path))
    if entry.widened:
        waits = entry.state == "waiting"
        item.setCheckState(0, Qt.CheckState.Unchecked if waits else Qt.CheckState.Checked)
        item.setData(0, _ENTRY, entry.sources)
        item.setToolTip(0, _tr("Tick it to write the agent all the same"))
    for loss in entry.losses:
        item.addChild(_loss_row(loss))
    return item


def _loss_row(loss: Item) -> QTreeWidgetItem:
    row = QTreeWidgetItem([_fate_words()[loss.fate], plain(loss.field), plain(loss.reason)])
    row.setIcon(0, severity_icon(_SEVERITIES[loss.fate]))
    row.setToolTip(1, tool_tip(loss.field))
    return row


def _refused_row(refused: Refused) -> QTreeWidgetItem:
    item = QTreeWidgetItem([_tr("refused"), plain(refused.path.name), plain(refused.reason)])
    item.setIcon(0, severity_icon("error"))
    item.setToolTip(1, tool_tip(str(refused.path)))
    return item


def _rest_row(entries: Sequence[Entry]) -> QTreeWidgetItem:
    """One row for many files of which there is nothing to say."""
    words, counts = _words(), Counter(entry.state for entry in entries)
    said = ", ".join(f"{count} {words[state]}" for state, count in counts.items())
    item = QTreeWidgetItem(["…", _tr("{0} more files").format(len(entries)), said])
    item.setIcon(0, severity_icon("info"))
    return item


def _note(entry: Entry) -> str:
    """The note, and how much of the agent is not kept."""
    words = _fate_words()
    fates: list[Fate] = ["widened", "lost", "approximated"]
    counts = {fate: sum(item.fate == fate for item in entry.losses) for fate in fates}
    said = ", ".join(f"{count} {words[fate]}" for fate, count in counts.items() if count)
    note = "; ".join(part for part in (said, entry.note) if part)
    return note[:1].upper() + note[1:]


def _icon(entry: Entry) -> QIcon:
    if entry.state in ("waiting", "conflict", "removed"):
        return severity_icon("warning")
    if entry.state == "same":
        return coloured_icon("ok", "good")
    return severity_icon("info") if entry.state == "left" else icon(_ICONS[entry.state])


def _words() -> dict[State, str]:
    return {
        "new": _tr("new"),
        "replaced": _tr("replaced"),
        "same": _tr("unchanged"),
        "conflict": _tr("kept"),
        "waiting": _tr("waits"),
        "removed": _tr("removed"),
        "left": _tr("left"),
    }


def _fate_words() -> dict[Fate, str]:
    return {
        "kept": _tr("kept"),
        "approximated": _tr("approximated"),
        "lost": _tr("lost"),
        "widened": _tr("widened"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportRows", text)


_ICONS: dict[State, str] = {"new": "add", "replaced": "refresh"}
_SEVERITIES: dict[Fate, Severity] = {
    "kept": "info",
    "approximated": "info",
    "lost": "warning",
    "widened": "error",
}
