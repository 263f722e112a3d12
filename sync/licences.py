"""The licence library over the line: asked at the counter, apart from any sync, with a token of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from clerk_app.domain.licences import UNAVAILABLE, LicenceFinding, LicenceQuestion
from clerk_app.errors import PlatformError
from clerk_app.journal.signature import CHALLENGE
from sync.capabilities import ANSWERS_LICENCES
from sync.client import REQUEST_ID_SIZE, HubClient, HubSession, TokenExpired
from sync.lane import SyncLane
from sync.schemas import LicenceAnswer, LicenceAsk

logger = logging.getLogger(__name__)


class HubLicences:
    """Asks the hub's library. Used from one lane only; `open_lane` gives the desk's keys and a line to its hub."""

    def __init__(self, open_lane: Callable[[], AbstractContextManager[SyncLane]]) -> None:
        self._open_lane = open_lane
        self._session = HubSession()

    def look_up(self, question: LicenceQuestion) -> LicenceFinding:
        """What the library says; `unavailable` without a line, and whenever the hub does not answer as the hub."""
        try:
            with self._open_lane() as lane:
                return _finding(self._ask(lane, question))
        except (PlatformError, TokenExpired) as error:
            logger.info("the licence library cannot be asked: %s", type(error).__name__)
            return UNAVAILABLE

    def _ask(self, lane: SyncLane, question: LicenceQuestion) -> LicenceAnswer | None:
        """The hub's answer; None from a hub that has no library."""
        self._session.oldest_serial = max(self._session.oldest_serial, lane.desk.key_serial())
        client = HubClient(
            lane.desk.registration(), lane.transport, self._session, lambda: lane.rng.token(REQUEST_ID_SIZE).hex()
        )
        ask = LicenceAsk(
            holder=question.holder,
            type=question.type,
            clerk=question.clerk,
            purpose=question.purpose,
            matter=question.matter,
            visit=question.visit,
        )
        if self._session.token:
            try:
                return client.licence(ask)
            except TokenExpired:
                self._session.token = ""
        challenge = client.hello().challenge
        if ANSWERS_LICENCES not in self._session.capabilities:
            return None
        client.authenticate(challenge, lane.desk.sign(CHALLENGE, challenge.encode()))
        return client.licence(ask)


def _finding(answer: LicenceAnswer | None) -> LicenceFinding:
    if answer is None:
        return UNAVAILABLE
    said = answer.licence
    if said is None:
        return LicenceFinding(answer.state)
    return LicenceFinding(
        answer.state, said.number, said.name, said.issuer, said.valid_from, said.valid_until, said.fields
    )
