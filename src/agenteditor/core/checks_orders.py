"""Checks of orders that turn an agent against the person who runs it.

An order is looked for where a word stands that it begins with. Where it is only shown (in a code block, in
quotation marks, as an example, in a list of what to look for) it is a note, and where it is forbidden it is
nothing. Words can always be put differently, so no finding is no proof of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from agenteditor.core.checks_finding import Check, Diagnostic, Passage, Subject, finding, shown
from agenteditor.core.checks_passages import standing
from agenteditor.core.command_harm import CREDENTIAL_FILE, DECODES_AND_RUNS, FETCHES_AND_RUNS, OPENS_A_WAY_IN
from agenteditor.core.frontmatter import Field
from agenteditor.core.text import Span
from agenteditor.core.text_scan import VOCABULARY, narrow

_MOST = 20  # findings of one rule
_LONGEST = 1_000  # characters of an order
_TRIES = 1_000  # places of one order that are looked at; real files have 100 at most


class _Order(NamedTuple):
    """An order. It begins with one of ``begins``, looked for if all its words stand in the text; of each of
    ``needs`` one word has to stand there, and one of ``marks``; right before it stands ``before``.

    ``follows`` says what follows and what to do, after the words of the file.
    """

    code: str
    begins: tuple[tuple[bytes, frozenset[bytes]], ...]
    needs: tuple[frozenset[bytes], ...]
    marks: tuple[bytes, ...]
    pattern: re.Pattern[str]
    follows: str
    before: re.Pattern[str] | None = None


def _order(
    code: str,
    begins: str,
    needs: tuple[str, ...],
    pattern: re.Pattern[str] | str,
    follows: str,
    *,
    marks: tuple[bytes, ...] = (),
    before: re.Pattern[str] | None = None,
) -> _Order:
    """``begins`` are texts with | between them; one with * at its end ends inside a word."""
    wanted = tuple(frozenset(one.encode().split()) for one in needs)
    assert all(one <= VOCABULARY for one in wanted), "a word that no text is asked for"
    return _Order(
        f"security/{code}",
        tuple(_begin(one) for one in begins.split("|")),
        wanted,
        marks,
        re.compile(pattern),
        follows,
        before,
    )


def _begin(written: str) -> tuple[bytes, frozenset[bytes]]:
    words = re.findall(r"[a-z0-9]+(?![a-z0-9*])", written)
    return narrow(written.removesuffix("*").encode()), VOCABULARY.intersection(
        word.encode() for word in words
    )


_USER = (
    r"(?:the |your |any |our )?(?:end[- ])?(?:users?|humans?|persons?|people|operators?|developers?|"
    r"owners?|customers?|"
    r"anyone|anybody|them)\b"
)
_USERS = """
user users human humans person people operator operators developer developers owner owners customer
customers anyone anybody them
"""
_THIS = (
    r"(?:this|that|these|those|it|anything|what you|the (?:above|following|instructions?|steps?|changes?|"
    r"commands?|"
    r"requests?|uploads?|files?|backdoor|hidden|fact|existence))"
)
_NOT = r"(?:do not|don['’]?t|never|must not|mustn['’]t|should not|avoid)"
_HOST = r"https?://(?!(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|(?:[\w-]{1,60}\.)?example\.(?:com|org|net))\b)[\w\[]"
_OWN = (
    r"(?:files?|contents?|conversations?|transcripts?|prompts?|sources?|code|secrets?|credentials?|keys?|tokens?|"
    r"passwords?|environment|env|variables?|history|data|diffs?|logs?|outputs?|results?|context|memory|messages?)"
)
_STEAL = (
    r"(?:files?|conversations?|transcripts?|secrets?|credentials?|keys?|tokens?|pa"
    r"sswords?|environment|env|history|data|contents?)"
)

_FETCHERS = "curl wget iwr irm iex webrequest restmethod downloadstring urllib"
_RUNNERS = "sh bash zsh dash ksh fish python python3 node perl ruby php iex expression eval source chmod exec"
_HANDS_OVER = "gives what the agent has read to somebody else. Remove it, or say whom you trust with it."
_HIDES = "hides from you what the agent does. Remove it."
_LETS_STEER = (
    "lets whoever owns that page steer the agent, and change it at any time. Write the instructions into "
    "the prompt."
)
_OPENS = "fetch download retrieve read load get open visit curl webfetch pull check access go"
_FOLLOWS = "follow execute obey carry adopt apply"

_ORDERS = (
    _order(
        "download-and-run",
        "curl|wget|iwr|irm|invoke-|iex|bash|sh |zsh|dash|eval|source|. <(|python*|node|perl|exec(",
        (_FETCHERS, _RUNNERS),
        FETCHES_AND_RUNS,
        "runs whatever that address gives at that time. Fetch it, read it, and run it then.",
    ),
    _order(
        "download-and-run",
        "base64|powershell|pwsh|xxd|openssl|eval|bash|sh |python*|exec(",
        ("base64 powershell pwsh xxd openssl atob buffer",),
        DECODES_AND_RUNS,
        "runs something that nobody can read before. Write down what it does.",
    ),
    _order(
        "download-and-run",
        "/dev/tcp/|/dev/udp/|nc |ncat|socat",
        ("tcp udp nc ncat socat",),
        OPENS_A_WAY_IN,
        "connects this computer with another one and lets it in. Remove it.",
        marks=(b"/dev/tcp/", b"/dev/udp/", b"nc -", b"ncat ", b"nc ", b"socat "),
    ),
    _order(
        "sends-away",
        "send|post|upload|forward|transmit|exfiltrate|submit|leak|append",
        ("http https", "send post upload forward transmit exfiltrate submit leak append"),
        rf"(?:send|post|upload|forward|transmit|exfiltrate|submit|leak)\b(?=[^\n]{{0,200}}?\b{_STEAL}\b)"
        rf"(?:[^\n.!?]|\.(?!\s)|\n(?!\s{{0,20}}(?:[\n#>|*+-]|\d{{1,3}}[.)]))){{0,240}}?\b(?:to|at|via|using|through)\b[^\n!?]{{0,60}}?{_HOST}"
        rf"|append\b(?=[^\n!?]{{0,160}}\b{_OWN}\b)[^\n!?]{{0,200}}?{_HOST}",
        _HANDS_OVER,
    ),
    _order(
        "sends-away",
        "![",
        ("http https",),
        rf"!\[[^\]\n]{{0,80}}\]\({_HOST}[^)\s]{{0,200}}?[?&=/](?:\{{|\$|<|%7b)",
        _HANDS_OVER,
    ),
    _order(
        "sends-away",
        "curl|wget|cat|env|printenv|tar|base64|history",
        ("curl wget nc",),
        r"(?:curl\s(?:[^\n\\]|\\[\s\S]){0,200}?(?:(?:-d|--data(?:-\w{1,10})?|-f|"
        r"--form)[ =]{0,2}[\"']?(?:[\w-]{1,30}=)?"
        r"(?:@|\$\(|<|`)|(?:-t|--upload-file)[ =]{1,2}\S|[?&=/]\$\()"
        r"|wget\s[^\n]{0,200}?--(?:post|body)-(?:file|data=[\"']?\$\()"
        r"|(?:cat|env|printenv|tar|base64|history)\b[^\n|]{0,120}\|[^\n]{0,120}?(?:\bnc\s{1,3}[\w.-]{3,80}\s{1,3}\d|\bcurl\s[^\n]{0,100}?@-))",
        "sends files or the output of commands to that address. Remove it, or say whom you trust with it.",
    ),
    _order(
        "guards-off",
        "ignore|disregard|forget|override|overrule|supersede*",
        ("ignore disregard forget override overrule supersede supersedes",),
        r"(?:ignore|disregard|forget|override|overrule|supersedes?)\s{1,4}(?:[\w'’,]{1,12}\s{1,4}){0,4}?"
        r"(?:previous|prior|above|earlier|preceding|system|original|other|existing|safety|security|your|developer)\s{1,4}"
        r"(?:\w{1,12}\s{1,4}){0,2}?(?:instructions?|prompts?|rules|guidelines|polic(?:y|ies)|restrictions|constraints|directives|safeguards)\b",
        "takes away the rules that others set for this agent. Remove it.",
    ),
    _order(
        "guards-off",
        "disabl*|bypass*|turn off*|switch off*|circumvent*|evad*|suppress*",
        (
            "disable disables disabling bypass bypasses bypassing turn switch circumvent circumvents "
            "circumventing evade "
            "evades evading suppress suppresses suppressing",
        ),
        r"(?:disabl|bypass|turn off|switch off|circumvent|evad|suppress)(?:es|e|s|"
        r"ing)?\s{1,4}(?:[\w'’-]{1,14}\s{1,4}){0,3}?"
        r"(?:safety|security (?:checks?|warnings?|features?|controls?|hooks?|scan\w{0,5}|polic\w{1,4}|"
        r"measures|restrictions|tools?|software|alerts?|reviews?)|"
        r"sandbox(?:ing)?|permission (?:checks?|prompts?|system)|permissions?\b|guard ?-?rails?|"
        r"approvals?|confirmations?|"
        r"content filters?|antivirus|firewall|audit(?:ing| logs?)|tls verification|"
        r"certificate (?:checks?|verification|validation))\b",
        "takes a guard away that protects you. Remove it, or leave the decision to the person at work.",
    ),
    _order(
        "guards-off",
        "--dangerously|node_tls",
        ("dangerously unauthorized",),
        r"--dangerously-(?:skip-permissions|bypass-\w{1,20})|node_tls_reject_unauthorized\s{0,3}=\s{0,3}[\"']?0",
        "takes a guard away that protects you. Remove it, or leave the decision to the person at work.",
    ),
    _order(
        "secrecy",
        "do not|don't|don’t|dont|never|must not|mustn*|should not|avoid",
        (
            "not don never mustn avoid",
            "tell telling inform informing notify notifying alert alerting warn warning mention "
            "mentioning reveal revealing "
            "disclose disclosing aware",
        ),
        rf"{_NOT}\s{{1,4}}(?:ever |even |let )?(?:"
        rf"(?:tell|inform|notify|alert|warn)(?:ing)?\s{{1,4}}{_USER}(?!\s{{1,3}}(?:to|how|what to|which|"
        rf"when they|if)\b)"
        rf"|(?:mention|reveal|disclose|report|tell)(?:ing)?\s{{1,4}}{_THIS}\b[^\n.!?]{{0,60}}?\bto\s{{1,4}}{_USER}"
        r"|(?:mention|reveal|disclose)(?:ing)?\s{1,4}(?:this|that|these|those|it)\b\s{0,3}(?:[.!,;]|$|"
        r"in\b|anywhere|at all|step|instruction|command)"
        rf"|make {_USER}\s{{1,4}}aware)",
        _HIDES,
    ),
    _order(
        "secrecy",
        "without|hide|conceal|keep",
        ("without hide conceal keep", _USERS),
        rf"(?:without\s{{1,4}}(?:telling|informing|notifying|alerting)\s{{1,4}}{_USER}"
        rf"|without\s{{1,4}}{_USER}(?:['’]s?)?\s{{1,4}}(?:knowledge|knowing|noticing|consent)\b"
        rf"|(?:hide|conceal)\s{{1,4}}{_THIS}\b[^\n.!?]{{0,60}}?\bfrom\s{{1,4}}{_USER}"
        rf"|keep\s{{1,4}}(?:everything|{_THIS})\s{{1,4}}(?:[\w ]{{0,20}}\s)?(?:secret|hidden|"
        rf"confidential|quiet)\b[^\n.!?]{{0,20}}?\bfrom\s{{1,4}}{_USER})",
        _HIDES,
    ),
    _order(
        "fetch-and-follow",
        "http://|https://",
        ("http https", _OPENS, "follow execute obey carry adopt comply treat act perform run says"),
        r"https?://(?:[^\n!?]|\?\S|\n(?!\s{0,20}(?:[\n#>|*+-]|\d{1,3}[.)]))){0,160}?"
        r"\b(?:and|then)\b[^\n!?]{0,40}?\b(?:follow|execute|obey|comply with|carry out|do what|act on|"
        r"adopt|perform|treat|run)\b"
        r"[^\n.!?]{0,40}?\b(?:it|its|them|instructions?|commands?|steps|directives?|orders?|says?|prompts?|tasks?|rules|there|result|response|content|output)\b",
        _LETS_STEER,
        before=re.compile(
            r"\b(?:fetch|download|retrieve|read|load|get|open|visit|curl|webfetch|pull|check|access|"
            r"go to)\b[^\n!?]{0,100}\Z"
        ),
    ),
    _order(
        "fetch-and-follow",
        _FOLLOWS.replace(" ", "|"),
        ("http https", _FOLLOWS),
        r"(?:follow|execute|obey|carry out|adopt|apply)\b[^\n.!?]{0,40}?\b(?:instructions?|commands?|"
        r"directives?|orders?|system prompt|prompts?|tasks?)\b"
        r"(?:[^\n.!?]|\n(?!\s{0,20}(?:[\n#>|*+-]|\d{1,3}[.)]))){0,60}?\b(?:at|from|on|in|found|hosted|published|under|served)\b(?:[^\n.!?]|\n(?!\s{0,20}(?:[\n#>|*+-]|\d{1,3}[.)]))){0,40}?https?://",
        _LETS_STEER,
    ),
    _order(
        "fetch-and-follow",
        "your |the ",
        ("http https", "instructions directives orders"),
        r"(?:your|the) (?:[\w-]{1,15} ){0,2}(?:instructions|directives|orders) (?:are|live|can be found|come)\b[^\n.!?]{0,60}?https?://",
        _LETS_STEER,
    ),
)


# The paths are rarer than the words before them, so here the end of the order is looked for.
_PATH_WORDS = frozenset(
    b"""
    ssh aws gnupg netrc npmrc pypirc kube rsa ed25519 ecdsa dsa shadow environ credentials gh gcloud
    docker
    """.split()
)
_PATHS = tuple(
    map(
        _begin,
        (
            "/.ssh", "\\.ssh", "/.aws", "\\.aws", "/.gnupg", "/.netrc*", ".git-credentials*", "/.npmrc*",
            "/.pypirc*", "/.kube", "/.docker/", "/.config/g*", "/.azure", "id_rsa", "id_ed25519",
            "/etc/shadow", "/self/environ*", "/.claude/.cred*",
        ),
    )
)  # fmt: skip
_READS = re.compile(
    r"\b(?:read|cat|open|print|copy|dump|show|send|include|upload|display|less|head|tail|base64|collect|gather|extract|"
    r"scp|steal|harvest|load|fetch|get|view|output|curl|grep)s?\b(?!.*[!?;]\s|.*\n\s{0,20}\n)",
    re.DOTALL,
)


def credentials(subject: Subject) -> Iterator[Diagnostic]:
    """Orders to read the files in which programs keep keys and passwords."""
    for passage in subject.passages if subject.is_prompt else ():
        scan, count, line = passage.scan, 0, -1
        if scan.words.isdisjoint(_PATH_WORDS):
            continue
        hidden = b"/." in scan.data
        paths = (
            path for path, words in _PATHS if words <= scan.words and (hidden or not path.startswith(b"/."))
        )
        for at in islice(sorted(scan.anywhere(paths)), _TRIES):
            match = CREDENTIAL_FILE.search(scan.low, max(at - 48, 0), at + 40)
            if match is None:
                continue
            verb = _READS.search(scan.low, max(match.start() - 90, 0), match.start())
            ends = scan.low.find("\n", match.end())
            if verb is None or ends == line:
                continue  # a line is said once
            line = ends
            place = Span(verb.start(), match.end())
            follows = "hands your keys or passwords to a model. Remove it."
            found = _said(subject, passage, "security/credentials", place, follows)
            if found is not None:
                yield found
                count += 1
                if count == _MOST:
                    break


def orders(subject: Subject) -> Iterator[Diagnostic]:
    """Orders in the prompt or the description, as a person would read them."""
    if not subject.is_prompt:
        return
    for passage in subject.passages:
        seen: list[tuple[str, Span]] = []
        scan = passage.scan
        for order in _ORDERS:
            if any(one.isdisjoint(scan.words) for one in order.needs):
                continue
            if not order.marks or scan.holds(*order.marks):
                yield from _found(subject, passage, order, seen)


def _found(
    subject: Subject, passage: Passage, order: _Order, seen: list[tuple[str, Span]]
) -> Iterator[Diagnostic]:
    scan, before = passage.scan, len(seen)
    low = scan.low
    begins = scan.beginnings(text for text, words in order.begins if words <= scan.words)
    for at in islice(begins, _TRIES):
        match = order.pattern.match(low, at, at + _LONGEST)
        if match is None:
            continue
        place = Span(*match.span())
        if order.before is not None:
            ahead = order.before.search(low[max(at - 110, 0) : at])
            if ahead is None:
                continue
            place = Span(max(at - 110, 0) + ahead.start(), place.end)
        if any(code == order.code and place.start < one.end and one.start < place.end for code, one in seen):
            continue
        found = _said(subject, passage, order.code, place, order.follows)
        if found is None:
            continue
        seen.append((order.code, place))
        yield found
        if len(seen) - before >= _MOST:
            return


def _settings(subject: Subject) -> list[Field]:
    return [
        field
        for field in subject.fields
        if isinstance(field.value, (dict, list)) and field.key != "description"
    ]


def _said(subject: Subject, passage: Passage, code: str, place: Span, follows: str) -> Diagnostic | None:
    """The finding about an order, less severe where it is only shown; None where it is forbidden."""
    if passage.whole and any(key.span.start <= place.start < key.span.end for key in _settings(subject)):
        return None  # commands of hooks and servers are looked at where these are
    how = standing(subject, passage, *place)
    if how == "forbidden":
        return None
    quoted = shown(place.of(passage.text), 100)
    says = (
        f"{quoted} seems only to be shown here. As an order it {follows}"
        if how == "shown"
        else f"{quoted} {follows}"
    )
    return finding(
        code,
        passage.place(place),
        says,
        passage.field,
        severity="info" if how == "shown" else None,
    )


CHECKS: tuple[Check, ...] = (orders, credentials)
