"""A revoked desk: what was unsent is sealed and reaches the hub, the keys are gone, and a person is told what to do."""

from __future__ import annotations

import errno
import io
import json
import shutil
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from clerk_app import bootstrap
from clerk_app.bootstrap import check_password, clerks, open_for_reading, open_for_writing
from clerk_app.errors import DeviceRevoked, DiskFull, StoreExists
from clerk_app.journal.orders import SignedOrder
from clerk_app.messages import describe
from clerk_app.security.files import KEYS_FILE
from clerk_app.security.parcel import check_parcel
from clerk_app.store.leaving import leave
from clerk_app.store.revoked_note import Sealed
from clerk_app.store.store import Store
from sync.background import BackgroundSync, LineState
from sync.engine import sync_once
from sync.hub.__main__ import main
from sync.hub.decide import Ruling, decide
from sync.hub.digest import digest
from sync.hub.quarantine import Choice, held, listed, release
from sync.hub.revoke import revoke
from sync.hub.schema import devices
from sync.hub.unpack import open_handover, take_records
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.schemas import ErrorAnswer, FeedItem, read_message
from sync.wire import Response, json_response
from tests.helpers.intake import CLERK, PASSWORD
from tests.helpers.stores import FailingDisk
from tests.sync.conftest import Database, DirectLine
from tests.sync.parcels import answered, packed, taken_by
from tests.sync.store_desk import StoreDesk
from tests.sync.test_pack import case_with_scan
from tests.sync.work import HALL, case_number_of, logged_in

CODE = f"{HALL}001"
SECOND = case_number_of("001", 2)


@pytest.fixture
def database():
    """A desk leaves the same way whatever database its hub has; quarantine is tested on both elsewhere."""
    return Database()


@pytest.fixture
def desk(platform, tmp_path):
    """A registered desk with one uploaded case, one that was not uploaded yet, and a draft."""
    with closing(StoreDesk(tmp_path / "desk", platform.enrol_content(), platform.clock, platform.rng)) as desk:
        desk.append("session/1", "session.logged_in", logged_in())
        case_with_scan(desk, 1, b"first")
        assert sync_once(lane_of(platform, desk)).state == "done"
        case_with_scan(desk, 2, b"second")
        with desk.store.write(CLERK) as unit:
            unit.save_draft("d1", visit="v1", owner=CLERK, content=b'{"typed": "half"}')
            unit.commit()
        yield desk


def lane_of(platform, desk, line=None):
    """As the program joins it (clerk_app.bootstrap), over a line without a network."""
    line = line or DirectLine(platform.service)
    return SyncLane(desk, line, platform.clock, platform.rng, obey=partial(bootstrap._leave, desk.store))


def recovery_key(platform):
    [file] = platform.folder.glob("recovery-key-*-KEEP-OFFLINE.json")
    return bytes.fromhex(json.loads(file.read_text())["recovery"])


def parcel_of(desk):
    return desk.folder.path / f"handover-{CODE}.parcel"


@contextmanager
def _asking(folder):
    check_password(folder, CLERK, PASSWORD)
    yield


def brought_to(platform, content, recovery=None):
    file = io.BytesIO(content)
    handover = open_handover(platform.hub, file, check_parcel(file), recovery or recovery_key(platform))
    assert take_records(platform.hub, handover, 0, lambda: False) is None


# ---- the whole story ----------------------------------------------------------------------------------------------


def test_unsent_work_of_a_revoked_desk_reaches_the_hub_and_is_applied_once_released(platform, desk):
    revoke(platform.hub, CODE, "遗失")
    report = sync_once(lane_of(platform, desk))
    assert report.state == "refused"
    assert isinstance(report.problem, DeviceRevoked)
    assert not (desk.folder.path / KEYS_FILE).exists()
    before = digest(platform.hub)
    content = parcel_of(desk).read_bytes()
    for _ in range(2):
        brought_to(platform, content)
    found = digest(platform.hub)
    assert (found.cases, found.quarantined) == (before.cases, before.quarantined + 1)
    assert [run.streams for run in listed(platform.hub)] == [(f"case/{SECOND}",)]
    assert [(draft.owner, draft.content) for draft in held(platform.hub, CODE)] == [(CLERK, b'{"typed": "half"}')]
    release(platform.hub, Choice(CODE))
    found = digest(platform.hub)
    assert (found.cases, found.blobs, found.quarantined, found.parked) == (2, 2, 0, 0)
    assert found.chains[0].head == desk.own_chains()[0].head.hex()
    decide(platform.hub, Ruling(SECOND, "grant"))
    assert verify_hub(platform.hub).first_fault is None


def test_one_calm_sentence_says_what_happened_and_what_to_do(platform, desk):
    revoke(platform.hub, CODE, "遗失")
    problem = sync_once(lane_of(platform, desk)).problem
    assert problem is not None
    told = describe(problem)
    assert "停用本机（遗失）" in told.sentence
    assert told.code == "device_revoked"
    assert str(parcel_of(desk)) in told.sentence
    assert "1 条记录、1 份扫描件、1 份草稿" in told.sentence
    assert "没有丢失" in told.sentence
    assert "交给平台管理员" in told.next_step


def test_a_desk_with_nothing_unsent_says_so(platform, tmp_path):
    with closing(StoreDesk(tmp_path / "idle", platform.enrol_content(), platform.clock, platform.rng)) as desk:
        sync_once(lane_of(platform, desk))
        revoke(platform.hub, CODE)
        problem = sync_once(lane_of(platform, desk)).problem
    assert problem is not None
    assert "没有未上传的内容" in describe(problem).sentence


def test_the_store_opens_no_more_and_says_the_same(platform, desk):
    revoke(platform.hub, CODE)
    problem = sync_once(lane_of(platform, desk)).problem
    assert problem is not None
    desk.close()
    folder = desk.folder
    for opening in (
        lambda: open_for_writing(folder, CLERK, PASSWORD),
        lambda: open_for_reading(folder, CLERK, PASSWORD),
        lambda: _asking(folder),
        lambda: nullcontext(bootstrap.inspect_store(folder, CLERK, PASSWORD)),
    ):
        with pytest.raises(DeviceRevoked) as told, opening():
            pass
        assert describe(told.value) == describe(problem)
    with pytest.raises(DeviceRevoked):
        clerks(folder)
    with pytest.raises(StoreExists):
        Store.create(
            folder,
            clerk=CLERK,
            name="",
            password=PASSWORD,
            practice=False,
            clock=desk.clock,
            disk=desk.store.disk,
            rng=desk.rng,
            secrets=bootstrap.secret_store(),
        )


def test_a_copy_of_the_folder_without_its_key_file_tells_nothing_but_the_note(platform, desk):
    revoke(platform.hub, CODE, "遗失")
    sync_once(lane_of(platform, desk))
    note = json.loads((desk.folder.path / "revoked.json").read_text())
    assert note["device"] == CODE
    assert set(note) == {"format", "device", "issued_at", "reason", "file", "entries", "blobs", "drafts"}
    assert b"typed" not in parcel_of(desk).read_bytes()


def test_only_the_recovery_key_opens_what_a_revoked_desk_sealed(platform, desk):
    revoke(platform.hub, CODE)
    sync_once(lane_of(platform, desk))
    content = parcel_of(desk).read_bytes()
    for key in (platform.hub.keys.handover, bytes(31) + b"\1"):
        with pytest.raises(Exception, match="bad_parcel"):
            brought_to(platform, content, key)


def test_no_clerk_works_on_once_the_order_has_come(platform, desk):
    revoke(platform.hub, CODE)
    sync_once(lane_of(platform, desk))
    with pytest.raises(DeviceRevoked):
        desk.append("session/2", "session.logged_in", logged_in())
    with pytest.raises(DeviceRevoked), desk.store.write(CLERK):
        pass


# ---- in between ---------------------------------------------------------------------------------------------------


def test_an_order_that_was_kept_is_obeyed_at_the_next_opening_without_a_line(platform, desk):
    desk.take_order(revoke(platform.hub, CODE))
    with pytest.raises(DeviceRevoked) as told:
        desk.append("session/2", "session.logged_in", logged_in())
    assert "正在封存" in describe(told.value).sentence
    desk.close()
    with pytest.raises(DeviceRevoked) as told, open_for_writing(desk.folder, CLERK, PASSWORD):
        pass
    assert told.value.data["entries"] == 1
    brought_to(platform, parcel_of(desk).read_bytes())
    assert digest(platform.hub).quarantined == 1


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_full_disk_puts_the_leaving_off_and_destroys_nothing(platform, desk, nth):
    revoke(platform.hub, CODE)
    working = desk.store.disk
    desk.store.disk = FailingDisk(nth, errno.ENOSPC, "before")
    with pytest.raises(DiskFull):
        sync_once(lane_of(platform, desk))
    assert (desk.folder.path / KEYS_FILE).exists()
    desk.store.disk = working
    assert isinstance(sync_once(lane_of(platform, desk)).problem, DeviceRevoked)
    brought_to(platform, parcel_of(desk).read_bytes())
    assert digest(platform.hub).quarantined == 1


def test_a_file_that_was_moved_away_before_the_keys_were_gone_is_sealed_again(platform, desk, tmp_path):
    keys = (desk.folder.path / KEYS_FILE).read_bytes()
    revoke(platform.hub, CODE)
    sync_once(lane_of(platform, desk))
    desk.close()
    (desk.folder.path / KEYS_FILE).write_bytes(keys)
    shutil.move(parcel_of(desk), tmp_path / "stick")
    with pytest.raises(DeviceRevoked), open_for_writing(desk.folder, CLERK, PASSWORD):
        pass
    assert parcel_of(desk).exists()
    assert not (desk.folder.path / KEYS_FILE).exists()


def test_keys_that_a_kill_left_behind_are_destroyed_at_the_next_start_without_a_password(platform, desk):
    keys = (desk.folder.path / KEYS_FILE).read_bytes()
    revoke(platform.hub, CODE)
    sync_once(lane_of(platform, desk))
    desk.close()
    (desk.folder.path / KEYS_FILE).write_bytes(keys)
    with pytest.raises(DeviceRevoked):
        check_password(desk.folder, "nobody", "wrong")
    assert not (desk.folder.path / KEYS_FILE).exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": "x"}', None])
def test_a_note_that_is_none_locks_nobody_out(desk, content):
    note = {"format": "window-clerk-revoked-1", "reason": "", "file": "../else", "entries": 1, "blobs": 1, "drafts": 1}
    (desk.folder.path / "revoked.json").write_bytes(json.dumps(note).encode() if content is None else content)
    check_password(desk.folder, CLERK, PASSWORD)


def test_leaving_twice_changes_nothing(platform, desk):
    revoke(platform.hub, CODE)
    problem = sync_once(lane_of(platform, desk)).problem
    assert problem is not None
    before = parcel_of(desk).read_bytes()

    def seal_again(_file: object, _drafts: object) -> Sealed:
        raise AssertionError("sealed twice")

    again = leave(desk.store, seal_again)
    assert (describe(again), parcel_of(desk).read_bytes()) == (describe(problem), before)


def test_what_the_hub_would_not_take_is_sealed_too(platform, desk):
    chain = desk.own_chains()[0]
    desk.cut_chain(chain.chain, "signature", {})
    revoke(platform.hub, CODE)
    problem = sync_once(lane_of(platform, desk)).problem
    assert problem is not None
    assert problem.data["entries"] == 1


# ---- whose word it is ---------------------------------------------------------------------------------------------


class Forged(DirectLine):
    """Hands the desk another order than the hub's, inside an answer that the hub signed."""

    def __init__(self, platform, change):
        super().__init__(platform.service)
        self._platform, self._change = platform, change

    def send(self, request):
        answer = super().send(request)
        if answer.status != 403:
            return answer
        told = read_message(ErrorAnswer, answer)
        assert told.order is not None
        signed = SignedOrder.from_bytes(f"{told.order.content}\n{told.order.signature}".encode())
        forged = told.model_copy(update={"order": FeedItem.of_order(self._change(signed))})
        made: Response = json_response(answer.status, forged.model_dump_json(exclude_none=True))
        return self._platform.hub.keys.sign_answer(request, made)


def to_another(platform, signed):
    order = replace(signed.order, device="002")
    return SignedOrder(order, platform.hub.keys.sign_order(order))


def of_another_kind(platform, signed):
    order = replace(signed.order, kind="dance")
    return SignedOrder(order, platform.hub.keys.sign_order(order))


def unsigned(_platform, signed):
    return replace(signed, signature=bytes(64))


@pytest.mark.parametrize("change", [to_another, of_another_kind, unsigned])
def test_no_word_but_the_hubs_own_to_this_device_makes_it_leave(platform, desk, change):
    revoke(platform.hub, CODE)
    report = sync_once(lane_of(platform, desk, Forged(platform, partial(change, platform))))
    assert report.state == "refused"
    assert not isinstance(report.problem, DeviceRevoked)
    assert (desk.folder.path / KEYS_FILE).exists()
    desk.append("session/2", "session.logged_in", logged_in())


def test_a_hub_without_an_order_is_refused_as_before_and_nothing_is_destroyed(platform, desk):
    with platform.hub.store.writing() as connection:
        connection.execute(devices.update().values(revoked_at=1))
    report = sync_once(lane_of(platform, desk))
    assert report.problem is not None
    assert (report.state, report.problem.data) == ("refused", {"reason": "revoked"})
    assert (desk.folder.path / KEYS_FILE).exists()


# ---- other ways ---------------------------------------------------------------------------------------------------


def test_a_desk_without_a_line_leaves_by_the_return_of_its_hand_over(platform, desk):
    content = packed(desk)[1]
    revoke(platform.hub, CODE)
    answered(desk, taken_by(platform.hub, content))
    assert desk.store.revocation is not None
    desk.close()
    with pytest.raises(DeviceRevoked), open_for_writing(desk.folder, CLERK, PASSWORD):
        pass


def test_a_device_revoked_before_it_was_ever_heard_of_is_known_by_its_parcel(platform, tmp_path):
    with closing(StoreDesk(tmp_path / "new", platform.enrol_content(), platform.clock, platform.rng)) as desk:
        case_with_scan(desk, 1, b"first")
        revoke(platform.hub, CODE)
        brought_to(platform, packed(desk)[1])
    assert (digest(platform.hub).quarantined, digest(platform.hub).cases) == (1, 0)


def test_syncing_by_itself_ends_when_the_desk_has_left(platform, desk):
    revoke(platform.hub, CODE)
    states: list[LineState] = []
    lane = lane_of(platform, desk)
    background = BackgroundSync(lambda: nullcontext(lane), platform.clock, platform.rng, states.append)
    background.start()
    background._thread.join(20)
    assert not background._thread.is_alive()
    assert (states[-1].phase, len(lane.transport.requests) < 5) == ("refused", True)
    assert isinstance(states[-1].report.problem, DeviceRevoked)


def test_the_folder_keeps_nothing_that_opens_the_store(platform, desk):
    revoke(platform.hub, CODE)
    sync_once(lane_of(platform, desk))
    key = desk.store.database_key
    left = [file for file in Path(desk.folder.path).rglob("*") if file.is_file()]
    assert all(key not in file.read_bytes() and key.hex().encode() not in file.read_bytes() for file in left)


# ---- a supervisor's commands --------------------------------------------------------------------------------------


def test_a_supervisor_looks_decides_and_takes_the_drafts_out(desk, platform, tmp_path, capsys):
    def run(*arguments):
        code = main([*map(str, arguments), "--data", str(platform.folder)])
        said = capsys.readouterr()
        assert code == 0, said.err
        return said.out

    told = json.loads(run("revoke", "--device", "3 号窗口", "--reason", "遗失", "--json"))
    assert told["device"] == CODE
    sync_once(lane_of(platform, desk))
    [key] = platform.folder.glob("recovery-key-*")
    run("import", parcel_of(desk), "--recovery-key", key)
    shown = json.loads(run("quarantine", "list", "--json"))
    [quarantined] = shown["quarantined"]
    assert (quarantined["device"], quarantined["entries"], quarantined["state"]) == (CODE, 1, "open")
    assert shown["drafts"] == 1
    listed_plainly = run("quarantine", "list")
    assert f"设备 {CODE}" in listed_plainly
    assert f"case/{SECOND}" in listed_plainly
    assert json.loads(run("quarantine", "keep", "--device", CODE, "--json")) == {"device": CODE, "kept": 1}
    out = tmp_path / "drafts"
    [file] = json.loads(run("quarantine", "drafts", "--device", CODE, "--out", out, "--json"))["drafts"]
    assert json.loads(Path(file).read_text())["content"] == '{"typed": "half"}'
    assert Path(file).stat().st_mode & 0o077 == 0
    grouped = f"{SECOND[:6]} {SECOND[6:9]} {SECOND[9:]}"
    assert "已放行 1 条" in run("quarantine", "release", "--device", CODE, "--case", grouped)
    assert json.loads(run("quarantine", "list", "--json"))["quarantined"] == []
