"""Questions and messages in windows of their own. Tests replace these functions.

Every text is plain text: a file name or error may hold anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from PySide6.QtCore import QCoreApplication, QMarginsF, Qt, QTimer
from PySide6.QtGui import QPageLayout
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPushButton, QWidget

from agenteditor.ui.qtext import plain

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

_LINE = 50  # letters in a line of a message


def _tr(text: str) -> str:
    return QCoreApplication.translate("dialogs", text)


def agent_files_filter() -> str:
    """The file dialog's filter: agent files first."""
    return _tr("Agent files (*.md);;All files (*)")


def ask_files(parent: QWidget, folder: Path) -> list[Path]:
    """Which files to open."""
    names, _ = QFileDialog.getOpenFileNames(
        parent, _tr("Open agent files"), str(folder), agent_files_filter()
    )
    return [Path(name) for name in names]


def ask_import_files(parent: QWidget, folder: Path) -> list[Path]:
    """Which files to import from."""
    kinds = _tr("Files with agents (*.md *.json *.toml .roomodes);;All files (*)")
    names, _ = QFileDialog.getOpenFileNames(parent, _tr("Import agents"), str(folder), kinds)
    return [Path(name) for name in names]


def ask_archive(parent: QWidget, folder: Path) -> Path | None:
    """Which zip archive to import from; None for none."""
    kinds = _tr("Zip archives (*.zip);;All files (*)")
    name, _ = QFileDialog.getOpenFileName(parent, _tr("Import a catalog"), str(folder), kinds)
    return Path(name) if name else None


def ask_folder(parent: QWidget, folder: Path) -> Path | None:
    """Which folder to open; None for none."""
    name = QFileDialog.getExistingDirectory(parent, _tr("Open a folder of agents"), str(folder))
    return Path(name) if name else None


def ask_save_path(parent: QWidget, suggestion: Path, ending: str = ".md") -> Path | None:
    """Where to save; the dialog asks before an existing file is chosen. None for nowhere.

    A name without an ending gets ``ending``.
    """
    kinds = agent_files_filter() if ending.endswith(".md") else _tr("All files (*)")
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Save the agent as"), str(suggestion), kinds)
    if not name:
        return None
    path = Path(name)
    return path if path.suffix or path.name.startswith(".") else path.with_name(path.name + ending)


def ask_zip_path(parent: QWidget, suggestion: Path) -> Path | None:
    """Which zip file to write; None for none. One that is there is named without a question: see `export`."""
    options = QFileDialog.Option.DontConfirmOverwrite
    kinds = _tr("Zip files (*.zip)")
    name, _ = QFileDialog.getSaveFileName(
        parent, _tr("Export to a zip file"), str(suggestion), kinds, options=options
    )
    return Path(name) if name else None


def ask_licence_file(parent: QWidget) -> Path | None:
    """Which file holds the text of a licence; None for none."""
    name, _ = QFileDialog.getOpenFileName(parent, _tr("The licence’s text"), "", _tr("All files (*)"))
    return Path(name) if name else None


def ask_preview_path(parent: QWidget, suggestion: Path) -> Path | None:
    """Where to save what the preview shows; a path without an ending gets that of the chosen form."""
    forms = {
        _tr("PDF (*.pdf)"): ".pdf",
        _tr("Web page (*.html)"): ".html",
        _tr("Markdown (*.md)"): ".md",
        _tr("Text (*.txt)"): ".txt",
    }
    name, form = QFileDialog.getSaveFileName(
        parent, _tr("Save the preview as"), str(suggestion), ";;".join(forms)
    )
    if not name:
        return None
    path = Path(name)
    return path if path.suffix else path.with_suffix(forms.get(form, ".pdf"))


def ask_page_path(parent: QWidget, suggestion: Path) -> Path | None:
    """Where to save a web page; a path without an ending gets .html."""
    form = _tr("Web page (*.html)")
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Save the report as"), str(suggestion), form)
    if not name:
        return None
    return Path(name) if Path(name).suffix else Path(name).with_suffix(".html")


def ask_printer(parent: QWidget, title: str, margins: QMarginsF) -> QPrinter | None:
    """Which printer, with the settings chosen for it; None for none."""
    # Late: few sessions print, and looking for printers takes time.
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(plain(title).replace(":", " –"))  # it becomes a file's name
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(_tr("Print the preview"))
    return printer if dialog.exec() == QPrintDialog.DialogCode.Accepted else None


Answer = Literal["save", "discard", "cancel"]


def ask_to_save(parent: QWidget, names: Sequence[str]) -> Answer:
    """What to do with unsaved changes before they would be lost."""
    if len(names) == 1:
        question = _tr("Save the changes to {0}?").format(names[0])
        save = _tr("&Save")
    else:
        question = _tr("Save the changes to {0} files?").format(len(names))
        save = _tr("&Save all")
    details = "\n".join(names) if len(names) > 1 else _tr("They are lost if you do not save them.")
    box = _box(parent, QMessageBox.Icon.Warning, question, details)
    save_button = box.addButton(save, QMessageBox.ButtonRole.AcceptRole)
    discard_button = box.addButton(_tr("&Don’t save"), QMessageBox.ButtonRole.DestructiveRole)
    cancel_button = box.addButton(_tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    answers: dict[object, Answer] = {save_button: "save", discard_button: "discard"}
    return _asked(box, save_button, cancel_button, answers, "cancel")


def ask_to_leave(
    parent: QWidget, names: Sequence[str], waited: Callable[[], float | None], *, kept: bool | None
) -> bool:
    """Whether to close what the disk has not answered for: ``waited`` seconds, None once it has.

    ``kept``: whether what is not saved is safe elsewhere; None if nothing was typed. An answer of the disk
    ends the question.
    """
    question = _tr("The disk has not answered for {0} seconds, and {1} is not saved yet.")
    what = names[0] if len(names) == 1 else _tr("“{0}” and {1} more").format(names[0], len(names) - 1)
    outcome = {
        True: _tr("What you typed is kept, and offered at the next start."),
        False: _tr("What you typed could not be kept elsewhere, and is lost if the disk does not answer."),
        None: _tr("It stays as it was if the disk does not answer."),
    }[kept]
    box = _box(parent, QMessageBox.Icon.Warning, "", f"{_tr('Close anyway?')} {outcome}")
    leave = box.addButton(_tr("Close &anyway"), QMessageBox.ButtonRole.DestructiveRole)
    wait = box.addButton(_tr("&Keep waiting"), QMessageBox.ButtonRole.RejectRole)

    def tell() -> None:
        seconds = waited()
        if seconds is None:
            box.reject()
        else:
            box.setText(plain(question.format(int(seconds), what)))

    tell()
    timer = QTimer(box)
    timer.timeout.connect(tell)
    timer.start(500)
    answers: dict[object, Literal["leave", "wait"]] = {leave: "leave"}
    return _asked(box, wait, wait, answers, "wait") == "leave"


Conflict = Literal["overwrite", "reload", "compare", "merge", "cancel"]


def ask_conflict(parent: QWidget, name: str, reason: str) -> Conflict:
    """What to do when the file on disk is not the one that was opened."""
    ways = _tr(
        "“Reload” takes the text on disk, and undo brings yours back; “Overwrite” writes yours over it."
    )
    box = _box(
        parent,
        QMessageBox.Icon.Warning,
        _tr("{0} was changed by another program.").format(name),
        f"{reason}\n\n{ways}",
    )
    cancel_button = box.addButton(_tr("Go on editing"), QMessageBox.ButtonRole.RejectRole)
    overwrite = box.addButton(_tr("&Overwrite"), QMessageBox.ButtonRole.DestructiveRole)
    reload_ = box.addButton(_tr("&Reload"), QMessageBox.ButtonRole.AcceptRole)
    compare = box.addButton(_tr("&Compare…"), QMessageBox.ButtonRole.ActionRole)
    merge = box.addButton(_tr("&Merge…"), QMessageBox.ButtonRole.ActionRole)
    answers: dict[object, Conflict] = {
        overwrite: "overwrite",
        reload_: "reload",
        compare: "compare",
        merge: "merge",
    }
    return _asked(box, cancel_button, cancel_button, answers, "cancel")


def ask_copy(parent: QWidget, reason: str, *, closed: bool = False) -> bool:
    """Say why an agent is not saved; whether a copy is to be saved elsewhere.

    ``closed``: it has no tab any more, so without a copy its text is lost.
    """
    box = _box(parent, QMessageBox.Icon.Warning, _tr("The agent is not saved."), reason)
    copy = box.addButton(_tr("Save a &copy…"), QMessageBox.ButtonRole.AcceptRole)
    words = _tr("&Give it up") if closed else _tr("Go on editing")
    go_on = box.addButton(words, QMessageBox.ButtonRole.RejectRole)
    answers: dict[object, Literal["copy", "go on"]] = {copy: "copy"}
    return _asked(box, copy, go_on, answers, "go on") == "copy"


Gone = Literal["again", "elsewhere", "cancel"]


def ask_gone(parent: QWidget, name: str, reason: str) -> Gone:
    """What to do when there is no file any more where it was opened."""
    title = _tr("{0} was deleted or moved by another program.").format(name)
    box = _box(parent, QMessageBox.Icon.Warning, title, reason)
    cancel_button = box.addButton(_tr("Go on editing"), QMessageBox.ButtonRole.RejectRole)
    again = box.addButton(_tr("&Save it again"), QMessageBox.ButtonRole.AcceptRole)
    elsewhere = box.addButton(_tr("Save a &copy elsewhere…"), QMessageBox.ButtonRole.AcceptRole)
    answers: dict[object, Gone] = {again: "again", elsewhere: "elsewhere"}
    return _asked(box, again, cancel_button, answers, "cancel")


def say(parent: QWidget, title: str, text: str) -> None:
    """A problem that stops what was asked for."""
    box = _box(parent, QMessageBox.Icon.Warning, title, text)
    box.addButton(_tr("OK"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()


def tell(parent: QWidget, title: str, text: str) -> None:
    """Something that was asked for."""
    box = _box(parent, QMessageBox.Icon.Information, title, text)
    box.addButton(_tr("OK"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()


def _box(parent: QWidget, symbol: QMessageBox.Icon, title: str, text: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setIcon(symbol)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("Agent Editor")
    box.setText(plain(title))
    box.setInformativeText(plain(text))
    label = box.findChild(QLabel, "qt_msgbox_informativelabel")
    if label is not None:  # else it is as narrow as the buttons
        label.setMinimumWidth(_LINE * box.fontMetrics().averageCharWidth())
    return box


Word = TypeVar("Word", bound=str)


def _asked(
    box: QMessageBox, default: QPushButton, escape: QPushButton, answers: dict[object, Word], otherwise: Word
) -> Word:
    box.setDefaultButton(default)
    box.setEscapeButton(escape)
    box.exec()
    return answers.get(box.clickedButton(), otherwise)
