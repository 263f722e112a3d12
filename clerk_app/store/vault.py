"""The blob vault: scans and other large content, sealed once, each with its own random key.

    sealed = "WCB1" ‖ nonce prefix 7 ‖ chunk … ‖ chunk        chunk = AES-256-GCM of at most 64 KiB of plaintext
    nonce  = prefix 7 ‖ chunk number, 4 bytes big-endian ‖ 01 for the last chunk, else 00

The id is the SHA-256 of the sealed bytes: file name, upload id and final check at once. The key lies in the entry that
names the blob; erasing a blob is deleting its key. The same sealed bytes travel by wire, stick and backup.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.errors import BlobDamaged
from clerk_app.failpoints import failpoint
from clerk_app.seams import TEMPORARY, Disk, Rng, fsync_folder
from clerk_app.store.faults import storage_faults

_MAGIC = b"WCB1"
_CHUNK = 64 * 1024
_TAG = 16
_PREFIX = 7


@dataclass(frozen=True, slots=True)
class SealedBlob:
    """A blob in the vault: `id` 64 hex digits, `key` 32 bytes, `size` of the sealed bytes."""

    id: str
    key: bytes
    size: int


class Vault:
    """Sealed files in one folder, two levels deep."""

    def __init__(self, folder: Path, disk: Disk, rng: Rng) -> None:
        self._folder = folder
        self._disk = disk
        self._rng = rng

    def put(self, content: bytes) -> SealedBlob:
        """Seal `content` and make it durable: written, synced, renamed, folder synced.

        Raises `DiskFull` or `DiskFailed`; nothing is kept then.
        """
        key = self._rng.token(32)
        sealed = seal_blob(content, key=key, prefix=self._rng.token(_PREFIX))
        blob = hashlib.sha256(sealed).hexdigest()
        path = self.path(blob)
        with storage_faults():
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                fsync_folder(self._folder)
            failpoint("vault.sealed")
            self._disk.replace(path, sealed)
        failpoint("vault.kept")
        return SealedBlob(blob, key, len(sealed))

    def clear_unfinished(self) -> None:
        """Remove what a crash left half-written."""
        for leftover in self._folder.glob(f"*/*{TEMPORARY}"):
            leftover.unlink(missing_ok=True)

    def path(self, blob: str) -> Path:
        """Where the sealed bytes lie."""
        return self._folder / blob[:2] / blob

    def sealed(self, blob: str) -> bytes:
        """The sealed bytes, checked against their id; raise `BlobDamaged`."""
        try:
            content = self._disk.read(self.path(blob))
        except OSError:
            raise BlobDamaged(blob=blob) from None
        if hashlib.sha256(content).hexdigest() != blob:
            raise BlobDamaged(blob=blob)
        return content

    def check(self, blob: str) -> None:
        """Raise `BlobDamaged` unless the sealed bytes are what the id says; in bounded memory."""
        try:
            with self.path(blob).open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == blob
        except OSError:
            raise BlobDamaged(blob=blob) from None
        if not same:
            raise BlobDamaged(blob=blob)

    def get(self, blob: str, key: bytes) -> bytes:
        """The content; raise `BlobDamaged` if it is missing or was changed."""
        try:
            return open_blob(self.sealed(blob), key=key)
        except (InvalidTag, ValueError):
            raise BlobDamaged(blob=blob) from None


def seal_blob(content: bytes, *, key: bytes, prefix: bytes) -> bytes:
    """Seal `content`; the last chunk is marked, so that a cut end is noticed."""
    aead, parts = AESGCM(key), [_MAGIC, prefix]
    count = max(1, -(-len(content) // _CHUNK))
    for number in range(count):
        piece = content[number * _CHUNK : (number + 1) * _CHUNK]
        parts.append(aead.encrypt(_nonce(prefix, number, last=number == count - 1), piece, None))
    return b"".join(parts)


def open_blob(sealed: bytes, *, key: bytes) -> bytes:
    """Undo `seal_blob`; raise `InvalidTag` or `ValueError`."""
    if sealed[: len(_MAGIC)] != _MAGIC or len(sealed) < len(_MAGIC) + _PREFIX + _TAG:
        # Even nothing is sealed as one chunk: without any, the end was cut off.
        raise ValueError("not a sealed blob")
    aead, prefix, body = AESGCM(key), sealed[4 : 4 + _PREFIX], sealed[4 + _PREFIX :]
    step, parts = _CHUNK + _TAG, []
    count = -(-len(body) // step)
    for number in range(count):
        piece = body[number * step : (number + 1) * step]
        parts.append(aead.decrypt(_nonce(prefix, number, last=number == count - 1), piece, None))
    return b"".join(parts)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")
