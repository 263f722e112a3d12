"""The hub's own word on a stream: lawful or not said at all, signed, put in order, shown to the desks concerned."""

from __future__ import annotations

from sqlalchemy import Connection

from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.body import SALT_SIZE
from clerk_app.journal.hub_facts import HubFact, HubWord, make_hub_fact
from sync.hub.follows import followers
from sync.hub.hub import Hub
from sync.hub.judge import load_facts, replace_case_rows
from sync.hub.order import FeedLine, append_to_feed, last_number, lock_order, take_numbers
from sync.hub.schema import hub_facts
from sync.hub.store import insert_all


def speak(hub: Hub, connection: Connection, region: str, word: HubWord) -> HubFact | None:
    """Say a word, as the last steps of a writing transaction; None if its stream does not take it: nothing is said.

    Under the region's lock nothing else can change the stream between the check and the commit.
    """
    lock_order(connection, region)
    folded = _folded_with(connection, region, word, last_number(connection, region) + 1)
    if folded is None:
        return None
    hub_seq = take_numbers(connection, region, 1)
    fact = make_hub_fact(word, hub=hub.identity, region=region, hub_seq=hub_seq, salt=hub.rng.token(SALT_SIZE))
    place(hub, connection, fact, folded)
    return fact


def _folded_with(connection: Connection, region: str, word: HubWord, hub_seq: int) -> Folded | None:
    fact = Fact(word.stream, word.kind, word.body, word.recorded_at, word.clerk, hub_seq=hub_seq)
    facts = load_facts(connection, region, [word.stream])[word.stream]
    folded = fold_stream(word.stream, [*facts, fact])
    return None if any(conflict.hub_seq == hub_seq for conflict in folded.conflicts) else folded


def place(hub: Hub, connection: Connection, fact: HubFact, folded: Folded) -> bytes:
    """Sign, store and show a fact that has its number; return the signature. `folded` is its stream with it."""
    signature = hub.keys.sign_fact(fact)
    row = {
        "region": fact.region,
        "hub_seq": fact.hub_seq,
        "stream": fact.stream,
        "kind": fact.kind,
        "content": fact.to_bytes(),
        "signature": signature,
    }
    insert_all(connection, hub_facts, [row])
    replace_case_rows(connection, fact.region, [folded])
    for device in sorted(followers(connection, fact.region, [fact.stream])[fact.stream]):
        append_to_feed(connection, fact.region, device, [FeedLine(fact.hub_seq, fact.message(), shows=fact.hub_seq)])
    return signature
