"""The cases of a person over the line: asked at the counter with the document in hand, apart from any sync."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from clerk_app.errors import PlatformUnreachable, ProtocolMismatch
from clerk_app.services.rows import FoundCase
from sync.asking import Asking
from sync.capabilities import FINDS_PERSONS
from sync.client import TokenExpired
from sync.lane import SyncLane
from sync.schemas import PersonAsk


class HubPersons:
    """Implements `services.ports.CaseFinder`. Used from one lane only."""

    def __init__(self, open_lane: Callable[[], AbstractContextManager[SyncLane]]) -> None:
        self._asking = Asking(open_lane)

    def find(self, document: str, number: str, clerk: str) -> Sequence[FoundCase]:
        """The cases that the hub tells of; raise a `PlatformError`, `ProtocolMismatch` if it cannot do that yet."""
        ask = PersonAsk(document=document, number=number, clerk=clerk)
        try:
            answer = self._asking.ask(FINDS_PERSONS, lambda client: client.person(ask))
        except TokenExpired as error:
            raise PlatformUnreachable("no token") from error
        if answer is None:
            raise ProtocolMismatch("a hub that finds nobody")
        return [FoundCase(case.number, case.state, case.matter_name, case.received_on) for case in answer.cases]
