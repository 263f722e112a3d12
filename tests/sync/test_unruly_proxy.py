"""Through a proxy that repeats, reorders, cuts, damages and delays every request, and now and then is a portal, nothing
is ever shown as uploaded that the hub has not signed for; and once it is tame everything arrives, once."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.crew import ThreadedCrew
from sync.engine import sync_once
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from sync.hub.schema import entries
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.transport import HttpTransport
from tests.helpers.hub import RunningHub
from tests.helpers.unruly_proxy import UnrulyProxy
from tests.sync.fakes import steady_paces
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, scan, taken_in

SEEDS = range(8)
BAD_SYNCS = 12
HANDS = 4


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with RunningHub(tmp_path_factory.mktemp("hub") / "data") as hub:
        yield hub


@pytest.fixture(scope="module")
def beside(served):
    hub = open_hub(served.folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    yield hub
    hub.close()


@pytest.fixture
def desk(served, beside):
    content = enrol(beside, EnrolmentWish("999999", "", "窗口", served.url, served.url))
    return MemoryDesk.from_bytes(content, SystemClock(), SystemRng())


def work(desk, counter):
    number = case_number_of(desk.enrolment.device, counter)
    sizes = ((), (10,), (150_000, 20_000))[counter % 3]
    blobs = [scan(desk.put_blob(bytes([counter]) * size)) for size in sizes]
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *blobs))


def untrue(desk, hub):
    """What the desk shows as uploaded and the hub does not have, whole."""
    with hub.store.reading() as connection:
        stored = {bytes(found) for found in connection.execute(select(entries.c.hash)).scalars()}
    written = {(chain.chain, entry.head.seq): entry for chain in desk.chains for entry in chain.entries}
    shown = [written[place] for place in desk.uploaded()]
    return [
        entry.head.seq
        for entry in shown
        if entry.hash not in stored
        or not all(hub.shelf.is_whole(blob["id"]) for item in entry.content["materials"] for blob in item["blobs"])
    ]


def lane_over(desk, line):
    """Small requests and several hands, so that a sync is many requests at once."""
    paces = steady_paces(batch=2_000, piece=30_000)
    return SyncLane(desk, line, SystemClock(), SystemRng(), make_crew=partial(ThreadedCrew, size=HANDS), paces=paces)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_shown_as_uploaded_that_the_hub_has_not_signed_for(served, beside, desk, seed):
    with UnrulyProxy(served.port, seed) as proxy, HttpTransport(proxy.url) as line:
        lane = lane_over(desk, line)
        for counter in range(BAD_SYNCS):
            work(desk, counter)
            assert sync_once(lane).state in ("done", "partial", "offline", "portal", "refused")
            assert untrue(desk, beside) == []
        proxy.is_tame = True
        proxy.deliver_held()
        reports = [sync_once(lane) for _ in range(2)]
        assert sum(proxy.struck.values()) > proxy.struck["fine"]
    assert (reports[-1].state, reports[-1].pending) == ("done", 0)
    assert len(desk.uploaded()) == BAD_SYNCS
    assert untrue(desk, beside) == []
    chains = {chain.chain: chain for chain in digest(beside).chains}
    assert [chains[own.chain].head for own in desk.own_chains()] == [own.head.hex() for own in desk.own_chains()]
    assert verify_hub(beside).first_fault is None
