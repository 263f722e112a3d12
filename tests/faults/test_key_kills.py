"""Killed between any two steps with keys and certificates, the next start finds the old or the new, whole."""

from __future__ import annotations

import pytest

from clerk_app import failpoints
from clerk_app.bootstrap import create_store, enrol_store, open_for_writing, open_sync_lane
from clerk_app.errors import DeviceRevoked
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.store.folder import DataFolder
from sync.engine import sync_once
from sync.hub.authority import AUTHORITY_FILE, SERVER_FILE, load_or_make_authority, load_server
from sync.hub.devices import EnrolmentWish, enrol, registered_device
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from sync.hub.push import push
from sync.hub.quarantine import Choice, held, release
from sync.hub.revoke import order_to, revoke
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from tests.faults.test_sync_failpoints import in_child
from tests.helpers.failpoints import names_of
from tests.helpers.hub import RunningHub, clerk_hub, clerk_hub_json
from tests.helpers.intake import CHEAP, CLERK, PASSWORD
from tests.sync.conftest import DirectLine
from tests.sync.memory_desk import MemoryDesk
from tests.sync.test_revocation import CODE, FIRST, sent, take_in
from tests.sync.work import case_number_of, taken_in

KILLED = -9


@pytest.mark.parametrize("point", names_of("tls"))
def test_a_certificate_killed_half_way_is_made_at_the_next_try(tmp_path, point):
    folder = tmp_path / "hub"
    enrol = ("enrol", "--data", folder, "--device", "x", "--hall", "999999", "--out", tmp_path / "f")
    assert clerk_hub(*enrol, "--url", "http://127.0.0.1:9").returncode == 0
    assert clerk_hub("certificate", "--data", folder, failpoint=point).returncode == KILLED
    shown = clerk_hub_json("certificate", "--data", folder)
    authority = load_or_make_authority(folder, SystemDisk(), SystemRng())
    server = load_server(folder, SystemDisk())
    assert server is not None
    server.certificate.verify_directly_issued_by(authority.certificate)
    assert shown["valid_until"] == server.certificate.not_valid_after_utc.isoformat()
    assert {AUTHORITY_FILE, SERVER_FILE} <= {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("point", names_of("keys"))
def test_a_rotation_killed_half_way_happened_for_everybody_or_for_nobody(tmp_path, point):
    folder = tmp_path / "hub"
    seams = HubSeams(SystemClock(), SystemDisk(), SystemRng())
    hub = open_hub(folder, seams)
    assert clerk_hub("rotate-keys", "--data", folder, failpoint=point).returncode == KILLED
    served, opened = hub.with_newest_keys(), open_hub(folder, seams)
    assert served.key_list == opened.key_list
    assert (served.keys.serial > hub.keys.serial) == (point != "keys.before_commit")
    turned = clerk_hub_json("rotate-keys", "--data", folder)
    assert turned["serial"] > served.keys.serial
    assert verify_hub(served.with_newest_keys()).first_fault is None
    opened.close()
    hub.close()


@pytest.fixture
def revocable(tmp_path):
    """A hub with one registered device that has written a case, and what it would push."""
    folder = tmp_path / "hub"
    hub = open_hub(folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    wish = EnrolmentWish("999999", "例州区政务服务中心", "3 号窗口", "http://127.0.0.1:9", "http://127.0.0.1:9")
    desk = MemoryDesk.from_bytes(enrol(hub, wish), SystemClock(), SystemRng())
    sync_once(SyncLane(desk, DirectLine(HubService(hub)), SystemClock(), SystemRng()))
    take_in(desk, FIRST)
    yield folder, hub, desk
    hub.close()


@pytest.mark.parametrize("point", names_of("revocation"))
def test_a_revocation_killed_half_way_happened_or_did_not(revocable, point):
    folder, hub, _desk = revocable
    assert clerk_hub("revoke", "--data", folder, "--device", CODE, failpoint=point).returncode == KILLED
    with hub.store.reading() as connection:
        order = order_to(connection, CODE[:6], CODE[6:])
    assert (order is not None) == (point == "revocation.after_commit")
    again = clerk_hub_json("revoke", "--data", folder, "--device", CODE)
    assert order is None or order.order.hub_seq == again["hub_seq"]
    assert verify_hub(hub).first_fault is None


@pytest.mark.parametrize("point", names_of("quarantine"))
def test_a_release_killed_half_way_happened_or_did_not(revocable, point):
    folder, hub, desk = revocable
    with hub.store.reading() as connection:
        known = registered_device(connection, CODE)
    revoke(hub, CODE)
    push(hub, known, sent(desk))
    arguments = ("quarantine", "release", "--data", folder, "--device", CODE)
    assert clerk_hub(*arguments, failpoint=point).returncode == KILLED
    assert verify_hub(hub).first_fault is None
    left = digest(hub).quarantined
    assert left == (1 if point == "quarantine.before_commit" else 0)
    if left:
        release(hub, Choice(CODE))
    assert (digest(hub).cases, digest(hub).quarantined) == (1, 0)


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    with RunningHub(tmp_path_factory.mktemp("hub") / "data") as hub:
        yield hub


@pytest.mark.parametrize("point", names_of("leaving"))
def test_a_desk_killed_while_it_leaves_loses_nothing_and_leaves_at_the_next_start(serving, tmp_path, point):
    hub = open_hub(serving.folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    wish = EnrolmentWish("999999", "例州区政务服务中心", point, serving.url, serving.url)
    (tmp_path / "file").write_bytes(enrol(hub, wish))
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
        device = enrol_store(store, tmp_path / "file", clerk=CLERK).device
        number = case_number_of(device, 1)
        with open_sync_lane(store) as lane:
            assert sync_once(lane).state == "done"
        with store.write(CLERK) as unit:
            unit.append(f"case/{number}", "case.taken_in", taken_in(number))
            unit.save_draft("d", visit="v", owner=CLERK, content=b"{}")
            unit.commit()
    code = f"999999{device}"
    revoke(hub, code)
    in_child(lambda: _leave_and_die(folder, point))
    with pytest.raises(DeviceRevoked) as told, open_for_writing(folder, CLERK, PASSWORD):
        pass
    assert (told.value.data["entries"], told.value.data["drafts"]) == (1, 1)
    assert not (folder.path / "keys.json").exists()
    [recovery] = serving.folder.glob("recovery-key-*")
    parcel = folder.path / f"handover-{code}.parcel"
    done = clerk_hub("import", parcel, "--data", serving.folder, "--recovery-key", recovery)
    assert done.returncode == 0, done.stderr
    assert release(hub, Choice(code)) == 1
    assert len(held(hub, code)) == 1
    assert verify_hub(hub).first_fault is None
    hub.close()


def _leave_and_die(folder, point):
    failpoints.arm(point)
    with open_for_writing(folder, CLERK, PASSWORD) as store, open_sync_lane(store) as lane:
        sync_once(lane)
