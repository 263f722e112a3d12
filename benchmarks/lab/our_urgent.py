"""A desk that takes in an urgent case, alone or while a backlog is on its way, and says how long the case took.

Run: python -m benchmarks.lab.our_urgent WORKSHOP URL CERTIFICATE alone|behind

Prints one JSON object and waits to be killed.
"""

from __future__ import annotations

import json
import sys
import threading
from functools import partial
from pathlib import Path

from sqlalchemy import select

from benchmarks.lab import workload
from benchmarks.lab.our_desk import Window, Workshop, opened
from clerk_app.journal.entry import Entry
from clerk_app.store.schema import uploads
from clerk_app.store.store import Store
from clerk_app.store.sync_state import StoreSyncState
from sync.blobs import blobs_in, named_blobs
from sync.crew import ThreadedCrew
from sync.engine import sync_once
from sync.lane import SyncLane
from sync.report import SyncProgress
from sync.transport import CONNECTIONS, HttpTransport

SCANS = 2
BACKLOG_GOING = 8
"""Scans of the backlog that have arrived before the urgent case is taken in: everything is in full swing."""
LOOK_S = 0.02


def main() -> None:
    """Take in, wait, tell."""
    root, url, certificate, mode = sys.argv[1:5]
    with opened(Workshop(Path(root))) as store, HttpTransport(url, Path(certificate).read_text("ascii")) as line:
        make_crew = partial(ThreadedCrew, size=CONNECTIONS)
        lane = SyncLane(StoreSyncState(store, blobs_in), line, store.clock, store.rng, make_crew=make_crew)
        window, going = Window.opened_at(store), threading.Event()
        scans = [workload.attachment(-1, k) for k in range(SCANS)]
        if mode == "alone":
            sync_once(lane)
        else:
            lane.on_progress = partial(_tell_when_going, going)
            _in_background(lane)
            going.wait()
        began = store.clock.monotonic()
        entry = window.take_in({}, scans, urgent=True)
        if mode == "alone":
            _in_background(lane)
        while not _is_uploaded(store, entry):
            threading.Event().wait(LOOK_S)
        seconds = store.clock.monotonic() - began
        named = [blob.id for blob in named_blobs(entry.content)]
        print(json.dumps({"seconds": seconds, "scans": named, "left": store.reads.backlog().entries}), flush=True)
        sys.stdin.readline()


def _in_background(lane: SyncLane) -> None:
    threading.Thread(target=sync_once, args=(lane,), daemon=True).start()


def _tell_when_going(going: threading.Event, progress: SyncProgress) -> None:
    if progress.blobs_done >= BACKLOG_GOING:
        going.set()


def _is_uploaded(store: Store, entry: Entry) -> bool:
    here = (uploads.c.chain == entry.head.chain, uploads.c.seq == entry.head.seq)
    with store.read() as connection:
        return bool(connection.execute(select(uploads.c.complete).where(*here)).scalar_one())


if __name__ == "__main__":
    main()
