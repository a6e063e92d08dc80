"""Links of a text: which of them may be opened, and the question before it.

A text from anywhere must not be able to start a program or to read a file by a click, so only web and
mail addresses go to the system, and only after a person has seen the whole address as it will be opened
(RELIABILITY F11).
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt, QUrl, QUrlQuery
from PySide6.QtGui import QDesktopServices, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from agenteditor.ui import theme
from agenteditor.ui.fields_text import Muted
from agenteditor.ui.qtext import plain

_WIDTH = 520  # pixels


class Target(NamedTuple):
    """Where a link leads: ``address`` is what would be opened, escaped; ``refusal`` says why it is not."""

    address: str
    place: str  # the host of a web address, the receiver of a mail
    refusal: str


def target(address: str) -> Target:
    """What becomes of a link with this address, as it stands in the text."""
    url = QUrl(address.strip(), QUrl.ParsingMode.StrictMode)
    if not url.isValid():
        url = QUrl(address.strip(), QUrl.ParsingMode.TolerantMode)
    # Escaped: what looks like another letter, or like nothing at all, is seen as what it is.
    escaped = bytes(url.toEncoded().data()).decode("ascii", "replace")
    scheme = url.scheme().lower()
    if not scheme:
        return Target(plain(address), "", _tr("It leads to a file, not to a web address."))
    if scheme not in ("http", "https", "mailto"):
        sentence = _tr("Addresses that begin with “{0}:” can open files or start programs.")
        return Target(escaped or plain(address), "", sentence.format(plain(scheme)))
    if not url.isValid():
        return Target(plain(address), "", _tr("It is not a valid address."))
    if scheme == "mailto":
        parameters = {name.lower() for name, _ in QUrlQuery(url).queryItems()}
        if parameters & {"attach", "attachment"}:
            return Target(escaped, url.path(), _tr("It would attach a file of yours to the mail."))
        return Target(escaped, url.path(), "")
    host = url.host(QUrl.ComponentFormattingOption.FullyEncoded)
    if not host:
        return Target(escaped, "", _tr("It names no host."))
    return Target(escaped, host, "")


class LinkDialog(QDialog):
    """Shows where a link leads and asks whether to open it; for a refused one, says why not."""

    def __init__(self, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = target(address)
        refused = bool(self.target.refusal)
        self.setWindowTitle(self.tr("Link"))
        title = QLabel(self.tr("This link is not opened") if refused else self._question())
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setFont(theme.heading_font(title))
        self.address = QPlainTextEdit(self.target.address)
        self.address.setReadOnly(True)
        self.address.setUndoRedoEnabled(False)
        self.address.setTabChangesFocus(True)
        self.address.setFont(theme.fixed_font())
        self.address.setAccessibleName(self.tr("The whole address"))
        metrics = QFontMetrics(self.address.font())
        wide = metrics.horizontalAdvance(self.target.address) // (_WIDTH - 4 * theme.MARGIN)
        self.address.setFixedHeight(metrics.lineSpacing() * min(wide + 1, 6) + 2 * theme.GAP)
        detail = Muted(self.target.refusal or self._place())
        buttons = QDialogButtonBox()
        copy = buttons.addButton(self.tr("&Copy address"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.target.address))
        kinds = QDialogButtonBox.StandardButton
        close = buttons.addButton(kinds.Close if refused else kinds.Cancel)
        if not refused:
            buttons.addButton(self.tr("&Open"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (title, self.address, detail, buttons):
            layout.addWidget(part)
        # Only now that it is part of the dialog: Enter alone opens nothing.
        close.setDefault(True)
        close.setFocus()
        self.resize(_WIDTH, max(layout.totalHeightForWidth(_WIDTH), layout.totalSizeHint().height()))

    def accept(self) -> None:
        """Open the address, and close."""
        super().accept()
        if not self.target.refusal:
            open_address(self.target.address)

    def _question(self) -> str:
        if self.target.address.startswith("mailto:"):
            return self.tr("Write a mail to this address?")
        return self.tr("Open this address in your web browser?")

    def _place(self) -> str:
        if self.target.address.startswith("mailto:"):
            return self.tr("To: {0}").format(plain(self.target.place))
        return self.tr("It leads to {0}").format(self.target.place)


def open_address(address: str) -> bool:
    """Give an address to the system; the one place where that happens."""
    return QDesktopServices.openUrl(QUrl.fromEncoded(address.encode("ascii"), QUrl.ParsingMode.StrictMode))


def _tr(text: str) -> str:
    return QCoreApplication.translate("preview", text)
