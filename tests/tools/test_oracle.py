"""The reader is asked, answers are stored and compared, and where that cannot be a sentence says why.

The reader here is a small program that judges by one word in the file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import oracle
from tools.oracle import Row, Unasked

READER = """\
#!{python}
import json, os, sys
from pathlib import Path
if os.environ["HOME"] == {home!r} or sys.argv[1:4] != ["plugin", "validate", "--json"]:
    sys.exit("asked wrongly")
told = []
for path in sorted(Path(sys.argv[4], "agents").iterdir()):
    text = path.read_bytes()
    errors = [word for word in ("frontmatter", "name") if b"bad " + word.encode() in text]
    warnings = ["description"] if b"description" not in text else []
    told.append({{"file": str(path), "errors": [{{"path": p}} for p in errors], "warnings": [{{"path": p}} for p in warnings]}})
print(json.dumps({{"contents": told}}))
sys.exit(1)
"""
FILE = "---\nname: a\ndescription: b\n---\nBody\n"


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    program = tmp_path / "claude"
    program.write_text(READER.format(python=sys.executable, home=str(Path.home())), "utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reference files: one with frontmatter, one without; and nothing stored yet."""
    folder = tmp_path / "shared"
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "VERDICTS.tsv").write_text("corpus/a.md\tloads\t\ncorpus/b.md\tnone\t\n", "utf-8")
    (folder / "corpus" / "a.md").write_text(FILE, "utf-8")
    (folder / "corpus" / "b.md").write_text("No frontmatter", "utf-8")
    data = tmp_path / "data"
    data.mkdir()
    for name in ("answers.tsv", "differences.tsv", "left_over.tsv"):
        (data / name).touch()
    monkeypatch.setenv("AGENTEDITOR_SHARED", str(folder))
    monkeypatch.setattr(oracle, "DATA", data)
    return folder


def test_each_answer_becomes_a_letter_over_any_number_of_batches(reader, monkeypatch):
    monkeypatch.setattr(oracle, "BATCH", 2)
    files = [b"description", b"", b"bad frontmatter", b"bad name description", b"description"]
    assert oracle.ask(reader, files) == "lfFfl"


def test_a_warning_about_the_frontmatter_means_that_there_is_none():
    assert oracle.letter_of({"errors": [], "warnings": [{"path": "frontmatter"}]}) == "n"


def test_a_reader_that_does_not_answer_is_said(tmp_path, reader):
    reader.write_text("#!/bin/sh\necho no such command\n")
    with pytest.raises(Unasked, match=r"did not answer as expected:\nno such command"):
        oracle.ask(reader, [b""])


def test_answers_are_stored_and_the_next_time_all_is_as_stored(shared, reader, monkeypatch, capsys):
    monkeypatch.setattr(oracle, "install", lambda folder: reader)
    oracle.main(["--renew"])
    (row,) = oracle.answers()
    assert (row.path, len(row.answers)) == ("corpus/a.md", oracle.SEEDS)
    assert FILE.splitlines()[1] not in (oracle.DATA / "answers.tsv").read_text("utf-8")
    # That reader knows no YAML, so there are differences, and they have no causes yet.
    assert oracle.known_differences()
    assert set(oracle.known_differences().values()) == {""}
    assert oracle.main([]) == 0
    assert f"of {oracle.SEEDS} mutants" in capsys.readouterr().out


def test_a_cause_that_was_written_is_kept(shared, reader, monkeypatch):
    monkeypatch.setattr(oracle, "install", lambda folder: reader)
    oracle.main(["--renew"])
    first, *others = oracle.known_differences()
    oracle.write("differences.tsv", [], [(*first, "A cause.")])
    oracle.main(["--renew"])
    assert oracle.known_differences() == {first: "A cause.", **dict.fromkeys(others, "")}


def test_another_answer_than_before_is_told(shared, reader, monkeypatch, capsys):
    monkeypatch.setattr(oracle, "install", lambda folder: reader)
    oracle.main(["--renew"])
    reader.write_text(reader.read_text("utf-8").replace("not in text", "in text"), "utf-8")
    assert oracle.main([]) == 1
    assert "This is not what is stored" in capsys.readouterr().out


def test_without_npm_a_sentence_says_so(shared, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(oracle, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert oracle.main([]) == 2
    assert capsys.readouterr().err == (
        "The reader cannot be installed: there is no npm here. It comes with Node.js.\n"
    )


def test_what_npm_says_is_passed_on(monkeypatch, tmp_path):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unasked, match="no network"):
        oracle.install(tmp_path / "build")


def test_without_reference_files_a_sentence_says_so(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("AGENTEDITOR_SHARED", str(tmp_path))
    assert oracle.main([]) == 2
    assert "AGENTEDITOR_SHARED" in capsys.readouterr().err


def row_of(data: bytes) -> Row:
    return Row("corpus/a.md", oracle.digest([data]), oracle.digest(oracle.mutants(data, range(3))), 0, "lll")


def test_a_reference_file_that_changed_is_noticed(shared):
    row = row_of(FILE.encode())
    assert len(oracle.mutants_of(row, shared)) == 3
    (shared / "corpus" / "a.md").write_text(FILE + "more", "utf-8")
    with pytest.raises(Unasked, match=r"corpus/a\.md has changed"):
        oracle.mutants_of(row, shared)
    (shared / "corpus" / "a.md").unlink()
    with pytest.raises(Unasked, match=r"corpus/a\.md cannot be read"):
        oracle.mutants_of(row, shared)


def test_other_mutants_than_before_are_noticed(shared):
    row = row_of(FILE.encode())._replace(first=7)
    with pytest.raises(Unasked, match=r"tools/mutations\.py makes other mutants"):
        oracle.mutants_of(row, shared)


OURS = {
    "": "n",
    "---\nname: a\ndescription: b\n---\n": "l",
    "---\nname:\ndescription: 12\n---\n": "l",
    "---\ndescription:\n---\n": "l",
    "---\nname: 12\ndescription: b\n---\n": "f",
    "---\nname: a\ndescription: [b]\n---\n": "f",
    "---\nname: a\n---\n": "f",
    "---\n---\n": "f",
    "---\nname: b:\n---\n": "F",
    "---\na: " + "[" * 70 + "\n---\n": "?",
}


@pytest.mark.parametrize(("text", "letter"), OURS.items())
def test_our_verdict_and_required_fields_are_one_letter(text, letter):
    assert oracle.ours(text.encode()) == letter
