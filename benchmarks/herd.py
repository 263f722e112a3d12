"""Two hundred desks that come back at nine o'clock, against one hub process and against two, on one PostgreSQL.

Every desk brings a day's work and acts as the program does: four connections, its own pauses, the platform's
Retry-After believed. A round counts only if the hub then has everything, once, and verifies.
"""

from __future__ import annotations

import resource
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.lab.transfer import NotProven
from benchmarks.report import NotRun, Ratio, Section, compare, quantile
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.hub.digest import digest
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.verify import verify_hub
from tests.helpers.herd import Day, Herd, come_back, make_desks
from tests.helpers.hub import RunningHub
from tests.helpers.postgresql import DURABLE, PostgresqlServer, missing_reason, running_postgresql

SECTION = "herd"
TITLE = "200 desks at nine o'clock"
DESKS = 200
DAY = Day(cases=5, scan_bytes=100_000)
ROUNDS = 3
ONE, TWO = 1, 2
_FILES = 16_000


@dataclass(frozen=True, slots=True)
class Morning:
    """One round: what the desks saw, and the processor time that the hub's processes took, in seconds."""

    herd: Herd
    hub_cpu_s: float


def run(bench: Bench) -> Section:
    """Measure one process and two in turns."""
    reason = missing_reason()
    if reason:
        return Section(SECTION, TITLE, [NotRun(TITLE, reason)])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES if most == resource.RLIM_INFINITY else min(_FILES, most), most))
    mornings: dict[int, list[Morning]] = {ONE: [], TWO: []}
    with running_postgresql(DURABLE) as server:
        for number in range(bench.rounds_or(ROUNDS)):
            for processes in (ONE, TWO) if number % 2 == 0 else (TWO, ONE):
                folder = bench.folder(f"{SECTION}-{number}-{processes}")
                mornings[processes].append(_morning(server, folder, processes))
    return Section(SECTION, TITLE, [_throughput(mornings), _slowest(mornings)], _remarks(mornings))


def _morning(server: PostgresqlServer, folder: Path, processes: int) -> Morning:
    with ExitStack() as stack:
        url = stack.enter_context(server.database())
        hub = open_hub(folder / "hub", HubSeams(SystemClock(), SystemDisk(), SystemRng()), url)
        stack.callback(hub.close)
        desks = make_desks(hub, DESKS, DAY)
        running = [stack.enter_context(RunningHub(folder / "hub", "--db", url)) for _ in range(processes)]
        before = sum(_cpu_s(one.process.pid) for one in running)
        herd = come_back(desks, [one.url for one in running])
        spent = sum(_cpu_s(one.process.pid) for one in running) - before
        _prove(hub, herd)
        return Morning(herd, spent)


def _prove(hub: Hub, herd: Herd) -> None:
    found = digest(hub)
    expected = (DESKS, DESKS * (DAY.cases + 1), DESKS * DAY.cases, DESKS * DAY.cases)
    if (len(herd.each), found.entries, found.cases, found.blobs) != expected:
        raise NotProven(f"{herd.troubles[:3]} {found.entries} {found.cases} {found.blobs}")
    fault = verify_hub(hub).first_fault
    if fault is not None:
        raise NotProven(fault)


def _cpu_s(pid: int) -> float:
    """Processor seconds of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _throughput(mornings: dict[int, list[Morning]]) -> Ratio:
    return compare(
        "until the last desk is done, two processes",
        "one process",
        "s",
        [[one.herd.seconds] for one in mornings[TWO]],
        [[one.herd.seconds] for one in mornings[ONE]],
        aim=None,
    )


def _slowest(mornings: dict[int, list[Morning]]) -> Ratio:
    last, middle = ([[measure(one.herd.each)] for one in mornings[TWO]] for measure in (max, median))
    return compare("the last desk, two processes", "the desk in the middle", "s", last, middle, aim=2.0)


def _remarks(mornings: dict[int, list[Morning]]) -> Sequence[str]:
    remarks = [
        f"each desk {DAY.cases} cases with a scan of {DAY.scan_bytes // 1000} KB, four connections; "
        "client, hubs and PostgreSQL (fsync on) share the processor cores"
    ]
    for processes, rounds in mornings.items():
        herds = [one.herd for one in rounds]
        each = [seconds for herd in herds for seconds in herd.each]
        remarks.append(
            f"{processes} process{'es' if processes > 1 else ''}: "
            f"all done after {median(h.seconds for h in herds):.1f} s; "
            f"a desk p50 {median(each):.1f} s, p99 {quantile(each, 0.99):.1f} s, "
            f"last / first {median(max(h.each) / min(h.each) for h in herds):.2f}; "
            f"{sum(len(h.troubles) for h in herds)} errors shown, {sum(h.asked_to_wait for h in herds)} asked to wait; "
            f"hub processor time {1000 * median(one.hub_cpu_s for one in rounds) / DESKS:.0f} ms a desk, "
            f"desks {1000 * median(h.desk_cpu_s for h in herds) / DESKS:.0f} ms a desk"
        )
    return remarks
