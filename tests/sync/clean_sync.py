"""What a sync of everything a desk ever wrote takes when nothing goes wrong: the measure for healing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from clerk_app.seams import SystemDisk
from sync.blobs import named_blobs
from sync.desk import Desk
from sync.engine import sync_once
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import Hub, HubSeams
from sync.hub.service import HubService
from sync.lane import SyncLane
from sync.pace import Paces
from sync.wire import Request, Response
from tests.sync.fakes import SeededRng, VirtualClock
from tests.sync.faulty_line import BYTES_PER_S, FINE, ROUND_TRIP_S, FaultyLine
from tests.sync.memory_desk import MemoryChain, MemoryDesk
from tests.sync.quick_hub import quick_hub
from tests.sync.work import HALL

_ALL = 1 << 40
_CALLS, _CALLS_TO_PUSH = 5, 3
"""Calls of any first sync, and those that a first entry adds."""
FOLLOW_S = 2 * ROUND_TRIP_S
"""To ask for cases and be shown them: the hub of a clean sync is new and has nothing of others, so it comes on top."""


class _Quiet:
    """A world in which nothing happens but requests."""

    def __init__(self, hub: Hub) -> None:
        self._service = HubService(hub)

    def answer(self, request: Request) -> Response:
        return self._service.handle(request)

    def restart_hub(self) -> None:
        raise AssertionError("nothing crashes here")

    def pass_time(self, seconds: float) -> None:
        pass

    def meanwhile(self) -> None:
        pass

    def note(self, event: str) -> None:
        pass


def least_clean_seconds(desk: Desk) -> float:
    """What `clean_seconds` never falls below: round trips and blobs alone, told without making that sync."""
    named = {
        blob.id: desk.blob_size(blob.id)
        for own in desk.own_chains()
        for entry in desk.entries_after(own.chain, 0, max_bytes=_ALL)
        for blob in named_blobs(entry.content)
    }
    calls = _CALLS + (_CALLS_TO_PUSH if desk.own_chains() else 0) + (1 if named else 0)  # one call may carry many blobs
    return calls * ROUND_TRIP_S + sum(named.values()) / BYTES_PER_S


def clean_seconds(desk: Desk, folder: Path, paces: Paces) -> float:
    """Virtual seconds on the line of one sync of the same entries and blobs from a new desk to a new hub."""
    clock, rng = VirtualClock(), SeededRng("clean")
    with _new_hub(folder, clock, rng) as hub:
        url = "http://127.0.0.1:1"
        twin = MemoryDesk.from_bytes(enrol(hub, EnrolmentWish(HALL, "例", "例", url, url)), clock, rng)
        _copy(desk, twin)
        line = FaultyLine(Random(0), clock, _Quiet(hub), FINE)
        report = sync_once(SyncLane(twin, line, clock, rng, paces=paces))
    assert (report.state, report.pending) == ("done", 0), report
    return line.seconds


@contextmanager
def _new_hub(folder: Path, clock: VirtualClock, rng: SeededRng) -> Iterator[Hub]:
    hub = quick_hub(folder, HubSeams(clock, SystemDisk(), rng))
    try:
        yield hub
    finally:
        hub.close()


def _copy(desk: Desk, twin: MemoryDesk) -> None:
    twin.chains = []
    for own in desk.own_chains():
        entries = list(desk.entries_after(own.chain, 0, max_bytes=_ALL))
        twin.chains.append(MemoryChain(own.chain, entries[0].prev, entries))
        for blob in {blob.id for entry in entries for blob in named_blobs(entry.content)}:
            twin.blobs[blob] = desk.read_blob(blob, 0, desk.blob_size(blob))
