"""An urgent case with its scans, taken in while 50 MB of other scans are on their way over the bad line."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.lab import run_ours
from benchmarks.lab.netlab import free_port
from benchmarks.lab.transfer import Cost
from benchmarks.report import Line, NotRun, Section
from benchmarks.turns import NO_LINE, OURS, Engine, Figure, against, take_turns

SECTION = "urgent"
TITLE = "An urgent case before a backlog"
CASES, SCANS_EACH = 50, 5
PROFILE = "bad4g"
ROUNDS = 3
ALONE = "the same case alone"
AIM = 3.0


def run(bench: Bench) -> Section:
    """Measure on the bad line."""
    what = f"an urgent case with 2 scans before a 50 MB backlog on {PROFILE}"
    if not bench.has_links:
        return Section(SECTION, TITLE, [NotRun(f"{what} / {ALONE}", NO_LINE)])
    work = bench.folder(SECTION)
    behind = run_ours.prepare(work / "behind", CASES, bench.bytecode, with_scans=CASES, scans_each=SCANS_EACH)
    empty = run_ours.prepare(work / "alone", 0, bench.bytecode)
    engines: dict[str, Engine[Cost]] = {
        ALONE: lambda link, port, folder: run_ours.urgent(link, port, folder, empty, backlog=False),
        OURS: lambda link, port, folder: run_ours.urgent(link, port, folder, behind, backlog=True),
    }
    results = take_turns(bench, PROFILE, engines, rounds=ROUNDS, port=free_port)
    lines: list[Line] = against(ALONE, what, [Figure(f"{what}: time", "s", lambda cost: cost.seconds, AIM)], results)
    return Section(SECTION, TITLE, lines)
