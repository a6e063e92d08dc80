"""What an agent may do after a change and could not do before, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from agenteditor.core.powers import Powers
from agenteditor.core.tools_given import EVERY_SERVER, Given, ToolsGiven


def wider(before: Powers, after: Powers) -> tuple[str, ...]:
    """A sentence for each power that ``after`` has and ``before`` has not; none where it is no wider.

    A mode is wider where it asks less, a limit where it is gone or larger. Tools count as they are given in
    the foreground.
    """
    if after.runs in ("no", "refused"):
        return ()
    if after.runs == "unknown":
        return () if before.runs == "unknown" else ("It cannot be told any more what it may do.",)
    if before.runs == "unknown":
        return ("It could not be told before what it may do, so nothing is known to be the same.",)
    return tuple(_wider(before, after))


def _wider(before: Powers, after: Powers) -> Iterator[str]:
    if after.runs == "limitless" != before.runs:
        yield "Every limit is lost: it may use every tool and every MCP server."
        return
    if before.runs in ("no", "refused"):
        yield "It runs, which it did not before."
    if before.tools.sure and not after.tools.sure:
        yield "It is not settled any more which tools it may use."
    yield from _tools(before.tools, after.tools)
    if after.freedom > before.freedom:
        was, now = before.mode or "the mode of the conversation", after.mode or "the mode of the conversation"
        yield f"It asks less: {was} became {now}."
    for hook in after.hooks:
        if hook.known and hook not in before.hooks:
            yield f"At {hook.event} something happens by itself: {hook.action}"
    for server in after.servers:
        if server.kind and server not in before.servers:
            yield f"The MCP server {server.name} is started or called: {server.action}"
    if after.memory is not None and after.memory != before.memory:
        yield f"It keeps notes between runs ({after.memory})."
    if before.isolation is not None and after.isolation is None:
        yield "It works in your folder, no longer in a copy of its own."
    if before.max_turns is not None and (after.max_turns is None or after.max_turns > before.max_turns):
        yield f"It may take {after.max_turns or 'any number of'} turns; it was {before.max_turns}."
    if after.initial_prompt and after.initial_prompt != before.initial_prompt:
        yield "As the main agent it begins by itself, with a message from the file."


def _tools(before: ToolsGiven, after: ToolsGiven) -> Iterator[str]:
    was = {tool.name: tool for tool in before.given}
    gained = [tool.name for tool in after.given if not _had(before, tool.name)]
    for one in before.withheld:
        if one.reason == "forbidden" and one.name not in gained and _had(after, one.name):
            gained.append(one.name)
    if gained:
        listed = ", ".join("every MCP server" if name == EVERY_SERVER else name for name in gained)
        yield f"It gets tools it did not have: {listed}."
    for tool in after.given:
        if tool.name in was and _is_looser(was[tool.name], tool):
            now = f"; now it is {', '.join(tool.parts)}" if tool.parts else "; now it has no such limit"
            yield f"{tool.name} was only {', '.join(was[tool.name].parts)}{now}."


def _is_looser(before: Given, after: Given) -> bool:
    return bool(before.parts) and (not after.parts or not set(after.parts) <= set(before.parts))


def _had(tools: ToolsGiven, name: str) -> bool:
    """Whether a tool, or the tools of an MCP entry, were given."""
    if name in tools.foreground:
        return True
    forbidden = any(one.name == name and one.reason == "forbidden" for one in tools.withheld)
    if forbidden or not name.startswith("mcp__") or name == EVERY_SERVER:
        return False
    server = "__".join(name.split("__")[:2])
    return any(wide in tools.foreground for wide in (EVERY_SERVER, server, f"{server}__*"))
