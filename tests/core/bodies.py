"""Markdown bodies for tests: outlines drawn as text, and Hypothesis strategies of prompts."""

from __future__ import annotations

from hypothesis import strategies as st

from agenteditor.core.body import Section

FRONT = "---\nname: a\ndescription: b\n---\n"

NASTY = [
    "\n", "\n", "\n\n", "\r\n", "\r", " ", "  ", "   ", "    ", "\t", "# ", "## ", "###### ", "**Title:**", "**Bold**",
    "__Bar__:", "**", "- ", "* ", "+ ", "1. ", "2) ", "10. ", "1. **Group**", "   - ", "When asked, you will:", ":", "\uff1a",
    "<rules>", "</rules>", "<example>", "</example>", "  <role>", "  </role>", "<div>", "</div>", "<!--", "-->", "```", "~~~",
    "> ", "|a|b|", "\n|-|-|\n", "---", "===", "***", "word", "two words.", "é", "😀", "\ud83d", "\0", "\ufeff", "\u2028",
    "\u00a0", "\x0b", "\x0c", "\x85", "[a]: b", "`", "_", "\\", "&amp;", "- [ ] ",
]  # fmt: skip


def messy(max_size: int = 25) -> st.SearchStrategy[str]:
    """Text put together from pieces of Markdown and nasty characters."""
    return st.lists(st.sampled_from(NASTY), max_size=max_size).map("".join)


def words() -> st.SearchStrategy[str]:
    return st.sampled_from(
        ["First word", "Über alles", "One `**x**` here", "Ask (twice)", "日本語", "A & B", "x"]
    )


def bullets(marker: str = "-") -> st.SearchStrategy[str]:
    return st.lists(words(), min_size=1, max_size=4).map(
        lambda found: "\n".join(f"{marker} {each}" for each in found)
    )


def numbered() -> st.SearchStrategy[str]:
    return st.lists(words(), min_size=1, max_size=11).map(
        lambda found: "\n".join(f"{at}. {each}" for at, each in enumerate(found, 1))
    )


@st.composite
def groups(draw: st.DrawFn) -> str:
    titles = draw(st.lists(words().filter(lambda each: "*" not in each), min_size=1, max_size=11))
    found = []
    for at, title in enumerate(titles, 1):
        inner = draw(bullets()).replace("\n", "\n    ")
        found.append(f"{at}. **{title}**\n    {inner}")
    return draw(st.sampled_from(["\n", "\n\n"])).join(found)


def contents() -> st.SearchStrategy[str]:
    prose = words().map(lambda each: f"{each} is meant.")
    code = words().map(lambda each: f"```\n# {each}\n\n**x:**\n```")
    table = words().map(lambda each: f"| a | b |\n|---|---|\n| {each} | 2 |")
    lead_in = st.builds("{} does:\n{}".format, st.sampled_from(["It", "When asked, this"]), bullets())
    return st.one_of(bullets(), bullets("*"), numbered(), groups(), prose, code, table, lead_in)


@st.composite
def prompts(draw: st.DrawFn) -> str:
    """A well-formed body: an introduction, then sections of any style with any content."""
    parts = [draw(st.sampled_from(["You are an expert.", "You are one.\nYou know.", ""]))]
    for _ in range(draw(st.integers(1, 4))):
        title = draw(words().filter(lambda each: "*" not in each))
        head = draw(
            st.sampled_from(["# {}", "## {}", "### {}", "**{}:**", "**{}**", "{}\n---", "**{}**:"])
        ).format(title)
        gap = draw(st.sampled_from(["\n", "\n\n"]))
        body = gap.join([head, *draw(st.lists(contents(), max_size=1))])
        parts += [body, *draw(st.lists(contents(), max_size=1))]
    text = "\n\n".join(part for part in parts if part)
    text = draw(st.sampled_from(["", "\n"])) + text + draw(st.sampled_from(["", "\n", "\n\n\n"]))
    return text.replace("\n", "\r\n") if draw(st.integers(0, 3)) == 0 else text


def drawn(sections: tuple[Section, ...], depth: int = 0) -> str:
    """An outline as lines ``style kind level title [items]``, children indented."""
    rows = []
    for section in sections:
        items = f" [{len(section.items)}]" if section.items else ""
        row = f"{section.style} {section.kind} {section.level} {section.title}".rstrip()
        rows.append("  " * depth + row + items)
        if section.children:
            rows.append(drawn(section.children, depth + 1))
    return "\n".join(rows)
