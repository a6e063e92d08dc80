"""The closed list of findings: for each code its severity, a title and why it matters.

A code is stable: people switch rules off by it and look it up. The sentence shown with a finding
is made by the check that finds it, because it names the value; what stands here is true of every
finding of the rule. Severity follows the consequence:

- error: the file would not load, or the agent may do more than is written;
- warning: it loads, but something in it is read wrongly, lost or ignored;
- info: style, or a fact worth knowing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]


class Rule(NamedTuple):
    """One kind of finding. A finding may be more or less severe than its rule where it says so."""

    code: str
    severity: Severity
    title: str
    why: str


_TABLE: tuple[Rule, ...] = (
    # The fences
    Rule(
        "frontmatter/missing",
        "info",
        "No frontmatter",
        "A Markdown file without frontmatter is documentation; Claude Code passes over it.",
    ),
    Rule(
        "frontmatter/not-at-start",
        "error",
        "The frontmatter is not at the start",
        "The three hyphens count only as the very first characters of the file. Anything before them, even a "
        "blank line, makes the whole file plain text that is ignored.",
    ),
    Rule(
        "frontmatter/not-opened",
        "error",
        "The opening hyphens are missing",
        "Fields without a line of three hyphens before them are plain text, and the file is ignored.",
    ),
    Rule(
        "frontmatter/old-line-ends",
        "error",
        "Line ends of old Macs",
        "Lines that end in CR alone are one long line to Claude Code: it finds no frontmatter.",
    ),
    Rule(
        "frontmatter/not-closed",
        "error",
        "The frontmatter is never closed",
        "Without a second line of three hyphens there is no frontmatter, and the file is ignored.",
    ),
    Rule(
        "frontmatter/closed-early",
        "warning",
        "Three hyphens inside a value",
        "The first three hyphens after the opening ones end the frontmatter, wherever they stand. The rest "
        "of the value and all later fields go into the prompt. It is an error where a limit on tools is lost "
        "that way.",
    ),
    Rule(
        "frontmatter/closing-line",
        "warning",
        "Text after the closing hyphens",
        "Whatever follows the closing hyphens on their line becomes the beginning of the prompt.",
    ),
    Rule(
        "frontmatter/bom",
        "info",
        "Byte order mark",
        "Claude Code skips it since 2.1.239; older versions and some other programs find no frontmatter "
        "behind it.",
    ),
    # YAML as a whole
    Rule(
        "yaml/fails",
        "error",
        "The YAML cannot be read",
        "Neither the text nor Claude Code's repair of it is YAML. In a project the file is no agent; in a "
        "plugin it runs without all its fields, its limit on tools included.",
    ),
    Rule(
        "yaml/line-ends",
        "error",
        "Windows line ends stop the repair",
        "The text needs the repair, and the repair passes over lines that end in CRLF: the same file loads "
        "on one computer and vanishes on another (git's autocrlf).",
    ),
    Rule(
        "yaml/repaired",
        "warning",
        "Loads only by repair",
        "The text is not YAML. Claude Code repairs it before it reads it; other programs and older versions "
        "refuse it.",
    ),
    Rule(
        "yaml/repair-changed",
        "warning",
        "The repair changes this value",
        "The repair quotes lines that were right, too: a map in braces becomes text, a comment becomes "
        "part of the value.",
    ),
    Rule(
        "yaml/not-judged",
        "warning",
        "Too deep or too long to judge",
        "The frontmatter passes a limit of this program, so it does not say whether the file loads.",
    ),
    Rule(
        "yaml/duplicate-key",
        "warning",
        "A field stands twice",
        "Only the last one counts; stricter programs refuse the file.",
    ),
    Rule(
        "plugin/limits-lost",
        "error",
        "Runs without its limits",
        "A plugin agent whose YAML cannot be read still runs, named after its file and without any field: "
        "with every tool.",
    ),
    Rule(
        "plugin/field-ignored",
        "warning",
        "Means nothing in a plugin",
        "hooks, mcpServers and permissionMode are ignored in agents that come with a plugin.",
    ),
    # Values in general
    Rule(
        "value/cut-by-hash",
        "warning",
        "The text is cut at a #",
        "In unquoted text a blank and a # begin a comment: the rest of the line is lost without a word.",
    ),
    Rule("value/empty", "info", "A field without a value", "It counts as if it were not there."),
    Rule(
        "value/type",
        "warning",
        "The wrong kind of value",
        "A value of the wrong kind is dropped; the agent runs as if the field were missing.",
    ),
    Rule(
        "value/unknown",
        "warning",
        "A value Claude Code does not know",
        "An unknown value is dropped; the agent runs as if the field were missing.",
    ),
    Rule(
        "value/boolean",
        "warning",
        "Neither true nor false",
        "yes, no, on and off are texts here, as YAML 1.2 has it; only true and false count.",
    ),
    Rule(
        "value/number", "warning", "Not a number from 1", "Another value is dropped; there is no limit then."
    ),
    Rule(
        "value/shape",
        "warning",
        "Not the expected structure",
        "A part of hooks, mcpServers or experimental that is built otherwise than documented is not used.",
    ),
    # Field names
    Rule(
        "key/near-miss",
        "warning",
        "A misspelt field",
        "Field names are exact; any other spelling is ignored without a word. It is an error where a limit "
        "on tools is lost that way.",
    ),
    Rule(
        "key/unknown",
        "warning",
        "A field nobody reads",
        "Claude Code ignores it without a word. Fields known to be notes for people are only mentioned.",
    ),
    Rule(
        "key/other-program",
        "info",
        "A field of another program",
        "It belongs to the agent files of another program; Claude Code ignores it. It is a warning where the "
        "field sets a limit there.",
    ),
    Rule(
        "key/leaked",
        "warning",
        "Part of the description became fields",
        "Lines that follow the description without indentation and look like “user: …” are read as fields: "
        "the description ends before them.",
    ),
    Rule(
        "key/examples",
        "warning",
        "Examples in a field of their own",
        "Claude Code reads examples only inside the description; the field is ignored.",
    ),
    # name
    Rule(
        "name/missing",
        "error",
        "No name",
        "Without a name the file is taken for documentation; in a plugin it is named after the file.",
    ),
    Rule("name/empty", "error", "The name is empty", "An empty name counts as none: the file does not load."),
    Rule(
        "name/not-a-string",
        "error",
        "The name is not text",
        "An unquoted number, true, false or null is not text to YAML: the file does not load.",
    ),
    Rule("name/colon", "error", "A colon in the name", "Names with a colon are refused from 2.1.218 on."),
    Rule("name/hyphen", "error", "The name begins with a hyphen", "Such names are refused."),
    Rule("name/long", "warning", "A very long name", "Names over 256 characters are reported to be skipped."),
    Rule(
        "name/style",
        "info",
        "Not the usual kind of name",
        "Authors are advised to use 3 to 50 lower case letters, digits and hyphens. Other names load, but "
        "other programs and shells have trouble with them.",
    ),
    Rule(
        "name/generic",
        "info",
        "A name that says nothing",
        "A name such as helper tells nobody when to use it.",
    ),
    Rule(
        "name/file",
        "info",
        "Name and file name differ",
        "That is allowed: the name counts. Other programs go by the file name.",
    ),
    # description
    Rule(
        "description/missing",
        "error",
        "No description",
        "The file is skipped; in a plugin it gets a placeholder that never attracts work.",
    ),
    Rule("description/empty", "error", "The description is empty", "An empty description counts as none."),
    Rule(
        "description/not-a-string",
        "error",
        "The description is not text",
        "An unquoted number, true, false, a list or a map is not text: the file does not load.",
    ),
    Rule(
        "description/short", "info", "A very short description", "Claude decides by it when to use the agent."
    ),
    Rule(
        "description/long",
        "info",
        "A very long description",
        "The description stands in every conversation, used or not: its length is a running cost.",
    ),
    Rule(
        "description/no-trigger",
        "info",
        "The description does not say when",
        "Claude hands work over by the situations a description names.",
    ),
    Rule(
        "description/backslash-n",
        "warning",
        "A path or pattern with \\n",
        "The two characters \\n in a description become a line break when the file is loaded.",
    ),
    Rule(
        "description/folded",
        "info",
        "Examples joined into one line",
        "A folded text (>) joins its lines with blanks; a literal one (|) keeps them.",
    ),
    # tools
    Rule(
        "tools/allowed-tools",
        "error",
        "The limit on tools is not read",
        "allowedTools and allowed-tools are not fields of an agent: without tools it may use every tool.",
    ),
    Rule(
        "tools/not-a-list",
        "error",
        "The limit on tools is not a list",
        "tools is a list of names or a text with commas. Anything else is dropped, and the agent may use "
        "every tool.",
    ),
    Rule(
        "tools/undefined",
        "warning",
        "No value for tools",
        "What it means is not documented: no tools at all, or every tool.",
    ),
    Rule(
        "tools/none", "info", "No tools at all", "An empty list is read as written: the agent can only talk."
    ),
    Rule("tools/everything", "info", "Every tool", "A star means the same as no tools field."),
    Rule(
        "tools/unknown",
        "warning",
        "A tool Claude Code does not know",
        "An entry that matches no tool gives nothing; names are exact, upper and lower case included.",
    ),
    Rule("tools/old-name", "warning", "An old tool name", "The tool was renamed or removed."),
    Rule(
        "tools/other-program",
        "warning",
        "A tool of another program",
        "The entry matches no tool of Claude Code and gives nothing.",
    ),
    Rule(
        "tools/never-given",
        "warning",
        "Not for subagents",
        "Some tools are never given to a subagent, even when they are listed.",
    ),
    Rule("tools/cancelled", "warning", "Allowed and forbidden", "A tool that stands in both lists is gone."),
    Rule(
        "tools/nothing-left",
        "error",
        "No entry gives a tool",
        "A list in which nothing matches a tool stops the agent from starting (from 2.1.208).",
    ),
    Rule(
        "tools/not-in-background",
        "warning",
        "No tool left in the background",
        "Agents usually run in the background, where only some tools are given.",
    ),
    Rule(
        "tools/torn",
        "warning",
        "A list in brackets tears an entry apart",
        "In [Agent(a, b)] YAML sees two items, because it knows nothing of parentheses.",
    ),
    Rule(
        "tools/no-commas",
        "warning",
        "No commas between tools",
        "Names divided by blanks alone are not documented; some versions take them for one name.",
    ),
    Rule("tools/malformed", "warning", "An entry that is no tool", "Its parentheses do not match."),
    Rule("tools/duplicate", "info", "A tool stands twice", "Once is enough."),
    Rule(
        "tools/every-server",
        "warning",
        "A star for MCP servers allows nothing",
        "mcp__* is understood in disallowedTools only; in tools each server has to be named.",
    ),
    Rule(
        "tools/denied-part",
        "info",
        "Forbids the whole tool",
        "A narrowed entry such as Bash(rm *) is reported to take the whole tool away.",
    ),
    # other fields
    Rule(
        "model/unknown",
        "warning",
        "Not a model of Claude Code",
        "A model nobody knows is not used; the agent runs on another one or fails.",
    ),
    Rule("color/unknown", "warning", "An unknown colour", "It is dropped without a word."),
    Rule(
        "color/comment",
        "warning",
        "The colour is a comment",
        "An unquoted # begins a comment, so there is no colour; and numbers are no colours here.",
    ),
    Rule("hooks/unknown-event", "warning", "An unknown hook event", "Its hooks never run."),
    Rule(
        "powers/asks-nothing",
        "warning",
        "Never asks for permission",
        "bypassPermissions lets the agent run every command it likes.",
    ),
    Rule(
        "powers/hooks",
        "info",
        "Runs commands of its own",
        "Hooks are commands that run on your computer without being asked for. Read them before you use the "
        "file.",
    ),
    Rule(
        "powers/servers",
        "info",
        "Starts programs of its own",
        "A server defined here is started on your computer or reached through the net. Read it before you "
        "use the file.",
    ),
    Rule(
        "powers/memory-writes",
        "warning",
        "Memory lets it write",
        "memory also turns on Read, Write and Edit, whatever tools says.",
    ),
    # examples
    Rule("examples/unclosed", "warning", "An example is not closed", "Without </example> it has no end."),
    Rule(
        "examples/not-understood",
        "info",
        "An example of an unknown form",
        "It is kept as it is and can be edited as text.",
    ),
    Rule("examples/no-turns", "info", "An example without turns", "It shows neither user nor assistant."),
    Rule(
        "examples/no-commentary",
        "info",
        "Examples without commentary",
        "The commentary says why the agent is the right one.",
    ),
    # prompt
    Rule(
        "prompt/empty",
        "warning",
        "No prompt",
        "Below the frontmatter stands nothing: the agent has no instructions.",
    ),
    Rule("prompt/short", "info", "A very short prompt", "Below 20 characters little can be said."),
    Rule("prompt/long", "info", "A very long prompt", "GitHub Copilot takes at most 30,000 characters."),
    # characters
    Rule(
        "text/not-utf-8",
        "warning",
        "Not UTF-8",
        "Bytes that are not UTF-8 are read as U+FFFD, a question mark in a lozenge.",
    ),
    Rule("text/control", "warning", "An invisible control character", "It is read as part of the text."),
    Rule(
        "text/hidden",
        "warning",
        "Hidden characters",
        "Characters that show nothing or turn the writing direction can hide text from a reader, not from a "
        "model.",
    ),
    Rule(
        "text/conflict",
        "warning",
        "Marks of a git conflict",
        "Two versions stand in the file, and both are read.",
    ),
    Rule(
        "text/mixed-line-ends",
        "info",
        "Two kinds of line ends",
        "Some lines end in CRLF, others in LF; Claude Code's repair works on the latter alone.",
    ),
    Rule(
        "file/document",
        "info",
        "A document, not an agent",
        "Files such as README.md lie beside agents and need no name.",
    ),
)

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _TABLE}
