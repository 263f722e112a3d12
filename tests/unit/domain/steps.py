"""Every kind of a visit and of a case with a usual body, for tests that take many steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_app.domain.applicant import document_body
from clerk_app.domain.fold import Fact
from tests.unit.domain.builders import NOW, desk_fact, person

VISIT_STREAM = f"visit/{'a' * 16}"

VISIT_BODIES: Mapping[str, Mapping[str, Any]] = {
    "visit.opened": {"session": "b" * 16, "ticket": "A037"},
    "visit.applicant_read": {"source": "card", "present": True, "document": document_body(person())},
    "visit.parked": {},
    "visit.resumed": {},
    "visit.matter_ended": {
        "matter": "P14",
        "matter_version": "2026-11-20",
        "matter_name": "养老保险待遇领取资格认证",
        "outcome": "abandoned",
        "reason": "材料在家",
    },
    "visit.hints_opened": {"hints": ["h.disabled_care"]},
    "visit.rating_invited": {"invitation": "e" * 16, "device": "pad-1", "timeout_s": 60},
    "visit.rating_settled": {
        "invitation": "e" * 16,
        "state": "answered",
        "sealed": "c2VhbGVk",
        "device_limited": True,
    },
    "visit.closed": {},
}


def visit_fact(kind: str, *, recorded_at: int = NOW, seq: int = 1) -> Fact:
    """A step of the visit with its usual body."""
    return desk_fact(VISIT_STREAM, kind, VISIT_BODIES[kind], recorded_at, seq)
