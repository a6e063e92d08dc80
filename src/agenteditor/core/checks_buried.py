"""Checks of text where a person does not look and a model does: comments, hidden HTML, far away, encoded."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Passage,
    Subject,
    finding,
    shown,
    swapped,
    verified,
)
from agenteditor.core.checks_passages import is_code, is_inline_code
from agenteditor.core.text import Span
from agenteditor.core.text_scan import SLICE, Next, matches

_MOST = 20
BLANK_LINES, BLANKS, ENCODED = 200, 500, 200
_LONGEST = 4_000  # characters of a comment that are looked at

_REFERENCE_COMMENT = re.compile(
    r"(?m)^[ \t]{0,3}\[(?://|comment|_|#)\]:[ \t]{0,4}(?:#|<>)[ \t]{0,4}[(\"'](?P<text>[^\n]{1,4000})$"
)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^\n.]{0,40}\b(?:instructions?|rules?|prompts?|above|previous|guidelines|restrictions)\b"
    r"|\byou (?:must|should|will|shall|have to|need to|are now|can|may)\b"
    r"|\b(?:do not|don['’]t|never|without)\s{1,3}(?:tell\w*|mention\w*|reveal\w*|inform\w*|disclos\w*|"
    r"ask\w*|notify\w*|alert\w*)\b"
    r"|\b(?:ai|assistant|agent|model|llm|claude|gpt|copilot)s?\b[\s,:]{1,3}(?:must|should|shall|please|"
    r"always|never|do|has to|are to|is to|reading)\b"
    r"|\b(?:curl|wget)\s|https?://[^\s]{1,200}\s{1,3}and\b|\b(?:execute|exfiltrate)\b|\brm -rf?\b|"
    r"\bsystem prompt\b|\bsystem:\s"
    r"|\b(?:run|call|invoke)\s{1,3}(?:the\s{1,3})?(?:following|command|bash|shell|script|tool)\b"
    r"|\b(?:send|post|upload|forward|leak)\b[^\n]{0,80}\b(?:to|https?:)|\b(?:read|open|cat|copy|delete)\b[^\n]{0,40}(?:~/|\.env\b|\.ssh|secret|credential|password|token)"
    r"|\b(?:always|secretly|silently|instead)\b[^\n.]{0,30}\b(?:approve|respond|reply|answer|say|include|add|use|run|write|insert|report|output)\b"
    r"|\bapprove (?:all|every|any)\b"
)
_STYLE = (
    r"(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0|opacity\s{0,3}:\s{0,3}0(?:[;\"'\s]|\.0)|"
    r"(?:max-)?(?:height|width)\s{0,3}:\s{0,3}0(?:px)?[;\"']|color\s{0,3}:\s{0,3}(?:transparent|white\b|#fff(?:fff)?\b)|"
    r"(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{3}|clip\s{0,3}:\s{0,3}rect\(0)"
)
_HIDDEN_TAG = re.compile(
    rf"<(?P<name>[a-z][a-z0-9]{{0,15}})\b(?P<attributes>[^<>]{{0,300}}?(?:style\s{{0,3}}=\s{{0,3}}[\"'][^<>]{{0,200}}?{_STYLE}|\shidden(?=[\s>=/])|"
    r"aria-hidden\s{0,3}=\s{0,3}[\"']?true)[^<>]{0,200})>(?P<text>[^<]{1,4000})"
)
# Each begins with a text that is quick to find. How it ends is looked for once for all that may end there.
_SHORTEST_TITLE, _LONGEST_TITLE = 12, 1_000
_ALT, _ALT_END = re.compile(r"!\["), re.compile(r"[\]\n]")
_TITLE, _TITLE_END = re.compile(r"\]\([^\s()]{0,1000}+\s{1,4}+(?=[\"'(])"), re.compile(r"[\"')]\)|\n")
_NAMED, _BLANK = re.compile(r"\]:[ \t]{0,4}+(?=\S)"), re.compile(r"\s")
_NAMED_TITLE = re.compile(r"[ \t]{1,4}+(?P<text>[\"'(][^\n]{12,1000})")
_ATTRIBUTE = re.compile(
    r"\b(?:alt|title|aria-label)\s{0,3}=\s{0,3}(?P<text>\"[^\"\n<>]{12,1000}+\"|'[^'\n<>]{12,1000}+')",
    re.IGNORECASE,
)
# Tried once for each run of blanks, whose length thus costs no more than its length.
_FAR_DOWN = re.compile(
    r"(?<![ \t\r\n\u00a0\u2000-\u200a\u3000])[ \t\r\n\u00a0\u2000-\u200a\u3000]{201,}+(?=\S)"
)
_FAR_RIGHT = re.compile(r"(?<![ \t\u00a0\u2000-\u200a\u3000])[ \t\u00a0\u2000-\u200a\u3000]{125,}+(?=\S)")
_FEWEST = b" " * 125
_BLOB = re.compile(
    r"[A-Za-z0-9+/_=:.-]{60,}(?:\r?\n[ \t]{0,8}[A-Za-z0-9+/_-]{16,120}={0,2}){0,400}|"
    r"(?:\\x[0-9a-fA-F]{2}){50,4000}"
)
_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2}){50,4000}")
_STYLED, _TITLED = frozenset((b"style", b"hidden", b"aria")), frozenset((b"alt", b"title", b"aria"))
_QUOTED = frozenset((b'"', b"'", b" ", b"\t", b"\r", b"\n"))  # a quotation mark, or a blank before one
_WORDLIKE = re.compile(r"[a-z]{3,14}[-_/]")


def buried(subject: Subject) -> Iterator[Diagnostic]:
    """Text in a place where nobody looks for it."""
    if not subject.is_prompt:
        return
    for passage in subject.passages:
        scan = passage.scan
        if b"!" in scan.after(b"<") and scan.holds(b"<!--"):
            yield from _comments(subject, passage, _html_comments(passage.text))
        if b":" in scan.after(b"]") and scan.holds(b"]: #", b"]:#", b"]: <>"):
            spans = ((match.span(), match["text"]) for match in matches(_REFERENCE_COMMENT, passage.text))
            yield from _comments(subject, passage, spans)
        if b"<" in scan.data and scan.words & _STYLED:
            yield from _hidden_html(subject, passage)
        yield from _titles(subject, passage)
        yield from _far_away(subject, passage)
        yield from _encoded(passage)


def _orders(text: str) -> bool:
    return _ORDERS.search(html.unescape(text[:_LONGEST]).lower()) is not None


def _is_code(subject: Subject, passage: Passage, offset: int) -> bool:
    return passage.whole and (is_inline_code(subject, offset) or is_code(subject, offset))


def _html_comments(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Where comments of at most 4,000 characters stand, and what is in them.

    A comment ends at its sign; one without an end goes on to the end of the text.
    """
    start = text.find("<!--")
    while start >= 0:
        inside = start + 4
        end = text.find("-->", inside + 1)
        after = len(text) if end < 0 else end + 3
        end = len(text) if end < 0 else end
        if end - inside > _LONGEST:
            # Nor has any other that begins so far before this end one of its own.
            start = text.find("<!--", max(start + 1, end - _LONGEST - 4))
            continue
        if inside < end:
            yield (start, after), text[inside:end]
        start = text.find("<!--", after)


def _comments(
    subject: Subject, passage: Passage, comments: Iterable[tuple[tuple[int, int], str]]
) -> Iterator[Diagnostic]:
    for span, text in islice(comments, _MOST * _MOST):
        if not _orders(text) or _is_code(subject, passage, span[0]):
            continue
        yield finding(
            "security/comment",
            passage.place(Span(*span)),
            f"A comment gives orders: {shown(text.strip(), 100)}. Where Markdown is drawn "
            f"nobody sees it, and the "
            "agent reads it. Write it where it is seen, or remove it.",
            passage.field,
        )


def _hidden_html(subject: Subject, passage: Passage) -> Iterator[Diagnostic]:
    low = passage.scan.low
    for match in list(matches(_HIDDEN_TAG, low))[:_MOST]:
        inside = Span(*match.span("text"))
        if not inside.of(low).strip() or _is_code(subject, passage, match.start()):
            continue
        if "aria-hidden" in match["attributes"] and not _orders(match["text"]):
            continue  # an icon that is not to be read out
        yield finding(
            "security/hidden-html",
            passage.place(Span(*match.span())),
            f"HTML hides text from whoever looks at the page: "
            f"{shown(inside.of(passage.text).strip(), 100)}. The agent reads "
            "it. Write it where it is seen, or remove it.",
            passage.field,
        )


def _titles(subject: Subject, passage: Passage) -> Iterator[Diagnostic]:
    found = (
        (where, span)
        for where, start, span in _titled(passage)
        if _orders(span.of(passage.text)) and not _is_code(subject, passage, start)
    )
    for where, span in islice(found, _MOST):
        yield finding(
            "security/title",
            passage.place(span),
            f"{where} gives orders: {shown(span.of(passage.text), 100)}. Nobody sees it on the page, and "
            f"the agent reads it. "
            "Write it where it is seen, or remove it.",
            passage.field,
        )


def _titled(passage: Passage) -> Iterator[tuple[str, int, Span]]:
    """What each text beside links and images is, where its link begins, and where the text stands."""
    scan, text = passage.scan, passage.text
    if b"[" in scan.after(b"!"):
        yield from (("The text of an image", *one) for one in _alts(text))
    title = "The title of a link or image"
    if b"(" in scan.after(b"]"):
        yield from ((title, *one) for one in _link_titles(text))
    if b":" in scan.after(b"]"):
        yield from ((title, *one) for one in _named_titles(text))
    if (
        not _QUOTED.isdisjoint(scan.after(b"="))
        and scan.words & _TITLED
        and scan.holds(b"alt=", b"title=", b"label=", b"alt =", b"title =")
    ):
        for match in matches(_ATTRIBUTE, text):
            yield title, match.start(), Span(*match.span("text"))


def _alts(text: str) -> Iterator[tuple[int, Span]]:
    ends, done = Next(_ALT_END, text), 0
    for match in _ALT.finditer(text):
        start, end = match.end(), ends.at(match.end())
        fits = _SHORTEST_TITLE <= end - start <= _LONGEST_TITLE and text.startswith("]", end)
        if fits and match.start() >= done:
            done = end + 1
            yield match.start(), Span(start, end)


def _link_titles(text: str) -> Iterator[tuple[int, Span]]:
    ends, done = Next(_TITLE_END, text), 0
    for match in _TITLE.finditer(text):
        start = match.end()
        end = ends.at(start + 1 + _SHORTEST_TITLE)
        fits = end < len(text) and end - start - 1 <= _LONGEST_TITLE and text.find("\n", start, end + 1) < 0
        if fits and match.start() >= done:
            done = end + 2
            yield match.start(), Span(start, end + 1)


def _named_titles(text: str) -> Iterator[tuple[int, Span]]:
    ends, done = Next(_BLANK, text), 0
    for match in _NAMED.finditer(text):
        end = ends.at(match.end())
        title = _NAMED_TITLE.match(text, end) if end - match.end() <= _LONGEST_TITLE else None
        if title is not None and match.start() >= done:
            done = title.end()
            yield match.start(), Span(*title.span("text"))


def _far_away(subject: Subject, passage: Passage) -> Iterator[Diagnostic]:
    data, text = passage.scan.data, passage.text
    if _FEWEST not in passage.scan.spaced:
        return
    wide = any(one * 8 in text for one in "\u3000\u00a0\u2003")
    if wide or b" " * 125 in data.replace(b"\t", b" "):
        for match in _FAR_RIGHT.finditer(text):
            if len(match[0].expandtabs(4)) >= BLANKS:
                yield _far(
                    subject, passage, match, f"{len(match[0].expandtabs(4)):,} blanks to the right", " "
                )
                break
    if data.count(b"\n") > BLANK_LINES and (
        not text.isascii() or b"\n" * BLANK_LINES in data.translate(None, b" \t\r")
    ):
        for match in _FAR_DOWN.finditer(text):
            if match[0].count("\n") > BLANK_LINES:
                eol = "\r\n" if "\r\n" in match[0] else "\n"
                yield _far(
                    subject,
                    passage,
                    match,
                    f"{match[0].count(chr(10)) - 1:,} blank lines further down",
                    eol * 2,
                )
                break


def _far(subject: Subject, passage: Passage, match: re.Match[str], where: str, instead: str) -> Diagnostic:
    after = passage.text[match.end() : match.end() + 200].partition("\n")[0]
    gap = passage.place(Span(*match.span()))
    return finding(
        "security/far-away",
        Span(gap.end, gap.end + 1) if passage.whole else gap,
        f"Text stands {where}, where nobody looks: {shown(after, 80)}. The agent reads it. Move it up, "
        f"or remove it.",
        passage.field,
        verified(subject, "Take the blanks out", swapped(gap, instead), safe=False) if passage.whole else (),
    )


def _encoded(passage: Passage) -> Iterator[Diagnostic]:
    text, done, count = passage.text, 0, 0
    begins = [piece.decode("ascii") for piece in passage.scan.pieces if _may_be_encoded(piece)]
    escaped = (
        [match.group() for match in matches(_ESCAPES, text)] if b"x" in passage.scan.after(b"\\") else []
    )
    for begin in (*begins, *escaped):
        at = text.find(begin, 0 if begin.startswith("\\x") else done)
        match = _BLOB.match(text, at, at + SLICE)
        if match is None:
            continue
        done = match.end()
        letters = re.sub(r"\s{1,200}", "", match[0])
        if len(letters) <= ENCODED or not _is_encoded(letters) or count == _MOST:
            continue
        count += 1
        yield finding(
            "security/encoded",
            passage.place(Span(*match.span())),
            f"{len(letters):,} characters are encoded, so nobody can read what they say, and a model "
            f"can. Write it in clear, "
            "or remove it.",
            passage.field,
        )


def _may_be_encoded(run: bytes) -> bool:
    return (
        len(run) >= 60
        and not run.startswith(b"http")
        and len(set(run)) >= 10
        and run.translate(None, b"0123456789") != run
    )


def _is_encoded(letters: str) -> bool:
    """Whether this is no word, path or line of signs: base64 and hexadecimal have all kinds of letters."""
    if letters.startswith("\\x"):
        return True
    digits = sum(letter.isdigit() for letter in letters)
    if len(set(letters)) < 10 or len(_WORDLIKE.findall(letters)) * 12 > len(letters):
        return False
    mixed = any(letter.isupper() for letter in letters) and any(letter.islower() for letter in letters)
    hexadecimal = re.fullmatch(r"[0-9a-fA-F]{200,}", letters) is not None and not letters.isdigit()
    return digits * 40 > len(letters) and (mixed or hexadecimal)


CHECKS: tuple[Check, ...] = (buried,)
