"""What a desk and the hub give one another when an older copy of either was put back.

A desk is shown its own entries, which it lost. The hub takes facts back that it had signed and lost: the same act at a
new place of the order, under a new signature, so that the fold on both ends counts it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select, union_all

from clerk_app.domain.kinds import fold_stream
from clerk_app.failpoints import failpoint
from clerk_app.journal.entry import Entry
from clerk_app.journal.hub_facts import HubFact, read_hub_fact
from sync.batch import MAX_ENTRIES, UNSIGNED, encode_batch
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.judge import hub_fact, load_facts, read_item
from sync.hub.order import last_number
from sync.hub.refusal import MALFORMED, NOT_FOUND, Refused
from sync.hub.schema import chains, copies, entries, hub_facts
from sync.hub.sharing import lock_holders
from sync.hub.speak import place
from sync.hub.store import AnyRow, retried
from sync.schemas import FactsAnswer, FactsAsk, FeedItem

PAGE_BYTES = 1024 * 1024
"""Headers and bodies shown in one answer, about."""


# ---- entries a desk lost ------------------------------------------------------------------------------------------


def own_entries(hub: Hub, device: Device, chain: str, after: int) -> bytes:
    """A batch of this device's entries that follow `after`; refuse where there is nothing of its own."""
    with hub.store.reading() as connection:
        mine = (chains.c.region == device.region, chains.c.chain == chain, chains.c.device == device.device)
        row = connection.execute(select(chains).where(*mine)).one_or_none()
        if row is None or after >= row.seq:
            raise Refused(*NOT_FOUND)
        page = _page(connection, row, after)
    whole = after + len(page) == row.seq
    return encode_batch(chain, after + 1, page, bytes(row.signature) if whole else UNSIGNED)


def _page(connection: Connection, chain: AnyRow, after: int) -> Sequence[Entry]:
    here = (entries.c.region == chain.region, entries.c.chain == chain.chain)
    before = select(entries.c.hash).where(*here, entries.c.seq == after)
    prev = bytes(connection.execute(before).scalar_one() if after else chain.cites)
    statement = select(entries).where(*here, entries.c.seq > after).order_by(entries.c.seq).limit(MAX_ENTRIES)
    page: list[Entry] = []
    size = 0
    for row in connection.execute(statement):
        size += len(row.header) + len(row.body or b"")
        if page and size > PAGE_BYTES:
            break
        page.append(Entry(row.header, row.body, row.salt, row.body_hash, prev, row.hash))
        prev = row.hash
    return page


# ---- facts the hub lost -------------------------------------------------------------------------------------------


def take_facts_back(hub: Hub, device: Device, ask: FactsAsk) -> FactsAnswer:
    """Take facts of this hub back; return each as the hub has it now.

    What is about a stream of which no entry has arrived again is left out: its desk must be first.
    """
    answered: list[FeedItem] = []
    for item in ask.facts:
        offered = _our_own(hub, device, item)
        answered += retried(partial(_take_back, hub, offered))
    return FactsAnswer(facts=answered)


def _take_back(hub: Hub, offered: HubFact) -> list[FeedItem]:
    with hub.store.writing() as connection:
        content, signature = _fact_now(hub, connection, offered)
        failpoint("repair.facts_before_commit")
    failpoint("repair.facts_after_commit")
    return [FeedItem(content=content.decode(), signature=signature.hex())] if content else []


def _our_own(hub: Hub, device: Device, item: FeedItem) -> HubFact:
    """The fact, if this hub once signed it for this region; refuse anything else."""
    try:
        fact, signature = read_hub_fact(item.content.encode()), bytes.fromhex(item.signature or "")
    except ValueError:
        raise Refused(*MALFORMED) from None
    if fact.region != device.region or not hub.key_list.verifies_fact(fact, signature):
        raise Refused(*MALFORMED)
    return fact


def _fact_now(hub: Hub, connection: Connection, offered: HubFact) -> tuple[bytes, bytes]:
    """The fact and its signature as they stand after this transaction; empty if it must wait."""
    region, stream = offered.region, offered.stream
    # Under these locks no other desk can bring the same fact meanwhile, to whichever region.
    holding = lock_holders(connection, region, [stream])[stream]
    known = _stored(connection, offered)
    if known is not None:
        return known
    facts = load_facts(connection, region, [stream])[stream]
    if all(fact.by_hub for fact in facts):
        return b"", b""
    here = replace(offered, hub_seq=last_number(connection, region) + 1)
    place(hub, connection, offered, fold_stream(stream, [*facts, hub_fact(here)]), holding)
    return _stored(connection, offered) or (b"", b"")


def _stored(connection: Connection, offered: HubFact) -> tuple[bytes, bytes] | None:
    """The fact and its signature as this region has it, said here or copied."""
    kept = [
        select(table.c.content, table.c.signature).where(
            table.c.region == offered.region, table.c.stream == offered.stream
        )
        for table in (hub_facts, copies)
    ]
    for row in connection.execute(union_all(*kept)):
        item = read_item(bytes(row.content))
        if isinstance(item, HubFact) and item.digest == offered.digest:
            return bytes(row.content), bytes(row.signature)
    return None
