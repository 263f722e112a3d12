"""Desk and hub are both killed -9, at any pair of failpoints, over real processes: afterwards both ends become equal.

Every run tries a few of the pairs; `CLERK_KILL_PAIRS=all` (what `dev.py soak --pairs` sets) tries them all.
"""

from __future__ import annotations

import os
from itertools import product
from random import Random

import pytest

from clerk_app import failpoints
from clerk_app.bootstrap import create_store, enrol_store, open_for_writing
from clerk_app.journal.exchange import NamedBlob
from clerk_app.store.folder import DataFolder
from clerk_app.store.verify import verify_store
from sync.hub.digest import digest
from sync.hub.verify import verify_hub
from tests.faults.test_sync_failpoints import (
    DESK_POINTS,
    KILLED,
    SERVE_POINTS,
    enrolment,
    open_beside,
    sync_place,
    write,
)
from tests.helpers.hub import RunningHub
from tests.helpers.intake import CHEAP, CLERK, PASSWORD
from tests.helpers.network import free_port
from tests.sync.work import case_number_of, logged_in, scan, taken_in

PAIRS = list(product(DESK_POINTS, SERVE_POINTS))
IN_EVERY_RUN = 5
TRIES = 4
"""Syncs in which the two may still meet their ends; then both are well."""


def chosen_pairs():
    """All of them, or a few that cover much."""
    if os.environ.get("CLERK_KILL_PAIRS") == "all":
        return PAIRS
    return Random(1).sample(PAIRS, IN_EVERY_RUN)


def desk_with_work(folder, content):
    """An enrolled store with a session and a case with a scan."""
    (folder / "file").write_bytes(content)
    place = DataFolder(folder / "data", folder / "state")
    with create_store(place, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
        device = enrol_store(store, folder / "file", clerk=CLERK).device
        write(store, f"session/{device}", "session.logged_in", logged_in())
        sealed = store.vault.put(b"a scan" * 60_000)
        with store.write(CLERK) as unit:
            unit.keep_blob(sealed.id, sealed.size)
            unit.commit()
        number = case_number_of(device, 2)
        body = taken_in(number, scan(NamedBlob(sealed.id, sealed.size)))
        write(store, f"case/{number}", "case.taken_in", body)
    return place


def sync_in_a_process(place, point):
    """One sync in a forked process that dies at `point` if it passes there; its exit code."""
    child = os.fork()
    if child == 0:
        try:
            failpoints.arm(point)
            sync_place(place)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(("desk_point", "hub_point"), chosen_pairs())
def test_both_ends_die_and_become_equal(quick_place, desk_point, hub_point):
    hub_folder = quick_place / "hub"
    with free_port() as port:
        pass
    content = enrolment(hub_folder, f"http://127.0.0.1:{port}")
    place = desk_with_work(quick_place, content)
    hub = RunningHub(hub_folder, port=port, failpoint=hub_point)
    try:
        for _ in range(TRIES):
            desk_died = sync_in_a_process(place, desk_point) == KILLED
            hub_died = hub.process.poll() is not None
            if hub_died:
                assert hub.wait_killed() == KILLED
                hub = RunningHub(hub_folder, port=port)
            if not desk_died and not hub_died:
                break
        reports = [sync_place(place) for _ in range(2)]
        assert (reports[-1].state, reports[-1].pending, reports[-1].parked) == ("done", 0, 0)
    finally:
        hub.stop()
    with open_for_writing(place, CLERK, PASSWORD) as store:
        assert verify_store(store).first_fault is None
        assert [case.uploaded for case in store.reads.cases()] == [True]
    beside = open_beside(hub_folder)
    found = digest(beside)
    assert (found.cases, found.blobs, found.parked) == (1, 1, 0)
    assert verify_hub(beside).first_fault is None
    beside.close()
