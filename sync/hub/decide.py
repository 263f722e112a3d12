"""The hub's own facts: a department's word on a case, signed, put in order, and shown to the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, select

from clerk_app.domain.case_number import HALL
from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import NoSuchCase, NotDecidable
from clerk_app.failpoints import failpoint
from clerk_app.journal.body import SALT_SIZE
from clerk_app.journal.hub_facts import HubFact, HubWord, make_hub_fact
from sync.hub.follows import followers
from sync.hub.hub import Hub
from sync.hub.judge import load_facts, replace_case_rows
from sync.hub.order import FeedLine, append_to_feed, take_numbers
from sync.hub.schema import cases, hub_facts
from sync.hub.store import insert_all, retried

DecideResult = Literal["grant", "refuse", "return"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a department says: grant or refuse a case (or one child of a package), or return it to the window."""

    case: str
    result: DecideResult
    reason: str = ""
    child: str | None = None

    def word(self, now_ms: int) -> HubWord:
        """As a fact of the hub, before it has its place."""
        body: dict[str, Any] = {"reason": self.reason, "child": self.child}
        kind = "case.returned"
        if self.result != "return":
            body, kind = {"result": self.result, **body}, "case.decided"
        return HubWord(f"case/{self.case}", kind, body, now_ms)


def decide(hub: Hub, ruling: Ruling) -> HubFact:
    """Decide or return a case; raise `NoSuchCase`, or `NotDecidable` if its state does not allow that."""
    return retried(lambda: _decide(hub, ruling))


def _decide(hub: Hub, ruling: Ruling) -> HubFact:
    word = ruling.word(hub.clock.now_ms())
    with hub.store.writing() as connection:
        region = _region_of(connection, ruling.case)
        # Under the region's lock nothing else can change the case between the check and the commit.
        hub_seq = take_numbers(connection, region, 1)
        folded = _folded_with(connection, region, word, hub_seq)
        fact = make_hub_fact(word, hub=hub.identity, region=region, hub_seq=hub_seq, salt=hub.rng.token(SALT_SIZE))
        _store(hub, connection, fact)
        replace_case_rows(connection, region, [folded])
        for device in sorted(followers(connection, region, [fact.stream])[fact.stream]):
            append_to_feed(connection, region, device, [FeedLine(hub_seq, fact.message(), shows=hub_seq)])
        failpoint("hub.decide.before_commit")
    failpoint("hub.decide.after_commit")
    return fact


def _region_of(connection: Connection, number: str) -> str:
    region = number[:HALL]
    found = select(cases.c.number).where(cases.c.region == region, cases.c.number == number)
    if connection.execute(found).one_or_none() is None:
        raise NoSuchCase(number=number)
    return region


def _folded_with(connection: Connection, region: str, word: HubWord, hub_seq: int) -> Folded:
    fact = Fact(word.stream, word.kind, word.body, word.recorded_at, word.clerk, hub_seq=hub_seq)
    facts = load_facts(connection, region, [word.stream])[word.stream]
    folded = fold_stream(word.stream, [*facts, fact])
    if any(conflict.hub_seq == hub_seq for conflict in folded.conflicts):
        raise NotDecidable
    return folded


def _store(hub: Hub, connection: Connection, fact: HubFact) -> None:
    row = {
        "region": fact.region,
        "hub_seq": fact.hub_seq,
        "stream": fact.stream,
        "kind": fact.kind,
        "content": fact.to_bytes(),
        "signature": hub.keys.sign_fact(fact),
    }
    insert_all(connection, hub_facts, [row])
