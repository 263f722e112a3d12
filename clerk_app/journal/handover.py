"""What a hand-over holds: records one after another, the content of a sealed parcel (`clerk_app/security/parcel.py`).

    record   kind 1 ‖ length u64 ‖ content
    01 manifest   JSON, first and once: what the device would say in a sync (see `Manifest`)
    02 batch      the very bytes of a push (`sync/batch.py`), chains oldest first, each in `seq` order
    03 blob       id 32 ‖ sealed bytes, as they lie in the vault
    04 draft      JSON: a form that was being filled when the device was revoked
    05 answer     JSON: in a return, what the hub would have answered in a sync

Entries go before the blobs they name. A reader that meets an unknown record must stop there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from clerk_app.errors import BadParcel
from clerk_app.journal.exchange import FeedPlace

MANIFEST, BATCH, BLOB, DRAFT, ANSWER = 1, 2, 3, 4, 5
_KINDS = (MANIFEST, BATCH, BLOB, DRAFT, ANSWER)
_ID = 32
MAX_RECORD = 8 * 1024 * 1024
"""Bytes of any record but a blob."""
MAX_BLOB = 256 * 1024 * 1024
"""Sealed bytes of one blob."""

Write = Callable[[bytes], None]
"""Adds bytes to the content."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How far one chain of the device reaches."""

    chain: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first record of a hand-over.

    `chains` is every chain of the device with its head, `feed` how far the device has read; both as in a digest.
    `wanted` names the entries (chain, first, last) that a return should bring acks of: those in the parcel, and those
    whose blobs are. `proof` is that of a registration (`sync/registration.py`): a device that never had a line is
    registered by it. `answer_to` is the raw X25519 key that a return is sealed to.
    """

    chains: tuple[ChainHead, ...]
    wanted: tuple[tuple[str, int, int], ...]
    feed: FeedPlace
    proof: bytes
    answer_to: bytes

    def to_bytes(self) -> bytes:
        """The bytes of the record's content."""
        return _json(
            {
                "chains": [[one.chain, one.seq, one.head.hex()] for one in self.chains],
                "wanted": [list(one) for one in self.wanted],
                "feed": [self.feed.hub_seq, self.feed.mark.hex()],
                "proof": self.proof.hex(),
                "answer_to": self.answer_to.hex(),
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Parse; raise `BadParcel`. Fields of a newer device are passed over."""
        try:
            stored = json.loads(content)
            chains = tuple(ChainHead(chain, seq, bytes.fromhex(head)) for chain, seq, head in stored["chains"])
            wanted = tuple((chain, first, last) for chain, first, last in stored["wanted"])
            hub_seq, mark = stored["feed"]
            proof, answer_to = bytes.fromhex(stored["proof"]), bytes.fromhex(stored["answer_to"])
            manifest = cls(chains, wanted, FeedPlace(hub_seq, bytes.fromhex(mark)), proof, answer_to)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadParcel(reason="damaged") from None
        if not manifest._is_in_range():
            raise BadParcel(reason="damaged")
        return manifest

    def _is_in_range(self) -> bool:
        numbers = [self.feed.hub_seq, *(one.seq for one in self.chains)]
        numbers += [number for _chain, *ends in self.wanted for number in ends]
        names = [*(one.chain for one in self.chains), *(chain for chain, *_ends in self.wanted)]
        keys = [self.feed.mark, self.proof, self.answer_to, *(one.head for one in self.chains)]
        return (
            all(type(number) is int and 0 <= number < 2**53 for number in numbers)
            and all(isinstance(name, str) for name in names)
            and all(len(key) == _ID for key in keys)
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it travels: `content` byte for byte, `updated_at` UTC milliseconds."""

    id: str
    visit: str
    owner: str
    updated_at: int
    content: bytes

    def __repr__(self) -> str:
        # What was being typed must not reach a log.
        return f"Draft({self.id}, masked)"

    def to_bytes(self) -> bytes:
        """The bytes of the record's content."""
        content = base64.b64encode(self.content).decode("ascii")
        stored = {"id": self.id, "visit": self.visit, "owner": self.owner, "updated_at": self.updated_at}
        return _json({**stored, "content": content})

    @classmethod
    def from_bytes(cls, content: bytes) -> Draft:
        """Parse; raise `BadParcel`."""
        try:
            stored = json.loads(content)
            typed = base64.b64decode(stored["content"], validate=True)
            draft = cls(stored["id"], stored["visit"], stored["owner"], stored["updated_at"], typed)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadParcel(reason="damaged") from None
        texts = (draft.id, draft.visit, draft.owner)
        if any(not isinstance(text, str) for text in texts) or type(draft.updated_at) is not int:
            raise BadParcel(reason="damaged")
        return draft


def write_record(write: Write, kind: int, content: bytes) -> None:
    """Write a whole record that is not a blob."""
    if len(content) > MAX_RECORD:
        raise ValueError("a record larger than any reader takes")
    write(_head(kind, len(content)))
    write(content)


def write_blob(write: Write, blob: str, size: int, pieces: Iterator[bytes]) -> None:
    """Write a blob of `size` sealed bytes piece by piece; raise `ValueError` if there are more or fewer."""
    write(_head(BLOB, _ID + size))
    write(bytes.fromhex(blob))
    for piece in pieces:
        size -= len(piece)
        if size < 0:
            raise ValueError("more bytes than the blob has")
        write(piece)
    if size:
        raise ValueError("fewer bytes than the blob has")


class Content(Protocol):
    """Where records are read from: `ParcelReader`."""

    @property
    def at(self) -> int: ...

    @property
    def left(self) -> int: ...

    def seek(self, at: int) -> None: ...

    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Record:
    """One record, not yet read. `start` is where it begins in the content, `end` where the next one does.

    `size` is that of its content, without the id of a blob; `blob` is that id, empty for any other kind.
    """

    kind: int
    start: int
    size: int
    end: int
    blob: str = ""

    def read(self, content: Content) -> bytes:
        """The whole content of a record that is not a blob."""
        content.seek(self.end - self.size)
        return content.read(self.size)

    def pieces(self, content: Content, offset: int, piece: int) -> Iterator[bytes]:
        """The content from `offset`, at most `piece` bytes at a time."""
        while offset < self.size:
            content.seek(self.end - self.size + offset)
            part = content.read(min(piece, self.size - offset))
            yield part
            offset += len(part)


def read_records(content: Content, start: int = 0) -> Iterator[Record]:
    """The records from the one that begins at `start`; raise `BadParcel` (`damaged`, `newer`) where there is none."""
    content.seek(start)
    while content.left:
        record = _record(content)
        yield record
        content.seek(record.end)


def _record(content: Content) -> Record:
    start = content.at
    head = content.read(9)
    kind, length = head[0], int.from_bytes(head[1:], "big")
    if kind not in _KINDS:
        raise BadParcel(reason="newer")
    if kind != BLOB:
        if length > min(MAX_RECORD, content.left):
            raise BadParcel(reason="damaged")
        return Record(kind, start, length, content.at + length)
    if not _ID <= length <= min(_ID + MAX_BLOB, content.left):
        raise BadParcel(reason="damaged")
    end = content.at + length
    return Record(kind, start, length - _ID, end, content.read(_ID).hex())


def _head(kind: int, length: int) -> bytes:
    return bytes([kind]) + length.to_bytes(8, "big")


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
