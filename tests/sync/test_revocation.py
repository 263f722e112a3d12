"""A revoked device: refused everything, told why in the hub's signed word; what still comes from it changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from clerk_app.errors import NoSuchCase, NoSuchDevice, NothingInQuarantine
from clerk_app.journal.orders import REVOKE, SignedOrder, read_order
from clerk_app.journal.signature import HEAD, head_message
from sync.batch import decode_batch, encode_batch
from sync.engine import sync_once
from sync.feed_page import read_signed_order
from sync.hub.decide import Ruling, decide
from sync.hub.devices import Device, EnrolmentWish, enrol, registered_device
from sync.hub.digest import digest
from sync.hub.feed import read_feed
from sync.hub.push import push
from sync.hub.quarantine import Choice, keep, listed, release
from sync.hub.reconsider import reconsider
from sync.hub.revoke import revoke
from sync.hub.schema import cases, devices, entries, orders
from sync.hub.verify import verify_hub
from sync.schemas import ErrorAnswer, read_message
from sync.wire import Request
from tests.sync.conftest import URL, DirectLine
from tests.sync.work import HALL, case_number_of, logged_in, taken_in

CODE = f"{HALL}001"
REGISTERED = 1
"""The request that registers a device; one that was revoked before never had a key."""
FIRST, SECOND = case_number_of("001", 1), case_number_of("001", 2)


def take_in(desk, number):
    return desk.append(f"case/{number}", "case.taken_in", taken_in(number))


def sent(desk):
    """What the desk has written, as the device itself would push it."""
    chain = desk.chains[-1]
    signature = desk.sign(HEAD, head_message(chain.chain, len(chain.entries), chain.head))
    return decode_batch(encode_batch(chain.chain, 1, chain.entries, signature))


def device_of(platform):
    """The device as it was when the request began: not revoked."""
    with platform.hub.store.reading() as connection:
        return registered_device(connection, CODE)


def carried_in(platform, desk):
    """All of it again, by whatever way: the device is revoked by now."""
    with platform.hub.store.reading() as connection:
        row = connection.execute(devices.select()).one()
    return push(platform.hub, Device(row.region, row.device, row.public_key), sent(desk))


@pytest.fixture
def desk(platform):
    """A registered device that has uploaded nothing but its log-in."""
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    sync_once(platform.lane(desk))
    return desk


@pytest.fixture
def left_over(platform, desk):
    """Two cases of that device that arrived after it was revoked."""
    known = device_of(platform)
    take_in(desk, FIRST)
    take_in(desk, SECOND)
    revoke(platform.hub, CODE)
    return push(platform.hub, known, sent(desk))


# ---- the order ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [CODE, "3 号窗口"])
def test_a_device_is_revoked_by_its_code_or_its_name(platform, desk, name):
    signed = revoke(platform.hub, name, "遗失")
    assert (signed.order.code, signed.order.kind, signed.order.reason) == (CODE, REVOKE, "遗失")
    assert platform.hub.key_list.verifies_order(signed)
    assert verify_hub(platform.hub).first_fault is None


def test_revoking_again_gives_the_same_order(platform, desk):
    assert revoke(platform.hub, CODE, "遗失") == revoke(platform.hub, CODE, "again")


def test_a_name_that_two_devices_share_is_no_answer(platform, desk):
    enrol(platform.hub, EnrolmentWish(HALL, "", "3 号窗口", URL, URL))
    with pytest.raises(NoSuchDevice) as told:
        revoke(platform.hub, "3 号窗口")
    assert told.value.data["codes"] == f"{HALL}001、{HALL}002"
    with pytest.raises(NoSuchDevice):
        revoke(platform.hub, "9 号窗口")


def test_no_part_of_an_order_can_be_changed(platform, desk):
    signed = revoke(platform.hub, CODE)
    for change in ({"device": "002"}, {"reason": "x"}, {"issued_at": 1}, {"hub": bytes(32)}, {"kind": "other"}):
        assert not platform.hub.key_list.verifies_order(replace(signed, order=replace(signed.order, **change)))
    assert SignedOrder.from_bytes(signed.to_bytes()) == signed
    for content in (b"", b"[]", b"null", b"[" * 9000, signed.order.message() + b" ", b'["order-1",true]'):
        with pytest.raises(ValueError):
            read_order(content)


def refusals(platform, desk):
    """What a revoked device hears, with and without a token."""
    lane = platform.lane(desk)
    sync_once(lane)
    revoke(platform.hub, CODE)
    token = {"authorization": f"Bearer {lane.session.token}"}
    body = json.dumps({"protocols": [1], "device": CODE, "public_key": desk.registration().device_public.hex()})
    yield Request("POST", "/v1/hello", {}, body.encode())
    yield Request("GET", "/v1/feed", token)
    yield Request("POST", "/v1/push", token)
    yield Request("POST", "/v1/blobs", token, b'{"ids":[]}')


def test_every_refusal_of_a_revoked_device_brings_the_order(platform, desk):
    for request in refusals(platform, desk):
        answer = platform.service.handle(request)
        told = read_message(ErrorAnswer, answer)
        assert (answer.status, told.error.code) == (403, "revoked")
        assert told.order is not None
        signed = read_signed_order(told.order, platform.hub.key_list)
        assert (signed.order.code, signed.order.kind) == (CODE, REVOKE)


def test_the_order_stands_in_the_devices_feed(platform, desk):
    before = read_feed(platform.hub, device_of(platform), 0, 100)
    known = device_of(platform)
    signed = revoke(platform.hub, CODE)
    page = read_feed(platform.hub, known, before.after, 100)
    assert [read_signed_order(item, platform.hub.key_list) for item in page.items] == [signed]
    assert page.after == signed.order.hub_seq


def test_other_devices_are_not_touched(platform, desk):
    other = platform.desk("4 号窗口")
    revoke(platform.hub, CODE)
    other.append("session/2", "session.logged_in", logged_in())
    assert sync_once(platform.lane(other)).state == "done"


def test_an_order_that_was_changed_in_the_database_is_found(platform, desk):
    revoke(platform.hub, CODE)
    with platform.hub.store.writing() as connection:
        connection.execute(orders.update().values(signature=bytes(64)))
    found = verify_hub(platform.hub)
    assert (found.signatures_ok, found.first_fault) == (False, f"order {HALL}/2")


# ---- quarantine ---------------------------------------------------------------------------------------------------


def test_what_comes_from_a_revoked_device_is_stored_and_signed_for_and_changes_nothing(platform, desk, left_over):
    assert [(ack.first, ack.seq) for ack in left_over.acks] == [(1, 1), (2, 3)]
    found = digest(platform.hub)
    assert (found.entries, found.quarantined, found.parked, found.cases) == (3, 2, 0, 0)
    assert found.chains[0].head == desk.chains[0].head.hex()
    with pytest.raises(NoSuchCase):
        decide(platform.hub, Ruling(FIRST, "grant"))
    assert verify_hub(platform.hub).first_fault is None


def test_bringing_it_twice_changes_nothing(platform, desk, left_over):
    before = digest(platform.hub)
    assert (carried_in(platform, desk), digest(platform.hub)) == (left_over, before)


def test_the_list_names_devices_chains_and_cases_and_nobody(platform, desk, left_over):
    [run] = listed(platform.hub)
    assert (run.device, run.chain, run.state) == (CODE, desk.chains[0].chain, "open")
    assert (run.first, run.last, run.entries) == (2, 3, 2)
    assert run.streams == (f"case/{FIRST}", f"case/{SECOND}")


def test_what_is_released_is_applied_at_its_place(platform, desk, left_over):
    assert release(platform.hub, Choice(CODE)) == 2
    found = digest(platform.hub)
    assert (found.quarantined, found.parked, found.cases) == (0, 0, 2)
    assert listed(platform.hub) == []
    decide(platform.hub, Ruling(FIRST, "grant"))
    assert verify_hub(platform.hub).first_fault is None


def test_one_case_can_be_released_alone(platform, desk, left_over):
    assert release(platform.hub, Choice(CODE, stream=f"case/{SECOND}")) == 1
    with platform.hub.store.reading() as connection:
        assert connection.execute(cases.select()).one().number == SECOND
    assert digest(platform.hub).quarantined == 1
    assert release(platform.hub, Choice(CODE, chain=desk.chains[0].chain)) == 1
    assert verify_hub(platform.hub).first_fault is None


def test_what_is_kept_stays_and_can_still_be_released(platform, desk, left_over):
    assert keep(platform.hub, Choice(CODE, stream=f"case/{FIRST}")) == 1
    assert [(run.state, run.entries) for run in listed(platform.hub)] == [("kept", 1), ("open", 1)]
    assert digest(platform.hub).quarantined == 2
    release(platform.hub, Choice(CODE))
    assert digest(platform.hub).cases == 2


@pytest.mark.parametrize("choice", [Choice(f"{HALL}002"), Choice(CODE, chain="0" * 32), Choice(CODE, stream="case/9")])
def test_a_choice_that_fits_nothing_is_said_to(platform, desk, left_over, choice):
    for act in (release, keep):
        with pytest.raises(NothingInQuarantine):
            act(platform.hub, choice)
    assert digest(platform.hub).quarantined == 2


def test_an_upgrade_judges_nothing_that_is_in_quarantine(platform, desk):
    known = device_of(platform)
    desk.append("new/1", "new.kind", {})
    push(platform.hub, known, sent(desk))
    desk.append("new/1", "new.other", {})
    revoke(platform.hub, CODE)
    push(platform.hub, known, sent(desk))
    assert reconsider(platform.hub) == 0
    assert (digest(platform.hub).parked, digest(platform.hub).quarantined) == (1, 1)
    release(platform.hub, Choice(CODE))
    assert digest(platform.hub).parked == 2


def test_released_entries_take_their_place_before_later_ones_of_the_same_case(platform, desk, left_over):
    """Two desks worked on one case: the released taking-in comes before what the other wrote about it later."""
    other = platform.desk("4 号窗口")
    take_in(other, FIRST)
    assert sync_once(platform.lane(other)).parked == 0
    release(platform.hub, Choice(CODE))
    assert digest(platform.hub).cases == 2
    # The same act twice is one; a second taking-in of a number is the one that has no effect, wherever it came from.
    report = sync_once(platform.lane(other))
    with platform.hub.store.reading() as connection:
        rows = connection.execute(entries.select().where(entries.c.stream == f"case/{FIRST}")).fetchall()
    verdicts = {row.hub_seq: row.verdict for row in rows}
    assert verdicts[min(verdicts)] == "applied"
    assert report.state == "done"
    assert verify_hub(platform.hub).first_fault is None


# ---- at any moment ------------------------------------------------------------------------------------------------


class RevokingLine(DirectLine):
    """Revokes the device while the n-th request is being answered: after its token was looked at, or before."""

    def __init__(self, platform, at):
        super().__init__(platform.service)
        self._platform, self._at = platform, at

    def send(self, request):
        if len(self.requests) == self._at:
            revoke(self._platform.hub, CODE)
        return super().send(request)


@pytest.mark.parametrize("at", range(8))
def test_revoked_at_any_request_nothing_is_applied_afterwards_and_nothing_is_lost(platform, at):
    desk = platform.desk()
    for count in range(1, 4):
        take_in(desk, case_number_of("001", count))
    line = RevokingLine(platform, at)
    sync_once(platform.lane(desk, line))
    assert len(line.requests) > at
    before = digest(platform.hub)
    desk.order = None  # a device that does not obey
    for count in range(4, 6):
        take_in(desk, case_number_of("001", count))
    sync_once(platform.lane(desk))
    after = digest(platform.hub)
    assert (after.cases, after.entries) == (before.cases, before.entries)
    if at <= REGISTERED:
        return
    carried_in(platform, desk)
    assert (digest(platform.hub).cases, digest(platform.hub).entries) == (before.cases, 5)
    release(platform.hub, Choice(CODE))
    assert (digest(platform.hub).cases, digest(platform.hub).quarantined) == (5, 0)
    assert verify_hub(platform.hub).first_fault is None
