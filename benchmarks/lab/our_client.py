"""The project's client as a process of its own: syncs, perhaps again on the warm line, and says what it took.

Run: python -m benchmarks.lab.our_client WORKSHOP URL CERTIFICATE SYNCS

After each sync it prints one JSON object and waits for a line on standard input before the next.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from functools import partial
from pathlib import Path
from time import process_time

from benchmarks.lab import memory
from benchmarks.lab.our_desk import Workshop, opened
from clerk_app.store.store import Store
from clerk_app.store.sync_state import StoreSyncState
from sync.blobs import blobs_in
from sync.crew import ThreadedCrew
from sync.engine import sync_once
from sync.lane import SyncLane
from sync.transport import CONNECTIONS, HttpTransport, Traffic, Transport
from sync.wire import Request, Response


class CountedTransport:
    """Counts round trips."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.trips = 0

    def send(self, request: Request) -> Response:
        """Send and count."""
        self.trips += 1
        return self._inner.send(request)

    @property
    def traffic(self) -> Traffic:
        """What was carried so far."""
        return self._inner.traffic


def main() -> None:
    """Sync as often as asked."""
    root, url, certificate, syncs = sys.argv[1:5]
    with opened(Workshop(Path(root))) as store, HttpTransport(url, Path(certificate).read_text("ascii")) as line:
        transport = CountedTransport(line)
        desk, make_crew = StoreSyncState(store, blobs_in), partial(ThreadedCrew, size=CONNECTIONS)
        lane = SyncLane(desk, transport, store.clock, store.rng, make_crew=make_crew)
        for _ in range(int(syncs)):
            _sync(lane, transport, store)
            sys.stdin.readline()


def _sync(lane: SyncLane, transport: CountedTransport, store: Store) -> None:
    gc.collect()
    held, trips, began = memory.begin(os.getpid()), transport.trips, store.clock.monotonic()
    worked = process_time()
    report = sync_once(lane)
    seconds = store.clock.monotonic() - began
    figures = {
        "seconds": seconds,
        "cpu": process_time() - worked,
        "state": report.state,
        "pushed": report.pushed,
        "pending": report.pending,
        "parked": report.parked,
        "trips": transport.trips - trips,
        "memory": memory.growth(os.getpid(), held),
        "heads": {chain.chain: [chain.seq, chain.head.hex()] for chain in lane.desk.own_chains()},
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
