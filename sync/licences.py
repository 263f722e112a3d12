"""The licence library over the line: asked at the counter, apart from any sync."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from clerk_app.domain.licences import UNAVAILABLE, LicenceFinding, LicenceQuestion
from clerk_app.errors import PlatformError
from sync.asking import Asking
from sync.capabilities import ANSWERS_LICENCES
from sync.client import TokenExpired
from sync.lane import SyncLane
from sync.schemas import LicenceAnswer, LicenceAsk

logger = logging.getLogger(__name__)


class HubLicences:
    """Asks the hub's library. Used from one lane only; `open_lane` gives the desk's keys and a line to its hub."""

    def __init__(self, open_lane: Callable[[], AbstractContextManager[SyncLane]]) -> None:
        self._asking = Asking(open_lane)

    def look_up(self, question: LicenceQuestion) -> LicenceFinding:
        """What the library says; `unavailable` without a line, and whenever the hub does not answer as the hub."""
        ask = LicenceAsk(
            holder=question.holder,
            type=question.type,
            clerk=question.clerk,
            purpose=question.purpose,
            matter=question.matter,
            visit=question.visit,
        )
        try:
            return _finding(self._asking.ask(ANSWERS_LICENCES, lambda client: client.licence(ask)))
        except (PlatformError, TokenExpired) as error:
            logger.info("the licence library cannot be asked: %s", type(error).__name__)
            return UNAVAILABLE


def _finding(answer: LicenceAnswer | None) -> LicenceFinding:
    if answer is None:
        return UNAVAILABLE
    said = answer.licence
    if said is None:
        return LicenceFinding(answer.state)
    return LicenceFinding(
        answer.state, said.number, said.name, said.issuer, said.valid_from, said.valid_until, said.fields
    )
