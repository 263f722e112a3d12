"""The second verdict: what the domain's own fold makes of an entry, and the case rows that follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, union_all

from clerk_app.domain.case import Case
from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.rechecks import DOCUMENT
from clerk_app.journal.attested import ENTRY_FORM, AttestedEntry, read_attested_entry
from clerk_app.journal.body import readable_body, storable
from clerk_app.journal.entry import Header
from clerk_app.journal.exchange import VerdictName
from clerk_app.journal.hub_facts import HubFact, read_hub_fact
from sync.hub.keys import HubKeys
from sync.hub.person_hash import hash_of
from sync.hub.schema import cases, copies, entries, hub_facts, rechecks
from sync.hub.sharing import home_of
from sync.hub.store import insert_all, parts_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """Applied, or parked with a stable reason."""

    verdict: VerdictName
    reason: str = ""


APPLIED = Judgement("applied")
UNKNOWN_KIND = "unknown_kind"
QUARANTINED = "quarantined"
"""The verdict on what came from a revoked device: stored, and no part of anything until a supervisor releases it."""
DOCUMENT_TYPE = "M01"
"""The type under which the licence library holds identity cards."""
_ENTRY_BEGINS = f'["{ENTRY_FORM}",'.encode()
_REGION: BindParameter[str] = bindparam("hall")
_PART: BindParameter[str] = bindparam("part", expanding=True)
_OF_DESKS = select(entries.c.header, entries.c.body, entries.c.body_hash, entries.c.hub_seq).where(
    entries.c.region == _REGION,
    entries.c.stream.in_(_PART),
    entries.c.hub_seq.is_not(None),
    entries.c.verdict != QUARANTINED,
)
_KEPT_WHOLE = union_all(
    select(hub_facts.c.content).where(hub_facts.c.region == _REGION, hub_facts.c.stream.in_(_PART)),
    select(copies.c.content).where(
        copies.c.region == _REGION, copies.c.stream.in_(_PART), copies.c.quarantined.is_(False)
    ),
)
"""Asked for every batch, so they are built and compiled once."""
_REMOVALS = [delete(table).where(table.c.region == _REGION, table.c.number.in_(_PART)) for table in (cases, rechecks)]
Item = AttestedEntry | HubFact
"""An entry of a desk, or a fact of the hub, at its place in the order of a region."""
Place = tuple[str, int]
"""An entry: its chain and seq."""


def entry_fact(header: Header, body: Any, act: bytes, hub_seq: int | None) -> Fact:
    """An entry as the fold sees it."""
    return Fact(
        header.stream,
        header.kind,
        body,
        header.recorded_at,
        header.clerk,
        header.clock,
        header.chain,
        header.seq,
        hub_seq,
        act,
    )


def hub_fact(fact: HubFact) -> Fact:
    """A fact of the hub as the fold sees it."""
    return Fact(
        fact.stream, fact.kind, fact.body, fact.recorded_at, fact.clerk, hub_seq=fact.hub_seq, act=fact.body_hash
    )


def read_item(content: bytes) -> Item:
    """Parse a stored fact or copy; raise `ValueError` for other bytes."""
    return read_attested_entry(content) if content.startswith(_ENTRY_BEGINS) else read_hub_fact(content)


def fact_of(item: Item) -> Fact:
    """A stored fact or copy as the fold sees it."""
    if isinstance(item, HubFact):
        return hub_fact(item)
    return entry_fact(item.header, readable_body(item.entry.body), item.entry.body_hash, item.hub_seq)


def load_facts(connection: Connection, region: str, streams: Iterable[str]) -> dict[str, list[Fact]]:
    """All facts of these streams that have their place in the order and are not in quarantine, copies among them."""
    facts: dict[str, list[Fact]] = {stream: [] for stream in streams}
    for part in parts_of(list(facts)):
        wanted = {"hall": region, "part": part}
        for row in connection.execute(_OF_DESKS, wanted):
            header = Header.from_bytes(row.header)
            facts[header.stream].append(entry_fact(header, readable_body(row.body), row.body_hash, row.hub_seq))
        for content in connection.execute(_KEPT_WHOLE, wanted).scalars():
            fact = fact_of(read_item(content))
            facts[fact.stream].append(fact)
    return facts


def streams_of(fresh: Sequence[Fact]) -> list[str]:
    """The streams of `fresh`, each once, in the order they first appear."""
    return list(dict.fromkeys(fact.stream for fact in fresh))


def fold_streams(known: Mapping[str, Sequence[Fact]], fresh: Sequence[Fact]) -> list[Folded]:
    """The streams of `known` folded with what is fresh of them, one after another."""
    by_stream: dict[str, list[Fact]] = {stream: [*facts] for stream, facts in known.items()}
    for fact in fresh:
        by_stream[fact.stream].append(fact)
    return [fold_stream(stream, facts) for stream, facts in by_stream.items()]


def judgements(folded: Iterable[Folded], fresh: Sequence[Fact]) -> dict[Place, Judgement]:
    """The verdict on each fresh entry."""
    reasons: dict[tuple[Place, bytes], str] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for stream in folded:
        unknown[stream.stream] = stream.unknown
        # By the act too: a desk that was put back may have given one place twice.
        reasons |= {((found.chain, found.seq), found.act): found.reason for found in stream.without_effect}
    return {(fact.chain, fact.seq): _judge(fact, reasons, unknown) for fact in fresh}


def _judge(fact: Fact, reasons: Mapping[tuple[Place, bytes], str], unknown: Mapping[str, tuple[str, ...]]) -> Judgement:
    if fact.kind in unknown[fact.stream]:
        return Judgement("parked", UNKNOWN_KIND)
    reason = reasons.get(((fact.chain, fact.seq), fact.act))
    return Judgement("parked", reason) if reason is not None else APPLIED


def case_row(keys: HubKeys, region: str, folded: Folded) -> dict[str, Any] | None:
    """The row of a case, or None for any other stream and for a case that was never taken in."""
    case = folded.state
    if not isinstance(case, Case) or case.intake is None:
        return None
    due = case.due
    return {
        "region": region,
        "number": case.number,
        "state": case.state.value,
        "matter": storable(case.intake.matter.code),
        "matter_name": storable(case.intake.matter.name),
        "department": storable(case.intake.matter.department),
        "received_on": case.intake.received_on.isoformat(),
        "due_on": due.on.isoformat() if due else None,
        "conflicts": len(folded.conflicts),
        "official_number": storable(case.official_number) if case.official_number is not None else None,
        "person": hash_of(keys, case.intake.applicant),
    }


def recheck_rows(region: str, folded: Folded) -> list[dict[str, Any]]:
    """What of a case still has to be re-checked against the licence library."""
    case = folded.state
    if not isinstance(case, Case) or case.intake is None:
        return []
    applicant = case.intake.applicant
    shared = {
        "region": region,
        "number": case.number,
        "holder": storable(applicant.number or ""),
        "holder_name": storable(applicant.name or ""),
        "taken_on": case.intake.received_on.isoformat(),
    }
    return [
        {
            **shared,
            "subject": storable(known.subject),
            "subject_name": storable(known.name),
            "type": DOCUMENT_TYPE if known.subject == DOCUMENT else storable(known.subject),
        }
        for known in case.rechecks
        if known.state == "pending"
    ]


def fold_all(connection: Connection, rows: Iterable[tuple[str, str]]) -> Iterator[Folded]:
    """The streams of these rows (region and stream), folded, region by region in the order of their names."""
    streams: dict[str, list[str]] = defaultdict(list)
    for region, stream in rows:
        streams[region].append(stream)
    for region, known in sorted(streams.items()):
        for part in parts_of(sorted(known)):
            facts = load_facts(connection, region, part)
            yield from (fold_stream(stream, facts[stream]) for stream in part)


def replace_case_rows(keys: HubKeys, connection: Connection, region: str, folded: Iterable[Folded]) -> None:
    """Put the rows of these streams in place of what was there; those of a case lie in its home alone."""
    by_home: dict[str, list[Folded]] = defaultdict(list)
    for stream in folded:
        by_home[home_of(stream.stream, region)].append(stream)
    for home, streams in sorted(by_home.items()):
        _replace_rows(keys, connection, home, streams)


def _replace_rows(keys: HubKeys, connection: Connection, home: str, folded: Iterable[Folded]) -> None:
    known = [(case_row(keys, home, stream), stream) for stream in folded]
    rows = [row for row, _stream in known if row is not None]
    for part in parts_of([row["number"] for row in rows]):
        for removal in _REMOVALS:
            connection.execute(removal, {"hall": home, "part": part})
    insert_all(connection, cases, rows)
    insert_all(connection, rechecks, [row for _row, stream in known for row in recheck_rows(home, stream)])
