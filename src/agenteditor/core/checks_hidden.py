"""Checks of characters that nobody sees: bytes that are no text, controls, and what hides or turns text.

Nothing invisible stands in a message as it is: hidden text is given decoded. What is hidden is never
removed by itself, since nobody has seen it; a button offers it, and shows the change before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from agenteditor.core.checks_finding import Check, Diagnostic, Fix, Passage, Subject, finding, shown, verified
from agenteditor.core.checks_passages import is_code
from agenteditor.core.checks_rules import Severity
from agenteditor.core.invisible import CONTROLS, TAGS, TURNS, UNSEEN
from agenteditor.core.text import Span, TextEdit
from agenteditor.core.text_scan import matches

_LIMIT = 1_000
_COUNTED = 20_000  # places of one kind that are counted at most; no fix touches more
_MANY, _KINDS = 10, 3  # from so many characters, or kinds of them, on it is no accident

_BAD_BYTES = re.compile("[\udc80-\udcff]+")
_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0x100)}
_NOT_WINDOWS = re.compile("[" + "".join(chr(one) for one, read in _WINDOWS.items() if not read) + "]")
# Beside the controls the two characters that YAML allows nowhere.
_CONTROL = re.compile(f"[{CONTROLS}\ufffe\uffff]")
# Claude Code's reader and libyaml end a line at a lone CR, npm's yaml and this program's source view do not.
_LONE_CR = re.compile("\r(?!\n)")
_TAGS = re.compile(f"[{TAGS}]+")
_TURNS = re.compile(f"[{TURNS}]")
_OVERRIDES = "\u202d\u202e"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNSEEN = re.compile(f"[{UNSEEN}]")
# The flags of England, Scotland and Wales, the only ones that are recommended for exchange (Unicode, RGI).
_FLAGS = {
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
}
# In UTF-8 without its ASCII: every character above, surrogates, and two selectors that follow each other.
_SUSPECT = re.compile(
    rb"\xc2[\x80-\x9f\xad]|\xcd\x8f|\xd8\x9c|\xe1(?:\x85[\x9f\xa0]|\x9e[\xb4\xb5]|\xa0[\x8b-\x8f])"
    rb"|\xe2(?:\x80[\x8b-\x8f\xa8-\xae]|\x81[\xa0-\xaf])|\xe3\x85\xa4|\xed[\xa0-\xbf]"
    rb"|\xef(?:\xb8[\x80-\x8e]|\xb8\x8f\xef\xb8|\xbb\xbf|\xbe\xa0|\xbf[\xb9-\xbb\xbe\xbf])|\xf0\x9d\x85|\xf3\xa0"
)
_ASCII = bytes(range(128))
_PLAIN = bytes(byte for byte in _ASCII if byte in b"\t\n\r" or 0x20 <= byte < 0x7F)


def characters(subject: Subject) -> Iterator[Diagnostic]:
    """Bytes that are not UTF-8, and characters nobody sees."""
    for passage in subject.passages:
        odd = passage.scan.raw.translate(None, _PLAIN)
        if not odd:
            if passage.whole and _has_lone_cr(subject):
                yield from _controls(subject)
            continue
        high = odd.translate(None, _ASCII)
        controlled = len(high) < len(odd)
        suspect = _SUSPECT.search(high) is not None
        # Each kind is looked for in the text only if it is among its characters.
        kinds = "".join(set(high.decode("utf-8", "surrogatepass"))) if suspect else ""
        if passage.whole and _BAD_BYTES.search(kinds):
            yield from _not_utf_8(subject)
        if passage.whole and (controlled or _CONTROL.search(kinds) or _has_lone_cr(subject)):
            yield from _controls(subject)
        if _TAGS.search(kinds):
            yield from _tags(subject, passage)
        if _TURNS.search(kinds):
            yield from _turns(subject, passage)
        if suspect:
            yield from _unseen(subject, passage)


def _not_utf_8(subject: Subject) -> Iterator[Diagnostic]:
    text = subject.text
    bad = _places(_BAD_BYTES, text)
    if not bad:
        return
    places = _number(len(bad), "place is", "places are")
    says = f"The file is not all UTF-8: {places} read as a replacement mark."
    if _NOT_WINDOWS.search(text):
        advice = "Save it as UTF-8 in the program that wrote it, or remove them in the source."
        yield finding("text/not-utf-8", bad[0], f"{says} {advice}")
        return
    edits = tuple(TextEdit(span, span.of(text).translate(_WINDOWS)) for span in _few(bad))
    yield finding(
        "text/not-utf-8",
        bad[0],
        f"{says} Read as Windows-1252, the first is {shown(bad[0].of(text).translate(_WINDOWS))}.",
        fixes=verified(subject, "Read it as Windows-1252", edits, safe=False),
    )


def _controls(subject: Subject) -> Iterator[Diagnostic]:
    """Controls and separators; in the frontmatter programs disagree about where a line ends (F16)."""
    text = subject.text
    control = sorted((*_lone_crs(subject), *_places(_CONTROL, text)))
    if not control:
        return
    edits = tuple(
        TextEdit(span, "\n" if span.of(text) in "\u2028\u2029\x85\r" else "") for span in _few(control)
    )
    inside = subject.syntax.frontmatter is not None and control[0].start < subject.syntax.body.start
    count = _number(len(control), "control character", "control characters")
    says = f"The file holds {count} ({_named(text, control)}), invisible but read"
    where = (
        " in the frontmatter: some programs end a line there and find other fields, others refuse the file"
    )
    where = where if inside else ""
    yield finding(
        "text/control",
        control[0],
        f"{says}{where}. Remove what was not meant.",
        fixes=verified(subject, "Remove them", edits, safe=False),
        severity="error" if inside else None,
    )


def _has_lone_cr(subject: Subject) -> bool:
    frontmatter = subject.syntax.frontmatter
    if frontmatter is None:
        return False
    text = frontmatter.content.of(subject.text)
    return text.count("\r") != text.count("\r\n")


def _lone_crs(subject: Subject) -> list[Span]:
    """Each CR in the frontmatter that is not followed by LF: where programs disagree about a line's end."""
    frontmatter = subject.syntax.frontmatter
    if frontmatter is None or not _has_lone_cr(subject):
        return []
    start = frontmatter.content.start
    return [span.moved(start) for span in _places(_LONE_CR, frontmatter.content.of(subject.text))]


# --- hidden text ------------------------------------------------------------------------------


def _tags(subject: Subject, passage: Passage) -> Iterator[Diagnostic]:
    text = passage.text
    found = _places(_TAGS, text)
    found = [span for span in found if text[span.start - 1 : span.end] not in _FLAGS]
    if not found:
        return
    letters = (ord(letter) - 0xE0000 for span in found[:_LIMIT] for letter in span.of(text))
    decoded = "".join(chr(letter) for letter in letters if 0x20 <= letter < 0x7F)
    says = f"It says {shown(decoded, 120)}." if decoded.strip() else "It spells nothing."
    yield finding(
        "security/tag-characters",
        passage.place(found[0]),
        f"{_begin(_count(found))} of hidden text: no editor shows tag characters, a model reads them. {says} "
        "Remove them unless you put them there.",
        passage.field,
        _removing(subject, passage, found),
    )


def _turns(subject: Subject, passage: Passage) -> Iterator[Diagnostic]:
    text = passage.text
    found = _places(_TURNS, text)
    usual = []
    end, turned = -1, False  # of the line that the marks before stand in
    for span in found:
        if span.start > end:
            start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
            end = len(text) if end < 0 else end
            turned = _RIGHT_TO_LEFT.search(text, start, end) is not None
        if turned and _in_prose(subject, passage, span):
            usual.append(span)
    wrong = sorted(set(found) - set(usual))
    if wrong:
        yield finding(
            "security/direction",
            passage.place(wrong[0]),
            f"{_begin(_count(wrong))} ({_named(text, wrong)}) that turn the direction of writing: what "
            "is shown is not the order in which it is read. Remove them, and look what the text says then.",
            passage.field,
            _removing(subject, passage, wrong),
        )
    if usual:
        yield finding(
            "security/direction",
            passage.place(usual[0]),
            f"{_begin(_count(usual))} ({_named(text, usual)}) that turn the direction of writing, as "
            "text from right to left may need. Look whether it reads as you mean it.",
            passage.field,
            _removing(subject, passage, usual),
            severity="info",
        )


def _in_prose(subject: Subject, passage: Passage, span: Span) -> bool:
    """Whether a mark of direction in a line of a language from right to left stands where it belongs."""
    if span.of(passage.text) in _OVERRIDES:
        return False
    if not passage.whole:
        return passage.field == "description"
    if span.start < subject.syntax.body.start:
        field = subject.field("description")
        return field is not None and field.value_span.start <= span.start < field.value_span.end
    return not is_code(subject, span.start)


def _unseen(subject: Subject, passage: Passage) -> Iterator[Diagnostic]:
    text = passage.text
    unseen = (
        Span(*match.span())
        for match in matches(_UNSEEN, text)
        if not _is_needed(
            text[match.start() - 1 : match.start()] or " ",
            match[0],
            text[match.end() : match.end() + 1] or " ",
        )
    )
    found = list(islice(unseen, _COUNTED + 1))
    while passage.whole and found and text[: found[0].end].strip("\ufeff") == "":
        del found[0]  # a byte order mark is said by the check of the frontmatter
    if not found:
        return
    kinds = {span.of(text) for span in found}
    severity: Severity | None = "error" if len(found) >= _MANY or len(kinds) >= _KINDS else None
    decoded = _from_selectors("".join(span.of(text) for span in found[:_LIMIT]))
    says = f" As bytes they say {shown(decoded, 100)}." if decoded else ""
    yield finding(
        "text/hidden",
        passage.place(found[0]),
        f"The file holds {_count(found)} ({_named(text, found)}) that a reader does not "
        f"see and a model does.{says} Remove them unless you put them there.",
        passage.field,
        _removing(subject, passage, found),
        severity=severity,
    )


_INDIC_OR_ARABIC = (
    (0x0600, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF), (0xA840, 0xA87F),
    (0xFB50, 0xFDFF), (0xFE70, 0xFEFC), (0x10A00, 0x11FFF),
)  # fmt: skip
_WITHOUT_BLANKS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1980, 0x19FF))
_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF), (0x3130, 0x318F))
_PICTURES = ((0x2190, 0x2BFF), (0x3030, 0x303D), (0x3297, 0x3299), (0x1F000, 0x1FAFF))
_IDEOGRAPHS = ((0x2E80, 0x2FDF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


@lru_cache(maxsize=4_096)
def _is_needed(before: str, letter: str, after: str) -> bool:
    """Whether an invisible character is what its script or emoji is written with, between these two."""
    if (
        letter == "\u200d"
        and (_in(before, _PICTURES) or before in "\ufe0f\U000e007f")
        and _in(after, _PICTURES)
    ):
        return True
    if letter in "\u200c\u200d":
        return _in(before, _INDIC_OR_ARABIC)
    if letter in "\u200b\u2060":
        return _in(before, _WITHOUT_BLANKS) or _in(after, _WITHOUT_BLANKS)
    if letter in "\u115f\u1160":
        return _in(before, _JAMO) or _in(after, _JAMO)
    if "\u180b" <= letter <= "\u180f":
        return _in(before, ((0x1820, 0x18AF),))
    if letter in "\ufe0e\ufe0f":
        return not _is_selector(before) and not before.isspace()
    if "\ufe00" <= letter < "\ufe0e":
        return not before.isascii() and not _is_selector(before) and not _in(before, ((0x1F000, 0x1FAFF),))
    if letter >= "\U000e0100":
        return _in(before, _IDEOGRAPHS) and not _is_selector(after)
    return False


def _in(letter: str, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= ord(letter) <= last for first, last in ranges)


def _is_selector(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or letter >= "\U000e0100"


def _from_selectors(hidden: str) -> str:
    """What variation selectors say that stand for bytes; "" where that is no text."""
    data = bytes(
        ord(one) - 0xFE00 if one <= "\ufe0f" else ord(one) - 0xE0100 + 16
        for one in hidden
        if _is_selector(one)
    )
    decoded = data.decode("utf-8", "ignore")
    return decoded if len(data) > 3 and decoded.isprintable() else ""


# --- words and fixes --------------------------------------------------------------------------


def _places(pattern: re.Pattern[str], text: str) -> list[Span]:
    """Where it is found, one place more than are counted at most."""
    return [Span(*match.span()) for match in islice(matches(pattern, text), _COUNTED + 1)]


def _number(count: int, one: str, many: str) -> str:
    if count > _COUNTED:
        return f"more than {_COUNTED:,} {many}"
    return f"{count:,} {one if count == 1 else many}"


def _count(spans: list[Span]) -> str:
    return _number(sum(end - start for start, end in spans), "hidden character", "hidden characters")


def _begin(words: str) -> str:
    return words[0].upper() + words[1:]


def _few(spans: list[Span]) -> list[Span]:
    """Those a fix touches: all, or none where there are more than are counted."""
    return spans if len(spans) <= _COUNTED else []


def _named(text: str, spans: list[Span]) -> str:
    names = sorted({f"U+{ord(span.of(text)[0]):04X}" for span in spans[:_LIMIT]})
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _removing(subject: Subject, passage: Passage, spans: list[Span]) -> tuple[Fix, ...]:
    """A button that takes them out: never by itself, for nobody has seen what goes."""
    edits = tuple(TextEdit(passage.place(span), "") for span in _few(spans)) if passage.exact else ()
    return verified(subject, "Remove them", edits, safe=False)


CHECKS: tuple[Check, ...] = (characters,)
