"""Why a text is no YAML, in our words: a stable code and a sentence for each problem that libyaml reports.

The real reader gives no reason; these are ours. Where a problem is noticed and where it begins may lie far
apart; the fault stands where it begins. What to do about it is left to ``checks_broken``.
"""

from __future__ import annotations

from agenteditor.core.yaml_mends import NO_COLON
from agenteditor.core.yaml_nodes import YamlFault

TAB = "A tab is used as indentation; YAML allows spaces only."
# libyaml's problem -> our code and sentence.
_PROBLEMS = (
    (
        "mapping values are not allowed",
        "yaml/colon",
        "“: ” inside an unquoted text: YAML takes it for a field.",
    ),
    (NO_COLON, "yaml/line", "This line is neither a field nor indented under one."),
    ("did not find expected key", "yaml/line", "This line has a wrong indent, or text after a value."),
    ("found unexpected end of stream", "yaml/quote", "A quote is opened here and never closed."),
    ("unknown escape", "yaml/escape", "An unknown “\\” escape in double quotes."),
    ("character escape code", "yaml/escape", "An invalid “\\” escape in double quotes."),
    ("expected hexdecimal number", "yaml/escape", "An incomplete “\\” escape in double quotes."),
    ("block sequence entries", "yaml/dash", "“- ” begins a list; it cannot stand on this line."),
    ("mapping keys are not allowed", "yaml/line", "“? ” begins a complex key, which cannot stand here."),
    ("did not find expected ',' or ']'", "yaml/flow", "“[” begins a list that is not closed as a list."),
    ("did not find expected ',' or '}'", "yaml/flow", "“{” begins a map that is not closed as a map."),
    ("cannot start any token", "yaml/start", "An unquoted text cannot begin with this character."),
    ("did not find expected node content", "yaml/start", "A value cannot begin with this character."),
    ("expected alphabetic or numeric", "yaml/start", "“*” and “&” begin a reference, not text."),
    ("expected comment or line break", "yaml/block", "Text after a “|” or “>” must go on the next line."),
    ("expected <document start>", "yaml/documents", "There is text after the end of the YAML."),
    ("directive", "yaml/directive", "“%” begins a directive, which is not allowed here."),
)


def fault(problem: str, offset: int, context: int) -> YamlFault:
    """The fault for libyaml's words, noticed at ``offset`` in a part that begins at ``context``."""
    for needle, code, message in _PROBLEMS:
        if needle in problem:
            # Both are noticed far below the place where they begin.
            begins = code == "yaml/quote" or needle == NO_COLON
            return YamlFault(code, message, context if begins else offset)
    return YamlFault("yaml/syntax", f"YAML does not parse here: {problem}.", offset)
