"""Files made to do harm: tables of them, a dictionary, and damage at random for a seed.

``frontmatters`` and ``prompts`` are what is known to hang or kill readers and layouts; all of them are
made here, none is taken from anywhere.
"""

from __future__ import annotations

import random

KB = 1024
HEAD = "---\nname: a-agent\ndescription: Does one thing when asked.\n---\n"


def frontmatters(size: int = 200 * KB) -> dict[str, str]:
    """Whole files with a frontmatter of about ``size`` characters each, by what is wrong with them."""
    n = size // 10
    laughs = ["a0: &a0 [l, l, l, l, l, l, l, l, l]"]
    merges = ["a0: &a0 {k: v}"]
    for level in range(1, 10):
        laughs.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
        merges.append(f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 9)}]}}")
    blocks = {
        "laughs": "\n".join(laughs),
        "laughs in a known field": "\n".join([*laughs, "tools: *a9", "hooks: *a9", "mcpServers: *a9"]),
        "merge bomb": "\n".join(merges),
        "chain of anchors": "\n".join(f"k{i}: &x{i} [*x{i - 1}]" for i in range(1, n // 2)),
        "one anchor, many aliases": "a: &a " + "x" * 1000 + "\n" + "\n".join(f"k{i}: *a" for i in range(n)),
        "brackets": "a: " + "[" * size,
        "braces": "a: " + "{" * size,
        "brackets, closed": "a: " + "[" * (size // 2) + "]" * (size // 2),
        "maps in maps": "\n".join(f"{' ' * i}k:" for i in range(int((2 * size) ** 0.5))),
        "lists in lists": "- " * (size // 2),
        "questions": "? " * (size // 2),
        "colons": "a: b" * (size // 4),
        "keys in a line": "a:\n  " + "x: " * (size // 3),
        "long plain": "name: " + "x " * (size // 2),
        "long double": 'name: "' + "x " * (size // 2) + '"',
        "long single": "name: '" + "x " * (size // 2) + "'",
        "long literal": "description: |\n" + "  a line of text here\n" * (size // 22),
        "long folded": "description: >\n" + "  a line of text here\n" * (size // 22),
        "long comment": "#" * size + "\na: b",
        "comments": "# c\n" * (size // 4) + "a: b",
        "one key, repeated": "name: x\n" * (size // 8),
        "one key, repeated, repaired": "name: x: y\n" * (size // 11),
        "keys": "\n".join(f"key{i}: v" for i in range(n)),
        "keys, repaired": "\n".join(f"key{i}: a: b" for i in range(n)),
        "keys one may mean": "\n".join(f"tool{i}: v" for i in range(n)),
        "keys, in capitals": "\n".join(f"Name{i}: v" for i in range(n)),
        "keys, broken": "\n".join(f'key{i}: "v' for i in range(n)),
        "known keys, broken": "\n".join('name: "v\ntools: [a\nmodel: {x' for _ in range(n // 3)),
        "keys in braces": "{" + ", ".join(f"key{i}: v" for i in range(n)) + "}",
        "keys with tabs": "\n".join(f"key{i}:\tv" for i in range(n)),
        "lines with tabs": "a: b\n" + "\t\n" * (size // 2),
        "tabs": "a: b\n\t" + "\t" * size,
        "open quotes": "\n".join(f"a{i}: 'b" for i in range(n)),
        "escapes": 'a: "' + "\\u0041" * (size // 6) + '"',
        "bad escapes": 'a: "' + "\\q" * (size // 2) + '"',
        "pairs as escapes": 'description: "' + "\\ud83d\\ude00" * (size // 12) + '"',
        "digits": "maxTurns: " + "9" * size,
        "sexagesimal": "maxTurns: 1" + ":1" * (size // 2),
        "float": "maxTurns: 1" + "0" * size + ".5e9999",
        "underscores": "maxTurns: 1" + "_" * size,
        "bad date": "a: 2001-99-99\nb: 2001-01-01T99:99:99Z",
        "python tag": "a: !!python/object/apply:os.system ['true']",
        "long tag": "a: !" + "x" * size + " b",
        "tags": "\n".join(f"k{i}: !t v" for i in range(n)),
        "long anchor": "a: &" + "x" * size + " b",
        "nul": "name: a\0b\ndescription: " + "x" * size,
        "controls": "name: " + "\x01\x1b\x07\x7f" * (size // 4),
        "separators": "description: " + "x\u2028y\u0085" * (size // 4),
        "surrogates": "description: " + "\udc80\udcff" * (size // 2),
        "crlf": "description: a\r\n" * (size // 16),
        "cr": "k: a\r" * (size // 5),
        "tools in a line": "tools: " + ", ".join(f"Tool{i}" for i in range(n)),
        "tools as a list": "tools:\n" + "".join(f"  - Tool{i}\n" for i in range(n)),
        "tools in brackets": "tools: [" + ", ".join(f"Tool{i}" for i in range(n)) + "]",
        "tools with rules": "tools: " + ", ".join(f"Bash(git:{i}*)" for i in range(n)),
        "open parens": "tools: " + "Bash(" * (size // 5),
        "mcp tools": "tools: " + ", ".join(f"mcp__s{i}__t" for i in range(n)),
        "skills": "skills:\n" + "".join(f"  - skill{i}\n" for i in range(n)),
        "a list of lists": "hooks:\n" + "  - - - a\n" * (size // 10),
        "hooks": "hooks:\n  PreToolUse:\n"
        + "    - matcher: x\n      hooks:\n        - type: command\n          command: y\n" * (size // 90),
        "servers": "mcpServers:\n" + "".join(f"  - s{i}: {{command: x}}\n" for i in range(n // 2)),
        "examples": "description: |\n"
        + "  <example>\n  user: a\n  assistant: b\n  </example>\n" * (size // 50),
        "open examples": "description: |\n" + "  <example>\n" * (size // 12),
        "examples in a line": "description: Use " + "<example>user: a</example>" * (size // 26),
        "escaped examples": 'description: "' + "<example>\\nuser: 'a'\\n</example>\\n" * (size // 36) + '"',
        "fences": "---\n" * (size // 4),
        "no fence": "a: b\n" * (size // 5),
    }
    whole = {name: f"---\n{block}\n---\nDo it.\n" for name, block in blocks.items()}
    whole["never closed"] = "---\n" + "a: b\n" * (size // 5)
    whole["blank lines before"] = "\n" * size + "---\na: b\n---\n"
    whole["fences only"] = "-" * size
    return whole


def prompts(size: int = 200 * KB) -> dict[str, str]:
    """Prompts of about ``size`` characters, for Markdown's parsers and layouts."""
    nested = "".join(f"{'  ' * i}- x\n" for i in range(int(size**0.5)))
    pieces = {
        "open brackets": "[",
        "open images": "![",
        "links, not closed": "[a](",
        "links, angled": "[a](<b",
        "references": "[a][b]",
        "stars": "*",
        "stars and blanks": "* ",
        "stars around letters": "*a **a ",
        "bold and italic": "*a_ ",
        "underscores": "_a__a",
        "tildes": "~~a",
        "backticks": "`a``",
        "backslashes": "\\",
        "entities": "&amp;&#0;&x",
        "angles": "<",
        "comments": "<!--",
        "cdata": "<![CDATA[",
        "instructions": "<?",
        "tags": "<a ",
        "tags with values": '<a b="',
        "closing tags": "</a>",
        "addresses": "<http://a",
        "bare addresses": "http://a.b/((",
        "hearts": "\u2764\ufe0f",
        "combining": "e\u0301\u0302\u0303",
        "devanagari": "\u0915\u094d\u0937\u093f",
        "arabic": "\u0645\u0631\u062d\u0628\u0627 ",
        "joiners": "\U0001f468\u200d\U0001f469\u200d",
        "bidi": "\u202ea\u2066b",
        "surrogates": "\udc80",
        "nul": "\0",
        "wide": "x",
    }
    found = {name: piece * (size // len(piece)) for name, piece in pieces.items()}
    found |= {
        "backticks, longer and longer": "".join("`" * i + " " for i in range(int((2 * size) ** 0.5))),
        "quotations": ">" * size,
        "quotations, lines": (">" * 30 + "\n") * (size // 31),
        "lists in lists": nested,
        "lists in a line": "- " * (size // 2),
        "numbers in a line": "1. " * (size // 3),
        "quotations and lists": "> - " * (size // 4),
        "items": "- x\n" * (size // 4),
        "numbered items": "".join(f"{i}. x\n" for i in range(size // 8)),
        "headings": "# x\n" * (size // 4),
        "deeper headings": "".join(f"{'#' * (1 + i % 6)} x\n" for i in range(size // 6)),
        "bold lines": "**a:**\n\n" * (size // 8),
        "lead-ins": "a:\n- b\n\n" * (size // 8),
        "groups": "- **a**\n  - b\n" * (size // 14),
        "groups in groups": "".join(f"{'  ' * i}- **x**\n" for i in range(int(size**0.5))),
        "labels with colons": "a:\n" * (size // 3),
        "rules": "---\n\n" * (size // 5),
        "blank lines": "\n" * size,
        "blanks": " " * size,
        "tabs": "\t" * size,
        "fences": "```\n" * (size // 4),
        "fences, longer": "".join("`" * i + "\n" for i in range(3, int((2 * size) ** 0.5))),
        "open fence": "```python\n" + "x = (1\n" * (size // 7),
        "fences of languages": "```python\nx\n```\n" * (size // 16),
        "json": "```json\n" + "[" * size + "\n```\n",
        "html code": "```html\n" + "<a " * (size // 3) + "\n```\n",
        "php code": "```php\n" + "<?php $a" * (size // 8) + "\n```\n",
        "table, wide": "|" + "a|" * (size // 6) + "\n|" + "-|" * (size // 6) + "\n|" + "b|" * (size // 6) + "\n",
        "table, long": "|a|b|\n|-|-|\n" + "|c|d|\n" * (size // 6),
        "table, 10 columns": "|" + "a|" * 10 + "\n|" + "-|" * 10 + "\n" + ("|" + "b|" * 10 + "\n") * (size // 22),
        "tables": "|a|b|\n|-|-|\n|c|d|\n\n" * (size // 22),
        "pipes": "|" * size,
        "pipes, lines": "|\n" * (size // 2),
        "table with a short head": "|a|\n|-|\n" + ("|" + "b|" * 50 + "\n") * (size // 102),
        "cards": "<x>\n\n</x>\n" * (size // 11),
        "cards in cards": "".join(f"<t{i}>\n" for i in range(size // 20))
        + "".join(f"</t{i}>\n" for i in reversed(range(size // 20))),
        "one card in itself": "<t>\n" * (size // 10) + "</t>\n" * (size // 10),
        "cards, not closed": "<t>\n" * (size // 4),
        "cards and text": "<t> a\nb </t>\n" * (size // 13),
        "cards in a line": "<t></t>" * (size // 7),
        "html tables": "<table><tr><td>" * (size // 15),
        "definitions": "".join(f"[a{i}]: http://b\n" for i in range(size // 20)),
        "one definition, used": "[a]: http://b\n\n" + "[a] " * (size // 4),
        "footnotes": "[^a]: b\n" * (size // 8),
        "setext": "a\n=\n" * (size // 4),
        "images": "![a](http://b/c.png)\n" * (size // 21),
        "local images": "![a](file:///dev/zero)\n" * (size // 23),
        "conflicts": "<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n" * (size // 34),
        "crlf": "# a\r\n\r\nb\r\n" * (size // 11),
        "cr": "# a\r\rb\r" * (size // 7),
        "separators": "a\u2028b\u2029c\u0085" * (size // 6),
        "long lines": ("word " * 3_000 + "\n") * (size // 15_000),
    }  # fmt: skip
    return found


# What is put in, found and taken out: marks of YAML, of Markdown, and characters that readers differ on.
WORDS = (
    ":", ": ", "#", " #", "'", '"', "\\", "\\u", "\\x0", "\t", "[", "]", "{", "}", ",", "|", ">", "|-", ">+2", "- ",
    "---", "---\n", "...", "? ", "&a ", "*a", "<<: ", "<<: *a", "!t ", "!!int ", "!!binary ", "!!python/name:os ",
    "%YAML 1.1\n", "@", "`", "```\n", "~", "=", " ", "\n", "\n\n", "\n  ", "\r", "\r\n", "\0", "\x01", "\x1b",
    "\x7f", "\x85", "\xa0", "\u2028", "\u2029", "\u200b", "\u202e", "\u2066", "\ufeff", "\ufffe", "\uffff",
    "\ud800", "\udc80", "\udfff", "\U000e0041", "\U0001f600", "e\u0301", "0x", "0o7", "1_0", "1:1", "1e999",
    ".inf", ".nan", "2001-99-99", "yes", "no", "on", "null", "true", "name: ", "description: ", "tools: ",
    "model: ", "hooks:\n", "mcpServers:\n", "permissionMode: bypassPermissions\n", "<example>", "</example>",
    "<example>\nuser: \"a\"\n</example>\n", "user: ", "assistant: ", "<commentary>", "* ", "**", "_", "[a](b)",
    "![a](b)", "<!--", "-->", "<t>", "</t>", "<script>", "|a|b|\n|-|-|\n", "# ", "===\n", "> ", "1. ", "- [ ] ",
    "<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "Bash(", "Bash(git:*)", "mcp__a__b", "$ARGUMENTS", "[" * 70,
    "a" * 300, "x: " * 70,
)  # fmt: skip


def damaged(text: str, seed: int) -> str:
    """``text`` after one to four small changes; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        at = int(len(text) * chance.random() ** 2)  # the front more often: the frontmatter stands there
        end = min(len(text), at + chance.choice((0, 1, 1, 3, 20, 200)))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + text[at:end] * chance.choice((2, 3, 50)) + text[end:]
        elif kind == 2:
            text = text[:at] + text[at:end][::-1] + text[end:]
        elif kind == 3:
            other = chance.randrange(len(text) + 1)
            text = text[:at] + text[other : other + 80] + text[at:]
        else:
            text = (
                text[:at]
                + chance.choice(WORDS) * chance.choice((1, 1, 1, 2, 9))
                + text[end if kind == 5 else at :]
            )
    return text
