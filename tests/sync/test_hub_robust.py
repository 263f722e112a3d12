"""Whatever is sent, by however many at once: a plain signed answer, and one order without a gap."""

from __future__ import annotations

import errno
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from clerk_app.errors import PlatformUnreachable
from clerk_app.journal.signature import verify
from sync import wire
from sync.answer import ANSWER, answer_message
from sync.batch import decode_batch
from sync.engine import sync_once
from sync.hub import store as hub_store
from sync.hub.decide import Ruling, decide
from sync.hub.digest import digest
from sync.hub.folder_shelf import FolderShelf
from sync.hub.hub import Hub
from sync.hub.schema import regions
from sync.hub.service import ROUTES, HubService
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.wire import SIGNATURE, Request, compress
from tests.sync.conftest import DirectLine
from tests.sync.fakes import SeededRng
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, logged_in, scan, taken_in

SAME_PLATFORM = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("0" * 64),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def token(platform):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    lane = platform.lane(desk)
    sync_once(lane)
    return f"Bearer {lane.session.token}"


def is_signed(platform, request, answer):
    key = platform.hub.key_list.keys[0][1]
    return verify(key, ANSWER, answer_message(request, answer), bytes.fromhex(answer.headers[SIGNATURE]))


PATHS = [path for _method, path in ROUTES] + ["/v1/blobs/" + "0" * 64, "/v1/blobs/x", "/v1/feed?after=x", "/v1", "/x"]


@SAME_PLATFORM
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PATCH", "PUT"]),
    path=st.sampled_from(PATHS),
    body=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(compress)),
    kind=st.sampled_from([wire.JSON, wire.JSON_ZSTD, wire.BATCH, wire.PIECES, wire.OCTETS, ""]),
    length=st.sampled_from(["", "0", "9", "-1", "x", "9" * 30]),
    with_token=st.booleans(),
)
def test_any_request_gets_a_plain_signed_answer(platform, token, method, path, body, kind, length, with_token):
    headers = {"content-type": kind, "upload-offset": length, "upload-length": length, "request-id": "1"}
    if with_token:
        headers["authorization"] = token
    request = Request(method, path, headers, body)
    answer = platform.service.handle(request)
    assert answer.status in (200, 400, 401, 403, 404, 405, 409, 413, 422, 426)
    assert is_signed(platform, request, answer)


@SAME_PLATFORM
@given(path=st.sampled_from([path for (method, path) in ROUTES if method == "POST"]), body=JSON)
def test_any_json_gets_a_plain_signed_answer(platform, token, path, body):
    import json

    try:
        content = json.dumps(body).encode()
    except UnicodeEncodeError:
        return
    request = Request("POST", path, {"authorization": token, "content-type": wire.JSON}, content)
    answer = platform.service.handle(request)
    assert answer.status in (200, 400, 403, 426)
    assert is_signed(platform, request, answer)


# ---- the disk -----------------------------------------------------------------------------------------------------


class FullShelf(FolderShelf):
    """A shelf on a disk without room."""

    def append(self, blob, offset, piece):
        raise OSError(errno.ENOSPC, "no space left on device")

    def put(self, blob, content):
        raise OSError(errno.ENOSPC, "no space left on device")


def test_a_full_disk_is_said_and_nothing_is_lost(platform):
    desk = platform.desk()
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(desk.put_blob(b"a scan"))))
    hub = platform.hub
    full = Hub(
        hub.store,
        hub.keys,
        FullShelf(platform.folder / "blobs"),
        hub.clock,
        hub.rng,
        hub.key_list,
        hub.key_list_signature,
    )
    report = sync_once(platform.lane(desk, DirectLine(HubService(full))))
    assert (report.state, report.retry_after_s, report.pending, desk.uploaded()) == ("partial", 60, 1, set())
    assert isinstance(report.problem, PlatformUnreachable)
    assert sync_once(platform.lane(desk)).state == "done"


def test_a_database_held_by_somebody_else_is_busy_not_broken(platform, monkeypatch):
    desk = platform.desk()
    sync_once(platform.lane(desk))
    monkeypatch.setattr(hub_store, "BUSY_TIMEOUT_MS", 50)
    platform.restart()
    desk.append("session/1", "session.logged_in", logged_in())
    holder = platform.open_another(SeededRng("holder"))
    with holder.store.writing() as connection:
        connection.execute(update(regions).values(name="例州区"))
        report = sync_once(platform.lane(desk))
    assert (report.state, report.retry_after_s, report.pending) == ("partial", 2, 1)
    assert sync_once(platform.lane(desk)).state == "done"


# ---- many at once -------------------------------------------------------------------------------------------------


def work_at_once(platform, hubs, desks):
    """Every desk syncs in a thread of its own, while somebody decides; failures come out."""
    failures: list[BaseException] = []

    def work(number, desk):
        try:
            lane = SyncLane(desk, DirectLine(HubService(hubs[number % len(hubs)])), platform.clock, SeededRng(number))
            for counter in range(1, 6):
                case = case_number_of(desk.enrolment.device, counter)
                desk.append(f"case/{case}", "case.taken_in", taken_in(case, scan(desk.put_blob(case.encode()))))
                assert sync_once(lane).state == "done"
                if counter % 2:
                    decide(hubs[0], Ruling(case, "grant"))
            assert sync_once(lane).state == "done"
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number, desk)) for number, desk in enumerate(desks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert failures == []


def assert_all_there(hub, desks):
    found = digest(hub)
    assert (found.entries, found.cases, found.blobs, found.hub_facts) == (
        5 * len(desks),
        5 * len(desks),
        5 * len(desks),
        3 * len(desks),
    )
    assert [len(desk.facts) for desk in desks] == [3] * len(desks)
    assert verify_hub(hub).first_fault is None


def new_desk(platform, number):
    """Each desk draws from a generator of its own: threads share none."""
    return MemoryDesk.from_bytes(
        platform.enrol_content(f"{number} 号窗口"), platform.clock, SeededRng(f"desk {number}")
    )


def test_desks_at_once_on_one_hub_leave_no_gap(platform):
    desks = [new_desk(platform, number) for number in range(6)]
    work_at_once(platform, [platform.hub], desks)
    assert_all_there(platform.hub, desks)


def test_desks_at_once_on_two_processes_of_one_hub_leave_no_gap(platform):
    second = platform.open_another(SeededRng("second"))
    desks = [new_desk(platform, number) for number in range(4)]
    work_at_once(platform, [platform.hub, second], desks)
    assert_all_there(second, desks)


def test_a_batch_larger_than_any_is_refused_before_it_is_opened(platform):
    with pytest.raises(wire.Malformed):
        decode_batch(compress(bytes(wire.MAX_PLAIN))[:-4])
