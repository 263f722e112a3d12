"""Blobs in an S3-compatible object store: the shelf of a hub that is more than one machine (extra `s3`).

    PREFIX/blobs/ab/ab12…            a whole blob, put only after the SHA-256 of all its bytes was seen to be its name
    PREFIX/arriving/ab12…/00000000   a piece of a beginning, named by its offset

An object is never appended to; a beginning is therefore the pieces that follow one another from 0, and any process may
take the next. Two that take the same piece at once write the same bytes to the same name. A whole blob that comes
in one piece is put at once. What the store has answered is durable.

Credentials, region and endpoint come from where the `boto3` library always looks (`AWS_ACCESS_KEY_ID`,
`AWS_ENDPOINT_URL_S3`, …); nothing of them is in our files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId

_CHUNK = 1024 * 1024
_IN_MEMORY = 8 * 1024 * 1024
"""A blob up to this size is put together in memory, a larger one in a temporary file."""
_FULL = ("QuotaExceeded", "XMinioStorageFull", "EntityTooLarge")
_ABSENT = ("404", "NoSuchKey", "NotFound")
_SETTINGS = Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"})


@dataclass(frozen=True, slots=True)
class _Piece:
    """One object of a beginning."""

    key: str
    offset: int
    size: int


class S3Shelf:
    """Blobs of one hub in a bucket; a `Shelf`. Every method raises `OSError` when the store does not do it."""

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        with _as_os_error():
            self._client: Any = boto3.client("s3", config=_SETTINGS)

    def check(self) -> None:
        """Raise `OSError` if the bucket cannot be reached."""
        with _as_os_error():
            self._client.head_bucket(Bucket=self._bucket)

    def has(self, blob: BlobId) -> bool:
        """Whether the whole blob is here, checked when it came."""
        return self._length(self._whole(blob)) is not None

    def size(self, blob: BlobId) -> int:
        """Bytes of a whole blob."""
        length = self._length(self._whole(blob))
        if length is None:
            raise FileNotFoundError(errno.ENOENT, "no such blob", blob)
        return length

    def offset(self, blob: BlobId) -> int:
        """How many bytes of a beginning are here."""
        return _end(self._pieces(blob))

    def append(self, blob: BlobId, offset: int, piece: bytes) -> bool:
        """Add a piece at the end of a beginning; False if the end is elsewhere."""
        if self.offset(blob) != offset:
            return False
        with _as_os_error():
            self._client.put_object(Bucket=self._bucket, Key=f"{self._arriving(blob)}{offset:012d}", Body=piece)
        return True

    def put(self, blob: BlobId, content: bytes) -> bool:
        """Put a whole blob here at once; False (and nothing of it is here) if its bytes are not `blob`."""
        if hashlib.sha256(content).hexdigest() != blob:
            self.drop(blob)
            return False
        failpoint("hub.blob.synced")
        with _as_os_error():
            self._client.put_object(Bucket=self._bucket, Key=self._whole(blob), Body=content)
        failpoint("hub.blob.renamed")
        self.drop(blob)
        return True

    def finish(self, blob: BlobId) -> bool:
        """Turn a full beginning into a blob; False (and the beginning is gone) if its bytes are not `blob`."""
        pieces = self._pieces(blob)
        if not pieces:
            # A duplicate of the last piece finished it in the meantime.
            return self.has(blob)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as whole:
            try:
                digest = self._join(pieces, whole)
            except FileNotFoundError:
                return self.has(blob)
            if digest != blob:
                self.drop(blob)
                return False
            failpoint("hub.blob.synced")
            whole.seek(0)
            with _as_os_error():
                self._client.upload_fileobj(whole, self._bucket, self._whole(blob))
        failpoint("hub.blob.renamed")
        self._delete([piece.key for piece in pieces])
        return True

    def make_durable(self, blobs: Collection[BlobId]) -> None:
        """Nothing is left to do: what the store has answered is durable."""

    def open(self, blob: BlobId) -> BinaryIO:
        """A whole blob, to be read from any place."""
        key, size = self._whole(blob), self.size(blob)
        return BufferedReader(_ObjectFile(lambda start, end: self._range(key, start, end), size), _CHUNK)

    def remove(self, blob: BlobId) -> None:
        """Throw away all that is here of a blob, whole or begun."""
        self.drop(blob)
        self._delete([self._whole(blob)])

    def drop(self, blob: BlobId) -> None:
        """Throw a beginning away."""
        self._delete([piece.key for piece in self._pieces(blob)])

    def is_whole(self, blob: BlobId) -> bool:
        """Whether the blob is here and its bytes still are what its id says."""
        hasher = hashlib.sha256()
        try:
            for chunk in self._read(self._whole(blob)):
                hasher.update(chunk)
        except OSError:
            return False
        return hasher.hexdigest() == blob

    # ---- objects ------------------------------------------------------------------------------------------------

    def _whole(self, blob: BlobId) -> str:
        return f"{self._prefix}blobs/{blob[:2]}/{blob}"

    def _arriving(self, blob: BlobId) -> str:
        return f"{self._prefix}arriving/{blob}/"

    def _length(self, key: str) -> int | None:
        try:
            with _as_os_error():
                return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])
        except FileNotFoundError:
            return None

    def _pieces(self, blob: BlobId) -> list[_Piece]:
        prefix = self._arriving(blob)
        with _as_os_error():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            found = [item for page in pages for item in page.get("Contents", ())]
        pieces = [_Piece(item["Key"], int(item["Key"].removeprefix(prefix)), int(item["Size"])) for item in found]
        return sorted(pieces, key=lambda piece: piece.offset)

    def _join(self, pieces: list[_Piece], whole: BinaryIO | Any) -> str:
        """Write the bytes of a beginning one after another; return their SHA-256 as hex."""
        hasher, end = hashlib.sha256(), 0
        for piece in pieces:
            if piece.offset > end:
                break
            known = end - piece.offset  # a shorter piece written over a longer one leaves the next to overlap
            for chunk in self._read(piece.key):
                fresh = chunk[known:]
                known = max(0, known - len(chunk))
                hasher.update(fresh)
                whole.write(fresh)
                end += len(fresh)
        return hasher.hexdigest()

    def _read(self, key: str) -> Iterator[bytes]:
        with _as_os_error():
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            yield from body.iter_chunks(_CHUNK)

    def _range(self, key: str, start: int, end: int) -> bytes:
        """Bytes `start`..`end` - 1 of an object."""
        with _as_os_error():
            found = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{end - 1}")
            content: bytes = found["Body"].read()
        return content

    def _delete(self, keys: list[str]) -> None:
        for start in range(0, len(keys), 1000):
            names = [{"Key": key} for key in keys[start : start + 1000]]
            with _as_os_error():
                self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": names, "Quiet": True})


class _ObjectFile(RawIOBase):
    """An object of the store as a file to read from, a range at a time."""

    def __init__(self, read_range: Callable[[int, int], bytes], size: int) -> None:
        self._range = read_range
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        end = min(self._size, self._at + len(buffer))
        content = self._range(self._at, end) if end > self._at else b""
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)


def _end(pieces: list[_Piece]) -> int:
    """Where the pieces stop following one another."""
    end = 0
    for piece in pieces:
        if piece.offset > end:
            break
        end = max(end, piece.offset + piece.size)
    return end


@contextmanager
def _as_os_error() -> Iterator[None]:
    """What the object store and the way to it say, as the errors a disk would raise; words of theirs stay out."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        number = errno.ENOENT if code in _ABSENT else errno.ENOSPC if code in _FULL else errno.EIO
        raise OSError(number, os.strerror(number)) from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, os.strerror(errno.EIO)) from error
