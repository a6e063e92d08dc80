"""The sentences beside the rows of a catalog: why there are none, what is left out, what goes otherwise."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from agenteditor.core.catalog_filter import understood
from agenteditor.core.catalog_tree import AgentRow
from agenteditor.ui.catalog_loader import CatalogLoader

_FEW = 200  # agents: so many are read before anybody could read how many are left
_MOST_DETAILS = 20  # lines of a tool tip


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("catalog", text)


def why_empty(loader: CatalogLoader) -> tuple[str, str]:
    """Why there are no rows, and what a button offers to do about it; "" for nothing."""
    if not loader.folders:
        return "", ""
    if loader.tree.rows:
        if loader.unread:
            return tr("No agent that was read so far matches this filter."), ""
        return tr("No agent here matches this filter."), tr("Clear the filter")
    unlisted = [one for one in loader.listings if "" in one.unreadable]
    if unlisted:
        reason = unlisted[0].unreadable[""]
        return tr("Cannot list {0}: {1}.").format(unlisted[0].root, reason), tr("Look again")
    if loader.looking:
        return tr("Looking for agents…"), ""
    return tr("This folder holds no .md files."), tr("Add a folder…")


def beside(
    loader: CatalogLoader, shown: int, text: str, present: AgentRow | None
) -> tuple[list[str], list[str]]:
    """What to say below ``shown`` rows, with ``text`` in the filter and one row chosen; and the details."""
    said: list[str] = []
    details: list[str] = []
    total = len(loader.tree.rows)
    if present is not None and present.standing is not None:
        said.append(present.standing.reason)
    if text.strip() and shown:
        said.append(tr("{0} of {1} agents.").format(f"{shown:,}", f"{total:,}"))
    unknown = understood(text).unknown
    if unknown:
        said.append(tr("“{0}” is no term, so it is looked for as a word.").format(unknown[0]))
    if loader.unread > _FEW:
        said.append(tr("Still to read: {0}.").format(f"{loader.unread:,}"))
    for one in loader.listings:
        unlisted = [(one.root / name, reason) for name, reason in one.unreadable.items()]
        details += [tr("Cannot list {0}: {1}").format(folder, reason) for folder, reason in unlisted]
    if details and total:
        said.append(tr("Cannot list folders: {0}.").format(len(details)))
    links = [(one.root / name, name in one.circles) for one in loader.listings for name in one.links]
    if links:
        said.append(tr("Links to folders, not followed: {0}.").format(len(links)))
    for link, circle in links[:_MOST_DETAILS]:
        details.append(tr("{0} leads round in a circle").format(link) if circle else str(link))
    if loader.watch.sentence:
        said.append(loader.watch.sentence)
    return said, details[:_MOST_DETAILS]
