"""The hub's own certificate authority, and the server certificates it issues to the hub.

    hub-ca.pem       the authority: certificate and private key; what desks pin, through their enrolment file
    hub-server.pem   the server certificate in use and its private key; may be made again at any time

Both lie beside `hub-keys.json`, readable by their owner alone. The authority's certificate has no well-defined end (RFC
5280, 4.1.2.5): a desk that pins it is never enrolled again because of a date. Server certificates are short-lived and
renewed long before their end; they begin in the past, so that a desk whose clock is days behind still takes them.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clerk_app.errors import BadHubAddress, HubAuthorityDamaged
from clerk_app.failpoints import failpoint
from clerk_app.seams import Disk, Rng

AUTHORITY_FILE, SERVER_FILE = "hub-ca.pem", "hub-server.pem"
LIFETIME = timedelta(days=397)
RENEW_BEFORE = timedelta(days=132)
"""A third of the lifetime: a hub that is served once a season still renews in time."""
BACKDATED = timedelta(days=30)
_FOR_EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve (SEC 2, 2.4.2): private keys are 1 to one less than this."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return f"Credential({self.certificate.serial_number}, masked)"

    @property
    def certificate_pem(self) -> str:
        """The public part."""
        return self.certificate.public_bytes(Encoding.PEM).decode("ascii")

    @property
    def names(self) -> frozenset[str]:
        """The host names and addresses it stands for."""
        extensions = self.certificate.extensions
        try:
            listed = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return frozenset()
        addresses = (str(address) for address in listed.get_values_for_type(x509.IPAddress))
        return frozenset((*listed.get_values_for_type(x509.DNSName), *addresses))

    def to_bytes(self) -> bytes:
        """As stored: private key and certificate, PEM."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate_pem.encode("ascii")


def checked_name(text: str) -> str:
    """A host name or address as a certificate holds it; raise `BadHubAddress`."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        pass
    try:
        name = text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    good = all(label and label.replace("-", "").isalnum() and label.strip("-") == label for label in labels)
    # A name of digits alone is an address somebody mistyped.
    if not good or labels[-1].isdigit():
        raise BadHubAddress(address=text)
    return name


def load_or_make_authority(folder: Path, disk: Disk, rng: Rng) -> Credential:
    """The folder's authority, made on first use; two processes that start at once end with the same one."""
    path = folder / AUTHORITY_FILE
    if not path.exists():
        _make_authority(path, disk, rng)
    return load_authority(folder, disk)


def load_authority(folder: Path, disk: Disk) -> Credential:
    """The folder's authority; raise `HubAuthorityDamaged` if the file is missing or was changed."""
    try:
        return _read(disk.read(folder / AUTHORITY_FILE))
    except (OSError, ValueError) as error:
        raise HubAuthorityDamaged from error


def load_server(folder: Path, disk: Disk) -> Credential | None:
    """The folder's server certificate; None if there is none that can be used."""
    try:
        return _read(disk.read(folder / SERVER_FILE))
    except (OSError, ValueError):
        return None


def is_due(server: Credential, authority: Credential, names: Iterable[str], now: datetime) -> bool:
    """Whether a server certificate must be made again: near its end, from a later time, too narrow, or not ours."""
    certificate = server.certificate
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError, TypeError):
        return True
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return not begins <= now < ends - RENEW_BEFORE or not server.names.issuperset(names)


def issue_server(
    folder: Path, authority: Credential, names: Iterable[str], *, now: datetime, disk: Disk, rng: Rng
) -> Credential:
    """Make a new key and certificate for these names and put them in place."""
    key = _new_key(rng)
    builder = _builder("window-clerk hub", authority.certificate.subject, key, rng)
    made = (
        builder.not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in sorted(names)]), critical=False)
        .add_extension(_issued_by(authority), critical=False)
        .sign(authority.key, SHA256())
    )
    server = Credential(made, key)
    disk.replace(folder / SERVER_FILE, server.to_bytes())
    failpoint("tls.certificate_issued")
    return server


def _make_authority(path: Path, disk: Disk, rng: Rng) -> None:
    key = _new_key(rng)
    name = f"window-clerk hub {rng.token(4).hex()}"
    begins, ends = _FOR_EVER
    made = (
        _builder(name, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, rng)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, SHA256())
    )
    draft = path.with_name(f"{path.name}.{rng.token(4).hex()}")
    disk.replace(draft, Credential(made, key).to_bytes())
    failpoint("tls.authority_written")
    with suppress(FileExistsError):
        # Another process may have been first: its authority counts, ours was never used.
        os.link(draft, path)
    draft.unlink()


def _builder(name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, rng: Rng) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(public)
        # Positive and below 20 octets (RFC 5280, 4.1.2.2).
        .serial_number(int.from_bytes(rng.token(19), "big") | 1)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _issued_by(authority: Credential) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _new_key(rng: Rng) -> ec.EllipticCurvePrivateKey:
    while True:
        number = int.from_bytes(rng.token(32), "big")
        if 1 <= number < _ORDER:
            return ec.derive_private_key(number, _CURVE)


def _read(content: bytes) -> Credential:
    key = load_pem_private_key(content, None)
    certificate = x509.load_pem_x509_certificate(content)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError("key and certificate do not belong together")
    return Credential(certificate, key)
