"""What earlier runs left is asked about one question at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from agenteditor.app.starting import OneByOne


def test_each_question_waits_for_the_one_before(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialogs: list[QDialog] = []
    done: list[str] = []

    def ask() -> None:
        dialogs.append(QDialog(window))
        dialogs[-1].open()

    OneByOne([ask, ask, lambda: done.append("swept")], window)
    qtbot.waitUntil(lambda: len(dialogs) == 1)
    qtbot.wait(300)  # time enough for a second one to come too early
    assert len(dialogs) == 1 and not done
    dialogs[0].accept()
    qtbot.waitUntil(lambda: len(dialogs) == 2)
    assert not done
    dialogs[1].reject()
    qtbot.waitUntil(lambda: done == ["swept"])
