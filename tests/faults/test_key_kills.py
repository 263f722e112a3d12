"""Killed between any two steps with keys and certificates, the next start finds the old or the new, whole."""

from __future__ import annotations

import pytest

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.hub.authority import AUTHORITY_FILE, SERVER_FILE, load_or_make_authority, load_server
from sync.hub.hub import HubSeams, open_hub
from sync.hub.verify import verify_hub
from tests.helpers.failpoints import names_of
from tests.helpers.hub import clerk_hub, clerk_hub_json

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
