"""The fuzzer without its engine: the targets hold on files that are known, and what breaks one is noted."""

from __future__ import annotations

import importlib.util

import pytest

from tools import fuzz, fuzz_targets
from tools.fuzz_targets import TARGETS

AGENT = b"""---
name: a-b
description: 'Use it. <example>user: "a" assistant: "b"</example>'
tools: [Read, Grep]
---

You are a tester.

## Rules

- One
- Two
"""


def test_every_target_has_a_name_here():
    assert tuple(TARGETS) == fuzz.NAMES


@pytest.mark.parametrize("name", fuzz.NAMES)
def test_a_target_holds_on_an_agent_whatever_stands_behind_it(name):
    for odd in (b"", b"\r", b"\xff", b"\n---", b"\n\n1. **A:**\n   - x"):  # other bytes: other choices
        TARGETS[name](AGENT + odd)


def test_the_first_inputs_are_whole_files_but_for_examples():
    files, values = (list(fuzz.seeds(name)) for name in ("file", "examples"))
    assert len(files) > 500 and len(values) > 500
    assert sum(data.startswith(b"---\n") for data in files) > 500
    assert all(len(data) <= fuzz.LONGEST for data in files)


def test_a_finding_is_kept_once_with_its_shortest_input(tmp_path, capsys):
    (tmp_path / "found").mkdir()

    def target(data: bytes) -> None:
        assert b"!" not in data, f"{len(data)} bytes"

    judge = fuzz._Judge(target, tmp_path)
    for data in (b"", b"long!", b"!", b"also!", b"a"):
        judge.judge(data)
    (kept,) = (path for path in (tmp_path / "found").iterdir() if not path.suffix)
    assert kept.read_bytes() == b"!"
    assert "AssertionError: 1 bytes" in kept.with_suffix(".txt").read_text()
    (line,) = capsys.readouterr().err.splitlines()
    assert "AssertionError: _ bytes" in line and kept.name in line


LOG = """#2\tINITED cov: 20 ft: 20 corp: 1/1b exec/s: 0 rss: 60Mb
fuzz-found: body.py:3 ValueError: x (ab12)
#99\tNEW    cov: 31 ft: 40 corp: 2/2b exec/s: 9 rss: 61Mb
"""


def test_the_words_of_a_run_are_read():
    ends = "stat::number_of_executed_units: 120\nstat::peak_rss_mb: 77\n"
    done = fuzz._read("file", LOG + ends, 0)
    assert (done.executions, done.coverage, done.memory, done.ended) == (120, 31, 77, "")
    assert done.found == ["body.py:3 ValueError: x (ab12)"]
    hung = fuzz._read("file", LOG + "==7== ERROR: libFuzzer: timeout after 60 seconds\n", 70)
    assert (hung.executions, hung.memory) == (99, 61)
    assert hung.ended == "status 70, libFuzzer: timeout after 60 seconds"


@pytest.mark.skipif(importlib.util.find_spec("atheris") is not None, reason="it is there")
def test_without_the_engine_it_is_said_how_to_get_it(capsys):
    assert fuzz.main([]) == 2
    assert "pip install atheris" in capsys.readouterr().err


def test_what_does_not_hold_is_an_error(monkeypatch):
    monkeypatch.setattr(fuzz_targets, "findings", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        TARGETS["file"](AGENT)
