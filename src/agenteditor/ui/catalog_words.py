"""What the rows of a catalog say: names, signs, tool tips, and words for those who hear them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QIcon

from agenteditor.core.catalog_order import NO_PROBLEMS, Count
from agenteditor.core.catalog_tree import AgentRow, FolderRow
from agenteditor.core.scopes import Scope, places, precedence, words
from agenteditor.ui.icons import Meaning, coloured_icon, icon
from agenteditor.ui.qtext import in_line

UNSAVED = " ●"  # behind the name of an agent with unsaved changes
_MOST_PROBLEMS = 6  # in a tool tip
_LONGEST = 300  # letters of a description in a tool tip


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("catalog", text)


def folder_title(folder: FolderRow) -> str:
    """A folder's name; for a folder of agents at the top, whose they are."""
    scope = folder.scope
    if folder.parent is not None or scope is None:
        return folder.name
    return scope_title(scope)


def scope_title(scope: Scope) -> str:
    """Whose agents these are."""
    return {
        "managed": tr("Your organisation"),
        "project": scope.holder.name or str(scope.holder),
        "user": tr("Your agents"),
        "plugin": scope.plugin,
    }[scope.kind]


def scope_entry(scope: Scope) -> str:
    """A scope as an entry of a menu: what it is, and where."""
    kind = {
        "managed": tr("Organisation"),
        "project": tr("Project"),
        "user": tr("User"),
        "plugin": tr("Plugin"),
    }[scope.kind]
    return f"{kind}: {shortened(scope.folder)}"


def shortened(path: Path) -> str:
    """A path with the home folder as ~."""
    home = places().home
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)


def folder_aside(folder: FolderRow) -> str:
    """What stands behind a folder's name: what it is to Claude Code, and how many agents it has."""
    total = f"{folder.total:,}"
    return f"{words(folder.scope).split(' ')[0]} · {total}" if folder.scope is not None else total


def agent_aside(row: AgentRow, *, with_folder: bool, with_top: bool) -> str:
    """What stands behind an agent's name, in few letters; if asked for, its sub-folder and open folder."""
    parts: list[str] = []
    if row.standing is not None:
        parts.append(
            {"wins": tr("wins"), "shadowed": tr("shadowed"), "unclear": tr("twice")}[row.standing.state]
        )
    if row.title != row.stem:
        parts.append(row.stem + ".md")
    if with_folder and row.folder:
        parts.append(row.folder)
    if with_top and (folder := row.parent) is not None:
        while folder.parent is not None:
            folder = folder.parent
        parts.append(folder_title(folder))
    return " · ".join(parts)


def agent_sign(row: AgentRow) -> tuple[str, Meaning | None]:
    """The drawing that says what becomes of a file, and what its colour means."""
    entry = row.entry
    if entry is None or (entry.loads and entry.verdict == "valid"):
        return "agent", None if entry is not None else "muted"
    if entry.verdict == "unreadable":
        return "lock", "error"
    if entry.verdict == "none":
        return "text", "muted"
    if entry.loads:
        return "fix", "warning"
    return ("help", "warning") if entry.verdict == "unknown" else ("close", "error")


def sign(name: str, meaning: Meaning | None) -> QIcon:
    """A drawing in the colour of its meaning."""
    return icon(name) if meaning is None else coloured_icon(name, meaning)


def agent_state(row: AgentRow) -> str:
    """The sign of an agent in words."""
    entry = row.entry
    if entry is None:
        return tr("not read yet")
    if entry.verdict == "unreadable":
        return tr("cannot be read")
    if entry.verdict == "none":
        return tr("no agent")
    if entry.loads and entry.verdict == "repaired":
        return tr("loads by repair only")
    if entry.loads:
        return tr("loads")
    return tr("may not load") if entry.verdict == "unknown" else tr("does not load")


def agent_spoken(row: AgentRow) -> str:
    """A row for those who hear it."""
    parts = [row.title, agent_state(row)]
    if row.unsaved:
        parts.append(tr("unsaved changes"))
    if row.standing is not None:
        said = {
            "wins": tr("wins over another"),
            "shadowed": tr("shadowed by another"),
            "unclear": tr("named twice"),
        }
        parts.append(said[row.standing.state])
    return ", ".join(parts)


def folder_spoken(folder: FolderRow) -> str:
    """A folder's row for those who hear it."""
    agents = tr("1 agent") if folder.total == 1 else tr("{0} agents").format(folder.total)
    scope = f", {words(folder.scope)}" if folder.scope is not None else ""
    return f"{folder_title(folder)}{scope}, {agents}"


def problems_spoken(count: Count) -> str:
    """How many problems there are."""
    errors = tr("1 error") if count.errors == 1 else tr("{0} errors").format(count.errors)
    warnings = tr("1 warning") if count.warnings == 1 else tr("{0} warnings").format(count.warnings)
    return f"{errors}, {warnings}"


def agent_described(row: AgentRow) -> str:
    """What more there is to say to those who hear a row: its problems, and why another is used instead."""
    problems = problems_spoken(row.count)
    return f"{problems}. {row.standing.reason}" if row.standing is not None else problems


def agent_tip(row: AgentRow) -> str:
    """All that is known about an agent in a few lines."""
    lines = [row.name]
    entry = row.entry
    if entry is None:
        return lines[0]
    lines.append(entry.reason)
    if row.standing is not None:
        lines.append(row.standing.reason)
    if row.live is not None:
        if row.live != NO_PROBLEMS:
            lines.append(problems_spoken(row.live))
    else:
        lines += [f"• {one.message}" for one in entry.problems[:_MOST_PROBLEMS] if one.severity != "info"]
        if len(entry.problems) > _MOST_PROBLEMS:
            lines.append(tr("… and {0} more").format(len(entry.problems) - _MOST_PROBLEMS))
    if entry.description:
        text = in_line(entry.description)
        lines += ["", text if len(text) <= _LONGEST else text[:_LONGEST] + "…"]
    return "\n".join(lines)


def folder_tip(folder: FolderRow) -> str:
    """Where a folder is, and when its agents win."""
    lines = [str(folder.path)]
    if folder.scope is not None:
        lines.append(precedence(folder.scope))
    lines.append(problems_spoken(folder.count))
    return "\n".join(lines)
