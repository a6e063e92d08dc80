"""No rule, no highlighter and no regular expression takes long on any text (RELIABILITY F26, P39)."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

from agenteditor.core import checks_buried, checks_guide, checks_links, checks_orders, checks_secrets
from agenteditor.core.checks import CHECKS, CHECKS_ELSEWHERE, MOST_FINDINGS
from agenteditor.core.checks_finding import Check, Subject
from agenteditor.core.syntax import parse
from agenteditor.ui import code_colours as colours
from agenteditor.ui.code_colours import LONGEST_CODE, LONGEST_YAML
from agenteditor.ui.highlighter import LONGEST_LINE, SourceHighlighter
from agenteditor.ui.theme_colours import LIGHT
from tests.promises.expression_attacks import attacks, forked, nested, text_of
from tests.promises.expressions import Expression, expressions
from tests.promises.hostile import HEAD, KB, frontmatters, prompts

SIZE = 64 * KB
_SUSPECT = 0.0002  # seconds for 500 characters
# Seconds for 64 KB: what RELIABILITY asks, and what fails, on a machine with other work.
ASKED, MOST = 0.05, 0.15

# Endless within endless, or two ways to go on: why each of them ends in time all the same.
DANGEROUS = {
    "core.checks_fields._KEBAB": "each round begins with a hyphen, which no round goes on with",
    "core.checks_text._CONFLICT": "each round is one whole line",
    "core.export_choices._SPDX": "each round begins with a blank and a word, which no round goes on with",
    "core.outline_shapes._BREAK": "each round ends in the character that is no blank",
    "core.scalar._FOLD": "CR LF and CR begin alike, but what remains of one is no whole round with other blanks",
    "core.trigger_words._SUBJECT": "each round is a word of a list up to its blank, so one word fits at most",
    "ui.highlighter._PLAIN": "each round begins with a hyphen",
    "ui.highlighter._QUOTED": "each round begins with a hyphen",
    "ui.highlighter._YAML_PREFIX": "each round begins with a hyphen, and nothing follows",
    "ui.source_marks._FENCE": "each round begins with >",
    "ui.source_marks._MARKDOWN": "each round begins with a backtick, and a round holds none",
    "ui.source_marks._RULE": "each round begins with the sign of the line, and a round holds one",
}
# What each is used on is never longer than this (code points).
LONGEST = {
    "core.checks_buried._ORDERS": 4_000,  # of a comment or a title
    "core.checks_orders.CREDENTIAL_FILE": 10_000,  # of a command of a hook; of a prompt 88 around each path
    "core.checks_orders.DECODES_AND_RUNS": 10_000,  # the same, and 1,000 of each order
    "core.checks_orders.FETCHES_AND_RUNS": 10_000,
    "core.checks_orders.OPENS_A_WAY_IN": 10_000,
    "core.checks_orders._ORDERS": 1_000,  # of an order, from the word on that it begins with
    "core.checks_orders._READS": 90,  # before the name of a file
    "core.triggers._ANNOUNCED": 2_000,  # the end of a text before an example
}


@cache
def _expressions() -> tuple[Expression, ...]:
    return tuple(expressions())


def test_p39_endless_repeats_stand_in_each_other_only_where_it_is_explained(promise):
    found = {one.place for one in _expressions() if nested(one.pattern) or forked(one.pattern)}
    assert found == DANGEROUS.keys()
    promise.measured(
        f"{len(_expressions())} regular expressions, {len(found)} with an endless repeat in another or with two ways "
        "through it, each explained"
    )


def test_p39_no_expression_takes_time_out_of_proportion_to_its_text(promise):
    slowest, of, over, tried = 0.0, "", 0, 0
    grown: list[str] = []
    for one in _expressions():
        most = LONGEST.get(one.place, SIZE)
        suspects = [
            (_time(one.use, text_of(attack, 500, end)), attack, end)
            for attack in attacks(one.pattern)
            for end in promise.times("\0", "\0\n")
        ]
        tried += len(suspects)
        suspects.sort(key=lambda suspect: -suspect[0])
        for quick, attack, end in suspects[: promise.times(1, 5)]:
            if quick < _SUSPECT:
                continue
            if most == SIZE and _grows(
                one.use, *(text_of(attack, size, end) for size in (1_000, 4_000, 16_000))
            ):
                grown.append(f"{one.place} {attack!r}")
            took = _least(one.use, text_of(attack, promise.times(500, most), end))
            over += took > ASKED
            if took > slowest:
                slowest, of = took, one.place
    assert grown == []
    promise.measured(
        f"{len(_expressions())} expressions, as they are used, on {tried:,} attacks, the worst of each with "
        f"{promise.times(500, SIZE):,} characters: none grows faster than its text, slowest {1000 * slowest:.0f} ms ({of})"
    )
    if promise.torture:
        assert slowest < MOST, of
        if over:
            promise.lacks(f"{over} attacks take an expression over 50 ms on a machine with other work")


def test_p39_no_rule_takes_time_out_of_proportion_to_its_text(promise):
    size = promise.times(KB, SIZE - 2 * KB)
    small = _files(size, torture=promise.torture)
    more = () if promise.torture else (_files(4 * size, torture=False), _files(16 * size, torture=False))
    slowest, of, over = 0.0, "", 0
    looks = tuple(dict.fromkeys([*CHECKS, *CHECKS_ELSEWHERE, *checks_guide.CHECKS]))
    grown: list[str] = []
    for name, text in small.items():
        for look, use in _rules(looks, text):
            took = _least(use, text)
            over += took > ASKED
            if took > slowest:
                slowest, of = took, f"{look}, {name}"
                if took > 0.01 and not promise.torture:
                    longer = [dict(_rules(looks, file[name]))[look] for file in (small, *more)]
                    both = dict(zip([file[name] for file in (small, *more)], longer, strict=True))
                    if _grows(lambda one, both=both: both[one](one), *both):
                        grown.append(f"{look}, {name}")
    assert grown == []
    promise.measured(
        f"{len(looks)} rules alone on {len(small)} hostile files of {size // KB} KB: slowest {1000 * slowest:.0f} ms ({of})"
    )
    if promise.torture:
        assert slowest < MOST, of
        if over:
            promise.lacks(
                f"{over} of {len(looks) * len(small):,} times a rule takes over 50 ms for 62 KB on a machine with other work"
            )


def test_p39_no_rule_takes_long_for_what_its_expressions_are_attacked_with(promise):
    """Those rules that try expressions at many places, or look around them."""
    size = promise.times(8 * KB, SIZE - 2 * KB)
    slowest, of, over, tried = 0.0, "", 0, 0
    for part, looks in _TRYING.items():
        texts = {
            text_of(attack, size, "\n")
            for one in _expressions()
            if one.place.startswith(f"core.{part}.")
            for attack in attacks(one.pattern)
        }
        for prompt in sorted(texts)[:: promise.times(40, 3)]:
            subject = Subject(parse(HEAD + prompt), "project", "a.md")
            for look in looks:
                took = _least(lambda _, look=look, subject=subject: list(look(subject)), prompt)
                tried += 1
                over += took > ASKED
                if took > slowest:
                    slowest, of = took, f"{look.__name__}, {prompt[:20]!r}"
    promise.measured(
        f"rules on {tried:,} prompts of {size // KB} KB made against their own expressions: slowest "
        f"{1000 * slowest:.0f} ms ({of})"
    )
    if promise.torture:
        assert slowest < MOST, of
        if over:
            promise.lacks(f"{over} such prompts take a rule over 50 ms on a machine with other work")


_TRYING = {
    "checks_orders": checks_orders.CHECKS,
    "checks_buried": checks_buried.CHECKS,
    "checks_links": checks_links.CHECKS,
    "secret_text": checks_secrets.CHECKS,
}


def _files(size: int, *, torture: bool) -> dict[str, str]:
    files = {name: HEAD + prompt for name, prompt in prompts(size).items()}
    if torture:
        files |= frontmatters(size)
    return files


def _rules(looks: tuple[Check, ...], text: str) -> Iterator[tuple[str, Callable[[str], object]]]:
    subject = Subject(parse(text), "project", "a.md")
    for look in looks:
        name = f"{look.__module__.rpartition('.')[2]}.{getattr(look, '__name__', look)}"
        yield name, lambda _, look=look: list(islice(look(subject), MOST_FINDINGS))  # type: ignore[misc]  # the loop's own


def test_p39_no_line_is_coloured_out_of_proportion_to_its_length(promise, qapp):
    own = [one for one in _expressions() if one.place.startswith(("ui.source_marks", "ui.highlighter"))]
    pieces = {repeated: None for one in own for _, repeated in attacks(one.pattern)}
    pieces |= dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[]\\^_`{|}~ \ta0\u00e9\U0001f600")
    size = promise.times(1_000, SIZE)
    slowest, of, over = 0.0, "", 0
    grown: list[str] = []
    for piece in pieces:
        for name, before in list(_BEFORE.items())[: promise.times(2, 4)]:
            attack = ("", piece.replace("\n", "x"))
            took = _paint(before + text_of(attack, size, ""))
            if promise.torture:
                took = max(took, _paint(before + text_of(attack, LONGEST_LINE, "")))
                if took > ASKED:
                    took = min(took, *(_paint(before + text_of(attack, size, "")) for _ in range(2)))
            elif took > 0.005 and _grows(
                _paint, *(before + text_of(attack, times * size, "") for times in (1, 4, 16))
            ):
                grown.append(f"{piece!r} in {name}")
            over += took > ASKED
            if took > slowest:
                slowest, of = took, f"{piece!r} in {name}"
    assert grown == []
    promise.measured(
        f"lines of {size:,} characters coloured, {len(pieces) * promise.times(2, 4):,} of them: slowest "
        f"{1000 * slowest:.0f} ms ({of})"
    )
    if promise.torture:
        assert slowest < MOST, of
        if over:
            promise.lacks(f"{over} lines take over 50 ms")


_BEFORE = {"the prompt": "x\n", "a value": "---\n", "a value in quotes": '---\na: "\n', "code": "```python\n"}


@pytest.mark.parametrize("part", range(4))
def test_p39_no_lexer_takes_long_for_a_line_it_is_given(promise, part):
    languages = (
        sorted(colours._LANGUAGES)[part::4]
        if promise.torture
        else ["python", "yaml", "tsx", "terraform"][part : part + 1]
    )
    slowest, of, over, tried = 0.0, "", 0, 0
    for language in languages:
        lexer = colours._lexer(language)
        assert lexer is not None
        longest = LONGEST_YAML if language == "yaml" else LONGEST_CODE
        for piece in _CODE[:: promise.times(4, 1)]:
            took = _time(
                lambda text, lexer=lexer: list(colours._merged(lexer, text)),
                text_of(("", piece), longest, ""),
            )
            tried += 1
            over += took > ASKED
            if took > slowest:
                slowest, of = took, f"{language}, {piece!r}"
    promise.measured(
        f"{tried:,} lines of code of {LONGEST_CODE} characters (YAML {LONGEST_YAML:,}), {len(languages)} languages: "
        f"slowest {1000 * slowest:.0f} ms ({of})"
    )
    if promise.torture:
        assert slowest < MOST, of
        if over:
            promise.lacks(f"{over} lines of code take a lexer over 50 ms")


_CODE = [
    *"!\"#$%&'()*+,-./:;<=>?@[]\\^_`{|}~ \ta0",
    *["(a", "[a", "{a", "a.", "a(", "/*", "//", "'a", '"a', "\\'", "$(", "${", "@a", "a,", "a:", "-a", "=>", "a=", "0x", "1e", "::", "<<", "r'", "#{", "%{", "f'{", "<?", "&a;", "<!--", "{{", "a<", "<a<"],
    "<a ",
    "<a b=",
]  # fmt: skip


def _paint(text: str) -> float:
    """Seconds to colour a whole text."""
    document = QTextDocument()
    document.setDocumentLayout(QPlainTextDocumentLayout(document))
    document.setPlainText(text)
    painter = SourceHighlighter(document, LIGHT)
    painter.set_frontmatter(text.startswith("---"))
    start = time.process_time()
    painter.rehighlight()
    return time.process_time() - start


def _grows(use: Callable[[str], object], *texts: str) -> bool:
    """Whether of three texts, each four times as long as the one before, both steps take out of proportion.

    The shortest of three tries counts: whatever else the machine does only adds to them. Never for 5 ms.
    """
    first, second = (min(_time(use, text) for _ in range(3)) for text in texts[:2])
    return second > max(0.005, 6 * first) and min(_time(use, texts[2]) for _ in range(3)) > 8 * second


def _least(use: Callable[[str], object], text: str) -> float:
    """Seconds it takes; what takes longer than is asked for is tried twice more, and the shortest counts."""
    took = _time(use, text)
    return took if took <= ASKED else min(took, _time(use, text), _time(use, text))


def _time(use: Callable[[str], object], text: str) -> float:
    """Seconds it takes; the processor's, which come in steps of 4 ms on some machines, where it waited."""
    start, busy = time.perf_counter(), time.process_time()
    with _at_most(10):
        use(text)
    return min(time.perf_counter() - start, time.process_time() - busy + 0.005)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what takes more processor time; it counts as having taken that long."""

    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
