"""Cases of a person who stands at a window without a number: asked with the document in hand, and logged.

The index holds a keyed hash of document and number (证件散列码) and no number; without the hub's key nobody can try
numbers against it. A desk is told of cases of its own hall, and of those of other halls that are still open: what has
ended elsewhere is that hall's business.
"""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from clerk_app.domain.case_state import ENDED
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.person_hash import person_hash
from sync.hub.schema import cases, person_requests, regions
from sync.hub.store import insert_or_nothing, retried
from sync.schemas import PersonAnswer, PersonAsk, PersonCase

MOST = 50
"""Cases told in one answer, the newest first."""


def find_cases(hub: Hub, device: Device, ask: PersonAsk, request_id: str) -> PersonAnswer:
    """The cases of a person that this device may know of. Nothing is answered that is not logged."""
    return retried(lambda: _find(hub, device, ask, request_id), repeatable=True)


def _find(hub: Hub, device: Device, ask: PersonAsk, request_id: str) -> PersonAnswer:
    person = person_hash(hub.keys, ask.document, ask.number)
    with hub.store.writing() as connection:
        found = _cases(connection, device.region, person)
        row = {
            "region": device.region,
            "device": device.device,
            "request": request_id,
            "clerk": ask.clerk,
            "person": person,
            "found": len(found),
            "asked_at": hub.clock.now_ms(),
        }
        insert_or_nothing(connection, person_requests, row)
    return PersonAnswer(cases=found)


def _cases(connection: Connection, region: str, person: str) -> list[PersonCase]:
    # Every region is asked: a person may be known to any hall, and this is asked a few times a day.
    anywhere = (cases.c.region.in_(select(regions.c.region)), cases.c.person == person)
    lawful = or_(cases.c.region == region, cases.c.state.not_in([state.value for state in ENDED]))
    statement = select(cases).where(*anywhere, lawful)
    rows = connection.execute(statement.order_by(cases.c.received_on.desc(), cases.c.number).limit(MOST))
    return [
        PersonCase(
            number=row.number,
            state=row.state,
            matter_name=row.matter_name,
            received_on=row.received_on,
        )
        for row in rows
    ]
