"""Batches that overtake one another: kept, never acked too early, stored in their order."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from clerk_app import failpoints
from clerk_app.journal.signature import HEAD, head_message
from sync.batch import decode_batch, encode_batch
from sync.engine import sync_once
from sync.hub.devices import Device
from sync.hub.digest import digest
from sync.hub.early import MAX_EARLY
from sync.hub.push import push
from sync.hub.schema import early_batches
from sync.hub.verify import verify_hub
from tests.sync.faulty_line import Crash, crash
from tests.sync.work import logged_in


@pytest.fixture
def desk(platform):
    desk = platform.desk()
    sync_once(platform.lane(desk))
    for number in range(30):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    return desk


def batch_of(desk, first, last):
    chain = desk.chains[0]
    taken = chain.entries[first - 1 : last]
    signature = desk.sign(HEAD, head_message(chain.chain, last, taken[-1].hash))
    return decode_batch(encode_batch(chain.chain, first, taken, signature))


def pushed(platform, desk, first, last):
    device = Device("999999", "001", desk.registration().device_public)
    return push(platform.hub, device, batch_of(desk, first, last))


def kept(platform):
    with platform.hub.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(early_batches)).scalar_one()


def test_a_batch_that_comes_first_is_acked_with_the_one_it_follows(platform, desk):
    for first in (21, 11):
        answer = pushed(platform, desk, first, first + 9)
        assert (answer.acks, answer.early) == ([], True)
    assert digest(platform.hub).entries == 0
    answer = pushed(platform, desk, 1, 10)
    assert [(ack.first, ack.seq) for ack in answer.acks] == [(1, 30)]
    assert (digest(platform.hub).entries, kept(platform)) == (30, 0)
    assert verify_hub(platform.hub).first_fault is None


def test_twice_early_is_once_stored(platform, desk):
    for _ in range(3):
        pushed(platform, desk, 11, 30)
    pushed(platform, desk, 1, 10)
    assert pushed(platform, desk, 11, 30).acks[-1].seq == 30
    assert digest(platform.hub).entries == 30


def test_what_was_sent_again_in_other_parts_takes_the_place_of_what_waits(platform, desk):
    pushed(platform, desk, 11, 20)
    pushed(platform, desk, 13, 14)
    answer = pushed(platform, desk, 1, 18)
    assert answer.acks[-1].seq == 20
    assert (digest(platform.hub).entries, kept(platform)) == (20, 0)


def test_of_more_than_a_few_that_wait_the_nearest_are_kept(platform, desk):
    for first in range(20 - MAX_EARLY, 20):
        pushed(platform, desk, first, first)
    assert pushed(platform, desk, 20, 30).early  # the farthest: it is let go
    assert pushed(platform, desk, 2, 2).early
    assert kept(platform) == MAX_EARLY
    assert pushed(platform, desk, 1, 11).acks[-1].seq == 18
    assert (digest(platform.hub).entries, kept(platform)) == (18, 0)


def test_nothing_is_kept_of_a_chain_that_does_not_hold(platform, desk):
    stranger = Device("999999", "001", b"k" * 32)
    answer = push(platform.hub, stranger, batch_of(desk, 25, 30))
    assert answer.stopped is not None
    assert kept(platform) == 0


def test_what_waits_of_an_earlier_try_does_not_keep_out_a_sync_that_cuts_its_batches_otherwise(platform, desk):
    for first in range(29, 29 - MAX_EARLY, -1):
        pushed(platform, desk, first, 30)
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending) == ("done", 0)
    assert (digest(platform.hub).entries, kept(platform)) == (30, 0)


def test_another_history_that_waits_is_dropped_and_not_held_against_the_chain(platform, desk):
    chain = desk.chains[0]
    pushed(platform, desk, 11, 20)
    del chain.entries[9:]
    for number in range(30, 35):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    assert pushed(platform, desk, 1, 10).acks[-1].seq == 10
    assert kept(platform) == 0
    assert pushed(platform, desk, 11, len(chain.entries)).acks[-1].seq == len(chain.entries)
    assert verify_hub(platform.hub).first_fault is None


def test_a_hub_that_dies_before_it_stored_what_waited_is_simply_asked_again(platform, desk):
    pushed(platform, desk, 11, 30)
    failpoints.arm("hub.push.after_commit", 1, crash)
    with pytest.raises(Crash):
        pushed(platform, desk, 1, 10)
    failpoints.disarm()
    platform.restart()
    assert digest(platform.hub).entries == 10
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending) == ("done", 0)
    assert (digest(platform.hub).entries, kept(platform)) == (30, 0)
