"""P33, P35, P36: showing a text opens nothing, interprets nothing, and follows no link by itself."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QMenu, QPushButton, QWidget

from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.app.titles import tab_titles, window_title
from agenteditor.core.document import Document
from agenteditor.core.invisible import hidden
from agenteditor.core.markdown_page import markdown_page
from agenteditor.core.page import Block, Page, Run
from agenteditor.ui import preview_links
from agenteditor.ui.preview_browser import PageBrowser
from agenteditor.ui.preview_document import SafeDocument
from agenteditor.ui.preview_links import LinkDialog, target
from agenteditor.ui.qtext import menu_text, plain, title_text
from tests.promises.opened import FORMS, MARK

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted((ROOT / "src" / "agenteditor").glob("[ua][ip]*/*.py"))


# --- what is opened ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watched:
    """The calls between two marks, by the name of the first, and what the program says it saw."""

    calls: dict[str, list[str]]
    found: dict[str, object]
    folder: Path


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Watched:
    """`tests.promises.opened` under strace."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: it tells which files and sockets Qt opens")
    folder = tmp_path_factory.mktemp("watched")
    home = tmp_path_factory.mktemp("home")
    trace = home / "trace"
    count = 2_000 if pytestconfig.getoption("--torture") else 0
    watch = [
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-s",
        "400",
        "-e",
        "trace=open,openat,openat2,connect,socket,execve",
    ]
    program = [sys.executable, "-m", "tests.promises.opened", str(folder), str(count)]
    places = (
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    )
    environment = {
        **os.environ,
        **dict.fromkeys(places, str(home)),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "QT_QPA_PLATFORM": "offscreen",
    }
    done = subprocess.run(
        [strace, *watch, "-o", str(trace), *program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in done.stderr and not (folder / "found.json").exists():
        pytest.skip(f"strace may not watch here: {done.stderr.strip()[:200]}")
    assert done.returncode == 0, done.stderr[-3_000:]
    calls: dict[str, list[str]] = {}
    section: list[str] | None = None
    for line in trace.read_text("utf-8", "replace").splitlines():
        name = re.search(f'"{re.escape(MARK)}([a-z]+)"', line)
        if name is None:
            if section is not None:
                section.append(line)
        else:
            section = None if name[1] == "end" else calls.setdefault(name[1], [])
    assert set(calls) == {"previews", "paper", "window", "another"}
    return Watched(calls, json.loads((folder / "found.json").read_text("utf-8")), folder)


def test_p33_a_preview_opens_no_file_and_no_socket(promise, watched) -> None:
    assert len(FORMS) >= 60
    promise.measured(
        f"{watched.found['forms']:,} texts with {len(FORMS)} forms of images, links and includes, in 6 pages of "
        f"the preview, source, fields, differences, labels, tool tips: {len(watched.calls['previews'])} calls of "
        "open, connect, socket, execve"
    )
    assert watched.calls["previews"] == []


def test_p33_a_text_view_that_takes_no_care_would_have_been_caught(promise, watched) -> None:
    assert any("wanted-file.png" in line for line in watched.calls["another"])
    promise.measured("the same watch sees Qt's own Markdown view open a picture")


def test_p33_saving_and_printing_open_nothing_but_the_file_that_is_written(promise, watched) -> None:
    others = [line for line in watched.calls["paper"] if str(watched.folder / "printed-1.pdf") not in line]
    promise.measured(f"as PDF, HTML, text, Markdown and on a printer: {len(others)} other calls")
    promise.lacks("choosing a printer asks the print service of the machine (CUPS), as in every program")
    assert others == []
    assert len(watched.calls["paper"]) == 1


def test_p33_whatever_a_document_asks_for_is_one_empty_pixel(promise, qapp) -> None:
    browser = PageBrowser()
    browser.show_page(markdown_page("# x"))
    kinds = QTextDocument.ResourceType
    asked = 0
    for document in (SafeDocument(), browser.document()):
        for kind in (
            kinds.ImageResource,
            kinds.StyleSheetResource,
            kinds.HtmlResource,
            kinds.MarkdownResource,
        ):
            for name in (
                "file:///etc/passwd",
                "x.png",
                "http://x/",
                "qrc:/x",
                "data:image/png,x",
                "//host/x",
                "",
            ):
                found = document.resource(kind, QUrl(name))
                assert isinstance(found, QImage) and (found.width(), found.height()) == (1, 1)
                asked += 1
    for kind in (int(kinds.ImageResource.value), int(kinds.HtmlResource.value)):
        assert (
            browser.loadResource(kind, QUrl("file:///etc/passwd")).size()
            == QImage(1, 1, QImage.Format.Format_RGB32).size()
        )
    # A picture that got into the document all the same is laid out without a file.
    picture = QTextImageFormat()
    picture.setName("file:///wanted.png")
    cursor = browser.textCursor()
    cursor.insertImage(picture)
    assert browser.document().documentLayout().documentSize().width() < 10_000
    browser.deleteLater()
    promise.measured(f"{asked} resources asked for: one empty pixel each")


# --- what is interpreted -------------------------------------------------------------------------


def test_p36_markup_in_any_text_opens_nothing(promise, watched) -> None:
    seen = set(watched.found["seen"])
    own = [
        line
        for line in watched.calls["window"]
        if "wanted" in line and f'"{watched.folder}/agents' not in line
    ]
    reached = [line for line in watched.calls["window"] if re.search(r"\b(?:connect|socket|execve)\(", line)]
    promise.measured(
        f"markup in every field, name, path and message, in {len(seen)} places of the window and {watched.found['tips']} "
        f"tool tips: {len(own)} files of it opened, {len(reached)} sockets and programs"
    )
    places = (
        "start page",
        "details of 0",
        "source of 0",
        "preview: router",
        "search",
        "go to ",
        "judge: page 1",
    )
    assert seen.issuperset(
        (*places, "move", "export", "convert", "import a catalog", "fix", "merge", "message")
    )
    assert watched.found["tips"] > 50
    assert own == []
    assert reached == []


def test_p40_no_text_of_the_window_holds_a_hidden_character(promise, watched) -> None:
    left = watched.found["left"]
    promise.measured(
        f"19 kinds of them in every field, name and path; {watched.found['read']:,} texts of the window: {len(left)} with one"
    )
    assert left == []


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All of a module's source."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module, by the name of what is called."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def is_own(node: ast.expr) -> bool:
    """Whether an expression gives words of the program alone, or what is made safe for the place."""
    match node:
        case ast.Constant():
            return True
        case ast.IfExp():
            return is_own(node.body) and is_own(node.orelse)
        case ast.BinOp() | ast.BoolOp():
            return all(is_own(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        case ast.JoinedStr():
            return all(isinstance(part, ast.Constant) or is_own(part.value) for part in node.values)  # type: ignore[attr-defined]
        case ast.Call():
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("tr", "_tr", "translate"):
                return all(isinstance(word, ast.Constant) for word in node.args)
            return name in ("tool_tip", "tip")
    return False


# A tip that is a name of the program's own, or was made by `tool_tip` before. By module, then what is given.
TIPS = {
    "action_button": {"action.toolTip()"},  # it went through `tool_tip` when the action got it
    "status": {"tip"},  # titles of kinds of files, which are the program's
    "catalog_bar": {"said"},
    "diff_view": {"text"},
    "example_text": {"name"},
    "example_view": {"f'{name} ({shown})'"},
    "find_bar": {"name"},
    "form_heading": {"words"},
    "form_view": {"spec.help"},
    "problems_view": {"_shown_words(severity).format(count)", "problem.code"},
    "search_switches": {"name"},
    "section_item_row": {"words"},
    "section_view": {"tip"},
    "source_edit": {"text"},
    "source_gutter": {"sign.tip"},
}


def test_p36_every_tool_tip_is_words_of_the_program_or_escaped(promise) -> None:
    loose: list[str] = []
    count = 0
    for path in SOURCES:
        for name, call in calls(path):
            if name in ("setToolTip", "setWhatsThis", "setStatusTip", "setTabToolTip", "showText"):
                count += 1
                given = (
                    call.args[1]
                    if name in ("setTabToolTip", "showText") or len(call.args) == 2
                    else call.args[0]
                )
                if not is_own(given) and ast.unparse(given) not in TIPS.get(path.stem, ()):
                    loose.append(f"{path.stem}:{call.lineno}: {ast.unparse(call)}")
    promise.measured(f"{count} tool tips in the source: {len(loose)} that Qt could take for markup")
    assert count > 40
    assert loose == []


def test_p36_every_label_says_that_it_is_plain_text(promise) -> None:
    loose: list[str] = []
    count = 0
    for path in SOURCES:
        plainly: set[str] = set()
        labels: list[tuple[str, ast.Call]] = []
        for node in nodes(path):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                name = getattr(node.value.func, "id", "")
                if name == "QLabel":
                    labels.append((ast.unparse(node.targets[0]), node.value))
            if getattr(getattr(node, "func", None), "attr", "") == "setTextFormat":
                assert ast.unparse(node.args[0]) == "Qt.TextFormat.PlainText", path.stem  # type: ignore[attr-defined]
                plainly.add(ast.unparse(node.func.value))  # type: ignore[attr-defined]
            if isinstance(node, ast.ClassDef) and "QLabel" in map(ast.unparse, node.bases):
                count += 1
                if "self.setTextFormat" not in ast.unparse(node) and "setPixmap" not in ast.unparse(node):
                    loose.append(f"{path.stem}:{node.lineno}: class {node.name}")
        named = {id(call) for _, call in labels}
        for name, call in calls(path):
            if name == "QLabel" and id(call) not in named:
                labels.append(("", call))
        for place, call in labels:
            count += 1
            words = [
                word for word in call.args if not (isinstance(word, ast.Name) and word.id in ("self", "page"))
            ]
            fixed = all(is_own(word) for word in words)
            changed = re.search(rf"{re.escape(place)}\.setText\(", path.read_text("utf-8")) if place else None
            if place not in plainly and (not fixed or changed):
                loose.append(f"{path.stem}:{call.lineno}: {place} = {ast.unparse(call)}")
    promise.measured(f"{count} labels in the source: {len(loose)} that could take a text for markup")
    assert count > 50
    assert loose == []


def test_p36_nothing_in_the_source_reads_markup(promise) -> None:
    banned = {
        *("setHtml", "insertHtml", "setMarkdown", "insertMarkdown", "appendHtml", "fromHtml", "setSource"),
        *(
            "setOpenExternalLinks",
            "setOpenLinks",
            "setDefaultStyleSheet",
            "QTextEdit",
            "QTextDocumentFragment",
        ),
        *(
            "QErrorMessage",
            "QInputDialog",
            "QTextBrowser",
            "QTextDocument",
            "QMessageBox",
            "about",
            "aboutQt",
        ),
        *("QStaticText", "QWebEngineView", "openUrl", "information", "warning", "critical", "question"),
    }
    allowed = {
        "preview_browser": {"setOpenExternalLinks", "setOpenLinks"},
        "dialogs": {"QMessageBox"},
        "preview_links": {"openUrl"},
        "commands": {"about"},  # its own function
    }
    loose = [
        f"{path.stem}:{call.lineno}: {name}"
        for path in SOURCES
        for name, call in calls(path)
        if name in banned - allowed.get(path.stem, set())
    ]
    for path in SOURCES:
        text = path.read_text("utf-8")
        assert "RichText" not in text and "AutoText" not in text, path.stem
        assert "setOpenExternalLinks(True)" not in text and "setOpenLinks(True)" not in text, path.stem
        bases = {
            ast.unparse(base) for node in nodes(path) if isinstance(node, ast.ClassDef) for base in node.bases
        }
        if bases & {"QTextBrowser", "QTextDocument", "QTextEdit"}:
            assert "def loadResource" in text, path.stem
    promise.measured(f"{len(banned)} ways to have markup read, in {len(SOURCES)} modules: {len(loose)}")
    assert len(SOURCES) > 100
    assert loose == []


@pytest.mark.parametrize("name", ["[*]", "a & b", "&x", "%1 %n", "a\0b", "<b>x", "x\ty", "a\u202eb"])
def test_p36_signs_that_mean_something_in_titles_and_menus_are_letters(promise, qtbot, name) -> None:
    document = Document("x", Path("dir") / f"{name}.md")
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setWindowTitle(window_title(document, None))
    shown = plain(name)
    assert widget.windowTitle().replace("[*][*]", "[*]").startswith(f"{shown}.md")
    assert title_text(name).replace("[*][*]", "") == shown.replace("[*]", "")
    menu = QMenu()
    qtbot.addWidget(menu)
    action = menu.addAction(menu_text(name))
    assert "\t" not in action.text()
    assert action.text().replace("&&", "&") == " ".join(shown.split())
    assert re.search("(?<!&)(?:&&)*&(?!&)", action.text()) is None
    assert tab_titles([document])[0].replace("&&", "&") == f"{' '.join(shown.split())}.md"
    assert not hidden(action.text() + widget.windowTitle())
    promise.measured(
        "[*], &, %1, U+0000, tabs, tags and directions in names are letters in titles, tabs and menus"
    )


# --- links ---------------------------------------------------------------------------------------

OPENABLE = (
    *(
        "http://example.com/a?b=c#d",
        "https://example.com",
        "HTTPS://Example.com/",
        "mailto:a@b.example?subject=x",
    ),
    *(
        "https://user@example.com/",
        "https://аррlе.com/",
        "https://x.y/a\u202eb\u200b",
        "https://x.y/" + "long/" * 200,
    ),
)
REFUSED = (
    *(
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "/etc/passwd",
        "a.md",
        "../a.md",
        "//host/share",
        "\\\\host\\share",
    ),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "blob:x",
        "about:blank",
    ),
    *(
        "vscode://x/y",
        "vscode-insiders://x",
        "cursor://x",
        "jetbrains://x",
        "zed://x",
        "obsidian://x",
        "slack://x",
    ),
    *(
        "ftp://x/y",
        "sftp://x/y",
        "smb://h/s",
        "nfs://h/s",
        "dav://h/s",
        "ssh://h",
        "telnet://h",
        "rdp://h",
        "vnc://h",
    ),
    *(
        "ms-msdt:/id",
        "ms-settings:x",
        "search-ms:query=x",
        "ms-word:ofe|u|x",
        "shell:startup",
        "cmd:x",
        "res://x",
    ),
    *(
        "tel:1",
        "sms:1",
        "facetime:1",
        "skype:x",
        "zoommtg://x",
        "steam://x",
        "intent://x",
        "market://x",
        "magnet:?x",
    ),
    *(
        "view-source:https://x.y",
        "chrome://x",
        "jar:https://x.y",
        "git://x",
        "svn://x",
        "ldap://x",
        "gopher://x",
    ),
    *(
        "ws://x",
        "wss://x",
        "irc://x",
        "news:x",
        "webcal://x",
        "x-apple.systempreferences:x",
        "C:\\\\x.exe",
        "https:",
        "http://[",
    ),
    *(
        "mailto:a@b.example?attach=/etc/passwd",
        "https\u200b://x.y",
        "\u202ehttps://x.y",
        "https:///etc/passwd",
    ),
)


class Opened:
    """Stands where the system's way to open an address is, and keeps what it is asked for."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def openUrl(self, url: QUrl) -> bool:
        self.addresses.append(bytes(url.toEncoded().data()).decode())
        return True


@pytest.fixture
def opened(monkeypatch) -> Opened:
    stand_in = Opened()
    monkeypatch.setattr(preview_links, "QDesktopServices", stand_in)
    return stand_in


@pytest.fixture
def page(qtbot) -> PageBrowser:
    application(Settings(theme="light"))
    browser = PageBrowser()
    browser.resize(600, 200)
    qtbot.addWidget(browser)
    browser.show()
    qtbot.waitExposed(browser)
    browser.activateWindow()
    return browser


def show_link(browser: PageBrowser, address: str) -> QPoint:
    """Show one link; where it is."""
    browser.show_page(
        Page(
            (
                Block(
                    "paragraph",
                    runs=(Run("before "), Run("here", link=address)),
                ),
            )
        )
    )
    cursor = browser.document().find("here")
    cursor.setPosition(cursor.selectionStart() + 2)
    return browser.cursorRect(cursor).center()


def question(browser: PageBrowser) -> LinkDialog | None:
    return next((one for one in browser.findChildren(LinkDialog) if one.isVisible()), None)


def answer(dialog: LinkDialog, role: QDialogButtonBox.ButtonRole) -> list[QPushButton]:
    box = dialog.findChild(QDialogButtonBox)
    return [button for button in box.buttons() if box.buttonRole(button) == role]


def clicked(browser: PageBrowser, place: QPoint) -> None:
    QTest.mouseMove(browser.viewport(), place)
    QTest.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=place)


def by_keyboard(browser: PageBrowser, _place: QPoint) -> None:
    browser.setFocus()
    browser.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClick(browser, Qt.Key.Key_Tab)
    QTest.keyClick(browser, Qt.Key.Key_Return)


def done_with(dialog: LinkDialog) -> None:
    dialog.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("ask", [clicked, by_keyboard], ids=["click", "keyboard"])
def test_p35_a_link_asks_with_its_whole_address_and_only_web_and_mail_open(
    promise, page, opened, ask
) -> None:
    few = ask is by_keyboard and not promise.torture
    refused = REFUSED[::6] if few else REFUSED
    for address in (*OPENABLE, *refused):
        place = show_link(page, address)
        ask(page, place)
        dialog = question(page)
        assert dialog is not None, address
        shown = dialog.address.toPlainText()
        assert not hidden(shown) and opened.addresses == []
        accept = answer(dialog, QDialogButtonBox.ButtonRole.AcceptRole)
        assert len(accept) == (address in OPENABLE), address
        QTest.keyClick(dialog, Qt.Key.Key_Return)  # Enter alone opens nothing
        assert opened.addresses == [] and not dialog.isVisible()
        if address not in OPENABLE:
            assert dialog.target.refusal
            dialog.accept()
            assert opened.addresses == []
            done_with(dialog)
            continue
        done_with(dialog)
        ask(page, place)
        dialog = question(page)
        assert dialog is not None
        assert shown.isascii() and shown == target(address).address
        (button,) = answer(dialog, QDialogButtonBox.ButtonRole.AcceptRole)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert opened.addresses == [shown]
        opened.addresses.clear()
        done_with(dialog)
    promise.measured(
        f"{len(OPENABLE)} addresses of web and mail and {len(refused)} others: a question each, 0 others open"
    )


@pytest.mark.qt_log_level_fail("CRITICAL")  # Qt says of each of these events that nobody takes it
def test_p35_no_other_way_leads_out_of_the_preview(promise, page, opened, qtbot) -> None:
    for address in ("https://x.y/\u200b", "file:///etc/passwd"):
        place = show_link(page, address)
        view = page.viewport()
        for button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton, Qt.MouseButton.BackButton):
            QTest.mouseClick(view, button, pos=place)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place)
        while (dialog := question(page)) is not None:
            done_with(dialog)
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseMove(view, place + QPoint(60, 60))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place + QPoint(60, 60))
        assert question(page) is None  # a drag is no click
        page.selectAll()
        dragged = page.createMimeDataFromSelection()
        assert dragged.formats() == ["text/plain"]
        assert dragged.text() == "before here"
        reason = QContextMenuEvent.Reason.Mouse
        page.contextMenuEvent(QContextMenuEvent(reason, place, view.mapToGlobal(place)))
        menu = page.findChildren(QMenu)[-1]
        (copy,) = (action for action in menu.actions() if action.text() == "Copy &address")
        copy.trigger()
        assert QGuiApplication.clipboard().text() == target(address).address
        assert not hidden(QGuiApplication.clipboard().text())
        menu.close()
        page.setSource(QUrl("file:///etc/passwd"))
        assert "root:" not in page.toPlainText()
    assert opened.addresses == []
    assert not page.openLinks() and not page.openExternalLinks()
    promise.measured(
        "middle and right button, Ctrl+click, drag, copy, the menu and a page that is set: 0 opened"
    )
