"""Looking for patterns in a text quickly, and never at too much of it at once.

Most texts hold nothing of what most patterns look for. So ``Scan`` is asked for words first, which costs a
hundredth of a search; and a search sees at most ``SLICE`` characters, since a pattern may need time out of
proportion to its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

SLICE = 64 * 1024  # code points that one search sees at most
_OVERLAP = 4_096

_LOWER = bytes(range(256)).lower()
_FOLLOWING = bytes(range(0x80, 0xC0))  # all bytes of a character of UTF-8 but its first
_WORDS = bytes(byte if chr(byte).isalnum() and byte < 128 else 0x20 for byte in _LOWER)
_TOKEN = bytes(
    0x78 if (chr(byte).isalnum() and byte < 128) or byte in b"_-./:+=" else 0x20 for byte in range(256)
)
_PIECE = b"x" * 20


# Words that are asked for. Asking for all of them at once costs as much as looking for a dozen.
VOCABULARY = frozenset(
    b"""
    curl wget iwr irm iex webrequest restmethod downloadstring sh bash zsh dash ksh fish python python3 perl
    ruby php expression eval source chmod exec tcp udp environment credentials ftp postgres postgresql mysql
    mongodb redis amqp srv invoke base64 xxd openssl powershell pwsh atob buffer dev nc ncat socat urllib
    requests http https send post upload forward transmit exfiltrate submit leak append ssh aws gnupg netrc
    git npmrc pypirc kube docker rsa ed25519 ecdsa dsa shadow environ password azure claude gcloud gh ignore
    disregard forget override overrule supersede supersedes disable disables disabling bypass bypasses
    bypassing turn switch circumvent circumvents circumventing evade evades evading suppress suppresses
    suppressing dangerously node unauthorized off not don never mustn avoid tell telling inform informing
    notify notifying alert alerting warn warning mention mentioning reveal revealing disclose disclosing
    report aware without hide conceal keep user users human humans person people operator operators
    developer developers owner owners customer customers anyone anybody them fetch download retrieve read
    load get open visit webfetch pull check access go follow execute obey carry adopt apply comply says
    treat act perform run do instructions directives orders xn private alt title style hidden src href aria
    passwd passphrase secret token key apikey accesstoken authtoken clientsecret secretkey accesskey
    privatekey cat env printenv tar history tls dont must should your
    """.split()
)


class Scan:
    """One text to look into: ``raw`` in UTF-8; ``data`` with ASCII letters lowered and a byte a character.

    So a place in ``data`` is the place in the text, and bytes are searched several times as fast.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw = text.encode("utf-8", "surrogatepass")
        self.data = narrow(self.raw)
        self._after: dict[bytes, frozenset[bytes]] = {}

    def holds(self, *words: bytes) -> bool:
        """Whether any of these words in lower case stands in the text."""
        return any(word in self.data for word in words)

    def after(self, sign: bytes) -> frozenset[bytes]:
        """What stands right after a sign, anywhere: quicker to know than whether the two stand there."""
        if sign not in self._after:
            self._after[sign] = frozenset([rest[:1] for rest in self.data.split(sign)[1:]])
        return self._after[sign]

    @cached_property
    def names_in_addresses(self) -> bool:
        """Whether an @ stands behind a :// and not far from it, as a name before a host does."""
        if b"@" not in self.data or b"://" not in self.data:
            return False
        return any(b"://" in before[-600:] for before in self.data.split(b"@")[:-1])

    @cached_property
    def low(self) -> str:
        """The text with ASCII letters lowered, each character in its place."""
        if self.text.isascii():
            return self.data.decode("ascii")
        return self.raw.lower().decode("utf-8", "surrogatepass")

    def anywhere(self, words: Iterable[bytes]) -> Iterator[int]:
        """Where any of these words in lower case stands."""
        data = self.data
        for word in words:
            at = data.find(word)
            while at >= 0:
                yield at
                at = data.find(word, at + len(word))

    def beginnings(self, words: Iterable[bytes]) -> Iterator[int]:
        """Where any of these words begins, and no other word ends with it."""
        low = self.low
        return (at for at in self.anywhere(words) if not (low[at - 1 : at].isalnum() and low[at].isalnum()))

    @cached_property
    def spaced(self) -> bytes:
        """``data`` with a blank for all that is no letter or digit."""
        return self.data.translate(_WORDS)

    @cached_property
    def words(self) -> frozenset[bytes]:
        """Those of VOCABULARY that stand in the text."""
        return VOCABULARY.intersection(self.spaced.split())

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """What stands in one piece of 20 bytes or more, as keys, addresses and long file names do."""
        classes, found = self.raw.translate(_TOKEN), []
        start = classes.find(_PIECE)
        while start >= 0:
            end = classes.find(b" ", start)
            end = len(classes) if end < 0 else end
            found.append(self.raw[start:end])
            start = classes.find(_PIECE, end)
        return tuple(found)


class Next:
    """Where a pattern is found next behind places that are asked for in order: the text is searched once."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self._pattern, self._text, self._found = pattern, text, -1

    def at(self, offset: int) -> int:
        """The first place from ``offset`` on; the end of the text if there is none."""
        if self._found < offset:
            match = self._pattern.search(self._text, offset)
            self._found = match.start() if match else len(self._text)
        return self._found


def narrow(raw: bytes) -> bytes:
    """UTF-8 as it is searched: in lower case, of each character the first byte."""
    return raw.lower() if raw.isascii() else raw.translate(_LOWER, _FOLLOWING)


def matches(
    pattern: re.Pattern[str], text: str, start: int = 0, end: int | None = None
) -> Iterator[re.Match[str]]:
    """The matches in ``text[start:end]``, searched in slices; those longer than 4,096 may be missed."""
    end = len(text) if end is None else end
    done = start
    while start < end:
        stop = min(start + SLICE, end)
        for match in pattern.finditer(text, max(start, done), stop):
            # What begins in the overlap is found whole in the next slice.
            if stop < end and match.start() >= stop - _OVERLAP:
                break
            done = max(match.end(), match.start() + 1)
            yield match
        start = stop if stop == end else stop - _OVERLAP
