"""What the fuzzer (``tools.fuzz``) does with each input, and what must hold whatever the input is.

A target is a function of bytes, as a file holds them. It raises when something that was promised does not
hold: an ``AssertionError`` that says what, or any other exception, since none is promised. What a
target chooses (which field, which fix, what is typed) hangs on the input alone, so an input shows its
fault again wherever it is tried.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from agenteditor.core import (
    example_edits,
    item_edits,
    repairs,
    rewrite,
    section_adds,
    section_edits,
    triggers,
)
from agenteditor.core.body import parse_body, walk
from agenteditor.core.checks import Diagnostic, check, findings
from agenteditor.core.example_edits import Draft
from agenteditor.core.examples import parse_examples
from agenteditor.core.export_agents import second_opinion
from agenteditor.core.files import decode, encode
from agenteditor.core.fixing import fixed
from agenteditor.core.frontmatter import Field
from agenteditor.core.line_ends import line_ends, with_line_ends
from agenteditor.core.loading import loads
from agenteditor.core.markdown_page import excess, markdown_page
from agenteditor.core.portable import portable
from agenteditor.core.readers import answers
from agenteditor.core.rewrite import RANK
from agenteditor.core.router import routed
from agenteditor.core.section_edits import Moved
from agenteditor.core.syntax import Syntax, parse, parse_at
from agenteditor.core.text import Edits, Refusal, Span, apply, invert

Target = Callable[[bytes], None]

# What is typed into a field, an example or a section.
TYPED = (
    *("", "a", "Read, Grep", "a: b", "a #b", "'", '"', "it's", "\\", "\\n", "a\nb", "a\n\n b\n", "  a", "a "),
    *("- a", "[a", "{a: b}", "|", ">-", "---", "...", "&a", "*a", "!t a", "null", "true", "010", "1:30", "~"),
    *("3000", "@a", "%a", "\t", "a\tb", "\u00a0", "\u0085", "\u2028", "\ufeff", "\x07", "\x7f", "\u200b"),
    *("\U0001f600", "\udcff", "# a", "## a\n\nb", "**a:**", "1. a", "```", "<example>", "</example>"),
    *('user: "a"', "assistant: b", "Context: c", "<commentary>", "<a>", ",a", "=", "\r", "a\rb"),
)  # fmt: skip
KEYS = ("name", "description", "tools", "model", "color", "skills", "x-own")
_MOST_FIXES = 6  # of one input that are tried


def file(data: bytes) -> None:
    """A file is read: nothing of it is lost, and all that is said of it lies inside it."""
    text = decode(data)
    assert encode(text) == data, "reading and writing gives other bytes"
    syntax = parse_at(text, None)
    size = len(text)
    assert 0 <= syntax.body.start <= syntax.body.end <= size, "the prompt lies outside"
    _inside(size, (fault.span for fault in syntax.faults), "a fault")
    if syntax.frontmatter is not None:
        _fields_inside(syntax.frontmatter.fields, size)
    found = findings(syntax)
    _inside(size, (one.span for one in found), "a finding")
    assert all(one.message.isprintable() for one in found), "a message that breaks its line"
    _inside(size, (place.section.span for place in walk(syntax.sections)), "a section")
    for place in ("project", "plugin"):
        loads(syntax, "plugin" if place == "plugin" else "project")
    again = parse(text, syntax.dialect)
    assert again == syntax, "read again it says something else"


def elsewhere(data: bytes) -> None:
    """What other programs, the preview and the router make of a file."""
    text = decode(data)
    syntax = parse_at(text, None)
    answers(syntax)
    routed(syntax, "project", "a.md")
    second_opinion(syntax)
    made = portable(syntax)
    if not isinstance(made, Refusal):
        assert made is not None, "no answer"
    if excess(syntax.prompt) is None:
        markdown_page(syntax.prompt)
    for ends in ("LF", "CRLF"):
        changed = with_line_ends(text, "LF" if ends == "LF" else "CRLF")
        line_ends(changed)
        assert changed.replace("\r\n", "\n").replace("\r", "\n") == text.replace("\r\n", "\n").replace(
            "\r", "\n"
        ), "other line ends changed the lines"


def fixes(data: bytes) -> None:
    """No fix makes a verdict worse, no safe one adds errors; those made by themselves come to an end."""
    text = decode(data)
    syntax = parse(text)
    chance = _chance(data)
    found = check(syntax)
    offered = [(one, each) for one in found for each in one.fixes]
    for one, each in chance.sample(offered, min(_MOST_FIXES, len(offered))):
        result = apply(text, each.edits)
        after = parse(result)
        said = f"{one.code}: {each.label}"
        assert apply(result, invert(text, each.edits)) == text, f"{said}: cannot be undone"
        # Of what is not judged nobody knows how it would have loaded.
        unjudged = syntax.verdict == "unknown" and not each.safe
        assert unjudged or RANK[after.verdict] <= RANK[syntax.verdict], (
            f"{said}: {syntax.verdict} becomes {after.verdict}"
        )
        # After one for which a person decides more of the file may count: a hook whose name is mended, lines
        # behind hyphens, a value without its controls.
        if each.safe and after.verdict == syntax.verdict:
            more = _errors(findings(after)) - _errors(found)
            assert more <= 0, f"{said}: {more} more errors"
        assert loads(after).ok or not loads(syntax).ok, f"{said}: does not load any more"
    done = fixed(text)
    assert RANK[parse(done.text).verdict] <= RANK[syntax.verdict], f"{done.labels} make the verdict worse"
    if len(done.labels) <= _MOST_FIXES:
        assert fixed(done.text).text == done.text, f"{done.labels}: a second run changes more"
    for repaired in (repairs.make_valid(syntax), repairs.make_portable(syntax)):
        if not isinstance(repaired, Refusal):
            assert RANK[parse(apply(text, repaired)).verdict] <= RANK[syntax.verdict], "the repair harms"


def fields(data: bytes) -> None:
    """A changed field reads back as asked, and all others, their order and the prompt are as before."""
    text = decode(data)
    syntax = parse(text)
    chance = _chance(data)
    written = syntax.frontmatter.fields if syntax.frontmatter else ()
    hosts = [
        *KEYS,
        *(field.key for field in written),
        *(item.key for field in written for item in field.items),
    ]
    for _ in range(4):
        host, typed = chance.choice(hosts), _typed(chance, text)
        before = syntax.slot(host)
        kind = chance.randrange(5)
        if kind == 0:
            edits = rewrite.set_field(syntax, host, typed)
            if (after := _edited(syntax, edits)) is not None:
                slot = after.slot(host)
                assert slot is not None and slot.text == typed, f"{host} does not read as {typed!r}"
                entry = before is not None and syntax.field(host) is None
                _others_stay(syntax, after, host.rpartition("[")[0] if entry else host)
        elif kind == 1:
            items = [_typed(chance, text) for _ in range(chance.randrange(4))]
            edits = rewrite.set_list(syntax, host, items)
            if (after := _edited(syntax, edits)) is not None:
                field = after.field(host)
                assert field is not None and field.value == items, f"{host} does not read as {items!r}"
                _others_stay(syntax, after, host)
        elif kind == 2:
            value: object = chance.choice((None, True, False, 0, 1.5, typed, [typed], {"a": [typed, None]}))
            edits = rewrite.set_value(syntax, host, value)
            if (after := _edited(syntax, edits)) is not None:
                field = after.slot(host)
                assert field is not None, f"{host} is not there"
                read = (
                    field.text if isinstance(value, str) else field.value
                )  # of a block text without its line end
                assert read == value, f"{host} does not read as {value!r}"
        elif kind == 3:
            edits = rewrite.set_raw(syntax, host, typed)
            if (after := _edited(syntax, edits)) is not None:
                _others_stay(syntax, after, host)
        else:
            edits = rewrite.remove_field(syntax, host)
            if (after := _edited(syntax, edits)) is not None:
                assert after.field(host) is None, f"{host} is still there"
                _others_stay(syntax, after, host)
            _edited(syntax, rewrite.rename_field(syntax, host, typed))


def examples(data: bytes) -> None:
    """A changed example reads back as asked, the others as they were; prose and examples are converted."""
    value = decode(data)
    chance = _chance(data)
    found = parse_examples(value)
    _inside(len(value), (one.span for one in found), "an example")
    for one in found:
        _inside(len(value), (one.marker, one.inner), "a part of an example")
    typed = _typed(chance, value)
    index = chance.randrange(len(found)) if found else 0
    draft = Draft(
        chance.choice((None, typed)), (("user", typed), ("assistant", "b")), chance.choice((None, typed))
    )
    for edits, count in _example_edits(value, chance, index, typed, draft):
        if not isinstance(edits, Refusal):
            result = apply(value, edits)
            assert apply(result, invert(value, edits)) == value, "cannot be undone"
            left = len(parse_examples(result))
            assert count is None or left == len(found) + count, f"{left} examples, of {len(found)}{count:+}"
    syntax = parse(f"---\nname: a\ndescription: {value}\n---\nGo.\n")
    for plan in (triggers.to_prose(syntax), triggers.to_examples(syntax)):
        if not isinstance(plan, Refusal):
            _no_worse(syntax, plan.edits)  # the prompt gets or loses a section


def _example_edits(
    value: str, chance: random.Random, index: int, typed: str, draft: Draft
) -> Iterator[tuple[Edits | Refusal, int | None]]:
    """Some changes of an example, with how many more there are afterwards (None: any number)."""
    found = parse_examples(value)
    yield example_edits.insert_example(value, index, draft), 1
    if not found:
        return
    one, other = found[index], chance.randrange(len(found))
    yield example_edits.duplicate_example(value, index), 1
    yield example_edits.remove_example(value, index), -1
    yield example_edits.move_example(value, index, other), 0
    yield example_edits.set_context(value, index, typed), 0
    yield example_edits.set_commentary(value, index, chance.choice((None, typed))), 0
    yield example_edits.set_raw(value, index, typed), None
    yield example_edits.insert_turn(value, index, chance.randrange(len(one.turns) + 1), "user", typed), 0
    if one.turns:
        turn = chance.randrange(len(one.turns))
        yield example_edits.set_turn_text(value, index, turn, typed), 0
        yield example_edits.remove_turn(value, index, turn), 0
        yield example_edits.move_turn(value, index, turn, chance.randrange(len(one.turns))), 0
        yield example_edits.set_turn_speaker(value, index, turn, chance.choice(("user", "assistant"))), 0


def sections(data: bytes) -> None:
    """A change of the prompt leaves the frontmatter alone, and can be undone to the byte."""
    text = decode(data)
    syntax = parse(text)
    start = syntax.body.start
    chance = _chance(data)
    places = list(islice(walk(syntax.sections), 200))
    path = chance.choice(places).path if places else ()
    other = chance.choice(places).path if places else ()
    typed = _typed(chance, text)
    made: list[Edits | Moved | Refusal] = [
        section_adds.add_section(text, start, path, "inside", typed, content=typed),
        section_edits.set_section_text(text, start, path, typed),
    ]
    if places:
        at = chance.randrange(3)
        made += [
            section_adds.add_section(text, start, path, "after", "New", content=typed, headed=True),
            section_edits.rename_section(text, start, path, typed),
            section_edits.remove_section(text, start, path),
            section_edits.move_section(text, start, path, other, at),
            section_edits.move_section_up(text, start, path),
            section_edits.move_section_down(text, start, path),
            section_edits.raise_section(text, start, path),
            section_edits.lower_section(text, start, path),
            item_edits.set_item_text(text, start, path, at, typed),
            item_edits.insert_item(text, start, path, at, typed),
            item_edits.remove_item(text, start, path, at),
            item_edits.move_item(text, start, path, at, 0, target=other),
        ]
    for one in made:
        if isinstance(one, Refusal):
            continue
        edits = one.edits if isinstance(one, Moved) else one
        result = apply(text, edits)
        assert apply(result, invert(text, edits)) == text, "cannot be undone"
        assert result[:start] == text[:start], "the frontmatter was changed"
        after = parse(result)
        # A line end behind the closing hyphens belongs to the fence where nothing stands before it.
        contents = [
            one.frontmatter and (one.frontmatter.content, one.frontmatter.fields) for one in (syntax, after)
        ]
        # Where frontmatter is begun and never closed the text is all prompt, and what is typed may close it.
        assert syntax.frontmatter is None or contents[0] == contents[1], "the frontmatter reads otherwise"
        outline = parse_body(result, start)
        if isinstance(one, Moved):
            assert any(place.path == one.path for place in walk(outline)), (
                "the section is not where it is said"
            )


TARGETS: dict[str, Target] = {
    "file": file,
    "fields": fields,
    "fixes": fixes,
    "sections": sections,
    "examples": examples,
    "elsewhere": elsewhere,
}


# --- what they have in common -------------------------------------------------------------------


def _chance(data: bytes) -> random.Random:
    return random.Random(zlib.crc32(data))


def _typed(chance: random.Random, text: str) -> str:
    """A text from the list, a piece of ``text``, or two of them together."""
    at = chance.randrange(len(text) + 1)
    piece = text[at : at + chance.choice((1, 5, 40))]
    return chance.choice((chance.choice(TYPED), piece, chance.choice(TYPED) + chance.choice(TYPED), piece))


def _inside(size: int, spans: Iterator[Span] | Sequence[Span], what: str) -> None:
    for start, end in spans:
        assert 0 <= start <= end <= size, f"{what} lies outside the text: {start} to {end} of {size}"


def _fields_inside(fields: Sequence[Field], size: int) -> None:
    done = 0
    for field in fields:
        _inside(size, (field.span, field.key_span, field.value_span), f"{field.key!r}")
        assert field.span.start >= done, f"{field.key!r} begins in the field before it"
        done = field.span.end
        if field.offsets is not None and field.text is not None:
            assert len(field.offsets) == len(field.text) + 1, f"{field.key!r}: a character without a place"
            assert all(0 <= at <= size for at in field.offsets), f"{field.key!r}: a character outside"
        _inside(size, [item.value_span for item in field.items], f"an entry of {field.key!r}")


def _errors(found: Sequence[Diagnostic]) -> int:
    return sum(one.severity == "error" for one in found)


def _edited(syntax: Syntax, edits: Edits | Refusal) -> Syntax | None:
    """What is said after ``edits``, if they were not refused: undone to the byte, the prompt untouched."""
    if isinstance(edits, Refusal):
        assert edits.reason, "a refusal without a reason"
        return None
    after = _no_worse(syntax, edits)
    assert after.body.of(after.text) == syntax.body.of(syntax.text), "the prompt was changed"
    return after


def _no_worse(syntax: Syntax, edits: Edits) -> Syntax:
    """What is said after ``edits``: they can be undone to the byte, and the verdict is no worse."""
    result = apply(syntax.text, edits)
    assert apply(result, invert(syntax.text, edits)) == syntax.text, "cannot be undone"
    after = parse(result)
    assert RANK[after.verdict] <= RANK[syntax.verdict], f"{syntax.verdict} becomes {after.verdict}"
    return after


def _others_stay(before: Syntax, after: Syntax, but: str) -> None:
    """All fields but one are there, in their order, with their values."""
    old, new = (
        [
            (field.key, repr(field.value))
            for field in (one.frontmatter.fields if one.frontmatter is not None else ())
            if field.key != but and field.style != "broken"
        ]
        for one in (before, after)
    )
    assert old == new, f"beside {but} other fields changed"
