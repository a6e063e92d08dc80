"""Agents of a catalog made from texts, as the tests of everything about a whole folder need them."""

from __future__ import annotations

import json
from pathlib import Path

from agenteditor.core.catalog_agent import CatalogAgent, agent_of
from agenteditor.core.syntax import parse_at

ROOT = Path("/catalog")


def text_of(
    name: str, description: str, *, more: str = "", prompt: str = "You do one thing and do it well."
) -> str:
    """An agent file that is valid YAML, whatever name and description hold."""
    return f"---\nname: {json.dumps(name)}\ndescription: {json.dumps(description)}\n{more}---\n\n{prompt}\n"


def agent(name: str, description: str, *, folder: str = "", file: str = "", **rest: str) -> CatalogAgent:
    """The agent in such a file, called ``file`` or after its name."""
    path = ROOT / folder / (file or f"{name}.md")
    return agent_of(parse_at(text_of(name, description, **rest), path), path, ROOT)


def example(user: str, context: str = "") -> str:
    """An example block in which ``user`` is said."""
    situation = f"Context: {context} " if context else ""
    return f"<example>{situation}user: '{user}' assistant: 'I will.' <commentary>So.</commentary></example>"
