"""Named single values of the store."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from clerk_app.store.prepared import Prepared
from clerk_app.store.schema import meta

STORE_ID = "store_id"
PRACTICE = "practice"
DEVICE_PRIVATE = "device_private"
ENROLMENT = "enrolment"
PROJECTIONS = "projection_version"
FEED_SEQ = "feed_seq"
FEED_MARK = "feed_mark"
REVOCATION = "revocation"
FEED_READING = "feed_reading"
HUB_KEYS = "hub_keys"
HUB_KEYS_SIGNATURE = "hub_keys_signature"
LAST_EXPORT = "last_export"
_VALUE = Prepared(select(meta.c.value).where(meta.c.name == bindparam("name")))


def get(connection: Connection, name: str) -> bytes | None:
    """The value, or None."""
    value: bytes | None = _VALUE.run(connection, {"name": name}).scalar_one_or_none()
    return value


def put(connection: Connection, name: str, value: bytes) -> None:
    """Set the value."""
    statement = insert(meta).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def get_int(connection: Connection, name: str) -> int:
    """The value as a number; 0 if it was never set."""
    value = get(connection, name)
    return int(value) if value else 0


def put_int(connection: Connection, name: str, value: int) -> None:
    """Set the value to a number."""
    put(connection, name, str(value).encode())
