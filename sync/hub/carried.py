"""The calls by which a carrier, itself a device of this hub, delivers the hand-over of another one."""

from __future__ import annotations

import base64

from clerk_app.errors import BadParcel
from clerk_app.failpoints import failpoint
from clerk_app.journal.handover import Manifest
from clerk_app.security.parcel import check_parcel
from sync.hub.announced import announce, find_announced, forget, settle
from sync.hub.blobs import is_named
from sync.hub.devices import Device, any_device
from sync.hub.hub import Hub
from sync.hub.refusal import INCOMPLETE, UNKNOWN_HANDOVER, Refused
from sync.hub.unpack import Handover, IsTimeUp, make_return, open_handover, take_records
from sync.schemas import HandoverAnswer, HandoverAsk, TakeAsk

TAKING_S = 2.0
"""About as long one call takes in records; then it says where to go on, before the carrier's line gives up."""


def expect(hub: Hub, carrier: Device, ask: HandoverAsk) -> HandoverAnswer:
    """Make ready for a hand-over, and say how much of it is here."""
    with hub.store.writing() as connection:
        announce(connection, carrier.region, ask.id, carrier=carrier.code, now_ms=hub.clock.now_ms())
        row = find_announced(connection, carrier.region, ask.id)
    if row is not None and row.state == "taken":
        # Killed right after it was taken in, the file would lie here for ever.
        _drop_file(hub, carrier, ask.id)
        return HandoverAnswer(state="taken", offset=0)
    whole = hub.shelf.has(ask.id)
    return HandoverAnswer(state="whole" if whole else "arriving", offset=0 if whole else hub.shelf.offset(ask.id))


def take(hub: Hub, carrier: Device, ask: TakeAsk) -> HandoverAnswer:
    """Take in records for about two seconds; at the end the return, or why the hand-over is refused."""
    with hub.store.reading() as connection:
        row = find_announced(connection, carrier.region, ask.id)
    if row is None:
        raise Refused(*UNKNOWN_HANDOVER)
    if row.state == "taken":
        return _again(hub, row.device, row.manifest)
    if not hub.shelf.has(ask.id):
        raise Refused(*INCOMPLETE)
    try:
        with hub.shelf.open(ask.id) as file:
            handover = open_handover(hub, file, check_parcel(file))
            after = take_records(hub, handover, ask.after, _deadline(hub))
        if after is not None:
            return HandoverAnswer(state="whole", offset=after)
        return _settle(hub, carrier, ask.id, handover)
    except BadParcel as refused:
        with hub.store.writing() as connection:
            forget(connection, carrier.region, ask.id)
        _drop_file(hub, carrier, ask.id)
        return HandoverAnswer(state="refused", offset=0, reason=str(refused.data["reason"]))


def _settle(hub: Hub, carrier: Device, handover: str, opened: Handover) -> HandoverAnswer:
    answer = make_return(hub, opened.device, opened.manifest)
    with hub.store.writing() as connection:
        settle(
            connection,
            carrier.region,
            handover,
            device=opened.device.code,
            manifest=opened.manifest.to_bytes(),
            now_ms=hub.clock.now_ms(),
        )
        failpoint("handover.before_commit")
    failpoint("handover.after_commit")
    _drop_file(hub, carrier, handover)
    return _taken(answer)


def _drop_file(hub: Hub, carrier: Device, handover: str) -> None:
    with hub.store.reading() as connection:
        if is_named(connection, carrier.region, handover):
            # Whoever makes an entry name a hand-over gets it kept as a blob.
            return
    hub.shelf.remove(handover)


def _again(hub: Hub, code: str, manifest: bytes) -> HandoverAnswer:
    with hub.store.reading() as connection:
        row = any_device(connection, code)
    device = Device(row.region, row.device, row.public_key)
    return _taken(make_return(hub, device, Manifest.from_bytes(manifest)))


def _taken(answer: bytes) -> HandoverAnswer:
    return HandoverAnswer(state="taken", offset=0, parcel=base64.b64encode(answer).decode("ascii"))


def _deadline(hub: Hub) -> IsTimeUp:
    end = hub.clock.monotonic() + TAKING_S
    return lambda: hub.clock.monotonic() >= end
