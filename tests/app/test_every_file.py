"""Real files in the real window: whatever is opened and looked at stays as it was, byte for byte."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.core import files
from agenteditor.ui.editor import VIEWS

# Each file takes a third of a second; AGENTEDITOR_EVERY=1 looks at all of them.
EVERY = int(os.environ.get("AGENTEDITOR_EVERY", "8"))
PARTS = 4  # none so long that a busy machine seems to hang


@pytest.mark.parametrize("part", range(PARTS))
def test_looking_at_a_real_file_in_every_view_changes_nothing(shared, qtbot, part):
    application(Settings(theme="light"))
    window = make_window(Settings())
    qtbot.addWidget(window)
    window.show()
    paths = sorted([*shared.glob("corpus/**/*.md"), *shared.glob("vectors/*.md"), *shared.glob("seed/*.md")])
    for path in paths[::EVERY][part::PARTS]:
        window.open_paths([path])
        editor = window.present_editor()
        for name in VIEWS:
            window.show_view(name)
            QApplication.processEvents()
        for problem in editor.document.problems[:3]:
            editor.show_problem(problem)
        for source in ("router", "powers", "file", "changes", "prompt"):
            editor.preview.show_source(source)
            QApplication.processEvents()
        assert files.encode(editor.document.text) == path.read_bytes(), path
        assert not editor.document.modified
        assert window.close_document(window.editors()[0])
        # Without a running event loop Qt does not get round to deleting what was closed.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
