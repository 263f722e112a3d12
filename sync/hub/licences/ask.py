"""The check API: one question about one holder and one type, for a matter in a visit. Every one is logged."""

from __future__ import annotations

from datetime import date

from clerk_app.domain.civil import civil_date
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.licences.library import Licence, LicenceState, find_licence
from sync.hub.schema import licence_requests
from sync.hub.store import insert_or_nothing, retried
from sync.schemas import LicenceAnswer, LicenceAsk, LicenceMessage


def ask_library(hub: Hub, device: Device, ask: LicenceAsk, request_id: str) -> LicenceAnswer:
    """What the library knows. Nothing is answered that is not logged; what a licence says only if it is good."""
    return retried(lambda: _ask(hub, device, ask, request_id), repeatable=True)


def _ask(hub: Hub, device: Device, ask: LicenceAsk, request_id: str) -> LicenceAnswer:
    now = hub.clock.now_ms()
    with hub.store.writing() as connection:
        found = find_licence(connection, device.region, ask.holder, ask.type)
        state = _state(found, civil_date(now))
        row = {
            "region": device.region,
            "device": device.device,
            "request": request_id,
            **ask.model_dump(),
            "answer": state,
            "asked_at": now,
        }
        insert_or_nothing(connection, licence_requests, row)
    return LicenceAnswer(state=state, licence=_message(found) if found and state == "valid" else None)


def _state(found: Licence | None, today: date) -> LicenceState:
    return "none" if found is None else found.state_on(today)


def _message(licence: Licence) -> LicenceMessage:
    return LicenceMessage(
        number=licence.number,
        name=licence.name,
        issuer=licence.issuer,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        fields=licence.fields,
    )
