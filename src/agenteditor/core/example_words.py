"""The words and quotes that examples are written with, and what each stands for.

Data for ``example_parts``: labels and tag names met in real files (FORMAT 3.5), in English and in the few
other languages seen there. A *sure* label counts wherever a part can begin; a *lesser* one (``Question:``)
is an ordinary word in running text and counts only where a line or a quote has just ended.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Kind = Literal["context", "turn", "commentary", "note"]
Role = Literal["user", "assistant", "other"]

# What closes each opening quote. A backslash is part of the quote where the value was escaped twice.
CLOSERS = {
    '\\"': '\\"',
    "\\'": "\\'",
    '"': '"',
    "'": "'",
    "“": "”",
    "‘": "’",
    "„": "“",
    "« ": " »",
    "«\u00a0": "\u00a0»",
    "«\u202f": "\u202f»",
    "«": "»",
    "‹": "›",
    "「": "」",
    "『": "』",
}
_CLOSING = frozenset("\"'”’“»›」』>")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_USERS = _words(
    "user users human utilisateur utilisatrice usuario usuária usuário utente benutzer nutzer "
    "ユーザー 用户 使用者 사용자 пользователь"
)
_ASSISTANTS = _words(
    "assistant agent claude asistente assistente assistent agente "
    "アシスタント エージェント 助手 助理 智能体 어시스턴트 에이전트 ассистент агент"
)
_CONTEXTS = _words("context contexte contexto kontext contesto コンテキスト 上下文 背景 컨텍스트 контекст")
_COMMENTARIES = _words("commentary commentaire comentario comentário kommentar")
_LESSER_USERS = _words("customer client query question prompt request input q")
_LESSER_ASSISTANTS = _words("ai bot model response answer reply output a")
_LESSER_CONTEXTS = _words("scenario situation background setting")
_LESSER_COMMENTARIES = _words("comment comments rationale explanation")

# Words that stand before a colon and a quote without being a person.
_NOT_SPEAKERS = _words(
    "note example examples error warning tip hint title name description result results key value step steps "
    "trigger triggers action goal task file path reason status type usage expected actual message code "
    "command"
)
# "Tell the user: …" is a sentence; "Done. user: …" is not.
_DETERMINERS = _words(
    "the a an our your my their its his her this that each every any one to by for of with ask asks "
    "tell tells le la les un une el los der die das dem den"
)


@lru_cache(maxsize=1_000)
def role_of(speaker: str) -> Role:
    """Whether a speaker's name stands for the user, for the assistant, or for somebody else."""
    words = [word for word in re.split(r"[\s_-]+", speaker.lower()) if word]
    if not words:
        return "other"
    for word in (words[0], words[-1]) if len(words) <= 3 else (words[0],):
        if word in _USERS:
            return "user"
        if word in _ASSISTANTS:
            return "assistant"
    if len(words) == 1:
        return _lesser_role(words[0])
    return "other"


def kind_of(word: str) -> Kind | None:
    """What one word before a colon stands for wherever a part can begin; None if it is no sure label."""
    word = word.lower()
    if word in _USERS or word in _ASSISTANTS:
        return "turn"
    if word in _CONTEXTS:
        return "context"
    return "commentary" if word in _COMMENTARIES else None


def lesser_kind_of(name: str) -> Kind | None:
    """What a word stands for that is a label only where a line or a quote has just ended."""
    name = name.lower()
    if name in _LESSER_CONTEXTS:
        return "context"
    if name in _LESSER_COMMENTARIES:
        return "commentary"
    return "turn" if _lesser_role(name) != "other" else None


def kind_of_tag(name: str) -> Kind | None:
    """What the tag ``<name>`` holds inside an example; None if it is ordinary text."""
    word = name.lower()
    if word in _COMMENTARIES or word in _LESSER_COMMENTARIES:
        return "commentary"
    if word in _CONTEXTS or word in _LESSER_CONTEXTS:
        return "context"
    return "turn" if role_of(name) != "other" else None


def may_be_a_person(name: str) -> bool:
    """Whether an unknown word before a colon can be a speaker's name: ``Daisy``, not ``error``."""
    return not name[:1].islower() and name.lower().split(" ", 1)[0] not in _NOT_SPEAKERS


def is_closing(character: str) -> bool:
    """Whether a text can end in this character because a quote or a tag ends there."""
    return character in _CLOSING and character != ""


def stands_before_a_noun(text: str, end: int) -> bool:
    """Whether the last word of ``text[:end]`` is one like "the": what follows it is no label."""
    return text[max(0, end - 12) : end].lower().rpartition(" ")[2].strip("\n\t(") in _DETERMINERS


def _lesser_role(word: str) -> Role:
    if word in _LESSER_USERS:
        return "user"
    return "assistant" if word in _LESSER_ASSISTANTS else "other"
