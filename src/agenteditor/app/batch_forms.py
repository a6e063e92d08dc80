"""What a batch needs to know: which rule, field, name or folder. Each form makes the plan of its answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QWidget

from agenteditor.core import batch_edits
from agenteditor.core.batch import Planner, Progress
from agenteditor.core.checks_rules import RULES
from agenteditor.core.dialect import claude_code
from agenteditor.core.fixing import Which
from agenteditor.ui import theme
from agenteditor.ui.fields_text import LineEdit
from agenteditor.ui.qtext import plain

Counting = Generator[Progress, None, Any]


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("batch_forms", text)


class Form(QWidget):
    """A form. ``changed``: the answer is another one now."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows = QFormLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(theme.GAP)

    def counting(self) -> Counting | None:
        """What has to be looked for before the question can be asked, in steps; None for nothing."""
        return None

    def counted(self, found: Any) -> None:  # noqa: ANN401  # what the counting returned
        """Take what was looked for."""

    def planner(self) -> Planner | str:
        """The planner for the present answer; a sentence if there is none yet."""
        raise NotImplementedError

    def focus_first(self) -> bool:
        """Put the focus on the first question; whether there is one."""
        item = self.rows.itemAt(0, QFormLayout.ItemRole.FieldRole)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.setFocus()
        return widget is not None

    def add_row(self, text: str, widget: QWidget) -> None:
        """A question with a letter of its own."""
        label = QLabel(text)
        label.setBuddy(widget)
        widget.setAccessibleName(text.replace("&", ""))
        self.rows.addRow(label, widget)


class NoForm(Form):
    """Nothing to ask: ``sentence`` says what is done."""

    def __init__(self, sentence: str, make: Callable[[], Planner]) -> None:
        super().__init__()
        self._make = make
        label = QLabel(plain(sentence))
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        self.rows.addRow(label)

    def focus_first(self) -> bool:
        return False

    def planner(self) -> Planner | str:
        return self._make()


class RuleForm(Form):
    """Which rule to fix, of those that speak up in these files."""

    def __init__(self, paths: Sequence[Path], unsaved: Collection[Path]) -> None:
        super().__init__()
        self._paths, self._unsaved = paths, unsaved
        self.rule = _choice()
        self.rule.currentIndexChanged.connect(self.changed)
        self.any_fix = QCheckBox(tr("Also fixes that need a &decision: look at each below"))
        self.any_fix.toggled.connect(self.changed)
        self.add_row(tr("&Rule"), self.rule)
        self.rows.addRow("", self.any_fix)

    def counting(self) -> Counting:
        return batch_edits.rule_counts(self._paths)

    def counted(self, found: Sequence[batch_edits.RuleCount]) -> None:
        self.rule.clear()
        for one in found:
            words = tr("{0}: {1} ({2} findings in {3} files, {4} with a safe fix)").format(
                one.code, RULES[one.code].title, one.findings, len(one.files), one.safe
            )
            self.rule.addItem(plain(words), one)

    def planner(self) -> Planner | str:
        count = self.rule.currentData()
        if count is None:
            return tr("No rule that has a fix speaks up in these files.")
        which: Which = "any" if self.any_fix.isChecked() else "safe"
        return batch_edits.fix_rule(count.files, count.code, which, self._unsaved)


class FieldForm(Form):
    """Which field to set, and to what."""

    def __init__(self, paths: Sequence[Path], make: Callable[[str, str], Planner]) -> None:
        super().__init__()
        self._set = make
        self.field = _choice(editable=True)
        self.field.addItems(
            [spec.key for spec in claude_code().fields if spec.key != "name" or len(paths) == 1]
        )
        self.field.setCurrentText("model")
        self.field.currentTextChanged.connect(self._offer_values)
        self.value = _choice(editable=True)
        self.value.currentTextChanged.connect(self.changed)
        self.add_row(tr("&Field"), self.field)
        self.add_row(tr("&Value"), self.value)
        self._offer_values()

    def _offer_values(self) -> None:
        spec = claude_code().spec(self.field.currentText().strip())
        typed = self.value.currentText()
        self.value.blockSignals(True)
        self.value.clear()
        self.value.addItems(list(spec.choices) if spec is not None else [])
        self.value.setCurrentText(typed)
        self.value.blockSignals(False)
        self.changed.emit()

    def planner(self) -> Planner | str:
        key, value = self.field.currentText().strip(), self.value.currentText()
        if not key:
            return tr("Choose a field.")
        if not value.strip():
            return tr("Type a value. To take a field away, use Remove a field.")
        return self._set(key, value)


class RemoveForm(Form):
    """Which field to remove, of those that these files have."""

    def __init__(self, paths: Sequence[Path], make: Callable[[str], Planner]) -> None:
        super().__init__()
        self._paths, self._remove = paths, make
        self.field = _choice()
        self.field.currentIndexChanged.connect(self.changed)
        self.add_row(tr("&Field"), self.field)

    def counting(self) -> Counting:
        return batch_edits.field_counts(self._paths)

    def counted(self, found: Sequence[tuple[str, int]]) -> None:
        self.field.clear()
        for key, count in found:
            self.field.addItem(plain(tr("{0} (in {1} files)").format(key, count)), key)
        last = next((at for at, (key, _) in enumerate(found) if key not in ("name", "description")), 0)
        self.field.setCurrentIndex(last)

    def planner(self) -> Planner | str:
        key = self.field.currentData()
        return tr("These files have no fields.") if key is None else self._remove(key)


class NameForm(Form):
    """What an agent is to be called."""

    def __init__(self, old: str, suggestion: str, make: Callable[[str], Planner]) -> None:
        super().__init__()
        self._old, self._make = old, make
        self.name = LineEdit()
        self.name.show_text(suggestion)
        self.name.selectAll()
        self.name.textChanged.connect(self.changed)
        self.add_row(tr("&Name"), self.name)

    def planner(self) -> Planner | str:
        name = self.name.own().strip()
        if not name or name == self._old:
            return tr("Type the new name.")
        return self._make(name)


class FolderForm(Form):
    """Which folder below ``root`` to move to; it may be new."""

    def __init__(self, root: Path, folders: Sequence[str], make: Callable[[Path], Planner]) -> None:
        super().__init__()
        self._root, self._move = root, make
        self.folder = _choice(editable=True)
        self._folders = {plain(folder): folder for folder in folders}
        self.folder.addItems(list(self._folders))
        self.folder.setCurrentText("")
        line = self.folder.lineEdit()
        assert line is not None, "it can be edited"
        line.setPlaceholderText(tr("A sub-folder of {0}; it may be new").format(plain(root.name)))
        self.folder.currentTextChanged.connect(self.changed)
        self.add_row(tr("&Folder"), self.folder)

    def planner(self) -> Planner | str:
        typed = self.folder.currentText().strip()
        typed = self._folders.get(typed, typed)
        if not typed:
            return tr("Choose a folder, or type the name of a new one; “.” is the top.")
        if "\0" in typed:
            return tr("No folder can have this name.")
        # Not resolve(): it would leave the folder by a link that a person put there on purpose.
        folder = Path(os.path.normpath(self._root / typed))
        if not folder.is_relative_to(self._root):
            return tr("Choose a folder inside {0}.").format(plain(str(self._root)))
        return self._move(folder)


def _choice(*, editable: bool = False) -> QComboBox:
    box = QComboBox()
    box.setEditable(editable)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(24)
    return box
