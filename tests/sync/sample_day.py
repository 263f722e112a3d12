"""A day at a window without a line, as the desk's own rules write it: P14 and P31, taken in, rated, then decided."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import Any

from clerk_app.domain import case_number
from clerk_app.domain.applicant import document_body
from clerk_app.domain.outcomes import ACCEPTED, Outcome
from clerk_app.domain.ratings import Grade
from clerk_app.domain.taking_in import take_in
from clerk_app.security.sealing import seal_grade
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import HALL
from tests.unit.domain.builders import (
    TODAY,
    all_received,
    calendar,
    counter,
    empty_draft,
    matter,
    other_person,
    person,
    read,
    typed_in,
)

SESSION = "b" * 16


@dataclass
class SampleDay:
    """Writes whole visits into a desk's journal; nothing is synced by itself."""

    desk: MemoryDesk
    rating_public: bytes
    count: int = 0
    visits: int = 0
    numbers: list[str] = field(default_factory=list)

    def begin(self) -> None:
        body = {"name": "王例", "seal_at_hand": True}
        self.desk.append(f"session/{SESSION}", "session.logged_in", body)

    def visit(
        self,
        *matters: str,
        outcome: Outcome = ACCEPTED,
        grade: Grade | None = None,
        seal: bool = True,
        rated: bool = True,
    ) -> list[str]:
        """One visit with these matters; `grade` None: the pad was not touched in time. Returns the case numbers."""
        self.visits += 1
        visit = f"{self.visits:016x}"
        someone = other_person() if self.visits % 2 else person()
        self._say(visit, "visit.opened", session=SESSION, ticket=f"A{self.visits:03d}")
        self._say(visit, "visit.applicant_read", source="card", present=True, document=document_body(someone))
        numbers = [self._take_in(visit, code, outcome, seal) for code in matters]
        if rated:
            self.rate(visit, grade)
        return numbers

    def rate(self, visit: str, grade: Grade | None) -> None:
        invitation = f"{int(visit, 16):016x}"[::-1]
        self._say(visit, "visit.rating_invited", invitation=invitation, device="rating_pad", timeout_s=60)
        sealed = None
        if grade is not None:
            content = seal_grade(self.rating_public, invitation, grade, False, self.desk.rng)
            sealed = base64.b64encode(content).decode()
        state = "answered" if grade else "timed_out"
        self._say(
            visit, "visit.rating_settled", invitation=invitation, state=state, sealed=sealed, device_limited=False
        )

    def _take_in(self, visit: str, code: str, outcome: Outcome, seal: bool) -> str:
        self.count += 1
        circumstances = replace(
            counter(seal=seal, online=False),
            number=case_number.make(HALL, self.desk.enrolment.device, TODAY, self.count),
            session=SESSION,
            calendar=calendar(),
        )
        someone = other_person() if self.visits % 2 else person()
        draft = all_received(typed_in(read(replace(empty_draft(code), visit=visit), someone)))
        body = take_in(draft, matter(code), outcome, circumstances)
        self.desk.append(f"case/{circumstances.number}", "case.taken_in", body)
        self.numbers.append(circumstances.number)
        self._tick()
        return circumstances.number

    def _say(self, visit: str, kind: str, **body: Any) -> None:
        self.desk.append(f"visit/{visit}", kind, body)
        self._tick()

    def _tick(self) -> None:
        self.desk.clock.advance(37)  # type: ignore[attr-defined]
