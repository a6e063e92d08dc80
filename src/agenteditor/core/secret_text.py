"""Secrets in a text: keys and tokens by the shapes their providers give them, and texts without them.

``secrets`` says only what can hardly be anything else: a known prefix, the right length, a checksum where
there is one, letters that look drawn by lot, and none of the words of a placeholder. ``redacted`` is less
strict, for what is printed cannot be taken back: whatever has the shape of a secret goes, and so does what is
assigned to a name such as password.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from agenteditor.core.text import Span
from agenteditor.core.text_scan import Scan, matches

_PRIVATE = "PRIVATE KEY-----"
_SHORTEST = 13  # characters of what is looked for: ://a:123456@b
_SHORTEST_KEY = 20  # of those that stand in one piece, which all do but private keys
_SHOWN = 4  # characters left at each end of a secret that is long enough


class Secret(NamedTuple):
    """What stands at ``span``: the ``kind`` is a name for people."""

    kind: str
    span: Span


class _Shape(NamedTuple):
    """``marks`` are texts of which one stands in every secret of this shape; group 1 is its random part."""

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(kind: str, marks: str, pattern: str) -> _Shape:
    return _Shape(kind, tuple(marks.split()), re.compile(f"(?<![A-Za-z0-9]){pattern}"))


_SHAPES = (
    _shape("AWS access key", "AKIA ASIA", r"(?:AKIA|ASIA)([A-Z2-7]{16})(?![A-Za-z0-9])"),
    _shape("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_([A-Za-z0-9]{36,251})(?![A-Za-z0-9])"),
    _shape("GitHub token", "github_pat_", r"github_pat_([A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?![A-Za-z0-9])"),
    _shape("GitLab token", "glpat-", r"glpat-([A-Za-z0-9_-]{20,300})"),
    _shape("Slack token", "xox", r"xox[abeoprs]-([A-Za-z0-9-]{24,250})"),
    _shape("Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/(T\w{8,12}/B\w{8,12}/\w{24})"),
    _shape("Stripe key", "sk_live_ rk_live_ sk_test_", r"(?:[sr]k_live|sk_test)_([A-Za-z0-9]{24,250})"),
    _shape("Anthropic key", "sk-ant-", r"sk-ant-[a-z]{3,5}[0-9]{2}-([A-Za-z0-9_-]{40,250})"),
    _shape("OpenAI key", "sk-proj- sk-svcacct-", r"sk-(?:proj|svcacct)-([A-Za-z0-9_-]{40,250})"),
    _shape("OpenAI key", "sk-", r"sk-([A-Za-z0-9]{48})(?![A-Za-z0-9])"),
    _shape("Google API key", "AIza", r"AIza([A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])"),
    _shape("Google OAuth secret", "GOCSPX-", r"GOCSPX-([A-Za-z0-9_-]{28})(?![A-Za-z0-9_-])"),
    _shape("npm token", "npm_", r"npm_([A-Za-z0-9]{36})(?![A-Za-z0-9])"),
    _shape("PyPI token", "pypi-AgEI", r"pypi-AgEI([A-Za-z0-9_-]{50,300})"),
    _shape("SendGrid key", "SG.", r"SG\.([A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])"),
    _shape("Hugging Face token", "hf_", r"hf_([A-Za-z]{34})(?![A-Za-z0-9])"),
    _shape("DigitalOcean token", "dop_v1_ doo_v1_", r"do[op]_v1_([a-f0-9]{64})(?![A-Za-z0-9])"),
    _shape("Shopify token", "shpat_ shpss_ shpca_", r"shp(?:at|ss|ca)_([a-fA-F0-9]{32})(?![A-Za-z0-9])"),
    _shape("Groq key", "gsk_", r"gsk_([A-Za-z0-9]{52})(?![A-Za-z0-9])"),
    _shape("Telegram bot token", ":AA", r"[0-9]{8,10}:AA([A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])"),
    _shape(
        "private key",
        "PRIVATE KEY-----",
        r"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----([A-Za-z0-9+/=:,\s\\|>-]{64,8000})",
    ),
)  # fmt: skip
_CHECKED = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_")  # of these the last six characters are a checksum
_PLACEHOLDER = re.compile(
    r"example|your|placeholder|dummy|fake|sample|changeme|change_me|redacted|insert|replace|todo|xxx|\*\*\*|"
    r"\.\.\.|123456|abcdef|qwerty|(.)\1{4}",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[\s\\|>]+")

# A name such as api_key, and a text that is given to it.
NAMES = ("passw", "passphrase", "secret", "token", "key")
ASSIGNED = re.compile(
    r"(?:pass(?:word|wd|phrase)|secret|token|(?<=[_-])key|(?<=api)key)"
    r"[\"']?[ \t]{0,4}(?::=|=>|=|:)[ \t]{0,4}([\"'`])(?P<value>[^\"'`\s]{8,200})\1",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"[:=>][ \t]{0,4}[\"'`]")
# An address with a password in it.
IN_ADDRESS = re.compile(r"(?<=://)[A-Za-z0-9._%+-]{1,64}:(?P<value>[^\s/@:\"'`<>{}$]{6,128})@(?=[A-Za-z0-9])")


def secrets(scan: Scan) -> tuple[Secret, ...]:
    """The secrets of a text, in order, none inside another."""
    # All but private keys stand in one piece, and most texts have few that are as long.
    pieces = b" ".join(scan.pieces).decode("ascii")
    if b"private" in scan.words and scan.holds(b"private key-----"):
        pieces += _PRIVATE
    if not pieces:
        return ()
    text = scan.text
    return _apart([one for one, random in _shaped(text, pieces) if _is_real(one.span.of(text), random)])


def redacted(text: str) -> str:
    """``text`` without its secrets: of a long one the first and last four characters are left."""
    if len(text) < _SHORTEST:
        return text
    spans: list[Span] = []
    if max(map(len, text.split()), default=0) >= _SHORTEST_KEY or _PRIVATE in text:
        spans += [one.span for one, _ in _shaped(text, text)]
    given = any(map(text.lower().__contains__, NAMES)) and _GIVEN.search(text) is not None
    if given or "://" in text:
        for pattern in (ASSIGNED, IN_ADDRESS):
            spans += [Span(*match.span("value")) for match in matches(pattern, text)]
    if not spans:
        return text
    pieces, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += [text[done:start], _short(text[start:end])]
        elif end > done:
            pieces.append("…")
        done = max(done, end)
    return "".join((*pieces, text[done:]))


def is_placeholder(value: str) -> bool:
    """Whether a value only stands where a secret would: ``your-key``, ``xxxx``, ``<token>``, ``${TOKEN}``."""
    return value[:1] in "<{$%[" or bool(_PLACEHOLDER.search(value[:300]))


def _shaped(text: str, pieces: str) -> Iterator[tuple[Secret, str]]:
    """Everything that has the shape of a secret whose mark is in ``pieces``, with its random part."""
    for kind, marks, pattern in _SHAPES:
        if any(map(pieces.__contains__, marks)) and (kind == "private key" or pattern.search(pieces)):
            for match in matches(pattern, text):
                yield Secret(kind, Span(*match.span())), match[1]


def _is_real(whole: str, random: str) -> bool:
    if "PRIVATE KEY" in whole:
        random = _BLANKS.sub("", random)[:400]
        return len(random) >= 64 and not _PLACEHOLDER.search(random) and _entropy(random) > 4
    if _PLACEHOLDER.search(whole):
        return False
    if whole.startswith(_CHECKED) and len(random) == 36:
        return _checksum(random[:-6]) == random[-6:]
    return _entropy(random) > (2.8 if len(random) < 24 else 3.0)


def _checksum(random: str) -> str:
    """The last six characters of a token of GitHub or npm: the CRC-32 of the others, in base 62.

    https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    """
    number, digits = zlib.crc32(random.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _entropy(text: str) -> float:
    """Bits per character, as the text itself has them."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _apart(found: list[Secret]) -> tuple[Secret, ...]:
    kept: list[Secret] = []
    for one in sorted(found, key=lambda one: (one.span.start, -one.span.end)):
        if not kept or one.span.start >= kept[-1].span.end:
            kept.append(one)
    return tuple(kept)


def _short(secret: str) -> str:
    if secret.startswith("-----"):
        return "-----BEGIN … PRIVATE KEY-----…"
    return f"{secret[:_SHOWN]}…{secret[-_SHOWN:]}" if len(secret) >= 5 * _SHOWN else "…"
