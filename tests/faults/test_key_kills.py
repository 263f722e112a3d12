"""Killed between any two steps with keys and certificates, the next start finds the old or the new, whole."""

from __future__ import annotations

import pytest

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.engine import SyncLane, sync_once
from sync.hub.authority import AUTHORITY_FILE, SERVER_FILE, load_or_make_authority, load_server
from sync.hub.devices import EnrolmentWish, enrol, registered_device
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from sync.hub.push import push
from sync.hub.quarantine import Choice, release
from sync.hub.revoke import order_to, revoke
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from tests.helpers.failpoints import names_of
from tests.helpers.hub import clerk_hub, clerk_hub_json
from tests.sync.conftest import DirectLine
from tests.sync.memory_desk import MemoryDesk
from tests.sync.test_revocation import CODE, FIRST, sent, take_in

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
