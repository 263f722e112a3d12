"""TLS with a private authority: the pinned one and no other."""

from __future__ import annotations

import contextlib
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from clerk_app.errors import CaptivePortal, CertificateOutOfTime, PlatformUnreachable
from clerk_app.messages import describe
from sync import transport
from sync.engine import sync_once
from sync.lane import SyncLane
from sync.transport import HttpTransport
from sync.wire import Request
from tests.helpers.network import Portal, http_answer
from tests.sync.fakes import SeededRng
from tests.sync.work import logged_in

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Authority:
    """A private certificate authority."""

    name: str
    key: Ed25519PrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def key_of(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(SeededRng(seed).token(32))


def builder(name: str, issuer: str, key: Ed25519PrivateKey, *, begins: datetime, ends: datetime):
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(int.from_bytes(SeededRng(name + issuer).token(8), "big") | 1)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def authority(name: str) -> Authority:
    key = key_of(name)
    made = builder(name, name, key, begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=9))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = made.add_extension(usage, critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Authority(name, key, made.sign(key, None))


class TlsHub(Portal):
    """Answers over TLS with a certificate by `issuer` for `address`."""

    def __init__(self, folder, issuer: Authority, *, address="127.0.0.1", begins=NOW - timedelta(days=1)):
        key = key_of("server")
        made = builder("hub", issuer.name, key, begins=begins, ends=begins + timedelta(days=5))
        names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(address))])
        made = made.add_extension(names, critical=False)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
        certificate: x509.Certificate = made.sign(issuer.key, None)
        (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        super().__init__(http_answer("200 OK", b"over tls"))
        self.url = self.url.replace("http", "https")

    def serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(ssl.SSLError), self._context.wrap_socket(connection, server_side=True) as tls:
            heard = b""
            while b"\r\n\r\n" not in heard and (part := tls.recv(65536)):
                heard += part
            tls.sendall(self._answer)


@pytest.fixture(scope="module")
def ours() -> Authority:
    return authority("Example Hub CA")


def ask(url, ca):
    with HttpTransport(url, ca) as line:
        return line.send(Request("GET", "/health"))


def test_the_pinned_authority_is_trusted(tmp_path, ours):
    with TlsHub(tmp_path, ours) as hub:
        assert ask(hub.url, ours.pem).body == b"over tls"


def test_another_authority_is_somebody_else(tmp_path, ours):
    with TlsHub(tmp_path, authority("Another CA")) as hub, pytest.raises(CaptivePortal):
        ask(hub.url, ours.pem)


def test_without_a_pin_the_systems_authorities_count_and_ours_is_none_of_them(tmp_path, ours):
    with TlsHub(tmp_path, ours) as hub, pytest.raises(CaptivePortal):
        ask(hub.url, "")


def test_a_certificate_for_another_address_is_somebody_else(tmp_path, ours):
    with TlsHub(tmp_path, ours, address="127.0.0.2") as hub, pytest.raises(CaptivePortal):
        ask(hub.url, ours.pem)


@pytest.mark.parametrize(("days", "reason"), [(-30, "no_longer"), (30, "not_yet")])
def test_a_certificate_out_of_its_time_is_no_portal_but_a_matter_of_clocks(tmp_path, ours, days, reason):
    with TlsHub(tmp_path, ours, begins=NOW + timedelta(days=days)) as hub, pytest.raises(CertificateOutOfTime) as told:
        ask(hub.url, ours.pem)
    assert told.value.data == {"reason": reason}
    assert "日期和时间" in describe(told.value).line()


@pytest.mark.parametrize("days", [-30, 30])
def test_somebody_elses_certificate_out_of_its_time_is_still_somebody_else(tmp_path, ours, days):
    begins = NOW + timedelta(days=days)
    with TlsHub(tmp_path, authority("Another CA"), begins=begins) as hub, pytest.raises(CaptivePortal):
        ask(hub.url, ours.pem)
    with TlsHub(tmp_path, ours, address="127.0.0.2", begins=begins) as hub, pytest.raises(CaptivePortal):
        ask(hub.url, ours.pem)


def test_a_desk_whose_clock_is_wrong_is_offline_and_is_told_why(tmp_path, ours, platform):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    with TlsHub(tmp_path, ours, begins=NOW + timedelta(days=30)) as hub, HttpTransport(hub.url, ours.pem) as line:
        report = sync_once(SyncLane(desk, line, platform.clock, platform.rng))
    assert (report.state, report.pending) == ("offline", 1)
    assert report.problem is not None
    assert report.problem.code == "certificate_out_of_time"


def test_plain_http_at_a_tls_address_is_a_bad_line(ours, monkeypatch):
    monkeypatch.setattr(transport, "CONNECT_S", 0.5)
    with Portal(http_answer("200 OK")) as portal, pytest.raises(PlatformUnreachable):
        ask(portal.url.replace("http", "https"), ours.pem)
