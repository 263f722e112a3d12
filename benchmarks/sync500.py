"""Bringing 500 waiting cases to the hub, beside the bare limit and PouchDB, in turns over the same line.

What is compared, and what each side does and does not do, stands in docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.bench import Bench
from benchmarks.lab import run_bare, run_ours, run_pouch, workload
from benchmarks.lab.netlab import free_port
from benchmarks.lab.places import has_fast_bare, has_pouch
from benchmarks.lab.transfer import Cost, Transfer
from benchmarks.report import Line, NotRun, Section
from benchmarks.turns import (
    NO_LINE,
    OURS,
    Engine,
    Figure,
    Results,
    against,
    bytes_of,
    carried,
    cost_line,
    memory,
    memory_line,
    seconds,
    take_turns,
    within,
)

SECTION = "sync"
TITLE = "Sync of 500 cases"
CASES = 500
ROUNDS = 3
BARE, POUCH = "bare one-batch POST", "PouchDB"
NO_POUCH = "PouchDB is not installed (python3 dev.py bench --install-peers)"

POUCH_TIME: Mapping[str, float] = {"lan": 1.0}
BARE_TIME: Mapping[str, float] = {"bad4g": 1.5}
BARE_BYTES = 1.10
MEMORY_BYTES = 48 * 2**20
AGAIN_TRIPS = 2
AGAIN_BYTES = 4096
"""The floors; of memory and of nothing changed they are no ratios but limits."""


def run(bench: Bench) -> Section:
    """Measure on every line asked for."""
    work = bench.folder(SECTION)
    workload.write_out(work / "data", CASES)
    template = run_ours.prepare(work / "ours", CASES, bench.bytecode)
    engines: dict[str, Engine[Transfer]] = {
        BARE: lambda link, port, folder: run_bare.push(link, port, folder, work / "data"),
        OURS: lambda link, port, folder: run_ours.push(link, port, folder, template),
    }
    if has_pouch():
        engines[POUCH] = lambda link, port, folder: run_pouch.push(link, port, folder, work / "data")
    lines: list[Line] = []
    remarks: list[str] = []
    for profile in bench.links:
        if profile != "lan" and not bench.has_links:
            lines.append(NotRun(f"{CASES} cases on {profile}", NO_LINE))
            continue
        results = take_turns(bench, profile, engines, rounds=ROUNDS, port=free_port)
        if POUCH not in engines:
            results.fail(POUCH, NO_POUCH)
        place = profile if bench.has_links else "loopback"
        lines += _lines(place, results)
        remarks += _remarks(place, results)
    return Section(SECTION, TITLE, lines, remarks)


def _lines(place: str, results: Results[Transfer]) -> list[Line]:
    job, again = f"{CASES} cases on {place}", f"the same again on {place}, nothing changed"
    time, size = f"{job}: time", f"{job}: bytes"
    to_bare = [
        Figure(time, "s", seconds, BARE_TIME.get(place)),
        Figure(size, "bytes", carried, BARE_BYTES),
    ]
    to_pouch = [
        Figure(time, "s", seconds, POUCH_TIME.get(place)),
        Figure(size, "bytes", carried),
        Figure(f"{job}: client's memory", "bytes", memory),
        Figure(f"{again}, by a new process: time", "s", lambda transfer: _seconds_of(transfer.again)),
        Figure(f"{again}, by a new process: bytes", "bytes", lambda transfer: bytes_of(transfer.again)),
    ]
    trips: Figure[Transfer] = Figure(f"{again}: round trips", "", lambda transfer: _trips_of(transfer.warm))
    sent: Figure[Transfer] = Figure(f"{again}: bytes", "bytes", lambda transfer: bytes_of(transfer.warm))
    return [
        *against(BARE, job, to_bare, results),
        *against(POUCH, job, to_pouch, results),
        within(MEMORY_BYTES, job, Figure(f"{job}: client's memory", "bytes", memory), results),
        within(AGAIN_TRIPS, again, trips, results),
        within(AGAIN_BYTES, again, sent, results),
    ]


def _seconds_of(cost: Cost | None) -> float | None:
    return cost.seconds if cost else None


def _trips_of(cost: Cost | None) -> float | None:
    return cost.trips if cost else None


def _remarks(place: str, results: Results[Transfer]) -> list[str]:
    ours, pouch = results.rounds.get(OURS), results.rounds.get(POUCH)
    if not ours:
        return []
    warm = [transfer.warm for transfer in ours if transfer.warm is not None]
    again = [transfer.again for transfer in ours if transfer.again is not None]
    rates = sorted(CASES / transfer.push.seconds for transfer in ours)
    remarks = [
        f"{place}: {rates[len(rates) // 2]:.0f} cases/s in {ours[0].push.trips} round trips, some at once; "
        "the digests of desk and hub were equal after every round, nothing parked",
        f"{place}, nothing changed: {cost_line(warm)} on the warm connection, {cost_line(again)} by a new process "
        "(besides TCP and TLS)",
        f"{place}, bare limit with {'uvloop, httptools and orjson' if has_fast_bare() else 'the standard library'}"
        + (f"; TCP {results.congestion}" if results.congestion else ""),
    ]
    if ours[0].client_memory is not None:
        grown = [memory_line(OURS, ours), *([memory_line(POUCH, pouch)] if pouch else [])]
        remarks.append(f"{place}, memory grew by {'; '.join(grown)}")
    return remarks
