"""The reader's verdict: every known answer of the real one, and the rules one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.reader import BOM, find_fence, read, repair
from tests.core.texts import agent_texts

ANSWERS = ("corpus/VERDICTS.tsv", "vectors/VERDICTS.tsv")
SAME = {
    "loads": ("valid", "repaired"),
    "fields": ("valid", "repaired"),
    "fails": ("fails",),
    "none": ("none",),
}


def answers(shared: Path) -> list[tuple[Path, str]]:
    rows = []
    for table in ANSWERS:
        for line in (shared / table).read_text(encoding="utf-8").splitlines():
            name, verdict = line.split("\t")[:2]
            path = shared / name if (shared / name).is_file() else shared / "vectors" / name
            rows.append((path, verdict))
    return rows


def test_every_known_answer_of_the_real_reader_is_ours(shared):
    rows = answers(shared)
    wrong = [
        (path.name, verdict, ours)
        for path, verdict in rows
        if (ours := read(path.read_bytes().decode("utf-8", "surrogateescape")).verdict) not in SAME[verdict]
    ]
    assert len(rows) == 251
    assert wrong == []


def test_the_sample_loads_only_by_repair_and_the_fault_is_at_line_3_column_500(seed_text):
    reading = read(seed_text)
    assert reading.verdict == "repaired"
    (fault,) = reading.faults
    assert fault.code == "yaml/colon"
    line_start = seed_text.rindex("\n", 0, fault.span.start) + 1
    assert seed_text.count("\n", 0, fault.span.start) + 1 == 3
    assert fault.span.start - line_start + 1 == 500


def test_the_sample_with_crlf_fails_because_the_repair_matches_no_line(seed_text):
    assert read(seed_text.replace("\n", "\r\n")).verdict == "fails"


# (frontmatter without its fences, verdict); the answers are the real parser's.
RULES = {
    "A: NUL": ("a: x\0", "fails"),
    "A: other controls are ordinary": ("a: x\x01\x85\u2028\ufeff\x7f", "valid"),
    "A: a byte order mark at the start takes no column": ("\ufeff  a: b\n  c: d", "valid"),
    "A: so what follows it may be too far in": ("\ufeff  a: b\nc: d", "fails"),
    "A: a byte order mark later": ("a:\n  b: c\n\ufeff  d: e", "valid"),
    "B: a quoted text goes on at column 0": ("a: 'x\ny'", "fails"),
    "B: a blank line in quotes is free": ("a: 'x\n\n  y'", "valid"),
    "B: a closing bracket is free": ("a: [x,\n  y\n]", "valid"),
    "B: a comma that begins a line is free": ("a: [x\n, y\n]", "valid"),
    "B: a flow list goes on at column 0": ("a: [x,\ny]", "fails"),
    "B: a brace in quotes closes nothing": ('a: "x\n}"', "fails"),
    "B: a hash in quotes is no comment": ("a: 'x\n# y'", "fails"),
    "B: a comment in a flow list is free": ("a: [x,\n# c\n]", "valid"),
    "B: a closing bracket behind a tab is free": ("a: [x\n\t]", "valid"),
    "B: a comma behind a tab is free": ("a: [x\n\t, y]", "valid"),
    "B: below an anchor a map's own column counts": ("a: &b\n  c: 'x\n   y'", "valid"),
    "B: below an anchor, not far enough in": ("a: &b\n  c: 'x\n  y'", "fails"),
    "B: a lone CR ends a line": ("a:\r - b: 'x\n    y'", "valid"),
    "B: after a lone CR, not far enough in": ("a:\r - b: 'x\n   y'", "fails"),
    "B: deeper": ("a:\n  b: 'x\n  y'", "fails"),
    "C: comment right after a quote": ("a:\n  'x'#c", "fails"),
    "C: comment right after a block header": ("a: |#c\n  x", "fails"),
    "C: with a blank before it": ("a: |  #c\n  x", "valid"),
    "C: comment right after a comma": ("a: [x,#c\n  y\n]", "fails"),
    "C: comment right after a bracket": ("a: [#c\n  y\n]", "fails"),
    "C: comment right after a colon in brackets": ("a: ['x':#c\n y]", "fails"),
    "C: comment right after a closing bracket": ("a: [[x]#c\n  ]", "fails"),
    "C: with a blank before it, in brackets": ("a: [x, #c,#d\n  y\n]", "valid"),
    "C: a hash in a text in brackets": ("a: {b:#c\n  d}", "valid"),
    "D: after a lone CR": ("a:\r  b:\n   c", "valid"),
    "D: a list at its key's column": ("a:\n- x", "valid"),
    "D: a flow list at its key's column": ("a:\n[x]", "fails"),
    "D: a text below an empty key": (":\n x", "valid"),
    "D: below a complex key": ("? a\n: b\n? c\n:\n d", "valid"),
    "D: below a complex key, not indented": ("? a\n:\nb", "fails"),
    "E: a line of tabs after a plain text": ("b: c\na: x\n\t\nd: e", "valid"),
    "E: in the first field": ("a: 'x'\n\t\nd: e", "valid"),
    "E: after quotes, later": ("b: |\n  c\na: 'x'\n\t\nd: e", "fails"),
    "E: after nothing, later": ("b: |\n  c\na:\n\t\nd: e", "fails"),
    "E: in a block, not far enough in": ("a: |\n  x\n\t\n  y\nb: z", "fails"),
    "E: in a block, beyond its indent": ("a: |\n  x\n  \t\n  y\nb: z", "valid"),
    "E: after a block": ("a: |\n  x\n\t\nb: z", "valid"),
    "E: after a block, then a comment": ("b: c\na: |\n  x\n\t# d\ne: f", "valid"),
    "E: after a block and a comment": ("b: c\na: |\n  x\n# d\n\t\ne: f", "fails"),
    "E: after a block, with no line end": ("b: c\na: |\n  x\n\t---", "valid"),
    "E: after a block and an empty line, with no line end": ("b: c\na: |\n  x\n\n\t---", "fails"),
    "E: after a block and a line of blanks": ("a: |\n  x\n \n\t\nb: z", "valid"),
    "E: after a block and an empty line": ("a: |\n  x\n\n\t\nb: z", "fails"),
    "E: in a block and after it": ("a: |\n  x\n  \t\n\t\nb: z", "valid"),
    "E: a block's first line begins with a tab": ("a: |\n  \tx\n  y", "valid"),
    "E: before a block's first line": ("a: |\n\t\n  x", "fails"),
    "E: a tab before a value on its own line": ("a:\n \tb\nc: d", "valid"),
    "E: before a value in brackets": ("a:\n \t[b]", "valid"),
    "E: before a block": ("a:\n \t>-\n  b\nc: d", "valid"),
    "E: not enough spaces before it": ("a:\n  b:\n  \tc", "fails"),
    "E: enough spaces before it": ("a:\n  b:\n   \tc", "valid"),
    "E: a tab before a field in a map": ("a:\n  b: c\n \td: e", "fails"),
    "E: a tab before the first field of a map": ("a:\n \tb: c", "fails"),
    "E: a tab before a list": ("a:\n \t- b", "fails"),
    "E: a tab after a dash": ("a:\n- \tb\n-\t'c'", "valid"),
    "E: a tab after a dash, then a field": ("a:\n- \tb: c", "fails"),
    "E: a tab after a dash, then another dash": ("a:\n-\t- b", "fails"),
    "E: a tab after a dash, then the next line": ("a:\n- \t\n  b: c", "valid"),
    "E: a tab after a question mark": ("?\ta\n: b", "valid"),
    "E: a tab before an anchor": ("a:\n \t&b\n  - c", "valid"),
    "E: a tab alone before a value below a tag": ("a: !t\n\tb", "fails"),
    "F: a text begins with a comma": ("a: ,x", "valid"),
    "F: a redefined anchor": ("a: &x 1\nb: &x 2", "valid"),
    "F: an anchor of any characters": ("a:\n- &b.c/d é\n- *b.c/d", "valid"),
    "F: an anchor cannot hold a bracket": ("a:\n- &b[c d", "fails"),
    "F: an unknown alias of any characters": ("a:\n- *b.c", "fails"),
    "F: a tag with a comma": ("a:\n- !b, c", "valid"),
    "F: a tag that begins with a comma": ("a:\n- !, c", "fails"),
    "F: a tag that begins with an underscore": ("a:\n- !_b c", "fails"),
    "F: a tag with two marks inside": ("a:\n- !!! c", "fails"),
    "F: an unknown alias, then quoted": ("a: *x", "repaired"),
    "G: an empty key": (": x", "valid"),
    "G: an empty key in brackets": ("a: [\n  b, : c\n]", "valid"),
    "G: an empty key and nothing after it": ("a: [\n b, :]", "valid"),
    "G: a key in brackets ends at a colon before one": ("a: {\n b:, c:[d], e:}", "valid"),
    "G: a colon before a bracket that ends a key": ("a: [\n b:]: c", "fails"),
    "G: an empty key in braces": ("a: {\n  b: c,: d\n}", "valid"),
    "G: a list between fields is a key": ("a: b\n- c: d: e\nf: g", "valid"),
    "G: a list in a list": ("a: b\n- - c: 'd': [e]", "valid"),
    "G: a list between fields with one colon": ("a: b\n- c: d", "fails"),
    "G: the second colon in a comment": ("a: b\n- c: d # e: f", "fails"),
    "G: a list between fields that goes on": ("a: b\n- c: d: e\n  f: g", "fails"),
    "G: a complex key with two colons": ("a: b\n? c: d: e", "fails"),
    "G: a complex key with two colons, first": ("# c\n? a: 'b': c\nd: e", "valid"),
    "G: such a key that goes on": ("? a: b: c\n  d: e", "fails"),
    "G: a list between fields with a colon in quotes": ("a: b\n- c: 'd: e'\n? f", "valid"),
    "G: a field behind a bracket that begins a line": ("a: [\n b\n]c: d\ne: f", "valid"),
    "G: a question mark behind such a bracket": ("a: {\n b\n} ? c", "valid"),
    "G: a text behind such a bracket": ("a: [\n b\n]c", "fails"),
    "G: a bracket that does not begin its line as the field does": ("a: [\n b\n ]c: d", "fails"),
    "G: no colon before a question mark": ("a: b\nc\n  d # e\n# f\n? g\nh: i", "valid"),
    "G: no colon before a deeper question mark": ("a: b\nc\n  ? d", "fails"),
    "G: no colon before a question mark, first": ("a\n? b\nc: d", "fails"),
    "G: a list before a question mark": ("a: b\n- c\n? d", "valid"),
    "G: an unclosed brace before a question mark": ("a: b\n{c\n? d", "fails"),
    "G: an unclosed quote before a question mark": ("a: b\n'c\n? d\ne: f", "fails"),
    "text after the end": ("a: b\n...\nc: d", "fails"),
    "only an end": ("a: b\n...\n", "valid"),
    "nothing before the end": ("# c\n...\n", "valid"),
    "nothing before the end and text after it": ("...\na: b", "fails"),
    "a directive": ("%YAML 1.2\na: b", "fails"),
    "a list on top": ("- a", "fails"),
    "a text on top": ("just text", "fails"),
    "an empty text on top": ("!!str", "fails"),
    "a tag alone": ("!t", "valid"),
    "a null with its tag": ("!!null ~", "valid"),
    "a null with another tag": ("!t ~", "fails"),
    "nothing": ("", "valid"),
    "only a comment": ("# c", "valid"),
    "repeated keys": ("a: 1\na: 2", "valid"),
    "colon in a plain text": ("a: b: c", "repaired"),
    "ends in a colon": ("a: b:", "fails"),
    "ends in a colon and a blank": ("a: b: ", "repaired"),
    "key with a digit": ("a2: b: c", "fails"),
    "indented key": ("a:\n  b: c: d", "fails"),
    "same quotes at both ends": ("a: 'it's'", "fails"),
    "a lone quote": ('a: "', "fails"),
    "a no-break space before the value": ("a: \u00a0b: c", "repaired"),
    "a CR before the value": ("a: \rb: c: d", "repaired"),
    "U+3000 for a blank": ("a: \u3000b: c", "repaired"),
    "a quote at the start only": ('a: "x" y: z', "repaired"),
    "begins with a dash": ("a: - b", "fails"),
    "the repair sinks a block elsewhere": ("a: b: c\nd: |\n  e", "fails"),
    "tab-indented list": ("a:\n\t- b", "repaired"),
    "tabs and quoting together": ("a:\n\t- b\nc: d: e", "repaired"),
    "a tag that is none": ("a: !*b", "repaired"),
    "deep but not too deep": ("a: " + "[" * 60 + "]" * 60, "valid"),
    "too deep to judge": ("a: " + "[" * 70 + "]" * 70, "unknown"),
}


@pytest.mark.parametrize(("yaml", "verdict"), RULES.values(), ids=RULES.keys())
def test_rule(yaml, verdict):
    assert read(f"---\n{yaml}\n---\nBody\n").verdict == verdict


FENCES = {
    "plain": ("---\na: b\n---\nBody", "a: b\n", "Body"),
    "after one BOM": (BOM + "---\na: b\n---\nBody", "a: b\n", "Body"),
    "after two BOMs": (BOM + BOM + "---\na: b\n---\nBody", None, None),
    "after a blank line": ("\n---\na: b\n---\nBody", None, None),
    "not closed": ("---\na: b\n", None, None),
    "no line end after the opening": ("--- a: b\n---\n", None, None),
    "blanks after the opening": ("--- \t\n\n  a: b\n---\n", "  a: b\n", ""),
    "a no-break space after the opening": ("---\u00a0\na: b\n---\n", "a: b\n", ""),
    "U+0085 is no blank to JavaScript": ("---\x85\na: b\n---\n", None, None),
    "closes inside a value": ("---\na: b --- c\n---\nBody", "a: b ", " c\n---\nBody"),
    "four hyphens": ("---\na: b\n----\nBody", "a: b\n", "-\nBody"),
    "nothing after it": ("---\na: b\n---", "a: b\n", ""),
    "CRLF": ("---\r\na: b\r\n---\r\nBody", "a: b\r\n", "Body"),
    "blank lines stay with the body": ("---\na: b\n---\n\n\nBody", "a: b\n", "\n\nBody"),
}


@pytest.mark.parametrize(("text", "content", "body"), FENCES.values(), ids=FENCES.keys())
def test_fence(text, content, body):
    fence = find_fence(text)
    if content is None:
        assert fence is None
    else:
        assert fence.content.of(text) == content
        assert text[fence.span.end :] == body


def test_the_repair_quotes_escapes_and_says_where_each_piece_comes_from():
    content = 'name: x\ndescription: say "a: b" \\ c\n\t\t- d\n'
    repaired, places, quoted = repair(content, start=4)
    assert repaired == 'name: x\ndescription: "say \\"a: b\\" \\\\ c"\n    - d\n'
    value = content.index("say")
    assert [tuple(span) for span in quoted] == [(4 + value, 4 + content.index("\n\t"))]
    for word in ("name", "description", "- d"):
        assert places.place(repaired.index(word)) == 4 + content.index(word)


# A value that the repair meets; whether it puts quotes round it.
LISTS = {
    "[a, b]": False,
    "[a, {b: c}]": False,
    "[a] # b]": False,
    "[&a b, *a]": False,
    "[a": True,
    "[a] ": True,
    "[a]]": True,
    "[a]: [b]": True,
    "[a: b: c]": True,
    "[*a]": True,
    "[#]": True,
    "{a: b}": True,
}


@pytest.mark.parametrize(("value", "quoted"), LISTS.items(), ids=LISTS.keys())
def test_the_repair_leaves_a_list_in_brackets_that_parses_by_itself(value, quoted):
    content = f"tools: {value}\n"
    assert repair(content)[0] == (f'tools: "{value}"\n' if quoted else content)


def test_the_repair_writes_one_space_whatever_blanks_stand_before_the_value():
    content = "a:\u00a0\t b: c\n"
    repaired, places, (span,) = repair(content, start=4)
    assert repaired == 'a: "b: c"\n'
    assert span.of("----" + content) == "b: c"
    assert [places.place(offset) for offset in range(4)] == [4, 5, 6, 9]


@given(agent_texts())
def test_reading_never_raises_and_faults_lie_inside(text):
    reading = read(text)
    assert (reading.fence is None) == (reading.verdict == "none")
    assert bool(reading.faults) == (reading.verdict in ("repaired", "fails", "unknown"))
    for fault in reading.faults:
        assert 0 <= fault.span.start <= fault.span.end <= len(text)


@given(st.text())
def test_any_text_is_read(text):
    read(text)


@given(agent_texts(), st.data())
def test_all_places_are_those_of_each_offset(text, data):
    parsed, places, _ = repair(text, 7)
    start = data.draw(st.integers(0, len(parsed)))
    offsets = range(start, data.draw(st.integers(start, len(parsed))) + 1)
    expected = [places.place(offset) for offset in offsets]
    assert list(places.place_all(offsets)) == expected
    assert list(places.place_all(tuple(offsets))) == expected
