"""Checks of letters that look like others: names, tools and addresses that are not what they seem."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from agenteditor.core.checks_finding import Check, Diagnostic, Subject, finding, shown
from agenteditor.core.checks_tool_names import listed_entries
from agenteditor.core.text import Span
from agenteditor.core.text_scan import matches

_MOST = 20

# Letters that are drawn like a Latin one in most fonts (Unicode's confusables, those in use).
_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтгпиАВЕКМНОРСТУХІЈЅԌԚԜЗ" "αοινρτυκχεηωγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" "օսոհցքԼՕՍ"
    "ıȷɑɡɩɴʀℓ" "ᎪᏴᏟᎬᎻᎢᎫᏦᏞᎷᏢᏒᏚᎢᏙᏔ",
    "aeopcyxijshdqwbkmhtrnuABEKMHOPCTYXIJSGQW3" "aoivptukxenwyABEZHIKMNOPTYX" "ounhgqLOU"
    "ijagiNRl" "ABCEHTJKLMPRSTVW",
)  # fmt: skip
_ADDRESS = re.compile(r"://([^\s/?#\"'<>()\[\]`*,;]{1,253})")


def letters(subject: Subject) -> Iterator[Diagnostic]:
    """Letters of another script in names, tools and addresses."""
    scan = subject.passages[0].scan
    if not subject.text.isascii():
        yield from _name(subject)
        yield from _tools(subject)
    if b"xn" in scan.words or (not subject.text.isascii() and scan.words & {b"http", b"https"}):
        yield from _addresses(subject)


def _name(subject: Subject) -> Iterator[Diagnostic]:
    field = subject.field("name")
    if field is None or not isinstance(field.value, str) or field.value.isascii():
        return
    seems = _seems(field.value)
    if seems is not None:
        yield finding(
            "security/lookalike",
            field.value_span,
            f"The name seems to be {shown(seems)} and is not: {_foreign(field.value)} in it only looks "
            f"like it. Type the name "
            "anew.",
            "name",
        )


def _tools(subject: Subject) -> Iterator[Diagnostic]:
    for key in ("tools", "disallowedTools"):
        field = subject.field(key)
        if field is None or field.value_span.of(subject.text).isascii():
            continue
        for entry, span in ((one.entry, one.span) for one in listed_entries(field)):
            seems = None if entry.text.isascii() else _seems(entry.text)
            if seems is not None:
                yield finding(
                    "security/lookalike",
                    span,
                    f"This entry of “{key}” seems to be {shown(seems)} and is not: "
                    f"{_foreign(entry.text)} in it only looks "
                    "like it. Type it anew.",
                    key,
                )


def _addresses(subject: Subject) -> Iterator[Diagnostic]:
    count = 0
    for match in matches(_ADDRESS, subject.text):
        host = match[1].rpartition("@")[2].partition(":")[0]
        real = _decoded(host) if "xn--" in host.lower() else host
        seems = None if real.isascii() else _seems(real)
        if seems is None:
            continue
        count += 1
        if count > _MOST:
            return
        yield finding(
            "security/lookalike",
            Span(*match.span(1)),
            f"The address seems to lead to {shown(seems)} and does not: {_foreign(real)} in it only "
            f"looks like it. Type it anew.",
        )


def _seems(text: str) -> str | None:
    """What ``text`` looks like, if it mixes scripts or forms to do so; else None."""
    for part in re.split(r"[.\s/:(),]", text):
        plain = unicodedata.normalize("NFKC", part)
        looks = plain.translate(_ALIKE)
        if part.isascii() or not looks.isascii():
            continue
        # A word of one other script is a word of that language, unless it is a form of Latin letters.
        if (
            plain != part
            or any(letter.isascii() and letter.isalpha() for letter in plain)
            or len(text) > len(part)
        ):
            return unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return None


def _foreign(text: str) -> str:
    """The first letter that is not what it looks like, by its number and name."""
    letter = next(
        one
        for one in text
        if not one.isascii() and unicodedata.normalize("NFKC", one).translate(_ALIKE).isascii()
    )
    return f"U+{ord(letter):04X} {unicodedata.name(letter, 'a letter').lower()}"


def _decoded(host: str) -> str:
    parts = []
    for part in host.lower().split("."):
        try:
            parts.append(part[4:].encode("ascii").decode("punycode") if part.startswith("xn--") else part)
        except (UnicodeError, ValueError):
            parts.append(part)
    return ".".join(parts)


CHECKS: tuple[Check, ...] = (letters,)
