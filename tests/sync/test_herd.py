"""Desks that all come back at nine o'clock: all done, nobody kept waiting for the others, no clerk sees any of it."""

from __future__ import annotations

import pytest

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from sync.hub.verify import verify_hub
from tests.helpers.herd import Day, come_back, make_desks
from tests.helpers.hub import RunningHub

DESKS = 20
DAY = Day(cases=2, scan_bytes=30_000)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_twenty_desks_return_to_two_hub_processes_at_once(tmp_path, database):
    folder = tmp_path / "hub"
    hub = open_hub(folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()), database.url)
    desks = make_desks(hub, DESKS, DAY)
    with RunningHub(folder, "--db", database.url) as first, RunningHub(folder, "--db", database.url) as second:
        herd = come_back(desks, [first.url, second.url])
    found = digest(hub)
    assert (herd.troubles, len(herd.each)) == ([], DESKS)
    assert (found.entries, found.cases, found.blobs) == (3 * DESKS, 2 * DESKS, 2 * DESKS)
    assert {chain.head for chain in found.chains} == {desk.chains[0].head.hex() for desk in desks}
    assert verify_hub(hub).first_fault is None
    # Fair: all came at once, so all end at about the same time.
    assert max(herd.each) < 5 * min(herd.each)
    hub.close()
