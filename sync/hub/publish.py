"""Publishing catalogues: the newest for a hall is named in the digest, and downloaded in pieces."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, bindparam, func, or_, select

from clerk_app.errors import NoSuchHall, VersionTaken
from clerk_app.failpoints import failpoint
from clerk_app.journal.published import Published, read_published
from clerk_app.services.packing import PackedCatalogue
from sync.hub import refusal
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.refusal import Refused
from sync.hub.schema import catalogues, regions
from sync.hub.store import insert_all, retried
from sync.schemas import PublishedCatalogue

EVERY_HALL = ""
PIECE_BYTES = 512 * 1024
"""Bytes of a catalogue in one answer."""

_FOR_HALL = or_(catalogues.c.region == bindparam("hall"), catalogues.c.region == EVERY_HALL)
_NEWEST = (
    select(catalogues.c.statement, catalogues.c.signature)
    .where(_FOR_HALL, catalogues.c.serial > bindparam("after"))
    .order_by(catalogues.c.serial.desc())
    .limit(1)
)


def publish(hub: Hub, catalogue: PackedCatalogue, hall: str = EVERY_HALL) -> Published:
    """Publish a sound catalogue to a hall, or to every one; the same again as the newest one changes nothing.

    Raises `VersionTaken` where another content was published there under this version, and `NoSuchHall`.
    """
    return retried(lambda: _publish(hub, catalogue.version, catalogue.content, hall))


def newest(connection: Connection, device: Device, after: int | None) -> PublishedCatalogue | None:
    """What was published to a device's hall after the serial `after`; None for nothing, and where it did not ask."""
    if after is None:
        return None
    row = connection.execute(_NEWEST, {"hall": device.region, "after": after}).one_or_none()
    return None if row is None else PublishedCatalogue(content=row.statement.decode(), signature=row.signature.hex())


def piece(hub: Hub, device: Device, content: str, offset: int) -> bytes:
    """At most `PIECE_BYTES` of a published catalogue from `offset`; refuse one that is not there."""
    part = func.substr(catalogues.c.packed, offset + 1, PIECE_BYTES)
    statement = select(part).where(_FOR_HALL, catalogues.c.content == content).limit(1)
    with hub.store.reading() as connection:
        found = connection.execute(statement, {"hall": device.region}).scalar_one_or_none()
    if found is None:
        raise Refused(*refusal.NOT_FOUND)
    return bytes(found)


def _publish(hub: Hub, version: str, content: bytes, hall: str) -> Published:
    digest = hashlib.sha256(content)
    with hub.store.writing() as connection:
        if hall and connection.execute(select(regions).where(regions.c.region == hall)).one_or_none() is None:
            raise NoSuchHall(hall=hall)
        mine = select(catalogues).where(catalogues.c.region == hall).order_by(catalogues.c.serial.desc())
        rows = connection.execute(mine).fetchall()
        if any(row.version == version and row.content != digest.hexdigest() for row in rows):
            raise VersionTaken(version=version)
        if rows and rows[0].version == version:
            return read_published(rows[0].statement)
        serial = max(hub.clock.now_ms(), rows[0].serial + 1 if rows else 1)
        published = Published(hub.identity, hall, serial, version, digest.digest(), len(content))
        row = {
            "region": hall,
            "serial": serial,
            "version": version,
            "content": digest.hexdigest(),
            "statement": published.message(),
            "signature": hub.keys.sign_catalogue(published),
            "packed": content,
        }
        insert_all(connection, catalogues, [row])
        failpoint("publish.before_commit")
    failpoint("publish.after_commit")
    return published
