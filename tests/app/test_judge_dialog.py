"""Judge the catalog, as a person does: type a request, look at the lists, open agents, save the report."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from agenteditor.app import dialogs
from agenteditor.app.commands import make_window
from agenteditor.app.judge_dialog import JudgeDialog
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from tests.core.catalogs import example, text_of

FILES = {
    "reviewer.md": text_of(
        "reviewer", "Use this agent to review code for faults. " + example("Review my code")
    ),
    "checker.md": text_of("checker", "Use this agent to check code for faults before review."),
    "sub/baker.md": text_of("baker", "Use this agent to bake bread."),
    "sub/again.md": text_of("baker", "Use this agent to bake cakes and more."),
    "notes.md": "Nothing but words.\n",
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "agents"
    (made / "sub").mkdir(parents=True)
    for name, text in FILES.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def texts():
    return {}


@pytest.fixture
def dialog(qtbot, folder, texts):
    application(Settings(theme="light"))
    made = JudgeDialog([folder], lambda: texts)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not made.work.running)
    return made


def rows(view):
    return [[item.text(at) for at in range(item.columnCount())] for item in view.list.rows()]


def names(dialog):
    return [cells[0] for cells in rows(dialog.who.rows)]


def test_the_agents_are_ranked_while_one_types(dialog, qtbot):
    assert names(dialog) == []
    assert dialog.who.rows.nothing.text() == "Type a request to see which of 4 agents would take it."
    assert dialog.focusWidget() is dialog.who.request
    qtbot.keyClicks(dialog.who.request, "bread")
    assert names(dialog) == ["1. baker"]
    qtbot.keyClicks(dialog.who.request, " and code")
    assert {name[3:] for name in names(dialog)} == {"baker", "reviewer", "checker"}
    dialog.who.request.clear()
    assert names(dialog) == []


def test_a_near_tie_and_the_words_are_said(dialog, qtbot):
    qtbot.keyClicks(dialog.who.request, "find faults")
    first, second = rows(dialog.who.rows)
    assert first[1] == "100 %" and second[1].endswith(", near tie")
    assert first[2].startswith("faults 100 %")


def test_a_request_nobody_has_a_word_of_is_said(dialog, qtbot):
    qtbot.keyClicks(dialog.who.request, "Kubernetes")
    assert dialog.who.rows.nothing.text().startswith("No agent has a word of this")
    assert dialog.who.rows.nothing.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Return])
def test_the_keyboard_leads_from_the_request_to_the_agent_and_opens_it(dialog, qtbot, folder, key):
    qtbot.keyClicks(dialog.who.request, "bread")
    qtbot.keyClick(dialog.who.request, key)
    assert dialog.focusWidget() is dialog.who.rows.list
    with qtbot.waitSignal(dialog.opened) as opened:
        qtbot.keyClick(dialog.who.rows.list, Qt.Key.Key_Return)
    assert opened.args == [folder / "sub" / "baker.md"]
    assert dialog.isVisible()


def test_the_summary_and_the_tabs_say_what_was_found(dialog):
    assert dialog.summary.text().startswith("4 of 5 files load as agents. 2 to mend, 0 to know.")
    titles = [dialog.tabs.tabText(at).replace("&", "") for at in range(dialog.tabs.count())]
    assert titles[:2] == ["Who would take this?", "Budget"]
    assert titles[3] == "Duplicates (1)"


def test_the_budget_is_shown_by_folder(dialog):
    cells = [[text.strip() for text in row] for row in rows(dialog.budget.costs)]
    whole = len("Use this agent to check code for faults before review.")
    whole += len(FILES["sub/again.md"].split('description: "')[1].split('"')[0])
    description = FILES["reviewer.md"].split('description: "')[1].split('"\n')[0]
    whole += len(description)
    assert cells[0][:4] == ["The whole folder", "3", "2", f"{whole:,}"]
    assert [row[0] for row in cells[1:]] == ["(the top folder)", "sub"]
    assert len(rows(dialog.budget.longest)) == 4


def test_pairs_that_overlap_open_both(dialog, qtbot, folder):
    dialog.tabs.setCurrentWidget(dialog.overlaps)
    (pair,) = rows(dialog.overlaps.rows)
    assert pair[:2] == ["checker", "reviewer"]
    opened = []
    dialog.opened.connect(opened.append)
    dialog.overlaps.rows.list.setFocus()
    qtbot.keyClick(dialog.overlaps.rows.list, Qt.Key.Key_Return)
    assert opened == [folder / "reviewer.md", folder / "checker.md"]


def test_each_file_of_a_name_has_a_row_of_its_own(dialog):
    assert [row[1:] for row in rows(dialog.duplicates.rows)] == [
        ["One of 2 is loaded", "sub/again.md"],
        ["One of 2 is loaded", "sub/baker.md"],
    ]


def test_where_nothing_was_found_a_sentence_stands(dialog):
    assert rows(dialog.examples.rows) == []
    assert dialog.examples.rows.nothing.text() == "All examples (1) lead to their own agents."


def test_texts_of_open_editors_count_and_looking_again_takes_them(dialog, qtbot, folder, texts):
    qtbot.keyClicks(dialog.who.request, "submarine")
    assert names(dialog) == []
    texts[folder / "checker.md"] = text_of("diver", "Use this agent to steer a submarine.")
    qtbot.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.work.running)
    assert names(dialog) == ["1. diver"]


def test_the_work_can_be_stopped_and_begun_again(qtbot, folder):
    made = JudgeDialog([folder], dict)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    assert made.work.running and not made.save_button.isEnabled()
    made.stop_button.click()
    assert not made.work.running
    assert made.summary.text().startswith("Stopped.")
    assert made.who.rows.nothing.text().startswith("Stopped.")
    assert not made.save_button.isEnabled() and made.stop_button.isHidden()
    made.again_button.click()
    qtbot.waitUntil(lambda: not made.work.running)
    assert made.save_button.isEnabled()


def test_an_empty_folder_is_judged_too(qtbot, tmp_path):
    made = JudgeDialog([tmp_path], dict)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not made.work.running)
    assert made.who.rows.nothing.text() == "No agent here loads, so nobody would take it."
    for page in made.pages:
        assert page.findChildren(QWidget)
    assert made.budget.costs.nothing.text() == "No agent loads, so nothing is paid."


def test_closing_ends_the_work(qtbot, folder):
    made = JudgeDialog([folder], dict)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert not made.isVisible() and not made.work.running


def test_the_report_is_saved_where_it_is_wanted(dialog, qtbot, monkeypatch, tmp_path, folder):
    page = tmp_path / "page.html"
    asked = []
    monkeypatch.setattr(dialogs, "ask_page_path", lambda _parent, path: asked.append(path) or page)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert asked == [tmp_path / "agents-report.html"]
    assert "2 files have the name “baker”" in page.read_text(encoding="utf-8")
    assert dialog.summary.text() == f"Saved {page}"


def test_a_report_that_cannot_be_saved_is_said(dialog, qtbot, monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(dialogs, "ask_page_path", lambda *_args: tmp_path / "no" / "page.html")
    monkeypatch.setattr(dialogs, "say", lambda _parent, *texts: said.append(texts))
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert said[0][0] == "The report is not saved."


def test_markup_in_names_stays_text(qtbot, tmp_path):
    name = "<img src=x onerror=alert(1)>"
    (tmp_path / "a.md").write_text(text_of(name, "Use this agent to bake bread."), encoding="utf-8")
    made = JudgeDialog([tmp_path], dict)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not made.work.running)
    qtbot.keyClicks(made.who.request, "bread")
    assert names(made) == [f"1. {name}"]


def test_all_that_takes_the_focus_has_a_name(dialog):
    for widget in dialog.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible():
            text = widget.text() if isinstance(widget, QPushButton) else ""
            assert widget.accessibleName() or text, widget
    for button in dialog.findChildren(QPushButton):
        assert not button.autoDefault()


def test_the_window_opens_it_for_its_folder_and_stays_usable(qtbot, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    application(Settings(theme="light"))
    window = make_window(Settings())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert not window.actions_["judge"].isEnabled()
    window.open_paths([folder])
    QApplication.processEvents()
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    (dialog,) = window.findChildren(JudgeDialog)
    assert not dialog.isModal()
    qtbot.waitUntil(lambda: not dialog.work.running)
    qtbot.keyClicks(dialog.who.request, "bread")
    qtbot.keyClick(dialog.who.request, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.who.rows.list, Qt.Key.Key_Return)
    window.actions_["judge"].trigger()
    assert window.findChildren(JudgeDialog) == [dialog]
    assert window.present_editor().document.path == folder / "sub" / "baker.md"
    dialog.close()
    QApplication.processEvents()


def test_thousands_of_rows_are_cut_and_it_is_said(dialog):
    from agenteditor.ui.judge_rows import MOST_ROWS, Row

    dialog.duplicates.rows.show_rows([Row((str(at), "", ""), (Path("a"),)) for at in range(MOST_ROWS + 5)])
    assert len(rows(dialog.duplicates.rows)) == MOST_ROWS
    assert dialog.duplicates.rows.more.text().startswith("5 more are not shown")
