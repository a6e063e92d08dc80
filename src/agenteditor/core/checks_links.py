"""Checks of links and images: where they lead, what they show, and what a program does that follows them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from agenteditor.core.checks_finding import Check, Diagnostic, Passage, Subject, finding, shown
from agenteditor.core.checks_passages import is_code, is_inline_code
from agenteditor.core.checks_rules import Severity
from agenteditor.core.text import Span
from agenteditor.core.text_scan import matches

_MOST = 20
_WEB = frozenset((b"http", b"https"))
_TAGGED = frozenset((b"src", b"href"))

_LINK = re.compile(r"\]\([ \t]{0,4}(?P<to><[^<>\n]{1,2000}>|[^\s()<>\"][^\s()<>\"]{0,2000})")
_TAG = re.compile(
    r"<(?P<name>img|a|iframe|source|video|audio|embed|object|link)\b[^<>]{0,500}?\b(?:src|href|data)\s{0,3}=\s{0,3}"
    r"(?:\"(?P<to>[^\"<>]{1,2000})\"|'(?P<single>[^'<>]{1,2000})'|(?P<bare>[^\s\"'<>]{1,2000}))",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?m)^[ \t]{0,3}\[(?P<text>[^\]\n]{1,300})\]:[ \t]{0,4}(?P<to><[^<>\n]{1,2000}>|\S{1,2000})"
)
_AUTOMATIC = re.compile(r"<(?P<to>[A-Za-z][A-Za-z0-9+.-]{1,30}:[^\s<>]{1,2000})>")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,30}):")
_HARMLESS = frozenset(("http", "https", "mailto", "tel", "mdc", "doi", "urn"))
_RUNNING = {
    "javascript": "runs a program where it is clicked",
    "vbscript": "runs a program where it is clicked",
    "data": "holds its page in itself, so nobody sees what it leads to",
    "file": "opens a file of this computer",
}
_HOST = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24})(?:[:/?#]\S{0,500})?")
_NAME_BEFORE = re.compile(
    r"https?://(?P<shown>(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24})(?::[^@/\s\"'<>]{0,100})?@(?P<real>[^\s/\"'<>()\]]{3,253})",
    re.IGNORECASE,
)
_ENDINGS = frozenset(
    (
        "md",
        "py",
        "js",
        "ts",
        "json",
        "html",
        "txt",
        "sh",
        "yml",
        "yaml",
        "toml",
        "go",
        "rs",
        "rb",
        "css",
        "java",
    )
)


def links(subject: Subject) -> Iterator[Diagnostic]:
    """Links and images outside of code."""
    if not subject.is_prompt:
        return
    for passage in subject.passages:
        # Whether it is code is asked of the few that would be reported: the answer is dear.
        found = (one for one in _links(passage) if not _is_code(subject, one.span.start))
        yield from islice(found, _MOST)


def _is_code(subject: Subject, offset: int) -> bool:
    return is_inline_code(subject, offset) or is_code(subject, offset)


def _links(passage: Passage) -> Iterator[Diagnostic]:
    scan, text = passage.scan, passage.text
    if b"(" in scan.after(b"]"):
        for match in matches(_LINK, text):
            # Looking back from here is quicker than looking for brackets.
            start = text.rfind("[", max(match.start() - 500, 0), match.start())
            if start >= 0:
                image = text[start - 1 : start] == "!"
                span = Span(start - image, match.end() + text.startswith(")", match.end()))
                yield from _one(passage, span, match["to"], text[start + 1 : match.start()], image)
    if b"<" in scan.data and (scan.words & _TAGGED or (b"o" in scan.after(b"<") and scan.holds(b"<object"))):
        for match in matches(_TAG, text):
            to = match["to"] or match["single"] or match["bare"]
            yield from _one(passage, Span(*match.span()), to, "", match["name"].lower() not in ("a", "link"))
    if b":" in scan.after(b"]"):
        for match in matches(_NAMED, text):
            yield from _one(passage, Span(*match.span()), match["to"], match["text"], False)
    automatic = tuple(matches(_AUTOMATIC, text)) if b"<" in scan.data else ()
    if automatic and scan.holds(b"script:", b"<file:", b"<data:"):
        for match in automatic:
            yield from _one(passage, Span(*match.span()), match["to"], "", False)
    if scan.names_in_addresses and scan.words & _WEB:
        for match in matches(_NAME_BEFORE, text):
            yield _elsewhere(passage, Span(*match.span()), match["shown"], match["real"])


def _one(passage: Passage, span: Span, written: str, text: str, image: bool) -> Iterator[Diagnostic]:
    to = _meant(written)
    scheme = match[1] if (match := _SCHEME.match(to)) else ""
    unc = to.startswith(("\\\\", "//"))
    drive = len(scheme) == 1 or re.match(r"[a-z]:[\\/]", to) is not None
    if scheme in _RUNNING and not image:
        yield _finding(passage, span, f"{shown(written, 60)} {_RUNNING[scheme]}. Remove it.")
    elif unc and not image:
        what = "leads to another computer, and Windows gives your log-on to it"
        yield _finding(
            passage, span, f"{shown(written, 60)} {what}. Write an address that begins with https."
        )
    elif image:
        yield from _image(passage, span, written, to, scheme, local=unc or drive or scheme == "file")
    elif (
        scheme
        and not drive
        and scheme not in _HARMLESS
        and re.match(r"[a-z][a-z0-9+.-]{1,30}:(?://|\S{0,300}[/?=%])", to)
    ):
        what = f"starts whatever program takes {scheme}: addresses"
        yield _finding(
            passage, span, f"{shown(written, 60)} {what}. Write an address that begins with https."
        )
    if scheme in ("http", "https") and not image:
        yield from _other_host(passage, span, to, text)


def _meant(written: str) -> str:
    """An address as a program reads it: without the disguises that Markdown and HTML allow."""
    text = html.unescape(written.strip("<>"))
    text = re.sub(r"\\(?=[!-/:-@\[-`{-~])(?!\\)", "", text) if not text.startswith("\\\\") else text
    return "".join(letter for letter in text if letter > " " and letter.isprintable()).lower()


def _finding(passage: Passage, span: Span, message: str) -> Diagnostic:
    return finding("security/link", passage.place(span), message, passage.field)


def _image(
    passage: Passage, span: Span, written: str, to: str, scheme: str, *, local: bool
) -> Iterator[Diagnostic]:
    severity: Severity | None = None
    if scheme in ("http", "https"):
        what = "is fetched by whoever shows this text, and tells its owner who did"
    elif local or to.startswith(("/", "~")):
        what = "is a file of the computer that shows this text"
    elif scheme == "data":
        what, severity = "is written into the prompt and paid for in every run", "info"
    elif scheme:
        what = "is opened by whichever program takes such addresses"
    else:
        what, severity = "is not seen by an agent, which gets this text alone", "info"
    yield finding(
        "security/image",
        passage.place(span),
        f"The image {shown(written, 60)} {what}. Remove it, or put what it shows into words.",
        passage.field,
        severity=severity,
    )


def _other_host(passage: Passage, span: Span, to: str, text: str) -> Iterator[Diagnostic]:
    says = _HOST.fullmatch(" ".join(text.strip("*_` ").split()).lower())
    if says is None or says[1].rpartition(".")[2] in _ENDINGS:
        return
    try:
        host = (urlsplit(to).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    said = says[1]
    if host != said and not host.endswith(f".{said}") and not said.endswith(f".{host}"):
        yield _elsewhere(passage, span, said, host)


def _elsewhere(passage: Passage, span: Span, said: str, host: str) -> Diagnostic:
    return finding(
        "security/link-host",
        passage.place(span),
        f"The link shows {shown(said)} and leads to {shown(host)}. Let it show where it leads.",
        passage.field,
    )


CHECKS: tuple[Check, ...] = (links,)
