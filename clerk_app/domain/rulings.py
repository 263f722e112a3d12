"""A department's word on a case or on one child of a package: decided, returned, suspended, resumed, extended.

The same steps are lawful for both; a step takes the one it is about and gives it as it stands after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from clerk_app.domain.case_parts import Decision, DecisionResult, Return, SpecialProcedure, known, read_result
from clerk_app.domain.case_state import CaseState, may_become
from clerk_app.domain.civil import civil_date, optional_date
from clerk_app.domain.fold import Fact, Unlawful
from clerk_app.domain.workdays import Due, Running

if TYPE_CHECKING:
    from clerk_app.domain.case import Case
    from clerk_app.domain.child_case import ChildCase

    Subject = TypeVar("Subject", Case, ChildCase)

Step = Callable[[Any, Fact], Any]
"""A step of a case or of a child: it gives the same kind of thing that it takes."""


def decided(subject: Subject, fact: Fact) -> Subject:
    """Granted or refused: the clock stops."""
    result = known(fact.body["result"], get_args(DecisionResult))
    official = fact.body.get("official_number")
    on = civil_date(fact.recorded_at)
    return replace(
        subject,
        state=enter(subject.state, CaseState.DECIDED),
        decision=Decision(result, str(fact.body.get("reason") or ""), on),
        result=read_result(fact.body, on) if result == "grant" else None,
        running=stopped(subject.running, on),
        official_number=subject.official_number if official is None else str(official),
    )


def result_registered(subject: Subject, fact: Fact) -> Subject:
    """What was granted, or done at the counter, has its result: its document and the data that others wait for.

    A second one is lawful only as a correction of what was said before.
    """
    if not subject.is_granted:
        raise Unlawful("not_granted")
    if subject.result is not None and fact.body.get("corrects") is not True:
        raise Unlawful("result_registered")
    result = read_result(fact.body, civil_date(fact.recorded_at))
    if result is None:
        raise ValueError("a result says something")
    return replace(subject, result=result)


def returned(subject: Subject, fact: Fact) -> Subject:
    """Sent back to the window."""
    # The clock runs on: whether a return stops it is the region's rule, and a shorter promise harms nobody.
    return replace(
        subject,
        state=enter(subject.state, CaseState.RETURNED),
        returned=Return(str(fact.body.get("reason") or ""), civil_date(fact.recorded_at)),
    )


def suspended(subject: Subject, fact: Fact) -> Subject:
    """A special procedure begins: the clock stands still."""
    began = SpecialProcedure("other", str(fact.body["name"]), str(fact.body["reason"]), fact.recorded_at)
    return replace(
        subject,
        state=enter(subject.state, CaseState.SUSPENDED),
        running=stopped(subject.running, civil_date(fact.recorded_at)),
        special=(*subject.special, began),
    )


def resumed(subject: Subject, fact: Fact) -> Subject:
    """The special procedure has ended: the clock goes on."""
    if subject.state is not CaseState.SUSPENDED:
        raise Unlawful("not_suspended")
    ended = replace(subject.special[-1], ended_at=fact.recorded_at, result=str(fact.body["result"]))
    return replace(
        subject,
        state=CaseState.REVIEW,
        running=(*subject.running, Running(civil_date(fact.recorded_at))) if subject.running else (),
        special=(*subject.special[:-1], ended),
        renewed_due=_renewed(subject.renewed_due, fact),
    )


def extended(subject: Subject, fact: Fact) -> Subject:
    """The limit is longer, once."""
    if any(known.kind == "extension" for known in subject.special):
        raise Unlawful("already_extended")
    at = fact.recorded_at
    extension = SpecialProcedure("extension", "延长审批期限", str(fact.body["reason"]), at, at)
    return replace(
        subject,
        state=enter(subject.state, CaseState.EXTENDED),
        special=(*subject.special, extension),
        renewed_due=_renewed(subject.renewed_due, fact),
    )


RULINGS: Mapping[str, Step] = MappingProxyType(
    {
        "case.decided": decided,
        "case.returned": returned,
        "case.suspended": suspended,
        "case.resumed": resumed,
        "case.extended": extended,
    }
)
"""By kind of fact."""


def enter(state: CaseState, target: CaseState) -> CaseState:
    """`target`, if `state` may lawfully come to it; raise `Unlawful`."""
    if not may_become(state, target):
        raise Unlawful(f"{state}_to_{target}")
    return target


def stopped(running: tuple[Running, ...], on: date) -> tuple[Running, ...]:
    """The stretches of a clock that stops on that day."""
    return tuple(replace(run, end=on) if run.end is None else run for run in running)


def _renewed(before: Due | None, fact: Fact) -> Due | None:
    """The department's new last day; without one the old day stands."""
    on = optional_date(fact.body["due_on"])
    return Due(on, estimated=False) if on is not None else before
