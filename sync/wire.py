"""Requests and answers, without any transport: HTTP carries them, and so does a simulation.

Every answer of the hub is signed (`sync.answer`).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qs

import zstandard

PROTOCOL = 1

REQUEST_ID = "request-id"
SIGNATURE = "hub-signature"
AUTHORIZATION = "authorization"
CONTENT_TYPE = "content-type"
CONTENT_LENGTH = "content-length"
UPLOAD_OFFSET = "upload-offset"
UPLOAD_LENGTH = "upload-length"
RETRY_AFTER = "retry-after"
DESK_TIME = "desk-time"
"""What the desk's clock says as it sends: UTC milliseconds, decimal. Told, proved by nothing, and decides nothing."""

JSON = "application/json"
JSON_ZSTD = "application/json+zstd"
BATCH = "application/vnd.window-clerk.batch+zstd"
PIECES = "application/vnd.window-clerk.pieces"
PIECES_BY_HEADS = "application/vnd.window-clerk.pieces+heads"
"""The same bytes, of which the answer is signed over their heads (`sync.pieces.digest_by_heads`)."""
OCTETS = "application/octet-stream"
HTML = "text/html; charset=utf-8"

MAX_BODY = 8 * 1024 * 1024
"""Bytes of any one body on the wire."""
MAX_PLAIN = 32 * 1024 * 1024
"""Bytes of any one body once decompressed."""
_COMPRESS_FROM = 1024
_THOROUGH, _QUICK = (
    zstandard.ZstdCompressor(level=level, write_checksum=True, write_content_size=True) for level in (9, 3)
)
"""The first makes 7 % less of entries than the second and takes four times as long: it pays below some 10 Mbit/s."""
_COMPRESSING = threading.Lock()
"""One thread at a time compresses: a compressor holds some ten megabytes, and several are no faster."""
_NONE: Mapping[str, str] = MappingProxyType({})
Content = bytes | tuple[bytes, ...]
"""A body in one or in parts."""


class Malformed(ValueError):
    """Bytes from the other end that do not have the form they must have."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` carries the query, if any; names of headers are lower-case.

    A large body is carried as the parts it was made of or came in: put together it would be held twice.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Content = b""

    @property
    def body(self) -> bytes:
        """The body in one."""
        return self.content if isinstance(self.content, bytes) else b"".join(self.content)

    @property
    def parts(self) -> tuple[bytes, ...]:
        """The body as it is carried; nothing for one without a byte."""
        parts = (self.content,) if isinstance(self.content, bytes) else self.content
        return tuple(part for part in parts if part)

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return sum(map(len, self.parts))

    @property
    def route(self) -> str:
        """The path without the query."""
        return self.path.partition("?")[0]

    def query(self, name: str, default: str) -> str:
        """One value of the query."""
        return parse_qs(self.path.partition("?")[2]).get(name, [default])[-1]


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. Names of headers are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def compress(content: bytes, *, quickly: bool = False) -> bytes:
    """One zstd frame with its size and a checksum; `quickly` for a line that carries bytes sooner than we save them."""
    with _COMPRESSING:
        return (_QUICK if quickly else _THOROUGH).compress(content)


def decompress(content: bytes) -> bytes:
    """Undo `compress`; raise `Malformed` for anything else, cut short, or larger than `MAX_PLAIN`."""
    try:
        if not 0 <= zstandard.frame_content_size(content) <= MAX_PLAIN:
            raise Malformed("no size, or too large")
        return zstandard.ZstdDecompressor(max_window_size=2**27).decompress(content, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Malformed("not a whole zstd frame") from error


def json_response(status: int, content: str, *, headers: Mapping[str, str] = _NONE) -> Response:
    """An answer with a JSON body, compressed where that pays."""
    body = content.encode()
    if len(body) < _COMPRESS_FROM:
        return Response(status, {**headers, CONTENT_TYPE: JSON}, body)
    return Response(status, {**headers, CONTENT_TYPE: JSON_ZSTD}, compress(body))


def json_content(message: Request | Response) -> bytes:
    """The JSON of a body, decompressed if need be; raise `Malformed`."""
    if message.headers.get(CONTENT_TYPE) == JSON_ZSTD:
        return decompress(message.body)
    return message.body
