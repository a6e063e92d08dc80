"""A whole piece of work on a catalog with real keys on a real (virtual) screen, in the installed program.

Open a folder, filter it, fix one rule everywhere, undo that, ask who would take a request, go to an agent,
find words in all of them, export them as plugins, open the export: all of it is valid.
"""

from __future__ import annotations

import re
import shutil
import subprocess

from tools import validate_export

AGENTS = {
    "backend": {
        "api-designer": "designing HTTP interfaces and their versions",
        "cache-keeper": "caches that serve stale answers",
        "log-reader": "reading server logs for the cause of an outage",
        "login-doctor": "sign-in failures and expired sessions",
        "payment-reviewer": "payment code and the rounding of money",
        "queue-mender": "message queues that back up",
        "schema-migrator": "database schema migrations without downtime",
        "search-tuner": "slow full text search",
    },
    "docs/guides": {
        "changelog-writer": "changelogs made of commits",
        "diagram-maker": "diagrams of an architecture",
        "glossary-keeper": "a glossary of terms",
        "link-checker": "dead links in documentation",
        "readme-polisher": "the first page of a project",
        "tutorial-writer": "tutorials step by step",
    },
    "frontend": {
        "animation-tamer": "animations that stutter",
        "bundle-trimmer": "bundles of scripts that are too large",
        "colour-checker": "contrast of colours for weak eyes",
        "form-builder": "web forms and their validation",
        "icon-drawer": "drawing icons as vectors",
        "layout-fixer": "page layouts that break",
        "translation-checker": "missing translations",
    },
    "operations": {
        "alert-tuner": "alerts that nobody needs",
        "backup-tester": "restoring backups",
        "certificate-watcher": "certificates that are about to lapse",
        "container-slimmer": "container images",
        "cost-watcher": "the monthly bill of the cloud",
        "deploy-guard": "deployments and how to take them back",
        "dns-helper": "names and addresses of hosts",
        "patch-planner": "security patches of servers",
        "terraform-reader": "plans of infrastructure",
    },
}
EVERY = 4  # one in so many has a fault: a colon in a plain value, which loads only by repair


def written(folder):
    """Write the catalog; its agents are numbered as they stand above."""
    number = 0
    for place, agents in AGENTS.items():
        (folder / place).mkdir(parents=True)
        for name, work in agents.items():
            number += 1
            when = "when: somebody asks for" if number % EVERY == 0 else "for"
            (folder / place / f"{name}.md").write_bytes(
                f"---\nname: {name}\ndescription: Use this agent {when} {work}.\ntools: Read, Grep\n---\n\n"
                f"You are good at {work}.\n\n## Steps\n\n- Look at what is there.\n- Say what you found.\n".encode()
            )
    return number


def contents(folder):
    """The bytes of each file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def title(name):
    """The title of the window that shows an agent, unchanged."""
    return f"^{re.escape(name)}.md — "


def test_open_filter_fix_undo_judge_find_export_and_all_is_valid(person_with, installed, tmp_path):
    catalog, copy, market = tmp_path / "catalog", tmp_path / "copy", tmp_path / "market"
    count = written(catalog)
    before = contents(catalog)

    def command(*words):
        (tmp_path / "other-home").mkdir(exist_ok=True)
        environment = {"HOME": str(tmp_path / "other-home"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        done = subprocess.run(
            [installed / "agenteditor", *words], env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    shutil.copytree(catalog, copy)
    status, said = command("batch", "fix-rule", "yaml/repaired", copy)
    assert status == 0, said
    fixed = contents(copy)
    assert sum(fixed[name] != text for name, text in before.items()) == count // EVERY

    person, process = person_with(catalog)
    person.focus(title("api-designer"))  # the first one is opened by itself
    person.keys("ctrl+alt+f")
    person.type("infrastructure")
    person.press_until(lambda: person.sees(title("terraform-reader")), "Return")

    person.keys("alt+g", "f")
    person.focus("^Fix one rule")
    person.press_until(lambda: contents(catalog) == fixed, "Return", patience=0.5)
    person.press_until(lambda: not person.sees("^Fix one rule"), "Return", patience=0.5)
    person.focus(title("terraform-reader"))
    person.keys("alt+g", "u")
    person.focus("^Undo: Fix yaml/repaired")
    person.press_until(lambda: contents(catalog) == before, "Return", patience=0.5)
    person.press_until(lambda: not person.sees("^Undo: "), "Return", patience=0.5)

    person.focus(title("terraform-reader"))
    person.keys("ctrl+j")
    person.focus("^Judge the catalog")
    person.type("nobody can sign in, all sessions expired")
    person.press_until(lambda: person.sees(title("login-doctor")), "Return", patience=0.5)  # the first row
    person.look("who-would-take-this")
    person.press_until(lambda: not person.sees("^Judge the catalog"), "Escape")

    person.focus(title("login-doctor"))
    person.keys("ctrl+p")
    person.type("quemend")
    person.keys("Return")
    person.focus(title("queue-mender"))
    person.keys("ctrl+shift+f")
    person.type("about to lapse")
    person.press_until(lambda: person.sees(title("certificate-watcher")), "Down", "Return", patience=5)

    person.keys("ctrl+e")
    person.focus("^Export to catalog")
    person.type(str(market))
    person.keys("alt+m")
    person.press_until((market / ".claude-plugin" / "marketplace.json").exists, "alt+e")
    person.press_until(lambda: not person.sees("^Export to catalog"), "Return")  # once all is written
    exported = {path.stem: path.read_bytes() for path in market.glob("plugins/*/agents/*.md")}
    wanted = {name.rpartition("/")[2].removesuffix(".md"): text for name, text in fixed.items()}
    assert exported == wanted and len(exported) == count

    person.focus(title("certificate-watcher"))
    person.keys("ctrl+shift+o")
    person.focus("^Open a folder of agents")
    person.type(str(market))
    person.press_until(lambda: not person.sees("^Open a folder of agents"), "Return")
    person.focus(title("certificate-watcher"))
    person.keys("ctrl+alt+f")
    person.type("addresses")
    person.press_until(lambda: person.sees("^dns-helper.md — agents — "), "Return")
    person.keys("ctrl+q")
    assert process.wait(timeout=10) == 0  # without a question: nothing was changed
    assert contents(catalog) == before

    status, said = command("check", market)
    assert status == 0 and said.endswith("no problems.\n"), said
    if (program := validate_export.installed()) is not None:
        assert [answer.errors for answer in validate_export.ask(program, market) if answer.errors] == []
