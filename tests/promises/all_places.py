"""Every place of the window where a text from outside can stand, opened one after the other.

Used by the tests of what is shown, and as a program of its own under strace by those of what is opened:
``python -m tests.promises.all_places FOLDER`` makes two files around the work, ``begin`` and ``end``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPoint,
    Qt,
)
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QStatusBar,
    QTabBar,
    QTextEdit,
    QToolTip,
    QWidget,
)
from shiboken6 import isValid

from agenteditor.app import batch_commands, dialogs
from agenteditor.app.batch_dialog import BatchDialog
from agenteditor.app.commands import make_window
from agenteditor.app.convert_dialog import ConvertDialog
from agenteditor.app.export_dialog import ExportDialog
from agenteditor.app.import_catalog_dialog import ImportCatalogDialog
from agenteditor.app.import_dialog import ImportDialog, found_in_files
from agenteditor.app.judge_dialog import JudgeDialog
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.app.window import Window
from agenteditor.core import import_sources
from agenteditor.core.document import Transaction
from agenteditor.core.merging import merge
from agenteditor.core.text import Refusal, replace
from agenteditor.ui.editor import VIEWS
from agenteditor.ui.fix_dialog import FixDialog, Offer
from agenteditor.ui.merge_view import MergeView, SideWords
from agenteditor.ui.preview import SOURCES

AGENT = """---
name: {0}ab
description: |
  Use this agent when {0} is wanted, or {0}.

  <example>
  Context: A {0} context.
  user: "Do {0} now"
  assistant: "I will {0}"
  <commentary>
  Because {0}.
  </commentary>
  </example>
model: so{0}nnet
color: {0}
tools: Re{0}ad, {0}, Bash(git {0}:*)
permissionMode: {0}
unknown{1}: {0}
list:
  - {0}
---

You are {0}.

## Head {0} & more [*] %1

- One {0}
- {0}

1. Step {0}

| a {0} | b |
| --- | --- |
| {0} | `{0}` |

<rule name="x">
Inside {0}
</rule>

[{0}](https://example.com/) **{0}** *{0}*

```{1}
code {0}
```

> quote {0}
"""
BROKEN = "---\nname: broken{1}\ndescription: [a, {0}\n\tb: {0}: x\n---\nText {0}.\n"


def write_catalog(folder: Path, wild: str, *, in_names: str) -> list[Path]:
    """Files in which ``wild`` stands wherever a text can, and ``in_names`` in their names."""
    top = folder / f"di{in_names}r"
    below = top / f"sub{in_names}"
    below.mkdir(parents=True)
    agent, broken = AGENT.format(wild, in_names), BROKEN.format(wild, in_names)
    texts = {
        top / f"age{in_names}nt.md": agent,
        top / f"bro{in_names}ken.md": broken,
        below / f"second{in_names}.md": agent.replace("ab\n", "cd\n", 1),
        top / f"off{in_names}.md.disabled": agent,
    }
    for path, text in texts.items():
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return list(texts)


class Places:
    """A window on such files. ``each`` opens one place after the other, and names it."""

    def __init__(self, folder: Path, paths: list[Path]) -> None:
        self._folder, self._paths = folder, paths
        self._top = paths[0].parent
        application(Settings(theme="light"))
        self.window: Window = make_window(
            Settings(
                recent_files=[str(path) for path in paths],
                recent_folders=[str(self._top)],
                export_folder=str(self._folder / "out"),
                show_problems=True,
            )
        )
        self.window.resize(1500, 1000)

    def close(self) -> None:
        """Close the window and give up what was changed in it."""
        for editor in self.window.editors():
            editor.document.mark_saved(Path("x.md"), editor.document.text, None)
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def each(self) -> Iterator[tuple[str, list[QWidget]]]:
        """The name of each place and the windows that show it, while it is open."""
        window = self.window
        window.show()
        settle()
        yield "start page", [window]
        window.open_paths(self._paths[:2])
        window.open_folder(self._top)
        wait(lambda: not window.catalog.listing)
        settle()
        for number, editor in enumerate(window.editors()):
            window.documents.setCurrentWidget(editor)
            document = editor.document
            document.apply(Transaction((replace(len(document.text), len(document.text), "end\n"),), "Typing"))
            for view in VIEWS if number == 0 else ("details", "source"):
                window.show_view(view)
                settle()
                yield f"{view} of {number}", [window]
            for source in SOURCES if number == 0 else SOURCES[-1:]:
                editor.preview.show_source(source)
                settle()
                yield f"preview: {source}", [window]
            window.say(f"Said {document.path}")
            menus = [editor.problems.menu_of(problem) for problem in document.problems]
            for problem in document.problems[:4]:
                editor.show_problem(problem)
                yield f"problem {problem.code}", [window, *menus]
            for menu in menus:
                menu.deleteLater()
        window.documents.setCurrentIndex(0)
        yield from self._sections()
        yield from self._boxes()
        for name, dialog in self._dialogs():
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
            dialog.show()
            settle()
            wait(lambda one=dialog: _is_ready(one))
            yield name, [dialog]
            if isinstance(dialog, JudgeDialog):
                dialog.who.request.setText("do it now, use this agent")
                for index in range(dialog.tabs.count()):
                    dialog.tabs.setCurrentIndex(index)
                    settle()
                    yield f"judge: page {index}", [dialog]
            dialog.reject() if isinstance(dialog, QDialog) else dialog.close()
            dialog.deleteLater()

    def _sections(self) -> Iterator[tuple[str, list[QWidget]]]:
        window = self.window
        editor = window.present_editor()
        window.show_view("prompt")
        for number in range(len(editor.document.syntax.sections)):
            editor.sections.choose((number,))
            settle()
            yield f"section {number}", [window]

    def _boxes(self) -> Iterator[tuple[str, list[QWidget]]]:
        window = self.window
        window.actions_["find-all"].trigger()
        pane = next(dock for dock in window.findChildren(QWidget, "search"))
        line = next(one for one in pane.findChildren(QLineEdit) if one.isVisible())
        line.setText("an")
        wait(lambda: not pane.view.is_busy)  # type: ignore[attr-defined]
        settle()
        yield "search", [window]
        pane.hide()
        for typed in ("", "@", ">"):
            window.actions_["go-to"].trigger()
            box = QApplication.focusWidget()
            assert isinstance(box, QLineEdit)
            box.setText(typed)
            settle()
            yield f"go to {typed}", [window]
        box.parentWidget().hide()
        window.catalog.filter_line.setText("a")
        settle()
        yield "filtered catalog", [window]
        window.catalog.filter_line.setText("")

    def _dialogs(self) -> Iterator[tuple[str, QWidget]]:
        window, paths = self.window, self._paths
        document = window.present_editor().document
        seen: list[QWidget] = []
        for name, make in (
            ("set a field", batch_commands.set_field),
            ("rename", batch_commands.rename_agent),
            ("move", batch_commands.move),
            ("delete", batch_commands.delete),
        ):
            make(window, paths[:1] if name == "rename" else paths[:3])
            found = [one for one in window.findChildren(BatchDialog) if one not in seen]
            seen += found
            for dialog in found:
                yield name, dialog
        yield "export", ExportDialog(window.documents_to_export(), window.settings, window)
        yield "convert", ConvertDialog(document, window)
        source = import_sources.opened(paths[2].parent)
        if not isinstance(source, Refusal):
            yield "import a catalog", ImportCatalogDialog(source, self._top, f"From {self._top}", (), window)
        yield "import", ImportDialog(found_in_files(paths), window)
        yield "judge", JudgeDialog([self._top], dict, window)
        text = document.text
        steps = tuple(problem.message for problem in document.problems)
        offer = Offer(f"Fix {paths[0].name}", text, text.replace("One", "Two"), safe=True, steps=steps)
        yield "fix", FixDialog(offer, window.settings, window)
        sides = SideWords(*[("ours", "theirs")] * 4)
        merging = MergeView(f"Here {paths[0].name}", "After", sides)
        merging.show_merge(merge(text, text.replace("One", "Two"), text.replace("One", "Three")), {})
        yield "merge", merging
        box = dialogs._box(window, QMessageBox.Icon.Warning, f"No {paths[0]}", f"{paths[1]}\n{text[:400]}")
        yield "message", box


def _is_ready(dialog: QWidget) -> bool:
    if isinstance(dialog, BatchDialog):
        return dialog.stage in ("ready", "asking")
    if isinstance(dialog, JudgeDialog):
        return not dialog.work.running
    return not isinstance(dialog, ImportCatalogDialog) or dialog.plan is not None


def settle() -> None:
    """Let what is due happen."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


def wait(condition) -> None:
    """Run the program until something is so."""
    import time

    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never came"
        QApplication.processEvents()


def texts(widget: QWidget) -> Iterator[tuple[str, str]]:
    """Every text that a widget and those in it show or say, each with where it stands."""
    for one in (widget, *widget.findChildren(QWidget)):
        # Each view is looked at when it is in sight; menus are never.
        if not one.isVisible() and not isinstance(one, QMenu):
            continue
        name = f"{type(one).__name__} {one.accessibleName()!a}"
        yield name, one.windowTitle()
        yield f"{name} tool tip", _untipped(one.toolTip())
        yield f"{name} status tip", one.statusTip()
        yield f"{name} help", _untipped(one.whatsThis())
        yield f"{name} accessible name", one.accessibleName()
        yield f"{name} description", one.accessibleDescription()
        match one:
            case QLabel() | QAbstractButton():
                yield f"{name} text", one.text()
            case QLineEdit():
                yield f"{name} text", one.text()
                yield f"{name} placeholder", one.placeholderText()
            case QPlainTextEdit():
                yield f"{name} text", one.document().toRawText().replace("\u2029", "\n")
                yield f"{name} placeholder", one.placeholderText()
            case QTextEdit():
                raw = one.document().toRawText()
                # Breaks of Qt's own: between blocks, within one, around cells.
                yield f"{name} text", re.sub("[\u2028\u2029\ufdd0\ufdd1]", "\n", raw)
            case QComboBox():
                for index in range(one.count()):
                    yield f"{name} entry", one.itemText(index)
            case QGroupBox():
                yield f"{name} title", one.title()
            case QTabBar():
                for index in range(one.count()):
                    yield f"{name} tab", one.tabText(index)
                    yield f"{name} tab tip", _untipped(one.tabToolTip(index))
            case QStatusBar():
                yield f"{name} message", one.currentMessage()
            case QMenu():
                yield f"{name} title", one.title()
            case QAbstractItemView():
                if one.model() is not None:
                    yield from _items(name, one.model(), QModelIndex())
        for action in one.actions():
            yield f"{name} action", action.text()
            yield f"{name} action tip", _untipped(action.toolTip())
            yield f"{name} action status", action.statusTip()


_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.WhatsThisRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


def _items(name: str, model: QAbstractItemModel, parent: QModelIndex) -> Iterator[tuple[str, str]]:
    for row in range(min(model.rowCount(parent), 300)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)):
            index = model.index(row, column, parent)
            for role in _ROLES:
                text = index.data(role)
                if isinstance(text, str):
                    yield f"{name} {role.name}", _untipped(text) if role in _ROLES[1:4] else text
        if not isinstance(model, QAbstractListModel):
            yield from _items(name, model, model.index(row, 0, parent))


def _untipped(tip: str) -> str:
    """A tool tip's own text: the program's frame around it taken off, then its escapes."""
    framed = re.fullmatch(r"(?:<p(?: style='white-space: pre-wrap')?>[^<>]*</p>)+", tip)
    return html.unescape(re.sub("<[^<>]*>", " ", tip)) if framed else tip


def hover(widget: QWidget, known: set[str]) -> int:
    """Show the tool tips of the widgets in sight and of their rows, but for those ``known``; how many."""
    count = 0
    for one in (widget, *widget.findChildren(QWidget)):
        if not isValid(one):
            continue  # a tool tip that was grabbed let it go
        points = [QPoint(one.width() // 2, one.height() // 2)]
        target = one
        if isinstance(one, QAbstractScrollArea):
            target = one.viewport()
            points = [QPoint(60, y) for y in range(10, min(target.height(), 130), 24)]
        elif not one.toolTip() or one.toolTip() in known:
            continue
        if not one.isVisible():
            continue
        for point in points:
            QToolTip.hideText()
            QApplication.sendEvent(target, QHelpEvent(QEvent.Type.ToolTip, point, target.mapToGlobal(point)))
            if QToolTip.isVisible() and QToolTip.text() not in known:
                known.add(QToolTip.text())
                count += 1
                for top in QApplication.topLevelWidgets():
                    if top.inherits("QTipLabel"):
                        top.grab()
    return count
