"""The hub's working keys change while it is served, and nothing that was signed before is lost."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace

import pytest

from clerk_app.errors import HubKeysDamaged
from clerk_app.journal.hub_keys import ACK_USE, FACT_USE, ORDER_USE, read_key_list
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.store.verify import verify_store
from sync.engine import sync_once
from sync.hub.current_service import LOOK_S, CurrentService
from sync.hub.decide import Ruling, decide
from sync.hub.keys import FILE_NAME, SIGNING_USES
from sync.hub.revoke import revoke
from sync.hub.rotation import WORKING_KEYS, newest, renewed, rotate
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.transport import HttpTransport
from sync.wire import SIGNATURE, Request, json_content
from tests.helpers.hub import RunningHub, clerk_hub, clerk_hub_json
from tests.sync.conftest import Backup, DirectLine
from tests.sync.fakes import SeededRng
from tests.sync.parcels import answered, packed, taken_by
from tests.sync.store_desk import StoreDesk
from tests.sync.work import case_number_of, logged_in, taken_in


def turn(platform, seed="rotation", **more):
    """Rotate, as a command in a process of its own does."""
    hub = platform.open_another(SeededRng(seed))
    return rotate(
        platform.folder, hub.store, hub.keys, clock=platform.clock, disk=SystemDisk(), rng=SeededRng(seed), **more
    )


def at_work(desk, count):
    desk.append(f"session/{count}", "session.logged_in", logged_in())
    return desk


# ---- the keys themselves ------------------------------------------------------------------------------------------


def test_every_signing_key_is_new_and_every_old_one_is_still_listed(platform):
    old = platform.hub.keys
    fresh = renewed(old, now_ms=platform.clock.now_ms(), rng=SeededRng(1))
    listed, signature = fresh.key_list()
    assert read_key_list(listed.to_bytes(), signature, hub=old.hub) == listed
    assert listed.serial > old.serial
    for use, public in (pair for pair in platform.hub.key_list.keys if pair[0] in SIGNING_USES):
        found = [key for name, key in listed.keys if name == use]
        assert (found[0] != public, found[1:]) == (True, [public])
    assert fresh.token == old.token
    assert (fresh.identity, fresh.rating, fresh.recovery_public) == (old.identity, old.rating, old.recovery_public)


def test_stolen_keys_are_no_longer_believed_where_they_could_be_used_alone(platform):
    first = renewed(platform.hub.keys, now_ms=1, rng=SeededRng(1))
    second = renewed(first, now_ms=2, rng=SeededRng(2), stolen=True)
    assert second.token != first.token
    listed, _signature = second.key_list()
    count = {use: sum(name == use for name, _key in listed.keys) for use in SIGNING_USES}
    assert (count[ACK_USE], count[ORDER_USE], count[FACT_USE]) == (1, 1, 3)


def test_keys_made_after_a_restore_are_newer_than_those_it_took_back(platform):
    backup = platform.hub.keys
    lost = renewed(renewed(backup, now_ms=1_000_000, rng=SeededRng(1)), now_ms=2_000_000, rng=SeededRng(2))
    assert renewed(backup, now_ms=3_000_000, rng=SeededRng(3)).serial > lost.serial


def test_a_clock_that_was_set_back_makes_no_older_keys(platform):
    first = renewed(platform.hub.keys, now_ms=9_000_000_000, rng=SeededRng(1))
    assert renewed(first, now_ms=1, rng=SeededRng(2)).serial == first.serial + 1


def test_no_private_key_that_was_retired_is_kept(platform):
    old = platform.hub.keys
    turn(platform)
    stored = (platform.folder / FILE_NAME).read_text()
    assert all(getattr(old, use).hex() not in stored for use in SIGNING_USES)
    assert (platform.folder / FILE_NAME).stat().st_mode & 0o077 == 0
    assert old.identity.hex() in stored


def test_the_database_gives_the_keys_to_nobody_without_the_identity_key(platform):
    fresh = turn(platform)
    sealed = platform.hub.store.value(WORKING_KEYS)
    assert fresh.ack.hex() not in sealed
    assert newest(platform.hub.keys, sealed) == fresh
    with pytest.raises(HubKeysDamaged):
        newest(replace(platform.hub.keys, identity=bytes(32)), sealed)


def test_a_database_put_back_brings_no_old_keys_back(platform):
    turn(platform, "first")
    before = platform.hub.store.value(WORKING_KEYS)
    fresh = turn(platform, "second")
    platform.hub.store.put_value(WORKING_KEYS, before)
    assert platform.open_another(SeededRng(1)).keys == fresh


@pytest.mark.parametrize("value", ["zz", "00", "ff" * 200])
def test_keys_in_the_database_that_were_changed_are_named(platform, value):
    turn(platform)
    platform.hub.store.put_value(WORKING_KEYS, value)
    with pytest.raises(HubKeysDamaged):
        platform.open_another(SeededRng(1))


@pytest.mark.parametrize(
    "damage", [{"format": "window-clerk-hub-keys-9"}, {"retired": [["ack", "00"]]}, {"retired": 7}]
)
def test_a_file_out_of_form_is_named(platform, damage):
    turn(platform)
    stored = json.loads((platform.folder / FILE_NAME).read_text()) | damage
    (platform.folder / FILE_NAME).write_text(json.dumps(stored))
    with pytest.raises(HubKeysDamaged):
        platform.open_another(SeededRng(1))


# ---- several processes --------------------------------------------------------------------------------------------


def list_of(service, route="/v1/hello"):
    """The key list that any answer of this kind brings: here that of a refusal."""
    return json.loads(json_content(service.handle(Request("POST", route, {}, b"{}"))))["keys"]["content"]


def test_every_process_on_the_database_takes_the_new_keys_up(platform):
    services = [CurrentService(platform.open_another(SeededRng(seed))) for seed in (1, 2)]
    before = {list_of(service) for service in services}
    fresh = turn(platform)
    after = {list_of(service) for service in services}
    assert len(before) == len(after) == 1
    assert after == {fresh.key_list()[0].to_bytes().decode()}


def test_answers_that_bring_no_list_follow_within_a_second(platform):
    service = CurrentService(platform.open_another(SeededRng(1)))
    request = Request("GET", "/v1/feed", {}, b"")
    old = service.handle(request).headers[SIGNATURE]
    turn(platform)
    assert service.handle(request).headers[SIGNATURE] == old
    platform.clock.advance(LOOK_S)
    assert service.handle(request).headers[SIGNATURE] != old


def test_a_process_that_cannot_read_the_keys_goes_on_with_those_it_has(platform):
    service = CurrentService(platform.open_another(SeededRng(1)))
    desk = at_work(platform.desk(), 1)
    platform.hub.store.put_value(WORKING_KEYS, "zz")
    assert sync_once(platform.lane(desk, DirectLine(service))).state == "done"


# ---- desks --------------------------------------------------------------------------------------------------------


class TurningLine(DirectLine):
    """Rotates the keys just before the n-th request is answered."""

    def __init__(self, platform, at):
        super().__init__(CurrentService(platform.open_another(SeededRng("served"))))
        self._platform, self._at = platform, at

    def send(self, request):
        if len(self.requests) == self._at:
            turn(self._platform, str(self._at))
            # So that also the answers that bring no list are made with the new keys.
            self._platform.clock.advance(LOOK_S)
        return super().send(request)


@pytest.mark.parametrize("at", range(8))
def test_a_rotation_in_the_middle_of_a_sync_is_not_noticed(platform, at):
    desk = platform.desk()
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    line = TurningLine(platform, at)
    lane = platform.lane(desk, line)
    first = sync_once(lane)
    at_work(desk, 2)
    assert (first.state, sync_once(lane).state) == ("done", "done")
    assert desk.keys is not None
    assert desk.keys.serial == platform.open_another(SeededRng(3)).keys.serial
    assert len(desk.uploaded()) == 2


def test_a_desk_that_saw_the_new_list_never_takes_the_old_one_again(platform):
    desk = at_work(platform.desk(), 1)
    old = DirectLine(platform.service)
    turn(platform)
    new = DirectLine(CurrentService(platform.open_another(SeededRng(1))))
    assert sync_once(platform.lane(desk, new)).state == "done"
    report = sync_once(platform.lane(desk, old))
    assert report.state == "refused"
    assert report.problem is not None
    assert report.problem.data == {"reason": "old_keys"}


def test_what_a_stolen_key_signs_is_not_believed_once_the_list_was_renewed(platform):
    desk = at_work(platform.desk(), 1)
    thief = platform.hub
    turn(platform, stolen=True)
    line = DirectLine(CurrentService(platform.open_another(SeededRng(1))))
    lane = platform.lane(desk, line)
    sync_once(lane)
    at_work(desk, 2)

    class Theirs(DirectLine):
        def send(self, request):
            answer = super().send(request)
            return thief.keys.sign_answer(request, answer) if request.route == "/v1/push" else answer

    lane.transport = Theirs(line.service)
    report = sync_once(lane)
    assert report.state == "partial"
    assert len(desk.uploaded()) == 1


def test_a_desk_that_was_away_while_the_order_key_was_stolen_and_renewed_still_obeys_the_order(platform):
    desk = at_work(platform.desk(), 1)
    assert sync_once(platform.lane(desk)).state == "done"
    signed = revoke(platform.hub, "999999001", "遗失")
    turn(platform, stolen=True)
    hub = platform.open_another(SeededRng(1))
    assert verify_hub(hub).first_fault is None
    assert sync_once(platform.lane(desk, DirectLine(CurrentService(hub)))).state == "refused"
    assert desk.order is not None
    assert desk.order.order == signed.order


def test_an_order_of_a_stolen_key_that_a_backup_brought_back_is_signed_anew_by_revoking_again(platform, tmp_path):
    at_work(platform.desk(), 1)
    signed = revoke(platform.hub, "999999001", "遗失")
    backup = Backup(platform, tmp_path / "backup")
    turn(platform, stolen=True)
    keys = (platform.folder / FILE_NAME).read_bytes()
    platform.opened[-1].close()
    backup.restore()
    (platform.folder / FILE_NAME).write_bytes(keys)
    hub = platform.open_another(SeededRng(1))
    assert verify_hub(hub).first_fault == "order 999999/1"
    again = revoke(hub, "999999001", "遗失")
    assert again.order == signed.order
    assert hub.key_list.verifies_order(again)
    assert verify_hub(hub).first_fault is None


def test_old_facts_verify_on_both_sides_after_two_rotations(platform, tmp_path):
    desk = StoreDesk(tmp_path / "desk", platform.enrol_content(), platform.clock, platform.rng)
    numbers = [case_number_of("001", count) for count in (1, 2, 3)]
    for number in numbers:
        desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    lane = SyncLane(
        desk, DirectLine(CurrentService(platform.open_another(SeededRng("s")))), platform.clock, platform.rng
    )
    for count, number in enumerate(numbers):
        assert sync_once(lane).state == "done"
        decide(platform.open_another(SeededRng(f"d{count}")), Ruling(number, "grant"))
        turn(platform, f"r{count}")
    assert sync_once(lane).pulled == 1
    assert len(desk.fact_digests()) == 3
    assert verify_store(desk.store).first_fault is None
    assert verify_hub(platform.open_another(SeededRng("v"))).first_fault is None
    desk.close()


def test_a_return_made_with_new_keys_is_believed_by_a_desk_that_never_saw_them(platform, tmp_path):
    with closing(StoreDesk(tmp_path / "desk", platform.enrol_content(), platform.clock, platform.rng)) as desk:
        at_work(desk, 1)
        content = packed(desk)[1]
        fresh = turn(platform, stolen=True)
        returned = taken_by(platform.open_another(SeededRng(1)), content)
        answered(desk, returned)
        assert (desk.key_serial(), len(desk.uploaded())) == (fresh.serial, 1)


def test_a_served_hub_changes_its_keys_without_a_restart(tmp_path):
    """Real processes: sync, rotate by command, sync on the same connection; also a second process on the database."""
    with RunningHub(tmp_path / "hub") as hub, RunningHub(tmp_path / "hub") as beside:
        done = clerk_hub("enrol", "--data", hub.folder, "--device", "x", "--hall", "999999", "--out", tmp_path / "f")
        assert done.returncode == 0, done.stderr
        desk = StoreDesk(tmp_path / "desk", (tmp_path / "f").read_bytes(), SystemClock(), SystemRng())
        number = case_number_of("001", 1)
        desk.append(f"case/{number}", "case.taken_in", taken_in(number))
        with HttpTransport(hub.url) as line, HttpTransport(beside.url) as other:
            lane = SyncLane(desk, line, SystemClock(), SystemRng())
            assert sync_once(lane).state == "done"
            assert clerk_hub("decide", "--data", hub.folder, "--case", number, "--result", "grant").returncode == 0
            turned = clerk_hub_json("rotate-keys", "--data", hub.folder)
            assert turned["retired"] == len(SIGNING_USES)
            assert (sync_once(lane).state, desk.key_serial()) == ("done", turned["serial"])
            at_work(desk, 2)
            assert sync_once(SyncLane(desk, other, SystemClock(), SystemRng())).state == "done"
        assert len(desk.fact_digests()) == 1
        assert verify_store(desk.store).first_fault is None
        assert clerk_hub_json("verify", "--data", hub.folder)["signatures_ok"]
        desk.close()
