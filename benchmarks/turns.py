"""Engines that take turns over the same line, round by round, and what of their costs is compared.

A round counts only if everything is proven to be at the other end, once; one bad round makes all rounds of that engine
worthless, and then there is no ratio.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Generic, TypeVar

from benchmarks.bench import Bench
from benchmarks.lab.netlab import Link, Loopback
from benchmarks.lab.transfer import AnyLink, Cost, NotProven, Transfer
from benchmarks.report import Line, NotRun, Rounds, compare

Outcome = TypeVar("Outcome")
Engine = Callable[[AnyLink, int, Path], Outcome]
OURS = "ours"
LIMIT = "the limit"
NOT_COUNTED = "counting it needs Linux, root and network namespaces"
NO_LINE = "a shaped line needs root and network namespaces"


@dataclass(slots=True)
class Results(Generic[Outcome]):
    """What the engines took, round by round, and why one did not run."""

    rounds: dict[str, list[Outcome]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    congestion: str = ""

    def note(self, engine: str, outcome: Outcome) -> None:
        """Keep a round that was proven."""
        self.rounds.setdefault(engine, []).append(outcome)

    def fail(self, engine: str, reason: str) -> None:
        """Give an engine up."""
        self.rounds.pop(engine, None)
        self.failures[engine] = reason


def take_turns(
    bench: Bench, profile: str, engines: Mapping[str, Engine[Outcome]], *, rounds: int, port: Callable[[], int]
) -> Results[Outcome]:
    """Let the engines take turns over lines of a profile; without namespaces over loopback.

    What they leave is deleted after the last turn: a file system that has just deleted many files may be slower to make
    new ones (ext4 passes over inodes freed a moment ago), and whoever comes next would pay for it.
    """
    results: Results[Outcome] = Results()
    turns = bench.work / "turns"
    turns.mkdir()
    try:
        for number in range(bench.rounds_or(rounds)):
            for at, (name, engine) in enumerate(engines.items()):
                if name in results.failures:
                    continue
                try:
                    with _line(profile, bench, number) as link:
                        results.congestion = link.congestion
                        results.note(name, engine(link, port(), turns / f"{number}-{at}"))
                except (NotProven, OSError, TimeoutError, subprocess.SubprocessError) as reason:
                    results.fail(name, str(reason))
    finally:
        shutil.rmtree(turns, ignore_errors=True)
    return results


def _line(profile: str, bench: Bench, number: int) -> AnyLink:
    return Link(profile, bench.bytecode, seed=number + 1) if bench.has_links else Loopback(bench.bytecode)


# ---- saying what came of it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure(Generic[Outcome]):
    """One number of an outcome, None where it is not known; `aim` is the largest good ratio."""

    what: str
    unit: str
    of: Callable[[Outcome], float | None]
    aim: float | None = None


def against(
    other: str, job: str, figures: Sequence[Figure[Outcome]], results: Results[Outcome], *, ours: str = OURS
) -> list[Line]:
    """Ours as multiples of another engine's."""
    for engine in (ours, other):
        if engine in results.failures:
            return [NotRun(f"{job} / {other}", results.failures[engine])]
    return [_line_of(figure, other, results.rounds[ours], results.rounds[other]) for figure in figures]


def _line_of(figure: Figure[Outcome], other: str, ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> Line:
    mine, others = _samples(ours, figure), _samples(theirs, figure)
    if mine is None or others is None:
        return NotRun(f"{figure.what} / {other}", NOT_COUNTED)
    return compare(figure.what, other, figure.unit, mine, others, aim=figure.aim)


def within(limit: float, job: str, figure: Figure[Outcome], results: Results[Outcome], *, ours: str = OURS) -> Line:
    """A number of ours as a multiple of a fixed limit."""
    if ours in results.failures:
        return NotRun(f"{job} / {LIMIT}", results.failures[ours])
    mine = _samples(results.rounds[ours], figure)
    if mine is None:
        return NotRun(f"{figure.what} / {LIMIT}", NOT_COUNTED)
    return compare(figure.what, LIMIT, figure.unit, mine, [[limit]] * len(mine), aim=1)


def _samples(outcomes: Sequence[Outcome], figure: Figure[Outcome]) -> Rounds | None:
    found = [figure.of(outcome) for outcome in outcomes]
    return None if None in found else [[value] for value in found if value is not None]


# ---- of transfers -----------------------------------------------------------------------------------------------


def seconds(transfer: Transfer) -> float | None:
    """Wall seconds of the push."""
    return transfer.push.seconds


def carried(transfer: Transfer) -> float | None:
    """IP bytes of the push, both ways."""
    return bytes_of(transfer.push)


def memory(transfer: Transfer) -> float | None:
    """Growth of the client."""
    return transfer.client_memory


def bytes_of(cost: Cost | None) -> float | None:
    """IP bytes, both ways."""
    return cost.traffic.up + cost.traffic.down if cost and cost.traffic else None


def cost_line(costs: Sequence[Cost]) -> str:
    """Round trips, bytes and time, at the median."""
    sizes = [size for size in map(bytes_of, costs) if size is not None]
    size = f" and {median(sizes):,.0f} bytes" if sizes else ""
    trips = "1 round trip" if costs[0].trips == 1 else f"{costs[0].trips} round trips"
    return f"{trips}{size} in {median(cost.seconds for cost in costs) * 1000:.0f} ms"


def memory_line(engine: str, transfers: Sequence[Transfer]) -> str:
    """What client and hub grew by, at the median."""
    client = median(transfer.client_memory or 0 for transfer in transfers) / 2**20
    hub = median(transfer.hub_memory or 0 for transfer in transfers) / 2**20
    return f"{client:.0f} MB in the client and {hub:.0f} MB in the hub ({engine})"
