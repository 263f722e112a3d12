"""Enrolment, registration, challenge and token."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clerk_app.errors import HallFull, NoSuchHall
from clerk_app.journal.signature import CHALLENGE
from clerk_app.seams import SystemDisk
from clerk_app.security.enrolment_file import EnrolmentFile
from sync.engine import sync_once
from sync.hub import keys
from sync.hub.auth import CHALLENGE_S, TOKEN_S, TokenKey
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.schema import devices
from sync.schemas import ErrorAnswer, read_message
from sync.wire import Request
from tests.sync.conftest import DirectLine
from tests.sync.fakes import SeededRng
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import logged_in

WISH = EnrolmentWish("999999", "例州区政务服务中心", "3 号窗口", "http://127.0.0.1:1", "http://127.0.0.1:1")


def working_desk(platform, content):
    desk = MemoryDesk.from_bytes(content, platform.clock, platform.rng)
    desk.append("session/1", "session.logged_in", logged_in())
    return desk


def reason(report):
    assert report.problem is not None
    return report.problem.data["reason"]


def test_numbers_of_devices_are_given_out_in_order_by_hall(platform):
    wishes = [WISH, WISH, EnrolmentWish("999998", "", "x", WISH.url, WISH.url)]
    files = [EnrolmentFile.from_bytes(enrol(platform.hub, wish)) for wish in wishes]
    assert [(file.hall, file.device) for file in files] == [("999999", "001"), ("999999", "002"), ("999998", "001")]
    assert files[0].secret != files[1].secret


def test_the_hall_keeps_its_name_when_nobody_says_it_again(platform):
    enrol(platform.hub, WISH)
    content = enrol(platform.hub, EnrolmentWish("999999", "", "x", WISH.url, WISH.url))
    assert EnrolmentFile.from_bytes(content).hall_name == "例州区政务服务中心"


def test_the_thousandth_device_of_a_hall_is_refused(platform):
    enrol(platform.hub, WISH)
    with platform.hub.store.writing() as connection:
        connection.execute(devices.update().values(device="999"))
    with pytest.raises(HallFull):
        enrol(platform.hub, WISH)


@pytest.mark.parametrize("hall", ["", "99999", "9999999", "99999x", "９９９９９９"])
def test_a_hall_is_six_digits(platform, hall):
    with pytest.raises(NoSuchHall):
        enrol(platform.hub, EnrolmentWish(hall, "", "x", WISH.url, WISH.url))


def test_the_same_key_again_is_harmless(platform):
    desk = working_desk(platform, platform.enrol_content())
    for _ in range(3):
        assert sync_once(platform.lane(desk)).state == "done"


def test_one_file_is_good_for_one_device_only(platform):
    content = platform.enrol_content()
    sync_once(platform.lane(working_desk(platform, content)))
    second = working_desk(platform, content)
    report = sync_once(platform.lane(second))
    assert (report.state, reason(report), report.pending) == ("refused", "other_key", 1)
    assert digest(platform.hub).entries == 1


def test_a_wrong_secret_registers_nothing(platform):
    desk = working_desk(platform, platform.enrol_content())
    desk.enrolment = replace(desk.enrolment, secret=b"guess" * 6 + b"__")
    report = sync_once(platform.lane(desk))
    assert (report.state, reason(report)) == ("refused", "bad_secret")
    assert digest(platform.hub).entries == 0


def test_a_device_the_hub_does_not_know_is_refused_with_a_signed_answer(platform):
    desk = working_desk(platform, platform.enrol_content())
    with platform.hub.store.writing() as connection:
        connection.execute(devices.delete())
    report = sync_once(platform.lane(desk))
    assert (report.state, reason(report), report.pending) == ("refused", "unknown_device", 1)


def test_a_revoked_device_is_refused_and_keeps_everything(platform):
    desk = working_desk(platform, platform.enrol_content())
    lane = platform.lane(desk)
    sync_once(lane)
    desk.append("session/2", "session.logged_in", logged_in())
    with platform.hub.store.writing() as connection:
        connection.execute(devices.update().values(revoked_at=1))
    report = sync_once(lane)
    assert (report.state, reason(report), report.pending) == ("refused", "revoked", 1)


def test_the_secret_never_travels(platform):
    desk = working_desk(platform, platform.enrol_content())
    line = DirectLine(platform.service)
    sync_once(platform.lane(desk, line))
    secret = desk.enrolment.secret
    for request in line.requests:
        assert secret not in request.body
        assert secret.hex().encode() not in request.body


def test_a_token_that_ran_out_is_renewed_without_a_word(platform):
    desk = working_desk(platform, platform.enrol_content())
    lane = platform.lane(desk)
    sync_once(lane)
    platform.clock.advance(TOKEN_S + 1)
    desk.append("session/2", "session.logged_in", logged_in())
    assert sync_once(lane).state == "done"


def test_the_desks_clock_plays_no_part(platform):
    desk = working_desk(platform, platform.enrol_content())
    desk.clock = None
    assert sync_once(platform.lane(desk)).state == "done"


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", "Bearer abc", "Basic abc", "Bearer " + "A" * 65])
def test_every_call_but_access_needs_a_token(platform, token):
    service = platform.service
    for method, path in [
        ("POST", "/v1/state"),
        ("POST", "/v1/push"),
        ("POST", "/v1/acks"),
        ("GET", "/v1/feed"),
        ("POST", "/v1/blobs"),
        ("HEAD", "/v1/blobs/" + "0" * 64),
    ]:
        body = b'{"chains":[],"feed":{"after":0,"mark":"' + b"0" * 64 + b'"}}'
        answer = service.handle(Request(method, path, {"authorization": token}, body))
        assert answer.status in (401, 400), path


def test_a_challenge_is_good_for_its_device_and_for_two_minutes():
    key = TokenKey(b"k" * 32)
    challenge = key.challenge("999999001", b"n" * 16, 1000)
    assert key.issued_at(challenge, "999999001", 1000) == 1000
    assert key.issued_at(challenge, "999999001", 1000 + CHALLENGE_S * 1000 - 1) == 1000
    assert key.issued_at(challenge, "999999001", 1000 + CHALLENGE_S * 1000) is None
    assert key.issued_at(challenge, "999999001", 999) is None
    assert key.issued_at(challenge, "999999002", 1000) is None
    assert TokenKey(b"j" * 32).issued_at(challenge, "999999001", 1000) is None
    assert key.issued_at(challenge + "A", "999999001", 1000) is None


def test_a_token_ends_by_the_hubs_clock_and_cannot_be_made_elsewhere():
    key = TokenKey(b"k" * 32)
    token = key.token("999999001", 1000)
    assert key.device_of(token, 1000) == "999999001"
    assert key.device_of(token, 1000 + TOKEN_S * 1000 - 1) == "999999001"
    assert key.device_of(token, 1000 + TOKEN_S * 1000) is None
    assert key.device_of(token, -5_000_000) is None
    assert TokenKey(b"j" * 32).device_of(token, 1000) is None
    changed = ("B" if token[0] == "A" else "A") + token[1:]
    assert key.device_of(changed, 1000) is None


def test_a_signed_challenge_that_arrives_twice_yields_the_same_token(platform):
    desk = working_desk(platform, platform.enrol_content())
    line = DirectLine(platform.service)
    sync_once(platform.lane(desk, line))
    [request] = [request for request in line.requests if request.route == "/v1/token"]
    assert line.service.handle(request).body == line.service.handle(request).body


def test_a_challenge_signed_by_another_key_is_refused(platform):
    desk = working_desk(platform, platform.enrol_content())
    mine = desk.sign
    desk.sign = lambda purpose, message: mine("another" if purpose == CHALLENGE else purpose, message)
    report = sync_once(platform.lane(desk))
    assert (report.state, reason(report)) == ("refused", "bad_challenge")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff", b'{"protocols":[9]}', b"[" * 100_000])
def test_a_hello_out_of_form_is_refused_and_signed(platform, body):
    request = Request("POST", "/v1/hello", {"request-id": "1"}, body)
    answer = platform.service.handle(request)
    assert answer.status == 400
    assert read_message(ErrorAnswer, answer).error.code == "malformed"
    assert "hub-signature" in answer.headers


def test_a_hub_of_another_protocol_says_so(platform):
    body = b'{"protocols":[99],"device":"999999001","public_key":"' + b"0" * 64 + b'"}'
    assert platform.service.handle(Request("POST", "/v1/hello", {}, body)).status == 426


def test_two_processes_that_start_at_once_end_with_the_same_keys(platform, tmp_path):
    folder = tmp_path / "fresh"
    folder.mkdir()
    disk = SystemDisk()
    keys._make(folder, platform.clock, disk, SeededRng("first"))
    keys._make(folder, platform.clock, disk, SeededRng("second"))
    first = keys.load_or_make_keys(folder, platform.clock, disk, SeededRng("third"))
    assert sorted(path.name for path in folder.iterdir()) == [
        "hub-keys.json",
        f"recovery-key-{first.recovery_public.hex()[:8]}-KEEP-OFFLINE.json",
    ]
