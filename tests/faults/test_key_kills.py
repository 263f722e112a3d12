"""Killed between any two steps with keys and certificates, the next start finds the old or the new, whole."""

from __future__ import annotations

import pytest

from clerk_app.seams import SystemDisk, SystemRng
from sync.hub.authority import AUTHORITY_FILE, SERVER_FILE, load_or_make_authority, load_server
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
