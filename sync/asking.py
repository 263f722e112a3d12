"""Asking the hub one question beside any sync, with a token of its own; used from one lane only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from clerk_app.journal.signature import CHALLENGE
from sync.client import REQUEST_ID_SIZE, HubClient, HubSession, TokenExpired
from sync.lane import SyncLane

Answer = TypeVar("Answer")


class Asking:
    """Asks; `open_lane` gives the desk's keys and a line to its hub."""

    def __init__(self, open_lane: Callable[[], AbstractContextManager[SyncLane]]) -> None:
        self._open_lane = open_lane
        self._session = HubSession()

    def ask(self, capability: str, question: Callable[[HubClient], Answer]) -> Answer | None:
        """The hub's answer; None from a hub that does not name the capability.

        Raises a `PlatformError` or `TokenExpired` where the hub did not answer as the hub.
        """
        with self._open_lane() as lane:
            return self._ask(lane, capability, question)

    def _ask(self, lane: SyncLane, capability: str, question: Callable[[HubClient], Answer]) -> Answer | None:
        self._session.oldest_serial = max(self._session.oldest_serial, lane.desk.key_serial())
        client = HubClient(
            lane.desk.registration(), lane.transport, self._session, lambda: lane.rng.token(REQUEST_ID_SIZE).hex()
        )
        if self._session.token:
            try:
                return question(client)
            except TokenExpired:
                self._session.token = ""
        challenge = client.hello().challenge
        if capability not in self._session.capabilities:
            return None
        client.authenticate(challenge, lane.desk.sign(CHALLENGE, challenge.encode()))
        return question(client)
