"""`clerk-hub verify`: every chain, signature, blob, number and fold is checked again from the stored bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable, select, union

from clerk_app.domain.fold import Fact
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.chain import check_chain
from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import NO_MARK, FeedPlace
from clerk_app.journal.hub_facts import HubFact, read_hub_fact
from clerk_app.journal.hub_keys import KeyList
from clerk_app.journal.orders import SignedOrder, read_order
from clerk_app.journal.signature import HEAD, head_message, verify
from sync.feed_page import past_line
from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED, Item, case_row, load_facts, read_item, recheck_rows
from sync.hub.schema import (
    blobs,
    cases,
    chains,
    copies,
    devices,
    entries,
    feed,
    follows,
    holders,
    hub_facts,
    orders,
    rechecks,
    regions,
    verdicts,
)
from sync.hub.sharing import home_of
from sync.hub.shown import KEPT_WHOLE, attested_entries
from sync.hub.store import AnyRow, parts_of


@dataclass(frozen=True, slots=True)
class Verification:
    """The result; `first_fault` names where to look, in ASCII, or is None."""

    entries: int
    chain_ok: bool
    signatures_ok: bool
    blobs_ok: bool
    projections_ok: bool
    first_fault: str | None


def verify_hub(hub: Hub) -> Verification:
    """Check everything, in one state of the database."""
    checks: tuple[tuple[str, Callable[[Hub, Connection], Iterator[str]]], ...] = (
        ("chain", _chains),
        ("chain", _order),
        ("signatures", _heads),
        ("signatures", _facts),
        ("signatures", _orders),
        ("blobs", _blobs),
        ("projections", _cases),
        ("projections", _copies),
        ("projections", _feeds),
    )
    faults: dict[str, str] = {}
    with hub.store.reading() as connection:
        count = len(connection.execute(select(entries.c.seq)).fetchall())
        for part, check in checks:
            fault = _first(check, hub, connection)
            if fault is not None:
                faults.setdefault(part, fault)
    return Verification(
        count,
        "chain" not in faults,
        "signatures" not in faults,
        "blobs" not in faults,
        "projections" not in faults,
        next(iter(faults.values()), None),
    )


def _first(check: Callable[[Hub, Connection], Iterator[str]], hub: Hub, connection: Connection) -> str | None:
    try:
        return next(check(hub, connection), None)
    except (ValueError, TypeError, LookupError):
        # What cannot even be read is a finding, not the end of the search.
        return f"{check.__name__.lstrip('_')}: unreadable"


def _chains(_hub: Hub, connection: Connection) -> Iterator[str]:
    for chain in connection.execute(select(chains)).fetchall():
        mine = (entries.c.region == chain.region, entries.c.chain == chain.chain)
        rows = connection.execute(select(entries).where(*mine).order_by(entries.c.seq))
        seq, head, fault = check_chain(_linked(rows, chain.cites), chain=chain.chain, prev=chain.cites)
        if fault is not None:
            yield f"entry {fault.chain}/{fault.seq}: {fault.what}"
        elif (seq, head) != (chain.seq, chain.head):
            yield f"chain {chain.chain}: ends at {seq}, not at {chain.seq}"


def _linked(rows: Any, cites: bytes) -> Iterator[Entry]:
    prev = cites
    for row in rows:
        yield Entry(row.header, row.body, row.salt, row.body_hash, prev, row.hash)
        prev = row.hash


def _order(_hub: Hub, connection: Connection) -> Iterator[str]:
    """Every number of a region was given once: to an entry, fact, order or changed verdict, or to show the past."""
    for region in connection.execute(select(regions)).fetchall():
        mine = [
            select(table.c.hub_seq).where(table.c.region == region.region)
            for table in (entries, hub_facts, copies, orders, verdicts, follows)
        ]
        # What is shown later than it was numbered takes a place of its own.
        late = select(feed.c.hub_seq).where(
            feed.c.region == region.region, feed.c.line.is_not(None), feed.c.shows.is_not(None)
        )
        numbers = sorted(number for given in (*mine, late) for number in connection.execute(given).scalars())
        if numbers != list(range(1, region.last_hub_seq + 1)):
            yield f"region {region.region}: its order has a gap or a number twice"


def _heads(_hub: Hub, connection: Connection) -> Iterator[str]:
    statement = select(chains, devices.c.public_key).join(
        devices, (devices.c.region == chains.c.region) & (devices.c.device == chains.c.device)
    )
    for row in connection.execute(statement.where(chains.c.seq > 0)):
        message = head_message(row.chain, row.seq, row.head)
        if row.public_key is None or not verify(row.public_key, HEAD, message, row.signature):
            yield f"signed head {row.chain}/{row.seq}"


def _facts(hub: Hub, connection: Connection) -> Iterator[str]:
    keys = hub.key_list
    for row in connection.execute(select(hub_facts)):
        if not _fact_holds(keys.verifies_fact, row):
            yield f"hub fact {row.region}/{row.hub_seq}"
    for row in connection.execute(select(copies)):
        if not _copy_holds(keys, row):
            yield f"copy {row.region}/{row.hub_seq}"


def _fact_holds(verifies: Callable[[Any, bytes], bool], row: AnyRow) -> bool:
    try:
        fact = read_hub_fact(row.content)
    except ValueError:
        return False
    columns = (fact.region, fact.hub_seq, fact.stream, fact.kind)
    return columns == (row.region, row.hub_seq, row.stream, row.kind) and verifies(fact, row.signature)


def _orders(hub: Hub, connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(orders)):
        if not _order_holds(hub, row):
            yield f"order {row.region}/{row.hub_seq}"


def _order_holds(hub: Hub, row: AnyRow) -> bool:
    try:
        order = read_order(row.content)
    except ValueError:
        return False
    columns = (order.region, order.hub_seq, order.device)
    signed = SignedOrder(order, row.signature)
    return columns == (row.region, row.hub_seq, row.device) and hub.key_list.verifies_order(signed)


def _blobs(hub: Hub, connection: Connection) -> Iterator[str]:
    for blob in connection.execute(select(blobs.c.blob).where(blobs.c.complete.is_(True))).scalars():
        if not hub.shelf.is_whole(blob):
            yield f"blob {blob}"


def _cases(hub: Hub, connection: Connection) -> Iterator[str]:
    rows = connection.execute(select(cases)).mappings()
    stored = {(row["region"], row["number"]): dict(row) for row in rows}
    streams = union(*(select(table.c.region, table.c.stream) for table in (entries, hub_facts, copies)))
    pending = {tuple(sorted(row.items())) for row in connection.execute(select(rechecks)).mappings()}
    for region, stream, facts in _facts_of(connection, streams):
        if home_of(stream, region) != region:
            continue
        folded = fold_stream(stream, facts)
        row = case_row(hub.keys, region, folded)
        kept = stored.pop((region, row["number"]), None) if row is not None else None
        if kept is not None and kept["person"] is None:
            # From before there was an index of persons; it is filled when the hub is served.
            kept["person"] = row["person"] if row is not None else None
        if row is not None and kept != row:
            yield f"case {row['number']}"
        for wanted in recheck_rows(region, folded):
            if (known := tuple(sorted(wanted.items()))) not in pending:
                yield f"recheck {wanted['number']}"
            pending.discard(known)
    for _region, number in stored:
        yield f"case {number}"
    for left in pending:
        yield f"recheck {dict(left)['number']}"


def _facts_of(connection: Connection, streams: Executable) -> Iterator[tuple[str, str, list[Fact]]]:
    """The facts of all these streams, loaded some at a time."""
    by_region: dict[str, list[str]] = {}
    for region, stream in connection.execute(streams):
        by_region.setdefault(region, []).append(stream)
    for region, found in by_region.items():
        for part in parts_of(found):
            for stream, facts in load_facts(connection, region, part).items():
                yield region, stream, facts


def _copies(_hub: Hub, connection: Connection) -> Iterator[str]:
    """Every region that holds a case has just the same of it, in the same sequence, and no others have copies."""
    held: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(select(holders)):
        held[row.stream] |= {row.region, row.holder}
    for region, stream in connection.execute(select(copies.c.region, copies.c.stream).distinct()):
        if region not in held[stream] | {home_of(stream, region)}:
            yield f"{stream}: a copy that region {region} does not hold"
    for stream, regions_of_it in sorted(held.items()):
        told = {region: _sequence(connection, region, stream) for region in regions_of_it}
        if len({tuple(sequence) for sequence in told.values()}) > 1:
            yield f"{stream}: its regions do not hold the same"


def _sequence(connection: Connection, region: str, stream: str) -> list[tuple[bytes, bool]]:
    """What is of a stream in a region, in its order: hash of each entry or fact, and whether it is in quarantine."""
    found: dict[int, tuple[bytes, bool]] = {}
    here = (entries.c.region == region, entries.c.stream == stream)
    for row in connection.execute(select(entries.c.hub_seq, entries.c.hash, entries.c.verdict).where(*here)):
        found[row.hub_seq] = (bytes(row.hash), row.verdict == QUARANTINED)
    said = select(hub_facts.c.hub_seq, hub_facts.c.content)
    for fact in connection.execute(said.where(hub_facts.c.region == region, hub_facts.c.stream == stream)):
        found[fact.hub_seq] = (read_hub_fact(fact.content).digest, False)
    for copied in connection.execute(select(copies).where(copies.c.region == region, copies.c.stream == stream)):
        found[copied.hub_seq] = (_act_of(read_item(copied.content)), copied.quarantined)
    return [found[number] for number in sorted(found)]


def _act_of(item: Item) -> bytes:
    return item.digest if isinstance(item, HubFact) else item.entry.hash


def _copy_holds(keys: KeyList, row: AnyRow) -> bool:
    try:
        item = read_item(row.content)
    except ValueError:
        return False
    if isinstance(item, HubFact):
        columns = (item.region, item.hub_seq, item.stream, "", 0, item.body_hash)
        signed = keys.verifies_fact(item, row.signature)
    else:
        header = item.header
        columns = (row.region, item.hub_seq, header.stream, header.chain, header.seq, item.entry.body_hash)
        signed = keys.verifies_entry(item, row.signature)
    return signed and columns == (row.region, row.hub_seq, row.stream, row.chain, row.seq, row.body_hash)


def _feeds(hub: Hub, connection: Connection) -> Iterator[str]:
    """The marks of every device's feed are what its lines make them, and every line shows what it names."""
    for device in connection.execute(select(devices)).fetchall():
        place = FeedPlace(0, NO_MARK)
        mine = (feed.c.region == device.region, feed.c.device == device.device)
        for row in connection.execute(select(feed).where(*mine).order_by(feed.c.hub_seq)):
            shown = _first_line(hub, connection, row)
            place = place.after(row.hub_seq, row.line if row.line is not None else shown)
            named = row.line is None or row.shows is None or row.line == past_line(row.hub_seq, shown)
            if place.mark != row.mark or not named:
                yield f"feed of {device.region}{device.device} at {row.hub_seq}"
                return
        if (place.hub_seq, place.mark) != (device.feed_hub_seq, device.feed_mark):
            yield f"feed of {device.region}{device.device}: its end"


def _first_line(hub: Hub, connection: Connection, row: AnyRow) -> bytes:
    """The first line of what a line of a feed shows; empty if it shows nothing."""
    if row.shows is None:
        return b""
    for table in KEPT_WHOLE:
        said = select(table.c.content).where(table.c.region == row.region, table.c.hub_seq == row.shows)
        content = connection.execute(said).scalar_one_or_none()
        if content is not None:
            return bytes(content).partition(b"\n")[0]
    return attested_entries(connection, hub, row.region, entries.c.hub_seq == row.shows)[row.shows].message()
