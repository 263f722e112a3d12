"""Delivering carried hand-overs to the hub, in pieces that resume; each return is kept for its device."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Sequence
from typing import Protocol

from clerk_app.errors import BadParcel, PlatformRefused, PlatformUnreachable, ProtocolMismatch
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId
from clerk_app.security.parcel import check_parcel
from clerk_app.services.handover import Carried
from sync.client import HubClient, OffsetDiffers
from sync.schemas import HandoverAnswer

logger = logging.getLogger(__name__)

PIECE_BYTES = 256 * 1024
MAX_UPLOADS = 3
"""Times one hand-over is begun anew in one sync, because the hub threw away a spoilt beginning."""
MAX_SAME = 200
"""Calls in a row that leave the hub at the same record: a large blob takes some of them."""
_GONE = ("unknown_handover", "incomplete")


class Cargo(Protocol):
    """The carried hand-overs of a store."""

    def waiting(self) -> Sequence[Carried]:
        """What waits to be delivered, oldest first."""

    def read(self, handover: BlobId, offset: int, size: int) -> bytes:
        """At most `size` bytes of a waiting parcel from `offset`."""

    def settle(self, handover: BlobId, answer: bytes) -> None:
        """Keep the hub's return durably."""

    def refuse(self, handover: BlobId, reason: str) -> None:
        """Note durably that the hub does not take it."""


class NoCargo:
    """A device that carries nothing."""

    def waiting(self) -> Sequence[Carried]:
        return ()

    def read(self, handover: BlobId, offset: int, size: int) -> bytes:
        raise KeyError(handover)

    def settle(self, handover: BlobId, answer: bytes) -> None:
        raise KeyError(handover)

    def refuse(self, handover: BlobId, reason: str) -> None:
        raise KeyError(handover)


def deliver(cargo: Cargo, client: HubClient, one: Carried) -> None:
    """Bring one hand-over to its end: delivered, or refused for good. Raises `PlatformError`s and `TokenExpired`."""
    answer = _upload(cargo, client, one)
    if answer.state == "whole":
        answer = client.take_handover(one.id, 0)
    same = 0
    while answer.state == "whole":
        following = client.take_handover(one.id, answer.offset)
        same = same + 1 if following.offset == answer.offset else 0
        if same > MAX_SAME:
            raise PlatformUnreachable("the hub does not come to the end of a hand-over")
        answer = following
    if answer.state == "taken":
        _keep(cargo, one, answer if answer.parcel else client.take_handover(one.id, 0))
    elif answer.state == "refused":
        logger.warning("the hub refused a carried hand-over: %s", answer.reason)
        cargo.refuse(one.id, answer.reason)


def is_to_be_announced_again(refused: PlatformRefused) -> bool:
    """Whether the hub forgot what it had of a hand-over: it was put back, or another carrier was faster."""
    return refused.data.get("reason") in _GONE


def _upload(cargo: Cargo, client: HubClient, one: Carried) -> HandoverAnswer:
    for _ in range(MAX_UPLOADS):
        answer = client.announce_handover(one.id)
        if answer.state != "arriving":
            return answer
        _send(cargo, client, one, answer.offset)
    answer = client.announce_handover(one.id)
    if answer.state == "arriving":
        raise PlatformUnreachable("a hand-over does not arrive whole")
    return answer


def _send(cargo: Cargo, client: HubClient, one: Carried, offset: int) -> None:
    while offset < one.size:
        piece = cargo.read(one.id, offset, PIECE_BYTES)
        try:
            offset = client.send_piece(one.id, offset, one.size, piece).offset
        except OffsetDiffers:
            return
        failpoint("handover.piece_sent")


def _keep(cargo: Cargo, one: Carried, answer: HandoverAnswer) -> None:
    try:
        content = base64.b64decode(answer.parcel or "", validate=True)
        envelope = check_parcel(io.BytesIO(content)).envelope
    except (ValueError, BadParcel) as error:
        raise ProtocolMismatch("a return that is none") from error
    if (envelope.kind, envelope.device) != ("return", one.device):
        raise ProtocolMismatch("a return for another device")
    cargo.settle(one.id, content)
