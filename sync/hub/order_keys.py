"""Orders to devices outlive the keys that signed them: after a theft they are signed with the new one."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from clerk_app.journal.orders import SignedOrder, read_order
from sync.hub.keys import HubKeys
from sync.hub.schema import orders


def sign_orders_anew(connection: Connection, present: HubKeys, fresh: HubKeys) -> None:
    """Sign every order with the fresh key that holds by the present ones: a device may not have heard of it yet."""
    listed, _signature = present.key_list()
    for row in connection.execute(select(orders.c.content, orders.c.signature)).fetchall():
        signed = SignedOrder(read_order(row.content), row.signature)
        if listed.verifies_order(signed):
            sign_anew(connection, fresh, signed)


def sign_anew(connection: Connection, keys: HubKeys, signed: SignedOrder) -> SignedOrder:
    """Sign an order with the present key, its bytes as they were; return it."""
    order = signed.order
    again = SignedOrder(order, keys.sign_order(order))
    mine = (orders.c.region == order.region, orders.c.hub_seq == order.hub_seq)
    connection.execute(update(orders).where(*mine).values(signature=again.signature))
    return again
