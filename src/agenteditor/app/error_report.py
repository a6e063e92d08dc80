"""What is shown for a mistake of the program itself: that it goes on, whether the text is safe, and a report.

A report says where in the program it happened, never what was in a file: the message of an exception and the
values in a traceback may quote one, so neither is in it. There is one window for all reports, it holds nobody
up, and a place that fails again and again is counted, not shown again and again.
"""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from agenteditor import __version__
from agenteditor.app.recovery import recovery_of
from agenteditor.app.window import Window
from agenteditor.ui import labels, theme
from agenteditor.ui.form_notes import Sign

_PACKAGE = Path(__file__).resolve().parent.parent
_MOST = 20  # different places that are reported in one run
_MOST_FRAMES = 60  # the innermost ones of an exception

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def report_of(error: BaseException, where: TracebackType | None = None) -> str:
    """The kind of an exception and the places it came through, innermost last; of its causes too."""
    lines = [_named(type(error))]
    frames: list[str] = []
    step = where if where is not None else error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        frames.append(f"  {_place(code.co_filename)}:{step.tb_lineno} in {code.co_qualname}")
        step = step.tb_next
    lines += frames[-_MOST_FRAMES:]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        # A chain may be a circle; one step says enough.
        lines.append(f"  after {_named(type(cause))}")
    return "\n".join(lines)


def surroundings() -> str:
    """The versions of what the program runs on, in one line."""
    return " · ".join(
        (
            f"Agent Editor {__version__}",
            f"Python {platform.python_version()}",
            f"Qt {qVersion()}",
            f"{platform.system()} {platform.release()}",
            QGuiApplication.platformName(),
        )
    )


class ErrorDialog(QDialog):
    """Shows the reports that were added, with how often each came."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Something went wrong"))
        self._counts: dict[str, int] = {}
        sign = Sign()
        sign.say("warning", "warning")
        heading = labels.heading(self.tr("Something went wrong inside the program. It goes on."))
        self.safe = labels.wrapped()
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report.setFont(theme.fixed_font())
        self.report.setAccessibleName(self.tr("Report"))
        ask = labels.wrapped(
            self.tr(
                "Please send the report below to the makers of the program: it says where it happened. "
                "Nothing of a file is in it."
            )
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton(
            self.tr("&Copy the report"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.copy_button.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        top = QHBoxLayout()
        top.setSpacing(theme.GAP)
        top.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(heading, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.MARGIN] * 4)
        column.setSpacing(theme.GAP)
        column.addLayout(top)
        column.addWidget(self.safe)
        column.addWidget(ask)
        column.addWidget(self.report, 1)
        column.addWidget(buttons)
        line = self.fontMetrics().lineSpacing()
        self.resize(min(48 * line, 880), min(28 * line, 580))
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()

    def add(self, report: str, safe: str) -> None:
        """Add a report, or count it if it is there; ``safe`` is what is true of the text now."""
        known = report in self._counts or len(self._counts) < _MOST
        report = report if known else self.tr("Other places")
        self._counts[report] = self._counts.get(report, 0) + 1
        self.safe.setText(safe)
        self.report.setPlainText(self.text())

    def text(self) -> str:
        """All of it, as it is copied."""
        parts = [surroundings()]
        for report, count in self._counts.items():
            parts.append(report if count == 1 else f"{report}\n  {count} times")
        return "\n\n".join(parts) + "\n"

    def copy(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
        self.copy_button.setText(self.tr("&Copied"))


class Reporter(QObject):
    """The last word on any exception, in any thread: `install` sees to that. It never raises."""

    _met = Signal(str)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._seen: set[str] = set()
        self._busy = False
        self.dialog: ErrorDialog | None = None
        self._met.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Hear of all exceptions that nobody met."""
        sys.excepthook = self.report
        threading.excepthook = lambda met: self._report_later(met.exc_type, met.exc_value, met.exc_traceback)
        sys.unraisablehook = lambda met: self._report_later(met.exc_type, met.exc_value, met.exc_traceback)

    def report(self, kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        """Make the text safe, then show what happened and go on."""
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        if not self._busy:
            report = report_of(error, where)
            _write(f"{surroundings()}\n{report}")
            self._tell(report)

    def _report_later(
        self, kind: type[BaseException], error: BaseException | None, where: TracebackType | None
    ) -> None:
        """The same from another thread, or from the end of an object, in the midst of anything."""
        if issubclass(kind, SystemExit):
            return  # a thread that ends as it wants to
        report = report_of(kind() if error is None else error, where)
        _write(report)
        with suppress(RuntimeError):  # the window is gone
            self._met.emit(report)

    def _tell(self, report: str) -> None:
        if self._busy:  # something failed while this was being shown
            return
        self._busy = True
        try:
            self._show(report, self._safe())
        except Exception as failed:  # noqa: BLE001 - nobody is left who could be told otherwise
            _write(f"not shown, because of {_named(type(failed))}")
        finally:
            self._busy = False

    def _safe(self) -> str:
        """A sentence about the text, as true as it can be known."""
        tr = self._window.tr
        if not any(editor.document.modified for editor in self._window.editors()):
            return tr("All your text is saved.")
        if recovery_of(self._window).flush():
            return tr("Your text is safe: what is not saved was written to its recovery journal just now.")
        return tr("What is not saved could not be written to its recovery journal. Save it now.")

    def _show(self, report: str, safe: str) -> None:
        dialog = self.dialog
        if dialog is None:
            if report in self._seen or len(self._seen) >= _MOST:
                self._window.say(self._window.tr("It went wrong again inside the program. {0}").format(safe))
                return
            # A child of a question that is open, else the question would keep the mouse from it.
            dialog = self.dialog = ErrorDialog(QApplication.activeModalWidget() or self._window)
            for gone in (dialog.finished, dialog.destroyed):  # the second alone when its parent goes
                gone.connect(partial(self._forget, dialog))
            dialog.show()
        self._seen.add(report)
        dialog.add(report, safe)

    def _forget(self, dialog: ErrorDialog, *_how: object) -> None:
        if self.dialog is dialog:
            self.dialog = None


def _write(line: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # no standard error, or a closed one
        sys.stderr.write(f"agenteditor: {line}\n")


def _named(kind: type[BaseException]) -> str:
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"


def _place(file: str) -> str:
    """A file of the program by its path inside it; of others the name alone, since paths tell who you are."""
    path = Path(file)
    if path.is_relative_to(_PACKAGE):
        return str(path.relative_to(_PACKAGE.parent))
    return path.name
