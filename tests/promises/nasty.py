"""Files with everything that editors are known to lose: line ends, marks, bytes that are no text.

`named` are the cases by name; `generated` makes any number of others, each told by its number alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

AGENT = (
    b"---\nname: a-b\ndescription: Use this agent when a test runs.\nmodel: opus\ntools: [Read, Grep]\n---\n"
    b"\nYou are a tester.\n\n## Rules\n\n- One\n- Two\n"
)

# What Qt's text widgets, YAML readers and other editors change, lose or stumble over (RELIABILITY F5, F16).
PIECES = [
    *(b"\n", b"\r\n", b"\r", b"\n\r", b"\r\r\n", b"\t", b"\x0b", b"\x0c", b"\0", b"\x01", b"\x1b[31m", b"\x7f"),
    *(b"\xc2\x85", b"\xc2\xa0", b"\xc2\xad", b"\xe2\x80\x8b", b"\xe2\x80\x8d", b"\xe2\x80\xa8", b"\xe2\x80\xa9"),
    *(b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xef\xb7\x90", b"\xef\xb7\x91", b"\xef\xbb\xbf", b"\xef\xbf\xbe"),
    *(b"\xef\xbf\xbf", b"\xef\xbf\xbd", b"\xff", b"\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xed\xb2\x80", b"\xf0\x9f\x98"),
    *(b"\x80", b"e\xcc\x81", b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xf3\xa0\x81\xa1", b"\xe2\x86\xb5", b"\xe2\x97\x86"),
    *(b"\xf4\x8f\xbf\xbf", b"\xe0\xa4\xa8\xe0\xa4\xbf", b"word", b" ", b": ", b"#", b'"', b"'", b"- "),
    *(b"---\n", b"```\n", b"<example>", b"</example>", b"[x](y)", b"| a | b |\n", b"name: x\n", b"## Head\n"),
]  # fmt: skip


def named() -> dict[str, bytes]:
    """Files by what is odd about them."""
    lines = AGENT.split(b"\n")
    text = AGENT.decode()
    after = AGENT.replace(b"tester.", b"tester.%s Then.").replace(b"runs.", b"runs%s.")

    def with_(piece: bytes) -> bytes:
        return after.replace(b"%s", piece)

    return {
        "CRLF": AGENT.replace(b"\n", b"\r\n"),
        "CR alone": AGENT.replace(b"\n", b"\r"),
        "mixed line ends": b"".join(line + (b"\n", b"\r\n", b"\r")[at % 3] for at, line in enumerate(lines)),
        "CRLF in the frontmatter alone": AGENT.replace(b"\n", b"\r\n", 6),
        "LF CR": AGENT.replace(b"\n", b"\n\r"),
        "CR CR LF": AGENT.replace(b"\n", b"\r\r\n"),
        "a lone CR inside a value": with_(b"\r"),
        "a byte order mark": b"\xef\xbb\xbf" + AGENT,
        "two byte order marks": b"\xef\xbb\xbf" * 2 + AGENT,
        "a byte order mark inside": with_(b"\xef\xbb\xbf"),
        "a byte order mark and no more": b"\xef\xbb\xbf",
        "U+FFFE at the start": b"\xef\xbf\xbe" + AGENT,
        "UTF-16 LE with its mark": b"\xff\xfe" + text.encode("utf-16-le"),
        "UTF-16 BE with its mark": b"\xfe\xff" + text.encode("utf-16-be"),
        "UTF-16 LE without a mark": text.encode("utf-16-le"),
        "UTF-32 LE with its mark": b"\xff\xfe\0\0" + text.encode("utf-32-le"),
        "Latin-1": text.replace("tester", "Pr\xfcfer").encode("latin-1"),
        "Windows-1252": text.replace("tester", "\u201ctester\u201d").encode("cp1252"),
        "Shift JIS": text.replace("tester", "\u8a66\u9a13").encode("shift_jis"),
        "bytes that are no UTF-8": with_(b"\xff\xfe\x80"),
        "a character cut short": with_(b"\xf0\x9f\x98"),
        "a character cut short at the end": AGENT + b"\xe2\x82",
        "a surrogate in UTF-8": with_(b"\xed\xa0\x80"),
        "an overlong NUL": with_(b"\xc0\x80"),
        "NUL": with_(b"\0"),
        "NUL at both ends": b"\0" + AGENT + b"\0",
        "no-break spaces": with_(b"\xc2\xa0"),
        "U+2028": with_(b"\xe2\x80\xa8"),
        "U+2029": with_(b"\xe2\x80\xa9"),
        "U+0085": with_(b"\xc2\x85"),
        "U+FDD0 and U+FDD1": with_(b"\xef\xb7\x90\xef\xb7\x91"),
        "C0 controls": with_(b"\x01\x02\x0b\x0c\x1b\x7f"),
        "C1 controls": with_(b"\xc2\x80\xc2\x9f"),
        "stand-ins as text": with_("\u21b5\u25c6\u00b6\u2421\u240d\ufffd".encode()),
        "writing directions": with_("\u202e\u2066".encode()),
        "emoji and combining marks": with_("\U0001f600e\u0301".encode()),
        "no line end at the end": AGENT.rstrip(b"\n"),
        "spaces at line ends": AGENT.replace(b"\n", b"  \t\n"),
        "nothing": b"",
        "one line end": b"\n",
        "only a fence": b"---",
        "only fences": b"---\n---\n",
        "an open fence": AGENT.replace(b"---\n\nYou", b"\nYou"),
        "one long line": b"---\nname: a\n---\n" + b"word \xc2\xa0" * 2_000,
    }


def generated(count: int, seed: int = 0) -> Iterator[bytes]:
    """``count`` files of nasty pieces; some are agents with such pieces in them, some are nothing else."""
    for number in range(seed, seed + count):
        yield one(number)


def one(number: int) -> bytes:
    """The generated file with this number."""
    random = Random(number)
    if random.random() < 0.3:
        return b"".join(random.choices(PIECES, k=random.randrange(12)))
    text = random.choice((AGENT, AGENT.replace(b"\n", b"\r\n"), AGENT.replace(b"\n", b"\r")))
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(PIECES) + text[at + random.choice((0, 0, 0, 1, 5)) :]
    return text[: -random.choice((1, 20))] if random.random() < 0.2 else text
