"""A child of a package (子事项) as a case of its own: its number, its clock, its department's decision.

A child that comes after others is 待前置: no date of acceptance and no clock until they are granted. The platform's
fact then says from when and until when it runs, since facts carry dates and the fold computes none. Where one of them
is refused the child stops (前序未通过).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from clerk_app.domain import case_number
from clerk_app.domain.case_parts import (
    CaseMatter,
    CaseResult,
    Decision,
    Effect,
    Return,
    SpecialProcedure,
    due_body,
    known,
    read_due,
    read_effect,
    read_matter,
)
from clerk_app.domain.case_state import ENDED, GRANTED, CaseState
from clerk_app.domain.civil import optional_date
from clerk_app.domain.fold import Fact, Unlawful
from clerk_app.domain.matter import Power
from clerk_app.domain.workdays import Calendar, Due, Limit, LimitUnit, Running

STATE_BY_POWER: Mapping[Power, CaseState] = {
    "receive": CaseState.RECEIVED,
    "accept": CaseState.ACCEPTED,
    "complete": CaseState.CLOSED,
}

_OPEN_EARLY = frozenset({CaseState.RECEIVED, CaseState.WAITING})


@dataclass(frozen=True, slots=True)
class ChildCase:
    """One child of a package. `number` is the package's with two digits more; `after` are ordinals.

    `power` is how far the window went with it; what waited was received. `promised` and `legal` are its own limits,
    from which its dates are made when it begins. `waited`, `first_due` and `first_legal_due` are as the paper says:
    whether it waited at the intake, and its days where it did not. `fields` and `materials` are the codes of what it
    takes out of the one form and the one set; `deferred` are those that have not come yet.
    """

    ordinal: int
    number: str
    matter: CaseMatter
    department_short: str
    power: Power
    state: CaseState
    effect: Effect
    after: tuple[int, ...]
    promised: Limit
    legal: Limit
    waited: bool
    first_due: Due | None
    first_legal_due: Due | None
    notice_due: Due | None
    fields: tuple[str, ...]
    materials: tuple[str, ...]
    accepted_on: date | None
    promised_due: Due | None
    legal_due: Due | None
    deferred: frozenset[str] = frozenset()
    running: tuple[Running, ...] = ()
    decision: Decision | None = None
    result: CaseResult | None = None
    returned: Return | None = None
    official_number: str | None = None
    special: tuple[SpecialProcedure, ...] = ()
    renewed_due: Due | None = None

    @property
    def due(self) -> Due | None:
        """The last day of its promised limit: the department's new one, else as printed or as the platform said."""
        return self.renewed_due or self.promised_due

    @property
    def waits(self) -> bool:
        """Whether it has not begun: the results before it are not there (待前置)."""
        return self.state is CaseState.WAITING

    @property
    def sentence(self) -> str:
        """What became of it in one line, empty where its state says all."""
        if self.state is CaseState.RETURNED and self.returned is not None:
            return _because("部门退回", self.returned.reason)
        if self.decision is not None:
            return _because("准予" if self.decision.result == "grant" else "不予批准", self.decision.reason)
        return self.effect.not_yet if self.waits else ""

    @property
    def is_granted(self) -> bool:
        """Whether its result is there."""
        return self.state in GRANTED or (self.decision is not None and self.decision.result == "grant")


def read_children(number: str, bodies: Sequence[Mapping[str, Any]], deferred: Collection[str]) -> tuple[ChildCase, ...]:
    """The children of a package as its fact says, with the papers that come later.

    Raises `ValueError` or `KeyError` for what cannot be.
    """
    children = tuple(_read_child(number, place, body, deferred) for place, body in enumerate(bodies, start=1))
    if not children or any(not 0 < before <= len(children) for child in children for before in child.after):
        raise ValueError("a package has children, and they come after one another")
    return children


def with_child(children: Sequence[ChildCase], changed: ChildCase, fact: Fact) -> tuple[ChildCase, ...]:
    """The children after one of them came to another state by `fact`: who waited for it begins or stops."""
    now = tuple(changed if child.ordinal == changed.ordinal else child for child in children)
    if fact.kind != "case.decided":
        return now
    if changed.decision is not None and changed.decision.result == "refuse":
        return _without_prospect(now)
    started = {str(item["child"]): item for item in fact.body.get("started") or ()}
    ready = {child.number for child in ready_children(now)}
    if not started.keys() <= ready:
        raise Unlawful("child_not_ready")
    return tuple(_begun(child, started[child.number]) if child.number in started else child for child in now)


def ready_children(children: Sequence[ChildCase]) -> tuple[ChildCase, ...]:
    """Those that wait though every result before them is there."""
    granted = {child.ordinal for child in children if child.is_granted}
    return tuple(child for child in children if child.waits and granted.issuperset(child.after))


def starting(
    children: Sequence[ChildCase], granted: ChildCase, on: date, calendar: Calendar
) -> tuple[tuple[ChildCase, dict[str, Any]], ...]:
    """Who begins on that day because `granted` is, with its dates as the fact of the decision says them."""
    there = {child.ordinal for child in children if child.is_granted} | {granted.ordinal}
    begin = [child for child in children if child.waits and there.issuperset(child.after)]
    return tuple((child, _started_body(child, on, calendar)) for child in begin)


def _started_body(child: ChildCase, on: date, calendar: Calendar) -> dict[str, Any]:
    return {
        "child": child.number,
        "name": child.matter.name,
        "accepted_on": on.isoformat(),
        **due_body("due", calendar.add(on, child.promised)),
        **due_body("legal_due", calendar.add(on, child.legal)),
    }


def package_state(children: Collection[ChildCase]) -> CaseState:
    """How the whole stands: a function of its children.

    It has ended when all have; it is 已退回 while one is (部分退回), 特别程序中 while all that are at work are, 已收件
    while nothing was accepted, and 已受理 in between.
    """
    states = {child.state for child in children}
    if states <= ENDED:
        return CaseState.CLOSED if states <= GRANTED else CaseState.DECIDED
    if CaseState.RETURNED in states:
        return CaseState.RETURNED
    at_work = states - ENDED - {CaseState.WAITING}
    if at_work == {CaseState.SUSPENDED}:
        return CaseState.SUSPENDED
    if CaseState.ACCEPTED_DEFICIT in states:
        return CaseState.ACCEPTED_DEFICIT
    return CaseState.RECEIVED if states <= _OPEN_EARLY else CaseState.ACCEPTED


def with_papers(child: ChildCase, lacking: Collection[str]) -> ChildCase:
    """The child when only these papers have not come yet."""
    left = child.deferred & frozenset(lacking)
    complete = child.state is CaseState.ACCEPTED_DEFICIT and not left
    return replace(child, deferred=left, state=CaseState.ACCEPTED if complete else child.state)


def child_named(children: Sequence[ChildCase], number: object) -> ChildCase:
    """The child with this number; raise `Unlawful`, also where none is named."""
    if number is None:
        raise Unlawful("child_not_named")
    found = next((child for child in children if child.number == number), None)
    if found is None:
        raise Unlawful("no_such_child")
    return found


def limit_body(limit: Limit) -> dict[str, Any]:
    """A limit as a fact writes it."""
    return {"days": limit.days, "unit": limit.unit}


def _because(what: str, reason: str) -> str:
    return f"{what}：{reason}" if reason else what


def _without_prospect(children: tuple[ChildCase, ...]) -> tuple[ChildCase, ...]:
    """The children, those stopped that can never begin because one before them, near or far, was refused."""
    lost = {child.ordinal for child in children if child.decision is not None and child.decision.result == "refuse"}
    lost |= {child.ordinal for child in children if child.state is CaseState.STOPPED}
    while more := {child.ordinal for child in children if child.waits and lost & set(child.after)} - lost:
        lost |= more
    return tuple(
        replace(child, state=CaseState.STOPPED) if child.waits and child.ordinal in lost else child
        for child in children
    )


def _begun(child: ChildCase, body: Mapping[str, Any]) -> ChildCase:
    accepted_on = date.fromisoformat(body["accepted_on"])
    return replace(
        child,
        state=CaseState.ACCEPTED_DEFICIT if child.deferred else CaseState.ACCEPTED,
        accepted_on=accepted_on,
        promised_due=read_due(body, "due"),
        legal_due=read_due(body, "legal_due"),
        running=(Running(accepted_on),),
    )


def _read_child(number: str, place: int, body: Mapping[str, Any], deferred: Collection[str]) -> ChildCase:
    if body["ordinal"] != place:
        raise ValueError("children are numbered in order")
    power: Power = known(body["power"], get_args(Power))
    waits = bool(body["waits"])
    accepted_on = optional_date(body["accepted_on"])
    materials = tuple(str(code) for code in body["materials"])
    lacking = frozenset(materials) & frozenset(deferred)
    state = CaseState.ACCEPTED_DEFICIT if power == "accept" and lacking else STATE_BY_POWER[power]
    return ChildCase(
        ordinal=place,
        number=case_number.child(number, place),
        matter=read_matter(body["matter"]),
        department_short=str(body["department_short"]),
        power=power,
        state=CaseState.WAITING if waits else state,
        deferred=lacking,
        effect=read_effect(body["effect"]),
        after=tuple(int(before) for before in body["after"]),
        promised=_read_limit(body["promised"]),
        legal=_read_limit(body["legal"]),
        waited=waits,
        first_due=read_due(body, "due"),
        first_legal_due=read_due(body, "legal_due"),
        notice_due=read_due(body, "notice_due"),
        accepted_on=accepted_on,
        promised_due=read_due(body, "due"),
        legal_due=read_due(body, "legal_due"),
        fields=tuple(str(code) for code in body["fields"]),
        materials=materials,
        running=(Running(accepted_on),) if accepted_on and power == "accept" and not waits else (),
    )


def _read_limit(body: Mapping[str, Any]) -> Limit:
    if not isinstance(body["days"], int) or body["days"] < 0:
        raise ValueError("a limit is a number of days")
    return Limit(body["days"], known(body["unit"], get_args(LimitUnit)))
