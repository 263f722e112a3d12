"""Reading a page of the feed, whole or not at all.

Every line is hashed into the mark and every signature is checked before anything is taken. A page that does not lead
from our place to where it says is not ours.

    ["verdict-1",hub_seq,"chain",first,seq,"applied|parked","reason"]
    ["fact-1",hub_seq,…]       a fact of the hub (`journal.hub_facts`)
    ["entry-1",hub_seq,…]      an entry of another device (`journal.attested`)
    ["past-1",place,"SHA-256"] and below it a fact or an entry whose number is an earlier one
    ["follow-1",place,"stream"]
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from clerk_app.errors import ProtocolMismatch
from clerk_app.journal.attested import ENTRY_FORM
from clerk_app.journal.exchange import (
    FeedPage,
    FeedPlace,
    Followed,
    ReceivedEntry,
    ReceivedFact,
    Verdict,
    VerdictName,
)
from clerk_app.journal.hub_facts import FACT_FORM, HubFact, read_hub_fact
from clerk_app.journal.hub_keys import KeyList
from clerk_app.journal.orders import ORDER_FORM, REVOKE, SignedOrder, read_order
from sync.entry_item import read_entry_item
from sync.schemas import FeedAnswer, FeedItem

VERDICT_FORM, PAST_FORM, FOLLOW_FORM = "verdict-1", "past-1", "follow-1"


def verdict_line(verdict: Verdict) -> bytes:
    """A verdict as a line of the feed."""
    return _array(
        VERDICT_FORM,
        verdict.hub_seq,
        verdict.chain,
        verdict.first,
        verdict.seq,
        verdict.verdict,
        verdict.reason,
    )


def past_line(place: int, line: bytes) -> bytes:
    """The line under which an item that was numbered earlier is shown at `place`; `line` is the item's own."""
    return _array(PAST_FORM, place, hashlib.sha256(line).hexdigest())


def follow_line(place: int, stream: str) -> bytes:
    """The line that says: this device has been shown all there is of `stream`, and sees what comes."""
    return _array(FOLLOW_FORM, place, stream)


def from_place(answer: FeedAnswer, place: FeedPlace) -> FeedAnswer:
    """A page without what stands in it up to `place`; whether the rest follows `place` only `read_page` can tell.

    Raises `ProtocolMismatch` for an item without a place.
    """
    news = [item for item in answer.items if _place_of(_fields(_line(item))) > place.hub_seq]
    return answer.model_copy(update={"items": news})


def read_page(answer: FeedAnswer, place: FeedPlace, keys: KeyList) -> FeedPage | None:
    """Verify and sort a page that follows `place`; None if it does not follow it (the hub was put back).

    Raises `ProtocolMismatch` for an item that is neither understood nor allowed to be skipped.
    """
    reading = _Reading(keys)
    after = place
    for item in answer.items:
        line = _line(item)
        hub_seq = _place_of(_fields(line))
        if hub_seq <= after.hub_seq:
            raise ProtocolMismatch("the feed goes backwards")
        after = after.after(hub_seq, line)
        reading.take(hub_seq, item)
    if (after.hub_seq, after.mark.hex()) != (answer.after, answer.mark):
        return None
    return reading.page(after)


def read_signed_order(item: FeedItem, keys: KeyList) -> SignedOrder:
    """An order that the hub signed; raise `ProtocolMismatch` for anything else."""
    try:
        signed = SignedOrder(read_order(item.content.encode()), bytes.fromhex(item.signature or ""))
    except ValueError as error:
        raise ProtocolMismatch("an order out of form") from error
    if not keys.verifies_order(signed):
        raise ProtocolMismatch("an order that the hub did not sign")
    return signed


def order_to_leave(orders: Sequence[SignedOrder], code: str) -> SignedOrder | None:
    """The order among these that revokes the device with this nine-digit code."""
    mine = (signed for signed in orders if (signed.order.code, signed.order.kind) == (code, REVOKE))
    return next(mine, None)


@dataclass(slots=True)
class _Reading:
    """What the items read so far bring."""

    keys: KeyList
    verdicts: list[Verdict] = field(default_factory=list)
    facts: list[ReceivedFact] = field(default_factory=list)
    entries: list[ReceivedEntry] = field(default_factory=list)
    followed: list[Followed] = field(default_factory=list)
    orders: list[SignedOrder] = field(default_factory=list)
    unknown: list[tuple[int, bytes]] = field(default_factory=list)

    def take(self, hub_seq: int, item: FeedItem) -> None:
        fields = _fields(_line(item))
        if fields[0] == VERDICT_FORM:
            self.verdicts.append(_verdict(fields))
        elif fields[0] == FOLLOW_FORM:
            self.followed.append(_followed(fields))
        elif fields[0] == ORDER_FORM:
            self.orders.append(read_signed_order(item, self.keys))
        elif not self._take_shown(_shown_later(fields, item) if fields[0] == PAST_FORM else item):
            self.unknown.append((hub_seq, item.content.encode()))

    def _take_shown(self, item: FeedItem) -> bool:
        """Take a fact or an entry; False for an item of a form we do not know."""
        form = _fields(_line(item))[0]
        if form == FACT_FORM:
            self.facts.append(read_fact(item, self.keys))
        elif form == ENTRY_FORM:
            self.entries.append(read_entry_item(item, self.keys))
        else:
            return False
        return True

    def page(self, place: FeedPlace) -> FeedPage:
        return FeedPage(
            tuple(self.verdicts),
            tuple(self.facts),
            tuple(self.unknown),
            place,
            tuple(self.orders),
            tuple(self.entries),
            tuple(self.followed),
        )


def _line(item: FeedItem) -> bytes:
    return item.content.encode().partition(b"\n")[0]


def _fields(line: bytes) -> list[Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolMismatch("an item of the feed is no line") from error
    if not isinstance(fields, list) or len(fields) < 2:
        raise ProtocolMismatch("an item of the feed has no form")
    return fields


def _place_of(fields: list[Any]) -> int:
    """Every item, also one of a newer hub, has its place as second field."""
    place = fields[1]
    if type(place) is not int or place < 1:
        raise ProtocolMismatch("an item of the feed has no place")
    return place


def _verdict(fields: list[Any]) -> Verdict:
    try:
        _form, hub_seq, chain, first, seq, verdict, reason = fields
        if verdict not in get_args(VerdictName) or not 1 <= first <= seq:
            raise ValueError(verdict)
        return Verdict(str(chain), first, seq, hub_seq, verdict, str(reason))
    except (ValueError, TypeError) as error:
        raise ProtocolMismatch("a verdict out of form") from error


def _followed(fields: list[Any]) -> Followed:
    if len(fields) != 3 or not isinstance(fields[2], str):
        raise ProtocolMismatch("a stream out of form")
    return Followed(fields[2], fields[1])


def _shown_later(fields: list[Any], item: FeedItem) -> FeedItem:
    """The item below a `past-1` line, if it is the one that the line names."""
    shown = FeedItem(content=item.content.partition("\n")[2], signature=item.signature)
    if fields != json.loads(past_line(fields[1], _line(shown))):
        raise ProtocolMismatch("another item than its line names")
    return shown


def read_fact(item: FeedItem, keys: KeyList) -> ReceivedFact:
    """A fact that the hub signed; raise `ProtocolMismatch` for anything else."""
    fact, signature = _parsed(item)
    if not keys.verifies_fact(fact, signature):
        raise ProtocolMismatch("a fact that the hub did not sign")
    return ReceivedFact(fact, signature)


def _parsed(item: FeedItem) -> tuple[HubFact, bytes]:
    try:
        return read_hub_fact(item.content.encode()), bytes.fromhex(item.signature or "")
    except ValueError as error:
        raise ProtocolMismatch("a fact out of form") from error


def _array(*fields: str | int) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
