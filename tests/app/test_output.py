"""Out again: what is copied, printed and saved from the menus."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QPageLayout
from PySide6.QtPrintSupport import QPrintDialog, QPrinter

from agenteditor.app import dialogs
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.output import ENDINGS, written
from agenteditor.app.settings import Settings
from agenteditor.core.document import Document
from agenteditor.ui.preview_paper import margins
from agenteditor.ui.preview_sheet import sheet

GOOD = "---\nname: good\ndescription: Use it.\ntools: Read\ncolor: red\n---\n\nYou are <b>good</b>.\n"


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    """A window with one agent open; every question fails the test unless the test answers it."""
    for name in ("ask_preview_path", "ask_printer", "say"):
        monkeypatch.setattr(
            dialogs, name, lambda *args, asked=name: pytest.fail(f"asked: {asked} {args[1:]}")
        )
    application(Settings(theme="light"))
    made = make_window(Settings())
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")
    qtbot.addWidget(made, before_close_func=lambda shown: shown.close())
    made.show()
    path = tmp_path / "good.md"
    path.write_text(GOOD)
    made.open_paths([path])
    return made


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def status(window) -> str:
    return window.statusBar().currentMessage()


def test_json_is_copied_and_what_it_has_no_field_for_is_said(window):
    window.actions_["copy-json"].trigger()
    assert json.loads(clipboard()) == {
        "good": {"description": "Use it.", "prompt": "You are <b>good</b>.", "tools": ["Read"]}
    }
    assert status(window) == "Copied as JSON for --agents, which has no field for: color."


def test_what_is_no_agent_is_not_copied_and_says_why(window, tmp_path):
    QGuiApplication.clipboard().setText("before")
    path = tmp_path / "notes.md"
    path.write_text("# Notes\n")
    window.open_paths([path])
    for name in ("copy-json", "copy-command"):
        window.actions_[name].trigger()
        assert clipboard() == "before"
        assert status(window) == "There is no frontmatter, so there is no agent to copy."


def test_the_command_of_a_file_anywhere_holds_the_agent(window):
    window.actions_["copy-command"].trigger()
    words = shlex.split(clipboard())
    assert words[:2] == ["claude", "--agents"] and words[3:] == ["--agent", "good"]
    assert json.loads(words[2])["good"]["tools"] == ["Read"]
    assert status(window) == "Copied the command. It has no field for: color."


def test_the_command_in_an_agents_folder_names_the_folder_and_the_unsaved_changes(window, tmp_path):
    path = tmp_path / "project" / ".claude" / "agents" / "good.md"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    window.open_paths([path])
    window.actions_["to-crlf"].trigger()
    window.actions_["copy-command"].trigger()
    assert clipboard() == "claude --agent good"
    assert status(window) == (
        f"Copied the command. Run it in {tmp_path / 'project'}. It runs the file as it was saved, without your "
        "changes."
    )


def test_the_preview_is_saved_in_the_form_of_the_ending(window, monkeypatch, tmp_path):
    asked, answers = [], []
    monkeypatch.setattr(
        dialogs, "ask_preview_path", lambda _parent, suggestion: asked.append(suggestion) or answers[-1]
    )
    window.present_editor().preview.show_source("powers")
    for ending, piece in {
        ".pdf": b"%PDF-",
        **dict.fromkeys((".html", ".md", ".txt"), b"It may read"),
    }.items():
        answers.append(tmp_path / f"out{ending}")
        answers[-1].write_text("what is there may be replaced: the dialog has asked")
        window.actions_["save-preview"].trigger()
        data = answers[-1].read_bytes()
        assert piece in data and b"what is there" not in data
        assert status(window) == f"Saved {answers[-1]}"
    assert set(asked) == {tmp_path / "good-powers.pdf"}


def test_a_web_page_stands_alone_and_its_text_stays_text():
    hostile = "<script>alert(1)</script> ![x](file:///etc/passwd) <img src=http://evil/x.png>"
    document = Document(GOOD.replace("You are <b>good</b>.", hostile))
    for source in ("prompt", "router", "powers", "file", "changes"):
        html = written(sheet(document, source), ".html").decode("utf-8")
        assert not re.search(r"(?i)<(script|img|link|iframe)", html)
        assert "default-src 'none'" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written(sheet(document, "prompt"), ".html").decode()


def test_the_agents_own_file_is_never_replaced_by_a_preview(window, monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(dialogs, "ask_preview_path", lambda *_: tmp_path / "good.md")
    monkeypatch.setattr(dialogs, "say", lambda _parent, title, text: said.append((title, text)))
    window.actions_["save-preview"].trigger()
    assert said == [
        ("The preview is not saved.", "This is the file of the agent itself. Choose another name.")
    ]
    assert (tmp_path / "good.md").read_text() == GOOD


def test_what_cannot_be_saved_says_why(window, monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(dialogs, "say", lambda _parent, _title, text: said.append(text))
    for name in ("out.docx", "missing/out.pdf"):
        monkeypatch.setattr(dialogs, "ask_preview_path", lambda *_, name=name: tmp_path / name)
        window.actions_["save-preview"].trigger()
        assert not (tmp_path / name).exists()
    assert said[0] == "Give the file one of these endings: .pdf, .html, .md, .txt."
    assert len(said) == 2


def test_nothing_is_saved_or_printed_without_an_answer(window, monkeypatch, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(dialogs, "ask_preview_path", lambda *_: None)
    monkeypatch.setattr(dialogs, "ask_printer", lambda *_: None)
    window.actions_["save-preview"].trigger()
    window.actions_["print-preview"].trigger()
    assert sorted(tmp_path.rglob("*")) == before


def test_the_preview_is_printed_on_the_chosen_printer(window, monkeypatch, tmp_path):
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    asked = []
    monkeypatch.setattr(
        dialogs, "ask_printer", lambda _parent, title, _margins: asked.append(title) or printer
    )
    window.present_editor().preview.show_source("router")
    window.actions_["print-preview"].trigger()
    assert asked == ["good: what the router sees"]
    assert (Path(tmp_path) / "printed.pdf").stat().st_size > 2_000


def test_every_ending_can_be_written():
    shown = sheet(Document(GOOD), "router")
    assert all(written(shown, ending) for ending in ENDINGS)


def test_a_path_without_an_ending_gets_that_of_the_form(monkeypatch, qapp):
    def chosen(_parent, _title, _suggestion, forms):
        return "x", forms.split(";;")[1]

    monkeypatch.setattr(dialogs.QFileDialog, "getSaveFileName", chosen)
    assert dialogs.ask_preview_path(None, Path("y.pdf")) == Path("x.html")


@pytest.mark.parametrize("answer", [QPrintDialog.DialogCode.Accepted, QPrintDialog.DialogCode.Rejected])
def test_a_printer_is_asked_for_with_the_title_and_our_margins(qtbot, monkeypatch, answer):
    asked = []
    monkeypatch.setattr(QPrintDialog, "exec", lambda dialog: asked.append(dialog.windowTitle()) or answer)
    printer = dialogs.ask_printer(None, "a title", margins())
    assert asked == ["Print the preview"]
    if answer == QPrintDialog.DialogCode.Rejected:
        assert printer is None
    else:
        assert printer.docName() == "a title"
        assert round(printer.pageLayout().margins(QPageLayout.Unit.Millimeter).left()) == 16
