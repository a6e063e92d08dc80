"""Where in a file something stands: in code, in quotation marks, in an example, among warnings of it.

An order counts less where it is shown than where it is given. What is asked here is asked of a place that a
check has found already, so it may cost more than the look for it.
"""

from __future__ import annotations

import re
from typing import Literal

from agenteditor.core.checks_finding import Passage, Subject
from agenteditor.core.text import Span

Standing = Literal["given", "shown", "forbidden"]

_SENTENCE_END = re.compile(
    r"(?<!e\.g)(?<!i\.e)[.!?;](?=\s)|\n\s{0,80}\n|\n\s{0,20}(?:[-*+#>|]|[0-9]{1,3}[.)])"
)
_FORBIDS = re.compile(
    r"\b(?:never|not|don['’]?t|doesn['’]?t|cannot|can['’]?t|avoid|refuse|reject|block|prevent|without|"
    r"instead of|"
    r"rather than|forbid\w{0,5}|prohibit\w{0,5}|den(?:y|ies))\b|❌|🚫|⛔"
)
# Between what forbids and what is forbidden: a few words of the same breath.
_AT_ONCE = re.compile(r"[^,:;—]{0,50}|[^,;—]{0,30}: ?`?")
_TEACHES = re.compile(
    r"\b(?:detect\w*|flag|look(?:s|ing)? (?:for|out)|watch (?:for|out)|check(?:s|ing)? for|scan\w* for|"
    r"search\w* for|"
    r"test\w* for|e\.g\.|for example|for instance|such as|examples?|attack\w*|attempt\w*|malicious\w*|"
    r"injection\w*|"
    r"anti-?patterns?|vulnerab\w*|suspicious|dangerous|insecure|unsafe|red flags?|exploit\w*|payloads?|"
    r"jailbreak\w*|"
    r"threats?|bad|wrong|risky?|if (?:a|the|any) (?:file|page|user|text|content|document|tool|message)\w* "
    r"(?:says?|asks?|tells?|contains?|instructs?))\b|⚠"
)
_OPEN, _CLOSE = "“‘«\"'", "”’»\"'"


def standing(subject: Subject, passage: Passage, start: int, end: int) -> Standing:
    """How ``text[start:end]`` stands there: as an order, as something shown, or as something forbidden."""
    low = passage.scan.low
    before = _before(low, start)
    forbids = list(_FORBIDS.finditer(before))
    if forbids:
        # "No exceptions, ever: …" forbids nothing, so what is further away is not passed over.
        return "forbidden" if _AT_ONCE.fullmatch(before, forbids[-1].end()) else "shown"
    if _TEACHES.search(before) or _TEACHES.search(_heading(low, start)):
        return "shown"
    if passage.whole and is_code(subject, start):
        return "shown"
    # The quotation marks of YAML are no marks of the text.
    inside = _value(subject, start) if passage.whole else None
    first, last = (0, len(low)) if inside is None else (inside.start + 1, inside.end - 1)
    quoted = _is_quoted(low[:last], first, start, end)
    return "shown" if quoted or _in_example(low, start) else "given"


def is_code(subject: Subject, offset: int) -> bool:
    """Whether a place of the file lies in a code block or in a quotation of the prompt."""
    if offset < subject.syntax.body.start:
        return False
    at = len(subject.text[subject.syntax.body.start : offset].encode("utf-8", "surrogatepass"))
    return any(start <= at < end for start, end in subject.code)


def is_inline_code(subject: Subject, offset: int) -> bool:
    """Whether a place of the file lies between backticks of its line."""
    text = subject.text
    start, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    opened = text.count("`", start, offset) % 2 == 1
    return opened and text.find("`", offset, end if end >= 0 else len(text)) >= 0


def _before(low: str, start: int) -> str:
    """The sentence up to ``start``, at most 160 characters of it."""
    piece = low[max(start - 160, 0) : start]
    ends = [match.end() for match in _SENTENCE_END.finditer(piece)]
    return piece[ends[-1] :] if ends else piece


def _heading(low: str, start: int) -> str:
    """The nearest line above that is a heading or ends in a colon, within 1,500 characters."""
    for line in reversed(low[max(start - 1_500, 0) : start].split("\n")[:-1]):
        stripped = line.strip().rstrip("*_")
        if stripped.startswith("#") or stripped.endswith(":"):
            return stripped
    return ""


def _value(subject: Subject, offset: int) -> Span | None:
    """The value of the field that a place of the file lies in, if it is in quotation marks."""
    for field in subject.fields if offset < subject.syntax.body.start else ():
        if field.style in ("single", "double") and field.value_span.start <= offset < field.value_span.end:
            return field.value_span
    return None


def _is_quoted(low: str, first: int, start: int, end: int) -> bool:
    """Whether quotation marks open before the place, behind ``first``, and close after it, on its line."""
    head = low[max(low.rfind("\n", 0, start) + 1, start - 300, first) : start]
    tail = low[end : end + 300].partition("\n")[0]
    for opening, closing in zip(_OPEN, _CLOSE, strict=True):
        if opening == closing:
            marks = len(re.findall(rf"(?<!\w){re.escape(opening)}|{re.escape(opening)}(?!\w)", head))
            if marks % 2 and opening in tail:
                return True
        elif head.rfind(opening) > head.rfind(closing) and closing in tail:
            return True
    return False


def _in_example(low: str, start: int) -> bool:
    return low.rfind("<example", 0, start) > low.rfind("</example", 0, start)
