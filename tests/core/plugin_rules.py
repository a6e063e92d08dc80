"""What the reference notes require of a marketplace and its plugins (FORMAT 6.2 to 6.4), as a checker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MARKET = {"name": str, "owner": dict, "description": str, "plugins": list}
ENTRY = {"name": str, "source": str, "description": str, "category": str}
PLUGIN = {"name": str, "version": str, "description": str, "author": dict, "license": str}
LEAST = 40  # words of a README


def faults(root: Path) -> Iterator[str]:
    """What is wrong with the marketplace in a folder, a sentence each."""
    market = _json(root / ".claude-plugin" / "marketplace.json")
    yield from _typed(market, MARKET, {"name", "owner", "plugins", "description"}, "marketplace")
    yield from _owner(market["owner"], "owner")
    if not KEBAB.fullmatch(market["name"]):
        yield f"{market['name']} is not kebab-case"
    if not market["plugins"]:
        yield "a marketplace without plugins is warned of"
    names = [entry["name"] for entry in market["plugins"]]
    if len(set(names)) != len(names) or names != sorted(names):
        yield f"plugins are not unique and sorted: {names}"
    yield from _readme(root)
    agents: list[str] = []
    for entry in market["plugins"]:
        yield from _typed(entry, ENTRY, {"name", "source", "description"}, f"entry {entry.get('name')}")
        folder = root / entry["source"]
        if entry["source"] != f"./plugins/{entry['name']}" or not folder.is_dir():
            yield f"{entry['source']} is no source below the marketplace"
            continue
        yield from _plugin(folder, entry)
        agents += [path.stem.casefold() for path in (folder / "agents").iterdir()]
    if len(set(agents)) != len(agents):
        yield f"agents are not unique: {agents}"
    listed = {Path(entry["source"]).name for entry in market["plugins"]}
    if listed != {path.name for path in (root / "plugins").iterdir()}:
        yield "a plugin is not listed"


def _plugin(folder: Path, entry: dict[str, object]) -> Iterator[str]:
    plugin = _json(folder / ".claude-plugin" / "plugin.json")
    yield from _typed(plugin, PLUGIN, {"name", "description", "author"}, f"plugin {folder.name}")
    yield from _owner(plugin["author"], "author")
    if plugin["name"] != entry["name"] or not KEBAB.fullmatch(plugin["name"]):
        yield f"{plugin['name']} is not the kebab-case name of its entry"
    if "version" in entry:
        yield "the version is in two places"
    allowed = {".claude-plugin", "agents", "README.md", "LICENSE"}
    if more := {path.name for path in folder.iterdir()} - allowed:
        yield f"{folder.name} holds {more}"
    if [path for path in (folder / ".claude-plugin").iterdir() if path.name != "plugin.json"]:
        yield "components stand beside .claude-plugin, not in it"
    yield from _readme(folder)
    for path in (folder / "agents").iterdir():
        data = path.read_bytes()
        if not path.is_file() or path.suffix != ".md":
            yield f"{path.name}: agents/ is flat and holds agents only"
        if b"\r" in data or data.startswith(b"\xef\xbb\xbf") or not data.startswith(b"---\n"):
            yield f"{path.name}: LF line ends, no byte order mark"


def _readme(folder: Path) -> Iterator[str]:
    words = re.findall(r"\w[\w'’-]*", (folder / "README.md").read_text(encoding="utf-8"))
    if len(words) < LEAST:
        yield f"the README of {folder.name} has {len(words)} words"


def _owner(value: dict[str, object], key: str) -> Iterator[str]:
    if not value.get("name") or not value.keys() <= {"name", "email", "url"}:
        yield f"{key} is an object with a name"


def _typed(data: dict[str, object], known: dict[str, type], required: set[str], what: str) -> Iterator[str]:
    for key, value in data.items():
        if key not in known:
            yield f"{what}: {key} is not written"  # not even agents, strict
        elif not isinstance(value, known[key]):
            yield f"{what}: {key} is a {type(value).__name__}"
    for key in required - data.keys():
        yield f"{what}: {key} is missing"


def _json(path: Path) -> dict[str, object]:
    text = path.read_text(encoding="utf-8")
    data = json.loads(text)
    assert text == json.dumps(data, ensure_ascii=False, indent=2) + "\n", "two spaces, a final newline"
    return data
