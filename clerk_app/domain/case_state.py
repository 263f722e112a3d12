"""The states of a case and the lawful ways between them.

The whole table stands here, so that acts of later versions (correction, suspension, delivery, …) only add handlers.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CaseState(StrEnum):
    """Where a case stands. Values are stable and stored in projections."""

    DRAFT = "draft"
    RECEIVED = "received"
    CORRECTION = "correction"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTED = "accepted"
    ACCEPTED_DEFICIT = "accepted_deficit"
    REVIEW = "review"
    SUSPENDED = "suspended"
    EXTENDED = "extended"
    RETURNED = "returned"
    DECIDED = "decided"
    CLOSED = "closed"
    DELIVERED = "delivered"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    VOIDED = "voided"
    CLOSED_NO_CORRECTION = "closed_no_correction"
    DISCARDED = "discarded"
    WAITING = "waiting"
    STOPPED = "stopped"


_S = CaseState

STATE_LABELS: Mapping[CaseState, str] = MappingProxyType(
    {
        _S.DRAFT: "登记中",
        _S.RECEIVED: "已收件",
        _S.CORRECTION: "待补正",
        _S.NOT_ACCEPTED: "不予受理",
        _S.ACCEPTED: "已受理",
        _S.ACCEPTED_DEFICIT: "容缺受理",
        _S.REVIEW: "部门审查",
        _S.SUSPENDED: "特别程序中",
        _S.EXTENDED: "已延期",
        _S.RETURNED: "已退回",
        _S.DECIDED: "已决定",
        _S.CLOSED: "已办结",
        _S.DELIVERED: "已送达",
        _S.ARCHIVED: "已归档",
        _S.WITHDRAWN: "已撤回",
        _S.TRANSFERRED: "已转办",
        _S.VOIDED: "已作废",
        _S.CLOSED_NO_CORRECTION: "未补正办结",
        _S.DISCARDED: "已放弃",
        _S.WAITING: "待前置",
        _S.STOPPED: "前序未通过",
    }
)

GRANTED = frozenset({_S.CLOSED, _S.DELIVERED, _S.ARCHIVED})
"""Done, so that its result is there; what was decided may as well be refused."""

_ENDED_BY_REQUEST = frozenset({_S.WITHDRAWN, _S.TRANSFERRED, _S.VOIDED})
_BY_PLATFORM = frozenset({_S.REVIEW, _S.DECIDED, _S.RETURNED})
_BY_DEPARTMENT = _BY_PLATFORM | {_S.SUSPENDED, _S.EXTENDED}
"""What a department's word leads to. Handing a case to the department is the sync itself and leaves no fact of its own,
so its decision or return may be the first sign that the review went on."""

TRANSITIONS: Mapping[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        # One act at the counter is one entry: what was a draft a moment ago may be accepted at once.
        _S.DRAFT: frozenset(
            {
                _S.RECEIVED,
                _S.ACCEPTED,
                _S.ACCEPTED_DEFICIT,
                _S.CORRECTION,
                _S.NOT_ACCEPTED,
                _S.CLOSED,
                _S.TRANSFERRED,
                _S.DISCARDED,
                _S.WAITING,
            }
        ),
        # Only a child of a package waits: for the results of others.
        _S.WAITING: frozenset({_S.ACCEPTED, _S.STOPPED}) | _ENDED_BY_REQUEST,
        _S.STOPPED: frozenset(),
        # A matter whose effect comes by the platform's word is decided from here, without a paper of acceptance.
        _S.RECEIVED: frozenset({_S.ACCEPTED, _S.ACCEPTED_DEFICIT, _S.CORRECTION, _S.NOT_ACCEPTED})
        | _ENDED_BY_REQUEST
        | _BY_PLATFORM,
        _S.CORRECTION: frozenset({_S.RECEIVED, _S.ACCEPTED, _S.CLOSED_NO_CORRECTION}) | _ENDED_BY_REQUEST,
        _S.NOT_ACCEPTED: frozenset(),
        _S.ACCEPTED: _ENDED_BY_REQUEST | _BY_DEPARTMENT,
        _S.ACCEPTED_DEFICIT: frozenset({_S.ACCEPTED}) | _ENDED_BY_REQUEST | _BY_DEPARTMENT,
        _S.REVIEW: frozenset({_S.SUSPENDED, _S.EXTENDED, _S.DECIDED, _S.RETURNED}) | _ENDED_BY_REQUEST,
        _S.SUSPENDED: frozenset({_S.REVIEW}) | _ENDED_BY_REQUEST,
        _S.EXTENDED: frozenset({_S.REVIEW, _S.DECIDED, _S.RETURNED}) | _ENDED_BY_REQUEST,
        _S.RETURNED: frozenset({_S.RECEIVED, _S.REVIEW, _S.CLOSED_NO_CORRECTION}) | _ENDED_BY_REQUEST,
        _S.DECIDED: frozenset({_S.CLOSED, _S.VOIDED}),
        _S.CLOSED: frozenset({_S.DELIVERED, _S.VOIDED}),
        _S.DELIVERED: frozenset({_S.ARCHIVED}),
        _S.ARCHIVED: frozenset(),
        _S.WITHDRAWN: frozenset(),
        _S.TRANSFERRED: frozenset(),
        _S.VOIDED: frozenset(),
        _S.CLOSED_NO_CORRECTION: frozenset(),
        _S.DISCARDED: frozenset(),
    }
)


ENDED: frozenset[CaseState] = frozenset(
    {
        _S.NOT_ACCEPTED,
        _S.DECIDED,
        _S.CLOSED,
        _S.DELIVERED,
        _S.ARCHIVED,
        _S.WITHDRAWN,
        _S.TRANSFERRED,
        _S.VOIDED,
        _S.CLOSED_NO_CORRECTION,
        _S.DISCARDED,
        _S.STOPPED,
    }
)
"""States in which nothing is being examined any more."""


def may_become(state: CaseState, target: CaseState) -> bool:
    """Whether a case in `state` may lawfully come to `target`."""
    return target in TRANSITIONS[state]
