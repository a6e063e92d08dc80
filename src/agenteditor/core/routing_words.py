"""The words of a text as a search knows them: which of them count, and what is the same word.

Letters and digits of any script make words; case, accents and compatibility forms make no difference.
Scripts that are written without blanks between words, and Korean with its endings, go by pairs of
characters. English endings are cut by a few rules ("reviewing", "reviewer" and "reviews" are one word);
what no rule knows stays as it is. The commonest English words, and those that every agent's description
has, are left out. That is all: no dictionary, no synonyms, no grammar.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple


class Word(NamedTuple):
    """One word of a text: ``stem`` is what is compared, ``shown`` as it is written there."""

    stem: str
    shown: str


def words(text: str) -> Iterator[Word]:
    """The words of ``text`` that count, in order, each as often as it stands there. Never raises."""
    for found in _WORD.finditer(unicodedata.normalize("NFC", text)):
        written = found[0]
        if written.isascii():
            stem = _stem(written.lower())
            if stem:
                yield Word(stem, written)
            continue
        for piece in _PIECE.finditer(written):
            if _PAIRED.match(piece[0]):
                yield from _pairs(piece[0])
            elif stem := _stem(_folded(piece[0])):
                yield Word(stem, piece[0])


def stems(text: str) -> list[str]:
    """What is compared of the words of ``text``."""
    return [word.stem for word in words(text)]


# Thai, Lao, Burmese, Khmer, kana, ideographs and Hangul.
_NO_BLANKS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# Vowel signs and the like, which Python takes for no part of a word: Latin, Hebrew, Arabic, scripts of India.
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0951-\u0963\u0981-\u0983"
    "\u09bc-\u09cd\u0a3c-\u0a4d\u0abc-\u0acd\u0b82\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd\u0d3b-\u0d4d\u200d"
)
# "C#" and "C++" are the names that end in a sign; elsewhere a sign ends a word.
_WORD = re.compile(rf"\b[A-Za-z](?:\+\+|#)(?!\w)|(?:[^\W_]|[{_MARKS}{_NO_BLANKS}])+")
_PAIRED = re.compile(f"[{_NO_BLANKS}]")
_PIECE = re.compile(f"[{_NO_BLANKS}]+|[^{_NO_BLANKS}]+")


def _pairs(run: str) -> Iterator[Word]:
    """Each two neighbours of a run; a single character is a word by itself."""
    for at in range(max(len(run) - 1, 1)):
        pair = run[at : at + 2]
        yield Word(unicodedata.normalize("NFKC", pair), pair)


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    """Without case, accents and other marks on letters."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


_LONG_ENDINGS = (
    "ations ation ators ator ating ated ates ate ments ment ions ion ives ive ities ity izations ization "
    "izing ized izers izer izes ize ising ised iser ise ors or ely ly"
)
# An English ending, what takes its place, and how many letters must stand before it.
_ENDINGS = (
    *((ending, "", 3) for ending in ("ings", "ing", "ers", "er", "edly", "ed", "es", "e", "s")),
    *((ending, "y", 2) for ending in ("ies", "ied")),
    *((ending, "", 4) for ending in _LONG_ENDINGS.split()),
)
_BY_LENGTH = sorted(_ENDINGS, key=lambda rule: -len(rule[0]))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """What is compared of a word in lower case; "" for one that does not count."""
    if word in _COMMON:
        return ""
    if not word.isascii() or not word.isalpha() or word.endswith("ss"):
        return word
    for ending, instead, least in _BY_LENGTH:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]  # "debugging" is "debug"
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


_COMMON_WORDS = (
    "a about above after again all also am an and any are as at be because been before being below between "
    "both but by can cannot could did do does doing don down during each either else etc ever every few for "
    "from further get gets give given go goes going got had has have having he her here hers him his how i "
    "if in into is isn it its itself just let lets like ll m make makes may me might more most much must my "
    "need needed needs no nor not now of off on once one only onto or other our ours out over own please re "
    "s same she should so some such t than that the their theirs them then there these they this those "
    "through to too toward under until up upon us ve very via want wanted wants was we were what when "
    "whenever where whether which while who whom whose why will with within without would you your yours "
    "agent agents assistant example examples subagent use used user users uses using"
)
_COMMON = frozenset(_COMMON_WORDS.split())
