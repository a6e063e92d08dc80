"""What a shell command does that nobody should let happen unseen: by its words, without running anything.

Patterns see lower case. A command that is not recognised here may do harm all the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 10_000  # characters of a command that are looked at

# The rest of a line of the shell, continued lines included, and a program that runs what it is given.
_REST = r"(?:[^\r\n\\]|\\\r\n|\\[\s\S]){0,300}?"
_RUNS = (
    r"\|\s{0,20}(?:sudo\s{1,5})?(?:-\w{1,3}\s{1,5})?"
    r"(?:/usr)?(?:/bin/)?(?:env\s{1,5})?(?:(?:ba|z|da|k|fi)?sh|python3?|node|perl|ruby|php|iex|invoke-expression)\b(?!\s{0,5}\|)"
)
_FETCH = r"\b(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)"

FETCHES_AND_RUNS = re.compile(
    rf"{_FETCH}\s{_REST}(?:{_RUNS}|(?:&&|;)\s{{0,5}}(?:sudo\s{{1,5}})?"
    r"(?:chmod\s{1,3}[augo]{0,3}[+7]|(?:ba|z|da)?sh\s{1,3}[\w./~$-]))"
    r"|\b(?:(?:ba|z|da|k)?sh|eval|source|python3?|node|perl)\s{1,5}(?:-\w{1,6}\s{1,5})?[\"']?(?:[<$]\(|`)\s{0,5}(?:curl|wget)\b"
    r"|(?<![\w.])\.\s{1,3}<\(\s{0,5}(?:curl|wget)\b"
    r"|\b(?:iex|invoke-expression)\b[^\n]{0,80}?(?:\birm\b|\biwr\b|invoke-webrequest|invoke-restmethod|downloadstring)"
    r"|exec\(\s{0,5}(?:urllib|requests)\b"
)
DECODES_AND_RUNS = re.compile(
    rf"\b(?:base64\s{{1,5}}(?:-d|-di|--decode)\b|xxd\s{{1,3}}-r|openssl\s{{1,3}}(?:enc|base64)\b){_REST}{_RUNS}"
    r"|\b(?:eval|(?:ba|z|da)?sh\s{1,3}-c)\s{1,3}[\"']?(?:\$\(|`)[^\n]{0,300}?base64\s{1,5}(?:-d|--decode)"
    r"|\b(?:powershell|pwsh)(?:\.exe)?\s[^\n]{0,80}?-e(?:c|nc|ncodedcommand)?\s{1,3}[a-z0-9+/=]{16}"
    r"|\bpython3?\s{1,3}-c\s{1,3}[^\n]{0,80}?\bexec\(\s{0,5}(?:__import__\([\"'])?base64"
    r"|\bexec\(\s{0,5}(?:__import__\([\"'])?base64|\beval\(\s{0,5}(?:atob|buffer\.from)\("
)
OPENS_A_WAY_IN = re.compile(
    r"/dev/(?:tcp|udp)/|\bn(?:c|cat)\b[^\n|]{0,80}?\s-[a-z]{0,5}[ec]\s{1,3}\S|\bsocat\s[^\n]{0,120}?exec:"
)
CREDENTIAL_FILE = re.compile(
    r"(?:~|\$\{?home\}?|/root|/home/[^/\s]{1,40}|/users/[^/\s]{1,40}|%userprofile%)[/\\]\.(?:ssh\b|aws\b|gnupg\b|netrc|"
    r"git-credentials|npmrc|pypirc|kube\b|docker/config|config/gh\b|config/gcloud|claude/\.credentials|azure\b|"
    r"password-store)"
    r"|\.ssh/id_|\bid_(?:rsa|ed25519|ecdsa|dsa)\b(?!\.pub)|\.aws/credentials|/etc/shadow\b|\.git-credentials\b"
    r"|\bfind-(?:generic|internet)-password\b|/proc/self/environ|\.claude/\.credentials"
)
_DELETES = re.compile(
    r"\brm\s{1,5}(?=-[a-z -]{0,30}r)-[a-z -]{1,30}\s[\"']?(?:~|\$\{?home\}?|/)/?\*?[\"']?(?=\s|$|[;&|])"
    r"|\bmkfs\.\w|\bdd\s[^\n|;]{0,80}?of=/dev/[sn]|\bfind\s{1,3}(?:~|\$home|/)\s[^\n;|]{0,80}?-delete\b"
    r"|\bremove-item\s[^\n;|]{0,80}?(?:\$home|~|c:\\)(?=[\\/\s\"'*]|$)"
)
_FILE_NAME = r"\$\{?(?!path\b|claude_env_file\b)\w{0,40}(?:file|path)\w{0,20}\}?"
_INSERTED = re.compile(
    rf"(?<!\\){_FILE_NAME}(?![\w/])|\{{\{{?\s{{0,3}}(?:[\w.]{{0,30}}(?:file|path)[\w.]{{0,30}}|tool_input[\w.]{{0,40}})\s{{0,3}}\}}"
    r"|(?:\$\(|`)[^()`\n]{0,200}?(?:file_path|filepath|\.path\b)"
)
_INNER_SHELL = re.compile(rf"\b(?:(?:ba|z|da)?sh\s{{1,3}}-c|eval)\s{{1,3}}\"[^\"\n]{{0,300}}?{_FILE_NAME}")


class Harm(NamedTuple):
    """``what`` a command does, a phrase after "it", and ``words``, the part that does it."""

    what: str
    words: str


_HARMS = (
    ("runs what it fetches from the net", FETCHES_AND_RUNS),
    ("runs what it decodes, which nobody can read before", DECODES_AND_RUNS),
    ("lets another computer in", OPENS_A_WAY_IN),
    ("deletes your files", _DELETES),
    ("reads your keys or passwords", CREDENTIAL_FILE),
)


def harms(command: str) -> tuple[Harm, ...]:
    """What of that a command does; none if nothing of it is recognised."""
    low = command[:LONGEST].lower()
    found = [Harm(what, match[0]) for what, pattern in _HARMS if (match := pattern.search(low))]
    inserted = _INSERTED.search(_unquoted(low)) or _INNER_SHELL.search(low)
    if inserted:
        what = "puts the name of a file into a command, and a file may be named like a command"
        found.append(Harm(what, inserted[0]))
    return tuple(found)


def _unquoted(command: str) -> str:
    """The command with blanks where quotation marks keep a name together, but for templates in braces."""
    kept: list[str] = []
    quote = ""
    for letter in command:
        if quote:
            quote = "" if letter == quote else quote
            kept.append(letter if letter in "{}" or kept[-1:] == ["{"] else " ")
        elif letter in "\"'":
            quote = letter
            kept.append(" ")
        else:
            kept.append(letter)
    return "".join(kept)
