"""One batch of the exchange: what changed on the hub since the cursor, compared with what was sent, in one transaction.

The records of a case are made anew from its whole history and compared with its rows. So a batch that is repeated, a
cursor that begins from nothing and a hub that was put back all write only what really differs.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, union_all, update

from clerk_app.domain.case_number import check, child, package_of
from clerk_app.domain.civil import civil_time
from clerk_app.journal.body import storable
from sync.hub.exchange.history import CASE, VISIT, Standing, changed_streams, standings
from sync.hub.exchange.mapping import Keyed, Withheld, records_of
from sync.hub.exchange.records import RatingRecord, Record
from sync.hub.exchange.tables import (
    BATCH,
    CORRECTED,
    GUID,
    INSERTED,
    OPERATION,
    SOURCE,
    TABLES,
    TIME,
    WITHDRAWN,
    cursors,
    number_column,
    row_guid,
    visits,
    withheld,
)
from sync.hub.hub import Hub
from sync.hub.order import last_number
from sync.hub.schema import copies, entries, hub_facts, verdicts
from sync.hub.store import AnyRow, insert_all, insert_or_nothing, parts_of

PLACES = 1000
"""Numbers of the region's order in one batch: what is held in memory at once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch wrote, by operation and kind; `upto` is the number it reached."""

    region: str
    upto: int
    written: Mapping[str, Counter[str]] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether it wrote a record at all."""
        return any(self.written.values())


def lock_cursor(target: Connection, hub: Hub, region: str) -> AnyRow:
    """The cursor of a region, made if there is none, locked until this transaction ends."""
    name = hub.identity.hex()
    insert_or_nothing(
        target,
        cursors,
        {"hub": name, "region": region, "hub_seq": 0, "mark": b"", "batch": 0, "written": 0},
    )
    return target.execute(select(cursors).where(*_mine(hub, region)).with_for_update()).one()


def make_batch(hub: Hub, target: Connection, region: str) -> Batch | None:
    """Write the next batch of a region; None when there is nothing new. Call in a writing transaction of the target."""
    cursor = lock_cursor(target, hub, region)
    with hub.store.reading() as source:
        # What stood at the cursor stands there no more: the hub was put back, and everything is compared again.
        after = cursor.hub_seq if _mark_at(source, region, cursor.hub_seq) == cursor.mark else 0
        upto = min(last_number(source, region), after + PLACES)
        if upto == cursor.hub_seq and after == cursor.hub_seq:
            return None
        streams = changed_streams(source, region, after, upto)
        numbers = _numbers(target, region, streams)
        found = standings(hub, source, region, numbers)
        mark = _mark_at(source, region, upto)
    making = _Making(target, region, cursor.batch + 1, _civil_now(hub), hub.clock.now_ms())
    making.write(found)
    values: dict[str, Any] = {"hub_seq": upto, "mark": mark}
    if making.written:
        values["batch"] = making.batch
    target.execute(update(cursors).where(*_mine(hub, region)).values(**values))
    return Batch(region, upto, making.written)


def batch_name(region: str, batch: int) -> str:
    """`cd_batch`: the hall and the batch's number."""
    return f"{region}{batch:08d}"


def set_written(target: Connection, hub: Hub, region: str, batch: int) -> None:
    """Note that the files of a batch are there."""
    target.execute(update(cursors).where(*_mine(hub, region)).values(written=batch))


def _mine(hub: Hub, region: str) -> tuple[Any, ...]:
    return cursors.c.hub == hub.identity.hex(), cursors.c.region == region


def _civil_now(hub: Hub) -> datetime:
    return civil_time(hub.clock.now_ms()).replace(microsecond=0, tzinfo=None)


def _mark_at(source: Connection, region: str, hub_seq: int) -> bytes:
    """What stands at a place of the region's order: an entry, a fact or copy (its signed line), a changed verdict."""
    entry = select(entries.c.hash).where(entries.c.region == region, entries.c.hub_seq == hub_seq)
    said = [
        select(table.c.content).where(table.c.region == region, table.c.hub_seq == hub_seq)
        for table in (hub_facts, copies)
    ]
    again = select(verdicts).where(verdicts.c.region == region, verdicts.c.hub_seq == hub_seq)
    of_desk = source.execute(entry).scalar_one_or_none()
    if of_desk is not None:
        return bytes(of_desk)
    of_hub = source.execute(union_all(*said)).scalar_one_or_none()
    if of_hub is not None:
        return hashlib.sha256(bytes(of_hub).partition(b"\n")[0]).digest()
    changed = source.execute(again).one_or_none()
    return b"" if changed is None else hashlib.sha256(repr(tuple(changed)).encode()).digest()


def _numbers(target: Connection, region: str, streams: Iterable[str]) -> set[str]:
    """The cases that changed, and those of the visits that changed."""
    numbers = {stream.removeprefix(CASE) for stream in streams if stream.startswith(CASE)}
    changed = sorted(stream.removeprefix(VISIT) for stream in streams if stream.startswith(VISIT))
    for part in parts_of(changed):
        mine = (visits.c.region == region, visits.c.visit.in_(part))
        numbers |= set(target.execute(select(visits.c.project_no).where(*mine)).scalars())
    return numbers


def _own_numbers(case: Standing) -> list[str]:
    """The number of a case and those of its children; all there could be where it is not known any more."""
    if case.history is not None:
        return [case.number, *(one.number for one in case.history.case.children)]
    return [case.number, *(child(case.number, place) for place in range(1, 100) if check(case.number))]


class _Making:
    """Writes one batch."""

    def __init__(self, target: Connection, region: str, batch: int, now: datetime, now_ms: int) -> None:
        self._target = target
        self._region = region
        self._stamp = {TIME: now, BATCH: batch_name(region, batch), SOURCE: region}
        self._now_ms = now_ms
        self.batch = batch
        self.written: dict[str, Counter[str]] = defaultdict(Counter)

    def write(self, found: Sequence[Standing]) -> None:
        """Compare these cases with their rows and write what differs."""
        taken_in = [case for case in found if case.history is not None]
        insert_or_nothing(
            self._target,
            visits,
            [{"region": self._region, "visit": storable(c.visit), "project_no": c.number} for c in taken_in],
        )
        for part in parts_of(sorted(case.number for case in found)):
            wanted = set(part)
            rows = self._rows([number for case in found if case.number in wanted for number in _own_numbers(case)])
            for case in found:
                if case.number in wanted:
                    self._case(case, rows.get(case.number, {}))

    def _case(self, case: Standing, rows: dict[str, tuple[type[Record], AnyRow]]) -> None:
        if case.frozen:
            # Of an erased case nothing can be said any more; what was sent stays.
            self._note(case.number, set() if rows and case.frozen == "erased" else {case.frozen})
            return
        try:
            made = records_of(self._with_own_rating(case)) if case.history else ()
        except Withheld as reason:
            self._note(case.number, {reason.reason})
            return
        self._note(case.number, {case.problem} if case.problem else set())
        kept = {row_guid(type(keyed.record), self._region, keyed.key): keyed for keyed in made}
        for guid, keyed in kept.items():
            self._put(guid, keyed, rows.get(guid))
        for guid, (record, row) in rows.items():
            if guid not in kept and getattr(row, OPERATION) != WITHDRAWN:
                self._change(record, guid, WITHDRAWN, {})

    def _put(self, guid: str, keyed: Keyed, found: tuple[type[Record], AnyRow] | None) -> None:
        record, values = type(keyed.record), keyed.record.model_dump()
        if found is None:
            insert_all(self._target, TABLES[record], [{GUID: guid, **values, OPERATION: INSERTED, **self._stamp}])
            self.written[INSERTED][record.kind] += 1
        elif getattr(found[1], OPERATION) == WITHDRAWN or any(
            getattr(found[1], name) != value for name, value in values.items()
        ):
            self._change(record, guid, CORRECTED, values)

    def _change(self, record: type[Record], guid: str, operation: str, values: Mapping[str, Any]) -> None:
        table = TABLES[record]
        changed = {**values, OPERATION: operation, **self._stamp}
        self._target.execute(update(table).where(table.c[GUID] == guid).values(changed))
        self.written[operation][record.kind] += 1

    def _rows(self, numbers: Sequence[str]) -> dict[str, dict[str, tuple[type[Record], AnyRow]]]:
        """What was sent of these cases, by case (a child's with its package's) and guid."""
        rows: dict[str, dict[str, tuple[type[Record], AnyRow]]] = defaultdict(dict)
        for record, table in TABLES.items():
            number = table.c[number_column(record)]
            for row in (
                row for some in parts_of(numbers) for row in self._target.execute(select(table).where(number.in_(some)))
            ):
                rows[package_of(getattr(row, number.name))][getattr(row, GUID)] = (record, row)
        return rows

    def _with_own_rating(self, case: Standing) -> Any:
        """The history, with the visit's rating only if this case is the one that carries it."""
        history = case.history
        assert history is not None
        if history.rating is None:
            return history
        table = TABLES[RatingRecord]
        guid = row_guid(RatingRecord, self._region, history.rating.invitation)
        sent = self._target.execute(select(table.c.projectNo).where(table.c[GUID] == guid)).scalar_one_or_none()
        mine = (visits.c.region == self._region, visits.c.visit == storable(case.visit))
        carrier = sent or min(self._target.execute(select(visits.c.project_no).where(*mine)).scalars())
        return history if package_of(carrier) == case.number else replace(history, rating=None)

    def _note(self, number: str, reasons: set[str]) -> None:
        mine = (withheld.c.region == self._region, withheld.c.project_no == number)
        self._target.execute(delete(withheld).where(*mine, withheld.c.reason.not_in(reasons)))
        rows = [{"region": self._region, "project_no": number, "reason": r, "since": self._now_ms} for r in reasons]
        insert_or_nothing(self._target, withheld, rows)
