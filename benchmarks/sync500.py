"""Bringing 500 waiting cases to the hub, beside the bare limit and PouchDB, in turns over the same line.

What is compared, and what each side does and does not do, stands in docs/benchmarks.md. A round counts only if every
case is proven to be at the other end, once; else there is no ratio.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.lab import run_bare, run_ours, run_pouch, workload
from benchmarks.lab.netlab import Link, Loopback, can_make_links, free_port
from benchmarks.lab.places import has_fast_bare, has_pouch
from benchmarks.lab.transfer import AnyLink, Cost, NotProven, Transfer
from benchmarks.report import Line, NotRun, Section, compare

SECTION = "sync"
TITLE = "Sync of 500 cases"
CASES = 500
ROUNDS = 3
OURS, BARE, POUCH = "ours", "bare one-batch POST", "PouchDB"

Engine = Callable[[AnyLink, int, Path], Transfer]


@dataclass(slots=True)
class Results:
    """What the engines took, round by round, and why one did not run."""

    transfers: dict[str, list[Transfer]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    congestion: str = ""

    def note(self, engine: str, transfer: Transfer) -> None:
        """Keep a round that was proven."""
        self.transfers.setdefault(engine, []).append(transfer)

    def fail(self, engine: str, reason: str) -> None:
        """Give an engine up: one bad round makes all its rounds worthless."""
        self.transfers.pop(engine, None)
        self.failures[engine] = reason


def run(bench: Bench) -> Section:
    """Measure on every line asked for."""
    work = bench.folder(SECTION)
    workload.write_out(work / "data", CASES)
    template = run_ours.prepare(work / "ours", CASES, bench.bytecode)
    engines: dict[str, Engine] = {
        BARE: lambda link, port, folder: run_bare.push(link, port, folder, work / "data"),
        OURS: lambda link, port, folder: run_ours.push(link, port, folder, template),
    }
    if has_pouch():
        engines[POUCH] = lambda link, port, folder: run_pouch.push(link, port, folder, work / "data")
    lines: list[Line] = []
    remarks: list[str] = []
    in_namespaces = can_make_links()
    for profile in bench.links:
        if profile != "lan" and not in_namespaces:
            lines.append(NotRun(f"{CASES} cases on {profile}", "a shaped line needs root and network namespaces"))
            continue
        results = _take_turns(bench, profile, engines, in_namespaces=in_namespaces)
        place = profile if in_namespaces else "loopback"
        lines += _lines(place, results)
        remarks += _remarks(place, results)
    return Section(SECTION, TITLE, lines, remarks)


# ---- measuring --------------------------------------------------------------------------------------------------


def _take_turns(bench: Bench, profile: str, engines: Mapping[str, Engine], *, in_namespaces: bool) -> Results:
    results = Results()
    if POUCH not in engines:
        results.fail(POUCH, "PouchDB is not installed (python3 dev.py bench --install-peers)")
    for number in range(bench.rounds_or(ROUNDS)):
        for name, engine in engines.items():
            if name in results.failures:
                continue
            folder = bench.work / "turn"
            try:
                with _line(profile, bench, number, in_namespaces=in_namespaces) as link:
                    results.congestion = link.congestion
                    results.note(name, engine(link, free_port(), folder))
            except (NotProven, OSError, TimeoutError, subprocess.SubprocessError) as reason:
                results.fail(name, str(reason))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    return results


def _line(profile: str, bench: Bench, number: int, *, in_namespaces: bool) -> AnyLink:
    return Link(profile, bench.bytecode, seed=number + 1) if in_namespaces else Loopback(bench.bytecode)


# ---- saying what came of it -------------------------------------------------------------------------------------


Figure = Callable[[Transfer], float | None]


def _lines(place: str, results: Results) -> list[Line]:
    job, again = f"{CASES} cases on {place}", f"the same again on {place}, nothing changed"
    pushed: list[tuple[str, str, Figure]] = [
        (f"{job}: time", "s", lambda transfer: transfer.push.seconds),
        (f"{job}: bytes", "bytes", lambda transfer: _bytes(transfer.push)),
    ]
    beyond_bare: list[tuple[str, str, Figure]] = [
        (f"{job}: client's memory", "bytes", lambda transfer: transfer.client_memory),
        (f"{again}: time", "s", lambda transfer: _again(transfer).seconds),
        (f"{again}: bytes", "bytes", lambda transfer: _bytes(_again(transfer))),
    ]
    return [
        *_against(BARE, job, pushed, results),
        *_against(POUCH, job, [*pushed, *beyond_bare], results),
    ]


def _against(other: str, job: str, figures: Sequence[tuple[str, str, Figure]], results: Results) -> list[Line]:
    for engine in (OURS, other):
        if engine in results.failures:
            return [NotRun(f"{job} / {other}", results.failures[engine])]
    return [_line_of(what, unit, figure, other, results) for what, unit, figure in figures]


def _line_of(what: str, unit: str, figure: Figure, other: str, results: Results) -> Line:
    ours, theirs = (_figures(results.transfers[engine], figure) for engine in (OURS, other))
    if ours is None or theirs is None:
        return NotRun(f"{what} / {other}", "counting it needs Linux, root and network namespaces")
    return compare(what, other, unit, ours, theirs, aim=None)


def _figures(transfers: Sequence[Transfer], figure: Figure) -> list[list[float]] | None:
    found = [figure(transfer) for transfer in transfers]
    return None if None in found else [[value] for value in found if value is not None]


def _again(transfer: Transfer) -> Cost:
    assert transfer.again is not None
    return transfer.again


def _bytes(cost: Cost) -> float | None:
    return cost.traffic.up + cost.traffic.down if cost.traffic else None


def _remarks(place: str, results: Results) -> list[str]:
    ours = results.transfers.get(OURS)
    if not ours:
        return []
    warm = [transfer.warm for transfer in ours if transfer.warm is not None]
    again = [transfer.again for transfer in ours if transfer.again is not None]
    seconds = median(transfer.push.seconds for transfer in ours)
    remarks = [
        f"{place}: {CASES / seconds:.0f} cases/s in {ours[0].push.trips} round trips; "
        "the digests of desk and hub were equal after every round, nothing parked",
        f"{place}, nothing changed: {_cost(warm)} on the warm connection, {_cost(again)} by a new process "
        "(besides TCP and TLS)",
        f"{place}, bare limit with {'uvloop, httptools and orjson' if has_fast_bare() else 'the standard library'}"
        + (f"; TCP {results.congestion}" if results.congestion else ""),
    ]
    if ours[0].client_memory is not None:
        remarks.append(f"{place}, memory grew by {_memory(OURS, ours)}{_pouch_memory(results)}")
    return remarks


def _cost(costs: Sequence[Cost]) -> str:
    carried = [size for size in map(_bytes, costs) if size is not None]
    size = f" and {median(carried):,.0f} bytes" if carried else ""
    trips = "1 round trip" if costs[0].trips == 1 else f"{costs[0].trips} round trips"
    return f"{trips}{size} in {median(cost.seconds for cost in costs) * 1000:.0f} ms"


def _pouch_memory(results: Results) -> str:
    pouch = results.transfers.get(POUCH)
    return f"; {_memory(POUCH, pouch)}" if pouch else ""


def _memory(engine: str, transfers: Sequence[Transfer]) -> str:
    client = median(transfer.client_memory or 0 for transfer in transfers) / 2**20
    hub = median(transfer.hub_memory or 0 for transfer in transfers) / 2**20
    return f"{client:.0f} MB in the client and {hub:.0f} MB in the hub ({engine})"
