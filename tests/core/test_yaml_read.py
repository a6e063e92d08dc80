"""Strict YAML read directly: spans, limits, mends, hostile texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenteditor.core.yaml_build import MAX_DEPTH
from agenteditor.core.yaml_nodes import Alias, Mapping, Refused, Scalar, Sequence, YamlFault
from agenteditor.core.yaml_read import MAX_LENGTH, is_shallow, read
from tests.core.texts import fields, pieces


def written(node, text):
    """The tree as the pieces of ``text`` that its spans cover."""
    if isinstance(node, Mapping):
        return [(written(key, text), written(value, text)) for key, value in node.pairs]
    if isinstance(node, Sequence):
        return [written(item, text) for item in node.items]
    return node.span.of(text)


SPANS = {
    "plain": ("a: b # c\n", [("a", "b")]),
    "quotes": ("'a': \"b\"  # c\n", [("'a'", '"b"')]),
    "nothing": ("a:\nb: c\n", [("a", ""), ("b", "c")]),
    "over lines": ("a: b\n  c\nd: e\n", [("a", "b\n  c"), ("d", "e")]),
    "a literal block": ("a: |\n  b\n\n\nd: e\n", [("a", "|\n  b\n"), ("d", "e")]),
    "a block that keeps blank lines": ("a: |+\n  b\n\nd: e\n", [("a", "|+\n  b\n\n"), ("d", "e")]),
    "a block with an indentation": ("a: |1-\n   b\n  c\nd: e\n", [("a", "|1-\n   b\n  c\n"), ("d", "e")]),
    "a folded block at the end": ("a: >\n  b", [("a", ">\n  b")]),
    "lists": ("a:\n- b # c\n- [d, 'e']\n", [("a", ["b", ["d", "'e'"]])]),
    "maps": ("a:\n  b: c\nd: {e: f}\n", [("a", [("b", "c")]), ("d", [("e", "f")])]),
    "CRLF": ("a: b\r\nc: |\r\n  d\r\n\r\n", [("a", "b"), ("c", "|\r\n  d\r\n")]),
    "repeated keys": ("a: 1\na: 2\n", [("a", "1"), ("a", "2")]),
    "after characters that libyaml refuses": ("a: \x01\u2028\nb: c\n", [("a", "\x01\u2028"), ("b", "c")]),
    "mend F: a comma first": ("a: ,b\nc: d\n", [("a", ",b"), ("c", "d")]),
    "mend G: an empty key": (": b\nc: d\n: e\n", [("", "b"), ("c", "d"), ("", "e")]),
    "mends of both kinds": (": ,b\nc: ,d\n", [("", ",b"), ("c", ",d")]),
    "mend E: a tab before a value": ("a:\n \tb\nc:\n- \t'd'\n", [("a", "b"), ("c", ["'d'"])]),
    "mend F: an anchor and a tag": ("a: &b.c d\ne: !f, g\n", [("a", "&b.c d"), ("e", "!f, g")]),
    "mend G: a list as a key": ("a: b\n- c: d: e\nf: g\n", [("a", "b"), ([[("c", "d")]], "e"), ("f", "g")]),
    "mend G: a key without a colon": (
        "a: b\nc\n  d\n? e\nf: g\n",
        [("a", "b"), ("c\n  d", ""), ("e", ""), ("f", "g")],
    ),
    "mend G: behind a bracket": ("a: [\n b\n]c: d\ne: f\n", [("a", ["b"]), ("c", "d"), ("e", "f")]),
    "mend G: an empty key in a list": ("a: [\n b, : c\n]\nd: e\n", [("a", ["b", [("", "c")]]), ("d", "e")]),
    "an end alone": ("...\n", ""),
    "a byte order mark": ("\ufeffa: b\n", [("a", "b")]),
    "mend E: a tab first in a block": ("a: |\n  \tb\n  c\n", [("a", "|\n  \tb\n  c\n")]),
    "a tag and an anchor": ("a: !t b\nc: &x d\ne: *x\n", [("a", "!t b"), ("c", "&x d"), ("e", "*x")]),
    "a complex key": ("? [a, b]\n: c\n", [(["a", "b"], "c")]),
    "beyond the basic plane": ("😀: 😀\nb: c\n", [("😀", "😀"), ("b", "c")]),
}


@pytest.mark.parametrize(("text", "tree"), SPANS.values(), ids=SPANS.keys())
def test_every_node_knows_where_it_stands(text, tree):
    assert written(read(text), text) == tree


def test_the_span_of_a_collection_ends_with_its_last_child():
    text = "a:\n  - b\n\n# c\nd: {e: f} # g\n"
    (_, items), (_, pairs) = read(text).pairs
    assert items.span.of(text) == "- b"
    assert pairs.span.of(text) == "{e: f}"


def test_styles_tags_anchors_and_aliases_are_told():
    node = read("a: &x !t 'b'\nc: *x\nd: [e]\nf: >-\n  g\n")
    (_, a), (_, c), (_, d), (_, f) = node.pairs
    assert (a.style, a.tag, a.anchor, a.value) == ("single", "!t", "x", "b")
    assert isinstance(c, Alias) and c.target is a
    assert isinstance(d, Sequence) and d.flow
    assert (f.style, f.value) == ("folded", "g")


def test_an_alias_inside_its_own_anchor_has_no_target():
    (_, node), *_ = read("a: &x [*x]\n").pairs
    assert node.items[0].target is None


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "   "])
def test_nothing_is_nothing(text):
    node = read(text)
    assert node is None or (isinstance(node, Scalar) and node.value == "")


# text, code, the text from the place of the fault on
FAULTS = [
    ("a: b: c\n", "yaml/colon", ": c\n"),
    ("a: 'b\n", "yaml/quote", "'b\n"),
    ("a: b\nc\n", "yaml/line", "c\n"),
    ("a: b\nc\nd: e\n", "yaml/line", "c\nd: e\n"),
    ("a:\n\t- b\n", "yaml/tab", "\t- b\n"),
    ('a: "\\q"\n', "yaml/escape", '\\q"\n'),
    ("a: @b\n", "yaml/start", "@b\n"),
    ("a: *b\n", "yaml/alias", "*b\n"),
    ("a: b\n...\nc: d\n", "yaml/documents", "c: d\n"),
    ("%YAML 1.2\n---\na: b\n", "yaml/directive", "%YAML 1.2\n---\na: b\n"),
    ("a: \0\n", "yaml/nul", "\0\n"),
    ("a: 'b'# c\n", "yaml/comment", "# c\n"),
    ("a: 'b\nc'\n", "yaml/indent", "c'\n"),
    (": a\nb: c: d\n", "yaml/colon", ": d\n"),
]


@pytest.mark.parametrize(("text", "code", "rest"), FAULTS)
def test_a_fault_has_a_code_a_sentence_and_a_place(text, code, rest):
    fault = read(text)
    assert isinstance(fault, YamlFault)
    assert (fault.code, text[fault.offset :]) == (code, rest)
    assert fault.message.endswith(".")


@pytest.mark.parametrize(("opening", "closing"), ["[]", ("{a: ", "}")])
def test_nesting_is_read_to_the_limit_and_not_judged_beyond(opening, closing):
    depth = MAX_DEPTH - 1  # the map of fields is the first level
    assert isinstance(read("a: " + opening * depth + closing * depth), Mapping)
    refused = read("a: " + opening * (depth + 1) + closing * (depth + 1))
    assert isinstance(refused, Refused)
    assert refused.offset == len("a: " + opening * depth)


def test_indentation_counts_as_nesting():
    def steps(depth):
        return "".join(" " * level + "a:\n" for level in range(depth))

    assert isinstance(read(steps(MAX_DEPTH)), Mapping)
    assert isinstance(read(steps(MAX_DEPTH + 1)), Refused)


def test_mends_are_counted():
    assert isinstance(read("a: ,x\n" * 20), Mapping)
    assert isinstance(read("a: ,x\n" * 100), Refused)


def test_a_text_of_the_greatest_length_is_read_and_a_longer_one_is_not_judged():
    assert isinstance(read("a: " + "x" * (MAX_LENGTH - 3)), Mapping)
    assert isinstance(read("a: " + "x" * (MAX_LENGTH - 2)), Refused)


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40))
# Each would hang, crash or fill the memory if anything in here were quadratic, recursive or expanded.
HOSTILE = {
    "brackets": "a: " + "[" * 200_000,
    "braces": "a: " + "{" * 200_000,
    "dashes": "- " * 200_000,
    "question marks": "? " * 200_000,
    "one long value": "a: " + "x" * 900_000,
    "quotes": "a: " + "'" * 900_000,
    "lines of tabs": "b: 1\na: x\n" + "\t\n" * 100_000,
    "lines of tabs between fields": "a: x\n\t\n" * 30_000,
    "lines of tabs in blocks": "a: |\n  x\n\t\n" * 20_000,
    "carriage returns": "a: b\r" * 30_000,
    "commas": "a: ,x\n" * 100_000,
    "empty keys": ": x\n" * 100_000,
    "controls": "\x01" * 900_000,
    "blank lines": "a: |\n  x\n" + "\n" * 500_000,
    "aliases that would be a billion": BOMB,
    "blanks below a tag": "a: !t" + " \n" * 200_000 + "b",
    "comments below an anchor": "a: &x\n" + " # c\n" * 100_000 + "  b: \t- c",
    "colons in brackets": "a: [" + "b:, " * 20_000 + "]",
    "tabs before values": "a:\n" + "- \tb\n" * 50_000,
    "keys without colons": "a: b\n" + "c\n? d\n" * 20_000,
    "lists as keys": "a: b\n" + "- c: d: e\n" * 20_000,
    "a list without a second colon": "a: b\n- " + "c " * 200_000,
    "comments before a question mark": "a: b\nc\n" + "# d\n" * 100_000 + "e",
    "odd anchors": "a:\n" + "- &b.c d\n- *b.c\n" * 20_000,
    "anchors": "a: &x [*x]\n" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_answered(text):
    node = read(text)
    assert node is None or node.__class__.__module__ == "agenteditor.core.yaml_nodes"


def test_a_bomb_stays_as_small_as_its_text():
    node = read(BOMB)
    assert len(node.pairs) == 40
    assert all(isinstance(item, Alias) for item in node.pairs[-1][1].items)


def nodes(top):
    stack = [top] if top is not None else []
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Mapping):
            stack += [part for pair in node.pairs for part in pair]
        elif isinstance(node, Sequence):
            stack += node.items


def assert_well_formed(text):
    outcome = read(text)
    if isinstance(outcome, (YamlFault, Refused)):
        assert 0 <= outcome.offset <= len(text)
        return
    for node in nodes(outcome):
        assert 0 <= node.span.start <= node.span.end <= len(text)
        children = [part for pair in node.pairs for part in pair] if isinstance(node, Mapping) else []
        children = node.items if isinstance(node, Sequence) else children
        end = node.span.start
        for child in children:
            assert end <= child.span.start and child.span.end <= node.span.end
            end = child.span.end


@given(st.lists(st.one_of(fields(), pieces(4)), max_size=5).map("".join))
def test_spans_lie_inside_in_order_and_inside_their_parents(text):
    assert_well_formed(text)


@given(st.text())
def test_any_text_is_answered(text):
    assert_well_formed(text)


@pytest.mark.parametrize("level", ["[", "{a: ", "[a: ", "- ", "? ", "\n@a:", "&x [", "!t {b: "])
def test_what_is_nested_deeply_is_not_shallow(level):
    deep = "".join(level.replace("@", " " * depth) for depth in range(MAX_DEPTH + 1))
    assert not is_shallow(deep)
    assert is_shallow(level + "words, and more of them; " * 100)
