"""The hub's own word on a stream: lawful or not said at all, signed, put in order, shown to the desks concerned."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.body import SALT_SIZE
from clerk_app.journal.hub_facts import HubFact, HubWord, make_hub_fact
from sync.hub.audience import Numbered, show
from sync.hub.copies import Copied, copy_to
from sync.hub.hub import Hub
from sync.hub.judge import load_facts, replace_case_rows
from sync.hub.order import last_number, take_numbers
from sync.hub.schema import hub_facts
from sync.hub.sharing import Holding, lock_holders
from sync.hub.store import insert_all


def speak(hub: Hub, connection: Connection, region: str, word: HubWord) -> HubFact | None:
    """Say a word, as the last steps of a writing transaction; None if its stream does not take it: nothing is said.

    Under the locks of all regions that hold the stream nothing else can change it between the check and the commit.
    """
    holding = lock_holders(connection, region, [word.stream])[word.stream]
    folded = _folded_with(connection, region, word, last_number(connection, region) + 1)
    if folded is None:
        return None
    fact = make_hub_fact(word, hub=hub.identity, region=region, hub_seq=0, salt=hub.rng.token(SALT_SIZE))
    return place(hub, connection, fact, folded, holding)


def _folded_with(connection: Connection, region: str, word: HubWord, hub_seq: int) -> Folded | None:
    fact = Fact(word.stream, word.kind, word.body, word.recorded_at, word.clerk, hub_seq=hub_seq)
    facts = load_facts(connection, region, [word.stream])[word.stream]
    folded = fold_stream(word.stream, [*facts, fact])
    return None if any(conflict.hub_seq == hub_seq for conflict in folded.conflicts) else folded


def place(hub: Hub, connection: Connection, said: HubFact, folded: Folded, holding: Holding) -> HubFact:
    """Number, sign, store and show a fact in every region that holds its stream; return it as it stands in its home.

    `folded` is the stream with it. Call under the locks of all these regions.
    """
    fact = replace(said, region=holding.home, hub_seq=take_numbers(connection, holding.home, 1))
    row = {
        "region": fact.region,
        "hub_seq": fact.hub_seq,
        "stream": fact.stream,
        "kind": fact.kind,
        "content": fact.to_bytes(),
        "signature": hub.keys.sign_fact(fact),
    }
    insert_all(connection, hub_facts, [row])
    replace_case_rows(hub.keys, connection, fact.region, [folded])
    show(connection, fact.region, [Numbered(fact.hub_seq, fact.stream, fact.message())])
    for other in holding.others(holding.home):
        copy_to(hub, connection, other, [Copied(fact)])
    return fact
