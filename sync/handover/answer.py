"""Taking in a return: the hub's answer to a hand-over, brought back on a stick, believed only for its signatures.

It does what a sync does with the same answers: acks make entries uploaded, the feed is read on, a chain that the hub
takes no more of is stopped. Taking it again is harmless, and so is one that is older than what the line has brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import ValidationError

from clerk_app.errors import BadParcel
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import Registration
from clerk_app.journal.handover import ANSWER, read_records
from clerk_app.journal.hub_facts import SignedAck
from clerk_app.journal.hub_keys import ACK_USE, KeyList, read_key_list
from clerk_app.security.parcel import Envelope, Parcel, ParcelReader
from sync.feed_page import from_place, order_to_leave, read_page
from sync.handover.desk import HandoverDesk
from sync.schemas import ChainStanding, FeedAnswer, KeyListMessage, ReturnPart


@dataclass(frozen=True, slots=True)
class Returned:
    """What a return brought.

    `acked` entries that count as stored now and did not before, `facts` of the hub, `stopped` chains the hub takes no
    more of, `missing`: entries handed over that the hub could not store because earlier ones are missing there.
    """

    acked: int
    facts: int
    stopped: int
    missing: int


def take_return(desk: HandoverDesk, file: BinaryIO, parcel: Parcel) -> Returned:
    """Take in a checked return; raise `BadParcel`: `other_hub`, `other_device`, `not_for_us`, `damaged`."""
    registration = desk.registration()
    _check_address(parcel.envelope, registration)
    parts = _parts(ParcelReader(file, parcel, desk.answer_key()))
    state = parts[0].state if parts else None
    if state is None:
        raise BadParcel(reason="damaged")
    keys = _keys(desk, state.keys, registration.hub)
    if not any(use == ACK_USE and key == parcel.envelope.maker for use, key in keys.keys):
        raise BadParcel(reason="damaged")
    before = _acked(desk)
    _take_acks(desk, keys, [ack.signed() for part in parts for ack in part.acks])
    failpoint("handover.acks_taken")
    facts = sum(_take_page(desk, keys, part.feed) for part in parts if part.feed is not None)
    return Returned(_acked(desk) - before, facts, _stop(desk, state.chains), parts[0].missing)


def _check_address(envelope: Envelope, registration: Registration) -> None:
    if envelope.kind != "return":
        raise BadParcel(reason="not_return")
    if envelope.hub != registration.hub:
        raise BadParcel(reason="other_hub")
    if envelope.device != registration.code:
        raise BadParcel(reason="other_device", device=envelope.device[6:])


def _parts(content: ParcelReader) -> Sequence[ReturnPart]:
    return list(_read(content))


def _read(content: ParcelReader) -> Iterator[ReturnPart]:
    for record in read_records(content):
        if record.kind != ANSWER:
            raise BadParcel(reason="damaged")
        try:
            yield ReturnPart.model_validate_json(record.read(content))
        except ValidationError:
            raise BadParcel(reason="damaged") from None


def _keys(desk: HandoverDesk, brought: KeyListMessage, hub: bytes) -> KeyList:
    """The newest key list: the one brought is kept, unless the desk has a newer one, which names older keys too."""
    signature = bytes.fromhex(brought.signature)
    try:
        keys = read_key_list(brought.content.encode(), signature, hub=hub)
    except ValueError:
        raise BadParcel(reason="damaged") from None
    own = desk.hub_keys()
    if own is not None and own.serial >= keys.serial:
        return own
    desk.keep_keys(keys, signature)
    return keys


def _acked(desk: HandoverDesk) -> int:
    return sum(chain.acked for chain in desk.own_chains())


def _take_acks(desk: HandoverDesk, keys: KeyList, acks: Sequence[SignedAck]) -> None:
    for signed in acks:
        ack = signed.ack
        holds = keys.verifies_ack(signed) and ack.first <= ack.seq
        if not holds or desk.hash_at(ack.chain, ack.seq) != ack.head:
            raise BadParcel(reason="damaged")
    acked = {chain.chain: chain.acked for chain in desk.own_chains()}
    waiting = {(entry.chain, entry.seq) for entry in desk.waiting()}
    # What the line has brought since this return was made is newer, and counts.
    news = [signed for signed in acks if _is_news(signed, acked, waiting)]
    if news:
        desk.take_acks(sorted(news, key=lambda signed: (signed.ack.chain, signed.ack.first)))


def _is_news(signed: SignedAck, acked: dict[str, int], waiting: set[tuple[str, int]]) -> bool:
    ack = signed.ack
    if ack.seq > acked.get(ack.chain, 0):
        return True
    covered = (chain == ack.chain and ack.first <= seq <= ack.seq for chain, seq in waiting)
    return ack.blobs_complete and any(covered)


def _take_page(desk: HandoverDesk, keys: KeyList, answer: FeedAnswer) -> int:
    place = desk.feed_place()
    # The line, or the return of an earlier hand-over, may have brought a part of it since this one was asked for.
    page = read_page(from_place(answer, place), place, keys) if answer.after > place.hub_seq else None
    if page is None:
        # It does not follow what was read: all of it is known, or the hub was put back, as the line will tell.
        return 0
    order = order_to_leave(page.orders, desk.registration().code)
    if order is not None:
        # Kept first: whatever happens to the rest, the device leaves.
        desk.take_order(order)
    desk.take_feed(page)
    failpoint("handover.feed_taken")
    return len(page.facts)


def _stop(desk: HandoverDesk, chains: Sequence[ChainStanding]) -> int:
    own = {chain.chain: chain for chain in desk.own_chains()}
    stopped = [chain for chain in chains if chain.standing in ("stopped", "fork") and chain.chain in own]
    for chain in stopped:
        if not own[chain.chain].stopped:
            # What the hub lacks of it is written again at the next sync by line, which tells how much that is.
            desk.cut_chain(chain.chain, chain.reason or "fork", {})
    return len(stopped)
