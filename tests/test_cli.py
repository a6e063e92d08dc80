"""The command line, from outside: what it prints, writes and returns."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from agenteditor.cli import main

ROOT = Path(__file__).resolve().parent.parent
GOOD = "---\nname: good\ndescription: Use this agent when a test needs one.\nmodel: opus # fast\n---\n\nYou are a good agent that does what it is told.\n"
SCHEMA = json.loads((ROOT / "docs" / "show.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    path.write_text(GOOD, encoding="utf-8")
    return path


def shown(capsys, *paths):
    status = main(["show", *map(str, paths)])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_check_says_nothing_bad_of_a_good_file(good, capsys):
    assert main(["check", str(good)]) == 0
    assert capsys.readouterr().out == "1 file: no problems.\n"


def test_check_names_place_severity_and_code_and_warnings_pass(seed_path, capsys):
    assert main(["check", str(seed_path)]) == 0
    out = capsys.readouterr().out
    assert f"{seed_path}:3:500: warning: " in out
    assert "[yaml/repaired]" in out


def test_check_fails_on_errors_and_says_where_as_json(tmp_path, capsys):
    bad = tmp_path / "bad.md"
    bad.write_text("---\nname: bad\ndescription: ends in a colon:\n---\nBody\n", encoding="utf-8")
    assert main(["check", str(bad), "--format", "json"]) == 1
    (record,) = json.loads(capsys.readouterr().out)
    assert (record["verdict"], record["loads"]) == ("fails", False)
    assert any(p["severity"] == "error" and p["line"] == 3 for p in record["problems"])


def test_check_says_where_a_file_loads(seed_path, good, capsys):
    assert main(["check", "--where", str(seed_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line[2:40].strip(): line[40:] for line in lines if line.startswith("  ")}
    assert rows["VS Code"] == "loads: Read as it is meant."
    assert rows["Gemini CLI"].startswith("refused: Line 3, column 500: ")
    assert "  One edit makes the spelling no matter: values in quotes." in lines
    assert main(["check", "--where", "--format", "json", str(good)]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert [row["outcome"] for row in record["readers"][:3]] == ["loads"] * 3


def test_a_file_that_is_not_there_is_named_and_the_others_are_done(good, tmp_path, capsys):
    assert main(["check", str(tmp_path / "none.md"), str(good)]) == 2
    captured = capsys.readouterr()
    assert "none.md" in captured.err and captured.err.count("\n") == 1
    assert captured.out == "1 file: no problems.\n"


def test_a_folder_means_its_md_files_at_any_depth(good, tmp_path, capsys):
    deep = tmp_path / ".claude" / "agents" / "deep.md"
    deep.parent.mkdir(parents=True)
    deep.write_text(GOOD.replace("good", "deep"), encoding="utf-8")
    (tmp_path / "note.txt").write_text("no agent", encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.md").write_text("no agent", encoding="utf-8")
    status, records = shown(capsys, tmp_path)
    assert status == 0
    assert [record["path"] for record in records] == [str(deep), str(good)]


def test_a_folder_without_agents_is_said_to_be_empty(tmp_path, capsys):
    assert main(["check", str(tmp_path)]) == 2
    assert "no .md files" in capsys.readouterr().err


def test_show_tells_the_sample_whole(seed_path, capsys):
    _, (record,) = shown(capsys, seed_path)
    jsonschema.validate(record, SCHEMA)
    assert (record["verdict"], record["loads"]) == ("repaired", True)
    assert len(record["fields"]["description"]) == 1660
    assert record["fields"]["model"] == "sonnet"
    assert [len(example["turns"]) for example in record["examples"]] == [2, 2, 2]
    first = record["examples"][0]
    assert first["context"] == "The user needs help implementing a new API endpoint."
    assert [turn["speaker"] for turn in first["turns"]] == ["user", "assistant"]
    assert first["turns"][1]["text"].startswith("I'll use the backend-engineer agent")
    assert first["commentary"].startswith("Since this involves")
    assert [(s["title"], s["kind"], len(s["items"]), len(s["children"])) for s in record["sections"]] == [
        ("", "prose", 0, 0),
        ("Core Responsibilities", "groups", 0, 6),
        ("Technical Expertise", "bullets", 6, 0),
        ("Working Principles", "numbered", 10, 0),
        ("Output Approach", "bullets", 6, 0),
        ("Quality Standards", "bullets", 6, 0),
        ("When implementing solutions, you will", "numbered", 6, 0),
        ("", "prose", 0, 0),
    ]
    assert [len(group["items"]) for group in record["sections"][1]["children"]] == [5, 6, 5, 5, 5, 5]
    assert record["problems"][0]["fixes"] == ["Make it valid YAML"]


def test_show_never_fails_on_a_real_file_and_keeps_to_its_schema(shared, capsys):
    status, records = shown(capsys, shared / "corpus", shared / "vectors", shared / "seed")
    assert status == 0
    assert len(records) >= 251
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for record in records:
        validator.validate(record)


SETS = [
    (["model=haiku"], GOOD.replace("opus", "haiku")),
    (["name=3000"], GOOD.replace("name: good", "name: '3000'")),
    (["maxTurns=5"], GOOD.replace("# fast\n", "# fast\nmaxTurns: 5\n")),
    (["description="], GOOD.replace("Use this agent when a test needs one.", '""')),
    (["tools:=[]"], GOOD.replace("one.\n", "one.\ntools: []\n")),
    (["tools=Read, Bash"], GOOD.replace("one.\n", "one.\ntools: Read, Bash\n")),
    (["description=One: two"], GOOD.replace("Use this agent when a test needs one.", "'One: two'")),
    (["--remove", "model"], GOOD.replace("model: opus # fast\n", "")),
    (
        ["name=other", "color=red"],
        GOOD.replace("name: good", "name: other").replace("# fast\n", "# fast\ncolor: red\n"),
    ),
]


@pytest.mark.parametrize(("arguments", "after"), SETS, ids=[" ".join(a) for a, _ in SETS])
def test_set_changes_its_field_and_nothing_else(good, arguments, after):
    assert main(["set", str(good), *arguments]) == 0
    assert good.read_text(encoding="utf-8") == after


def test_set_writes_to_another_file_and_leaves_the_first(good, tmp_path):
    copy = tmp_path / "copy.md"
    assert main(["set", str(good), "name=copy", "--output", str(copy)]) == 0
    assert good.read_text(encoding="utf-8") == GOOD
    assert copy.read_text(encoding="utf-8") == GOOD.replace("name: good", "name: copy")


@pytest.mark.parametrize("arguments", [["hooks:=a: b: c"], ["--remove", "color"], ["name=new", "model:={"]])
def test_set_refuses_with_a_reason_and_writes_nothing(good, arguments, capsys):
    assert main(["set", str(good), *arguments]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert good.read_text(encoding="utf-8") == GOOD


def test_set_without_frontmatter_is_refused(tmp_path, capsys):
    path = tmp_path / "notes.md"
    path.write_text("Only notes\n", encoding="utf-8")
    assert main(["set", str(path), "name=a"]) == 1
    assert "Make it an agent first" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "Only notes\n"


def test_what_is_not_an_assignment_is_said(good, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["set", str(good), "model"])
    assert exit_.value.code == 2
    assert "KEY=VALUE" in capsys.readouterr().err


def test_fix_shows_a_diff_and_writes_nothing(seed_path, tmp_path, capsys):
    copy = tmp_path / "backend-engineer.md"
    copy.write_bytes(seed_path.read_bytes())
    assert main(["fix", str(copy), "--diff"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line[:15] for line in out if line.startswith(("+d", "-d"))] == [
        "-description: U",
        '+description: "',
    ]
    assert copy.read_bytes() == seed_path.read_bytes()


def test_fix_makes_the_sample_valid_and_changes_only_quotes(seed_path, tmp_path, capsys):
    copy = tmp_path / "backend-engineer.md"
    copy.write_bytes(seed_path.read_bytes())
    assert main(["fix", str(copy)]) == 0
    capsys.readouterr()
    before, after = seed_path.read_bytes(), copy.read_bytes()
    assert (
        after.replace(b'description: "', b"description: ", 1).replace(b'</example>"\n', b"</example>\n", 1)
        == before
    )
    _, (record,) = shown(capsys, copy)
    assert record["verdict"] == "valid"
    assert len(record["fields"]["description"]) == 1660
    assert main(["fix", str(copy)]) == 0
    assert copy.read_bytes() == after


def test_bytes_that_are_no_text_survive_set(tmp_path):
    path = tmp_path / "odd.md"
    path.write_bytes(GOOD.encode() + b"\xff\xfe\r\n\x00")
    assert main(["set", str(path), "model=haiku"]) == 0
    assert path.read_bytes() == GOOD.replace("opus", "haiku").encode() + b"\xff\xfe\r\n\x00"


def test_opening_and_saving_any_real_file_is_byte_identical(shared, tmp_path):
    from agenteditor.core import files

    paths = [*shared.glob("corpus/**/*.md"), *shared.glob("vectors/*.md"), *shared.glob("seed/*.md")]
    for path in paths:
        target = tmp_path / "copy.md"
        target.unlink(missing_ok=True)
        files.save(target, files.load(path).text, None)
        assert target.read_bytes() == path.read_bytes()
    assert len(paths) >= 251


def run(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **options.pop("env", {})}
    command = [sys.executable, "-m", "agenteditor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False, **options)


def test_the_commands_import_no_qt(seed_path):
    code = (
        "import sys; from agenteditor.cli import main; main(['check', sys.argv[1]]);"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(seed_path)], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_output_is_utf_8_in_any_locale_and_a_closed_pipe_is_no_error(seed_path, tmp_path):
    done = run("show", seed_path, env={"LC_ALL": "C", "PYTHONIOENCODING": ""})
    assert done.returncode == 0
    assert "“" in done.stdout.decode("utf-8")
    pipe = f"{sys.executable} -m agenteditor show {seed_path} {seed_path} | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", pipe],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "--help"], ["set", "--help"], ["export", "--help"]]
)
def test_help_teaches_by_example(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 0
    assert "\n  agenteditor " in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["check", "LONG"], ["show", "LONG/x.md"], ["fix", "LONG"], ["set", "LONG", "a=b"], ["set", "GOOD", "a=b", "--output", "LONG"],
     ["export", "GOOD", "--to", "LONG"], ["export", "GOOD", "--to", "GOOD/below"], ["LONG"]],
    ids=" ".join,
)  # fmt: skip
def test_an_impossible_path_is_one_line_of_error_and_nothing_is_written(arguments, good, tmp_path, capsys):
    long = tmp_path / ("x" * 300)
    assert main([a.replace("LONG", str(long)).replace("GOOD", str(good)) for a in arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["good.md"]
    assert good.read_text(encoding="utf-8") == GOOD


def test_a_path_that_is_not_there_opens_no_window(tmp_path, capsys):
    assert main([str(tmp_path / "none.md")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_without_a_screen_the_window_says_so_in_a_line(good):
    bare = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    command = [sys.executable, "-m", "agenteditor", str(good)]
    done = subprocess.run(
        command,
        env={**bare, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "there is no screen" in done.stderr


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    "command",
    [
        ["fix", "--dry-run"],
        ["check", "--fix", "--dry-run"],
        ["check"],
    ],
)
def test_a_terminal_gets_nothing_that_steers_it_or_hides_and_a_pipe_gets_all(
    tmp_path, monkeypatch, capsys, command
):
    """Diffs hold lines of the file; the name of the file is in every line."""
    path = tmp_path / "a\x1b[2J\u202eb.md"
    hidden = "Use it\u200b when \u202etests\u2066 run.\x9b2J"
    text = f"---\nname: a-b\ndescription: Use it: {hidden}\n---\n\nYou\tare {hidden}\r\n"
    path.write_text(text, "utf-8", newline="")
    main([*command, str(path)])
    piped = capsys.readouterr().out
    streams = [Terminal(), Terminal()]
    for name, stream in zip(("stdout", "stderr"), streams, strict=True):
        monkeypatch.setattr(sys, name, stream)
    main([*command, str(path)])
    told = "".join(stream.getvalue() for stream in streams)
    assert told.replace("\n", "").replace("\t", "").isprintable()
    assert "a[U+001B][2J[U+202E]b.md" in told
    if command != ["check"]:
        assert "[U+200B] when [U+202E]tests[U+2066] run.[U+009B]2J" in told
        assert hidden in piped


def test_a_file_written_to_a_terminal_is_shown_in_the_same_way(good, monkeypatch):
    good.write_text(GOOD + "Not\u200bhing hidden.\n", "utf-8")
    monkeypatch.setattr(sys, "stdout", stream := Terminal())
    main(["convert", "--to", "gemini-cli", "--output", "-", str(good)])
    assert "Not[U+200B]hing hidden.\n" in stream.getvalue()


def test_messages_name_what_cannot_be_seen_as_the_views_do(tmp_path, capsys):
    path = tmp_path / "a.md"
    path.write_text("---\nname: a\u200bb\ndescription: Use it.\n---\n\nYou are good.\n", "utf-8")
    main(["check", str(path)])
    assert "“a[U+200B]b”" in capsys.readouterr().out
