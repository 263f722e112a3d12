"""The hub's own authority: TLS everywhere but on loopback, and certificates that change without a new enrolment."""

from __future__ import annotations

import json
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from clerk_app.errors import BadHubAddress, HubAuthorityDamaged
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.security.enrolment_file import EnrolmentFile
from sync.engine import sync_once
from sync.hub import authority
from sync.hub.__main__ import main
from sync.hub.authority import (
    AUTHORITY_FILE,
    LIFETIME,
    RENEW_BEFORE,
    SERVER_FILE,
    checked_name,
    is_due,
    issue_server,
    load_or_make_authority,
    load_server,
)
from sync.hub.tls import LOOPBACK, ServerTls, names_for
from sync.lane import SyncLane
from sync.transport import HttpTransport
from sync.wire import Request
from tests.helpers.hub import RunningHub, clerk_hub, clerk_hub_json
from tests.sync.fakes import SeededRng, VirtualClock
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import logged_in

DAY_S = 86_400
NOW = datetime(2026, 11, 17, 1, tzinfo=UTC)


# ---- a platform beyond this machine -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with RunningHub(tmp_path_factory.mktemp("tls") / "hub", "--host", "0.0.0.0", "--name", "localhost") as hub:
        yield hub


def enrolled(hub, out, *more):
    done = clerk_hub("enrol", "--data", hub.folder, "--device", "x", "--hall", "999999", "--out", out, *more)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


def fingerprint_at(port):
    """Of whatever certificate is shown there, trusted or not."""
    shown = ssl.get_server_certificate(("127.0.0.1", port), timeout=10)
    return x509.load_pem_x509_certificate(shown.encode())


def test_beyond_this_machine_only_tls_is_spoken(served):
    assert served.url == f"https://localhost:{served.port}"
    with socket.create_connection(("127.0.0.1", served.port), 10) as line:
        line.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert b"HTTP" not in line.recv(1000)


def test_a_desk_syncs_by_what_its_enrolment_file_says_alone(served, tmp_path):
    content = enrolled(served, tmp_path / "file")
    file = EnrolmentFile.from_bytes(content)
    assert (file.url, file.ca.count("BEGIN CERTIFICATE")) == (served.url, 1)
    assert "PRIVATE" not in file.ca
    desk = MemoryDesk.from_bytes(content, SystemClock(), SystemRng())
    desk.append("session/1", "session.logged_in", logged_in())
    with HttpTransport(file.url, file.ca) as line:
        assert sync_once(SyncLane(desk, line, SystemClock(), SystemRng())).state == "done"


def test_a_new_certificate_is_used_at_once_and_needs_no_new_enrolment(served, tmp_path):
    file = EnrolmentFile.from_bytes(enrolled(served, tmp_path / "file"))
    before = fingerprint_at(served.port)
    made = clerk_hub_json("certificate", "--data", served.folder, "--renew")
    after = fingerprint_at(served.port)
    assert after.serial_number != before.serial_number
    assert after.public_key() != before.public_key()
    assert set(made["names"]) >= {*LOOPBACK}
    with HttpTransport(file.url, file.ca) as line:
        assert line.send(Request("GET", "/health")).status == 200


def test_what_a_command_shows_is_the_certificate_in_use(served):
    shown = clerk_hub_json("certificate", "--data", served.folder)
    found = fingerprint_at(served.port)
    assert shown["valid_until"] == found.not_valid_after_utc.isoformat()
    assert datetime.fromisoformat(shown["valid_from"]) < datetime.now(UTC) - timedelta(days=20)


# ---- commands -----------------------------------------------------------------------------------------------------


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


ENROL = ("enrol", "--device", "x", "--hall", "999999")


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--host", "0.0.0.0", "--no-tls"),
        ("serve", "--host", "hub.example", "--no-tls"),
        (*ENROL, "--out", "f", "--url", "http://hub.example:8443"),
    ],
)
def test_plain_http_beyond_this_machine_is_refused_in_one_sentence(capsys, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, error = run(capsys, *arguments, "--data", tmp_path / "hub")
    assert (code, out.strip()) == (1, "")
    assert "https" in error.splitlines()[-1]
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("name", ["", "no name", "-hub", "10.1.2", "hub..example", "http://hub.example", "a" * 64])
def test_a_name_no_certificate_can_hold_is_refused(capsys, tmp_path, name):
    with pytest.raises(BadHubAddress):
        checked_name(name)
    code, _out, error = run(capsys, "serve", "--data", tmp_path / "hub", "--tls", f"--name={name}")
    assert (code, error.count("\n")) == (1, 1)


def test_names_and_addresses_are_written_one_way():
    assert [checked_name(name) for name in ("Hub.Example", "[::1]", "10.1.2.3", "例.example")] == [
        "hub.example",
        "::1",
        "10.1.2.3",
        "xn--fsq.example",
    ]


def test_the_authority_is_handed_out_without_its_key(capsys, tmp_path):
    run(capsys, *ENROL, "--data", tmp_path / "hub", "--out", tmp_path / "f", "--url", "https://hub.example")
    code, out, _error = run(
        capsys,
        "certificate",
        "--data",
        tmp_path / "hub",
        "--name",
        "hub.example",
        "--ca-out",
        tmp_path / "ca",
        "--json",
    )
    assert code == 0
    assert set(json.loads(out)["names"]) == {"hub.example", *LOOPBACK}
    assert (tmp_path / "ca").read_text() == EnrolmentFile.from_bytes((tmp_path / "f").read_bytes()).ca


@pytest.mark.parametrize(("choice", "count"), [("system", 0), ("FILE", 1), ("own", 1)])
def test_a_device_may_be_told_to_trust_another_authority(capsys, tmp_path, choice, count):
    mine = load_or_make_authority(tmp_path, SystemDisk(), SeededRng("theirs"))
    given = tmp_path / AUTHORITY_FILE if choice == "FILE" else choice
    arguments = (*ENROL, "--data", tmp_path / "hub", "--out", tmp_path / "f", "--url", "https://hub.example")
    code, _out, error = run(capsys, *arguments, "--ca", given)
    assert code == 0, error
    ca = EnrolmentFile.from_bytes((tmp_path / "f").read_bytes()).ca
    assert (ca.count("BEGIN CERTIFICATE"), ca.count("PRIVATE")) == (count, 0)
    assert (ca == mine.certificate_pem) == (choice == "FILE")


def test_a_file_without_a_certificate_is_named(capsys, tmp_path):
    (tmp_path / "ca").write_text("nothing")
    arguments = (*ENROL, "--data", tmp_path / "hub", "--out", tmp_path / "f", "--url", "https://hub.example")
    code, _out, error = run(capsys, *arguments, "--ca", tmp_path / "ca")
    assert code == 1
    assert "证书文件" in error


# ---- the authority ------------------------------------------------------------------------------------------------


def test_private_keys_are_readable_by_their_owner_alone(tmp_path):
    made = load_or_make_authority(tmp_path, SystemDisk(), SeededRng(1))
    issue_server(tmp_path, made, LOOPBACK, now=NOW, disk=SystemDisk(), rng=SeededRng(2))
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [AUTHORITY_FILE, SERVER_FILE]
    assert [file for file in files if file.stat().st_mode & 0o077] == []


def test_two_processes_that_start_at_once_end_with_the_same_authority(tmp_path):
    for seed in ("first", "second"):
        authority._make_authority(tmp_path / AUTHORITY_FILE, SystemDisk(), SeededRng(seed))
    found = load_or_make_authority(tmp_path, SystemDisk(), SeededRng("third"))
    assert [file.name for file in tmp_path.iterdir()] == [AUTHORITY_FILE]
    (tmp_path / AUTHORITY_FILE).unlink()
    first = load_or_make_authority(tmp_path, SystemDisk(), SeededRng("first"))
    assert found.certificate.subject == first.certificate.subject


@pytest.mark.parametrize("content", [b"", b"not a key", None])
def test_an_authority_that_was_changed_is_named(tmp_path, content):
    made = load_or_make_authority(tmp_path, SystemDisk(), SeededRng(1))
    other = authority.Credential(made.certificate, authority._new_key(SeededRng(2)))
    (tmp_path / AUTHORITY_FILE).write_bytes(other.to_bytes() if content is None else content)
    with pytest.raises(HubAuthorityDamaged):
        load_or_make_authority(tmp_path, SystemDisk(), SeededRng(3))


@pytest.mark.parametrize(
    ("later", "due"),
    [
        (timedelta(0), False),
        (timedelta(days=-29), False),
        (timedelta(days=-31), True),
        (LIFETIME - RENEW_BEFORE - timedelta(seconds=1), False),
        (LIFETIME - RENEW_BEFORE, True),
        (LIFETIME * 2, True),
    ],
)
def test_a_certificate_is_renewed_a_third_of_its_life_before_its_end(tmp_path, later, due):
    made = load_or_make_authority(tmp_path, SystemDisk(), SeededRng(1))
    server = issue_server(tmp_path, made, LOOPBACK, now=NOW, disk=SystemDisk(), rng=SeededRng(2))
    assert is_due(server, made, LOOPBACK, NOW + later) == due


def test_a_certificate_of_another_authority_or_without_a_name_is_made_again(tmp_path):
    made = load_or_make_authority(tmp_path, SystemDisk(), SeededRng(1))
    server = issue_server(tmp_path, made, LOOPBACK, now=NOW, disk=SystemDisk(), rng=SeededRng(2))
    (tmp_path / AUTHORITY_FILE).unlink()
    other = load_or_make_authority(tmp_path, SystemDisk(), SeededRng(3))
    assert is_due(server, other, LOOPBACK, NOW)
    assert is_due(server, made, [*LOOPBACK, "hub.example"], NOW)
    assert not is_due(server, made, ["localhost"], NOW)


# ---- while it is served -------------------------------------------------------------------------------------------


class Served:
    """One process's TLS side, and a pinned client without a network."""

    def __init__(self, folder, clock, names=LOOPBACK, disk=None):
        self.folder, self.clock = folder, clock
        disk = disk or SystemDisk()
        self.tls = ServerTls(folder, names, clock=clock, disk=disk, rng=SeededRng(str(names)))
        self._client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client.verify_flags |= ssl.VERIFY_X509_STRICT
        self._client.load_verify_locations(cadata=load_or_make_authority(folder, disk, SeededRng(1)).certificate_pem)

    def connect(self, name="localhost"):
        """The certificate that a new connection is shown; its times are judged by this machine's clock."""
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self._client.wrap_bio(to_client, to_server, server_hostname=name)
        server = self.tls.context.wrap_bio(to_server, to_client, server_side=True)
        for end in (client, server, client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
        shown = client.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown)


@pytest.fixture
def now_clock():
    clock = VirtualClock()
    clock.advance(SystemClock().now_ms() / 1000 - clock.now_ms() / 1000)
    return clock


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_the_certificate_passes_the_strictest_check_by_name_and_by_address(tmp_path, now_clock, name):
    Served(tmp_path, now_clock).connect(name)


def test_a_served_certificate_is_renewed_at_a_connection_before_it_ends(tmp_path, now_clock):
    served = Served(tmp_path, now_clock)
    first = served.connect()
    now_clock.advance((LIFETIME - RENEW_BEFORE).days * DAY_S - 60)
    assert served.connect() == first
    # The client's own clock is real: what was issued nine months ahead begins a month before that.
    now_clock.advance(120)
    with pytest.raises(ssl.SSLCertVerificationError, match="not yet valid"):
        served.connect()
    renewed = load_server(tmp_path, SystemDisk())
    assert renewed is not None
    assert renewed.certificate.serial_number != first.serial_number


def test_two_processes_at_different_addresses_share_one_certificate(tmp_path, now_clock):
    first = Served(tmp_path, now_clock, names=("localhost", "one.example"))
    second = Served(tmp_path, now_clock, names=("localhost", "two.example"))
    assert first.connect("two.example") == second.connect("one.example") == first.connect("localhost")


class FailingDisk(SystemDisk):
    fails = False

    def replace(self, path, content):
        if self.fails:
            raise OSError(28, "no room")
        super().replace(path, content)


def test_a_renewal_that_fails_refuses_nobody(tmp_path, now_clock):
    disk = FailingDisk()
    served = Served(tmp_path, now_clock, disk=disk)
    first = served.connect()
    now_clock.advance((LIFETIME - RENEW_BEFORE).days * DAY_S + 60)
    disk.fails = True
    assert served.connect() == first
    (tmp_path / SERVER_FILE).unlink()
    assert served.connect() == first


def test_a_server_that_listens_everywhere_knows_its_own_names():
    assert {*LOOPBACK, "hub.example"} < {*names_for("0.0.0.0", ["hub.example"]), ""}
    assert names_for("10.1.2.3", []) == {*LOOPBACK, "10.1.2.3"}
