"""Revoking a device: from the commit on it is refused everything, and told so by a signed order."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from clerk_app.errors import NoSuchDevice
from clerk_app.failpoints import failpoint
from clerk_app.journal.orders import REVOKE, Order, SignedOrder, read_order
from sync.hub.hub import Hub
from sync.hub.order import FeedLine, append_to_feed, take_numbers
from sync.hub.order_keys import sign_anew
from sync.hub.schema import devices, orders
from sync.hub.store import AnyRow, insert_all, retried


def revoke(hub: Hub, name: str, reason: str = "") -> SignedOrder:
    """Revoke the device of this nine-digit code or name; again is harmless. Raises `NoSuchDevice`.

    An order whose key was stolen and left the list since (a backup may bring one back) is signed anew.
    """
    return retried(lambda: _revoke(hub, name, reason), repeatable=True)


def _revoke(hub: Hub, name: str, reason: str) -> SignedOrder:
    with hub.store.writing() as connection:
        device = _find(connection, name)
        known = order_to(connection, device.region, device.device)
        if known is not None:
            return known if hub.key_list.verifies_order(known) else sign_anew(connection, hub.keys, known)
        # Under the region's lock: a push that is under way now sees that the device is revoked, or came before.
        hub_seq, now = take_numbers(connection, device.region, 1), hub.clock.now_ms()
        order = Order(hub_seq, hub.identity, device.region, device.device, now, REVOKE, reason)
        signed = SignedOrder(order, hub.keys.sign_order(order))
        mine = (devices.c.region == device.region, devices.c.device == device.device)
        connection.execute(update(devices).where(*mine).values(revoked_at=now))
        insert_all(connection, orders, [_row(signed)])
        append_to_feed(connection, device.region, device.device, [FeedLine(hub_seq, order.message(), shows=hub_seq)])
        failpoint("revocation.before_commit")
    failpoint("revocation.after_commit")
    return signed


def device_of(hub: Hub, name: str) -> str:
    """The nine-digit code of the device of this code or name. Raises `NoSuchDevice`."""
    with hub.store.reading() as connection:
        row = _find(connection, name)
    return str(row.region + row.device)


def order_to(connection: Connection, region: str, device: str) -> SignedOrder | None:
    """The order that revoked a device; None if there is none."""
    statement = select(orders).where(orders.c.region == region, orders.c.device == device)
    row = connection.execute(statement.order_by(orders.c.hub_seq.desc()).limit(1)).one_or_none()
    return None if row is None else SignedOrder(read_order(row.content), row.signature)


def is_revoked(connection: Connection, region: str, device: str) -> bool:
    """Whether a device is revoked; asked under the region's lock, nothing that comes later can change the answer."""
    statement = select(devices.c.revoked_at).where(devices.c.region == region, devices.c.device == device)
    return connection.execute(statement).scalar_one() is not None


def _find(connection: Connection, name: str) -> AnyRow:
    """The one device of this code, or of this name."""
    by_code = (devices.c.region + devices.c.device) == name
    rows = connection.execute(select(devices).where(by_code | (devices.c.name == name))).fetchall()
    exact = [row for row in rows if row.region + row.device == name]
    found = exact or rows
    if len(found) != 1:
        codes = "\u3001".join(sorted(row.region + row.device for row in found))
        raise NoSuchDevice(device=name, reason="several" if found else None, codes=codes)
    return found[0]


def _row(signed: SignedOrder) -> dict[str, object]:
    order = signed.order
    return {
        "region": order.region,
        "hub_seq": order.hub_seq,
        "device": order.device,
        "content": order.message(),
        "signature": signed.signature,
    }
