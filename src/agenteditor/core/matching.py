"""What two sequences of words or lines have in common: the ground under ``differences``.

A comparison has to be quick and look right to people, more than be the shortest. How much is compared
is bounded by counts, not by a clock, so the same input always gets the same answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

Match = tuple[int, int, int]  # (start, other, length): a[start : start + length] == b[other : other + length]
_DEEPEST = 8  # rounds of looking for items that occur once


def matches(a: Sequence[str], b: Sequence[str], most: int) -> list[Match]:
    """What two sequences have in common, in order, with nothing crossed; neighbours are joined.

    Items that occur once on both sides hold the two together first (patience diff): people recognise
    them, and it takes little time. What is left between them gets the shortest difference, or none if
    it would take more than ``most`` removals and additions.
    """
    found: list[Match] = []
    todo = [(0, len(a), 0, len(b), 0)]
    while todo:
        a_start, a_end, b_start, b_end, depth = todo.pop()
        head = 0
        while a_start + head < a_end and b_start + head < b_end and a[a_start + head] == b[b_start + head]:
            head += 1
        if head:
            found.append((a_start, b_start, head))
            a_start, b_start = a_start + head, b_start + head
        tail = 0
        shorter = min(a_end - a_start, b_end - b_start)
        while tail < shorter and a[a_end - tail - 1] == b[b_end - tail - 1]:
            tail += 1
        if tail:
            found.append((a_end - tail, b_end - tail, tail))
            a_end, b_end = a_end - tail, b_end - tail
        if a_start == a_end or b_start == b_end:
            continue
        left, right = Counter(a[a_start:a_end]), Counter(b[b_start:b_end])
        anchors = _anchors(a, b, (a_start, a_end, left), (b_start, b_end, right)) if depth < _DEEPEST else []
        if anchors:
            for at, other in [*anchors, (a_end, b_end)]:
                todo.append((a_start, at, b_start, other, depth + 1))
                # The anchor itself is found as the head of the next part.
                a_start, b_start = at, other
        elif left.keys() & right.keys():
            common = _shortest(a[a_start:a_end], b[b_start:b_end], most)
            found += [(x + a_start, y + b_start, n) for x, y, n in common]
    return _joined(sorted(found))


def _anchors(
    a: Sequence[str],
    b: Sequence[str],
    old: tuple[int, int, Counter[str]],
    new: tuple[int, int, Counter[str]],
) -> list[tuple[int, int]]:
    """The places of items that occur once on both sides: the longest row of them in the same order."""
    (a_start, a_end, left), (b_start, b_end, right) = old, new
    single = {item for item, count in left.items() if count == 1 and right[item] == 1 and not item.isspace()}
    single.discard("")
    if not single:
        return []
    places = {b[at]: at for at in range(b_start, b_end) if b[at] in single}
    pairs = [(at, places[a[at]]) for at in range(a_start, a_end) if a[at] in single]
    ends: list[int] = []  # ends[n]: the least place in b that a row of n + 1 pairs ends at
    last: list[int] = []  # and the pair that does so
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1] = [place]
        last[at : at + 1] = [index]
    row: list[tuple[int, int]] = []
    index = last[-1]
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]


def _shortest(a: Sequence[str], b: Sequence[str], most: int) -> list[Match]:
    """The matches of a shortest difference (Myers 1986); none if it takes more than ``most`` steps."""
    reached = [0] * (2 * most + 3)  # reached[k]: how far in a on the diagonal at - other == k
    trace: list[list[int]] = []
    for steps in range(min(most, len(a) + len(b)) + 1):
        trace.append(reached[: steps + 2] + reached[-steps - 1 :])
        for k in range(-steps, steps + 1, 2):
            added = k == -steps or (k != steps and reached[k - 1] < reached[k + 1])
            at = reached[k + 1] if added else reached[k - 1] + 1
            while at < len(a) and at - k < len(b) and a[at] == b[at - k]:
                at += 1
            reached[k] = at
            if at >= len(a) and at - k >= len(b):
                return _walked_back(trace, len(a), len(b))
    return []


def _walked_back(trace: list[list[int]], at: int, other: int) -> list[Match]:
    found: list[Match] = []
    for steps in reversed(range(len(trace))):
        reached, k = trace[steps], at - other
        added = k == -steps or (k != steps and reached[k - 1] < reached[k + 1])
        start = 0 if steps == 0 else reached[k + 1] if added else reached[k - 1] + 1
        if at > start:
            found.append((start, start - k, at - start))
        at, other = (start, start - k - 1) if added else (start - 1, start - k)
    return found


def _joined(found: Iterable[Match]) -> list[Match]:
    merged: list[Match] = []
    for start, other, length in found:
        if merged:
            a, b, n = merged[-1]
            if (a + n, b + n) == (start, other):
                merged[-1] = (a, b, n + length)
                continue
        merged.append((start, other, length))
    return merged
