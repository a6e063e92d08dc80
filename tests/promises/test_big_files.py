"""Files too big, binary or with an endless line are looked at, a part at a time; others are refused at once."""

from __future__ import annotations

import os
import random
import re
import resource
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from agenteditor.app import dialogs
from agenteditor.app.commands import make_window
from agenteditor.app.main import application
from agenteditor.app.settings import Settings
from agenteditor.cli import main
from agenteditor.core import slices
from agenteditor.core.disk import LIMIT
from agenteditor.core.file_problem import FileProblem
from agenteditor.core.slices import LONGEST_LINE, PART, Slices, reason_against
from agenteditor.ui.light_view import LightView

AGENT = b"---\nname: a\ndescription: Use it.\n---\n"


def _made(path, kind):
    if kind == "lines over 8 MB":
        path.write_bytes(AGENT + "A line of text, ünïcode too.\n".encode() * 300_000)
    elif kind == "10 GB without a byte":
        with path.open("wb") as file:
            file.truncate(10 << 30)
    elif kind == "one line over 8 MB":
        path.write_bytes(AGENT + b"x" * (LIMIT + 1))
    elif kind == "a line over 200,000 bytes":
        path.write_bytes(AGENT + b"word " * (LONGEST_LINE // 5) + b"more\n")
    elif kind == "binary":
        path.write_bytes(bytes(range(256)) * 400)
    elif kind == "NUL":
        path.write_bytes(AGENT + b"a\0b")
    return path


KINDS = [
    *("lines over 8 MB", "10 GB without a byte", "one line over 8 MB"),
    *("a line over 200,000 bytes", "binary", "NUL"),
]


@pytest.fixture
def said(monkeypatch):
    sentences = []
    monkeypatch.setattr(dialogs, "say", lambda *args: sentences.append(args[2]))
    return sentences


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch, said):
    monkeypatch.chdir(tmp_path)
    application(Settings(theme="light"))
    made = make_window(Settings())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_p37_what_is_not_edited_is_shown_at_once_in_a_tab(promise, window, qapp, tmp_path, kind):
    path = _made(tmp_path / "big.md", kind)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    window.open_paths([path])
    qapp.processEvents()
    took = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    view = window.documents.currentWidget()
    assert isinstance(view, LightView)
    assert "read-only" in view.sentence
    assert window.documents.tabText(0) == "big.md"
    assert grown < 200 + 2 * path.stat().st_size / (1 << 20)
    assert len(view.text.toPlainText()) < 2 * PART
    view.show_part(view.slider.maximum())
    window.open_paths([path])
    assert window.documents.count() == 1
    assert view.edit.isVisible() == (path.stat().st_size <= LIMIT)
    window.actions_["close"].trigger()
    assert window.documents.count() == 0
    promise.measured(f"{kind}: shown in {took:.2f} s, memory +{grown:.0f} MB")
    if promise.torture:
        assert took < 5


LARGE = {
    "lines": AGENT + b"A line of text, words too.\n" * 310_000,
    "letters of other scripts": AGENT + "Ünïcode wörds, ägain.\n".encode() * 320_000,
    "short lines": AGENT + b"x\n" * 4_190_000,
    "empty lines": AGENT + b"\n" * 8_380_000,
    "a frontmatter": b"---\nname: a\ndescription: |\n" + b"  A line of it.\n" * 520_000 + b"---\nGo.\n",
    "lists and headings": AGENT + b"# Heading\n\n- An item of **a** list\n\nSome words.\n" * 43_000,
}


@pytest.mark.parametrize("kind", LARGE)
def test_p37_a_large_file_is_opened_to_edit(promise, window, qapp, tmp_path, kind):
    """Up to 8 MB. The time is that of the window's thread, with all that it draws at once."""
    path, data = tmp_path / "large.md", LARGE[kind]
    if not promise.torture:
        data = data[: data.rindex(b"\n", 0, 1 << 18) + 1]
    path.write_bytes(data)
    start, worked = time.perf_counter(), time.thread_time()
    window.open_paths([path])
    qapp.processEvents()
    worked, took = time.thread_time() - worked, time.perf_counter() - start
    assert window.editor is not None
    assert window.editor.document.text.encode() == data
    promise.measured(
        f"{len(data) / (1 << 20):.1f} MB, {kind}: opened in {took:.1f} s, of work {worked:.2f} s"
    )
    if promise.torture:
        assert len(data) > LIMIT // 2 or "lists" in kind
        assert worked < 2


def test_p37_every_byte_of_a_file_is_in_one_part(promise, tmp_path):
    path = tmp_path / "a.md"
    data = "aé€\U0001f600\r\n".encode() * 20_000 + b"\xff\xfe tail"
    path.write_bytes(data)
    held = Slices(path)
    parts = [held.part(index) for index in range(held.count)]
    held.close()
    assert "".join(part.text for part in parts).encode("utf-8", "surrogateescape") == data
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    promise.measured(f"{len(data):,} bytes in {len(parts)} parts: no byte missing or twice, no character cut")


def test_p37_a_text_of_another_encoding_is_edited_and_a_picture_is_not():
    assert reason_against(AGENT + "Grüße, ça va".encode("latin-1") * 50) is None
    assert reason_against(b"") is None
    assert reason_against(AGENT) is None
    assert reason_against(b"\x89PNG\r\n\x1a\n\0\0\0") == "binary"
    for seed in range(100):
        assert reason_against(random.Random(seed).randbytes(4_096).replace(b"\0", b"\1")) == "binary"
    assert reason_against(b"x" * (LONGEST_LINE + 1)) == "long-line"
    assert reason_against((b"x" * LONGEST_LINE + b"\n") * 3) is None


@given(st.text(alphabet="ab\r\n", max_size=40), st.integers(1, 6))
def test_p37_a_long_line_is_found_wherever_it_stands(text, longest):
    found = max(map(len, re.split("[\r\n]", text))) > longest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "LONGEST_LINE", longest)
        assert (reason_against(text.encode()) == "long-line") == found


def test_p37_edit_all_the_same_opens_the_editor(promise, window, tmp_path):
    path = _made(tmp_path / "long.md", "a line over 200,000 bytes")
    window.open_paths([path])
    view = window.documents.currentWidget()
    assert isinstance(view, LightView)
    QTest.mouseClick(view.edit, Qt.MouseButton.LeftButton)
    assert window.editor is not None
    assert window.editor.document.text.encode() == path.read_bytes()
    assert window.documents.count() == 1
    promise.measured("a file with a long line is edited when asked for")


def test_p37_what_is_no_file_is_refused_at_once(promise, window, said, tmp_path, capsys):
    pipe, sock = tmp_path / "pipe.md", tmp_path / "sock.md"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(sock))
        paths = [pipe, sock, *map(type(pipe), ("/dev/zero", "/dev/null", "/proc/self/maps", "/proc/kmsg"))]
        start = time.perf_counter()
        for path in paths:
            with pytest.raises(FileProblem) as problem:
                Slices(path)
            assert problem.value.code == "not-a-file"
            window.open_paths([path])
            assert main(["check", str(path)]) != 0
        took = time.perf_counter() - start
    assert len(said) == len(paths)
    assert window.documents.count() == 0
    assert capsys.readouterr().err.count("not a file with text") == len(paths)
    promise.measured(
        f"{len(paths)} pipes, sockets, devices, files of /proc refused with a sentence in {took:.2f} s"
    )


def test_p37_the_command_line_says_what_is_too_big(promise, tmp_path, capsys):
    path = _made(tmp_path / "big.md", "10 GB without a byte")
    for command in ("check", "show"):
        assert main([command, str(path)]) != 0
        assert "more than the 8 MB" in capsys.readouterr().err
    promise.measured("check and show refuse 10 GB with a sentence")
