"""A rule switched off from the window: what is written where, and that everything follows it."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from agenteditor.app import dialogs
from agenteditor.app.commands import fix_all, make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core.checks import RULES

FAULTY = (
    "---\nname: {0}\ndescription: Use this when tests run.\nmodle: opus\n---\n\nYou are a tester of texts.\n"
)
OFF = '[rules]\n"key/near-miss" = "off"\n'


@pytest.fixture
def window(qtbot, monkeypatch, tmp_path):
    """A window on a folder of two agents with the same fault, one of them open; messages are kept."""
    (tmp_path / ".git").mkdir()
    for name in ("one", "two"):
        path = tmp_path / "agents" / "deep" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FAULTY.format(name), encoding="utf-8")
    application(Settings(theme="light"))
    made = make_window(Settings())
    made.told = []
    for name in ("say", "tell"):
        monkeypatch.setattr(dialogs, name, lambda _parent, title, text: made.told.append((title, text)))
    qtbot.addWidget(made)
    made.show()
    made.open_paths([tmp_path / "agents"])
    qtbot.waitUntil(lambda: not made.catalog.busy)
    return made


def codes(window):
    return [problem.code for problem in window.present_editor().document.problems]


def described(window):
    """How many problems the folder's list says each agent has."""
    rows = window.catalog._list.rows
    indexes = [rows.index_of(row) for row in rows.agents()]
    return [index.data(Qt.ItemDataRole.AccessibleDescriptionRole) for index in indexes]


def switch(window, code, word):
    """As the menu of a row does it."""
    window.present_editor().problems.switch_wanted.emit(code, word)
    QApplication.processEvents()


def test_the_rule_is_off_for_the_open_folder_and_everything_shows_it(window, qtbot, tmp_path):
    assert codes(window) == ["key/near-miss"]
    switch(window, "key/near-miss", "off")
    file = tmp_path / "agents" / ".agenteditor.toml"
    assert file.read_text(encoding="utf-8") == OFF
    assert window.statusBar().currentMessage() == f'Wrote "key/near-miss" = "off" into {file}'
    assert codes(window) == []
    assert window.status.problems.text() == "No problems · 1 not reported"
    assert window.present_editor().problems.isVisible()  # it says that one is not reported
    qtbot.waitUntil(lambda: not window.catalog.busy)
    assert described(window) == ["0 errors, 0 warnings"] * 2
    before = window.present_editor().document.text
    fix_all(window, window.present_editor().document)
    assert window.present_editor().document.text == before
    switch(window, "key/near-miss", "on")
    assert file.read_text(encoding="utf-8") == OFF.replace("off", "on")
    assert codes(window) == ["key/near-miss"]
    assert window.told == []


def test_other_lines_of_a_settings_file_stay_byte_for_byte(window, tmp_path):
    file = tmp_path / ".agenteditor.toml"
    file.write_bytes(b"# ours \t\r\n[rules]\r\n'name/*'='info'   # \xc3\xa4\r\n\r\n")
    file.chmod(0o640)
    window.read_settings()
    switch(window, "key/near-miss", "off")
    assert file.read_bytes() == (
        b"# ours \t\r\n[rules]\r\n'name/*'='info'   # \xc3\xa4\r\n\"key/near-miss\" = \"off\"\r\n\r\n"
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert not (tmp_path / "agents" / ".agenteditor.toml").exists()


def test_a_file_outside_the_open_folder_gets_its_settings_beside_it(window, tmp_path):
    outside = tmp_path / "elsewhere" / "three.md"
    outside.parent.mkdir()
    outside.write_text(FAULTY.format("three"), encoding="utf-8")
    window.open_paths([outside])
    switch(window, "key/near-miss", "off")
    assert (outside.parent / ".agenteditor.toml").read_text(encoding="utf-8") == OFF
    assert [path.name for path in (tmp_path / "agents").iterdir()] == ["deep"]


def test_what_cannot_be_written_is_said_and_nothing_changes(window, tmp_path):
    file = tmp_path / "agents" / ".agenteditor.toml"
    file.write_text("[rules\n", encoding="utf-8")
    window.read_settings()
    switch(window, "key/near-miss", "off")
    ((title, text),) = window.told
    assert title == "The settings are as they were." and "cannot be read as TOML" in text
    assert file.read_text(encoding="utf-8") == "[rules\n"
    file.unlink()
    os.mkfifo(file)
    switch(window, "key/near-miss", "off")
    assert "a pipe" in window.told[1][1]
    assert codes(window) == ["key/near-miss"]


def test_faults_of_the_settings_stand_above_the_views_until_they_are_mended(window, tmp_path):
    bar = window.present_editor().messages
    assert not bar.isVisible()
    file = tmp_path / "agents" / ".agenteditor.toml"
    file.write_text('[rules]\n"a/<b>b</b>" = "off"\n"key/near-miss" = "of"\n', encoding="utf-8")
    window.read_settings()
    assert bar.isVisible()
    assert ".agenteditor.toml:2: There is no rule “a/<b>b</b>”" in bar._text.text()
    assert "1 more" in bar._text.text()
    file.write_text(OFF, encoding="utf-8")
    window.read_settings()
    assert not bar.isVisible() and codes(window) == []


def test_settings_changed_by_another_program_count_when_the_window_is_used_again(window, tmp_path, qtbot):
    (tmp_path / "agents" / ".agenteditor.toml").write_text(OFF, encoding="utf-8")
    qtbot.waitUntil(window.isActiveWindow)
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert codes(window) == []


def test_every_rule_can_be_explained(window):
    for code, rule in RULES.items():
        window.present_editor().problems.rule_wanted.emit(code)
        title, text = window.told.pop()
        assert title == rule.title and text.startswith(rule.why) and f"Rule: {code}\n" in text
