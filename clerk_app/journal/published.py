"""A catalogue that the hub publishes, as a statement signed with its catalogue key.

    ["catalogue-1","hub","region",serial,"version","content",size]      UTF-8 JSON without spaces, keys as hex

`content` is the SHA-256 of the packed catalogue, `size` its bytes: whoever has the statement can check what it then
downloads from anywhere. `region` is a hall's six digits, or empty for every hall. `serial` only grows; it is the time
of publishing in UTC milliseconds, so that a hub that was put back to an older copy never gives one twice. Purpose of
the signature: `catalogue`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

_FORM = "catalogue-1"


@dataclass(frozen=True, slots=True)
class Published:
    """One statement, not yet trusted: see `KeyList.verifies_catalogue`."""

    hub: bytes
    region: str
    serial: int
    version: str
    content: bytes
    size: int

    def message(self) -> bytes:
        """The bytes that are signed, stored and sent."""
        fields = [_FORM, self.hub.hex(), self.region, self.serial, self.version, self.content.hex(), self.size]
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def read_published(content: bytes) -> Published:
    """Parse; raise `ValueError` unless they are the very bytes `message` would write."""
    try:
        form, hub, region, serial, version, digest, size = json.loads(content)
        published = Published(bytes.fromhex(hub), region, serial, version, bytes.fromhex(digest), size)
        plain = isinstance(region, str) and isinstance(version, str)
    except (TypeError, RecursionError) as error:
        raise ValueError("not the bytes of a published catalogue") from error
    if form != _FORM or not plain or any(type(n) is not int or n < 1 for n in (serial, size)):
        raise ValueError("not the bytes of a published catalogue")
    if published.message() != content or len(published.content) != 32:
        raise ValueError("not the bytes of a published catalogue")
    return published
