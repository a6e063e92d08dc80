"""A process of its own that reads hostile texts, and which the system ends if one of them takes too long.

``run`` starts it and says what it found. Whatever it dies of (no end, a crash in C, too much memory), the
text that it was at is named.
"""

from __future__ import annotations

import gc
import json
import mmap
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from agenteditor.core.checks import check, findings
from agenteditor.core.export_agents import second_opinion
from agenteditor.core.loading import loads
from agenteditor.core.markdown_page import excess, markdown_page
from agenteditor.core.portable import portable
from agenteditor.core.readers import answers
from agenteditor.core.router import routed
from agenteditor.core.syntax import parse_at
from tests.conftest import ROOT
from tests.promises.hostile import HEAD, damaged, frontmatters, prompts

CPU = 30  # seconds of one text
MEMORY = 4 << 30  # bytes of address space
BASES = (
    HEAD + "\n# Work\n\nDo **it**:\n- a\n- b\n",
    "---\nname: b\ndescription: >-\n  Use this\n  when x: y\ntools: Read, Bash(git:*)\nmodel: opus\n---\nGo.\n",
    "---\r\nname: 'c'\r\ndescription: \"Do \\u0041\"\r\ntools:\r\n  - Read\r\n  - Grep\r\n---\r\nGo.\r\n",
    '---\nname: d\ndescription: |\n  <example>\n  user: "a"\n  assistant: "b"\n  </example>\n'
    "mcpServers: &m {a: {command: b}}\n---\n<role>\nYou.\n</role>\n\n| a | b |\n| - | - |\n| c | d |\n",
)


@dataclass
class Found:
    """What a run found; seconds of processor time, megabytes."""

    tried: int = 0
    slowest: float = 0.0
    slowest_text: str = ""
    grown: float = 0.0
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.tried:,} texts: {len(self.errors)} errors, slowest {1000 * self.slowest:,.0f} ms "
            f"({self.slowest_text}), memory +{self.grown:.0f} MB"
        )


def run(job: str, first: int, count: int, note: Path) -> Found:
    """Let another process do ``count`` texts of a job from ``first`` on; fails with the text that ended it."""
    note.write_bytes(b"\0" * 100)
    command = [sys.executable, "-m", "tests.promises.hostile_run", job, str(first), str(count), str(note)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    at = note.read_bytes().rstrip(b"\0").decode()
    assert done.returncode == 0, f"ended with {done.returncode} at {job} {at!r}: {done.stderr[-2_000:]}"
    return Found(**json.loads(done.stdout))


def key(text: str) -> None:
    """What a key costs: everything that is found out about a text while it is typed."""
    syntax = parse_at(text, None)
    fields = syntax.frontmatter.fields if syntax.frontmatter else ()
    for one in fields:
        assert 0 <= one.span.start <= one.span.end <= len(text), "a field lies outside the text"
    for problem in findings(syntax):
        assert 0 <= problem.span.start <= problem.span.end <= len(text), "a finding lies outside the text"
    loads(syntax, "project")


def everything(text: str) -> None:
    """What any part of the program finds out about a text."""
    key(text)
    syntax = parse_at(text, None)
    check(syntax)
    assert syntax.sections is not None and syntax.examples is not None
    answers(syntax)
    routed(syntax, "project", "a.md")
    portable(syntax)
    second_opinion(syntax)
    if excess(syntax.prompt) is None:
        markdown_page(syntax.prompt)


def page(text: str) -> None:
    """What the preview makes of a prompt."""
    if excess(text) is None:
        markdown_page(text)


Text = tuple[str, str]


def _mutations(first: int, count: int) -> Iterator[Text]:
    for seed in range(first, first + count):
        yield str(seed), damaged(BASES[seed % len(BASES)], seed)


def _frontmatters(_first: int, size: int) -> Iterator[Text]:
    yield from frontmatters(size).items()


def _prompts(_first: int, size: int) -> Iterator[Text]:
    yield from ((name, HEAD + prompt) for name, prompt in prompts(size).items())


JOBS: dict[str, tuple[Callable[[int, int], Iterator[Text]], Callable[[str], None]]] = {
    "mutations": (_mutations, key),
    "mutations-everything": (_mutations, everything),
    "mutations-pages": (_mutations, page),
    "frontmatters": (_frontmatters, everything),
    "frontmatter-keys": (_frontmatters, key),
    "prompts": (_prompts, everything),
    "prompt-keys": (_prompts, key),
}


def main(job: str, first: int, count: int, note: Path) -> None:
    """Do it, and print what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    texts, judge = JOBS[job]
    for text in BASES:
        everything(text)  # what is loaded once is no growth
    found = Found()
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with note.open("r+b") as file, mmap.mmap(file.fileno(), 100) as place:
        for name, text in texts(first, count):
            place[:] = name.encode()[:100].ljust(100, b"\0")
            signal.setitimer(signal.ITIMER_PROF, CPU)  # its signal ends the process
            start = time.process_time()
            try:
                judge(text)
            except Exception as error:  # noqa: BLE001  # any is what is looked for
                found.errors.append(f"{job} {name}: {type(error).__name__}: {error}")
            took = time.process_time() - start
            signal.setitimer(signal.ITIMER_PROF, 0)
            found.tried += 1
            if took > found.slowest:
                found.slowest, found.slowest_text = took, name
    found.grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
