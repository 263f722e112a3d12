r"""The sealed parcel: what travels where there is no line, on a stick or in another laptop.

    parcel     "WCH1" ‖ len32 ‖ envelope ‖ chunk … ‖ signature 64
    envelope   ["parcel-1","kind","hub","device","maker",made_at,"recipient","sealed key"]   UTF-8 JSON, no spaces
    chunk      AES-256-GCM of 64 KiB of content (the last one: what is left, perhaps nothing) with its tag of 16
    nonce      chunk number, 11 bytes ‖ 01 for the last chunk, else 00       associated data: SHA-256 of what precedes
    signature  Ed25519 by the maker over SHA-256 of everything before it, purpose "parcel"

Numbers are big-endian, keys lower-case hex. The chunks are sealed with a key made for this parcel alone, which the
envelope holds sealed to the recipient's X25519 key (`sealing.py`, purpose "parcel"). So whoever finds a lost stick
learns which device of which hub wrote it and when, and nothing else; whoever carries it can tell, without opening it,
that it is whole and as its maker signed it. Whether the maker is who it says is for the reader to judge, who knows
its key.

What the content is: `clerk_app/journal/handover.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.errors import BadParcel
from clerk_app.journal.signature import PARCEL, verify
from clerk_app.seams import Rng
from clerk_app.security.sealing import PARCEL_KEY, NotSealedForUs, open_sealed, seal

Kind = Literal["handover", "return"]
KINDS: tuple[Kind, ...] = ("handover", "return")
CHUNK = 64 * 1024

_MAGIC = b"WCH1"
_FAMILY = b"WCH"
_FORMAT = "parcel-1"
_TAG = 16
_SEALED_CHUNK = CHUNK + _TAG
_SIGNATURE = 64
_MAX_ENVELOPE = 4096
_READ = 1024 * 1024
_HASH = 32

Sign = Callable[[str, bytes], bytes]
"""Signs a message for a purpose with the maker's Ed25519 key."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What anybody may read of a parcel.

    `kind`: from a device to the hub (`handover`) or back (`return`). `device`: nine digits, the device that wrote a
    hand-over or that a return is for. `maker` is the raw Ed25519 key that signs the parcel, `recipient` the raw X25519
    key it is sealed to, `made_at` UTC milliseconds by the maker's clock.
    """

    kind: Kind
    hub: bytes
    device: str
    maker: bytes
    made_at: int
    recipient: bytes
    sealed_key: bytes

    def to_bytes(self) -> bytes:
        """The bytes as they stand in the file."""
        fields = [
            _FORMAT,
            self.kind,
            self.hub.hex(),
            self.device,
            self.maker.hex(),
            self.made_at,
            self.recipient.hex(),
            self.sealed_key.hex(),
        ]
        return json.dumps(fields, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Envelope:
        """Parse; raise `ValueError` unless they are the very bytes `to_bytes` would write."""
        try:
            fields = json.loads(content)
            form, kind, hub, device, maker, made_at, recipient, sealed = fields
            keys = [bytes.fromhex(key) for key in (hub, maker, recipient, sealed)]
        except (TypeError, RecursionError) as error:
            raise ValueError("not an envelope") from error
        envelope = cls(kind, keys[0], device, keys[1], made_at, keys[2], keys[3])
        if form != _FORMAT or kind not in KINDS or not _fits(envelope) or envelope.to_bytes() != content:
            raise ValueError("not an envelope")
        return envelope


def _fits(envelope: Envelope) -> bool:
    keys = (envelope.hub, envelope.maker, envelope.recipient)
    device: Any = envelope.device
    is_code = isinstance(device, str) and len(device) == 9 and device.isascii() and device.isdigit()
    is_time = type(envelope.made_at) is int and 0 <= envelope.made_at < 2**53
    return is_code and is_time and all(len(key) == _HASH for key in keys)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes and who made it: its envelope before there is a key."""

    kind: Kind
    hub: bytes
    device: str
    maker: bytes
    recipient: bytes


class ParcelWriter:
    """Writes one parcel from front to back, in bounded memory. What was not finished is no parcel."""

    def __init__(self, file: BinaryIO, address: Address, *, made_at: int, rng: Rng) -> None:
        """Raises `ValueError` if the recipient's key is no usable key, `OSError` as the file does."""
        key = rng.token(32)
        sealed = seal(address.recipient, key, purpose=PARCEL_KEY, rng=rng)
        self.envelope = Envelope(
            address.kind, address.hub, address.device, address.maker, made_at, address.recipient, sealed
        )
        self._file = file
        self._aead = AESGCM(key)
        self._hash = hashlib.sha256()
        self._left = bytearray()
        self._number = 0
        content = self.envelope.to_bytes()
        self._put(_MAGIC + len(content).to_bytes(4, "big") + content)
        self._bound = self._hash.digest()

    def write(self, content: bytes) -> None:
        """Add to the content."""
        self._left += content
        # What could be the last chunk is held back: only the last one is marked as such.
        while len(self._left) > CHUNK:
            self._seal(bytes(self._left[:CHUNK]), last=False)
            del self._left[:CHUNK]

    def finish(self, sign: Sign) -> str:
        """Write the last chunk and the signature; return the parcel's id, SHA-256 of the whole as hex."""
        self._seal(bytes(self._left), last=True)
        self._put(sign(PARCEL, self._hash.digest()))
        return self._hash.hexdigest()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._put(self._aead.encrypt(_nonce(self._number, last=last), piece, self._bound))
        self._number += 1

    def _put(self, content: bytes) -> None:
        self._hash.update(content)
        self._file.write(content)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that is whole and signed by the maker it names.

    `id` is SHA-256 of the whole as hex, `size` its bytes; `start` is where its chunks begin, `bound` what they are
    bound to.
    """

    envelope: Envelope
    id: str
    size: int
    start: int
    bound: bytes

    @property
    def content_size(self) -> int:
        """Bytes of the content."""
        sealed = self.size - self.start - _SIGNATURE
        return sealed - _TAG * -(-sealed // _SEALED_CHUNK)


def read_envelope(file: BinaryIO) -> Envelope:
    """What anybody may read of a parcel, unchecked; raise `BadParcel` (`foreign`, `newer`, `damaged`) or `OSError`."""
    return _read_envelope(file)[0]


def _read_envelope(file: BinaryIO) -> tuple[Envelope, bytes]:
    """The envelope and all bytes up to its end."""
    file.seek(0)
    head = file.read(len(_MAGIC) + 4)
    if head[:4] != _MAGIC:
        raise BadParcel(reason="newer" if head[:3] == _FAMILY and head[3:4].isdigit() else "foreign")
    length = int.from_bytes(head[4:], "big")
    content = file.read(length) if length <= _MAX_ENVELOPE else b""
    try:
        return Envelope.from_bytes(content), head + content
    except ValueError:
        raise BadParcel(reason="damaged") from None


def check_parcel(file: BinaryIO) -> Parcel:
    """Read a parcel once, without any key; raise `BadParcel` (`foreign`, `newer`, `damaged`) or `OSError`."""
    size = file.seek(0, os.SEEK_END)
    envelope, before = _read_envelope(file)
    start = len(before)
    hasher = hashlib.sha256(before)
    bound = hasher.digest()
    sealed = size - start - _SIGNATURE
    if sealed < _TAG or 0 < sealed % _SEALED_CHUNK < _TAG:
        raise BadParcel(reason="damaged")
    while sealed:
        piece = file.read(min(sealed, _READ))
        if not piece:
            raise BadParcel(reason="damaged")
        hasher.update(piece)
        sealed -= len(piece)
    signature = file.read(_SIGNATURE)
    if not verify(envelope.maker, PARCEL, hasher.digest(), signature):
        raise BadParcel(reason="damaged")
    hasher.update(signature)
    return Parcel(envelope, hasher.hexdigest(), size, start, bound)


class ParcelReader:
    """The content of a checked parcel, to be read from any place in bounded memory. The file stays the caller's."""

    def __init__(self, file: BinaryIO, parcel: Parcel, private: bytes) -> None:
        """Raises `BadParcel` (`not_for_us`) if it is not sealed to the raw X25519 key `private`."""
        try:
            key = open_sealed(private, parcel.envelope.sealed_key, purpose=PARCEL_KEY)
            self._aead = AESGCM(key)
        except (NotSealedForUs, ValueError):
            raise BadParcel(reason="not_for_us") from None
        self._file = file
        self._parcel = parcel
        self._at = 0
        self._kept: tuple[int, bytes] = (-1, b"")

    @property
    def at(self) -> int:
        """Where in the content the next byte is read."""
        return self._at

    @property
    def left(self) -> int:
        """Bytes of the content after `at`."""
        return self._parcel.content_size - self._at

    def seek(self, at: int) -> None:
        """Read on from `at`; raise `BadParcel` if the content ends before it."""
        if not 0 <= at <= self._parcel.content_size:
            raise BadParcel(reason="damaged")
        self._at = at

    def read(self, size: int) -> bytes:
        """The next `size` bytes, which must be there; raise `BadParcel` (`damaged`) or `OSError`."""
        if size > self.left:
            raise BadParcel(reason="damaged")
        parts: list[bytes] = []
        while size:
            number, offset = divmod(self._at, CHUNK)
            part = self._chunk(number)[offset : offset + size]
            parts.append(part)
            self._at += len(part)
            size -= len(part)
        return b"".join(parts)

    def _chunk(self, number: int) -> bytes:
        if self._kept[0] != number:
            self._kept = (number, self._open(number))
        return self._kept[1]

    def _open(self, number: int) -> bytes:
        parcel = self._parcel
        end = parcel.size - _SIGNATURE
        begin = parcel.start + number * _SEALED_CHUNK
        size = min(_SEALED_CHUNK, end - begin)
        self._file.seek(begin)
        sealed = self._file.read(size)
        try:
            return self._aead.decrypt(_nonce(number, last=begin + size == end), sealed, parcel.bound)
        except InvalidTag:
            raise BadParcel(reason="damaged") from None


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
