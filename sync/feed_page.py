"""Reading a page of the feed, whole or not at all.

Every line is hashed into the mark and every fact's signature is checked before anything is taken. A page that does not
lead from our place to where it says is not ours.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from clerk_app.errors import ProtocolMismatch
from clerk_app.journal.exchange import FeedPage, FeedPlace, ReceivedFact, Verdict, VerdictName
from clerk_app.journal.hub_facts import FACT_FORM, HubFact, read_hub_fact
from clerk_app.journal.hub_keys import KeyList
from clerk_app.journal.orders import ORDER_FORM, SignedOrder, read_order
from sync.schemas import FeedAnswer, FeedItem

VERDICT_FORM = "verdict-1"


def verdict_line(verdict: Verdict) -> bytes:
    """A verdict as a line of the feed: ["verdict-1",hub_seq,"chain",first,seq,"applied|parked","reason"]."""
    fields = [
        VERDICT_FORM,
        verdict.hub_seq,
        verdict.chain,
        verdict.first,
        verdict.seq,
        verdict.verdict,
        verdict.reason,
    ]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def read_page(answer: FeedAnswer, place: FeedPlace, keys: KeyList) -> FeedPage | None:
    """Verify and sort a page that follows `place`; None if it does not follow it (the hub was put back).

    Raises `ProtocolMismatch` for an item that is neither understood nor allowed to be skipped.
    """
    verdicts: list[Verdict] = []
    facts: list[ReceivedFact] = []
    unknown: list[tuple[int, bytes]] = []
    orders: list[SignedOrder] = []
    after = place
    for item in answer.items:
        content = item.content.encode()
        fields = _fields(content)
        hub_seq = _place_of(fields)
        if hub_seq <= after.hub_seq:
            raise ProtocolMismatch("the feed goes backwards")
        after = after.after(hub_seq, _line(content))
        if fields[0] == VERDICT_FORM:
            verdicts.append(_verdict(fields))
        elif fields[0] == FACT_FORM:
            facts.append(_fact(item, keys))
        elif fields[0] == ORDER_FORM:
            orders.append(read_signed_order(item, keys))
        else:
            unknown.append((hub_seq, content))
    if (after.hub_seq, after.mark.hex()) != (answer.after, answer.mark):
        return None
    return FeedPage(tuple(verdicts), tuple(facts), tuple(unknown), after, tuple(orders))


def read_signed_order(item: FeedItem, keys: KeyList) -> SignedOrder:
    """An order that the hub signed; raise `ProtocolMismatch` for anything else."""
    try:
        signed = SignedOrder(read_order(item.content.encode()), bytes.fromhex(item.signature or ""))
    except ValueError as error:
        raise ProtocolMismatch("an order out of form") from error
    if not keys.verifies_order(signed):
        raise ProtocolMismatch("an order that the hub did not sign")
    return signed


def _line(content: bytes) -> bytes:
    return content.partition(b"\n")[0]


def _fields(content: bytes) -> list[Any]:
    try:
        fields = json.loads(_line(content))
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


def _fact(item: FeedItem, keys: KeyList) -> ReceivedFact:
    fact, signature = _parsed(item)
    if not keys.verifies_fact(fact, signature):
        raise ProtocolMismatch("a fact that the hub did not sign")
    return ReceivedFact(fact, signature)


def _parsed(item: FeedItem) -> tuple[HubFact, bytes]:
    try:
        return read_hub_fact(item.content.encode()), bytes.fromhex(item.signature or "")
    except ValueError as error:
        raise ProtocolMismatch("a fact out of form") from error
