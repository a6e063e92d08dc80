"""Checks of secrets: keys and passwords that whoever gets the file has. No message holds one in clear."""

from __future__ import annotations

from collections.abc import Iterator

from agenteditor.core.checks_finding import Check, Diagnostic, Subject, finding
from agenteditor.core.secret_text import ASSIGNED, IN_ADDRESS, NAMES, is_placeholder, redacted, secrets
from agenteditor.core.text import Span
from agenteditor.core.text_scan import Scan, matches

_MOST = 20
_WEB = frozenset(b"http https ftp ssh git postgres postgresql mysql mongodb redis amqp srv".split())
_BEGINS = tuple(name.encode() for name in NAMES)
_NAMES = frozenset(
    b"""
    password passwd passphrase secret token key apikey accesstoken authtoken clientsecret secretkey
    accesskey privatekey
    """.split()
)


def in_clear(subject: Subject) -> Iterator[Diagnostic]:
    """Keys and tokens of a known shape."""
    for passage in subject.passages:
        for kind, span in secrets(passage.scan)[:_MOST]:
            article = "An" if kind[0] in "AO" else "A"
            yield finding(
                "security/secret",
                passage.place(span),
                f"{article} {kind} stands here in clear ({redacted(span.of(passage.text))}): whoever "
                f"gets the file can "
                "use it. Make it invalid at its provider, then take it out.",
                passage.field,
            )


def assigned(subject: Subject) -> Iterator[Diagnostic]:
    """Texts given to a name such as password, and addresses with a password in them."""
    for passage in subject.passages:
        scan, text = passage.scan, passage.text
        found: list[tuple[Span, str]] = []
        if not scan.words.isdisjoint(_NAMES) and _gives(scan):
            for match in (ASSIGNED.match(text, at, at + 260) for at in scan.anywhere(_BEGINS)):
                if match:
                    found.append((Span(*match.span("value")), "What looks like a password"))
        if scan.names_in_addresses and scan.words & _WEB:
            for match in matches(IN_ADDRESS, text):
                found.append((Span(*match.span("value")), "The password of an address"))
        known = secrets(scan) if found else ()
        for span, what in found[:_MOST]:
            value = span.of(text)
            inside = any(one.span.start < span.end and span.start < one.span.end for one in known)
            if inside or is_placeholder(value) or value.lower() in ("password", "passw0rd", "secret123"):
                continue
            yield finding(
                "security/password",
                passage.place(span),
                f"{what} stands here in clear. If it is a real one, change it and take it out; if it is "
                f"an example, let "
                "it look like one: your-password.",
                passage.field,
            )


def _gives(scan: Scan) -> bool:
    """Whether a quotation mark follows what gives a value to a name, with blanks between them or none."""
    return any(
        before[-5:].rstrip(b" \t").endswith((b":", b"=", b">"))
        for quote in (b'"', b"'", b"`")
        for before in scan.data.split(quote)[:-1]
    )


CHECKS: tuple[Check, ...] = (in_clear, assigned)
