"""The order of the matters of a package: a graph of what comes after what, by code."""

from __future__ import annotations

from collections.abc import Collection, Mapping

After = Mapping[str, Collection[str]]
"""For each code the codes it comes after; every code named is a key."""


def cycle_in(after: After) -> tuple[str, ...]:
    """The codes of a circle, each after the one before it in the tuple; empty where there is none.

    The first circle by code, so that the same graph always gives the same answer.
    """
    done: set[str] = set()
    for start in sorted(after):
        way: list[str] = []
        if found := _circle_from(start, after, way, done):
            return found
    return ()


def _circle_from(code: str, after: After, way: list[str], done: set[str]) -> tuple[str, ...]:
    if code in way:
        return tuple(reversed(way[way.index(code) :]))
    if code in done:
        return ()
    way.append(code)
    for before in sorted(after[code]):
        if found := _circle_from(before, after, way, done):
            return found
    way.pop()
    done.add(code)
    return ()


def in_order(after: After) -> tuple[str, ...]:
    """The codes so that each stands behind those it comes after; by level, then by code. The graph has no circle."""
    levels = levels_of(after)
    return tuple(sorted(after, key=lambda code: (levels[code], code)))


def levels_of(after: After) -> dict[str, int]:
    """How many steps come before each code at most: 0 for what waits for nothing. The graph has no circle.

    In the answer each code stands behind those it comes after.
    """
    levels: dict[str, int] = {}

    def climb(code: str) -> int:
        level = 0
        for before in after[code]:
            below = levels[before] if before in levels else climb(before)
            level = max(level, below + 1)
        levels[code] = level
        return level

    for code in after:
        if code not in levels:
            climb(code)
    return levels


def ancestors_of(after: After) -> dict[str, frozenset[str]]:
    """For each code everything that comes before it, near or far. The graph has no circle."""
    found: dict[str, frozenset[str]] = {}
    for code in levels_of(after):
        near = after[code]
        found[code] = frozenset(near).union(*[found[before] for before in near])
    return found


def without(after: After, dropped: Collection[str]) -> dict[str, frozenset[str]]:
    """The graph without some codes; what came after a dropped one now comes after those before it."""
    if not dropped:
        return {code: frozenset(before) for code, before in after.items()}
    resolved: dict[str, frozenset[str]] = {}
    for code in levels_of(after):
        near = (resolved[before] if before in dropped else frozenset((before,)) for before in after[code])
        resolved[code] = frozenset().union(*near)
    return {code: before for code, before in resolved.items() if code not in dropped}


def ends_of(after: After, days: Mapping[str, int]) -> dict[str, int]:
    """For each code the day on which it ends if each takes its `days`. The graph has no circle."""
    ends: dict[str, int] = {}
    for code in levels_of(after):
        ends[code] = days[code] + max([ends[before] for before in after[code]], default=0)
    return ends


def longest_path(after: After, days: Mapping[str, int]) -> int:
    """The days of the longest chain; 0 for an empty graph. The graph has no circle."""
    return max(ends_of(after, days).values(), default=0)
